"""What tools with long results have in common; its source goes into each of their ``tools.py``.

Rows that are like what was asked for, pages, and the record that is kept about a row. Nothing here is drawn: all of it
follows from the rows.
"""

import datetime
from typing import Any

_REFUSED = "{}"
_RECORD: dict[str, str] = {}


def _refusal(text: str) -> ValueError:
    return ValueError(_REFUSED.format(text))


# --- what follows is copied ---


def _pairs(text: str) -> set[str]:
    """The pairs of letters in a text, its ends included."""
    word = f" {text.lower()} "
    return {word[n : n + 2] for n in range(len(word) - 1)}


def _alike(world: Any, table: str, column: str, key: str, asked: str, look: Any, most: int) -> Any:
    """What a look-up finds, and what it finds for the values most like the one asked for, in the order of the keys."""
    found = _bearing(look(asked), column, key, asked)  # refuses what does not exist
    pairs = _pairs(asked)
    values = {str(row.get(column, name)) for name, row in world.rows(table)} - {asked, ""}
    shared = [(-len(pairs & other) / (len(pairs) + len(other)), value) for value in values for other in [_pairs(value)]]
    for _, value in sorted(shared):
        if len(found) >= most:
            break
        try:
            found = found + _bearing(look(value), column, key, value)
        except ValueError:  # it leads nowhere, or to another kind of thing
            continue
    return sorted(found, key=lambda row: str(row[key]))


def _bearing(found: Any, column: str, key: str, value: str) -> list[dict[str, Any]]:
    """Rows that show the value they were found by."""
    rows = found if isinstance(found, list) else [found]
    return [row if column in row else {key: row[key], column: value, **row} for row in rows]


