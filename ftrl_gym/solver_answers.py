"""Whether an answer follows from the facts that a search found, by the words of its question.

Part of the independent solver: English and arithmetic, nothing of any scenario, nothing shared with whatever writes
questions. Where words ask for something to be worked out (an average, how many of them, days between, in hours) only
that is right; where they leave it open, whatever the facts allow.
"""

from __future__ import annotations

import datetime
import functools
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from types import NoneType
from typing import Any

from ftrl_gym.question_values import Named, folded
from ftrl_gym.solver_search import Row
from ftrl_gym.solver_types import is_date, is_number
from ftrl_gym.task import Answer, AnswerType, Json, Task

Meant = Mapping[tuple[str, str], Row]
"""(``entity.attribute``, key) of each fact that is asked -> the row that answers it by the question's words."""

_LESS = (
    "cheaper", "less", "fewer", "lower", "shorter", "earlier", "smaller", "nearer", "closer", "faster", "quicker",
    "sooner", "worse", "younger", "first",
)  # fmt: skip
_GREATER = (
    "more", "higher", "longer", "later", "bigger", "larger", "greater", "better", "further", "farther", "dearer",
    "pricier", "older", "slower",
)  # fmt: skip
_UNDER = ("below", "less than", "fewer than", "under", "before")
_OVER = ("above", "more than", "over", "after")
_PER_UNIT = {
    ("minutes", "hours"): 1 / 60, ("minutes", "seconds"): 60, ("hours", "minutes"): 60, ("days", "weeks"): 1 / 7,
    ("days", "hours"): 24, ("years", "months"): 12,
}  # fmt: skip
_TIME = re.compile(r"\d\d:\d\d")


def follows(task: Task, answer: Answer, meant: Meant, named: Named, today: str) -> bool:
    """Whether an answer comes from the facts that it is earned by, as the question's words ask.

    Args:
        task: The task.
        answer: Its answer.
        meant: Rows that answer what is asked.
        named: What the question says.
        today: ISO day.
    """
    earned = {sub.id: sub.fact for sub in task.sub_questions if sub.id in task.outcome.earned_by and sub.fact}
    places = {(f"{fact.entity}.{fact.attribute}", fact.key) for fact in earned.values()}
    facts = _Facts({place: row for place, row in meant.items() if place in places}, named, today)
    if named.says("otherwise"):
        return facts.depends(answer.value)
    if answer.type is AnswerType.YES_NO:
        return facts.truth(bool(answer.value), facts.values)
    if answer.type is AnswerType.LIST:
        return facts.lists(answer.value)
    worked = facts.worked_out()
    if worked is not None:
        return any(_same(answer.value, one) for one in worked)
    return facts.gives(answer.value)


