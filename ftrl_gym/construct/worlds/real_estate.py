"""RealEstate: an estate agency with houses on plots, flats and offices in buildings, and threads of offers for them.

A property is of one of three kinds, and its site is a plot or a building accordingly. An offer may answer another one:
a counter-offer, which may be answered again. What the agency knows stands in
:mod:`~ftrl_gym.construct.worlds.real_estate_things`, what it does in
:mod:`~ftrl_gym.construct.worlds.real_estate_actions`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ftrl_gym.construct.declare import (  # isort: skip
    Applied, Declaration, Detail, Find, Get, Money, Number, Short, WorkOut, least, most, only,
)  # fmt: skip
from ftrl_gym.construct.declare.tools import Meaning
from ftrl_gym.construct.worlds.real_estate_actions import RULES, WRITING
from ftrl_gym.construct.worlds.real_estate_clauses import CLAUSES
from ftrl_gym.construct.worlds.real_estate_things import ENTITIES

# fmt: off
KINDS = ("house", "flat", "office")


def _of_each_kind(meaning: Callable[[str], Meaning]) -> tuple[Meaning, ...]:
    """How people speak of one of the houses, of the flats, or of the offices somewhere."""
    return tuple(replace(meaning(kind), where={"kind": kind}) for kind in KINDS)


READING = (
    Get("get_district", "district", "A district: councillor, property tax, residents, usual price of a square metre."),
    Find("list_buildings", "building", "Buildings of a district.", "district", "built floors reserve", (
        least("built", "the oldest building in {x}", plural="buildings in {x}"),
        most("floors", "the building with the most floors in {x}"),
        most("reserve", "the building with the largest repair reserve in {x}"),
    )),
    Get("get_building", "building", "A building: district, year, floors, caretaker, repair reserve, heating.",
        shows="district built floors caretaker reserve heating"),
    Find("list_plots", "plot", "Plots of a district.", "district", "area ground_rent", (
        most("area", "the largest plot in {x}", plural="plots in {x}"),
        least("ground_rent", "the plot with the lowest ground rent in {x}"),
    )),
    Get("get_plot", "plot", "A plot: district, area, zoning, ground rent."),
    Get("get_branch", "branch", "A branch of ours: district, manager, closing time, phone.",
        shows="district manager closes phone"),
    Find("list_agents", "agent", "Agents of a branch.", "branch", "name commission sales", (
        most("sales", "the agent with the most sales at {x}", plural="agents at {x}"),
        least("commission", "the agent with the lowest commission at {x}"),
    )),
    Get("find_agent", "agent", "An agent by full name, with id and email.", "name", "name email"),
    Get("get_agent", "agent", "An agent's file: branch, commission, sales this year, licence date, email."),
    Get("find_owner", "owner", "An owner by full name, with id and phone.", "name", "name phone"),
    Get("get_owner", "owner", "An owner's file: residence, phone, client since."),
    Find("list_owned", "property", "Properties of an owner, of one kind or any.", "owner kind",
         "kind asking_price status", (
        *_of_each_kind(lambda kind: only(f"the only {kind} owned by {{x}}", plural=f"{kind}s owned by {{x}}")),
    )),
    Find("list_portfolio", "property", "Properties that an agent sells, of one kind or any.", "agent kind",
         "kind asking_price size status", (
        *_of_each_kind(lambda kind: least("asking_price", f"the cheapest {kind} on the books of {{x}}",
                                          plural=f"{kind}s on the books of {{x}}")),
        *_of_each_kind(lambda kind: most("asking_price", f"the most expensive {kind} on the books of {{x}}")),
    )),
    Find("list_properties", "property", "Properties of a district, of one kind or any.", "district kind",
         "kind asking_price size status", (
        *_of_each_kind(lambda kind: least("asking_price", f"the cheapest {kind} in {{x}}", plural=f"{kind}s in {{x}}")),
        *_of_each_kind(lambda kind: most("size", f"the largest {kind} in {{x}}")),
    )),
    Get("get_property", "property", "A property: owner, kind, site (a plot for houses, else a building), prices.",
        shows="owner kind site agent size asking_price lowest energy shown_at floor charge desks bedrooms status"),
    Find("list_listings", "listing", "What a property has been listed at over time.", "property",
         "price start_date", (
        least("start_date", "the earliest listing of {x} | the first listing of {x}"),
        most("price", "the listing with the highest price for {x}", plural="listings of {x}"),
    )),
    Get("find_buyer", "buyer", "A buyer by full name, with id and phone.", "name", "name phone"),
    Get("get_buyer", "buyer", "A buyer's file: agent, budget, funding, funds check, phone, registration."),
    Find("list_clients", "buyer", "Buyers whom an agent advises.", "agent", "name budget registered", (
        most("budget", "the buyer with the largest budget among the clients of {x}", plural="clients of {x}"),
        least("budget", "the buyer with the smallest budget among the clients of {x}"),
    )),
    Find("list_viewings", "viewing", "Viewings of a buyer, by status or all.", "buyer status",
         "date time status", (
        only("the booked viewing of {x}", {"status": "booked"}),
        most("date", "the latest viewing of {x}", plural="viewings of {x}"),
        least("date", "the earliest viewing of {x}"),
    )),
    Find("list_visits", "viewing", "Viewings at a property, by status or all.", "property status",
         "date time minutes status", (
        least("date", "the earlier viewing at {x} | the first viewing at {x}"),
        only("the booked viewing at {x}", {"status": "booked"}),
        only("the only viewing at {x}"),
    )),
    Find("list_diary", "viewing", "Viewings that an agent holds on a day.", "agent date", "time minutes", (
        only("the viewing that {x} holds {day}"),
    )),
    Get("get_viewing", "viewing", "A viewing: property, buyer, agent, status, date, time, length."),
    Find("list_offers", "offer", "Offers for a property, by status or all.", "property status",
         "amount date made_by status", (
        most("amount", "the offer with the highest amount for {x}", plural="offers for {x}"),
        most("date", "the latest offer for {x}"),
        only("the open offer for {x}", {"status": "open"}),
    )),
    Find("list_bids", "offer", "Offers to and from a buyer, by status or all.", "buyer status", "amount date status", (
        most("amount", "the highest offer by or to {x}", plural="offers by or to {x}"),
        only("the open offer by or to {x}", {"status": "open"}),
    )),
    Find("find_counter", "offer", "Counter-offers to an offer.", "answers", "amount date status", (
        only("the counter-offer to {x} | the answer to {x}"),
    )),
    Get("get_offer", "offer", "An offer: property, buyer, the offer it answers if any, side, amount, condition."),
    Get("get_lender", "lender", "A lender: interest rate, share of the price, our adviser, hotline.",
        shows="rate share adviser hotline"),
    Find("list_mortgages", "mortgage", "Mortgages of a buyer, by status or all.", "buyer status",
         "amount term status", (
        only("the mortgage of {x}"),
        most("amount", "the largest mortgage of {x}", plural="mortgages of {x}"),
    )),
    Find("list_loans", "mortgage", "Mortgages with a lender.", "lender", "amount term", (
        most("amount", "the mortgage with the largest amount from {x}", plural="mortgages from {x}"),
        least("term", "the mortgage with the shortest term from {x}"),
    )),
    Get("get_mortgage", "mortgage", "A mortgage: buyer, lender, amount, term in years, status, expiry of the promise."),
    Find("list_surveys", "survey", "Surveys of a property.", "property", "date repair_cost status", (
        only("the survey of {x}"),
        most("date", "the latest survey of {x}", plural="surveys of {x}"),
    )),
    Find("list_surveyor_jobs", "survey", "Surveys done by a surveyor.", "surveyor", "date repair_cost pages", (
        most("repair_cost", "the survey with the highest repair cost by {x}", plural="surveys by {x}"),
        most("pages", "the survey with the most pages by {x}"),
    )),
    Get("get_survey", "survey", "A survey: property, surveyor, scope, date, repair cost, pages, status."),
    Get("get_surveyor", "surveyor", "A surveyor: fee, lead time, senior partner, phone."),
    WorkOut("estimate_instalment", "The monthly instalment if a lender paid for the whole of a property.",
            "property lender", {
        "instalment": Money(value="round(property.asking_price / 1000 * lender.per_thousand, 2)", adds=False),
    }, applied=tuple(Applied(
        f"{kind} lender", {"property": "x.property_no", "lender": "y.name"}, "instalment",
        "the monthly instalment for {x} if {y} paid for the whole of it",
        "How much a month would one pay {y} if they paid for the whole of {x}?") for kind in KINDS)),
    WorkOut("walking_time", "How long the way from a branch of ours to a building is on foot.", "branch building", {
        "minutes": Number(value="4 + 2 * abs(branch.zone - building.zone)", unit="minutes", whole=True,
                          noun="the walking time in minutes from {x} to {y}",
                          ask="How many minutes is it on foot from {x} to {y}?"),
    }),
)

REAL_ESTATE = Declaration(
    name="RealEstate",
    title="Estate agency",
    description="An estate agency: houses, flats and offices, their owners and buyers, viewings, offers, surveys.",
    instruction="You work in the office of an estate agency and help agents with questions and requests. Prices are in"
                " EUR.",
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    rule_called='our agency rule "{x}" | the agency rule "{x}"',
    clauses=CLAUSES,
    shorts=(
        Short(("flat.site", "building.district"), "the district where {x} lies"),
        Short(("house.site", "plot.district"), "the district where {x} stands"),
        Short(("viewing.agent", "agent.branch"), "the branch that holds {x}"),
        Short(("mortgage.buyer", "buyer.agent"), "the agent who advises the borrower of {x}"),
    ),
    own=("viewing",),
    today="2026-03-16",
    day=Detail("day", ("",), "Which day is it about?", ("date", "day", "days", "when"), ("{x}.", "On {x}.")),
    file=__file__,
)
