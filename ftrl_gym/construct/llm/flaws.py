"""What is wrong with a task that a model wrote, in words that a model can act on, and which stage can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ftrl_gym.construct.llm.replies import WriterStage


@dataclass(frozen=True)
class Flaw:
    """One failed check."""

    check: str
    """Its name, as reports count it: ``wrong answer``, ``ignored parameter``."""
    stage: WriterStage
    """Which can mend it."""
    evidence: str
    """What was seen, and what would be right."""
    tool: str = ""
    """Whose code or document it is about; empty for the task as a whole."""


def first_to_mend(flaws: Sequence[Flaw]) -> list[Flaw]:
    """The flaws of the earliest stage: what comes after it is made anew anyway."""
    order = list(WriterStage)
    earliest = min((flaw.stage for flaw in flaws), key=order.index)
    return [flaw for flaw in flaws if flaw.stage is earliest]


def told(flaws: Sequence[Flaw], most: int = 8) -> str:
    """Flaws as evidence for the model, each once."""
    lines = list(dict.fromkeys(f"- {flaw.evidence}" for flaw in flaws))
    left = len(lines) - most
    return "\n".join([*lines[:most], f"- and {left} more like these"] if left > 0 else lines)
