"""Frames: families of phrasings for each operation. Some families are kept for one split, so that a policy is tested on
words it was not trained on.

What follows the noun phrase varies on purpose: where a name ends must be learned from the name, not from the words that
happen to come after it in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ftrl_gym.construct.programs import Op
from ftrl_gym.task import Split


class Sort(StrEnum):
    """What a program is about: one operation is said in another way for each."""

    THINGS = "things"
    """Things that the question names or leads to one by one."""
    ROWS = "rows"
    """All rows of a search."""
    KEPT = "kept"
    """Those rows of a search that pass a test."""


@dataclass(frozen=True)
class Frame:
    """One family of phrasings for an operation."""

    name: str
    text: str
    """``{ask}`` is a whole question (``{then}`` in the middle of a sentence), ``{noun}`` a noun phrase of the value,
    ``{all}`` and ``{any}`` several of them; with a capital at the beginning. ``{rows}`` are the rows of a search,
    ``{having}`` what is true of some, ``{each}`` a value of each; ``{n}`` is the question's figure."""
    split: Split | None = None
    """The one split it is used in; None for both."""
    placed: bool = False
    """Whether it is only for what is counted in a place: ``{place}``."""
    sort: Sort = Sort.THINGS
    """What sort of program it is for."""
    paid: bool = False
    """Whether it is only for sums that are paid again and again."""
    chosen: bool = False
    """Whether it is only for things between which people choose."""


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
        Frame("check", "Would you look up {noun}, please?"),
        Frame("please", "{Noun}, please.", _TRAIN),
        Frame("before", "I'd like to know {noun} before I return a call."),
        Frame("boss", "My boss has just asked me for {noun}.", _TRAIN),
        Frame("happen", "Do you happen to know {noun}?", _TRAIN),
        Frame("again", "What was {noun} again?", _TRAIN),
        Frame("when", "Let me know {noun} when you have a minute.", _TRAIN),
        Frame("soon", "Send me {noun} as soon as you can.", _TRAIN),
        Frame("invoice", "I have to know {noun} so that I can finish my letter.", _TRAIN),
        Frame("and", "Look up {noun} and tell me.", _TRAIN),
        Frame("something", "Is {noun} something you can find out?", _TRAIN),
        Frame("colleague", "A colleague wants to know {noun}.", _TEST),
        Frame("unsure", "I need {noun}, but can't find it. Could you look it up?", _TEST),
    ),
    Op.TEST: (
        Frame("is", "Is {noun} {side} {n}?"),
        Frame("yes-no", "Yes or no: is {noun} {side} {n}?"),
        Frame("check", "Please check whether {noun} is {side} {n}.", _TRAIN),
        Frame("tell", "Can you tell me if {noun} is {side} {n}, yes or no?", _TRAIN),
        Frame("right", "Am I right that {noun} is {side} {n}?", _TEST),
    ),
    Op.TIMES: (
        Frame("times", "How much is {n} times {noun}?"),
        Frame("due", "If {noun} is due {n} times, what does that come to?", paid=True),
        Frame("multiply", "Multiply {noun} by {n}, please."),
        Frame("take", "Take {noun} {n} times: what does that make?", _TRAIN),
        Frame("over", "Suppose {noun} is paid {n} times over: how much is that in all?", _TEST, paid=True),
        Frame("make", "What does {noun} come to, taken {n} times?", _TEST),
    ),
    Op.UNITS: (
        Frame("in", "What is {noun} in {unit}?"),
        Frame("convert", "Convert {noun} into {unit}, please."),
        Frame("many", "How many {unit} is {noun}?", _TRAIN),
        Frame("expressed", "I need {noun} expressed in {unit}.", _TEST),
    ),
    Op.SHIFT: (
        Frame("what", "What {what} is {n} {before} {noun}?"),
        Frame("need", "I need the {what} {n} {before} {noun}."),
        Frame("which", "Which {what} is it {n} {before} {noun}?", _TRAIN),
        Frame("going", "Going by the calendar, which {what} is {n} {before} {noun}?", _TRAIN),
        Frame("put", "I have to write down the {what} {n} {before} {noun}. What do I put?", _TEST),
    ),
    Op.UNTIL: (
        Frame("left", "How many days are left until {noun}?"),
        Frame("from", "Counting from today, how many days is it until {noun}?"),
        Frame("away", "How many days away is {noun}?", _TRAIN),
        Frame("have", "How many days do I still have before {noun}?", _TEST),
    ),
    Op.DAYS: (
        Frame("between", "How many days lie between {all}?"),
        Frame("apart", "How many days apart are {all}?"),
        Frame("count", "Count the days between {all}.", _TRAIN),
        Frame("gap", "I'd like to know how many days there are between {all}.", _TEST),
    ),
    Op.MINUTES: (
        Frame("clock", "Going by the clock alone, how many minutes lie between {all}?"),
        Frame("apart", "By the clock, how many minutes apart are {all}?"),
        Frame("count", "Whatever the dates, count the minutes between {all}.", _TRAIN),
        Frame("times", "As times of day, how many minutes are there between {all}?", _TEST),
    ),
    Op.SELECT: (
        Frame("which", "Which of {rows} {having}?", sort=Sort.KEPT),
        Frame("of", "Of {rows}, which ones {having}?", sort=Sort.KEPT),
        Frame("list", "Please list which of {rows} {having}.", sort=Sort.KEPT),
        Frame("pick", "Pick out which of {rows} {having}.", _TRAIN, sort=Sort.KEPT),
        Frame("any", "I'm going through {rows}. Which of them {having}?", _TEST, sort=Sort.KEPT),
    ),
    Op.MEAN: (
        Frame("what", "What is {average}?", sort=Sort.ROWS),
        Frame("work-out", "Work out {average}, please.", sort=Sort.ROWS),
        Frame("need", "I need {average}.", _TRAIN, sort=Sort.ROWS),
        Frame("report", "What do I write for {average} in my report?", _TEST, sort=Sort.ROWS),
    ),
    Op.LEAST: (
        Frame("what", "What is {extreme}?", sort=Sort.ROWS),
        Frame("find", "Please find out {extreme}.", sort=Sort.ROWS),
        Frame("need", "I need {extreme}.", _TRAIN, sort=Sort.ROWS),
        Frame("know", "Do you know {extreme}?", _TEST, sort=Sort.ROWS),
    ),
    Op.SECOND_LOWEST: (
        Frame("which", "Which of {rows} {low}?", sort=Sort.ROWS),
        Frame("of", "Of {rows}, which one {low}?", sort=Sort.ROWS),
        Frame("tell", "Tell me which of {rows} {low}.", _TRAIN, sort=Sort.ROWS),
        Frame("looking", "I'm going through {rows}. Which one {low}?", _TEST, sort=Sort.ROWS),
    ),
    Op.BOTH: (
        Frame("lists", "Make two lists: {each}, and {other}. What is on both?", sort=Sort.ROWS),
        Frame("share", "Compare {each} with {other}. What do they have in common?", sort=Sort.ROWS),
        Frame("common", "I have two lists: {each}, and {other}. Which entries are on both?", _TEST, sort=Sort.ROWS),
    ),
    Op.EITHER: (
        Frame("lists", "Make two lists: {each}, and {other}. What is on at least one of them?", sort=Sort.ROWS),
        Frame("once", "Write down {each} and {other}, without repeating any. What do you get?", sort=Sort.ROWS),
        Frame("one", "Put {each} and {other} into one list, every entry once. What is on it?", _TEST, sort=Sort.ROWS),
    ),
    Op.FIRST_ONLY: (
        Frame("lists", "Make two lists: {each}, and {other}. What is only on the first?", sort=Sort.ROWS),
        Frame("among", "Compare {each} with {other}. What occurs only among the first?", sort=Sort.ROWS),
        Frame("cross", "Write down {each}. Cross out {other}. What is left?", _TEST, sort=Sort.ROWS),
    ),
    Op.CHOOSE: (
        Frame("if", "If {noun} is {side} {than}, tell me {first}; otherwise tell me {second}."),
        Frame("so", "Is {noun} {side} {than}? If so, I need {first}, otherwise {second}."),
        Frame("check", "Check whether {noun} is {side} {than}: if it is, give me {first}, otherwise {second}.", _TRAIN),
        Frame("depends", "It depends: if {noun} is {side} {than}, I want {first}, otherwise {second}.", _TEST),
    ),
    Op.LIST: (
        Frame("each", "What is {each}?", sort=Sort.ROWS),
        Frame("give-each", "Please give me {each}.", sort=Sort.ROWS),
        Frame("need-each", "I need {each}.", _TRAIN, sort=Sort.ROWS),
        Frame("note-each", "I have to write down {each}. What do I put?", _TEST, sort=Sort.ROWS),
        Frame("what", "What {are} {all}?"),
        Frame("tell", "Please tell me {all}."),
        Frame("need", "I need to know {all}."),
        Frame("give", "Give me {all}.", _TRAIN),
        Frame("could", "Could you look up {all}, please?"),
        Frame("missing", "I'm still missing {all} for a letter I'm writing.", _TRAIN),
        Frame("note", "I have to write down {all}. What do I put?", _TEST),
    ),
    Op.LOWEST: (
        Frame("of-rows", "Of {rows}, which one {low}?", sort=Sort.ROWS),
        Frame("which-row", "Which of {rows} {low}?", sort=Sort.ROWS),
        Frame("tell-row", "Tell me which of {rows} {low}.", _TRAIN, sort=Sort.ROWS),
        Frame("go-through", "I'm going through {rows}. Which one {low}?", _TEST, sort=Sort.ROWS),
        Frame("which", "Which {low}: {any}?"),
        Frame("which-last", "{Any}: which one {low}?"),
        Frame("choose", "I'm choosing between {all}. Which one {low}?", chosen=True),
        Frame("out-of", "Out of {all}, which one {low}?", _TRAIN),
        Frame("tell", "Please tell me which one {low}: {any}."),
        Frame("compare", "Compare {all}. Which one {low}?", _TRAIN),
        Frame("help", "Help me decide between {all}: I want the one that {low}.", _TEST, chosen=True),
        Frame("look-at", "I'm looking at {all}. Which one {low}?", _TEST),
    ),
    Op.SUM: (
        Frame("add-rows", "Add up {each}. What is the total?", sort=Sort.ROWS),
        Frame("rows-get", "What do you get if you add up {each}?", sort=Sort.ROWS),
        Frame("rows-total", "I need the total of {each}.", _TRAIN, sort=Sort.ROWS),
        Frame("rows-together", "Put {each} together: what does that make?", _TEST, sort=Sort.ROWS),
        Frame("add-up", "What do {all} add up to?"),
        Frame("sum", "What is the sum of {all}?"),
        Frame("if-add", "If I add up {all}, what do I get?"),
        Frame("total", "I need the total of {all}.", _TRAIN),
        Frame("please", "Add up {all} for me, please.", _TRAIN),
        Frame("in-total", "What do {all} come to in total?", _TRAIN),
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
        Frame("how-many-of", "How many of {rows} {having}?", sort=Sort.KEPT),
        Frame("of-these", "Of {rows}, how many {having}?", sort=Sort.KEPT),
        Frame("count-those", "Please count how many of {rows} {having}.", sort=Sort.KEPT),
        Frame("know-those", "I want to know how many of {rows} {having}.", _TRAIN, sort=Sort.KEPT),
        Frame("going-through", "I'm going through {rows}. How many of them {having}?", _TEST, sort=Sort.KEPT),
        Frame("how-many", "How many {plural} are there {place}?", sort=Sort.ROWS),
        Frame("count", "Please count the {plural} {place}.", sort=Sort.ROWS),
        Frame("know", "I want to know how many {plural} there are {place}.", sort=Sort.ROWS),
        Frame("number", "What is the number of {plural} {place}?", _TRAIN, sort=Sort.ROWS),
        Frame("tell", "Can you tell me how many {plural} there are {place}?", _TRAIN, sort=Sort.ROWS),
        Frame("exist", "{Place}, how many {plural} are there?", _TRAIN, placed=True, sort=Sort.ROWS),
        Frame("choice", "How many {plural} {place} do I have to choose from?", _TEST, placed=True, sort=Sort.ROWS),
    ),
}
FRAMES[Op.HIGHEST] = FRAMES[Op.LOWEST]
FRAMES[Op.MOST] = FRAMES[Op.LEAST]
FRAMES[Op.SECOND_HIGHEST] = FRAMES[Op.SECOND_LOWEST]

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
NEXT = (
    "Now take {x}.",
    "Then look at {x}.",
    "After that, look at {x}.",
    "Next, take {x}.",
    "Now look at {x}.",
    "From there, go on to {x}.",
    "Then go to {x}.",
    "Then take {x}.",
    "Now consider {x}.",
    "Then consider {x}.",
)
"""Sentences that lead one step further."""
TURNS = ("Now take {x}.", "Then look at {x}.", "Now consider {x}.", "Next, take {x}.")
"""Sentences that begin the way to another thing."""
