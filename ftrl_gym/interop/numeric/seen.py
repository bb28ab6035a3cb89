"""All that an episode has shown so far, as what could be done next is worked out from it, and nothing else."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ftrl_gym.baselines.retrieval import failed_for_a_moment
from ftrl_gym.baselines.sight import Call, Sight, Tool
from ftrl_gym.baselines.words import stems
from ftrl_gym.interop.numeric.asked import Asked
from ftrl_gym.interop.numeric.calls import Filler, GroundedCall
from ftrl_gym.interop.numeric.endings import Ending, endings
from ftrl_gym.interop.numeric.entities import Entities
from ftrl_gym.results import scalars
from ftrl_gym.task import Json

_RELEVANT = 1.0
"""What a tool's relevance counts for among calls, beside how well their values fit."""
_FRESH = 0.4
"""What a call gains that builds on the latest result."""
_ONE_MORE = 0.3
"""What a call loses for each of its tool's that is likelier, so that every tool has its turn."""
_CHANGES = 1.5
"""What a call loses that seems to change something."""


class Seen:
    """What was seen, said and done in an episode.

    Args:
        info: Of ``reset``.
    """

    def __init__(self, info: dict[str, Any]) -> None:
        self.sight = Sight(info)
        self.tools: list[Tool] = list(self.sight.tools.values())
        self.entities = Entities(self.sight)
        self._filler = Filler(self.tools)
        self.made: set[str] = set()
        """The calls that were made, as texts."""
        self.to_repeat: set[str] = set()
        """Those of the last turn that failed in a way that asks to try again."""
        self.tool_made: dict[str, int] = {}
        """Tool -> how often it was called."""
        self.used: set[Json] = set()
        """Values of entities that calls have given."""
        self._touched: frozenset[str] = frozenset()
        self._asked: tuple[int, Asked] | None = None
        self._filler.take_in(self.entities.take_in())

    def note(self, call: Call | None, info: dict[str, Any]) -> None:
        """Takes in what a turn led to.

        Args:
            call: The call that it made, if it made one.
            info: Of ``step``.
        """
        if call is not None:
            self.sight.make([call])
            name, arguments = call
            self.made.add(repr(call))
            self.tool_made[name] = self.tool_made.get(name, 0) + 1
            given = scalars(arguments)
            self.used.update(given)
            texts = [value for value in given if isinstance(value, str)]
            # "Sanchez" is used with "Crystal Sanchez".
            named = [one.value for one in self.entities.of_question if isinstance(one.value, str)]
            self.used.update(name for name in named if any(name in text for text in texts))
            self._touched |= frozenset(stems(name))
        self.sight.note(info)
        self.to_repeat = {repr(result.call) for result in self.sight.last() if failed_for_a_moment(result)}
        self._filler.take_in(self.entities.take_in())
        for name in ("left", "scores_left", "waiting"):
            self.__dict__.pop(name, None)

    @property
    def asked(self) -> Asked:
        """What was asked for."""
        if self._asked is None or self._asked[0] != len(self.sight.said):
            self._asked = len(self.sight.said), Asked(self.sight)
        return self._asked[1]

    @property
    def latest(self) -> int:
        """Number of the latest result; -1 before there is one."""
        return len(self.sight.results) - 1

    @property
    def last_tool(self) -> str:
        """The tool of the latest result."""
        return self.sight.results[-1].call[0] if self.sight.results else ""

    @cached_property
    def left(self) -> tuple[str, ...]:
        """The stems of the question that stand in no name of a tool that was called."""
        return self.asked.left(self._touched)

    @cached_property
    def scores_left(self) -> list[float]:
        """How much each tool has to do with those."""
        return self.asked.scores_of(self.left)

    @cached_property
    def waiting(self) -> int:
        """How many values of the question no call has given yet."""
        return sum(entity.value not in self.used for entity in self.entities.of_question)

    def is_open(self, call: GroundedCall) -> bool:
        """Whether a call was not made yet, or failed for a moment only."""
        return call.text not in self.made or call.text in self.to_repeat

    def calls(self, most: int) -> list[GroundedCall]:
        """The calls that could be made, the likeliest first; those that were made already come last.

        Args:
            most: At most so many.
        """
        relevance, left = self.asked.scores, self.scores_left

        def likely(place: int, rank: float, call: GroundedCall) -> float:
            score = _RELEVANT * max(relevance[call.tool], left[call.tool]) + rank - _ONE_MORE * place
            return score + _FRESH * (0 <= self.latest == call.latest) - _CHANGES * (not call.about.looks)

        drafts = self._filler.calls(self.asked.all_stems, self.latest, self.used)
        ranked = sorted(((likely(*draft), draft[2]) for draft in drafts), key=lambda one: -one[0])
        found = [call for _, call in ranked]
        found = found[: most + len(self.made)]  # behind these no call is listed, whichever of them were made
        return sorted(found, key=self.is_open, reverse=True)[:most]

    def endings(self, most: int) -> list[Ending]:
        """What could be answered; see :func:`ftrl_gym.interop.numeric.endings.endings`."""
        return endings(self.sight, self.asked, self.entities, most)
