"""The six domains of hand-written replies, and building them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from llm.fake_server import FakeServer, Rule, played

from ftrl_gym.construct.llm.asking import Asker
from ftrl_gym.construct.llm.building import build
from ftrl_gym.construct.llm.endpoint import Endpoint
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.replies_cache import RepliesCache
from ftrl_gym.construct.llm.report import BuildReport
from ftrl_gym.construct.llm.sources import SourcePlan
from ftrl_gym.construct.llm.tallies import TalliedSpending
from ftrl_gym.task import Kind

ALL = tuple(Kind)
CHAINS = (Kind.SINGLE_HOP, Kind.MULTI_HOP)


class Domain(NamedTuple):
    """What comes of a domain's replies."""

    tasks: int
    kinds: tuple[Kind, ...]
    kept: tuple[str, ...]
    dropped: dict[str, str]
    """Task -> the check that it fails to the end."""
    repaired: frozenset[tuple[str, str]]
    """Stage and check."""


D, M, S, C = (
    WriterStage.DECOMPOSITION.value,
    WriterStage.INTEGRATION.value,
    WriterStage.SCALING.value,
    WriterStage.DEPLOYMENT.value,
)
DOMAINS = {
    "ferry_port": Domain(
        4,
        ALL,
        ("train-00001", "test-00002", "train-00004"),
        {"train-00003": "never ends"},
        frozenset([(D, "unusable reply"), (C, "ignored parameter"), (C, "wrong answer")]),
    ),
    "seed_bank": Domain(
        4,
        ALL,
        ("train-00001", "test-00002", "train-00004"),
        {"train-00003": "ignored parameter"},
        frozenset([(S, "duplicate tools"), (C, "gold call fails"), (C, "untelling error")]),
    ),
    "choir": Domain(
        4,
        ALL,
        ("train-00001", "test-00002", "train-00003", "train-00004"),
        {},
        frozenset([(D, "another reading"), (S, "not grounded"), (C, "does not work"), (C, "answer in an error")]),
    ),
    "museum_loans": Domain(
        4,
        ALL,
        ("train-00001", "test-00002", "train-00003", "train-00004"),
        {},
        frozenset([(M, "unusable reply"), (C, "wrong answer")]),
    ),
    "allotment_gardens": Domain(
        2,
        CHAINS,
        ("train-00001", "test-00002"),
        {},
        frozenset([(D, "unusable reply"), (C, "ignored parameter")]),
    ),
    "bicycle_repair": Domain(
        2,
        CHAINS,
        ("train-00001", "test-00002"),
        {},
        frozenset([(D, "unusable reply"), (C, "gold call fails"), (C, "never ends")]),
    ),
}

SOON = {"Retry-After": "0.01"}
FAULTS = (
    Rule(stage=WriterStage.DOCUMENTS, times=2, status=429, headers=SOON),
    Rule(stage=WriterStage.INTEGRATION, times=1, status=500, headers=SOON),
    Rule(stage=WriterStage.SCALING, times=1, drop=True),
)


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def plan_of(name: str, **changes: Any) -> SourcePlan:
    domain = DOMAINS[name]
    settings: dict[str, Any] = {
        "name": camel(name), "domain": name.replace("_", " "), "tasks": domain.tasks, "seed": 1, "model": "played",
        "kinds": domain.kinds,
    }  # fmt: skip
    return SourcePlan(**{**settings, **changes})


def server_of(name: str, faults: Sequence[Rule] = ()) -> FakeServer:
    return FakeServer([*faults, *played(name)])


def built(
    server: FakeServer, plan: SourcePlan, root: Path, *, limit: int | None = None, cached: bool = True, **settings: Any
) -> BuildReport:
    cache = RepliesCache(root / ".replies") if cached else None
    asker = Asker(Endpoint(plan.model, server.url), cache, TalliedSpending(limit))
    return build(plan, root, asker, **settings)


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a scenario."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
