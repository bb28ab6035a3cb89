"""RealEstate: properties of three kinds on their sites, threads of offers, and what the agency's actions change."""

from __future__ import annotations

import functools
from datetime import date, timedelta

import pytest
from tool_calls import fails, figure_of, row_of, run
from walks import answered, hops

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.real_estate import REAL_ESTATE
from ftrl_gym.world import World, WorldBase

TODAY = date.fromisoformat(REAL_ESTATE.today)
_run = functools.partial(run, "RealEstate")
_fails = functools.partial(fails, "RealEstate")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


@pytest.fixture(scope="module")
def agency() -> Source:
    return scenario("RealEstate")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "syllables"), (2, "mixed")], ids=str)
def base(request: pytest.FixtureRequest, agency: Source) -> WorldBase:
    return agency.make_world(*request.param)


@pytest.fixture
def world(agency: Source) -> World:
    return World(agency.make_world(0, "real"))


# --- data ------------------------------------------------------------------------------------------------------------


def test_houses_stand_on_plots_and_the_rest_is_in_buildings(base: WorldBase) -> None:
    for home in base.tables["properties"].values():
        site = base.tables["plots" if home["kind"] == "house" else "buildings"][home["site"]]
        assert home["district"] == site["district"] and home["lowest"] < home["asking_price"]
        assert (home["bedrooms"] > 0) == (home["kind"] == "house") and (home["desks"] > 0) == (home["kind"] == "office")
        assert home["floor"] < site["floors"] if home["kind"] == "flat" else home["charge"] == 0


def test_offers_form_threads_of_which_only_the_last_is_open(base: WorldBase) -> None:
    offers, homes = base.tables["offers"], base.tables["properties"]
    answered = [offer["answers"] for offer in offers.values() if offer["answers"]]
    assert len(set(answered)) == len(answered) > 5
    for key, offer in offers.items():
        assert (offer["status"] == "countered") == (key in answered)
        if before := offers.get(offer["answers"]):
            assert [before[name] for name in ("property", "buyer")] == [offer[name] for name in ("property", "buyer")]
            assert before["made_by"] != offer["made_by"] and before["date"] <= offer["date"]
        else:
            assert offer["made_by"] == "buyer" and not offer["answers"]
        if offer["status"] == "open":
            assert homes[offer["property"]]["status"] == "for sale" and offer["expires"] >= REAL_ESTATE.today
    accepted = [offer["property"] for offer in offers.values() if offer["status"] == "accepted"]
    assert sorted(accepted) == sorted(key for key, home in homes.items() if home["status"] != "for sale")


def test_the_latest_listing_is_the_asking_price(base: WorldBase) -> None:
    for key, home in base.tables["properties"].items():
        steps = [row for row in base.tables["listings"].values() if row["property"] == key]
        steps.sort(key=lambda row: row["start_date"])
        assert steps[-1]["price"] == home["asking_price"] == min(row["price"] for row in steps)


# --- actions ---------------------------------------------------------------------------------------------------------


def test_an_accepted_offer_ends_the_others_and_calls_viewings_off(world: World) -> None:
    number, offer = world.find("offers", status="open")[0]
    other = next(key for key, row in world.rows("offers") if row["property"] != offer["property"])
    world.update("offers", other, property=offer["property"], status="open")
    viewing = next(iter(world.rows("viewings")))[0]
    world.update("viewings", viewing, property=offer["property"], status="booked")
    assert _run(world, "accept_offer", offer_no=number) == {"offer_no": number, "status": "accepted"}
    assert row_of(world, "properties", offer["property"])["status"] == "under offer"
    assert row_of(world, "offers", other)["status"] == "declined"
    assert row_of(world, "viewings", viewing)["status"] == "cancelled"
    _fails(world, "only an open one", "accept_offer", offer_no=number)


def test_a_counter_offer_answers_an_offer_of_a_buyer(world: World) -> None:
    number, offer = next((k, row) for k, row in world.find("offers", status="open") if row["made_by"] == "buyer")
    home = row_of(world, "properties", offer["property"])
    made = _run(world, "counter_offer", offer_no=number, percent=1)
    assert made["answers"] == number and made["amount"] == round(home["asking_price"] * 0.99)
    assert [each["offer_no"] for each in _run(world, "find_counter", answers=number)["offers"]] == [made["offer_no"]]
    assert row_of(world, "offers", number)["status"] == "countered"
    _fails(world, "made by the seller", "counter_offer", offer_no=made["offer_no"], percent=2)
    _fails(world, "can only withdraw", "withdraw_offer", offer_no=made["offer_no"])


