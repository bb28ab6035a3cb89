"""The TravelBooking world: an agency's view of cities, connections, hotels, cars, and its customers.

``make_world(seed, names)`` is a pure function: the same seed gives the same world in any process and on any machine.
"""

from __future__ import annotations

from datetime import date
from random import Random

from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.construct.worlds.names import Ids, Names
from ftrl_gym.construct.worlds.places import RATES, places
from ftrl_gym.construct.worlds.travel_columns import KEYS, TODAY
from ftrl_gym.construct.worlds.travel_customers import add_bookings, add_travellers
from ftrl_gym.construct.worlds.travel_stays import add_cars, add_hotels
from ftrl_gym.construct.worlds.travel_transport import (
    add_airlines,
    add_cities,
    add_flights,
    add_trains,
    choose_cities,
)
from ftrl_gym.world import WorldBase

_RULES = (
    ("cancellation fee", range(10, 45, 5), "percent", "A cancellation that is not free costs {} percent of the price."),
    ("free cancellation", range(6, 29), "days", "Cancelling costs nothing up to {} days before the date."),
    ("change fee", range(6, 30), "EUR", "Changing a room, train or car costs {} euros; airlines set their own fee."),
    ("change deadline", range(1, 6), "days", "A booking can be changed up to {} days before its date."),
    ("hold limit", range(48, 133, 12), "hours", "A flight that departs in less than {} hours cannot be held."),
    ("maximum nights", range(8, 29), "nights", "A room can be booked for {} nights at most."),
    ("maximum rental", range(8, 31), "days", "A car can be rented for {} days at most."),
    ("minimum driver age", range(19, 26), "years", "Who rents a car must be {} years old on the day of pick-up."),
    ("transfer deadline", range(3, 11), "days", "Paying by transfer is possible up to {} days before the date."),
    ("points per euro", range(40, 130, 5), "points", "Paying with points takes {} points for each euro."),
)


def make_world(seed: int, names: str) -> WorldBase:
    """Draws a world.

    Args:
        seed: Any integer; another seed gives another world.
        names: ``"real"``, ``"syllables"`` or ``"mixed"``, see :class:`~ftrl_gym.construct.worlds.names.NameStyle`.

    Returns:
        Tables and columns as in :mod:`~ftrl_gym.construct.worlds.travel_columns`; each row carries its own key.

    Raises:
        ValueError: ``names`` is none of the three.
    """
    rng = Random(f"travel/{seed}/{names}")
    known = {*RATES, *(code for place in places() for code, _ in place.airports)}
    draft = Draft(rng, Names(names, rng), Ids(rng, known), KEYS, date.fromisoformat(TODAY))
    for topic, values, unit, text in _RULES:
        value = rng.choice(values)
        draft.add("rules", topic=topic, value=value, unit=unit, text=text.format(value))
    cities = choose_cities(draft)
    add_cities(draft, cities)
    add_airlines(draft)
    add_flights(draft, cities)
    add_trains(draft, cities)
    add_hotels(draft)
    add_cars(draft)
    add_travellers(draft)
    add_bookings(draft)
    return WorldBase(draft.tables, {"today": TODAY, "currency": "EUR"})
