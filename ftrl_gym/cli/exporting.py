"""``ftrl-gym export``: a scenario's tasks as a file of FTRL's rows, for Hugging Face ``datasets``, or for verl."""

from __future__ import annotations

import argparse
import collections
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from ftrl_gym import registry
from ftrl_gym.cli.target import bare, make, resolve
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.export.ftrl import FtrlRows, Skipped
from ftrl_gym.export.parquet import datasets_rows, datasets_schema, pyarrow, verl_rows, verl_schema, write_parquet
from ftrl_gym.export.writing import check_place, write_whole
from ftrl_gym.prompt import Docs
from ftrl_gym.registration import NAMESPACE, SUITE, SUITES
from ftrl_gym.task import Split
from ftrl_gym.taskset import one_of

Rows = Iterable[dict[str, Any] | Skipped]
FORMATS = ("ftrl", "datasets", "verl")


def run(arguments: argparse.Namespace) -> int:
    """Writes the file and says on stderr what was left out."""
    if arguments.format not in FORMATS:
        raise UnknownNameError("format", arguments.format, FORMATS)
    split, docs = one_of("split", arguments.split, Split), one_of("docs", arguments.docs, Docs)
    env_id = resolve(arguments.id)
    if env_id.removeprefix(f"{NAMESPACE}/") in SUITES:
        raise UsageError(f"{env_id} is published data and not ours to export; export is for scenarios (ftrl-gym list)")
    if env_id.removeprefix(f"{NAMESPACE}/") == SUITE and (arguments.format == "ftrl" or split != Split.TEST.value):
        raise UsageError(
            f"{env_id} has test tasks only, of several scenarios: give --split test --format datasets or verl"
        )
    file = check_place(arguments.out, force=arguments.force)
    rows, write = _prepared(arguments.format, env_id, split, docs)
    skipped: collections.Counter[str] = collections.Counter()
    wanted = _first(rows, arguments.tasks, skipped)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(f"exporting {env_id}", total=None)
        counts: list[int] = []
        write_whole(file, lambda draft: counts.append(write(draft, _told(wanted, progress, bar))))
    for reason, count in skipped.most_common():
        print(f"ftrl-gym: {count:,} {'task' if count == 1 else 'tasks'} left out: {reason}", file=sys.stderr)
    print(f"{file}: {counts[0]:,} {split} tasks of {env_id} in the format {arguments.format}")
    return 0


def _prepared(
    format_: str, env_id: str, split: str, docs: str
) -> tuple[Rows, Callable[[Path, Iterable[dict[str, Any]]], int]]:
    """(the rows, made one by one; what writes them)."""
    if format_ == "ftrl":
        if docs != Docs.JSON:
            raise UsageError(f"FTRL's rows hold JSON schemas; --docs {docs} is for the formats datasets and verl")
        scenario = registry.load(env_id.removeprefix(f"{NAMESPACE}/").rpartition("-v")[0])
        rows = FtrlRows(env_id, scenario)
        return map(rows.row, scenario.load_tasks(Split(split))), _write_jsonl
    pyarrow()
    env = bare(make(env_id, [], split=split, docs=docs))
    source, schema = (datasets_rows, datasets_schema()) if format_ == "datasets" else (verl_rows, verl_schema())
    return source(env, env_id, split, env.taskset.ids()), partial(write_parquet, schema=schema)


def _first(rows: Rows, count: int | None, skipped: collections.Counter[str]) -> Iterator[dict[str, Any]]:
    """The first ``count`` rows; counts by reason the tasks passed over.

    Raises:
        UsageError: There is not one.
    """
    found = 0
    for row in rows:
        if isinstance(row, Skipped):
            skipped[row.reason] += 1
            continue
        yield row
        found += 1
        if found == count:
            return
    if not found:
        reasons = "; ".join(f"{number:,} because {reason}" for reason, number in skipped.most_common())
        raise UsageError(f"no task can be exported in this format: {reasons or 'there are none'}")


def _told(rows: Iterable[dict[str, Any]], progress: Progress, bar: Any) -> Iterator[dict[str, Any]]:
    for row in rows:
        progress.advance(bar)
        yield row


def _write_jsonl(file: Path, rows: Iterable[dict[str, Any]]) -> int:
    count = 0
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count
