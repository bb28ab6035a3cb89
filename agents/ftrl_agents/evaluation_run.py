"""Scores a policy on tasks, a number of samples each, and goes on where an earlier run stopped.

What is sampled depends on the seed, the task's place and the sample's number, not on what was played before: a run that
was interrupted ends with the scores of one that was not. More tasks or more samples add to what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ftrl_agents.engine import Engine
from ftrl_agents.envs import EnvFactory
from ftrl_agents.episode import End, Episode
from ftrl_agents.evaluation import TRANSCRIPTS, EpisodeScore, Evaluation, score_episode
from ftrl_agents.played_log import PlayedLog
from ftrl_gym.suites.conversation import ForeignTasks

Key = tuple[str, int]
"""A task, and which of its samples."""


@dataclass(frozen=True)
class Scored:
    """One finished episode."""

    sample: int
    score: EpisodeScore
    end: str
    error: str | None
    transcript: str

    @property
    def failed(self) -> bool:
        """Whether it says nothing of the policy."""
        return self.end == End.FAILED

    @property
    def overlong(self) -> bool:
        """Whether the prompt left no room for a turn."""
        return self.end == End.NO_ROOM


@dataclass(frozen=True)
class Outcome:
    """What came of an evaluation."""

    evaluation: Evaluation
    failed: int
    """Episodes that failed for no fault of the policy; they are scored 0."""
    example: str | None
    """What one of them failed of."""
    overlong: int
    """Episodes whose prompt left the policy no room for a turn; they are scored 0."""
    kept: int
    """Episodes that had been played before."""


def score_tasks(
    engine: Engine,
    make: EnvFactory,
    tasks: Sequence[str],
    *,
    samples: int,
    temperature: float,
    seed: int,
    log: PlayedLog | None = None,
    retry_failed: bool = False,
    on_episode: Callable[[int, int], Any] = lambda done, of: None,
) -> Outcome:
    """Plays what is not in the log yet.

    Args:
        engine: Who plays.
        make: Makes an environment that knows the tasks.
        tasks: Their ids.
        samples: Episodes of each.
        temperature: Of sampling; 0 is greedy.
        seed: Of sampling.
        log: Where finished episodes are kept; without one, nowhere.
        retry_failed: Play those again that failed.
        on_episode: Told how many episodes are done, and of how many.

    Raises:
        UsageError: The engine cannot play these tasks.
    """
    done = {} if log is None else _read(log.records)
    if retry_failed:
        done = {key: one for key, one in done.items() if not one.failed}
    wanted: list[Key] = [(task, sample) for task in tasks for sample in range(samples)]
    kept = sum(key in done for key in wanted)
    missing = [[sample for sample in range(samples) if (task, sample) not in done] for task in tasks]
    about = _about(make, [task for task, numbers in zip(tasks, missing, strict=True) if numbers])
    count = kept

    def finished(episode: Episode) -> None:
        nonlocal count
        kind, tools = about[episode.task]
        episode.kind = episode.kind or kind
        one = Scored(
            episode.member, score_episode(episode, tools), str(episode.end), episode.error, episode.transcript()
        )
        done[episode.task, episode.member] = one
        if log is not None:
            log.add(asdict(one))
        count += 1
        on_episode(count, len(wanted))

    if about:
        engine.play(make, tasks, missing, temperature=temperature, seed=seed, on_episode=finished)
    all_of_them = [done[key] for key in wanted]
    failed = [one.error for one in all_of_them if one.failed]
    texts = tuple(one.transcript for one in all_of_them[:TRANSCRIPTS])
    name = "" if engine.decodes else engine.name
    return Outcome(
        Evaluation(temperature, tuple(one.score for one in all_of_them), texts, name),
        len(failed),
        failed[0] if failed else None,
        sum(one.overlong for one in all_of_them),
        kept,
    )


def _read(records: Sequence[Mapping[str, Any]]) -> dict[Key, Scored]:
    """The episodes of a log; of one that was played again, the last."""
    done = {}
    for record in records:
        score = EpisodeScore(**{**record["score"], "tools": tuple(record["score"]["tools"])})
        done[score.task, record["sample"]] = Scored(**{**record, "score": score})
    return done


def _about(make: EnvFactory, tasks: Sequence[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Kind of each task, and the tools that its first certified plan calls; a benchmark's tasks have none, and are not
    begun for this: somebody may be asked to play their user then."""
    env = make()
    try:
        taskset = env.unwrapped.taskset  # type: ignore[attr-defined]
        if isinstance(taskset, ForeignTasks):
            return {task: (str(taskset.get(task).kind), ()) for task in tasks}
        found = {}
        for task in tasks:
            _, info = env.reset(options={"task": task})
            plans = env.unwrapped.task.plans  # type: ignore[attr-defined]
            tools = tuple(sorted({call.tool for call in plans[0].calls()})) if plans else ()
            found[task] = (str(info["kind"]), tools)
        return found
    finally:
        env.close()
