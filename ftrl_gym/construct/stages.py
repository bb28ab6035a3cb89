"""The five stages one by one: run up to a stage, keep what came out, go on from it later.

An artefact holds all the ones before it and the brief, so it is enough to go on from, on another day and another
machine. Stored, it says which stage it comes from, and by which writer and version.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from ftrl_gym.construct.answering import NoQuestion
from ftrl_gym.construct.objects import Brief, Decomposition, Documented, Integrated, Scaled
from ftrl_gym.construct.writer import ATTEMPTS, Writer
from ftrl_gym.errors import CertificationError, ConstructionError, UsageError
from ftrl_gym.task import Task
from ftrl_gym.version import __version__

Artefact = Decomposition | Documented | Integrated | Scaled | Task


class Stage(StrEnum):
    """What is done to a task, in this order."""

    DECOMPOSE = "decompose"
    """A question with its sub-questions, its answer and a reference solution."""
    DOCUMENT = "document"
    """A narrow tool document for each sub-question."""
    INTEGRATE = "integrate"
    """Documents with overlapping function merged."""
    SCALE = "scale"
    """The toolset as it is offered."""
    DEPLOY = "deploy"
    """The certified task."""


_MODELS: dict[Stage, type[Artefact]] = dict(
    zip(Stage, (Decomposition, Documented, Integrated, Scaled, Task), strict=True)
)


def stage_of(artefact: Artefact) -> Stage:
    """The stage that an artefact comes from."""
    return next(stage for stage, model in _MODELS.items() if type(artefact) is model)


def decomposition_of(artefact: Documented | Integrated | Scaled | Decomposition) -> Decomposition:
    """The first stage of an artefact that is not deployed yet."""
    match artefact:
        case Scaled():
            return artefact.integrated.documented.decomposition
        case Integrated():
            return artefact.documented.decomposition
        case Documented():
            return artefact.decomposition
    return artefact


class Begun(NamedTuple):
    """What a stage gave, for a draw that goes on to a certified task, as a build would keep it."""

    artefact: Artefact
    problem: str
    """Why no draw got through, in which case this is the first that got to the end of the stage; else empty."""


def begin(writer: Writer, briefs: Iterable[Brief], until: Stage, task_id: str, refused: Counter[str]) -> Begun:
    """Draws until one passes its proof, and gives what it was after a stage.

    Args:
        writer: Fills the stages.
        briefs: What is asked for, and what will do instead.
        until: The last stage.
        task_id: Id of the task, should it come to that.
        refused: Counts the checks at which draws failed.

    Raises:
        ConstructionError: No draw got to the end of the stage.
    """
    last, reached = "", None
    for brief in briefs:
        for attempt in range(brief.attempt, brief.attempt + ATTEMPTS):
            try:
                first = writer.decompose(brief.model_copy(update={"attempt": attempt}))
                artefact = advance(writer, first, until, task_id)
                reached = reached or artefact
                advance(writer, artefact, Stage.DEPLOY, task_id)
                return Begun(artefact, "")
            except NoQuestion as error:
                check, last = "question", str(error)
            except CertificationError as error:
                check, last = error.check, str(error)
            refused[check] += 1
    if reached is not None:
        return Begun(reached, last)
    raise ConstructionError(
        f"{brief.scenario}: {ATTEMPTS} draws for {brief.kind} of {brief.hops} hops and width {brief.width} came to "
        f"nothing; the last: {last}. Try another --kind, a lower --difficulty, or other --features"
    )


def advance(writer: Writer, artefact: Artefact, until: Stage, task_id: str) -> Artefact:
    """Goes on from an artefact to the end of a later stage.

    Raises:
        CertificationError: The task failed its proof.
        UsageError: The artefact is past that stage.
    """
    order = list(Stage)
    if order.index(stage_of(artefact)) > order.index(until):
        raise UsageError(
            f"the artefact has been through {stage_of(artefact)}, which comes after {until}; name a later stage, or "
            "leave --until out to go on to the end"
        )
    while stage_of(artefact) is not until:
        match artefact:
            case Decomposition():
                artefact = writer.document(artefact)
            case Documented():
                artefact = writer.integrate(artefact)
            case Integrated():
                artefact = writer.scale(artefact)
            case Scaled():
                artefact = writer.deploy(artefact, task_id)
    return artefact


def stored(artefact: Artefact, scenario: str) -> str:
    """An artefact as JSON, with the stage and the scenario it comes from."""
    content = {
        "stage": stage_of(artefact).value,
        "scenario": scenario,
        "version": __version__,
        "artefact": artefact.model_dump(mode="json"),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def read(path: Path) -> tuple[Artefact, str]:
    """A stored artefact, and the name of its scenario.

    Raises:
        UsageError: The file is not there, or holds none.
    """
    try:
        content = json.loads(path.read_bytes())
        model = _MODELS[Stage(content["stage"])]
        return model.model_validate_json(json.dumps(content["artefact"])), str(content["scenario"])
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        told = str(error).splitlines()[0][:120]
        raise UsageError(
            f"{path} holds no stage of a build ({told}). Make one with --until STAGE --save FILE"
        ) from error
