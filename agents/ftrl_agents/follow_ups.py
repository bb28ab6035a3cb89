"""Questions about what an episode has shown, asked after its end: more to learn from each result that was read.

Of an episode's tokens one in a hundred belongs to its answer, and reading an answer off a result is what a small model
is worst at. Results hold far more than was asked for. Here some of the rest is asked for too: attributes of the records
shown, and of the one among listed records that is the cheapest, the earliest, or whatever its kind is compared by.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftrl_agents.exercises import Messages, asked
from ftrl_agents.notes import Picks, Place, Record, field_of, note_of, results, text_of, thought
from ftrl_agents.pair_questions import One, pair_question
from ftrl_gym.construct.domain import Domain, Pick, Search, Thing
from ftrl_gym.construct.wording import superlative
from ftrl_gym.policies import answer_text
from ftrl_gym.task import Answer
from ftrl_gym.trajectory import Trajectory
from ftrl_gym.world import Row, WorldBase

_END = {Pick.LOWEST: "least", Pick.HIGHEST: "most"}
PAIRS = 0.4
"""Share of attempts at questions about two things."""
EACH = 5
"""Attempts at a question of each result."""


@dataclass(frozen=True)
class Shown:
    """A record of a result, and the row of the world that it shows."""

    thing: Thing
    row: Row
    name: str
    """Column that the thing is called by; it is in the record."""
    records: tuple[Record, ...]
    """The list that the record stands in."""
    number: int
    """Of the record in it."""

    @property
    def noun(self) -> str:
        """How it is named."""
        called = self.row[self.name]
        anchored = self.thing.anchors and self.name == self.thing.handle
        return self.thing.anchors[0].format(x=called) if anchored else f"{self.thing.name} {called}"

    def open(self) -> list[str]:
        """Attributes that can be read off the record."""
        told = self.records[self.number].values()
        return [
            attribute
            for attribute in sorted(self.thing.attributes)
            if attribute != self.name and self.row.get(attribute) is not None and text_of(self.row[attribute]) in told
        ]

    def note(self, attribute: str, pick: Picks) -> str:
        """What is written down before an attribute is told."""
        return note_of(self.place(attribute), pick)

    def place(self, attribute: str) -> Place:
        """Where the record shows an attribute."""
        field = field_of(self.records[self.number], attribute, self.row[attribute])
        return Place(self.records, self.number, field, self.row)


def follow_ups(episode: Trajectory, world: WorldBase, domain: Domain, rng: random.Random, most: int) -> Messages:
    """Turns to put behind an episode: questions, each with its answer. Empty where no record is understood.

    Args:
        episode: Played to its end.
        world: As it was when the episode began; a record that differs from its rows is left alone.
        domain: How people talk about it.
        rng: Decides what is asked.
        most: Questions at most.
    """
    if not most:
        return []
    found = [result for result in _results(episode, _names(world, domain)) if result[2]]
    every = [one for result in found for one in result[2]]
    turns: dict[tuple[str, str], tuple[str, str]] = {}
    for _ in range(EACH * len(found)):
        if len(turns) >= most:
            break
        if rng.random() < PAIRS:
            pair = _pair(rng.choice(every), every, world, rng)
            if pair is not None:
                turns.setdefault((pair[0], ""), pair)
            continue
        one, attribute, noun, pick = _wish(*rng.choice(found), world, domain, rng)
        if attribute:
            turns.setdefault((str(one.row[one.name]), attribute), _turn(one, attribute, noun, pick, rng))
    return [
        {"role": role, "content": text}
        for turn in turns.values()
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]


Result = tuple[str, Mapping[str, Any], list[Shown]]
"""The tool that was called, its arguments, and what it showed."""


def _wish(
    tool: str,
    arguments: Mapping[str, Any],
    records: Sequence[Shown],
    world: WorldBase,
    domain: Domain,
    rng: random.Random,
) -> tuple[Shown, str, str, Picks]:
    """What to ask about one result: a record, the attribute (empty for nothing), how the record is named, and by what
    it is chosen if it is."""
    one = rng.choice(records)
    alike = [other for other in records if other.thing is one.thing]
    if len(alike) < 2 or rng.random() < 0.4:
        return one, rng.choice(one.open() or [""]), one.noun, ()
    outstanding = [*_extremes(alike), *_found(tool, arguments, alike, world, domain)]
    if not outstanding:
        return one, "", "", ()
    one, noun, pick = rng.choice(outstanding)
    by_name = one.name == one.thing.label and rng.random() < 0.3
    return one, one.name if by_name else rng.choice(one.open() or [""]), noun, [pick]


def _pair(one: Shown, every: Sequence[Shown], world: WorldBase, rng: random.Random) -> tuple[str, str] | None:
    """A question about a record and another one of its kind, and its answer; None where there is none."""
    others = [other for other in every if other.thing is one.thing and other.row is not one.row]
    if not others:
        return None
    other = rng.choice(others)
    attributes = [attribute for attribute in one.open() if attribute in other.open()]
    if not attributes or not one.thing.label or any(shown.row.get(one.thing.label) is None for shown in (one, other)):
        return None
    attribute = rng.choice(attributes)
    first, second = (One(s.noun, str(s.row[one.thing.label]), s.place(attribute)) for s in (one, other))
    return pair_question(one.thing, attribute, (first, second), str(world.constants["today"]), rng)


def _turn(one: Shown, attribute: str, noun: str, pick: Picks, rng: random.Random) -> tuple[str, str]:
    """The question and its answer."""
    note = one.note(attribute, pick)
    if attribute == one.name:
        answer = Answer(type=one.thing.label_type, value=one.row[attribute])
        return f"What is the {one.thing.label_noun} of {noun}?", thought(note, answer_text(answer))
    return asked(one.thing, attribute, one.row, noun, rng, note)


def _extremes(alike: Sequence[Shown]) -> Iterator[tuple[Shown, str, tuple[str, str]]]:
    """Records that stand out among all, with words for them, and by what they do."""
    thing = alike[0].thing
    for attribute, words in sorted(thing.attributes.items()):
        if all(attribute in one.open() for one in alike):
            for said, pick in ((words.low, Pick.LOWEST), (words.high, Pick.HIGHEST)):
                if said and (best := _best(alike, attribute, pick)):
                    yield best, f"the {thing.name} that {superlative(said)}", (_END[pick], attribute)


def _found(
    tool: str, arguments: Mapping[str, Any], alike: Sequence[Shown], world: WorldBase, domain: Domain
) -> Iterator[tuple[Shown, str, tuple[str, str]]]:
    """Records that the call's search may have been made for, with its words for them."""
    for step in domain.steps.values():
        if not (isinstance(step, Search) and step.tool == tool and step.target == alike[0].thing.name and step.by):
            continue
        plain = len(step.sources) == 1 and not step.dated and step.pick in (Pick.LOWEST, Pick.HIGHEST)
        if not plain or any(arguments.get(name) != value for name, value in step.fixed.items()):
            continue
        asked_for = {**{name: arguments.get(name) for name in step.arguments}, **step.fixed}
        if dict(arguments) != asked_for or any(step.among and not one.row.get(step.among) for one in alike):
            continue
        source = domain.things[step.sources[0]]
        parameter, (_, attribute) = next(iter(step.arguments.items()))
        row = next((r for r in world.tables[source.entity].values() if r.get(attribute) == arguments[parameter]), None)
        best = _best(alike, step.by, step.pick)
        if best and row and source.anchors and row.get(source.handle) is not None:
            where = source.anchors[0].format(x=row[source.handle])
            yield best, step.nouns[0].format(x=where), (_END[step.pick], step.by)


