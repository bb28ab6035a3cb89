"""What a run reports about itself: a line of JSON per step, and TensorBoard events of the same numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from ftrl_agents.episode import End, Episode
from ftrl_agents.learner import UpdateStats
from ftrl_agents.trackers import Tracker
from ftrl_gym.errors import UsageError


class MetricsLog:
    """``metrics.jsonl`` and ``tensorboard/`` in a run folder.

    Args:
        run_dir: The folder.
        length: Bytes of ``metrics.jsonl`` that belong to the checkpoint a run goes on from; what comes behind them was
            written by steps that are now taken again, and is dropped.
        step: The first step to come.
        trackers: Where the same numbers go besides; closed with this.

    Raises:
        UsageError: The file is not the one that the checkpoint was saved with.
    """

    def __init__(self, run_dir: Path, length: int = 0, step: int = 0, trackers: Sequence[Tracker] = ()) -> None:
        self._trackers = trackers
        self._path = run_dir / "metrics.jsonl"
        written = self._path.read_bytes() if length and self._path.exists() else b""
        if written and written[length - 1 : length] != b"\n":
            raise UsageError(
                f"{self._path} is not the file that the checkpoint was saved with: no line ends at byte {length}. Put "
                "the right one back, or delete it to go on without the figures of earlier steps"
            )
        self._file = self._path.open("ab")
        self._file.truncate(min(length, len(written)))
        self._board = SummaryWriter(str(run_dir / "tensorboard"), purge_step=step)

    def add(self, record: Mapping[str, Any]) -> None:
        """Write a record with ``step``; numbers go to TensorBoard too."""
        self._file.write(json.dumps(record).encode() + b"\n")
        self._file.flush()
        for name, value in record.items():
            if name != "step" and value is not None:
                self._board.add_scalar(name, value, record["step"])
        numbers = {name: value for name, value in record.items() if name != "step" and value is not None}
        for tracker in self._trackers:
            tracker.log(numbers, step=record["step"])

    def position(self) -> int:
        """Bytes written so far."""
        return self._path.stat().st_size

    def records(self) -> list[dict[str, Any]]:
        """All records of the run."""
        return [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]

    def close(self) -> None:
        """Flushes and closes both."""
        self._file.close()
        self._board.close()
        for tracker in self._trackers:
            tracker.finish()


class NoLog:
    """The log of a process that writes nothing, as another one does."""

    def add(self, record: Mapping[str, Any]) -> None:
        """Nothing."""

    def position(self) -> int:
        """0."""
        return 0

    def records(self) -> list[dict[str, Any]]:
        """None."""
        return []

    def close(self) -> None:
        """Nothing."""


def describe(episodes: Sequence[Episode], stats: UpdateStats, rollout_s: float, update_s: float) -> dict[str, Any]:
    """One step's record. Means are over episodes that did not fail; rates are per wall-clock second."""
    played = [episode for episode in episodes if episode.end is not End.FAILED]
    calls = [call for episode in played for turn in episode.turns for call in turn.calls]
    count = max(len(played), 1)

    def score(name: str) -> float:
        return sum(float(episode.score[name]) for episode in played) / count

    return {
        "reward": sum(episode.episode_return for episode in played) / count,
        "precision": score("precision"),
        "recall": score("recall"),
        "f1": score("f1"),
        "outcome": score("outcome"),
        "calls": len(calls) / count,
        "turns": sum(len(episode.turns) for episode in played) / count,
        "invalid": sum(call["status"] != "ok" for call in calls) / max(len(calls), 1),
        "cut_turns": sum(turn.cut for episode in played for turn in episode.turns) / count,
        "own_tokens": sum(episode.own_count for episode in played) / count,
        "tokens": sum(episode.length for episode in played) / count,
        "out_of_budget": sum(episode.end is End.TOKEN_BUDGET for episode in played) / count,
        "failed": len(episodes) - len(played),
        **{f"update_{name}" if name == "tokens" else name: value for name, value in stats._asdict().items()},
        "rollout_s": rollout_s,
        "update_s": update_s,
        "rollout_tokens_per_s": sum(episode.own_count for episode in played) / max(rollout_s, 1e-9),
        "update_tokens_per_s": stats.tokens / max(update_s, 1e-9),
    }
