"""The paper's training samples: trajectories of the policy, cut before each turn, on the disk (arXiv 2508.08791).

One JSONL file for each epoch, ``prefixes/epoch-0000.jsonl`` in the run's folder, a row of FTRL's format for each
sample; in the field ``said`` stands what the assistant had said by then, so that the environment can be brought to the
same place. Tasks that FTRL's format cannot express have no samples.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ftrl_agents.branching import Place
from ftrl_agents.episode import End, Episode
from ftrl_gym import registry
from ftrl_gym.export.ftrl import FtrlRows, Skipped
from ftrl_gym.export.prefixes import PlayedTurn, prefix_rows
from ftrl_gym.task import Task

SAID, TASK = "said", "task"


def prefix_file(run_dir: Path, epoch: int) -> Path:
    """Where the samples of an epoch lie."""
    return run_dir / "prefixes" / f"epoch-{epoch:04d}.jsonl"


class PrefixRows:
    """Makes samples of episodes of one scenario.

    Args:
        env_id: ``ftrl/<Scenario>-v<n>``.
    """

    def __init__(self, env_id: str) -> None:
        self._rows = FtrlRows(env_id, registry.load(env_id.partition("/")[2].rpartition("-v")[0]))

    def of(self, episode: Episode, task: Task) -> list[dict[str, Any]]:
        """The samples of an episode; none where it failed or the format cannot express its task."""
        row = self._rows.row(task) if episode.end is not End.FAILED else None
        if row is None or isinstance(row, Skipped):
            return []
        turns = [PlayedTurn(turn.text, turn.feedback) for turn in episode.turns]
        said = [turn.text for turn in episode.turns]
        return [{**sample, TASK: task.id, SAID: said[:number]} for number, sample in enumerate(prefix_rows(row, turns))]


def write_prefixes(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Writes the file of an epoch, all or nothing."""
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def read_prefixes(path: Path) -> list[Place]:
    """The places at which the samples of a file begin, in order."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [Place(row[TASK], tuple(row[SAID])) for row in rows]
