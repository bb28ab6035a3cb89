"""Travellers, loyalty accounts, bookings and payments of a travel world.

A booking's date and price are its item's, a paid one has payments that add up to its price, and a cancelled one that
was paid has been refunded by the house rules, as the tools would have done it.
"""

from __future__ import annotations

from ftrl_gym.construct.worlds import travel_words as words
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.construct.worlds.names import mailbox
from ftrl_gym.construct.worlds.travel_columns import SEATS, TIERS
from ftrl_gym.world import Row

TRAVELLERS, BOOKINGS = 24, 48


def add_travellers(draft: Draft) -> None:
    """Fills ``loyalty_accounts`` and ``travellers``."""
    rng = draft.rng
    programmes = {
        airline: (draft.names.pick(words.PROGRAMMES, *words.PROGRAMME_PATTERNS), draft.ids.letters(2))
        for airline in draft.tables["airlines"]
    }
    cities, points, expiries = list(draft.tables["cities"]), set[int](), set[int]()
    for _ in range(TRAVELLERS):
        airline = rng.choice(list(programmes))
        programme, prefix = programmes[airline]
        tier = rng.randrange(4)
        account = draft.add(
            "loyalty_accounts",
            number=draft.ids.numbered(prefix, 6),
            programme=programme,
            tier=TIERS[tier],
            points=draft.distinct(400 + 5400 * tier, 9000 + 14000 * tier, points),
            expires=draft.day(draft.distinct(120, 1100, expiries)),
            partner_airline=airline,
        )
        name = draft.names.person()
        draft.add(
            "travellers",
            traveller_id=draft.ids.numbered("T-", 5),
            name=name,
            email=f"{mailbox(name)}@{rng.choice(words.MAIL_DOMAINS)}",
            home_city=rng.choice(cities),
            loyalty_number=account["number"],
            passport_number=draft.ids.mixed(9),
            birth_date=draft.day(-rng.randrange(19 * 366, 78 * 365)),
            seat_preference=rng.choice(SEATS),
        )


def add_bookings(draft: Draft) -> None:
    """Fills ``bookings`` and ``payments``; takes booked rooms and cars out of what is free."""
    rng = draft.rng
    rooms = rng.sample(list(draft.tables["rooms"]), len(draft.tables["rooms"]))
    cars = rng.sample(list(draft.tables["cars"]), len(draft.tables["cars"]))
    for traveller, count in draft.share(BOOKINGS, draft.tables["travellers"], 1, 4).items():
        dates: set[str] = set()
        while len(dates) < count:
            kind = rng.choice(("flight", "flight", "flight", "room", "room", "train", "train", "car"))
            if kind in ("flight", "train"):
                item = rng.choice(list(draft.tables[f"{kind}s"]))
                row = draft.tables[f"{kind}s"][item]
                date, nights, price = row["date"], 0, row["price"]
            else:
                item = rooms[-1] if kind == "room" else cars[-1]
                row = draft.tables[f"{kind}s"][item]
                date = draft.day(rng.randrange(-40, -8) if rng.random() < 0.12 else rng.randrange(3, 60))
                nights = rng.randrange(1, 7)
                price = nights * row["nightly_price" if kind == "room" else "daily_price"]
            if date in dates:
                continue
            dates.add(date)
            if kind in ("room", "car"):
                (rooms if kind == "room" else cars).pop()
            _book(draft, traveller, kind, item, date, nights, price)


def _book(draft: Draft, traveller: str, kind: str, item: str, date: str, nights: int, price: int) -> None:
    rng = draft.rng
    past = date < draft.day(0)
    states = ("confirmed",) * 5 + ("cancelled",) + (("held",) * 2 if kind == "flight" else ())
    status = "confirmed" if past else rng.choice(states)
    paid = past or rng.random() < {"confirmed": 0.75, "held": 0.25, "cancelled": 0.7}[status]
    booking = draft.add(
        "bookings",
        reference=draft.ids.mixed(6),
        traveller_id=traveller,
        type=kind,
        item=item,
        date=date,
        nights=nights,
        status=status,
        price=price,
        paid=paid,
    )
    if kind in ("room", "car") and not past:
        # An active booking holds its room or car; a cancelled one has given it back.
        free = "free" if kind == "room" else "available"
        draft.tables[f"{kind}s"][item][free] = status == "cancelled"
    _pay(draft, booking, latest=-45 if past else -1)


def _pay(draft: Draft, booking: Row, latest: int) -> None:
    rng = draft.rng
    price, day = booking["price"], latest - rng.randrange(3, 40)
    method = rng.choice(("card", "card", "card", "transfer", "transfer", "points"))
    if not booking["paid"]:
        if booking["status"] == "confirmed" and rng.random() < 0.3:
            _add_payment(draft, booking, price, "transfer", -rng.randrange(1, 7), "pending")
        return
    deposit = price * rng.randrange(20, 45) // 100 if rng.random() < 0.25 else 0
    if deposit:
        _add_payment(draft, booking, deposit, method, day - 14, "settled")
    _add_payment(draft, booking, price - deposit, method, day, "settled")
    if booking["status"] == "cancelled":
        # As cancel_booking does it, on the day of the refund.
        rules, refunded = draft.tables["rules"], rng.randrange(day + 1, latest + 1)
        free = booking["date"] >= draft.day(refunded + rules["free cancellation"]["value"])
        fee = 0 if free else (price * rules["cancellation fee"]["value"] + 50) // 100
        _add_payment(draft, booking, price - fee, method, refunded, "refunded")


def _add_payment(draft: Draft, booking: Row, amount: int, method: str, day: int, status: str) -> None:
    draft.add(
        "payments",
        payment_id=draft.ids.numbered("P-", 5),
        reference=booking["reference"],
        amount=amount,
        currency="EUR",
        method=method,
        date=draft.day(day),
        status=status,
    )
