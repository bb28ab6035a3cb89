"""What a user reads who gave a command something that cannot be: one message, no traceback, nothing half-written."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import evaluate
import huggingface_hub
import pytest
import train_llm
from rich.console import Console

from ftrl_agents import command, run_folder
from ftrl_agents import train as train_module
from ftrl_agents.config import EnvConfig, TrainConfig, UpdateConfig
from ftrl_agents.model_source import check_model
from ftrl_gym.errors import FtrlGymError, UsageError

QUIET = Console(quiet=True)


@pytest.mark.parametrize(
    "flags",
    [
        ["--threads", "0"], ["--seed", "-1"], ["--temperatures", "-1"], ["--temperatures"], ["--tasks", "0"],
        ["--difficulty", "7"],
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_named(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for main in (evaluate.main, train_llm.main):
        prefix = {"--temperatures": "--evaluation.", "--tasks": "--evaluation.", "--difficulty": "--env."}
        given = (
            [prefix[flags[0]] + flags[0][2:], *flags[1:]] if main is train_llm.main and flags[0] in prefix else flags
        )
        with pytest.raises(SystemExit) as stopped:
            main(given)
        assert stopped.value.code == 2
        assert flags[0][2:] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--env", "CartPole-v1"], "no environment for tool use"),
        (["--env", "nope"], "unknown environment 'nope'. Known: ftrl/"),
        (["--env", "ftrl/FTRL-v0"], "--path"),
        (["--env", "ftrl/FTRL-v0", "--path", "x", "--difficulty", "0.5"], "leave --difficulty out"),
        (["--env", "ftrl/FTRL-v0", "--path", "/nowhere.jsonl"], "no file '/nowhere.jsonl'"),
        (["--path", "x"], "plays no file"),
        (["--model", "/nope"], "there is no folder '/nope'"),
        (["--out", "FILE"], "is a file"),
        (["--out", "FILE/deeper"], "cannot be written"),
    ],
)
def test_evaluation_refuses_before_it_loads(
    flags: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("ftrl_agents.policy.load_policy", lambda name: pytest.fail("loaded"))
    assert evaluate.main([flag.replace("FILE", str(tmp_path / "file")) for flag in flags]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_model_is_looked_for_before_it_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "run" / "checkpoints" / "step-000020").mkdir(parents=True)
    for name, words in {
        "": "no folder ''",
        "a b": "no Hugging Face id",
        str(tmp_path / "nothing"): "there is no folder",
        str(tmp_path / "file"): "is a file",
        str(tmp_path): "it has no config.json",
        str(tmp_path / "run"): "step-000020",
    }.items():
        with pytest.raises(UsageError, match=words):
            check_model(name)

    asked: list[str] = []

    def unreachable(self: object, name: str, timeout: float) -> None:
        asked.append(name)
        raise OSError("no network")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", unreachable)
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: None)
    with pytest.raises(UsageError, match=r"cannot be reached.*no network.*leave --model out"):
        check_model("Qwen/Qwen3-0.6B")
    assert asked == ["Qwen/Qwen3-0.6B"]
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: "/somewhere/config.json")
    assert check_model("Qwen/Qwen3-0.6B")


def resume(monkeypatch: pytest.MonkeyPatch, *flags: str) -> tuple[int, list[TrainConfig]]:
    seen: list[TrainConfig] = []
    monkeypatch.setattr(train_module, "train", lambda config, console: seen.append(config) or 0)
    return train_llm.main(["--resume", *flags]), seen


def test_a_resumed_run_honours_every_flag_that_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = TrainConfig(minutes=3, steps=7, env=EnvConfig(kinds=["multi_hop"]), update=UpdateConfig(learning_rate=1e-3))
    own.save(tmp_path / "config.json")
    typed = ["--minutes", "8", "--update.learning-rate", "2e-4"]  # both are defaults
    code, (config,) = resume(monkeypatch, str(tmp_path), *typed)
    assert code == 0 and config.run_dir == config.resume == tmp_path
    assert (config.minutes, config.steps, config.env.kinds) == (8, 7, ["multi_hop"])
    assert config.update.learning_rate == 2e-4
    assert sorted(run_folder.check_resumable(config)) == [
        "minutes 8.0 (was 3.0)",
        "update.learning_rate 0.0002 (was 0.001)",
    ]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--model", "other"], "--model cannot change"),
        (["--recipe", "rloo"], "--recipe cannot change"),
        (["--env.docs", "json"], "--env.docs cannot change"),
        (["--evaluation.tasks", "5"], "--evaluation.tasks cannot change"),
        (["--name", "other"], "leave --out and --name out"),
    ],
)
def test_what_a_run_keeps_for_life_cannot_change(
    flags: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    TrainConfig().save(tmp_path / "config.json")
    _, (config,) = resume(monkeypatch, str(tmp_path), *flags)
    with pytest.raises(UsageError, match=words):
        run_folder.check_resumable(config)


def test_only_a_run_can_be_resumed(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    checkpoint = tmp_path / "run" / "checkpoints" / "step-000020"
    checkpoint.mkdir(parents=True)
    TrainConfig().save(tmp_path / "run" / "config.json")
    (tmp_path / "run" / "metrics.jsonl").touch()
    for folder, words in {
        tmp_path / "nothing": f"is no folder. Runs nearby: {tmp_path / 'run'}",
        tmp_path / "empty": "it has no config.json",
        checkpoint: f"--resume {tmp_path / 'run'}",
    }.items():
        with pytest.raises(UsageError, match=words):
            run_folder.stored(folder)
    (tmp_path / "empty" / "config.json").write_text(json.dumps({str(n): n for n in range(50)}))
    with pytest.raises(UsageError, match="and 42 more"):
        run_folder.stored(tmp_path / "empty")


def test_a_run_that_fails_before_its_first_checkpoint_leaves_nothing(tmp_path: Path) -> None:
    config = TrainConfig(out=tmp_path / "new", name="run")
    with pytest.raises(KeyboardInterrupt), run_folder.new_run(config, QUIET):
        raise KeyboardInterrupt
    assert list((tmp_path / "new").iterdir()) == []


def test_a_run_leaves_alone_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").touch()
    with run_folder.new_run(TrainConfig(out=tmp_path, name="run"), QUIET) as config:
        assert config.run_dir == tmp_path / "run-2"
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.txt"]
    (tmp_path / "file").touch()
    with (
        pytest.raises(UsageError, match="--out"),
        run_folder.new_run(TrainConfig(out=tmp_path, name="file"), QUIET),
    ):
        pass


def test_a_folder_is_worked_in_by_one_process(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    first, second = run_folder.locked(tmp_path), run_folder.locked(tmp_path)
    with first, pytest.raises(UsageError, match="another process"), second:
        pass
    with run_folder.locked(tmp_path):
        pass


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UsageError("wrong"), 2, "wrong"),
        (FtrlGymError("failed"), 1, "failed"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(errno.ENOSPC, "No space left on device", "metrics.jsonl"), 1, "metrics.jsonl: No space left"),
        (RuntimeError("CUDA out of memory"), 1, "halve"),
    ],
)
def test_what_a_user_can_mend_is_a_message(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise error

    assert command.exit_code(fail, Console(stderr=True), out_of_memory="halve it", no_room="make room") == code
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("bug", [OSError(errno.EINVAL, "?"), RuntimeError("?"), KeyError("?")])
def test_our_bugs_keep_their_traceback(bug: Exception) -> None:
    def fail() -> int:
        raise bug

    with pytest.raises(type(bug)):
        command.exit_code(fail, QUIET, out_of_memory="", no_room="")
