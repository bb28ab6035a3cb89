"""Tools of Clinic: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_room(world: Any, room_no: str) -> dict[str, Any]:
    row = _row(world, "rooms", room_no)
    return _view("room_no", room_no, row, "building floor extension cleaner")


def get_department(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "departments", name)
    return _view("name", name, row, "desk opens head_doctor waiting_days")


def list_doctors(world: Any, department: str) -> dict[str, Any]:
    _row(world, "departments", department)
    wanted = {"department": department}
    found = world.find("doctors", **wanted)
    return {"doctors": _views(found, "doctor_id", "name years fee")}


def find_doctor(world: Any, name: str) -> dict[str, Any]:
    doctor_id, row = _called(world, "doctors", "name", name)
    return _view("doctor_id", doctor_id, row, "name department")


def get_doctor(world: Any, doctor_id: str) -> dict[str, Any]:
    row = _row(world, "doctors", doctor_id)
    return _view("doctor_id", doctor_id, row, "name department office years fee language email accepts_patients")


def list_examinations(world: Any, department: str) -> dict[str, Any]:
    _row(world, "departments", department)
    wanted = {"department": department}
    found = world.find("examinations", **wanted)
    return {"examinations": _views(found, "name", "price minutes")}


def get_examination(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "examinations", name)
    return _view("name", name, row, "department price minutes fasting_hours")


def get_insurer(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "insurers", name)
    return _view("name", name, row, "share contact hotline")


def estimate_cost(world: Any, examination: str, insurer: str) -> dict[str, Any]:
    examination_row = _row(world, "examinations", examination)
    insurer_row = _row(world, "insurers", insurer)
    return {
        "examination": examination,
        "insurer": insurer,
        "to_pay": round(examination_row["price"] * (100 - insurer_row["share"]) / 100, 2),
    }


def get_pharmacy(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "pharmacies", name)
    return _view("name", name, row, "closes pharmacist delivery_fee")


def get_manufacturer(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "manufacturers", name)
    return _view("name", name, row, "country safety_officer")


def list_medicines(world: Any, manufacturer: str) -> dict[str, Any]:
    _row(world, "manufacturers", manufacturer)
    wanted = {"manufacturer": manufacturer}
    found = world.find("medicines", **wanted)
    return {"medicines": _views(found, "name", "strength pack_price")}


def get_medicine(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "medicines", name)
    return _view("name", name, row, "manufacturer ingredient strength pack_price storage")


def find_patient(world: Any, name: str) -> dict[str, Any]:
    patient_id, row = _called(world, "patients", "name", name)
    return _view("patient_id", patient_id, row, "name birth_date phone")


def get_patient(world: Any, patient_id: str) -> dict[str, Any]:
    row = _row(world, "patients", patient_id)
    return _view("patient_id", patient_id, row, "name birth_date phone insurer doctor pharmacy allergy balance")


def list_slots(world: Any, doctor: str, status: str = "any") -> dict[str, Any]:
    _row(world, "doctors", doctor)
    wanted = {"doctor": doctor}
    if status != "any":
        wanted["status"] = status
    found = world.find("slots", **wanted)
    return {"slots": _views(found, "slot_id", "date time status")}


def list_appointments(world: Any, patient: str) -> dict[str, Any]:
    _row(world, "patients", patient)
    wanted = {"patient": patient}
    found = world.find("appointments", **wanted)
    return {"appointments": _views(found, "appointment_no", "date time status")}


def get_appointment(world: Any, appointment_no: str) -> dict[str, Any]:
    row = _row(world, "appointments", appointment_no)
    return _view("appointment_no", appointment_no, row, "slot patient doctor date time reason status")


def list_invoices(world: Any, patient: str, status: str = "any") -> dict[str, Any]:
    _row(world, "patients", patient)
    wanted = {"patient": patient}
    if status != "any":
        wanted["status"] = status
    found = world.find("invoices", **wanted)
    return {"invoices": _views(found, "invoice_no", "amount due")}


def get_invoice(world: Any, invoice_no: str) -> dict[str, Any]:
    row = _row(world, "invoices", invoice_no)
    return _view("invoice_no", invoice_no, row, "appointment patient examination amount due status method")


def list_prescriptions(world: Any, patient: str) -> dict[str, Any]:
    _row(world, "patients", patient)
    wanted = {"patient": patient}
    found = world.find("prescriptions", **wanted)
    return {"prescriptions": _views(found, "prescription_no", "issued expires")}


def get_prescription(world: Any, prescription_no: str) -> dict[str, Any]:
    row = _row(world, "prescriptions", prescription_no)
    return _view("prescription_no", prescription_no, row, "patient doctor medicine pharmacy issued expires refills")


def get_firm(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "service_firms", name)
    return _view("name", name, row, "dispatcher call_out contract_ends night_line")


def list_devices(world: Any, department: str) -> dict[str, Any]:
    _row(world, "departments", department)
    wanted = {"department": department}
    found = world.find("devices", **wanted)
    return {"devices": _views(found, "device_no", "model purchase_date next_inspection status")}


def get_device(world: Any, device_no: str) -> dict[str, Any]:
    row = _row(world, "devices", device_no)
    return _view("device_no", device_no, row, "model department firm purchase_date next_inspection status")


def get_nurse(world: Any, nurse_id: str) -> dict[str, Any]:
    row = _row(world, "nurses", nurse_id)
    return _view("nurse_id", nurse_id, row, "name department years shift pager")


def get_laboratory(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "laboratories", name)
    return _view("name", name, row, "chemist pickup turnaround handling_fee")


def list_samples(world: Any, patient: str) -> dict[str, Any]:
    _row(world, "patients", patient)
    wanted = {"patient": patient}
    found = world.find("samples", **wanted)
    return {"samples": _views(found, "sample_no", "laboratory taken volume status")}


def list_received(world: Any, laboratory: str, status: str = "any") -> dict[str, Any]:
    _row(world, "laboratories", laboratory)
    wanted = {"laboratory": laboratory}
    if status != "any":
        wanted["status"] = status
    found = world.find("samples", **wanted)
    return {"samples": _views(found, "sample_no", "taken volume status")}


def get_sample(world: Any, sample_no: str) -> dict[str, Any]:
    row = _row(world, "samples", sample_no)
    return _view("sample_no", sample_no, row, "patient nurse laboratory material taken volume status")


def list_referrals(world: Any, patient: str, status: str = "any") -> dict[str, Any]:
    _row(world, "patients", patient)
    wanted = {"patient": patient}
    if status != "any":
        wanted["status"] = status
    found = world.find("referrals", **wanted)
    return {"referrals": _views(found, "referral_no", "department valid_until status")}


def get_referral(world: Any, referral_no: str) -> dict[str, Any]:
    row = _row(world, "referrals", referral_no)
    return _view("referral_no", referral_no, row, "appointment patient department urgency valid_until status")


def list_treatments(world: Any, device: str) -> dict[str, Any]:
    _row(world, "devices", device)
    wanted = {"device": device}
    found = world.find("treatments", **wanted)
    return {"treatments": _views(found, "treatment_no", "referral sessions first_day")}


def get_treatment(world: Any, treatment_no: str) -> dict[str, Any]:
    row = _row(world, "treatments", treatment_no)
    return _view("treatment_no", treatment_no, row, "referral device nurse sessions first_day")


def quote_service(world: Any, device_no: str, firm: str) -> dict[str, Any]:
    device = _row(world, "devices", device_no)
    firm_row = _row(world, "service_firms", firm)
    return {
        "device_no": device_no,
        "firm": firm,
        "price": round(firm_row["call_out"] + firm_row["hourly"] * device["service_hours"], 2),
    }


def book_appointment(world: Any, slot_id: str, patient_id: str, reason: str) -> dict[str, Any]:
    slot = _row(world, "slots", slot_id)
    _row(world, "patients", patient_id)
    if slot["status"] != "free":
        raise ValueError(f"slot {slot_id} is taken; list_slots shows which are free")
    if not _days_until(world, slot["date"]) >= 0:
        raise ValueError(f"slot {slot_id} was on {slot['date']}, which is past; list_slots shows others")
    if not _count(world, "appointments", patient=patient_id, status="booked") < _rule(world, "open appointments"):
        raise ValueError(
            f"patient {patient_id} has {_rule(world, 'open appointments')} booked appointments, the most allowed"
        )
    row = {
        "slot": slot_id,
        "patient": patient_id,
        "doctor": slot["doctor"],
        "date": slot["date"],
        "time": slot["time"],
        "reason": reason,
        "status": "booked",
    }
    new_appointment = world.insert("appointments", row, prefix="A")
    world.update("slots", slot_id, status="taken")
    return _view("appointment_no", new_appointment, row, "slot patient doctor date time reason status")


def cancel_appointment(world: Any, appointment_no: str) -> dict[str, Any]:
    appointment = _row(world, "appointments", appointment_no)
    if appointment["status"] != "booked":
        raise ValueError(f"appointment {appointment_no} is {appointment['status']}; only a booked one can be changed")
    fee = (
        _rule(world, "late cancellation")
        if _days_until(world, appointment["date"]) < _rule(world, "free cancellation")
        else 0
    )
    row = world.update("appointments", appointment_no, status="cancelled")
    world.update("slots", appointment["slot"], status="free")
    if fee > 0:
        world.update(
            "patients", appointment["patient"], balance=_row(world, "patients", appointment["patient"])["balance"] + fee
        )
    return _view("appointment_no", appointment_no, row, "status") | {"fee": fee}


def move_appointment(world: Any, appointment_no: str, slot_id: str) -> dict[str, Any]:
    appointment = _row(world, "appointments", appointment_no)
    slot = _row(world, "slots", slot_id)
    if appointment["status"] != "booked":
        raise ValueError(f"appointment {appointment_no} is {appointment['status']}; only a booked one can be changed")
    if slot["status"] != "free":
        raise ValueError(f"slot {slot_id} is taken; list_slots shows which are free")
    if not _days_until(world, slot["date"]) >= 0:
        raise ValueError(f"slot {slot_id} was on {slot['date']}, which is past; list_slots shows others")
    if not _days_until(world, appointment["date"]) >= _rule(world, "moving notice"):
        raise ValueError(
            f"it is too late to move {appointment_no}: that takes {_rule(world, 'moving notice')} days' notice"
        )
    row = world.update(
        "appointments", appointment_no, slot=slot_id, doctor=slot["doctor"], date=slot["date"], time=slot["time"]
    )
    world.update("slots", appointment["slot"], status="free")
    world.update("slots", slot_id, status="taken")
    return _view("appointment_no", appointment_no, row, "slot doctor date time")


def pay_invoice(world: Any, invoice_no: str, method: str) -> dict[str, Any]:
    invoice = _row(world, "invoices", invoice_no)
    if invoice["status"] != "open":
        raise ValueError(f"invoice {invoice_no} is paid already; nothing is due")
    if not (method != "cash" or invoice["amount"] <= _rule(world, "cash limit")):
        raise ValueError(f"cash is taken up to {_rule(world, 'cash limit')} euros only; pay by card or transfer")
    row = world.update("invoices", invoice_no, status="paid", method=method)
    return _view("invoice_no", invoice_no, row, "status method")


def renew_prescription(world: Any, prescription_no: str) -> dict[str, Any]:
    prescription = _row(world, "prescriptions", prescription_no)
    if not prescription["refills"] > 0:
        raise ValueError(f"{prescription_no} has no refills left; a doctor must write a new one")
    if not _days_until(world, prescription["expires"]) >= 0:
        raise ValueError(
            f"prescription {prescription_no} expired on {prescription['expires']}; a doctor must write a new one"
        )
    row = world.update(
        "prescriptions",
        prescription_no,
        refills=prescription["refills"] - 1,
        expires=_add_days(prescription["expires"], _rule(world, "renewal period")),
    )
    return _view("prescription_no", prescription_no, row, "refills expires")


def send_prescription(world: Any, prescription_no: str, pharmacy: str) -> dict[str, Any]:
    prescription = _row(world, "prescriptions", prescription_no)
    _row(world, "pharmacies", pharmacy)
    if prescription["pharmacy"] == pharmacy:
        raise ValueError(f"prescription {prescription_no} is at {pharmacy} already")
    row = world.update("prescriptions", prescription_no, pharmacy=pharmacy)
    return _view("prescription_no", prescription_no, row, "pharmacy")


def change_doctor(world: Any, patient_id: str, doctor_id: str) -> dict[str, Any]:
    patient = _row(world, "patients", patient_id)
    doctor = _row(world, "doctors", doctor_id)
    if not doctor["accepts_patients"]:
        raise ValueError(f"doctor {doctor_id} takes no new patients; choose another one")
    if patient["doctor"] == doctor_id:
        raise ValueError(f"doctor {doctor_id} is the regular doctor of {patient_id} already")
    row = world.update("patients", patient_id, doctor=doctor_id)
    return _view("patient_id", patient_id, row, "doctor")


def send_sample(world: Any, sample_no: str, laboratory: str) -> dict[str, Any]:
    sample = _row(world, "samples", sample_no)
    laboratory_row = _row(world, "laboratories", laboratory)
    if sample["status"] != "waiting":
        raise ValueError(f"sample {sample_no} is analysed already; nothing needs to be done")
    if sample["laboratory"] == laboratory:
        raise ValueError(f"sample {sample_no} is with {laboratory} already; name another one")
    if not laboratory_row["turnaround"] - _days_until(world, sample["taken"]) <= _rule(world, "sample life"):
        raise ValueError(
            f"{laboratory} takes {laboratory_row['turnaround']} days; sample {sample_no} does not keep that long"
        )
    row = world.update("samples", sample_no, laboratory=laboratory)
    world.update(
        "patients",
        sample["patient"],
        balance=_row(world, "patients", sample["patient"])["balance"] + laboratory_row["handling_fee"],
    )
    return _view("sample_no", sample_no, row, "laboratory")


def start_treatment(world: Any, referral_no: str, sessions: int) -> dict[str, Any]:
    referral = _row(world, "referrals", referral_no)
    if referral["status"] != "open":
        raise ValueError(f"referral {referral_no} is used already; nothing needs to be done")
    if not _days_until(world, referral["valid_until"]) >= 0:
        raise ValueError(f"referral {referral_no} ran out on {referral['valid_until']}; a doctor must write a new one")
    if not sessions <= _rule(world, "sessions"):
        raise ValueError(f"a course of treatment has at most {_rule(world, 'sessions')} sessions")
    if not _count(world, "devices", department=referral["department"], status="in service") > 0:
        raise ValueError(f"no device of {referral['department']} is in service; list_devices tells their state")
    row = {
        "referral": referral_no,
        "device": _first(
            world, "devices", "next_inspection", "", department=referral["department"], status="in service"
        ),
        "nurse": _first(world, "nurses", "years", "", department=referral["department"]),
        "sessions": sessions,
        "first_day": _add_days(world.constants["today"], 7),
    }
    new_treatment = world.insert("treatments", row, prefix="TX")
    world.update("referrals", referral_no, status="used")
    return _view("treatment_no", new_treatment, row, "referral device nurse sessions first_day")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'rooms': ('room has the number', 'get_department and get_doctor give the right ones'),
    'departments': ('department is called', 'find_doctor and get_doctor give the right ones'),
    'doctors': ('doctor has the id', 'get_department and list_doctors give the right ones'),
    'examinations': ('examination is called', 'list_examinations and get_invoice give the right ones'),
    'insurers': ('insurer is called', 'get_patient gives the right ones'),
    'pharmacies': ('pharmacy is called', 'get_patient and get_prescription give the right ones'),
    'manufacturers': ('manufacturer is called', 'get_medicine gives the right ones'),
    'medicines': ('medicine is called', 'list_medicines and get_prescription give the right ones'),
    'patients': ('patient has the id', 'find_patient and get_appointment give the right ones'),
    'slots': ('slot has the id', 'list_slots and get_appointment give the right ones'),
    'appointments': ('appointment has the number', 'list_appointments and get_invoice give the right ones'),
    'invoices': ('invoice has the number', 'list_invoices gives the right ones'),
    'prescriptions': ('prescription has the number', 'list_prescriptions gives the right ones'),
    'service_firms': ('service firm is called', 'get_device gives the right ones'),
    'devices': ('device has the number', 'list_devices and get_treatment give the right ones'),
    'nurses': ('nurse has the id', 'get_sample and get_treatment give the right ones'),
    'laboratories': ('laboratory is called', 'get_sample gives the right ones'),
    'samples': ('sample has the number', 'list_samples and list_received give the right ones'),
    'referrals': ('referral has the number', 'list_referrals and get_treatment give the right ones'),
    'treatments': ('treatment has the number', 'list_treatments gives the right ones'),
    'rules': ('rule is about', "the topics are listed in the tool's document"),
}


def _shown(value: str) -> str:
    """What the caller wrote, short and escaped."""
    return ascii(value[:40] + "..." if len(value) > 40 else value)


def _row(world: Any, table: str, key: str) -> dict[str, Any]:
    row: dict[str, Any] | None = world.get(table, key)
    if row is None:
        what, mend = _SOURCES[table]
        raise ValueError(f"no {what} {_shown(key)}; {mend}")
    return row


def _called(world: Any, table: str, column: str, value: str) -> tuple[str, dict[str, Any]]:
    """Key and row of the one that bears a name."""
    found: list[tuple[str, dict[str, Any]]] = world.find(table, **{column: value})
    if not found:
        what = _SOURCES[table][0].split()[0]
        raise ValueError(f"no {what} with the {column} {_shown(value)} is known; give it as it was written, in full")
    return found[0]


def _view(key: str, value: str, row: dict[str, Any], columns: str) -> dict[str, Any]:
    """A row's key and some of its columns (created rows do not hold their key)."""
    return {key: value, **{column: row[column] for column in columns.split()}}


