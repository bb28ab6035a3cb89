"""When a tau-bench episode (arXiv 2406.12045) is right: the database at the end, and what the user was told.

The reward is 1 if the database equals the one after the authors' actions, and every output that the task requires was
said to the user; else 0. tau-bench compares hashes of a sorted copy; comparing plain data gives the same verdicts in a
fraction of the time.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ftrl_gym.prompt import MAX_ERROR_CHARS, MAX_RESULT_CHARS, escaped
from ftrl_gym.suites.tau_checkout import Domain, TauTask
from ftrl_gym.toolcall import CallStatus

TRANSFER = "transfer_to_human_agents"
"""The tool that ends a conversation."""


def invoked(tool: Callable[..., Any], data: Any, arguments: Mapping[str, Any]) -> tuple[CallStatus, str]:
    """What a call of a tool gives; whatever it raises is told as tau-bench tells it.

    Args:
        tool: Of a :class:`Domain`.
        data: The database, which the call may change.
        arguments: JSON values.

    Returns:
        What became of the call, and the text that is fed back, cut to what a result or an error may have.
    """
    if "**" in str(arguments.get("expression", "")):
        # Their calculator evaluates powers, though its document names none: 9**9**9 would never come back.
        return CallStatus.TOOL_ERROR, "Error: invalid characters in expression"
    try:
        result = str(tool(data=data, **arguments))
    except Exception as error:  # arguments that do not fit raise whatever they raise; their env feeds that back, too
        return CallStatus.TOOL_ERROR, escaped(f"Error: {error}"[:MAX_ERROR_CHARS])
    status = CallStatus.TOOL_ERROR if result.startswith("Error") else CallStatus.OK
    return status, escaped(result[:MAX_RESULT_CHARS])


def after(domain: Domain, task: TauTask) -> Any:
    """A fresh database after the authors' actions, as the tools take it."""
    data = domain.database()
    for name, arguments in task.actions:
        if name != TRANSFER and name in domain.tools:
            invoked(domain.tools[name], data, arguments)
    return data


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two databases are equal, the types of numbers too, whatever the order of their fields.

    >>> same({"b": {"n": 1.0}, "a": {}}, {"a": {}, "b": {"n": 1.0}}), same({"n": 1}, {"n": 1.0})
    (True, False)
    """
    try:
        if marshal.dumps(one, 2) == marshal.dumps(other, 2):  # nearly always decides, in a fifth of the time
            return True
    except ValueError:  # a tool has put in what is no plain data
        pass
    return _canonical(one) == _canonical(other)


def _canonical(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, default=str)


def told(outputs: Sequence[str], said: Iterable[str]) -> float:
    """The share of the required outputs that some text holds, from 0 to 1; 1 where none is required.

    >>> told(["1628", "Sedan"], ["That is $1,628.", "Goodbye."])
    0.5
    """
    heard = [text.lower().replace(",", "") for text in said]
    found = [any(output.lower() in text for text in heard) for output in outputs]
    return sum(found) / len(found) if found else 1.0
