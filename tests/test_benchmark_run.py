"""Published benchmarks end to end: behind a local endpoint, interrupted, asked wrongly; how columns are made."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import evaluate
import pytest
import rotbench_records
import toolhop_records
from chat_server import Answer, chat_server, refused, said
from tau2_files import tau2_package
from test_published_rows import rows

from ftrl_agents.benchmark_run import Settings, find_benchmarks, play_benchmark
from ftrl_agents.benchmark_scores import BenchmarkScores, of_tasks, over_parts
from ftrl_agents.evaluation import EpisodeScore, Evaluation
from ftrl_agents.policy_by_name import benchmark_engine
from ftrl_gym.endpoint_chat import ApiCall, Reply
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.registration import FOREIGN
from ftrl_gym.suites import rotbench
from ftrl_gym.suites.benchmark import Column
from ftrl_gym.suites.catalogue import MODULES, benchmark_named, benchmark_with

COLUMN = Column(key="ts", title="TS")


def look(task: str, *values: float, failed: bool = False) -> Evaluation:
    figures = [{} if failed else {"ts_official": value} for value in values]
    scores = (EpisodeScore(task, "k", (), 0, 0, 0, 0, 0, 0, 0, one) for one in figures)
    return Evaluation(0.0, tuple(scores))


def test_a_column_is_the_unweighted_mean_of_its_parts() -> None:
    parts = {"clean": look("a", 1.0), "heavy": Evaluation(0.0, look("b", 0.0).scores + look("c", 0.0, 1.0).scores)}
    scores = BenchmarkScores(rotbench.BENCHMARK, "x", parts)
    assert scores.column(COLUMN, "official").mean == pytest.approx((1.0 + 0.25) / 2)
    assert scores.column(Column(key="ts", title="TS", pooled=True), "official").mean == pytest.approx(0.5)
    assert scores.column(Column(key="ts", title="TS", parts=("heavy",)), "official") == scores.of_part(
        "heavy", COLUMN, "official"
    )
    assert scores.of_part("clean", Column(key="ts", title="TS", parts=("heavy",)), "official").n == 0


def test_a_failed_episode_counts_nothing_and_a_missing_figure_is_a_bug() -> None:
    assert of_tasks(look("a", 1.0, failed=True), "ts_official") == {"a": 0.0}
    with pytest.raises(KeyError):
        of_tasks(look("a", 1.0), "ts_offical")


def test_intervals_are_drawn_within_parts() -> None:
    assert over_parts([[1.0] * 30, [0.0] * 10], False)[:3] == (0.5, 0.5, 0.5), "no part varies within itself"
    mixed = over_parts([[1.0, 0.0] * 50, [0.0] * 10], False)
    assert mixed.mean == 0.25 and 0.18 < mixed.low < 0.22 and 0.28 < mixed.high < 0.32


@pytest.mark.parametrize("name", ["tau-bench", "tau2-bench"])
def test_who_makes_the_authors_calls_is_no_floor(name: str) -> None:
    assert benchmark_named(name).floors == ("silent",)


def test_every_environment_scored_by_others_rules_belongs_to_a_benchmark() -> None:
    assert all(benchmark_with(f"ftrl/{name}") is not None for name in FOREIGN)
    assert benchmark_with("ftrl/FTRL-v0") is None


@pytest.mark.parametrize("name", sorted(MODULES))
def test_what_every_benchmark_says_of_itself(name: str) -> None:
    bench = benchmark_named(name)
    assert bench.name == name and bench.scorers
    assert "oracle" in bench.policies and "silent" in bench.floors and "oracle" not in bench.floors
    names = [part.name for part in bench.parts]
    assert len(set(names)) == len(names) and all(set(column.parts) <= set(names) for column in bench.columns)
    with pytest.raises(UnknownNameError, match=f"part of {bench.title}"):
        bench.part("nope")


def data_of(name: str, folder: Path) -> Path:
    if name == "rotbench":
        return rotbench_records.written(folder)
    return rows(folder) if name == "ftrl" else toolhop_records.written(folder, toolhop_records.record())


def right(body: dict[str, Any]) -> Answer:
    """Plays every benchmark as far as its words say."""
    text = str(body["messages"])
    if "Begin!" in text:
        return said(rotbench_records.action("find_ferry", harbour="Ostby", day="None"))
    if any(message["role"] == "tool" for message in body["messages"]) or not body.get("tools"):
        return said("<answer>9</answer>")
    if "Amber" in text:
        return said(None, ("length", '{"river": "Amber"}'), ("length", '{"river": "Amber"}'))
    return said(None, ("find_mayor", '{"city": "Harlen"}'))


WANTED = {"rotbench": ["cf_official", "cf_strict"], "ftrl": ["f1_published"], "toolhop": ["ac_official", "ac_strict"]}


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_policy_behind_an_endpoint_plays_it(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openai")
    data, out = data_of(name, tmp_path), tmp_path / "out"
    parts = ["--parts", "parallel_single_hop"] if name == "ftrl" else []
    with chat_server(right) as (url, requests):
        command = ["--benchmark", name, "--data", str(data), "--endpoint", url, "--model", "toy", "--out", str(out)]
        assert evaluate.main([*command, *parts]) == 0
        sent = len(requests)
        assert evaluate.main([*command, *parts]) == 0
        assert len(requests) == sent, "nothing is played twice"
    record = json.loads((out / f"{name}_0.json").read_text())
    assert record["failed"] == 0 and [record["columns"][figure]["mean"] for figure in WANTED[name]] == pytest.approx(
        [100.0] * len(WANTED[name])
    )
    shown = capsys.readouterr()
    assert "oracle" in shown.out and "silent" in shown.out and "episodes were there" in shown.err
    assert f"| toy at {url} |" in (out / f"{name}_0.md").read_text()


def test_an_endpoint_that_fails_half_way_is_gone_on_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openai")
    data = rotbench_records.written(tmp_path, *[rotbench_records.record()] * 3)
    lock, left = threading.Lock(), [7]

    def behave(body: dict[str, Any]) -> Answer:
        with lock:
            left[0] -= 1
            return right(body) if left[0] >= 0 else refused(500, "the server burns")

    with chat_server(behave) as (url, requests):
        command = ["--benchmark", "rotbench", "--data", str(data), "--endpoint", url, "--model", "toy", "--no-bounds"]
        command += ["--retries", "0", "--concurrency", "1", "--out", str(tmp_path / "out")]
        assert evaluate.main(command) == 0
        told = " ".join(capsys.readouterr().err.split())
        assert "2 of 3 episodes (medium) failed for no fault of the policy" in told and "(slight)" not in told
        assert json.loads((tmp_path / "out" / "rotbench_0.json").read_text())["failed"] == 8
        left[0], sent = 1000, len(requests)
        assert evaluate.main([*command, "--retry-failed"]) == 0
        assert len(requests) - sent == 8
    record = json.loads((tmp_path / "out" / "rotbench_0.json").read_text())
    assert record["failed"] == 0 and record["columns"]["cf_official"] == {
        "mean": 100.0, "low": 100.0, "high": 100.0, "n": 15,
    }  # fmt: skip


def test_a_model_that_says_nothing_scores_nothing(tmp_path: Path) -> None:
    pytest.importorskip("openai")
    data = rotbench_records.written(tmp_path)
    with chat_server(lambda body: said(None)) as (url, _):
        command = ["--benchmark", "rotbench", "--data", str(data), "--endpoint", url, "--model", "toy", "--no-bounds"]
        assert evaluate.main([*command, "--out", str(tmp_path / "out")]) == 0
    record = json.loads((tmp_path / "out" / "rotbench_0.json").read_text())
    assert record["failed"] == 0 and record["columns"]["ts_strict"]["mean"] == 0.0


def test_what_lacks_data_or_a_package_is_left_out_unless_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rotbench" / "First_Turn").mkdir(parents=True)
    rotbench_records.written(tmp_path / "rotbench" / "First_Turn")
    monkeypatch.setenv("FTRL_DATA_DIR", str(tmp_path))
    monkeypatch.syspath_prepend(str(tau2_package(tmp_path / "site")))
    monkeypatch.setitem(sys.modules, "docstring_parser", None)
    found, missing = find_benchmarks((), ("tau2-bench", "rotbench", "ftrl"))
    assert [benchmark.name for benchmark, _ in found] == ["rotbench"]
    assert "docstring-parser" in missing["tau2-bench"] and "has no test.jsonl" in missing["ftrl"]
    with pytest.raises(UsageError, match="docstring-parser"):
        find_benchmarks(("tau2-bench",), ())
    with pytest.raises(UsageError, match=r"no benchmark can be played:\sftrl: "):
        find_benchmarks((), ("ftrl",))


def test_replies_are_kept_and_asked_for_once(tmp_path: Path) -> None:
    pytest.importorskip("openai")
    data = rotbench_records.written(tmp_path)
    with chat_server(right) as (url, requests):
        command = ["--benchmark", "rotbench", "--data", str(data), "--endpoint", url, "--model", "toy", "--no-bounds"]
        for name in ("one", "two"):
            assert evaluate.main([*command, "--cache", str(tmp_path / "kept"), "--out", str(tmp_path / name)]) == 0
            assert len(requests) == 1, "the five levels of these data are alike"
    first, second = (json.loads((tmp_path / name / "rotbench_0.json").read_text()) for name in ("one", "two"))
    assert first == second


def test_a_reply_goes_through_json() -> None:
    reply = Reply("words \ud83d", (ApiCall("id", "find", '{"a": 1}'),), True)
    assert Reply.from_json(reply.to_json()) == reply


def test_a_killed_run_ends_like_one_that_was_not(tmp_path: Path) -> None:
    data = rotbench_records.written(tmp_path, *[rotbench_records.record()] * 4)
    bench, located = rotbench.BENCHMARK, rotbench.BENCHMARK.locate(data)
    engine = benchmark_engine("first-tool", bench)
    whole, _ = play_benchmark(bench, located, engine, Settings())

    class Killed(Exception):
        pass

    def kill(part: str, done: int, of: int) -> None:
        if part == "medium" and done == 2:
            raise Killed

    (tmp_path / "out").mkdir()
    with pytest.raises(Killed):
        play_benchmark(bench, located, engine, Settings(), out=tmp_path / "out", on_episode=kill)
    torn = tmp_path / "out" / "rotbench_medium_0.jsonl"
    torn.write_bytes(torn.read_bytes()[:-9])
    again, outcomes = play_benchmark(bench, located, engine, Settings(), out=tmp_path / "out")
    assert again == whole and [one.kept for one in outcomes] == [4, 4, 1, 0, 0]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--benchmark", "robench"], "did you mean 'rotbench'"),
        (["--benchmark", "rotbench", "--parts", "cleen"], "did you mean 'clean'"),
        (["--benchmark", "rotbench", "--env", "ftrl/Bank-v0"], "has its own tasks"),
        (["--benchmark", "rotbench", "--tasks", "3"], "--limit says how many"),
        (["--benchmark", "rotbench", "--policy", "retrieval"], "unknown policy of RoTBench 'retrieval'"),
        (["--benchmark", "rotbench", "--policy", "nowhere:make"], "cannot import nowhere"),
        (["--benchmark", "rotbench", "--model", "/nope"], "there is no folder '/nope'"),
        (["--benchmark", "rotbench", "--policy", "silent", "--set", "path=/x"], "path cannot be set in RoTBench"),
        (["--benchmark", "rotbench", "--policy", "silent", "--set", "level=heavy"], "level cannot be set in RoTBench"),
        (["--limit", "3"], "name one with --benchmark"),
        (["--env", "ftrl/BFCL-v0"], "play it with --benchmark bfcl"),
        (["--env", "ftrl/Tau2Retail-v0", "--policy", "oracle"], "play it with --benchmark tau2-bench"),
    ],
)
def test_what_cannot_be_is_refused(
    flags: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(rotbench_records.written(tmp_path))] if "--benchmark" in flags else []
    assert evaluate.main([*flags, *data]) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_data_that_changed_are_not_gone_on_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = rotbench_records.written(tmp_path)
    command = ["--benchmark", "rotbench", "--data", str(data), "--policy", "silent", "--no-bounds"]
    command += ["--out", str(tmp_path / "out")]
    assert evaluate.main(command) == 0
    rotbench_records.written(tmp_path, rotbench_records.record(), rotbench_records.record())
    assert evaluate.main(command) == 2
    assert "data is" in " ".join(capsys.readouterr().err.split())
