"""How people talk about a world: the vocabulary in which a scenario's author declares it.

A :class:`Domain` is data. It says which things the world holds, what can be asked about them, how one leads to
another, and through which pool tool each of that is found out. Everything else (programs, questions, sub-questions,
plans) is derived from it: chains by :mod:`ftrl_gym.construct.roads`, programs by
:mod:`ftrl_gym.construct.composing`, words by :mod:`ftrl_gym.construct.asking`.

In every phrase ``{x}`` stands for the thing the phrase is about. Invariants: a phrase with one ``{x}`` per source;
thing names are the nouns people use ("that flight"); an attribute that is not declared can be learned on the way but is
never asked for, so internal ids stay out of questions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from ftrl_gym.construct.short_numbers import letters_of
from ftrl_gym.errors import ConstructionError
from ftrl_gym.task import AnswerType
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import Row, WorldBase


class Pick(StrEnum):
    """Which of the matching rows a phrase means."""

    ONLY = "only"
    """There is just one."""
    LOWEST = "lowest"
    """The one with the least value of ``by``; there must be two to choose from."""
    HIGHEST = "highest"
    """The one with the greatest value of ``by``; there must be two to choose from."""
    NAMED = "named"
    """The one that the question names."""


@dataclass(frozen=True)
class Attribute:
    """Something one can ask about a thing."""

    type: AnswerType
    nouns: tuple[str, ...]
    """``the gate of {x}``: the value as a noun phrase."""
    asks: tuple[str, ...] = ()
    """``Which gate does {x} leave from?``: whole questions."""
    unit: str | None = None
    """Unit or currency; ``@column`` takes it from that column of the row."""
    low: str = ""
    """``is cheaper``: what is true of the one with the lower value; empty when nobody compares it."""
    high: str = ""
    adds: bool = False
    """Whether sums of it mean something."""
    having: str = ""
    """``cost {n}``: what is true of several things with such a value; empty where the noun phrase does for that."""


@dataclass(frozen=True)
class Detail:
    """Something a scripted user keeps to themselves until asked."""

    name: str
    nouns: tuple[str, ...]
    """How they speak of the thing without saying which: ``my flight``. Empty texts where leaving it out is enough."""
    ask: str
    """``What is your flight number?``"""
    cues: tuple[str, ...]
    """Lower-case words, one of which any question for it holds."""
    replies: tuple[str, ...] = ("It's {x}.", "{x}.", "That would be {x}.")


@dataclass(frozen=True)
class Thing:
    """A kind of thing: one row of an entity."""

    name: str
    entity: str
    key: str
    attributes: Mapping[str, Attribute]
    tool: str = ""
    """Look-up of one by ``known_by``; empty when it is found through searches only."""
    known_by: str = ""
    """Attribute by which the tool finds it (the key unless said otherwise)."""
    anchors: tuple[str, ...] = ()
    """``flight {x}``: how an asker names it from the start; empty when no asker could."""
    label: str = ""
    """Attribute that people call it by; empty when it has no such name."""
    label_noun: str = "name"
    """What the label is called: ``flight number``."""
    label_type: AnswerType = AnswerType.NAME
    brief: str = ""
    """``{x}``: how an anchor is named as one end of a journey; empty for the usual way."""
    detail: Detail | None = None
    """How a scripted user keeps back which one they mean."""
    where: Mapping[str, Any] = field(default_factory=dict)
    """What the rows of this thing have in common when the entity holds other things too."""
    alike: str = ""
    """Attribute that things have in common where one chooses between them; empty where it does not matter."""
    key_tool: str = ""
    """Look-up of one by its key, where that is another tool; it tells what ``tool`` leaves out."""
    chosen: bool = False
    """Whether people choose between such things: flights and hotels, not exams or notices."""

    @property
    def handle(self) -> str:
        """Attribute by which its own tool finds it."""
        return self.known_by or self.key


@dataclass(frozen=True)
class Link:
    """A relation: an attribute of the source is the key of the target."""

    name: str
    source: str
    target: str
    attribute: str
    nouns: tuple[str, ...]
    """``the airport {x} lands at``."""
    also: tuple[str, ...] = ()
    """Other attributes that a person might mean by these words; they all must lead to one answer."""
    shared: tuple[str, ...] = ()
    """For a link to a thing of the same kind: attributes that both have in common."""
    that: str = ""
    """For one to a thing of the same kind: what it is called once it was spoken of, ``earlier case``."""

    @property
    def sources(self) -> tuple[str, ...]:
        """The one source, in the form that a search has several."""
        return (self.source,)


@dataclass(frozen=True)
class Search:
    """A relation through a search: rows of the target that belong to the sources, of which one is picked."""

    name: str
    sources: tuple[str, ...]
    target: str
    tool: str
    arguments: Mapping[str, tuple[int, str]]
    """Parameter -> (number of the source, its attribute)."""
    nouns: tuple[str, ...]
    """``the cheapest double room at {x}``; ``{y}`` is the second source, ``{day}`` a date, ``{name}`` a name."""
    pick: Pick = Pick.ONLY
    by: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Parameter -> enum member that the words stand for."""
    dated: str = ""
    """Parameter that takes a date which the question gives; empty when there is none."""
    among: str = ""
    """Attribute that is truthy for rows still to be had. People may or may not mean only those, so both readings must
    agree."""
    plural: str = ""
    """``double rooms``: all matching rows, for counts; empty when nobody counts them."""
    place: str = ""
    """``at {x}``: where they are; empty where ``plural`` says whose they are: ``invoices of {x}``."""
    brief: str = ""
    """``{x}``: how the target is named as one end of a journey; empty for the usual way."""


Step = Link | Search


