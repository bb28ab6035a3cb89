"""The folder of a run: whose it is, what is in it, who works in it.

Invariants: a new run has a folder of its own, which was empty or not there; a run that never
came to its first checkpoint leaves nothing behind; at most one process works in a folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from ftrl_agents.config import TrainConfig
from ftrl_gym.errors import UsageError

CONFIG = "config.json"
LOCK = "lock"
FIXED = (
    "model", "recipe", "env.id", "env.docs", "env.features", "env.max_turns", "env.reward", "rollout.thinking",
    "evaluation.tasks", "evaluation.temperatures", "evaluation.look_every", "evaluation.look_tasks", "evaluation.best",
    "lora.rank", "lora.alpha", "lora.targets",
)  # fmt: skip
"""Settings that a run keeps for life: what it scored before training would not compare with what it scores after, and
its adapter has the shape that it has. A recipe sets others, and does so where a run begins."""


@contextmanager
def new_run(config: TrainConfig, console: Console) -> Iterator[TrainConfig]:
    """Claims a folder and writes its ``config.json``; a name that is taken gets a number.

    If the block fails or is interrupted, the folder goes again: there is no checkpoint in it to go on from.

    Raises:
        UsageError: The folder cannot be written.
    """
    wanted, number = config, 2
    while not _claimed(config):
        config = config.model_copy(update={"name": f"{wanted.name}-{number}"})
        number += 1
    if config is not wanted:
        console.print(f"{wanted.run_dir} is not empty; this run goes to {config.run_dir}")
    try:
        yield config
    except BaseException:
        shutil.rmtree(config.run_dir, ignore_errors=True)
        raise


def _claimed(config: TrainConfig) -> bool:
    """Makes the folder, or takes an empty one. Raises UsageError."""
    folder = config.run_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            return False
        # Of two runs that start at once, one makes the file.
        (folder / CONFIG).open("x").close()
    except OSError as error:
        if isinstance(error, FileExistsError) and folder.is_dir():
            return False
        raise _unwritable(folder, error) from None
    try:
        config.save(folder / CONFIG)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _unwritable(folder, error) from None
    return True


def _unwritable(folder: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write the run folder {folder}: {error.strerror}. Choose another place with --out, for example --out "
        "/tmp/runs"
    )


def stored(folder: Path) -> TrainConfig:
    """The settings of the run in a folder, as ``--resume`` takes them up.

    Raises:
        UsageError: There is no run; names one nearby.
    """
    if folder.parent.name == "checkpoints" and (folder.parents[1] / CONFIG).exists():
        raise UsageError(f"{folder} is a checkpoint. Give the folder of its run: --resume {folder.parents[1]}")
    if not (folder / CONFIG).is_file():
        near = sorted(path.parent for place in {folder, folder.parent} for path in place.glob("*/metrics.jsonl"))
        known = f"Runs nearby: {', '.join(map(str, near[:8]))}" if near else "Leave --resume out to start a run"
        reason = "is no folder" if not folder.is_dir() else f"holds no run: it has no {CONFIG}"
        raise UsageError(f"{folder} {reason}. {known}")
    config = TrainConfig.load(folder / CONFIG)
    # A folder may have been moved since; "." has no name of its own.
    named = folder if folder.name else folder.resolve()
    return config.model_copy(update={"resume": folder, "out": named.parent, "name": named.name})


def check_resumable(config: TrainConfig) -> list[str]:
    """Compare the settings that a run shall go on with with those it has.

    Returns:
        The changes, each as ``steps 300 (was 200)``.

    Raises:
        UsageError: One of them cannot change.
    """
    assert config.resume is not None
    own = stored(config.resume)
    if config.run_dir.resolve() != own.run_dir.resolve():
        raise UsageError(f"--resume {config.resume} already says which folder it is: leave --out and --name out")
    before, now = _flat(own), _flat(config)
    changed = {name: value for name, value in now.items() if value != before[name]}
    for name in FIXED:
        if name in changed:
            raise UsageError(
                f"--{name.replace('_', '-')} cannot change when a run goes on: {config.resume} has {before[name]!r}, "
                f"not {now[name]!r}. Leave it out, or start a new run; --model with a folder under "
                f"{config.resume / 'checkpoints'} starts from these weights"
            )
    return [f"{name} {value} (was {before[name]})" for name, value in changed.items()]


def _flat(config: TrainConfig) -> dict[str, Any]:
    """``env.docs`` -> value, for all settings but those that name the folder."""
    flat: dict[str, Any] = {}
    for name, value in config.model_dump(mode="json", exclude={"resume", "out", "name"}).items():
        flat |= {f"{name}.{key}": inner for key, inner in value.items()} if isinstance(value, dict) else {name: value}
    return flat


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other processes out of a run's folder. The lock ends with its process, however that ends.

    Raises:
        UsageError: Another process works in it.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"another process is working in {folder}. Wait for it or stop it (Ctrl-C saves), or start a run with "
                "another --name"
            ) from None
        except OSError:
            pass  # a file system without locks
        yield
    finally:
        os.close(file)
