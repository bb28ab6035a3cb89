"""A language model as a policy of one episode at a time."""

from __future__ import annotations

import gymnasium as gym
import pytest

import ftrl_gym  # noqa: F401 - registers the envs
from ftrl_agents.playing import ModelPolicy
from ftrl_agents.policy import load_policy
from ftrl_agents.rollout import collect
from ftrl_gym.cli import main
from ftrl_gym.trajectory import run_episode

TASKS = [f"test-{number:05d}" for number in (3, 17)]


def test_greedy_it_writes_what_a_rollout_writes() -> None:
    model, tokenizer = load_policy(None)
    env = gym.make("ftrl/TravelBooking-v0", split="test", docs="signature")
    policy = ModelPolicy(model, tokenizer, temperature=0.0)
    rolled = collect(model, tokenizer, [(lambda: env, task) for task in TASKS], temperature=0.0, seed=0, in_flight=1)
    for episode, task in zip(rolled, TASKS, strict=True):
        played = run_episode(env, policy, options={"task": task})
        assert [turn.text for turn in played.turns] == [turn.text for turn in episode.turns]
        assert played.episode_return == pytest.approx(sum(turn.reward for turn in episode.turns))


def test_its_seed_decides_what_is_sampled() -> None:
    env = gym.make("ftrl/TravelBooking-v0", split="test", docs="signature")
    policy = ModelPolicy(*load_policy(None), max_turn_tokens=40, max_episode_tokens=1400)
    played = []
    for seed in (0, 0, 1, 2):
        policy.seed = seed
        played.append(run_episode(env, policy, options={"task": TASKS[0]}))
    assert played[0] == played[1]
    assert len({one.to_json() for one in played}) > 1


def test_a_long_turn_is_cut_and_a_full_episode_ends() -> None:
    env = gym.make("ftrl/TravelBooking-v0", split="test", docs="signature")
    model, tokenizer = load_policy(None)
    cut = run_episode(env, ModelPolicy(model, tokenizer, max_turn_tokens=3), options={"task": TASKS[0]})
    assert cut.end is not None
    full = run_episode(env, ModelPolicy(model, tokenizer, max_episode_tokens=4), options={"task": TASKS[0]})
    assert [turn.text for turn in full.turns] == [""]


def test_calibrate_plays_it(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["calibrate", "TravelBooking", "--policy", "ftrl_agents.playing:base_model"]
    assert main([*command, "--set", "docs=signature", "--tasks", "1", "--group", "2", "--features"]) == 0
    assert "1 tasks, 2 episodes of each" in capsys.readouterr().out