def _best(alike: Sequence[Shown], attribute: str, pick: Pick) -> Shown | None:
    """The only one with the lowest or highest value; None where several have it, or values do not compare."""
    values = [one.row.get(attribute) for one in alike]
    if any(isinstance(value, bool) or not isinstance(value, int | float | str) for value in values):
        return None
    if len({isinstance(value, str) for value in values}) > 1:
        return None
    end: Any = (min if pick is Pick.LOWEST else max)(values)  # type: ignore[type-var]
    return alike[values.index(end)] if values.count(end) == 1 else None


def _results(episode: Trajectory, names: Mapping[str, Sequence[tuple[Thing, str, Row]]]) -> Iterator[Result]:
    """Every result that is JSON, with the records in it that show a row."""
    for turn in episode.turns:
        for tool, arguments, result in results(turn.text, turn.feedback):
            shown = (_row(records, number, names) for records in result for number in range(len(records)))
            yield tool, arguments, [one for one in shown if one is not None]


def _row(
    records: tuple[Record, ...], number: int, names: Mapping[str, Sequence[tuple[Thing, str, Row]]]
) -> Shown | None:
    """The row that a record is a part of, whatever its fields are called."""
    told = set(records[number].values())
    for value in records[number].values():
        for thing, name, row in names.get(value, ()):
            if len(told) > 1 and told <= {text_of(one) for one in row.values()}:
                return Shown(thing, row, name, records, number)
    return None


def _names(world: WorldBase, domain: Domain) -> dict[str, list[tuple[Thing, str, Row]]]:
    """What things are called -> which ones are called so."""
    found: dict[str, list[tuple[Thing, str, Row]]] = {}
    for thing in domain.things.values():
        columns = dict.fromkeys(name for name in (thing.handle if thing.anchors else "", thing.label) if name)
        for row in world.tables[thing.entity].values():
            if any(row.get(column) != value for column, value in thing.where.items()):
                continue
            for column in columns:
                if row.get(column) is not None:
                    found.setdefault(str(row[column]), []).append((thing, column, row))
    return found
