"""Rich documents from end to end: what is scored, checked, solved, probed and exported for them."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich_documents import DOCUMENTS, FIND_DOCTORS, GET_DOCTORS
from rich_scenario import BY_ID, MAY_12, TASKS, call, fact, rich_scenario

from ftrl_gym import solver
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.export.ftrl import FtrlRows, Skipped
from ftrl_gym.goal import Goal
from ftrl_gym.grounding import Grounding
from ftrl_gym.matching import Ledger
from ftrl_gym.policies import Oracle, Random, call_text, random_arguments
from ftrl_gym.probes import probe_task
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.scenario import Scenario
from ftrl_gym.solver_vocabulary import Vocabulary
from ftrl_gym.task import Plan, PlannedCall, PlanTurn, Task
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.trajectory import run_episode

IDS = [task.id for task in TASKS]
Env = gym.Env[str, str]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return rich_scenario(Path(tmp_path_factory.mktemp("registry")))


@pytest.fixture(scope="module")
def tasksets(scenario: Scenario) -> dict[str, ScenarioTaskSet]:
    return {split: ScenarioTaskSet(scenario, split=split) for split in ("train", "test")}


@pytest.fixture
def env(tasksets: dict[str, ScenarioTaskSet]) -> Iterator[dict[str, Env]]:
    yield {split: VerifiableReward(ToolUseEnv(tasks)) for split, tasks in tasksets.items()}


def play(env: dict[str, Env], task: str, *calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The score after calls, a turn each."""
    mine = env[task.split("-")[0]]
    mine.reset(options={"task": task})
    info: dict[str, Any] = {}
    for made in calls:
        info = mine.step(call_text([made]))[-1]
    return info["score"] | {"said": info["messages"][0]["content"]}


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_the_oracle_gets_everything(env: dict[str, Env], task: Task) -> None:
    episode = run_episode(env[task.split.value], Oracle(), options={"task": task.id})
    assert episode.episode_return == pytest.approx(1.0)


# --- scoring ---------------------------------------------------------------------------------------------------------


def test_a_call_never_earns_what_its_arguments_say(env: dict[str, Env]) -> None:
    """Neither the id of a merged look-up, nor a nested filter, nor an element of a batch."""
    asked = "test-day"
    assert play(env, asked, ("look_up", {"kind": "doctor", "id": "D582"}))["solved"] == 0
    assert play(env, asked, ("get_doctor", {"name": "Bo Lind"}), ("get_doctors", {"ids": ["D582"]}))["waste"] == 1
    known = ("find_doctors", {"filter": {"city": "Tromso"}})
    named = ("find_doctors", {"filter": {"city": "Tromso", "speciality": "surgeon"}})
    assert play(env, "train-nested", known)["solved"] == 1
    assert play(env, "train-nested", named)["solved"] == 1


def test_every_element_of_a_batch_must_be_known(env: dict[str, Env]) -> None:
    assert play(env, "train-batch", ("get_doctors", {"ids": ["D417", "D582"]}))["solved"] == 0
    assert play(env, "train-batch", ("get_doctors", {"ids": ["D417"]}))["solved"] == 1
    both = play(env, "train-batch", ("get_doctors", {"ids": ["D903", "D417"]}))
    assert (both["solved"], both["waste"], both["f1"]) == (2, 0, 1.0)


def test_a_day_in_parts_is_one_value(env: dict[str, Env]) -> None:
    first = ("get_doctor", {"name": "Bo Lind"})
    on = {"doctor_id": "D582"}
    assert play(env, "test-day", first, ("get_visits", {**on, "day": MAY_12}))["solved"] == 2
    other = {"year": 2026, "month": 12, "day": 5}  # each number of it stands in the question
    score = play(env, "test-day", first, ("get_visits", {**on, "day": other}), ("get_visits", {**on, "day": MAY_12}))
    assert (score["solved"], score["waste"]) == (2, 1)
    reordered = {"day": {"day": 12, "month": 5.0, "year": 2026}, **on}
    score = play(env, "test-day", first, ("get_visits", reordered), ("get_visits", {**on, "day": MAY_12}))
    assert (score["solved"], score["waste"]) == (2, 1), "in another order it is the same call"


