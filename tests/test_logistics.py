"""Logistics: what belongs together in its world, what its actions do and refuse, what its searches find."""

from __future__ import annotations

from datetime import date

import pytest
from logistics_desk import Desk, day

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.world import WorldBase


@pytest.fixture(scope="module")
def logistics() -> Source:
    return scenario("Logistics")


@pytest.fixture(scope="module")
def base(logistics: Source) -> WorldBase:
    return logistics.make_world(3, "real")


@pytest.fixture
def desk(logistics: Source, base: WorldBase) -> Desk:
    return Desk(logistics, base)


# --- the world -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", ["real", "syllables", "mixed"])
def test_what_belongs_together_fits(logistics: Source, names: str) -> None:
    tables = logistics.make_world(5, names).tables
    for voyage in tables["voyages"].values():
        assert voyage["departure_port"] != voyage["destination_port"]
        days = date.fromisoformat(voyage["arrives"]) - date.fromisoformat(voyage["departs"])
        assert days.days == voyage["days"]
    scheduled = [key for key, row in tables["consignments"].items() if row["status"] == "scheduled"]
    assert sorted(row["consignment"] for row in tables["pickups"].values()) == sorted(scheduled)
    rate = tables["rules"]["haulage rate"]["value"]
    for pickup in tables["pickups"].values():
        depot = tables["trucks"][pickup["truck"]]["depot"]
        assert pickup["depot"] == depot == tables["drivers"][pickup["driver"]]["depot"]
        shipper = tables["shippers"][tables["consignments"][pickup["consignment"]]["shipper"]]
        assert pickup["fee"] == rate * shipper["distance_km"]
    for key, consignment in tables["consignments"].items():
        assert tables["declarations"][consignment["declaration"]]["consignment"] == key
    for truck in tables["trucks"].values():
        assert (truck["status"] == "ready") is (truck["fault"] == "none")
    for declaration in tables["declarations"].values():
        assert (declaration["status"] == "assessed") is (declaration["method"] == "none")


# --- pickups ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def order(desk: Desk) -> dict[str, str]:
    """Arguments of an order that is carried out: nothing else stands in its way."""
    consignment = desk.first("consignments", status="waiting")
    truck = desk.first("trucks", status="ready")
    desk.set("trucks", truck, payload=26)
    desk.set("drivers", desk.row("trucks", truck)["driver"], status="on duty")
    return {"consignment_no": consignment, "plate": truck, "date": day(35)}


def test_a_pickup_is_arranged_and_charged(desk: Desk, order: dict[str, str]) -> None:
    truck = desk.row("trucks", order["plate"])
    shipper = desk.row("consignments", order["consignment_no"])["shipper"]
    owed, km = desk.row("shippers", shipper)["balance"], desk.row("shippers", shipper)["distance_km"]
    made = desk.run("arrange_pickup", **order)
    assert made["fee"] == km * desk.rule("haulage rate")
    assert (made["driver"], made["depot"], made["status"]) == (truck["driver"], truck["depot"], "planned")
    assert made["time"] == desk.row("depots", truck["depot"])["opening_time"]
    assert desk.row("consignments", order["consignment_no"])["status"] == "scheduled"
    assert desk.row("shippers", shipper)["balance"] == owed + made["fee"]
    desk.refuses("scheduled already", "arrange_pickup", **order)
    other = {**order, "consignment_no": desk.first("consignments", status="waiting")}
    desk.set("consignments", other["consignment_no"], weight=900)
    desk.refuses("another pickup on 2026-06-08", "arrange_pickup", **other)


def test_a_pickup_that_cannot_be_is_refused(desk: Desk, order: dict[str, str]) -> None:
    desk.refuses("is past: today is 2026-05-04", "arrange_pickup", **{**order, "date": day(-1)})
    late = day(desk.rule("planning horizon") + 1)
    desk.refuses("at most [0-9]+ days ahead", "arrange_pickup", **{**order, "date": late})
    desk.set("drivers", desk.row("trucks", order["plate"])["driver"], status="on leave")
    desk.refuses("on leave; choose another truck", "arrange_pickup", **order)
    desk.set("trucks", order["plate"], payload=0.1)
    desk.refuses("too heavy: truck .* carries 0.1 tonnes", "arrange_pickup", **order)
    desk.run("report_breakdown", plate=order["plate"], fault="tyre")
    desk.refuses("is broken down; list_trucks shows", "arrange_pickup", **order)


