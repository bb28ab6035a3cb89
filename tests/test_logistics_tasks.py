"""Logistics: long ways through the house, moved dates, voyages between two ports, tasks with every dial."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.briefs import brief_for
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.compiling import compile_values, levels
from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Walk
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.writer import ProceduralWriter, write_task
from ftrl_gym.task import Kind, ScriptedUser, Split, Task


@pytest.fixture(scope="module")
def logistics() -> Source:
    return scenario("Logistics")


# --- the shape of the domain -----------------------------------------------------------------------------------------


def _far(near: Mapping[str, set[str]], start: str) -> int:
    """Steps to the thing that is furthest away."""
    seen, frontier, steps = {start}, {start}, 0
    while frontier := set().union(*(near[thing] for thing in frontier)) - seen:
        seen |= frontier
        steps += 1
    return steps


def test_things_lie_far_apart(logistics: Source) -> None:
    near: dict[str, set[str]] = {name: set() for name in logistics.domain.things if name != "rule"}
    for step in logistics.domain.steps.values():
        for source in step.sources:
            near[source].add(step.target)
            near[step.target].add(source)
    assert max(_far(near, thing) for thing in near) >= 5


def test_a_chain_of_nine_lookups_meets_no_kind_of_thing_twice(logistics: Source) -> None:
    walk: Walk = Anchor("carrier")
    for step in (
        "the oldest vessel of {x}",
        "the next voyage of {x}",
        "voyage.destination_port",
        "the depot with the most docks at {x}",
        "the driver with the most years of experience at {x}",
        "the next pickup of {x}",
        "pickup.consignment",
        "consignment.container",
    ):
        walk = Follow(step, logistics.domain.steps[step].target, (walk,))
    lookups = compile_values(logistics.domain, (Attr(walk, "seal"),)).lookups
    assert len(lookups) == max(levels(lookups)) == 9


# --- tasks -----------------------------------------------------------------------------------------------------------


def _tasks(count: int, *features: str, **wanted: Any) -> Iterator[Task]:
    for number in range(count):
        yield endless_task(
            number, features=features, certify="quick", scenario="Logistics", scalings=("extension",), **wanted
        )


def _wishes(source: Source, count: int, *actions: str, kind: Kind) -> Iterator[Task]:
    """Tasks of users who want nothing but these actions done."""
    domain = replace(source.domain, actions={name: source.domain.actions[name] for name in actions})
    ground = Ground(domain, source.shapes, source.make_world(1, "real"))
    writer = ProceduralWriter(lambda _: ground, source.toolset, Depth.QUICK)
    for number in range(count):
        features = ("state", "user") if number % 2 else ("state",)
        rng = random.Random(number)
        brief = brief_for(rng, number, Split.TRAIN, "w", kind, 0.3, features, scenario=source.name, scalings=())
        yield write_task(writer, brief, f"wish-{number}")


def test_a_pickup_is_put_off_brought_forward_or_moved_to_a_day_not_yet_said(logistics: Source) -> None:
    pickups = logistics.make_world(1, "real").tables["pickups"]
    seen = dict.fromkeys(("later", "sooner", "asked"), 0)
    for task in _wishes(logistics, 80, "reschedule_pickup", kind=Kind.SINGLE_HOP):
        (call,) = task.plans[0].calls()
        before, after = pickups[call.arguments["pickup_no"]]["date"], call.arguments["date"]
        if re.search(r"\b(?:postpone|off until|back to)\b", task.question):
            assert after > before, task.question
            seen["later"] += 1
        elif re.search(r"\bforward to\b", task.question):
            assert after < before, task.question
            seen["sooner"] += 1
        elif not re.search(r"\d{4}-\d\d-\d\d|\d (?:May|June)|(?:May|June) \d", task.question):
            user = task.counterpart
            assert isinstance(user, ScriptedUser) and any(after in slot.reply for slot in user.slots), task.question
            assert "Which date should it be moved to?" in str(task.plans[0].turns[0].say)
            seen["asked"] += 1
        assert task.outcome.changes[0].values == {"date": after}
    assert min(seen.values()) >= 3, seen


def test_a_shipper_may_call_an_arranged_pickup_off(logistics: Source) -> None:
    wanted = ["arrange_pickup", "cancel_pickup"]
    tasks = _wishes(logistics, 120, *wanted, kind=Kind.MULTI_HOP)
    users = (task.counterpart for task in tasks if [call.tool for call in task.plans[0].calls()][-2:] == wanted)
    texts = {change.text for user in users if isinstance(user, ScriptedUser) for change in user.changes}
    assert texts and all(re.search(r"that pickup (?:again|off again)", text) for text in texts)


def test_every_action_is_asked_for(logistics: Source) -> None:
    asked = {call.tool for task in _tasks(100, "state", kinds=["single_hop"]) for call in task.plans[0].calls()}
    assert set(logistics.domain.actions) <= asked


def test_voyages_between_ports_and_pickups_of_a_day_are_asked_about() -> None:
    texts = [task.question for task in _tasks(150, kinds=["multi_hop"])]
    assert any(re.search(r"voyage .*from \S+ \S+ to \S+ \S+", text) for text in texts)
    assert any(re.search(r"pickup from that depot on ", text) for text in texts)
    assert not any(re.search(r"\bthat that\b|\{|  |None", text) for text in texts)


def test_tasks_are_certified_with_every_dial() -> None:
    dials: tuple[tuple[str, ...], ...] = ((), ("user",), ("state",), ("state", "user"))
    for number in range(16):
        names = ("real", "mixed", "syllables")[number % 3]
        task = endless_task(
            number, features=dials[number % 4], names=names, scenario="Logistics", scalings=("extension",)
        )
        assert task.certificate is not None and task.certificate.solver_plan == "confirmed"
