"""What one can ask the registry of a university to do, and the study rules that its tools enforce."""

from __future__ import annotations

from ftrl_gym.construct.declare import Create, Detail, Do, Extra, Need, Rule, Set, Wanted
from ftrl_gym.construct.worlds import university_words as words

# fmt: off
DAY = ("day", "date", "when")

RULES = (
    Rule("credit limit", tuple(range(26, 41, 2)), "credits", "A student takes courses of at most {} credits a term."),
    Rule("withdrawal period", (45, 48, 50, 52, 54), "days", "One can withdraw up to {} days after enrolling."),
    Rule("free withdrawal", tuple(range(10, 40)), "days", "Withdrawing is free up to {} days after enrolling."),
    Rule("late withdrawal fee", tuple(range(15, 75, 5)), "EUR", "A later withdrawal costs {} euros."),
    Rule("thesis credits", (8, 9, 10, 11, 12), "credits", "A thesis is registered from {} earned credits on."),
    Rule("thesis period", tuple(range(90, 200, 10)), "days", "A thesis is due {} days after it was registered."),
    Rule("thesis pages", tuple(range(40, 95, 5)), "pages", "A new thesis is planned with {} pages."),
    Rule("supervised theses", (3, 4, 5), "theses", "An instructor is first supervisor of at most {} registered"
                                                   " theses."),
    Rule("longest extension", (28, 30, 35, 40), "days", "A thesis is put off by at most {} days at a time."),
    Rule("spare seats", (5, 10, 15, 20, 25), "seats", "An exam room has at least {} seats more than candidates."),
    Rule("grant period", tuple(range(120, 400, 20)), "days", "A new grant runs for {} days."),
    Rule("hold limit", tuple(range(50, 160, 10)), "EUR", "Accounts are put on hold from {} euros of unpaid fees on."),
)

STRICT = "first('prerequisite', 'mark', course=section.course, kind='strict')"
MODE = Detail("attendance", ("",), "Is that on site or online?", ("on site", "online", "attend"), ("{x}.",))
TONGUE = Detail("language", ("",), "Which language is it written in?", ("language",), ("{x}.", "It is {x}."))
DUE = Detail("day", ("",), "Which day should it be due?", DAY, ("{x}, please.", "{x}.", "On {x}."))