def test_a_pickup_called_off_late_costs_a_fee(desk: Desk) -> None:
    for ahead, charge in ((20, 0), (1, desk.rule("cancellation fee"))):
        pickup = desk.first("pickups", status="planned")
        desk.set("pickups", pickup, date=day(ahead))
        consignment, fee = desk.row("pickups", pickup)["consignment"], desk.row("pickups", pickup)["fee"]
        shipper = desk.row("consignments", consignment)["shipper"]
        owed = desk.row("shippers", shipper)["balance"]
        assert desk.run("cancel_pickup", pickup_no=pickup)["charge"] == charge
        assert desk.row("shippers", shipper)["balance"] == owed - fee + charge
        assert desk.row("consignments", consignment)["status"] == "waiting"
        desk.refuses("is cancelled; only a planned one", "cancel_pickup", pickup_no=pickup)


def test_a_pickup_moves_to_another_day(desk: Desk) -> None:
    pickup = desk.first("pickups")
    desk.set("pickups", pickup, date=day(20))
    desk.refuses("is on 2026-05-24 already", "reschedule_pickup", pickup_no=pickup, date=day(20))
    desk.refuses("at most [0-9]+ days ahead", "reschedule_pickup", pickup_no=pickup, date=day(80))
    desk.refuses("is no date", "reschedule_pickup", pickup_no=pickup, date="soon")
    assert desk.run("reschedule_pickup", pickup_no=pickup, date=day(36))["date"] == day(36)
    other = next(key for key in desk.keys("pickups") if key != pickup)
    desk.set("pickups", other, truck=desk.row("pickups", pickup)["truck"], date=day(20))
    desk.refuses("another pickup on 2026-06-09", "reschedule_pickup", pickup_no=other, date=day(36))
    desk.set("pickups", other, date=day(1))
    desk.refuses("too late to move", "reschedule_pickup", pickup_no=other, date=day(30))


def test_a_driver_of_another_depot_costs_an_allowance(desk: Desk) -> None:
    pickup = desk.first("pickups")
    row = desk.row("pickups", pickup)
    own = desk.row("drivers", row["driver"])["depot"]
    driver = next(key for key in desk.keys("drivers", status="on duty") if desk.row("drivers", key)["depot"] != own)
    for each in desk.keys("pickups", driver=driver):
        desk.set("pickups", each, date=day(40))
    done = desk.run("assign_driver", pickup_no=pickup, driver=driver)
    assert done["allowance"] == desk.rule("travel allowance") and done["fee"] == row["fee"] + done["allowance"]
    desk.refuses("already; name another driver", "assign_driver", pickup_no=pickup, driver=driver)
    other = next(key for key in desk.keys("pickups") if key != pickup and desk.row("pickups", key)["driver"] != driver)
    desk.set("pickups", other, date=row["date"])
    desk.refuses("has another pickup on", "assign_driver", pickup_no=other, driver=driver)
    desk.refuses("is on leave", "assign_driver", pickup_no=pickup, driver=desk.first("drivers", status="on leave"))


# --- containers, consignments, customs -------------------------------------------------------------------------------


def test_a_container_moves_to_another_voyage(desk: Desk) -> None:
    container = desk.first("containers", status="open")
    before = desk.row("containers", container)
    old = before["voyage"]
    sold = desk.row("voyages", old)
    voyage = next(key for key in desk.keys("voyages", status="open") if key != old)
    desk.set("voyages", voyage, space=1, departs=day(30), destination_port=sold["destination_port"])
    done = desk.run("book_container", container_no=container, voyage_no=voyage)
    assert done["fee"] == desk.rule("rebooking fee") and done["charges"] == before["charges"] + done["fee"]
    assert desk.row("voyages", old)["space"] == sold["space"] + 1 and desk.row("voyages", voyage)["space"] == 0
    desk.refuses("booked on V[0-9]+ already", "book_container", container_no=container, voyage_no=voyage)
    desk.set("voyages", old, status="open", departs=day(30), destination_port=sold["departure_port"])
    assert desk.run("book_container", container_no=container, voyage_no=old)["fee"] == desk.rule("diversion fee")
    for table, key, changed, text in (
        ("voyages", voyage, {"space": 9, "departs": day(1)}, "too late: bookings for"),
        ("voyages", voyage, {"space": 0}, "no more bookings"),
        ("containers", container, {"status": "sealed"}, "is sealed"),
    ):
        desk.set(table, key, **changed)
        desk.refuses(text, "book_container", container_no=container, voyage_no=voyage)


