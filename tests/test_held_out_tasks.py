"""Held-out tasks: of the test split, of all kinds, made once."""

from __future__ import annotations

from collections import Counter

from ftrl_agents.held_out_tasks import HARDEST, held_out
from ftrl_gym.task import Kind, Split


def test_kinds_and_scenarios_take_turns_and_a_task_is_made_once() -> None:
    held = held_out("two", ["Bank", "TravelBooking"], 16)
    assert len(set(held.tasks)) == 16 and len({factory for factory, _ in held.tasks}) == 2
    kinds, difficulties = Counter[Kind](), set[float]()
    for factory, task_id in held.tasks:
        one, other = factory(), factory()
        one.reset(options={"task": task_id})
        other.reset(options={"task": task_id})
        task = one.unwrapped.task  # type: ignore[attr-defined]
        assert task is other.unwrapped.task  # type: ignore[attr-defined]
        assert task.split is Split.TEST and task.features == () and task.id == task_id
        kinds[task.kind] += 1
        difficulties.add(task.difficulty)
    assert kinds == dict.fromkeys(Kind, 4) and max(difficulties) <= HARDEST / 100


def test_variants_are_told_with_other_tools() -> None:
    plain, varied = (held_out("", ["TravelBooking"], 4, variant=variant) for variant in (None, "any"))
    texts = []
    for held in (plain, varied):
        factory, task_id = held.tasks[0]
        texts.append(factory().reset(options={"task": task_id})[0])
    assert texts[0] != texts[1] and texts[0].splitlines()[-1] == texts[1].splitlines()[-1]