@dataclass(frozen=True)
class Combination:
    """A tool that computes something from two things, such as the hours between two cities.

    Its result is a row of a derived entity, which :attr:`derive` computes a second time, apart from the tool.
    """

    name: str
    sources: tuple[str, str]
    tool: str
    arguments: Mapping[str, tuple[int, str]]
    entity: str
    fields: Mapping[str, Attribute]
    """Attribute of the result -> how to ask for it, with ``{x}`` and ``{y}``."""
    derive: Callable[[WorldBase, Row, Row], Row]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    rivals: tuple[str, ...] = ()
    """Tools by which one could work it out by hand: not offered beside it, and not used in one task with it."""


class Extra(StrEnum):
    """A parameter of an action that the asker chooses freely."""

    DATE = "date"
    """A day to come: ``12 June``."""
    START = "start"
    """A day to come from which something runs: ``from 12 June``."""
    COUNT = "count"
    """A small whole number."""
    CHOICE = "choice"
    """A member of the parameter's enum."""


@dataclass(frozen=True)
class Action:
    """Something one can ask to be done: a writing tool, whom and what it is about, and what it changes."""

    name: str
    tool: str
    roles: Mapping[str, tuple[str, str, str]]
    """Role -> (parameter, entity, its attribute)."""
    requests: tuple[str, ...]
    """``book {traveller} on {flight}``: an imperative, with roles and extras by name."""
    effects: Mapping[str, tuple[str, ...]]
    """Table -> columns that the change is about; the rest are side effects."""
    extras: Mapping[str, tuple[Extra, Detail]] = field(default_factory=dict)
    """Parameter -> what the asker says freely."""
    follow_ups: tuple[str, ...] = ()
    """Actions one may ask for about what this one makes."""
    needs: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    """Role -> column -> values its row may have."""
    spoken: Mapping[str, str] = field(default_factory=dict)
    """Enum member -> how people say it: ``by bank transfer``."""
    sooner: tuple[str, ...] = ()
    """``bring {booking} forward to {date}``: more requests, for when a date becomes an earlier one."""
    put_off: tuple[str, ...] = ()
    """``put {booking} off until {date}``: more requests, for when a date becomes a later one."""
    open: tuple[str, ...] = ()
    """``move {booking} to another date``: the requests, for when the asker keeps the date back."""
    later: str = ""
    """``pay for it by {method}``: as a follow-up; empty when it is none."""
    regret: tuple[str, ...] = ()
    """``Sorry, cancel that again.``: as a change of mind."""


@dataclass(frozen=True)
class Look:
    """A column that tells whether a house rule holds: of the row of a role, or of one that links lead to from there."""

    role: str
    links: tuple[str, ...]
    """Columns that are links, in order."""
    attribute: str


@dataclass(frozen=True)
class HouseRule:
    """A rule of the policy text about an action, which no tool enforces; without an action, manners.

    At most one of ``forbids``, ``fixes`` and ``also`` says what follows.
    """

    topic: str
    text: str
    """What it says; ``{}`` is its figure."""
    values: tuple[int, ...] = ()
    """Figures, one of which is drawn for each task."""
    action: str = ""
    condition: str = "True"
    """When it holds (:mod:`ftrl_gym.conditions`): over ``look0``, ``look1``, ..., ``figure``, roles (for keys) and
    parameters."""
    looks: tuple[Look, ...] = ()
    """What has to be found out to know whether it holds."""
    forbids: bool = False
    fixes: tuple[str, str] | None = None
    """Parameter that it decides, and its member."""
    also: tuple[str, Mapping[str, Look]] | None = None
    """Action that has to be done as well, and where each of its rows comes from."""


@dataclass(frozen=True)
class Composite:
    """A short way to say several steps at once: ``{x}'s flight`` for booking list, booking, flight."""

    steps: tuple[str, ...]
    """Names of the steps in order."""
    nouns: tuple[str, ...]


@dataclass(frozen=True)
class Domain:
    """A scenario's vocabulary, complete."""

    things: Mapping[str, Thing]
    steps: Mapping[str, Step]
    documents: Mapping[str, ToolDocument]
    combinations: tuple[Combination, ...] = ()
    composites: tuple[Composite, ...] = ()
    actions: Mapping[str, Action] = field(default_factory=dict)
    day: Detail | None = None
    """How a scripted user keeps a date back."""
    kept_back: tuple[str, ...] = ("reference", "name", "day")
    """Names of the details that somebody who wants a thing done may keep back."""
    house_rules: tuple[HouseRule, ...] = ()
    people: tuple[str, ...] = ()
    """Entities whose rows are persons: two wishes may be about one of them, who is "them" in the second."""

    @cached_property
    def letters(self) -> Mapping[str, str]:
        """``entity.attribute`` -> the letters before the digits of all its values."""
        return letters_of(self.documents.values())

    def thing(self, name: str) -> Thing:
        """The thing of that name."""
        return self.things[name]

    def listed(self, tool: str, entity: str) -> Mapping[str, str]:
        """Attribute of ``entity`` -> field of the tool's result that carries it."""
        for source in self.documents[tool].returns.facts:
            if source.entity == entity:
                return {attribute: name for name, attribute in source.fields.items()}
        raise ConstructionError(f"tool {tool!r} delivers no facts of {entity!r}; the domain uses it as if it did")

    def parameter(self, tool: str, entity: str, attribute: str) -> str:
        """Parameter by which a look-up takes an attribute."""
        binds = self.documents[tool].binds
        for parameter, bound in binds.items():
            if bound == f"{entity}.{attribute}":
                return parameter
        raise ConstructionError(f"tool {tool!r} takes no {entity}.{attribute}; it binds {sorted(binds.values())}")
