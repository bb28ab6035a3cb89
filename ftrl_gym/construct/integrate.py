"""Stage 3, function integration: narrow documents with overlapping function become one tool each.

Two documents overlap when one tool of the brief's variant does what both do. The merged tool is that tool's document; n
narrow documents become m <= n tools, and :attr:`Integrated.serves` says which tool serves which sub-question.
"""

from __future__ import annotations

from ftrl_gym.construct.objects import Decomposition, Documented, Integrated
from ftrl_gym.construct.variants.toolset import Toolset


def integrate(documented: Documented, toolset: Toolset) -> Integrated:
    """The fewest tools of the variant that cover all narrow documents.

    Args:
        documented: Narrow views of the plain tools.
        toolset: The variant, without scalings.
    """
    attributes = attributes_of(documented.decomposition)
    serves = {}
    for narrow in documented.documents:
        for sub in narrow.sub_questions:
            serves[sub] = toolset.calls(narrow.origin, {}, attributes.get(sub, ()))[0].tool
    names = dict.fromkeys(serves.values())
    return Integrated(documented=documented, tools=tuple(toolset.documents[name] for name in names), serves=serves)


def attributes_of(decomposition: Decomposition) -> dict[str, tuple[str]]:
    """Sub-question -> the attribute that answers it; changes have none."""
    return {sub.id: (sub.fact.attribute,) for sub in decomposition.sub_questions if sub.fact is not None}
