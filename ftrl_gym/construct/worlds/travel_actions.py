"""What one can ask TravelBooking to do: book, hold, change, cancel, pay, confirm."""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Create, Detail, Do, Extra, Need, Number, Set, SetEach, Wanted,
)  # fmt: skip
from ftrl_gym.construct.worlds import travel_words as words
from ftrl_gym.construct.worlds.travel_things import METHODS

# fmt: off
METHOD = Wanted(Extra.CHOICE, Detail("method", ("",), "How would you like to pay?", words.ASKS_METHOD,
                                     ("{x}, please.", "{x}.")), "How to pay.", METHODS)
DATE = Wanted(Extra.DATE, Detail("day", ("",), "Which date should it be moved to?", words.ASKS_DAY,
                                 ("{x}, please.", "{x}.", "To {x}, please.")), "Day as YYYY-MM-DD.")
ON = ("{x}, please.", "{x}.", "It should be {x}.")
SHOWN = "status date price"
ACTIVE = (Need("booking.status != 'cancelled'", "{booking} is cancelled already; nothing can be done about it"),
          Need("days_until(booking.date) >= 0", "{booking} was for {booking.date}, which is past: today is {today}"))
RECEIVED = ("total('payment', 'amount', reference=booking, status='settled')"
            " - total('payment', 'amount', reference=booking, status='refunded')")
NONE_PENDING = "count('payment', reference=booking, status='pending') == 0"
ACCOUNT = "booking.traveller_id.loyalty_number"
GIVEN_BACK = (
    Set("room(booking.item)", {"free": "True"}, "booking.type == 'room'"),
    Set("car(booking.item)", {"available": "True"}, "booking.type == 'car'"),
)
SEAT_GIVEN_BACK = tuple(
    Set(f"{kind}(booking.item)", {"seats_left": f"{kind}(booking.item).seats_left + 1"}, f"booking.type == '{kind}'")
    for kind in ("flight", "train")
)


def _seat(kind: str, status: str = "confirmed") -> tuple[Create, Set]:
    """A new booking of a seat, and what it takes."""
    row = {"traveller_id": "traveller", "type": f"'{kind}'", "item": kind, "date": f"{kind}.date", "nights": "0"}
    made = Create("booking", {**row, "status": f"'{status}'", "price": f"{kind}.price", "paid": "False"})
    return made, Set(kind, {"seats_left": f"{kind}.seats_left - 1"})


def _sold_out(kind: str) -> Need:
    return Need(f"{kind}.seats_left >= 1", f"{kind} {{{kind}}} is sold out; search_{kind}s shows which ones have seats")


def _stay(kind: str, start: str, length: str, price: str, flag: str) -> tuple[Create, Set]:
    """A new booking of a room or car, and what it takes."""
    row = {"traveller_id": "traveller", "type": f"'{kind}'", "item": kind, "date": start, "nights": length}
    cost = f"{length} * {kind}.{price}"
    return (Create("booking", {**row, "status": "'confirmed'", "price": cost, "paid": "False"}),
            Set(kind, {flag: "False"}))


def _when(start: str, start_ask: str, length: str, cue: str) -> dict[str, Wanted]:
    """From when, and for how long."""
    long = (f"how many {length}", "how long", f"number of {length}", "until when", f"length of the {cue}")
    count = Detail(length, ("a few",), f"How many {length} should I book?", long, ("For {x}.", "{x}."))
    return {start: Wanted(Extra.START, Detail("day", ("",), start_ask, words.ASKS_START, ON), "Day as YYYY-MM-DD."),
            length: Wanted(Extra.COUNT, count, f"Number of {length}.")}


def _booked(kind: str, start: str, length: str) -> str:
    return (f"book {{{kind}}} for {{traveller}} {{{start}}} for {{{length}}} {length}"
            f" | reserve {{{kind}}} for {{traveller}} for {{{length}}} {length} {{{start}}}"
            f" | get {{traveller}} {{{kind}}} for {{{length}}} {length} {{{start}}}")


