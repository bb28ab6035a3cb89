"""Chains of look-ups from a thing that is named: how long one is, and what a question about its end comes to."""

from __future__ import annotations

import random

from ftrl_gym.construct.answering import answer_of
from ftrl_gym.construct.asking import say
from ftrl_gym.construct.compiling import compile_values, levels
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Op, Program, Walk
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.task import Json, Split
from ftrl_gym.world import WorldBase


def chain(name: str, thing: str, *steps: str, key: str = "") -> Walk:
    """The walk from a thing by some steps."""
    walk: Walk = Anchor(thing, key)
    for step in steps:
        walk = Follow(step, scenario(name).domain.steps[step].target, (walk,))
    return walk


def lookups(name: str, walk: Walk, attribute: str) -> int:
    """How many look-ups it takes to know an attribute at a walk's end, each of which needs the one before."""
    found = compile_values(scenario(name).domain, (Attr(walk, attribute),)).lookups
    assert max(levels(found)) == len(found)
    return len(found)


def asked(name: str, world: WorldBase, walk: Walk, attribute: str, seed: int = 0) -> tuple[str, Json]:
    """The question for an attribute at a walk's end, and its answer."""
    ground = scenario(name).ground(world)
    program = Program(Op.VALUE, (Attr(walk, attribute),))
    answer = answer_of(program, ground)
    return say(Speaker(ground.reader, random.Random(seed), Split.TRAIN), program).text, answer.value
