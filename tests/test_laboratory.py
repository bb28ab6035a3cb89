"""Laboratory: positions inside positions, bottles used up in their own unit, and orders that become bottles."""

from __future__ import annotations

import functools
from datetime import date, timedelta

import pytest
from tool_calls import fails, figure_of, row_of, run
from walks import answered, hops

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.laboratory import LABORATORY
from ftrl_gym.world import Row, World, WorldBase

TODAY = date.fromisoformat(LABORATORY.today)
AROUND = {"box": "rack", "rack": "freezer"}
"""Level of a position -> level of what it stands in."""
_run = functools.partial(run, "Laboratory")
_fails = functools.partial(fails, "Laboratory")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


@pytest.fixture(scope="module")
def laboratory() -> Source:
    return scenario("Laboratory")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "syllables"), (2, "mixed")], ids=str)
def base(request: pytest.FixtureRequest, laboratory: Source) -> WorldBase:
    return laboratory.make_world(*request.param)


@pytest.fixture
def world(laboratory: Source) -> World:
    return World(laboratory.make_world(0, "real"))


# --- data ------------------------------------------------------------------------------------------------------------


def test_boxes_stand_in_racks_and_racks_in_freezers_of_their_room(base: WorldBase) -> None:
    positions = base.tables["positions"]
    for position in positions.values():
        if position["level"] == "freezer":
            assert not position["inside"]
        else:
            around = positions[position["inside"]]
            assert around["level"] == AROUND[position["level"]]
            assert (around["room"], around["temperature"]) == (position["room"], position["temperature"])
    for bottle in base.tables["bottles"].values():
        box = positions[bottle["position"]]
        compound = base.tables["compounds"][base.tables["batches"][bottle["batch"]]["compound"]]
        assert box["level"] == "box" and box["temperature"] <= compound["keep_below"]
        assert bottle["unit"] == compound["unit"]


def test_usages_have_the_unit_of_their_bottle(base: WorldBase, laboratory: Source) -> None:
    bottles = base.tables["bottles"]
    assert {row["unit"] for row in bottles.values()} == {"grams", "millilitres"}
    for usage in base.tables["usages"].values():
        assert usage["unit"] == bottles[usage["bottle"]]["unit"]
    amount = laboratory.domain.thing("bottle").attributes["amount"]
    assert amount.unit == "@unit" and not amount.adds and not amount.low, "grams and millilitres are not compared"


def test_protocols_replace_earlier_ones_and_leaders_are_cleared(base: WorldBase) -> None:
    protocols, researchers = base.tables["protocols"], base.tables["researchers"]
    replaced = [row["replaces"] for row in protocols.values() if row["replaces"]]
    assert len(set(replaced)) == len(replaced)
    assert all(
        protocols[row["replaces"]]["approved"] < row["approved"] for row in protocols.values() if row["replaces"]
    )
    for experiment in base.tables["experiments"].values():
        protocol = protocols[experiment["protocol"]]
        assert researchers[experiment["leader"]]["clearance"] >= protocol["clearance"]
        assert experiment["instrument"] == protocol["instrument"]


# --- actions ---------------------------------------------------------------------------------------------------------


def _ready(world: World) -> tuple[str, int, str, Row]:
    """A planned experiment with the size of its portions, and a full bottle that it has not used."""
    number, experiment = world.find("experiments", status="planned")[0]
    used = {row["bottle"] for _, row in world.find("usages", experiment=number)}
    bottle = next(key for key, _ in world.find("bottles", status="in stock") if key not in used)
    world.update("bottles", bottle, amount=200)
    world.update("batches", row_of(world, "bottles", bottle)["batch"], expires=_day(5))
    portion = row_of(world, "protocols", experiment["protocol"])["portion"]
    return number, portion, bottle, row_of(world, "bottles", bottle)


def test_portions_are_taken_as_long_as_there_is_enough(world: World) -> None:
    number, portion, bottle, row = _ready(world)
    takes = {"experiment_no": number, "bottle_no": bottle}
    most = figure_of(world, "portions at once")
    _fails(world, f"at most {most} portions", "take_portions", portions=most + 1, **takes)
    world.update("bottles", bottle, amount=2 * portion - 1)
    _fails(world, f"would be {2 * portion} {row['unit']}", "take_portions", portions=2, **takes)
    world.update("bottles", bottle, amount=2 * portion)
    done = _run(world, "take_portions", portions=2, **takes)
    assert (done["amount"], done["unit"]) == (2 * portion, row["unit"])
    assert _run(world, "get_bottle", bottle_no=bottle)["amount"] == 0
    world.update("bottles", bottle, amount=200)
    _fails(world, "has taken from .* already", "take_portions", portions=2, **takes)
    world.update("batches", row["batch"], expires=_day(-1))
    _fails(world, f"expired on {_day(-1)}", "take_portions", portions=2, **takes)


