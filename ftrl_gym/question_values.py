"""What a question names: proper names, codes, numbers, dates, times and words, read off its text alone.

Part of the independent solver, so it shares nothing with the code that writes questions. It would rather offer a
span too many than miss one: a tool tells quickly that there is no such thing.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Final

_WORDS_TO_TWELVE: Final = (
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
)  # fmt: skip
_NUMBER_WORDS: Final = {word: number for number, word in enumerate(_WORDS_TO_TWELVE)} | {
    "a": 1, "an": 1, "couple": 2, "week": 7, "fortnight": 14, "dozen": 12,
}  # fmt: skip
_MONTH_NAMES: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTHS: Final = {
    name[:length]: number for number, name in enumerate(_MONTH_NAMES, start=1) for length in (3, len(name))
}
_DAY_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS: Final = {name: number for number, name in enumerate(_DAY_NAMES)}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b\.?,?(?: (\d{{4}}))?", re.I)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b,?(?: (\d{{4}}))?", re.I)
_WEEKDAY = re.compile(rf"\b(?:(next|this|coming|on) )?({'|'.join(_WEEKDAYS)})\b", re.I)
_AHEAD = re.compile(r"\bin (\w+) (day|week)s?\b|\b(\w+) (day|week)s? (?:from now|later|ahead)\b", re.I)
_TIME = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])")
_WORD = re.compile(r"[^\W_]+(?:['’.\-/&][^\W_]+)*")
_TOKEN = re.compile(r"[^\W_]+")
_SMALL_WORDS: Final = frozenset(
    _TOKEN.findall(
        """a an and any are at by can check could do does find for from give have help how i i'd i'll i'm i've if in
        is it let look my need of on one option or our out please put quick question show take tell the then there these
        they this to want was we what when where which who whom whose will with would you"""
    )
)
"""Words that begin sentences, not names."""
_LONGEST_NAME = 7
"""Words of the longest name."""
_JOINERS: Final = frozenset(
    _TOKEN.findall("al and da das de del della den der di do dos du el la le les of the und van von y")
)
"""Small words inside names."""


@dataclass(frozen=True)
class Named:
    """Values a text names, each once, in order of appearance."""

    names: tuple[str, ...]
    """Every run of words that begins and ends like a name or a code, longest first where they start together."""
    numbers: tuple[int | float, ...]
    dates: tuple[str, ...]
    """ISO days, relative ones resolved."""
    times: tuple[str, ...]
    common: tuple[str, ...] = ()
    """What everybody knows without being told, such as the house currency."""
    text: str = " "
    """The whole text, lower-case, words joined by single spaces, with a space at both ends."""

    def says(self, phrase: str) -> bool:
        """Whether the phrase stands in the text as whole words.

        >>> read("The double room, please", "2026-05-04").says("double room")
        True
        """
        return folded(phrase) in self.text


def folded(text: str) -> str:
    """Lower-case words between single spaces.

    >>> folded("Check-in: H-12!")
    ' check in h 12 '
    """
    return f" {' '.join(_TOKEN.findall(text.casefold()))} "


def read(text: str, today: str) -> Named:
    """Reads a text.

    Args:
        text: The question and whatever the user added.
        today: ISO day that relative dates count from.
    """
    return Named(
        names=tuple(dict.fromkeys(_names(text))),
        numbers=tuple(dict.fromkeys(_numbers(text))),
        dates=tuple(dict.fromkeys(_dates(text, datetime.date.fromisoformat(today)))),
        times=tuple(dict.fromkeys(f"{int(h):02d}:{m}" for h, m in _TIME.findall(text))),
        text=folded(text),
    )


def _names(text: str) -> list[str]:
    """Runs of name-like words, alone and joined by small words; each also without its first word, which may only begin
    the sentence or say what kind of thing it is."""
    words = [(m.start(), re.sub(r"['’]s?$", "", m.group())) for m in _WORD.finditer(text)]
    like = [_like_a_name(word) for _, word in words]
    begins = [like[i] and not (i and like[i - 1] and _joined(text, words, i)) for i in range(len(words))]
    found = []
    for first, (start, own) in enumerate(words):
        if not like[first] or not (begins[first] or begins[first - 1] or _is_code(own)):
            continue
        for last in range(first, min(first + _LONGEST_NAME, len(words))):
            if last > first and not _joined(text, words, last):
                break
            if not like[last] and words[last][1] not in _JOINERS:
                break
            end, word = words[last]
            if like[last]:
                found.append(text[start : end + len(word)])
                if text[end + len(word) : end + len(word) + 1] in ("'", "’"):  # Jules' may be a name in s
                    found.append(text[start : end + len(word) + 1])
    return [name for name in found if len(name) > 1 and not name.isdecimal() and not _ISO.fullmatch(name)]


def _like_a_name(word: str) -> bool:
    return (not word[0].islower() and word.casefold() not in _SMALL_WORDS) or _is_code(word)


def _is_code(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _joined(text: str, words: list[tuple[int, str]], number: int) -> bool:
    """Whether only a space (or an abbreviation's point: St. John) stands between a word and the one before."""
    start, word = words[number - 1]
    gap = text[start + len(word) : words[number][0]]
    return gap == " " or (gap == ". " and word.isalpha() and len(word) < 4)


def _numbers(text: str) -> list[int | float]:
    found: list[int | float] = []
    for match in _NUMBER.findall(text):
        plain = match.replace(",", "")
        found.append(float(plain) if "." in plain else int(plain))
    lower = folded(text)
    return found + [number for word, number in _NUMBER_WORDS.items() if f" {word} " in lower and number]


def _dates(text: str, today: datetime.date) -> list[str]:
    found: list[datetime.date | None] = []
    found += [_day(int(y), int(m), int(d)) for y, m, d in _ISO.findall(text)]
    found += [_in_year(y, _MONTHS[m.lower()], int(d), today) for d, m, y in _DAY_MONTH.findall(text)]
    found += [_in_year(y, _MONTHS[m.lower()], int(d), today) for m, d, y in _MONTH_DAY.findall(text)]
    for ahead, name in _WEEKDAY.findall(text):
        nearest = today + datetime.timedelta((_WEEKDAYS[name.lower()] - today.weekday() - 1) % 7 + 1)
        following = today - datetime.timedelta(today.weekday()) + datetime.timedelta(7 + _WEEKDAYS[name.lower()])
        found += [nearest, following] if ahead.lower() == "next" else [nearest]
    for first, unit, second, other in _AHEAD.findall(text):
        word = (first or second).lower()
        count = int(word) if word.isdigit() else _NUMBER_WORDS.get(word, 0)
        found.append(today + datetime.timedelta(count * (7 if (unit or other).lower() == "week" else 1)))
    lower = folded(text)
    for phrase, days in ((" the day after tomorrow ", 2), (" tomorrow ", 1), (" today ", 0), (" tonight ", 0)):
        if phrase in lower:
            found.append(today + datetime.timedelta(days))
    return [day.isoformat() for day in found if day]


def _in_year(year: str, month: int, day: int, today: datetime.date) -> datetime.date | None:
    if year:
        return _day(int(year), month, day)
    this = _day(today.year, month, day)
    return this if this is None or this >= today else _day(today.year + 1, month, day)


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
