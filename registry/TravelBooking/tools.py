"""Tools of the TravelBooking agency: plain functions over a world, one per document.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
Rows that a tool creates carry no id of their own: their id is the one the world gave them.
"""

import re
from datetime import date as Date
from typing import Any


def find_airports(world: Any, city: str) -> dict[str, Any]:
    _row(world, "cities", city)
    return {"airports": _list(world.find("airports", city=city), "code name transfer_minutes")}


def get_airport(world: Any, code: str) -> dict[str, Any]:
    return dict(_row(world, "airports", code))


def search_flights(world: Any, origin: str, destination: str, date: str) -> dict[str, Any]:
    _row(world, "airports", origin)
    _row(world, "airports", destination)
    found = world.find("flights", origin=origin, destination=destination, date=_day(date).isoformat())
    return {"flights": _list(found, "flight_no airline departs arrives price seats_left")}


def get_flight(world: Any, flight_no: str) -> dict[str, Any]:
    return dict(_row(world, "flights", flight_no))


def compare_flights(world: Any, first: str, second: str) -> dict[str, Any]:
    if first == second:
        raise ValueError("first and second are the same flight; compare two different ones")
    one, other = _row(world, "flights", first), _row(world, "flights", second)
    return {
        "first": first,
        "second": second,
        "cheaper": first if one["price"] < other["price"] else second,
        "price_difference": abs(one["price"] - other["price"]),
        "earlier": first if (one["date"], one["departs"]) < (other["date"], other["departs"]) else second,
    }


def get_airline(world: Any, name: str) -> dict[str, Any]:
    return dict(_row(world, "airlines", name))


def search_hotels(world: Any, city: str, min_stars: int = 1) -> dict[str, Any]:
    _row(world, "cities", city)
    found = [(key, row) for key, row in world.find("hotels", city=city) if row["stars"] >= min_stars]
    return {"hotels": _list(found, "hotel_id name district stars rating")}


def get_hotel(world: Any, hotel_id: str) -> dict[str, Any]:
    return dict(_row(world, "hotels", hotel_id))


def list_rooms(world: Any, hotel_id: str, type: str = "any") -> dict[str, Any]:
    _row(world, "hotels", hotel_id)
    found = world.find("rooms", hotel_id=hotel_id, **({} if type == "any" else {"type": type}))
    return {"rooms": _list(found, "room_id type nightly_price beds view free")}


def search_trains(world: Any, origin: str, destination: str, date: str) -> dict[str, Any]:
    _row(world, "cities", origin)
    _row(world, "cities", destination)
    found = world.find("trains", origin=origin, destination=destination, date=_day(date).isoformat())
    return {"trains": _list(found, "train_no operator departs arrives price seats_left")}


def get_train(world: Any, train_no: str) -> dict[str, Any]:
    return dict(_row(world, "trains", train_no))


def search_cars(world: Any, city: str, car_class: str = "any") -> dict[str, Any]:
    _row(world, "cities", city)
    found = world.find("cars", city=city, **({} if car_class == "any" else {"class": car_class}))
    return {"cars": _list(found, "car_id company model class daily_price available")}


def get_car(world: Any, car_id: str) -> dict[str, Any]:
    return dict(_row(world, "cars", car_id))


def find_traveller(world: Any, name: str) -> dict[str, Any]:
    found = world.find("travellers", name=name)
    if not found:
        raise ValueError(f"no traveller is called {_shown(name)}; give the full name as it was written")
    return _list(found, "traveller_id name email home_city loyalty_number seat_preference")[0]


def get_loyalty_account(world: Any, number: str) -> dict[str, Any]:
    return dict(_row(world, "loyalty_accounts", number))


def list_bookings(world: Any, traveller_id: str, type: str = "any") -> dict[str, Any]:
    _row(world, "travellers", traveller_id)
    found = world.find("bookings", traveller_id=traveller_id, **({} if type == "any" else {"type": type}))
    return {"bookings": _list(found, "type date status", key="reference")}


def get_booking(world: Any, reference: str) -> dict[str, Any]:
    return {"reference": reference, **_row(world, "bookings", reference)}


def list_payments(world: Any, reference: str) -> dict[str, Any]:
    _row(world, "bookings", reference)
    found = world.find("payments", reference=reference)
    return {"payments": _list(found, "amount currency method date status", key="payment_id")}


