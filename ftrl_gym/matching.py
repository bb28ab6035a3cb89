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

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ftrl_gym.goal import Goal, Reading, encode
from ftrl_gym.grounding import Grounding, each_grounded
from ftrl_gym.task import Json


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
    telling: set[str] = field(default_factory=set)
    """Lists of which a page solved something."""
    leaves: set[str] = field(default_factory=set)
    """Pages that were read."""
    leafed: dict[str, int] = field(default_factory=dict)
    """List -> pages that solved nothing, and that no plan needs."""
    told_by: dict[int, str] = field(default_factory=dict)
    """Group -> the look-up that solved it first."""

    def copy(self) -> Ledger:
        """An independent copy; the goal is shared."""
        return Ledger(
            self.goal, set(self.solved), set(self.credited), set(self.tainted), self.calls, self.invalid, self.useful,
            set(self.seen), list(self.needed_made), self.extra_waste, self.forgiven,
            self.unasked, self.known, self.looked_up,
            set(self.telling), set(self.leaves), dict(self.leafed), dict(self.told_by),
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

    def grounded(
        self, tool: str, arguments: Mapping[str, Json], told: Grounding, needles: tuple[str, ...] | None = None
    ) -> bool:
        """Whether each argument (canonical: defaults dropped) stands in what was told, or follows on a plan.
        ``needles`` are the goal's of this call, where they are at hand."""
        if needles is not None and told.has(needles):
            return True
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
        text = encode(value)
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
            self.forgiven += self.goal.makes(tool, arguments)
        elif valid:
            key = self.goal.key(tool, arguments)
            if key not in self.seen:
                self.seen.add(key)
                self._count_needed(self.goal.look_up(tool, arguments), self._note(tool, arguments))

    def ran(
        self,
        tool: str,
        arguments: Mapping[str, Json],
        grounded: bool,
        result: Json,
        held: Set[int] | None,
        reading: Reading | None = None,
    ) -> bool:
        """Counts a call that returned, and says whether it earned anything.

        Args:
            tool: Its name.
            arguments: In canonical form.
            grounded: Whether every argument was grounded.
            result: JSON value it returned.
            held: Groups of changes that hold after it, None when the world cannot have changed.
            reading: The goal's of this call and result, where it is at hand.
        """
        goal = self.goal
        self.calls += 1
        key = goal.key(tool, arguments) if reading is None else reading.key
        fresh = grounded and key not in self.seen
        new = set[int]()
        if fresh and reading is None:
            new = goal.delivered(tool, arguments, result, self.solved)
        elif fresh and reading is not None and reading.shows:
            new = set(reading.shows - self.solved)
        if new and new <= self.unasked:  # a lucky guess at what the user has yet to say: earned when made again
            new, fresh = set(), False
        elif fresh:
            self.seen.add(key)
        before, first = 0, False
        if fresh and (tool in goal.rich or tool in goal.paged):
            before, first = self._note(tool, arguments), self._leaf(tool, arguments)
        if held is not None:
            effects = {group for group, _ in goal.changes}
            gone = effects - held
            arrived = held - self.solved - self.tainted
            self.solved -= gone
            early = arrived & self.unasked if grounded else arrived
            self.tainted = (self.tainted - gone) | early
            new |= arrived - early
        if tool in goal.many:
            self.extra_waste += goal.in_vain(tool, arguments, result, new)
        if new:
            self.solved |= new
            look_up = goal.look_up(tool, arguments) if reading is None else reading.look_up
            for group in new:
                self.told_by.setdefault(group, look_up)
            if not new <= self.credited:
                self.credited |= new
                self.useful += 1
                if tool in goal.paged:
                    self.telling.add(goal.list_of(tool, arguments))
                return True
        if not fresh:
            return False
        look_up = goal.look_up(tool, arguments) if reading is None else reading.look_up
        if self._count_needed(look_up, before):
            return True
        if first:
            pages = goal.list_of(tool, arguments)
            self.leafed[pages] = self.leafed.get(pages, 0) + 1
        return False

    def _note(self, tool: str, arguments: Mapping[str, Json]) -> int:
        """Notes a look-up, and says how often it was made before: with other options it is the same."""
        if tool not in self.goal.rich or not self.goal.rich[tool].options:
            return 0
        look_up = self.goal.look_up(tool, arguments)
        before = self.looked_up.count(look_up)
        self.looked_up += (look_up,)
        return before

    def _leaf(self, tool: str, arguments: Mapping[str, Json]) -> bool:
        """Notes a page of a list, and says whether it was not read before, in whatever order."""
        if tool not in self.goal.paged:
            return False
        page = f"{self.goal.list_of(tool, arguments)} {arguments.get(self.goal.paged[tool].parameter)}"
        first = page not in self.leaves
        self.leaves.add(page)
        return first

    def _count_needed(self, look_up: str, before: int) -> bool:
        """Counts a call that solved nothing for the plans that need it, and says whether there is one. With other
        options a call is another one, but the look-up is the same, made so often ``before``: it is needed no more often
        than the plan makes it."""
        if not self.needed_made:
            self.needed_made = [0] * len(self.goal.needed)
        hits = [
            before < needed.get(look_up, 0) + self._told_before(look_up, needed, solving)
            for needed, solving in zip(self.goal.needed, self.goal.solving, strict=True)
        ]
        self.needed_made = [made + hit for made, hit in zip(self.needed_made, hits, strict=True)]
        return any(hits)

    def _told_before(self, look_up: str, needed: Mapping[str, int], solving: Mapping[str, frozenset[int]]) -> bool:
        """Whether other calls of a plan happened to tell all that it makes this call for: the order of its calls, and
        what stands beside their facts, is to cost nothing. What calls of another way told makes this one a waste."""
        told = {self.told_by.get(group, "") for group in solving.get(look_up, ())}
        return bool(told) and look_up not in told and all(by in solving or by in needed for by in told)

    def has(self, sub_questions: Iterable[str]) -> bool:
        """Whether all these sub-questions are solved."""
        return all(self.goal.group_of[sub] in self.solved for sub in sub_questions)

    def all_changes_solved(self) -> bool:
        """Whether every wanted change holds and was made by grounded calls."""
        return all(group in self.solved for group, _ in self.goal.changes)

    def score(self) -> Score:
        """P, R and F1 against the certified plan that gives the highest F1."""
        needed = max(self.needed_made) if self.needed_made else 0
        # nobody knows before which page of a list tells what it is read for, or that no later one has a better row
        leafed = sum(pages for name, pages in self.leafed.items() if name in self.telling) if self.leafed else 0
        waste = self.calls - self.useful - needed - leafed - self.forgiven + self.extra_waste
        q, n = len(self.solved), len(self.goal.groups)
        if n == 0:
            f1 = 1.0 / (1 + waste)
            return Score(f1, 1.0, f1, 0, 0, self.calls, waste)
        precision = self.useful / (self.useful + waste) if self.useful else 0.0
        recall = q / n
        f1 = 2 * precision * recall / (precision + recall) if q else 0.0
        return Score(precision, recall, f1, q, n, self.calls, waste)
