"""What construction asks of a language model, whichever one it is: one reply to one conversation.

A backend (:mod:`ftrl_gym.construct.llm.endpoint`, :mod:`ftrl_gym.construct.llm.local`) only brings text. Reading it,
checking it, asking again, remembering and paying are for :mod:`ftrl_gym.construct.llm.asking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ftrl_gym.construct.llm.replies import WriterStage

Message = dict[str, str]
"""``role`` (system, user, assistant) and ``content``."""

CHARS_PER_TOKEN = 3.5
"""For estimates where an endpoint does not count: English and code have about so many, rather more than fewer."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one request, or of many."""

    prompt: int = 0
    completion: int = 0
    estimated: bool = False
    """Whether they were worked out from the length of the text, since the endpoint told no number."""

    @property
    def total(self) -> int:
        """Both together."""
        return self.prompt + self.completion

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt + other.prompt, self.completion + other.completion, self.estimated or other.estimated)


NOTHING = Usage()
"""No tokens."""


@dataclass(frozen=True)
class Reply:
    """What came back."""

    text: str
    """The whole message as the model wrote it; empty where it wrote nothing."""
    usage: Usage
    cut: bool = False
    """Whether a limit of length ended it before the model did."""
    retried: tuple[str, ...] = ()
    """Why earlier tries of the same request came to nothing, such as ``HTTP 429``."""


class LanguageModel(Protocol):
    """One model that replies to conversations. Its :meth:`reply` may be called from several threads at once."""

    @property
    def name(self) -> str:
        """What provenance and the cache of replies call it."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """Sampling options that change what it writes, as JSON; part of the key of its cached replies."""
        ...

    def reply(self, stage: WriterStage, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """The reply to a conversation.

        Args:
            stage: Names the schema.
            messages: The conversation so far.
            schema: JSON schema that the reply is asked to fit; whether it does is not checked here.

        Raises:
            ModelUnreachable: There is no sense in asking this model anything.
            RequestFailed: This one request came to nothing, however often it was made.
        """
        ...


def estimated(messages: Sequence[Message], text: str) -> Usage:
    """Tokens of a request by the length of its texts.

    >>> estimated([{"role": "user", "content": "x" * 70}], "y" * 35)
    Usage(prompt=24, completion=10, estimated=True)
    """
    prompt = sum(len(message["content"]) for message in messages) / CHARS_PER_TOKEN + 4 * len(messages)
    return Usage(round(prompt), round(len(text) / CHARS_PER_TOKEN), estimated=True)
