"""Many episodes at once: environments on one side, one batched sampler on the other.

    episodes = collect(model, tokenizer, [(make_env, "train-00017"), ...], temperature=1.0, seed=7, group_size=8)

The result is in the order of ``tasks``, members of a group beside each other: ``episodes[i * group_size + member]``.
A prompt is prefilled once for its group; feedback is appended to the cache; a finished episode's row goes to the next
one in the queue. An environment that raises costs its episode, never the batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym
import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ftrl_agents.chat import Chat
from ftrl_agents.episode import End, Episode, Turn
from ftrl_agents.sampler import Sampler
from ftrl_agents.slot_attention import slot_attention
from ftrl_gym.errors import UsageError

MIN_ROOM = 32
"""Tokens that a prompt must leave for a first turn."""
FEED_SHARE = 8
"""Feedback is fed as soon as one in this many rows waits for it."""

EnvFactory = Callable[[], "gym.Env[str, str]"]


class EnvPool:
    """Environments that are made once and reused; pass one to several :func:`collect` calls, close it at the end."""

    def __init__(self) -> None:
        self._idle: dict[EnvFactory, list[gym.Env[str, str]]] = {}

    def take(self, factory: EnvFactory) -> gym.Env[str, str]:
        """An idle environment of this factory, or a new one."""
        idle = self._idle.setdefault(factory, [])
        return idle.pop() if idle else factory()

    def give(self, factory: EnvFactory, env: gym.Env[str, str]) -> None:
        """Back into the pool."""
        self._idle[factory].append(env)

    def close(self) -> None:
        """Closes every idle environment."""
        for env in (env for envs in self._idle.values() for env in envs):
            env.close()
        self._idle.clear()


def collect(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    tasks: Sequence[tuple[EnvFactory, str]],
    *,
    temperature: float,
    seed: int,
    group_size: int = 1,
    members: Sequence[Sequence[int]] | None = None,
    groups: Sequence[int] | None = None,
    docs: str = "signature",
    in_flight: int = 128,
    max_turn_tokens: int = 256,
    max_episode_tokens: int = 4096,
    on_episode: Callable[[Episode], Any] | None = None,
    pool: EnvPool | None = None,
    sampler: Callable[[PreTrainedModel, float], Sampler] = Sampler,
) -> list[Episode]:
    """Play ``group_size`` episodes of each task.

    Args:
        tasks: Pairs of a factory (``lambda: gym.make(...)``) and a task id. Environments are reused by
            ``reset(options={"task": id})``: pass the same factory object for all tasks of one environment.
        temperature: 0 is greedy.
        seed: With it, what is sampled depends on the number of the task's group only, not on how rows are scheduled.
        members: Which members of each task's group to play, in place of ``range(group_size)`` for each: what an
            interrupted evaluation still lacks.
        groups: Number of each task's group; their places in ``tasks`` unless said otherwise, as when several processes
            or calls play parts of one batch.
        docs: The env's ``docs=``: with "json" the tools go to the chat template, with "signature" they already
            stand in the messages.
        in_flight: Episodes decoded at once.
        max_turn_tokens: Own tokens per turn; a longer turn is cut there and given to the environment.
        max_episode_tokens: Tokens per episode in all, prompt and feedback included.
        on_episode: Called with every finished episode, for progress.
        pool: Where environments come from and go back to; without one they are closed at the end.
        sampler: Makes the sampler from model and temperature.

    Raises:
        UsageError: The model or its chat template cannot do this, or a prompt leaves no room for a turn.
    """
    was_training, own_pool = model.training, EnvPool()
    model.eval()
    batch = _Batch(
        Chat(tokenizer, tools=docs == "json"),
        sampler(model, temperature),
        in_flight,
        _Budget(max_turn_tokens, min(max_episode_tokens, _context(model))),
        pool or own_pool,
        on_episode or (lambda episode: None),
    )
    try:
        with slot_attention(model):
            wanted = members or [range(group_size)] * len(tasks)
            return batch.run(tasks, wanted, groups or range(len(tasks)), seed, docs)
    finally:
        own_pool.close()
        model.train(was_training)


def _context(model: PreTrainedModel) -> int:
    return int(getattr(model.config.get_text_config(), "max_position_embeddings", None) or 2**31)


@dataclass(frozen=True)
class _Budget:
    turn: int
    episode: int


@dataclass
class _Stream:
    """An episode in flight; its row in the sampler is its place in ``_Batch.live``."""

    episode: Episode
    factory: EnvFactory
    env: gym.Env[str, str]
    uniforms: list[float]
    """One number in [0, 1) for each token the episode can have; decides what is sampled."""
    turn_start: int = 0
    pending: list[int] = field(default_factory=list)
    """Tokens that wait to be fed; while there are any, the row is held."""


class _Batch:
    def __init__(
        self,
        chat: Chat,
        sampler: Sampler,
        rows: int,
        budget: _Budget,
        pool: EnvPool,
        on_episode: Callable[[Episode], Any],
    ) -> None:
        self.chat, self.sampler, self.rows, self.budget = chat, sampler, rows, budget
        self.pool, self.on_episode = pool, on_episode
        self.live: list[_Stream] = []
        self.done: list[Episode] = []

    def run(
        self,
        tasks: Sequence[tuple[EnvFactory, str]],
        members: Sequence[Sequence[int]],
        groups: Sequence[int],
        seed: int,
        docs: str,
    ) -> list[Episode]:
        """Admit, feed, step, until nothing is left."""
        # A group larger than the batch is admitted in parts, each of which prefills the prompt again.
        queue = deque(
            (place, numbers[first : first + self.rows])
            for place, numbers in enumerate(members)
            for first in range(0, len(numbers), self.rows)
        )
        while queue or self.live:
            admitted: list[list[_Stream]] = []
            free = self.rows - len(self.live)
            while queue and len(queue[0][1]) <= free:
                place, numbers = queue.popleft()
                admitted.append(self._admit(*tasks[place], groups[place], numbers, seed, docs))
                free -= len(admitted[-1])
            self._prefill(admitted)
            held = {row: stream.pending for row, stream in enumerate(self.live) if stream.pending}
            # A feeding pass costs a whole model call, so it waits until an eighth of the rows wants one.
            if held and FEED_SHARE * len(held) >= len(self.live):
                self.sampler.feed(list(held), list(held.values()))
                for row in held:
                    self.live[row].pending = []
                held = {}
            if self.live:
                self._step(set(held))
        order = {group: place for place, group in enumerate(groups)}
        return sorted(self.done, key=lambda episode: (order[episode.group], episode.member))

    def _admit(
        self, factory: EnvFactory, task: str, group: int, members: Sequence[int], seed: int, docs: str
    ) -> list[_Stream]:
        """Start the members of a group."""
        streams: list[_Stream] = []
        prompt: list[int] = []
        for member in members:
            rng = np.random.default_rng([seed, group, member])
            episode = Episode(task, "", group, member, [])
            env = self.pool.take(factory)
            try:
                _, info = env.reset(seed=int(rng.integers(2**31)), options={"task": task})
            except UsageError:
                raise
            except Exception as error:  # a bug in an environment must not cost the other episodes of the batch
                self._fail(episode, env, error)
                continue
            episode.kind, episode.messages = str(info["kind"]), list(info["messages"])
            if not prompt:
                first = episode.messages
                prompt = self.chat.initial(first, info["tools"] if docs == "json" else None)
                self._check_room(task, len(prompt))
            assert episode.messages == first, f"task {task} gave two prompts"
            episode.extend(prompt)
            episode.prompt_length = len(prompt)
            uniforms = rng.random(max(self.budget.episode - len(prompt), 1)).tolist()
            streams.append(_Stream(episode, factory, env, uniforms, turn_start=len(prompt)))
        return streams

    def _prefill(self, admitted: list[list[_Stream]]) -> None:
        groups = sorted((streams for streams in admitted if streams), key=lambda streams: -streams[0].turn_start)
        if groups:
            self.sampler.open([streams[0].episode.ids for streams in groups], [len(streams) for streams in groups])
            self.live += [stream for streams in groups for stream in streams]

    def _step(self, held: set[int]) -> None:
        """One token for every row that is not held; ended turns go to their environments."""
        places = [len(stream.episode.ids) - stream.episode.prompt_length for stream in self.live]
        uniforms = np.array([stream.uniforms[place] for stream, place in zip(self.live, places, strict=True)])
        tokens, logprobs = self.sampler.step(uniforms, held)
        over: list[int] = []
        for row, stream in enumerate(self.live):
            if row in held:
                continue
            episode = stream.episode
            episode.sampled(tokens[row], logprobs[row])
            ended = tokens[row] in self.chat.stops
            length = len(episode.ids)
            if ended or length - stream.turn_start >= self.budget.turn or length >= self.budget.episode:
                self._end_turn(stream, cut=not ended)
                over += [row] if episode.end else []
        for row in reversed(over):
            self._retire(row)

    def _end_turn(self, stream: _Stream, cut: bool) -> None:
        episode = stream.episode
        own = episode.ids[stream.turn_start :]
        turn = Turn(stream.turn_start, len(episode.ids), self.chat.text(own), cut)
        episode.turns.append(turn)
        try:
            _, reward, terminated, truncated, info = stream.env.step(turn.text)
        except Exception as error:  # as in _admit
            self._fail(episode, stream.env, error)
            return
        turn.reward, turn.calls, turn.feedback = float(reward), list(info["calls"]), list(info["messages"])
        episode.score = dict(info["score"])
        if terminated or truncated:
            episode.end = End(info["end"])
            return
        appended = self.chat.continuation(turn.feedback)
        if own[-1] != self.chat.end_of_turn:
            appended = [self.chat.end_of_turn, *appended]
        if len(episode.ids) + len(appended) >= self.budget.episode:
            episode.end = End.TOKEN_BUDGET
            return
        episode.extend(appended)
        stream.pending = [own[-1], *appended]
        stream.turn_start = len(episode.ids)

    def _retire(self, row: int) -> None:
        """Free a row; the last live one moves into it."""
        stream = self.live[row]
        self.sampler.close(row)
        self.live[row] = self.live[-1]
        self.live.pop()
        if stream.episode.end is not End.FAILED:
            self.pool.give(stream.factory, stream.env)
            self._finish(stream.episode)

    def _fail(self, episode: Episode, env: gym.Env[str, str], error: Exception) -> None:
        episode.end, episode.error = End.FAILED, f"{type(error).__name__}: {str(error)[:500]}"
        env.close()
        self._finish(episode)

    def _finish(self, episode: Episode) -> None:
        self.done.append(episode)
        self.on_episode(episode)

    def _check_room(self, task: str, prompt: int) -> None:
        if prompt + MIN_ROOM > self.budget.episode:
            raise UsageError(
                f"the prompt of task {task} has {prompt} tokens, and an episode may have {self.budget.episode}. Raise "
                "max_episode_tokens (--rollout.max-episode-tokens; not beyond the model's context length), use "
                "docs='signature', or a scenario with fewer tools"
            )
