"""Shop's tasks: deliveries that are moved, parcels found by day, reviews by product and author, long chains."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from ftrl_gym.construct.answering import Ground, NoQuestion
from ftrl_gym.construct.asking import say
from ftrl_gym.construct.binding import Binder
from ftrl_gym.construct.briefs import brief_for
from ftrl_gym.construct.compiling import compile_program
from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.objects import Decomposition
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Op, Program, Walk
from ftrl_gym.construct.reading import Reader
from ftrl_gym.construct.requests import decompose_request
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.task import Kind, OutcomeKind, ScriptedUser, Split, Task
from ftrl_gym.world import World


@pytest.fixture(scope="module")
def ground() -> Ground:
    shop = scenario("Shop")
    return shop.ground(shop.make_world(3, "real"))


def _tasks(count: int, certify: str) -> list[Task]:
    features: tuple[tuple[str, ...], ...] = ((), ("user",), ("state",), ("state", "user"))
    return [
        endless_task(
            n,
            Split.TEST if n % 2 else Split.TRAIN,
            kinds=[list(Kind)[n % 4]],
            features=features[n // 4 % 4],
            certify=certify,
            scenario="Shop",
            scalings=("extension",),
        )
        for n in range(count)
    ]


def test_tasks_of_every_kind_and_feature_are_certified() -> None:
    for task in _tasks(16, "full"):
        proof = task.certificate
        assert proof is not None and (proof.oracle_return, proof.solver_plan) == (1.0, "confirmed")


def test_every_action_is_asked_for_in_well_formed_words() -> None:
    tasks = _tasks(176, "quick")
    called = {call.tool for task in tasks for call in task.plans[0].calls()}
    assert set(scenario("Shop").domain.actions) <= called
    for task in tasks:
        assert not re.search(r"  | [.?!,]|\{|\}|\b(\w+) \1\b|None|\b(?:C|RV)-\d{5}", task.question), task.question


def test_two_things_in_full_are_two(ground: Ground) -> None:
    long, *_, short = sorted(ground.world.tables["collection_points"], key=len, reverse=True)
    for attribute, verb in (("warehouse", "are"), ("closes", "is")):  # "the closing time of A and of B" is one
        values = tuple(Attr(Anchor("collection point", name), attribute) for name in (long, short))
        speakers = (Speaker(ground.reader, random.Random(seed), Split.TRAIN) for seed in range(40))
        said = [say(speaker, Program(Op.LIST, values)).text for speaker in speakers]
        asked = [text for text in said if text.startswith("What")]
        assert asked and all(text.startswith(f"What {verb} the ") for text in asked), asked


def test_somebody_may_have_a_return_accepted_at_once_and_think_better_of_an_order() -> None:
    def wishes() -> Iterator[Task]:
        for n in range(400):
            yield endless_task(
                n,
                features=("state", "user"),
                kinds=["multi_hop", "parallel_multi_hop"],
                certify="quick",
                scenario="Shop",
                scalings=("extension",),
            )

    at_once = next(task for task in wishes() if "and accept it straight away" in task.question)
    assert [call.tool for call in at_once.plans[0].calls()][-2:] == ["open_return", "accept_return"]
    regretted = next(t for t in wishes() if t.outcome.kind is OutcomeKind.STATE and _changes(t))
    assert [call.tool for call in regretted.plans[0].calls()][-2:] == ["place_order", "cancel_order"]
    assert any(change.values.get("status") == "cancelled" for change in regretted.outcome.changes)


def _changes(task: Task) -> bool:
    return isinstance(task.counterpart, ScriptedUser) and bool(task.counterpart.changes)


def _moves(ground: Ground, features: tuple[str, ...], count: int) -> list[Decomposition]:
    """Requests to move a delivery, and nothing else."""
    only = replace(ground.domain, actions={"move_delivery": ground.domain.actions["move_delivery"]})
    narrow = Ground(only, ground.shapes, ground.world)
    found = []
    for seed in range(count):
        rng = random.Random(seed)
        brief = brief_for(rng, seed, Split.TRAIN, "w", Kind.SINGLE_HOP, 0.8, ("state", *features), scenario="Shop")
        try:
            found.append(decompose_request(brief, narrow))
        except NoQuestion:
            continue
    return found


def test_a_delivery_is_brought_forward_or_put_off_as_its_date_says(ground: Ground) -> None:
    ways = {"sooner": 0, "later": 0}
    for told in _moves(ground, (), 150):
        (call,) = told.calls
        before = ground.world.tables["parcels"][call.arguments["tracking_number"]]["delivery_date"]
        sooner = call.arguments["delivery_date"] < before
        if re.search(r"\bforward\b", told.question):
            assert sooner, told.question
            ways["sooner"] += 1
        elif re.search(r"\b(?:put|postpone|push)\b", told.question, re.IGNORECASE):
            assert not sooner, told.question
            ways["later"] += 1
        assert call.arguments["delivery_date"] in {each.value for each in told.derivations} or (
            str(call.arguments["delivery_date"]) in told.question
        )
    assert min(ways.values()) > 5


def test_a_new_date_may_be_kept_back(ground: Ground) -> None:
    dates = 0
    for told in _moves(ground, ("user",), 60):
        assert isinstance(told.counterpart, ScriptedUser)
        slots = {slot.name: slot for slot in told.counterpart.slots}
        if "day" in slots:
            dates += 1
            (call,) = told.calls
            day = str(call.arguments["delivery_date"])
            assert day in slots["day"].reply and not told.derivations
            assert not re.search(r"\d{4}-\d\d|September|October", told.question), told.question
            assert re.search(r"another day|change the delivery date", told.question, re.IGNORECASE), told.question
            assert "Which day should it be delivered on?" in told.words[0].say
    assert dates > 10


def test_a_parcel_is_found_by_place_and_day(ground: Ground) -> None:
    step = ground.domain.steps["the parcel due at {x} {day}"]
    parcel, row = next(
        (key, row)
        for key, row in ground.world.tables["parcels"].items()
        if len(World(ground.world).find("parcels", point=row["point"], delivery_date=row["delivery_date"])) == 1
    )
    near = Follow(step.name, "parcel", (Anchor("collection point", row["point"]),), row["delivery_date"])
    assert ground.reader.keys(near) == (parcel,)
    order = Follow("parcel.order", "order", (near,))
    customer = Follow("order.customer", "customer", (order,))
    program = Program(Op.VALUE, (Attr(Follow("customer.point", "collection point", (customer,)), "closes"),))
    for seed in range(20):  # far enough to be told in several sentences
        speaker = Speaker(ground.reader, random.Random(seed), Split.TRAIN, plain_dates=True)
        said = say(speaker, program).text
        assert f"the parcel due at {row['point']} on {row['delivery_date']}" in said, said
    lookups = compile_program(ground.domain, program).lookups
    assert [lookup.tool for lookup in lookups] == ["list_arrivals", "get_order", "get_customer", "get_point"]


def test_a_review_is_found_by_its_product_and_its_author(ground: Ground) -> None:
    step = ground.domain.steps["the review that {y} wrote of {x}"]
    assert step.sources == ("product", "customer")
    pairs = [(row["product"], row["customer"]) for row in ground.world.tables["reviews"].values()]
    product_name, customer = next(pair for pair in pairs if pairs.count(pair) == 1)
    walk = Follow(step.name, "review", (Anchor("product", product_name), Anchor("customer", customer)))
    program = Program(Op.VALUE, (Attr(walk, "stars"),))
    assert [each.tool for each in compile_program(ground.domain, program).lookups] == ["find_customer", "find_review"]
    name = ground.world.tables["customers"][customer]["name"]
    text = say(Speaker(ground.reader, random.Random(1), Split.TRAIN), program).text
    assert f"the review that {name} wrote of the {product_name}" in text


def test_nine_look_ups_may_follow_one_another(ground: Ground) -> None:
    way = [
        ("voucher.supplier", "supplier"),
        ("the lightest product from {x}", "product"),
        ("the most helpful review of {x}", "review"),
        ("review.customer", "customer"),
        ("{x}'s latest order | {x}'s most recent order", "order"),
        ("the heaviest parcel for {x}", "parcel"),
        ("parcel.point", "collection point"),
        ("collection point.warehouse", "warehouse"),
    ]
    walk: Walk = Anchor("voucher")
    for step, target in way:
        walk = Follow(step, target, (walk,))
    lookups = compile_program(ground.domain, Program(Op.VALUE, (Attr(walk, "deadline"),))).lookups
    assert len(lookups) == 9 and [list(each.needs()) for each in lookups[1:]] == [[n] for n in range(8)]
    binder = Binder(Reader(ground.domain, ground.world), random.Random(0))
    assert any(binder.walk(walk) is not None for _ in range(200))


def test_the_things_of_a_shop_lie_in_rings(ground: Ground) -> None:
    """Voucher and carrier are seven relations apart, and one can go round: product, review, customer, order, item."""
    beside: dict[str, set[str]] = {name: set() for name in ground.domain.things}
    for step in ground.domain.steps.values():
        for source in step.sources:
            beside[source].add(step.target)
            beside[step.target].add(source)
    reached, far = {"voucher"}, 0
    while "carrier" not in reached:
        reached |= {other for name in reached for other in beside[name]}
        far += 1
    assert far == 7
    ring = ("product", "review", "customer", "order", "order line", "item", "product")
    assert all(second in beside[first] for first, second in pairwise(ring))
