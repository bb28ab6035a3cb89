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
import re
from collections.abc import Sequence
from dataclasses import dataclass

import gymnasium as gym

from ftrl_gym import probe_scripts
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import DoNothing, Oracle, Scripted
from ftrl_gym.probe_sight import PROBES, SHRUG, TOLERANCE, Bound, Probe, Script, Sight, fields_in
from ftrl_gym.task import OutcomeKind, Task
from ftrl_gym.trajectory import run_episode

__all__ = ["PROBES", "Bound", "Finding", "Probe", "Probed", "needs_tools", "probe_task"]

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
    return bool(task.sub_questions) and not says_no


def probe_task(env: gym.Env[str, str], task_id: str, probes: Sequence[Probe] | None = None) -> Probed:
    """Plays the probes against one task.

    Args:
        env: With its reward wrapper.
        task_id: Which task.
        probes: Which ones; all by default.

    Returns:
        What was paid. A task that needs no tools has floor and silent returns but no findings for SILENT probes.
    """
    options = {"task": task_id}
    floor = run_episode(env, DoNothing(), options=options).episode_return
    oracle = run_episode(env, Oracle(), options=options)
    turns = [turn.text for turn in oracle.turns[:-1]]
    unanswered = run_episode(env, Scripted([*turns, SHRUG]), options=options)
    lengths = sorted({1, (len(turns) + 1) // 2} - {len(turns)})
    parts = [run_episode(env, Scripted([*turns[:length], SHRUG]), options=options) for length in lengths if turns]
    base = env.unwrapped
    assert isinstance(base, ToolUseEnv)
    hidden = {k: v for k, v in env.reset(options=options)[1].items() if k not in ("messages", "tools")}
    task, documents, start = base.task, base.taskset.documents(base.task), base.snapshot()
    inside = f"{env!r} {base!r} {env.spec.to_json() if env.spec else ''} {json.dumps(hidden, default=repr)}"
    bases = {
        Bound.SILENT: [(oracle, floor + TOLERANCE)],
        Bound.WASTEFUL: [(honest, honest.episode_return) for honest in (oracle, *parts)],
        Bound.HEDGING: [(oracle, unanswered.episode_return)],
        Bound.PAIRED: [(honest, 1.0) for honest in (oracle, *parts)],
    }
    silent, episodes, findings = 0.0, 0, []
    for each in PROBES if probes is None else probes:
        for honest, allowed in bases[each.bound]:
            sight = Sight(task, documents, oracle.observation, inside, honest)
            for number, script in enumerate(each.write(sight)):
                base.restore(start)
                paid = play(env, script)
                episodes += 1
                if each.bound is Bound.PAIRED and number % 2 == 0:
                    allowed = paid
                if each.bound is Bound.SILENT:
                    silent = max(silent, paid)
                    if not needs_tools(task):
                        continue
                if paid > allowed + 1e-9:
                    findings.append(Finding(task_id, each.name, paid, allowed, tuple(script)))
    return Probed(floor, silent, episodes, tuple(findings))


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
                seen |= fields_in(json.loads(message["content"]))
    return total


def filled(text: str, seen: dict[str, str]) -> str:
    """A turn with its references to earlier results filled in; unknown ones stay as they are.

    >>> filled("cancel {{reference}}, {{what}}", {"reference": "NB0001"})
    'cancel NB0001, {{what}}'
    >>> filled("cancel {{ref|reference}}", {"reference": "NB0001"})
    'cancel NB0001'
    """

    def found(field: re.Match[str]) -> str:
        return next((seen[name] for name in field[1].split("|") if name in seen), field[0])

    return re.sub(r"\{\{([\w|]+)\}\}", found, text)
