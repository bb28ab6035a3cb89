"""Museum: the registrar's office of a museum, with its rooms, works, their earlier owners, exhibitions and loans.

Works go out on loan, and those of other museums come in for an exhibition. What lends a work changes what can be done
with it: only what is on display or in store is at hand.
"""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Declaration, Detail, Find, Get, Money, Number, Short, WorkOut, least, most, only,
)  # fmt: skip
from ftrl_gym.construct.worlds.museum_actions import DAY, RULES, WRITING
from ftrl_gym.construct.worlds.museum_things import ENTITIES

# fmt: off
READING = (
    Get("get_floor", "floor", "A floor: warden, closing time, people allowed."),
    Find("list_wings", "wing", "Wings on a floor.", "floor", "built_date climate", (
        least("built_date", "the wing with the earliest completion date on {x}", plural="wings on {x}"),
        most("built_date", "the wing with the latest completion date on {x}"),
    )),
    Get("get_wing", "wing", "A wing: floor, architect, completion date, climate.",
        shows="floor architect built_date climate"),
    Find("list_galleries", "gallery", "Galleries in a wing.", "wing", "area brightness places_left", (
        most("area", "the gallery with the largest area in {x}", plural="galleries in {x}"),
        least("brightness", "the gallery with the lowest brightness in {x}"),
    )),
    Get("get_gallery", "gallery", "A gallery: wing, area, brightness in lux, places left, guard."),
    Get("get_artist", "artist", "An artist: country, movement, birth date, surviving letters."),
    Get("get_donor", "donor", "A donor: contact, first gift, yearly pledge, phone."),
    Get("get_conservator", "conservator", "A conservator: place of training, hiring date, studio."),
    Get("get_guide", "guide", "A guide: fee, licence, phone."),
    Find("list_by_artist", "object", "Objects by an artist.", "artist", "title year insurance_value", (
        only("the only object by {x}"),
        least("year", "the object with the earliest year of making by {x}", plural="objects by {x}"),
        most("insurance_value", "the object with the highest insurance value by {x}"),
    )),
    Find("list_in_gallery", "object", "Objects whose home a gallery is, by status or all.", "gallery status",
         "title year insurance_value", (
        most("insurance_value", "the object with the highest insurance value in {x}", plural="objects at home in {x}"),
        only("the only object on display in {x}", {"status": "on display"}),
    )),
    Find("list_gifts", "object", "Objects that a donor gave.", "donor", "title year insurance_value", (
        most("insurance_value", "the object given by {x} with the highest insurance value"
             " | the object with the highest insurance value among those given by {x}",
             plural="objects given by {x}"),
        most("year", "the object given by {x} with the latest year of making"
             " | the object with the latest year of making among those given by {x}"),
    )),
    Get("get_object", "object", "An object: title, artist, technique, year, home gallery, donor, value, light, status.",
        shows="title artist technique year gallery donor insurance_value light_limit status"),
    Get("get_collector", "collector", "A collector of the past: city, papers, number of works once owned."),
    Find("list_provenance", "provenance entry", "Entries on the earlier owners of an object.", "object", "paid", (
        most("paid", "the provenance entry with the highest price paid among those of {x}",
             plural="provenance entries of {x}"),
        least("paid", "the provenance entry with the lowest price paid among those of {x}"),
    )),
    Find("list_owned", "provenance entry", "Entries that name a collector as the owner.", "collector",
         "object acquired_date paid", (
        most("acquired_date", "the provenance entry with the latest acquisition date among those about {x}",
             plural="provenance entries about {x}"),
        most("paid", "the provenance entry with the highest price paid among those about {x}"),
    )),
    Get("get_entry", "provenance entry", "A provenance entry: object, previous entry, owner (a collector), date, price"
                                         " paid, source.",
        shows="object previous collector acquired_date paid source"),
    Get("get_exhibition", "exhibition", "An exhibition: gallery, curator, sponsor (a donor), dates,"
                                        " ticket.",
        shows="gallery curator sponsor opening_date closing_date ticket"),
    Find("list_sponsored", "exhibition", "Exhibitions that a donor sponsors.", "sponsor",
         "opening_date closing_date ticket", (
        only("the only exhibition sponsored by {x}"),
        most("ticket", "the exhibition sponsored by {x} with the highest ticket price"
             " | the exhibition with the highest ticket price among those sponsored by {x}",
             plural="exhibitions sponsored by {x}"),
    )),
    Find("list_exhibits", "exhibit", "Exhibits of an exhibition.", "exhibition",
         "object place hanging_date label_words", (
        most("label_words", "the exhibit with the most label words in {x}", plural="exhibits in {x}"),
        least("hanging_date", "the exhibit with the earliest hanging date in {x}"),
    )),
    Find("list_shown", "exhibit", "Exhibits as which an object is shown.", "object", "exhibition hanging_date", (
        only("the only exhibit with {x}"),
        most("hanging_date", "the exhibit with the latest hanging date of {x}", plural="exhibits with {x}"),
    )),
    Get("get_exhibit", "exhibit", "An exhibit: exhibition, object, place, hanging date, label words.",
        shows="exhibition object place hanging_date label_words"),
    Get("get_courier", "courier", "A courier: hotline, planner, insurance limit, climate trucks.",
        shows="hotline planner insured_up_to trucks"),
    WorkOut("quote_transport", "What it costs to have an object carried by a courier.", "object courier", {
        "price": Money(value="round(courier.rate * (20 + object.kilos), 2)",
                       noun="the price of having {x} carried by {y}",
                       ask="What does it cost to have {x} carried by {y}?"),
    }),
    WorkOut("light_days", "How many days an object may hang in the light of a gallery.", "object gallery", {
        "days": Number(value="1 + object.light_hours // (8 * gallery.brightness)", whole=True, unit="days",
                       noun="the number of days that {x} may hang in {y}",
                       ask="How many days may {x} hang in {y}?"),
    }),
    Get("get_partner", "partner museum", "A partner museum: usual courier, city, registrar, climate report."),
    Find("list_outgoing", "outgoing loan", "Loans to a partner museum, by status or all.", "partner status",
         "object start_date return_date insurance_value", (
        most("insurance_value", "the outgoing loan with the highest insurance value to {x}",
             plural="outgoing loans to {x}"),
        only("the agreed outgoing loan to {x}", {"status": "agreed"}),
        only("the returned outgoing loan to {x}", {"status": "returned"}),
    )),
    Find("list_carried", "outgoing loan", "Loans to other museums that a courier carries.", "courier",
         "object start_date insurance_value", (
        most("insurance_value", "the outgoing loan with the highest insurance value among those carried by {x}",
             plural="outgoing loans carried by {x}"),
        most("start_date", "the outgoing loan with the latest start date among those carried by {x}"),
    )),
    Find("find_loan", "outgoing loan", "Loans of an object to other museums, by status or all.", "object status",
         "partner start_date return_date", (
        only("the only outgoing loan of {x}"),
        only("the agreed outgoing loan of {x}", {"status": "agreed"}),
    )),
    Get("get_outgoing_loan", "outgoing loan", "A loan to a partner museum: object, courier, status, dates, insurance"
                                              " value."),
    Find("list_incoming", "incoming loan", "Loans from other museums for an exhibition.", "exhibition",
         "lender insurance_value fee crates", (
        most("fee", "the incoming loan with the highest fee for {x}"),
        most("insurance_value", "the incoming loan with the highest insurance value for {x}",
             plural="incoming loans for {x}"),
    )),
    Find("list_lent", "incoming loan", "Loans that a partner museum lends to us.", "lender",
         "exhibition insurance_value fee crates", (
        most("fee", "the incoming loan with the highest fee from {x}", plural="incoming loans from {x}"),
        most("crates", "the incoming loan with the most crates from {x}"),
    )),
    Get("get_incoming_loan", "incoming loan", "A loan to us: exhibition, lender (a museum), courier, technique, value,"
                                              " fee, crates."),
    Find("list_treatments", "treatment", "Treatments of an object, by status or all.", "object status",
         "method start_date hours", (
        only("the only treatment of {x}"),
        most("hours", "the treatment with the most hours of {x}", plural="treatments of {x}"),
    )),
    Find("list_work", "treatment", "Treatments by a conservator, by status or all.", "conservator status",
         "object start_date due_date hours", (
        only("the only treatment that {x} has under way", {"status": "under way"}),
        least("due_date", "the treatment with the earliest due date that {x} has under way", {"status": "under way"},
              plural="treatments that {x} has under way"),
        most("hours", "the treatment with the most hours by {x}", plural="treatments by {x}"),
    )),
    Get("get_treatment", "treatment", "A treatment: object, conservator, method, status, dates, hours."),
    Find("list_tours", "tour", "Tours through an exhibition, by status or all.", "exhibition status",
         "date starts price places_left", (
        least("date", "the next scheduled tour of {x}", {"status": "scheduled"}, plural="scheduled tours of {x}"),
        most("places_left", "the tour with the most places left of {x}", plural="tours of {x}"),
        most("price", "the most expensive tour of {x}"),
    )),
    Find("find_tour", "tour", "Tours through an exhibition on a day.", "exhibition date", "guide starts price",
         (only("the tour of {x} {day}"),)),
    Find("list_guided", "tour", "Tours of a guide, by status or all.", "guide status", "date starts places_left", (
        least("date", "the next scheduled tour guided by {x}", {"status": "scheduled"},
              plural="scheduled tours guided by {x}"),
    )),
    Get("get_tour", "tour", "A guided tour: exhibition, guide, date, time, language, price, places,"
                            " status.",
        shows="exhibition guide date starts language price places_left status"),
)

MUSEUM = Declaration(
    name="Museum",
    title="Museum registrar",
    description="A museum's registrar: galleries, works and their earlier owners, exhibitions, loans, treatments,"
                " tours.",
    instruction="You work in the registrar's office of a museum and help colleagues with what comes up. Amounts are in"
                " EUR.",
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    shorts=(
        Short(("gallery.wing", "wing.floor"), "the floor that {x} is on"),
        Short(("exhibit.object", "object.artist"), "the artist behind {x}"),
        Short(("outgoing loan.object", "object.artist"), "the artist of the work lent with {x}"),
        Short(("tour.exhibition", "exhibition.gallery"), "the gallery that {x} leads through"),
    ),
    today="2026-04-13",
    day=Detail("day", ("",), "Which day is it about?", DAY, ("{x}.", "On {x}.")),
    file=__file__,
)
