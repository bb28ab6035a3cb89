"""What a corpus is made of: which scenario, which world and which design of the tools each task belongs to.

Tasks come in blocks that share all three. Which block has which scenario is not drawn but counted off, so that the
shares are kept in any stretch of a corpus; the rest follows from the block's number alone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ftrl_gym.construct.endless import PER_WORLD
from ftrl_gym.construct.scenarios import FIRST, scenario
from ftrl_gym.construct.variants.design import MOST, split_of
from ftrl_gym.task import Split

T = TypeVar("T")

TRAINED = (
    *("Festival", "Genealogy", "HumanResources", "Insurance", "Laboratory", "League", "Logistics", "Museum"),
    *("MusicLabel", "Observatory", "Railway", "RealEstate", "Shop", "SmartHome", "University", "Utility"),
)
"""The scenarios that a corpus is made of, two thirds of all; both halves have trade, science, care and leisure."""
NEVER_TRAINED = ("Bank", "Clinic", "CodeHosting", "Court", "Library", "Restaurant", "Telecom")
"""Held out altogether. The last of the held-out third is TravelBooking, whose train worlds have a share of their own:
a model of this size reaches no scenario that it has never seen, and there is to be one to learn in."""

TRAVEL_SHARE = 0.25
"""Share of blocks that are TravelBooking's."""
SYLLABLES = 0.45
"""Share of worlds in which all names are random syllables."""
BLENDED = 0.45
"""Share of worlds in which all names are made of parts of real ones; the few that are left have real ones of many
languages. With more of these the names of train worlds are learned by heart, and any other comes out as one of them."""
PLAIN = 0.6
"""Share of blocks with the scenario's plain tools; each of the others has some variant."""
EASY_BLOCKS = 64
"""Blocks at the beginning of a corpus that are easy: copying is learned sooner on short texts."""
CHATTER = 0.15
"""Share of questions with made-up words at an end: a name ends where it ends, whatever stands beside it."""
SEED_STEP = 10**9
"""Distance between the task numbers of two seeds, a multiple of the size of a block."""

assert SEED_STEP % PER_WORLD == 0


@dataclass(frozen=True)
class Mixture:
    """What tasks are like."""

    difficulties: tuple[tuple[float, float], ...]
    """(difficulty, share of tasks)."""
    features: tuple[tuple[tuple[str, ...], float], ...]
    """(features, share of tasks)."""
    extension: float = 1.0
    """Toolset extension at most: a long list of tools is the larger part of a text."""


EASY = Mixture(((0.0, 0.8), (0.1, 0.2)), (((), 1.0),))
FULL = Mixture(
    ((0.0, 0.3), (0.1, 0.2), (0.25, 0.2), (0.4, 0.17), (0.6, 0.1), (0.9, 0.03)),
    (
        ((), 0.85),
        (("state",), 0.03),
        (("state", "user"), 0.01),
        (("user",), 0.02),
        (("impossible",), 0.03),
        (("direct",), 0.03),
        (("errors",), 0.03),
    ),
    extension=0.25,
)


@dataclass(frozen=True)
class Recipe:
    """What a corpus is made of."""

    split: Split = Split.TRAIN
    """Of worlds, variants and phrasings."""
    scenarios: tuple[str, ...] = TRAINED
    """Each has an equal share of what TravelBooking leaves."""
    travel: float = TRAVEL_SHARE
    """Share of blocks that are TravelBooking's."""
    syllables: float = SYLLABLES
    """Share of worlds whose names are random syllables."""
    blended: float = BLENDED
    """Share of worlds whose names are made of parts of real ones."""
    plain: float = PLAIN
    """Share of blocks with plain tools."""
    easy_blocks: int = EASY_BLOCKS
    """Blocks at the beginning of each seed's numbers that are easy."""
    chatter: float = CHATTER
    """Share of questions with made-up words before or after what is asked."""


@dataclass(frozen=True)
class Block:
    """Tasks of consecutive numbers."""

    scenario: str
    names: str
    """How the world's things are named: ``real``, ``syllables`` or ``blended``."""
    variant: int
    """Design of the tools; 0 is the plain one."""
    mixture: Mixture
    """What its tasks are like."""


def block_of(task: int, recipe: Recipe) -> Block:
    """The block that a task number belongs to."""
    number = task // PER_WORLD
    place = task % SEED_STEP // PER_WORLD
    rng = random.Random(f"corpus/{number}")
    draw = rng.random()
    invented = "blended" if draw < recipe.syllables + recipe.blended else "real"
    names = "syllables" if draw < recipe.syllables else invented
    variant = 0 if rng.random() < recipe.plain else _variant(rng, recipe.split)
    return Block(_scenario(number - place, place, recipe), names, variant, EASY if place < recipe.easy_blocks else FULL)


def _scenario(first: int, place: int, recipe: Recipe) -> str:
    """The scenario of the block at a place of the corpus whose first block is ``first``."""
    before, after = int(place * recipe.travel), int((place + 1) * recipe.travel)
    if after > before:
        return FIRST
    turn, number = divmod(place - before, len(recipe.scenarios))
    return random.Random(f"corpus/{first}/{turn}").sample(recipe.scenarios, len(recipe.scenarios))[number]


def _variant(rng: random.Random, split: Split) -> int:
    """Any variant of a split, but for the plain one."""
    while True:
        number = rng.randint(1, MOST)
        if split_of(number) is split:
            return number


@dataclass(frozen=True)
class Wanted:
    """What a single task is to be like."""

    difficulty: float
    features: tuple[str, ...]
    chatter: bool


def wanted(task: int, block: Block, recipe: Recipe) -> Wanted:
    """What the task of a number is to be like. An even number and the next odd one agree where they may be a pair."""
    pair, own = (random.Random(f"corpus/task/{number}") for number in (f"{task // 2}/pair", task))
    features = choose(pair, block.mixture.features)
    level = choose(pair if features else own, block.mixture.difficulties)
    if "state" in features and not scenario(block.scenario).domain.actions:
        features = ()
    return Wanted(level, features, own.random() < recipe.chatter)


def choose(rng: random.Random, shares: Sequence[tuple[T, float]]) -> T:
    """One of some values with their shares."""
    return rng.choices([value for value, _ in shares], [share for _, share in shares])[0]
