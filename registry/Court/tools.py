"""Tools of Court: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_court(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "courts", name)
    return _view("name", name, row, "level appeals_to president opens phone")


def list_lower_courts(world: Any, appeals_to: str) -> dict[str, Any]:
    _row(world, "courts", appeals_to)
    wanted = {"appeals_to": appeals_to}
    found = world.find("courts", **wanted)
    return {"courts": _views(found, "name", "opens")}


def list_courtrooms(world: Any, court: str) -> dict[str, Any]:
    _row(world, "courts", court)
    wanted = {"court": court}
    found = world.find("courtrooms", **wanted)
    return {"courtrooms": _views(found, "room_code", "seats")}


def get_courtroom(world: Any, room_code: str) -> dict[str, Any]:
    row = _row(world, "courtrooms", room_code)
    return _view("room_code", room_code, row, "court seats usher")


def list_judges(world: Any, court: str) -> dict[str, Any]:
    _row(world, "courts", court)
    wanted = {"court": court}
    found = world.find("judges", **wanted)
    return {"judges": _views(found, "judge_id", "name chamber years")}


def find_judge(world: Any, name: str) -> dict[str, Any]:
    judge_id, row = _called(world, "judges", "name", name)
    return _view("judge_id", judge_id, row, "name court")


def get_judge(world: Any, judge_id: str) -> dict[str, Any]:
    row = _row(world, "judges", judge_id)
    return _view("judge_id", judge_id, row, "name court chamber years email")


def get_firm(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "firms", name)
    return _view("name", name, row, "senior_partner founded staff")


def list_lawyers(world: Any, firm: str) -> dict[str, Any]:
    _row(world, "firms", firm)
    wanted = {"firm": firm}
    found = world.find("lawyers", **wanted)
    return {"lawyers": _views(found, "bar_no", "name field rate admitted")}


def find_lawyer(world: Any, name: str) -> dict[str, Any]:
    bar_no, row = _called(world, "lawyers", "name", name)
    return _view("bar_no", bar_no, row, "name firm")


def get_lawyer(world: Any, bar_no: str) -> dict[str, Any]:
    row = _row(world, "lawyers", bar_no)
    return _view("bar_no", bar_no, row, "name firm field rate admitted")


def find_person(world: Any, name: str) -> dict[str, Any]:
    person_id, row = _called(world, "people", "name", name)
    return _view("person_id", person_id, row, "name phone")


def get_person(world: Any, person_id: str) -> dict[str, Any]:
    row = _row(world, "people", person_id)
    return _view("person_id", person_id, row, "name born occupation phone")


def get_case(world: Any, docket_no: str) -> dict[str, Any]:
    row = _row(world, "cases", docket_no)
    return _view("docket_no", docket_no, row, "court earlier judge subject status filed amount key_exhibit")


def find_appeal(world: Any, earlier: str) -> dict[str, Any]:
    _row(world, "cases", earlier)
    wanted = {"earlier": earlier}
    found = world.find("cases", **wanted)
    return {"cases": _views(found, "docket_no", "court filed")}


def list_cases(world: Any, judge: str, status: str = "any") -> dict[str, Any]:
    _row(world, "judges", judge)
    wanted = {"judge": judge}
    if status != "any":
        wanted["status"] = status
    found = world.find("cases", **wanted)
    return {"cases": _views(found, "docket_no", "status filed amount")}


def list_parties(world: Any, case: str, role: str = "any") -> dict[str, Any]:
    _row(world, "cases", case)
    wanted = {"case": case}
    if role != "any":
        wanted["role"] = role
    found = world.find("parties", **wanted)
    return {"parties": _views(found, "party_no", "role person security")}


def list_roles(world: Any, person: str) -> dict[str, Any]:
    _row(world, "people", person)
    wanted = {"person": person}
    found = world.find("parties", **wanted)
    return {"parties": _views(found, "party_no", "case role security")}


def list_clients(world: Any, lawyer: str) -> dict[str, Any]:
    _row(world, "lawyers", lawyer)
    wanted = {"lawyer": lawyer}
    found = world.find("parties", **wanted)
    return {"parties": _views(found, "party_no", "case role security")}


def get_party(world: Any, party_no: str) -> dict[str, Any]:
    row = _row(world, "parties", party_no)
    return _view("party_no", party_no, row, "case person role lawyer security")


def list_hearings(world: Any, case: str) -> dict[str, Any]:
    _row(world, "cases", case)
    wanted = {"case": case}
    found = world.find("hearings", **wanted)
    return {"hearings": _views(found, "hearing_no", "date time status")}


def list_room_hearings(world: Any, courtroom: str) -> dict[str, Any]:
    _row(world, "courtrooms", courtroom)
    wanted = {"courtroom": courtroom}
    found = world.find("hearings", **wanted)
    return {"hearings": _views(found, "hearing_no", "case date minutes")}


def get_hearing(world: Any, hearing_no: str) -> dict[str, Any]:
    row = _row(world, "hearings", hearing_no)
    return _view("hearing_no", hearing_no, row, "case judge courtroom kind date time minutes status")


def list_filings(world: Any, case: str) -> dict[str, Any]:
    _row(world, "cases", case)
    wanted = {"case": case}
    found = world.find("filings", **wanted)
    return {"filings": _views(found, "filing_no", "kind received pages")}


def get_filing(world: Any, filing_no: str) -> dict[str, Any]:
    row = _row(world, "filings", filing_no)
    return _view("filing_no", filing_no, row, "case party kind received pages")


def list_exhibits(world: Any, case: str) -> dict[str, Any]:
    _row(world, "cases", case)
    wanted = {"case": case}
    found = world.find("exhibits", **wanted)
    return {"exhibits": _views(found, "exhibit_no", "kind received status")}


def get_exhibit(world: Any, exhibit_no: str) -> dict[str, Any]:
    row = _row(world, "exhibits", exhibit_no)
    return _view("exhibit_no", exhibit_no, row, "case party kind keeper locker received status")


def find_ruling(world: Any, case: str) -> dict[str, Any]:
    _row(world, "cases", case)
    wanted = {"case": case}
    found = world.find("rulings", **wanted)
    return {"rulings": _views(found, "ruling_no", "date outcome")}


def get_ruling(world: Any, ruling_no: str) -> dict[str, Any]:
    row = _row(world, "rulings", ruling_no)
    return _view("ruling_no", ruling_no, row, "case judge date outcome award paragraphs")


def list_citations(world: Any, ruling: str) -> dict[str, Any]:
    _row(world, "rulings", ruling)
    wanted = {"ruling": ruling}
    found = world.find("citations", **wanted)
    return {"citations": _views(found, "citation_no", "ruling cited paragraph lines")}


def list_cited_by(world: Any, cited: str) -> dict[str, Any]:
    _row(world, "rulings", cited)
    wanted = {"cited": cited}
    found = world.find("citations", **wanted)
    return {"citations": _views(found, "citation_no", "ruling cited paragraph lines")}


def list_deadlines(world: Any, case: str, status: str = "any") -> dict[str, Any]:
    _row(world, "cases", case)
    wanted = {"case": case}
    if status != "any":
        wanted["status"] = status
    found = world.find("deadlines", **wanted)
    return {"deadlines": _views(found, "deadline_no", "status due")}


def get_deadline(world: Any, deadline_no: str) -> dict[str, Any]:
    row = _row(world, "deadlines", deadline_no)
    return _view("deadline_no", deadline_no, row, "case party task due extended status")


def list_fees(world: Any, party: str) -> dict[str, Any]:
    _row(world, "parties", party)
    wanted = {"party": party}
    found = world.find("fee_notes", **wanted)
    return {"fee_notes": _views(found, "fee_no", "amount due status")}


def get_fee(world: Any, fee_no: str) -> dict[str, Any]:
    row = _row(world, "fee_notes", fee_no)
    return _view("fee_no", fee_no, row, "party kind amount due status")


def estimate_fees(world: Any, bar_no: str, docket_no: str) -> dict[str, Any]:
    lawyer = _row(world, "lawyers", bar_no)
    case = _row(world, "cases", docket_no)
    return {"bar_no": bar_no, "docket_no": docket_no, "estimate": lawyer["rate"] * case["effort"]}


def travel_money(world: Any, person_id: str, court: str) -> dict[str, Any]:
    person = _row(world, "people", person_id)
    court_row = _row(world, "courts", court)
    return {"person_id": person_id, "court": court, "allowance": 6 + abs(person["spot"] - court_row["spot"]) * 3}


def schedule_hearing(world: Any, docket_no: str, date: str) -> dict[str, Any]:
    case = _row(world, "cases", docket_no)
    _day_to_come(world, date)
    place = _first(world, "courtrooms", "seats", "", court=case["court"])
    if case["status"] != "pending":
        raise ValueError(f"case {docket_no} is {case['status']}; only a pending one is heard")
    if not _days_until(world, date) <= _rule(world, "hearing horizon"):
        raise ValueError(
            f"hearings are planned at most {_rule(world, 'hearing horizon')} days ahead; choose an earlier day"
        )
    if _count(world, "hearings", courtroom=place, date=date, status="planned") != 0:
        raise ValueError(f"courtroom {place} is taken on {date}; choose another day")
    if not _count(world, "hearings", judge=case["judge"], status="planned") < _rule(world, "hearings of a judge"):
        raise ValueError(
            f"judge {case['judge']} has {_rule(world, 'hearings of a judge')} planned hearings, the most there can be"
        )
    row = {
        "case": docket_no,
        "judge": case["judge"],
        "courtroom": place,
        "kind": "oral hearing",
        "date": date,
        "time": "10:00",
        "minutes": 60,
        "status": "planned",
    }
    new_hearing = world.insert("hearings", row, prefix="HRG-")
    return _view("hearing_no", new_hearing, row, "case judge courtroom kind date time minutes status")


def move_hearing(world: Any, hearing_no: str, date: str) -> dict[str, Any]:
    hearing = _row(world, "hearings", hearing_no)
    _day_to_come(world, date)
    if hearing["status"] != "planned":
        raise ValueError(f"hearing {hearing_no} is {hearing['status']}; only a planned one can be changed")
    if hearing["date"] == date:
        raise ValueError(f"hearing {hearing_no} is on {date} already; name another day")
    if not _days_until(world, hearing["date"]) >= _rule(world, "moving notice"):
        raise ValueError(
            f"it is too late to move {hearing_no}: that takes {_rule(world, 'moving notice')} days' notice"
        )
    if not _days_until(world, date) <= _rule(world, "hearing horizon"):
        raise ValueError(
            f"hearings are planned at most {_rule(world, 'hearing horizon')} days ahead; choose an earlier day"
        )
    if _count(world, "hearings", courtroom=hearing["courtroom"], date=date, status="planned") != 0:
        raise ValueError(f"courtroom {hearing['courtroom']} is taken on {date}; choose another day")
    row = world.update("hearings", hearing_no, date=date)
    return _view("hearing_no", hearing_no, row, "date")


def extend_deadline(world: Any, deadline_no: str, weeks: int) -> dict[str, Any]:
    deadline = _row(world, "deadlines", deadline_no)
    if deadline["status"] != "open":
        raise ValueError(f"deadline {deadline_no} was met; only an open one can be extended")
    if not weeks <= _rule(world, "longest extension"):
        raise ValueError(f"a deadline is extended by {_rule(world, 'longest extension')} weeks at most; choose fewer")
    if not deadline["extended"] < _rule(world, "extensions"):
        raise ValueError(f"deadline {deadline_no} was extended {deadline['extended']} times, the most there can be")
    row = world.update(
        "deadlines", deadline_no, due=_add_days(deadline["due"], 7 * weeks), extended=deadline["extended"] + 1
    )
    return _view("deadline_no", deadline_no, row, "due extended")


def lodge_appeal(world: Any, ruling_no: str) -> dict[str, Any]:
    ruling = _row(world, "rulings", ruling_no)
    youngest = _first(
        world,
        "judges",
        "years",
        "",
        court=_row(world, "courts", _row(world, "cases", ruling["case"])["court"])["appeals_to"],
    )
    if _row(world, "courts", _row(world, "cases", ruling["case"])["court"])["level"] == "supreme":
        raise ValueError(f"{ruling_no} comes from the supreme court, so it cannot be appealed")
    if _count(world, "cases", earlier=ruling["case"]) != 0:
        raise ValueError(f"{ruling_no} has been appealed before; find_appeal tells where")
    if not _days_until(world, ruling["date"]) >= -_rule(world, "appeal period"):
        raise ValueError(
            f"it is too late: rulings are appealed up to {_rule(world, 'appeal period')} days after their date"
        )
    row = {
        "court": _row(world, "courts", _row(world, "cases", ruling["case"])["court"])["appeals_to"],
        "earlier": ruling["case"],
        "judge": youngest,
        "effort": 20,
        "subject": _row(world, "cases", ruling["case"])["subject"],
        "status": "pending",
        "filed": world.constants["today"],
        "amount": _row(world, "cases", ruling["case"])["amount"] + _rule(world, "appeal surcharge"),
        "key_exhibit": _row(world, "cases", ruling["case"])["key_exhibit"],
    }
    new_case = world.insert("cases", row, prefix="DKT-")
    return _view("docket_no", new_case, row, "court earlier judge effort subject status filed amount key_exhibit")


def transfer_case(world: Any, docket_no: str, court: str) -> dict[str, Any]:
    case = _row(world, "cases", docket_no)
    court_row = _row(world, "courts", court)
    youngest = _first(world, "judges", "years", "", court=court)
    if case["status"] != "pending":
        raise ValueError(f"case {docket_no} is {case['status']}; only a pending one can be transferred")
    if case["court"] == court:
        raise ValueError(f"case {docket_no} is at {court} already; name another court")
    if court_row["level"] != _row(world, "courts", case["court"])["level"]:
        raise ValueError(
            f"{court} is a {court_row['level']} court; name another {_row(world, 'courts', case['court'])['level']} court"
        )
    row = world.update("cases", docket_no, court=court, judge=youngest)
    for each, _ in world.find("hearings", case=docket_no, status="planned"):
        world.update("hearings", each, status="cancelled")
    return _view("docket_no", docket_no, row, "court judge")


def change_counsel(world: Any, party_no: str, bar_no: str) -> dict[str, Any]:
    party = _row(world, "parties", party_no)
    _row(world, "lawyers", bar_no)
    if party["lawyer"] == bar_no:
        raise ValueError(f"{bar_no} acts for {party_no} already; name another lawyer")
    if _count(world, "parties", case=party["case"], lawyer=bar_no) != 0:
        raise ValueError(f"{bar_no} acts for another party to {party['case']}; name another lawyer")
    row = world.update(
        "parties", party_no, lawyer=bar_no, security=max(0, party["security"] - _rule(world, "counsel fee"))
    )
    return _view("party_no", party_no, row, "lawyer security")


def reduce_fee(world: Any, fee_no: str, cut: str) -> dict[str, Any]:
    fee = _row(world, "fee_notes", fee_no)
    if fee["status"] != "open":
        raise ValueError(f"fee note {fee_no} is {fee['status']}; only an open one can be reduced")
    if not fee["amount"] <= _rule(world, "reduction limit"):
        raise ValueError(
            f"fee notes of up to {_rule(world, 'reduction limit')} euros are reduced, and this one is {fee['amount']}"
        )
    row = world.update("fee_notes", fee_no, amount=0 if cut == "whole" else fee["amount"] // 2, status="reduced")
    return _view("fee_no", fee_no, row, "amount status")


def record_settlement(world: Any, docket_no: str) -> dict[str, Any]:
    case = _row(world, "cases", docket_no)
    if case["status"] != "pending":
        raise ValueError(f"case {docket_no} is {case['status']} already; only a pending one can be settled")
    row = world.update("cases", docket_no, status="settled")
    for each, _ in world.find("hearings", case=docket_no, status="planned"):
        world.update("hearings", each, status="cancelled")
    for each, _ in world.find("deadlines", case=docket_no, status="open"):
        world.update("deadlines", each, status="void")
    return _view("docket_no", docket_no, row, "status")


def release_exhibit(world: Any, exhibit_no: str) -> dict[str, Any]:
    exhibit = _row(world, "exhibits", exhibit_no)
    if exhibit["status"] != "in store":
        raise ValueError(f"exhibit {exhibit_no} is {exhibit['status']}; it must be in store")
    row = world.update("exhibits", exhibit_no, status="released")
    return _view("exhibit_no", exhibit_no, row, "status")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'courts': ('court is called', 'list_lower_courts and get_courtroom give the right ones'),
    'courtrooms': ('courtroom has the room code', 'list_courtrooms and get_hearing give the right ones'),
    'judges': ('judge has the id', 'list_judges and find_judge give the right ones'),
    'firms': ('firm is called', 'find_lawyer and get_lawyer give the right ones'),
    'lawyers': ('lawyer has the bar no', 'list_lawyers and find_lawyer give the right ones'),
    'people': ('person has the id', 'find_person and get_party give the right ones'),
    'cases': ('case has the docket no', 'find_appeal and list_cases give the right ones'),
    'parties': ('party has the number', 'list_parties and list_roles give the right ones'),
    'hearings': ('hearing has the number', 'list_hearings and list_room_hearings give the right ones'),
    'filings': ('filing has the number', 'list_filings gives the right ones'),
    'exhibits': ('exhibit has the number', 'get_case and list_exhibits give the right ones'),
    'rulings': ('ruling has the number', 'find_ruling gives the right ones'),
    'citations': ('citation has the number', 'list_citations and list_cited_by give the right ones'),
    'deadlines': ('deadline has the number', 'list_deadlines gives the right ones'),
    'fee_notes': ('fee note has the fee no', 'list_fees gives the right ones'),
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
