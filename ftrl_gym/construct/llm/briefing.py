"""A brief in words: what a model is told of the task that is wanted from it."""

from __future__ import annotations

from collections.abc import Sequence

from ftrl_gym.construct.objects import Brief, Scalings
from ftrl_gym.task import Kind

_MOST_OTHERS = 60
_SHAPES = {
    Kind.SINGLE_HOP: "one sub-question, answered by one call",
    Kind.PARALLEL_SINGLE_HOP: "{width} sub-questions, none of which depends on another",
    Kind.MULTI_HOP: "a chain of {hops} sub-questions, each of which needs the answer of the one before",
    Kind.PARALLEL_MULTI_HOP: "{width} chains side by side, the longest of {hops} sub-questions; they may meet in one",
}


def shape_text(brief: Brief) -> str:
    """How the sub-questions hang together."""
    return f"{_SHAPES[brief.kind].format(hops=brief.hops, width=brief.width)}."


def source_text(brief: Brief) -> str:
    """What the task is about: a domain, or a question that is there already."""
    if not brief.asked:
        return f"The domain: {brief.domain}."
    about = f" It belongs to this domain: {brief.domain}." if brief.domain else ""
    return (
        f"The question is given, and stays as it is, word for word:\n\n{brief.asked}\n\nTake it apart.{about} If it "
        "is of another kind than the one named below, it stays of its own kind."
    )


def avoid_text(others: Sequence[str]) -> str:
    """The questions that there are; empty where there are none."""
    if not others:
        return ""
    listed = "\n".join(f"   - {question}" for question in others[-_MOST_OTHERS:])
    return f"7. It asks for other things, of other objects, in other words than these questions:\n{listed}\n"


def scalings_text(scalings: Scalings) -> str:
    """What is to be made harder, and how far.

    >>> print(scalings_text(Scalings(extension=0.5)))
    - Offer 3 more tools of the same field that no sub-question needs and that really work.
    """
    lines = []
    if scalings.generalization > 0:
        lines.append(
            "- Let a tool do more than it has to: it looks up several kinds of things, and a parameter says which."
        )
    if scalings.parameters > 0:
        count = 1 + round(2 * scalings.parameters)
        lines.append(
            f"- Give each tool up to {count} more {'parameter' if count == 1 else 'parameters'} that shape or narrow "
            "the result; most of them optional, with documented defaults."
        )
    if scalings.types > 0:
        kinds = ["enum", "number", "boolean", "array", "object"][: 1 + round(4 * scalings.types)]
        lines.append(f"- Let some parameters that were plain strings have richer types: {', '.join(kinds)}.")
    if scalings.extension > 0:
        count = 1 + round(4 * scalings.extension)
        lines.append(
            f"- Offer {count} more {'tool' if count == 1 else 'tools'} of the same field that no sub-question needs "
            "and that really work."
        )
    return "\n".join(lines) or "- None: leave tools and calls as they are."
