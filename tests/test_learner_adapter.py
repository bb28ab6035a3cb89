"""Training an adapter, and training in half precision: what is trained, saved, sampled and compared with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from learner_toy import LetterEnv, make_model, make_tokenizer
from transformers import AutoModelForCausalLM, PreTrainedModel

from ftrl_agents.config import LoraSettings, UpdateConfig
from ftrl_agents.episode import Episode
from ftrl_agents.learner import Learner
from ftrl_agents.rollout import collect
from ftrl_gym.errors import UsageError

TOKENIZER = make_tokenizer()


def play(model: PreTrainedModel, seed: int = 5) -> list[Episode]:
    tasks = [(LetterEnv, turns) for turns in ("2", "3", "1")]
    return collect(model, TOKENIZER, tasks, temperature=1.0, seed=seed, group_size=4, max_turn_tokens=9)


class TestAdapter:
    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("peft")

    def adapted(self, seed: int = 0, **settings: object) -> PreTrainedModel:
        from ftrl_agents.adapter import add_adapter

        model = make_model(TOKENIZER)
        add_adapter(model, LoraSettings.model_validate({"rank": 4} | settings), seed)
        return model

    def test_only_the_adapter_is_trained_and_the_copy_computes_what_it_computes(self) -> None:
        model, copy = self.adapted(), make_model(TOKENIZER)
        learner = Learner(model, UpdateConfig(learning_rate=1e-2, mini_batches=1), temperature=1.0)
        before = {name: value.detach().clone() for name, value in model.named_parameters()}
        for step in range(2):
            stats = learner.update(play(copy, step), seed=step)
            assert stats.mismatch < 1e-4
            learner.hand_over(copy)
        for name, value in model.named_parameters():
            assert torch.equal(value, before[name]) != (".lora_" in name), name
        ids = torch.arange(10, 40)[None]
        with torch.no_grad():
            torch.testing.assert_close(copy(ids).logits, model(ids).logits, rtol=1e-4, atol=1e-4)
            assert (copy(ids).logits - make_model(TOKENIZER)(ids).logits).abs().max() > 0.1

    def test_the_first_policy_is_the_one_with_the_adapter_off(self) -> None:
        copy = make_model(TOKENIZER)
        settings = UpdateConfig(learning_rate=1e-2, mini_batches=1, kl=0.1)
        off, apart = (Learner(self.adapted(), settings, temperature=1.0) for _ in range(2))
        off.set_reference(None)
        apart.set_reference(make_model(TOKENIZER))
        for step in range(2):
            episodes = play(copy, step)
            one, other = off.update(episodes, step), apart.update(episodes, step)
            assert one.kl == pytest.approx(other.kl, rel=1e-5)
            off.hand_over(copy)
        assert one.kl > 1e-4
        assert all(value.requires_grad for value in off.scorer.parameters() if value.shape[0] == 4)

    def test_a_part_of_the_layers_and_its_weights_come_back(self) -> None:
        settings = UpdateConfig(learning_rate=1e-2, mini_batches=1)
        learner = Learner(self.adapted(targets=["q_proj"]), settings, temperature=1.0)
        learner.update(play(make_model(TOKENIZER)), seed=0)
        kept = learner.heads()
        assert kept and all("q_proj" in name for name in kept)
        other = Learner(self.adapted(seed=1, targets=["q_proj"]), settings, temperature=1.0)
        other.load_heads(kept)
        assert all(torch.equal(value, learner.whole_weights()[name]) for name, value in other.whole_weights().items())

    def test_layers_that_are_not_there(self) -> None:
        with pytest.raises(UsageError, match=r"--lora\.targets"):
            self.adapted(targets=["query"])


@pytest.mark.parametrize("changes", [{"lora": LoraSettings(rank=4)}, {"precision": "bfloat16"}])
def test_such_a_run_resumes_to_the_same_weights(tmp_path: Path, changes: dict[str, object]) -> None:
    import gymnasium as gym
    from rich.console import Console

    from ftrl_agents import checkpoint
    from ftrl_agents.config import EnvConfig, EvaluationConfig, RolloutConfig, TrainConfig
    from ftrl_agents.policy import Policy
    from ftrl_agents.train import train

    if "lora" in changes:
        pytest.importorskip("peft")
    update = UpdateConfig.model_validate(
        {"learning_rate": 1e-2, "mini_batches": 2, "kl": 0.01} | {k: v for k, v in changes.items() if k == "precision"}
    )
    gym.register("toy/Letters-v0", entry_point=LetterEnv)
    try:
        for name, steps in (("whole", [3]), ("parts", [1, 3])):
            for number in steps:
                folder = tmp_path / name
                config = TrainConfig(
                    out=tmp_path,
                    name=name,
                    resume=folder if folder.exists() else None,
                    steps=number,
                    threads=1,
                    env=EnvConfig(id="toy/Letters-v0"),
                    rollout=RolloutConfig(tasks=2, group=4, max_turn_tokens=6),
                    update=update,
                    lora=changes.get("lora", LoraSettings()),
                    evaluation=EvaluationConfig(tasks=2, temperatures=[0.0]),
                )
                policy = None if folder.exists() else Policy(make_model(TOKENIZER), TOKENIZER)
                assert train(config, Console(quiet=True), policy) == 0
    finally:
        gym.registry.pop("toy/Letters-v0")
    ends = [checkpoint.latest(tmp_path / name) for name in ("whole", "parts")]
    one, other = (dict(AutoModelForCausalLM.from_pretrained(end, dtype="float32").named_parameters()) for end in ends)
    assert all(torch.equal(value, other[name]) for name, value in one.items())
    first = AutoModelForCausalLM.from_pretrained(tmp_path / "whole" / checkpoint.FIRST, dtype="float32")
    changed = [name for name, value in first.named_parameters() if not torch.equal(value, one[name])]
    assert changed and all("norm" not in name and "embed" not in name for name in changed) == ("lora" in changes)
    records = [json.loads(line) for line in (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()]
    assert all(record["mismatch"] < (1e-4 if "lora" in changes else 0.1) for record in records)
