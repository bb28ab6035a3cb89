"""University: the registry of a university, with courses that ask for courses, sections, students, exams and theses."""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Declaration, Detail, Find, Get, Money, Number, Short, WorkOut, least, most, only,
)  # fmt: skip
from ftrl_gym.construct.worlds.university_actions import DAY, RULES, WRITING
from ftrl_gym.construct.worlds.university_clauses import CLAUSES
from ftrl_gym.construct.worlds.university_things import ENTITIES

# fmt: off
READING = (
    Get("get_building", "building", "A building: part of town, caretaker, locking time, front desk phone.",
        shows="district caretaker locks desk_phone"),
    WorkOut("plan_walk", "How many minutes one walks from one building to another.",
            "first:building second:building", {
        "minutes": Number(value="2 + (abs(first.east - second.east) + abs(first.north - second.north)) // 2",
                          unit="minutes", noun="the walking time in minutes between {x} and {y}",
                          ask="How many minutes does one walk between {x} and {y}?"),
    }, unordered=True),
    Find("list_rooms", "lecture room", "Lecture rooms in a building.", "building", "seats equipment", (
        most("seats", "the largest lecture room in {x} | the lecture room with the most seats in {x}",
             plural="lecture rooms in {x}"),
        least("seats", "the lecture room with the fewest seats in {x}"),
    )),
    Get("get_room", "lecture room", "A lecture room: building, number of seats, equipment."),
    Get("get_slot", "time slot", "A weekly time slot: weekday and starting time."),
    Get("get_department", "department", "A department: building, head (an instructor), yearly budget, secretary."),
    Find("list_instructors", "instructor", "Instructors of a department.", "department",
         "name rank papers appointment_date", (
        most("papers", "the instructor with the most papers in {x}", plural="instructors in {x}"),
        least("papers", "the instructor with the fewest papers in {x}"),
        least("appointment_date", "the instructor with the earliest date of appointment in {x}"),
    )),
    Get("find_instructor", "instructor", "An instructor by full name, with staff number and rank.", "name",
        "name rank"),
    Get("get_instructor", "instructor", "An instructor: department, rank, papers, date of appointment, email."),
    Find("list_programmes", "programme", "Programmes that a department runs.", "department", "degree fee", (
        only("the only programme run by {x}"),
        most("fee", "the most expensive programme run by {x}", plural="programmes run by {x}"),
    )),
    Get("get_programme", "programme", "A programme: department, director (an instructor), degree, fee, accreditation."),
    Find("list_courses", "course", "Courses of a department.", "department", "title level credits workload", (
        most("workload", "the course with the highest workload among those offered by {x}",
             plural="courses offered by {x}"),
        least("workload", "the course with the lowest workload among those offered by {x}"),
    )),
    Get("get_course", "course", "A course: title, department, level, credits, workload, coordinator (an instructor)."),
    Find("list_prerequisites", "prerequisite", "What a course asks for: other courses, strictly or not.", "course kind",
         "course required kind mark", (
        only("the strict prerequisite of {x}", {"kind": "strict"}, name="strict"),
        only("the recommended prerequisite of {x}", {"kind": "recommended"}, name="recommended"),
    )),
    Find("list_dependents", "prerequisite", "Prerequisites of other courses that ask for a course.", "required",
         "course required kind mark", (
        only("the only prerequisite that asks for {x}"),
        most("mark", "the prerequisite with the highest mark among those that ask for {x}",
             plural="prerequisites that ask for {x}"),
    )),
    Find("list_sections", "section", "Sections of a course this term.", "course", "begins seats_left", (
        only("the only section of {x}"),
        most("seats_left", "the section with the most seats left in {x}", plural="sections of {x}"),
    )),
    Find("list_taught", "section", "Sections that an instructor teaches this term.", "instructor",
         "course begins seats_left", (
        least("seats_left", "the section with the fewest seats left among those taught by {x}",
              plural="sections taught by {x}"),
        most("begins", "the section with the latest first meeting among those taught by {x}"),
    )),
    Get("get_section", "section", "A section: course, room, time slot, instructor, seats left, first meeting.",
        shows="course room slot instructor seats_left begins"),
    Find("list_students", "student", "Students of a programme.", "programme", "name score semester", (
        most("score", "the student with the highest entrance score in {x}", plural="students in {x}"),
        least("score", "the student with the lowest entrance score in {x}"),
    )),
    Get("find_student", "student", "A student by full name, with matriculation number.", "name", "name born"),
    Get("get_student", "student", "A student's file: programme, advisor (an instructor), birth date, score, semesters,"
                                  " fees, account.",
        shows="name programme advisor born score semester owed hold"),
    Find("list_results", "result", "Courses that a student has passed, with marks.", "student",
         "student course mark passed", (
        most("mark", "{x}'s result with the highest mark", plural="results of {x}"),
        least("mark", "{x}'s result with the lowest mark"),
        most("passed", "{x}'s latest result"),
    )),
    Find("list_enrolments", "enrolment", "Enrolments of a student, by status or all.", "student status",
         "section made midterm", (
        only("the withdrawn enrolment of {x}", {"status": "withdrawn"}),
        most("midterm", "{x}'s enrolment with the highest midterm mark", plural="enrolments of {x}"),
        least("made", "the earliest enrolment of {x}"),
    )),
    Find("list_participants", "enrolment", "Enrolments in a section, by status or all.", "section status",
         "student made midterm", (
        most("midterm", "the enrolment with the highest midterm mark in {x}", plural="enrolments in {x}"),
        least("midterm", "the enrolment with the lowest midterm mark in {x}"),
    )),
    Get("get_enrolment", "enrolment", "An enrolment: student, section, attendance, date, midterm mark, status.",
        shows="student section mode made midterm status"),
    Find("find_exam", "exam", "The exam of a course.", "course", "date minutes candidates", (only("the exam of {x}"),)),
    Find("list_room_exams", "exam", "Exams held in a lecture room on a day.", "room date", "course minutes candidates",
         (only("the exam held in {x} {day}"),)),
    Find("list_invigilated", "exam", "Exams that an instructor invigilates.", "invigilator", "date minutes candidates",
         (
        least("date", "the next exam invigilated by {x}", plural="exams invigilated by {x}"),
        most("candidates", "the exam with the most candidates among those invigilated by {x}"),
    )),
    Get("get_exam", "exam", "An exam: course, room, date, length, candidates, invigilator (an instructor)."),
    Find("list_scholarships", "scholarship", "Scholarships that a department pays for.", "department",
         "monthly closes places_left", (
        only("the only scholarship paid for by {x}"),
        most("monthly", "the scholarship with the highest monthly sum among those paid for by {x}",
             plural="scholarships paid for by {x}"),
    )),
    Get("get_scholarship", "scholarship", "A scholarship: department, monthly sum, founder, deadline, score, places."),
    Find("list_grants", "grant", "Grants from a scholarship, by status or all.", "scholarship status", "until", (
        only("the ended grant from {x}", {"status": "ended"}),
        most("until", "the running grant with the latest last day from {x}", {"status": "running"},
             plural="running grants from {x}"),
    )),
    Find("find_grant", "grant", "Grants of a student, by status or all.", "student status", "scholarship until",
         (only("the running grant of {x}", {"status": "running"}),)),
    Get("get_grant", "grant", "A grant: scholarship, student, status, last day."),
    WorkOut("fee_with_grant", "What a semester of a programme costs somebody with a scholarship: six months' sums"
                              " less.",
            "programme scholarship", {
        "left": Money(value="programme.fee - 6 * scholarship.monthly",
                      noun="the rest of the semester fee of {x} for somebody with {y}",
                      ask="What is left to pay for a semester of {x} by somebody with {y}?"),
    }, instead_of="get_scholarship list_scholarships"),
    Find("find_thesis", "thesis", "The thesis of a student.", "student", "status due pages",
         (only("the thesis of {x}"),)),
    Find("list_first_theses", "thesis", "Theses that an instructor supervises first.", "lead", "status due pages", (
        least("due", "the thesis with the earliest due date whose first supervisor is {x}"),
        most("pages", "the longest thesis whose first supervisor is {x}", plural="theses with {x} as first supervisor"),
    )),
    Find("list_second_theses", "thesis", "Theses that an instructor supervises second.", "second", "status due pages", (
        most("pages", "the longest thesis whose second supervisor is {x}",
             plural="theses with {x} as second supervisor"),
    )),
    Get("get_thesis", "thesis", "A thesis: student, lead and second supervisor, language, status, due date, pages,"
                                " extensions."),
)

UNIVERSITY = Declaration(
    name="University",
    title="University registry",
    description="A university's registry: courses and what they ask for, sections, students, exams, grants, theses.",
    instruction="You work in the registry of a university and help staff with questions and requests. Amounts are in"
                " EUR.",
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    rule_called='the study rule "{x}" | our study rule "{x}"',
    clauses=CLAUSES,
    shorts=(
        Short(("strict", "prerequisite.required"), "the course that {x} strictly asks for"),
        Short(("recommended", "prerequisite.required"), "the course that {x} recommends"),
        Short(("section.room", "lecture room.building"), "the building where {x} meets"),
        Short(("enrolment.section", "section.course"), "the course of {x}"),
        Short(("student.programme", "programme.department"), "the home department of {x}"),
        Short(("grant.scholarship", "scholarship.department"), "the department that pays for {x}"),
    ),
    today="2026-11-02",
    day=Detail("day", ("",), "Which day is it about?", DAY, ("{x}.", "On {x}.")),
    file=__file__,
)
