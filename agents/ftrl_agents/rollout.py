"""Many episodes at once: environments on one side, one batched sampler on the other.

    episodes = collect(model, tokenizer, [(make_env, "train-00017"), ...], temperature=1.0, seed=7, group_size=8)

The result is in the order of ``tasks``, members of a group beside each other: ``episodes[i * group_size + member]``.
A prompt is prefilled once for its group; feedback is appended to the cache; a finished episode's row goes to the next
one in the queue. An environment that raises or hangs costs its episode, never the batch.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import gymnasium as gym
import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ftrl_agents.chat import Chat
from ftrl_agents.config import Thinking
from ftrl_agents.episode import End, Episode, Turn
from ftrl_agents.hanging import Helper, Overdue
from ftrl_agents.sampler import Sampler
from ftrl_agents.slot_attention import slot_attention
from ftrl_agents.writer import Request, Writer
from ftrl_gym.errors import UsageError

MIN_ROOM = 32
"""Tokens that a prompt must leave for a first turn."""
FEED_SHARE = 8
"""Feedback is fed as soon as one in this many rows waits for it."""

T = TypeVar("T")
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
    thinking: Thinking = Thinking.KEEP,
    stop: Sequence[str] = (),
    env_seconds: float = 300.0,
    on_episode: Callable[[Episode], Any] | None = None,
    pool: EnvPool | None = None,
    writer: Writer | None = None,
    sampler: Callable[[PreTrainedModel, float], Sampler] = Sampler,
    skip_overlong: bool = False,
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
        thinking: Whether later turns see what a turn thought.
        stop: Texts behind which a turn ends, besides the model's own end of a turn.
        env_seconds: Seconds that an environment may take for the turns of an episode together.
        on_episode: Called with every finished episode, for progress.
        pool: Where environments come from and go back to; without one they are closed at the end.
        writer: Samples in place of ``model``, whole turns at once.
        sampler: Makes the sampler from model and temperature.
        skip_overlong: Whether a prompt that leaves no room for a turn costs only its own episodes.

    Raises:
        UsageError: The model or its chat template cannot do this, or a prompt leaves no room for a turn and is not to
            be skipped.
    """
    was_training, own_pool = model.training, EnvPool()
    model.eval()
    batch = _Batch(
        Chat(tokenizer, tools=docs == "json", thinking=thinking),
        sampler(model, temperature),
        in_flight,
        _Budget(max_turn_tokens, max_episode_tokens, _context(model), env_seconds),
        tuple(stop),
        pool or own_pool,
        on_episode or (lambda episode: None),
        writer,
        skip_overlong,
    )
    try:
        with slot_attention(model):
            wanted = members or [range(group_size)] * len(tasks)
            return batch.run(tasks, wanted, groups or range(len(tasks)), seed, docs)
    finally:
        batch.helper.close()
        own_pool.close()
        model.train(was_training)


def _context(model: PreTrainedModel) -> int:
    return int(getattr(model.config.get_text_config(), "max_position_embeddings", None) or 2**31)


@dataclass(frozen=True)
class _Budget:
    turn: int
    episode: int
    context: int
    """Tokens that the model can see at once."""
    env_seconds: float

    def left(self, episode: Episode) -> int:
        """Tokens that an episode can still have."""
        return min(self.episode - episode.length, self.context - len(episode.ids))


@dataclass
class _Stream:
    """An episode in flight; its row in the sampler is its place in ``_Batch.live``."""

    episode: Episode
    factory: EnvFactory
    env: gym.Env[str, str]
    uniforms: list[float]
    """One number in [0, 1) for each token the episode can have; decides what is sampled."""
    turn_start: int = 0
    env_seconds: float = 0.0
    """What the environment has taken so far."""
    pending: list[int] = field(default_factory=list)
    """Tokens that wait to be fed; while there are any, the row is held."""


