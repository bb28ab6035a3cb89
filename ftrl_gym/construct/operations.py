"""Operations: for each, how hard it is, which values it can be asked of, and how its answer comes from them.

The list is closed: :data:`OPERATIONS` has an entry for every :class:`~ftrl_gym.construct.programs.Op`. An operation
gives no answer where the values allow no such question (ties, empty values, a figure that is not whole).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftrl_gym.construct.domain import Attribute
from ftrl_gym.construct.programs import Op, Program, Relation
from ftrl_gym.task import Answer, AnswerType, Json

COUNTS = range(2, 6)
"""How many rows a question may count without looking at them."""
ROWS = range(2, 11)
"""Over how many rows a question may work something out."""
_LISTED = 6
"""Most entries of a list that is an answer."""
_SECONDS = range(3, 11)
"""From how many rows the second one is asked for."""
UNITS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "minutes": (("hours", 1 / 60), ("seconds", 60)),
    "hours": (("minutes", 60),),
    "days": (("weeks", 1 / 7), ("hours", 24)),
    "years": (("months", 12),),
}
"""Unit -> the units it may be converted into, and how many of them it is."""


@dataclass(frozen=True)
class Asked:
    """A program with the values that were found out for it."""

    program: Program
    values: Sequence[Any]
    words: Attribute
    """How the first value is talked about."""
    unit: str | None
    """Of the first value."""
    label: Callable[[int], tuple[AnswerType, Json]]
    """Name of the thing that the n-th value is of."""
    today: str
    split: int = 0
    """For two searches: how many values belong to the first."""
    then: Answer | None = None
    """For a choice: what the branch taken comes to."""
    each: Sequence[tuple[AnswerType, str | None]] = ()
    """Type and unit of each value, where several are asked for one by one."""


@dataclass(frozen=True)
class Operation:
    """One operation."""

    level: int
    """How complex it is, from 0; difficulty decides up to which level operations are drawn."""
    takes: Callable[[Attribute], bool]
    """Whether it can be asked of such values."""
    answer: Callable[[Asked], Answer | None]


# --- what values can be asked ----------------------------------------------------------------------------------------


def anything(words: Attribute) -> bool:
    """Every value."""
    return True


def ordered(words: Attribute) -> bool:
    """What people compare."""
    return bool(words.low)


def measured(words: Attribute) -> bool:
    """What has more and less: not a platform, which is only called by a number."""
    return bool(words.low or words.adds) or words.type in (AnswerType.DATE, AnswerType.TIME)


def _number(words: Attribute) -> bool:
    return ordered(words) and words.type in (AnswerType.NUMBER, AnswerType.MONEY)


def _adds(words: Attribute) -> bool:
    return words.adds


def _money(words: Attribute) -> bool:
    return words.adds and words.type is AnswerType.MONEY


def _lasts(words: Attribute) -> bool:
    counted = any(noun.startswith("the number") for noun in words.nouns)
    return words.type is AnswerType.NUMBER and words.unit in UNITS and not counted


def _date(words: Attribute) -> bool:
    return words.type is AnswerType.DATE


def _time(words: Attribute) -> bool:
    return words.type is AnswerType.TIME


def _dated(words: Attribute) -> bool:
    return words.type in (AnswerType.DATE, AnswerType.TIME)


def named(words: Attribute) -> bool:
    """A name or a code, as lists have them."""
    return words.type in (AnswerType.NAME, AnswerType.CODE)


# --- how answers come from values ------------------------------------------------------------------------------------


def holds(relation: Relation | None, value: Any, figure: Any) -> bool:
    """Whether a value lies on that side of a figure."""
    if relation is Relation.IS:
        return bool(value == figure)
    return bool(value < figure if relation is Relation.BELOW else value > figure)


def _several(values: Sequence[Any]) -> bool:
    """Whether all values are different."""
    return len(set(map(str, values))) == len(values)


def _value(asked: Asked) -> Answer | None:
    return Answer(type=asked.words.type, value=asked.values[0], unit=asked.unit)


def _entries(values: Sequence[Any]) -> Answer | None:
    listable = not any(mark in str(value) for value in values for mark in (",", ";", " and "))
    return Answer(type=AnswerType.LIST, value=list(values)) if listable and values else None


def _list(asked: Asked) -> Answer | None:
    found = _entries(asked.values) if _several(asked.values) and len(asked.values) <= _LISTED else None
    if found is None or not asked.each:
        return found
    places = zip(asked.each, asked.values, strict=True)
    entries = tuple(Answer(type=kind, value=value, unit=unit) for (kind, unit), value in places)
    return found.model_copy(update={"entries": entries})


def _end(best: Callable[..., Any], place: int = 0) -> Callable[[Asked], Answer | None]:
    def answer(asked: Asked) -> Answer | None:
        over_rows = asked.program.over is not None
        if not over_rows and not _several(asked.values):
            return None
        rows = sorted(range(len(asked.values)), key=lambda n: asked.values[n], reverse=best is max)
        alone = [asked.values[n] for n in rows[: place + 2]]
        if over_rows and (len(rows) not in (_SECONDS if place else ROWS) or not _several(alone)):
            return None
        kind, label = asked.label(rows[place])
        return Answer(type=kind, value=label)

    return answer


def _extreme(best: Callable[..., Any]) -> Callable[[Asked], Answer | None]:
    def answer(asked: Asked) -> Answer | None:
        if len(set(map(str, asked.values))) < 2 or len(asked.values) not in ROWS:
            return None
        return Answer(type=asked.words.type, value=best(asked.values), unit=asked.unit)

    return answer


def _sum(asked: Asked) -> Answer | None:
    over_rows = asked.program.over is not None
    if (len(asked.values) not in ROWS) if over_rows else not _several(asked.values):
        return None
    return Answer(type=asked.words.type, value=round(sum(asked.values), 2), unit=asked.unit)


def _mean(asked: Asked) -> Answer | None:
    mean = sum(asked.values) / len(asked.values)
    exact = abs(mean - round(mean, 2)) < 1e-9 and len(asked.values) in ROWS
    return Answer(type=asked.words.type, value=_whole(round(mean, 2)), unit=asked.unit) if exact else None


def _difference(asked: Asked) -> Answer | None:
    if not _several(asked.values):
        return None
    return Answer(type=asked.words.type, value=round(abs(asked.values[0] - asked.values[1]), 2), unit=asked.unit)


def _is_lower(asked: Asked) -> Answer | None:
    return Answer(type=AnswerType.YES_NO, value=asked.values[0] < asked.values[1]) if _several(asked.values) else None


def _count(asked: Asked) -> Answer | None:
    keep = asked.program.keep
    if keep is None:
        return Answer(type=AnswerType.NUMBER, value=len(asked.values)) if len(asked.values) in COUNTS else None
    kept = sum(holds(keep.relation, value, keep.figure) for value in asked.values)
    return Answer(type=AnswerType.NUMBER, value=kept) if 0 < kept < len(asked.values) <= ROWS[-1] else None


def _select(asked: Asked) -> Answer | None:
    keep = asked.program.keep
    assert keep is not None
    kept = [n for n, value in enumerate(asked.values) if holds(keep.relation, value, keep.figure)]
    labels = [asked.label(n)[1] for n in kept]
    some = 0 < len(kept) < len(asked.values) <= ROWS[-1] and len(kept) <= _LISTED and _several(labels)
    return _entries(labels) if some else None


def _test(asked: Asked) -> Answer | None:
    program = asked.program
    if asked.values[0] == program.figure or program.figure is None:
        return None
    return Answer(type=AnswerType.YES_NO, value=holds(program.relation, asked.values[0], program.figure))


def _times(asked: Asked) -> Answer | None:
    return Answer(
        type=asked.words.type, value=_whole(round(asked.values[0] * asked.program.figure, 2)), unit=asked.unit
    )


def _units(asked: Asked) -> Answer | None:
    factor = dict(UNITS[str(asked.unit)]).get(str(asked.program.figure))
    if factor is None or abs(asked.values[0] * factor - round(asked.values[0] * factor)) > 1e-9:
        return None
    return Answer(type=AnswerType.NUMBER, value=round(asked.values[0] * factor), unit=str(asked.program.figure))


def _shift(asked: Asked) -> Answer | None:
    step = asked.program.figure if asked.program.relation is Relation.ABOVE else -asked.program.figure
    if asked.words.type is AnswerType.DATE:
        moved = datetime.date.fromisoformat(asked.values[0]) + datetime.timedelta(days=step)
        return Answer(type=AnswerType.DATE, value=moved.isoformat())
    at = minutes_of(asked.values[0]) + step
    return Answer(type=AnswerType.TIME, value=f"{at // 60:02d}:{at % 60:02d}") if 0 < at < 24 * 60 else None


def _until(asked: Asked) -> Answer | None:
    left = days_between(asked.today, asked.values[0])
    return Answer(type=AnswerType.NUMBER, value=left, unit="days") if left > 0 else None


def _days(asked: Asked) -> Answer | None:
    apart = abs(days_between(*asked.values))
    return Answer(type=AnswerType.NUMBER, value=apart, unit="days") if apart else None


def _minutes(asked: Asked) -> Answer | None:
    apart = abs(minutes_of(asked.values[0]) - minutes_of(asked.values[1]))
    return Answer(type=AnswerType.NUMBER, value=apart, unit="minutes") if apart else None


def _set(combine: Callable[[list[Any], list[Any]], list[Any]]) -> Callable[[Asked], Answer | None]:
    def answer(asked: Asked) -> Answer | None:
        first, second = (list(dict.fromkeys(v)) for v in (asked.values[: asked.split], asked.values[asked.split :]))
        found = list(dict.fromkeys(combine(first, second)))
        if min(len(first), len(second)) < 2 or not 0 < len(found) <= _LISTED:
            return None
        return _entries(found)

    return answer


def _choose(asked: Asked) -> Answer | None:
    return asked.then


def minutes_of(time: str) -> int:
    """Minutes since midnight.

    >>> minutes_of("08:30")
    510
    """
    return int(time[:2]) * 60 + int(time[3:5])


def days_between(first: str, second: str) -> int:
    """Days from one ISO date to another."""
    return (datetime.date.fromisoformat(second) - datetime.date.fromisoformat(first)).days


def _whole(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


OPERATIONS: Mapping[Op, Operation] = {
    Op.VALUE: Operation(0, anything, _value),
    Op.LIST: Operation(0, anything, _list),
    Op.LOWEST: Operation(0, ordered, _end(min)),
    Op.HIGHEST: Operation(0, ordered, _end(max)),
    Op.SUM: Operation(0, _adds, _sum),
    Op.DIFFERENCE: Operation(0, _number, _difference),
    Op.IS_LOWER: Operation(0, ordered, _is_lower),
    Op.COUNT: Operation(0, measured, _count),
    Op.TEST: Operation(1, measured, _test),
    Op.TIMES: Operation(1, _money, _times),
    Op.UNITS: Operation(1, _lasts, _units),
    Op.SHIFT: Operation(1, _dated, _shift),
    Op.UNTIL: Operation(1, _date, _until),
    Op.DAYS: Operation(1, _date, _days),
    Op.MINUTES: Operation(1, _time, _minutes),
    Op.SELECT: Operation(1, measured, _select),
    Op.MEAN: Operation(2, _adds, _mean),
    Op.LEAST: Operation(2, measured, _extreme(min)),
    Op.MOST: Operation(2, measured, _extreme(max)),
    Op.SECOND_LOWEST: Operation(2, ordered, _end(min, 1)),
    Op.SECOND_HIGHEST: Operation(2, ordered, _end(max, 1)),
    Op.BOTH: Operation(3, named, _set(lambda a, b: [each for each in a if each in b])),
    Op.EITHER: Operation(3, named, _set(lambda a, b: a + b)),
    Op.FIRST_ONLY: Operation(3, named, _set(lambda a, b: [each for each in a if each not in b])),
    Op.CHOOSE: Operation(3, measured, _choose),
}
