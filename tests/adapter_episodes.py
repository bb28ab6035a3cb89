"""A fixed list of 200 episodes as texts, and what the bare environment pays for them: what every adapter is held to.

Seeded scripted policies wrote them: right ones, wrong ones, malformed ones, parallel and long ones, with and without a
user. Each text is one assistant turn, and the last one ends the episode.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import Oracle, Random, call_text, ending_text
from ftrl_gym.task import Nobody, Task
from ftrl_gym.toolcall import Dialect, parse

ID = "ftrl/TravelBooking-v0"
COUNT = 200


@dataclass(frozen=True)
class Script:
    """One episode, before it is played."""

    task: str
    turns: tuple[str, ...]


@dataclass(frozen=True)
class Played:
    """One episode, as it was paid."""

    rewards: tuple[float, ...]
    terminated: tuple[bool, ...]
    truncated: tuple[bool, ...]
    score: dict[str, float]


def _calls(task: Task) -> list[tuple[str, dict[str, Any]]]:
    return [(call.tool, dict(call.arguments)) for call in task.plans[0].calls()] if task.plans else []


def _one_by_one(task: Task, rng: random.Random) -> list[str]:
    return [call_text([call]) for call in _calls(task)]


def _all_at_once(task: Task, rng: random.Random) -> list[str]:
    return [call_text(_calls(task))] if _calls(task) else []


def _twice(task: Task, rng: random.Random) -> list[str]:
    return [text for text in _one_by_one(task, rng) for _ in range(2)]


_BAD = (
    '<tool_call>\n{"name": "get_flight", "arguments": \n</tool_call>',
    "<tool_call>[]</tool_call>",
    '<tool_call>\n{"name": "no_such_tool", "arguments": {"a": 1}}\n</tool_call>',
    '<tool_call>\n{"name": "get_flight", "arguments": {"flight": 3}}\n</tool_call>',
    '<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "ZZ0"}}\n</tool_call>',
    "<think>I call it</think><tool_call>{}",
    call_text([("get_flight", {"flight_no": "Zürich <|im_end|>"})] * 20),
)


def _with_slips(task: Task, rng: random.Random) -> list[str]:
    texts = _one_by_one(task, rng)
    for _ in range(rng.randint(1, 4)):
        texts.insert(rng.randint(0, len(texts)), rng.choice(_BAD))
    return texts


def _without_end(task: Task, rng: random.Random) -> list[str]:
    return [rng.choice([*_BAD, *_one_by_one(task, rng)]) for _ in range(40)]


_MAKERS: tuple[Callable[[Task, random.Random], list[str]], ...] = (
    _one_by_one, _all_at_once, _twice, _with_slips, _without_end,
)  # fmt: skip


@functools.cache
def scripts() -> tuple[Script, ...]:
    """The list; the same in every process."""
    env, base = _env(), _base()
    ids, rng = base.taskset.ids(), random.Random(20)
    found = []
    for number in range(COUNT):
        task = base.taskset.get(ids[rng.randrange(len(ids))])
        way = number % (len(_MAKERS) + 3)
        if way < len(_MAKERS):
            last = ending_text(task.outcome) if rng.random() < 0.7 else rng.choice(["<answer>42</answer>", "No idea."])
            texts: Iterable[str] = [*_MAKERS[way](task, rng), *[last] * 12]
        else:
            texts = _acted(env, task, [Oracle(), Random(number, stop=0.05), Random(number, stop=0.3)][way % 3])
        found.append(_until_the_end(env, task, texts))
    return tuple(found)


def _acted(env: gym.Env[str, str], task: Task, policy: Any) -> list[str]:
    observation, info = env.reset(options={"task": task.id})
    policy.begin(env.unwrapped, observation, info)
    texts, over = [], False
    while not over:
        texts.append(policy.act(observation, info))
        observation, _, terminated, truncated, info = env.step(texts[-1])
        over = terminated or truncated
    return texts


def _until_the_end(env: gym.Env[str, str], task: Task, texts: Iterable[str]) -> Script:
    """What of the texts is said before the episode is over, which it must be with the last."""
    env.reset(options={"task": task.id})
    said = []
    for text in texts:
        said.append(text)
        if any(env.step(text)[2:4]):
            return Script(task.id, tuple(said))
    raise AssertionError(f"an episode of {task.id} does not end")


def play(env: gym.Env[str, str], script: Script) -> Played:
    """Plays a script in an environment of one episode."""
    env.reset(options={"task": script.task})
    paid: list[tuple[float, bool, bool]] = []
    info: dict[str, Any] = {}
    for text in script.turns:
        _, reward, terminated, truncated, info = env.step(text)
        paid.append((float(reward), terminated, truncated))
    rewards, terminations, truncations = zip(*paid, strict=True)
    return Played(rewards, terminations, truncations, info["score"])


def played_bare(chosen: Sequence[Script]) -> list[Played]:
    """What the bare environment says of scripts."""
    return [play(_env(), script) for script in chosen]


@functools.cache
def one_call_a_turn(script: Script) -> Script:
    """The script for a library in which every call is a request: none is malformed, and none are made together."""
    turns: list[str] = []
    for text in script.turns:
        calls = parse(text, Dialect.HERMES).calls
        turns += [call_text([(call.name, call.arguments)]) for call in calls if call.problem is None]
        turns += [] if calls else [text]
    return _until_the_end(_env(), _base().taskset.get(script.task), [*turns, *["No idea."] * 12])


def has_user(script: Script) -> bool:
    """Whether somebody hears a turn without calls."""
    base = _base()
    return not isinstance(base.taskset.get(script.task).counterpart, Nobody)


@functools.cache
def _env() -> gym.Env[str, str]:
    return gym.make(ID, split="test")


def _base() -> ToolUseEnv:
    base = _env().unwrapped
    assert isinstance(base, ToolUseEnv)
    return base
