"""Searches that show near misses: the exact rows among them, refusals, and what is known from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from long_tasks import SCENARIOS, rows_of, whole

from ftrl_gym.construct.near_misses import exactly
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.variants import lengthening
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.functions import function_of
from ftrl_gym.construct.variants.searching import searches
from ftrl_gym.execution import ToolFailure
from ftrl_gym.world import World, WorldBase

DESIGNS = (Design(0, long=3), Design(3, 2, 2, 1, long=3), Design(8, 1, 3, 3, long=2))


def look_ups(name: str, base: WorldBase) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Calls of plain searches for one text: tool, arguments, and the column that they are by."""
    for function in searches(map(function_of, scenario(name).domain.documents.values()), name, Design(0, long=3)):
        if function.like is not None and len(function.required) == 1:
            like = function.like
            values = sorted({str(row.get(like.column, key)) for key, row in base.tables[like.table].items()} - {""})
            for value in values[:3]:
                yield function.name, {like.parameter: value}, like.column


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_a_search_shows_the_exact_row_among_near_misses_in_the_order_of_their_keys(design: Design) -> None:
    for name in SCENARIOS:
        source = scenario(name)
        base, toolset, plain = source.make_world(5, "real"), source.toolset(design), source.toolset(Design())
        seen = 0
        for tool, arguments, _ in look_ups(name, base):
            (made, *_) = toolset.calls(tool, arguments)
            face = next(face for face in toolset.faces if face.name == made.tool)
            part = next(part for part in face.parts if part.function.name == tool)
            if part.function.like is None or made.tool not in toolset.documents or part.only or face.batch:
                continue
            like = part.function.like
            result, _ = whole(toolset, made.tool, dict(made.arguments), base)
            exact = plain.pool.toolbox.run(tool, arguments, World(base))
            keys = [key for _, key in rows_of(toolset.documents[made.tool], result)]
            wanted = [exact[like.key]] if like.one else [row[like.key] for row in exact[part.function.rows]]
            assert set(wanted) <= set(keys) and keys == sorted(keys) and len(keys) == len(set(keys))
            possible = [row for key, row in base.tables[like.table].items() if row.get(like.column, key)]
            assert len(keys) >= min(like.most, len(possible)) or face.options, (made.tool, len(keys))
            asked = exactly(toolset.documents[made.tool], made.arguments, result)
            assert {key for _, key in rows_of(toolset.documents[made.tool], asked)} == set(wanted)
            seen += 1
        assert seen > 5


def test_a_search_refuses_what_does_not_exist_as_the_plain_tool_does() -> None:
    for name in SCENARIOS[:2]:
        source = scenario(name)
        base, toolset = source.make_world(5, "real"), source.toolset(Design(0, long=3))
        refused = 0
        for tool in {tool for tool, _, _ in look_ups(name, base)}:
            part = next(part for face in toolset.faces for part in face.parts if part.function.name == tool)
            if part.function.like is None:
                continue
            arguments = {part.function.like.parameter: "Zzyzx Nowhere"}
            with pytest.raises(ToolFailure) as plain:
                source.pool.toolbox.run(tool, arguments, World(base))
            with pytest.raises(ToolFailure) as long:
                (made, *_) = toolset.calls(tool, arguments)
                toolset.pool.toolbox.run(made.tool, dict(made.arguments), World(base))
            assert str(plain.value).partition(";")[0] == str(long.value).partition(";")[0]
            refused += 1
        assert refused > 5


def test_near_ones_come_before_far_ones() -> None:
    table = {f"P{n}": {"name": name} for n, name in enumerate(("Anna Berg", "Anna Bergman", "Hanna Berg", "Xu Li"))}
    world = World(WorldBase({"people": table}))

    def look(name: str) -> dict[str, Any]:
        return {"id": next(key for key, row in table.items() if row["name"] == name), "name": name}

    found = lengthening._alike(world, "people", "name", "id", "Anna Berg", look, 3)
    assert [row["name"] for row in found] == ["Anna Berg", "Anna Bergman", "Hanna Berg"]


def test_a_near_miss_is_no_other_way_to_know_a_thing() -> None:
    source = scenario("Clinic")
    base, toolset = source.make_world(5, "real"), source.toolset(Design(0, long=3))
    (call,) = toolset.calls("find_doctor", {"name": next(iter(base.tables["doctors"].values()))["name"]})
    document = toolset.documents[call.tool]
    result, _ = whole(toolset, call.tool, dict(call.arguments), base)
    exact = exactly(document, call.arguments, result)
    assert len(rows_of(document, result)) > 1 == len(rows_of(document, exact))
    fields = {field for facts in document.returns.facts for field in facts.fields}
    assert {field for facts in document.returns.facts for row in facts.rows(exact) for field in row} <= fields