def _route(kind: str) -> str:
    """Where what is booked starts and ends."""
    return f"origin={kind}(booking.item).origin, destination={kind}(booking.item).destination"


def _first_with_seats(kind: str) -> str:
    """The first departure on the new day on the same route; none for bookings of another kind."""
    found = f"first('{kind}', 'departs', among='seats_left', {_route(kind)}, date=date)"
    return f"{found} if booking.type == '{kind}' else ''"


def _days(kind: str) -> str:
    return f"listed('{kind}', 'date', among='seats_left', {_route(kind)})"


BY_TYPE = "{} if booking.type == 'flight' else {} if booking.type == 'train' else {}"


WRITING = (
    Do("hold_flight", "Holds a seat on a flight until it is paid and confirmed.", "flight traveller",
       "hold {flight} for {traveller} | put a hold on {flight} for {traveller} | put {flight} on hold for {traveller}",
       (Need("hours_until(flight.date, flight.departs) >= rule('hold limit')",
             "{flight} departs in less than {rule('hold limit')} hours and cannot be held; book it instead"),
        _sold_out("flight")), _seat("flight", "held"), shows=SHOWN, follow_ups=("cancel_booking",)),
    *(Do(f"book_{kind}", f"Books a seat on a {kind} for a traveller; it is paid afterwards.", f"{kind} traveller",
         f"book {{traveller}} on {{{kind}}} | book a seat on {{{kind}}} for {{traveller}}"
         f" | get {{traveller}} a seat on {{{kind}}}",
         (_sold_out(kind),), _seat(kind), shows=SHOWN, follow_ups=("pay_booking", "cancel_booking"))
      for kind in ("flight", "train")),
    Do("book_room", "Books a room for a traveller; it is paid afterwards.", "room traveller",
       _booked("room", "check_in", "nights"),
       (Need("nights >= 1 and nights <= rule('maximum nights')",
             "a room can be booked for 1 to {rule('maximum nights')} nights"),
        Need("room.free", "room {room} is not free; list_rooms shows which rooms are")),
       _stay("room", "check_in", "nights", "nightly_price", "free"),
       asks=_when("check_in", "From which date is the room needed?", "nights", "stay"), shows=SHOWN,
       follow_ups=("pay_booking",)),
    Do("book_car", "Books a car for a traveller; it is paid afterwards.", "car traveller",
       _booked("car", "pick_up", "days"),
       (Need("days >= 1 and days <= rule('maximum rental')",
             "a car can be rented for 1 to {rule('maximum rental')} days"),
        Need("years_between(traveller.birth_date, pick_up) >= rule('minimum driver age')",
             "the traveller is younger than {rule('minimum driver age')} on {pick_up}, too young to drive"),
        Need("car.available", "car {car} is not available; search_cars shows which cars are")),
       _stay("car", "pick_up", "days", "daily_price", "available"),
       asks=_when("pick_up", "On which date is the car picked up?", "days", "rental"), shows=SHOWN,
       follow_ups=("pay_booking",)),
    Do("change_booking", "Moves a booking to another day; a flight or train to that day's first one with seats.",
       "booking", "move {booking} to {date} | change the date of {booking} to {date} | reschedule {booking} for {date}",
       (*ACTIVE,
        Need("days_until(booking.date) >= rule('change deadline')",
             "{booking} cannot be changed: a change must be made {rule('change deadline')} days before the date"),
        Need(NONE_PENDING, "{booking} has a pending transfer; it can be changed once that has arrived"),
        Need("date != booking.date", "{booking} is on {date} already; give another date"),
        Need("booking.type in ('room', 'car') or new_flight or new_train",
             "none of the {booking.type}s on that route has a seat left on {date}; days with seats: {days}")),
       (Set("booking", {"date": "date"}),
        Set("booking", {"item": BY_TYPE.format("new_flight", "new_train", "booking.item"), "price": "price",
                        "paid": "price <= received"}),
        *SEAT_GIVEN_BACK,
        *(Set(f"new_{kind}", {"seats_left": f"new_{kind}.seats_left - 1"}, f"booking.type == '{kind}'")
          for kind in ("flight", "train"))),
       asks={"date": DATE},
       lets={"received": RECEIVED, "new_flight": _first_with_seats("flight"), "new_train": _first_with_seats("train"),
             "days": BY_TYPE.format(_days("flight"), _days("train"), "''")},
       gives={"fee": Number(value="flight(booking.item).airline.change_fee if booking.type == 'flight'"
                                  " else rule('change fee')", whole=True),
              "price": Number(value=f"fee + ({BY_TYPE})".format("new_flight.price", "new_train.price", "booking.price"),
                              whole=True)},
       shows="status item date price", only_if="booking.type in ('room', 'car')",
       sooner="bring {booking} forward to {date}",
       put_off="put {booking} off until {date} | postpone {booking} to {date} | push {booking} back to {date}",
       open="move {booking} to another date | change the date of {booking} | reschedule {booking}"),
    Do("cancel_booking", "Cancels a booking and refunds what was paid, less the fee.", "booking",
       "cancel {booking} | cancel {booking} altogether", ACTIVE,
       (Set("booking", {"status": "'cancelled'"}),
        SetEach("payment", {"reference": "booking", "status": "'pending'"}, {"status": "'refunded'"}),
        Set("account", {"points": "account.points + refund * rule('points per euro')"},
            "refund > 0 and first_payment.method == 'points'"),
        Create("payment", {"reference": "booking", "amount": "refund", "currency": "rate('EUR')",
                           "method": "first_payment.method", "date": "today", "status": "'refunded'"}, "refund > 0"),
        *GIVEN_BACK, *SEAT_GIVEN_BACK),
       lets={"received": RECEIVED, "account": ACCOUNT,
             "first_payment": "first('payment', 'date', reference=booking, status='settled')"},
       gives={"fee": Number(value="0 if booking.status == 'held'"
                                  " or days_until(booking.date) >= rule('free cancellation')"
                                  " else min(received, (booking.price * rule('cancellation fee') + 50) // 100)",
                            whole=True),
              "refund": Number(value="received - fee", whole=True)},
       regret="Sorry, I changed my mind: please cancel it after all."
              " | On second thoughts, please cancel that booking."),
    Do("pay_booking", "Pays what is due for a booking; a transfer stays pending.", "booking",
       "pay for {booking} {method} | settle the bill for {booking} {method} | pay what is due on {booking} {method}",
       (*ACTIVE,
        Need("not booking.paid", "{booking} is paid already; nothing is due"),
        Need(NONE_PENDING, "{booking} has a pending transfer; nothing more is due"),
        Need("method != 'transfer' or days_until(booking.date) >= rule('transfer deadline')",
             "a transfer must be made {rule('transfer deadline')} days before {booking.date}; pay by card or points"),
        Need("method != 'points' or points >= 0",
             "loyalty account {account} lacks {-points} points for this; pay by card or transfer")),
       (Set("booking", {"paid": "method != 'transfer'"}),
        Create("payment", {"reference": "booking", "amount": "amount", "currency": "rate('EUR')", "method": "method",
                           "date": "today", "status": "'pending' if method == 'transfer' else 'settled'"},
               shows="reference amount currency method status"),
        Set("account", {"points": "points"}, "method == 'points'")),
       asks={"method": METHOD},
       lets={"amount": f"booking.price - ({RECEIVED})", "account": ACCOUNT,
             "points": "account.points - amount * rule('points per euro')"},
       follow_ups=("confirm_hold",), later="pay for it {method}"),
    Do("confirm_hold", "Confirms a held booking that is paid.", "booking",
       "confirm {booking} | turn the hold on {booking} into a firm booking",
       (*ACTIVE,
        Need("booking.status == 'held'", "{booking} is confirmed already; only a held booking can be confirmed"),
        Need("booking.paid", "{booking} is not paid yet; pay it with pay_booking first")),
       (Set("booking", {"status": "'confirmed'"}),), shows=SHOWN, later="confirm it"),
)
