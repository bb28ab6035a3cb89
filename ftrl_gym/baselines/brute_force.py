"""Honest brute force: every tool with every combination of values it has seen, breadth first, and then a guess.

Each call is grounded, so the facts it finds count; what it pays for is waste. It makes no call that seems to change
anything: where a thing may not be undone, trying all of them can only lose.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.baselines.retrieval import Retrieval
from ftrl_gym.baselines.sight import Call, Sight, Tool
from ftrl_gym.baselines.slots import accepts, in_place, of_question
from ftrl_gym.env import MAX_CALLS
from ftrl_gym.parameters import Leaf
from ftrl_gym.task import Json

_VALUES = 24
"""Values that are tried in one place."""


class BruteForce:
    """See the module.

    Args:
        seed: Of the order of the tools; with the task's id it fixes the whole episode.
        turns: Turns with calls; then it answers. One less than an episode may have.
    """

    def __init__(self, seed: int = 0, turns: int = 19) -> None:
        self.seed, self.turns = seed, turns
        self._guesser = Retrieval()

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the documents."""
        self._sight = Sight(info)
        self._guesser.take_up(self._sight)
        self._tools = [tool for tool in self._sight.tools.values() if tool.looks]
        random.Random(f"{self.seed}/{info['task_id']}").shuffle(self._tools)
        self._done: set[str] = set()
        self._values: dict[Json, None] = {}
        self._looked = self._turn = 0

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """Sixteen more calls, as long as there are any."""
        if self._turn:
            self._sight.note(info)
        self._turn += 1
        self._look()
        self._fitting: dict[str, list[Json]] = {}
        calls = list(itertools.islice(self._new_calls(), MAX_CALLS)) if self._turn <= self.turns else []
        return self._sight.make(calls) if calls else self._guesser.ending()

    def _new_calls(self) -> Iterator[Call]:
        """Calls that were not made yet, a tool after the other, again and again."""
        waiting = [self._calls_of(tool) for tool in self._tools]
        while waiting:
            left = []
            for calls in waiting:
                call = next(calls, None)
                if call is not None:
                    left.append(calls)
                    yield call
            waiting = left

    def _look(self) -> None:
        """Takes in the values that are new: those of the question, then those of each result."""
        new = [value.value for value in of_question(self._sight)]
        for result in self._sight.results[self._looked :]:
            new += [cell for rows in result.tables.values() for row in rows for cell in row.values()]
        self._looked = len(self._sight.results)
        for value in new:
            if value is not None and value != "" and not isinstance(value, bool):
                self._values.setdefault(value)

    def _options(self, leaf: Leaf) -> list[Json]:
        if leaf.choices:
            return list(leaf.choices)
        if leaf.schema.get("type") == "boolean":
            return [True, False]
        kind = repr((leaf.schema.get("type"), leaf.schema.get("pattern"), leaf.in_parts, accepts(leaf, "2000-01-01")))
        if kind not in self._fitting:
            some = (in_place(leaf, value) for value in self._values if accepts(leaf, value))
            self._fitting[kind] = list(itertools.islice(some, _VALUES))
        return self._fitting[kind]

    def _calls_of(self, tool: Tool) -> Iterator[Call]:
        for needed in tool.ways:
            for chosen in itertools.product(*(self._options(leaf) for leaf in needed)):
                key = repr((tool.name, [leaf.path for leaf in needed], chosen))
                if key not in self._done:
                    self._done.add(key)
                    filled = {leaf.path: [value] for leaf, value in zip(needed, chosen, strict=True)}
                    yield tool.name, {**parameters.assembled(tool.schema, filled), **tool.more}
