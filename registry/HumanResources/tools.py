"""Tools of HumanResources: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_site(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "sites", name)
    return _view("name", name, row, "city caretaker opens parking")


def get_grade(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "pay_grades", name)
    return _view("name", name, row, "entry_salary ceiling notice_weeks")


def list_positions(world: Any, grade: str) -> dict[str, Any]:
    _row(world, "pay_grades", grade)
    wanted = {"grade": grade}
    found = world.find("positions", **wanted)
    return {"positions": _views(found, "name", "hours bonus reviewed")}


def get_position(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "positions", name)
    return _view("name", name, row, "grade hours bonus reviewed")


def list_departments(world: Any, parent_department: str) -> dict[str, Any]:
    _row(world, "departments", parent_department)
    wanted = {"parent_department": parent_department}
    found = world.find("departments", **wanted)
    return {"departments": _views(found, "name", "site budget founded")}


def get_department(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "departments", name)
    return _view("name", name, row, "parent_department head deputy site budget cost_centre founded")


def list_staff(world: Any, department: str) -> dict[str, Any]:
    _row(world, "departments", department)
    wanted = {"department": department}
    found = world.find("employees", **wanted)
    return {"employees": _views(found, "employee_no", "name position salary hire_date")}


def list_reports(world: Any, manager: str) -> dict[str, Any]:
    _row(world, "employees", manager)
    wanted = {"manager": manager}
    found = world.find("employees", **wanted)
    return {"employees": _views(found, "employee_no", "name department salary hire_date")}


def find_employee(world: Any, name: str) -> dict[str, Any]:
    employee_no, row = _called(world, "employees", "name", name)
    return _view("employee_no", employee_no, row, "name email")


def get_employee(world: Any, employee_no: str) -> dict[str, Any]:
    row = _row(world, "employees", employee_no)
    return _view(
        "employee_no",
        employee_no,
        row,
        "name department manager position contract salary hire_date email talk kit_value",
    )


def list_accounts(world: Any, employee: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "employees", employee)
    wanted = {"employee": employee}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("leave_accounts", **wanted)
    return {"leave_accounts": _views(found, "account_no", "kind days_left expires")}


def get_account(world: Any, account_no: str) -> dict[str, Any]:
    row = _row(world, "leave_accounts", account_no)
    return _view("account_no", account_no, row, "employee kind entitled days_left expires")


def list_leave(world: Any, employee: str, status: str = "any") -> dict[str, Any]:
    _row(world, "employees", employee)
    wanted = {"employee": employee}
    if status != "any":
        wanted["status"] = status
    found = world.find("leave_requests", **wanted)
    return {"leave_requests": _views(found, "request_no", "starts days status")}


def get_leave_request(world: Any, request_no: str) -> dict[str, Any]:
    row = _row(world, "leave_requests", request_no)
    return _view("request_no", request_no, row, "account employee starts days status")


def get_training(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "trainings", name)
    return _view("name", name, row, "hours fee supplier valid_months")


def list_sessions(world: Any, training: str) -> dict[str, Any]:
    _row(world, "trainings", training)
    wanted = {"training": training}
    found = world.find("sessions", **wanted)
    return {"sessions": _views(found, "session_no", "site date places")}


def list_site_sessions(world: Any, site: str) -> dict[str, Any]:
    _row(world, "sites", site)
    wanted = {"site": site}
    found = world.find("sessions", **wanted)
    return {"sessions": _views(found, "session_no", "training date places")}


def get_session(world: Any, session_no: str) -> dict[str, Any]:
    row = _row(world, "sessions", session_no)
    return _view("session_no", session_no, row, "training site date starts trainer places")


def list_enrolments(world: Any, session: str) -> dict[str, Any]:
    _row(world, "sessions", session)
    wanted = {"session": session}
    found = world.find("enrolments", **wanted)
    return {"enrolments": _views(found, "enrolment_no", "employee booking_date")}


def list_employee_enrolments(world: Any, employee: str) -> dict[str, Any]:
    _row(world, "employees", employee)
    wanted = {"employee": employee}
    found = world.find("enrolments", **wanted)
    return {"enrolments": _views(found, "enrolment_no", "session booking_date")}


def get_enrolment(world: Any, enrolment_no: str) -> dict[str, Any]:
    row = _row(world, "enrolments", enrolment_no)
    return _view("enrolment_no", enrolment_no, row, "session employee booking_date share")


def list_devices(world: Any, site: str, status: str = "any") -> dict[str, Any]:
    _row(world, "sites", site)
    wanted = {"site": site}
    if status != "any":
        wanted["status"] = status
    found = world.find("devices", **wanted)
    return {"devices": _views(found, "asset_tag", "model category book_value bought")}


def list_kit(world: Any, holder: str, status: str = "any") -> dict[str, Any]:
    _row(world, "employees", holder)
    wanted = {"holder": holder}
    if status != "any":
        wanted["status"] = status
    found = world.find("devices", **wanted)
    return {"devices": _views(found, "asset_tag", "model category book_value bought")}


def get_device(world: Any, asset_tag: str) -> dict[str, Any]:
    row = _row(world, "devices", asset_tag)
    return _view("asset_tag", asset_tag, row, "model category site bought book_value holder status")


def list_expense_reports(world: Any, employee: str, status: str = "any") -> dict[str, Any]:
    _row(world, "employees", employee)
    wanted = {"employee": employee}
    if status != "any":
        wanted["status"] = status
    found = world.find("expense_reports", **wanted)
    return {"expense_reports": _views(found, "report_no", "purpose trip_date total")}


def get_expense_report(world: Any, report_no: str) -> dict[str, Any]:
    row = _row(world, "expense_reports", report_no)
    return _view("report_no", report_no, row, "employee purpose trip_date total status method")


def list_items(world: Any, report: str, category: str = "any") -> dict[str, Any]:
    _row(world, "expense_reports", report)
    wanted = {"report": report}
    if category != "any":
        wanted["category"] = category
    found = world.find("expense_items", **wanted)
    return {"expense_items": _views(found, "item_no", "category merchant amount")}


def get_item(world: Any, item_no: str) -> dict[str, Any]:
    row = _row(world, "expense_items", item_no)
    return _view("item_no", item_no, row, "report category merchant amount receipt state")


def work_out_allowance(world: Any, employee_no: str, site: str) -> dict[str, Any]:
    employee = _row(world, "employees", employee_no)
    site_row = _row(world, "sites", site)
    return {
        "employee_no": employee_no, "site": site, "allowance": 15 + 6 * abs(employee["home_zone"] - site_row["zone"])
    }


def price_group_training(world: Any, department: str, training: str) -> dict[str, Any]:
    department_row = _row(world, "departments", department)
    training_row = _row(world, "trainings", training)
    return {"department": department, "training": training, "cost": department_row["headcount"] * training_row["fee"]}


def file_leave(world: Any, account_no: str, days: int, start: str) -> dict[str, Any]:
    account = _row(world, "leave_accounts", account_no)
    _day_to_come(world, start)
    if not days <= account["days_left"]:
        raise ValueError(f"leave account {account_no} has {account['days_left']} days left; take fewer")
    if not _days_until(world, start) <= _rule(world, "planning horizon"):
        raise ValueError(f"leave is booked at most {_rule(world, 'planning horizon')} days ahead; begin earlier")
    if not _count(world, "leave_requests", employee=account["employee"], status="submitted") < _rule(world, "open requests"):
        raise ValueError(
            f"{_rule(world, 'open requests')} requests of this employee are waiting already; one must be decided first"
        )
    ends = _add_days(start, days - 1)
    row = {"account": account_no, "employee": account["employee"], "starts": start, "days": days, "status": "submitted"}
    new_leave_request = world.insert("leave_requests", row, prefix="LRQ")
    world.update("leave_accounts", account_no, days_left=account["days_left"] - days)
    return _view("request_no", new_leave_request, row, "account employee starts days status") | {"ends": ends}


def approve_leave(world: Any, request_no: str) -> dict[str, Any]:
    request = _row(world, "leave_requests", request_no)
    if request["status"] != "submitted":
        raise ValueError(f"leave request {request_no} is {request['status']}; only a submitted one can be approved")
    if not _days_until(world, request["starts"]) >= _rule(world, "leave notice"):
        raise ValueError(
            f"leave request {request_no} begins on {request['starts']}; that takes {_rule(world, 'leave notice')} days' notice"
        )
    row = world.update("leave_requests", request_no, status="approved")
    return _view("request_no", request_no, row, "status")


def cancel_leave(world: Any, request_no: str) -> dict[str, Any]:
    request = _row(world, "leave_requests", request_no)
    if request["status"] not in ("submitted", "approved"):
        raise ValueError(
            f"leave request {request_no} is {request['status']}; only what is submitted or approved can be cancelled"
        )
    if not _days_until(world, request["starts"]) >= _rule(world, "cancellation notice"):
        raise ValueError(
            f"leave request {request_no} begins on {request['starts']}; that takes {_rule(world, 'cancellation notice')} days' notice"
        )
    row = world.update("leave_requests", request_no, status="cancelled")
    world.update(
        "leave_accounts",
        request["account"],
        days_left=_row(world, "leave_accounts", request["account"])["days_left"] + request["days"],
    )
    return _view("request_no", request_no, row, "status")


def enrol(world: Any, employee_no: str, session_no: str) -> dict[str, Any]:
    _row(world, "employees", employee_no)
    session = _row(world, "sessions", session_no)
    if not session["places"] > 0:
        raise ValueError(f"session {session_no} has no free places; list_sessions shows others")
    if _count(world, "enrolments", session=session_no, employee=employee_no) != 0:
        raise ValueError(f"employee {employee_no} is enrolled in {session_no} already; nothing needs to be done")
    if not _days_until(world, session["date"]) >= _rule(world, "enrolment deadline"):
        raise ValueError(
            f"session {session_no} is on {session['date']}; enrolment ended {_rule(world, 'enrolment deadline')} days before"
        )
    if not _count(world, "enrolments", employee=employee_no) < _rule(world, "trainings at a time"):
        raise ValueError(
            f"employee {employee_no} has {_rule(world, 'trainings at a time')} enrolments already, the most allowed"
        )
    row = {"session": session_no, "employee": employee_no, "booking_date": world.constants["today"], "share": 0}
    new_enrolment = world.insert("enrolments", row, prefix="NRL")
    world.update("sessions", session_no, places=session["places"] - 1)
    return _view("enrolment_no", new_enrolment, row, "session employee booking_date share")


def hand_out(world: Any, asset_tag: str, employee_no: str) -> dict[str, Any]:
    device = _row(world, "devices", asset_tag)
    employee = _row(world, "employees", employee_no)
    if device["status"] != "in store":
        raise ValueError(f"device {asset_tag} is handed out; only one that is in store can be given")
    if not employee["kit_value"] + device["book_value"] <= _rule(world, "kit limit"):
        raise ValueError(
            f"employee {employee_no} would hold devices worth more than {_rule(world, 'kit limit')} euros; take some back first"
        )
    row = world.update("devices", asset_tag, holder=employee_no, status="handed out")
    world.update("employees", employee_no, kit_value=employee["kit_value"] + device["book_value"])
    return _view("asset_tag", asset_tag, row, "holder status")


def take_back(world: Any, asset_tag: str) -> dict[str, Any]:
    device = _row(world, "devices", asset_tag)
    if device["status"] != "handed out":
        raise ValueError(f"device {asset_tag} is in store already; nothing needs to be done")
    row = world.update("devices", asset_tag, status="in store")
    world.update(
        "employees",
        device["holder"],
        kit_value=_row(world, "employees", device["holder"])["kit_value"] - device["book_value"],
    )
    return _view("asset_tag", asset_tag, row, "status")


def settle_report(world: Any, report_no: str, method: str) -> dict[str, Any]:
    report = _row(world, "expense_reports", report_no)
    if report["status"] != "submitted":
        raise ValueError(f"expense report {report_no} is paid already; nothing is due")
    if not -_days_until(world, report["trip_date"]) <= _rule(world, "expense deadline"):
        raise ValueError(
            f"the trip was on {report['trip_date']}, more than {_rule(world, 'expense deadline')} days ago; it cannot be settled"
        )
    if not (method != "cash" or report["total"] <= _rule(world, "petty cash")):
        raise ValueError(f"cash is paid up to {_rule(world, 'petty cash')} euros only; use the payroll or a transfer")
    row = world.update("expense_reports", report_no, status="paid", method=method)
    for each, _ in world.find("expense_items", report=report_no):
        world.update("expense_items", each, state="settled")
    world.update(
        "departments",
        _row(world, "employees", report["employee"])["department"],
        budget=round(
            _row(world, "departments", _row(world, "employees", report["employee"])["department"])["budget"] - report["total"],
            2,
        ),
    )
    return _view("report_no", report_no, row, "status method")


def change_manager(world: Any, employee: str, manager: str) -> dict[str, Any]:
    employee_row = _row(world, "employees", employee)
    manager_row = _row(world, "employees", manager)
    if manager == employee:
        raise ValueError(f"{employee} cannot report to themselves; name another manager")
    if employee_row["manager"] == manager:
        raise ValueError(f"employee {employee} reports to {manager} already; name another manager")
    if _count(world, "employees", manager=employee) != 0:
        raise ValueError(
            f"employee {employee} has direct reports, who would move along; give them another manager first"
        )
    if not _count(world, "employees", manager=manager) < _rule(world, "span of control"):
        raise ValueError(f"{manager} has {_rule(world, 'span of control')} direct reports already, the most allowed")
    row = world.update("employees", employee, manager=manager, department=manager_row["department"])
    world.update(
        "departments",
        employee_row["department"],
        headcount=_row(world, "departments", employee_row["department"])["headcount"] - 1,
    )
    world.update(
        "departments",
        manager_row["department"],
        headcount=_row(world, "departments", manager_row["department"])["headcount"] + 1,
    )
    return _view("employee_no", employee, row, "manager department")


def note_talk(world: Any, employee_no: str) -> dict[str, Any]:
    employee = _row(world, "employees", employee_no)
    if employee["talk"] == "due":
        raise ValueError(f"a talk with {employee_no} is due already; nothing needs to be noted")
    row = world.update("employees", employee_no, talk="due")
    return _view("employee_no", employee_no, row, "talk")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'sites': ('site is called', 'get_department and get_session give the right ones'),
    'pay_grades': ('pay grade is called', 'get_position gives the right ones'),
    'positions': ('position is called', 'list_positions and get_employee give the right ones'),
    'departments': ('department is called', 'list_departments and get_employee give the right ones'),
    'employees': ('employee has the number', 'get_department and list_staff give the right ones'),
    'leave_accounts': ('leave account has the account no', 'list_accounts and get_leave_request give the right ones'),
    'leave_requests': ('leave request has the request no', 'list_leave gives the right ones'),
    'trainings': ('training is called', 'get_session gives the right ones'),
    'sessions': ('session has the number', 'list_sessions and list_site_sessions give the right ones'),
    'enrolments': ('enrolment has the number', 'list_enrolments and list_employee_enrolments give the right ones'),
    'devices': ('device has the asset tag', 'list_devices and list_kit give the right ones'),
    'expense_reports': ('expense report has the report no', 'list_expense_reports and get_item give the right ones'),
    'expense_items': ('expense item has the item no', 'list_items gives the right ones'),
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
