"""A space of texts.

Gymnasium's ``Text`` needs its character set spelled out; with all of Unicode that makes ``check_env`` slow and pickles
huge. This one accepts every string up to a length, except lone surrogates, which are not text.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

_SAMPLE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;!?-'\"{}[]()<>/=_\n\täéßøłñçğ東京ΩЖ🙂"


class UnicodeText(gym.Space[str]):
    """All texts of at most ``max_length`` characters.

    Works with ``SyncVectorEnv`` and ``AsyncVectorEnv(shared_memory=False)``.

    Args:
        max_length: In characters.
        seed: Of :meth:`sample`.

    >>> space = UnicodeText(10, seed=0)
    >>> "Zürich 東京" in space, "\\ud800" in space, "x" * 11 in space
    (True, False, False)
    """

    def __init__(self, max_length: int, seed: int | np.random.Generator | None = None) -> None:
        if max_length < 1:
            raise ValueError(f"max_length is {max_length}; it must be positive")
        self.max_length = max_length
        super().__init__(dtype=str, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """Texts are not."""
        return False

    def sample(self, mask: Any | None = None, probability: Any | None = None) -> str:
        """A short random text."""
        if mask is not None or probability is not None:
            raise ValueError("a text space has no masks")
        length = int(self.np_random.integers(0, min(self.max_length, 64) + 1))
        return "".join(_SAMPLE[i] for i in self.np_random.integers(0, len(_SAMPLE), size=length))

    def contains(self, x: Any) -> bool:
        """Whether ``x`` is a str of at most ``max_length`` characters without lone surrogates."""
        if not isinstance(x, str) or len(x) > self.max_length:
            return False
        if x.isascii():
            return True
        try:
            x.encode()
        except UnicodeEncodeError:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnicodeText) and self.max_length == other.max_length

    def __hash__(self) -> int:
        return hash((UnicodeText, self.max_length))

    def __repr__(self) -> str:
        return f"UnicodeText({self.max_length})"
