"""A causal language model on this machine as what plays an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ftrl_agents.base_model import BASE_FOLDER
from ftrl_agents.config import Thinking
from ftrl_agents.engine import OnEpisode
from ftrl_agents.envs import EnvFactory
from ftrl_agents.policy import load_policy
from ftrl_agents.rollout import collect
from ftrl_agents.weight_files import digest


class ModelEngine:
    """Many episodes at once: :func:`ftrl_agents.rollout.collect`.

    Args:
        model: A folder or a Hugging Face id; None is the embedded base model.
        docs: The env's ``docs=``.
        in_flight: Episodes decoded at once; changes nothing of what is sampled.
        max_turn_tokens: Own tokens of a turn.
        max_episode_tokens: Tokens of an episode in all.
        thinking: Whether later turns see what a turn thought.

    Raises:
        UsageError: There is no such model, or it cannot be read.
    """

    decodes = True

    def __init__(
        self,
        model: str | None,
        *,
        docs: str,
        in_flight: int,
        max_turn_tokens: int,
        max_episode_tokens: int,
        thinking: Thinking = Thinking.KEEP,
    ) -> None:
        self.name = model or "embedded base model"
        self._policy = load_policy(model)
        self._docs, self._in_flight = docs, in_flight
        self._turn_tokens, self._episode_tokens = max_turn_tokens, max_episode_tokens
        self._thinking = thinking
        folder = BASE_FOLDER if model is None else Path(model)
        commit = getattr(self._policy.model.config, "_commit_hash", None)
        self._weights = digest(folder) if folder.is_dir() else f"{model} {commit}"

    def pinned(self) -> dict[str, Any]:
        """The weights, wherever they lie, and the budgets."""
        # Said only where it is unusual: evaluations of before there was a choice go on.
        chosen = {} if self._thinking is Thinking.KEEP else {"thinking": self._thinking.value}
        return {
            "policy": f"weights {self._weights}",
            "max_turn_tokens": self._turn_tokens,
            "max_episode_tokens": self._episode_tokens,
            **chosen,
        }

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
        """See :class:`~ftrl_agents.engine.Engine`."""
        collect(
            *self._policy,
            [(make, task) for task in tasks],
            temperature=temperature,
            seed=seed,
            members=members,
            docs=self._docs,
            in_flight=self._in_flight,
            max_turn_tokens=self._turn_tokens,
            max_episode_tokens=self._episode_tokens,
            thinking=self._thinking,
            on_episode=on_episode,
            skip_overlong=True,
        )
