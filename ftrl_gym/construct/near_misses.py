"""Near misses: what a result says of other things than its call asked for.

A search shows rows that are only like what was asked for, and results tell how rows are kept. A text in them may
be, by chance, one that a question asks for elsewhere; that is no other way to know it. So whether a plan's calls are
needed, and what was known before them, is judged by what results say of exactly the things that their calls asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ftrl_gym.delivery import asked_for, is_exact
from ftrl_gym.goal import Goal
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import Effect, ToolDocument


class Exact:
    """What the calls of one plan have told of the things that they asked for.

    Args:
        goal: Of the task.
    """

    def __init__(self, goal: Goal) -> None:
        self._goal = goal
        self._told: set[int] = set()

    def said(self, tool: str, arguments: Mapping[str, Json], result: Json) -> Json:
        """A result without near misses and records; that of a writing tool as it is."""
        document = self._goal.documents[tool]
        return exactly(document, arguments, result) if document.effect is Effect.READ else result

    def serves(self, tool: str, arguments: Mapping[str, Json], said: Json) -> bool:
        """Whether a call is made for something: a fact that only near misses have told so far, or a list's next page.

        Args:
            tool: Its name.
            arguments: In canonical form.
            said: What it said exactly.
        """
        found = self._goal.delivered(tool, arguments, said, set())
        fresh = not found <= self._told
        self._told |= found
        pages = self._goal.documents[tool].pages
        return fresh or (pages is not None and (pages.parameter in arguments or said.get(pages.following) is not None))


def exactly(document: ToolDocument, arguments: Mapping[str, Json], result: Json) -> Json:
    """The facts in a result that are of what a call asked for, where they stand in it, and what says its next page."""
    asked = asked_for(document, arguments)
    kept: dict[str, list[Json]] = {}
    for source in document.returns.facts:
        for row in source.rows(result):
            if is_exact(source, asked, row):
                kept.setdefault(source.path, []).append({name: row[name] for name in source.fields if name in row})
    if "" in kept:
        return kept[""]
    found: dict[str, Any] = {}
    for place, rows in kept.items():
        *around, last = place.split(".")
        inside = found
        for step in around:
            inside = inside.setdefault(step, {})
        inside[last] = rows
    return found | {document.pages.following: result[document.pages.following]} if document.pages is not None else found
