"""Environments for TorchRL: text travels through its ``GymWrapper`` as non-tensor data.

TorchRL has a spec for data that are no tensors, and lets a conversion be registered for a space that it does not know.
So its own wrapper does the work; what is added is the conversion, and what ``info`` says: chat messages, tool documents
and the score, under the key ``info``, as the environment gave it. Rewards are TorchRL's float32.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from ftrl_gym.interop.installed import require
from ftrl_gym.spaces import UnicodeText

SUPPORTED = ("0.14", "0.15")
"""Versions of TorchRL: from, and below."""


def torchrl_env(env_id: str, **keywords: Any) -> Any:
    """An environment as TorchRL has them.

    A policy given to ``rollout`` or a collector may be a function of ``(observation, info)``, text and dict, that
    returns a turn, a text. ``reset`` takes ``seed`` and ``options``, which go to the environment:
    ``env.reset(options={"task": ID})``.

    Args:
        env_id: As for ``gym.make``.
        **keywords: Likewise.

    Returns:
        A ``torchrl.envs.GymWrapper``.

    Raises:
        MissingExtraError: TorchRL is not installed.
        UsageError: It is, in a version that is not supported.
    """
    require("torchrl", "torchrl", *SUPPORTED)
    from torchrl.data import Composite, NonTensor
    from torchrl.envs import GymWrapper
    from torchrl.envs.gym_like import BaseInfoDictReader
    from torchrl.envs.libs.gym import register_gym_spec_conversion

    class _WholeInfo(BaseInfoDictReader):
        """Hands on all of ``info``, which is no tensor."""

        def __call__(self, info_dict: dict[str, Any], tensordict: Any) -> Any:
            tensordict.set_non_tensor("info", info_dict)
            return tensordict

        @property
        def info_spec(self) -> Any:
            return Composite(info=NonTensor(shape=(), example_data={}))

    def converted(space: UnicodeText, device: Any = None, **others: Any) -> Any:
        return NonTensor(shape=(), example_data="", device=device)

    register_gym_spec_conversion(UnicodeText)(converted)
    return GymWrapper(gym.make(env_id, **keywords)).set_info_dict_reader(_WholeInfo())
