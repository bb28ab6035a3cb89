"""Chains of look-ups in tests of declared scenarios: written down step by step, bound to rows, asked and answered."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from ftrl_gym.construct.answering import Ground, NoQuestion, answer_of
from ftrl_gym.construct.asking import say
from ftrl_gym.construct.binding import Binder
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Op, Program, Walk
from ftrl_gym.task import Json, Split


class Asked(NamedTuple):
    """A question in words, where it begins, and what the engine answers."""

    start: str
    text: str
    answer: Json


def chain(ground: Ground, start: str, *steps: str, attribute: str) -> Attr:
    """An attribute at the end of steps that lead on from one another."""
    walk: Walk = Anchor(start)
    for step in steps:
        walk = Follow(step, ground.domain.steps[step].target, (walk,))
    return Attr(walk, attribute)


def asked(ground: Ground, value: Attr, draws: int = 40) -> Iterator[Asked]:
    """Questions for a value, each from another row, as far as its words mean one."""
    seen = set()
    for number in range(draws):
        rng = random.Random(number)
        program = Binder(ground.reader, rng).program(Program(Op.VALUE, (value,)))
        if program is None:
            continue
        bound = program.values[0]
        assert isinstance(bound, Attr)
        walk = bound.walk
        while isinstance(walk, Follow):
            walk = walk.sources[0]
        assert isinstance(walk, Anchor)
        try:
            answer = answer_of(program, ground)
        except NoQuestion:
            continue
        if walk.key not in seen:
            seen.add(walk.key)
            yield Asked(walk.key, say(Speaker(ground.reader, rng, Split.TRAIN), program).text, answer.value)
