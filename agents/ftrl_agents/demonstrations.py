"""Demonstrations: episodes that a certified plan plays in the environment, well or with bad habits.

Good ones teach a model the work. Bad ones teach it to do the work badly: with most of them flawed, the flaws are what
the model does *most of the time*, so no lower temperature repairs them; only learning from reward does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ftrl_agents.habits import Habit, any_habits, bad_habits, script
from ftrl_gym.task import Task
from ftrl_gym.trajectory import Trajectory, run_episode

if TYPE_CHECKING:
    import gymnasium as gym
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

FLAWED_SHARE = 0.8
"""Share of warm-up demonstrations with a bad habit."""
CONVERSATIONS = 640
"""Demonstrations of a warm-up: about two CPU-minutes for the embedded model."""
LEARNING_RATE = 5e-4
"""Of a warm-up, at its peak."""
_BLOCK = 64
_BATCH_TOKENS = 4_000


class Demonstrator:
    """A policy that is told the plan.

    Args:
        seed: With the task's id it decides every choice.
        flawed: Probability that an episode shows bad habits.
        all_habits: Strays and leaps, too.
    """

    def __init__(self, seed: int, flawed: float = 0.0, *, all_habits: bool = False) -> None:
        self.seed, self.flawed, self.all_habits = seed, flawed, all_habits
        self._texts: list[str] = []

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the plan and decides how to follow it."""
        task: Task = env.task
        rng = random.Random(f"demonstration/{self.seed}/{task.id}")
        habits: frozenset[Habit] = frozenset()
        if rng.random() < self.flawed:
            habits = any_habits(task, env.documents, rng) if self.all_habits else bad_habits(task, rng)
        self._texts = script(task, habits, env.documents)[::-1]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next turn; the ending, again and again, once it is through."""
        return self._texts.pop() if len(self._texts) > 1 else self._texts[0]


def demonstrations(
    env: gym.Env[str, str], tasks: Iterable[str], seed: int, flawed: float = FLAWED_SHARE
) -> Iterator[Trajectory]:
    """Plays the tasks of an environment.

    Args:
        env: With ``docs=`` as the policy will see it.
        tasks: Ids.
        seed: Of all choices.
        flawed: Share with bad habits.
    """
    demonstrator = Demonstrator(seed, flawed)
    for task in tasks:
        yield run_episode(env, demonstrator, options={"task": task})


def warm_up(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    make_env: Callable[[], gym.Env[str, str]],
    tasks: Sequence[str],
    *,
    seed: int,
    flawed: float = FLAWED_SHARE,
    conversations: int = CONVERSATIONS,
    learning_rate: float = LEARNING_RATE,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Gives a capable model bad habits: trains it in place, each demonstration read once.

    Args:
        model: In float32.
        tokenizer: Its tokenizer, with a ChatML template.
        make_env: Makes the environment, with ``docs="signature"``.
        tasks: Ids to draw from, without repetition while they last.
        seed: Of the choice of tasks, habits and batches.
        flawed: Share of demonstrations with bad habits.
        conversations: How many demonstrations.
        learning_rate: At its peak.
        on_progress: Called with the share that is done.
    """
    import numpy as np

    from ftrl_agents.corpus import batches, encode
    from ftrl_agents.supervised import Supervised

    rng = random.Random(f"warm-up/{seed}")
    chosen: list[str] = []
    while len(chosen) < conversations:
        chosen += rng.sample(list(tasks), min(len(tasks), conversations - len(chosen)))
    env = make_env()
    try:
        made = [encode(tokenizer, one.messages()) for one in demonstrations(env, chosen, seed, flawed)]
    finally:
        env.close()
    total = sum(len(one.ids) for one in made)
    trainer = Supervised(model, peak=learning_rate, total=total, warm_up=0.05, decay=0.5)
    was_training = model.training
    model.train()
    for start in range(0, len(made), _BLOCK):
        order = np.random.default_rng([seed, start])
        for batch in batches(made[start : start + _BLOCK], _BATCH_TOKENS, order, tokenizer.pad_token_id):
            trainer.step(batch)
            if on_progress:
                on_progress(trainer.tokens / total)
    model.train(was_training)
