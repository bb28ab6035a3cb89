"""The base model's card: what it is, how it was made, and what it scores, all from the run that made it."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ftrl_agents.base_model import REBUILD, Base, save_base
from ftrl_agents.evaluation import METRICS, Evaluation
from ftrl_agents.pretraining import Pretraining
from ftrl_agents.travel_corpus import DIFFICULTIES, FEATURES, SCENARIO, SYLLABLES, TravelStream, corpus_envs

_SAMPLE = 512
"""Conversations from which the corpus's shares are counted."""


def export(settings: Pretraining, base: Base, evaluations: Sequence[Evaluation], folder: Path) -> None:
    """Writes the weights, the tokenizer and the card into ``folder``."""
    save_base(base.model, base.tokenizer, folder)
    (folder / "README.md").write_text(card(settings, base, evaluations), encoding="utf-8")


def card(settings: Pretraining, base: Base, evaluations: Sequence[Evaluation]) -> str:
    """The card as markdown."""
    log = [json.loads(line) for line in (settings.run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    looks = [record for record in log if "held_out/f1" in record]
    best = max(looks, key=lambda record: record["held_out/f1"])
    config = base.model.config
    stream = TravelStream(settings.seed, corpus_envs())
    kinds = Counter(stream.episode(number).kind for number in range(_SAMPLE))
    columns = [one.label for one in evaluations]
    scores = [f"| {name} | {' | '.join(str(e.interval(m)) for e in evaluations)} |" for m, name in METRICS.items()]
    lines = [
        "# Base model",
        "",
        f"A Qwen3-architecture model of {base.model.num_parameters():,} parameters, made from scratch for learning to use",
        "tools with reinforcement learning without a download. It knows nothing else.",
        "",
        f"- Shape: width {config.hidden_size}, {config.num_hidden_layers} blocks, {config.num_attention_heads} heads of",
        f"  {config.head_dim} ({config.num_key_value_heads} for keys and values), feed-forward {config.intermediate_size},",
        f"  context {config.max_position_embeddings}, vocabulary {config.vocab_size}, tied embeddings; stored in fp16.",
        f"- Corpus: endless {SCENARIO} tasks of the train split (100%; the only scenario there is), documents as signatures,",
        f"  every conversation a certified plan played in the environment, each read once. {SYLLABLES:.0%} of the worlds have",
        f"  names of random syllables, the others real ones. Difficulties: {_shares(dict(DIFFICULTIES))}.",
        f"  Features: {_shares({' and '.join(names) or 'none': share for names, share in FEATURES})}.",
        f"  Kinds: {_shares({kind: n / _SAMPLE for kind, n in sorted(kinds.items())})}.",
        f"- Read: {log[-1]['tokens']:,} tokens, {log[-1]['block'] * 64:,} conversations, in",
        f"  {log[-1]['seconds'] / 3600:.2f} hours on {os.cpu_count()} shared cores ({platform.machine()}), one thread to train.",
        f"- Training: AdamW, peak rate {settings.learning_rate:g}, {settings.batch_tokens:,} tokens a step, warm-up, plateau, linear",
        f"  decay over the last {settings.decay:.0%}; tokens that are not the assistant's weigh {settings.rest_weight:g}; seed {settings.seed}.",
        f"- These weights: those after {best['tokens']:,} tokens, the best of {len(looks)} evaluations on the way.",
        f"- Rebuild: `{REBUILD}`",
        "",
        "Because the train split's worlds are in the corpus, what is held out is worlds, entities and some phrasings, not the",
        "scenario. Scores on endless tasks of the test split with real names and the corpus's difficulties",
        f"({len(evaluations[0].scores)} tasks, mean [95% interval]):",
        "",
        f"| metric | {' | '.join(columns)} |",
        f"|{' --- |' * (len(columns) + 1)}",
        *scores,
        "",
    ]
    return "\n".join(lines)


def _shares(shares: dict[float, float] | dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
