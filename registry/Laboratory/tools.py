"""Tools of Laboratory: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_room(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "rooms", name)
    return _view("name", name, row, "wing safety_officer phone benches air_changes")


def list_researchers(world: Any, room: str) -> dict[str, Any]:
    _row(world, "rooms", room)
    wanted = {"room": room}
    found = world.find("researchers", **wanted)
    return {"researchers": _views(found, "researcher_id", "name started grant")}


def find_researcher(world: Any, name: str) -> dict[str, Any]:
    researcher_id, row = _called(world, "researchers", "name", name)
    return _view("researcher_id", researcher_id, row, "name email")


def get_researcher(world: Any, researcher_id: str) -> dict[str, Any]:
    row = _row(world, "researchers", researcher_id)
    return _view("researcher_id", researcher_id, row, "name room clearance email phone started grant")


def list_positions(world: Any, room: str, level: str = "any") -> dict[str, Any]:
    _row(world, "rooms", room)
    wanted = {"room": room}
    if level != "any":
        wanted["level"] = level
    found = world.find("positions", **wanted)
    return {"positions": _views(found, "position_no", "inside level temperature slots")}


def list_contents(world: Any, inside: str) -> dict[str, Any]:
    _row(world, "positions", inside)
    wanted = {"inside": inside}
    found = world.find("positions", **wanted)
    return {"positions": _views(found, "position_no", "level slots checked")}


def get_position(world: Any, position_no: str) -> dict[str, Any]:
    row = _row(world, "positions", position_no)
    return _view("position_no", position_no, row, "room level inside temperature label checked slots")


def get_hazard(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "hazards", name)
    return _view("name", name, row, "gloves rinse_minutes doctor")


def get_vendor(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "vendors", name)
    return _view("name", name, row, "contact lead_days pack_price hotline")


def get_compound(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "compounds", name)
    return _view("name", name, row, "registry_no expert unit molar_mass melts_at keep_below")


def list_hazards(world: Any, compound: str) -> dict[str, Any]:
    _row(world, "compounds", compound)
    wanted = {"compound": compound}
    found = world.find("assessments", **wanted)
    return {"assessments": _views(found, "assessment_no", "hazard limit valid_until")}


def list_affected(world: Any, hazard: str) -> dict[str, Any]:
    _row(world, "hazards", hazard)
    wanted = {"hazard": hazard}
    found = world.find("assessments", **wanted)
    return {"assessments": _views(found, "assessment_no", "compound limit")}


def find_assessment(world: Any, compound: str, hazard: str) -> dict[str, Any]:
    _row(world, "compounds", compound)
    _row(world, "hazards", hazard)
    wanted = {"compound": compound, "hazard": hazard}
    found = world.find("assessments", **wanted)
    return {"assessments": _views(found, "assessment_no", "limit valid_until")}


def get_assessment(world: Any, assessment_no: str) -> dict[str, Any]:
    row = _row(world, "assessments", assessment_no)
    return _view("assessment_no", assessment_no, row, "compound hazard limit assessor valid_until")


def list_batches(world: Any, compound: str) -> dict[str, Any]:
    _row(world, "compounds", compound)
    wanted = {"compound": compound}
    found = world.find("batches", **wanted)
    return {"batches": _views(found, "batch_no", "purity expires price")}


def list_supplies(world: Any, vendor: str) -> dict[str, Any]:
    _row(world, "vendors", vendor)
    wanted = {"vendor": vendor}
    found = world.find("batches", **wanted)
    return {"batches": _views(found, "batch_no", "purity made price")}


def get_batch(world: Any, batch_no: str) -> dict[str, Any]:
    row = _row(world, "batches", batch_no)
    return _view("batch_no", batch_no, row, "compound vendor purity made expires price")


def list_bottles(world: Any, batch: str, status: str = "any") -> dict[str, Any]:
    _row(world, "batches", batch)
    wanted = {"batch": batch}
    if status != "any":
        wanted["status"] = status
    found = world.find("bottles", **wanted)
    return {"bottles": _views(found, "bottle_no", "amount unit filled status")}


def list_box(world: Any, position: str) -> dict[str, Any]:
    _row(world, "positions", position)
    wanted = {"position": position}
    found = world.find("bottles", **wanted)
    return {"bottles": _views(found, "bottle_no", "batch filled status")}


def get_bottle(world: Any, bottle_no: str) -> dict[str, Any]:
    row = _row(world, "bottles", bottle_no)
    return _view("bottle_no", bottle_no, row, "batch position unit amount filled owner status")


def list_orders(world: Any, vendor: str, status: str = "any") -> dict[str, Any]:
    _row(world, "vendors", vendor)
    wanted = {"vendor": vendor}
    if status != "any":
        wanted["status"] = status
    found = world.find("orders", **wanted)
    return {"orders": _views(found, "order_no", "packs price ordered status")}


def list_requests(world: Any, compound: str) -> dict[str, Any]:
    _row(world, "compounds", compound)
    wanted = {"compound": compound}
    found = world.find("orders", **wanted)
    return {"orders": _views(found, "order_no", "packs price status")}


def get_order(world: Any, order_no: str) -> dict[str, Any]:
    row = _row(world, "orders", order_no)
    return _view("order_no", order_no, row, "vendor compound packs price status ordered arrives orderer")


def list_instruments(world: Any, room: str) -> dict[str, Any]:
    _row(world, "rooms", room)
    wanted = {"room": room}
    found = world.find("instruments", **wanted)
    return {"instruments": _views(found, "name", "hourly_rate due_date status")}


def get_instrument(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "instruments", name)
    return _view("name", name, row, "room hourly_rate status due_date serial watts")


def list_calibrations(world: Any, instrument: str) -> dict[str, Any]:
    _row(world, "instruments", instrument)
    wanted = {"instrument": instrument}
    found = world.find("calibrations", **wanted)
    return {"calibrations": _views(found, "calibration_no", "date deviation points")}


def get_calibration(world: Any, calibration_no: str) -> dict[str, Any]:
    row = _row(world, "calibrations", calibration_no)
    return _view("calibration_no", calibration_no, row, "instrument technician date deviation points")


def list_protocols(world: Any, instrument: str) -> dict[str, Any]:
    _row(world, "instruments", instrument)
    wanted = {"instrument": instrument}
    found = world.find("protocols", **wanted)
    return {"protocols": _views(found, "name", "hours portion approved")}


def find_replacement(world: Any, replaces: str) -> dict[str, Any]:
    _row(world, "protocols", replaces)
    wanted = {"replaces": replaces}
    found = world.find("protocols", **wanted)
    return {"protocols": _views(found, "name", "approved")}


def get_protocol(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "protocols", name)
    return _view("name", name, row, "instrument author approved replaces clearance hours portion")


def list_experiments(world: Any, protocol: str, status: str = "any") -> dict[str, Any]:
    _row(world, "protocols", protocol)
    wanted = {"protocol": protocol}
    if status != "any":
        wanted["status"] = status
    found = world.find("experiments", **wanted)
    return {"experiments": _views(found, "experiment_no", "date hours status")}


def list_led(world: Any, leader: str, status: str = "any") -> dict[str, Any]:
    _row(world, "researchers", leader)
    wanted = {"leader": leader}
    if status != "any":
        wanted["status"] = status
    found = world.find("experiments", **wanted)
    return {"experiments": _views(found, "experiment_no", "date hours status")}


def get_experiment(world: Any, experiment_no: str) -> dict[str, Any]:
    row = _row(world, "experiments", experiment_no)
    return _view("experiment_no", experiment_no, row, "protocol leader status date hours")


def list_usages(world: Any, experiment: str) -> dict[str, Any]:
    _row(world, "experiments", experiment)
    wanted = {"experiment": experiment}
    found = world.find("usages", **wanted)
    return {"usages": _views(found, "usage_id", "bottle amount unit purpose")}


def list_takings(world: Any, bottle: str) -> dict[str, Any]:
    _row(world, "bottles", bottle)
    wanted = {"bottle": bottle}
    found = world.find("usages", **wanted)
    return {"usages": _views(found, "usage_id", "experiment amount unit purpose")}


def find_usage(world: Any, experiment: str, bottle: str) -> dict[str, Any]:
    _row(world, "experiments", experiment)
    _row(world, "bottles", bottle)
    wanted = {"experiment": experiment, "bottle": bottle}
    found = world.find("usages", **wanted)
    return {"usages": _views(found, "usage_id", "amount unit purpose")}


def get_usage(world: Any, usage_id: str) -> dict[str, Any]:
    row = _row(world, "usages", usage_id)
    return _view("usage_id", usage_id, row, "experiment bottle unit amount purpose")


def courier_price(world: Any, vendor: str, room: str) -> dict[str, Any]:
    vendor_row = _row(world, "vendors", vendor)
    room_row = _row(world, "rooms", room)
    return {"vendor": vendor, "room": room, "price": 12 + 2 * vendor_row["distance"] + room_row["benches"]}


def mixing_time(world: Any, first: str, second: str) -> dict[str, Any]:
    first_row = _row(world, "compounds", first)
    second_row = _row(world, "compounds", second)
    return {
        "first": first, "second": second, "minutes": 3 + round(abs(first_row["density"] - second_row["density"]) * 20)
    }


def take_portions(world: Any, experiment_no: str, bottle_no: str, portions: int) -> dict[str, Any]:
    experiment = _row(world, "experiments", experiment_no)
    bottle = _row(world, "bottles", bottle_no)
    amount = portions * _row(world, "protocols", experiment["protocol"])["portion"]
    if experiment["status"] != "planned":
        raise ValueError(f"experiment {experiment_no} is {experiment['status']}; only a planned one can be dealt with")
    if bottle["status"] != "in stock":
        raise ValueError(f"bottle {bottle_no} is {bottle['status']}; only one that is in stock can be used")
    if not portions <= _rule(world, "portions at once"):
        raise ValueError(
            f"at most {_rule(world, 'portions at once')} portions are taken from a bottle at once; take fewer"
        )
    if not _days_until(world, _row(world, "batches", bottle["batch"])["expires"]) >= 0:
        raise ValueError(
            f"batch {bottle['batch']} expired on {_row(world, 'batches', bottle['batch'])['expires']}; choose a bottle of another batch"
        )
    if not bottle["amount"] >= amount:
        raise ValueError(f"that would be {amount} {bottle['unit']}, and only {bottle['amount']} are left")
    if _count(world, "usages", experiment=experiment_no, bottle=bottle_no) != 0:
        raise ValueError(f"{experiment_no} has taken from {bottle_no} already; choose another bottle")
    if not _count(world, "usages", experiment=experiment_no) < _rule(world, "bottles per experiment"):
        raise ValueError(
            f"{experiment_no} takes from {_rule(world, 'bottles per experiment')} bottles, the most allowed"
        )
    row = {
        "experiment": experiment_no,
        "bottle": bottle_no,
        "amount": amount,
        "unit": bottle["unit"],
        "purpose": "as a reagent",
    }
    new_usage = world.insert("usages", row, prefix="TKN")
    world.update("bottles", bottle_no, amount=bottle["amount"] - amount)
    return _view("usage_id", new_usage, row, "experiment bottle amount unit purpose")


def move_bottle(world: Any, bottle_no: str, position_no: str) -> dict[str, Any]:
    bottle = _row(world, "bottles", bottle_no)
    position = _row(world, "positions", position_no)
    if bottle["status"] != "in stock":
        raise ValueError(f"bottle {bottle_no} is {bottle['status']}; only one that is in stock can be used")
    if position["level"] != "box":
        raise ValueError(f"position {position_no} is a {position['level']}; bottles are put into boxes")
    if bottle["position"] == position_no:
        raise ValueError(f"bottle {bottle_no} is in {position_no} already; name another box")
    if not position["temperature"] <= _row(world, "compounds", _row(world, "batches", bottle["batch"])["compound"])["keep_below"]:
        raise ValueError(
            f"{_row(world, 'batches', bottle['batch'])['compound']} is kept at {_row(world, 'compounds', _row(world, 'batches', bottle['batch'])['compound'])['keep_below']} kelvin or colder, and {position_no} is at {position['temperature']}"
        )
    if not _count(world, "bottles", position=position_no) < _rule(world, "bottles per box"):
        raise ValueError(
            f"box {position_no} holds {_rule(world, 'bottles per box')} bottles, the most allowed; choose another box"
        )
    row = world.update("bottles", bottle_no, position=position_no)
    return _view("bottle_no", bottle_no, row, "position")


def discard_bottle(world: Any, bottle_no: str) -> dict[str, Any]:
    bottle = _row(world, "bottles", bottle_no)
    if bottle["status"] != "in stock":
        raise ValueError(f"bottle {bottle_no} is {bottle['status']}; only one that is in stock can be used")
    row = world.update("bottles", bottle_no, status="discarded", amount=0)
    return _view("bottle_no", bottle_no, row, "status amount")


def order_compound(world: Any, compound: str, vendor: str, packs: int) -> dict[str, Any]:
    compound_row = _row(world, "compounds", compound)
    vendor_row = _row(world, "vendors", vendor)
    if not packs >= vendor_row["least_packs"]:
        raise ValueError(f"{vendor} sends {vendor_row['least_packs']} packs or more; order more")
    if _count(world, "orders", vendor=vendor, compound=compound, status="open") != 0:
        raise ValueError(f"there is an open order of {compound} from {vendor} already; wait for it")
    if not _count(world, "orders", vendor=vendor, status="open") < _rule(world, "open orders"):
        raise ValueError(
            f"{vendor} has {_rule(world, 'open orders')} open orders of ours, the most allowed; choose another vendor"
        )
    price = packs * vendor_row["pack_price"] + _rule(world, "order fee")
    row = {
        "vendor": vendor,
        "compound": compound,
        "packs": packs,
        "price": price,
        "ordered": world.constants["today"],
        "arrives": _add_days(world.constants["today"], vendor_row["lead_days"]),
        "orderer": compound_row["expert"],
        "status": "open",
    }
    new_order = world.insert("orders", row, prefix="ORD")
    return (
        _view("order_no", new_order, row, "vendor compound packs price ordered arrives orderer status")
        | {"price": price}
    )


def cancel_order(world: Any, order_no: str) -> dict[str, Any]:
    order = _row(world, "orders", order_no)
    if order["status"] != "open":
        raise ValueError(f"order {order_no} is {order['status']}; only an open one can be cancelled")
    if not _days_until(world, order["ordered"]) >= -_rule(world, "cancellation period"):
        raise ValueError(
            f"it is too late: orders are cancelled up to {_rule(world, 'cancellation period')} days after their date"
        )
    row = world.update("orders", order_no, status="cancelled")
    return _view("order_no", order_no, row, "status")


def receive_order(world: Any, order_no: str, position_no: str) -> dict[str, Any]:
    order = _row(world, "orders", order_no)
    position = _row(world, "positions", position_no)
    amount = order["packs"] * 50
    if order["status"] != "open":
        raise ValueError(f"order {order_no} is {order['status']}; only an open one can be booked in")
    if position["level"] != "box":
        raise ValueError(f"position {position_no} is a {position['level']}; bottles are put into boxes")
    if not position["temperature"] <= _row(world, "compounds", order["compound"])["keep_below"]:
        raise ValueError(
            f"{order['compound']} is kept at {_row(world, 'compounds', order['compound'])['keep_below']} kelvin or colder, and {position_no} is at {position['temperature']}"
        )
    if not _count(world, "bottles", position=position_no) < _rule(world, "bottles per box"):
        raise ValueError(
            f"box {position_no} holds {_rule(world, 'bottles per box')} bottles, the most allowed; choose another box"
        )
    row = world.update("orders", order_no, status="received", arrives=world.constants["today"])
    new_batch_row = {
        "compound": order["compound"],
        "vendor": order["vendor"],
        "purity": 95,
        "made": world.constants["today"],
        "expires": _add_days(world.constants["today"], _rule(world, "shelf life")),
        "price": order["price"],
    }
    new_batch = world.insert("batches", new_batch_row, prefix="BAT")
    new_bottle_row = {
        "batch": new_batch,
        "position": position_no,
        "unit": _row(world, "compounds", order["compound"])["unit"],
        "amount": amount,
        "filled": world.constants["today"],
        "owner": order["orderer"],
        "status": "in stock",
    }
    new_bottle = world.insert("bottles", new_bottle_row, prefix="BTL")
    return (
        _view("order_no", order_no, row, "status arrives")
        | _view("batch_no", new_batch, new_batch_row, "expires")
        | _view("bottle_no", new_bottle, new_bottle_row, "position amount")
    )


def plan_experiment(world: Any, protocol: str, researcher_id: str, date: str) -> dict[str, Any]:
    protocol_row = _row(world, "protocols", protocol)
    researcher = _row(world, "researchers", researcher_id)
    _day_to_come(world, date)
    if not _days_until(world, date) <= _rule(world, "planning window"):
        raise ValueError(
            f"experiments are planned for the next {_rule(world, 'planning window')} days; name an earlier day"
        )
    if not researcher["clearance"] >= protocol_row["clearance"]:
        raise ValueError(
            f"{protocol} takes clearance {protocol_row['clearance']}, and {researcher_id} has {researcher['clearance']}"
        )
    if _row(world, "instruments", protocol_row["instrument"])["status"] != "ready":
        raise ValueError(
            f"{protocol_row['instrument']} is {_row(world, 'instruments', protocol_row['instrument'])['status']}; it has to be calibrated first"
        )
    if _count(world, "experiments", instrument=protocol_row["instrument"], date=date, status="planned") != 0:
        raise ValueError(f"{protocol_row['instrument']} is taken on {date}; name another day")
    if not _count(world, "experiments", leader=researcher_id, status="planned") < _rule(world, "experiments per leader"):
        raise ValueError(
            f"{researcher_id} leads {_rule(world, 'experiments per leader')} planned experiments, the most allowed"
        )
    hours = protocol_row["hours"]
    row = {
        "protocol": protocol,
        "leader": researcher_id,
        "instrument": protocol_row["instrument"],
        "date": date,
        "hours": hours,
        "yield_share": 0,
        "status": "planned",
    }
    new_experiment = world.insert("experiments", row, prefix="EXP")
    return (
        _view("experiment_no", new_experiment, row, "protocol leader instrument date hours yield_share status")
        | {"hours": hours}
    )


def move_experiment(world: Any, experiment_no: str, date: str) -> dict[str, Any]:
    experiment = _row(world, "experiments", experiment_no)
    _day_to_come(world, date)
    if experiment["status"] != "planned":
        raise ValueError(f"experiment {experiment_no} is {experiment['status']}; only a planned one can be dealt with")
    if not _days_until(world, date) <= _rule(world, "planning window"):
        raise ValueError(
            f"experiments are planned for the next {_rule(world, 'planning window')} days; name an earlier day"
        )
    if experiment["date"] == date:
        raise ValueError(f"experiment {experiment_no} is on {date} already; name another day")
    if not _days_until(world, experiment["date"]) >= _rule(world, "moving notice"):
        raise ValueError(f"it is too late: moving an experiment takes {_rule(world, 'moving notice')} days' notice")
    if _count(world, "experiments", instrument=experiment["instrument"], date=date, status="planned") != 0:
        raise ValueError(f"{experiment['instrument']} is taken on {date}; name another day")
    row = world.update("experiments", experiment_no, date=date)
    return _view("experiment_no", experiment_no, row, "date")


def cancel_experiment(world: Any, experiment_no: str) -> dict[str, Any]:
    experiment = _row(world, "experiments", experiment_no)
    if experiment["status"] != "planned":
        raise ValueError(f"experiment {experiment_no} is {experiment['status']}; only a planned one can be dealt with")
    row = world.update("experiments", experiment_no, status="cancelled")
    for each, _ in world.find("usages", experiment=experiment_no):
        world.update("usages", each, purpose="not needed")
    return _view("experiment_no", experiment_no, row, "status")


def calibrate(world: Any, instrument: str, researcher_id: str) -> dict[str, Any]:
    instrument_row = _row(world, "instruments", instrument)
    researcher = _row(world, "researchers", researcher_id)
    if not (instrument_row["status"] != "ready" or _days_until(world, instrument_row["due_date"]) <= _rule(world, "early calibration")):
        raise ValueError(
            f"{instrument} is calibrated until {instrument_row['due_date']}; wait for its last {_rule(world, 'early calibration')} days"
        )
    if not researcher["clearance"] >= 2:
        raise ValueError(f"{researcher_id} has clearance 1; calibrating takes 2, so name somebody else")
    due = _add_days(world.constants["today"], _rule(world, "calibration interval"))
    row = world.update("instruments", instrument, due_date=due, status="ready")
    new_calibration_row = {
        "instrument": instrument,
        "technician": researcher_id,
        "date": world.constants["today"],
        "deviation": 0,
        "points": 5,
    }
    new_calibration = world.insert("calibrations", new_calibration_row, prefix="CLB")
    return (
        _view("name", instrument, row, "due_date status")
        | _view("calibration_no", new_calibration, new_calibration_row, "technician date")
        | {"due": due}
    )


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'rooms': ('room is called', 'get_researcher and get_position give the right ones'),
    'researchers': ('researcher has the id', 'list_researchers and find_researcher give the right ones'),
    'positions': ('position has the number', 'list_positions and list_contents give the right ones'),
    'hazards': ('hazard is called', 'get_assessment gives the right ones'),
    'vendors': ('vendor is called', 'get_batch and get_order give the right ones'),
    'compounds': ('compound is called', 'get_assessment and get_batch give the right ones'),
    'assessments': ('assessment has the number', 'list_hazards and list_affected give the right ones'),
    'batches': ('batch has the number', 'list_batches and list_supplies give the right ones'),
    'bottles': ('bottle has the number', 'list_bottles and list_box give the right ones'),
    'orders': ('order has the number', 'list_orders and list_requests give the right ones'),
    'instruments': ('instrument is called', 'list_instruments and get_calibration give the right ones'),
    'calibrations': ('calibration has the number', 'list_calibrations gives the right ones'),
    'protocols': ('protocol is called', 'list_protocols and find_replacement give the right ones'),
    'experiments': ('experiment has the number', 'list_experiments and list_led give the right ones'),
    'usages': ('usage has the id', 'list_usages and list_takings give the right ones'),
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
