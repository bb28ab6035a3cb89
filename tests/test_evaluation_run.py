"""Samples per task: estimates against plain counting, and evaluations that go on where they stopped."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import evaluate
import gymnasium as gym
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learner_toy import LetterEnv, make_model, make_tokenizer

from ftrl_agents import model_engine, policy_by_name
from ftrl_agents.envs import env_factory, task_ids
from ftrl_agents.episode import Episode
from ftrl_agents.evaluation import EpisodeScore, Evaluation
from ftrl_agents.evaluation_run import score_tasks
from ftrl_agents.model_engine import ModelEngine
from ftrl_agents.pass_rates import pass_at_k, pass_hat_k, rate, rate_rows
from ftrl_agents.played_log import PlayedLog
from ftrl_agents.policy import Policy
from ftrl_agents.rollout import collect
from ftrl_agents.scripted_engine import ScriptedEngine
from ftrl_gym.errors import UsageError
from ftrl_gym.policies import DoNothing, Oracle


def score(task: str, outcome: float, kind: str = "single_hop", f1: float = 0.0) -> EpisodeScore:
    return EpisodeScore(task, kind, ("get_city",), f1, f1, f1, outcome, 0.0, 2.0, f1)


@given(st.integers(1, 7), st.data())
def test_estimates_are_the_share_of_all_draws(n: int, data: st.DataObject) -> None:
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    draws = list(itertools.combinations([True] * c + [False] * (n - c), k))
    assert pass_at_k(n, c, k) == pytest.approx(sum(map(any, draws)) / len(draws))
    assert pass_hat_k(n, c, k) == pytest.approx(sum(map(all, draws)) / len(draws))


def test_rates_are_means_over_tasks_by_kind() -> None:
    scores = [score("a", 1.0), score("a", 0.0), score("b", 1.0, "multi_hop"), score("b", 1.0, "multi_hop")]
    assert rate(scores, 1, pass_at_k).mean == 0.75 and rate(scores, 2, pass_hat_k).mean == 0.5
    assert rate(scores, 2, pass_at_k) == (1.0, 1.0, 1.0, 2)
    rows = rate_rows(Evaluation(1.0, tuple(scores)), 2, pass_hat_k)
    assert [(row[0], row[1], row[3][:5]) for row in rows] == [
        ("all", "2", "0.500"), ("multi_hop", "1", "1.000"), ("single_hop", "1", "0.000"),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="--samples"):
        rate(scores, 3, pass_at_k)


def test_intervals_are_over_tasks_not_over_samples() -> None:
    many = Evaluation(1.0, tuple(score(f"t{i % 4}", 0.0, f1=float(i % 4 < 2)) for i in range(400)))
    few = Evaluation(1.0, many.scores[:4])
    assert many.interval("f1") == few.interval("f1") and many.interval("f1").n == 4
    assert many.gain(few, "f1") == (0, 0, 0, 4)


def letters(monkeypatch: pytest.MonkeyPatch) -> ModelEngine:
    tokenizer = make_tokenizer()
    monkeypatch.setattr(model_engine, "load_policy", lambda name: Policy(make_model(tokenizer), tokenizer))
    return ModelEngine(None, docs="signature", in_flight=5, max_turn_tokens=6, max_episode_tokens=2000)


def test_an_interrupted_evaluation_ends_like_one_that_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, tasks = letters(monkeypatch), ["1", "2", "3"]

    def scored(name: str, samples: int) -> tuple[Evaluation, int]:
        with PlayedLog(tmp_path / name, engine.pinned()) as log:
            outcome = score_tasks(engine, LetterEnv, tasks, samples=samples, temperature=1.0, seed=3, log=log)
        return outcome.evaluation, outcome.kept

    whole, kept = scored("whole", 3)
    assert kept == 0 and len(whole.scores) == 9 and len({one.reward for one in whole.scores}) > 3

    class Stop(Exception):
        pass

    def stop_at(done: int, of: int) -> None:
        if done == 4:
            raise Stop

    with PlayedLog(tmp_path / "cut", engine.pinned()) as log, pytest.raises(Stop):
        score_tasks(engine, LetterEnv, tasks, samples=2, temperature=1.0, seed=3, log=log, on_episode=stop_at)
    (tmp_path / "cut").write_bytes((tmp_path / "cut").read_bytes()[:-5])
    again, kept = scored("cut", 3)
    assert kept == 3 and again == whole
    keys = [(r["score"]["task"], r["sample"]) for r in map(json.loads, (tmp_path / "cut").read_text().splitlines()[1:])]
    assert len(keys) == len(set(keys)) == 9

    fewer, kept = scored("cut", 1)
    assert kept == 3 and fewer.scores == whole.scores[::3]


def test_members_are_played_alone_as_in_their_group() -> None:
    tokenizer = make_tokenizer()
    model = make_model(tokenizer)
    tasks = [(LetterEnv, task) for task in ("1", "2", "3")]
    settings: dict[str, Any] = {"temperature": 1.0, "seed": 7, "max_turn_tokens": 5}
    whole = collect(model, tokenizer, tasks, group_size=3, **settings)
    part = collect(model, tokenizer, tasks, members=[[2], [], [0, 1]], **settings)
    by_place = {(one.group, one.member): [turn.text for turn in one.turns] for one in whole}
    assert [(one.group, one.member) for one in part] == [(0, 2), (2, 0), (2, 1)]
    assert all([turn.text for turn in one.turns] == by_place[one.group, one.member] for one in part)


class Fragile:
    """Works once."""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        pass

    def act(self, observation: str, info: dict[str, Any]) -> str:
        self.used = getattr(self, "used", 0) + 1
        if self.used > 1:
            raise KeyError("worn out")
        return "<answer>?</answer>"


def make_travel() -> gym.Env[str, str]:
    return gym.make("ftrl/TravelBooking-v0", split="test", docs="signature")


def test_half_a_surrogate_pair_is_kept_as_it_was_written(tmp_path: Path) -> None:
    broken = "a broken emoji \ud83d"
    with PlayedLog(tmp_path / "log", {}) as log:
        log.add({"transcript": broken})
    with PlayedLog(tmp_path / "log", {}) as log:
        assert log.records == [{"transcript": broken}]
    Evaluation(0.0, (), (broken,)).save(tmp_path / "evaluation.json")
    assert Evaluation.load(tmp_path / "evaluation.json").transcripts == (broken,)


def test_a_policy_that_fails_costs_its_episode(tmp_path: Path) -> None:
    engine = ScriptedEngine("fragile", lambda temperature: Fragile())
    tasks = ["test-00003", "test-00017"]

    def scored(retry: bool) -> Any:
        with PlayedLog(tmp_path / "log", engine.pinned()) as log:
            return score_tasks(
                engine, make_travel, tasks, samples=1, temperature=0, seed=0, log=log, retry_failed=retry
            )

    first = scored(False)
    assert (first.failed, first.kept) == (1, 0) and "worn out" in str(first.example)
    assert first.evaluation.scores[1].kind != "" and first.evaluation.label == "fragile"
    assert (scored(False).failed, scored(False).kept) == (1, 2)
    assert (scored(True).failed, scored(True).kept) == (0, 2)


def test_the_oracle_passes_always_and_silence_never() -> None:
    tasks = ["test-00003", "test-00164"]
    for policy, expected in ((Oracle(), 1.0), (DoNothing(), 0.0)):
        engine = ScriptedEngine("p", lambda temperature, policy=policy: policy)
        episodes: list[Episode] = []
        engine.play(make_travel, tasks, [range(2), [1]], temperature=0, seed=0, on_episode=episodes.append)
        assert [(one.task, one.member, one.score["outcome"]) for one in episodes] == [
            (tasks[0], 0, expected), (tasks[0], 1, expected), (tasks[1], 1, expected),
        ]  # fmt: skip


def test_the_command_keeps_what_it_played_and_refuses_other_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--policy", "oracle", "--tasks", "2", "--samples", "2", "--out", str(tmp_path)]
    assert evaluate.main(command) == 0
    shown = capsys.readouterr()
    assert "pass@2" in shown.out and "pass^2" in shown.out and "were there" not in shown.err
    assert evaluate.main([*command, "--tasks", "3"]) == 0
    assert "(4 episodes were there)" in capsys.readouterr().err
    assert "3 tasks, 2 of each" in (tmp_path / "report.md").read_text()
    assert len(Evaluation.load(tmp_path / "evaluation_0.json").scores) == 6
    for other, words in {
        ("--seed", "5"): "seed is 5, and was 0",
        ("--docs", "json"): 'docs is "json", and was "signature"',
        ("--policy", "silent"): 'policy is "silent", and was "oracle"',
    }.items():
        assert evaluate.main([*command, *other]) == 2
        assert words in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--policy", "orakle"], "did you mean 'oracle'"),
        (["--policy", "oracle", "--model", "x"], "leave --model and --endpoint out"),
        (["--policy", "no_such_module:make"], "cannot import no_such_module"),
    ],
)
def test_a_policy_that_cannot_be_is_told(flags: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(flags) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_policy_that_learns_does_so_from_training_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_by_name, "LESSONS", 20)
    engine = policy_by_name.scripted_engine("template-parser", "ftrl/Clinic-v0", {"docs": "json"}, ["test-00000"], 0)
    episodes: list[Episode] = []
    make = env_factory("ftrl/Clinic-v0", split="test", docs="json")
    engine.play(make, task_ids(make)[:1], [[0]], temperature=0.0, seed=0, on_episode=episodes.append)
    assert episodes[0].error is None and episodes[0].turns
    none = policy_by_name.scripted_engine("template-parser", "ftrl/FTRL-v0", {}, ["row-0000"], 0)
    with pytest.raises(UsageError, match="learns from training tasks"):
        none.play(make, [], [], temperature=0.0, seed=0, on_episode=episodes.append)
