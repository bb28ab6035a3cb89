"""The arms of the controls: each learns from what it says it learns from, and stops when its compute is spent."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch

from ftrl_agents import arms
from ftrl_agents.arms import Arm, train_arm
from ftrl_agents.base_model import load_base
from ftrl_agents.config import EnvConfig, RolloutConfig, TrainConfig
from ftrl_agents.corpus import Batch
from ftrl_agents.envs import task_ids
from ftrl_agents.episode import End, Episode, Turn
from ftrl_agents.policy import Policy
from ftrl_agents.run import env_of
from ftrl_agents.supervised import StepResult, Supervised

CONFIG = TrainConfig(
    env=EnvConfig(difficulty=0.1),
    rollout=RolloutConfig(tasks=2, group=2, max_turn_tokens=24, max_episode_tokens=1024),
)


@functools.cache
def _tasks() -> list[str]:
    return task_ids(env_of(CONFIG, "train"))


@pytest.mark.parametrize("arm", list(Arm))
def test_an_arm_takes_at_least_one_step_and_stops_when_its_time_is_over(arm: Arm) -> None:
    told: list[str] = []
    policy = Policy(*load_base())
    spent = train_arm(arm, policy, env_of(CONFIG, "train"), _tasks(), CONFIG, seconds=0.0, tell=told.append)
    assert spent["steps"] == 1 and spent["seconds"] > 0
    assert len(told) == 1 and told[0].startswith(f"{arm} step 1")


def test_demonstrations_change_the_weights_the_same_way_each_time() -> None:
    made = []
    for _ in range(2):
        policy = Policy(*load_base())
        train_arm(Arm.DEMONSTRATIONS, policy, env_of(CONFIG, "train"), _tasks(), CONFIG, seconds=0.0)
        made.append(policy.model.state_dict())
    before = load_base().model.state_dict()
    assert all(torch.equal(made[0][name], made[1][name]) for name in before)
    assert not all(torch.equal(made[0][name], before[name]) for name in before)


def test_rejection_learns_from_full_marks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of four episodes two are good, and these are the same: one is learned from, and its own tokens only."""

    def episode(member: int, reward: float, ids: list[int]) -> Episode:
        own = [False, False, *[True] * (len(ids) - 2)]
        return Episode(
            "t", "single_hop", 0, member, [], ids, own, prompt_length=2, end=End.ANSWERED,
            turns=[Turn(2, len(ids), "", reward=reward)],
        )  # fmt: skip

    played = [
        episode(0, 1.0, [5, 6, 7]),
        episode(1, 1.0, [5, 6, 7]),
        episode(2, 0.9, [5, 6, 8, 9]),
        episode(3, 0, [5, 6]),
    ]
    monkeypatch.setattr(arms, "collect", lambda *_, **__: played)
    learned: list[Batch] = []

    def step(self: Supervised, batch: Batch) -> StepResult:
        learned.append(batch)
        return StepResult(0.5, 1.0, int(batch.real.sum()))

    monkeypatch.setattr(Supervised, "step", step)
    spent = train_arm(Arm.REJECTION, Policy(*load_base()), env_of(CONFIG, "train"), ["t"], CONFIG, seconds=0.0)
    (batch,) = learned
    assert batch.ids.tolist() == [[5, 6, 7]] and batch.own.tolist() == [[False, False, True]] and spent["tokens"] == 3


def test_where_nothing_succeeded_rejection_learns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: Callable[..., Any] = lambda *_: pytest.fail("there is nothing to learn")  # noqa: E731
    monkeypatch.setattr(arms, "collect", lambda *_, **__: [Episode("t", "single_hop", 0, 0, [], end=End.ANSWERED)])
    monkeypatch.setattr(Supervised, "step", refused)
    spent = train_arm(Arm.REJECTION, Policy(*load_base()), env_of(CONFIG, "train"), ["t"], CONFIG, seconds=0.0)
    assert spent["tokens"] == 0 and spent["steps"] == 1
