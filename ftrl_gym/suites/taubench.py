"""tau-bench as a benchmark (Yao et al., arXiv 2406.12045): 50 tasks of an airline, 115 of a shop, and their Pass^1.

FTRL's figure is the unweighted mean of both domains. With a scripted user, who tells all at once and agrees to whatever
is asked, figures are reproducible and are not those of the leaderboard, for which users are simulated by a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ftrl_gym.policies import DoNothing, call_text
from ftrl_gym.suites.benchmark import Benchmark, Column, Located, Part
from ftrl_gym.suites.tau_checkout import KNOWN, digest, find_checkout, package_of
from ftrl_gym.suites.tau_env import SCORERS


class Solution:
    """Makes the authors' calls, then says the outputs.

    Args:
        speaks: Whether it says them; else its last words are empty.
    """

    def __init__(self, speaks: bool = True) -> None:
        self._speaks = speaks
        self._texts: list[str] = []

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the solution."""
        task = env.task.written
        calls: Sequence[str] = [call_text([action], env.dialect) for action in task.actions]
        self._texts = [*calls, ", ".join(task.outputs) if self._speaks else ""][::-1]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """Its next turn."""
        return self._texts.pop() if self._texts else ""


def locate(given: Path | None) -> Located:
    """Finds the checkout.

    Raises:
        UsageError: It is not there.
    """
    found = find_checkout(given)
    folder = package_of(found)
    return Located({"path": str(folder)}, "-".join(digest(domain, folder)[:12] for domain in KNOWN), "")


BENCHMARK = Benchmark(
    name="tau-bench",
    title="tau-bench",
    parts=(Part(name="airline", env_id="ftrl/TauAirline-v0"), Part(name="retail", env_id="ftrl/TauRetail-v0")),
    columns=(Column(key="reward", title="Pass^1"),),
    scorers=SCORERS,
    locate=locate,
    policies={"oracle": Solution, "mute": lambda: Solution(speaks=False), "silent": DoNothing},
    told=("oracle", "mute"),
)
