"""``ftrl-gym build``: makes a scenario, all of them, or an author's own; or runs the stages of one task."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from ftrl_gym import trust
from ftrl_gym.cli import model_building
from ftrl_gym.cli.build_options import EVERY, SEED, how_to_use, refuse, registry_root
from ftrl_gym.cli.staging import run_stages
from ftrl_gym.construct import scenarios
from ftrl_gym.construct.build import Progress, build
from ftrl_gym.construct.declaration_file import scenario_of
from ftrl_gym.construct.orders import Plan, plan_content
from ftrl_gym.construct.variants.design import TEST_EVERY
from ftrl_gym.construct.work_folder import opened
from ftrl_gym.construct.workers import Workers
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.task import Kind

TRAIN, TEST = 2000, 400

_FOR_BUILDS = ("out", "train", "test", "variants", "tasks", "jobs", "restart", "pack", "all")
_NOT_FOR_MODELS = ("file", "all", "train", "test", "variants", "jobs", "pack", "variant", "features")
_FOR_MODELS = (
    "llm", "model", "name", "concurrency", "max_tokens_total", "price_in", "price_out", "tries", "mends", "sampling",
    "prompts", "trust",
)  # fmt: skip
_FOR_STAGES = ("show", "json", "save", "difficulty", "features", "split", "variant")


def run(arguments: argparse.Namespace) -> int:
    """Builds, or shows stages."""
    kinds = _kinds(arguments.kind)
    goes_on = arguments.stored is not None and arguments.model is not None
    about = (arguments.domain, arguments.questions, arguments.functions, arguments.mcp)
    if goes_on or any(each is not None for each in about):
        if arguments.what is not None:
            raise UsageError(
                f"{arguments.what!r:.80} stands by itself: put several words into quotes, such as "
                "--domain 'museum loans'; a name is for scenarios that no model writes"
            )
        refuse(arguments, _NOT_FOR_MODELS, "is for scenarios that no model writes; leave it out beside --llm")
        return model_building.run(arguments, kinds)
    refuse(arguments, _FOR_MODELS, "is for what a language model writes; say what about: --domain, --questions, …")
    if arguments.until is not None or arguments.stored is not None:
        refuse(arguments, _FOR_BUILDS, "is for building a whole scenario; leave it out beside --until")
        return run_stages(arguments, _named(arguments), kinds)
    refuse(arguments, _FOR_STAGES, "is for the stages of one task; say which with --until")
    names = _wanted(arguments)
    root = registry_root(arguments, names)
    plans = [_plan(arguments, name, kinds) for name in names]
    jobs = arguments.jobs or min(4, len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1)
    with Workers(jobs, _own_file(arguments)) as workers:
        if arguments.all:
            _build_all(plans, root, workers, restart=arguments.restart, pack=arguments.pack)
        else:
            _build_one(plans[0], root, workers, restart=arguments.restart, pack=arguments.pack)
    return 0


def _own_file(arguments: argparse.Namespace) -> Path | None:
    """The author's own file, if one is named."""
    if arguments.file is not None:
        return Path(arguments.file).expanduser()
    return Path(arguments.what).expanduser() if str(arguments.what).endswith(".py") else None


def _named(arguments: argparse.Namespace) -> str | None:
    """The scenario that is named, by name or file; None if none is."""
    if arguments.what is not None and arguments.file is not None:
        raise UsageError(f"{arguments.what!r:.80} and --file name two scenarios; give one of them")
    file = _own_file(arguments)
    if file is not None:
        return scenario_of(file).name
    if arguments.what is not None and arguments.what not in scenarios.names():
        hint = "Your own is built from its file: ftrl-gym build my_shop.py"
        raise UnknownNameError("scenario", arguments.what, scenarios.names(), hint)
    return None if arguments.what is None else str(arguments.what)


def _wanted(arguments: argparse.Namespace) -> list[str]:
    name = _named(arguments)
    if arguments.all and name is not None:
        raise UsageError(f"--all builds every scenario; leave {name} or --all out")
    if not arguments.all and name is None:
        raise UsageError(f"say what to build: one of {', '.join(scenarios.names())}, your own file, or --all")
    return scenarios.names() if name is None else [name]


