"""The travel domain as people see it: things, how one leads to another, and which tool finds it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ftrl_gym.construct.domain import Attribute, Combination, Composite, Detail, Domain, Link, Pick, Search, Step, Thing
from ftrl_gym.construct.worlds import travel_phrases as say
from ftrl_gym.construct.worlds.travel_actions import DAY, DETAILS, actions
from ftrl_gym.construct.worlds.travel_columns import CAR_CLASSES, ROOM_TYPES
from ftrl_gym.construct.worlds.travel_documents import DOCUMENTS
from ftrl_gym.task import AnswerType
from ftrl_gym.world import Row, WorldBase

_BOOKED = ("flight", "room", "train", "car")
_BOOKING_NOUN = {"flight": "flight booking", "room": "hotel booking", "train": "train booking", "car": "car rental"}
_BOOKING_EXTRA: dict[str, dict[str, Attribute]] = {
    "flight": {"item": say.BOOKED_FLIGHT},
    "room": {"nights": say.STAY_NIGHTS},
    "train": {"item": say.BOOKED_TRAIN},
    "car": {"nights": say.RENTAL_DAYS},
}


def _things() -> Iterator[Thing]:
    yield Thing("city", "cities", "name", say.CITY, "get_city", anchors=("{x}",), label="name")
    yield Thing("airport", "airports", "code", say.AIRPORT, "get_airport", anchors=("{x} airport", "airport {x}"),
                label="code", label_noun="code", label_type=AnswerType.CODE, brief="{x}")  # fmt: skip
    yield Thing("airline", "airlines", "name", say.AIRLINE, "get_airline", anchors=("{x}",), label="name")
    yield Thing("flight", "flights", "flight_no", say.FLIGHT, "get_flight", anchors=("flight {x}",),
                label="flight_no", label_noun="flight number", label_type=AnswerType.CODE)  # fmt: skip
    yield Thing("train", "trains", "train_no", say.TRAIN, "get_train", anchors=("train {x}",),
                label="train_no", label_noun="train number", label_type=AnswerType.CODE)  # fmt: skip
    yield Thing("hotel", "hotels", "hotel_id", say.HOTEL, "get_hotel", label="name")
    yield Thing("room", "rooms", "room_id", say.ROOM)
    yield Thing("car", "cars", "car_id", say.CAR, "get_car")
    yield Thing("traveller", "travellers", "traveller_id", say.TRAVELLER, "find_traveller", "name", ("{x}",), "name")
    yield Thing("loyalty account", "loyalty_accounts", "number", say.LOYALTY, "get_loyalty_account",
                anchors=("loyalty account {x}", "the loyalty account with the number {x}"),
                label="number", label_noun="number", label_type=AnswerType.CODE)  # fmt: skip
    for kind in _BOOKED:
        attributes = {**say.BOOKING, **_BOOKING_EXTRA[kind], "reference": say.BOOKING_REFERENCE}
        anchors = ("booking {x}", "the booking with reference {x}", f"{_BOOKING_NOUN[kind]} {{x}}")
        yield Thing(_BOOKING_NOUN[kind], "bookings", "reference", attributes, "get_booking", anchors=anchors,
                    label="reference", label_noun="reference", label_type=AnswerType.CODE, where={"type": kind})  # fmt: skip
    yield Thing("payment", "payments", "payment_id", say.PAYMENT)
    yield Thing(
        "rule",
        "rules",
        "topic",
        say.RULE,
        "get_rule",
        anchors=('our house rule "{x}"', 'the house rule "{x}"'),
    )


def _links() -> Iterator[Link]:
    yield Link("carrier", "flight", "airline", "airline", ("the airline that flies {x}", "the airline of {x}"))
    yield Link(
        "takes off", "flight", "airport", "origin", ("the airport where {x} takes off", "the departure airport of {x}")
    )
    yield Link(
        "lands", "flight", "airport", "destination", ("the airport where {x} lands", "the arrival airport of {x}")
    )
    yield Link("starts", "train", "city", "origin", ("the city where {x} starts", "the first stop of {x}"))
    yield Link("ends", "train", "city", "destination", ("the destination of {x}", "the last stop of {x}"))
    yield Link("serves", "airport", "city", "city", ("the city served by {x}", "the city of {x}"))
    yield Link("hub", "airline", "airport", "hub", ("the hub airport of {x}", "the airport that is the hub of {x}"))
    yield Link("home", "traveller", "city", "home_city", ("{x}'s home city", "the city where {x} lives"))
    yield Link(
        "member",
        "traveller",
        "loyalty account",
        "loyalty_number",
        ("{x}'s loyalty account", "the loyalty account of {x}"),
    )
    yield Link("partner", "loyalty account", "airline", "partner_airline", ("the partner airline of {x}",))
    yield Link(
        "flight booked", "flight booking", "flight", "item", ("the flight of {x}", "the flight reserved under {x}")
    )
    yield Link("train booked", "train booking", "train", "item", ("the train of {x}", "the train reserved under {x}"))
    yield Link("car booked", "car rental", "car", "item", ("the car of {x}", "the car reserved under {x}"))


def _searches() -> Iterator[Search]:
    city = {"city": (0, "name")}
    airports = dict(sources=("city",), target="airport", tool="find_airports", arguments=city)
    yield Search(
        "airport of", nouns=("{x}'s airport", "the airport of {x}"), plural="airports in {x}", brief="{x}", **airports
    )
    nearest = ("the airport with the shortest transfer to {x}", "the airport nearest to the centre of {x}")
    yield Search("nearest airport", nouns=nearest, pick=Pick.LOWEST, by="transfer_minutes", **airports)
    hotels = dict(sources=("city",), target="hotel", tool="search_hotels", arguments=city)
    best = ("the best-rated hotel in {x}", "the hotel with the best guest rating in {x}")
    yield Search("best hotel", nouns=best, pick=Pick.HIGHEST, by="rating", plural="hotels in {x}", **hotels)
    worst = ("the lowest-rated hotel in {x}", "the hotel with the worst guest rating in {x}")
    yield Search("worst hotel", nouns=worst, pick=Pick.LOWEST, by="rating", **hotels)
    yield Search("hotel called", nouns=("the hotel {name} in {x}", "{name} in {x}"), pick=Pick.NAMED, **hotels)
    for room in ROOM_TYPES:
        noun = room if room == "suite" else f"{room} room"
        rooms = dict(sources=("hotel",), target="room", tool="list_rooms", arguments={"hotel_id": (0, "hotel_id")},
                     fixed={"type": room}, by="nightly_price", among="free")  # fmt: skip
        yield Search(f"cheapest {room}", nouns=(f"the cheapest {noun} at {{x}}",), pick=Pick.LOWEST,
                     plural=f"{noun}s at {{x}}", **rooms)  # fmt: skip
        yield Search(f"dearest {room}", nouns=(f"the most expensive {noun} at {{x}}",), pick=Pick.HIGHEST, **rooms)
    for kind in CAR_CLASSES:
        noun, rented = ("van", "rental van") if kind == "van" else (f"{kind} car", f"{kind} rental car")
        cars = dict(sources=("city",), target="car", tool="search_cars", arguments=city,
                    fixed={"car_class": kind}, by="daily_price", among="available")  # fmt: skip
        yield Search(f"cheapest {kind}", nouns=(f"the cheapest {noun} to rent in {{x}}", f"the cheapest {rented} in {{x}}"),
                     pick=Pick.LOWEST, **cars)  # fmt: skip
    for kind in _BOOKED:
        noun = _BOOKING_NOUN[kind]
        yield Search(f"{noun} of", ("traveller",), noun, "list_bookings", {"traveller_id": (0, "traveller_id")},
                     (f"{{x}}'s {noun}", f"the {noun} of {{x}}"), fixed={"type": kind})  # fmt: skip
        yield Search(f"payment for {noun}", (noun,), "payment", "list_payments", {"reference": (0, "reference")},
                     ("the payment for {x}",))  # fmt: skip
    yield from _journeys("flight", "airport", "search_flights", "code")
    yield from _journeys("train", "city", "search_trains", "name")


def _journeys(noun: str, stop: str, tool: str, stop_key: str) -> Iterator[Search]:
    route = dict(sources=(stop, stop), target=noun, tool=tool, dated="date", among="seats_left",
                 arguments={"origin": (0, stop_key), "destination": (1, stop_key)})  # fmt: skip
    end = "from {x} to {y} {day}"
    yield Search(f"cheapest {noun}", nouns=(f"the cheapest {noun} {end}", f"the {noun} with the lowest fare {end}"),
                 pick=Pick.LOWEST, by="price", plural=f"direct {noun}s {end}", **route)  # fmt: skip
    yield Search(f"dearest {noun}", nouns=(f"the most expensive {noun} {end}",), pick=Pick.HIGHEST, by="price", **route)
    yield Search(f"first {noun}", nouns=(f"the first {noun} {end}", f"the earliest {noun} {end}"),
                 pick=Pick.LOWEST, by="departs", **route)  # fmt: skip
    yield Search(f"last {noun}", nouns=(f"the last {noun} {end}", f"the latest {noun} {end}"),
                 pick=Pick.HIGHEST, by="departs", **route)  # fmt: skip


# --- what a tool computes from two things ---------------------------------------------------------------------------


def _hours(world: WorldBase, first: Row, second: Row) -> Row:
    return {"from_city": first["name"], "to_city": second["name"], "hours": second["utc_offset"] - first["utc_offset"]}


def _conversion(amount: str) -> object:
    def derive(world: WorldBase, priced: Row, city: Row) -> Row:
        currency = city["currency"]
        converted = round(priced[amount] * world.tables["rates"][currency]["per_eur"], 2)
        return {"amount": priced[amount], "from_currency": "EUR", "to_currency": currency, "converted": converted}

    return derive


def _comparison(world: WorldBase, first: Row, second: Row) -> Row:
    cheaper = min((first, second), key=lambda row: row["price"])
    earlier = min((first, second), key=lambda row: (row["date"], row["departs"]))
    return {
        "first": first["flight_no"],
        "second": second["flight_no"],
        "cheaper": cheaper["flight_no"],
        "price_difference": abs(first["price"] - second["price"]),
        "earlier": earlier["flight_no"],
    }


def _combinations() -> Iterator[Combination]:
    hours = Attribute(
        AnswerType.NUMBER,
        ("the number of hours by which clocks in {y} are ahead of those in {x}",),
        ("How many hours are clocks in {y} ahead of clocks in {x}?", "By how many hours is {y} ahead of {x}?"),
        "hours",
    )
    yield Combination("hours between", ("city", "city"), "time_difference", {"from_city": (0, "name"), "to_city": (1, "name")},
                      "time_differences", {"hours": hours}, _hours, rivals=("get_city",))  # fmt: skip
    for thing, amount, noun in (
        ("flight", "price", "price"),
        ("train", "price", "fare"),
        ("room", "nightly_price", "price per night"),
        ("car", "daily_price", "price per day"),
    ):
        converted = Attribute(
            AnswerType.NUMBER,
            (f"the {noun} of {{x}} in the currency of {{y}}",),
            (f"What is the {noun} of {{x}} in the currency used in {{y}}?",
             f"How much is the {noun} of {{x}} once converted into the money of {{y}}?"),
            "@to_currency",
        )  # fmt: skip
        yield Combination(f"{thing} converted", (thing, "city"), "convert_currency", {"amount": (0, amount), "to_currency": (1, "currency")},
                          "conversions", {"converted": converted}, _conversion(amount), {"from_currency": "EUR"})  # fmt: skip
    compared = {
        "cheaper": Attribute(AnswerType.CODE, ("the number of the cheaper one of {x} and {y}",),
                             ("Comparing {x} with {y}, which of the two is cheaper?",)),
        "price_difference": Attribute(AnswerType.MONEY, ("the price difference between {x} and {y}",),
                                      ("Comparing {x} with {y}, how far apart are the two in price?",), "EUR"),
        "earlier": Attribute(AnswerType.CODE, ("the number of the earlier one of {x} and {y}",),
                             ("Comparing {x} with {y}, which one departs earlier?",)),
    }  # fmt: skip
    yield Combination("flights compared", ("flight", "flight"), "compare_flights", {"first": (0, "flight_no"), "second": (1, "flight_no")},
                      "flight_comparisons", compared, _comparison, rivals=("get_flight", "search_flights"))  # fmt: skip


_COMPOSITES = (
    Composite(
        ("flight booking of", "flight booked"),
        ("{x}'s flight", "the flight {x} has booked", "the flight {x} is booked on"),
    ),
    Composite(
        ("train booking of", "train booked"), ("{x}'s train", "the train {x} has booked", "the train {x} is booked on")
    ),
    Composite(("car rental of", "car booked"), ("{x}'s rental car", "the car {x} has booked")),
    Composite(("lands", "serves"), ("the destination city of {x}", "the city where {x} lands")),
    Composite(("takes off", "serves"), ("the departure city of {x}", "the city where {x} takes off")),
    Composite(("hub", "serves"), ("the hub city of {x}", "the city where {x} has its hub")),
    Composite(("member", "partner"), ("the partner airline of {x}'s loyalty account",)),
    Composite(("carrier", "hub"), ("the hub airport of the airline that flies {x}",)),
)


def _detail(thing: Thing) -> Detail | None:
    return DETAILS.get("booking" if thing.entity == "bookings" else thing.name)


def travel_domain() -> Domain:
    """The vocabulary of TravelBooking."""
    steps: dict[str, Step] = {step.name: step for step in (*_links(), *_searches())}
    return Domain(
        things={thing.name: replace(thing, detail=_detail(thing)) for thing in _things()},
        steps=steps,
        documents={document.name: document for document in DOCUMENTS},
        combinations=tuple(_combinations()),
        composites=_COMPOSITES,
        actions=actions(),
        day=DAY,
    )
