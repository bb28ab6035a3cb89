"""Tools of Insurance: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_region(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "regions", name)
    return _view("name", name, row, "flood manager hail_days hotline")


def list_brokers(world: Any, region: str) -> dict[str, Any]:
    _row(world, "regions", region)
    wanted = {"region": region}
    found = world.find("brokers", **wanted)
    return {"brokers": _views(found, "name", "commission licensed")}


def get_broker(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "brokers", name)
    return _view("name", name, row, "region contact commission licensed")


def list_policyholders(world: Any, broker: str) -> dict[str, Any]:
    _row(world, "brokers", broker)
    wanted = {"broker": broker}
    found = world.find("policyholders", **wanted)
    return {"policyholders": _views(found, "holder_no", "name birth_date bonus_years")}


def find_policyholder(world: Any, name: str) -> dict[str, Any]:
    holder_no, row = _called(world, "policyholders", "name", name)
    return _view("holder_no", holder_no, row, "name email")


def get_policyholder(world: Any, holder_no: str) -> dict[str, Any]:
    row = _row(world, "policyholders", holder_no)
    return _view("holder_no", holder_no, row, "name region broker birth_date bonus_years email balance")


def get_vehicle(world: Any, vehicle_no: str) -> dict[str, Any]:
    row = _row(world, "vehicles", vehicle_no)
    return _view("vehicle_no", vehicle_no, row, "model registered kilometres worth")


def get_home(world: Any, home_no: str) -> dict[str, Any]:
    row = _row(world, "homes", home_no)
    return _view("home_no", home_no, row, "street region walls area rebuilding")


def list_homes(world: Any, region: str) -> dict[str, Any]:
    _row(world, "regions", region)
    wanted = {"region": region}
    found = world.find("homes", **wanted)
    return {"homes": _views(found, "home_no", "street area rebuilding")}


def get_journey(world: Any, journey_no: str) -> dict[str, Any]:
    row = _row(world, "journeys", journey_no)
    return _view("journey_no", journey_no, row, "destination departs days price")


def list_contracts(world: Any, holder: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "policyholders", holder)
    wanted = {"holder": holder}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("contracts", **wanted)
    return {"contracts": _views(found, "contract_no", "kind vehicle_home_or_journey premium ends status")}


def get_contract(world: Any, contract_no: str) -> dict[str, Any]:
    row = _row(world, "contracts", contract_no)
    return _view(
        "contract_no", contract_no, row, "holder kind vehicle_home_or_journey starts ends premium rhythm status"
    )


def get_peril(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "perils", name)
    return _view("name", name, row, "line waiting expert")


def list_coverages(world: Any, contract: str) -> dict[str, Any]:
    _row(world, "contracts", contract)
    wanted = {"contract": contract}
    found = world.find("coverages", **wanted)
    return {"coverages": _views(found, "coverage_no", "peril deductible limit")}


def list_peril_coverages(world: Any, peril: str) -> dict[str, Any]:
    _row(world, "perils", peril)
    wanted = {"peril": peril}
    found = world.find("coverages", **wanted)
    return {"coverages": _views(found, "coverage_no", "contract deductible limit")}


def get_coverage(world: Any, coverage_no: str) -> dict[str, Any]:
    row = _row(world, "coverages", coverage_no)
    return _view("coverage_no", coverage_no, row, "contract line peril deductible limit status used")


def list_adjusters(world: Any, region: str) -> dict[str, Any]:
    _row(world, "regions", region)
    wanted = {"region": region}
    found = world.find("adjusters", **wanted)
    return {"adjusters": _views(found, "adjuster_no", "name line years")}


def find_adjuster(world: Any, name: str) -> dict[str, Any]:
    adjuster_no, row = _called(world, "adjusters", "name", name)
    return _view("adjuster_no", adjuster_no, row, "name line")


def get_adjuster(world: Any, adjuster_no: str) -> dict[str, Any]:
    row = _row(world, "adjusters", adjuster_no)
    return _view("adjuster_no", adjuster_no, row, "name line region years base extension status caseload")


def list_claims(world: Any, holder: str, status: str = "any") -> dict[str, Any]:
    _row(world, "policyholders", holder)
    wanted = {"holder": holder}
    if status != "any":
        wanted["status"] = status
    found = world.find("claims", **wanted)
    return {"claims": _views(found, "claim_no", "line amount_claimed loss_date status")}


def find_claim(world: Any, coverage: str) -> dict[str, Any]:
    _row(world, "coverages", coverage)
    wanted = {"coverage": coverage}
    found = world.find("claims", **wanted)
    return {"claims": _views(found, "claim_no", "amount_claimed loss_date status")}


def list_caseload(world: Any, adjuster: str, status: str = "any") -> dict[str, Any]:
    _row(world, "adjusters", adjuster)
    wanted = {"adjuster": adjuster}
    if status != "any":
        wanted["status"] = status
    found = world.find("claims", **wanted)
    return {"claims": _views(found, "claim_no", "holder amount_claimed loss_date")}


def get_claim(world: Any, claim_no: str) -> dict[str, Any]:
    row = _row(world, "claims", claim_no)
    return _view(
        "claim_no",
        claim_no,
        row,
        "coverage line holder adjuster loss_date reported cause amount_claimed payable inquiry status",
    )


def find_assessment(world: Any, claim: str) -> dict[str, Any]:
    _row(world, "claims", claim)
    wanted = {"claim": claim}
    found = world.find("assessments", **wanted)
    return {"assessments": _views(found, "assessment_no", "surveyor damage")}


def get_assessment(world: Any, assessment_no: str) -> dict[str, Any]:
    row = _row(world, "assessments", assessment_no)
    return _view("assessment_no", assessment_no, row, "claim surveyor visit_date damage outcome")


def list_workshops(world: Any, region: str) -> dict[str, Any]:
    _row(world, "regions", region)
    wanted = {"region": region}
    found = world.find("workshops", **wanted)
    return {"workshops": _views(found, "name", "hourly_rate waiting_days")}


def get_workshop(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "workshops", name)
    return _view("name", name, row, "region hourly_rate waiting_days foreman")


def list_repairs(world: Any, workshop: str, status: str = "any") -> dict[str, Any]:
    _row(world, "workshops", workshop)
    wanted = {"workshop": workshop}
    if status != "any":
        wanted["status"] = status
    found = world.find("repairs", **wanted)
    return {"repairs": _views(found, "repair_no", "claim hours price ready_date")}


def find_repair(world: Any, claim: str) -> dict[str, Any]:
    _row(world, "claims", claim)
    wanted = {"claim": claim}
    found = world.find("repairs", **wanted)
    return {"repairs": _views(found, "repair_no", "workshop price ready_date")}


def get_repair(world: Any, repair_no: str) -> dict[str, Any]:
    row = _row(world, "repairs", repair_no)
    return _view("repair_no", repair_no, row, "claim workshop hours price ready_date status")


def find_payment(world: Any, claim: str) -> dict[str, Any]:
    _row(world, "claims", claim)
    wanted = {"claim": claim}
    found = world.find("payments", **wanted)
    return {"payments": _views(found, "payment_no", "amount paid_date")}


def get_payment(world: Any, payment_no: str) -> dict[str, Any]:
    row = _row(world, "payments", payment_no)
    return _view("payment_no", payment_no, row, "claim amount paid_date method")


def price_towing(world: Any, vehicle_no: str, workshop: str) -> dict[str, Any]:
    vehicle = _row(world, "vehicles", vehicle_no)
    workshop_row = _row(world, "workshops", workshop)
    return {
        "vehicle_no": vehicle_no,
        "workshop": workshop,
        "price": 60 + 4 * abs(vehicle["parked"] - workshop_row["stands"]),
    }


def plan_visit(world: Any, adjuster_no: str, workshop: str) -> dict[str, Any]:
    adjuster = _row(world, "adjusters", adjuster_no)
    workshop_row = _row(world, "workshops", workshop)
    return {
        "adjuster_no": adjuster_no,
        "workshop": workshop,
        "minutes": 10 + 3 * abs(adjuster["base"] - workshop_row["stands"]),
    }


def file_claim(world: Any, coverage_no: str, hundreds: int, cause: str) -> dict[str, Any]:
    coverage = _row(world, "coverages", coverage_no)
    adjuster = _first(world, "adjusters", "caseload", "", line=coverage["line"])
    if coverage["status"] != "in force":
        raise ValueError(f"coverage {coverage_no} has ended; name one that is in force")
    if _count(world, "claims", coverage=coverage_no, status="reported") != 0:
        raise ValueError(f"a claim under {coverage_no} is reported already; it must be dealt with first")
    if not _count(world, "claims", holder=_row(world, "contracts", coverage["contract"])["holder"], status="reported") < _rule(world, "open claims"):
        raise ValueError(
            f"this policyholder has {_rule(world, 'open claims')} reported claims already, the most allowed"
        )
    row = {
        "coverage": coverage_no,
        "line": coverage["line"],
        "holder": _row(world, "contracts", coverage["contract"])["holder"],
        "adjuster": adjuster,
        "loss_date": world.constants["today"],
        "reported": world.constants["today"],
        "cause": cause,
        "amount_claimed": 100 * hundreds,
        "payable": 0,
        "inquiry": "not referred",
        "status": "reported",
    }
    new_claim = world.insert("claims", row, prefix="CLM")
    world.update("adjusters", adjuster, caseload=_row(world, "adjusters", adjuster)["caseload"] + 1)
    return _view(
        "claim_no",
        new_claim,
        row,
        "coverage line holder adjuster loss_date reported cause amount_claimed payable inquiry status",
    )


def assign_adjuster(world: Any, claim_no: str, adjuster_no: str) -> dict[str, Any]:
    claim = _row(world, "claims", claim_no)
    adjuster = _row(world, "adjusters", adjuster_no)
    if claim["status"] not in ("reported", "assessed"):
        raise ValueError(f"claim {claim_no} is {claim['status']}; only reported and assessed ones change hands")
    if claim["adjuster"] == adjuster_no:
        raise ValueError(f"adjuster {adjuster_no} has {claim_no} already; name somebody else")
    if adjuster["status"] != "on duty":
        raise ValueError(f"adjuster {adjuster_no} is {adjuster['status']}; choose one who is on duty")
    if not adjuster["caseload"] < _rule(world, "caseload"):
        raise ValueError(
            f"adjuster {adjuster_no} has {adjuster['caseload']} open claims, the most allowed; choose somebody else"
        )
    row = world.update("claims", claim_no, adjuster=adjuster_no)
    world.update("adjusters", claim["adjuster"], caseload=_row(world, "adjusters", claim["adjuster"])["caseload"] - 1)
    world.update("adjusters", adjuster_no, caseload=adjuster["caseload"] + 1)
    return _view("claim_no", claim_no, row, "adjuster")


def approve_claim(world: Any, claim_no: str) -> dict[str, Any]:
    claim = _row(world, "claims", claim_no)
    damage = _total(world, "assessments", "damage", claim=claim_no)
    if claim["status"] != "assessed":
        raise ValueError(f"claim {claim_no} is {claim['status']}; only an assessed one can be approved")
    if not -_days_until(world, claim["loss_date"]) <= _rule(world, "approval period"):
        raise ValueError(
            f"the loss was on {claim['loss_date']}, more than {_rule(world, 'approval period')} days ago; it is too late"
        )
    payable = round(
        max(0, min(damage, _row(world, "coverages", claim["coverage"])["limit"]) - _row(world, "coverages", claim["coverage"])["deductible"]),
        2,
    )
    row = world.update("claims", claim_no, status="approved", payable=payable)
    world.update(
        "coverages", claim["coverage"], used=round(_row(world, "coverages", claim["coverage"])["used"] + payable, 2)
    )
    return _view("claim_no", claim_no, row, "status") | {"payable": payable}


def decline_claim(world: Any, claim_no: str, reason: str) -> dict[str, Any]:
    claim = _row(world, "claims", claim_no)
    if claim["status"] not in ("reported", "assessed"):
        raise ValueError(f"claim {claim_no} is {claim['status']}; only reported and assessed ones can be declined")
    row = world.update("claims", claim_no, status="declined")
    world.update("adjusters", claim["adjuster"], caseload=_row(world, "adjusters", claim["adjuster"])["caseload"] - 1)
    for each, _ in world.find("assessments", claim=claim_no):
        world.update("assessments", each, outcome=reason)
    return _view("claim_no", claim_no, row, "status")


def pay_claim(world: Any, claim_no: str, method: str) -> dict[str, Any]:
    claim = _row(world, "claims", claim_no)
    if claim["status"] != "approved":
        raise ValueError(f"claim {claim_no} is {claim['status']}; only an approved one can be paid")
    if not (method != "cheque" or claim["payable"] <= _rule(world, "cheque limit")):
        raise ValueError(
            f"cheques are written for up to {_rule(world, 'cheque limit')} euros; pay by transfer or set-off"
        )
    row = world.update("claims", claim_no, status="paid")
    new_payment_row = {
        "claim": claim_no, "amount": claim["payable"], "paid_date": world.constants["today"], "method": method
    }
    new_payment = world.insert("payments", new_payment_row, prefix="DSB")
    world.update("adjusters", claim["adjuster"], caseload=_row(world, "adjusters", claim["adjuster"])["caseload"] - 1)
    world.update("policyholders", claim["holder"], bonus_years=0)
    return (
        _view("claim_no", claim_no, row, "status")
        | _view("payment_no", new_payment, new_payment_row, "claim amount method")
    )


def withdraw_claim(world: Any, claim_no: str) -> dict[str, Any]:
    claim = _row(world, "claims", claim_no)
    if claim["status"] != "reported":
        raise ValueError(f"claim {claim_no} is {claim['status']}; only a reported one can be withdrawn")
    if not -_days_until(world, claim["loss_date"]) <= _rule(world, "withdrawal period"):
        raise ValueError(
            f"the loss was on {claim['loss_date']}; withdrawing is possible for {_rule(world, 'withdrawal period')} days"
        )
    row = world.update("claims", claim_no, status="withdrawn")
    world.update("adjusters", claim["adjuster"], caseload=_row(world, "adjusters", claim["adjuster"])["caseload"] - 1)
    return _view("claim_no", claim_no, row, "status")


def order_repair(world: Any, claim_no: str, workshop: str) -> dict[str, Any]:
    claim = _row(world, "claims", claim_no)
    workshop_row = _row(world, "workshops", workshop)
    hours = round(claim["payable"] / workshop_row["hourly_rate"], 1)
    if claim["status"] != "approved":
        raise ValueError(f"claim {claim_no} is {claim['status']}; repairs are ordered for approved ones")
    if claim["line"] == "travel":
        raise ValueError(f"claim {claim_no} is about a journey, and there is nothing to repair")
    if _count(world, "repairs", claim=claim_no) != 0:
        raise ValueError(f"the repair for {claim_no} has been ordered; find_repair shows where")
    if not workshop_row["waiting_days"] <= _rule(world, "repair delay"):
        raise ValueError(
            f"{workshop} begins in {workshop_row['waiting_days']} days; choose one that begins within {_rule(world, 'repair delay')} days"
        )
    row = {
        "claim": claim_no,
        "workshop": workshop,
        "hours": hours,
        "price": claim["payable"],
        "ready_date": _add_days(world.constants["today"], workshop_row["waiting_days"]),
        "status": "ordered",
    }
    new_repair = world.insert("repairs", row, prefix="RPR")
    world.update("workshops", workshop, waiting_days=workshop_row["waiting_days"] + 1)
    return _view("repair_no", new_repair, row, "claim workshop hours price ready_date status")


def cancel_contract(world: Any, contract_no: str) -> dict[str, Any]:
    contract = _row(world, "contracts", contract_no)
    if contract["status"] != "active":
        raise ValueError(f"contract {contract_no} is {contract['status']} already; nothing needs to be done")
    if not _days_until(world, contract["ends"]) >= _rule(world, "cancellation notice"):
        raise ValueError(
            f"contract {contract_no} ends on {contract['ends']}; that takes {_rule(world, 'cancellation notice')} days' notice"
        )
    row = world.update("contracts", contract_no, status="cancelled")
    for each, _ in world.find("coverages", contract=contract_no):
        world.update("coverages", each, status="ended")
    world.update(
        "policyholders",
        contract["holder"],
        balance=_row(world, "policyholders", contract["holder"])["balance"] + _rule(world, "cancellation fee"),
    )
    return _view("contract_no", contract_no, row, "status")


def refer_claim(world: Any, claim_no: str) -> dict[str, Any]:
    claim = _row(world, "claims", claim_no)
    if claim["inquiry"] != "not referred":
        raise ValueError(f"claim {claim_no} has been referred already; nothing needs to be done")
    if not claim["amount_claimed"] >= _rule(world, "referral limit"):
        raise ValueError(
            f"claim {claim_no} is about {claim['amount_claimed']} euros; only those of {_rule(world, 'referral limit')} or more are referred"
        )
    row = world.update("claims", claim_no, inquiry="referred")
    return _view("claim_no", claim_no, row, "inquiry")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'regions': ('region is called', 'get_broker and get_policyholder give the right ones'),
    'brokers': ('broker is called', 'list_brokers and get_policyholder give the right ones'),
    'policyholders': ('policyholder has the holder no', 'list_policyholders and find_policyholder give the right ones'),
    'vehicles': ('vehicle has the number', 'check the spelling'),
    'homes': ('home has the number', 'list_homes gives the right ones'),
    'journeys': ('journey has the number', 'check the spelling'),
    'contracts': ('contract has the number', 'list_contracts and get_coverage give the right ones'),
    'perils': ('peril is called', 'get_coverage gives the right ones'),
    'coverages': ('coverage has the number', 'list_coverages and list_peril_coverages give the right ones'),
    'adjusters': ('adjuster has the number', 'list_adjusters and find_adjuster give the right ones'),
    'claims': ('claim has the number', 'list_claims and find_claim give the right ones'),
    'assessments': ('assessment has the number', 'find_assessment gives the right ones'),
    'workshops': ('workshop is called', 'list_workshops and get_repair give the right ones'),
    'repairs': ('repair has the number', 'list_repairs and find_repair give the right ones'),
    'payments': ('payment has the number', 'find_payment gives the right ones'),
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
