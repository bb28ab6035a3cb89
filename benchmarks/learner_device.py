"""Models as large as people train, on the card at hand: how well an update uses it, and how fast rollouts are.

Shapes of Qwen3 with random weights in bfloat16. Episodes are made of random tokens: a prompt that a group shares, then
turns of the policy's own and feedback in equal parts. Model FLOP utilisation counts the arithmetic of
:func:`~learner_shapes.arithmetic`, each prompt as often as the packing computes it and nothing that gradient
checkpointing computes again, by the seconds of a whole update, the optimizer's step included, and by the dense
bfloat16 rate of the card's data sheet; of an unknown card, and on a CPU, by the rate measured for a large product of
matrices. Rollouts are decoding by the sampler alone, one token for each row a step, near the prompt and at full length.
"""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from learner_shapes import arithmetic, clock_of, measured_rate
from transformers import PreTrainedModel, Qwen3Config, Qwen3ForCausalLM

from ftrl_agents.config import UpdateConfig
from ftrl_agents.episode import End, Episode, Turn
from ftrl_agents.learner import Learner
from ftrl_agents.lessons import Lesson, parts
from ftrl_agents.sampler import Sampler
from ftrl_agents.slot_attention import slot_attention

PEAKS = {"B200": 2250e12, "GH200": 989e12, "H200": 989e12, "H100": 989e12, "L40S": 362e12, "A100": 312e12}
"""Dense bfloat16 operations a second by the makers' data sheets, of the fastest variant of a name."""
REPEATS = 3
"""Updates that count, after one to warm up."""


class Large(NamedTuple):
    """A shape, and what is done with it."""

    config: Qwen3Config
    prompt: int
    """Tokens that a group shares."""
    episode: int
    """Tokens of an episode, prompt included."""
    turn: int
    """Tokens of a turn, and of the feedback that follows."""
    group: int
    rows: int
    """Episodes in flight."""
    steps: int
    """Decoding steps that count."""
    micro_tokens: int
    recompute: bool


def _config(hidden: int, layers: int, heads: int, mlp: int, *, vocabulary: int = 151_936, tied: bool) -> Qwen3Config:
    return Qwen3Config(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=min(heads, 8),
        head_dim=128,
        intermediate_size=mlp,
        max_position_embeddings=40_960,
        tie_word_embeddings=tied,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=0,
    )


LARGE = {
    "qwen3-0.6b": Large(_config(1024, 28, 16, 3072, tied=True), 2048, 8192, 256, 4, 32, 64, 16_384, False),
    "qwen3-8b": Large(_config(4096, 36, 32, 12_288, tied=False), 2048, 8192, 256, 4, 32, 64, 16_384, True),
    "tiny": Large(_config(64, 2, 2, 128, vocabulary=512, tied=True), 16, 96, 8, 3, 6, 4, 200, False),
}
"""By name; "tiny" is no measurement, but shows within seconds that it would run."""


@dataclass(frozen=True)
class Report:
    """What was measured of one shape."""

    shape: str
    card: str
    parameters: int
    update_tokens: int
    """Tokens of an update's episodes, a prompt counted as often as it is computed."""
    update_s: float
    update_flops: float
    """Of the arithmetic counted."""
    peak: float
    from_data_sheet: bool
    decoded: dict[int, float]
    """Tokens a second of the rollout, by how many tokens the episodes had then."""
    memory: int
    """Most bytes that were in use on the card; 0 on a CPU."""

    @property
    def utilisation(self) -> float:
        """Model FLOP utilisation of the update."""
        return self.update_flops / self.update_s / self.peak


def measure(large: Large, name: str, device: str) -> Report:
    """Rollout first, update after it, with the same model."""
    clock = clock_of(device)
    model = _random(large.config, device)
    parameters = int(model.num_parameters())
    decoded = _rollout(model, large, clock)
    seconds, flops, tokens = _update(model, large, device, clock)
    on_card = device != "cpu"
    card = torch.cuda.get_device_name() if on_card else "CPU"
    known = next((rate for part, rate in PEAKS.items() if part in card), None)
    memory = torch.cuda.max_memory_allocated() if on_card else 0
    peak = known or measured_rate(clock, device, torch.bfloat16)
    return Report(name, card, parameters, tokens, seconds, flops, peak, known is not None, decoded, memory)


def told(report: Report) -> str:
    """For people."""
    rates = ", ".join(f"{rate:,.0f} tokens/s at {length:,} tokens" for length, rate in report.decoded.items())
    source = "data sheet" if report.from_data_sheet else "a measured product of matrices"
    speed, flops = report.update_tokens / report.update_s, report.update_flops / report.update_s
    return (
        f"{report.shape} ({report.parameters:,} parameters, bfloat16) on {report.card}\n"
        f"  update   {report.update_tokens:,} tokens in {report.update_s:.2f} s, {speed:,.0f} tokens/s, "
        f"{flops / 1e12:.3g} TFLOP/s: {report.utilisation:.1%} of "
        f"{report.peak / 1e12:.3g} ({source})\n  rollout  {rates}\n  memory   {report.memory / 2**30:.1f} GiB at most"
    )


