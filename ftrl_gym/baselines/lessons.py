"""What is learned from one training task: its question as a template, and its plan as steps whose arguments are
formulas instead of values.

The oracle plays the task; from what it writes and what comes back, formulas are found that explain each argument and
the answer. Nothing of a task that is played later is used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ftrl_gym import parameters
from ftrl_gym.baselines.explaining import explain, explain_answer, explain_list, trusted
from ftrl_gym.baselines.formulas import Constant, Formula, Known
from ftrl_gym.baselines.masking import Mention, masked
from ftrl_gym.baselines.sight import Call, Result, Sight, Tool
from ftrl_gym.baselines.words import stems
from ftrl_gym.task import AnswerType, Json, Task
from ftrl_gym.toolcall import Dialect, parse
from ftrl_gym.trajectory import Trajectory

_TOKEN = re.compile(r"<\w+>|[^\W_]+|[?]")


@dataclass(frozen=True)
class Argument:
    """What goes to one place of a call."""

    leaf: str
    """Path of the place."""
    ways: tuple[Formula, ...]
    """What may be behind its values, the likeliest first."""
    fixed: Json = None
    """The choice that was made, where a call has to make one: which of the things that a tool does is meant."""


@dataclass(frozen=True)
class Step:
    """The calls to one tool in one turn, or words to the user."""

    tool: str = ""
    arguments: tuple[Argument, ...] = ()
    say: str = ""
    answers: tuple[Formula, ...] = ()
    """Where an answer is said before the end: what may be behind it."""


@dataclass(frozen=True)
class Lesson:
    """See the module."""

    tokens: Counter[str] = field(hash=False)
    """Of its template: words, pairs and triples of them."""
    asked: Counter[str] = field(hash=False)
    """The same of its last sentence, in which the question itself stands."""
    named: tuple[tuple[str, str], ...]
    """Kind of each mention, and the word before it."""
    turns: tuple[tuple[Step, ...], ...]
    answers: tuple[Formula, ...]
    """What may be behind its answer; empty where it ends without one."""

    @cached_property
    def kinds(self) -> Counter[str]:
        """How many mentions of each kind it has, choices aside."""
        return Counter(kind for kind, _ in self.named if kind != "choice")

    @property
    def steps(self) -> list[Step]:
        """Its steps that make calls, by number."""
        return [step for turn in self.turns for step in turn if step.tool]

    @cached_property
    def shape(self) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]:
        """Its tools and their places, turn by turn. Lessons of one shape can be put to the vote."""
        return tuple(
            tuple((step.tool or "say", tuple(argument.leaf for argument in step.arguments)) for step in turn)
            for turn in self.turns
        )


def last_sentence(text: str) -> str:
    """The last sentence of a text that asks something; "I need its name." only says how to answer."""
    sentences = [one for one in re.split(r"(?<=[.?!])\s+", text.strip()) if one]
    asking = [one for one in sentences if one.endswith("?") and not one.startswith("What do I")]
    return (asking or sentences or [""])[-1]


def template_tokens(text: str, named: Sequence[Mention]) -> Counter[str]:
    """The words of a template, its pairs and its triples; choices stay words."""
    return _grams(_template(text, named))


def asked_tokens(text: str, named: Sequence[Mention]) -> Counter[str]:
    """The same of its last sentence."""
    return _grams(last_sentence(_template(text, named)))


def _template(text: str, named: Sequence[Mention]) -> str:
    return masked(text, [each for each in named if each.kind != "choice" and each.end <= len(text)])


def _grams(template: str) -> Counter[str]:
    found = [one.lower() for one in _TOKEN.findall(template)]
    return Counter(" ".join(found[n : n + size]) for size in (1, 2, 3) for n in range(len(found) - size + 1))


def beside(text: str, named: Sequence[Mention]) -> tuple[tuple[str, str], ...]:
    """Kind of each mention of a text, and the word before it, lower-case."""
    words = [_TOKEN.findall(text[: each.start]) for each in named]
    return tuple((each.kind, before[-1].lower() if before else "") for each, before in zip(named, words, strict=True))


def kinds_of(named: Sequence[Mention]) -> Counter[str]:
    """How many mentions of each kind there are, choices aside."""
    return Counter(each.kind for each in named if each.kind != "choice")


def learn(played: Trajectory, task: Task) -> Lesson | None:
    """The lesson of one task that the oracle has played; None where nothing can be learned from it.

    Args:
        played: The oracle's episode.
        task: The task, with the facts behind its answer.
    """
    if task.missing:
        return None
    sight = Sight({"messages": list(played.opening), "tools": list(played.tools)})
    question = sight.mentions()
    facts = {sub.id: sub.fact.value for sub in task.sub_questions if sub.fact is not None}
    told = list(facts.values())
    steps: dict[int, list[Result]] = {}
    turns: list[tuple[Step, ...]] = []
    for turn in played.turns[:-1]:
        calls = [(call.name, call.arguments) for call in parse(turn.text, Dialect.HERMES).calls]
        known = Known(sight.mentions(), dict(steps))
        before = len(sight.results)
        sight.make(calls)
        sight.note({"messages": list(turn.feedback)})
        if not calls:
            turns.append((_said(turn.text, known),))
            continue
        came = [result for result in sight.results[before:] if result.error is None]
        groups: dict[str, list[Result]] = {}
        for result in came:
            groups.setdefault(result.call[0], []).append(result)
        made = []
        for tool, results in groups.items():
            made.append(_step(sight.tools[tool], [result.call for result in results], known, told))
            steps[len(steps)] = results
        if made:
            turns.append(tuple(made))
    known = Known(sight.mentions(), steps)
    answer = task.outcome.answer
    ways: list[Formula] = []
    if answer is not None:
        behind = [facts[each] for each in task.outcome.earned_by if each in facts]
        ways = trusted(explain_answer(_plain(task), behind, known), told, known) or [Constant(None)]
    text = played.opening[-1]["content"]
    return Lesson(
        template_tokens(text, question),
        asked_tokens(text, question),
        beside(text, question),
        tuple(turns),
        tuple(ways),
    )


def _plain(task: Task) -> Json:
    """The answer's value, a date or a number as such."""
    assert task.outcome.answer is not None
    value = task.outcome.answer.value
    return bool(value) if task.outcome.answer.type is AnswerType.YES_NO else value


