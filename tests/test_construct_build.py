"""Deployment, certificates and the packaged build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ftrl_gym import registry
from ftrl_gym.construct.build import build
from ftrl_gym.construct.certify import Certifier, Depth
from ftrl_gym.construct.endless import endless_task, world_of
from ftrl_gym.construct.leaks import empty_call_works, stands_in_schema
from ftrl_gym.construct.orders import WORLDS
from ftrl_gym.construct.orders import Plan as BuildPlan
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.trial import Pool, try_plan
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.errors import CertificationError, UnknownNameError
from ftrl_gym.task import Answer, AnswerType, Plan, ScriptedUser, Split, Task

POOL = scenario("TravelBooking").pool


def pool_of(task: Task) -> Pool:
    """Documents and code of the tools that a task is about."""
    return scenario("TravelBooking").toolset(Design.named(task.toolset)).pool


@pytest.fixture(scope="module")
def certified() -> list[Task]:
    cases = [(n, features) for n in range(2) for features in ((), ("user",), ("state",))]
    return [endless_task(n, features=features, scalings=("extension",)) for n, features in cases]


def test_a_certificate_says_what_was_measured(certified: list[Task]) -> None:
    for task in certified:
        proof = task.certificate
        assert proof is not None
        assert (proof.oracle_return, proof.solver_plan, proof.readings) == (1.0, "confirmed", 1)
        assert proof.probe_return <= proof.floor_return + 0.02


def test_a_quick_task_claims_no_certificate_and_is_otherwise_no_worse() -> None:
    task = endless_task(4, certify="quick", scalings=("extension",))
    assert task.certificate is None
    proven = Certifier(pool_of(task), Depth.FULL).certify(task, world_of(task.world), 1)
    assert proven.model_copy(update={"certificate": None}) == task


def test_a_task_whose_plan_does_not_solve_it_gets_no_certificate(certified: list[Task]) -> None:
    task = certified[0]
    broken = task.model_copy(update={"plans": (Plan(turns=()),)})
    with pytest.raises(CertificationError, match="oracle"):
        Certifier(pool_of(task)).certify(broken, world_of(task.world), 1)
    wrong = Answer(type=AnswerType.NUMBER, value=-12345)
    outcome = task.outcome.model_copy(update={"answer": wrong})
    with pytest.raises(CertificationError, match=r"oracle|solver"):
        Certifier(pool_of(task)).certify(task.model_copy(update={"outcome": outcome}), world_of(task.world), 1)
    with pytest.raises(CertificationError, match="readings"):
        Certifier(pool_of(task)).certify(task, world_of(task.world), 2)


def test_every_plan_of_a_task_runs_and_each_call_is_grounded(certified: list[Task]) -> None:
    for task in certified:
        for plan in task.plans:
            trial = try_plan(task, plan.turns, world_of(task.world), pool_of(task))
            assert not trial.failure
            assert trial.solved == {sub.id for sub in task.sub_questions}


def test_the_three_leaks_of_the_published_data_are_seen() -> None:
    rooms = POOL.documents["list_rooms"]
    assert stands_in_schema(Answer(type=AnswerType.NAME, value="suite"), rooms)
    assert stands_in_schema(Answer(type=AnswerType.NAME, value="any"), rooms)
    assert not stands_in_schema(Answer(type=AnswerType.NAME, value="courtyard"), rooms)
    assert not any(map(empty_call_works, POOL.documents.values()))


def test_an_endless_world_is_made_again_from_its_id() -> None:
    assert world_of("endless-12-mixed").tables == world_of("endless-12-mixed").tables
    for wrong in ("w00", "endless-x-real", "endless-3-latin"):
        with pytest.raises(UnknownNameError):
            world_of(wrong)


def test_a_build_is_byte_identical_and_loads(tmp_path: Path, own_registry: Path) -> None:
    names = ("one", "two")
    for name in names:
        build(BuildPlan("TravelBooking", 5, train=12, test=8), tmp_path / name)
    first, second = (
        {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*.*")} for name in names
    )
    assert first == second
    scenario = registry.load_folder(tmp_path / "one" / "TravelBooking")
    worlds = {}
    for split, count in ((Split.TRAIN, 12), (Split.TEST, 8)):
        tasks = scenario.load_tasks(split)
        assert len(tasks) == len({(task.question, task.outcome.kind) for task in tasks}) == count
        assert all(task.certificate and task.certificate.solver_plan == "confirmed" for task in tasks)
        worlds[split] = {task.world for task in tasks}
        assert worlds[split] <= {f"w{n:02d}" for n in range(sum(WORLDS.values()))}
    assert not worlds[Split.TRAIN] & worlds[Split.TEST]


def test_the_packaged_scenario_holds_what_it_promises() -> None:
    folder = registry.packaged_root() / "TravelBooking"
    lines = {split: (folder / f"tasks.{split.value}.jsonl").read_text().splitlines() for split in Split}
    assert {split: len(found) for split, found in lines.items()} == {Split.TRAIN: 2000, Split.TEST: 400}
    tasks = [Task.model_validate(json.loads(line)) for line in lines[Split.TEST]]
    assert sum(isinstance(task.counterpart, ScriptedUser) for task in tasks) >= 100
    assert sum("state" in task.features for task in tasks) >= 60
    assert all(task.certificate is not None and task.certificate.oracle_return == 1.0 for task in tasks)
    kinds = [task.kind for task in tasks]
    assert all(kinds.count(kind) == 100 for kind in set(kinds))
