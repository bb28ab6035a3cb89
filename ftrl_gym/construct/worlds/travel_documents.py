"""Documents of the TravelBooking tools: what a policy reads, and where in each result facts of the world lie.

Every field of a result that is a column of a table is a fact of that table; fields that are computed over several
rows are facts of a derived entity whose key is the call's arguments. No document names a value of any world.
"""

from __future__ import annotations

from ftrl_gym.construct.worlds.travel_columns import (
    BOOKING_TYPES,
    CAR_CLASSES,
    CODE,
    COLUMNS,
    INTEGER,
    KEYS,
    NUMBER,
    PAYMENT_METHODS,
    ROOM_TYPES,
    RULE_TOPICS,
    TEXT,
    Schema,
)
from ftrl_gym.tooldoc import Effect, FactSource, Returns, ToolDocument


def _string(description: str) -> Schema:
    return {"type": "string", "description": description}


def _choice(description: str, values: tuple[str, ...], default: str | None = None) -> Schema:
    schema: Schema = {"type": "string", "description": description, "enum": list(values)}
    return schema if default is None else {**schema, "default": default}


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _facts(table: str, columns: list[str], path: str = "") -> FactSource:
    return FactSource(path=path, entity=table, key=(KEYS[table],), fields={c: c for c in columns})


def _row(table: str, columns: str = "", **extra: Schema) -> Returns:
    """One row of ``table``: the named columns (all if none is named) and fields that are no facts."""
    names = columns.split() or list(COLUMNS[table])
    properties = {c: COLUMNS[table][c] for c in names}
    return Returns(schema=_object({**properties, **extra}), facts=(_facts(table, names),))


def _rows(table: str, columns: str) -> Returns:
    """A list of rows of ``table`` under the table's name."""
    names = columns.split()
    items = _object({c: COLUMNS[table][c] for c in names})
    schema = _object({table: {"type": "array", "items": items}})
    return Returns(schema=schema, facts=(_facts(table, names, path=table),))


def _derived(entity: str, key: tuple[str, ...], properties: dict[str, Schema], *, unordered: bool = False) -> Returns:
    fields = {name: name for name in properties}
    return Returns(
        schema=_object(properties),
        facts=(FactSource(entity=entity, key=key, fields=fields, unordered=unordered),),
    )


def _tool(
    name: str,
    description: str,
    parameters: dict[str, Schema],
    returns: Returns,
    binds: dict[str, str] | None = None,
    effect: Effect = Effect.READ,
) -> ToolDocument:
    schema = {
        "type": "object",
        "properties": parameters,
        "required": [p for p, s in parameters.items() if "default" not in s],
        "additionalProperties": False,
    }
    return ToolDocument(
        name=name, description=description, parameters=schema, returns=returns, binds=binds or {}, effect=effect
    )


_AIRPORT = _string("Airport code of three letters.")
_CITY = _string("Name of the city.")
_DAY = {**_string("Day as YYYY-MM-DD."), "format": "date"}
_FLIGHT = _string("Flight number.")
_TRAVELLER = _string("Id of the traveller.")
_REFERENCE = _string("Reference of the booking.")

