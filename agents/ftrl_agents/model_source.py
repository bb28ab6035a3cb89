"""Whether a model is there, told before anything slow is loaded: a folder, or an id on the Hugging Face hub.

Imports neither torch nor transformers, and asks the hub once, without the retries of its download functions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

from ftrl_gym.errors import UsageError

EXAMPLE = "Qwen/Qwen3-0.6B"
_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
_PATIENCE_S = 10.0


def check_model(name: str) -> bool:
    """Look for a model.

    Args:
        name: A folder or a Hugging Face id.

    Returns:
        Whether loading must keep to this machine: it is a folder, or an id that was used before and the hub is out of
        reach. Asking the hub all the same would cost minutes of retries.

    Raises:
        UsageError: There is no such model, or it cannot be reached; says what to do.
    """
    folder = Path(name)
    if name and folder.exists():
        _check_folder(folder)
        return True
    if not _HUB_ID.fullmatch(name):
        raise UsageError(f"there is no folder {name!r}, and it is no Hugging Face id such as {EXAMPLE}. {_ways_out()}")
    return _hub_is_out_of_reach(name)


def _check_folder(folder: Path) -> None:
    if folder.is_file():
        raise UsageError(f"{folder} is a file. Give the folder that holds the model's config.json")
    if saved := sorted((folder / "checkpoints").glob("step-*")):
        raise UsageError(f"{folder} is the folder of a run. Give one of its checkpoints, for example {saved[-1]}")
    missing = [
        what
        for what, patterns in (
            ("config.json", ["config.json"]),
            ("weights (*.safetensors)", ["*.safetensors", "*.bin"]),
            ("tokenizer", ["tokenizer*", "vocab*", "*.model"]),
        )
        if not any(any(folder.glob(pattern)) for pattern in patterns)
    ]
    if missing:
        raise UsageError(f"{folder} is no saved model: it has no {', no '.join(missing)}. {_ways_out()}")


def _hub_is_out_of_reach(name: str) -> bool:
    from huggingface_hub import HfApi, try_to_load_from_cache
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    try:
        HfApi().model_info(name, timeout=_PATIENCE_S)
    except GatedRepoError:
        raise UsageError(
            f"{name} is gated. Accept its licence on https://huggingface.co/{name}, then log in with: hf auth login"
        ) from None
    except RepositoryNotFoundError:
        _not_found(name, "the Hugging Face hub has no such model, or it is private (log in with: hf auth login)")
    except Exception as error:  # which client library raises depends on the hub library's version
        if isinstance(try_to_load_from_cache(name, "config.json"), str):
            return True
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        _not_found(name, f"the Hugging Face hub cannot be reached ({reason[:120]}), and {name} was never loaded here")
    return False


def _not_found(name: str, reason: str) -> NoReturn:
    here = "" if "/" not in name else f" There is no folder {name} here either."
    raise UsageError(f"cannot load the model {name!r}: {reason}.{here} {_ways_out()}")


def _ways_out() -> str:
    return (
        "Give a folder written by save_pretrained, or the id of a causal LM with a chat template (the first use needs "
        "the network), or leave --model out for the embedded model, which needs no download"
    )
