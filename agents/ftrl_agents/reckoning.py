"""Exercises in reckoning: many short workings, as notes have them, of numbers, times and dates without end."""

from __future__ import annotations

import datetime
import random
from typing import Any

from ftrl_agents.workings import compared, step

MOST = 20
"""Most workings of one exercise."""
_ASKED = ("Work out: {}", "Reckon: {}", "What do these come to: {}")
_DIGITS = (1, 2, 2, 2, 3, 3, 3, 4, 5)
_NEARBY = 3
"""So near to each other are the operands of a comparison now and then."""


def reckoning(rng: random.Random) -> list[dict[str, Any]]:
    """One exercise as chat messages: what is to be worked out, and how it is."""
    wanted = [_wanted(rng) for _ in range(rng.randint(4, MOST))]
    told = ", ".join(f"{left} {sign} {right}" for left, sign, right in wanted)
    done = ", ".join(
        compared(left, right) or f"{left} = {right}" if sign == "?" else step(left, sign, right)
        for left, sign, right in wanted
    )
    return [
        {"role": "user", "content": rng.choice(_ASKED).format(told)},
        {"role": "assistant", "content": done},
    ]


def _wanted(rng: random.Random) -> tuple[str, str, str]:
    """Both operands, with the sign or a question mark between them."""
    draw = rng.random()
    if draw < 0.3:
        return _number(rng), "+", _number(rng)
    if draw < 0.5:
        less, more = sorted((_number(rng), _number(rng)), key=float)
        return more, "-", less
    if draw < 0.65:
        return _number(rng), "x", str(rng.randint(2, 9))
    if draw < 0.8:
        return _compared(rng)
    if draw < 0.9:
        at, minutes = rng.randrange(18, 270), rng.choice((20, 30, 40, 45, 75, 90))
        return _time(at * 5), rng.choice("+-") if 90 < at * 5 < 1350 else "+" if at * 5 < 720 else "-", str(minutes)
    if draw < 0.95:
        early, late = sorted(rng.sample(range(0, 1440, 5), 2))
        return _time(late), "-", _time(early)
    return _date(rng), rng.choice("+-"), str(rng.choice((3, 5, 7, 10, 14, 21, 30)))


def _compared(rng: random.Random) -> tuple[str, str, str]:
    draw = rng.random()
    if draw < 0.2:
        return _date(rng), "?", _date(rng)
    if draw < 0.4:
        return _time(rng.randrange(0, 1440, 5)), "?", _time(rng.randrange(0, 1440, 5))
    one = _number(rng)
    near = rng.random() < 0.5 and "." not in one
    return one, "?", str(max(0, int(one) + rng.randint(-_NEARBY, _NEARBY))) if near else _number(rng)


def _number(rng: random.Random) -> str:
    digits = rng.choice(_DIGITS)
    whole = rng.randrange(10 ** (digits - 1), 10**digits)
    if digits < 3 and rng.random() < 0.15:
        return f"{whole}.{rng.choice(('0', '5', '25', '75', str(rng.randint(1, 9))))}"
    return str(whole)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _date(rng: random.Random) -> str:
    return (datetime.date(2026, 1, 1) + datetime.timedelta(days=rng.randrange(365))).isoformat()
