"""Calls of a tool that return something: the gold ones, or one that is found by trying."""

from __future__ import annotations

import itertools

from ftrl_gym import parameters
from ftrl_gym.construct.llm.bench import Arguments, Bench
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.likeliest_first import likeliest_first
from ftrl_gym.parameters import Leaf
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import ToolDocument

_FIRST_CALLS = 300
"""Calls tried before a tool counts as one that never works."""


def working_calls(draft: Draft, bench: Bench, document: ToolDocument) -> list[Arguments]:
    """Calls of a tool that return something: the gold ones, or the first that is found."""
    gold = [dict(call.arguments) for call in draft.scaled.calls if call.tool == document.name]
    return gold or first_working(draft, bench, document)


def first_working(draft: Draft, bench: Bench, document: ToolDocument) -> list[Arguments]:
    """A call of a tool that no plan uses, found by trying what its code and the question hold."""
    given = [one.value for call in draft.scaled.calls for one in parameters.given({}, call.arguments)]
    needed = list(document.needed)
    pools = []
    most = max(3, int((4 * _FIRST_CALLS) ** (1 / max(1, len(needed)))))
    for leaf in needed:
        likely: list[Json] = [value for value in given if not isinstance(value, dict | list)]
        pool = [*leaf.choices, *likely, *bench.others(document.name, leaf)]
        kept = list({f"{type(value).__name__} {value}": value for value in pool}.values())
        pools.append(sorted(kept, key=lambda value: _unlike(leaf, value))[:most])
    tried = 0
    for chosen in itertools.islice(likeliest_first([len(pool) for pool in pools]), 4 * _FIRST_CALLS):
        picked = {leaf.path: [pool[i]] for leaf, pool, i in zip(needed, pools, chosen, strict=True)}
        arguments = parameters.assembled(document.parameters, picked)
        if not bench.fits(document.name, arguments):
            continue
        tried += 1
        ran = bench.call(document.name, arguments)
        if not ran.refused and not ran.empty:
            return [arguments]
        if tried >= _FIRST_CALLS:
            break
    return []


def _unlike(leaf: Leaf, value: Json) -> int:
    kind = leaf.schema.get("type", "string")
    fitting: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
    }
    return 0 if isinstance(value, fitting.get(str(kind), (object,))) else 1