def _said(text: str, known: Known) -> Step:
    """What was said to the user, and what may be behind an answer in it."""
    answer = re.search(r"<answer>(.*)</answer>", text, re.DOTALL)
    if answer is None:
        return Step(say=text)
    value: Json = answer[1]
    bare = re.fullmatch(r"(-?\d+(?:\.\d+)?)(?: \D+)?", answer[1])
    if bare:
        value = float(bare[1]) if "." in bare[1] else int(bare[1])
    elif value in ("yes", "no"):
        value = value == "yes"
    return Step(say=text, answers=tuple(explain_answer(value, [], known)))


def _step(tool: Tool, calls: Sequence[Call], known: Known, told: Sequence[Json]) -> Step:
    given: dict[str, list[Json]] = {}
    for _, arguments in calls:
        for one in parameters.given(tool.schema, arguments):
            value = parameters.iso(one.value) or one.value
            given.setdefault(one.path, []).append(value)
    leaves = {leaf.path: leaf for leaf in tool.leaves}
    made = []
    for path, values in given.items():
        if path not in leaves:
            continue
        distinct = list(dict.fromkeys(map(repr, values)))
        ways = explain(values[0], known) if len(distinct) == 1 else explain_list(values, known)
        ways = trusted(ways, told, known)
        closed = leaves[path].choices or isinstance(values[0], bool)
        if closed or not ways:
            ways = [*ways, Constant.of(values[0] if len(distinct) == 1 else values)]
        leaf = leaves[path]
        fixed = values[0] if leaf.choices and leaf.required and len(distinct) == 1 else None
        made.append(Argument(path, tuple(ways), fixed))
    return Step(tool.name, tuple(made))


def place(tool: Tool, path: str) -> str | None:
    """Where a tool takes what another design of it takes at ``path``: a place of the same path or name."""
    name = set(stems(path.rpartition(".")[2]))
    exact = [leaf.path for leaf in tool.leaves if leaf.path == path]
    alike = [leaf.path for leaf in tool.leaves if set(stems(leaf.name)) == name]
    return next(iter([*exact, *alike]), None)
