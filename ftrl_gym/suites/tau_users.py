"""Who talks to a tau-bench agent: a scripted user, or tau-bench's own simulated users on any OpenAI-compatible model.

The prompts and strategies of the simulated users are those of the checkout, unchanged; only the request goes through
the openai client here. Replies are kept, so that the same conversation is answered alike.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol

from ftrl_gym.errors import FtrlGymError, MissingExtraError, UsageError
from ftrl_gym.suites.reply_cache import ReplyCache
from ftrl_gym.suites.tau_checkout import isolated

STOP = "###STOP###"
"""What a user says when they are done."""
STRATEGIES = ("llm", "react", "verify", "reflection")
"""tau-bench's simulated users."""
_PATIENCE = 5
_UNHEARD = "Thought: true"
"""A reply that each strategy can read."""
_GO_ON = "Yes. I have told you all that I know; decide by it, and go on."


class User(Protocol):
    """One user in one conversation. What a model plays raises what :meth:`UserVoice.reply` does."""

    def open(self, instruction: str) -> str:
        """What they say first."""

    def hear(self, text: str) -> str:
        """Their answer to the agent; with :data:`STOP` in it the conversation ends."""


class ScriptedUser:
    """Tells the whole instruction at once, agrees when asked, and leaves when nothing is asked, or for the sixth time.

    It makes conversations reproducible without a model, and easier than with one: nothing has to be asked for.
    """

    def __init__(self) -> None:
        self._asked = 0

    def open(self, instruction: str) -> str:
        """See :class:`User`."""
        return instruction

    def hear(self, text: str) -> str:
        """See :class:`User`."""
        self._asked += 1
        return _GO_ON if "?" in text and self._asked <= _PATIENCE else STOP


@dataclass(frozen=True)
class UserModel:
    """A model that plays users.

    Args:
        url: Of an OpenAI-compatible endpoint, up to and including ``/v1``.
        name: As the endpoint calls it.
        strategy: One of :data:`STRATEGIES`.
        cache: A file that keeps replies; None keeps none.
        key_variable: Environment variable with the endpoint's key.
    """

    url: str
    name: str
    strategy: str = "llm"
    cache: str | None = None
    key_variable: str = "OPENAI_API_KEY"


class UserVoice:
    """Asks a model for what a user says. A request may take 120 seconds, and is repeated up to four times.

    Args:
        model: Who plays users.
        seed: Of the conversation's sampling.

    Raises:
        MissingExtraError: The openai client is not installed.
        UsageError: The address is none, or the file for replies cannot be one.
    """

    def __init__(self, model: UserModel, seed: int) -> None:
        try:
            import openai
        except ImportError:
            raise MissingExtraError("openai", "endpoint") from None
        if not model.url.startswith(("http://", "https://")):
            raise UsageError(
                f"user_endpoint {model.url!r:.80} is no address; give one such as http://localhost:8000/v1"
            )
        self.model = model
        self._openai, self._seed = openai, seed
        self._client = openai.OpenAI(
            base_url=model.url, api_key=os.environ.get(model.key_variable) or "none", max_retries=4, timeout=120.0
        )
        self._cache = ReplyCache(Path(model.cache)) if model.cache is not None else None

    def reply(self, messages: Sequence[dict[str, Any]]) -> str:
        """What follows in a conversation.

        Raises:
            UsageError: No request to the endpoint can work.
            FtrlGymError: It gave no reply.
        """
        key = [self.model.url, self.model.name, self._seed, list(messages)]
        said = self._cache.get(key) if self._cache is not None else None
        if said is None:
            said = self._asked(messages)
            if self._cache is not None:
                self._cache.put(key, said)
        return said

    def _asked(self, messages: Sequence[dict[str, Any]]) -> str:
        names, where = self._openai, f"the user's model {self.model.name!r} at {self.model.url}"
        try:
            reply = self._client.chat.completions.create(
                model=self.model.name,
                messages=list(messages),  # type: ignore[arg-type]
                seed=self._seed,
            )
        except (names.AuthenticationError, names.PermissionDeniedError, names.NotFoundError) as error:
            raise UsageError(f"{where} cannot be asked: {str(error)[:300]}") from None
        except (names.OpenAIError, ValueError) as error:
            raise FtrlGymError(f"{where} gave no reply: {type(error).__name__}: {str(error)[:300]}") from None
        if not reply.choices or reply.choices[0].message is None:
            raise FtrlGymError(f"{where} gave a reply without a message: {str(reply)[:200]}")
        return reply.choices[0].message.content or ""


class ModelUser:
    """tau-bench's simulated user.

    Args:
        model: Who plays it.
        folder: The package in the checkout.
        seed: Of the conversation's sampling.

    Raises:
        UsageError: As :class:`UserVoice`.
    """

    def __init__(self, model: UserModel, folder: Path, seed: int) -> None:
        self._voice, self._folder = UserVoice(model, seed), folder
        self._user: Any = None
        self._begun = False

    def open(self, instruction: str) -> str:
        """See :class:`User`; raises as :meth:`UserVoice.reply`, or UsageError where the checkout's file is broken."""
        litellm, model = ModuleType("litellm"), self._voice.model
        litellm.completion = self._completion  # type: ignore[attr-defined]
        with isolated(self._folder, litellm=litellm) as imported:
            load_user = imported("tau_bench.envs.user").load_user
        self._user = load_user(model.strategy, model.name, "openai")
        self._begun = True
        return str(self._user.reset(instruction=instruction) or "")

    def hear(self, text: str) -> str:
        """See :class:`User`; raises as :meth:`UserVoice.reply`."""
        return str(self._user.step(text) or "")

    def _completion(self, *, model: str, messages: Sequence[dict[str, Any]], **_: Any) -> Any:
        """What their code calls litellm for."""
        # Making a user begins a conversation about nothing; no model is asked for that.
        said = self._voice.reply(messages) if self._begun else _UNHEARD
        return SimpleNamespace(choices=[SimpleNamespace(message=_Said(said))], _hidden_params={"response_cost": 0.0})


class _Said:
    """A reply as their code looks at it."""

    def __init__(self, content: str) -> None:
        self.content = content

    def model_dump(self) -> dict[str, Any]:
        return {"role": "assistant", "content": self.content}

    def __str__(self) -> str:
        return self.content
