"""Log-probabilities of sampled tokens, with gradient: what the learner computes and the sampler must agree with.

Episodes are packed one behind the other, so nothing is computed for padding. The members of a group have their prompt
in common, so it is computed once: all of them attend to it, and gradients of all of them flow into it. Logits are made
only at tokens that the policy sampled.

Axes: L tokens of a packed sequence, N own tokens among them, V the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ftrl_agents.loss import entropy
from ftrl_agents.packed_attention import Packing, packed_attention


class Scored(NamedTuple):
    """Of the own tokens, in the order in which they are packed."""

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
        in_bfloat16: Compute matrix products in bfloat16.
    """

    def __init__(
        self, model: PreTrainedModel, temperature: float, *, values: bool = False, in_bfloat16: bool = False
    ) -> None:
        super().__init__()
        self.model, self.temperature, self.in_bfloat16 = model, temperature, in_bfloat16
        self._no_split_modules = model._no_split_modules  # where FSDP cuts
        self.value_head: nn.Linear | None = None
        if values:
            self.value_head = nn.Linear(model.config.get_text_config().hidden_size, 1, device=model.device)
            nn.init.zeros_(self.value_head.weight)
            nn.init.zeros_(self.value_head.bias)

    def forward(self, ids_L: Tensor, places_L: Tensor, wanted_L: Tensor, chosen_N: Tensor, packing: Packing) -> Scored:
        """Score packed episodes. With gradient checkpointing, stay in ``packed_attention`` until the backward pass.

        Args:
            ids_L: ``(L,)`` ids, packed.
            places_L: ``(L,)`` position of each in its episode.
            wanted_L: ``(L,)`` bool, behind which of them the policy sampled a token.
            chosen_N: ``(N,)`` ids of those.
            packing: What lies where.
        """
        bfloat16 = torch.autocast(ids_L.device.type, torch.bfloat16, enabled=self.in_bfloat16)
        with bfloat16, packed_attention(self.model), _states_at(self.model, wanted_L[None]) as states:
            logits_NV = self.model(
                input_ids=ids_L[None], position_ids=places_L[None], use_cache=False, packing=packing
            ).logits
        logprobs_NV = torch.log_softmax(logits_NV.float() / self.temperature, -1)
        # A copy, as modules in parts want no views as what they return.
        chosen = logprobs_NV.gather(1, chosen_N[:, None])[:, 0].clone()
        value = None if self.value_head is None else self.value_head(states[0].to(self.value_head.weight.dtype))[:, 0]
        return Scored(chosen, entropy(logprobs_NV), value)


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