def test_a_price_is_cut_within_what_the_owner_accepts(world: World) -> None:
    number, home = next((k, r) for k, r in world.find("properties", status="for sale") if r["asking_price"] > 300000)
    most = figure_of(world, "price cut")
    _fails(world, f"at most {most} percent", "cut_price", property_no=number, percent=most + 1)
    world.update("properties", number, lowest=home["asking_price"] - 1000)
    _fails(world, "accepts .* or more", "cut_price", property_no=number, percent=2)
    world.update("properties", number, lowest=1000)
    done = _run(world, "cut_price", property_no=number, percent=2)
    assert done["price"] == done["asking_price"] == round(home["asking_price"] * 0.98)
    listed = _run(world, "list_listings", property=number)["listings"]
    assert {"price": done["price"], "start_date": REAL_ESTATE.today}.items() <= max(
        listed, key=lambda each: each["start_date"]
    ).items()


def test_viewings_keep_to_window_diary_and_buyer(world: World) -> None:
    number, home = world.find("properties", status="for sale")[0]
    buyer = next(key for key, _ in world.rows("buyers") if not world.find("viewings", buyer=key, status="booked"))
    window = figure_of(world, "viewing window")
    takes = {"property_no": number, "buyer_id": buyer}
    _fails(world, f"next {window} days", "book_viewing", **takes, date=_day(window + 1))
    made = _run(world, "book_viewing", **takes, date=_day(window))
    assert (made["agent"], made["time"], made["status"]) == (home["agent"], home["shown_at"], "booked")
    _fails(world, "shown to somebody else", "book_viewing", **takes, date=_day(window))
    moved = _run(world, "move_viewing", viewing_no=made["viewing_no"], date=_day(window - 3))
    assert moved == {"viewing_no": made["viewing_no"], "date": _day(window - 3)}
    _fails(world, "already; name another day", "move_viewing", viewing_no=made["viewing_no"], date=_day(window - 3))
    _run(world, "cancel_viewing", viewing_no=made["viewing_no"])
    _fails(world, "is cancelled", "cancel_viewing", viewing_no=made["viewing_no"])


def test_a_survey_costs_what_the_surveyor_and_the_rules_say(world: World) -> None:
    number = next(key for key, row in world.rows("properties") if row["status"] != "sold")
    name, surveyor = next(iter(world.rows("surveyors")))
    done = _run(world, "order_survey", property_no=number, surveyor=name, scope="structural")
    extra = figure_of(world, "handling charge") + figure_of(world, "structural surcharge")
    assert done["cost"] == surveyor["fee"] + extra and done["date"] == _day(surveyor["lead_days"])
    _fails(world, "ordered already", "order_survey", property_no=number, surveyor=name, scope="basic")


# --- questions -------------------------------------------------------------------------------------------------------


def test_a_link_says_of_which_kind_a_property_is(agency: Source) -> None:
    links = {name: step.nouns for name, step in agency.domain.steps.items() if name.startswith("offer.property")}
    assert links == {f"offer.property ({kind})": (f"the {kind} in {{x}}",)
                     for kind in ("house", "flat", "office")}  # fmt: skip
    assert agency.shapes.roads.deepest == 10


def test_eight_look_ups_follow_one_another(agency: Source, base: WorldBase) -> None:
    """From a surveyor over a flat and an offer for it to the district of a branch, against the rows."""
    steps = ("the survey with the most pages by {x}", "survey.property (flat)",
             "the offer with the highest amount for {x} (flat)", "offer.buyer", "buyer.agent", "agent.branch",
             "branch.district")  # fmt: skip
    assert hops(agency, "surveyor", steps, "councillor") == 8
    tables, asked = base.tables, 0
    for name in tables["surveyors"]:
        surveys = [row for row in tables["surveys"].values() if row["surveyor"] == name]
        home = max(surveys, key=lambda row: row["pages"])["property"]
        offers = [row for row in tables["offers"].values() if row["property"] == home]
        if len(offers) < 2 or tables["properties"][home]["kind"] != "flat":
            continue
        buyer = tables["buyers"][max(offers, key=lambda row: row["amount"])["buyer"]]
        branch = tables["branches"][tables["agents"][buyer["agent"]]["branch"]]
        councillor = answered(agency, base, "surveyor", name, steps, "councillor")
        assert councillor == tables["districts"][branch["district"]]["councillor"]
        asked += 1
    assert asked
