"""Masks where RLlib's action-masking module looks for them: in the observation.

RLlib trains on a :class:`~ftrl_gym.interop.numeric.view.NumericView` as on any environment with finitely many actions,
once ``gymnasium.wrappers.FlattenObservation`` has made one vector of its observations. Only its module for masked
actions (``ray.rllib.examples.rl_modules.classes.action_masking_rlm``) wants a form of its own. It is made here, without
any need of Ray.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ftrl_gym.errors import UsageError

Masked = dict[str, npt.NDArray[Any]]


class MaskedObservation(gym.ObservationWrapper[Masked, Any, npt.NDArray[Any]], gym.utils.RecordConstructorArgs):
    """A numeric view whose observations hold the mask, too.

    ## Observation space
    ``Dict``. ``observations``: those of the environment within. ``action_mask``: 1 for each action that is listed now,
    0 for the others, float32; of actions in parts those of each part, one after the other.

    Args:
        env: A ``NumericView`` with ``FlattenObservation`` around it.

    Raises:
        UsageError: It has no masks, or its observations are not one vector.

    >>> import ftrl_gym
    >>> from ftrl_gym.interop.numeric.view import NumericView
    >>> view = NumericView(gym.make("ftrl/TravelBooking-v0"), calls=3, endings=2)
    >>> env = MaskedObservation(gym.wrappers.FlattenObservation(view))
    >>> env.reset(seed=0)[0]["action_mask"].shape
    (5,)
    """

    def __init__(self, env: gym.Env[npt.NDArray[Any], Any]) -> None:
        gym.utils.RecordConstructorArgs.__init__(self)
        super().__init__(env)
        if not env.has_wrapper_attr("action_masks"):
            raise UsageError(f"{env} has no masks; put it into ftrl_gym.interop.numeric.view.NumericView first")
        if not isinstance(env.observation_space, spaces.Box):
            raise UsageError(
                f"observations are of {type(env.observation_space).__name__}; "
                "put gymnasium.wrappers.FlattenObservation around the view first"
            )
        actions = spaces.flatdim(env.action_space)
        mask = spaces.Box(0, 1, (actions,), np.float32)
        self.observation_space: gym.Space[Masked] = spaces.Dict(  # type: ignore[assignment]
            {"observations": env.observation_space, "action_mask": mask}
        )

    def observation(self, observation: npt.NDArray[Any]) -> Masked:
        """The vector, and what stands open with it."""
        mask = self.env.get_wrapper_attr("action_masks")()
        return {"observations": observation, "action_mask": mask.astype(np.float32)}
