"""Goals: a task compiled for matching. Which facts and changes are wanted, where results may carry them, and what the
certified plans make their calls for.

It never changes: all episodes of a task share it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ftrl_gym import parameters, state
from ftrl_gym.answers import RightAnswer, fold
from ftrl_gym.delivery import Source, asked_for, is_exact
from ftrl_gym.grounding import tokens
from ftrl_gym.task import Json, SubQuestion, Task
from ftrl_gym.tooldoc import Pages, ToolDocument

encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, check_circular=False).encode


def call_key(tool: str, arguments: Mapping[str, Json]) -> str:
    """Equal for equal calls (arguments in canonical form)."""
    return f"{tool}{sorted(arguments.items())!r}"


def deep_key(tool: str, arguments: Mapping[str, Json]) -> str:
    """Likewise where arguments have parts, whose order means nothing either."""
    return f"{tool}{encode(arguments)}"


class Reading(NamedTuple):
    """What a goal makes of a call and its result, whatever else the episode has done."""

    key: str
    """Equal for equal calls."""
    look_up: str
    """Equal for calls that look up the same thing."""
    shows: frozenset[int]
    """Groups whose fact stands in the result."""


@dataclass(slots=True)
class Goal:
    """A task compiled for matching: which facts and changes are wanted, and where results may carry them.

    Equal facts form one group, and a group counts as one sub-question.
    """

    groups: list[list[SubQuestion]] = field(default_factory=list)
    group_of: dict[str, int] = field(default_factory=dict)
    documents: Mapping[str, ToolDocument] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, list[tuple[str, Json, int]]]] = field(default_factory=dict)
    """Entity -> key of an instance -> (attribute, value, group) of each wanted fact."""
    changes: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)
    untyped: list[tuple[int, SubQuestion]] = field(default_factory=list)
    needed: list[Mapping[str, int]] = field(default_factory=list)
    """For each plan the calls that it needs though they solve nothing, and how often it makes each."""
    solving: list[Mapping[str, frozenset[int]]] = field(default_factory=list)
    """For each plan the calls that solve something in it, and which groups."""
    planned: set[str] = field(default_factory=set)
    derived: list[tuple[str, frozenset[int]]] = field(default_factory=list)
    asked_after: dict[int, int] = field(default_factory=dict)
    rich: dict[str, ToolDocument] = field(default_factory=dict)
    """Tools whose arguments have parts, or options: those take a longer way wherever arguments are looked at."""
    paged: dict[str, Pages] = field(default_factory=dict)
    """Tools whose results come in pages."""
    many: dict[str, frozenset[str]] = field(default_factory=dict)
    """Tools that look several things up at once -> the parameters that name them."""
    final: state.Expected = field(default_factory=lambda: state.Expected(()))
    """What the world should have become in the end."""
    answer: RightAnswer | None = None
    """What is to be said in the end, if anything."""
    _sources: dict[str, list[Source]] = field(default_factory=dict)

    @staticmethod
    def of(task: Task, documents: Iterable[ToolDocument], asked_after: Mapping[str, int] | None = None) -> Goal:
        """Compiles a task.

        Args:
            task: The task.
            documents: The offered ones.
            asked_after: Sub-question -> changes of mind that come before it, where the user's script asks for it late.
        """
        said = task.outcome.answer
        goal = Goal(final=state.Expected(task.outcome.changes), answer=None if said is None else RightAnswer(said))
        wanted: dict[str, dict[str, list[tuple[str, Json, int]]]] = {}
        by_fact: dict[str, int] = {}
        for sub in task.sub_questions:
            fact = sub.fact
            identity = json.dumps([fact.entity, fact.key, fact.attribute, fact.value]) if fact else f"#{sub.id}"
            group = by_fact.setdefault(identity, len(goal.groups))
            if group == len(goal.groups):
                goal.groups.append([])
                if fact:
                    rows = wanted.setdefault(fact.entity, {})
                    rows.setdefault(fact.key, []).append((fact.attribute, fact.value, group))
                elif sub.changes:
                    goal.changes.append((group, sub.changes))
                else:
                    goal.untyped.append((group, sub))
            goal.groups[group].append(sub)
            goal.group_of[sub.id] = group
        goal.documents = {document.name: document for document in documents}
        goal.facts = wanted
        goal.paged = {name: one.pages for name, one in goal.documents.items() if one.pages is not None}
        for document in goal.documents.values():
            if not document.plain:
                goal.rich[document.name] = document
                several = frozenset(
                    leaf.path
                    for leaf in document.leaves
                    if leaf.many and document.bound(leaf.path) and not leaf.choices
                )
                if several:
                    goal.many[document.name] = several
        for plan in task.plans:
            made = [(goal.look_up(call.tool, call.arguments), call.solves) for call in plan.calls()]
            solving: dict[str, frozenset[int]] = {}
            for key, solves in made:
                if solves:
                    solving[key] = solving.get(key, frozenset()) | {
                        goal.group_of[sub] for sub in solves if sub in goal.group_of
                    }
            goal.solving.append(solving)
            # the call before it failed is no other one
            goal.needed.append(Counter(key for key, solves in made if not solves and key not in solving))
            goal.planned |= {key for key, _ in made}
        goal.needed, goal.solving = goal.needed or [{}], goal.solving or [{}]
        for derivation in task.derivations:
            after = frozenset(goal.group_of[sub] for sub in derivation.after)
            goal.derived.append((encode(derivation.value), after))
        for group, subs in enumerate(goal.groups):
            late = min((asked_after or {}).get(sub.id, 0) for sub in subs)
            if late:
                goal.asked_after[group] = late
        return goal

    def sources(self, tool: str) -> list[Source]:
        """Where a tool's result may carry wanted facts; compiled when the tool is first called."""
        found = self._sources.get(tool)
        if found is None:
            document = self.documents[tool]
            found = self._sources[tool] = [
                Source.of(source, document, self.facts[source.entity])
                for source in document.returns.facts
                if source.entity in self.facts
            ]
        return found

    def makes(self, tool: str, arguments: Mapping[str, Json]) -> bool:
        """Whether a plan makes this call; of a tool that looks up several things at once, one for any of them."""
        if tool in self.many:
            return any(key.startswith((f"{tool}{{", f"{tool}[")) for key in self.planned)
        return self.look_up(tool, arguments) in self.planned

    def unasked(self, changes_heard: int) -> frozenset[int]:
        """Groups that nobody asks for before the user's next change of mind."""
        return frozenset(group for group, changes in self.asked_after.items() if changes > changes_heard)

    def key(self, tool: str, arguments: Mapping[str, Json]) -> str:
        """Equal for equal calls."""
        return deep_key(tool, arguments) if tool in self.rich else call_key(tool, arguments)

    def reading(self, tool: str, arguments: Mapping[str, Json], result: Json) -> Reading | None:
        """What a call and its result are to this goal; None where that depends on what is solved already."""
        if self.untyped:
            return None
        key = self.key(tool, arguments)
        look_up = self.look_up(tool, arguments) if tool in self.rich else key
        return Reading(key, look_up, frozenset(self.delivered(tool, arguments, result, set())))

    def needles(self, tool: str, arguments: Mapping[str, Json]) -> tuple[str, ...] | None:
        """What of a call's values has to stand in what was told, as tokens, unless it follows on a plan; None where
        that is not all there is to it."""
        if tool in self.rich or tool in self.paged:
            return None
        closed = self.documents[tool].closed if tool in self.documents else ()
        asked = [value for name, value in arguments.items() if name not in closed]
        if any(isinstance(value, dict | list) for value in asked):
            return None
        return tuple(tokens(str(value)) for value in asked if value is not None and not isinstance(value, bool))

    def look_up(self, tool: str, arguments: Mapping[str, Json]) -> str:
        """Equal for calls that look up the same thing: they differ at most in options."""
        if tool not in self.rich:
            return call_key(tool, arguments)
        document = self.rich[tool]
        return deep_key(tool, document.without_options(arguments) if document.options else arguments)

    def list_of(self, tool: str, arguments: Mapping[str, Json]) -> str:
        """Equal for calls for the pages of one list."""
        page = self.paged[tool].parameter
        return self.look_up(tool, {name: value for name, value in arguments.items() if name != page})

    def delivered(self, tool: str, arguments: Mapping[str, Json], result: Json, solved: set[int]) -> set[int]:
        """Groups not solved yet whose fact stands in the result of a call, not counting what the call brought in.

        Lists in pages show rows that are only like what was asked for: what they tell is for a call that asks for it.
        """
        found: set[int] = set()
        said = parameters.paths(arguments) if self.rich and tool in self.rich else arguments
        asked = asked_for(self.documents[tool], arguments) if tool in self.paged else {}
        for source in self.sources(tool):
            for row in source.rows(result):
                if asked and not is_exact(source.declared, asked, row):
                    continue
                for name, value, group, brought_by in source.asked_of(row):
                    delivers = name in row and row[name] == value and type(row[name]) is type(value)
                    if delivers and brought_by.isdisjoint(said):
                        found.add(group)
        answers: set[str] = set()  # equal answers of foreign data need a call each
        for group, sub in self.untyped:
            answer = str(sub.answer.value)
            if group in solved or answer in answers or sub.tool not in (None, tool):
                continue
            if all(_stands_in(part, result, arguments) for part in answer.split(", ")):
                found.add(group)
                answers.add(answer)
        return found - solved if found else found

    def in_vain(self, tool: str, arguments: Mapping[str, Json], result: Json, new: set[int]) -> int:
        """Of the things that a call looks up at once, those beyond the first by which nothing new was found out.

        So one call for every name ever heard costs what the calls one by one would have cost.
        """
        asked = sum(
            len(value) for name, value in arguments.items() if isinstance(value, list) and name in self.many[tool]
        )
        if asked < 2:
            return 0
        said = parameters.paths(arguments)
        served = sum(source.serving(said, result, new) for source in self.sources(tool))
        return asked - min(asked, max(1, served))


def _stands_in(answer: str, result: Json, arguments: Mapping[str, Json]) -> bool:
    """For foreign data: the answer is a whole value, or whole tokens of a text, and was not in the arguments."""
    if isinstance(result, dict) and "error" in result:
        return False
    needle = tokens(answer)
    if needle == "  " or needle in tokens(json.dumps(arguments, ensure_ascii=False)):
        return False
    stack = [result]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, str):
            if needle in tokens(value) and not fold(value).startswith("error"):
                return True
        elif value is not None and _same_scalar(answer, value):
            return True
    return False


def _same_scalar(answer: str, value: bool | int | float) -> bool:
    if isinstance(value, bool):
        return answer.casefold() == str(value).casefold()
    try:
        return float(answer.replace(",", "")) == float(value)
    except ValueError:
        return False


def changes_held(goal: Goal, difference: state.Difference) -> set[int]:
    """Groups of changes that hold in a world with this difference."""
    held = state.holding([changes for _, changes in goal.changes], difference)
    return {goal.changes[index][0] for index in held}
