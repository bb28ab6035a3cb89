"""Festival: entries and votes as joints, seats in stock, and actions that change many rows at once."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from chains import asked, chain
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.shapes import cost
from ftrl_gym.construct.worlds.festival import FESTIVAL
from ftrl_gym.world import World, WorldBase

TODAY = date.fromisoformat(FESTIVAL.today)


@pytest.fixture(scope="module")
def festival() -> Source:
    return scenario("Festival")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "syllables"), (2, "mixed")])
def base(request: pytest.FixtureRequest, festival: Source) -> WorldBase:
    return festival.make_world(*request.param)


@pytest.fixture
def world(festival: Source) -> World:
    return World(festival.make_world(4, "real"))


_run = functools.partial(run, "Festival")
_fails = functools.partial(fails, "Festival")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


# --- data ------------------------------------------------------------------------------------------------------------


def test_every_juror_votes_once_on_every_entry_of_the_section(base: WorldBase) -> None:
    jurors, entries = base.tables["jurors"], base.tables["entries"]
    cast = [(row["juror"], row["entry"]) for row in base.tables["votes"].values()]
    wanted = {(j, e) for j, juror in jurors.items() for e, row in entries.items() if row["section"] == juror["section"]}
    assert len(cast) == len(set(cast)) and set(cast) == wanted
    places = Counter((row["film"], row["section"]) for row in entries.values())
    assert set(places.values()) == {1}


def test_halls_and_volunteers_are_in_one_place_a_day_and_blocks_are_three(base: WorldBase) -> None:
    tables = base.tables
    for table, what in (("screenings", "hall"), ("shifts", "volunteer")):
        taken = Counter((row[what], row["date"]) for row in tables[table].values())
        assert set(taken.values()) == {1}
    blocks = Counter((row["screening"], row["category"]) for row in tables["seat_blocks"].values())
    assert set(blocks.values()) == {1} and len(blocks) == 3 * len(tables["screenings"])
    for ticket in tables["tickets"].values():
        block = tables["seat_blocks"][ticket["block"]]
        assert (ticket["screening"], ticket["price"]) == (block["screening"], block["price"])
    hours: Counter[str] = Counter()
    for shift in tables["shifts"].values():
        hours[shift["volunteer"]] += shift["hours"]
    assert {key: row["hours"] for key, row in tables["volunteers"].items()} == hours


# --- actions ---------------------------------------------------------------------------------------------------------


def test_a_ticket_takes_a_seat_and_gives_it_back_for_a_fee(world: World) -> None:
    visitor = next(
        key for key, _ in world.rows("visitors") if len(world.find("tickets", visitor=key, status="valid")) < 3
    )
    seen = {row["screening"] for _, row in world.find("tickets", visitor=visitor)}
    block, row = next(
        (key, row)
        for key, row in world.rows("seat_blocks")
        if row["left"] > 0
        and row["screening"] not in seen
        and row_of(world, "screenings", row["screening"])["date"] >= _day(3)
    )
    ticket = _run(world, "sell_ticket", block_no=block, visitor_id=visitor)["ticket_no"]
    assert row_of(world, "seat_blocks", block)["left"] == row["left"] - 1
    _fails(world, "has a ticket for screening", "sell_ticket", block_no=block, visitor_id=visitor)
    refund = _run(world, "return_ticket", ticket_no=ticket)["refund"]
    assert refund == row["price"] - figure_of(world, "return fee")
    assert row_of(world, "seat_blocks", block)["left"] == row["left"]
    assert row_of(world, "visitors", visitor)["paid"] == figure_of(world, "return fee")
    _fails(world, "is returned already", "return_ticket", ticket_no=ticket)


def test_a_pass_pays_for_a_seat_but_not_for_a_box(world: World) -> None:
    card, row = next((key, row) for key, row in world.rows("passes") if row["left"] > 1)
    world.update("passes", card, expires=_day(30))
    for category, surcharge in (("stalls", 0), ("box", figure_of(world, "box surcharge"))):
        block = next(key for key, each in world.find("seat_blocks", category=category) if each["left"] > 0)
        assert _run(world, "use_pass", pass_no=card, block_no=block)["surcharge"] == surcharge
    assert row_of(world, "passes", card)["left"] == row["left"] - 2
    world.update("passes", card, expires=_day(0))
    _fails(world, "before the screening", "use_pass", pass_no=card, block_no=block)
    world.update("passes", card, left=0)
    _fails(world, "no admissions left", "use_pass", pass_no=card, block_no=block)


def test_one_entry_wins_and_the_others_of_its_section_are_passed_over(world: World) -> None:
    sections = Counter(row["section"] for _, row in world.rows("entries"))
    section = max(sections, key=sections.__getitem__)
    (winner, _), *others = world.find("entries", section=section)
    for key, vote in world.find("votes", entry=winner):
        world.update("votes", key, points=vote["points"] + 60)
    _run(world, "give_award", entry_no=winner)
    assert {row["status"] for _, row in world.find("awards", section=section)} == {"given"}
    assert others and {row_of(world, "entries", key)["status"] for key, _ in others} == {"passed over"}
    _fails(world, "only a nominated one", "give_award", entry_no=others[0][0])
    film = row_of(world, "entries", winner)["film"]
    _fails(world, "has won an award", "withdraw_film", title=film)
    other = next(key for key, _ in world.rows("films") if key != film)
    _run(world, "withdraw_film", title=other)
    assert {row["status"] for _, row in world.find("screenings", film=other)} == {"cancelled"}
    assert {row["status"] for _, row in world.find("entries", film=other)} == {"withdrawn"}


def test_a_shuttle_leaves_from_the_hotel_of_a_stay(world: World) -> None:
    guests = {key for key, row in world.rows("guests") if not row["shuttle"]}
    _, stay = next(pair for pair in world.rows("stays") if pair[1]["guest"] in guests)
    near, row = world.find("shuttles", hotel=stay["hotel"])[0]
    world.update("shuttles", near, places=1)
    far = next(key for key, each in world.rows("shuttles") if each["hotel"] != stay["hotel"] and each["places"])
    _fails(world, "does not stay", "board_shuttle", guest_id=stay["guest"], shuttle_no=far)
    _run(world, "board_shuttle", guest_id=stay["guest"], shuttle_no=near)
    assert row_of(world, "shuttles", near)["places"] == 0 and row["hotel"] == stay["hotel"]
    _fails(world, "already; one is enough", "board_shuttle", guest_id=stay["guest"], shuttle_no=near)


# --- questions -------------------------------------------------------------------------------------------------------


def test_a_long_chain_goes_from_a_jury_to_a_projectionist(festival: Source) -> None:
    path = (
        *("the vote with the most points among those cast by {x}", "vote.entry", "entry.film"),
        *("the guest with the highest fee for {x}", "the stay of {x}", "stay.hotel", "the next shuttle from {x}"),
        *("shuttle.venue", "the hall with the largest capacity at {x}"),
    )
    answered = 0
    for seed in range(3):
        ground = festival.ground(festival.make_world(seed, "real"))
        tables, value = ground.world.tables, chain(ground, "juror", *path, attribute="projectionist")
        assert cost(festival.domain, value).lookups >= 8
        for question in asked(ground, value, 10):
            cast = [row for row in tables["votes"].values() if row["juror"] == question.start]
            film = tables["entries"][max(cast, key=lambda row: int(row["points"]))["entry"]]["film"]
            guests = {key: row["fee"] for key, row in tables["guests"].items() if row["film"] == film}
            guest = max(guests, key=guests.__getitem__)
            (stay,) = (row for row in tables["stays"].values() if row["guest"] == guest)
            leaving = [row for row in tables["shuttles"].values() if row["hotel"] == stay["hotel"]]
            venue = min(leaving, key=lambda row: str(row["date"]))["venue"]
            halls = [row for row in tables["halls"].values() if row["venue"] == venue]
            assert question.answer == max(halls, key=lambda row: int(row["capacity"]))["projectionist"], question.text
            answered += 1
    assert answered and festival.shapes.roads.deepest >= 10
