"""What a declaration can say beyond simple tables: drawn, documented, run and asked about as it says."""

from __future__ import annotations

import ast
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from harbour_declaration import FINE, HARBOUR

from ftrl_gym.construct import scenarios
from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.briefs import brief_for
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.declare import Ref
from ftrl_gym.construct.declare.code_layout import WIDTH, wrapped
from ftrl_gym.construct.declare.populate import populate
from ftrl_gym.construct.declare.vocabulary import domain_of
from ftrl_gym.construct.domain import Extra, Pick, Search
from ftrl_gym.construct.scenarios import Source, declared
from ftrl_gym.construct.writer import ProceduralWriter, write_task
from ftrl_gym.execution import ToolFailure
from ftrl_gym.task import Kind, ScriptedUser, Split
from ftrl_gym.world import Row, World, WorldBase


@pytest.fixture(scope="module")
def harbour() -> Source:
    return declared(HARBOUR)


@pytest.fixture(scope="module", params=[(seed, names) for seed in range(4) for names in ("real", "syllables")], ids=str)
def base(request: pytest.FixtureRequest, harbour: Source) -> WorldBase:
    return harbour.make_world(*request.param)


@pytest.fixture
def world(harbour: Source) -> World:
    """One with a valid ticket of each kind."""
    worlds = (World(harbour.make_world(seed, "real")) for seed in range(20))
    return next(world for world in worlds if len(_valid(world)) == 2)


def _valid(world: World) -> dict[str, str]:
    """Kind -> a ticket of it that is valid."""
    return {row["type"]: key for key, row in world.rows("tickets") if row["status"] == "valid"}


def _run(harbour: Source, world: World, tool: str, **arguments: Any) -> dict[str, Any]:
    result: dict[str, Any] = harbour.pool.toolbox.run(tool, arguments, world)
    return result


def _rows(base: WorldBase, table: str) -> list[Row]:
    return list(base.tables[table].values())


# --- data ------------------------------------------------------------------------------------------------------------


def test_rows_that_are_made_together_keep_what_they_bring_and_draw_the_rest(base: WorldBase) -> None:
    assert len(base.tables["ports"]) == 3
    for ferry in _rows(base, "ferries"):
        assert ferry["origin"] != ferry["destination"] and ferry["departs"] < ferry["arrives"]
        assert 10 <= ferry["price"] <= 150 and ferry["line"]
    assert len({(row["date"], row["departs"]) for row in _rows(base, "ferries")}) == len(base.tables["ferries"])
    fined = {row["ticket"] for row in _rows(base, "fines")}
    assert fined == {key for key, row in base.tables["tickets"].items() if not row["paid"]}


def test_columns_that_are_not_kept_are_gone(base: WorldBase, harbour: Source) -> None:
    for entity in HARBOUR.entities:
        for row in _rows(base, entity.table):
            assert list(row) == list(entity.kept)
    assert "kilometres" not in harbour.domain.documents["get_ferry"].returns.schema_["properties"]


def test_shared_capitals_and_names_go_with_what_they_are_shared_per(base: WorldBase) -> None:
    ferries = _rows(base, "ferries")
    assert len({row["line"] for row in ferries}) <= 2
    for column in ("flag", "ferry_no"):
        shared = {row["line"]: str(row[column])[: 2 if column == "ferry_no" else None] for row in ferries}
        assert all(str(row[column]).startswith(shared[row["line"]]) for row in ferries)
        assert len(set(shared.values())) == len(shared)
    assert {len(row["ferry_no"]) for row in ferries} <= {5, 6}


