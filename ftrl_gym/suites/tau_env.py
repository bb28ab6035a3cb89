"""``gym.make("ftrl/TauAirline-v0")``, ``gym.make("ftrl/TauRetail-v0")``: tau-bench's conversations as episodes.

The files are the user's checkout of sierra-research/tau-bench; nothing of them is packaged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ftrl_gym.env_settings import check_keywords
from ftrl_gym.episode import End
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.prompt import error_text
from ftrl_gym.suites.conversation import KEYWORDS, ConversationEnv, ForeignTasks, Opening, Played
from ftrl_gym.suites.data_files import checked_path
from ftrl_gym.suites.tau_checkout import Domain, TauTask, find_checkout, load_domain, package_of
from ftrl_gym.suites.tau_score import TRANSFER, after, invoked, same, told
from ftrl_gym.suites.tau_users import STOP, STRATEGIES, ModelUser, ScriptedUser, User, UserModel
from ftrl_gym.toolcall import Call, CallStatus, Turn, short

SCORERS = ("official", "ftrl")
"""Where required outputs are looked for: in what was said to the user, or, as FTRL's evaluation does, only in the words
beside calls, so that what is said to the user does not count."""
TURN_LIMIT = 30
"""Of the authors' agent."""
SCRIPTED = "scripted"
USER_KEYWORDS = ("user", "user_endpoint", "user_model", "user_cache")


@dataclass(frozen=True)
class HelpTask:
    """Somebody to be helped."""

    id: str
    kind: str
    """The domain."""
    written: TauTask


class TauEnv(ConversationEnv[HelpTask]):
    """tau-bench: an agent with tools and a policy text helps a user.

    ## Action space
    Text with one call, as the authors' agent makes them, or words to the user; a second call of a turn does not run,
    and words beside a call are not heard.

    ## Observation space
    Text: the policy, the tools and what the user says; then what a call gave, or the user's answer.

    ## Rewards
    At the end 1 if the database is as it should be and the user was told what they had to be, else 0.

    ## Episode end
    When the user says so, or is handed over to a human agent; truncated at the turn limit, which forfeits the reward.

    ## Tools
    The authors' own, on a database of the episode's own.

    ## Verification
    ``info["score"]`` holds ``reward`` by each of :data:`SCORERS`, and at the end whether the database is right.

    Args:
        domain: What is played.
        scorer: Whose verdict is paid, and called the outcome.
        users: Makes the user of a conversation from its seed.
        keywords: See :class:`ConversationEnv`.
    """

    benchmark = "tau-bench"
    scorers: Sequence[str] = SCORERS
    calls_a_turn = 1
    """How many calls of a turn run."""
    ending: frozenset[str] = frozenset({TRANSFER})
    """Tools that end a conversation."""
    stops: Sequence[str] = (STOP,)
    """Words of a user that do."""

    def __init__(self, domain: Domain, scorer: str, users: Callable[[int], User], **keywords: Any) -> None:
        name = domain.name
        tasks = [HelpTask(f"{name}-{place:03d}", name, task) for place, task in enumerate(domain.tasks)]
        super().__init__(ForeignTasks(f"{self.benchmark} ({name})", tasks), **keywords)
        self._domain, self._scorer, self._users = domain, scorer, users
        self.sha256 = domain.sha256
        """Of the files that are played."""

    def begin(self, task: HelpTask) -> Opening:
        """See :class:`ConversationEnv`."""
        self._user = self._users(int(self.np_random.integers(2**31)))
        self._data: Any = None
        self._said: list[str] = []
        self._beside_calls: list[str] = []
        self._verdicts: dict[str, float] | None = None
        opening = self._user.open(task.written.instruction)
        return Opening(self._domain.policy, ({"role": "user", "content": opening},), self._domain.documents)

    def play(self, turn: Turn, text: str) -> Played:
        """See :class:`ConversationEnv`."""
        if not turn.calls:
            self._said.append(turn.content)
            answer = self._user.hear(turn.content)
            done = any(stop in answer for stop in self.stops)
            return Played(said=answer, end=End.USER_DONE if done else None)
        self._beside_calls.append(turn.content)
        results = [self._run(call) for call in turn.calls[: self.calls_a_turn]]
        over = any(name in self.ending for name, *_ in results)
        not_run = error_text(f"not run: a turn may make {self.calls_a_turn}")
        results += [(self._shown(call), CallStatus.NOT_RUN, not_run) for call in turn.calls[self.calls_a_turn :]]
        return Played(results, end=End.USER_DONE if over else None)

    def _run(self, call: Call) -> tuple[str, CallStatus, str]:
        name = self._shown(call)
        if call.problem is not None:
            return name, CallStatus.MALFORMED, error_text(f"malformed call: {call.problem}")
        if call.name not in self._domain.tools:
            known = ", ".join(self._domain.tools)
            return name, CallStatus.UNKNOWN_TOOL, error_text(f"unknown tool {short(call.name)}. Tools: {known}")
        if self._data is None:
            self._data = self._domain.database()
        return name, *invoked(self._domain.tools[name], self._data, call.arguments)

    def _shown(self, call: Call) -> str:
        """The tool's name, or "unknown" for whatever else a policy has written."""
        return call.name if call.problem is None and call.name in self._domain.tools else "unknown"

    def score(self) -> dict[str, float]:
        """See :class:`ConversationEnv`; until the end nothing is right."""
        if self._end is None:
            return {"outcome": 0.0}
        if self._verdicts is None:
            task, heard = self.task.written, {"official": self._said, "ftrl": self._beside_calls}
            state = self._end is not End.TURN_LIMIT and self._state_is_right()
            right = {scorer: float(state and told(task.outputs, heard[scorer]) == 1.0) for scorer in self.scorers}
            self._verdicts = {
                "outcome": right[self._scorer],
                "state": float(state),
                **{f"reward_{scorer}": verdict for scorer, verdict in right.items()},
            }
        return dict(self._verdicts)

    def _state_is_right(self) -> bool:
        domain = self._domain
        data = domain.database() if self._data is None else self._data
        return same(domain.plain(data), domain.plain(after(domain, self.task.written)))

    def reward(self) -> float:
        """See :class:`ConversationEnv`."""
        return self.score()["outcome"]


