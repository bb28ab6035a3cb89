"""Reasoning blocks: what stands in one calls nothing and answers nothing."""

from __future__ import annotations


def without_reasoning(text: str) -> str:
    """The text outside ``<think>`` blocks; an unclosed block swallows the rest.

    >>> without_reasoning("a<think>b</think>c<think>d")
    'ac'
    >>> without_reasoning("still thinking</think>done")
    'done'
    """
    if "think>" not in text:
        return text
    first_open, first_close = text.find("<think>"), text.find("</think>")
    if first_close != -1 and (first_open == -1 or first_close < first_open):
        text = text[first_close + len("</think>") :]  # the template itself opened the block
    out, position = [], 0
    while (start := text.find("<think>", position)) != -1:
        out.append(text[position:start])
        end = text.find("</think>", start)
        if end == -1:
            return "".join(out)
        position = end + len("</think>")
    return "".join(out) + text[position:]