class _Facts:
    """The facts that an answer is made of, and what a question says about them."""

    def __init__(self, meant: Meant, named: Named, today: str) -> None:
        self.meant, self.named, self.today = meant, named, today
        self.values: list[Any] = [row.fields[attribute.split(".", 1)[1]] for (attribute, _), row in meant.items()]
        self.rows = list(meant.values())

    def says(self, *phrases: str) -> bool:
        """Whether the question says one of these."""
        return any(self.named.says(phrase) for phrase in phrases)

    # --- what the words ask to be worked out ---------------------------------------------------------------------

    def worked_out(self) -> Sequence[Json] | None:
        """What a calculation that the words ask for may come to; None when they ask for none."""
        numbers = [value for value in self.values if is_number(value)]
        if self.says("average"):
            return [sum(numbers) / len(numbers)] if numbers else []
        if self.says("how many of", "count those", "which ones", "of them") or self._says_of_how_many():
            counted = [sum(kept) for _, kept in self.kept()]
            if counted and not self._chooses():
                return counted
        if self.says("second"):
            return self._second() if self._is_ranking() else None
        dates = [value for value in self.values if is_date(value)]
        times = [value for value in self.values if isinstance(value, str) and _TIME.fullmatch(value)]
        if dates:
            return self._with_dates(dates)
        if times and len(times) == len(self.values):
            return self._with_times(times)
        return self._in_units(numbers)

    def _in_units(self, numbers: Sequence[float]) -> list[float] | None:
        """One number in the unit that is said, and as it is, since a unit may be said that it has already."""
        said = [
            factor for (_, unit), factor in _PER_UNIT.items() if self.says(f"in {unit}", f"into {unit}", f"many {unit}")
        ]
        return [*numbers, *(numbers[0] * factor for factor in said)] if said and len(numbers) == 1 else None

    def _says_of_how_many(self) -> bool:
        return bool(re.search(r" of .* how many (?:have|are) ", self.named.text))

    def _chooses(self) -> bool:
        return bool(re.search(r" which (?:one|of) ", self.named.text)) and not self.says("how many", "count those")

    def _is_ranking(self) -> bool:
        return bool(re.search(r" second (?:most|least|\w+est)", self.named.text)) and len(self.values) > 2

    def _second(self) -> list[Json]:
        """Values and texts of the rows that come second from either end."""
        order = sorted(range(len(self.values)), key=lambda n: self.values[n])
        return [text for n in (order[1], order[-2]) for text in (self.values[n], *_texts_of(self.rows[n]))]

    def _with_dates(self, dates: Sequence[str]) -> list[Json] | None:
        days = [datetime.date.fromisoformat(date) for date in dates]
        numbers = [int(n) for n in self.named.numbers if isinstance(n, int)]
        if len(days) == 2 and self.says("days"):
            return [abs((days[0] - days[1]).days)]
        if len(days) > 1:
            return None
        if self.says("how many days"):
            return [(days[0] - datetime.date.fromisoformat(self.today)).days]
        before = [(days[0] - datetime.timedelta(n)).isoformat() for n in numbers if self.says(f"{n} days before")]
        after = [(days[0] + datetime.timedelta(n)).isoformat() for n in numbers if self.says(f"{n} days after")]
        return before + after or None

    def _with_times(self, times: Sequence[str]) -> list[Json] | None:
        minutes = [int(time[:2]) * 60 + int(time[3:]) for time in times]
        if len(minutes) == 2 and self.says("how many minutes", "count the minutes"):
            return [abs(minutes[0] - minutes[1])]
        if len(minutes) > 1:
            return None
        found = [minutes[0] - n for n in self.named.numbers if self.says(f"{n} minutes before")]
        found += [minutes[0] + n for n in self.named.numbers if self.says(f"{n} minutes after")]
        return [f"{int(at) // 60:02d}:{int(at) % 60:02d}" for at in found] or None

    # --- which of them ---------------------------------------------------------------------------------------------

    def kept(self) -> Iterator[tuple[list[Row], list[bool]]]:
        """Ways to divide the rows of an attribute by something that the question says about it."""
        for attribute, count in Counter(attribute for attribute, _ in self.meant).items():
            rows = [row for (asked, _), row in self.meant.items() if asked == attribute]
            column = [row.fields[attribute.split(".", 1)[1]] for row in rows]
            tests = [test for test in self._tests(column) if any(map(test, column)) and not all(map(test, column))]
            if count > 1:
                yield from ((rows, list(map(test, column))) for test in tests)

    def _tests(self, column: Sequence[Any]) -> Iterator[Callable[[Any], bool]]:
        """What a value may be held against: figures of its sort on the sides that are said, or a word."""
        if all(map(is_number, column)):
            figures: dict[Any, list[str]] = {n: [str(n), f"{n:,}"] for n in self.named.numbers}
        elif all(map(is_date, column)):
            figures = {date: _spoken(date) for date in self.named.dates}
        elif all(isinstance(value, str) and _TIME.fullmatch(value) for value in column):
            figures = {time: [time] for time in self.named.times}
        else:
            said = [value for value in set(map(str, column)) if self.says(value)]
            yield from (functools.partial(operator.eq, word) for word in sorted(said))
            return
        for figure, forms in figures.items():
            if self.says(*(f"{side} {form}" for side in _UNDER for form in forms)):
                yield functools.partial(operator.gt, figure)
            if self.says(*(f"{side} {form}" for side in _OVER for form in forms)):
                yield functools.partial(operator.lt, figure)

    def truth(self, claimed: bool, values: Sequence[Any]) -> bool:
        """Whether a comparison that the question makes comes out like this; what cannot be told is left open."""
        if len(values) == 1 and isinstance(values[0], bool):
            return values[0] is claimed
        if len(values) == 1:
            outcomes = {test(values[0]) for test in self._tests(values)}
            return claimed in outcomes
        if len(values) != 2 or self._lettered():
            return True
        first, second = sorted(zip(self.rows, values, strict=False), key=lambda pair: self._place(pair[0]))
        if self._place(first[0]) == self._place(second[0]):
            return True
        less, greater = self.says(*_LESS), self.says(*_GREATER)
        return less == greater or claimed is (first[1] < second[1] if less else first[1] > second[1])

    def _lettered(self) -> bool:
        """Whether things are called A and B, so that the place of their names says nothing."""
        return bool(re.search(r" \w+ [ab] is ", self.named.text))

    def _place(self, row: Row) -> int:
        """Where the question first says something that this row, and no other, rests on."""
        others = frozenset().union(*(other.spans() for other in self.rows if other is not row))
        places = [self.named.text.find(folded(span)) for span in row.spans() - others]
        return min((place for place in places if place >= 0), default=-1)

    def depends(self, value: Json) -> bool:
        """Whether a value is what is asked for in the case that holds."""
        for n, (row, found) in enumerate(zip(self.rows, self.values, strict=True)):
            others = [other for m, other in enumerate(self.values) if m != n]
            if found != value or not others or len({type(other) for other in others}) > 1:
                continue
            place, turn = self._place(row), self.named.text.rfind(" otherwise ")
            condition = _Facts(
                {p: r for p, r in self.meant.items() if r is not row or r.fields[p[0].split(".", 1)[1]] != value},
                self.named, self.today,
            )  # fmt: skip
            asked_if = max(self.named.text.find(" if "), self.named.text.find(" so "))
            if self._lettered() or place < asked_if or len(others) == 2:
                return True
            if condition.truth(place < turn, others):
                return True
        return False

    # --- lists -------------------------------------------------------------------------------------------------------

    def lists(self, items: Sequence[Json]) -> bool:
        """Whether a list holds what the question asks to be listed, and nothing else."""
        said = {folded(str(item)) for item in items}
        known = {folded(str(value)) for value in (*self.values, *_texts(self.meant))}
        if not said <= known:
            return False
        groups = self._groups()
        if len(groups) == 2 and (joined := self._joined(*groups)):
            return said in joined
        divided = list(self.kept())
        if self.says("which of", "which ones", "those of") and divided:
            return any(self._names_the_kept(said, rows, kept) for rows, kept in divided)
        return True

    def _groups(self) -> list[set[str]]:
        """Values by the list that they, or what leads to them, stand in."""
        groups: dict[int, set[str]] = {}
        for row, value in zip(self.rows, self.values, strict=True):
            found = next((id(one.result) for one in row.chain() if len(one.result) > 1), id(row.result))
            groups.setdefault(found, set()).add(folded(str(value)))
        return list(groups.values())

    def _joined(self, first: set[str], second: set[str]) -> list[set[str]]:
        """What two lists may come to by the words of the question; empty where it does not join them."""
        if self.says("on both", "in common"):
            return [first & second]
        if self.says("at least one of them", "without repeating", "into one list"):
            return [first | second]
        if self.says("only on the first", "only among the first", "cross out"):
            return [first - second, second - first]
        return []

    def _names_the_kept(self, said: set[str], rows: Sequence[Row], kept: Sequence[bool]) -> bool:
        called = [any(folded(str(text)) in said for text in _texts_of(row)) for row in rows]
        return called == list(kept) and len(said) == sum(kept)

    # --- whatever the facts allow ------------------------------------------------------------------------------------

    def gives(self, value: Json) -> bool:
        """Whether an answer is a fact, or a total, difference, count or choice of some."""
        if is_number(value) and self._computed(value):
            return True
        compares = max(Counter(attribute for attribute, _ in self.meant).values(), default=0) > 1
        return value in (self._chosen() if compares else self.values)

    def _computed(self, value: float) -> bool:
        """Whether a number is a total of some, a difference or product of two (the question's own included), or a
        count."""
        numbers = [v for v in self.values if is_number(v)]
        few = range(2, len(numbers) + 1) if len(numbers) < 8 else (len(numbers),)
        totals = [sum(some) for n in few for some in combinations(numbers, n)]
        pairs = list(combinations([*numbers, *self.named.numbers], 2))
        counts = Counter(attribute for attribute, _ in self.meant).values()
        computed = (*totals, *(abs(a - b) for a, b in pairs), *(a * b for a, b in pairs), *counts)
        return any(abs(value - one) < 0.005 for one in computed)

    def _chosen(self) -> set[Json]:
        """What may be answered when things are compared: texts of the one with the least or greatest value."""
        result: set[Json] = set()
        less, greater = self.says(*_LESS), self.says(*_GREATER)
        for attribute in {attribute for attribute, _ in self.meant}:
            name = attribute.split(".", 1)[1]
            rows = [row for (asked, _), row in self.meant.items() if asked == attribute]
            column = [row.fields[name] for row in rows]
            if len({type(v) for v in column}) == 1 and not isinstance(column[0], list | dict | NoneType):
                wanted = {end(column) for end, said in ((min, less), (max, greater)) if said or less == greater}
                result |= wanted
                result |= _texts(
                    {(attribute, row.key): row for row, v in zip(rows, column, strict=True) if v in wanted}
                )
        return result


def _spoken(date: str) -> list[str]:
    """How a day is said."""
    day = datetime.date.fromisoformat(date)
    return [date, f"{day.day} {day:%B}", f"{day:%B} {day.day}"]


def _texts_of(row: Row) -> set[Json]:
    """Names and codes of a thing, in its own row and in the list that it was found in."""
    own: set[Json] = {row.key, *(v for v in row.own.values() if isinstance(v, str))}
    for before in row.chain()[1:]:
        if before.entity == row.entity and before.key == row.key:
            own |= {v for v in before.own.values() if isinstance(v, str)}
    return own


def _texts(meant: Meant) -> set[Json]:
    """Names and codes of the things that are asked about, and of those on the way to them."""
    found: set[Json] = set()
    for row in meant.values():
        for one in row.chain():
            found |= {one.key, *(v for v in one.fields.values() if isinstance(v, str))}
        found |= row.spans()
    return found


def _same(value: Json, other: Json) -> bool:
    if is_number(value) and is_number(other):
        return bool(abs(value - other) < 0.005)
    return bool(value == other)
