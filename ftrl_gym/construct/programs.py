"""Questions as programs: values at the ends of walks over a world, and an operation that makes one answer of them.

A :data:`Walk` names one thing: an anchor that the question states, a step from other things, or a member of a search's
result. A :class:`Program` takes attributes of the things at the ends of walks, or of all rows that a search finds, and
computes one answer. What an operation may be asked of and how it is evaluated stands in
:mod:`ftrl_gym.construct.operations`, how it is said in :mod:`ftrl_gym.construct.frames`, what it costs in calls in
:mod:`ftrl_gym.construct.compiling`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ftrl_gym.construct.domain import Combination
from ftrl_gym.task import Json


@dataclass(frozen=True)
class Anchor:
    """A thing that the question names. ``key`` is empty as long as the program is a mere shape."""

    thing: str
    key: str = ""


@dataclass(frozen=True)
class Follow:
    """The thing that a step leads to. ``given`` is what the question adds: a date, or the name of a named one."""

    step: str
    target: str
    sources: tuple[Walk, ...]
    given: str = ""


@dataclass(frozen=True)
class Member:
    """The n-th of all rows that a search finds (for counts and lists)."""

    search: Follow
    rank: int

    @property
    def target(self) -> str:
        """Kind of thing."""
        return self.search.target


Walk = Anchor | Follow | Member


def thing_of(walk: Walk) -> str:
    """Name of the kind of thing a walk ends at."""
    return walk.thing if isinstance(walk, Anchor) else walk.target


@dataclass(frozen=True)
class Attr:
    """An attribute of the thing at the end of a walk."""

    walk: Walk
    attribute: str


@dataclass(frozen=True)
class Combined:
    """An attribute of what a combination computes from the ends of two walks."""

    combination: Combination
    walks: tuple[Walk, Walk]
    attribute: str

    def __hash__(self) -> int:
        return hash((self.combination.name, self.walks, self.attribute))


Value = Attr | Combined


class Op(StrEnum):
    """How the answer comes from the values. The list is closed."""

    VALUE = "value"
    """It is the one value."""
    LIST = "list"
    """All of them."""
    LOWEST = "lowest"
    """Which of the things has the lowest value."""
    HIGHEST = "highest"
    """Which of the things has the highest value."""
    SUM = "sum"
    DIFFERENCE = "difference"
    """Absolute difference of two."""
    IS_LOWER = "is_lower"
    """Whether the first value is lower than the second."""
    COUNT = "count"
    """How many rows the search finds, or how many of them are kept."""
    TEST = "test"
    """Whether the value lies on one side of a figure that the question gives."""
    TIMES = "times"
    """The value, so many times."""
    UNITS = "units"
    """The value in another unit of time."""
    SHIFT = "shift"
    """The day so many days before or after a date, the time so many minutes before or after a time."""
    UNTIL = "until"
    """Days from today to a date to come."""
    DAYS = "days"
    """Days between two dates."""
    MINUTES = "minutes"
    """Minutes between two times of a day."""
    SELECT = "select"
    """Which rows of a search are kept."""
    MEAN = "mean"
    """The average over the rows of a search."""
    LEAST = "least"
    """The lowest value among the rows of a search."""
    MOST = "most"
    """The highest."""
    SECOND_LOWEST = "second_lowest"
    """Which row of a search has the second lowest value."""
    SECOND_HIGHEST = "second_highest"
    BOTH = "both"
    """The values that rows of two searches have in common."""
    EITHER = "either"
    """The values of rows of either search, each once."""
    FIRST_ONLY = "first_only"
    """The values of rows of the first search that no row of the second one has."""
    CHOOSE = "choose"
    """If a comparison holds one value, otherwise another."""


class Relation(StrEnum):
    """On which side of a figure a value lies; for shifts, in which direction one goes."""

    BELOW = "<"
    ABOVE = ">"
    IS = "="


@dataclass(frozen=True)
class Keep:
    """Which rows of a search are meant: those whose attribute lies on one side of a figure, or is a word."""

    attribute: str
    relation: Relation
    figure: Json = None
    """None as long as the program is a mere shape."""


@dataclass(frozen=True)
class Program:
    """A question: values, and the operation that makes one answer of them."""

    op: Op
    values: tuple[Value, ...]
    """What is found out first. For rows of a search: their attribute, once the program is bound to a world."""
    over: Follow | None = None
    """The search whose rows are asked about."""
    gathers: str = ""
    """Attribute that is taken of each of its rows; empty for their names."""
    keep: Keep | None = None
    """Which of its rows are meant; None for all."""
    other: Follow | None = None
    """The second search of a set operation."""
    relation: Relation | None = None
    """Of tests, shifts and choices."""
    figure: Json = None
    """What the question says beside things: a bound, a number of times, days or minutes, a unit."""
    branches: tuple[Value, ...] = ()
    """Of a choice: what is asked if the comparison holds, and what otherwise."""
    then: tuple[Value, ...] = ()
    """What is found out because of what the values said: the branch taken, the names of the rows kept."""


def values_of(program: Program) -> tuple[Value, ...]:
    """Everything that has to be found out."""
    return (*program.values, *program.then)


def ends_of(value: Value) -> tuple[Walk, ...]:
    """The walks that a value ends."""
    return (value.walk,) if isinstance(value, Attr) else value.walks


def walks_of(program: Program) -> Iterator[Walk]:
    """The walks that a program's values end, and those of its branches."""
    for value in (*program.values, *program.branches):
        yield from ends_of(value)


def named_in(program: Program) -> list[Walk]:
    """The walks that a question says in words: searches rather than their rows."""
    searches = [each for each in (program.over, program.other) if each is not None]
    return [*searches] or list(walks_of(program))
