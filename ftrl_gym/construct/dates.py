"""Dates the way people say them: one way per question.

An ISO date that the words imply without holding it is kept in :attr:`Calendar.derived`, so that it may be passed on.
"""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

_WEEKDAY = 0.12
"""How often a day of this week is said as such. It takes working out from "Today is 2026-05-04", so it stays rare."""
_FAR_OFF = 0.6
"""How often a day is said by how far off it is, where that is asked for."""
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NEAR = 300
"""Days ahead within which a date is said without its year."""


@dataclass
class Calendar:
    """Says dates.

    Args:
        today: ISO date.
        rng: Chooses the style, once.
        plain: Say dates in ISO form only; it goes before ``far_off``.
    """

    today: str
    rng: random.Random
    plain: bool = False
    far_off: bool = False
    """Whether days are said in other words than tools take: never in ISO form, and often by how far off they are."""
    lone: bool = False
    """Whether there is one date to say; only then is it said as a weekday, which no other date would match."""
    derived: list[str] = field(default_factory=list)
    _style: str = ""

    def date(self, iso: str) -> str:
        """``2026-06-12``, ``12 June`` or ``June 12``."""
        if not self._style:
            shares = (0 if self.far_off else 5, 3, 2)
            self._style = "iso" if self.plain else self.rng.choices(("iso", "day first", "month first"), shares)[0]
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
        if self.far_off and not self.plain and (said := _from_now((day - today).days)) and self.rng.random() < _FAR_OFF:
            self.derived.append(iso)
            return said
        return f"on {self.date(iso)}"


def _from_now(days: int) -> str:
    """A day by how far off it is; empty where nobody counts that far.

    >>> _from_now(1), _from_now(9), _from_now(21), _from_now(23)
    ('tomorrow', 'nine days from now', 'three weeks from now', '')
    """
    if days in (1, 2):
        return ("tomorrow", "the day after tomorrow")[days - 1]
    count, unit = (days // 7, "weeks") if days % 7 == 0 else (days, "days")
    return f"{_NUMBERS[count - 2]} {unit} from now" if 2 <= count <= len(_NUMBERS) + 1 else ""
