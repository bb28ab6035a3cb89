"""Engines that write whole turns at once, as those for GPUs do, in place of token by token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Request(NamedTuple):
    """A turn to be written."""

    ids: list[int]
    """All tokens before it."""
    most: int
    """Tokens that it may have."""
    seed: int


class Written(NamedTuple):
    """A turn: at least one token, with the one that ended it."""

    tokens: list[int]
    logprobs: list[float]
    """Of each token, at the sampling temperature (at 1 for greedy)."""


class Writer(Protocol):
    """Writes turns with the policy's weights as they are."""

    def turns(
        self, requests: Sequence[Request], *, temperature: float, stop_tokens: Sequence[int], stop: Sequence[str]
    ) -> list[Written]:
        """A turn for each request.

        Args:
            requests: Of any number.
            temperature: 0 is greedy.
            stop_tokens: A turn ends with one of these ...
            stop: ... or with the token that completes one of these texts.
        """
        ...

    def refresh(self) -> None:
        """Takes up the weights of the policy, which have changed."""
        ...
