"""The published benchmarks by name. A module is imported when its benchmark is asked for."""

from __future__ import annotations

from importlib import import_module

from ftrl_gym.errors import UnknownNameError
from ftrl_gym.suites.benchmark import Benchmark

MODULES = {
    "ftrl": "ftrl_gym.suites.ftrl_test",
    "toolhop": "ftrl_gym.suites.toolhop_test",
    "rotbench": "ftrl_gym.suites.rotbench",
    "tau-bench": "ftrl_gym.suites.taubench",
    "tau2-bench": "ftrl_gym.suites.tau2bench",
    "bfcl": "ftrl_gym.suites.bfcl",
}
"""Name -> module with a constant ``BENCHMARK``."""


def benchmark_named(name: str) -> Benchmark:
    """The benchmark of a name.

    Raises:
        UnknownNameError: There is none.
        MissingExtraError: It needs a package that is not installed.
    """
    if name not in MODULES:
        raise UnknownNameError("benchmark", name, MODULES)
    found: Benchmark = import_module(MODULES[name]).BENCHMARK
    return found


def benchmark_with(env_id: str) -> Benchmark | None:
    """The benchmark that is played in an environment; None where none is.

    Raises:
        MissingExtraError: As :func:`benchmark_named`.
    """
    benchmarks = (benchmark_named(name) for name in MODULES)
    return next((one for one in benchmarks if any(part.env_id == env_id for part in one.parts)), None)
