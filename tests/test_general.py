"""General abilities: lm-eval on a small task of our own, its stand-ins for small models, and what may not run."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import general
import numpy as np
import pytest

from ftrl_agents import general_small
from ftrl_agents.general_tasks import SUITES, _values, check_tasks, lm_eval_alone
from ftrl_agents.policy import Policy, load_policy
from ftrl_gym.errors import MissingExtraError, UsageError

HERE = importlib.util.find_spec("lm_eval") is not None
TASK = """
task: skies
dataset_path: json
dataset_kwargs: {data_files: {test: DATA}}
output_type: multiple_choice
test_split: test
doc_to_text: "{{question}}"
doc_to_choice: "{{choices}}"
doc_to_target: label
metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]
metadata: {version: 1}
"""


@pytest.fixture(scope="module")
def base() -> Policy:
    return load_policy(None)


def task_folder(tmp_path: Path) -> Path:
    data = tmp_path / "skies.jsonl"
    rows = [{"question": "The sky is", "choices": ["blue", "a fish"], "label": label} for label in (0, 1, 0)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "skies.yaml").write_text(TASK.replace("DATA", str(data)))
    return tmp_path / "tasks"


@pytest.mark.skipif(not HERE, reason="lm-eval is not installed")
@pytest.mark.filterwarnings("ignore")
def test_a_checkpoint_is_asked_before_and_after(
    tmp_path: Path, base: Policy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    base.model.save_pretrained(tmp_path / "after")
    base.tokenizer.save_pretrained(tmp_path / "after")
    command = ["--after", str(tmp_path / "after"), "--tasks", "skies", "--task-folder", str(task_folder(tmp_path))]
    command += ["--out", str(tmp_path / "out")]
    assert general.main(command) == 0
    (kept,) = {
        path.read_text() for path in (tmp_path / "out").glob("skies_*.json") if '"model": null' in path.read_text()
    }
    scores = json.loads(kept)["scores"]
    assert list(scores) == ["skies/0", "skies/1", "skies/2"]
    assert scores["skies/0"] == scores["skies/2"] == 1.0 - scores["skies/1"], "the same question, the other label"
    text = (tmp_path / "out" / "general.md").read_text()
    assert "| skies | 3 |" in text and "+0.000 [+0.000, +0.000]" in text
    assert len(list((tmp_path / "out").glob("skies_*.json"))) == 2


@pytest.mark.skipif(HERE, reason="lm-eval is installed")
def test_without_lm_eval_the_extra_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"ftrl-gym\[general\]"):
        check_tasks(["mmlu"], None, False)


def test_code_of_a_model_runs_only_where_that_was_said() -> None:
    assert {name for name, suite in SUITES.items() if suite.runs_code} == {"humaneval", "mbpp"}
    assert set(general.Arguments().tasks) == {"mmlu", "bbh", "gsm8k", "hendrycks_math"}
    with pytest.raises(UsageError, match=r"humaneval runs the code that a model writes.*--run-code"):
        check_tasks(["mmlu", "humaneval"], None, False)


def test_while_lm_eval_works_our_script_named_evaluate_is_out_of_its_way() -> None:
    import evaluate

    assert Path(str(evaluate.__file__)).parent.name == "agents"
    before = list(sys.path)
    with lm_eval_alone():
        found = importlib.util.find_spec("evaluate")
        assert found is None or Path(str(found.origin)).parent.name != "agents"
    assert sys.path == before and sys.modules["evaluate"] is evaluate


def test_scores_are_those_of_one_filter_and_the_first_metric() -> None:
    samples = [
        {"doc_id": doc, "filter": name, "metrics": ["exact_match", "length"], "exact_match": value, "length": 9}
        for name, values in (("strict-match", (0, 0)), ("flexible-extract", (1, 0)))
        for doc, value in enumerate(values)
    ]
    assert _values("gsm8k", samples, "flexible-extract") == {0: 1.0, 1: 0.0}
    assert _values("gsm8k", samples, "strict-match") == {0: 0.0, 1: 0.0}
    with pytest.raises(UsageError, match="no score for a single example"):
        _values("words", [{"doc_id": 0, "filter": "none", "metrics": ["ppl"], "ppl": (1.0, 2)}], None)


def test_the_loss_is_that_of_the_next_token(base: Policy) -> None:
    import torch

    text = np.asarray(base.tokenizer("The flight leaves at noon.")["input_ids"])
    (loss,) = general_small.next_token_losses(base, [text])
    ids = torch.from_numpy(text.astype(np.int64))[None]
    with torch.no_grad():
        assert loss == pytest.approx(float(base.model(input_ids=ids, labels=ids).loss), abs=1e-5)
    assert general_small.next_token_losses(base, [text], longest=3) != [loss]


def test_small_models_are_asked_what_they_can_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--small", "--limit", "2", "--out", str(tmp_path)]
    assert general.main(command) == 0
    shown = capsys.readouterr().out
    assert "| Loss on unseen text (nats a token) | 2 |" in shown and "| Solve-F1 in unseen scenarios | 2 |" in shown
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.json")}
    (tmp_path / "own.txt").write_text("A ferry leaves.\n\nThe harbour is empty.\n\nNobody waits.\n")
    assert len(times) == 2 and general.main([*command, "--text", str(tmp_path / "own.txt")]) == 0
    assert {path: path.stat().st_mtime_ns for path in times} == times, "what is there is not measured again"
    assert "| Loss on unseen text (nats a token) | 2 |" in capsys.readouterr().out, "the third paragraph is left out"


def test_differences_are_paired() -> None:
    before = {"t": {"a": 0.0, "b": 0.5, "c": 1.0}}
    after = {"t": {"c": 1.25, "a": 0.25, "b": 0.75}}
    assert "| t | 3 |" in general.report(["x", "y"], [before, after])
    assert "+0.250 [+0.250, +0.250]" in general.report(["x", "y"], [before, after])


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--after", "/nope"], "there is no folder '/nope'"),
        (["--small", "--text", "/nope.txt"], "there is no file '/nope.txt'"),
        (["--task-folder", "/nope"], "there is no folder '/nope'; --task-folder"),
        (["--tasks", "mbpp"], "add --run-code"),
        (["--small", "--chat", "--tasks", "mmlu"], "--tasks, --chat is for lm-eval"),
        (["--text", "own.txt"], "--text is for --small"),
    ],
)
def test_what_cannot_be_is_refused(
    flags: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert general.main([*flags, "--out", str(tmp_path)]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