def test_options_cost_nothing_and_gain_nothing(env: dict[str, Env]) -> None:
    city = {"filter": {"city": "Tromso"}}
    for options in ({}, {"limit": 7}, {"sort_by": "fee", "limit": 1}, {"filter": {"city": "Tromso", "max_fee": 99}}):
        score = play(env, "train-cheapest", ("find_doctors", {**city, **options}))
        assert (score["solved"], score["waste"], score["precision"]) == (1, 0, 1.0), options
    score = play(env, "train-cheapest", ("find_doctors", city), ("find_doctors", {**city, "limit": 7}))
    assert (score["solved"], score["waste"]) == (1, 1), "the same look-up again"
    assert play(env, "train-cheapest", ("find_doctors", {"filter": {"city": "Galway"}, "limit": 7}))["waste"] == 1


def test_a_needed_look_up_is_needed_once_whatever_its_options() -> None:
    """The plan needs its search without earning by it; the same search with other options is waste."""
    search = call("find_doctors", filter={"city": "Tromso"})
    page = call("find_doctors", filter={"city": "Tromso"}, limit=1)
    for turns, counted in (((search,), 1), ((search, page), 2)):
        plan = Plan(turns=tuple(PlanTurn(calls=(one,)) for one in turns))
        task = BY_ID["test-number"].model_copy(update={"plans": (plan,)})
        ledger = Ledger(Goal.of(task, DOCUMENTS))
        for limit in (7, 8, 9):
            ledger.ran("find_doctors", {"filter": {"city": "Tromso"}, "limit": limit}, True, {}, None)
        assert ledger.score().waste == 3 - counted
        assert ledger.copy().score() == ledger.score() and ledger.copy().looked_up == ledger.looked_up


def test_a_failing_look_up_is_forgiven_with_options_too() -> None:
    plan = Plan(turns=(PlanTurn(calls=(call("find_doctors", filter={"city": "Tromso"}),)),))
    ledger = Ledger(Goal.of(BY_ID["test-number"].model_copy(update={"plans": (plan,)}), DOCUMENTS))
    ledger.failed("find_doctors", {"filter": {"city": "Tromso"}, "limit": 7}, "busy", valid=True, transient=True)
    assert ledger.score().waste == 0


def test_results_of_another_kind_deliver_nothing() -> None:
    """Where objects of several entities have the same fields, ``where`` tells them apart."""
    ledger = Ledger(Goal.of(BY_ID["test-number"], DOCUMENTS))
    ledger.ran("find_rooms", {"floor": "3"}, True, [{"kind": "ward", "id": "R12", "wing": "Amber"}], None)
    assert ledger.score().solved == 0
    ledger.ran("find_rooms", {"floor": "7"}, True, [{"kind": "room", "id": "R12", "wing": "Amber"}], None)
    assert ledger.score().solved == 1


@pytest.mark.parametrize(
    ("tool", "arguments", "grounded"),
    [
        ("find_doctors", {"filter": {"city": "Oslo"}}, True),
        ("find_doctors", {"filter": {"city": "Oslo", "speciality": "dentist", "max_fee": 99}, "limit": 98}, True),
        ("find_doctors", {"filter": {"city": "Rome"}}, False),
        ("find_doctors", {"filter": {"city": "Oslo", "max_age": 44}}, False),
        ("get_doctors", {"ids": ["D1", "Oslo"]}, True),
        ("get_doctors", {"ids": ["D1", "D2"]}, False),
        ("get_doctors", {"ids": []}, True),
        ("get_visits", {"doctor_id": "D1", "day": {"year": 2026, "month": 7, "day": 1}}, True),
        ("get_visits", {"doctor_id": "D1", "day": {"year": 2026, "month": 1, "day": 7}}, False),
        ("get_visits", {"doctor_id": "D1", "day": MAY_12}, True),
        ("book_visit", {"visit": {"doctor_id": "D1", "day": MAY_12, "patient": "Oslo"}}, True),
        ("book_visit", {"visit": {"doctor_id": "D1", "day": MAY_12, "patient": "Ann"}}, False),
        ("find_rooms", {"floor": "7"}, True),
        ("find_rooms", {"floor": "6"}, False),
    ],
)
def test_what_is_grounded(tool: str, arguments: dict[str, Any], grounded: bool) -> None:
    told = Grounding("What about D1 in Oslo, 2026-07-01, with 7 guests?")
    assert Ledger(Goal.of(BY_ID["test-day"], DOCUMENTS)).grounded(tool, arguments, told) is grounded


