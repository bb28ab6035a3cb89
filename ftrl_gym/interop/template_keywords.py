"""Keywords of ``gym.make`` that are not for libraries which show tools and calls by the model's own chat template."""

from __future__ import annotations

from collections.abc import Iterable

from ftrl_gym.errors import UsageError

_OF_THE_TEMPLATE = ("docs", "dialect")


def refuse_template_keywords(keywords: Iterable[str], library: str) -> None:
    """Refuses keywords that say how tools and calls are written.

    Args:
        keywords: As given for ``gym.make``.
        library: What the environment is for.

    Raises:
        UsageError: One of them does.
    """
    given = set(keywords)
    for name in _OF_THE_TEMPLATE:
        if name in given:
            raise UsageError(
                f"{name}= is not for {library}: how tools and calls are written says the model's chat template"
            )
