"""Builds a packaged scenario: worlds, certified tasks, documents and code, into one registry folder.

    python -m ftrl_gym.construct.build TravelBooking --out registry/TravelBooking

What was built on this machine is trusted on it; in the packaged registry, by everybody who has the package.

Each task follows from the seed and its number alone, so the build may be spread over processes and gives the same bytes
every time. Train and test have worlds of their own; no question stands twice in a split.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from ftrl_gym import registry, trust
from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.briefs import brief_for
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.scenarios import names, scenario
from ftrl_gym.construct.writer import ATTEMPTS, ProceduralWriter, write_task
from ftrl_gym.errors import FtrlGymError, UnknownNameError, UsageError
from ftrl_gym.scenario import Manifest
from ftrl_gym.scenario_files import TASKS, TOOLS
from ftrl_gym.task import Kind, Provenance, ScriptedUser, Split, Task
from ftrl_gym.version import __version__
from ftrl_gym.world import WorldBase

WORLDS = {Split.TRAIN: 20, Split.TEST: 6}
"""Worlds of each split."""
FEATURES: tuple[tuple[str, ...], ...] = (
    ("user",), (), ("state",), (), ("user",), (), ("state", "user"), (), (), (),
)  # fmt: skip
"""Features of tasks in turn: 3 in 10 have a scripted user, 2 in 10 change the world."""


class _Order(NamedTuple):
    """One task to be made."""

    scenario: str
    seed: int
    split: Split
    number: int
    attempt: int


def build_scenario(
    name: str, out: Path, seed: int = 20260504, train: int = 2000, test: int = 400, jobs: int = 1
) -> Counter[str]:
    """Builds a scenario into ``out``, all or nothing.

    Args:
        name: Of the scenario; also the name of the folder ``out``.
        out: Where to.
        seed: Another seed gives other worlds and tasks.
        train: Number of training tasks.
        test: Number of test tasks.
        jobs: Processes.

    Returns:
        How many draws were refused, by the check they failed.

    Raises:
        UnknownNameError: No such scenario.
        RegistryError: The folder cannot be written.
    """
    source = scenario(name)
    counts = {Split.TRAIN: train, Split.TEST: test}
    refused: Counter[str] = Counter()
    files = {TOOLS: source.code.encode()}
    for split, count in counts.items():
        tasks = _tasks(name, seed, split, count, jobs, refused)
        files[TASKS[split]] = b"".join(map(_line, tasks))
        for world in sorted({task.world for task in tasks}):
            files[f"worlds/{world}.json"] = _json(_world_content(_world(name, seed, world)))
    manifest = Manifest(
        name=name,
        title=source.title,
        description=source.description,
        instruction=source.instruction,
        provenance=Provenance(writer="procedural", seed=seed, version=__version__),
        documents=tuple(source.domain.documents.values()),
        files={},
    )
    registry.write(out, manifest, files)
    return refused


def _tasks(name: str, seed: int, split: Split, count: int, jobs: int, refused: Counter[str]) -> list[Task]:
    """The tasks of a split, in order, each question once."""
    seen: set[str] = set()
    done: dict[int, Task] = {}
    attempts = dict.fromkeys(range(count), 0)
    while len(done) < count:
        orders = [_Order(name, seed, split, n, attempts[n]) for n in range(count) if n not in done]
        for order, (task, failed) in zip(orders, _made(orders, jobs), strict=True):
            refused.update(failed)
            if task.question in seen:
                refused["duplicate"] += 1
                attempts[order.number] += ATTEMPTS
                continue
            seen.add(task.question)
            done[order.number] = task
    return [done[n] for n in range(count)]


def _made(orders: list[_Order], jobs: int) -> Iterator[tuple[Task, Counter[str]]]:
    if jobs == 1 or len(orders) < jobs:
        yield from map(make_task, orders)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(make_task, orders, chunksize=20)


def make_task(order: _Order) -> tuple[Task, Counter[str]]:
    """The task of an order, and what was refused on the way."""
    number = order.number
    rng = random.Random(f"build/{order.seed}/{order.split.value}/{number}")
    first = 0 if order.split is Split.TRAIN else WORLDS[Split.TRAIN]
    world = f"w{first + rng.randrange(WORLDS[order.split]):02d}"
    kinds = list(Kind)
    kind, features = kinds[number % len(kinds)], FEATURES[number // len(kinds) % len(FEATURES)]
    seed = rng.randrange(2**31)
    brief = brief_for(rng, seed, order.split, world, kind, None, features, scenario=order.scenario)
    brief = brief.model_copy(update={"attempt": order.attempt})
    refused: Counter[str] = Counter()
    task = write_task(_writer(order.scenario, order.seed), brief, f"{order.split.value}-{number:05d}", refused)
    return task, refused


@functools.lru_cache(maxsize=1)
def _writer(name: str, seed: int) -> ProceduralWriter:
    return ProceduralWriter(functools.partial(_ground, name, seed), scenario(name).toolset, Depth.FULL)


@functools.cache
def _ground(name: str, seed: int, world_id: str) -> Ground:
    return scenario(name).ground(_world(name, seed, world_id))


@functools.cache
def _world(name: str, seed: int, world_id: str) -> WorldBase:
    return scenario(name).make_world(random.Random(f"world/{seed}/{world_id}").randrange(2**31), "real")


def _world_content(world: WorldBase) -> dict[str, Any]:
    return {"constants": world.constants, "tables": world.tables}


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _line(task: Task) -> bytes:
    """A task without what is at its default; a counterpart keeps its type, by which it is read."""
    content = task.model_dump(mode="json", exclude_defaults=True)
    if isinstance(task.counterpart, ScriptedUser):
        content["counterpart"]["type"] = task.counterpart.type
    return _json(content)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit code: 0 built, 2 a user's mistake, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m ftrl_gym.construct.build",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", help=f"one of: {', '.join(names())}")
    parser.add_argument("--out", type=Path, required=True, help="folder of the scenario, .../<name>")
    parser.add_argument("--seed", type=int, default=20260504, help="another one gives other worlds and tasks")
    parser.add_argument("--train", type=_count, default=2000, help="number of training tasks")
    parser.add_argument("--test", type=_count, default=400, help="number of test tasks")
    parser.add_argument("--jobs", type=_count, default=1, help="processes")
    given = parser.parse_args(arguments)
    try:
        _check_place(given.name, given.out)
        refused = build_scenario(given.name, given.out, given.seed, given.train, given.test, given.jobs)
        packaged = given.out.resolve().parent == registry.packaged_root().resolve()
        trust.pin(given.out, packaged=packaged)
    except FtrlGymError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\ninterrupted; {given.out} is as it was", file=sys.stderr)
        return 130
    print(f"{given.train} + {given.test} certified tasks in {given.out}", file=sys.stderr)
    print("draws refused: " + ", ".join(f"{count} {check}" for check, count in refused.most_common()), file=sys.stderr)
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r:.80} is not a whole number of at least 1")
    return int(text)


def _check_place(name: str, out: Path) -> None:
    """What :func:`build_scenario` would find out only after all tasks are made, which may take an hour.

    Raises:
        UsageError: No such scenario, a folder of another name, or a place that cannot be written.
    """
    if name not in names():
        raise UnknownNameError("scenario", name, names())
    if out.resolve().name != name:
        raise UsageError(f"the folder of {name} has its name: give --out {out / name}")
    place = next(parent for parent in out.resolve().parents if parent.exists())
    if not place.is_dir() or not os.access(place, os.W_OK):
        raise UsageError(f"{out} cannot be made: {place} is not a folder that you may write to. Choose another --out")


if __name__ == "__main__":
    sys.exit(main())
