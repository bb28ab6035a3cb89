"""BFCL's calls of stateful tools: written as Python, for the authors' package evaluates them.

A call string is built from nothing but a name of the offered tools, names of its parameters, and literals; whatever
else a policy writes never gets there.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import keyword
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ftrl_gym.suites.bfcl_entries import Entry
from ftrl_gym.suites.bfcl_package import NAME, load

_MOST: Mapping[str, Mapping[str, float]] = {
    "power": {"base": 1e100, "exponent": 10_000},
    "logarithm": {"precision": 10_000},
    "square_root": {"precision": 10_000},
}
"""Tool -> parameter whose size decides how long it takes -> the most that it may be, far above what is ever right."""
_numbers = itertools.count()
_EXECUTING = threading.Lock()

Arguments = dict[str, Any]


def problem(name: str, arguments: Mapping[str, Any], document: Mapping[str, Any]) -> str | None:
    """Why a call cannot be written, or would not come back; None where it is fine.

    Args:
        name: Of the tool.
        arguments: JSON values.
        document: The tool's, in OpenAI's format.
    """
    known = document["function"]["parameters"].get("properties", {})
    for parameter in arguments:
        if parameter not in known or not parameter.isidentifier() or keyword.iskeyword(parameter):
            return f"{name}() got an unexpected keyword argument; it takes {', '.join(known) or 'none'}"
    for parameter, most in _MOST.get(name, {}).items():
        value = arguments.get(parameter)
        if isinstance(value, int | float) and abs(value) > most:
            return f"{parameter} is too large; the most is {most:g}"
    return None


def call_string(name: str, arguments: Mapping[str, Any]) -> str:
    """A call as Python.

    >>> call_string("mv", {"source": "a.txt", "destination": "b (1)"})
    "mv(source='a.txt', destination='b \\\\x281)')"
    """
    return f"{name}({', '.join(f'{key}={literal(value)}' for key, value in arguments.items())})"


def literal(value: Any) -> str:
    """A JSON value as a Python literal, in which no ``(`` makes a word look like a call: the package looks for names of
    tools before such, in texts too, and would put its object's name there."""
    if isinstance(value, str):
        return repr(value).replace("(", "\\x28")
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(key)}: {literal(inner)}' for key, inner in value.items())}}}"
    return repr(value)


def read_call(text: str, classes: Sequence[str]) -> tuple[str, Arguments]:
    """A right call of the data, as name and arguments: those without a name get it from the tool's signature.

    Args:
        text: The call as Python.
        classes: Of the tools that the entry involves.

    Raises:
        KeyError: None of the classes has the tool.
        AssertionError, SyntaxError, ValueError: The text is no call of literals; the published data have no such.
        UsageError: The package is not installed.
    """
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name), text
    names = _parameters(node.func.id, tuple(classes))
    given = {name: ast.literal_eval(value) for name, value in zip(names, node.args, strict=False)}
    return node.func.id, given | {str(one.arg): ast.literal_eval(one.value) for one in node.keywords}


@lru_cache(maxsize=512)
def _parameters(tool: str, classes: tuple[str, ...]) -> tuple[str, ...]:
    for name in classes:
        method = getattr(getattr(importlib.import_module(load().tool_modules[name]), name), tool, None)
        if method is not None:
            return tuple(inspect.signature(method).parameters)[1:]
    raise KeyError(f"none of {classes} has a tool {tool}")


class Rollout:
    """The tools of one episode, under a name of its own: the package keeps its objects in a module's globals, by the
    policy's name and the entry's.

    Args:
        entry: Of a category with several turns.
    """

    def __init__(self, entry: Entry) -> None:
        self._entry, self._bfcl = entry, load()
        self._name = f"{NAME}rollout{next(_numbers)}x"

    def run(self, calls: Sequence[str]) -> list[str]:
        """What each call gives.

        Args:
            calls: As :func:`call_string` writes them, in their order.

        Returns:
            A text for each; what a tool raises is told in it.
        """
        written = self._entry.written
        with _EXECUTING:  # some tools set precision for the whole process
            results, _ = self._bfcl.execution.execute_multi_turn_func_call(
                func_call_list=list(calls),
                initial_config=written["initial_config"],
                involved_classes=written["involved_classes"],
                model_name=self._name,
                test_entry_id=self._entry.id,
                long_context="long_context" in self._entry.kind,
            )
        return [str(result) for result in results]

    def right(self, turns: Sequence[Sequence[Sequence[str]]]) -> bool:
        """The authors' verdict.

        Args:
            turns: By the user's turns, what was called in each step.
        """
        if len(turns) != len(self._entry.answer):
            return False  # it was stopped before the user was done
        steps = [[list(step) for step in turn if step] for turn in turns]
        with _EXECUTING:
            verdict = self._bfcl.check_multi_turn(
                steps, self._entry.answer, dict(self._entry.written), self._entry.kind, self._name
            )
        return bool(verdict["valid"])

    def close(self) -> None:
        """Lets its objects go."""
        kept = vars(self._bfcl.execution)
        for name in [name for name in kept if name.startswith(f"{self._name}_")]:
            kept.pop(name, None)
