"""``ftrl-gym show``: a scenario, or one task with everything that a policy does not see."""

from __future__ import annotations

import argparse
import collections
import json
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ftrl_gym import registry
from ftrl_gym.cli.target import bare, console, make, resolve
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.registration import NAMESPACE, SUITE, SUITES
from ftrl_gym.scenario import Scenario
from ftrl_gym.scenario_files import worlds_of
from ftrl_gym.suites.suite import SuiteTaskSet
from ftrl_gym.task import Answer, Kind, Outcome, Plan, RowChange, Split, SubQuestion, Task, ToolEvent, ToolEventKind
from ftrl_gym.taskset import TaskSet
from ftrl_gym.tooldoc import ToolDocument


def run(arguments: argparse.Namespace) -> int:
    """Prints the scenario, or the task."""
    env_id, out = resolve(arguments.id), console()
    name = env_id.removeprefix(f"{NAMESPACE}/")
    if name in SUITES or name == SUITE:
        taskset = bare(make(env_id, arguments.settings)).taskset
        if arguments.task is None:
            out.print(f"{env_id}: {len(taskset.ids())} tasks{_frozen(taskset)}\n" + "\n".join(taskset.ids()))
            return 0
        task = taskset.get(arguments.task)
        show_task(out, task, taskset.documents(task))
        return 0
    if arguments.settings:
        raise UsageError(f"show prints {env_id} as it rests in the registry; --set is for published data and for play")
    scenario = registry.load(name.rpartition("-v")[0])
    if arguments.task is None:
        _show_scenario(out, env_id, scenario)
        return 0
    tasks = {task.id: task for split in Split for task in scenario.load_tasks(split)}
    if arguments.task not in tasks:
        raise UnknownNameError(f"task of {env_id}", arguments.task, tasks)
    task = tasks[arguments.task]
    documents = scenario.tools(task.toolset).documents
    show_task(out, task, [documents[tool] for tool in task.tools])
    return 0


def _frozen(taskset: TaskSet) -> str:
    """What a score on the frozen set names."""
    if not isinstance(taskset, SuiteTaskSet):
        return ""
    return f", version {taskset.contents.version}, sha256 {taskset.contents.sha256}"


def _show_scenario(out: Console, env_id: str, scenario: Scenario) -> None:
    manifest = scenario.manifest
    out.print(Text(f"{env_id}  {manifest.title}", "bold"))
    out.print(Text(manifest.description))
    provenance = manifest.provenance
    trusted = "trusted" if scenario.trusted else "not trusted: its code runs in the sandbox"
    written = f"Written by the {provenance.writer} writer {provenance.version}, seed {provenance.seed}; {trusted}."
    out.print(Text(f"{written} {len(worlds_of(manifest))} worlds.\n"))
    table = Table("Tasks", *Kind, "All", "State", "User", box=None, pad_edge=False)
    for split in Split:
        tasks = scenario.load_tasks(split)
        kinds = collections.Counter(task.kind for task in tasks)
        state = sum(bool(task.outcome.changes) for task in tasks)
        user = sum(task.counterpart.type != "nobody" for task in tasks)
        table.add_row(split, *map(str, (*(kinds[kind] for kind in Kind), len(tasks), state, user)))
    out.print(table)
    out.print(Text("\nTools", "bold"))
    for document in manifest.documents:
        out.print(Text(f" {'*' if document.effect == 'write' else ' '} {document.signature()}"))
    out.print(Text("* changes the world" if manifest.documents else "  each task has its own"))
    first = next((task.id for split in Split for task in scenario.load_tasks(split)), "")
    if first:
        out.print(Text(f"\nOne task: ftrl-gym show {env_id} {first}"))


def show_task(out: Console, task: Task, documents: Sequence[ToolDocument]) -> None:
    """Prints one task whole."""
    shape = f"{task.kind}, {task.hops} hops, {task.width} wide, difficulty {task.difficulty:.2f}"
    extras = "".join(f", {feature}" for feature in task.features)
    out.print(Text(task.id, "bold"), Text(f"{shape}{extras}; world {task.world or 'none'}"))
    for title, body in _sections(task, documents):
        out.print()
        out.print(Rule(title, align="left", characters="-"))
        out.print(body)