def keep(report: Report, out: Path) -> None:
    """Writes ``learner_device.json`` and a table of it, ``learner_device.md``; rows that are there and new stay.

    Raises:
        OSError: The folder cannot be written to.
    """
    path = out / "learner_device.json"
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    rows[f"{report.shape} {report.card}"] = asdict(report)
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    lines = [
        "# Large models on a card",
        "",
        "Written by `python benchmarks/speed.py learner --device cuda --write benchmarks/results`; what is",
        "measured, and how, says the docstring of `benchmarks/learner_device.py`.",
        "",
        "| card | shape | parameters | update tokens/s | TFLOP/s | utilisation | rollout tokens/s (at so many) |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows.values():
        one = Report(**row | {"decoded": {int(length): rate for length, rate in row["decoded"].items()}})
        rates = ", ".join(f"{rate:,.0f} ({length:,})" for length, rate in one.decoded.items())
        lines.append(
            f"| {one.card} | {one.shape} | {one.parameters:,} | {one.update_tokens / one.update_s:,.0f} | "
            f"{one.update_flops / one.update_s / 1e12:.3g} | {one.utilisation:.1%} | {rates} |"
        )
    (out / "learner_device.md").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _random(config: Qwen3Config, device: str) -> PreTrainedModel:
    """Made where it will be, since eight billion numbers take minutes elsewhere."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            return Qwen3ForCausalLM(config)
    finally:
        torch.set_default_dtype(before)


def _rollout(model: PreTrainedModel, large: Large, clock: Callable[[], float]) -> dict[int, float]:
    """Tokens a second near the prompt, and near the end of the episodes."""
    rng = random.Random(0)
    found: dict[int, float] = {}
    with slot_attention(model.eval()):
        sampler = Sampler(model, 1.0)
        groups = -(-large.rows // large.group)
        members = [min(large.group, large.rows - large.group * group) for group in range(groups)]
        sampler.open([_tokens(rng, large.prompt, large.config.vocab_size) for _ in range(groups)], members)
        length = large.prompt
        for target in (large.prompt + 2 * large.steps, large.episode):
            more = target - length - 2 * large.steps
            if more > 1:
                fed = [_tokens(rng, more, large.config.vocab_size) for _ in range(large.rows)]
                sampler.feed(list(range(large.rows)), fed)
            for _ in range(large.steps):
                sampler.step(np.random.default_rng(0).random(large.rows), set())
            begun = clock()
            for _ in range(large.steps):
                sampler.step(np.random.default_rng(1).random(large.rows), set())
            found[target] = large.rows * large.steps / (clock() - begun)
            length = target
    return found


def _update(model: PreTrainedModel, large: Large, device: str, clock: Callable[[], float]) -> tuple[float, float, int]:
    """Seconds, operations and tokens of an update."""
    episodes = [_episode(large, member) for member in range(large.group)]
    settings = UpdateConfig(
        mini_batches=1, learning_rate=1e-6, micro_tokens=large.micro_tokens, recompute=large.recompute
    )
    learner = Learner(model, settings, temperature=1.0, accelerator=Accelerator(cpu=device == "cpu"))
    seconds = []
    for repeat in range(REPEATS + 1):
        begun = clock()
        learner.update(episodes, seed=repeat)
        seconds.append(clock() - begun)
    flops, tokens = 0.0, 0
    for part, members in parts([[Lesson.of(episode) for episode in episodes]], large.micro_tokens):
        tails = [len(lesson.episode.ids) - large.prompt for lesson in members]
        own = int(part.sizes_B.sum())
        flops += arithmetic(large.config, [large.prompt], tails, own, len(members)).update
        tokens += large.prompt + sum(tails)
    return statistics.median(seconds[1:]), flops, tokens


def _episode(large: Large, member: int) -> Episode:
    vocabulary = large.config.vocab_size
    prompt = _tokens(random.Random("prompt"), large.prompt, vocabulary)
    rng = random.Random(member)
    episode = Episode("random", "single_hop", 0, member, [], prompt_length=large.prompt, end=End.ANSWERED)
    episode.extend(prompt)
    while len(episode.ids) < large.episode:
        start, count = len(episode.ids), min(large.turn, large.episode - len(episode.ids))
        for token in _tokens(rng, count, vocabulary):
            episode.sampled(token, -float(np.log(vocabulary)))
        episode.turns.append(Turn(start, start + count, "", reward=float(member)))
        episode.extend(_tokens(rng, min(large.turn, large.episode - len(episode.ids)), vocabulary))
    return episode


def _tokens(rng: random.Random, count: int, vocabulary: int) -> list[int]:
    return [rng.randrange(2, vocabulary) for _ in range(count)]
