"""Settings of classic reinforcement learning with Stable-Baselines3: ``agents/train_sb3.py``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ftrl_agents.config import Positive, Seed, Settings, Share

HELD_BACK = 6
"""Turns that cover the chains of most tasks."""


class Algorithm(StrEnum):
    """What learns."""

    MASKABLE_PPO = "maskable_ppo"
    """PPO among what stands open (Huang & Ontañón 2020, "A closer look at invalid action masking in policy gradient
    algorithms")."""
    PPO = "ppo"
    """PPO among all actions (Schulman et al. 2017)."""
    A2C = "a2c"
    """Advantage actor-critic among all actions (Mnih et al. 2016)."""
    DQN = "dqn"
    """Q-learning among all actions (Mnih et al. 2015)."""


class ClassicConfig(Settings):
    """A run."""

    algo: Algorithm = Algorithm.MASKABLE_PPO
    """What learns."""
    env: str = "ftrl/TravelBooking-v0"
    """Gymnasium id. Training uses its train split, evaluation its test split."""
    kinds: list[str] | None = Field(default=["single_hop", "multi_hop", "multi_hop"])
    """Kinds of tasks. The environments that play side by side have one each in turn, so one that is named twice has
    twice as many; None draws from all."""
    difficulty: Share | None = None
    """Tasks up to this difficulty only, from 0 to 1."""
    features: list[str] | None = Field(default=[])
    """Tasks all of whose features are among these; none of them keeps plain look-ups."""
    policy: Literal["slots", "mlp"] = "slots"
    """The network: one that scores every action by its own features, or Stable-Baselines3's MultiInputPolicy."""
    calls: Positive = 64
    """Calls that are listed at most."""
    endings: Positive = 32
    """Endings that are listed at most."""
    steps: Positive = 400_000
    """Turns at most."""
    minutes: Annotated[float, Field(gt=0)] = 15.0
    """Wall-clock minutes of learning at most; evaluation comes on top."""
    go_on: bool = False
    """Learn on from what --out holds, for so many more turns and minutes. A DQN begins with an empty memory."""
    hold_back: Annotated[int, Field(ge=0)] | None = None
    """While learning, endings stand open only from a turn on that is drawn from 0 to this one: 6 unless said for
    maskable_ppo, which else answers before it has followed a chain. The others look at no masks."""
    envs: Positive = 16
    """Episodes side by side."""
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    """Adam's, or RMSprop's for a2c."""
    gamma: Share = 0.99
    """Discount of rewards that come a turn later."""
    tasks: Positive = 240
    """Held-out tasks that are played at the end, spread over all there are."""
    seed: Seed = 0
    """Of everything random."""
    threads: Positive = 1
    """Torch threads."""
    beside: list[Path] = Field(default=[])
    """Folders of earlier runs, which stand beside this one in its report and curves."""
    out: Path = Path("runs/sb3")
    """Folder of the run: config.json, metrics.jsonl, model.zip, evaluation.json, report.md, curves.png."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.hold_back and self.algo is not Algorithm.MASKABLE_PPO:
            raise ValueError(
                f"hold_back closes endings by masks, and {self.algo} looks at none: take algo maskable_ppo, or leave "
                "hold_back out"
            )
        return self

    @property
    def held_back(self) -> int:
        """The last turn that endings may be held back until; 0 holds none back."""
        return (HELD_BACK if self.algo is Algorithm.MASKABLE_PPO else 0) if self.hold_back is None else self.hold_back
