"""Clinic: an outpatient clinic with its doctors, patients, appointments, prescriptions, samples and devices."""

from __future__ import annotations

from ftrl_gym.construct.declare import Declaration, Find, Get, Money, Short, WorkOut, least, most, only
from ftrl_gym.construct.worlds.clinic_actions import RULES, WRITING
from ftrl_gym.construct.worlds.clinic_things import ENTITIES

# fmt: off
READING = (
    Get("get_room", "room", "A room: building, floor, phone extension, cleaner."),
    Get("get_department", "department", "A department: reception desk, opening time, head doctor, waiting time."),
    Find("list_doctors", "doctor", "Doctors of a department.", "department", "name years fee", (
        least("fee", "the doctor with the lowest fee in {x} | the cheapest doctor in {x}", plural="doctors in {x}"),
        most("fee", "the doctor with the highest fee in {x} | the most expensive doctor in {x}"),
        most("years", "the doctor with the most years of experience in {x}"),
    )),
    Get("find_doctor", "doctor", "A doctor by full name, with id and department.", "name", "name department"),
    Get("get_doctor", "doctor", "Details of a doctor: department, office, years, fee, language, email, new patients."),
    Find("list_examinations", "examination", "Examinations that a department offers.", "department", "price minutes", (
        least("price", "the cheapest examination in {x}", plural="examinations in {x}"),
        most("price", "the most expensive examination in {x}"),
        least("minutes", "the shortest examination in {x}"),
        most("minutes", "the longest examination in {x}"),
    )),
    Get("get_examination", "examination", "An examination: department, price, duration, fasting."),
    Get("get_insurer", "insurer", "An insurer: percentage covered, contact, hotline."),
    WorkOut("estimate_cost", "What an examination costs somebody insured with an insurer, after what that one covers.",
            "examination insurer", {
        "to_pay": Money(value="round(examination.price * (100 - insurer.share) / 100, 2)",
                        noun="the price of {x} for somebody insured with {y}",
                        ask="What is left to pay for {x} by somebody insured with {y}?"),
    }, instead_of="get_insurer"),
    Get("get_pharmacy", "pharmacy", "A pharmacy: closing time, pharmacist, delivery fee."),
    Get("get_manufacturer", "manufacturer", "A manufacturer of medicines: country and safety officer."),
    Find("list_medicines", "medicine", "Medicines of a manufacturer.", "manufacturer", "strength pack_price", (
        least("pack_price", "the cheapest medicine made by {x}", plural="medicines made by {x}"),
        most("pack_price", "the most expensive medicine made by {x}"),
    )),
    Get("get_medicine", "medicine", "A medicine: manufacturer, ingredient, strength, pack price, storage."),
    Get("find_patient", "patient", "A patient by full name, with id and phone.", "name", "name birth_date phone"),
    Get("get_patient", "patient", "A patient's file: insurer, regular doctor, pharmacy, allergy, balance."),
    Find("list_slots", "slot", "Slots of a doctor, by status or all.", "doctor status", "date time status", (
        least("date", "the first free slot with {x} | the earliest free slot with {x}", {"status": "free"},
              plural="free slots with {x}"),
        most("date", "the last free slot with {x} | the latest free slot with {x}", {"status": "free"}),
    )),
    Find("list_appointments", "appointment", "Appointments of a patient.", "patient", "date time status", (
        only("{x}'s appointment"),
        least("date", "{x}'s first appointment | {x}'s earliest appointment", plural="appointments of {x}"),
        most("date", "{x}'s last appointment | {x}'s latest appointment", name="last appointment"),
    )),
    Get("get_appointment", "appointment", "Details of an appointment: slot, patient, doctor, reason, status."),
    Find("list_invoices", "invoice", "Invoices of a patient, by status or all.", "patient status", "amount due", (
        only("{x}'s open invoice", {"status": "open"}),
        most("amount", "{x}'s largest invoice", plural="invoices of {x}"),
        least("amount", "{x}'s smallest invoice"),
    )),
    Get("get_invoice", "invoice", "Details of an invoice: appointment, patient, examination, amount, due date."),
    Find("list_prescriptions", "prescription", "Prescriptions of a patient.", "patient", "issued expires", (
        only("{x}'s prescription", plural="prescriptions of {x}"),
        most("issued", "{x}'s latest prescription | {x}'s most recent prescription"),
        least("issued", "{x}'s first prescription | {x}'s earliest prescription"),
    )),
    Get("get_prescription", "prescription", "Details of a prescription: patient, doctor, medicine, pharmacy, refills."),
    Get("get_firm", "service firm", "A service firm: dispatcher, call-out fee, end of our contract, night number.",
        shows="dispatcher call_out contract_ends night_line"),
    Find("list_devices", "device", "Devices of a department.", "department",
         "model purchase_date next_inspection status", (
        least("next_inspection", "the device with the earliest next inspection in {x}", plural="devices in {x}"),
        most("purchase_date", "the device with the latest purchase date in {x}"),
        least("purchase_date", "the device with the earliest purchase date in {x}"),
    )),
    Get("get_device", "device", "A device: model, department, service firm, purchase, next inspection, status.",
        shows="model department firm purchase_date next_inspection status"),
    Get("get_nurse", "nurse", "A nurse: name, department, years of service, shift, pager."),
    Get("get_laboratory", "laboratory", "A laboratory: chief chemist, collection time, turnaround, handling fee."),
    Find("list_samples", "sample", "Samples of a patient.", "patient", "laboratory taken volume status", (
        only("{x}'s only sample"),
        most("taken", "{x}'s latest sample", plural="samples of {x}"),
    )),
    Find("list_received", "sample", "Samples with a laboratory, by status or all.", "laboratory status",
         "taken volume status", (
        least("taken", "the earliest sample waiting at {x}", {"status": "waiting"}),
        most("taken", "the latest sample at {x}", plural="samples at {x}"),
    )),
    Get("get_sample", "sample", "A sample: patient, nurse, laboratory, material, date, volume, status."),
    Find("list_referrals", "referral", "Referrals of a patient, by status or all.", "patient status",
         "department valid_until status", (
        only("{x}'s open referral", {"status": "open"}), only("{x}'s used referral", {"status": "used"}),
        only("{x}'s only referral", plural="referrals of {x}"),
    )),
    Get("get_referral", "referral", "A referral: appointment, patient, department, urgency, last day, status."),
    Find("list_treatments", "treatment", "Courses of treatment on a device.", "device", "referral sessions first_day", (
        only("the only treatment on {x}"),
        most("sessions", "the treatment with the most sessions on {x}", plural="treatments on {x}"),
        least("first_day", "the treatment with the earliest first day on {x}"),
    )),
    Get("get_treatment", "treatment", "A course of treatment: referral, device, nurse, sessions, first day."),
    WorkOut("quote_service", "What a service firm charges for an inspection of a device.", "device firm:service_firm", {
        "price": Money(value="round(firm.call_out + firm.hourly * device.service_hours, 2)",
                       noun="the price of an inspection of {x} by {y}",
                       ask="What does {y} charge for an inspection of {x}?"),
    }),
)

CLINIC = Declaration(
    name="Clinic",
    title="Outpatient clinic",
    description="The front desk of an outpatient clinic: doctors, patients, appointments, medicines, devices.",
    instruction="You work at the front desk of an outpatient clinic and help with what comes up. Prices are in EUR.",
    own=("appointment", "invoice", "prescription"),
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    shorts=(
        Short(("doctor.department", "department.desk"), "the reception room of the department of {x}"),
        Short(("prescription.medicine", "medicine.manufacturer"), "the manufacturer of the medicine on {x}"),
        Short(("last appointment", "appointment.doctor"), "the doctor of {x}'s last appointment"),
        Short(("patient.doctor", "doctor.department"), "the department of {x}'s regular doctor"),
        Short(("referral.appointment", "appointment.doctor"), "the doctor who wrote {x}"),
        Short(("treatment.device", "device.firm"), "the service firm for the device used in {x}"),
    ),
    file=__file__,
)
