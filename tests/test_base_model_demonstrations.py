"""Demonstrations: good ones earn everything, bad habits cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import gymnasium as gym
import numpy as np
import pytest

pytest.importorskip("torch")

from ftrl_agents.corpus_blocks import Recipe
from ftrl_agents.corpus_tasks import corpus_env, task_id
from ftrl_agents.demonstrations import demonstrations
from ftrl_agents.habits import Habit, any_habits, bad_habits, script
from ftrl_gym.policies import Scripted
from ftrl_gym.trajectory import run_episode

TRAVEL = Recipe(travel=1.0, plain=1.0, chatter=0.0)
TASKS = [task_id(number) for number in range(40)]


@pytest.fixture(scope="module")
def env() -> Iterator[gym.Env[str, str]]:
    made = corpus_env(TRAVEL)
    yield made
    made.close()


def test_good_ones_return_one_and_bad_ones_less(env: gym.Env[str, str]) -> None:
    good = list(demonstrations(env, TASKS, seed=0, flawed=0.0))
    bad = list(demonstrations(env, TASKS, seed=0, flawed=1.0))
    assert [one.episode_return for one in good] == pytest.approx([1.0] * len(TASKS))
    assert max(one.score["f1"] for one in bad) < 1.0
    assert all(call["status"] in ("ok", "tool_error") for one in bad for turn in one.turns for call in turn.calls)
    assert 0.3 < np.mean([one.score["f1"] for one in bad]) < 0.65


def test_the_share_of_flawed_ones_is_kept_and_the_seed_decides(env: gym.Env[str, str]) -> None:
    mixed = list(demonstrations(env, TASKS, seed=3, flawed=0.5))
    again = list(demonstrations(env, TASKS, seed=3, flawed=0.5))
    assert [one.to_json() for one in mixed] == [one.to_json() for one in again]
    assert 8 < sum(one.score["f1"] < 1.0 for one in mixed) < 32


def test_habits_fit_the_task(env: gym.Env[str, str]) -> None:
    import random

    seen: set[Habit] = set()
    for name in TASKS:
        env.reset(options={"task": name})
        task = env.unwrapped.task  # type: ignore[attr-defined]
        habits = bad_habits(task, random.Random(0))
        seen |= habits
        longest = max(len(turn.calls) for turn in task.plans[0].turns)
        assert (Habit.LONE in habits) <= (longest > 1)
        doubled = script(task, frozenset({Habit.DOUBLED}))
        assert sum(line.text.count("<tool_call>") for line in doubled) == 2 * len(task.plans[0].calls())
    assert seen == {Habit.EARLY, Habit.LONE, Habit.DOUBLED}


def test_strays_and_leaps_cost_a_call_and_nothing_else(env: gym.Env[str, str]) -> None:
    import random

    seen: Counter[Habit] = Counter()
    for name in TASKS:
        env.reset(options={"task": name})
        task, documents = env.unwrapped.task, env.unwrapped.documents  # type: ignore[attr-defined]
        drawn = [any_habits(task, documents, random.Random(f"{name}/{draw}")) for draw in range(12)]
        for habit in sorted(frozenset[Habit]().union(*drawn) & {Habit.STRAY, Habit.LEAP}):
            seen[habit] += 1
            plain, spoilt = script(task, frozenset()), script(task, frozenset({habit}), documents)
            good, bad = [line.text for line in plain], [line.text for line in spoilt]
            assert [text for text in bad if text in good] == good and len(bad) == len(good) + 1
            episode = run_episode(env, Scripted(bad), options={"task": name})
            assert episode.score["recall"] == 1.0 and episode.score["outcome"] == 1.0
            assert episode.score["waste"] == 1.0 and episode.episode_return < 1.0
    assert min(seen[Habit.STRAY], seen[Habit.LEAP]) >= 2
