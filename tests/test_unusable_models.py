"""Models, checkpoints and run folders that do not fit together: each is told in words before a step is taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from learner_toy import make_model, make_tokenizer
from torch import nn
from transformers import Qwen3ForCausalLM

from ftrl_agents.metrics import MetricsLog
from ftrl_agents.policy import load_policy
from ftrl_agents.sharding import load_optimizer_state
from ftrl_gym.errors import UsageError

TOKENIZER = make_tokenizer()


def saved(folder: Path, model: Qwen3ForCausalLM | None = None, **settings: Any) -> Path:
    """A model's folder, whose config.json is changed afterwards."""
    (model or make_model(TOKENIZER)).save_pretrained(folder)
    TOKENIZER.save_pretrained(folder)
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    return folder


def test_a_model_that_was_saved_whole_is_read(tmp_path: Path) -> None:
    read = load_policy(saved(tmp_path / "whole")).model.state_dict()
    assert all(torch.equal(read[name], value) for name, value in make_model(TOKENIZER).state_dict().items())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"intermediate_size": 80}, r"another model than its config.json tells of.*mlp"),
        ({"num_hidden_layers": 3, "layer_types": ["full_attention"] * 3}, r"lacks weights.*layers\.2"),
        ({"num_hidden_layers": 3}, "layer_types"),
        ({"model_type": "qwen33"}, "qwen33"),
    ],
)
def test_weights_and_configuration_that_do_not_fit(settings: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        load_policy(saved(tmp_path / "model", **settings))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"])
@pytest.mark.parametrize("content", ["null", "[1]", "[" * 100_000])
def test_files_of_a_model_that_hold_something_else(name: str, content: str, tmp_path: Path) -> None:
    folder = saved(tmp_path / "model")
    (folder / name).write_text(content)
    with pytest.raises(UsageError, match=r"(?s)cannot load the model .*save_pretrained"):
        load_policy(folder)


def test_a_tokenizer_with_more_tokens_than_the_model(tmp_path: Path) -> None:
    model = make_model(TOKENIZER)
    model.resize_token_embeddings(200)
    with pytest.raises(UsageError, match=f"has {len(TOKENIZER)} tokens and the model knows 200"):
        load_policy(saved(tmp_path / "model", model))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers(value: float, tmp_path: Path) -> None:
    model = make_model(TOKENIZER)
    with torch.no_grad():
        model.model.layers[1].mlp.up_proj.weight[3, 4] = value
    with pytest.raises(UsageError, match=r"layers\.1\.mlp\.up_proj\.weight holds NaN"):
        load_policy(saved(tmp_path / "model", model))


def test_an_optimizer_of_another_model() -> None:
    def trained(width: int) -> torch.optim.AdamW:
        layer = nn.Linear(width, 2)
        optimizer = torch.optim.AdamW(layer.parameters())
        layer(torch.ones(1, width)).sum().backward()
        optimizer.step()
        return optimizer

    other = trained(3).state_dict()
    load_optimizer_state(trained(3), other)
    with pytest.raises(ValueError, match=r"another model \(a moment is \(2, 3\), its weight \(2, 4\)\)"):
        load_optimizer_state(trained(4), other)


def test_figures_of_another_run(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path)
    for step in (1, 2):
        log.add({"step": step, "reward": 0.5})
    position = log.position()
    log.close()
    for wrong in (position + 1, position - 1):
        with pytest.raises(UsageError, match="is not the file that the checkpoint"):
            MetricsLog(tmp_path, wrong)
    again = MetricsLog(tmp_path, position // 2)
    assert [record["step"] for record in again.records()] == [1]
    again.close()
    (tmp_path / "metrics.jsonl").unlink()
    empty = MetricsLog(tmp_path, position)
    assert empty.records() == []
    empty.close()
