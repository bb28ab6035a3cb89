"""Tools of Festival: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_venue(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "venues", name)
    return _view("name", name, row, "manager doors bars stage_door")


def list_halls(world: Any, venue: str) -> dict[str, Any]:
    _row(world, "venues", venue)
    wanted = {"venue": venue}
    found = world.find("halls", **wanted)
    return {"halls": _views(found, "hall_code", "capacity")}


def get_hall(world: Any, hall_code: str) -> dict[str, Any]:
    row = _row(world, "halls", hall_code)
    return _view("hall_code", hall_code, row, "venue capacity projector projectionist")


def get_hotel(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "hotels", name)
    return _view("name", name, row, "concierge breakfast room_rate rooms")


def list_shuttles(world: Any, hotel: str) -> dict[str, Any]:
    _row(world, "hotels", hotel)
    wanted = {"hotel": hotel}
    found = world.find("shuttles", **wanted)
    return {"shuttles": _views(found, "shuttle_no", "venue date places")}


def list_arrivals(world: Any, venue: str) -> dict[str, Any]:
    _row(world, "venues", venue)
    wanted = {"venue": venue}
    found = world.find("shuttles", **wanted)
    return {"shuttles": _views(found, "shuttle_no", "hotel date departure")}


def get_shuttle(world: Any, shuttle_no: str) -> dict[str, Any]:
    row = _row(world, "shuttles", shuttle_no)
    return _view("shuttle_no", shuttle_no, row, "hotel venue date departure driver places")


def get_sponsor(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "sponsors", name)
    return _view("name", name, row, "trade envoy gift")


def list_sponsored(world: Any, sponsor: str) -> dict[str, Any]:
    _row(world, "sponsors", sponsor)
    wanted = {"sponsor": sponsor}
    found = world.find("sections", **wanted)
    return {"sections": _views(found, "name", "started budget")}


def get_section(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "sections", name)
    return _view("name", name, row, "sponsor curator started budget")


def find_director(world: Any, name: str) -> dict[str, Any]:
    director_id, row = _called(world, "directors", "name", name)
    return _view("director_id", director_id, row, "name country")


def get_director(world: Any, director_id: str) -> dict[str, Any]:
    row = _row(world, "directors", director_id)
    return _view("director_id", director_id, row, "name country born agent")


def list_films(world: Any, director: str) -> dict[str, Any]:
    _row(world, "directors", director)
    wanted = {"director": director}
    found = world.find("films", **wanted)
    return {"films": _views(found, "title", "language minutes")}


def get_film(world: Any, title: str) -> dict[str, Any]:
    row = _row(world, "films", title)
    return _view("title", title, row, "director language minutes producer finished status")


def list_entries(world: Any, section: str) -> dict[str, Any]:
    _row(world, "sections", section)
    wanted = {"section": section}
    found = world.find("entries", **wanted)
    return {"entries": _views(found, "entry_no", "film submitted status")}


def list_nominations(world: Any, film: str) -> dict[str, Any]:
    _row(world, "films", film)
    wanted = {"film": film}
    found = world.find("entries", **wanted)
    return {"entries": _views(found, "entry_no", "section submitted")}


def find_entry(world: Any, film: str, section: str) -> dict[str, Any]:
    _row(world, "films", film)
    _row(world, "sections", section)
    wanted = {"film": film, "section": section}
    found = world.find("entries", **wanted)
    return {"entries": _views(found, "entry_no", "submitted")}


def get_entry(world: Any, entry_no: str) -> dict[str, Any]:
    row = _row(world, "entries", entry_no)
    return _view("entry_no", entry_no, row, "film section submitted fee status")


def find_award(world: Any, section: str) -> dict[str, Any]:
    _row(world, "sections", section)
    wanted = {"section": section}
    found = world.find("awards", **wanted)
    return {"awards": _views(found, "award_no", "prize")}


def get_award(world: Any, award_no: str) -> dict[str, Any]:
    row = _row(world, "awards", award_no)
    return _view("award_no", award_no, row, "section donor prize sculptor status")


def list_jurors(world: Any, section: str, profession: str = "any") -> dict[str, Any]:
    _row(world, "sections", section)
    wanted = {"section": section}
    if profession != "any":
        wanted["profession"] = profession
    found = world.find("jurors", **wanted)
    return {"jurors": _views(found, "juror_id", "name profession")}


def find_juror(world: Any, name: str) -> dict[str, Any]:
    juror_id, row = _called(world, "jurors", "name", name)
    return _view("juror_id", juror_id, row, "name section")


def get_juror(world: Any, juror_id: str) -> dict[str, Any]:
    row = _row(world, "jurors", juror_id)
    return _view("juror_id", juror_id, row, "name section profession hotel")


def list_votes(world: Any, entry: str) -> dict[str, Any]:
    _row(world, "entries", entry)
    wanted = {"entry": entry}
    found = world.find("votes", **wanted)
    return {"votes": _views(found, "vote_no", "juror entry points cast")}


def list_ballots(world: Any, juror: str) -> dict[str, Any]:
    _row(world, "jurors", juror)
    wanted = {"juror": juror}
    found = world.find("votes", **wanted)
    return {"votes": _views(found, "vote_no", "juror entry points cast")}


def list_screenings(world: Any, film: str) -> dict[str, Any]:
    _row(world, "films", film)
    wanted = {"film": film}
    found = world.find("screenings", **wanted)
    return {"screenings": _views(found, "screening_no", "hall date time status")}


def list_programme(world: Any, hall: str) -> dict[str, Any]:
    _row(world, "halls", hall)
    wanted = {"hall": hall}
    found = world.find("screenings", **wanted)
    return {"screenings": _views(found, "screening_no", "film date time")}


def find_screening(world: Any, hall: str, date: str) -> dict[str, Any]:
    _row(world, "halls", hall)
    _day(date)
    wanted = {"hall": hall, "date": date}
    found = world.find("screenings", **wanted)
    return {"screenings": _views(found, "screening_no", "film time")}


def get_screening(world: Any, screening_no: str) -> dict[str, Any]:
    row = _row(world, "screenings", screening_no)
    return _view("screening_no", screening_no, row, "film hall date time moderator status")


def list_blocks(world: Any, screening: str, category: str = "any") -> dict[str, Any]:
    _row(world, "screenings", screening)
    wanted = {"screening": screening}
    if category != "any":
        wanted["category"] = category
    found = world.find("seat_blocks", **wanted)
    return {"seat_blocks": _views(found, "block_no", "category price left")}


def get_block(world: Any, block_no: str) -> dict[str, Any]:
    row = _row(world, "seat_blocks", block_no)
    return _view("block_no", block_no, row, "screening category price left")


def find_visitor(world: Any, name: str) -> dict[str, Any]:
    visitor_id, row = _called(world, "visitors", "name", name)
    return _view("visitor_id", visitor_id, row, "name email")


def get_visitor(world: Any, visitor_id: str) -> dict[str, Any]:
    row = _row(world, "visitors", visitor_id)
    return _view("visitor_id", visitor_id, row, "name email phone paid")


def list_tickets(world: Any, visitor: str, status: str = "any") -> dict[str, Any]:
    _row(world, "visitors", visitor)
    wanted = {"visitor": visitor}
    if status != "any":
        wanted["status"] = status
    found = world.find("tickets", **wanted)
    return {"tickets": _views(found, "ticket_no", "screening price bought status")}


def get_ticket(world: Any, ticket_no: str) -> dict[str, Any]:
    row = _row(world, "tickets", ticket_no)
    return _view("ticket_no", ticket_no, row, "visitor block screening price bought status")


def find_pass(world: Any, visitor: str) -> dict[str, Any]:
    _row(world, "visitors", visitor)
    wanted = {"visitor": visitor}
    found = world.find("passes", **wanted)
    return {"passes": _views(found, "pass_no", "left expires")}


def get_pass(world: Any, pass_no: str) -> dict[str, Any]:
    row = _row(world, "passes", pass_no)
    return _view("pass_no", pass_no, row, "visitor left expires issuer")


def list_guests(world: Any, film: str) -> dict[str, Any]:
    _row(world, "films", film)
    wanted = {"film": film}
    found = world.find("guests", **wanted)
    return {"guests": _views(found, "guest_id", "name role fee")}


def find_guest(world: Any, name: str) -> dict[str, Any]:
    guest_id, row = _called(world, "guests", "name", name)
    return _view("guest_id", guest_id, row, "name film")


def get_guest(world: Any, guest_id: str) -> dict[str, Any]:
    row = _row(world, "guests", guest_id)
    return _view("guest_id", guest_id, row, "name film role fee companion")


def find_stay(world: Any, guest: str) -> dict[str, Any]:
    _row(world, "guests", guest)
    wanted = {"guest": guest}
    found = world.find("stays", **wanted)
    return {"stays": _views(found, "stay_no", "hotel nights")}


def list_stays(world: Any, hotel: str) -> dict[str, Any]:
    _row(world, "hotels", hotel)
    wanted = {"hotel": hotel}
    found = world.find("stays", **wanted)
    return {"stays": _views(found, "stay_no", "arrival nights")}


def get_stay(world: Any, stay_no: str) -> dict[str, Any]:
    row = _row(world, "stays", stay_no)
    return _view("stay_no", stay_no, row, "guest hotel arrival nights leaves room_no")


def list_volunteers(world: Any, venue: str) -> dict[str, Any]:
    _row(world, "venues", venue)
    wanted = {"venue": venue}
    found = world.find("volunteers", **wanted)
    return {"volunteers": _views(found, "volunteer_id", "name languages")}


def find_volunteer(world: Any, name: str) -> dict[str, Any]:
    volunteer_id, row = _called(world, "volunteers", "name", name)
    return _view("volunteer_id", volunteer_id, row, "name venue")


def get_volunteer(world: Any, volunteer_id: str) -> dict[str, Any]:
    row = _row(world, "volunteers", volunteer_id)
    return _view("volunteer_id", volunteer_id, row, "name venue languages phone hours")


def list_shifts(world: Any, volunteer: str) -> dict[str, Any]:
    _row(world, "volunteers", volunteer)
    wanted = {"volunteer": volunteer}
    found = world.find("shifts", **wanted)
    return {"shifts": _views(found, "shift_no", "venue date hours")}


def get_shift(world: Any, shift_no: str) -> dict[str, Any]:
    row = _row(world, "shifts", shift_no)
    return _view("shift_no", shift_no, row, "volunteer venue task date hours")


def get_badge(world: Any, badge_no: str) -> dict[str, Any]:
    row = _row(world, "accreditations", badge_no)
    return _view("badge_no", badge_no, row, "holder outlet guest venue minutes")


def walk(world: Any, hotel: str, venue: str) -> dict[str, Any]:
    hotel_row = _row(world, "hotels", hotel)
    venue_row = _row(world, "venues", venue)
    return {"hotel": hotel, "venue": venue, "minutes": 3 + abs(hotel_row["spot"] - venue_row["spot"]) * 2}


def full_house(world: Any, block_no: str, hall_code: str) -> dict[str, Any]:
    block = _row(world, "seat_blocks", block_no)
    hall = _row(world, "halls", hall_code)
    return {"block_no": block_no, "hall_code": hall_code, "takings": block["price"] * hall["capacity"]}


def sell_ticket(world: Any, block_no: str, visitor_id: str) -> dict[str, Any]:
    block = _row(world, "seat_blocks", block_no)
    visitor = _row(world, "visitors", visitor_id)
    if not block["left"] > 0:
        raise ValueError(f"seat block {block_no} is sold out; choose another one")
    if _row(world, "screenings", block["screening"])["status"] != "planned":
        raise ValueError(f"screening {block['screening']} is cancelled; choose a block of another screening")
    if _count(world, "tickets", visitor=visitor_id, screening=block["screening"], status="valid") != 0:
        raise ValueError(
            f"{visitor_id} has a ticket for screening {block['screening']} already; choose another screening"
        )
    if not _count(world, "tickets", visitor=visitor_id, status="valid") < _rule(world, "tickets of a visitor"):
        raise ValueError(
            f"a visitor has at most {_rule(world, 'tickets of a visitor')} valid tickets; one must be returned first"
        )
    row = {
        "visitor": visitor_id,
        "block": block_no,
        "screening": block["screening"],
        "price": block["price"],
        "bought": world.constants["today"],
        "status": "valid",
    }
    new_ticket = world.insert("tickets", row, prefix="T")
    world.update("seat_blocks", block_no, left=block["left"] - 1)
    world.update("visitors", visitor_id, paid=visitor["paid"] + block["price"])
    return _view("ticket_no", new_ticket, row, "visitor block screening price bought status")


def return_ticket(world: Any, ticket_no: str) -> dict[str, Any]:
    ticket = _row(world, "tickets", ticket_no)
    if ticket["status"] != "valid":
        raise ValueError(f"ticket {ticket_no} is returned already; nothing needs to be done")
    if not _days_until(world, _row(world, "screenings", ticket["screening"])["date"]) >= _rule(world, "return notice"):
        raise ValueError(
            f"it is too late: tickets are taken back up to {_rule(world, 'return notice')} days before the screening"
        )
    refund = max(0, ticket["price"] - _rule(world, "return fee"))
    row = world.update("tickets", ticket_no, status="returned")
    world.update("seat_blocks", ticket["block"], left=_row(world, "seat_blocks", ticket["block"])["left"] + 1)
    world.update("visitors", ticket["visitor"], paid=_row(world, "visitors", ticket["visitor"])["paid"] - refund)
    return _view("ticket_no", ticket_no, row, "status") | {"refund": refund}


def use_pass(world: Any, pass_no: str, block_no: str) -> dict[str, Any]:
    card = _row(world, "passes", pass_no)
    block = _row(world, "seat_blocks", block_no)
    if not card["left"] > 0:
        raise ValueError(f"festival pass {pass_no} has no admissions left; a ticket must be bought")
    if not _days_until(world, card["expires"]) >= _days_until(world, _row(world, "screenings", block["screening"])["date"]):
        raise ValueError(
            f"festival pass {pass_no} expires on {card['expires']}, before the screening; choose an earlier one"
        )
    if not block["left"] > 0:
        raise ValueError(f"seat block {block_no} is sold out; choose another one")
    if _row(world, "screenings", block["screening"])["status"] != "planned":
        raise ValueError(f"screening {block['screening']} is cancelled; choose a block of another screening")
    surcharge = _rule(world, "box surcharge") if block["category"] == "box" else 0
    row = {
        "visitor": card["visitor"],
        "block": block_no,
        "screening": block["screening"],
        "price": surcharge,
        "bought": world.constants["today"],
        "status": "valid",
    }
    new_ticket = world.insert("tickets", row, prefix="T")
    world.update("passes", pass_no, left=card["left"] - 1)
    world.update("seat_blocks", block_no, left=block["left"] - 1)
    if surcharge > 0:
        world.update("visitors", card["visitor"], paid=_row(world, "visitors", card["visitor"])["paid"] + surcharge)
    return _view("ticket_no", new_ticket, row, "visitor block screening price bought status") | {"surcharge": surcharge}


def move_screening(world: Any, screening_no: str, date: str) -> dict[str, Any]:
    screening = _row(world, "screenings", screening_no)
    _day_to_come(world, date)
    if screening["status"] != "planned":
        raise ValueError(f"screening {screening_no} is cancelled; only a planned one can be moved")
    if screening["date"] == date:
        raise ValueError(f"screening {screening_no} is on {date} already; name another day")
    if not _days_until(world, screening["date"]) >= _rule(world, "screening notice"):
        raise ValueError(
            f"it is too late to move {screening_no}: that takes {_rule(world, 'screening notice')} days' notice"
        )
    if not _days_until(world, date) <= _rule(world, "last day"):
        raise ValueError(
            f"the festival is over by then: it ends {_rule(world, 'last day')} days from today; choose an earlier day"
        )
    if _count(world, "screenings", hall=screening["hall"], date=date, status="planned") != 0:
        raise ValueError(f"hall {screening['hall']} is taken on {date}; choose another day")
    row = world.update("screenings", screening_no, date=date)
    return _view("screening_no", screening_no, row, "date")


def give_award(world: Any, entry_no: str) -> dict[str, Any]:
    entry = _row(world, "entries", entry_no)
    prize = _first(world, "awards", "prize", "", section=entry["section"])
    if entry["status"] != "nominated":
        raise ValueError(f"entry {entry_no} is {entry['status']}; only a nominated one can win")
    if _row(world, "awards", prize)["status"] != "open":
        raise ValueError(f"the award of {entry['section']} is given already; there is only one")
    if not _total(world, "votes", "points", entry=entry_no) >= _rule(world, "least points"):
        raise ValueError(
            f"entry {entry_no} has {_total(world, 'votes', 'points', entry=entry_no)} points; it takes {_rule(world, 'least points')}"
        )
    row = world.update("entries", entry_no, status="winner")
    world.update("awards", prize, status="given")
    for each, _ in world.find("entries", section=entry["section"], status="nominated"):
        world.update("entries", each, status="passed over")
    return _view("entry_no", entry_no, row, "status")


def withdraw_film(world: Any, title: str) -> dict[str, Any]:
    film = _row(world, "films", title)
    if film["status"] != "in the programme":
        raise ValueError(f"{title} is withdrawn already; nothing needs to be done")
    if _count(world, "entries", film=title, status="winner") != 0:
        raise ValueError(f"{title} has won an award and must stay; name another")
    row = world.update("films", title, status="withdrawn")
    for each, _ in world.find("entries", film=title):
        world.update("entries", each, status="withdrawn", fee=_rule(world, "withdrawal fee"))
    for each, _ in world.find("screenings", film=title):
        world.update("screenings", each, status="cancelled")
    return _view("title", title, row, "status")


def extend_stay(world: Any, stay_no: str, nights: int) -> dict[str, Any]:
    stay = _row(world, "stays", stay_no)
    if not _days_until(world, stay["leaves"]) >= 0:
        raise ValueError(f"stay {stay_no} ended on {stay['leaves']}; only one that lasts can be extended")
    if not stay["nights"] + nights <= _rule(world, "longest stay"):
        raise ValueError(
            f"a stay lasts {_rule(world, 'longest stay')} nights at most; this one has {stay['nights']} already"
        )
    cost = nights * _row(world, "hotels", stay["hotel"])["room_rate"]
    row = world.update("stays", stay_no, nights=stay["nights"] + nights, leaves=_add_days(stay["leaves"], nights))
    return _view("stay_no", stay_no, row, "nights leaves") | {"cost": cost}


def board_shuttle(world: Any, guest_id: str, shuttle_no: str) -> dict[str, Any]:
    guest = _row(world, "guests", guest_id)
    shuttle = _row(world, "shuttles", shuttle_no)
    if guest["shuttle"]:
        raise ValueError(f"{guest_id} has a place on shuttle {guest['shuttle']} already; one is enough")
    if not shuttle["places"] > 0:
        raise ValueError(f"shuttle {shuttle_no} is full; choose another one")
    if not _count(world, "stays", guest=guest_id, hotel=shuttle["hotel"]) > 0:
        raise ValueError(
            f"shuttle {shuttle_no} leaves from {shuttle['hotel']}, where {guest_id} does not stay; choose another one"
        )
    row = world.update("guests", guest_id, shuttle=shuttle_no)
    world.update("shuttles", shuttle_no, places=shuttle["places"] - 1)
    return _view("guest_id", guest_id, row, "shuttle")


def swap_shift(world: Any, shift_no: str, volunteer_id: str) -> dict[str, Any]:
    shift = _row(world, "shifts", shift_no)
    volunteer = _row(world, "volunteers", volunteer_id)
    if shift["volunteer"] == volunteer_id:
        raise ValueError(f"{volunteer_id} has shift {shift_no} already; name another volunteer")
    if _count(world, "shifts", volunteer=volunteer_id, date=shift["date"]) != 0:
        raise ValueError(f"{volunteer_id} has another shift on {shift['date']}; name another volunteer")
    if not volunteer["hours"] + shift["hours"] <= _rule(world, "hours of a volunteer"):
        raise ValueError(
            f"{volunteer_id} has {volunteer['hours']} hours already; {_rule(world, 'hours of a volunteer')} are the most"
        )
    row = world.update("shifts", shift_no, volunteer=volunteer_id)
    world.update("volunteers", volunteer_id, hours=volunteer["hours"] + shift["hours"])
    world.update(
        "volunteers", shift["volunteer"], hours=_row(world, "volunteers", shift["volunteer"])["hours"] - shift["hours"]
    )
    return _view("shift_no", shift_no, row, "volunteer")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'venues': ('venue is called', 'get_hall and get_shuttle give the right ones'),
    'halls': ('hall has the code', 'list_halls and get_screening give the right ones'),
    'hotels': ('hotel is called', 'get_shuttle and get_juror give the right ones'),
    'shuttles': ('shuttle has the number', 'list_shuttles and list_arrivals give the right ones'),
    'sponsors': ('sponsor is called', 'get_section and get_award give the right ones'),
    'sections': ('section is called', 'list_sponsored and get_entry give the right ones'),
    'directors': ('director has the id', 'find_director and get_film give the right ones'),
    'films': ('film has the title', 'list_films and get_entry give the right ones'),
    'entries': ('entry has the number', 'list_entries and list_nominations give the right ones'),
    'awards': ('award has the number', 'find_award gives the right ones'),
    'jurors': ('juror has the id', 'list_jurors and find_juror give the right ones'),
    'votes': ('vote has the number', 'list_votes and list_ballots give the right ones'),
    'screenings': ('screening has the number', 'list_screenings and list_programme give the right ones'),
    'seat_blocks': ('seat block has the block no', 'list_blocks and get_ticket give the right ones'),
    'visitors': ('visitor has the id', 'find_visitor and get_ticket give the right ones'),
    'tickets': ('ticket has the number', 'list_tickets gives the right ones'),
    'passes': ('pass has the number', 'find_pass gives the right ones'),
    'guests': ('guest has the id', 'list_guests and find_guest give the right ones'),
    'stays': ('stay has the number', 'find_stay and list_stays give the right ones'),
    'volunteers': ('volunteer has the id', 'list_volunteers and find_volunteer give the right ones'),
    'shifts': ('shift has the number', 'list_shifts gives the right ones'),
    'accreditations': ('accreditation has the badge no', 'check the spelling'),
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
