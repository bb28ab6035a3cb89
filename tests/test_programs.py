"""Programs: typed operations, any depth and width, one right answer, and a solver that agrees for its own reasons."""

from __future__ import annotations

import copy
import random
from collections import Counter
from functools import cache

import pytest
from tiny_declaration import LIBRARY

from ftrl_gym.construct.answering import Ground, NoQuestion, answer_of
from ftrl_gym.construct.asking import MOST_WORDS
from ftrl_gym.construct.binding import Binder
from ftrl_gym.construct.briefs import hops_of, operation_level, width_of
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.compiling import compile_program, kind_of, levels
from ftrl_gym.construct.composing import deepest, draw
from ftrl_gym.construct.dates import Calendar
from ftrl_gym.construct.decompose import decompose
from ftrl_gym.construct.domain import Attribute, Link
from ftrl_gym.construct.endless import endless_task, world_of
from ftrl_gym.construct.frames import FRAMES
from ftrl_gym.construct.objects import Brief
from ftrl_gym.construct.operations import OPERATIONS, Asked
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Keep, Op, Program, Relation
from ftrl_gym.construct.scenarios import declared, scenario
from ftrl_gym.construct.settling import settle
from ftrl_gym.construct.subquestions import SubQuestions
from ftrl_gym.construct.writer import ProceduralWriter, write_task
from ftrl_gym.errors import ConstructionError
from ftrl_gym.solver import CONFIRMED, confirm
from ftrl_gym.task import Answer, AnswerType, Kind, Provenance, Split, Task
from ftrl_gym.world import World, WorldBase

SCENARIOS = ("TravelBooking", "Clinic", "Bank")
SHAPES = (
    (Kind.SINGLE_HOP, 1, 1),
    (Kind.MULTI_HOP, 3, 1),
    (Kind.PARALLEL_SINGLE_HOP, 1, 2),
    (Kind.PARALLEL_MULTI_HOP, 3, 2),
    (Kind.PARALLEL_MULTI_HOP, 3, 4),
)
SPARE = {"TravelBooking": {"minutes"}, "Clinic": set(), "Bank": {"minutes"}}
"""Operations that a vocabulary hardly allows: times of day of two things of a kind."""


@cache
def ground_of(name: str, world: int = 0) -> Ground:
    source = scenario(name)
    return source.ground(source.make_world(world, "real"))


def brief(name: str, kind: Kind, hops: int, width: int, seed: int = 1, difficulty: float = 0.9) -> Brief:
    provenance = Provenance(writer="procedural", seed=seed, version="0")
    return Brief(
        scenario=name, world="w", seed=seed, split=Split.TRAIN, kind=kind, hops=hops, width=width,
        difficulty=difficulty, provenance=provenance,
    )  # fmt: skip


def settled(program: Program, ground: Ground, seed: int = 1) -> Program:
    found = settle(program, ground.reader, random.Random(seed))
    if found is None:
        raise NoQuestion("not settled")
    return found


# --- operations ------------------------------------------------------------------------------------------------------

PRICE = Attribute(AnswerType.MONEY, ("the price of {x}",), unit="EUR", low="is cheaper", high="is dearer", adds=True)
DAY = Attribute(AnswerType.DATE, ("the date of {x}",), low="is earlier", high="is later")
CLOCK = Attribute(AnswerType.TIME, ("the time of {x}",), low="is earlier", high="is later")
NAME = Attribute(AnswerType.NAME, ("the owner of {x}",))
WAIT = Attribute(AnswerType.NUMBER, ("the wait in days at {x}",), unit="days", low="is shorter", high="is longer")
ROWS = Follow("rooms", "room", ())


def asked(op: Op, values: list[object], words: Attribute, split: int = 0, **said: object) -> Answer | None:
    program = Program(op, (), **said)  # type: ignore[arg-type]
    labels = lambda n: (AnswerType.NAME, "abcdefghij"[n])  # noqa: E731
    return OPERATIONS[op].answer(Asked(program, values, words, words.unit, labels, "2026-05-04", split))


