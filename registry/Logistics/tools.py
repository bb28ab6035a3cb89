"""Tools of Logistics: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_port(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "ports", name)
    return _view("name", name, row, "country harbour_master berths storage_fee")


def get_carrier(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "carriers", name)
    return _view("name", name, row, "head_office claims_officer insurance_rate")


def list_vessels(world: Any, carrier: str) -> dict[str, Any]:
    _row(world, "carriers", carrier)
    wanted = {"carrier": carrier}
    found = world.find("vessels", **wanted)
    return {"vessels": _views(found, "name", "capacity built")}


def get_vessel(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "vessels", name)
    return _view("name", name, row, "carrier captain capacity built call_sign")


def list_voyages(world: Any, vessel: str) -> dict[str, Any]:
    _row(world, "vessels", vessel)
    wanted = {"vessel": vessel}
    found = world.find("voyages", **wanted)
    return {"voyages": _views(found, "voyage_no", "departs price")}


def find_voyages(world: Any, departure_port: str, destination_port: str) -> dict[str, Any]:
    _row(world, "ports", departure_port)
    _row(world, "ports", destination_port)
    wanted = {"departure_port": departure_port, "destination_port": destination_port}
    found = world.find("voyages", **wanted)
    return {"voyages": _views(found, "voyage_no", "departs price space")}


def get_voyage(world: Any, voyage_no: str) -> dict[str, Any]:
    row = _row(world, "voyages", voyage_no)
    return _view(
        "voyage_no", voyage_no, row, "vessel departure_port destination_port departs days arrives price space status"
    )


def list_containers(world: Any, voyage: str, type: str = "any") -> dict[str, Any]:
    _row(world, "voyages", voyage)
    wanted = {"voyage": voyage}
    if type != "any":
        wanted["type"] = type
    found = world.find("containers", **wanted)
    return {"containers": _views(found, "container_no", "spare_capacity")}


def get_container(world: Any, container_no: str) -> dict[str, Any]:
    row = _row(world, "containers", container_no)
    return _view("container_no", container_no, row, "voyage type seal spare_capacity charges status")


def get_shipper(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "shippers", name)
    return _view("name", name, row, "contact phone distance_km balance")


def list_consignments(world: Any, shipper: str) -> dict[str, Any]:
    _row(world, "shippers", shipper)
    wanted = {"shipper": shipper}
    found = world.find("consignments", **wanted)
    return {"consignments": _views(found, "consignment_no", "weight declared_value status")}


def list_contents(world: Any, container: str) -> dict[str, Any]:
    _row(world, "containers", container)
    wanted = {"container": container}
    found = world.find("consignments", **wanted)
    return {"consignments": _views(found, "consignment_no", "weight pallets")}


def get_consignment(world: Any, consignment_no: str) -> dict[str, Any]:
    row = _row(world, "consignments", consignment_no)
    return _view(
        "consignment_no",
        consignment_no,
        row,
        "shipper container declaration goods weight pallets declared_value recipient reference status",
    )


def quote_freight(world: Any, consignment_no: str, voyage_no: str) -> dict[str, Any]:
    consignment = _row(world, "consignments", consignment_no)
    voyage = _row(world, "voyages", voyage_no)
    return {
        "consignment_no": consignment_no,
        "voyage_no": voyage_no,
        "freight": round(voyage["price"] * consignment["pallets"] / 20, 2),
    }


def quote_insurance(world: Any, consignment_no: str, carrier: str) -> dict[str, Any]:
    consignment = _row(world, "consignments", consignment_no)
    carrier_row = _row(world, "carriers", carrier)
    return {
        "consignment_no": consignment_no,
        "carrier": carrier,
        "cost": round(consignment["declared_value"] * carrier_row["insurance_rate"] / 100, 2),
    }


def get_declaration(world: Any, declaration_no: str) -> dict[str, Any]:
    row = _row(world, "declarations", declaration_no)
    return _view("declaration_no", declaration_no, row, "consignment agent tariff_code duty filed status method")


def list_depots(world: Any, port: str) -> dict[str, Any]:
    _row(world, "ports", port)
    wanted = {"port": port}
    found = world.find("depots", **wanted)
    return {"depots": _views(found, "name", "opening_time docks")}


def get_depot(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "depots", name)
    return _view("name", name, row, "port manager opening_time docks gate_code")


def list_drivers(world: Any, depot: str) -> dict[str, Any]:
    _row(world, "depots", depot)
    wanted = {"depot": depot}
    found = world.find("drivers", **wanted)
    return {"drivers": _views(found, "name", "years")}


def get_driver(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "drivers", name)
    return _view("name", name, row, "depot phone years permit status")


def list_trucks(world: Any, depot: str) -> dict[str, Any]:
    _row(world, "depots", depot)
    wanted = {"depot": depot}
    found = world.find("trucks", **wanted)
    return {"trucks": _views(found, "plate", "payload mileage status")}


def get_truck(world: Any, plate: str) -> dict[str, Any]:
    row = _row(world, "trucks", plate)
    return _view("plate", plate, row, "depot make payload mileage status fault")


def list_pickups(world: Any, driver: str) -> dict[str, Any]:
    _row(world, "drivers", driver)
    wanted = {"driver": driver}
    found = world.find("pickups", **wanted)
    return {"pickups": _views(found, "pickup_no", "date fee")}


def list_day_pickups(world: Any, depot: str, date: str) -> dict[str, Any]:
    _row(world, "depots", depot)
    _day(date)
    wanted = {"depot": depot, "date": date}
    found = world.find("pickups", **wanted)
    return {"pickups": _views(found, "pickup_no", "time fee")}


def find_pickup(world: Any, consignment: str) -> dict[str, Any]:
    _row(world, "consignments", consignment)
    wanted = {"consignment": consignment}
    found = world.find("pickups", **wanted)
    return {"pickups": _views(found, "pickup_no", "date time")}


def get_pickup(world: Any, pickup_no: str) -> dict[str, Any]:
    row = _row(world, "pickups", pickup_no)
    return _view("pickup_no", pickup_no, row, "consignment truck driver date time fee status")


def arrange_pickup(world: Any, consignment_no: str, plate: str, date: str) -> dict[str, Any]:
    consignment = _row(world, "consignments", consignment_no)
    truck = _row(world, "trucks", plate)
    _day_to_come(world, date)
    if consignment["status"] != "waiting":
        raise ValueError(
            f"consignment {consignment_no} is {consignment['status']} already; only a waiting one can be picked up"
        )
    if truck["status"] != "ready":
        raise ValueError(f"truck {plate} is {truck['status']}; list_trucks shows which are ready")
    if not consignment["weight"] <= truck["payload"] * 1000:
        raise ValueError(f"consignment {consignment_no} is too heavy: truck {plate} carries {truck['payload']} tonnes")
    if _row(world, "drivers", truck["driver"])["status"] != "on duty":
        raise ValueError(f"the driver of truck {plate} is on leave; choose another truck")
    if not _days_until(world, date) <= _rule(world, "planning horizon"):
        raise ValueError(
            f"pickups are planned at most {_rule(world, 'planning horizon')} days ahead; choose an earlier day"
        )
    if _count(world, "pickups", truck=plate, date=date, status="planned") != 0:
        raise ValueError(f"truck {plate} has another pickup on {date}; choose another day or another truck")
    fee = _row(world, "shippers", consignment["shipper"])["distance_km"] * _rule(world, "haulage rate")
    row = {
        "consignment": consignment_no,
        "truck": plate,
        "driver": truck["driver"],
        "date": date,
        "depot": truck["depot"],
        "time": _row(world, "depots", truck["depot"])["opening_time"],
        "fee": fee,
        "status": "planned",
    }
    new_pickup = world.insert("pickups", row, prefix="PU-")
    world.update("consignments", consignment_no, status="scheduled")
    world.update(
        "shippers", consignment["shipper"], balance=_row(world, "shippers", consignment["shipper"])["balance"] + fee
    )
    return _view("pickup_no", new_pickup, row, "consignment truck driver date depot time fee status") | {"fee": fee}


def reschedule_pickup(world: Any, pickup_no: str, date: str) -> dict[str, Any]:
    pickup = _row(world, "pickups", pickup_no)
    _day_to_come(world, date)
    if pickup["status"] != "planned":
        raise ValueError(f"pickup {pickup_no} is {pickup['status']}; only a planned one can be changed")
    if not _days_until(world, pickup["date"]) >= _rule(world, "rescheduling notice"):
        raise ValueError(
            f"it is too late to move {pickup_no}: that takes {_rule(world, 'rescheduling notice')} days' notice"
        )
    if date == pickup["date"]:
        raise ValueError(f"pickup {pickup_no} is on {date} already; name another day")
    if not _days_until(world, date) <= _rule(world, "planning horizon"):
        raise ValueError(
            f"pickups are planned at most {_rule(world, 'planning horizon')} days ahead; choose an earlier day"
        )
    if _count(world, "pickups", truck=pickup["truck"], date=date, status="planned") != 0:
        raise ValueError(f"truck {pickup['truck']} has another pickup on {date}; choose another day")
    row = world.update("pickups", pickup_no, date=date)
    return _view("pickup_no", pickup_no, row, "date")


def cancel_pickup(world: Any, pickup_no: str) -> dict[str, Any]:
    pickup = _row(world, "pickups", pickup_no)
    if pickup["status"] != "planned":
        raise ValueError(f"pickup {pickup_no} is {pickup['status']}; only a planned one can be changed")
    charge = (
        _rule(world, "cancellation fee")
        if _days_until(world, pickup["date"]) < _rule(world, "short notice")
        else 0
    )
    row = world.update("pickups", pickup_no, status="cancelled")
    world.update("consignments", pickup["consignment"], status="waiting")
    world.update(
        "shippers",
        _row(world, "consignments", pickup["consignment"])["shipper"],
        balance=(
            (
                _row(world, "shippers", _row(world, "consignments", pickup["consignment"])["shipper"])["balance"]
                - pickup["fee"]
            )
            + charge
        ),
    )
    return _view("pickup_no", pickup_no, row, "status") | {"charge": charge}


def assign_driver(world: Any, pickup_no: str, driver: str) -> dict[str, Any]:
    pickup = _row(world, "pickups", pickup_no)
    driver_row = _row(world, "drivers", driver)
    if pickup["status"] != "planned":
        raise ValueError(f"pickup {pickup_no} is {pickup['status']}; only a planned one can be changed")
    if driver_row["status"] != "on duty":
        raise ValueError(f"driver {driver} is {driver_row['status']}; choose one who is on duty")
    if driver == pickup["driver"]:
        raise ValueError(f"driver {driver} is on {pickup_no} already; name another driver")
    if _count(world, "pickups", driver=driver, date=pickup["date"], status="planned") != 0:
        raise ValueError(f"driver {driver} has another pickup on {pickup['date']}; choose another driver")
    allowance = _rule(world, "travel allowance") if driver_row["depot"] != pickup["depot"] else 0
    row = world.update("pickups", pickup_no, driver=driver, fee=pickup["fee"] + allowance)
    return _view("pickup_no", pickup_no, row, "driver fee") | {"allowance": allowance}


def report_breakdown(world: Any, plate: str, fault: str) -> dict[str, Any]:
    truck = _row(world, "trucks", plate)
    if truck["status"] != "ready":
        raise ValueError(f"truck {plate} is {truck['status']} already; nothing needs to be reported")
    row = world.update("trucks", plate, status="broken down", fault=fault)
    return _view("plate", plate, row, "status fault")


def book_container(world: Any, container_no: str, voyage_no: str) -> dict[str, Any]:
    container = _row(world, "containers", container_no)
    voyage = _row(world, "voyages", voyage_no)
    if container["status"] != "open":
        raise ValueError(f"container {container_no} is {container['status']}; it can no longer be moved")
    if container["voyage"] == voyage_no:
        raise ValueError(f"container {container_no} is booked on {voyage_no} already")
    if not (voyage["status"] == "open" and voyage["space"] > 0):
        raise ValueError(f"voyage {voyage_no} takes no more bookings; choose another")
    if not _days_until(world, voyage["departs"]) >= _rule(world, "booking cut-off"):
        raise ValueError(
            f"it is too late: bookings for {voyage_no} close {_rule(world, 'booking cut-off')} days before it departs"
        )
    fee = (
        _rule(world, "rebooking fee")
        if voyage["destination_port"] == _row(world, "voyages", container["voyage"])["destination_port"]
        else _rule(world, "diversion fee")
    )
    row = world.update("containers", container_no, voyage=voyage_no, charges=container["charges"] + fee)
    world.update("voyages", container["voyage"], space=_row(world, "voyages", container["voyage"])["space"] + 1)
    world.update("voyages", voyage_no, space=voyage["space"] - 1)
    return _view("container_no", container_no, row, "voyage charges") | {"fee": fee}


def move_consignment(world: Any, consignment_no: str, container_no: str) -> dict[str, Any]:
    consignment = _row(world, "consignments", consignment_no)
    container = _row(world, "containers", container_no)
    if consignment["container"] == container_no:
        raise ValueError(f"consignment {consignment_no} is in {container_no} already")
    if container["status"] != "open":
        raise ValueError(f"container {container_no} is {container['status']}; choose an open one")
    if _row(world, "containers", consignment["container"])["status"] != "open":
        raise ValueError(f"consignment {consignment_no} is in a sealed container and stays there")
    if not consignment["weight"] <= container["spare_capacity"]:
        raise ValueError(
            f"container {container_no} takes {container['spare_capacity']} kg more at most; choose another one"
        )
    fee = (
        0
        if (
            _row(world, "voyages", container["voyage"])["destination_port"]
            == _row(world, "voyages", _row(world, "containers", consignment["container"])["voyage"])["destination_port"]
        )
        else _rule(world, "diversion fee")
    )
    row = world.update("consignments", consignment_no, container=container_no)
    world.update(
        "containers",
        consignment["container"],
        spare_capacity=_row(world, "containers", consignment["container"])["spare_capacity"] + consignment["weight"],
    )
    world.update("containers", container_no, spare_capacity=container["spare_capacity"] - consignment["weight"])
    if fee > 0:
        world.update(
            "shippers", consignment["shipper"], balance=_row(world, "shippers", consignment["shipper"])["balance"] + fee
        )
    return _view("consignment_no", consignment_no, row, "container") | {"fee": fee}


def pay_duty(world: Any, declaration_no: str, method: str) -> dict[str, Any]:
    declaration = _row(world, "declarations", declaration_no)
    if declaration["status"] != "assessed":
        raise ValueError(f"the duty on {declaration_no} is paid already; nothing is due")
    if not (method != "deferment" or declaration["duty"] <= _rule(world, "deferment limit")):
        raise ValueError(
            f"up to {_rule(world, 'deferment limit')} euros go on the deferment account; pay by transfer or card"
        )
    row = world.update("declarations", declaration_no, status="paid", method=method)
    world.update(
        "shippers",
        _row(world, "consignments", declaration["consignment"])["shipper"],
        balance=(
            _row(world, "shippers", _row(world, "consignments", declaration["consignment"])["shipper"])["balance"]
            + declaration["duty"]
        ),
    )
    return _view("declaration_no", declaration_no, row, "status method")


def clear_goods(world: Any, declaration_no: str) -> dict[str, Any]:
    declaration = _row(world, "declarations", declaration_no)
    if declaration["status"] != "paid":
        raise ValueError(
            f"declaration {declaration_no} is {declaration['status']}; goods are cleared once the duty is paid"
        )
    if not -_days_until(world, declaration["filed"]) >= _rule(world, "inspection period"):
        raise ValueError(f"it is too early: customs clear goods {_rule(world, 'inspection period')} days after filing")
    row = world.update("declarations", declaration_no, status="cleared")
    return _view("declaration_no", declaration_no, row, "status")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'ports': ('port is called', 'get_voyage and get_depot give the right ones'),
    'carriers': ('carrier is called', 'get_vessel gives the right ones'),
    'vessels': ('vessel is called', 'list_vessels and get_voyage give the right ones'),
    'voyages': ('voyage has the number', 'list_voyages and find_voyages give the right ones'),
    'containers': ('container has the number', 'list_containers and get_consignment give the right ones'),
    'shippers': ('shipper is called', 'get_consignment gives the right ones'),
    'consignments': ('consignment has the number', 'list_consignments and list_contents give the right ones'),
    'declarations': ('declaration has the number', 'get_consignment gives the right ones'),
    'depots': ('depot is called', 'list_depots and get_driver give the right ones'),
    'drivers': ('driver is called', 'list_drivers and get_pickup give the right ones'),
    'trucks': ('truck has the plate', 'list_trucks and get_pickup give the right ones'),
    'pickups': ('pickup has the number', 'list_pickups and list_day_pickups give the right ones'),
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
