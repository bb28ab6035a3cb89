"""Railway: stops in the order of their lines, trains made of cars, runs that take crews and tickets along."""

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
from ftrl_gym.construct.worlds.railway import RAILWAY
from ftrl_gym.world import World


@pytest.fixture(scope="module")
def railway() -> Source:
    return scenario("Railway")


@pytest.fixture(scope="module")
def ground(railway: Source) -> Ground:
    return railway.ground(railway.make_world(4, "real"))


@pytest.fixture
def world(ground: Ground) -> World:
    return World(ground.world)


_run = functools.partial(run, "Railway")
_fails = functools.partial(fails, "Railway")


def _day(after: int) -> str:
    return (date.fromisoformat(RAILWAY.today) + timedelta(days=after)).isoformat()


@pytest.mark.parametrize(("seed", "names"), [(0, "real"), (1, "syllables"), (2, "mixed")])
def test_a_line_is_a_row_of_stops_and_a_train_a_row_of_cars(railway: Source, seed: int, names: str) -> None:
    tables = railway.make_world(seed, names).tables
    for name, line in tables["lines"].items():
        stops = sorted((row for row in tables["stops"].values() if row["line"] == name), key=lambda row: row["place"])
        assert [row["place"] for row in stops] == list(range(1, len(stops) + 1))
        offsets = [row["start_offset"] for row in stops]
        assert offsets[0] == 0 and all(4 <= later - sooner <= 28 for sooner, later in pairwise(offsets))
        assert offsets[-1] == line["minutes"] and "leg" not in stops[0]
        assert len({row["station"] for row in stops}) == len(stops)
    assert max(Counter(row["station"] for row in tables["stops"].values()).values()) > 1
    for stop in tables["stops"].values():
        assert tables["platforms"][stop["platform"]]["station"] == stop["station"]
    for train in tables["trains"]:
        cars = {row["place"]: row["kind"] for row in tables["cars"].values() if row["train"] == train}
        assert (cars[1], cars[2]) == ("first class", "second class") and sorted(cars) == list(range(1, len(cars) + 1))
    assert len({(row["train"], row["date"]) for row in tables["runs"].values()}) == len(tables["runs"])
    assert len({(row["member"], row["date"]) for row in tables["duties"].values()}) == len(tables["duties"])
    for duty in tables["duties"].values():
        assert tables["crew_members"][duty["member"]]["role"] == duty["role"]
    for ticket in tables["tickets"].values():
        ride = tables["runs"][ticket["run"]]
        assert tables["cars"][ticket["car"]]["train"] == ride["train"]
        assert tables["stops"][ticket["boarding_stop"]]["line"] == ride["line"]


def _to_come(world: World) -> str:
    """A scheduled run for which seats can be reserved, and which can be cancelled."""
    days = range(4, figure_of(world, "booking period"))
    return next(key for key, row in world.find("runs", status="scheduled") if row["date"] in set(map(_day, days)))


def test_a_seat_is_reserved_where_the_line_stops(world: World) -> None:
    number = _to_come(world)
    row = world.update("runs", number, seats_left=1)
    stops = {stop["station"]: key for key, stop in world.find("stops", line=row["line"])}
    passenger = next(key for key, _ in world.rows("passengers") if not world.find("tickets", passenger=key, run=number))
    for key, _ in world.find("tickets", passenger=passenger):
        world.update("tickets", key, status="used")
    elsewhere = next(key for key, _ in world.rows("stations") if key not in stops)
    wanted = {"run_no": number, "passenger_no": passenger, "kind": "first class"}
    _fails(world, f"does not stop at {elsewhere}", "reserve_seat", **wanted, station=elsewhere)
    station, stop = next(iter(stops.items()))
    made = _run(world, "reserve_seat", **wanted, station=station)
    car = row_of(world, "cars", made["car"])
    assert (made["stop"], car["kind"], car["train"]) == (stop, "first class", row["train"])
    assert made["price"] == round(row["fare"] * (100 + figure_of(world, "first class surcharge")) / 100, 2)
    _fails(world, "no seats are left", "reserve_seat", **wanted, station=station)
    world.update("runs", number, seats_left=1)
    _fails(world, "has a ticket .* already", "reserve_seat", **wanted, station=station)
    world.update("tickets", made["ticket_code"], date=_day(figure_of(world, "free cancellation")))
    assert _run(world, "cancel_ticket", ticket_code=made["ticket_code"])["refund"] == made["price"]
    assert row_of(world, "passengers", passenger)["credit"] == made["price"]
    assert row_of(world, "runs", number)["seats_left"] == 2
    _fails(world, "is cancelled; only a valid one", "cancel_ticket", ticket_code=made["ticket_code"])


