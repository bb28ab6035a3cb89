"""What pytest looks into: modules that need a library of an extra only where it is installed."""

from __future__ import annotations

import importlib.util

_NEED_SB3 = ("slot_policy.py", "classic_training.py")

collect_ignore = (
    []
    if importlib.util.find_spec("stable_baselines3") and importlib.util.find_spec("sb3_contrib")
    else [f"agents/ftrl_agents/{name}" for name in _NEED_SB3]
)
