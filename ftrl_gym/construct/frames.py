"""Frames: families of phrasings for each operation. Some families are kept for one split, so that a policy is tested on
words it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass

from ftrl_gym.construct.programs import Op
from ftrl_gym.task import Split


@dataclass(frozen=True)
class Frame:
    """One family of phrasings for an operation."""

    name: str
    text: str
    """``{ask}`` is a whole question, ``{noun}`` a noun phrase of the value, ``{all}`` and ``{any}`` several of them."""
    split: Split | None = None
    """The one split it is used in; None for both."""


_TEST, _TRAIN = Split.TEST, Split.TRAIN
FRAMES: dict[Op, tuple[Frame, ...]] = {
    Op.VALUE: (
        Frame("ask", "{ask}"),
        Frame("tell", "Please tell me {noun}."),
        Frame("need", "I need {noun}."),
        Frame("look-up", "Can you look up {noun}?"),
        Frame("find-out", "Find out {noun} for me.", _TRAIN),
        Frame("quick", "Quick question: {ask}", _TRAIN),
        Frame("colleague", "A colleague wants to know {noun}.", _TEST),
        Frame("unsure", "I can't find {noun} anywhere. Could you check?", _TEST),
    ),
    Op.LIST: (
        Frame("what", "What are {all}?"),
        Frame("tell", "Please tell me {all}."),
        Frame("need", "I need {all}."),
        Frame("give", "Give me {all}.", _TRAIN),
        Frame("note", "I have to write down {all}. What do I put?", _TEST),
    ),
    Op.LOWEST: (
        Frame("which", "Which {low}: {any}?"),
        Frame("which-last", "{Any}: which one {low}?"),
        Frame("choose", "I'm choosing between {all}. Which one {low}?"),
        Frame("out-of", "Out of {all}, which one {low}?", _TRAIN),
        Frame("help", "Help me decide between {all}: I want the one that {low}.", _TEST),
    ),
    Op.SUM: (
        Frame("add-up", "What do {all} add up to?"),
        Frame("sum", "What is the sum of {all}?"),
        Frame("if-add", "If I add up {all}, what do I get?"),
        Frame("total", "I need the total of {all}.", _TRAIN),
        Frame("together", "Put {all} together: what does that make?", _TEST),
    ),
    Op.DIFFERENCE: (
        Frame("difference", "What is the difference between {all}?"),
        Frame("differ", "By how much do {all} differ?"),
        Frame("apart", "How far apart are {all}?"),
        Frame("gap", "I'd like to know the gap between {all}.", _TRAIN),
        Frame("compare", "Comparing {all}, how big is the difference?", _TEST),
    ),
    Op.IS_LOWER: (
        Frame("is", "Is {noun} {lower} than {other}?"),
        Frame("yes-no", "Yes or no: is {noun} {lower} than {other}?"),
        Frame("swapped", "Is {other} {higher} than {noun}?"),
        Frame("check", "Could you check whether {noun} is {lower} than {other}?", _TRAIN),
        Frame("claim", "Somebody told me that {noun} is {lower} than {other}. Is that right?", _TEST),
    ),
    Op.COUNT: (
        Frame("how-many", "How many {plural} are there?"),
        Frame("count", "Count the {plural} for me."),
        Frame("know", "I want to know how many {plural} there are."),
        Frame("number", "What is the number of {plural}?", _TRAIN),
        Frame("choice", "How many {plural} do I have to choose from?", _TEST),
    ),
}
FRAMES[Op.HIGHEST] = FRAMES[Op.LOWEST]
