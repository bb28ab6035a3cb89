"""Tools of TravelBooking: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def find_airports(world: Any, city: str) -> dict[str, Any]:
    _row(world, "cities", city)
    wanted = {"city": city}
    found = world.find("airports", **wanted)
    return {"airports": _views(found, "code", "name transfer_minutes")}


def get_airport(world: Any, code: str) -> dict[str, Any]:
    row = _row(world, "airports", code)
    return _view("code", code, row, "name city transfer_minutes terminals lounge")


def search_flights(world: Any, origin: str, destination: str, date: str) -> dict[str, Any]:
    _row(world, "airports", origin)
    _row(world, "airports", destination)
    _day(date)
    wanted = {"origin": origin, "destination": destination, "date": date}
    found = world.find("flights", **wanted)
    return {"flights": _views(found, "flight_no", "airline departs arrives price seats_left")}


def get_flight(world: Any, flight_no: str) -> dict[str, Any]:
    row = _row(world, "flights", flight_no)
    return _view(
        "flight_no", flight_no, row, "airline origin destination date departs arrives price seats_left aircraft gate"
    )


def compare_flights(world: Any, first: str, second: str) -> dict[str, Any]:
    first_row = _row(world, "flights", first)
    second_row = _row(world, "flights", second)
    if first == second:
        raise ValueError("first and second are the same flight; compare two different ones")
    return {
        "first": first,
        "second": second,
        "cheaper": first if first_row["price"] < second_row["price"] else second,
        "price_difference": abs(first_row["price"] - second_row["price"]),
        "earlier": (
            first
            if (
                first_row["date"] < second_row["date"]
                or (first_row["date"] == second_row["date"] and first_row["departs"] < second_row["departs"])
            )
            else second
        ),
    }


def get_airline(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "airlines", name)
    return _view("name", name, row, "alliance hand_luggage_kg hub change_fee")


def search_hotels(world: Any, city: str, min_stars: int = 1) -> dict[str, Any]:
    _row(world, "cities", city)
    wanted = {"city": city}
    found = world.find("hotels", **wanted)
    found = [(key, row) for key, row in found if row["stars"] >= min_stars]
    return {"hotels": _views(found, "hotel_id", "name district stars rating")}


def get_hotel(world: Any, hotel_id: str) -> dict[str, Any]:
    row = _row(world, "hotels", hotel_id)
    return _view("hotel_id", hotel_id, row, "name city district stars rating breakfast_price checkout_until manager")


def list_rooms(world: Any, hotel_id: str, type: str = "any") -> dict[str, Any]:
    _row(world, "hotels", hotel_id)
    wanted = {"hotel_id": hotel_id}
    if type != "any":
        wanted["type"] = type
    found = world.find("rooms", **wanted)
    return {"rooms": _views(found, "room_id", "type nightly_price beds view free")}


def search_trains(world: Any, origin: str, destination: str, date: str) -> dict[str, Any]:
    _row(world, "cities", origin)
    _row(world, "cities", destination)
    _day(date)
    wanted = {"origin": origin, "destination": destination, "date": date}
    found = world.find("trains", **wanted)
    return {"trains": _views(found, "train_no", "operator departs arrives price seats_left")}


def get_train(world: Any, train_no: str) -> dict[str, Any]:
    row = _row(world, "trains", train_no)
    return _view(
        "train_no", train_no, row, "operator origin destination date departs arrives price platform seats_left"
    )


def search_cars(world: Any, city: str, car_class: str = "any") -> dict[str, Any]:
    _row(world, "cities", city)
    wanted = {"city": city}
    if car_class != "any":
        wanted["class"] = car_class
    found = world.find("cars", **wanted)
    return {"cars": _views(found, "car_id", "company model class daily_price available")}


def get_car(world: Any, car_id: str) -> dict[str, Any]:
    row = _row(world, "cars", car_id)
    return _view("car_id", car_id, row, "city company model class daily_price seats fuel available")


def find_traveller(world: Any, name: str) -> dict[str, Any]:
    traveller_id, row = _called(world, "travellers", "name", name)
    return _view("traveller_id", traveller_id, row, "name email home_city loyalty_number seat_preference")


def get_loyalty_account(world: Any, number: str) -> dict[str, Any]:
    row = _row(world, "loyalty_accounts", number)
    return _view("number", number, row, "programme tier points expires partner_airline")


def list_bookings(world: Any, traveller_id: str, type: str = "any") -> dict[str, Any]:
    _row(world, "travellers", traveller_id)
    wanted = {"traveller_id": traveller_id}
    if type != "any":
        wanted["type"] = type
    found = world.find("bookings", **wanted)
    return {"bookings": _views(found, "reference", "type date status")}


def get_booking(world: Any, reference: str) -> dict[str, Any]:
    row = _row(world, "bookings", reference)
    return _view("reference", reference, row, "traveller_id type item date nights status price paid")


def list_payments(world: Any, reference: str) -> dict[str, Any]:
    _row(world, "bookings", reference)
    wanted = {"reference": reference}
    found = world.find("payments", **wanted)
    return {"payments": _views(found, "payment_id", "amount currency method date status")}


def get_city(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "cities", name)
    return _view("name", name, row, "country currency utc_offset language tourist_tax")


def convert_currency(world: Any, amount: float, from_currency: str, to_currency: str) -> dict[str, Any]:
    from_currency_row = _row(world, "rates", from_currency)
    to_currency_row = _row(world, "rates", to_currency)
    if not (amount > 0 and amount <= 1000000000):
        raise ValueError("amount must be above 0 and at most 1000000000")
    return {
        "amount": _plain(amount),
        "from_currency": from_currency,
        "to_currency": to_currency,
        "converted": round(amount / from_currency_row["per_eur"] * to_currency_row["per_eur"], 2),
    }


def time_difference(world: Any, from_city: str, to_city: str) -> dict[str, Any]:
    from_city_row = _row(world, "cities", from_city)
    to_city_row = _row(world, "cities", to_city)
    return {
        "from_city": from_city, "to_city": to_city, "hours": to_city_row["utc_offset"] - from_city_row["utc_offset"]
    }


def hold_flight(world: Any, flight_no: str, traveller_id: str) -> dict[str, Any]:
    flight = _row(world, "flights", flight_no)
    _row(world, "travellers", traveller_id)
    if not _hours_until(world, flight["date"], flight["departs"]) >= _rule(world, "hold limit"):
        raise ValueError(
            f"{flight_no} departs in less than {_rule(world, 'hold limit')} hours and cannot be held; book it instead"
        )
    if not flight["seats_left"] >= 1:
        raise ValueError(f"flight {flight_no} is sold out; search_flights shows which ones have seats")
    row = {
        "traveller_id": traveller_id,
        "type": "flight",
        "item": flight_no,
        "date": flight["date"],
        "nights": 0,
        "status": "held",
        "price": flight["price"],
        "paid": False,
    }
    new_booking = world.insert("bookings", row, prefix="NB")
    world.update("flights", flight_no, seats_left=flight["seats_left"] - 1)
    return _view("reference", new_booking, row, "status date price")


def book_flight(world: Any, flight_no: str, traveller_id: str) -> dict[str, Any]:
    flight = _row(world, "flights", flight_no)
    _row(world, "travellers", traveller_id)
    if not flight["seats_left"] >= 1:
        raise ValueError(f"flight {flight_no} is sold out; search_flights shows which ones have seats")
    row = {
        "traveller_id": traveller_id,
        "type": "flight",
        "item": flight_no,
        "date": flight["date"],
        "nights": 0,
        "status": "confirmed",
        "price": flight["price"],
        "paid": False,
    }
    new_booking = world.insert("bookings", row, prefix="NB")
    world.update("flights", flight_no, seats_left=flight["seats_left"] - 1)
    return _view("reference", new_booking, row, "status date price")


def book_train(world: Any, train_no: str, traveller_id: str) -> dict[str, Any]:
    train = _row(world, "trains", train_no)
    _row(world, "travellers", traveller_id)
    if not train["seats_left"] >= 1:
        raise ValueError(f"train {train_no} is sold out; search_trains shows which ones have seats")
    row = {
        "traveller_id": traveller_id,
        "type": "train",
        "item": train_no,
        "date": train["date"],
        "nights": 0,
        "status": "confirmed",
        "price": train["price"],
        "paid": False,
    }
    new_booking = world.insert("bookings", row, prefix="NB")
    world.update("trains", train_no, seats_left=train["seats_left"] - 1)
    return _view("reference", new_booking, row, "status date price")


def book_room(world: Any, room_id: str, traveller_id: str, check_in: str, nights: int) -> dict[str, Any]:
    room = _row(world, "rooms", room_id)
    _row(world, "travellers", traveller_id)
    _day_to_come(world, check_in)
    if not (nights >= 1 and nights <= _rule(world, "maximum nights")):
        raise ValueError(f"a room can be booked for 1 to {_rule(world, 'maximum nights')} nights")
    if not room["free"]:
        raise ValueError(f"room {room_id} is not free; list_rooms shows which rooms are")
    row = {
        "traveller_id": traveller_id,
        "type": "room",
        "item": room_id,
        "date": check_in,
        "nights": nights,
        "status": "confirmed",
        "price": nights * room["nightly_price"],
        "paid": False,
    }
    new_booking = world.insert("bookings", row, prefix="NB")
    world.update("rooms", room_id, free=False)
    return _view("reference", new_booking, row, "status date price")


def book_car(world: Any, car_id: str, traveller_id: str, pick_up: str, days: int) -> dict[str, Any]:
    car = _row(world, "cars", car_id)
    traveller = _row(world, "travellers", traveller_id)
    _day_to_come(world, pick_up)
    if not (days >= 1 and days <= _rule(world, "maximum rental")):
        raise ValueError(f"a car can be rented for 1 to {_rule(world, 'maximum rental')} days")
    if not _years_between(traveller["birth_date"], pick_up) >= _rule(world, "minimum driver age"):
        raise ValueError(
            f"the traveller is younger than {_rule(world, 'minimum driver age')} on {pick_up}, too young to drive"
        )
    if not car["available"]:
        raise ValueError(f"car {car_id} is not available; search_cars shows which cars are")
    row = {
        "traveller_id": traveller_id,
        "type": "car",
        "item": car_id,
        "date": pick_up,
        "nights": days,
        "status": "confirmed",
        "price": days * car["daily_price"],
        "paid": False,
    }
    new_booking = world.insert("bookings", row, prefix="NB")
    world.update("cars", car_id, available=False)
    return _view("reference", new_booking, row, "status date price")


def change_booking(world: Any, reference: str, date: str) -> dict[str, Any]:
    booking = _row(world, "bookings", reference)
    _day_to_come(world, date)
    received = (
        _total(world, "payments", "amount", reference=reference, status="settled")
        - _total(world, "payments", "amount", reference=reference, status="refunded")
    )
    new_flight = (
        _first(
            world,
            "flights",
            "departs",
            "seats_left",
            origin=_row(world, "flights", booking["item"])["origin"],
            destination=_row(world, "flights", booking["item"])["destination"],
            date=date,
        )
        if booking["type"] == "flight"
        else ""
    )
    new_train = (
        _first(
            world,
            "trains",
            "departs",
            "seats_left",
            origin=_row(world, "trains", booking["item"])["origin"],
            destination=_row(world, "trains", booking["item"])["destination"],
            date=date,
        )
        if booking["type"] == "train"
        else ""
    )
    days = (
        _listed(
            world,
            "flights",
            "date",
            "seats_left",
            origin=_row(world, "flights", booking["item"])["origin"],
            destination=_row(world, "flights", booking["item"])["destination"],
        )
        if booking["type"] == "flight"
        else (
            _listed(
                world,
                "trains",
                "date",
                "seats_left",
                origin=_row(world, "trains", booking["item"])["origin"],
                destination=_row(world, "trains", booking["item"])["destination"],
            )
            if booking["type"] == "train"
            else ""
        )
    )
    if booking["status"] == "cancelled":
        raise ValueError(f"{reference} is cancelled already; nothing can be done about it")
    if not _days_until(world, booking["date"]) >= 0:
        raise ValueError(f"{reference} was for {booking['date']}, which is past: today is {world.constants['today']}")
    if not _days_until(world, booking["date"]) >= _rule(world, "change deadline"):
        raise ValueError(
            f"{reference} cannot be changed: a change must be made {_rule(world, 'change deadline')} days before the date"
        )
    if _count(world, "payments", reference=reference, status="pending") != 0:
        raise ValueError(f"{reference} has a pending transfer; it can be changed once that has arrived")
    if date == booking["date"]:
        raise ValueError(f"{reference} is on {date} already; give another date")
    if not (booking["type"] in ("room", "car") or new_flight or new_train):
        raise ValueError(
            f"none of the {booking['type']}s on that route has a seat left on {date}; days with seats: {days}"
        )
    fee = (
        _row(world, "airlines", _row(world, "flights", booking["item"])["airline"])["change_fee"]
        if booking["type"] == "flight"
        else _rule(world, "change fee")
    )
    price = (
        fee
        + (
            _row(world, "flights", new_flight)["price"]
            if booking["type"] == "flight"
            else _row(world, "trains", new_train)["price"] if booking["type"] == "train" else booking["price"]
        )
    )
    row = world.update("bookings", reference, date=date)
    row = world.update(
        "bookings",
        reference,
        item=(
            new_flight
            if booking["type"] == "flight"
            else new_train if booking["type"] == "train" else booking["item"]
        ),
        price=price,
        paid=price <= received,
    )
    if booking["type"] == "flight":
        world.update("flights", booking["item"], seats_left=_row(world, "flights", booking["item"])["seats_left"] + 1)
    if booking["type"] == "train":
        world.update("trains", booking["item"], seats_left=_row(world, "trains", booking["item"])["seats_left"] + 1)
    if booking["type"] == "flight":
        world.update("flights", new_flight, seats_left=_row(world, "flights", new_flight)["seats_left"] - 1)
    if booking["type"] == "train":
        world.update("trains", new_train, seats_left=_row(world, "trains", new_train)["seats_left"] - 1)
    return _view("reference", reference, row, "status item date price") | {"fee": fee, "price": price}


def cancel_booking(world: Any, reference: str) -> dict[str, Any]:
    booking = _row(world, "bookings", reference)
    received = (
        _total(world, "payments", "amount", reference=reference, status="settled")
        - _total(world, "payments", "amount", reference=reference, status="refunded")
    )
    account = _row(world, "travellers", booking["traveller_id"])["loyalty_number"]
    first_payment = _first(world, "payments", "date", "", reference=reference, status="settled")
    if booking["status"] == "cancelled":
        raise ValueError(f"{reference} is cancelled already; nothing can be done about it")
    if not _days_until(world, booking["date"]) >= 0:
        raise ValueError(f"{reference} was for {booking['date']}, which is past: today is {world.constants['today']}")
    fee = (
        0
        if booking["status"] == "held" or _days_until(world, booking["date"]) >= _rule(world, "free cancellation")
        else min(received, (booking["price"] * _rule(world, "cancellation fee") + 50) // 100)
    )
    refund = received - fee
    row = world.update("bookings", reference, status="cancelled")
    for each, _ in world.find("payments", reference=reference, status="pending"):
        world.update("payments", each, status="refunded")
    if refund > 0 and _row(world, "payments", first_payment)["method"] == "points":
        world.update(
            "loyalty_accounts",
            account,
            points=_row(world, "loyalty_accounts", account)["points"] + refund * _rule(world, "points per euro"),
        )
    if refund > 0:
        new_payment_row = {
            "reference": reference,
            "amount": refund,
            "currency": "EUR",
            "method": _row(world, "payments", first_payment)["method"],
            "date": world.constants["today"],
            "status": "refunded",
        }
        new_payment = world.insert("payments", new_payment_row, prefix="NP")
    if booking["type"] == "room":
        world.update("rooms", booking["item"], free=True)
    if booking["type"] == "car":
        world.update("cars", booking["item"], available=True)
    if booking["type"] == "flight":
        world.update("flights", booking["item"], seats_left=_row(world, "flights", booking["item"])["seats_left"] + 1)
    if booking["type"] == "train":
        world.update("trains", booking["item"], seats_left=_row(world, "trains", booking["item"])["seats_left"] + 1)
    return _view("reference", reference, row, "status") | {"fee": fee, "refund": refund}


def pay_booking(world: Any, reference: str, method: str) -> dict[str, Any]:
    booking = _row(world, "bookings", reference)
    amount = (
        booking["price"]
        - (
            _total(world, "payments", "amount", reference=reference, status="settled")
            - _total(world, "payments", "amount", reference=reference, status="refunded")
        )
    )
    account = _row(world, "travellers", booking["traveller_id"])["loyalty_number"]
    points = _row(world, "loyalty_accounts", account)["points"] - amount * _rule(world, "points per euro")
    if booking["status"] == "cancelled":
        raise ValueError(f"{reference} is cancelled already; nothing can be done about it")
    if not _days_until(world, booking["date"]) >= 0:
        raise ValueError(f"{reference} was for {booking['date']}, which is past: today is {world.constants['today']}")
    if booking["paid"]:
        raise ValueError(f"{reference} is paid already; nothing is due")
    if _count(world, "payments", reference=reference, status="pending") != 0:
        raise ValueError(f"{reference} has a pending transfer; nothing more is due")
    if not (method != "transfer" or _days_until(world, booking["date"]) >= _rule(world, "transfer deadline")):
        raise ValueError(
            f"a transfer must be made {_rule(world, 'transfer deadline')} days before {booking['date']}; pay by card or points"
        )
    if not (method != "points" or points >= 0):
        raise ValueError(f"loyalty account {account} lacks {-points} points for this; pay by card or transfer")
    row = world.update("bookings", reference, paid=method != "transfer")
    new_payment_row = {
        "reference": reference,
        "amount": amount,
        "currency": "EUR",
        "method": method,
        "date": world.constants["today"],
        "status": "pending" if method == "transfer" else "settled",
    }
    new_payment = world.insert("payments", new_payment_row, prefix="NP")
    if method == "points":
        world.update("loyalty_accounts", account, points=points)
    return (
        _view("reference", reference, row, "paid")
        | _view("payment_id", new_payment, new_payment_row, "reference amount currency method status")
    )


def confirm_hold(world: Any, reference: str) -> dict[str, Any]:
    booking = _row(world, "bookings", reference)
    if booking["status"] == "cancelled":
        raise ValueError(f"{reference} is cancelled already; nothing can be done about it")
    if not _days_until(world, booking["date"]) >= 0:
        raise ValueError(f"{reference} was for {booking['date']}, which is past: today is {world.constants['today']}")
    if booking["status"] != "held":
        raise ValueError(f"{reference} is confirmed already; only a held booking can be confirmed")
    if not booking["paid"]:
        raise ValueError(f"{reference} is not paid yet; pay it with pay_booking first")
    row = world.update("bookings", reference, status="confirmed")
    return _view("reference", reference, row, "status date price")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'cities': ('city is called', 'get_airport and get_hotel give the right ones'),
    'airports': ('airport has the code', 'find_airports and get_flight give the right ones'),
    'airlines': ('airline is called', 'get_flight and get_loyalty_account give the right ones'),
    'flights': ('flight has the number', 'search_flights gives the right ones'),
    'trains': ('train has the number', 'search_trains gives the right ones'),
    'hotels': ('hotel has the id', 'search_hotels gives the right ones'),
    'rooms': ('room has the id', 'list_rooms gives the right ones'),
    'cars': ('car has the id', 'search_cars gives the right ones'),
    'loyalty_accounts': ('loyalty account has the number', 'find_traveller gives the right ones'),
    'travellers': ('traveller has the id', 'find_traveller and get_booking give the right ones'),
    'bookings': ('booking has the reference', 'list_bookings gives the right ones'),
    'payments': ('payment has the id', 'list_payments gives the right ones'),
    'rates': ('rate has the currency', 'get_city gives the right ones'),
    'rules': ('rule is about', "the topics are listed in the tool's document"),
}


def _shown(value: str) -> str:
    """What the caller wrote, short and escaped."""
    return ascii(value[:40] + "..." if len(value) > 40 else value)


def _row(world: Any, table: str, key: str) -> dict[str, Any]:
    row: dict[str, Any] | None = world.get(table, key)
    if row is None:
        what, mend = _SOURCES[table]
        raise ValueError(f"no {what} {_shown(key)}; {mend}")
    return row


def _called(world: Any, table: str, column: str, value: str) -> tuple[str, dict[str, Any]]:
    """Key and row of the one that bears a name."""
    found: list[tuple[str, dict[str, Any]]] = world.find(table, **{column: value})
    if not found:
        what = _SOURCES[table][0].split()[0]
        raise ValueError(f"no {what} with the {column} {_shown(value)} is known; give it as it was written, in full")
    return found[0]


def _view(key: str, value: str, row: dict[str, Any], columns: str) -> dict[str, Any]:
    """A row's key and some of its columns (created rows do not hold their key)."""
    return {key: value, **{column: row[column] for column in columns.split()}}


