"""Builds a scenario: worlds, certified tasks, documents and code, into one registry folder.

Each task follows from the seed and its order alone, so a build may be spread over processes, interrupted and taken up
again, and gives the same bytes every time. Finished tasks wait in a work folder as lines, never as objects: memory does
not grow with their number. Train and test have worlds of their own; no question stands twice in a split. What was built
on this machine is trusted on it.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from ftrl_gym import registry, trust
from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.declare import Declaration
from ftrl_gym.construct.orders import Chunk, Order, Plan, chunks_of, plan_content
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.work_folder import WorkFolder, opened
from ftrl_gym.construct.workers import Workers
from ftrl_gym.construct.writer import ATTEMPTS, ProceduralWriter, write_first
from ftrl_gym.errors import ConstructionError, RegistryError
from ftrl_gym.exchange import put_in_place
from ftrl_gym.scenario import Manifest
from ftrl_gym.scenario_files import TASKS, TOOLS, toolset_files
from ftrl_gym.task import OutcomeKind, Provenance, ScriptedUser, Split, Task
from ftrl_gym.version import __version__
from ftrl_gym.world import WorldBase

ROUNDS = 20
"""Times that a question which stands in the split already is drawn anew."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LINE_BYTES = 6000
"""Bytes of a task, as long as none is finished."""


@dataclass
class Progress:
    """How far a build is."""

    plan: Plan
    done: int = 0
    """Tasks finished."""
    kept: int = 0
    """Of these, tasks that an interrupted build had finished before."""
    size: int = 0
    """Bytes of them."""
    refused: Counter[str] = field(default_factory=Counter)
    """Draws refused, by the check they failed."""


def build(
    plan: Plan,
    root: Path,
    workers: Workers | None = None,
    tell: Callable[[Progress], None] = lambda progress: None,
    *,
    restart: bool = False,
    pack: bool = False,
) -> Progress:
    """Builds a scenario into the registry ``root``, all or nothing, and trusts it on this machine.

    Args:
        plan: What to build.
        root: The registry, which gets the folder ``<name>``.
        workers: The processes; this one alone if left out.
        tell: Told after each chunk.
        restart: Throw away what an interrupted build has left instead of going on from it.
        pack: Compress what is built.

    Returns:
        How it went.

    Raises:
        UnknownNameError: No such scenario.
        ConstructionError: The world cannot give what is asked for.
        UsageError: Another process builds it, or the unfinished work of another command is there.
        RegistryError: The folder cannot be written. What is finished is kept, and the old scenario untouched.
    """
    source, folder = scenario(plan.scenario), root / plan.scenario
    registry.check_place(folder)
    progress = Progress(plan)
    with opened(folder, plan_content(plan), _told(source.declaration), restart=restart) as work:
        try:
            count = functools.partial(_count, progress, tell)
            _build(plan, folder, work, workers or Workers(1), count, pack=pack)
        except ConstructionError:
            work.remove()  # it would fail again
            raise
        except OSError as error:
            raise RegistryError(_no_room(error, folder, progress)) from error
        work.remove()
    return progress


def _told(declaration: Declaration | None) -> str:
    """A declaration as text that is the same in every process, wherever its file lies."""
    if declaration is None:
        return ""
    file = Path(declaration.file)
    code = file.read_text(encoding="utf-8") if declaration.file and file.is_file() else ""
    return code + re.sub(r" at 0x[0-9a-fA-F]+", "", repr(replace(declaration, file="")))


def _build(
    plan: Plan,
    folder: Path,
    work: WorkFolder,
    workers: Workers,
    count: Callable[[list[_Kept], bool], None],
    *,
    pack: bool,
) -> None:
    source, draft = scenario(plan.scenario), work.path / plan.scenario
    files = {split: _split(plan, split, work, workers, count) for split in Split}
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for split, lines in files.items():
        with (draft / TASKS[split]).open("wb") as file:
            file.writelines(map(_line_at, lines))
    for path, content in _shared_files(plan, [task for tasks in files.values() for task in tasks]):
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        (draft / path).write_bytes(content)
    manifest = Manifest(
        name=plan.scenario,
        title=source.title,
        description=source.description,
        instruction=source.instruction,
        provenance=Provenance(writer="procedural", seed=plan.seed, version=__version__),
        documents=tuple(source.domain.documents.values()),
        files={},
    )
    registry.complete(draft, manifest, folder, pack=pack)
    trust.pin(draft)  # before it is there: no reader finds it untrusted
    put_in_place(draft, folder)
    if registry.is_packaged(folder):
        trust.pin(folder, packaged=True)


def _shared_files(plan: Plan, tasks: list[_Kept]) -> Iterator[tuple[str, bytes]]:
    """What the tasks refer to: path in the scenario's folder, content."""
    source = scenario(plan.scenario)
    yield TOOLS, source.code.encode()
    for world in sorted({task.world for task in tasks}):
        made = world_of_build(plan.scenario, plan.seed, world)
        yield f"worlds/{world}.json", _json({"constants": made.constants, "tables": made.tables})
    for name in sorted({task.toolset for task in tasks} - {""}):
        toolset, (documents, code) = source.toolset(Design.named(name)), toolset_files(name)
        written = [
            each.model_dump(mode="json", by_alias=True, exclude_defaults=True) for each in toolset.documents.values()
        ]
        yield documents, _json(written)
        yield code, toolset.source.encode()


# --- the tasks of a split --------------------------------------------------------------------------------------------


class _Kept(NamedTuple):
    """A finished task, as it lies in the work folder."""

    place: int
    """In its split."""
    file: Path
    start: int
    length: int
    question: bytes
    """Hash of it."""
    world: str
    toolset: str
    refused: dict[str, int]