def make_airline_env(**keywords: Any) -> TauEnv:
    """Entry point of ``ftrl/TauAirline-v0``.

    Args:
        **keywords: ``path`` (a checkout; None looks where data are kept), ``scorer`` (``official`` or ``ftrl``),
            ``user`` (``scripted``, or ``llm``, ``react``, ``verify``, ``reflection``: the authors' simulated users on
            the model ``user_model`` at ``user_endpoint``, whose replies the file ``user_cache`` keeps), ``unsafe`` (run
            a checkout's code although it is not the tested one), and ``docs``, ``dialect``, ``max_turns``.

    Raises:
        UsageError: There is no checkout, or a keyword or value that cannot be.
    """
    return _made("airline", **keywords)


def make_retail_env(**keywords: Any) -> TauEnv:
    """Entry point of ``ftrl/TauRetail-v0``; see :func:`make_airline_env`."""
    return _made("retail", **keywords)


def _made(
    domain: str,
    path: str | os.PathLike[str] | None = None,
    scorer: str = SCORERS[0],
    unsafe: bool = False,
    **keywords: Any,
) -> TauEnv:
    check_keywords(keywords, ("path", "scorer", "unsafe", *USER_KEYWORDS, *KEYWORDS))
    if scorer not in SCORERS:
        raise UnknownNameError("scorer", scorer, SCORERS)
    if not isinstance(unsafe, bool):
        raise UsageError(f"unsafe is {unsafe!r:.80}; it is True or False")
    model = user_model_of(STRATEGIES, **{name: keywords.pop(name) for name in USER_KEYWORDS if name in keywords})
    loaded = load_domain(domain, package_of(find_checkout(checked_path(path))), unsafe=unsafe)

    def users(seed: int) -> User:
        return ScriptedUser() if model is None else ModelUser(model, loaded.folder, seed)

    return TauEnv(loaded, scorer, users, **{"max_turns": TURN_LIMIT} | keywords)


def user_model_of(
    strategies: Sequence[str],
    user: str = SCRIPTED,
    user_endpoint: str | None = None,
    user_model: str | None = None,
    user_cache: str | None = None,
) -> UserModel | None:
    """The model that plays users, or None for the scripted one.

    Args:
        strategies: In which it can be played by one.
        user: One of these, or ``scripted``.
        user_endpoint: Address of an OpenAI-compatible endpoint.
        user_model: Its model.
        user_cache: A file that keeps its replies.

    Raises:
        UnknownNameError: No such user.
        UsageError: These do not go together.
    """
    if user not in (SCRIPTED, *strategies):
        raise UnknownNameError("user", user, (SCRIPTED, *strategies))
    if user == SCRIPTED:
        if user_endpoint is not None or user_model is not None:
            raise UsageError(
                f"a scripted user needs no model; for a simulated one name a user: {', '.join(strategies)}"
            )
        return None
    if user_endpoint is None or user_model is None:
        raise UsageError(
            f"the user {user!r} is a language model: give user_endpoint, an OpenAI-compatible address such as "
            "http://localhost:8000/v1, and user_model; or take the user 'scripted'"
        )
    return UserModel(user_endpoint, user_model, user, user_cache)
