"""Many episodes at once: environments on one side, one batched sampler on the other.

    episodes = collect(model, tokenizer, [(make_env, "train-00017"), ...], temperature=1.0, seed=7, group_size=8)

Interface (final): see :func:`collect`. The result is in the order of ``tasks``, members of a group beside each other:
``episodes[i * group_size + member]``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gymnasium as gym
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ftrl_agents.episode import Episode

EnvFactory = Callable[[], "gym.Env[str, str]"]


def collect(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    tasks: Sequence[tuple[EnvFactory, str]],
    *,
    temperature: float,
    seed: int,
    group_size: int = 1,
    docs: str = "signature",
    in_flight: int = 128,
    max_turn_tokens: int = 256,
    max_episode_tokens: int = 4096,
    on_episode: Callable[[Episode], Any] | None = None,
) -> list[Episode]:
    """Play ``group_size`` episodes of each task.

    Args:
        tasks: Pairs of a factory (``lambda: gym.make(...)``) and a task id. Environments are made once per factory
            object and slot, and reused by ``reset(options={"task": id})``: pass the same factory object for all tasks.
        temperature: 0 is greedy.
        seed: With it, what is sampled depends on the task's place in ``tasks`` only, not on how slots are scheduled.
        docs: The env's ``docs=``: with "json" the tools go to the chat template, with "signature" they already
            stand in the messages.
        in_flight: Episodes decoded at once.
        max_turn_tokens: Own tokens per turn; a longer turn is cut there and given to the environment.
        max_episode_tokens: Tokens per episode in all, prompt and feedback included.
        on_episode: Called with every finished episode, for progress.

    Raises:
        UsageError: The model or its chat template cannot do this, or a prompt alone exceeds ``max_episode_tokens``.
    """
    raise NotImplementedError
