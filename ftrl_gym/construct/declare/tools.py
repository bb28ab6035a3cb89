"""What a declaration says of its tools: they look one row up, find several, work something out, or change rows.

Texts between quotes are phrases, descriptions, or expressions over rows
(:mod:`ftrl_gym.construct.declare.expressions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ftrl_gym.construct.declare.columns import Column
from ftrl_gym.construct.domain import Detail, Extra, Pick


@dataclass(frozen=True)
class Get:
    """A tool that looks one row up."""

    name: str
    entity: str
    about: str
    """Its description."""
    by: str = ""
    """Column it is found by; the key unless said otherwise."""
    shows: str = ""
    """Columns of the result; all if none is named."""


@dataclass(frozen=True)
class Meaning:
    """A way to speak of one row that a search finds; made by :func:`only`, :func:`least`, :func:`most`,
    :func:`named`."""

    pick: Pick
    noun: str
    """``{x}'s latest appointment``; for a search by two references and a date ``the first train from {x} to {y}
    {day}``."""
    by: str = ""
    """Column that decides."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Column -> member of its vocabulary that the words stand for."""
    plural: str = ""
    """``appointments of {x}``: all the rows, for counts."""
    brief: str = ""
    """How it is named as one of two ends; empty for the usual way."""
    name: str = ""
    """By which :class:`~ftrl_gym.construct.declare.declaration.Short` refers to it; the noun unless said otherwise."""


def only(
    noun: str, where: Mapping[str, str] | None = None, *, plural: str = "", brief: str = "", name: str = ""
) -> Meaning:
    """The only row there is."""
    return Meaning(Pick.ONLY, noun, "", where or {}, plural, brief, name)


def least(
    by: str, noun: str, where: Mapping[str, str] | None = None, *, plural: str = "", brief: str = "", name: str = ""
) -> Meaning:
    """The row with the least value of a column."""
    return Meaning(Pick.LOWEST, noun, by, where or {}, plural, brief, name)


def most(
    by: str, noun: str, where: Mapping[str, str] | None = None, *, plural: str = "", brief: str = "", name: str = ""
) -> Meaning:
    """The row with the greatest value of a column."""
    return Meaning(Pick.HIGHEST, noun, by, where or {}, plural, brief, name)


def named(noun: str, *, name: str = "") -> Meaning:
    """The row that the question names: ``{name} in {x}``."""
    return Meaning(Pick.NAMED, noun, name=name)


@dataclass(frozen=True)
class AtLeast:
    """A parameter that bounds a number from below; its default leaves nothing out."""

    column: str
    about: str
    """Description of the parameter."""
    lowest: int
    highest: int


@dataclass(frozen=True)
class Find:
    """A tool that finds rows by columns: references and dates must be given, choices may be."""

    name: str
    entity: str
    about: str
    by: str
    shows: str
    means: tuple[Meaning, ...] = ()
    among: str = ""
    """Column that is truthy for rows still to be had: ``seats_left``. Superlatives and counts may or may not mean only
    those, so nothing is asked where it makes a difference."""
    bounds: Mapping[str, AtLeast] = field(default_factory=dict)
    """Parameter -> bound, beside ``by``. Questions leave it at its default."""


def roles_of(takes: str) -> dict[str, str]:
    """Role -> entity; a role is called like its entity unless it has a name of its own.

    >>> roles_of("slot first:bank_account")
    {'slot': 'slot', 'first': 'bank account'}
    """
    parts = [part.rpartition(":") for part in takes.split()]
    return {role or entity: entity.replace("_", " ") for role, _, entity in parts}


@dataclass(frozen=True)
class Need:
    """What must hold before a tool does its work, and what it says otherwise (``{expression}`` is filled in)."""

    that: str
    otherwise: str


@dataclass(frozen=True)
class Figure:
    """A number above 0 that a computation takes beside its rows."""

    about: str
    """Description of the parameter."""


@dataclass(frozen=True)
class Applied:
    """A computation on what belongs to two things that people ask about: the price of a flight, in the currency of a
    city."""

    things: str
    """Both things: ``flight city``; ``{x}`` is the first in phrases, ``{y}`` the second."""
    takes: Mapping[str, str]
    """Parameter -> an attribute of one of the two, ``x.price`` or ``y.currency``, or a constant: ``'EUR'``."""
    gives: str
    """Field of the result that is asked for."""
    noun: str
    ask: str


