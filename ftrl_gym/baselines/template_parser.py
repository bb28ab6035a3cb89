"""The template parser: the nearest training question, with what it names filled in anew.

It masks names, dates and codes in a question, finds the training questions whose templates are most alike, and makes
the calls of their plans with the new slots and what the results hold. Several alike vote on what is behind an
argument. Where no whole question is near it goes by habits (:mod:`ftrl_gym.baselines.improvising`), and where these
lead nowhere it falls back on :class:`Retrieval`.
"""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import gymnasium as gym

from ftrl_gym.baselines.formulas import Formula, Known, Unknown, renamed
from ftrl_gym.baselines.habits import Ending, Habits
from ftrl_gym.baselines.improvising import Improviser
from ftrl_gym.baselines.lessons import Lesson, Step, asked_tokens, learn, place, template_tokens
from ftrl_gym.baselines.nearest import Alike, Nearest
from ftrl_gym.baselines.retrieval import Retrieval, failed_for_a_moment, retried
from ftrl_gym.baselines.sight import Call, Result, Sight
from ftrl_gym.baselines.skeletons import about, put_together, skeleton
from ftrl_gym.baselines.slots import calls_with
from ftrl_gym.baselines.words import stems
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import DONE, Oracle
from ftrl_gym.task import Json
from ftrl_gym.trajectory import run_episode

_IMPOSSIBLE = "<answer>impossible</answer>"
_LOOKED_AT = 60
"""Lessons whose plans are tried on the tools of a task."""
_FAR = 0.25
"""How much less alike than the nearest lesson the nearest is whose tools are offered, where something is impossible."""
_DOING = 3
"""Things that may be asked for, which answers are preferred to do."""
_VOTERS = 12
_NEAR = 0.2
"""Voters are at most so much less alike than the nearest."""
_LEAST = 0.35
"""Nothing less alike is followed."""
_SWAY = 0.2
"""Whims at temperature 1, where two questions of one template are 1 alike."""
_SURE = 0.85
"""What is as near as this, but wants a tool that is not offered, is impossible."""


