"""The settings of a training run: one tree, the command line, and the ``config.json`` of the run.

Refuses unknown keys and impossible values. What is written here is everything that decides a run, besides the machine.
Imports no torch: a wrong flag is told at once.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ftrl_gym.errors import UsageError

Positive = Annotated[int, Field(ge=1)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
BestBy = Literal["f1", "outcome", "reward", "precision", "recall"]
Temperatures = Annotated[list[NotNegative], Field(min_length=1)]


class Source(StrEnum):
    """Where the episodes of a step come from."""

    LIVE = "live"
    """The policy plays whole episodes."""
    PREFIXES = "prefixes"
    """It plays single turns behind prefixes of trajectories, which it samples once an epoch: the recipe of FTRL
    (arXiv 2508.08791)."""


class Thinking(StrEnum):
    """Whether later turns see what an assistant's turn thought, between ``<think>`` and ``</think>``."""

    KEEP = "keep"
    """They see all that was sampled."""
    STRIP = "strip"
    """They see what was said only."""


class Credit(StrEnum):
    """Which rewards a token answers for."""

    TRAJECTORY = "trajectory"
    """All of its episode: GRPO, arXiv 2402.03300, section 4.1.2."""
    TURN = "turn"
    """Those from its turn on (arXiv 2402.03300, section 4.1.3, with turns as the process steps; there each reward is
    compared by itself, here what they sum to)."""
    TOKEN = "token"
    """Those from itself on, discounted token by token: REINFORCE's reward-to-go."""


class Estimator(StrEnum):
    """What rewards are compared with, and in which units: how they become advantages."""

    GRPO = "grpo"
    """The group's mean, in units of its spread: arXiv 2402.03300, section 4.1.2."""
    DR_GRPO = "dr_grpo"
    """The group's mean, in units of the reward: arXiv 2503.20783, section 3.2."""
    RLOO = "rloo"
    """The mean of the group's other members: arXiv 2402.14740, equation 8."""
    REINFORCE_PLUS_PLUS = "reinforce++"
    """The mean of all tokens of the batch, in units of their spread: arXiv 2501.03262, section 3."""
    REINFORCE_PLUS_PLUS_BASELINE = "reinforce++_baseline"
    """The group's mean; then the batch's mean and spread: arXiv 2501.03262, section 3."""
    GAE = "gae"
    """A learned value of each token (arXiv 1506.02438); then the batch's mean and spread. Its credit is by token."""


class Surrogate(StrEnum):
    """What is maximised for a given advantage."""

    PPO = "ppo"
    """The clipped ratio of each token: arXiv 1707.06347, equation 7."""
    GSPO = "gspo"
    """The clipped ratio of each episode, the geometric mean of its tokens': arXiv 2507.18071, equation 5; each token is
    paid its own advantage, as in the same paper's GSPO-token."""
    SEQUENCE = "sequence"
    """The clipped ratio of each episode, the product of its tokens': an episode as one action, as RLOO has it (arXiv
    2402.14740, section 3); its credit is by trajectory."""
    CISPO = "cispo"
    """The log-probability weighted by the clipped ratio, whose gradient is stopped: arXiv 2506.13585, equation 4."""


class Average(StrEnum):
    """How the losses of tokens are put together."""

    TOKEN = "token"
    """Every token of a mini-batch weighs the same: DAPO, arXiv 2503.14476, equation 8."""
    EPISODE = "episode"
    """Every episode weighs the same: GRPO, arXiv 2402.03300, equation 3."""
    CONSTANT = "constant"
    """The sum of an episode's tokens by a constant: Dr. GRPO, arXiv 2503.20783, section 3.2."""


class KlEstimator(StrEnum):
    """How the KL divergence to the first policy is estimated from one sample: http://joschu.net/blog/kl-approx.html."""

    K1 = "k1"
    """``log p - log q``: unbiased, of either sign."""
    K2 = "k2"
    """Half its square: biased, its gradient is that of the divergence."""
    K3 = "k3"
    """``q/p - log(q/p) - 1``: unbiased, never negative."""


class KlPlace(StrEnum):
    """Where the KL divergence to the first policy enters."""

    LOSS = "loss"
    """A term of the loss: GRPO."""
    REWARD = "reward"
    """Taken off the reward of each token: PPO from human feedback, REINFORCE++."""


class Recipe(StrEnum):
    """A published algorithm; what it sets can be changed by further flags."""

    GRPO = "grpo"
    """DeepSeekMath, arXiv 2402.03300."""
    DR_GRPO = "dr_grpo"
    """Understanding R1-Zero-like training, arXiv 2503.20783."""
    DAPO = "dapo"
    """arXiv 2503.14476."""
    RLOO = "rloo"
    """Back to basics, arXiv 2402.14740."""
    REINFORCE_PLUS_PLUS = "reinforce++"
    """arXiv 2501.03262."""
    REINFORCE_PLUS_PLUS_BASELINE = "reinforce++_baseline"
    """arXiv 2501.03262."""
    PPO = "ppo"
    """arXiv 1707.06347, with GAE (arXiv 1506.02438) and a value head on the policy's own states."""
    GSPO = "gspo"
    """arXiv 2507.18071."""
    CISPO = "cispo"
    """MiniMax-M1, arXiv 2506.13585."""
    FTRL = "ftrl"
    """arXiv 2508.08791: single turns behind prefixes, GRPO with the paper's reward and matching."""


