"""What a scenario's author writes: what the domain is. Everything else is derived from it.

A :class:`Declaration` is data. Entities have columns and relations; tools get one row, find several or work something
out; actions have needs and effects; house rules are figures that needs, effects and values refer to. Texts between
quotes are either phrases, with ``{x}`` for the thing they are about, or expressions over rows
(:mod:`ftrl_gym.construct.declare.expressions`): ``slot.status == 'free'``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ftrl_gym.construct.declare.columns import Column
from ftrl_gym.construct.domain import Detail, Extra, Pick


@dataclass(frozen=True)
class Each:
    """One to several rows for each row of another entity; the first reference to it says which."""

    entity: str
    least: int = 1
    most: int = 1
    where: str = ""
    """Only for rows of which this holds: ``slot.status == 'taken'``."""


@dataclass(frozen=True)
class Entity:
    """A kind of thing. Its first column is the key."""

    name: str
    """Singular, as people say it: ``doctor``."""
    rows: int | Each
    columns: Mapping[str, Column]
    called: str = ""
    """``Dr. {x}``: how an asker names one from the start; empty when no asker could."""
    label: str = ""
    """Column that people call it by; the key unless said otherwise. Nothing without ``called`` has one by itself."""
    label_noun: str = "name"
    """What the label is called: ``appointment number``."""
    detail: Detail | None = None
    """How a scripted user keeps back which one they mean, where "the room I have in mind" or "my invoice" is not it."""
    plural: str = ""
    """Name of its table; the name with an s unless said otherwise."""

    @property
    def table(self) -> str:
        """Name of its table."""
        return (self.plural or f"{self.name}s").replace(" ", "_")

    @property
    def key(self) -> str:
        """Name of its key column."""
        return next(iter(self.columns))

    @property
    def handle(self) -> str:
        """Column by which an asker names it."""
        return self.label or self.key


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
    """``{x}'s latest appointment``."""
    by: str = ""
    """Column that decides."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Column -> member of its vocabulary that the words stand for."""
    plural: str = ""
    """``appointments of {x}``: all the rows, for counts."""
    brief: str = ""
    """How it is named as one of two ends; empty for the usual way."""
    name: str = ""
    """By which :class:`Short` refers to it; the noun unless said otherwise."""


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
class Find:
    """A tool that finds rows by columns: references and dates must be given, choices may be."""

    name: str
    entity: str
    about: str
    by: str
    shows: str
    means: tuple[Meaning, ...] = ()


def roles_of(takes: str) -> dict[str, str]:
    """Role -> entity; a role is called like its entity unless it has a name of its own.

    >>> roles_of("slot first:bank_account")
    {'slot': 'slot', 'first': 'bank account'}
    """
    parts = [part.rpartition(":") for part in takes.split()]
    return {role or entity: entity.replace("_", " ") for role, _, entity in parts}


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

    @property
    def roles(self) -> dict[str, str]:
        """Role -> entity."""
        return roles_of(self.takes)


@dataclass(frozen=True)
class Need:
    """What must hold before an action, and what the tool says otherwise (``{expression}`` is filled in)."""

    that: str
    otherwise: str


@dataclass(frozen=True)
class Set:
    """Columns of a row get new values."""

    what: str
    """A role, or a reference from it: ``appointment.slot``."""
    values: Mapping[str, str]
    when: str = ""


@dataclass(frozen=True)
class Create:
    """A new row, with a value for each column but the key. Later effects call its key ``new_<entity>``."""

    entity: str
    values: Mapping[str, str]
    when: str = ""


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
    effects: tuple[Set | Create, ...]
    asks: Mapping[str, Wanted] = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    """Values worked out after the needs and before the effects, which may use them: ``fee``."""
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


@dataclass(frozen=True)
class Rule:
    """A house rule: one figure, drawn for each world, which tools enforce."""

    topic: str
    values: tuple[int, ...]
    unit: str
    text: str
    """``An appointment can be cancelled free of charge up to {} days before.``"""


@dataclass(frozen=True)
class Short:
    """A short way to say several steps at once. A link is called ``entity.column``, a meaning by its name."""

    steps: tuple[str, ...]
    noun: str


Tool = Get | Find | WorkOut | Do


@dataclass(frozen=True)
class Declaration:
    """A scenario, complete."""

    name: str
    """CamelCase."""
    title: str
    description: str
    instruction: str
    """Who the assistant is and what it is to do."""
    policy: str
    """How it is to do it: the house's manners."""
    entities: tuple[Entity, ...]
    tools: tuple[Tool, ...]
    rules: tuple[Rule, ...] = ()
    rule_called: str = 'our house rule "{x}" | the house rule "{x}"'
    shorts: tuple[Short, ...] = ()
    today: str = "2026-05-04"
    currency: str = "EUR"
    day: Detail | None = None
    """How a scripted user keeps a date back."""
    file: str = ""
    """Where it is written, for error messages: ``__file__``."""

    def entity(self, name: str) -> Entity:
        """The entity of that name."""
        return next(entity for entity in self.entities if entity.name == name)

    def get(self, entity: Entity, by: str) -> Get | None:
        """The tool that looks a row up by a column."""
        gets = (tool for tool in self.tools if isinstance(tool, Get) and tool.entity == entity.name)
        return next((tool for tool in gets if (tool.by or entity.key) == by), None)


RULES = "rules"
"""Table of the house rules."""
RULE_TOOL = "get_rule"
"""Tool that tells a house rule; it comes by itself."""


def shown(tool: Get | Find, entity: Entity) -> tuple[str, ...]:
    """Columns in the tool's result, the key first."""
    names = tool.shows.split() or list(entity.columns)
    return tuple(dict.fromkeys((entity.key, *names)))


def parameter(role: str, takes: Mapping[str, str], declaration: Declaration) -> str:
    """Parameter by which an action or a computation takes a role.

    It is called like the key of the entity; like the role where the key is a mere ``name`` or two roles would share it.
    """
    key = declaration.entity(takes[role]).key
    shared = sum(declaration.entity(entity).key == key for entity in takes.values()) > 1
    return role if key == "name" or shared else key
