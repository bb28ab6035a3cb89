"""The independent solver confirms sound tasks and refuses planted faults, each for its own reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from packaged import NAMES, some
from tiny_scenario import TASKS, tiny_scenario

from ftrl_gym import registry, solver
from ftrl_gym.execution import TrustedToolbox
from ftrl_gym.question_values import read
from ftrl_gym.solver_pick import Object, pick
from ftrl_gym.solver_types import words
from ftrl_gym.task import Answer, AnswerType, Fact, Outcome, Plan, PlannedCall, PlanTurn, SubQuestion, Task
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.tooldoc import FactSource, Returns, ToolDocument
from ftrl_gym.world import World, WorldBase

TODAY = "2026-05-04"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ScenarioTaskSet]:
    scenario = tiny_scenario(Path(tmp_path_factory.mktemp("registry")))
    return {split: ScenarioTaskSet(scenario, split=split) for split in ("train", "test")}


def confirm(tiny: dict[str, ScenarioTaskSet], task: Task) -> str:
    tasks = tiny[task.split.value]
    return solver.confirm(task, tasks.documents(task), tasks.toolbox(task), tasks.world(task))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_sound_tasks_are_confirmed(tiny: dict[str, ScenarioTaskSet], task: Task) -> None:
    assert confirm(tiny, task) == solver.CONFIRMED


def chain(*calls: tuple[str, dict[str, Any]]) -> tuple[Plan, ...]:
    return (Plan(turns=tuple(PlanTurn(calls=(PlannedCall(tool=t, arguments=a),)) for t, a in calls)),)


BY_ID = {task.id: task for task in TASKS}
CHAIN = BY_ID["train-00001"]
STATE = BY_ID["test-00001"]
UMEA = Answer(type=AnswerType.NAME, value="Umea")
RESERVE = ("reserve_book", {"title": "Late Ferry", "reader": "Ines Roca"})
BOOK, AUTHOR = ("get_book", {"title": "Grey Harbour"}), ("get_author", {"name": "Ada Noor"})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (CHAIN.model_copy(update={"plans": chain(AUTHOR)}), "name='Ada Noor' stands neither in the question"),
        (CHAIN.model_copy(update={"plans": chain(BOOK, ("get_author", {"name": "B12"}))}), "name='B12' stands neither"),
        (CHAIN.model_copy(update={"plans": chain(BOOK)}), "q2 is not answered"),
        (CHAIN.model_copy(update={"plans": chain(("get_shop", {}))}), "get_shop is not offered"),
        (CHAIN.model_copy(update={"plans": chain(("get_book", {"name": "Salt"}))}), "no parameter 'name'"),
        (CHAIN.model_copy(update={"plans": chain(("get_book", {}))}), "lacks 'title'"),
        (CHAIN.model_copy(update={"question": "Where was the author of that book born?"}), "stands neither"),
        (STATE.model_copy(update={"plans": chain(("get_book", {"title": "Late Ferry"}))}), "q1 is not brought about"),
        (
            STATE.model_copy(update={"plans": chain(*[RESERVE] * 2)}),
            "the final state is not the outcome's",
        ),
        (
            CHAIN.model_copy(update={"outcome": Outcome(kind="answer", answer=UMEA, earned_by=("q2",))}),
            "the answer 'Umea' does not follow",
        ),
    ],
)  # fmt: skip
def test_planted_faults_are_refused(tiny: dict[str, ScenarioTaskSet], changed: Task, reason: str) -> None:
    assert reason in confirm(tiny, changed)


def test_an_answer_that_nothing_earns_is_refused(tiny: dict[str, ScenarioTaskSet]) -> None:
    free = CHAIN.outcome.model_copy(update={"earned_by": ()})
    assert "earned by no sub-question" in confirm(tiny, CHAIN.model_copy(update={"outcome": free}))


def test_a_wrong_fact_is_refused(tiny: dict[str, ScenarioTaskSet]) -> None:
    fact = Fact(entity="authors", key="Ada Noor", attribute="birthplace", value="Oslo")
    wrong = CHAIN.sub_questions[1].model_copy(update={"fact": fact})
    assert "q2" in confirm(tiny, CHAIN.model_copy(update={"sub_questions": (CHAIN.sub_questions[0], wrong)}))


HOTELS = """
def find_hotels(world, city):
    rows = world.find("hotels", city=city)
    return {"hotels": [{"hotel_id": key, "name": row["name"], "price": row["price"]} for key, row in rows]}


