"""Checks of a declaration's clauses: whether they can be kept, and whether what they depend on can be found out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ftrl_gym.construct.declare.checking_phrases import Problems, expression_problems
from ftrl_gym.construct.declare.clauses import Also, Clause, Fix, Forbid, looked_at
from ftrl_gym.construct.declare.code_rows import scope_of
from ftrl_gym.construct.declare.columns import Flag, Ref
from ftrl_gym.construct.declare.declaration import Declaration, Entity, shown
from ftrl_gym.construct.declare.expressions import Term
from ftrl_gym.construct.declare.tools import Do
from ftrl_gym.construct.domain import Extra

_OVER_ROWS = ("count", "total", "first", "listed", "rule")


def clause_problems(declaration: Declaration) -> Problems:
    """Everything that is wrong with the clauses."""
    actions = {tool.name: tool for tool in declaration.tools if isinstance(tool, Do)}
    topics = [clause.topic for clause in declaration.clauses]
    for clause in declaration.clauses:
        place = f"clause {clause.topic!r}"
        if topics.count(clause.topic) > 1:
            yield place, "it is declared twice; keep one of the two"
        if bool(clause.values) != ("{}" in clause.text):
            yield place, "its text has {} exactly where its figure stands, and values to draw the figure from"
        if not clause.action:
            if clause.when:
                yield place, "it holds under a condition, but it is about no action; name one"
            continue
        if clause.action not in actions:
            yield place, f"it is about {clause.action!r}, which is no action; there are {', '.join(actions)}"
            continue
        yield from _kept(declaration, clause, actions[clause.action], actions, place)


def _kept(declaration: Declaration, clause: Clause, action: Do, actions: dict[str, Do], place: str) -> Problems:
    scope = scope_of(declaration, action) | {"figure": Term("figure", "number")}
    if isinstance(clause.then, Forbid) and not looked_at(clause.when, action.roles):
        yield place, "it forbids whatever the rows say, so nothing has to be found out; say in when of which rows"
        return
    if clause.when:
        problems = list(expression_problems(declaration, f"{place}, when", clause.when, scope, "flag"))
        yield from problems
        if problems:
            return
        if clause.values and "figure" not in _names(clause.when):
            yield place, "its figure makes no difference; use figure in when"
        over = [name for name in _OVER_ROWS if name in _names(clause.when)]
        if over:
            yield place, f"{over[0]} is nothing that one look-up tells; use columns of the rows that it takes"
        for names in looked_at(clause.when, action.roles):
            yield from _found_out(declaration, action, names, f"{place}, when")
    if isinstance(clause.then, Fix):
        wanted = action.asks.get(clause.then.parameter)
        if wanted is None or wanted.kind is not Extra.CHOICE or clause.then.value not in wanted.spoken:
            known = "; ".join(
                f"{name}: {', '.join(wanted.spoken)}"
                for name, wanted in action.asks.items()
                if wanted.kind is Extra.CHOICE
            )
            yield place, f"{action.name} is not asked for {clause.then.parameter}={clause.then.value!r}; {known or '-'}"
    if isinstance(clause.then, Also):
        other = actions.get(clause.then.action)
        if other is None or other is action or set(other.roles) != set(clause.then.takes) or other.asks:
            yield place, f"{clause.then.action!r} must be another action without free choices, each of its roles given"
            return
        for role, text in clause.then.takes.items():
            if not re.fullmatch(r"\w+(\.\w+)*", text) or text.split(".")[0] not in action.roles:
                yield f"{place}, {role!r}", f"{text!r} is no way from one of {', '.join(action.roles)} by links"
                return
            yield from expression_problems(declaration, f"{place}, {role!r}", text, scope, other.roles[role])
            for names in looked_at(text, action.roles):
                yield from _found_out(declaration, action, names, f"{place}, {role!r}")


def _names(expression: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(expression.strip(), mode="eval")) if isinstance(node, ast.Name)}


def _found_out(declaration: Declaration, action: Do, names: tuple[str, ...], place: str) -> Iterator[tuple[str, str]]:
    """Whether each step on the way to a column, and the column, can be looked up."""
    entity = declaration.entity(action.roles[names[0]])
    for number, name in enumerate(names[1:], 2):
        known = {column.alias or own: own for own, column in entity.columns.items()}
        column = entity.columns[known[name]]
        if not _shows(declaration, entity, known[name]):
            yield place, f"nobody can look up {entity.name}.{known[name]}; let a Get by its key show it"
        if isinstance(column, Flag) and number == len(names):
            yield (
                place,
                f"{entity.name}.{known[name]} is true or false, which is no fact; make it a Choice of two words",
            )
        if number < len(names):
            assert isinstance(column, Ref), "the expression was checked"
            if not column.links:
                yield place, f"nobody speaks of the way from {entity.name} by {known[name]}; give it a link"
            entity = declaration.entity(column.entity)
            if entity.kinds:
                yield place, f"{entity.name} is of several kinds, and what comes next depends on which; end there"


def _shows(declaration: Declaration, entity: Entity, column: str) -> bool:
    get = declaration.get(entity, entity.key)
    return column == entity.key or (get is not None and column in shown(get, entity))
