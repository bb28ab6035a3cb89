"""The tools of a task on the bench: each is called as often as a check likes, always in the sandbox.

A call that was made is remembered, since the sandbox gives each the same fresh state; that equal calls come to equal
results is a check of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.goal import deep_key
from ftrl_gym.parameters import Leaf
from ftrl_gym.sandbox import SandboxLimits, SandboxToolbox
from ftrl_gym.task import Json
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import ToolDocument

LIMITS = SandboxLimits(seconds=0.5)
"""While tools are tried out: one that takes longer for one call is of no use in an episode."""
_MOST_LITERALS = 60
_MOST_ENDLESS = 4
"""Calls of one tool that may take too long: each costs a second, and a proof makes thousands."""
NONSENSE = "no such value zq7"
"""What no tool knows."""
Arguments = dict[str, Json]
_BARE = re.compile(
    r"(Key|Index|Type|Attribute|Name|ZeroDivision|UnboundLocal|Assertion|Recursion|Lookup|NotImplemented)(Error)?\b"
)
"""How an exception begins that nobody raised on purpose."""


@dataclass(frozen=True)
class Ran:
    """What a call came to."""

    value: Json = None
    error: str | None = None
    """Why there is no value, in the words of the tool or the sandbox."""

    @property
    def refused(self) -> bool:
        """Whether the tool said no, by an exception or in a result that is an error."""
        return self.error is not None or self.said is not None

    @property
    def said(self) -> str | None:
        """The text of a result that is an error; None for any other."""
        if isinstance(self.value, dict) and "error" in self.value:
            return str(self.value["error"])
        if isinstance(self.value, str) and self.value.casefold().startswith("error"):
            return self.value
        return None

    @property
    def message(self) -> str:
        """Why it was refused; empty if it was not."""
        return self.error if self.error is not None else self.said or ""

    @property
    def out_of_time(self) -> bool:
        """Whether it was ended for taking too long."""
        return self.error is not None and ("ran longer than" in self.error or "did not stop" in self.error)

    @property
    def untelling(self) -> bool:
        """Whether it failed by accident, so that its error tells a caller nothing."""
        return self.error is not None and _BARE.match(self.error) is not None

    @property
    def empty(self) -> bool:
        """Whether it says that there is nothing: no rows, no value."""
        return not self.refused and _is_nothing(self.value)


def _is_nothing(value: Json) -> bool:
    if isinstance(value, dict):
        return all(_is_nothing(inner) for inner in value.values())
    return value is None or value is False or value in ("", [], 0)


class Bench:
    """Documents with the code that is to fit them.

    Args:
        documents: The offered tools, in order.
        sources: Tool -> Python source.
        toolbox: Runs them; a sandbox over the sources unless they run elsewhere.

    Raises:
        SandboxError: A source cannot be defined; :func:`ftrl_gym.sandbox.refusal` says which beforehand.
    """

    def __init__(
        self, documents: Sequence[ToolDocument], sources: Mapping[str, str], toolbox: Toolbox | None = None
    ) -> None:
        self.documents = {document.name: document for document in documents}
        self.sources = dict(sources)
        self.checkers = {document.name: Checker(document) for document in documents}
        self.toolbox: Toolbox = toolbox or SandboxToolbox(self.sources, LIMITS)
        self._made: dict[str, tuple[str, Ran]] = {}
        self._refused: list[tuple[str, dict[str, Json], str]] = []
        self._endless: dict[str, list[Ran]] = {}

    def call(self, tool: str, arguments: Mapping[str, Json]) -> Ran:
        """What a call comes to; made once."""
        key = deep_key(tool, arguments)
        if key not in self._made:
            ran = self.anew(tool, arguments)
            self._made[key] = tool, ran
            if ran.refused:
                self._refused.append((tool, dict(arguments), ran.message))
        return self._made[key][1]

    def results(self, tool: str) -> list[Json]:
        """What calls of a tool have returned so far, where they were not refused."""
        return [ran.value for called, ran in self._made.values() if called == tool and not ran.refused]

    def refusals(self) -> list[tuple[str, dict[str, Json], str]]:
        """Every call so far that was refused: tool, arguments, message."""
        return list(self._refused)

    def anew(self, tool: str, arguments: Mapping[str, Json]) -> Ran:
        """The same call made again; of a tool that has not ended several times, no call is made any more."""
        endless = self._endless.get(tool, [])
        if len(endless) >= _MOST_ENDLESS:
            return endless[-1]
        try:
            return Ran(self.toolbox.run(tool, self.checkers[tool].typed(dict(arguments)), None))
        except ToolFailure as failure:
            ran = Ran(error=str(failure))
            if ran.out_of_time:
                self._endless.setdefault(tool, []).append(ran)
            return ran

    def fits(self, tool: str, arguments: Mapping[str, Json]) -> bool:
        """Whether arguments fit the tool's schema."""
        return self.checkers[tool].fits(dict(arguments))

    def with_value(self, tool: str, arguments: Mapping[str, Json], leaf: Leaf, value: Json) -> dict[str, Json] | None:
        """Arguments with another value in one place; None where they would not fit the schema."""
        schema = self.documents[tool].parameters
        values: dict[str, list[Any]] = {}
        for one in parameters.given(schema, arguments):
            values.setdefault(one.path, []).append(one.value)
        values[leaf.path] = [value, *values.get(leaf.path, [])[1:]]
        changed = parameters.assembled(schema, values)
        return changed if changed != arguments and self.fits(tool, changed) else None

    def literals(self, tool: str) -> list[Json]:
        """Values that stand in the tool's code, which its data are made of, in order."""
        try:
            nodes = list(ast.walk(ast.parse(self.sources.get(tool, ""))))
        except (SyntaxError, ValueError, RecursionError):
            return []
        found = [node.value for node in nodes if isinstance(node, ast.Constant)]
        short = [value for value in found if type(value) in (int, float) or _is_short(value)]
        return list({repr(value): value for value in short}.values())

    def others(self, tool: str, leaf: Leaf, value: Json = None) -> Iterator[Json]:
        """Values that might stand in a place instead of one, the likeliest to matter first.

        Args:
            tool: Its name.
            leaf: The place.
            value: What stands there; None if nothing does.
        """
        kind = leaf.schema.get("type", "string")
        if leaf.choices:
            yield from (one for one in leaf.choices if one != value)
        elif kind == "boolean":
            yield from (one for one in (True, False) if one is not value)
        elif kind in ("integer", "number"):
            own = value if isinstance(value, int | float) else 1
            near = [own + 1, own - 1, own * 2 + 1, 0, 1, 2, 10, 1000, own * 100 + 7]
            bounds = [leaf.schema[name] for name in ("minimum", "maximum") if name in leaf.schema]
            own_numbers = [one for one in self.literals(tool) if isinstance(one, int | float)][:_MOST_LITERALS]
            yield from (one for one in [*bounds, *near, *own_numbers] if one != value)
        elif leaf.in_parts:
            days = [one for one in self.literals(tool) if parameters.is_day(one)]
            yield from (parameters.in_parts(day) for day in [*days[:10], "2001-01-01", "2035-12-30"])
        elif kind == "string":
            texts = [one for one in self.literals(tool) if isinstance(one, str)][:_MOST_LITERALS]
            texts.sort(key=lambda one: not _alike(one, value))
            yield from (one for one in [*texts, "2001-01-01", NONSENSE, "Z9"] if one != value)


def _is_short(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 60 and "\n" not in value


def _alike(one: str, value: Json) -> bool:
    """Whether two texts are of one make: both codes, days, or words."""

    def make(text: str) -> str:
        return "".join("0" if c.isdigit() else "a" if c.islower() else "A" if c.isupper() else c for c in text)[:4]

    return isinstance(value, str) and make(one) == make(value)
