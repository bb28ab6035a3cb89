"""``ftrl-gym build``: what a built scenario is, and what the command refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gymnasium as gym
import pytest
from tiny_build import NAME, registered

import ftrl_gym
from ftrl_gym import registry
from ftrl_gym.cli import main
from ftrl_gym.construct.build import build
from ftrl_gym.construct.orders import Plan
from ftrl_gym.construct.variants.design import split_of
from ftrl_gym.errors import RegistryError
from ftrl_gym.export.ftrl import FtrlRows, Skipped, unfit
from ftrl_gym.stats.sample import of_scenario
from ftrl_gym.task import Split

IMPOSSIBLE = [NAME, "--until", "scale", "--kind", "parallel_single_hop", "--difficulty", "0", "--features", "state"]
"""It has one action, and this takes two."""


@pytest.fixture(autouse=True)
def library(own_registry: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with registered(monkeypatch):
        yield


def test_what_is_built_is_an_environment(own_registry: Path, tmp_path: Path) -> None:
    build(Plan(NAME, 3, train=8, test=4), own_registry)
    loaded = registry.load(NAME)
    assert loaded.trusted and [len(loaded.load_tasks(split)) for split in Split] == [8, 4]
    registry.read_all(loaded, own_registry / NAME)
    ftrl_gym.register_all()
    env = gym.make(f"ftrl/{NAME}-v0", docs="signature")
    for seed in range(8):
        observation, _ = env.reset(seed=seed)
        assert "get_" in observation or "list_" in observation or env.unwrapped.task.toolset  # type: ignore[attr-defined]
    scaled = [task for task in loaded.load_tasks(Split.TRAIN) if task.toolset and unfit(task) is None]
    rows = FtrlRows(NAME, loaded)
    assert scaled and not any(isinstance(rows.row(task), Skipped) for task in scaled)


def test_variants_have_toolsets_of_their_own_and_one_split_each(own_registry: Path) -> None:
    plan = Plan(NAME, 3, variants=4, tasks=3)
    build(plan, own_registry)
    loaded = registry.load(NAME)
    measured = of_scenario(NAME, loaded, None, run=True).tasks
    assert len({task.toolset for task in measured}) == 4 and all(task.documents and task.lines for task in measured)
    variants: dict[Split, set[int]] = {}
    for split in Split:
        tasks = loaded.load_tasks(split)
        variants[split] = {int(task.toolset[1:5]) for task in tasks}
        assert all(split_of(variant) is split for variant in variants[split])
        for task in tasks:
            tools = loaded.tools(task.toolset)
            assert set(task.tools) <= set(tools.documents)
            assert all(f"def {tool}(" in tools.source for tool in task.tools)
    assert variants == {Split.TRAIN: {1, 2, 3}, Split.TEST: {4}}
    with pytest.raises(RegistryError, match="has no toolset 'v9999-g0p0t0'"):
        loaded.tools("v9999-g0p0t0")
    toolset = next(iter(own_registry.glob(f"{NAME}/toolsets/*.json")))
    toolset.write_bytes(toolset.read_bytes().replace(b"string", b"strong"))
    with pytest.raises(RegistryError, match=toolset.name):
        registry.read_all(registry.load_folder(own_registry / NAME), own_registry / NAME)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Clinc"], "did you mean 'Clinic'"),
        ([], "say what to build"),
        (["Clinic", "--all"], "leave Clinic or --all out"),
        (["Clinic", "--file", "my_shop.py"], "two scenarios"),
        (["nowhere.py"], "there is no file nowhere.py"),
        (["Clinic", "--out", "FILE"], "Choose another"),
        (["Clinic", "--out", "FOLDER/Clinic"], "give --out FOLDER"),
        (["Clinic", "--tasks", "5"], "give --train and --test"),
        (["Clinic", "--variants", "8", "--train", "5"], "with --variants give --tasks"),
        (["Clinic", "--variants", "2"], "give 4 or more"),
        (["Clinic", "--kind", "multi"], "unknown kind 'multi'; did you mean"),
        (["Clinic", "--difficulty", "0.5"], "say which with --until"),
        (["Clinic", "--until", "deploi"], "did you mean 'deploy'"),
        (["Clinic", "--until", "scale", "--jobs", "2"], "--jobs is for building a whole scenario"),
        (["Clinic", "--until", "scale", "--difficulty", "2"], "it goes from 0 to 1"),
        (["Clinic", "--until", "scale", "--features", "stat"], "did you mean 'state'"),
        (["Clinic", "--until", "scale", "--variant", "4"], "unknown variant of split train"),
        (["--until", "scale"], "say which scenario"),
        (["--from", "nowhere.json"], "nowhere.json cannot be read"),
        (["--from", "FILE"], "holds no stage of a build"),
        (IMPOSSIBLE, "Try another --kind"),
    ],
)
def test_a_mistake_is_one_message(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    places = {"FILE": str(tmp_path / "file"), "FOLDER": str(tmp_path)}
    for name, place in places.items():
        arguments, told = [each.replace(name, place) for each in arguments], told.replace(name, place)
    assert main(["build", *arguments]) == 2
    out, err = capsys.readouterr()
    assert told in err and not out and len(err.splitlines()) <= 5


@pytest.mark.parametrize("flags", [["--train", "0"], ["--jobs", "-1"], ["--seed", "x"], ["--tasks", "1.5"]])
def test_bad_numbers_are_named(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["build", "Clinic", *flags])
    assert stopped.value.code == 2 and flags[0] in capsys.readouterr().err


def test_somebodys_own_folder_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Clinic").mkdir()
    (tmp_path / "Clinic" / "records.txt").touch()
    assert main(["build", "Clinic", "--out", str(tmp_path)]) == 2
    assert "is no scenario" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*.*")] == ["records.txt"]