def test_a_consignment_moves_to_another_container(desk: Desk) -> None:
    consignment = desk.first("consignments")
    row = desk.row("consignments", consignment)
    old, weight = row["container"], row["weight"]
    new = next(key for key in desk.keys("containers") if key != old)
    desk.set("containers", old, status="open")
    desk.set("containers", new, status="open", spare_capacity=weight - 10)
    desk.refuses(f"takes {weight - 10} kg more", "move_consignment", consignment_no=consignment, container_no=new)
    desk.set("containers", new, spare_capacity=weight, voyage=desk.row("containers", old)["voyage"])
    room = desk.row("containers", old)["spare_capacity"]
    owed = desk.row("shippers", row["shipper"])["balance"]
    assert desk.run("move_consignment", consignment_no=consignment, container_no=new)["fee"] == 0
    assert [desk.row("containers", key)["spare_capacity"] for key in (new, old)] == [0, room + weight]
    assert desk.row("shippers", row["shipper"])["balance"] == owed
    desk.refuses("is in .* already", "move_consignment", consignment_no=consignment, container_no=new)
    voyage = desk.row("containers", old)["voyage"]
    port = desk.row("voyages", voyage)["destination_port"]
    elsewhere = next(k for k in desk.keys("voyages") if desk.row("voyages", k)["destination_port"] != port)
    desk.set("containers", old, voyage=elsewhere)
    moved = desk.run("move_consignment", consignment_no=consignment, container_no=old)
    assert moved["fee"] == desk.rule("diversion fee")
    assert desk.row("shippers", row["shipper"])["balance"] == owed + moved["fee"]
    desk.set("containers", old, status="sealed")
    desk.refuses("sealed container", "move_consignment", consignment_no=consignment, container_no=new)


def test_duty_is_paid_before_goods_are_cleared(desk: Desk) -> None:
    declaration = desk.first("declarations", status="assessed")
    limit = desk.rule("deferment limit")
    desk.set("declarations", declaration, duty=limit + 1, filed=day(-30))
    desk.refuses("once the duty is paid", "clear_goods", declaration_no=declaration)
    desk.refuses(f"up to {limit} euros", "pay_duty", declaration_no=declaration, method="deferment")
    shipper = desk.row("consignments", desk.row("declarations", declaration)["consignment"])["shipper"]
    owed = desk.row("shippers", shipper)["balance"]
    paid = desk.run("pay_duty", declaration_no=declaration, method="card")
    assert paid == {"declaration_no": declaration, "status": "paid", "method": "card"}
    assert desk.row("shippers", shipper)["balance"] == owed + limit + 1
    desk.refuses("paid already", "pay_duty", declaration_no=declaration, method="card")
    desk.set("declarations", declaration, filed=day(-1))
    desk.refuses("too early", "clear_goods", declaration_no=declaration)
    desk.set("declarations", declaration, filed=day(-30))
    assert desk.run("clear_goods", declaration_no=declaration)["status"] == "cleared"


def test_a_breakdown_is_reported_once(desk: Desk) -> None:
    truck = desk.first("trucks", status="ready")
    done = desk.run("report_breakdown", plate=truck, fault="brakes")
    assert done == {"plate": truck, "status": "broken down", "fault": "brakes"}
    desk.refuses("nothing needs to be reported", "report_breakdown", plate=truck, fault="brakes")


# --- searches and figures --------------------------------------------------------------------------------------------


def test_voyages_are_found_by_both_ports(desk: Desk) -> None:
    for voyage in desk.world.base.tables["voyages"].values():
        ports = {name: voyage[name] for name in ("departure_port", "destination_port")}
        listed = [row["voyage_no"] for row in desk.run("find_voyages", **ports)["voyages"]]
        assert listed == list(desk.keys("voyages", **ports))
    desk.refuses("no port is called 'Atlantis'", "find_voyages", **{**ports, "destination_port": "Atlantis"})


def test_pickups_are_found_by_depot_and_day(desk: Desk) -> None:
    pickup, row = next(desk.world.rows("pickups"))
    listed = desk.run("list_day_pickups", depot=row["depot"], date=row["date"])["pickups"]
    assert pickup in [each["pickup_no"] for each in listed]
    assert desk.run("list_day_pickups", depot=row["depot"], date=day(100)) == {"pickups": []}


def test_freight_and_insurance_are_worked_out(desk: Desk) -> None:
    consignment, voyage = desk.first("consignments"), desk.first("voyages")
    row, carrier = desk.row("consignments", consignment), desk.first("carriers")
    freight = desk.run("quote_freight", consignment_no=consignment, voyage_no=voyage)["freight"]
    assert freight == round(desk.row("voyages", voyage)["price"] * row["pallets"] / 20, 2)
    cost = desk.run("quote_insurance", consignment_no=consignment, carrier=carrier)["cost"]
    assert cost == round(row["declared_value"] * desk.row("carriers", carrier)["insurance_rate"] / 100, 2)
