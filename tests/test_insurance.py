"""Insurance: contracts of three kinds, coverages that join them with perils, claims that go from state to state."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date, timedelta

import pytest
from named_chains import asked, chain, lookups
from tool_calls import fails, figure_of, row_of, run

from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.insurance import INSURANCE
from ftrl_gym.world import Row, World, WorldBase

_run = functools.partial(run, "Insurance")
_fails = functools.partial(fails, "Insurance")
INSURED = {"motor": "vehicles", "household": "homes", "travel": "journeys"}
OPEN = ("reported", "assessed", "approved")


def _day(after: int) -> str:
    return (date.fromisoformat(INSURANCE.today) + timedelta(days=after)).isoformat()


@pytest.fixture(scope="module")
def desk() -> Source:
    return scenario("Insurance")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "mixed"), (2, "syllables")])
def base(request: pytest.FixtureRequest, desk: Source) -> WorldBase:
    return desk.make_world(*request.param)


@pytest.fixture
def world(desk: Source) -> World:
    return World(desk.make_world(4, "real"))


def _payable(tables: dict[str, dict[str, Row]], claim: Row, damage: float) -> float:
    coverage = tables["coverages"][claim["coverage"]]
    return max(0, min(damage, coverage["limit"]) - coverage["deductible"])


def test_each_contract_insures_one_thing_of_its_kind_against_perils_of_its_line(base: WorldBase) -> None:
    tables = base.tables
    contracts = tables["contracts"]
    assert {row["kind"] for row in contracts.values()} == set(INSURED)
    assert all(row["vehicle_home_or_journey"] in tables[INSURED[row["kind"]]] for row in contracts.values())
    assert len({row["vehicle_home_or_journey"] for row in contracts.values()}) == len(contracts)
    pairs = Counter((row["contract"], row["peril"]) for row in tables["coverages"].values())
    assert max(pairs.values()) == 1
    for coverage in tables["coverages"].values():
        contract = contracts[coverage["contract"]]
        assert coverage["line"] == contract["kind"] == tables["perils"][coverage["peril"]]["line"]
        assert (coverage["status"] == "in force") == (contract["status"] == "active")


def test_claims_have_what_goes_with_their_state(base: WorldBase) -> None:
    tables = base.tables
    found = {row["claim"]: row["damage"] for row in tables["assessments"].values()}
    paid = {row["claim"]: row["amount"] for row in tables["payments"].values()}
    for key, claim in tables["claims"].items():
        status = claim["status"]
        assert (key in found) == (status in ("assessed", "approved", "paid")) and (key in paid) == (status == "paid")
        assert tables["adjusters"][claim["adjuster"]]["line"] == claim["line"]
        due = _payable(tables, claim, found[key]) if status in ("approved", "paid") else 0
        assert claim["payable"] == pytest.approx(due) and paid.get(key, due) == pytest.approx(due)
    cases = Counter(row["adjuster"] for row in tables["claims"].values() if row["status"] in OPEN)
    assert all(row["caseload"] == cases[key] for key, row in tables["adjusters"].items())


def test_a_claim_is_filed_with_whoever_has_fewest_and_withdrawn(world: World) -> None:
    coverage, row = next(
        (key, row)
        for key, row in world.find("coverages", status="in force")
        if not world.find("claims", holder=row_of(world, "contracts", row["contract"])["holder"], status="reported")
    )
    fewest = min(each["caseload"] for _, each in world.find("adjusters", line=row["line"]))
    filed = _run(world, "file_claim", coverage_no=coverage, hundreds=5, cause="theft")
    assert (filed["amount_claimed"], filed["status"], filed["line"]) == (500, "reported", row["line"])
    assert row_of(world, "adjusters", filed["adjuster"])["caseload"] == fewest + 1
    _fails(world, "is reported already", "file_claim", coverage_no=coverage, hundreds=5, cause="theft")
    assert _run(world, "withdraw_claim", claim_no=filed["claim_no"])["status"] == "withdrawn"
    assert row_of(world, "adjusters", filed["adjuster"])["caseload"] == fewest
    _fails(world, "is withdrawn; only a reported", "withdraw_claim", claim_no=filed["claim_no"])


def test_a_claim_is_approved_repaired_and_paid(world: World) -> None:
    claim, row = next((k, r) for k, r in world.find("claims", status="assessed") if r["line"] != "travel")
    world.update("claims", claim, loss_date=_day(-20))
    ((_, assessment),) = world.find("assessments", claim=claim)
    due = _payable(world.base.tables, row, assessment["damage"])
    assert _run(world, "approve_claim", claim_no=claim)["payable"] == pytest.approx(due)
    assert row_of(world, "coverages", row["coverage"])["used"] == pytest.approx(due)
    _fails(world, "is approved; only an assessed", "approve_claim", claim_no=claim)
    shop, workshop = next(iter(world.rows("workshops")))
    world.update("workshops", shop, waiting_days=3)
    assert _run(world, "order_repair", claim_no=claim, workshop=shop)["ready_date"] == _day(3)
    assert row_of(world, "workshops", shop)["waiting_days"] == 4 and workshop["foreman"]
    _fails(world, "has been ordered", "order_repair", claim_no=claim, workshop=shop)
    cases = row_of(world, "adjusters", row["adjuster"])["caseload"]
    world.update("claims", claim, payable=figure_of(world, "cheque limit") + 1)
    _fails(world, "cheques are written for up to", "pay_claim", claim_no=claim, method="cheque")
    payment = _run(world, "pay_claim", claim_no=claim, method="transfer")["payment_no"]
    assert row_of(world, "payments", payment)["amount"] == figure_of(world, "cheque limit") + 1
    assert row_of(world, "adjusters", row["adjuster"])["caseload"] == cases - 1
    assert row_of(world, "policyholders", row["holder"])["bonus_years"] == 0


def test_a_cancelled_contract_ends_its_coverages_for_a_fee(world: World) -> None:
    contract, row = world.find("contracts", status="active")[0]
    world.update("contracts", contract, ends=_day(figure_of(world, "cancellation notice") - 1))
    _fails(world, "days' notice", "cancel_contract", contract_no=contract)
    world.update("contracts", contract, ends=_day(200))
    owed = row_of(world, "policyholders", row["holder"])["balance"]
    assert _run(world, "cancel_contract", contract_no=contract)["status"] == "cancelled"
    assert {each["status"] for _, each in world.find("coverages", contract=contract)} == {"ended"}
    fee = figure_of(world, "cancellation fee")
    assert row_of(world, "policyholders", row["holder"])["balance"] == owed + fee
    coverage, _ = world.find("coverages", contract=contract)[0]
    _fails(world, "has ended", "file_claim", coverage_no=coverage, hundreds=5, cause="theft")


def test_a_chain_leads_from_a_repair_to_what_a_neighbour_insured() -> None:
    steps = (
        *("repair.workshop", "workshop.region", "the adjuster with the most years of service in {x}"),
        *("the largest claim handled by {x}", "claim.coverage", "coverage.contract (home contract)"),
        *("home contract.vehicle_home_or_journey", "home.region", "the only broker in {x}"),
    )
    assert lookups("Insurance", chain("Insurance", "repair", *steps), "contact") == 10


def test_the_vehicle_behind_a_coverage_is_found_by_hand(base: WorldBase) -> None:
    coverages, contracts = base.tables["coverages"], base.tables["contracts"]
    key = next(key for key, row in coverages.items() if row["line"] == "motor")
    steps = ("coverage.contract (vehicle contract)", "vehicle contract.vehicle_home_or_journey")
    text, answer = asked("Insurance", base, chain("Insurance", "coverage", *steps, key=key), "model")
    assert answer == base.tables["vehicles"][contracts[coverages[key]["contract"]]["vehicle_home_or_journey"]]["model"]
    assert f"the vehicle insured under the vehicle contract that includes coverage {key}" in text


@pytest.mark.parametrize("features", [(), ("state",), ("user",), ("state", "user")])
def test_tasks_are_certified(features: tuple[str, ...]) -> None:
    task = endless_task(3, scenario="Insurance", features=features, names="mixed")
    assert task.certificate is not None and task.certificate.solver_plan == "confirmed"
