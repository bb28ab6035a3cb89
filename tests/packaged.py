"""The packaged scenarios, and how many of their tasks a test looks at.

Every task was certified in full when it was built, and ``ftrl-gym verify`` does all of that again; the tests see to it
that what is packaged still is what it was with the code as it is. All tasks are looked at in one scenario, some in the
others.
"""

from __future__ import annotations

import random

from ftrl_gym import registry
from ftrl_gym.taskset import ScenarioTaskSet

NAMES = registry.names()
WHOLE = "TravelBooking"


def some(tasks: ScenarioTaskSet, most: int | None, of_others: int) -> list[str]:
    """Ids of at most so many tasks: of the scenario that is looked at whole, and of the others."""
    ids, count = list(tasks.ids()), most if tasks.name == WHOLE else of_others
    return ids if count is None else random.Random(0).sample(ids, min(count, len(ids)))