@pytest.mark.parametrize(
    ("op", "values", "words", "said", "value"),
    [
        (Op.TEST, [140], PRICE, {"relation": Relation.BELOW, "figure": 150}, True),
        (Op.TEST, ["10:00"], CLOCK, {"relation": Relation.BELOW, "figure": "09:30"}, False),
        (Op.TIMES, [12.5], PRICE, {"figure": 3}, 37.5),
        (Op.UNITS, [14], WAIT, {"figure": "weeks"}, 2),
        (Op.UNITS, [3], WAIT, {"figure": "hours"}, 72),
        (Op.SHIFT, ["2026-05-30"], DAY, {"relation": Relation.ABOVE, "figure": 3}, "2026-06-02"),
        (Op.SHIFT, ["10:20"], CLOCK, {"relation": Relation.BELOW, "figure": 30}, "09:50"),
        (Op.UNTIL, ["2026-05-14"], DAY, {}, 10),
        (Op.DAYS, ["2026-05-14", "2026-04-30"], DAY, {}, 14),
        (Op.MINUTES, ["09:50", "11:05"], CLOCK, {}, 75),
        (Op.MEAN, [10, 20, 45], PRICE, {"over": ROWS}, 25),
        (Op.LEAST, [10, 20, 10], PRICE, {"over": ROWS}, 10),
        (Op.MOST, [10, 20, 10], PRICE, {"over": ROWS}, 20),
        (Op.LOWEST, [30, 20, 30], PRICE, {"over": ROWS}, "b"),
        (Op.SECOND_LOWEST, [30, 20, 45], PRICE, {"over": ROWS}, "a"),
        (Op.SECOND_HIGHEST, [30, 20, 45, 45.5], PRICE, {"over": ROWS}, "c"),
        (Op.SUM, [10, 10, 5], PRICE, {"over": ROWS}, 25),
        (Op.COUNT, [10, 20, 30], PRICE, {"over": ROWS, "keep": Keep("price", Relation.BELOW, 25)}, 2),
        (Op.SELECT, [10, 20, 30], PRICE, {"over": ROWS, "keep": Keep("price", Relation.ABOVE, 15)}, ["b", "c"]),
        (Op.BOTH, ["x", "y", "y", "z"], NAME, {"over": ROWS, "split": 2}, ["y"]),
        (Op.EITHER, ["x", "y", "y", "z"], NAME, {"over": ROWS, "split": 2}, ["x", "y", "z"]),
        (Op.FIRST_ONLY, ["x", "y", "y", "z"], NAME, {"over": ROWS, "split": 2}, ["x"]),
    ],
)
def test_what_operations_come_to(op: Op, values: list[object], words: Attribute, said: dict[str, object],
                                 value: object) -> None:  # fmt: skip
    answer = asked(op, values, words, **said)  # type: ignore[arg-type]
    assert answer is not None
    assert answer.value == value
    assert OPERATIONS[op].takes(words)


@pytest.mark.parametrize(
    ("op", "values", "words", "said"),
    [
        (Op.TEST, [150], PRICE, {"relation": Relation.BELOW, "figure": 150}),
        (Op.UNITS, [13], WAIT, {"figure": "weeks"}),
        (Op.UNTIL, ["2026-05-03"], DAY, {}),
        (Op.DAYS, ["2026-05-14", "2026-05-14"], DAY, {}),
        (Op.MEAN, [10, 20, 20], PRICE, {"over": ROWS}),
        (Op.LOWEST, [20, 20, 30], PRICE, {"over": ROWS}),
        (Op.SECOND_LOWEST, [10, 20, 20], PRICE, {"over": ROWS}),
        (Op.SECOND_LOWEST, [10, 10, 20], PRICE, {"over": ROWS}),
        (Op.COUNT, [10, 20], PRICE, {"over": ROWS, "keep": Keep("price", Relation.BELOW, 25)}),
        (Op.SELECT, [10, 20], PRICE, {"over": ROWS, "keep": Keep("price", Relation.ABOVE, 25)}),
        (Op.BOTH, ["x", "y", "u", "z"], NAME, {"over": ROWS, "split": 2}),
        (Op.SHIFT, ["23:50"], CLOCK, {"relation": Relation.ABOVE, "figure": 30}),
    ],
)
def test_ties_and_trivial_cases_have_no_answer(op: Op, values: list[object], words: Attribute,
                                               said: dict[str, object]) -> None:  # fmt: skip
    assert asked(op, values, words, **said) is None  # type: ignore[arg-type]


