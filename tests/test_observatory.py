"""Observatory: instruments made of filters, nights as a time table, blocks that fit the night they are on."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from named_chains import asked, chain, lookups
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.observatory import OBSERVATORY
from ftrl_gym.world import World, WorldBase

_run = functools.partial(run, "Observatory")
_fails = functools.partial(fails, "Observatory")


def _day(after: int) -> str:
    return (date.fromisoformat(OBSERVATORY.today) + timedelta(days=after)).isoformat()


@pytest.fixture(scope="module")
def observatory() -> Source:
    return scenario("Observatory")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "mixed"), (2, "syllables")])
def base(request: pytest.FixtureRequest, observatory: Source) -> WorldBase:
    return observatory.make_world(*request.param)


@pytest.fixture
def world(observatory: Source) -> World:
    return World(observatory.make_world(4, "real"))


def test_a_telescope_has_one_night_a_day_and_a_summit_one_weather_record(base: WorldBase) -> None:
    for table, column in (("nights", "telescope"), ("weather_records", "summit")):
        places = Counter((row[column], row["date"]) for row in base.tables[table].values())
        assert max(places.values()) == 1
    for night in base.tables["nights"].values():
        assert base.tables["instruments"][night["instrument"]]["telescope"] == night["telescope"]
        assert base.tables["astronomers"][night["duty_astronomer"]]["licence"] == "trained"
        assert (night["cause"] == "none") == (night["status"] != "closed")
        assert night["status"] == "closed" or (night["status"] == "open") == (night["date"] >= OBSERVATORY.today)


def test_blocks_fit_the_instrument_of_their_night(base: WorldBase) -> None:
    tables = base.tables
    brought = Counter(row["block"] for row in tables["data_sets"].values())
    for key, block in tables["blocks"].items():
        night, target = tables["nights"][block["night"]], tables["targets"][block["target"]]
        assert tables["filters"][block["filter"]]["instrument"] == night["instrument"]
        assert target["magnitude"] <= tables["instruments"][night["instrument"]]["limit"]
        assert block["proposal"] == target["proposal"] and brought[key] == (block["status"] == "done")
    bands = Counter((row["instrument"], row["band"]) for row in tables["filters"].values())
    assert max(bands.values()) == 1


def test_a_block_is_planned_switched_to_another_band_and_cancelled(world: World) -> None:
    night, row = next((k, r) for k, r in world.find("nights", status="open") if r["date"] > _day(5))
    limit = row_of(world, "instruments", row["instrument"])["limit"]
    target, wanted = next((k, r) for k, r in world.rows("targets") if r["magnitude"] <= limit)
    world.update("nights", night, minutes_left=300)
    for each, block in world.find("blocks", proposal=wanted["proposal"], status="planned"):
        world.update("blocks", each, status="lost")
        assert block["status"] == "planned"
    planned = _run(world, "schedule_block", target=target, night_no=night, exposures=2)
    minutes = 2 * wanted["exposure"] + figure_of(world, "readout margin")
    assert planned["minutes"] == minutes and row_of(world, "nights", night)["minutes_left"] == 300 - minutes
    filters = world.find("filters", instrument=row["instrument"])
    first = min(filters, key=lambda pair: int(pair[1]["place"]))
    assert planned["filter"] == first[0]
    other, band = next((key, each["band"]) for key, each in filters if key != first[0])
    assert _run(world, "change_filter", block_no=planned["block_no"], band=band)["filter"] == other
    missing = next(iter({"blue", "green", "red", "infrared", "hydrogen"} - {each["band"] for _, each in filters}))
    _fails(world, f"has no filter for {missing}; it has", "change_filter", block_no=planned["block_no"], band=missing)
    assert _run(world, "cancel_block", block_no=planned["block_no"])["status"] == "cancelled"
    assert row_of(world, "nights", night)["minutes_left"] == 300
    _fails(world, "is cancelled; only a planned one", "cancel_block", block_no=planned["block_no"])
    world.update("targets", target, magnitude=limit + 1)
    _fails(world, "is too faint", "schedule_block", target=target, night_no=night, exposures=2)


def test_a_closed_night_loses_its_blocks(world: World) -> None:
    night, row = next((k, r) for k, r in world.find("nights", status="open") if world.find("blocks", night=k))
    lost = row_of(world, "telescopes", row["telescope"])["nights_lost"]
    world.update("nights", night, date=_day(60))
    _fails(world, "days ahead", "close_night", night_no=night, cause="wind")
    world.update("nights", night, date=_day(3))
    assert _run(world, "close_night", night_no=night, cause="wind")["cause"] == "wind"
    assert row_of(world, "telescopes", row["telescope"])["nights_lost"] == lost + 1
    assert {block["status"] for _, block in world.find("blocks", night=night)} == {"lost"}
    _fails(world, "is closed already", "close_night", night_no=night, cause="ice")


def test_time_is_granted_out_of_what_the_telescope_has_left(world: World) -> None:
    proposal, row = world.find("proposals", status="submitted")[0]
    world.update("proposals", proposal, grade=10, granted=10)
    world.update("telescopes", row["telescope"], hours_left=6)
    assert _run(world, "grant_time", proposal_no=proposal, hours=4) == {
        "proposal_no": proposal,
        "granted": 14,
        "status": "running",
    }
    assert row_of(world, "telescopes", row["telescope"])["hours_left"] == 2
    _fails(world, "has 2 hours left", "grant_time", proposal_no=proposal, hours=3)
    most = figure_of(world, "time per proposal")
    _fails(world, f"14 hours of at most {most}", "grant_time", proposal_no=proposal, hours=most)
    world.update("proposals", proposal, grade=1)
    _fails(world, "has a grade of 1", "grant_time", proposal_no=proposal, hours=1)


def test_data_are_released_after_the_embargo(world: World) -> None:
    data, row = world.find("data_sets", access="team")[0]
    night = row_of(world, "blocks", row["block"])["night"]
    embargo, sets = figure_of(world, "embargo"), row_of(world, "archives", row["archive"])["public_sets"]
    world.update("nights", night, date=_day(1 - embargo))
    _fails(world, f"the embargo is {embargo} days", "release_data", data_no=data)
    world.update("nights", night, date=_day(-embargo))
    assert _run(world, "release_data", data_no=data)["access"] == "public"
    assert row_of(world, "archives", row["archive"])["public_sets"] == sets + 1


def test_a_chain_leads_from_an_institute_over_two_targets_to_another_institute() -> None:
    steps = (
        *("the astronomer with the most papers at {x}", "the only membership of {x}", "membership.proposal"),
        *("the nearest target of {x}", "the only block of {x}", "block.filter", "filter.instrument"),
        *("instrument.telescope", "the latest night observed on {x}", "the longest block of {x}", "block.target"),
        *("target.proposal",),
    )
    assert lookups("Observatory", chain("Observatory", "institute", *steps), "aim") == 10


def test_the_summit_above_a_block_is_found_by_hand(base: WorldBase) -> None:
    tables = base.tables
    key, block = next(iter(tables["blocks"].items()))
    walk = chain("Observatory", "block", "block.night", "night.telescope", "telescope.summit", key=key)
    text, answer = asked("Observatory", base, walk, "altitude")
    telescope = tables["nights"][block["night"]]["telescope"]
    assert answer == tables["summits"][tables["telescopes"][telescope]["summit"]]["altitude"] and key in text


@pytest.mark.parametrize("features", [(), ("state",), ("user",), ("state", "user")])
def test_tasks_are_certified(features: tuple[str, ...]) -> None:
    task = endless_task(3, scenario="Observatory", features=features, names="mixed")
    assert task.certificate is not None and task.certificate.solver_plan == "confirmed"
