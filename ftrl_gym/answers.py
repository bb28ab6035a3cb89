"""The answer protocol: how a policy says its final answer, and when that is right.

The answer is the text of the last ``<answer>...</answer>`` of the ending turn, outside any reasoning block. It is
compared by the type of the right answer and as a whole, so a list of candidates is not the answer, nor is a sentence
that happens to contain it.
"""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from ftrl_gym.task import Answer, AnswerType
from ftrl_gym.toolcall import without_reasoning

MAX_ANSWER_CHARS = 2_000
_NO_WORD = {code: " " for code in range(128) if not chr(code).isalnum()}

_CURRENCIES = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "dollar": "USD", "dollars": "USD",
    "£": "GBP", "pound": "GBP", "pounds": "GBP", "¥": "JPY", "yen": "JPY",
}  # fmt: skip
_HEDGE = re.compile(r"[<>≤≥≠=~≈±!?]")
_DRESS = "*_`'\"“”(),;: "
"""What may stand around a number without changing what it says."""
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:\s*(am|pm|a\.m\.|p\.m\.))?(?:\s*h)?", re.IGNORECASE)
_DATE_FORMATS = ("%Y-%m-%d", "%d %B %Y", "%B %d %Y", "%d %b %Y", "%b %d %Y", "%d.%m.%Y", "%A %d %B %Y")
_LONG_DATE = re.compile(r"([A-Z][a-z]{2,8} \d{1,2}), (?=\d{4}\b)")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", re.MULTILINE)
_YEAR = re.compile(r"\d{4}")
UNDONE = ("refused", "impossible")
"""What is answered, folded, where nothing is done."""
_NOTHING = {"none", "impossible", "not possible", "cannot be done", "not allowed", "refused", "nothing"}


def said(turn: str) -> str | None:
    """The answer that an ending turn states, or None.

    >>> said("<think><answer>1</answer></think> It is <answer> 2 </answer>")
    '2'
    """
    text = without_reasoning(turn)
    end = text.rfind("</answer>")
    start = text.rfind("<answer>", 0, end) if end != -1 else -1
    if start == -1 or end - start > MAX_ANSWER_CHARS:
        return None
    return text[start + len("<answer>") : end].strip()


def right(answer: Answer, text: str) -> bool:
    """Whether ``text`` is the answer, compared by the answer's type.

    >>> right(Answer(type=AnswerType.MONEY, value=1250, unit="EUR"), "€1,250.00")
    True
    >>> right(Answer(type=AnswerType.MONEY, value=1250, unit="EUR"), "1250 USD")
    False
    """
    compare = _COMPARERS[answer.type]
    if compare(answer, text) or compare(answer, text.strip(_DRESS + ".[]")):
        return True
    folded = fold(text)
    return any(folded == fold(alias) for alias in answer.aliases)


class RightAnswer:
    """The answer of one task, compared with what its episodes say, who often say the same.

    >>> days = RightAnswer(Answer(type=AnswerType.NUMBER, value=3, unit="days"))
    >>> [days.is_said(text) for text in ("3", "three", "3 days", "3")]
    [True, False, True, True]
    """

    __slots__ = ("_answer", "_known")

    _MOST = 64

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._known: dict[str, bool] = {}

    def is_said(self, text: str) -> bool:
        """Whether ``text`` is the answer; see :func:`right`."""
        found = self._known.get(text)
        if found is None:
            found = right(self._answer, text)
            if len(text) <= _SHORT:
                if len(self._known) >= self._MOST:
                    self._known.clear()
                self._known[text] = found
        return found


def fold(text: str) -> str:
    """Text with case, accent form, punctuation and spacing made equal.

    >>> fold("  Hôtel “du  Lac”! ")
    'hôtel du lac'
    """
    return _folded_short(text) if len(text) <= _SHORT else _folded(text)


_SHORT = 64


def _folded(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().translate(_NO_WORD).split())
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in text).split())


_folded_short = lru_cache(maxsize=4096)(_folded)
"""What is right is folded anew for every ending of its task."""


