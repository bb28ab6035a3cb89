"""The algorithms of Stable-Baselines3 and sb3-contrib, set up for a numeric view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gymnasium import spaces

from ftrl_agents.classic_config import Algorithm, ClassicConfig
from ftrl_gym.interop.installed import require

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.vec_env import VecEnv

SUPPORTED = ("2.7", "3")
"""First version of both libraries that works, and first that may not."""
_BUFFER_BYTES = 1_000_000_000
"""Size of DQN's memory."""


def check_libraries() -> None:
    """Refuses to go on without them.

    Raises:
        MissingExtraError: One is not installed.
        UsageError: It is, in a version that is not supported.
    """
    for library in ("stable-baselines3", "sb3-contrib"):
        require(library, "sb3", *SUPPORTED)


def new_model(config: ClassicConfig, envs: VecEnv) -> BaseAlgorithm:
    """A model that has learned nothing yet."""
    from sb3_contrib import MaskablePPO
    from stable_baselines3 import A2C, DQN, PPO

    from ftrl_agents.slot_policy import MaskableSlotPolicy, SlotPolicy, SlotQPolicy

    own = config.policy == "slots"
    shared: dict[str, Any] = {
        "env": envs, "learning_rate": config.learning_rate, "gamma": config.gamma, "seed": config.seed, "device": "cpu",
    }  # fmt: skip
    on_policy: dict[str, Any] = {"n_steps": 64, "batch_size": 256, "n_epochs": 4, "ent_coef": 0.01, "gae_lambda": 0.95}
    if config.algo is Algorithm.MASKABLE_PPO:
        return MaskablePPO(MaskableSlotPolicy if own else "MultiInputPolicy", **shared, **on_policy)
    if config.algo is Algorithm.PPO:
        return PPO(SlotPolicy if own else "MultiInputPolicy", **shared, **on_policy)
    if config.algo is Algorithm.A2C:
        return A2C(SlotPolicy if own else "MultiInputPolicy", n_steps=8, ent_coef=0.01, **shared)
    return DQN(
        SlotQPolicy if own else "MultiInputPolicy",
        buffer_size=max(1_000, _BUFFER_BYTES // (2 * _bytes(envs.observation_space))),
        learning_starts=1_000,
        batch_size=128,
        train_freq=1,
        gradient_steps=2,
        target_update_interval=500,
        exploration_fraction=0.2,
        **shared,
    )


def load_model(config: ClassicConfig, envs: VecEnv | None = None) -> BaseAlgorithm:
    """The model that a run has saved.

    Args:
        config: Of the run.
        envs: Where it learns on; None for one that only plays.
    """
    from sb3_contrib import MaskablePPO
    from stable_baselines3 import A2C, DQN, PPO

    known: dict[Algorithm, type[BaseAlgorithm]] = {
        Algorithm.MASKABLE_PPO: MaskablePPO, Algorithm.PPO: PPO, Algorithm.A2C: A2C, Algorithm.DQN: DQN,
    }  # fmt: skip
    return known[config.algo].load(config.out / "model.zip", env=envs, device="cpu", gamma=config.gamma)


def _bytes(space: spaces.Space[Any]) -> int:
    """Of an observation, as DQN's memory keeps it."""
    assert isinstance(space, spaces.Dict)
    return sum(spaces.flatdim(part) * (part.dtype.itemsize if part.dtype else 4) for part in space.spaces.values())
