"""RoTBench as a benchmark: five levels of noise, three columns, three rules, and what a score means.

FTRL's figure is the unweighted mean of the levels, although two of them have half as many tasks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ftrl_gym.policies import DoNothing
from ftrl_gym.suites.benchmark import Benchmark, Column, Located, Part
from ftrl_gym.suites.data_files import find
from ftrl_gym.suites.rotbench_rows import DATA, LEVELS, Action, NoisyTask, action_text
from ftrl_gym.suites.rotbench_scores import SCORERS


class Golden:
    """Takes the first right turn."""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads it."""
        task: NoisyTask = env.task
        self._action = task.answers[0]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The turn."""
        return action_text(self._action)


class FirstTool:
    """Takes the first tool, and says ``None`` for every parameter that it requires."""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the tools that the system message shows."""
        first = env.task.tools[0]
        required = (first.get("parameters") or {}).get("required") or ()
        self._action = Action(first["name"], dict.fromkeys(required, "None"))

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The turn."""
        return action_text(self._action)


def locate(given: Path | None) -> Located:
    """Finds the five files.

    Raises:
        UsageError: They are not all there.
    """
    found = find(DATA, given)
    return Located({"path": str(found.paths[0].parent)}, found.digest, found.note)


BENCHMARK = Benchmark(
    name="rotbench",
    title="RoTBench",
    parts=tuple(Part(name=level, env_id="ftrl/RoTBench-v0", keywords={"level": level}) for level in LEVELS),
    columns=(Column(key="ts", title="TS"), Column(key="pi", title="PI"), Column(key="cf", title="CF")),
    scorers=tuple(SCORERS),
    locate=locate,
    policies={"oracle": Golden, "silent": DoNothing, "first-tool": FirstTool},
)
