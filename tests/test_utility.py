"""Utility: trees of nodes, what an outage cuts off, readings over time, landlords and tenants."""

from __future__ import annotations

import functools
import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
from chains import asked, chain
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.binding import Binder
from ftrl_gym.construct.programs import Anchor, Attr, Op, Program, walks_of
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.shapes import cost
from ftrl_gym.construct.worlds.utility import UTILITY
from ftrl_gym.world import World, WorldBase

TODAY = date.fromisoformat(UTILITY.today)
TIERS = ("station", "substation", "hub", "cabinet")


@pytest.fixture(scope="module")
def utility() -> Source:
    return scenario("Utility")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "syllables"), (2, "mixed")])
def base(request: pytest.FixtureRequest, utility: Source) -> WorldBase:
    return utility.make_world(*request.param)


@pytest.fixture
def world(utility: Source) -> World:
    return World(utility.make_world(4, "real"))


_run = functools.partial(run, "Utility")
_fails = functools.partial(fails, "Utility")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


def _above(base: WorldBase, node: str) -> list[str]:
    """A node and all that feed it, up to the station."""
    found = [node]
    while node := base.tables["nodes"][node]["fed_by"]:
        found.append(node)
    return found


# --- data ------------------------------------------------------------------------------------------------------------


def test_nodes_form_one_tree_for_each_network(base: WorldBase) -> None:
    nodes = base.tables["nodes"]
    for key, node in nodes.items():
        above = [nodes[each] for each in _above(base, key)]
        assert [each["tier"] for each in reversed(above)] == list(TIERS[: len(above)])
        assert {each["network"] for each in above} == {node["network"]}
    stations = [node["network"] for node in nodes.values() if node["tier"] == "station"]
    assert sorted(stations) == sorted(base.tables["networks"])


def test_an_outage_cuts_off_what_hangs_below_its_node(base: WorldBase) -> None:
    cut = {(row["outage"], row["connection"]) for row in base.tables["supply_cuts"].values()}
    assert cut == {
        (outage, connection)
        for outage, about in base.tables["outages"].items()
        for connection, row in base.tables["connections"].items()
        if about["node"] in _above(base, row["node"])
    }
    several = [outage for outage, _ in cut]
    assert max(map(several.count, several)) >= 4


def test_readings_rise_and_tenants_do_not_own_their_house(base: WorldBase) -> None:
    tables = base.tables
    series = defaultdict(list)
    for row in tables["readings"].values():
        series[row["meter"]].append((row["date"], row["units"]))
    for meter, readings in series.items():
        readings.sort()
        units = [count for _, count in readings]
        assert units == sorted(set(units)) and units[-1] == tables["meters"][meter]["shows"]
    for contract in tables["contracts"].values():
        connection = tables["connections"][contract["connection"]]
        assert tables["houses"][connection["house"]]["landlord"] != contract["customer"]
        medium = tables["networks"][tables["nodes"][connection["node"]]["network"]]["medium"]
        assert tables["tariffs"][contract["tariff"]]["medium"] == connection["medium"] == medium


# --- actions ---------------------------------------------------------------------------------------------------------


def test_an_outage_that_is_over_frees_its_crew_and_pays_all_it_cut_off(world: World) -> None:
    cuts = [row["outage"] for _, row in world.rows("supply_cuts")]
    outage, row = max(world.find("outages", status="open"), key=lambda pair: cuts.count(pair[0]))
    assert row_of(world, "crews", row["crew"])["status"] == "out" and cuts.count(outage) > 1
    _run(world, "end_outage", outage_no=outage)
    assert row_of(world, "crews", row["crew"])["status"] == "free"
    paid = {each["compensation"] for _, each in world.find("supply_cuts", outage=outage)}
    assert paid == {figure_of(world, "compensation")}
    _fails(world, "is over; only an open one", "end_outage", outage_no=outage)


