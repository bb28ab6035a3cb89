"""Faults on the way: a tool that is out of order for a moment.

The task's timeline makes a call of its plan fail once or twice; what is right is to make it again, and that is free.
Refusals that call for a detour, where something is sold out, are asked for in the question itself
(:mod:`ftrl_gym.construct.requests`).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from ftrl_gym.execution import failing
from ftrl_gym.task import PlanTurn, ToolEvent, ToolEventKind

MESSAGES = (
    "rate limit exceeded; nothing was done, please call again",
    "the service did not answer in time, and nothing was done; please try again",
    "temporarily unavailable; please try again",
    "503 service unavailable: the request was not processed, please retry",
    "the connection was reset before anything was done; please repeat the call",
)
_TIMES = (1, 1, 1, 2)


def fault(turns: Sequence[PlanTurn], rng: random.Random) -> ToolEvent:
    """What goes wrong for a while on the way of a plan: one of its calls, once or twice."""
    calls = [call.tool for turn in turns for call in turn.calls]
    number = rng.randrange(len(calls))
    at = calls[:number].count(calls[number])
    message, times = rng.choice(MESSAGES), rng.choice(_TIMES)
    return ToolEvent(tool=calls[number], kind=ToolEventKind.FAILS, at=at, times=times, message=message)


def afflicted(turns: Sequence[PlanTurn], event: ToolEvent) -> list[PlanTurn]:
    """A plan with what an event makes of it: calls that fail, and are made again in the next turn.

    >>> from ftrl_gym.task import PlannedCall
    >>> event = ToolEvent(tool="get", kind=ToolEventKind.FAILS, times=2)
    >>> plan = [PlanTurn(calls=(PlannedCall(tool="get", arguments={}),))]
    >>> [call.fails for turn in afflicted(plan, event) for call in turn.calls]
    [True, True, False]
    """
    done: list[PlanTurn] = []
    made: Counter[str] = Counter()
    for turn in turns:
        left, say = list(turn.calls), turn.say
        while left or say is not None:
            tried = []
            for call in left:
                fails = failing([event], call.tool, made[call.tool]) is not None
                made[call.tool] += 1
                tried.append(call.model_copy(update={"fails": True, "solves": ()}) if fails else call)
            done.append(PlanTurn(calls=tuple(tried), say=say))
            left, say = [call for call, one in zip(left, tried, strict=True) if one is not call], None
    return done


def spared(turns: Sequence[PlanTurn]) -> list[PlanTurn]:
    """A plan without the calls that fail."""
    kept = [turn.model_copy(update={"calls": tuple(call for call in turn.calls if not call.fails)}) for turn in turns]
    return [turn for turn in kept if turn.calls or turn.say is not None]
