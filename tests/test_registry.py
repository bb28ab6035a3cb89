"""Registries: whatever happens to a file, there is one clear error or the scenario as it was written."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import gymnasium as gym
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_scenario import DOCUMENTS, NAME, TASKS, tiny_files, tiny_manifest, write_tiny

from ftrl_gym import registration, registry, trust
from ftrl_gym.errors import RegistryError, UnknownNameError, UsageError
from ftrl_gym.execution import TrustedToolbox
from ftrl_gym.sandbox import SandboxWorldToolbox
from ftrl_gym.scenario import Manifest, Scenario
from ftrl_gym.task import Split, Task
from ftrl_gym.world import World

pytestmark = pytest.mark.usefixtures("own_registry")


@pytest.fixture
def folder(own_registry: Path) -> Path:
    """The tiny scenario's."""
    return write_tiny(own_registry)


def everything(scenario: Scenario) -> object:
    """All content of a scenario, for comparison."""
    tasks = [scenario.load_tasks(split) for split in Split]
    worlds = [vars(scenario.load_world(world))["tables"] for world in ("w00", "w01")]
    return scenario.manifest, scenario.source, tasks, worlds


def write_pinned(folder: Path, file: str, content: bytes) -> None:
    """Replaces a file and its pin: an author's mistake rather than a transmission's."""
    (folder / file).write_bytes(content)
    manifest = json.loads((folder / "scenario.json").read_bytes())
    manifest["files"][file] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / "scenario.json").write_text(json.dumps(manifest))


def test_what_was_written_is_read(folder: Path) -> None:
    scenario = registry.load(NAME)
    assert tuple(scenario.documents.values()) == DOCUMENTS
    assert scenario.load_tasks(Split.TRAIN) + scenario.load_tasks(Split.TEST) == TASKS
    assert World(scenario.load_world("w00")).get("books", "Salt") == {
        "title": "Salt",
        "author": "Bo Lind",
        "shelf": "A07",
        "copies": 0,
    }
    assert scenario.load_world("w00") is scenario.load_world("w00")
    assert registry.load(NAME) is scenario
    assert NAME in registry.names()


def test_writing_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = write_tiny(tmp_path / "other")
    for file in [*tiny_files(), "scenario.json"]:
        assert (folder / file).read_bytes() == (again / file).read_bytes()


def test_a_higher_registry_wins(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = write_tiny(tmp_path / "user" / "registry")
    assert dict(registry.entries())[NAME] == folder
    monkeypatch.delenv("FTRL_REGISTRY")
    assert dict(registry.entries())[NAME] == own


def test_the_packaged_registry_is_named_when_it_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registry, "_PACKAGE", tmp_path / "somewhere" / "ftrl_gym")
    with pytest.raises(RegistryError, match=r"neither at .*_registry nor .*registry"):
        registry.packaged_root()


