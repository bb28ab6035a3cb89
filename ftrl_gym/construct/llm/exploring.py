"""Trying out tools that are given: which calls return something, found from documents and from earlier results.

A model that is to ask about a user's own tools has to know what they hold. So they are called: with what documents name
(defaults, examples, closed vocabularies), then with values that earlier results hold under the parameter's name, round
after round. Everything follows from the documents and the tools alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.construct.llm.recording import call_key
from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.likeliest_first import likeliest_first
from ftrl_gym.parameters import Leaf
from ftrl_gym.task import Json
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import ToolDocument

ROUNDS = 4
_CALLS_A_ROUND = 12
"""Of one tool."""
_VALUES = 12
"""Tried in one place."""
_COMBINATIONS = 300
"""Of the values of one tool's places."""
_MOST_PLACES = 8
"""A tool that needs more values is not tried out."""
_WRAPPER = "result"
"""Under which servers return what is no object."""
_QUOTED = re.compile(r"[\"'“‘`]([^\"'”’`]{1,60})[\"'”’`]|(?:such as|e\.g\.,?|for example) ([\w./-]{2,60}\w)")


@dataclass(frozen=True)
class Explored:
    """A call that returned something."""

    tool: str
    arguments: dict[str, Json]
    result: Json


def explored(documents: Sequence[ToolDocument], toolbox: Toolbox, rounds: int = ROUNDS) -> list[Explored]:
    """The calls that returned something, in the order in which they were made.

    Args:
        documents: Of the tools.
        toolbox: Runs them.
        rounds: How often results lead to further calls.
    """
    checkers = {document.name: Checker(document) for document in documents}
    known: dict[str, dict[str, Json]] = {}
    made: set[tuple[str, str]] = set()
    found: list[Explored] = []
    for _ in range(rounds):
        fresh: list[Explored] = []
        for document in documents:
            for arguments in itertools.islice(_new_calls(document, checkers, known, made), _CALLS_A_ROUND):
                try:
                    result = toolbox.run(document.name, checkers[document.name].typed(arguments), None)
                except ToolFailure:
                    continue
                if result not in (None, "", [], {}):
                    fresh.append(Explored(document.name, arguments, result))
        if not fresh:
            break
        found += fresh
        for one in fresh:
            for name, value in _fields(one.result, _about(one.tool)):
                known.setdefault(_bare(name), {}).setdefault(repr(value), value)
    return found


def _new_calls(
    document: ToolDocument,
    checkers: Mapping[str, Checker],
    known: Mapping[str, Mapping[str, Json]],
    made: set[tuple[str, str]],
) -> Iterator[dict[str, Json]]:
    """Calls of a tool that were not made yet and fit its schema."""
    if len(document.needed) > _MOST_PLACES:
        return
    most = min(_VALUES, max(2, int(_COMBINATIONS ** (1 / max(1, len(document.needed))))))
    pools = [list(itertools.islice(_values(leaf, known), most)) for leaf in document.needed]
    for chosen in likeliest_first([len(pool) for pool in pools]):
        picked = {leaf.path: [pool[i]] for leaf, pool, i in zip(document.needed, pools, chosen, strict=True)}
        arguments = parameters.assembled(document.parameters, picked)
        key = (document.name, call_key(arguments))
        if key not in made and checkers[document.name].fits(arguments):
            made.add(key)
            yield arguments


def _values(leaf: Leaf, known: Mapping[str, Mapping[str, Json]]) -> Iterator[Json]:
    """What may be tried in a place: named by its document, or held by a result under its name."""
    seen: set[str] = set()
    for value in itertools.chain(_named(leaf), _held(leaf, known)):
        if repr(value) not in seen and not isinstance(value, dict | list):
            seen.add(repr(value))
            yield value


def _named(leaf: Leaf) -> Iterator[Json]:
    yield from leaf.choices
    for key in ("default", "example"):
        if key in leaf.schema:
            yield leaf.schema[key]
    examples = leaf.schema.get("examples")
    yield from examples if isinstance(examples, list) else ()
    kind = leaf.schema.get("type")
    if kind == "boolean":
        yield from (True, False)
    elif kind in ("integer", "number"):
        yield from (leaf.schema.get("minimum", 1), 1, 2, 5, 10)
    elif kind == "string":
        yield from (quoted or bare for quoted, bare in _QUOTED.findall(leaf.about))


def _held(leaf: Leaf, known: Mapping[str, Mapping[str, Json]]) -> Iterator[Json]:
    """Values that results hold under the parameter's name, then under one that ends or begins like it."""
    name = _bare(leaf.name)
    yield from known.get(name, {}).values()
    for other, values in known.items():
        ends = len(other) > 1 and (other.endswith(name) or name.endswith(other))
        begins = len(other) > 2 and name.startswith(other)
        if other != name and (ends or begins):
            yield from values.values()


def _bare(name: str) -> str:
    """A name without its joints and its plural: ``loan_nos`` and ``loanNo`` are one."""
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    return bare.removesuffix("s") if len(bare) > 3 else bare


def _about(tool: str) -> str:
    """What a tool is about, the last word of its name: ``list_wines`` returns wines where nothing names its values."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", tool).rpartition("_")[2]


def _fields(result: Json, name: str) -> Iterable[tuple[str, Any]]:
    """The single values in a result, each with the name that it stands under; ``name`` is for those without one."""
    if isinstance(result, dict):
        for inner_name, inner in result.items():
            yield from _fields(inner, name if [*result] == [_WRAPPER] else inner_name)
    elif isinstance(result, list):
        for inner in result:
            yield from _fields(inner, name)
    elif name and result is not None and not isinstance(result, bool) and len(str(result)) <= 100:
        yield name, result
