"""Tools of Utility: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_district(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "districts", name)
    return _view("name", name, row, "engineer households emergency_line")


def list_crews(world: Any, district: str) -> dict[str, Any]:
    _row(world, "districts", district)
    wanted = {"district": district}
    found = world.find("crews", **wanted)
    return {"crews": _views(found, "name", "people shift")}


def get_crew(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "crews", name)
    return _view("name", name, row, "district leader skill people shift status")


def get_network(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "networks", name)
    return _view("name", name, row, "medium operator opened length")


def list_nodes(world: Any, network: str, tier: str = "any") -> dict[str, Any]:
    _row(world, "networks", network)
    wanted = {"network": network}
    if tier != "any":
        wanted["tier"] = tier
    found = world.find("nodes", **wanted)
    return {"nodes": _views(found, "node_code", "tier load")}


def list_fed_nodes(world: Any, fed_by: str) -> dict[str, Any]:
    _row(world, "nodes", fed_by)
    wanted = {"fed_by": fed_by}
    found = world.find("nodes", **wanted)
    return {"nodes": _views(found, "node_code", "tier load")}


def get_node(world: Any, node_code: str) -> dict[str, Any]:
    row = _row(world, "nodes", node_code)
    return _view("node_code", node_code, row, "network tier fed_by district load inspected gate_code")


def find_customer(world: Any, name: str) -> dict[str, Any]:
    customer_id, row = _called(world, "customers", "name", name)
    return _view("customer_id", customer_id, row, "name email")


def get_customer(world: Any, customer_id: str) -> dict[str, Any]:
    row = _row(world, "customers", customer_id)
    return _view("customer_id", customer_id, row, "name email phone since credit")


def list_houses(world: Any, landlord: str) -> dict[str, Any]:
    _row(world, "customers", landlord)
    wanted = {"landlord": landlord}
    found = world.find("houses", **wanted)
    return {"houses": _views(found, "name", "flats built")}


def get_house(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "houses", name)
    return _view("name", name, row, "landlord district flats built caretaker")


def list_connections(world: Any, house: str, medium: str = "any") -> dict[str, Any]:
    _row(world, "houses", house)
    wanted = {"house": house}
    if medium != "any":
        wanted["medium"] = medium
    found = world.find("connections", **wanted)
    return {"connections": _views(found, "connection_no", "medium laid")}


def list_hanging(world: Any, node: str) -> dict[str, Any]:
    _row(world, "nodes", node)
    wanted = {"node": node}
    found = world.find("connections", **wanted)
    return {"connections": _views(found, "connection_no", "house laid")}


def get_connection(world: Any, connection_no: str) -> dict[str, Any]:
    row = _row(world, "connections", connection_no)
    return _view("connection_no", connection_no, row, "house medium node laid material inspection")


def list_meters(world: Any, connection: str, status: str = "any") -> dict[str, Any]:
    _row(world, "connections", connection)
    wanted = {"connection": connection}
    if status != "any":
        wanted["status"] = status
    found = world.find("meters", **wanted)
    return {"meters": _views(found, "meter_no", "location installed")}


def get_meter(world: Any, meter_no: str) -> dict[str, Any]:
    row = _row(world, "meters", meter_no)
    return _view("meter_no", meter_no, row, "connection model location installed owner shows status")


def list_readings(world: Any, meter: str) -> dict[str, Any]:
    _row(world, "meters", meter)
    wanted = {"meter": meter}
    found = world.find("readings", **wanted)
    return {"readings": _views(found, "reading_no", "date units")}


def get_reading(world: Any, reading_no: str) -> dict[str, Any]:
    row = _row(world, "readings", reading_no)
    return _view("reading_no", reading_no, row, "meter date units taken_by")


def get_tariff(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "tariffs", name)
    return _view("name", name, row, "medium kind base_fee term designer")


def list_price_steps(world: Any, tariff: str) -> dict[str, Any]:
    _row(world, "tariffs", tariff)
    wanted = {"tariff": tariff}
    found = world.find("price_steps", **wanted)
    return {"price_steps": _views(found, "step_code", "tariff begins price")}


def find_contract(world: Any, connection: str) -> dict[str, Any]:
    _row(world, "connections", connection)
    wanted = {"connection": connection}
    found = world.find("contracts", **wanted)
    return {"contracts": _views(found, "contract_no", "tariff started")}


def list_contracts(world: Any, customer: str) -> dict[str, Any]:
    _row(world, "customers", customer)
    wanted = {"customer": customer}
    found = world.find("contracts", **wanted)
    return {"contracts": _views(found, "contract_no", "tariff instalment")}


def get_contract(world: Any, contract_no: str) -> dict[str, Any]:
    row = _row(world, "contracts", contract_no)
    return _view("contract_no", contract_no, row, "connection customer tariff type started instalment arrears")


def list_invoices(world: Any, contract: str, status: str = "any") -> dict[str, Any]:
    _row(world, "contracts", contract)
    wanted = {"contract": contract}
    if status != "any":
        wanted["status"] = status
    found = world.find("invoices", **wanted)
    return {"invoices": _views(found, "invoice_no", "status issued amount")}


def get_invoice(world: Any, invoice_no: str) -> dict[str, Any]:
    row = _row(world, "invoices", invoice_no)
    return _view("invoice_no", invoice_no, row, "contract issued due amount status")


def find_payment_plan(world: Any, invoice: str) -> dict[str, Any]:
    _row(world, "invoices", invoice)
    wanted = {"invoice": invoice}
    found = world.find("payment_plans", **wanted)
    return {"payment_plans": _views(found, "plan_no", "months rate agreed")}


def get_payment_plan(world: Any, plan_no: str) -> dict[str, Any]:
    row = _row(world, "payment_plans", plan_no)
    return _view("plan_no", plan_no, row, "invoice months rate agreed status")


def list_outages(world: Any, node: str, status: str = "any") -> dict[str, Any]:
    _row(world, "nodes", node)
    wanted = {"node": node}
    if status != "any":
        wanted["status"] = status
    found = world.find("outages", **wanted)
    return {"outages": _views(found, "outage_no", "status date hours")}


def list_jobs(world: Any, crew: str, status: str = "any") -> dict[str, Any]:
    _row(world, "crews", crew)
    wanted = {"crew": crew}
    if status != "any":
        wanted["status"] = status
    found = world.find("outages", **wanted)
    return {"outages": _views(found, "outage_no", "status date hours")}


def get_outage(world: Any, outage_no: str) -> dict[str, Any]:
    row = _row(world, "outages", outage_no)
    return _view("outage_no", outage_no, row, "node status crew date cause hours")


def list_supply_cuts(world: Any, outage: str) -> dict[str, Any]:
    _row(world, "outages", outage)
    wanted = {"outage": outage}
    found = world.find("supply_cuts", **wanted)
    return {"supply_cuts": _views(found, "cut_no", "connection minutes damage")}


def list_cuts_of_connection(world: Any, connection: str) -> dict[str, Any]:
    _row(world, "connections", connection)
    wanted = {"connection": connection}
    found = world.find("supply_cuts", **wanted)
    return {"supply_cuts": _views(found, "cut_no", "outage minutes")}


def get_supply_cut(world: Any, cut_no: str) -> dict[str, Any]:
    row = _row(world, "supply_cuts", cut_no)
    return _view("cut_no", cut_no, row, "outage connection minutes damage compensation")


def drive_time(world: Any, crew: str, house: str) -> dict[str, Any]:
    crew_row = _row(world, "crews", crew)
    house_row = _row(world, "houses", house)
    return {"crew": crew, "house": house, "minutes": 4 + abs(crew_row["spot"] - house_row["spot"]) * 2}


def quote_connection(world: Any, house: str, network: str) -> dict[str, Any]:
    house_row = _row(world, "houses", house)
    network_row = _row(world, "networks", network)
    return {"house": house, "network": network, "price": house_row["metres"] * network_row["metre_price"]}


def record_reading(world: Any, meter_no: str, units: int) -> dict[str, Any]:
    meter = _row(world, "meters", meter_no)
    if meter["status"] != "in use":
        raise ValueError(f"meter {meter_no} was removed; name the meter in use on its connection")
    if not units <= _rule(world, "plausible use"):
        raise ValueError(
            f"at most {_rule(world, 'plausible use')} units more are plausible; somebody must look at the meter"
        )
    row = {
        "meter": meter_no, "date": world.constants["today"], "units": meter["shows"] + units, "taken_by": "a customer"
    }
    new_reading = world.insert("readings", row, prefix="RDG")
    world.update("meters", meter_no, shows=meter["shows"] + units)
    return _view("reading_no", new_reading, row, "meter date units taken_by")


def change_tariff(world: Any, contract_no: str, tariff: str) -> dict[str, Any]:
    contract = _row(world, "contracts", contract_no)
    tariff_row = _row(world, "tariffs", tariff)
    if contract["tariff"] == tariff:
        raise ValueError(f"contract {contract_no} is on {tariff} already; name another tariff")
    if tariff_row["medium"] != _row(world, "connections", contract["connection"])["medium"]:
        raise ValueError(
            f"{tariff} is for {tariff_row['medium']}; this contract takes a tariff for {_row(world, 'connections', contract['connection'])['medium']}"
        )
    row = world.update(
        "contracts", contract_no, tariff=tariff, arrears=contract["arrears"] + _rule(world, "switching fee")
    )
    return _view("contract_no", contract_no, row, "tariff arrears")


def agree_plan(world: Any, invoice_no: str, months: int) -> dict[str, Any]:
    invoice = _row(world, "invoices", invoice_no)
    if invoice["status"] != "open":
        raise ValueError(f"invoice {invoice_no} is {invoice['status']}; only an open one can be spread")
    if not months <= _rule(world, "longest plan"):
        raise ValueError(f"a payment plan runs for {_rule(world, 'longest plan')} months at most; choose fewer")
    if not invoice["amount"] >= months * _rule(world, "least rate"):
        raise ValueError(f"a rate is {_rule(world, 'least rate')} euros at least; choose fewer months")
    row = {
        "invoice": invoice_no,
        "months": months,
        "agreed": world.constants["today"],
        "status": "running",
        "rate": round(invoice["amount"] / months, 2),
    }
    new_payment_plan = world.insert("payment_plans", row, prefix="IP")
    world.update("invoices", invoice_no, status="in instalments")
    world.update(
        "contracts",
        invoice["contract"],
        arrears=_row(world, "contracts", invoice["contract"])["arrears"] + _rule(world, "plan fee"),
    )
    return _view("plan_no", new_payment_plan, row, "invoice months agreed status rate")


def end_plan(world: Any, plan_no: str) -> dict[str, Any]:
    plan = _row(world, "payment_plans", plan_no)
    if plan["status"] != "running":
        raise ValueError(f"payment plan {plan_no} has ended already; nothing needs to be done")
    row = world.update("payment_plans", plan_no, status="ended")
    world.update("invoices", plan["invoice"], status="open")
    return _view("plan_no", plan_no, row, "status")


def replace_meter(world: Any, meter_no: str, model: str) -> dict[str, Any]:
    meter = _row(world, "meters", meter_no)
    payer = _first(world, "contracts", "started", "", connection=meter["connection"])
    if meter["status"] != "in use":
        raise ValueError(f"meter {meter_no} was removed already; nothing needs to be done")
    if not _days_until(world, meter["installed"]) <= -_rule(world, "meter age"):
        raise ValueError(
            f"it is too early: a meter is replaced {_rule(world, 'meter age')} days after its installation"
        )
    row = {
        "connection": meter["connection"],
        "model": model,
        "location": meter["location"],
        "installed": world.constants["today"],
        "owner": "utility",
        "shows": 0,
        "status": "in use",
    }
    new_meter = world.insert("meters", row, prefix="M")
    world.update("meters", meter_no, status="removed")
    world.update("contracts", payer, arrears=_row(world, "contracts", payer)["arrears"] + _rule(world, "meter fee"))
    return _view("meter_no", new_meter, row, "connection model location installed owner shows status")


def hand_over(world: Any, contract_no: str) -> dict[str, Any]:
    contract = _row(world, "contracts", contract_no)
    if (
        contract["customer"]
        == _row(world, "houses", _row(world, "connections", contract["connection"])["house"])["landlord"]
    ):
        raise ValueError(f"contract {contract_no} is the landlord's already; nothing needs to be done")
    row = world.update(
        "contracts",
        contract_no,
        customer=_row(world, "houses", _row(world, "connections", contract["connection"])["house"])["landlord"],
        started=world.constants["today"],
        arrears=0,
    )
    world.update(
        "customers",
        contract["customer"],
        credit=_row(world, "customers", contract["customer"])["credit"] - contract["arrears"],
    )
    return _view("contract_no", contract_no, row, "customer started arrears")


def order_inspection(world: Any, connection_no: str) -> dict[str, Any]:
    connection = _row(world, "connections", connection_no)
    if connection["inspection"] != "none":
        raise ValueError(f"an inspection of {connection_no} is ordered already; one is enough")
    row = world.update("connections", connection_no, inspection="ordered")
    return _view("connection_no", connection_no, row, "inspection")


def move_outage(world: Any, outage_no: str, date: str) -> dict[str, Any]:
    outage = _row(world, "outages", outage_no)
    _day_to_come(world, date)
    if outage["status"] != "planned":
        raise ValueError(f"outage {outage_no} is {outage['status']}; only a planned one can be moved")
    if outage["date"] == date:
        raise ValueError(f"outage {outage_no} is on {date} already; name another day")
    if not _days_until(world, outage["date"]) >= _rule(world, "outage notice"):
        raise ValueError(f"it is too late to move {outage_no}: that takes {_rule(world, 'outage notice')} days' notice")
    if not _days_until(world, date) <= _rule(world, "outage horizon"):
        raise ValueError(
            f"outages are planned at most {_rule(world, 'outage horizon')} days ahead; choose an earlier day"
        )
    if _count(world, "outages", crew=outage["crew"], date=date) != 0:
        raise ValueError(f"{outage['crew']} has another outage on {date}; choose another day")
    row = world.update("outages", outage_no, date=date)
    return _view("outage_no", outage_no, row, "date")


def end_outage(world: Any, outage_no: str) -> dict[str, Any]:
    outage = _row(world, "outages", outage_no)
    if outage["status"] != "open":
        raise ValueError(f"outage {outage_no} is {outage['status']}; only an open one can be declared over")
    row = world.update("outages", outage_no, status="over")
    world.update("crews", outage["crew"], status="free")
    for each, _ in world.find("supply_cuts", outage=outage_no):
        world.update("supply_cuts", each, compensation=_rule(world, "compensation"))
    return _view("outage_no", outage_no, row, "status")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'districts': ('district is called', 'get_crew and get_node give the right ones'),
    'networks': ('network is called', 'get_node gives the right ones'),
    'nodes': ('node has the code', 'list_nodes and list_fed_nodes give the right ones'),
    'crews': ('crew is called', 'list_crews and get_outage give the right ones'),
    'customers': ('customer has the id', 'find_customer and get_house give the right ones'),
    'houses': ('house is called', 'list_houses and get_connection give the right ones'),
    'connections': ('connection has the number', 'list_connections and list_hanging give the right ones'),
    'meters': ('meter has the number', 'list_meters and get_reading give the right ones'),
    'readings': ('reading has the number', 'list_readings gives the right ones'),
    'tariffs': ('tariff is called', 'get_contract gives the right ones'),
    'price_steps': ('price step has the step code', 'list_price_steps gives the right ones'),
    'contracts': ('contract has the number', 'find_contract and list_contracts give the right ones'),
    'invoices': ('invoice has the number', 'list_invoices and get_payment_plan give the right ones'),
    'payment_plans': ('payment plan has the plan no', 'find_payment_plan gives the right ones'),
    'outages': ('outage has the number', 'list_outages and list_jobs give the right ones'),
    'supply_cuts': ('supply cut has the cut no', 'list_supply_cuts and list_cuts_of_connection give the right ones'),
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
