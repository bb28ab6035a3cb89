"""Bootstrap intervals, scores of episodes, and the report, on known numbers."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ftrl_agents.evaluation import EpisodeScore, Evaluation, bootstrap
from ftrl_agents.plots import plot_curves
from ftrl_agents.report import write_report
from ftrl_gym.errors import UsageError


def score(task: str, f1: float, kind: str = "single_hop", tools: tuple[str, ...] = ("get_city",)) -> EpisodeScore:
    return EpisodeScore(task, kind, tools, f1, f1, f1, float(f1 == 1), 0.0, 2.0, f1)


def evaluation(f1s: list[float], temperature: float = 0.0) -> Evaluation:
    kinds = ("single_hop", "multi_hop")
    return Evaluation(temperature, tuple(score(f"t{i}", f1, kinds[i % 2]) for i, f1 in enumerate(f1s)), ("hello",))


def test_an_interval_of_equal_values_is_a_point() -> None:
    assert bootstrap([0.25] * 40) == (0.25, 0.25, 0.25, 40)


def test_an_interval_agrees_with_the_normal_approximation() -> None:
    values = [0.0, 1.0] * 200
    got = bootstrap(values)
    half = 1.96 * 0.5 / math.sqrt(400)
    assert got.mean == 0.5
    assert got.low == pytest.approx(0.5 - half, abs=0.006) and got.high == pytest.approx(0.5 + half, abs=0.006)


def test_no_values_have_no_interval() -> None:
    assert bootstrap([]).n == 0 and str(bootstrap([])) == "-"


def test_a_paired_gain_is_narrower_than_the_two_it_compares() -> None:
    before = evaluation([0.0, 0.8] * 50)
    after = evaluation([0.2, 1.0] * 50)
    gain = after.gain(before, "f1")
    assert (gain.low, gain.high) == pytest.approx((0.2, 0.2))
    wide = after.interval("f1")
    assert wide.high - wide.low > 0.1


def test_different_tasks_are_not_compared() -> None:
    with pytest.raises(UsageError):
        evaluation([0.1, 0.2]).gain(evaluation([0.1, 0.2, 0.3]), "f1")


def test_parts_by_kind_and_by_tool() -> None:
    whole = Evaluation(0.0, (score("a", 1.0, tools=("x", "y")), score("b", 0.0, "multi_hop", ("y",))))
    assert {kind: part.interval("f1").mean for kind, part in whole.by_kind().items()} == {
        "multi_hop": 0,
        "single_hop": 1,
    }
    assert {tool: part.interval("f1").mean for tool, part in whole.by_tool().items()} == {"x": 1, "y": 0.5}


def test_an_evaluation_reads_back(tmp_path: Path) -> None:
    one = evaluation([0.5, 1.0])
    one.save(tmp_path / "e.json")
    assert Evaluation.load(tmp_path / "e.json") == one


def test_the_report_holds_the_comparison_and_the_episodes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = [evaluation([0.2, 0.4] * 20), evaluation([0.1, 0.3] * 20, 1.0)]
    after = [evaluation([0.9, 1.0] * 20), evaluation([0.8, 0.9] * 20, 1.0)]
    metrics = [
        {"step": i, "reward": i / 10, "f1": i / 10, "entropy": 1.0, "held_out/f1": 0.5 if i % 5 == 0 else None}
        for i in range(20)
    ]
    path = write_report(tmp_path, before, after, metrics, "Trial")
    text = path.read_text()
    assert "| greedy | Solve-F1 | 0.300 [" in text and "+0.650 [+0.6" in text and "sampled at 1" in text
    assert "hello" in (tmp_path / "episodes_before.txt").read_text()
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert "Solve-F1" in capsys.readouterr().out


def test_curves_are_drawn_without_any_metric(tmp_path: Path) -> None:
    plot_curves([], tmp_path / "empty.png")
    assert (tmp_path / "empty.png").stat().st_size > 1000
