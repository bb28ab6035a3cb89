"""The dial ``confusable``: many tools that are easily taken for the right one, and documents as real APIs have them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ftrl_gym.construct.endless import endless_brief, endless_writer
from ftrl_gym.construct.offering import LEAST, MOST, Asked, confusable, delivered, likeness
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.twins import tells
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.terse import cut
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.construct.writer import write_task
from ftrl_gym.task import OutcomeKind, Task
from ftrl_gym.tooldoc import Effect, ToolDocument

SCENARIOS = ("Clinic", "Bank", "TravelBooking")


def _task(name: str, seed: int, **more: Any) -> Task:
    more = {"difficulty": 1.0, "always": ["confusable"], **more}
    return write_task(endless_writer(name), endless_brief(seed, scenario=name, **more), f"t{seed}")


@pytest.fixture(scope="module")
def tasks() -> list[tuple[Task, Toolset]]:
    made = [(name, _task(name, seed)) for name in SCENARIOS for seed in (9000, 9001, 9002)]
    return [(task, scenario(name).toolset(Design.named(task.toolset))) for name, task in made]


def _alike(task: Task, toolset: Toolset) -> dict[str, int]:
    """Tool of the first plan -> offered tools that are confusable with it."""
    facts = {sub.id: sub.fact for sub in task.sub_questions if sub.fact is not None}
    asked: dict[str, set[str]] = {}
    for call in task.plans[0].calls():
        told = (facts[sub] for sub in call.solves if sub in facts)
        asked.setdefault(call.tool, set()).update(f"{fact.entity}.{fact.attribute}" for fact in told)
    unsure = {face.name for face in toolset.faces for part in face.parts if part.function.name in toolset.unsure}
    documents = toolset.documents
    return {
        tool: sum(
            confusable(Asked(tool, frozenset(wanted)), documents[tool], documents[name], sure=name not in unsure)
            for name in task.tools
        )
        for tool, wanted in asked.items()
    }


def test_twenty_to_forty_are_offered_and_three_are_like_each_right_one(tasks: list[tuple[Task, Toolset]]) -> None:
    counts = [count for task, toolset in tasks for count in _alike(task, toolset).values()]
    assert all(LEAST[3] <= len(task.tools) <= MOST for task, _ in tasks)
    assert sum(count >= 3 for count in counts) >= 0.9 * len(counts)


def test_so_it_is_where_no_other_scaling_is_on_and_less_at_lower_levels() -> None:
    plain = _task("Clinic", 9000, scalings=())
    assert LEAST[3] <= len(plain.tools) <= MOST
    toolset = scenario("Clinic").toolset(Design.named(plain.toolset))
    assert min(_alike(plain, toolset).values()) >= 3
    sizes = [len(_task("Clinic", 9000, scalings=(), difficulty=level).tools) for level in (0.3, 0.6, 0.8)]
    assert sizes[0] <= sizes[1] <= sizes[2]
    assert sizes[0] < LEAST[3]


def test_some_documents_are_terse_nested_and_conditional(tasks: list[tuple[Task, Toolset]]) -> None:
    documents = [toolset.documents[name] for task, toolset in tasks for name in task.tools]
    properties = [document.parameters["properties"].values() for document in documents]
    terse = sum(any("description" not in schema for schema in some) for some in properties)
    nested = sum(any(schema["type"] in ("object", "array") for schema in some) for some in properties)
    choosing = sum(bool(document.alternatives) or " (needed)" in str(document.parameters) for document in documents)
    selecting = sum(face.selector != "" for _, toolset in tasks for face in toolset.faces)
    assert 0.15 < terse / len(documents) < 0.6
    assert nested / len(documents) > 0.3
    assert choosing + selecting > 0


def _bare(document: ToolDocument) -> Any:
    """A document without what it says in words."""
    return json.loads(json.dumps(document.model_dump(by_alias=True)), object_hook=_wordless)


def _wordless(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != "description" or isinstance(value, dict)}


@pytest.mark.parametrize("variant", [0, 7])
def test_a_terse_document_differs_in_words_only_and_is_told_from_every_other(variant: int) -> None:
    toolset = scenario("Library").toolset(Design(variant, 1, 1, 1, confusable=3, routes=3))
    wordy = scenario("Library").toolset(Design(variant, 1, 1, 1, routes=3)).documents
    cut_short = 0
    for name in toolset.documents.keys() & wordy.keys():
        assert _bare(toolset.documents[name]) == _bare(wordy[name])
        assert toolset.documents[name].description
        cut_short += toolset.documents[name] != wordy[name]
    assert 0.15 * len(wordy) < cut_short < 0.6 * len(wordy)
    described = [(d.description, tuple(d.binds.values())) for d in toolset.documents.values()]
    assert len({*described}) >= 0.98 * len(described), "documents that say the same of different tools"


def test_words_are_cut_short_and_stay_words() -> None:
    assert cut("Details of a booking; item is the flight, room, train or car.").startswith("Bkg.; item is flight")
    assert cut("Doctors of a department.") == "Doctors of dept."


def test_confusable_means_about_the_same_without_the_fact() -> None:
    documents = scenario("Clinic").toolset(Design(confusable=3, routes=3)).documents
    office = Asked("get_doctor", frozenset({"doctors.office"}))
    gold = documents["get_doctor"]
    assert confusable(office, gold, documents["find_doctor"])
    assert confusable(office, gold, documents["check_doctor"])
    assert not confusable(office, gold, documents["get_doctor_with_department"])  # it delivers the fact
    assert not confusable(office, gold, documents["get_pharmacy"])
    assert not confusable(office, gold, documents["change_doctor"])  # nobody changes a thing to look it up
    open_one = documents["get_open_invoice"]
    due = Asked("get_invoice", frozenset({"invoices.due"}))
    assert confusable(due, documents["get_invoice"], open_one, sure=False)
    assert "doctors.doctor_id" not in delivered(gold)  # it is what the caller brings
    assert likeness(gold, documents["list_doctors"]) == 1


@pytest.mark.parametrize("name", ["Clinic", "Bank"])
def test_what_is_impossible_stays_impossible_among_confusable_tools(name: str) -> None:
    for seed in (9000, 9004):
        pair = [_task(name, n, always=["impossible", "confusable", "routes"]) for n in (seed, seed + 1)]
        for task in pair:
            assert task.certificate is not None
        twins = [task for task in pair if task.outcome.kind is OutcomeKind.IMPOSSIBLE]
        assert len(twins) == 1
        for twin in twins:
            documents = scenario(name).toolset(Design.named(twin.toolset)).documents
            reading = [documents[tool] for tool in twin.tools if documents[tool].effect is Effect.READ]
            assert twin.missing
            assert not any(tells(document) & set(twin.missing) for document in reading)


def test_a_state_task_with_a_user_and_faults_is_certified_with_both_dials() -> None:
    features = ["state", "user", "errors", "confusable", "routes"]
    task = _task("Clinic", 9002, always=features, difficulty=0.9)
    assert task.certificate is not None
    assert task.certificate.oracle_return == 1.0
    assert LEAST[3] <= len(task.tools) <= MOST
