"""Rows of an insurer that are made together, so that each line of business has its perils and its adjusters."""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.worlds import insurance_words as words
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row

_PERILS = 5
_ADJUSTERS = 4


def perils(draft: Draft) -> Iterator[Row]:
    """Some for each line."""
    for line in words.LINES:
        for _ in range(_PERILS):
            yield {"name": draft.names.pick(words.PERILS[line]), "line": line}


def adjusters(draft: Draft) -> Iterator[Row]:
    """Some for each line."""
    for line in words.LINES * _ADJUSTERS:
        yield {"line": line}
