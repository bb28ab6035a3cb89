"""Grounded calls: every tool that is offered, filled with entities that fit its parameters by type, form and words.

What a call must give is filled with the few entities that fit each place best; a member of a closed vocabulary that
the question names is given, too, where it may be. The value of every place stands in the question or in a result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ftrl_gym import parameters
from ftrl_gym.baselines.sight import Call, Tool
from ftrl_gym.baselines.slots import chosen, fit, in_place
from ftrl_gym.baselines.words import stems
from ftrl_gym.interop.numeric.entities import Entity
from ftrl_gym.parameters import Leaf
from ftrl_gym.task import Json

OF_QUESTION, OF_RESULTS = 4, 6
"""Entities of either source that are considered for one place of a call."""
PER_TOOL = 8
"""Calls of one tool that are offered."""
_FREE = frozenset(("any", "all", "none"))
_UNUSED, _NEW, _LATEST = 1.5, 0.7, 0.6
"""What a value gains, in units of :func:`ftrl_gym.baselines.slots.fit`, by not being used yet, where it stands in the
question and where in a result, and by standing in the latest result."""
_FULL = 3.0
"""What the best fit is worth; beyond a certain point more words in common say no more."""
_SAME_ROW = 2.0
"""What a call loses that gives two values of one row, which know each other already."""
_APART, _IN_ORDER = 3.0, 0.3
"""What values of the question lose by standing far apart (from its beginning to its end), and what they gain where they
stand in the order of the tool's parameters."""
_BEAM = 64
"""Ways to fill a call that are followed."""
_MOST_CHOICES = 3
"""Members of one closed vocabulary that are tried."""
_UNLIKE = frozenset(("choice", "truth"))
"""Kinds of entities that fill no place: members of closed vocabularies have places of their own."""


@dataclass(frozen=True)
class Filling:
    """A value for one place of a call."""

    leaf: Leaf
    value: Json
    fit: float
    """How well it fits (:func:`ftrl_gym.baselines.slots.fit`)."""
    entity: Entity | None
    """Where it was seen; None for a member of a closed vocabulary."""


@dataclass(frozen=True)
class GroundedCall:
    """A call that could be made."""

    tool: int
    """Number of the tool among those offered."""
    about: Tool
    fillings: tuple[Filling, ...]
    """Of the places that every call must fill."""
    places: tuple[Leaf, ...]
    """Those places."""
    options: Mapping[str, Sequence[Json]]
    """Members of closed vocabularies that the question names, of places that may be left out."""
    fit: float
    """How well its values fit on average."""
    latest: int
    """The number of the latest result that it builds on; -1 for the question alone."""

    @cached_property
    def call(self) -> Call:
        """Tool and arguments."""
        values = {leaf.path: [one.value] for leaf, one in zip(self.places, self.fillings, strict=True)}
        arguments = parameters.assembled(self.about.schema, {**self.options, **values})
        return self.about.name, {**arguments, **self.about.more}

    @cached_property
    def text(self) -> str:
        """The call as a text, by which it is told from others."""
        return repr(self.call)


