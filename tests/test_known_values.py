"""What is known beforehand of a benchmark beside what its policies get: the comparison, and the command."""

from __future__ import annotations

from pathlib import Path

import known_values
import pytest
import rotbench_records
from known_values import KNOWN, Known, Measured, Verdict, compared, measure

from ftrl_agents.benchmark_run import Settings
from ftrl_gym.suites import rotbench
from ftrl_gym.suites.catalogue import benchmark_named


@pytest.fixture
def played(tmp_path: Path) -> Measured:
    return measure(rotbench.BENCHMARK, rotbench.BENCHMARK.locate(rotbench_records.written(tmp_path)), Settings())


@pytest.mark.parametrize("known", KNOWN)
def test_what_is_known_is_of_figures_parts_and_policies_that_there_are(known: Known) -> None:
    bench = benchmark_named(known.benchmark)
    figures = [column.figure(scorer) for column in bench.columns for scorer in bench.scorers]
    assert known.figure in figures and known.policy in bench.policies and 0 <= known.percent <= 100
    assert set(known.parts) <= {None, *(part.name for part in bench.parts)}


def test_every_known_value_of_what_was_played_has_a_verdict(played: Measured) -> None:
    verdicts = compared([played])
    wanted = [(known, part) for known in KNOWN if known.benchmark == "rotbench" for part in known.parts]
    assert [(one.known, one.part) for one in verdicts] == wanted
    golden = [one for one in verdicts if one.known.policy == "oracle"]
    assert all(one.measured == 100.0 for one in golden), "nothing is skipped in the records of the tests"
    assert {one.known.figure.rpartition("_")[2]: one.kept for one in golden} == {"official": False, "ftrl": True}


def test_a_value_is_kept_up_to_half_of_its_last_digit() -> None:
    known = Known(benchmark="bfcl", policy="oracle", figure="live_official", percent=99.2)
    assert Verdict(known, None, 99.22).kept and not Verdict(known, None, 99.3).kept


def test_the_report_has_a_row_for_each_part_and_says_what_differs(played: Measured) -> None:
    known = Known(benchmark="rotbench", policy="oracle", figure="ts_official", percent=50.0)
    text = known_values.report([played], [Verdict(known, "clean", 100.0)], ["x was not played."])
    assert "| rotbench | clean | ts_official | oracle | 50 | 100.00 | no: nobody knows why |" in text
    assert "| clean | 1 | 100.00 / 100.00 / 100.00 | 0.00 / 0.00 / 0.00 |" in text
    assert "| all | 5 | 100.00 / 100.00 / 100.00 |" in text and "x was not played." in text


def test_the_command_plays_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rotbench" / "First_Turn").mkdir(parents=True)
    rotbench_records.written(tmp_path / "rotbench" / "First_Turn")
    monkeypatch.setenv("FTRL_DATA_DIR", str(tmp_path))
    command = ["--benchmarks", "rotbench", "--report", str(tmp_path / "report.md")]
    assert known_values.main(command) == 1, "these records are not the real ones"
    assert (tmp_path / "report.md").read_text() in capsys.readouterr().out
    assert known_values.main([*command, "--limit", "1"]) == 0
    assert "Known beforehand" not in (tmp_path / "report.md").read_text()
    monkeypatch.setenv("FTRL_DATA_DIR", str(tmp_path / "nowhere"))
    assert known_values.main(command) == 2
    assert "RoTBench (First_Turn): clean.json" in " ".join(capsys.readouterr().err.split())
