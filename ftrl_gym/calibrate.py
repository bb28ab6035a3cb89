"""Which tasks teach a policy something: how often it passes each of them, over a group of episodes.

A policy that learns by comparing the episodes of a task learns nothing from one that it always or never passes. So
what counts is the share of tasks whose groups are mixed, and where they lie.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

import gymnasium as gym

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.trajectory import Policy, play_on

BANDS = 5
"""Bands of difficulty: 0 to 0.2, and so on."""
_WIDTH = 40
"""Characters of the longest bar."""


@dataclass(frozen=True)
class Group:
    """The episodes of one task."""

    task_id: str
    kind: str
    difficulty: float
    features: tuple[str, ...]
    passes: int
    """Episodes that ended right, and earned it."""
    returns: tuple[float, ...]
    alike: bool
    """Whether the policy wrote the same in each of them."""

    @property
    def episodes(self) -> int:
        """How many there are."""
        return len(self.returns)

    @property
    def mixed(self) -> bool:
        """Whether some passed and some did not."""
        return 0 < self.passes < self.episodes

    @property
    def band(self) -> int:
        """Its band of difficulty, from 0."""
        return min(int(self.difficulty * BANDS), BANDS - 1)


@dataclass(frozen=True)
class Calibration:
    """What was measured.

    >>> group = Group("t-1", "single_hop", 0.1, (), 2, (1.0, 1.0, 0.0, 0.2), False)
    >>> Calibration("a policy", (group,)).mixed
    1.0
    """

    policy: str
    groups: tuple[Group, ...]

    @property
    def mixed(self) -> float:
        """Share of the groups with mixed outcomes."""
        return statistics.fmean(group.mixed for group in self.groups)

    @property
    def fixed(self) -> bool:
        """Whether the policy did the same in every episode of each task, so that no group can be mixed."""
        return all(group.alike for group in self.groups) and self.groups[0].episodes > 1

    def render(self) -> str:
        """A line for all, for each kind and for each band of difficulty; then how many tasks pass how often."""
        size = self.groups[0].episodes
        head = f"{'':<21} {'tasks':>6} {'pass rate':>10} {'return':>7} {'never':>6} {'mixed':>6} {'always':>6}"
        lines = [f"{self.policy}: {len(self.groups):,} tasks, {size} episodes of each", "", head, "-" * len(head)]
        lines += [_line(name, groups) for name, groups in self._parts()]
        counts = [sum(group.passes == passes for group in self.groups) for passes in range(size + 1)]
        lines += ["", "Episodes passed, tasks"]
        for passes, count in enumerate(counts):
            bar = "#" * -(-count * _WIDTH // max(counts))
            lines.append(f"{f'{passes} of {size}':>9} {count:>6,} {bar}".rstrip())
        if self.fixed:
            lines += [
                "",
                "It did the same in every episode of a task, so no group could be mixed: a policy that always does "
                "the same learns nothing here.",
            ]
        return "\n".join(lines)

    def to_jsonl(self) -> str:
        """A line of JSON for each task."""
        return "".join(json.dumps(asdict(group), ensure_ascii=False) + "\n" for group in self.groups)

    def _parts(self) -> Iterator[tuple[str, list[Group]]]:
        yield "all", list(self.groups)
        for kind in sorted({group.kind for group in self.groups}):
            yield kind, [group for group in self.groups if group.kind == kind]
        for band in range(BANDS):
            of_band = [group for group in self.groups if group.band == band]
            if of_band:
                yield f"difficulty {band / BANDS:.1f} to {(band + 1) / BANDS:.1f}", of_band


def _line(name: str, groups: Sequence[Group]) -> str:
    rate = statistics.fmean(group.passes / group.episodes for group in groups)
    paid = statistics.fmean(statistics.fmean(group.returns) for group in groups)
    never = statistics.fmean(group.passes == 0 for group in groups)
    mixed = statistics.fmean(group.mixed for group in groups)
    return (
        f"{name:<21} {len(groups):>6,} {rate:>10.3f} {paid:>7.3f} {never:>6.0%} {mixed:>6.0%} {1 - never - mixed:>6.0%}"
    )


def calibrate(
    env: gym.Env[str, str],
    policy: Policy,
    draws: Iterable[str | int],
    group: int = 8,
    name: str = "",
    on_task: Callable[[Group], None] | None = None,
) -> Calibration:
    """Lets a policy play each of some tasks several times.

    A policy with an attribute ``seed`` gets 0, 1, 2 and so on for the episodes of a task, before each ``begin``.

    Args:
        env: An environment of this package with its reward wrapper.
        policy: Who acts.
        draws: Ids of tasks, or seeds that draw one each.
        group: Episodes of each task.
        name: Of the policy, for the report.
        on_task: Told of each task as it is done, for a progress bar.
    """
    groups = []
    for draw in draws:
        groups.append(_group(env, policy, draw, group))
        if on_task is not None:
            on_task(groups[-1])
    return Calibration(name, tuple(groups))


def _group(env: gym.Env[str, str], policy: Policy, draw: str | int, size: int) -> Group:
    base = env.unwrapped
    assert isinstance(base, ToolUseEnv)
    if isinstance(draw, str):
        observation, info = env.reset(options={"task": draw})
    else:
        observation, info = env.reset(seed=draw)
    start = base.snapshot()
    task, returns, passes, texts = base.task, [], 0, set()
    for seed in range(size):
        base.restore(start)  # a task that is made on the fly is made once
        if hasattr(policy, "seed"):
            policy.seed = seed
        played = play_on(env, policy, observation, info)
        returns.append(played.episode_return)
        passes += played.score.get("outcome") == 1.0
        texts.add("\n".join(turn.text for turn in played.turns))
    return Group(task.id, task.kind.value, task.difficulty, task.features, passes, tuple(returns), len(texts) == 1)
