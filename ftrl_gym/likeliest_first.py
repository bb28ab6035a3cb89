"""Which of several values to try together, where each place has its likeliest value first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def likeliest_first(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Ways to take one of each pool, those with small numbers together first, equal ones in order.

    They come one by one, however many there are: a tool with twenty places has more than any memory holds.

    Args:
        sizes: How much each pool holds.

    >>> list(likeliest_first([2, 3]))
    [(0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (1, 2)]
    """
    if any(size < 1 for size in sizes):
        return
    for total in range(sum(sizes) - len(sizes) + 1):
        at = _least(sizes, total)
        while at:
            yield tuple(at)
            at = _after(at, sizes)
        if not sizes:
            yield ()


def _least(sizes: Sequence[int], total: int) -> list[int]:
    """The first way, in order, whose numbers add up to a total that fits."""
    at = [0] * len(sizes)
    for place in reversed(range(len(sizes))):
        at[place] = min(total, sizes[place] - 1)
        total -= at[place]
    return at


def _after(at: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """The next way, in order, with the same sum; empty behind the last."""
    behind = 0
    for place in reversed(range(len(at))):
        if behind and at[place] < sizes[place] - 1:
            return [*at[:place], at[place] + 1, *_least(sizes[place + 1 :], behind - 1)]
        behind += at[place]
    return []
