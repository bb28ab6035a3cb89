"""Notes: what an assistant writes down of its results, in ``<think>``, before it goes on or answers.

A small model that answers at once has to find the record, the field and the value in a single step, and to count or
compare beside it. With notes each of these is a step of its own: a thing is named, a field is named, and the value
stands behind both in the result. Rows that are compared or counted are written down one after the other; what is
computed is worked out at the end. A thing is called what stands first in its record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftrl_agents.workings import working
from ftrl_gym.task import AnswerType, Fact, Task
from ftrl_gym.toolcall import Dialect, parse
from ftrl_gym.world import Row

MOST_ROWS = 8
"""Rows of a list at most that are written down to choose among them."""
_PICK = re.compile(r"\b(least|most) (\w+)")
_SWAPPED = re.compile(r"\b(higher|later|longer) than\b")
"""How a question asks for a comparison's second value first."""
COMPARED = {"lowest": "least", "highest": "most"}
"""What is looked for among the values of a question's operation."""

Picks = Sequence[tuple[str, str]]
"""What a thing may have been chosen by: ``least`` or ``most``, and the attribute."""
Record = Mapping[str, str]
"""Field -> value as the result writes it, of one thing that a result shows."""
Listed = tuple[Record, ...]
"""Records that stand side by side; one that stands alone is a list of its own."""


@dataclass(frozen=True)
class Place:
    """Where a result shows a fact."""

    records: Listed
    """The list."""
    number: int
    """Of the record in it."""
    field: str
    row: Row
    """What the world holds of the thing, by its own names; empty where it holds nothing."""

    @property
    def record(self) -> Record:
        """The one that shows the fact."""
        return self.records[self.number]

    @property
    def value(self) -> str:
        """The fact."""
        return self.record[self.field]

    @property
    def called(self) -> str:
        """What the thing is called."""
        return next(iter(self.record.values()))


class Notebook:
    """Writes the notes of one episode.

    Args:
        task: Being played.
        row: The world's row of a fact, None where there is none.
    """

    def __init__(self, task: Task, row: Callable[[Fact], Row | None]) -> None:
        self.task, self._row = task, row
        self._facts = {sub.id: sub.fact for sub in task.sub_questions if sub.fact is not None}
        self._results: list[tuple[Listed, ...]] = []

    def read(self, said: str, feedback: Sequence[Mapping[str, Any]]) -> None:
        """Takes in what came back for an assistant's turn."""
        self._results += [shown for _, _, shown in results(said, feedback)]

    def note(self, solved: Sequence[str], *, last: bool = False) -> str:
        """What to write down about sub-questions that were solved, in their order; empty where no result shows any.

        Args:
            solved: Their ids.
            last: Whether the answer follows.
        """
        facts = [self._facts[one] for one in dict.fromkeys(solved) if one in self._facts]
        placed = [place for fact in facts if (place := self._place(fact)) is not None]
        answer, program = self.task.outcome.answer, self.task.program
        if last and placed and answer and answer.type is not AnswerType.LIST:
            placed = _in_order(placed)
        compared = COMPARED.get(program.split("(")[0], "") if last else ""
        told = text_of(answer.value) if answer else ""
        said = notes_of(placed, _PICK.findall(program), compared, told, numbered=program.startswith("count("))
        values = [place.value for place in placed]
        if _SWAPPED.search(self.task.question):
            values.reverse()
        worked = working(program, values, answer.value) if last and answer else ""
        return ", ".join(filter(None, (said, worked)))

    def _place(self, fact: Fact) -> Place | None:
        """Where the latest result that shows a fact does so."""
        row, wanted = self._row(fact) or {}, text_of(fact.value)
        known = {text_of(value) for value in row.values()} or {wanted, fact.key}
        for result in reversed(self._results):
            shown = [
                (len(known.intersection(record.values())), records, number)
                for records in result
                for number, record in enumerate(records)
                if wanted in record.values()
            ]
            agree, records, number = max(shown, key=lambda one: one[0], default=(0, (), 0))
            if agree > 1 or (agree and (not row or len(records[number]) == 1)):
                return Place(records, number, field_of(records[number], fact.attribute, fact.value), row)
        return None


def field_of(record: Record, attribute: str, value: Any) -> str:
    """The field of a record that shows an attribute of that value, or that value at all; empty where none does."""
    if record.get(attribute) == text_of(value):
        return attribute
    return next((field for field, told in record.items() if told == text_of(value)), "")


