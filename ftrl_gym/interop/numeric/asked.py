"""What the question asks for, in stems: all of it, its head, and what no call has touched yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from ftrl_gym.baselines.masking import masked
from ftrl_gym.baselines.sight import Sight
from ftrl_gym.baselines.words import Relevance, stems

_MARK = re.compile(r"<\w+>")
_SENTENCES = re.compile(r"(?<=[.?!])\s+")
_HEAD = 3
"""Stems at the start of what is asked that name it: "the X of the Y of Z"."""
_EVERY_QUESTION_HAS = frozenset(stems("name number many much tell question happen wondering quick question"))


class Asked:
    """What was asked, as far as words tell.

    Args:
        sight: At the beginning of the episode, or after the user has said more.
    """

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._tools = list(sight.tools.values())
        self.relevance = Relevance([tool.stems for tool in self._tools])
        self.names = [frozenset(stems(tool.name)) for tool in self._tools]
        """The stems of each tool's name."""

    @cached_property
    def _text(self) -> str:
        return _MARK.sub(" ", masked(self._sight.question, self._sight.mentions()))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The stems of the question without what it names."""
        return stems(self._text)

    @cached_property
    def word_set(self) -> frozenset[str]:
        """The same, each once."""
        return frozenset(self.words)

    @cached_property
    def last(self) -> tuple[str, ...]:
        """The stems of its last sentence that asks, or of its last one."""
        sentences = [one for one in _SENTENCES.split(self._text) if stems(one)]
        asking = [one for one in sentences if one.rstrip().endswith("?")] or sentences[-1:]
        return stems(asking[-1]) if asking else ()

    @cached_property
    def head(self) -> tuple[str, ...]:
        """The stems that name what is asked for, most likely."""
        return tuple(stem for stem in self.last if stem not in _EVERY_QUESTION_HAS)[:_HEAD]

    @cached_property
    def all_stems(self) -> tuple[str, ...]:
        """The stems of the question with what it names."""
        return stems(self._sight.question)

    @cached_property
    def named(self) -> frozenset[str]:
        """What the question names, lower-case."""
        return frozenset(str(mention.value).lower() for mention in self._sight.mentions())

    @cached_property
    def scores(self) -> list[float]:
        """How much each tool has to do with the question, at most 1."""
        return self.scores_of(self.words)

    def left(self, touched: frozenset[str]) -> tuple[str, ...]:
        """The stems that are not among those of the calls made so far."""
        return tuple(stem for stem in self.words if stem not in touched)

    def scores_of(self, words: Sequence[str]) -> list[float]:
        """How much each tool has to do with these stems, at most 1."""
        found = self.relevance.scores(words)
        top = max([*found, 1e-9])
        return [score / top for score in found]
