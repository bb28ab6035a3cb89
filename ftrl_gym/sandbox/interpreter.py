"""One interpreter: what runs inside it beside a tool, and what may come out.

A tool's result leaves as JSON text that the interpreter itself has written, within its limits and no longer than
asked for. The value never does: one that refers to itself many times over is small inside and fills a machine outside.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.sandbox.stateless import Maker
from ftrl_gym.sandbox.workers import close_session, open_session

MESSAGE_CHARS = 2_000
_PRINT_BYTES = 64 * 1024

_PRELUDE = f"""
from json import dumps as _ftrl_dumps

_ftrl_makers = []

def _ftrl_alone(name, source):
    def made():
        own = {{'__name__': 'tool'}}
        exec(source, own)
        if name not in own:
            raise NameError("name '" + name + "' is not defined")
        return own[name]
    return made

def _ftrl_kind(name, source):
    return str(type(_ftrl_alone(name, source)()).__name__)[:40]

def _ftrl_always(tool):
    def made():
        return tool
    return made

def _ftrl_call(make, arguments, chars):
    try:
        result = make()(**arguments)
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


class Interpreter:
    """A running interpreter; close it."""

    def __init__(self, limits: SandboxLimits) -> None:
        self._limits = limits
        self._session = open_session(limits)
        self._prepared = False
        self._makers: dict[Maker, int] = {}

    def close(self) -> None:
        """Gives its worker back; nothing of what ran stays in it."""
        close_session(self._session)

    @property
    def size(self) -> int:
        """How many tools are defined in it."""
        return len(self._makers)

    def run(self, calls: Sequence[tuple[Maker, dict[str, Any]]]) -> list[Outcome]:
        """Calls tools that keep nothing, one after another.

        Raises:
            Stopped: The interpreter ended them all.
        """
        given = [(self._number(maker), arguments) for maker, arguments in calls]
        code = f"'\\n'.join([_ftrl_call(_ftrl_makers[_n], _a, {self._limits.output_chars}) for _n, _a in _ftrl_given])"
        return [Outcome.read(line) for line in str(self._feed(code, _ftrl_given=given)).split("\n")]

    def run_alone(self, name: str, source: str, arguments: dict[str, Any]) -> Outcome:
        """Calls any tool. Only the first call of a fresh interpreter may be one of these.

        Raises:
            Stopped: The interpreter ended it.
        """
        code = f"{_PRELUDE}\n_ftrl_call(_ftrl_alone(_ftrl_n, _ftrl_s), _ftrl_a, {self._limits.output_chars})"
        return Outcome.read(self._feed(code, _ftrl_n=name, _ftrl_s=source, _ftrl_a=arguments))

    def kind(self, name: str, source: str) -> str:
        """The type of what a source defines under a name, in a fresh interpreter.

        Raises:
            Stopped: It defines nothing, or the interpreter ended it.
        """
        return str(self._feed(f"{_PRELUDE}\n_ftrl_kind(_ftrl_n, _ftrl_s)", _ftrl_n=name, _ftrl_s=source))

    def _number(self, maker: Maker) -> int:
        number = self._makers.get(maker)
        if number is None:
            if not self._prepared:
                self._feed(_PRELUDE)
                self._prepared = True
            made = "_made" if maker.anew else "_ftrl_always(_made())"
            self._feed(f"{maker.source}\n_ftrl_makers.append({made})\nNone")
            self._makers[maker] = number = len(self._makers)
        return number

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


def _explained(message: str, limits: SandboxLimits) -> str:
    kind, _, text = message.partition(": ")
    if kind == "TimeoutError" and "time limit exceeded" in text:
        return f"the tool ran longer than {limits.seconds:g} s and was stopped"
    if kind == "MemoryError":
        return f"the tool needed more than {limits.memory_bytes // 2**20} MiB of memory and was stopped"
    return message if len(message) <= MESSAGE_CHARS else message[:MESSAGE_CHARS] + "…"
