"""The curriculum: draws what is neither always right nor always wrong, forgets nothing, and follows its seed."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

from ftrl_gym.curriculum import BANDS, Cell, Curriculum, CurriculumWrapper
from ftrl_gym.errors import UsageError
from ftrl_gym.policies import DoNothing, Oracle
from ftrl_gym.task import Kind
from ftrl_gym.trajectory import run_episode

CELLS = [Cell(kind, band) for kind in Kind for band in range(BANDS)]


def test_what_is_sometimes_right_is_drawn_most() -> None:
    rng = np.random.default_rng(0)
    curriculum = Curriculum(CELLS)
    chances = {cell: number / (len(CELLS) - 1) for number, cell in enumerate(CELLS)}
    drawn = dict.fromkeys(CELLS, 0)
    for _ in range(4000):
        cell = curriculum.draw(rng)
        drawn[cell] += 1
        curriculum.record(cell, rng.random() < chances[cell])
    ends = [drawn[cell] for cell in CELLS if chances[cell] in (0.0, 1.0)]
    middle = [drawn[cell] for cell in CELLS if 0.4 < chances[cell] < 0.6]
    assert min(middle) > 3 * max(ends)
    assert min(drawn.values()) > 10


def test_it_notices_that_a_policy_has_learned() -> None:
    curriculum = Curriculum(CELLS[:2])
    for _ in range(300):
        curriculum.record(CELLS[0], 0.0)
    assert curriculum.rate(CELLS[0]) < 0.1
    for _ in range(300):
        curriculum.record(CELLS[0], 1.0)
    assert curriculum.rate(CELLS[0]) > 0.9


def test_its_state_survives_a_checkpoint() -> None:
    one, other = Curriculum(CELLS), Curriculum(CELLS)
    one.record(CELLS[3], 1.0)
    other.restore(one.state())
    assert other.shares() == one.shares()


def test_the_wrapper_draws_packaged_tasks_and_learns_from_them() -> None:
    env = CurriculumWrapper(gym.make("ftrl/TravelBooking-v0", kinds=["single_hop", "multi_hop"]))
    ids = [env.reset(seed=5 if n == 0 else None)[1]["task_id"] for n in range(6)]
    again = CurriculumWrapper(gym.make("ftrl/TravelBooking-v0", kinds=["single_hop", "multi_hop"]))
    assert [again.reset(seed=5 if n == 0 else None)[1]["task_id"] for n in range(6)] == ids
    assert len(set(ids)) > 3
    run_episode(env, Oracle(), options={"task": ids[0]})
    cell = Cell.of(env.unwrapped.task.kind, env.unwrapped.task.difficulty)  # type: ignore[attr-defined]
    assert env.curriculum.rate(cell) > 0.5
    for _ in range(3):
        run_episode(env, DoNothing(), options={"task": ids[0]})
    assert env.curriculum.rate(cell) < 0.5


def test_the_wrapper_asks_for_endless_tasks_of_a_cell() -> None:
    env = CurriculumWrapper(
        gym.make("ftrl/TravelBooking-v0", tasks="endless", kinds=["single_hop"], difficulty=0.3, scalings=["extension"])
    )
    assert set(env.curriculum.cells) == {Cell(Kind.SINGLE_HOP, 0), Cell(Kind.SINGLE_HOP, 1)}
    task_id = env.reset(seed=1)[1]["task_id"]
    task = env.unwrapped.task  # type: ignore[attr-defined]
    assert task_id == task.id and task_id.startswith("endless-") and "-single_hop-" in task_id
    assert task.certificate is not None
    assert env.reset(options={"task": task_id})[1]["task_id"] == task_id


def test_nonsense_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one"):
        Curriculum([])
    with pytest.raises(UsageError, match="fading"):
        Curriculum(CELLS, fading=2)


def test_the_wrapper_is_for_training() -> None:
    with pytest.raises(UsageError, match="suites are for evaluation"):
        CurriculumWrapper(gym.make("ftrl/Suite-v0", scenarios=["Bank"]))
