"""Which lessons are about questions like a given one: the cosine of counts of words, pairs and triples."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ftrl_gym.baselines.lessons import Lesson, asked_tokens, kinds_of, template_tokens
from ftrl_gym.baselines.masking import Mention


@dataclass(frozen=True)
class Alike:
    """A lesson and how much its question is like the given one."""

    whole: float
    """Of the whole templates, less something where they name other kinds of things; at most 1."""
    asked: float
    """Of the sentences that ask, 0 to 1."""
    number: int
    """Of the lesson."""
    lesson: Lesson


class Nearest:
    """The lessons with their vectors.

    Args:
        lessons: Of training tasks.
    """

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        self._lessons = lessons
        seen = Counter(token for lesson in lessons for token in lesson.tokens)
        self._weights = {token: math.log(1 + len(lessons) / count) for token, count in seen.items()}
        self._whole = [self._vector(lesson.tokens) for lesson in lessons]
        self._asked = [self._vector(lesson.asked) for lesson in lessons]

    def ranked(self, text: str, named: Sequence[Mention], whim: Callable[[], float]) -> list[Alike]:
        """All lessons, the most alike as a whole first.

        Args:
            text: A question.
            named: What it names.
            whim: Gives what to add to each likeness.
        """
        whole, asked = self._vector(template_tokens(text, named)), self._vector(asked_tokens(text, named))
        kinds = kinds_of(named)
        found = []
        for number, lesson in enumerate(self._lessons):
            other = 0.15 * (lesson.kinds.keys() != kinds.keys()) + 0.05 * (lesson.kinds != kinds)
            alike = _cosine(whole, self._whole[number]) - other + whim()
            found.append(Alike(alike, _cosine(asked, self._asked[number]), number, lesson))
        return sorted(found, key=lambda one: (-one.whole, one.number))

    def _vector(self, tokens: Counter[str]) -> dict[str, float]:
        """Of length 1; tokens of no lesson are left out."""
        raw = {token: self._weights.get(token, 0.0) * math.sqrt(count) for token, count in tokens.items()}
        length = math.sqrt(math.fsum(weight * weight for weight in raw.values())) or 1.0
        return {token: weight / length for token, weight in raw.items() if weight}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return math.fsum(weight * other[token] for token, weight in one.items() if token in other)