def test_the_list_of_operations_is_closed_and_each_has_words_of_its_own_for_either_split() -> None:
    assert set(OPERATIONS) == set(FRAMES) == set(Op)
    for op in Op:
        for sort in {frame.sort for frame in FRAMES[op]}:
            splits = {frame.split for frame in FRAMES[op] if frame.sort is sort}
            assert splits == {None, Split.TRAIN, Split.TEST} or op in (Op.BOTH, Op.EITHER, Op.FIRST_ONLY, Op.UNTIL)
            assert {None, Split.TEST} <= splits, (op, sort)


def test_what_is_counted_is_compared_with_whole_figures() -> None:
    ground = ground_of("TravelBooking")
    for hotel in sorted(ground.world.tables["hotels"])[:20]:
        tested = Program(Op.TEST, (Attr(Anchor("hotel", hotel), "stars"),), relation=Relation.ABOVE)
        for seed in range(6):
            assert isinstance(settled(tested, ground, seed).figure, int)


# --- shapes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_operation_is_drawn_and_answered_in_every_vocabulary(name: str) -> None:
    ground, rng, answered = ground_of(name), random.Random(5), Counter[str]()
    for kind, hops, width in SHAPES:
        for _ in range(220):
            shape = draw(ground.shapes, rng, kind, hops, width, 3)
            if shape is None:
                continue
            for _ in range(3):
                program = Binder(ground.reader, rng).program(shape)
                program = settle(program, ground.reader, rng) if program is not None else None
                if program is not None and _answered(program, ground):
                    answered[program.op.value] += 1
                    break
    assert {op.value for op in Op} - answered.keys() <= SPARE[name], answered


def _answered(program: Program, ground: Ground) -> bool:
    try:
        return answer_of(program, ground) is not None
    except NoQuestion:
        return False


@pytest.mark.parametrize("name", SCENARIOS)
def test_chains_of_every_depth_are_as_deep_as_they_should_be(name: str) -> None:
    ground, rng = ground_of(name), random.Random(2)
    most = deepest(ground.shapes, Kind.MULTI_HOP)
    assert most >= 8
    for hops in range(2, most + 1):
        for _ in range(12):
            shape = draw(ground.shapes, rng, Kind.MULTI_HOP, hops, 1)
            assert shape is not None
            lookups = compile_program(ground.domain, shape).lookups
            assert len(lookups) == max(levels(lookups)) == hops
            assert kind_of(levels(lookups)) is Kind.MULTI_HOP
            steps = []
            walk = shape.values[0].walk if isinstance(shape.values[0], Attr) else None
            while isinstance(walk, Follow):
                steps.append(walk.step)
                walk = walk.sources[0]
            assert len(set(steps)) == len(steps)


def test_a_shape_depends_on_nothing_that_was_drawn_before() -> None:
    fresh, used = (scenario("Clinic").ground(scenario("Clinic").make_world(0, "real")) for _ in range(2))
    rng = random.Random(1)
    for _ in range(40):
        draw(used.shapes, rng, Kind.MULTI_HOP, 5, 1, 3)
    object.__setattr__(fresh, "shapes", type(used.shapes)(used.domain))
    for seed in range(10):
        first, second = (
            draw(each.shapes, random.Random(seed), Kind.PARALLEL_MULTI_HOP, 4, 2, 3) for each in (fresh, used)
        )
        assert first == second


def test_an_impossible_shape_is_refused_at_once_and_the_nearest_is_told() -> None:
    library = declared(LIBRARY)
    ground = library.ground(library.make_world(0, "real"))
    most = deepest(ground.shapes, Kind.MULTI_HOP)
    assert 3 <= most < 10
    for wrong, nearest in (
        (brief(library.name, Kind.MULTI_HOP, 10, 1, difficulty=0.6), f"hops={most}, width=1"),
        (brief(library.name, Kind.PARALLEL_MULTI_HOP, 10, 2), f"hops={most}, width=2"),
        (brief(library.name, Kind.MULTI_HOP, 3, 2), "hops=3, width=1"),
        (brief(library.name, Kind.SINGLE_HOP, 3, 1), "hops=1, width=1"),
        (brief(library.name, Kind.PARALLEL_MULTI_HOP, 1, 1), "hops=2, width=2"),
    ):
        with pytest.raises(ConstructionError, match=f"scenario {library.name} .*{nearest}") as caught:
            decompose(wrong, ground)
        assert not isinstance(caught.value, NoQuestion)
    writer = ProceduralWriter(lambda world: ground, library.toolset, Depth.FULL)
    refused = Counter[str]()
    with pytest.raises(ConstructionError, match="hops=10"):
        write_task(writer, brief(library.name, Kind.MULTI_HOP, 10, 1, difficulty=0.6), "t", refused)
    assert not refused


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("hops", range(1, 11))
def test_tasks_of_depth_1_to_10_are_made_on_request(name: str, hops: int) -> None:
    ground = ground_of(name)
    writer = ProceduralWriter(lambda world: ground, scenario(name).toolset, Depth.QUICK)
    wished = brief(name, Kind.MULTI_HOP if hops > 1 else Kind.SINGLE_HOP, hops, 1, seed=hops)
    task = write_task(writer, wished, "t")
    assert (task.hops, len(task.sub_questions)) == (hops, hops)