def _plan(arguments: argparse.Namespace, name: str, kinds: tuple[Kind, ...]) -> Plan:
    seed = SEED if arguments.seed is None else arguments.seed
    if arguments.variants is None:
        if arguments.tasks is not None:
            raise UsageError("--tasks is for each of so many --variants; without them give --train and --test")
        return Plan(name, seed, arguments.train or TRAIN, arguments.test or TEST, kinds=kinds)
    if arguments.train or arguments.test:
        raise UsageError("--train and --test are for the plain tools; with --variants give --tasks, so many for each")
    if arguments.variants < TEST_EVERY:
        raise UsageError(
            f"--variants is {arguments.variants}; give {TEST_EVERY} or more: every {TEST_EVERY}th is for testing, the "
            "others are for training"
        )
    return Plan(name, seed, variants=arguments.variants, tasks=arguments.tasks or 100, kinds=kinds)


def _kinds(names: list[str] | None) -> tuple[Kind, ...]:
    for name in names or ():
        if name not in list(Kind):
            raise UnknownNameError("kind", name, Kind)
    return tuple(Kind(name) for name in dict.fromkeys(names)) if names else tuple(Kind)


# --- building --------------------------------------------------------------------------------------------------------


def _build_all(plans: list[Plan], root: Path, workers: Workers, *, restart: bool, pack: bool) -> None:
    """One scenario after the other; the command that goes on does not build again what was finished."""
    asked = {**plan_content(plans[0]), "scenario": [plan.scenario for plan in plans]}
    with opened(root / "all", asked, "", restart=restart) as work:
        for plan in plans:
            manifest, done = root / plan.scenario / trust.MANIFEST, f"{plan.scenario}.done"
            if work.has(done) and manifest.is_file() and work.read(done) == manifest.read_bytes():
                print(f"{plan.scenario}: was finished before", file=sys.stderr)
                continue
            _build_one(plan, root, workers, restart=restart, pack=pack)
            work.keep(done, manifest.read_bytes())
        work.remove()


def _build_one(plan: Plan, root: Path, workers: Workers, *, restart: bool, pack: bool) -> None:
    folder, began = root / plan.scenario, time.monotonic()
    display = _Display(plan)
    try:
        with display.bars:
            progress = build(plan, root, workers, display.tell, restart=restart, pack=pack)
    except KeyboardInterrupt:
        print(
            f"\n{display.done:,} of {plan.size:,} tasks are kept: the same command goes on from there", file=sys.stderr
        )
        raise
    seconds = time.monotonic() - began
    print(f"{plan.size:,} certified tasks in {folder}, {seconds:,.0f} s", file=sys.stderr)
    print(f"draws refused: {_refused(progress, 12) or 'none'}", file=sys.stderr)
    for line in how_to_use(plan.scenario, root):
        print(line, file=sys.stderr)


def _refused(progress: Progress, shown: int) -> str:
    return ", ".join(f"{count:,} {check}" for check, count in progress.refused.most_common(shown))


class _Display:
    """Progress on stderr: a bar on a terminal, now and then a line elsewhere."""

    def __init__(self, plan: Plan) -> None:
        console = Console(stderr=True, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.bars = Bars(*columns, TextColumn("{task.fields[more]}"), console=console, transient=True)
        self.bars.disable = not console.is_terminal
        self._bar = self.bars.add_task(plan.scenario, total=plan.size, more="")
        self.done = 0
        self._began = self._told = time.monotonic()

    def tell(self, progress: Progress) -> None:
        """Shows how far it is."""
        now, plan = time.monotonic(), progress.plan
        self.done = progress.done
        fresh = progress.done - progress.kept
        rate = fresh / max(now - self._began, 1e-3)
        more = f"{rate:,.1f} a second; refused: {_refused(progress, 3) or 'none'}"
        self.bars.update(self._bar, completed=progress.done, more=more)
        if self.bars.disable and now - self._told > EVERY and fresh:
            self._told = now
            left = (plan.size - progress.done) / rate / 60
            print(f"{plan.scenario}: {progress.done:,} of {plan.size:,}, {more}; {left:,.0f} min left", file=sys.stderr)