def _views(found: list[tuple[str, dict[str, Any]]], key: str, columns: str) -> list[dict[str, Any]]:
    return [_view(key, row_key, row, columns) for row_key, row in found]


def _rule(world: Any, topic: str) -> int:
    value: int = _row(world, "rules", topic)["value"]
    return value


def _day(text: str) -> Date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{_shown(text)} is no date; write it as YYYY-MM-DD")
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not in the calendar") from None


def _day_to_come(world: Any, text: str) -> str:
    if _day(text) < _day(world.constants["today"]):
        raise ValueError(f"{text} is past: today is {world.constants['today']}")
    return text


def _days_until(world: Any, text: str) -> int:
    """Days from today; negative for a day that is past."""
    return (_day(text) - _day(world.constants["today"])).days


def _add_days(text: str, days: int) -> str:
    return (_day(text) + timedelta(days=days)).isoformat()


def _count(world: Any, table: str, **equal: Any) -> int:
    return len(world.find(table, **equal))


def _hours_until(world: Any, day: str, clock: str) -> float:
    """Hours from the beginning of today."""
    return _days_until(world, day) * 24 + int(clock[:2]) + int(clock[3:]) / 60


def _years_between(day: str, later: str) -> int:
    """Full years, as ages are counted."""
    return int(later[:4]) - int(day[:4]) - (later[5:] < day[5:])


def _total(world: Any, table: str, column: str, **equal: Any) -> Any:
    return sum([row[column] for _, row in world.find(table, **equal)])


def _first(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """Key of the row with the least value of a column, of those where ``among`` is truthy; empty if there is none."""
    found = [(row[column], key) for key, row in world.find(table, **equal) if not among or row[among]]
    return min(found)[1] if found else ""


def _listed(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """The different values of a column, a few of them."""
    found = {str(row[column]) for _, row in world.find(table, **equal) if not among or row[among]}
    return ", ".join(sorted(found)[:5]) or "none"


def _plain(figure: float) -> float:
    """A whole number without a fraction."""
    return int(figure) if figure == int(figure) else figure
