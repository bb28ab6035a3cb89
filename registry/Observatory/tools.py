"""Tools of Observatory: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_summit(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "summits", name)
    return _view("name", name, row, "country altitude warden beds")


def list_telescopes(world: Any, summit: str) -> dict[str, Any]:
    _row(world, "summits", summit)
    wanted = {"summit": summit}
    found = world.find("telescopes", **wanted)
    return {"telescopes": _views(found, "name", "aperture first_light hours_left")}


def get_telescope(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "telescopes", name)
    return _view("name", name, row, "summit aperture coating engineer first_light hours_left")


def list_instruments(world: Any, telescope: str) -> dict[str, Any]:
    _row(world, "telescopes", telescope)
    wanted = {"telescope": telescope}
    found = world.find("instruments", **wanted)
    return {"instruments": _views(found, "name", "limit calibrated")}


def get_instrument(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "instruments", name)
    return _view("name", name, row, "telescope detector limit scientist calibrated status")


def list_filters(world: Any, instrument: str, band: str = "any") -> dict[str, Any]:
    _row(world, "instruments", instrument)
    wanted = {"instrument": instrument}
    if band != "any":
        wanted["band"] = band
    found = world.find("filters", **wanted)
    return {"filters": _views(found, "filter_no", "band place wavelength transmission")}


def get_filter(world: Any, filter_no: str) -> dict[str, Any]:
    row = _row(world, "filters", filter_no)
    return _view("filter_no", filter_no, row, "instrument band place wavelength transmission")


def get_institute(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "institutes", name)
    return _view("name", name, row, "city director founded")


def list_astronomers(world: Any, institute: str) -> dict[str, Any]:
    _row(world, "institutes", institute)
    wanted = {"institute": institute}
    found = world.find("astronomers", **wanted)
    return {"astronomers": _views(found, "astronomer_id", "name papers observing_hours")}


def find_astronomer(world: Any, name: str) -> dict[str, Any]:
    astronomer_id, row = _called(world, "astronomers", "name", name)
    return _view("astronomer_id", astronomer_id, row, "name email")


def get_astronomer(world: Any, astronomer_id: str) -> dict[str, Any]:
    row = _row(world, "astronomers", astronomer_id)
    return _view("astronomer_id", astronomer_id, row, "name institute papers observing_hours email licence")


def list_led(world: Any, lead_astronomer: str, status: str = "any") -> dict[str, Any]:
    _row(world, "astronomers", lead_astronomer)
    wanted = {"lead_astronomer": lead_astronomer}
    if status != "any":
        wanted["status"] = status
    found = world.find("proposals", **wanted)
    return {"proposals": _views(found, "proposal_no", "telescope handed_in grade status")}


def list_proposals(world: Any, telescope: str, status: str = "any") -> dict[str, Any]:
    _row(world, "telescopes", telescope)
    wanted = {"telescope": telescope}
    if status != "any":
        wanted["status"] = status
    found = world.find("proposals", **wanted)
    return {"proposals": _views(found, "proposal_no", "lead_astronomer handed_in grade granted")}


def get_proposal(world: Any, proposal_no: str) -> dict[str, Any]:
    row = _row(world, "proposals", proposal_no)
    return _view("proposal_no", proposal_no, row, "lead_astronomer telescope aim handed_in grade granted status")


def list_members(world: Any, proposal: str, role: str = "any") -> dict[str, Any]:
    _row(world, "proposals", proposal)
    wanted = {"proposal": proposal}
    if role != "any":
        wanted["role"] = role
    found = world.find("memberships", **wanted)
    return {"memberships": _views(found, "membership_no", "astronomer role entry_date hours")}


def list_memberships(world: Any, astronomer: str) -> dict[str, Any]:
    _row(world, "astronomers", astronomer)
    wanted = {"astronomer": astronomer}
    found = world.find("memberships", **wanted)
    return {"memberships": _views(found, "membership_no", "proposal entry_date hours")}


def get_membership(world: Any, membership_no: str) -> dict[str, Any]:
    row = _row(world, "memberships", membership_no)
    return _view("membership_no", membership_no, row, "proposal astronomer role entry_date hours")


def list_targets(world: Any, proposal: str) -> dict[str, Any]:
    _row(world, "proposals", proposal)
    wanted = {"proposal": proposal}
    found = world.find("targets", **wanted)
    return {"targets": _views(found, "name", "magnitude exposure distance")}


def get_target(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "targets", name)
    return _view("name", name, row, "proposal constellation magnitude exposure distance")


def list_nights(world: Any, telescope: str, status: str = "any") -> dict[str, Any]:
    _row(world, "telescopes", telescope)
    wanted = {"telescope": telescope}
    if status != "any":
        wanted["status"] = status
    found = world.find("nights", **wanted)
    return {"nights": _views(found, "night_no", "date moon minutes_left status")}


def find_night(world: Any, telescope: str, date: str) -> dict[str, Any]:
    _row(world, "telescopes", telescope)
    _day(date)
    wanted = {"telescope": telescope, "date": date}
    found = world.find("nights", **wanted)
    return {"nights": _views(found, "night_no", "instrument dusk moon status")}


def list_duties(world: Any, duty_astronomer: str, status: str = "any") -> dict[str, Any]:
    _row(world, "astronomers", duty_astronomer)
    wanted = {"duty_astronomer": duty_astronomer}
    if status != "any":
        wanted["status"] = status
    found = world.find("nights", **wanted)
    return {"nights": _views(found, "night_no", "telescope date minutes_left")}


def get_night(world: Any, night_no: str) -> dict[str, Any]:
    row = _row(world, "nights", night_no)
    return _view(
        "night_no", night_no, row, "telescope date instrument duty_astronomer dusk moon status cause minutes_left"
    )


def list_blocks(world: Any, night: str, status: str = "any") -> dict[str, Any]:
    _row(world, "nights", night)
    wanted = {"night": night}
    if status != "any":
        wanted["status"] = status
    found = world.find("blocks", **wanted)
    return {"blocks": _views(found, "block_no", "target start minutes")}


def list_target_blocks(world: Any, target: str, status: str = "any") -> dict[str, Any]:
    _row(world, "targets", target)
    wanted = {"target": target}
    if status != "any":
        wanted["status"] = status
    found = world.find("blocks", **wanted)
    return {"blocks": _views(found, "block_no", "night filter minutes")}


def get_block(world: Any, block_no: str) -> dict[str, Any]:
    row = _row(world, "blocks", block_no)
    return _view("block_no", block_no, row, "night target proposal filter start minutes status")


def list_weather(world: Any, summit: str) -> dict[str, Any]:
    _row(world, "summits", summit)
    wanted = {"summit": summit}
    found = world.find("weather_records", **wanted)
    return {"weather_records": _views(found, "record_no", "date humidity wind")}


def find_weather(world: Any, summit: str, date: str) -> dict[str, Any]:
    _row(world, "summits", summit)
    _day(date)
    wanted = {"summit": summit, "date": date}
    found = world.find("weather_records", **wanted)
    return {"weather_records": _views(found, "record_no", "humidity wind")}


def get_weather(world: Any, record_no: str) -> dict[str, Any]:
    row = _row(world, "weather_records", record_no)
    return _view("record_no", record_no, row, "summit date humidity wind reporter")


def list_calibrations(world: Any, instrument: str, status: str = "any") -> dict[str, Any]:
    _row(world, "instruments", instrument)
    wanted = {"instrument": instrument}
    if status != "any":
        wanted["status"] = status
    found = world.find("calibrations", **wanted)
    return {"calibrations": _views(found, "calibration_no", "frame_type taken_date frames")}


def get_calibration(world: Any, calibration_no: str) -> dict[str, Any]:
    row = _row(world, "calibrations", calibration_no)
    return _view("calibration_no", calibration_no, row, "instrument frame_type taken_date frames valid_until status")


def get_archive(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "archives", name)
    return _view("name", name, row, "curator capacity backup_days")


def list_data(world: Any, archive: str) -> dict[str, Any]:
    _row(world, "archives", archive)
    wanted = {"archive": archive}
    found = world.find("data_sets", **wanted)
    return {"data_sets": _views(found, "data_no", "block size usable")}


def find_data(world: Any, block: str) -> dict[str, Any]:
    _row(world, "blocks", block)
    wanted = {"block": block}
    found = world.find("data_sets", **wanted)
    return {"data_sets": _views(found, "data_no", "archive size usable")}


def get_data(world: Any, data_no: str) -> dict[str, Any]:
    row = _row(world, "data_sets", data_no)
    return _view("data_no", data_no, row, "block archive size usable access release_date")


def work_out_slew(world: Any, first: str, second: str) -> dict[str, Any]:
    first_row = _row(world, "targets", first)
    second_row = _row(world, "targets", second)
    return {
        "first": first,
        "second": second,
        "seconds": (
            (20 + abs(first_row["longitude"] - second_row["longitude"]))
            + (2 * abs(first_row["latitude"] - second_row["latitude"]))
        ),
    }


def estimate_exposure(world: Any, target: str, instrument: str) -> dict[str, Any]:
    target_row = _row(world, "targets", target)
    instrument_row = _row(world, "instruments", instrument)
    return {
        "target": target,
        "instrument": instrument,
        "minutes": round(target_row["exposure"] * 100 / instrument_row["throughput"], 1),
    }


def schedule_block(world: Any, target: str, night_no: str, exposures: int) -> dict[str, Any]:
    target_row = _row(world, "targets", target)
    night = _row(world, "nights", night_no)
    minutes = exposures * target_row["exposure"] + _rule(world, "readout margin")
    in_wheel = _first(world, "filters", "place", "", instrument=night["instrument"])
    if night["status"] != "open":
        raise ValueError(f"night {night_no} is {night['status']}; choose an open one")
    if not target_row["magnitude"] <= _row(world, "instruments", night["instrument"])["limit"]:
        raise ValueError(
            f"{target} is too faint: {night['instrument']} reaches magnitude {_row(world, 'instruments', night['instrument'])['limit']}; choose another night"
        )
    if not minutes <= night["minutes_left"]:
        raise ValueError(
            f"night {night_no} has {night['minutes_left']} minutes left, and this takes {minutes}; take fewer exposures"
        )
    if not _count(world, "blocks", proposal=target_row["proposal"], status="planned") < _rule(world, "blocks per proposal"):
        raise ValueError(
            f"proposal {target_row['proposal']} has {_rule(world, 'blocks per proposal')} planned blocks already, the most allowed"
        )
    row = {
        "night": night_no,
        "target": target,
        "proposal": target_row["proposal"],
        "filter": in_wheel,
        "start": night["dusk"],
        "minutes": minutes,
        "status": "planned",
    }
    new_block = world.insert("blocks", row, prefix="OBK")
    world.update("nights", night_no, minutes_left=night["minutes_left"] - minutes)
    return _view("block_no", new_block, row, "night target proposal filter start minutes status")


def cancel_block(world: Any, block_no: str) -> dict[str, Any]:
    block = _row(world, "blocks", block_no)
    if block["status"] != "planned":
        raise ValueError(f"block {block_no} is {block['status']}; only a planned one can be changed")
    if not _days_until(world, _row(world, "nights", block["night"])["date"]) >= _rule(world, "cancellation notice"):
        raise ValueError(
            f"the night of {block_no} is {_row(world, 'nights', block['night'])['date']}; that takes {_rule(world, 'cancellation notice')} days' notice"
        )
    row = world.update("blocks", block_no, status="cancelled")
    world.update(
        "nights", block["night"], minutes_left=_row(world, "nights", block["night"])["minutes_left"] + block["minutes"]
    )
    return _view("block_no", block_no, row, "status")


def change_filter(world: Any, block_no: str, band: str) -> dict[str, Any]:
    block = _row(world, "blocks", block_no)
    bands = _listed(world, "filters", "band", "", instrument=_row(world, "nights", block["night"])["instrument"])
    if block["status"] != "planned":
        raise ValueError(f"block {block_no} is {block['status']}; only a planned one can be changed")
    if not _count(world, "filters", instrument=_row(world, "nights", block["night"])["instrument"], band=band) > 0:
        raise ValueError(
            f"{_row(world, 'nights', block['night'])['instrument']} has no filter for {band}; it has {bands}"
        )
    if _row(world, "filters", block["filter"])["band"] == band:
        raise ValueError(f"block {block_no} is planned in {band} already; name another band")
    row = world.update(
        "blocks",
        block_no,
        filter=_first(
            world, "filters", "place", "", instrument=_row(world, "nights", block["night"])["instrument"], band=band
        ),
    )
    return _view("block_no", block_no, row, "filter")


def close_night(world: Any, night_no: str, cause: str) -> dict[str, Any]:
    night = _row(world, "nights", night_no)
    if night["status"] != "open":
        raise ValueError(f"night {night_no} is {night['status']} already; nothing needs to be done")
    if not _days_until(world, night["date"]) <= _rule(world, "closing horizon"):
        raise ValueError(
            f"night {night_no} is on {night['date']}; nights are closed at most {_rule(world, 'closing horizon')} days ahead"
        )
    row = world.update("nights", night_no, status="closed", cause=cause)
    for each, _ in world.find("blocks", night=night_no, status="planned"):
        world.update("blocks", each, status="lost")
    world.update(
        "telescopes", night["telescope"], nights_lost=_row(world, "telescopes", night["telescope"])["nights_lost"] + 1
    )
    return _view("night_no", night_no, row, "status cause")


def assign_observer(world: Any, night_no: str, astronomer_id: str) -> dict[str, Any]:
    night = _row(world, "nights", night_no)
    astronomer = _row(world, "astronomers", astronomer_id)
    if night["status"] != "open":
        raise ValueError(f"night {night_no} is {night['status']}; only open ones have an observer")
    if astronomer["licence"] != "trained":
        raise ValueError(f"astronomer {astronomer_id} is not trained for night duty; choose somebody who is")
    if night["duty_astronomer"] == astronomer_id:
        raise ValueError(f"astronomer {astronomer_id} is on duty on {night_no} already; name somebody else")
    if _count(world, "nights", duty_astronomer=astronomer_id, date=night["date"]) != 0:
        raise ValueError(
            f"astronomer {astronomer_id} is on duty at another telescope on {night['date']}; choose somebody else"
        )
    if not _count(world, "nights", duty_astronomer=astronomer_id, status="open") < _rule(world, "duties"):
        raise ValueError(
            f"astronomer {astronomer_id} is on duty for {_rule(world, 'duties')} open nights already, the most allowed"
        )
    row = world.update("nights", night_no, duty_astronomer=astronomer_id)
    return _view("night_no", night_no, row, "duty_astronomer")


def add_member(world: Any, proposal_no: str, astronomer_id: str, role: str) -> dict[str, Any]:
    proposal = _row(world, "proposals", proposal_no)
    _row(world, "astronomers", astronomer_id)
    if proposal["lead_astronomer"] == astronomer_id:
        raise ValueError(
            f"astronomer {astronomer_id} leads proposal {proposal_no} and needs no other place in its team"
        )
    if _count(world, "memberships", proposal=proposal_no, astronomer=astronomer_id) != 0:
        raise ValueError(
            f"astronomer {astronomer_id} is in the team of proposal {proposal_no} already; list_members shows in which role"
        )
    if not _count(world, "memberships", proposal=proposal_no) < _rule(world, "team size"):
        raise ValueError(
            f"the team of proposal {proposal_no} has {_rule(world, 'team size')} members already, the most allowed"
        )
    row = {
        "proposal": proposal_no,
        "astronomer": astronomer_id,
        "role": role,
        "entry_date": world.constants["today"],
        "hours": 0,
    }
    new_membership = world.insert("memberships", row, prefix="MBS")
    world.update("proposals", proposal_no, members=proposal["members"] + 1)
    return _view("membership_no", new_membership, row, "proposal astronomer role entry_date hours")


def grant_time(world: Any, proposal_no: str, hours: int) -> dict[str, Any]:
    proposal = _row(world, "proposals", proposal_no)
    if proposal["status"] == "closed":
        raise ValueError(f"proposal {proposal_no} is closed; only submitted and running ones get time")
    if not proposal["grade"] >= _rule(world, "least grade"):
        raise ValueError(
            f"proposal {proposal_no} has a grade of {proposal['grade']}; time takes {_rule(world, 'least grade')} or better"
        )
    if not proposal["granted"] + hours <= _rule(world, "time per proposal"):
        raise ValueError(
            f"proposal {proposal_no} has {proposal['granted']} hours of at most {_rule(world, 'time per proposal')}; grant fewer"
        )
    if not hours <= _row(world, "telescopes", proposal["telescope"])["hours_left"]:
        raise ValueError(
            f"{proposal['telescope']} has {_row(world, 'telescopes', proposal['telescope'])['hours_left']} hours left; grant fewer"
        )
    row = world.update("proposals", proposal_no, granted=proposal["granted"] + hours, status="running")
    world.update(
        "telescopes",
        proposal["telescope"],
        hours_left=_row(world, "telescopes", proposal["telescope"])["hours_left"] - hours,
    )
    return _view("proposal_no", proposal_no, row, "granted status")


def take_frames(world: Any, instrument: str, frames: int, frame_type: str) -> dict[str, Any]:
    instrument_row = _row(world, "instruments", instrument)
    if instrument_row["status"] != "mounted":
        raise ValueError(f"{instrument} is {instrument_row['status']}; frames are taken with a mounted instrument")
    valid_until = _add_days(world.constants["today"], _rule(world, "calibration period"))
    row = {
        "instrument": instrument,
        "frame_type": frame_type,
        "taken_date": world.constants["today"],
        "frames": frames,
        "valid_until": valid_until,
        "status": "valid",
    }
    new_calibration = world.insert("calibrations", row, prefix="CAL")
    for each, _ in world.find("calibrations", instrument=instrument, frame_type=frame_type, status="expired"):
        world.update("calibrations", each, status="replaced")
    world.update("instruments", instrument, calibrated=world.constants["today"])
    return (
        _view("calibration_no", new_calibration, row, "instrument frame_type taken_date frames valid_until status")
        | {"valid_until": valid_until}
    )


def release_data(world: Any, data_no: str) -> dict[str, Any]:
    data = _row(world, "data_sets", data_no)
    if data["access"] != "team":
        raise ValueError(f"data set {data_no} is public already; nothing needs to be done")
    if not -_days_until(world, _row(world, "nights", _row(world, "blocks", data["block"])["night"])["date"]) >= _rule(world, "embargo"):
        raise ValueError(
            f"data set {data_no} is of the night of {_row(world, 'nights', _row(world, 'blocks', data['block'])['night'])['date']}; the embargo is {_rule(world, 'embargo')} days"
        )
    row = world.update("data_sets", data_no, access="public", release_date=world.constants["today"])
    world.update("archives", data["archive"], public_sets=_row(world, "archives", data["archive"])["public_sets"] + 1)
    return _view("data_no", data_no, row, "access release_date")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'summits': ('summit is called', 'get_telescope and get_weather give the right ones'),
    'telescopes': ('telescope is called', 'list_telescopes and get_instrument give the right ones'),
    'instruments': ('instrument is called', 'list_instruments and get_filter give the right ones'),
    'filters': ('filter has the number', 'list_filters and get_block give the right ones'),
    'institutes': ('institute is called', 'get_astronomer gives the right ones'),
    'astronomers': ('astronomer has the id', 'list_astronomers and find_astronomer give the right ones'),
    'proposals': ('proposal has the number', 'list_led and list_proposals give the right ones'),
    'memberships': ('membership has the number', 'list_members and list_memberships give the right ones'),
    'targets': ('target is called', 'list_targets and get_block give the right ones'),
    'nights': ('night has the number', 'list_nights and find_night give the right ones'),
    'blocks': ('block has the number', 'list_blocks and list_target_blocks give the right ones'),
    'weather_records': ('weather record has the record no', 'list_weather and find_weather give the right ones'),
    'calibrations': ('calibration has the number', 'list_calibrations gives the right ones'),
    'archives': ('archive is called', 'get_data gives the right ones'),
    'data_sets': ('data set has the data no', 'list_data and find_data give the right ones'),
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
