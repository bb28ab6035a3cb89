"""What the tests of the TravelBooking tools share: worlds, calls that are checked, arguments that pass the schema."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import fastjsonschema
import pytest
from hypothesis import strategies as st

from ftrl_gym.construct.declare.columns import Ref
from ftrl_gym.construct.declare.documents import schema_of
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.worlds.travel import TRAVEL
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World, WorldBase

make_world = scenario("TravelBooking").make_world
TODAY = TRAVEL.today
BY_NAME = scenario("TravelBooking").domain.documents
DOCUMENTS = tuple(BY_NAME.values())
COLUMNS = {
    entity.table: {name: schema_of(column, TRAVEL) for name, column in entity.kept.items()}
    for entity in TRAVEL.entities
} | {"rules": BY_NAME["get_rule"].returns.schema_["properties"]}
"""Table -> column -> schema, as documents have it."""
KEYS = {table: next(iter(columns)) for table, columns in COLUMNS.items()}
FOREIGN_KEYS = {
    (entity.table, name): TRAVEL.entity(column.entity).table
    for entity in TRAVEL.entities
    for name, column in entity.columns.items()
    if isinstance(column, Ref)
}
ITEM_TABLES = {kind.value: TRAVEL.entity(kind.columns["item"].entity).table for kind in TRAVEL.entity("booking").kinds}


def _tools() -> dict[str, Callable[..., dict[str, Any]]]:
    """The functions of the generated tools, called as they stand, without a toolbox around them."""
    namespace: dict[str, Any] = {}
    exec(compile(scenario("TravelBooking").code, "tools.py", "exec"), namespace)
    return {name: namespace[name] for name in BY_NAME}


TOOLS = _tools()
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["", "\ud800", "a" * 10_000, "2026-02-30", "٢٠٢٦-٠٥-٠٤", "0000-00-00", "None", "any", "EUR|EUR"]),
)
DATES = st.dates(date(2026, 4, 1), date(2026, 8, 1)).map(str)


@cache
def base(seed: int = 11, names: str = "mixed") -> WorldBase:
    return make_world(seed, names)


@cache
def values(table: str, column: str) -> list[Any]:
    return [row[column] for row in base().tables[table].values()]


@cache
def returns(name: str) -> Any:
    return fastjsonschema.compile(BY_NAME[name].returns.schema_)


def run(world: World, name: str, /, **arguments: Any) -> dict[str, Any]:
    result = TOOLS[name](world, **arguments)
    returns(name)(result)
    assert isinstance(result, dict)
    return result


def fails(world: World, match: str, name: str, /, **arguments: Any) -> None:
    before = world.difference()
    with pytest.raises(ValueError, match=match):
        TOOLS[name](world, **arguments)
    assert world.difference() == before, "a call that fails changes nothing"


_ENTITY_OF = {  # parameters whose values come from a table that `binds` does not name
    ("find_airports", "city"): ("cities", "name"),
    ("search_flights", "origin"): ("airports", "code"),
    ("compare_flights", "first"): ("flights", "flight_no"),
    ("compare_flights", "second"): ("flights", "flight_no"),
    ("convert_currency", "from_currency"): ("rates", "currency"),
    ("convert_currency", "to_currency"): ("rates", "currency"),
    ("time_difference", "from_city"): ("cities", "name"),
    ("time_difference", "to_city"): ("cities", "name"),
}


def arguments(document: ToolDocument) -> st.SearchStrategy[dict[str, Any]]:
    """Arguments that pass the schema: from the world mostly, hostile ones sometimes."""

    def one(parameter: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if schema["type"] == "integer":
            bounded = st.integers(schema["minimum"], schema.get("maximum", 40))
            return bounded if "maximum" in schema else bounded | st.integers(1, 10**400)
        if schema["type"] == "number":
            return st.floats(0, exclude_min=True, allow_infinity=True) | st.integers(1, 10**400)
        if schema.get("format") == "date":
            return st.one_of(DATES, DATES, HOSTILE)
        named = _ENTITY_OF.get((document.name, parameter)) or document.binds[parameter].split(".")
        return st.one_of(*[st.sampled_from(values(*named))] * 3, HOSTILE)

    properties = document.parameters["properties"]
    required = {p: one(p, s) for p, s in properties.items() if p in document.parameters["required"]}
    optional = {p: one(p, s) for p, s in properties.items() if p not in required}
    return st.fixed_dictionaries(required, optional=optional)
