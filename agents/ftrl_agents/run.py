"""A run's environments, its order of tasks and its evaluations: what surrounds the training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ftrl_agents.config import EvaluationConfig, TrainConfig
from ftrl_agents.envs import NAMESPACE, EnvFactory, env_factory
from ftrl_agents.evaluation import TRANSCRIPTS, EpisodeScore, Evaluation, evaluate
from ftrl_agents.policy import Policy
from ftrl_agents.processes import Processes
from ftrl_agents.writer import Writer
from ftrl_gym.errors import UsageError
from ftrl_gym.registration import SUITES


def env_of(config: TrainConfig, split: str) -> EnvFactory:
    """Makes environments of a split; kinds and difficulty are filters on training tasks only.

    Raises:
        UsageError: There is no such environment, or it cannot be trained in.
    """
    if config.env.id.removeprefix(NAMESPACE) in SUITES:
        raise UsageError(
            f"{config.env.id} plays the rows of a file and has no split to train on. Evaluate in it with: python "
            f"agents/evaluate.py --env {config.env.id} --path ROWS.jsonl"
        )
    keywords: dict[str, Any] = {name: getattr(config.env, name) for name in ("docs", "max_turns", "reward", "features")}
    if split == "train":
        keywords |= {name: getattr(config.env, name) for name in ("kinds", "difficulty", "matching")}
    return env_factory(config.env.id, split=split, **keywords)


def set_aside(ids: list[str], wanted: EvaluationConfig) -> tuple[list[str], list[str]]:
    """Training tasks, and the last ones of them that are looked at instead; none where no looks are wanted.

    Raises:
        UsageError: All of them would be set aside.
    """
    if not wanted.look_every or not ids:
        return ids, []
    if wanted.look_tasks >= len(ids):
        raise UsageError(
            f"--evaluation.look-tasks {wanted.look_tasks} would set all {len(ids)} training tasks aside: lower it, or "
            "loosen --env.kinds or --env.difficulty"
        )
    return ids[: -wanted.look_tasks], ids[-wanted.look_tasks :]


def tasks_of_step(ids: Sequence[str], step: int, count: int, seed: int) -> Iterator[str]:
    """The tasks of a step where every step takes as many; see :func:`tasks_from`."""
    return tasks_from(ids, step * count, count, seed)


def tasks_from(ids: Sequence[str], place: int, count: int, seed: int) -> Iterator[str]:
    """So many tasks from a place on in an endless order: every task once per epoch, by seed and epoch only."""
    for number in range(place, place + count):
        epoch, within = divmod(number, len(ids))
        yield ids[int(np.random.default_rng([seed, epoch]).permutation(len(ids))[within])]


def evaluations(
    config: TrainConfig,
    policy: Policy,
    make: EnvFactory,
    ids: Sequence[str],
    when: str,
    console: Console,
    processes: Processes,
    writer: Writer | None = None,
) -> list[Evaluation]:
    """One evaluation per temperature, dealt to all processes; those that the folder already holds are read, not played
    again."""
    found = []
    for temperature in config.evaluation.temperatures:
        path = _evaluation_file(config, when, temperature)
        if not processes.by_main(path.exists):
            how = "greedy" if temperature == 0 else f"temperature {temperature:g}"
            with progress_bar(console) as progress:
                bar = progress.add_task(f"evaluation {when}, {how}", total=len(processes.own(len(ids))), note="")

                def advance(episode: object, progress: Progress = progress, bar: Any = bar) -> None:
                    progress.advance(bar)

                result = judged(config, policy, make, ids, temperature, processes, advance, writer)
            processes.by_main(lambda path=path, result=result: result.save(path))  # type: ignore[misc]
        found.append(processes.by_main(lambda path=path: Evaluation.load(path)))  # type: ignore[misc]
    return found


def all_evaluated(config: TrainConfig, when: str) -> bool:
    """Whether the folder holds all evaluations that :func:`evaluations` would return."""
    return all(_evaluation_file(config, when, one).exists() for one in config.evaluation.temperatures)


def _evaluation_file(config: TrainConfig, when: str, temperature: float) -> Path:
    return config.run_dir / f"evaluation_{when}_{temperature:.15g}.json"


def judged(
    config: TrainConfig,
    policy: Policy,
    make: EnvFactory,
    ids: Sequence[str],
    temperature: float,
    processes: Processes,
    on_episode: Callable[[Any], Any] = lambda episode: None,
    writer: Writer | None = None,
) -> Evaluation:
    """An evaluation on some tasks, dealt to all processes.

    Args:
        config: Of the run.
        policy: Plays.
        make: Makes an environment that knows the tasks.
        ids: Their ids.
        temperature: 0 is greedy.
        processes: Of the run.
        on_episode: Told of each episode that this process has finished.
        writer: Samples in place of the policy's own model.
    """

    def scored(places: Sequence[int]) -> list[tuple[EpisodeScore, str]]:
        part = evaluate(
            policy.model,
            policy.tokenizer,
            make,
            [ids[place] for place in places],
            groups=places,
            temperature=temperature,
            seed=config.seed,
            docs=config.env.docs,
            in_flight=config.rollout.in_flight,
            max_turn_tokens=config.rollout.max_turn_tokens,
            max_episode_tokens=config.rollout.max_episode_tokens,
            thinking=config.rollout.thinking,
            stop=config.rollout.stop,
            env_seconds=config.rollout.env_seconds,
            on_episode=on_episode,
            writer=writer,
        )
        return list(zip_longest(part.scores, part.transcripts, fillvalue=""))  # type: ignore[arg-type]

    pairs = processes.dealt(scored, len(ids))
    return Evaluation(temperature, tuple(score for score, _ in pairs), tuple(text for _, text in pairs[:TRANSCRIPTS]))


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
