"""The travel domain as people see it: things, how one leads to another, and which tool finds it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ftrl_gym.construct.domain import Attribute, Combination, Composite, Detail, Domain, Link, Pick, Search, Step, Thing
from ftrl_gym.construct.worlds import travel_phrases as say
from ftrl_gym.construct.worlds.travel_actions import DAY, DETAILS, actions
from ftrl_gym.construct.worlds.travel_columns import CAR_CLASSES, ROOM_TYPES
from ftrl_gym.construct.worlds.travel_documents import DOCUMENTS
from ftrl_gym.task import AnswerType
from ftrl_gym.world import Row, WorldBase

_CITY = {"city": (0, "name")}
_BOOKED = ("flight", "room", "train", "car")
_BOOKING_NOUN = {"flight": "flight booking", "room": "hotel booking", "train": "train booking", "car": "car rental"}
_BOOKING_EXTRA: dict[str, dict[str, Attribute]] = {
    "flight": {"item": say.BOOKED_FLIGHT},
    "room": {"nights": say.STAY_NIGHTS},
    "train": {"item": say.BOOKED_TRAIN},
    "car": {"nights": say.RENTAL_DAYS},
}


def _things() -> Iterator[Thing]:
    code = AnswerType.CODE
    yield Thing("city", "cities", "name", say.CITY, "get_city", anchors=("{x}",), label="name")
    yield Thing("airline", "airlines", "name", say.AIRLINE, "get_airline", anchors=("{x}",), label="name")
    yield Thing("hotel", "hotels", "hotel_id", say.HOTEL, "get_hotel", label="name")
    yield Thing("room", "rooms", "room_id", say.ROOM)
    yield Thing("car", "cars", "car_id", say.CAR, "get_car")
    yield Thing("payment", "payments", "payment_id", say.PAYMENT)
    yield Thing("traveller", "travellers", "traveller_id", say.TRAVELLER, "find_traveller", "name", ("{x}",), "name")
    rule = ('our house rule "{x}"', 'the house rule "{x}"')
    yield Thing("rule", "rules", "topic", say.RULE, "get_rule", anchors=rule)
    named = Thing(
        "airport", "airports", "code", say.AIRPORT, "get_airport", label="code", label_noun="code", label_type=code
    )
    yield replace(named, anchors=("{x} airport", "airport {x}"), brief="{x}")
    named = Thing("flight", "flights", "flight_no", say.FLIGHT, "get_flight", label="flight_no", label_type=code)
    yield replace(named, anchors=("flight {x}",), label_noun="flight number")
    named = Thing("train", "trains", "train_no", say.TRAIN, "get_train", label="train_no", label_type=code)
    yield replace(named, anchors=("train {x}",), label_noun="train number")
    accounts = ("loyalty account {x}", "the loyalty account with the number {x}")
    named = Thing("loyalty account", "loyalty_accounts", "number", say.LOYALTY, "get_loyalty_account", label="number")
    yield replace(named, anchors=accounts, label_noun="number", label_type=code)
    for kind in _BOOKED:
        noun = _BOOKING_NOUN[kind]
        attributes = {**say.BOOKING, **_BOOKING_EXTRA[kind], "reference": say.BOOKING_REFERENCE}
        named = Thing(noun, "bookings", "reference", attributes, "get_booking", label="reference", label_type=code)
        # "the flight on flight booking {x}" and "the car on car rental {x}" would say it twice
        anchors: tuple[str, ...] = ("booking {x}", "the booking with reference {x}")
        anchors += (f"{noun} {{x}}",) if kind == "room" else ()
        yield replace(named, anchors=anchors, label_noun="reference", where={"type": kind})


def _links() -> Iterator[Link]:
    yield Link("carrier", "flight", "airline", "airline", ("the airline that flies {x}", "the airline of {x}"))
    yield Link(
        "takes off", "flight", "airport", "origin", ("the airport where {x} takes off", "the departure airport of {x}")
    )
    yield Link(
        "lands", "flight", "airport", "destination", ("the airport where {x} lands", "the arrival airport of {x}")
    )
    yield Link("starts", "train", "city", "origin", ("the city where {x} starts", "the departure city of {x}"))
    yield Link("ends", "train", "city", "destination", ("the destination of {x}", "the city where {x} ends"))
    yield Link("serves", "airport", "city", "city", ("the city served by {x}",))
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
        "flight booked", "flight booking", "flight", "item", ("the flight on {x}", "the flight reserved under {x}")
    )
    yield Link("train booked", "train booking", "train", "item", ("the train on {x}", "the train reserved under {x}"))
    yield Link("car booked", "car rental", "car", "item", ("the car on {x}", "the car reserved under {x}"))


def _searches() -> Iterator[Search]:
    yield from _airports()
    yield from _hotels_and_rooms()
    yield from _cars()
    for kind in _BOOKED:
        noun = _BOOKING_NOUN[kind]
        yield Search(
            f"{noun} of",
            ("traveller",),
            noun,
            "list_bookings",
            {"traveller_id": (0, "traveller_id")},
            (f"{{x}}'s {noun}", f"the {noun} of {{x}}"),
            fixed={"type": kind},
        )
        paid = ("the payment for {x}",)
        yield Search(f"payment for {noun}", (noun,), "payment", "list_payments", {"reference": (0, "reference")}, paid)
    yield from _journeys("flight", "airport", "search_flights", "code")
    yield from _journeys("train", "city", "search_trains", "name")


def _airports() -> Iterator[Search]:
    one = ("the airport of {x}", "the airport in {x}")
    found = Search("airport of", ("city",), "airport", "find_airports", _CITY, one)
    yield replace(found, plural="airports", place="in {x}", brief="{x}")
    nearest = ("the airport with the shortest transfer into {x}", "the airport with the quickest transfer into {x}")
    yield replace(found, name="nearest airport", nouns=nearest, pick=Pick.LOWEST, by="transfer_minutes")


def _hotels_and_rooms() -> Iterator[Search]:
    best = ("the best-rated hotel in {x}", "the hotel with the best guest rating in {x}")
    found = Search("best hotel", ("city",), "hotel", "search_hotels", _CITY, best, pick=Pick.HIGHEST, by="rating")
    yield replace(found, plural="hotels", place="in {x}")
    worst = ("the lowest-rated hotel in {x}", "the hotel with the worst guest rating in {x}")
    yield replace(found, name="worst hotel", nouns=worst, pick=Pick.LOWEST)
    called = ("the hotel {name} in {x}", "{name} in {x}")
    yield replace(found, name="hotel called", nouns=called, pick=Pick.NAMED, by="")
    yield from _rooms()


def _rooms() -> Iterator[Search]:
    cheapest = Search(
        "cheapest room",
        ("hotel",),
        "room",
        "list_rooms",
        {"hotel_id": (0, "hotel_id")},
        ("the cheapest room at {x}",),
        pick=Pick.LOWEST,
        by="nightly_price",
        among="free",
        plural="rooms",
        place="at {x}",
    )
    yield cheapest
    yield replace(cheapest, name="dearest room", nouns=("the most expensive room at {x}",), pick=Pick.HIGHEST)
    for kind in ROOM_TYPES:
        noun = kind if kind == "suite" else f"{kind} room"
        typed = replace(cheapest, fixed={"type": kind}, plural=f"{noun}s")
        yield replace(typed, name=f"cheapest {kind}", nouns=(f"the cheapest {noun} at {{x}}",))
        # most hotels have one of a kind
        yield replace(typed, name=f"{kind} at", nouns=(f"the {noun} at {{x}}",), pick=Pick.ONLY, plural="")


def _cars() -> Iterator[Search]:
    cheapest = Search(
        "cheapest car",
        ("city",),
        "car",
        "search_cars",
        _CITY,
        ("the cheapest car to rent in {x}", "the cheapest rental car in {x}"),
        pick=Pick.LOWEST,
        by="daily_price",
        among="available",
    )
    yield cheapest
    dearest = ("the most expensive car to rent in {x}", "the most expensive rental car in {x}")
    yield replace(cheapest, name="dearest car", nouns=dearest, pick=Pick.HIGHEST)
    for kind in CAR_CLASSES:
        noun, rented = ("van", "rental van") if kind == "van" else (f"{kind} car", f"{kind} rental car")
        typed = replace(cheapest, fixed={"car_class": kind})
        best = (f"the cheapest {noun} to rent in {{x}}", f"the cheapest {rented} in {{x}}")
        yield replace(typed, name=f"cheapest {kind}", nouns=best)
        only = (f"the {noun} on offer in {{x}}", f"the {rented} in {{x}}")
        yield replace(typed, name=f"{kind} in", nouns=only, pick=Pick.ONLY)


def _journeys(noun: str, stop: str, tool: str, stop_key: str) -> Iterator[Search]:
    end = "from {x} to {y} {day}"
    cheapest = Search(
        f"cheapest {noun}",
        (stop, stop),
        noun,
        tool,
        {"origin": (0, stop_key), "destination": (1, stop_key)},
        (f"the cheapest {noun} {end}", f"the {noun} with the lowest fare {end}"),
        pick=Pick.LOWEST,
        by="price",
        dated="date",
        among="seats_left",
    )
    yield replace(cheapest, plural=f"direct {noun}s", place=end)
    dearest = (f"the most expensive {noun} {end}",)
    yield replace(cheapest, name=f"dearest {noun}", nouns=dearest, pick=Pick.HIGHEST)
    first = (f"the first {noun} {end}", f"the earliest {noun} {end}")
    yield replace(cheapest, name=f"first {noun}", nouns=first, by="departs")
    last = (f"the last {noun} {end}", f"the latest {noun} {end}")
    yield replace(cheapest, name=f"last {noun}", nouns=last, pick=Pick.HIGHEST, by="departs")
    only = (f"the {noun} {end}", f"the direct {noun} {end}")
    yield replace(cheapest, name=f"{noun} between", nouns=only, pick=Pick.ONLY)


# --- what a tool computes from two things ---------------------------------------------------------------------------


def _hours(world: WorldBase, first: Row, second: Row) -> Row:
    return {"from_city": first["name"], "to_city": second["name"], "hours": second["utc_offset"] - first["utc_offset"]}


def _conversion(amount: str) -> Callable[[WorldBase, Row, Row], Row]:
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
    yield _hours_between()
    for thing, amount, noun in (
        ("flight", "price", "price"),
        ("train", "price", "fare"),
        ("room", "nightly_price", "price per night"),
        ("car", "daily_price", "price per day"),
    ):
        yield _converted(thing, amount, noun)
    yield _compared()


def _hours_between() -> Combination:
    hours = Attribute(
        AnswerType.NUMBER,
        ("the number of hours by which {y} is ahead of {x}",),
        ("How many hours ahead of {x} is {y}?", "By how many hours is {y} ahead of {x}?"),
        "hours",
    )
    return Combination(
        "hours between",
        ("city", "city"),
        "time_difference",
        {"from_city": (0, "name"), "to_city": (1, "name")},
        "time_differences",
        {"hours": hours},
        _hours,
        rivals=("get_city",),
    )


def _converted(thing: str, amount: str, noun: str) -> Combination:
    converted = Attribute(
        AnswerType.NUMBER,
        (f"the {noun} of {{x}} converted into the currency used in {{y}}",),
        (
            f"What is the {noun} of {{x}} in the currency used in {{y}}?",
            f"How much is the {noun} of {{x}} converted into the currency used in {{y}}?",
        ),
        "@to_currency",
    )
    return Combination(
        f"{thing} converted",
        (thing, "city"),
        "convert_currency",
        {"amount": (0, amount), "to_currency": (1, "currency")},
        "conversions",
        {"converted": converted},
        _conversion(amount),
        {"from_currency": "EUR"},
    )


def _compared() -> Combination:
    fields = {
        "cheaper": Attribute(
            AnswerType.CODE,
            ("the flight number of the cheaper choice between {x} and {y}",),
            ("Which is cheaper, {x} or {y}? The flight number is enough.",),
        ),
        "price_difference": Attribute(
            AnswerType.MONEY,
            ("the price difference between {x} and {y}",),
            ("How far apart in price are {x} and {y}?", "What is the price difference between {x} and {y}?"),
            "EUR",
        ),
        "earlier": Attribute(
            AnswerType.CODE,
            ("the flight number of the earlier departure between {x} and {y}",),
            ("Which departs earlier, {x} or {y}? The flight number is enough.",),
        ),
    }
    return Combination(
        "flights compared",
        ("flight", "flight"),
        "compare_flights",
        {"first": (0, "flight_no"), "second": (1, "flight_no")},
        "flight_comparisons",
        fields,
        _comparison,
        rivals=("get_flight", "search_flights"),
    )


_COMPOSITES = (
    Composite(
        ("flight booking of", "flight booked"),
        ("{x}'s flight", "the flight {x} has booked", "the flight booked for {x}"),
    ),
    Composite(
        ("train booking of", "train booked"), ("{x}'s train", "the train {x} has booked", "the train booked for {x}")
    ),
    Composite(("car rental of", "car booked"), ("{x}'s rental car", "the car {x} has booked")),
    Composite(("lands", "serves"), ("the destination city of {x}", "the city where {x} lands")),
    Composite(("takes off", "serves"), ("the departure city of {x}", "the city where {x} takes off")),
    Composite(("hub", "serves"), ("the hub city of {x}", "the city where {x} has its hub")),
)


def _detail(thing: Thing) -> Detail | None:
    return DETAILS.get("booking" if thing.entity == "bookings" else thing.name)


def travel_domain() -> Domain:
    """The vocabulary of TravelBooking."""
    declared: list[Step] = [*_links(), *_searches()]
    steps = {step.name: step for step in declared}
    return Domain(
        things={thing.name: replace(thing, detail=_detail(thing)) for thing in _things()},
        steps=steps,
        documents={document.name: document for document in DOCUMENTS},
        combinations=tuple(_combinations()),
        composites=_COMPOSITES,
        actions=actions(),
        day=DAY,
        people=("travellers",),
    )
