"""A model behind an OpenAI-compatible endpoint as what plays an evaluation: several episodes at once, in threads.

An episode whose requests keep failing, or that takes too long, is recorded as failed and counted; the others go on.
Its turns have no tokens of ours: ``Episode.ids`` stays empty, so such episodes are for evaluation, not for training.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np

from ftrl_agents.endpoint import ConversationTooLong, Endpoint
from ftrl_agents.engine import OnEpisode
from ftrl_agents.envs import EnvFactory
from ftrl_agents.episode import End, Episode, Turn
from ftrl_agents.patience import in_threads
from ftrl_gym.endpoint_chat import appended, opening
from ftrl_gym.errors import FtrlGymError, UsageError

HOPELESS = 10
"""When so many episodes have finished and every one has failed, the rest is not tried."""
_GRACE_S = 5.0
"""Beyond its time-out, for an episode to end by itself."""


@dataclass(frozen=True)
class _Job:
    group: int
    member: int
    task: str


class EndpointEngine:
    """Plays through an endpoint.

    Args:
        endpoint: The model.
        docs: The env's ``docs=``: with "json" the tools go to the endpoint, with "signature" they stand in the text.
        concurrency: Episodes at once.
        max_turn_tokens: Tokens of a turn.
        episode_s: Seconds that an episode may take.
    """

    decodes = True

    def __init__(
        self, endpoint: Endpoint, *, docs: str, concurrency: int, max_turn_tokens: int, episode_s: float
    ) -> None:
        self.name = f"{endpoint.model} at {endpoint.url}"
        self._endpoint, self._tools, self._concurrency = endpoint, docs == "json", concurrency
        self._turn_tokens, self._episode_s = max_turn_tokens, episode_s

    def pinned(self) -> dict[str, Any]:
        """The model, where it is, and the limit of a turn."""
        return {"policy": self.name, "max_turn_tokens": self._turn_tokens}

    def play(
        self,
        make: EnvFactory,
        tasks: Sequence[str],
        members: Sequence[Sequence[int]],
        *,
        temperature: float,
        seed: int,
        on_episode: OnEpisode,
    ) -> None:
        """See :class:`~ftrl_agents.engine.Engine`.

        Raises:
            UsageError: No request can work: the key is refused, or there is no such model.
            FtrlGymError: The first :data:`HOPELESS` episodes have all failed.
        """
        jobs = [
            _Job(group, member, task)
            for group, (task, numbers) in enumerate(zip(tasks, members, strict=True))
            for member in numbers
        ]
        envs = _SharedEnvs(make)
        finished = failed = 0
        try:
            for episode in in_threads(
                jobs,
                lambda job: self._episode(job, envs, temperature, seed),
                lambda job: _failed(job, f"it took longer than {self._episode_s:g} s and was left behind"),
                threads=self._concurrency,
                limit_s=self._episode_s + _GRACE_S,
            ):
                on_episode(episode)
                finished, failed = finished + 1, failed + (episode.end is End.FAILED)
                if finished == failed == HOPELESS:
                    raise FtrlGymError(
                        f"the first {HOPELESS} episodes with {self.name} have all failed, the last one so: "
                        f"{episode.error}. When it works again, go on with the same command and --retry-failed"
                    )
        finally:
            envs.close()

    def _episode(self, job: _Job, envs: _SharedEnvs, temperature: float, seed: int) -> Episode:
        random = np.random.default_rng([seed, job.group, job.member])
        env_seed, api_seed = (int(number) for number in random.integers(2**31, size=2))
        episode = Episode(job.task, "", job.group, job.member, [])
        deadline = time.monotonic() + self._episode_s
        try:
            env = envs.take()
            _, info = env.reset(seed=env_seed, options={"task": job.task})
            episode.kind, episode.messages = str(info["kind"]), list(info["messages"])
            self._converse(episode, env, info, temperature, api_seed, deadline)
        except UsageError:
            raise
        except ConversationTooLong:
            episode.end = End.TOKEN_BUDGET if episode.turns else End.NO_ROOM
            episode.error = None if episode.turns else "the prompt does not fit into the model's context"
        except Exception as error:  # a bug in an environment, or no reply, must not cost the other episodes
            episode.end, episode.error = End.FAILED, f"{type(error).__name__}: {str(error)[:500]}"
            episode.score = {}
            return episode
        envs.give(env)
        return episode

    def _converse(
        self,
        episode: Episode,
        env: gym.Env[str, str],
        info: dict[str, Any],
        temperature: float,
        seed: int,
        until: float,
    ) -> None:
        dialect = env.unwrapped.dialect  # type: ignore[attr-defined]
        tools = info["tools"] if self._tools else None
        messages = opening(episode.messages)
        while episode.end is None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"it took longer than {self._episode_s:g} s")
            reply = self._endpoint.reply(
                messages, tools, temperature=temperature, seed=seed, max_tokens=self._turn_tokens, seconds=left
            )
            turn = Turn(0, 0, reply.text(dialect), reply.cut)
            episode.turns.append(turn)
            _, reward, terminated, truncated, info = env.step(turn.text)
            turn.reward, turn.calls, turn.feedback = float(reward), list(info["calls"]), list(info["messages"])
            episode.score = dict(info["score"])
            messages += appended(reply, turn.feedback)
            if terminated or truncated:
                episode.end = End(info["end"])


class _SharedEnvs:
    """Environments for threads: each is one thread's at a time."""

    def __init__(self, make: EnvFactory) -> None:
        self._make, self._lock = make, threading.Lock()
        self._idle: list[gym.Env[str, str]] = []

    def take(self) -> gym.Env[str, str]:
        with self._lock:
            return self._idle.pop() if self._idle else self._make()

    def give(self, env: gym.Env[str, str]) -> None:
        with self._lock:
            self._idle.append(env)

    def close(self) -> None:
        with self._lock:
            for env in self._idle:
                env.close()
            self._idle.clear()


def _failed(job: _Job, why: str) -> Episode:
    return Episode(job.task, "", job.group, job.member, [], end=End.FAILED, error=why)
