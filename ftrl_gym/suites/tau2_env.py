"""``gym.make("ftrl/Tau2Airline-v0")``, ``gym.make("ftrl/Tau2Retail-v0")``: tau2-bench's conversations as episodes.

The two domains whose score needs no judge: the database at the end, and what the user was told. Tasks and tools are
those that ``inspect-evals`` carries; nothing of them is packaged.
"""

from __future__ import annotations

from typing import Any

from ftrl_gym.env import MAX_CALLS
from ftrl_gym.env_settings import check_keywords
from ftrl_gym.suites.conversation import KEYWORDS
from ftrl_gym.suites.tau2_package import Tau2Domain, load_tau2_domain, package_folder
from ftrl_gym.suites.tau_env import SCORERS, USER_KEYWORDS, TauEnv, user_model_of
from ftrl_gym.suites.tau_users import STOP, ScriptedUser, User, UserModel, UserVoice

TURN_LIMIT = 100
"""Assistant turns; the authors stop at 200 messages, calls and results among them."""


class Tau2Env(TauEnv):
    """tau2-bench, the successor of tau-bench, by its final state: all calls of a turn run, and nobody but the user
    ends a conversation; else as :class:`TauEnv`."""

    benchmark = "tau2-bench"
    scorers = SCORERS[:1]
    calls_a_turn = MAX_CALLS
    ending = frozenset()
    stops = (STOP, "###TRANSFER###", "###OUT-OF-SCOPE###")


class GuidedUser:
    """tau2-bench's simulated user, by the guidelines in the package.

    Args:
        model: Who plays it.
        domain: With the guidelines.
        seed: Of the conversation's sampling.

    Raises:
        UsageError: As :class:`UserVoice`.
    """

    def __init__(self, model: UserModel, domain: Tau2Domain, seed: int) -> None:
        self._voice, self._domain = UserVoice(model, seed), domain
        self._messages: list[dict[str, Any]] = []

    def open(self, instruction: str) -> str:
        """See :class:`ftrl_gym.suites.tau_users.User`; raises as :meth:`UserVoice.reply`."""
        told = f"{self._domain.guidelines}\n<scenario>\n{instruction}\n</scenario>\n"
        self._messages = [{"role": "system", "content": told}]
        return self.hear(self._domain.greeting)

    def hear(self, text: str) -> str:
        """See :class:`ftrl_gym.suites.tau_users.User`; raises as :meth:`UserVoice.reply`."""
        self._messages.append({"role": "user", "content": text})
        said = self._voice.reply(self._messages)
        self._messages.append({"role": "assistant", "content": said})
        return said


def make_airline_env(**keywords: Any) -> Tau2Env:
    """Entry point of ``ftrl/Tau2Airline-v0``.

    Args:
        **keywords: ``user`` (``scripted``, or ``llm``: a user by the package's guidelines on the model ``user_model``
            at ``user_endpoint``, whose replies the file ``user_cache`` keeps), and ``docs``, ``dialect``,
            ``max_turns``.

    Raises:
        UsageError: The package is not installed, or a keyword or value cannot be.
    """
    return _made("airline", **keywords)


def make_retail_env(**keywords: Any) -> Tau2Env:
    """Entry point of ``ftrl/Tau2Retail-v0``; see :func:`make_airline_env`."""
    return _made("retail", **keywords)


def _made(name: str, **keywords: Any) -> Tau2Env:
    check_keywords(keywords, (*USER_KEYWORDS, *KEYWORDS))
    model = user_model_of(("llm",), **{name: keywords.pop(name) for name in USER_KEYWORDS if name in keywords})
    domain = load_tau2_domain(name, package_folder())

    def users(seed: int) -> User:
        return ScriptedUser() if model is None else GuidedUser(model, domain, seed)

    return Tau2Env(domain, SCORERS[0], users, **{"max_turns": TURN_LIMIT} | keywords)
