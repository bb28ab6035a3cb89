"""A session of an OpenEnv server, and the messages that it takes and gives."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from ftrl_gym.errors import UsageError
from ftrl_gym.interop.episodes import Episodes, OpenEpisode
from ftrl_gym.interop.task_list import TaskList
from ftrl_gym.toolcall import short
from ftrl_gym.version import __version__


class SessionTypes(NamedTuple):
    """Classes that derive from OpenEnv's, and are there when it is installed."""

    action: type[Any]
    """A turn; its one field is ``text``."""
    observation: type[Any]
    """What ``reset`` and ``step`` tell."""
    state: type[Any]
    """OpenEnv's, with ``task``."""
    session: Callable[[Episodes], Any]
    """One episode after the other, for one client; made from :class:`Episodes`."""
    client: type[Any]
    """Texts in, observations out."""


@functools.cache
def session_types() -> SessionTypes:
    """The classes; each process makes them once."""
    from openenv.core import EnvClient
    from openenv.core.client_types import StepResult
    from openenv.core.env_server import Action, Environment, Observation, State
    from openenv.core.env_server.types import EnvironmentMetadata
    from pydantic import Field, SkipValidation

    class Turn(Action):
        """One assistant message, with its calls or the answer."""

        # Half a surrogate pair is a legal part of a turn, and pydantic takes no text that has one.
        text: Annotated[SkipValidation[str], Field(description="The message, calls and all, in the server's dialect.")]

    class Told(Observation):
        """What the environment says."""

        text: str = Field(description="After reset all that is needed to act, after a step the feedback.")
        messages: list[dict[str, Any]] = Field(description="The same as chat messages.")
        tools: list[dict[str, Any]] = Field(default=[], description="After reset the tools, in OpenAI's format.")
        task: str = Field(description="Id of the task.")
        terminated: bool = Field(default=False, description="Whether the episode came to its end.")
        truncated: bool = Field(default=False, description="Whether it ran out of turns.")
        score: dict[str, float] = Field(default={}, description="What the calls so far have earned.")
        end: str | None = Field(default=None, description="Why it ended.")

    class Situation(State):
        """Where a session stands."""

        task: str | None = Field(default=None, description="Id of the task.")

    class Session(_Session, Environment):
        SUPPORTS_CONCURRENT_SESSIONS = True
        REQUIRES_SINGLE_THREAD_EXECUTOR = True  # or each session would keep a thread, to be made and closed in

        def __init__(self, episodes: Episodes) -> None:
            Environment.__init__(self)
            _Session.__init__(self, episodes)

        def reset(self, seed: int | None = None, episode_id: str | None = None, **choice: Any) -> Told:
            return Told(**self.begin(seed, episode_id, **choice))

        async def reset_async(self, seed: int | None = None, episode_id: str | None = None, **choice: Any) -> Told:
            return self.reset(seed, episode_id, **choice)

        def step(self, action: Turn, timeout_s: float | None = None, **others: Any) -> Told:
            return Told(**self.play(action.text))

        async def step_async(self, action: Turn, timeout_s: float | None = None, **others: Any) -> Told:
            return self.step(action)

        @property
        def state(self) -> Situation:
            return Situation(episode_id=self.episode_id, step_count=self.turns, task=self.task)

        def get_metadata(self) -> EnvironmentMetadata:
            description = f"Episodes of {self.episodes.name}: questions that are answered by calling tools."
            return EnvironmentMetadata(name=self.episodes.name, description=description, version=__version__)

    class Client(EnvClient):
        """A client whose actions are texts, and whose observations are ``Told``."""

        def _step_payload(self, action: str) -> dict[str, Any]:
            return {"text": action}

        def _parse_result(self, payload: dict[str, Any]) -> Any:
            told = Told(**payload["observation"], reward=payload["reward"], done=payload["done"])
            return StepResult(observation=told, reward=told.reward, done=told.done)

        def _parse_state(self, payload: dict[str, Any]) -> Situation:
            return Situation(**payload)

    return SessionTypes(Turn, Told, Situation, Session, Client)