def _views(found: list[tuple[str, dict[str, Any]]], key: str, columns: str) -> list[dict[str, Any]]:
    return [_view(key, row_key, row, columns) for row_key, row in found]


def _rule(world: Any, topic: str) -> int:
    value: int = _row(world, "rules", topic)["value"]
    return value


def _day(text: str) -> Date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{_shown(text)} is no date; write it as YYYY-MM-DD")
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not in the calendar") from None


def _day_to_come(world: Any, text: str) -> str:
    if _day(text) < _day(world.constants["today"]):
        raise ValueError(f"{text} is past: today is {world.constants['today']}")
    return text


def _days_until(world: Any, text: str) -> int:
    """Days from today; negative for a day that is past."""
    return (_day(text) - _day(world.constants["today"])).days


def _add_days(text: str, days: int) -> str:
    return (_day(text) + timedelta(days=days)).isoformat()


def _count(world: Any, table: str, **equal: Any) -> int:
    return len(world.find(table, **equal))


def _hours_until(world: Any, day: str, clock: str) -> float:
    """Hours from the beginning of today."""
    return _days_until(world, day) * 24 + int(clock[:2]) + int(clock[3:]) / 60


def _years_between(day: str, later: str) -> int:
    """Full years, as ages are counted."""
    return int(later[:4]) - int(day[:4]) - (later[5:] < day[5:])


def _total(world: Any, table: str, column: str, **equal: Any) -> Any:
    return sum([row[column] for _, row in world.find(table, **equal)])


def _first(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """Key of the row with the least value of a column, of those where ``among`` is truthy; empty if there is none."""
    found = [(row[column], key) for key, row in world.find(table, **equal) if not among or row[among]]
    return min(found)[1] if found else ""


def _listed(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """The different values of a column, a few of them."""
    found = {str(row[column]) for _, row in world.find(table, **equal) if not among or row[among]}
    return ", ".join(sorted(found)[:5]) or "none"


def _plain(figure: float) -> float:
    """A whole number without a fraction."""
    return int(figure) if figure == int(figure) else figure
