"""ToolHop as a benchmark: answer correctness in three scenarios by three rules, and what a score means.

FTRL's figure is the mean over the three scenarios.
"""

from __future__ import annotations

import string
from typing import Any

from ftrl_gym.policies import DoNothing, Scripted
from ftrl_gym.suites.benchmark import Benchmark, Column, Part, in_one_file
from ftrl_gym.suites.toolhop_published import DATA, Scenario

LETTERS = f"{string.ascii_lowercase} {string.digits}"
"""Holds every answer of one character."""


class Told:
    """Says the golden answer, which no graded policy sees."""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads it."""
        self._text = f"<answer>{env.rows.golden(env.task.row)}</answer>"

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The answer."""
        return self._text


BENCHMARK = Benchmark(
    name="toolhop",
    title="ToolHop",
    parts=tuple(
        Part(name=one.value, env_id="ftrl/PublishedToolHop-v0", keywords={"scenario": one.value}) for one in Scenario
    ),
    columns=(Column(key="ac", title="AC"),),
    scorers=("official", "ftrl", "strict"),
    locate=in_one_file(DATA),
    policies={"oracle": Told, "silent": DoNothing, "letters": lambda: Scripted([LETTERS])},
)
