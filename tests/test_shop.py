"""Shop: one story in its data, and what its actions change and refuse."""

from __future__ import annotations

import functools
from datetime import date, timedelta
from itertools import product

import pytest
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.shop import SHOP
from ftrl_gym.world import World, WorldBase

TODAY = date.fromisoformat(SHOP.today)


@pytest.fixture(scope="module")
def shop() -> Source:
    return scenario("Shop")


@pytest.fixture(scope="module")
def base(shop: Source) -> WorldBase:
    return shop.make_world(3, "real")


@pytest.fixture
def world(base: WorldBase) -> World:
    return World(base)


_run = functools.partial(run, "Shop")
_fails = functools.partial(fails, "Shop")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


# --- data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "names"), [(0, "real"), (1, "syllables"), (2, "mixed")])
def test_orders_parcels_and_returns_tell_one_story(shop: Source, seed: int, names: str) -> None:
    tables = shop.make_world(seed, names).tables
    fee = tables["rules"]["restocking fee"]["value"]
    for parcel in tables["parcels"].values():
        order = tables["orders"][parcel["order"]]
        assert order["status"] == {"on its way": "shipped", "delivered": "delivered"}[parcel["status"]]
        assert order["order_date"] < parcel["delivery_date"]
        assert (parcel["delivery_date"] > SHOP.today) == (parcel["status"] == "on its way")
        assert parcel["weight"] <= tables["collection_points"][parcel["point"]]["limit"]
    for returned in tables["returns"].values():
        line = tables["order_lines"][returned["line"]]
        order = tables["orders"][line["order"]]
        assert order["status"] == "delivered" and returned["customer"] == order["customer"]
        left = 100 if returned["reason"] in ("damaged", "faulty") else 100 - fee
        assert returned["refund"] == pytest.approx(line["amount"] * (100 - order["discount"]) * left / 10000, abs=0.01)
    for line in tables["order_lines"].values():
        assert line["amount"] == line["pieces"] * tables["items"][line["item"]]["price"]
        assert line["pieces"] <= tables["rules"]["pieces per line"]["value"]


def test_what_two_things_come_to_is_not_listed_anywhere(shop: Source, base: WorldBase, world: World) -> None:
    quote, route = shop.domain.combinations
    for (number, item), (name, carrier) in product(base.tables["items"].items(), base.tables["carriers"].items()):
        result = _run(world, "quote_shipping", item_number=number, carrier=name)
        kilos = base.tables["products"][item["product"]]["weight"] / 1000
        assert result == quote.derive(base, item, carrier)
        assert result["price"] == round(carrier["base"] + carrier["per_kilo"] * kilos, 2)
    places = product(base.tables["warehouses"].items(), base.tables["collection_points"].items())
    for (name, warehouse), (other, point) in places:
        result = _run(world, "plan_route", warehouse=name, point=other)
        assert result == route.derive(base, warehouse, point) and result["days"] >= 1
    shown = {
        column for document in shop.domain.documents.values() for f in document.returns.facts for column in f.fields
    }
    assert shown.isdisjoint({"base", "per_kilo", "kilos", "zone"})


# --- actions ---------------------------------------------------------------------------------------------------------


def test_an_order_is_placed_changed_and_cancelled(world: World) -> None:
    item, row = next((key, row) for key, row in world.rows("items") if row["pieces"] > 20)
    customer, person = next(
        (key, row) for key, row in world.rows("customers") if not world.find("orders", customer=key, status="open")
    )
    order = _run(world, "place_order", item_number=item, customer_id=customer, pieces=2)["order_number"]
    ((line, placed),) = world.find("order_lines", order=order)
    assert (placed["item"], placed["pieces"], placed["amount"]) == (item, 2, 2 * row["price"])
    assert _run(world, "get_order", order_number=order)["order_date"] == SHOP.today
    changed = _run(world, "change_quantity", line_number=line, pieces=4)
    assert changed == {"line_number": line, "pieces": 4, "amount": 4 * row["price"]}
    _fails(world, "has 4 pieces already", "change_quantity", line_number=line, pieces=4)
    most = figure_of(world, "pieces per line")
    _fails(world, f"at most {most} pieces", "change_quantity", line_number=line, pieces=most + 1)
    assert _run(world, "cancel_order", order_number=order)["status"] == "cancelled"
    assert row_of(world, "customers", customer)["points"] == person["points"]  # none were spent
    _fails(world, "is cancelled; only an open one", "cancel_order", order_number=order)
    _fails(world, f"{order} is not open", "change_quantity", line_number=line, pieces=3)