def test_a_cancelled_run_releases_its_crew_and_another_train_takes_all_tickets(world: World) -> None:
    runs = ((key, row) for key, row in world.find("runs", status="scheduled") if row["date"] > _day(3))
    number, row = next(pair for pair in runs if world.find("tickets", run=pair[0], status="valid"))
    train = next(
        key for key, _ in world.find("trains", status="in service")
        if key != row["train"] and not world.find("runs", train=key, date=row["date"])
    )  # fmt: skip
    _fails(world, "makes run .* already", "change_train", run_no=number, train_no=row["train"])
    resting = world.find("trains", status="in the workshop")[0][0]
    _fails(world, "is in the workshop", "change_train", run_no=number, train_no=resting)
    assert _run(world, "change_train", run_no=number, train_no=train)["train"] == train
    cars = [row_of(world, "cars", ticket["car"]) for _, ticket in world.find("tickets", run=number, status="valid")]
    assert {(car["train"], car["place"]) for car in cars} == {(train, 2)}
    assert _run(world, "cancel_run", run_no=number)["status"] == "cancelled"
    assert {duty["status"] for _, duty in world.find("duties", run=number)} == {"released"}
    assert len(world.find("tickets", run=number, status="to be refunded")) == len(cars)
    _fails(world, "is cancelled; only a scheduled one", "cancel_run", run_no=number)


def test_a_disruption_is_at_a_stop_of_its_line_and_a_line_has_few(world: World) -> None:
    line = next(key for key, _ in world.rows("lines"))
    for key, _ in world.find("disruptions", line=line):
        world.update("disruptions", key, status="closed")
    station = world.find("stops", line=line)[1][1]["station"]
    wanted = {"line": line, "station": station, "days": 3, "cause": "flooding"}
    made = [_run(world, "report_disruption", **wanted) for _ in range(figure_of(world, "open disruptions"))]
    assert made[0]["ends"] == _day(3) and row_of(world, "stops", made[0]["stop"])["station"] == station
    _fails(world, "close one of them first", "report_disruption", **wanted)
    assert _run(world, "close_disruption", notice_no=made[0]["notice_no"])["ends"] == RAILWAY.today
    _fails(world, "is closed already", "close_disruption", notice_no=made[0]["notice_no"])


def test_eight_look_ups_can_follow_one_another(ground: Ground) -> None:
    value = chain(
        ground, "passenger", "{x}'s most expensive ticket", "ticket.boarding_stop", "stop.line",
        "the next scheduled run of {x}", "run.train", "the heaviest car of {x}", "the most expensive job on {x}",
        attribute="mechanic",
    )  # fmt: skip
    assert cost(ground.domain, value).hops == 9
    assert list(asked(ground, value))


def test_where_a_line_ends_is_where_its_minutes_do(ground: Ground) -> None:
    tables = ground.world.tables
    found = list(asked(ground, chain(ground, "line", "the last stop on {x}", "stop.station", attribute="lockers")))
    assert len(found) > 3
    for line, text, answer in found:
        (end,) = (
            row for row in tables["stops"].values()
            if (row["line"], row["start_offset"]) == (line, tables["lines"][line]["minutes"])
        )  # fmt: skip
        assert answer == tables["stations"][end["station"]]["lockers"]
        assert f"the station of the last stop on the {line}" in text