class _Batch:
    def __init__(
        self,
        chat: Chat,
        sampler: Sampler,
        rows: int,
        budget: _Budget,
        stop: tuple[str, ...],
        pool: EnvPool,
        on_episode: Callable[[Episode], Any],
        writer: Writer | None,
        skip_overlong: bool,
    ) -> None:
        self.writer, self.skip_overlong = writer, skip_overlong
        self.chat, self.sampler, self.rows, self.budget = chat, sampler, rows, budget
        self.pool, self.on_episode, self.stop, self.helper = pool, on_episode, stop, Helper()
        # A token has at least a byte, so that the longest text lies within as many tokens, where it ends.
        self._tail = max((len(text.encode()) for text in stop), default=0)
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
            if self.writer is not None:
                self._write(self.writer, seed)
                continue
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
            stream = _Stream(episode, factory, env, [])
            env_seed = int(rng.integers(2**31))
            try:
                info = self._reset(stream, env_seed)
            except UsageError:
                raise
            except Exception as error:  # a bug in an environment must not cost the other episodes of the batch
                self._fail(stream, error)
                continue
            episode.kind, episode.messages = str(info["kind"]), list(info["messages"])
            if not prompt:
                first = episode.messages
                prompt = self.chat.initial(first, info["tools"] if docs == "json" else None)
            assert episode.messages == first, f"task {task} gave two prompts"
            if len(prompt) + MIN_ROOM > min(self.budget.episode, self.budget.context):
                self._skip(stream, len(prompt))
                continue
            episode.extend(prompt)
            # What opens the first turn is hidden from later ones, so it is no part of what all members have in common.
            episode.prompt_length = len(prompt) - len(self.chat.opening)
            stream.pending = prompt[episode.prompt_length - 1 :] if self.chat.opening else []
            stream.uniforms = rng.random(max(self.budget.episode - episode.prompt_length, 1)).tolist()
            stream.turn_start = len(prompt)
            streams.append(stream)
        return streams

    def _prefill(self, admitted: list[list[_Stream]]) -> None:
        groups = sorted((streams for streams in admitted if streams), key=lambda streams: -streams[0].turn_start)
        if groups:
            if self.writer is None:
                firsts = [streams[0].episode for streams in groups]
                prompts = [episode.ids[: episode.prompt_length] for episode in firsts]
                self.sampler.open(prompts, [len(streams) for streams in groups])
            self.live += [stream for streams in groups for stream in streams]

    def _step(self, held: set[int]) -> None:
        """One token for every row that is not held; ended turns go to their environments."""
        places = [stream.episode.length - stream.episode.prompt_length for stream in self.live]
        uniforms = np.array([stream.uniforms[place] for stream, place in zip(self.live, places, strict=True)])
        tokens, logprobs = self.sampler.step(uniforms, held)
        over: list[int] = []
        for row, stream in enumerate(self.live):
            if row in held:
                continue
            episode = stream.episode
            episode.sampled(tokens[row], logprobs[row])
            ended = tokens[row] in self.chat.stops or self._said_stop(stream)
            taken = len(episode.ids) - stream.turn_start
            if ended or taken >= self.budget.turn or self.budget.left(episode) <= 0:
                kept = self._end_turn(stream, cut=not ended)
                if kept is not None:
                    self.sampler.rewind(row, kept)
                over += [row] if episode.end else []
        for row in reversed(over):
            self._retire(row)

    def _write(self, writer: Writer, seed: int) -> None:
        """A turn for every row; those go to their environments."""
        requests = []
        for stream in self.live:
            episode = stream.episode
            turn_seed = np.random.default_rng([seed, episode.group, episode.member, len(episode.turns)]).integers(2**31)
            most = min(self.budget.turn, self.budget.left(episode))
            requests.append(Request(list(episode.ids), most, int(turn_seed)))
        stops = sorted(self.chat.stops)
        turns = writer.turns(requests, temperature=self.sampler.temperature, stop_tokens=stops, stop=self.stop)
        over: list[int] = []
        for row, (stream, turn) in enumerate(zip(self.live, turns, strict=True)):
            for token, logprob in zip(turn.tokens, turn.logprobs, strict=True):
                stream.episode.sampled(token, logprob)
            ended = turn.tokens[-1] in self.chat.stops or self._said_stop(stream)
            self._end_turn(stream, cut=not ended)
            over += [row] if stream.episode.end else []
        for row in reversed(over):
            self._retire(row)

    def _end_turn(self, stream: _Stream, cut: bool) -> int | None:
        """The environment's turn.

        Returns:
            How many of the episode's tokens stay, where later turns do not see all that was sampled.
        """
        episode = stream.episode
        own = episode.ids[stream.turn_start :]
        turn = Turn(stream.turn_start, len(episode.ids), self.chat.text(own), cut)
        episode.turns.append(turn)
        try:
            _, reward, terminated, truncated, info = self._asked(stream, lambda: stream.env.step(turn.text))
        except Exception as error:  # as in _admit
            self._fail(stream, error)
            return None
        turn.reward, turn.calls, turn.feedback = float(reward), list(info["calls"]), list(info["messages"])
        episode.score = dict(info["score"])
        if terminated or truncated:
            episode.end = End(info["end"])
            return None
        appended = self.chat.continuation(turn.feedback)
        if own[-1] != self.chat.end_of_turn:
            appended = [self.chat.end_of_turn, *appended]
        seen = self.chat.past(episode.ids, stream.turn_start)
        room = min(self.budget.episode - episode.length, self.budget.context - len(seen))
        if len(appended) >= room:
            episode.end = End.TOKEN_BUDGET
            return None
        kept = None if seen is episode.ids else episode.go_on_behind(seen)
        stream.pending = [*(own[-1:] if kept is None else seen[kept:]), *appended]
        episode.extend(appended)
        stream.turn_start = len(episode.ids)
        return kept

    def _retire(self, row: int) -> None:
        """Free a row; the last live one moves into it."""
        stream = self.live[row]
        if self.writer is None:
            self.sampler.close(row)
        self.live[row] = self.live[-1]
        self.live.pop()
        if stream.episode.end is not End.FAILED:
            self.pool.give(stream.factory, stream.env)
            self._finish(stream.episode)

    def _asked(self, stream: _Stream, call: Callable[[], T]) -> T:
        """What an environment says, if it does so in time. Raises Overdue, or what it raises."""
        begun = time.monotonic()
        try:
            return self.helper.call(call, max(self.budget.env_seconds - stream.env_seconds, 0.0))
        finally:
            stream.env_seconds += time.monotonic() - begun

    def _reset(self, stream: _Stream, seed: int) -> dict[str, Any]:
        return self._asked(stream, lambda: stream.env.reset(seed=seed, options={"task": stream.episode.task}))[1]

    def _said_stop(self, stream: _Stream) -> bool:
        if not self.stop:
            return False
        own = stream.episode.ids[stream.turn_start :]
        text = self.chat.text(own[-self._tail - 1 :])
        return any(one in text for one in self.stop)

    def _fail(self, stream: _Stream, error: Exception) -> None:
        episode = stream.episode
        episode.end, episode.error = End.FAILED, f"{type(error).__name__}: {str(error)[:500]}"
        if not isinstance(error, Overdue):  # an environment that hangs would do so when it is closed, too
            stream.env.close()
        self._finish(episode)

    def _finish(self, episode: Episode) -> None:
        self.done.append(episode)
        self.on_episode(episode)

    def _skip(self, stream: _Stream, prompt: int) -> None:
        """Ends an episode whose prompt leaves no room for a turn, or raises where none may be skipped."""
        episode, most = stream.episode, min(self.budget.episode, self.budget.context)
        problem = f"the prompt of task {episode.task} has {prompt} tokens, and an episode may have {most}"
        if not self.skip_overlong:
            raise UsageError(
                f"{problem}. Raise max_episode_tokens (--rollout.max-episode-tokens; not beyond the model's context "
                "length), use docs='signature', or a scenario with fewer tools"
            )
        episode.end, episode.error = End.NO_ROOM, problem
        self.pool.give(stream.factory, stream.env)
        self._finish(episode)
