"""An episode: all that changes between ``reset`` and the end, in one object, so that a snapshot is a copy of it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from ftrl_gym import counterpart
from ftrl_gym.ftrl_ledger import FtrlLedger
from ftrl_gym.grounding import Grounding
from ftrl_gym.matching import Ledger, Score
from ftrl_gym.task import Task
from ftrl_gym.world import World

Message = dict[str, Any]
"""One chat message in OpenAI's format."""

Info = dict[str, Any]
"""What ``reset`` and ``step`` say beside the observation."""


_HASHABLE: dict[type, Callable[[Any], Any]] = {
    set: frozenset,
    list: tuple,
    dict: lambda value: frozenset(value.items()),
}
_counts = operator.attrgetter(*(f.name for f in fields(Ledger) if f.name not in ("goal", "unasked", "known")))


def _same(value: object) -> object:
    return value


class End(StrEnum):
    """Why an episode ended."""

    ANSWERED = "answered"
    """A turn without calls, and nobody to hear it."""
    USER_DONE = "user_done"
    """The scripted user had nothing left to say."""
    TURN_LIMIT = "turn_limit"
    """Out of turns; the outcome is forfeited."""


@dataclass(slots=True)
class TurnFacts:
    """What one turn did, for reward schemes."""

    content: str
    """Its text outside calls and reasoning."""
    before: Score | None
    """The score before it; None for the first turn."""
    after: Score
    end: End | None
    right: bool
    """Whether the episode ended with it, and the outcome is right and earned."""


@dataclass(slots=True)
class Episode:
    """All that changes in an episode; a snapshot is a copy of it."""

    task: Task
    world: World | None
    ledger: Ledger | FtrlLedger
    told: Grounding
    turn: int = 0
    heard: counterpart.Heard = field(default_factory=counterpart.Heard)
    tool_calls: dict[str, int] = field(default_factory=dict)
    spoiled: bool = False
    """A guess was written into the world, or something to which the user had not agreed, so what is read from it no
    longer grounds or earns anything."""
    facts: TurnFacts | None = None
    transcript: tuple[Message, ...] = ()

    def copy(self) -> Episode:
        """An independent copy, whose cost does not depend on the world's size."""
        return Episode(
            self.task, None if self.world is None else self.world.copy(), self.ledger.copy(), self.told.copy(),
            self.turn, self.heard, dict(self.tool_calls), self.spoiled, self.facts, self.transcript,
        )  # fmt: skip

    def __deepcopy__(self, memo: dict[int, object]) -> Episode:
        return self.copy()

    def situation(self) -> tuple[object, ...] | None:
        """What its future rests on, hashable: equal turns in equal situations of one task do, and are paid, the same.

        None when that is not known. Left out are the transcript and the last turn's words, which nothing but a reader
        looks at, and the ledger's ``unasked`` and ``known``, which each turn begins by working out anew.
        """
        ledger = self.ledger
        if not isinstance(ledger, Ledger) or (self.world is not None and self.world.touched):
            return None
        counts = tuple(_HASHABLE.get(type(value), _same)(value) for value in _counts(ledger))
        told = self.told.situation()
        return (self.turn, self.heard, self.spoiled, frozenset(self.tool_calls.items()), told, counts)

    def info(self, messages: list[Message], calls: list[Info]) -> Info:
        """What the last turn's ``step`` says beside its observation; the same in every run.

        Args:
            messages: That were appended to the conversation.
            calls: ``{"tool": ..., "status": ...}`` of each call.
        """
        facts = self.facts
        assert facts is not None
        score = facts.after
        return {
            "messages": messages,
            "calls": calls,
            "score": {
                "precision": score.precision,
                "recall": score.recall,
                "f1": score.f1,
                "outcome": 1.0 if facts.right else 0.0,
                "solved": score.solved,
                "calls": score.calls,
                "invalid": self.ledger.invalid,
                "waste": score.waste,
            },
            "end": facts.end._value_ if facts.end is not None else None,
        }
