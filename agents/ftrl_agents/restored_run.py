"""Plays held-out tasks with each unit of a model put back, and with each alone new; goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from transformers.utils import logging

from ftrl_agents.envs import env_factory, task_ids
from ftrl_agents.evaluation import EpisodeScore, Evaluation, evaluate
from ftrl_agents.played_log import PlayedLog
from ftrl_agents.policy import Policy, load_policy
from ftrl_agents.restored import WHOLE, Unit, Way, borrowed, units
from ftrl_agents.restored_config import RestoredConfig
from ftrl_agents.restored_report import Played, restored_text, verdict
from ftrl_agents.run_folder import locked
from ftrl_agents.weight_change import WeightChange
from ftrl_agents.weight_files import digest
from ftrl_gym.errors import UnknownNameError, UsageError

LOG = "played.jsonl"


def restore(
    config: RestoredConfig,
    before: Path,
    after: Path,
    out: Path,
    seed: int,
    changes: Sequence[WeightChange],
    console: Console,
) -> Played:
    """Plays what is not played yet, prints what it says in words, and writes ``restored.md``.

    Args:
        config: Which units, and on what they are played.
        before: Folder of the checkpoint before training.
        after: Folder of the one after it.
        out: An existing folder; ``played.jsonl`` in it keeps what was played.
        seed: Of the sampling.
        changes: Of the weights, for the report.
        console: For progress.

    Raises:
        UsageError: The models cannot be played, or ``out`` holds what was played with other settings.
    """
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    torch.set_num_threads(config.threads)
    make = env_factory(
        config.env, split="test", docs=config.docs, features=config.features, difficulty=config.difficulty
    )
    ids = task_ids(make)[: config.tasks]
    if not ids:
        raise UsageError(f"{config.env} has no task with these --features and --difficulty")
    settings = config.model_dump(mode="json", exclude={"blocks", "only", "in_flight", "threads"}) | {
        "before": digest(before), "after": digest(after), "seed": seed, "tasks": ids,
    }  # fmt: skip
    with locked(out), PlayedLog(out / LOG, settings) as log:
        played: Played = {
            (record["unit"], Way(record["way"])): _evaluation(record, config.temperature) for record in log.records
        }
        pair = load_policy(before), load_policy(after)
        plan = list(_plan([Unit(WHOLE, ()), *_chosen(pair[1], config)], played))
        for number, (unit, way) in enumerate(plan, 1):
            score = _play(pair, unit, way, config, make, ids, seed)
            log.add({"unit": unit.name, "way": way, "scores": [asdict(one) for one in score.scores]})
            played[unit.name, way] = score
            said = f"F1 {score.interval('f1').mean:.3f}, outcome {score.interval('outcome').mean:.3f}"
            console.print(f"{number} of {len(plan)}: {unit.name}, {way}: {said}", highlight=False)
    path = out / "restored.md"
    path.write_text(restored_text(played, changes, config, len(ids)), encoding="utf-8")
    print(verdict(played, len({one.place.layer for one in changes} - {None})))
    print(f"What each block is worth: {path}")
    return played


def _plan(every: Sequence[Unit], played: Played) -> Iterator[tuple[Unit, Way]]:
    return ((unit, way) for unit in every for way in Way if (unit.name, way) not in played)


def _play(
    pair: tuple[Policy, Policy], unit: Unit, way: Way, config: RestoredConfig, make: Any, ids: list[str], seed: int
) -> Evaluation:
    before, after = pair
    own, other = (after, before) if (way is Way.RESTORED) != (unit.name == WHOLE) else (before, after)
    with borrowed(own.model, other.model, unit.weights) as model:
        return evaluate(
            model,
            own.tokenizer,
            make,
            ids,
            temperature=config.temperature,
            seed=seed,
            docs=config.docs,
            transcripts=0,
            in_flight=config.in_flight,
            max_turn_tokens=config.max_turn_tokens,
            max_episode_tokens=config.max_episode_tokens,
        )


def _chosen(policy: Policy, config: RestoredConfig) -> list[Unit]:
    """Raises UnknownNameError."""
    found = {unit.name: unit for unit in units([name for name, _ in policy.model.named_parameters()], config.blocks)}
    for name in config.only or ():
        if name not in found:
            raise UnknownNameError("block", name, found)
    return [unit for name, unit in found.items() if config.only is None or name in config.only]


def _evaluation(record: dict[str, Any], temperature: float) -> Evaluation:
    scores = (EpisodeScore(**{**score, "tools": tuple(score["tools"])}) for score in record["scores"])
    return Evaluation(temperature, tuple(scores))
