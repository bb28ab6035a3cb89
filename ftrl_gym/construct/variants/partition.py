"""Partitions: which functions of a scenario stand behind one tool of a variant, and which are split over two.

A variant draws what it would merge or split once; the scaling *functional generalization* (FTRL, section 3.1) says how
much of it happens, so that each level merges what the one before it did, and more.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.functions import Function, Role, Sort, sort_of
from ftrl_gym.construct.variants.naming import split_name
from ftrl_gym.construct.variants.options import speaks_of

_MERGED = (0.0, 0.2, 0.35, 0.5)
"""Share of possible merges at each level of generalization, for the scenario's own design."""
_MERGED_VARIANT = (0.2, 0.3, 0.4, 0.5)
"""The same for other variants."""
_SPLIT = 0.5
"""Share of possible splits, for other variants."""
_WIDEST = 4
"""Most functions of one tool."""
_FEWEST_FIELDS = 5
"""Fields from which on a row is worth splitting."""


@dataclass(frozen=True)
class Piece:
    """A function, or some of its fields."""

    function: Function
    only: tuple[str, ...] = ()
    about: str = ""
    """What the fields are about: ``contact``."""


@dataclass(frozen=True)
class Merge:
    """Pieces that become one tool."""

    pieces: tuple[Piece, ...]
    alternatives: bool = False
    """Whether they look the same thing up, by different attributes."""


def partition(functions: Sequence[Function], added: Sequence[Function], scenario: str, design: Design) -> list[Merge]:
    """The tools of a design, in the order of the functions that come first in them.

    Args:
        functions: The scenario's own, of which some are merged or split.
        added: More functions, which stay as they are.
        scenario: Its name.
        design: Which one.
    """
    plain = design.variant == 0
    merged = (_MERGED if plain else _MERGED_VARIANT)[design.generalization]
    split = 0.0 if plain else _SPLIT
    rng = design.draws(scenario, "partition")
    found: list[Merge] = []
    taken: set[str] = set()
    possible = [*_same_thing(functions), *_groups(functions, rng.sample(range(len(functions)), len(functions)))]
    wishes = sorted((rng.random(), number) for number in range(len(possible)))  # a level has what the one below it has
    for draw, number in wishes:
        names = {piece.function.name for piece in possible[number].pieces}
        if draw < merged and not names & taken:
            taken |= names
            found.append(possible[number])
    for function in functions:
        chance = rng.random()
        if function.name in taken:
            continue
        halves = _halves(function) if chance < split else ()
        found += [Merge((half,)) for half in halves] or [Merge((Piece(function),))]
    found += [Merge((Piece(function),)) for function in added]
    order = {function.name: number for number, function in enumerate((*functions, *added))}
    return sorted(found, key=lambda merge: min(order[piece.function.name] for piece in merge.pieces))


def _same_thing(functions: Iterable[Function]) -> Iterator[Merge]:
    """Look-ups of one thing by different attributes."""
    by_entity: dict[str, list[Function]] = {}
    for function in functions:
        if function.role is Role.LOOKUP and not _closed(function):
            by_entity.setdefault(function.entity, []).append(function)
    for same in by_entity.values():
        parameters = [function.required[0] for function in same]
        if len(same) > 1 and len(set(parameters)) == len(same):
            yield Merge(tuple(map(Piece, same)), alternatives=True)


def _closed(function: Function) -> bool:
    """Whether it takes a member of a closed vocabulary."""
    return any("enum" in function.parameters[name] for name in function.required)


def _groups(functions: Sequence[Function], order: Sequence[int]) -> Iterator[Merge]:
    """Functions that take the same, a few at a time, in the given order."""
    alike: dict[tuple[object, ...], list[Function]] = {}
    for number in order:
        function = functions[number]
        kind = _alike(function)
        if kind is not None:
            alike.setdefault(kind, []).append(function)
    for some in alike.values():
        sizes = itertools.cycle((3, 2, _WIDEST))
        place = 0
        while len(some) - place > 1:
            size = next(sizes)
            yield Merge(tuple(map(Piece, some[place : place + size])))
            place += size


def _alike(function: Function) -> tuple[object, ...] | None:
    """What functions have in common that may be merged; None for those that stay alone."""
    if not function.flat or not function.required:
        return None
    if function.role is Role.LOOKUP and not _closed(function):
        return (Role.LOOKUP,)
    if function.role is Role.LISTING:
        return (Role.LISTING, *function.required)
    if function.role is Role.WRITE:
        return (Role.WRITE, function.required[0])
    return None


_ABOUT = (
    ("contact", ("phone", "email", "manager", "contact", "desk", "hotline", "extension")),
    ("prices", ("price", "fee", "cost", "amount", "balance", "tax", "fare", "share", "rate", "limit")),
)


def _halves(function: Function) -> tuple[Piece, ...]:
    """Its fields on two tools, each with the key; nothing where there is no natural cut."""
    if function.role is not Role.LOOKUP or len(function.fields) < _FEWEST_FIELDS or not function.flat:
        return ()
    own = [name for name in function.fields if name not in function.key]
    groups = {about: [name for name in own if speaks_of(name, marks)] for about, marks in _ABOUT}
    groups["schedule"] = [name for name in own if sort_of(function.fields[name]) in (Sort.DATE, Sort.TIME)]
    for about, names in groups.items():
        if names and len(names) < len(own):
            rest = tuple(name for name in own if name not in names)
            return (
                Piece(function, (*function.key, *rest), "profile"),
                Piece(function, (*function.key, *names), about),
            )
    return ()


def canonical(merges: Iterable[Merge]) -> frozenset[frozenset[tuple[str, tuple[str, ...]]]]:
    """A partition without names: which plain functions, and which of their fields, go together."""
    return frozenset(frozenset((piece.function.name, piece.only) for piece in merge.pieces) for merge in merges)


def nouns_of(pieces: Sequence[Piece]) -> list[str]:
    """What distinguishes the pieces of a merge: nouns, or verbs where the nouns are the same. Of two look-ups of one
    thing, one says by what else than its key it finds it: ``judge_by_name``.

    Falls back to whole names where neither tells them apart, and for deeds that do something else to another thing:
    ``venue`` alone is not what is done to it.
    """
    names = [split_name(piece.function.name) for piece in pieces]
    verbs, nouns = [verb for verb, _ in names], [noun for _, noun in names]
    telling = [nouns, verbs, [_with_way(piece.function, noun) for piece, noun in zip(pieces, nouns, strict=True)]]
    if pieces[0].function.role is Role.WRITE:
        telling = [verbs] if len(set(nouns)) == 1 else []
    for candidates in telling:
        if all(candidates) and len(set(candidates)) == len(candidates):
            return candidates
    return [piece.function.name for piece in pieces]


def _with_way(function: Function, noun: str) -> str:
    """A noun, and by what a thing is found where that is not its key."""
    by = function.required[0]
    return noun if function.role is not Role.LOOKUP or by in function.key else f"{noun}_by_{by}"
