"""The stages of one task: shown, stored, and gone on from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_build import NAME, registered

import ftrl_gym
from ftrl_gym.cli import main
from ftrl_gym.construct import stages
from ftrl_gym.construct.endless import endless_brief, endless_writer
from ftrl_gym.construct.objects import Scaled
from ftrl_gym.construct.stages import Stage
from ftrl_gym.task import Task


@pytest.fixture(autouse=True)
def library(own_registry: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with registered(monkeypatch):
        yield


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