@dataclass(frozen=True)
class WorkOut:
    """A tool that computes something from two rows; ``{x}`` is the first in phrases, ``{y}`` the second."""

    name: str
    about: str
    takes: str
    """Entities whose rows it takes: ``examination insurer``, or ``first:flight second:flight`` to give roles names."""
    gives: Mapping[str, Column]
    """Field -> its value as an expression, and how people ask for it."""
    instead_of: str = ""
    """Tools by which one could work it out by hand: never offered beside it."""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """Parameter -> a number that comes first, which expressions may use. It needs ``applied``."""
    applied: tuple[Applied, ...] = ()
    """What people ask of it, where that is not simply about the two rows."""
    needs: tuple[Need, ...] = ()
    unordered: bool = False
    """Whether the two rows may stand in any order: the result is about the pair."""
    result: str = ""
    """What it works out, in the plural: ``flight_comparisons``; made of the tool's name unless said otherwise."""
    describes: Mapping[str, str] = field(default_factory=dict)
    """Role -> description of its parameter, where the usual one does not tell two of them apart."""

    @property
    def roles(self) -> dict[str, str]:
        """Role -> entity."""
        return roles_of(self.takes)


@dataclass(frozen=True)
class Set:
    """Columns of a row get new values."""

    what: str
    """A role, a reference from it, or the row of an entity with that key: ``appointment.slot``,
    ``room(booking.item)``."""
    values: Mapping[str, str]
    when: str = ""


@dataclass(frozen=True)
class SetEach:
    """Columns of all rows with certain values get new ones: pending payments for a booking become refunded."""

    entity: str
    where: Mapping[str, str]
    """Column -> the value it has, as an expression."""
    values: Mapping[str, str]


@dataclass(frozen=True)
class Create:
    """A new row, with a value for each column but the key. Later effects call its key ``new_<entity>``."""

    entity: str
    values: Mapping[str, str]
    when: str = ""
    shows: str = ""
    """Columns of the new row, beside its key, that the result shows, where this is not the first effect; then the
    action is about them too."""


Effect = Set | SetEach | Create


@dataclass(frozen=True)
class Wanted:
    """A parameter of an action that the asker chooses freely."""

    kind: Extra
    detail: Detail
    about: str
    """Description of the parameter."""
    spoken: Mapping[str, str] = field(default_factory=dict)
    """For a choice: member -> how people say it."""


@dataclass(frozen=True)
class Do:
    """A tool that changes rows, and how people ask for it. The first effect is what it is about."""

    name: str
    about: str
    takes: str
    """Entities whose rows it takes, as :class:`WorkOut` has them."""
    requests: str
    """``cancel {appointment} | call off {appointment}``."""
    needs: tuple[Need, ...]
    effects: tuple[Effect, ...]
    asks: Mapping[str, Wanted] = field(default_factory=dict)
    lets: Mapping[str, str] = field(default_factory=dict)
    """Values worked out before anything else, for needs, ``gives`` and effects to use: ``received``."""
    gives: Mapping[str, str | Column] = field(default_factory=dict)
    """Values worked out after the needs and before the effects, which may use them; the result shows them: ``fee``. A
    column says what kind of value it is, and has the expression as its ``value``."""
    shows: str = ""
    """Columns in the result of the row that it is about; those that get values unless said otherwise."""
    only_if: str = ""
    """What must hold of rows that people ask it for, although the tool takes others too: ``booking.type == 'room'``."""
    sooner: str = ""
    """``bring {visit} forward to {date}``: more requests, for when its date becomes an earlier one."""
    put_off: str = ""
    """``put {visit} off until {date}``: more requests, for when its date becomes a later one."""
    open: str = ""
    """``move {visit} to another day``: the requests, for when the asker keeps the date back."""
    follow_ups: tuple[str, ...] = ()
    """Actions one may ask for about what this one makes."""
    later: str = ""
    """``pay for it {method}``: as a follow-up; empty when it is none."""
    regret: str = ""
    """``Sorry, cancel that again.``: as a change of mind."""

    @property
    def roles(self) -> dict[str, str]:
        """Role -> entity."""
        return roles_of(self.takes)


Tool = Get | Find | WorkOut | Do
