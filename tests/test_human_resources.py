"""HumanResources: two trees in one organisation, leave on accounts, expense reports made of items."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from named_chains import asked, chain, lookups
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.human_resources import HUMAN_RESOURCES
from ftrl_gym.world import World, WorldBase

_run = functools.partial(run, "HumanResources")
_fails = functools.partial(fails, "HumanResources")


def _day(after: int) -> str:
    return (date.fromisoformat(HUMAN_RESOURCES.today) + timedelta(days=after)).isoformat()


@pytest.fixture(scope="module")
def office() -> Source:
    return scenario("HumanResources")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "mixed"), (2, "syllables")])
def base(request: pytest.FixtureRequest, office: Source) -> WorldBase:
    return office.make_world(*request.param)


@pytest.fixture
def world(office: Source) -> World:
    return World(office.make_world(4, "real"))


def test_both_trees_have_one_root_and_no_circle(base: WorldBase) -> None:
    for table, column, deepest in (("departments", "parent_department", 2), ("employees", "manager", 3)):
        rows, depths = base.tables[table], set()
        for key in rows:
            way = [key]
            while above := rows[way[-1]][column]:
                assert above in rows and above not in way
                way.append(above)
            depths.add(len(way) - 1)
        assert [row[column] for row in rows.values()].count("") == 1 and depths == set(range(deepest + 1))


def test_heads_lead_their_departments_and_report_to_the_head_above(base: WorldBase) -> None:
    departments, employees = base.tables["departments"], base.tables["employees"]
    for name, department in departments.items():
        staff = [key for key, row in employees.items() if row["department"] == name]
        assert {department["head"], department["deputy"]} <= set(staff) and department["headcount"] == len(staff)
        for key in staff:
            if key != department["head"]:
                assert employees[key]["manager"] == department["head"]
            elif above := department["parent_department"]:
                assert employees[key]["manager"] == departments[above]["head"]
    for row in employees.values():
        grade = base.tables["pay_grades"][base.tables["positions"][row["position"]]["grade"]]
        assert grade["entry_salary"] <= row["salary"] <= grade["ceiling"]


def test_reports_come_to_what_their_items_cost_and_kits_to_what_is_handed_out(base: WorldBase) -> None:
    totals: Counter[str] = Counter()
    for item in base.tables["expense_items"].values():
        totals[item["report"]] += item["amount"]
    assert all(row["total"] == pytest.approx(totals[key]) for key, row in base.tables["expense_reports"].items())
    kits: Counter[str] = Counter()
    for device in base.tables["devices"].values():
        kits[device["holder"]] += device["book_value"] if device["status"] == "handed out" else 0
    assert all(row["kit_value"] == kits[key] for key, row in base.tables["employees"].items())


def test_leave_is_filed_approved_and_cancelled(world: World) -> None:
    account, row = next(
        (key, row)
        for key, row in world.rows("leave_accounts")
        if row["days_left"] > 5 and not world.find("leave_requests", employee=row["employee"], status="submitted")
    )
    filed = _run(world, "file_leave", account_no=account, days=3, start=_day(20))
    request = filed["request_no"]
    assert filed["ends"] == _day(22) and row_of(world, "leave_requests", request)["employee"] == row["employee"]
    assert row_of(world, "leave_accounts", account)["days_left"] == row["days_left"] - 3
    _fails(world, "days left; take fewer", "file_leave", account_no=account, days=90, start=_day(20))
    far = _day(figure_of(world, "planning horizon") + 1)
    _fails(world, "days ahead; begin earlier", "file_leave", account_no=account, days=1, start=far)
    assert _run(world, "approve_leave", request_no=request)["status"] == "approved"
    _fails(world, "is approved; only a submitted one", "approve_leave", request_no=request)
    _run(world, "cancel_leave", request_no=request)
    assert row_of(world, "leave_accounts", account)["days_left"] == row["days_left"]
    _fails(world, "is cancelled; only what", "cancel_leave", request_no=request)


def test_an_employee_without_reports_moves_in_the_tree(world: World) -> None:
    leaves = [key for key, _ in world.rows("employees") if not world.find("employees", manager=key)]
    most = figure_of(world, "span of control")
    heads = [row["head"] for _, row in world.rows("departments")]
    employee = next(key for key in leaves if key not in heads)
    old = row_of(world, "employees", employee)
    manager = next(key for key in heads if key != old["manager"] and len(world.find("employees", manager=key)) < most)
    new = row_of(world, "employees", manager)["department"]
    before = {name: row_of(world, "departments", name)["headcount"] for name in (old["department"], new)}
    done = _run(world, "change_manager", employee=employee, manager=manager)
    assert done == {"employee_no": employee, "manager": manager, "department": new}
    assert row_of(world, "departments", old["department"])["headcount"] == before[old["department"]] - 1
    assert row_of(world, "departments", new)["headcount"] == before[new] + 1
    _fails(world, "already; name another manager", "change_manager", employee=employee, manager=manager)
    _fails(world, "cannot report to themselves", "change_manager", employee=employee, manager=employee)
    _fails(world, "has direct reports", "change_manager", employee=manager, manager=employee)


def test_a_settled_report_closes_its_items_and_is_taken_from_the_budget(world: World) -> None:
    report, row = next(iter(world.find("expense_reports", status="submitted")))
    world.update("expense_reports", report, trip_date=_day(-5), total=figure_of(world, "petty cash") + 10)
    _fails(world, "cash is paid up to", "settle_report", report_no=report, method="cash")
    department = row_of(world, "employees", row["employee"])["department"]
    budget = row_of(world, "departments", department)["budget"]
    _run(world, "settle_report", report_no=report, method="payroll")
    assert {item["state"] for _, item in world.find("expense_items", report=report)} == {"settled"}
    left = budget - figure_of(world, "petty cash") - 10
    assert row_of(world, "departments", department)["budget"] == pytest.approx(left)
    _fails(world, "paid already", "settle_report", report_no=report, method="payroll")


def test_a_chain_climbs_three_managers_and_two_departments() -> None:
    steps = (
        *("the direct report with the highest salary under {x}", *["employee.manager"] * 2, "employee.department"),
        *("department.parent_department", "department.parent_department", "department.site", "the next session at {x}"),
        *("session.training",),
    )
    assert lookups("HumanResources", chain("HumanResources", "employee", *steps), "fee") == 10


def test_the_manager_of_a_manager_is_found_by_hand(base: WorldBase) -> None:
    employees = base.tables["employees"]
    key = next(k for k, row in employees.items() if row["manager"] and employees[row["manager"]]["manager"])
    walk = chain("HumanResources", "employee", "employee.manager", "employee.manager", "employee.position", key=key)
    text, answer = asked("HumanResources", base, walk, "reviewed")
    position = employees[employees[employees[key]["manager"]]["manager"]]["position"]
    assert answer == base.tables["positions"][position]["reviewed"]
    assert employees[key]["name"] in text and "that manager" in text and "that employee" not in text


@pytest.mark.parametrize("features", [(), ("state",), ("user",), ("state", "user")])
def test_tasks_are_certified(features: tuple[str, ...]) -> None:
    task = endless_task(2, scenario="HumanResources", features=features, names="mixed")
    assert task.certificate is not None and task.certificate.solver_plan == "confirmed"
