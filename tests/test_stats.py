"""Figures of a set of tasks: checked by hand on small ones, against the published ones on real rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_scenario import NAME, TASKS, write_tiny

from ftrl_gym import registration, registry, trust
from ftrl_gym.cli import main
from ftrl_gym.stats import questions
from ftrl_gym.stats.figures import Figures, measure
from ftrl_gym.stats.leaks import Leaks
from ftrl_gym.stats.sample import of_rows, of_scenario
from ftrl_gym.stats.spread import Spread

RIVER = """def river(name, unit="km", depth=False):
    lengths = {"Amber": 1204, "Dovey": 7}
    if name not in lengths:
        raise ValueError("unknown")
    return {"length": lengths[name], "unit": unit}
"""
MOTTO = """def motto(style="plain"):
    return "Onward, always"
"""
CAPITAL = """def capital(of, form="short"):
    return {"capital": "Varna", "of": of} if form == "short" else {}
"""
PEAK = """def peak(rank, n):
    return {"high": "Vesl", "low": "Mern"}[rank]
"""


def tool(name: str, properties: dict[str, Any], required: list[str], description: str = "A tool.") -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": required}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TEXT = {"type": "string"}
UNIT = TEXT | {"enum": ["km", "mi"], "default": "km"}
FORM = TEXT | {"enum": ["short", "long", "both"], "default": "short"}
RANK = TEXT | {"enum": ["high", "low"]}
ALL = {
    "river": (tool("river", {"name": TEXT, "unit": UNIT, "depth": {"type": "boolean"}}, ["name"]), RIVER),
    "motto": (tool("motto", {"style": TEXT | {"default": "plain"}}, [], "For those who go onward, always."), MOTTO),
    "capital": (tool("capital", {"of": TEXT, "form": FORM}, ["of"]), CAPITAL),
    "peak": (tool("peak", {"rank": RANK, "n": {"type": "integer"}}, ["rank", "n"]), PEAK),
}


def row(kind: str, question: str, tools: list[str], unsolved: dict[str, list[str]]) -> str:
    return json.dumps(
        {
            "messages": [{"role": "user", "content": f"Call the tools.\nQuestion: {question}"}],
            "tools": json.dumps([ALL[name][0] for name in tools]),
            "codes": json.dumps({name: ALL[name][1] for name in tools}),
            "unsolved_set": json.dumps(unsolved),
            "solve_rate": 0.0,
            "data_source": f"self/{kind}",
            "split": "test",
            "answer": "x",
        }
    )


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    lines = [
        row("single_hop", "How long is the Amber?", ["river", "motto"], {"river": ["1,204"]}),
        row("single_hop", "How long is the Dovey?", ["river", "motto", "capital"], {"motto": ["Onward, always"]}),
        row("multi_hop", "How long is the Dovey?", ["capital", "peak"], {"capital": ["Varna"], "peak": ["Vesl"]}),
        row("multi_hop", "And the low peak of Varna?", ["peak"], {"peak": ["Mern", "Zugs"]}),
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def figures(path: Path, run: bool = True) -> Figures:
    (only,) = measure([of_rows(path, run=run)])
    return only


def test_figures_of_four_rows_counted_by_hand(rows: Path) -> None:
    found = figures(rows)
    assert found.tasks == 4 and list(found.kinds) == ["single_hop", "multi_hop"]
    single, multi = found.kinds["single_hop"], found.kinds["multi_hop"]
    assert single.tools == Spread(2, 2.5, 2.5, 2, 3) and multi.tools == Spread(2, 1.5, 1.5, 1, 2)
    assert single.golden_tools.mean == 1 and multi.golden_tools.mean == 1.5
    assert single.sub_questions.max == 1 and multi.sub_questions == Spread(2, 2, 2, 2, 2)
    # Offered: river, motto | river, motto, capital | capital, peak | peak.
    assert found.tools.documents == 4
    assert found.tools.lines == Spread(8, 2, 2.75, 2, 5)
    assert found.tools.parameters == Spread(8, 2, 2.0, 1, 3)
    assert found.tools.required == Spread(8, 1, 1.0, 0, 2)
    # Of 16 parameters 12 are texts: river 2, motto 1, capital 2, peak 1, each twice; 2 booleans, 2 integers.
    assert found.tools.types == {"string": 0.75, "boolean": 0.125, "integer": 0.125}
    assert found.tools.enum_values == Spread(6, 2, 2.3333, 2, 3)
    assert found.tools.distractors == Spread(4, 0.5, 0.75, 0, 2)
    assert found.questions.sub_answers == 6
    assert found.questions.characters == Spread(6, 4.5, 6, 4, 14)
    assert found.questions.numeric == 0.1667
    assert found.questions.repeated == 1 and found.questions.repeated_masked == 2
    # 21 words, different: how long is the amber dovey and low peak of varna.
    assert found.questions.sampled == 4 and found.questions.distinct[0] == round(11 / 21, 4)
    assert found.shapes is None


def test_leaks_of_four_rows_counted_by_hand(rows: Path) -> None:
    # motto answers an empty call and stands in its schema, capital answers whatever is asked, peak its first value.
    assert figures(rows).leaks == Leaks(sub_answers=6, empty_call=1, defaults=2, first_values=3, in_schema=1, not_run=0)
    assert figures(rows, run=False).leaks == Leaks(6, None, None, None, in_schema=1, not_run=0)


def test_a_tool_that_cannot_be_run_is_said(rows: Path) -> None:
    rows.write_text(rows.read_text().replace("def motto(", "import socket\\\\ndef motto("))
    leaks = figures(rows).leaks
    assert (leaks.not_run, leaks.empty_call, leaks.defaults) == (1, 0, 1)


def test_a_question_is_what_follows_the_instruction_of_the_row(rows: Path) -> None:
    assert of_rows(rows, run=False).tasks[0].question == "How long is the Amber?"


def test_a_scenario_is_measured_as_it_rests(own_registry: Path) -> None:
    trust.pin(write_tiny(own_registry))
    scenario = registry.load(NAME)
    (found,) = measure([of_scenario("tiny", scenario, None, run=True)])
    assert found.tasks == len(TASKS) == 4
    assert {kind: each.tasks for kind, each in found.kinds.items()} == {"single_hop": 2, "multi_hop": 2}
    assert found.kinds["multi_hop"].sub_questions.mean == 2
    assert found.tools.documents == 3 and found.tools.lines == Spread(12, 5, 6.3333, 5, 9)
    # A state change to bring about is no sub-answer.
    assert found.questions.sub_answers == 5
    assert found.leaks == Leaks(5, 0, 0, 0, in_schema=0, not_run=0)
    assert found.shapes is not None and found.shapes.shapes == 2
    (train,) = measure([of_scenario("tiny", scenario, "train", run=False)])
    assert train.tasks == 2 and train.leaks.empty_call is None


def test_code_that_is_not_trusted_is_measured_in_the_sandbox(
    own_registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny(own_registry)
    scenario = registry.load(NAME)
    monkeypatch.setattr("ftrl_gym.taskset.TrustedToolbox", None)
    (found,) = measure([of_scenario("tiny", scenario, None, run=True)])
    assert found.leaks == Leaks(5, 0, 0, 0, in_schema=0, not_run=0)


# ---------------------------------------------------------------------------------------------- questions


WORDS = st.lists(st.text("abAB1 .?", min_size=1), max_size=8)


@given(WORDS)
def test_masking_only_ever_makes_more_questions_equal(texts: list[str]) -> None:
    assert questions.repeated(texts) <= questions.repeated(questions.masked(texts)) <= max(0, len(texts) - 1)


@given(WORDS, st.integers(1, 3))
def test_distinct_is_a_share_and_falls_when_texts_come_twice(texts: list[str], n: int) -> None:
    once, twice = questions.distinct(texts, n), questions.distinct(texts * 2, n)
    assert 0 <= twice <= once <= 1 and abs(twice - once / 2) < 1e-9


def test_a_draw_is_repeatable_and_of_the_asked_size() -> None:
    texts = [str(number) for number in range(50)]
    assert questions.drawn(texts, 7) == questions.drawn(texts, 7) and len(set(questions.drawn(texts, 7))) == 7
    assert questions.drawn(texts, 50) == questions.drawn(texts, 99) == texts


def test_ngrams_are_of_equally_many_questions(rows: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.jsonl"
    short.write_text("".join(rows.read_text().splitlines(keepends=True)[:2]))
    both = measure([of_rows(rows, run=False), of_rows(short, run=False)])
    assert [each.questions.sampled for each in both] == [2, 2]


# ---------------------------------------------------------------------------------------------- the command


def test_two_columns_side_by_side(own_registry: Path, rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust.pin(write_tiny(own_registry))
    registration.register_all()
    assert main(["stats", f"ftrl/{NAME}-v0", str(rows)]) == 0
    lines = {
        line.split("  ")[0 if line[0] != " " else 1]: line for line in capsys.readouterr().out.splitlines() if line
    }
    shown = {label: line.split() for label, line in lines.items()}
    assert shown["tasks"] == ["tasks", "4", "4"]
    assert shown["from an empty call"][4:] == ["0", "(0.0%)", "1", "(16.7%)"]
    assert lines["families of phrasing"].endswith("not recorded")


def test_what_needs_a_run_is_left_out_and_said(rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "--no-run", str(rows)]) == 0
    assert capsys.readouterr().out.count("left out: --no-run") == 3


def test_json_holds_every_figure(rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "--json", str(rows)]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["leaks"]["defaults"] == 2 and found["kinds"]["single_hop"]["tools"]["median"] == 2.5
    assert found["shapes"] is None


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("nowhere.jsonl", "there is no file"),
        ("Nowhere", "unknown environment"),
        ("FTRL", "name the file instead"),
        ("broken.jsonl", "line 1"),
    ],
)
def test_a_mistake_is_one_message(
    source: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.jsonl").write_text("{\n")
    assert main(["stats", source]) == 2
    out, err = capsys.readouterr()
    assert told in err and not out and len(err.splitlines()) <= 20


def test_real_rows_look_as_published(reference_dir: Path) -> None:
    """40 of the 200 rows behind the published figures, ten of each kind."""
    found = figures(reference_dir / "ftrl" / "test_sample.jsonl")
    assert {kind: each.tasks for kind, each in found.kinds.items()} == dict.fromkeys(found.kinds, 10)
    published = {
        "single_hop": (7.96, 11, 1, 1, 1),
        "parallel_single_hop": (7.48, 12, 1.36, 2.02, 3),
        "multi_hop": (10.34, 14, 5.72, 5.72, 10),
        "parallel_multi_hop": (11.26, 15, 7.54, 7.66, 11),
    }
    for kind, (tools, most, golden, answers, most_answers) in published.items():
        each = found.kinds[kind]
        assert abs(each.tools.mean - tools) < 1.5 and each.tools.max <= most
        assert abs(each.golden_tools.mean - golden) < 1.5
        assert abs(each.sub_questions.mean - answers) < 1.5 and each.sub_questions.max <= most_answers
    assert found.tools.lines.median == 42 and found.tools.lines.min >= 13 and found.tools.lines.max <= 87
    assert found.tools.parameters.median == 7 and found.tools.parameters.max <= 12
    assert abs(found.tools.required.mean - 1.64) < 0.1
    assert abs(found.tools.types["string"] - 0.67) < 0.03 and abs(found.tools.types["boolean"] - 0.18) < 0.03
    assert found.tools.enum_values.median == 4
    assert found.tools.distractors.median == 5 and found.tools.distractors.max <= 11
    assert abs(found.questions.characters.median - 10) <= 1 and abs(found.questions.numeric - 0.25) < 0.03
    # 23, 47 and 10 of 820 are 2.8%, 5.7% and 1.2%.
    leaks = found.leaks
    assert leaks.empty_call is not None and leaks.first_values is not None and leaks.not_run == 0
    assert 0 < leaks.empty_call / leaks.sub_answers < 0.06
    assert 0.02 < leaks.first_values / leaks.sub_answers < 0.1
    assert 0 < leaks.in_schema / leaks.sub_answers < 0.04
