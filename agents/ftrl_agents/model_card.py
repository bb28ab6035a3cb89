"""The base model's card: what it is, how it was made, and what it scores, all from the run that made it."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from ftrl_agents.base_model import REBUILD, Base, save_base
from ftrl_agents.corpus import BLOCK
from ftrl_agents.evaluation import METRICS, Evaluation
from ftrl_agents.pretraining import Pretraining
from ftrl_agents.travel_corpus import (
    CHATTER,
    EASY,
    EASY_BLOCKS,
    EXERCISES,
    FULL,
    SCENARIO,
    SYLLABLES,
    Mixture,
    TravelStream,
    corpus_envs,
)

_SAMPLE = 512
"""Conversations from which the corpus's shares are counted."""


def export(settings: Pretraining, base: Base, evaluations: Sequence[Evaluation], folder: Path) -> None:
    """Writes the weights, the tokenizer and the card into ``folder``."""
    save_base(base.model, base.tokenizer, folder)
    (folder / "README.md").write_text(card(settings, base, evaluations), encoding="utf-8")


def card(settings: Pretraining, base: Base, evaluations: Sequence[Evaluation]) -> str:
    """The card as markdown."""
    log = [json.loads(line) for line in (settings.run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    end, config = log[-1], base.model.config
    stream = TravelStream(settings.seed, corpus_envs())
    kinds = Counter(stream.episode(number).kind for number in range(_SAMPLE))
    facts = {
        "parameters": f"{base.model.num_parameters():,}, stored in fp16, embeddings tied",
        "shape": f"{config.num_hidden_layers} blocks, width {config.hidden_size}, MLP {config.intermediate_size}",
        "attention": f"{config.num_attention_heads} heads of {config.head_dim}, {config.num_key_value_heads} for keys",
        "reads": f"{config.vocab_size} tokens of vocabulary, context {config.max_position_embeddings}",
        "corpus": f"endless {SCENARIO} tasks of the train split (100%: no other scenario yet), each read once",
        "conversations": "certified plans, played in the environment, documents as signatures",
        "names": f"{SYLLABLES:.0%} of the worlds random syllables, the others real",
        "kinds": _shares((kind, n / _SAMPLE) for kind, n in sorted(kinds.items())),
        f"first {EASY_BLOCKS * BLOCK:,}": _mixture(EASY),
        "later ones": _mixture(FULL),
        "among all": f"{EXERCISES:.0%} exercises in copying and reading",
        "chatter": f"made-up words beside {CHATTER:.0%} of the questions",
        "read": f"{end['tokens']:,} tokens, {end['block'] * BLOCK:,} conversations",
        "time": f"{end['seconds'] / 3600:.2f} hours, one thread, {os.cpu_count()} shared cores ({platform.machine()})",
        "optimizer": f"AdamW, {settings.batch_tokens:,} tokens a step, peak rate {settings.learning_rate:g}, "
        f"linear decay over the last {settings.decay:.0%}",
        "weights of tokens": f"answers {settings.answer_weight:g}, else what the assistant says 1, others "
        f"{settings.rest_weight:g}",
        "seed": str(settings.seed),
    }
    columns = [one.label for one in evaluations]
    scores = [[name, *(str(one.interval(m)) for one in evaluations)] for m, name in METRICS.items()]
    return f"""# Base model

A Qwen3-architecture model made from scratch, so that learning to use tools by reinforcement needs no download. It knows
nothing else.

{_table(["", ""], [[name, fact] for name, fact in facts.items()])}

Make it again: `{REBUILD}`

The train split's worlds are in the corpus, so what is held out is worlds, entities and some phrasings, not the
scenario. Scores on {len(evaluations[0].scores)} endless tasks of the test split, real names, mixed like
the later corpus, mean [95% interval]:

{_table(["metric", *columns], scores)}
"""


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def _mixture(mixture: Mixture) -> str:
    features = _shares((" and ".join(names) or "neither state nor user", share) for names, share in mixture.features)
    return f"difficulty {_shares(mixture.difficulties)}; {features}"


def _shares(shares: Iterable[tuple[object, float]]) -> str:
    return ", ".join(f"{name}: {share:.0%}" for name, share in shares)
