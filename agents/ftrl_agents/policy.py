"""Where a policy comes from: the embedded base model, or any causal language model by folder or Hugging Face id."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from ftrl_agents.base_model import load_base
from ftrl_agents.model_source import check_model
from ftrl_gym.errors import UsageError


class Policy(NamedTuple):
    """A model with its tokenizer."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase


def load_policy(name: str | Path | None) -> Policy:
    """The model in float32.

    Args:
        name: A folder or a Hugging Face id; None is the embedded base model.

    Raises:
        UsageError: There is no such model, or it cannot be reached, read or trained.
    """
    if name is None:
        return Policy(*load_base())
    local = check_model(str(name))
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
        model = AutoModelForCausalLM.from_pretrained(name, dtype="float32", local_files_only=local)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        raise UsageError(
            f"cannot load the model {str(name)!r}: {reason[:300]}\nGive a folder written by save_pretrained, or the "
            "Hugging Face id of a causal LM with a chat template, or leave --model out for the embedded one"
        ) from None
    return Policy(model, tokenizer)
