"""The report of a build with a model: what was asked for, what was kept, what was dropped and why, what it took."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from ftrl_gym.construct.llm.making import Repair
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.spending import Prices, Spent

_SHOWN = 12


class Stopped(StrEnum):
    """Why a build ended before every task was tried."""

    BUDGET = "budget"
    """The limit of tokens was reached."""
    UNREACHABLE = "unreachable"
    """The model could not be asked any more."""


@dataclass(frozen=True)
class DroppedTask:
    """A task that came to nothing."""

    task: str
    """The id that it would have had."""
    stage: str
    check: str
    reason: str
    open: bool = False
    """Whether the endpoint gave no reply: the same command asks again."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did."""

    scenario: str
    model: str
    asked: int
    """Tasks that were asked for."""
    kept: tuple[str, ...]
    """Ids of the certified tasks."""
    kinds: dict[str, int]
    """Their kinds."""
    dropped: tuple[DroppedTask, ...]
    repairs: tuple[tuple[str, Repair], ...]
    """Task and what was mended in it, of kept tasks."""
    spent: dict[WriterStage, Spent]
    cost: float | None
    """Money for the requests that were made now; None without prices."""
    seconds: float
    stopped: Stopped | None = None
    retried: Mapping[str, int] = field(default_factory=dict)
    """How often a request was made again, by the fault before."""

    @property
    def left(self) -> int:
        """Tasks that were not tried to the end."""
        return self.asked - len(self.kept) - len(self.dropped)

    @property
    def open(self) -> int:
        """Tasks that were dropped for want of a reply, and that the same command asks for again."""
        return sum(one.open for one in self.dropped)

    def content(self) -> dict[str, Any]:
        """The report as JSON."""
        total = sum(self.spent.values(), Spent())
        return {
            "scenario": self.scenario,
            "model": self.model,
            "asked": self.asked,
            "kept": len(self.kept),
            "left": self.left,
            "stopped": self.stopped.value if self.stopped else None,
            "kinds": self.kinds,
            "tasks": list(self.kept),
            "dropped": [asdict(one) for one in self.dropped],
            "repaired": [{"task": task, **asdict(one)} for task, one in self.repairs],
            "requests": total.requests,
            "remembered": total.remembered,
            "retried": dict(self.retried),
            "tokens": {"prompt": total.paid.prompt, "completion": total.paid.completion, "total": total.tokens},
            "stages": {
                stage.value: {
                    "requests": one.requests,
                    "remembered": one.remembered,
                    "asked_again": one.asked_again,
                    "prompt_tokens": one.paid.prompt,
                    "completion_tokens": one.paid.completion,
                    "remembered_tokens": one.saved.total,
                }
                for stage, one in self.spent.items()
            },
            "cost": self.cost,
            "seconds": round(self.seconds, 1),
        }

    def as_json(self, source: str) -> bytes:
        """The same as the bytes of a file.

        Args:
            source: What tells this build from others of the same name.
        """
        return json.dumps({**self.content(), "source": source}, ensure_ascii=False, indent=1).encode() + b"\n"

    def render(self) -> str:
        """The report for reading."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        lines = [
            f"{self.scenario}, written by {self.model}: {self.asked} tasks asked for, {len(self.kept)} kept"
            + (f" ({kinds})" if kinds else "")
            + f", {len(self.dropped)} dropped"
            + (f", {self.left} not tried" if self.left else "")
        ]
        lines += _counts("dropped", [f"{one.check} ({one.stage})" for one in self.dropped])
        for one in self.dropped[:_SHOWN]:
            lines.append(f"  {one.task}: {one.check}: {textwrap.shorten(one.reason, 160, placeholder=' …')}")
        if len(self.dropped) > _SHOWN:
            lines.append(f"  … and {len(self.dropped) - _SHOWN} more, all of them in the JSON report")
        if self.open:
            lines.append(f"{self.open} of them for want of a reply from the endpoint: the same command asks again")
        lines += _counts("mended", [f"{one.check} ({one.stage})" for _, one in self.repairs])
        if self.retried:
            lines.append("requests made again after: " + ", ".join(f"{n} {fault}" for fault, n in self.retried.items()))
        lines += ["", *self._spending()]
        return "\n".join(lines)

    def _spending(self) -> list[str]:
        head = f"{'stage':<24} {'requests':>8} {'again':>6} {'remembered':>10} {'tokens in':>10} {'tokens out':>10}"
        total = sum(self.spent.values(), Spent())
        lines = [head, "-" * len(head)]
        for name, one in [*((stage.value, one) for stage, one in self.spent.items()), ("all", total)]:
            lines.append(
                f"{name:<24} {one.requests:>8,} {one.asked_again:>6,} {one.remembered:>10,} {one.paid.prompt:>10,} "
                f"{one.paid.completion:>10,}"
            )
        cost = "" if self.cost is None else f", cost {self.cost:,.4f}"
        estimated = " (partly estimated)" if total.paid.estimated else ""
        lines.append(f"{total.paid.total:,} tokens{estimated}{cost}, {self.seconds:,.0f} s")
        return lines


def _counts(what: str, checks: Sequence[str]) -> list[str]:
    counts = Counter(checks).most_common()
    return [f"{what}: " + ", ".join(f"{count} {check}" for check, count in counts)] if counts else []


def prices_of(prompt: float | None, completion: float | None) -> Prices | None:
    """Prices for a million tokens, where both or one of them was said."""
    return None if prompt is None and completion is None else Prices(prompt or 0.0, completion or 0.0)
