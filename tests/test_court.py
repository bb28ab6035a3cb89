"""Court: cases that go up three instances, rulings that cite earlier ones, and what falls away with a settlement."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from chains import asked, chain
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.shapes import cost
from ftrl_gym.construct.worlds.court import COURT
from ftrl_gym.world import World, WorldBase

TODAY = date.fromisoformat(COURT.today)
LEVELS = ("district", "regional", "supreme")


@pytest.fixture(scope="module")
def court() -> Source:
    return scenario("Court")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "syllables"), (2, "mixed")])
def base(request: pytest.FixtureRequest, court: Source) -> WorldBase:
    return court.make_world(*request.param)


@pytest.fixture
def world(court: Source) -> World:
    return World(court.make_world(4, "real"))


_run = functools.partial(run, "Court")
_fails = functools.partial(fails, "Court")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


# --- data ------------------------------------------------------------------------------------------------------------


def test_appeals_go_up_one_instance_after_a_ruling(base: WorldBase) -> None:
    cases, courts = base.tables["cases"], base.tables["courts"]
    rulings = {row["case"]: row for row in base.tables["rulings"].values()}
    assert set(rulings) == {key for key, row in cases.items() if row["status"] == "decided"}
    heights: Counter[str] = Counter()
    for row in cases.values():
        level = courts[row["court"]]["level"]
        heights[level] += 1
        assert bool(row["earlier"]) == (level != "district")
        if row["earlier"]:
            before = cases[row["earlier"]]
            assert courts[before["court"]]["appeals_to"] == row["court"]
            assert rulings[row["earlier"]]["date"] < row["filed"] and before["subject"] == row["subject"]
    assert heights["district"] > heights["regional"] > heights["supreme"] >= 1
    appealed = [row["earlier"] for row in cases.values() if row["earlier"]]
    assert len(set(appealed)) == len(appealed)


def test_rulings_cite_earlier_ones_and_nobody_is_on_two_sides(base: WorldBase) -> None:
    rulings = base.tables["rulings"]
    for row in base.tables["citations"].values():
        assert rulings[row["cited"]]["date"] < rulings[row["ruling"]]["date"]
    for column in ("person", "lawyer"):
        sides = Counter((row["case"], row[column]) for row in base.tables["parties"].values())
        assert set(sides.values()) == {1}
    for table in ("filings", "exhibits", "deadlines"):
        for row in base.tables[table].values():
            assert base.tables["parties"][row["party"]]["case"] == row["case"]
    for row in base.tables["cases"].values():
        assert base.tables["exhibits"][row["key_exhibit"]]["case"] in base.tables["cases"]
    places = Counter((row["courtroom"], row["date"]) for row in base.tables["hearings"].values())
    assert set(places.values()) == {1}


# --- actions ---------------------------------------------------------------------------------------------------------


def test_an_appeal_is_a_new_case_at_the_court_above(world: World) -> None:
    appealed = {row["earlier"] for _, row in world.rows("cases")}
    levels = {name: row["level"] for name, row in world.rows("courts")}
    number, ruling = next(
        (key, row)
        for key, row in world.rows("rulings")
        if row["case"] not in appealed and levels[row_of(world, "cases", row["case"])["court"]] == "district"
    )
    world.update("rulings", number, date=_day(-100))
    highest = World(world.base)
    highest.update("courts", row_of(world, "cases", ruling["case"])["court"], level="supreme")
    _fails(highest, "supreme court", "lodge_appeal", ruling_no=number)
    made = _run(world, "lodge_appeal", ruling_no=number)
    before = row_of(world, "cases", ruling["case"])
    assert made["court"] == row_of(world, "courts", before["court"])["appeals_to"]
    assert made["amount"] == before["amount"] + figure_of(world, "appeal surcharge")
    above = _run(world, "list_judges", court=made["court"])["judges"]
    assert made["judge"] == min(above, key=lambda row: int(row["years"]))["judge_id"]
    (appeal,) = _run(world, "find_appeal", earlier=ruling["case"])["cases"]
    assert appeal["docket_no"] == made["docket_no"]
    _fails(world, "appealed before", "lodge_appeal", ruling_no=number)


def test_hearings_and_deadlines_fall_away_with_a_settlement(world: World) -> None:
    case = next(key for key, _ in world.find("cases", status="pending") if world.find("deadlines", case=key))
    deadline, _ = world.find("deadlines", case=case)[0]
    world.update("deadlines", deadline, status="open")
    assert _run(world, "record_settlement", docket_no=case)["status"] == "settled"
    assert {row["status"] for _, row in world.find("hearings", case=case)} == {"cancelled"}
    assert row_of(world, "deadlines", deadline)["status"] == "void"
    _fails(world, "is settled already", "record_settlement", docket_no=case)


def test_a_case_goes_to_another_court_of_its_level_only(world: World) -> None:
    levels = {name: row["level"] for name, row in world.rows("courts")}
    case, row = next(
        (key, row) for key, row in world.find("cases", status="pending") if levels[row["court"]] == "district"
    )
    other = next(name for name, level in levels.items() if level == "district" and name != row["court"])
    supreme = next(name for name, level in levels.items() if level == "supreme")
    _fails(world, "name another district court", "transfer_case", docket_no=case, court=supreme)
    _fails(world, "already", "transfer_case", docket_no=case, court=row["court"])
    moved = _run(world, "transfer_case", docket_no=case, court=other)
    assert row_of(world, "judges", moved["judge"])["court"] == other
    assert not world.find("hearings", case=case, status="planned")


def test_a_deadline_is_extended_so_often_and_a_fee_reduced_once(world: World) -> None:
    deadline, row = world.find("deadlines", status="open")[0]
    _fails(world, "weeks at most", "extend_deadline", deadline_no=deadline, weeks=6)
    for number in range(1, figure_of(world, "extensions") + 1):
        done = _run(world, "extend_deadline", deadline_no=deadline, weeks=2)
        assert done["due"] == (date.fromisoformat(row["due"]) + timedelta(days=14 * number)).isoformat()
    _fails(world, "the most there can be", "extend_deadline", deadline_no=deadline, weeks=2)
    limit = figure_of(world, "reduction limit")
    fee, note = next((key, row) for key, row in world.find("fee_notes", status="open") if row["amount"] <= limit)
    assert _run(world, "reduce_fee", fee_no=fee, cut="half")["amount"] == note["amount"] / 2
    _fails(world, "is reduced", "reduce_fee", fee_no=fee, cut="whole")


# --- questions -------------------------------------------------------------------------------------------------------


def test_a_long_chain_goes_down_the_instances(court: Source) -> None:
    path = (
        *("judge.court", "court.appeals_to", "court.appeals_to", "the judge with the most years in office at {x}"),
        *("the case with the largest amount before {x}", "case.earlier", "case.earlier", "the claimant in {x}"),
    )
    answered = 0
    for seed in range(4):
        ground = court.ground(court.make_world(seed, "real"))
        tables, value = ground.world.tables, chain(ground, "judge", *path, attribute="security")
        assert cost(court.domain, value).lookups >= 8
        for question in asked(ground, value, 10):
            (top,) = (name for name, row in tables["courts"].items() if row["level"] == "supreme")
            judges = {key: row for key, row in tables["judges"].items() if row["court"] == top}
            judge = max(judges, key=lambda key: judges[key]["years"])
            before = [row for row in tables["cases"].values() if row["judge"] == judge]
            second = max(before, key=lambda row: row["amount"])["earlier"]
            first = tables["cases"][second]["earlier"]
            parties = tables["parties"].values()
            (claimant,) = (row for row in parties if row["case"] == first and row["role"] == "claimant")
            assert question.answer == claimant["security"], question.text
            assert " in that earlier case" in question.text and " in that case" not in question.text
            answered += 1
    assert answered and court.shapes.roads.deepest >= 10
