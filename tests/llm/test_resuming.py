"""A build with a model that is cut short, by a kill, a budget or a dead endpoint, ends as an undisturbed one."""

from __future__ import annotations

import functools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from llm.domains import DOMAINS, FAULTS, SOON, built, content, plan_of, server_of
from llm.fake_server import Rule

from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.proving import Proof, prove
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.report import Stopped
from ftrl_gym.errors import ConstructionError, ModelUnreachable, UsageError

NAME = "choir"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    root = tmp_path_factory.mktemp("undisturbed")
    with server_of(NAME) as server:
        built(server, plan_of(NAME), root)
    return content(root / "Choir")


def test_the_result_does_not_depend_on_how_many_run_at_once(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    slow = [Rule(stage=WriterStage.DOCUMENTS, times=2, status=503, headers={"Retry-After": "0.2"})]
    with server_of(NAME, slow) as server:
        built(server, plan_of(NAME), tmp_path, concurrency=4)
    assert content(tmp_path / "Choir") == undisturbed


def test_a_second_run_asks_nothing(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    with server_of(NAME) as server:
        built(server, plan_of(NAME), tmp_path)
        asked = len(server.requests)
        again = built(server, plan_of(NAME), tmp_path)
        assert len(server.requests) == asked
    total = sum(one.requests for one in again.spent.values())
    assert total == 0 and content(tmp_path / "Choir") == undisturbed


def test_a_budget_stops_cleanly_and_a_higher_one_goes_on(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    with server_of(NAME) as server:
        first = built(server, plan_of(NAME), tmp_path, limit=1500)
        assert first.stopped is Stopped.BUDGET and first.left > 0
        assert sum(one.tokens for one in first.spent.values()) <= 1500
        registered = content(tmp_path / "Choir") if (tmp_path / "Choir").exists() else {}
        assert len(first.kept) == sum(path.startswith("toolsets/") and path.endswith(".py") for path in registered)
        second = built(server, plan_of(NAME), tmp_path, limit=100_000)
    assert second.stopped is None and second.left == 0
    assert content(tmp_path / "Choir") == undisturbed


def test_a_dead_endpoint_keeps_what_is_finished(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    dead = [Rule(holds=("harbour of nowhere",)), Rule(stage=WriterStage.DEPLOYMENT, holds=("get_robe",), status=401)]
    with server_of(NAME, dead) as server, pytest.raises(ModelUnreachable, match="does not accept the key"):
        built(server, plan_of(NAME), tmp_path)
    with server_of(NAME) as server:
        built(server, plan_of(NAME), tmp_path)
        assert content(tmp_path / "Choir") == undisturbed
        stages = [seen.stage for seen in server.requests]
        assert stages.count(WriterStage.DECOMPOSITION) <= 2  # the others were finished, or are remembered


def test_another_command_does_not_go_on_from_it(tmp_path: Path) -> None:
    with server_of(NAME) as server:
        built(server, plan_of(NAME), tmp_path, limit=1500)
        with pytest.raises(UsageError, match=r"another command: .*seed 1"):
            built(server, plan_of(NAME, seed=2), tmp_path)
        built(server, plan_of(NAME, seed=2, tasks=1), tmp_path, restart=True)
        assert (tmp_path / "Choir").is_dir()


def test_where_nothing_passes_nothing_is_registered(tmp_path: Path) -> None:
    nonsense = [Rule(stage=WriterStage.DECOMPOSITION, text="I would rather not.")]
    with server_of(NAME, nonsense) as server, pytest.raises(ConstructionError, match="no task of Choir passed"):
        built(server, plan_of(NAME, tasks=2), tmp_path)
    assert not (tmp_path / "Choir").exists()
    assert (tmp_path / "Choir.report.json").is_file()


def test_what_failed_is_told_where_no_further_reply_comes(tmp_path: Path) -> None:
    silent = [Rule(stage=WriterStage.DEPLOYMENT, holds=("get_rehearsal",), tries=1, status=404)]
    with server_of(NAME, silent) as server:
        report = built(server, plan_of(NAME), tmp_path)
    (lost,) = report.dropped
    assert (lost.task, lost.check) == ("train-00004", "answer in an error")
    assert "tells 'Maren Achterberg'" in lost.reason and "asked again: HTTP 404" in lost.reason
    assert len(report.kept) == 3 and report.stopped is None


@pytest.mark.parametrize("stage", [WriterStage.DECOMPOSITION, WriterStage.DEPLOYMENT])
@pytest.mark.parametrize("fault", [{"status": 500, "headers": SOON}, {"status": 400}, {"body": "<html>busy</html>"}])
def test_what_the_endpoint_left_unanswered_is_asked_again(
    undisturbed: dict[str, bytes], tmp_path: Path, stage: WriterStage, fault: dict[str, Any]
) -> None:
    held = "Write task 2," if stage is WriterStage.DECOMPOSITION else "get_robe"
    with server_of(NAME, [Rule(stage=stage, holds=(held,), **fault)]) as server:
        report = built(server, plan_of(NAME), tmp_path)
    (lost,) = report.dropped
    assert lost.open and lost.stage == stage.value and report.open == 1 and len(report.kept) == 3
    assert "the same command asks again" in report.render()
    with server_of(NAME) as server:
        again = built(server, plan_of(NAME), tmp_path)
        first_stages = [str(seen.body) for seen in server.requests if seen.stage == WriterStage.DECOMPOSITION]
        assert bool(first_stages) is (stage is WriterStage.DECOMPOSITION) and server.requests
        assert all("Write task 2," in asked for asked in first_stages), "the others are finished"
    assert not again.dropped and content(tmp_path / "Choir") == undisturbed


def test_what_nobody_foresaw_costs_its_task_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(draft: Draft, task_id: str) -> Proof:
        if task_id == "train-00001":
            raise KeyError("a name that no schema has")
        return prove(draft, task_id)

    monkeypatch.setattr("ftrl_gym.construct.llm.writer.prove", failing)
    with server_of(NAME) as server:
        report = built(server, plan_of(NAME), tmp_path)
    (lost,) = report.dropped
    assert (lost.task, lost.check) == ("train-00001", "cannot be proved") and "KeyError" in lost.reason
    assert len(report.kept) == 3


_COMMAND = "import sys; from ftrl_gym.cli import main; sys.exit(main())"


def test_an_interrupted_command_says_what_is_kept(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "FTRL_LLM_KEY": "k"}
    slow = [Rule(stage=WriterStage.SCALING, holds=("Odile",), times=1, delay=30)]
    with server_of(NAME, slow) as server:
        options = ["--domain", "choir", "--tasks", "4", "--seed", "1", "--model", "played", "--out", str(tmp_path)]
        command = [sys.executable, "-c", _COMMAND, "build", *options, "--llm", server.url]
        # A shell starts what runs behind it deaf to Ctrl-C, and children inherit that.
        heard = functools.partial(signal.signal, signal.SIGINT, signal.default_int_handler)
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=heard)
        while process.poll() is None and not any("Odile" in str(s.body) for s in server.requests):
            time.sleep(0.05)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=120)
        assert process.returncode == 130, told
        assert "2 of 4 tasks are finished and kept: the same command goes on from there" in told
        assert subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, timeout=120).returncode == 0
    assert content(tmp_path / "Choir") == undisturbed


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_kills_change_nothing(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    rng, kills, builds = random.Random(20), 0, 0
    environment = {**os.environ, "HOME": str(tmp_path), "FTRL_LLM_KEY": "k"}
    while kills < 20:
        builds += 1
        out = tmp_path / str(builds)
        with server_of(NAME, FAULTS) as server:
            kinds = [kind.value for kind in DOMAINS[NAME].kinds]
            options = ["--domain", "choir", "--tasks", "4", "--seed", "1", "--kind", *kinds, "--model", "played"]
            command = [sys.executable, "-c", _COMMAND, "build", *options, "--llm", server.url, "--out", str(out)]
            while not (out / "Choir").exists():
                process = subprocess.Popen([*command, "--concurrency", "2"], env=environment, stderr=subprocess.DEVNULL)
                wanted = len(server.requests) + rng.choice((0, 1, 2, 4, 8))
                while process.poll() is None and len(server.requests) < wanted:
                    time.sleep(0.005)
                time.sleep(rng.random() * (0.3 if kills < 20 else 0))
                if kills < 20 and process.poll() is None:
                    process.kill()
                    kills += 1
                process.wait(timeout=300)
            subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL, timeout=300)
        assert content(out / "Choir") == undisturbed
        assert sorted(path.name for path in out.iterdir()) == [".Choir.replies", "Choir", "Choir.report.json"]
