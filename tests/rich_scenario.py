"""A small practice whose documents use everything that a document may say: merged look-ups, nested and batch
parameters, alternatives, options, days in parts, numbers as text, envelopes and renamed fields.

By hand, as :mod:`tiny_scenario`; the tests of whatever reads documents share it.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from rich_documents import DOCUMENTS
from tiny_scenario import tiny_manifest

from ftrl_gym import registry
from ftrl_gym.scenario import Scenario
from ftrl_gym.task import (
    Answer,
    AnswerType,
    Certificate,
    Derivation,
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

NAME = "RichPractice"

TOOLS = '''"""Tools of a small practice."""


def look_up(world, kind, id):
    row = world.get(kind + "s", id)
    if row is None:
        raise ValueError(f"there is no {kind} {id!r}")
    if kind == "doctor":
        return {"ok": True, "data": {"doctor": _doctor(row)}}
    return {"ok": True, "data": {"room": {"roomNo": row["room_no"], "level": row["floor"], "wing": row["wing"]}}}


def get_doctor(world, doctor_id=None, name=None):
    for key, row in world.rows("doctors"):
        if key == doctor_id or row["name"] == name:
            attributes = {"fullName": row["name"], "city": row["city"], "fee": row["fee"], "roomNo": row["room_no"]}
            return {"id": key, "attributes": attributes}
    raise ValueError("there is no such doctor")


def get_doctors(world, ids):
    return [_doctor(row) for key, row in world.rows("doctors") if key in ids]


def find_doctors(world, filter, limit=10, sort_by="name"):
    rows = [row for _, row in world.find("doctors", city=filter["city"])]
    if "speciality" in filter:
        rows = [row for row in rows if row["speciality"] == filter["speciality"]]
    if "max_fee" in filter:
        rows = [row for row in rows if row["fee"] <= filter["max_fee"]]
    rows = sorted(rows, key=lambda row: row[sort_by])[:limit]
    return {"result": {"items": [_doctor(row) for row in rows], "total": len(rows)}}


def find_rooms(world, floor):
    rows = [row for _, row in world.find("rooms", floor=int(floor))]
    return [{"kind": "room", "id": row["room_no"], "wing": row["wing"]} for row in rows]


def get_visits(world, doctor_id, day):
    day = f"{day['year']:04d}-{day['month']:02d}-{day['day']:02d}"
    rows = [(key, row) for key, row in world.find("visits", doctor_id=doctor_id) if row["day"] == day]
    return {"visits": [{"visitId": key, "patient": row["patient"], "minutes": row["minutes"]} for key, row in rows]}


def book_visit(world, visit):
    if world.get("doctors", visit["doctor_id"]) is None:
        raise ValueError(f"there is no doctor {visit['doctor_id']!r}")
    day = f"{visit['day']['year']:04d}-{visit['day']['month']:02d}-{visit['day']['day']:02d}"
    row = {"doctor_id": visit["doctor_id"], "day": day, "patient": visit["patient"], "minutes": 20}
    return {"booked": {"visitId": world.insert("visits", row, prefix="V")}}


def cancel_visits(world, ids):
    for key in ids:
        if world.get("visits", key) is None:
            raise ValueError(f"there is no visit {key!r}")
        world.delete("visits", key)
    return {"cancelled": len(ids)}


def _doctor(row):
    return {
        "doctorId": row["doctor_id"],
        "fullName": row["name"],
        "city": row["city"],
        "speciality": row["speciality"],
        "consultationFee": row["fee"],
        "roomNo": row["room_no"],
    }
'''

_PROVENANCE = Provenance(writer="procedural", seed=0, version="0")
_CERTIFICATE = Certificate(oracle_return=1.0, floor_return=0.0, probe_return=0.0, solver_plan="confirmed", readings=1)


def _doctor(key: str, name: str, city: str, speciality: str, fee: int, room: str) -> dict[str, Any]:
    return {"doctor_id": key, "name": name, "city": city, "speciality": speciality, "fee": fee, "room_no": room}


WORLD: dict[str, Any] = {
    "constants": {"today": "2026-05-04"},
    "tables": {
        "doctors": {
            "D417": _doctor("D417", "Ada Noor", "Tromso", "surgeon", 149, "R12"),
            "D582": _doctor("D582", "Bo Lind", "Tromso", "dentist", 95, "R27"),
            "D903": _doctor("D903", "Cleo Marr", "Galway", "surgeon", 131, "R33"),
        },
        "rooms": {
            "R12": {"room_no": "R12", "floor": 3, "wing": "Amber"},
            "R27": {"room_no": "R27", "floor": 7, "wing": "Cobalt"},
            "R33": {"room_no": "R33", "floor": 8, "wing": "Ivory"},
        },
        "visits": {
            "V7001": {"doctor_id": "D582", "day": "2026-05-12", "patient": "Ines Roca", "minutes": 45},
            "V7002": {"doctor_id": "D582", "day": "2026-05-13", "patient": "Juno Falk", "minutes": 25},
        },
    },
}


def fact(id_: str, entity: str, key: str, attribute: str, after: tuple[str, ...] = ()) -> SubQuestion:
    """A sub-question for a fact of the world."""
    row = WORLD["tables"][entity][key]
    value = key if attribute in ("visit_id",) else row[attribute]
    kind = AnswerType.NUMBER if isinstance(value, int) else AnswerType.NAME
    return SubQuestion(
        id=id_,
        question=f"What is the {attribute} of {key}?",
        answer=Answer(type=kind, value=value),
        depends_on=after,
        fact=Fact(entity=entity, key=key, attribute=attribute, value=value),
    )


def call(tool: str, solves: str = "", **arguments: Any) -> PlannedCall:
    """A call of a plan; ``solves`` names sub-questions, separated by blanks."""
    return PlannedCall(tool=tool, arguments=arguments, solves=tuple(solves.split()))


def _task(
    id_: str, kind: Kind, question: str, asked: tuple[SubQuestion, ...], *turns: tuple[PlannedCall, ...], **more: Any
) -> Task:
    """A task whose answer is that of its last sub-question, unless ``outcome`` says otherwise."""
    last = asked[-1]
    more.setdefault("outcome", Outcome(kind=OutcomeKind.ANSWER, answer=last.answer, earned_by=(last.id,)))
    return Task(
        id=id_,
        split=Split(id_.split("-")[0]),
        kind=kind,
        world="w00",
        question=question,
        sub_questions=asked,
        plans=(Plan(turns=tuple(PlanTurn(calls=calls) for calls in turns)),),
        tools=tuple(document.name for document in DOCUMENTS),
        provenance=_PROVENANCE,
        certificate=_CERTIFICATE,
        **more,
    )


MAY_12 = {"year": 2026, "month": 5, "day": 12}
_BOOKED = RowChange(
    table="visits",
    key=None,
    values={"doctor_id": "D582", "day": "2026-05-12", "patient": "Kai Voss", "minutes": 20},
)

TASKS = (
    _task(
        "train-alternative",
        Kind.SINGLE_HOP,
        "What is the fee of Ada Noor?",
        (fact("q1", "doctors", "D417", "fee"),),
        (call("get_doctor", "q1", name="Ada Noor"),),
    ),
    _task(
        "train-merged",
        Kind.MULTI_HOP,
        "In which wing is the room of the doctor Ada Noor?",
        (fact("q1", "doctors", "D417", "room_no"), fact("q2", "rooms", "R12", "wing", ("q1",))),
        (call("get_doctor", "q1", name="Ada Noor"),),
        (call("look_up", "q2", kind="room", id="R12"),),
    ),
    _task(
        "train-batch",
        Kind.PARALLEL_SINGLE_HOP,
        "What are the fees of the doctors D417 and D903, in total?",
        (fact("q1", "doctors", "D417", "fee"), fact("q2", "doctors", "D903", "fee")),
        (call("get_doctors", "q1 q2", ids=["D417", "D903"]),),
        outcome=Outcome(
            kind=OutcomeKind.ANSWER, answer=Answer(type=AnswerType.NUMBER, value=280), earned_by=("q1", "q2")
        ),
    ),
    _task(
        "train-nested",
        Kind.SINGLE_HOP,
        "What is the name of the surgeon in Tromso?",
        (fact("q1", "doctors", "D417", "name"),),
        (call("find_doctors", "q1", filter={"city": "Tromso", "speciality": "surgeon"}),),
    ),
    _task(
        "train-cheapest",
        Kind.MULTI_HOP,
        "In which wing is the room of the cheapest doctor in Tromso?",
        (fact("q1", "doctors", "D582", "room_no"), fact("q2", "rooms", "R27", "wing", ("q1",))),
        (call("find_doctors", "q1", filter={"city": "Tromso"}),),
        (call("look_up", "q2", kind="room", id="R27"),),
    ),
    _task(
        "test-day",
        Kind.MULTI_HOP,
        "How many minutes does the visit to Bo Lind on 12 May 2026 take?",
        (fact("q1", "doctors", "D582", "doctor_id"), fact("q2", "visits", "V7001", "minutes", ("q1",))),
        (call("get_doctor", "q1", name="Bo Lind"),),
        (call("get_visits", "q2", doctor_id="D582", day=MAY_12),),
        derivations=(Derivation(value=MAY_12),),
    ),
    _task(
        "test-number",
        Kind.SINGLE_HOP,
        "Which wing is the room on floor 3 in?",
        (fact("q1", "rooms", "R12", "wing"),),
        (call("find_rooms", "q1", floor="3"),),
    ),
    _task(
        "test-booking",
        Kind.MULTI_HOP,
        "Please book a visit to Bo Lind for Kai Voss on 12 May 2026.",
        (
            fact("q1", "doctors", "D582", "doctor_id"),
            SubQuestion(
                id="q2",
                question="Book the visit.",
                answer=Answer(type=AnswerType.NONE, value=None),
                depends_on=("q1",),
                changes=(_BOOKED,),
                tool="book_visit",
            ),
        ),
        (call("get_doctor", "q1", name="Bo Lind"),),
        (call("book_visit", "q2", visit={"doctor_id": "D582", "day": MAY_12, "patient": "Kai Voss"}),),
        derivations=(Derivation(value=MAY_12),),
        outcome=Outcome(kind=OutcomeKind.STATE, earned_by=("q2",), changes=(_BOOKED,)),
        features=("state",),
    ),
)
BY_ID = {task.id: task for task in TASKS}


def rich_files() -> dict[str, bytes]:
    """Every file of the scenario but its manifest, as bytes by path."""
    files = {"tools.py": TOOLS.encode(), "worlds/w00.json": json.dumps(WORLD).encode()}
    for split in Split:
        lines = [task.model_dump_json() + "\n" for task in TASKS if task.split is split]
        files[f"tasks.{split.value}.jsonl"] = "".join(lines).encode()
    return files


def rich_scenario(root: Path) -> Scenario:
    """The scenario, written to ``root``, loaded and trusted."""
    manifest = tiny_manifest(NAME).model_copy(update={"documents": DOCUMENTS, "title": "A practice"})
    registry.write(root / NAME, manifest, rich_files())
    return dataclasses.replace(registry.load_folder(root / NAME), trusted=True)
