"""What a build asks of a model, in requests, tokens and money, and the limit at which it stops.

A remembered reply counts with the tokens that it took when it was made, but costs nothing now: so a build that is run
again, or goes on, meets its limit where an undisturbed one would.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ftrl_gym.construct.llm.model import NOTHING, Usage
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.errors import BudgetSpent


@dataclass(frozen=True)
class Prices:
    """Money for a million tokens."""

    prompt: float
    completion: float

    def of(self, usage: Usage) -> float:
        """What some tokens cost."""
        return (usage.prompt * self.prompt + usage.completion * self.completion) / 1e6


@dataclass(frozen=True)
class Spent:
    """What one stage took, or all of them."""

    requests: int = 0
    """Requests that were made now."""
    remembered: int = 0
    """Replies that were found in the cache."""
    asked_again: int = 0
    """How many of both were second and later tries."""
    paid: Usage = NOTHING
    """Tokens of the requests."""
    saved: Usage = NOTHING
    """Tokens that the remembered replies once took."""

    @property
    def tokens(self) -> int:
        """All that counts towards the limit."""
        return self.paid.total + self.saved.total

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.requests + other.requests,
            self.remembered + other.remembered,
            self.asked_again + other.asked_again,
            self.paid + other.paid,
            self.saved + other.saved,
        )


class Spending:
    """The account of one build; safe between threads.

    Args:
        limit: The most tokens it may take; None for no limit. What runs at the limit is finished, so that a build may
            end above it by the replies that were on their way.
        prices: For the report; None where nobody said.
    """

    def __init__(self, limit: int | None = None, prices: Prices | None = None) -> None:
        self.limit, self.prices = limit, prices
        self._stages: dict[WriterStage, Spent] = {}
        self._retried: Counter[str] = Counter()
        self._reserved = 0
        self._lock = threading.Lock()

    @contextmanager
    def admitted(self, stage: WriterStage, prompt: int) -> Iterator[None]:
        """Lets a request begin, and reserves what it is expected to take while it runs.

        Args:
            stage: What it is for.
            prompt: Its tokens, estimated.

        Raises:
            BudgetSpent: It would go over the limit.
        """
        with self._lock:
            spent = self._stages.get(stage, Spent())
            answers = spent.requests + spent.remembered
            expected = prompt + ((spent.paid.completion + spent.saved.completion) // answers if answers else 0)
            total = sum(each.tokens for each in self._stages.values())
            if self.limit is not None and total + self._reserved + expected > self.limit:
                raise BudgetSpent(total, self.limit)
            self._reserved += expected
        try:
            yield
        finally:
            with self._lock:
                self._reserved -= expected

    def count(self, stage: WriterStage, usage: Usage, *, remembered: bool, again: bool) -> None:
        """Notes one reply.

        Args:
            stage: What it was for.
            usage: Its tokens.
            remembered: Whether it was found in the cache.
            again: Whether it was a second or later try.
        """
        one = Spent(saved=usage, remembered=1) if remembered else Spent(paid=usage, requests=1)
        with self._lock:
            self._stages[stage] = self._stages.get(stage, Spent()) + replace(one, asked_again=int(again))

    def note_retries(self, faults: Iterable[str]) -> None:
        """Notes faults after which a request was made again, and then answered."""
        with self._lock:
            self._retried.update(faults)

    def retried(self) -> dict[str, int]:
        """How often requests were made again, by the fault before."""
        with self._lock:
            return dict(sorted(self._retried.items()))

    def remember(self, stage: WriterStage, spent: Spent) -> None:
        """Notes what an interrupted build took for something that it finished, and that is not asked for again."""
        taken = Spent(
            remembered=spent.requests + spent.remembered, asked_again=spent.asked_again, saved=spent.paid + spent.saved
        )
        with self._lock:
            self._stages[stage] = self._stages.get(stage, Spent()) + taken

    def by_stage(self) -> dict[WriterStage, Spent]:
        """What each stage took so far, in the order of the stages."""
        with self._lock:
            return {stage: self._stages[stage] for stage in WriterStage if stage in self._stages}

    def total(self) -> Spent:
        """What all stages took so far."""
        return sum(self.by_stage().values(), Spent())

    def cost(self) -> float | None:
        """Money for the requests that were made now; None without prices."""
        return None if self.prices is None else self.prices.of(self.total().paid)
