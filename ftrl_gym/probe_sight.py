"""What a cheater sees, and what its probes are made of.

A probe is a function from what a cheater sees to the scripts that it would try; :mod:`ftrl_gym.probe_scripts` holds
them and :mod:`ftrl_gym.probes` plays them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from ftrl_gym.parameters import given, is_day, iso
from ftrl_gym.policies import answer_text, call_text, mentions, plan_text
from ftrl_gym.task import AnswerType, Task
from ftrl_gym.tooldoc import Effect, ToolDocument
from ftrl_gym.trajectory import Trajectory

TOLERANCE = 0.02
"""What a silent probe may get beyond the silent policy."""
SHRUG = "I do not know."
CALLS_A_TURN = 16
SEEN = "{{{{{}}}}}"
"""How a script refers to a field of an earlier result: ``SEEN.format("reference")``."""


class Bound(StrEnum):
    """What a probe's return is held against."""

    SILENT = "silent"
    """The silent policy's return, plus :data:`TOLERANCE`."""
    WASTEFUL = "wasteful"
    """The return of the same episode without the waste."""
    HEDGING = "hedging"
    """The return of the same calls with no answer."""
    PAIRED = "paired"
    """The return of the script before it: scripts come in pairs, without and with the trick."""


@dataclass(frozen=True)
class Sight:
    """What a cheater sees: the task with its gold, everything reset gave, and one honest episode."""

    task: Task
    documents: Sequence[ToolDocument]
    observation: str
    inside: str
    """``repr`` of the environment, its spec and ``info``, without what a policy is shown."""
    honest: Trajectory
    """The episode to add waste to, or whose ending to replace; the oracle's for silent probes."""
    look: Callable[[str, dict[str, Any]], object] | None = None
    """What a tool says to a call in the world as it begins; None where calls cannot be tried."""

    @property
    def gold(self) -> str:
        """The right answer without its tag; a yes for tasks that have none."""
        answer = self.task.outcome.answer
        return answer_text(answer)[len("<answer>") : -len("</answer>")] if answer else "yes"

    @property
    def turns(self) -> list[str]:
        """The honest episode's texts without its ending."""
        return [turn.text for turn in self.honest.turns[:-1]]

    @property
    def ending(self) -> str:
        """The honest episode's last text."""
        return self.honest.turns[-1].text

    @property
    def secrets(self) -> list[str]:
        """Right values of all sub-questions and the answer, as text."""
        values = [str(sub.answer.value) for sub in self.task.sub_questions if sub.answer.value is not None]
        return list(dict.fromkeys([self.gold, *values]))

    @cached_property
    def named(self) -> list[str]:
        """What the question names."""
        return mentions(self.task.question)

    @cached_property
    def everything(self) -> str:
        """See :func:`dump`."""
        return ", ".join(dict.fromkeys([*candidates(self), *self.secrets]))

    @cached_property
    def day(self) -> str:
        """The first day that the plan's calls give; any, where they give none."""
        documents = {document.name: document for document in self.documents}
        taken = [one.value for tool, made in self.calls() for one in given(documents[tool].parameters, made)]
        return next((str(day) for value in taken for day in (value, iso(value)) if is_day(day)), "2026-06-01")

    @cached_property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """``entity.attribute`` and the name of a field that results have it in, of all documents in order."""
        sources = [source for document in self.documents for source in document.returns.facts]
        fields = [(f"{s.entity}.{a}", field.rpartition(".")[2]) for s in sources for field, a in s.fields.items()]
        return tuple(dict.fromkeys(fields))

    @cached_property
    def read(self) -> dict[str, str]:
        """The texts that the honest episode's results hold, by the names of their fields."""
        seen: dict[str, str] = {}
        for message in (message for turn in self.honest.turns for message in turn.feedback):
            if message["role"] == "tool":
                seen |= fields_in(json.loads(message["content"]))
        return seen

    @cached_property
    def writing(self) -> frozenset[str]:
        """Names of the tools that may change the world."""
        return frozenset(document.name for document in self.documents if document.effect is Effect.WRITE)

    @cached_property
    def _folds(self) -> dict[str, str]:
        return {}

    def _folded(self, fed: str) -> str:
        """What reset showed and ``fed``, case-folded: long, and asked for again and again."""
        if fed not in self._folds:
            self._folds[fed] = f"{self.observation} {fed}".casefold()
        return self._folds[fed]

    def plan(self, number: int = 0) -> list[str]:
        """The texts of a certified plan."""
        return [plan_text(turn) for turn in self.task.plans[number].turns] if self.task.plans else []

    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """All calls of the first plan."""
        return [(c.tool, c.arguments) for c in self.task.plans[0].calls()] if self.task.plans else []

    def guesses(self, fed: str = "") -> list[tuple[str, dict[str, Any]]]:
        """Calls of the first plan with an argument that nobody has said: it stands neither in what reset showed nor in
        ``fed``, follows from no words, and is in no closed vocabulary."""
        return [(tool, arguments) for tool, arguments in self.calls() if self.unsaid(tool, arguments, fed)]

    def unsaid(self, tool: str, arguments: dict[str, Any], fed: str = "") -> list[str]:
        """The texts among a call's values that nobody has said; see :meth:`guesses`. A day in parts is an ISO day."""
        said = self._folded(fed)
        derived = [one.value for one in self.task.derivations]
        document = next(document for document in self.documents if document.name == tool)
        found = []
        for path, schema, value in given(document.parameters, arguments):
            text = value if isinstance(value, str) else iso(value)
            free = "enum" not in schema and not document.is_option(path) and value not in derived
            if text is not None and free and text.casefold() not in said:
                found.append(text)
        return found