def test_a_bottle_moves_to_a_box_that_is_cold_enough_and_not_full(world: World) -> None:
    _, _, bottle, row = _ready(world)
    compound = row_of(world, "compounds", row_of(world, "batches", row["batch"])["compound"])
    rack, _ = world.find("positions", level="rack")[0]
    _fails(world, "is a rack", "move_bottle", bottle_no=bottle, position_no=rack)
    box = next(key for key, _ in world.find("positions", level="box") if key != row["position"])
    world.update("positions", box, temperature=compound["keep_below"] + 1)
    _fails(world, "kelvin or colder", "move_bottle", bottle_no=bottle, position_no=box)
    world.update("positions", box, temperature=compound["keep_below"])
    world.update("rules", "bottles per box", value=len(world.find("bottles", position=box)))
    _fails(world, "choose another box", "move_bottle", bottle_no=bottle, position_no=box)
    world.update("rules", "bottles per box", value=9)
    assert _run(world, "move_bottle", bottle_no=bottle, position_no=box)["position"] == box
    assert _run(world, "discard_bottle", bottle_no=bottle)["amount"] == 0
    _fails(world, "is discarded", "move_bottle", bottle_no=bottle, position_no=row["position"])


def test_an_order_that_comes_becomes_a_batch_and_a_bottle(world: World) -> None:
    number, order = world.find("orders", status="open")[0]
    compound = row_of(world, "compounds", order["compound"])
    box = min(world.find("positions", level="box"), key=lambda pair: int(pair[1]["temperature"]))[0]
    made = _run(world, "receive_order", order_no=number, position_no=box)
    bottle, batch = row_of(world, "bottles", made["bottle_no"]), row_of(world, "batches", made["batch_no"])
    assert (bottle["batch"], bottle["amount"], bottle["unit"]) == (made["batch_no"], order["packs"] * 50,
                                                                   compound["unit"])  # fmt: skip
    assert batch["compound"] == order["compound"] and batch["expires"] == _day(figure_of(world, "shelf life"))
    assert row_of(world, "orders", number)["arrives"] == LABORATORY.today
    _fails(world, "is received", "cancel_order", order_no=number)


def test_experiments_take_clearance_and_a_calibrated_instrument(world: World) -> None:
    name, protocol = next(iter(world.rows("protocols")))
    world.update("protocols", name, clearance=3)
    low, high = (next(key for key, row in world.rows("researchers") if (row["clearance"] >= 3) is cleared)
                 for cleared in (False, True))  # fmt: skip
    _fails(world, "takes clearance 3", "plan_experiment", protocol=name, researcher_id=low, date=_day(9))
    world.update("instruments", protocol["instrument"], status="out of order")
    takes = {"protocol": name, "researcher_id": high, "date": _day(9)}
    _fails(world, "has to be calibrated first", "plan_experiment", **takes)
    done = _run(world, "calibrate", instrument=protocol["instrument"], researcher_id=high)
    assert (done["status"], done["technician"]) == ("ready", high)
    assert done["due"] == _day(figure_of(world, "calibration interval"))
    for key, _ in world.find("experiments", instrument=protocol["instrument"], status="planned"):
        world.update("experiments", key, date=_day(8))
    for key, _ in world.find("experiments", leader=high, status="planned"):
        world.update("experiments", key, leader=low)
    made = _run(world, "plan_experiment", **takes)
    _fails(world, "is taken on", "plan_experiment", **takes)
    _run(world, "cancel_experiment", experiment_no=made["experiment_no"])
    _fails(world, "is cancelled", "move_experiment", experiment_no=made["experiment_no"], date=_day(12))


# --- questions -------------------------------------------------------------------------------------------------------


def test_six_look_ups_follow_one_another(laboratory: Source, base: WorldBase) -> None:
    """From a vendor over a batch, a bottle and the rack around its box to the barcode of a box, against the rows."""
    steps = ("the most expensive batch from {x}", "the bottle filled last from {x}", "bottle.position",
             "position.inside", "the position with the most slots inside {x}")  # fmt: skip
    assert hops(laboratory, "vendor", steps, "label") == 6
    tables, asked = base.tables, 0
    for name in tables["vendors"]:
        batches = {key: row for key, row in tables["batches"].items() if row["vendor"] == name}
        batch = max(batches, key=lambda key: int(batches[key]["price"]))
        bottle = max(
            (row for row in tables["bottles"].values() if row["batch"] == batch), key=lambda row: row["filled"]
        )
        rack = tables["positions"][bottle["position"]]["inside"]
        boxes = [row for row in tables["positions"].values() if row["inside"] == rack]
        if len(boxes) > 1:
            label = max(boxes, key=lambda row: int(row["slots"]))["label"]
            assert answered(laboratory, base, "vendor", name, steps, "label") == label
            asked += 1
    assert asked
