"""How good a policy is on held-out tasks: scores per episode, their means, and bootstrap intervals.

An interval is the 95% percentile bootstrap over tasks. Two evaluations of the same tasks are compared task by task,
so what makes a task hard for both does not widen the interval of their difference.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ftrl_gym.errors import UsageError

if TYPE_CHECKING:
    import gymnasium as gym
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from ftrl_agents.episode import Episode

RESAMPLES = 4_000
TRANSCRIPTS = 10
"""How many episodes an evaluation keeps as text, from the first on."""
METRICS = {
    "precision": "Solve-P",
    "recall": "Solve-R",
    "f1": "Solve-F1",
    "outcome": "Outcome",
    "invalid": "Invalid calls",
    "calls": "Calls",
}
"""Field of :class:`EpisodeScore` -> how reports call it."""


class Interval(NamedTuple):
    """A mean with its 95% interval."""

    mean: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]" if self.n else "-"


@dataclass(frozen=True)
class EpisodeScore:
    """What one episode is worth."""

    task: str
    kind: str
    tools: tuple[str, ...]
    """Tools that the task's first certified plan calls."""
    precision: float
    recall: float
    f1: float
    outcome: float
    invalid: float
    """Share of the calls that did not run or failed; 0 without calls."""
    calls: float
    """Number of calls."""
    reward: float
    """Return of the episode."""
    figures: dict[str, float] = field(default_factory=dict)
    """``info["score"]`` of the last step, whole: what a benchmark's columns are made of; empty for a failed episode."""


@dataclass(frozen=True)
class Evaluation:
    """Scores of one policy at one temperature, one or more of each task, with some transcripts."""

    temperature: float
    scores: tuple[EpisodeScore, ...]
    transcripts: tuple[str, ...] = ()
    name: str = ""
    """Of a policy that is not decoded, such as the oracle."""

    @property
    def label(self) -> str:
        """``greedy`` or ``sampled at 1``, or the name."""
        if self.name:
            return self.name
        return "greedy" if self.temperature == 0 else f"sampled at {self.temperature:g}"

    def interval(self, metric: str) -> Interval:
        """Mean of a metric over all tasks; of a task, over its episodes."""
        return bootstrap(list(self.of_tasks(metric).values()))

    def of_tasks(self, metric: str) -> dict[str, float]:
        """Mean of a metric over the episodes of each task."""
        values: dict[str, list[float]] = {}
        for score in self.scores:
            values.setdefault(score.task, []).append(getattr(score, metric))
        return {task: math.fsum(some) / len(some) for task, some in values.items()}

    def by_kind(self) -> dict[str, Evaluation]:
        """The part of each kind."""
        return self._parts(lambda score: (score.kind,))

    def by_tool(self) -> dict[str, Evaluation]:
        """The tasks that need a tool, for each tool."""
        return self._parts(lambda score: score.tools)

    def gain(self, before: Evaluation, metric: str) -> Interval:
        """Paired difference to an evaluation of the same tasks.

        Raises:
            UsageError: They are not the same tasks.
        """
        earlier, now = before.of_tasks(metric), self.of_tasks(metric)
        if set(earlier) != set(now):
            raise UsageError(f"two evaluations of different tasks cannot be compared ({len(earlier)} and {len(now)})")
        return bootstrap([value - earlier[task] for task, value in now.items()])

    def save(self, path: Path) -> None:
        """Writes it as JSON, all or nothing."""
        draft = path.with_suffix(".tmp")
        text = json.dumps(asdict(self), ensure_ascii=False) + "\n"
        draft.write_text(text, encoding="utf-8", errors="backslashreplace")  # as PlayedLog does
        os.replace(draft, path)

    @classmethod
    def load(cls, path: Path) -> Evaluation:
        """Reads what :meth:`save` wrote.

        Raises:
            UsageError: It is something else, or a part of it.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            scores = tuple(EpisodeScore(**{**score, "tools": tuple(score["tools"])}) for score in data["scores"])
            return cls(data["temperature"], scores, tuple(data["transcripts"]), data.get("name", ""))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise UsageError(
                f"{path} is broken ({reason[:200]}). Delete it and give the same command again, which plays it anew"
            ) from None

    def _parts(self, names: Callable[[EpisodeScore], Sequence[str]]) -> dict[str, Evaluation]:
        parts: dict[str, list[EpisodeScore]] = {}
        for score in self.scores:
            for name in names(score):
                parts.setdefault(name, []).append(score)
        return {name: Evaluation(self.temperature, tuple(parts[name]), (), self.name) for name in sorted(parts)}


def bootstrap(values: Sequence[float], seed: int = 0) -> Interval:
    """Mean and 95% percentile bootstrap interval; nan and n = 0 for no values."""
    if not values:
        return Interval(math.nan, math.nan, math.nan, 0)
    array = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    blocks = (array[rng.integers(len(array), size=(500, len(array)))].mean(1) for _ in range(RESAMPLES // 500))
    means = np.concatenate(list(blocks))
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(array.mean()), float(low), float(high), len(array))


def score_episode(episode: Episode, tools: Sequence[str]) -> EpisodeScore:
    """The score of a collected episode. One that failed for a fault of ours scores 0 and is not hidden."""
    score: Mapping[str, Any] = episode.score
    calls = [call for turn in episode.turns for call in turn.calls]
    wrong = sum(call["status"] != "ok" for call in calls)
    return EpisodeScore(
        task=episode.task,
        kind=episode.kind,
        tools=tuple(tools),
        precision=float(score.get("precision", 0.0)),
        recall=float(score.get("recall", 0.0)),
        f1=float(score.get("f1", 0.0)),
        outcome=float(score.get("outcome", 0.0)),
        invalid=wrong / len(calls) if calls else 0.0,
        calls=float(len(calls)),
        reward=episode.episode_return,
        figures={name: float(value) for name, value in score.items()},
    )


def evaluate(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    make_env: Callable[[], gym.Env[str, str]],
    tasks: Sequence[str],
    *,
    temperature: float,
    seed: int = 0,
    docs: str = "signature",
    transcripts: int = TRANSCRIPTS,
    **collect: Any,
) -> Evaluation:
    """Plays every task once.

    Args:
        model: Any causal LM that :func:`ftrl_agents.rollout.collect` takes.
        tokenizer: Its tokenizer, with a chat template.
        make_env: Makes an environment that knows the tasks.
        tasks: Ids of the tasks.
        temperature: 0 is greedy.
        seed: Of the sampling.
        docs: The environment's ``docs=``.
        transcripts: How many episodes, from the first on, to keep as text.
        collect: Passed on to :func:`ftrl_agents.rollout.collect`.
    """
    from ftrl_agents.rollout import collect as play

    episodes = play(
        model, tokenizer, [(make_env, task) for task in tasks], temperature=temperature, seed=seed, docs=docs, **collect
    )
    env = make_env()
    try:
        needed = {task: _planned_tools(env, task) for task in dict.fromkeys(tasks)}
    finally:
        env.close()
    scores = tuple(score_episode(episode, needed[episode.task]) for episode in episodes)
    return Evaluation(temperature, scores, tuple(episode.transcript() for episode in episodes[:transcripts]))


def _planned_tools(env: gym.Env[str, str], task: str) -> tuple[str, ...]:
    env.reset(options={"task": task})
    plans = env.unwrapped.task.plans  # type: ignore[attr-defined]
    return tuple(sorted({call.tool for call in plans[0].calls()})) if plans else ()
