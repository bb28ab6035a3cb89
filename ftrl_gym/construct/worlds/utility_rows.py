"""Rows of a utility that are made together: networks and tariffs for all media, and what each outage cuts off."""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.worlds import utility_words as words
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row

_MEDIA = ("power", "power", "gas", "water", "water")


def networks(draft: Draft) -> Iterator[Row]:
    """Networks such that there is one at least for each medium."""
    for medium in _MEDIA:
        yield {"name": draft.names.pick(words.NETWORKS, "{} " + medium.capitalize()), "medium": medium}


def tariffs(draft: Draft) -> Iterator[Row]:
    """Three tariffs for each medium."""
    for medium in dict.fromkeys(_MEDIA):
        for _ in range(3):
            yield {"name": draft.names.pick(words.TARIFFS, *words.TARIFF_KINDS), "medium": medium}


def cuts(draft: Draft) -> Iterator[Row]:
    """For each outage the connections that hang below its node in the supply tree."""
    nodes = draft.tables["nodes"]
    for outage, about in draft.tables["outages"].items():
        for connection, row in draft.tables["connections"].items():
            above = row["node"]
            while above and above != about["node"]:
                above = nodes[above]["fed_by"]
            if above:
                yield {"outage": outage, "connection": connection}
