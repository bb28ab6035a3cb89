"""Certificates: what a task is worth to an oracle, to silence and to cheaters, measured in the environment itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np

from ftrl_gym.construct.trial import Pool
from ftrl_gym.errors import CertificationError
from ftrl_gym.execution import Toolbox
from ftrl_gym.task import Certificate, Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World, WorldBase


class Depth(StrEnum):
    """How much of the proof is computed for a task."""

    FULL = "full"
    """Everything: each plan in the environment, silence, every probe, the independent solver."""
    QUICK = "quick"
    """Each plan by the ledger that pays policies, leaks, needless look-ups, readings; no probes and no solver. The
    task carries no certificate. For streams of training text."""


class _OneTask:
    """A task set that holds the task being certified."""

    name = "certify"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.task: Task
        self.base: WorldBase
        self._documents: Mapping[str, ToolDocument] = pool.documents

    def instruction(self, task: Task) -> str:
        return "Answer the question with the tools."

    def ids(self) -> Sequence[str]:
        return [self.task.id]

    def get(self, task_id: str) -> Task:
        return self.task

    def draw(self, rng: np.random.Generator) -> Task:
        return self.task

    def documents(self, task: Task) -> tuple[ToolDocument, ...]:
        return tuple(self._documents[name] for name in task.tools)

    def toolbox(self, task: Task) -> Toolbox:
        return self._pool.toolbox

    def world(self, task: Task) -> World:
        return World(self.base)


class Certifier:
    """Computes certificates of one scenario's tasks.

    Args:
        pool: Documents and code of its tools.
        depth: ``full`` or ``quick``.
    """

    def __init__(self, pool: Pool, depth: Depth = Depth.FULL) -> None:
        from ftrl_gym.env import ToolUseEnv
        from ftrl_gym.reward import VerifiableReward

        self.depth = depth
        self._pool = pool
        self._taskset = _OneTask(pool)
        self._env = VerifiableReward(ToolUseEnv(self._taskset, docs="signature"))

    def certify(self, task: Task, base: WorldBase, readings: int) -> Task:
        """The task with its certificate.

        Raises:
            CertificationError: A check failed.
        """
        if readings != 1:
            raise CertificationError(task.id, "readings", f"{readings} different answers")
        if self.depth is Depth.QUICK:
            return task
        from ftrl_gym.probes import Subject, probe_subject
        from ftrl_gym.solver import confirm

        self._taskset.task, self._taskset.base = task, base
        subject = Subject(self._env, task.id)
        returns = [subject.plan_return(number) for number in range(len(task.plans))]
        sound = [plan for plan, paid in zip(task.plans, returns, strict=True) if abs(paid - 1.0) <= 1e-9]
        if "routes" in task.features and task.plans[0] in sound and len(sound) < len(task.plans):
            # A route may tell in passing what another call of its plan is made for, which is waste then.
            return self.certify(task.model_copy(update={"plans": tuple(sound)}), base, readings)
        if abs(min(returns) - 1.0) > 1e-9:
            raise CertificationError(task.id, "oracle", f"plans return {returns}")
        verdict = confirm(task, self._taskset.documents(task), self._pool.toolbox, World(base))
        if verdict != "confirmed":
            raise CertificationError(task.id, "solver", verdict)
        probed = probe_subject(subject)
        if probed.findings:
            worst = max(probed.findings, key=lambda finding: finding.paid - finding.allowed)
            raise CertificationError(
                task.id, f"probe:{worst.probe}", f"it is paid {worst.paid}, {worst.allowed} is allowed"
            )
        certificate = Certificate(
            oracle_return=1.0,
            floor_return=probed.floor,
            probe_return=probed.silent,
            solver_plan=verdict,
            readings=readings,
        )
        return task.model_copy(update={"certificate": certificate})
