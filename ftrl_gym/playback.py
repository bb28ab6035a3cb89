"""Playback: very many scripts against one task, each turn played once per situation.

Probes begin alike: with the same honest calls, with the same junk. What a turn does follows from the situation that an
episode is in (:meth:`ftrl_gym.episode.Episode.situation`) and from its effect (:func:`effect_of`) alone, so what was
seen once is looked up the next time. Turns are played by the environment's own
:meth:`~ftrl_gym.env.ToolUseEnv.advance` and paid by its own reward scheme; left out is only what a policy would read.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from ftrl_gym import answers, counterpart
from ftrl_gym.env import MAX_CALLS, ToolUseEnv
from ftrl_gym.episode import Episode
from ftrl_gym.matching import Matching
from ftrl_gym.probe_sight import fields_in, filled
from ftrl_gym.prompt import Fed
from ftrl_gym.reward import Scheme, turn_reward
from ftrl_gym.task import ScriptedUser
from ftrl_gym.toolcall import Call, Turn, parse, without_reasoning


@dataclass(slots=True, eq=False)
class _Place:
    """Where an episode can stand, and the turns that were taken from there."""

    episode: Episode
    turns: dict[str | int, _Turn] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Turn:
    """What a turn was paid and brought, and where it led; None: to the end."""

    reward: float
    ran: list[Fed]
    then: _Place | None
    _learned: dict[str, str] | None = None

    @property
    def learned(self) -> dict[str, str]:
        """The texts that its feedback holds; worked out when a script first asks for them."""
        if self._learned is None:
            self._learned = {}
            for fed in self.ran:
                learn(fed.text(), self._learned)
        return self._learned


class Playback:
    """Plays scripts from one place.

    Args:
        env: Its episode is replaced by those that are played.
        start: Where every script begins: a snapshot, which stays as it is.
        scheme: How turns are paid.
    """

    def __init__(self, env: ToolUseEnv, start: Episode, scheme: Scheme) -> None:
        self._env, self._scheme = env, scheme
        self._places: dict[Hashable, _Place] = {}
        self._effects: dict[str, int] = {}
        self._numbers: dict[Hashable, int] = {}
        self._turns: dict[str | int, Turn] = {}
        self._can_run: dict[str, bool] = {}
        self._alike = scheme is Scheme.DEFAULT and env.matching is Matching.STRICT
        self._start = self._place(start)

    def paid(self, script: Sequence[str]) -> float:
        """Return of a script; its last line is said until the episode ends."""
        total, number, last = 0.0, 0, len(script) - 1
        seen: dict[str, str] = {}
        refers = "{{" in "\n".join(script)
        place: _Place | None = self._start
        while place is not None:
            text = script[min(number, last)]
            if refers:
                text = filled(text, seen)
            effect = text if refers else self._effect(text)
            turn = place.turns.get(effect)
            if turn is None:
                turn = place.turns[effect] = self._take(place, text, self._turns.get(effect))
            if refers:
                seen |= turn.learned
            total, number, place = total + turn.reward, number + 1, turn.then
        return total

    def _effect(self, text: str) -> str | int:
        """Equal for turns that come to the same, where that is known; a script that refers to feedback reads errors
        too, so for it this is not enough."""
        if not self._alike:
            return text
        effect = self._effects.get(text)
        if effect is None:
            turn = parse(text, self._env.dialect)
            attempts = [self._attempted(call) for call in turn.calls[:MAX_CALLS]]
            known = effect_of(text, turn, attempts, self._env)
            effect = self._effects[text] = self._numbers.setdefault(known, len(self._numbers))
            if turn.calls and effect not in self._turns and not any(map(_has_parts, turn.calls)):
                surplus = turn.calls[MAX_CALLS:]
                made = [_FUTILE if one is None else call for call, one in zip(turn.calls, attempts, strict=False)]
                self._turns[effect] = Turn(turn.content, made + surplus)
        return effect

    def _attempted(self, call: Call) -> str | None:
        """A call by tool and arguments; None for one that can never run."""
        if call.problem is not None:
            return None
        attempt = f"{call.name}{call.arguments!r}"
        can_run = self._can_run.get(attempt)
        if can_run is None:
            checker = self._env.checker(call.name)
            can_run = self._can_run[attempt] = checker is not None and checker.fits(call.arguments)
        return attempt if can_run else None

    def _take(self, place: _Place, text: str, turn: Turn | None) -> _Turn:
        env = self._env
        env.restore(place.episode)
        ran, _ = env.advance(text, turn)
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


_FUTILE = Call("", {}, "it can never run")
"""Stands for every attempt that can never run: they all count the same, and nobody reads what was wrong with them."""


def _has_parts(call: Call) -> bool:
    """Whether a tool could change the arguments of a call, which is then parsed anew each time."""
    return any(isinstance(value, dict | list) for value in call.arguments.values())


def effect_of(text: str, turn: Turn, attempts: Sequence[str | None], env: ToolUseEnv) -> Hashable:
    """Equal for turns that do, and are paid, the same in every situation of the running task.

    That holds for ``strict`` matching and the default reward, where neither the words around a call nor those of an
    error count: attempts that can never run are all alike, and of words to the counterpart it matters what they ask
    and what they answer. ``turn`` is the text parsed, and ``attempts`` what is tried by the calls that count.
    """
    if turn.calls:
        return (len(turn.calls), *attempts)
    asked = counterpart.asked(turn.content) if isinstance(env.task.counterpart, ScriptedUser) else None
    return asked, answers.said(text), "?" in without_reasoning(text)


def learn(feedback: str, seen: dict[str, str]) -> None:
    """Notes the texts that a call's feedback holds, by the names of their fields."""
    seen |= fields_in(json.loads(feedback))
