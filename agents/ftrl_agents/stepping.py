"""How the gradients of several parts are added up, and a step is taken by them.

Everywhere but under DeepSpeed, accelerate's wrappers do it. DeepSpeed's engine clips and steps itself, and accelerate
would have it do so in each backward pass; here it is told which part is the last one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from torch import Tensor, nn

from ftrl_agents.sharding import by_deepspeed, check_moments, load_optimizer_state, optimizer_state, whole


class Stepper(Protocol):
    """Changes the weights."""

    module: nn.Module
    """What is trained, as it is to be called."""
    optimizer: Any
    """As it is wrapped."""

    def set_rate(self, rate: float) -> None:
        """The learning rate from now on."""
        ...

    def part(self, last: bool) -> AbstractContextManager[Any]:
        """Around forward and backward pass of a part; the last of a step makes processes exchange gradients."""
        ...

    def backward(self, loss: Tensor, last: bool) -> None:
        """Adds the gradient of a part. Gradients are averaged over processes."""
        ...

    def step(self) -> float:
        """Clips, steps, forgets gradients.

        Returns:
            The gradient's norm before it was clipped; where that is not finite, no step was taken.
        """
        ...

    def forget(self) -> None:
        """Drops gradients that were added up."""
        ...

    def state(self) -> dict[str, Any]:
        """The optimizer's, as one process would have it; for all processes together."""
        ...

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Puts back what :meth:`state` gave; settings such as the learning rate stay. Raises ValueError."""
        ...


def stepper(accelerator: Accelerator, module: nn.Module, optimizer: torch.optim.AdamW, most: float) -> Stepper:
    """What steps in the way that the run was launched for.

    Args:
        accelerator: Of the run.
        module: What is trained; not wrapped yet.
        optimizer: Of it, with one group of weights.
        most: Gradients are clipped to this norm.
    """
    if by_deepspeed(accelerator):
        return DeepSpeedStepper(accelerator, module, optimizer, most)
    return AccelerateStepper(accelerator, module, optimizer, most)


class AccelerateStepper:
    """One process, DDP or FSDP2."""

    def __init__(
        self, accelerator: Accelerator, module: nn.Module, optimizer: torch.optim.Optimizer, most: float
    ) -> None:
        self.accelerator, self.most = accelerator, most
        self.module, self.optimizer = accelerator.prepare(module, optimizer)

    def set_rate(self, rate: float) -> None:
        """See :class:`Stepper`."""
        for settings in self.optimizer.param_groups:
            settings["lr"] = rate

    def part(self, last: bool) -> AbstractContextManager[Any]:
        """See :class:`Stepper`."""
        return nullcontext() if last else self.accelerator.no_sync(self.module)

    def backward(self, loss: Tensor, last: bool) -> None:
        """See :class:`Stepper`."""
        self.accelerator.backward(loss)

    def step(self) -> float:
        """See :class:`Stepper`."""
        found = self.accelerator.clip_grad_norm_(self.module.parameters(), self.most)
        norm = float(whole(found)) if found is not None else 0.0
        if math.isfinite(norm):
            self.optimizer.step()
        self.forget()
        return norm

    def forget(self) -> None:
        """See :class:`Stepper`."""
        self.optimizer.zero_grad()

    def state(self) -> dict[str, Any]:
        """See :class:`Stepper`."""
        return optimizer_state(self.optimizer)

    def load_state(self, state: Mapping[str, Any]) -> None:
        """See :class:`Stepper`."""
        own = [
            {name: value for name, value in group.items() if name != "params"} for group in self.optimizer.param_groups
        ]
        load_optimizer_state(self.optimizer, state)
        for group, settings in zip(self.optimizer.param_groups, own, strict=True):
            group.update(settings)


class DeepSpeedStepper:
    """ZeRO of stage 1 or 2: each process has all weights and a part of the optimizer."""

    MOMENTS = ("exp_avg", "exp_avg_sq")

    def __init__(self, accelerator: Accelerator, module: nn.Module, optimizer: torch.optim.AdamW, most: float) -> None:
        accelerator.state.deepspeed_plugin.deepspeed_config |= {
            "train_micro_batch_size_per_gpu": 1,  # it wants one; our parts differ in size
            "gradient_accumulation_steps": 1,
            "gradient_clipping": most,
        }
        self._weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        self.module, _ = accelerator.prepare(module, optimizer)
        self._engine: Any = self.module
        self.optimizer: Any = self._engine.optimizer

    def set_rate(self, rate: float) -> None:
        """See :class:`Stepper`."""
        for settings in self.optimizer.param_groups:
            settings["lr"] = rate

    def part(self, last: bool) -> AbstractContextManager[Any]:
        """See :class:`Stepper`."""
        return nullcontext()

    def backward(self, loss: Tensor, last: bool) -> None:
        """See :class:`Stepper`."""
        self._engine.set_gradient_accumulation_boundary(last)
        self._engine.backward(loss, scale_wrt_gas=False)

    def step(self) -> float:
        """See :class:`Stepper`. What it finds not to be finite it drops by itself."""
        self._engine.step()
        return math.inf if self.optimizer.overflow else float(self._engine.get_global_grad_norm())

    def forget(self) -> None:
        """See :class:`Stepper`."""
        self.optimizer.zero_grad()
        for group in self.optimizer.averaged_gradients:
            self.optimizer.averaged_gradients[group] = None

    def state(self) -> dict[str, Any]:
        """See :class:`Stepper`. It has the form of that of torch's AdamW, so that a run goes on with any launcher."""
        from deepspeed.utils import safe_get_full_optimizer_state

        flat, groups = self.optimizer.single_partition_of_fp32_groups[0], self.optimizer.optimizer.param_groups
        settings = [{**group, "params": list(range(len(self._weights)))} for group in groups]
        taken = self.optimizer.optimizer.state.get(flat, {}).get("step", torch.tensor(0.0))
        if not float(taken):
            return {"state": {}, "param_groups": settings}
        moments = [
            {name: safe_get_full_optimizer_state(one, name).cpu() for name in self.MOMENTS} for one in self._weights
        ]
        return {
            "state": {number: {"step": torch.tensor(float(taken)), **one} for number, one in enumerate(moments)},
            "param_groups": settings,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """See :class:`Stepper`."""
        from deepspeed.utils import safe_set_full_optimizer_state

        check_moments(self._weights, state)
        if not state["state"]:
            return
        flat, own = self.optimizer.single_partition_of_fp32_groups[0], self.optimizer.optimizer.state
        own[flat] = {name: torch.zeros_like(flat) for name in self.MOMENTS} | {
            "step": torch.as_tensor(float(state["state"][0]["step"]))
        }
        self.optimizer._lazy_init_hp_params_optimizer_state()
        for number, weight in enumerate(self._weights):
            for name in self.MOMENTS:
                safe_set_full_optimizer_state(weight, state["state"][number][name].to(weight.device), name)
