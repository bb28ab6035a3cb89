"""Shapes of programs: every operation drawn, chains as deep as asked for, impossible ones refused."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from program_grounds import SCENARIOS, brief, ground_of
from tiny_declaration import LIBRARY

from ftrl_gym.construct.answering import Ground, NoQuestion, answer_of
from ftrl_gym.construct.binding import Binder
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.compiling import compile_program, kind_of, levels
from ftrl_gym.construct.composing import deepest, draw
from ftrl_gym.construct.decompose import decompose
from ftrl_gym.construct.programs import Attr, Follow, Op, Program
from ftrl_gym.construct.scenarios import declared, scenario
from ftrl_gym.construct.settling import settle
from ftrl_gym.construct.writer import ProceduralWriter, write_task
from ftrl_gym.errors import ConstructionError
from ftrl_gym.task import Kind

SHAPES = (
    (Kind.SINGLE_HOP, 1, 1),
    (Kind.MULTI_HOP, 3, 1),
    (Kind.PARALLEL_SINGLE_HOP, 1, 2),
    (Kind.PARALLEL_MULTI_HOP, 3, 2),
    (Kind.PARALLEL_MULTI_HOP, 3, 4),
)
SPARE = {"TravelBooking": {"minutes"}, "Clinic": set(), "Bank": {"minutes"}}
"""Operations that a vocabulary hardly allows: times of day of two things of a kind."""


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


def test_roads_of_their_own_are_for_hard_questions_only() -> None:
    shapes, rng = ground_of("Clinic").shapes, random.Random(4)

    def apart(level: int) -> float:
        drawn = [draw(shapes, rng, Kind.PARALLEL_MULTI_HOP, 4, 4, level, 0.1) for _ in range(60)]
        compared = [p for p in drawn if p is not None and p.op in (Op.SUM, Op.LOWEST, Op.HIGHEST)]
        return sum(len(set(p.values)) > 1 for p in compared) / len(compared)

    assert [apart(level) for level in (0, 1, 2)] == [0, 0, 0]
    assert 0 < apart(3) < apart(4)
