"""Clinic through the whole pipeline: certified endless tasks of every kind, a build that loads, an env that runs."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from pathlib import Path

import gymnasium as gym
import pytest

from ftrl_gym import registry, trust
from ftrl_gym.construct.build import build
from ftrl_gym.construct.domain import Search
from ftrl_gym.construct.endless import endless_task, world_of
from ftrl_gym.construct.orders import Plan
from ftrl_gym.construct.scenarios import names, scenario
from ftrl_gym.construct.trial import try_plan
from ftrl_gym.construct.wording import superlative
from ftrl_gym.errors import UnknownNameError
from ftrl_gym.task import Kind, OutcomeKind, ScriptedUser, Split, Task

FEATURES: tuple[tuple[str, ...], ...] = ((), ("user",), ("state",), ("state", "user"))


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    """40 certified tasks: ten of each kind, with every dial and style of names."""
    styles = ("real", "mixed", "syllables")
    return [
        endless_task(
            number,
            Split.TEST if number % 3 else Split.TRAIN,
            kinds=[list(Kind)[number % 4]],
            features=FEATURES[number // 4 % 4],
            names=styles[number // 16 % 3],
            scenario="Clinic",
            scalings=("extension",),
        )
        for number in range(40)
    ]


def test_every_task_is_certified(tasks: list[Task]) -> None:
    for task in tasks:
        proof = task.certificate
        assert proof is not None and (proof.oracle_return, proof.solver_plan, proof.readings) == (1.0, "confirmed", 1)
        assert proof.probe_return <= proof.floor_return + 0.02


def test_every_kind_feature_and_depth_is_reached(tasks: list[Task]) -> None:
    assert {kind: sum(task.kind is kind for task in tasks) for kind in Kind} == dict.fromkeys(Kind, 10)
    assert {task.outcome.kind for task in tasks} == {OutcomeKind.ANSWER, OutcomeKind.STATE}
    assert sum(isinstance(task.counterpart, ScriptedUser) for task in tasks) >= 6
    deepest = endless_task(1, kinds=["multi_hop"], difficulty=1.0, certify="quick", scenario="Clinic")
    assert deepest.hops == 10


def test_somebody_may_think_better_of_a_booking() -> None:
    wishes = (
        endless_task(
            n,
            kinds=["parallel_multi_hop"],
            features=("state", "user"),
            difficulty=0.0,
            certify="quick",
            scenario="Clinic",
        )
        for n in range(300)
    )
    users = (task for task in wishes if isinstance(task.counterpart, ScriptedUser) and task.counterpart.changes)
    task = next(task for task in users if task.outcome.kind is OutcomeKind.STATE)
    assert [call.tool for call in task.plans[0].calls()][-2:] == ["book_appointment", "cancel_appointment"]
    assert "Cancel the new appointment." in {sub.question for sub in task.sub_questions}


def test_plans_run_and_calls_are_grounded(tasks: list[Task]) -> None:
    for task in tasks:
        assert task.world.startswith("endless-Clinic-")
        for plan in task.plans:
            trial = try_plan(task, plan.turns, world_of(task.world), scenario("Clinic").pool)
            assert not trial.failure and trial.solved == {sub.id for sub in task.sub_questions}


def test_questions_are_well_formed_and_hold_no_internal_id(tasks: list[Task]) -> None:
    for task in tasks:
        user = task.counterpart
        said = [task.question]
        if isinstance(user, ScriptedUser):
            said += [slot.reply for slot in user.slots] + [change.text for change in user.changes]
        for text in said:
            assert not re.search(r"\b[PDS]-\d{4}", text), text
            assert (text[0].isupper() or text[0].isdigit()) and text[-1] in ".?", text
            assert not re.search(r"  | [.?!,]|\{|\}|\bto to\b|\bof of\b|\bin in\b|\bthe the\b|None", text), text


@pytest.mark.parametrize("name", ["Clinic", "Bank"])
def test_the_words_of_a_declaration_read_well(name: str) -> None:
    domain = scenario(name).domain
    for attribute in (a for thing in domain.things.values() for a in thing.attributes.values() if a.low):
        assert superlative(attribute.low) != attribute.low and superlative(attribute.high) != attribute.high
    counted = [step for step in domain.steps.values() if isinstance(step, Search) and step.plural]
    assert {bool(step.place) for step in counted} == {True, False}
    assert all(("{x}" in step.plural) != ("{x}" in step.place) for step in counted)
    assert all(isinstance(thing.detail.nouns, tuple) for thing in domain.things.values() if thing.detail)


def test_what_is_counted_is_in_a_place_or_somebodys() -> None:
    counts = (
        endless_task(number, split, kinds=["parallel_single_hop"], certify="quick", scenario="Clinic").question
        for number in range(60)
        for split in Split
    )
    found = [text for text in counts if re.search("how many|count|number of medicines", text, re.IGNORECASE)]
    assert len(found) > 3
    for text in found:
        assert not re.search(r"\bthere (?:of|made)\b|^(?:Of (?!the)|Made|,)|  ", text), text


def test_a_bank_is_nothing_but_a_declaration() -> None:
    refused: Counter[str] = Counter()
    tasks = [
        endless_task(n, kinds=[list(Kind)[n % 4]], features=FEATURES[n // 4], refused=refused, scenario="Bank")
        for n in range(16)
    ]
    assert all(task.certificate and task.certificate.oracle_return == 1.0 for task in tasks)
    assert len(tasks) / (len(tasks) + refused.total()) > 0.2
    code = scenario("Bank").code
    assert "def make_transfer(world: Any, source: str, target: str, amount: int)" in code


def test_a_task_follows_from_its_seed(tasks: list[Task]) -> None:
    again = endless_task(
        4, Split.TEST, kinds=["single_hop"], features=FEATURES[1], scenario="Clinic", scalings=("extension",)
    )
    assert again == tasks[4]
    assert again != endless_task(5, Split.TEST, kinds=["single_hop"], scenario="Clinic", certify="quick")


def test_a_build_loads_and_its_environment_pays_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "Clinic"
    monkeypatch.setattr(trust, "user_folder", lambda: tmp_path / "user")
    build(Plan("Clinic", 2, train=6, test=4), tmp_path)
    loaded = registry.load_folder(folder)
    assert loaded.manifest.title == "Outpatient clinic" and "stays refused" in loaded.manifest.instruction
    assert [len(loaded.load_tasks(split)) for split in (Split.TRAIN, Split.TEST)] == [6, 4]
    assert loaded.source == scenario("Clinic").code

    monkeypatch.setenv("FTRL_REGISTRY", str(tmp_path))
    import ftrl_gym

    monkeypatch.setitem(gym.registry, "ftrl/Clinic-v0", None)  # gone again after this test
    del gym.registry["ftrl/Clinic-v0"]
    ftrl_gym.register_all()
    env = gym.make("ftrl/Clinic-v0", tasks="endless")
    observation, info = env.reset(seed=3)
    assert "list_appointments" in observation or "get_" in observation
    assert info["tools"]
    assert pickle.loads(pickle.dumps(env.unwrapped)).reset(seed=3)[0] == observation
    env.close()


def test_scenarios_are_known_by_name() -> None:
    assert {"TravelBooking", "Clinic"} <= set(names())
    with pytest.raises(UnknownNameError, match="did you mean 'Clinic'"):
        endless_task(0, scenario="Clinc")
    with pytest.raises(UnknownNameError):
        world_of("endless-Clinc-3-real")


def test_the_first_scenario_keeps_its_worlds_and_tasks() -> None:
    task = endless_task(3, features=("state", "user"), certify="quick")
    assert task.world == "endless-0-real" and task == endless_task(
        3, features=("state", "user"), certify="quick", scenario="TravelBooking"
    )
