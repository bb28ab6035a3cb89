"""Matching: which sub-questions the calls of an episode have solved, and what the calls were worth.

`strict` works on facts of the world: a sub-question is solved when a grounded, valid call delivers its fact, by
whatever tool, and never by what the call itself brought in. The counts, over all attempts so far:

    q  sub-questions solved            u  calls that were the first to solve at least one
    w  attempts that neither solved anything nor were needed by the certified plan at hand
    P = u/(u+w)    R = q/n    F1 = 2PR/(P+R), 0 if q = 0; without sub-questions F1 = 1/(1+w)

against the certified plan that gives the highest F1. `ftrl` follows the paper's released functions instead:
P = q/p (1 if p = 0), R = q/n, F1 = 2q/(p+n) with p calls (see :mod:`ftrl_gym.ftrl_matching`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from ftrl_gym import state
from ftrl_gym.answers import fold
from ftrl_gym.grounding import Grounding, tokens
from ftrl_gym.task import Json, SubQuestion, Task
from ftrl_gym.tooldoc import ToolDocument


class Matching(StrEnum):
    """How feedback is compared with what a task asks for."""

    STRICT = "strict"
    """On facts; see this module."""
    FTRL = "ftrl"
    """The paper's substring rule."""


class Score(NamedTuple):
    """Where an episode stands."""

    precision: float
    recall: float
    f1: float
    solved: int
    total: int
    calls: int
    waste: int


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, check_circular=False).encode


def call_key(tool: str, arguments: Mapping[str, Json]) -> str:
    """Equal for equal calls (arguments in canonical form)."""
    return f"{tool}{sorted(arguments.items())}"


@dataclass(slots=True)
class _Source:
    path: tuple[str, ...]
    key: tuple[str, ...]
    fields: dict[str, str]  # attribute -> field of the row
    wanted: dict[str, list[tuple[str, Json, int]]]  # entity key -> (attribute, value, group)
    unordered: bool


