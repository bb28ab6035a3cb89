"""The house rules of a declared scenario as its domain has them: what each looks at, and the condition over that."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ftrl_gym.construct.declare.clauses import Also, Clause, Fix, Forbid, looked_at
from ftrl_gym.construct.declare.columns import Ref
from ftrl_gym.construct.declare.declaration import Declaration
from ftrl_gym.construct.declare.tools import Do
from ftrl_gym.construct.domain import HouseRule, Look


def house_rules_of(declaration: Declaration) -> tuple[HouseRule, ...]:
    """All clauses, in the order of the policy text."""
    actions = {tool.name: tool for tool in declaration.tools if isinstance(tool, Do)}
    return tuple(_rule(declaration, clause, actions.get(clause.action)) for clause in declaration.clauses)


def _rule(declaration: Declaration, clause: Clause, action: Do | None) -> HouseRule:
    if action is None:
        return HouseRule(clause.topic, clause.text, clause.values)
    then, ways = clause.then, looked_at(clause.when, action.roles)
    return HouseRule(
        topic=clause.topic,
        text=clause.text,
        values=clause.values,
        action=action.name,
        condition=_Renamed({way: f"look{number}" for number, way in enumerate(ways)}).over(clause.when or "True"),
        looks=tuple(_look(declaration, action, way) for way in ways),
        forbids=isinstance(then, Forbid),
        fixes=(then.parameter, then.value) if isinstance(then, Fix) else None,
        also=(
            then.action,
            {role: _look(declaration, action, tuple(way.split("."))) for role, way in then.takes.items()},
        )
        if isinstance(then, Also)
        else None,
    )


def _look(declaration: Declaration, action: Do, way: tuple[str, ...]) -> Look:
    """A way from a role, with columns by their own names. One that ends at the role itself is its key."""
    entity, names = declaration.entity(action.roles[way[0]]), []
    for name in way[1:]:
        own = next(own for own, column in entity.columns.items() if (column.alias or own) == name)
        names.append(own)
        column = entity.columns[own]
        entity = declaration.entity(column.entity) if isinstance(column, Ref) else entity
    names = names or [entity.key]
    return Look(way[0], tuple(names[:-1]), names[-1])


class _Renamed(ast.NodeTransformer):
    """Expressions with a short name for each column that they look at."""

    def __init__(self, names: Mapping[tuple[str, ...], str]) -> None:
        self._names = names

    def over(self, expression: str) -> str:
        return ast.unparse(self.visit(ast.parse(expression.strip(), mode="eval")))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = self._names.get(tuple(ast.unparse(node).split(".")))
        return self.generic_visit(node) if name is None else ast.Name(name, ast.Load())