def get_city(world: Any, name: str) -> dict[str, Any]:
    return dict(_row(world, "cities", name))


def convert_currency(world: Any, amount: float, from_currency: str, to_currency: str) -> dict[str, Any]:
    if not 0 < amount <= 1_000_000_000:
        raise ValueError("amount must be above 0 and at most 1000000000")
    source, target = _row(world, "rates", from_currency), _row(world, "rates", to_currency)
    return {
        "amount": int(amount) if amount == int(amount) else amount,
        "from_currency": from_currency,
        "to_currency": to_currency,
        "converted": round(amount / source["per_eur"] * target["per_eur"], 2),
    }


def time_difference(world: Any, from_city: str, to_city: str) -> dict[str, Any]:
    here, there = _row(world, "cities", from_city), _row(world, "cities", to_city)
    return {"from_city": from_city, "to_city": to_city, "hours": there["utc_offset"] - here["utc_offset"]}


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


def hold_flight(world: Any, flight_no: str, traveller_id: str) -> dict[str, Any]:
    flight, limit = _row(world, "flights", flight_no), _rule(world, "hold limit")
    hour, minute = flight["departs"].split(":")
    if _days_left(world, flight["date"]) * 1440 + int(hour) * 60 + int(minute) < limit * 60:
        raise ValueError(f"{flight_no} departs in less than {limit} hours and cannot be held; book it instead")
    return _take_seat(world, "flight", flight_no, traveller_id, "held")


def book_flight(world: Any, flight_no: str, traveller_id: str) -> dict[str, Any]:
    return _take_seat(world, "flight", flight_no, traveller_id, "confirmed")


def book_room(world: Any, room_id: str, traveller_id: str, check_in: str, nights: int) -> dict[str, Any]:
    room = _row(world, "rooms", room_id)
    _row(world, "travellers", traveller_id)
    start, limit = _day_to_come(world, check_in), _rule(world, "maximum nights")
    if not 1 <= nights <= limit:
        raise ValueError(f"a room can be booked for 1 to {limit} nights")
    if not room["free"]:
        raise ValueError(f"room {room_id} is not free; list_rooms shows which rooms are")
    world.update("rooms", room_id, free=False)
    return _book(world, "room", room_id, traveller_id, start, nights, nights * room["nightly_price"], "confirmed")


def book_train(world: Any, train_no: str, traveller_id: str) -> dict[str, Any]:
    return _take_seat(world, "train", train_no, traveller_id, "confirmed")


def book_car(world: Any, car_id: str, traveller_id: str, pick_up: str, days: int) -> dict[str, Any]:
    car, driver = _row(world, "cars", car_id), _row(world, "travellers", traveller_id)
    start, limit, age = _day_to_come(world, pick_up), _rule(world, "maximum rental"), _rule(world, "minimum driver age")
    if not 1 <= days <= limit:
        raise ValueError(f"a car can be rented for 1 to {limit} days")
    born = driver["birth_date"]
    if int(start[:4]) - int(born[:4]) - (start[5:] < born[5:]) < age:
        raise ValueError(f"the traveller is younger than {age} on {start}, the minimum age of drivers")
    if not car["available"]:
        raise ValueError(f"car {car_id} is not available; search_cars shows which cars are")
    world.update("cars", car_id, available=False)
    return _book(world, "car", car_id, traveller_id, start, days, days * car["daily_price"], "confirmed")


def change_booking(world: Any, reference: str, date: str) -> dict[str, Any]:
    booking, day = _active(world, reference), _day_to_come(world, date)
    deadline = _rule(world, "change deadline")
    if _days_left(world, booking["date"]) < deadline:
        raise ValueError(f"{reference} cannot be changed: a change must be made {deadline} days before the date")
    if _is_transfer_pending(world, reference):
        raise ValueError(f"{reference} has a pending transfer; it can be changed once that has arrived")
    if day == booking["date"]:
        raise ValueError(f"{reference} is on {day} already; give another date")
    item, price, fee = booking["item"], booking["price"], _rule(world, "change fee")
    if booking["type"] in ("flight", "train"):
        table = booking["type"] + "s"
        old = _row(world, table, item)
        item, new = _first_with_seats(world, table, old, day)
        price = new["price"]
        if table == "flights":
            fee = _row(world, "airlines", old["airline"])["change_fee"]
        _give_back(world, booking)
        world.update(table, item, seats_left=new["seats_left"] - 1)
    price += fee
    paid = price <= _received(world, reference)
    row = world.update("bookings", reference, item=item, date=day, price=price, paid=paid)
    return {"reference": reference, **{c: row[c] for c in ("status", "item", "date", "price")}, "fee": fee}