class _Session:
    """The part of a session that is not OpenEnv's. Its task API asks for tasks of a session without an episode."""

    def __init__(self, episodes: Episodes) -> None:
        self.episodes = episodes
        self.episode_id: str | None = None
        self.turns = 0
        self._episode: OpenEpisode | None = None
        self._closed = False
        self._tasks = TaskList(episodes.base)

    @property
    def task(self) -> str | None:
        """Id of the task in play."""
        return None if self._episode is None else self._episode.info["task_id"]

    def begin(
        self,
        seed: int | None,
        episode_id: str | None,
        task: str | None = None,
        split: str | None = None,
        index: int | None = None,
        **others: Any,
    ) -> dict[str, Any]:
        """Begins an episode and tells how.

        Raises:
            UsageError: The session is closed, or what is asked for is of a wrong type or not there.
        """
        self._refuse_when_closed()
        _check("seed", seed, int, "a whole number from 0")
        _check("task", task, str, "the id of a task")
        if others:
            known = "it takes seed, episode_id, task, or split and index"
            raise UsageError(f"reset does not take {short(next(iter(others)))}; {known}")
        if (split is None) != (index is None) or (task is not None and index is not None):
            raise UsageError("a task is chosen by task, its id, or by split and index together")
        if index is not None:
            _check("index", index, int, "a whole number from 0")
            try:
                task = self._tasks.entry(str(split), index)["id"]
            except IndexError as error:
                raise UsageError(str(error)) from None
        self._episode = episode = self.episodes.begun(task, seed)
        self.episode_id, self.turns = episode_id, 0
        info = episode.info
        return {
            "text": episode.observation, "messages": info["messages"], "tools": info["tools"], "task": info["task_id"],
        }  # fmt: skip

    def play(self, text: object) -> dict[str, Any]:
        """Plays a turn and tells what came of it.

        Raises:
            UsageError: The session is closed, there is no episode in play, or the turn is no text.
        """
        self._refuse_when_closed()
        episode = self._episode
        if episode is None:
            raise UsageError(
                "no episode has begun: call reset first. A request over plain HTTP has no session; use a client of /ws"
            )
        if not isinstance(text, str):
            raise UsageError(f"text is {short(text)}; it is a string, the assistant's message")
        step = episode.step(text)
        self.turns += 1
        over = step.terminated or step.truncated
        return {
            "text": step.observation, "messages": step.info["messages"], "task": self.task, "done": over, **step.facts()
        }  # fmt: skip

    def close(self) -> None:
        """Lets go of the episode. The server also does it to a session that was silent for too long."""
        self._closed, self._episode = True, None

    def list_splits(self) -> list[str]:
        """The split that is played here."""
        return self._tasks.splits()

    def num_tasks(self, split: str) -> int:
        """How many tasks a split has."""
        return self._tasks.count(split)

    def get_task(self, split: str, index: int) -> dict[str, Any]:
        """A task, without what would give it away."""
        return self._tasks.entry(split, index)

    def list_tasks(self, split: str) -> list[dict[str, Any]]:
        """All tasks of a split."""
        return self.get_task_range(split)

    def get_task_range(self, split: str, start: int | None = None, stop: int | None = None) -> list[dict[str, Any]]:
        """Some tasks of a split."""
        count = self._tasks.count(split)
        return [self._tasks.entry(split, index) for index in range(*slice(start, stop).indices(count))]

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise UsageError(
                f"this session is closed: it was left alone for {self.episodes.idle_s:g} s. Connect again and begin "
                "another episode"
            )


def _check(name: str, value: object, wanted: type, words: str) -> None:
    fits = isinstance(value, wanted) and not isinstance(value, bool) and not (isinstance(value, int) and value < 0)
    if value is not None and not fits:
        raise UsageError(f"{name} is {short(value)}; it is {words}")
