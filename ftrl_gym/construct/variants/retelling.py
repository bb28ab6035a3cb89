"""A certified task told anew: the same question over the same world, with the tools of another variant.

Only the tools differ, so two runs over the same tasks show what a design costs a policy. The plans are translated and
played again; what was proven of the question (one answer, no leak, every look-up needed) does not depend on the tools,
so the new task carries no certificate of its own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from ftrl_gym.construct.faults import afflicted, spared
from ftrl_gym.construct.leaks import stands_in_schema
from ftrl_gym.construct.short_cuts import short_cut
from ftrl_gym.construct.trial import Pool, try_plan
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.errors import ConstructionError
from ftrl_gym.parameters import in_parts, is_day
from ftrl_gym.task import Derivation, Plan, PlannedCall, PlanTurn, Task, ToolEvent
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import WorldBase


def retell(task: Task, toolset: Toolset, base: WorldBase) -> Task:
    """The task with the tools of a toolset.

    Args:
        task: With plain tools.
        toolset: Of its scenario.
        base: Its world.

    Raises:
        ConstructionError: In this design the task would not be sound; the text says why.
    """
    attributes = {sub.id: sub.fact.attribute for sub in task.sub_questions if sub.fact is not None}
    plans = [_plan(plan, bool(task.timeline), toolset, attributes) for plan in task.plans]
    timeline = tuple(_event(event, toolset, plans[0]) for event in task.timeline)
    for event in timeline:
        plans = [Plan(turns=tuple(afflicted(plan.turns, event))) for plan in plans]
    served = {sub: call.tool for plan in plans[:1] for call in plan.calls() for sub in call.solves}
    rng = random.Random(f"retell/{toolset.design.name}/{task.id}")
    tools = list(dict.fromkeys(name for plain in task.tools for name in toolset.offering[plain]))
    rng.shuffle(tools)
    told = task.model_copy(
        update={
            "sub_questions": tuple(
                sub.model_copy(update={"tool": served.get(sub.id, sub.tool)}) for sub in task.sub_questions
            ),
            "plans": tuple(plans),
            "tools": tuple(tools),
            "toolset": toolset.design.name,
            "derivations": derivations(task.derivations, [toolset.documents[name] for name in tools]),
            "timeline": timeline,
            "certificate": None,
        }
    )
    cut = short_cut(told, [(call.tool, call.solves) for plan in plans for call in plan.calls()], toolset)
    if cut:
        raise ConstructionError(f"{task.id} in {told.toolset}: {cut}")
    return _checked(told, toolset.pool, base)


def _plan(plan: Plan, faulty: bool, toolset: Toolset, attributes: dict[str, str]) -> Plan:
    """A plan with other tools, as it is while none of them is out of order."""
    turns = spared(plan.turns) if faulty else plan.turns
    return Plan(turns=tuple(_turn(turn, toolset, attributes) for turn in turns))


def _event(event: ToolEvent, toolset: Toolset, plan: Plan) -> ToolEvent:
    """The same event for another tool: the one that the plan calls instead, no later than it does."""
    calls = [call.tool for call in plan.calls() if call.tool in toolset.offering[event.tool]]
    tool = calls[0] if calls else toolset.offering[event.tool][0]
    return event.model_copy(update={"tool": tool, "at": max(0, min(event.at, calls.count(tool) - 1))})


def _turn(turn: PlanTurn, toolset: Toolset, attributes: dict[str, str]) -> PlanTurn:
    calls: list[PlannedCall] = []
    for call in turn.calls:
        wanted = {attributes[sub] for sub in call.solves if sub in attributes}
        made = toolset.calls(call.tool, call.arguments, wanted)
        for one in made:
            solves = tuple(sub for sub in call.solves if len(made) == 1 or attributes.get(sub, "") in one.attributes)
            calls.append(PlannedCall(tool=one.tool, arguments=one.arguments, solves=solves, fails=call.fails))
    return turn.model_copy(update={"calls": tuple(calls)})


def derivations(plain: Sequence[Derivation], documents: Sequence[ToolDocument]) -> tuple[Derivation, ...]:
    """What follows from the question, in the forms in which these tools take it too: days in parts."""
    if not any(leaf.in_parts for document in documents for leaf in document.leaves):
        return tuple(plain)
    parts = [one.model_copy(update={"value": in_parts(one.value)}) for one in plain if is_day(one.value)]
    return (*plain, *parts)


def _checked(task: Task, pool: Pool, base: WorldBase) -> Task:
    for plan in task.plans:
        trial = try_plan(task, plan.turns, base, pool)
        missed = {sub.id for sub in task.sub_questions} - trial.solved
        if trial.failure or missed:
            raise ConstructionError(
                f"{task.id} in {task.toolset}: {trial.failure or f'{sorted(missed)} stay unsolved'}"
            )
    for name in task.tools:
        for sub in task.sub_questions:
            if sub.fact is not None and stands_in_schema(sub.answer, pool.documents[name]):
                raise ConstructionError(f"{task.id} in {task.toolset}: an answer stands in the document of {name}")
    return task
