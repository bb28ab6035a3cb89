"""From a program to words: noun phrases for walks, sentences for long ones, a frame for the whole question.

Long walks are told as short sentences ("Take Ana Ruiz's flight. Now think of the city it lands in."), never as nested
"of the ... of the ...". Around long names only such phrases are used as end with the name.
"""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ftrl_gym.construct.domain import Attribute, Detail, Domain, Search
from ftrl_gym.construct.frames import FRAMES
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Op, Program, Value, Walk, thing_of
from ftrl_gym.construct.reading import Reader
from ftrl_gym.task import AnswerType, Split

_SHORT = 3
"""Words of the longest name that may stand in the middle of a phrase."""
INLINE = 2
"""Most relations that one noun phrase holds."""

_LEADS = (
    "Take {x}.",
    "Consider {x}.",
    "Let's start with {x}.",
    "This is about {x}.",
    "I'm looking at {x}.",
    "Start from {x}.",
)
_NEXT = ("Now take {x}.", "Go on to {x}.", "From there, go to {x}.", "Then look at {x}.", "Next comes {x}.")
_TURNS = ("Now take {x}.", "Then look at {x}.", "Now consider {x}.")
_OPTIONS = ("option A", "option B", "option C")


@dataclass(frozen=True)
class Said:
    """A question in words."""

    text: str
    family: str
    derived: tuple[str, ...] = ()
    """Values that the words imply without holding them: ISO dates of natural ones."""


