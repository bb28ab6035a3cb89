"""Foreign source as the interpreter takes it.

Its generator expressions are lists, so ``next(row for row in rows if ...)``, which tools often write, fails there. It
is rewritten to ``next(iter(...))``, which means the same in Python.
"""

from __future__ import annotations

import ast
import functools
import re
import warnings

_LONGEST = 100_000
"""Characters; see :mod:`ftrl_gym.sandbox.stateless`."""
_MAYBE = re.compile(r"\bnext\s*\(\s*\(?")


@functools.lru_cache(maxsize=8192)
def adapted(source: str) -> str:
    """A source that means the same and runs in the interpreter; the source itself where nothing is to be done.

    >>> adapted("def f(rows):\\n    return next((row for row in rows), None)\\n").splitlines()[1]
    '    return next(iter((row for row in rows)), None)'
    """
    if len(source) > _LONGEST or _MAYBE.search(source) is None:
        return source
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            reading = _Reading()
            tree = reading.visit(tree)
            return ast.unparse(ast.fix_missing_locations(tree)) if reading.found else source
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source  # the interpreter says what is wrong with it


class _Reading(ast.NodeTransformer):
    found = False

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "next" and node.args:
            first = node.args[0]
            if isinstance(first, ast.GeneratorExp):
                node.args[0] = ast.Call(ast.Name("iter", ast.Load()), [first], [])
                self.found = True
        return node
