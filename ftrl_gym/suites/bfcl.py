"""The Berkeley Function Calling Leaderboard, version 4, as a benchmark: the categories that need no web and no judge.

A column is the unweighted mean of its categories, except that the live ones are pooled, as the authors do. "Base" is
the column that FTRL's successors report: several turns, nothing missing.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ftrl_gym.policies import DoNothing, call_text
from ftrl_gym.suites.benchmark import Benchmark, Column, Located, Part
from ftrl_gym.suites.bfcl_entries import CATEGORIES, Entry, files_of
from ftrl_gym.suites.bfcl_env import COLUMNS
from ftrl_gym.suites.bfcl_package import data_folder
from ftrl_gym.suites.bfcl_solution import solution

_TITLES = {
    "base": "Base",
    "multi_turn": "Multi-turn",
    "ast": "AST",
    "live": "Live AST",
    "relevance": "Relevance",
}


class Solution:
    """Makes the first of the possible calls; of a conversation, the right calls of each turn, and then says nothing."""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the answer."""
        entry: Entry = env.task
        self._texts = [call_text(calls, env.dialect) if calls else "" for calls in solution(entry)][::-1]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """Its next turn."""
        return self._texts.pop() if self._texts else ""


def locate(given: Path | None) -> Located:
    """Finds the data: those in the package, or a folder in their layout.

    Raises:
        UsageError: The package is not installed.
    """
    folder = (given or data_folder()).expanduser()
    total = hashlib.sha256()
    for category in CATEGORIES:
        for file in files_of(category, folder):
            total.update(file.read_bytes() if file.is_file() else b"absent")
    return Located({"path": str(folder)}, total.hexdigest()[:16])


BENCHMARK = Benchmark(
    name="bfcl",
    title="BFCL v4",
    parts=tuple(Part(name=name, env_id="ftrl/BFCL-v0", keywords={"category": name}) for name in CATEGORIES),
    columns=tuple(
        Column(key=key, title=_TITLES[key], parts=tuple(parts), pooled=key == "live") for key, parts in COLUMNS.items()
    ),
    scorers=("official",),
    locate=locate,
    policies={"oracle": Solution, "silent": DoNothing},
)
