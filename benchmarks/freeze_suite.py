"""Makes the frozen evaluation set, once: ``python benchmarks/freeze_suite.py [--jobs N]``.

Fifty test tasks of each scenario, in the mixture of dials that every build has, but for fewer minimal pairs, of which
both are there. Where a set is already, nothing is done: scores that were reported on it would lose their meaning. Its
seed is its own, so that no build has the same worlds or tasks.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from pathlib import Path

from ftrl_gym import registry, trust
from ftrl_gym.construct.briefs import PAIRED
from ftrl_gym.construct.build import build
from ftrl_gym.construct.orders import FEATURES, Plan
from ftrl_gym.construct.scenarios import names
from ftrl_gym.construct.workers import Workers
from ftrl_gym.suites.suite import CONTENTS, FOLDER, Contents
from ftrl_gym.task import Kind, Split

VERSION = 0
SEED = 20261123
SHARES = {Kind.SINGLE_HOP: 8, Kind.PARALLEL_SINGLE_HOP: 12, Kind.MULTI_HOP: 15, Kind.PARALLEL_MULTI_HOP: 15}
"""Tasks of each kind in each scenario. A policy that matches words finds half of the single look-ups."""
PAIRS = 2
"""Minimal pairs of each dial that has them: a builder's shares would pay a constant "impossible" too well here."""
ORDERS = 2 * len(FEATURES[Kind.MULTI_HOP]) * len(Kind)
"""Orders in which each dial has had two turns with each kind."""


def numbers(scenario: str, pairs: int = PAIRS) -> tuple[int, ...]:
    """Which orders of two turns through all dials are taken: a few minimal pairs, whole, and others by chance."""
    orders = Plan(scenario, SEED, test=ORDERS).orders(Split.TEST)
    rng = random.Random(f"suite/{VERSION}/{scenario}")
    taken: list[int] = []
    for dial in PAIRED:
        both = [(each.number, each.partner) for each in orders if dial in each.dials and each.partner is not None]
        for first, second in rng.sample([pair for pair in both if pair[0] < pair[1]], pairs):
            taken += [first, second]
    for kind, count in SHARES.items():
        paired = sum(orders[number].kind is kind for number in taken)
        alone = [order.number for order in orders if order.partner is None and order.kind is kind]
        taken += rng.sample(alone, count - paired)
    return tuple(sorted(taken))


def main() -> None:
    """Builds all of them, then the file that says what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--out", type=Path, default=registry.packaged_root() / FOLDER, help="where the set goes")
    arguments = parser.parse_args()
    folder: Path = arguments.out
    if (folder / CONTENTS).exists():
        sys.exit(f"{folder} is frozen. A later set gets a version and a folder of its own")
    manifests: dict[str, str] = {}
    tasks = 0
    with Workers(arguments.jobs) as workers:
        for name in names():
            plan = Plan(name, SEED, test=ORDERS, only=numbers(name))
            if not (folder / name / trust.MANIFEST).exists():  # else it is from a run that was interrupted
                build(plan, folder, workers, pack=True)
            trust.pin(folder / name, packaged=True, name=f"{FOLDER}/{name}")
            manifests[name] = hashlib.sha256((folder / name / trust.MANIFEST).read_bytes()).hexdigest()
            tasks += plan.size
            print(f"{name}: {plan.size} tasks", flush=True)
    found = Contents.of(VERSION, tasks, manifests)
    (folder / CONTENTS).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {tasks:,} tasks, {size / 1e6:.1f} MB, sha256 {found.sha256}")


if __name__ == "__main__":
    main()
