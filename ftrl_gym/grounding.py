"""Grounding: whether a value stands in what the policy was told, so that a lucky guess earns nothing.

The texts are the question, the counterpart's replies and the results of earlier grounded calls; never what the policy
wrote, never error messages. A value is found as whole tokens, whatever its case and punctuation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.tooldoc import Pages, ToolDocument

_NUMBER_WORDS = tuple("zero one two three four five six seven eight nine ten eleven twelve".split())  # noqa: SIM905
_PUNCTUATION = [chr(c) for c in range(128) if not chr(c).isalnum()] + list("–—’‘“”€£¥·…")
_SEPARATORS = str.maketrans(dict.fromkeys(_PUNCTUATION, " "))


def tokens(text: str) -> str:
    """Case-folded tokens joined by single spaces, with a space at both ends.

    >>> tokens("Flight KX482, 2026-05-12")
    ' flight kx482 2026 05 12 '
    """
    if text.isalnum():  # codes and one-word names: there is nothing to split at
        return f" {text.casefold()} "
    return f" {' '.join(text.casefold().translate(_SEPARATORS).split())} "


_SHORT = 64
_tokens_of_short = lru_cache(maxsize=4096)(tokens)
"""For arguments: names, codes and dates that come back in every episode of a task."""


class Told:
    """One text that was told. It is split into tokens when first searched, once for all copies of a grounding."""

    __slots__ = ("raw", "tokens")

    def __init__(self, raw: str, split: str = "") -> None:
        self.raw, self.tokens = raw, split

    def text(self) -> str:
        """The text itself."""
        return self.raw

    def split(self) -> str:
        """Its tokens; see :func:`tokens`."""
        self.tokens = tokens(self.text())
        return self.tokens


@lru_cache(maxsize=16)
def _given(text: str) -> Told:
    return Told(text, tokens(text))


@lru_cache(maxsize=256)  # questions and replies come back in every episode of a task
def _heard(words: str) -> Told:
    text = tokens(words)
    extra = [str(n) for n, word in enumerate(_NUMBER_WORDS) if f" {word} " in text]
    return Told(words, f"{text}{' '.join(extra)} " if extra else text)


class Grounding:
    """What a policy was told so far in an episode.

    Args:
        question: Human words.
        given: Other texts that it is given with them.
    """

    __slots__ = ("_texts",)

    def __init__(self, question: str, *given: str) -> None:
        self._texts: list[Told] = [_heard(question), *map(_given, given)]

    def hear(self, words: str) -> None:
        """Adds human words, in which "two" also says 2."""
        self._texts.append(_heard(words))

    def add(self, result: str | Told) -> None:
        """Adds the text of a result."""
        self._texts.append(Told(result) if isinstance(result, str) else result)

    def holds(self, value: Any) -> bool:
        """Whether every scalar in ``value`` stands somewhere; booleans and None always do."""
        if isinstance(value, str):
            return self._find(_tokens_of_short(value) if len(value) <= _SHORT else tokens(value))
        if value is None or isinstance(value, bool):
            return True
        if isinstance(value, int | float):
            return self.holds(str(value))
        if isinstance(value, dict):
            return all(map(self.holds, value.values()))
        return all(map(self.holds, value))

    def has(self, needles: Iterable[str]) -> bool:
        """Whether texts given as :func:`tokens` stand somewhere, each by itself."""
        return all(map(self._find, needles))

    def names_page(self, pages: Pages, value: Any) -> bool:
        """Whether a page can be asked for by this value: a number, which is no secret, so that pages may be asked for
        side by side; or a mark that some result said the next page is had by, since one somewhere is not enough."""
        return isinstance(value, int) or self.holds(f"{pages.following} {value}")

    def _find(self, needle: str) -> bool:
        if needle == "  ":
            return False
        for text in self._texts:
            if needle in text.tokens:
                return True
        return any(not text.tokens and needle in text.split() for text in reversed(self._texts))

    def situation(self) -> frozenset[int]:
        """Equal for copies that were told the same texts; good as long as one of the copies lives."""
        return frozenset(map(id, self._texts))

    def copy(self) -> Grounding:
        """An independent copy; the texts are shared."""
        new = Grounding.__new__(Grounding)
        new._texts = self._texts.copy()
        return new


def each_grounded(
    document: ToolDocument, arguments: Mapping[str, Any], told: Grounding, follows: Callable[[Any], bool]
) -> bool:
    """Whether each value that a call gives, at whatever depth, may be known to whoever makes it.

    Options need not be, nor members of closed vocabularies. A day in parts stands in a text as an ISO day; its three
    numbers somewhere are not that day.

    Args:
        document: The tool's.
        arguments: In canonical form.
        told: What was told so far.
        follows: Whether a value, or a whole object or array, follows from it on a plan.
    """

    def known(value: Any, schema: Mapping[str, Any], path: str) -> bool:
        if "enum" in schema or document.is_option(path):
            return True
        if document.pages is not None and path == document.pages.parameter:
            return told.names_page(document.pages, value)
        if not isinstance(value, dict | list):
            return told.holds(value) or follows(value)
        if follows(value):
            return True
        if isinstance(value, Mapping) and parameters.is_date_in_parts(schema):
            day = parameters.iso(value)
            return day is not None and told.holds(day)
        inner = parameters.inside(schema, path, value)
        return told.holds(value) if inner is None else all(known(one.value, one.schema, one.path) for one in inner)

    properties = document.parameters.get("properties", {})
    return all(known(value, properties.get(name, {}), name) for name, value in arguments.items())
