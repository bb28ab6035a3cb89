"""``ftrl-gym build`` with a language model: whole scenarios, single stages, and what is refused."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from llm.domains import server_of
from llm.fake_server import FakeServer, Rule

from ftrl_gym.cli import main, model_building

FERRY = ("--domain", "a ferry port", "--model", "played", "--kind", "multi_hop", "--seed", "1")


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with server_of("ferry_port") as running:
        yield running


def run(server: FakeServer, *arguments: object) -> int:
    return main(["build", "--llm", server.url, *map(str, arguments)])


def test_a_scenario_is_built_and_reported(
    server: FakeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--tasks", 2, "--out", tmp_path, "--price-in", 2, "--price-out", 8, "--concurrency", 2)
    assert run(server, *FERRY, *options) == 0
    out, err = capsys.readouterr()
    assert "2 tasks asked for, 2 kept" in out and "cost 0.0" in out
    assert f"export FTRL_REGISTRY={tmp_path}" in err
    report = json.loads((tmp_path / "AFerryPort.report.json").read_bytes())
    assert (report["asked"], report["kept"]) == (2, 2) and report["cost"] > 0
    assert report["stages"]["localized_deployment"]["requests"] == 6
    assert (tmp_path / "AFerryPort" / "toolsets" / "test-00002.py").is_file()


def test_a_budget_ends_it_cleanly(server: FakeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server, *FERRY, "--tasks", 2, "--out", tmp_path, "--max-tokens-total", 900) == 0
    out, err = capsys.readouterr()
    assert "1 not tried" in out or "2 not tried" in out
    assert "higher --max-tokens-total goes on" in err


def test_the_stages_of_one_task(server: FakeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scaled, task = tmp_path / "scaled.json", tmp_path / "task.json"
    assert run(server, *FERRY, "--until", "scale", "--save", scaled, "--show") == 0
    shown = capsys.readouterr().out
    assert "+ get_crew(" in shown and "written by played" in shown and "Reference solution" in shown
    stored = json.loads(scaled.read_bytes())
    assert (stored["stage"], stored["scenario"]) == ("scale", "AFerryPort")
    told = stored["artefact"]["integrated"]["documented"]["decomposition"]["brief"]["provenance"]
    assert (told["writer"], told["model"]) == ("llm", "played")
    assert run(server, "--model", "played", "--from", scaled, "--save", task, "--show") == 0
    assert "def get_berth(berth, unit=" in capsys.readouterr().out
    assert json.loads(task.read_bytes())["artefact"]["certificate"]["oracle_return"] == 1.0


@pytest.mark.parametrize("stage", ["decompose", "document", "integrate"])
def test_each_stage_can_be_gone_on_from(server: FakeServer, tmp_path: Path, stage: str) -> None:
    first, task = tmp_path / "first.json", tmp_path / "task.json"
    assert run(server, *FERRY, "--until", stage, "--save", first) == 0
    assert run(server, "--model", "played", "--from", first, "--save", task) == 0
    assert json.loads(task.read_bytes())["artefact"]["question"].startswith("Which berth")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--domain", "x"), "--model says which model writes"),
        (("--domain", " ", "--model", "m"), "--domain is empty"),
        (("--domain", "x", "--model", "m", "--name", "a-b"), "CamelCase"),
        (("--domain", "x", "--model", "m", "--name", "品酒"), "letters A to Z"),
        (("--domain", "品酒", "--model", "m"), "such as --name WineTasting"),
        (("--domain", "x", "--model", "m", "--name", ""), "--name is ''"),
        (("--domain", "x", "--model", ""), "--model says which model writes"),
        (("--domain", "caf\udcff", "--model", "m"), "--domain has '\\udcff' in 'caf\\udcff', which is no character"),
        (("--domain", "x", "--model", "m\ud800"), "--model has '\\ud800'"),
        (("--domain", "x", "--model", "m", "--sampling", '{"a": "\\ud800"}'), "--sampling has '\\ud800'"),
        (("--domain", "bank", "--model", "m"), "there is a scenario Bank already"),
        (("--domain", "x", "--model", "m", "--variants", "8"), "--variants is for scenarios that no model writes"),
        (("--domain", "x", "--model", "m", "--sampling", "{"), "--sampling is no JSON"),
        (("--domain", "x", "--model", "m", "--difficulty", "2"), "from 0 to 1"),
        (("--questions", "/nowhere/q.txt", "--model", "m"), "cannot be read"),
        (("--domain", "x", "--model", "m", "--until", "scale", "--tasks", "3"), "--tasks is for building a whole"),
        (("tasting", "--domain", "wine", "--model", "m"), "put several words into quotes"),
        (("--concurrency", "3"), "--llm is for what a language model writes"),
        (("--domain", "x", "--model", "m", "--show"), "--show is for the stages of one task"),
    ],
)
def test_what_is_refused(
    server: FakeServer,
    arguments: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("ftrl_gym.trust.user_folder", lambda: tmp_path)
    asked = len(server.requests)
    assert run(server, *arguments) == 2
    assert told in capsys.readouterr().err
    assert len(server.requests) == asked


def test_a_question_that_is_no_text_is_refused(
    server: FakeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "How \\ud800 deep?"}\n')
    assert run(server, "--questions", file, "--model", "m", "--out", tmp_path) == 2
    assert "--questions has '\\ud800'" in capsys.readouterr().err


def test_unfinished_work_of_other_prompts_is_not_gone_on_from(
    server: FakeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    options = (*FERRY, "--tasks", 2, "--out", tmp_path)
    assert run(server, *options, "--max-tokens-total", 2200) == 0
    assert list(tmp_path.glob(".AFerryPort.building/task-*.json"))
    (prompts / "again.md").write_text("# User\n\nMend this: $problem\n")
    assert run(server, *options, "--prompts", prompts) == 2
    assert "an unfinished build by another command" in capsys.readouterr().err
    assert run(server, *options) == 0


def test_another_scenario_of_that_name_does_not_go_without_a_word(
    server: FakeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = (*FERRY, "--tasks", 1, "--out", tmp_path)
    assert run(server, *options) == 0
    before = (tmp_path / "AFerryPort" / "scenario.json").read_bytes()
    assert run(server, *options, "--mends", 1) == 2
    assert "--name" in capsys.readouterr().err
    assert (tmp_path / "AFerryPort" / "scenario.json").read_bytes() == before
    assert run(server, *options) == 0
    assert run(server, *options, "--mends", 1, "--restart") == 0


def test_functions_that_changed_are_another_command(tmp_path: Path) -> None:
    file = tmp_path / "tools.py"
    given = Namespace(prompts=None, tries=None, functions=str(file), mcp=None)
    file.write_text("def a() -> int:\n    return 1\n")
    before = model_building._settings(given)
    assert model_building._settings(given) == before
    file.write_text("def a() -> int:\n    return 2\n")
    assert model_building._settings(given) != before


def test_a_name_that_the_endpoint_does_not_know_stands_in_nobodys_way(
    server: FakeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mistyped = [word if word != "played" else "plaid" for word in FERRY]
    with FakeServer([Rule(status=404)]) as other:
        assert run(other, *mistyped, "--tasks", 1, "--out", tmp_path) == 2
    assert "knows no such model" in capsys.readouterr().err
    assert run(server, *FERRY, "--tasks", 1, "--out", tmp_path) == 0
