"""The dial ``routes``: several tools tell the same fact, and every plan that uses them is worth as much as another."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import pytest

from ftrl_gym.construct.certify import _OneTask
from ftrl_gym.construct.endless import endless_brief, endless_writer, world_of
from ftrl_gym.construct.objects import Brief
from ftrl_gym.construct.scenarios import names, scenario
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.extension import Added
from ftrl_gym.construct.variants.functions import Role
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.construct.writer import write_task
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.execution import ToolFailure
from ftrl_gym.policies import Scripted, ending_text, plan_text
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import Kind, Plan, PlanTurn, Task
from ftrl_gym.trajectory import run_episode
from ftrl_gym.world import World, WorldBase

SCENARIOS = ("Clinic", "Bank", "University")
CHAINS = (Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP)


def _brief(name: str, seed: int, **more: Any) -> Brief:
    kinds = more.pop("kinds", CHAINS)
    more = {"difficulty": 1.0, "always": ["routes"], **more}
    return endless_brief(seed, scenario=name, kinds=kinds, **more)


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    return [
        write_task(endless_writer(name), _brief(name, seed), f"t{seed}") for name in SCENARIOS for seed in (9000, 9003)
    ]


def _env(task: Task) -> gym.Env[str, str]:
    toolset = scenario(_scenario(task)).toolset(Design.named(task.toolset))
    taskset = _OneTask(toolset.pool)
    taskset.task, taskset.base = task, world_of(task.world)
    return VerifiableReward(ToolUseEnv(taskset, docs="signature"))


def _scenario(task: Task) -> str:
    return task.world.split("-")[1]


def _return(task: Task, plan: Plan) -> float:
    script = [*map(plan_text, plan.turns), ending_text(task.outcome)]
    return run_episode(_env(task), Scripted(script), options={"task": task.id}).episode_return


def test_most_chains_have_several_plans_of_different_tools(tasks: list[Task]) -> None:
    """A third is what is asked for; of these few, half must have three."""
    assert sum(len(task.plans) >= 3 for task in tasks) * 2 >= len(tasks)
    for task in tasks:
        used = {tuple(sorted(call.tool for call in plan.calls())) for plan in task.plans}
        assert len(used) == len(task.plans) <= 6
        assert {call.tool for plan in task.plans for call in plan.calls()} <= set(task.tools)
    lengths = {len(plan.calls()) - len(task.plans[0].calls()) for task in tasks for plan in task.plans}
    assert min(lengths) < 0, "no tool tells at once what takes two calls"


def test_every_plan_and_every_mixture_of_plans_is_worth_one(tasks: list[Task]) -> None:
    rng = random.Random(4)
    for task in tasks:
        assert task.certificate is not None
        assert task.certificate.oracle_return == 1.0
        for plan in task.plans:
            assert _return(task, plan) == pytest.approx(1.0)
        for _ in range(4):
            one, other = rng.choice(task.plans), rng.choice(task.plans)
            cut = rng.randint(0, len(one.turns))
            assert _return(task, _mixed(one, other, cut)) == pytest.approx(1.0)


def _mixed(one: Plan, other: Plan, cut: int) -> Plan:
    """The first turns of a plan, and from another what they leave unsolved."""
    begun = one.turns[:cut]
    solved = {sub for turn in begun for call in turn.calls for sub in call.solves}
    rest = (tuple(call for call in turn.calls if not solved.issuperset(call.solves)) for turn in other.turns)
    return Plan(turns=(*begun, *(PlanTurn(calls=calls) for calls in rest if calls)))


def test_without_the_dial_there_are_no_views() -> None:
    for design in (Design(4), Design(0, 3, 3, 3), Design(7, long=1)):
        assert not [one for one in scenario("Clinic").toolset(design).added if one.parents]
    assert "-" not in Design(4, 1, 1, 1).name.removeprefix("v0004-")


@pytest.mark.parametrize("dial", ["routes", "confusable"])
@pytest.mark.parametrize("variant", [0, 6])
def test_a_level_has_what_the_level_below_it_has(dial: str, variant: int) -> None:
    levels = [
        {one.function.name for one in scenario("Bank").toolset(Design(variant, **{dial: n})).added} for n in range(4)
    ]
    assert all(less < more for less, more in itertools.pairwise(levels))


def _found(name: str, toolset: Toolset, world: World, arguments: dict[str, Any]) -> Any:
    try:
        return toolset.pool.toolbox.run(name, arguments, world)
    except ToolFailure as refused:
        return refused


def _calls(name: str, one: Added, base: WorldBase) -> Iterator[dict[str, Any]]:
    """Arguments for a view, from the first rows of the table that its parent looks into."""
    for function in scenario(name).domain.documents.values():
        if function.name == one.parents[0]:
            needed = one.function.required
            bound = [function.binds[parameter].partition(".") for parameter in needed]
            table = bound[0][0]
            if {entity for entity, _, _ in bound} == {table} and table in base.tables:
                rows = ({**row, "": key} for key, row in list(base.tables[table].items())[:3])
                for row in rows:
                    values = [row.get(column, row[""]) for _, _, column in bound]
                    if all(isinstance(value, str) and value for value in values):
                        yield dict(zip(needed, values, strict=True))


@pytest.mark.parametrize("name", names())
def test_a_view_shows_what_the_scenarios_own_tool_shows(name: str) -> None:
    toolset = scenario(name).toolset(Design(0, routes=3, confusable=3))
    world = World(scenario(name).make_world(3, "real"))
    tried = served = 0
    for one in toolset.added:
        if not one.parents or not one.function.document.returns.facts or one.function.name.startswith("preview_"):
            continue
        (view,), (own,) = toolset.offering[one.function.name], toolset.offering[one.parents[0]]
        for arguments in _calls(name, one, world.base):
            tried += 1
            told, whole = (_found(tool, toolset, world, arguments) for tool in (view, own))
            if isinstance(told, ToolFailure):
                assert not one.sure or isinstance(whole, ToolFailure) or "has no" in str(told), (view, told)
                continue
            served += 1
            rows, wholes = ([each] for each in (told, whole))
            if one.function.role is Role.LISTING:
                rows, wholes = told[one.function.rows], whole[one.function.rows]
            assert len(rows) == len(wholes)
            for row, full in zip(rows, wholes, strict=True):
                shared = row.keys() & full.keys()
                assert shared
                assert all(row[field] == full[field] for field in shared), (view, row, full)
                assert len(row) == len(one.function.fields)
    assert served > 0.8 * tried > 20
