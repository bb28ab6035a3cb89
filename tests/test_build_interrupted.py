"""A build that is killed, stopped or out of disk: what is kept, and how it goes on to the same bytes."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny_build import FILE, NAME, PLAN, SIZE, content, register, registered
from tiny_declaration import LIBRARY

from ftrl_gym import lock, trust
from ftrl_gym.cli import main
from ftrl_gym.construct import scenarios, work_folder
from ftrl_gym.construct.build import Progress, build
from ftrl_gym.construct.orders import Plan
from ftrl_gym.construct.work_folder import WorkFolder
from ftrl_gym.errors import RegistryError, UsageError

COMMAND = [sys.executable, "-c", "import sys; from ftrl_gym.cli import main; sys.exit(main())", "build", str(FILE)]


@pytest.fixture(autouse=True)
def library(own_registry: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with registered(monkeypatch):
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an uninterrupted build in one process of its own gives."""
    root = tmp_path_factory.mktemp("whole")
    run(root, "--jobs", "1")
    return content(root / NAME)


def command(root: Path, *more: str) -> tuple[list[str], dict[str, str]]:
    home = root / "home"
    environment = {name: value for name, value in os.environ.items() if name not in ("FTRL_REGISTRY", "XDG_DATA_HOME")}
    return [*COMMAND, *SIZE, "--out", str(root), *more], environment | {"HOME": str(home), "PYTHONHASHSEED": "random"}


def run(root: Path, *more: str, code: int = 0, before: Callable[[], None] | None = None) -> str:
    given, environment = command(root, *more)
    done = subprocess.run(given, env=environment, capture_output=True, text=True, check=False, preexec_fn=before)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def _heeds_ctrl_c() -> None:
    """A suite that runs in the background of a shell ignores SIGINT, and so would whatever it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def begun(root: Path, *more: str) -> subprocess.Popen[str]:
    """A build of which some chunks are finished and some are not."""
    given, environment = command(root, *more)
    process = subprocess.Popen(given, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=_heeds_ctrl_c)
    deadline = time.monotonic() + 200
    while not list(root.glob(f".{NAME}.building/*.jsonl")):
        assert process.poll() is None and time.monotonic() < deadline, process.stderr and process.stderr.read()
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_build_goes_on_and_gives_the_same_bytes(jobs: str, tmp_path: Path, whole: dict[str, bytes]) -> None:
    for _ in range(6):  # on a busy machine the build may be through before the signal comes
        with begun(tmp_path, "--jobs", jobs) as process:
            process.send_signal(signal.SIGKILL)
        if not (tmp_path / NAME).exists():
            break
        shutil.rmtree(tmp_path / NAME)
    kept = len(list(tmp_path.glob(f".{NAME}.building/*.jsonl")))
    assert 0 < kept < 3, "some chunks of three"
    told = run(tmp_path, "--jobs", "1")
    assert content(tmp_path / NAME) == whole and "50 certified tasks" in told
    assert {path.name for path in tmp_path.iterdir()} == {NAME, "home"}, "nothing is left over"


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    with begun(tmp_path, "--jobs", "2", "--train", "3000") as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        told = process.stderr.read()
        assert process.wait() == 130
    assert "of 3,010 tasks are kept: the same command goes on" in told and "Traceback" not in told


def test_a_build_refuses_the_work_of_another_command(tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(PLAN, tmp_path, tell=stop)
    other = dataclasses.replace(PLAN, train=10, seed=4)
    with pytest.raises(UsageError, match=r"another command: seed 3, train 40.*--restart"):
        build(other, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work_folder, "_code", lambda: "other code")
        with pytest.raises(UsageError, match=r"has changed since .*--restart"):
            build(PLAN, tmp_path)
    (tmp_path / f".{NAME}.building" / "plan.json").write_text("{")
    with pytest.raises(UsageError, match="--restart"):
        build(PLAN, tmp_path)
    made = build(other, tmp_path, restart=True)
    assert made.done == 20 and made.kept == 0


def test_two_builds_of_one_scenario_do_not_mix(tmp_path: Path) -> None:
    with (
        lock.held(tmp_path / f".{NAME}.lock", "building it"),
        pytest.raises(UsageError, match=f"another process is building {NAME} into .*process {os.getpid()} "),
    ):
        build(PLAN, tmp_path)
    assert not (tmp_path / NAME).exists()


def test_a_full_disk_leaves_the_old_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, bytes]
) -> None:
    build(dataclasses.replace(PLAN, train=4, test=4), tmp_path)
    before = content(tmp_path / NAME)
    real, finished = WorkFolder.keep, []

    def keep(self: WorkFolder, name: str, data: bytes) -> None:
        finished.append(name)
        if len(finished) > 2:
            raise OSError(errno.ENOSPC, "No space left on device", name)
        real(self, name, data)

    monkeypatch.setattr(WorkFolder, "keep", keep)
    with pytest.raises(RegistryError, match=r"No space left.*25 tasks are kept.*about \d+ MB more.*goes on"):
        build(PLAN, tmp_path)
    assert content(tmp_path / NAME) == before
    monkeypatch.undo()
    register(monkeypatch)
    monkeypatch.setattr(trust, "user_folder", lambda: tmp_path / "user")
    assert build(PLAN, tmp_path).kept == 25
    assert content(tmp_path / NAME) == whole


def test_a_disk_that_fills_up_at_the_end_leaves_the_old_scenario(tmp_path: Path, whole: dict[str, bytes]) -> None:
    resource = pytest.importorskip("resource")
    (tmp_path / NAME).mkdir()

    def limit() -> None:  # chunks are smaller, and the finished training tasks are not
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole["tasks.train.jsonl"]) - 1,) * 2)

    told = run(tmp_path, "--jobs", "1", code=2, before=limit)
    assert "File too large" in told and "50 tasks are kept" in told
    assert content(tmp_path / NAME) == {}


def test_all_are_built_and_a_finished_one_is_not_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = dataclasses.replace(LIBRARY, name="OtherLibrary")
    monkeypatch.setattr(scenarios, "_REGISTERED", {NAME: scenarios._REGISTERED[NAME]})
    monkeypatch.setattr(scenarios, "_DECLARED", {})
    scenarios.register(other)
    given = [
        "build",
        "--all",
        "--train",
        "4",
        "--test",
        "4",
        "--kind",
        "single_hop",
        "--out",
        str(tmp_path),
        "--jobs",
        "1",
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ftrl_gym.cli.building.build", _interrupted_at("OtherLibrary"))
        assert main(given) == 130
    assert (tmp_path / NAME).is_dir() and not (tmp_path / "OtherLibrary").exists()
    before = (tmp_path / NAME).stat().st_ino
    assert main(["build", "--all", "--train", "5", *given[4:]]) == 2
    assert "another command: train 4" in capsys.readouterr().err
    assert main(given) == 0
    assert f"{NAME}: was finished before" in capsys.readouterr().err
    assert (tmp_path / NAME).stat().st_ino == before and (tmp_path / "OtherLibrary").is_dir()
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()


def _interrupted_at(name: str) -> Callable[..., Progress]:
    def run_build(plan: Plan, *arguments: object, **more: object) -> Progress:
        if plan.scenario == name:
            raise KeyboardInterrupt
        return build(plan, *arguments, **more)  # type: ignore[arg-type]

    return run_build
