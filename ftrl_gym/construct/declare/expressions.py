"""The small language of needs, effects and values: Python expressions over rows, checked and turned into Python.

    appointment.status == 'booked' and days_until(appointment.date) >= rule('free cancellation')

A name is a role, a column, a parameter or ``today``; a dot follows a column or a reference; beside operators there are
``rule(topic)``, ``days_until(day)``, ``add_days(day, n)``, ``count(entity, column=value)``, ``round``, ``min``, ``max``
and ``abs``. What is translated runs in the generated tools and, while a world is drawn, in this process.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from ftrl_gym.construct.declare.columns import Choice, Column, Ref
from ftrl_gym.construct.declare.declaration import Declaration, Entity


@dataclass(frozen=True)
class Term:
    """A name that expressions may use."""

    code: str
    """Python for its value; for a row, for its key."""
    kind: str
    """text, number, date, time, flag, or the name of an entity."""
    row: str = ""
    """Python for the row, where there is a variable for it."""
    members: tuple[str, ...] = ()
    """Closed vocabulary of a text."""


Scope = Mapping[str, Term]


class BadExpression(ValueError):
    """An expression that means nothing; the text says why and what would be right."""


_OPERATORS = (
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.And, ast.Or, ast.Not, ast.USub,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn,
)  # fmt: skip
_PLAIN = ("round", "min", "max", "abs")
_FUNCTIONS = {"rule": "number", "days_until": "number", "add_days": "date", "count": "number"}


def term_of(column: Column, code: str) -> Term:
    """A column's value as a term."""
    if isinstance(column, Ref):
        return Term(code, column.entity)
    return Term(code, column.kind, members=column.members if isinstance(column, Choice) else ())


def roles(takes: Mapping[str, str], parameters: Mapping[str, str]) -> dict[str, Term]:
    """Scope of an action's rows: each role has a variable of its name, and its key is the parameter."""
    return {
        role: Term(parameters[role], entity, row=variable(role, parameters[role])) for role, entity in takes.items()
    }


def variable(role: str, parameter: str) -> str:
    """The variable that holds a role's row: the role, unless its parameter is called so."""
    return f"{role}_row" if parameter == role else role


def translate(text: str, scope: Scope, declaration: Declaration) -> Term:
    """An expression as Python.

    Raises:
        BadExpression: It cannot be read, or names something that does not exist.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise BadExpression(f"{text!r} is no expression ({error.msg})") from None
    node, term = _Translator(scope, declaration).visit(tree)
    return Term(ast.unparse(node), term.kind, term.row, term.members)


def rules_in(text: str) -> list[str]:
    """Topics of the house rules that an expression refers to."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        return []
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "rule")
    return [str(arg.value) for call in calls for arg in call.args if isinstance(arg, ast.Constant)]


