"""Rows of a company that are made together: departments within departments, and who reports to whom."""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.worlds import human_resources_words as words
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row

EMPLOYEE = "EMP"
"""Prefix of an employee's number."""
_DIGITS = 5


def departments(draft: Draft) -> Iterator[Row]:
    """One department at the top, three under it, two or three under each of these; each knows its head and deputy."""
    top = _department(draft, "", 1)
    yield top
    for _ in range(3):
        division = _department(draft, top["name"], 2)
        yield division
        for _ in range(draft.rng.choice((2, 3))):
            yield _department(draft, division["name"], 3)


def _department(draft: Draft, parent: str, level: int) -> Row:
    head, deputy = (draft.ids.numbered(EMPLOYEE, _DIGITS) for _ in range(2))
    name = draft.names.pick(words.DEPARTMENTS)
    return {"name": name, "level": level, "parent_department": parent, "head": head, "deputy": deputy}


def employees(draft: Draft) -> Iterator[Row]:
    """Two to four in each department. The head reports to the head of the department above, the others to the head."""
    rows = draft.tables["departments"]
    for name, department in rows.items():
        above = rows[department["parent_department"]]["head"] if department["parent_department"] else ""
        head = {"employee_no": department["head"], "chief": not above}
        yield {**head, "department": name, "manager": above}
        more = [draft.ids.numbered(EMPLOYEE, _DIGITS) for _ in range(draft.rng.choice((0, 1, 2)))]
        for number in (department["deputy"], *more):
            yield {"employee_no": number, "chief": False, "department": name, "manager": department["head"]}
