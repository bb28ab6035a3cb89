"""Where training changed a model: names to places, norms and ranks against exact ones, the table and the picture."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from learner_toy import make_model, make_tokenizer
from safetensors.torch import load_file, save_file

from ftrl_agents import weight_change
from ftrl_agents.weight_change import layers, modules, relative_change, spectral_norm, weight_changes
from ftrl_agents.weight_files import WeightFiles, checkpoint_folder, digest
from ftrl_agents.weight_place import Block, place_of
from ftrl_agents.weight_report import changed_text, draw, grid, in_words, write_csv
from ftrl_gym.errors import UsageError

GATE = "model.layers.1.mlp.gate_proj.weight"


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    tokenizer = make_tokenizer()
    make_model(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def changed(folder: Path, target: Path, changes: dict[str, torch.Tensor]) -> Path:
    shutil.copytree(folder, target)
    state = load_file(target / "model.safetensors")
    for name, change in changes.items():
        state[name] = state[name] + change
    save_file(state, target / "model.safetensors", metadata={"format": "pt"})
    return target


@pytest.mark.parametrize(
    ("name", "layer", "block", "module"),
    [
        ("model.embed_tokens.weight", None, Block.EMBEDDING, "embed_tokens"),
        ("model.layers.12.self_attn.k_norm.weight", 12, Block.ATTENTION, "k_norm"),
        ("model.layers.12.post_attention_layernorm.weight", 12, Block.NORM, "post_attention_layernorm"),
        ("model.layers.0.mlp.experts.7.down_proj.weight", 0, Block.MLP, "down"),
        ("model.layers.0.block_sparse_moe.gate.weight", 0, Block.MLP, "router"),
        ("model.layers.0.mlp.gate_up_proj.weight", 0, Block.MLP, "gate+up"),
        ("transformer.h.3.attn.c_proj.weight", 3, Block.ATTENTION, "o"),
        ("transformer.h.3.mlp.c_proj.weight", 3, Block.MLP, "down"),
        ("transformer.h.3.ln_1.bias", 3, Block.NORM, "ln_1"),
        ("transformer.wte.weight", None, Block.EMBEDDING, "wte"),
        ("gpt_neox.layers.2.attention.query_key_value.weight", 2, Block.ATTENTION, "qkv"),
        ("model.decoder.layers.2.fc1.weight", 2, Block.MLP, "up"),
        ("embed_out.weight", None, Block.HEAD, "embed_out"),
        ("lm_head.weight", None, Block.HEAD, "lm_head"),
        ("model.norm.weight", None, Block.NORM, "norm"),
        ("something.weight", None, Block.OTHER, "something"),
    ],
)
def test_a_name_tells_a_place(name: str, layer: int | None, block: Block, module: str) -> None:
    place = place_of(name)
    assert (place.layer, place.block, place.module) == (layer, block, module)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 5))
def test_the_largest_singular_value_is_found(rows: int, columns: int, seed: int) -> None:
    matrix = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    exact = float(torch.linalg.svdvals(matrix)[0])
    assert spectral_norm(matrix, seed) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("chunk", [1, 100, 1 << 24])
def test_a_known_change_is_measured(chunk: int, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_change, "CHUNK", chunk)
    base = load_file(toy / "model.safetensors")[GATE]
    one_direction = torch.outer(torch.arange(64.0), torch.ones(32)) * 1e-6
    after = changed(toy, tmp_path / "after", {GATE: one_direction})
    found = {one.name: one for one in weight_changes(WeightFiles(toy), WeightFiles(after))}
    gate = found[GATE]
    assert gate.relative == pytest.approx(float(one_direction.norm() / base.norm()), rel=1e-3)
    assert gate.stable_rank == pytest.approx(1.0, rel=1e-3)
    assert all(one.relative == 0 and one.stable_rank == 0 for name, one in found.items() if name != GATE)


def test_the_stable_rank_counts_equal_directions(toy: Path, tmp_path: Path) -> None:
    eye = torch.zeros(64, 32)
    eye[:32] = torch.eye(32)
    after = changed(toy, tmp_path / "after", {GATE: eye})
    found = {one.name: one for one in weight_changes(WeightFiles(toy), WeightFiles(after))}
    assert found[GATE].stable_rank == pytest.approx(32, rel=1e-3)


def test_table_words_and_picture(toy: Path, tmp_path: Path) -> None:
    state = load_file(toy / "model.safetensors")
    after = changed(toy, tmp_path / "after", {name: 0.01 * value for name, value in state.items()})
    changes = weight_changes(WeightFiles(toy), WeightFiles(after))
    assert layers(changes) == [0, 1]
    assert [module for _, module in modules(changes)][:9] == [
        "q", "k", "v", "o", "q_norm", "k_norm", "gate", "up", "down",
    ]  # fmt: skip
    assert all(value == pytest.approx(0.01, rel=1e-3) for row in grid(changes) for value in row)
    text = changed_text(changes, "A title")
    assert "# A title" in text and "| 1 | 1 | 1 | 1 |" in text and "- model.embed_tokens.weight: 1\n" in text
    assert "With 2 layers, all of them are lowest ones" in in_words(changes)
    write_csv(changes, tmp_path / "changes.csv")
    with (tmp_path / "changes.csv").open() as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(WeightFiles(toy).shapes) and rows[GATE]["shape"] == "64x32"
    draw(changes, tmp_path / "changes.png", "A title")
    assert (tmp_path / "changes.png").read_bytes().startswith(b"\x89PNG")


def test_words_tell_where_most_changed() -> None:
    def change(layer: int, part: str, by: float) -> weight_change.WeightChange:
        name = f"model.layers.{layer}.{part}.weight"
        return weight_change.WeightChange(name, place_of(name), (4, 4), 1.0, by, by)

    parts = ("mlp.up_proj", "self_attn.q_proj")
    flat = [change(layer, part, 0.1) for layer in range(9) for part in parts]
    low = [change(layer, part, 0.3 if layer < 3 and "mlp" in part else 0.1) for layer in range(9) for part in parts]
    high = [change(layer, part, 0.3 if layer > 6 else 0.1) for layer in range(9) for part in parts]
    assert "about as much as the rest" in in_words(flat)
    assert "the lowest MLPs are what changed most" in in_words(low) and "MLP of layer 0 (30%)" in in_words(low)
    assert "are not what changed most" in in_words(high)


def test_weights_of_zeros_and_none_at_all() -> None:
    place = place_of("model.layers.0.mlp.up_proj.bias")
    assert relative_change([]) == 0
    assert relative_change([weight_change.WeightChange("b", place, (4,), 0.0, 1.0, 1.0)]) == math.inf


def test_what_cannot_be_compared_is_named(toy: Path, tmp_path: Path) -> None:
    def words(folder: Path) -> str:
        with pytest.raises(UsageError) as raised:
            weight_changes(WeightFiles(toy), WeightFiles(folder))
        return str(raised.value)

    def edited(name: str, file: str, **values: object) -> Path:
        folder = shutil.copytree(toy, tmp_path / name)
        content = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps(content | values))
        return Path(folder)

    assert "the same weights" in words(toy)
    assert "different architectures: qwen3 and llama" in words(edited("kind", "config.json", model_type="llama"))
    assert "different tokenizers" in words(edited("tokens", "tokenizer.json", model={"type": "BPE", "vocab": {}}))
    lacking = shutil.copytree(toy, tmp_path / "lacking")
    state = load_file(toy / "model.safetensors")
    save_file({name: value for name, value in state.items() if name != GATE}, lacking / "model.safetensors")
    assert GATE in words(lacking)
    save_file(state | {GATE: torch.zeros(3, 32)}, lacking / "model.safetensors")
    assert f"{GATE} is 64x32 and 3x32" in words(lacking)
    save_file(state | {GATE: torch.full((64, 32), math.nan)}, lacking / "model.safetensors")
    assert "nan or infinity" in words(lacking)
    (lacking / "model.safetensors").write_bytes(b"broken")
    assert "cannot read the weights" in words(lacking)
    (lacking / "model.safetensors").rename(lacking / "pytorch_model.bin")
    assert "has no *.safetensors" in words(lacking)
    (lacking / "model.safetensors.index.json").write_text('{"weight_map": {"a": "part-2.safetensors"}}')
    assert "has no part-2.safetensors" in words(lacking)


def test_a_checkpoint_is_known_by_its_weights(toy: Path, tmp_path: Path) -> None:
    same = shutil.copytree(toy, tmp_path / "same")
    other = changed(toy, tmp_path / "other", {GATE: torch.full((64, 32), 1e-3)})
    assert digest(toy) == digest(same) != digest(other)
    assert checkpoint_folder(str(toy)) == toy
    with pytest.raises(UsageError, match="there is no folder"):
        checkpoint_folder("/nowhere")
