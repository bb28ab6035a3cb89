"""The base model: size, seeds, packaging, broken files; supervised training."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")

from ftrl_agents.base_model import MAX_PARAMETERS, REBUILD, Base, deeper, load_base, new_model, save_base  # noqa: E402
from ftrl_agents.corpus import Conversation, Maker, encode, pad_together  # noqa: E402
from ftrl_agents.supervised import Supervised, likelihood, token_losses  # noqa: E402
from ftrl_agents.tokenizer import train_tokenizer  # noqa: E402
from ftrl_gym.errors import UsageError  # noqa: E402

if TYPE_CHECKING:
    from transformers import PreTrainedModel

tokenizer = train_tokenizer(["What is the gate of flight KX482? <answer>A12</answer>"] * 3, vocabulary=300)


def conversation(question: str, answer: str) -> Conversation:
    return encode(tokenizer, [{"role": "user", "content": question}, {"role": "assistant", "content": answer}])


def test_the_default_model_is_small_and_its_seed_decides_it() -> None:
    state = torch.random.get_rng_state()
    one, same, other = new_model(1, tokenizer), new_model(1, tokenizer), new_model(2, tokenizer)
    assert torch.equal(state, torch.random.get_rng_state())
    assert one.num_parameters() <= MAX_PARAMETERS
    assert torch.equal(one.model.embed_tokens.weight, same.model.embed_tokens.weight)
    assert not torch.equal(one.model.embed_tokens.weight, other.model.embed_tokens.weight)


def test_saved_and_loaded_it_is_the_same_up_to_half_precision(tmp_path: Path) -> None:
    model = new_model(0, tokenizer, hidden=128, layers=2, mlp=64)
    save_base(model, tokenizer, tmp_path)
    base = load_base(tmp_path)
    assert base.model.dtype == torch.float32
    assert base.tokenizer("KX482")["input_ids"] == tokenizer("KX482")["input_ids"]
    ids = torch.tensor([tokenizer("What is the gate?")["input_ids"]])
    assert torch.allclose(base.model(ids).logits, model(ids).logits, atol=1e-2)
    assert base.model.lm_head.weight is base.model.model.embed_tokens.weight


@pytest.mark.parametrize("damage", ["missing", "truncated", "garbage", "foreign tokenizer"])
def test_a_broken_base_says_how_to_make_it_again(tmp_path: Path, damage: str) -> None:
    save_base(new_model(0, tokenizer, hidden=128, layers=2, mlp=64), tokenizer, tmp_path)
    weights = tmp_path / "model.safetensors"
    if damage == "missing":
        weights.unlink()
    elif damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif damage == "garbage":
        (tmp_path / "tokenizer.json").write_text("{")
    else:
        train_tokenizer(["a"], vocabulary=280).save_pretrained(tmp_path)
    with pytest.raises(UsageError) as caught:
        load_base(tmp_path)
    assert REBUILD in str(caught.value) and str(tmp_path) in str(caught.value)


def test_padding_changes_no_loss() -> None:
    model = new_model(0, tokenizer, hidden=128, layers=2, mlp=64)
    short, long = conversation("gate?", "A1"), conversation("What is the gate of flight KX482?", "A12 of KX482")
    alone, _, _ = token_losses(model, pad_together([short], tokenizer.pad_token_id), 0.0)
    padded, own, _ = token_losses(model, pad_together([short, long], tokenizer.pad_token_id), 0.0)
    assert own.all() and len(alone) == short.own.sum()
    assert torch.allclose(alone, padded[: len(alone)], atol=1e-5)


@pytest.mark.parametrize("rest_weight", [0.0, 0.3])
def test_training_learns_a_conversation_by_heart(rest_weight: float) -> None:
    model = new_model(0, tokenizer, hidden=128, layers=2, mlp=64)
    batch = pad_together(
        [conversation("gate of KX482?", "A12"), conversation("gate of ZZ9?", "B7")], tokenizer.pad_token_id
    )
    total = 60 * int(batch.real.sum())
    trainer = Supervised(model, peak=1e-2, total=total, warm_up=0.1, decay=0.5, rest_weight=rest_weight)
    first = likelihood(model, batch)
    for _ in range(60):
        trainer.step(batch)
    last = likelihood(model, batch)
    assert first.loss > math.log(300) * 0.8 and last.loss < 0.1 and last.accuracy == 1.0


def test_emphasis_weighs_answers_and_notes_and_nothing_else() -> None:
    """The weighted loss of a model is the mean in which each token of an answer counts as often as its weight."""
    model = new_model(0, tokenizer, hidden=128, layers=2, mlp=64)
    one = conversation("gate of KX482?", "<think>KX482 gate A12</think> It is <answer>A12</answer> indeed.")
    batch = pad_together([one, conversation("gate of ZZ9?", "B7")], tokenizer.pad_token_id)
    tags = tokenizer.convert_tokens_to_ids(["<answer>", "</answer>", "<think>", "</think>"])
    trainer = Supervised(model, peak=1.0, total=100, emphasis=[(*tags[:2], 3.0), (*tags[2:], 2.0)])
    losses, own, _ = token_losses(model, batch, 0.0)
    targets = [int(t) for row, mine in zip(batch.ids, batch.own, strict=True) for t in row[mine]]
    weight, counts = 1.0, list[float]()
    for target in targets:
        counts.append(weight)
        weight = {tags[0]: 3.0, tags[2]: 2.0, tags[1]: 1.0, tags[3]: 1.0}.get(target, weight)
    weights = torch.tensor(counts)
    assert own.all() and {1.0, 2.0, 3.0} == set(counts)
    torch.testing.assert_close(trainer._emphasised(batch, losses), (weights * losses).sum() / weights.sum())


def test_the_rate_warms_up_holds_and_falls_to_zero() -> None:
    trainer = Supervised(new_model(0, tokenizer, 128, 2, 64), peak=1.0, total=100, warm_up=0.1, decay=0.2)
    rates = []
    for trainer.tokens in (0, 9, 50, 80, 90, 100, 110):
        rates.append(trainer.rate())
    assert rates == pytest.approx([0.1, 1, 1, 1, 0.5, 0, 0])


def test_a_new_model_copies_before_it_is_trained() -> None:
    from ftrl_agents.corpus import Batch

    model, drawn = new_model(0, tokenizer), torch.Generator().manual_seed(0)
    once = torch.randint(20, len(tokenizer), (8, 40), generator=drawn)
    ids = torch.cat([once, once], dim=1)
    own = torch.zeros_like(ids, dtype=torch.bool)
    own[:, 44:] = True
    assert likelihood(model, Batch(ids, own, torch.ones_like(own))).accuracy > 0.8


@pytest.mark.slow
def test_an_interrupted_pretraining_ends_with_the_same_weights(tmp_path: Path) -> None:
    from functools import partial

    from ftrl_agents.pretraining import CAPABLE, Pretraining, Watch, pretrain

    tokenizer.save_pretrained(tmp_path / "tokenizer")
    settings = {"batch_tokens": 600, "layers": 2, "mlp": 32, "evaluate_every": 2_000, "habit_tokens": 2_000}
    held_out = [conversation("gate?", "A1")]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    make = partial(number_maker, tmp_path / "tokenizer")

    def run(folder: Path, score: Callable[[object], float]) -> PreTrainedModel:
        made = Pretraining(run=folder, tokens=6_000, **settings)
        return pretrain(made, tokenizer, make, {"gates": Watch(held_out, score)}, habits=make)

    expected = run(whole, lambda model: 0.5)
    stops = iter([0.25, KeyboardInterrupt()])

    def interrupt(model: object) -> float:
        """Ctrl-C in the second evaluation."""
        value = next(stops)
        if isinstance(value, BaseException):
            raise value
        return value

    def interrupt_later(model: object) -> float:
        """Ctrl-C in the second phase."""
        if (parts / CAPABLE).exists():
            raise KeyboardInterrupt
        return 0.5

    for stop in (interrupt, interrupt_later):
        with pytest.raises(KeyboardInterrupt):
            run(parts, stop)
    got = run(parts, lambda model: 0.5)
    assert all(torch.equal(a, b) for a, b in zip(expected.parameters(), got.parameters(), strict=True))
    assert load_base(parts / "model").model.num_parameters() == expected.num_parameters()
    logs = [(folder / "log.jsonl").read_text().splitlines()[-1] for folder in (whole, parts)]
    last, resumed = map(json.loads, logs)
    assert last["gates/f1"] == 0.5 and last["gates/loss"] > 0
    assert not torch.equal(got.model.embed_tokens.weight, load_base(parts / CAPABLE).model.model.embed_tokens.weight)
    assert last["phase"] == resumed["phase"] == "habits"
    assert last["read"] == resumed["read"] and sum(last["read"].values()) == last["tokens"]


def test_a_run_can_begin_with_the_weights_of_another(tmp_path: Path) -> None:
    import pretrain as script

    from ftrl_agents.pretraining import Pretraining, pretrain

    start = tmp_path / "start"
    save_base(new_model(5, tokenizer, 128, 2, 64), tokenizer, start)
    found = script.tokenizer_of(tmp_path / "run" / "tokenizer", 0, start)
    assert found.get_vocab() == tokenizer.get_vocab()
    made = pretrain(Pretraining(run=tmp_path / "run", start=start, tokens=0), found, number_maker, {})
    kept = load_base(start).model
    assert all(torch.equal(a, b) for a, b in zip(made.parameters(), kept.parameters(), strict=True))
    with pytest.raises(UsageError, match="missing"):
        script.tokenizer_of(tmp_path / "other" / "tokenizer", 0, tmp_path / "nowhere")


def test_a_deeper_model_computes_the_same_until_it_learns(tmp_path: Path) -> None:
    start = tmp_path / "start"
    save_base(new_model(5, tokenizer, 128, 3, 64), tokenizer, start)
    kept = load_base(start).model
    made = deeper(kept, 5)
    blocks = [float(block.mlp.down_proj.weight.detach().abs().sum()) for block in made.model.layers]
    assert [size == 0 for size in blocks] == [False, True, False, True, False]
    ids = torch.randint(20, len(tokenizer), (2, 30), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(made(ids).logits, kept(ids).logits)
    assert made.config.num_hidden_layers == len(made.config.layer_types) == 5
    assert deeper(kept, 2) is kept

    trainer = Supervised(made, peak=1e-2, total=100, warm_up=0.1)
    trainer.step(pad_together([conversation("gate?", "A1")], tokenizer.pad_token_id))
    assert all(float(block.mlp.down_proj.weight.detach().abs().sum()) > 0 for block in made.model.layers)
    save_base(made, tokenizer, tmp_path / "made")
    again = load_base(tmp_path / "made").model
    assert all(torch.equal(a, b.half().float()) for a, b in zip(again.parameters(), made.parameters(), strict=True))


@pytest.mark.parametrize(
    "wrong", [{"travel": 1.5}, {"travel": -0.1}, {"batch_tokens": 0}, {"habit_tokens": -1}, {"habit_share": 2}]
)
def test_a_wrong_setting_of_pretraining_is_refused(wrong: dict[str, float]) -> None:
    from ftrl_agents.pretraining import Pretraining

    with pytest.raises(UsageError, match=next(iter(wrong)).replace("_", "-")):
        Pretraining(**wrong).check()


@pytest.mark.parametrize("habits", [False, True])
def test_the_card_tells_what_was_read(tmp_path: Path, habits: bool) -> None:
    from ftrl_agents.evaluation import EpisodeScore, Evaluation
    from ftrl_agents.model_card import export
    from ftrl_agents.pretraining import Pretraining

    run = Pretraining(run=tmp_path, seed=7, habit_tokens=500 if habits else 0)
    lines = [
        {"phase": "state", "tokens": 900, "seconds": 1.0, "block": 2, "read": {"Shop": 600, "League": 300}},
        {"phase": "state", "tokens": 1_000, "seconds": 3600.0, "block": 3, "loss": 0.5},
        {"phase": "habits", "tokens": 512, "seconds": 9.0, "block": 1, "read": {"Shop": 512}},
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, lines[: 2 + habits])))
    base = Base(new_model(0, tokenizer, hidden=128, layers=2, mlp=64), tokenizer)
    look = Evaluation(0.0, (EpisodeScore("t", "single_hop", (), 1.0, 1.0, 0.75, 0.0, 0.0, 1.0, 0.5),))
    export(run, base, {"some tasks": [look]}, tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "| Shop | 600 | 66.7% |" in card and "| League | 300 | 33.3% |" in card
    assert "1,000 tokens, 192 conversations" in card and "1.00 hours" in card and "| seed | 7 |" in card
    assert f"`{REBUILD} --seed 7{' --habit-tokens 500' * habits}`" in card
    assert "| some tasks | Solve-F1 | 0.750" in card
    assert ("512 tokens of demonstrations" in card) is habits
    assert load_base(tmp_path / "out").model.num_parameters() == base.model.num_parameters()


def number_maker(folder: Path) -> Maker:
    """Conversations about numbers; at the top level, so that another process can find it."""
    from transformers import AutoTokenizer

    own = AutoTokenizer.from_pretrained(folder)

    def make(number: int) -> Conversation:
        messages = [{"role": "user", "content": f"gate {number}"}, {"role": "assistant", "content": f"A{number}"}]
        return encode(own, messages)._replace(source="odd" if number % 2 else "even")

    return make