def test_what_is_kept_apart_never_ties_and_totals_are_kept(base: WorldBase) -> None:
    bikes = Counter((row["port"], row["frame"]) for row in _rows(base, "bikes"))
    assert len(base.tables["bikes"]) == 10 and max(bikes.values()) == 1
    assert {2, 3, 4} >= set(Counter(row["port"] for row in _rows(base, "bikes")).values())
    assert len({row["tax"] for row in _rows(base, "ports")}) == 3
    dates = Counter((row["guest_id"], row["date"]) for row in _rows(base, "tickets"))
    assert max(dates.values()) == 1
    first = {}
    for row in _rows(base, "bikes"):
        first.setdefault(row["port"], row["bike_id"])
    hired = {row["item"]: row["status"] for row in _rows(base, "tickets") if row["type"] == "bike"}
    for row in _rows(base, "bikes"):
        if row["bike_id"] in hired:
            assert row["free"] is (hired[row["bike_id"]] == "void"), "what a row means for another one"
        elif row["bike_id"] in first.values():
            assert row["free"], "the first of each port is free for sure"


def test_a_row_is_drawn_as_its_kind_has_it(base: WorldBase) -> None:
    for ticket in _rows(base, "tickets"):
        if ticket["type"] == "ferry":
            ferry = base.tables["ferries"][ticket["item"]]
            assert (ticket["date"], ticket["price"], ticket["days"]) == (ferry["date"], ferry["price"], 0)
        else:
            assert ticket["price"] == ticket["days"] * base.tables["bikes"][ticket["item"]]["daily_price"] > 0


def test_bounds_that_are_worked_out_hold(base: WorldBase, harbour: Source) -> None:
    for ferry in _rows(base, "ferries"):
        assert 10 < ferry["price"] <= 150
        assert ferry["class"] in ("day", "night")


def test_what_was_drawn_before_does_not_matter(harbour: Source) -> None:
    harbour.make_world(2, "mixed")
    assert harbour.make_world(1, "mixed").tables == populate(HARBOUR, 1, "mixed").tables


# --- documents and code ----------------------------------------------------------------------------------------------


def test_documents_say_bounds_figures_and_other_names(harbour: Source) -> None:
    documents = harbour.domain.documents
    frame = documents["list_bikes"].parameters["properties"]["min_frame"]
    assert frame == {
        "type": "integer", "description": "Smallest frame.", "minimum": 40, "maximum": 62, "default": 40,
    }  # fmt: skip
    assert "min_frame" not in documents["list_bikes"].binds, "a bound brings nothing in"
    assert documents["list_ferries"].binds == {"origin": "ferries.origin", "ferry_class": "ferries.class"}
    assert documents["list_ferries"].parameters["properties"]["ferry_class"]["description"] == "Class of ferry."
    tax = documents["add_tax"]
    assert list(tax.parameters["properties"]) == ["amount", "one", "other"]
    assert tax.parameters["properties"]["other"]["description"] == "Name of the other port."
    (facts,) = tax.returns.facts
    assert (facts.entity, facts.key, facts.unordered) == ("taxed_amounts", ("amount", "one", "other"), True)
    assert documents["get_rule"].description == "A rule of the harbour."
    void = documents["void_ticket"].returns
    assert [(each.entity, list(each.fields)) for each in void.facts] == [
        ("tickets", ["reference", "status"]),
        ("fines", ["fine_id", "amount"]),
    ]
    assert documents["move_ticket"].returns.schema_["properties"]["fee"] == {"type": "integer"}


def test_a_search_keeps_to_its_bound(harbour: Source, world: World) -> None:
    for port, _ in world.rows("ports"):
        bikes = _run(harbour, world, "list_bikes", port=port)["bikes"]
        large = _run(harbour, world, "list_bikes", port=port, min_frame=54)["bikes"]
        assert large == [bike for bike in bikes if bike["frame"] >= 54]


def test_a_figure_is_worked_with(harbour: Source, world: World) -> None:
    (one, here), (other, there), *_ = world.rows("ports")
    result = _run(harbour, world, "add_tax", amount=100.0, one=one, other=other)
    assert result["total"] == round(100 * (200 + here["tax"] + there["tax"]) / 200, 2) and result["amount"] == 100
    with pytest.raises(ToolFailure, match="name two different ones"):
        _run(harbour, world, "add_tax", amount=100.0, one=one, other=one)


