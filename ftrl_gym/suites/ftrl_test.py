"""FTRL's test set as a benchmark: Solve-P, Solve-R and Solve-F1 per kind and over all rows, as published and strictly.

A published figure is the mean over rows.
"""

from __future__ import annotations

from ftrl_gym.policies import DoNothing
from ftrl_gym.suites.benchmark import Benchmark, Column, Part, in_one_file
from ftrl_gym.suites.ftrl_policies import ErrorEcho, FoundCalls
from ftrl_gym.suites.ftrl_published import DATA
from ftrl_gym.task import Kind

BENCHMARK = Benchmark(
    name="ftrl",
    title="FTRL test set",
    parts=tuple(
        Part(name=kind.value, env_id="ftrl/PublishedFTRL-v0", keywords={"kinds": [kind.value]}) for kind in Kind
    ),
    columns=(
        Column(key="precision", title="Solve-P", pooled=True),
        Column(key="recall", title="Solve-R", pooled=True),
        Column(key="f1", title="Solve-F1", pooled=True),
    ),
    scorers=("published", "strict"),
    locate=in_one_file(DATA),
    policies={"oracle": FoundCalls, "silent": DoNothing, "error-echo": ErrorEcho},
    told=("oracle", "error-echo"),
)
