"""The frozen evaluation set: what it takes to be one, and that it is as it was frozen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from gymnasium.utils.env_checker import check_env

from ftrl_gym import registry, trust
from ftrl_gym.cli import main
from ftrl_gym.construct.briefs import FEATURES
from ftrl_gym.construct.build import build
from ftrl_gym.construct.orders import Plan
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import RegistryError, UnknownNameError, UsageError
from ftrl_gym.policies import Oracle
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.suites.suite import CANARY, CONTENTS, Contents, SuiteTaskSet, make_env
from ftrl_gym.suites.suite_report import verify_suite
from ftrl_gym.task import OutcomeKind
from ftrl_gym.trajectory import run_episode

NAMES = ("Genealogy", "Bank")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small set of two scenarios."""
    data = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trust, "user_folder", lambda: data)
        root = data / "Suite"
        manifests = {}
        for name in NAMES:
            build(Plan(name, 5, test=80, only=(3, 7, 30, 34, 41)), root, pack=True)
            manifests[name] = hashlib.sha256((root / name / trust.MANIFEST).read_bytes()).hexdigest()
        (root / CONTENTS).write_text(Contents.of(0, 10, manifests).model_dump_json())
        registry._load.cache_clear()
        yield root
    registry._load.cache_clear()


def test_it_holds_tasks_of_all_scenarios_that_an_oracle_solves(folder: Path) -> None:
    suite = SuiteTaskSet(folder=folder)
    assert len(suite.ids()) == 10 and {task_id.partition(".")[0] for task_id in suite.ids()} == set(NAMES)
    env = VerifiableReward(ToolUseEnv(suite))
    for task_id in suite.ids():
        assert run_episode(env, Oracle(), options={"task": task_id}).episode_return == 1
        assert suite.instruction(suite.get(task_id)) in env.unwrapped.reset(options={"task": task_id})[0]  # type: ignore[arg-type]
    check_env(ToolUseEnv(suite), skip_render_check=True)


def test_filters_keep_some_of_it_and_say_what_there_is(folder: Path) -> None:
    bank = SuiteTaskSet(["Bank"], folder=folder)
    assert {task_id.partition(".")[0] for task_id in bank.ids()} == {"Bank"} and len(bank.ids()) == 5
    multi = SuiteTaskSet(folder=folder, kinds=["multi_hop"])
    assert {multi.get(task_id).kind.value for task_id in multi.ids()} == {"multi_hop"}
    with pytest.raises(UnknownNameError, match="Genealogy"):
        SuiteTaskSet(["Banc"], folder=folder)
    with pytest.raises(UnknownNameError, match="feature of the suite"):
        SuiteTaskSet(features=["stale"], folder=folder)
    with pytest.raises(UnknownNameError, match="unknown kind 'multihop'; did you mean 'multi_hop'"):
        SuiteTaskSet(kinds=["multihop"], folder=folder)
    with pytest.raises(UsageError, match="goes from 0 to 1"):
        SuiteTaskSet(difficulty=7, folder=folder)
    with pytest.raises(UsageError, match="drop one of them"):
        SuiteTaskSet(folder=folder, kinds=["single_hop"], difficulty=0.0)
    with pytest.raises(UnknownNameError, match="task of the suite"):
        multi.get("Bank.test-99999")


def test_files_lie_compressed_and_a_changed_one_is_refused(folder: Path) -> None:
    packed = sorted(path.name for path in (folder / "Bank").rglob("*.bz2"))
    assert "tasks.test.jsonl.bz2" in packed and not (folder / "Bank" / "tasks.test.jsonl").exists()
    scenario = registry.load_folder(folder / "Bank")
    assert scenario.manifest.files["tasks.test.jsonl"].packed and not scenario.manifest.files["tools.py"].packed
    path = folder / "Bank" / "tasks.test.jsonl.bz2"
    kept = path.read_bytes()
    try:
        path.write_bytes(kept[:-10])
        registry._load.cache_clear()
        with pytest.raises(RegistryError, match=r"tasks\.test\.jsonl\.bz2.*unpacked"):
            SuiteTaskSet(folder=folder)
    finally:
        path.write_bytes(kept)
        registry._load.cache_clear()


def test_a_set_that_is_not_what_was_frozen_is_refused(folder: Path, tmp_path: Path) -> None:
    found = Contents.model_validate_json((folder / CONTENTS).read_bytes())
    assert found.canary == CANARY and found.tasks == 10
    with pytest.raises(RegistryError, match="cannot be read"):
        SuiteTaskSet(folder=tmp_path)
    (tmp_path / CONTENTS).write_text(found.model_copy(update={"tasks": 11}).model_dump_json())
    with pytest.raises(RegistryError, match="not what was frozen"):
        SuiteTaskSet(folder=tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / CONTENTS).write_text(found.model_dump_json())
    with pytest.raises(RegistryError, match=r"Genealogy.*not what was frozen"):
        SuiteTaskSet(folder=other)


def test_the_environment_says_what_it_takes() -> None:
    with pytest.raises(UsageError, match="no train split"):
        make_env(split="train")
    with pytest.raises(UnknownNameError, match="keyword of gym"):
        make_env(variant=3)
    with pytest.raises(UsageError, match="list of names"):
        make_env(scenarios="Bank")
    with pytest.raises(UsageError, match="number from 0 to 1"):
        make_env(difficulty="hard")


# --- the packaged one ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def packaged() -> SuiteTaskSet:
    return SuiteTaskSet()


def test_the_packaged_set_is_what_it_is_said_to_be(packaged: SuiteTaskSet) -> None:
    assert len(packaged.ids()) == packaged.contents.tasks == 1200
    assert {len(ids) for ids in packaged.scenarios().values()} == {50} and len(packaged.scenarios()) == 24
    tasks = [packaged.get(task_id) for task_id in packaged.ids()]
    later = {"indirect"}  # there was no such dial when the set was frozen
    assert {dial for task in tasks for dial in task.features} == {*FEATURES} - later
    impossible = sum(task.outcome.kind is OutcomeKind.IMPOSSIBLE for task in tasks)
    assert 0 < impossible <= 0.05 * len(tasks), "a constant policy earns as much"


def test_a_sample_of_the_packaged_set_is_sound(packaged: SuiteTaskSet) -> None:
    report = verify_suite(packaged, limit=20)
    assert len(report.tasks) == 20 and report.ok, report.render()


def test_show_names_it_as_a_score_has_to(packaged: SuiteTaskSet, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "Suite"]) == 0
    version, sha256 = packaged.contents.version, packaged.contents.sha256
    shown = capsys.readouterr().out
    assert shown.startswith(f"ftrl/Suite-v0: 1200 tasks, version {version}, sha256 {sha256}\n")
    assert main(["show", "Suite", "MusicLabel.test-00102"]) == 0
    assert "list_bands_of_or_work fails, call 1: the service did not answer" in capsys.readouterr().out
    assert main(["show", "Suite", "SmartHome.test-00054"]) == 0
    assert "wants to be asked once more before anything is changed" in capsys.readouterr().out


@pytest.mark.slow
def test_an_oracle_solves_all_of_the_packaged_set(packaged: SuiteTaskSet) -> None:
    env = VerifiableReward(ToolUseEnv(packaged, docs="signature"))
    for task_id in packaged.ids():
        for plan in range(len(packaged.get(task_id).plans)):
            played = run_episode(env, Oracle(plan), options={"task": task_id})
            assert played.episode_return == pytest.approx(1.0), played.render()
