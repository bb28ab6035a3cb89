"""Library: titles against copies, a queue of holds that moves up, and authors who meet titles in contributions."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from named_chains import asked, chain, lookups
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.library import LIBRARY
from ftrl_gym.world import World, WorldBase

_run = functools.partial(run, "Library")
_fails = functools.partial(fails, "Library")


def _day(after: int) -> str:
    return (date.fromisoformat(LIBRARY.today) + timedelta(days=after)).isoformat()


@pytest.fixture(scope="module")
def library() -> Source:
    return scenario("Library")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "mixed"), (2, "syllables")])
def base(request: pytest.FixtureRequest, library: Source) -> WorldBase:
    return library.make_world(*request.param)


@pytest.fixture
def world(library: Source) -> World:
    return World(library.make_world(4, "real"))


def test_copies_loans_and_holds_tell_one_story(base: WorldBase) -> None:
    tables = base.tables
    for key, copy in tables["copies"].items():
        current = [row for row in tables["loans"].values() if row["copy"] == key and row["status"] == "current"]
        assert len(current) == (copy["status"] == "on loan")
    for title, book in tables["books"].items():
        holds = [row for row in tables["holds"].values() if row["book"] == title]
        statuses = Counter(row["status"] for row in tables["copies"].values() if row["book"] == title)
        assert book["queue"] == sum(row["status"] == "waiting" for row in holds)
        assert not (holds and statuses["on shelf"])  # who waits would have been given it
        assert sum(row["status"] == "ready" for row in holds) == statuses["set aside"]
        assert len({row["member"] for row in holds}) == len(holds)
        made = [row for row in tables["contributions"].values() if row["book"] == title]
        assert [row["role"] for row in made].count("writer") == 1
        assert len({row["author"] for row in made}) == len({row["role"] for row in made}) == len(made)


def test_members_owe_what_their_open_fines_come_to(base: WorldBase) -> None:
    owed: Counter[str] = Counter()
    for fine in base.tables["fines"].values():
        assert fine["member"] == base.tables["loans"][fine["loan"]]["member"]
        owed[fine["member"]] += fine["amount"] if fine["status"] == "open" else 0
    assert all(row["balance"] == pytest.approx(owed[key]) for key, row in base.tables["members"].items())


def test_a_late_copy_is_fined_and_goes_to_whoever_waits_longest(world: World) -> None:
    loan, row = next(
        (key, row)
        for key, row in world.find("loans", status="current")
        if row_of(world, "books", row_of(world, "copies", row["copy"])["book"])["queue"] > 1
    )
    title = row_of(world, "copies", row["copy"])["book"]
    queue = row_of(world, "books", title)["queue"]
    waiting = sorted((hold["placed_date"], key) for key, hold in world.find("holds", book=title, status="waiting"))
    world.update("loans", loan, due_date=_day(-4))
    owed = row_of(world, "members", row["member"])["balance"]
    fee = 4 * figure_of(world, "late fee") / 100
    assert _run(world, "return_copy", loan_no=loan)["fee"] == pytest.approx(fee)
    assert row_of(world, "copies", row["copy"])["status"] == "set aside"
    assert [row_of(world, "holds", key)["status"] for _, key in waiting][:2] == ["ready", "waiting"]
    assert row_of(world, "books", title)["queue"] == queue - 1
    assert row_of(world, "members", row["member"])["balance"] == pytest.approx(owed + fee)
    ((_, fine),) = world.find("fines", loan=loan)
    assert (fine["amount"], fine["reason"], fine["status"]) == (pytest.approx(fee), "late return", "open")
    _fails(world, "is returned already", "return_copy", loan_no=loan)


def test_a_loan_is_made_renewed_and_brought_back(world: World) -> None:
    copy, row = world.find("copies", status="on shelf")[0]
    member = next(key for key, row in world.rows("members") if not world.find("loans", member=key, status="current"))
    world.update("members", member, balance=0)
    lent = _run(world, "lend_copy", barcode=copy, card_no=member)
    period = figure_of(world, "loan period")
    assert lent["due_date"] == _day(period) and row_of(world, "copies", copy)["status"] == "on loan"
    _fails(world, "is on loan; only one", "lend_copy", barcode=copy, card_no=member)
    assert _run(world, "renew_loan", loan_no=lent["loan_no"])["due_date"] == _day(
        period + figure_of(world, "renewal period")
    )
    world.update("books", row["book"], queue=2)
    _fails(world, "2 members are waiting", "renew_loan", loan_no=lent["loan_no"])
    world.update("books", row["book"], queue=0)
    assert _run(world, "return_copy", loan_no=lent["loan_no"])["fee"] == 0
    assert row_of(world, "copies", copy)["status"] == "on shelf"
    world.update("members", member, balance=figure_of(world, "debt limit") + 1)
    _fails(world, "fines must be paid first", "lend_copy", barcode=copy, card_no=member)


def test_a_hold_takes_a_place_in_the_queue_and_gives_it_back(world: World) -> None:
    title = next(key for key, _ in world.rows("books") if world.find("holds", book=key))
    most, branch = figure_of(world, "waiting list"), next(key for key, _ in world.rows("branches"))
    world.update("books", title, queue=most - 1)
    taken = {row["member"] for _, row in world.find("holds", book=title)}
    member = next(key for key, _ in world.rows("members") if key not in taken)
    hold = _run(world, "place_hold", title=title, card_no=member, branch=branch)["hold_no"]
    assert row_of(world, "books", title)["queue"] == most
    _fails(world, "waiting for .* already", "place_hold", title=title, card_no=member, branch=branch)
    assert _run(world, "cancel_hold", hold_no=hold)["status"] == "cancelled"
    assert row_of(world, "books", title)["queue"] == most - 1
    calm = next(row["book"] for _, row in world.find("copies", status="on shelf"))
    _fails(world, "on the shelf; list_copies", "place_hold", title=calm, card_no=member, branch=branch)


def test_fines_are_paid_in_cash_up_to_a_limit(world: World) -> None:
    fine, row = world.find("fines", status="open")[0]
    owed = row_of(world, "members", row["member"])["balance"]
    world.update("fines", fine, amount=figure_of(world, "cash limit") + 0.5)
    _fails(world, "cash is taken up to", "settle_fine", fine_no=fine, method="cash")
    world.update("fines", fine, amount=row["amount"])
    _run(world, "settle_fine", fine_no=fine, method="card")
    assert row_of(world, "members", row["member"])["balance"] == pytest.approx(owed - row["amount"])
    _fails(world, "paid already", "settle_fine", fine_no=fine, method="card")


def test_a_chain_of_ten_look_ups_leads_from_a_publisher_to_what_an_author_takes() -> None:
    steps = (
        *("the latest book published by {x}", "writer", "contribution.author", "latest work", "contribution.book"),
        *("the newest copy of {x}", "the latest loan of {x}", "loan.member", "{x}'s latest hold", "hold.branch"),
        *("the next event at {x}", "event.guest"),
    )
    assert lookups("Library", chain("Library", "publisher", *steps), "reading_fee") == 10


def test_the_translator_of_a_book_is_found_by_hand(base: WorldBase) -> None:
    contributions = base.tables["contributions"].values()
    made = next(row for row in contributions if row["role"] == "translator")
    walk = chain("Library", "book", "translator", "contribution.author", key=made["book"])
    text, answer = asked("Library", base, walk, "country")
    assert f'the translator of the book "{made["book"]}"' in text
    assert answer == base.tables["authors"][made["author"]]["country"]


@pytest.mark.parametrize("features", [(), ("state",), ("user",), ("state", "user")])
def test_tasks_are_certified(features: tuple[str, ...]) -> None:
    for seed in (0, 1):
        task = endless_task(seed, scenario="Library", features=features, names="mixed")
        assert task.certificate is not None and task.certificate.solver_plan == "confirmed"
