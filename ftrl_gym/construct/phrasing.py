"""From walks to words: noun phrases for near things, sentences for far ones. What is asked about them is put into words
by :mod:`ftrl_gym.construct.asking`.

Long walks are told as short sentences ("Take Ana Ruiz's flight. Now think of the city it lands in."), never as nested
"of the ... of the ...": a noun phrase holds at most :data:`MOST_LINKS` possessive relations, the asked-for attribute's
own among them. Around long names only such phrases are used as end with the name.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ftrl_gym.construct.dates import Calendar
from ftrl_gym.construct.domain import Detail, Domain, Link, Search
from ftrl_gym.construct.frames import LEADS, NEXT, TURNS
from ftrl_gym.construct.programs import Anchor, Follow, Walk, thing_of
from ftrl_gym.construct.reading import Reader
from ftrl_gym.construct.wording import fill, links, upper
from ftrl_gym.task import Split

_SHORT = 3
"""Words of the longest name that may stand in the middle of a phrase."""
INLINE = 2
"""Most relations of any sort that one noun phrase for a thing holds."""
MOST_LINKS = 2
"""Most of them that are possessive: ``of`` and ``'s``."""
_SIDE_BY_SIDE = 4
"""Most relations of several noun phrases in one sentence, together."""
_WORDS = 36
"""Most words of them."""
_LETTERS = "ABCD"