class Filler:
    """Fills calls with entities; what fits where is worked out once for each entity.

    Args:
        tools: Those offered.
    """

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tools
        self._best: dict[str, dict[Json, Filling]] = {}
        self._keys: dict[int, str] = {}
        self._leaves: dict[str, Leaf] = {}
        for tool in tools:
            for leaf in (leaf for way in tool.ways for leaf in way):
                key = repr((leaf.name, leaf.about, leaf.schema.get("type"), leaf.schema.get("pattern"), leaf.choices))
                self._keys[id(leaf)] = key
                self._leaves.setdefault(key, leaf)
        self._best = {key: {} for key in self._leaves}

    def take_in(self, entities: Sequence[Entity]) -> None:
        """Looks where new entities fit. Of two that hold the same value the one that fits better counts, and of two
        that fit equally the later one."""
        for key, leaf in self._leaves.items():
            if leaf.choices or leaf.schema.get("type") == "boolean":
                continue
            best = self._best[key]
            for entity in entities:
                score = fit(entity, leaf) if entity.kind not in _UNLIKE else 0.0
                if score > 0 and (entity.value not in best or score >= best[entity.value].fit):
                    best[entity.value] = Filling(leaf, in_place(leaf, entity.value), score, entity)

    def calls(
        self, said: Sequence[str], latest: int, used: Collection[Json]
    ) -> Iterator[tuple[int, float, GroundedCall]]:
        """The calls that could be made, those of one tool together and the best of each first.

        Args:
            said: Stems of all that the user said.
            latest: Number of the latest result, -1 before there is one.
            used: Values that calls have used already.

        Yields:
            The place among the calls of its tool, how likely its values are on average, and the call.
        """
        options = {key: self._options(key, said, latest, used) for key in self._leaves}
        named = frozenset(said)
        for number, tool in enumerate(self._tools):
            for place, (rank, call) in enumerate(self._of(number, tool, options, named)):
                yield place, rank, call

    def _options(self, key: str, said: Sequence[str], latest: int, used: Collection[Json]) -> list[_Ranked]:
        leaf = self._leaves[key]
        if leaf.choices:
            return [_Ranked(1.0, Filling(leaf, chosen(leaf, said), 1.0, None))]
        if leaf.schema.get("type") == "boolean":
            return [_Ranked(0.5, Filling(leaf, True, 0.5, None))]
        of_question: list[_Ranked] = []
        of_results: list[_Ranked] = []
        for value, filling in self._best[key].items():
            assert filling.entity is not None
            number = filling.entity.result
            unused = value not in used
            likely = _LATEST * (number == latest) + _NEW * unused if number >= 0 else _UNUSED * unused
            ranked = _Ranked(_FULL * filling.fit / (1 + filling.fit) + likely * min(1.0, 2 * filling.fit), filling)
            (of_question if number < 0 else of_results).append(ranked)
        of_question.sort(key=_rank)
        of_results.sort(key=_rank)
        return [*of_question[:OF_QUESTION], *of_results[:OF_RESULTS]]

    def _of(
        self, number: int, tool: Tool, options: dict[str, list[_Ranked]], named: frozenset[str]
    ) -> list[tuple[float, GroundedCall]]:
        found: list[tuple[float, GroundedCall]] = []
        extras = _named_choices(tool, named)
        for needed in tool.ways:
            best: list[tuple[float, tuple[Filling, ...]]] = [(0.0, ())]
            for leaf in needed:
                best = [
                    (total + rank, (*filled, one))
                    for total, filled in best
                    for rank, one in options[self._keys[id(leaf)]]
                    if not filled or one.entity is None or all(one.value != other.value for other in filled)
                ]
                best = sorted(best, key=_rank)[:_BEAM]
            if len(needed) > 1:
                best = sorted(((total + _together(filled), filled) for total, filled in best), key=_rank)
            count = max(1, len(needed))
            for total, filled in best[:PER_TOOL]:
                fit_of_all = sum([one.fit for one in filled]) / count
                latest = max([-1, *[one.entity.result for one in filled if one.entity is not None]])
                for extra in extras:
                    more = {path: choice for path, choice in extra.items() if all(path != leaf.path for leaf in needed)}
                    call = GroundedCall(number, tool, filled, needed, more, fit_of_all, latest)
                    found.append((total / count, call))
        return sorted(found, key=_rank)[:PER_TOOL]


class _Ranked(NamedTuple):
    """A filling by how likely it is."""

    rank: float
    filling: Filling


def _rank(ranked: tuple[float, Any]) -> float:
    return -ranked[0]


def _together(filled: Sequence[Filling]) -> float:
    """What speaks for the values of one call together: their places in the question, and not to be of one row."""
    entities = [one.entity for one in filled if one.entity is not None]
    rows = [(id(one.table), one.row) for one in entities if one.table is not None]
    score = -_SAME_ROW * (len(rows) - len(set(rows)))
    places = [one.place for one in entities if one.result < 0]
    if len(places) > 1:
        score += _IN_ORDER * (places == sorted(places)) - _APART * (max(places) - min(places))
    return score


def _named_choices(tool: Tool, named: frozenset[str]) -> list[dict[str, list[Json]]]:
    """Ways to fill the places with a closed vocabulary that may be left out: with a member that the question names, for
    each that it names, and not at all where it names none."""
    ways: list[dict[str, list[Json]]] = [{}]
    for leaf in tool.leaves:
        if not leaf.required:
            told = [one for one in leaf.choices if one not in _FREE and (own := set(stems(str(one)))) and own <= named]
            if told:
                ways = [{**way, leaf.path: [one]} for way in ways for one in told[:_MOST_CHOICES]]
    return ways[:_MOST_CHOICES]
