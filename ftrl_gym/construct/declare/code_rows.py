"""Generated Python of what computations and actions begin with: the rows they take, and what must hold of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from ftrl_gym.construct.declare.code_layout import WIDTH, wrapped
from ftrl_gym.construct.declare.declaration import Declaration, parameter
from ftrl_gym.construct.declare.expressions import Scope, Term, roles, translate, variable
from ftrl_gym.construct.declare.tools import Do, Need, WorkOut
from ftrl_gym.construct.domain import Extra


def parameters_of(declaration: Declaration, tool: WorkOut | Do) -> dict[str, str]:
    """Role -> its parameter."""
    return {role: parameter(role, tool.roles, declaration) for role in tool.roles}


def rows_code(declaration: Declaration, tool: WorkOut | Do, used: str) -> list[str]:
    """The rows of all roles; one that is used no further is only looked for."""
    lines = []
    for role, name in parameters_of(declaration, tool).items():
        row = f'_row(world, "{declaration.entity(tool.roles[role]).table}", {name})'
        held = variable(role, name)
        lines.append(f"    {held} = {row}" if re.search(rf"\b{held}\[", used) else f"    {row}")
    return lines


def scope_of(declaration: Declaration, tool: WorkOut | Do) -> dict[str, Term]:
    """What the expressions of a tool may name, before anything is worked out."""
    scope = roles(tool.roles, parameters_of(declaration, tool))
    if isinstance(tool, WorkOut):
        return scope | {name: Term(name, "number") for name in tool.figures}
    for name, wanted in tool.asks.items():
        kind = {Extra.COUNT: "number", Extra.CHOICE: "text"}.get(wanted.kind, "date")
        scope[name] = Term(name, kind, members=tuple(wanted.spoken))
    return scope


def needs_code(needs: Iterable[Need], scope: Scope, declaration: Declaration) -> list[str]:
    """What refuses a call, in the order of the needs."""
    lines = []
    for need in needs:
        code = translate(need.that, scope, declaration).code
        message = _message(need.otherwise, scope, declaration)
        lines += [*wrapped("if ", _refuses(code), ":"), *_raised(message)]
    return lines


_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


def _refuses(code: str) -> str:
    """The opposite of what is needed. Orders are not turned round: what is no number is neither above nor below."""
    node = ast.parse(code, mode="eval").body
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ast.unparse(node.operand)
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _OPPOSITES:
        return ast.unparse(ast.Compare(node.left, [_OPPOSITES[type(node.ops[0])]()], node.comparators))
    return ast.unparse(ast.UnaryOp(ast.Not(), node))


def _raised(message: str) -> list[str]:
    line = f"        raise ValueError({message})"
    return [line] if len(line) <= WIDTH else ["        raise ValueError(", f"            {message}", "        )"]


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
