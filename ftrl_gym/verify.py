"""Verification: is every task of a scenario solvable, unbought and as its certificate says?

For each task the oracle plays every certified plan, the probes try to be paid for nothing, the independent solver
reads the question again, and what comes out is compared with the certificate that the task carries. Nothing is taken
on trust but the one figure that only the builder can count, the number of readings. What shallow baselines earn is
measured beside it; that says how much a task pays for no understanding, and is no fault of a task.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import gymnasium as gym

from ftrl_gym import solver
from ftrl_gym.baselines import shallow
from ftrl_gym.baselines.shallow import Earned
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import Oracle, Random
from ftrl_gym.probes import Finding, needs_tools, probe_task
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.scenario import Scenario
from ftrl_gym.task import Split, Task
from ftrl_gym.taskset import ScenarioTaskSet, TaskSet
from ftrl_gym.trajectory import run_episode

SAME = 1e-6
"""Returns that differ by less are equal."""


@dataclass(frozen=True)
class TaskReport:
    """What was measured on one task."""

    task_id: str
    split: str
    kind: str
    oracle: float
    """Least return of its certified plans."""
    floor: float
    """Return of the silent policy."""
    silent: float
    """Largest return of the probes without an honest call."""
    random: float
    """Return of one random episode."""
    solver: str
    """``confirmed``, or why not."""
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]
    """What is wrong with it, in words; empty when it is sound."""
    needs_tools: bool = True
    """Whether the probes without an honest call are held to what saying nothing is paid."""


@dataclass(frozen=True)
class Report:
    """What was measured on a scenario.

    >>> one = TaskReport("t-1", "train", "single_hop", 1.0, 0.0, 0.0, 0.1, "confirmed", (), ())
    >>> Report("Tiny", (one,)).ok
    True
    """

    scenario: str
    tasks: tuple[TaskReport, ...]
    baselines: tuple[Earned, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every task is sound."""
        return not any(task.problems for task in self.tasks)

    def render(self, shown: int = 20) -> str:
        """One table, a line for each split and kind, one of the baselines, then at most ``shown`` problems."""
        head = f"{'split':<6} {'kind':<20} {'tasks':>6} {'oracle min':>10} {'silent':>7} {'above it':>8} {'random':>7} "
        head += f"{'confirmed':>9} {'problems':>8}"
        lines = [f"{self.scenario}: {len(self.tasks):,} tasks", "", head, "-" * len(head)]
        for split, kind, tasks in self._groups():
            lines.append(
                f"{split:<6} {kind:<20} {len(tasks):>6,} {min(t.oracle for t in tasks):>10.3f} "
                f"{statistics.fmean(t.floor for t in tasks):>7.3f} {_above_silence(tasks):>8} "
                f"{statistics.fmean(t.random for t in tasks):>7.3f} "
                f"{sum(t.solver == solver.CONFIRMED for t in tasks):>9,} {sum(bool(t.problems) for t in tasks):>8,}"
            )
        lines += ["", _LEGEND, *self._of_baselines()]
        problems = [f"{task.task_id}: {problem}" for task in self.tasks for problem in task.problems]
        if problems:
            lines += ["", *problems[:shown]]
            lines += [f"… and {len(problems) - shown:,} more"] if len(problems) > shown else []
        lines += ["", "sound" if self.ok else f"NOT SOUND: {sum(bool(t.problems) for t in self.tasks):,} tasks"]
        return "\n".join(lines)

    def _of_baselines(self) -> Iterator[str]:
        """A table: a line for each baseline, two columns for each split."""
        if not self.baselines:
            return
        by_split: dict[str, dict[str, Earned]] = {}
        for one in self.baselines:
            by_split.setdefault(one.split, {})[one.baseline] = one
        counts = [f"{split}, {next(iter(some.values())).tasks:,} tasks" for split, some in by_split.items()]
        head = f"{'shallow baseline':<22}" + "".join(f" {'outcome':>8} {'return':>7}  {count:<16}" for count in counts)
        yield from ("", head.rstrip(), "-" * len(head.rstrip()))
        for name in shallow.BASELINES:
            line = f"{name:<22}"
            for some in by_split.values():
                note = f"says {some[name].best}" if some[name].best else ""
                line += f" {some[name].outcome:>8.1%} {some[name].mean_return:>7.3f}  {note:<16}"
            yield line.rstrip()

    def _groups(self) -> Iterator[tuple[str, str, list[TaskReport]]]:
        splits = list(dict.fromkeys(task.split for task in self.tasks))
        for split in splits:
            of_split = [task for task in self.tasks if task.split == split]
            kinds = sorted({task.kind for task in of_split})
            for kind in kinds:
                yield split, kind, [task for task in of_split if task.kind == kind]
            if len(kinds) > 1:
                yield split, "all", of_split


_LEGEND = """\
silent: what saying nothing is paid, on average; where no call is the honest way that is 1/2, for having wasted none.
above it: the most that a probe without an honest call gets beyond that, of all tasks that take calls."""


