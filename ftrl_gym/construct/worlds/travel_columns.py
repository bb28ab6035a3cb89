"""What a travel world holds: its tables, their columns as JSON schemas, their keys and foreign keys.

Documents take the schemas of their results from here, and tests hold every generated world to it.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TODAY = "2026-05-04"

ROOM_TYPES = ("single", "double", "twin", "suite")
CAR_CLASSES = ("economy", "compact", "estate", "van")
BOOKING_TYPES = ("flight", "room", "train", "car")
BOOKING_STATUSES = ("held", "confirmed", "cancelled")
PAYMENT_METHODS = ("card", "transfer", "points")
PAYMENT_STATUSES = ("settled", "pending", "refunded")
TIERS = ("Blue", "Silver", "Gold", "Platinum")
SEATS = ("window", "aisle", "middle")

RULE_TOPICS = (
    "cancellation fee",
    "free cancellation",
    "change fee",
    "change deadline",
    "hold limit",
    "maximum nights",
    "maximum rental",
    "minimum driver age",
    "transfer deadline",
    "points per euro",
)
"""Every house rule; the tools enforce each of them."""


def text(**more: Any) -> Schema:
    """Schema of a string."""
    return {"type": "string", **more}


def one_of(values: tuple[str, ...]) -> Schema:
    """Schema of a string out of a closed vocabulary."""
    return {"type": "string", "enum": list(values)}


INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
TEXT: Schema = text()
DATE: Schema = text(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
TIME: Schema = text(pattern="^[0-2][0-9]:[0-5][0-9]$")
CODE: Schema = text(pattern="^[A-Z]{3}$")


def _columns(texts: str = "", **others: Schema) -> dict[str, Schema]:
    return {**dict.fromkeys(texts.split(), TEXT), **others}


COLUMNS: dict[str, dict[str, Schema]] = {
    "cities": _columns("name country", currency=CODE, utc_offset=INTEGER, language=TEXT, tourist_tax=NUMBER),
    "airports": {
        "code": CODE,
        **_columns("name city", transfer_minutes=INTEGER, terminals=INTEGER, lounge=TEXT),
    },
    "airlines": _columns("name alliance", hand_luggage_kg=INTEGER, hub=CODE, change_fee=INTEGER),
    "flights": _columns(
        "flight_no airline",
        origin=CODE,
        destination=CODE,
        date=DATE,
        departs=TIME,
        arrives=TIME,
        price=INTEGER,
        seats_left=INTEGER,
        aircraft=TEXT,
        gate=TEXT,
    ),
    "hotels": _columns(
        "hotel_id name city district",
        stars=INTEGER,
        rating=NUMBER,
        breakfast_price=INTEGER,
        checkout_until=TIME,
        manager=TEXT,
    ),
    "rooms": _columns(
        "room_id hotel_id",
        type=one_of(ROOM_TYPES),
        nightly_price=INTEGER,
        beds=INTEGER,
        view=TEXT,
        free=BOOLEAN,
    ),
    "trains": _columns(
        "train_no operator origin destination",
        date=DATE,
        departs=TIME,
        arrives=TIME,
        price=INTEGER,
        platform=INTEGER,
        seats_left=INTEGER,
    ),
    "cars": _columns(
        "car_id city company model",
        **{"class": one_of(CAR_CLASSES), "daily_price": INTEGER, "seats": INTEGER, "fuel": TEXT, "available": BOOLEAN},
    ),
    "travellers": _columns(
        "traveller_id name email home_city loyalty_number passport_number",
        birth_date=DATE,
        seat_preference=one_of(SEATS),
    ),
    "loyalty_accounts": _columns(
        "number programme", tier=one_of(TIERS), points=INTEGER, expires=DATE, partner_airline=TEXT
    ),
    "bookings": _columns(
        "reference traveller_id",
        type=one_of(BOOKING_TYPES),
        item=TEXT,
        date=DATE,
        nights=INTEGER,
        status=one_of(BOOKING_STATUSES),
        price=INTEGER,
        paid=BOOLEAN,
    ),
    "payments": _columns(
        "payment_id reference",
        amount=INTEGER,
        currency=CODE,
        method=one_of(PAYMENT_METHODS),
        date=DATE,
        status=one_of(PAYMENT_STATUSES),
    ),
    "rules": {"topic": one_of(RULE_TOPICS), "value": INTEGER, "unit": TEXT, "text": TEXT},
    "rates": {"currency": CODE, "per_eur": NUMBER},
}
"""Table -> column -> schema; the first column is the table's key."""

KEYS = {table: next(iter(columns)) for table, columns in COLUMNS.items()}

FOREIGN_KEYS: dict[tuple[str, str], str] = {
    ("cities", "currency"): "rates",
    ("airports", "city"): "cities",
    ("airlines", "hub"): "airports",
    ("flights", "airline"): "airlines",
    ("flights", "origin"): "airports",
    ("flights", "destination"): "airports",
    ("hotels", "city"): "cities",
    ("rooms", "hotel_id"): "hotels",
    ("trains", "origin"): "cities",
    ("trains", "destination"): "cities",
    ("cars", "city"): "cities",
    ("travellers", "home_city"): "cities",
    ("travellers", "loyalty_number"): "loyalty_accounts",
    ("loyalty_accounts", "partner_airline"): "airlines",
    ("bookings", "traveller_id"): "travellers",
    ("payments", "reference"): "bookings",
    ("payments", "currency"): "rates",
}
"""(table, column) -> table whose key it holds. ``bookings.item`` goes by the booking's type: ``ITEM_TABLES``."""

ITEM_TABLES = {"flight": "flights", "room": "rooms", "train": "trains", "car": "cars"}
