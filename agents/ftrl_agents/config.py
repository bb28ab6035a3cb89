"""The settings of a training run: one tree, the command line, and the ``config.json`` of the run.

Refuses unknown keys and impossible values. What is written here is everything that decides a run, besides the machine.
Imports no torch: a wrong flag is told at once.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ftrl_gym.errors import UsageError

Positive = Annotated[int, Field(ge=1)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Temperatures = Annotated[list[NotNegative], Field(min_length=1)]


class Credit(StrEnum):
    """What a token's advantage is made of."""

    TRAJECTORY = "trajectory"
    """The return of its whole episode: GRPO, arXiv 2402.03300, section 4.1.2."""
    TURN = "turn"
    """What was paid from its turn on (arXiv 2402.03300, section 4.1.3, with turns as the process steps)."""


class Settings(BaseModel):
    """Base: immutable; a misspelt key is an error, and so is a number that is none (nan, infinity)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class EnvConfig(Settings):
    """Which environment, and how it is made."""

    id: str = "ftrl/TravelBooking-v0"
    """Gymnasium id. Training uses its train split, evaluation its test split."""
    docs: Literal["signature", "json"] = "signature"
    """How tools are shown: one line each in the system message, or JSON schemas through the chat template."""
    kinds: list[str] | None = None
    """Train on these kinds of tasks only."""
    difficulty: Share | None = 0.6
    """Train on tasks up to this difficulty only, from 0 to 1."""
    features: list[str] | None = []
    """Train and evaluate on tasks all of whose features are among these; none of them keeps plain look-ups."""
    max_turns: Positive = 12
    """Turns per episode."""
    reward: str = "default"
    """Reward scheme."""


class RolloutConfig(Settings):
    """How episodes are sampled."""

    tasks: Positive = 16
    """Tasks per step."""
    group: Annotated[int, Field(ge=2)] = 8
    """Episodes of each task: what an episode is compared with."""
    temperature: Annotated[float, Field(gt=0)] = 1.0
    """Of sampling; log-probabilities are those of the tempered distribution."""
    in_flight: Positive = 128
    """Episodes decoded at once."""
    max_turn_tokens: Positive = 192
    """Own tokens per turn; a longer turn is cut there."""
    max_episode_tokens: Positive = 4096
    """Tokens per episode in all: prompt, own turns, feedback."""


class UpdateConfig(Settings):
    """How weights are updated."""

    learning_rate: Annotated[float, Field(gt=0)] = 2e-4
    """Of AdamW, constant. For the embedded model; large pretrained ones want 1e-6."""
    beta2: Annotated[float, Field(ge=0, lt=1)] = 0.95
    """AdamW's second moment."""
    weight_decay: NotNegative = 0.0
    """AdamW's."""
    credit: Credit = Credit.TRAJECTORY
    """What a token's advantage is made of."""
    scale_by_std: bool = True
    """Divide advantages by the spread of the group's returns (GRPO) or not (Dr. GRPO)."""
    clip_low: Share = 0.2
    """A ratio below 1 minus this gets no gradient that lowers it further."""
    clip_high: NotNegative = 0.28
    """A ratio above 1 plus this gets no gradient that raises it further."""
    entropy: float = 0.002
    """Weight of the entropy bonus."""
    kl: NotNegative = 0.0
    """Weight of the k3 KL to the first policy; 0 keeps no reference model."""
    mini_batches: Positive = 4
    """Optimizer steps per batch of episodes."""
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    """Gradients are clipped to this norm."""
    micro_tokens: Positive = 8192
    """Tokens per forward pass; lower it when memory runs out."""


class EvaluationConfig(Settings):
    """How the policy is judged, before and after."""

    tasks: Positive = 400
    """Held-out tasks, from the first on."""
    temperatures: Temperatures = [0.0, 1.0]
    """One evaluation each; 0 is greedy."""


class TrainConfig(Settings):
    """Train a language-model policy with reinforcement learning in a tool-use environment.

    Without arguments it trains the embedded base model in TravelBooking, without any download. With --model it takes
    any causal language model with a chat template instead.
    """

    name: Annotated[str, Field(min_length=1)] = "travel"
    """Folder under ``out`` for all that the run writes."""
    out: Path = Path("runs")
    """Where run folders go."""
    resume: Path | None = None
    """Go on with the run in this folder, with its own settings, changed by what else stands in the command."""
    model: str | None = None
    """A local folder or a Hugging Face id of a causal LM; without one, the embedded base model, warmed up on
    demonstrations of mixed quality."""
    seed: Seed = 0
    """Of everything random."""
    steps: Positive = 200
    """Updates at most."""
    minutes: Annotated[float, Field(gt=0)] = 11.0
    """Wall-clock minutes of reinforcement learning at most; evaluation comes on top."""
    save_every: Positive = 20
    """Steps between checkpoints; the last two are kept."""
    threads: Positive = 2
    """Torch threads. On two idle cores a step of the embedded model takes 14 s with two and 20 s with one; on a busy
    machine one can be faster."""
    env: EnvConfig = EnvConfig()
    rollout: RolloutConfig = RolloutConfig()
    update: UpdateConfig = UpdateConfig()
    evaluation: EvaluationConfig = EvaluationConfig()

    @property
    def run_dir(self) -> Path:
        """The run's folder."""
        return self.out / self.name

    def save(self, path: Path) -> None:
        """Writes it as JSON, all or nothing."""
        draft = path.with_suffix(".tmp")
        draft.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        os.replace(draft, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what :meth:`save` wrote.

        Raises:
            UsageError: It is missing, or a key or value is wrong; says which.
        """
        try:
            return cls.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no UTF-8 text"
            raise UsageError(f"{path.parent} holds no run: {reason} ({path.name})") from None
        except ValidationError as error:
            wrong = error.errors()
            lines = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong[:8]]
            lines += [f"  ... and {len(wrong) - 8} more"] if len(wrong) > 8 else []
            raise UsageError("\n".join([f"{path} is not a valid configuration:", *lines])) from None
