"""Worlds as declarations: an author says what a domain *is*, and everything else is derived.

The names below are all that a declaration needs; :func:`~ftrl_gym.construct.scenarios.declared` makes a scenario of it.
"""

from ftrl_gym.construct.declare.columns import Choice, Date, Email, Flag, Id, Money, Name, Number, Person, Ref, Time
from ftrl_gym.construct.declare.declaration import (
    Create,
    Declaration,
    Do,
    Each,
    Entity,
    Find,
    Get,
    Need,
    Rule,
    Set,
    Short,
    Wanted,
    WorkOut,
    least,
    most,
    named,
    only,
)
from ftrl_gym.construct.domain import Detail, Extra

__all__ = [
    "Choice",
    "Create",
    "Date",
    "Declaration",
    "Detail",
    "Do",
    "Each",
    "Email",
    "Entity",
    "Extra",
    "Find",
    "Flag",
    "Get",
    "Id",
    "Money",
    "Name",
    "Need",
    "Number",
    "Person",
    "Ref",
    "Rule",
    "Set",
    "Short",
    "Time",
    "Wanted",
    "WorkOut",
    "least",
    "most",
    "named",
    "only",
]
