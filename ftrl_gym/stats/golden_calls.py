"""The calls of tasks' first plans: how long their results are, where in them the right row stands, and how far their
arguments are from what the asker says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ftrl_gym import parameters
from ftrl_gym.counterpart import Heard, reply
from ftrl_gym.execution import failing
from ftrl_gym.grounding import Grounding
from ftrl_gym.prompt import result_text
from ftrl_gym.stats.sample import Measured
from ftrl_gym.stats.spread import percentile, share
from ftrl_gym.task import Fact, Json, PlannedCall, ScriptedUser, Task
from ftrl_gym.tooldoc import FactSource, ToolDocument

CHARACTERS = 4
"""Of JSON to a token: about what tokenizers of language models take."""


@dataclass(frozen=True)
class OfResults:
    """Results of golden calls. Tokens are characters of the JSON that a policy reads, divided by four."""

    calls: int
    """That gave a result."""
    median: float | None
    """Tokens of a result; None where no tool was run, as in all below but ``further_page``."""
    p95: float | None
    """Tokens that 95% of the results do not exceed."""
    max: float | None
    further_page: float | None
    """Share of the tasks with calls in which a result's first page is not enough."""
    lists: int | None
    """Results that list several rows of which one is meant."""
    first_row: float | None
    """Share of them in which that is the first one."""


@dataclass(frozen=True)
class OfArguments:
    """Values that golden calls give, at whatever depth; equal calls of a task count once. Left out are options and
    booleans."""

    values: int
    indirect: float | None
    """Share that the asker never says word for word, be it in the question or in a reply."""


@dataclass(frozen=True)
class OfErrors:
    """Shares of tasks that meet an error on the way of their first plan."""

    any: float | None
    transient: float | None
    """A tool is out of order for a while."""
    refused: float | None
    """A tool refuses what was tried, which calls for another way."""


def of_results(tasks: Sequence[Measured]) -> OfResults:
    """Their results, as far as tools may be run."""
    lengths: list[float] = []
    first: list[bool] = []
    calls, pages, ran = 0, [], all(each.replay is not None for each in tasks)
    for each in tasks:
        planned, documents = _planned(each), _documents(each)
        calls += sum(not call.fails for call in planned)
        if planned:
            pages.append(any(further_page(documents[call.tool], call.arguments) for call in planned))
        for call, result in zip(planned, _replayed(each), strict=True) if ran else ():
            if result is not None:
                lengths.append(len(result_text(result)) / CHARACTERS)
                first += _first_right(call, documents[call.tool], result, each.task)
    return OfResults(
        calls=calls,
        median=percentile(lengths, 50) if ran else None,
        p95=percentile(lengths, 95) if ran else None,
        max=max(lengths, default=0.0) if ran else None,
        further_page=share(pages),
        lists=len(first) if ran else None,
        first_row=share(first),
    )


def of_arguments(tasks: Sequence[Measured]) -> OfArguments:
    """What their plans give as arguments."""
    said: list[bool] = []
    for each in tasks:
        assert each.task is not None
        told, documents = _told(each.task), _documents(each)
        calls = {json.dumps([call.tool, call.arguments], sort_keys=True): call for call in _planned(each)}
        for call in calls.values():
            said += (told.holds(value) for value in _values(documents[call.tool], call.arguments))
    return OfArguments(len(said), share(not one for one in said))


def of_errors(tasks: Sequence[Measured]) -> OfErrors:
    """What goes wrong on the way of their plans."""
    kinds = [set(_errors(each)) for each in tasks]
    return OfErrors(
        any=share(bool(found) for found in kinds),
        transient=share("transient" in found for found in kinds),
        refused=share("refused" in found for found in kinds),
    )


def further_page(document: ToolDocument, arguments: Mapping[str, Json]) -> bool:
    """Whether a call asks for another page than the first, by what its document says of pages."""
    return document.pages is not None and document.pages.parameter in arguments


def replies(task: Task) -> Iterator[tuple[frozenset[str], str]]:
    """What a scripted user says in the course of the first plan: the details told so far, and the words."""
    heard = Heard()
    for turn in task.plans[0].turns if task.plans and isinstance(task.counterpart, ScriptedUser) else ():
        if not turn.calls:
            text, heard, _ = reply(task.counterpart, heard, turn.say or "")
            if text is not None:
                yield heard.told, text


def _planned(each: Measured) -> list[PlannedCall]:
    assert each.task is not None
    return each.task.plans[0].calls() if each.task.plans else []


def _replayed(each: Measured) -> list[Json]:
    assert each.task is not None and each.replay is not None
    return each.replay(each.task)


def _documents(each: Measured) -> dict[str, ToolDocument]:
    return {document.name: document for document in each.documents}


def _told(task: Task) -> Grounding:
    told = Grounding(task.question)
    for _, words in replies(task):
        told.hear(words)
    return told


def _values(document: ToolDocument, arguments: Mapping[str, Json]) -> Iterator[Json]:
    """The single values of a call; a day in parts is the day."""
    for path, schema, value in parameters.given(document.parameters, arguments):
        option = document.is_option(path) or further_page(document, {path: value})
        if option or value is None or isinstance(value, bool):
            continue
        yield parameters.iso(value) if parameters.is_date_in_parts(schema) else value


def _errors(each: Measured) -> Iterator[str]:
    assert each.task is not None
    made: dict[str, int] = {}
    for call in _planned(each):
        number = made[call.tool] = made.get(call.tool, -1) + 1
        if call.fails:
            yield "refused" if failing(each.task.timeline, call.tool, number) is None else "transient"


def _first_right(call: PlannedCall, document: ToolDocument, result: Json, task: Task | None) -> Iterator[bool]:
    """For each list of the result of which one row is meant, whether that is the first one."""
    assert task is not None
    facts = [sub.fact for sub in task.sub_questions if sub.id in call.solves and sub.fact is not None]
    for source in document.returns.facts:
        meant = {_ordered(fact.key, source) for fact in facts if _carries(source, fact)}
        rows = list(dict.fromkeys(_key(row, source) for row in source.rows(result))) if len(meant) == 1 else []
        if len(rows) > 1 and meant <= {*rows}:
            yield rows[0] in meant


def _carries(source: FactSource, fact: Fact) -> bool:
    return source.entity == fact.entity and fact.attribute in source.fields.values()


def _key(row: Mapping[str, Json], source: FactSource) -> str:
    parts = (row.get(name) for name in source.key)
    whole = (int(part) if isinstance(part, float) and part.is_integer() else part for part in parts)
    return _ordered("|".join(map(str, whole)), source)


def _ordered(key: str, source: FactSource) -> str:
    return "|".join(sorted(key.split("|"))) if source.unordered else key
