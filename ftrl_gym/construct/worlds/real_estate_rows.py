"""Offers of an estate agency: each made after a viewing, and answered by counter-offers in turn.

A thread of offers begins with the buyer's; the seller answers it, the buyer answers that. Only the last one of a thread
can be open or accepted, and what is under offer or sold has exactly one that was accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row

_SHARES = ((0.86, 0.93), (0.97, 0.99), (0.94, 0.96))
"""Of the asking price: what a buyer offers first, what the seller answers, what the buyer answers to that."""


def offers(draft: Draft) -> Iterator[Row]:
    """The threads of all viewings that were held, each offer after the one that it answers."""
    rng, validity = draft.rng, draft.tables["rules"]["offer validity"]["value"]
    agreed: set[str] = set()
    for viewing in draft.tables["viewings"].values():
        home = draft.tables["properties"][viewing["property"]]
        if viewing["status"] != "held":
            continue
        wins = home["status"] != "for sale" and viewing["property"] not in agreed
        if not wins and rng.random() < 0.15:
            continue
        agreed.add(viewing["property"])
        day, answers = _days(draft, viewing["date"]), ""
        length = rng.choice((1, 1, 1, 2, 3))
        for number in range(length):
            day = min(-1, day + rng.randrange(1, 4))
            last = number == length - 1
            alive = home["status"] == "for sale" and day >= -validity
            over = rng.choice(("declined", "declined", "withdrawn")) if number != 1 else "declined"
            yield {
                "property": viewing["property"],
                "buyer": viewing["buyer"],
                "answers": answers,
                "made_by": "seller" if number == 1 else "buyer",
                "share": rng.uniform(*_SHARES[number]),
                "date": draft.day(day),
                "status": "countered" if not last else "accepted" if wins else "open" if alive else over,
            }
            answers = next(reversed(draft.tables["offers"]))


def _days(draft: Draft, day: str) -> int:
    """Days from today to a day."""
    return (date.fromisoformat(day) - draft.today).days
