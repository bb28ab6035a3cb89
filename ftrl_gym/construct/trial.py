"""Trials: a reference solution is run on the real tool code, and what each call did is written down.

A trial asks of every call whether it could be made then (schema, grounding) and what it delivered, by the same ledger
that pays a policy. It does not talk to a counterpart: the replies that a plan provokes are given to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftrl_gym import state
from ftrl_gym.construct.near_misses import Exact
from ftrl_gym.counterpart import Heard, agreed, reply
from ftrl_gym.execution import Toolbox, ToolFailure, failing
from ftrl_gym.goal import Goal, changes_held
from ftrl_gym.grounding import Grounding, Told, tokens
from ftrl_gym.matching import Ledger
from ftrl_gym.prompt import to_json
from ftrl_gym.task import Json, PlannedCall, PlanTurn, RowChange, Task
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import Effect, ToolDocument
from ftrl_gym.world import World, WorldBase


@dataclass(frozen=True)
class Pool:
    """Documents and code of all tools of a scenario."""

    documents: Mapping[str, ToolDocument]
    checkers: Mapping[str, Checker]
    toolbox: Toolbox

    @staticmethod
    def of(documents: Mapping[str, ToolDocument], toolbox: Toolbox) -> Pool:
        """With a checker for each document."""
        return Pool(documents, {name: Checker(document) for name, document in documents.items()}, toolbox)


@dataclass(frozen=True)
class Trial:
    """What a run of a plan did."""

    turns: tuple[PlanTurn, ...]
    """The plan with what each call solved."""
    solved: frozenset[str]
    """Sub-questions solved at the end."""
    failure: str
    """Why it stopped or what a call failed to do; empty when all is well."""
    known: frozenset[str]
    """Sub-questions whose fact stood in what was told before its call: a text anywhere, a number in a row that names
    what it is of, as a booking shows the price of its train."""
    changes: tuple[RowChange, ...]
    """The whole difference it made."""
    in_vain: int
    """Of the things that its calls look up several at once, those by which nothing was found out."""


class Trials:
    """Plans tried against one task, whose own plans need not be known yet.

    Args:
        task: The task.
        base: Its world.
        pool: Tools of its scenario.
        near: Whether results show near misses, by which no call becomes needless and nothing is known.
    """

    def __init__(self, task: Task, base: WorldBase, pool: Pool, near: bool = False) -> None:
        self._task, self._base, self._pool, self.near = task, base, pool, near
        self._goal = Goal.of(task, [pool.documents[name] for name in task.tools])
        self._names: dict[int, list[str]] = {}
        for sub, group in self._goal.group_of.items():
            self._names.setdefault(group, []).append(sub)
        facts = {sub.id: sub.fact.value for sub in task.sub_questions if sub.fact is not None}
        self._texts = {sub: value for sub, value in facts.items() if isinstance(value, str)}
        own = {sub.id: sub.fact for sub in task.sub_questions if sub.fact is not None}
        self._numbers = {sub: (fact.key, fact.value) for sub, fact in own.items() if type(fact.value) in (int, float)}

    def run(self, turns: Sequence[PlanTurn], *, to_the_end: bool = True) -> Trial:
        """Runs a plan.

        Args:
            turns: The plan.
            to_the_end: Whether to go on after something failed; else what is returned ends there.
        """
        world, ledger, names = World(self._base), Ledger(self._goal), self._names
        told = Grounding(self._task.question, str(self._base.constants.get("today", "")), self._task.policy_text)
        heard, known, done = Heard(), set[str](), list[PlanTurn]()
        failure, exact = "", Exact(self._goal) if self.near else None
        made: Counter[str] = Counter()
        rows: list[dict[str, Json]] = []
        for turn in turns:
            if failure and not to_the_end:
                break
            if turn.say is not None:
                answer = reply(self._task.counterpart, heard, turn.say)
                heard = answer.heard
                if answer.text is None or answer.needless:
                    failure = failure or f"the counterpart has no answer to {turn.say!r}"
                told.hear(answer.text or "")
            learned, calls = [], []
            for call in turn.calls:
                event = failing(self._task.timeline, call.tool, made[call.tool])
                made[call.tool] += 1
                run = _fail if event is not None else _refuse if call.fails else _run
                if not agreed(self._task.counterpart, heard) and self._pool.documents[call.tool].effect is Effect.WRITE:
                    failure = failure or f"{call.tool} changes something before the user agreed"
                solved, result, problem = run(call, world, ledger, told, self._pool, exact)
                failure = failure or problem
                subs = tuple(sub for group in sorted(solved) for sub in names[group])
                known |= {sub for sub in subs if sub in self._texts and told.holds(self._texts[sub])}
                copied = (sub for sub in subs if sub in self._numbers and not self.near)
                known |= {sub for sub in copied if any(_shows(row, *self._numbers[sub]) for row in rows)}
                calls.append(call if call.solves == subs else call.model_copy(update={"solves": subs}))
                learned.append(result)
            for text in learned:
                told.add(text)
                rows += _rows(text.value) if isinstance(text, _Result) and self._numbers else []
            done.append(PlanTurn(calls=tuple(calls), say=turn.say))
        solved_subs = frozenset(sub for group in ledger.solved for sub in names[group])
        changes = state.changes_of(world.difference())
        return Trial(tuple(done), solved_subs, failure, frozenset(known), changes, ledger.extra_waste)


class _Result(Told):
    """What a call returned, or nothing; written when a later call is looked for in it."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        super().__init__("")
        self.value = value

    def text(self) -> str:
        return to_json(self.value)