@dataclass(slots=True)
class Goal:
    """A task compiled for matching: which facts and changes are wanted, and where results may carry them.

    Equal facts form one group, and a group counts as one sub-question.
    """

    groups: list[list[SubQuestion]] = field(default_factory=list)
    group_of: dict[str, int] = field(default_factory=dict)
    sources: dict[str, list[_Source]] = field(default_factory=dict)
    binds: dict[str, dict[str, str]] = field(default_factory=dict)
    changes: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)
    untyped: list[tuple[int, SubQuestion]] = field(default_factory=list)
    needed: list[frozenset[str]] = field(default_factory=list)
    planned: frozenset[str] = frozenset()
    derived: list[tuple[str, frozenset[int]]] = field(default_factory=list)
    enums: dict[str, dict[str, list[Json]]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """n, the number of different sub-questions."""
        return len(self.groups)

    @staticmethod
    def of(task: Task, documents: Iterable[ToolDocument]) -> Goal:
        """Compiles a task; ``documents`` are the offered ones."""
        goal = Goal()
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
        for document in documents:
            goal.binds[document.name] = document.binds
            properties = document.parameters.get("properties", {})
            goal.enums[document.name] = {k: v["enum"] for k, v in properties.items() if "enum" in v}
            goal.sources[document.name] = [
                _Source(
                    tuple(s.path.split(".")) if s.path else (),
                    s.key,
                    {attribute: column for column, attribute in s.fields.items()},
                    _sorted_keys(wanted[s.entity]) if s.unordered else wanted[s.entity],
                    s.unordered,
                )
                for s in document.returns.facts
                if s.entity in wanted
            ]
        goal.needed = [
            frozenset(call_key(c.tool, c.arguments) for c in plan.calls() if not c.solves) for plan in task.plans
        ] or [frozenset()]
        goal.planned = frozenset(call_key(c.tool, c.arguments) for plan in task.plans for c in plan.calls())
        for derivation in task.derivations:
            after = frozenset(goal.group_of[sub] for sub in derivation.after)
            goal.derived.append((_encode(derivation.value), after))
        return goal

    def delivered(self, tool: str, arguments: Mapping[str, Json], result: Json, solved: set[int]) -> set[int]:
        """Groups not solved yet whose fact stands in the result of a call, not counting what the call brought in."""
        found: set[int] = set()
        binds = self.binds[tool]
        bound = {binds[p] for p in arguments if p in binds}
        for source in self.sources.get(tool, ()):
            for row in _rows(result, source.path):
                parts = [_key_part(row.get(f)) for f in source.key]
                key = "|".join(sorted(parts) if source.unordered else parts)
                for attribute, value, group in source.wanted.get(key, ()):
                    column = source.fields.get(attribute)
                    if column is None or f"{_entity(self.groups[group])}.{attribute}" in bound:
                        continue
                    if column in row and row[column] == value and type(row[column]) is type(value):
                        found.add(group)
        answers: set[str] = set()  # equal answers of foreign data need a call each
        for group, sub in self.untyped:
            answer = str(sub.answer.value)
            if group in solved or answer in answers or sub.tool not in (None, tool):
                continue
            if all(_stands_in(part, result, arguments) for part in answer.split(", ")):
                found.add(group)
                answers.add(answer)
        return found - solved


def _sorted_keys(rows: dict[str, list[tuple[str, Json, int]]]) -> dict[str, list[tuple[str, Json, int]]]:
    return {"|".join(sorted(key.split("|"))): wanted for key, wanted in rows.items()}


def _entity(group: list[SubQuestion]) -> str:
    fact = group[0].fact
    assert fact is not None
    return fact.entity


def _rows(result: Json, path: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    for step in path:
        result = result.get(step) if isinstance(result, dict) else None
    if isinstance(result, dict):
        return (result,)
    return (row for row in result if isinstance(row, dict)) if isinstance(result, list) else ()


def _key_part(value: Json) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


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


@dataclass(slots=True)
class Ledger:
    """What an episode has earned so far. Part of the episode's state: a snapshot copies it."""

    goal: Goal
    solved: set[int] = field(default_factory=set)
    credited: set[int] = field(default_factory=set)
    tainted: set[int] = field(default_factory=set)
    calls: int = 0
    invalid: int = 0
    useful: int = 0
    seen: set[str] = field(default_factory=set)
    needed_made: list[int] = field(default_factory=list)
    extra_waste: int = 0
    forgiven: int = 0

    def copy(self) -> Ledger:
        """An independent copy; the goal is shared."""
        return Ledger(
            self.goal, set(self.solved), set(self.credited), set(self.tainted), self.calls, self.invalid, self.useful,
            set(self.seen), list(self.needed_made), self.extra_waste, self.forgiven,
        )  # fmt: skip

    def grounded(self, tool: str, arguments: Mapping[str, Json], told: Grounding) -> bool:
        """Whether each argument (canonical: defaults dropped) stands in what was told, or follows on a plan."""
        enums = self.goal.enums.get(tool, {})
        for name, value in arguments.items():
            if name in enums or told.holds(value):
                continue
            text = _encode(value)
            if not any(text == derived and after <= self.solved for derived, after in self.goal.derived):
                return False
        return True

    def attempt(self) -> None:
        """Counts an attempt that did not run."""
        self.calls += 1
        self.invalid += 1

    def waste(self) -> None:
        """Counts a needless question to the counterpart."""
        self.extra_waste += 1

    def failed(self, tool: str, arguments: Mapping[str, Json], message: str, *, valid: bool, transient: bool) -> None:
        """Counts a call that returned an error.

        Args:
            tool: Its name.
            arguments: In canonical form.
            message: What the policy was told.
            valid: Whether the call itself was well-formed, and the tool refused it.
            transient: Whether the task's timeline made it fail; free when a certified plan makes this call.
        """
        self.calls += 1
        self.invalid += not valid
        if transient and call_key(tool, arguments) in self.goal.planned:
            self.forgiven += 1

    def ran(
        self, tool: str, arguments: Mapping[str, Json], grounded: bool, result: Json, held: set[int] | None
    ) -> bool:
        """Counts a call that returned, and says whether it earned anything.

        Args:
            tool: Its name.
            arguments: In canonical form.
            grounded: Whether every argument was grounded.
            result: JSON value it returned.
            held: Groups of changes that hold after it, None when the world cannot have changed.
        """
        self.calls += 1
        key = call_key(tool, arguments)
        fresh = key not in self.seen
        if grounded:
            self.seen.add(key)
        new = self.goal.delivered(tool, arguments, result, self.solved) if grounded and fresh else set()
        if held is not None:
            effects = {group for group, _ in self.goal.changes}
            gone = effects - held
            arrived = held - self.solved - self.tainted
            self.solved -= gone
            self.tainted = (self.tainted - gone) | (set() if grounded else arrived)
            if grounded:
                new |= arrived
        self.solved |= new
        if new - self.credited:
            self.credited |= new
            self.useful += 1
            return True
        if grounded and fresh:
            if not self.needed_made:
                self.needed_made = [0] * len(self.goal.needed)
            hits = [key in plan for plan in self.goal.needed]
            self.needed_made = [made + hit for made, hit in zip(self.needed_made, hits, strict=True)]
            return any(hits)
        return False

    def has(self, sub_questions: Iterable[str]) -> bool:
        """Whether all these sub-questions are solved."""
        return all(self.goal.group_of[sub] in self.solved for sub in sub_questions)

    def all_changes_solved(self) -> bool:
        """Whether every wanted change holds and was made by grounded calls."""
        return all(group in self.solved for group, _ in self.goal.changes)

    def score(self) -> Score:
        """P, R and F1 against the certified plan that gives the highest F1."""
        waste = self.calls - self.useful - max(self.needed_made, default=0) - self.forgiven + self.extra_waste
        q, n = len(self.solved), self.goal.total
        if n == 0:
            f1 = 1.0 / (1 + waste)
            return Score(f1, 1.0, f1, 0, 0, self.calls, waste)
        precision = self.useful / (self.useful + waste) if self.useful else 0.0
        recall = q / n
        f1 = 2 * precision * recall / (precision + recall) if q else 0.0
        return Score(precision, recall, f1, q, n, self.calls, waste)


def changes_held(goal: Goal, difference: state.Difference) -> set[int]:
    """Groups of changes that hold in a world with this difference."""
    held = state.holding([changes for _, changes in goal.changes], difference)
    return {goal.changes[index][0] for index in held}
