"""Scripted users: what an asker keeps back until asked, and how they change their mind.

Part of stage 1. A hidden detail is named vaguely in the question ("my flight") or not at all; the reference solution
asks for it, and the user's script answers. A changed mind comes after the first ending, as a new wish.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from ftrl_gym.construct.answering import Ground, NoQuestion, answer_of
from ftrl_gym.construct.domain import Detail, Search
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Anchor, Follow, Member, Op, Program, Walk, named_in, walks_of
from ftrl_gym.task import ChangeOfMind, Counterpart, Nobody, ScriptedUser, Slot

MOST_HIDDEN = 2
"""Details that one user keeps back."""
_IN_QUESTION = " in question"
"""Ending of a vague noun that would be taken for whatever else of its sort the question names."""
_FEW_STEPS = 2
"""Steps of a question in which two details may be kept back: in a longer one nobody could tell which is which."""


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
) -> list[tuple[Detail, str]]:
    """Keeps one or two details back; returns them with the user's words for each.

    Args:
        walks: What the question is about.
        speaker: Is told what to be vague about.
        rng: Chooses.
        names: Details that may be hidden; None for all.
    """
    choices = [(walk, detail) for walk, detail in hideable(walks, speaker) if names is None or detail.name in names]
    if not choices:
        return []
    steps = sum(isinstance(walk, Follow) for walk in dict.fromkeys(parts_of(walks)))
    most = rng.choice((1, 1, MOST_HIDDEN if steps <= _FEW_STEPS else 1))
    chosen = rng.sample(choices, min(len(choices), most))
    speaker.hidden.update(chosen)
    return [(detail, _named(walk, speaker)) for walk, detail in chosen]


def _named(walk: Walk, speaker: Speaker) -> str:
    if isinstance(walk, Anchor):
        return str(speaker.reader.row(walk)[speaker.domain.thing(walk.thing).handle])
    assert isinstance(walk, Follow)
    return walk.given


def slots_of(kept: list[tuple[Detail, str]], rng: random.Random) -> list[Slot]:
    """The script's answers to questions for details; of several each says which it is."""
    slots = []
    for detail, words in kept:
        reply = rng.choice(detail.replies).format(x=words) if len(kept) == 1 else f"{detail.name}: {words}."
        slots.append(Slot(name=detail.name, cues=detail.cues, reply=reply[0].upper() + reply[1:]))
    return slots


def refuse_repeated(text: str, speaker: Speaker) -> None:
    """Refuses words that name what is kept back twice: ``my booking`` would seem to be two bookings.

    Raises:
        NoQuestion: They do.
    """
    text = text.lower()
    for noun in (noun for detail in speaker.hidden.values() for noun in detail.nouns if noun):
        plain = noun.removeprefix("the ").removesuffix(_IN_QUESTION)
        if text.count(noun) > 1 or (noun.endswith(_IN_QUESTION) and noun in text and text.count(plain) > 1):
            raise NoQuestion("what is kept back is named twice")


@dataclass
class Script:
    """What a scripted user does beside asking the question."""

    slots: list[Slot] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    changes: list[ChangeOfMind] = field(default_factory=list)
    program: Program | None = None
    """What they want to know after all."""

    def keep_back(self, program: Program, speaker: Speaker, rng: random.Random) -> None:
        """Hides details of the question."""
        kept = hide(named_in(program), speaker, rng)
        self.slots, self.asks = slots_of(kept, rng), [detail.ask for detail, _ in kept]
        if not self.asks:
            raise NoQuestion("the user has nothing to keep back")

    def reconsider(self, program: Program, other: Program, ground: Ground, rng: random.Random) -> None:
        """Asks the same of something else once it is answered."""
        anchors = [walk for walk in parts_of(list(walks_of(program))) if isinstance(walk, Anchor)]
        if program.op is not Op.VALUE or len(set(anchors)) != 1:
            raise NoQuestion("a user who reconsiders needs one thing to take back")
        self.program = other
        new = next(walk for walk in parts_of(list(walks_of(other))) if isinstance(walk, Anchor))
        dates = {
            walk.given for p in (program, other) for walk in parts_of(list(walks_of(p))) if isinstance(walk, Follow)
        }
        if new in anchors or (dates != {""} and dates):
            raise NoQuestion("nothing has changed")
        thing = ground.domain.thing(new.thing)
        before, after = (thing.anchors[0].format(x=ground.reader.row(a)[thing.handle]) for a in (anchors[0], new))
        if answer_of(other, ground) == answer_of(program, ground):
            raise NoQuestion("nothing has changed")
        self.changes = [ChangeOfMind(text=rng.choice(_REGRETS).format(before=before, after=after))]

    def counterpart(self) -> Counterpart:
        """The user, or nobody."""
        return (
            ScriptedUser(slots=tuple(self.slots), changes=tuple(self.changes))
            if self.slots or self.changes
            else Nobody()
        )


_REGRETS = (
    "Sorry, I meant {after}, not {before}. What is the answer then?",
    "Oh, I mixed something up: it should be {after} instead of {before}. Could you look again?",
    "Thanks. On second thoughts I need the same for {after}, not for {before}.",
)
