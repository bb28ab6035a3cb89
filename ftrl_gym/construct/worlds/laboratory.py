"""Laboratory: compounds in batches and bottles, nested storage, experiments that use stock up, instruments and orders.

Bottles stand in boxes, boxes in racks and racks in freezers, which are all positions: each position but a freezer is
inside another. An experiment takes amounts from several bottles, in grams or millilitres as the compound has it. What
the stock keeper knows stands in :mod:`~ftrl_gym.construct.worlds.laboratory_things`, what can be done in
:mod:`~ftrl_gym.construct.worlds.laboratory_actions`.
"""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Declaration, Detail, Find, Get, Money, Number, Short, WorkOut, least, most, only,
)  # fmt: skip
from ftrl_gym.construct.worlds.laboratory_actions import RULES, WRITING
from ftrl_gym.construct.worlds.laboratory_things import ENTITIES

# fmt: off
READING = (
    Get("get_room", "room", "A room: wing, safety officer, phone, benches, air changes."),
    Find("list_researchers", "researcher", "Researchers of a room.", "room", "name started grant", (
        most("grant", "the researcher with the largest grant in {x}", plural="researchers in {x}"),
        least("started", "the researcher in {x} who started first"
              " | the researcher who started first among those in {x}"),
    )),
    Get("find_researcher", "researcher", "A researcher by full name, with id and email.", "name", "name email"),
    Get("get_researcher", "researcher", "A researcher's file: room, clearance, email, phone, first day, grant."),
    Find("list_positions", "position", "Storage positions in a room, of one level or any.", "room level",
         "inside level temperature slots", (
        most("slots", "the freezer with the most slots in {x}", {"level": "freezer"}, plural="freezers in {x}"),
        most("slots", "the box with the most slots in {x}", {"level": "box"}, plural="boxes in {x}"),
        most("slots", "the rack with the most slots in {x}", {"level": "rack"}),
    )),
    Find("list_contents", "position", "Storage positions inside another.", "inside", "level slots checked", (
        most("slots", "the position with the most slots inside {x}", plural="positions inside {x}"),
        only("the only position inside {x}"),
    )),
    Get("get_position", "position", "A storage position: room, level, what it is inside of, temperature, barcode."),
    Get("get_hazard", "hazard", "A hazard: gloves, rinsing time, doctor on call."),
    Get("get_vendor", "vendor", "A vendor: contact, delivery time, price of a pack, hotline.",
        shows="contact lead_days pack_price hotline"),
    Get("get_compound", "compound", "A compound: registry number, expert, unit, molar mass, melting point, storage.",
        shows="registry_no expert unit molar_mass melts_at keep_below"),
    Find("list_hazards", "assessment", "Hazard assessments of a compound.", "compound", "hazard limit valid_until", (
        least("limit", "the assessment with the lowest limit for {x}", plural="assessments for {x}"),
        only("the only assessment for {x}"),
    )),
    Find("list_affected", "assessment", "Assessments that are about a hazard.", "hazard", "compound limit", (
        least("limit", "the assessment with the lowest limit for {x}", plural="assessments for {x}",
              name="lowest limit for a hazard"),
        most("limit", "the assessment with the highest limit for {x}", name="highest limit for a hazard"),
    )),
    Find("find_assessment", "assessment", "The assessment of a compound for a hazard.", "compound hazard",
         "limit valid_until", (only("the assessment of {x} for {y}"),)),
    Get("get_assessment", "assessment", "A hazard assessment: compound, hazard, daily limit, assessor, end date."),
    Find("list_batches", "batch", "Batches of a compound.", "compound", "purity expires price", (
        most("purity", "the batch with the highest purity of {x}", plural="batches of {x}"),
        most("expires", "the batch with the latest expiry date of {x}"),
    )),
    Find("list_supplies", "batch", "Batches that came from a vendor.", "vendor", "purity made price", (
        most("price", "the most expensive batch from {x}", plural="batches from {x}"),
        least("purity", "the batch with the lowest purity from {x}"),
    )),
    Get("get_batch", "batch", "A batch: compound, vendor, purity, production and expiry date, price."),
    Find("list_bottles", "bottle", "Bottles of a batch, by status or all.", "batch status",
         "amount unit filled status", (
        least("amount", "the bottle with the smallest amount from {x}", plural="bottles from {x}"),
        most("filled", "the bottle filled last from {x}"),
    )),
    Find("list_box", "bottle", "Bottles in a box.", "position", "batch filled status", (
        least("filled", "the bottle filled first among those in {x}", plural="bottles in {x}"),
    )),
    Get("get_bottle", "bottle", "A bottle: batch, position, unit, amount left, filling date, owner, status."),
    Find("list_orders", "order", "Orders with a vendor, by status or all.", "vendor status",
         "packs price ordered status", (
        most("price", "the most expensive order with {x}", plural="orders with {x}"),
        most("packs", "the order with the most packs from {x}"),
        only("the only open order with {x}", {"status": "open"}),
    )),
    Find("list_requests", "order", "Orders of a compound.", "compound", "packs price status", (
        most("packs", "the order with the most packs of {x}", plural="orders of {x}"),
        only("the only order of {x}"),
    )),
    Get("get_order", "order", "An order: vendor, compound, packs, price, status, dates, who placed it."),
    Find("list_instruments", "instrument", "Instruments in a room.", "room", "hourly_rate due_date status", (
        most("hourly_rate", "the instrument with the highest hourly rate in {x}", plural="instruments in {x}"),
        least("hourly_rate", "the instrument with the lowest hourly rate in {x}"),
    )),
    Get("get_instrument", "instrument", "An instrument: room, hourly rate, status, next calibration, serial number."),
    Find("list_calibrations", "calibration", "Calibrations of an instrument.", "instrument", "date deviation points", (
        most("date", "the latest calibration of {x}", plural="calibrations of {x}"),
        most("deviation", "the calibration with the largest deviation of {x}"),
    )),
    Get("get_calibration", "calibration", "A calibration: instrument, technician, date, deviation, points."),
    Find("list_protocols", "protocol", "Protocols that take an instrument.", "instrument", "hours portion approved", (
        only("the only protocol for {x}"),
        most("hours", "the longest protocol for {x}", plural="protocols for {x}"),
    )),
    Find("find_replacement", "protocol", "The protocol that replaced another.", "replaces", "approved", (
        only("the protocol that replaced {x}"),
    )),
    Get("get_protocol", "protocol", "A protocol: instrument, author, what it replaced if anything, clearance, hours."),
    Find("list_experiments", "experiment", "Experiments by a protocol, by status or all.", "protocol status",
         "date hours status", (
        most("date", "the latest experiment by {x}", plural="experiments by {x}"),
        least("date", "the earliest experiment by {x}"),
        only("the only planned experiment by {x}", {"status": "planned"}),
    )),
    Find("list_led", "experiment", "Experiments that a researcher leads, by status or all.", "leader status",
         "date hours status", (
        most("hours", "the longest experiment led by {x}", plural="experiments led by {x}"),
        only("the only planned experiment led by {x}", {"status": "planned"}),
    )),
    Get("get_experiment", "experiment", "An experiment: protocol, leader, status, date, planned hours.",
        shows="protocol leader status date hours"),
    Find("list_usages", "usage", "What an experiment takes.", "experiment", "bottle amount unit purpose", (
        only("the only usage in {x}", name="only usage"),
    )),
    Find("list_takings", "usage", "What has been taken from a bottle.", "bottle", "experiment amount unit purpose", (
        only("the only usage of {x}"),
        most("amount", "the usage with the largest amount of {x}", plural="usages of {x}"),
    )),
    Find("find_usage", "usage", "What an experiment takes from a bottle.", "experiment bottle", "amount unit purpose", (
        only("the usage of {y} in {x}"),
    )),
    Get("get_usage", "usage", "A usage: experiment, bottle, amount with its unit, purpose."),
    WorkOut("courier_price", "What it costs to have a vendor bring things to a room by courier.", "vendor room", {
        "price": Money(value="12 + 2 * vendor.distance + room.benches", whole=True, adds=False,
                       noun="the price of a courier from {x} to {y}",
                       ask="What does a courier from {x} to {y} cost?"),
    }),
    WorkOut("mixing_time", "How long two compounds are stirred until they are mixed.",
            "first:compound second:compound", {
        "minutes": Number(value="3 + round(abs(first.density - second.density) * 20)", unit="minutes", whole=True,
                          noun="the time in minutes for mixing {x} with {y}",
                          ask="For how many minutes does one mix {x} with {y}?"),
    }, unordered=True),
)

LABORATORY = Declaration(
    name="Laboratory",
    title="Chemistry laboratory",
    description="The stock room of a chemistry laboratory: compounds, bottles, storage, experiments, instruments.",
    instruction="You keep the stock and the diary of a chemistry laboratory and help with what comes up. Prices are in"
                " EUR.",
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    rule_called='our laboratory rule "{x}" | the laboratory rule "{x}"',
    shorts=(
        Short(("bottle.batch", "batch.compound"), "the compound in {x}"),
        Short(("bottle.position", "position.inside"), "the rack with {x}"),
        Short(("experiment.protocol", "protocol.instrument"), "the instrument used in {x}"),
    ),
    own=("bottle", "order", "experiment"),
    today="2026-06-15",
    day=Detail("day", ("",), "Which day is it about?", ("date", "day", "when"), ("{x}.", "On {x}.")),
    file=__file__,
)
