"""From a program to a question: the parts that a frame asks for, and the sentences before it.

Each operation has its frames (:mod:`ftrl_gym.construct.frames`); how the things in them are called is the
:class:`~ftrl_gym.construct.phrasing.Speaker`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass

from ftrl_gym.construct.domain import Attribute, Search
from ftrl_gym.construct.frames import FRAMES, Frame, Sort
from ftrl_gym.construct.phrasing import MOST_LINKS, Speaker
from ftrl_gym.construct.programs import (
    Anchor,
    Attr,
    Combined,
    Follow,
    Keep,
    Op,
    Program,
    Relation,
    Value,
    named_in,
    thing_of,
)
from ftrl_gym.construct.settling import words_of
from ftrl_gym.construct.wording import (
    acts_on,
    article,
    bearer_of,
    clash,
    counted_in,
    fill,
    joined,
    links,
    listed,
    lower,
    property_of,
    recurs,
    second,
    shortened,
    stutters,
    superlative,
    tidy,
    unitless,
    upper,
)
from ftrl_gym.task import AnswerType, Json

MOST_WORDS = 120
"""Of a question."""
_COMPARATIVES = {AnswerType.TIME: ("earlier", "later"), AnswerType.DATE: ("earlier", "later")}
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_CURRENCIES = {"EUR": "euros", "USD": "dollars", "GBP": "pounds"}
_AS_LIST = (Op.SELECT,)
_TRAILING = "missing"
"""A frame with words after the list, which seem to belong to its last entry where entries are long: "the account to
which the transfer went for a letter"."""
_BY_NAME = (Op.SECOND_LOWEST, Op.SECOND_HIGHEST)


@dataclass(frozen=True)
class Said:
    """A question in words."""

    text: str
    family: str
    derived: tuple[str, ...] = ()
    """Values that the words imply without holding them: ISO dates of natural ones."""


class Unsaid(Exception):
    """There are no good words for a program."""


def say(speaker: Speaker, program: Program) -> Said:
    """The question.

    Raises:
        Unsaid: It would be too long, or no phrase fits.
    """
    return _Asker(speaker, program).say()


