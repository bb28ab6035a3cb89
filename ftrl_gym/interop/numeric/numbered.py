"""Actions by number: a call or an ending each, listed anew every turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ftrl_gym.baselines.sight import Call
from ftrl_gym.interop.numeric import features
from ftrl_gym.interop.numeric.calls import GroundedCall
from ftrl_gym.interop.numeric.endings import Ending
from ftrl_gym.interop.numeric.seen import Seen


@dataclass(frozen=True)
class Move:
    """What an action comes to: a call, a last word, or neither where nothing is listed under it."""

    call: Call | None = None
    say: str | None = None


class NumberedActions:
    """Action k is the k-th listed call, the likeliest first; the listed endings stand behind the calls.

    Args:
        calls: Calls that are listed at most.
        endings: Endings that are listed at most.
    """

    def __init__(self, calls: int, endings: int) -> None:
        self._most_calls, self._most_endings = calls, endings
        self.space = spaces.Discrete(calls + endings)
        self.parts = {"slots": spaces.Box(-1, 1, ((calls + endings) * features.SLOT,), np.float32)}
        """What it adds to an observation: all features of action 0, then those of action 1, and so on."""
        self._calls: Sequence[GroundedCall] = ()
        self._endings: Sequence[Ending] = ()
        self._mask = np.zeros(calls + endings, dtype=bool)

    def refresh(self, seen: Seen) -> dict[str, npt.NDArray[np.float32]]:
        """Lists what stands open now, and gives its features.

        Returns:
            ``slots`` alone; shape ((calls + endings) * SLOT,), from -1 to 1, zeros where nothing is listed.
        """
        self._calls, self._endings = seen.calls(self._most_calls), seen.endings(self._most_endings)
        slots = np.zeros((int(self.space.n), features.SLOT), dtype=np.float32)
        first = self._most_calls
        slots[: len(self._calls)] = features.of_calls(self._calls, seen)
        slots[first : first + len(self._endings)] = features.of_endings(self._endings, seen)
        self._mask = np.zeros(len(slots), dtype=bool)
        self._mask[: len(self._calls)] = [seen.is_open(call) for call in self._calls]
        self._mask[first : first + len(self._endings)] = True
        return {"slots": slots.ravel()}

    def mask(self) -> npt.NDArray[np.bool_]:
        """Which actions are listed, but for calls that were made already; shape (calls + endings,)."""
        return self._mask.copy()

    def move(self, action: int) -> Move:
        """What an action comes to, by its number from 0."""
        if 0 <= action < len(self._calls):
            return Move(call=self._calls[action].call)
        number = action - self._most_calls
        return Move(say=self._endings[number].text) if 0 <= number < len(self._endings) else Move()
