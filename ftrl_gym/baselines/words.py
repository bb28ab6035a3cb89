"""Words of questions, documents and field names, reduced so that "bookings" and ``booking_id`` have one in common, and
how much a document has to do with a question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

_PIECE = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EMPTY = frozenset(
    _PIECE.findall(
        """a about again all already also am an and any are as at be been before being but by can could did do does
        each for from get give had has have how i if in into is it its just know let like look ll m may me much my
        need now of on one or our out please s should so t take tell than that the their them then there these
        they this those to us ve want was we what when where which who whom whose will with would yes no you your
        right true check find"""
    )
)
"""Words that say nothing about what is asked."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its commonest endings.

    >>> [stem(word) for word in ("bookings", "cities", "rated", "booked", "rating")]
    ['book', 'city', 'rat', 'book', 'rat']
    """
    word = word.lower()
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    for ending in ("ing", "ed", "er"):
        if len(word) - len(ending) >= 3 and word.endswith(ending):
            return word[: -len(ending)]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


@lru_cache(maxsize=20_000)
def stems(text: str) -> tuple[str, ...]:
    """The stems of a text or a name in its order, without words that say nothing.

    >>> stems("What is the tourist_tax per night?")
    ('tourist', 'tax', 'per', 'night')
    """
    pieces = _PIECE.findall(_CAMEL.sub(" ", text))
    return tuple(stem(piece) for piece in pieces if piece.lower() not in _EMPTY)


class Relevance:
    """How much each of some documents has to do with a text: BM25 (Robertson & Zaragoza 2009, "The probabilistic
    relevance framework") over stems.

    Args:
        documents: Their stems.

    >>> ranked = Relevance([stems("Flights of a day"), stems("Details of a hotel")])
    >>> [round(score, 2) for score in ranked.scores(stems("Which hotel is it?"))]
    [0.0, 0.69]
    """

    K1, B = 1.2, 0.75

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(document) for document in documents]
        self._lengths = [len(document) for document in documents]
        self._mean = sum(self._lengths) / max(1, len(documents)) or 1.0
        self._seen = Counter(word for counts in self._counts for word in counts)

    def weight(self, word: str) -> float:
        """How much a word tells: the rarer, the more."""
        seen = self._seen[word]
        return math.log(1 + (len(self._counts) - seen + 0.5) / (seen + 0.5))

    def scores(self, query: Iterable[str]) -> list[float]:
        """One score for each document, at least 0."""
        words = dict.fromkeys(query)
        return [self._score(words, counts, n) for counts, n in zip(self._counts, self._lengths, strict=True)]

    def _score(self, words: Iterable[str], counts: Counter[str], length: int) -> float:
        damped = self.K1 * (1 - self.B + self.B * length / self._mean)
        found = ((self.weight(word), counts[word]) for word in words if word in counts)
        return math.fsum(weight * often * (self.K1 + 1) / (often + damped) for weight, often in found)
