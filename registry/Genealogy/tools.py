"""Tools of Genealogy: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_county(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "counties", name)
    return _view("name", name, row, "judge hearths colour")


def list_parishes(world: Any, county: str) -> dict[str, Any]:
    _row(world, "counties", county)
    wanted = {"county": county}
    found = world.find("parishes", **wanted)
    return {"parishes": _views(found, "name", "pastor souls founded")}


def get_parish(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "parishes", name)
    return _view("name", name, row, "county pastor souls founded")


def list_villages(world: Any, parish: str) -> dict[str, Any]:
    _row(world, "parishes", parish)
    wanted = {"parish": parish}
    found = world.find("villages", **wanted)
    return {"villages": _views(found, "name", "farms toll")}


def get_village(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "villages", name)
    return _view("name", name, row, "parish farms innkeeper toll")


def list_births(world: Any, birthplace: str) -> dict[str, Any]:
    _row(world, "villages", birthplace)
    wanted = {"birthplace": birthplace}
    found = world.find("persons", **wanted)
    return {"persons": _views(found, "person_id", "name birth_date cause")}


def find_person(world: Any, name: str) -> dict[str, Any]:
    person_id, row = _called(world, "persons", "name", name)
    return _view("person_id", person_id, row, "name sex")


def get_person(world: Any, person_id: str) -> dict[str, Any]:
    row = _row(world, "persons", person_id)
    return _view("person_id", person_id, row, "name father mother birth_date death_date birthplace house cause")


def list_children_of_father(world: Any, father: str) -> dict[str, Any]:
    _row(world, "persons", father)
    wanted = {"father": father}
    found = world.find("persons", **wanted)
    return {"persons": _views(found, "person_id", "name birth_date")}


def list_children_of_mother(world: Any, mother: str) -> dict[str, Any]:
    _row(world, "persons", mother)
    wanted = {"mother": mother}
    found = world.find("persons", **wanted)
    return {"persons": _views(found, "person_id", "name birth_date")}


def find_wedding_of_man(world: Any, husband: str) -> dict[str, Any]:
    _row(world, "persons", husband)
    wanted = {"husband": husband}
    found = world.find("marriages", **wanted)
    return {"marriages": _views(found, "marriage_no", "wife wedding_date")}


def find_wedding_of_woman(world: Any, wife: str) -> dict[str, Any]:
    _row(world, "persons", wife)
    wanted = {"wife": wife}
    found = world.find("marriages", **wanted)
    return {"marriages": _views(found, "marriage_no", "husband wedding_date")}


def list_weddings(world: Any, parish: str) -> dict[str, Any]:
    _row(world, "parishes", parish)
    wanted = {"parish": parish}
    found = world.find("marriages", **wanted)
    return {"marriages": _views(found, "marriage_no", "wedding_date dowry")}


def get_marriage(world: Any, marriage_no: str) -> dict[str, Any]:
    row = _row(world, "marriages", marriage_no)
    return _view("marriage_no", marriage_no, row, "husband wife wedding_date parish dowry witness")


def get_trade(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "trades", name)
    return _view("name", name, row, "guild master apprenticeship")


def list_occupations(world: Any, person: str) -> dict[str, Any]:
    _row(world, "persons", person)
    wanted = {"person": person}
    found = world.find("occupations", **wanted)
    return {"occupations": _views(found, "occupation_no", "trade start_date income")}


def list_workers(world: Any, trade: str) -> dict[str, Any]:
    _row(world, "trades", trade)
    wanted = {"trade": trade}
    found = world.find("occupations", **wanted)
    return {"occupations": _views(found, "occupation_no", "person village income")}


def get_occupation(world: Any, occupation_no: str) -> dict[str, Any]:
    row = _row(world, "occupations", occupation_no)
    return _view("occupation_no", occupation_no, row, "person trade village start_date income")


def get_archive(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "archives", name)
    return _view("name", name, row, "archivist opens seats")


def list_books(world: Any, parish: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "parishes", parish)
    wanted = {"parish": parish}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("register_books", **wanted)
    return {"register_books": _views(found, "signature", "pages bound_date")}


def list_book_holdings(world: Any, archive: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "archives", archive)
    wanted = {"archive": archive}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("register_books", **wanted)
    return {"register_books": _views(found, "signature", "parish pages")}


def get_book(world: Any, signature: str) -> dict[str, Any]:
    row = _row(world, "register_books", signature)
    return _view("signature", signature, row, "parish kind archive pages film bound_date")


def find_entry(world: Any, person: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "persons", person)
    wanted = {"person": person}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("register_entries", **wanted)
    return {"register_entries": _views(found, "entry_no", "book page entry_date")}


def list_entries(world: Any, book: str) -> dict[str, Any]:
    _row(world, "register_books", book)
    wanted = {"book": book}
    found = world.find("register_entries", **wanted)
    return {"register_entries": _views(found, "entry_no", "person page entry_date")}


def get_entry(world: Any, entry_no: str) -> dict[str, Any]:
    row = _row(world, "register_entries", entry_no)
    return _view("entry_no", entry_no, row, "person kind book page entry_date clerk")


def list_sources(world: Any, archive: str) -> dict[str, Any]:
    _row(world, "archives", archive)
    wanted = {"archive": archive}
    found = world.find("sources", **wanted)
    return {"sources": _views(found, "title", "sheets writing_date")}


def get_source(world: Any, title: str) -> dict[str, Any]:
    row = _row(world, "sources", title)
    return _view("title", title, row, "archive sheets writing_date editor")


def list_mentions(world: Any, source: str) -> dict[str, Any]:
    _row(world, "sources", source)
    wanted = {"source": source}
    found = world.find("mentions", **wanted)
    return {"mentions": _views(found, "mention_no", "person sheet lines")}


def list_traces(world: Any, person: str) -> dict[str, Any]:
    _row(world, "persons", person)
    wanted = {"person": person}
    found = world.find("mentions", **wanted)
    return {"mentions": _views(found, "mention_no", "source sheet lines")}


def get_mention(world: Any, mention_no: str) -> dict[str, Any]:
    row = _row(world, "mentions", mention_no)
    return _view("mention_no", mention_no, row, "source person sheet lines")


def get_ship(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "ships", name)
    return _view("name", name, row, "captain tons launch_date")


def list_passengers(world: Any, ship: str) -> dict[str, Any]:
    _row(world, "ships", ship)
    wanted = {"ship": ship}
    found = world.find("emigrations", **wanted)
    return {"emigrations": _views(found, "emigration_no", "person sailing_date fare")}


def find_emigration(world: Any, person: str) -> dict[str, Any]:
    _row(world, "persons", person)
    wanted = {"person": person}
    found = world.find("emigrations", **wanted)
    return {"emigrations": _views(found, "emigration_no", "ship sailing_date")}


def get_emigration(world: Any, emigration_no: str) -> dict[str, Any]:
    row = _row(world, "emigrations", emigration_no)
    return _view("emigration_no", emigration_no, row, "person ship sailing_date harbour fare")


def measure_walk(world: Any, first: str, second: str) -> dict[str, Any]:
    first_row = _row(world, "villages", first)
    second_row = _row(world, "villages", second)
    return {
        "first": first,
        "second": second,
        "hours": 1 + (abs(first_row["east"] - second_row["east"]) + abs(first_row["north"] - second_row["north"])) // 5,
    }


def price_copies(world: Any, signature: str, archive: str) -> dict[str, Any]:
    book = _row(world, "register_books", signature)
    archive_row = _row(world, "archives", archive)
    return {
        "signature": signature, "archive": archive, "price": round(book["pages"] * archive_row["page_fee"] / 100, 2)
    }


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'counties': ('county is called', 'get_parish gives the right ones'),
    'parishes': ('parish is called', 'list_parishes and get_village give the right ones'),
    'villages': ('village is called', 'list_villages and get_person give the right ones'),
    'persons': ('person has the id', 'list_births and find_person give the right ones'),
    'marriages': ('marriage has the number', 'find_wedding_of_man and find_wedding_of_woman give the right ones'),
    'trades': ('trade is called', 'get_occupation gives the right ones'),
    'occupations': ('occupation has the number', 'list_occupations and list_workers give the right ones'),
    'archives': ('archive is called', 'get_book and get_source give the right ones'),
    'register_books': ('register book has the signature', 'list_books and list_book_holdings give the right ones'),
    'register_entries': ('register entry has the entry no', 'find_entry and list_entries give the right ones'),
    'sources': ('source has the title', 'list_sources and get_mention give the right ones'),
    'mentions': ('mention has the number', 'list_mentions and list_traces give the right ones'),
    'ships': ('ship is called', 'get_emigration gives the right ones'),
    'emigrations': ('emigration has the number', 'list_passengers and find_emigration give the right ones'),
}


def _shown(value: str) -> str:
    """What the caller wrote, short and escaped."""
    return ascii(value[:40] + "..." if len(value) > 40 else value)


def _row(world: Any, table: str, key: str) -> dict[str, Any]:
    row: dict[str, Any] | None = world.get(table, key)
    if row is None:
        what, mend = _SOURCES[table]
        raise ValueError(f"no {what} {_shown(key)}; {mend}")
    return row


def _called(world: Any, table: str, column: str, value: str) -> tuple[str, dict[str, Any]]:
    """Key and row of the one that bears a name."""
    found: list[tuple[str, dict[str, Any]]] = world.find(table, **{column: value})
    if not found:
        what = _SOURCES[table][0].split()[0]
        raise ValueError(f"no {what} with the {column} {_shown(value)} is known; give it as it was written, in full")
    return found[0]


def _view(key: str, value: str, row: dict[str, Any], columns: str) -> dict[str, Any]:
    """A row's key and some of its columns (created rows do not hold their key)."""
    return {key: value, **{column: row[column] for column in columns.split()}}