_READ = (
    _tool(
        "find_airports",
        "Airports of a city.",
        {"city": _CITY},
        _rows("airports", "code name transfer_minutes"),
        {"city": "airports.city"},
    ),
    _tool(
        "get_airport",
        "Details of an airport, with terminals and lounge.",
        {"code": _AIRPORT},
        _row("airports"),
        {"code": "airports.code"},
    ),
    _tool(
        "search_flights",
        "Direct flights between two airports on a day.",
        {"origin": _AIRPORT, "destination": _AIRPORT, "date": _DAY},
        _rows("flights", "flight_no airline departs arrives price seats_left"),
        {"origin": "flights.origin", "destination": "flights.destination", "date": "flights.date"},
    ),
    _tool(
        "get_flight",
        "Details of a flight, with aircraft and gate.",
        {"flight_no": _FLIGHT},
        _row("flights"),
        {"flight_no": "flights.flight_no"},
    ),
    _tool(
        "compare_flights",
        "Which of two flights is cheaper, by how many euros, and which departs earlier.",
        {"first": _FLIGHT, "second": _FLIGHT},
        _derived(
            "flight_comparisons",
            ("first", "second"),
            {"first": TEXT, "second": TEXT, "cheaper": TEXT, "price_difference": INTEGER, "earlier": TEXT},
            unordered=True,
        ),
        {"first": "flight_comparisons.first", "second": "flight_comparisons.second"},
    ),
    _tool(
        "get_airline",
        "Details of an airline: alliance, hand luggage, hub airport, change fee.",
        {"name": _string("Name of the airline.")},
        _row("airlines"),
        {"name": "airlines.name"},
    ),
    _tool(
        "search_hotels",
        "Hotels of a city with at least the given stars.",
        {
            "city": _CITY,
            "min_stars": {
                "type": "integer",
                "description": "Fewest stars.",
                "minimum": 1,
                "maximum": 5,
                "default": 1,
            },
        },
        _rows("hotels", "hotel_id name district stars rating"),
        # min_stars is a bound, not the value: it brings no hotel's stars in.
        {"city": "hotels.city"},
    ),
    _tool(
        "get_hotel",
        "Details of a hotel, with breakfast price, check-out time and manager.",
        {"hotel_id": _string("Id of the hotel.")},
        _row("hotels"),
        {"hotel_id": "hotels.hotel_id"},
    ),
    _tool(
        "list_rooms",
        "Rooms of a hotel, of one type or any.",
        {"hotel_id": _string("Id of the hotel."), "type": _choice("Type of room.", ("any", *ROOM_TYPES), "any")},
        _rows("rooms", "room_id type nightly_price beds view free"),
        {"hotel_id": "rooms.hotel_id", "type": "rooms.type"},
    ),
    _tool(
        "search_trains",
        "Direct trains between two cities on a day.",
        {"origin": _CITY, "destination": _CITY, "date": _DAY},
        _rows("trains", "train_no operator departs arrives price seats_left"),
        {"origin": "trains.origin", "destination": "trains.destination", "date": "trains.date"},
    ),
    _tool(
        "get_train",
        "Details of a train, with its platform.",
        {"train_no": _string("Train number.")},
        _row("trains"),
        {"train_no": "trains.train_no"},
    ),
    _tool(
        "search_cars",
        "Rental cars of a city, of one class or any.",
        {"city": _CITY, "car_class": _choice("Class of car.", ("any", *CAR_CLASSES), "any")},
        _rows("cars", "car_id company model class daily_price available"),
        {"city": "cars.city", "car_class": "cars.class"},
    ),
    _tool(
        "get_car",
        "Details of a rental car, with seats and fuel.",
        {"car_id": _string("Id of the car.")},
        _row("cars"),
        {"car_id": "cars.car_id"},
    ),
    _tool(
        "find_traveller",
        "A traveller by full name, with id and loyalty number.",
        {"name": _string("Full name.")},
        _row("travellers", "traveller_id name email home_city loyalty_number seat_preference"),
        {"name": "travellers.name"},
    ),
    _tool(
        "get_loyalty_account",
        "A loyalty account: programme, tier, points, expiry, partner airline.",
        {"number": _string("Loyalty number.")},
        _row("loyalty_accounts"),
        {"number": "loyalty_accounts.number"},
    ),
    _tool(
        "list_bookings",
        "Bookings of a traveller, of one type or any.",
        {"traveller_id": _TRAVELLER, "type": _choice("Type of booking.", ("any", *BOOKING_TYPES), "any")},
        _rows("bookings", "reference type date status"),
        {"traveller_id": "bookings.traveller_id", "type": "bookings.type"},
    ),
    _tool(
        "get_booking",
        "Details of a booking; item is the flight, room, train or car.",
        {"reference": _REFERENCE},
        _row("bookings"),
        {"reference": "bookings.reference"},
    ),
    _tool(
        "list_payments",
        "Payments made for a booking.",
        {"reference": _REFERENCE},
        _rows("payments", "payment_id amount currency method date status"),
        {"reference": "payments.reference"},
    ),
    _tool(
        "get_city",
        "Facts about a city: country, currency, language, UTC offset, tourist tax.",
        {"name": _CITY},
        _row("cities"),
        {"name": "cities.name"},
    ),
    _tool(
        "convert_currency",
        "An amount of one currency in another, at the day's rate.",
        {
            "amount": {"type": "number", "description": "Amount, above 0.", "exclusiveMinimum": 0},
            "from_currency": _string("ISO code of the currency it is in."),
            "to_currency": _string("ISO code of the currency wanted."),
        },
        _derived(
            "conversions",
            ("amount", "from_currency", "to_currency"),
            {"amount": NUMBER, "from_currency": CODE, "to_currency": CODE, "converted": NUMBER},
        ),
        {name: f"conversions.{name}" for name in ("amount", "from_currency", "to_currency")},
    ),
    _tool(
        "time_difference",
        "Hours by which clocks in to_city are ahead of from_city.",
        {"from_city": _CITY, "to_city": _CITY},
        _derived("time_differences", ("from_city", "to_city"), {"from_city": TEXT, "to_city": TEXT, "hours": INTEGER}),
        {name: f"time_differences.{name}" for name in ("from_city", "to_city")},
    ),
    _tool(
        "get_rule",
        "A house rule of the agency.",
        {"topic": _choice("What the rule is about.", RULE_TOPICS)},
        _row("rules"),
        {"topic": "rules.topic"},
    ),
)

