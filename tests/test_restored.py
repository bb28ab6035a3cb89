"""What a block's training is worth: which weights are swapped, what is played, what is kept, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import analyze_updates
import pytest
import torch
from learner_toy import LetterEnv, make_model, make_tokenizer

from ftrl_agents import restored_run
from ftrl_agents.evaluation import EpisodeScore, Evaluation
from ftrl_agents.played_log import PlayedLog
from ftrl_agents.restored import CLAIMED, WHOLE, Way, borrowed, units
from ftrl_agents.restored_report import Played, verdict
from ftrl_gym.errors import UsageError


def evaluation(f1s: list[float]) -> Evaluation:
    return Evaluation(
        0.0, tuple(EpisodeScore(f"t{i}", "k", (), f1, f1, f1, f1, 0.0, 1.0, f1) for i, f1 in enumerate(f1s))
    )


def test_units_are_blocks_and_groups_each_once() -> None:
    names = [
        f"model.layers.{layer}.{part}.weight"
        for layer in range(6)
        for part in ("self_attn.q_proj", "mlp.up_proj", "input_layernorm")
    ]
    found = {unit.name: unit for unit in units(["model.embed_tokens.weight", *names])}
    assert sum(unit.single for unit in found.values()) == 12
    assert {CLAIMED, "MLP 0-1", "layers 2-3", "attention 0-5", "embeddings and head", "norms outside blocks"} <= set(
        found
    )
    assert found["layers 4-5"].weights == tuple(names[12:])
    assert found[CLAIMED].weights == tuple(f"model.layers.{layer}.mlp.up_proj.weight" for layer in range(3))
    assert len({unit.weights for unit in found.values()}) == len(found)
    assert all(unit.single for unit in units(names, "layers"))
    with pytest.raises(UsageError, match="tell no layers"):
        units(["weight"])


def test_weights_are_borrowed_and_given_back() -> None:
    tokenizer = make_tokenizer()
    own, other = make_model(tokenizer, 0), make_model(tokenizer, 1)
    name = "model.layers.0.mlp.up_proj.weight"
    before = {key: value.clone() for key, value in own.state_dict().items()}
    with pytest.raises(KeyError), borrowed(own, other, [name]) as mixed:
        now = mixed.state_dict()
        assert torch.equal(now[name], other.state_dict()[name])
        assert all(torch.equal(now[key], value) for key, value in before.items() if key != name)
        raise KeyError
    assert all(torch.equal(own.state_dict()[key], value) for key, value in before.items())


def played(before: float, after: float, without: float, alone: float) -> Played:
    tilt = [0.01 * (place % 5) for place in range(40)]
    values = {
        (WHOLE, Way.RESTORED): before, (WHOLE, Way.ALONE): after,
        (CLAIMED, Way.RESTORED): without, (CLAIMED, Way.ALONE): alone,
    }  # fmt: skip
    return {key: evaluation([value + more for more in tilt]) for key, value in values.items()}


@pytest.mark.parametrize(
    ("scores", "layers", "words"),
    [
        ((0.2, 0.6, 0.3, 0.5), 28, "carry the gain holds here."),
        ((0.2, 0.6, 0.3, 0.25), 28, "needed but not enough"),
        ((0.2, 0.6, 0.7, 0.5), 28, "125% of that gain remain (+0.100 [+0.100, +0.100] to the trained model)"),
        ((0.2, 0.6, 0.7, 0.5), 28, "enough but not needed"),
        ((0.2, 0.6, 0.55, 0.25), 28, "does not hold"),
        ((0.2, 0.6, 0.3, 0.5), 4, "3 of 4 layers"),
        ((0.2, 0.2, 0.3, 0.5), 28, "no gain to attribute"),
    ],
)
def test_the_papers_finding_is_judged(scores: tuple[float, ...], layers: int, words: str) -> None:
    assert words in verdict(played(*scores), layers)


def test_without_the_claimed_unit_nothing_is_claimed() -> None:
    whole = {key: value for key, value in played(0.2, 0.6, 0, 0).items() if key[0] == WHOLE}
    assert "was not played" in verdict(whole, 28)


def test_a_log_goes_on_and_refuses_other_settings(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with PlayedLog(path, {"seed": 1, "tasks": ["a"]}) as log:
        log.add({"n": 1})
        log.add({"n": 2})
    path.write_bytes(path.read_bytes() + b'{"n": 3')
    with PlayedLog(path, {"tasks": ["a"], "seed": 1}) as log:
        assert [record["n"] for record in log.records] == [1, 2]
        log.add({"n": 4})
    with PlayedLog(path, {"tasks": ["a"], "seed": 1}) as log:
        assert [record["n"] for record in log.records] == [1, 2, 4]
    with pytest.raises(UsageError, match="seed is 2, and was 1"):
        PlayedLog(path, {"tasks": ["a"], "seed": 2})
    path.write_bytes(path.read_bytes().replace(b'{"n": 2}', b'{"n"'))
    with pytest.raises(UsageError, match="broken in line 3"):
        PlayedLog(path, {"tasks": ["a"], "seed": 1})
    path.write_text("{}\n")
    with pytest.raises(UsageError, match="no log"):
        PlayedLog(path, {})


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    tokenizer = make_tokenizer()
    folders = []
    for seed in (0, 1):
        folders.append(str(tmp_path / f"model-{seed}"))
        make_model(tokenizer, seed).save_pretrained(folders[-1])
        tokenizer.save_pretrained(folders[-1])
    monkeypatch.setattr(restored_run, "env_factory", lambda env, **keywords: LetterEnv)
    return folders


def test_the_command_plays_every_unit_once_and_goes_on(
    pair: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    command = [*pair, "--out", str(out), "--restore", "--blocks", "layers", "--max-turn-tokens", "4", "--tasks", "2"]
    assert analyze_updates.main(command) == 0
    lines = (out / "played.jsonl").read_text().splitlines()
    keys = [(json.loads(line)["unit"], json.loads(line)["way"]) for line in lines[1:]]
    assert len(keys) == len(set(keys)) == 2 * 5
    whole = (out / "restored.md").read_text()
    assert "| attention 1 |" in whole and "| before training |" in whole
    assert "Solve-F1 from" in capsys.readouterr().out

    # Two units are lost, one of them half-written; they alone are played again, with the same scores.
    (out / "played.jsonl").write_text("\n".join([*lines[:-2], lines[-1][:20]]))
    count: list[Any] = []
    play = restored_run._play
    monkeypatch.setattr(restored_run, "_play", lambda *given: count.append(given[1].name) or play(*given))
    assert analyze_updates.main(command) == 0
    assert len(count) == 2
    assert sorted((out / "played.jsonl").read_text().splitlines()) == sorted(lines)

    assert analyze_updates.main([*command, "--only", "MLP 0"]) == 0 and len(count) == 2
    capsys.readouterr()
    assert analyze_updates.main([*command, "--only", "MLP 7"]) == 2
    assert "unknown block 'MLP 7'; did you mean 'MLP" in capsys.readouterr().err
    assert analyze_updates.main([*command, "--seed", "1"]) == 2
    assert "seed is 1, and was 0" in " ".join(capsys.readouterr().err.split())


def test_the_command_refuses_what_cannot_be_compared(
    pair: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for command, words in {
        (pair[0], "/nowhere"): "there is no folder '/nowhere'",
        (pair[0], pair[0], "--out", str(tmp_path / "out")): "the same weights",
        (*pair, "--out", str(tmp_path / "file")): "is a file",
    }.items():
        assert analyze_updates.main(list(command)) == 2
        assert words in " ".join(capsys.readouterr().err.split())
