"""The tools that tasks offer: how many, how many of them are easily taken for one that is needed, and how much like
real ones their documents are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftrl_gym.stats.sample import Measured
from ftrl_gym.stats.spread import Spread, share
from ftrl_gym.tooldoc import Effect, ToolDocument

TERSE = 4
"""Most words of a terse description."""
_VERBS = frozenset(
    re.findall(
        r"\w+",
        """all by check fetch find for from get in info list load look lookup of on query read retrieve search see show
        the to up view with""",
    )
)
"""Words of tools' names that say nothing of what they are about."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


@dataclass(frozen=True)
class OfOffered:
    """Tools offered. Shares are of documents, each as often as it is offered."""

    tools: Spread
    """Per task."""
    confusable: Spread
    """Per tool of a task's first plan: see :func:`confusable`."""
    three_confusable: float | None
    """Share of these that have at least three."""
    terse: float | None
    """Documents with a description of at most four words."""
    nested: float | None
    """Documents with a parameter that is an object, or an array of objects."""
    conditional: float | None
    """Documents in which one parameter decides what another means, or of which sets of parameters one is given."""


def of_offered(tasks: Sequence[Measured]) -> OfOffered:
    """What tasks offer."""
    numbers = [number for each in tasks for number in _confusable(each)]
    documents = [document for each in tasks for document in each.documents]
    marked = {id(document): (is_nested(document), is_conditional(document)) for document in documents}
    return OfOffered(
        tools=Spread.of(len(each.documents) for each in tasks),
        confusable=Spread.of(numbers),
        three_confusable=share(number >= 3 for number in numbers),
        terse=share(len(document.description.split()) <= TERSE for document in documents),
        nested=share(marked[id(document)][0] for document in documents),
        conditional=share(marked[id(document)][1] for document in documents),
    )


def is_nested(document: ToolDocument) -> bool:
    """Whether a parameter holds objects."""
    return any("." in leaf.path or leaf.in_parts for leaf in document.leaves)


def is_conditional(document: ToolDocument) -> bool:
    """Whether what a parameter means, or whether it is given, depends on another one."""
    return bool({"oneOf", "if", "dependentRequired"} & {*document.parameters}) or any(
        len(document.bound(path)) > 1 for path in document.binds
    )


def confusable(gold: ToolDocument, other: ToolDocument, asked: frozenset[str]) -> bool:
    """Whether a tool is easily taken for one that a plan uses, and does not do.

    Args:
        gold: The one that is used.
        other: Another one.
        asked: ``entity.attribute`` of the facts that it is used for; empty where something else is needed of it.

    They look alike if they are of the same effect, and about the same kind of thing, found by the same attribute, or
    named by the same noun. For a fact, another one will do if it tells that attribute; for a change, none will.
    """
    told = _told(other)
    does = gold.effect is Effect.READ and (asked or _told(gold)) <= told
    return not does and similar(gold, other)


def similar(one: ToolDocument, other: ToolDocument) -> bool:
    """Whether two tools look alike."""
    if one.name == other.name or one.effect is not other.effect:
        return False
    mine, theirs = ({source.entity for source in each.returns.facts} for each in (one, other))
    return bool(mine & theirs or one.brings.keys() & other.brings.keys() or _nouns(one.name) & _nouns(other.name))


def _nouns(name: str) -> set[str]:
    words = (word.lower() for word in _WORD.findall(name))
    return {re.sub("ies$", "y", word).removesuffix("s") for word in words if word not in _VERBS}


def _told(document: ToolDocument) -> frozenset[str]:
    return frozenset(f"{each.entity}.{name}" for each in document.returns.facts for name in each.fields.values())


def _confusable(each: Measured) -> Iterator[int]:
    """For each tool of a task's first plan, how many others are confusable with it."""
    task = each.task
    assert task is not None
    documents = {document.name: document for document in each.documents}
    asked: dict[str, set[str]] = {}
    facts = {sub.id: f"{sub.fact.entity}.{sub.fact.attribute}" for sub in task.sub_questions if sub.fact is not None}
    for call in task.plans[0].calls() if task.plans else ():
        asked.setdefault(call.tool, set()).update(facts[sub] for sub in call.solves if sub in facts)
    for tool, wanted in asked.items():
        yield sum(confusable(documents[tool], other, frozenset(wanted)) for other in each.documents)
