"""What a person should know about a run while it trains, in words, from the records of its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

WINDOW = 5
"""Steps that a judgement looks at: one step says little."""
GONE = 0.1
"""Share of what there was at first below which something counts as gone."""
FAR = 1.0
"""KL in nats a token from which on the policy is another one."""
APART = 0.05
"""Difference in nats a token from which on sampler and learner are two policies."""


def warnings(records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What is going wrong at the last of some steps, by a short name: empty while all is well.

    Args:
        records: Of all steps so far, as ``metrics.jsonl`` has them.
    """
    if len(records) < WINDOW:
        return {}
    first, last = records[:WINDOW], records[-WINDOW:]

    def now(name: str) -> float:
        return _mean(last, name)

    def fell(name: str) -> bool:
        return len(records) > WINDOW and now(name) < GONE * _mean(first, name)

    found = {}
    if now("flat_groups") == 1.0:
        found["flat"] = (
            f"in the last {WINDOW} steps all episodes of every group were paid the same, so nothing was learned: take "
            "easier or harder tasks (--env.difficulty), larger groups (--rollout.group) or a higher temperature"
        )
    if fell("entropy"):
        found["entropy"] = (
            f"entropy fell from {_mean(first, 'entropy'):.3f} to {now('entropy'):.3f} nats a token: the policy has "
            "stopped to explore. Raise --update.entropy or --update.clip-high, or lower --update.learning-rate"
        )
    if fell("calls"):
        found["calls"] = (
            f"tool use vanishes: {now('calls'):.2f} calls an episode, {_mean(first, 'calls'):.2f} at first. Read the "
            "sampled episodes: the policy answers without looking anything up"
        )
    if now("kl") > FAR:
        found["kl"] = (
            f"KL to the first policy is {now('kl'):.2f} nats a token: raise --update.kl, or lower "
            "--update.learning-rate"
        )
    if now("mismatch") > APART:
        found["mismatch"] = (
            f"sampler and learner disagree by {now('mismatch'):.3f} nats a token: set --update.importance-cap 2, or "
            "sample in the learner's precision"
        )
    if now("failed") > 0:
        found["failed"] = (
            f"{now('failed'):.1f} episodes a step fail in the environment, a bug of it: see them in episodes/"
        )
    if now("out_of_budget") > 0.2:
        found["budget"] = (
            f"{now('out_of_budget'):.0%} of the episodes end at their token budget: raise "
            "--rollout.max-episode-tokens, or --update.overlong-tokens"
        )
    if now("cut_turns") > 0.5:
        found["cut"] = f"{now('cut_turns'):.1f} turns an episode are cut at --rollout.max-turn-tokens: raise it"
    return found


def _mean(records: Sequence[Mapping[str, Any]], name: str) -> float:
    return sum(float(record[name]) for record in records) / len(records)
