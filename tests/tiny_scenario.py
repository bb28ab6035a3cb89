"""A scenario small enough to read: a library with three tools, two worlds and four tasks, written by hand.

The tests of whatever needs a scenario use it, so that they do not depend on a packaged one.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from ftrl_gym import registry
from ftrl_gym.scenario import Manifest, Scenario
from ftrl_gym.task import (
    Answer,
    AnswerType,
    Certificate,
    Fact,
    Kind,
    Outcome,
    OutcomeKind,
    Plan,
    PlannedCall,
    PlanTurn,
    Provenance,
    RowChange,
    Split,
    SubQuestion,
    Task,
)
from ftrl_gym.tooldoc import Effect, FactSource, Returns, ToolDocument

NAME = "TinyLibrary"

TOOLS = '''"""Tools of a small library."""


def get_book(world, title):
    book = world.get("books", title)
    if book is None:
        raise ValueError(f"no book is called {title!r}")
    return book


def get_author(world, name):
    author = world.get("authors", name)
    if author is None:
        raise ValueError(f"no author is called {name!r}; names come from get_book")
    return author


def reserve_book(world, title, reader):
    book = world.get("books", title)
    if book is None:
        raise ValueError(f"no book is called {title!r}")
    if book["copies"] < 1:
        raise ValueError(f"no copy of {title!r} is left")
    world.update("books", title, copies=book["copies"] - 1)
    reference = world.insert("reservations", {"title": title, "reader": reader}, prefix="RS")
    return {"reference": reference, "title": title, "reader": reader}
'''

_PROVENANCE = Provenance(writer="procedural", seed=0, version="0")
_CERTIFICATE = Certificate(oracle_return=1.0, floor_return=0.0, probe_return=0.0, solver_plan="confirmed", readings=1)

WORLDS: dict[str, dict[str, Any]] = {
    "w00": {
        "constants": {"today": "2026-05-04"},
        "tables": {
            "books": {
                "Grey Harbour": {"title": "Grey Harbour", "author": "Ada Noor", "shelf": "B12", "copies": 2},
                "Salt": {"title": "Salt", "author": "Bo Lind", "shelf": "A07", "copies": 0},
            },
            "authors": {
                "Ada Noor": {"name": "Ada Noor", "birthplace": "Tromso", "born": 1961},
                "Bo Lind": {"name": "Bo Lind", "birthplace": "Umea", "born": 1974},
            },
            "reservations": {},
        },
    },
    "w01": {
        "constants": {"today": "2026-06-01"},
        "tables": {
            "books": {"Late Ferry": {"title": "Late Ferry", "author": "Cleo Marr", "shelf": "D31", "copies": 3}},
            "authors": {"Cleo Marr": {"name": "Cleo Marr", "birthplace": "Galway", "born": 1980}},
            "reservations": {},
        },
    },
}


def _document(name: str, description: str, parameters: dict[str, str], entity: str, fields: str) -> ToolDocument:
    """A document whose parameters are required strings and whose result is one row of ``entity``."""
    names = fields.split()
    source = FactSource(entity=entity, key=(names[0],), fields={field: field for field in names})
    properties = {parameter: {"type": "string", "description": text} for parameter, text in parameters.items()}
    return ToolDocument(
        name=name,
        description=description,
        parameters={"type": "object", "properties": properties, "required": list(properties)},
        returns=Returns(schema={"type": "object", "properties": {field: {} for field in names}}, facts=(source,)),
        binds={parameter: f"{entity}.{parameter}" for parameter in parameters},
        effect=Effect.WRITE if name == "reserve_book" else Effect.READ,
    )


DOCUMENTS = (
    _document("get_book", "A book by its title.", {"title": "Title."}, "books", "title author shelf copies"),
    _document("get_author", "An author by name.", {"name": "Full name."}, "authors", "name birthplace born"),
    _document(
        "reserve_book",
        "Reserves a copy of a book for a reader.",
        {"title": "Title.", "reader": "The reader's name."},
        "reservations",
        "reference title reader",
    ),
)


def _fact(id_: str, entity: str, key: str, attribute: str, value: str, after: tuple[str, ...] = ()) -> SubQuestion:
    return SubQuestion(
        id=id_,
        question=f"What is the {attribute} of {key}?",
        answer=Answer(type=AnswerType.NAME, value=value),
        depends_on=after,
        fact=Fact(entity=entity, key=key, attribute=attribute, value=value),
        tool="get_book" if entity == "books" else "get_author",
    )


def _task(id_: str, kind: Kind, world: str, question: str, asked: tuple[SubQuestion, ...]) -> Task:
    """A look-up task: one call a turn, each solving the next sub-question, the last one's answer is the task's."""
    key = {"get_book": "title", "get_author": "name"}
    calls = []
    for each in asked:
        assert each.fact and each.tool
        calls.append(PlannedCall(tool=each.tool, arguments={key[each.tool]: each.fact.key}, solves=(each.id,)))
    return Task(
        id=id_,
        split=Split(id_.split("-")[0]),
        kind=kind,
        world=world,
        question=question,
        sub_questions=asked,
        plans=(Plan(turns=tuple(PlanTurn(calls=(call,)) for call in calls)),),
        outcome=Outcome(kind=OutcomeKind.ANSWER, answer=asked[-1].answer, earned_by=(asked[-1].id,)),
        tools=tuple(document.name for document in DOCUMENTS),
        hops=len(asked),
        provenance=_PROVENANCE,
        certificate=_CERTIFICATE,
    )


def _reservation(id_: str, world: str, title: str, reader: str, copies: int) -> Task:
    """A state task: one booking, judged by the final world."""
    created = RowChange(table="reservations", key=None, values={"title": title, "reader": reader})
    call = PlannedCall(tool="reserve_book", arguments={"title": title, "reader": reader}, solves=("q1",))
    return Task(
        id=id_,
        split=Split(id_.split("-")[0]),
        kind=Kind.SINGLE_HOP,
        world=world,
        question=f"Please reserve {title} for {reader}.",
        sub_questions=(
            SubQuestion(
                id="q1",
                question=f"Reserve {title} for {reader}.",
                answer=Answer(type=AnswerType.NONE, value=None),
                changes=(created,),
                tool="reserve_book",
            ),
        ),
        plans=(Plan(turns=(PlanTurn(calls=(call,)),)),),
        outcome=Outcome(
            kind=OutcomeKind.STATE,
            earned_by=("q1",),
            changes=(created, RowChange(table="books", key=title, values={"copies": copies - 1})),
        ),
        tools=tuple(document.name for document in DOCUMENTS),
        features=("state",),
        provenance=_PROVENANCE,
        certificate=_CERTIFICATE,
    )


TASKS = (
    _task(
        "train-00000",
        Kind.SINGLE_HOP,
        "w00",
        "On which shelf is Grey Harbour?",
        (_fact("q1", "books", "Grey Harbour", "shelf", "B12"),),
    ),
    _task(
        "train-00001",
        Kind.MULTI_HOP,
        "w00",
        "Where was the author of Grey Harbour born?",
        (
            _fact("q1", "books", "Grey Harbour", "author", "Ada Noor"),
            _fact("q2", "authors", "Ada Noor", "birthplace", "Tromso", after=("q1",)),
        ),
    ),
    _task(
        "test-00000",
        Kind.MULTI_HOP,
        "w01",
        "In which town was the author of Late Ferry born?",
        (
            _fact("q1", "books", "Late Ferry", "author", "Cleo Marr"),
            _fact("q2", "authors", "Cleo Marr", "birthplace", "Galway", after=("q1",)),
        ),
    ),
    _reservation("test-00001", "w01", "Late Ferry", "Ines Roca", copies=3),
)


def tiny_files() -> dict[str, bytes]:
    """Every file of the scenario but its manifest, as bytes by path."""
    files = {"tools.py": TOOLS.encode()}
    for split in Split:
        lines = [task.model_dump_json() + "\n" for task in TASKS if task.split is split]
        files[f"tasks.{split.value}.jsonl"] = "".join(lines).encode()
    return files | {f"worlds/{world}.json": json.dumps(data).encode() for world, data in WORLDS.items()}


def tiny_manifest(name: str = NAME) -> Manifest:
    """The manifest without pins, as :func:`ftrl_gym.registry.write` takes it."""
    return Manifest(
        name=name,
        title="Tiny library",
        description="A library with three tools.",
        instruction="You are the assistant of a library. Use the tools to answer.",
        provenance=_PROVENANCE,
        documents=DOCUMENTS,
        files={},
    )


def write_tiny(root: Path, name: str = NAME) -> Path:
    """Writes the scenario into the registry ``root`` and returns its folder. It is not trusted yet: ``trust.pin``."""
    registry.write(root / name, tiny_manifest(name), tiny_files())
    return root / name


def tiny_scenario(root: Path) -> Scenario:
    """The scenario, written to ``root``, loaded and trusted."""
    return dataclasses.replace(registry.load_folder(write_tiny(root)), trusted=True)
