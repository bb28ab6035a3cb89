"""The TravelBooking tools: they keep their documents' promises, enforce the house rules, and fail only by telling."""

from __future__ import annotations

import inspect
from datetime import date, timedelta
from functools import cache
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftrl_gym.construct.worlds import travel_tools
from ftrl_gym.construct.worlds.travel import make_world
from ftrl_gym.construct.worlds.travel_columns import COLUMNS, KEYS, TODAY
from ftrl_gym.construct.worlds.travel_documents import DOCUMENTS
from ftrl_gym.tooldoc import Effect, ToolDocument
from ftrl_gym.world import Row, World, WorldBase

BY_NAME = {document.name: document for document in DOCUMENTS}
TOOLS = {
    name: function
    for name, function in inspect.getmembers(travel_tools, inspect.isfunction)
    if not name.startswith("_") and function.__module__ == travel_tools.__name__
}
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


# -- writing -----------------------------------------------------------------------------------------------------


def rule(world: World, topic: str) -> int:
    row = world.get("rules", topic)
    assert row is not None
    return int(row["value"])


def day(after: int) -> str:
    return (date.fromisoformat(TODAY) + timedelta(days=after)).isoformat()


def some(world: World, table: str, **equal: Any) -> tuple[str, Row]:
    return next((key, row) for key, row in world.rows(table) if all(row[k] == v for k, v in equal.items()))


def seated(world: World, table: str, later_than: int = 45) -> tuple[str, Row]:
    return next((k, r) for k, r in world.rows(table) if r["seats_left"] > 0 and r["date"] > day(later_than))


def a_traveller(world: World) -> str:
    """A grown-up with points to spend."""
    return max(
        (key for key, row in world.rows("travellers") if row["birth_date"] < "1995"),
        key=lambda key: base().tables["loyalty_accounts"][base().tables["travellers"][key]["loyalty_number"]]["points"],
    )


@pytest.mark.parametrize(("kind", "parameter"), [("flight", "flight_no"), ("train", "train_no")])
def test_booking_a_seat(kind: str, parameter: str) -> None:
    world = World(base())
    traveller = a_traveller(world)
    number, row = seated(world, f"{kind}s")
    result = run(world, f"book_{kind}", **{parameter: number}, traveller_id=traveller)
    reference = result["reference"]
    expected = {"traveller_id": traveller, "type": kind, "item": number, "date": row["date"], "nights": 0}
    expected |= {"status": "confirmed", "price": row["price"], "paid": False}
    assert world.difference() == {
        (f"{kind}s", number): (row, {**row, "seats_left": row["seats_left"] - 1}),
        ("bookings", reference): (None, expected),
    }
    assert run(world, "get_booking", reference=reference) == {"reference": reference, **expected}
    assert reference in {b["reference"] for b in run(world, "list_bookings", traveller_id=traveller)["bookings"]}

    world.update(f"{kind}s", number, seats_left=0)
    fails(world, "sold out", f"book_{kind}", **{parameter: number}, traveller_id=traveller)


def test_a_hold_is_paid_and_then_confirmed() -> None:
    world = World(base())
    traveller = a_traveller(world)
    flight, row = seated(world, "flights")
    reference = run(world, "hold_flight", flight_no=flight, traveller_id=traveller)["reference"]
    fails(world, "not paid yet", "confirm_hold", reference=reference)
    payment = run(world, "pay_booking", reference=reference, method="card")
    assert (payment["amount"], payment["status"], payment["paid"]) == (row["price"], "settled", True)
    fails(world, "paid already", "pay_booking", reference=reference, method="card")
    assert run(world, "confirm_hold", reference=reference)["status"] == "confirmed"
    fails(world, "confirmed already", "confirm_hold", reference=reference)
    listed = run(world, "list_payments", reference=reference)["payments"]
    assert listed == [
        {"payment_id": payment["payment_id"], "amount": row["price"], "currency": "EUR", "method": "card"}
        | {"date": TODAY, "status": "settled"}
    ]


