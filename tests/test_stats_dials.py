"""The figures of the dials: counted by hand on four small tasks and on changed copies of them, then on new tasks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich_documents import DOCUMENTS as RICH
from tiny_scenario import NAME, TASKS, tiny_scenario, write_tiny

from ftrl_gym import registration, trust
from ftrl_gym.cli import main
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.prompt import result_text
from ftrl_gym.stats.dials import Dials, dials
from ftrl_gym.stats.golden_calls import further_page
from ftrl_gym.stats.offered_tools import confusable, is_conditional, is_nested
from ftrl_gym.stats.sample import Sample, of_endless, of_scenario
from ftrl_gym.stats.spread import Spread
from ftrl_gym.task import (
    Answer,
    AnswerType,
    ChangeOfMind,
    Fact,
    Judgement,
    Outcome,
    OutcomeKind,
    Plan,
    PlannedCall,
    PlanTurn,
    ScriptedUser,
    Slot,
    SubQuestion,
    Task,
    ToolEvent,
    ToolEventKind,
)
from ftrl_gym.tooldoc import FactSource, Returns, ToolDocument

SHELF, BIRTHPLACE, TOWN, RESERVATION = range(4)


@pytest.fixture
def tiny(tmp_path: Path) -> Sample:
    return of_scenario("tiny", tiny_scenario(tmp_path), None, run=True)


def changed(sample: Sample, place: int, change: Callable[[Task], dict[str, Any]], **more: Any) -> Dials:
    """The dials where one of the tasks is another one."""
    tasks = list(sample.tasks)
    task = tasks[place].task
    assert task is not None
    tasks[place] = replace(tasks[place], task=task.model_copy(update=change(task)), **more)
    return dials(Sample(sample.name, tuple(tasks), certified=True))


def test_figures_of_four_tasks_counted_by_hand(tiny: Sample) -> None:
    found = dials(tiny)
    assert found.features == {"state": 0.25} and found.combinations == {"none": 0.75, "state": 0.25}
    assert found.plans.plans == Spread(2, 1, 1, 1, 1) and found.plans.three == 0
    assert (found.pairs.impossible, found.pairs.direct, found.pairs.pairs) == (0, 0, 0)
    assert found.users.scripted == 0 and found.users.turns.count == 0
    assert (found.errors.any, found.errors.transient, found.errors.refused) == (0, 0, 0)
    assert found.rules.tasks == 1 and found.rules.decided == 0 and found.rules.words.count == 0
    # The two authors are known only once the book was looked up; five titles and names stand in the questions.
    assert found.arguments.values == 7 and found.arguments.indirect == round(2 / 7, 4)
    assert found.offered.tools == Spread(4, 3, 3, 3, 3)
    # All six golden tools are of another effect than the others, or about something else.
    assert found.offered.confusable == Spread(6, 0, 0, 0, 0) and found.offered.three_confusable == 0
    assert found.offered.terse == round(1 / 3, 4) and found.offered.nested == found.offered.conditional == 0


def test_results_are_those_of_the_first_plans(tiny: Sample) -> None:
    found = dials(tiny).results
    assert found.calls == 6 and found.further_page == 0 and found.lists == 0 and found.first_row is None
    longest = {"title": "Grey Harbour", "author": "Ada Noor", "shelf": "B12", "copies": 2}
    assert found.max == len(result_text(longest)) / 4
    assert found.median is not None and found.p95 == found.max > found.median > 10


def test_a_plan_is_replayed_in_one_world(tiny: Sample) -> None:
    """Of four equal reservations the last one finds no copy left; the next plan begins anew."""
    state = tiny.tasks[RESERVATION]
    assert state.task is not None and state.replay is not None
    reserved = [{"reference": "RS0001", "title": "Late Ferry", "reader": "Ines Roca"}]
    assert state.replay(state.task) == reserved == state.replay(state.task)
    twice = state.task.model_copy(update={"plans": (Plan(turns=state.task.plans[0].turns * 4),)})
    assert [result and result["reference"] for result in state.replay(twice)] == ["RS0001", "RS0002", "RS0003", None]


def test_what_is_not_run_is_not_known(tmp_path: Path) -> None:
    found = dials(of_scenario("tiny", tiny_scenario(tmp_path), None, run=False))
    assert found.results.median is found.results.p95 is found.results.lists is None
    assert found.results.calls == 6 and found.arguments.indirect is not None


def test_several_plans_count(tiny: Sample) -> None:
    found = changed(tiny, TOWN, lambda task: {"plans": task.plans * 3}).plans
    assert found.plans.max == 3 and found.three == 0.5


def test_twins_count_with_the_task_they_come_from(tiny: Sample) -> None:
    asked = TASKS[SHELF].question
    nothing = {"sub_questions": (), "plans": (Plan(turns=()),), "world": "w00"}
    impossible = Outcome(kind=OutcomeKind.IMPOSSIBLE, answer=Answer(type=AnswerType.NAME, value="impossible"))
    found = changed(tiny, TOWN, lambda task: {**nothing, "question": asked, "outcome": impossible}).pairs
    assert (found.impossible, found.direct, found.pairs) == (0.25, 0, 1)
    told = Outcome(kind=OutcomeKind.ANSWER, answer=TASKS[SHELF].outcome.answer)
    direct = {**nothing, "question": f"{asked} It is shelf B12.", "outcome": told}
    found = changed(tiny, TOWN, lambda task: direct).pairs
    assert (found.impossible, found.direct, found.pairs) == (0, 0.25, 1)
    alone = changed(tiny, TOWN, lambda task: {**direct, "world": "w01"}).pairs
    assert alone.direct == 0.25 and alone.pairs == 0


def test_a_user_is_heard_in_the_course_of_the_plan(tiny: Sample) -> None:
    title = Slot(name="title", cues=("title",), reply="Late Ferry.")
    again = ChangeOfMind(text="Sorry, for Ann.")

    def kept_back(task: Task) -> dict[str, Any]:
        asks, ends = PlanTurn(say="Which title is it?"), PlanTurn(say="That is done.")
        turns = (asks, *task.plans[0].turns, ends)
        return {
            "question": "Please reserve a book for Ines Roca.",
            "plans": (Plan(turns=turns),),
            "counterpart": ScriptedUser(slots=(title,), changes=(again,)),
        }

    found = changed(tiny, RESERVATION, kept_back)
    assert found.users.scripted == found.users.several == found.users.one_question == found.users.change == 0.25
    assert found.users.turns == Spread(1, 3, 3, 3, 3)
    # The title stands in the reply, so it is said.
    assert found.arguments.indirect == round(2 / 7, 4)


def test_errors_are_told_apart(tiny: Sample) -> None:
    def twice(task: Task) -> dict[str, Any]:
        turns = task.plans[0].turns
        failed = turns[0].calls[0].model_copy(update={"fails": True, "solves": ()})
        return {"plans": (Plan(turns=(PlanTurn(calls=(failed,)), *turns)),)}

    refused = changed(tiny, SHELF, twice).errors
    assert (refused.any, refused.transient, refused.refused) == (0.25, 0, 0.25)
    down = ToolEvent(tool="get_book", kind=ToolEventKind.FAILS)
    moment = changed(tiny, SHELF, lambda task: {**twice(task), "timeline": (down,)})
    assert (moment.errors.any, moment.errors.transient, moment.errors.refused) == (0.25, 0.25, 0)
    assert moment.arguments.values == 7 and moment.results.calls == 6


def test_house_rules_that_decide(tiny: Sample) -> None:
    def ruled(task: Task) -> dict[str, Any]:
        judgement = Judgement(topic="old books", condition="True", holds=True, then="refuse")
        return {
            "policy_text": "Old books stay here.",
            "judgements": (judgement,),
            "outcome": Outcome(kind=OutcomeKind.REFUSE, answer=Answer(type=AnswerType.NAME, value="refused")),
        }

    found = changed(tiny, RESERVATION, ruled).rules
    assert found.words == Spread(1, 4, 4, 4, 4) and found.tasks == 1 and found.decided == found.refused == 1
    protocol = changed(tiny, RESERVATION, lambda task: {"policy_text": "End with an answer."}).rules
    assert protocol.words.count == 0 and protocol.refused == 0


def test_the_place_of_the_right_row(tiny: Sample) -> None:
    source = FactSource(path="books", entity="books", key=("title",), fields={"title": "title", "copies": "copies"})
    document = ToolDocument(
        name="find_books", description="Books.", parameters={"type": "object"}, returns=Returns(facts=(source,))
    )
    rows = [{"title": "Salt", "copies": 0}, {"title": "Grey Harbour", "copies": 2}]
    fact = Fact(entity="books", key="Grey Harbour", attribute="copies", value=2)
    sub = SubQuestion(id="q1", question="?", answer=Answer(type=AnswerType.NUMBER, value=2), fact=fact)
    call = PlannedCall(tool="find_books", arguments={}, solves=("q1",))

    def listed(task: Task) -> dict[str, Any]:
        return {"plans": (Plan(turns=(PlanTurn(calls=(call,)),)),), "sub_questions": (sub,)}

    for order, share in ((rows, 0), (rows[::-1], 1), (rows[1:], None)):
        found = changed(tiny, SHELF, listed, documents=(document,), replay=lambda _, shown=order: [{"books": shown}])
        assert found.results.first_row == share and found.results.lists == (share is not None)


class Marks:
    parameter = "cursor"


class Paged(ToolDocument):
    pages: Any = Marks()


def test_a_further_page_is_asked_for_as_the_document_says() -> None:
    text = {"type": "string"}
    schema = {"type": "object", "properties": {"city": text, "cursor": text}}
    paged = Paged(name="find", description="", parameters=schema)
    assert further_page(paged, {"city": "Oslo", "cursor": "x"}) and not further_page(paged, {"city": "Oslo"})
    plain = ToolDocument(name="find", description="", parameters=schema)
    assert not further_page(plain, {"cursor": "x"})


def test_tools_that_look_alike() -> None:
    def tool(name: str, entity: str, *fields: str) -> ToolDocument:
        facts = (FactSource(entity=entity, key=("id",), fields={field: field for field in fields}),)
        return ToolDocument(name=name, description="", parameters={"type": "object"}, returns=Returns(facts=facts))

    gold, asked = tool("get_flight", "flights", "price", "gate"), frozenset({"flights.gate"})
    assert confusable(gold, tool("flight_seats", "seats", "left"), asked)  # the noun
    assert confusable(gold, tool("departures", "flights", "time"), asked)  # the thing
    assert not confusable(gold, tool("departures", "flights", "time", "gate"), asked)  # it will do
    assert not confusable(gold, tool("get_city", "cities", "name"), asked)
    assert not confusable(gold, gold, asked)


def test_documents_with_objects_and_conditions() -> None:
    documents = {document.name: document for document in RICH}
    nested = {name for name, document in documents.items() if is_nested(document)}
    conditional = {name for name, document in documents.items() if is_conditional(document)}
    assert "look_up" in conditional - nested and nested and nested != set(documents)


# ------------------------------------------------------------------------------------------------ new tasks


def test_new_tasks_are_measured_alike_every_time() -> None:
    def made() -> Sample:
        return of_endless("Bank", "Bank", None, 8, difficulty=0.8, features=("user", "state"), run=True)

    sample, again = made(), made()
    assert [each.question for each in sample.tasks] == [each.question for each in again.tasks]
    assert [each.task.split.value for each in sample.tasks if each.task] == ["train"] * 4 + ["test"] * 4
    found = dials(sample)
    assert found == dials(again)
    assert found.users.scripted and found.rules.tasks and found.results.median
    assert set(found.features) <= {"user", "state"}
    assert all(each.task and each.task.difficulty <= 0.8 for each in sample.tasks)


def test_a_dial_can_be_on_in_every_task() -> None:
    sample = of_endless("Shop", "Shop", "train", 4, difficulty=0.6, features=("state",), always=True, run=False)
    assert dials(sample).features == {"state": 1}


def test_the_command_makes_tasks_of_what_no_registry_holds(
    own_registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stats", "Shop", "--endless", "4", "--split", "test", "--difficulty", "0.2", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["name"] == "ftrl/Shop-v0, test, endless" and found["tasks"] == 4
    assert found["dials"]["offered"]["tools"]["count"] == 4 and found["dials"]["phrasing"]["held_out"] is None
    assert scenario("Shop").name == "Shop"


def test_rows_say_nothing_of_dials(own_registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust.pin(write_tiny(own_registry))
    registration.register_all()
    function = {"name": "motto", "description": "A motto.", "parameters": {"type": "object", "properties": {}}}
    row = {
        "messages": [{"role": "user", "content": "Call the tools.\nQuestion: What is the motto?"}],
        "tools": json.dumps([{"type": "function", "function": function}]),
        "codes": json.dumps({"motto": "def motto():\n    return 'Onward'\n"}),
        "unsolved_set": json.dumps({"motto": ["Onward"]}),
        "solve_rate": 0.0,
        "data_source": "self/single_hop",
        "split": "test",
        "answer": "Onward",
    }
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(row) + "\n")
    assert main(["stats", "--no-run", f"ftrl/{NAME}-v0", str(rows)]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Dials"))
    shown = lines[start + 1 : start + 29]
    assert len(shown) == 28 and all(line.split()[-1] == "-" for line in shown)
    assert shown[0].split()[-2:] == ["25.0%", "-"]
    assert main(["stats", "--no-run", str(rows)]) == 0
    assert "Dials" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Nowhere"], "unknown environment"),
        (["TravelBooking", "--difficulty", "1"], "--endless N"),
        (["TravelBooking", "--features", "user"], "--endless N"),
        (["TravelBooking", "--always"], "--endless N"),
        (["Genealogy", "--endless", "2", "--features", "rules"], "declares no house rules"),
        (["Shop", "--endless", "2", "--features", "speed"], "unknown feature"),
        (["Shop", "--endless", "2", "--difficulty", "3"], "from 0 to 1"),
        (["Shop", "--endless", "2", "--variant", "some"], "unknown variant"),
        (["Nowhere", "--endless", "2"], "unknown environment"),
    ],
)
def test_a_mistake_is_one_message(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", *arguments]) == 2
    out, err = capsys.readouterr()
    assert told in err and not out