def _number(answer: Answer, text: str) -> bool:
    text = text.strip()
    match = _NUMBER.search(text)
    if match is None:
        return False
    around = (text[: match.start()] + " " + text[match.end() :]).strip().strip(".").strip()
    around = _CURRENCIES.get(around.lower(), around)
    unit, around = fold(answer.unit or ""), around.strip(_DRESS)
    units = {unit, unit.rstrip("s"), unit + "s"} if unit else set()
    if around and around != answer.unit and (fold(around) not in units or _HEDGE.search(around)):
        return False
    return bool(abs(float(match.group().replace(",", "")) - float(answer.value)) < 1e-6)


def _date(answer: Answer, text: str) -> bool:
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", text.replace(",", " "))
    plain = " ".join(plain.split())
    if plain == answer.value:
        return True
    if _YEAR.search(plain) is None:
        return False  # every format has one
    for form in _DATE_FORMATS:
        try:
            return bool(datetime.datetime.strptime(plain, form).date().isoformat() == answer.value)
        except ValueError:
            continue
    return False


def _time(answer: Answer, text: str) -> bool:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return False
    hour, minute, half = int(match[1]), match[2], (match[3] or "").replace(".", "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return bool(f"{hour:02d}:{minute}" == answer.value)


def _name(answer: Answer, text: str) -> bool:
    return fold(text) == fold(str(answer.value)) != ""


def _code(answer: Answer, text: str) -> bool:
    return text.strip().casefold() == str(answer.value).strip().casefold()


def _yes_no(answer: Answer, text: str) -> bool:
    word = fold(text)
    return word in ({"yes", "true"} if answer.value else {"no", "false"})


def _in_order(entries: tuple[Answer, ...], text: str) -> bool:
    """Whether each place holds what is right there. Commas in figures and dates divide nothing."""
    plain = _BULLET.sub("", _LONG_DATE.sub(r"\1 ", text))
    cuts = [re.split(mark, plain) for mark in (r",\s+|[;\n]", r"[,;\n]", r",?\s+(?:and|&|/)\s+|,\s+|[;\n]")]
    items = _json_list(text)
    if items is not None:
        cuts = [items]
    pieces = [[piece.strip() for piece in cut if piece.strip()] for cut in cuts]
    return any(len(cut) == len(entries) and all(map(right, entries, cut)) for cut in pieces)


def _json_list(text: str) -> list[str] | None:
    """The entries of a JSON array as texts; None where the text is no such."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return list(map(str, items)) if isinstance(items, list) else None


def _list(answer: Answer, text: str) -> bool:
    if answer.entries:
        return _in_order(answer.entries, text)
    right_items = Counter(fold(str(item)) for item in answer.value)
    items = _json_list(text)
    if items is not None:
        return Counter(map(fold, items)) == right_items
    pieces = [piece for piece in re.split(r"[,;\n]", text) if piece.strip()]
    if Counter(map(fold, pieces)) == right_items:
        return True
    pieces = [part for piece in pieces for part in re.split(r"\band\b", piece) if part.strip()]
    return Counter(map(fold, pieces)) == right_items


def _none(answer: Answer, text: str) -> bool:
    return fold(text) in _NOTHING


_COMPARERS: dict[AnswerType, Callable[[Answer, str], bool]] = {
    AnswerType.NUMBER: _number,
    AnswerType.MONEY: _number,
    AnswerType.DATE: _date,
    AnswerType.TIME: _time,
    AnswerType.NAME: _name,
    AnswerType.CODE: _code,
    AnswerType.YES_NO: _yes_no,
    AnswerType.LIST: _list,
    AnswerType.NONE: _none,
}


def stated_loosely(answer: Answer, text: str) -> bool:
    """Whether the answer stands somewhere in free text; only for ``matching="ftrl"``."""
    value = answer.value
    pieces = value if isinstance(value, list) else [value]
    plain = without_reasoning(text).lower().replace(",", "")
    return all(str(piece).lower().replace(",", "").strip() in plain for piece in pieces)