def _above_silence(tasks: Sequence[TaskReport]) -> str:
    """How much the best paid probe without an honest call gets beyond the silent policy on the same task."""
    above = [task.silent - task.floor for task in tasks if task.needs_tools]
    return f"{max(above):.3f}" if above else "-"


def verify(
    scenario: Scenario,
    split: str | None = None,
    limit: int | None = None,
    seed: int = 0,
    on_task: Callable[[TaskReport], None] | None = None,
    baselines: int = 0,
    on_episode: Callable[[], None] | None = None,
) -> Report:
    """Verifies the packaged tasks of a scenario.

    Args:
        scenario: A loaded, trusted scenario.
        split: ``train`` or ``test``; None takes both.
        limit: At most so many tasks of each split, drawn with ``seed``.
        seed: Of the draw and of the random policy.
        on_task: Told of each task as it is done, for a progress bar.
        baselines: The shallow baselines play so many of these tasks, at most.
        on_episode: Told of each episode of theirs as it is done.

    Raises:
        UnknownNameError: An unknown split.
        SandboxError: The scenario's code is not trusted, and cannot run in the sandbox.
    """
    reports: list[TaskReport] = []
    earned: list[Earned] = []
    filled = [member.value for member in Split if scenario.load_tasks(member)]
    train = ScenarioTaskSet(scenario, split=Split.TRAIN.value) if baselines and Split.TRAIN.value in filled else None
    for each in [split] if split else filled:  # a small scenario may have no task for testing
        taskset = ScenarioTaskSet(scenario, split=each)
        ids = drawn(taskset.ids(), limit, seed)
        for report in verify_tasks(taskset, ids, seed):
            reports.append(report)
            if on_task is not None:
                on_task(report)
        if train is not None:
            played = drawn(ids, baselines, seed)
            parser = shallow.template_parser(train, seed, played)
            earned += shallow.measure(taskset, played, parser, seed, on_episode)
    return Report(scenario.manifest.name, tuple(reports), tuple(earned))


def drawn(ids: Sequence[str], limit: int | None, seed: int) -> Sequence[str]:
    """At most so many of some tasks, in their order."""
    if limit is None or limit >= len(ids):
        return ids
    return sorted(random.Random(f"verify/{seed}").sample(list(ids), limit))


def verify_tasks(taskset: TaskSet, ids: Sequence[str], seed: int = 0) -> Iterator[TaskReport]:
    """Verifies tasks of a task set, one after the other."""
    env = VerifiableReward(ToolUseEnv(taskset, docs="signature"))
    for task_id in ids:
        yield _verify_task(env, taskset, taskset.get(task_id), seed)


def _verify_task(env: gym.Env[str, str], taskset: TaskSet, task: Task, seed: int) -> TaskReport:
    options = {"task": task.id}
    plans = range(max(1, len(task.plans)))
    oracle = min(run_episode(env, Oracle(plan), options=options).episode_return for plan in plans)
    probed = probe_task(env, task.id)
    chance = run_episode(env, Random(seed), options=options).episode_return
    verdict = solver.confirm(task, taskset.documents(task), taskset.toolbox(task), taskset.world(task))
    problems = []
    if abs(oracle - 1) > SAME:
        problems.append(f"the oracle gets {oracle:.3f}, not 1")
    if needs_tools(task) and probed.floor > SAME:
        problems.append(f"saying nothing is paid {probed.floor:.3f}")
    for finding in probed.findings:
        problems.append(f"probe {finding.probe} is paid {finding.paid:.3f}, at most {finding.allowed:.3f} is allowed")
    if verdict != solver.CONFIRMED:
        problems.append(f"the solver refuses it: {verdict}")
    problems += _certificate_problems(task, oracle, probed.floor, probed.silent, verdict)
    return TaskReport(
        task_id=task.id,
        split=task.split.value,
        kind=task.kind.value,
        oracle=oracle,
        floor=probed.floor,
        silent=probed.silent,
        random=chance,
        solver=verdict,
        findings=probed.findings,
        problems=tuple(problems),
        needs_tools=needs_tools(task),
    )


def _certificate_problems(task: Task, oracle: float, floor: float, silent: float, verdict: str) -> list[str]:
    certificate = task.certificate
    if certificate is None:
        return ["it has no certificate"]
    measured = {"oracle_return": oracle, "floor_return": floor, "probe_return": silent}
    problems = [
        f"its certificate says {name} {getattr(certificate, name):.3f}; measured {value:.3f}"
        for name, value in measured.items()
        if abs(getattr(certificate, name) - value) > SAME
    ]
    if certificate.solver_plan != verdict:
        problems.append(f"its certificate says solver_plan {certificate.solver_plan!r}; measured {verdict!r}")
    if certificate.readings != 1:
        problems.append(f"its certificate counts {certificate.readings} readings")
    return problems
