"""Episodes by name, for servers whose clients come and go.

An episode begins when its name is first heard. Clients that go away say nothing, so the store holds at most so many and
drops those that nobody has touched for a while. Of a dropped one the name is remembered, so that a client that comes
back is told, and does not find itself at the beginning of another task.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym
import numpy as np

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError
from ftrl_gym.interop.bare_env import bare_env
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.toolcall import short

MOST = 1024
"""Episodes that are held at once, unless said otherwise."""
IDLE_S = 1800.0
"""Seconds after which an episode that nobody touched is dropped, unless said otherwise."""
_REMEMBERED = 20_000
"""Names of dropped episodes that are known."""


@dataclass(slots=True)
class Step:
    """What a turn came to, as plain values."""

    observation: str
    reward: float
    terminated: bool
    truncated: bool
    info: dict[str, Any]

    def facts(self) -> dict[str, Any]:
        """Everything but the observation, for programs; JSON."""
        return {
            "reward": self.reward,
            "terminated": self.terminated,
            "truncated": self.truncated,
            "score": self.info["score"],
            "end": self.info["end"],
        }


@dataclass(slots=True)
class OpenEpisode:
    """An episode in play."""

    env: VerifiableReward
    observation: str
    info: dict[str, Any]
    """What ``reset`` returned."""
    touched: float = 0.0
    last: Step | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.last is not None and (self.last.terminated or self.last.truncated)

    @property
    def base(self) -> ToolUseEnv:
        """The environment itself."""
        base = self.env.unwrapped
        assert isinstance(base, ToolUseEnv)
        return base

    def step(self, turn: str) -> Step:
        """Plays a turn.

        Args:
            turn: A whole assistant message, in the environment's dialect.

        Raises:
            UsageError: The episode is over.
        """
        observation, reward, terminated, truncated, info = self.env.step(turn)
        self.last = Step(observation, float(reward), terminated, truncated, info)
        return self.last


@dataclass
class Episodes:
    """The episodes of a server, by name.

    Args:
        env: What they are played in, as ``gym.make`` returns it; each gets one of its own over the same tasks.
        task: Id of the task that they all play; None draws one for each.
        seed: Of the draws.
        most: How many are held; the one touched longest ago makes room.
        idle_s: After how many seconds one that nobody touched is dropped.
        clock: Seconds, from any start.

    Raises:
        UsageError: ``most`` or ``idle_s`` is not positive, or the env is not one of this package.
    """

    env: gym.Env[str, str]
    task: str | None = None
    seed: int | None = None
    most: int = MOST
    idle_s: float = IDLE_S
    clock: Callable[[], float] = time.monotonic
    base: ToolUseEnv = field(init=False)
    """The env inside its wrappers."""
    _open: OrderedDict[str, OpenEpisode] = field(default_factory=OrderedDict)
    _dropped: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        if self.most < 1 or not self.idle_s > 0:
            raise UsageError(f"at most {self.most} episodes, idle for {self.idle_s} s: both are positive")
        self.base = bare_env(self.env)
        self._draws = np.random.default_rng(self.seed)

    @property
    def name(self) -> str:
        """The env's id, without its namespace: ``TravelBooking-v0``."""
        return self.env.spec.id.rpartition("/")[2] if self.env.spec is not None else type(self.base).__name__

    def __len__(self) -> int:
        return len(self._open)

    def of(self, name: str, task: str | None = None, seed: int | None = None) -> OpenEpisode:
        """The episode of a name, begun if it is not in play.

        Args:
            name: Any text.
            task: Id of the task that it begins with, if it begins now.
            seed: Of the task's draw, likewise.

        Raises:
            UnknownNameError: No such task.
            UsageError: The episode of that name was dropped.
        """
        now = self.clock()
        while self._open and now - next(iter(self._open.values())).touched > self.idle_s:
            self._drop_oldest()
        found = self._open.get(name)
        if found is None:
            if name in self._dropped:
                raise UsageError(
                    f"the episode {short(name)} is gone: it was left alone for {self.idle_s:g} s, or made room for one "
                    f"of {self.most} others. Begin one under another name"
                )
            found = self.begun(task, seed)
            while len(self._open) >= self.most:
                self._drop_oldest()
            self._open[name] = found
        found.touched = now
        self._open.move_to_end(name)
        return found

    def begun(self, task: str | None = None, seed: int | None = None) -> OpenEpisode:
        """A new episode, which has no name and is not held here.

        Args:
            task: Id of its task; None takes the one that all play, or draws one.
            seed: Of the draw; None takes the next of these episodes.

        Raises:
            UnknownNameError: No such task.
        """
        env = VerifiableReward(self.base.sibling())
        drawn = int(self._draws.integers(2**31)) if seed is None else seed
        wanted = self.task if task is None else task
        observation, info = env.reset(seed=drawn, options=None if wanted is None else {"task": wanted})
        return OpenEpisode(env, observation, info)

    def _drop_oldest(self) -> None:
        name, _ = self._open.popitem(last=False)
        self._dropped[name] = None
        if len(self._dropped) > _REMEMBERED:
            self._dropped.popitem(last=False)