def cancel_booking(world: Any, reference: str) -> dict[str, Any]:
    booking = _active(world, reference)
    received = _received(world, reference)
    free = booking["status"] == "held" or _days_left(world, booking["date"]) >= _rule(world, "free cancellation")
    fee = 0 if free else min(received, (booking["price"] * _rule(world, "cancellation fee") + 50) // 100)
    refund = received - fee
    payments = world.find("payments", reference=reference)
    for key, payment in payments:
        if payment["status"] == "pending":
            world.update("payments", key, status="refunded")
    if refund > 0:
        method = next(payment["method"] for _, payment in payments if payment["status"] == "settled")
        _pay(world, reference, refund, method, "refunded")
        if method == "points":
            _move_points(world, booking, refund)
    _give_back(world, booking)
    world.update("bookings", reference, status="cancelled")
    return {"reference": reference, "status": "cancelled", "fee": fee, "refund": refund}


def pay_booking(world: Any, reference: str, method: str) -> dict[str, Any]:
    booking = _active(world, reference)
    if booking["paid"]:
        raise ValueError(f"{reference} is paid already")
    if _is_transfer_pending(world, reference):
        raise ValueError(f"{reference} has a pending transfer; nothing more is due")
    amount = booking["price"] - _received(world, reference)
    if method == "transfer":
        deadline = _rule(world, "transfer deadline")
        if _days_left(world, booking["date"]) < deadline:
            raise ValueError(f"a transfer must be made {deadline} days before {booking['date']}; pay by card or points")
    if method == "points":
        _move_points(world, booking, -amount)
    # A transfer is on its way: the booking is paid only once it has arrived.
    status = "pending" if method == "transfer" else "settled"
    key = _pay(world, reference, amount, method, status)
    paid = world.update("bookings", reference, paid=status == "settled")["paid"]
    payment = {"payment_id": key, "amount": amount, "currency": "EUR", "method": method, "status": status}
    return {"reference": reference, "paid": paid, **payment}


def confirm_hold(world: Any, reference: str) -> dict[str, Any]:
    booking = _active(world, reference)
    if booking["status"] != "held":
        raise ValueError(f"{reference} is confirmed already; only a held booking can be confirmed")
    if not booking["paid"]:
        raise ValueError(f"{reference} is not paid yet; pay it with pay_booking first")
    row = world.update("bookings", reference, status="confirmed")
    return {"reference": reference, **{c: row[c] for c in ("status", "date", "price")}}


# Where the ids of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    "cities": ("city is called", "check the spelling"),
    "airports": ("airport has the code", "find_airports gives the codes of a city"),
    "airlines": ("airline is called", "search_flights and get_flight give names of airlines"),
    "flights": ("flight has the number", "search_flights gives flight numbers"),
    "hotels": ("hotel has the id", "search_hotels gives ids of hotels"),
    "rooms": ("room has the id", "list_rooms gives ids of rooms"),
    "trains": ("train has the number", "search_trains gives train numbers"),
    "cars": ("car has the id", "search_cars gives ids of cars"),
    "travellers": ("traveller has the id", "find_traveller gives the id of a traveller"),
    "loyalty_accounts": ("loyalty account has the number", "find_traveller gives loyalty numbers"),
    "bookings": ("booking has the reference", "list_bookings gives the references of a traveller"),
    "rates": ("rate is known for the currency", "get_city gives the currency code of a city"),
    "rules": ("rule is about", "the topics are listed in the tool's document"),
}


def _shown(value: str) -> str:
    """What the caller wrote, short and escaped."""
    return repr(value[:40] + "..." if len(value) > 40 else value)


def _row(world: Any, table: str, key: str) -> dict[str, Any]:
    row: dict[str, Any] | None = world.get(table, key)
    if row is None:
        what, mend = _SOURCES[table]
        raise ValueError(f"no {what} {_shown(key)}; {mend}")
    return row


def _list(found: list[tuple[str, dict[str, Any]]], columns: str, key: str = "") -> list[dict[str, Any]]:
    """The named columns of each row, after its id where ``key`` names one (created rows do not hold theirs)."""
    names = columns.split()
    return [{**({key: row_id} if key else {}), **{name: row[name] for name in names}} for row_id, row in found]


