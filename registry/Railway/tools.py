"""Tools of Railway: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_station(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "stations", name)
    return _view("name", name, row, "master office_closes lockers opened")


def list_platforms(world: Any, station: str) -> dict[str, Any]:
    _row(world, "stations", station)
    wanted = {"station": station}
    found = world.find("platforms", **wanted)
    return {"platforms": _views(found, "platform_no", "length level")}


def get_platform(world: Any, platform_no: str) -> dict[str, Any]:
    row = _row(world, "platforms", platform_no)
    return _view("platform_no", platform_no, row, "station length level")


def get_depot(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "depots", name)
    return _view("name", name, row, "station foreman tracks gate")


def get_line(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "lines", name)
    return _view("name", name, row, "depot controller speed minutes")


def list_stops(world: Any, line: str) -> dict[str, Any]:
    _row(world, "lines", line)
    wanted = {"line": line}
    found = world.find("stops", **wanted)
    return {"stops": _views(found, "stop_no", "line start_offset station platform stopping_seconds")}


def list_calls(world: Any, station: str) -> dict[str, Any]:
    _row(world, "stations", station)
    wanted = {"station": station}
    found = world.find("stops", **wanted)
    return {"stops": _views(found, "stop_no", "line start_offset station platform stopping_seconds")}


def find_stop(world: Any, line: str, station: str) -> dict[str, Any]:
    _row(world, "lines", line)
    _row(world, "stations", station)
    wanted = {"line": line, "station": station}
    found = world.find("stops", **wanted)
    return {"stops": _views(found, "stop_no", "line start_offset station platform stopping_seconds")}


def get_stop(world: Any, stop_no: str) -> dict[str, Any]:
    row = _row(world, "stops", stop_no)
    return _view("stop_no", stop_no, row, "line start_offset station platform stopping_seconds")


def list_trains(world: Any, depot: str) -> dict[str, Any]:
    _row(world, "depots", depot)
    wanted = {"depot": depot}
    found = world.find("trains", **wanted)
    return {"trains": _views(found, "train_no", "series power delivery_date status")}


def get_train(world: Any, train_no: str) -> dict[str, Any]:
    row = _row(world, "trains", train_no)
    return _view("train_no", train_no, row, "depot series delivery_date power status")


def list_cars(world: Any, train: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "trains", train)
    wanted = {"train": train}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("cars", **wanted)
    return {"cars": _views(found, "car_no", "kind seats weight inspected")}


def get_car(world: Any, car_no: str) -> dict[str, Any]:
    row = _row(world, "cars", car_no)
    return _view("car_no", car_no, row, "train kind seats weight inspected")


def list_crew(world: Any, depot: str, role: str = "any") -> dict[str, Any]:
    _row(world, "depots", depot)
    wanted = {"depot": depot}
    if role != "any":
        wanted["role"] = role
    found = world.find("crew_members", **wanted)
    return {"crew_members": _views(found, "crew_no", "name licence joining_date")}


def find_crew_member(world: Any, name: str) -> dict[str, Any]:
    crew_no, row = _called(world, "crew_members", "name", name)
    return _view("crew_no", crew_no, row, "name role")


def get_crew_member(world: Any, crew_no: str) -> dict[str, Any]:
    row = _row(world, "crew_members", crew_no)
    return _view("crew_no", crew_no, row, "name role depot licence joining_date phone")


def list_runs(world: Any, line: str, status: str = "any") -> dict[str, Any]:
    _row(world, "lines", line)
    wanted = {"line": line}
    if status != "any":
        wanted["status"] = status
    found = world.find("runs", **wanted)
    return {"runs": _views(found, "run_no", "date departs fare seats_left")}


def find_run(world: Any, line: str, date: str) -> dict[str, Any]:
    _row(world, "lines", line)
    _day(date)
    wanted = {"line": line, "date": date}
    found = world.find("runs", **wanted)
    return {"runs": _views(found, "run_no", "departs fare seats_left")}


def list_train_runs(world: Any, train: str, status: str = "any") -> dict[str, Any]:
    _row(world, "trains", train)
    wanted = {"train": train}
    if status != "any":
        wanted["status"] = status
    found = world.find("runs", **wanted)
    return {"runs": _views(found, "run_no", "date departs seats_left")}


def get_run(world: Any, run_no: str) -> dict[str, Any]:
    row = _row(world, "runs", run_no)
    return _view("run_no", run_no, row, "line train date departs fare seats_left status")


def list_duties(world: Any, member: str, status: str = "any") -> dict[str, Any]:
    _row(world, "crew_members", member)
    wanted = {"member": member}
    if status != "any":
        wanted["status"] = status
    found = world.find("duties", **wanted)
    return {"duties": _views(found, "duty_no", "date starts hours")}


def list_run_duties(world: Any, run: str, role: str = "any") -> dict[str, Any]:
    _row(world, "runs", run)
    wanted = {"run": run}
    if role != "any":
        wanted["role"] = role
    found = world.find("duties", **wanted)
    return {"duties": _views(found, "duty_no", "member starts hours")}


def get_duty(world: Any, duty_no: str) -> dict[str, Any]:
    row = _row(world, "duties", duty_no)
    return _view("duty_no", duty_no, row, "run role date member starts hours break_station status")


def find_passenger(world: Any, name: str) -> dict[str, Any]:
    passenger_no, row = _called(world, "passengers", "name", name)
    return _view("passenger_no", passenger_no, row, "name since")


def get_passenger(world: Any, passenger_no: str) -> dict[str, Any]:
    row = _row(world, "passengers", passenger_no)
    return _view("passenger_no", passenger_no, row, "name home card since miles")


def list_tickets(world: Any, passenger: str, status: str = "any") -> dict[str, Any]:
    _row(world, "passengers", passenger)
    wanted = {"passenger": passenger}
    if status != "any":
        wanted["status"] = status
    found = world.find("tickets", **wanted)
    return {"tickets": _views(found, "ticket_code", "run price date")}


def list_run_tickets(world: Any, run: str) -> dict[str, Any]:
    _row(world, "runs", run)
    wanted = {"run": run}
    found = world.find("tickets", **wanted)
    return {"tickets": _views(found, "ticket_code", "car seat price")}


def get_ticket(world: Any, ticket_code: str) -> dict[str, Any]:
    row = _row(world, "tickets", ticket_code)
    return _view("ticket_code", ticket_code, row, "passenger run car boarding_stop seat price date status")


def list_disruptions(world: Any, line: str, status: str = "any") -> dict[str, Any]:
    _row(world, "lines", line)
    wanted = {"line": line}
    if status != "any":
        wanted["status"] = status
    found = world.find("disruptions", **wanted)
    return {"disruptions": _views(found, "notice_no", "cause starts ends delay")}


def get_disruption(world: Any, notice_no: str) -> dict[str, Any]:
    row = _row(world, "disruptions", notice_no)
    return _view("notice_no", notice_no, row, "line stop cause status starts ends delay")


def list_jobs(world: Any, car: str, status: str = "any") -> dict[str, Any]:
    _row(world, "cars", car)
    wanted = {"car": car}
    if status != "any":
        wanted["status"] = status
    found = world.find("jobs", **wanted)
    return {"jobs": _views(found, "job_no", "work due cost")}


def list_depot_jobs(world: Any, depot: str, status: str = "any") -> dict[str, Any]:
    _row(world, "depots", depot)
    wanted = {"depot": depot}
    if status != "any":
        wanted["status"] = status
    found = world.find("jobs", **wanted)
    return {"jobs": _views(found, "job_no", "car work due cost")}


def get_job(world: Any, job_no: str) -> dict[str, Any]:
    row = _row(world, "jobs", job_no)
    return _view("job_no", job_no, row, "car work status due mechanic cost")


def charter_price(world: Any, train_no: str, line: str) -> dict[str, Any]:
    train = _row(world, "trains", train_no)
    line_row = _row(world, "lines", line)
    return {"train_no": train_no, "line": line, "price": round(train["rate"] * line_row["minutes"] / 60, 2)}


def away_allowance(world: Any, crew_no: str, depot: str) -> dict[str, Any]:
    member = _row(world, "crew_members", crew_no)
    depot_row = _row(world, "depots", depot)
    return {
        "crew_no": crew_no,
        "depot": depot,
        "allowance": 5 + 2 * abs(_row(world, "depots", member["depot"])["zone"] - depot_row["zone"]),
    }


def reserve_seat(world: Any, run_no: str, passenger_no: str, station: str, kind: str) -> dict[str, Any]:
    run = _row(world, "runs", run_no)
    _row(world, "passengers", passenger_no)
    _row(world, "stations", station)
    if run["status"] != "scheduled":
        raise ValueError(f"run {run_no} is {run['status']}; only a scheduled one can be changed")
    if not _days_until(world, run["date"]) <= _rule(world, "booking period"):
        raise ValueError(
            f"run {run_no} is on {run['date']}; seats can be reserved up to {_rule(world, 'booking period')} days ahead"
        )
    if not run["seats_left"] > 0:
        raise ValueError(f"no seats are left on run {run_no}; list_runs shows others")
    if not _count(world, "stops", line=run["line"], station=station) > 0:
        raise ValueError(f"{run['line']} does not stop at {station}; list_stops shows where it does")
    if _count(world, "tickets", passenger=passenger_no, run=run_no, status="valid") != 0:
        raise ValueError(f"the passenger has a ticket for run {run_no} already; one is enough")
    if not _count(world, "tickets", passenger=passenger_no, status="valid") < _rule(world, "valid tickets"):
        raise ValueError(
            f"the passenger has {_rule(world, 'valid tickets')} valid tickets, the most allowed; cancel one first"
        )
    car = _first(world, "cars", "place", "", train=run["train"], kind=kind)
    stop = _first(world, "stops", "start_offset", "", line=run["line"], station=station)
    price = (
        round(run["fare"] * (100 + _rule(world, "first class surcharge")) / 100, 2)
        if kind == "first class"
        else run["fare"]
    )
    row = {
        "passenger": passenger_no,
        "run": run_no,
        "boarding_stop": stop,
        "car": car,
        "seat": run["seats_left"],
        "price": price,
        "date": run["date"],
        "status": "valid",
    }
    new_ticket = world.insert("tickets", row, prefix="T")
    world.update("runs", run_no, seats_left=run["seats_left"] - 1)
    return _view("ticket_code", new_ticket, row, "passenger run seat date") | {"car": car, "stop": stop, "price": price}


def cancel_ticket(world: Any, ticket_code: str) -> dict[str, Any]:
    ticket = _row(world, "tickets", ticket_code)
    if ticket["status"] != "valid":
        raise ValueError(f"ticket {ticket_code} is {ticket['status']}; only a valid one can be cancelled")
    refund = ticket["price"] if _days_until(world, ticket["date"]) >= _rule(world, "free cancellation") else 0
    row = world.update("tickets", ticket_code, status="cancelled")
    world.update("runs", ticket["run"], seats_left=_row(world, "runs", ticket["run"])["seats_left"] + 1)
    if refund > 0:
        world.update(
            "passengers",
            ticket["passenger"],
            credit=round(_row(world, "passengers", ticket["passenger"])["credit"] + refund, 2),
        )
    return _view("ticket_code", ticket_code, row, "status") | {"refund": refund}


def cancel_run(world: Any, run_no: str) -> dict[str, Any]:
    run = _row(world, "runs", run_no)
    if run["status"] != "scheduled":
        raise ValueError(f"run {run_no} is {run['status']}; only a scheduled one can be changed")
    if not _days_until(world, run["date"]) >= _rule(world, "cancelling a run"):
        raise ValueError(f"it is too late: a run can be cancelled up to {_rule(world, 'cancelling a run')} days before")
    row = world.update("runs", run_no, status="cancelled")
    for each, _ in world.find("duties", run=run_no):
        world.update("duties", each, status="released")
    for each, _ in world.find("tickets", run=run_no, status="valid"):
        world.update("tickets", each, status="to be refunded")
    return _view("run_no", run_no, row, "status")


def change_train(world: Any, run_no: str, train_no: str) -> dict[str, Any]:
    run = _row(world, "runs", run_no)
    train = _row(world, "trains", train_no)
    if run["status"] != "scheduled":
        raise ValueError(f"run {run_no} is {run['status']}; only a scheduled one can be changed")
    if run["train"] == train_no:
        raise ValueError(f"train {train_no} makes run {run_no} already; name another train")
    if train["status"] != "in service":
        raise ValueError(f"train {train_no} is {train['status']}; list_trains shows which are in service")
    if _count(world, "runs", train=train_no, date=run["date"]) != 0:
        raise ValueError(f"train {train_no} makes another run on {run['date']}; choose another train")
    row = world.update("runs", run_no, train=train_no)
    for each, _ in world.find("tickets", run=run_no, status="valid"):
        world.update("tickets", each, car=_first(world, "cars", "place", "", train=train_no, kind="second class"))
    return _view("run_no", run_no, row, "train")


def reassign_duty(world: Any, duty_no: str, crew_no: str) -> dict[str, Any]:
    duty = _row(world, "duties", duty_no)
    member = _row(world, "crew_members", crew_no)
    if duty["status"] != "planned":
        raise ValueError(f"duty {duty_no} is {duty['status']}; only a planned one can change hands")
    if duty["member"] == crew_no:
        raise ValueError(f"{crew_no} has duty {duty_no} already; name somebody else")
    if duty["role"] != member["role"]:
        raise ValueError(f"duty {duty_no} is for a {duty['role']}, and {crew_no} is a {member['role']}")
    if not _days_until(world, duty["date"]) >= _rule(world, "duty notice"):
        raise ValueError(f"it is too late: a duty changes hands up to {_rule(world, 'duty notice')} days before")
    if _count(world, "duties", member=crew_no, date=duty["date"]) != 0:
        raise ValueError(f"{crew_no} has another duty on {duty['date']}; name somebody else")
    if not _count(world, "duties", member=crew_no, status="planned") < _rule(world, "planned duties"):
        raise ValueError(
            f"{crew_no} has {_rule(world, 'planned duties')} planned duties, the most allowed; name somebody else"
        )
    row = world.update("duties", duty_no, member=crew_no)
    return _view("duty_no", duty_no, row, "member")


def report_disruption(world: Any, line: str, station: str, days: int, cause: str) -> dict[str, Any]:
    _row(world, "lines", line)
    _row(world, "stations", station)
    if not _count(world, "stops", line=line, station=station) > 0:
        raise ValueError(f"{line} does not stop at {station}; list_stops shows where it does")
    if not _count(world, "disruptions", line=line, status="open") < _rule(world, "open disruptions"):
        raise ValueError(f"{line} has {_rule(world, 'open disruptions')} open disruptions; close one of them first")
    row = {
        "line": line,
        "stop": _first(world, "stops", "start_offset", "", line=line, station=station),
        "cause": cause,
        "status": "open",
        "starts": world.constants["today"],
        "ends": _add_days(world.constants["today"], days),
        "delay": _rule(world, "usual delay"),
    }
    new_disruption = world.insert("disruptions", row, prefix="DN")
    return _view("notice_no", new_disruption, row, "line stop cause ends delay")


def close_disruption(world: Any, notice_no: str) -> dict[str, Any]:
    disruption = _row(world, "disruptions", notice_no)
    if disruption["status"] != "open":
        raise ValueError(f"disruption {notice_no} is closed already; nothing needs to be done")
    row = world.update("disruptions", notice_no, status="closed", ends=world.constants["today"])
    return _view("notice_no", notice_no, row, "status ends")


def plan_job(world: Any, car_no: str, work: str) -> dict[str, Any]:
    car = _row(world, "cars", car_no)
    if _count(world, "jobs", car=car_no, status="planned") != 0:
        raise ValueError(f"a job is planned on car {car_no} already; list_jobs shows which")
    row = {
        "car": car_no,
        "depot": _row(world, "trains", car["train"])["depot"],
        "work": work,
        "status": "planned",
        "due": _add_days(world.constants["today"], _rule(world, "workshop period")),
        "mechanic": _row(world, "depots", _row(world, "trains", car["train"])["depot"])["foreman"],
        "cost": _rule(world, "price of a job"),
    }
    new_job = world.insert("jobs", row, prefix="WJ")
    return _view("job_no", new_job, row, "car work due cost")


def move_job(world: Any, job_no: str, due: str) -> dict[str, Any]:
    job = _row(world, "jobs", job_no)
    _day_to_come(world, due)
    if job["status"] != "planned":
        raise ValueError(f"job {job_no} is done already; nothing needs to be moved")
    if due == job["due"]:
        raise ValueError(f"job {job_no} is due on {due} already; name another day")
    if not _days_until(world, due) <= _rule(world, "job window"):
        raise ValueError(f"a job is due within {_rule(world, 'job window')} days from today; name an earlier day")
    row = world.update("jobs", job_no, due=due)
    return _view("job_no", job_no, row, "due")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'stations': ('station is called', 'get_platform and get_depot give the right ones'),
    'platforms': ('platform has the number', 'list_platforms and get_stop give the right ones'),
    'depots': ('depot is called', 'get_line and get_train give the right ones'),
    'lines': ('line is called', 'get_stop and get_run give the right ones'),
    'stops': ('stop has the number', 'list_stops and list_calls give the right ones'),
    'trains': ('train has the number', 'list_trains and get_car give the right ones'),
    'cars': ('car has the number', 'list_cars and get_ticket give the right ones'),
    'crew_members': ('crew member has the crew no', 'list_crew and find_crew_member give the right ones'),
    'runs': ('run has the number', 'list_runs and find_run give the right ones'),
    'duties': ('duty has the number', 'list_duties and list_run_duties give the right ones'),
    'passengers': ('passenger has the number', 'find_passenger and get_ticket give the right ones'),
    'tickets': ('ticket has the code', 'list_tickets and list_run_tickets give the right ones'),
    'disruptions': ('disruption has the notice no', 'list_disruptions gives the right ones'),
    'jobs': ('job has the number', 'list_jobs and list_depot_jobs give the right ones'),
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
