"""Museum: chains of earlier owners, galleries in wings on floors, works that are shown, lent, treated or at hand."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from chains import asked, chain
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.shapes import cost
from ftrl_gym.construct.worlds.museum import MUSEUM
from ftrl_gym.world import World


@pytest.fixture(scope="module")
def museum() -> Source:
    return scenario("Museum")


@pytest.fixture(scope="module")
def ground(museum: Source) -> Ground:
    return museum.ground(museum.make_world(4, "real"))


@pytest.fixture
def world(ground: Ground) -> World:
    return World(ground.world)


_run = functools.partial(run, "Museum")
_fails = functools.partial(fails, "Museum")


def _day(after: int) -> str:
    return (date.fromisoformat(MUSEUM.today) + timedelta(days=after)).isoformat()


@pytest.mark.parametrize(("seed", "names"), [(0, "real"), (1, "syllables"), (2, "mixed")])
def test_owners_follow_one_another_and_a_work_is_in_one_place(museum: Source, seed: int, names: str) -> None:
    tables = museum.make_world(seed, names).tables
    for number in tables["objects"]:
        entries = {key: row for key, row in tables["provenance_entries"].items() if row["object"] == number}
        chained = sorted(entries, key=lambda key: entries[key]["place"])
        assert [entries[key]["previous"] for key in chained] == ["", *chained[:-1]]
        assert len({row["collector"] for row in entries.values()}) == len(entries) and "gap" not in entries[chained[0]]
        days = [entries[key]["acquired_date"] for key in chained]
        assert all(sooner < later < "1960" for sooner, later in pairwise([*days, "1959"]))
    shown = [(row["exhibition"], row["object"]) for row in tables["exhibits"].values()]
    assert set(Counter(shown).values()) == {1} and max(Counter(key for _, key in shown).values()) > 1
    loans = {row["object"]: row["status"] for row in tables["outgoing_loans"].values() if row["status"] != "returned"}
    assert len(loans) == sum(row["status"] in ("agreed", "out") for row in tables["outgoing_loans"].values())
    treated = {row["object"] for row in tables["treatments"].values() if row["status"] == "under way"}
    for number, row in tables["objects"].items():
        away = {"out": "on loan", "agreed": "promised"}.get(loans.get(number, ""))
        assert row["status"] == (away or ("in treatment" if number in treated else row["status"]))
        assert not (away and number in treated)
    for loan in tables["outgoing_loans"].values():
        margin = 100 + tables["rules"]["insurance margin"]["value"]
        assert loan["insurance_value"] == round(tables["objects"][loan["object"]]["insurance_value"] * margin / 100)


def test_a_work_is_lent_once_by_a_courier_who_insures_enough(world: World) -> None:
    number, about = world.find("objects", status="in store")[0]
    world.update("objects", number, insurance_value=1000 * figure_of(world, "lending limit") + 1)
    partner, other = next(iter(world.rows("partner_museums")))
    for key, _ in world.find("outgoing_loans", partner=partner, status="agreed"):
        world.update("outgoing_loans", key, status="returned")
    wanted = {"inventory_no": number, "partner": partner, "start": _day(20)}
    _fails(world, "the limit is", "lend_object", **wanted)
    world.update("objects", number, insurance_value=100_000)
    _fails(world, "name a later day", "lend_object", **{**wanted, "start": _day(figure_of(world, "loan notice") - 1)})
    made = _run(world, "lend_object", **wanted)
    assert made["courier"] == other["courier"] and made["return_date"] == _day(20 + figure_of(world, "loan period"))
    assert made["insured"] == 1000 * (100 + figure_of(world, "insurance margin"))
    assert row_of(world, "objects", number)["status"] == "promised" and about["status"] == "in store"
    _fails(world, "is promised; only one on display or in store", "lend_object", **wanted)
    courier = next(key for key, _ in world.rows("couriers") if key != made["courier"])
    world.update("couriers", courier, insured_up_to=made["insured"] - 1)
    _fails(world, f"insures up to {made['insured'] - 1}", "change_courier", loan_no=made["loan_no"], courier=courier)
    world.update("couriers", courier, insured_up_to=made["insured"])
    assert _run(world, "change_courier", loan_no=made["loan_no"], courier=courier)["courier"] == courier
    _fails(world, "carries loan .* already", "change_courier", loan_no=made["loan_no"], courier=courier)
    assert _run(world, "cancel_loan", loan_no=made["loan_no"])["status"] == "cancelled"
    assert row_of(world, "objects", number)["status"] == "in store"
    _fails(world, "is cancelled; only an agreed one", "cancel_loan", loan_no=made["loan_no"])


def test_a_home_gallery_must_be_dark_enough_and_have_a_place(world: World) -> None:
    number, row = world.find("objects", status="on display")[0]
    gallery = next(key for key, _ in world.rows("galleries") if key != row["gallery"])
    world.update("galleries", gallery, brightness=row["light_limit"] + 5, places_left=1)
    _fails(world, "choose a darker gallery", "rehang_object", inventory_no=number, gallery=gallery)
    world.update("galleries", gallery, brightness=row["light_limit"])
    before = row_of(world, "galleries", row["gallery"])["places_left"]
    assert _run(world, "rehang_object", inventory_no=number, gallery=gallery)["gallery"] == gallery
    assert row_of(world, "galleries", row["gallery"])["places_left"] == before + 1
    assert row_of(world, "galleries", gallery)["places_left"] == 0
    _fails(world, "is at home in .* already", "rehang_object", inventory_no=number, gallery=gallery)
    second = world.find("objects", status="in store")[0][0]
    world.update("objects", second, light_limit=240)
    _fails(world, "no places are left", "rehang_object", inventory_no=second, gallery=gallery)


def test_an_exhibit_comes_down_and_a_group_of_five_pays_less(world: World) -> None:
    number = world.find("objects", status="in store")[0][0]
    exhibition = next(
        key for key, row in world.rows("exhibitions")
        if row["closing_date"] >= MUSEUM.today and not world.find("exhibits", exhibition=key, object=number)
        and len(world.find("exhibits", exhibition=key)) < figure_of(world, "exhibits")
    )  # fmt: skip
    made = _run(world, "add_exhibit", exhibition=exhibition, inventory_no=number, place="plinth")
    assert row_of(world, "objects", number)["status"] == "on display"
    _fails(world, "exhibit of .* already", "add_exhibit", exhibition=exhibition, inventory_no=number, place="wall")
    _run(world, "remove_exhibit", label_no=made["label_no"])
    assert row_of(world, "objects", number)["status"] == "in store"
    _fails(world, "is taken down already", "remove_exhibit", label_no=made["label_no"])
    tour, row = world.find("tours", status="scheduled")[0]
    world.update("tours", tour, places_left=9)
    small = _run(world, "book_tour", tour_no=tour, people=4)["price"]
    large = _run(world, "book_tour", tour_no=tour, people=5)["price"]
    assert small == 4 * row["price"]
    assert large == round(5 * row["price"] * (100 - figure_of(world, "group discount")) / 100, 2)
    assert row_of(world, "tours", tour)["takings"] == pytest.approx(small + large)
    _fails(world, "only 0 places are left", "book_tour", tour_no=tour, people=2)


def test_nine_look_ups_can_follow_one_another(ground: Ground) -> None:
    value = chain(
        ground, "courier", "the outgoing loan with the highest insurance value among those carried by {x}",
        "outgoing loan.object", "the provenance entry with the highest price paid among those of {x}",
        "provenance entry.previous", "provenance entry.collector",
        "the provenance entry with the highest price paid among those about {x}",
        "provenance entry.object", "object.gallery", "gallery.wing", "wing.floor", attribute="warden",
    )  # fmt: skip
    assert cost(ground.domain, value).hops == 9
    assert list(asked(ground, value))


def test_who_owned_a_work_before_somebody_else(ground: Ground) -> None:
    tables = ground.world.tables
    value = chain(ground, "provenance entry", "provenance entry.previous", "provenance entry.previous",
                  "provenance entry.collector", attribute="holdings")  # fmt: skip
    found = list(asked(ground, value))
    assert len(found) > 5
    for number, text, answer in found:
        entry = tables["provenance_entries"][number]
        (before,) = (
            row for row in tables["provenance_entries"].values()
            if (row["object"], row["place"]) == (entry["object"], entry["place"] - 2)
        )  # fmt: skip
        assert answer == tables["collectors"][before["collector"]]["holdings"]
        assert f"the entry before provenance entry {number}" in text or "before the entry before" in text
