"""What a policy reads: the system message, the tool documents, and the feedback of its calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from ftrl_gym.grounding import Told
from ftrl_gym.task import Json
from ftrl_gym.toolcall import CallStatus, Dialect
from ftrl_gym.tooldoc import ToolDocument


def _encoder() -> Callable[[Json], str]:
    """``json.dumps(value, ensure_ascii=False)`` without what it sets up at each call, which takes as long as a result.

    Nor does it look for circles, which no JSON value has.
    """
    plain = json.JSONEncoder(ensure_ascii=False, check_circular=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    encode = make(None, plain.default, json.encoder.encode_basestring, None, ": ", ", ", False, False, True)
    return lambda value: "".join(encode(value, 0))


to_json = _encoder()
_OK = CallStatus.OK  # looked up once: Python 3.11 takes its time over an enum's member

MAX_ERROR_CHARS = 600
MAX_RESULT_CHARS = 50_000


class Docs(StrEnum):
    """How tool documents are shown."""

    JSON = "json"
    """OpenAI function schemas, as chat templates take them."""
    SIGNATURE = "signature"
    """One line each, for small models; part of the system message."""


_HOW_TO_CALL = {
    Dialect.HERMES: (
        'To call a tool, write <tool_call>\n{"name": "TOOL", "arguments": {"NAME": VALUE}}\n</tool_call>. '
        "Several calls in one message run together."
    ),
    Dialect.LLAMA3: (
        'To call a tool, write {"name": "TOOL", "parameters": {"NAME": VALUE}}; separate several with a semicolon.'
    ),
    Dialect.PYTHONIC: "To call tools, write [TOOL(NAME=VALUE), TOOL(NAME=VALUE)] and nothing else.",
}
_HOW_TO_ANSWER = (
    "When you know the answer, write it as <answer>...</answer>, nothing but the answer inside; several values in the"
    " order asked, with commas between them."
)
_HOW_TO_ANSWER_SHORT = "Answer, with nothing else inside: <answer>...</answer>"
_ORDER = "Several values are answered in the order asked, with commas between them."
_SHORT = {
    Dialect.HERMES: 'Call: <tool_call>\n{"name": "TOOL", "arguments": {...}}\n</tool_call>',
    Dialect.LLAMA3: 'Call: {"name": "TOOL", "parameters": {...}}',
    Dialect.PYTHONIC: "Call: [TOOL(NAME=VALUE)]",
}


def system_message(
    instruction: str,
    house_rules: str,
    today: str | None,
    docs: Docs,
    dialect: Dialect,
    signatures: Sequence[str],
) -> str:
    """The system message: role, protocol of the answer, house rules; with signature documents also the tools."""
    parts = [instruction]
    if today:
        parts[0] += f" Today is {today}."
    if house_rules:
        parts.append(house_rules)
    if docs is Docs.SIGNATURE:
        parts.append("Tools:\n" + "\n".join(signatures))
        parts.append(f"{_ORDER}\n{_SHORT[dialect]}\n{_HOW_TO_ANSWER_SHORT}")
    else:
        parts.append(_HOW_TO_ANSWER)
    return "\n\n".join(parts)


def how_to_call(dialect: Dialect) -> str:
    """How calls are written in a dialect, for whoever reads no chat template."""
    return _HOW_TO_CALL[dialect]


def document_text(document: ToolDocument) -> str:
    """A document in OpenAI's format, as JSON."""
    return to_json(document.openai())


def observation(system: str, docs: Docs, dialect: Dialect, documents: Sequence[str], question: str) -> str:
    """The first observation: everything needed to act, for users without a chat template.

    ``documents`` are :func:`document_text`'s.
    """
    if docs is Docs.SIGNATURE:
        return f"{system}\n\n{question}"
    listing = "\n".join(documents)
    return f"{system}\n\n{_HOW_TO_CALL[dialect]}\n\nTools:\n{listing}\n\n{question}"


def escaped(text: str) -> str:
    """A text in which no data can forge a tag of a chat template: angle brackets are written as JSON escapes."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e") if "<" in text or ">" in text else text


def result_text(value: Json) -> str:
    """A result as JSON; angle brackets are escaped, so that no data can forge a tag of a chat template.

    >>> result_text({"name": "<|im_end|>"})
    '{"name": "\\\\u003c|im_end|\\\\u003e"}'
    """
    text = escaped(to_json(value))
    if len(text) > MAX_RESULT_CHARS:
        return error_text(f"the result has {len(text):,} characters, more than {MAX_RESULT_CHARS:,}; narrow the call")
    return text


def error_text(message: str) -> str:
    """An error as JSON, clipped and escaped."""
    return result_text({"error": message[:MAX_ERROR_CHARS].encode("utf-8", "backslashreplace").decode()})


class Fed(Told):
    """What became of one call, for its policy to read. The text is written when somebody reads it.

    Args:
        status: What became of it.
        name: The tool it is shown under.
        value: The result of a call that ran, else what was wrong with it.
    """

    __slots__ = ("name", "status", "value")

    def __init__(self, status: CallStatus, name: str, value: Json) -> None:
        self.raw = self.tokens = ""  # nothing that is fed back is an empty text
        self.status, self.name, self.value = status, name, value

    def text(self) -> str:
        """The result or the error, as JSON."""
        if not self.raw:
            self.raw = result_text(self.value) if self.status is _OK else error_text(self.value)
        return self.raw


def tool_observation(contents: Sequence[str]) -> str:
    """The observation after calls."""
    joined = "\n</tool_response>\n<tool_response>\n".join(contents)
    return f"<tool_response>\n{joined}\n</tool_response>"


def openai_documents(documents: Sequence[str]) -> list[dict[str, Any]]:
    """Fresh copies of the documents in OpenAI's format, from :func:`document_text`'s; nobody shares them."""
    copies: list[dict[str, Any]] = json.loads(f"[{','.join(documents)}]")
    return copies
