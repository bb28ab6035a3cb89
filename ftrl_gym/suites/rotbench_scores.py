"""RoTBench's questions about a first turn, by three rules: right tool (TS), right parameters (PI), right values (CF).

``official`` is what the authors' evaluation does (arXiv 2401.08326) and ``ftrl`` what FTRL's does (arXiv 2508.08791),
faults included: published figures rest on them. ``strict`` mends both: the turn takes one action outside its reasoning,
arguments may be empty where that is right, and values are compared by name.

* ``official``: a turn without arguments counts for nothing, even where a right turn has none. The tool that finishes
  may be called ``finish`` whatever it is called. What stands as ``"None"`` in the right turn is not compared, nor are
  the words of a question to the user or of the final answer, nor those given to any tool that bears one of these names.
* ``ftrl``: values are compared as a multiset, whatever parameters they stand under, and all of them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from ftrl_gym.suites.rotbench_rows import Action, NoisyTask
from ftrl_gym.toolcall import without_reasoning

_ACTION = re.compile(r"^[ \t]*Action:[ \t]*(?P<tool>.*?)\s*^[ \t]*Action Input:", re.MULTILINE | re.DOTALL)
_UNKNOWN = "None"
"""A value in a right turn that the question does not tell."""


class Verdict(NamedTuple):
    """1.0 or 0.0 each."""

    ts: float
    pi: float
    cf: float


NOTHING = Verdict(0.0, 0.0, 0.0)


def _verdict(steps: int) -> Verdict:
    """The first so many of the three."""
    return Verdict(*(1.0 if steps > place else 0.0 for place in range(3)))


def official(task: NoisyTask, text: str) -> Verdict:
    """The authors' rule. Text on which their code fails is judged wrong."""
    try:
        start, split = text.find("Action:") + 8, text.find("Action Input:")  # -1 slices as it does there
        tool = text[start:split].removesuffix("\n")
        arguments = json.loads(text[split + 14 :])
    except (ValueError, RecursionError):
        return NOTHING
    if not tool or not arguments or not isinstance(arguments, dict):
        return NOTHING
    asks, finishes = task.tools[-2]["name"], task.tools[-1]["name"]
    in_words = (asks, finishes, "ask_to_user", "finish")  # in the heavy level another tool may have these names
    best, left = 0, dict(arguments)
    for right in task.answers:
        if right.tool == finishes and tool == "finish":
            tool = right.tool
        if right.tool != tool:
            continue
        best = max(best, 1)
        if right.arguments.keys() == arguments.keys():
            best = max(best, 2)
        if right.arguments.keys() != left.keys():
            continue
        told = {name: value for name, value in right.arguments.items() if value != _UNKNOWN}
        left = {name: left[name] for name in left if name in told}  # and stays so for the answers that follow
        if told == left or tool in in_words:
            return _verdict(3)
    return _verdict(best)


def ftrl(task: NoisyTask, text: str) -> Verdict:
    """FTRL's rule. What was right before its code fails stays right, as there."""
    steps = 0
    try:
        tool = text.split("Action: ")[1].split("Action Input: ")[0].strip()
        arguments = json.loads(text.split("Action Input: ")[1].strip())
        if type(arguments) is not dict:
            return NOTHING
        for right in task.answers:
            if right.tool == tool:
                steps = max(steps, 1)
                if right.arguments.keys() == arguments.keys():
                    steps = max(steps, 2)
                    if Counter(right.arguments.values()) == Counter(arguments.values()):
                        return _verdict(3)
    except (IndexError, ValueError, TypeError, RecursionError):
        pass
    return _verdict(steps)


def strict(task: NoisyTask, text: str) -> Verdict:
    """One action, judged by the right turn that it comes nearest to."""
    said = _only_action(without_reasoning(text))
    if said is None:
        return NOTHING
    return max((_strictly(task, right, said) for right in task.answers), default=NOTHING)


def _only_action(text: str) -> Action | None:
    """The action of a turn; None where it takes none, or several, or its arguments are no object."""
    found = list(_ACTION.finditer(text))
    if len(found) != 1:
        return None
    try:
        arguments, _ = json.JSONDecoder().raw_decode(text[found[0].end() :].lstrip())
    except (ValueError, RecursionError):
        return None
    return Action(found[0]["tool"], arguments) if isinstance(arguments, dict) else None


def _strictly(task: NoisyTask, right: Action, said: Action) -> Verdict:
    if right.tool != said.tool:
        return NOTHING
    if right.arguments.keys() != said.arguments.keys():
        return _verdict(1)
    free = right.tool in (task.tools[-2]["name"], task.tools[-1]["name"])
    same = all(_same(value, said.arguments[name], free) for name, value in right.arguments.items())
    return _verdict(3 if same else 2)


def _same(right: Any, said: Any, free: bool) -> bool:
    """Whether a value is right: the type counts, and where words are free there have to be some."""
    if right == _UNKNOWN:
        return True
    if free:
        return isinstance(said, str) and bool(said.strip())
    return json.dumps(right, sort_keys=True) == json.dumps(said, sort_keys=True)


SCORERS: dict[str, Callable[[NoisyTask, str], Verdict]] = {"official": official, "ftrl": ftrl, "strict": strict}
"""The authors' own first."""
