"""The writing tools of TravelBooking: effects, house rules, refusals that change nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from travel_calls import DOCUMENTS, TODAY, arguments, base, fails, run

from ftrl_gym.tooldoc import Effect
from ftrl_gym.world import Row, World


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
