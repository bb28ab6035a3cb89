"""Which tools are offered beside those that the reference solution uses.

A few, or the whole pool, by the scaling *toolset extension*; other routes to the same facts with the dial ``routes``;
with the dial ``confusable`` twenty to forty in all, among them for each tool of the solution some that are easily taken
for it. *Confusable* with a tool is one that is about the same: rows of the same table, a value of the same attribute to
find them by, or a word of its name; and that does not deliver what the tool is called for, or only under a condition.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ftrl_gym.construct.objects import Decomposition, GoldCall
from ftrl_gym.construct.short_cuts import short_cut
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.construct.wording import plural
from ftrl_gym.tooldoc import Effect, ToolDocument

FEWEST = 3
"""Distractors at dial 0."""
MOST = 40
"""Most tools with one of the two dials."""
LEAST = (0, 7, 14, 20)
"""Fewest tools, by level of ``confusable``."""
ALIKE = (0, 1, 2, 3)
"""Confusable tools for each tool of the reference solution, by level."""
ROUTES = (0, 1, 1, 2)
"""Other tools for each one of the reference solution, by level of ``routes``."""
_NEAREST = 2
"""Likeness of tools that find the same rows by the same."""


@dataclass(frozen=True)
class Asked:
    """What a tool of the reference solution is called for."""

    tool: str
    facts: frozenset[str]
    """``entity.attribute`` of what it has to deliver."""
    sees: frozenset[str] = frozenset()
    """The same of what it has to show along with that."""


def asked_of(calls: Iterable[GoldCall], decomposition: Decomposition) -> list[Asked]:
    """What each tool is called for, in the order of the calls."""
    facts: dict[str, set[str]] = {}
    sees: dict[str, set[str]] = {}
    known = {sub.id: sub.fact for sub in decomposition.sub_questions if sub.fact is not None}
    for call in calls:
        told = [fact for sub in call.answers if (fact := known.get(sub)) is not None]
        facts.setdefault(call.tool, set()).update(f"{fact.entity}.{fact.attribute}" for fact in told)
        along = (f"{fact.entity}.{attribute}" for fact in told for attribute in call.sees)
        sees.setdefault(call.tool, set()).update(along)
    return [Asked(tool, frozenset(facts[tool]), frozenset(sees[tool])) for tool in facts]


def delivered(document: ToolDocument) -> frozenset[str]:
    """``entity.attribute`` of all that a call of a tool can be credited with, or shows."""
    told = {f"{source.entity}.{attribute}" for source in document.returns.facts for attribute in source.fields.values()}
    needed = {one for leaf in document.needed for one in document.bound(leaf.path)}
    return frozenset(told - needed)


def confusable(asked: Asked, gold: ToolDocument, other: ToolDocument, *, sure: bool = True) -> bool:
    """Whether a tool is easily taken for one of the reference solution.

    Args:
        asked: What that one is called for.
        gold: Its document.
        other: The document of the other tool.
        sure: Whether the other one serves every row.
    """
    if other.name == gold.name or (gold.effect is Effect.READ and other.effect is not Effect.READ):
        return False
    serves = other.effect is gold.effect is Effect.READ and sure and asked.facts <= delivered(other)
    return not serves and likeness(gold, other) > 0


def likeness(one: ToolDocument, other: ToolDocument) -> int:
    """How near two tools are: 0 where they have nothing in common, 2 where they find the same rows by the same."""
    tables, found_by = (
        ({source.entity for source in each.returns.facts} for each in (one, other)),
        ({bound for leaf in each.needed for bound in each.bound(leaf.path)} for each in (one, other)),
    )
    (mine, theirs), (by, by_too) = tables, found_by
    if Effect.WRITE in (one.effect, other.effect):
        return 1 + bool(by & by_too) if mine & theirs else 0
    refers = _named(by) & theirs or _named(by_too) & mine
    return bool(mine & theirs or refers) + bool(by & by_too)


def _named(bounds: Iterable[str]) -> set[str]:
    """Tables that columns are called after: ``travellers`` for ``bookings.traveller_id``."""
    return {plural(re.sub(r"_(id|no|number|code)$", "", bound.partition(".")[2])) for bound in bounds}


def distractors(
    decomposition: Decomposition, calls: Sequence[GoldCall], others: Sequence[str], toolset: Toolset, rng: random.Random
) -> list[str]:
    """Tools that are offered beside those of the reference solution.

    Args:
        decomposition: The question.
        calls: The reference solution with this toolset.
        others: Tools that may be offered.
        toolset: The tools.
        rng: Draws.
    """
    design = toolset.design
    used = len({call.tool for call in calls})
    wanted = round(FEWEST + decomposition.brief.scalings.extension * (len(toolset.documents) - used - FEWEST))
    if not design.routes and not design.confusable:
        return rng.sample(others, min(max(wanted, 0), len(others)))
    fit = [name for name in rng.sample(others, len(others)) if not _compares(decomposition, name, toolset)]
    asked = asked_of(calls, decomposition)
    unsure = {face.name for face in toolset.faces for part in face.parts if part.function.name in toolset.unsure}
    chosen: dict[str, None] = {}
    for one in asked:
        gold = toolset.documents[one.tool]
        alike = [name for name in fit if confusable(one, gold, toolset.documents[name], sure=name not in unsure)]
        alike = sorted(alike, key=functools.partial(_unlike, toolset, gold))
        missing = ALIKE[design.confusable] - sum(name in chosen for name in alike)
        chosen |= dict.fromkeys([name for name in alike if name not in chosen][: max(0, missing)])
    chosen |= dict.fromkeys(_other_routes(asked, [name for name in fit if name not in unsure], toolset))
    wanted = max(wanted, LEAST[design.confusable] - len(asked), len(chosen))
    return [*chosen, *(name for name in fit if name not in chosen)][: max(0, min(wanted, MOST - len(asked)))]


def _other_routes(asked: Sequence[Asked], names: Sequence[str], toolset: Toolset) -> Iterator[str]:
    """Tools that deliver what one of the solution is called for, found by the same: one for each, then more."""
    routes = [[name for name in names if one.facts and _serves(one, name, toolset)] for one in asked]
    for number in range(ROUTES[toolset.design.routes]):
        yield from (some[number] for some in routes if number < len(some))


def _unlike(toolset: Toolset, gold: ToolDocument, name: str) -> int:
    return -likeness(gold, toolset.documents[name])


def _serves(one: Asked, name: str, toolset: Toolset) -> bool:
    other = toolset.documents[name]
    return likeness(toolset.documents[one.tool], other) == _NEAREST and one.facts | one.sees <= delivered(other)


def _compares(decomposition: Decomposition, tool: str, toolset: Toolset) -> bool:
    """Whether a tool could make the question's comparison by itself."""
    return bool(short_cut(decomposition, [(tool, decomposition.outcome.earned_by)], toolset))
