"""Worlds to ask about, briefs and settled programs, for the tests of programs."""

from __future__ import annotations

import random
from functools import cache

from ftrl_gym.construct.answering import Ground, NoQuestion
from ftrl_gym.construct.objects import Brief
from ftrl_gym.construct.programs import Program
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.settling import settle
from ftrl_gym.task import Kind, Provenance, Split

SCENARIOS = ("TravelBooking", "Clinic", "Bank")


@cache
def ground_of(name: str, world: int = 0) -> Ground:
    """A world of a scenario as programs are asked about it; made once."""
    source = scenario(name)
    return source.ground(source.make_world(world, "real"))


def brief(name: str, kind: Kind, hops: int, width: int, seed: int = 1, difficulty: float = 0.9) -> Brief:
    """An order for one train task of world "w"."""
    provenance = Provenance(writer="procedural", seed=seed, version="0")
    return Brief(
        scenario=name, world="w", seed=seed, split=Split.TRAIN, kind=kind, hops=hops, width=width,
        difficulty=difficulty, provenance=provenance,
    )  # fmt: skip


def settled(program: Program, ground: Ground, seed: int = 1) -> Program:
    """The program with its figures; raises NoQuestion where none fit."""
    found = settle(program, ground.reader, random.Random(seed))
    if found is None:
        raise NoQuestion("not settled")
    return found
