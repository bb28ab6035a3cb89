"""Any OpenAI-compatible endpoint: OpenAI itself, vLLM, llama.cpp, Ollama, a gateway.

How it is reached, and what is tried again, says :mod:`ftrl_gym.endpoint_client`. What endpoints differ in is met here:
one that refuses structured replies is asked in words, and a missing count of tokens is estimated.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ftrl_gym.construct.llm.model import Message, Reply, Usage, estimated
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.reply_schemas import in_words, response_format
from ftrl_gym.endpoint_client import Connection, is_not_connected
from ftrl_gym.errors import ModelUnreachable, RequestFailed

if TYPE_CHECKING:
    import openai

RETRIES = 6
SECONDS = 300.0
_SAID_CHARS = 300
_LISTING_SECONDS = 10.0
_MOST_NAMED = 8
"""Models that a message names."""
_NAME_CHARS = 80
_FORBIDDING = {
    401: "it does not accept the key",
    403: "it forbids this model to the key",
    404: "it knows no such model or address",
}


class Endpoint:
    """A model behind an OpenAI-compatible API; safe between threads.

    Args:
        model: What the endpoint calls it.
        base_url: Such as ``http://localhost:8000/v1``, whose path may be left out; None takes ``OPENAI_BASE_URL``, else
            OpenAI's own.
        options: What else each request carries, such as ``{"temperature": 0.7}``, in the endpoint's own words.
        seconds: How long one try may take.
        retries: Further tries after the first.

    Raises:
        MissingExtraError: The `openai` client is not installed.
        UsageError: There is no key for OpenAI's own endpoint, or one that no header can carry.
    """

    def __init__(
        self,
        model: str,
        base_url: str | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        seconds: float = SECONDS,
        retries: int = RETRIES,
    ) -> None:
        self._model, self._options = model, dict(options or {})
        self._refuses_formats = False
        self._has_answered = False
        self._connection = Connection(base_url, seconds=seconds, retries=retries)
        self._client, self._address = self._connection.client, self._connection.address
        weakref.finalize(self, self._client.close)

    @property
    def name(self) -> str:
        """See :class:`ftrl_gym.construct.llm.model.LanguageModel`."""
        return self._model

    @property
    def options(self) -> Mapping[str, Any]:
        """See :class:`ftrl_gym.construct.llm.model.LanguageModel`."""
        return self._options

    def reply(self, stage: WriterStage, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """See :class:`ftrl_gym.construct.llm.model.LanguageModel`."""
        import openai

        if self._refuses_formats:
            return self._asked(in_words(messages, schema), {})
        try:
            return self._asked(messages, {"response_format": response_format(stage, schema)})
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            said = _said(error)
        try:
            reply = self._asked(in_words(messages, schema), {})
        except (openai.BadRequestError, openai.UnprocessableEntityError):  # it was not the format that it refused
            raise RequestFailed(said) from None
        self._refuses_formats = True
        return reply

    def _asked(self, messages: Sequence[Message], more: Mapping[str, Any]) -> Reply:
        import openai

        self._connection.begin()
        try:
            raw = self._client.chat.completions.with_raw_response.create(
                model=self._model,
                messages=[dict(message) for message in messages],  # type: ignore[misc]
                extra_body={**self._options, **more},
            )
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            raise
        except openai.APIStatusError as error:
            raise self._failure(error) from None
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            reason = f"{self._address}: {type(cause).__name__}: {str(cause)[:_SAID_CHARS]}"
            nobody = is_not_connected(cause)
            if nobody and not self._connection.reached:
                reason = f"nobody answers at {reason} (is the server running, and its port right?)"
            raise RequestFailed(reason, answered=not nobody) from None
        try:
            reply = replace(_reply_in(json.loads(raw.text), messages), retried=self._connection.faults)
        except (ValueError, RecursionError):
            raise RequestFailed(f"{self._address} answered with what is no JSON: {raw.text[:80]!r}") from None
        except LookupError:
            # some gateways send their errors so; as a reply it would be remembered
            raise RequestFailed(f"{self._address} answered without a message: {raw.text[:_SAID_CHARS]!r}") from None
        self._has_answered = True
        return reply

    def _failure(self, error: openai.APIStatusError) -> RequestFailed | ModelUnreachable:
        why = _FORBIDDING.get(error.status_code)
        if error.status_code == 404 and self._has_answered:
            why = None  # the address and the model are right: it has nothing to say to this one request
        if error.code == "insufficient_quota":
            why = "the account is used up"
        if why is None:
            return RequestFailed(_said(error))
        served = self._served() if error.status_code == 404 else ()
        if served:
            why += f"; its models are {', '.join(served[:_MOST_NAMED])}{', …' if len(served) > _MOST_NAMED else ''}"
        return ModelUnreachable(
            f"{self._address} does not answer for model {self._model!r}: {why} ({_said(error)}). The key is taken from "
            f"{' or '.join(self._connection.key_names)}, the address from --llm or OPENAI_BASE_URL"
        )

    def _served(self) -> Sequence[str]:
        """What the endpoint calls its models; none where it does not say."""
        import openai

        try:
            asked = self._client.with_options(max_retries=0, timeout=_LISTING_SECONDS)
            told = json.loads(asked.models.with_raw_response.list().text)
        except (openai.OpenAIError, ValueError, RecursionError):
            return ()
        found = told.get("data") if isinstance(told, dict) else None
        names = [each.get("id") for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        return [name[:_NAME_CHARS] for name in names if isinstance(name, str)]


def _reply_in(body: Any, messages: Sequence[Message]) -> Reply:
    """The reply in a response, whatever of it is there. Raises LookupError where there is no message at all."""
    choices = body.get("choices") if isinstance(body, dict) else None
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    message = first.get("message")
    if not isinstance(message, dict):
        raise LookupError("message")
    text, usage = _text(message), body.get("usage")
    prompt, completion = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    known = prompt is not None and completion is not None
    counted = Usage(prompt or 0, completion or 0) if known else estimated(messages, text)
    return Reply(text, counted, cut=first.get("finish_reason") == "length")


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or message.get("refusal") or ""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _count(usage: Any, name: str) -> int | None:
    """A number of tokens that an endpoint told; None where it told none."""
    number = usage.get(name) if isinstance(usage, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None


def _said(error: openai.APIStatusError) -> str:
    return f"HTTP {error.status_code}: {error.message}"[:_SAID_CHARS]
