"""What a tool refuses: a wrong value is not answered as a right one is, and the refusal helps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ftrl_gym import parameters
from ftrl_gym.construct.llm.answer_types import at, is_answer
from ftrl_gym.construct.llm.bench import NONSENSE, Arguments, Bench
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.parameters import Leaf
from ftrl_gym.prompt import to_json
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import ToolDocument

_MOST_WORDS = 6
"""Words of the question that are given where they are wrong."""
_PLAIN_WORD = re.compile(r"\b[a-z]{4,}\b")


def refusal_flaws(
    draft: Draft, bench: Bench, document: ToolDocument, base: Arguments, places: dict[str, str]
) -> Iterator[Flaw]:
    """Wrong values that a tool answers, or refuses without a word that helps.

    Args:
        draft: The task.
        bench: Its tools.
        document: Of the tool that is looked at.
        base: A call of it that works.
        places: Sub-question -> where its answer stands in the result of its call.
    """
    for leaf in _free(document):
        yield from _not_refused(draft, bench, document, leaf, base, places)


def _free(document: ToolDocument) -> list[Leaf]:
    """Places that every call fills with something that no vocabulary lists."""
    return [leaf for leaf in document.needed if not leaf.choices and leaf.schema.get("type") != "boolean"]


def _wrong_values(leaf: Leaf, draft: Draft) -> Iterable[Json]:
    """Values that are wrong in a place; plain words of the question are, and a call may be paid that gives one."""
    if leaf.in_parts:
        return (parameters.in_parts("1803-02-01"),)
    if leaf.schema.get("type") in ("integer", "number"):
        return (-987654, 987654321)
    right = to_json([dict(call.arguments) for call in draft.scaled.calls]).casefold()
    words = dict.fromkeys(_PLAIN_WORD.findall(draft.decomposition.question))
    return (NONSENSE, "1803-02-01", "ZZ-99999", *[word for word in words if word not in right][:_MOST_WORDS])


def _not_refused(
    draft: Draft, bench: Bench, document: ToolDocument, leaf: Leaf, base: Arguments, places: dict[str, str]
) -> Iterator[Flaw]:
    """A wrong value that is answered as the right one is, or refused without a word that helps."""
    tool = document.name
    subs = [sub for sub in draft.subs if draft.call_of[sub.id].tool == tool and draft.call_of[sub.id].arguments == base]
    for value in _wrong_values(leaf, draft):
        changed = bench.with_value(tool, base, leaf, value)
        if changed is None:
            continue
        ran = bench.call(tool, changed)
        told = f"{tool}({to_json(changed)})"
        if any(not ran.refused and is_answer(sub.answer, at(ran.value, places[sub.id])) for sub in subs):
            evidence = (
                f"{told} has a wrong {leaf.path} and still gives the answer: look the value up, and raise ValueError "
                "with a helpful message for one that is not there"
            )
            yield Flaw("wrong argument answered", WriterStage.DEPLOYMENT, evidence, tool)
            return
        if ran.error is not None and (ran.untelling or len(ran.error.split()) < 2):
            evidence = (
                f"{told} failed with {ran.error[:200]!r}, which tells a caller nothing: raise ValueError with a "
                f"message that says what is wrong with {leaf.path} and what would be right"
            )
            yield Flaw("untelling error", WriterStage.DEPLOYMENT, evidence, tool)
            return
        if ran.out_of_time:
            yield Flaw("never ends", WriterStage.DEPLOYMENT, f"{told} failed: {ran.error}", tool)
            return
