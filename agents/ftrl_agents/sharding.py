"""Weights of which each process holds a part, as FSDP2 keeps them, and the same weights whole.

What makes something whole is for all processes together: it returns when each of them has called it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accelerate import Accelerator  # type: ignore[import-untyped]
from torch import Tensor
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import Optimizer


def shards(accelerator: Accelerator) -> bool:
    """Whether the model is cut into parts, so that only all processes together can use it."""
    return bool(accelerator.is_fsdp2)


def by_deepspeed(accelerator: Accelerator) -> bool:
    """Whether DeepSpeed trains."""
    return getattr(accelerator.state, "deepspeed_plugin", None) is not None


def whole(value: Tensor) -> Tensor:
    """A tensor of which this process may hold a part only."""
    return value.full_tensor() if isinstance(value, DTensor) else value


def part_of(value: Tensor, like: Tensor) -> Tensor:
    """Of a whole tensor, the part that belongs to a weight's; ``value`` itself where the weight is whole."""
    if isinstance(like, DTensor) and value.shape == like.shape:
        return distribute_tensor(value.to(like.device), like.device_mesh, like.placements)
    return value


def optimizer_state(optimizer: Optimizer) -> dict[str, Any]:
    """What ``optimizer.state_dict()`` would be if every process held all; moments of parts are on the CPU."""
    state: dict[str, Any] = optimizer.state_dict()
    moments = {
        number: {name: _kept(value) for name, value in of_one.items()} for number, of_one in state["state"].items()
    }
    return state | {"state": moments}


def check_moments(weights: Sequence[Tensor], state: Mapping[str, Any]) -> None:
    """Whether what :func:`optimizer_state` gave belongs to these weights, which torch would find out in the first step.

    Raises:
        ValueError: It does not.
    """
    count = sum(len(group["params"]) for group in state["param_groups"])
    if count != len(weights):
        raise ValueError(f"its optimizer was that of another model (of {count} weights, here are {len(weights)})")
    for number, of_one in state["state"].items():
        for value in of_one.values():
            if isinstance(value, Tensor) and value.dim() and value.shape != weights[number].shape:
                raise ValueError(
                    f"its optimizer was that of another model (a moment is {tuple(value.shape)}, its weight "
                    f"{tuple(weights[number].shape)})"
                )


def load_optimizer_state(optimizer: Optimizer, state: Mapping[str, Any]) -> None:
    """Puts back what :func:`optimizer_state` gave, in as many processes as there are now.

    Raises:
        ValueError: It is another optimizer's.
    """
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    check_moments(weights, state)
    moments = {
        number: {
            name: part_of(value, weights[number]) if isinstance(value, Tensor) else value
            for name, value in of_one.items()
        }
        for number, of_one in state["state"].items()
    }
    optimizer.load_state_dict({**state, "state": moments})


def _kept(value: Any) -> Any:
    return whole(value).cpu() if isinstance(value, DTensor) else value