@dataclass
class Speaker:
    """Puts the things of one question into words.

    Args:
        reader: Gives the names of the things.
        rng: Chooses among phrasings.
        split: Decides which frames may be used.
        plain_dates: Say dates in ISO form only.
        indirect: How often things are said in other words than tools take, from 0 to 1.
    """

    reader: Reader
    rng: random.Random
    split: Split
    plain_dates: bool = False
    indirect: float = 0.0
    hidden: dict[Walk, Detail] = field(default_factory=dict)
    """What the asker keeps back: anchors, and searches whose date is not said."""
    called: dict[Walk, str] = field(default_factory=dict)
    """Short names that the question gives to far things: ``option A``."""
    _nouns: dict[Walk, str] = field(default_factory=dict)
    _short: dict[Walk, tuple[str, str]] = field(default_factory=dict)
    """Anchors whose numbers are said without the letters before them: what is said, and the whole number."""
    _forms: dict[str, str] = field(default_factory=dict)
    _used: list[str] = field(default_factory=list)
    _topic: Walk | None = None

    def __post_init__(self) -> None:
        self.calendar = Calendar(self.reader.world.constants["today"], self.rng, self.plain_dates)
        self.calendar.far_off = bool(self.indirect) and self.rng.random() < self.indirect

    @property
    def domain(self) -> Domain:
        """The vocabulary."""
        return self.reader.domain

    @property
    def derived(self) -> list[str]:
        """ISO dates and whole numbers that the words imply."""
        return [*self.calendar.derived, *(whole for _, whole in self._short.values())]

    def forget(self) -> None:
        """Lets go of the nouns chosen so far, once something is to be hidden."""
        self._nouns.clear()
        self._short.clear()

    def dates(self, walk: Walk) -> Iterator[str]:
        """Dates that a walk takes from the question, hidden ones not among them."""
        if isinstance(walk, Follow):
            step = self.domain.steps[walk.step]
            if isinstance(step, Search) and step.dated and walk not in self.hidden:
                yield walk.given
            for source in walk.sources:
                yield from self.dates(source)

    # --- several things at once --------------------------------------------------------------------------------------

    def introduced(self, walks: Sequence[Walk], rooms: Sequence[int], before: list[str], label: str = "") -> list[str]:
        """Names of several things. Where they would be too much for one sentence, far ones are introduced: as options
        all of them, or else one by one as ``room A``."""
        fits = [self._fits(walk, room) for walk, room in zip(walks, rooms, strict=True)]
        depths = [self._depth(walk) for walk in walks]
        if all(fits):
            words = " ".join(map(self.noun, walks)).split()
            if sum(depths) <= _SIDE_BY_SIDE and len(words) <= _WORDS:
                return [self.noun(walk) for walk in walks]
            fits = [depth < max(depths) for depth in depths]
        if label:
            fits = [False] * len(walks)
        elif fits.count(False) == 1 and not self._alike(walks, fits.index(False)):
            return [self.tell(walk, before, room=room) for walk, room in zip(walks, rooms, strict=True)]
        names = []
        letters = iter(_LETTERS)
        for walk, near in zip(walks, fits, strict=True):
            if not near:
                sentences: list[str] = []
                end = self.tell(walk, sentences, TURNS if before else LEADS)
                self.called[walk] = f"{label or thing_of(walk)} {next(letters)}"
                before += [*sentences, f"{upper(self.called[walk])} is {end}."]
            names.append(self.noun(walk) if near else self.called[walk])
        return names

    # --- things ----------------------------------------------------------------------------------------------------

    def noun(self, walk: Walk, brief: bool = False, plain: bool = False) -> str:
        """A noun phrase for the thing at a walk's end. The same walk is called the same within a question.

        Args:
            walk: Leads to the thing.
            brief: Name it as one end of a journey.
            plain: Without a clause of its own.
        """
        if brief and (form := self._brief(walk)):
            return form
        if walk not in self._nouns:
            self._nouns[walk] = self._noun(walk, plain)
        return self._nouns[walk]

    def _noun(self, walk: Walk, plain: bool) -> str:
        if isinstance(walk, Anchor):
            if walk in self.hidden:
                return self.rng.choice(self.hidden[walk].nouns)
            thing = self.domain.thing(walk.thing)
            return self.worded(thing.anchors, {"x": self.called_by(walk)}, thing.name)
        assert isinstance(walk, Follow)
        source, nouns = self._segment(walk)
        if source is not None:
            return self.worded(nouns, {"x": self.noun(source)}, walk.step, plain)
        pair = len(walk.sources) == 2
        ends = [self.noun(source, brief=pair, plain=pair) for source in walk.sources]
        return self.worded(nouns, self.with_given(walk, ends), walk.step, plain)

    def called_by(self, walk: Anchor) -> str:
        """The name or number by which a question names a thing: ``41622`` for INV-41622 if documents say the rest."""
        thing = self.domain.thing(walk.thing)
        whole = str(self.reader.row(walk)[thing.handle])
        letters = self.domain.letters.get(f"{thing.entity}.{thing.handle}", "")
        if not self.indirect or not letters or self.rng.random() >= self.indirect:
            return whole
        said = whole.removeprefix(letters)
        self._short[walk] = said, whole
        return said

    def short(self, walk: Walk) -> str:
        """The number by which the question names a thing, where that lacks the letters before it; otherwise empty."""
        return self._short.get(walk, ("", ""))[0]

    def worded(self, forms: Sequence[str], names: dict[str, str], step: str = "", plain: bool = False) -> str:
        """One of the forms, filled. Around a long name those that end with it; for a step the same one each time."""
        if plain:
            forms = _without_clauses(forms)
        if len(names.get("x", "").split()) > _SHORT:
            forms = [form for form in forms if form.rstrip("?").endswith("{x}")] or forms
        if not step:
            return fill(self.rng.choice(forms), names)
        if self._forms.get(step) not in forms:
            self._forms[step] = self.rng.choice(forms)
        return fill(self._forms[step], names)

    def _brief(self, walk: Walk) -> str:
        if isinstance(walk, Anchor):
            thing = self.domain.thing(walk.thing)
            if walk in self.hidden:
                return ""
            return thing.brief.format(x=self.reader.row(walk)[thing.handle]) if thing.brief else ""
        if not isinstance(walk, Follow):
            return ""
        step = self.domain.steps[walk.step]
        return step.brief.format(x=self.noun(walk.sources[0])) if isinstance(step, Search) and step.brief else ""

    def _segment(self, walk: Follow) -> tuple[Walk | None, tuple[str, ...]]:
        """The longest run of steps with a short way to say it: where it starts, and its nouns. A start of None stands
        for a search, whose nouns name more than its source."""
        path: list[Follow] = []
        here: Walk = walk
        while isinstance(here, Follow) and len(here.sources) == 1:
            path.insert(0, here)
            here = here.sources[0]
        for n in range(len(path)):
            for composite in self.domain.composites:
                if tuple(step.step for step in path[n:]) == composite.steps:
                    return path[n].sources[0], composite.nouns
        return None, self.domain.steps[walk.step].nouns

    def with_given(self, walk: Follow, ends: Sequence[str]) -> dict[str, str]:
        """Names of the sources, and what the question adds to them."""
        step = self.domain.steps[walk.step]
        names = dict(zip("xy", ends, strict=False))
        if isinstance(step, Search) and step.dated:
            names["day"] = "" if walk in self.hidden else self.calendar.on(walk.given)
        elif walk.given:
            names["name"] = walk.given
        return names

    def _depth(self, walk: Walk) -> int:
        """Relations in the noun phrase of a walk."""
        if not isinstance(walk, Follow):
            return 0
        source, _ = self._segment(walk)
        if source is not None:
            return 1 + self._depth(source)
        sources = (
            s.sources[0] if len(walk.sources) == 2 and isinstance(s, Follow) and self._brief(s) else s
            for s in walk.sources
        )
        return 1 + max(map(self._depth, sources))

    def _alike(self, walks: Sequence[Walk], far: int) -> bool:
        """Whether "that flight" on the way to one thing could be a flight on the way to another."""
        others = {kind for n, walk in enumerate(walks) if n != far for kind in _kinds(walk)}
        return not others.isdisjoint(_kinds(walks[far]))

    def told(self, walk: Walk, before: list[str]) -> str:
        """A noun phrase for the thing at a walk's end; sentences that it needs first go to ``before``."""
        return self.tell(walk, before, TURNS if before else LEADS)

    # --- long ways, told -------------------------------------------------------------------------------------------

    def _fits(self, walk: Walk, room: int, deep: int = INLINE) -> bool:
        """Whether a thing is near enough for one noun phrase, with room for so many possessive relations."""
        return not isinstance(walk, Follow) or (self._depth(walk) <= deep and links(self.noun(walk)) <= room)

    def tell(
        self,
        walk: Walk,
        before: list[str],
        leads: Sequence[str] = LEADS,
        room: int = MOST_LINKS,
        deep: int = INLINE,
    ) -> str:
        """A name for the thing at a walk's end, after the sentences that lead to it where it is far."""
        if not isinstance(walk, Follow) or self._fits(walk, room, deep):
            return self.noun(walk)
        if len(walk.sources) == 2:
            ends = [self.end(walk, n, before, leads, deep=0) for n in range(2)]
            return self.worded(self.domain.steps[walk.step].nouns, self.with_given(walk, ends), walk.step)
        source, nouns = self._segment(walk)
        start = walk.sources[0] if source is None else source
        if isinstance(start, Anchor):  # a sentence of its own would say no less
            return self.noun(walk)
        that = self._that(start, before, leads)
        forms = _without_clauses(nouns) if deep < INLINE else nouns
        return fill(self.rng.choice(forms), self.with_given(walk, [that]))

    def end(self, walk: Follow, n: int, before: list[str], leads: Sequence[str] = LEADS, deep: int = 1) -> str:
        """One source of a search, told where its noun phrase would make the whole too long."""
        source, pair = walk.sources[n], len(walk.sources) == 2
        if not isinstance(source, Follow) or (pair and self._brief(source)) or self._fits(source, 1, deep):
            return self.noun(source, brief=pair, plain=pair)
        if self._depth(source) == 1:
            return self._that(source, before, leads)
        return self.tell(source, before, leads, room=1, deep=1)

    def _that(self, walk: Walk, before: list[str], leads: Sequence[str]) -> str:
        """``that flight``, after a sentence about it."""
        if walk != self._topic:  # what the sentence before was about need not be taken again
            name = self.tell(walk, before, leads)
            leads = NEXT if before else leads
            lead = self.rng.choice([lead for lead in leads if lead not in self._used] or leads)
            before.append(lead.format(x=name))
            self._used.append(lead)
            self._topic = walk
        return f"that {self._kind(walk)}"

    def _kind(self, walk: Walk) -> str:
        """What a thing is called after it was spoken of. Where an employee led to another one, that one is the manager:
        "that employee" could be either."""
        step = self.domain.steps[walk.step] if isinstance(walk, Follow) else None
        return step.that if isinstance(step, Link) and step.that else thing_of(walk)


def _kinds(walk: Walk) -> set[str]:
    """Kinds of things that a walk passes."""
    sources = walk.sources if isinstance(walk, Follow) else ()
    return {thing_of(walk)}.union(*map(_kinds, sources))


def _without_clauses(forms: Sequence[str]) -> Sequence[str]:
    """Forms for one end of a journey: "from the city where flight AB1 lands to Oslo" makes one stumble."""
    return [form for form in forms if " where " not in form and " that " not in form] or forms
