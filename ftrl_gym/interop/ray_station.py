"""What an actor of a fleet does: it holds episodes and plays the turns that it is sent.

An episode is a function of how it began and of what was said in it. So an actor is only where episodes happen to be:
one that comes in place of another is told what was said so far, says it again, and stands where the other stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import gymnasium as gym

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import FtrlGymError
from ftrl_gym.reward import VerifiableReward

_MOST_CHARS = 500
"""Of what an environment's own error says."""


@dataclass(frozen=True, slots=True)
class Order:
    """Begin an episode, or say something in it."""

    place: int
    text: str | None
    """What is said; None begins an episode."""
    task: str | None = None
    """Id of the task that it begins with; None: drawn."""
    seed: int | None = None
    """Of the draw."""


class Arrival(NamedTuple):
    """What an order came to: what ``reset`` or ``step`` returned, and where."""

    place: int
    observation: str
    reward: float
    terminated: bool
    truncated: bool
    info: dict[str, Any]
    failed: str | None = None
    """What the environment raised, in words, where it did; then nothing else here means anything."""
    refused: bool = False
    """Whether what it raised says that the order was wrong."""

    @property
    def over(self) -> bool:
        """Whether the episode is, and another may begin in its place."""
        return self.terminated or self.truncated or self.failed is not None


class Station:
    """Environments side by side. It is made in an actor.

    Args:
        env_id: As for ``gym.make``.
        keywords: Likewise.
    """

    def __init__(self, env_id: str, keywords: Mapping[str, Any]) -> None:
        self._env_id, self._keywords = env_id, dict(keywords)
        self._model: gym.Env[str, str] | None = None
        self._envs: dict[int, gym.Env[str, str]] = {}

    def play(
        self, orders: Sequence[Order], past: Sequence[Sequence[Order]] = ()
    ) -> tuple[list[Arrival], list[Arrival]]:
        """Carries orders out, of which there is at most one for each place.

        Args:
            orders: In any order.
            past: For each episode that another actor had begun, all orders that were answered there.

        Returns:
            What the orders came to; and what the last order of each past came to here.
        """
        resumed = [[self._carried_out(order) for order in orders_before][-1] for orders_before in past]
        return [self._carried_out(order) for order in orders], resumed

    def _carried_out(self, order: Order) -> Arrival:
        try:
            env = self._env(order.place)
            if order.text is None:
                options = None if order.task is None else {"task": order.task}
                observation, info = env.reset(seed=order.seed, options=options)
                return Arrival(order.place, observation, 0.0, False, False, info)
            observation, reward, terminated, truncated, info = env.step(order.text)
            return Arrival(order.place, observation, float(reward), terminated, truncated, info)
        except Exception as error:  # a bug in one environment must not cost the episodes beside it
            self._envs.pop(order.place, None)
            refused = isinstance(error, FtrlGymError | gym.error.Error)
            said = str(error) if refused else f"{type(error).__name__}: {error}"
            return Arrival(order.place, "", 0.0, False, False, {}, said[:_MOST_CHARS], refused)

    def _env(self, place: int) -> gym.Env[str, str]:
        env = self._envs.get(place)
        if env is None:
            if self._model is None:
                self._model = gym.make(self._env_id, **self._keywords)
            base = self._model.unwrapped
            # what is known of tasks and tools is shared; an environment of another kind is made anew
            own = isinstance(base, ToolUseEnv)
            env = VerifiableReward(base.sibling()) if own else gym.make(self._env_id, **self._keywords)  # type: ignore[attr-defined]
            self._envs[place] = env
        return env
