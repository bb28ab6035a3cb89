"""Tools that run elsewhere, recorded: what a call came to once, it comes to ever after, as plain Python source.

The source holds a table of the calls that were made and looks arguments up in it, so a scenario over a user's functions
or a server's tools needs neither of them to be played, repeats, and runs in the sandbox like any other code. Errors are
recorded as well as results; a call that was never made is refused and says so.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World

_SOURCE = '''"""Recorded: {count} calls of {name}."""

from json import dumps as _dumps

_ABSENT = ("absent",)
_RESULTS = {results}
_ERRORS = {errors}


def _plain(value):
    if isinstance(value, dict):
        return {{name: _plain(inner) for name, inner in value.items()}}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value


def {name}({signature}):
    given = {{{given}}}
    told = {{name: _plain(value) for name, value in given.items() if value != _ABSENT}}
    call = _dumps(told, sort_keys=True, ensure_ascii=False)
    if call in _RESULTS:
        return _RESULTS[call]
    raise ValueError(_ERRORS.get(call, "no result of {name} is on record for " + call))
'''


class Recorder:
    """A toolbox that passes calls on, each distinct one once, and remembers what they came to; safe between threads.

    Args:
        documents: Of the tools.
        toolbox: Runs them.
    """

    def __init__(self, documents: Sequence[ToolDocument], toolbox: Toolbox) -> None:
        self.documents = tuple(documents)
        self._toolbox = toolbox
        self._results: dict[str, dict[str, Json]] = {document.name: {} for document in documents}
        self._errors: dict[str, dict[str, str]] = {document.name: {} for document in documents}
        self._lock = threading.Lock()

    def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
        """See :meth:`ftrl_gym.execution.Toolbox.run`."""
        call = call_key(arguments)
        with self._lock:
            if call not in self._results[name] and call not in self._errors[name]:
                try:
                    self._results[name][call] = self._toolbox.run(name, arguments, world)
                except ToolFailure as failure:
                    self._errors[name][call] = str(failure)
            if call in self._errors[name]:
                raise ToolFailure(self._errors[name][call])
            return json.loads(json.dumps(self._results[name][call]))

    def refusals(self, name: str) -> list[str]:
        """Why calls of a tool came to nothing, in the order in which they were made."""
        with self._lock:
            return list(self._errors[name].values())

    def branch(self) -> Recorder:
        """Another one that begins with what this one remembers; neither hears of the other's further calls."""
        other = Recorder(self.documents, self._toolbox)
        with self._lock:
            other._results = {name: dict(rows) for name, rows in self._results.items()}
            other._errors = {name: dict(rows) for name, rows in self._errors.items()}
        return other

    def source(self, name: str) -> str:
        """Python source of a tool that answers the calls recorded so far; the same calls give the same bytes."""
        properties = next(each for each in self.documents if each.name == name).parameters["properties"]
        results, errors = self._results[name], self._errors[name]
        return _SOURCE.format(
            name=name,
            count=len(results) + len(errors),
            results=_table(results),
            errors=_table(errors),
            signature=", ".join(f"{parameter}=_ABSENT" for parameter in properties),
            given=", ".join(f'"{parameter}": {parameter}' for parameter in properties),
        )


def call_key(arguments: dict[str, Any]) -> str:
    """A call as the table names it.

    >>> call_key({"b": [2.0], "a": "é"})
    '{"a": "é", "b": [2]}'
    """
    return json.dumps(_plain(arguments), sort_keys=True, ensure_ascii=False)


def _plain(value: Json) -> Json:
    """A value in which 2.0 is 2, as in JSON schema."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _table(rows: dict[str, Any]) -> str:
    """A table as Python writes it, a row a line."""
    lines = [f"    {call!r}: {value!r}," for call, value in sorted(rows.items())]
    return "\n".join(["{", *lines, "}"]) if lines else "{}"