def _split(
    plan: Plan, split: Split, work: WorkFolder, workers: Workers, count: Callable[[list[_Kept], bool], None]
) -> list[_Kept]:
    """The tasks of a split, in order, each question once; those that repeat one are made anew, round after round."""
    orders = dict(enumerate(plan.orders(split)))
    todo, done, seen = list(orders.items()), dict[int, _Kept](), set[bytes]()
    for round_ in range(ROUNDS):
        made: list[_Kept] = []
        for chunk, fresh in _chunks(chunks_of(split, round_, todo), work, workers):
            made += (kept := list(_read(work.path / f"{chunk.name}.jsonl")))
            count(kept, fresh)
        for task in sorted(made):
            if task.question not in seen:
                seen.add(task.question)
                done[task.place] = task
        for place in [place for place in done if _partner(place, orders) not in {None, *done}]:
            del done[place]  # a pair is kept or made anew as one
        todo = [
            (place, order._replace(attempt=order.attempt + (round_ + 1) * ATTEMPTS))
            for place, order in orders.items()
            if place not in done
        ]
        if not todo:
            return [done[place] for place in sorted(done)]
    kinds = ", ".join(sorted({order.kind.value for _, order in todo}))
    raise ConstructionError(
        f"{plan.scenario} has no {len(orders):,} different {split.value} questions: {len(todo):,} ({kinds}) were there "
        f"already, however often they were drawn. Ask for fewer tasks, or give its entities more rows and columns"
    )


def _partner(place: int, orders: Mapping[int, Order]) -> int | None:
    """Place of the other one of a minimal pair; None where there is none."""
    order = orders[place]
    if order.partner is None:
        return None
    other = place + order.partner - order.number
    return other if other in orders and orders[other].variant == order.variant else None


def _chunks(chunks: list[Chunk], work: WorkFolder, workers: Workers) -> Iterator[tuple[Chunk, bool]]:
    """Each chunk once it is in the work folder, and whether it was made just now."""
    missing = []
    for chunk in chunks:
        if work.has(f"{chunk.name}.jsonl"):
            yield chunk, False
        else:
            missing.append(chunk)
    for chunk, content in workers.map(make_chunk, missing):
        work.keep(f"{chunk.name}.jsonl", content)
        yield chunk, True


def _read(path: Path) -> Iterator[_Kept]:
    start = 0
    with path.open("rb") as file:
        for line in file:
            about, _, content = line.partition(b"\t")
            place, refused = json.loads(about)
            task = json.loads(content)
            twin = task["outcome"]["kind"] == OutcomeKind.IMPOSSIBLE.value  # which has the question of the other one
            question = hashlib.sha256(f"{task['question']}{' *' * twin}".encode()).digest()[:16]
            begin = start + len(about) + 1
            yield _Kept(place, path, begin, len(content), question, task["world"], task.get("toolset", ""), refused)
            start += len(line)


def _line_at(kept: _Kept) -> bytes:
    with kept.file.open("rb") as file:
        file.seek(kept.start)
        return file.read(kept.length)


def _count(progress: Progress, tell: Callable[[Progress], None], made: list[_Kept], fresh: bool) -> None:
    for kept in made:
        progress.refused.update(kept.refused)
        progress.size += kept.length
    progress.done = min(progress.done + len(made), progress.plan.size)
    progress.kept += 0 if fresh else len(made)
    tell(progress)


def _no_room(error: OSError, folder: Path, progress: Progress) -> str:
    text = f"{folder} cannot be built: {error}. What was there is as it was, and {progress.done:,} tasks are kept"
    if error.errno not in _NO_ROOM:
        return f"{text}. Once that is mended, the same command goes on from there"
    each = progress.size / progress.done if progress.done else _LINE_BYTES
    missing = (
        each * (2 * progress.plan.size - progress.done) / 1e6
    )  # the tasks still to come, and all of them put together
    return f"{text}. It takes about {missing + 1:,.0f} MB more there; make room, and the same command goes on"


# --- in the workers --------------------------------------------------------------------------------------------------


def make_chunk(chunk: Chunk) -> bytes:
    """The tasks of a chunk, a line each: [place, refused draws by check], a tab, the task."""
    lines = []
    for place, order in zip(chunk.places, chunk.orders, strict=True):
        task, refused = make_task(order)
        lines.append(_json([place, dict(refused)])[:-1] + b"\t" + _line(task))
    return b"".join(lines)


def make_task(order: Order) -> tuple[Task, Counter[str]]:
    """The task of an order, and what was refused on the way. Raises ConstructionError."""
    refused: Counter[str] = Counter()
    writer = _writer(order.scenario, order.seed)
    return write_first(writer, order.briefs(scenario(order.scenario).domain), order.task_id, refused), refused


@functools.lru_cache(maxsize=1)
def _writer(name: str, seed: int) -> ProceduralWriter:
    return ProceduralWriter(functools.partial(_ground, name, seed), scenario(name).toolset, Depth.FULL)


@functools.lru_cache(maxsize=32)
def _ground(name: str, seed: int, world_id: str) -> Ground:
    return scenario(name).ground(world_of_build(name, seed, world_id))


@functools.lru_cache(maxsize=32)
def world_of_build(name: str, seed: int, world_id: str) -> WorldBase:
    """A world of the build of a scenario with a seed."""
    return scenario(name).make_world(random.Random(f"world/{seed}/{world_id}").randrange(2**31), "real")


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _line(task: Task) -> bytes:
    """A task without what is at its default; a counterpart keeps its type, by which it is read."""
    content = task.model_dump(mode="json", exclude_defaults=True)
    if isinstance(task.counterpart, ScriptedUser):
        content["counterpart"]["type"] = task.counterpart.type
    return _json(content)