def notes_of(
    placed: Sequence[Place], picks: Picks = (), compared: str = "", told: str = "", *, numbered: bool = False
) -> str:
    """What to write down of several facts.

    Args:
        placed: Where they stand.
        picks: What things may have been chosen by.
        compared: ``least`` or ``most`` where the thing with that value is wanted, ...
        told: ... and how the answer calls it.
        numbered: Whether rows are counted.
    """
    parts = list(_parts(placed, picks, numbered))
    best = _best([place.value for place in placed], compared) if compared and len(placed) > 1 else -1
    if best >= 0:
        one = placed[best]
        named = field_of(one.record, "", told) if told != one.called else ""
        parts.append(f"{compared} {one.value} {one.called}" + (f" {named} {told}" if named else ""))
    return ", ".join(parts)


def note_of(place: Place, picks: Picks = ()) -> str:
    """``LM231 departs 10:45``; behind a comparison of all rows, where the thing was chosen among them by one."""
    told = f"{place.field} {place.value}"
    for word, attribute in picks:
        rows, field = place.records, field_of(place.record, attribute, place.row.get(attribute))
        if not 1 < len(rows) <= MOST_ROWS or any(field not in row for row in rows):
            continue
        values = [row[field] for row in rows]
        if _best(values, word) != place.number:
            continue
        listed = ", ".join(f"{value} {next(iter(row.values()))}" for value, row in zip(values, rows, strict=True))
        chosen = f"{field} {listed}: {word} {values[place.number]} {place.called}"
        return chosen if place.field == field or place.called == place.value else f"{chosen} {told}"
    return told if place.called == place.value else f"{place.called} {told}"


def thought(note: str, text: str) -> str:
    """What an assistant says, behind its note if there is one."""
    return f"<think>{note}</think>\n{text}" if note else text


def _in_order(placed: Sequence[Place]) -> list[Place]:
    """Rows of one list as the result has them, where nothing else is among them."""
    alike = all(place.records is placed[0].records for place in placed)
    return sorted(placed, key=lambda place: place.number) if alike else list(placed)


def _parts(placed: Sequence[Place], picks: Picks, numbered: bool) -> Iterator[str]:
    """Notes of one fact after the other; those of rows of one list together."""
    done = 0
    while done < len(placed):
        one = placed[done]
        alike = [p for p in placed[done:] if p.records is one.records and p.field == one.field]
        group = alike if len(alike) > 1 and placed[done : done + len(alike)] == alike else [one]
        done += len(group)
        yield _rows(group, numbered) if len(group) > 1 else note_of(one, picks)


def _rows(group: Sequence[Place], numbered: bool) -> str:
    """``train_no 1 JM2931, 2 JM8201`` where they are counted or are names, else ``price 30 JM2931, 42 JM8201``."""
    if numbered or all(place.called == place.value for place in group):
        listed = [f"{number} {place.value}" for number, place in enumerate(group, start=1)]
    else:
        listed = [f"{place.value} {place.called}" for place in group]
    return f"{group[0].field} {', '.join(listed)}"


def _best(values: Sequence[str], word: str) -> int:
    """Which value is the least or the most of all, -1 where several are or they do not compare."""
    try:
        comparable: list[Any] = [float(value) for value in values]
    except ValueError:
        comparable = list(values)
    end = (min if word == "least" else max)(comparable)
    return comparable.index(end) if comparable.count(end) == 1 else -1


def text_of(value: Any) -> str:
    """A value as a result writes it, without quotation marks.

    >>> text_of("Oslo"), text_of(True), text_of(3.5)
    ('Oslo', 'true', '3.5')
    """
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def results(
    said: str, feedback: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any], tuple[Listed, ...]]]:
    """Those results of a turn's calls that are JSON.

    Args:
        said: The turn.
        feedback: Messages that came back for it.

    Yields:
        The tool, the arguments of the call, and what came back.
    """
    told = [message["content"] for message in feedback if message["role"] == "tool"]
    for call, text in zip(parse(said, Dialect.HERMES).calls, told, strict=False):
        try:
            value = json.loads(text)
        except ValueError:
            continue
        yield call.name, call.arguments or {}, tuple(lists(value))


def lists(value: Any) -> Iterator[Listed]:
    """Records side by side, the deepest ones too."""
    if isinstance(value, dict):
        if record := dict(_fields(value)):
            yield (record,)
        for inner in _inner_lists(value):
            yield from lists(inner)
    elif isinstance(value, list):
        records = [dict(_fields(one)) for one in value if isinstance(one, dict)]
        if records and all(records):
            yield tuple(records)
        for one in value:
            for inner in _inner_lists(one):
                yield from lists(inner)


def _fields(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Scalars of an object and of the objects in it."""
    for field, one in value.items():
        if isinstance(one, dict):
            yield from _fields(one)
        elif not isinstance(one, list) and one is not None:
            yield field, text_of(one)


def _inner_lists(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, dict):
        for one in value.values():
            yield from [one] if isinstance(one, list) else _inner_lists(one)
