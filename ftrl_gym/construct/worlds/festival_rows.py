"""Rows of a festival that are made together: every juror of a section votes on each of its entries."""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row


def votes(draft: Draft) -> Iterator[Row]:
    """One vote for each juror and entry of the same section."""
    for juror, member in draft.tables["jurors"].items():
        for entry, film in draft.tables["entries"].items():
            if film["section"] == member["section"]:
                yield {"juror": juror, "entry": entry}
