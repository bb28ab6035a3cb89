"""Endings held back while learning: where answering early costs nothing, what comes behind it is never tried."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from ftrl_gym.interop.numeric.view import NumericView, Observation


class HoldingBack(gym.Wrapper[Observation, Any, Observation, Any]):
    """A view whose masks let no ending through before a turn drawn for each episode, as long as there are calls.

    Args:
        view: With ``discrete`` actions.
        calls: How many of its actions are calls.
        most: The latest turn that may be drawn; the first is 0.
    """

    def __init__(self, view: NumericView, calls: int, most: int) -> None:
        super().__init__(view)
        self._view, self._calls, self._most = view, calls, most
        self._left = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Starts an episode."""
        started = self._view.reset(seed=seed, options=options)
        self._left = int(self._view.np_random.integers(self._most + 1))
        return started

    def step(self, action: Any) -> tuple[Observation, Any, bool, bool, dict[str, Any]]:
        """Plays a turn."""
        self._left -= 1
        return self._view.step(action)

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """What stands open while learning."""
        mask = self._view.action_masks()
        if self._left > 0 and mask[: self._calls].any():
            mask[self._calls :] = False
        return mask
