"""Tools of University: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_building(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "buildings", name)
    return _view("name", name, row, "district caretaker locks desk_phone")


def plan_walk(world: Any, first: str, second: str) -> dict[str, Any]:
    first_row = _row(world, "buildings", first)
    second_row = _row(world, "buildings", second)
    return {
        "first": first,
        "second": second,
        "minutes": (
            2
            + ((abs(first_row["east"] - second_row["east"]) + abs(first_row["north"] - second_row["north"])) // 2)
        ),
    }


def list_rooms(world: Any, building: str) -> dict[str, Any]:
    _row(world, "buildings", building)
    wanted = {"building": building}
    found = world.find("lecture_rooms", **wanted)
    return {"lecture_rooms": _views(found, "room_code", "seats equipment")}


def get_room(world: Any, room_code: str) -> dict[str, Any]:
    row = _row(world, "lecture_rooms", room_code)
    return _view("room_code", room_code, row, "building seats equipment")


def get_slot(world: Any, slot_no: str) -> dict[str, Any]:
    row = _row(world, "time_slots", slot_no)
    return _view("slot_no", slot_no, row, "weekday starts")


def get_department(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "departments", name)
    return _view("name", name, row, "building head budget secretary")


def list_instructors(world: Any, department: str) -> dict[str, Any]:
    _row(world, "departments", department)
    wanted = {"department": department}
    found = world.find("instructors", **wanted)
    return {"instructors": _views(found, "staff_no", "name rank papers appointment_date")}


def find_instructor(world: Any, name: str) -> dict[str, Any]:
    staff_no, row = _called(world, "instructors", "name", name)
    return _view("staff_no", staff_no, row, "name rank")


def get_instructor(world: Any, staff_no: str) -> dict[str, Any]:
    row = _row(world, "instructors", staff_no)
    return _view("staff_no", staff_no, row, "name department rank papers appointment_date email")


def list_programmes(world: Any, department: str) -> dict[str, Any]:
    _row(world, "departments", department)
    wanted = {"department": department}
    found = world.find("programmes", **wanted)
    return {"programmes": _views(found, "name", "degree fee")}


def get_programme(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "programmes", name)
    return _view("name", name, row, "department director degree fee accredited")


def list_courses(world: Any, department: str) -> dict[str, Any]:
    _row(world, "departments", department)
    wanted = {"department": department}
    found = world.find("courses", **wanted)
    return {"courses": _views(found, "course_code", "title level credits workload")}


def get_course(world: Any, course_code: str) -> dict[str, Any]:
    row = _row(world, "courses", course_code)
    return _view("course_code", course_code, row, "title department level credits workload coordinator")


def list_prerequisites(world: Any, course: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "courses", course)
    wanted = {"course": course}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("prerequisites", **wanted)
    return {"prerequisites": _views(found, "rule_no", "course required kind mark")}


def list_dependents(world: Any, required: str) -> dict[str, Any]:
    _row(world, "courses", required)
    wanted = {"required": required}
    found = world.find("prerequisites", **wanted)
    return {"prerequisites": _views(found, "rule_no", "course required kind mark")}


def list_sections(world: Any, course: str) -> dict[str, Any]:
    _row(world, "courses", course)
    wanted = {"course": course}
    found = world.find("sections", **wanted)
    return {"sections": _views(found, "section_no", "begins seats_left")}


def list_taught(world: Any, instructor: str) -> dict[str, Any]:
    _row(world, "instructors", instructor)
    wanted = {"instructor": instructor}
    found = world.find("sections", **wanted)
    return {"sections": _views(found, "section_no", "course begins seats_left")}


def get_section(world: Any, section_no: str) -> dict[str, Any]:
    row = _row(world, "sections", section_no)
    return _view("section_no", section_no, row, "course room slot instructor seats_left begins")


def list_students(world: Any, programme: str) -> dict[str, Any]:
    _row(world, "programmes", programme)
    wanted = {"programme": programme}
    found = world.find("students", **wanted)
    return {"students": _views(found, "matriculation_no", "name score semester")}


def find_student(world: Any, name: str) -> dict[str, Any]:
    matriculation_no, row = _called(world, "students", "name", name)
    return _view("matriculation_no", matriculation_no, row, "name born")


def get_student(world: Any, matriculation_no: str) -> dict[str, Any]:
    row = _row(world, "students", matriculation_no)
    return _view("matriculation_no", matriculation_no, row, "name programme advisor born score semester owed hold")


def list_results(world: Any, student: str) -> dict[str, Any]:
    _row(world, "students", student)
    wanted = {"student": student}
    found = world.find("results", **wanted)
    return {"results": _views(found, "result_no", "student course mark passed")}


def list_enrolments(world: Any, student: str, status: str = "any") -> dict[str, Any]:
    _row(world, "students", student)
    wanted = {"student": student}
    if status != "any":
        wanted["status"] = status
    found = world.find("enrolments", **wanted)
    return {"enrolments": _views(found, "enrolment_no", "section made midterm")}


def list_participants(world: Any, section: str, status: str = "any") -> dict[str, Any]:
    _row(world, "sections", section)
    wanted = {"section": section}
    if status != "any":
        wanted["status"] = status
    found = world.find("enrolments", **wanted)
    return {"enrolments": _views(found, "enrolment_no", "student made midterm")}


def get_enrolment(world: Any, enrolment_no: str) -> dict[str, Any]:
    row = _row(world, "enrolments", enrolment_no)
    return _view("enrolment_no", enrolment_no, row, "student section mode made midterm status")


def find_exam(world: Any, course: str) -> dict[str, Any]:
    _row(world, "courses", course)
    wanted = {"course": course}
    found = world.find("exams", **wanted)
    return {"exams": _views(found, "exam_no", "date minutes candidates")}


def list_room_exams(world: Any, room: str, date: str) -> dict[str, Any]:
    _row(world, "lecture_rooms", room)
    _day(date)
    wanted = {"room": room, "date": date}
    found = world.find("exams", **wanted)
    return {"exams": _views(found, "exam_no", "course minutes candidates")}


def list_invigilated(world: Any, invigilator: str) -> dict[str, Any]:
    _row(world, "instructors", invigilator)
    wanted = {"invigilator": invigilator}
    found = world.find("exams", **wanted)
    return {"exams": _views(found, "exam_no", "date minutes candidates")}


def get_exam(world: Any, exam_no: str) -> dict[str, Any]:
    row = _row(world, "exams", exam_no)
    return _view("exam_no", exam_no, row, "course room date minutes candidates invigilator")


def list_scholarships(world: Any, department: str) -> dict[str, Any]:
    _row(world, "departments", department)
    wanted = {"department": department}
    found = world.find("scholarships", **wanted)
    return {"scholarships": _views(found, "name", "monthly closes places_left")}


def get_scholarship(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "scholarships", name)
    return _view("name", name, row, "department monthly founder closes least_score places_left")


def list_grants(world: Any, scholarship: str, status: str = "any") -> dict[str, Any]:
    _row(world, "scholarships", scholarship)
    wanted = {"scholarship": scholarship}
    if status != "any":
        wanted["status"] = status
    found = world.find("grants", **wanted)
    return {"grants": _views(found, "grant_no", "until")}


def find_grant(world: Any, student: str, status: str = "any") -> dict[str, Any]:
    _row(world, "students", student)
    wanted = {"student": student}
    if status != "any":
        wanted["status"] = status
    found = world.find("grants", **wanted)
    return {"grants": _views(found, "grant_no", "scholarship until")}


def get_grant(world: Any, grant_no: str) -> dict[str, Any]:
    row = _row(world, "grants", grant_no)
    return _view("grant_no", grant_no, row, "scholarship status student until")


def fee_with_grant(world: Any, programme: str, scholarship: str) -> dict[str, Any]:
    programme_row = _row(world, "programmes", programme)
    scholarship_row = _row(world, "scholarships", scholarship)
    return {
        "programme": programme,
        "scholarship": scholarship,
        "left": programme_row["fee"] - 6 * scholarship_row["monthly"],
    }


def find_thesis(world: Any, student: str) -> dict[str, Any]:
    _row(world, "students", student)
    wanted = {"student": student}
    found = world.find("theses", **wanted)
    return {"theses": _views(found, "thesis_no", "status due pages")}


def list_first_theses(world: Any, lead: str) -> dict[str, Any]:
    _row(world, "instructors", lead)
    wanted = {"lead": lead}
    found = world.find("theses", **wanted)
    return {"theses": _views(found, "thesis_no", "status due pages")}


def list_second_theses(world: Any, second: str) -> dict[str, Any]:
    _row(world, "instructors", second)
    wanted = {"second": second}
    found = world.find("theses", **wanted)
    return {"theses": _views(found, "thesis_no", "status due pages")}


def get_thesis(world: Any, thesis_no: str) -> dict[str, Any]:
    row = _row(world, "theses", thesis_no)
    return _view("thesis_no", thesis_no, row, "student lead second tongue status due pages extensions")


def enrol(world: Any, section_no: str, matriculation_no: str, mode: str) -> dict[str, Any]:
    section = _row(world, "sections", section_no)
    student = _row(world, "students", matriculation_no)
    if not section["seats_left"] > 0:
        raise ValueError(f"section {section_no} is full; list_sections shows others")
    if _count(world, "enrolments", student=matriculation_no, course=section["course"], status="enrolled") != 0:
        raise ValueError(f"the student is enrolled in course {section['course']} already; once is enough")
    if not (_count(world, "prerequisites", course=section["course"], kind="strict") == 0 or _count(world, "results", student=matriculation_no, course=_row(world, "prerequisites", _first(world, "prerequisites", "mark", "", course=section["course"], kind="strict"))["required"]) > 0):
        raise ValueError(
            f"course {section['course']} strictly asks for {_row(world, 'prerequisites', _first(world, 'prerequisites', 'mark', '', course=section['course'], kind='strict'))['required']}, which the student has not passed yet"
        )
    if _count(world, "enrolments", student=matriculation_no, slot=section["slot"], status="enrolled") != 0:
        raise ValueError("the student has another section at that time; choose a section in another time slot")
    if not student["load"] + _row(world, "courses", section["course"])["credits"] <= _rule(world, "credit limit"):
        raise ValueError(
            f"the student takes {student['load']} credits, and {_rule(world, 'credit limit')} is the most; choose a smaller course"
        )
    row = {
        "student": matriculation_no,
        "section": section_no,
        "course": section["course"],
        "slot": section["slot"],
        "mode": mode,
        "made": world.constants["today"],
        "midterm": 0,
        "status": "enrolled",
    }
    new_enrolment = world.insert("enrolments", row, prefix="EN")
    world.update("sections", section_no, seats_left=section["seats_left"] - 1)
    world.update(
        "students", matriculation_no, load=student["load"] + _row(world, "courses", section["course"])["credits"]
    )
    return _view("enrolment_no", new_enrolment, row, "student section mode")


def withdraw(world: Any, enrolment_no: str) -> dict[str, Any]:
    enrolment = _row(world, "enrolments", enrolment_no)
    if enrolment["status"] != "enrolled":
        raise ValueError(f"enrolment {enrolment_no} is withdrawn already; nothing needs to be done")
    if not _days_until(world, enrolment["made"]) >= -_rule(world, "withdrawal period"):
        raise ValueError(
            f"it is too late: one withdraws up to {_rule(world, 'withdrawal period')} days after enrolling"
        )
    fee = (
        _rule(world, "late withdrawal fee")
        if _days_until(world, enrolment["made"]) < -_rule(world, "free withdrawal")
        else 0
    )
    row = world.update("enrolments", enrolment_no, status="withdrawn")
    world.update(
        "sections", enrolment["section"], seats_left=_row(world, "sections", enrolment["section"])["seats_left"] + 1
    )
    world.update(
        "students",
        enrolment["student"],
        load=(
            _row(world, "students", enrolment["student"])["load"]
            - _row(world, "courses", enrolment["course"])["credits"]
        ),
        owed=_row(world, "students", enrolment["student"])["owed"] + fee,
    )
    return _view("enrolment_no", enrolment_no, row, "status") | {"fee": fee}


def move_section(world: Any, section_no: str, room_code: str) -> dict[str, Any]:
    section = _row(world, "sections", section_no)
    room = _row(world, "lecture_rooms", room_code)
    if section["room"] == room_code:
        raise ValueError(f"section {section_no} meets in {room_code} already; name another room")
    if _count(world, "sections", room=room_code, slot=section["slot"]) != 0:
        raise ValueError(f"another section meets in {room_code} at that time; choose another room")
    if not room["seats"] >= section["seats_left"] + _count(world, "enrolments", section=section_no, status="enrolled"):
        raise ValueError(f"{room_code} has {room['seats']} seats, too few for {section_no}; choose a larger room")
    row = world.update("sections", section_no, room=room_code)
    return _view("section_no", section_no, row, "room")


def register_thesis(world: Any, matriculation_no: str, lead: str, second: str, tongue: str) -> dict[str, Any]:
    student = _row(world, "students", matriculation_no)
    lead_row = _row(world, "instructors", lead)
    second_row = _row(world, "instructors", second)
    if _count(world, "theses", student=matriculation_no) != 0:
        raise ValueError("there is a thesis by the student already; one is enough")
    if lead_row["department"] == second_row["department"]:
        raise ValueError(
            f"both supervisors are in {lead_row['department']}; the second one has to come from another department"
        )
    if not student["credits"] >= _rule(world, "thesis credits"):
        raise ValueError(
            f"the student has {student['credits']} credits; a thesis takes {_rule(world, 'thesis credits')} or more"
        )
    if not _count(world, "theses", lead=lead, status="registered") < _rule(world, "supervised theses"):
        raise ValueError(
            f"{lead} has {_rule(world, 'supervised theses')} registered theses as first supervisor; choose another one"
        )
    row = {
        "student": matriculation_no,
        "lead": lead,
        "second": second,
        "tongue": tongue,
        "status": "registered",
        "due": _add_days(world.constants["today"], _rule(world, "thesis period")),
        "pages": _rule(world, "thesis pages"),
        "extensions": 0,
    }
    new_thesis = world.insert("theses", row, prefix="TX")
    return _view("thesis_no", new_thesis, row, "student lead second tongue due")


def move_due_date(world: Any, thesis_no: str, due: str) -> dict[str, Any]:
    thesis = _row(world, "theses", thesis_no)
    _day_to_come(world, due)
    if thesis["status"] != "registered":
        raise ValueError(f"thesis {thesis_no} is handed in already; its due date stays as it is")
    if due == thesis["due"]:
        raise ValueError(f"thesis {thesis_no} is due on {due} already; name another day")
    if not _days_until(world, due) - _days_until(world, thesis["due"]) <= _rule(world, "longest extension"):
        raise ValueError(
            f"thesis {thesis_no} is due on {thesis['due']} and is put off by {_rule(world, 'longest extension')} days at most"
        )
    row = world.update(
        "theses", thesis_no, due=due, extensions=thesis["extensions"] + (1 if due > thesis["due"] else 0)
    )
    return _view("thesis_no", thesis_no, row, "due extensions")


def move_exam(world: Any, exam_no: str, room_code: str) -> dict[str, Any]:
    exam = _row(world, "exams", exam_no)
    room = _row(world, "lecture_rooms", room_code)
    if exam["room"] == room_code:
        raise ValueError(f"exam {exam_no} is held in {room_code} already; name another room")
    if not room["seats"] >= exam["candidates"] + _rule(world, "spare seats"):
        raise ValueError(
            f"{room_code} has {room['seats']} seats, and {exam['candidates']} candidates need {_rule(world, 'spare seats')} to spare"
        )
    if _count(world, "exams", room=room_code, date=exam["date"]) != 0:
        raise ValueError(f"{room_code} is taken by another exam on {exam['date']}; choose another room")
    row = world.update("exams", exam_no, room=room_code)
    return _view("exam_no", exam_no, row, "room")


def award_scholarship(world: Any, scholarship: str, matriculation_no: str) -> dict[str, Any]:
    scholarship_row = _row(world, "scholarships", scholarship)
    student = _row(world, "students", matriculation_no)
    if not scholarship_row["places_left"] > 0:
        raise ValueError(f"no places are left in {scholarship}; list_scholarships shows others")
    if not student["score"] >= scholarship_row["least_score"]:
        raise ValueError(
            f"{scholarship} asks for an entrance score of {scholarship_row['least_score']}, and the student has {student['score']}"
        )
    if _count(world, "grants", student=matriculation_no, status="running") != 0:
        raise ValueError("the student has a running grant already; find_grant shows which")
    row = {
        "scholarship": scholarship,
        "student": matriculation_no,
        "status": "running",
        "until": _add_days(world.constants["today"], _rule(world, "grant period")),
    }
    new_grant = world.insert("grants", row, prefix="GT")
    world.update("scholarships", scholarship, places_left=scholarship_row["places_left"] - 1)
    return _view("grant_no", new_grant, row, "scholarship student status until")


def end_grant(world: Any, grant_no: str) -> dict[str, Any]:
    grant = _row(world, "grants", grant_no)
    if grant["status"] != "running":
        raise ValueError(f"grant {grant_no} is ended already; nothing needs to be done")
    row = world.update("grants", grant_no, status="ended", until=world.constants["today"])
    world.update(
        "scholarships",
        grant["scholarship"],
        places_left=_row(world, "scholarships", grant["scholarship"])["places_left"] + 1,
    )
    return _view("grant_no", grant_no, row, "status until")


def place_hold(world: Any, matriculation_no: str) -> dict[str, Any]:
    student = _row(world, "students", matriculation_no)
    if student["hold"] != "none":
        raise ValueError("the account is on hold already; nothing needs to be done")
    if not student["owed"] >= _rule(world, "hold limit"):
        raise ValueError(
            f"the student owes {student['owed']} euros; accounts are put on hold from {_rule(world, 'hold limit')} on"
        )
    row = world.update("students", matriculation_no, hold="on hold")
    return _view("matriculation_no", matriculation_no, row, "hold")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'buildings': ('building is called', 'get_room and get_department give the right ones'),
    'lecture_rooms': ('lecture room has the room code', 'list_rooms and get_section give the right ones'),
    'time_slots': ('time slot has the slot no', 'get_section gives the right ones'),
    'departments': ('department is called', 'get_instructor and get_programme give the right ones'),
    'instructors': ('instructor has the staff no', 'get_department and list_instructors give the right ones'),
    'scholarships': ('scholarship is called', 'list_scholarships and get_grant give the right ones'),
    'programmes': ('programme is called', 'list_programmes and get_student give the right ones'),
    'courses': ('course has the code', 'list_courses and get_section give the right ones'),
    'prerequisites': ('prerequisite has the rule no', 'list_prerequisites and list_dependents give the right ones'),
    'sections': ('section has the number', 'list_sections and list_taught give the right ones'),
    'students': ('student has the matriculation no', 'list_students and find_student give the right ones'),
    'results': ('result has the number', 'list_results gives the right ones'),
    'enrolments': ('enrolment has the number', 'list_enrolments and list_participants give the right ones'),
    'exams': ('exam has the number', 'find_exam and list_room_exams give the right ones'),
    'grants': ('grant has the number', 'list_grants and find_grant give the right ones'),
    'theses': ('thesis has the number', 'find_thesis and list_first_theses give the right ones'),
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