def test_an_unknown_scenario_lists_the_known(folder: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'TinyLibrary'"):
        registry.load("TinyLibrray")
    with pytest.raises(UnknownNameError):
        registry.load("../registry/TinyLibrary")
    with pytest.raises(UnknownNameError, match="Known: w00, w01"):
        registry.load(NAME).load_world("w7")


FILES = [*tiny_files(), "scenario.json"]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_mutation_gives_another_trusted_scenario(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("mutated")
    folder = write_tiny(root)
    digest = hashlib.sha256((folder / "scenario.json").read_bytes()).hexdigest()
    before = everything(registry.load_folder(folder))
    file = data.draw(st.sampled_from(FILES))
    content = (folder / file).read_bytes()
    at = data.draw(st.integers(0, len(content)))
    piece = data.draw(
        st.one_of(st.binary(max_size=4), st.sampled_from([b'"', b"}", b"[" * 5000, b"\n", b"0", b"null"]))
    )
    kept = data.draw(st.integers(at, len(content)))
    mutant = data.draw(st.sampled_from([content[:at], content[:at] + piece + content[kept:]]))
    (folder / file).write_bytes(mutant)
    registry._load.cache_clear()
    try:
        after = everything(registry.load_folder(folder))
    except RegistryError as error:
        assert str(folder / file) in str(error) or str(folder) in str(error)
        assert len(str(error)) < 1500
    else:
        if file != "scenario.json":
            assert mutant == content and after == before
        elif mutant != content:  # the description may have changed; the trust is gone with it
            assert hashlib.sha256(mutant).hexdigest() != digest
    finally:
        shutil.rmtree(root)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_or_cut_file_is_named_at_once(folder: Path, file: str) -> None:
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(RegistryError, match=file):
        registry.load(NAME)
    (folder / file).unlink()
    with pytest.raises(RegistryError, match=rf"{file}.*cannot be read"):
        registry.load(NAME)


def test_a_tampered_file_of_equal_length_is_found_with_its_line(folder: Path) -> None:
    path = folder / "tasks.train.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"kind":"multi_hop"', b'"kind":"multi_fop"'))
    scenario = registry.load(NAME)
    scenario.load_tasks(Split.TEST)
    with pytest.raises(RegistryError, match=r"tasks.train.jsonl: .*scenario.json pins; line 2: .* at kind"):
        scenario.load_tasks(Split.TRAIN)


def _task(**changes: object) -> bytes:
    return TASKS[1].model_copy(update=changes).model_dump_json().encode() + b"\n"


PLAN = TASKS[1].plans[0]
WRONG_SOLVE = PLAN.turns[0].calls[0].model_copy(update={"solves": ("q9",)})
WRONG_TOOL = PLAN.turns[0].calls[0].model_copy(update={"tool": "get_bok"})


def _with_call(call: object) -> tuple[object, ...]:
    return (PLAN.model_copy(update={"turns": (PLAN.turns[0].model_copy(update={"calls": (call,)}),)}),)


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("tasks.train.jsonl", _task() + b"{nonsense\n", "line 2: Invalid JSON"),
        ("tasks.train.jsonl", _task(tools=("get_book", "fly")), "line 1.*tool.*'fly'"),
        ("tasks.train.jsonl", _task(world="w99"), "line 1.*world.*'w99'"),
        ("tasks.train.jsonl", _task(plans=_with_call(WRONG_SOLVE)), "line 1.*solved by a plan.*'q9'"),
        ("tasks.train.jsonl", _task(plans=_with_call(WRONG_TOOL)), "line 1.*tool of a plan.*'get_bok'"),
        ("tasks.train.jsonl", _task(split=Split.TEST), "belongs to split 'test'"),
        ("tasks.train.jsonl", _task() + _task(), "line 2.*there twice"),
        ("tasks.train.jsonl", _task()[:-1], "line 1.*cut off"),
        ("tasks.test.jsonl", b"\xff\n", "line 1"),
        ("worlds/w00.json", b'{"constants": {}}', "it is not"),
        ("worlds/w00.json", b'{"constants": {}, "tables": {"books": {"x": 1}}}', "table 'books'"),
        ("worlds/w00.json", b"[" * 100_000, "w00.json"),
        ("worlds/w00.json", b"1" * 10_000, "it is no JSON"),
        ("tools.py", b"def get_book(world):\n    return (\n", "line 2"),
        ("tools.py", b"def get_book(world): ...\n", "defines no function 'get_author'"),
    ],
)
def test_wrong_content_is_told_with_file_and_place(folder: Path, file: str, content: bytes, told: str) -> None:
    write_pinned(folder, file, content)
    with pytest.raises(RegistryError, match=told) as caught:
        everything(registry.load(NAME))
    assert str(folder / file) in str(caught.value)


def _rename(manifest: dict[str, object]) -> None:
    manifest["name"] = "Other"


def _format(manifest: dict[str, object]) -> None:
    manifest["format"] = 99


