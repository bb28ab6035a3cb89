"""The TravelBooking tools keep their documents' promises and fail only by telling."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import given, settings
from travel_calls import BY_NAME, COLUMNS, DOCUMENTS, KEYS, TOOLS, arguments, base, fails, run

from ftrl_gym.tooldoc import Effect, ToolDocument
from ftrl_gym.world import World


def test_one_function_per_document() -> None:
    assert set(TOOLS) == set(BY_NAME) and len(DOCUMENTS) == len(BY_NAME) == 31


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_documents_fit_the_functions(document: ToolDocument) -> None:
    world, *parameters = inspect.signature(TOOLS[document.name]).parameters.values()
    assert world.name == "world"
    properties = document.parameters["properties"]
    assert [p.name for p in parameters] == list(properties)
    for parameter in parameters:
        schema = properties[parameter.name]
        assert schema["description"]
        assert (parameter.default is inspect.Parameter.empty) == (parameter.name in document.parameters["required"])
        if "default" in schema:
            assert parameter.default == schema["default"]
    assert len(document.signature().split()) <= 45


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_facts_and_binds_name_columns(document: ToolDocument) -> None:
    assert document.returns.facts
    derived: dict[str, set[str]] = {"flight_comparisons": {"first", "second"}}
    derived["conversions"] = {"amount", "from_currency", "to_currency"}
    derived["time_differences"] = {"from_city", "to_city"}
    schema = document.returns.schema_
    for source in document.returns.facts:
        fields = schema["properties"]
        if source.path:
            fields = fields[source.path]["items"]["properties"]
        assert set(source.fields) <= set(fields) and set(source.key) <= set(fields)
        if source.entity in COLUMNS:
            assert set(source.fields.values()) <= set(COLUMNS[source.entity])
            assert [source.fields[k] for k in source.key] == [KEYS[source.entity]]
        else:
            assert set(source.key) == derived[source.entity]
    for parameter, bound in document.binds.items():
        entity, attribute = bound.split(".")
        assert parameter in document.parameters["properties"]
        assert attribute in (COLUMNS[entity] if entity in COLUMNS else derived[entity])
    unbound = set(document.parameters["properties"]) - set(document.binds)
    assert unbound <= {"min_stars"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_no_document_names_a_value_of_the_world(document: ToolDocument) -> None:
    said = document.model_dump_json()
    for names in ("real", "syllables"):
        for table, column in (("cities", "name"), ("airports", "code"), ("flights", "flight_no"), ("airlines", "name")):
            assert not [v for v in base(1, names).tables[table] if f'"{v}"' in said or f" {v} " in said], column


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_only_telling_errors_whatever_the_arguments(document: ToolDocument) -> None:
    served = 0

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(arguments(document))
    def check(call: dict[str, Any]) -> None:
        nonlocal served
        world = World(base())
        try:
            run(world, document.name, **call)
            served += 1
        except ValueError as error:
            assert 10 < len(str(error)) < 300
            str(error).encode()
            assert world.difference() == {}
        assert document.effect is Effect.WRITE or world.difference() == {}

    check()
    assert served or document.effect is Effect.WRITE


@pytest.mark.parametrize("names", ["real", "syllables"])
def test_every_read_tool_serves_every_id_of_the_world(names: str) -> None:
    world = World(base(3, names))
    getters = {
        "airports": "get_airport",
        "flights": "get_flight",
        "airlines": "get_airline",
        "hotels": "get_hotel",
        "trains": "get_train",
        "cars": "get_car",
        "loyalty_accounts": "get_loyalty_account",
        "bookings": "get_booking",
        "cities": "get_city",
        "rules": "get_rule",
    }
    for table, name in getters.items():
        parameter = next(iter(BY_NAME[name].parameters["properties"]))
        for key, row in world.rows(table):
            result = run(world, name, **{parameter: key})
            assert result == row and result is not row
    for key, row in world.rows("flights"):
        found = run(world, "search_flights", origin=row["origin"], destination=row["destination"], date=row["date"])
        assert key in {flight["flight_no"] for flight in found["flights"]} and len(found["flights"]) <= 6
    for key, row in world.rows("trains"):
        found = run(world, "search_trains", origin=row["origin"], destination=row["destination"], date=row["date"])
        assert key in {train["train_no"] for train in found["trains"]}
    for city, _ in world.rows("cities"):
        assert run(world, "find_airports", city=city)["airports"]
        hotels = run(world, "search_hotels", city=city)["hotels"]
        assert len(hotels) >= 2
        good = run(world, "search_hotels", city=city, min_stars=4)["hotels"]
        assert good == [hotel for hotel in hotels if hotel["stars"] >= 4]
        assert run(world, "search_cars", city=city)["cars"]
    for hotel, _ in world.rows("hotels"):
        rooms = run(world, "list_rooms", hotel_id=hotel)["rooms"]
        doubles = run(world, "list_rooms", hotel_id=hotel, type="double")["rooms"]
        assert len(rooms) >= 3 and doubles == [room for room in rooms if room["type"] == "double"]
    for key, row in world.rows("travellers"):
        assert run(world, "find_traveller", name=row["name"])["traveller_id"] == key
        assert 1 <= len(run(world, "list_bookings", traveller_id=key)["bookings"]) <= 4
    paid = {row["reference"] for _, row in world.rows("payments")}
    for key, _ in world.rows("bookings"):
        assert bool(run(world, "list_payments", reference=key)["payments"]) == (key in paid)


def test_derived_results() -> None:
    world = World(base())
    (first, one), (second, other) = list(world.rows("flights"))[:2]
    result = run(world, "compare_flights", first=first, second=second)
    cheaper = first if one["price"] < other["price"] else second
    assert result["cheaper"] == cheaper and result["price_difference"] == abs(one["price"] - other["price"]) > 0
    earlier = min((row["date"], row["departs"], key) for key, row in ((first, one), (second, other)))[2]
    assert result["earlier"] == earlier
    swapped = run(world, "compare_flights", first=second, second=first)
    assert (swapped["cheaper"], swapped["earlier"]) == (cheaper, earlier)
    fails(world, "same flight", "compare_flights", first=first, second=first)

    rates = {key: row["per_eur"] for key, row in world.rows("rates")}
    dear = next(key for key in rates if key != "EUR")
    result = run(world, "convert_currency", amount=120.0, from_currency="EUR", to_currency=dear)
    assert result["converted"] == round(120 * rates[dear], 2) and str(result["amount"]) == "120"
    assert run(world, "convert_currency", amount=0.5, from_currency=dear, to_currency=dear)["converted"] == 0.5
    for amount in (float("inf"), float("nan"), 10**400, -1, 0):
        fails(world, "amount", "convert_currency", amount=amount, from_currency="EUR", to_currency=dear)

    offsets = {key: row["utc_offset"] for key, row in world.rows("cities")}
    here, there = min(offsets, key=offsets.__getitem__), max(offsets, key=offsets.__getitem__)
    ahead = run(world, "time_difference", from_city=here, to_city=there)["hours"]
    assert ahead == offsets[there] - offsets[here] == -TOOLS["time_difference"](world, there, here)["hours"]


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d.name != "get_rule"], ids=lambda d: d.name)
def test_unknown_ids_are_told_briefly(document: ToolDocument) -> None:
    strings = {
        parameter: "zz\ud800" + "q" * 500
        for parameter, schema in document.parameters["properties"].items()
        if schema["type"] == "string" and "enum" not in schema
    }
    others = {"nights": 2, "days": 2, "amount": 5, "method": "card"}
    call = {p: strings.get(p, others.get(p)) for p in document.parameters["required"]}
    with pytest.raises(ValueError) as caught:
        TOOLS[document.name](World(base()), **call)
    assert "q" * 50 not in str(caught.value) and "\ud800" not in str(caught.value)
    assert ";" in str(caught.value), "says what would be right"


def test_searching_an_unknown_day_or_route() -> None:
    world = World(base())
    row = next(iter(base().tables["flights"].values()))
    route = {"origin": row["origin"], "destination": row["destination"]}
    assert run(world, "search_flights", **route, date="2031-01-01") == {"flights": []}
    fails(world, "YYYY-MM-DD", "search_flights", **route, date="20260601")
    fails(world, "calendar", "search_flights", **route, date="2026-02-30")
