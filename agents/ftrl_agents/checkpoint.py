"""Checkpoints that are whole or not there.

``<run>/checkpoints/step-000040/`` holds the model and the tokenizer as ``save_pretrained`` writes them, so
``AutoModelForCausalLM.from_pretrained`` reads it, and ``trainer.pt`` with everything else that a resumed run needs to
end with the same weights. It is written under a temporary name and renamed; an older one goes only after that.
"""

from __future__ import annotations

import errno
import os
import pickle
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ftrl_gym.errors import FtrlGymError, UsageError

FULL = 2**20
"""Bytes below which a disk counts as full."""
FIRST = Path("checkpoints") / "step-000000"
"""The policy before training, in a run folder: kept, for comparison and as the reference of a KL."""


def folder_name(step: int) -> str:
    """``step-000040``."""
    return f"step-{step:06d}"


class SaveError(FtrlGymError, OSError):
    """A checkpoint could not be written; the one before it is still good."""


def save(
    run_dir: Path,
    step: int,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    optimizer: Mapping[str, Any],
    cursor: Mapping[str, Any],
    heads: Mapping[str, torch.Tensor] | None = None,
    weights: Mapping[str, torch.Tensor] | None = None,
    keep: int = 2,
    best: int | None = None,
) -> Path:
    """Write the checkpoint of a step; older ones go only when it is whole.

    Args:
        optimizer: Its state, see :meth:`ftrl_agents.stepping.Stepper.state`.
        cursor: Where the run is: plain numbers, strings, lists.
        heads: Weights that are trained and no part of the model, such as a value head's.
        weights: Of the model, if not those that it has.
        keep: How many of the last ones stay, besides the first.
        best: Step of one that stays, too.

    Raises:
        SaveError: Disk full or the like.
    """
    folder = run_dir / "checkpoints" / folder_name(step)
    fresh = folder.with_name(f".{folder.name}.tmp")
    state = {
        "step": step,
        "cursor": dict(cursor),
        "optimizer": dict(optimizer),
        "heads": dict(heads or {}),
        "rng": _random_states(),
    }
    try:
        for begun in folder.parent.glob(".step-*.tmp"):  # by a run that was killed while it saved
            shutil.rmtree(begun, ignore_errors=True)
        fresh.mkdir(parents=True)
        model.save_pretrained(fresh, state_dict=None if weights is None else dict(weights))
        tokenizer.save_pretrained(fresh)
        with (fresh / "trainer.pt").open("wb") as file:
            torch.save(state, file)
        for path in fresh.iterdir():
            _flush(path)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
        _flush(folder.parent)
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = _reason(error, fresh)
        shutil.rmtree(fresh, ignore_errors=True)
        before = latest(run_dir)
        raise SaveError(
            f"cannot save step {step} in {folder.parent}: {reason}. "
            + (f"The checkpoint {before} is untouched. " if before else "")
            + "Make room, then go on with --resume"
        ) from None
    for old in _all(run_dir)[1:-keep]:
        if best is None or old.name != folder_name(best):
            shutil.rmtree(old, ignore_errors=True)
    return folder


def latest(run_dir: Path) -> Path | None:
    """The newest checkpoint of a run."""
    return found[-1] if (found := _all(run_dir)) else None


def load_cursor(
    folder: Path,
    load_optimizer: Callable[[Mapping[str, Any]], None],
    load_heads: Callable[[dict[str, torch.Tensor]], None],
) -> dict[str, Any]:
    """Put optimizer and random states back as they were; the model is loaded from the folder by its owner.

    Args:
        folder: Of the checkpoint.
        load_optimizer: Takes the optimizer's state; see :meth:`ftrl_agents.stepping.Stepper.load_state`.
        load_heads: Takes the weights that are no part of the model; told before the optimizer, as it knows best what is
            wrong where they are others.

    Returns:
        The cursor that was saved.

    Raises:
        UsageError: The file is broken, or belongs to another model.
    """
    try:
        state = torch.load(folder / "trainer.pt", map_location="cpu", weights_only=True)
        load_heads(dict(state["heads"]))
        load_optimizer(state["optimizer"])
        _restore_random_states(state["rng"])
        return dict(state["cursor"])
    except UsageError:
        raise
    except (
        OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, EOFError, pickle.UnpicklingError,
    ) as error:  # fmt: skip
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[
            :200
        ]  # of an empty file none is told
        raise UsageError(
            f"{folder} cannot be resumed: {reason}. Delete this folder to go on from the checkpoint before it"
        ) from None


def _all(run_dir: Path) -> list[Path]:
    """By step. Folders of other names, such as copies that somebody put aside, are none: they would be thrown away."""
    found = {int(path.name[5:]): path for path in (run_dir / "checkpoints").glob("step-*") if path.name[5:].isdecimal()}
    return [found[step] for step in sorted(found)]


def _reason(error: Exception, folder: Path) -> str:
    """Why nothing could be written. Of a full disk torch says only that it is at an unexpected place of a file."""
    if not isinstance(error, OSError) and folder.exists() and shutil.disk_usage(folder).free < FULL:
        return os.strerror(errno.ENOSPC)
    return str(error)


def _flush(path: Path) -> None:
    """To the disk, so that the rename cannot overtake the contents."""
    if os.name != "posix" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _random_states() -> dict[str, Any]:
    name, keys, *rest = np.random.get_state(legacy=True)
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all(),
        "python": random.getstate(),
        "numpy": (name, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest),
    }


def _restore_random_states(states: Mapping[str, Any]) -> None:
    torch.set_rng_state(states["torch"])
    if len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states["cuda"])
    random.setstate(states["python"])
    name, keys, *rest = states["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
