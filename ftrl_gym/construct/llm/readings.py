"""Readings: other calls that a policy could rightly make, and that put another value in an answer's place.

The search is bounded: values that the question holds and no gold call uses, and the neighbours of values that a gold
call took from an earlier list. Where the question's words tell the right row from its neighbours, or where it is the
first by some figure, taking it is no choice.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ftrl_gym import parameters
from ftrl_gym.construct.llm.answer_types import at, is_answer
from ftrl_gym.construct.llm.bench import Bench, Ran
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.grounding import tokens
from ftrl_gym.parameters import Leaf
from ftrl_gym.prompt import to_json
from ftrl_gym.question_values import read
from ftrl_gym.results import scalars
from ftrl_gym.task import Json, SubQuestion

_CHOOSES = re.compile(
    r" (?!(?:west|test|guest|forest|interest|request|harvest|contest|rest) )(?:\w+est|most|least|first|last|only|next) "
)
"""Words by which a question chooses among several: the largest, the most recent, the first."""
_MOST = 400
"""Calls tried for one sub-question."""


def other_readings(
    draft: Draft, bench: Bench, places: dict[str, str], results: dict[str, Ran]
) -> Iterator[tuple[str, Flaw]]:
    """Each other reading: the value it gives, and the flaw that it is."""
    for sub in draft.subs:
        call = draft.call_of[sub.id]
        document = bench.documents[call.tool]
        seen: set[str] = set()
        tried = 0
        for one in list(parameters.given(document.parameters, call.arguments)):
            leaf = next((leaf for leaf in document.leaves if leaf.path == one.path), None)
            if leaf is None or leaf.choices or isinstance(one.value, bool | dict):
                continue
            for value in _instead(draft, sub, results, leaf, one.value):
                changed = bench.with_value(call.tool, call.arguments, leaf, value)
                if changed is None or _is_gold(draft, call.tool, changed):
                    continue
                tried += 1
                if tried > _MOST:
                    break
                ran = bench.call(call.tool, changed)
                there = None if ran.refused or ran.empty else at(ran.value, places[sub.id])
                if there in (None, "", []) or is_answer(sub.answer, there) or to_json(there) in seen:
                    continue
                seen.add(to_json(there))
                evidence = (
                    f"{sub.question!r} has another reading: {call.tool}({to_json(changed)}) gives {to_json(there)} "
                    f"where {call.tool}({to_json(dict(call.arguments))}) gives {to_json(sub.answer.value)}, "
                    "and nothing in the question tells which is meant. Name it, or say how it is chosen"
                )
                yield to_json(there), Flaw("another reading", WriterStage.DECOMPOSITION, evidence, call.tool)


def _is_gold(draft: Draft, tool: str, arguments: dict[str, Json]) -> bool:
    """Whether a call is one of the plan's, or made of nothing but what calls of the plan give in the same places."""
    used: dict[str, list[Json]] = {}
    for call in draft.scaled.calls:
        if call.tool == tool:
            for one in parameters.given({}, call.arguments):
                used.setdefault(one.path, []).append(one.value)
    return all(one.value in used.get(one.path, []) for one in parameters.given({}, arguments))


def _instead(draft: Draft, sub: SubQuestion, results: dict[str, Ran], leaf: Leaf, value: Json) -> Iterator[Json]:
    """Values that could as well be meant in a place."""
    yield from _spoken(draft, value)
    for before in _before(draft, sub):
        yield from _neighbours(results[before].value, value, tokens(draft.decomposition.question))


def _before(draft: Draft, sub: SubQuestion) -> list[str]:
    """Everything that a sub-question depends on, through others too."""
    by_id = {one.id: one for one in draft.subs}
    found: dict[str, None] = {}
    waiting = list(sub.depends_on)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += by_id[name].depends_on
    return list(found)


def _spoken(draft: Draft, value: Json) -> Iterator[Json]:
    """What the question names beside what the plan uses; parts of what is used are no other thing."""
    named = read(draft.decomposition.question, "2000-01-01")
    used = [tokens(str(one)) for call in draft.scaled.calls for one in scalars(dict(call.arguments))]
    pool: tuple[Json, ...] = named.numbers if isinstance(value, int | float) else (*named.names, *named.dates)
    for one in pool if not isinstance(value, bool) else ():
        spoken = tokens(str(one))
        if not any(spoken in other or other in spoken for other in used):
            yield one


def _neighbours(result: Json, value: Json, question: str) -> Iterator[Json]:
    """Values that stand under the same name in other rows of the list that a value was taken from, unless something
    tells its row from theirs."""
    for rows in _lists(result):
        for name in rows[0]:
            own = [row for row in rows if row.get(name) == value and type(row.get(name)) is type(value)]
            if not own or _told_apart(own[0], rows, question):
                continue
            yield from (row[name] for row in rows if name in row and row[name] != value)


def _lists(value: Json) -> Iterator[list[dict[str, Json]]]:
    if isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(_lists, value.values()))
    elif isinstance(value, list):
        if len(value) > 1 and all(isinstance(row, dict) and row for row in value):
            yield value
        yield from itertools.chain.from_iterable(map(_lists, value))


def _told_apart(own: dict[str, Json], rows: list[dict[str, Json]], question: str) -> bool:
    """Whether the question's words say which row is meant, or it is the least or most by some value."""
    chosen = _CHOOSES.search(question) is not None
    for name, value in own.items():
        others = [row.get(name) for row in rows if row is not own]
        if isinstance(value, str) and tokens(value) in question and value not in others:
            return True
        if isinstance(value, bool) and value not in others:
            return True
        same = [one for one in others if type(one) is type(value)]
        if isinstance(value, int | float | str) and len(same) == len(others) and same:
            ordered: list[Json] = same
            figures = chosen and (not isinstance(value, str) or parameters.is_day(value))
            if figures and (all(value > one for one in ordered) or all(value < one for one in ordered)):
                return True
    return False
