"""The independent second check: can a task be solved, as its plans say, from documents and feedback alone?

Written apart from whatever writes tasks. It knows the question (with what a scripted user may add), the tools'
documents and the results of calls, and of the sub-questions only *which attribute* each asks; gold is looked at last,
to compare. It refuses a task

1. whose plan holds a call that cannot be made yet: an argument that neither the question nor an earlier result gives,
   in a place where documents say that such a value belongs;
2. whose plan does not do what the sub-questions say (a fact not delivered, a change that does not hold);
3. whose facts it cannot find by itself (:mod:`ftrl_gym.solver_search`);
4. whose question can be read another way: an equally short derivation gives another value of what is asked;
5. whose answer does not follow from the facts.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import replace

from ftrl_gym import state
from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.grounding import tokens
from ftrl_gym.question_values import Named, read
from ftrl_gym.solver_reading import another_reading, follows, meant_rows
from ftrl_gym.solver_search import Row, Search, Value, rows_of
from ftrl_gym.solver_types import Parameter, Sort, Vocabulary, is_date, is_number
from ftrl_gym.task import Json, Plan, PlannedCall, ScriptedUser, Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World

CONFIRMED = "confirmed"
_NO_DAY = "2000-01-01"


def confirm(task: Task, documents: Sequence[ToolDocument], toolbox: Toolbox, world: World | None) -> str:
    """``confirmed``, or why the task is refused.

    Args:
        task: The task, with plans and outcome.
        documents: Those offered to its policy.
        toolbox: Runs the tools.
        world: A fresh view of the task's world; it is left as it is.
    """
    vocabulary = _vocabulary(tuple(map(_Same, documents)))
    constants = {k: v for k, v in world.constants.items() if isinstance(v, str)} if world is not None else {}
    named = read(heard(task), constants.get("today", _NO_DAY))
    named = replace(named, names=(*named.names, *(v for v in constants.values() if not is_date(v))))
    for number, plan in enumerate(task.plans):
        refusal = _Replay(task, vocabulary, named, toolbox, world).refusal(plan)
        if refusal:
            return f"plan {number}: {refusal}"
    asked = {(f"{s.fact.entity}.{s.fact.attribute}", s.fact.key): s for s in task.sub_questions if s.fact is not None}
    wanted = frozenset(attribute for attribute, _ in asked)
    fresh = World(world.base) if world is not None else None
    search = Search(vocabulary, named, toolbox, fresh, wanted)
    if asked:
        search.run(asked)
    found = {(f"{row.entity}.{a}", row.key): (row, v) for row in reversed(search.rows) for a, v in row.fields.items()}
    for place, sub in asked.items():
        if place not in found:
            return f"{sub.id}: no chain of calls from the question reaches {place[0]} of {place[1]}"
        if sub.fact is not None and found[place][1] != sub.fact.value:
            return f"{sub.id}: {place[0]} of {place[1]} is {found[place][1]!r}, not {sub.fact.value!r}"
    meant = meant_rows(task, search.rows)
    if isinstance(meant, str):
        return meant
    another = another_reading(task, meant, search.rows)
    if another:
        return another
    answer = task.outcome.answer
    if answer is not None and meant and not follows(answer, meant, named):
        return f"the answer {answer.value!r} does not follow from the facts found"
    return CONFIRMED


def heard(task: Task) -> str:
    """Everything that the asker says in the episode, at most."""
    user = task.counterpart
    if not isinstance(user, ScriptedUser):
        return task.question
    slots = [slot.reply for slot in user.slots]
    changes = [text for change in user.changes for text in (change.text, *(slot.reply for slot in change.slots))]
    return " \n".join([task.question, *slots, *changes])


class _Same:
    """A document as a cache key: by identity, since documents hold dicts."""

    def __init__(self, document: ToolDocument) -> None:
        self.document = document

    def __hash__(self) -> int:
        return id(self.document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.document is self.document


@functools.lru_cache(maxsize=512)
def _vocabulary(documents: tuple[_Same, ...]) -> Vocabulary:
    return Vocabulary([each.document for each in documents])


class _Replay:
    """Makes the calls of one plan in a fresh world and asks of each whether it could be made then."""

    def __init__(self, task: Task, vocabulary: Vocabulary, named: Named, toolbox: Toolbox, world: World | None) -> None:
        self._task, self._vocabulary, self._named, self._toolbox = task, vocabulary, named, toolbox
        self._world = World(world.base) if world is not None else None
        self._search = Search(vocabulary, named, toolbox, None, frozenset())
        self._rows: list[Row] = []
        self._told = [tokens(heard(task))]

    def refusal(self, plan: Plan) -> str | None:
        """None when every call can be made in its turn and the plan does what it says."""
        delivered: set[tuple[str, str, str]] = set()
        for turn in plan.turns:
            rows, told = [], []
            for call in turn.calls:
                problem = self._unjustified(call)
                if problem:
                    return problem
                try:
                    result = self._toolbox.run(call.tool, call.arguments, self._world)
                except ToolFailure as failure:
                    if not self._task.timeline:
                        return f"{call.tool} refuses: {failure}"
                    continue
                told.append(tokens(json.dumps(result, ensure_ascii=False)))
                document = self._vocabulary.documents[call.tool]
                rows += rows_of(document, call.arguments, result, self._named, (), 0, 0)
            self._rows += rows
            self._told += told
            delivered |= {(f"{row.entity}.{a}", row.key, repr(v)) for row in rows for a, v in row.fields.items()}
        for sub in self._task.sub_questions:
            fact = sub.fact
            if fact and (f"{fact.entity}.{fact.attribute}", fact.key, repr(fact.value)) not in delivered:
                return f"{sub.id} is not answered: {fact.entity}.{fact.attribute} of {fact.key} = {fact.value!r}"
        return self._state_refusal()

    def _state_refusal(self) -> str | None:
        if self._world is None:
            return None
        difference = self._world.difference()
        effects = [sub for sub in self._task.sub_questions if sub.changes]
        held = state.holding([sub.changes for sub in effects], difference)
        for index, sub in enumerate(effects):
            if index not in held:
                return f"{sub.id} is not brought about: {sub.question}"
        return None if state.same(self._task.outcome.changes, difference) else "the final state is not the outcome's"

    def _unjustified(self, call: PlannedCall) -> str | None:
        """Why a call cannot be made yet; None when it can."""
        if call.tool not in self._vocabulary.documents:
            return f"{call.tool} is not offered"
        parameters = {parameter.name: parameter for parameter in self._vocabulary.parameters[call.tool]}
        for name, value in call.arguments.items():
            if name not in parameters:
                return f"{call.tool} has no parameter {name!r}"
            if not self._obtainable(parameters[name], value):
                return f"{call.tool}: {name}={value!r} stands neither in the question nor in a fitting earlier result"
        missing = [name for name, parameter in parameters.items() if parameter.required and name not in call.arguments]
        return f"{call.tool} lacks {missing[0]!r}" if missing else None

    def _obtainable(self, parameter: Parameter, value: Json) -> bool:
        if parameter.sort is Sort.CHOICE:
            return value in parameter.choices
        if parameter.sort is Sort.FREE:
            return isinstance(value, bool) or all(tokens(str(part)) in " ".join(self._told) for part in _parts(value))
        if is_number(value):
            known = [v for row in self._rows for v in row.fields.values() if is_number(v)]
            return value in self._named.numbers or value in known
        if is_date(value):
            return value in self._named.dates or any(value in row.fields.values() for row in self._rows)
        if self._named.says(str(value)) or value in self._named.names:
            return True
        return any(
            fact == value and self._search.admits(parameter, Value(fact, row, f"{row.entity}.{attribute}"))
            for row in self._rows
            for attribute, fact in row.fields.items()
        )


def _parts(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return [part for inner in value.values() for part in _parts(inner)]
    return [part for inner in value for part in _parts(inner)] if isinstance(value, list) else [value]
