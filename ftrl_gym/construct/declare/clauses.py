"""Clauses: house rules in the words of a policy text, which no tool enforces and the assistant has to keep.

A clause is about one action: when something holds of the rows it takes, it may not be done, or it is done in a certain
way, or another action goes with it. Whoever is asked for the action has to find out whether it holds. Clauses about
nothing are manners; they are only read.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Forbid:
    """It may not be done: the assistant refuses, and changes nothing."""


@dataclass(frozen=True)
class Fix:
    """It is done in a certain way, which the asker has no say in: a refund goes to a voucher."""

    parameter: str
    """Of the action's ``asks``, a closed vocabulary."""
    value: str
    """A member of it."""


@dataclass(frozen=True)
class Also:
    """Another action has to be done as well: a stolen card is blocked, and its account frozen."""

    action: str
    takes: Mapping[str, str]
    """Role of the other action -> the way to its row: ``{"account": "card.account"}``."""


Then = Forbid | Fix | Also


@dataclass(frozen=True)
class Clause:
    """One house rule of the policy text."""

    topic: str
    """A few words, its heading."""
    text: str
    """What it says, in a sentence or some; ``{}`` is its figure."""
    action: str = ""
    """The action it is about; empty for manners."""
    when: str = ""
    """When it holds, as an expression over the action's roles and parameters, with ``figure`` for its figure; always,
    if empty."""
    then: Then = field(default_factory=Forbid)
    """What follows."""
    values: tuple[int, ...] = ()
    """Figures, one of which is drawn for each task."""


def looked_at(expression: str, roles: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The columns of rows that an expression needs, each as the names on the way to it, a role first.

    >>> looked_at("days_until(visit.date) < figure and visit.doctor.field == 'heart'", {"visit": "visit"})
    [('visit', 'date'), ('visit', 'doctor', 'field')]
    """
    if not expression:
        return []
    tree = ast.parse(expression.strip(), mode="eval")
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            names = ast.unparse(node).split(".")
            if names[0] in roles:
                found.append((node.lineno, node.col_offset, tuple(names)))
    return list(dict.fromkeys(names for _, _, names in sorted(found)))
