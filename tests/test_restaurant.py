"""Restaurant: dishes made of ingredients, stock that comes by delivery, tables booked once, orders and shifts."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from chains import asked, chain
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.shapes import cost
from ftrl_gym.construct.worlds.restaurant import RESTAURANT
from ftrl_gym.world import World


@pytest.fixture(scope="module")
def restaurant() -> Source:
    return scenario("Restaurant")


@pytest.fixture(scope="module")
def ground(restaurant: Source) -> Ground:
    return restaurant.ground(restaurant.make_world(4, "real"))


@pytest.fixture
def world(ground: Ground) -> World:
    return World(ground.world)


_run = functools.partial(run, "Restaurant")
_fails = functools.partial(fails, "Restaurant")


def _day(after: int) -> str:
    return (date.fromisoformat(RESTAURANT.today) + timedelta(days=after)).isoformat()


@pytest.mark.parametrize(("seed", "names"), [(0, "real"), (1, "syllables"), (2, "mixed")])
def test_recipes_deliveries_and_bills_tell_one_story(restaurant: Source, seed: int, names: str) -> None:
    tables = restaurant.make_world(seed, names).tables
    items = tables["recipe_items"].values()
    assert len({(item["dish"], item["ingredient"]) for item in items}) == len(items)
    assert set(Counter(item["dish"] for item in items).values()) <= {3, 4, 5}
    assert max(Counter(item["ingredient"] for item in items).values()) >= 3  # and an ingredient in several dishes
    for delivery in tables["deliveries"].values():
        ingredient = tables["ingredients"][delivery["ingredient"]]
        assert delivery["unit"] == ingredient["unit"]
        assert delivery["cost"] == pytest.approx(delivery["quantity"] * ingredient["unit_price"], abs=0.01)
        assert delivery["arrives"] < delivery["best_before"]
    for number, order in tables["orders"].items():
        lines = [line for line in tables["order_lines"].values() if line["order"] == number]
        assert order["total"] == pytest.approx(sum(line["amount"] for line in lines))
        assert len({line["dish"] for line in lines}) == len(lines) and "pace" not in order
        assert order["status"] == "open" or {line["state"] for line in lines} == {"served"}
    booked = Counter((row["at_table"], row["date"]) for row in tables["reservations"].values())
    assert max(booked.values()) == 1
    assert all(row["people"] <= tables["tables"][row["at_table"]]["seats"] for row in tables["reservations"].values())
    assert len({(row["employee"], row["date"]) for row in tables["shifts"].values()}) == len(tables["shifts"])


def test_a_table_is_booked_once_a_day_and_its_deposit_comes_back(world: World) -> None:
    table, row = next((key, row) for key, row in world.rows("tables") if row["seats"] >= 7)
    guest, person = next((k, r) for k, r in world.rows("guests") if len(world.find("reservations", guest=k)) < 3)
    wanted = {"table_no": table, "guest_no": guest, "date": _day(39), "sitting": "lunch"}
    _fails(world, f"has {row['seats']} seats; choose a larger", "book_table", **wanted, people=row["seats"] + 1)
    _fails(world, "may stay empty; choose a smaller", "book_table", **{**wanted, "people": 0})
    made = _run(world, "book_table", **wanted, people=row["seats"])
    assert made["deposit"] == row["seats"] * figure_of(world, "deposit per person")
    _fails(world, f"is booked on {_day(39)} already", "book_table", **wanted, people=row["seats"])
    late = {**wanted, "date": _day(figure_of(world, "booking window") + 1), "people": row["seats"]}
    _fails(world, "name an earlier day", "book_table", **late)
    done = _run(world, "cancel_reservation", reservation_no=made["reservation_no"])
    assert (done["status"], done["refund"]) == ("cancelled", made["deposit"])
    assert row_of(world, "guests", guest)["credit"] == person["credit"] + made["deposit"]
    _fails(world, "is cancelled; only a booked", "cancel_reservation", reservation_no=made["reservation_no"])


def test_a_dish_on_an_order_changes_the_order_and_the_dish_and_voiding_undoes_it(world: World) -> None:
    order, before = world.find("orders", status="open")[0]
    taken = {line["dish"] for _, line in world.find("order_lines", order=order)}
    dish, about = next(
        (key, row)
        for key, row in world.find("dishes", status="on sale")
        if key not in taken and row["portions_left"] > 2
    )
    made = _run(world, "add_dish", order_no=order, dish=dish, portions=2)
    assert row_of(world, "orders", order)["total"] == pytest.approx(before["total"] + 2 * about["price"])
    assert row_of(world, "dishes", dish)["portions_left"] == about["portions_left"] - 2
    _fails(world, "has just been ordered", "add_dish", order_no=order, dish=dish, portions=1)
    assert _run(world, "void_line", line_no=made["line_no"])["state"] == "voided"
    assert row_of(world, "orders", order)["total"] == pytest.approx(before["total"])
    assert row_of(world, "dishes", dish)["portions_left"] == about["portions_left"]
    _fails(world, "is voided; only one that is ordered", "void_line", line_no=made["line_no"])
    world.update("dishes", dish, status="off sale")
    _fails(world, "is off sale; list_dishes shows", "add_dish", order_no=order, dish=dish, portions=1)
    _fails(world, "is off sale already", "take_off_dish", dish=dish)


def test_a_large_party_pays_for_service_and_its_host_gets_points(world: World) -> None:
    order, row = next(
        pair for pair in world.find("orders", status="open")
        if not world.find("order_lines", order=pair[0], state="ordered")
    )  # fmt: skip
    large = figure_of(world, "large party")
    for covers, charge in ((large - 1, 0), (large, round(row["total"] * figure_of(world, "service charge") / 100, 2))):
        each = World(world.base)
        each.update("orders", order, covers=covers)
        points = row_of(each, "guests", row["guest"])["points"]
        done = _run(each, "settle_order", order_no=order, method="cash")
        assert (done["service"], done["status"]) == (charge, "paid")
        assert done["total"] == pytest.approx(row["total"] + charge)
        earned = done["total"] // figure_of(world, "loyalty points")
        assert row_of(each, "guests", row["guest"])["points"] == points + earned
        _fails(each, "is paid; only an open one", "settle_order", order_no=order, method="card")
    line, _ = world.find("order_lines", order=order)[0]
    world.update("order_lines", line, state="ordered")
    _fails(world, "not everything on", "settle_order", order_no=order, method="card")


def test_stock_comes_in_by_delivery(world: World) -> None:
    ingredient = next(
        k for k, _ in world.rows("ingredients") if not world.find("deliveries", ingredient=k, status="expected")
    )
    world.update("ingredients", ingredient, stock=figure_of(world, "reorder level") + 0.5)
    _fails(world, "or fewer", "order_ingredient", ingredient=ingredient, crates=2)
    about = world.update("ingredients", ingredient, stock=3)
    made = _run(world, "order_ingredient", ingredient=ingredient, crates=2)
    assert (made["quantity"], made["unit"]) == (2 * about["per_crate"], about["unit"])
    supplier = row_of(world, "suppliers", about["supplier"])
    assert made["arrives"] == _day(supplier["lead_days"])
    _fails(world, "is expected already", "order_ingredient", ingredient=ingredient, crates=2)
    _run(world, "accept_delivery", delivery_no=made["delivery_no"])
    assert row_of(world, "ingredients", ingredient)["stock"] == 3 + made["quantity"]
    assert row_of(world, "suppliers", about["supplier"])["balance"] == made["cost"]
    _fails(world, "is received already", "accept_delivery", delivery_no=made["delivery_no"])


def test_eight_look_ups_can_follow_one_another(ground: Ground) -> None:
    value = chain(
        ground, "guest", "{x}'s next booked reservation", "reservation.at_table",
        "the latest order of {x}", "the line with the most portions on {x}", "order line.dish",
        "the heaviest recipe item of {x}", "recipe item.ingredient", "ingredient.supplier", attribute="contact",
    )  # fmt: skip
    assert (cost(ground.domain, value).lookups, cost(ground.domain, value).hops) == (8, 8)
    assert list(asked(ground, value))


def test_what_the_heaviest_part_of_a_dish_costs_is_what_its_recipe_says(ground: Ground) -> None:
    tables = ground.world.tables
    value = chain(ground, "dish", "the heaviest recipe item of {x}", "recipe item.ingredient", attribute="unit_price")
    found = list(asked(ground, value))
    assert len(found) > 5
    for dish, text, answer in found:
        recipe = [item for item in tables["recipe_items"].values() if item["dish"] == dish]
        heaviest = max(recipe, key=lambda item: int(item["grams"]))
        assert answer == tables["ingredients"][heaviest["ingredient"]]["unit_price"]
        assert f"the ingredient in the heaviest recipe item of the {dish}" in text
