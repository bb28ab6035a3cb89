"""Kinds of columns: what values an attribute has, and how people talk about it.

``noun`` and ``ask`` hold phrases with ``{x}`` for the thing, alternatives separated by `` | ``. A column without a
``noun`` is never asked for: internal ids stay out of questions. Values are drawn, unless ``value`` computes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ftrl_gym.task import AnswerType


@dataclass(frozen=True, kw_only=True)
class Column:
    """What all kinds have in common."""

    noun: str = ""
    """``the price of {x}``: the value as a noun phrase."""
    ask: str = ""
    """``What does {x} cost?``: whole questions."""
    compare: str = ""
    """``is cheaper | is more expensive``: what is true of the one with the lower value, and of the one with the higher;
    empty when nobody compares it."""
    having: str = ""
    """``cost {n}``: what is true of several things that have such a value, where "have the ..." and its kin would be
    stiff; ``{n}`` stands for "less than 5 euros", "after 10:00" or the value itself."""
    value: str = ""
    """An expression over the columns before it, instead of chance: ``slot.date``."""
    apart: str | None = None
    """Columns such that rows which have them in common never share a value of this one; empty for all rows. What
    superlatives compare is kept apart by itself."""
    kept: bool = True
    """Whether rows have it. One that is not kept only serves to draw others, and no tool knows it."""
    about: str = ""
    """Description of parameters that take it, where "Id of the doctor." and its kin do not do."""
    alias: str = ""
    """What expressions and parameters call it, where its own name is a Python keyword: ``car_class`` for ``class``."""

    kind = "text"
    """What expressions take it for: text, number, date, time, flag."""
    answer = AnswerType.NAME
    """How answers of it are compared."""
    unit: str | None = None
    """Unit or currency of the answer."""
    adds: bool = False
    """Whether sums of it mean something."""

    @property
    def nouns(self) -> tuple[str, ...]:
        """The noun phrases."""
        return phrases(self.noun)

    @property
    def asks(self) -> tuple[str, ...]:
        """The questions."""
        return phrases(self.ask)

    @property
    def ends(self) -> tuple[str, str]:
        """What is true of the lower one, and of the higher one."""
        low, _, high = self.compare.partition("|")
        return low.strip(), high.strip()


def phrases(text: str) -> tuple[str, ...]:
    """The alternatives of a phrase.

    >>> phrases("the fee of {x} | what {x} takes")
    ('the fee of {x}', 'what {x} takes')
    """
    return tuple(part.strip() for part in text.split("|") if part.strip())


def around_long_names(forms: tuple[str, ...]) -> tuple[str, ...]:
    """The phrases, with one that ends with ``{x}`` where there was only a possessive: "Ana's last visit" is good
    English, "the patient of invoice 7's last visit" is not.

    >>> around_long_names(("{x}'s last visit",))
    ("{x}'s last visit", 'the last visit of {x}')
    """
    if not forms or any(form.endswith("{x}") for form in forms):
        return forms
    turned = (re.sub(r"^(?:the )?(.*?)\{x\}'s (.+)$", r"the \1the \2 of {x}", form) for form in forms)
    more = (re.sub("^the the ", "the ", form) for form, old in zip(turned, forms, strict=True) if form != old)
    return (*forms, *tuple(more)[:1])


@dataclass(frozen=True)
class Id(Column):
    """An identifier, each once: a prefix and digits, a mixture of capitals and digits, or capitals alone."""

    prefix: str = ""
    digits: int | tuple[int, ...] = 5
    """How many; several, to draw from."""
    mixed: int = 0
    """Length of a mixed one; 0 for prefix and digits."""
    letters: int = 0
    """So many capitals before the digits, or alone where there are none."""
    per: str = ""
    """Column of the row: rows that have it in common begin with the same capitals, as flights of an airline do."""
    new: str = ""
    """Prefix of ids that tools make; the prefix unless said otherwise."""
    answer = AnswerType.CODE

    @property
    def named(self) -> bool:
        """Whether one can tell by its looks that it names something."""
        return bool(self.mixed or self.prefix or self.letters)


@dataclass(frozen=True)
class Name(Column):
    """A proper name, each once; invented where the style of names says so."""

    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    """``{} Pharmacy``."""
    by: str = ""
    """Expression that chooses among ``drawn``."""
    drawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Value of ``by`` -> words, instead of ``words`` and ``patterns``."""
    per: str = ""
    """Column of the row: rows that have it in common share the name."""
    pool: int = 0
    """So many names for all rows, each used by several; 0 for a name of its own for each row."""


