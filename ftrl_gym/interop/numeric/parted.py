"""Actions in parts: the tool, or a way to end; and the entities that it is given, each chosen by itself.

    [tool or way to end, entity or none, entity or none, entity or none]

The entities fill, in their order, the places of a call that no closed vocabulary settles. Masks say of each part by
itself what stands open, so a call may come out that its tool refuses: the environment says so, and it costs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ftrl_gym import parameters
from ftrl_gym.baselines.sight import Call, Tool
from ftrl_gym.baselines.slots import chosen, in_place
from ftrl_gym.interop.numeric import features
from ftrl_gym.interop.numeric.endings import WAYS, Way, ending_of
from ftrl_gym.interop.numeric.entities import Entity
from ftrl_gym.interop.numeric.numbered import Move
from ftrl_gym.interop.numeric.seen import Seen
from ftrl_gym.task import Json

PLACES = 3
"""Entities that an action names."""


class PartedActions:
    """See the module.

    Args:
        tools: Tools that can be named; those behind are out of reach.
        entities: Entities that can be named. They keep their numbers through the episode, those of the question first.
    """

    def __init__(self, tools: int, entities: int) -> None:
        self._most_tools, self._most_entities = tools, entities
        self.space = spaces.MultiDiscrete([tools + len(WAYS), *[entities + 1] * PLACES])
        self.parts = {
            "tools": spaces.Box(-1, 1, (tools * features.TOOL,), np.float32),
            "entities": spaces.Box(-1, 1, (entities * features.ENTITY,), np.float32),
        }
        """What it adds to an observation."""
        self._seen: Seen | None = None
        self._entities: Sequence[Entity] = ()

    def refresh(self, seen: Seen) -> dict[str, npt.NDArray[np.float32]]:
        """Takes in what was seen, and gives its features.

        Returns:
            ``tools``, shape (tools * TOOL,), and ``entities``, shape (entities * ENTITY,); from -1 to 1, zeros where
            there are fewer.
        """
        self._seen = seen
        first = {entity.value: entity for entity in reversed([*seen.entities.of_question, *seen.entities.of_results])}
        self._entities = list(first.values())[::-1][: self._most_entities]
        tools = np.zeros((self._most_tools, features.TOOL), dtype=np.float32)
        rows = features.of_tools(seen)[: self._most_tools]
        tools[: len(rows)] = rows
        entities = np.zeros((self._most_entities, features.ENTITY), dtype=np.float32)
        entities[: len(self._entities)] = features.of_entities(self._entities, seen)
        return {"tools": tools.ravel(), "entities": entities.ravel()}

    def mask(self) -> npt.NDArray[np.bool_]:
        """Which members of each part stand open, one part after the other; shape (sum of the parts' sizes,)."""
        assert self._seen is not None
        heads = np.zeros(self._most_tools + len(WAYS), dtype=bool)
        heads[: len(self._seen.tools)] = True
        heads[self._most_tools :] = [way is Way.GIVE_UP or bool(self._seen.sight.results) for way in WAYS]
        entities = np.zeros(self._most_entities + 1, dtype=bool)
        entities[: len(self._entities) + 1] = True
        return np.concatenate([heads, *[entities] * PLACES])

    def move(self, action: npt.NDArray[np.int64]) -> Move:
        """What an action comes to; shape (1 + PLACES,)."""
        assert self._seen is not None
        head, *numbers = (int(part) for part in action)
        named = [self._entities[number - 1] for number in numbers if 0 < number <= len(self._entities)]
        if head >= self._most_tools:
            ending = ending_of(WAYS[head - self._most_tools], named[0] if named else None)
            return Move(say=ending.text) if ending is not None else Move()
        if not 0 <= head < len(self._seen.tools):
            return Move()
        return Move(call=_call(self._seen.tools[head], named, self._seen.asked.all_stems))


def _call(tool: Tool, named: Sequence[Entity], said: Sequence[str]) -> Call:
    """The call of a tool that gives these entities, as far as it has places for them."""
    left = list(named)
    values: dict[str, list[Json]] = {}
    for leaf in tool.ways[0]:
        if leaf.choices:
            values[leaf.path] = [chosen(leaf, said)]
        elif leaf.schema.get("type") == "boolean":
            values[leaf.path] = [True]
        elif left:
            values[leaf.path] = [in_place(leaf, left.pop(0).value)]
    return tool.name, {**parameters.assembled(tool.schema, values), **tool.more}
