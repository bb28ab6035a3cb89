"""What an asker knows already: the facts that a question is worked out from, told after it.

With them the question needs no tool. Only questions whose answer is worked out from facts are told this way, since the
fact itself would be the answer.
"""

from __future__ import annotations

from ftrl_gym.construct.answering import NoQuestion
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Op, Program, Walk
from ftrl_gym.construct.settling import words_of
from ftrl_gym.construct.wording import counted_in, fill, joined, unitless
from ftrl_gym.task import AnswerType, Json

WORKED_OUT = (
    Op.LOWEST, Op.HIGHEST, Op.SUM, Op.DIFFERENCE, Op.IS_LOWER, Op.TEST, Op.TIMES, Op.UNITS, Op.SHIFT, Op.UNTIL, Op.DAYS,
    Op.MINUTES,
)  # fmt: skip
"""Operations whose answer is worked out from facts."""
_FARTHEST = 2
"""Steps to a thing that one phrase names."""
_NOTED = ("You can rely on this: {}.", "What is certain: {}.")
"""How facts are told by somebody who could have compared them."""
_KNOWN = ("I know already that {}.", "What I have found out: {}.", "This much I know: {}.")


def known_already(program: Program, speaker: Speaker) -> str:
    """A sentence that tells all facts behind the answer.

    Raises:
        NoQuestion: The answer is a fact itself, or the facts have no short names.
    """
    if program.op not in WORKED_OUT or program.over is not None:
        raise NoQuestion("the answer is not worked out from facts that could be told")
    walks = [value.walk for value in program.values if isinstance(value, Attr)]
    if program.op in (Op.LOWEST, Op.HIGHEST) and not all(isinstance(walk, Anchor) for walk in walks):
        raise NoQuestion("what is to be named would have to be told too")
    told = []
    for value in program.values:
        if not isinstance(value, Attr) or (value.walk not in speaker.called and _steps(value.walk) > _FARTHEST):
            raise NoQuestion("what could be told has no short name")
        words = words_of(value, speaker.domain)
        name = speaker.called.get(value.walk) or speaker.noun(value.walk)
        found = speaker.reader.values(value)[0]
        noun = words.nouns[0]
        unit = None if counted_in(noun) else words.unit  # the number of seats is 5, not 5 seats
        told.append(f"{fill(unitless(noun) if unit else noun, {'x': name})} is {_said(found, words.type, unit)}")
    forms = _NOTED if program.op in (Op.TEST, Op.IS_LOWER) else _KNOWN
    return speaker.rng.choice(forms).format(joined(told))


def _steps(walk: Walk) -> int:
    return 1 + max(map(_steps, walk.sources)) if isinstance(walk, Follow) else 0


def _said(value: Json, type_: AnswerType, unit: str | None) -> str:
    """A value with its unit; units that stand in the row are not said."""
    if type_ in (AnswerType.NUMBER, AnswerType.MONEY) and unit and not unit.startswith("@"):
        return f"{value} {unit}"
    return str(value)
