"""The order in which values are tried together."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ftrl_gym.likeliest_first import likeliest_first


@given(st.lists(st.integers(0, 4), max_size=5))
def test_every_way_once_by_sum_and_then_in_order(sizes: list[int]) -> None:
    ways = itertools.product(*(range(size) for size in sizes))
    assert list(likeliest_first(sizes)) == sorted(ways, key=lambda at: (sum(at), at))


def test_ways_without_number_cost_nothing_until_they_are_taken() -> None:
    first = list(itertools.islice(likeliest_first([3] * 400), 402))
    assert first[0] == (0,) * 400 and first[1] == (*(0,) * 399, 1) and first[401] == (*(0,) * 399, 2)