def get_hotel(world, hotel_id):
    row = world.get("hotels", hotel_id)
    if row is None:
        raise ValueError(f"no hotel has id {hotel_id!r}")
    return {"hotel_id": hotel_id, **row}
"""


def _hotel_document(name: str, parameter: str, description: str, path: str, fields: str) -> ToolDocument:
    source = FactSource(path=path, entity="hotels", key=("hotel_id",), fields={f: f for f in fields.split()})
    item = {"type": "object", "properties": {f: {} for f in fields.split()}}
    schema = {"type": "object", "properties": {path: {"type": "array", "items": item}}} if path else item
    return ToolDocument(
        name=name,
        description=description,
        parameters={
            "type": "object",
            "properties": {parameter: {"type": "string", "description": description}},
            "required": [parameter],
        },
        returns=Returns(schema=schema, facts=(source,)),
        binds={parameter: f"hotels.{parameter}"},
    )


HOTEL_DOCUMENTS = (
    _hotel_document("find_hotels", "city", "Hotels of a city.", "hotels", "hotel_id name price"),
    _hotel_document("get_hotel", "hotel_id", "Details of a hotel.", "", "hotel_id name price manager"),
)
HOTEL_WORLD = WorldBase(
    {
        "hotels": {
            "H-1": {"name": "Ibis", "city": "Oslo", "price": 90, "manager": "Eva Lo"},
            "H-2": {"name": "Fram", "city": "Oslo", "price": 70, "manager": "Tor Vik"},
            "H-3": {"name": "Lux", "city": "Rome", "price": 95, "manager": "Ugo Rei"},
        }
    },
    {"today": TODAY},
)


def hotel_task(question: str, hotel: str, city: str = "Oslo") -> Task:
    manager = HOTEL_WORLD.tables["hotels"][hotel]["manager"]
    answer = Answer(type=AnswerType.NAME, value=manager)
    facts = [("hotel_id", hotel), ("manager", manager)]
    subs = [
        SubQuestion(
            id=f"q{i}",
            question="?",
            answer=Answer(type=AnswerType.NAME, value=value),
            fact=Fact(entity="hotels", key=hotel, attribute=attribute, value=value),
        )
        for i, (attribute, value) in enumerate(facts)
    ]
    return CHAIN.model_copy(
        update={
            "question": question,
            "sub_questions": tuple(subs),
            "plans": chain(("find_hotels", {"city": city}), ("get_hotel", {"hotel_id": hotel})),
            "outcome": Outcome(kind="answer", answer=answer, earned_by=("q1",)),
        }
    )


@pytest.mark.parametrize(
    ("question", "hotel", "verdict"),
    [
        ("Who manages the cheapest hotel in Oslo?", "H-2", "confirmed"),
        ("Who manages the most expensive hotel in Oslo?", "H-1", "confirmed"),
        ("Who manages the hotel in Oslo called Fram?", "H-2", "confirmed"),
        ("Who manages the hotel in Rome?", "H-3", "confirmed"),
        ("Who manages the hotel in Oslo?", "H-2", "does not say which of several"),
        ("Who manages the most expensive hotel in Oslo?", "H-2", "does not say which of several"),
        ("Who manages the cheapest hotel in Oslo, or in Rome?", "H-2", "hotels.hotel_id could also be 'H-3'"),
    ],
)
def test_a_second_reading_is_refused(question: str, hotel: str, verdict: str) -> None:
    city = str(HOTEL_WORLD.tables["hotels"][hotel]["city"])
    toolbox = TrustedToolbox(HOTELS)
    assert verdict in solver.confirm(hotel_task(question, hotel, city), HOTEL_DOCUMENTS, toolbox, World(HOTEL_WORLD))


def test_the_world_stays_as_it_is(tiny: dict[str, ScenarioTaskSet]) -> None:
    tasks = tiny["test"]
    world = tasks.world(STATE)
    assert world is not None
    solver.confirm(STATE, tasks.documents(STATE), tasks.toolbox(STATE), world)
    assert world.difference() == {}


def test_what_a_question_names() -> None:
    named = read("When does Anna Berg's flight KX482 from Porto leave on 12 May, for two? 8:30, 1,200 EUR.", TODAY)
    assert {"Anna Berg", "KX482", "Porto", "EUR"} <= set(named.names)
    assert named.dates == ("2026-05-12",)
    assert named.times == ("08:30",)
    assert {2, 1200} <= set(named.numbers)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on May 14th 2027", {"2027-05-14"}),
        ("on the 3rd of January", {"2027-01-03"}),
        ("tomorrow", {"2026-05-05"}),
        ("the day after tomorrow", {"2026-05-06", "2026-05-05"}),
        ("on Friday", {"2026-05-08"}),
        ("next Friday", {"2026-05-08", "2026-05-15"}),
        ("in three weeks", {"2026-05-25"}),
        ("on 2026-02-30", set()),
    ],
)
def test_dates_as_people_say_them(text: str, days: set[str]) -> None:
    assert set(read(text, TODAY).dates) == days


@pytest.mark.parametrize(
    ("word", "picked"), [("heaviest", "b"), ("lightest", "a"), ("oldest", "b"), ("newest", "c"), ("finest", None)]
)
def test_superlatives_of_weight_and_age(word: str, picked: str | None) -> None:
    rows: list[Object] = [
        {"code": "a", "weight": 20, "built": 2004},
        {"code": "b", "weight": 80, "built": 1990},
        {"code": "c", "weight": 50, "built": 2019},
    ]
    none = frozenset[str]()
    _, chosen = pick(rows, "barges", none, none, read(f"Where is the {word} barge of Orla Line?", TODAY))
    assert [row["code"] for row in chosen] == ([picked] if picked else [])


@pytest.mark.parametrize(
    ("rows", "said", "picked"),
    [
        ([{"no": "a", "day_rate": 9.0}, {"no": "b", "day_rate": 4.0}], "cheapest", "b"),
        (
            [{"no": "a", "ships": "2026-05-09", "pieces": 1}, {"no": "b", "ships": "2026-05-07", "pieces": 9}],
            "next",
            "b",
        ),
        ([{"no": "a", "day_rate": 9.0, "gears": 3}, {"no": "b", "day_rate": 4.0, "gears": 7}], "cheapest", None),
        ([{"no": "a", "price": 4.0, "gears": 3}, {"no": "b", "price": 9.0, "gears": 7}], "cheapest", "a"),
    ],
)
def test_a_superlative_is_about_the_only_field_it_can_be_about(
    rows: list[Object], said: str, picked: str | None
) -> None:
    none = frozenset[str]()
    _, chosen = pick(rows, "hires", none, none, read(f"What is the number of the {said} hire of M-1?", TODAY))
    assert [row["no"] for row in chosen] == ([picked] if picked else [])


def test_content_words() -> None:
    assert words("Name of the cities") == {"city"}


@pytest.mark.parametrize("name", NAMES)
def test_packaged_tasks_are_confirmed(name: str) -> None:
    scenario = registry.load(name)
    for split in ("train", "test"):
        tasks = ScenarioTaskSet(scenario, split=split)
        verdicts = {
            i: solver.confirm(t, tasks.documents(t), tasks.toolbox(t), tasks.world(t)) for i, t in _tasks(tasks)
        }
        assert {i: verdict for i, verdict in verdicts.items() if verdict != solver.CONFIRMED} == {}


def _tasks(tasks: ScenarioTaskSet) -> list[tuple[str, Task]]:
    return [(task_id, tasks.get(task_id)) for task_id in some(tasks, 200, of_others=12)]
