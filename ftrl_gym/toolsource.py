"""A scenario's ``tools.py`` taken apart: which of its definitions one tool needs, itself included.

Only reads source, never runs it. What it follows are names: a tool needs every top-level definition whose name stands
in its code, and so on; annotations are left out, since no call looks at them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.Import | ast.ImportFrom


class ToolSource:
    """The top-level definitions of a module.

    Args:
        source: Python source.

    Raises:
        SyntaxError: It is no Python.
    """

    def __init__(self, source: str) -> None:
        tree = _Plain().visit(ast.parse(source))
        self.definitions: dict[str, Definition] = {}
        """Name -> what defines it; the last one counts, as when the module runs."""
        for node in tree.body:
            for name in _defined(node):
                self.definitions[name] = node

    def function(self, name: str) -> ast.FunctionDef | None:
        """The function of that name, or None."""
        node = self.definitions.get(name)
        return node if isinstance(node, ast.FunctionDef) else None

    def needed(self, name: str) -> list[Definition]:
        """The definitions that ``name`` needs, itself included, in the order of the module."""
        found: dict[str, Definition] = {}
        waiting = [name]
        while waiting:
            each = waiting.pop()
            if each in self.definitions and each not in found:
                found[each] = self.definitions[each]
                waiting += [node.id for node in ast.walk(found[each]) if isinstance(node, ast.Name)]
        unique = {id(node): node for node in found.values()}
        return sorted(unique.values(), key=lambda node: node.lineno)

    def lines(self, name: str) -> int:
        """Lines of code that answer a call of ``name``: its own and those of whatever it needs, imports left out."""
        return sum(
            (node.end_lineno or node.lineno) - node.lineno + 1
            for node in self.needed(name)
            if not isinstance(node, ast.Import | ast.ImportFrom)
        )


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


class _Plain(ast.NodeTransformer):
    """Drops the annotations; those of a class's own fields stay, for a dataclass is made of them."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.body = [part if isinstance(part, ast.AnnAssign) else self.visit(part) for part in node.body]
        return node
