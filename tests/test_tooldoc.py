"""Tool documents: the paths of parameters, alternatives, options, and what a document refuses."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ftrl_gym import parameters
from ftrl_gym.tooldoc import FactSource, ToolDocument

TEXT = {"type": "string"}
DAY = {"type": "object", "properties": {part: {"type": "integer"} for part in parameters.DATE_PARTS}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "name": TEXT,
        "ids": {"type": "array", "items": TEXT, "minItems": 2},
        "filter": {
            "type": "object",
            "properties": {"city": TEXT, "kinds": {"type": "array", "items": {"enum": ["inn", "spa"]}}, "day": DAY},
            "required": ["city"],
        },
        "limit": {"type": "integer", "default": 5},
        "page": {"type": "object", "properties": {"size": {"type": "integer"}, "order": {"enum": ["up", "down"]}}},
    },
    "required": ["filter"],
    "oneOf": [{"required": ["id"]}, {"required": ["name"]}],
}


def document(**changed: Any) -> ToolDocument:
    return ToolDocument(**{"name": "look_up", "description": "Looks up.", "parameters": SCHEMA, **changed})


def test_leaves_have_paths_and_arrays_take_no_step() -> None:
    found = {leaf.path: (leaf.required, leaf.many, leaf.least, leaf.in_parts) for leaf in document().leaves}
    assert found == {
        "id": (False, False, 1, False),
        "name": (False, False, 1, False),
        "ids": (False, True, 2, False),
        "filter.city": (True, False, 1, False),
        "filter.kinds": (False, True, 1, False),
        "filter.day": (False, False, 1, True),
        "limit": (False, False, 1, False),
        "page.size": (False, False, 1, False),
        "page.order": (False, False, 1, False),
    }
    kinds = next(leaf for leaf in document().leaves if leaf.path == "filter.kinds")
    assert kinds.choices == ("inn", "spa") and (kinds.name, kinds.parameter) == ("kinds", "filter")


def test_a_signature_shows_alternatives_and_closed_vocabularies_within() -> None:
    assert document().signature() == (
        "look_up((id: string | name: string), ids?: [string], "
        'filter: {city: string, kinds?: ["inn"|"spa"], day?: {year?: integer, month?: integer, day?: integer}}, '
        'limit: integer = 5, page?: {size?: integer, order?: "up"|"down"}) - Looks up.'
    )
    several = {**SCHEMA, "oneOf": [{"required": ["id"]}, {"required": ["name", "limit"]}]}
    assert "((name: string, limit: integer = 5) | id" not in document(parameters=several).signature()
    assert "(id: string | (name: string, limit: integer = 5))" in document(parameters=several).signature()


def test_the_openai_format_says_alternatives_in_words() -> None:
    function = document().openai()["function"]
    assert function["description"] == "Looks up. Give exactly one of id and name."
    assert "oneOf" not in function["parameters"] and "oneOf" in SCHEMA


def test_several_attributes_may_be_bound_to_a_path() -> None:
    made = document(
        binds={"id": "doctors.doctor_id|rooms.room_no", "filter.city": "hotels.city", "ids": "rooms.room_no"}
    )
    assert made.bound("id") == ("doctors.doctor_id", "rooms.room_no")
    assert made.bound("name") == () and made.bound("filter.city") == ("hotels.city",)
    assert made.brings["rooms.room_no"] == {"id", "ids"} and set(made.brings) == {
        "doctors.doctor_id", "rooms.room_no", "hotels.city",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["hotel", "filter.town", "filter.day.year", "limit.size"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match=f"no parameter '{path}'"):
        document(binds={path: "hotels.city"})


def test_options_cover_what_lies_in_them() -> None:
    made = document(options=("limit", "page", "filter.kinds"))
    assert [leaf.path for leaf in made.leaves if made.is_option(leaf.path)] == [
        "filter.kinds", "limit", "page.size", "page.order",
    ]  # fmt: skip
    assert not document().is_option("limit")


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("filter.city", "a call must give it"),
        ("filter", "a call must give it"),
        ("id", "a call must give it"),
        ("ids", "it takes any text"),
        ("limit", "it is bound"),
        ("size", "no parameter 'size'"),
    ],
)
def test_what_names_something_cannot_be_an_option(option: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        document(options=(option,), binds={"limit": "pages.limit"})


def test_a_plain_document_has_single_values_and_no_options() -> None:
    plain = {"type": "object", "properties": {"id": TEXT, "kind": {"enum": ["a"]}, "limit": {"type": "integer"}}}
    assert document(parameters=plain).plain and document(parameters=plain).closed == {"kind"}
    assert not document(parameters=plain, options=("limit",)).plain
    for nested in ({"type": "array", "items": TEXT}, DAY, {"type": "object", "properties": {"id": TEXT}}):
        assert not document(parameters={"type": "object", "properties": {"one": nested}}).plain


def test_options_are_left_out_of_what_is_looked_up() -> None:
    made = document(options=("limit", "page", "filter.kinds"))
    call = {"filter": {"city": "Oslo", "kinds": ["inn"]}, "limit": 3, "page": {"size": 2}, "ids": ["a", "b"]}
    assert made.without_options(call) == {"filter": {"city": "Oslo"}, "ids": ["a", "b"]}


def test_a_copy_works_its_leaves_out_anew() -> None:
    first = document()
    assert len(first.leaves) == 9 and first.alternatives
    copy = first.model_copy(update={"parameters": {"type": "object", "properties": {"only": TEXT}}})
    assert [leaf.path for leaf in copy.leaves] == ["only"] and copy.alternatives == ()
    assert first == document() and pickle.loads(pickle.dumps(first)) == first
    assert "leaves" not in first.model_dump()


def test_rows_come_out_of_envelopes_lists_and_nested_objects() -> None:
    source = FactSource(path="data.items.room", entity="rooms", key=("no",), fields={"at.floor": "floor"})
    result = {"data": {"items": [{"room": {"no": 1, "at": {"floor": 2}}}, {"room": None}, {"room": [{"no": 2}]}]}}
    assert [(row["no"], row.get("at.floor")) for row in source.rows(result)] == [(1, 2), (2, None)]
    assert source.rows([]) == source.rows(None) == source.rows({"data": 1}) == []


def test_rows_of_one_kind_are_told_from_another() -> None:
    doctors = FactSource(path="", entity="doctors", key=("id",), fields={"name": "name"}, where={"kind": "doctor"})
    result = [{"kind": "doctor", "id": "1", "name": "Ada"}, {"kind": "room", "id": "1", "name": "Blue"}, {"id": "2"}]
    assert [row["name"] for row in doctors.rows(result)] == ["Ada"]


NAMES = st.sampled_from(["a", "b", "c", "day"])
SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [{"type": "string"}, {"type": "integer"}, {"type": "string", "enum": ["x", "y"]}, DAY]
)


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    properties = st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    return properties.map(lambda some: {"type": "object", "properties": some, "required": list(some)[::2]})


SCHEMAS = objects(
    st.recursive(SCALARS, lambda inner: objects(inner) | inner.map(lambda s: {"type": "array", "items": s}))
)


@given(SCHEMAS, st.data())
def test_what_is_assembled_from_leaves_is_found_at_the_leaves(schema: dict[str, Any], data: st.DataObject) -> None:
    listed = parameters.leaves(schema)
    assert len({leaf.path for leaf in listed}) == len(listed)
    chosen = {leaf.path: leaf for leaf in listed if data.draw(st.booleans())}
    values = {path: [f"{path}-{n}" for n in range(2 if leaf.many else 1)] for path, leaf in chosen.items()}
    made = parameters.assembled(schema, values)
    found: dict[str, list[Any]] = {}
    for one in parameters.given(schema, made):
        found.setdefault(one.path, []).append(one.value)
    assert {path: sorted(set(some)) for path, some in found.items()} == values
    assert all(one.schema == chosen[one.path].schema for one in parameters.given(schema, made))
    assert set(values) <= parameters.paths(made)
    assert json.loads(json.dumps(made)) == made


@given(st.dates())
def test_days_in_parts_and_back(day: Any) -> None:
    assert parameters.iso(parameters.in_parts(day.isoformat())) == day.isoformat()


NO_DAYS = [None, "2026-05-12", {}, {"year": 2026}] + [
    {"year": year, "month": 1, "day": 1} for year in ("x", True, [1], float("inf"))
]


@pytest.mark.parametrize("value", NO_DAYS)
def test_what_is_no_day_in_parts(value: Any) -> None:
    assert parameters.iso(value) is None
