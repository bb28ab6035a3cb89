"""Scripted users: what an asker keeps back until asked, and how they change their mind.

Part of stage 1. A hidden detail is named vaguely in the question ("my flight") or not at all; the reference solution
asks for it, and the user's script answers. A changed mind comes after the first ending, as a new wish.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from ftrl_gym.construct.domain import Detail, Search
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Anchor, Follow, Member, Walk
from ftrl_gym.task import Slot

MOST_HIDDEN = 2
"""Details that one user keeps back."""


def parts_of(walks: list[Walk]) -> Iterator[Walk]:
    """The walks and everything they come from."""
    for walk in walks:
        yield walk
        if isinstance(walk, Member):
            yield from parts_of([walk.search])
        elif isinstance(walk, Follow):
            yield from parts_of(list(walk.sources))


def hideable(walks: list[Walk], speaker: Speaker) -> list[tuple[Walk, Detail]]:
    """Details that could be kept back: anchors one can be vague about, dates of searches; each kind at most once."""
    found: dict[Walk, Detail] = {}
    for walk in parts_of(walks):
        if isinstance(walk, Anchor) and (detail := speaker.domain.thing(walk.thing).detail):
            found[walk] = detail
        elif isinstance(walk, Follow) and speaker.domain.day is not None:
            step = speaker.domain.steps[walk.step]
            if isinstance(step, Search) and step.dated:
                found[walk] = speaker.domain.day
    names = [detail.name for detail in found.values()]
    return [(walk, detail) for walk, detail in found.items() if names.count(detail.name) == 1]


def hide(
    walks: list[Walk], speaker: Speaker, rng: random.Random, names: tuple[str, ...] | None = None
) -> tuple[list[Slot], list[str]]:
    """Keeps one or two details back; returns the user's slots and what one has to ask for them.

    Args:
        walks: What the question is about.
        speaker: Is told what to be vague about.
        rng: Chooses.
        names: Details that may be hidden; None for all.
    """
    choices = [(walk, detail) for walk, detail in hideable(walks, speaker) if names is None or detail.name in names]
    if not choices:
        return [], []
    chosen = rng.sample(choices, min(len(choices), rng.choice((1, 1, MOST_HIDDEN))))
    slots, asks = [], []
    for walk, detail in chosen:
        speaker.hidden[walk] = detail
        slots.append(slot(detail, _named(walk, speaker), rng))
        asks.append(detail.ask)
    return slots, asks


def _named(walk: Walk, speaker: Speaker) -> str:
    if isinstance(walk, Anchor):
        return str(speaker.reader.row(walk)[speaker.domain.thing(walk.thing).handle])
    assert isinstance(walk, Follow)
    return walk.given


def slot(detail: Detail, words: str, rng: random.Random) -> Slot:
    """The script's answer to a question for this detail."""
    reply = rng.choice(detail.replies).format(x=words)
    return Slot(name=detail.name, cues=detail.cues, reply=reply[0].upper() + reply[1:])
