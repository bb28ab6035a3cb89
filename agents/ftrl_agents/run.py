"""A run's folder, its environments and its evaluations: what surrounds the training loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ftrl_agents.config import TrainConfig
from ftrl_agents.evaluation import Evaluation, evaluate
from ftrl_agents.policy import Policy
from ftrl_gym.errors import UnknownNameError, UsageError

EnvFactory = Callable[[], "gym.Env[str, str]"]


def prepare_folder(config: TrainConfig, console: Console) -> TrainConfig:
    """Make the run's folder and write its ``config.json``; a name that is taken gets a number.

    Raises:
        UsageError: The folder cannot be written.
    """
    taken, number = config.run_dir, 2
    while (config.run_dir / "config.json").exists():
        base = config.name if number == 2 else config.name.removesuffix(f"-{number - 1}")
        config = config.model_copy(update={"name": f"{base}-{number}"})
        number += 1
    if config.run_dir != taken:
        console.print(f"{taken} holds another run; this one goes to {config.run_dir}")
    try:
        config.run_dir.mkdir(parents=True, exist_ok=True)
        config.save(config.run_dir / "config.json")
    except OSError as error:
        raise UsageError(
            f"cannot write the run folder {config.run_dir}: {error.strerror}. Choose another place with --out, "
            "for example --out /tmp/runs"
        ) from None
    return config


def resumed(config: TrainConfig) -> TrainConfig:
    """The configuration of the run that ``config.resume`` names; ``steps`` and ``minutes`` may be raised.

    Raises:
        UsageError: There is no run.
    """
    assert config.resume is not None
    stored = TrainConfig.load(config.resume / "config.json")
    changes: dict[str, Any] = {"resume": config.resume, "out": config.resume.parent, "name": config.resume.name}
    for name in ("steps", "minutes"):
        if getattr(config, name) != TrainConfig.model_fields[name].default:
            changes[name] = getattr(config, name)
    return stored.model_copy(update=changes)


def env_factory(config: TrainConfig, split: str) -> EnvFactory:
    """Makes environments of a split; kinds and difficulty are filters on training tasks only.

    Raises:
        UsageError: There is no such environment, or it does not take a keyword.
    """
    keywords: dict[str, Any] = {name: getattr(config.env, name) for name in ("docs", "max_turns", "reward", "features")}
    if split == "train":
        keywords |= {name: getattr(config.env, name) for name in ("kinds", "difficulty")}

    def make() -> gym.Env[str, str]:
        return gym.make(config.env.id, split=split, disable_env_checker=True, **keywords)

    import ftrl_gym  # noqa: F401 - registers the environments

    if config.env.id not in gym.registry:
        raise UnknownNameError(
            "environment", config.env.id, [name for name in gym.registry if name.startswith("ftrl/")]
        )
    make().close()
    return make


def task_ids(make: EnvFactory) -> list[str]:
    """Ids of all packaged tasks of an environment, in order."""
    env = make()
    try:
        return list(env.unwrapped.taskset.ids())  # type: ignore[attr-defined]
    finally:
        env.close()


def tasks_of_step(ids: Sequence[str], step: int, count: int, seed: int) -> Iterator[str]:
    """Every task once per epoch, in an order that depends on seed and epoch only."""
    for place in range(step * count, (step + 1) * count):
        epoch, within = divmod(place, len(ids))
        yield ids[int(np.random.default_rng([seed, epoch]).permutation(len(ids))[within])]


def evaluations(
    config: TrainConfig, policy: Policy, make: EnvFactory, ids: Sequence[str], when: str, console: Console
) -> list[Evaluation]:
    """One evaluation per temperature; those that the folder already holds are read, not played again."""
    found = []
    for temperature in config.evaluation.temperatures:
        path = config.run_dir / f"evaluation_{when}_{temperature:g}.json"
        if not path.exists():
            how = "greedy" if temperature == 0 else f"temperature {temperature:g}"
            with progress_bar(console) as progress:
                bar = progress.add_task(f"evaluation {when}, {how}", total=len(ids), note="")

                def advance(episode: object, progress: Progress = progress, bar: Any = bar) -> None:
                    progress.advance(bar)

                result = evaluate(
                    policy.model,
                    policy.tokenizer,
                    make,
                    ids,
                    temperature=temperature,
                    seed=config.seed,
                    docs=config.env.docs,
                    in_flight=config.rollout.in_flight,
                    max_turn_tokens=config.rollout.max_turn_tokens,
                    max_episode_tokens=config.rollout.max_episode_tokens,
                    on_episode=advance,
                )
            fresh = path.with_suffix(".tmp")
            result.save(fresh)
            os.replace(fresh, path)
        found.append(Evaluation.load(path))
    return found


def forget_evaluations(config: TrainConfig, when: str) -> None:
    """Before a run goes on: what it scored at its former end is no longer true."""
    for path in config.run_dir.glob(f"evaluation_{when}_*.json"):
        path.unlink()


def progress_bar(console: Console) -> Progress:
    """A bar with time left and a note."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
        transient=not console.is_terminal,
    )
