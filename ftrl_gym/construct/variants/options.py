"""Parameter expansion (FTRL, section 3.1): options that a tool gets beside its own parameters.

Each has a real effect on the result, and none can name a thing: an option leaves rows or fields out, orders them, or
adds to them, and never changes a value that stands in the result. So whoever uses one loses and gains nothing by it.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from ftrl_gym.construct.variants.functions import Schema, Sort, sort_of
from ftrl_gym.task import Json


@dataclass(frozen=True)
class Row:
    """What options may be about: the rows of a tool's result, with the names that its caller sees."""

    keys: tuple[str, ...]
    fields: Mapping[str, Schema]
    """Fields that every row has."""
    some: tuple[str, ...]
    """Fields that only rows of some kinds have."""
    listed: bool
    """Whether the result is a list of rows."""
    paged: bool = False
    """Whether that comes in pages."""

    def of(self, *sorts: Sort) -> list[str]:
        """Fields of some sorts, keys not among them."""
        return [name for name, schema in self.fields.items() if sort_of(schema) in sorts and name not in self.keys]

    @property
    def all(self) -> list[str]:
        """All fields but the keys."""
        return [name for name in (*self.fields, *self.some) if name not in self.keys]


class Phase(IntEnum):
    """When an option takes effect: rows first, while all their fields are there, then fields, then what is added."""

    FILTER = 0
    SORT = 1
    PAGE = 2
    HIDE = 3
    FIELDS = 4
    WORDS = 5
    """Adds fields to rows."""
    ORDER = 6
    """Of fields."""
    BESIDE = 7
    """Adds something beside the rows."""


@dataclass(frozen=True)
class Option:
    """One parameter and what it does."""

    name: str
    schema: Schema
    phase: Phase
    lines: tuple[str, ...]
    """Python that changes ``found``; after it, what goes beside the rows is in ``beside``."""
    hides: tuple[str, ...] = ()
    """Fields that are shown only where the option is true."""
    tries: tuple[Json, ...] = ()
    """Values under which a result of several rows differs from that without the option."""
    by: tuple[str, ...] = ()
    """Fields by whose values it leaves rows out, or orders them."""

    @property
    def default(self) -> Json:
        """Value where the caller gives none."""
        return self.schema.get("default")


