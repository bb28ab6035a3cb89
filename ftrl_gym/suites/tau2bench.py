"""tau2-bench as a benchmark (Barres et al., arXiv 2506.07982): its airline and retail domains, by their final state."""

from __future__ import annotations

from pathlib import Path

from ftrl_gym.errors import UsageError
from ftrl_gym.policies import DoNothing
from ftrl_gym.suites.benchmark import Benchmark, Column, Located, Part
from ftrl_gym.suites.tau2_package import HOW, digest, package_folder
from ftrl_gym.suites.tau_env import SCORERS
from ftrl_gym.suites.taubench import Solution


def locate(given: Path | None) -> Located:
    """Finds the package.

    Raises:
        UsageError: It is not installed, or a folder is given: the data are inside.
    """
    if given is not None:
        raise UsageError(f"tau2-bench's data are inside the package inspect-evals: leave --data out. {HOW}")
    folder = package_folder()
    return Located({}, "-".join(digest(domain, folder)[:12] for domain in ("airline", "retail")))


BENCHMARK = Benchmark(
    name="tau2-bench",
    title="tau2-bench",
    parts=(Part(name="airline", env_id="ftrl/Tau2Airline-v0"), Part(name="retail", env_id="ftrl/Tau2Retail-v0")),
    columns=(Column(key="reward", title="Pass^1"),),
    scorers=SCORERS[:1],
    locate=locate,
    policies={"oracle": Solution, "mute": lambda: Solution(speaks=False), "silent": DoNothing},
    told=("oracle", "mute"),
)
