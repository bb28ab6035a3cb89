"""Formulas: how a value follows from what a question names and from the results so far.

A formula that was found in one episode can be worked out in another one of the same template, where it gives another
value. Each is small and typed, so that two episodes that do the same have equal formulas.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ftrl_gym.baselines.masking import Mention
from ftrl_gym.baselines.sight import Result
from ftrl_gym.baselines.slots import variants
from ftrl_gym.baselines.tables import Row
from ftrl_gym.results import scalars
from ftrl_gym.task import Json


class Unknown(Exception):
    """A formula does not apply to what is known."""


class Placed(NamedTuple):
    """A row, and which call of its step it came from."""

    call: int
    row: Row


@dataclass(frozen=True)
class Known:
    """What is known at some point of an episode."""

    named: Sequence[Mention]
    steps: Mapping[int, Sequence[Result]] = field(default_factory=dict)
    """The results of each step, by its number: of the calls to one tool in one turn."""

    def rows(self, step: int, path: str) -> list[Placed]:
        """The rows at a path of a step's results, those of all its calls.

        Raises:
            Unknown: There are none.
        """
        if step not in self.steps:
            raise Unknown
        found = [
            Placed(n, row)
            for n, result in enumerate(self.steps[step])
            for row in result.tables.get(path, ())
            if result.error is None
        ]
        if not found:
            raise Unknown
        return found


def same(one: Json, other: Json) -> bool:
    """Whether two values are equal; the case of text does not matter."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < 1e-6
    return isinstance(one, str) and isinstance(other, str) and one.casefold() == other.casefold()


def magnitude(value: Json) -> float:
    """A number for what can be put in order: a number, a day or a time of day.

    Raises:
        Unknown: It cannot.

    >>> magnitude("00:30"), magnitude("1970-01-02") - magnitude("1970-01-01")
    (30.0, 1.0)
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            if len(value) == 5 and value[2] == ":":
                return 60.0 * int(value[:2]) + int(value[3:])
            if len(value) in (10, 16, 19) and value[4] == "-":
                moment = datetime.datetime.fromisoformat(value)
                return moment.toordinal() + (moment.hour * 60 + moment.minute) / 1440
        except ValueError:
            pass
    raise Unknown


class Formula:
    """How one value, or a list of values, follows."""

    def value(self, known: Known) -> Json:
        """The value.

        Raises:
            Unknown: The formula does not apply.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Slot(Formula):
    """The n-th of the mentions of a kind."""

    kind: str
    number: int
    cut: bool = False
    """Whether its first word is left out."""

    def value(self, known: Known) -> Json:
        alike = [each for each in known.named if each.kind == self.kind]
        if self.number >= len(alike):
            raise Unknown
        means = variants(alike[self.number])
        return means[-1] if self.cut else means[0]


@dataclass(frozen=True)
class Slots(Formula):
    """All the mentions of a kind, however many."""

    kind: str
    cut: bool = False
    """Whether their first words are left out."""

    def value(self, known: Known) -> Json:
        alike = [variants(each) for each in known.named if each.kind == self.kind]
        if not alike:
            raise Unknown
        return [means[-1] if self.cut else means[0] for means in alike]


@dataclass(frozen=True)
class Constant(Formula):
    """Always the same: a plain value, or a tuple that stands for a list."""

    said: str | float | bool | tuple[Json, ...] | None

    @classmethod
    def of(cls, value: Json) -> Constant:
        """The formula of a plain value or of a list of them."""
        return cls(tuple(value) if isinstance(value, list) else value)

    def value(self, known: Known) -> Json:
        return list(self.said) if isinstance(self.said, tuple) else self.said


@dataclass(frozen=True)
class Pick:
    """Which row of several: first those with a value are kept, then the one with the most or least of something, or
    that in a place, is taken."""

    where: tuple[tuple[str, Formula], ...] = ()
    extreme: str = ""
    most: bool = False
    place: int = 0

    def kept(self, rows: Sequence[Placed], known: Known) -> list[Placed]:
        """The rows that have the values."""
        found = list(rows)
        for name, formula in self.where:
            wanted = formula.value(known)
            found = [placed for placed in found if same(placed.row.get(name), wanted)]
        return found

    def one(self, rows: Sequence[Placed], known: Known) -> Placed:
        """The row.

        Raises:
            Unknown: There is none.
        """
        found = self.kept(rows, known)
        if self.extreme:
            found = [placed for placed in found if placed.row.get(self.extreme) is not None]
            found.sort(key=lambda placed: magnitude(placed.row[self.extreme]), reverse=self.most)
        if not -len(found) <= self.place < len(found):
            raise Unknown
        return found[self.place]


def picked(formula: Formula) -> list[tuple[int, str, Pick]]:
    """Step, path and pick of every choice of a row within a formula."""
    if isinstance(formula, Cell | Origin | Given):
        return [(formula.step, formula.path, formula.pick)]
    parts: tuple[Formula, ...] = ()
    if isinstance(formula, Several):
        parts = formula.parts
    elif isinstance(formula, Folded):
        parts = (formula.of,)
    elif isinstance(formula, Compared):
        parts = (formula.one, formula.other)
    elif isinstance(formula, Changed):
        parts = (formula.one, formula.by)
    return [each for part in parts for each in picked(part)]


