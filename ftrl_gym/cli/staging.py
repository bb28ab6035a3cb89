"""``ftrl-gym build --until STAGE``: the stages of one task; each can be read, printed as JSON, and stored to go on."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from ftrl_gym.cli.showing import answer_text, call_lines, show_task, sub_question_text
from ftrl_gym.cli.target import console
from ftrl_gym.construct import scenarios, stages
from ftrl_gym.construct.briefs import easing
from ftrl_gym.construct.endless import endless_brief, endless_writer
from ftrl_gym.construct.objects import Decomposition, Documented, GoldCall, Integrated, Scaled
from ftrl_gym.construct.stages import Artefact, Stage
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.errors import CertificationError, UnknownNameError, UsageError
from ftrl_gym.export.writing import check_place, write_whole
from ftrl_gym.task import Kind, Plan, PlannedCall, PlanTurn, Split, Task
from ftrl_gym.taskset import one_of
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.toolsource import ToolSource

Section = tuple[str, RenderableType]


def run_stages(arguments: argparse.Namespace, name: str | None, kinds: tuple[Kind, ...]) -> int:
    """Runs the stages and prints what came out; 1 if the task of a stored stage fails its proof."""
    until = Stage(one_of("stage", arguments.until or Stage.DEPLOY.value, Stage))
    place = check_place(arguments.save, force=True) if arguments.save else None
    refused: Counter[str] = Counter()
    problem = ""
    if arguments.stored:
        try:
            artefact, name = _gone_on(Path(arguments.stored).expanduser(), name, until, arguments)
        except CertificationError as error:
            print(f"ftrl-gym: {error}. A build draws again; so does --until {until} without --from", file=sys.stderr)
            return 1
    else:
        if name is None:
            raise UsageError(f"say which scenario: one of {', '.join(scenarios.names())}, or your own file")
        brief = endless_brief(
            arguments.seed or 0,
            arguments.split or Split.TRAIN,
            kinds=kinds,
            difficulty=arguments.difficulty,
            always=arguments.features or (),
            scenario=name,
            variant=arguments.variant or 0,
        )
        briefs = [brief] if arguments.difficulty is not None else easing(brief)
        artefact, problem = stages.begin(endless_writer(name), briefs, until, f"endless-{brief.seed}", refused)
    deliver(artefact, name, arguments, place, _show)
    if problem:
        print(f"no draw passes its proof, this one neither; the last: {problem}", file=sys.stderr)
    if refused:
        told = ", ".join(f"{count:,} {check}" for check, count in refused.most_common())
        print(f"draws refused: {told}", file=sys.stderr)
    return 0


def deliver(
    artefact: Artefact,
    name: str,
    arguments: argparse.Namespace,
    place: Path | None,
    show: Callable[[Artefact, str], None],
) -> None:
    """Stores, prints and shows what came of a stage, as the command asks; shows it where it asks for nothing.

    Args:
        artefact: What came of it.
        name: Of the scenario.
        arguments: With ``json`` and ``show``.
        place: Where it is stored; None stores it nowhere.
        show: Prints an artefact of a scenario for reading.

    Raises:
        UsageError: It cannot be stored there.
    """
    text = stages.stored(artefact, name)
    if place is not None:
        write_whole(place, lambda draft: _write(draft, text))
    if arguments.json:
        print(text, end="")
    if arguments.show or not (arguments.json or place):
        show(artefact, name)


def _write(draft: Path, text: str) -> None:
    draft.write_text(text, encoding="utf-8")


def _gone_on(file: Path, name: str | None, until: Stage, arguments: argparse.Namespace) -> tuple[Artefact, str]:
    for option in ("seed", "kind", "split", "difficulty", "features", "variant"):
        if getattr(arguments, option) is not None:
            raise UsageError(f"--{option} was settled when {file} was made; leave it out")
    artefact, written = stages.read(file)
    if name not in (None, written):
        raise UsageError(f"{file} is of {written} and not of {name}")
    if written not in scenarios.names():
        hint = f"If it is your own, name its file too: ftrl-gym build FILE.py --from {file}"
        raise UnknownNameError("scenario", written, scenarios.names(), hint)
    named = artefact.id if isinstance(artefact, Task) else f"endless-{stages.decomposition_of(artefact).brief.seed}"
    try:
        return stages.advance(endless_writer(written), artefact, until, named), written
    except (LookupError, StopIteration) as error:  # files are edited by hand, or written by somebody's program
        raise UsageError(
            f"{file} speaks of {str(error)[:80] or 'something'}, which {written} does not have. Take its names from "
            "the stages before, or make the file anew with --until STAGE --save FILE"
        ) from error


# --- for reading -----------------------------------------------------------------------------------------------------


def _show(artefact: Artefact, name: str) -> None:
    source = scenarios.scenario(name)
    if isinstance(artefact, Task):
        toolset = source.toolset(Design.named(artefact.toolset))
        show_artefact(artefact, name, toolset.documents, toolset.source)
    elif isinstance(artefact, Scaled):
        show_artefact(artefact, name, source.toolset(Design.named(artefact.toolset)).documents)
    else:
        show_artefact(artefact, name, {})


def show_artefact(artefact: Artefact, name: str, documents: Mapping[str, ToolDocument], code: str = "") -> None:
    """Prints what came of a stage.

    Args:
        artefact: What came of it.
        name: Of the scenario.
        documents: Of the tools, where the artefact only names them.
        code: Of the tools of a task.
    """
    out = console()
    if isinstance(artefact, Task):
        show_task(out, artefact, [documents[tool] for tool in artefact.tools])
        sections: Iterator[Section] = iter([("Code of the tools", Text(code_of(code, artefact.tools)))])
    else:
        told = stages.decomposition_of(artefact)
        brief = told.brief
        shape = f"{brief.kind}, {told.hops} hops, {told.width} wide, difficulty {brief.difficulty:.2f}"
        shape += "".join(f", {feature}" for feature in brief.features)
        out.print(Text(f"{name}, seed {brief.seed}, after {stages.stage_of(artefact)}", "bold"))
        where = f"world {brief.world}; draw {brief.attempt}" if brief.world else f"written by {brief.provenance.model}"
        out.print(Text(f"{shape}; {where}"))
        sections = _sections(artefact, told, documents)
    for title, body in sections:
        out.print()
        out.print(Rule(title, align="left", characters="-"))
        out.print(body)


def _sections(artefact: Artefact, told: Decomposition, documents: Mapping[str, ToolDocument]) -> Iterator[Section]:
    brief = told.brief
    yield "Question", Text(told.question, "bold")
    if told.program:
        yield "Program", Text(told.program)
    yield "Sub-questions", Group(*(Text(sub_question_text(sub)) for sub in told.sub_questions))
    match artefact:
        case Decomposition():
            if told.outcome.answer is not None:
                earned = f"  earned by {', '.join(told.outcome.earned_by)}" if told.outcome.earned_by else ""
                yield "Answer", Text(answer_text(told.outcome.answer) + earned)
            if told.calls:
                yield "Reference solution", Text("\n".join(call_lines(_plan(told.calls, told))))
        case Documented():
            for narrow in artefact.documents:
                served = ", ".join(narrow.sub_questions)
                view = f", a view of {narrow.origin}" if narrow.origin else ""
                yield f"Narrow document for {served}{view}", Text(_document(narrow.tool))
        case Integrated():
            for tool in artefact.tools:
                served = ", ".join(sub for sub, serving in artefact.serves.items() if serving == tool.name)
                yield f"Merged document, serves {served}", Text(_document(tool))
            if artefact.calls:
                yield "Reference solution", Text("\n".join(call_lines(_plan(artefact.calls, told))))
        case Scaled():
            gold = {call.tool for call in artefact.calls}
            lines = [f"{'  ' if name in gold else '+ '}{documents[name].signature()}" for name in artefact.tools]
            dials = ", ".join(f"{name} {value:g}" for name, value in brief.scalings)
            yield "Scalings, 0 to 1", Text(f"{dials}; toolset {artefact.toolset or 'plain'}")
            yield f"Toolset as offered; + marks {artefact.distractors} distractors", Text("\n".join(lines))
            yield "Reference solution", Text("\n".join(call_lines(_plan(artefact.calls, told))))


def _plan(made: tuple[GoldCall, ...], told: Decomposition) -> Plan:
    words = {said.turn: said.say for said in told.words}
    turns = []
    for number in sorted({*words, *(call.turn for call in made)}):
        calls = tuple(
            PlannedCall(tool=call.tool, arguments=call.arguments, solves=call.answers, fails=call.fails)
            for call in made
            if call.turn == number
        )
        turns.append(PlanTurn(calls=calls, say=words.get(number)))
    return Plan(turns=tuple(turns))


def _document(tool: ToolDocument) -> str:
    lines = [tool.signature(), json.dumps(tool.openai()["function"], indent=2, ensure_ascii=False)]
    for source in tool.returns.facts:
        fields = ", ".join(f"{field} ({attribute})" for field, attribute in source.fields.items())
        lines.append(f"returns of {source.entity}: {fields}")
    return "\n".join(lines)


def code_of(code: str, tools: tuple[str, ...]) -> str:
    """The source of some tools and of all that they need, in the order of the module."""
    source, lines = ToolSource(code), code.splitlines()
    needed = {id(node): node for tool in tools for node in source.needed(tool)}
    parts = []
    for node in sorted(needed.values(), key=lambda node: node.lineno):
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        parts.append("\n".join(lines[first - 1 : node.end_lineno]))
    return "\n\n".join(parts)
