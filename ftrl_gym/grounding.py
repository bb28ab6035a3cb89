"""Grounding: whether a value stands in what the policy was told, so that a lucky guess earns nothing.

The texts are the question, the counterpart's replies and the results of earlier grounded calls; never what the policy
wrote, never error messages. A value is found as whole tokens, whatever its case and punctuation.
"""

from __future__ import annotations

from typing import Any

_NUMBER_WORDS = tuple("zero one two three four five six seven eight nine ten eleven twelve".split())  # noqa: SIM905
_PUNCTUATION = [chr(c) for c in range(128) if not chr(c).isalnum()] + list("–—’‘“”€£¥·…")
_SEPARATORS = str.maketrans(dict.fromkeys(_PUNCTUATION, " "))


def tokens(text: str) -> str:
    """Case-folded tokens joined by single spaces, with a space at both ends.

    >>> tokens("Flight KX482, 2026-05-12")
    ' flight kx482 2026 05 12 '
    """
    return f" {' '.join(text.casefold().translate(_SEPARATORS).split())} "


class Grounding:
    """What a policy was told so far in an episode."""

    __slots__ = ("_raw", "_texts")

    def __init__(self, question: str) -> None:
        self._raw: list[str] = []
        self._texts: list[str] = []
        self.hear(question)

    def hear(self, words: str) -> None:
        """Adds human words, in which "two" also says 2."""
        text = tokens(words)
        extra = [str(n) for n, word in enumerate(_NUMBER_WORDS) if f" {word} " in text]
        self._texts.append(f"{text}{' '.join(extra)} " if extra else text)

    def add(self, result: str) -> None:
        """Adds the text of a result; it is split into tokens when first searched."""
        self._raw.append(result)

    def holds(self, value: Any) -> bool:
        """Whether every scalar in ``value`` stands somewhere; booleans and None always do."""
        if isinstance(value, str):
            return self._find(tokens(value))
        if value is None or isinstance(value, bool):
            return True
        if isinstance(value, int | float):
            return self._find(tokens(str(value)))
        if isinstance(value, dict):
            return all(map(self.holds, value.values()))
        return all(map(self.holds, value))

    def _find(self, needle: str) -> bool:
        if needle == "  ":
            return False
        if any(needle in text for text in self._texts):
            return True
        while self._raw:
            text = tokens(self._raw.pop())
            self._texts.append(text)
            if needle in text:
                return True
        return False

    def copy(self) -> Grounding:
        """An independent copy; the texts are shared."""
        new = Grounding.__new__(Grounding)
        new._raw, new._texts = list(self._raw), list(self._texts)
        return new
