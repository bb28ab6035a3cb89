"""Questions whose comparison a tool makes itself, by its options: sorted by fee, one row, or only fees above a bound.

Who leaves the comparison to the tool is right, but never sees the rows that were compared, and an answer is paid only
where the facts behind it were delivered. So such a question does not go with such a tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ftrl_gym.construct.objects import Decomposition
from ftrl_gym.construct.programs import Op
from ftrl_gym.construct.variants.options import can_filter, can_rank
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.task import Outcome, SubQuestion

_FILTERED = (Op.COUNT, Op.SELECT)
"""Operations whose rows a tool could pick: the families of their questions begin with these words."""
_RANKED = (Op.LOWEST, Op.HIGHEST, Op.LEAST, Op.MOST, Op.SECOND_LOWEST, Op.SECOND_HIGHEST)
"""Operations whose row a tool could put first."""


class Asking(Protocol):
    """A question with its sub-questions: a decomposition, or a task."""

    @property
    def family(self) -> str: ...
    @property
    def sub_questions(self) -> tuple[SubQuestion, ...]: ...
    @property
    def outcome(self) -> Outcome: ...


def short_cut(asking: Asking, calls: Iterable[tuple[str, Sequence[str]]], toolset: Toolset) -> str:
    """Which call could make the question's comparison by itself, in words; empty if none can.

    Args:
        asking: The question.
        calls: Tool and sub-questions of each call of its plan.
        toolset: The tools.
    """
    operation = asking.family.partition("/")[0]
    if operation not in (*_FILTERED, *_RANKED):
        return ""
    earning = set(asking.outcome.earned_by)
    facts = {sub.id: sub.fact for sub in asking.sub_questions if sub.fact is not None and sub.id in earning}
    for tool, solved in calls:
        compared = [(facts[sub].entity, facts[sub].attribute) for sub in solved if sub in facts]
        if len(compared) < 2:
            continue
        face = next(face for face in toolset.faces if face.name == tool)
        for source in toolset.documents[tool].returns.facts:
            for field, attribute in source.fields.items():
                if operation in _FILTERED:
                    picks = can_filter(face.options, field)
                else:
                    picks = can_rank(face.options, field, face.paged is not None)
                if picks and (source.entity, attribute) in compared:
                    return f"{tool} compares by {field} itself"
    return ""


def tested_attributes(decomposition: Decomposition) -> set[str]:
    """``entity.attribute`` of what the question compares with a word."""
    earning = set(decomposition.outcome.earned_by)
    facts = [sub.fact for sub in decomposition.sub_questions if sub.fact is not None and sub.id in earning]
    return {f"{fact.entity}.{fact.attribute}" for fact in facts if str(fact.value) in decomposition.tested}


def filtered(tools: Iterable[str], toolset: Toolset, tested: set[str]) -> str:
    """Which of these tools could leave out by itself what the question compares with a word; empty if none can."""
    for tool in tools:
        document = toolset.documents[tool]
        optional = (leaf.path for leaf in document.leaves if not leaf.required)
        if any(tested.intersection(document.bound(path)) for path in optional):
            return f"{tool} filters by what the question compares with"
    return ""
