"""Stage 4, complexity scaling: the toolset is made harder to choose from.

One dial so far, toolset extension: distractors that really work, from a few at difficulty 0 to the whole pool at 1.
Left out are tools that would give the answer away (it stands in their schema) or make it known without its facts.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from ftrl_gym.construct.leaks import stands_in_schema
from ftrl_gym.construct.objects import Integrated, Scaled
from ftrl_gym.tooldoc import ToolDocument

FEWEST = 3
"""Distractors at difficulty 0."""


def scale(integrated: Integrated, pool: Mapping[str, ToolDocument]) -> Scaled:
    """Adds distractors and shuffles the order, by the brief's seed."""
    decomposition = integrated.documented.decomposition
    brief = decomposition.brief
    rng = random.Random(f"scale/{brief.seed}/{brief.attempt}")
    gold = [tool.name for tool in integrated.tools]
    others = [name for name, tool in pool.items() if name not in gold and name not in decomposition.rivals]
    others = [
        name
        for name in others
        if not any(stands_in_schema(sub.answer, pool[name]) for sub in decomposition.sub_questions)
    ]
    wanted = round(FEWEST + brief.difficulty * (len(pool) - len(gold) - FEWEST))
    distractors = rng.sample(others, min(wanted, len(others)))
    tools = gold + distractors
    rng.shuffle(tools)
    return Scaled(integrated=integrated, tools=tuple(tools), distractors=len(distractors))
