"""Settings of playing with parts of a model put back to their old weights."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ftrl_agents.config import NotNegative, Positive, Settings, Share


class RestoredConfig(Settings):
    """Which blocks, and on what."""

    blocks: Literal["layers", "groups", "both"] = "both"
    """Attention and MLP of each layer, or of each third of the layers and of all, or both."""
    only: list[str] | None = None
    """Of these blocks only some, by their names in the table, such as "MLP 0-2": each costs two evaluations."""
    env: str = "ftrl/TravelBooking-v0"
    """Gymnasium id; its test split is played."""
    docs: Literal["signature", "json"] = "signature"
    """How tools are shown."""
    features: list[str] | None = Field(default=[])
    """Play tasks all of whose features are among these; none of them keeps plain look-ups."""
    difficulty: Share | None = None
    """Only tasks up to this difficulty, from 0 to 1."""
    tasks: Positive = 100
    """How many, from the first on."""
    temperature: NotNegative = 0.0
    """0 is greedy."""
    in_flight: Positive = 128
    """Episodes decoded at once; lower it when memory runs out."""
    max_turn_tokens: Positive = 192
    """Own tokens per turn; a longer turn is cut there."""
    max_episode_tokens: Annotated[int, Field(ge=64)] = 4096
    """Tokens per episode in all."""
    threads: Positive = 1
    """Torch threads."""