def options_for(row: Row, rng: random.Random, wanted: int, hidden: bool) -> tuple[Option, ...]:
    """So many options, the natural ones first.

    Args:
        row: What the result holds.
        rng: Chooses.
        wanted: How many, if there are so many.
        hidden: Whether a group of fields may be shown on demand only.
    """
    if not row.all:
        return ()
    compared = [name for name in row.of(Sort.NUMBER, Sort.DATE, Sort.TIME) if rng.random() < _COMPARED]
    own = list(_of_lists(row, compared)) if row.listed else []
    own += _switches(row, rng, hidden)
    general = list(_of_all(row))
    rng.shuffle(own)
    rng.shuffle(general)
    chosen = [*own[: (wanted + 1) // 2], *general]
    chosen += own[(wanted + 1) // 2 :]
    chosen = chosen[:wanted]
    return tuple(sorted(chosen, key=lambda option: option.phase))


def can_filter(options: Iterable[Option], field: str) -> bool:
    """Whether a caller may have only the rows with a low, or a high, value of a field."""
    return any(field in option.by and option.phase is Phase.FILTER for option in options)


def can_rank(options: Iterable[Option], field: str, paged: bool = False) -> bool:
    """Whether a caller may have only the rows with the lowest, or highest, values of a field."""
    sorts = any(field in option.by and option.phase is Phase.SORT for option in options)
    return sorts and (paged or any(option.name == "limit" for option in options))


def _quoted(names: Sequence[str]) -> str:
    return f'"{" ".join(names)}"'


_COMPARED = 0.4
"""How often a tool sorts by a field and leaves rows out by its value. Where it does, it answers by itself which row
has the lowest value, or how many are below a figure, so that nobody can be asked; most designs leave that to the
caller."""


def _of_lists(row: Row, comparable: Sequence[str]) -> Iterator[Option]:
    """What lists of rows have, of which some fields are compared by the tool."""
    if not row.paged:
        yield from _cuts()
    yield from _orders(row, comparable)


def _cuts() -> Iterator[Option]:
    """Which of the rows are shown, where they are not in pages."""
    yield Option(
        "limit",
        {"type": "integer", "description": "Most rows.", "minimum": 1},
        Phase.PAGE,
        ("if limit is not None:", "    found = found[:limit]"),
        tries=(1,),
    )
    yield Option(
        "offset",
        {"type": "integer", "description": "Rows to skip.", "minimum": 0},
        Phase.PAGE,
        ("if offset is not None:", "    found = found[offset:]"),
        tries=(1,),
    )


def _orders(row: Row, comparable: Sequence[str]) -> Iterator[Option]:
    """The order of rows by some of their fields, and which rows are left out by them."""
    if comparable:
        yield Option(
            "sort_by",
            {"type": "string", "description": "Field to sort by, ascending.", "enum": [*comparable]},
            Phase.SORT,
            ("if sort_by is not None:", "    found = _sorted(found, sort_by, False)"),
            tries=tuple(comparable),
            by=tuple(comparable),
        )
        yield Option(
            "sort_desc",
            {"type": "string", "description": "Field to sort by, descending.", "enum": [*comparable]},
            Phase.SORT,
            ("if sort_desc is not None:", "    found = _sorted(found, sort_desc, True)"),
            tries=tuple(comparable),
            by=tuple(comparable),
        )
    for name in filter(comparable.__contains__, row.of(Sort.NUMBER)):
        for bound, sign, words, tried in (("min", ">=", "Least", 10**9), ("max", "<=", "Greatest", -(10**9))):
            yield Option(
                f"{bound}_{name}",
                {"type": "number", "description": f"{words} {name}."},
                Phase.FILTER,
                (
                    f"if {bound}_{name} is not None:",
                    f'    found = [row for row in found if row["{name}"] {sign} {bound}_{name}]',
                ),
                tries=(tried,),
                by=(name,),
            )
    for name in filter(comparable.__contains__, row.of(Sort.DATE)):
        yield Option(
            f"{name}_before",
            {"type": "string", "description": f"Only rows whose {name} is before this day.", "format": "date"},
            Phase.FILTER,
            (
                f"if {name}_before is not None:",
                f'    found = [row for row in found if row["{name}"] < {name}_before]',
            ),
            tries=("1900-01-01",),
            by=(name,),
        )
    if row.paged:
        return
    yield Option(
        "with_count",
        {"type": "boolean", "description": "Also say how many rows there are.", "default": False},
        Phase.BESIDE,
        ("if with_count:", '    beside["count"] = len(found)'),
        tries=(True,),
    )


_GROUPS = (
    ("contact", ("phone", "telephone", "tel", "email", "mail", "contact", "hotline")),
    ("money", ("price", "fee", "cost", "balance", "tax", "fare", "rent", "salary", "deposit")),
    ("place", ("city", "town", "place", "country", "district", "building", "floor", "terminal", "gate", "platform")),
)
"""Group of fields -> words that their names have; those about money are numbers, the others are not."""


def speaks_of(name: str, marks: Iterable[str]) -> bool:
    """Whether one of some words stands in a name, in the singular or the plural.

    >>> speaks_of("nightly_prices", ["price"]), speaks_of("capacity", ["city"])
    (True, False)
    """
    words = {
        form for word in re.split(r"[^a-z]+", _SEAM.sub("_", name).lower()) for form in (word, word.removesuffix("s"))
    }
    return not words.isdisjoint(marks)


_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Between the words of ``nightlyPrice``."""


def _switches(row: Row, rng: random.Random, hidden: bool) -> list[Option]:
    """Groups of fields that can be left out, or have to be asked for."""
    groups: dict[str, list[str]] = {}
    for name in row.all:
        number = name in row.of(Sort.NUMBER)
        group = next((g for g, marks in _GROUPS if speaks_of(name, marks) and number is (g == "money")), "")
        if not group and name in row.of(Sort.DATE, Sort.TIME):
            group = "times"
        if group:
            groups.setdefault(group, []).append(name)
    found = []
    for group, names in groups.items():
        if len(names) == len(row.all):
            continue  # it would leave nothing
        shown = not (hidden and rng.random() < 0.5)
        said = f"Show {', '.join(names)}."
        option = Option(
            f"include_{group}",
            {"type": "boolean", "description": said, "default": shown},
            Phase.HIDE,
            (
                f"if not include_{group}:",
                f"    found = _without(found, {json.dumps(names, ensure_ascii=False)})",
            ),
            hides=tuple(names) if not shown else (),
            tries=(not shown,),
        )
        found.append(option)
    return found


def _of_all(row: Row) -> Iterator[Option]:
    """What results of any tool have."""
    array = {"type": "array", "items": {"type": "string", "enum": row.all}, "minItems": 1, "uniqueItems": True}
    keys = _quoted(row.keys)
    if len(row.all) > 1:
        yield Option(
            "fields",
            {**array, "description": "Fields to return; all if not given."},
            Phase.FIELDS,
            ("if fields is not None:", f"    found = _only(found, fields, {keys})"),
            tries=tuple([name] for name in row.all),
        )
        yield Option(
            "exclude",
            {**array, "description": "Fields to leave out."},
            Phase.FIELDS,
            ("if exclude is not None:", "    found = _without(found, exclude)"),
            tries=tuple([name] for name in row.all),
        )
    dates, times, numbers = row.of(Sort.DATE), row.of(Sort.TIME), row.of(Sort.NUMBER)
    if dates:
        styles = ["none", "day_first", "month_first", "compact"]
        yield Option(
            "date_text",
            {"type": "string", "description": "Add dates in this style.", "enum": styles, "default": "none"},
            Phase.WORDS,
            (
                'if date_text != "none":',
                f"    found = _texts(found, {_quoted(dates)}, lambda day: _day_text(day, date_text))",
            ),
            tries=tuple(styles[1:]),
        )
    if times:
        yield Option(
            "am_pm",
            {"type": "boolean", "description": "Add times as am and pm.", "default": False},
            Phase.WORDS,
            ("if am_pm:", f"    found = _texts(found, {_quoted(times)}, _clock_text)"),
            tries=(True,),
        )
    if numbers:
        styles = ["none", "grouped", "plain"]
        yield Option(
            "number_text",
            {"type": "string", "description": "Add numbers as text.", "enum": styles, "default": "none"},
            Phase.WORDS,
            (
                'if number_text != "none":',
                f"    found = _texts(found, {_quoted(numbers)}, lambda number: _number_text(number, number_text))",
            ),
            tries=tuple(styles[1:]),
        )
    if row.all != sorted(row.all):
        yield Option(
            "field_order",
            {
                "type": "string",
                "description": "Order of fields.",
                "enum": ["natural", "alphabetical"],
                "default": "natural",
            },
            Phase.ORDER,
            ('if field_order == "alphabetical":', f"    found = _ordered(found, {keys})"),
            tries=("alphabetical",),
        )
    yield Option(
        "with_types",
        {"type": "boolean", "description": "Also say the type of each field.", "default": False},
        Phase.BESIDE,
        ("if with_types:", '    beside["types"] = _types(found)'),
        tries=(True,),
    )
    yield Option(
        "with_meta",
        {"type": "boolean", "description": "Also say on which day the data is from.", "default": False},
        Phase.BESIDE,
        ("if with_meta:", '    beside["meta"] = {"as_of": world.constants.get("today")}'),
        tries=(True,),
    )
