"""Where a policy comes from: the embedded base model, or any causal language model by folder or Hugging Face id."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from ftrl_agents.base_model import load_base
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
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModelForCausalLM.from_pretrained(name, dtype="float32")
    except (OSError, ValueError, KeyError) as error:
        where = "That folder exists, but is no saved model." if Path(name).exists() else "No such folder here."
        raise UsageError(
            f"cannot load the model {str(name)!r}. {where} Give a folder written by save_pretrained, or a Hugging Face "
            "id such as Qwen/Qwen3-0.6B (the first use needs the network), or leave --model out for the embedded one.\n"
            f"Reason: {str(error).strip().splitlines()[0][:300]}"
        ) from None
    return Policy(model, tokenizer)
