"""Documents that use everything a document may say: merged look-ups, nested and batch parameters, alternatives,
options, days in parts, numbers as text, envelopes and renamed fields. Tools and tasks are in :mod:`rich_scenario`.
"""

from __future__ import annotations

from typing import Any

from ftrl_gym.tooldoc import Effect, FactSource, Returns, ToolDocument

TEXT = {"type": "string"}
DAY = {
    "type": "object",
    "description": "Day of the visit.",
    "properties": {
        "year": {"type": "integer", "minimum": 2000, "maximum": 2100},
        "month": {"type": "integer", "minimum": 1, "maximum": 12},
        "day": {"type": "integer", "minimum": 1, "maximum": 31},
    },
    "required": ["year", "month", "day"],
    "additionalProperties": False,
}
SPECIALITY = {"type": "string", "description": "Speciality.", "enum": ["surgeon", "dentist"]}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {**TEXT, "description": description, **more}


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


_DOCTOR_FIELDS = {
    "doctorId": "doctor_id",
    "fullName": "name",
    "city": "city",
    "speciality": "speciality",
    "consultationFee": "fee",
    "roomNo": "room_no",
}
_DOCTOR = _object(**{name: {} for name in _DOCTOR_FIELDS})


def _doctors(path: str) -> FactSource:
    return FactSource(path=path, entity="doctors", key=("doctorId",), fields=_DOCTOR_FIELDS)


LOOK_UP = ToolDocument(
    name="look_up",
    description="A doctor or a room by its id.",
    parameters=_object(
        "kind",
        "id",
        kind={"type": "string", "description": "What it is.", "enum": ["doctor", "room"]},
        id=_text("Id of the doctor, or number of the room."),
    ),
    returns=Returns(
        facts=(
            _doctors("data.doctor"),
            FactSource(
                path="data.room",
                entity="rooms",
                key=("roomNo",),
                fields={"roomNo": "room_no", "level": "floor", "wing": "wing"},
            ),
        )
    ),
    binds={"id": "doctors.doctor_id|rooms.room_no"},
)
GET_DOCTOR = ToolDocument(
    name="get_doctor",
    description="A doctor by id or by name.",
    parameters={
        **_object(doctor_id=_text("Id of the doctor."), name=_text("Full name.")),
        "oneOf": [{"required": ["doctor_id"]}, {"required": ["name"]}],
    },
    returns=Returns(
        facts=(
            FactSource(
                entity="doctors",
                key=("id",),
                fields={
                    "id": "doctor_id",
                    "attributes.fullName": "name",
                    "attributes.city": "city",
                    "attributes.fee": "fee",
                    "attributes.roomNo": "room_no",
                },
            ),
        )
    ),
    binds={"doctor_id": "doctors.doctor_id", "name": "doctors.name"},
)
GET_DOCTORS = ToolDocument(
    name="get_doctors",
    description="Several doctors by their ids.",
    parameters=_object("ids", ids={"type": "array", "items": _text("Id of a doctor."), "minItems": 1}),
    returns=Returns(schema={"type": "array", "items": _DOCTOR}, facts=(_doctors(""),)),
    binds={"ids": "doctors.doctor_id"},
)
FIND_DOCTORS = ToolDocument(
    name="find_doctors",
    description="Doctors of a city.",
    parameters=_object(
        "filter",
        filter={
            **_object("city", city=_text("City."), speciality=SPECIALITY, max_fee={"type": "integer", "minimum": 0}),
            "description": "Which doctors.",
        },
        limit={"type": "integer", "description": "At most so many.", "default": 10, "minimum": 1, "maximum": 50},
        sort_by={"type": "string", "description": "Order.", "enum": ["name", "fee"], "default": "name"},
    ),
    returns=Returns(facts=(_doctors("result.items"),)),
    binds={"filter.city": "doctors.city", "filter.speciality": "doctors.speciality"},
    options=("limit", "sort_by", "filter.max_fee"),
)
FIND_ROOMS = ToolDocument(
    name="find_rooms",
    description="Rooms on a floor.",
    parameters=_object("floor", floor=_text("Number of the floor.", pattern="^[0-9]+$")),
    returns=Returns(
        facts=(
            FactSource(entity="rooms", key=("id",), fields={"id": "room_no", "wing": "wing"}, where={"kind": "room"}),
        )
    ),
    binds={"floor": "rooms.floor"},
)
GET_VISITS = ToolDocument(
    name="get_visits",
    description="Visits to a doctor on a day.",
    parameters=_object("doctor_id", "day", doctor_id=_text("Id of the doctor."), day=DAY),
    returns=Returns(
        facts=(
            FactSource(
                path="visits",
                entity="visits",
                key=("visitId",),
                fields={"visitId": "visit_id", "patient": "patient", "minutes": "minutes"},
            ),
        )
    ),
    binds={"doctor_id": "doctors.doctor_id", "day": "visits.day"},
)
BOOK_VISIT = ToolDocument(
    name="book_visit",
    description="Books a visit.",
    parameters=_object(
        "visit",
        visit=_object("doctor_id", "day", "patient", doctor_id=_text("Id."), day=DAY, patient=_text("Who comes.")),
    ),
    returns=Returns(
        facts=(FactSource(path="booked", entity="visits", key=("visitId",), fields={"visitId": "visit_id"}),)
    ),
    binds={"visit.doctor_id": "doctors.doctor_id", "visit.day": "visits.day", "visit.patient": "visits.patient"},
    effect=Effect.WRITE,
)
CANCEL_VISITS = ToolDocument(
    name="cancel_visits",
    description="Cancels visits.",
    parameters=_object("ids", ids={"type": "array", "items": _text("Id of a visit."), "minItems": 1}),
    binds={"ids": "visits.visit_id"},
    effect=Effect.WRITE,
)
DOCUMENTS = (
    LOOK_UP, GET_DOCTOR, GET_DOCTORS, FIND_DOCTORS, FIND_ROOMS, GET_VISITS, BOOK_VISIT, CANCEL_VISITS,
)  # fmt: skip