def test_orders_have_bounds(world: World) -> None:
    item, _ = next(iter(world.rows("items")))
    customer, _ = next(iter(world.rows("customers")))
    world.update("items", item, pieces=3)
    _fails(world, "only 3 pieces", "place_order", item_number=item, customer_id=customer, pieces=4)
    limit = figure_of(world, "open orders")
    for _ in range(limit - len(world.find("orders", customer=customer, status="open"))):
        _run(world, "place_order", item_number=item, customer_id=customer, pieces=1)
    _fails(world, f"at most {limit} open orders", "place_order", item_number=item, customer_id=customer, pieces=1)


def test_points_spent_on_an_order_come_back_while_it_is_fresh(world: World) -> None:
    last = _day(-figure_of(world, "cancellation period"))
    rows = [(key, row) for key, row in world.rows("orders") if row["status"] == "open"]
    number, order = next((key, row) for key, row in rows if row["order_date"] >= last and row["points_used"])
    before = row_of(world, "customers", order["customer"])["points"]
    _run(world, "cancel_order", order_number=number)
    assert row_of(world, "customers", order["customer"])["points"] == before + order["points_used"]
    old = next(key for key, row in rows if row["order_date"] < last)
    _fails(world, "it is too late", "cancel_order", order_number=old)
    shipped, _ = world.find("orders", status="shipped")[0]
    _fails(world, "is shipped", "cancel_order", order_number=shipped)


def test_a_voucher_is_used_up_and_an_order_takes_one(world: World) -> None:
    (first, _), (second, _), *_ = world.find("orders", status="open")
    most = figure_of(world, "discount limit")
    rows = list(world.rows("vouchers"))
    good = [(key, row) for key, row in rows if row["uses"] and row["expires"] >= SHOP.today and row["percent"] <= most]
    code, voucher = good[0]
    done = _run(world, "apply_voucher", order_number=first, code=code)
    assert done == {"order_number": first, "discount": voucher["percent"]}
    assert _run(world, "get_voucher", code=code)["uses"] == voucher["uses"] - 1
    _fails(world, "one voucher only", "apply_voucher", order_number=first, code=good[1][0])
    world.update("vouchers", code, uses=0)
    _fails(world, "no uses left", "apply_voucher", order_number=second, code=code)
    world.update("vouchers", code, uses=1, expires=_day(-1))
    _fails(world, f"expired on {_day(-1)}", "apply_voucher", order_number=second, code=code)
    world.update("vouchers", code, expires=SHOP.today, percent=most + 1)
    _fails(world, f"at most {most} percent", "apply_voucher", order_number=second, code=code)


def test_a_parcel_goes_elsewhere_for_a_fee_unless_the_warehouse_is_the_same(world: World) -> None:
    notice, fee = _day(figure_of(world, "redirection notice")), figure_of(world, "redirection fee")
    parcels = [(k, row) for k, row in world.find("parcels", status="on its way") if row["delivery_date"] >= notice]
    seen = set()
    for (number, parcel), (name, point) in product(parcels, list(world.rows("collection_points"))):
        each = World(world.base)
        same = point["warehouse"] == parcel["warehouse"]
        if name == parcel["point"]:
            _fails(each, "goes to .* already", "redirect_parcel", tracking_number=number, point=name)
        elif point["limit"] >= parcel["weight"]:
            done = _run(each, "redirect_parcel", tracking_number=number, point=name)
            assert (done["point"], done["warehouse"], done["fee"]) == (name, point["warehouse"], 0 if same else fee)
            assert done["postage"] == parcel["postage"] + done["fee"]
            seen.add(same)
    assert seen == {True, False}
    number, _ = parcels[0]
    small, row = min(world.rows("collection_points"), key=lambda pair: float(pair[1]["limit"]))
    world.update("parcels", number, weight=row["limit"] + 0.1, point="elsewhere")
    _fails(world, f"up to {row['limit']} kilograms", "redirect_parcel", tracking_number=number, point=small)
    world.update("parcels", number, weight=0.4, delivery_date=_day(figure_of(world, "redirection notice") - 1))
    _fails(world, "days' notice", "redirect_parcel", tracking_number=number, point=small)