class TemplateParser:
    """See the module; made by :meth:`fitted`.

    Args:
        lessons: Of training tasks.
        seed: Of its whims; with the task's id it fixes the whole episode.
        temperature: How far whims sway what it takes for alike; 0 makes it always the same.
    """

    def __init__(self, lessons: Sequence[Lesson], seed: int = 0, temperature: float = 0.0) -> None:
        self.seed, self.temperature = seed, temperature
        self._lessons = Nearest(lessons)
        self._habits = Habits(lessons)
        self._fallback = Retrieval(temperature=temperature)

    @classmethod
    def fitted(cls, env: gym.Env[str, str], draws: Iterable[str | int], temperature: float = 0.0) -> TemplateParser:
        """A parser of the templates of some tasks, which must be training tasks for it to say anything.

        Args:
            env: Plays them.
            draws: Ids of the tasks, or seeds that draw one each.
            temperature: Of the parser.
        """
        base = env.unwrapped
        assert isinstance(base, ToolUseEnv)
        lessons = []
        for draw in draws:
            options, seed = ({"task": draw}, None) if isinstance(draw, str) else (None, draw)
            played = run_episode(env, Oracle(), seed=seed, options=options)
            lesson = learn(played, base.task)
            if lesson is not None:
                lessons.append(lesson)
        return cls(lessons, temperature=temperature)

    # --- a policy

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Looks for the nearest questions."""
        self._sight = Sight(info)
        self._random = random.Random(f"{self.seed}/{info['task_id']}")
        self._fallback.take_up(self._sight, self._random)
        self._plan: Lesson | None = None
        self._voters: list[tuple[float, Lesson]] = []
        self._impossible = self._nearest()
        self._steps: dict[int, list[Result]] = {}
        self._turn = 0
        self._failed = self._plan is None
        self._improvising = True
        self._pending: list[tuple[int, int]] = []
        self._begun = False

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next turn of the plan, or the answer."""
        sight = self._sight
        if self._begun:
            sight.note(info)
            again = retried(sight, self._fallback.repeated)
            if again:
                return sight.make(again)
            self._sort_in()
        self._begun = True
        if self._impossible:
            return _IMPOSSIBLE
        if not self._failed:
            try:
                return self._next()
            except Unknown:
                self._failed = True
        if self._improvising:
            calls = self._improviser.calls()
            if calls:
                return sight.make(calls)
            self._improvising = False
            if self._improviser.lost and _IMPOSSIBLE in sight.system:
                return _IMPOSSIBLE
            endings = self._improviser.endings
            if endings and endings[0].answer is None:
                return DONE
            try:
                return self._answer([one.answer for one in endings if one.answer], self._improviser.known())
            except Unknown:
                pass
        return self._fallback.go_on()

    # --- finding

    def _nearest(self) -> bool:
        """Chooses the lesson to follow, those that vote with it, and likely answers; says whether what is asked seems
        impossible."""
        sight, sway = self._sight, _SWAY * self.temperature
        ranked = self._lessons.ranked(
            sight.said[0], sight.mentions(), lambda: self._random.gauss(0, sway) if sway else 0.0
        )
        told = self._habits.told(template_tokens(sight.said[0], sight.mentions()))
        ranked = [one for one in ranked if told == (not one.lesson.turns)]
        self._doing = self._habits.doing(asked_tokens(sight.said[0], sight.mentions()))[:_DOING]
        self._improviser = Improviser(self._habits, sight, self._likely_endings(ranked))
        if not ranked:
            return False
        possible = [one for one in ranked[:_LOOKED_AT] if self._offered(one.lesson)]
        best = ranked[0].whole
        lost = not possible or possible[0].whole < best - _FAR
        if best > _SURE and lost and _IMPOSSIBLE in sight.system:
            return True
        if possible and possible[0].whole >= _LEAST:
            self._plan = plan = possible[0].lesson
            near = [one for one in possible if one.whole > possible[0].whole - _NEAR]
            self._voters = [(one.whole, one.lesson) for one in near if one.lesson.shape == plan.shape][:_VOTERS]
        return False

    def _likely_endings(self, ranked: Sequence[Alike]) -> list[Ending]:
        """What questions that are alike come to, whatever their plans."""
        voters = sorted(ranked, key=lambda one: (-one.whole - one.asked, one.number))
        votes: dict[Ending, float] = {}
        for one in voters[:_VOTERS]:
            for rank, ending in enumerate(self._habits.endings[one.number]):
                weight = max(0.0, one.whole + one.asked) ** 2 * (1 - 0.05 * rank)
                weight *= self._fits(ending.answer) if ending.answer is not None else 1.0
                votes[ending] = votes.get(ending, 0.0) + weight
        return sorted(votes, key=lambda ending: -votes[ending])

    def _fits(self, answer: Formula) -> float:
        """How well what an answer does goes with the words of the question."""
        bones = skeleton(answer)
        return 1 / (1 + self._doing.index(bones)) if bones in self._doing else 0.1

    def _offered(self, lesson: Lesson) -> bool:
        """Whether every call of its plan can be made with the tools of this task."""
        for turn in lesson.turns:
            for step in turn:
                tool = self._sight.tools.get(step.tool)
                if not step.tool:
                    continue
                if tool is None:
                    return False
                places = {place(tool, argument.leaf) for argument in step.arguments}
                if None in places or not any({leaf.path for leaf in way} <= places for way in tool.ways):
                    return False
        return True

    # --- following

    def _next(self) -> str:
        assert self._plan is not None
        if self._turn >= len(self._plan.turns):
            ways = self._voted(lambda lesson: lesson.answers)
            if not ways:
                return DONE
            ways.sort(key=lambda way: skeleton(way) not in self._doing)
            if self._doing and skeleton(ways[0]) not in self._doing and (field := about(ways[0])) is not None:
                other = put_together(self._doing[0], field)
                ways = [other, *ways] if other is not None else ways
            return self._answer([renamed(way, self._instead) for way in ways], self._known())
        turn = self._plan.turns[self._turn]
        number, self._turn = self._turn, self._turn + 1
        if not turn[0].tool:
            if turn[0].answers:
                return self._answer(self._voted(lambda lesson: lesson.turns[number][0].answers), self._known())
            return turn[0].say
        calls: list[Call] = []
        self._pending = []
        for index, step in enumerate(turn):
            made = self._calls(step, number, index)
            self._pending.append((len(calls), len(calls) + len(made)))
            calls += made
        if not calls:
            raise Unknown
        return self._sight.make(calls[:16])

    def _calls(self, step: Step, turn: int, index: int) -> list[Call]:
        """The calls of a step, with its arguments worked out."""
        tool = self._sight.tools[step.tool]
        values: dict[str, list[Json]] = {}
        for n, argument in enumerate(step.arguments):
            where = place(tool, argument.leaf)
            assert where is not None
            ways = self._voted(functools.partial(_ways, turn, index, n))
            value = self._value(ways, self._known())
            several = value if isinstance(value, list) else [value]
            if not several:
                raise Unknown
            values[where] = several
        return calls_with(tool, values)

    def _sort_in(self) -> None:
        """Puts the results of the last turn to the steps that they belong to."""
        if not self._pending:
            return
        total = self._pending[-1][1]
        done = [result for result in self._sight.results if not failed_for_a_moment(result)]
        last = done[-total:] if total else []
        for start, end in self._pending:
            self._steps[len(self._steps)] = last[start:end]
        self._pending = []

    def _known(self) -> Known:
        return Known(self._sight.mentions(), self._steps)

    def _voted(self, part: Callable[[Lesson], Sequence[Formula]]) -> list[Formula]:
        """The formulas that those alike have in common, those with most votes first."""
        votes: dict[Formula, float] = {}
        for alike, lesson in self._voters:
            for rank, formula in enumerate(part(lesson)):
                votes[formula] = votes.get(formula, 0.0) + alike * (1 - 0.02 * rank)
        return sorted(votes, key=lambda formula: -votes[formula])

    def _instead(self, step: int, path: str, name: str) -> str:
        """The field that this question asks for where the one of the lesson has nothing to do with it."""
        asked = set(stems(self._sight.said[0]))
        assert self._plan is not None
        lesson = {stem for token in self._plan.tokens for stem in stems(token)}
        gained = asked - lesson
        own = set(stems(name.rpartition(".")[2]))
        if own & asked or not gained:
            return name
        fields = self._known().rows(step, path)[0].row
        other = max(fields, key=lambda field: len(set(stems(field.rpartition(".")[2])) & gained))
        return other if set(stems(other.rpartition(".")[2])) & gained else name

    def _value(self, ways: Sequence[Formula], known: Known) -> Json:
        for way in ways:
            try:
                value = way.value(known)
            except Unknown:
                continue
            if value is not None and value != []:
                return value
        raise Unknown

    def _answer(self, ways: Sequence[Formula], known: Known) -> str:
        value = self._value(ways, known)
        if isinstance(value, bool):
            return f"<answer>{'yes' if value else 'no'}</answer>"
        if isinstance(value, list):
            return f"<answer>{json.dumps(value, ensure_ascii=False)}</answer>"
        return f"<answer>{value}</answer>"


def _ways(turn: int, step: int, number: int, lesson: Lesson) -> Sequence[Formula]:
    """What may be behind an argument in a lesson."""
    return lesson.turns[turn][step].arguments[number].ways
