"""What a turn thought, told apart from what it said: the text between ``<think>`` and ``</think>``.

Templates may have tags of their own, which :func:`tags_of` finds. As where an environment reads a turn
(``ftrl_gym.toolcall``), a closing tag without an opening one ends a block that the prompt opened, and a block that is
never closed goes on to the end.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Tags(NamedTuple):
    """What encloses a block of reasoning."""

    opening: str = "<think>"
    closing: str = "</think>"


def tags_of(between: str) -> Tags:
    """The tags of a template.

    Args:
        between: What it writes between an assistant's reasoning and what was said; empty if it knows no reasoning.

    >>> tags_of("\\n[/THINK]\\n\\n")
    Tags(opening='[THINK]', closing='[/THINK]')
    >>> tags_of("")
    Tags(opening='<think>', closing='</think>')
    """
    closing = between.strip()
    return Tags(closing.replace("/", "", 1), closing) if re.fullmatch(r"</[\w:]+>|\[/[\w:]+\]", closing) else Tags()


def said(text: str, tags: Tags) -> str:
    """The text without reasoning.

    >>> said("<think>so</think>\\n\\nyes <think>no", Tags())
    'yes '
    """
    return "".join(text[start:end] for start, end in said_at(text, tags))


def said_at(text: str, tags: Tags) -> list[tuple[int, int]]:
    """Where the text outside of blocks begins and ends, each time; line breaks right behind a block belong to it."""
    found, place = [], 0
    opened, closed = text.find(tags.opening), text.find(tags.closing)
    if closed != -1 and (opened == -1 or closed < opened):
        place = _behind(text, closed + len(tags.closing))
    while (start := text.find(tags.opening, place)) != -1:
        found.append((place, start))
        end = text.find(tags.closing, start)
        place = len(text) if end == -1 else _behind(text, end + len(tags.closing))
    return [(start, end) for start, end in [*found, (place, len(text))] if start < end]


def said_tokens(
    ids: Sequence[int], tags: Tags, decode: Callable[[Sequence[int]], str], encode: Callable[[str], list[int]]
) -> list[int]:
    """The tokens of what was said, as they were sampled.

    Args:
        ids: Of a turn, without its end-of-turn token.
        tags: What encloses reasoning.
        decode: Tokens to text.
        encode: Text to tokens, for the part of a token that stays where another part of it goes.
    """
    text = decode(ids)
    kept: list[int] = []

    def length(count: int) -> int:
        return len(decode(ids[:count]))

    counts = range(len(ids) + 1)
    for start, end in said_at(text, tags):
        first = bisect_left(counts, start, key=length)
        last = bisect_right(counts, end, key=length) - 1
        if first > last:  # all of it within one token
            kept += encode(text[start:end])
            continue
        kept += encode(text[start : length(first)]) if length(first) > start else []
        kept += ids[first:last]
        kept += encode(text[length(last) : end]) if length(last) < end else []
    return kept


def _behind(text: str, place: int) -> int:
    while place < len(text) and text[place] == "\n":
        place += 1
    return place