def _outside(manifest: dict[str, object]) -> None:
    files = manifest["files"]
    assert isinstance(files, dict)
    files["../../secret"] = files["tools.py"]


def _unpinned(manifest: dict[str, object]) -> None:
    files = manifest["files"]
    assert isinstance(files, dict)
    del files["tools.py"]


@pytest.mark.parametrize(
    ("change", "told"),
    [(_rename, "folder is"), (_format, "format is 99"), (_outside, "no path within"), (_unpinned, "pins no tools.py")],
)
def test_a_wrong_manifest_is_told(folder: Path, change: Callable[[dict[str, object]], None], told: str) -> None:
    manifest = json.loads((folder / "scenario.json").read_bytes())
    change(manifest)
    (folder / "scenario.json").write_text(json.dumps(manifest))
    with pytest.raises(RegistryError, match=told):
        registry.load(NAME)


def test_a_failed_write_leaves_the_old_scenario(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(registry.load(NAME))
    files = tiny_files()
    with pytest.raises(RegistryError, match="line 1"):
        registry.write(folder, tiny_manifest(), files | {"tasks.test.jsonl": b"{}\n"})
    real, written = Path.write_bytes, []

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RegistryError, match="No space left"):
        registry.write(folder, tiny_manifest(), files)
    monkeypatch.undo()
    assert everything(registry.load_folder(folder)) == before
    assert os.listdir(folder.parent) == [NAME]


def test_a_rebuilt_scenario_is_read_anew(folder: Path) -> None:
    assert registry.load(NAME).manifest.title == "Tiny library"
    registry.write(folder, tiny_manifest().model_copy(update={"title": "Larger library"}), tiny_files())
    assert registry.load(NAME).manifest.title == "Larger library"


def test_a_pickled_scenario_reads_its_files_again(folder: Path) -> None:
    scenario = registry.load_folder(folder)
    task = scenario.load_tasks(Split.TEST)[0]
    assert scenario.load_world(task.world) is scenario.load_world(task.world), "read once"
    data = pickle.dumps(scenario)
    assert b"Late Ferry" not in data, "nothing that was read is in it"
    twin = pickle.loads(data)
    assert twin.load_tasks(Split.TEST)[0] == task
    assert twin.load_world(task.world).tables == scenario.load_world(task.world).tables
    (folder / "tasks.test.jsonl").write_text("{}\n")
    assert twin.load_tasks(Split.TEST)[0] == task
    with pytest.raises(RegistryError, match=r"tasks\.test\.jsonl"):
        pickle.loads(data).load_tasks(Split.TEST)


def test_trust_follows_content(folder: Path) -> None:
    assert not registry.load(NAME).trusted
    trust.pin(folder)
    assert registry.load(NAME).trusted
    path = folder / "scenario.json"
    path.write_bytes(path.read_bytes().replace(b"Tiny library", b"Evil library"))
    assert not registry.load(NAME).trusted


def test_the_package_pins_one_manifest_of_a_name(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "PACKAGED_LIST", tmp_path / "trusted.json")
    trust.pin(folder, packaged=True)
    registry.write(folder, tiny_manifest().model_copy(update={"title": "Larger library"}), tiny_files())
    assert not registry.load(NAME).trusted
    digest = trust.pin(folder, packaged=True)
    assert json.loads((tmp_path / "trusted.json").read_text()) == {digest: NAME}
    assert registry.load(NAME).trusted


def test_a_broken_trust_list_is_named(folder: Path) -> None:
    trust.user_list().parent.mkdir(parents=True)
    trust.user_list().write_text("{")
    with pytest.raises(RegistryError, match=r"trusted\.json"):
        registry.load(NAME)


def test_every_packaged_scenario_is_trusted_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FTRL_REGISTRY")
    for name, folder in registry.entries():
        scenario = registry.load(name)
        assert scenario.trusted, f"{name} differs from its pin in trusted.json: trust.pin(folder, packaged=True)"
        registry.read_all(scenario, folder)


