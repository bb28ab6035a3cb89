"""The base model's card: what it is, how it was made, and what it scores, all from the run that made it."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ftrl_agents.base_model import REBUILD, Base, save_base
from ftrl_agents.corpus import BLOCK
from ftrl_agents.corpus_blocks import (
    BLENDED,
    CHATTER,
    EASY,
    EASY_BLOCKS,
    FULL,
    NEVER_TRAINED,
    PLAIN,
    SYLLABLES,
    Mixture,
)
from ftrl_agents.evaluation import METRICS, Evaluation
from ftrl_agents.follow_ups import PAIRS
from ftrl_agents.pretraining import Pretraining
from ftrl_agents.scenario_corpus import EXERCISES, FOLLOW_UPS, LONGEST
from ftrl_gym.construct.scenarios import FIRST


def export(settings: Pretraining, base: Base, looks: Mapping[str, Sequence[Evaluation]], folder: Path) -> None:
    """Writes the weights, the tokenizer and the card into ``folder``."""
    save_base(base.model, base.tokenizer, folder)
    (folder / "README.md").write_text(card(settings, base, looks), encoding="utf-8")


def card(settings: Pretraining, base: Base, looks: Mapping[str, Sequence[Evaluation]]) -> str:
    """The card as markdown.

    Args:
        settings: Of the run.
        base: What it made.
        looks: Title of a held-out set -> evaluations on it.
    """
    log = [json.loads(line) for line in (settings.run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    corpus = [line for line in log if line.get("phase", "state") == "state"]
    spoilt = [line for line in log if line.get("phase") == "habits"] if settings.habit_tokens else []
    end, config = corpus[-1], base.model.config
    read = _read(corpus)
    facts = {
        "parameters": f"{base.model.num_parameters():,}, stored in fp16, embeddings tied",
        "shape": f"{config.num_hidden_layers} blocks, width {config.hidden_size}, MLP {config.intermediate_size}",
        "attention": f"{config.num_attention_heads} heads of {config.head_dim}, {config.num_key_value_heads} for keys",
        "reads": f"{config.vocab_size} tokens of vocabulary, context {config.max_position_embeddings}",
        "corpus": "endless tasks of train worlds, each read once; certified plans, played in the environment, with "
        "documents as signatures",
        "names": f"{SYLLABLES:.0%} of the worlds random syllables, {BLENDED:.0%} parts of real names put together, the "
        "others real ones of twenty languages",
        "tools": f"{PLAIN:.0%} of the worlds plain, the others any of 7,500 train variants",
        **_tasks(settings),
        "longest": f"{LONGEST:,} tokens; in place of a longer one an easier task",
        "among all": f"{EXERCISES:.0%} exercises in copying and reading",
        "after an episode": f"up to {FOLLOW_UPS} further questions about what its results have shown, {PAIRS:.0%} of "
        "the attempts at them about two things",
        "notes": "what came back is written down in <think> before it is used: the thing, the field and the value, and "
        "for what is chosen or counted every row",
        "chatter": f"made-up words beside {CHATTER:.0%} of the questions",
        "read": f"{end['tokens']:,} tokens, {end['block'] * BLOCK:,} conversations",
        "time": f"{end['seconds'] / 3600:.2f} hours, {os.cpu_count()} shared cores ({platform.machine()})",
        "optimizer": f"{'Muon for the blocks' if settings.muon else 'AdamW'}, {settings.batch_tokens:,} tokens a step, "
        f"peak rate {settings.learning_rate:g}, "
        f"linear decay over the last {settings.decay:.0%}"
        f"{', products of matrices in bfloat16' if settings.half else ''}",
        "weights of tokens": f"answers {settings.answer_weight:g}, notes {settings.note_weight:g}, else what the "
        f"assistant says 1, others {settings.rest_weight:g}",
        "seed": str(settings.seed),
    }
    if settings.start is not None:
        facts["began with"] = f"the weights and the tokenizer of {settings.start}"
    if spoilt:
        facts["habits"] = (
            f"then {spoilt[-1]['tokens']:,} tokens of demonstrations in other train worlds, {settings.habit_share:.0%} "
            "of them flawed: an early answer, parallel calls left out, doubled calls, a look-alike first, or the last "
            "hop at once"
        )
        facts["rate of the habits"] = f"{settings.habit_rate:g}, decay over the last 50%"
    more = _read(spoilt)
    shares = [
        [name, f"{tokens:,}", f"{tokens / read.total():.1%}", *([f"{more[name]:,}"] if spoilt else [])]
        for name, tokens in read.most_common()
    ]
    columns = ["scenario", "tokens", "share", *(["tokens of habits"] if spoilt else [])]
    scores = [
        [name, METRICS[metric], *(str(one.interval(metric)) for one in some)]
        for name, some in looks.items()
        for metric in METRICS
    ]
    some = next(iter(looks.values()))
    return f"""# Base model

A Qwen3-architecture model made from scratch, so that learning to use tools by reinforcement needs no download. It knows
nothing else.

{_table(["", ""], [[name, fact] for name, fact in facts.items()])}

Make it again: `{REBUILD}{_changed(settings)}`

## What it has read

Counted while it was read:

{_table(columns, shares)}

{FIRST}'s *train* worlds are among them: a model of this size reaches no scenario that it has never read of, and there
is to be one to learn in. Of {FIRST} held out are its test worlds, entities, variants and some phrasings. Never
read, not a world of them: {", ".join(NEVER_TRAINED)}.

## What it scores

{len(some[0].scores)} endless tasks of each set, of the test split with real names, half of the worlds with a test
variant's tools, mixed like the later corpus; mean [95% interval]:

{_table(["set", "metric", *(one.label for one in some)], scores)}
"""


def _changed(settings: Pretraining) -> str:
    """The options of a run that are not the usual ones, as its command line has them."""
    changed = [
        (option.name, getattr(settings, option.name))
        for option in dataclasses.fields(Pretraining)
        if option.name != "run" and getattr(settings, option.name) != option.default
    ]
    return "".join(
        f" --{name.replace('_', '-')}" + (f" {value}" if value is not True else "") for name, value in changed
    )


def _read(log: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Tokens of each source, as the last evaluation logged them."""
    return Counter(next((line["read"] for line in reversed(log) if "read" in line), {}))


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def _tasks(settings: Pretraining) -> dict[str, str]:
    """What tasks are like; a run that begins with weights needs no easy ones first."""
    if settings.start is not None:
        return {"tasks": _mixture(FULL)}
    return {f"first {EASY_BLOCKS * BLOCK:,}": _mixture(EASY), "later ones": _mixture(FULL)}


def _mixture(mixture: Mixture) -> str:
    features = _shares((" and ".join(names) or "plain look-ups", share) for names, share in mixture.features)
    return f"difficulty {_shares(mixture.difficulties)}; {features}"


def _shares(shares: Iterable[tuple[object, float]]) -> str:
    return ", ".join(f"{name}: {share:.0%}" for name, share in shares)