def _rows(value: object) -> list[dict[str, Json]]:
    """All objects in a result, those within others among them."""
    if isinstance(value, list):
        return [row for each in value for row in _rows(each)]
    if not isinstance(value, dict):
        return []
    return [value, *(row for each in value.values() for row in _rows(each))]


def _shows(row: dict[str, Json], key: str, number: float) -> bool:
    """Whether a row names something, not as its first value, which is its own key, and shows a number of it.

    >>> _shows({"reference": "NB1", "train": "IC5", "price": 95}, "IC5", 95)
    True
    """
    first, *others = row.values() or [None]
    return first != key and key in others and any(type(v) in (int, float) and v == number for v in others)


_NOTHING = Told("", tokens(""))


def try_plan(task: Task, turns: Sequence[PlanTurn], base: WorldBase, pool: Pool) -> Trial:
    """Runs one plan; see :class:`Trials`."""
    return Trials(task, base, pool).run(turns)


@dataclass(frozen=True)
class Rehearsal:
    """A plan with its literal arguments, and what its writing calls touched."""

    turns: tuple[PlanTurn, ...]
    touched: tuple[tuple[tuple[str, str], ...], ...]
    """For each call in order: (table, row id) of the rows it changed."""
    difference: state.Difference


def rehearse(turns: Sequence[PlanTurn], base: WorldBase, pool: Pool) -> Rehearsal:
    """Runs a plan in a fresh world, whatever it is worth, and puts results where it refers to them.

    Raises:
        ToolFailure: A tool refused.
    """
    world, results = World(base), dict[str, Json]()
    done, touched = [], []
    for turn in turns:
        calls = []
        for call in turn.calls:
            arguments = {name: _literal(value, results) for name, value in call.arguments.items()}
            before = world.difference()
            if not call.fails:
                results[call.tool] = pool.toolbox.run(call.tool, arguments, world)
            after = world.difference()
            touched.append(tuple(place for place, pair in after.items() if before.get(place) != pair))
            calls.append(call.model_copy(update={"arguments": arguments}))
        done.append(turn.model_copy(update={"calls": tuple(calls)}))
    return Rehearsal(tuple(done), tuple(touched), world.difference())


def _literal(value: Json, results: Mapping[str, Json]) -> Json:
    """A value in which references to earlier results are replaced by what stands there."""
    if isinstance(value, dict) and "$from" in value:
        tool, path = value["$from"]
        found = results[tool]
        for step in path.split("."):
            found = found[step]
        return found
    if isinstance(value, dict):
        return {name: _literal(inner, results) for name, inner in value.items()}
    return [_literal(inner, results) for inner in value] if isinstance(value, list) else value


_Ran = tuple[set[int], Told, str]


def _fail(call: PlannedCall, world: World, ledger: Ledger, told: Grounding, pool: Pool, exact: Exact | None) -> _Ran:
    """One call of a tool that is out of order."""
    return set(), _NOTHING, "" if call.fails else f"{call.tool} is out of order, and the plan does not say so"


def _refuse(call: PlannedCall, world: World, ledger: Ledger, told: Grounding, pool: Pool, exact: Exact | None) -> _Ran:
    """One call that its tool is to refuse."""
    problem = pool.checkers[call.tool].problem(call.arguments)
    if problem or not ledger.grounded(call.tool, call.arguments, told):
        return set(), _NOTHING, f"{call.tool} {call.arguments} cannot be called ({problem or 'not grounded'})"
    try:
        pool.toolbox.run(call.tool, call.arguments, World(world.base))
    except ToolFailure:
        return set(), _NOTHING, ""
    return set(), _NOTHING, f"{call.tool} does not refuse, as the plan says"


def _run(call: PlannedCall, world: World, ledger: Ledger, told: Grounding, pool: Pool, exact: Exact | None) -> _Ran:
    """One call: what it solved, what it taught, and what was wrong with it."""
    document, checker = pool.documents[call.tool], pool.checkers[call.tool]
    problem = checker.problem(call.arguments)
    if problem:
        return set(), _NOTHING, f"{call.tool}: {problem}"
    arguments = checker.canonical(call.arguments)
    if arguments != call.arguments:
        return set(), _NOTHING, f"{call.tool} is called with a default value"
    grounded = ledger.grounded(call.tool, arguments, told)
    try:
        result = pool.toolbox.run(call.tool, arguments, world)
    except ToolFailure as failure:
        return set(), _NOTHING, f"{call.tool}: {failure}"
    write = document.effect is Effect.WRITE
    held = changes_held(ledger.goal, world.difference()) if write else None
    before = set(ledger.solved)
    useful = ledger.ran(call.tool, arguments, grounded, result, held)
    if exact is not None:
        result = exact.said(call.tool, arguments, result)
        useful = (exact.serves(call.tool, arguments, result) and grounded) or useful
    problem = (
        "" if useful else f"{call.tool} solves nothing" if grounded else f"{call.tool} {arguments} is not grounded"
    )
    return ledger.solved - before, _Result(result), problem
