"""Python of a declared scenario's tools: one plain function per document, then what they share.

Every function checks first and writes last, so that a refused call has changed nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from ftrl_gym.construct.declare import prelude
from ftrl_gym.construct.declare.code_actions import ActionCode
from ftrl_gym.construct.declare.code_layout import columns_text, laid_out, plain, signature
from ftrl_gym.construct.declare.code_rows import needs_code, parameters_of, rows_code, scope_of
from ftrl_gym.construct.declare.columns import Choice, Date, Ref
from ftrl_gym.construct.declare.declaration import RULE_TOOL, RULES, Declaration, Entity, shown
from ftrl_gym.construct.declare.expressions import translate
from ftrl_gym.construct.declare.tools import Find, Get, Tool, WorkOut

_COPIED = "# --- what follows is copied ---\n"
_HEAD = '''"""Tools of {name}: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any

'''


def source_of(declaration: Declaration) -> str:
    """The source of ``tools.py``."""
    functions = ["\n".join(lines) + "\n" for lines in _functions(declaration)]
    sources = "".join(f"    {table!r}: ({what!r}, {mend!r}),\n" for table, what, mend in _sources(declaration))
    table = "\n\n# Where the keys of each table come from: table -> (what it is, how to find the right one).\n"
    helpers = inspect.getsource(prelude).partition(_COPIED)[2]
    head = _HEAD.format(name=declaration.name)
    return f"{head}\n" + "\n\n".join(functions) + f"{table}_SOURCES = {{\n{sources}}}\n{helpers}"


def _functions(declaration: Declaration) -> Iterator[list[str]]:
    for tool in declaration.tools:
        if isinstance(tool, Get):
            yield _get(declaration, tool)
        elif isinstance(tool, Find):
            yield _find(declaration, tool)
        elif isinstance(tool, WorkOut):
            yield _work_out(declaration, tool)
        else:
            yield ActionCode(declaration, tool).lines()
    if declaration.rules:
        yield [*signature(RULE_TOOL, "topic: str"), f'    return dict(_row(world, "{RULES}", topic))']


def _get(declaration: Declaration, tool: Get) -> list[str]:
    entity = declaration.entity(tool.entity)
    key, by = entity.key, tool.by or entity.key
    found = (
        f'row = _row(world, "{entity.table}", {key})'
        if by == key
        else f'{key}, row = _called(world, "{entity.table}", "{by}", {by})'
    )
    viewed = [f'"{key}"', key, "row", columns_text(shown(tool, entity)[1:])]
    return [*signature(tool.name, f"{by}: str"), f"    {found}", *laid_out("return _view(", viewed, ")")]


def _find(declaration: Declaration, tool: Find) -> list[str]:
    entity = declaration.entity(tool.entity)
    checks, equal, choices, parameters = [], [], [], []
    for name in tool.by.split():
        column = entity.columns[name]
        own = column.alias or name
        if isinstance(column, Choice):
            parameters.append(f'{own}: str = "any"')
            choices += [f'    if {own} != "any":', f'        wanted["{name}"] = {own}']
            continue
        parameters.append(f"{own}: str")
        equal.append(f'"{name}": {own}')
        if isinstance(column, Ref):
            checks.append(f'    _row(world, "{declaration.entity(column.entity).table}", {own})')
        elif isinstance(column, Date):
            checks.append(f"    _day({own})")
    parameters += [f"{name}: int = {bound.lowest}" for name, bound in tool.bounds.items()]
    bounds = [
        f'    found = [(key, row) for key, row in found if row["{bound.column}"] >= {name}]'
        for name, bound in tool.bounds.items()
    ]
    names = columns_text(shown(tool, entity)[1:])
    parameters.sort(key=lambda text: "=" in text)
    return [
        *signature(tool.name, *parameters),
        *checks,
        f"    wanted = {{{', '.join(equal)}}}",
        *choices,
        f'    found = world.find("{entity.table}", **wanted)',
        *bounds,
        *laid_out(f'return {{"{entity.table}": _views(', ["found", f'"{entity.key}"', names], ")}"),
    ]


def _work_out(declaration: Declaration, tool: WorkOut) -> list[str]:
    names = parameters_of(declaration, tool)
    scope = scope_of(declaration, tool)
    fields = {name: translate(column.value, scope, declaration).code for name, column in tool.gives.items()}
    results = [f'"{name}": _plain({name})' for name in tool.figures]
    results += [f'"{name}": {name}' for name in names.values()]
    results += [f'"{name}": {plain(code)}' for name, code in fields.items()]
    body = [*needs_code(tool.needs, scope, declaration), *laid_out("return {", results, "}")]
    head = signature(
        tool.name, *(f"{name}: float" for name in tool.figures), *(f"{name}: str" for name in names.values())
    )
    return [*head, *rows_code(declaration, tool, "\n".join(body)), *body]


def _sources(declaration: Declaration) -> Iterator[tuple[str, str, str]]:
    """For each table: what its key is, and which tools give it."""
    for entity in declaration.entities:
        noun = entity.key.removeprefix(f"{entity.name}_").replace("_", " ")
        noun = "number" if noun == "no" else noun
        what = f"{entity.name} has the {noun}" if noun != "name" else f"{entity.name} is called"
        givers = [tool.name for tool in declaration.tools if _gives_key(tool, entity, declaration)]
        mend = f"{' and '.join(givers[:2])} give{'s' if len(givers) == 1 else ''} the right ones" if givers else ""
        yield entity.table, what, mend or "check the spelling"
    if declaration.rules:
        yield RULES, "rule is about", "the topics are listed in the tool's document"


def _gives_key(tool: Tool, entity: Entity, declaration: Declaration) -> bool:
    """Whether a tool shows keys of an entity without being given one."""
    if isinstance(tool, Find) and tool.entity == entity.name:
        return True
    if isinstance(tool, Get):
        if tool.entity == entity.name:
            return bool(tool.by) and tool.by != entity.key
        of = declaration.entity(tool.entity)
        columns = (of.columns[name] for name in shown(tool, of))
        return any(isinstance(column, Ref) and column.entity == entity.name for column in columns)
    return False
