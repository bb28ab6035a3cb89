"""Cities, airports, airlines, flights and trains of a travel world.

Times fit the distances and the clocks on both ends, everything arrives on the day it departs, and on one route and
day no two departures share a price, a time or a number of free seats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ftrl_gym.construct.worlds import travel_words as words
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.construct.worlds.places import RATES, Place, distance, places

CITIES, AIRLINES, FLIGHTS, TRAINS, RATES_KEPT = 10, 6, 62, 40, 8

_LAST_ARRIVAL = 23 * 60 + 45
_LONGEST_TRAIN = 700


class Leg(NamedTuple):
    """A direct connection; ``origin`` and ``destination`` are the ids that departures on it carry."""

    origin: str
    destination: str
    kilometres: float
    clock: int
    """Minutes by which clocks are ahead at the destination."""


def choose_cities(draft: Draft) -> list[Place]:
    """Cities near each other, at least 150 km apart, some joined by rail; renamed where names are invented."""
    table = places()
    while True:
        centre = draft.rng.choice(table)
        near = sorted(table, key=lambda place: distance(centre, place))[:30]
        chosen: list[Place] = []
        for place in draft.rng.sample(near, len(near)):
            if len(chosen) < CITIES and all(distance(place, other) >= 150 for other in chosen):
                chosen.append(place)
        if len(chosen) == CITIES and len(_rail_pairs(chosen)) >= 5:
            break
    countries: dict[str, str] = {}
    for place in table:
        draft.names.reserve(place.name, place.country, *(name for _, name in place.airports))
    return [_renamed(draft, place, countries) for place in chosen]


def _renamed(draft: Draft, place: Place, countries: dict[str, str]) -> Place:
    names = draft.names
    if place.country not in countries:
        countries[place.country] = names.word() if names.invents() else place.country
    name = names.word() if names.invents() else place.name
    airports = tuple(
        (draft.ids.letters(3), f"{names.word()} {draft.rng.choice(('Field', 'International'))}")
        if names.invents()
        else airport
        for airport in place.airports
    )
    return place._replace(name=name, country=countries[place.country], airports=airports)


def add_cities(draft: Draft, cities: list[Place]) -> None:
    """Fills ``rates``, ``cities`` and ``airports``."""
    rng = draft.rng
    currencies = {"EUR": None} | dict.fromkeys(sorted({place.currency for place in cities}))
    others = [currency for currency in RATES if currency not in currencies]
    for currency in [*currencies, *rng.sample(others, max(0, RATES_KEPT - len(currencies)))]:
        rate = RATES[currency] * (1 if currency == "EUR" else rng.uniform(0.96, 1.04))
        draft.add("rates", currency=currency, per_eur=round(rate, 2 if rate > 20 else 4))
    quarters: set[int] = set()
    for place in cities:
        draft.add(
            "cities",
            name=place.name,
            country=place.country,
            currency=place.currency,
            utc_offset=place.utc_offset,
            language=place.language,
            tourist_tax=0.25 * draft.distinct(2, 26, quarters),
        )
        minutes: set[int] = set()
        for rank, (code, name) in enumerate(place.airports):
            draft.add(
                "airports",
                code=code,
                name=name,
                city=place.name,
                transfer_minutes=draft.distinct(12 + 20 * rank, 45 + 20 * rank, minutes),
                terminals=rng.randrange(1, 6 - 2 * rank),
                lounge=draft.names.pick(words.LOUNGES, *words.LOUNGE_PATTERNS),
            )


def add_airlines(draft: Draft) -> None:
    """Fills ``airlines``."""
    rng = draft.rng
    alliances = [draft.names.pick(words.ALLIANCES, "{}") for _ in range(3)]
    hubs = rng.sample(list(draft.tables["airports"]), AIRLINES)
    kilograms = rng.sample(range(5, 15), AIRLINES)
    fees = rng.sample(range(20, 100, 5), AIRLINES)
    for hub, kilogram, fee in zip(hubs, kilograms, fees, strict=True):
        draft.add(
            "airlines",
            name=draft.names.pick(words.AIRLINES, *words.AIRLINE_PATTERNS),
            alliance=rng.choice(alliances),
            hand_luggage_kg=kilogram,
            hub=hub,
            change_fee=fee,
        )


def add_flights(draft: Draft, cities: list[Place]) -> None:
    """Fills ``flights``: a round of all cities in both directions, and both ways to every second airport."""
    rng = draft.rng
    prefixes = {airline: draft.ids.letters(2) for airline in draft.tables["airlines"]}
    prices: set[int] = set()
    departures: dict[str, set[int]] = {}

    def fly(leg: Leg, date: str, count: int) -> None:
        airlines = rng.sample(list(prefixes), count)
        fare = 38 + leg.kilometres * 0.075
        times = _times(draft, leg, count, 35 + leg.kilometres / 13, departures.setdefault(date, set()))
        for airline, (departs, arrives, seats) in zip(airlines, times, strict=True):
            craft = ("ATR 72-600", "E190") if leg.kilometres < 600 else ("A320neo", "A220-300", "737-800")
            draft.add(
                "flights",
                flight_no=draft.ids.numbered(prefixes[airline], rng.choice((3, 3, 4))),
                airline=airline,
                origin=leg.origin,
                destination=leg.destination,
                date=date,
                departs=departs,
                arrives=arrives,
                price=draft.distinct(int(fare * 0.6), int(fare * 1.9), prices),
                seats_left=seats,
                aircraft=rng.choice(craft),
                gate=f"{rng.choice('ABCDEF')}{rng.randrange(1, 40)}",
            )

    ring = rng.sample(cities, len(cities))
    legs: list[Leg] = []
    for here, there in zip(ring, [*ring[1:], ring[0]], strict=True):
        one, other = rng.choice(here.airports)[0], rng.choice(there.airports)[0]
        legs += _both_ways(here, there, one, other)
    used = {leg.origin for leg in legs}
    for place in ring:
        for code, _ in place.airports:
            if code not in used:
                other_end = rng.choice([p for p in ring if p is not place])
                legs += _both_ways(place, other_end, code, other_end.airports[0][0])
    _spread(draft, "flights", FLIGHTS, legs, fly)


def add_trains(draft: Draft, cities: list[Place]) -> None:
    """Fills ``trains`` between cities of one network that are near enough."""
    rng = draft.rng
    operators = {draft.names.pick(words.OPERATORS, *words.OPERATOR_PATTERNS): draft.ids.letters(2) for _ in range(4)}

    def run(leg: Leg, date: str, count: int) -> None:
        fare = 9 + leg.kilometres * 0.1
        prices: set[int] = set()
        for departs, arrives, seats in _times(draft, leg, count, 15 + leg.kilometres * 0.55, set()):
            operator = rng.choice(list(operators))
            draft.add(
                "trains",
                train_no=draft.ids.numbered(operators[operator], 4),
                operator=operator,
                origin=leg.origin,
                destination=leg.destination,
                date=date,
                departs=departs,
                arrives=arrives,
                price=draft.distinct(int(fare * 0.6), int(fare * 1.6), prices),
                platform=rng.randrange(1, 20),
                seats_left=seats,
            )

    pairs = _rail_pairs(cities)
    legs = [
        leg
        for here, there in rng.sample(pairs, min(len(pairs), 8))
        for leg in _both_ways(here, there, here.name, there.name)
    ]
    _spread(draft, "trains", TRAINS, legs, run)


def _rail_pairs(cities: list[Place]) -> list[tuple[Place, Place]]:
    return [
        (here, there)
        for number, here in enumerate(cities)
        for there in cities[number + 1 :]
        if here.rail and here.rail == there.rail and distance(here, there) <= _LONGEST_TRAIN
    ]


def _both_ways(here: Place, there: Place, one: str, other: str) -> list[Leg]:
    kilometres, clock = distance(here, there), 60 * (there.utc_offset - here.utc_offset)
    return [Leg(one, other, kilometres, clock), Leg(other, one, kilometres, -clock)]


def _spread(draft: Draft, table: str, total: int, legs: list[Leg], serve: Callable[[Leg, str, int], None]) -> None:
    """Serves every leg on one day with some departures, then more days of some legs until ``total`` is reached."""
    days: dict[Leg, set[int]] = {leg: set() for leg in legs}
    queue = list(legs)
    while queue or len(draft.tables[table]) < total:
        leg = queue.pop() if queue else draft.rng.choice(legs)
        day = draft.distinct(2, 60, days[leg])
        serve(leg, draft.day(day), draft.rng.choice((1, 2, 2, 2, 3, 4) if len(days[leg]) == 1 else (1, 1, 2, 3)))


def _times(draft: Draft, leg: Leg, count: int, minutes: float, departures: set[int]) -> list[tuple[str, str, int]]:
    """(departs, arrives, seats left) of ``count`` journeys of about ``minutes``, all different and in no order."""
    rng = draft.rng
    arrivals: set[int] = set()
    seats: set[int] = set()
    journeys: list[tuple[str, str, int]] = []
    while len(journeys) < count:
        # A short hop against the clock is slowed down, so that nothing arrives before it departs.
        length = 5 * round(max(minutes * rng.uniform(0.98, 1.15), 20 - leg.clock) / 5)
        departs = rng.randrange(345, min(22 * 60, _LAST_ARRIVAL - length - leg.clock), 5)
        arrives = departs + length + leg.clock
        if departs in departures or arrives in arrivals:
            continue
        departures.add(departs)
        arrivals.add(arrives)
        sold_out = rng.random() < 0.06 and 0 not in seats
        left = draft.distinct(0, 1 if sold_out else 70, seats)
        journeys.append((_clock(departs), _clock(arrives), left))
    return journeys


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
