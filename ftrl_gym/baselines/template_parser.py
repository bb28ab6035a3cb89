"""The template parser: the nearest training question, with what it names filled in anew.

It masks names, dates and codes in a question, finds the training questions whose templates are most alike, and makes
the calls of their plans with the new slots and what the results hold. Several alike vote on what is behind an
argument. Where nothing is near, or a plan cannot be followed, it falls back on :class:`Retrieval`.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import gymnasium as gym

from ftrl_gym import parameters
from ftrl_gym.baselines.formulas import Formula, Known, Unknown, renamed
from ftrl_gym.baselines.lessons import Lesson, Step, kinds_of, learn, place, template_tokens
from ftrl_gym.baselines.retrieval import Retrieval, failed_for_a_moment, retried
from ftrl_gym.baselines.sight import Call, Result, Sight
from ftrl_gym.baselines.words import stems
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import DONE, Oracle
from ftrl_gym.task import Json
from ftrl_gym.trajectory import run_episode

_VOTERS = 12
_NEAR = 0.2
"""Voters are at most so much less alike than the nearest."""
_LEAST = 0.35
"""Nothing less alike is followed."""
_SURE = 0.85
"""What is as near as this, but wants a tool that is not offered, is impossible."""


class TemplateParser:
    """See the module; made by :meth:`fitted`.

    Args:
        lessons: Of training tasks.
        seed: Of its whims; with the task's id it fixes the whole episode.
        temperature: How far whims sway what it takes for alike, 1 being a whole question; 0 makes it always the same.
    """

    def __init__(self, lessons: Sequence[Lesson], seed: int = 0, temperature: float = 0.0) -> None:
        self.seed, self.temperature = seed, temperature
        self._lessons = list(lessons)
        seen = Counter(token for lesson in self._lessons for token in lesson.tokens)
        self._weights = {token: math.log(1 + len(self._lessons) / count) for token, count in seen.items()}
        self._vectors = [self._vector(lesson.tokens) for lesson in self._lessons]
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
        self._plan, self._voters, self._impossible = self._nearest()
        self._steps: list[list[Result]] = []
        self._turn = 0
        self._failed = self._plan is None
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
            return "<answer>impossible</answer>"
        if not self._failed:
            try:
                return self._next()
            except Unknown:
                self._failed = True
        return self._fallback.go_on()

    # --- finding

    def _vector(self, tokens: Counter[str]) -> dict[str, float]:
        raw = {token: self._weights.get(token, 0.0) * math.sqrt(count) for token, count in tokens.items()}
        length = math.sqrt(math.fsum(weight * weight for weight in raw.values())) or 1.0
        return {token: weight / length for token, weight in raw.items() if weight}

    def _nearest(self) -> tuple[Lesson | None, list[tuple[float, Lesson]], bool]:
        """The lesson to follow, those that vote with it, and whether what is asked seems impossible."""
        sight = self._sight
        named = sight.mentions()
        own, kinds = self._vector(template_tokens(sight.said[0], named)), kinds_of(named)
        ranked = []
        for number, (lesson, vector) in enumerate(zip(self._lessons, self._vectors, strict=True)):
            alike = math.fsum(weight * vector[token] for token, weight in own.items() if token in vector)
            alike -= 0.15 * (lesson.kinds.keys() != kinds.keys()) + 0.05 * (lesson.kinds != kinds)
            alike += self._random.gauss(0, self.temperature) if self.temperature else 0.0
            ranked.append((alike, -number, lesson))
        ranked.sort(key=lambda one: (-one[0], -one[1]))
        possible = [(alike, lesson) for alike, _, lesson in ranked[:60] if self._offered(lesson)]
        best = ranked[0][0] if ranked else 0.0
        lost = not possible or possible[0][0] < best - 0.25
        if best > _SURE and lost and "<answer>impossible</answer>" in sight.system:
            return None, [], True
        if not possible or possible[0][0] < _LEAST:
            return None, [], False
        top, chosen = possible[0]
        voters = [(alike, one) for alike, one in possible if one.shape == chosen.shape and alike > top - _NEAR]
        return chosen, voters[:_VOTERS], False

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
            return self._answer([renamed(way, self._instead) for way in ways])
        turn = self._plan.turns[self._turn]
        number, self._turn = self._turn, self._turn + 1
        if not turn[0].tool:
            if turn[0].answers:
                return self._answer(self._voted(lambda lesson: lesson.turns[number][0].answers))
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
            leaf = next(leaf for leaf in tool.leaves if leaf.path == where)
            ways = self._voted(lambda lesson, n=n: lesson.turns[turn][index].arguments[n].ways)
            value = self._value(ways)
            several = value if isinstance(value, list) else [value]
            if not several:
                raise Unknown
            values[where] = [parameters.in_parts(each) if leaf.in_parts else each for each in several]
        many = {leaf.path for leaf in tool.leaves if leaf.many}
        single = {path: some for path, some in values.items() if path not in many}
        width = max([1, *(len(some) for some in single.values())])
        calls: list[Call] = []
        for n in range(width):
            given = {p: some if p in many else [some[min(n, len(some) - 1)]] for p, some in values.items()}
            call = (tool.name, {**parameters.assembled(tool.schema, given), **tool.more})
            if call not in calls:
                calls.append(call)
        return calls

    def _sort_in(self) -> None:
        """Puts the results of the last turn to the steps that they belong to."""
        if not self._pending:
            return
        total = self._pending[-1][1]
        done = [result for result in self._sight.results if not failed_for_a_moment(result)]
        last = done[-total:] if total else []
        self._steps += [last[start:end] for start, end in self._pending]
        self._pending = []

    def _known(self) -> Known:
        return Known(self._sight.mentions(), self._steps)

    def _voted(self, part: Any) -> list[Formula]:
        """The formulas that those alike have in common, those with most votes first."""
        votes: Counter[Formula] = Counter()
        order: dict[Formula, int] = {}
        for alike, lesson in self._voters:
            for rank, formula in enumerate(part(lesson)):
                votes[formula] += alike * (1 - 0.02 * rank)  # type: ignore[assignment]
                order.setdefault(formula, len(order))
        return sorted(votes, key=lambda formula: (-votes[formula], order[formula]))

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

    def _value(self, ways: Sequence[Formula]) -> Json:
        for value in self._values(ways):
            return value
        raise Unknown

    def _values(self, ways: Sequence[Formula]) -> Iterator[Json]:
        known = self._known()
        for way in ways:
            try:
                value = way.value(known)
            except Unknown:
                continue
            if value is not None and value != []:
                yield value

    def _answer(self, ways: Sequence[Formula]) -> str:
        if not ways:
            return DONE
        value = self._value(ways)
        if isinstance(value, bool):
            return f"<answer>{'yes' if value else 'no'}</answer>"
        if isinstance(value, list):
            return f"<answer>{json.dumps(value, ensure_ascii=False)}</answer>"
        return f"<answer>{value}</answer>"
