"""LoRA through ``peft``: small matrices beside the linear layers are trained, the model's own weights are not.

The adapter lives in the model that is trained. What samples, is saved and is evaluated is a whole copy with the adapter
added in; the policy before training is the trained model with its adapter off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ftrl_agents.config import LoraSettings
from ftrl_agents.sharding import whole
from ftrl_gym.errors import UsageError

NAME = "default"
"""What ``peft`` calls the only adapter."""


def add_adapter(model: PreTrainedModel, settings: LoraSettings, seed: int) -> None:
    """Adds an adapter that changes nothing yet, and freezes all other weights.

    Raises:
        UsageError: ``peft`` is not installed, or the model has no layers of these names.
    """
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError:
        raise UsageError("--lora.rank needs peft. Install it (pip install 'ftrl-gym[lora]'), or leave it out") from None
    targets: Any = settings.targets or "all-linear"
    config = LoraConfig(r=settings.rank, lora_alpha=settings.alpha, target_modules=targets, lora_dropout=0.0)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            inject_adapter_in_model(config, model, adapter_name=NAME)
    except ValueError as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise UsageError(f"--lora.targets {settings.targets} does not fit this model: {reason}") from None


def adapter_weights(model: nn.Module) -> dict[str, Tensor]:
    """The trained matrices of the adapter by their names in the model; none without one."""
    return {name: value for name, value in model.named_parameters() if _is_adapter(name)}


def merged_weights(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """The weights of the model as it computes, by their names without an adapter: ``W + (alpha / rank) B A``
    (arXiv 2106.09685, section 4.1). For all processes together."""
    for name, value in model.named_parameters():
        if _is_adapter(name):
            continue
        place, of_base, weight = name.partition(".base_layer.")
        if of_base and weight == "weight":
            layer: Any = model.get_submodule(place)
            up, down = (whole(part[NAME].weight) for part in (layer.lora_B, layer.lora_A))
            yield f"{place}.weight", whole(value) + layer.scaling[NAME] * (up @ down)
        else:
            yield name.replace(".base_layer.", "."), whole(value)


@contextmanager
def adapter_off(model: nn.Module) -> Iterator[None]:
    """The model as it was before training."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    layers = [layer for layer in model.modules() if isinstance(layer, BaseTunerLayer)]
    for layer in layers:
        layer.enable_adapters(False)
    try:
        yield
    finally:
        for layer in layers:
            layer.enable_adapters(True)


def _is_adapter(name: str) -> bool:
    return ".lora_A." in name or ".lora_B." in name
