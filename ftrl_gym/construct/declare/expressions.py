"""The small language of needs, effects and values: Python expressions over rows, checked and turned into Python.

    appointment.status == 'booked' and days_until(appointment.date) >= rule('free cancellation')

A name is a role, a column, a parameter or ``today``; a dot follows a column or a reference. Beside operators and
``round``, ``min``, ``max`` and ``abs`` there are

- ``rule(topic)``: the figure of a house rule;
- ``days_until(day)``, ``hours_until(day, time)``: from today's beginning; ``add_days(day, n)``; ``years_between(day,
  later_day)``, full ones;
- ``count(entity, column=value, ...)``: how many rows have these values; ``total(entity, column, column=value, ...)``:
  the sum of a column over them;
- ``first(entity, column, column=value, ...)``: of these rows the one with the least value of the column, or no row,
  which is false; ``listed(entity, column, column=value, ...)``: the different values they have, as a text. Both take
  ``among='column'``, to look only at rows where that column is truthy;
- ``room(key)``, for every entity: its row with that key, where one cannot tell otherwise what the key is of.

While worlds are drawn, ``nth`` is the number of a row among those made for one row of another entity, from 1. What is
translated runs in the generated tools and, while a world is drawn, in this process.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ftrl_gym.construct.declare.columns import AnyRef, Choice, Column, Ref
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
_ON_DATES = {
    "days_until": (("date",), "number"),
    "hours_until": (("date", "time"), "number"),
    "add_days": (("date", "number"), "date"),
    "years_between": (("date", "date"), "number"),
}
"""Function -> what it takes, what it gives."""
_FROM_TODAY = ("days_until", "hours_until")
_OVER_ROWS = ("count", "total", "first", "listed")


def scope_of_row(columns: Mapping[str, Column], names: Iterable[str], variable: str = "row") -> dict[str, Term]:
    """Columns of a row under the names that expressions know them by."""
    return {columns[name].alias or name: term_of(columns[name], f"{variable}[{name!r}]") for name in names}


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


def fits(kind: str, column: Column, declaration: Declaration) -> bool:
    """Whether an expression of that kind gives values of a column."""
    if isinstance(column, AnyRef):
        return kind == "text" or kind in {entity.name for entity in declaration.entities}
    return kind == (column.entity if isinstance(column, Ref) else column.kind)


def translate(text: str, scope: Scope, declaration: Declaration, drawing: bool = False) -> Term:
    """An expression as Python.

    Args:
        text: The expression.
        scope: What it may name.
        declaration: Where entities and house rules stand.
        drawing: Whether it is for drawing worlds, when columns that are not kept are still there.

    Raises:
        BadExpression: It cannot be read, or names something that does not exist.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise BadExpression(f"{text!r} is no expression ({error.msg})") from None
    node, term = _Translator(scope, declaration, drawing).visit(tree)
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

    def __init__(self, scope: Scope, declaration: Declaration, drawing: bool) -> None:
        self.scope, self.declaration, self.drawing = scope, declaration, drawing

    def visit(self, node: ast.expr) -> tuple[ast.expr, Term]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
            return node, Term("", _kind_of(node.value))
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
        name = self._column(entity, node.attr)
        column = entity.columns[name]
        if name == entity.key:
            return code, term_of(column, "")
        row = term.row or f"_row(world, {entity.table!r}, {ast.unparse(code)})"
        return _parsed(f"{row}[{name!r}]"), term_of(column, "")

    def _column(self, entity: Entity, name: str) -> str:
        """The column that an expression calls by a name."""
        known = {column.alias or own: own for own, column in entity.columns.items()}
        if name not in known:
            raise BadExpression(f"{entity.name!r} has no column {name!r}; it has {', '.join(known)}")
        if not (self.drawing or entity.columns[known[name]].kept):
            raise BadExpression(f"{entity.name}.{name} is not kept, it is there only while worlds are drawn")
        return known[name]

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
        entities = {entity.name.replace(" ", "_"): entity for entity in self.declaration.entities}
        if name in _OVER_ROWS:
            return self._over_rows(node, name)
        if name == "rule":
            return self._rule(node)
        if name in entities and len(node.args) == 1:
            return self.visit(node.args[0])[0], Term("", entities[name].name)
        if name not in _ON_DATES:
            known = ("rule", *_ON_DATES, *_OVER_ROWS, *_PLAIN)
            raise BadExpression(f"there is no function {name!r}; there are {', '.join(known)}")
        done = [self.visit(argument) for argument in node.args]
        kinds = tuple(term.kind for _, term in done)
        wanted, gives = _ON_DATES[name]
        if kinds != wanted:
            raise BadExpression(f"{name} takes {' and '.join(wanted)}, not {' and '.join(kinds) or 'nothing'}")
        world = [_parsed("world")] if name in _FROM_TODAY else []
        return ast.Call(_parsed(f"_{name}"), [*world, *(code for code, _ in done)], []), Term("", gives)

    def _rule(self, node: ast.Call) -> tuple[ast.expr, Term]:
        topics = [rule.topic for rule in self.declaration.rules]
        given = node.args[0].value if len(node.args) == 1 and isinstance(node.args[0], ast.Constant) else None
        if given not in topics:
            raise BadExpression(f"there is no house rule {given!r}; there are {', '.join(topics) or 'none'}")
        return _parsed(f"_rule(world, {given!r})"), Term("", "number")

    def _over_rows(self, node: ast.Call, name: str) -> tuple[ast.expr, Term]:
        """``count('slot', doctor=doctor)``, or with a column: ``first('slot', 'date', doctor=doctor)``."""
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        wanted = 1 if name == "count" else 2
        if len(texts) != wanted or len(node.args) != wanted:
            raise BadExpression(f"{name} takes {'an entity' if wanted == 1 else 'an entity and a column'}, in quotes")
        entity = self._entity(str(texts[0]), f"{name}'s first argument")
        columns = [self._column(entity, str(text)) for text in texts[1:]]
        keywords, among = [], ""
        for keyword in node.keywords:
            if keyword.arg == "among" and name in ("first", "listed") and isinstance(keyword.value, ast.Constant):
                among = self._column(entity, str(keyword.value.value))
                continue
            column = self._column(entity, str(keyword.arg))
            if column == entity.key:
                raise BadExpression(f"{name} finds rows by other columns than their key {column!r}")
            code, term = self.visit(keyword.value)
            if not fits(term.kind, entity.columns[column], self.declaration):
                raise BadExpression(
                    f"{entity.name}.{column} is never a {term.kind}, as {ast.unparse(keyword.value)!r} is"
                )
            keywords.append(ast.keyword(column, code))
        if not keywords:
            raise BadExpression(f"{name} takes values to find rows by: column=value")
        if name == "total" and entity.columns[columns[0]].kind != "number":
            raise BadExpression(f"{name} adds up numbers, and {entity.name}.{columns[0]} is none")
        given = [entity.table, *columns, *([among] if name in ("first", "listed") else [])]
        call = ast.Call(_parsed(f"_{name}"), [_parsed("world"), *map(ast.Constant, given)], keywords)
        return call, Term("", {"first": entity.name, "listed": "text"}.get(name, "number"))


def _kind_of(value: str | float) -> str:
    """What a constant is: ``'12:00'`` is a time, ``'2026-05-04'`` a date."""
    if isinstance(value, str):
        patterns = {"time": "[0-2][0-9]:[0-5][0-9]", "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}"}
        return next((kind for kind, pattern in patterns.items() if re.fullmatch(pattern, value)), "text")
    return "flag" if isinstance(value, bool) else "number"


def _parsed(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body
