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


class Scorer(nn.Module):
    """The model's forward pass as a module of its own, so that wrappers for several processes see one ``forward``.

    Args:
        model: A causal LM.
        temperature: Of sampling; log-probabilities are those of the tempered distribution.
    """

    def __init__(self, model: PreTrainedModel, temperature: float) -> None:
        super().__init__()
        self.model, self.temperature = model, temperature

    def forward(self, prompt_P: Tensor, tail_BT: Tensor, own_BT: Tensor) -> Scored:
        """Score episodes that begin with the same prompt.

        Args:
            prompt_P: ``(P,)`` ids, P >= 2.
            tail_BT: ``(B, T)`` ids behind the prompt, padded on the right by anything.
            own_BT: ``(B, T)`` bool, which of them the policy sampled.
        """
        batch, length = own_BT.shape
        prefix = self.model.base_model(input_ids=prompt_P[None, :-1], use_cache=True).past_key_values
        prefix.batch_repeat_interleave(batch)
        # The prompt's last token predicts the first of the tail, and so belongs to each member.
        inputs = torch.cat((prompt_P[-1:].expand(batch, 1), tail_BT[:, :-1]), dim=1)
        start = len(prompt_P) - 1
        positions = torch.arange(start, start + length, device=inputs.device)[None]
        with _logits_at(self.model, own_BT):
            logits = self.model(input_ids=inputs, position_ids=positions, past_key_values=prefix, use_cache=True).logits
        logits = logits.float() / self.temperature
        chosen = torch.log_softmax(logits, -1).gather(1, tail_BT[own_BT][:, None])[:, 0]
        return Scored(chosen, entropy(logits))


@contextmanager
def _logits_at(model: PreTrainedModel, own_BT: Tensor) -> Iterator[None]:
    """Let the output layer see only the hidden states at these places: ``(B, T, D)`` becomes ``(N, D)``."""

    def gather(head: nn.Module, inputs: tuple[Any, ...]) -> tuple[Tensor]:
        return (inputs[0][own_BT],)

    handle = model.get_output_embeddings().register_forward_pre_hook(gather)
    try:
        yield
    finally:
        handle.remove()
