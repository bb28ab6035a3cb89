"""Rows of a judiciary that are made together: courts of three instances, cases that go up to them, and citations."""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.worlds import court_words as words
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row

_LEVELS = {"supreme": 1, "regional": 2, "district": 4}
_FIRST = 18
"""Cases of the first instance."""
_APPEALED = {"district": 0.55, "regional": 0.6, "supreme": 0}
_PENDING = 0.6
"""Share of pending cases among those that nobody has appealed."""


def courts(draft: Draft) -> Iterator[Row]:
    """The courts, higher instances first."""
    for level, number in _LEVELS.items():
        for _ in range(number):
            yield {"name": draft.names.pick(words.COURTS, "{} " + level.capitalize() + " Court"), "level": level}


def cases(draft: Draft) -> Iterator[Row]:
    """Cases of the first instance, and with each what became of it: an appeal, and an appeal against that."""
    rng, table = draft.rng, draft.tables["cases"]
    places = [name for name, row in draft.tables["courts"].items() if row["level"] == "district"]
    for number in range(_FIRST):
        court, earlier, subject = places[number % len(places)], "", rng.choice(words.SUBJECTS)
        amount = rng.randrange(1200, 96000, 50)
        while court:
            level = draft.tables["courts"][court]["level"]
            goes_up = rng.random() < _APPEALED[level]
            status = "decided" if goes_up or rng.random() >= _PENDING else "pending"
            yield {"court": court, "earlier": earlier, "subject": subject, "amount": amount, "status": status}
            earlier = next(reversed(table))
            court = draft.tables["courts"][court]["appeals_to"] if goes_up else ""


def citations(draft: Draft) -> Iterator[Row]:
    """For each ruling up to three that were made before it."""
    rulings = draft.tables["rulings"]
    for key, row in rulings.items():
        before = [other for other, its in rulings.items() if its["date"] < row["date"] and its["case"] != row["case"]]
        for cited in draft.rng.sample(before, min(len(before), draft.rng.randint(1, 3))):
            yield {"ruling": key, "cited": cited}