@pytest.mark.parametrize("width", [2, 3, 4])
def test_tasks_of_width_2_to_4_are_made_on_request(width: int) -> None:
    ground = ground_of("Clinic")
    writer = ProceduralWriter(lambda world: ground, scenario("Clinic").toolset, Depth.QUICK)
    wished = brief("Clinic", Kind.PARALLEL_SINGLE_HOP, 1, width, difficulty=0.2)
    assert write_task(writer, wished, "t").width == width


def test_difficulty_makes_nothing_simpler() -> None:
    grid = [n / 50 for n in range(51)]
    for measure in (
        operation_level,
        *(lambda d, k=k: hops_of(k, d) for k in Kind),
        *(lambda d, k=k: width_of(k, d) for k in Kind),
    ):
        values = [measure(d) for d in grid]
        assert values == sorted(values)
    assert all(OPERATIONS[op].level <= 0 for op in _drawn(0.2))
    assert any(OPERATIONS[op].level == 3 for op in _drawn(0.9))


def _drawn(difficulty: float) -> set[Op]:
    ground, rng = ground_of("Clinic"), random.Random(9)
    kinds = [Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP, Kind.PARALLEL_SINGLE_HOP]
    shapes = (
        draw(ground.shapes, rng, k, hops_of(k, difficulty), width_of(k, difficulty), operation_level(difficulty))
        for k in kinds
        for _ in range(120)
    )
    return {shape.op for shape in shapes if shape is not None}


@pytest.fixture(scope="module")
def hard() -> list[Task]:
    """Hard tasks of the parallel multi-hop kind, in all three vocabularies."""
    wide = {"kinds": ["parallel_multi_hop"], "difficulty": 1.0, "certify": "quick"}
    return [endless_task(n, scenario=name, **wide) for name in SCENARIOS for n in range(24)]  # type: ignore[arg-type]


def test_hard_tasks_take_many_lookups(hard: list[Task]) -> None:
    sizes = [len(task.sub_questions) for task in hard]
    assert sum(sizes) / len(sizes) >= 7.7
    assert 16 <= max(sizes) <= 20
    for name in SCENARIOS:
        task = endless_task(3, scenario=name, kinds=["multi_hop"], difficulty=1.0, certify="quick")
        assert task.hops == len(task.sub_questions) == min(10, deepest(ground_of(name).shapes, Kind.MULTI_HOP))


def test_hard_tasks_take_many_tools(hard: list[Task]) -> None:
    tools = [len({sub.tool for sub in task.sub_questions}) for task in hard]
    assert sum(tools) / len(tools) >= 7.5
    assert sum(tools[:24]) / 24 >= 5.5  # the world of travel has few ways to one thing


def test_roads_of_their_own_are_for_hard_questions_only() -> None:
    shapes, rng = ground_of("Clinic").shapes, random.Random(4)

    def apart(level: int) -> float:
        drawn = [draw(shapes, rng, Kind.PARALLEL_MULTI_HOP, 4, 4, level, 0.1) for _ in range(60)]
        compared = [p for p in drawn if p is not None and p.op in (Op.SUM, Op.LOWEST, Op.HIGHEST)]
        return sum(len(set(p.values)) > 1 for p in compared) / len(compared)

    assert [apart(level) for level in (0, 1, 2)] == [0, 0, 0]
    assert 0 < apart(3) < apart(4)


def test_long_questions_stay_readable(hard: list[Task]) -> None:
    for task in hard:
        assert len(task.question.split()) <= MOST_WORDS
        assert task.program
        for sub in task.sub_questions:
            assert sub.question.count(" of ") <= 3, sub.question


