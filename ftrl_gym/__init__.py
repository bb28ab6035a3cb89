"""Environments for learning to use tools: tasks that are built, proved and scored without a language model.

Importing this package registers every scenario with Gymnasium::

    import gymnasium as gym
    import ftrl_gym

    env = gym.make("ftrl/TravelBooking-v0")        # or gym.make("ftrl_gym:ftrl/TravelBooking-v0") without the import

The public names are those below and those of the modules, each of which opens with what it owns.
"""

from ftrl_gym.errors import (
    CertificationError,
    ConstructionError,
    FtrlGymError,
    MissingExtraError,
    RegistryError,
    SandboxError,
    UnknownNameError,
    UsageError,
)
from ftrl_gym.registration import register_all
from ftrl_gym.version import __version__

__all__ = [
    "CertificationError",
    "ConstructionError",
    "FtrlGymError",
    "MissingExtraError",
    "RegistryError",
    "SandboxError",
    "UnknownNameError",
    "UsageError",
    "__version__",
    "register_all",
]

register_all()
