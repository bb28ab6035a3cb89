"""``ftrl-gym build``: whole scenarios, whatever interrupts it; what it refuses; the stages of one task."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import gymnasium as gym
import pytest
from tiny_declaration import LIBRARY

import ftrl_gym
from ftrl_gym import lock, registry, trust
from ftrl_gym.cli import main
from ftrl_gym.construct import build as build_module
from ftrl_gym.construct import scenarios, stages, work_folder
from ftrl_gym.construct.briefs import PAIRED
from ftrl_gym.construct.build import Progress, build
from ftrl_gym.construct.domain import Domain
from ftrl_gym.construct.endless import endless_brief, endless_writer
from ftrl_gym.construct.objects import Scaled
from ftrl_gym.construct.orders import FULL, Plan, chunks_of
from ftrl_gym.construct.stages import Stage
from ftrl_gym.construct.variants.design import split_of
from ftrl_gym.construct.work_folder import WorkFolder
from ftrl_gym.construct.workers import Workers
from ftrl_gym.errors import ConstructionError, RegistryError, UsageError
from ftrl_gym.export.ftrl import FtrlRows, Skipped, unfit
from ftrl_gym.stats.sample import of_scenario
from ftrl_gym.task import Kind, Split, Task

NAME = "TinyLibrary"
FILE = Path(__file__).with_name("tiny_declaration.py")
PLAN = Plan(NAME, 3, train=40, test=10, kinds=(Kind.SINGLE_HOP,))
COMMAND = [sys.executable, "-c", "import sys; from ftrl_gym.cli import main; sys.exit(main())", "build", str(FILE)]
IMPOSSIBLE = [NAME, "--until", "scale", "--kind", "parallel_single_hop", "--difficulty", "0", "--features", "state"]
"""It has one action, and this takes two."""
SIZE = ["--seed", "3", "--train", "40", "--test", "10", "--kind", "single_hop"]


@pytest.fixture(autouse=True)
def library(own_registry: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tiny library is a scenario, and gone afterwards."""
    monkeypatch.setattr(scenarios, "_REGISTERED", dict(scenarios._REGISTERED))
    scenarios.register(dataclasses.replace(LIBRARY, file=str(FILE)))
    yield
    scenarios.scenario.cache_clear()
    for cached in (endless_writer, build_module._writer, build_module._ground, build_module.world_of_build):
        cached.cache_clear()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an uninterrupted build in one process of its own gives."""
    root = tmp_path_factory.mktemp("whole")
    run(root, "--jobs", "1")
    return content(root / NAME)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


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


# --- whole scenarios -----------------------------------------------------------------------------------------------


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
    monkeypatch.setattr(scenarios, "_REGISTERED", dict(scenarios._REGISTERED))
    scenarios.register(dataclasses.replace(LIBRARY, file=str(FILE)))
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


def test_orders_are_those_of_the_plan() -> None:
    plan = Plan(NAME, 1, variants=8, tasks=5, kinds=(Kind.MULTI_HOP, Kind.SINGLE_HOP))
    orders = {split: plan.orders(split) for split in Split}
    assert plan.size == 40 == sum(map(len, orders.values()))
    assert len({order.task_id for some in orders.values() for order in some}) == 40
    assert {order.variant for order in orders[Split.TEST]} == {4, 8}
    assert {order.kind for order in orders[Split.TRAIN]} == {Kind.MULTI_HOP, Kind.SINGLE_HOP}
    chunks = chunks_of(Split.TRAIN, 0, list(enumerate(orders[Split.TRAIN])))
    assert [{order.variant for order in chunk.orders} for chunk in chunks] == [{1}, {2}, {3}, {5}, {6}, {7}]
    assert sorted(place for chunk in chunks for place in chunk.places) == list(range(30))
    assert all(orders[Split.TRAIN][place] == o for c in chunks for place, o in zip(c.places, c.orders, strict=True))


def test_dials_come_in_shares_that_grow_with_difficulty() -> None:
    orders = Plan("Bank", 1, train=4000).orders(Split.TRAIN)
    bank, bare = scenarios.scenario("Bank").domain, Domain({}, {}, {})
    briefs = [next(order.briefs(bank)) for order in orders]
    hard = [brief for brief in briefs if brief.difficulty >= FULL]
    share = {name: sum(name in brief.features for brief in hard) / len(hard) for name in ("user", "errors", "state")}
    twins = Counter(name for brief in hard for name in PAIRED if brief.twin and name in brief.features)
    assert 0.22 < share["user"] < 0.28 and 0.17 < share["errors"] < 0.25 and 0.25 < share["state"] < 0.45
    assert all(0.08 < twins[name] / len(hard) < 0.12 for name in PAIRED)
    easy = [brief for brief in briefs if brief.difficulty < 0.05]
    assert len(easy) > 100 and sum(bool(brief.features) for brief in easy) < 0.15 * len(easy)
    plain = [next(order.briefs(bare)).features for order in orders]
    assert not {"state", "user", "rules"} & {name for features in plain for name in features}


def test_minimal_pairs_are_ordered_together() -> None:
    domain = scenarios.scenario("Clinic").domain
    orders = {order.number: order for order in Plan("Clinic", 2, train=160).orders(Split.TRAIN)}
    pairs = [(order, orders[order.partner]) for order in orders.values() if order.partner in orders]
    assert len(pairs) == 2 * 2 * 2 * 4 * 2  # each counted from both sides
    for one, other in pairs:
        assert other.partner == one.number and one.kind is other.kind and one.world == other.world
        first, second = sorted((one, other), key=lambda order: order.number)
        of_first, of_second = next(first.briefs(domain)), next(second.briefs(domain))
        if {*PAIRED} & {*of_first.features}:
            assert of_second == of_first.model_copy(update={"twin": True}) and not of_first.twin
        else:
            assert of_second.seed != of_first.seed and not of_second.twin


def test_a_small_world_gives_what_it_can() -> None:
    order = next(o for o in Plan(NAME, 3, train=400).orders(Split.TRAIN) if o.kind is Kind.MULTI_HOP)
    briefs = list(order.briefs(scenarios.scenario(NAME).domain))
    assert [brief.hops for brief in briefs] == sorted((brief.hops for brief in briefs), reverse=True)
    assert briefs[-1].difficulty == 0 and briefs[-1].features == () and briefs[-1].kind is Kind.MULTI_HOP


def test_a_world_without_enough_questions_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = build_module._Kept(0, tmp_path, 0, 1, b"same", "w00", "", {})
    monkeypatch.setattr(WorkFolder, "has", lambda self, name: True)
    monkeypatch.setattr(build_module, "_read", lambda path: iter([same]))
    plan = Plan(NAME, 3, train=400, kinds=(Kind.SINGLE_HOP,))
    with pytest.raises(ConstructionError, match=r"no 400 different train questions: 400 \(single_hop\).*more rows"):
        build_module._split(plan, Split.TRAIN, WorkFolder(tmp_path), Workers(1), lambda made, fresh: None)


# --- refusals ------------------------------------------------------------------------------------------------------


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


# --- stages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("features", [(), ("state",), ("user",)])
@pytest.mark.parametrize("stage", list(Stage)[:-1])
def test_a_stored_stage_goes_on_to_the_same_task(stage: Stage, features: tuple[str, ...], tmp_path: Path) -> None:
    writer = endless_writer(NAME)
    kinds = ["single_hop" if "state" in features else "multi_hop"]
    brief = endless_brief(1, kinds=kinds, difficulty=0.1, always=features, scenario=NAME)
    task, _ = stages.begin(writer, [brief], Stage.DEPLOY, "endless-1", Counter())
    assert isinstance(task, Task) and task.certificate is not None and task.features == features
    artefact, problem = stages.begin(writer, [brief], stage, "endless-1", Counter())
    path = tmp_path / "stage.json"
    path.write_text(stages.stored(artefact, NAME), encoding="utf-8")
    again, name = stages.read(path)
    assert again == artefact and name == NAME and stages.stage_of(again) is stage and not problem
    assert json.loads(path.read_text())["stage"] == stage.value
    assert stages.decomposition_of(again).brief.provenance.writer == "procedural"  # type: ignore[arg-type]
    assert stages.advance(writer, again, Stage.DEPLOY, "endless-1") == task


def test_a_stored_stage_that_names_what_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    brief = endless_brief(1, kinds=["multi_hop"], difficulty=0.1, scenario=NAME)
    artefact, _ = stages.begin(endless_writer(NAME), [brief], Stage.SCALE, "endless-1", Counter())
    assert isinstance(artefact, Scaled)
    for number, changed in enumerate(({"tools": ("nonesuch",)}, {"calls": artefact.calls[:0]}, {"toolset": "x"})):
        path = tmp_path / f"{number}.json"
        path.write_text(stages.stored(artefact.model_copy(update=changed), NAME), encoding="utf-8")
        assert main(["build", "--from", str(path)]) in (0 if "toolset" in changed else 1, 2)
        said = capsys.readouterr().err
        assert "Traceback" not in said and ("nonesuch" in said) == ("tools" in changed)


def test_where_no_draw_passes_its_proof_one_is_shown_all_the_same() -> None:
    writer = endless_writer(NAME)
    brief = endless_brief(1, kinds=["single_hop"], difficulty=0.1, scenario=NAME)

    def deploy(scaled: object, task_id: str) -> Task:
        raise ftrl_gym.CertificationError(task_id, "probe", "it is paid")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "deploy", deploy)
        artefact, problem = stages.begin(writer, [brief], Stage.SCALE, "endless-1", refused := Counter())
    assert stages.stage_of(artefact) is Stage.SCALE and "it is paid" in problem and refused["probe"] > 100


def test_the_command_shows_stores_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    single = ["--kind", "multi_hop", "--difficulty", "0.1", "--seed", "5"]
    stored = str(tmp_path / "stage.json")
    seen = {}
    for stage in Stage:
        assert main(["build", NAME, "--until", stage.value, "--show", "--save", stored, *single]) == 0
        seen[stage] = capsys.readouterr().out
        assert all(word in seen[stage] for word in ("Question", "Sub-questions", "s1  ", "(after s1)"))
    assert "Reference solution" in seen[Stage.DECOMPOSE]
    assert "Narrow document for s2" in seen[Stage.DOCUMENT] and "a view of" in seen[Stage.DOCUMENT]
    assert "Merged document, serves" in seen[Stage.INTEGRATE]
    assert "Toolset as offered" in seen[Stage.SCALE] and "generalization 0.1" in seen[Stage.SCALE]
    assert "oracle return: 1.0" in seen[Stage.DEPLOY] and "def get_book(world" in seen[Stage.DEPLOY]
    assert main(["build", "--from", stored, "--until", "scale"]) == 2
    assert "comes after scale" in capsys.readouterr().err
    assert main(["build", NAME, "--until", "document", "--save", stored, *single]) == 0
    assert capsys.readouterr().out == ""
    assert main(["build", "--from", stored, "--until", "deploy", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["stage"] == "deploy" and Task.model_validate(shown["artefact"]).certificate is not None
    assert main(["build", "Clinic", "--from", stored]) == 2
    assert f"is of {NAME} and not of Clinic" in capsys.readouterr().err
    assert main(["build", "--from", stored, "--seed", "2"]) == 2
    assert "--seed was settled" in capsys.readouterr().err


# --- every scenario ------------------------------------------------------------------------------------------------


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
