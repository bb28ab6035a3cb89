"""Telecom: plans that replace one another, packages joined to countries, and what a line's contract is charged."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from chains import asked, chain
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.shapes import cost
from ftrl_gym.construct.worlds.telecom import TELECOM
from ftrl_gym.world import Row, World, WorldBase

TODAY = date.fromisoformat(TELECOM.today)


@pytest.fixture(scope="module")
def telecom() -> Source:
    return scenario("Telecom")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "syllables"), (2, "mixed")])
def base(request: pytest.FixtureRequest, telecom: Source) -> WorldBase:
    return telecom.make_world(*request.param)


@pytest.fixture
def world(telecom: Source) -> World:
    return World(telecom.make_world(4, "real"))


_run = functools.partial(run, "Telecom")
_fails = functools.partial(fails, "Telecom")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


def _charges(world: World, line: str) -> float:
    charges: float = row_of(world, "contracts", row_of(world, "lines", line)["contract"])["charges"]
    return charges


# --- data ------------------------------------------------------------------------------------------------------------


def test_plans_form_chains_and_only_their_ends_are_on_sale(base: WorldBase) -> None:
    plans = base.tables["plans"]
    replaced = [plan["replaces"] for plan in plans.values() if plan["replaces"]]
    assert len(set(replaced)) == len(replaced) >= 2
    assert all(
        plans[plan["replaces"]]["introduced"] < plan["introduced"] for plan in plans.values() if plan["replaces"]
    )
    assert {name for name, plan in plans.items() if plan["status"] == "withdrawn"} == set(replaced)


def test_bills_add_up_and_come_from_lines_of_their_contract(base: WorldBase) -> None:
    tables = base.tables
    sums: Counter[str] = Counter()
    for item in tables["bill_items"].values():
        sums[item["bill"]] += item["amount"]
        assert tables["lines"][item["line"]]["contract"] == tables["bills"][item["bill"]]["contract"]
    assert {key: bill["amount"] for key, bill in tables["bills"].items()} == pytest.approx(dict(sums))


def test_each_package_has_a_country_once_and_each_line_one_active_card(base: WorldBase) -> None:
    joined = Counter((row["package"], row["country"]) for row in base.tables["allowances"].values())
    assert set(joined.values()) == {1}
    active = Counter(row["line"] for row in base.tables["SIM_cards"].values() if row["status"] == "active")
    assert set(active) == set(base.tables["lines"]) and set(active.values()) == {1}
    for visit in base.tables["visits"].values():
        ticket = base.tables["tickets"][visit["ticket"]]
        customer = base.tables["customers"][base.tables["lines"][ticket["line"]]["customer"]]
        assert base.tables["technicians"][visit["technician"]]["area"] == customer["area"]
        assert ticket["status"] == "scheduled"


# --- actions ---------------------------------------------------------------------------------------------------------


def test_a_cheaper_plan_costs_a_fee_and_a_withdrawn_one_is_refused(world: World) -> None:
    line, row = next(iter(world.find("lines", status="active")))
    world.update("lines", line, data_used=1.0)
    fees = {name: plan["fee"] for name, plan in world.find("plans", status="on sale") if plan["data"] > 10}
    old, new = max(fees, key=fees.__getitem__), min(fees, key=fees.__getitem__)
    world.update("lines", line, plan=old)
    before = _charges(world, line)
    assert _run(world, "change_plan", line_no=line, plan=new)["fee"] == figure_of(world, "change fee")
    assert _charges(world, line) == before + figure_of(world, "change fee")
    assert _run(world, "change_plan", line_no=line, plan=old)["fee"] == 0
    withdrawn, _ = world.find("plans", status="withdrawn")[0]
    _fails(world, "is withdrawn", "change_plan", line_no=line, plan=withdrawn)
    world.update("lines", line, data_used=500.0)
    _fails(world, "choose a larger plan", "change_plan", line_no=line, plan=new)
    assert row["plan"] in world.base.tables["plans"]


def test_a_new_card_replaces_the_old_one(world: World) -> None:
    card, row = world.find("SIM_cards", status="active")[0]
    before = _charges(world, row["line"])
    made = _run(world, "replace_sim", sim_serial=card, form="nano")
    assert _charges(world, row["line"]) == before + figure_of(world, "card fee")
    found = _run(world, "list_sims", line=row["line"], status="active")["SIM_cards"]
    assert [each["sim_serial"] for each in found] == [made["sim_serial"]]
    _fails(world, "was replaced before", "replace_sim", sim_serial=card, form="eSIM")


def test_a_contract_ends_with_all_its_lines(world: World) -> None:
    lines = Counter(row["contract"] for _, row in world.rows("lines"))
    running = dict(world.find("contracts", status="running"))
    contract = max(running, key=lambda key: lines[key])
    world.update("contracts", contract, committed=_day(65))
    fee = _run(world, "end_contract", contract_no=contract)["fee"]
    assert fee == 2 * figure_of(world, "exit fee") and lines[contract] > 1
    assert {row["status"] for _, row in world.find("lines", contract=contract)} == {"ending"}
    _fails(world, "ending already", "end_contract", contract_no=contract)


def test_a_visit_is_booked_in_the_area_and_called_off_again(world: World) -> None:
    def area(ticket: Row) -> str:
        customer = row_of(world, "customers", row_of(world, "lines", ticket["line"])["customer"])
        return str(customer["area"])

    number, ticket = world.find("tickets", status="open")[0]
    near = next(key for key, row in world.rows("technicians") if row["area"] == area(ticket))
    far = next(key for key, row in world.rows("technicians") if row["area"] != area(ticket))
    day = _day(27)
    _fails(world, "the customer lives in", "book_visit", ticket_no=number, technician_id=far, date=day)
    late = _day(figure_of(world, "visit horizon") + 1)
    _fails(world, "days ahead", "book_visit", ticket_no=number, technician_id=near, date=late)
    visit = _run(world, "book_visit", ticket_no=number, technician_id=near, date=day)["visit_no"]
    assert row_of(world, "tickets", number)["status"] == "scheduled"
    _fails(world, "is scheduled", "book_visit", ticket_no=number, technician_id=near, date=day)
    assert _run(world, "cancel_visit", visit_no=visit)["fee"] == 0
    assert row_of(world, "tickets", number)["status"] == "open"


# --- questions -------------------------------------------------------------------------------------------------------


def test_a_long_chain_leads_from_a_shop_to_the_plan_that_was_replaced(telecom: Source) -> None:
    path = (
        *("shop.area", "the technician with the most years of experience in {x}", "the next visit of {x}"),
        *("visit.ticket", "ticket.line", "line.plan", "plan.replaces"),
    )
    answered = 0
    for seed in range(4):
        ground = telecom.ground(telecom.make_world(seed, "real"))
        tables, value = ground.world.tables, chain(ground, "shop", *path, attribute="fee")
        assert cost(telecom.domain, value).lookups >= 8
        for question in asked(ground, value):
            area = tables["shops"][question.start]["area"]
            staff = {key: row for key, row in tables["technicians"].items() if row["area"] == area}
            best = max(staff, key=lambda key: staff[key]["years"])
            visits = [row for row in tables["visits"].values() if row["technician"] == best]
            ticket = tables["tickets"][min(visits, key=lambda row: str(row["date"]))["ticket"]]
            plan = tables["plans"][tables["lines"][ticket["line"]]["plan"]]
            assert question.answer == tables["plans"][plan["replaces"]]["fee"], question.text
            answered += 1
    assert answered and telecom.shapes.roads.deepest >= 10
