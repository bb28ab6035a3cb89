"""How generated Python is laid out: on one line where it fits, else broken where its expressions have parts."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

WIDTH = 120
"""Characters of a line."""
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.And: "and",
    ast.Or: "or", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


def signature(name: str, *parameters: str) -> list[str]:
    """The first lines of a tool's function."""
    return laid_out(f"def {name}(", ["world: Any", *parameters], ") -> dict[str, Any]:", "")


def laid_out(head: str, parts: list[str], tail: str, indent: str = "    ") -> list[str]:
    """``head``, the parts with commas, ``tail``: on one line if they fit, else indented between the two."""
    line = f"{indent}{head}{', '.join(parts)}{tail}"
    if len(line) <= WIDTH:
        return [line]
    inner = f"{indent}    {', '.join(parts)}"
    if len(inner) <= WIDTH:
        return [f"{indent}{head}", inner, f"{indent}{tail}"]
    between = [line for part in parts for line in _named(part, f"{indent}    ")]
    return [f"{indent}{head}", *between, f"{indent}{tail}"]


def _named(part: str, indent: str) -> list[str]:
    """One argument or entry on a line of its own: ``price=...`` or ``"price": ...``."""
    found = re.match(r'(\w+=|"\w+": )(?!=)(.+)', part)
    return wrapped(found[1], found[2], ",", indent) if found else [f"{indent}{part},"]


def merged(head: str, parts: list[str]) -> list[str]:
    """Dictionaries made one."""
    line = f"    {head}{' | '.join(parts)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"    {head}(", f"        {parts[0]}", *(f"        | {part}" for part in parts[1:]), "    )"]


def wrapped(head: str, code: str, tail: str = "", indent: str = "    ") -> list[str]:
    """An expression between ``head`` and ``tail``, broken where it is too long for a line.

    >>> wrapped("x = ", "a" * 60 + " + " + "b" * 60)[1:]
    ['        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', \
'        + bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '    )']
    """
    line = f"{indent}{head}{plain(code)}{tail}"
    if len(line) <= WIDTH:
        return [line]
    node = ast.parse(code, mode="eval").body
    if isinstance(node, ast.Subscript):
        return wrapped(head, ast.unparse(node.value), f"[{plain(ast.unparse(node.slice))}]{tail}", indent)
    if isinstance(node, ast.Call):
        arguments = [ast.unparse(each) for each in (*node.args, *node.keywords)]
        return laid_out(f"{head}{ast.unparse(node.func)}(", [*map(plain, arguments)], f"){tail}", indent)
    pieces = _pieces(node)
    if not pieces:
        return [line]
    between = [line for before, part in pieces for line in wrapped(before, part, "", f"{indent}    ")]
    return [f"{indent}{head}(", *between, f"{indent}){tail}"]


def _pieces(node: ast.expr) -> list[tuple[str, str]]:
    """The parts of an expression that can each stand on a line of their own, after what stands before them."""
    if isinstance(node, ast.IfExp):
        loose: tuple[type[ast.expr], ...] = (ast.IfExp,)
        return [("", _part(node.body, loose)), ("if ", _part(node.test, loose)), ("else ", ast.unparse(node.orelse))]
    if isinstance(node, ast.BoolOp):
        return _row([node.op] * (len(node.values) - 1), node.values, (ast.BoolOp, ast.IfExp))
    if isinstance(node, ast.BinOp):
        return _row([node.op], [node.left, node.right], _LOOSE)
    if isinstance(node, ast.Compare):
        return _row(node.ops, [node.left, *node.comparators], _LOOSE)
    return []


_LOOSE: tuple[type[ast.expr], ...] = (ast.BoolOp, ast.BinOp, ast.Compare, ast.IfExp, ast.UnaryOp)


def _row(
    operators: Sequence[ast.AST], operands: Sequence[ast.expr], loose: tuple[type[ast.expr], ...]
) -> list[tuple[str, str]]:
    signs = ["", *(f"{_OPERATORS[type(operator)]} " for operator in operators)]
    return [(sign, _part(operand, loose)) for sign, operand in zip(signs, operands, strict=True)]


def _part(node: ast.expr, loose: tuple[type[ast.expr], ...]) -> str:
    """An operand, with brackets where it would fall apart without them."""
    return f"({ast.unparse(node)})" if isinstance(node, loose) else ast.unparse(node)


def plain(code: str) -> str:
    """Python outside of f-strings, with the quotes that the rest of the source has."""
    return code if '"' in code else code.replace("'", '"')


def columns_text(names: tuple[str, ...]) -> str:
    """Columns as views name them."""
    return f'"{" ".join(names)}"'