WRITING = (
    Do("enrol", "Enrols a student in a section of a course.", "section student",
       "enrol {student} in {section} {mode} | sign {student} up for {section} {mode}"
       " | put {student} into {section} {mode}",
       (Need("section.seats_left > 0", "section {section} is full; list_sections shows others"),
        Need("count('enrolment', student=student, course=section.course, status='enrolled') == 0",
             "the student is enrolled in course {section.course} already; once is enough"),
        Need("count('prerequisite', course=section.course, kind='strict') == 0 or "
             f"count('result', student=student, course={STRICT}.required) > 0",
             f"course {{section.course}} strictly asks for {{{STRICT}.required}}, which the student has not passed"
             f" yet"),
        Need("count('enrolment', student=student, slot=section.slot, status='enrolled') == 0",
             "the student has another section at that time; choose a section in another time slot"),
        Need("student.load + section.course.credits <= rule('credit limit')",
             "the student takes {student.load} credits, and {rule('credit limit')} is the most; choose a smaller"
             " course")),
       (Create("enrolment", {"student": "student", "section": "section", "course": "section.course",
                             "slot": "section.slot", "mode": "mode", "made": "today", "midterm": "0",
                             "status": "'enrolled'"}),
        Set("section", {"seats_left": "section.seats_left - 1"}),
        Set("student", {"load": "student.load + section.course.credits"})),
       asks={"mode": Wanted(Extra.CHOICE, MODE, "Form of attendance.", words.MODES)},
       shows="student section mode", follow_ups=("withdraw",)),
    Do("withdraw", "Withdraws an enrolment; that costs a fee when it is late.", "enrolment",
       "withdraw {enrolment} | take back {enrolment} | see to it that {enrolment} is withdrawn",
       (Need("enrolment.status == 'enrolled'", "enrolment {enrolment} is withdrawn already; nothing needs to be done"),
        Need("days_until(enrolment.made) >= -rule('withdrawal period')",
             "it is too late: one withdraws up to {rule('withdrawal period')} days after enrolling")),
       (Set("enrolment", {"status": "'withdrawn'"}),
        Set("enrolment.section", {"seats_left": "enrolment.section.seats_left + 1"}),
        Set("enrolment.student", {"load": "enrolment.student.load - enrolment.course.credits",
                                  "owed": "enrolment.student.owed + fee"})),
       gives={"fee": "rule('late withdrawal fee') if days_until(enrolment.made) < -rule('free withdrawal') else 0"},
       regret="Sorry, that was the wrong term: withdraw that enrolment again, please."
              " | On second thoughts, please take that enrolment back."),
    Do("move_section", "Moves a section to another lecture room, at the same time.", "section room:lecture_room",
       "move {section} to {room} | have {section} meet in {room} instead | book {room} for {section}",
       (Need("section.room != room", "section {section} meets in {room} already; name another room"),
        Need("count('section', room=room, slot=section.slot) == 0",
             "another section meets in {room} at that time; choose another room"),
        Need("room.seats >= section.seats_left + count('enrolment', section=section, status='enrolled')",
             "{room} has {room.seats} seats, too few for {section}; choose a larger room")),
       (Set("section", {"room": "room"}),)),
    Do("register_thesis", "Registers a thesis with two supervisors of different departments.",
       "student lead:instructor second:instructor",
       "register a thesis {tongue} by {student}, supervised by {lead} and, as the second, by {second}"
       " | register a thesis {tongue} for {student}, with {lead} as the first supervisor and {second} as the second",
       (Need("count('thesis', student=student) == 0", "there is a thesis by the student already; one is enough"),
        Need("lead.department != second.department",
             "both supervisors are in {lead.department}; the second one has to come from another department"),
        Need("student.credits >= rule('thesis credits')",
             "the student has {student.credits} credits; a thesis takes {rule('thesis credits')} or more"),
        Need("count('thesis', lead=lead, status='registered') < rule('supervised theses')",
             "{lead} has {rule('supervised theses')} registered theses as first supervisor; choose another one")),
       (Create("thesis", {"student": "student", "lead": "lead", "second": "second", "tongue": "tongue",
                          "status": "'registered'", "due": "add_days(today, rule('thesis period'))",
                          "pages": "rule('thesis pages')", "extensions": "0"}),),
       asks={"tongue": Wanted(Extra.CHOICE, TONGUE, "Language of the thesis.", words.TONGUES)},
       shows="student lead second tongue due"),
    Do("move_due_date", "Gives a registered thesis another due date; a later one counts as an extension.", "thesis",
       "change the due date of {thesis} to {due} | make {thesis} due on {due} | set the due date of {thesis} to {due}",
       (Need("thesis.status == 'registered'", "thesis {thesis} is handed in already; its due date stays as it is"),
        Need("due != thesis.due", "thesis {thesis} is due on {due} already; name another day"),
        Need("days_until(due) - days_until(thesis.due) <= rule('longest extension')",
             "thesis {thesis} is due on {thesis.due} and is put off by {rule('longest extension')} days at most")),
       (Set("thesis", {"due": "due", "extensions": "thesis.extensions + (1 if due > thesis.due else 0)"}),),
       asks={"due": Wanted(Extra.DATE, DUE, "The new due date.")},
       sooner="bring the due date of {thesis} forward to {due}",
       put_off="put off the due date of {thesis} to {due} | extend {thesis} to {due}",
       open="change the due date of {thesis} | give {thesis} another due date"),
    Do("move_exam", "Moves an exam to another lecture room, on the same day.", "exam room:lecture_room",
       "move {exam} to {room} | hold {exam} in {room} instead | have {exam} take place in {room}",
       (Need("exam.room != room", "exam {exam} is held in {room} already; name another room"),
        Need("room.seats >= exam.candidates + rule('spare seats')",
             "{room} has {room.seats} seats, and {exam.candidates} candidates need {rule('spare seats')} to spare"),
        Need("count('exam', room=room, date=exam.date) == 0",
             "{room} is taken by another exam on {exam.date}; choose another room")),
       (Set("exam", {"room": "room"}),)),
    Do("award_scholarship", "Gives a student a grant from a scholarship that has places left.", "scholarship student",
       "award {scholarship} to {student} | give {student} a place in {scholarship} | grant {student} {scholarship}",
       (Need("scholarship.places_left > 0", "no places are left in {scholarship}; list_scholarships shows others"),
        Need("student.score >= scholarship.least_score",
             "{scholarship} asks for an entrance score of {scholarship.least_score}, and the student has"
             " {student.score}"),
        Need("count('grant', student=student, status='running') == 0",
             "the student has a running grant already; find_grant shows which")),
       (Create("grant", {"scholarship": "scholarship", "student": "student", "status": "'running'",
                         "until": "add_days(today, rule('grant period'))"}),
        Set("scholarship", {"places_left": "scholarship.places_left - 1"})),
       follow_ups=("end_grant",)),
    Do("end_grant", "Ends a running grant today, which frees its place.", "grant",
       "end {grant} | stop {grant} today | see to it that {grant} ends today",
       (Need("grant.status == 'running'", "grant {grant} is ended already; nothing needs to be done"),),
       (Set("grant", {"status": "'ended'", "until": "today"}),
        Set("grant.scholarship", {"places_left": "grant.scholarship.places_left + 1"})),
       regret="Sorry, the committee has just called: end that grant again, please."
              " | On second thoughts, please stop that grant again."),
    Do("place_hold", "Puts the account of a student with unpaid fees on hold.", "student",
       "put the account of {student} on hold | place a hold on the account of {student}",
       (Need("student.hold == 'none'", "the account is on hold already; nothing needs to be done"),
        Need("student.owed >= rule('hold limit')",
             "the student owes {student.owed} euros; accounts are put on hold from {rule('hold limit')} on")),
       (Set("student", {"hold": "'on hold'"}),)),
)
