"""Tasks by their number: listed as they are, without what would give them away."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import pytest

from ftrl_gym.errors import UsageError
from ftrl_gym.interop.task_list import TaskList

ID = "ftrl/TravelBooking-v0"


def listed(**keywords: Any) -> TaskList:
    return TaskList(gym.make(ID, **keywords).unwrapped)  # type: ignore[arg-type]


def test_entries_are_the_tasks_in_their_order() -> None:
    tasks = listed(split="test", kinds=["multi_hop"])
    assert tasks.splits() == ["test"]
    entries = [tasks.entry("test", index) for index in range(tasks.count("test"))]
    base: Any = gym.make(ID, split="test", kinds=["multi_hop"]).unwrapped
    assert [entry["id"] for entry in entries] == list(base.taskset.ids())
    assert [entry["index"] for entry in entries] == list(range(len(entries)))
    assert {entry["kind"] for entry in entries} == {"multi_hop"}
    assert all(set(entry) == {"index", "id", "kind", "difficulty", "features"} for entry in entries)


def test_what_is_not_there_is_told() -> None:
    tasks = listed(split="test")
    for index in (-1, tasks.count("test")):
        with pytest.raises(IndexError, match=f"no task {index} among"):
            tasks.entry("test", index)
    with pytest.raises(UsageError, match="unknown split 'train'; there is one: test"):
        tasks.count("train")


def test_endless_tasks_have_no_list() -> None:
    tasks = listed(tasks="endless")
    assert tasks.splits() == []
    with pytest.raises(UsageError, match="made on the fly"):
        tasks.count("train")
