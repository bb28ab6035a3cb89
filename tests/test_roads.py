"""Roads through trees: links to other things of the same kind may be taken one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from tiny_declaration import BOOK, LIBRARY

from ftrl_gym.construct.declare import Ref
from ftrl_gym.construct.declare.vocabulary import domain_of
from ftrl_gym.construct.programs import Follow, Walk
from ftrl_gym.construct.shapes import Shapes

CLIMB = "book.before"


def _steps(walk: Walk) -> Iterator[str]:
    if isinstance(walk, Follow):
        yield from _steps(walk.sources[0])
        yield walk.step


def _volumes() -> Shapes:
    """A library in which volumes go on from one another."""
    before = Ref("book", none="nth == 1", noun="the volume before {x}", link="the volume before {x}")
    book = replace(BOOK, columns={**BOOK.columns, "before": before})
    return Shapes(
        domain_of(replace(LIBRARY, entities=tuple(book if each is BOOK else each for each in LIBRARY.entities)))
    )


def test_a_road_climbs_a_tree_link_by_link_but_not_for_ever() -> None:
    """From a loan to its book, to the volume before it, to the one before that, ..."""
    plain, volumes = Shapes(domain_of(LIBRARY)), _volumes()
    assert plain.roads.climbing == frozenset() and volumes.roads.climbing == {CLIMB}
    assert volumes.roads.deepest == plain.roads.deepest + 2
    rng, climbs = random.Random(1), set()
    for hops in range(1, volumes.roads.deepest + 1):
        for _ in range(20):
            value = volumes.roads.value(rng, hops)
            assert value is not None
            steps = list(_steps(value.walk))
            climbs.add(steps.count(CLIMB))
            others = [step for step in steps if step != CLIMB]
            assert len(set(others)) == len(others)
    assert climbs == {0, 1, 2}


def test_what_an_action_is_about_is_one_link_up_at_most() -> None:
    climbs = {list(_steps(walk)).count(CLIMB) for walk in _volumes().walks}
    assert climbs == {0, 1}
