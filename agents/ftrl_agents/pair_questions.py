"""Questions about two things that results have shown: which one is cheaper, whether, by how much, and both values."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ftrl_agents.notes import COMPARED, Place, notes_of, text_of, thought
from ftrl_agents.workings import working
from ftrl_gym.construct.domain import Attribute, Thing
from ftrl_gym.construct.frames import FRAMES, Frame, Sort
from ftrl_gym.construct.operations import OPERATIONS, Asked
from ftrl_gym.construct.programs import Op, Program
from ftrl_gym.construct.wording import joined, listed, shortened, upper
from ftrl_gym.policies import answer_text
from ftrl_gym.task import AnswerType, Split

_OPERATIONS = (Op.LOWEST, Op.HIGHEST, Op.IS_LOWER, Op.DIFFERENCE, Op.SUM, Op.LIST)


@dataclass(frozen=True)
class One:
    """A thing of the two."""

    noun: str
    """How it is named."""
    label: str
    """What it is called."""
    place: Place
    """Where a result shows the attribute."""


def pair_question(
    thing: Thing, attribute: str, pair: tuple[One, One], today: str, rng: random.Random
) -> tuple[str, str] | None:
    """A question about an attribute of two things of a kind, and what answers it; None where the values allow none.

    Args:
        thing: The kind.
        attribute: Of both.
        pair: The two.
        today: The world's date.
        rng: Decides what is asked, and how.
    """
    words, (first, second) = thing.attributes[attribute], pair
    possible = [op for op in _OPERATIONS if OPERATIONS[op].takes(words)]
    values = [one.place.row[attribute] for one in pair]
    units = {_unit(words, one) for one in pair}
    if not possible or len(units) > 1:
        return None
    op, unit = rng.choice(possible), units.pop()
    asked = Asked(
        program=Program(op, ()), values=values, words=words, unit=unit,
        label=lambda number: (thing.label_type, pair[number].label), today=today,
        each=[(words.type, unit)] * 2 if op is Op.LIST else (),
    )  # fmt: skip
    answer = OPERATIONS[op].answer(asked)
    if answer is None:
        return None
    frame = _frame(op, rng)
    asked_first = (second, first) if frame.name == "swapped" else (first, second)
    question = _question(op, words, frame, [one.noun for one in asked_first], rng)
    note = notes_of([one.place for one in pair], (), COMPARED.get(op.value, ""), text_of(answer.value))
    worked = working(f"{op.value}()", [one.place.value for one in asked_first], answer.value)
    return question, thought(", ".join(filter(None, (note, worked))), answer_text(answer))


def _unit(words: Attribute, one: One) -> str | None:
    return str(one.place.row[words.unit[1:]]) if words.unit and words.unit.startswith("@") else words.unit


def _frame(op: Op, rng: random.Random) -> Frame:
    """Words as tasks of the train split have them."""
    frames = [f for f in FRAMES[op] if f.sort is Sort.THINGS and f.split is not Split.TEST and not f.chosen]
    return rng.choice(frames)


def _question(op: Op, words: Attribute, frame: Frame, names: list[str], rng: random.Random) -> str:
    """A frame filled in.

    Args:
        op: What is asked.
        words: How the attribute is talked about.
        frame: The words around it.
        names: Of the two, in the order in which the frame has them.
        rng: Decides how the attribute is called.
    """
    nouns = [noun for noun in words.nouns if noun.endswith("{x}")] or list(words.nouns)
    form = rng.choice(nouns)
    if op in (Op.LOWEST, Op.HIGHEST):
        low = words.low if op is Op.LOWEST else words.high
        parts = {"any": joined(names, "or"), "all": joined(names), "low": low}
    elif op is Op.LIST:
        parts = {"all": joined(listed([form] * 2, names)), "are": "is"}
    else:
        full = shortened([form] * 2, names)
        less, more = ("shorter", "longer") if words.unit == "minutes" else ("lower", "higher")
        less, more = ("earlier", "later") if words.type in (AnswerType.TIME, AnswerType.DATE) else (less, more)
        parts = {"all": joined(full), "noun": full[0], "other": full[1], "lower": less, "higher": more}
    return upper(frame.text.format_map({**parts, **{upper(name): upper(part) for name, part in parts.items()}}))
