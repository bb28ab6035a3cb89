"""Whether a question can be read in another way.

Part of the independent solver: a step after the search. A *reading* is a way from the question to a value of
what is asked, every choice of which is made by the question's own words.
"""

from __future__ import annotations

from collections.abc import Iterable

from ftrl_gym.question_values import Named
from ftrl_gym.solver_answers import Meant
from ftrl_gym.solver_search import Row
from ftrl_gym.solver_types import words
from ftrl_gym.task import Task


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
    """Whether a task asks for every row of each list on the way that the question does not choose from, as a count
    does."""
    for one in row.chain():
        before = max((value.row.doubt for value in one.inputs if value.row is not None), default=0)
        if one.doubt > before:
            beside = [other for other in rows if other.result is one.result]
            if not all((other.entity, other.key) in things for other in beside):
                return _most_likely(one, beside, before, things)
    return True


def _most_likely(row: Row, beside: Iterable[Row], before: int, things: set[tuple[str, str]]) -> bool:
    """Whether a task asks for every row of a list of which the question's words say as much as of this one."""
    like = [other for other in beside if other.doubt <= row.doubt]
    return row.doubt == before + 1 and all((other.entity, other.key) in things for other in like)


def another_reading(task: Task, meant: Meant, rows: Iterable[Row], named: Named) -> str | None:
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
        if fresh and named.says("otherwise"):
            continue  # what is asked in the other case is no other reading of what is asked in this one
        for attribute in last & {f"{row.entity}.{a}" for a in row.fields}:
            ours = [one for (asked, _), one in meant.items() if asked == attribute]
            name = attribute.split(".", 1)[1]
            new = all(one.fields[name] != row.fields[name] for one in ours)
            if new and row.depth <= max(one.depth for one in ours) and {f"{e}.{a}" for e, _, a in steps} <= paths:
                return f"{attribute} could also be {row.fields[name]!r}, of {row.key}"
    return None