def _sections(task: Task, documents: Sequence[ToolDocument]) -> Iterator[tuple[str, RenderableType]]:
    yield "Tools offered", Group(*(Text(document.signature()) for document in documents))
    if task.policy_text:
        yield "House rules", Text(task.policy_text)
    yield "Question", Text(task.question, "bold")
    if task.program:
        yield "Program", Text(task.program)
    if task.counterpart.type == "scripted":
        user = task.counterpart
        lines = [f"asked about {', '.join(slot.cues)}: {slot.reply}" for slot in user.slots]
        lines += [f"before the end: {change.text}" for change in user.changes]
        lines += ["wants to be asked once more before anything is changed"] * user.confirms
        yield "The user, when asked", Text("\n".join(lines))
    if task.timeline:
        yield "What happens to tools", Text("\n".join(map(_event, task.timeline)))
    if task.judgements:
        lines = [f"{'holds' if one.holds else 'does not'}: {one.topic}, {one.condition}" for one in task.judgements]
        yield "What house rules come to", Text("\n".join(lines))
    yield "Sub-questions", Group(*(Text(sub_question_text(question)) for question in task.sub_questions))
    for number, plan in enumerate(task.plans, 1):
        yield f"Plan {number} of {len(task.plans)}", Text("\n".join(call_lines(plan)))
    yield "Outcome", Text(_outcome(task.outcome))
    if task.certificate is None:
        yield "Certificate", Text("none")
    else:
        proof = task.certificate.model_dump()
        yield "Certificate", Text("\n".join(f"{check.replace('_', ' ')}: {value}" for check, value in proof.items()))


def sub_question_text(question: SubQuestion) -> str:
    """A sub-question with its answer and what it depends on."""
    after = f"  (after {', '.join(question.depends_on)})" if question.depends_on else ""
    found = answer_text(question.answer) if not question.changes else "; ".join(map(_change, question.changes))
    return f"{question.id}  {question.question}  ->  {found}{after}"


def call_lines(plan: Plan) -> list[str]:
    """What is said and called, a line each."""
    lines = []
    for number, turn in enumerate(plan.turns, 1):
        if turn.say:
            lines.append(f"turn {number}: {turn.say!r}")
        for call in turn.calls:
            arguments = ", ".join(f"{name}={_json(value)}" for name, value in call.arguments.items())
            solves = f"  solves {', '.join(call.solves)}" if call.solves else ""
            fails = "  fails" if call.fails else ""
            lines.append(f"turn {number}: {call.tool}({arguments}){solves}{fails}")
    return lines


def _event(event: ToolEvent) -> str:
    if event.kind is not ToolEventKind.FAILS:
        return f"{event.tool} {event.kind} from turn {event.at} on"
    times = f"calls {event.at + 1} to {event.at + event.times}" if event.times > 1 else f"call {event.at + 1}"
    return f"{event.tool} fails, {times}: {event.message}"


def _outcome(outcome: Outcome) -> str:
    lines = [str(outcome.kind)]
    if outcome.answer is not None:
        lines.append(f"answer: {answer_text(outcome.answer)}")
    if outcome.earned_by:
        lines.append(f"earned by {', '.join(outcome.earned_by)}")
    return "\n".join(lines + [_change(change) for change in outcome.changes])


def answer_text(answer: Answer) -> str:
    """An answer with its unit, type and aliases."""
    aliases = f" (or {', '.join(answer.aliases)})" if answer.aliases else ""
    return f"{_json(answer.value)}{f' {answer.unit}' if answer.unit else ''} [{answer.type}]{aliases}"


def _change(change: RowChange) -> str:
    what = "deletes" if change.deleted else "creates" if change.key is None else "changes"
    return f"{what} {change.table}{f'/{change.key}' if change.key else ''} {_json(change.values)}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
