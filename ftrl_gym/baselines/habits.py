"""Habits: which words of a question go with which calls, arguments and answers, counted over training tasks.

Where no whole question is near, these tell what to call next and from where its arguments come, one call at a time, so
that what was seen in different questions can be put together.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ftrl_gym.baselines.formulas import Formula, Known, Several, Slot, Slots, Unknown, renumbered, steps_of
from ftrl_gym.baselines.lessons import Lesson, Step
from ftrl_gym.baselines.masking import Mention
from ftrl_gym.baselines.skeletons import skeleton
from ftrl_gym.baselines.slots import variants
from ftrl_gym.task import Json

_OFTEN, _SELDOM = 0.15, 0.01
"""Shares of questions that a mark of them is in at least, and of others at most."""
_RARE = 0.3
"""Weight of what was never counted."""


@dataclass(frozen=True)
class Act:
    """A thing that can be done: a tool, and the choices that say which of its functions is meant."""

    tool: str
    fixed: tuple[tuple[str, Json], ...] = ()


@dataclass(frozen=True)
class Beside:
    """Mentions of a kind after a word."""

    kind: str
    before: str
    cut: bool = False

    def values(self, named: Sequence[Mention], beside: Sequence[tuple[str, str]]) -> list[Json]:
        """What they mean; those after any word where none is after this one."""
        alike = [n for n, (kind, _) in enumerate(beside) if kind == self.kind]
        exact = [n for n in alike if beside[n][1] == self.before]
        means = [variants(named[n]) for n in exact or alike]
        return [each[-1] if self.cut else each[0] for each in means]


@dataclass(frozen=True)
class Ending:
    """What an episode comes to."""

    acts: frozenset[int]
    """What has to be done before."""
    answer: Formula | None
    """What the answer follows from; None where none is asked for."""


Source = Beside | Formula
"""Where an argument comes from; steps of formulas are numbers of acts."""
Label = TypeVar("Label")


class Chooser(Generic[Label]):
    """Naive Bayes over the words and pairs of words of a question."""

    def __init__(self) -> None:
        self._with: dict[Label, Counter[str]] = defaultdict(Counter)
        self._all: Counter[str] = Counter()
        self._count: Counter[Label] = Counter()
        self._total = 0

    def learn(self, labels: Iterable[Label], tokens: Iterable[str]) -> None:
        """Counts the tokens of one question that goes with some labels."""
        words = set(tokens)
        self._all.update(words)
        self._total += 1
        for label in dict.fromkeys(labels):
            self._with[label].update(words)
            self._count[label] += 1

    def odds(self, label: Label, tokens: Iterable[str]) -> float:
        """Logarithm of the odds that a question of these tokens goes with a label."""
        have = self._count[label]
        lack = self._total - have
        if not have:
            return -math.inf
        found = math.log((have + _RARE) / (lack + _RARE))
        counted = self._with[label]
        for token in tokens:
            seen = self._all[token]
            if seen:
                of_label = (counted[token] + _RARE) / (have + 2 * _RARE)
                of_others = (seen - counted[token] + _RARE) / (lack + 2 * _RARE)
                found += math.log(of_label / of_others)
        return found

    def labels(self) -> list[Label]:
        """All labels, in the order in which they were met."""
        return list(self._count)


class Habits:
    """See the module.

    Args:
        lessons: Of training tasks.
    """

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        self.acts: list[Act] = []
        """Everything that was done, by number."""
        numbers: dict[Act, int] = {}
        self._sources: dict[tuple[int, str], Chooser[Source]] = defaultdict(Chooser)
        self.needs: dict[int, list[str]] = {}
        """Paths of the arguments of each act, as it was done most."""
        often: dict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)
        counted: Counter[tuple[int, str, Source]] = Counter()
        self._doing: Chooser[Formula] = Chooser()
        self._telling = _marks(
            [lesson.tokens for lesson in lessons if not lesson.turns],
            [lesson.tokens for lesson in lessons if lesson.turns],
        )
        for lesson in lessons:
            if lesson.answers:
                self._doing.learn([skeleton(lesson.answers[0])], words_of(lesson.asked))
        told: list[tuple[list[str], list[int], list[tuple[int, str, list[Source]]]]] = []
        for lesson in lessons:
            done = []
            for step in lesson.steps:
                act = act_of(step)
                number = numbers.setdefault(act, len(numbers))
                done.append(number)
                often[number][tuple(argument.leaf for argument in step.arguments)] += 1
            found = []
            for number, step in zip(done, lesson.steps, strict=True):
                for argument in step.arguments:
                    if argument.fixed is None:
                        sources = [_source(way, lesson, done) for way in argument.ways]
                        found.append((number, argument.leaf, sources))
                        counted.update((number, argument.leaf, source) for source in dict.fromkeys(sources))
            told.append((words_of(lesson.tokens), done, found))
        self.acts = list(numbers)
        self.needs = {number: list(some.most_common(1)[0][0]) for number, some in often.items()}
        for tokens, _, found in told:
            for number, leaf, sources in found:
                best = max(sources, key=lambda source, n=number, p=leaf: counted[n, p, source])  # type: ignore[misc]
                self._sources[number, leaf].learn([best], tokens)
        self.endings = [_endings(lesson, done) for lesson, (_, done, _) in zip(lessons, told, strict=True)]
        """What each lesson may come to, the likeliest first; steps are numbers of acts."""

    def told(self, tokens: Mapping[str, int]) -> bool:
        """Whether a question of these tokens seems to tell the facts too, so that no call is needed."""
        return not self._telling.isdisjoint(tokens)

    def doing(self, asked: Mapping[str, int]) -> list[Formula]:
        """Skeletons of what may be asked for, the likeliest for the words of a sentence that asks first."""
        tokens = words_of(asked)
        return sorted(self._doing.labels(), key=lambda label: -self._doing.odds(label, tokens))

    def sources(self, act: int, leaf: str, tokens: Sequence[str]) -> list[Source]:
        """Where an argument may come from, the likeliest for a question of these tokens first."""
        chooser = self._sources[act, leaf]
        return sorted(chooser.labels(), key=lambda label: -chooser.odds(label, tokens))


def given(source: Source, known: Known, around: Sequence[tuple[str, str]]) -> list[Json]:
    """The values that a source gives; none where it gives none yet."""
    try:
        value = source.values(known.named, around) if isinstance(source, Beside) else source.value(known)
    except Unknown:
        return []
    return value if isinstance(value, list) else [value]


def _endings(lesson: Lesson, done: Sequence[int]) -> list[Ending]:
    ways = [renumbered(way, lambda step: done[step]) for way in lesson.answers]
    if ways:
        return [Ending(frozenset(steps_of(way)), way) for way in ways]
    last = sum(bool(step.tool) for step in lesson.turns[-1]) if lesson.turns else 0
    return [Ending(frozenset(done[len(done) - last :]), None)]


def _marks(some: Sequence[Mapping[str, int]], others: Sequence[Mapping[str, int]]) -> frozenset[str]:
    """Tokens that many of some questions have and hardly any of the others."""
    have, lack = (Counter(token for tokens in group for token in tokens) for group in (some, others))
    return frozenset(
        token for token, count in have.items() if count > _OFTEN * len(some) and lack[token] <= _SELDOM * len(others)
    )


def act_of(step: Step) -> Act:
    """What a step does."""
    return Act(step.tool, tuple((each.leaf, each.fixed) for each in step.arguments if each.fixed is not None))


def words_of(tokens: Mapping[str, int]) -> list[str]:
    """The words and pairs among the tokens of a template."""
    return [token for token in tokens if token.count(" ") < 2]


def _source(way: Formula, lesson: Lesson, done: Sequence[int]) -> Source:
    """A formula as it may hold for questions of other templates."""
    if isinstance(way, Several) and all(isinstance(part, Slot) for part in way.parts):
        way = way.parts[0]
    if isinstance(way, Slot):
        alike = [before for kind, before in lesson.named if kind == way.kind]
        return Beside(way.kind, alike[way.number] if way.number < len(alike) else "", way.cut)
    if isinstance(way, Slots):
        return Beside(way.kind, next((before for kind, before in lesson.named if kind == way.kind), ""), way.cut)
    return renumbered(way, lambda step: done[step])
