"""Tools of RealEstate: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_district(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "districts", name)
    return _view("name", name, row, "councillor tax residents metre_price")


def list_buildings(world: Any, district: str) -> dict[str, Any]:
    _row(world, "districts", district)
    wanted = {"district": district}
    found = world.find("buildings", **wanted)
    return {"buildings": _views(found, "name", "built floors reserve")}


def get_building(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "buildings", name)
    return _view("name", name, row, "district built floors caretaker reserve heating")


def list_plots(world: Any, district: str) -> dict[str, Any]:
    _row(world, "districts", district)
    wanted = {"district": district}
    found = world.find("plots", **wanted)
    return {"plots": _views(found, "plot_no", "area ground_rent")}


def get_plot(world: Any, plot_no: str) -> dict[str, Any]:
    row = _row(world, "plots", plot_no)
    return _view("plot_no", plot_no, row, "district area zoning ground_rent")


def get_branch(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "branches", name)
    return _view("name", name, row, "district manager closes phone")


def list_agents(world: Any, branch: str) -> dict[str, Any]:
    _row(world, "branches", branch)
    wanted = {"branch": branch}
    found = world.find("agents", **wanted)
    return {"agents": _views(found, "agent_id", "name commission sales")}


def find_agent(world: Any, name: str) -> dict[str, Any]:
    agent_id, row = _called(world, "agents", "name", name)
    return _view("agent_id", agent_id, row, "name email")


def get_agent(world: Any, agent_id: str) -> dict[str, Any]:
    row = _row(world, "agents", agent_id)
    return _view("agent_id", agent_id, row, "name branch commission sales licensed email")


def find_owner(world: Any, name: str) -> dict[str, Any]:
    owner_id, row = _called(world, "owners", "name", name)
    return _view("owner_id", owner_id, row, "name phone")


def get_owner(world: Any, owner_id: str) -> dict[str, Any]:
    row = _row(world, "owners", owner_id)
    return _view("owner_id", owner_id, row, "name lives phone client_since")


def list_owned(world: Any, owner: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "owners", owner)
    wanted = {"owner": owner}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("properties", **wanted)
    return {"properties": _views(found, "property_no", "kind asking_price status")}


def list_portfolio(world: Any, agent: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "agents", agent)
    wanted = {"agent": agent}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("properties", **wanted)
    return {"properties": _views(found, "property_no", "kind asking_price size status")}


def list_properties(world: Any, district: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "districts", district)
    wanted = {"district": district}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("properties", **wanted)
    return {"properties": _views(found, "property_no", "kind asking_price size status")}


def get_property(world: Any, property_no: str) -> dict[str, Any]:
    row = _row(world, "properties", property_no)
    return _view(
        "property_no",
        property_no,
        row,
        "owner kind site agent size asking_price lowest energy shown_at floor charge desks bedrooms status",
    )


def list_listings(world: Any, property: str) -> dict[str, Any]:
    _row(world, "properties", property)
    wanted = {"property": property}
    found = world.find("listings", **wanted)
    return {"listings": _views(found, "listing_id", "price start_date")}


def find_buyer(world: Any, name: str) -> dict[str, Any]:
    buyer_id, row = _called(world, "buyers", "name", name)
    return _view("buyer_id", buyer_id, row, "name phone")


def get_buyer(world: Any, buyer_id: str) -> dict[str, Any]:
    row = _row(world, "buyers", buyer_id)
    return _view("buyer_id", buyer_id, row, "name agent budget funding funds_check phone registered")


def list_clients(world: Any, agent: str) -> dict[str, Any]:
    _row(world, "agents", agent)
    wanted = {"agent": agent}
    found = world.find("buyers", **wanted)
    return {"buyers": _views(found, "buyer_id", "name budget registered")}


def list_viewings(world: Any, buyer: str, status: str = "any") -> dict[str, Any]:
    _row(world, "buyers", buyer)
    wanted = {"buyer": buyer}
    if status != "any":
        wanted["status"] = status
    found = world.find("viewings", **wanted)
    return {"viewings": _views(found, "viewing_no", "date time status")}


def list_visits(world: Any, property: str, status: str = "any") -> dict[str, Any]:
    _row(world, "properties", property)
    wanted = {"property": property}
    if status != "any":
        wanted["status"] = status
    found = world.find("viewings", **wanted)
    return {"viewings": _views(found, "viewing_no", "date time minutes status")}


def list_diary(world: Any, agent: str, date: str) -> dict[str, Any]:
    _row(world, "agents", agent)
    _day(date)
    wanted = {"agent": agent, "date": date}
    found = world.find("viewings", **wanted)
    return {"viewings": _views(found, "viewing_no", "time minutes")}


def get_viewing(world: Any, viewing_no: str) -> dict[str, Any]:
    row = _row(world, "viewings", viewing_no)
    return _view("viewing_no", viewing_no, row, "property buyer agent status date time minutes")


def list_offers(world: Any, property: str, status: str = "any") -> dict[str, Any]:
    _row(world, "properties", property)
    wanted = {"property": property}
    if status != "any":
        wanted["status"] = status
    found = world.find("offers", **wanted)
    return {"offers": _views(found, "offer_no", "amount date made_by status")}


def list_bids(world: Any, buyer: str, status: str = "any") -> dict[str, Any]:
    _row(world, "buyers", buyer)
    wanted = {"buyer": buyer}
    if status != "any":
        wanted["status"] = status
    found = world.find("offers", **wanted)
    return {"offers": _views(found, "offer_no", "amount date status")}


def find_counter(world: Any, answers: str) -> dict[str, Any]:
    _row(world, "offers", answers)
    wanted = {"answers": answers}
    found = world.find("offers", **wanted)
    return {"offers": _views(found, "offer_no", "amount date status")}


def get_offer(world: Any, offer_no: str) -> dict[str, Any]:
    row = _row(world, "offers", offer_no)
    return _view("offer_no", offer_no, row, "property buyer answers made_by amount condition date expires status")


def get_lender(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "lenders", name)
    return _view("name", name, row, "rate share adviser hotline")


def list_mortgages(world: Any, buyer: str, status: str = "any") -> dict[str, Any]:
    _row(world, "buyers", buyer)
    wanted = {"buyer": buyer}
    if status != "any":
        wanted["status"] = status
    found = world.find("mortgages", **wanted)
    return {"mortgages": _views(found, "mortgage_no", "amount term status")}


def list_loans(world: Any, lender: str) -> dict[str, Any]:
    _row(world, "lenders", lender)
    wanted = {"lender": lender}
    found = world.find("mortgages", **wanted)
    return {"mortgages": _views(found, "mortgage_no", "amount term")}


def get_mortgage(world: Any, mortgage_no: str) -> dict[str, Any]:
    row = _row(world, "mortgages", mortgage_no)
    return _view("mortgage_no", mortgage_no, row, "buyer lender amount term status expires")


def list_surveys(world: Any, property: str) -> dict[str, Any]:
    _row(world, "properties", property)
    wanted = {"property": property}
    found = world.find("surveys", **wanted)
    return {"surveys": _views(found, "survey_no", "date repair_cost status")}


def list_surveyor_jobs(world: Any, surveyor: str) -> dict[str, Any]:
    _row(world, "surveyors", surveyor)
    wanted = {"surveyor": surveyor}
    found = world.find("surveys", **wanted)
    return {"surveys": _views(found, "survey_no", "date repair_cost pages")}


def get_survey(world: Any, survey_no: str) -> dict[str, Any]:
    row = _row(world, "surveys", survey_no)
    return _view("survey_no", survey_no, row, "property surveyor scope date repair_cost pages status")


def get_surveyor(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "surveyors", name)
    return _view("name", name, row, "fee lead_days senior_partner phone")


def estimate_instalment(world: Any, property_no: str, lender: str) -> dict[str, Any]:
    property = _row(world, "properties", property_no)
    lender_row = _row(world, "lenders", lender)
    return {
        "property_no": property_no,
        "lender": lender,
        "instalment": round(property["asking_price"] / 1000 * lender_row["per_thousand"], 2),
    }


def walking_time(world: Any, branch: str, building: str) -> dict[str, Any]:
    branch_row = _row(world, "branches", branch)
    building_row = _row(world, "buildings", building)
    return {"branch": branch, "building": building, "minutes": 4 + 2 * abs(branch_row["zone"] - building_row["zone"])}


def book_viewing(world: Any, property_no: str, buyer_id: str, date: str) -> dict[str, Any]:
    property = _row(world, "properties", property_no)
    _row(world, "buyers", buyer_id)
    _day_to_come(world, date)
    if property["status"] != "for sale":
        raise ValueError(f"{property_no} is {property['status']}; only a property that is for sale can be dealt with")
    if not _days_until(world, date) <= _rule(world, "viewing window"):
        raise ValueError(
            f"viewings take place within the next {_rule(world, 'viewing window')} days; name an earlier day"
        )
    if _count(world, "viewings", property=property_no, date=date, status="booked") != 0:
        raise ValueError(f"{property_no} is shown to somebody else on {date}; name another day")
    if not _count(world, "viewings", agent=property["agent"], date=date, status="booked") < _rule(world, "viewings a day"):
        raise ValueError(
            f"agent {property['agent']} has {_rule(world, 'viewings a day')} viewings on {date}, the most allowed; name another"
        )
    if not _count(world, "viewings", buyer=buyer_id, status="booked") < _rule(world, "booked viewings"):
        raise ValueError(
            f"buyer {buyer_id} has {_rule(world, 'booked viewings')} booked viewings; one of them must be cancelled first"
        )
    row = {
        "property": property_no,
        "buyer": buyer_id,
        "agent": property["agent"],
        "status": "booked",
        "date": date,
        "time": property["shown_at"],
        "minutes": 45,
    }
    new_viewing = world.insert("viewings", row, prefix="VW-")
    return _view("viewing_no", new_viewing, row, "property buyer agent status date time minutes")


def move_viewing(world: Any, viewing_no: str, date: str) -> dict[str, Any]:
    viewing = _row(world, "viewings", viewing_no)
    _day_to_come(world, date)
    if viewing["status"] != "booked":
        raise ValueError(f"viewing {viewing_no} is {viewing['status']}; only a booked one can be changed")
    if not _days_until(world, date) <= _rule(world, "viewing window"):
        raise ValueError(
            f"viewings take place within the next {_rule(world, 'viewing window')} days; name an earlier day"
        )
    if viewing["date"] == date:
        raise ValueError(f"viewing {viewing_no} is on {date} already; name another day")
    if not abs(_days_until(world, date) - _days_until(world, viewing["date"])) <= _rule(world, "moving range"):
        raise ValueError(
            f"a viewing is moved by {_rule(world, 'moving range')} days at most; name a day nearer to {viewing['date']}"
        )
    if _count(world, "viewings", property=viewing["property"], date=date, status="booked") != 0:
        raise ValueError(f"{viewing['property']} is shown to somebody else on {date}; name another day")
    row = world.update("viewings", viewing_no, date=date)
    return _view("viewing_no", viewing_no, row, "date")


def cancel_viewing(world: Any, viewing_no: str) -> dict[str, Any]:
    viewing = _row(world, "viewings", viewing_no)
    if viewing["status"] != "booked":
        raise ValueError(f"viewing {viewing_no} is {viewing['status']}; only a booked one can be changed")
    row = world.update("viewings", viewing_no, status="cancelled")
    return _view("viewing_no", viewing_no, row, "status")


def make_offer(world: Any, property_no: str, buyer_id: str, percent: int, condition: str) -> dict[str, Any]:
    property = _row(world, "properties", property_no)
    _row(world, "buyers", buyer_id)
    no_offer = _first(world, "offers", "date", "", property=property_no, status="none")
    if property["status"] != "for sale":
        raise ValueError(f"{property_no} is {property['status']}; only a property that is for sale can be dealt with")
    if not percent <= _rule(world, "largest discount"):
        raise ValueError(
            f"an offer is at most {_rule(world, 'largest discount')} percent below the asking price; offer more"
        )
    if _count(world, "offers", buyer=buyer_id, property=property_no, status="open") != 0:
        raise ValueError(f"there is an open offer of {buyer_id} for {property_no} already; list_bids shows which")
    if not _count(world, "offers", buyer=buyer_id, status="open") < _rule(world, "open offers"):
        raise ValueError(
            f"buyer {buyer_id} is part of {_rule(world, 'open offers')} open offers; one must be withdrawn or answered first"
        )
    amount = round(property["asking_price"] * (100 - percent) / 100)
    row = {
        "property": property_no,
        "buyer": buyer_id,
        "answers": no_offer,
        "made_by": "buyer",
        "amount": amount,
        "condition": condition,
        "date": world.constants["today"],
        "expires": _add_days(world.constants["today"], _rule(world, "offer validity")),
        "status": "open",
    }
    new_offer = world.insert("offers", row, prefix="OF-")
    return (
        _view("offer_no", new_offer, row, "property buyer answers made_by amount condition date expires status")
        | {"amount": amount}
    )


def counter_offer(world: Any, offer_no: str, percent: int) -> dict[str, Any]:
    offer = _row(world, "offers", offer_no)
    amount = round(_row(world, "properties", offer["property"])["asking_price"] * (100 - percent) / 100)
    if offer["status"] != "open":
        raise ValueError(f"offer {offer_no} is {offer['status']}; only an open one can be dealt with")
    if offer["made_by"] != "buyer":
        raise ValueError(f"offer {offer_no} was made by the seller; only a buyer's offer is countered")
    if not amount > offer["amount"]:
        raise ValueError(f"that would be {amount}, no more than the offer; give a smaller percentage")
    if not amount >= _row(world, "properties", offer["property"])["lowest"]:
        raise ValueError(
            f"the owner of {offer['property']} accepts {_row(world, 'properties', offer['property'])['lowest']} or more; give a smaller percentage"
        )
    row = {
        "property": offer["property"],
        "buyer": offer["buyer"],
        "answers": offer_no,
        "made_by": "seller",
        "amount": amount,
        "condition": offer["condition"],
        "date": world.constants["today"],
        "expires": _add_days(world.constants["today"], _rule(world, "offer validity")),
        "status": "open",
    }
    new_offer = world.insert("offers", row, prefix="OF-")
    world.update("offers", offer_no, status="countered")
    return _view("offer_no", new_offer, row, "answers amount status")


def accept_offer(world: Any, offer_no: str) -> dict[str, Any]:
    offer = _row(world, "offers", offer_no)
    if offer["status"] != "open":
        raise ValueError(f"offer {offer_no} is {offer['status']}; only an open one can be dealt with")
    if not _days_until(world, offer["expires"]) >= 0:
        raise ValueError(f"offer {offer_no} expired on {offer['expires']}; somebody has to make a new one")
    if _row(world, "properties", offer["property"])["status"] != "for sale":
        raise ValueError(
            f"{offer['property']} is {_row(world, 'properties', offer['property'])['status']}; no other offer for it can be accepted"
        )
    row = world.update("offers", offer_no, status="accepted")
    world.update("properties", offer["property"], status="under offer")
    for each, _ in world.find("offers", property=offer["property"], status="open"):
        world.update("offers", each, status="declined")
    for each, _ in world.find("viewings", property=offer["property"], status="booked"):
        world.update("viewings", each, status="cancelled")
    return _view("offer_no", offer_no, row, "status")


def withdraw_offer(world: Any, offer_no: str) -> dict[str, Any]:
    offer = _row(world, "offers", offer_no)
    if offer["status"] != "open":
        raise ValueError(f"offer {offer_no} is {offer['status']}; only an open one can be dealt with")
    if offer["made_by"] != "buyer":
        raise ValueError(f"offer {offer_no} was made by the seller; a buyer can only withdraw offers of their own")
    row = world.update("offers", offer_no, status="withdrawn")
    return _view("offer_no", offer_no, row, "status")


def cut_price(world: Any, property_no: str, percent: int) -> dict[str, Any]:
    property = _row(world, "properties", property_no)
    if property["status"] != "for sale":
        raise ValueError(f"{property_no} is {property['status']}; only a property that is for sale can be dealt with")
    if not percent <= _rule(world, "price cut"):
        raise ValueError(f"a price is cut by at most {_rule(world, 'price cut')} percent at once; cut less")
    if not round(property["asking_price"] * (100 - percent) / 100) >= property["lowest"]:
        raise ValueError(f"the owner of {property_no} accepts {property['lowest']} or more; cut the price by less")
    price = round(property["asking_price"] * (100 - percent) / 100)
    row = world.update("properties", property_no, asking_price=price)
    new_listing_row = {"property": property_no, "price": price, "start_date": world.constants["today"]}
    new_listing = world.insert("listings", new_listing_row, prefix="LP-")
    return _view("property_no", property_no, row, "asking_price") | {"price": price}


def order_survey(world: Any, property_no: str, surveyor: str, scope: str) -> dict[str, Any]:
    property = _row(world, "properties", property_no)
    surveyor_row = _row(world, "surveyors", surveyor)
    if property["status"] == "sold":
        raise ValueError(f"{property_no} is sold; surveys are for what is on the market")
    if _count(world, "surveys", property=property_no, status="ordered") != 0:
        raise ValueError(f"a survey of {property_no} is ordered already; one at a time is enough")
    cost = (
        (surveyor_row["fee"] + _rule(world, "handling charge"))
        + (_rule(world, "structural surcharge") if scope == "structural" else 0)
    )
    row = {
        "property": property_no,
        "surveyor": surveyor,
        "scope": scope,
        "date": _add_days(world.constants["today"], surveyor_row["lead_days"]),
        "repair_cost": 0,
        "pages": 0,
        "status": "ordered",
    }
    new_survey = world.insert("surveys", row, prefix="SY-")
    return _view("survey_no", new_survey, row, "property surveyor scope date repair_cost pages status") | {"cost": cost}


def request_funds_check(world: Any, buyer_id: str) -> dict[str, Any]:
    buyer = _row(world, "buyers", buyer_id)
    if buyer["funds_check"] != "none":
        raise ValueError(
            f"the funds check of buyer {buyer_id} is {buyer['funds_check']} already; nothing needs to be requested"
        )
    row = world.update("buyers", buyer_id, funds_check="requested")
    return _view("buyer_id", buyer_id, row, "funds_check")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'districts': ('district is called', 'get_building and get_plot give the right ones'),
    'buildings': ('building is called', 'list_buildings gives the right ones'),
    'plots': ('plot has the number', 'list_plots gives the right ones'),
    'branches': ('branch is called', 'get_agent gives the right ones'),
    'agents': ('agent has the id', 'list_agents and find_agent give the right ones'),
    'owners': ('owner has the id', 'find_owner and get_property give the right ones'),
    'buyers': ('buyer has the id', 'find_buyer and list_clients give the right ones'),
    'properties': ('property has the number', 'list_owned and list_portfolio give the right ones'),
    'listings': ('listing has the id', 'list_listings gives the right ones'),
    'viewings': ('viewing has the number', 'list_viewings and list_visits give the right ones'),
    'offers': ('offer has the number', 'list_offers and list_bids give the right ones'),
    'lenders': ('lender is called', 'get_mortgage gives the right ones'),
    'mortgages': ('mortgage has the number', 'list_mortgages and list_loans give the right ones'),
    'surveyors': ('surveyor is called', 'get_survey gives the right ones'),
    'surveys': ('survey has the number', 'list_surveys and list_surveyor_jobs give the right ones'),
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
