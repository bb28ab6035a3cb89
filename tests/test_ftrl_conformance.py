"""The conformance runner: on cases of our own, and on the golden ones where they are at hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ftrl_conformance
import pytest

from ftrl_gym.suites.ftrl_parse import ParsedCall
from ftrl_gym.suites.ftrl_rules import feedback, prefix_samples, reward, run_episode

ROOT = Path(__file__).parent.parent
REFERENCE = os.environ.get("FTRL_REFERENCE_DIR")
SCRIPT = Path(ftrl_conformance.__file__)
TOOLS = {
    "length": "def length(river):\n    return {'km': {'amber': 1204}[river]}\n",
    "staff": "def staff():\n    print('noise')\n    return ['Ada', 'Bo']\n",
    "leaves": "def leaves():\n    raise SystemExit(2)\n",
    "rec": "def rec(n):\n    return 0 if n == 0 else rec(n - 1)\n",
    "predict": "def predict():\n    return 1\n",
}


def call(name: Any, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


def pay(response: str, unsolved: dict[str, Any], scheme: str = "f1", **options: Any) -> float:
    execute = ftrl_conformance.ReleasedExecutor()
    settings = {"solve_rate": 0.0, "split": "train", "answer": None, **options}
    return reward(ftrl_conformance.SCHEMES[scheme], response, TOOLS, unsolved, execute=execute, **settings)


def test_a_turn_is_paid_and_the_unsolved_set_changes_in_place() -> None:
    unsolved = {"length": ["1,204"], "staff": ["Ada", "Bo"]}
    text = call("length", river="amber") + call("staff") + call("staff") + call("staff")
    assert pay(text, unsolved) == 2 * 3 / 5
    assert unsolved == {"length": [], "staff": []}


@pytest.mark.parametrize(
    ("text", "unsolved", "error"),
    [
        (call("length", river="amber"), {"length": [1204]}, AttributeError),
        (call(["length"]), {"length": ["1204"]}, TypeError),
        ("no calls", {"length": None}, TypeError),
    ],
)
def test_odd_data_crash_as_released(text: str, unsolved: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        pay(text, unsolved)


@pytest.mark.parametrize(("split", "error"), [("test", NotImplementedError), ("dev", ValueError)])
def test_only_train_turns_are_paid(split: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        pay("x", {}, split=split)


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("length", {"river": "nile"}, "an error occured when call length: 'nile'"),
        ("lake", {}, "an error occured when call lake: 'lake'"),
        ("staff", {}, '["Ada", "Bo"]'),
        ("leaves", {}, None),
        ("rec", {"n": 1}, "an error occured when call rec: name 'rec' is not defined"),
        ("predict", {}, "an error occured when call predict: name 'predict' is not defined"),
        (["x"], {}, "an error occured when call ['x']: unhashable type: 'list'"),
    ],
)
def test_feedback_follows_the_released_execution(name: Any, arguments: dict[str, Any], expected: str | None) -> None:
    calls = [ParsedCall(name, json.dumps(arguments))]
    assert feedback(calls, TOOLS, ftrl_conformance.ReleasedExecutor()) == [expected]


def test_an_endless_tool_is_stopped_and_its_message_quotes_the_source() -> None:
    source = "def slow():\n    while True:\n        pass\n"
    execute = ftrl_conformance.ReleasedExecutor(limit_s=0.2)
    with pytest.raises(TimeoutError, match=r"timed out after 0\.200000 seconds") as caught:
        execute("slow", {}, source)
    assert "while True" in str(caught.value)


def play(function: Callable[..., Any], script: list[str], unsolved: dict[str, Any], max_turns: int = 20) -> Any:
    turns = iter(script)
    start = [{"role": "user", "content": "?"}]
    execute = ftrl_conformance.ReleasedExecutor()
    return function(start, TOOLS, unsolved, lambda _: next(turns), execute, max_turns)


def test_an_episode_ends_at_the_first_turn_without_calls() -> None:
    unsolved = {"length": ["1204"], "staff": ["Ada"]}
    episode = play(
        run_episode, [call("length", river="amber"), call("length", river="nile"), "done", "never"], unsolved
    )
    assert episode.metrics == (0.5, 0.5, 2 / 4)
    assert episode.turns == 3
    assert unsolved == {"length": ["1204"], "staff": ["Ada"]}
    assert play(run_episode, ["done"], unsolved).metrics == (1.0, 0.0, 0.0)


def test_prefix_samples_are_one_more_than_turns_with_calls() -> None:
    samples = play(prefix_samples, [call("length", river="amber"), call("staff"), "done"], {"length": ["1204", "7"]})
    assert [(len(s.messages), s.unsolved, s.solve_rate) for s in samples] == [
        (1, {"length": ["1204", "7"]}, 0.0),
        (3, {"length": ["7"]}, 0.5),
        (5, {"length": ["7"]}, 0.5),
    ]


def test_nothing_to_solve_crashes_as_released() -> None:
    with pytest.raises(AssertionError):
        play(run_episode, ["x"], {})
    with pytest.raises(ZeroDivisionError):
        play(prefix_samples, [call("staff")], {"staff": []})


def run_script(folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, env=env, timeout=120)


def write(folder: Path, name: str, *cases: dict[str, Any]) -> None:
    (folder / name).write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")


def test_the_runner_counts_and_fails_on_a_mismatch(tmp_path: Path) -> None:
    right = {"id": "v-0", "predict": "a", "golden": "A", "result": True}
    write(tmp_path, "answer_verify.jsonl", right)
    done = run_script(tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 passed, 0 failed")
    write(tmp_path, "answer_verify.jsonl", right, {**right, "id": "v-1", "result": False})
    done = run_script(tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "1 passed, 1 failed")
    assert "v-1: result: expected False, got True" in done.stdout


def test_the_runner_says_what_it_cannot_read(tmp_path: Path) -> None:
    report: list[str] = []
    with pytest.raises(ValueError, match="is no directory"):
        ftrl_conformance.run(tmp_path / "nowhere", report.append)
    with pytest.raises(ValueError, match="holds none of"):
        ftrl_conformance.run(tmp_path, report.append)
    (tmp_path / "answer_verify.jsonl").write_text('{"id": "v-0", "pre', encoding="utf-8")
    with pytest.raises(ValueError, match=r"answer_verify\.jsonl:1: no JSON"):
        ftrl_conformance.run(tmp_path, report.append)
    write(tmp_path, "answer_verify.jsonl", {"id": "v-0", "golden": "a"})
    with pytest.raises(ValueError, match="lacks 'result'"):
        ftrl_conformance.run(tmp_path, report.append)
    write(tmp_path, "reward.jsonl", {"id": "r-0"})
    with pytest.raises(ValueError, match=r"tools\.json"):
        ftrl_conformance.run(tmp_path, report.append)


@pytest.mark.slow
@pytest.mark.skipif(REFERENCE is None, reason="FTRL_REFERENCE_DIR is not set: no golden cases at hand")
def test_all_golden_cases_pass() -> None:
    done = run_script(Path(str(REFERENCE)) / "golden")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(" passed, 0 failed")