class Schedule(StrEnum):
    """What becomes of the learning rate after its warm-up."""

    CONSTANT = "constant"
    LINEAR = "linear"
    """Falls to zero over ``steps``."""
    COSINE = "cosine"
    """Falls to zero over ``steps`` as half a cosine."""


def _folder_inside(name: str) -> str:
    """A run that fails before its first step removes its folder, so that folder has to be its own."""
    path = PurePath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name:
        raise ValueError(f"{name!r} is no folder inside --out: give a name, such as travel-2")
    return name


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
    matching: Literal["strict", "ftrl"] = "strict"
    """How feedback is compared with what a task asks for while training; the policy is always judged by facts."""


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
    thinking: Thinking = Thinking.KEEP
    """Whether later turns see what a turn thought, between <think> and </think>. What is stripped counts for
    ``max_episode_tokens``, but not for the model's context."""
    stop: list[Annotated[str, Field(min_length=1)]] = []
    """Texts behind which a turn ends, besides the model's own end of a turn."""
    env_seconds: Annotated[float, Field(gt=0)] = 300.0
    """Seconds that the environment may take for the turns of an episode together; one that takes longer has failed."""
    engine: Literal["transformers", "vllm"] = "transformers"
    """What samples: this project's batched decoding, or vLLM, which must be installed and wants a GPU."""
    vllm_memory: Annotated[float, Field(gt=0, lt=1)] = 0.4
    """Share of the GPU's memory that vLLM may take."""
    source: Source = Source.LIVE
    """Where the episodes of a step come from."""
    trajectories: Positive = 256
    """Tasks whose trajectories give the prefixes of an epoch, with ``source`` prefixes."""
    refills: Annotated[int, Field(ge=0)] = 0
    """Groups whose members were all paid the same teach nothing; so often more tasks are played instead of them
    (dynamic sampling, DAPO, arXiv 2503.14476, section 3.2)."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.refills and self.source is Source.PREFIXES:
            raise ValueError("refills plays other tasks, and source prefixes has its own: leave one of them out")
        return self


class UpdateConfig(Settings):
    """How weights are updated."""

    learning_rate: Annotated[float, Field(gt=0)] = 2e-4
    """Of AdamW. For the embedded model; large pretrained ones want 1e-6."""
    warm_up: Annotated[int, Field(ge=0)] = 0
    """Steps over which the learning rate rises from zero."""
    schedule: Schedule = Schedule.CONSTANT
    """What becomes of the learning rate after that."""
    beta2: Annotated[float, Field(ge=0, lt=1)] = 0.95
    """AdamW's second moment."""
    weight_decay: NotNegative = 0.0
    """AdamW's."""
    estimator: Estimator = Estimator.GRPO
    """How rewards become advantages."""
    credit: Credit | None = None
    """Which rewards a token answers for; None is by turn where that can be, else what fits the estimator and the
    surrogate."""
    discount: Share = 1.0
    """Of rewards that come a token later, for credit by token and for GAE."""
    gae_lambda: Share = 0.95
    """GAE's lambda: 0 trusts the learned values, 1 the rewards."""
    surrogate: Surrogate = Surrogate.PPO
    """What is maximised for a given advantage."""
    clip_low: Share = 0.2
    """A ratio below 1 minus this gets no gradient that lowers it further."""
    clip_high: NotNegative = 0.28
    """A ratio above 1 plus this gets no gradient that raises it further."""
    average: Average = Average.TOKEN
    """How the losses of tokens are put together."""
    constant_tokens: Positive = 512
    """What the sum of an episode's tokens is divided by, with ``average`` constant."""
    entropy: float = 0.0
    """Weight of the entropy bonus."""
    kl: NotNegative = 0.0
    """Weight of the KL divergence to the first policy; 0 keeps no reference model."""
    kl_estimator: KlEstimator = KlEstimator.K3
    """How that divergence is estimated."""
    kl_place: KlPlace = KlPlace.LOSS
    """Where that divergence enters."""
    overlong_tokens: Annotated[int, Field(ge=0)] = 0
    """Over so many last tokens of the episode's budget, 1 is taken off the reward bit by bit (DAPO, arXiv 2503.14476,
    equation 13); an episode that the budget ended loses it whole. 0 takes nothing off."""
    drop_cut: bool = False
    """Leave episodes that the token budget ended out of the loss: overlong filtering (arXiv 2503.14476, section
    3.4)."""
    importance_cap: NotNegative = 0.0
    """Where sampler and learner are different engines: each token weighs as much likelier as the learner's own
    log-probability makes it, at most so much (truncated importance sampling); 0 takes the sampler's word."""
    value_weight: NotNegative = 0.5
    """Weight of the loss of the values, with GAE."""
    value_clip: NotNegative = 0.2
    """Values may move so far from those before the update; beyond it they get no gradient."""
    mini_batches: Positive = 4
    """Optimizer steps per pass over a batch of episodes."""
    epochs: Positive = 1
    """Passes over a batch of episodes."""
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    """Gradients are clipped to this norm."""
    micro_tokens: Positive = 8192
    """Tokens per forward pass; lower it when memory runs out."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of matrix products. With bfloat16 weights and optimizer stay in float32, and what samples is a copy of the
    weights in bfloat16; it and the learner then differ a little, see ``importance_cap``."""
    recompute: bool = False
    """Gradient checkpointing: keep few activations and compute the others again; for models that do not fit into memory
    otherwise."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.kl and self.kl_place is KlPlace.LOSS and self.kl_estimator is KlEstimator.K1:
            raise ValueError(
                "kl_estimator k1 in the loss pulls nowhere: its gradient is zero on average. Take k2 or k3, or "
                "kl_place reward"
            )
        if self.estimator is Estimator.GAE and self.credit is Credit.TURN:
            raise ValueError("estimator gae gives credit by token; leave credit out")
        by_token = self.credit_by is not Credit.TRAJECTORY or self.estimator is Estimator.GAE
        if self.surrogate is Surrogate.SEQUENCE and by_token:
            raise ValueError("surrogate sequence gives an episode one advantage: take credit trajectory and no gae")
        return self

    @property
    def credit_by(self) -> Credit:
        """Which rewards a token answers for, chosen if ``credit`` leaves it open."""
        if self.credit is not None:
            return self.credit
        if self.estimator is Estimator.GAE:
            return Credit.TOKEN
        of_episodes = self.surrogate in (Surrogate.GSPO, Surrogate.SEQUENCE)
        return Credit.TRAJECTORY if of_episodes else Credit.TURN


class LoraSettings(Settings):
    """Training small matrices beside the model's own instead of these (LoRA, arXiv 2106.09685)."""

    rank: Annotated[int, Field(ge=0)] = 0
    """Of these matrices; 0 trains the model itself. Wants a learning rate some ten times as high."""
    alpha: Positive = 32
    """What they add is multiplied by this, divided by the rank."""
    targets: list[str] | None = None
    """Names of the layers that get them, such as q_proj v_proj; all linear layers but the last otherwise."""


