"""The code of a task's tools as one module, as a registry keeps it.

Each tool was written by itself, so two may use one name for different helpers or data. Such a name gets its tool's name
added wherever it stands in that tool's code; everything else stays as it was written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

_Place = tuple[int, int, int]
"""Line, and first and last column in bytes."""
_NAMING: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Name: ("id",),
    ast.arg: ("arg",),
    ast.keyword: ("arg",),
    ast.FunctionDef: ("name",),
    ast.AsyncFunctionDef: ("name",),
    ast.ClassDef: ("name",),
    ast.Global: ("names",),
    ast.Nonlocal: ("names",),
    ast.ExceptHandler: ("name",),
    ast.MatchAs: ("name",),
    ast.MatchStar: ("name",),
    ast.MatchMapping: ("rest",),
    ast.alias: ("asname",),
}
"""Where the parts of a program hold names."""


def tool_module(sources: Mapping[str, str]) -> str:
    """One module that defines every tool.

    Args:
        sources: Tool -> Python source that defines a function of that name.

    >>> print(tool_module({"a": "D = 1\\ndef a():\\n    return D", "b": "D = 2\\ndef b():\\n    return D"}))
    D_of_a = 1
    def a():
        return D_of_a
    <BLANKLINE>
    <BLANKLINE>
    D_of_b = 2
    def b():
        return D_of_b
    <BLANKLINE>
    """
    trees = {tool: ast.parse(source) for tool, source in sources.items()}
    owners: dict[str, list[str]] = {}
    for tool, tree in trees.items():
        for name in dict.fromkeys(_defined(tree)):
            owners.setdefault(name, []).append(tool)
    pieces = []
    for tool, source in sources.items():
        imported = _imported(trees[tool])
        shared = {name for name, tools in owners.items() if tool in tools and len(tools) > 1 and name != tool}
        shared |= {name for name in _defined(trees[tool]) if name in sources and name != tool}
        kept = imported | _taken(trees[tool], tool)  # whoever calls the tool writes these
        names = {name: f"{name}_of_{tool}" for name in shared - kept}
        pieces.append(_renamed(source, trees[tool], names).strip("\n"))
    return "\n\n\n".join(pieces) + "\n"


def _defined(tree: ast.Module) -> Iterator[str]:
    """Names that stand for something at the top level."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For | ast.With | ast.If | ast.Try):
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id
                elif isinstance(part, ast.FunctionDef | ast.ClassDef):
                    yield part.name


def _taken(tree: ast.Module, tool: str) -> set[str]:
    """What the tool's own function calls its parameters."""
    own = [node.args for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == tool]
    return {argument.arg for some in own for argument in (*some.posonlyargs, *some.args, *some.kwonlyargs)}


def _imported(tree: ast.Module) -> set[str]:
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names}


def _renamed(source: str, tree: ast.Module, names: Mapping[str, str]) -> str:
    """A source in which some names are others: as it was written, or as Python writes it where that does not work out.

    Lines that are continued within a definition, letters that Python reads as others, and names that it tells no place
    of are none that a text can be mended at.
    """
    if not names:
        return source
    meant = ast.parse(source)
    _Renaming(names, meant).visit(meant)
    # Python counts lines by these three, and not by whatever else ends one
    lines = [line.encode() for line in source.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    try:
        for name, (line, start, end) in sorted(_places(tree, names, lines), key=lambda found: found[1], reverse=True):
            lines[line] = lines[line][:start] + names[name].encode() + lines[line][end:]
        text = "\n".join(line.decode() for line in lines)
        if ast.dump(ast.parse(text)) == ast.dump(meant):
            return text
    except (ValueError, SyntaxError, IndexError):
        pass
    return ast.unparse(meant)


class _Renaming(ast.NodeTransformer):
    """Gives names others wherever they stand for what the top level defines."""

    def __init__(self, names: Mapping[str, str], tree: ast.Module) -> None:
        self._names = names
        theirs = {id(one) for call in _calls_of_own(tree) for one in call.keywords}
        # sorted(key=…) keeps its key: what takes it is not defined here
        self._kept = {id(one) for one in ast.walk(tree) if isinstance(one, ast.keyword)} - theirs

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field in () if id(node) in self._kept else _NAMING.get(type(node), ()):
            value = getattr(node, field)
            new = [self._names.get(one, one) for one in value] if isinstance(value, list) else self._names.get(value)
            setattr(node, field, new or value)
        return super().generic_visit(node)


def _calls_of_own(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls of what a program defines itself."""
    nodes = list(ast.walk(tree))
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    own |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called in own:
                yield node


def _places(tree: ast.Module, names: Mapping[str, str], lines: list[bytes]) -> Iterator[tuple[str, _Place]]:
    """Where names stand: where they are read and set, defined, and taken or given as an argument."""
    for call in _calls_of_own(tree):
        for one in call.keywords:
            if one.arg is not None and one.arg in names:
                yield one.arg, (one.lineno - 1, one.col_offset, one.col_offset + len(one.arg.encode()))
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) if name in names:
                yield name, (node.lineno - 1, node.col_offset, node.col_offset + len(name.encode()))
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if name in names:
                start = lines[node.lineno - 1].index(name.encode(), node.col_offset + 4)
                yield name, (node.lineno - 1, start, start + len(name.encode()))
            case ast.Global(names=some) | ast.Nonlocal(names=some):
                at = node.col_offset
                for name in some:
                    at = lines[node.lineno - 1].index(name.encode(), at)
                    if name in names:
                        yield name, (node.lineno - 1, at, at + len(name.encode()))
                    at += len(name.encode())
