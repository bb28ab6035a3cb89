"""A conversation with a chat-completions endpoint, and its turns as the text that an environment reads.

With ``docs="json"`` the tools go to the endpoint, and calls that come back as such are written in the environment's
dialect; their results go back to the calls by id. A model that writes its calls as plain text, or is asked with
``docs="signature"``, gets results in a user message, for a tool message must answer a call that the endpoint knows of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any

from ftrl_gym.policies import call_text
from ftrl_gym.prompt import to_json, tool_observation
from ftrl_gym.toolcall import Dialect

Message = dict[str, Any]
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class ApiCall:
    """A tool call as an endpoint returned it."""

    id: str
    name: str
    arguments: str
    """JSON as the model wrote it, which may be broken."""


@dataclass(frozen=True)
class Reply:
    """One assistant turn of an endpoint."""

    content: str
    calls: tuple[ApiCall, ...] = ()
    cut: bool = False
    """Whether the limit on tokens ended it."""

    def to_json(self) -> str:
        """As JSON; reads back with :meth:`from_json`."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Reply:
        """The reply that :meth:`to_json` wrote."""
        data = json.loads(text)
        return cls(data["content"], tuple(ApiCall(**call) for call in data["calls"]), data["cut"])

    def text(self, dialect: Dialect) -> str:
        """The turn as the environment reads it.

        Only in the Hermes dialect is there room for words beside calls.
        """
        calls = _calls_text(self.calls, dialect)
        if calls and dialect is not Dialect.HERMES:
            return calls
        return "\n".join(part for part in (self.content, calls) if part)

    def message(self) -> Message:
        """The turn as it goes back to the endpoint."""
        message: Message = {"role": "assistant", "content": self.content}
        if self.calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    # chat templates read the arguments again, and some servers fail at broken ones
                    "function": {
                        "name": call.name,
                        "arguments": call.arguments if _decoded(call) is not None else "{}",
                    },
                }
                for call in self.calls
            ]
        return message


def opening(messages: Sequence[Message]) -> list[Message]:
    """The messages of a reset."""
    return [{"role": message["role"], "content": message["content"]} for message in messages]


def appended(reply: Reply, feedback: Sequence[Message]) -> list[Message]:
    """What follows in the conversation after a reply.

    Args:
        reply: The endpoint's.
        feedback: ``info["messages"]`` of the step with its text.
    """
    results = [str(message["content"]) for message in feedback if message["role"] == "tool"]
    # Calls in plain text stand before the endpoint's own ones, so their results do, too.
    in_words = max(0, len(results) - len(reply.calls))
    answers: list[Message] = []
    for call, result in zip_longest(reply.calls, results[in_words:]):
        content = to_json({"error": "not run"}) if result is None else result
        answers.append({"role": "tool", "tool_call_id": call.id, "content": content})
    words = [tool_observation(results[:in_words])] if in_words else []
    words += [str(message["content"]) for message in feedback if message["role"] != "tool"]
    # One user message, as many chat templates want the roles to alternate.
    told = [{"role": "user", "content": "\n\n".join(words)}] if words else []
    return [reply.message(), *answers, *told]


def reply_of(choice: Any) -> Reply:
    """The reply in a choice of the openai client, with an id for every call.

    Half of a surrogate pair, which JSON can escape, becomes U+FFFD: it could not be sent back in the next request. Of
    what some servers send in place of text, arguments as an object are written as JSON, and words in parts are joined.

    Raises:
        TypeError: It has another form than a chat completion.
        AttributeError: Likewise.
        LookupError: Likewise.
    """
    message = choice.message
    calls = [call for call in message.tool_calls or () if getattr(call, "function", None) is not None]
    return Reply(
        content=_SURROGATES.sub("\ufffd", _words(message.content)),
        calls=tuple(
            ApiCall(
                call.id or f"call_{place}",
                _SURROGATES.sub("\ufffd", call.function.name or ""),
                _SURROGATES.sub("\ufffd", _arguments_text(call.function.arguments)),
            )
            for place, call in enumerate(calls)
        ),
        cut=choice.finish_reason == "length",
    )


def _words(content: Any) -> str:
    """Text; of a list of parts the texts among them."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part["type"] == "text")
    text: str = content or ""
    return text


def _arguments_text(arguments: Any) -> str:
    text: str = to_json(arguments) if isinstance(arguments, dict) else arguments or "{}"
    return text


def _calls_text(calls: Sequence[ApiCall], dialect: Dialect) -> str:
    if dialect is Dialect.HERMES:
        return "\n".join(f"<tool_call>\n{_hermes(call)}\n</tool_call>" for call in calls)
    decoded = [(call.name, _decoded(call)) for call in calls]
    if all(arguments is not None for _, arguments in decoded):
        return call_text([(name, arguments or {}) for name, arguments in decoded], dialect)
    # With broken arguments the whole turn is told to be malformed, as it would be had the model written it itself.
    if dialect is Dialect.PYTHONIC:
        return f"[{', '.join(f'{call.name}({call.arguments})' for call in calls)}]"
    return "; ".join(f'{{"name": {to_json(call.name)}, "parameters": {call.arguments}}}' for call in calls)


def _hermes(call: ApiCall) -> str:
    arguments = _decoded(call)
    if arguments is None:
        return f'{{"name": {to_json(call.name)}, "arguments": {call.arguments}}}'
    # An argument may hold the tag that ends a call; in JSON, "<" stands only inside strings.
    return to_json({"name": call.name, "arguments": arguments}).replace("<", "\\u003c")


def _decoded(call: ApiCall) -> dict[str, Any] | None:
    try:
        value = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
