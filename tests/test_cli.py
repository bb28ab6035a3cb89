"""The ``ftrl-gym`` command, as a person uses it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import pytest
from tiny_scenario import NAME, tiny_files, tiny_manifest, write_tiny

from ftrl_gym import registration, registry, trust
from ftrl_gym.cli import main
from ftrl_gym.cli.playing import Misunderstood, action_text
from ftrl_gym.tooldoc import ToolDocument


@pytest.fixture(autouse=True)
def registry_folder(own_registry: Path) -> Path:
    """The tiny scenario's, trusted and registered."""
    folder = write_tiny(own_registry)
    trust.pin(folder)
    registration.register_all()
    return folder


def play(script: str, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(script))
    return main(["play", NAME, *options])


def test_list(capsys: pytest.CaptureFixture[str], registry_folder: Path) -> None:
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    assert f"ftrl/{NAME}-v0" in shown and "Tiny library" in shown and "ftrl/FTRL-v0" in shown


def test_list_shows_what_is_broken(capsys: pytest.CaptureFixture[str], registry_folder: Path) -> None:
    (registry_folder / "tools.py").write_text("")
    assert main(["list"]) == 0
    assert "broken: " in capsys.readouterr().out


@pytest.mark.parametrize("spelling", [NAME, f"{NAME}-v0", f"ftrl/{NAME}-v0", f"ftrl_gym:ftrl/{NAME}-v0"])
def test_show_scenario(spelling: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", spelling]) == 0
    shown = capsys.readouterr().out
    assert "* reserve_book(title: string, reader: string)" in shown and "multi_hop" in shown


def test_show_task(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", NAME, "train-00001"]) == 0
    shown = capsys.readouterr().out
    for piece in (
        "Where was the author of Grey Harbour born?",
        'turn 2: get_author(name="Ada Noor")  solves q2',
        '"Tromso" [name]  (after q1)',
        "oracle return: 1.0",
    ):
        assert piece in shown


def test_show_tells_what_goes_wrong_what_rules_decide_and_what_a_user_wants(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "ftrl/Suite-v0"]) == 0
    contents = json.loads((registry.packaged_root() / "Suite" / "suite.json").read_text())
    assert f"1200 tasks, version 0, sha256 {contents['sha256']}" in capsys.readouterr().out
    assert main(["show", "ftrl/Suite-v0", "Bank.test-00062"]) == 0
    shown = capsys.readouterr().out
    assert "get_order fails, call 1: rate limit" in shown and 'order_no="SO-43552")  fails' in shown
    assert "holds: insurance must go on, s3 == 'insurance'" in shown and "The user, when asked" not in shown
    assert main(["show", "ftrl/Suite-v0", "Clinic.test-00054"]) == 0
    shown = capsys.readouterr().out
    assert "wants to be asked once more" in shown and "What happens to tools" not in shown


def test_verify(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", NAME, "--split", "test"]) == 0
    assert "sound" in capsys.readouterr().out


def test_verify_finds_a_task_that_is_not_sound(capsys: pytest.CaptureFixture[str], registry_folder: Path) -> None:
    path = registry_folder / "tasks.test.jsonl"
    wrong = path.read_bytes().replace(b'"arguments":{"name":"Cleo Marr"}', b'"arguments":{"name":"Ada Noor"}')
    registry.write(registry_folder, tiny_manifest(), tiny_files() | {"tasks.test.jsonl": wrong})
    trust.pin(registry_folder)
    assert main(["verify", NAME, "--split", "test"]) == 1
    assert "NOT SOUND: 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "Tinylibrary"], f"did you mean 'ftrl/{NAME}-v0'"),
        (["show", NAME, "train-7"], "Known: test-00000"),
        (["play", NAME, "--task", "test-00000"], "a task of the other split: split='test'"),
        (["play", NAME, "--set", "docs=xml"], "Known: json, signature"),
        (["play", NAME, "--set", "docs"], "KEYWORD=VALUE"),
        (["play", NAME, "--split", "test", "--set", "split=train"], "says otherwise than --split"),
        (["verify", "Nowhere"], "unknown environment"),
        (["verify", "FTRL"], "without certified plans"),
        (["play", "FTRL"], "needs path="),
        (["play", "FTRL", "--set", "path=5"], "path is 5"),
        (["show", NAME, "--set", "docs=json"], "for play"),
        (["play", NAME, "--set", "unsafe=maybe"], "True or False"),
    ],
)
def test_a_mistake_is_one_message(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert told in err and "Traceback" not in err + out and len(err.splitlines()) <= 20


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["verify", NAME, "--limit", "0"],
        ["play", NAME, "--split", "dev"],
        ["play", NAME, "--seed", "-1"],
        ["play", NAME, "--seed", "x"],
    ],
)
def test_an_impossible_command_line_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: ftrl-gym" in capsys.readouterr().err