_BOOKED = _row("bookings", "reference status date price")


def _booking(item: str, noun: str, entity: str, verb: str = "book") -> ToolDocument:
    """A tool that books (or holds) one seat on ``item``."""
    action = "Holds" if verb == "hold" else "Books"
    end = "until it is paid and confirmed" if verb == "hold" else "for a traveller; it is paid afterwards"
    return _tool(
        f"{verb}_{noun}",
        f"{action} a seat on a {noun} {end}.",
        {item: _string(f"{noun.capitalize()} number."), "traveller_id": _TRAVELLER},
        _BOOKED,
        {item: f"{entity}.{item}", "traveller_id": "bookings.traveller_id"},
        Effect.WRITE,
    )


def _stay(noun: str, item: str, entity: str, start: str, length: str) -> ToolDocument:
    """A tool that books ``item`` for some nights or days."""
    return _tool(
        f"book_{noun}",
        f"Books a {noun} for a traveller; it is paid afterwards.",
        {
            item: _string(f"Id of the {noun}."),
            "traveller_id": _TRAVELLER,
            start: _DAY,
            length: {"type": "integer", "description": f"Number of {length}.", "minimum": 1},
        },
        _BOOKED,
        {
            item: f"{entity}.{item}",
            "traveller_id": "bookings.traveller_id",
            start: "bookings.date",
            length: "bookings.nights",
        },
        Effect.WRITE,
    )


_WRITE = (
    _booking("flight_no", "flight", "flights", verb="hold"),
    _booking("flight_no", "flight", "flights"),
    _stay("room", "room_id", "rooms", "check_in", "nights"),
    _booking("train_no", "train", "trains"),
    _stay("car", "car_id", "cars", "pick_up", "days"),
    _tool(
        "change_booking",
        "Moves a booking to another day; a flight or train to that day's first one with seats.",
        {"reference": _REFERENCE, "date": _DAY},
        _row("bookings", "reference status item date price", fee=INTEGER),
        {"reference": "bookings.reference", "date": "bookings.date"},
        Effect.WRITE,
    ),
    _tool(
        "cancel_booking",
        "Cancels a booking and refunds what was paid, less the fee.",
        {"reference": _REFERENCE},
        _row("bookings", "reference status", fee=INTEGER, refund=INTEGER),
        {"reference": "bookings.reference"},
        Effect.WRITE,
    ),
    _tool(
        "pay_booking",
        "Pays what is due for a booking; a transfer stays pending.",
        {"reference": _REFERENCE, "method": _choice("How to pay.", PAYMENT_METHODS)},
        Returns(
            schema=_object(
                {
                    "reference": TEXT,
                    "paid": COLUMNS["bookings"]["paid"],
                    **{c: COLUMNS["payments"][c] for c in ("payment_id", "amount", "currency", "method", "status")},
                }
            ),
            facts=(
                _facts("bookings", ["reference", "paid"]),
                _facts("payments", ["payment_id", "reference", "amount", "currency", "method", "status"]),
            ),
        ),
        {"reference": "bookings.reference", "method": "payments.method"},
        Effect.WRITE,
    ),
    _tool(
        "confirm_hold",
        "Confirms a held booking that is paid.",
        {"reference": _REFERENCE},
        _BOOKED,
        {"reference": "bookings.reference"},
        Effect.WRITE,
    ),
)

DOCUMENTS: tuple[ToolDocument, ...] = _READ + _WRITE
"""All documents, reading tools first."""
