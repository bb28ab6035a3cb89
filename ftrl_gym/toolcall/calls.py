"""What a turn holds once it is read: its calls, what became of each, and the bounds on what is read and shown again."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_CALL_CHARS = 16_384
"""A longer call is malformed; no tool needs more, and a parser must not be a way to spend a trainer's time."""
MAX_DEPTH = 64
"""A call nested more deeply is malformed: no tool needs it, and whatever looks at its arguments may recurse."""
ECHO_CHARS = 60
"""At most so much of what a policy wrote comes back to it."""


class CallStatus(StrEnum):
    """What became of one call."""

    OK = "ok"
    """It ran and returned a result."""
    MALFORMED = "malformed"
    """The text of the call is not what the dialect asks for."""
    UNKNOWN_TOOL = "unknown_tool"
    """No such tool is offered (or not now)."""
    BAD_ARGUMENTS = "bad_arguments"
    """The arguments do not fit the tool's schema."""
    TOOL_ERROR = "tool_error"
    """The tool itself refused."""
    NOT_RUN = "not_run"
    """Beyond the number of calls that one turn may make."""


@dataclass(slots=True)
class Call:
    """One attempted call; ``problem`` is set when the text is malformed."""

    name: str
    arguments: dict[str, Any]
    problem: str | None = None
    hint: str = ""
    """Goes before what is wrong with the arguments, where they seem to stand in another place."""
    _key: str = field(default="", repr=False, compare=False)

    @property
    def key(self) -> str:
        """Equal for calls that read the same. Worked out once, so it is for calls whose arguments nobody changes."""
        if not self._key:
            self._key = f"{self.name}{self.arguments!r}"
        return self._key


@dataclass(slots=True)
class Turn:
    """A parsed assistant message: its calls, and its words outside reasoning blocks and calls."""

    content: str
    calls: list[Call]


def short(text: object, limit: int = ECHO_CHARS) -> str:
    """A short, escaped piece of what a policy wrote, safe to show it.

    >>> short('a' * 100 + '<|im_end|>', 5)
    "'aaaaa…'"
    """
    piece = str(text)[: limit + 1]
    clipped = piece[:limit].encode("unicode_escape").decode("ascii")[: 2 * limit]
    return f"'{clipped}{'…' if len(piece) > limit else ''}'"
