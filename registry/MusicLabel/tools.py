"""Tools of MusicLabel: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def find_artist(world: Any, name: str) -> dict[str, Any]:
    artist_id, row = _called(world, "artists", "name", name)
    return _view("artist_id", artist_id, row, "name email")


def get_artist(world: Any, artist_id: str) -> dict[str, Any]:
    row = _row(world, "artists", artist_id)
    return _view("artist_id", artist_id, row, "name city born email day_rate")


def get_band(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "bands", name)
    return _view("name", name, row, "genre founded manager leader followers")


def list_members(world: Any, band: str) -> dict[str, Any]:
    _row(world, "bands", band)
    wanted = {"band": band}
    found = world.find("memberships", **wanted)
    return {"memberships": _views(found, "membership_no", "artist part share start_date")}


def list_bands_of(world: Any, artist: str) -> dict[str, Any]:
    _row(world, "artists", artist)
    wanted = {"artist": artist}
    found = world.find("memberships", **wanted)
    return {"memberships": _views(found, "membership_no", "band part start_date")}


def find_membership(world: Any, artist: str, band: str) -> dict[str, Any]:
    _row(world, "artists", artist)
    _row(world, "bands", band)
    wanted = {"artist": artist, "band": band}
    found = world.find("memberships", **wanted)
    return {"memberships": _views(found, "membership_no", "part share start_date")}


def get_membership(world: Any, membership_no: str) -> dict[str, Any]:
    row = _row(world, "memberships", membership_no)
    return _view("membership_no", membership_no, row, "band artist part share start_date")


def list_contracts(world: Any, band: str) -> dict[str, Any]:
    _row(world, "bands", band)
    wanted = {"band": band}
    found = world.find("contracts", **wanted)
    return {"contracts": _views(found, "contract_no", "advance royalty ends")}


def get_contract(world: Any, contract_no: str) -> dict[str, Any]:
    row = _row(world, "contracts", contract_no)
    return _view("contract_no", contract_no, row, "band lawyer advance royalty signed ends")


def list_statements(world: Any, contract: str, status: str = "any") -> dict[str, Any]:
    _row(world, "contracts", contract)
    wanted = {"contract": contract}
    if status != "any":
        wanted["status"] = status
    found = world.find("statements", **wanted)
    return {"statements": _views(found, "statement_no", "statement_date amount streams status")}


def get_statement(world: Any, statement_no: str) -> dict[str, Any]:
    row = _row(world, "statements", statement_no)
    return _view("statement_no", statement_no, row, "contract statement_date amount streams status method")


def list_albums(world: Any, band: str) -> dict[str, Any]:
    _row(world, "bands", band)
    wanted = {"band": band}
    found = world.find("albums", **wanted)
    return {"albums": _views(found, "title", "recording_date costs")}


def list_produced(world: Any, producer: str) -> dict[str, Any]:
    _row(world, "artists", producer)
    wanted = {"producer": producer}
    found = world.find("albums", **wanted)
    return {"albums": _views(found, "title", "band costs")}


def get_album(world: Any, title: str) -> dict[str, Any]:
    row = _row(world, "albums", title)
    return _view("title", title, row, "band producer recording_date costs designer")


def list_tracks(world: Any, album: str) -> dict[str, Any]:
    _row(world, "albums", album)
    wanted = {"album": album}
    found = world.find("tracks", **wanted)
    return {"tracks": _views(found, "title", "duration tempo plays")}


def get_track(world: Any, title: str) -> dict[str, Any]:
    row = _row(world, "tracks", title)
    return _view("title", title, row, "album isrc duration tempo plays")


def list_credits(world: Any, track: str) -> dict[str, Any]:
    _row(world, "tracks", track)
    wanted = {"track": track}
    found = world.find("credits", **wanted)
    return {"credits": _views(found, "credit_no", "artist role share")}


def list_work(world: Any, artist: str) -> dict[str, Any]:
    _row(world, "artists", artist)
    wanted = {"artist": artist}
    found = world.find("credits", **wanted)
    return {"credits": _views(found, "credit_no", "track role share")}


def get_credit(world: Any, credit_no: str) -> dict[str, Any]:
    row = _row(world, "credits", credit_no)
    return _view("credit_no", credit_no, row, "track artist role share")


def get_territory(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "territories", name)
    return _view("name", name, row, "distributor tax shops")


def list_releases(world: Any, album: str) -> dict[str, Any]:
    _row(world, "albums", album)
    wanted = {"album": album}
    found = world.find("releases", **wanted)
    return {"releases": _views(found, "release_no", "territory format price copies")}


def list_market(world: Any, territory: str, format: str = "any") -> dict[str, Any]:
    _row(world, "territories", territory)
    wanted = {"territory": territory}
    if format != "any":
        wanted["format"] = format
    found = world.find("releases", **wanted)
    return {"releases": _views(found, "release_no", "album release_date price format")}


def find_release(world: Any, album: str, territory: str) -> dict[str, Any]:
    _row(world, "albums", album)
    _row(world, "territories", territory)
    wanted = {"album": album, "territory": territory}
    found = world.find("releases", **wanted)
    return {"releases": _views(found, "release_no", "format price")}


def get_release(world: Any, release_no: str) -> dict[str, Any]:
    row = _row(world, "releases", release_no)
    return _view("release_no", release_no, row, "album territory format release_date price copies")


def get_studio(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "studios", name)
    return _view("name", name, row, "city engineer daily_rate microphones")


def list_sessions(world: Any, album: str, status: str = "any") -> dict[str, Any]:
    _row(world, "albums", album)
    wanted = {"album": album}
    if status != "any":
        wanted["status"] = status
    found = world.find("sessions", **wanted)
    return {"sessions": _views(found, "session_no", "studio date hours status")}


def list_bookings(world: Any, studio: str, status: str = "any") -> dict[str, Any]:
    _row(world, "studios", studio)
    wanted = {"studio": studio}
    if status != "any":
        wanted["status"] = status
    found = world.find("sessions", **wanted)
    return {"sessions": _views(found, "session_no", "date hours status")}


def find_session(world: Any, studio: str, date: str) -> dict[str, Any]:
    _row(world, "studios", studio)
    _day(date)
    wanted = {"studio": studio, "date": date}
    found = world.find("sessions", **wanted)
    return {"sessions": _views(found, "session_no", "album hours status")}


def get_session(world: Any, session_no: str) -> dict[str, Any]:
    row = _row(world, "sessions", session_no)
    return _view("session_no", session_no, row, "album studio producer status date hours")


def get_playlist(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "playlists", name)
    return _view("name", name, row, "curator subscribers updated picture_by")


def list_entries(world: Any, playlist: str) -> dict[str, Any]:
    _row(world, "playlists", playlist)
    wanted = {"playlist": playlist}
    found = world.find("entries", **wanted)
    return {"entries": _views(found, "entry_no", "track place saves")}


def list_placements(world: Any, track: str) -> dict[str, Any]:
    _row(world, "tracks", track)
    wanted = {"track": track}
    found = world.find("entries", **wanted)
    return {"entries": _views(found, "entry_no", "playlist place saves")}


def get_entry(world: Any, entry_no: str) -> dict[str, Any]:
    row = _row(world, "entries", entry_no)
    return _view("entry_no", entry_no, row, "playlist track place added saves")


def list_tours(world: Any, band: str) -> dict[str, Any]:
    _row(world, "bands", band)
    wanted = {"band": band}
    found = world.find("tours", **wanted)
    return {"tours": _views(found, "tour_no", "crew")}


def get_tour(world: Any, tour_no: str) -> dict[str, Any]:
    row = _row(world, "tours", tour_no)
    return _view("tour_no", tour_no, row, "band sponsor tour_manager crew")


def get_venue(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "venues", name)
    return _view("name", name, row, "city capacity contact hire_fee")


def list_concerts(world: Any, tour: str) -> dict[str, Any]:
    _row(world, "tours", tour)
    wanted = {"tour": tour}
    found = world.find("concerts", **wanted)
    return {"concerts": _views(found, "concert_no", "venue date seats_sold")}


def list_nights(world: Any, venue: str) -> dict[str, Any]:
    _row(world, "venues", venue)
    wanted = {"venue": venue}
    found = world.find("concerts", **wanted)
    return {"concerts": _views(found, "concert_no", "date ticket_price seats_sold")}


def list_openings(world: Any, support: str) -> dict[str, Any]:
    _row(world, "bands", support)
    wanted = {"support": support}
    found = world.find("concerts", **wanted)
    return {"concerts": _views(found, "concert_no", "tour date ticket_price")}


def get_concert(world: Any, concert_no: str) -> dict[str, Any]:
    row = _row(world, "concerts", concert_no)
    return _view("concert_no", concert_no, row, "tour venue support date ticket_price seats_sold")


def quote_import(world: Any, release_no: str, territory: str) -> dict[str, Any]:
    release = _row(world, "releases", release_no)
    territory_row = _row(world, "territories", territory)
    return {
        "release_no": release_no,
        "territory": territory,
        "price": round(release["price"] * (100 + territory_row["freight"]) / 100, 2),
    }


def driving_time(world: Any, first: str, second: str) -> dict[str, Any]:
    first_row = _row(world, "venues", first)
    second_row = _row(world, "venues", second)
    return {"first": first, "second": second, "minutes": 15 + 9 * abs(first_row["mark"] - second_row["mark"])}


def book_session(world: Any, title: str, studio: str, date: str) -> dict[str, Any]:
    album = _row(world, "albums", title)
    studio_row = _row(world, "studios", studio)
    _day_to_come(world, date)
    if not _days_until(world, date) <= _rule(world, "session horizon"):
        raise ValueError(
            f"sessions are booked for the next {_rule(world, 'session horizon')} days; name an earlier day"
        )
    if _count(world, "sessions", studio=studio, date=date, status="planned") != 0:
        raise ValueError(f"{studio} is taken on {date}; name another day or another studio")
    if not _count(world, "sessions", album=title, status="planned") < _rule(world, "sessions per album"):
        raise ValueError(
            f"{title} has {_rule(world, 'sessions per album')} planned sessions, the most allowed; cancel one first"
        )
    hours = _rule(world, "session length")
    row = {
        "album": title,
        "studio": studio,
        "date": date,
        "hours": hours,
        "producer": album["producer"],
        "takes": 0,
        "status": "planned",
    }
    new_session = world.insert("sessions", row, prefix="SES")
    world.update("albums", title, costs=album["costs"] + studio_row["daily_rate"])
    return _view("session_no", new_session, row, "album studio date hours producer takes status") | {"hours": hours}


def move_session(world: Any, session_no: str, date: str) -> dict[str, Any]:
    session = _row(world, "sessions", session_no)
    _day_to_come(world, date)
    if session["status"] != "planned":
        raise ValueError(f"session {session_no} is {session['status']}; only a planned one can be changed")
    if not _days_until(world, date) <= _rule(world, "session horizon"):
        raise ValueError(
            f"sessions are booked for the next {_rule(world, 'session horizon')} days; name an earlier day"
        )
    if session["date"] == date:
        raise ValueError(f"session {session_no} is on {date} already; name another day")
    if not _days_until(world, session["date"]) >= _rule(world, "moving notice"):
        raise ValueError(f"it is too late: moving a session takes {_rule(world, 'moving notice')} days' notice")
    if _count(world, "sessions", studio=session["studio"], date=date, status="planned") != 0:
        raise ValueError(f"{session['studio']} is taken on {date}; name another day")
    row = world.update("sessions", session_no, date=date)
    return _view("session_no", session_no, row, "date")


def cancel_session(world: Any, session_no: str) -> dict[str, Any]:
    session = _row(world, "sessions", session_no)
    if session["status"] != "planned":
        raise ValueError(f"session {session_no} is {session['status']}; only a planned one can be changed")
    charge = (
        0
        if _days_until(world, session["date"]) >= _rule(world, "free cancellation")
        else round(
            _row(world, "studios", session["studio"])["daily_rate"] * _rule(world, "cancellation share") / 100, 2
        )
    )
    row = world.update("sessions", session_no, status="cancelled")
    world.update(
        "albums",
        session["album"],
        costs=(
            (_row(world, "albums", session["album"])["costs"] - _row(world, "studios", session["studio"])["daily_rate"])
            + charge
        ),
    )
    return _view("session_no", session_no, row, "status") | {"charge": charge}


def pay_statement(world: Any, statement_no: str, method: str) -> dict[str, Any]:
    statement = _row(world, "statements", statement_no)
    if statement["status"] != "open":
        raise ValueError(f"statement {statement_no} is paid already; nothing is due")
    if not (method != "cheque" or statement["amount"] <= _rule(world, "cheque limit")):
        raise ValueError(
            f"up to {_rule(world, 'cheque limit')} euros are paid by cheque; pay by transfer or as a credit note"
        )
    row = world.update("statements", statement_no, status="paid", method=method)
    world.update(
        "contracts",
        statement["contract"],
        recouped=_row(world, "contracts", statement["contract"])["recouped"] + statement["amount"],
    )
    return _view("statement_no", statement_no, row, "status method")


def press_copies(world: Any, release_no: str, batches: int) -> dict[str, Any]:
    release = _row(world, "releases", release_no)
    if release["format"] == "download":
        raise ValueError(f"release {release_no} is a download, of which no copies are pressed")
    if not release["copies"] <= _rule(world, "pressing limit"):
        raise ValueError(
            f"there are {release['copies']} copies of {release_no}; more are pressed up to {_rule(world, 'pressing limit')}"
        )
    if not batches <= _rule(world, "largest pressing"):
        raise ValueError(f"at most {_rule(world, 'largest pressing')} batches are pressed at once; order fewer")
    more = batches * _rule(world, "pressing batch")
    row = world.update("releases", release_no, copies=release["copies"] + more)
    world.update("albums", release["album"], costs=_row(world, "albums", release["album"])["costs"] + 2 * more)
    return _view("release_no", release_no, row, "copies") | {"more": more}


def add_to_playlist(world: Any, playlist: str, title: str) -> dict[str, Any]:
    _row(world, "playlists", playlist)
    _row(world, "tracks", title)
    if _count(world, "entries", playlist=playlist, track=title) != 0:
        raise ValueError(f"{title} is on {playlist} already; name another track")
    if not _count(world, "entries", playlist=playlist) < _rule(world, "playlist length"):
        raise ValueError(
            f"{playlist} holds {_rule(world, 'playlist length')} tracks, the most allowed; choose another playlist"
        )
    row = {
        "playlist": playlist,
        "track": title,
        "place": _count(world, "entries", playlist=playlist) + 1,
        "added": world.constants["today"],
        "saves": 0,
    }
    new_entry = world.insert("entries", row, prefix="PLE")
    world.update("playlists", playlist, updated=world.constants["today"])
    return _view("entry_no", new_entry, row, "playlist track place added saves")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'artists': ('artist has the id', 'find_artist and get_band give the right ones'),
    'bands': ('band is called', 'get_membership and get_contract give the right ones'),
    'memberships': ('membership has the number', 'list_members and list_bands_of give the right ones'),
    'contracts': ('contract has the number', 'list_contracts and get_statement give the right ones'),
    'statements': ('statement has the number', 'list_statements gives the right ones'),
    'albums': ('album has the title', 'list_albums and list_produced give the right ones'),
    'tracks': ('track has the title', 'list_tracks and get_credit give the right ones'),
    'credits': ('credit has the number', 'list_credits and list_work give the right ones'),
    'territories': ('territory is called', 'get_release gives the right ones'),
    'releases': ('release has the number', 'list_releases and list_market give the right ones'),
    'studios': ('studio is called', 'get_session gives the right ones'),
    'sessions': ('session has the number', 'list_sessions and list_bookings give the right ones'),
    'playlists': ('playlist is called', 'get_entry gives the right ones'),
    'entries': ('entry has the number', 'list_entries and list_placements give the right ones'),
    'tours': ('tour has the number', 'list_tours and get_concert give the right ones'),
    'venues': ('venue is called', 'get_concert gives the right ones'),
    'concerts': ('concert has the number', 'list_concerts and list_nights give the right ones'),
    'rules': ('rule is about', "the topics are listed in the tool's document"),
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
