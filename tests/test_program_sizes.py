"""Tasks of any depth and width on request, and what difficulty brings: look-ups, tools, operations, words."""

from __future__ import annotations

import random

import pytest
from program_grounds import SCENARIOS, brief, ground_of

from ftrl_gym.construct.asking import MOST_WORDS
from ftrl_gym.construct.briefs import hops_of, operation_level, width_of
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.composing import deepest, draw
from ftrl_gym.construct.dates import Calendar
from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.operations import OPERATIONS
from ftrl_gym.construct.programs import Op
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.writer import ProceduralWriter, write_task
from ftrl_gym.task import Kind, Task


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
