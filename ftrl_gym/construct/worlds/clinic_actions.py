"""What the front desk of an outpatient clinic does, and the figures its tools enforce."""

from __future__ import annotations

from ftrl_gym.construct.declare import Create, Detail, Do, Extra, Need, Rule, Set, Wanted
from ftrl_gym.construct.worlds import clinic_words as words

# fmt: off
RULES = (
    Rule("free cancellation", tuple(range(1, 8)), "days", "Cancelling costs nothing up to {} days before."),
    Rule("late cancellation", tuple(range(10, 60, 5)), "EUR", "A later cancellation costs {} euros."),
    Rule("no-show fee", tuple(range(25, 90, 5)), "EUR", "Who misses an appointment pays {} euros."),
    Rule("payment term", tuple(range(10, 46)), "days", "An invoice is due {} days after the appointment."),
    Rule("open appointments", (3, 4, 5, 6), "appointments", "A patient has at most {} booked appointments."),
    Rule("cash limit", tuple(range(120, 330, 10)), "EUR", "Cash is taken for invoices of up to {} euros."),
    Rule("renewal period", tuple(range(30, 190, 10)), "days", "A renewed prescription runs for {} days more."),
    Rule("moving notice", (1, 2, 3), "days", "An appointment can be moved up to {} days before."),
    Rule("sample life", tuple(range(16, 32)), "days", "A sample keeps for {} days after it was taken."),
    Rule("sessions", (4, 5, 6, 7, 8), "sessions", "A course of treatment has at most {} sessions."),
)

BOOKED = Need("appointment.status == 'booked'",
              "appointment {appointment} is {appointment.status}; only a booked one can be changed")
FREE = Need("slot.status == 'free'", "slot {slot} is taken; list_slots shows which are free")
COMING = Need("days_until(slot.date) >= 0", "slot {slot} was on {slot.date}, which is past; list_slots shows others")
PAYS = Detail("method", ("",), "How would you like to pay?", ("pay", "method"), ("{x}, please.", "{x}."))

