"""Orders: which tasks a scenario is built of. Each order is enough to make its task, in any process.

Plain builds have so many tasks in each split. Builds over API variants have as many for each variant, and a variant
belongs to one split: train and test never see the same design of the tools. The same plan gives the same orders.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from ftrl_gym.construct.briefs import PAIRED, brief_for, easing, operation_level, serves
from ftrl_gym.construct.domain import Domain
from ftrl_gym.construct.objects import Brief
from ftrl_gym.construct.variants.design import LEVELS, TEST_EVERY, scaling_level, split_of
from ftrl_gym.construct.writer import ATTEMPTS
from ftrl_gym.task import Kind, Split

WORLDS = {Split.TRAIN: 20, Split.TEST: 6}
"""Worlds of each split."""
_LOOK: tuple[tuple[str, ...], ...] = (
    ("impossible",), ("impossible",), ("direct",), ("direct",), ("user",), ("errors",), ("state",), ("user",),
    ("direct",), ("direct",), ("impossible", "state"), ("impossible", "state"), ("errors", "user"), ("state", "user"),
    (), ("errors",), ("user",), ("state",), (), ("errors", "state"),
)  # fmt: skip
_CHAIN: tuple[tuple[str, ...], ...] = (
    ("impossible",), ("impossible",), ("direct",), ("direct",), ("rules", "state"), ("errors",), ("rules", "state"),
    ("user",), ("direct",), ("direct",), ("impossible", "state"), ("impossible", "state"), ("errors", "user"),
    ("rules", "state", "user"), (), ("errors", "rules", "state"), ("user",), ("rules", "state"),
    ("rules", "state", "user"), ("errors",),
)  # fmt: skip
FEATURES: dict[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.SINGLE_HOP: _LOOK,
    Kind.PARALLEL_SINGLE_HOP: _LOOK,
    Kind.MULTI_HOP: _CHAIN,
    Kind.PARALLEL_MULTI_HOP: _CHAIN,
}
"""Features of tasks in turn, for each kind: 1 in 10 is impossible and 1 in 10 needs no tool, each beside its solvable
twin; a fourth has a scripted user, a fifth or more meets errors. House rules need look-ups of their own."""
FULL = 0.5
"""Difficulty from which on all of them are had; below it, the share falls to none at 0."""
TOOL_DIALS: tuple[tuple[str, ...], ...] = (
    (),
    ("long",),
    ("confusable", "indirect", "routes"),
    ("confusable", "indirect", "long", "routes"),
)
"""Features of the tools, by quarter of the difficulty: one toolset serves all tasks of a quarter."""


_PATIENCE = 3
"""Times that only the draws of an order are made anew, where its question was there already."""


def quarter_of(variant: int) -> int:
    """The quarter of difficulties that the tasks of a variant come from, 0 to 3: one toolset of it is enough then.

    The variants of either split go through all four.

    >>> [quarter_of(variant) for variant in (1, 2, 3, 5, 6, 7)], [quarter_of(variant) for variant in (4, 8, 12, 16)]
    ([1, 2, 3, 2, 3, 0], [1, 2, 3, 0])
    """
    return (variant + variant // TEST_EVERY) % LEVELS


class Order(NamedTuple):
    """One task to be made."""

    scenario: str
    seed: int
    split: Split
    number: int
    """Within its split; with variants, within its variant."""
    kind: Kind
    variant: int = 0
    """Design of the tools; 0 is the plain one."""
    kinds: int = len(Kind)
    """How many kinds take turns."""
    attempt: int = 0
    """Where its draws begin."""

    @property
    def task_id(self) -> str:
        """Id of its task."""
        return f"{self.split.value}{f'-v{self.variant:04d}' * bool(self.variant)}-{self.number:05d}"

    @property
    def world(self) -> str:
        """Id of the world that its task is to play in."""
        return self._first._world(self._first._rng())

    @property
    def _first(self) -> Order:
        """The first one of a pair, whose draws both have; else itself."""
        return self if self.partner is None else self._replace(number=min(self.number, self.partner))

    @property
    def partner(self) -> int | None:
        """Number of the task with which it makes a minimal pair; of the two, the twin comes second.

        >>> [Order("Clinic", 1, Split.TRAIN, number, Kind.SINGLE_HOP).partner for number in (0, 4, 16)]
        [4, 0, None]
        """
        turns = FEATURES[self.kind]
        turn = self.number // self.kinds % len(turns)
        if not set(PAIRED) & set(turns[turn]):
            return None
        return self.number - self.kinds if turn % 2 else self.number + self.kinds

    def briefs(self, domain: Domain) -> Iterator[Brief]:
        """What to try, one after the other, until one of them can be had: other worlds, and ever less."""
        first = self._first
        rng = first._rng()
        world, seed, difficulty = first._world(rng), rng.randrange(2**31), first._difficulty(rng)
        features = first._features(domain, difficulty, rng)
        if first != self and not {*PAIRED} & {*features}:  # no pair, so it is drawn by itself
            rng = self._rng()
            world, seed, difficulty = self._world(rng), rng.randrange(2**31), self._difficulty(rng)
        twin = first != self and bool({*PAIRED} & {*features})
        wanted = brief_for(
            rng, seed, self.split, world, self.kind, difficulty, features, scenario=self.scenario, variant=self.variant,
            twin=twin,
        )  # fmt: skip
        for number, brief in enumerate(easing(wanted)):
            place = self._world(rng) if number else world
            dials = TOOL_DIALS[scaling_level(brief.difficulty)]
            own = tuple(sorted({*brief.features, *dials}))
            yield brief.model_copy(update={"world": place, "features": own, "attempt": self.attempt})

    def _difficulty(self, rng: random.Random) -> float:
        """Of the quarter that the variant's tasks come from; with the plain design, of all."""
        drawn = rng.random()
        return int(100 * (quarter_of(self.variant) + drawn) / LEVELS) / 100 if self.variant else round(drawn, 2)

    def _features(self, domain: Domain, difficulty: float, rng: random.Random) -> tuple[str, ...]:
        """The dials of its turn, as far as the scenario has something for them and the difficulty asks for any."""
        on, wanted = rng.random() < difficulty / FULL, self.dials
        if "direct" in wanted and not operation_level(difficulty):
            return ()
        return tuple(name for name in wanted if on and serves(domain, name))

    @property
    def dials(self) -> tuple[str, ...]:
        """The dials of its turn. Where it is drawn anew, so are they, but for pairs, which stay together."""
        turns = FEATURES[self.kind]
        own = turns[self.number // self.kinds % len(turns)]
        if {*PAIRED} & {*own} or not self._again():
            return own
        alone = [turn for turn in turns if not {*PAIRED} & {*turn}]
        return alone[(alone.index(own) + self._again()) % len(alone)]

    def _rng(self) -> random.Random:
        again = f"/{self._again()}" if self._again() else ""
        place = f"v{self.variant}" if self.variant else self.split.value
        return random.Random(f"build/{self.seed}/{place}/{self.number}{again}")

    def _again(self) -> int:
        """How often all of it is drawn anew, world and features too: what it asked for may have run out of questions.

        >>> [Order("Clinic", 1, Split.TRAIN, 0, Kind.SINGLE_HOP, attempt=n * ATTEMPTS)._again() for n in (0, 2, 3, 4)]
        [0, 0, 1, 2]
        """
        return max(0, self.attempt // ATTEMPTS - _PATIENCE + 1)

    def _world(self, rng: random.Random) -> str:
        first = 0 if self.split is Split.TRAIN else WORLDS[Split.TRAIN]
        return f"w{first + rng.randrange(WORLDS[self.split]):02d}"


@dataclass(frozen=True)
class Plan:
    """What a build is asked for. The same plan gives the same bytes."""

    scenario: str
    seed: int
    train: int = 0
    """Plain tasks of the train split."""
    test: int = 0
    """Plain tasks of the test split."""
    variants: int = 0
    """Variants 1 to this one."""
    tasks: int = 0
    """Tasks of each variant."""
    kinds: tuple[Kind, ...] = tuple(Kind)
    """Kinds in turn."""
    only: tuple[int, ...] = ()
    """Numbers of the plain tasks that are wanted; all if none is named."""

    def orders(self, split: Split) -> list[Order]:
        """The orders of a split, in the order of its file."""
        plain = self.train if split is Split.TRAIN else self.test
        places = [(0, number) for number in range(plain) if not self.only or number in self.only]
        places += [(v, n) for v in range(1, self.variants + 1) if split_of(v) is split for n in range(self.tasks)]
        kinds = self.kinds
        return [
            Order(self.scenario, self.seed, split, number, kinds[number % len(kinds)], variant, len(kinds))
            for variant, number in places
        ]

    @property
    def size(self) -> int:
        """Number of tasks."""
        return (
            sum(len(self.orders(split)) for split in Split)
            if self.only
            else self.train + self.test + self.variants * self.tasks
        )


def plan_content(plan: Plan) -> dict[str, Any]:
    """A plan as JSON."""
    return {**asdict(plan), "kinds": [kind.value for kind in plan.kinds], "only": list(plan.only)}


class Chunk(NamedTuple):
    """Orders that one process fills in one go: of one variant, and as far as possible of one world."""

    name: str
    orders: tuple[Order, ...]
    places: tuple[int, ...]
    """Where each stands in its split."""


PLAIN_CHUNK, VARIANT_CHUNK = 25, 100


def chunks_of(split: Split, round_: int, orders: Sequence[tuple[int, Order]]) -> list[Chunk]:
    """Orders (with their places in the split) in chunks, such that neighbours share a toolset and a world."""
    chunks = []
    for variant in sorted({order.variant for _, order in orders}):
        own = sorted((order.world, place, order) for place, order in orders if order.variant == variant)
        size = VARIANT_CHUNK if variant else PLAIN_CHUNK
        for first in range(0, len(own), size):
            part = own[first : first + size]
            chunks.append(
                Chunk(
                    f"{split.value}.{round_}.v{variant:04d}.{first // size:04d}",
                    tuple(order for _, _, order in part),
                    tuple(place for _, place, _ in part),
                )
            )
    return chunks
