"""What is known of calls that were made before: a group of episodes of one task makes the same ones again and again.

Whether a call fits its document follows from the call. What it returns, and what it makes of the world, follow from it
and the world as it is, which is told by the calls that have written into it so far. What a call *earns* is not here:
that is for each episode's ledger to say.

What is held is bounded, in calls and in characters: the calls made last, and those that were made again since.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from ftrl_gym.goal import Goal, Reading
from ftrl_gym.prompt import Fed
from ftrl_gym.task import Json
from ftrl_gym.toolcall import Call, Checker
from ftrl_gym.world import Row, World

MOST_CALLS = 8192
"""So many calls are held at most."""
MOST_CHARS = 16_000_000
"""So many characters of calls and results are held at most, but for the last result of each half."""
LONGEST_CALL = 1_024
"""A longer one is not remembered: honest calls are short."""


@dataclass(slots=True)
class KnownCall:
    """One call to one tool of one task, in a world to which the same was done before."""

    goal: Goal
    """The task's. It is held, so that no other one takes its place in memory, by which calls are found."""
    problem: str | None
    """What is wrong with the arguments."""
    arguments: dict[str, Json]
    """In canonical form; empty where something is wrong. Nobody changes them."""
    needles: tuple[str, ...] | None = None
    """What of them has to stand in what was told; see :meth:`ftrl_gym.goal.Goal.needles`."""
    fed: Fed | None = None
    """What it comes to in the world as it is; None while that is not known."""
    after: tuple[dict[tuple[str, str], Row], int] | None = None
    """What the world has become then, where it was changed."""
    mark: str | None = None
    """Of that world."""
    held: frozenset[int] | None = None
    """Groups of changes that hold in it; None for a tool that changes nothing."""
    reading: Reading | None = None
    """What that tells, as far as the goal goes; None where it has to be worked out each time."""

    @staticmethod
    def of(goal: Goal, call: Call, checker: Checker) -> KnownCall:
        """What follows from a call alone. ``checker`` is its tool's."""
        problem = checker.problem(call.arguments)
        if problem is not None:
            return KnownCall(goal, problem, {})
        arguments = checker.canonical(call.arguments)
        if any(isinstance(value, dict | list) for value in arguments.values()):
            arguments = copy.deepcopy(arguments)  # a tool could change what it is given
        return KnownCall(goal, None, arguments, goal.needles(call.name, arguments))

    def note(self, fed: Fed, reading: Reading | None, held: frozenset[int] | None, world: World, mark: str) -> None:
        """Notes what the call has come to. Where the world was changed, it is given its new mark."""
        self.fed, self.reading, self.held = fed, reading, held
        if world.mark is None:
            world.mark = self.mark = mark if len(mark) <= LONGEST_CALL else None
            self.after = world.snapshot()


class KnownCalls:
    """The calls made last, in two halves: when the younger one is full, the older one is forgotten.

    >>> calls, goal = KnownCalls(most_calls=4), Goal()
    >>> for number in range(5):
    ...     calls.note(goal, f"call {number}", KnownCall(goal, None, {}))
    >>> [calls.get(goal, f"call {number}") is not None for number in range(5)]
    [False, False, True, True, True]
    """

    def __init__(self, most_calls: int = MOST_CALLS, most_chars: int = MOST_CHARS) -> None:
        self._half_calls, self._half_chars = most_calls // 2, most_chars // 2
        self._young: dict[tuple[int, str], KnownCall] = {}
        self._old: dict[tuple[int, str], KnownCall] = {}
        self._chars, self._old_chars = 0, 0

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

    @property
    def chars(self) -> int:
        """Characters of the calls and results that are held."""
        return self._chars + self._old_chars

    def get(self, goal: Goal, key: str) -> KnownCall | None:
        """What is known of a call, by the goal of its task and its own key."""
        place = (id(goal), key)
        known = self._young.get(place)
        if known is None:
            known = self._old.get(place)
            if known is not None:
                self._hold(place, known)
        return known

    def note(self, goal: Goal, key: str, known: KnownCall) -> None:
        """Remembers a call; again, when there is more to know of it."""
        if len(key) <= LONGEST_CALL:
            self._hold((id(goal), key), known)

    def _hold(self, place: tuple[int, str], known: KnownCall) -> None:
        if len(self._young) >= self._half_calls or self._chars >= self._half_chars:
            self._old, self._old_chars = self._young, self._chars
            self._young, self._chars = {}, 0
        self._young[place] = known
        self._chars += len(place[1]) + (len(known.fed.text()) if known.fed is not None else 0)
