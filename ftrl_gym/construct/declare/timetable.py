"""Timetables: direct journeys on the legs of a network, on several days, as rows that are made together.

Times fit the distances and the clocks on both ends, everything arrives on the day it departs, and on one leg and day no
two departures share a time or a number of free seats; no two at all depart at the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row

_FIRST, _LAST, _LAST_ARRIVAL = 345, 22 * 60, 23 * 60 + 45
"""Minutes of the day."""
_SHORTEST = 20
_DAYS = (2, 60)
"""Days from today, the second left out."""
_SOLD_OUT = 0.06
"""Share of departures without a free seat."""
_MOST_SEATS = 70


class Leg(NamedTuple):
    """A direct connection; ``origin`` and ``destination`` are the keys that departures on it carry."""

    origin: str
    destination: str
    kilometres: float
    minutes: float
    """About how long it takes."""
    clock: int
    """Minutes by which clocks are ahead at the destination."""


def timetable(draft: Draft, legs: Sequence[Leg], total: int) -> Iterator[Row]:
    """Departures on every leg on one day, then on more days of some legs until there are ``total``.

    Yields:
        ``origin``, ``destination``, ``kilometres``, ``date``, ``departs``, ``arrives`` and ``seats_left``.
    """
    rng, made = draft.rng, 0
    days: dict[Leg, set[int]] = {leg: set() for leg in legs}
    departures: dict[int, set[int]] = {}
    queue = list(legs)
    while queue or made < total:
        leg = queue.pop() if queue else rng.choice(legs)
        first = not days[leg]
        day = draft.distinct(*_DAYS, days[leg])
        count = rng.choice((1, 2, 2, 2, 3, 4) if first else (1, 1, 2, 3))
        ends = {"origin": leg.origin, "destination": leg.destination, "kilometres": leg.kilometres}
        for times in _times(draft, leg, count, departures.setdefault(day, set())):
            yield {**ends, "date": draft.day(day), **times}
        made += count


def _times(draft: Draft, leg: Leg, count: int, departures: set[int]) -> list[Row]:
    """Times and free seats of ``count`` journeys, all different and in no order."""
    rng = draft.rng
    arrivals: set[int] = set()
    seats: set[int] = set()
    journeys: list[Row] = []
    while len(journeys) < count:
        # A short hop against the clock is slowed down, so that nothing arrives before it departs.
        length = 5 * round(max(leg.minutes * rng.uniform(0.98, 1.15), _SHORTEST - leg.clock) / 5)
        departs = rng.randrange(_FIRST, min(_LAST, _LAST_ARRIVAL - length - leg.clock), 5)
        arrives = departs + length + leg.clock
        if departs in departures or arrives in arrivals:
            continue
        departures.add(departs)
        arrivals.add(arrives)
        sold_out = rng.random() < _SOLD_OUT and 0 not in seats
        left = draft.distinct(0, 1 if sold_out else _MOST_SEATS, seats)
        journeys.append({"departs": _clock(departs), "arrives": _clock(arrives), "seats_left": left})
    return journeys


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
