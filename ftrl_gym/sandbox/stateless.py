"""Which tools may share an interpreter: those whose source proves that no call can leave anything behind.

An interpreter for one call alone costs more than most calls: it has to be made, and it parses the whole source. A tool
that passes here is rewritten instead: its source becomes the body of a function that is defined once, and every call
runs that function anew. So all that a module would keep between calls (lists, counters, defaults, caches) is made
afresh for each, without parsing anything.

What may not pass is what reaches beyond that function: names that are bound nowhere in the source and are no harmless
builtin, ``global``, modules that hold state (``random``, ``decimal``), the interpreter's own surface (``exec``,
``open``), and addresses (``id``, a function or an instance as text), which tell how much ran before. The interpreter
itself allows no attribute of a module, a function or a builtin to be set. Being refused here costs time only: such a
tool runs in an interpreter of its own.
"""

from __future__ import annotations

import ast
import functools
import symtable
import warnings
from collections.abc import Iterator
from typing import NamedTuple

_LONGEST = 100_000
"""Characters. Longer sources are not looked at: Python's own parser is not made for hostile text of any length."""

_HARMLESS = """
abs all any ascii bin bool bytes callable chr complex dict divmod enumerate filter float format frozenset getattr
hasattr hex int isinstance issubclass len list map max min next oct ord pow print range repr reversed round set slice
sorted str sum tuple type zip ArithmeticError AssertionError AttributeError BaseException Exception IndexError KeyError
LookupError NameError NotImplementedError OverflowError RecursionError RuntimeError StopIteration TypeError ValueError
ZeroDivisionError
"""
_STATELESS = """
__future__ base64 binascii bisect collections copy datetime functools hashlib itertools json math re time typing
unicodedata
"""
_ITER = "iter"
"""Shows an address, unless it is read at once."""
_CALLING = "sorted min max map filter sort reduce all any sum sub subn"
_BUILTINS, _MODULES = frozenset(_HARMLESS.split()), frozenset(_STATELESS.split())
_REACHABLE = _BUILTINS | {_ITER}
_TAKE_FUNCTIONS = frozenset(_CALLING.split())
"""Names of what is called with a function and only calls it."""
_STATEMENTS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.Expr)
_NEVER = (
    ast.AsyncFor,
    ast.AsyncFunctionDef,
    ast.AsyncWith,
    ast.Await,
    ast.ClassDef,
    ast.Global,
    ast.Yield,
    ast.YieldFrom,
)


class Maker(NamedTuple):
    """How a tool is made anew."""

    source: str
    """Defines a function ``_made`` without parameters that returns the tools by name."""
    anew: bool
    """Whether it has to run for every call; not where the tool's module would hold nothing that can change."""


@functools.lru_cache(maxsize=8192)
def maker(names: tuple[str, ...], source: str) -> Maker | None:
    """How to make the tools of a source anew; None where it does not prove that they leave nothing behind.

    >>> print(maker(("f",), "seen = []\\ndef f(x):\\n    seen.append(x)\\n    return len(seen)").source)
    def _made():
        __name__ = 'tool'
        seen = []
    <BLANKLINE>
        def f(x):
            seen.append(x)
            return len(seen)
        return {'f': f}
    >>> maker(("f",), "n = 0\\ndef f():\\n    global n\\n    n += 1\\n    return n") is None
    True
    """
    if len(source) > _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a foreign source's escapes is no matter of ours
            return _maker(names, source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _maker(names: tuple[str, ...], source: str) -> Maker | None:
    body = [statement for statement in ast.parse(source).body if not _is_script(statement)]
    if not all(isinstance(statement, _STATEMENTS) for statement in body) or not _harmless(body):
        return None
    if not {statement.name for statement in body if isinstance(statement, ast.FunctionDef)}.issuperset(names):
        return None
    made = ast.unparse(_wrapped(names, [statement for statement in body if not _is_future(statement)]))
    if not _reaches_nothing(symtable.symtable(made, "tool", "exec")):
        return None
    return Maker(made, not all(_holds_still(statement) for statement in body))


def _holds_still(statement: ast.stmt) -> bool:
    """Whether nothing that a top statement makes can change."""
    if isinstance(statement, ast.FunctionDef):
        defaults = [*statement.args.defaults, *(value for value in statement.args.kw_defaults if value is not None)]
        return all(map(_is_constant, defaults))
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return statement.value is None or _is_constant(statement.value)
    return isinstance(statement, ast.Import | ast.ImportFrom) or (
        isinstance(statement, ast.Expr) and _is_constant(statement.value)
    )


def _is_constant(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple):
        return all(map(_is_constant, value.elts))
    return isinstance(value.operand if isinstance(value, ast.UnaryOp) else value, ast.Constant)


def _wrapped(names: tuple[str, ...], body: list[ast.stmt]) -> ast.Module:
    tools = ", ".join(f"{name!r}: {name}" for name in names)
    wrapper = ast.parse(f"def _made():\n    __name__ = 'tool'\n    return {{{tools}}}")
    function = wrapper.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body[1:1] = body
    return wrapper


def _is_script(statement: ast.stmt) -> bool:
    """``if __name__ == "__main__": ...``, which never runs where a tool does."""
    return (
        isinstance(statement, ast.If)
        and not statement.orelse
        and ast.dump(statement.test) == ast.dump(ast.parse("__name__ == '__main__'", mode="eval").body)
    )


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _harmless(body: list[ast.stmt]) -> bool:
    nodes = [node for statement in body for node in ast.walk(statement)]
    functions = {_ITER, *(node.name for node in nodes if isinstance(node, ast.FunctionDef))}
    handled = {id(node) for call in nodes if isinstance(call, ast.Call) for node in _only_called(call)}
    for node in nodes:
        if isinstance(node, _NEVER):
            return False
        if isinstance(node, ast.Import) and not all(alias.name in _MODULES for alias in node.names):
            return False
        if isinstance(node, ast.ImportFrom) and (
            node.level or node.module not in _MODULES or any(alias.name == "*" for alias in node.names)
        ):
            return False
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            return False
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            return False
        if isinstance(node, ast.Lambda) and id(node) not in handled:
            return False
        if isinstance(node, ast.Name) and node.id in functions and id(node) not in handled:
            return False
    return True


def _only_called(call: ast.Call) -> Iterator[ast.expr]:
    """The expressions of a call that are functions and come to be called, never shown."""
    name = _name(call.func)
    if name != _ITER:
        yield call.func
    if name == "next" and call.args and isinstance(call.args[0], ast.Call):
        yield call.args[0].func
    if name in _TAKE_FUNCTIONS:
        yield from call.args
        yield from (keyword.value for keyword in call.keywords)


def _name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def _reaches_nothing(table: symtable.SymbolTable, outermost: bool = True) -> bool:
    """Whether every name that a function takes from outside is a harmless builtin, and none of those is rebound at
    the top, where a module would still find the builtin behind it."""
    if not outermost:
        for symbol in table.get_symbols():
            if symbol.is_global() and symbol.get_name() not in _REACHABLE:
                return False
    elif any(symbol.get_name() in _REACHABLE for child in table.get_children() for symbol in _bound(child)):
        return False
    return all(_reaches_nothing(child, outermost=False) for child in table.get_children())


def _bound(table: symtable.SymbolTable) -> Iterator[symtable.Symbol]:
    return (symbol for symbol in table.get_symbols() if symbol.is_local())
