"""Which tables of a world a tool can reach, found out from its source, so that a copy of it carries no more than them.

The value of every expression that names a table is followed through the calls of the tool and its helpers as a set of
strings. Where that is not known (a name read from a row, the world handed on in a way that is not understood) every
table counts as reachable: the answer may be too large, never too small.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ftrl_gym.toolsource import ToolSource

Names = frozenset[str] | None
"""The strings an expression can be; None when that is not known."""

METHODS = frozenset({"get", "rows", "find", "insert", "update", "delete"})
"""What of :class:`ftrl_gym.world.World` tools use; each takes the table first."""


class _NotUnderstood(Exception):
    """The world goes somewhere that is not followed."""


def reachable_tables(source: ToolSource, tool: str) -> Names:
    """The tables that a call of ``tool`` can read or write; None where that is not known, so that all must count.

    >>> code = '''
    ... def price(world, flight): return _row(world, "flight" + "s", flight)["price"]
    ... def _row(world, table, key): return world.get(table, key)
    ... '''
    >>> reachable_tables(ToolSource(code), "price")
    frozenset({'flights'})
    """
    functions = {node.name: node for node in source.needed(tool) if isinstance(node, ast.FunctionDef)}
    try:
        return _Flow(functions, tool).tables()
    except _NotUnderstood:
        return None


class _Flow:
    """Which strings the parameters of each function can be, grown until nothing changes."""

    def __init__(self, functions: dict[str, ast.FunctionDef], tool: str) -> None:
        self.functions = functions
        self.worlds = {tool: functions[tool].args.args[0].arg} if functions[tool].args.args else {}
        """Function -> its parameter that is the world, for the functions known to get it."""
        self.known: dict[tuple[str, str], Names] = {}
        for argument in _parameters(functions[tool]):
            self.known[tool, argument] = None  # whatever the caller writes

    def tables(self) -> Names:
        """Every table that some access names."""
        before = None
        while before != (self.known, self.worlds):
            before = (dict(self.known), dict(self.worlds))
            found: Names = frozenset()
            for name, function in self.functions.items():
                for node in ast.walk(function):
                    if isinstance(node, ast.Call):
                        found = _both(found, self._call(name, node))
                self._check_world(name, function)
        return found

    def _call(self, inside: str, call: ast.Call) -> Names:
        """The table that a call accesses itself; a call of another function tells that one its arguments."""
        world = self.worlds.get(inside)
        if isinstance(call.func, ast.Attribute) and _is(call.func.value, world):
            if call.func.attr not in METHODS or not call.args:
                raise _NotUnderstood
            return self._value(inside, call.args[0])
        if isinstance(call.func, ast.Name) and call.func.id in self.functions:
            self._pass(inside, call, call.func.id)
        return frozenset()

    def _pass(self, inside: str, call: ast.Call, to: str) -> None:
        function = self.functions[to]
        names = _parameters(function)
        if call.args and function.args.args and _is(call.args[0], self.worlds.get(inside)):
            self.worlds[to] = function.args.args[0].arg
        if any(isinstance(argument, ast.Starred) for argument in call.args) or any(
            k.arg is None for k in call.keywords
        ):
            given: dict[str, Names] = dict.fromkeys(names)
        else:
            # Those at the end have defaults: what is left out is that.
            defaults = function.args.defaults
            given = {
                name: self._value(to, value)
                for name, value in zip(names[len(names) - len(defaults) :], defaults, strict=False)
            }
            given |= {name: self._value(inside, value) for name, value in zip(names, call.args, strict=False)}
            given |= {word.arg: self._value(inside, word.value) for word in call.keywords if word.arg is not None}
        for name, value in given.items():
            self.known[to, name] = _both(self.known.get((to, name), frozenset()), value)

    def _check_world(self, name: str, function: ast.FunctionDef) -> None:
        """The world may be asked, and be handed to a known function as its first argument, and nothing else."""
        world = self.worlds.get(name)
        fine: set[int] = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and (node.attr in METHODS or node.attr == "constants"):
                fine.add(id(node.value))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.functions:
                fine.update(id(argument) for argument in node.args[:1])
        for node in ast.walk(function):
            if _is(node, world) and id(node) not in fine:
                raise _NotUnderstood

    def _value(self, inside: str, node: ast.expr) -> Names:
        if isinstance(node, ast.Constant):
            return frozenset({node.value}) if isinstance(node.value, str) else frozenset()
        if isinstance(node, ast.IfExp):
            return _both(self._value(inside, node.body), self._value(inside, node.orelse))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._value(inside, node.left), self._value(inside, node.right)
            return None if left is None or right is None else frozenset(a + b for a in left for b in right)
        if isinstance(node, ast.Name):
            return self._named(inside, node.id)
        return None

    def _named(self, inside: str, name: str) -> Names:
        """A parameter or a local variable, whatever was assigned to it."""
        function = self.functions[inside]
        assigned = list(_assigned(function, name))
        if name in _parameters(function):
            value = self.known.get((inside, name), frozenset())
        elif assigned:
            value = frozenset()
        else:
            return None
        for expression in assigned:
            # A variable made from itself would be followed for ever.
            circular = expression is None or any(_is(part, name) for part in ast.walk(expression))
            value = _both(value, None if circular or expression is None else self._value(inside, expression))
        return value


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]


def _assigned(function: ast.FunctionDef, name: str) -> Iterator[ast.expr | None]:
    """What ``name`` is set to; None for each way of setting it that is not a plain assignment."""
    plain: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and _is(node.targets[0], name):
            plain.add(id(node.targets[0]))
            yield node.value
    own = {id(argument) for argument in ast.walk(function.args)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            if id(node) not in plain:
                yield None
        elif isinstance(node, ast.arg) and node.arg == name and id(node) not in own:
            yield None  # a function inside this one calls something else by this name


def _is(node: ast.AST, name: str | None) -> bool:
    return name is not None and isinstance(node, ast.Name) and node.id == name


def _both(one: Names, other: Names) -> Names:
    return None if one is None or other is None else one | other