# --- checking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (("get_doctor", {}), "give exactly one of doctor_id and name. Usage: get_doctor((doctor_id: string | name"),
        (("get_doctor", {"doctor_id": "D1", "name": "A"}), "give exactly one of doctor_id and name, not more"),
        (("find_doctors", {"filter": {}}), "filter must contain ['city'] properties"),
        (("find_doctors", {"filter": {"city": 5}}), "filter.city must be string"),
        (("find_doctors", {"filter": {"city": "x", "<town>": 1}}), "unknown argument 'filter."),
        (("get_doctors", {"ids": "D417"}), "ids must be array"),
        (("get_doctors", {"ids": []}), "ids must contain at least 1 items"),
        (("find_rooms", {"floor": 3}), "floor must be string"),
        (("get_visits", {"doctor_id": "D582", "day": "2026-05-12"}), "day must be object"),
        (("look_up", {"kind": "nurse", "id": "x"}), "kind must be one of"),
    ],
)
def test_bad_arguments_are_explained(env: dict[str, Env], call: tuple[str, dict[str, Any]], says: str) -> None:
    assert says in play(env, "train-merged", call)["said"]


def test_equal_calls_have_one_canonical_form() -> None:
    checker = Checker(FIND_DOCTORS)
    plain = {"filter": {"city": "Oslo"}}
    for more in ({"limit": 10}, {"limit": 10.0, "sort_by": "name"}):
        assert checker.canonical({**plain, **more}) == plain
    assert checker.canonical({"filter": {"city": "Oslo", "max_fee": 90.0}}) == {
        "filter": {"city": "Oslo", "max_fee": 90}
    }
    typed = checker.typed({"filter": {"city": "Oslo", "max_fee": 90.0}})["filter"]["max_fee"]
    assert typed == 90 and isinstance(typed, int)
    optional = {"type": "object", "properties": {"page": {"type": "integer", "default": 1}}}
    document = GET_DOCTORS.model_copy(
        update={"parameters": {"type": "object", "properties": {"ids": {}, "paging": optional}}}
    )
    assert Checker(document).canonical({"ids": [1.0], "paging": {"page": 1}}) == {"ids": [1.0]}


CHECKERS = {document.name: Checker(document) for document in DOCUMENTS}


@settings(deadline=None)
@given(st.sampled_from(DOCUMENTS), st.integers(0, 10_000), st.data())
def test_the_checker_takes_what_fits_and_explains_what_does_not(document: Any, seed: int, data: st.DataObject) -> None:
    """Whatever random arguments lose, gain or change: a message with the usage, or a canonical form that fits."""
    arguments = random_arguments(document.parameters, ["Oslo", "D417", "2026-05-12", "7"], random.Random(seed))
    checker = CHECKERS[document.name]
    broken = json.loads(json.dumps(arguments))
    inner = broken
    while inner and data.draw(st.booleans()) and isinstance(inner[min(inner)], dict):
        inner = inner[min(inner)]
    odd = data.draw(st.sampled_from([None, 3.5, "<x>", [], {}, {"<x>": 1}, [["a"]]]))
    inner[data.draw(st.sampled_from([*inner, "<new>"]))] = odd
    for made in (arguments, broken):
        problem = checker.problem(made)
        if problem is None:
            assert checker.problem(checker.canonical(made)) is None
            assert checker.canonical(checker.canonical(made)) == checker.canonical(made)
            assert checker.problem(checker.typed(made)) is None
        else:
            said, _, usage = problem.partition("Usage: ")
            assert usage == document.signature() and len(said) < 300
    assert "<new>" not in broken or checker.problem(broken)