def renamed(formula: Formula, name: Callable[[int, str, str], str]) -> Formula:
    """The formula with other fields; ``name`` gives the field to take at a step and a path instead of one."""
    if isinstance(formula, Cell | Column):
        return replace(formula, name=name(formula.step, formula.path, formula.name))
    if isinstance(formula, Several):
        return Several(tuple(renamed(part, name) for part in formula.parts))
    if isinstance(formula, Folded):
        return formula if formula.how == "count" else Folded(formula.how, renamed(formula.of, name))
    if isinstance(formula, Compared):
        return Compared(renamed(formula.one, name), formula.sign, renamed(formula.other, name))
    return Changed(renamed(formula.one, name), formula.sign, formula.by) if isinstance(formula, Changed) else formula


def steps_of(formula: Formula) -> set[int]:
    """Numbers of the steps whose results a formula looks at."""
    found: set[int] = set()

    def met(step: int) -> int:
        found.add(step)
        return step

    renumbered(formula, met)
    return found


def renumbered(formula: Formula, number: Callable[[int], int]) -> Formula:
    """The formula with other numbers of steps."""
    if isinstance(formula, Origin):
        return replace(formula, step=number(formula.step), source=number(formula.source))
    if isinstance(formula, Cell | Column | Given):
        return replace(formula, step=number(formula.step))
    if isinstance(formula, Several):
        return Several(tuple(renumbered(part, number) for part in formula.parts))
    if isinstance(formula, Folded):
        return Folded(formula.how, renumbered(formula.of, number))
    if isinstance(formula, Compared | Changed):
        other = formula.other if isinstance(formula, Compared) else formula.by
        return type(formula)(renumbered(formula.one, number), formula.sign, renumbered(other, number))
    return formula


@dataclass(frozen=True)
class Cell(Formula):
    """One field of one row."""

    step: int
    path: str
    name: str
    pick: Pick = Pick()

    def value(self, known: Known) -> Json:
        found = self.pick.one(known.rows(self.step, self.path), known).row.get(self.name)
        if found is None:
            raise Unknown
        return found


@dataclass(frozen=True)
class Origin(Formula):
    """A field of the row of an earlier step that led to the call whose result has the most or least of something."""

    step: int
    path: str
    pick: Pick
    source: int
    source_path: str
    name: str

    def value(self, known: Known) -> Json:
        best = self.pick.one(known.rows(self.step, self.path), known)
        given = scalars(known.steps[self.step][best.call].call[1])
        for placed in known.rows(self.source, self.source_path):
            if any(same(cell, each) for cell in placed.row.values() for each in given) and self.name in placed.row:
                return placed.row[self.name]
        raise Unknown


@dataclass(frozen=True)
class Given(Formula):
    """What was given to the call whose result has the most or least of something."""

    step: int
    path: str
    pick: Pick

    def value(self, known: Known) -> Json:
        best = self.pick.one(known.rows(self.step, self.path), known)
        given = [each for each in scalars(known.steps[self.step][best.call].call[1]) if not isinstance(each, bool)]
        if len(given) != 1:
            raise Unknown
        return given[0]


@dataclass(frozen=True)
class Column(Formula):
    """One field of all rows, or of those with a value."""

    step: int
    path: str
    name: str
    where: Pick = Pick()

    def value(self, known: Known) -> Json:
        rows = self.where.kept(known.rows(self.step, self.path), known)
        return [placed.row[self.name] for placed in rows if placed.row.get(self.name) is not None]


@dataclass(frozen=True)
class Several(Formula):
    """Several values."""

    parts: tuple[Formula, ...]

    def value(self, known: Known) -> Json:
        return [part.value(known) for part in self.parts]


@dataclass(frozen=True)
class Folded(Formula):
    """One number from several values: ``count``, ``sum``, ``mean``, ``most``, ``least`` or ``range``."""

    how: str
    of: Formula

    def value(self, known: Known) -> Json:
        values = self.of.value(known)
        if self.how == "count":
            return len(values)
        if not values:
            raise Unknown
        by_size = sorted(values, key=magnitude)
        if self.how in ("most", "least"):
            return by_size[-1 if self.how == "most" else 0]
        sizes = [magnitude(each) for each in by_size]
        if self.how == "range":
            return _tidy(sizes[-1] - sizes[0])
        return _tidy(sum(sizes) / (len(sizes) if self.how == "mean" else 1))


@dataclass(frozen=True)
class Compared(Formula):
    """Whether one value is ``>``, ``<`` or ``=`` another."""

    one: Formula
    sign: str
    other: Formula

    def value(self, known: Known) -> Json:
        one, other = self.one.value(known), self.other.value(known)
        if self.sign == "=":
            return same(one, other)
        return magnitude(one) > magnitude(other) if self.sign == ">" else magnitude(one) < magnitude(other)


@dataclass(frozen=True)
class Changed(Formula):
    """A value and a number: ``+``, ``-``, ``*``; days are added to days, minutes to times."""

    one: Formula
    sign: str
    by: Formula

    def value(self, known: Known) -> Json:
        one, by = self.one.value(known), magnitude(self.by.value(known))
        if self.sign == "*":
            return _tidy(magnitude(one) * by)
        by = by if self.sign == "+" else -by
        if isinstance(one, str) and len(one) == 10:
            try:
                return (datetime.date.fromisoformat(one) + datetime.timedelta(days=by)).isoformat()
            except (ValueError, OverflowError):
                raise Unknown from None
        total = magnitude(one) + by
        if isinstance(one, str) and len(one) == 5:
            return f"{int(total // 60) % 24:02d}:{int(total % 60):02d}"
        return _tidy(total)


def _tidy(number: float) -> Json:
    number = round(number, 2)
    return int(number) if number == int(number) else number