def test_a_delivery_is_moved_within_a_window(world: World) -> None:
    number, parcel = world.find("parcels", status="on its way")[0]
    window = figure_of(world, "delivery window")
    for day in (_day(window), SHOP.today):
        done = _run(world, "move_delivery", tracking_number=number, delivery_date=day)
        assert done == {"tracking_number": number, "delivery_date": day}
        found = _run(world, "list_arrivals", point=parcel["point"], delivery_date=day)["parcels"]
        assert number in {each["tracking_number"] for each in found}
    _fails(world, "comes on .* already", "move_delivery", tracking_number=number, delivery_date=SHOP.today)
    late = f"within the next {window} days"
    _fails(world, late, "move_delivery", tracking_number=number, delivery_date=_day(window + 1))
    _fails(world, "is past", "move_delivery", tracking_number=number, delivery_date=_day(-1))
    gone, _ = world.find("parcels", status="delivered")[0]
    _fails(
        world, "is delivered; only one that is on its way", "move_delivery", tracking_number=gone, delivery_date=_day(9)
    )


@pytest.mark.parametrize(("reason", "back"), [("faulty", False), ("late", True)])
def test_a_return_is_refunded_and_what_is_sound_goes_back_on_the_shelf(world: World, reason: str, back: bool) -> None:
    first = _day(-figure_of(world, "return period"))
    lines = [
        (key, row, row_of(world, "orders", row["order"])) for key, row in world.find("order_lines", state="delivered")
    ]
    lines = [each for each in lines if not world.find("returns", line=each[0])]
    number, line, order = next(each for each in lines if each[2]["order_date"] >= first)
    stock, credit = (
        row_of(world, "items", line["item"])["pieces"],
        row_of(world, "customers", order["customer"])["credit"],
    )
    opened = _run(world, "open_return", line_number=number, reason=reason)
    assert opened["fee"] == (figure_of(world, "restocking fee") if back else 0)
    share = (100 - order["discount"]) * (100 - opened["fee"]) / 10000
    assert opened["refund"] == round(line["amount"] * share, 2)
    _fails(world, "a return for .* already", "open_return", line_number=number, reason=reason)
    assert _run(world, "accept_return", return_number=opened["return_number"])["status"] == "accepted"
    assert row_of(world, "customers", order["customer"])["credit"] == round(credit + opened["refund"], 2)
    assert row_of(world, "items", line["item"])["pieces"] == stock + (line["pieces"] if back else 0)
    _fails(world, "accepted already", "accept_return", return_number=opened["return_number"])


def test_only_what_was_delivered_lately_can_be_returned(world: World) -> None:
    shipped, _ = world.find("order_lines", state="shipped")[0]
    _fails(world, "is shipped; only what was delivered", "open_return", line_number=shipped, reason="late")
    line, row = next(
        pair for pair in world.find("order_lines", state="delivered") if not world.find("returns", line=pair[0])
    )
    world.update("orders", row["order"], order_date=_day(-figure_of(world, "return period") - 1))
    _fails(world, "it is too late", "open_return", line_number=line, reason="late")


def test_an_item_that_runs_low_is_restocked_by_the_box(world: World) -> None:
    level = figure_of(world, "restocking level")
    number, item = next((key, row) for key, row in world.rows("items") if row["pieces"] <= level)
    supplier = row_of(world, "suppliers", item["supplier"])
    assert supplier == row_of(world, "suppliers", row_of(world, "products", item["product"])["supplier"])
    least = supplier["least_boxes"]
    _fails(world, f"{least} boxes or more", "restock", item_number=number, boxes=least - 1)
    done = _run(world, "restock", item_number=number, boxes=least)
    assert done["incoming"] == least * item["per_box"] and done["arrives"] == _day(supplier["lead_days"])
    _fails(world, "on their way already", "restock", item_number=number, boxes=least)
    full = next(key for key, row in world.rows("items") if row["pieces"] > level)
    _fails(world, f"restocked at {level} or fewer", "restock", item_number=full, boxes=4)