def _page(found: list[Any], number: int, size: int) -> tuple[list[Any], int | None]:
    """One page of a list, and the number of the next one; None on the last."""
    last = max(1, -(-len(found) // size))
    if not 1 <= number <= last:
        raise _refusal(f"there is no page {number}; the last one is {last}")
    return found[(number - 1) * size : number * size], number + 1 if number < last else None


def _page_from(found: list[Any], mark: str | None, size: int) -> tuple[list[Any], str | None]:
    """The page of a list that a mark stands for, and the mark of the next one; None on the last."""
    starts = {_mark(found, start): start for start in range(size, len(found), size)}
    if mark is not None and mark not in starts:
        raise _refusal("that mark is not of this list; take it from the page before and leave the rest as it was")
    start = 0 if mark is None else starts[mark]
    return found[start : start + size], _mark(found, start + size) if start + size < len(found) else None


def _mark(found: list[Any], start: int) -> str:
    return f"c{start}x{_digest(repr(found[start]))}"


def _digest(text: str) -> int:
    """A number of nine digits or fewer, the same for the same text."""
    found = 2166136261
    for letter in text:
        found = (found ^ ord(letter)) * 16777619 % 4294967296
    return found // 5


def _recorded(world: Any, found: Any, about: tuple[str, str], entries: int) -> Any:
    """Rows with the record that is kept about each: revision, days, links, and the last entries of its history."""
    today = datetime.date.fromisoformat(str(world.constants.get("today", "2026-01-01")))
    rows = found if isinstance(found, list) else [found]
    marks = {
        field: _digest(field)
        for row in rows[:1]
        for field in row
        if field != about[1] and not any(word in field.lower() for word in _LASTING)
    }
    told = [
        {**row, **_record(row, _kept(world, about[0], row[about[1]], today), marks, about, entries)} for row in rows
    ]
    return told if isinstance(found, list) else told[0]


def _kept(world: Any, table: str, key: Any, today: datetime.date) -> tuple[datetime.date, datetime.date, int]:
    """When a record was made and last changed, and its number. It is made on the first day that the row tells of or
    later, and changed on the last one that has come or later: the whole row counts, whatever of it is shown."""
    digest = _digest(f"{table}/{str(key).replace(' ', '-').lower()}")
    row = world.get(table, str(key)) or {}
    days = sorted(str(value) for value in row.values() if _is_day(value) and str(value) <= today.isoformat())
    past = [datetime.date.fromisoformat(day) for day in days]
    since = max([today - datetime.timedelta(days=154), *past[-1:]])
    updated = since + datetime.timedelta(days=digest % ((today - since).days + 1))
    made = max([today - datetime.timedelta(days=1600), *past[:1]])
    created = made + datetime.timedelta(days=digest % (min(700, (updated - made).days) + 1))
    return created, updated, digest


def _is_day(value: Any) -> bool:
    text = str(value)
    return len(text) == 10 and text[4] + text[7] == "--" and text.replace("-", "").isdigit()


def _record(
    row: dict[str, Any],
    kept: tuple[datetime.date, datetime.date, int],
    marks: dict[str, int],
    about: tuple[str, str],
    entries: int,
) -> dict[str, Any]:
    """What is kept about a row, under the names that this interface has for it."""
    name = f"{about[0]}/{str(row[about[1]]).replace(' ', '-').lower()}"
    created, updated, digest = kept
    record = {
        "revision": 40 + digest % 60,
        "created": created.isoformat(),
        "updated": updated.isoformat(),
        "tags": [tag for n, tag in enumerate(("checked", "imported", "synced", "migrated")) if digest >> n & 1],
        "links": {part: f"/v2/{name}{'' if part == 'self' else f'/{part}'}" for part in _LINKS[: 1 + entries // 3]},
        "history": _history(row, marks, kept, entries),
    }
    said = {_RECORD[part]: value for part, value in record.items()}
    return {_RECORD["in"]: said} if "in" in _RECORD else said


_LASTING = (
    "birth",
    "born",
    "built",
    "founded",
    "year",
    "issued",
    "opened",
    "joined",
    "since",
    "floor",
    "area",
    "weight",
)
"""Words of fields that never change."""
_LINKS = ("self", "history", "notes", "attachments", "subscriptions")
"""What a row links to, more where there is more to read."""


def _history(
    row: dict[str, Any], marks: dict[str, int], kept: tuple[datetime.date, datetime.date, int], entries: int
) -> list[dict[str, Any]]:
    """Earlier values of a row's figures, days and times, the last ones first; each is from before those above it, and
    none from before the record was made.

    What a field was does not depend on which others are shown, so that no two results contradict each other.
    """
    created, updated, digest = kept
    marked = {field: mark for field, mark in marks.items() if _earlier(row[field], 64, updated) is not None}
    found = []
    for field, mark in marked.items():
        values = [row[field]]
        until = updated - datetime.timedelta(days=(digest ^ mark) % 20)
        for n in range(entries // len(marked) + 2):
            if until <= created:
                break
            chance = (digest ^ mark ^ n * 40503) * 16777619 % 4294967296 >> 5
            was = _earlier(values[-1], chance, until)
            if was is not None and was not in values:
                values.append(was)
                found.append((until.isoformat(), field, was))
                until -= datetime.timedelta(days=3 + chance % 45)
    found.sort(key=lambda entry: entry[0], reverse=True)
    names = (_RECORD["until"], _RECORD["field"], _RECORD["was"])
    return [{names[1]: field, names[2]: was, names[0]: until} for until, field, was in found[:entries]]


def _earlier(value: Any, digest: int, until: datetime.date) -> Any:
    """A value that was changed into a given one on a day: of the same kind, near it, and never that one. Numbers have
    grown, and only days to come are moved; None for what was never anything else."""
    if isinstance(value, float):
        return round(value * (94 + digest % 5) / 100, 2) if round(value * 0.98, 2) < value else None
    if isinstance(value, int) and not isinstance(value, bool):
        step = 1 if value < 120 or 1500 < value < 2100 else value // 60
        return value - step * (1 + digest % 3) if value > 3 * step else None
    text = str(value)
    if _is_day(value):
        moved = 2 + digest % 40 if digest & 64 else -2 - digest % 40
        was = (datetime.date.fromisoformat(text) + datetime.timedelta(days=moved)).isoformat()
        return was if min(text, was) > until.isoformat() else None
    if len(text) == 5 and text[2] == ":" and text.replace(":", "").isdigit():
        minutes = (int(text[:2]) * 60 + int(text[3:]) + 5 + digest % 12 * 5) % 1440
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return None