WRITING = (
    Do("book_appointment", "Books a free slot for a patient.", "slot patient",
       "book {slot} for {patient}, for {reason} | reserve {slot} for {patient}, for {reason}"
       " | give {patient} {slot} for {reason}",
       (FREE, COMING, Need("count('appointment', patient=patient, status='booked') < rule('open appointments')",
                           "patient {patient} has {rule('open appointments')} booked appointments, the most allowed")),
       (Create("appointment", {"slot": "slot", "patient": "patient", "doctor": "slot.doctor", "date": "slot.date",
                               "time": "slot.time", "reason": "reason", "status": "'booked'"}),
        Set("slot", {"status": "'taken'"})),
       asks={"reason": Wanted(Extra.CHOICE, Detail("reason", ("a visit",), "What is it for?", ("for", "reason")),
                              "What it is for.", words.VISITS)},
       follow_ups=("cancel_appointment",)),
    Do("cancel_appointment", "Cancels a booked appointment; a late cancellation costs a fee.", "appointment",
       "cancel {appointment} | call off {appointment} | see to it that {appointment} is cancelled",
       (BOOKED,),
       (Set("appointment", {"status": "'cancelled'"}), Set("appointment.slot", {"status": "'free'"}),
        Set("appointment.patient", {"balance": "appointment.patient.balance + fee"}, when="fee > 0")),
       gives={"fee": "rule('late cancellation') if days_until(appointment.date) < rule('free cancellation') else 0"},
       regret="Sorry, I changed my mind: cancel it again, please. | On second thoughts, cancel that visit again."),
    Do("move_appointment", "Moves a booked appointment to a free slot, of the same doctor or another.",
       "appointment slot",
       "move {appointment} to {slot} | change {appointment} to {slot} | put {appointment} into {slot} instead",
       (BOOKED, FREE, COMING,
        Need("days_until(appointment.date) >= rule('moving notice')",
             "it is too late to move {appointment}: that takes {rule('moving notice')} days' notice")),
       (Set("appointment", {"slot": "slot", "doctor": "slot.doctor", "date": "slot.date", "time": "slot.time"}),
        Set("appointment.slot", {"status": "'free'"}), Set("slot", {"status": "'taken'"}))),
    Do("pay_invoice", "Pays an open invoice in full.", "invoice",
       "pay {invoice} {method} | settle {invoice} {method} | see to it that {invoice} is paid {method}",
       (Need("invoice.status == 'open'", "invoice {invoice} is paid already; nothing is due"),
        Need("method != 'cash' or invoice.amount <= rule('cash limit')",
             "cash is taken up to {rule('cash limit')} euros only; pay by card or transfer")),
       (Set("invoice", {"status": "'paid'", "method": "method"}),),
       asks={"method": Wanted(Extra.CHOICE, PAYS, "How to pay.", words.METHODS)}),
    Do("renew_prescription", "Renews a prescription that has refills left.", "prescription",
       "renew {prescription} | extend {prescription} | see to it that {prescription} is renewed",
       (Need("prescription.refills > 0", "{prescription} has no refills left; a doctor must write a new one"),
        Need("days_until(prescription.expires) >= 0",
             "prescription {prescription} expired on {prescription.expires}; a doctor must write a new one")),
       (Set("prescription", {"refills": "prescription.refills - 1",
                             "expires": "add_days(prescription.expires, rule('renewal period'))"}),)),
    Do("send_prescription", "Sends a prescription to another pharmacy.", "prescription pharmacy",
       "send {prescription} to {pharmacy} | forward {prescription} to {pharmacy} | have {pharmacy} fill {prescription}",
       (Need("prescription.pharmacy != pharmacy", "prescription {prescription} is at {pharmacy} already"),),
       (Set("prescription", {"pharmacy": "pharmacy"}),)),
    Do("change_doctor", "Makes somebody the regular doctor of a patient.", "patient doctor",
       "make {doctor} the regular doctor for {patient} | note down {doctor} as the regular doctor for {patient}",
       (Need("doctor.accepts_patients", "doctor {doctor} takes no new patients; choose another one"),
        Need("patient.doctor != doctor", "doctor {doctor} is the regular doctor of {patient} already")),
       (Set("patient", {"doctor": "doctor"}),)),
    Do("send_sample", "Sends a waiting sample to another laboratory; the patient pays for the handling.",
       "sample laboratory",
       "pass {sample} on to {laboratory} | have {sample} analysed by {laboratory} | let {laboratory} analyse {sample}",
       (Need("sample.status == 'waiting'", "sample {sample} is analysed already; nothing needs to be done"),
        Need("sample.laboratory != laboratory", "sample {sample} is with {laboratory} already; name another one"),
        Need("laboratory.turnaround - days_until(sample.taken) <= rule('sample life')",
             "{laboratory} takes {laboratory.turnaround} days; sample {sample} does not keep that long")),
       (Set("sample", {"laboratory": "laboratory"}),
        Set("sample.patient", {"balance": "sample.patient.balance + laboratory.handling_fee"}))),
    Do("start_treatment",
       "Begins a course of treatment for an open referral in a week, on the device of its department that is in "
       "service and inspected next.", "referral",
       "begin a course of {sessions} sessions for {referral} | start treatment for {referral}, with {sessions} sessions"
       " | set up {sessions} sessions of treatment for {referral}",
       (Need("referral.status == 'open'", "referral {referral} is used already; nothing needs to be done"),
        Need("days_until(referral.valid_until) >= 0",
             "referral {referral} ran out on {referral.valid_until}; a doctor must write a new one"),
        Need("sessions <= rule('sessions')", "a course of treatment has at most {rule('sessions')} sessions"),
        Need("count('device', department=referral.department, status='in service') > 0",
             "no device of {referral.department} is in service; list_devices tells their state")),
       (Create("treatment", {"referral": "referral",
                             "device": "first('device', 'next_inspection', department=referral.department, "
                                       "status='in service')",
                             "nurse": "first('nurse', 'years', department=referral.department)",
                             "sessions": "sessions", "first_day": "add_days(today, 7)"}),
        Set("referral", {"status": "'used'"})),
       asks={"sessions": Wanted(Extra.COUNT, Detail("sessions", ("a few",), "How many sessions are there to be?",
                                                    ("how many", "sessions")), "Number of sessions.")}),
)