@pytest.mark.parametrize(
    ("iso", "said"), [("2026-06-12", {"12 June", "June 12"}), ("2028-06-12", {"12 June 2028", "June 12, 2028"}),
                      ("1999-06-12", {"12 June 1999", "June 12, 1999"})],
)  # fmt: skip
def test_a_date_of_another_year_is_said_with_it(iso: str, said: set[str]) -> None:
    assert {Calendar("2026-05-04", random.Random(seed)).far(iso) for seed in range(40)} == said | {iso}


# --- one right answer ------------------------------------------------------------------------------------------------


@pytest.fixture
def world() -> WorldBase:
    """A world of one's own, to plant things in."""
    made = scenario("Clinic").make_world(3, "real")
    return WorldBase(copy.deepcopy(made.tables), made.constants)


def _clinic(world: WorldBase) -> Ground:
    return scenario("Clinic").ground(WorldBase(world.tables, world.constants))


def _fees(world: WorldBase) -> Follow:
    """The doctors of a department with at least three."""
    counts = Counter(row["department"] for row in world.tables["doctors"].values())
    name = next(step.name for step in scenario("Clinic").domain.steps.values()
                if getattr(step, "tool", "") == "list_doctors")  # fmt: skip
    department = max(counts, key=lambda key: counts[key])
    return Follow(name, "doctor", (Anchor("department", department),))


@pytest.mark.parametrize(
    ("op", "ends"), [(Op.LOWEST, (0, 1)), (Op.SECOND_LOWEST, (1, 2)), (Op.SECOND_HIGHEST, (-1, -2))]
)
def test_a_planted_tie_is_refused_over_rows(op: Op, ends: tuple[int, int], world: WorldBase) -> None:
    over = _fees(world)
    question = Program(op, (), over, gathers="years")
    assert answer_of(settled(question, _clinic(world)), _clinic(world)).value
    rows = sorted((r for r in world.tables["doctors"].values() if r["department"] == over.sources[0].key),  # type: ignore[union-attr]
                  key=lambda row: row["years"])  # fmt: skip
    rows[ends[0]]["years"] = rows[ends[1]]["years"]
    with pytest.raises(NoQuestion):
        answer_of(settled(question, _clinic(world)), _clinic(world))


def _about_patient(op: Op, key: str) -> Program:
    patient = Anchor("patient", key)
    birth = Attr(patient, "birth_date")
    if op is Op.CHOOSE:
        branches = (Attr(Anchor("rule", "payment term"), "value"), Attr(Anchor("rule", "cash limit"), "value"))
        return Program(op, (birth,), relation=Relation.BELOW, figure="1980-01-01", branches=branches, then=branches[:1])
    said = {Op.TEST: "1980-01-01", Op.SHIFT: 7}.get(op)
    return Program(op, (birth,), relation=Relation.BELOW if said else None, figure=said)


@pytest.mark.parametrize("op", [Op.VALUE, Op.TEST, Op.SHIFT, Op.CHOOSE])
def test_a_planted_homonym_is_refused(op: Op, world: WorldBase) -> None:
    key, row = next(iter(world.tables["patients"].items()))
    question = _about_patient(op, key)
    assert answer_of(question, _clinic(world)).value is not None
    world.tables["patients"]["P-00000"] = {**row, "patient_id": "P-00000", "name": row["name"].upper()}
    with pytest.raises(NoQuestion):
        answer_of(question, _clinic(world))


@pytest.mark.parametrize("op", [Op.COUNT, Op.SUM, Op.MOST])
def test_a_planted_homonym_is_refused_where_rows_are_asked_about(op: Op, world: WorldBase) -> None:
    domain = scenario("Clinic").domain
    step = next(s for s in domain.steps.values() if getattr(s, "tool", "") == "list_invoices" and s.plural)  # type: ignore[union-attr]
    counts = Counter(row["patient"] for row in world.tables["invoices"].values())
    key = counts.most_common(1)[0][0]
    over = Follow(step.name, "invoice", (Anchor("patient", key),))
    question = Program(op, (), over, gathers="" if op is Op.COUNT else "amount")
    assert answer_of(settled(question, _clinic(world)), _clinic(world)).value
    twin = {**world.tables["patients"][key], "patient_id": "P-00000"}
    world.tables["patients"]["P-00000"] = twin
    with pytest.raises(NoQuestion):
        answer_of(settled(question, _clinic(world)), _clinic(world))


