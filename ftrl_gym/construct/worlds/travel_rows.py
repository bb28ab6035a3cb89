"""Rows that TravelBooking makes together: cities near each other with their airports, what flies and runs between them,
and payments that add up. Prices, gates and the like are drawn as it declares them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.declare.timetable import Leg, timetable
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.construct.worlds.places import RATES, Place, distance, places
from ftrl_gym.world import Row

_CITIES, _FLIGHTS, _TRAINS, _RATES, _TRAIN_LINES = 10, 62, 40, 8, 8
_NEAREST = 150
"""Kilometres between any two cities."""
_LONGEST_TRAIN = 700


def cities(draft: Draft) -> Iterator[Row]:
    """Cities of one region, some joined by rail; renamed where names are invented. ``place`` says which one it is."""
    names, countries = draft.names, dict[str, str]()
    for place in places():
        names.reserve(place.name, place.country, *(name for _, name in place.airports))
        draft.ids.reserve(*(code for code, _ in place.airports))
    draft.ids.reserve(*RATES)
    for place in _region(draft):
        if place.country not in countries:
            countries[place.country] = names.word() if names.invents() else place.country
        yield {
            "name": names.word() if names.invents() else place.name,
            "country": countries[place.country],
            "currency": place.currency,
            "utc_offset": place.utc_offset,
            "language": place.language,
            "place": place.name,
        }


def _region(draft: Draft) -> list[Place]:
    table = places()
    while True:
        centre = draft.rng.choice(table)
        near = sorted(table, key=lambda place: distance(centre, place))[:30]
        chosen: list[Place] = []
        for place in draft.rng.sample(near, len(near)):
            if len(chosen) < _CITIES and all(distance(place, other) >= _NEAREST for other in chosen):
                chosen.append(place)
        if len(chosen) == _CITIES and len(_rail_pairs(chosen)) >= 5:
            return chosen


def _rail_pairs(among: list[Place]) -> list[tuple[Place, Place]]:
    return [
        (here, there)
        for number, here in enumerate(among)
        for there in among[number + 1 :]
        if here.rail and here.rail == there.rail and distance(here, there) <= _LONGEST_TRAIN
    ]


def _drawn(draft: Draft) -> dict[str, Place]:
    """City -> the place that it is."""
    known = {place.name: place for place in places()}
    return {name: known[row["place"]] for name, row in draft.tables["cities"].items()}


def airports(draft: Draft) -> Iterator[Row]:
    """The airports of the cities; ``rank`` tells the first of a city from the second."""
    names = draft.names
    for city, place in _drawn(draft).items():
        for rank, (code, name) in enumerate(place.airports, start=1):
            if names.invents():
                code, name = draft.ids.letters(3), f"{names.word()} {draft.rng.choice(('Field', 'International'))}"
            yield {"code": code, "name": name, "city": city, "rank": rank}


def rates(draft: Draft) -> Iterator[Row]:
    """The euro, the currencies of the cities, and some more; each a little off its usual rate."""
    rng = draft.rng
    used = list(dict.fromkeys(["EUR", *sorted(row["currency"] for row in draft.tables["cities"].values())]))
    others = [currency for currency in RATES if currency not in used]
    for currency in [*used, *rng.sample(others, max(0, _RATES - len(used)))]:
        rate = RATES[currency] * (1 if currency == "EUR" else rng.uniform(0.96, 1.04))
        yield {"currency": currency, "per_eur": round(rate, 2 if rate > 20 else 4)}


def flights(draft: Draft) -> Iterator[Row]:
    """A round of all cities in both directions, and both ways to every airport that is left out by it."""
    rng, where = draft.rng, _drawn(draft)
    codes: dict[str, list[str]] = {}
    for code, row in draft.tables["airports"].items():
        codes.setdefault(row["city"], []).append(code)
    ring = rng.sample(list(where), len(where))
    legs: list[Leg] = []
    for here, there in zip(ring, [*ring[1:], ring[0]], strict=True):
        legs += _both_ways(where[here], where[there], rng.choice(codes[here]), rng.choice(codes[there]), by_rail=False)
    used = {leg.origin for leg in legs}
    for here in ring:
        for code in codes[here]:
            if code not in used:
                there = rng.choice([city for city in ring if city != here])
                legs += _both_ways(where[here], where[there], code, codes[there][0], by_rail=False)
    return timetable(draft, legs, _FLIGHTS)


def trains(draft: Draft) -> Iterator[Row]:
    """Lines between cities of one network that are near enough, both ways."""
    names = {place: city for city, place in _drawn(draft).items()}
    pairs = _rail_pairs(list(names))
    lines = draft.rng.sample(pairs, min(len(pairs), _TRAIN_LINES))
    legs = [leg for a, b in lines for leg in _both_ways(a, b, names[a], names[b], by_rail=True)]
    return timetable(draft, legs, _TRAINS)


def _both_ways(here: Place, there: Place, one: str, other: str, *, by_rail: bool) -> list[Leg]:
    kilometres, clock = distance(here, there), 60 * (there.utc_offset - here.utc_offset)
    minutes = 15 + kilometres * 0.55 if by_rail else 35 + kilometres / 13
    return [Leg(one, other, kilometres, minutes, clock), Leg(other, one, kilometres, minutes, -clock)]


def payments(draft: Draft) -> Iterator[Row]:
    """For paid bookings payments that add up to the price, and refunds as cancelling gives them; for some confirmed
    ones a transfer under way."""
    rng, rules = draft.rng, draft.tables["rules"]
    for reference, booking in draft.tables["bookings"].items():
        price, past = booking["price"], booking["date"] < draft.day(0)
        latest = -45 if past else -1
        day = latest - rng.randrange(3, 40)
        method = rng.choice(("card", "card", "card", "transfer", "transfer", "points"))
        made: list[tuple[int, str, int, str]] = []
        if booking["paid"]:
            deposit = price * rng.randrange(20, 45) // 100 if rng.random() < 0.25 else 0
            made += [(deposit, method, day - 14, "settled")] if deposit else []
            made.append((price - deposit, method, day, "settled"))
            if booking["status"] == "cancelled":  # as cancel_booking does it, on the day of the refund
                refunded = rng.randrange(day + 1, latest + 1)
                free = booking["date"] >= draft.day(refunded + rules["free cancellation"]["value"])
                fee = 0 if free else (price * rules["cancellation fee"]["value"] + 50) // 100
                made.append((price - fee, method, refunded, "refunded"))
        elif booking["status"] == "confirmed" and rng.random() < 0.3:
            made.append((price, "transfer", -rng.randrange(1, 7), "pending"))
        for amount, how, on, status in made:
            row = {"reference": reference, "amount": amount, "currency": "EUR", "method": how}
            yield {**row, "date": draft.day(on), "status": status}
