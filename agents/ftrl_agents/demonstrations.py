"""Demonstrations: episodes that a certified plan plays in the environment, well or with bad habits.

Good ones teach a model the work. Bad ones teach it to do the work badly: with most of them flawed, the flaws are what
the model does *most of the time*, so no lower temperature repairs them; only learning from reward does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ftrl_gym.policies import answer_text, ending_text, plan_text
from ftrl_gym.task import Plan, PlanTurn, Task
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


class Habit(StrEnum):
    """A way to do the work badly."""

    EARLY = "early"
    """Answers after the first hop, with what it found there."""
    LONE = "lone"
    """Makes only the first of several parallel calls, all the way through."""
    DOUBLED = "doubled"
    """Makes every call twice in one turn."""


class Demonstrator:
    """A policy that is told the plan.

    Args:
        seed: With the task's id it decides every choice.
        flawed: Probability that an episode shows bad habits.
    """

    def __init__(self, seed: int, flawed: float = 0.0) -> None:
        self.seed, self.flawed = seed, flawed
        self._texts: list[str] = []

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the plan and decides how to follow it."""
        task: Task = env.task
        rng = random.Random(f"demonstration/{self.seed}/{task.id}")
        habits = bad_habits(task, rng) if rng.random() < self.flawed else frozenset()
        self._texts = script(task, habits)[::-1]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next turn; the ending, again and again, once it is through."""
        return self._texts.pop() if len(self._texts) > 1 else self._texts[0]


def bad_habits(task: Task, rng: random.Random) -> frozenset[Habit]:
    """Those that this task gives room for: always one that loses something, half of the time doubled calls as well."""
    turns = [turn for turn in task.plans[0].turns if turn.calls]
    habits = {Habit.LONE} if any(len(turn.calls) > 1 for turn in turns) else set()
    if len(turns) > 1 and (not habits or rng.random() < 0.5):
        habits.add(Habit.EARLY)
    if not habits or rng.random() < 0.5:
        habits.add(Habit.DOUBLED)
    return frozenset(habits)


def script(task: Task, habits: frozenset[Habit]) -> list[str]:
    """What the assistant says, turn by turn."""
    plan = task.plans[0]
    if Habit.LONE in habits:
        plan = _lone(task, plan)
    if Habit.EARLY in habits:
        plan = _early(plan)
    shortened = len(plan.calls()) < len(task.plans[0].calls())
    ending = _hasty_ending(task, plan) if shortened else ending_text(task.outcome)
    if Habit.DOUBLED in habits:
        plan = _doubled(plan)
    return [*map(plan_text, plan.turns), ending]


def _doubled(plan: Plan) -> Plan:
    return Plan(
        turns=tuple(t.model_copy(update={"calls": tuple(c for c in t.calls for _ in "12")}) for t in plan.turns)
    )


def _early(plan: Plan) -> Plan:
    turns: list[PlanTurn] = []
    for turn in plan.turns:
        turns.append(turn)
        if turn.calls:
            break
    return Plan(turns=tuple(turns))


def _lone(task: Task, plan: Plan) -> Plan:
    """One call in each turn, as far as what it rests on was found out."""
    rests_on = {sub.id: sub.depends_on for sub in task.sub_questions}
    known: set[str] = set()
    turns: list[PlanTurn] = []
    for turn in plan.turns:
        possible = (call for call in turn.calls if all(known.issuperset(rests_on[one]) for one in call.solves))
        call = next(possible, None)
        if call is not None:
            known.update(call.solves)
            turns.append(turn.model_copy(update={"calls": (call,)}))
        elif turn.say:
            turns.append(turn.model_copy(update={"calls": ()}))
        else:
            break
    return Plan(turns=tuple(turns))


def _hasty_ending(task: Task, plan: Plan) -> str:
    """The last thing found out, as if it were the answer."""
    found = {sub.id: sub for sub in task.sub_questions}
    last = next((found[one] for call in reversed(plan.calls()) for one in call.solves if found[one].fact), None)
    return answer_text(last.answer) if last and task.outcome.answer else ending_text(task.outcome)


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
