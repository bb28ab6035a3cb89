"""A design: which variant of a scenario's tools, and how far each scaling goes."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from ftrl_gym.errors import UsageError
from ftrl_gym.task import Split

LEVELS = 4
"""Levels of each scaling, 0 to 3."""
TEST_EVERY = 4
"""Of the variants from 1 on, every fourth is for the test split."""
MOST = 9999
"""Highest variant."""


@dataclass(frozen=True)
class Design:
    """One design of a scenario's tools; the same one for the same numbers, in any process.

    Variant 0 has the scenario's own names, and without scalings it is the scenario's plain tools.
    """

    variant: int = 0
    generalization: int = 0
    """How far tools are merged into more general ones (FTRL's functional generalization)."""
    parameters: int = 0
    """How many parameters tools get beside their own (parameter expansion)."""
    types: int = 0
    """How many parameters get richer types (parameter-type generalization)."""
    long: int = 0
    """How long results are: in pages, with more about each row, and rows that nearly fit."""
    routes: int = 0
    """How many facts can be had by several tools."""
    confusable: int = 0
    """How many tools look like others, and how little their documents say."""
    indirect: int = 0
    """How far values that tools take are from what people say; documents say how they are written."""

    @property
    def plain(self) -> bool:
        """Whether nothing differs from the scenario's plain tools."""
        return self == Design()

    @property
    def name(self) -> str:
        """Name of the toolset, as tasks refer to it; empty for the plain one.

        >>> Design(17, 2, 3, 1).name, Design(4, long=3, confusable=1).name, Design().name
        ('v0017-g2p3t1', 'v0004-g0p0t0-l3c1', '')
        """
        if self.plain:
            return ""
        dials = "".join(
            f"{letter}{level}"
            for letter, level in zip("lrci", (self.long, self.routes, self.confusable, self.indirect), strict=True)
            if level
        )
        return f"v{self.variant:04d}-g{self.generalization}p{self.parameters}t{self.types}" + f"-{dials}" * bool(dials)

    @staticmethod
    def named(name: str) -> Design:
        """The design of a toolset.

        Raises:
            UsageError: It is not the name of one.
        """
        found = _NAME.fullmatch(name)
        if not name:
            return Design()
        if found is None or name.endswith("-"):
            raise UsageError(f"{name!r:.60} is no toolset; one is called like {Design(17, 2, 3, 1).name}")
        return Design(*(int(level or 0) for level in found.groups()))

    def draws(self, scenario: str, about: str) -> random.Random:
        """Chance for one aspect of the variant. It does not depend on the scalings, so that a higher level adds to what
        a lower one has."""
        return random.Random(f"variant/{scenario}/{self.variant}/{about}")


_NAME = re.compile(r"v(\d{4})-g([0-3])p([0-3])t([0-3])(?:-(?:l([1-3]))?(?:r([1-3]))?(?:c([1-3]))?(?:i([1-3]))?)?")


def split_of(variant: int) -> Split | None:
    """The one split whose tasks have this variant; None for the plain variant 0, which both have.

    >>> split_of(4).value, split_of(17).value
    ('test', 'train')
    """
    if variant == 0:
        return None
    return Split.TRAIN if variant % TEST_EVERY else Split.TEST


def variants_of(split: Split) -> tuple[int, ...]:
    """The first thousand variants of a split, for those who want any."""
    return tuple(variant for variant in range(1, 1001) if split_of(variant) is split)


def scaling_level(dial: float) -> int:
    """The level that a dial from 0 to 1 stands for.

    >>> [scaling_level(dial) for dial in (0.0, 0.24, 0.25, 0.5, 0.75, 1.0)]
    [0, 0, 1, 2, 3, 3]
    """
    return min(LEVELS - 1, int(dial * LEVELS))
