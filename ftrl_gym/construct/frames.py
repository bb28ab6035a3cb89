"""Frames: families of phrasings for each operation. Some families are kept for one split, so that a policy is tested on
words it was not trained on.

What follows the noun phrase varies on purpose: where a name ends must be learned from the name, not from the words that
happen to come after it in training.
"""

from __future__ import annotations

from dataclasses import dataclass

from ftrl_gym.construct.programs import Op
from ftrl_gym.task import Split


@dataclass(frozen=True)
class Frame:
    """One family of phrasings for an operation."""

    name: str
    text: str
    """``{ask}`` is a whole question (``{then}`` in the middle of a sentence), ``{noun}`` a noun phrase of the value,
    ``{all}`` and ``{any}`` several of them; with a capital at the beginning."""
    split: Split | None = None
    """The one split it is used in; None for both."""
    placed: bool = False
    """Whether it is only for what is counted in a place: ``{place}``."""


_TEST, _TRAIN = Split.TEST, Split.TRAIN
FRAMES: dict[Op, tuple[Frame, ...]] = {
    Op.VALUE: (
        Frame("ask", "{ask}"),
        Frame("ask-kindly", "I have a question: {then}", _TRAIN),
        Frame("quick", "Quick question: {then}", _TRAIN),
        Frame("tell", "Please tell me {noun}."),
        Frame("need", "I need to know {noun}."),
        Frame("look-up", "Can you look up {noun}?"),
        Frame("find-out", "Find out {noun} for me.", _TRAIN),
        Frame("check", "Would you check {noun}, please?"),
        Frame("please", "{Noun}, please.", _TRAIN),
        Frame("before", "I'd like to know {noun} before I call the customer back."),
        Frame("boss", "My boss asked me for {noun} just now.", _TRAIN),
        Frame("happen", "Do you happen to know {noun}?", _TRAIN),
        Frame("again", "What was {noun} again?", _TRAIN),
        Frame("when", "Let me know {noun} when you have a minute.", _TRAIN),
        Frame("soon", "Send me {noun} as soon as you can.", _TRAIN),
        Frame("invoice", "I have to know {noun} so that I can finish an offer.", _TRAIN),
        Frame("and", "Look up {noun} and tell me.", _TRAIN),
        Frame("something", "Is {noun} something you can find out?", _TRAIN),
        Frame("colleague", "A colleague wants to know {noun}.", _TEST),
        Frame("unsure", "I can't find {noun} anywhere. Could you check?", _TEST),
    ),
    Op.LIST: (
        Frame("what", "What {are} {all}?"),
        Frame("tell", "Please tell me {all}."),
        Frame("need", "I need to know {all}."),
        Frame("give", "Give me {all}.", _TRAIN),
        Frame("could", "Could you look up {all}, please?"),
        Frame("missing", "I'm still missing {all} for an offer I'm writing.", _TRAIN),
        Frame("note", "I have to write down {all}. What do I put?", _TEST),
    ),
    Op.LOWEST: (
        Frame("which", "Which {low}: {any}?"),
        Frame("which-last", "{Any}: which one {low}?"),
        Frame("choose", "I'm choosing between {all}. Which one {low}?"),
        Frame("out-of", "Out of {all}, which one {low}?", _TRAIN),
        Frame("tell", "Please tell me which one {low}: {any}."),
        Frame("either", "It will be {any}. Which one {low}?", _TRAIN),
        Frame("help", "Help me decide between {all}: I want the one that {low}.", _TEST),
    ),
    Op.SUM: (
        Frame("add-up", "What do {all} add up to?"),
        Frame("sum", "What is the sum of {all}?"),
        Frame("if-add", "If I add up {all}, what do I get?"),
        Frame("total", "I need the total of {all}.", _TRAIN),
        Frame("please", "Add up {all} for me, please.", _TRAIN),
        Frame("in-total", "What are {all} in total?", _TRAIN),
        Frame("together", "Put {all} together: what does that make?", _TEST),
    ),
    Op.DIFFERENCE: (
        Frame("difference", "What is the difference between {all}?"),
        Frame("differ", "By how much do {all} differ?"),
        Frame("apart", "How far apart are {all}?"),
        Frame("gap", "I'd like to know the gap between {all}.", _TRAIN),
        Frame("work-out", "Work out the difference between {all} for me.", _TRAIN),
        Frame("compare", "Comparing {all}, how big is the difference?", _TEST),
    ),
    Op.IS_LOWER: (
        Frame("is", "Is {noun} {lower} than {other}?"),
        Frame("yes-no", "Yes or no: is {noun} {lower} than {other}?"),
        Frame("swapped", "Is {noun} {higher} than {other}?"),
        Frame("check", "Could you check whether {noun} is {lower} than {other}?", _TRAIN),
        Frame("know", "I'd like to know if {noun} is {lower} than {other}, yes or no.", _TRAIN),
        Frame("claim", "Somebody told me that {noun} is {lower} than {other}. Is that right?", _TEST),
    ),
    Op.COUNT: (
        Frame("how-many", "How many {plural} are there {place}?"),
        Frame("count", "Please count the {plural} {place}."),
        Frame("know", "I want to know how many {plural} there are {place}."),
        Frame("number", "What is the number of {plural} {place}?", _TRAIN),
        Frame("tell", "Can you tell me how many {plural} there are {place}?", _TRAIN),
        Frame("exist", "{Place}, how many {plural} are there?", _TRAIN, placed=True),
        Frame("choice", "How many {plural} {place} do I have to choose from?", _TEST, placed=True),
    ),
}
FRAMES[Op.HIGHEST] = FRAMES[Op.LOWEST]

LEADS = (
    "Take {x}.",
    "Consider {x}.",
    "Let's start with {x}.",
    "This is about {x}.",
    "I'm looking at {x}.",
    "Please have a look at {x}.",
    "I have a question about {x}.",
    "Let's take {x}.",
)
"""Sentences that begin a long way to a thing."""
NEXT = ("Now take {x}.", "Then look at {x}.", "After that, look at {x}.", "Next, take {x}.", "Now look at {x}.")
"""Sentences that lead one step further."""
TURNS = ("Now take {x}.", "Then look at {x}.", "Now consider {x}.", "Next, take {x}.")
"""Sentences that begin the way to another thing."""
