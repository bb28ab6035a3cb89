"""Tools of Museum: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_floor(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "floors", name)
    return _view("name", name, row, "warden closes crowd")


def list_wings(world: Any, floor: str) -> dict[str, Any]:
    _row(world, "floors", floor)
    wanted = {"floor": floor}
    found = world.find("wings", **wanted)
    return {"wings": _views(found, "name", "built_date climate")}


def get_wing(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "wings", name)
    return _view("name", name, row, "floor architect built_date climate")


def list_galleries(world: Any, wing: str) -> dict[str, Any]:
    _row(world, "wings", wing)
    wanted = {"wing": wing}
    found = world.find("galleries", **wanted)
    return {"galleries": _views(found, "name", "area brightness places_left")}


def get_gallery(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "galleries", name)
    return _view("name", name, row, "wing area brightness places_left guard")


def get_artist(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "artists", name)
    return _view("name", name, row, "country movement born letters")


def get_donor(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "donors", name)
    return _view("name", name, row, "contact first_gift pledge phone")


def get_conservator(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "conservators", name)
    return _view("name", name, row, "trained_in hiring_date studio")


def get_guide(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "guides", name)
    return _view("name", name, row, "fee licence phone")


def list_by_artist(world: Any, artist: str) -> dict[str, Any]:
    _row(world, "artists", artist)
    wanted = {"artist": artist}
    found = world.find("objects", **wanted)
    return {"objects": _views(found, "inventory_no", "title year insurance_value")}


def list_in_gallery(world: Any, gallery: str, status: str = "any") -> dict[str, Any]:
    _row(world, "galleries", gallery)
    wanted = {"gallery": gallery}
    if status != "any":
        wanted["status"] = status
    found = world.find("objects", **wanted)
    return {"objects": _views(found, "inventory_no", "title year insurance_value")}


def list_gifts(world: Any, donor: str) -> dict[str, Any]:
    _row(world, "donors", donor)
    wanted = {"donor": donor}
    found = world.find("objects", **wanted)
    return {"objects": _views(found, "inventory_no", "title year insurance_value")}


def get_object(world: Any, inventory_no: str) -> dict[str, Any]:
    row = _row(world, "objects", inventory_no)
    return _view(
        "inventory_no",
        inventory_no,
        row,
        "title artist technique year gallery donor insurance_value light_limit status",
    )


def get_collector(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "collectors", name)
    return _view("name", name, row, "city archive holdings")


def list_provenance(world: Any, object: str) -> dict[str, Any]:
    _row(world, "objects", object)
    wanted = {"object": object}
    found = world.find("provenance_entries", **wanted)
    return {"provenance_entries": _views(found, "entry_no", "paid")}


def list_owned(world: Any, collector: str) -> dict[str, Any]:
    _row(world, "collectors", collector)
    wanted = {"collector": collector}
    found = world.find("provenance_entries", **wanted)
    return {"provenance_entries": _views(found, "entry_no", "object acquired_date paid")}


def get_entry(world: Any, entry_no: str) -> dict[str, Any]:
    row = _row(world, "provenance_entries", entry_no)
    return _view("entry_no", entry_no, row, "object previous collector acquired_date paid source")


def get_exhibition(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "exhibitions", name)
    return _view("name", name, row, "gallery curator sponsor opening_date closing_date ticket")


def list_sponsored(world: Any, sponsor: str) -> dict[str, Any]:
    _row(world, "donors", sponsor)
    wanted = {"sponsor": sponsor}
    found = world.find("exhibitions", **wanted)
    return {"exhibitions": _views(found, "name", "opening_date closing_date ticket")}


def list_exhibits(world: Any, exhibition: str) -> dict[str, Any]:
    _row(world, "exhibitions", exhibition)
    wanted = {"exhibition": exhibition}
    found = world.find("exhibits", **wanted)
    return {"exhibits": _views(found, "label_no", "object place hanging_date label_words")}


def list_shown(world: Any, object: str) -> dict[str, Any]:
    _row(world, "objects", object)
    wanted = {"object": object}
    found = world.find("exhibits", **wanted)
    return {"exhibits": _views(found, "label_no", "exhibition hanging_date")}


def get_exhibit(world: Any, label_no: str) -> dict[str, Any]:
    row = _row(world, "exhibits", label_no)
    return _view("label_no", label_no, row, "exhibition object place hanging_date label_words")


def get_courier(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "couriers", name)
    return _view("name", name, row, "hotline planner insured_up_to trucks")


def quote_transport(world: Any, inventory_no: str, courier: str) -> dict[str, Any]:
    object = _row(world, "objects", inventory_no)
    courier_row = _row(world, "couriers", courier)
    return {
        "inventory_no": inventory_no,
        "courier": courier,
        "price": round(courier_row["rate"] * (20 + object["kilos"]), 2),
    }


def light_days(world: Any, inventory_no: str, gallery: str) -> dict[str, Any]:
    object = _row(world, "objects", inventory_no)
    gallery_row = _row(world, "galleries", gallery)
    return {
        "inventory_no": inventory_no,
        "gallery": gallery,
        "days": 1 + object["light_hours"] // (8 * gallery_row["brightness"]),
    }


def get_partner(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "partner_museums", name)
    return _view("name", name, row, "courier city registrar report_date")


def list_outgoing(world: Any, partner: str, status: str = "any") -> dict[str, Any]:
    _row(world, "partner_museums", partner)
    wanted = {"partner": partner}
    if status != "any":
        wanted["status"] = status
    found = world.find("outgoing_loans", **wanted)
    return {"outgoing_loans": _views(found, "loan_no", "object start_date return_date insurance_value")}


def list_carried(world: Any, courier: str) -> dict[str, Any]:
    _row(world, "couriers", courier)
    wanted = {"courier": courier}
    found = world.find("outgoing_loans", **wanted)
    return {"outgoing_loans": _views(found, "loan_no", "object start_date insurance_value")}


def find_loan(world: Any, object: str, status: str = "any") -> dict[str, Any]:
    _row(world, "objects", object)
    wanted = {"object": object}
    if status != "any":
        wanted["status"] = status
    found = world.find("outgoing_loans", **wanted)
    return {"outgoing_loans": _views(found, "loan_no", "partner start_date return_date")}


def get_outgoing_loan(world: Any, loan_no: str) -> dict[str, Any]:
    row = _row(world, "outgoing_loans", loan_no)
    return _view("loan_no", loan_no, row, "partner status object courier start_date return_date insurance_value")


def list_incoming(world: Any, exhibition: str) -> dict[str, Any]:
    _row(world, "exhibitions", exhibition)
    wanted = {"exhibition": exhibition}
    found = world.find("incoming_loans", **wanted)
    return {"incoming_loans": _views(found, "contract_no", "lender insurance_value fee crates")}


def list_lent(world: Any, lender: str) -> dict[str, Any]:
    _row(world, "partner_museums", lender)
    wanted = {"lender": lender}
    found = world.find("incoming_loans", **wanted)
    return {"incoming_loans": _views(found, "contract_no", "exhibition insurance_value fee crates")}


def get_incoming_loan(world: Any, contract_no: str) -> dict[str, Any]:
    row = _row(world, "incoming_loans", contract_no)
    return _view("contract_no", contract_no, row, "exhibition lender courier technique insurance_value fee crates")


def list_treatments(world: Any, object: str, status: str = "any") -> dict[str, Any]:
    _row(world, "objects", object)
    wanted = {"object": object}
    if status != "any":
        wanted["status"] = status
    found = world.find("treatments", **wanted)
    return {"treatments": _views(found, "treatment_no", "method start_date hours")}


def list_work(world: Any, conservator: str, status: str = "any") -> dict[str, Any]:
    _row(world, "conservators", conservator)
    wanted = {"conservator": conservator}
    if status != "any":
        wanted["status"] = status
    found = world.find("treatments", **wanted)
    return {"treatments": _views(found, "treatment_no", "object start_date due_date hours")}


def get_treatment(world: Any, treatment_no: str) -> dict[str, Any]:
    row = _row(world, "treatments", treatment_no)
    return _view("treatment_no", treatment_no, row, "object conservator method status start_date due_date hours")


def list_tours(world: Any, exhibition: str, status: str = "any") -> dict[str, Any]:
    _row(world, "exhibitions", exhibition)
    wanted = {"exhibition": exhibition}
    if status != "any":
        wanted["status"] = status
    found = world.find("tours", **wanted)
    return {"tours": _views(found, "tour_no", "date starts price places_left")}


def find_tour(world: Any, exhibition: str, date: str) -> dict[str, Any]:
    _row(world, "exhibitions", exhibition)
    _day(date)
    wanted = {"exhibition": exhibition, "date": date}
    found = world.find("tours", **wanted)
    return {"tours": _views(found, "tour_no", "guide starts price")}


def list_guided(world: Any, guide: str, status: str = "any") -> dict[str, Any]:
    _row(world, "guides", guide)
    wanted = {"guide": guide}
    if status != "any":
        wanted["status"] = status
    found = world.find("tours", **wanted)
    return {"tours": _views(found, "tour_no", "date starts places_left")}


def get_tour(world: Any, tour_no: str) -> dict[str, Any]:
    row = _row(world, "tours", tour_no)
    return _view("tour_no", tour_no, row, "exhibition guide date starts language price places_left status")


def rehang_object(world: Any, inventory_no: str, gallery: str) -> dict[str, Any]:
    object = _row(world, "objects", inventory_no)
    gallery_row = _row(world, "galleries", gallery)
    if object["status"] not in ("on display", "in store"):
        raise ValueError(f"object {inventory_no} is {object['status']}; only one on display or in store is at hand")
    if object["gallery"] == gallery:
        raise ValueError(f"object {inventory_no} is at home in {gallery} already; name another gallery")
    if not gallery_row["brightness"] <= object["light_limit"]:
        raise ValueError(
            f"{gallery} has {gallery_row['brightness']} lux, and object {inventory_no} stands {object['light_limit']}; choose a darker gallery"
        )
    if not gallery_row["places_left"] > 0:
        raise ValueError(f"no places are left in {gallery}; list_galleries shows others")
    row = world.update("objects", inventory_no, gallery=gallery)
    world.update(
        "galleries", object["gallery"], places_left=_row(world, "galleries", object["gallery"])["places_left"] + 1
    )
    world.update("galleries", gallery, places_left=gallery_row["places_left"] - 1)
    return _view("inventory_no", inventory_no, row, "gallery")


def lend_object(world: Any, inventory_no: str, partner: str, start: str) -> dict[str, Any]:
    object = _row(world, "objects", inventory_no)
    partner_row = _row(world, "partner_museums", partner)
    _day_to_come(world, start)
    if object["status"] not in ("on display", "in store"):
        raise ValueError(f"object {inventory_no} is {object['status']}; only one on display or in store is at hand")
    if not object["insurance_value"] <= 1000 * _rule(world, "lending limit"):
        raise ValueError(
            f"object {inventory_no} is worth {object['insurance_value']} euros; the limit is {_rule(world, 'lending limit')} thousand"
        )
    if not _days_until(world, start) >= _rule(world, "loan notice"):
        raise ValueError(f"a loan begins {_rule(world, 'loan notice')} days from today or later; name a later day")
    if not _count(world, "outgoing_loans", partner=partner, status="agreed") < _rule(world, "loans per museum"):
        raise ValueError(f"{partner} has {_rule(world, 'loans per museum')} agreed loans from us, the most allowed")
    insured = round(object["insurance_value"] * (100 + _rule(world, "insurance margin")) / 100)
    row = {
        "object": inventory_no,
        "partner": partner,
        "courier": partner_row["courier"],
        "status": "agreed",
        "start_date": start,
        "insurance_value": insured,
        "return_date": _add_days(start, _rule(world, "loan period")),
    }
    new_outgoing_loan = world.insert("outgoing_loans", row, prefix="XL")
    world.update("objects", inventory_no, status="promised")
    return (
        _view("loan_no", new_outgoing_loan, row, "object partner courier start_date return_date")
        | {"insured": insured}
    )


def cancel_loan(world: Any, loan_no: str) -> dict[str, Any]:
    loan = _row(world, "outgoing_loans", loan_no)
    if loan["status"] != "agreed":
        raise ValueError(f"loan {loan_no} is {loan['status']}; only an agreed one can be changed")
    row = world.update("outgoing_loans", loan_no, status="cancelled")
    world.update("objects", loan["object"], status="in store")
    return _view("loan_no", loan_no, row, "status")


def change_courier(world: Any, loan_no: str, courier: str) -> dict[str, Any]:
    loan = _row(world, "outgoing_loans", loan_no)
    courier_row = _row(world, "couriers", courier)
    if loan["status"] != "agreed":
        raise ValueError(f"loan {loan_no} is {loan['status']}; only an agreed one can be changed")
    if loan["courier"] == courier:
        raise ValueError(f"{courier} carries loan {loan_no} already; name another courier")
    if not courier_row["insured_up_to"] >= loan["insurance_value"]:
        raise ValueError(
            f"{courier} insures up to {courier_row['insured_up_to']} euros, and loan {loan_no} is worth {loan['insurance_value']}"
        )
    row = world.update("outgoing_loans", loan_no, courier=courier)
    return _view("loan_no", loan_no, row, "courier")


def add_exhibit(world: Any, exhibition: str, inventory_no: str, place: str) -> dict[str, Any]:
    exhibition_row = _row(world, "exhibitions", exhibition)
    object = _row(world, "objects", inventory_no)
    if object["status"] not in ("on display", "in store"):
        raise ValueError(f"object {inventory_no} is {object['status']}; only one on display or in store is at hand")
    if not _days_until(world, exhibition_row["closing_date"]) >= 0:
        raise ValueError(f"{exhibition} closed on {exhibition_row['closing_date']}; choose one that is still open")
    if _count(world, "exhibits", exhibition=exhibition, object=inventory_no) != 0:
        raise ValueError(f"object {inventory_no} is an exhibit of {exhibition} already; list_exhibits shows which")
    if not _count(world, "exhibits", exhibition=exhibition) < _rule(world, "exhibits"):
        raise ValueError(
            f"{exhibition} has {_rule(world, 'exhibits')} exhibits, the most allowed; name another exhibition"
        )
    row = {
        "exhibition": exhibition,
        "object": inventory_no,
        "place": place,
        "hanging_date": world.constants["today"],
        "label_words": _rule(world, "label length"),
        "state": "shown",
    }
    new_exhibit = world.insert("exhibits", row, prefix="LB")
    world.update("objects", inventory_no, status="on display")
    return _view("label_no", new_exhibit, row, "exhibition object place label_words")


def remove_exhibit(world: Any, label_no: str) -> dict[str, Any]:
    exhibit = _row(world, "exhibits", label_no)
    if exhibit["state"] != "shown":
        raise ValueError(f"exhibit {label_no} is taken down already; nothing needs to be done")
    if _row(world, "objects", exhibit["object"])["status"] != "on display":
        raise ValueError(
            f"object {exhibit['object']} is {_row(world, 'objects', exhibit['object'])['status']}; there is nothing to take down"
        )
    row = world.update("exhibits", label_no, state="taken down")
    world.update("objects", exhibit["object"], status="in store")
    return _view("label_no", label_no, row, "state")


def begin_treatment(world: Any, inventory_no: str, conservator: str, method: str) -> dict[str, Any]:
    object = _row(world, "objects", inventory_no)
    _row(world, "conservators", conservator)
    if object["status"] not in ("on display", "in store"):
        raise ValueError(f"object {inventory_no} is {object['status']}; only one on display or in store is at hand")
    if not _count(world, "treatments", conservator=conservator, status="under way") < _rule(world, "treatments per conservator"):
        raise ValueError(
            f"{conservator} has {_rule(world, 'treatments per conservator')} treatments under way; choose another one"
        )
    row = {
        "object": inventory_no,
        "conservator": conservator,
        "method": method,
        "status": "under way",
        "start_date": world.constants["today"],
        "hours": 0,
        "due_date": _add_days(world.constants["today"], _rule(world, "treatment period")),
    }
    new_treatment = world.insert("treatments", row, prefix="KT")
    world.update("objects", inventory_no, status="in treatment")
    return _view("treatment_no", new_treatment, row, "object conservator method due_date")


def book_tour(world: Any, tour_no: str, people: int) -> dict[str, Any]:
    tour = _row(world, "tours", tour_no)
    if tour["status"] != "scheduled":
        raise ValueError(f"tour {tour_no} is {tour['status']}; only a scheduled one can be changed")
    if not people <= _rule(world, "largest group"):
        raise ValueError(f"a group has at most {_rule(world, 'largest group')} people; book fewer")
    if not people <= tour["places_left"]:
        raise ValueError(f"only {tour['places_left']} places are left on tour {tour_no}; book fewer")
    price = round(people * tour["price"] * (100 - (_rule(world, "group discount") if people >= 5 else 0)) / 100, 2)
    row = world.update(
        "tours", tour_no, places_left=tour["places_left"] - people, takings=round(tour["takings"] + price, 2)
    )
    return _view("tour_no", tour_no, row, "places_left") | {"price": price}


def move_tour(world: Any, tour_no: str, date: str) -> dict[str, Any]:
    tour = _row(world, "tours", tour_no)
    _day_to_come(world, date)
    if tour["status"] != "scheduled":
        raise ValueError(f"tour {tour_no} is {tour['status']}; only a scheduled one can be changed")
    if date == tour["date"]:
        raise ValueError(f"tour {tour_no} is on {date} already; name another day")
    if not (date >= _row(world, "exhibitions", tour["exhibition"])["opening_date"] and date <= _row(world, "exhibitions", tour["exhibition"])["closing_date"]):
        raise ValueError(
            f"{tour['exhibition']} runs from {_row(world, 'exhibitions', tour['exhibition'])['opening_date']} to {_row(world, 'exhibitions', tour['exhibition'])['closing_date']}"
        )
    if _count(world, "tours", guide=tour["guide"], date=date) != 0:
        raise ValueError(f"the guide of tour {tour_no} has another tour on {date}; name another day")
    row = world.update("tours", tour_no, date=date)
    return _view("tour_no", tour_no, row, "date")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'floors': ('floor is called', 'get_wing gives the right ones'),
    'wings': ('wing is called', 'list_wings and get_gallery give the right ones'),
    'galleries': ('gallery is called', 'list_galleries and get_object give the right ones'),
    'artists': ('artist is called', 'get_object gives the right ones'),
    'donors': ('donor is called', 'get_object and get_exhibition give the right ones'),
    'conservators': ('conservator is called', 'get_treatment gives the right ones'),
    'guides': ('guide is called', 'get_tour gives the right ones'),
    'objects': ('object has the inventory no', 'list_by_artist and list_in_gallery give the right ones'),
    'collectors': ('collector is called', 'get_entry gives the right ones'),
    'provenance_entries': ('provenance entry has the entry no', 'list_provenance and list_owned give the right ones'),
    'exhibitions': ('exhibition is called', 'list_sponsored and get_exhibit give the right ones'),
    'exhibits': ('exhibit has the label no', 'list_exhibits and list_shown give the right ones'),
    'couriers': ('courier is called', 'get_partner and get_outgoing_loan give the right ones'),
    'partner_museums': ('partner museum is called', 'get_outgoing_loan and get_incoming_loan give the right ones'),
    'outgoing_loans': ('outgoing loan has the loan no', 'list_outgoing and list_carried give the right ones'),
    'incoming_loans': ('incoming loan has the contract no', 'list_incoming and list_lent give the right ones'),
    'treatments': ('treatment has the number', 'list_treatments and list_work give the right ones'),
    'tours': ('tour has the number', 'list_tours and find_tour give the right ones'),
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
