"""One tool of a scenario as one Python function that needs nothing else: FTRL's released code runs each tool like this.

Whatever the tool needs stands inside the function: imports, constants, helpers, and the part of the world that it can
reach. Each call starts from that world, so what a writing tool changes is gone after the call.
"""

from __future__ import annotations

import ast
import keyword
import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ftrl_gym.errors import UsageError
from ftrl_gym.export.reach import METHODS, reachable_tables
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.toolsource import ToolSource
from ftrl_gym.world import Row, WorldBase

_METHODS = {
    "get": """
def get(self, table, key):
    return self.tables[table].get(key)
""",
    "rows": """
def rows(self, table):
    return list(self.tables[table].items())
""",
    "find": """
def find(self, table, **equal):
    rows = self.tables[table].items()
    return [(key, row) for key, row in rows if all(row.get(name) == value for name, value in equal.items())]
""",
    "insert": """
def insert(self, table, row, prefix):
    self.count += 1
    while f"{prefix}{self.count:04d}" in self.tables[table]:
        self.count += 1
    key = f"{prefix}{self.count:04d}"
    self.tables[table][key] = dict(row)
    return key
""",
    "update": """
def update(self, table, key, **values):
    self.tables[table][key] = {**self.tables[table][key], **values}
    return self.tables[table][key]
""",
    "delete": """
def delete(self, table, key):
    self.tables[table].pop(key, None)
""",
}
"""The world as tools use it: what :class:`ftrl_gym.world.World` does, on plain dicts that live for one call."""


class StandaloneTools:
    """Takes the tools of one scenario out of their module.

    Args:
        source: The scenario's code.
    """

    def __init__(self, source: ToolSource) -> None:
        self._source = source
        self._templates: dict[str, _Template] = {}

    def code(self, document: ToolDocument, base: WorldBase | None) -> str:
        """The source of ``document``'s tool as a function of its arguments alone.

        Args:
            document: The tool's document; its description becomes the docstring.
            base: The world it is to read; None for a task without one.

        Raises:
            UsageError: The tool is written in a way that cannot be taken out of its module; says which.
        """
        if document.name not in self._templates:
            self._templates[document.name] = _template(self._source, document)
        before, after, tables = self._templates[document.name]
        indent = before[before.rindex("\n") :]
        lines = [f"self.constants = {base.constants if base is not None else {}!r}", "self.tables = {}"]
        for name, rows in (base.tables if base is not None else {}).items():
            if tables is None or name in tables:
                lines.append(f"self.tables[{name!r}] = {_table(rows)}")
        return before + indent.join(lines) + after


class _Template(NamedTuple):
    """A tool's code, the same for every world, around the place where the world's rows go."""

    before: str
    after: str
    tables: frozenset[str] | None
    """The tables it can reach; None for all."""


def _template(source: ToolSource, document: ToolDocument) -> _Template:
    function = source.function(document.name)
    assert function is not None, "a loaded scenario defines every documented tool"
    _check(function)
    needed = source.needed(document.name)
    own, named = function.args.args[1:], function.args.kwonlyargs
    passed = "".join(f", {argument.arg}={argument.arg}" for argument in (*own, *named))
    whole = ast.parse(
        f"def {document.name}():\n"
        f" {document.description!r}\n"
        f" def _tool(): pass\n"
        f" _call, _world = _tool()\n"
        f" return _call(_world{passed})"
    )
    outer = whole.body[0]
    assert isinstance(outer, ast.FunctionDef) and isinstance(outer.body[1], ast.FunctionDef)
    defaults = function.args.defaults[-len(own) :] if own else []
    outer.args = ast.arguments([], own, None, named, function.args.kw_defaults, None, defaults)
    # The definitions get a scope of their own, so that no argument can hide one of them.
    imports = [node for node in needed if isinstance(node, ast.Import | ast.ImportFrom)]
    others = [node for node in needed if not isinstance(node, ast.Import | ast.ImportFrom)]
    result = ast.Return(ast.parse(f"({document.name}, _World())", mode="eval").body)
    outer.body[1].body = [*imports, *ast.parse(_world_code(needed)).body, *others, result]
    text = ast.unparse(ast.fix_missing_locations(whole)) + "\n"
    compile(text, document.name, "exec")
    before, _, after = text.partition(_ROWS)
    return _Template(before, after, reachable_tables(source, document.name))


def _check(function: ast.FunctionDef) -> None:
    arguments = function.args
    problem = ""
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs or not arguments.args:
        problem = "its parameters are not the world followed by named ones"
    elif function.decorator_list:
        problem = "it is decorated"
    for value in (*arguments.defaults, *arguments.kw_defaults):
        try:
            if value is not None:
                ast.literal_eval(value)
        except (ValueError, TypeError):
            problem = f"the default {ast.unparse(value or function)[:40]!r} is no literal"
    names = [argument.arg for argument in (*arguments.args[1:], *arguments.kwonlyargs)]
    if bad := [name for name in names if keyword.iskeyword(name) or name in ("_tool", "_call", "_world")]:
        problem = f"its parameter is called {bad[0]}"
    if problem:
        raise UsageError(
            f"tool {function.name!r} cannot stand alone: {problem}. Rewrite it, or export to another format"
        )


_ROWS = "_the_rows_of_the_world_"


def _world_code(needed: Sequence[ast.AST]) -> str:
    """The class ``_World`` with a mark where its rows go, and with the methods that the tool's code names."""
    used = {part.attr for node in needed for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    start = f"def __init__(self):\n    self.count = 0\n    {_ROWS}"
    methods = [start, *(_METHODS[name].strip() for name in _METHODS if name in used & METHODS)]
    rows = (
        "def _rows(columns, values):\n    return {row[0]: dict(zip(columns, row[-len(columns) :])) for row in values}"
    )
    return "\n".join([rows, "class _World:", textwrap.indent("\n\n".join(methods), "    ")])


def _columns(rows: Mapping[str, Row]) -> list[str] | None:
    """The columns, if every row has the same ones in the same order."""
    orders = {tuple(row) for row in rows.values()}
    return list(orders.pop()) if len(orders) == 1 else None


def _table(rows: Mapping[str, Row]) -> str:
    """A table as an expression on one line; the columns' names stand in it once, and so does an id that is the first
    column."""
    columns = _columns(rows)
    if not columns:
        return repr(dict(rows))
    twice = all(row[columns[0]] == key for key, row in rows.items())
    values: list[list[Json]] = [[key][twice:] + list(row.values()) for key, row in rows.items()]
    return f"_rows({columns!r}, {values!r})"