def test_an_action_changes_all_that_hangs_on_it(harbour: Source, world: World) -> None:
    key = _valid(world)["bike"]
    world.insert("fines", {"ticket": key, "amount": 7, "status": "open"}, prefix="NF")
    before = world.find("fines", ticket=key, status="open")
    made = _run(harbour, world, "void_ticket", reference=key)
    assert made["status"] == "void" and made["amount"] == 1 + sum(row["amount"] for _, row in before)
    assert [row["status"] for _, row in world.find("fines", ticket=key)] == ["dropped"] * len(before) + ["open"]
    assert made["fine_id"].startswith("NF")
    with pytest.raises(ToolFailure, match="void already"):
        _run(harbour, world, "void_ticket", reference=key)


def test_an_action_on_a_date_depends_on_the_kind_of_row(harbour: Source, world: World) -> None:
    valid = _valid(world)
    hire = world.get("tickets", valid["bike"]) or {}
    moved = _run(harbour, world, "move_ticket", reference=valid["bike"], date="2026-07-30")
    fee = world.base.tables["rules"]["moving fee"]["value"]
    assert moved == {"reference": valid["bike"], "item": hire["item"], "date": "2026-07-30", "fee": fee}
    assert (world.get("tickets", valid["bike"]) or {})["paid"] is False
    with pytest.raises(ToolFailure, match="already; give another day"):
        _run(harbour, world, "move_ticket", reference=valid["bike"], date="2026-07-30")
    with pytest.raises(ToolFailure, match="is past"):
        _run(harbour, world, "move_ticket", reference=valid["bike"], date="2026-01-30")
    with pytest.raises(ToolFailure, match=r"no ferry has a seat on 2031-01-01; there are seats on .*2026-"):
        _run(harbour, world, "move_ticket", reference=valid["ferry"], date="2031-01-01")
    ferry = world.get("ferries", (world.get("tickets", valid["ferry"]) or {})["item"]) or {}
    world.update("ferries", ferry["ferry_no"], date="2026-08-01", seats_left=3)
    assert _run(harbour, world, "move_ticket", reference=valid["ferry"], date="2026-08-01")["item"] == ferry["ferry_no"]


@pytest.mark.parametrize("code", [
    "a_long_name - (another_long_name - yet_another_long_name) * (one_more_long_name + the_last_long_name) - and_one_that_is_short",  # noqa: E501
    "some_function(a_long_name, another='x' * 3 if yet_another_long_name == 'and a text' else one_more_long_name, last=1)['key']",  # noqa: E501
    "first_long_condition == 'a' and (second_long_condition or not third_long_condition) or fourth_long_condition in ('b', 'c')",  # noqa: E501
    "a_long_name if first_long_condition else (b if c else d) if second_long_condition else another_long_name + yet_another_one_1",  # noqa: E501
    "(a_long_name if first_long_condition else another_long_name) <= yet_another_long_name - (one_more_long_name - last_long_name1)",  # noqa: E501
])  # fmt: skip
def test_a_long_expression_is_broken_without_changing_it(code: str) -> None:
    lines = wrapped("value = ", code)
    assert len(lines) > 1 and max(map(len, lines)) <= WIDTH
    (assigned,) = ast.parse("\n".join(line[4:] for line in lines)).body
    assert isinstance(assigned, ast.Assign)
    assert ast.dump(assigned.value) == ast.dump(ast.parse(code, mode="eval").body)


# --- vocabulary ------------------------------------------------------------------------------------------------------


def test_each_kind_is_a_thing_with_what_only_it_has(harbour: Source) -> None:
    things = harbour.domain.things
    assert "ticket" not in things
    ferry, bike = things["ferry ticket"], things["bike hire"]
    assert (ferry.where, bike.where) == ({"type": "ferry"}, {"type": "bike"})
    assert "item" in ferry.attributes and "item" not in bike.attributes
    assert "days" in bike.attributes and bike.attributes["days"].unit == "days" and "days" not in ferry.attributes
    assert bike.anchors == ("ticket {x}", "bike hire {x}") and ferry.anchors == ("ticket {x}",)
    steps = harbour.domain.steps
    assert steps["ferry ticket.item"].target == "ferry" and steps["bike hire.item"].target == "bike"
    assert steps["bike hire of"].target == "bike hire"
    fines = [step for step in steps.values() if isinstance(step, Search) and step.tool == "list_fines"]
    assert [step.sources for step in fines] == [("ferry ticket",), ("bike hire",)]


