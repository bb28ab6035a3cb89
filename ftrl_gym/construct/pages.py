"""Pages in plans: a call of a tool that pages is made again, for the next page, until what it is made for is there.

The reference solution is made without pages; :class:`Pager` lengthens it on the real tools. Where one of several rows
is meant by comparing them, or all of them are, every page is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from ftrl_gym.construct.objects import GoldCall
from ftrl_gym.construct.trial import Pool
from ftrl_gym.execution import ToolFailure
from ftrl_gym.task import Fact, Json, PlannedCall, PlanTurn, SubQuestion
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World, WorldBase


class Pager:
    """Lengthens the plans of one task.

    Args:
        calls: The reference solution.
        subs: Its sub-questions.
        pool: The tools.
        base: The world.
    """

    def __init__(self, calls: Iterable[GoldCall], subs: Iterable[SubQuestion], pool: Pool, base: WorldBase) -> None:
        self._pool, self._base = pool, base
        self._facts: Mapping[str, Fact] = {sub.id: sub.fact for sub in subs if sub.fact is not None}
        calls = [call for call in calls if pool.documents[call.tool].pages is not None]
        self.pages = bool(calls)
        """Whether the reference solution calls a tool that pages."""
        self._compared = {sub for c in calls if c.sees or len(self._keys(c.answers)) > 1 for sub in c.answers}
        """What is told by lists that are read to their end, whichever tool gives them."""

    def _keys(self, subs: Iterable[str]) -> set[str]:
        return {self._facts[sub].key for sub in subs if sub in self._facts}

    def lengthened(self, turns: Sequence[PlanTurn]) -> list[PlanTurn]:
        """A plan whose calls say what they are made for (``solves``), with a call for each further page.

        A call that its tool refuses stays as it is: what is wrong with it is for a trial to say.
        """
        if not self.pages:
            return list(turns)
        world, done, whole = World(self._base), list[PlanTurn](), set[str]()
        for turn in turns:
            left, say = list(turn.calls), turn.say
            whole |= {list_of(call, self._pool.documents) for call in left if self._compared.intersection(call.solves)}
            while left or say is not None:
                done.append(PlanTurn(calls=tuple(left), say=say))
                left, say = [more for call in left if (more := self._next(call, world, whole)) is not None], None
        return done

    def _next(self, call: PlannedCall, world: World, whole: set[str]) -> PlannedCall | None:
        """The call for the next page; None where there is none, or it is not wanted any more. It is made for what is
        left of what this one is made for; lists among ``whole`` are read to their end."""
        document = self._pool.documents[call.tool]
        try:
            result = None if call.fails else self._pool.toolbox.run(call.tool, dict(call.arguments), world)
        except ToolFailure:
            return None
        following = result[document.pages.following] if result is not None and document.pages is not None else None
        if document.pages is None or following is None:
            return None
        wanted = tuple(sub for sub in call.solves if not _tells(document, result, self._facts[sub]))
        if not wanted and list_of(call, self._pool.documents) not in whole:
            return None
        arguments = {**call.arguments, document.pages.parameter: following}
        return call.model_copy(update={"arguments": arguments, "solves": wanted})


def list_of(call: GoldCall | PlannedCall, documents: Mapping[str, ToolDocument]) -> str:
    """Equal for calls for the pages of one list, and for no others."""
    pages = documents[call.tool].pages
    asked = {name: value for name, value in call.arguments.items() if pages is None or name != pages.parameter}
    return json.dumps([call.tool, asked], sort_keys=True)


def _tells(document: ToolDocument, result: Json, fact: Fact) -> bool:
    """Whether a result holds a fact."""
    return any(
        "|".join(str(row.get(name)) for name in source.key) == fact.key
        for source in document.returns.facts
        if source.entity == fact.entity and fact.attribute in source.fields.values()
        for row in source.rows(result)
    )
