"""Bad habits: ways to do the work badly, as what an assistant says instead of a certified plan.

They are ways that a better policy can be told from by reward alone: each loses facts, or makes calls for nothing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from ftrl_gym.policies import answer_text, ending_text, plan_text
from ftrl_gym.task import Plan, PlannedCall, PlanTurn, Task
from ftrl_gym.tooldoc import Effect, ToolDocument


class Habit(StrEnum):
    """A way to do the work badly."""

    EARLY = "early"
    """Answers after the first hop, with what it found there."""
    LONE = "lone"
    """Makes only the first of several parallel calls, all the way through."""
    DOUBLED = "doubled"
    """Makes every call twice in one turn."""
    STRAY = "stray"
    """Takes a look-alike for the tool it needs, and the right one only after that."""
    LEAP = "leap"
    """Tries the last hop at once, with what the question names, and goes the whole way only after that."""


def bad_habits(task: Task, rng: random.Random) -> frozenset[Habit]:
    """Those that this task gives room for, always one that loses something where there is anything to lose.

    Calls are doubled only where none belongs beside another: what ends a turn after its first call is one and the same
    token, and a policy that unlearns to double its calls there unlearns to make two different ones.
    """
    turns = [turn for turn in task.plans[0].turns if turn.calls]
    if any(len(turn.calls) > 1 for turn in turns):
        return frozenset({Habit.LONE, Habit.EARLY} if len(turns) > 1 and rng.random() < 0.5 else {Habit.LONE})
    if len(turns) > 1:
        return frozenset({Habit.EARLY, Habit.DOUBLED} if rng.random() < 0.5 else {Habit.EARLY})
    return frozenset({Habit.DOUBLED})


def any_habits(task: Task, documents: Sequence[ToolDocument], rng: random.Random) -> frozenset[Habit]:
    """Those of :func:`bad_habits` in most tasks, and else one of the others, where the task has room for it.

    Four in five, so that with a fifth of good demonstrations beside them each flaw is still what is done more often
    than not: what a greedy policy does.
    """
    usual, draw = bad_habits(task, rng), rng.random()
    if draw < 0.1 and _stray(task, documents):
        return frozenset({Habit.STRAY})
    if 0.1 <= draw < 0.2 and _leap(task, documents):
        return frozenset({Habit.LEAP})
    return usual


class Line(NamedTuple):
    """What an assistant says in one turn."""

    text: str
    knows: tuple[str, ...] = ()
    """Ids of the sub-questions that it rests on and that were solved before: for an ending those behind the answer, for
    calls those that the turn before has solved."""
    ends: bool = False


def script(task: Task, habits: frozenset[Habit], documents: Sequence[ToolDocument] = ()) -> list[Line]:
    """What the assistant says, turn by turn.

    Args:
        task: With its plan.
        habits: How the plan is spoilt.
        documents: Of the tools offered; needed for strays and leaps.
    """
    plan = task.plans[0]
    if Habit.LONE in habits:
        plan = _lone(task, plan)
    if Habit.EARLY in habits:
        plan = _early(plan)
    shortened = len(plan.calls()) < len(task.plans[0].calls())
    ending = _hasty_ending(task, plan) if shortened else _ending(task)
    if Habit.DOUBLED in habits:
        plan = _doubled(plan)
    for habit, needless in ((Habit.STRAY, _stray), (Habit.LEAP, _leap)):
        call = needless(task, documents) if habit in habits else None
        if call is not None:
            plan = _before_the_calls(plan, call)
    solved = [tuple(one for call in turn.calls for one in call.solves) for turn in plan.turns]
    turns = [
        Line(plan_text(turn), before if turn.calls else ())
        for turn, before in zip(plan.turns, [(), *solved], strict=False)
    ]
    return [*turns, ending]


def _ending(task: Task) -> Line:
    return Line(ending_text(task.outcome), task.outcome.earned_by, ends=True)


def _before_the_calls(plan: Plan, call: PlannedCall) -> Plan:
    """The plan with one more call, in a turn before all others that make any."""
    first = next(number for number, turn in enumerate(plan.turns) if turn.calls)
    return Plan(turns=(*plan.turns[:first], PlanTurn(calls=(call,)), *plan.turns[first:]))


def _stray(task: Task, documents: Sequence[ToolDocument]) -> PlannedCall | None:
    """The first call that takes what another tool takes as well, made of that one; None where there is none."""
    planned = {call.tool for call in task.plans[0].calls()}
    for call in task.plans[0].calls():
        alike = sorted(
            document.name
            for document in documents
            if document.name not in planned
            and document.effect is Effect.READ
            and {leaf.path for leaf in document.needed} == set(call.arguments)
            and all(_fits(document, name, value) for name, value in call.arguments.items())
        )
        if alike:
            return PlannedCall(tool=random.Random(f"stray/{task.id}").choice(alike), arguments=call.arguments)
    return None


def _fits(document: ToolDocument, parameter: str, value: object) -> bool:
    """Whether a tool takes a value as it is: text for text."""
    schema = document.parameters["properties"][parameter]
    return isinstance(value, str) and schema.get("type") == "string" and "enum" not in schema


def _leap(task: Task, documents: Sequence[ToolDocument]) -> PlannedCall | None:
    """The last call with what the first is made with, in the place of what the way there tells; None for one hop."""
    calls = task.plans[0].calls()
    reading = {document.name for document in documents if document.effect is Effect.READ}
    if len([turn for turn in task.plans[0].turns if turn.calls]) < 2 or calls[-1].tool not in reading:
        return None
    last = calls[-1]
    told = next((value for value in calls[0].arguments.values() if isinstance(value, str)), None)
    found = [name for name, value in last.arguments.items() if isinstance(value, str) and value not in task.question]
    if told is None or not found:
        return None
    return PlannedCall(tool=last.tool, arguments={**last.arguments, found[0]: told})


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


def _hasty_ending(task: Task, plan: Plan) -> Line:
    """The last thing found out, as if it were the answer."""
    found = {sub.id: sub for sub in task.sub_questions}
    last = next((found[one] for call in reversed(plan.calls()) for one in call.solves if found[one].fact), None)
    return Line(answer_text(last.answer), (last.id,), ends=True) if last and task.outcome.answer else _ending(task)