class EvaluationConfig(Settings):
    """How the policy is judged, before and after."""

    tasks: Positive = 400
    """Held-out tasks, from the first on."""
    temperatures: Temperatures = [0.0, 1.0]
    """One evaluation each; 0 is greedy."""
    look_every: Annotated[int, Field(ge=0)] = 0
    """Steps between looks at training tasks that are set aside; the checkpoint that is best there is kept. 0 sets none
    aside."""
    look_tasks: Positive = 64
    """How many of them, played at the first of ``temperatures``."""
    best: BestBy = "f1"
    """Which of their mean scores makes a checkpoint the best."""


class TrainConfig(Settings):
    """Train a language-model policy with reinforcement learning in a tool-use environment.

    Without arguments it trains the embedded base model in TravelBooking, without any download. With --model it takes
    any causal language model with a chat template instead.
    """

    name: Annotated[str, Field(min_length=1), AfterValidator(_folder_inside)] = "travel"
    """Folder under ``out`` for all that the run writes."""
    out: Path = Path("runs")
    """Where run folders go."""
    resume: Path | None = None
    """Go on with the run in this folder, with its own settings, changed by what else stands in the command."""
    model: str | None = None
    """A local folder or a Hugging Face id of a causal LM; without one, the embedded base model, which has bad
    habits to lose."""
    recipe: Recipe | None = None
    """A published algorithm: sets what makes it up; further flags change that."""
    seed: Seed = 0
    """Of everything random."""
    steps: Positive = 200
    """Updates at most."""
    minutes: Annotated[float, Field(gt=0)] = 13.0
    """Wall-clock minutes of reinforcement learning at most; evaluation comes on top."""
    save_every: Positive = 20
    """Steps between checkpoints, and between samples of episodes in full."""
    keep: Positive = 2
    """How many of the last checkpoints are kept, besides the first one and the best."""
    track: list[Literal["wandb", "trackio"]] = []
    """Where the numbers of every step go besides metrics.jsonl and TensorBoard; what is named must be installed."""
    threads: Positive = 2
    """Torch threads. On two idle cores the first steps of the embedded model took 10 s with two and 17 s with one;
    where something else keeps the cores busy, one is far faster."""
    env: EnvConfig = EnvConfig()
    rollout: RolloutConfig = RolloutConfig()
    update: UpdateConfig = UpdateConfig()
    lora: LoraSettings = LoraSettings()
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


def sampled_from_a_copy(config: TrainConfig, in_parts: bool = False) -> bool:
    """Whether what samples is another model than the one that is trained: whole, without an adapter, in its precision.

    Args:
        config: Of the run.
        in_parts: Whether the trained one is cut into parts.
    """
    return in_parts or config.lora.rank > 0 or config.update.precision == "bfloat16"
