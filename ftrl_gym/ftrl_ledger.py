"""The ledger of ``matching="ftrl"``: the paper's counts, with the same interface as :class:`ftrl_gym.matching.Ledger`.

Every valid call counts, the feedback of a failed one is matched too, and nothing need be grounded: kept because
published figures rest on it, not because it is safe to train on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from ftrl_gym import ftrl_matching
from ftrl_gym.goal import Goal, Reading
from ftrl_gym.grounding import Grounding
from ftrl_gym.matching import Score
from ftrl_gym.task import Answer, Json, SubQuestion


def answer_text(answer: Answer) -> str:
    """A golden answer as FTRL's rows write it.

    >>> answer_text(Answer(type="list", value=["Ada", "Bo"]))
    'Ada, Bo'
    """
    value = answer.value
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(slots=True)
class FtrlLedger:
    """What an episode has earned so far by the paper's rule."""

    goal: Goal
    open_subs: list[SubQuestion]
    calls: int = 0
    invalid: int = 0
    solved_ids: set[str] = field(default_factory=set)

    @staticmethod
    def of(goal: Goal) -> FtrlLedger:
        """An empty ledger; each sub-question counts, equal ones too."""
        return FtrlLedger(goal, [sub for group in goal.groups for sub in group])

    @property
    def unsolved(self) -> dict[str, list[str]]:
        """Tool -> golden answers still open, as the released reward takes it."""
        result: dict[str, list[str]] = {}
        for sub in self.open_subs:
            result.setdefault(sub.tool or "", []).append(answer_text(sub.answer))
        return result

    def copy(self) -> FtrlLedger:
        """An independent copy; the goal is shared."""
        return FtrlLedger(self.goal, list(self.open_subs), self.calls, self.invalid, set(self.solved_ids))

    def turn_begins(self, changes_heard: int) -> None:
        """The paper knows neither turns nor a user."""

    def grounded(
        self, tool: str, arguments: Mapping[str, Json], told: Grounding, needles: tuple[str, ...] | None = None
    ) -> bool:
        """The paper asks for no grounding."""
        return True

    def attempt(self) -> None:
        """A malformed call is dropped: it counts only as invalid."""
        self.invalid += 1

    def waste(self) -> None:
        """The paper has no counterpart to ask."""

    def failed(self, tool: str, arguments: Mapping[str, Json], message: str, *, valid: bool, transient: bool) -> None:
        """A failed call counts, and its feedback is matched."""
        self.invalid += not valid
        self._match(tool, f"an error occured when call {tool}: {message}")

    def ran(
        self,
        tool: str,
        arguments: Mapping[str, Json],
        grounded: bool,
        result: Json,
        held: Set[int] | None,
        reading: Reading | None = None,
    ) -> bool:
        """A call that returned."""
        return self._match(tool, result)

    def _match(self, tool: str, feedback: Json) -> bool:
        self.calls += 1
        for sub in self.open_subs:
            if sub.tool == tool and ftrl_matching.matches(answer_text(sub.answer), feedback):
                self.open_subs.remove(sub)
                self.solved_ids.add(sub.id)
                return True
        return False

    def has(self, sub_questions: Iterable[str]) -> bool:
        """Whether all these sub-questions are solved."""
        return self.solved_ids.issuperset(sub_questions)

    def all_changes_solved(self) -> bool:
        """Changes are judged by the final state alone."""
        return True

    def score(self) -> Score:
        """P = q/p (1 if p = 0), R = q/n, F1 = 2q/(p+n)."""
        q = len(self.solved_ids)
        n = q + len(self.open_subs)
        p = self.calls
        f1 = 2 * q / (p + n) if p + n else 1.0
        return Score(q / p if p else 1.0, q / n if n else 1.0, f1, q, n, p, p - q)
