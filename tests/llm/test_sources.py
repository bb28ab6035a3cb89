"""What a build starts from: briefs that follow from the plan and a number, files of questions, names."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from llm.domains import built, plan_of
from llm.fake_server import FakeServer, played

from ftrl_gym import registry
from ftrl_gym.construct.llm.briefing import avoid_text, scalings_text, shape_text, source_text
from ftrl_gym.construct.llm.question_files import read_questions
from ftrl_gym.construct.llm.sources import SourcePlan, scenario_name
from ftrl_gym.construct.objects import Scalings
from ftrl_gym.errors import UsageError
from ftrl_gym.task import Kind, Split

PLAN = SourcePlan(name="Ferries", domain="ferries", tasks=50, seed=3, model="m")


def test_briefs_are_spread_and_repeat() -> None:
    briefs = [PLAN.brief(number, ()) for number in range(50)]
    assert briefs == [PLAN.brief(number, ()) for number in range(50)]
    assert set(Counter(brief.kind for brief in briefs)) == set(Kind)
    assert {brief.hops for brief in briefs if brief.kind is Kind.MULTI_HOP} == {2, 3, 4}
    assert {brief.width for brief in briefs if brief.kind is Kind.PARALLEL_SINGLE_HOP} == {2, 3}
    assert all((brief.hops, brief.width) == (1, 1) for brief in briefs if brief.kind is Kind.SINGLE_HOP)
    assert Counter(brief.split for brief in briefs) == {Split.TRAIN: 40, Split.TEST: 10}
    assert len({brief.seed for brief in briefs}) == 50
    assert min(brief.difficulty for brief in briefs) < 0.2 < 0.8 < max(brief.difficulty for brief in briefs)
    assert briefs != [replace(PLAN, seed=4).brief(number, ()) for number in range(50)]


def test_more_tasks_begin_with_the_same_ones() -> None:
    assert replace(PLAN, tasks=90).brief(7, ("a",)) == PLAN.brief(7, ("a",))


def test_a_brief_in_words() -> None:
    brief = PLAN.brief(2, ("Where does the Tern lie?",))
    assert source_text(brief) == "The domain: ferries."
    assert "Where does the Tern lie?" in avoid_text(brief.others) and avoid_text(()) == ""
    assert f"chain of {brief.hops}" in shape_text(brief)
    assert scalings_text(Scalings()).startswith("- None")
    assert scalings_text(Scalings.of(1.0, ["types"])).count("enum") == 1
    asked = replace(PLAN, questions=("How deep is it?",)).brief(0, ("another",))
    assert "How deep is it?" in source_text(asked) and asked.others == ()


def test_questions_are_read(tmp_path: Path) -> None:
    plain, lines = tmp_path / "q.txt", tmp_path / "q.jsonl"
    plain.write_text("# mine\nHow deep?\n\nHow wide?\nHow deep?\n")
    lines.write_text('"How deep?"\n{"question": "How wide?", "id": 7}\n')
    table = tmp_path / "q.CSV"
    table.write_text('\ufeffid, Question \r\n1,"How deep?"\r\n2,How wide?\r\n3,\r\n')
    assert read_questions(plain) == read_questions(lines) == read_questions(table) == ("How deep?", "How wide?")
    table.write_text('question,answer\n"How deep, and\nhow wide?",7\n')
    assert read_questions(table) == ("How deep, and\nhow wide?",)
    table.write_text("\n\ntext,question,\na lake,How deep?,\na pond\n")
    assert read_questions(table) == ("How deep?",), "and no text where a row has no question"
    lines.write_text('"How deep\u2028is it?"\n', encoding="utf-8")
    assert read_questions(lines) == ("How deep\u2028is it?",), "JSON may hold what Python takes for an end of a line"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("q.txt", "\n", "holds no question"),
        ("q.jsonl", "{", "line 1: no JSON"),
        ("q.jsonl", '"a?"\n{"id": 1}\n', "line 2: it is no text"),
        (
            "q.csv",
            "id,answer\n1,2\n",
            "no column question or query or prompt or text; between its commas stand 'id', 'answer'",
        ),
        ("q.csv", "question\n", "holds no question"),
        ("q.csv", 'question\nHow wide?\n"How deep?', "line 3: no table"),
        ("q.csv", "question\nHow deep, and how wide?\n", "line 2: it has more commas than the first line"),
        ("q.json", '["How deep?"]', "is no file of questions"),
        ("q.xlsx", "PK", "is no file of questions"),
    ],
)
def test_a_file_without_questions(tmp_path: Path, name: str, text: str, told: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        read_questions(file)
    with pytest.raises(UsageError, match="cannot be read"):
        read_questions(tmp_path / "none.txt")


def test_names() -> None:
    assert scenario_name("a ferry port, 1950s") == "AFerryPort1950s"
    assert scenario_name("1950s") == "Scenario1950s"
    assert scenario_name("Käserei à Évian") == "KasereiAEvian"


@pytest.mark.parametrize("said", ["品酒", "Łódź trams", "???"])
def test_where_letters_would_be_lost_a_name_is_asked_for(said: str) -> None:
    with pytest.raises(UsageError, match="Give it one, such as --name"):
        scenario_name(said)


QUESTION = "Who conducts the rehearsal on 2025-02-13?"


def test_given_questions_are_taken_apart_and_stay_as_they_are(tmp_path: Path) -> None:
    rules = [replace(rule, holds=()) if "Write task 4," in rule.holds else rule for rule in played("choir")]
    rules = [rule for rule in rules if not any(text.startswith("Write task") for text in rule.holds)]
    with FakeServer(rules) as server:
        plan = plan_of("choir", questions=(QUESTION, "Who sings first?"), tasks=2, domain="")
        report = built(server, plan, tmp_path)
        assert QUESTION in str(server.requests[0].body["messages"])
    assert report.kept == ("train-00001",)
    assert [one.check for one in report.dropped] == ["no usable reply"]
    assert "must stay as it is, word for word: Who sings first?" in report.dropped[0].reason
    (task,) = registry.load_folder(tmp_path / "Choir").load_tasks(Split.TRAIN)
    assert task.question == QUESTION
