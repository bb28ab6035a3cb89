"""Policies side by side: the table's arithmetic, and the command behind a local endpoint."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
import rotbench_records
import table
from chat_server import chat_server
from test_benchmark_run import right

from ftrl_agents.benchmark_scores import BenchmarkScores
from ftrl_agents.comparison import BASE, BENCHMARKS, EIGHT, PUBLISHED, Compared, comma_separated, compare, markdown
from ftrl_agents.evaluation import EpisodeScore, Evaluation
from ftrl_gym.policies import DoNothing
from ftrl_gym.suites.benchmark import Benchmark, Column, Located, Part


def bench(name: str) -> Benchmark:
    places = [place for place in (*EIGHT, BASE) if place.benchmark == name]
    return Benchmark(
        name=name,
        title=name,
        parts=(Part(name="all", env_id="ftrl/RoTBench-v0"),),
        columns=tuple(Column(key=place.column, title=place.title) for place in places),
        scorers=(places[0].scorer,),
        locate=lambda given: Located({}, ""),
        policies=dict.fromkeys(("oracle", "silent", "letters", "cheat"), DoNothing),
        told=("oracle", "cheat"),
    )


def scores(name: str, policy: str, *values: float) -> BenchmarkScores:
    one = bench(name)
    figures = [{column.figure(one.scorers[0]): value for column in one.columns} for value in values]
    looks = [EpisodeScore(f"t{i}", "k", (), 0, 0, 0, 0, 0, 0, 0, each) for i, each in enumerate(figures)]
    return BenchmarkScores(one, policy, {"all": Evaluation(0.0, tuple(looks))})


def all_of(policy: str, *values: float) -> dict[str, BenchmarkScores]:
    return {name: scores(name, policy, *values) for name in BENCHMARKS}


BOUNDS = {
    name: [
        scores(name, "oracle", 1.0, 1.0),
        scores(name, "silent", 0.0, 0.0),
        scores(name, "letters", 0.0, 0.5),
        scores(name, "cheat", 1.0, 1.0),
    ]
    for name in BENCHMARKS
}


def test_the_mean_is_that_of_the_eight_and_bfcl_is_not_among_them() -> None:
    got = all_of("a", 1.0, 0.0) | {"bfcl": scores("bfcl", "a", 1.0, 1.0), "ftrl": scores("ftrl", "a", 1.0, 1.0)}
    made = compare([Compared("a", got)], BOUNDS)
    figures = made.rows[0].figures
    assert figures["Avg"].mean == pytest.approx((3 * 100 + 5 * 50) / 8) and figures["BFCL Base"].mean == 100.0
    assert figures["Avg"].low < figures["Avg"].mean < figures["Avg"].high
    assert made.counts["Solve-P"] == 2 and made.counts["Avg"] == 8


def test_columns_of_one_benchmark_vary_together_in_the_mean() -> None:
    """RoTBench's three columns are alike here: the mean's interval is 3/8 of theirs, not of three independent ones."""
    steady = all_of("a", *[1.0] * 40) | {"rotbench": scores("rotbench", "a", *[1.0, 0.0] * 20)}
    figures = compare([Compared("a", steady)], BOUNDS).rows[0].figures
    one, mean = figures["RoTBench TS"], figures["Avg"]
    assert mean.high - mean.low == pytest.approx(3 / 8 * (one.high - one.low), rel=0.15)


def test_the_floor_is_the_best_that_is_not_told_the_answers() -> None:
    made = compare([Compared("a", all_of("a", 1.0))], BOUNDS)
    assert made.floor.figures["ToolHop AC"].mean == 25.0 and made.ceiling.figures["ToolHop AC"].mean == 100.0
    assert made.floor.figures["Avg"].mean == 25.0


def test_what_was_not_played_is_empty_and_takes_the_mean_with_it() -> None:
    got = all_of("a", 1.0)
    del got["tau-bench"]
    text = markdown(compare([Compared("a", got)], BOUNDS, notes=["tau-bench was not played: no data"]))
    cells = [cell.strip() for cell in text.splitlines()[2].split("|")[1:-1]]
    assert cells[5] == cells[9] == "-" and cells[4] == "100.00 [100.00, 100.00]"
    assert "tau-bench was not played: no data" in text


def test_published_rows_are_marked_and_have_the_mean_of_their_eight() -> None:
    made = compare([Compared("a", all_of("a", 1.0))], BOUNDS, published=True)
    lines = list(csv.DictReader(io.StringIO(comma_separated(made))))
    base = {line["column"]: line for line in lines if line["policy"] == "Qwen3-8B (published)"}
    assert float(base["Avg"]["mean"]) == pytest.approx(31.0050, abs=1e-4) and base["Avg"]["low"] == ""
    assert "BFCL Base" not in base and len(base) == 9 and len(PUBLISHED) == 3
    own = next(line for line in lines if line["policy"] == "a" and line["column"] == "tau Pass^1")
    assert (own["mean"], own["n"], own["floor"], own["ceiling"]) == ("100.0000", "1", "25.0000", "100.0000")


def test_the_command_writes_the_table_of_two_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("openai")
    (tmp_path / "data" / "rotbench" / "First_Turn").mkdir(parents=True)
    rotbench_records.written(tmp_path / "data" / "rotbench" / "First_Turn")
    monkeypatch.setenv("FTRL_DATA_DIR", str(tmp_path / "data"))
    out = tmp_path / "out"
    with chat_server(right) as (url, requests):
        command = ["--endpoint", url, "--model", "A", "--model", "B", "--benchmarks", "rotbench", "--out", str(out)]
        assert table.main(command) == 0
        assert len(requests) == 10
        assert table.main([*command, "--published"]) == 0
        assert len(requests) == 10, "nothing is played twice"
    text = (out / "table.md").read_text()
    assert "| A | - | - | - | - | - | 100.00 [100.00, 100.00] |" in text and "| Qwen3-8B (published) |" in text
    assert "| n | - | - | - | - | - | 5 | 5 | 5 | - | - |" in text
    assert text in capsys.readouterr().out
    assert (out / "table.png").read_bytes().startswith(b"\x89PNG") and "B,RoTBench CF," in (
        out / "table.csv"
    ).read_text()


@pytest.mark.parametrize("library", ["matplotlib", "torch"])
def test_a_missing_library_is_told_before_anything_is_played(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rotbench" / "First_Turn").mkdir(parents=True)
    rotbench_records.written(tmp_path / "rotbench" / "First_Turn")
    monkeypatch.setenv("FTRL_DATA_DIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, library, None)
    assert table.main(["--benchmarks", "rotbench", "--out", str(tmp_path / "out")]) == 2
    assert f"{library} is not installed" in capsys.readouterr().err
    assert not list(tmp_path.glob("out/**/*.jsonl"))


def test_prompts_beyond_a_models_context_count_nothing_and_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "rotbench" / "First_Turn").mkdir(parents=True)
    rotbench_records.written(tmp_path / "data" / "rotbench" / "First_Turn")
    monkeypatch.setenv("FTRL_DATA_DIR", str(tmp_path / "data"))
    command = ["--benchmarks", "rotbench", "--max-episode-tokens", "100", "--out", str(tmp_path / "out")]
    assert table.main(command) == 0
    text = (tmp_path / "out" / "table.md").read_text()
    assert "| embedded base model | - | - | - | - | - | 0.00 [0.00, 0.00] |" in text
    assert "RoTBench: 5 of 5 prompts do not fit into the context of embedded base model" in text
    record = json.loads((tmp_path / "out" / "embedded_base_model" / "rotbench_0.json").read_text())
    assert (record["overlong"], record["failed"]) == (5, 0)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--benchmarks", "rotbnch"], "did you mean 'rotbench'"),
        (["--benchmarks", "rotbench"], "RoTBench (First_Turn): clean.json (723,197 bytes"),
        (["--endpoint", "http://x/v1"], "give it with --model"),
        (["--model", "/nope"], "there is no folder '/nope'"),
    ],
)
def test_what_cannot_be_is_refused(
    flags: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FTRL_DATA_DIR", str(tmp_path))
    assert table.main([*flags, "--out", str(tmp_path / "out")]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
