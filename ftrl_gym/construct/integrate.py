"""Stage 3, function integration: narrow documents with overlapping function become one tool each.

Two documents overlap when one function of the pool covers both. The merged tool is that function's document; n narrow
documents become m <= n tools, and :attr:`Integrated.serves` says which tool serves which sub-question.
"""

from __future__ import annotations

from collections.abc import Mapping

from ftrl_gym.construct.objects import Documented, Integrated
from ftrl_gym.tooldoc import ToolDocument


def integrate(documented: Documented, pool: Mapping[str, ToolDocument]) -> Integrated:
    """The fewest pool tools that cover all narrow documents."""
    serves = {sub: narrow.origin for narrow in documented.documents for sub in narrow.sub_questions}
    names = dict.fromkeys(serves.values())
    return Integrated(documented=documented, tools=tuple(pool[name] for name in names), serves=serves)
