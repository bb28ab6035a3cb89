"""What one can ask a travel agency to do, and what a customer keeps back until asked."""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.domain import Action, Detail, Extra

_FLIGHT = ("flight number", "which flight", "what flight", "your flight", "flight code", "which one", "number")
_TRAIN = ("train number", "which train", "what train", "your train", "which one", "number")
_ACCOUNT = ("loyalty number", "loyalty account", "which account", "membership", "which one", "number")
_CLIENT = ("name", "who", "whom", "which client", "what client", "your client", "traveller", "passenger", "which one")
_CITY = ("city", "where", "which place", "what place", "destination", "town", "location", "which one")
_AIRLINE = ("airline", "carrier", "which company", "which one")
_BOOKING = ("reference", "booking number", "which booking", "what booking", "your booking", "booking code", "which one")
DETAILS = {
    "flight": Detail("flight", ("my flight",), "What is your flight number?", _FLIGHT),
    "train": Detail("train", ("my train",), "What is your train number?", _TRAIN),
    "loyalty account": Detail("account", ("my loyalty account",), "What is your loyalty number?", _ACCOUNT),
    "traveller": Detail("name", ("my client",), "What is the name of your client?", _CLIENT),
    "city": Detail("city", ("the city I'm visiting", "the city I was asked about"), "Which city is it?", _CITY),
    "airline": Detail("airline", ("my airline",), "Which airline is it?", _AIRLINE),
    "booking": Detail("reference", ("my booking",), "What is the booking reference?", _BOOKING),
}
"""Thing -> how a customer leaves open which one they mean."""

_WHEN = ("date", "dates", "day", "days", "when", "from which", "check in", "pick up")
_ON = ("{x}, please.", "{x}.", "It should be {x}.")
_TO = ("{x}, please.", "{x}.", "To {x}, please.")
DAY = Detail("day", ("",), "On which date do you want to travel?", _WHEN, _ON)
"""A date of travel kept back."""
_START = ("date", "dates", "day", "when", "from which", "check in", "pick up", "picked up", "start")

_TRAVELLER = {"traveller": ("traveller_id", "travellers", "traveller_id")}
_PAY = ("pay", "paid", "paying", "payment", "method", "settle", "card")
_METHODS = {"card": "by card", "transfer": "by bank transfer", "points": "with loyalty points"}
_METHOD = (
    Extra.CHOICE,
    Detail("method", ("",), "How would you like to pay?", _PAY, ("{x}, please.", "{x}.")),
)
_BOOKED = ("traveller_id", "type", "item", "date", "nights", "price")


def actions() -> dict[str, Action]:
    """All actions, by name."""
    return {action.name: action for action in (*_seats(), *_stays(), *_changes())}


def _seats() -> Iterator[Action]:
    made = {"bookings": _BOOKED}
    for noun in ("flight", "train"):
        yield Action(
            f"book {noun}",
            f"book_{noun}",
            {noun: (f"{noun}_no", f"{noun}s", f"{noun}_no"), **_TRAVELLER},
            (
                f"book {{traveller}} on {{{noun}}}",
                f"book a seat on {{{noun}}} for {{traveller}}",
                f"get {{traveller}} a seat on {{{noun}}}",
            ),
            made,
            follow_ups=("pay", "cancel"),
        )
    yield Action(
        "hold flight",
        "hold_flight",
        {"flight": ("flight_no", "flights", "flight_no"), **_TRAVELLER},
        (
            "hold {flight} for {traveller}",
            "put a hold on {flight} for {traveller}",
            "put {flight} on hold for {traveller}",
        ),
        made,
        follow_ups=("cancel",),
    )


def _stays() -> Iterator[Action]:
    for noun, tool, key, start, length, start_ask, cue in (
        ("room", "book_room", "room_id", "check_in", "nights", "From which date is the room needed?", "stay"),
        ("car", "book_car", "car_id", "pick_up", "days", "On which date is the car picked up?", "rental"),
    ):
        howlong = (f"how many {length}", "how long", f"number of {length}", "until when", f"length of the {cue}")
        yield Action(
            f"book {noun}",
            tool,
            {noun: (key, f"{noun}s", key), **_TRAVELLER},
            (
                f"book {{{noun}}} for {{traveller}} {{{start}}} for {{{length}}} {length}",
                f"reserve {{{noun}}} for {{traveller}} for {{{length}}} {length} {{{start}}}",
                f"get {{traveller}} {{{noun}}} for {{{length}}} {length} {{{start}}}",
            ),
            {"bookings": _BOOKED},
            extras={
                start: (Extra.START, Detail("day", ("",), start_ask, _START, _ON)),
                length: (
                    Extra.COUNT,
                    Detail(length, ("a few",), f"How many {length} should I book?", howlong, ("For {x}.", "{x}.")),
                ),
            },
            follow_ups=("pay",),
        )


def _changes() -> Iterator[Action]:
    booking = {"booking": ("reference", "bookings", "reference")}
    yield Action(
        "cancel",
        "cancel_booking",
        booking,
        ("cancel {booking}", "cancel {booking} altogether"),
        {"bookings": ("status",)},
        needs={"booking": {"status": ("held", "confirmed")}},
        regret=(
            "Sorry, I changed my mind: please cancel it after all.",
            "On second thoughts, please cancel that booking.",
        ),
    )
    yield Action(
        "pay",
        "pay_booking",
        booking,
        (
            "pay for {booking} {method}",
            "settle the bill for {booking} {method}",
            "pay what is due on {booking} {method}",
        ),
        {"bookings": ("paid",), "payments": ("reference", "amount", "currency", "method", "status")},
        extras={"method": _METHOD},
        needs={"booking": {"paid": (False,), "status": ("held", "confirmed")}},
        follow_ups=("confirm",),
        later="pay for it {method}",
        spoken=_METHODS,
    )
    yield Action(
        "confirm",
        "confirm_hold",
        booking,
        ("confirm {booking}", "turn the hold on {booking} into a firm booking"),
        {"bookings": ("status",)},
        needs={"booking": {"status": ("held",), "paid": (True,)}},
        later="confirm it",
    )
    yield Action(
        "move",
        "change_booking",
        booking,
        (
            "move {booking} to {date}",
            "change the date of {booking} to {date}",
            "reschedule {booking} for {date}",
        ),
        {"bookings": ("date",)},
        extras={"date": (Extra.DATE, Detail("day", ("",), "Which date should it be moved to?", _WHEN, _TO))},
        needs={"booking": {"status": ("held", "confirmed"), "type": ("room", "car")}},
        sooner=("bring {booking} forward to {date}",),
        put_off=("put {booking} off until {date}", "postpone {booking} to {date}", "push {booking} back to {date}"),
        open=("move {booking} to another date", "change the date of {booking}", "reschedule {booking}"),
    )
