"""Playback: a script is paid what the environment pays for it, whatever was played before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_scenario import TASKS, tiny_scenario

from ftrl_gym import registry
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.playback import Playback
from ftrl_gym.policies import call_text, plan_text
from ftrl_gym.probe_sight import PROBES, Script, Sight
from ftrl_gym.probes import Subject, play
from ftrl_gym.reward import Scheme, VerifiableReward
from ftrl_gym.task import Task
from ftrl_gym.taskset import ScenarioTaskSet


def scripts_of(subject: Subject) -> Iterator[Script]:
    """What all probes try on a task, and its plans with every way to end early."""
    sight = Sight(subject.task, subject.documents, subject.observation, subject.inside, subject.oracle)
    for probe in PROBES:
        yield from probe.write(sight)
    for plan in subject.task.plans:
        texts = [*map(plan_text, plan.turns), sight.ending]
        yield from (texts[:length] for length in range(1, len(texts) + 1))


def assert_paid_alike(env: VerifiableReward, task: Task) -> None:
    subject = Subject(env, task.id)
    scripts = list(scripts_of(subject))
    paid = [subject.paid(script) for script in scripts]
    assert paid == [subject.paid(script) for script in scripts], "what was looked up is what was played"
    for script, looked_up in zip(scripts, paid, strict=True):
        env.reset(options={"task": task.id})
        assert play(env, script) == looked_up, script


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
@pytest.mark.parametrize("matching", ["strict", "ftrl"])
def test_tiny_tasks(tmp_path: Path, task: Any, matching: str) -> None:
    tasks = ScenarioTaskSet(tiny_scenario(tmp_path), split=task.split.value)
    assert_paid_alike(VerifiableReward(ToolUseEnv(tasks, matching=matching)), task)


@pytest.mark.parametrize("features", [(), ("user",), ("state",), ("state", "user")])
def test_packaged_tasks(features: tuple[str, ...]) -> None:
    tasks = ScenarioTaskSet(registry.load("TravelBooking"), features=features)
    env = VerifiableReward(ToolUseEnv(tasks, docs="signature"))
    alike = [task for task in map(tasks.get, tasks.ids()) if task.features == features]
    for task in alike[:: max(1, len(alike) // 3)]:
        assert_paid_alike(env, task)


def test_the_start_is_left_as_it_was(tmp_path: Path) -> None:
    env = ToolUseEnv(ScenarioTaskSet(tiny_scenario(tmp_path), split="train"))
    env.reset(options={"task": "train-00001"})
    start = env.snapshot()
    playback = Playback(env, start, Scheme.DEFAULT)
    honest = [*map(plan_text, env.task.plans[0].turns), "<answer>nothing</answer>"]
    assert playback.paid(honest) == playback.paid(honest) > 0
    assert (start.turn, start.ledger.calls, start.facts, start.told.holds("Tromso")) == (0, 0, None, False)


def test_situations_are_told_apart_by_what_was_heard_and_made(tmp_path: Path) -> None:
    env = ToolUseEnv(ScenarioTaskSet(tiny_scenario(tmp_path), split="train"))
    env.reset(options={"task": "train-00001"})
    start = env.snapshot()

    def after(text: str) -> object:
        env.restore(start)
        env.advance(text)
        return env.episode.situation()

    junk = after(call_text([("no_such_tool", {})]))
    assert start.situation() == start.copy().situation()
    assert junk == after(call_text([("nor_this_one", {"with": "arguments"})]))
    assert len({start.situation(), junk, after(plan_text(start.task.plans[0].turns[0]))}) == 3
