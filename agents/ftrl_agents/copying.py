"""Copying exercises: short conversations in which the assistant writes down again what it was told.

In an episode few tokens are copies, and a model that cannot copy yet learns little else from the rest. Here nearly
all are: the values are those of a world (names, ids, codes, dates, prices), and they are either repeated in order or
put into the arguments of a call under the name they were given.
"""

from __future__ import annotations

import json
import random
from typing import Any

from ftrl_gym.world import WorldBase

_REPEAT = ("Repeat: {}", "Write this down again: {}", "Say after me: {}")
_FILL = ("Note: {}.", "Please note {}.", "Here is what you need: {}.")
MOST_VALUES = 12
"""Most values of one exercise."""


def copying_exercise(world: WorldBase, rng: random.Random) -> list[dict[str, Any]]:
    """One exercise as chat messages.

    Args:
        world: Where values are taken from.
        rng: Decides which ones and how.
    """
    fields = [_field(world, rng) for _ in range(rng.randint(3, MOST_VALUES))]
    if rng.random() < 0.5:
        told = ", ".join(str(value) for _, value in fields)
        question, said = rng.choice(_REPEAT).format(told), told
    else:
        arguments = dict(fields)
        order = list(arguments.items())
        rng.shuffle(order)
        told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in order)
        call = json.dumps({"name": "note", "arguments": arguments}, ensure_ascii=False)
        question, said = rng.choice(_FILL).format(told), f"<tool_call>\n{call}\n</tool_call>"
    return [{"role": "user", "content": question}, {"role": "assistant", "content": said}]


def _field(world: WorldBase, rng: random.Random) -> tuple[str, Any]:
    """A column and a value of it: the table is drawn first, so that small tables and their names are not rare."""
    table = rng.choice(sorted(name for name, rows in world.tables.items() if rows and name != "rules"))
    row = world.tables[table][rng.choice(sorted(world.tables[table]))]
    column = rng.choice(sorted(name for name, value in row.items() if not isinstance(value, bool)))
    return column, row[column]
