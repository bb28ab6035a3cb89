"""Endless tasks: a new certified task from a seed, and the worlds they play in.

Nothing is kept: a task follows from its seed and the arguments, and a world's id says how to make it again. Worlds are
shared by :data:`PER_WORLD` consecutive seeds, so a run through consecutive seeds makes each world once; train and test
never share one.
"""

from __future__ import annotations

import functools
import random
from collections import Counter
from collections.abc import Sequence

from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.briefs import PAIRED, beside, brief_for, check_features, check_served, easing
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.objects import SCALINGS, Brief
from ftrl_gym.construct.scenarios import FIRST, scenario
from ftrl_gym.construct.variants.design import variants_of
from ftrl_gym.construct.writer import ProceduralWriter, write_first
from ftrl_gym.errors import UnknownNameError
from ftrl_gym.task import Kind, Split, Task
from ftrl_gym.world import WorldBase

PER_WORLD = 64
"""Consecutive seeds that share a world."""
ANY = "any"
"""Asks for another variant with each task."""
_PREFIX = "endless-"
_NAMES = ("real", "syllables", "mixed", "blended")


def world_of(world_id: str) -> WorldBase:
    """The world of an endless task, ``endless-<scenario>-<seed>-<names>``; the first scenario is left out.

    Raises:
        UnknownNameError: The id is not of this form.
    """
    return _ground(world_id).world


def endless_task(
    seed: int,
    split: Split | str = Split.TRAIN,
    *,
    names: str = "real",
    kinds: Sequence[Kind | str] | None = None,
    difficulty: float | None = None,
    features: Sequence[str] = (),
    always: Sequence[str] = (),
    certify: Depth | str = Depth.FULL,
    refused: Counter[str] | None = None,
    scenario: str = FIRST,
    variant: int | str = 0,
    scalings: Sequence[str] = SCALINGS,
    hardest: float = 1.0,
) -> Task:
    """A new task; the same for the same arguments, in any process.

    Args:
        seed: Any integer from 0.
        split: Decides world and phrasings.
        names: Names of people and places: ``real``, ``syllables``, ``mixed`` or ``blended``.
        kinds: Kinds to choose from; None for all four.
        difficulty: 0 to 1; None draws one, and is content with less where the world is too small for it.
        features: Dials that may be on: each is, in half of the tasks. Of ``direct`` and ``impossible`` ones an even
            seed and the next odd one make a minimal pair.
        always: Dials that are on in every task that can have them; one that would push them out gives way.
        certify: ``full``, or ``quick`` for training text, without probes, solver and certificate.
        refused: Counts the checks at which draws failed.
        scenario: Name of the scenario.
        variant: Design of the tools: a number, or ``any`` for another one each time.
        scalings: Scalings that follow the difficulty.
        hardest: Where a difficulty is drawn, it goes from 0 to this.

    Raises:
        UnknownNameError: A name or variant that does not exist; the text lists those that do.
        UsageError: The difficulty is out of range, or the scenario has nothing for a feature.
        ConstructionError: No draw gave a sound task.
    """
    brief = endless_brief(
        seed,
        split,
        names=names,
        kinds=kinds,
        difficulty=difficulty,
        features=features,
        always=always,
        scenario=scenario,
        variant=variant,
        scalings=scalings,
        hardest=hardest,
    )
    briefs = [brief] if difficulty is not None else easing(brief)
    return write_first(endless_writer(scenario, Depth(certify)), briefs, f"{_PREFIX}{seed}", refused)


def endless_brief(
    seed: int,
    split: Split | str = Split.TRAIN,
    *,
    names: str = "real",
    kinds: Sequence[Kind | str] | None = None,
    difficulty: float | None = None,
    features: Sequence[str] = (),
    always: Sequence[str] = (),
    scenario: str = FIRST,
    variant: int | str = 0,
    scalings: Sequence[str] = SCALINGS,
    hardest: float = 1.0,
) -> Brief:
    """What :func:`endless_task` asks for."""
    if names not in _NAMES:
        raise UnknownNameError("names", names, _NAMES)
    named = [*features, *(feature for feature in always if feature not in features)]
    check_features(named)
    check_served(named, scenario)  # also where chance leaves one out: an env is to work with every seed or none
    number = 2 * (seed // PER_WORLD) + (Split(split) is Split.TEST)
    twin = bool(set(PAIRED) & set(named)) and seed % 2 == 1
    seed -= twin  # but for that it is the task before
    rng = random.Random(f"endless/{seed}/{split}")
    on = [feature for feature in named if rng.random() < 0.5 or feature in always]
    wanted = [Kind(kind) for kind in kinds] if kinds else list(Kind)
    place = f"{_PREFIX}{'' if scenario == FIRST else f'{scenario}-'}{number}-{names}"
    kind = rng.choice(wanted)
    if variant == ANY:
        variant = random.Random(f"endless/{seed}/{split}/variant").choice(variants_of(Split(split)))
    if isinstance(variant, str):
        raise UnknownNameError("variant", variant, [ANY, "a number"])
    if difficulty is None and hardest < 1:
        difficulty = round(random.Random(f"endless/{seed}/{split}/difficulty").random() * hardest, 2)
    return brief_for(
        rng,
        seed,
        Split(split),
        place,
        kind,
        difficulty,
        beside(always, on, kind),
        scenario=scenario,
        variant=variant,
        scalings=scalings,
        twin=twin,
    )


@functools.lru_cache(maxsize=8)
def endless_writer(name: str, depth: Depth = Depth.FULL) -> ProceduralWriter:
    """The writer of a scenario's endless tasks."""
    return ProceduralWriter(_ground, scenario(name).toolset, depth)


@functools.lru_cache(maxsize=8)
def _ground(world_id: str) -> Ground:
    name, _, rest = world_id.removeprefix(_PREFIX).rpartition("-")[0].rpartition("-")
    seed, names = rest, world_id.rpartition("-")[2]
    if not world_id.startswith(_PREFIX) or not seed.isdecimal() or names not in _NAMES:
        raise UnknownNameError("endless world", world_id, [f"{_PREFIX}[<scenario>-]<seed>-<{'|'.join(_NAMES)}>"])
    source = scenario(name or FIRST)
    return source.ground(source.make_world(int(seed), names))