def _views(found: list[tuple[str, dict[str, Any]]], key: str, columns: str) -> list[dict[str, Any]]:
    return [_view(key, row_key, row, columns) for row_key, row in found]


def _rule(world: Any, topic: str) -> int:
    value: int = _row(world, "rules", topic)["value"]
    return value


def _day(text: str) -> Date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{_shown(text)} is no date; write it as YYYY-MM-DD")
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not in the calendar") from None


def _day_to_come(world: Any, text: str) -> str:
    if _day(text) < _day(world.constants["today"]):
        raise ValueError(f"{text} is past: today is {world.constants['today']}")
    return text


def _days_until(world: Any, text: str) -> int:
    """Days from today; negative for a day that is past."""
    return (_day(text) - _day(world.constants["today"])).days


def _add_days(text: str, days: int) -> str:
    return (_day(text) + timedelta(days=days)).isoformat()


def _count(world: Any, table: str, **equal: Any) -> int:
    return len(world.find(table, **equal))


def _hours_until(world: Any, day: str, clock: str) -> float:
    """Hours from the beginning of today."""
    return _days_until(world, day) * 24 + int(clock[:2]) + int(clock[3:]) / 60


def _years_between(day: str, later: str) -> int:
    """Full years, as ages are counted."""
    return int(later[:4]) - int(day[:4]) - (later[5:] < day[5:])


def _total(world: Any, table: str, column: str, **equal: Any) -> Any:
    return sum([row[column] for _, row in world.find(table, **equal)])


def _first(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """Key of the row with the least value of a column, of those where ``among`` is truthy; empty if there is none."""
    found = [(row[column], key) for key, row in world.find(table, **equal) if not among or row[among]]
    return min(found)[1] if found else ""


def _listed(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """The different values of a column, a few of them."""
    found = {str(row[column]) for _, row in world.find(table, **equal) if not among or row[among]}
    return ", ".join(sorted(found)[:5]) or "none"


def _plain(figure: float) -> float:
    """A whole number without a fraction."""
    return int(figure) if figure == int(figure) else figure