# --- solver ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_the_solver_confirms(tasksets: dict[str, ScenarioTaskSet], task: Task) -> None:
    tasks = tasksets[task.split.value]
    assert solver.confirm(task, tasks.documents(task), tasks.toolbox(task), tasks.world(task)) == solver.CONFIRMED


def _refused(tasksets: dict[str, ScenarioTaskSet], task: Task) -> str:
    tasks = tasksets[task.split.value]
    return solver.confirm(task, tasks.documents(task), tasks.toolbox(task), tasks.world(task))


@pytest.mark.parametrize(
    ("task", "calls", "reason"),
    [
        ("train-nested", [call("find_doctors", "q1", filter={"city": "Oslo"})], "filter.city='Oslo' stands neither"),
        ("train-nested", [call("find_doctors", "q1", filter={"town": "Tromso"})], "no parameter 'filter.town'"),
        ("train-nested", [call("find_doctors", "q1", filter={})], "filter must contain ['city']"),
        ("train-batch", [call("get_doctors", "q1 q2", ids=["D417", "D582"])], "ids='D582' stands neither"),
        ("train-alternative", [call("get_doctor", "q1")], "give exactly one of doctor_id and name"),
        ("test-number", [call("find_rooms", "q1", floor="4")], "floor='4' stands neither"),
        (
            "test-day",
            [
                call("get_doctor", "q1", name="Bo Lind"),
                call("get_visits", "q2", doctor_id="D582", day={**MAY_12, "day": 13}),
            ],
            "stands neither",
        ),
    ],
)
def test_plans_that_cannot_be_made_are_refused(
    tasksets: dict[str, ScenarioTaskSet], task: str, calls: list[PlannedCall], reason: str
) -> None:
    plan = Plan(turns=tuple(PlanTurn(calls=(one,)) for one in calls))
    assert reason in _refused(tasksets, BY_ID[task].model_copy(update={"plans": (plan,)}))


def test_words_are_about_attributes_and_not_about_renamed_fields(tasksets: dict[str, ScenarioTaskSet]) -> None:
    """The cheapest doctor is the one with the least fee, which results call consultationFee."""
    dear = BY_ID["train-cheapest"].model_copy(
        update={"question": "In which wing is the room of the most expensive doctor in Tromso?"}
    )
    assert "does not say which" in _refused(tasksets, dear) or "could also be" in _refused(tasksets, dear)


def test_a_tool_is_called_in_every_way_it_may_be() -> None:
    ways = {d.name: [{p.name for p in way if p.required} for way in Vocabulary([d]).ways[d.name]] for d in DOCUMENTS}
    assert ways["get_doctor"] == [{"doctor_id"}, {"name"}]
    assert ways["find_doctors"] == [{"filter.city"}] and ways["get_visits"] == [{"doctor_id", "day"}]
    text = {"type": "string"}
    properties = {"of": {"type": "object", "properties": {"city": text, "area": text}, "required": ["city"]}}
    document = FIND_DOCTORS.model_copy(
        update={
            "parameters": {"type": "object", "properties": properties},
            "binds": {"of.area": "areas.name"},
            "options": (),
        }
    )
    found = [{p.name for p in way if p.required} for way in Vocabulary([document]).ways["find_doctors"]]
    assert found == [set(), {"of.city"}, {"of.area"}]


# --- probes and policies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_no_probe_is_paid(env: dict[str, Env], task: Task) -> None:
    assert probe_task(env[task.split.value], task.id).findings == ()


def test_random_arguments_are_valid(env: dict[str, Env]) -> None:
    for seed in range(20):
        assert run_episode(env["train"], Random(seed), options={"task": "train-merged"}).turns[-1].score["invalid"] == 0


