"""What a run will need of memory, told before it starts; what cannot fit is refused with the setting to change.

All in bytes. Weights, gradients and AdamW's two moments are known. Keys and values, activations and logits depend on
the settings. Activations are what a layer of Qwen3's kind (a gated MLP, norms of queries and keys) keeps for the
backward pass, as a test counts it from the tensors that autograd saves; layers of Llama's kind keep a little less. Not
counted are the masks that attention on a CPU keeps for the tokens behind a shared prompt.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from ftrl_agents.config import Thinking, TrainConfig, sampled_from_a_copy
from ftrl_gym.errors import UsageError

FLOAT = 4
"""Bytes of a number in float32."""
PER_TOKEN = {"float32": (24, 16, 20, 16), "bfloat16": (26, 8, 12, 10)}
"""Bytes that a layer keeps of a token for each number of its width, of the MLP's, of its queries and of its keys. In
bfloat16 the states between layers and their norms stay in float32."""
LOGITS = 4
"""Copies of the logits of a part: as they come, tempered, their softmax, its gradient."""


class Shape(NamedTuple):
    """What of a model decides its memory."""

    parameters: int
    trained: int
    layers: int
    hidden: int
    vocabulary: int
    key_values: int
    """Numbers of keys and values of one token in all layers."""
    queries: int
    """Numbers of one token's queries in a layer."""
    inner: int
    """Width of the MLP."""

    @staticmethod
    def of(model: Any) -> Shape:
        """That of a transformers model."""
        config = model.config.get_text_config()
        heads = config.num_attention_heads
        width = getattr(config, "head_dim", None) or config.hidden_size // heads
        keys = getattr(config, "num_key_value_heads", None) or heads
        trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
        return Shape(
            sum(p.numel() for p in model.parameters()),
            trained,
            config.num_hidden_layers,
            config.hidden_size,
            config.vocab_size,
            2 * config.num_hidden_layers * keys * width,
            heads * width,
            getattr(config, "intermediate_size", None) or 4 * config.hidden_size,
        )


class Need(NamedTuple):
    """What a run needs, at most."""

    weights: int
    optimizer: int
    """Gradients and two moments of the trained weights."""
    copy: int
    """The weights once more, to sample with, where these cannot be."""
    reference: int
    """The first policy, for a KL."""
    cache: int
    """Keys and values while it samples; the optimizer's gradients are not there then."""
    activations: int
    """Of one part of an update."""
    logits: int
    """Of one part of an update, if all its tokens are the policy's own."""

    @property
    def lasting(self) -> int:
        """What is there all the time."""
        return self.weights + self.optimizer + self.copy + self.reference

    @property
    def peak(self) -> int:
        """Sampling and updating take turns, so the larger of both counts."""
        return self.lasting + max(self.cache, self.activations + self.logits)

    def table(self) -> str:
        """Line by line."""
        lines = [f"  {name:<12}{size(value):>10}" for name, value in self._asdict().items() if value]
        return "\n".join([*lines, f"  {'at most':<12}{size(self.peak):>10}"])


def need(shape: Shape, config: TrainConfig, parts: int = 1, moments: int = 1) -> Need:
    """What a run of these settings needs.

    Args:
        shape: Of the model.
        config: The settings.
        parts: Processes among which weights and optimizer are cut.
        moments: Processes among which the optimizer alone is cut.
    """
    # With its part of the moments a process then has a copy of its part of the weights.
    numbers = 3 / parts if moments == 1 else 1 + 3 / moments
    half = 2 if config.update.precision == "bfloat16" else 1
    adapted = config.lora.rank > 0
    # What is left of a turn once its reasoning is stripped is computed besides the turn as it was sampled.
    twice = 2 if config.rollout.thinking is Thinking.STRIP else 1
    tokens = max(config.update.micro_tokens, twice * config.rollout.max_episode_tokens)
    layer = kept_by_layer(shape, config.update.precision, config.rollout.group)
    # Gradient checkpointing keeps what goes into each layer, and at any time all of one layer.
    kept = FLOAT * shape.layers * shape.hidden + layer if config.update.recompute else shape.layers * layer
    # Weights in the precision of the products live from the forward to the backward pass.
    rounded = FLOAT // half * shape.parameters if half > 1 else 0
    return Need(
        weights=FLOAT * shape.parameters // parts,
        # An adapter's own are so few that they do not count.
        optimizer=0 if adapted else int(numbers * FLOAT * shape.trained),
        copy=FLOAT * shape.parameters // half if sampled_from_a_copy(config, parts > 1) else 0,
        reference=FLOAT * shape.parameters if config.update.kl and not adapted else 0,
        cache=FLOAT // half * shape.key_values * config.rollout.in_flight * config.rollout.max_episode_tokens,
        activations=kept * tokens + rounded,
        logits=FLOAT * LOGITS * shape.vocabulary * tokens,
    )


def kept_by_layer(shape: Shape, precision: str, group: int) -> int:
    """Bytes that a layer keeps of each token of a packed part for the backward pass, at most.

    Args:
        shape: Of the model.
        precision: Of the matrix products, ``float32`` or ``bfloat16``.
        group: Episodes of a task. Each has a copy of the keys and values of the prompt that they have in common.
    """
    keys = shape.key_values // (2 * shape.layers)
    widths = shape.hidden, shape.inner, shape.queries, keys
    own = sum(count * width for count, width in zip(PER_TOKEN[precision], widths, strict=True))
    return own + (FLOAT if precision == "float32" else FLOAT // 2) * 2 * keys * group


def check(shape: Shape, config: TrainConfig, free: int, parts: int = 1, moments: int = 1) -> Need:
    """What is needed, once it is known to fit.

    Raises:
        UsageError: It cannot fit, whatever episodes turn out like; says what to lower.
    """
    wanted = need(shape, config, parts, moments)
    lasting = wanted.lasting
    if lasting > free:
        raise UsageError(
            f"this run cannot fit into {size(free)} of free memory; it needs\n{wanted.table()}\nTake a smaller model"
            + (", or --update.kl 0, which keeps no second one" if wanted.reference else "")
        )
    if lasting + wanted.activations > free:
        raise UsageError(
            f"this run cannot fit into {size(free)} of free memory; it needs\n{wanted.table()}\nLower "
            f"--update.micro-tokens (now {config.update.micro_tokens}) and --rollout.max-episode-tokens (now "
            f"{config.rollout.max_episode_tokens}), or add --update.recompute"
        )
    return wanted


def free_memory(model: Any, device: Any) -> int:
    """Bytes that a run with a loaded model may take on the torch device it will train on: what is free there, and what
    the model's weights take there already. Processes on one machine share what a CPU has."""
    import torch

    loaded = [p for p in model.parameters() if p.device.type == torch.device(device).type]
    own: int = sum(p.numel() * p.element_size() for p in loaded)
    if torch.device(device).type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0]) + own
    import psutil  # type: ignore[import-untyped]

    return int(psutil.virtual_memory().available) // int(os.environ.get("LOCAL_WORLD_SIZE", "1")) + own


def size(count: float) -> str:
    """Bytes as people say them.

    >>> size(300_000_000), size(2_500_000)
    ('286 MiB', '2.38 MiB')
    """
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.3g} {unit}"
        count /= 1024
    return f"{count:.3g} GiB"