@dataclass
class Speaker:
    """Puts one program into words.

    Args:
        reader: Gives the names of the things.
        rng: Chooses among phrasings.
        split: Decides which frames may be used.
        plain_dates: Say dates in ISO form only.
    """

    reader: Reader
    rng: random.Random
    split: Split
    plain_dates: bool = False
    hidden: dict[Walk, Detail] = field(default_factory=dict)
    """What the asker keeps back: anchors, and searches whose date is not said."""
    derived: list[str] = field(default_factory=list)
    called: dict[Walk, str] = field(default_factory=dict)
    """Short names that the question gives to far things: ``option A``."""
    _nouns: dict[Walk, str] = field(default_factory=dict)
    _forms: dict[str, str] = field(default_factory=dict)

    @property
    def domain(self) -> Domain:
        """The vocabulary."""
        return self.reader.domain

    def say(self, program: Program) -> Said:
        """The question."""
        frame = self.rng.choice([frame for frame in FRAMES[program.op] if frame.split in (None, self.split)])
        before: list[str] = []
        if program.over is not None:
            parts = self._count(program.over, before)
        elif program.op is Op.VALUE:
            parts = self._value(program.values[0], before)
        elif program.op in (Op.LOWEST, Op.HIGHEST):
            parts = self._choice(program, before)
        else:
            parts = self._several(program, before, frame.name)
        question = frame.text.format_map(parts)
        question = _upper(question)
        if program.op in (Op.LOWEST, Op.HIGHEST):
            question += self._hint(program)
        text = tidy(" ".join([*before, question]))
        told = "/told" if before else ""
        return Said(text, f"{program.op.value}/{frame.name}{told}", tuple(dict.fromkeys(self.derived)))

    def forget(self) -> None:
        """Lets go of the nouns chosen so far, once something is to be hidden."""
        self._nouns.clear()

    # --- parts of frames -------------------------------------------------------------------------------------------

    def _value(self, value: Value, before: list[str]) -> dict[str, str]:
        words = self.attribute(value)
        names = self._ends(value, before)
        asks = words.asks or tuple(f"What is {noun}?" for noun in words.nouns)
        return {"ask": self._worded(asks, names), "noun": self._worded(words.nouns, names)}

    def _ends(self, value: Value, before: list[str]) -> dict[str, str]:
        if isinstance(value, Attr):
            return {"x": self._tell(value.walk, before)}
        return {name: self.noun(walk) for name, walk in zip("xy", value.walks, strict=True)}

    def _several(self, program: Program, before: list[str], frame: str) -> dict[str, str]:
        """Each value as a noun phrase; far ones are introduced as options."""
        names = self._introduced(program.values, before)
        nouns = []
        style = self.rng.random()
        for value, x in zip(program.values, names, strict=True):
            forms = self.attribute(value).nouns
            nouns.append(
                _fill(
                    forms[int(style * len(forms))], {"x": x} if isinstance(value, Attr) else self._ends(value, before)
                )
            )
        lower, higher = _COMPARATIVES.get(self.attribute(program.values[0]).type, ("lower", "higher"))
        full, *_, short = _shortened(nouns[::-1] if frame == "swapped" else nouns)
        first, other = (short, full) if frame == "swapped" else (full, short)
        return {"all": _and(_shortened(nouns)), "noun": first, "other": other, "lower": lower, "higher": higher}

    def _choice(self, program: Program, before: list[str]) -> dict[str, str]:
        names = self._introduced(program.values, before)
        words = self.attribute(program.values[0])
        either = _and(names, "or")
        low = words.low if program.op is Op.LOWEST else words.high
        return {"any": either, "Any": either[0].upper() + either[1:], "all": _and(names), "low": low}

    def _introduced(self, values: Sequence[Value], before: list[str]) -> list[str]:
        walks = [value.walk for value in values if isinstance(value, Attr)]
        if len(walks) < len(values) or max(map(self._depth, walks)) <= INLINE:
            return [self.noun(walk) for walk in walks] + [""] * (len(values) - len(walks))
        for option, walk in zip(_OPTIONS, walks, strict=False):
            sentences: list[str] = []
            end = self._tell(walk, sentences, _LEADS if option == _OPTIONS[0] else _TURNS)
            before += [*sentences, f"{_upper(option)} is {end}."]
            self.called[walk] = option
        return list(_OPTIONS[: len(walks)])

    def _count(self, over: Follow, before: list[str]) -> dict[str, str]:
        step = self.domain.steps[over.step]
        assert isinstance(step, Search)
        return {"plural": _fill(step.plural, self._sources(over, before))}

    def _hint(self, program: Program) -> str:
        """What to answer with when the candidates are described rather than named."""
        walks = [value.walk for value in program.values if isinstance(value, Attr)]
        if all(isinstance(walk, Anchor) for walk in walks):
            return ""
        noun = self.domain.thing(thing_of(walks[0])).label_noun
        return self.rng.choice((f" Give me its {noun}.", f" Its {noun} is enough.", f" I need its {noun}."))

    # --- things ----------------------------------------------------------------------------------------------------

    def attribute(self, value: Value) -> Attribute:
        """How a value is talked about."""
        if isinstance(value, Attr):
            return self.domain.thing(thing_of(value.walk)).attributes[value.attribute]
        return value.combination.fields[value.attribute]

    def noun(self, walk: Walk, brief: bool = False) -> str:
        """A noun phrase for the thing at a walk's end. The same walk is called the same within a question."""
        if brief and (form := self._brief(walk)):
            return form
        if walk not in self._nouns:
            self._nouns[walk] = self._noun(walk)
        return self._nouns[walk]

    def _noun(self, walk: Walk) -> str:
        if isinstance(walk, Anchor):
            if walk in self.hidden:
                return self.hidden[walk].noun
            thing = self.domain.thing(walk.thing)
            return self._worded(thing.anchors, {"x": str(self.reader.row(walk)[thing.handle])}, thing.name)
        assert isinstance(walk, Follow)
        source, nouns = self._segment(walk)
        if source is None:
            return self._worded(nouns, self._sources(walk, []), walk.step)
        return self._worded(nouns, {"x": self.noun(source)}, walk.step)

    def _worded(self, forms: Sequence[str], names: dict[str, str], step: str = "") -> str:
        """One of the forms, filled. Around a long name those that end with it; for a step the same one each time."""
        if len(names.get("x", "").split()) > _SHORT:
            forms = [form for form in forms if form.rstrip("?").endswith("{x}")] or forms
        if not step:
            return _fill(self.rng.choice(forms), names)
        if self._forms.get(step) not in forms:
            self._forms[step] = self.rng.choice(forms)
        return _fill(self._forms[step], names)

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

    def _sources(self, walk: Follow, before: list[str]) -> dict[str, str]:
        step = self.domain.steps[walk.step]
        pair = len(walk.sources) == 2
        ends = [
            self.noun(source, brief=True) if pair else self._tell(source, before) if before else self.noun(source)
            for source in walk.sources
        ]
        names = dict(zip("xy", ends, strict=False))
        if isinstance(step, Search) and step.dated:
            names["day"] = "" if walk in self.hidden else self.day(walk.given)
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

    def _tell(self, walk: Walk, before: list[str], leads: Sequence[str] = _LEADS) -> str:
        """A name for the thing at a walk's end, after the sentences that lead to it where it is far."""
        if not isinstance(walk, Follow) or len(walk.sources) != 1 or self._depth(walk) <= INLINE:
            return self.noun(walk)
        source, nouns = self._segment(walk)
        start = walk.sources[0] if source is None else source
        name = self._tell(start, before, leads)
        before.append(self.rng.choice(_NEXT if before else leads).format(x=name))
        return _fill(self.rng.choice(nouns), {"x": f"that {thing_of(start)}", "name": walk.given})

    def day(self, iso: str) -> str:
        """A date the way people say it."""
        day = datetime.date.fromisoformat(iso)
        draw = 0.0 if self.plain_dates else self.rng.random()
        if draw < 0.5:
            return f"on {iso}"
        self.derived.append(iso)
        today = datetime.date.fromisoformat(self.reader.world.constants["today"])
        if 0 < (day - today).days < 7 - today.weekday() and draw < 0.9:
            return f"this {day:%A}"
        return f"on {day.day} {day:%B}" if draw < 0.8 else f"on {day:%B} {day.day}"


_COMPARATIVES = {AnswerType.TIME: ("earlier", "later"), AnswerType.DATE: ("earlier", "later")}


def _fill(template: str, names: dict[str, str]) -> str:
    text = template.format_map(names)
    return re.sub(r"\b(\w+) (?=\1\b)", "", text, flags=re.IGNORECASE) if "{name}" in template else text


def tidy(text: str) -> str:
    """Without the gaps that details leave which are not said."""
    return re.sub(r" +(?=[?.!,:]|$)", "", re.sub(r" {2,}", " ", text))


def _and(parts: Sequence[str], word: str = "and") -> str:
    """``a, b and c``."""
    return f" {word} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _shortened(nouns: list[str]) -> list[str]:
    """``the gate of A``, ``the gate of B`` -> ``the gate of A``, ``that of B``."""
    head, of, _ = nouns[0].partition(" of ")
    if not of or head == "the number" or not all(noun.startswith(head + of) for noun in nouns):
        return nouns
    return [nouns[0], *(f"that of {noun[len(head + of) :]}" for noun in nouns[1:])]


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
