"""Tools of Library: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_branch(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "branches", name)
    return _view("name", name, row, "librarian closes desks phone")


def get_publisher(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "publishers", name)
    return _view("name", name, row, "city representative founded discount")


def list_books(world: Any, publisher: str) -> dict[str, Any]:
    _row(world, "publishers", publisher)
    wanted = {"publisher": publisher}
    found = world.find("books", **wanted)
    return {"books": _views(found, "title", "subject release_date pages")}


def get_book(world: Any, title: str) -> dict[str, Any]:
    row = _row(world, "books", title)
    return _view("title", title, row, "publisher subject readers release_date pages shelf_mark queue")


def list_contributors(world: Any, book: str, role: str = "any") -> dict[str, Any]:
    _row(world, "books", book)
    wanted = {"book": book}
    if role != "any":
        wanted["role"] = role
    found = world.find("contributions", **wanted)
    return {"contributions": _views(found, "contribution_id", "author royalty")}


def list_contributions(world: Any, author: str) -> dict[str, Any]:
    _row(world, "authors", author)
    wanted = {"author": author}
    found = world.find("contributions", **wanted)
    return {"contributions": _views(found, "contribution_id", "book role royalty contract_date")}


def get_contribution(world: Any, contribution_id: str) -> dict[str, Any]:
    row = _row(world, "contributions", contribution_id)
    return _view("contribution_id", contribution_id, row, "book role author royalty contract_date")


def find_author(world: Any, name: str) -> dict[str, Any]:
    author_id, row = _called(world, "authors", "name", name)
    return _view("author_id", author_id, row, "name country")


def get_author(world: Any, author_id: str) -> dict[str, Any]:
    row = _row(world, "authors", author_id)
    return _view("author_id", author_id, row, "name country birth_date reading_fee agency")


def list_copies(world: Any, book: str, status: str = "any") -> dict[str, Any]:
    _row(world, "books", book)
    wanted = {"book": book}
    if status != "any":
        wanted["status"] = status
    found = world.find("copies", **wanted)
    return {"copies": _views(found, "barcode", "branch status price bought_date")}


def list_holdings(world: Any, branch: str, status: str = "any") -> dict[str, Any]:
    _row(world, "branches", branch)
    wanted = {"branch": branch}
    if status != "any":
        wanted["status"] = status
    found = world.find("copies", **wanted)
    return {"copies": _views(found, "barcode", "book price bought_date")}


def get_copy(world: Any, barcode: str) -> dict[str, Any]:
    row = _row(world, "copies", barcode)
    return _view("barcode", barcode, row, "book branch condition bought_date price status")


def find_member(world: Any, name: str) -> dict[str, Any]:
    card_no, row = _called(world, "members", "name", name)
    return _view("card_no", card_no, row, "name email")


def get_member(world: Any, card_no: str) -> dict[str, Any]:
    row = _row(world, "members", card_no)
    return _view("card_no", card_no, row, "name category branch email joined balance")


def list_loans(world: Any, member: str, status: str = "any") -> dict[str, Any]:
    _row(world, "members", member)
    wanted = {"member": member}
    if status != "any":
        wanted["status"] = status
    found = world.find("loans", **wanted)
    return {"loans": _views(found, "loan_no", "copy lent_date due_date")}


def find_loan(world: Any, copy: str, status: str = "any") -> dict[str, Any]:
    _row(world, "copies", copy)
    wanted = {"copy": copy}
    if status != "any":
        wanted["status"] = status
    found = world.find("loans", **wanted)
    return {"loans": _views(found, "loan_no", "member lent_date due_date")}


def get_loan(world: Any, loan_no: str) -> dict[str, Any]:
    row = _row(world, "loans", loan_no)
    return _view("loan_no", loan_no, row, "copy status member lent_date renewals due_date")


def list_holds(world: Any, book: str, status: str = "any") -> dict[str, Any]:
    _row(world, "books", book)
    wanted = {"book": book}
    if status != "any":
        wanted["status"] = status
    found = world.find("holds", **wanted)
    return {"holds": _views(found, "hold_no", "member branch placed_date")}


def list_member_holds(world: Any, member: str, status: str = "any") -> dict[str, Any]:
    _row(world, "members", member)
    wanted = {"member": member}
    if status != "any":
        wanted["status"] = status
    found = world.find("holds", **wanted)
    return {"holds": _views(found, "hold_no", "book placed_date")}


def get_hold(world: Any, hold_no: str) -> dict[str, Any]:
    row = _row(world, "holds", hold_no)
    return _view("hold_no", hold_no, row, "book member branch placed_date status")


def list_fines(world: Any, member: str, status: str = "any") -> dict[str, Any]:
    _row(world, "members", member)
    wanted = {"member": member}
    if status != "any":
        wanted["status"] = status
    found = world.find("fines", **wanted)
    return {"fines": _views(found, "fine_no", "reason amount issue_date")}


def get_fine(world: Any, fine_no: str) -> dict[str, Any]:
    row = _row(world, "fines", fine_no)
    return _view("fine_no", fine_no, row, "loan member reason amount issue_date status method")


def list_events(world: Any, branch: str) -> dict[str, Any]:
    _row(world, "branches", branch)
    wanted = {"branch": branch}
    found = world.find("events", **wanted)
    return {"events": _views(found, "name", "date fee places")}


def get_event(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "events", name)
    return _view("name", name, row, "branch guest date starts fee places")


def list_registrations(world: Any, event: str) -> dict[str, Any]:
    _row(world, "events", event)
    wanted = {"event": event}
    found = world.find("registrations", **wanted)
    return {"registrations": _views(found, "registration_no", "member places")}


def list_member_registrations(world: Any, member: str) -> dict[str, Any]:
    _row(world, "members", member)
    wanted = {"member": member}
    found = world.find("registrations", **wanted)
    return {"registrations": _views(found, "registration_no", "event date payable")}


def get_registration(world: Any, registration_no: str) -> dict[str, Any]:
    row = _row(world, "registrations", registration_no)
    return _view("registration_no", registration_no, row, "event member date places payable")


def get_partner(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "partners", name)
    return _view("name", name, row, "contact days charge")


def list_requests(world: Any, member: str, status: str = "any") -> dict[str, Any]:
    _row(world, "members", member)
    wanted = {"member": member}
    if status != "any":
        wanted["status"] = status
    found = world.find("requests", **wanted)
    return {"requests": _views(found, "request_no", "partner needed_date")}


def get_request(world: Any, request_no: str) -> dict[str, Any]:
    row = _row(world, "requests", request_no)
    return _view("request_no", request_no, row, "member partner wanted needed_date status")


def plan_van(world: Any, first: str, second: str) -> dict[str, Any]:
    first_row = _row(world, "branches", first)
    second_row = _row(world, "branches", second)
    return {"first": first, "second": second, "days": 1 + abs(first_row["van_stop"] - second_row["van_stop"]) // 7}


def price_copying(world: Any, title: str, branch: str) -> dict[str, Any]:
    book = _row(world, "books", title)
    branch_row = _row(world, "branches", branch)
    return {"title": title, "branch": branch, "price": round(book["pages"] * branch_row["page_price"] / 100, 2)}


def lend_copy(world: Any, barcode: str, card_no: str) -> dict[str, Any]:
    copy = _row(world, "copies", barcode)
    member = _row(world, "members", card_no)
    if copy["status"] != "on shelf":
        raise ValueError(f"copy {barcode} is {copy['status']}; only one that is on the shelf can be lent")
    if not _count(world, "loans", member=card_no, status="current") < _rule(world, "loans at a time"):
        raise ValueError(
            f"member {card_no} has {_rule(world, 'loans at a time')} current loans already; one must come back first"
        )
    if not member["balance"] <= _rule(world, "debt limit"):
        raise ValueError(
            f"member {card_no} owes {member['balance']} euros, more than {_rule(world, 'debt limit')}; fines must be paid first"
        )
    row = {
        "copy": barcode,
        "status": "current",
        "member": card_no,
        "lent_date": world.constants["today"],
        "renewals": 0,
        "due_date": _add_days(world.constants["today"], _rule(world, "loan period")),
    }
    new_loan = world.insert("loans", row, prefix="LOA-")
    world.update("copies", barcode, status="on loan")
    return _view("loan_no", new_loan, row, "copy status member lent_date renewals due_date")


def renew_loan(world: Any, loan_no: str) -> dict[str, Any]:
    loan = _row(world, "loans", loan_no)
    if loan["status"] != "current":
        raise ValueError(f"loan {loan_no} is returned already; only a current one can be changed")
    if not loan["renewals"] < _rule(world, "renewals"):
        raise ValueError(
            f"loan {loan_no} has been renewed {loan['renewals']} times, the most allowed; the copy must come back"
        )
    if _row(world, "books", _row(world, "copies", loan["copy"])["book"])["queue"] != 0:
        raise ValueError(
            f"{_row(world, 'books', _row(world, 'copies', loan['copy'])['book'])['queue']} members are waiting for {_row(world, 'copies', loan['copy'])['book']}; the copy must come back"
        )
    row = world.update(
        "loans",
        loan_no,
        due_date=_add_days(loan["due_date"], _rule(world, "renewal period")),
        renewals=loan["renewals"] + 1,
    )
    return _view("loan_no", loan_no, row, "due_date renewals")


def return_copy(world: Any, loan_no: str) -> dict[str, Any]:
    loan = _row(world, "loans", loan_no)
    next_hold = _first(
        world, "holds", "placed_date", "", book=_row(world, "copies", loan["copy"])["book"], status="waiting"
    )
    if loan["status"] != "current":
        raise ValueError(f"loan {loan_no} is returned already; only a current one can be changed")
    fee = round(max(0, -_days_until(world, loan["due_date"])) * _rule(world, "late fee") / 100, 2)
    row = world.update("loans", loan_no, status="returned")
    world.update(
        "copies",
        loan["copy"],
        status=(
            "set aside"
            if _row(world, "books", _row(world, "copies", loan["copy"])["book"])["queue"] > 0
            else "on shelf"
        ),
    )
    if _row(world, "books", _row(world, "copies", loan["copy"])["book"])["queue"] > 0:
        world.update("holds", next_hold, status="ready")
    if _row(world, "books", _row(world, "copies", loan["copy"])["book"])["queue"] > 0:
        world.update(
            "books",
            _row(world, "copies", loan["copy"])["book"],
            queue=_row(world, "books", _row(world, "copies", loan["copy"])["book"])["queue"] - 1,
        )
    if fee > 0:
        world.update(
            "members", loan["member"], balance=round(_row(world, "members", loan["member"])["balance"] + fee, 2)
        )
    if fee > 0:
        new_fine_row = {
            "loan": loan_no,
            "member": loan["member"],
            "reason": "late return",
            "amount": fee,
            "issue_date": world.constants["today"],
            "status": "open",
            "method": "none",
        }
        new_fine = world.insert("fines", new_fine_row, prefix="FNE-")
    return _view("loan_no", loan_no, row, "status") | {"fee": fee}


def place_hold(world: Any, title: str, card_no: str, branch: str) -> dict[str, Any]:
    book = _row(world, "books", title)
    _row(world, "members", card_no)
    _row(world, "branches", branch)
    if _count(world, "copies", book=title, status="on shelf") != 0:
        raise ValueError(f"a copy of {title} is on the shelf; list_copies shows where, so lend that one")
    if _count(world, "holds", book=title, member=card_no, status="waiting") != 0:
        raise ValueError(f"member {card_no} is waiting for {title} already; one hold is enough")
    if not book["queue"] < _rule(world, "waiting list"):
        raise ValueError(
            f"{_rule(world, 'waiting list')} holds wait for {title} already, the most allowed; choose another book"
        )
    row = {
        "book": title, "member": card_no, "branch": branch, "placed_date": world.constants["today"], "status": "waiting"
    }
    new_hold = world.insert("holds", row, prefix="HLD")
    world.update("books", title, queue=book["queue"] + 1)
    return _view("hold_no", new_hold, row, "book member branch placed_date status")


def cancel_hold(world: Any, hold_no: str) -> dict[str, Any]:
    hold = _row(world, "holds", hold_no)
    if hold["status"] != "waiting":
        raise ValueError(f"hold {hold_no} is {hold['status']}; only a waiting one can be cancelled")
    row = world.update("holds", hold_no, status="cancelled")
    world.update("books", hold["book"], queue=_row(world, "books", hold["book"])["queue"] - 1)
    return _view("hold_no", hold_no, row, "status")


def settle_fine(world: Any, fine_no: str, method: str) -> dict[str, Any]:
    fine = _row(world, "fines", fine_no)
    if fine["status"] != "open":
        raise ValueError(f"fine {fine_no} is paid already; nothing is due")
    if not (method != "cash" or fine["amount"] <= _rule(world, "cash limit")):
        raise ValueError(
            f"cash is taken up to {_rule(world, 'cash limit')} euros only; use a card or the household account"
        )
    row = world.update("fines", fine_no, status="paid", method=method)
    world.update(
        "members", fine["member"], balance=round(_row(world, "members", fine["member"])["balance"] - fine["amount"], 2)
    )
    return _view("fine_no", fine_no, row, "status method")


def mark_for_repair(world: Any, barcode: str) -> dict[str, Any]:
    copy = _row(world, "copies", barcode)
    if copy["condition"] == "awaiting repair":
        raise ValueError(f"copy {barcode} awaits repair already; nothing needs to be done")
    row = world.update("copies", barcode, condition="awaiting repair")
    return _view("barcode", barcode, row, "condition")


def sign_up(world: Any, card_no: str, event: str, places: int) -> dict[str, Any]:
    _row(world, "members", card_no)
    event_row = _row(world, "events", event)
    if _count(world, "registrations", event=event, member=card_no) != 0:
        raise ValueError(
            f"member {card_no} is registered for {event} already; list_registrations shows for how many places"
        )
    if not places <= _rule(world, "places per registration"):
        raise ValueError(
            f"at most {_rule(world, 'places per registration')} places are taken with one registration; take fewer"
        )
    if not places <= event_row["places"]:
        raise ValueError(f"only {event_row['places']} places are free at {event}; take fewer")
    row = {
        "event": event,
        "member": card_no,
        "date": event_row["date"],
        "places": places,
        "payable": places * event_row["fee"],
    }
    new_registration = world.insert("registrations", row, prefix="SGN")
    world.update("events", event, places=event_row["places"] - places)
    return _view("registration_no", new_registration, row, "event member date places payable")


def order_request(world: Any, request_no: str) -> dict[str, Any]:
    request = _row(world, "requests", request_no)
    if request["status"] != "new":
        raise ValueError(f"request {request_no} is {request['status']} already; only a new one is ordered")
    if not _count(world, "requests", member=request["member"], status="ordered") < _rule(world, "requests at a time"):
        raise ValueError(
            f"member {request['member']} has {_rule(world, 'requests at a time')} ordered requests already, the most allowed"
        )
    if not _days_until(world, request["needed_date"]) >= _row(world, "partners", request["partner"])["days"]:
        raise ValueError(
            f"{request['partner']} needs {_row(world, 'partners', request['partner'])['days']} days, and the book is needed on {request['needed_date']}"
        )
    arrives = _add_days(world.constants["today"], _row(world, "partners", request["partner"])["days"])
    row = world.update("requests", request_no, status="ordered")
    world.update(
        "members",
        request["member"],
        balance=round(
            _row(world, "members", request["member"])["balance"] + _row(world, "partners", request["partner"])["charge"],
            2,
        ),
    )
    return _view("request_no", request_no, row, "status") | {"arrives": arrives}


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'branches': ('branch is called', 'get_copy and get_member give the right ones'),
    'publishers': ('publisher is called', 'get_book gives the right ones'),
    'authors': ('author has the id', 'get_contribution and find_author give the right ones'),
    'books': ('book has the title', 'list_books and get_contribution give the right ones'),
    'contributions': ('contribution has the id', 'list_contributors and list_contributions give the right ones'),
    'copies': ('copy has the barcode', 'list_copies and list_holdings give the right ones'),
    'members': ('member has the card no', 'find_member and get_loan give the right ones'),
    'loans': ('loan has the number', 'list_loans and find_loan give the right ones'),
    'holds': ('hold has the number', 'list_holds and list_member_holds give the right ones'),
    'fines': ('fine has the number', 'list_fines gives the right ones'),
    'events': ('event is called', 'list_events and get_registration give the right ones'),
    'registrations': ('registration has the number', 'list_registrations and list_member_registrations give the right ones'),
    'partners': ('partner is called', 'get_request gives the right ones'),
    'requests': ('request has the number', 'list_requests gives the right ones'),
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
