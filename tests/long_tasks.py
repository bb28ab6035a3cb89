"""Certified tasks with long results, and what their tools return, for the tests of that dial."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.endless import endless_brief, endless_writer
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.construct.writer import write_first
from ftrl_gym.results import joined
from ftrl_gym.task import Kind, Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World, WorldBase

SCENARIOS = ("Bank", "Clinic", "Court", "Laboratory", "Logistics")


@functools.cache
def made(
    name: str,
    seeds: int,
    features: tuple[str, ...] = ("long",),
    difficulty: float = 1.0,
    kinds: tuple[Kind, ...] | None = None,
) -> list[Task]:
    """Certified tasks with the dials on."""
    tasks = []
    for seed in range(seeds):
        brief = endless_brief(seed, scenario=name, always=features, difficulty=difficulty, kinds=kinds)
        tasks.append(write_first(endless_writer(name, Depth.FULL), [brief], f"endless-{seed}"))
    return tasks


def toolset_for(name: str, task: Task) -> Toolset:
    """The tools that a task offers."""
    return scenario(name).toolset(Design.named(task.toolset))


def rows_of(document: ToolDocument, result: Any) -> list[tuple[str, str]]:
    """Entity and key of each row that a result tells of, in its order."""
    return [
        (source.entity, "|".join(str(row[name]) for name in source.key))
        for source in document.returns.facts
        for row in source.rows(result)
    ]


def whole(toolset: Toolset, tool: str, arguments: dict[str, Any], base: WorldBase) -> tuple[Any, int]:
    """A list, all pages of it, and how many there were."""
    pages = toolset.documents[tool].pages
    assert pages is not None
    result, count = toolset.pool.toolbox.run(tool, arguments, World(base)), 1
    while result[pages.following] is not None:
        further = {**arguments, pages.parameter: result[pages.following]}
        result, count = joined(result, toolset.pool.toolbox.run(tool, further, World(base))), count + 1
    return result, count


def paged(name: str) -> Iterator[tuple[Task, Toolset]]:
    """Tasks whose first plan asks for a page by its mark or number, with their tools."""
    for task in made(name, 4):
        toolset = toolset_for(name, task)
        asked = [(call, toolset.documents[call.tool].pages) for call in task.plans[0].calls()]
        if any(pages is not None and pages.parameter in call.arguments for call, pages in asked):
            yield task, toolset
