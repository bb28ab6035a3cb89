"""What plays tasks for an evaluation: a language model here, one behind an endpoint, or a policy without a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ftrl_agents.envs import EnvFactory

if TYPE_CHECKING:
    from ftrl_agents.episode import Episode

OnEpisode = Callable[["Episode"], Any]
"""Told of each finished episode, in the order in which they finish; always in the thread that called ``play``."""


class Engine(Protocol):
    """Plays episodes. With the same seed and temperature a member of a task's group is sampled alike."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def decodes(self) -> bool:
        """Whether temperature says how it writes; the oracle, say, has none."""

    def pinned(self) -> dict[str, Any]:
        """What decides its episodes besides task, seed and temperature, as JSON values."""

    def play(
        self,
        make: EnvFactory,
        tasks: Sequence[str],
        members: Sequence[Sequence[int]],
        *,
        temperature: float,
        seed: int,
        on_episode: OnEpisode,
    ) -> None:
        """Plays these members of each task's group. A task's place in ``tasks`` decides, too, what is sampled.

        Raises:
            UsageError: It cannot play these tasks at all.
        """
