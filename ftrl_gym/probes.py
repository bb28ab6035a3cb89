"""Probes: ways to be paid without doing the work, played against an environment to show that they are not.

A probe is a cheater with more knowledge than any policy has: it may look at the gold plan and the right answer, so what
it does not earn nobody earns that way. Four kinds, each with a bound on its return:

* SILENT probes make no honest call: no more than the silent policy gets, plus 0.02.
* WASTEFUL probes take an episode and add calls that a good policy would not make: no more than that episode.
* HEDGING probes make every honest call and then end dishonestly: no more than the same calls with "I do not know".
* PAIRED probes come twice, without and with a trick: no more with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

from ftrl_gym import probe_scripts
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.execution import ToolFailure
from ftrl_gym.playback import Playback, learn
from ftrl_gym.policies import Oracle, Scripted, ending_text, plan_text
from ftrl_gym.probe_sight import PROBES, SHRUG, TOLERANCE, Bound, Probe, Script, Sight, filled
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import OutcomeKind, Task
from ftrl_gym.trajectory import Policy, Trajectory, play_on

__all__ = ["PROBES", "Bound", "Finding", "Probe", "Probed", "Subject", "needs_tools", "probe_subject", "probe_task"]

assert PROBES and probe_scripts, "the scripts add themselves to the list when they are imported"


@dataclass(frozen=True)
class Finding:
    """A probe that was paid."""

    task_id: str
    probe: str
    paid: float
    allowed: float
    script: tuple[str, ...]


@dataclass(frozen=True)
class Probed:
    """What the probes got on one task."""

    floor: float
    """Return of the silent policy."""
    silent: float
    """Largest return of a SILENT probe."""
    episodes: int
    findings: tuple[Finding, ...]


def needs_tools(task: Task) -> bool:
    """Whether silence cannot be right: the task has sub-questions and its ending is earned by calls."""
    says_no = task.outcome.kind in (OutcomeKind.CLARIFY, OutcomeKind.REFUSE, OutcomeKind.IMPOSSIBLE)
    return bool(task.sub_questions) and (not says_no or bool(task.outcome.earned_by))


class Subject:
    """A task with all that probing it begins from: an episode just begun, and the oracle's.

    Args:
        env: With its reward wrapper.
        task_id: Which task.
    """

    def __init__(self, env: gym.Env[str, str], task_id: str) -> None:
        base = env.unwrapped
        assert isinstance(base, ToolUseEnv)
        self._env, self._base = env, base
        self.observation, self._opening = env.reset(options={"task": task_id})
        self.task, self.documents, self._start = base.task, base.taskset.documents(base.task), base.snapshot()
        # Wrappers of others may look at anything, so only our own environment is played back.
        plain = type(env) is VerifiableReward and type(base) is ToolUseEnv and env.env is base
        scheme = env.scheme if plain and isinstance(env, VerifiableReward) else None
        self._playback = None if scheme is None else Playback(base, self._start, scheme)
        self._looked: dict[str, object] = {}
        self.oracle = self.episode(Oracle())

    def episode(self, policy: Policy) -> Trajectory:
        """A whole episode of a policy."""
        self._base.restore(self._start)
        return play_on(self._env, policy, self.observation, self._opening)

    def paid(self, script: Script) -> float:
        """Return of a script; its last line is said until the episode ends."""
        if self._playback is not None:
            return self._playback.paid(script)
        self._base.restore(self._start)
        return play(self._env, script)

    def look(self, tool: str, arguments: dict[str, Any]) -> object:
        """What a tool says to a call in the world as the episode begins, which stays as it is."""
        call = f"{tool}{arguments!r}"
        if call not in self._looked:
            taskset = self._base.taskset
            try:
                said = taskset.toolbox(self.task).run(tool, arguments, taskset.world(self.task))
            except (ToolFailure, TypeError, KeyError, AttributeError) as failure:  # no schema was asked before
                said = f"{type(failure).__name__}: {failure}"
            self._looked[call] = said
        return self._looked[call]

    def plan_return(self, number: int) -> float:
        """Return of the oracle that follows a certified plan."""
        if number == 0:
            return self.oracle.episode_return
        turns = self.task.plans[number].turns
        return self.paid([*map(plan_text, turns), ending_text(self.task.outcome)])

    @property
    def inside(self) -> str:
        """What can be read in the environment and in what ``reset`` says beside the observation."""
        hidden = {k: v for k, v in self._opening.items() if k not in ("messages", "tools")}
        spec = self._env.spec.to_json() if self._env.spec else ""
        return f"{self._env!r} {self._base!r} {spec} {json.dumps(hidden, default=repr)}"


def probe_task(env: gym.Env[str, str], task_id: str, probes: Sequence[Probe] | None = None) -> Probed:
    """Plays the probes against one task.

    Args:
        env: With its reward wrapper.
        task_id: Which task.
        probes: Which ones; all by default.

    Returns:
        What was paid. A task that needs no tools has floor and silent returns but no findings for SILENT probes.
    """
    return probe_subject(Subject(env, task_id), probes)


def probe_subject(subject: Subject, probes: Sequence[Probe] | None = None) -> Probed:
    """Plays the probes against a task that is set up already; see :func:`probe_task`."""
    task, oracle = subject.task, subject.oracle
    floor = subject.paid([SHRUG])
    turns = [turn.text for turn in oracle.turns[:-1]]
    lengths = sorted({_past_failures(task, length) for length in (1, (len(turns) + 1) // 2)} - {len(turns)})
    parts = [subject.episode(Scripted([*turns[:length], SHRUG])) for length in lengths if turns]
    sights = [
        Sight(task, subject.documents, subject.observation, subject.inside, one, subject.look)
        for one in (oracle, *parts)
    ]
    bases = {
        Bound.SILENT: [(sights[0], floor + TOLERANCE)],
        Bound.WASTEFUL: [(sight, sight.honest.episode_return) for sight in sights],
        Bound.HEDGING: [(sights[0], subject.paid([*turns, SHRUG]))],
        Bound.PAIRED: [(sight, 1.0) for sight in sights],
    }
    silent, episodes, findings = 0.0, 0, []
    for each in PROBES if probes is None else probes:
        for sight, allowed in bases[each.bound]:
            for number, script in enumerate(each.write(sight)):
                paid = subject.paid(script)
                episodes += 1
                if each.bound is Bound.PAIRED and number % 2 == 0:
                    allowed = paid
                if each.bound is Bound.SILENT:
                    silent = max(silent, paid)
                    if not needs_tools(task):
                        continue
                if paid > allowed + 1e-9:
                    findings.append(Finding(task.id, each.name, paid, allowed, tuple(script)))
    return Probed(floor, silent, episodes, tuple(findings))


def _past_failures(task: Task, length: int) -> int:
    """The first length from this one at which no call of the plan has yet to be made again: doing so is no waste."""
    turns = task.plans[0].turns if task.plans else ()
    while length < len(turns) and any(call.fails for call in turns[length - 1].calls):
        length += 1
    return length


def play(env: gym.Env[str, str], script: Script) -> float:
    """Return of a script from where the environment stands; its last line is said until the episode ends."""
    total, over, turn = 0.0, False, 0
    seen: dict[str, str] = {}
    refers = any("{{" in text for text in script)
    while not over:
        text = script[min(turn, len(script) - 1)]
        if refers:
            text = filled(text, seen)
        _, reward, terminated, truncated, info = env.step(text)
        total, over, turn = total + float(reward), terminated or truncated, turn + 1
        for message in info["messages"]:
            if refers and message["role"] == "tool":
                learn(message["content"], seen)
    return total