class _Asker:
    def __init__(self, speaker: Speaker, program: Program) -> None:
        self.speaker, self.program, self.rng = speaker, program, speaker.rng
        self.before: list[str] = []
        self.frame = Frame("", "")

    def say(self) -> Said:
        """The question."""
        speaker, program = self.speaker, self.program
        dates = {date for walk in named_in(program) for date in speaker.dates(walk)}
        speaker.calendar.lone = len(dates) == 1 and not isinstance(program.figure or program.keep, str | Keep)
        sort = Sort.THINGS if program.over is None else Sort.KEPT if program.keep is not None else Sort.ROWS
        frames = [f for f in FRAMES[program.op] if f.sort is sort and f.split in (None, speaker.split)]
        if program.op is Op.LIST and len({value.attribute for value in program.values}) > 2:
            frames = [f for f in frames if f.name != _TRAILING]
        if any(f.paid for f in frames) and not any(recurs(n) for v in program.values for n in self._words(v).nouns):
            frames = [f for f in frames if not f.paid]
        frames = [f for f in frames if (not f.placed or self._placed()) and (not f.chosen or self._chosen())]
        self.frame = self.rng.choice(frames)
        parts = self._parts()
        if clash(" ".join(self.before), self.frame.text):
            self.frame = frames[0]
        text = self.frame.text.format_map({**parts, **{upper(name): upper(part) for name, part in parts.items()}})
        text = tidy(" ".join([*self.before, upper(text) + self._hint()]))
        if len(text.split()) > MOST_WORDS:
            raise Unsaid("the question is too long")
        if stutters(text):
            raise Unsaid("the question says something twice in a row")
        told = "/told" if self.before else ""
        return Said(text, f"{program.op.value}/{self.frame.name}{told}", tuple(dict.fromkeys(speaker.derived)))

    def _parts(self) -> dict[str, str]:
        program = self.program
        if program.over is not None:
            return self._over_rows(program.over)
        if program.op in (Op.VALUE, Op.TEST, Op.TIMES, Op.UNITS, Op.SHIFT, Op.UNTIL):
            return self._value(program.values[0])
        if program.op in (Op.LOWEST, Op.HIGHEST):
            return self._winner()
        return self._choice() if program.op is Op.CHOOSE else self._several()

    def _words(self, value: Value) -> Attribute:
        return words_of(value, self.speaker.domain)

    # --- one value ---------------------------------------------------------------------------------------------------

    def _value(self, value: Value) -> dict[str, str]:
        words, speaker = self._words(value), self.speaker
        nouns = tuple(map(unitless, words.nouns)) if self.program.op in (Op.UNITS, Op.TEST) else words.nouns
        asks = words.asks or tuple(f"What is {noun}?" for noun in words.nouns)
        if isinstance(value, Combined):
            room = (MOST_LINKS - max(map(links, nouns))) // 2
            names = dict(zip("xy", speaker.introduced(value.walks, [room] * 2, self.before), strict=True))
        else:
            room = MOST_LINKS - max(map(links, (*nouns, *asks)))
            names = {"x": speaker.tell(value.walk, self.before, room=room)}
        parts = {"noun": speaker.worded(nouns, names)}
        if self.program.op is Op.VALUE:
            ask = speaker.worded(asks, names)
            return {"ask": ask, "then": lower(ask), **parts}
        return {**parts, **self._figure(words)}

    def _figure(self, words: Attribute) -> dict[str, str]:
        """The question's figure, and on which side of it."""
        program, figure = self.program, self.program.figure
        if program.op is Op.TIMES:
            return {"n": self.rng.choice((str(figure), _NUMBERS[figure]))}
        if program.op is Op.UNITS:
            return {"unit": str(figure)}
        if program.op is Op.SHIFT:
            dated = words.type is AnswerType.DATE
            before = "before" if program.relation is Relation.BELOW else "after"
            count = f"{figure} {'days' if dated else 'minutes'}"
            return {"what": "date" if dated else "time", "n": count, "before": before}
        if program.op in (Op.TEST, Op.CHOOSE) and figure is not None:
            return {"side": self._side(program.relation, words), "n": self._amount(figure, words)}
        return {}

    def _side(self, relation: Relation | None, words: Attribute) -> str:
        if words.type in (AnswerType.DATE, AnswerType.TIME):
            return "before" if relation is Relation.BELOW else "after"
        return "below" if relation is Relation.BELOW else "above"

    def _amount(self, figure: Json, words: Attribute) -> str:
        """A figure with its unit."""
        if words.type is AnswerType.DATE:
            return self.speaker.calendar.far(figure)
        if isinstance(figure, str):
            return figure
        number = f"{figure:,}" if isinstance(figure, int) and figure >= 10_000 else str(figure)
        if any(counted_in(noun) for noun in words.nouns):  # the number of seats is above 50, not above 50 seats
            return number
        unit = _CURRENCIES.get(words.unit or "", words.unit or "")
        return number if unit.startswith("@") else f"{number} {unit}".strip()

    # --- several values ----------------------------------------------------------------------------------------------

    def _several(self) -> dict[str, str]:
        """Each value as a noun phrase; far things get a short name first."""
        program, speaker = self.program, self.speaker
        style, forms, walks = self.rng.random(), [], []
        for value in program.values:
            assert isinstance(value, Attr)
            nouns = self._words(value).nouns
            nouns = tuple(form for form in nouns if form.endswith("{x}")) or nouns
            forms.append(nouns[int(style * len(nouns))])
            walks.append(value.walk)
        names = speaker.introduced(walks, [MOST_LINKS - links(form) for form in forms], self.before)
        words = self._words(program.values[0])
        less, more = ("shorter", "longer") if words.unit == "minutes" else ("lower", "higher")
        less, more = _COMPARATIVES.get(words.type, (less, more))
        if self.frame.name == "swapped":  # asks the other way round whether the first is lower
            forms, names = forms[::-1], names[::-1]
        if program.op is Op.LIST:
            parts = listed(forms, names)
            in_full = parts[1] == fill(forms[1], {"x": names[1]})
            return {"all": joined(parts), "are": "are" if in_full else "is"}
        full = shortened(forms, names)
        return {"all": joined(full), "noun": full[0], "other": full[-1], "lower": less, "higher": more}

    def _winner(self) -> dict[str, str]:
        program = self.program
        walks = [value.walk for value in program.values if isinstance(value, Attr)]
        names = self.speaker.introduced(walks, [MOST_LINKS] * len(walks), self.before, "option")
        low = self._low()
        return {
            "any": joined(names, "or"),
            "all": joined(names),
            "low": low if len(names) == 2 else superlative(low),
        }

    def _low(self) -> str:
        words = self._words(self.program.values[0])
        return words.low if self.program.op in (Op.LOWEST, Op.SECOND_LOWEST) else words.high

    def _choice(self) -> dict[str, str]:
        """A comparison, and what is asked in either case."""
        program, speaker = self.program, self.speaker
        words = self._words(program.values[0])
        every = (*program.values, *program.branches)
        walks, forms = [], []
        for value in every:
            assert isinstance(value, Attr)
            nouns = self._words(value).nouns
            nouns = tuple(form for form in nouns if form.endswith("{x}")) or nouns
            forms.append(self.rng.choice(nouns))
            walks.append(value.walk)
        forms[: len(program.values)] = [forms[0]] * len(program.values)
        different = list(dict.fromkeys(walks))
        room = {walk: MOST_LINKS - max(links(f) for f, w in zip(forms, walks, strict=True) if w == walk)
                for walk in different}  # fmt: skip
        names = speaker.introduced(different, [room[walk] for walk in different], self.before)
        called = dict(zip(different, names, strict=True))
        full = [fill(form, {"x": called[walk]}) for form, walk in zip(forms, walks, strict=True)]
        parts = {"first": full[-2], "second": full[-1]}
        if len(program.values) == 1:
            figure = self._figure(words)
            return {**parts, "noun": unitless(full[0]), "side": figure["side"], "than": figure["n"]}
        pair = shortened(forms[:2], [called[walk] for walk in walks[:2]])
        less, more = _COMPARATIVES.get(words.type, ("lower", "higher"))
        side = less if program.relation is Relation.BELOW else more
        return {**parts, "noun": pair[0], "side": side, "than": f"than {pair[1]}"}

    # --- rows of searches --------------------------------------------------------------------------------------------

    def _over_rows(self, over: Follow) -> dict[str, str]:
        program = self.program
        both = None if program.other is None else self._two_places(over, program.other)
        kind, place = self._rows(over) if both is None else both[0]
        rows = tidy(f"the {kind} {place}")
        parts = {"plural": kind, "place": place, "rows": rows}
        if program.op is Op.COUNT and program.keep is None:
            return parts
        words = self._words(program.values[0])
        if program.keep is not None:
            return {**parts, "having": self._having(words, program.keep)}
        if program.op in (Op.LOWEST, Op.HIGHEST):
            return {**parts, "low": superlative(self._low())}
        if program.op in _BY_NAME:
            low = second(superlative(self._low()))
            if not low:
                raise Unsaid("nobody speaks of the second one")
            return {**parts, "low": low}
        nouns = [n for n in words.nouns if not acts_on(n)]  # "the shop that sells each of them" would sell all of them
        if not nouns:
            raise Unsaid("no phrase for the values fits")
        noun = self.rng.choice([n for n in nouns if n.endswith("{x}")] or nouns)
        if program.op in (Op.MEAN, Op.LEAST, Op.MOST):
            return {**parts, **self._superlative(noun, rows, words)}
        every = [f"each of {rows}"]
        if both is not None:
            every.append(f"each of {tidy(f'the {both[1][0]} {both[1][1]}')}")
        each = shortened([noun] * len(every), every)
        return {**parts, "each": each[0], "other": each[-1]}

    def _superlative(self, noun: str, rows: str, words: Attribute) -> dict[str, str]:
        if not noun.startswith("the "):
            raise Unsaid("no phrase for the values fits")
        least, most = (
            ("earliest", "latest") if words.type in (AnswerType.DATE, AnswerType.TIME) else ("lowest", "highest")
        )
        word = least if self.program.op is Op.LEAST else most
        of = fill(noun, {"x": rows}).removeprefix("the ")
        return {"average": f"the average {of}", "extreme": f"the {word} {of}"}

    def _rows(self, over: Follow, *ends: str) -> tuple[str, str]:
        """What all rows of a search are called, and where they are."""
        speaker = self.speaker
        step = speaker.domain.steps[over.step]
        assert isinstance(step, Search)
        said = ends or [speaker.end(over, n, self.before) for n in range(len(over.sources))]
        names = speaker.with_given(over, said)
        return fill(step.plural, names), fill(step.place, names)

    def _two_places(self, over: Follow, other: Follow) -> list[tuple[str, str]]:
        """The rows of two searches. Far sources get a short name first, for "that city" would be either."""
        if len(over.sources) > 1:
            if any(isinstance(source, Follow) for each in (over, other) for source in each.sources):
                raise Unsaid("two far journeys in one question")
            return [self._rows(over), self._rows(other)]
        sources = [over.sources[0], other.sources[0]]
        names = self.speaker.introduced(sources, [1, 1], self.before)
        return [self._rows(each, name) for each, name in zip((over, other), names, strict=True)]

    def _having(self, words: Attribute, keep: Keep) -> str:
        """What is true of the rows that are kept."""
        noun = next((n for n in words.nouns if property_of(n)), "")
        what = property_of(noun)
        if not what and not words.having:
            raise Unsaid("no phrase for the values fits")
        if keep.relation is Relation.IS:
            said = fill(words.having, {"n": str(keep.figure)})
            return said or f'have the {bearer_of(what)} "{keep.figure}"'
        amount = self._amount(keep.figure, words)
        side = self._side(keep.relation, words)
        if words.having:
            few = "fewer" if any(counted_in(noun) for noun in words.nouns) else "less"
            than = f"{few if keep.relation is Relation.BELOW else 'more'} than"
            dated = words.type in (AnswerType.DATE, AnswerType.TIME)
            return fill(words.having, {"n": f"{side if dated else than} {amount}"})
        if words.type in (AnswerType.DATE, AnswerType.TIME):
            return f"are {side} {amount}" if what in ("date", "time") else f"have {article(what)} {side} {amount}"
        if counted := counted_in(noun):
            return f"have {'fewer' if keep.relation is Relation.BELOW else 'more'} than {keep.figure} {counted}"
        if not words.unit:
            return f"have {article(what)} {side} {amount}"
        return f"have {article(what)} of {'less' if keep.relation is Relation.BELOW else 'more'} than {amount}"

    def _placed(self) -> bool:
        over = self.program.over
        step = self.speaker.domain.steps[over.step] if over is not None else None
        return isinstance(step, Search) and bool(step.place)

    def _chosen(self) -> bool:
        """Whether it is about things between which people choose."""
        walks = [value.walk for value in self.program.values if isinstance(value, Attr)]
        return all(self.speaker.domain.thing(thing_of(walk)).chosen for walk in walks)

    # --- after the question ------------------------------------------------------------------------------------------

    def _hint(self) -> str:
        """What to answer with when the candidates are described rather than named."""
        program = self.program
        named = (Op.LOWEST, Op.HIGHEST, *_BY_NAME, *_AS_LIST)
        walks = [value.walk for value in program.values if isinstance(value, Attr)]
        if program.op not in named or all(isinstance(walk, Anchor) for walk in walks):
            return ""
        thing = self.speaker.domain.thing(thing_of(walks[0]))
        if program.op in _AS_LIST:
            name = thing.label_noun
            return self.rng.choice(
                (f" Give me the {name} of each.", f" The {name} of each is enough.", f" I need the {name} of each.")
            )
        its = f"{'their' if thing.entity in self.speaker.domain.people else 'its'} {thing.label_noun}"
        return self.rng.choice((f" Give me {its}.", f" {upper(its)} is enough.", f" I need {its}."))
