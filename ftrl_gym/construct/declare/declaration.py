"""What a scenario's author writes: what the domain is. Everything else is derived from it.

A :class:`Declaration` is data. Entities have columns and relations, and perhaps several kinds of row; tools
(:mod:`ftrl_gym.construct.declare.tools`) get one row, find several or work something out; actions have needs and
effects; house rules are figures that needs, effects and values refer to. Texts between quotes are either phrases, with
``{x}`` for the thing they are about, or expressions over rows (:mod:`ftrl_gym.construct.declare.expressions`):
``slot.status == 'free'``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ftrl_gym.construct.declare.clauses import Clause
from ftrl_gym.construct.declare.columns import Column
from ftrl_gym.construct.declare.tools import Find, Get, Set, Tool
from ftrl_gym.construct.domain import Detail
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row


@dataclass(frozen=True)
class Each:
    """One to several rows for each row of another entity; the first reference to it says which."""

    entity: str
    least: int = 1
    most: int = 1
    where: str = ""
    """Only for rows of which this holds: ``slot.status == 'taken'``."""
    total: int = 0
    """So many rows in all, as far as ``least`` and ``most`` allow it; 0 leaves it to chance."""


@dataclass(frozen=True)
class Together:
    """Rows that are made together, where chance row by row would not do: a timetable, cities near each other."""

    make: Callable[[Draft], Iterable[Row]]
    """From the world so far: rows with values of some columns, the key among them where it is no :class:`Id`; the other
    columns are drawn as usual. All chance must come from the draft."""
    after: str = ""
    """Entities that it looks at, or that the drawn columns refer to."""


@dataclass(frozen=True)
class Kind:
    """One of several kinds of thing in an entity, with what only it has: a car rental among bookings."""

    name: str
    """Singular, as people say it: ``car rental``."""
    value: str
    """Value of the entity's column ``by_kind``."""
    columns: Mapping[str, Column] = field(default_factory=dict)
    """Columns that are drawn or spoken of in another way; one without a noun is spoken of as the entity has it."""
    called: str = ""
    """More ways to name one, beside the entity's."""


@dataclass(frozen=True)
class Entity:
    """A kind of thing. Its first column is the key."""

    name: str
    """Singular, as people say it: ``doctor``."""
    rows: int | Each | Together
    columns: Mapping[str, Column]
    called: str = ""
    """``Dr. {x}``: how an asker names one from the start; empty when no asker could."""
    label: str = ""
    """Column that people call it by; the key unless said otherwise. Nothing without ``called`` has one by itself."""
    label_noun: str = "name"
    """What the label is called: ``appointment number``."""
    detail: Detail | None = None
    """How a scripted user keeps back which one they mean, where "the room I have in mind", "my invoice" or "the invoice
    in question" is not it."""
    alike: str = ""
    """Column that rows have in common where people choose between them: nobody chooses between a gas tariff and a water
    tariff. Nothing where it does not matter."""
    chosen: bool = False
    """Whether people choose between such things, so that they may ask for help with that: flights and hotels, not exams
    or notices."""
    always_said: bool = False
    """Whether an asker always says which one they mean."""
    plural: str = ""
    """Name of its table; the name with an s unless said otherwise."""
    brief: str = ""
    """``{x}``: how one is named as an end of a journey; empty for the usual way."""
    by_kind: str = ""
    """Column that says of which of ``kinds`` a row is; empty where all are alike."""
    kinds: tuple[Kind, ...] = ()
    also: tuple[Set, ...] = ()
    """What each row means for others while worlds are drawn, as expressions over its columns: a room that is booked is
    not free."""

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

    @property
    def kept(self) -> dict[str, Column]:
        """The columns that its rows have."""
        return {name: column for name, column in self.columns.items() if column.kept}

    def of_kind(self, kind: Kind) -> dict[str, Column]:
        """The columns of a row of that kind."""
        return {name: kind.columns.get(name, column) for name, column in self.columns.items()}


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
    rule_about: str = "A house rule: its figure, the unit of it, and its text."
    """Description of the tool that tells one."""
    clauses: tuple[Clause, ...] = ()
    """House rules of the policy text, for tasks with the dial ``rules``."""
    shorts: tuple[Short, ...] = ()
    own: tuple[str, ...] = ()
    """Entities of which an asker may have one: "my invoice". Of the others they speak as "the invoice in question"."""
    today: str = "2026-05-04"
    currency: str = "EUR"
    day: Detail | None = None
    """How a scripted user keeps a date back."""
    kept_back: tuple[str, ...] | None = None
    """Names of details that somebody who wants a thing done may keep back. None for all that go with a wish: which
    invoice of one's own, or what an entity's ``detail`` says."""
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
    names = tool.shows.split() or list(entity.kept)
    return tuple(dict.fromkeys((entity.key, *names)))


def parameter(role: str, takes: Mapping[str, str], declaration: Declaration) -> str:
    """Parameter by which an action or a computation takes a role.

    It is called like the key of the entity; like the role where the key is a mere ``name`` or two roles would share it.
    """
    key = declaration.entity(takes[role]).key
    shared = sum(declaration.entity(entity).key == key for entity in takes.values()) > 1
    return role if key == "name" or shared else key
