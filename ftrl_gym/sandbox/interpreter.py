"""One interpreter: what runs inside it beside a tool, and what may come out.

A tool's result leaves as JSON text that the interpreter itself has written, within its limits and no longer than
asked for. The value never does: one that refers to itself many times over is small inside and fills a machine outside.

``round`` is our own there: the interpreter's rounds 3.705 down, by multiplying, where Python rounds what the number is.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.sandbox.stateless import Maker
from ftrl_gym.sandbox.workers import close_session, open_session
from ftrl_gym.sandbox.world_source import WORLD_SOURCE
from ftrl_gym.world import Changes, WorldBase

MESSAGE_CHARS = 2_000
_PRINT_BYTES = 64 * 1024

_PRELUDE = f"""
from json import dumps as _ftrl_dumps

_ftrl_makers = []
_ftrl_round = round

def round(number, ndigits=None):
    if ndigits is None:
        return _ftrl_round(number)
    if isinstance(number, float) and isinstance(ndigits, int) and 0 <= ndigits <= 20 and -1e15 < number < 1e15:
        return float(f"{{number:.{{ndigits}}f}}")
    return _ftrl_round(number, ndigits)

def _ftrl_alone(source):
    def made():
        own = {{'__name__': 'tool', 'round': round}}
        exec(source, own)
        return own
    return made

def _ftrl_kinds(source, names):
    own = _ftrl_alone(source)()
    return [str(type(own[name]).__name__)[:40] if name in own else '' for name in names]

def _ftrl_always(tools):
    def made():
        return tools
    return made

def _ftrl_call(make, name, arguments, chars):
    try:
        result = make()[name](**arguments)
        if not (isinstance(result, dict) or result is None or isinstance(result, (str, bool, int, float, list))):
            result = str(result)
    except BaseException as error:
        kind, text = type(error).__name__, str(error)
        if kind != 'ValueError' or not text:
            text = kind + ': ' + text if text else kind
        return '1' + _ftrl_dumps(text[:{MESSAGE_CHARS + 1}])
    try:
        text = _ftrl_dumps(result, ensure_ascii=False, allow_nan=False)
    except BaseException as error:
        return '2' + _ftrl_dumps(str(error)[:{MESSAGE_CHARS}])
    return '0' + text if len(text) <= chars else '3'
"""


class Status(IntEnum):
    """What became of a call, as the interpreter says it."""

    DONE = 0
    """The text is the result in JSON."""
    RAISED = 1
    """The text is what the tool said, as a JSON string."""
    NO_JSON = 2
    """The result is none that JSON can hold; the text says why, as a JSON string."""
    TOO_LONG = 3
    """The result is longer than allowed."""
    STOPPED = 4
    """The interpreter ended it; the text says why, as a JSON string."""


class Outcome(NamedTuple):
    """What came out of an interpreter."""

    status: Status
    text: str

    @classmethod
    def read(cls, line: str) -> Outcome:
        """From what the interpreter wrote: the status as a digit, then JSON, which holds no line break."""
        return cls(_STATUS[line[0]], line[1:])

    @classmethod
    def stopped(cls, why: Stopped) -> Outcome:
        """Of a call that the interpreter ended."""
        return cls(Status.STOPPED, json.dumps(str(why)))


_STATUS = {str(status.value): status for status in Status}


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
        self._views: dict[int, tuple[int, WorldBase]] = {}

    def close(self) -> None:
        """Gives its worker back; nothing of what ran stays in it."""
        close_session(self._session)

    def run(self, calls: Sequence[MadeCall]) -> list[Outcome]:
        """Calls tools that keep nothing, one after another.

        Raises:
            Stopped: The interpreter ended them all.
        """
        given = [(self._number(call.maker), call.name, call.arguments) for call in calls]
        if len(given) > 1:
            given = [(number, name, _own(arguments)) for number, name, arguments in given]
        code = f"'\\n'.join([_ftrl_call(_ftrl_makers[_m], _n, _a, {self._chars}) for _m, _n, _a in _ftrl_given])"
        return [Outcome.read(line) for line in str(self._feed(code, _ftrl_given=given)).split("\n")]

    def run_alone(self, name: str, source: str, arguments: dict[str, Any]) -> Outcome:
        """Calls any tool. Only the first call of a fresh interpreter may be one of these.

        Raises:
            Stopped: The interpreter ended it.
        """
        code = f"{_PRELUDE}\n_ftrl_call(_ftrl_alone(_ftrl_s), _ftrl_n, _ftrl_a, {self._chars})"
        return Outcome.read(self._feed(code, _ftrl_n=name, _ftrl_s=source, _ftrl_a=arguments))

    def run_in_world(self, call: MadeCall, place: WorldBase, changed: Changes) -> tuple[Outcome, Changes]:
        """Calls a tool that keeps nothing on a world, whose base stays here.

        Raises:
            Stopped: The interpreter ended it.
        """
        number, view = self._number(call.maker), self._view(place)
        code = f"_ftrl_in_world(_ftrl_makers[_ftrl_m], _ftrl_n, _ftrl_views[{view}], _ftrl_c, _ftrl_a, {self._chars})"
        return _with_changes(
            self._feed(code, _ftrl_m=number, _ftrl_n=call.name, _ftrl_c=changed, _ftrl_a=call.arguments)
        )

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
        code = f"{_PRELUDE}\n_ftrl_kinds(_ftrl_s, _ftrl_n)"
        return list(map(str, self._feed(code, _ftrl_s=source, _ftrl_n=list(names))))

    @property
    def size(self) -> int:
        """How many modules are defined in it."""
        return len(self._makers)

    @property
    def worlds(self) -> int:
        """How many worlds lie in it."""
        return len(self._views)

    def _number(self, maker: Maker) -> int:
        number = self._makers.get(maker)
        if number is None:
            self._prepare()
            made = "_made" if maker.anew else "_ftrl_always(_made())"
            self._feed(f"{maker.source}\n_ftrl_makers.append({made})\nNone")
            self._makers[maker] = number = len(self._makers)
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
            self._feed(_PRELUDE)
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
    if not any(isinstance(value, list | dict) for value in arguments.values()):
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
    if kind == "MemoryError":
        return f"the tool needed more than {limits.memory_bytes // 2**20} MiB of memory and was stopped"
    return message if len(message) <= MESSAGE_CHARS else message[:MESSAGE_CHARS] + "…"
