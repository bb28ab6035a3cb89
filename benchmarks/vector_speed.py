"""Calls a second of a vector environment, in CPU time of one core.

Every episode plays the calls of a certified plan of its task, all of a turn in one message, and then its answer. What
is counted are the calls; what is timed is ``step`` in whole: parsing, checking, running, scoring, paying, and the
texts and infos of all episodes. Resets are timed apart.
"""

from __future__ import annotations

import statistics
import time
from typing import NamedTuple

import gymnasium as gym

from ftrl_gym.policies import ending_text, plan_text
from ftrl_gym.task import Task
from ftrl_gym.vector import ToolUseVectorEnv

TARGET = 30_000
"""Calls a second of CPU time that are promised of 256 episodes."""


class _Pass(NamedTuple):
    calls: int
    steps: int
    stepping_ns: int
    resetting_ns: int


def measure(env_id: str, episodes: int, distinct: int, repetitions: int) -> None:
    """Plays ``episodes`` episodes of ``distinct`` tasks side by side, several times, and prints the rates."""
    env = gym.make_vec(env_id, num_envs=episodes, autoreset="disabled", split="test")
    assert isinstance(env, ToolUseVectorEnv)
    taskset = env.envs[0].taskset
    ids = taskset.ids()
    chosen = [ids[number % min(distinct, len(ids))] for number in range(episodes)]
    scripts = [_script(taskset.get(task_id)) for task_id in chosen]
    first, *others = [_played(env, chosen, scripts) for _ in range(repetitions + 1)]
    rates = [one.calls / one.stepping_ns * 1e9 for one in others]
    rate = statistics.median(rates)
    resets = statistics.median(episodes / one.resetting_ns * 1e9 for one in others)
    whole = statistics.median(one.calls / (one.stepping_ns + one.resetting_ns) * 1e9 for one in others)
    print(f"{env_id}: {episodes} episodes of {len(set(chosen))} tasks, {first.calls} calls in {first.steps} steps")
    print(f"  calls  {rate:10,.0f} a CPU-second (min {min(rates):,.0f}, max {max(rates):,.0f}), {1e6 / rate:.1f} us")
    print(f"  first  {first.calls / first.stepping_ns * 1e9:10,.0f} a CPU-second, when no task was played before")
    print(f"  reset  {resets:10,.0f} episodes a CPU-second; calls with resets: {whole:,.0f}")
    verdict = "kept" if rate >= TARGET else "NOT kept on this machine now"
    print(f"  promised are {TARGET:,} calls a CPU-second: {verdict}")


def _script(task: Task) -> tuple[list[str], list[int]]:
    """The turns of a task's first plan and its ending, with the calls of each."""
    turns = task.plans[0].turns if task.plans else ()
    texts = [*map(plan_text, turns), ending_text(task.outcome)]
    return texts, [*(len(turn.calls) for turn in turns), 0]


def _played(env: ToolUseVectorEnv, tasks: list[str], scripts: list[tuple[list[str], list[int]]]) -> _Pass:
    """One pass: until the longest script is through. Episodes that are over begin anew before the next step."""
    start = time.process_time_ns()
    env.reset(options={"task": tasks})
    resetting, stepping, calls, steps = time.process_time_ns() - start, 0, 0, 0
    at = [0] * len(scripts)
    for _ in range(max(len(texts) for texts, _ in scripts)):
        actions = [texts[number] for (texts, _), number in zip(scripts, at, strict=True)]
        calls += sum(counts[number] for (_, counts), number in zip(scripts, at, strict=True))
        start = time.process_time_ns()
        _, _, terminated, truncated, _ = env.step(actions)
        stepping += time.process_time_ns() - start
        steps += 1
        over = terminated | truncated
        at = [0 if ended else min(n + 1, len(t) - 1) for ended, n, (t, _) in zip(over, at, scripts, strict=True)]
        if over.any():
            env.reset(options={"task": tasks, "reset_mask": over})
    return _Pass(calls, steps, stepping, resetting)
