"""Asking a declared world along a chain of steps: what the engine answers, to be held against rows read by hand."""

from __future__ import annotations

from collections.abc import Iterable

from ftrl_gym.construct.answering import answer_of
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Op, Program, Walk
from ftrl_gym.construct.scenarios import Source
from ftrl_gym.construct.shapes import cost
from ftrl_gym.task import Json
from ftrl_gym.world import WorldBase


def answered(source: Source, base: WorldBase, thing: str, key: str, steps: Iterable[str], asked: str) -> Json:
    """The answer to what is asked of the thing at the end of some steps from one that is named outright."""
    answer = answer_of(Program(Op.VALUE, (_end(source, thing, key, steps, asked),)), source.ground(base)).value
    assert answer is not None
    return answer


def hops(source: Source, thing: str, steps: Iterable[str], asked: str) -> int:
    """Look-ups of such a question that must follow one another."""
    return cost(source.domain, _end(source, thing, "", steps, asked)).hops


def _end(source: Source, thing: str, key: str, steps: Iterable[str], asked: str) -> Attr:
    walk: Walk = Anchor(thing, key)
    for name in steps:
        walk = Follow(name, source.domain.steps[name].target, (walk,))
    return Attr(walk, asked)