def _day(text: str) -> Date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{_shown(text)} is no date; write it as YYYY-MM-DD")
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not in the calendar") from None


def _days_left(world: Any, date: str) -> int:
    return (_day(date) - _day(world.constants["today"])).days


def _day_to_come(world: Any, date: str) -> str:
    if _days_left(world, date) < 0:
        raise ValueError(f"{date} is past: today is {world.constants['today']}")
    return date


def _rule(world: Any, topic: str) -> int:
    value: int = _row(world, "rules", topic)["value"]
    return value


def _active(world: Any, reference: str) -> dict[str, Any]:
    """The booking, if it can still be acted on."""
    booking = _row(world, "bookings", reference)
    if booking["status"] == "cancelled":
        raise ValueError(f"{reference} is cancelled already")
    if _days_left(world, booking["date"]) < 0:
        raise ValueError(f"{reference} was for {booking['date']}, which is past: today is {world.constants['today']}")
    return booking


def _take_seat(world: Any, kind: str, number: str, traveller_id: str, status: str) -> dict[str, Any]:
    row = _row(world, kind + "s", number)
    _row(world, "travellers", traveller_id)
    if row["seats_left"] < 1:
        raise ValueError(f"{kind} {number} is sold out; search_{kind}s shows which ones have seats")
    world.update(kind + "s", number, seats_left=row["seats_left"] - 1)
    return _book(world, kind, number, traveller_id, row["date"], 0, row["price"], status)


def _book(
    world: Any, kind: str, item: str, traveller_id: str, date: str, nights: int, price: int, status: str
) -> dict[str, Any]:
    row = {"traveller_id": traveller_id, "type": kind, "item": item, "date": date, "nights": nights}
    row |= {"status": status, "price": price, "paid": False}
    reference = world.insert("bookings", row, prefix="NB")
    return {"reference": reference, "status": status, "date": date, "price": price}


def _give_back(world: Any, booking: dict[str, Any]) -> None:
    """Frees the seat, room or car of a booking."""
    kind, item = booking["type"], booking["item"]
    if kind == "room":
        world.update("rooms", item, free=True)
    elif kind == "car":
        world.update("cars", item, available=True)
    else:
        seats = _row(world, kind + "s", item)["seats_left"]
        world.update(kind + "s", item, seats_left=seats + 1)


def _first_with_seats(world: Any, table: str, old: dict[str, Any], day: str) -> tuple[str, dict[str, Any]]:
    """The first departure on that day on the route of ``old``."""
    route = world.find(table, origin=old["origin"], destination=old["destination"])
    seated = [(row["date"], row["departs"], key, row) for key, row in route if row["seats_left"] > 0]
    on_day = [entry for entry in seated if entry[0] == day]
    if not on_day:
        days = sorted({entry[0] for entry in seated} - {old["date"]})
        others = f"there are some on {', '.join(days[:5])}" if days else "there are none on other days"
        raise ValueError(f"none of the {table} on that route has a seat left on {day}; {others}")
    _, _, key, row = min(on_day)
    return key, row


def _received(world: Any, reference: str) -> int:
    """What was paid for a booking, less refunds."""
    sign = {"settled": 1, "pending": 0, "refunded": -1}
    return sum(sign[row["status"]] * row["amount"] for _, row in world.find("payments", reference=reference))


def _is_transfer_pending(world: Any, reference: str) -> bool:
    return any(row["status"] == "pending" for _, row in world.find("payments", reference=reference))


def _pay(world: Any, reference: str, amount: int, method: str, status: str) -> str:
    row = {"reference": reference, "amount": amount, "currency": "EUR", "method": method}
    key: str = world.insert("payments", row | {"date": world.constants["today"], "status": status}, prefix="NP")
    return key


def _move_points(world: Any, booking: dict[str, Any], euros: int) -> None:
    """Adds the worth of ``euros`` to the traveller's loyalty account (takes it, if negative)."""
    number = _row(world, "travellers", booking["traveller_id"])["loyalty_number"]
    points = _row(world, "loyalty_accounts", number)["points"] + euros * _rule(world, "points per euro")
    if points < 0:
        raise ValueError(f"loyalty account {number} lacks {-points} points for this; pay by card or transfer")
    world.update("loyalty_accounts", number, points=points)