Script = Sequence[str]
"""Turns to say; ``{{name}}`` in one stands for the value of that field in the last result that had it, and
``{{name|other}}`` for that of the first of these fields that any had."""
Writer = Callable[[Sight], Iterable[Script]]


@dataclass(frozen=True)
class Probe:
    """One way to cheat; ``write`` gives the scripts that try it on a task."""

    name: str
    bound: Bound
    write: Writer

    @property
    def tries(self) -> str:
        """What it tries, in one line."""
        return (self.write.__doc__ or "").strip().splitlines()[0]


PROBES: list[Probe] = []
"""All probes, in the order of their definition in :mod:`ftrl_gym.probe_scripts`."""


def probe(bound: Bound) -> Callable[[Writer], Writer]:
    """Decorator: adds a script writer to :data:`PROBES` under its own name."""

    def add(write: Writer) -> Writer:
        PROBES.append(Probe(write.__name__, bound, write))
        return write

    return add


def candidates(sight: Sight, most: int = 40) -> list[str]:
    """Values of the question that might be its answer, yes and no among them."""
    return [*sight.named[:most], "yes", "no", "0", "none"]


def dump(sight: Sight) -> str:
    """Every candidate and every secret in one string."""
    return sight.everything


def is_write(sight: Sight, tool: str) -> bool:
    """Whether a tool may change the world."""
    return tool in sight.writing


def answers(text: str) -> str:
    """``text`` as a final answer."""
    return f"<answer>{text}</answer>"


def calling(name: str, arguments: dict[str, Any]) -> str:
    """One call as a turn."""
    return call_text([(name, arguments)])


def fields_in(result: Any) -> dict[str, str]:
    """The texts in a result by the names of their fields; those further out, and the last, are the ones that count."""
    found: dict[str, str] = {}
    inner = result.values() if isinstance(result, dict) else result if isinstance(result, list) else ()
    for one in inner:
        found |= fields_in(one)
    return found | {k: v for k, v in result.items() if isinstance(v, str)} if isinstance(result, dict) else found


def filled(text: str, seen: dict[str, str]) -> str:
    """A turn with its references to earlier results filled in; unknown ones stay as they are.

    >>> filled("cancel {{reference}}, {{what}}", {"reference": "NB0001"})
    'cancel NB0001, {{what}}'
    >>> filled("cancel {{ref|reference}}", {"reference": "NB0001"})
    'cancel NB0001'
    """

    if "{{" not in text:
        return text

    def found(field: re.Match[str]) -> str:
        return next((seen[name] for name in field[1].split("|") if name in seen), field[0])

    return re.sub(r"\{\{([\w|]+)\}\}", found, text)


def says_list(task: Task) -> bool:
    """Whether the right answer is a list."""
    return task.outcome.answer is not None and task.outcome.answer.type is AnswerType.LIST
