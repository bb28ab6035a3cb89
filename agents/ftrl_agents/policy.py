"""Where a policy comes from: the embedded base model, or any causal language model by folder or Hugging Face id."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from huggingface_hub.errors import StrictDataclassError
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
        # Weights that do not fit are told below; transformers says so in its log only.
        model, report = AutoModelForCausalLM.from_pretrained(
            name, dtype="float32", local_files_only=local, output_loading_info=True, ignore_mismatched_sizes=True
        )
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, SafetensorError, StrictDataclassError,
    ) as error:  # fmt: skip
        reason = " ".join(str(error).split()) or type(error).__name__
        raise _unusable(name, reason[:300]) from None
    if (fault := _fault(model, tokenizer, report)) is not None:
        raise _unusable(name, fault)
    return Policy(model, tokenizer)


def _unusable(name: str | Path, reason: str) -> UsageError:
    return UsageError(
        f"cannot load the model {str(name)!r}: {reason}\nGive a folder written by save_pretrained, or the "
        "Hugging Face id of a causal LM with a chat template, or leave --model out for the embedded one"
    )


def _fault(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, report: Mapping[str, Any]) -> str | None:
    """Why a model that was loaded is none to train; None if nothing is wrong with it.

    Args:
        model: As loaded; transformers made up what it did not find.
        tokenizer: From the same place.
        report: Of the loading.
    """
    if unfit := sorted(report["mismatched_keys"]):
        weight, found, wanted = unfit[0]
        return (
            f"its weights are those of another model than its config.json tells of: {weight} is {tuple(found)}, not "
            f"{tuple(wanted)} ({len(unfit)} do not fit)"
        )
    if missing := sorted(report["missing_keys"]):
        return f"it lacks weights that its config.json tells of, such as {missing[0]} ({len(missing)} are missing)"
    known = int(model.get_input_embeddings().weight.shape[0])
    if len(tokenizer) > known:
        return (
            f"its tokenizer has {len(tokenizer)} tokens and the model knows {known}, so they do not belong together. "
            "Where tokens were added: model.resize_token_embeddings(len(tokenizer)), and save it again"
        )
    for name, weight in model.named_parameters():
        if not torch.isfinite(weight.detach().sum()):
            return f"not all of its weights are numbers: {name} holds NaN or an infinity"
    return None