def test_eight_times_the_tasks_take_eight_times_the_calls(tmp_path: Path) -> None:
    def calls(count: int) -> int:
        many = b"".join(_task(id=f"train-{number:05d}") for number in range(count))
        folder = tmp_path / str(count) / NAME
        registry.write(folder, tiny_manifest(), tiny_files() | {"tasks.train.jsonl": many})
        scenario, counted = registry.load_folder(folder), 0

        def count_one(*_: object) -> None:
            nonlocal counted
            counted += 1

        before = sys.getprofile()
        sys.setprofile(count_one)
        try:
            tasks = scenario.load_tasks(Split.TRAIN)
        finally:
            sys.setprofile(before)
        assert len(tasks) == count
        return counted

    few = calls(300)
    assert 300 < few < calls(2400) < 9 * few


# --- registration --------------------------------------------------------------------------------------------------


@pytest.fixture
def env_id(folder: Path) -> str:
    trust.pin(folder)
    registration.register_all()
    return f"ftrl/{NAME}-v0"


def test_a_scenario_becomes_an_env(env_id: str) -> None:
    with gym.make(env_id, split="test", docs="signature") as env:
        observation, info = env.reset(options={"task": "test-00000"})
        assert "Late Ferry" in observation and info["task_id"] == "test-00000"
        assert env.spec is not None
        again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
        assert again.reset(options={"task": "test-00000"})[0] == observation


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"splitt": "train"}, "did you mean 'split'"),
        ({"split": "tain"}, "did you mean 'train'"),
        ({"docs": "xml"}, "Known: json, signature"),
        ({"matching": 3}, "Known: ftrl, strict"),
        ({"kinds": "multi_hop"}, "list of names"),
        ({"kinds": ["multi"]}, "multi_hop"),
        ({"kinds": ["parallel_multi_hop"]}, "no train task"),
        ({"difficulty": "hard"}, "number from 0 to 1"),
        ({"max_turns": 0}, "at least 1"),
        ({"tasks": "endless"}, r"no generator.*declaration_file\.scenario_of"),
        ({"unsafe": "yes"}, "True or False"),
        ({"reward": "f1"}, "solve_f1"),
    ],
)
def test_a_wrong_keyword_or_value_is_told(env_id: str, keywords: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        gym.make(env_id, **keywords)


def test_untrusted_code_runs_here_only_when_asked_for(env_id: str, folder: Path) -> None:
    trust.user_list().unlink()
    for keywords, kind in (({}, SandboxWorldToolbox), ({"unsafe": True}, TrustedToolbox)):
        taskset = gym.make(env_id, **keywords).unwrapped.taskset  # type: ignore[attr-defined]
        assert type(taskset.toolbox(taskset.get(taskset.ids()[0]))) is kind


def test_a_broken_scenario_warns_at_registration_and_raises_when_made(folder: Path) -> None:
    name = "BrokenLibrary"
    shutil.copytree(folder, folder.parent / name)
    (folder.parent / name / "scenario.json").write_text("{")
    with pytest.warns(UserWarning, match=name):
        registration.register_all()
    with pytest.raises(RegistryError, match=r"BrokenLibrary.*line 1"):
        gym.make(f"ftrl/{name}-v0")


def test_the_manifest_knows_its_fields() -> None:
    """A reader refuses what it does not know, rather than drop it."""
    assert Manifest.model_config["extra"] == Task.model_config["extra"] == "forbid"
    assert {field.name for field in dataclasses.fields(Scenario)} >= {"manifest", "trusted", "load_tasks", "load_world"}


@pytest.mark.parametrize("line", ["1 / 0", "import no_such_module", "raise SystemExit"])
def test_tools_that_cannot_be_defined_are_told(line: str) -> None:
    with pytest.raises(RegistryError, match=r"tools.py: its definitions raise"):
        TrustedToolbox(line)