def test_a_link_to_one_of_several_kinds_says_which(harbour: Source) -> None:
    fine = replace(FINE, columns={**FINE.columns, "ticket": Ref("ticket", link="the {kind} behind {x}")})
    steps = domain_of(replace(HARBOUR, entities=(*HARBOUR.entities[:-1], fine))).steps
    links = {name: step for name, step in steps.items() if name.startswith("fine.")}
    assert {step.target: step.nouns for step in links.values()} == {
        "ferry ticket": ("the ferry ticket behind {x}",),
        "bike hire": ("the bike hire behind {x}",),
    }
    assert set(links) == {"fine.ticket (ferry ticket)", "fine.ticket (bike hire)"}


def test_journeys_bounds_and_names_are_asked_for(harbour: Source) -> None:
    steps = harbour.domain.steps
    journey, night, called = steps["cheapest ferry"], steps["dearest night ferry"], steps["bike called"]
    assert isinstance(journey, Search) and isinstance(night, Search) and isinstance(called, Search)
    assert journey.sources == ("port", "port") and (journey.dated, journey.among) == ("date", "seats_left")
    assert (journey.plural, journey.place) == ("direct ferries", "from {x} to {y} {day}")
    assert night.fixed == {"ferry_class": "night"} and called.pick is Pick.NAMED
    move = harbour.domain.actions["move_ticket"]
    assert move.needs == {"ticket": {"status": ("valid",), "type": ("bike",)}}
    assert [kind for kind, _ in move.extras.values()] == [Extra.DATE] and move.sooner and move.put_off and move.open
    assert harbour.domain.actions["void_ticket"].effects == {"tickets": ("status",), "fines": ("amount",)}
    assert harbour.domain.kept_back == ("reference", "day")


def test_a_computation_on_what_belongs_to_things_agrees_with_its_tool(harbour: Source, world: World) -> None:
    (made,) = harbour.domain.combinations
    assert made.sources == ("ferry", "port") and made.arguments["amount"] == (0, "price")
    for ferry in list(world.base.tables["ferries"].values())[:6]:
        for port in world.base.tables["ports"].values():
            if port["name"] != ferry["origin"]:
                derived = made.derive(world.base, ferry, port)
                call = {"amount": ferry["price"], "one": ferry["origin"], "other": port["name"]}
                assert _run(harbour, world, "add_tax", **call) == derived


def test_certified_tasks_come_of_it(harbour: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journeys, kinds, dates kept back and moved: each is asked in some task that passes every check."""
    grounds: dict[str, Ground] = {}

    def ground(world: str) -> Ground:
        if world not in grounds:
            grounds[world] = harbour.ground(harbour.make_world(int(world), "real"))
        return grounds[world]

    monkeypatch.setitem(scenarios._REGISTERED, "TinyHarbour", harbour)
    writers = [ProceduralWriter(ground, harbour.toolset, depth) for depth in Depth]
    tools: Counter[str] = Counter()
    asked = 0
    for seed in range(90):
        rng = random.Random(seed)
        features = ((), (), ("state",), ("state", "user"), ("user",))[seed % 5]
        kind = list(Kind)[seed % (3 if "state" in features else 4)]
        brief = brief_for(rng, seed, Split.TRAIN, str(seed % 4), kind, 0.2, features, scenario="TinyHarbour")
        task = write_task(writers[seed % 8 > 0], brief, f"harbour-{seed}")
        tools.update(call.tool for call in task.plans[0].calls())
        asked += isinstance(task.counterpart, ScriptedUser)
    assert {"search_ferries", "move_ticket", "void_ticket", "list_tickets", "add_tax"} <= set(tools), tools
    assert asked >= 6
