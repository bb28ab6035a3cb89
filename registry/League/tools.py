"""Tools of League: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_sponsor(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "sponsors", name)
    return _view("name", name, row, "trade contact payment ends")


def list_stadiums(world: Any, sponsor: str) -> dict[str, Any]:
    _row(world, "sponsors", sponsor)
    wanted = {"sponsor": sponsor}
    found = world.find("stadiums", **wanted)
    return {"stadiums": _views(found, "name", "capacity hire_fee")}


def get_stadium(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "stadiums", name)
    return _view("name", name, row, "sponsor capacity surface groundskeeper opened hire_fee")


def get_club(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "clubs", name)
    return _view("name", name, row, "association stadium coach captain founded points budget")


def find_agent(world: Any, name: str) -> dict[str, Any]:
    agent_id, row = _called(world, "agents", "name", name)
    return _view("agent_id", agent_id, row, "name email")


def get_agent(world: Any, agent_id: str) -> dict[str, Any]:
    row = _row(world, "agents", agent_id)
    return _view("agent_id", agent_id, row, "name commission email licensed")


def list_clients(world: Any, agent: str) -> dict[str, Any]:
    _row(world, "agents", agent)
    wanted = {"agent": agent}
    found = world.find("players", **wanted)
    return {"players": _views(found, "player_id", "name market_value wage")}


def find_player(world: Any, name: str) -> dict[str, Any]:
    player_id, row = _called(world, "players", "name", name)
    return _view("player_id", player_id, row, "name position")


def get_player(world: Any, player_id: str) -> dict[str, Any]:
    row = _row(world, "players", player_id)
    return _view(
        "player_id", player_id, row, "name club agent position birth_date abroad goals market_value wage contract_end"
    )


def list_players(world: Any, club: str, position: str = "any") -> dict[str, Any]:
    _row(world, "clubs", club)
    wanted = {"club": club}
    if position != "any":
        wanted["position"] = position
    found = world.find("players", **wanted)
    return {"players": _views(found, "player_id", "name position goals market_value")}


def get_association(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "associations", name)
    return _view("name", name, row, "secretary phone dues")


def list_referees(world: Any, association: str) -> dict[str, Any]:
    _row(world, "associations", association)
    wanted = {"association": association}
    found = world.find("referees", **wanted)
    return {"referees": _views(found, "name", "years fee")}


def get_referee(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "referees", name)
    return _view("name", name, row, "association years fee phone")


def list_home_fixtures(world: Any, home: str, status: str = "any") -> dict[str, Any]:
    _row(world, "clubs", home)
    wanted = {"home": home}
    if status != "any":
        wanted["status"] = status
    found = world.find("fixtures", **wanted)
    return {"fixtures": _views(found, "fixture_no", "date tickets")}


def list_away_fixtures(world: Any, away: str, status: str = "any") -> dict[str, Any]:
    _row(world, "clubs", away)
    wanted = {"away": away}
    if status != "any":
        wanted["status"] = status
    found = world.find("fixtures", **wanted)
    return {"fixtures": _views(found, "fixture_no", "date")}


def find_pairing(world: Any, home: str, away: str) -> dict[str, Any]:
    _row(world, "clubs", home)
    _row(world, "clubs", away)
    wanted = {"home": home, "away": away}
    found = world.find("fixtures", **wanted)
    return {"fixtures": _views(found, "fixture_no", "date")}


def find_fixture(world: Any, venue: str, date: str, status: str = "any") -> dict[str, Any]:
    _row(world, "stadiums", venue)
    _day(date)
    wanted = {"venue": venue, "date": date}
    if status != "any":
        wanted["status"] = status
    found = world.find("fixtures", **wanted)
    return {"fixtures": _views(found, "fixture_no", "kick_off")}


def list_refereed(world: Any, referee: str, status: str = "any") -> dict[str, Any]:
    _row(world, "referees", referee)
    wanted = {"referee": referee}
    if status != "any":
        wanted["status"] = status
    found = world.find("fixtures", **wanted)
    return {"fixtures": _views(found, "fixture_no", "date")}


def get_fixture(world: Any, fixture_no: str) -> dict[str, Any]:
    row = _row(world, "fixtures", fixture_no)
    return _view(
        "fixture_no", fixture_no, row, "home away competition venue referee date kick_off ticket_price tickets status"
    )


def list_cases(world: Any, player: str, status: str = "any") -> dict[str, Any]:
    _row(world, "players", player)
    wanted = {"player": player}
    if status != "any":
        wanted["status"] = status
    found = world.find("cases", **wanted)
    return {"cases": _views(found, "case_no", "fine deadline")}


def get_case(world: Any, case_no: str) -> dict[str, Any]:
    row = _row(world, "cases", case_no)
    return _view("case_no", case_no, row, "fixture player offence deadline demanded fine status ban")


def list_injuries(world: Any, player: str, status: str = "any") -> dict[str, Any]:
    _row(world, "players", player)
    wanted = {"player": player}
    if status != "any":
        wanted["status"] = status
    found = world.find("injuries", **wanted)
    return {"injuries": _views(found, "injury_no", "date part weeks back")}


def list_transfers(world: Any, buyer: str) -> dict[str, Any]:
    _row(world, "clubs", buyer)
    wanted = {"buyer": buyer}
    found = world.find("transfers", **wanted)
    return {"transfers": _views(found, "transfer_no", "fee starts")}


def get_transfer(world: Any, transfer_no: str) -> dict[str, Any]:
    row = _row(world, "transfers", transfer_no)
    return _view("transfer_no", transfer_no, row, "player starts status seller buyer fee")


def transfer_commission(world: Any, agent_id: str, player_id: str) -> dict[str, Any]:
    agent = _row(world, "agents", agent_id)
    player = _row(world, "players", player_id)
    return {
        "agent_id": agent_id,
        "player_id": player_id,
        "commission": round(player["market_value"] * agent["commission"] / 100, 2),
    }


def full_house(world: Any, fixture_no: str, stadium: str) -> dict[str, Any]:
    fixture = _row(world, "fixtures", fixture_no)
    stadium_row = _row(world, "stadiums", stadium)
    return {"fixture_no": fixture_no, "stadium": stadium, "revenue": fixture["ticket_price"] * stadium_row["capacity"]}


def move_fixture(world: Any, fixture_no: str, date: str) -> dict[str, Any]:
    fixture = _row(world, "fixtures", fixture_no)
    _day_to_come(world, date)
    if fixture["status"] != "scheduled":
        raise ValueError(f"fixture {fixture_no} is {fixture['status']}; only a scheduled one can be changed")
    if date == fixture["date"]:
        raise ValueError(f"fixture {fixture_no} is on {date} already; name another day")
    if not _days_until(world, fixture["date"]) >= _rule(world, "moving notice"):
        raise ValueError(
            f"fixture {fixture_no} is on {fixture['date']}; moving it takes {_rule(world, 'moving notice')} days' notice"
        )
    if not abs(_days_until(world, date) - _days_until(world, fixture["date"])) <= _rule(world, "moving range"):
        raise ValueError(
            f"fixture {fixture_no} is on {fixture['date']} and can be moved by {_rule(world, 'moving range')} days at most"
        )
    if _count(world, "fixtures", venue=fixture["venue"], date=date) != 0:
        raise ValueError(f"{fixture['venue']} is taken on {date}; choose another day")
    if (
        (
            _count(world, "fixtures", home=fixture["home"], date=date)
            + _count(world, "fixtures", away=fixture["home"], date=date)
        )
        != 0
    ):
        raise ValueError(f"{fixture['home']} has another fixture on {date}; choose another day")
    if (
        (
            _count(world, "fixtures", home=fixture["away"], date=date)
            + _count(world, "fixtures", away=fixture["away"], date=date)
        )
        != 0
    ):
        raise ValueError(f"{fixture['away']} has another fixture on {date}; choose another day")
    row = world.update("fixtures", fixture_no, date=date)
    return _view("fixture_no", fixture_no, row, "date")


def change_venue(world: Any, fixture_no: str, stadium: str) -> dict[str, Any]:
    fixture = _row(world, "fixtures", fixture_no)
    stadium_row = _row(world, "stadiums", stadium)
    if fixture["status"] != "scheduled":
        raise ValueError(f"fixture {fixture_no} is {fixture['status']}; only a scheduled one can be changed")
    if fixture["venue"] == stadium:
        raise ValueError(f"fixture {fixture_no} is at {stadium} already; name another stadium")
    if not stadium_row["capacity"] >= fixture["tickets"]:
        raise ValueError(
            f"{stadium} holds {stadium_row['capacity']}, and {fixture['tickets']} tickets are sold; choose a larger one"
        )
    if _count(world, "fixtures", venue=stadium, date=fixture["date"]) != 0:
        raise ValueError(f"{stadium} is taken on {fixture['date']}; choose another stadium")
    row = world.update("fixtures", fixture_no, venue=stadium)
    return _view("fixture_no", fixture_no, row, "venue")


def assign_referee(world: Any, fixture_no: str, referee: str) -> dict[str, Any]:
    fixture = _row(world, "fixtures", fixture_no)
    referee_row = _row(world, "referees", referee)
    if fixture["status"] != "scheduled":
        raise ValueError(f"fixture {fixture_no} is {fixture['status']}; only a scheduled one can be changed")
    if fixture["referee"] == referee:
        raise ValueError(f"{referee} is in charge of {fixture_no} already; name another referee")
    if not (referee_row["association"] != _row(world, "clubs", fixture["home"])["association"] and referee_row["association"] != _row(world, "clubs", fixture["away"])["association"]):
        raise ValueError(
            f"{referee} belongs to {referee_row['association']}, as one of the clubs does; choose one from another"
        )
    if _count(world, "fixtures", referee=referee, date=fixture["date"]) != 0:
        raise ValueError(f"{referee} has another fixture on {fixture['date']}; choose another referee")
    row = world.update("fixtures", fixture_no, referee=referee)
    return _view("fixture_no", fixture_no, row, "referee")


def report_injury(world: Any, player_id: str, weeks: int, part: str) -> dict[str, Any]:
    _row(world, "players", player_id)
    if _count(world, "injuries", player=player_id, status="current") != 0:
        raise ValueError(f"player {player_id} is on the injury list already; list_injuries shows with what")
    if not weeks <= _rule(world, "longest absence"):
        raise ValueError(f"an injury is reported for {_rule(world, 'longest absence')} weeks at most")
    row = {
        "player": player_id,
        "part": part,
        "date": world.constants["today"],
        "weeks": weeks,
        "back": _add_days(world.constants["today"], 7 * weeks),
        "status": "current",
    }
    new_injury = world.insert("injuries", row, prefix="I-")
    return _view("injury_no", new_injury, row, "player part date weeks back status")


def end_injury(world: Any, injury_no: str) -> dict[str, Any]:
    injury = _row(world, "injuries", injury_no)
    if injury["status"] != "current":
        raise ValueError(f"injury {injury_no} is healed already; nothing needs to be done")
    row = world.update("injuries", injury_no, status="healed", back=world.constants["today"])
    return _view("injury_no", injury_no, row, "status back")


def decide_case(world: Any, case_no: str, matches: int) -> dict[str, Any]:
    case = _row(world, "cases", case_no)
    if case["status"] != "open":
        raise ValueError(f"case {case_no} is {case['status']}; only an open one can be decided")
    if not matches <= _rule(world, "longest ban"):
        raise ValueError(f"a ban is for {_rule(world, 'longest ban')} matches at most")
    extra = matches * _rule(world, "price of a ban")
    row = world.update("cases", case_no, status="banned", ban=matches, fine=case["fine"] + extra)
    return _view("case_no", case_no, row, "status ban fine") | {"extra": extra}


def lift_ban(world: Any, case_no: str) -> dict[str, Any]:
    case = _row(world, "cases", case_no)
    if case["status"] != "banned":
        raise ValueError(f"case {case_no} is {case['status']}; there is no ban to lift")
    if not case["ban"] <= _rule(world, "reinstatement"):
        raise ValueError(
            f"the ban in {case_no} is for {case['ban']} matches; the office lifts up to {_rule(world, 'reinstatement')}"
        )
    row = world.update("cases", case_no, status="lifted", ban=0)
    return _view("case_no", case_no, row, "status ban")


def agree_transfer(world: Any, player_id: str, club: str, start: str) -> dict[str, Any]:
    player = _row(world, "players", player_id)
    _row(world, "clubs", club)
    _day_to_come(world, start)
    if player["club"] == club:
        raise ValueError(f"player {player_id} is with {club} already; name another club")
    if _count(world, "transfers", player=player_id, status="agreed") != 0:
        raise ValueError(f"player {player_id} has an agreed transfer already; complete that one first")
    if _count(world, "cases", player=player_id, status="banned") != 0:
        raise ValueError(f"player {player_id} is banned and cannot be registered before the ban is served or lifted")
    if not (not player["abroad"] or _count(world, "players", club=club, abroad=True) < _rule(world, "players from abroad")):
        raise ValueError(
            f"{club} has {_rule(world, 'players from abroad')} players from abroad already, the most allowed"
        )
    row = {
        "player": player_id,
        "starts": start,
        "status": "agreed",
        "seller": player["club"],
        "buyer": club,
        "fee": player["market_value"],
    }
    new_transfer = world.insert("transfers", row, prefix="TR-")
    return _view("transfer_no", new_transfer, row, "player starts status seller buyer fee")


def complete_transfer(world: Any, transfer_no: str) -> dict[str, Any]:
    transfer = _row(world, "transfers", transfer_no)
    if transfer["status"] != "agreed":
        raise ValueError(f"transfer {transfer_no} is completed already; nothing needs to be done")
    if not _days_until(world, transfer["starts"]) <= _rule(world, "early completion"):
        raise ValueError(
            f"transfer {transfer_no} starts on {transfer['starts']}, more than {_rule(world, 'early completion')} days from today"
        )
    if _row(world, "clubs", transfer["seller"])["captain"] == transfer["player"]:
        raise ValueError(
            f"{transfer['player']} is the captain of {transfer['seller']}, which has to name another one first"
        )
    row = world.update("transfers", transfer_no, status="completed")
    world.update("players", transfer["player"], club=transfer["buyer"])
    return _view("transfer_no", transfer_no, row, "status")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'sponsors': ('sponsor is called', 'get_stadium gives the right ones'),
    'stadiums': ('stadium is called', 'list_stadiums and get_club give the right ones'),
    'associations': ('association is called', 'get_club and get_referee give the right ones'),
    'clubs': ('club is called', 'get_player and get_fixture give the right ones'),
    'agents': ('agent has the id', 'find_agent and get_player give the right ones'),
    'players': ('player has the id', 'get_club and list_clients give the right ones'),
    'referees': ('referee is called', 'list_referees and get_fixture give the right ones'),
    'fixtures': ('fixture has the number', 'list_home_fixtures and list_away_fixtures give the right ones'),
    'cases': ('case has the number', 'list_cases gives the right ones'),
    'injuries': ('injury has the number', 'list_injuries gives the right ones'),
    'transfers': ('transfer has the number', 'list_transfers gives the right ones'),
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