@dataclass(frozen=True)
class Person(Column):
    """Somebody's full name."""


@dataclass(frozen=True)
class Email(Column):
    """An address made of a person's name."""

    of: str = "name"
    """Column that holds the name."""
    answer = AnswerType.CODE


@dataclass(frozen=True)
class Choice(Column):
    """A member of a closed vocabulary; a value given twice is drawn twice as often."""

    values: tuple[str, ...] = ()
    by: str = ""
    """Expression that chooses among ``drawn``."""
    drawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Value of ``by`` -> members to draw from."""

    @property
    def members(self) -> tuple[str, ...]:
        """Every value it can have."""
        return tuple(dict.fromkeys((*self.values, *(v for some in self.drawn.values() for v in some))))


@dataclass(frozen=True)
class Code(Choice):
    """A code that several rows may share, such as a gate; no document lists the values."""

    answer = AnswerType.CODE


@dataclass(frozen=True)
class Word(Choice):
    """A word out of many, such as a view; no document lists the values."""


@dataclass(frozen=True)
class Number(Column):
    """A number from ``low_end`` to ``high_end`` in steps; within what superlatives compare, no two are equal."""

    low_end: float = 0
    high_end: float = 100
    step: float = 1
    by: str = ""
    """Expression that chooses among ``ranges``."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Value of ``by`` -> both ends."""
    between: tuple[str, str] = ("", "")
    """Both ends as expressions over the columns before it, instead of figures."""
    whole: bool = False
    """Whether values that ``value`` computes are whole numbers; drawn ones tell by themselves."""
    kind = "number"
    answer = AnswerType.NUMBER


@dataclass(frozen=True)
class Money(Number):
    """An amount in the scenario's currency."""

    answer = AnswerType.MONEY
    adds: bool = field(default=True, kw_only=True)


@dataclass(frozen=True)
class Date(Column):
    """A day so many days after today (before it, if negative)."""

    first: int = 1
    last: int = 60
    by: str = ""
    """Expression that chooses among ``ranges``."""
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Value of ``by`` -> first and last day."""
    kind = "date"
    answer = AnswerType.DATE


@dataclass(frozen=True)
class Time(Column):
    """A time of day."""

    first: str = "08:00"
    last: str = "17:45"
    step: int = 15
    """Minutes."""
    kind = "time"
    answer = AnswerType.TIME


@dataclass(frozen=True)
class Flag(Column):
    """True or false. It steers actions and is never asked for: a coin would answer half of the questions."""

    share: float = 0.5
    """How often it is true."""
    by: str = ""
    """Expression that chooses among ``shares``."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """Value of ``by`` -> how often it is true."""
    kind = "flag"
    answer = AnswerType.YES_NO


@dataclass(frozen=True)
class Ref(Column):
    """A row of another entity, by its key."""

    entity: str = ""
    link: str = ""
    """``the department of {x}``: the other thing as a noun phrase; empty when nobody speaks of it that way. Where the
    other entity has several kinds, ``the {kind} on {x}``."""
    that: str = ""
    """``earlier case``: what the other thing is called once a sentence was about it, where it is of the same entity as
    the row, so that "that case" could be either."""
    where: str = ""
    """Which rows it may be: an expression in which the column's own name stands for the candidate."""
    back: str = ""
    """Column of the other entity that leads back here: the row is one of ours, drawn last."""
    most: int = 0
    """At most so many rows point to one; 0 for any number."""
    none: str = ""
    """When a row has none, as an expression over the columns before it: the value is then an empty text. A reference to
    rows of its own entity leads to one made before, so that they form trees; it has none too where no row fits."""

    @property
    def links(self) -> tuple[str, ...]:
        """The noun phrases for the other thing."""
        return around_long_names(phrases(self.link))


@dataclass(frozen=True)
class AnyRef(Column):
    """The key of a row of one entity or another; each :class:`~ftrl_gym.construct.declare.declaration.Kind` of the row
    says which, with a :class:`Ref` of the same name."""