def test_a_flight_that_leaves_soon_cannot_be_held() -> None:
    world = World(base())
    flight, _ = seated(world, "flights")
    limit = rule(world, "hold limit")
    moment = day(limit // 24)
    world.update("flights", flight, date=moment, departs=f"{limit % 24:02d}:00")
    run(world, "hold_flight", flight_no=flight, traveller_id=a_traveller(world))
    world.update("flights", flight, date=day(limit // 24 - 1), departs="23:55" if limit % 24 == 0 else "01:00")
    fails(world, f"less than {limit} hours", "hold_flight", flight_no=flight, traveller_id=a_traveller(world))


@pytest.mark.parametrize(
    ("noun", "item", "start", "length", "free", "topic", "rate"),
    [
        ("room", "room_id", "check_in", "nights", "free", "maximum nights", "nightly_price"),
        ("car", "car_id", "pick_up", "days", "available", "maximum rental", "daily_price"),
    ],
)
def test_booking_a_room_or_car(noun: str, item: str, start: str, length: str, free: str, topic: str, rate: str) -> None:
    world = World(base())
    traveller, tool = a_traveller(world), f"book_{noun}"
    key, row = some(world, f"{noun}s", **{free: True})
    call = {item: key, "traveller_id": traveller, start: day(9), length: 3}
    limit = rule(world, topic)
    fails(world, f"1 to {limit}", tool, **{**call, length: limit + 1})
    fails(world, "is past", tool, **{**call, start: day(-1)})
    fails(world, "no traveller", tool, **{**call, "traveller_id": "T-0"})
    result = run(world, tool, **call)
    assert result["price"] == 3 * row[rate]
    changed = world.difference()
    assert changed.pop((f"{noun}s", key)) == (row, {**row, free: False})
    ((_, created),) = changed.values()
    assert created is not None and (created["date"], created["nights"], created["item"]) == (day(9), 3, key)
    fails(world, "not (free|available)", tool, **call)
    run(world, "cancel_booking", reference=result["reference"])
    assert world.get(f"{noun}s", key) == row


def test_young_drivers_are_refused_until_their_birthday() -> None:
    world = World(base())
    traveller, car = a_traveller(world), some(world, "cars", available=True)[0]
    age = rule(world, "minimum driver age")
    world.update("travellers", traveller, birth_date=f"{2026 - age}-06-10")
    call = {"car_id": car, "traveller_id": traveller, "days": 1}
    fails(world, f"younger than {age}", "book_car", pick_up="2026-06-09", **call)
    run(world, "book_car", pick_up="2026-06-10", **call)


def paid_room(world: World, start: int, method: str = "card") -> tuple[str, int]:
    """(reference, price) of a new and paid booking of a room."""
    room, _ = some(world, "rooms", free=True)
    made = run(world, "book_room", room_id=room, traveller_id=a_traveller(world), check_in=day(start), nights=2)
    run(world, "pay_booking", reference=made["reference"], method=method)
    return made["reference"], made["price"]


def test_cancelling_refunds_by_the_rules() -> None:
    free, percent = rule(World(base()), "free cancellation"), rule(World(base()), "cancellation fee")
    for start, charged in ((free, False), (free - 1, True)):
        world = World(base())
        reference, price = paid_room(world, start)
        result = run(world, "cancel_booking", reference=reference)
        fee = (price * percent + 50) // 100 if charged else 0
        assert (result["fee"], result["refund"]) == (fee, price - fee)
        refund = [row for _, row in world.find("payments", reference=reference) if row["status"] == "refunded"]
        assert [(row["amount"], row["method"]) for row in refund] == [(price - fee, "card")]
        fails(world, "cancelled already", "cancel_booking", reference=reference)
        fails(world, "cancelled already", "pay_booking", reference=reference, method="card")
        fails(world, "cancelled already", "change_booking", reference=reference, date=day(50))
        fails(world, "cancelled already", "confirm_hold", reference=reference)


def test_cancelling_what_is_unpaid_costs_nothing() -> None:
    world = World(base())
    flight, row = seated(world, "flights")
    held = run(world, "hold_flight", flight_no=flight, traveller_id=a_traveller(world))["reference"]
    result = run(world, "cancel_booking", reference=held)
    assert (result["fee"], result["refund"]) == (0, 0)
    assert world.get("flights", flight) == row
    assert not world.find("payments", reference=held)


def test_points_are_taken_and_given_back() -> None:
    world = World(base())
    account = base().tables["travellers"][a_traveller(world)]["loyalty_number"]
    before = base().tables["loyalty_accounts"][account]["points"]
    free = rule(world, "free cancellation")
    world.update("loyalty_accounts", account, points=1_000_000)
    reference, price = paid_room(world, free, method="points")
    assert run(world, "get_loyalty_account", number=account)["points"] == 1_000_000 - price * rule(
        world, "points per euro"
    )
    run(world, "cancel_booking", reference=reference)
    assert run(world, "get_loyalty_account", number=account)["points"] == 1_000_000
    world.update("loyalty_accounts", account, points=before % 7)
    room, _ = some(world, "rooms", free=True)
    made = run(world, "book_room", room_id=room, traveller_id=a_traveller(world), check_in=day(30), nights=2)
    fails(world, "lacks", "pay_booking", reference=made["reference"], method="points")


def test_a_transfer_stays_pending() -> None:
    world = World(base())
    reference, _ = paid_room(world, 30, method="transfer")
    assert run(world, "get_booking", reference=reference)["paid"] is False
    fails(world, "pending transfer", "pay_booking", reference=reference, method="card")
    fails(world, "pending transfer", "change_booking", reference=reference, date=day(40))
    assert run(world, "cancel_booking", reference=reference)["refund"] == 0
    assert [row["status"] for _, row in world.find("payments", reference=reference)] == ["refunded"]
    deadline = rule(world, "transfer deadline")
    room, _ = some(world, "rooms", free=True)
    late = run(world, "book_room", room_id=room, traveller_id=a_traveller(world), check_in=day(deadline - 1), nights=1)
    fails(world, "transfer must be made", "pay_booking", reference=late["reference"], method="transfer")


def test_changing_a_room_costs_the_fee() -> None:
    world = World(base())
    reference, price = paid_room(world, 30)
    fails(world, "on .* already", "change_booking", reference=reference, date=day(30))
    fails(world, "is past", "change_booking", reference=reference, date=day(-3))
    fee = rule(world, "change fee")
    result = run(world, "change_booking", reference=reference, date=day(35))
    assert (result["fee"], result["price"], result["date"]) == (fee, price + fee, day(35))
    assert run(world, "get_booking", reference=reference)["paid"] is False
    assert run(world, "pay_booking", reference=reference, method="card")["amount"] == fee
    world.update("bookings", reference, date=day(rule(world, "change deadline") - 1))
    fails(world, "cannot be changed", "change_booking", reference=reference, date=day(60))


@pytest.mark.parametrize(("table", "parameter"), [("flights", "flight_no"), ("trains", "train_no")])
def test_changing_a_seat_moves_to_the_first_departure_with_seats(table: str, parameter: str) -> None:
    kind = table[:-1]
    for seed in range(40):
        world = World(base(seed, "syllables"))
        days: dict[tuple[str, str], set[str]] = {}
        for _, row in world.rows(table):
            days.setdefault((row["origin"], row["destination"]), set()).add(row["date"])
        usable = [(k, r) for k, r in world.rows(table) if r["seats_left"] and r["date"] > day(7)]
        found = [(k, r) for k, r in usable if len(days[(r["origin"], r["destination"])]) > 1]
        if found:
            break
    key, row = found[0]
    to = min(days[(row["origin"], row["destination"])] - {row["date"]})
    candidates = [
        (r["departs"], k) for k, r in world.find(table, origin=row["origin"], destination=row["destination"], date=to)
    ]
    for _, other in candidates:
        world.update(table, other, seats_left=5)
    traveller = next(k for k, _ in world.rows("travellers"))
    reference = run(world, f"book_{kind}", **{parameter: key}, traveller_id=traveller)["reference"]
    result = run(world, "change_booking", reference=reference, date=to)
    first = min(candidates)[1]
    new = world.get(table, first)
    assert new is not None and (result["item"], result["date"], new["seats_left"]) == (first, to, 4)
    airline = world.get("airlines", row["airline"]) if kind == "flight" else None
    fee = airline["change_fee"] if airline else rule(world, "change fee")
    assert (result["fee"], result["price"]) == (fee, new["price"] + fee)
    assert world.get(table, key) == row, "the old seat is given back"
    fails(world, "seat left on", "change_booking", reference=reference, date=day(300))


def test_what_is_past_stays_as_it_is() -> None:
    world = World(base())
    reference = next(key for key, row in world.rows("bookings") if row["status"] == "confirmed")
    world.update("bookings", reference, date=day(-5))
    fails(world, "is past", "cancel_booking", reference=reference)
    fails(world, "is past", "pay_booking", reference=reference, method="card")
    fails(world, "is past", "change_booking", reference=reference, date=day(50))


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_long_episodes_keep_the_books_straight(data: st.DataObject) -> None:
    """Whatever is called in whatever order: no seat below 0, paid means paid in full, no money from nowhere."""
    world = World(base())
    writes = [document for document in DOCUMENTS if document.effect is Effect.WRITE]
    for _ in range(12):
        document = data.draw(st.sampled_from(writes))
        call = data.draw(arguments(document))
        if "reference" in call:
            call["reference"] = data.draw(st.sampled_from([key for key, _ in world.rows("bookings")]))
        try:
            run(world, document.name, **call)
        except ValueError:
            continue
    for table in ("flights", "trains"):
        assert all(row["seats_left"] >= 0 for _, row in world.rows(table))
    assert all(row["points"] >= 0 for _, row in world.rows("loyalty_accounts"))
    for reference, booking in world.rows("bookings"):
        rows = [row for _, row in world.find("payments", reference=reference)]
        settled = sum(row["amount"] for row in rows if row["status"] == "settled")
        if booking["status"] != "cancelled":
            assert booking["paid"] == (settled >= booking["price"])
        assert all(row["amount"] > 0 for row in rows)
