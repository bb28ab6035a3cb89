"""Playback: very many scripts against one task, each turn played once per situation.

Probes begin alike: with the same honest calls, with the same junk. A turn's effect follows from the situation that an
episode is in (:meth:`ftrl_gym.episode.Episode.situation`) and the text alone, so what was seen once is looked up the
next time. Turns are played by the environment's own :meth:`~ftrl_gym.env.ToolUseEnv.advance` and paid by its own
reward scheme; left out is only what a policy would read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.episode import Episode
from ftrl_gym.prompt import Fed
from ftrl_gym.reward import Scheme, turn_reward


@dataclass(slots=True, eq=False)
class _Place:
    """Where an episode can stand, and the turns that were taken from there."""

    episode: Episode
    turns: dict[str, _Turn] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Turn:
    """What a turn was paid and brought, and where it led; None: to the end."""

    reward: float
    ran: list[Fed]
    then: _Place | None


class Playback:
    """Plays scripts from one place.

    Args:
        env: Its episode is replaced by those that are played.
        start: Where every script begins: a snapshot, which stays as it is.
        scheme: How turns are paid.
    """

    def __init__(self, env: ToolUseEnv, start: Episode, scheme: Scheme) -> None:
        self._env, self._scheme = env, scheme
        self._places: dict[tuple[object, ...], _Place] = {}
        self._start = self._place(start)

    def paid(self, script: Sequence[str]) -> float:
        """Return of a script; its last line is said until the episode ends."""
        total, number, last = 0.0, 0, len(script) - 1
        seen: dict[str, str] = {}
        refers = any("{{" in text for text in script)
        place: _Place | None = self._start
        while place is not None:
            text = script[min(number, last)]
            if refers:
                text = filled(text, seen)
            turn = place.turns.get(text)
            if turn is None:
                turn = place.turns[text] = self._take(place, text)
            if refers:
                for fed in turn.ran:
                    learn(fed.text(), seen)
            total, number, place = total + turn.reward, number + 1, turn.then
        return total

    def _take(self, place: _Place, text: str) -> _Turn:
        env = self._env
        env.restore(place.episode)
        ran, _ = env.advance(text)
        episode = env.episode
        facts = episode.facts
        assert facts is not None
        then = None if facts.end is not None else self._place(episode)
        return _Turn(turn_reward(self._scheme, facts, episode.task), ran, then)

    def _place(self, episode: Episode) -> _Place:
        situation = episode.situation()
        if situation is None:
            return _Place(episode)
        place = self._places.get(situation)
        if place is None:
            place = self._places[situation] = _Place(episode)
        return place


def filled(text: str, seen: dict[str, str]) -> str:
    """A turn with its references to earlier results filled in; unknown ones stay as they are.

    >>> filled("cancel {{reference}}, {{what}}", {"reference": "NB0001"})
    'cancel NB0001, {{what}}'
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda field: seen.get(field[1], field[0]), text)


def learn(feedback: str, seen: dict[str, str]) -> None:
    """Notes the texts that a call's feedback holds, by the names of their fields."""
    seen |= {name: value for name, value in json.loads(feedback).items() if isinstance(value, str)}
