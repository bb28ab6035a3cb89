"""What the tools of variants have in common; its source goes into each of their ``tools.py``.

Everything works on one row or a list of rows. A ``ValueError`` is a tool's answer to a call that cannot be served.
"""

import datetime
from typing import Any

_NAMES: dict[str, str] = {}
_REFUSED = "{}"
# --- what follows is copied ---


def _refusal(text: str) -> ValueError:
    """The tool's refusal, in the style of this interface."""
    return ValueError(_REFUSED.format(text))


def _each(found: Any, change: Any) -> Any:
    """A row, or each row of a list, changed."""
    return [change(row) for row in found] if isinstance(found, list) else change(found)


def _named(found: Any) -> Any:
    """Fields get the names that this interface has for them."""
    return _each(found, lambda row: {_NAMES.get(name, name): value for name, value in row.items()})


def _part(found: Any, names: str) -> Any:
    """Only the named fields."""
    kept = names.split()
    return _each(found, lambda row: {name: row[name] for name in kept})


def _only(found: Any, names: list[str], keys: str) -> Any:
    """The fields that the caller wants, and those that say which row it is."""
    kept = {*names, *keys.split()}
    return _each(found, lambda row: {name: value for name, value in row.items() if name in kept})


def _without(found: Any, names: list[str]) -> Any:
    """All fields but those that the caller does not want."""
    return _each(found, lambda row: {name: value for name, value in row.items() if name not in names})


def _sorted(found: list[dict[str, Any]], name: str, descending: bool) -> list[dict[str, Any]]:
    return sorted(found, key=lambda row: row[name], reverse=descending)


def _texts(found: Any, names: str, say: Any) -> Any:
    """Adds to each named field a second one with its value in words."""
    kept = names.split()
    return _each(found, lambda row: {**row, **{f"{name}_text": say(row[name]) for name in kept if name in row}})


def _day_text(value: Any, style: str) -> Any:
    """``2026-05-04`` as ``04.05.2026``, ``05/04/2026`` or ``20260504``."""
    year, _, rest = str(value).partition("-")
    month, _, day = rest.partition("-")
    return {"day_first": f"{day}.{month}.{year}", "month_first": f"{month}/{day}/{year}"}.get(style, year + month + day)


def _clock_text(value: Any) -> str:
    """``14:05`` as ``2:05 PM``."""
    hour, _, minutes = str(value).partition(":")
    return f"{int(hour) % 12 or 12}:{minutes} {'PM' if int(hour) >= 12 else 'AM'}"


def _number_text(value: Any, style: str) -> str:
    """``1234.5`` as ``1,234.50`` or ``1234.5``."""
    return f"{value:,.2f}" if style == "grouped" else str(value)


def _ordered(found: Any, keys: str) -> Any:
    """Fields in the order of the alphabet, after those that say which row it is."""
    first = keys.split()
    return _each(found, lambda row: {name: row[name] for name in sorted(row, key=lambda n: (n not in first, n))})


def _types(found: Any) -> dict[str, str]:
    """Field -> type of its value."""
    row = (found[0] if found else {}) if isinstance(found, list) else found
    return {name: type(value).__name__ for name, value in row.items()}


def _iso(day: dict[str, int]) -> str:
    """A date that is given in parts."""
    try:
        return datetime.date(day["year"], day["month"], day["day"]).isoformat()
    except (ValueError, OverflowError):
        said = "-".join(str(day[part])[:12] for part in ("year", "month", "day"))
        raise _refusal(f"{said} is not in the calendar") from None


def _given(value: Any, name: str, choice: str) -> Any:
    """A parameter that this choice needs."""
    if value is None:
        raise _refusal(f"{name} is needed for {choice}")
    return value


def _unused(choice: str, **given: Any) -> None:
    """Refuses parameters that this choice does not take."""
    for name, value in given.items():
        if value is not None:
            raise _refusal(f"{name} is not for {choice}; leave it out")
