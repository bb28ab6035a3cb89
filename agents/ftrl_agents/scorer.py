"""Log-probabilities of sampled tokens, with gradient: what the learner computes and the sampler must agree with.

The members of a group have their prompt in common, so it is computed once: its keys and values are shared by all of
them, and gradients of all of them flow into it. Logits are made only at tokens that the policy sampled.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ftrl_agents.loss import entropy


class Scored(NamedTuple):
    """Of the own tokens, in the order of ``own_BT.nonzero()``; N of them."""

    logprobs_N: Tensor
    entropy_N: Tensor
    value_N: Tensor | None
    """What is expected from each token on; None without a value head."""


class Scorer(nn.Module):
    """The model's forward pass as a module of its own, so that wrappers for several processes see one ``forward``.

    Args:
        model: A causal LM.
        temperature: Of sampling; log-probabilities are those of the tempered distribution.
        values: Whether it has a value head: a linear map of the state that a token is predicted from, zero at first.
        shared_prompt: Compute a prompt once for all members. Gradient checkpointing keeps no keys and cannot.
        in_bfloat16: Compute matrix products in bfloat16.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        temperature: float,
        *,
        values: bool = False,
        shared_prompt: bool = True,
        in_bfloat16: bool = False,
    ) -> None:
        super().__init__()
        self.in_bfloat16 = in_bfloat16
        self.model, self.temperature, self.shared_prompt = model, temperature, shared_prompt
        self._no_split_modules = model._no_split_modules  # where FSDP cuts
        self.value_head: nn.Linear | None = None
        if values:
            self.value_head = nn.Linear(model.config.get_text_config().hidden_size, 1, device=model.device)
            nn.init.zeros_(self.value_head.weight)
            nn.init.zeros_(self.value_head.bias)

    def forward(self, prompt_P: Tensor, tail_BT: Tensor, own_BT: Tensor) -> Scored:
        """Score episodes that begin with the same prompt.

        Args:
            prompt_P: ``(P,)`` ids, P >= 2.
            tail_BT: ``(B, T)`` ids behind the prompt, padded on the right by anything.
            own_BT: ``(B, T)`` bool, which of them the policy sampled.
        """
        with torch.autocast(prompt_P.device.type, torch.bfloat16, enabled=self.in_bfloat16):
            return self._scored(prompt_P, tail_BT, own_BT)

    def _scored(self, prompt_P: Tensor, tail_BT: Tensor, own_BT: Tensor) -> Scored:
        batch, length = own_BT.shape
        # The prompt's last token predicts the first of the tail, and so belongs to each member.
        inputs = torch.cat((prompt_P[-1:].expand(batch, 1), tail_BT[:, :-1]), dim=1)
        start, wanted = len(prompt_P) - 1, own_BT
        given: dict[str, Any] = {"use_cache": False}
        if self.shared_prompt:
            prefix = self.model.base_model(input_ids=prompt_P[None, :-1], use_cache=True).past_key_values
            prefix.batch_repeat_interleave(batch)
            given = {"past_key_values": prefix, "use_cache": True}
            given["position_ids"] = torch.arange(start, start + length, device=inputs.device)[None]
        else:
            inputs = torch.cat((prompt_P[None, :-1].expand(batch, start), inputs), dim=1)
            wanted = torch.nn.functional.pad(own_BT, (start, 0))
        with _states_at(self.model, wanted) as states:
            logits = self.model(input_ids=inputs, **given).logits
        logits = logits.float() / self.temperature
        # A copy, as modules in parts want no views as what they return.
        chosen = torch.log_softmax(logits, -1).gather(1, tail_BT[own_BT][:, None])[:, 0].clone()
        value = None if self.value_head is None else self.value_head(states[0].to(self.value_head.weight.dtype))[:, 0]
        return Scored(chosen, entropy(logits), value)


@contextmanager
def _states_at(model: PreTrainedModel, wanted_BT: Tensor) -> Iterator[list[Tensor]]:
    """Let the output layer see only the hidden states at these places, ``(B, T, D)`` becomes ``(N, D)``; gives them."""
    states: list[Tensor] = []

    def gather(head: nn.Module, inputs: tuple[Any, ...]) -> tuple[Tensor]:
        states.append(inputs[0][wanted_BT])
        return (states[0],)

    handle = model.get_output_embeddings().register_forward_pre_hook(gather)
    try:
        yield states
    finally:
        handle.remove()
