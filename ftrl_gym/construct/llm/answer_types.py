"""The type of an answer that a model wrote down as a bare value: by it the answer is compared with what is said later.

And where a result holds such an answer: as a value of its own, not somewhere in a sentence.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

from ftrl_gym import answers
from ftrl_gym.grounding import tokens
from ftrl_gym.task import Answer, AnswerType, Json

_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_CODES = "EUR|USD|GBP|JPY|CHF|SEK|NOK|DKK|PLN|CZK|AUD|CAD|NZD|INR|CNY"
_FIGURE = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MONEY = re.compile(rf"(?P<sign>[€$£¥])\s?(?P<figure>{_FIGURE})|(?P<figure2>{_FIGURE})\s?(?P<code>{_CODES}|[€$£¥])")
_MEASURE = re.compile(rf"(?P<figure>{_FIGURE})(?:\s(?P<unit>[A-Za-z%°²³/]{{1,20}})|(?P<sign>%))?")
_MOST_DIGITS = 15
"""A number of more digits is no longer exact."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_CODE = re.compile(r"(?=[\w/-]*\d)[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*")


def typed(value: Json) -> Answer:
    """An answer with its type.

    >>> typed("45.50 EUR").value, typed("45.50 EUR").unit, typed("B-14").type.value, typed("2026-03-01").type.value
    (45.5, 'EUR', 'code', 'date')
    >>> typed(["Ada", "Bo"]).type.value, typed("Yes").value, typed("3 weeks").unit
    ('list', True, 'weeks')
    >>> typed("12345678901234567").type.value
    'code'
    """
    if isinstance(value, list):
        return Answer(type=AnswerType.LIST, value=value)
    if isinstance(value, bool):
        return Answer(type=AnswerType.YES_NO, value=value)
    if isinstance(value, int | float):
        return Answer(type=AnswerType.NUMBER, value=_plain(value))
    text = str(value).strip()
    if text.casefold() in ("yes", "no"):
        return Answer(type=AnswerType.YES_NO, value=text.casefold() == "yes")
    if sum(map(str.isdigit, text)) > _MOST_DIGITS:  # a figure of such length is a number of an account or the like
        return Answer(type=AnswerType.CODE if _CODE.fullmatch(text) else AnswerType.NAME, value=text)
    if money := _MONEY.fullmatch(text):
        unit = money["code"] or money["sign"]
        return Answer(
            type=AnswerType.MONEY,
            value=_number(money["figure"] or money["figure2"]),
            unit=_CURRENCIES.get(unit, unit),
        )
    if measure := _MEASURE.fullmatch(text):
        return Answer(type=AnswerType.NUMBER, value=_number(measure["figure"]), unit=measure["unit"] or measure["sign"])
    if _is_day(text):
        return Answer(type=AnswerType.DATE, value=text)
    if _TIME.fullmatch(text):
        return Answer(type=AnswerType.TIME, value=text)
    return Answer(type=AnswerType.CODE if _CODE.fullmatch(text) else AnswerType.NAME, value=text)


def _number(figure: str) -> int | float:
    return _plain(float(figure.replace(",", "")))


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else value


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_answer(answer: Answer, value: Json) -> bool:
    """Whether a value of a result is the answer, as a whole and written as it is.

    >>> is_answer(typed("45.50 EUR"), 45.5), is_answer(typed("B-14"), "berth B-14"), is_answer(typed(True), "yes")
    (True, False, False)
    >>> is_answer(typed("$4,500"), "4500 USD"), is_answer(typed("$4,500"), "4,500 USD")
    (True, False)
    """
    if isinstance(value, dict):
        return False
    if isinstance(value, list):
        flat = not any(isinstance(each, dict | list) for each in value)
        return answer.type is AnswerType.LIST and flat and answers.right(answer, json.dumps(value))
    if value is None or answer.type is AnswerType.LIST:
        return False
    if isinstance(value, bool) or answer.type is AnswerType.YES_NO:
        return isinstance(value, bool) and answer.type is AnswerType.YES_NO and value == answer.value
    if isinstance(value, int | float) and answer.type in (AnswerType.NUMBER, AnswerType.MONEY):
        return abs(float(value) - float(answer.value)) < 1e-9
    # an amount as text with a comma in it, or a day in other words, is right to say but earns a call nothing
    return answers.right(answer, str(value)) and tokens(str(answer.value)) in tokens(str(value))


def places(answer: Answer, result: Json) -> list[str]:
    """Where a result holds the answer, the least deep place first.

    >>> places(typed("B4"), {"berth": {"code": "B4"}, "all": ["B4"]})
    ['berth.code', 'all[0]']
    """
    found = [place for place, value in values(result) if is_answer(answer, value)]
    return sorted(found, key=lambda place: place.count(".") + place.count("["))


def values(result: Any, place: str = "") -> Iterator[tuple[str, Json]]:
    """Every value in a result with its place; of a list of objects each column too, as ``loans[].id``.

    >>> dict(values({"loans": [{"id": 1}, {"id": 2}]}))["loans[].id"]
    [1, 2]
    """
    yield place, result
    if isinstance(result, dict):
        for name, inner in result.items():
            yield from values(inner, f"{place}.{name}" if place else name)
    elif isinstance(result, list):
        for number, inner in enumerate(result):
            yield from values(inner, f"{place}[{number}]")
        rows = [row for row in result if isinstance(row, dict)]
        if rows and len(rows) == len(result):
            for name in rows[0]:
                if all(name in row for row in rows):
                    yield f"{place}[].{name}", [row[name] for row in rows]


def at(result: Json, place: str) -> Json:
    """What stands at a place of a result; None where there is no such place."""
    return dict(values(result)).get(place)