class _Translator:
    """Checks one expression and rewrites it; each visit returns the Python and what it is."""

    def __init__(self, scope: Scope, declaration: Declaration) -> None:
        self.scope, self.declaration = scope, declaration

    def visit(self, node: ast.expr) -> tuple[ast.expr, Term]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
            kind = "text" if isinstance(node.value, str) else "flag" if isinstance(node.value, bool) else "number"
            return node, Term("", kind)
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], _OPERATORS):
            return self._compare(node)
        if isinstance(node, ast.BoolOp):
            return ast.BoolOp(node.op, [self.visit(value)[0] for value in node.values]), Term("", "flag")
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, _OPERATORS):
            operand, term = self.visit(node.operand)
            return ast.UnaryOp(node.op, operand), Term("", "flag" if isinstance(node.op, ast.Not) else term.kind)
        if isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
            return self._arithmetic(node)
        if isinstance(node, ast.IfExp):
            (test, _), (body, term), (other, _) = map(self.visit, (node.test, node.body, node.orelse))
            return ast.IfExp(test, body, other), term
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node, node.func.id)
        raise BadExpression(f"{ast.unparse(node)!r} is not part of the language of expressions")

    def _name(self, name: str) -> tuple[ast.expr, Term]:
        if name == "today":
            return _parsed("world.constants['today']"), Term("", "date")
        if name not in self.scope:
            raise BadExpression(f"{name!r} is unknown here; there are {', '.join([*self.scope, 'today'])}")
        term = self.scope[name]
        return _parsed(term.code), term

    def _attribute(self, node: ast.Attribute) -> tuple[ast.expr, Term]:
        code, term = self.visit(node.value)
        entity = self._entity(term.kind, ast.unparse(node.value))
        if node.attr not in entity.columns:
            raise BadExpression(f"{entity.name!r} has no column {node.attr!r}; it has {', '.join(entity.columns)}")
        column = entity.columns[node.attr]
        if node.attr == entity.key:
            return code, term_of(column, "")
        row = term.row or f"_row(world, {entity.table!r}, {ast.unparse(code)})"
        return _parsed(f"{row}[{node.attr!r}]"), term_of(column, "")

    def _entity(self, kind: str, text: str) -> Entity:
        found = [entity for entity in self.declaration.entities if entity.name == kind]
        if not found:
            raise BadExpression(f"{text!r} is a {kind}, not a row: nothing can follow its dot")
        return found[0]

    def _compare(self, node: ast.Compare) -> tuple[ast.expr, Term]:
        left, one = self.visit(node.left)
        given = node.comparators[0]
        several = given.elts if isinstance(given, ast.Tuple) else [given]
        for each in several:
            _, other = self.visit(each)
            if one.kind != other.kind:
                raise BadExpression(f"{ast.unparse(node)!r} compares a {one.kind} with a {other.kind}")
            for value, term in ((each, one), (node.left, other)):
                if term.members and isinstance(value, ast.Constant) and value.value not in term.members:
                    raise BadExpression(
                        f"{value.value!r} is never a value there; it is one of {', '.join(term.members)}"
                    )
        right = ast.Tuple([self.visit(each)[0] for each in several], ast.Load())
        return ast.Compare(left, node.ops, [right if isinstance(given, ast.Tuple) else right.elts[0]]), Term("", "flag")

    def _arithmetic(self, node: ast.BinOp) -> tuple[ast.expr, Term]:
        (left, one), (right, other) = self.visit(node.left), self.visit(node.right)
        for term, side in ((one, node.left), (other, node.right)):
            if term.kind != "number":
                raise BadExpression(f"{ast.unparse(side)!r} is a {term.kind}; arithmetic takes numbers")
        return ast.BinOp(left, node.op, right), Term("", "number")

    def _call(self, node: ast.Call, name: str) -> tuple[ast.expr, Term]:
        if name in _PLAIN and not node.keywords:
            done = [self.visit(argument) for argument in node.args]
            return ast.Call(_parsed(name), [code for code, _ in done], []), Term("", done[0][1].kind)
        if name not in _FUNCTIONS:
            raise BadExpression(f"there is no function {name!r}; there are {', '.join((*_FUNCTIONS, *_PLAIN))}")
        if name == "count":
            return self._count(node)
        if name == "rule":
            topics = [rule.topic for rule in self.declaration.rules]
            given = node.args[0].value if len(node.args) == 1 and isinstance(node.args[0], ast.Constant) else None
            if given not in topics:
                raise BadExpression(f"there is no house rule {given!r}; there are {', '.join(topics) or 'none'}")
            return _parsed(f"_rule(world, {given!r})"), Term("", "number")
        done = [self.visit(argument) for argument in node.args]
        kinds = tuple(term.kind for _, term in done)
        wanted = ("date",) if name == "days_until" else ("date", "number")
        if kinds != wanted:
            raise BadExpression(f"{name} takes {' and '.join(wanted)}, not {' and '.join(kinds) or 'nothing'}")
        codes = [code for code, _ in done]
        world = [_parsed("world")] if name == "days_until" else []
        return ast.Call(_parsed(f"_{name}"), [*world, *codes], []), Term("", _FUNCTIONS[name])

    def _count(self, node: ast.Call) -> tuple[ast.expr, Term]:
        first = node.args[0] if len(node.args) == 1 else None
        entity = self._entity(str(first.value) if isinstance(first, ast.Constant) else "", "count's first argument")
        keywords = []
        for keyword in node.keywords:
            if keyword.arg not in entity.columns or keyword.arg == entity.key:
                raise BadExpression(
                    f"{entity.name!r} has no column {keyword.arg!r}; it has {', '.join(entity.columns)}"
                )
            keywords.append(ast.keyword(keyword.arg, self.visit(keyword.value)[0]))
        return ast.Call(_parsed("_count"), [_parsed("world"), ast.Constant(entity.table)], keywords), Term("", "number")


def _parsed(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body
