"""``ftrl-gym build --domain … --llm URL --model M``: a scenario by a language model, or the stages of one task."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars

from ftrl_gym import registry
from ftrl_gym.cli.build_options import EVERY, SEED, how_to_use, refuse, registry_root
from ftrl_gym.cli.staging import deliver, show_artefact
from ftrl_gym.cli.tool_sources import given_tools, named
from ftrl_gym.construct import stages
from ftrl_gym.construct.llm.asking import TRIES, Asker
from ftrl_gym.construct.llm.backends import opened
from ftrl_gym.construct.llm.building import SourceProgress, build
from ftrl_gym.construct.llm.given_tools import GivenToolsWriter
from ftrl_gym.construct.llm.making import MENDS, Dropped, Making
from ftrl_gym.construct.llm.prompting import Prompts
from ftrl_gym.construct.llm.question_files import read_questions
from ftrl_gym.construct.llm.replies_cache import RepliesCache
from ftrl_gym.construct.llm.report import Stopped, prices_of
from ftrl_gym.construct.llm.sources import SourcePlan, scenario_name
from ftrl_gym.construct.llm.tallies import TalliedSpending
from ftrl_gym.construct.llm.tool_module import tool_module
from ftrl_gym.construct.llm.writer import LLMWriter
from ftrl_gym.construct.objects import Decomposition, Documented, Integrated, Scaled
from ftrl_gym.construct.stages import Artefact, Stage
from ftrl_gym.errors import UsageError
from ftrl_gym.export.writing import check_place
from ftrl_gym.task import Kind, Task
from ftrl_gym.taskset import one_of
from ftrl_gym.tooldoc import ToolDocument

TASKS = 50
_FOR_STAGES = ("show", "json", "save", "split")
_FOR_BUILDS = ("functions", "mcp", "trust", "out", "tasks", "restart", "concurrency", "price_in", "price_out")


def run(arguments: argparse.Namespace, kinds: tuple[Kind, ...]) -> int:
    """Builds, or runs the stages of one task. Returns 1 where a task fails its proof."""
    if not arguments.model:
        raise UsageError("--model says which model writes: its name at the endpoint, or a folder for --llm local")
    if arguments.difficulty is not None and not 0 <= arguments.difficulty <= 1:
        raise UsageError(f"--difficulty is {arguments.difficulty}; it is a number from 0 to 1")
    if arguments.until is not None or arguments.stored is not None:
        refuse(arguments, _FOR_BUILDS, "is for building a whole scenario; leave it out beside --until")
        return _stages(arguments, kinds)
    refuse(arguments, _FOR_STAGES, "is for the stages of one task; say which with --until")
    plan = _plan(arguments, kinds)
    root = registry_root(arguments, [plan.name])
    _check_free(plan.name, root, named=arguments.name is not None)
    asker = _asker(arguments, RepliesCache(root / f".{plan.name}.replies"))
    display = _Display(plan)
    try:
        with given_tools(arguments) as given, display.bars:
            prompts = _prompts(arguments)
            report = build(
                plan,
                root,
                asker,
                LLMWriter(asker, prompts) if given is None else GivenToolsWriter(asker, given, prompts),
                concurrency=arguments.concurrency or 1,
                mends=MENDS if arguments.mends is None else arguments.mends,
                settings=_settings(arguments),
                restart=arguments.restart,
                tell=display.tell,
            )
    except KeyboardInterrupt:
        told = (
            f"\n{display.finished:,} of {plan.tasks:,} tasks are finished and kept: the same command goes on from there"
        )
        print(told, file=sys.stderr)
        raise
    print(report.render())
    if report.kept:
        print(f"{len(report.kept):,} certified tasks in {root / plan.name}; the report is beside it", file=sys.stderr)
    if report.stopped is Stopped.BUDGET:
        print("the budget is spent: the same command with a higher --max-tokens-total goes on", file=sys.stderr)
    for line in how_to_use(plan.name, root) if report.kept else ():
        print(line, file=sys.stderr)
    return 0


def _plan(arguments: argparse.Namespace, kinds: tuple[Kind, ...]) -> SourcePlan:
    questions: tuple[str, ...] = ()
    if arguments.questions is not None:
        file = Path(arguments.questions).expanduser()
        questions = read_questions(file)[: arguments.tasks]
    domain = (arguments.domain or "").strip()
    if arguments.domain is not None and not domain:
        raise UsageError("--domain is empty; say in a few words what the tasks are to be about, such as 'museum loans'")
    _check_text("--domain", domain)
    _check_text("--model", arguments.model)
    for question in questions:
        _check_text("--questions", question)
    name = arguments.name
    if name is None:
        name = scenario_name(domain or named(arguments) or Path(arguments.questions or "").stem)
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]{0,49}", name):
        raise UsageError(
            f"--name is {name!r:.80}; it is a word in CamelCase such as MuseumLoans, of at most 50 letters A to Z and "
            "digits"
        )
    return SourcePlan(
        name=name,
        domain=domain,
        tasks=len(questions) or arguments.tasks or TASKS,
        seed=SEED if arguments.seed is None else arguments.seed,
        model=arguments.model,
        kinds=kinds,
        questions=questions,
        difficulty=arguments.difficulty,
    )


def _check_text(option: str, said: str) -> None:
    """Refuses what no request can carry: bytes of the command line that are no UTF-8, half a pair that JSON escapes."""
    try:
        said.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"{option} has {said[error.start]!r} in {said!r:.80}, which is no character; mend it"
        ) from None


def _check_free(name: str, root: Path, *, named: bool) -> None:
    """Refuses to hide a packaged scenario behind one of the same name that nobody asked to be called so."""
    taken = {entry.name for entry in registry.entries() if entry.folder.parent != root}
    in_use = root in [each.absolute() for each in registry.roots()]
    if name in taken and in_use and not named:
        raise UsageError(f"there is a scenario {name} already: give this one another with --name, or --name {name}")


def _asker(arguments: argparse.Namespace, cache: RepliesCache | None) -> Asker:
    options: Any = {}
    if arguments.sampling is not None:
        try:
            options = json.loads(arguments.sampling)
        except ValueError as error:
            raise UsageError(f"--sampling is no JSON ({error}); it is such as '{{\"temperature\": 0.7}}'") from None
        if not isinstance(options, dict):
            raise UsageError("--sampling is a JSON object such as '{\"temperature\": 0.7}'")
        _check_text("--sampling", json.dumps(options, ensure_ascii=False))
    spending = TalliedSpending(arguments.max_tokens_total, prices_of(arguments.price_in, arguments.price_out))
    model = opened(arguments.llm, arguments.model, options)
    return Asker(model, cache, spending, arguments.tries or TRIES, _prompts(arguments))


def _settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """What decides a build beside its plan."""
    own = sorted(Path(arguments.prompts).expanduser().glob("*.md")) if arguments.prompts is not None else []
    prompts = hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in own)).hexdigest()[:16]
    return {
        "tries": arguments.tries or TRIES,
        "prompts": prompts if own else "",
        "functions": arguments.functions,
        "functions_hash": _hash(Path(arguments.functions).expanduser()) if arguments.functions is not None else "",
        "mcp": arguments.mcp,
    }


def _hash(file: Path) -> str:
    """Of a user's module, empty where there is none, which is told elsewhere: changed functions are other tools."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.is_file() else ""


