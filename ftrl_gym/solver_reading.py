"""Whether a question can be read in another way, and whether its answer follows from what was found.

Part of the independent solver: the last steps, after the search. A *reading* is a way from the question to a value of
what is asked, every choice of which is made by the question's own words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from types import NoneType

from ftrl_gym.question_values import Named, folded
from ftrl_gym.solver_search import Row
from ftrl_gym.solver_types import is_number, words
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


def meant_rows(task: Task, rows: Iterable[Row]) -> dict[tuple[str, str], Row] | str:
    """The rows that answer what is asked, or why the question's words do not lead to them."""
    asked = {(f"{s.fact.entity}.{s.fact.attribute}", s.fact.key) for s in task.sub_questions if s.fact is not None}
    things = {(attribute.split(".")[0], key) for attribute, key in asked}
    rows = sorted(rows, key=lambda row: (row.doubt, row.depth))
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        for attribute in row.fields:
            place = (f"{row.entity}.{attribute}", row.key)
            if place in asked and place not in found and (not row.doubt or _all_asked(row, rows, things)):
                found[place] = row
    for attribute, key in sorted(asked - found.keys()):
        return f"the question does not say which of several {attribute.replace('.', ': ')} is meant ({key})"
    return found


def _all_asked(row: Row, rows: Iterable[Row], things: set[tuple[str, str]]) -> bool:
    """Whether a task asks for every row of a list that could be meant, as a count does."""
    beside = [one for one in rows if one.result is row.result and one.doubt <= row.doubt]
    return row.doubt == 1 and all((one.entity, one.key) in things for one in beside)


def another_reading(task: Task, meant: Meant, rows: Iterable[Row]) -> str | None:
    """A value of what is asked last that the question's words give as well, by no longer way; None if there is none.

    Which attribute of a thing is meant is taken from the sub-questions; which *thing* is what the question must say.
    """
    things = {(attribute.split(".")[0], key) for attribute, key in meant}
    used = {step for row in meant.values() for step in row.steps()}
    spans = {span for row in meant.values() for span in row.spans()}
    nouns = frozenset().union(*(words(row.tool) for row in meant.values()))
    passed = {(entity, key) for entity, key, _ in used} | things
    leads_on = {before for sub in task.sub_questions for before in sub.depends_on}
    last = {f"{s.fact.entity}.{s.fact.attribute}" for s in task.sub_questions if s.fact and s.id not in leads_on}
    results = {id(one.result) for row in meant.values() for one in row.chain()}
    paths = {f"{entity}.{attribute}" for entity, _, attribute in used} | {attribute for attribute, _ in meant}
    for row in rows:
        steps = row.steps()
        other_field = any((entity, key) in passed and (entity, key, a) not in used for entity, key, a in steps)
        if row.doubt or (row.entity, row.key) in things or other_field:
            continue
        fresh = {span for span in row.spans() - spans if not words(span) <= nouns}
        beside = any(id(one.result) in results and (one.entity, one.key) not in passed for one in row.chain())
        if not fresh and not beside:
            continue  # the question's things put together in another way
        for attribute in last & {f"{row.entity}.{a}" for a in row.fields}:
            ours = [one for (asked, _), one in meant.items() if asked == attribute]
            name = attribute.split(".", 1)[1]
            new = all(one.fields[name] != row.fields[name] for one in ours)
            if new and row.depth <= max(one.depth for one in ours) and {f"{e}.{a}" for e, _, a in steps} <= paths:
                return f"{attribute} could also be {row.fields[name]!r}, of {row.key}"
    return None


def follows(task: Task, answer: Answer, meant: Meant, named: Named) -> bool:
    """Whether an answer is the last fact, or a total, difference, count, list or choice of the last ones."""
    leads_on = {before for sub in task.sub_questions for before in sub.depends_on}
    last = [sub.fact for sub in task.sub_questions if sub.fact is not None and sub.id not in leads_on]
    places = {(f"{fact.entity}.{fact.attribute}", fact.key) for fact in last}
    meant = {place: row for place, row in meant.items() if place in places}
    value = answer.value
    values = [row.fields[attribute.split(".", 1)[1]] for (attribute, _), row in meant.items()]
    if answer.type is AnswerType.YES_NO:
        flags = [v for v in values if isinstance(v, bool)]
        return bool(value) in flags if len(flags) == len(values) == 1 else True  # else facts are compared: left open
    if answer.type is AnswerType.LIST:
        known = {folded(str(v)) for v in (*values, *_texts(meant))}
        return all(folded(str(item)) in known for item in value)
    if is_number(value) and _computed(value, [v for v in values if is_number(v)], meant, named):
        return True
    return value in (_chosen(meant, named) if _compares(meant) else values)


def _computed(value: float, values: Sequence[Json], meant: Meant, named: Named) -> bool:
    """Whether a number is a total of some, a difference or product of two (the question's own included), or a count."""
    totals = [sum(some) for n in range(2, len(values) + 1) for some in combinations(values, n)]
    pairs = list(combinations([*values, *named.numbers], 2))
    counts = Counter(attribute for attribute, _ in meant).values()
    computed = (*totals, *(abs(a - b) for a, b in pairs), *(a * b for a, b in pairs), *counts)
    return any(abs(value - one) < 0.005 for one in computed)


def _texts(meant: Meant) -> set[Json]:
    """Names and codes of the things that are asked about, and of those on the way to them."""
    found: set[Json] = set()
    for row in meant.values():
        for one in row.chain():
            found |= {one.key, *(v for v in one.fields.values() if isinstance(v, str))}
        found |= row.spans()
    return found


def _compares(meant: Meant) -> bool:
    """Whether one attribute of several things is asked, so that the answer may be a choice between them."""
    return max(Counter(attribute for attribute, _ in meant).values(), default=0) > 1


def _chosen(meant: Meant, named: Named) -> set[Json]:
    """What may be answered when things are compared: texts of the one with the least or greatest value."""
    result: set[Json] = set()
    less = any(named.says(word) for word in _LESS)
    greater = any(named.says(word) for word in _GREATER)
    for attribute in {attribute for attribute, _ in meant}:
        name = attribute.split(".", 1)[1]
        rows = [row for (asked, _), row in meant.items() if asked == attribute]
        column = [row.fields[name] for row in rows]
        if len({type(v) for v in column}) == 1 and not isinstance(column[0], list | dict | NoneType):
            wanted = {end(column) for end, said in ((min, less), (max, greater)) if said or less == greater}
            result |= wanted
            result |= _texts({(attribute, row.key): row for row, v in zip(rows, column, strict=True) if v in wanted})
    return result
