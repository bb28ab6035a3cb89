"""``ftrl-gym stats``: what scenarios and files of FTRL rows are like, side by side."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ftrl_gym import registry
from ftrl_gym.cli import measured_dials
from ftrl_gym.cli.measured_dials import Line
from ftrl_gym.cli.target import console, playable, resolve
from ftrl_gym.errors import UsageError
from ftrl_gym.registration import NAMESPACE, SUITE, SUITES
from ftrl_gym.stats.figures import Figures, OfKind, measure
from ftrl_gym.stats.leaks import Leaks
from ftrl_gym.stats.sample import Sample, of_endless, of_rows, of_scenario, of_suite
from ftrl_gym.stats.spread import Spread
from ftrl_gym.suites.suite import SuiteTaskSet
from ftrl_gym.task import Kind, Split

NOT_RUN = "left out: --no-run"
UNKNOWN = "not recorded"


def run(arguments: argparse.Namespace) -> int:
    """Measures and prints, one column for each source."""
    samples = [_sample(source, arguments) for source in arguments.sources]
    figures = measure(samples)
    if arguments.json:
        print(json.dumps([asdict(each) for each in figures], ensure_ascii=False, indent=2))
        return 0
    table = Table("", *(each.name for each in figures), box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", False
    for label, show in lines(figures):
        if show is None:
            table.add_row()
            table.add_row(Text(label, "bold"))
        else:
            table.add_row(label, *(show(each) for each in figures))
    console().print(table)
    return 0


def _sample(source: str, arguments: argparse.Namespace) -> Sample:
    """The tasks of an environment's id, or of a file."""
    split, run = arguments.split, not arguments.no_run
    if source.endswith((".jsonl", ".json")) or Path(source).expanduser().is_file():
        return of_rows(source, run=run)
    if arguments.endless is None:
        for option in ("difficulty", "features", "always", "variant"):
            if getattr(arguments, option) is not None:
                raise UsageError(f"--{option} is for new tasks; add --endless N, with N for how many")
    env_id = (resolve if arguments.endless is None else playable)(source)
    name = env_id.removeprefix(f"{NAMESPACE}/")
    if name in SUITES:
        raise UsageError(f"{env_id} has no data of its own; name the file instead: ftrl-gym stats test.jsonl")
    title, scenario = f"{env_id}{f', {split}' if split else ''}", name.rpartition("-v")[0]
    if name == SUITE:
        if arguments.endless is not None or split == Split.TRAIN:
            raise UsageError(f"{env_id} is frozen: it has neither new tasks nor a train split")
        return of_suite(env_id, SuiteTaskSet(), run=run)
    if arguments.endless is None:
        return of_scenario(title, registry.load(scenario), split, run=run)
    return of_endless(
        f"{title}, endless",
        scenario,
        split,
        arguments.endless,
        difficulty=arguments.difficulty,
        features=arguments.features or (),
        always=bool(arguments.always),
        variant=_variant(arguments.variant or "0"),
        run=run,
    )


def _variant(text: str) -> int | str:
    return int(text) if re.fullmatch(r"\d+", text, re.ASCII) else text


def lines(figures: list[Figures]) -> Iterator[Line]:
    """The lines of the report, in order."""
    yield "tasks", lambda f: f"{f.tasks:,}"
    kinds = [kind.value for kind in Kind if any(kind.value in each.kinds for each in figures)]
    yield "Tools offered, median / mean / max", None
    for kind in kinds:
        yield f"  {kind}", _of_kind(kind, lambda k: f"{k.tools.median:g} / {k.tools.mean:.2f} / {k.tools.max:g}")
    yield "Golden tools, mean", None
    for kind in kinds:
        yield f"  {kind}", _of_kind(kind, lambda k: f"{k.golden_tools.mean:.2f}")
    yield "Sub-questions, mean (max)", None
    for kind in kinds:
        yield f"  {kind}", _of_kind(kind, lambda k: f"{k.sub_questions.mean:.2f} ({k.sub_questions.max:g})")
    yield "Tools, each as often as it is offered", None
    yield "  different documents", lambda f: f"{f.tools.documents:,}"
    yield "  lines of code, median (range)", lambda f: _median(f.tools.lines)
    yield "  parameters, median (range)", lambda f: _median(f.tools.parameters)
    yield "  required parameters, mean", lambda f: f"{f.tools.required.mean:.2f}"
    for name in dict.fromkeys(name for each in figures for name in each.tools.types):
        yield f"  parameters of type {name}", _of_type(name)
    yield "  values of an enum, median (range)", lambda f: _median(f.tools.enum_values)
    yield (
        "  distractors of a task, median (max)",
        lambda f: f"{f.tools.distractors.median:g} ({f.tools.distractors.max:g})",
    )
    yield "Sub-answers", None
    yield "  number", lambda f: f"{f.questions.sub_answers:,}"
    yield "  characters, median (range)", lambda f: _median(f.questions.characters)
    yield "  numeric", lambda f: f"{f.questions.numeric:.0%}"
    yield "Questions", None
    yield "  repeated word for word", lambda f: _share(f.questions.repeated, f.tasks)
    yield "  repeated once names are masked", lambda f: _share(f.questions.repeated_masked, f.tasks)
    for place, n in enumerate((1, 2, 3)):
        yield f"  distinct {n}-grams, {figures[0].questions.sampled} questions", _distinct(place)
    yield "  shapes (kind, hops, width)", lambda f: UNKNOWN if f.shapes is None else f"{f.shapes.shapes:,}"
    yield "  programs, names and figures aside", lambda f: UNKNOWN if f.shapes is None else f"{f.shapes.programs:,}"
    yield "  families of phrasing", lambda f: UNKNOWN if f.shapes is None else f"{f.shapes.families:,}"
    for operation in dict.fromkeys(name for each in figures if each.shapes for name in each.shapes.operations):
        yield f"  tasks that ask for: {operation}", _operation(operation)
    yield from measured_dials.lines(figures)
    yield "Sub-answers that leak", None
    yield "  from an empty call", lambda f: _leak(f.leaks, f.leaks.empty_call)
    yield "  from defaults, whatever is required", lambda f: _leak(f.leaks, f.leaks.defaults)
    yield "  from defaults and first enum values", lambda f: _leak(f.leaks, f.leaks.first_values)
    yield "  stand in the tool's schema", lambda f: _leak(f.leaks, f.leaks.in_schema)
    if any(each.leaks.not_run for each in figures):
        yield "  not known: the tool cannot be run", lambda f: _leak(f.leaks, f.leaks.not_run)


def _of_kind(kind: str, show: Callable[[OfKind], str]) -> Callable[[Figures], str]:
    return lambda figures: show(figures.kinds[kind]) if kind in figures.kinds else "none"


def _of_type(name: str) -> Callable[[Figures], str]:
    return lambda figures: f"{figures.tools.types.get(name, 0.0):.0%}"


def _distinct(place: int) -> Callable[[Figures], str]:
    return lambda figures: f"{figures.questions.distinct[place]:.3f}"


def _operation(name: str) -> Callable[[Figures], str]:
    return lambda figures: UNKNOWN if figures.shapes is None else f"{figures.shapes.operations.get(name, 0):,}"


def _median(spread: Spread) -> str:
    return f"{spread.median:g} ({spread.min:g}-{spread.max:g})" if spread.count else "none"


def _share(count: int, whole: int) -> str:
    return f"{count:,} ({count / whole:.1%})" if whole else "0"


def _leak(leaks: Leaks, count: int | None) -> str:
    return NOT_RUN if count is None else _share(count, leaks.sub_answers)
