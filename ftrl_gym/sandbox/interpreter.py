"""One interpreter: what runs inside it beside a tool, and what may come out.

A tool's result leaves as JSON text that the interpreter itself has written, within its limits and no longer than
asked for. The value never does: one that refers to itself many times over is small inside and fills a machine outside.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from ftrl_gym.sandbox.call_source import ALONE, KEPT, KINDS, MESSAGE_CHARS
from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.sandbox.stateless import Maker
from ftrl_gym.sandbox.workers import close_session, open_session
from ftrl_gym.sandbox.world_source import WORLD_SOURCE
from ftrl_gym.task import Json
from ftrl_gym.world import Changes, WorldBase

_PRINT_BYTES = 64 * 1024
"""What the calls of a batch may print together; none of it is shown to anybody."""


class Status(IntEnum):
    """What became of a call, as the interpreter says it."""

    DONE = 0
    """The value is the result."""
    RAISED = 1
    """The value is what the tool said."""
    NO_JSON = 2
    """The result is none that JSON can hold; the value says why."""
    TOO_LONG = 3
    """The result is longer than allowed."""
    STOPPED = 4
    """The interpreter ended it; the value says why."""
    SHOWS_ADDRESS = 5
    """The value shows an address, which differs with what ran before."""


class Outcome(NamedTuple):
    """What came out of an interpreter."""

    status: Status
    value: Json

    @classmethod
    def read(cls, text: str) -> Outcome:
        """From what the interpreter wrote of one call: ``[status, value]`` in JSON."""
        try:
            status, value = json.loads(text)
        except (ValueError, RecursionError) as error:
            return cls(Status.NO_JSON, str(error))
        return cls(_STATUS[status], value)

    @classmethod
    def stopped(cls, why: Stopped) -> Outcome:
        """Of a call that the interpreter ended."""
        return cls(Status.STOPPED, str(why))

    def checked(self) -> Outcome:
        """Itself, marked if it shows an address."""
        text = json.dumps(self.value, ensure_ascii=False)
        return Outcome(Status.SHOWS_ADDRESS, self.value) if _ADDRESS.search(text) else self


_STATUS = tuple(Status)
_MAY_SHOW_ADDRESS = " at 0x"
_ADDRESS = re.compile(r" at 0x[0-9a-f]+>")


class Stopped(Exception):
    """The interpreter ended what it ran, or could not begin it. It is of no more use."""

    def __init__(self, text: str, out_of_time: bool = False) -> None:
        super().__init__(text)
        self.out_of_time = out_of_time


class MadeCall(NamedTuple):
    """A call of a tool that keeps nothing."""

    maker: Maker
    name: str
    arguments: dict[str, Any]


class Interpreter:
    """A running interpreter; close it."""

    def __init__(self, limits: SandboxLimits) -> None:
        self._limits = limits
        self._chars = limits.output_chars
        self._session = open_session(limits)
        self._prepared = False
        self._makers: dict[Maker, int] = {}
        self._tools: dict[tuple[Maker, str], int] = {}
        self._views: dict[int, tuple[int, WorldBase]] = {}

    def close(self) -> None:
        """Gives its worker back; nothing of what ran stays in it."""
        close_session(self._session)

    def run(self, calls: Sequence[MadeCall]) -> list[Outcome]:
        """Calls tools that keep nothing, one after another.

        Raises:
            Stopped: The interpreter ended them all.
        """
        tools = [self._number(call.maker, call.name) for call in calls]
        given = [call.arguments if len(calls) == 1 else _own(call.arguments) for call in calls]
        text = str(self._feed(f"_ftrl_calls(_ftrl_k, _ftrl_given, {self._chars})", _ftrl_k=tools, _ftrl_given=given))
        try:
            outcomes = [Outcome(_STATUS[status], value) for status, value in json.loads(text)]
        except (ValueError, RecursionError) as error:
            raise Stopped(f"a result cannot be read: {error}") from None
        return [outcome.checked() for outcome in outcomes] if _MAY_SHOW_ADDRESS in text else outcomes

    def run_alone(self, name: str, source: str, arguments: dict[str, Any]) -> Outcome:
        """Calls any tool. Only the first call of a fresh interpreter may be one of these.

        Raises:
            Stopped: The interpreter ended it.
        """
        code = f"{ALONE}\n_ftrl_one(_ftrl_alone(_ftrl_s), _ftrl_n, _ftrl_a, {self._chars})"
        return Outcome.read(self._feed(code, _ftrl_n=name, _ftrl_s=source, _ftrl_a=arguments))

    def run_in_world(self, call: MadeCall, place: WorldBase, changed: Changes) -> tuple[Outcome, Changes]:
        """Calls a tool that keeps nothing on a world, whose base stays here.

        Raises:
            Stopped: The interpreter ended it.
        """
        number, view = self._number(call.maker, call.name), self._view(place)
        code = f"_ftrl_in_world(*_ftrl_tools[{number}], _ftrl_views[{view}], _ftrl_c, _ftrl_a, {self._chars})"
        text = self._feed(code, _ftrl_c=changed, _ftrl_a=call.arguments)
        outcome, changes = _with_changes(text)
        return outcome.checked() if _MAY_SHOW_ADDRESS in text else outcome, changes

    def run_alone_in_world(
        self, name: str, source: str, arguments: dict[str, Any], place: WorldBase, changed: Changes
    ) -> tuple[Outcome, Changes]:
        """Calls any tool on a world. Only the first call of a fresh interpreter may be one of these.

        Raises:
            Stopped: The interpreter ended it.
        """
        view = self._view(place)
        code = f"_ftrl_in_world(_ftrl_alone(_ftrl_s), _ftrl_n, _ftrl_views[{view}], _ftrl_c, _ftrl_a, {self._chars})"
        return _with_changes(self._feed(code, _ftrl_n=name, _ftrl_s=source, _ftrl_c=changed, _ftrl_a=arguments))

    def kinds(self, source: str, names: Sequence[str]) -> list[str]:
        """The types of what a source defines under some names, "" for nothing; in a fresh interpreter.

        Raises:
            Stopped: The interpreter ended it.
        """
        return list(map(str, self._feed(KINDS, _ftrl_s=source, _ftrl_n=list(names))))

    @property
    def size(self) -> int:
        """How many modules are defined in it."""
        return len(self._makers)

    @property
    def worlds(self) -> int:
        """How many worlds lie in it."""
        return len(self._views)

    def _number(self, maker: Maker, name: str) -> int:
        number = self._tools.get((maker, name))
        if number is None:
            self._prepare()
            known = self._makers.get(maker)
            made = "_made" if maker.anew else "_ftrl_always(_made())"
            if known is None:
                self._feed(f"{maker.source}\n_ftrl_tools.append(({made}, {name!r}))\nNone")
            else:
                self._feed(f"_ftrl_tools.append((_ftrl_tools[{known}][0], {name!r}))\nNone")
            self._tools[maker, name] = number = len(self._tools)
            self._makers.setdefault(maker, number)
        return number

    def _view(self, place: WorldBase) -> int:
        if id(place) not in self._views:
            self._prepare()
            if not self._views:
                self._feed(f"{WORLD_SOURCE}\n_ftrl_views = []\nNone")
            self._feed("_ftrl_views.append(_ftrl_base(_t, _c))\n_t = _c = None", _t=place.tables, _c=place.constants)
            self._views[id(place)] = (len(self._views), place)  # held, so that the id stays its own
        return self._views[id(place)][0]

    def _prepare(self) -> None:
        if not self._prepared:
            self._feed(KEPT)
            self._prepared = True

    def _feed(self, code: str, **inputs: Any) -> Any:
        import pydantic_monty as monty

        printed = monty.CollectString(max_bytes=_PRINT_BYTES)
        try:
            return self._session.feed_run(code, inputs=inputs, print_callback=printed)
        except (monty.MontyRuntimeError, monty.MontySyntaxError) as error:
            message = error.display("type-msg")
            raise Stopped(_explained(message, self._limits), message.startswith("TimeoutError")) from None
        except monty.MontyCrashedError as error:
            why = f"did not stop within {self._limits.seconds:g} s" if error.timed_out else "crashed its sandbox"
            raise Stopped(f"the tool {why} and was ended", error.timed_out) from None
        except (monty.MontyConversionError, OverflowError, RecursionError, ValueError) as error:
            raise Stopped(f"a value cannot pass into or out of the tool: {error}"[:MESSAGE_CHARS]) from None


def _own(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments that share nothing with another call's: what is one object outside is one inside, and can be changed.

    Raises:
        Stopped: They are nested too deep to tell.
    """
    for value in arguments.values():
        if isinstance(value, (list, dict)):
            break
    else:
        return arguments
    try:
        return copy.deepcopy(arguments)
    except RecursionError:
        raise Stopped("the arguments are nested too deep") from None


def _with_changes(text: str) -> tuple[Outcome, Changes]:
    line, _, changes = text.partition("\n")
    changed, count = json.loads(changes)
    return Outcome.read(line), ([(table, key, row) for table, key, row in changed], count)


def _explained(message: str, limits: SandboxLimits) -> str:
    kind, _, text = message.partition(": ")
    if kind == "TimeoutError" and "time limit exceeded" in text:
        return f"the tool ran longer than {limits.seconds:g} s and was stopped"
    if kind == "MemoryError" and text.endswith(f"> {_PRINT_BYTES} bytes"):
        return f"the tool printed more than {_PRINT_BYTES // 1024} KiB and was stopped"
    if kind == "MemoryError":
        return f"the tool needed more than {limits.memory_bytes // 2**20} MiB of memory and was stopped"
    return message if len(message) <= MESSAGE_CHARS else message[:MESSAGE_CHARS] + "…"
