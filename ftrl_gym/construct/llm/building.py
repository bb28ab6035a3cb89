"""Builds a scenario with a language model: tasks side by side, kept one by one, and registered all at once.

First stages run one after the other in the order of the tasks, since each is told the questions before it; the rest of
a task runs beside that of others, as many at a time as is allowed. So what is asked, and with the replies what is
built, never depends on how many run at once, nor on whether the build was interrupted: finished tasks lie in a work
folder, and the replies of unfinished ones in the cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ftrl_gym import registry
from ftrl_gym.construct.llm.asking import Asker
from ftrl_gym.construct.llm.making import MENDS, Dropped, Made, Making, Repair
from ftrl_gym.construct.llm.registering import scenario_files, scenario_manifest
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.report import BuildReport, DroppedTask, Stopped
from ftrl_gym.construct.llm.sources import SourcePlan
from ftrl_gym.construct.llm.spending import Spending
from ftrl_gym.construct.llm.tallies import TalliedSpending, Tally, as_json, from_json
from ftrl_gym.construct.llm.writer import LLMWriter
from ftrl_gym.construct.work_folder import WorkFolder, opened
from ftrl_gym.errors import BudgetSpent, ConstructionError, ModelUnreachable, RegistryError, UsageError
from ftrl_gym.exchange import put_in_place
from ftrl_gym.grounding import tokens
from ftrl_gym.task import Task
from ftrl_gym.tooldoc import ToolDocument


@dataclass(frozen=True)
class Finished:
    """A task that was tried to its end."""

    number: int
    question: str
    """Of its first stage, which later tasks were told; empty where that came to nothing."""
    result: Made | Dropped
    tally: Tally

    @property
    def open(self) -> bool:
        """Whether it came to nothing for want of a reply, which another run may get."""
        return isinstance(self.result, Dropped) and self.result.open

    def as_bytes(self) -> bytes:
        """For the work folder."""
        made: dict[str, Any] | None = None
        if isinstance(self.result, Made):
            made = {
                "task": self.result.task.model_dump(mode="json"),
                "documents": [document.model_dump(mode="json", by_alias=True) for document in self.result.documents],
                "sources": dict(self.result.sources),
            }
        dropped = None if made is not None else {**asdict(self.result), "repairs": None}
        content = {
            "number": self.number,
            "question": self.question,
            "made": made,
            "dropped": dropped,
            "repairs": [asdict(repair) for repair in self.result.repairs],
            "tally": as_json(self.tally),
        }
        return json.dumps(content, ensure_ascii=False).encode()

    @staticmethod
    def of(data: bytes) -> Finished:
        """Out of the work folder."""
        content = json.loads(data)
        repairs = tuple(Repair(**repair) for repair in content["repairs"])
        result: Made | Dropped
        if content["made"] is not None:
            made = content["made"]
            documents = tuple(ToolDocument.model_validate(document) for document in made["documents"])
            result = Made(Task.model_validate(made["task"]), documents, made["sources"], repairs)
        else:
            result = Dropped(**{**content["dropped"], "repairs": repairs})
        return Finished(content["number"], content["question"], result, from_json(content["tally"]))


@dataclass
class SourceProgress:
    """How far a build is."""

    plan: SourcePlan
    finished: dict[int, Finished] = field(default_factory=dict)
    before: int = 0
    """How many of them an interrupted build had finished."""

    @property
    def kept(self) -> int:
        """Tasks that passed."""
        return sum(isinstance(one.result, Made) for one in self.finished.values())


def build(
    plan: SourcePlan,
    root: Path,
    asker: Asker,
    writer: LLMWriter | None = None,
    *,
    concurrency: int = 1,
    mends: int = MENDS,
    settings: Mapping[str, Any] | None = None,
    restart: bool = False,
    tell: Callable[[SourceProgress], None] = lambda progress: None,
) -> BuildReport:
    """Builds a scenario into the registry ``root``. Only certified tasks are registered; its code is not trusted.

    Args:
        plan: What to build.
        root: The registry, which gets the folder ``<name>``, and beside it the report ``<name>.report.json``.
        asker: Asks the model; its spending has to be a :class:`TalliedSpending` for a report by task.
        writer: Fills the stages; the plain one over ``asker`` unless given.
        concurrency: Requests at the same time.
        mends: How often a task goes back to a stage.
        settings: What else decides what is built, as JSON: unfinished work of other settings is not gone on from.
        restart: Throw away what an interrupted build has left instead of going on from it, and a scenario of this name
            that was built from something else.
        tell: Told after each task.

    Returns:
        The report. Where the budget ended the build, what was certified until then is registered, and the same command
        with a higher limit goes on.

    Raises:
        ConstructionError: No task passed.
        ModelUnreachable: The model could not be asked any more; what is finished is kept.
        UsageError: Another process builds it, or the unfinished or finished work of another command is there.
        RegistryError: The folder cannot be written.
    """
    folder, began = root / plan.name, time.monotonic()
    registry.check_place(folder)
    content = {**plan.content(), "options": dict(asker.model.options), "mends": mends, **(settings or {})}
    told, source = root / f"{plan.name}.report.json", _source(content)
    with opened(folder, content, "", restart=restart) as work:
        if not restart and not work.holds_work():
            _refuse_another(folder, told, source, work)
        progress = SourceProgress(plan)
        run = _Run(plan, work, asker.spending, writer or LLMWriter(asker), concurrency, mends, progress, tell)
        stopped = run.all()
        report = _report(plan, asker, progress, time.monotonic() - began, stopped)
        kept = {number: one for number, one in progress.finished.items() if isinstance(one.result, Made)}
        made = [kept[number].result for number in sorted(kept) if plan.task_id(number) in report.kept]
        if made:
            _register(plan, folder, work, [one for one in made if isinstance(one, Made)])
        told.write_bytes(report.as_json(source=source))
        if run.unreachable is not None:
            raise run.unreachable
        if stopped is None and not any(one.open for one in progress.finished.values()):
            work.remove()
        if not made and stopped is None:
            raise ConstructionError(
                f"no task of {plan.name} passed every check, so there is nothing to register\n{report.render()}"
            )
    return report


def _source(content: Mapping[str, Any]) -> str:
    """What tells one build from another of the same name, however many tasks each has."""
    same = {name: value for name, value in content.items() if name != "tasks"}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()


def _refuse_another(folder: Path, report: Path, source: str, work: WorkFolder) -> None:
    """Raises UsageError where a scenario of this name was built from something else: it is not to go without a word."""
    try:
        before = json.loads(report.read_bytes()).get("source")
    except (OSError, ValueError, AttributeError):
        return
    if folder.exists() and before not in (None, source):
        work.remove()
        raise UsageError(
            f"{folder} holds a scenario of this name that was built by another command. Give this one another --name, "
            "or add --restart to put it in the place of that"
        )


class _Run:
    """One run of a build, from what is in its work folder to the end, or as far as it may go."""

    def __init__(
        self,
        plan: SourcePlan,
        work: WorkFolder,
        spending: Spending,
        writer: LLMWriter,
        concurrency: int,
        mends: int,
        progress: SourceProgress,
        tell: Callable[[SourceProgress], None],
    ) -> None:
        self._plan, self._work, self._spending, self._writer = plan, work, spending, writer
        self._mends, self._progress, self._tell = mends, progress, tell
        self._slots = threading.Semaphore(concurrency)
        self._concurrency = concurrency
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self.unreachable: ModelUnreachable | None = None

    def all(self) -> Stopped | None:
        """Every task that is not finished yet; why it ended early, or None."""
        self._take_up()
        others: list[str] = []
        for number in range(self._plan.tasks):
            done = self._progress.finished.get(number)
            if done is not None:
                others += [done.question] if done.question else []
                continue
            self._slots.acquire()
            if self._failure is not None:
                self._slots.release()
                break
            question = self._begin(number, tuple(others))
            others += [question] if question else []
        for _ in range(self._concurrency):
            self._slots.acquire()  # until nothing runs any more
        match self._failure:
            case None:
                return None
            case BudgetSpent():
                return Stopped.BUDGET
            case ModelUnreachable() as error:
                self.unreachable = error
                return Stopped.UNREACHABLE
            case error:
                raise error

    def _take_up(self) -> None:
        """What an interrupted build has finished."""
        for number in range(self._plan.tasks):
            if self._work.has(name := _file(number)):
                one = Finished.of(self._work.read(name))
                self._progress.finished[number] = one
                self._progress.before += 1
                for stage, spent in one.tally.items():
                    self._spending.remember(stage, spent)

    def _begin(self, number: int, others: tuple[str, ...]) -> str:
        """Runs the first stage of a task here and starts a thread for the others; its question."""
        making = Making(self._writer, self._plan.brief(number, others), self._mends)
        tally: Tally = {}
        try:
            with _tallied(self._spending, tally):
                told = making.begin()
        except (BudgetSpent, ModelUnreachable) as error:
            self._fail(error)
            self._slots.release()
            return ""
        if isinstance(told, Dropped):
            self._end(Finished(number, "", told, tally))
            return ""
        # a daemon: whoever interrupts the build does not wait for a reply that is on its way
        threading.Thread(target=self._finish, args=(number, told.question, making, tally), daemon=True).start()
        return told.question

    def _finish(self, number: int, question: str, making: Making, tally: Tally) -> None:
        try:
            with _tallied(self._spending, tally):
                result = making.finish(self._plan.task_id(number))
        except BaseException as error:
            self._fail(error)
            self._slots.release()
            return
        self._end(Finished(number, question, result, tally))

    def _end(self, one: Finished) -> None:
        """Keeps a finished task; one that lacks a reply is begun again by the next run."""
        try:
            if not one.open:
                self._work.keep(_file(one.number), one.as_bytes())
            with self._lock:
                self._progress.finished[one.number] = one
                self._tell(self._progress)
        except BaseException as error:
            self._fail(error)
        finally:
            self._slots.release()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._failure = self._failure or error


def _register(plan: SourcePlan, folder: Path, work: WorkFolder, made: list[Made]) -> None:
    """Puts the scenario in its place, all or nothing. What a killed build leaves lies in the work folder."""
    draft = work.path / plan.name
    try:
        shutil.rmtree(draft, ignore_errors=True)
        for path, content in scenario_files(made).items():
            (draft / path).parent.mkdir(parents=True, exist_ok=True)
            (draft / path).write_bytes(content)
        registry.complete(draft, scenario_manifest(plan), folder)
        put_in_place(draft, folder)
    except OSError as error:
        raise RegistryError(
            f"{folder} cannot be written: {error}. Every finished task is kept: make room, and the same command goes on"
        ) from error


def _tallied(spending: Spending, tally: Tally) -> contextlib.AbstractContextManager[None]:
    """A tally of what a task takes, where the account keeps one."""
    return spending.tallied(tally) if isinstance(spending, TalliedSpending) else contextlib.nullcontext()


def _file(number: int) -> str:
    return f"task-{number + 1:05d}.json"


def _report(
    plan: SourcePlan, asker: Asker, progress: SourceProgress, seconds: float, stopped: Stopped | None
) -> BuildReport:
    kept: dict[str, Made] = {}
    dropped: list[DroppedTask] = []
    seen: dict[str, str] = {}
    for number, one in sorted(progress.finished.items()):
        name = plan.task_id(number)
        if isinstance(one.result, Dropped):
            dropped.append(DroppedTask(name, one.result.stage, one.result.check, one.result.reason, one.open))
            continue
        asked = tokens(one.result.task.question)
        if asked in seen:  # a question that was mended may have become one that another task has
            reason = f"{seen[asked]} asks the same: {one.result.task.question}"
            dropped.append(DroppedTask(name, WriterStage.DECOMPOSITION.value, "same question", reason))
            continue
        seen[asked] = name
        kept[name] = one.result
    return BuildReport(
        scenario=plan.name,
        model=plan.model,
        asked=plan.tasks,
        kept=tuple(kept),
        kinds=dict(sorted(Counter(made.task.kind.value for made in kept.values()).items())),
        dropped=tuple(dropped),
        repairs=tuple((name, repair) for name, made in kept.items() for repair in made.repairs),
        spent=asker.spending.by_stage(),
        cost=asker.spending.cost(),
        seconds=seconds,
        stopped=stopped,
        retried=asker.spending.retried(),
    )
