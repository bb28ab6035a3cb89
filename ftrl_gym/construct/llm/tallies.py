"""Which task took which tokens: an account that also keeps a tally of whatever the running thread is at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, replace
from typing import Any

from ftrl_gym.construct.llm.model import Usage
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.spending import Spending, Spent

Tally = dict[WriterStage, Spent]

_running: ContextVar[Tally | None] = ContextVar("tally", default=None)


class TalliedSpending(Spending):
    """An account that tells tasks apart."""

    @contextmanager
    def tallied(self, tally: Tally) -> Iterator[None]:
        """Whatever this thread asks for meanwhile is noted in ``tally`` too."""
        token = _running.set(tally)
        try:
            yield
        finally:
            _running.reset(token)

    def count(self, stage: WriterStage, usage: Usage, *, remembered: bool, again: bool) -> None:
        """See :meth:`Spending.count`."""
        super().count(stage, usage, remembered=remembered, again=again)
        tally = _running.get()
        if tally is not None:
            one = Spent(saved=usage, remembered=1) if remembered else Spent(paid=usage, requests=1)
            tally[stage] = tally.get(stage, Spent()) + replace(one, asked_again=int(again))


def as_json(tally: Tally) -> dict[str, Any]:
    """A tally for a file."""
    return {stage.value: asdict(spent) for stage, spent in tally.items()}


def from_json(content: dict[str, Any]) -> Tally:
    """A tally out of a file. Raises KeyError, TypeError or ValueError where it is none."""
    return {
        WriterStage(stage): Spent(**{**spent, "paid": Usage(**spent["paid"]), "saved": Usage(**spent["saved"])})
        for stage, spent in content.items()
    }
