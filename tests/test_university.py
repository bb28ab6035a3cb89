"""University: courses that ask for courses, sections in time slots, results that open courses, theses of two."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from chains import asked, chain
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.answering import Ground
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.shapes import cost
from ftrl_gym.construct.worlds.university import UNIVERSITY
from ftrl_gym.world import Row, World


@pytest.fixture(scope="module")
def university() -> Source:
    return scenario("University")


@pytest.fixture(scope="module")
def ground(university: Source) -> Ground:
    return university.ground(university.make_world(4, "real"))


@pytest.fixture
def world(ground: Ground) -> World:
    return World(ground.world)


_run = functools.partial(run, "University")
_fails = functools.partial(fails, "University")


def _day(after: int) -> str:
    return (date.fromisoformat(UNIVERSITY.today) + timedelta(days=after)).isoformat()


@pytest.mark.parametrize(("seed", "names"), [(0, "real"), (1, "syllables"), (2, "mixed")])
def test_what_courses_ask_for_goes_down_the_levels_and_who_attends_them_may(
    university: Source, seed: int, names: str
) -> None:
    tables = university.make_world(seed, names).tables
    courses, asks = tables["courses"], tables["prerequisites"].values()
    for each in asks:
        course, required = courses[each["course"]], courses[each["required"]]
        assert course["department"] == required["department"] and required["level"] < course["level"]
    assert len({(each["course"], each["required"]) for each in asks}) == len(asks)
    assert max(Counter(each["required"] for each in asks).values()) > 1  # a network: no tree, and no circle either
    assert {course for course, row in courses.items() if row["level"] > 1} == {each["course"] for each in asks}
    strict = {each["course"]: each["required"] for each in asks if each["kind"] == "strict"}
    passed = Counter((row["student"], row["course"]) for row in tables["results"].values())
    for row in (*tables["results"].values(), *tables["enrolments"].values()):
        assert row["course"] not in strict or (row["student"], strict[row["course"]]) in passed
    assert set(passed.values()) == {1}
    sections = tables["sections"]
    for who in ("room", "instructor"):
        assert set(Counter((row[who], row["slot"]) for row in sections.values()).values()) == {1}
    assert set(Counter((row["student"], row["slot"]) for row in tables["enrolments"].values()).values()) == {1}
    for number, student in tables["students"].items():
        enrolled = [e for e in tables["enrolments"].values() if (e["student"], e["status"]) == (number, "enrolled")]
        assert student["load"] == sum(courses[each["course"]]["credits"] for each in enrolled)
        assert student["credits"] == sum(courses[course]["credits"] for who, course in passed if who == number)
    supervised = [(row["lead"], row["second"]) for row in tables["theses"].values()]
    staff = tables["instructors"]
    assert all(staff[lead]["department"] != staff[second]["department"] for lead, second in supervised)


def _openings(world: World) -> list[tuple[str, str, Row]]:
    """Strict prerequisites with a section of their course."""
    found = (
        (number, row) for _, row in world.find("prerequisites", kind="strict")
        for number, _ in world.find("sections", course=row["course"])
    )  # fmt: skip
    return [(number, row["required"], row) for number, row in found]


def test_a_section_takes_whoever_has_passed_what_its_course_asks_for(world: World) -> None:
    section, required, row = _openings(world)[0]
    student = next(
        key for key, _ in world.rows("students")
        if not world.find("results", student=key, course=required)
        and not world.find("enrolments", student=key, course=row["course"])
    )  # fmt: skip
    world.update("sections", section, seats_left=2)
    wanted = {"section_no": section, "matriculation_no": student, "mode": "online"}
    _fails(world, f"strictly asks for {required}", "enrol", **wanted)
    passed = {"student": student, "course": required, "mark": 77, "passed": _day(-90)}
    world.insert("results", passed, prefix="RZ")
    world.update("sections", section, slot=world.insert("time_slots", {"weekday": "Friday", "starts": "07:00"}, "TS"))
    world.update("students", student, load=0)
    made = _run(world, "enrol", **wanted)
    assert row_of(world, "sections", section)["seats_left"] == 1
    assert row_of(world, "students", student)["load"] == row_of(world, "courses", row["course"])["credits"]
    _fails(world, "is enrolled in course .* already", "enrol", **wanted)
    done = _run(world, "withdraw", enrolment_no=made["enrolment_no"])
    assert (done["status"], done["fee"]) == ("withdrawn", 0)
    assert row_of(world, "sections", section)["seats_left"] == 2 and row_of(world, "students", student)["load"] == 0
    _fails(world, "is withdrawn already", "withdraw", enrolment_no=made["enrolment_no"])


def test_withdrawing_late_costs_a_fee_and_very_late_is_too_late(world: World) -> None:
    number, row = world.find("enrolments", status="enrolled")[0]
    owed = row_of(world, "students", row["student"])["owed"]
    world.update("enrolments", number, made=_day(-figure_of(world, "withdrawal period") - 1))
    _fails(world, "it is too late", "withdraw", enrolment_no=number)
    world.update("enrolments", number, made=_day(-figure_of(world, "free withdrawal") - 1))
    assert _run(world, "withdraw", enrolment_no=number)["fee"] == figure_of(world, "late withdrawal fee")
    assert row_of(world, "students", row["student"])["owed"] == owed + figure_of(world, "late withdrawal fee")


def test_a_thesis_has_supervisors_of_two_departments_and_its_extensions_are_counted(world: World) -> None:
    student = next(key for key, _ in world.rows("students") if not world.find("theses", student=key))
    world.update("students", student, credits=figure_of(world, "thesis credits"))
    (lead, one), *others = world.rows("instructors")
    same = next(key for key, row in others if row["department"] == one["department"])
    other = next(key for key, row in others if row["department"] != one["department"])
    wanted = {"matriculation_no": student, "lead": lead, "tongue": "Latin"}
    _fails(world, "has to come from another department", "register_thesis", **wanted, second=same)
    for key, _ in world.find("theses", lead=lead):
        world.update("theses", key, lead=other)
    thesis = _run(world, "register_thesis", **wanted, second=other)["thesis_no"]
    _fails(world, "one is enough", "register_thesis", **wanted, second=other)
    due, most = figure_of(world, "thesis period"), figure_of(world, "longest extension")
    _fails(world, f"by {most} days at most", "move_due_date", thesis_no=thesis, due=_day(due + most + 1))
    assert _run(world, "move_due_date", thesis_no=thesis, due=_day(due + most))["extensions"] == 1
    assert _run(world, "move_due_date", thesis_no=thesis, due=_day(due))["extensions"] == 1


def test_a_grant_takes_a_place_until_it_ends(world: World) -> None:
    student = next(key for key, _ in world.rows("students") if not world.find("grants", student=key, status="running"))
    name, about = next(iter(world.rows("scholarships")))
    world.update("scholarships", name, places_left=1)
    world.update("students", student, score=about["least_score"] - 1)
    wanted = {"scholarship": name, "matriculation_no": student}
    _fails(world, f"entrance score of {about['least_score']}", "award_scholarship", **wanted)
    world.update("students", student, score=about["least_score"])
    grant = _run(world, "award_scholarship", **wanted)["grant_no"]
    assert row_of(world, "scholarships", name)["places_left"] == 0
    _fails(world, "no places are left", "award_scholarship", **wanted)
    assert _run(world, "end_grant", grant_no=grant)["until"] == UNIVERSITY.today
    assert row_of(world, "scholarships", name)["places_left"] == 1
    _fails(world, "is ended already", "end_grant", grant_no=grant)


def test_eight_look_ups_can_follow_one_another(university: Source, ground: Ground) -> None:
    value = chain(
        ground, "programme", "the student with the highest entrance score in {x}", "the thesis of {x}",
        "thesis.second", "instructor.department", "the course with the highest workload among those offered by {x}",
        "the exam of {x}", "exam.room", "lecture room.building", attribute="caretaker",
    )  # fmt: skip
    assert cost(ground.domain, value).hops == 9
    assert any(list(asked(university.ground(university.make_world(seed, "real")), value)) for seed in range(8))


def test_the_course_that_a_course_strictly_asks_for(ground: Ground) -> None:
    tables = ground.world.tables
    found = list(asked(ground, chain(ground, "course", "strict", "prerequisite.required", attribute="title")))
    assert len(found) > 5
    for course, text, answer in found:
        (strict,) = (
            row for row in tables["prerequisites"].values() if (row["course"], row["kind"]) == (course, "strict")
        )
        assert answer == tables["courses"][strict["required"]]["title"]
        assert (
            f"the course that course {course} strictly asks for" in text or "asked for by the strict prerequis" in text
        )
