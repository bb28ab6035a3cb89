"""What a question names, taken out of it: dates, times, numbers, codes, names and choices, with what they mean.

What is left is its template: two questions with the same template ask the same about other things.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ftrl_gym import question_values
from ftrl_gym.task import Json

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH += "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_WEEKDAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_COUNT = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_CAPITAL = r"[^\W\d_a-zà-öø-ÿ][^\W\d_]*(?:['’.-][^\W\d_]+)*(?!\w)"
_JOINER = r"(?:de|da|del|della|der|den|di|du|von|van|of|the|al|la|le|y|and|und|et)"
_FORMS = {
    "date": (
        r"\d{4}-\d\d-\d\d"
        rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\b(?:,? \d{{4}})?"
        rf"|\b(?:{_MONTH})\.? (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?"
        rf"|\b(?:next |this |coming )?(?:{_WEEKDAY})\b"
        r"|\b(?:the day after tomorrow|tomorrow|today|tonight)\b"
        rf"|\bin {_COUNT} (?:days?|weeks?)\b(?: from now)?|\b{_COUNT} (?:days?|weeks?) (?:from now|ahead)\b"
    ),
    "time": r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b",
    "quoted": r'["“][^"”]{1,80}["”]',
    "code": r"\b(?=[\w-]*\d)[A-Za-z][\w-]*\w\b|\b\d[\w]*[A-Za-z][\w-]*\b(?<!st)(?<!nd)(?<!rd)(?<!th)|\b[A-Z]{2,4}\b",
    "number": r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])",
    "name": rf"\b{_CAPITAL}(?: (?:{_JOINER} ){{0,2}}{_CAPITAL})*",
}
_FORM = re.compile("|".join(f"(?P<{kind}>{form})" for kind, form in _FORMS.items()))
_OPENERS = frozenset(
    re.findall(
        r"[\w']+",
        """a an am and are as at before by can compare consider could count did do does find for from give going has
        have help here how i i'd i'm i've if in is it let list look may multiply name next now of on one out please
        quick say so subtract take tell thanks that the then there think this to was what when where which who whom
        whose will with would yes add divide my our we no""",
    )
)
_LABEL = re.compile(r"(?:^|^\w+ )[A-D]$")
"""What the question itself calls something: option A."""
_SENTENCE = re.compile(r"(?:^|[.?!:;]\s+)$")


@dataclass(frozen=True)
class Mention:
    """A place in a question that names something."""

    kind: str
    """``date``, ``time``, ``code``, ``number``, ``name`` or ``choice``: a member of a closed vocabulary."""
    text: str
    value: Json
    """What it means: the ISO day of a date, a number; else the text itself."""
    start: int
    end: int


def mentions(text: str, today: str, choices: Collection[str] = ()) -> list[Mention]:
    """The mentions of a text in its order.

    Args:
        text: A question.
        today: ISO day that relative dates count from.
        choices: Members of closed vocabularies, lower-case; those that stand in the text are mentions too.

    >>> [(m.kind, m.value) for m in mentions("Does KX482 leave Porto tomorrow for Anna Berg's 2 bags?", "2026-05-04")]
    [('code', 'KX482'), ('name', 'Porto'), ('date', '2026-05-05'), ('name', 'Anna Berg'), ('number', 2)]
    """
    found = [each for match in _FORM.finditer(text) if (each := _mention(match, text, today)) is not None]
    taken = [(each.start, each.end) for each in found]
    for start, end in _places(text, choices):
        if not any(start < other_end and other_start < end for other_start, other_end in taken):
            found.append(Mention("choice", text[start:end], text[start:end].lower(), start, end))
            taken.append((start, end))
    return sorted(found, key=lambda each: each.start)


def masked(text: str, found: list[Mention]) -> str:
    """The text with a mark of its kind for each mention.

    >>> masked("Is it 2 km?", mentions("Is it 2 km?", "2026-05-04"))
    'Is it <number> km?'
    """
    pieces, last = [], 0
    for each in found:
        pieces += [text[last : each.start], f"<{each.kind}>"]
        last = each.end
    return "".join([*pieces, text[last:]])


def _mention(match: re.Match[str], text: str, today: str) -> Mention | None:
    kind, said, start = str(match.lastgroup), match.group(), match.start()
    if kind == "name":
        said = re.sub(r"['’]s?$", "", said)
        if _SENTENCE.search(text[:start]):
            first, _, rest = said.partition(" ")
            if first.lower() in _OPENERS or not rest:
                cut = len(first) + 1 if rest else len(first)
                said, start = said[cut:], start + cut
                joined = re.match(rf"(?:{_JOINER} )+", said)
                if joined:
                    said, start = said[joined.end() :], start + joined.end()
        if len(said) < 2 or said.startswith(("I'", "I’")) or _LABEL.search(said):
            return None
    if kind == "quoted":
        return Mention("name", said[1:-1], said[1:-1], start + 1, start + len(said) - 1)
    value: Json = said
    if kind == "date":
        days = question_values.read(said, today).dates
        if not days:
            return None
        value = days[-1]
    elif kind == "number":
        plain = said.replace(",", "")
        value = float(plain) if "." in plain else int(plain)
    return Mention(kind, said, value, start, start + len(said))


def _places(text: str, choices: Collection[str]) -> Iterator[tuple[int, int]]:
    lower = text.lower()
    for choice in sorted(choices, key=lambda choice: (-len(choice), choice)):
        if len(choice) > 2 and (said := choice.replace("_", " ")) in lower:
            for match in re.finditer(rf"\b{re.escape(said)}\b", lower):
                yield match.span()
