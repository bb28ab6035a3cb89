"""An OpenAI-compatible chat-completions endpoint: one request, and what can go wrong with it.

Address, key, and what is sent again are as :mod:`ftrl_gym.endpoint_client` has them. What stays wrong for every request
(nobody there, a key that is refused, an unknown model) is a UsageError; what is wrong with one conversation raises
:class:`NoReply`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ftrl_gym.endpoint_chat import Message, Reply, reply_of
from ftrl_gym.endpoint_client import Connection, is_address, is_not_connected
from ftrl_gym.errors import FtrlGymError, UsageError
from ftrl_gym.suites.reply_cache import ReplyCache

_TOO_LONG = ("context_length_exceeded", "context length", "maximum context", "context window", "too many tokens")


class NoReply(FtrlGymError):
    """An endpoint gave no usable reply in this conversation, also not on trying again."""


class ConversationTooLong(NoReply):
    """It does not fit into the model's context any more."""


class Endpoint:
    """A model behind an endpoint; can be used by many threads.

    Args:
        url: Such as ``http://localhost:8000/v1``, whose path may be left out.
        model: As the endpoint calls it.
        key_variable: Environment variable with the key; None for the usual ones.
        request_s: Seconds that one request may take.
        retries: How often a request is sent again that failed for a passing reason.
        cache: Keeps replies, so that no request is paid for twice; without one, every request is sent.

    Raises:
        MissingExtraError: The openai client is not installed.
        UsageError: The address is none.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key_variable: str | None = None,
        request_s: float,
        retries: int,
        cache: ReplyCache | None = None,
    ) -> None:
        if not is_address(url):
            raise UsageError(f"--endpoint {url!r} is no address; give one such as http://localhost:8000/v1")
        self._connection = Connection(url, seconds=request_s, retries=retries, key_variable=key_variable)
        import openai

        self._openai = openai
        self.url, self.model, self._request_s = self._connection.address, model, request_s
        self._limit_name = "max_tokens"
        self._cache = cache

    def reply(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]] | None,
        *,
        temperature: float,
        seed: int,
        max_tokens: int,
        seconds: float,
    ) -> Reply:
        """The next assistant turn.

        Args:
            messages: The conversation so far, in the endpoint's format.
            tools: Documents of the tools that it may call as such.
            temperature: Of sampling.
            seed: Of sampling, where the endpoint takes one.
            max_tokens: Of the turn.
            seconds: What is left of the episode's time; no request takes longer.

        Raises:
            UsageError: No request to this endpoint can work.
            ConversationTooLong: It does not fit into the context.
            NoReply: It failed for another reason.
        """
        more: dict[str, Any] = {"tools": list(tools)} if tools else {}
        more |= {"model": self.model, "messages": list(messages), "temperature": temperature, "seed": seed}
        asked = more | {"max_tokens": max_tokens, "url": self.url}
        if self._cache is not None and (kept := self._cache.get(asked)) is not None:
            return Reply.from_json(kept)
        patience = self._connection.patience(max(0.01, min(self._request_s, seconds)))
        client = self._connection.client.with_options(timeout=patience)
        for _ in range(2):
            limit = self._limit_name
            try:
                completion = client.chat.completions.create(**more, **{limit: max_tokens})  # type: ignore[call-overload]
            except self._openai.OpenAIError as error:
                if limit == "max_tokens" and "max_completion_tokens" in str(error):
                    self._limit_name = (
                        "max_completion_tokens"  # newer models of OpenAI know the limit by this name only
                    )
                    continue
                raise self._explained(error) from None
            except ValueError as error:
                raise NoReply(f"the endpoint sent what is no JSON: {str(error)[:200]}") from None
            choices = getattr(completion, "choices", None)
            try:
                if not choices or choices[0].message is None:
                    raise NoReply(f"the endpoint sent a reply without a message: {str(completion)[:200]}")
                reply = reply_of(choices[0])
            except (TypeError, AttributeError, LookupError):  # the client builds what it is sent, without a look at it
                raise NoReply(f"the endpoint sent what is no chat completion: {str(completion)[:200]}") from None
            if self._cache is not None:
                self._cache.put(asked, reply.to_json())
            return reply
        raise NoReply("the endpoint takes neither max_tokens nor max_completion_tokens")

    def _explained(self, error: Exception) -> FtrlGymError:
        names, text = self._openai, " ".join(str(error).split())[:300]
        if not self._connection.reached and is_not_connected(error.__cause__):
            return UsageError(
                f"nobody answers at {self.url}: {error.__cause__}. Is the server running, and its port right?"
            )
        if isinstance(error, names.AuthenticationError | names.PermissionDeniedError):
            return UsageError(f"{self.url} refuses the key in ${' or $'.join(self._connection.key_names)}: {text}")
        if isinstance(error, names.NotFoundError):
            return UsageError(f"{self.url} has no model {self.model!r}, or is no chat-completions endpoint: {text}")
        told = f"{error} {getattr(error, 'code', None)}".lower()
        if isinstance(error, names.BadRequestError) and any(words in told for words in _TOO_LONG):
            return ConversationTooLong(text)
        return NoReply(f"{type(error).__name__}: {text}")
