"""Demonstrations: good ones earn everything, bad habits cost."""

from __future__ import annotations

import json
from collections.abc import Iterator

import gymnasium as gym
import numpy as np
import pytest

pytest.importorskip("torch")

from ftrl_agents.corpus import encode
from ftrl_agents.demonstrations import Demonstrator, Habit, bad_habits, demonstrations, script, warm_up
from ftrl_agents.tokenizer import train_tokenizer
from ftrl_agents.travel_corpus import TravelStream, corpus_env, corpus_envs, held_out_env, held_out_tasks
from ftrl_gym.trajectory import run_episode

TASKS = [f"endless-{number}" for number in range(40)]


@pytest.fixture(scope="module")
def env() -> Iterator[gym.Env[str, str]]:
    made = corpus_env()
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
    for task_id in TASKS:
        env.reset(options={"task": task_id})
        task = env.unwrapped.task  # type: ignore[attr-defined]
        habits = bad_habits(task, random.Random(0))
        seen |= habits
        longest = max(len(turn.calls) for turn in task.plans[0].turns)
        assert (Habit.LONE in habits) <= (longest > 1)
        doubled = script(task, frozenset({Habit.DOUBLED}))
        assert sum(text.count("<tool_call>") for text in doubled) == 2 * len(task.plans[0].calls())
    assert seen == set(Habit)


def test_a_stream_is_reproducible_and_its_seeds_differ() -> None:
    one, same, other = (TravelStream(seed, corpus_envs()) for seed in (5, 5, 6))
    assert one.episode(70).to_json() == same.episode(70).to_json()
    assert one.episode(70).messages()[1] != other.episode(70).messages()[1]


def test_held_out_tasks_can_be_solved() -> None:
    env = held_out_env()
    for task in held_out_tasks(8):
        assert run_episode(env, Demonstrator(0), options={"task": task}).episode_return == pytest.approx(1.0)


def test_warm_up_teaches_and_leaves_the_mode_alone(env: gym.Env[str, str]) -> None:
    from ftrl_agents.base_model import new_model
    from ftrl_agents.corpus import pad_together
    from ftrl_agents.supervised import likelihood

    episodes = list(demonstrations(env, TASKS[:8], seed=0, flawed=1.0))
    tokenizer = train_tokenizer(str(one.messages()) for one in episodes)
    model = new_model(0, tokenizer, hidden=128, layers=2, mlp=32).eval()
    batch = pad_together([encode(tokenizer, one.messages()) for one in episodes], tokenizer.pad_token_id)
    done: list[float] = []
    before = likelihood(model, batch).loss
    warm_up(
        model, tokenizer, corpus_env, TASKS[:8], seed=0, conversations=24, learning_rate=2e-3, on_progress=done.append
    )
    assert likelihood(model, batch).loss < before - 0.2
    assert done == sorted(done) and done[-1] == pytest.approx(1.0) and not model.training


def test_copying_exercises_say_what_was_told() -> None:
    stream = TravelStream(0, corpus_envs())
    found = 0
    for number in range(80):
        messages = stream.conversation(number)
        if len(messages) > 2 or messages[0]["role"] != "user":
            continue
        found += 1
        told, said = (str(message["content"]) for message in messages)
        values = said.split(", ")
        if "<tool_call>" in said:
            call = json.loads(said.removeprefix("<tool_call>\n").removesuffix("\n</tool_call>"))
            values = [str(value) for value in call["arguments"].values()]
        assert all(value in told for value in values)
    assert 2 <= found <= 20
    assert all(len(TravelStream(0, corpus_envs(), exercises=0.0).conversation(n)) > 2 for n in range(3))
