"""Tools of Telecom: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_area(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "areas", name)
    return _view("name", name, row, "supervisor masts repair_hours fault_line")


def list_shops(world: Any, area: str) -> dict[str, Any]:
    _row(world, "areas", area)
    wanted = {"area": area}
    found = world.find("shops", **wanted)
    return {"shops": _views(found, "name", "closes desks")}


def get_shop(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "shops", name)
    return _view("name", name, row, "area manager closes desks")


def list_technicians(world: Any, area: str) -> dict[str, Any]:
    _row(world, "areas", area)
    wanted = {"area": area}
    found = world.find("technicians", **wanted)
    return {"technicians": _views(found, "technician_id", "name skill years")}


def find_technician(world: Any, name: str) -> dict[str, Any]:
    technician_id, row = _called(world, "technicians", "name", name)
    return _view("technician_id", technician_id, row, "name area")


def get_technician(world: Any, technician_id: str) -> dict[str, Any]:
    row = _row(world, "technicians", technician_id)
    return _view("technician_id", technician_id, row, "name area skill years van")


def get_plan(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "plans", name)
    return _view("name", name, row, "introduced replaces fee data minutes status")


def find_successor(world: Any, replaces: str) -> dict[str, Any]:
    _row(world, "plans", replaces)
    wanted = {"replaces": replaces}
    found = world.find("plans", **wanted)
    return {"plans": _views(found, "name", "introduced fee")}


def get_model(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "phone_models", name)
    return _view("name", name, row, "maker price battery weight")


def get_country(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "countries", name)
    return _view("name", name, row, "zone network rate")


def get_package(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "packages", name)
    return _view("name", name, row, "price days product_manager")


def list_allowances(world: Any, package: str) -> dict[str, Any]:
    _row(world, "packages", package)
    wanted = {"package": package}
    found = world.find("allowances", **wanted)
    return {"allowances": _views(found, "allowance_no", "package country gigabytes minutes")}


def list_country_allowances(world: Any, country: str) -> dict[str, Any]:
    _row(world, "countries", country)
    wanted = {"country": country}
    found = world.find("allowances", **wanted)
    return {"allowances": _views(found, "allowance_no", "package country gigabytes minutes")}


def find_allowance(world: Any, package: str, country: str) -> dict[str, Any]:
    _row(world, "packages", package)
    _row(world, "countries", country)
    wanted = {"package": package, "country": country}
    found = world.find("allowances", **wanted)
    return {"allowances": _views(found, "allowance_no", "package country gigabytes minutes")}


def find_customer(world: Any, name: str) -> dict[str, Any]:
    customer_no, row = _called(world, "customers", "name", name)
    return _view("customer_no", customer_no, row, "name email")


def get_customer(world: Any, customer_no: str) -> dict[str, Any]:
    row = _row(world, "customers", customer_no)
    return _view("customer_no", customer_no, row, "name shop area joined tier email goodwill")


def list_contracts(world: Any, customer: str, type: str = "any") -> dict[str, Any]:
    _row(world, "customers", customer)
    wanted = {"customer": customer}
    if type != "any":
        wanted["type"] = type
    found = world.find("contracts", **wanted)
    return {"contracts": _views(found, "contract_no", "type signed")}


def get_contract(world: Any, contract_no: str) -> dict[str, Any]:
    row = _row(world, "contracts", contract_no)
    return _view("contract_no", contract_no, row, "customer type shop signed committed charges status")


def list_lines(world: Any, contract: str) -> dict[str, Any]:
    _row(world, "contracts", contract)
    wanted = {"contract": contract}
    found = world.find("lines", **wanted)
    return {"lines": _views(found, "line_no", "plan data_used")}


def get_line(world: Any, line_no: str) -> dict[str, Any]:
    row = _row(world, "lines", line_no)
    return _view("line_no", line_no, row, "phone contract customer plan activated data_used status")


def list_sims(world: Any, line: str, status: str = "any") -> dict[str, Any]:
    _row(world, "lines", line)
    wanted = {"line": line}
    if status != "any":
        wanted["status"] = status
    found = world.find("SIM_cards", **wanted)
    return {"SIM_cards": _views(found, "sim_serial", "status issued")}


def get_sim(world: Any, sim_serial: str) -> dict[str, Any]:
    row = _row(world, "SIM_cards", sim_serial)
    return _view("sim_serial", sim_serial, row, "line form status issued puk")


def find_device(world: Any, line: str) -> dict[str, Any]:
    _row(world, "lines", line)
    wanted = {"line": line}
    found = world.find("devices", **wanted)
    return {"devices": _views(found, "device_no", "model bought")}


def get_device(world: Any, device_no: str) -> dict[str, Any]:
    row = _row(world, "devices", device_no)
    return _view("device_no", device_no, row, "line model bought left instalment cover lock")


def list_bills(world: Any, contract: str, status: str = "any") -> dict[str, Any]:
    _row(world, "contracts", contract)
    wanted = {"contract": contract}
    if status != "any":
        wanted["status"] = status
    found = world.find("bills", **wanted)
    return {"bills": _views(found, "bill_no", "status issued amount")}


def get_bill(world: Any, bill_no: str) -> dict[str, Any]:
    row = _row(world, "bills", bill_no)
    return _view("bill_no", bill_no, row, "contract issued due amount status")


def list_items(world: Any, bill: str) -> dict[str, Any]:
    _row(world, "bills", bill)
    wanted = {"bill": bill}
    found = world.find("bill_items", **wanted)
    return {"bill_items": _views(found, "item_no", "line amount")}


def get_item(world: Any, item_no: str) -> dict[str, Any]:
    row = _row(world, "bill_items", item_no)
    return _view("item_no", item_no, row, "bill line kind amount status")


def list_tickets(world: Any, line: str, status: str = "any") -> dict[str, Any]:
    _row(world, "lines", line)
    wanted = {"line": line}
    if status != "any":
        wanted["status"] = status
    found = world.find("tickets", **wanted)
    return {"tickets": _views(found, "ticket_no", "status opened")}


def get_ticket(world: Any, ticket_no: str) -> dict[str, Any]:
    row = _row(world, "tickets", ticket_no)
    return _view("ticket_no", ticket_no, row, "line topic agent opened level status")


def list_visits(world: Any, technician: str) -> dict[str, Any]:
    _row(world, "technicians", technician)
    wanted = {"technician": technician}
    found = world.find("visits", **wanted)
    return {"visits": _views(found, "visit_no", "date minutes status")}


def find_visit(world: Any, ticket: str) -> dict[str, Any]:
    _row(world, "tickets", ticket)
    wanted = {"ticket": ticket}
    found = world.find("visits", **wanted)
    return {"visits": _views(found, "visit_no", "date time")}


def get_visit(world: Any, visit_no: str) -> dict[str, Any]:
    row = _row(world, "visits", visit_no)
    return _view("visit_no", visit_no, row, "ticket technician date time minutes status")


def list_passes(world: Any, line: str) -> dict[str, Any]:
    _row(world, "lines", line)
    wanted = {"line": line}
    found = world.find("passes", **wanted)
    return {"passes": _views(found, "pass_no", "package starts ends")}


def get_pass(world: Any, pass_no: str) -> dict[str, Any]:
    row = _row(world, "passes", pass_no)
    return _view("pass_no", pass_no, row, "line package starts ends")


def trade_in(world: Any, model: str, shop: str) -> dict[str, Any]:
    model_row = _row(world, "phone_models", model)
    shop_row = _row(world, "shops", shop)
    return {"model": model, "shop": shop, "price": round(model_row["price"] * shop_row["trade_rate"] / 100, 2)}


def drive_time(world: Any, technician_id: str, shop: str) -> dict[str, Any]:
    technician = _row(world, "technicians", technician_id)
    shop_row = _row(world, "shops", shop)
    return {"technician_id": technician_id, "shop": shop, "minutes": 5 + abs(technician["spot"] - shop_row["spot"]) * 2}


def change_plan(world: Any, line_no: str, plan: str) -> dict[str, Any]:
    line = _row(world, "lines", line_no)
    plan_row = _row(world, "plans", plan)
    if line["status"] != "active":
        raise ValueError(f"line {line_no} is {line['status']}; only an active one can be used for that")
    if line["plan"] == plan:
        raise ValueError(f"line {line_no} is on {plan} already; name another plan")
    if plan_row["status"] != "on sale":
        raise ValueError(f"{plan} is withdrawn; find_successor tells which plan replaced it")
    if not plan_row["data"] >= line["data_used"] + _rule(world, "data reserve"):
        raise ValueError(
            f"{plan} includes {plan_row['data']} gigabytes and {line['data_used']} are used already; choose a larger plan"
        )
    fee = _rule(world, "change fee") if plan_row["fee"] < _row(world, "plans", line["plan"])["fee"] else 0
    row = world.update("lines", line_no, plan=plan)
    if fee > 0:
        world.update("contracts", line["contract"], charges=_row(world, "contracts", line["contract"])["charges"] + fee)
    return _view("line_no", line_no, row, "plan") | {"fee": fee}


def replace_sim(world: Any, sim_serial: str, form: str) -> dict[str, Any]:
    sim = _row(world, "SIM_cards", sim_serial)
    if sim["status"] != "active":
        raise ValueError(f"SIM card {sim_serial} was replaced before; name the active card of its line")
    fee = 0 if form == "eSIM" else _rule(world, "card fee")
    row = {"line": sim["line"], "form": form, "status": "active", "issued": world.constants["today"], "puk": sim["puk"]}
    new_SIM_card = world.insert("SIM_cards", row, prefix="ICC")
    world.update("SIM_cards", sim_serial, status="replaced")
    if fee > 0:
        world.update(
            "contracts",
            _row(world, "lines", sim["line"])["contract"],
            charges=_row(world, "contracts", _row(world, "lines", sim["line"])["contract"])["charges"] + fee,
        )
    return _view("sim_serial", new_SIM_card, row, "line form status issued puk") | {"fee": fee}


def unlock_device(world: Any, device_no: str) -> dict[str, Any]:
    device = _row(world, "devices", device_no)
    if device["lock"] != "locked":
        raise ValueError(f"device {device_no} is unlocked already; nothing needs to be done")
    if not _days_until(world, device["bought"]) <= -_rule(world, "unlocking period"):
        raise ValueError(
            f"it is too early: a device is unlocked {_rule(world, 'unlocking period')} days after its purchase"
        )
    rest = round(device["left"] * device["instalment"], 2)
    row = world.update("devices", device_no, lock="unlocked", left=0)
    world.update(
        "contracts",
        _row(world, "lines", device["line"])["contract"],
        charges=round(_row(world, "contracts", _row(world, "lines", device["line"])["contract"])["charges"] + rest, 2),
    )
    return _view("device_no", device_no, row, "lock left") | {"rest": rest}


def book_pass(world: Any, line_no: str, package: str, starts: str) -> dict[str, Any]:
    line = _row(world, "lines", line_no)
    package_row = _row(world, "packages", package)
    _day_to_come(world, starts)
    if line["status"] != "active":
        raise ValueError(f"line {line_no} is {line['status']}; only an active one can be used for that")
    if _count(world, "passes", line=line_no, package=package) != 0:
        raise ValueError(f"line {line_no} has a pass for {package} already; choose another package")
    if not _count(world, "passes", line=line_no) < 3:
        raise ValueError(f"line {line_no} has three passes, the most there can be")
    row = {"line": line_no, "package": package, "starts": starts, "ends": _add_days(starts, package_row["days"])}
    new_pass = world.insert("passes", row, prefix="RPX")
    world.update(
        "contracts",
        line["contract"],
        charges=_row(world, "contracts", line["contract"])["charges"] + package_row["price"],
    )
    return _view("pass_no", new_pass, row, "line package starts ends")


def book_visit(world: Any, ticket_no: str, technician_id: str, date: str) -> dict[str, Any]:
    ticket = _row(world, "tickets", ticket_no)
    technician = _row(world, "technicians", technician_id)
    _day_to_come(world, date)
    if ticket["status"] != "open":
        raise ValueError(f"ticket {ticket_no} is {ticket['status']}; only an open one gets a visit")
    if technician["area"] != _row(world, "customers", _row(world, "lines", ticket["line"])["customer"])["area"]:
        raise ValueError(
            f"{technician_id} works in {technician['area']}; the customer lives in {_row(world, 'customers', _row(world, 'lines', ticket['line'])['customer'])['area']}"
        )
    if not _days_until(world, date) <= _rule(world, "visit horizon"):
        raise ValueError(
            f"visits are planned at most {_rule(world, 'visit horizon')} days ahead; choose an earlier day"
        )
    if not _count(world, "visits", technician=technician_id, date=date, status="planned") < _rule(world, "visits a day"):
        raise ValueError(f"{technician_id} is fully booked on {date}; choose another day or another technician")
    row = {
        "ticket": ticket_no,
        "technician": technician_id,
        "date": date,
        "time": "09:00",
        "minutes": 60,
        "status": "planned",
    }
    new_visit = world.insert("visits", row, prefix="HV")
    world.update("tickets", ticket_no, status="scheduled")
    return _view("visit_no", new_visit, row, "ticket technician date time minutes status")


def cancel_visit(world: Any, visit_no: str) -> dict[str, Any]:
    visit = _row(world, "visits", visit_no)
    if visit["status"] != "planned":
        raise ValueError(f"visit {visit_no} is cancelled already; nothing needs to be done")
    fee = _rule(world, "late fee") if _days_until(world, visit["date"]) < _rule(world, "short notice") else 0
    row = world.update("visits", visit_no, status="cancelled")
    world.update("tickets", visit["ticket"], status="open")
    if fee > 0:
        world.update(
            "contracts",
            _row(world, "lines", _row(world, "tickets", visit["ticket"])["line"])["contract"],
            charges=(
                _row(
                    world,
                    "contracts",
                    _row(world, "lines", _row(world, "tickets", visit["ticket"])["line"])["contract"],
                )["charges"]
                + fee
            ),
        )
    return _view("visit_no", visit_no, row, "status") | {"fee": fee}


def escalate_ticket(world: Any, ticket_no: str) -> dict[str, Any]:
    ticket = _row(world, "tickets", ticket_no)
    if ticket["level"] != "normal":
        raise ValueError(f"ticket {ticket_no} is escalated already; nothing needs to be done")
    if ticket["status"] == "closed":
        raise ValueError(f"ticket {ticket_no} is closed; a new one must be opened")
    row = world.update("tickets", ticket_no, level="escalated")
    world.update(
        "customers",
        _row(world, "lines", ticket["line"])["customer"],
        goodwill=(
            _row(world, "customers", _row(world, "lines", ticket["line"])["customer"])["goodwill"]
            + _rule(world, "goodwill")
        ),
    )
    return _view("ticket_no", ticket_no, row, "level")


def credit_item(world: Any, item_no: str, way: str) -> dict[str, Any]:
    item = _row(world, "bill_items", item_no)
    if item["status"] != "charged":
        raise ValueError(f"bill item {item_no} is credited already; once is enough")
    if not item["amount"] <= _rule(world, "credit limit"):
        raise ValueError(
            f"items of up to {_rule(world, 'credit limit')} euros are credited, and this one is {item['amount']}"
        )
    row = world.update("bill_items", item_no, status="credited")
    if _row(world, "bills", item["bill"])["status"] == "open":
        world.update(
            "bills", item["bill"], amount=round(_row(world, "bills", item["bill"])["amount"] - item["amount"], 2)
        )
    if way == "voucher":
        world.update(
            "customers",
            _row(world, "lines", item["line"])["customer"],
            goodwill=round(
                _row(world, "customers", _row(world, "lines", item["line"])["customer"])["goodwill"] + item["amount"], 2
            ),
        )
    return _view("item_no", item_no, row, "status")


def end_contract(world: Any, contract_no: str) -> dict[str, Any]:
    contract = _row(world, "contracts", contract_no)
    if contract["status"] != "running":
        raise ValueError(f"contract {contract_no} is ending already; nothing needs to be done")
    fee = max(0, _days_until(world, contract["committed"])) // 30 * _rule(world, "exit fee")
    row = world.update("contracts", contract_no, status="ending", charges=contract["charges"] + fee)
    for each, _ in world.find("lines", contract=contract_no):
        world.update("lines", each, status="ending")
    return _view("contract_no", contract_no, row, "status charges") | {"fee": fee}


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'areas': ('area is called', 'get_shop and find_technician give the right ones'),
    'shops': ('shop is called', 'list_shops and get_customer give the right ones'),
    'technicians': ('technician has the id', 'list_technicians and find_technician give the right ones'),
    'plans': ('plan is called', 'find_successor and get_line give the right ones'),
    'phone_models': ('phone model is called', 'get_device gives the right ones'),
    'countries': ('country is called', 'check the spelling'),
    'packages': ('package is called', 'get_pass gives the right ones'),
    'allowances': ('allowance has the number', 'list_allowances and list_country_allowances give the right ones'),
    'customers': ('customer has the number', 'find_customer and get_contract give the right ones'),
    'contracts': ('contract has the number', 'list_contracts and get_line give the right ones'),
    'lines': ('line has the number', 'list_lines and get_sim give the right ones'),
    'SIM_cards': ('SIM card has the sim serial', 'list_sims gives the right ones'),
    'devices': ('device has the number', 'find_device gives the right ones'),
    'bills': ('bill has the number', 'list_bills and get_item give the right ones'),
    'bill_items': ('bill item has the item no', 'list_items gives the right ones'),
    'tickets': ('ticket has the number', 'list_tickets and get_visit give the right ones'),
    'visits': ('visit has the number', 'list_visits and find_visit give the right ones'),
    'passes': ('pass has the number', 'list_passes gives the right ones'),
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