def _planted(scenario: Scenario, task: Task, document: ToolDocument, old: str, new: str) -> set[str]:
    """Names of the probes that are paid once a document and its code have a fault."""
    assert old in scenario.source
    faulty = dataclasses.replace(
        scenario,
        documents={**scenario.documents, document.name: document},
        source=scenario.source.replace(old, new),
        load_tasks=lambda split: (task,),
    )
    env = VerifiableReward(ToolUseEnv(ScenarioTaskSet(faulty, split="train")))
    return {finding.probe for finding in probe_task(env, task.id).findings}


def _with_option(name: str, schema: dict[str, Any]) -> ToolDocument:
    properties = {**FIND_DOCTORS.parameters["properties"], name: schema}
    parameters = {**FIND_DOCTORS.parameters, "properties": properties}
    changed = {"parameters": parameters, "options": (*FIND_DOCTORS.options, name)}
    return FIND_DOCTORS.model_copy(update=changed)


def test_an_option_that_confirms_a_guess_is_caught(scenario: Scenario) -> None:
    asked = {
        "sub_questions": (fact("q1", "doctors", "D417", "fee"),),
        "question": "What does the surgeon in Tromso take?",
    }
    task = BY_ID["train-nested"].model_copy(update=asked)
    exact, harmless = _with_option("fee", {"type": "integer"}), _with_option("max_age", {"type": "integer"})
    head = 'sort_by="name"):\n'
    confirms = 'sort_by="name", fee=None):\n    if fee is not None and fee not in (149, 95): return {}\n'
    assert _planted(scenario, task, exact, head, confirms) == {"guess_in_an_option"}
    assert _planted(scenario, task, harmless, head, head.replace("):", ", max_age=0):")) == set()


def test_an_option_that_is_echoed_is_caught(scenario: Scenario) -> None:
    task = BY_ID["train-merged"]
    echo = _with_option("trace", {"type": "string", "pattern": "^[A-Z0-9]+$"})
    old = 'sort_by="name"):\n'
    new = 'sort_by="name", trace=""):\n    return {"trace": trace}\n'
    assert "guess_in_an_option" in _planted(scenario, task, echo, old, new)


def test_a_batch_of_nothing_that_returns_everything_is_caught(scenario: Scenario) -> None:
    ids = {"type": "array", "items": {"type": "string"}}
    lenient = GET_DOCTORS.model_copy(
        update={"parameters": {"type": "object", "properties": {"ids": ids}, "required": ["ids"]}}
    )
    found = _planted(scenario, BY_ID["train-batch"], lenient, "if key in ids]", "if not ids or key in ids]")
    assert "values_out_of_thin_air" in found


# --- exports ---------------------------------------------------------------------------------------------------------


def test_rows_stand_alone(scenario: Scenario) -> None:
    """A row's own code runs the plan, nested and batch arguments included, and its documents say the alternatives."""
    rows = FtrlRows("ftrl/RichPractice-v0", scenario)
    made = {task.id: rows.row(task) for task in TASKS}
    assert {id_ for id_, row in made.items() if isinstance(row, Skipped)} == {"test-booking"}
    row = made["train-batch"]
    assert isinstance(row, dict)
    assert json.loads(row["unsolved_set"]) == {"get_doctors": ["149, 131"]}
    tools = {tool["function"]["name"]: tool["function"] for tool in json.loads(row["tools"])}
    assert "exactly one of doctor_id and name" in tools["get_doctor"]["description"]


def test_prompts_show_alternatives(tasksets: dict[str, ScenarioTaskSet]) -> None:
    shown, _ = ToolUseEnv(tasksets["train"], docs="signature").reset(options={"task": "train-batch"})
    assert "get_doctor((doctor_id: string | name: string)) - A doctor by id or by name." in shown
    assert "day: {year: integer, month: integer, day: integer}" in shown
    shown, info = ToolUseEnv(tasksets["train"], docs="json").reset(options={"task": "train-batch"})
    assert "Give exactly one of doctor_id and name." in shown
    assert all("oneOf" not in tool["function"]["parameters"] for tool in info["tools"])
