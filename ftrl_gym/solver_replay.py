"""Replaying a plan: could each call have been made when it is made, and does the plan do what it says?

Part of the independent solver. The calls run in a fresh world, turn by turn; a call may use what the asker has said so
far and what earlier turns brought, in a place where documents say that such a value belongs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ftrl_gym import counterpart, parameters, state
from ftrl_gym.execution import Toolbox, ToolFailure, failing
from ftrl_gym.grounding import tokens
from ftrl_gym.question_values import Named, read
from ftrl_gym.results import scalars
from ftrl_gym.solver_search import Row, Search, Value, rows_of
from ftrl_gym.solver_types import Parameter, Sort, is_date, is_number
from ftrl_gym.solver_vocabulary import Vocabulary
from ftrl_gym.task import Json, Plan, PlannedCall, Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World

NO_DAY = "2000-01-01"


def understood(text: str, constants: Mapping[str, Any]) -> Named:
    """What a text names, with what everybody in this world knows: the day and the house currency."""
    known = [value for value in constants.values() if isinstance(value, str) and not is_date(value)]
    named = read(text, str(constants.get("today", NO_DAY)))
    return replace(named, common=tuple(known))


class Replay:
    """Makes the calls of one plan in a fresh world and asks of each whether it could be made then."""

    def __init__(self, task: Task, vocabulary: Vocabulary, toolbox: Toolbox, world: World | None) -> None:
        self._task, self._vocabulary, self._toolbox = task, vocabulary, toolbox
        self._world = World(world.base) if world is not None else None
        self._rows: list[Row] = []
        self._pages: set[str] = set()
        """Pages that results have said there are."""
        self._told: list[str] = []
        self._said = ""
        self._user = counterpart.Heard()
        self._hear(task.question)

    def _hear(self, words: str) -> None:
        self._said += f" \n{words}"
        self._told.append(words)
        self._named = understood(self._said, self._world.constants if self._world is not None else {})
        self._search = Search(self._vocabulary, self._named, self._toolbox, None, frozenset())

    def refusal(self, plan: Plan) -> str | None:
        """None when every call can be made in its turn and the plan does what it says."""
        delivered: set[tuple[str, str, str]] = set()
        made: Counter[str] = Counter()
        for turn in plan.turns:
            if not turn.calls:
                reply = counterpart.reply(self._task.counterpart, self._user, turn.say or "")
                if reply.text is None:
                    return f"nobody answers {turn.say!r}"
                self._user = reply.heard
                self._hear(reply.text)
            rows, told, pages = [], [], set()
            for call in turn.calls:
                problem = self._unjustified(call)
                if problem:
                    return problem
                out_of_order = failing(self._task.timeline, call.tool, made[call.tool]) is not None
                made[call.tool] += 1
                if out_of_order:
                    continue
                try:
                    result = self._toolbox.run(call.tool, call.arguments, self._world)
                except ToolFailure as failure:
                    if not call.fails:
                        return f"{call.tool} refuses: {failure}"
                    continue
                if call.fails:
                    return f"{call.tool} does not fail, as the plan says"
                told.append(json.dumps(result, ensure_ascii=False))
                document = self._vocabulary.documents[call.tool]
                rows += rows_of(document, call.arguments, result)
                if document.pages is not None and result[document.pages.following] is not None:
                    following = {document.pages.parameter: result[document.pages.following]}
                    pages.add(_page_of(document, {**call.arguments, **following}))
            self._pages |= pages
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
        expected = state.Expected(self._task.outcome.changes)
        return None if expected.is_same(difference) else "the final state is not the outcome's"

    def _unjustified(self, call: PlannedCall) -> str | None:
        """Why a call cannot be made yet; None when it can."""
        if call.tool not in self._vocabulary.documents:
            return f"{call.tool} is not offered"
        document = self._vocabulary.documents[call.tool]
        known = self._vocabulary.by_path[call.tool]
        for path, _, value in parameters.given(document.parameters, call.arguments):
            if document.is_option(path):
                continue
            if document.pages is not None and path == document.pages.parameter:
                if _page_of(document, call.arguments) not in self._pages:
                    return f"{call.tool}: no result has said that there is a page {value!r}"
                continue
            if path not in known:
                return f"{call.tool} has no parameter {path!r}"
            if not self._obtainable(known[path], value):
                return f"{call.tool}: {path}={value!r} stands neither in the question nor in a fitting earlier result"
        missing = [name for name in document.parameters.get("required", ()) if name not in call.arguments]
        if missing:
            return f"{call.tool} lacks {missing[0]!r}"
        problem = (
            None
            if document.plain and not document.alternatives
            else self._vocabulary.problem(call.tool, call.arguments)
        )
        return f"{call.tool}: {problem}" if problem else None

    def _obtainable(self, parameter: Parameter, value: Json) -> bool:
        if parameter.sort is Sort.CHOICE:
            return value in parameter.choices
        if parameter.in_parts:
            value = parameters.iso(value)
        if parameter.sort is Sort.FREE:
            return isinstance(value, bool) or self._is_told(value)
        if is_number(value):
            return value in self._named.numbers or value in self._numbers()
        if is_date(value):
            return value in self._named.dates or any(value in row.fields.values() for row in self._rows)
        if parameter.digits and value in map(str, (*self._named.numbers, *self._numbers())):
            return True
        if self._named.says(str(value)) or value in (*self._named.names, *self._named.common):
            return True
        if str(value) in (known.value for known in self._search.written_in_full(parameter)):
            return True
        return any(
            fact == value and self._search.admits(parameter, Value(fact, row, f"{row.entity}.{attribute}"))
            for row in self._rows
            for attribute, fact in row.fields.items()
        )

    def _is_told(self, value: Json) -> bool:
        """Whether every part of a value stands in what was said or returned."""
        told = " ".join(map(tokens, self._told))
        return all(tokens(str(part)) in told for part in scalars(value))

    def _numbers(self) -> list[Json]:
        return [value for row in self._rows for value in row.fields.values() if is_number(value)]


def _page_of(document: ToolDocument, arguments: Mapping[str, Json]) -> str:
    """Which page of which list a call asks for; the same list is listed in other words by options."""
    return f"{document.name}{json.dumps(document.without_options(arguments), sort_keys=True)}"
