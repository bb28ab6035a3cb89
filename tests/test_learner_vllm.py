"""Training with vLLM as what samples: against modules with its signatures, as it itself wants a GPU."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import fake_vllm
import gymnasium as gym
import pytest
from learner_toy import LetterEnv, make_model, make_tokenizer
from rich.console import Console

from ftrl_agents import checkpoint, vllm_writer
from ftrl_agents.config import EnvConfig, EvaluationConfig, RolloutConfig, TrainConfig, UpdateConfig
from ftrl_agents.episode import End
from ftrl_agents.policy import Policy
from ftrl_agents.rollout import collect
from ftrl_agents.sampler import Sampler
from ftrl_agents.train import train
from ftrl_gym.errors import UsageError

TOKENIZER = make_tokenizer()
ENV = "toy/Letters-v0"


@pytest.fixture(autouse=True)
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_vllm.install(monkeypatch)
    monkeypatch.setattr(vllm_writer, "_shares_memory", lambda model: True)
    monkeypatch.setitem(gym.registry, ENV, gym.envs.registration.EnvSpec(ENV, entry_point=LetterEnv))


def config(out: Path, **rollout: object) -> TrainConfig:
    sizes: dict[str, object] = {"tasks": 2, "group": 3, "max_turn_tokens": 6, "max_episode_tokens": 400}
    return TrainConfig(
        out=out,
        name="run",
        steps=3,
        threads=1,
        env=EnvConfig(id=ENV),
        rollout=RolloutConfig.model_validate(sizes | {"engine": "vllm"} | rollout),
        update=UpdateConfig(learning_rate=1e-2, mini_batches=1),
        evaluation=EvaluationConfig(tasks=2, temperatures=[0.0]),
    )


def test_a_run_samples_with_weights_that_follow_the_policy(tmp_path: Path) -> None:
    assert train(config(tmp_path), Console(quiet=True), Policy(make_model(TOKENIZER), TOKENIZER)) == 0
    records = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    # The engine's log-probabilities are those of the weights that are to be updated, at every step.
    assert len(records) == 3 and all(record["mismatch"] < 1e-4 and record["failed"] == 0 for record in records)
    (llm,) = fake_vllm.LLM.made
    assert llm.folder == str(tmp_path / "run" / checkpoint.FIRST)
    assert llm.log == ["start", "finish", "reset"] * 4
    assert llm.settings["max_model_len"] == 400 and llm.settings["generation_config"] == "vllm"


def test_looks_are_played_by_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*given: object) -> None:
        raise AssertionError("our own sampler was asked")

    monkeypatch.setattr(Sampler, "step", never)
    looks = EvaluationConfig(tasks=2, temperatures=[0.0], look_every=1, look_tasks=1)
    settings = config(tmp_path).model_copy(update={"evaluation": looks})
    assert train(settings, Console(quiet=True), Policy(make_model(TOKENIZER), TOKENIZER)) == 0
    records = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert all(0 <= record["look_f1"] <= 1 for record in records) and len(records) == 3


def test_its_episodes_are_as_ours(tmp_path: Path) -> None:
    model, tasks = make_model(TOKENIZER), [(LetterEnv, turns) for turns in ("3", "1", "2")]
    writer = vllm_writer.VllmWriter(model, tmp_path, config(tmp_path))
    common = {"seed": 3, "group_size": 2, "max_turn_tokens": 12, "max_episode_tokens": 400}
    ours, others = (collect(model, TOKENIZER, tasks, temperature=0.0, writer=one, **common) for one in (None, writer))
    assert [one.ids for one in ours] == [one.ids for one in others]
    assert [one.own for one in ours] == [one.own for one in others]
    for one, other in zip(ours, others, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)
        assert [turn.cut for turn in one.turns] == [turn.cut for turn in other.turns]
    sampled = [
        collect(model, TOKENIZER, tasks, temperature=1.0, writer=writer, in_flight=n, stop=["e"], **common)
        for n in (2, 6)
    ]
    assert [one.ids for one in sampled[0]] == [one.ids for one in sampled[1]]
    assert any("e" in turn.text and not turn.cut for one in sampled[0] for turn in one.turns)
    assert len({tuple(one.ids) for one in sampled[0][:2]}) == 2


def test_budgets_hold(tmp_path: Path) -> None:
    model = make_model(TOKENIZER)
    writer = vllm_writer.VllmWriter(model, tmp_path, config(tmp_path, max_episode_tokens=120))
    episodes = collect(
        model, TOKENIZER, [(LetterEnv, "4")], temperature=1.0, seed=0, group_size=4, max_turn_tokens=30,
        max_episode_tokens=120, writer=writer,
    )  # fmt: skip
    assert End.TOKEN_BUDGET in {one.end for one in episodes} and all(len(one.ids) <= 120 for one in episodes)


def test_without_it_or_a_gpu_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    fake_vllm.install(monkeypatch)
    with pytest.raises(UsageError, match="needs a GPU, and the policy is on the cpu"):
        vllm_writer.VllmWriter(make_model(TOKENIZER), tmp_path, config(tmp_path))
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(UsageError, match=r"pip install 'ftrl-gym\[vllm\]'"):
        vllm_writer.VllmWriter(make_model(TOKENIZER), tmp_path, config(tmp_path))
