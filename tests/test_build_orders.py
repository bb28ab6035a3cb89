"""Which tasks a build orders: kinds, worlds, dials, minimal pairs, and what a small world gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_build import NAME, registered

from ftrl_gym.construct import build as build_module
from ftrl_gym.construct import scenarios
from ftrl_gym.construct.briefs import PAIRED
from ftrl_gym.construct.domain import Domain
from ftrl_gym.construct.orders import FULL, Plan, chunks_of
from ftrl_gym.construct.work_folder import WorkFolder
from ftrl_gym.construct.workers import Workers
from ftrl_gym.errors import ConstructionError
from ftrl_gym.task import Kind, Split


@pytest.fixture(autouse=True)
def library(own_registry: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with registered(monkeypatch):
        yield


def test_orders_are_those_of_the_plan() -> None:
    plan = Plan(NAME, 1, variants=8, tasks=5, kinds=(Kind.MULTI_HOP, Kind.SINGLE_HOP))
    orders = {split: plan.orders(split) for split in Split}
    assert plan.size == 40 == sum(map(len, orders.values()))
    assert len({order.task_id for some in orders.values() for order in some}) == 40
    assert {order.variant for order in orders[Split.TEST]} == {4, 8}
    assert {order.kind for order in orders[Split.TRAIN]} == {Kind.MULTI_HOP, Kind.SINGLE_HOP}
    chunks = chunks_of(Split.TRAIN, 0, list(enumerate(orders[Split.TRAIN])))
    assert [{order.variant for order in chunk.orders} for chunk in chunks] == [{1}, {2}, {3}, {5}, {6}, {7}]
    assert sorted(place for chunk in chunks for place in chunk.places) == list(range(30))
    assert all(orders[Split.TRAIN][place] == o for c in chunks for place, o in zip(c.places, c.orders, strict=True))


def test_dials_come_in_shares_that_grow_with_difficulty() -> None:
    orders = Plan("Bank", 1, train=4000).orders(Split.TRAIN)
    bank, bare = scenarios.scenario("Bank").domain, Domain({}, {}, {})
    briefs = [next(order.briefs(bank)) for order in orders]
    hard = [brief for brief in briefs if brief.difficulty >= FULL]
    share = {name: sum(name in brief.features for brief in hard) / len(hard) for name in ("user", "errors", "state")}
    twins = Counter(name for brief in hard for name in PAIRED if brief.twin and name in brief.features)
    assert 0.22 < share["user"] < 0.28 and 0.17 < share["errors"] < 0.25 and 0.25 < share["state"] < 0.45
    assert all(0.08 < twins[name] / len(hard) < 0.12 for name in PAIRED)
    easy = [brief for brief in briefs if brief.difficulty < 0.05]
    assert len(easy) > 100 and sum(bool(brief.features) for brief in easy) < 0.15 * len(easy)
    plain = [next(order.briefs(bare)).features for order in orders]
    assert not {"state", "user", "rules"} & {name for features in plain for name in features}


def test_minimal_pairs_are_ordered_together() -> None:
    domain = scenarios.scenario("Clinic").domain
    orders = {order.number: order for order in Plan("Clinic", 2, train=160).orders(Split.TRAIN)}
    pairs = [(order, orders[order.partner]) for order in orders.values() if order.partner in orders]
    assert len(pairs) == 2 * 2 * 2 * 4 * 2  # each counted from both sides
    for one, other in pairs:
        assert other.partner == one.number and one.kind is other.kind and one.world == other.world
        first, second = sorted((one, other), key=lambda order: order.number)
        of_first, of_second = next(first.briefs(domain)), next(second.briefs(domain))
        if {*PAIRED} & {*of_first.features}:
            assert of_second == of_first.model_copy(update={"twin": True}) and not of_first.twin
        else:
            assert of_second.seed != of_first.seed and not of_second.twin


def test_a_small_world_gives_what_it_can() -> None:
    order = next(o for o in Plan(NAME, 3, train=400).orders(Split.TRAIN) if o.kind is Kind.MULTI_HOP)
    briefs = list(order.briefs(scenarios.scenario(NAME).domain))
    assert [brief.hops for brief in briefs] == sorted((brief.hops for brief in briefs), reverse=True)
    assert briefs[-1].difficulty == 0 and briefs[-1].features == () and briefs[-1].kind is Kind.MULTI_HOP


def test_a_world_without_enough_questions_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = build_module._Kept(0, tmp_path, 0, 1, b"same", "w00", "", {})
    monkeypatch.setattr(WorkFolder, "has", lambda self, name: True)
    monkeypatch.setattr(build_module, "_read", lambda path: iter([same]))
    plan = Plan(NAME, 3, train=400, kinds=(Kind.SINGLE_HOP,))
    with pytest.raises(ConstructionError, match=r"no 400 different train questions: 400 \(single_hop\).*more rows"):
        build_module._split(plan, Split.TRAIN, WorkFolder(tmp_path), Workers(1), lambda made, fresh: None)
