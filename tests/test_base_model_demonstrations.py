"""Demonstrations: good ones earn everything, bad habits cost."""

from __future__ import annotations

import datetime
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


def test_exercises_ask_for_what_was_told() -> None:
    stream = TravelStream(0, corpus_envs(), exercises=1.0)
    copied = read = 0
    for number in range(60):
        messages = stream.conversation(number)
        said = [str(m["content"]) for m in messages if m["role"] == "assistant"]
        if any(m["role"] == "tool" for m in messages):
            told = next(json.loads(m["content"]) for m in messages if m["role"] == "tool")
            rows = next(iter(told.values())) if isinstance(next(iter(told.values())), list) else [told]
            values = {str(value) for row in rows for value in row.values()}
            answers = [text.removeprefix("<answer>").removesuffix("</answer>") for text in said[1:]]
            assert all(any(answer.startswith(value) for value in values) for answer in answers)
            read += len(answers)
        elif "<tool_call>" in said[0]:
            call = json.loads(said[0].removeprefix("<tool_call>\n").removesuffix("\n</tool_call>"))
            told = str(messages[-2]["content"])
            days = {"day", "until", "from"} & call["arguments"].keys()
            assert all(str(value) in told for name, value in call["arguments"].items() if name not in days)
            for name in days:
                day = datetime.date.fromisoformat(call["arguments"][name])
                assert f"{day.day} {day:%B}" in told or f"{day:%B} {day.day}" in told
            copied += 1
        else:
            assert said[0] in str(messages[-2]["content"])
            copied += 1
    assert read > 30 and copied > 15


def test_chatter_stands_around_a_question_that_stays_whole() -> None:
    plain, chatty = corpus_env(chatter=0.0), corpus_env(chatter=1.0)
    for task in TASKS[:12]:
        words = []
        for env in (plain, chatty):
            env.reset(options={"task": task})
            words.append(env.unwrapped.task.question)  # type: ignore[attr-defined]
        assert words[0][:-1] in words[1] and len(words[1]) > len(words[0]) + 5
        assert env.unwrapped.task.plans == plain.unwrapped.task.plans  # type: ignore[attr-defined]