def test_a_landlord_takes_a_contract_over(world: World) -> None:
    number, contract = next((key, row) for key, row in world.rows("contracts") if row["arrears"] > 0)
    house = row_of(world, "houses", row_of(world, "connections", contract["connection"])["house"])
    assert _run(world, "hand_over", contract_no=number)["customer"] == house["landlord"]
    assert row_of(world, "customers", contract["customer"])["credit"] == -contract["arrears"]
    _fails(world, "the landlord's already", "hand_over", contract_no=number)


def test_a_reading_goes_on_from_the_last_one_and_a_new_meter_from_zero(world: World) -> None:
    early = _day(-figure_of(world, "meter age"))
    number, meter = next((key, row) for key, row in world.rows("meters") if row["installed"] <= early)
    made = _run(world, "record_reading", meter_no=number, units=2)
    assert made["units"] == meter["shows"] + 2 == row_of(world, "meters", number)["shows"]
    _fails(world, "units more are plausible", "record_reading", meter_no=number, units=9)
    ((contract, before),) = world.find("contracts", connection=meter["connection"])
    new = _run(world, "replace_meter", meter_no=number, model="smart")
    assert (new["shows"], new["connection"]) == (0, meter["connection"])
    assert row_of(world, "contracts", contract)["arrears"] == before["arrears"] + figure_of(world, "meter fee")
    _fails(world, "was removed", "record_reading", meter_no=number, units=2)
    _fails(world, "it is too early", "replace_meter", meter_no=new["meter_no"], model="smart")


def test_an_invoice_is_paid_in_rates_or_at_once(world: World) -> None:
    number, invoice = next((key, row) for key, row in world.find("invoices", status="open") if row["amount"] > 100)
    _fails(world, "months at most", "agree_plan", invoice_no=number, months=13)
    plan = _run(world, "agree_plan", invoice_no=number, months=4)
    assert plan["rate"] == round(invoice["amount"] / 4, 2)
    assert row_of(world, "invoices", number)["status"] == "in instalments"
    _run(world, "end_plan", plan_no=plan["plan_no"])
    assert row_of(world, "invoices", number)["status"] == "open"


# --- questions -------------------------------------------------------------------------------------------------------


def test_a_long_chain_climbs_the_tree(utility: Source) -> None:
    path = (
        *("meter.connection", "connection.node", "node.fed_by", "node.fed_by", "node.fed_by", "node.district"),
        *("the crew with the most people in {x}", "the next planned outage for {x}"),
    )
    answered = 0
    for seed in range(3):
        ground = utility.ground(utility.make_world(seed, "real"))
        tables, value = ground.world.tables, chain(ground, "meter", *path, attribute="cause")
        assert cost(utility.domain, value).lookups >= 9
        for question in asked(ground, value, 10):
            hangs = tables["connections"][tables["meters"][question.start]["connection"]]["node"]
            station = _above(ground.world, hangs)[-1]
            crews = {
                k: row for k, row in tables["crews"].items() if row["district"] == tables["nodes"][station]["district"]
            }
            crew = max(crews, key=lambda key: crews[key]["people"])
            jobs = [row for row in tables["outages"].values() if row["crew"] == crew and row["status"] == "planned"]
            assert question.answer == min(jobs, key=lambda row: str(row["date"]))["cause"], question.text
            answered += 1
    assert answered and utility.shapes.roads.deepest >= 10


def test_nobody_chooses_between_tariffs_of_two_media(utility: Source) -> None:
    ground = utility.ground(utility.make_world(3, "real"))
    media = ground.world.tables["tariffs"]
    program = Program(Op.LOWEST, (Attr(Anchor("tariff"), "base_fee"), Attr(Anchor("tariff"), "base_fee")))
    drawn = [Binder(ground.reader, random.Random(seed)).program(program) for seed in range(60)]
    pairs = [[ground.reader.keys(walk)[0] for walk in walks_of(each)] for each in drawn if each]
    assert len(pairs) > 5
    assert all(len({media[key]["medium"] for key in pair}) == 1 for pair in pairs)


def test_what_an_asker_can_have_is_theirs(utility: Source) -> None:
    details = [utility.domain.thing(name).detail for name in ("meter", "outage")]
    assert [each.nouns for each in details if each] == [("my meter",), ("the outage in question",)]