@pytest.mark.parametrize("op", [Op.VALUE, Op.TEST, Op.SHIFT])
def test_a_relation_that_can_be_taken_two_ways_is_refused(op: Op, world: WorldBase) -> None:
    import dataclasses

    clinic = _clinic(world)
    invoice = next(key for key, row in world.tables["invoices"].items())
    plain = clinic.domain.steps["invoice.appointment"]
    assert isinstance(plain, Link)
    other = next(k for k in world.tables["appointments"] if k != world.tables["invoices"][invoice]["appointment"])
    world.tables["invoices"][invoice]["visit"] = other
    vague = dataclasses.replace(plain, also=("visit",))
    doubtful = dataclasses.replace(
        clinic, domain=dataclasses.replace(clinic.domain, steps={**clinic.domain.steps, plain.name: vague})
    )
    walk = Follow(plain.name, "appointment", (Anchor("invoice", invoice),))
    said = {Op.TEST: "1999-01-01", Op.SHIFT: 7}.get(op)
    question = Program(op, (Attr(walk, "date"),), relation=Relation.ABOVE if said else None, figure=said)
    assert answer_of(question, clinic).value is not None
    with pytest.raises(NoQuestion):
        answer_of(question, doubtful)


def test_the_key_of_a_linked_thing_earns_the_answer() -> None:
    ground = ground_of("Clinic")
    invoice = next(iter(ground.world.tables["invoices"]))
    walk = Follow("invoice.appointment", "appointment", (Anchor("invoice", invoice),))
    compiled = compile_program(ground.domain, Program(Op.VALUE, (Attr(walk, "appointment_no"),)))
    assert len(compiled.lookups) == 1
    from ftrl_gym.construct.phrasing import Speaker

    writer = SubQuestions(ground, compiled.lookups, Speaker(ground.reader, random.Random(1), Split.TRAIN))
    assert writer.earned_by(compiled.sources) == ["s1"]


def test_a_choice_is_earned_by_what_it_depends_on_and_asks_only_for_the_branch_taken() -> None:
    found = 0
    for number in range(60):
        task = endless_task(number, kinds=["multi_hop"], difficulty=0.8, certify="quick", scenario="Clinic")
        if not task.family.startswith("choose/"):
            continue
        found += 1
        subs = {sub.id: sub for sub in task.sub_questions}
        condition, branch = (subs[each] for each in task.outcome.earned_by)
        assert task.outcome.answer is not None
        assert branch.answer.value == task.outcome.answer.value
        assert len(subs) == task.hops, "the other branch is not looked up"
        after, reached = set(), [branch.id]
        while reached:
            reached = [each for sub in reached for each in subs[sub].depends_on]
            after.update(reached)
        assert condition.id in after
    assert found


# --- the solver, for its own reasons ---------------------------------------------------------------------------------


def _wrong(answer: Answer) -> Answer:
    """Another answer of the same type."""
    if answer.type is AnswerType.YES_NO:
        return answer.model_copy(update={"value": not answer.value})
    if answer.type is AnswerType.LIST:
        return answer.model_copy(update={"value": [*answer.value[1:], "Somebody Else"]})
    if answer.type in (AnswerType.NUMBER, AnswerType.MONEY):
        return answer.model_copy(update={"value": answer.value + 1.37})
    return answer.model_copy(update={"value": "1999-01-01" if answer.type is AnswerType.DATE else "00:01"})


def test_the_solver_confirms_answers_and_no_others() -> None:
    seen: Counter[str] = Counter()
    for name in SCENARIOS:
        pool = scenario(name).pool
        for number in range(18):
            task = endless_task(
                number, ("train", "test")[number % 2], scenario=name, difficulty=0.8, certify=Depth.FULL, scalings=()
            )
            op = task.family.split("/")[0]
            assert task.outcome.answer is not None
            documents = [pool.documents[tool] for tool in task.tools]
            base = world_of(task.world)
            assert confirm(task, documents, pool.toolbox, World(base)) == CONFIRMED
            lettered = task.outcome.answer.type is AnswerType.YES_NO and " A is " in task.question
            if op in ("list", "choose") or lettered:
                continue
            outcome = task.outcome.model_copy(update={"answer": _wrong(task.outcome.answer)})
            wrong = task.model_copy(update={"outcome": outcome})
            assert confirm(wrong, documents, pool.toolbox, World(base)) != CONFIRMED, (task.question, outcome.answer)
            seen[op] += 1
    assert len(seen) >= 6, seen
