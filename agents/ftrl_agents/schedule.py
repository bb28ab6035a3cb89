"""The learning rate of a step."""

from __future__ import annotations

import math

from ftrl_agents.config import Schedule


def share_of_rate(schedule: Schedule, step: int, steps: int, warm_up: int) -> float:
    """What the learning rate of a step is multiplied by, above 0 and at most 1.

    Args:
        schedule: What becomes of it after the warm-up.
        step: The step to come, from 0.
        steps: Of the whole run.
        warm_up: Steps over which it rises.

    >>> [share_of_rate(Schedule.LINEAR, step, 6, 2) for step in range(6)]
    [0.5, 1.0, 1.0, 0.75, 0.5, 0.25]
    """
    if step < warm_up:
        return (step + 1) / warm_up
    left = max(steps - step, 1) / max(steps - warm_up, 1)
    match schedule:
        case Schedule.CONSTANT:
            return 1.0
        case Schedule.LINEAR:
            return min(left, 1.0)
        case Schedule.COSINE:
            return 0.5 * (1 - math.cos(math.pi * min(left, 1.0)))
