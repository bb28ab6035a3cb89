"""Tasks as parquet: what a row says is what the environment shows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from tiny_scenario import NAME, TASKS, write_tiny

from ftrl_gym import registration, trust
from ftrl_gym.cli import main
from ftrl_gym.export.ftrl import unpacked

pq = pytest.importorskip("pyarrow.parquet")
ENV = f"ftrl/{NAME}-v0"


@pytest.fixture(autouse=True)
def registered(own_registry: Path) -> None:
    trust.pin(write_tiny(own_registry))
    registration.register_all()


def exported(path: Path, *options: str) -> list[dict[str, Any]]:
    assert main(["export", NAME, "--out", str(path), *options]) == 0
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


@pytest.mark.parametrize("docs", ["json", "signature"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_datasets_rows_begin_the_episodes_they_name(docs: str, split: str, tmp_path: Path) -> None:
    rows = exported(tmp_path / "tasks.parquet", "--format", "datasets", "--docs", docs, "--split", split)
    assert [unpacked(row["ftrl_gym"]) for row in rows] == [task for task in TASKS if task.split == split]
    for row in rows:
        env: Any = gym.make(row["env_id"], split=row["split"], docs=docs)
        _, info = env.reset(options={"task": row["task_id"]})
        task = env.unwrapped.task
        assert row["prompt"] == info["messages"]
        assert json.loads(row["tools"]) == (info["tools"] if docs == "json" else [])
        assert (row["kind"], row["question"], row["features"]) == (task.kind, task.question, list(task.features))
        assert (row["outcome"], row["difficulty"], row["hops"]) == (task.outcome.kind, task.difficulty, task.hops)


def test_answers_are_text_and_a_task_without_one_has_none(tmp_path: Path) -> None:
    rows = exported(tmp_path / "tasks.parquet", "--format", "datasets", "--split", "test")
    assert [(row["answer"], row["answer_type"]) for row in rows] == [("Galway", "name"), ("", "none")]


@pytest.mark.parametrize("docs", ["json", "signature"])
def test_verl_rows_have_the_columns_that_verl_reads(docs: str, tmp_path: Path) -> None:
    rows = exported(tmp_path / "tasks.parquet", "--format", "verl", "--docs", docs)
    assert [row["extra_info"]["index"] for row in rows] == [0, 1]
    for row, task in zip(rows, TASKS, strict=False):
        assert set(row) == {"data_source", "agent_name", "prompt", "ability", "reward_model", "extra_info"}
        assert row["reward_model"] == {"style": "rule", "ground_truth": task.outcome.answer.value}  # type: ignore[union-attr]
        assert row["data_source"] == row["extra_info"]["env_id"] == ENV
        assert row["extra_info"]["task_id"] == task.id
        system, user = row["prompt"]
        assert (system["role"], user) == ("system", {"role": "user", "content": task.question})
        # The prompt alone is enough to act: it says how to call and which tools there are.
        assert "get_author" in system["content"] and "<tool_call>" in system["content"]
        assert task.question not in system["content"]


def test_a_count_takes_the_first_tasks(tmp_path: Path) -> None:
    assert len(exported(tmp_path / "tasks.parquet", "--format", "verl", "--tasks", "1")) == 1


def test_a_missing_library_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for name in ("datasets", "verl"):
        assert main(["export", NAME, "--format", name, "--out", str(tmp_path / "x.parquet")]) == 2
        assert "pip install 'ftrl-gym[export]'" in capsys.readouterr().err
    assert main(["export", NAME, "--format", "ftrl", "--out", str(tmp_path / "x.jsonl")]) == 0
    assert [file.name for file in tmp_path.glob("x*")] == ["x.jsonl"]
