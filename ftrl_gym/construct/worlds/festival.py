"""Festival: the office of a film festival, from sections and their juries to seat blocks, passes, shuttles and shifts.

Entries join films and sections, votes join jurors and entries; every screening has its own blocks of seats in stock.
"""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Declaration, Find, Get, Money, Number, Short, WorkOut, least, most, only,
)  # fmt: skip
from ftrl_gym.construct.worlds.festival_actions import DAY, RULES, WRITING
from ftrl_gym.construct.worlds.festival_things import ENTITIES

# fmt: off
READING = (
    Get("get_venue", "venue", "A venue: manager, time at which its doors open, bars, code of the stage door.",
        shows="manager doors bars stage_door"),
    Find("list_halls", "hall", "Halls of a venue.", "venue", "capacity", (
        most("capacity", "the hall with the largest capacity at {x}", plural="halls at {x}"),
        least("capacity", "the hall with the smallest capacity at {x}"),
    )),
    Get("get_hall", "hall", "A hall: venue, capacity, projector, projectionist."),
    Get("get_hotel", "hotel", "A hotel: concierge, breakfast, price of a night, rooms kept for the festival.",
        shows="concierge breakfast room_rate rooms"),
    Find("list_shuttles", "shuttle", "Shuttles that leave from a hotel.", "hotel", "venue date places", (
        least("date", "the next shuttle from {x}", plural="shuttles from {x}"),
        most("places", "the shuttle with the most free places from {x}"),
    )),
    Find("list_arrivals", "shuttle", "Shuttles that go to a venue.", "venue", "hotel date departure", (
        least("departure", "the shuttle with the earliest departure time to {x}", plural="shuttles to {x}"),
    )),
    Get("get_shuttle", "shuttle", "A shuttle: hotel, venue, date, departure time, driver, free places."),
    Get("get_sponsor", "sponsor", "A sponsor: line of business, envoy, contribution."),
    Find("list_sponsored", "section", "Sections of a sponsor.", "sponsor", "started budget", (
        only("the only section sponsored by {x}"),
        most("budget", "the section sponsored by {x} with the largest budget"
             " | the section with the largest budget among those sponsored by {x}", plural="sections sponsored by {x}"),
    )),
    Get("get_section", "section", "A section: sponsor, curator, founding year, budget."),
    Get("find_director", "director", "A director by full name, with id and country.", "name", "name country"),
    Get("get_director", "director", "A director: country, birth date, agent."),
    Find("list_films", "film", "Films of a director.", "director", "language minutes", (
        only("the only film by {x}"), most("minutes", "the film with the most minutes by {x}", plural="films by {x}"),
    )),
    Get("get_film", "film", "A film: director, language, length, producer, completion, status."),
    Find("list_entries", "entry", "Entries of a section.", "section", "film submitted status", (
        least("submitted", "the entry submitted first in {x}", plural="entries in {x}"),
        most("submitted", "the entry submitted last in {x}"),
    )),
    Find("list_nominations", "entry", "Entries of a film.", "film", "section submitted", (
        only("the only entry of {x}"),
        most("submitted", "the entry submitted last for {x}", plural="entries of {x}"),
    )),
    Find("find_entry", "entry", "The entry of a film in a section.", "film section", "submitted", (
        only("the entry of {x} in {y}"),
    )),
    Get("get_entry", "entry", "An entry: film, section, submission, fee, status."),
    Find("find_award", "award", "The award of a section.", "section", "prize", (only("the award of {x}"),)),
    Get("get_award", "award", "An award: section, donor (a sponsor), prize money, sculptor, status."),
    Find("list_jurors", "juror", "Jurors of a section, by profession or all.", "section profession",
         "name profession", (
        only("the film critic on the jury of {x}", {"profession": "film critic"}),
        only("the novelist on the jury of {x}", {"profession": "novelist"}),
    )),
    Get("find_juror", "juror", "A juror by full name, with id and section.", "name", "name section"),
    Get("get_juror", "juror", "A juror: section, profession, hotel."),
    Find("list_votes", "vote", "Votes on an entry.", "entry", "juror entry points cast", (
        most("points", "the vote with the most points for {x}", plural="votes on {x}"),
        least("points", "the vote with the fewest points for {x}"),
    )),
    Find("list_ballots", "vote", "Votes that a juror has cast.", "juror", "juror entry points cast", (
        most("points", "the vote with the most points among those cast by {x}", plural="votes cast by {x}"),
        least("points", "the vote with the fewest points among those cast by {x}"),
    )),
    Find("list_screenings", "screening", "Screenings of a film.", "film", "hall date time status", (
        least("date", "the next screening of {x}", plural="screenings of {x}"),
        most("date", "the last screening of {x}"),
    )),
    Find("list_programme", "screening", "Screenings in a hall.", "hall", "film date time", (
        least("date", "the next screening in {x}", plural="screenings in {x}"),
        most("date", "the last screening in {x}"),
    )),
    Find("find_screening", "screening", "Screenings in a hall on a day.", "hall date", "film time", (
        only("the screening in {x} {day}"),
    )),
    Get("get_screening", "screening", "A screening: film, hall, date, time, moderator, status."),
    Find("list_blocks", "seat block", "Seat blocks of a screening, of one category or all.", "screening category",
         "category price left", (
        only("the balcony block of {x}", {"category": "balcony"}), only("the box block of {x}", {"category": "box"}),
        least("price", "the seat block with the lowest price of {x}", plural="seat blocks of {x}"),
        most("left", "the seat block with the most seats left of {x}"),
    )),
    Get("get_block", "seat block", "A seat block: screening, category, price of a seat, seats left."),
    Get("find_visitor", "visitor", "A visitor by full name, with id and email.", "name", "name email"),
    Get("get_visitor", "visitor", "A visitor: email, phone, what they have paid."),
    Find("list_tickets", "ticket", "Tickets of a visitor, by status or all.", "visitor status",
         "screening price bought status", (
        only("{x}'s returned ticket", {"status": "returned"}),
        most("price", "{x}'s ticket with the highest price", plural="tickets of {x}"),
        most("bought", "the ticket that {x} bought last | {x}'s ticket bought last"),
    )),
    Get("get_ticket", "ticket", "A ticket: visitor, seat block, screening, price, purchase, status."),
    Find("find_pass", "pass", "The festival pass of a visitor.", "visitor", "left expires", (
        only("{x}'s festival pass"),
    )),
    Get("get_pass", "pass", "A festival pass: visitor, admissions left, expiry, issuer."),
    Find("list_guests", "guest", "Guests who come with a film.", "film", "name role fee", (
        only("the only guest with {x}"),
        most("fee", "the guest with the highest fee for {x}", plural="guests with {x}"),
    )),
    Get("find_guest", "guest", "A guest by full name, with id and film.", "name", "name film"),
    Get("get_guest", "guest", "A guest: film, role, appearance fee, companion.", shows="name film role fee companion"),
    Find("find_stay", "stay", "The hotel stay of a guest.", "guest", "hotel nights", (only("the stay of {x}"),)),
    Find("list_stays", "stay", "Stays at a hotel.", "hotel", "arrival nights", (
        least("arrival", "the stay with the earliest arrival at {x}"),
        most("nights", "the stay with the most nights at {x}", plural="stays at {x}"),
    )),
    Get("get_stay", "stay", "A stay: guest, hotel, arrival, nights, departure, room number."),
    Find("list_volunteers", "volunteer", "Volunteers who usually help at a venue.", "venue", "name languages", (
        most("languages", "the volunteer with the most languages at {x}", plural="volunteers at {x}"),
    )),
    Get("find_volunteer", "volunteer", "A volunteer by full name, with id and venue.", "name", "name venue"),
    Get("get_volunteer", "volunteer", "A volunteer: usual venue, languages, phone, hours."),
    Find("list_shifts", "shift", "Shifts of a volunteer.", "volunteer", "venue date hours", (
        least("date", "the next shift of {x}", plural="shifts of {x}"),
        most("hours", "the shift with the most hours of {x}"),
    )),
    Get("get_shift", "shift", "A shift: volunteer, venue, task, date, hours."),
    Get("get_badge", "accreditation", "A press badge: holder, outlet, guest to be interviewed, venue, interview time."),
    WorkOut("walk", "How many minutes it takes to walk from a hotel to a venue.", "hotel venue", {
        "minutes": Number(value="3 + abs(hotel.spot - venue.spot) * 2", unit="minutes",
                          noun="the number of minutes from {x} to {y} on foot",
                          ask="How many minutes does it take to walk from {x} to {y}?"),
    }),
    WorkOut("full_house", "What a seat block would bring in if it were offered in a hall and sold out.",
            "block:seat_block hall", {
        "takings": Money(value="block.price * hall.capacity", noun="the takings of {y} at the price of {x}",
                         ask="How much would {y} take if every seat cost as much as one in {x}?"),
    }, instead_of="get_hall list_halls"),
)

FESTIVAL = Declaration(
    name="Festival",
    title="Film festival",
    description="The office of a film festival: films and juries, screenings and seats, guests, shuttles, volunteers.",
    instruction="You work in the office of a film festival and help colleagues, guests and visitors."
                " Amounts are in EUR.",
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    shorts=(
        Short(("entry.film", "film.director"), "the director behind {x}"),
        Short(("screening.hall", "hall.venue"), "the venue of {x}"),
        Short(("ticket.screening", "screening.film"), "the film on {x}"),
        Short(("guest.film", "film.director"), "the director of {x}'s film"),
    ),
    own=("entry", "screening", "ticket", "pass", "stay", "shift", "accreditation"),
    today="2026-08-24",
    day=DAY,
    file=__file__,
)
