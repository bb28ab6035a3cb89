"""Records about rows: near misses in them, one history whoever asks, no change before its row or to come."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from long_tasks import SCENARIOS

from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.variants import lengthening
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.faces import Face
from ftrl_gym.construct.variants.functions import Role
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.world import World, WorldBase


def _results(name: str, toolset: Toolset, base: WorldBase) -> Iterator[tuple[Face, dict[str, Any]]]:
    """Rows of results of tools that look one thing up by its key."""
    for face in toolset.faces:
        function = face.parts[0].function
        if function.role is not Role.LOOKUP or not face.entries or face.selector or face.batch or face.alternatives:
            continue
        bound = function.document.binds[function.required[0]].partition(".")[2]
        for key, row in list(base.tables[function.entity].items())[:4]:
            for call in toolset.calls(function.name, {function.required[0]: row.get(bound, key)}):
                if call.tool == face.name:
                    result = toolset.pool.toolbox.run(call.tool, dict(call.arguments), World(base))
                    yield face, next(row for s in face.document().returns.facts for row in s.rows(result))


@pytest.mark.parametrize("variant", [0, 2, 6])
def test_a_record_holds_near_misses_and_never_the_value_itself(variant: int) -> None:
    entries = 0
    for name in SCENARIOS:
        source = scenario(name)
        base, toolset = source.make_world(5, "real"), source.toolset(Design(variant, long=3))
        for face, row in _results(name, toolset, base):
            known = {field: value for field, value in row.items() if field not in face.record}
            facts = {field for source in face.document().returns.facts for field in source.fields}
            assert facts.isdisjoint(face.record) and set(face.record) <= set(row)
            holder = next((value for value in (row[name] for name in face.record) if isinstance(value, dict)), {})
            inside = {**row, **holder}
            lists = [value for value in inside.values() if isinstance(value, list) and value]
            history = next((value for value in lists if isinstance(value[0], dict)), [])
            for entry in history:
                field = next(value for value in entry.values() if value in known)
                assert known[field] not in [value for name, value in entry.items() if value != field]
                entries += 1
    assert entries > 50


def test_no_two_results_tell_different_histories() -> None:
    lengthening._RECORD.update(field="field", was="was", until="until")
    kept = datetime.date(2025, 5, 4), datetime.date(2026, 5, 4), 12345
    few = lengthening._history({"fee": 90}, {"fee": 17}, kept, 4)
    many = lengthening._history(
        {"fee": 90, "years": 12, "day": "2026-08-01"}, {"fee": 17, "years": 5, "day": 9}, kept, 14
    )
    assert few and [entry for entry in many if entry["field"] == "fee"][: len(few)] == few
    assert [entry["until"] for entry in many] == sorted((entry["until"] for entry in many), reverse=True)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_record_is_no_older_than_its_row_and_no_change_is_to_come(name: str) -> None:
    base = scenario(name).make_world(5, "real")
    today = datetime.date.fromisoformat(base.constants["today"])
    lengthening._RECORD.update(field="field", was="was", until="until")
    seen = 0
    for table, rows in base.tables.items():
        for key, row in list(rows.items())[:20]:
            created, updated, digest = lengthening._kept(World(base), table, key, today)
            days = [value for value in row.values() if lengthening._is_day(value) and value <= today.isoformat()]
            assert created <= updated <= today
            assert not days or (min(days) <= created.isoformat() and max(days) <= updated.isoformat())
            marks = {field: lengthening._digest(field) for field in row}
            for entry in lengthening._history(row, marks, (created, updated, digest), 12):
                assert created.isoformat() < entry["until"] <= updated.isoformat()
                was, now = entry["was"], row[entry["field"]]
                if lengthening._is_day(now):
                    assert now > today.isoformat() or now > entry["until"]
                    assert was > entry["until"]
                elif isinstance(now, int | float):
                    assert was < now
                seen += 1
    assert seen > 20
