"""Dates the way people say them: one way per question.

An ISO date that the words imply without holding it is kept in :attr:`Calendar.derived`, so that it may be passed on.
"""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

_WEEKDAY = 0.12
"""How often a day of this week is said as such. It takes working out from "Today is 2026-05-04", so it stays rare."""
_NEAR = 300
"""Days ahead within which a date is said without its year."""


@dataclass
class Calendar:
    """Says dates.

    Args:
        today: ISO date.
        rng: Chooses the style, once.
        plain: Say dates in ISO form only.
    """

    today: str
    rng: random.Random
    plain: bool = False
    lone: bool = False
    """Whether there is one date to say; only then is it said as a weekday, which no other date would match."""
    derived: list[str] = field(default_factory=list)
    _style: str = ""

    def date(self, iso: str) -> str:
        """``2026-06-12``, ``12 June`` or ``June 12``."""
        if not self._style:
            self._style = "iso" if self.plain else self.rng.choices(("iso", "day first", "month first"), (5, 3, 2))[0]
        if self._style == "iso":
            return iso
        self.derived.append(iso)
        day = datetime.date.fromisoformat(iso)
        return f"{day.day} {day:%B}" if self._style == "day first" else f"{day:%B} {day.day}"

    def far(self, iso: str) -> str:
        """A date of any year: ``12 June 2028``, ``June 12, 2028``; without the year where nobody would think of
        another."""
        said = self.date(iso)
        day, today = map(datetime.date.fromisoformat, (iso, self.today))
        if said == iso or 0 <= (day - today).days < _NEAR:
            return said
        return f"{said} {day.year}" if self._style == "day first" else f"{said}, {day.year}"

    def on(self, iso: str) -> str:
        """``on 12 June``, rarely ``this Friday``."""
        day, today = map(datetime.date.fromisoformat, (iso, self.today))
        near = 0 < (day - today).days < 7 - today.weekday()
        if near and self.lone and not self.plain and self.rng.random() < _WEEKDAY:
            self.derived.append(iso)
            return f"this {day:%A}"
        return f"on {self.date(iso)}"
