"""Matching: which sub-questions the calls of an episode have solved, and what the calls were worth.

`strict` works on facts of the world: a sub-question is solved when a grounded, valid call delivers its fact, by
whatever tool, and never by what the call itself brought in. The counts, over all attempts so far:

    q  sub-questions solved            u  calls that were the first to solve at least one
    w  attempts that neither solved anything nor were needed by the certified plan at hand; of a call that looks several
       things up at once, each thing beyond the first that solved nothing
    P = u/(u+w)    R = q/n    F1 = 2PR/(P+R), 0 if q = 0; without sub-questions F1 = 1/(1+w)

against the certified plan that gives the highest F1. `ftrl` follows the paper's released functions instead:
P = q/p (1 if p = 0), R = q/n, F1 = 2q/(p+n) with p calls (see :mod:`ftrl_gym.ftrl_matching`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from ftrl_gym import parameters, state
from ftrl_gym.answers import fold
from ftrl_gym.delivery import Source
from ftrl_gym.grounding import Grounding, each_grounded, tokens
from ftrl_gym.task import Json, SubQuestion, Task
from ftrl_gym.tooldoc import Pages, ToolDocument


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
    return f"{tool}{sorted(arguments.items())!r}"


def deep_key(tool: str, arguments: Mapping[str, Json]) -> str:
    """Likewise where arguments have parts, whose order means nothing either."""
    return f"{tool}{_encode(arguments)}"


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
    lists: list[Mapping[str, int]] = field(default_factory=list)
    """For each plan the lists that it reads in pages, and how many pages of each."""
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
    _sources: dict[str, list[Source]] = field(default_factory=dict)

    @staticmethod
    def of(task: Task, documents: Iterable[ToolDocument], asked_after: Mapping[str, int] | None = None) -> Goal:
        """Compiles a task.

        Args:
            task: The task.
            documents: The offered ones.
            asked_after: Sub-question -> changes of mind that come before it, where the user's script asks for it late.
        """
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
            pages = (goal.list_of(call.tool, call.arguments) for call in plan.calls() if call.tool in goal.paged)
            goal.lists.append(Counter(pages))
            solving: dict[str, frozenset[int]] = {}
            for key, solves in made:
                if solves:
                    solving[key] = solving.get(key, frozenset()) | {goal.group_of[sub] for sub in solves}
            goal.solving.append(solving)
            # the call before it failed is no other one
            goal.needed.append(Counter(key for key, solves in made if not solves and key not in solving))
            goal.planned |= {key for key, _ in made}
        goal.needed, goal.solving, goal.lists = goal.needed or [{}], goal.solving or [{}], goal.lists or [{}]
        for derivation in task.derivations:
            after = frozenset(goal.group_of[sub] for sub in derivation.after)
            goal.derived.append((_encode(derivation.value), after))
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

    def unasked(self, changes_heard: int) -> frozenset[int]:
        """Groups that nobody asks for before the user's next change of mind."""
        return frozenset(group for group, changes in self.asked_after.items() if changes > changes_heard)

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
        """Groups not solved yet whose fact stands in the result of a call, not counting what the call brought in."""
        found: set[int] = set()
        said = parameters.paths(arguments) if self.rich and tool in self.rich else arguments
        for source in self.sources(tool):
            for row in source.rows(result):
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
    unasked: frozenset[int] = frozenset()
    """Groups that nobody had asked for when the turn began."""
    known: frozenset[int] | None = None
    """Groups solved before the turn began; None where turns are not told apart, and all solved ones are known."""
    looked_up: tuple[str, ...] = ()
    """Look-ups made so far with tools that have options, each as often as it was made."""
    read: tuple[str, ...] = ()
    """The list of each page that was read."""
    told_by: dict[int, str] = field(default_factory=dict)
    """Group -> the look-up that solved it first."""

    def copy(self) -> Ledger:
        """An independent copy; the goal is shared."""
        return Ledger(
            self.goal, set(self.solved), set(self.credited), set(self.tainted), self.calls, self.invalid, self.useful,
            set(self.seen), list(self.needed_made), self.extra_waste, self.forgiven,
            self.unasked, self.known, self.looked_up, self.read, dict(self.told_by),
        )  # fmt: skip

    def turn_begins(self, changes_heard: int) -> None:
        """Called before each turn, with the changes of mind heard so far.

        What a call earns depends on what was known and asked for by then: the calls of one turn are written before any
        of their results is read.
        """
        if self.goal.asked_after:
            self.unasked = self.goal.unasked(changes_heard)
        if self.goal.derived:
            self.known = frozenset(self.solved)

    def grounded(self, tool: str, arguments: Mapping[str, Json], told: Grounding) -> bool:
        """Whether each argument (canonical: defaults dropped) stands in what was told, or follows on a plan."""
        goal = self.goal
        if goal.rich and tool in goal.rich:
            return each_grounded(goal.rich[tool], arguments, told, self._follows)
        closed = goal.documents[tool].closed if tool in goal.documents else ()
        pages = goal.paged.get(tool) if goal.paged else None
        for name, value in arguments.items():
            if pages is not None and name == pages.parameter:
                if not told.names_page(pages, value):
                    return False
            elif name not in closed and not told.holds(value) and not self._follows(value):
                return False
        return True

    def _follows(self, value: Json) -> bool:
        """Whether plans use this value, and what it follows from is known."""
        if not self.goal.derived:
            return False
        known = self.solved if self.known is None else self.known
        text = _encode(value)
        return any(text == derived and after <= known for derived, after in self.goal.derived)

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
            transient: Whether the task's timeline made it fail; free when a certified plan makes this call. So is a
                refusal that a certified plan runs into.
        """
        self.calls += 1
        self.invalid += not valid
        if transient:
            self.forgiven += self.goal.look_up(tool, arguments) in self.goal.planned
        elif valid:
            key = deep_key(tool, arguments) if tool in self.goal.rich else call_key(tool, arguments)
            if key not in self.seen:
                self.seen.add(key)
                self._count_needed(tool, arguments, key)

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
        key = deep_key(tool, arguments) if tool in self.goal.rich else call_key(tool, arguments)
        fresh = grounded and key not in self.seen
        new = self.goal.delivered(tool, arguments, result, self.solved) if fresh else set()
        if new and new <= self.unasked:  # a lucky guess at what the user has yet to say: earned when made again
            new, fresh = set(), False
        elif fresh:
            self.seen.add(key)
        if held is not None:
            effects = {group for group, _ in self.goal.changes}
            gone = effects - held
            arrived = held - self.solved - self.tainted
            self.solved -= gone
            early = arrived & self.unasked if grounded else arrived
            self.tainted = (self.tainted - gone) | early
            new |= arrived - early
        read = 0
        if fresh and tool in self.goal.paged:
            pages = self.goal.list_of(tool, arguments)
            read, self.read = self.read.count(pages), (*self.read, pages)
        if tool in self.goal.many:
            self.extra_waste += self.goal.in_vain(tool, arguments, result, new)
        if new:
            self.solved |= new
            look_up = self.goal.look_up(tool, arguments)
            for group in new:
                self.told_by.setdefault(group, look_up)
            if not new <= self.credited:
                self.credited |= new
                self.useful += 1
                return True
        return fresh and self._count_needed(tool, arguments, key, read)

    def _count_needed(self, tool: str, arguments: Mapping[str, Json], key: str, read: int = 0) -> bool:
        """Counts a call that solved nothing for the plans that need it, and says whether there is one. Of a list's
        pages a plan needs as many as it reads, in whatever order they come; ``read`` were read before."""
        if not self.needed_made:
            self.needed_made = [0] * len(self.goal.needed)
        hits = self._hits(tool, arguments, key)
        if tool in self.goal.paged:
            pages = self.goal.list_of(tool, arguments)
            hits = [hit or read < plan.get(pages, 0) for hit, plan in zip(hits, self.goal.lists, strict=True)]
        self.needed_made = [made + hit for made, hit in zip(self.needed_made, hits, strict=True)]
        return any(hits)

    def _hits(self, tool: str, arguments: Mapping[str, Json], key: str) -> list[bool]:
        """For each plan whether it needs this call. With other options a call is another one, but the look-up is the
        same: it is needed no more often than the plan makes it."""
        if tool not in self.goal.rich or not self.goal.rich[tool].options:
            return [key in plan or self._told_before(key, solving) for plan, solving in self._plans()]
        look_up = self.goal.look_up(tool, arguments)
        before = self.looked_up.count(look_up)
        self.looked_up += (look_up,)
        return [before < plan.get(look_up, 0) + self._told_before(look_up, solving) for plan, solving in self._plans()]

    def _plans(self) -> Iterable[tuple[Mapping[str, int], Mapping[str, frozenset[int]]]]:
        return zip(self.goal.needed, self.goal.solving, strict=True)

    def _told_before(self, look_up: str, solving: Mapping[str, frozenset[int]]) -> bool:
        """Whether other calls of a plan happened to tell all that it makes this call for: the order of its calls, and
        what stands beside their facts, is to cost nothing. What calls of another way told makes this one a waste."""
        groups = solving.get(look_up)
        if groups is None:
            return False
        told = {self.told_by.get(group) for group in groups}
        return look_up not in told and all(by in solving for by in told)

    def has(self, sub_questions: Iterable[str]) -> bool:
        """Whether all these sub-questions are solved."""
        return all(self.goal.group_of[sub] in self.solved for sub in sub_questions)

    def all_changes_solved(self) -> bool:
        """Whether every wanted change holds and was made by grounded calls."""
        return all(group in self.solved for group, _ in self.goal.changes)

    def score(self) -> Score:
        """P, R and F1 against the certified plan that gives the highest F1."""
        needed = max(self.needed_made) if self.needed_made else 0
        waste = self.calls - self.useful - needed - self.forgiven + self.extra_waste
        q, n = len(self.solved), len(self.goal.groups)
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