def test_play_to_the_end(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    script = "fly\nhelp get_book\nget_book title=Grey Harbour\nget_author name=Ada Noor\nanswer Tromso\n"
    assert play(script, monkeypatch, "--task", "train-00001") == 0
    shown = capsys.readouterr().out
    assert "'fly' is no tool" in shown and "The end: right." in shown and "Return 1.000" in shown


@pytest.mark.parametrize("dialect", ["llama3", "pythonic"])
def test_play_in_another_dialect(
    dialect: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {
        "llama3": '{"name": "get_author", "parameters": {"name": "Ada Noor"}}',
        "pythonic": "[get_author(name='Ada Noor')]",
    }
    script = f"get_book title=Grey Harbour\n{own[dialect]}\nanswer Tromso\n"
    assert play(script, monkeypatch, "--task", "train-00001", "--set", f"dialect={dialect}") == 0
    assert "Return 1.000" in capsys.readouterr().out


def test_play_a_wrong_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert play("answer Umea\n", monkeypatch, "--task", "train-00001", "--set", "matching=strict") == 0
    shown = capsys.readouterr().out
    assert "The end: wrong. The answer was Tromso." in shown and "Return 0.000" in shown


def test_play_a_state_task(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    script = "reserve_book title=Late Ferry reader=Ines Roca\nsay It is done.\n"
    assert play(script, monkeypatch, "--split", "test", "--task", "test-00001") == 0
    assert "The end: right." in capsys.readouterr().out


def test_play_a_scenario_that_no_registry_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(registry, "packaged_root", lambda: tmp_path)
    monkeypatch.delitem(gym.registry, "ftrl/Clinic-v0", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO("quit\n"))
    assert main(["play", "Clinic", "--task", "endless-101-single_hop-10"]) == 0
    assert "Task endless-101-single_hop-10 (single_hop)" in capsys.readouterr().out
    assert main(["play", "Clinic", "--set", "tasks=packaged"]) == 2
    assert "unknown scenario 'Clinic'" in capsys.readouterr().err
    assert main(["play", "Clinc"]) == 2
    assert "did you mean 'ftrl/Clinic-v0'" in capsys.readouterr().err


def test_play_can_be_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert play("quit\n", monkeypatch, "--seed", "3") == 0
    assert play("", monkeypatch) == 0
    assert capsys.readouterr().out.count("Left the task.") == 2


def test_an_interrupt_is_clean(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupt)
    assert main(["play", NAME]) == 130
    assert "interrupted" in capsys.readouterr().err


BOOK = ToolDocument(
    name="find",
    description="",
    parameters={
        "type": "object",
        "properties": {"title": {"type": "string"}, "year": {"type": "integer"}, "tags": {"type": "array"}},
    },
)


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("find", '{"name": "find", "arguments": {}}'),
        ("find title=Old Man's War", '{"name": "find", "arguments": {"title": "Old Man\'s War"}}'),
        ('find title="a=b" year=1984', '{"name": "find", "arguments": {"title": "a=b", "year": 1984}}'),
        ("find title=1984 year=x", '{"name": "find", "arguments": {"title": "1984", "year": "x"}}'),
        ('find tags=["a", "b"]', '{"name": "find", "arguments": {"tags": ["a", "b"]}}'),
        ("find tags=Old Books, b", '{"name": "find", "arguments": {"tags": ["Old Books", "b"]}}'),
        ("find tags=[a]", '{"name": "find", "arguments": {"tags": ["a"]}}'),
        ("find tags=5", '{"name": "find", "arguments": {"tags": ["5"]}}'),
        ("find tags=", '{"name": "find", "arguments": {"tags": []}}'),
        ('{"name": "find"}', '{"name": "find"}'),
        ('find(title="a; b", year=1984)', '{"name": "find", "arguments": {"title": "a; b", "year": 1984}}'),
        ("find title=Loans (old)", '{"name": "find", "arguments": {"title": "Loans (old)"}}'),
    ],
)
def test_a_typed_call(line: str, calls: str) -> None:
    assert action_text(line, {"find": BOOK}) == f"<tool_call>\n{calls}\n</tool_call>"


def test_other_typed_lines() -> None:
    documents = {"find": BOOK}
    assert action_text("answer  14:35", documents) == "<answer>14:35</answer>"
    assert action_text("<answer>14:35</answer>", documents) == "<answer>14:35</answer>"
    assert action_text("say When?", documents) == "When?"
    for line in ("find title=A ; find title=B", "find title=A; find title=B", "find title=A;find title=B"):
        assert action_text(line, documents).count("<tool_call>") == 2
    assert '"title": "A; B"' in action_text("find title=A; B", documents)
    with pytest.raises(Misunderstood, match="write find PARAMETER=VALUE"):
        action_text('find("Old Book")', documents)
    for line in ("fnd title=A", "find Old Book", "answer"):
        with pytest.raises(Misunderstood):
            action_text(line, documents)


def test_a_closed_pipe_is_no_traceback() -> None:
    code = "import sys; from ftrl_gym.cli import main; sys.exit(main(['list']))"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
