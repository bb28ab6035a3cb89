"""Episodes that begin in the middle of others: a turn's worth is seen by playing on from it several times.

An environment is deterministic, so what was said in an episode leads to the same place again. Continuations from one
place are a group: what they earn from there on differs by what they did from there on, and by nothing before it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, SupportsFloat

import gymnasium as gym

from ftrl_agents.envs import EnvFactory
from ftrl_agents.episode import End, Episode, grouped


@dataclass(frozen=True)
class Place:
    """A turn of an episode, before anything was said in it."""

    task: str
    said: tuple[str, ...]
    """The assistant's turns before it."""


class Branched(gym.Wrapper[str, str, str, str]):
    """Resets to a place in the middle of an episode. What was paid on the way there is paid to nobody.

    Args:
        env: Any environment of ours.
        place: Where every episode begins.
        turns: Turns after which an episode is truncated; None leaves that to the environment.
    """

    def __init__(self, env: gym.Env[str, str], place: Place, turns: int | None = None) -> None:
        super().__init__(env)
        self.place, self.turns = place, turns
        self._taken = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begins the episode and says again what was said; ``options`` are not needed.

        Raises:
            ValueError: What was said ends the episode, so that there is no such place.
        """
        observation, info = self.env.reset(seed=seed, options={"task": self.place.task})
        messages, kind, tools = list(info["messages"]), info["kind"], info["tools"]
        for said in self.place.said:
            observation, _, terminated, truncated, info = self.env.step(said)
            if terminated or truncated:
                raise ValueError(f"the episode of {self.place.task} ends before the place to begin at")
            messages += [{"role": "assistant", "content": said}, *info["messages"]]
        self._taken = 0
        return observation, {**info, "messages": messages, "kind": kind, "tools": tools}

    def step(self, action: str) -> tuple[str, SupportsFloat, bool, bool, dict[str, Any]]:
        """One turn."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        self._taken += 1
        if self._taken == self.turns and not terminated:
            return observation, reward, False, True, {**info, "end": End.TURN_LIMIT.value}
        return observation, reward, terminated, truncated, info


def branched(make_env: EnvFactory, place: Place, turns: int | None = None) -> EnvFactory:
    """Makes environments that begin at a place."""
    return lambda: Branched(make_env(), place, turns)


def places(episode: Episode) -> list[Place]:
    """Those of an episode: before each of its turns, but for the first."""
    said = tuple(turn.text for turn in episode.turns)
    return [Place(episode.task, said[:number]) for number in range(1, len(said))]


def chosen_places(episodes: Sequence[Episode], per_task: int, rng: random.Random) -> list[Place]:
    """Of each group some places, drawn from all of its members' and no two alike."""
    found: list[Place] = []
    for group in grouped(episode for episode in episodes if episode.end is not End.FAILED):
        own = list(dict.fromkeys(place for episode in group for place in places(episode)))
        found += rng.sample(own, min(per_task, len(own)))
    return found
