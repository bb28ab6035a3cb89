"""Regular expressions of foreign schemas: which of them may be searched for in a text that a policy wrote.

A pattern runs in this process, without a limit of time, on up to sixteen thousand characters; one such as ``(a+)+$``
would run for years. So only those are kept that are linear by their form: each repeated part ends where the next one
begins. A pattern that is left out checks nothing, and the tool itself refuses what it cannot read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_MOST_CHARS = 200
_MOST_REPEATS = 64
_MOST_OPTIONAL = 4
"""Optional groups: each doubles the ways to read a text."""
_ATOM = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[\](){}|*+?^$])(\*|\+|\?|\{(\d*)(,?)(\d*)\})?", re.DOTALL)
_OTHER_CLASSES = re.compile(r"\[[^\]]*(\[|--|&&|~~|\|\|)")
"""Classes that Python warns of, since it will read them otherwise one day."""
_CHARACTERS = [*map(chr, range(256)), "Ω", "中"]


class _Part(NamedTuple):
    """One character or class of a pattern, with how often it may come."""

    matches: frozenset[str]
    needed: bool
    varies: bool


def is_quick(pattern: str) -> bool:
    r"""Whether a pattern is one, and a search for it takes time in proportion to the text, whatever the text is.

    >>> [is_quick(each) for each in (r"^LN-\d{4}$", r"^[A-Z]+-\d+$", r"^(red|green)$", r"[0-9a-f]{8}")]
    [True, True, True, True]
    >>> [is_quick(each) for each in ("^(a+)+$", "^a*a*b$", "x*y", r"^(a|b|ab)*$", r"(.)\1")]
    [False, False, False, False, False]
    """
    if len(pattern) > _MOST_CHARS or re.search(r"\\[1-9bBAZ]", pattern) or _OTHER_CLASSES.search(pattern):
        return False
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    anchored, inner = pattern.startswith("^"), pattern.removeprefix("^")
    if inner.endswith("$") and not inner.endswith("\\$"):
        inner = inner[:-1]
    if re.search(r"[()|]", re.sub(r"\\.|\[[^\]]*\]", "x", inner)):
        return _fixed(inner)
    parts = _parts(inner)
    if parts is None:
        return False
    if not anchored and any(part.varies for part in parts):
        return False
    return all(_ends_by_itself(parts, number) for number, part in enumerate(parts) if part.varies)


def _fixed(text: str) -> bool:
    """Whether groups and alternatives hold nothing that repeats, do not repeat themselves, and are seldom optional."""
    bare = re.sub(r"\\.|\[[^\]]*\]", "x", text).replace("(?:", "(")
    repeats = re.search(r"[*+^$]|\(\?|[?}]\?|\)\{|\{\d*,|\{\d{3,}", bare)
    return repeats is None and bare.count("?") <= _MOST_OPTIONAL


def _parts(text: str) -> list[_Part] | None:
    """The parts of a pattern without groups; None where it is of another kind."""
    parts, at = [], 0
    while at < len(text):
        found = _ATOM.match(text, at)
        if found is None:
            return None
        at = found.end()
        if at < len(text) and text[at] in "*+?{":  # lazy, possessive or repeated twice
            return None
        count = _count(found)
        if count is None:
            return None
        matches = _matched(found[1])
        parts.append(_Part(matches, needed=count[0] > 0, varies=count[0] != count[1]))
    return parts


def _count(found: re.Match[str]) -> tuple[int, int] | None:
    """How often a part comes at least and at most; None where a fixed number is too large."""
    sign = found[2]
    if not sign or sign in "*+?":
        return {"": (1, 1), "*": (0, _MOST_REPEATS), "+": (1, _MOST_REPEATS), "?": (0, 1)}[sign or ""]
    least, most = int(found[3] or 0), found[5]
    if found[4]:
        return least, int(most) if most else least + _MOST_REPEATS
    return (least, least) if least <= _MOST_REPEATS else None


def _ends_by_itself(parts: list[_Part], number: int) -> bool:
    """Whether a part that may repeat shares no character with what can follow it."""
    for part in parts[number + 1 :]:
        if parts[number].matches & part.matches:
            return False
        if part.needed:
            return True
    return True


@lru_cache(maxsize=1024)
def _matched(atom: str) -> frozenset[str]:
    """The characters that one atom matches, of those that patterns tell apart."""
    one = re.compile(atom, re.DOTALL)
    return frozenset(character for character in _CHARACTERS if one.fullmatch(character))
