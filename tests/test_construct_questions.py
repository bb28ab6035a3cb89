"""Questions: one right answer each, in words a person could have written, and nothing given away."""

from __future__ import annotations

import copy
import re
from collections import Counter

import pytest

from ftrl_gym.construct.answering import Ground, NoQuestion, answer_of
from ftrl_gym.construct.domain import Link, Search
from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.leaks import stands_in
from ftrl_gym.construct.operations import OPERATIONS
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Op, Program
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.task import AnswerType, OutcomeKind, ScriptedUser, Split, Task
from ftrl_gym.world import WorldBase

ground = scenario("TravelBooking").ground
make_world = scenario("TravelBooking").make_world
INTERNAL = re.compile(r"\b[THRCP]-\d+")
"""Ids of travellers, hotels, rooms, cars and payments, which no asker could know."""


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    """A few hundred tasks with every dial on."""
    found = []
    for number in range(240):
        split = Split.TEST if number % 2 else Split.TRAIN
        features = ((), ("user",), ("state",), ("state", "user"))[number // 2 % 4]
        found.append(endless_task(number, split, features=features, certify="quick"))
    return found


@pytest.fixture
def world() -> WorldBase:
    """A world of one's own, to plant things in."""
    made = make_world(3, "real")
    return WorldBase(copy.deepcopy(made.tables), made.constants)


def _people(task: Task) -> list[str]:
    user = task.counterpart
    said = [task.question]
    if isinstance(user, ScriptedUser):
        said += [slot.reply for slot in user.slots] + [change.text for change in user.changes]
    return said


def test_no_internal_id_is_ever_said(tasks: list[Task]) -> None:
    for task in tasks:
        assert not [text for text in _people(task) if INTERNAL.search(text)], task.question


def test_no_question_holds_its_answer(tasks: list[Task]) -> None:
    for task in tasks:
        answer = task.outcome.answer
        chosen = task.family.split("/")[0] in ("lowest", "highest") or "heaper" in task.question
        if (
            answer is not None
            and answer.type is not AnswerType.YES_NO
            and not chosen
            and "earlier" not in task.question
        ):
            assert not stands_in(task.question, answer), task.question


def test_questions_are_well_formed(tasks: list[Task]) -> None:
    for text in (text for task in tasks for text in _people(task)):
        assert text[0].isupper() or text[0].isdigit(), text
        assert text[-1] in ".?", text
        assert not re.search(r"  | [.?!,]|\{|\}|\bto to\b|\bof of\b|\bin in\b|\bthe the\b|None", text), text


def test_every_operation_and_kind_is_reached(tasks: list[Task]) -> None:
    operations = Counter(task.family.split("/")[0] for task in tasks)
    simple = {op.value for op in Op if not OPERATIONS[op].level}
    assert simple | {"request"} <= operations.keys() | {"difference", "sum", "is_lower"}
    assert len({task.kind for task in tasks}) == 4
    assert {task.outcome.kind for task in tasks} == {OutcomeKind.ANSWER, OutcomeKind.STATE}
    assert sum(isinstance(task.counterpart, ScriptedUser) for task in tasks) > 45
    assert max(task.hops for task in tasks) >= 8


def test_some_phrasings_are_kept_for_one_split(tasks: list[Task]) -> None:
    families = {split: {task.family.removesuffix("/told") for task in tasks if task.split is split} for split in Split}
    assert families[Split.TEST] - families[Split.TRAIN]
    assert families[Split.TRAIN] - families[Split.TEST]
    assert families[Split.TEST] & families[Split.TRAIN]


def test_worlds_of_the_splits_are_disjoint(tasks: list[Task]) -> None:
    worlds = {split: {task.world for task in tasks if task.split is split} for split in Split}
    assert not worlds[Split.TRAIN] & worlds[Split.TEST]


def test_answers_are_built_from_delivered_facts(tasks: list[Task]) -> None:
    for task in tasks:
        ids = {sub.id for sub in task.sub_questions}
        assert set(task.outcome.earned_by) <= ids
        assert (task.outcome.kind is OutcomeKind.STATE) == (not task.outcome.earned_by)
        assert {sub for call in task.plans[0].calls() for sub in call.solves} == ids
        if task.outcome.answer and task.outcome.answer.type is AnswerType.LIST:
            assert len(set(map(str, task.outcome.answer.value))) == len(task.outcome.answer.value)


# --- planted ambiguities -------------------------------------------------------------------------------------------


def _asks(travel: Ground, walk: Anchor | Follow, attribute: str) -> Program:
    return Program(Op.VALUE, (Attr(walk, attribute),))


def test_a_planted_homonym_is_rejected(world: WorldBase) -> None:
    key, row = next(iter(world.tables["travellers"].items()))
    question = _asks(ground(world), Anchor("traveller", key), "email")
    assert answer_of(question, ground(world)).value == row["email"]
    twin = {**row, "traveller_id": "T-00000", "name": row["name"].upper(), "email": "other@post.example"}
    world.tables["travellers"]["T-00000"] = twin
    with pytest.raises(NoQuestion):
        answer_of(question, ground(world))


def test_a_planted_tie_is_rejected(world: WorldBase) -> None:
    city = next(row["city"] for row in world.tables["hotels"].values())
    walk = Follow("best hotel", "hotel", (Anchor("city", city),))
    best = max((r for r in world.tables["hotels"].values() if r["city"] == city), key=lambda row: row["rating"])
    assert answer_of(_asks(ground(world), walk, "name"), ground(world)).value == best["name"]
    world.tables["hotels"]["H-0000"] = {**best, "hotel_id": "H-0000", "name": "Twin House"}
    fresh = WorldBase(world.tables, world.constants)
    with pytest.raises(NoQuestion):
        answer_of(_asks(ground(fresh), walk, "name"), ground(fresh))


def test_the_cheapest_that_is_sold_out_is_ambiguous(world: WorldBase) -> None:
    reader = ground(world).reader
    step = reader.domain.steps["cheapest flight"]
    assert isinstance(step, Search)
    flight = world.tables["flights"][reader.picks(step)[0]]
    route = (Anchor("airport", flight["origin"]), Anchor("airport", flight["destination"]))
    walk = Follow("cheapest flight", "flight", route, flight["date"])
    free = [r for r in world.tables["flights"].values()
            if all(r[c] == flight[c] for c in ("origin", "destination", "date")) and r["seats_left"]]  # fmt: skip
    dear = {**flight, "flight_no": "ZZ999", "price": 1, "seats_left": 0, "aircraft": "Concorde"}
    cheapest = min(free, key=lambda row: row["price"])
    assert answer_of(_asks(ground(world), walk, "flight_no"), ground(world)).value == cheapest["flight_no"]
    world.tables["flights"]["ZZ999"] = dear
    fresh = WorldBase(world.tables, world.constants)
    with pytest.raises(NoQuestion):
        answer_of(_asks(ground(fresh), walk, "flight_no"), ground(fresh))


def test_a_relation_that_can_be_taken_two_ways_is_rejected(world: WorldBase) -> None:
    travel = ground(world)
    key = next(iter(world.tables["flights"]))
    plain = Follow("flight.destination", "airport", (Anchor("flight", key),))
    vague = Link("airport", "flight", "airport", "destination", ("the airport of {x}",), also=("origin",))
    assert answer_of(_asks(travel, plain, "terminals"), travel)
    import dataclasses

    steps = {**travel.domain.steps, "airport": vague}
    doubtful = dataclasses.replace(travel, domain=dataclasses.replace(travel.domain, steps=steps))
    walk = Follow("airport", "airport", (Anchor("flight", key),))
    with pytest.raises(NoQuestion):
        answer_of(_asks(doubtful, walk, "terminals"), doubtful)


def test_equal_values_are_neither_compared_nor_listed(world: WorldBase) -> None:
    first, second, *_ = world.tables["trains"]
    world.tables["trains"][second] = {**world.tables["trains"][second], "price": world.tables["trains"][first]["price"]}
    travel = ground(WorldBase(world.tables, world.constants))
    values = tuple(Attr(Anchor("train", key), "price") for key in (first, second))
    for op in (Op.LIST, Op.LOWEST, Op.IS_LOWER, Op.DIFFERENCE):
        with pytest.raises(NoQuestion):
            answer_of(Program(op, values), travel)
