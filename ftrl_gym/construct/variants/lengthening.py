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
    lasting = ("birth", "born", "built", "founded", "year", about[1])
    marks = {
        field: _digest(field) for row in rows[:1] for field in row if not any(word in field.lower() for word in lasting)
    }
    told = [{**row, **_record(row, marks, about, entries, today)} for row in rows]
    return told if isinstance(found, list) else told[0]


def _record(
    row: dict[str, Any], marks: dict[str, int], about: tuple[str, str], entries: int, today: datetime.date
) -> dict[str, Any]:
    """What is kept about a row, under the names that this interface has for it."""
    name = f"{about[0]}/{str(row[about[1]]).replace(' ', '-').lower()}"
    digest = _digest(name)
    updated = today - datetime.timedelta(days=4 + digest % 150)
    record = {
        "revision": 40 + digest % 60,
        "created": (today - datetime.timedelta(days=900 + digest % 700)).isoformat(),
        "updated": updated.isoformat(),
        "tags": [tag for n, tag in enumerate(("checked", "imported", "synced", "migrated")) if digest >> n & 1],
        "links": {part: f"/v2/{name}{'' if part == 'self' else f'/{part}'}" for part in _LINKS[: 1 + entries // 3]},
        "history": _history(row, marks, digest, entries, updated),
    }
    said = {_RECORD[part]: value for part, value in record.items()}
    return {_RECORD["in"]: said} if "in" in _RECORD else said


_LINKS = ("self", "history", "notes", "attachments", "subscriptions")
"""What a row links to, more where there is more to read."""


def _history(
    row: dict[str, Any], marks: dict[str, int], digest: int, entries: int, updated: datetime.date
) -> list[dict[str, Any]]:
    """Earlier values of a row's figures, days and times, the last ones first; each is from before those above it.

    What a field was does not depend on which others are shown, so that no two results contradict each other.
    """
    marked = {field: mark for field, mark in marks.items() if _earlier(row[field], 0) is not None}
    found = []
    for field, mark in marked.items():
        values = [row[field]]
        until = updated - datetime.timedelta(days=(digest ^ mark) % 20)
        for n in range(entries // len(marked) + 2):
            chance = (digest ^ mark ^ n * 40503) * 16777619 % 4294967296 >> 5
            was = _earlier(values[-1], chance)
            if was is not None and was not in values:
                values.append(was)
                found.append((until.isoformat(), field, was))
                until -= datetime.timedelta(days=3 + chance % 45)
    found.sort(key=lambda entry: entry[0], reverse=True)
    names = (_RECORD["until"], _RECORD["field"], _RECORD["was"])
    return [{names[1]: field, names[2]: was, names[0]: until} for until, field, was in found[:entries]]


def _earlier(value: Any, digest: int) -> Any:
    """A value near another one of its kind, and never that one; None for what has no near ones."""
    if isinstance(value, float):
        return round(value * (94 + digest % 5) / 100, 2) if round(value * 0.98, 2) < value else None
    if isinstance(value, int) and not isinstance(value, bool):
        step = 1 if value < 120 or 1500 < value < 2100 else value // 60
        return value - step * (1 + digest % 3) if value > 3 * step else value + 1 + digest % 3
    text = str(value)
    if len(text) == 10 and text[4] + text[7] == "--" and text.replace("-", "").isdigit():
        moved = 2 + digest % 40 if digest & 64 else -2 - digest % 40
        return (datetime.date.fromisoformat(text) + datetime.timedelta(days=moved)).isoformat()
    if len(text) == 5 and text[2] == ":" and text.replace(":", "").isdigit():
        minutes = (int(text[:2]) * 60 + int(text[3:]) + 5 + digest % 12 * 5) % 1440
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return None
