"""The benchmark of training steps: that both sides play the script, and that the arithmetic is counted right."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import learner_device
import learner_speed
import pytest
import speed
import torch
from learner_scripts import Forced, Prompt, Scripts
from learner_shapes import SHAPES, Size, arithmetic, random_model
from learner_toy import make_tokenizer
from torch.utils.flop_counter import FlopCounterMode

from ftrl_agents.episode import Episode, Turn
from ftrl_gym.errors import UsageError

TOKENIZER = make_tokenizer()


def episode(member: int, *turns: list[int]) -> Episode:
    """Own turns behind a prompt of two tokens, a token of feedback between them."""
    one = Episode("task", "", 0, member, [], prompt_length=2)
    one.extend([1, 2])
    for number, turn in enumerate(turns):
        if number:
            one.extend([9])
        start = len(one.ids)
        for token in turn:
            one.sampled(token, -1.0)
        one.turns.append(Turn(start, len(one.ids), ""))
    return one


def test_episodes_alike_so_far_get_different_turns() -> None:
    scripts = Scripts([Prompt("task", "", "", (), (5, 6))], [episode(0, [3, 4], [7]), episode(1, [3, 4], [8, 8])])
    taken: Counter[tuple[int, ...]] = Counter()
    assert [scripts.turn([5, 6], taken) for _ in range(2)] == [[3, 4], [3, 4]]
    assert [scripts.turn([5, 6, 3, 4, 9], taken) for _ in range(2)] == [[7], [8, 8]]
    assert scripts.own_tokens == 7 and scripts.lengths() == ([2], [4, 5])
    with pytest.raises(UsageError, match="of 3 tokens has left its script"):
        scripts.turn([5, 6, 7], taken)


def test_generate_writes_what_the_script_says() -> None:
    model = random_model(SHAPES[Size.HALF], TOKENIZER)
    prompts, turns = torch.tensor([[0, 0, 7], [4, 5, 6]]), [[8, 9, TOKENIZER.eos_token_id], [TOKENIZER.eos_token_id]]
    padding = int(TOKENIZER.pad_token_id)
    out = model.generate(
        input_ids=prompts, attention_mask=(prompts > 0).long(), max_new_tokens=8, do_sample=True,
        logits_processor=[Forced(turns, 3, padding)],
    )  # fmt: skip
    assert out[:, 3:].tolist() == [turns[0], [*turns[1], padding, padding]]


def test_the_arithmetic_is_what_torch_counts() -> None:
    model = random_model(SHAPES[Size.HALF], TOKENIZER)
    length = 48
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.set_attn_implementation("eager")
        model(input_ids=torch.full((1, length), 3), logits_to_keep=length)
    # Attention over all pairs is what is counted there, and only pairs that are visible here.
    counted = arithmetic(model.config, [0], [length], length, 1).rollout
    queries = model.config.num_attention_heads * model.config.head_dim
    hidden_pairs = 4 * model.config.num_hidden_layers * queries * length * (length - 1) / 2
    rotary = counter.get_total_flops() - counted - hidden_pairs
    assert 0 <= rotary < 0.01 * counted  # the angles of positions are a product of matrices, too


def test_a_prompt_is_counted_once_for_its_group() -> None:
    config = random_model(SHAPES[Size.HALF], TOKENIZER).config
    alone = [arithmetic(config, [100], [10], 10, 1).update for _ in range(4)]
    prompt = arithmetic(config, [100], [0], 0, 1).update
    assert arithmetic(config, [100], [10] * 4, 40, 4).update == pytest.approx(sum(alone) - 3 * prompt)


def test_a_shape_for_cards_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_device, "REPEATS", 1)
    report = learner_device.measure(learner_device.LARGE["tiny"], "tiny", "cpu")
    assert report.update_tokens == (16 + 2 * 80) + (16 + 80) and list(report.decoded) == [24, 96]
    assert 0 < report.utilisation < 1 and min(report.decoded.values()) > 0
    for _ in range(2):
        learner_device.keep(report, tmp_path)
    assert (tmp_path / "learner_device.md").read_text().count("| tiny |") == 1


def test_without_trl_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "trl.chat_template_utils", None)
    monkeypatch.setattr(learner_speed, "_scripts", lambda *given: Scripts([], []))
    assert speed.main(["learner", "--size", "0.5M", "--docs", "json"]) == 2
    told = capsys.readouterr().err
    assert "pip install 'trl" in told and "--without-trl" in told


@pytest.mark.slow
@pytest.mark.parametrize("docs", ["signature", "json"])
def test_both_sides_play_every_token_of_the_scripts(docs: str, tmp_path: Path) -> None:
    pytest.importorskip("trl", reason="TRL is not installed")
    found = learner_speed.compare("ftrl/TravelBooking-v0", Size.HALF, docs, 1, 1, "cpu", with_trl=True)
    assert found.trl is not None and found.own_tokens > 100
    assert min(*found.ours, *found.trl, found.floor_rollout, found.floor_update) > 0
    learner_speed.keep([found], tmp_path, "here")
    learner_speed.keep([found], tmp_path, "there")
    table = (tmp_path / "learner_speed.md").read_text()
    assert table.count("| ours |") == 2 and f"{found.whole:.2f}" in table
