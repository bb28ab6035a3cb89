"""Plays a published benchmark part by part, and goes on where an earlier run stopped.

Every part has a log of its own beside the others, so that what was played is kept if a later part cannot be.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ftrl_agents.benchmark_scores import BenchmarkScores
from ftrl_agents.engine import Engine
from ftrl_agents.envs import EnvFactory, env_factory, task_ids
from ftrl_agents.evaluation_run import Outcome, score_tasks
from ftrl_agents.played_log import PlayedLog
from ftrl_agents.scripted_engine import ScriptedEngine
from ftrl_gym.errors import UsageError
from ftrl_gym.suites.benchmark import Benchmark, Located, Part
from ftrl_gym.suites.catalogue import benchmark_named
from ftrl_gym.version import __version__


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What of a benchmark is played, and how."""

    parts: tuple[str, ...] = ()
    """Their names; all, where there are none."""
    limit: int | None = None
    """Tasks of each part, from the first on; None is all."""
    samples: int = 1
    temperature: float = 0.0
    seed: int = 0
    retry_failed: bool = False
    keywords: Mapping[str, Any] = field(default_factory=dict)
    """Of ``gym.make`` for every part, such as ``docs``."""


def play_benchmark(
    benchmark: Benchmark,
    located: Located,
    engine: Engine,
    settings: Settings,
    *,
    out: Path | None = None,
    on_episode: Callable[[str, int, int], Any] = lambda part, done, of: None,
) -> tuple[BenchmarkScores, list[Outcome]]:
    """Plays the parts in their order.

    Args:
        benchmark: Which.
        located: Where its data are.
        engine: Who plays.
        settings: What, and how.
        out: Folder that keeps the episodes and, at the end, ``NAME_TEMPERATURE.json`` with the figures.
        on_episode: Told the part, how many of its episodes are done, and of how many.

    Raises:
        UsageError: There is no such part, or the engine cannot play it.
    """
    made = [(part, *tasks_of(benchmark, part, located, settings)) for part in wanted(benchmark, settings.parts)]
    outcomes: dict[str, Outcome] = {}
    for part, make, ids in made:
        log = None if out is None else _log(out, benchmark, part, located, engine, settings)
        try:
            outcomes[part.name] = score_tasks(
                engine,
                make,
                ids,
                samples=settings.samples,
                temperature=settings.temperature,
                seed=settings.seed,
                log=log,
                retry_failed=settings.retry_failed,
                on_episode=lambda done, of, name=part.name: on_episode(name, done, of),  # type: ignore[misc]
            )
        finally:
            if log is not None:
                log.close()
    looks = {name: outcome.evaluation for name, outcome in outcomes.items()}
    failed = sum(outcome.failed for outcome in outcomes.values())
    overlong = sum(outcome.overlong for outcome in outcomes.values())
    scores = BenchmarkScores(benchmark, engine.name, looks, failed, overlong, located.note)
    if out is not None:
        save(scores, out / f"{benchmark.name}_{settings.temperature:.15g}.json")
    return scores, list(outcomes.values())


def find_benchmarks(
    names: Sequence[str], otherwise: Sequence[str]
) -> tuple[list[tuple[Benchmark, Located]], dict[str, str]]:
    """The benchmarks that can be played, and why others cannot: their data or a package are not there.

    Args:
        names: Those that were asked for; none may be missing.
        otherwise: Those to look for where none was asked for.

    Raises:
        UsageError: One that was asked for cannot be played, or none can.
    """
    found, missing = [], {}
    for name in names or otherwise:
        try:
            benchmark = benchmark_named(name)
            located = benchmark.locate(None)
            tasks_of(benchmark, benchmark.parts[0], located, Settings())  # data may be there without what plays them
        except UsageError as error:
            if names:
                raise
            missing[name] = str(error)
        else:
            found.append((benchmark, located))
    if not found:
        raise UsageError("no benchmark can be played:\n" + "\n".join(f"{name}: {why}" for name, why in missing.items()))
    return found, missing


def wanted(benchmark: Benchmark, names: Sequence[str]) -> tuple[Part, ...]:
    """The parts of these names in the benchmark's order; all, for none.

    Raises:
        UnknownNameError: There is none of that name.
    """
    chosen = {benchmark.part(name).name for name in names}
    return tuple(part for part in benchmark.parts if not chosen or part.name in chosen)


def tasks_of(benchmark: Benchmark, part: Part, located: Located, settings: Settings) -> tuple[EnvFactory, list[str]]:
    """What makes environments of a part, and the ids of its tasks that are played.

    Raises:
        UsageError: A setting is one that the benchmark itself decides, such as where the data are.
    """
    taken = sorted(settings.keywords.keys() & (located.keywords.keys() | part.keywords.keys()))
    if taken:
        raise UsageError(
            f"{', '.join(taken)} cannot be set in {benchmark.title}: its parts and data decide that. Choose them with "
            "--parts and --data"
        )
    make = env_factory(part.env_id, **settings.keywords, **located.keywords, **part.keywords)
    return make, task_ids(make)[: settings.limit]


def play_bounds(
    benchmark: Benchmark, located: Located, settings: Settings, *, out: Path | None = None, but: str | None = None
) -> list[BenchmarkScores]:
    """What the benchmark's own policies get on the same tasks: the perfect one first, then the thoughtless ones.

    Args:
        benchmark: Which.
        located: Where its data are.
        settings: What is played; one episode of each task is enough, since these policies do not sample.
        out: Folder with a folder for each policy, so that none is played twice.
        but: A policy to leave out.
    """
    once = replace(settings, samples=1, temperature=0.0)
    found = []
    for name in benchmark.policies:
        if name != but:
            folder = None if out is None else out / name
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            found.append(play_benchmark(benchmark, located, _engine(benchmark, name), once, out=folder)[0])
    return found


def _engine(benchmark: Benchmark, name: str) -> ScriptedEngine:
    make = benchmark.policies[name]
    return ScriptedEngine(name, lambda temperature: make())


def save(scores: BenchmarkScores, path: Path) -> None:
    """Writes the figures as JSON, all or nothing."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(scores.record(), indent=1) + "\n", encoding="utf-8")
    os.replace(draft, path)


def _log(
    out: Path, benchmark: Benchmark, part: Part, located: Located, engine: Engine, settings: Settings
) -> PlayedLog:
    """The log of a part; its header holds all that decides an episode, the data's digest in place of where they lie."""
    pinned = {
        "benchmark": benchmark.name,
        "part": part.name,
        "env": part.env_id,
        "data": located.digest,
        **settings.keywords,
        **engine.pinned(),
        "temperature": settings.temperature,
        "seed": settings.seed,
        "version": __version__,
    }
    return PlayedLog(out / f"{benchmark.name}_{part.name}_{settings.temperature:.15g}.jsonl", pinned)
