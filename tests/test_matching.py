"""Strict matching: facts, waste, needed calls, grounding, state changes and their undoing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrl_gym import state
from ftrl_gym.goal import Goal, changes_held
from ftrl_gym.grounding import Grounding, tokens
from ftrl_gym.matching import Ledger
from ftrl_gym.task import (
    Answer,
    AnswerType,
    Derivation,
    Fact,
    Json,
    Kind,
    Outcome,
    OutcomeKind,
    Plan,
    PlannedCall,
    PlanTurn,
    Provenance,
    RowChange,
    Split,
    SubQuestion,
    Task,
)
from ftrl_gym.tooldoc import FactSource, Pages, Returns, ToolDocument
from ftrl_gym.world import World, WorldBase

ANSWER = Answer(type=AnswerType.NAME, value="x")
HOTELS = {"H1": {"hotel_id": "H1", "city": "Oslo", "stars": 4}, "H2": {"hotel_id": "H2", "city": "Oslo", "stars": 3}}
SEARCH = ToolDocument(
    name="search",
    description="Hotels of a city.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}, "stars": {"type": "integer", "default": 0}},
    },
    returns=Returns(facts=(FactSource(path="hotels", entity="hotels", key=("hotel_id",),
                                      fields={"hotel_id": "hotel_id", "city": "city", "stars": "stars"}),)),
    binds={"city": "hotels.city", "stars": "hotels.stars"},
)  # fmt: skip
PAGE = SEARCH.model_copy(update={"name": "page", "returns": Returns(), "binds": {}})


def sub(id_: str, key: str, attribute: str, value: object) -> SubQuestion:
    fact = Fact(entity="hotels", key=key, attribute=attribute, value=value)
    return SubQuestion(id=id_, question="?", answer=ANSWER, fact=fact)


def task(*subs: SubQuestion, plans: tuple[Plan, ...] = (), derivations: tuple[Derivation, ...] = ()) -> Task:
    return Task(
        id="t", split=Split.TEST, kind=Kind.SINGLE_HOP, world="w", question="Hotels in Oslo?", sub_questions=subs,
        plans=plans, derivations=derivations, outcome=Outcome(kind=OutcomeKind.ANSWER, answer=ANSWER),
        tools=("search", "page"), provenance=Provenance(writer="procedural", seed=0, version="0"),
    )  # fmt: skip


def ledger(*subs: SubQuestion, **keywords: object) -> Ledger:
    return Ledger(Goal.of(task(*subs, **keywords), [SEARCH, PAGE]))  # type: ignore[arg-type]


RESULT = {"hotels": list(HOTELS.values())}


def test_one_call_may_solve_several_and_equal_facts_are_one() -> None:
    book = ledger(sub("a", "H1", "stars", 4), sub("b", "H2", "stars", 3), sub("c", "H1", "stars", 4))
    assert book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert book.score()[:5] == (1.0, 1.0, 1.0, 2, 2)


def test_what_the_call_brought_in_is_not_delivered() -> None:
    book = ledger(sub("a", "H1", "city", "Oslo"), sub("b", "H1", "stars", 4))
    book.ran("search", {"city": "Oslo", "stars": 4}, True, RESULT, None)
    assert book.score().solved == 0
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert book.has(["b"]) and not book.has(["a"])


def test_a_comparison_is_the_same_fact_in_either_order() -> None:
    source = FactSource(entity="pairs", key=("a", "b"), fields={"gap": "gap"}, unordered=True)
    compare = SEARCH.model_copy(update={"name": "compare", "returns": Returns(facts=(source,)), "binds": {}})
    gap = SubQuestion(
        id="a", question="?", answer=ANSWER, fact=Fact(entity="pairs", key="H2|H1", attribute="gap", value=1)
    )
    for first, second, solved in (("H1", "H2", 1), ("H2", "H1", 1), ("H1", "H3", 0)):
        book = Ledger(Goal.of(task(gap), [compare]))
        book.ran("compare", {}, True, {"a": first, "b": second, "gap": 1}, None)
        assert book.score().solved == solved


def test_a_wrong_value_or_type_delivers_nothing() -> None:
    book = ledger(sub("a", "H1", "stars", 5), sub("b", "H2", "stars", True), sub("c", "H3", "stars", 4))
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert book.score().solved == 0


def test_an_ungrounded_or_repeated_call_earns_nothing_and_is_waste() -> None:
    book = ledger(sub("a", "H1", "stars", 4))
    assert not book.ran("search", {"city": "Oslo"}, False, RESULT, None)
    assert book.score()[:2] == (0.0, 0.0)
    assert book.ran("search", {"city": "Oslo"}, True, RESULT, None), "made honestly, it counts"
    assert book.score().precision == 0.5
    book = ledger(sub("a", "H1", "stars", 4))
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert book.score().precision == 0.5


def test_needed_calls_count_once_and_by_the_best_plan() -> None:
    page = PlannedCall(tool="page", arguments={"city": "Oslo"})
    find = PlannedCall(tool="search", arguments={"city": "Oslo"}, solves=("a",))
    plans = (Plan(turns=(PlanTurn(calls=(find,)),)), Plan(turns=(PlanTurn(calls=(page,)), PlanTurn(calls=(find,)))))
    book = ledger(sub("a", "H1", "stars", 4), plans=plans)
    book.ran("page", {"city": "Oslo"}, True, {}, None)
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert book.score()[:3] == (1.0, 1.0, 1.0)
    book.ran("page", {"city": "Oslo"}, True, {}, None)
    assert book.score().precision == 0.5


def test_a_transient_failure_is_free_only_on_a_plan() -> None:
    find = PlannedCall(tool="search", arguments={"city": "Oslo"}, solves=("a",))
    book = ledger(sub("a", "H1", "stars", 4), plans=(Plan(turns=(PlanTurn(calls=(find,)),)),))
    book.failed("search", {"city": "Oslo"}, "busy", valid=True, transient=True)
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert book.score().precision == 1.0
    book.failed("search", {"city": "Rome"}, "busy", valid=True, transient=True)
    assert book.score().precision == 0.5


def test_a_call_whose_facts_others_of_its_plan_told_by_chance_is_no_waste_and_one_of_another_plan_is() -> None:
    def plan(first: str, second: str) -> Plan:
        calls = (
            PlannedCall(tool="search", arguments={"city": first}, solves=("a",)),
            PlannedCall(tool="page", arguments={"city": second}, solves=("b",)),
        )
        return Plan(turns=tuple(PlanTurn(calls=(call,)) for call in calls))

    plans = (plan("Oslo", "Oslo"), plan("Rome", "Rome"))
    book = ledger(sub("a", "H1", "stars", 4), sub("b", "H2", "stars", 3), plans=plans)
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    book.ran("page", {"city": "Oslo"}, True, {}, None)
    assert book.score()[:3] == (1.0, 1.0, 1.0)
    book.ran("page", {"city": "Rome"}, True, {}, None)
    assert book.score().waste == 1


LISTED = SEARCH.model_copy(
    update={
        "name": "list",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "page": {"type": "integer", "default": 1},
                "sort": {"type": "boolean", "default": False},
            },
        },
        "binds": {"city": "hotels.city"},
        "options": ("sort",),
        "pages": Pages(parameter="page", following="next_page"),
    }
)


def test_the_pages_of_a_list_that_told_something_are_free_each_once_and_others_are_not() -> None:
    goal = Goal.of(task(sub("a", "H2", "stars", 3)), [ToolDocument.model_validate(LISTED.model_dump())])
    book = Ledger(goal)

    def read(hotel: str, **arguments: Json) -> int:
        book.ran("list", {"city": "Oslo", **arguments}, True, {"hotels": [HOTELS[hotel]], "next_page": None}, None)
        return book.score().waste

    assert read("H1") == 1, "what it is for is not known yet"
    assert read("H2", page=2) == 0
    assert read("H1", page=3) == 0
    assert read("H1", page=3, sort=True) == 1
    assert read("H1", city="Rome") == 2
    book.failed("list", {"city": "Oslo", "page": 9}, "there is no page 9", valid=True, transient=False)
    assert book.score().waste == 3


def test_no_sub_questions() -> None:
    book = ledger()
    assert book.score().f1 == 1.0
    book.attempt()
    assert book.score().f1 == 0.5 and book.invalid == 1


def test_grounding_knows_the_question_replies_results_and_nothing_else() -> None:
    told = Grounding("Two nights at the Hotel Sur-Mer, Oslo")
    assert (
        told.holds("hotel sur mer") and told.holds("OSLO") and told.holds(2) and told.holds(None) and told.holds(True)
    )
    assert not told.holds("Osl") and not told.holds(3) and not told.holds("") and not told.holds("--")
    told.add('{"price": 8.3, "id": "H-1"}')
    assert told.holds(8.3) and told.holds("H-1") and told.holds(["H-1", {"a": 8.3}]) and not told.holds(["H-2"])
    twin = told.copy()
    twin.hear("Rome")
    assert twin.holds("Rome") and not told.holds("Rome")


def test_enums_and_derivations_are_grounded() -> None:
    goal_task = task(sub("a", "H1", "stars", 4), derivations=(Derivation(value="2026-05-08", after=("a",)),))
    enum = SEARCH.model_copy(update={"name": "enum", "parameters": {"type": "object", "properties": {
        "size": {"type": "string", "enum": ["S", "L"]}, "day": {"type": "string"}}}})  # fmt: skip
    book = Ledger(Goal.of(goal_task, [SEARCH, enum]))
    told = Grounding("Oslo")
    assert book.grounded("enum", {"size": "L"}, told)
    assert not book.grounded("enum", {"day": "2026-05-08"}, told), "what it follows from is not known yet"
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert book.grounded("enum", {"day": "2026-05-08"}, told)
    assert not book.grounded("enum", {"day": "2026-05-09"}, told)


def test_a_value_follows_only_from_what_earlier_turns_delivered() -> None:
    goal_task = task(sub("a", "H1", "stars", 4), derivations=(Derivation(value="2026-05-08", after=("a",)),))
    book = Ledger(Goal.of(goal_task, [SEARCH]))
    told = Grounding("Oslo")
    book.turn_begins(0)
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert not book.grounded("page", {"day": "2026-05-08"}, told), "its result was not read yet"
    assert not book.copy().grounded("page", {"day": "2026-05-08"}, told)
    book.turn_begins(0)
    assert book.grounded("page", {"day": "2026-05-08"}, told)


def test_a_fact_nobody_asked_for_yet_is_earned_when_the_call_is_made_again() -> None:
    goal = Goal.of(task(sub("a", "H1", "stars", 4), sub("b", "H2", "stars", 3)), [SEARCH, PAGE], {"b": 1})
    book = Ledger(goal)
    book.turn_begins(0)
    assert not book.ran("search", {"city": "Rome"}, True, {"hotels": [HOTELS["H2"]]}, None)
    book.turn_begins(1)
    assert book.ran("search", {"city": "Rome"}, True, {"hotels": [HOTELS["H2"]]}, None) and book.has(["b"])
    book = Ledger(goal)
    book.turn_begins(0)
    assert book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert book.has(["a", "b"]), "it came along with what was asked for"


def test_foreign_data_wants_whole_values_that_were_not_brought_in() -> None:
    foreign = SubQuestion(id="a", question="?", answer=Answer(type=AnswerType.NUMBER, value="1"), tool="search")
    book = ledger(foreign)
    for arguments, result in [
        ({}, {"n": 10}),
        ({}, {"error": "1"}),
        ({"n": 1}, {"n": 1}),
        ({}, "Error: 1"),
        ({}, "x1"),
    ]:
        assert not book.ran("search", arguments, True, result, None), (arguments, result)
        book.seen.clear()
    assert book.ran("search", {}, True, {"deep": [{"n": 1}]}, None)
    book = ledger(foreign)
    assert not book.ran("page", {}, True, {"n": 1}, None), "another tool than the golden one"


def test_equal_foreign_answers_need_a_call_each_and_parts_may_stand_apart() -> None:
    twins = [
        SubQuestion(id=i, question="?", answer=Answer(type=AnswerType.NAME, value="Ada, Bo"), tool="search")
        for i in "ab"
    ]
    book = ledger(*twins)
    assert book.ran("search", {"n": 1}, True, {"staff": ["Bo", "Ada"]}, None) and book.score().solved == 1
    assert not book.ran("search", {"n": 2}, True, {"staff": ["Ada"]}, None)
    assert book.ran("search", {"n": 3}, True, {"staff": "Ada and Bo"}, None) and book.score().solved == 2


# ---------------------------------------------------------------- changes of state


def base() -> WorldBase:
    return WorldBase({"hotels": HOTELS, "bookings": {}, "payments": {}})


BOOKED = (RowChange(table="bookings", key=None, values={"hotel": "H1"}),)
PAID = (RowChange(table="payments", key=None, values={"of": {"$new": "bookings/0"}}),)


def test_created_rows_are_compared_up_to_their_ids() -> None:
    gold, other = World(base()), World(base())
    for hotel in ("H1", "H2"):
        gold.insert("payments", {"of": gold.insert("bookings", {"hotel": hotel}, "B")}, "P")
    for hotel in ("H2", "H1"):
        other.insert("payments", {"of": other.insert("bookings", {"hotel": hotel}, "B")}, "P")
    expected = state.changes_of(gold.difference())
    assert state.Expected(expected).is_same(other.difference())
    crossed = World(base())
    first, second = (crossed.insert("bookings", {"hotel": hotel}, "B") for hotel in ("H1", "H2"))
    crossed.insert("payments", {"of": first}, "P")
    crossed.insert("payments", {"of": first}, "P")
    assert not state.Expected(expected).is_same(crossed.difference()) and second


def test_same_sees_every_extra_or_missing_change() -> None:
    gold = World(base())
    gold.update("hotels", "H1", stars=5)
    expected = state.changes_of(gold.difference())
    assert state.Expected(expected).is_same(gold.difference()) and not state.Expected(expected).is_same({})
    gold.delete("hotels", "H2")
    assert not state.Expected(expected).is_same(gold.difference())
    gold.update("hotels", "H1", stars=4)
    assert [c.deleted for c in state.changes_of(gold.difference())] == [True], "a change that is back is none"


def test_equal_changes_need_different_rows() -> None:
    world = World(base())
    world.insert("bookings", {"hotel": "H1", "nights": 2}, "B")
    assert state.holding([BOOKED, BOOKED], world.difference()) == {0}
    world.insert("bookings", {"hotel": "H1", "nights": 3}, "B")
    assert state.holding([BOOKED, BOOKED, PAID], world.difference()) == {0, 1}


def state_ledger() -> tuple[Ledger, World]:
    subs = [SubQuestion(id=i, question="?", answer=ANSWER, changes=c) for i, c in (("a", BOOKED), ("b", PAID))]
    return ledger(*subs), World(base())


def test_undone_is_unsolved_and_redone_is_not_paid_twice() -> None:
    book, world = state_ledger()

    def ran(n: int, grounded: bool = True) -> None:
        book.ran("page", {"n": n}, grounded, {}, changes_held(book.goal, world.difference()))

    key = world.insert("bookings", {"hotel": "H1"}, "B")
    ran(1)
    world.insert("payments", {"of": key}, "P")
    ran(2)
    assert book.score()[:3] == (1.0, 1.0, 1.0) and book.all_changes_solved()
    world.delete("bookings", key)
    ran(3)
    assert book.score().solved == 0
    world.insert("payments", {"of": world.insert("bookings", {"hotel": "H1"}, "B")}, "P")
    ran(4)
    assert book.score().recall == 1.0 and book.score().precision == 0.5


def test_an_effect_of_an_ungrounded_call_is_not_credited_until_done_properly() -> None:
    book, world = state_ledger()
    key = world.insert("bookings", {"hotel": "H1"}, "B")
    book.ran("page", {"n": 1}, False, {}, changes_held(book.goal, world.difference()))
    assert book.score().solved == 0
    world.insert("payments", {"of": key}, "P")
    book.ran("page", {"n": 2}, True, {}, changes_held(book.goal, world.difference()))
    assert book.has(["b"]) and not book.has(["a"]) and not book.all_changes_solved()


def test_an_effect_nobody_asked_for_yet_is_earned_when_it_is_undone_and_done_again() -> None:
    subs = [SubQuestion(id=i, question="?", answer=ANSWER, changes=c) for i, c in (("a", BOOKED), ("b", PAID))]
    book, world = Ledger(Goal.of(task(*subs), [SEARCH, PAGE], {"b": 1})), World(base())

    def ran(n: int) -> bool:
        return book.ran("page", {"n": n}, True, {}, changes_held(book.goal, world.difference()))

    book.turn_begins(0)
    key = world.insert("bookings", {"hotel": "H1"}, "B")
    payment = world.insert("payments", {"of": key}, "P")
    assert ran(1) and book.has(["a"]) and not book.has(["b"])
    book.turn_begins(1)
    assert not ran(2) and not book.all_changes_solved(), "it was there too early"
    world.delete("payments", payment)
    assert not ran(3)
    world.insert("payments", {"of": key}, "P")
    assert ran(4) and book.all_changes_solved()


@given(st.text(max_size=40), st.text(max_size=10))
def test_tokens_are_whole(text: str, more: str) -> None:
    inner = tokens(text)
    assert inner[0] == inner[-1] == " "
    if inner != "  ":
        assert inner in tokens(f"{more} {text} {more}")


def test_a_copy_of_a_ledger_is_independent() -> None:
    book = ledger(sub("a", "H1", "stars", 4))
    saved = book.copy()
    book.ran("search", {"city": "Oslo"}, True, RESULT, None)
    assert saved.score().solved == 0 and saved.calls == 0 and book.score().solved == 1
    assert saved.ran("search", {"city": "Oslo"}, True, RESULT, None)


@pytest.mark.parametrize("value", ["H1", 4, 8.5, None, True, ["a"], {"a": 1}])
def test_snapshots_of_a_world_share_rows_but_not_changes(value: object) -> None:
    world = World(base())
    saved = world.snapshot()
    world.update("hotels", "H1", stars=value)
    twin = World(world.base)
    twin.restore(saved)
    assert twin.get("hotels", "H1") == HOTELS["H1"]
    row = world.get("hotels", "H1")
    assert row is not None and row["stars"] == value
