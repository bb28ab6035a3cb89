"""What one can ask a travel agency to do, and what a customer keeps back until asked."""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.domain import Action, Detail, Extra

DETAILS = {
    "flight": Detail("flight", "my flight", "What is your flight number?", ("flight number", "which flight", "number")),
    "train": Detail("train", "my train", "What is your train number?", ("train number", "which train", "number")),
    "loyalty account": Detail(
        "account", "my loyalty account", "What is your loyalty number?", ("loyalty number", "which account", "number")
    ),
    "traveller": Detail("name", "my client", "What is the name of your client?", ("name", "who", "which client")),
    "city": Detail("city", "the city I have in mind", "Which city is it?", ("city", "where", "which place")),
    "airline": Detail("airline", "my airline", "Which airline is it?", ("airline", "carrier")),
    "booking": Detail(
        "reference", "my booking", "What is the booking reference?", ("reference", "booking number", "which booking")
    ),
}
"""Thing -> how a customer leaves open which one they mean."""

_WHEN = ("date", "day", "when")
_ON = ("{x}, please.", "{x}.", "It should be {x}.")
DAY = Detail("day", "", "Which date do you want to travel?", _WHEN, _ON)
"""A date of travel kept back."""

_TRAVELLER = {"traveller": ("traveller_id", "travellers", "traveller_id")}
_METHODS = {"card": "by card", "transfer": "by bank transfer", "points": "with loyalty points"}
_METHOD = (
    Extra.CHOICE,
    Detail("method", "", "How would you like to pay?", ("pay", "payment", "method"), ("{x}, please.", "{x}.")),
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
            "reserve {flight} for {traveller}, on hold for now",
        ),
        made,
        follow_ups=("cancel",),
    )


def _stays() -> Iterator[Action]:
    for noun, tool, key, start, length, unit, start_ask in (
        ("room", "book_room", "room_id", "check_in", "nights", "nights", "From which date is the room needed?"),
        ("car", "book_car", "car_id", "pick_up", "days", "days", "On which date is the car picked up?"),
    ):
        yield Action(
            f"book {noun}",
            tool,
            {noun: (key, f"{noun}s", key), **_TRAVELLER},
            (
                f"book {{{noun}}} for {{traveller}} for {{{length}}} {unit} {{{start}}}",
                f"reserve {{{noun}}} for {{traveller}}, {{{length}}} {unit} {{{start}}}",
                f"get {{traveller}} {{{noun}}} for {{{length}}} {unit} {{{start}}}",
            ),
            {"bookings": _BOOKED},
            extras={
                start: (Extra.START, Detail("day", "", start_ask, _WHEN, _ON)),
                length: (
                    Extra.COUNT,
                    Detail(
                        length,
                        "some",
                        f"How many {unit} should I book?",
                        (f"how many {unit}", "how long", unit),
                        ("For {x}.", "{x}."),
                    ),
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
        ("cancel {booking}", "call off {booking}", "cancel {booking}, it is not needed any more"),
        {"bookings": ("status",)},
        needs={"booking": {"status": ("held", "confirmed")}},
        regret=(
            "Sorry, I changed my mind: cancel it again, please.",
            "On second thoughts, please cancel that booking again.",
        ),
    )
    yield Action(
        "pay",
        "pay_booking",
        booking,
        ("pay for {booking} {method}", "settle {booking} {method}", "pay what is due for {booking} {method}"),
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
            "move {booking} so that it is {date}",
            "change {booking}: it should be {date} instead",
            "put {booking} off, it should be {date}",
        ),
        {"bookings": ("date",)},
        extras={"date": (Extra.DATE, Detail("day", "on another day", "Which date should it be moved to?", _WHEN, _ON))},
        needs={"booking": {"status": ("held", "confirmed"), "type": ("room", "car")}},
    )