def _prompts(arguments: argparse.Namespace) -> Prompts:
    return Prompts(Path(arguments.prompts).expanduser() if arguments.prompts is not None else None)


class _Display:
    """Progress on stderr: a bar on a terminal, now and then a line elsewhere."""

    def __init__(self, plan: SourcePlan) -> None:
        console = Console(stderr=True, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self.bars = Bars(*columns, TextColumn("{task.fields[more]}"), console=console, transient=True)
        self.bars.disable = not console.is_terminal
        self._bar = self.bars.add_task(plan.name, total=plan.tasks, more="")
        self.finished = 0
        self._told = time.monotonic()

    def tell(self, progress: SourceProgress) -> None:
        """Shows how far it is."""
        self.finished, now = len(progress.finished), time.monotonic()
        more = f"{progress.kept:,} kept"
        self.bars.update(self._bar, completed=self.finished, more=more)
        if self.bars.disable and now - self._told > EVERY:
            self._told = now
            print(f"{progress.plan.name}: {self.finished:,} of {progress.plan.tasks:,}, {more}", file=sys.stderr)


# --- the stages of one task ------------------------------------------------------------------------------------------


def _stages(arguments: argparse.Namespace, kinds: tuple[Kind, ...]) -> int:
    until = Stage(one_of("stage", arguments.until or Stage.DEPLOY.value, Stage))
    place = check_place(arguments.save, force=True) if arguments.save else None
    asker = _asker(arguments, None)
    writer = LLMWriter(asker, _prompts(arguments))
    start, name = _start(arguments, kinds, writer)
    task_id = f"{name.lower()}-1"
    documents: Sequence[ToolDocument] = ()
    code = ""
    if until is Stage.DEPLOY:
        made = Making(writer, stages.decomposition_of(start).brief).resume(start, task_id)
        if isinstance(made, Dropped):
            print(f"ftrl-gym: {made.stage}: {made.check}: {made.reason}", file=sys.stderr)
            return 1
        artefact: Artefact = made.task
        documents, code = made.documents, tool_module(made.sources)
    else:
        artefact = stages.advance(writer, start, until, task_id)
        documents = artefact.documents if isinstance(artefact, Scaled) else ()
    shown = {document.name: document for document in documents}
    deliver(artefact, name, arguments, place, partial(show_artefact, documents=shown, code=code))
    total = asker.spending.total()
    print(f"{total.requests:,} requests, {total.paid.total:,} tokens", file=sys.stderr)
    return 0


def _start(
    arguments: argparse.Namespace, kinds: tuple[Kind, ...], writer: LLMWriter
) -> tuple[Decomposition | Documented | Integrated | Scaled, str]:
    """What there is to go on from, and the name of its scenario."""
    if not arguments.stored:
        plan = _plan(arguments, kinds)
        return writer.decompose(plan.brief(0, ())), plan.name
    artefact, name = stages.read(Path(arguments.stored).expanduser())
    if isinstance(artefact, Task):
        raise UsageError(f"{arguments.stored} holds a finished task; there is no stage after it")
    if stages.decomposition_of(artefact).brief.provenance.writer != "llm":
        raise UsageError(f"{arguments.stored} was not written by a model: leave --model out")
    return artefact, name
