"""Long results: how long they are, what each level has of it, other dials beside it, tools that stand alone."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from long_tasks import SCENARIOS, made, rows_of, toolset_for

from ftrl_gym.construct.endless import world_of
from ftrl_gym.construct.pages import list_of
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.export.standalone import StandaloneTools
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.task import Kind, OutcomeKind, PlannedCall, Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.toolsource import ToolSource
from ftrl_gym.world import World


class Golden(NamedTuple):
    """A call of a first plan, made."""

    task: Task
    call: PlannedCall
    document: ToolDocument
    result: Any


def golden(name: str, tasks: list[Task]) -> Iterator[Golden]:
    """The calls of the first plans of reading tasks."""
    for task in tasks:
        toolset, world = toolset_for(name, task), World(world_of(task.world))
        for call in task.plans[0].calls():
            result = toolset.pool.toolbox.run(call.tool, dict(call.arguments), world)
            yield Golden(task, call, toolset.documents[call.tool], result)


def test_results_are_as_long_as_promised_and_the_first_row_is_rarely_the_right_one() -> None:
    lengths: list[float] = []
    paged: Counter[str] = Counter()
    first: dict[tuple[str, str], list[Any]] = {}
    tasks = 0
    for name in SCENARIOS:
        some = made(name, 4)
        tasks += len(some)
        for task, call, document, result in golden(name, some):
            lengths.append(len(json.dumps(result, ensure_ascii=False)) / 4)
            if document.pages is None:
                continue
            paged[f"{name}{task.id}"] += document.pages.parameter in call.arguments
            facts = {(s.fact.entity, s.fact.key) for s in task.sub_questions if s.id in call.solves and s.fact}
            listed = first.setdefault((f"{name}{task.id}", list_of(call, {call.tool: document})), [])
            listed += [rows_of(document, result)[:1], facts]
    hits = [set(found[0]) == set().union(*found[1::2]) for found in first.values() if any(found[1::2])]
    assert statistics.median(lengths) > 400
    assert sorted(lengths)[int(len(lengths) * 0.95)] > 2500  # a small sample; 3,000 over all scenarios
    assert sum(count > 0 for count in paged.values()) >= 0.2 * tasks
    assert sum(hits) <= 0.15 * len(hits)  # a small sample; a tenth over all scenarios


def test_each_level_has_more_of_it() -> None:
    for name in SCENARIOS:
        searching, long = [], []
        for level in range(1, 4):
            toolset = scenario(name).toolset(Design(0, long=level))
            parts = [part.function for face in toolset.faces for part in face.parts]
            searching.append({part.name for part in parts if part.like is not None})
            long.append(sum(face.entries for face in toolset.faces))
        assert searching[0] <= searching[1] <= searching[2] and len(searching[0]) < len(searching[2])
        assert long == sorted(long) and long[0] < long[2]


def test_without_the_dial_nothing_changes() -> None:
    for name in SCENARIOS[:2]:
        for design in (Design(), Design(0, 2, 2, 2), Design(17, 3, 3, 3)):
            toolset = scenario(name).toolset(design)
            text = toolset.source + "".join(each.model_dump_json() for each in toolset.documents.values())
            assert "_alike" not in text and "_recorded" not in text and '"pages"' not in text
            assert all(face.paged is None and not face.record for face in toolset.faces)


@pytest.mark.parametrize(
    ("name", "features"),
    [
        ("Bank", ("long", "state")),
        ("Clinic", ("errors", "long")),
        ("Shop", ("long", "user")),
        ("Clinic", ("impossible", "long")),
        ("Clinic", ("direct", "long")),
        ("Bank", ("long", "rules")),
    ],
)
def test_other_dials_go_with_it(name: str, features: tuple[str, ...]) -> None:
    kinds = (Kind.PARALLEL_MULTI_HOP,) if "direct" in features else None
    tasks = made(name, 2, features, 0.8, kinds)
    assert all(task.certificate is not None and "-l" in task.toolset for task in tasks)
    assert all(task.certificate.oracle_return == 1.0 for task in tasks if task.certificate is not None)
    if "impossible" in features:
        assert {task.outcome.kind for task in tasks} == {OutcomeKind.ANSWER, OutcomeKind.IMPOSSIBLE}


def test_a_tool_with_long_results_can_stand_alone() -> None:
    source = scenario("Clinic")
    base, toolset = source.make_world(5, "real"), source.toolset(Design(0, long=3))
    standalone = StandaloneTools(ToolSource(toolset.source))
    doctor = next(iter(base.tables["doctors"].values()))["name"]
    (call,) = toolset.calls("find_doctor", {"name": doctor})
    code = standalone.code(toolset.documents[call.tool], base)
    alone = SandboxToolbox({call.tool: code}).run(call.tool, dict(call.arguments), None)
    assert alone == toolset.pool.toolbox.run(call.tool, dict(call.arguments), World(base))
