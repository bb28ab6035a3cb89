"""Making one's way by habits: from the ending that is likely back to the calls that it takes, and to theirs.

Every step of it was seen in some training question, though never all of them together.
"""

from __future__ import annotations

from collections.abc import Sequence

from ftrl_gym.baselines.formulas import Formula, Known, steps_of
from ftrl_gym.baselines.habits import Ending, Habits, given, words_of
from ftrl_gym.baselines.lessons import beside, place, template_tokens
from ftrl_gym.baselines.sight import Call, Result, Sight
from ftrl_gym.baselines.slots import calls_with
from ftrl_gym.task import Json

_TURNS = 12
"""Most turns with calls."""


class Improviser:
    """Plays one episode by habits.

    Args:
        habits: What was counted over the training tasks.
        sight: Of the episode; somebody else takes in what comes back.
        endings: What it may come to, the likeliest first.
    """

    def __init__(self, habits: Habits, sight: Sight, endings: Sequence[Ending]) -> None:
        self._habits, self._sight = habits, sight
        self._results: dict[int, list[Result]] = {}
        self._made: list[tuple[int, int, int]] = []
        self._dead: set[str] = set()
        """Calls that were made already, so that none is made twice."""
        self._turns = 0
        self.endings = list(endings)
        """What it may still come to."""
        first = [habits.acts[act].tool for ending in self.endings[:3] for act in sorted(ending.acts)]
        self.lost = bool(first) and not any(tool in sight.tools for tool in first)
        """Whether no tool that the likeliest endings take is offered."""

    def calls(self) -> list[Call]:
        """The next calls towards the likeliest ending that can be reached; none when it is time for it."""
        self._sort_in()
        self._turns += 1
        named = self._sight.mentions()
        self._tokens = words_of(template_tokens(self._sight.question, named))
        self._beside = beside(self._sight.question, named)
        self._now = Known(named, self._results)
        self._hopeless: set[int] = set()
        """Acts that nothing leads to now."""
        while self.endings and self._turns <= _TURNS:
            for act in sorted(self.endings[0].acts):
                if act not in self._results:
                    calls = self._towards(act, frozenset())
                    if calls:
                        return calls
                    break
            else:
                return []
            self.endings.pop(0)
        return []

    def _towards(self, number: int, above: frozenset[int]) -> list[Call]:
        """The calls of an act, or of what it takes its arguments from; none where there is no way."""
        act = self._habits.acts[number]
        tool = self._sight.tools.get(act.tool)
        if tool is None or number in above or number in self._hopeless:
            return []
        fixed, values = dict(act.fixed), dict[str, Sequence[Json]]()
        for leaf in self._habits.needs[number]:
            where = place(tool, leaf)
            if where is None:
                continue
            if leaf in fixed:
                values[where] = [fixed[leaf]]
                continue
            for source in self._habits.sources(number, leaf, self._tokens):
                some = given(source, self._now, self._beside)
                if some:
                    values[where] = some
                    break
                if isinstance(source, Formula):
                    missing = sorted(step for step in steps_of(source) if step not in self._results)
                    calls = self._towards(missing[0], above | {number}) if missing else []
                    if calls:
                        return calls
        if not any({leaf.path for leaf in way} <= values.keys() for way in tool.ways):
            self._hopeless.add(number)
            return []
        calls = [call for call in calls_with(tool, values)[:16] if repr(call) not in self._dead]
        if not calls:
            self._hopeless.add(number)
        self._dead.update(map(repr, calls))
        self._made = [(number, 0, len(calls))]
        return calls

    def _sort_in(self) -> None:
        """Puts the results of the last calls to their acts; what failed may be done again with something else."""
        last = self._sight.last()
        for number, start, end in self._made:
            came = [result for result in last[start:end] if result.error is None]
            if came:
                self._results[number] = came
        self._made = []

    def known(self) -> Known:
        """What is known now, its steps being numbers of acts."""
        return Known(self._sight.mentions(), self._results)
