"""Python of a declared scenario's tools: one plain function per document, then what they share.

Every function checks first and writes last, so that a refused call has changed nothing.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from ftrl_gym.construct.declare import prelude
from ftrl_gym.construct.declare.columns import Choice, Date, Ref
from ftrl_gym.construct.declare.declaration import (
    RULE_TOOL,
    RULES,
    Create,
    Declaration,
    Do,
    Entity,
    Find,
    Get,
    Set,
    Tool,
    WorkOut,
    parameter,
    shown,
)
from ftrl_gym.construct.declare.documents import changed
from ftrl_gym.construct.declare.expressions import Scope, Term, roles, translate, variable
from ftrl_gym.construct.domain import Extra

_WIDTH = 120
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
            yield _Action(declaration, tool).lines()
    if declaration.rules:
        yield [*_signature(RULE_TOOL, "topic: str"), f'    return dict(_row(world, "{RULES}", topic))']


def _signature(name: str, *parameters: str) -> list[str]:
    return _laid_out(f"def {name}(", ["world: Any", *parameters], ") -> dict[str, Any]:", "")


def _laid_out(head: str, parts: list[str], tail: str, indent: str = "    ") -> list[str]:
    """``head``, the parts with commas, ``tail``: on one line if they fit, else indented between the two."""
    line = f"{indent}{head}{', '.join(parts)}{tail}"
    if len(line) <= _WIDTH:
        return [line]
    inner = f"{indent}    {', '.join(parts)}"
    between = [inner] if len(inner) <= _WIDTH else [f"{indent}    {part}," for part in parts]
    return [f"{indent}{head}", *between, f"{indent}{tail}"]


def _plain(code: str) -> str:
    """Python outside of f-strings, with the quotes that the rest of the source has."""
    return code if '"' in code else code.replace("'", '"')


def _columns(names: tuple[str, ...]) -> str:
    return f'"{" ".join(names)}"'


def _get(declaration: Declaration, tool: Get) -> list[str]:
    entity = declaration.entity(tool.entity)
    key, by = entity.key, tool.by or entity.key
    found = (
        f'row = _row(world, "{entity.table}", {key})'
        if by == key
        else f'{key}, row = _called(world, "{entity.table}", "{by}", {by})'
    )
    viewed = [f'"{key}"', key, "row", _columns(shown(tool, entity)[1:])]
    return [*_signature(tool.name, f"{by}: str"), f"    {found}", *_laid_out("return _view(", viewed, ")")]


def _find(declaration: Declaration, tool: Find) -> list[str]:
    entity = declaration.entity(tool.entity)
    checks, equal, choices, parameters = [], [], [], []
    for name in tool.by.split():
        column = entity.columns[name]
        if isinstance(column, Choice):
            parameters.append(f'{name}: str = "any"')
            choices += [f'    if {name} != "any":', f'        wanted["{name}"] = {name}']
            continue
        parameters.append(f"{name}: str")
        equal.append(f'"{name}": {name}')
        if isinstance(column, Ref):
            checks.append(f'    _row(world, "{declaration.entity(column.entity).table}", {name})')
        elif isinstance(column, Date):
            checks.append(f"    _day({name})")
    names = _columns(shown(tool, entity)[1:])
    parameters.sort(key=lambda text: "=" in text)
    return [
        *_signature(tool.name, *parameters),
        *checks,
        f"    wanted = {{{', '.join(equal)}}}",
        *choices,
        f'    found = world.find("{entity.table}", **wanted)',
        *_laid_out(f'return {{"{entity.table}": _views(', ["found", f'"{entity.key}"', names], ")}"),
    ]


def _parameters(declaration: Declaration, tool: WorkOut | Do) -> dict[str, str]:
    """Role -> its parameter."""
    return {role: parameter(role, tool.roles, declaration) for role in tool.roles}


def _rows(declaration: Declaration, tool: WorkOut | Do, used: str) -> list[str]:
    """The rows of all roles; one that is used no further is only looked for."""
    lines = []
    for role, name in _parameters(declaration, tool).items():
        row = f'_row(world, "{declaration.entity(tool.roles[role]).table}", {name})'
        held = variable(role, name)
        lines.append(f"    {held} = {row}" if re.search(rf"\b{held}\[", used) else f"    {row}")
    return lines


def scope_of(declaration: Declaration, tool: WorkOut | Do) -> dict[str, Term]:
    """What the expressions of a tool may name, before anything is worked out."""
    scope = roles(tool.roles, _parameters(declaration, tool))
    if isinstance(tool, Do):
        for name, wanted in tool.asks.items():
            kind = {Extra.COUNT: "number", Extra.CHOICE: "text"}.get(wanted.kind, "date")
            scope[name] = Term(name, kind, members=tuple(wanted.spoken))
    return scope


def _work_out(declaration: Declaration, tool: WorkOut) -> list[str]:
    names = _parameters(declaration, tool)
    scope = scope_of(declaration, tool)
    fields = {name: translate(column.value, scope, declaration).code for name, column in tool.gives.items()}
    results = [f'"{name}": {name}' for name in names.values()]
    results += [f'"{name}": {_plain(code)}' for name, code in fields.items()]
    body = _laid_out("return {", results, "}")
    head = _signature(tool.name, *(f"{name}: str" for name in names.values()))
    return [*head, *_rows(declaration, tool, "\n".join(body)), *body]


class _Action:
    """The function of one writing tool."""

    def __init__(self, declaration: Declaration, tool: Do) -> None:
        self.declaration, self.tool = declaration, tool
        self.scope: dict[str, Term] = scope_of(declaration, tool)

    def lines(self) -> list[str]:
        """The function, line by line."""
        tool = self.tool
        free = [f"{name}: {'int' if wanted.kind is Extra.COUNT else 'str'}" for name, wanted in tool.asks.items()]
        keys = [f"{name}: str" for name in _parameters(self.declaration, tool).values()]
        days = [
            f"    _day_to_come(world, {name})"
            for name, wanted in tool.asks.items()
            if wanted.kind in (Extra.DATE, Extra.START)
        ]
        needs = [line for need in tool.needs for line in self._need(need.that, need.otherwise)]
        gives = []
        for name, text in tool.gives.items():
            term = translate(text, self.scope, self.declaration)
            gives += self._assigned(name, term.code)
            self.scope[name] = Term(name, term.kind, members=term.members)
        effects = [line for number, effect in enumerate(tool.effects) for line in self._effect(effect, number == 0)]
        body = [*days, *needs, *gives, *effects, *self._result()]
        head = _signature(tool.name, *keys, *free)
        return [*head, *_rows(self.declaration, tool, "\n".join(body)), *body]

    def _assigned(self, name: str, code: str) -> list[str]:
        line = f"    {name} = {_plain(code)}"
        return [line] if len(line) <= _WIDTH else [f"    {name} = (", f"        {_plain(code)}", "    )"]

    def _need(self, that: str, otherwise: str) -> list[str]:
        code = translate(that, self.scope, self.declaration).code
        message = _message(otherwise, self.scope, self.declaration)
        return [f"    if not ({_plain(code)}):", *_laid_out("raise ValueError(", [message], ")", "        ")]

    def _code(self, text: str) -> str:
        return _plain(translate(text, self.scope, self.declaration).code)

    def _effect(self, effect: Set | Create, first: bool) -> list[str]:
        """The lines of one effect; the row of the first is kept for the result."""
        codes = {
            name: _plain(translate(text, self.scope, self.declaration).code) for name, text in effect.values.items()
        }
        if not effect.when:
            return self._written(effect, codes, first, "    ")
        return [f"    if {self._code(effect.when)}:", *self._written(effect, codes, first, "        ")]

    def _written(self, effect: Set | Create, codes: dict[str, str], first: bool, indent: str) -> list[str]:
        if isinstance(effect, Set):
            target = translate(effect.what, self.scope, self.declaration)
            table = f'"{self.declaration.entity(target.kind).table}"'
            values = [f"{name}={code}" for name, code in codes.items()]
            head = "row = world.update(" if first else "world.update("
            return _laid_out(head, [table, _plain(target.code), *values], ")", indent)
        entity, new = self.declaration.entity(effect.entity), created(effect.entity)
        self.scope[new] = Term(new, entity.name)
        held = "row" if first else "another"
        row = _laid_out(f"{held} = {{", [f'"{name}": {code}' for name, code in codes.items()], "}", indent)
        return [*row, f'{indent}{new} = world.insert("{entity.table}", {held}, prefix="{prefix_of(entity)}")']

    def _result(self) -> list[str]:
        entity, columns = changed(self.declaration, self.tool)
        effect = self.tool.effects[0]
        key = created(entity.name) if isinstance(effect, Create) else self._code(effect.what)
        more = ", ".join(f'"{name}": {name}' for name in self.tool.gives)
        viewed = [f'"{entity.key}"', key, "row", _columns(columns)]
        return _laid_out("return _view(", viewed, f") | {{{more}}}" if more else ")")


def created(entity: str) -> str:
    """What expressions call the key of a row that an effect creates."""
    return f"new_{entity.replace(' ', '_')}"


def prefix_of(entity: Entity) -> str:
    """Prefix of generated keys."""
    column = entity.columns[entity.key]
    return getattr(column, "prefix", "") or entity.name[0].upper()


def _message(text: str, scope: Scope, declaration: Declaration) -> str:
    """A message with expressions in braces as an f-string."""
    parts = re.split(r"\{([^{}]*)\}", text)
    out = ""
    for number, part in enumerate(parts):
        if number % 2:
            out += f"{{{translate(part, scope, declaration).code}}}"
        else:
            out += part.replace("\\", "\\\\").replace('"', '\\"')
    return f'f"{out}"' if len(parts) > 1 else f'"{out}"'


def _sources(declaration: Declaration) -> Iterator[tuple[str, str, str]]:
    """For each table: what its key is, and which tools give it."""
    for entity in declaration.entities:
        noun = entity.key.removeprefix(f"{entity.name}_").replace("_", " ")
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
