"""Tools of Bank: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_office(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "regional_offices", name)
    return _view("name", name, row, "director lends audited staff")


def list_branches(world: Any, office: str) -> dict[str, Any]:
    _row(world, "regional_offices", office)
    wanted = {"office": office}
    found = world.find("branches", **wanted)
    return {"branches": _views(found, "name", "opens counters")}


def get_branch(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "branches", name)
    return _view("name", name, row, "office opens manager counters phone")


def list_advisers(world: Any, branch: str) -> dict[str, Any]:
    _row(world, "branches", branch)
    wanted = {"branch": branch}
    found = world.find("advisers", **wanted)
    return {"advisers": _views(found, "adviser_id", "name field years")}


def find_adviser(world: Any, name: str) -> dict[str, Any]:
    adviser_id, row = _called(world, "advisers", "name", name)
    return _view("adviser_id", adviser_id, row, "name branch")


def get_adviser(world: Any, adviser_id: str) -> dict[str, Any]:
    row = _row(world, "advisers", adviser_id)
    return _view("adviser_id", adviser_id, row, "name branch field email years")


def find_customer(world: Any, name: str) -> dict[str, Any]:
    customer_id, row = _called(world, "customers", "name", name)
    return _view("customer_id", customer_id, row, "name phone")


def get_customer(world: Any, customer_id: str) -> dict[str, Any]:
    row = _row(world, "customers", customer_id)
    return _view("customer_id", customer_id, row, "name adviser joined employer phone")


def list_accounts(world: Any, customer: str, type: str = "any") -> dict[str, Any]:
    _row(world, "customers", customer)
    wanted = {"customer": customer}
    if type != "any":
        wanted["type"] = type
    found = world.find("accounts", **wanted)
    return {"accounts": _views(found, "account_no", "type balance")}


def get_account(world: Any, account_no: str) -> dict[str, Any]:
    row = _row(world, "accounts", account_no)
    return _view("account_no", account_no, row, "customer type balance overdraft opened status")


def list_cards(world: Any, account: str, kind: str = "any") -> dict[str, Any]:
    _row(world, "accounts", account)
    wanted = {"account": account}
    if kind != "any":
        wanted["kind"] = kind
    found = world.find("cards", **wanted)
    return {"cards": _views(found, "card_id", "kind limit")}


def get_card(world: Any, card_id: str) -> dict[str, Any]:
    row = _row(world, "cards", card_id)
    return _view("card_id", card_id, row, "account kind limit expires status")


def list_loans(world: Any, account: str) -> dict[str, Any]:
    _row(world, "accounts", account)
    wanted = {"account": account}
    found = world.find("loans", **wanted)
    return {"loans": _views(found, "loan_no", "remaining")}


def get_loan(world: Any, loan_no: str) -> dict[str, Any]:
    row = _row(world, "loans", loan_no)
    return _view("loan_no", loan_no, row, "account adviser purpose remaining rate instalment")


def list_orders(world: Any, account: str) -> dict[str, Any]:
    _row(world, "accounts", account)
    wanted = {"account": account}
    found = world.find("standing_orders", **wanted)
    return {"standing_orders": _views(found, "order_no", "amount next_date")}


def get_order(world: Any, order_no: str) -> dict[str, Any]:
    row = _row(world, "standing_orders", order_no)
    return _view("order_no", order_no, row, "account payee amount next_date status")


def get_payee(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "payees", name)
    return _view("name", name, row, "sector contact reference_code")


def list_transfers(world: Any, account: str) -> dict[str, Any]:
    _row(world, "accounts", account)
    wanted = {"account": account}
    found = world.find("transfers", **wanted)
    return {"transfers": _views(found, "transfer_no", "amount date")}


def get_transfer(world: Any, transfer_no: str) -> dict[str, Any]:
    row = _row(world, "transfers", transfer_no)
    return _view("transfer_no", transfer_no, row, "account to_account amount date")


def find_vault(world: Any, branch: str) -> dict[str, Any]:
    _row(world, "branches", branch)
    wanted = {"branch": branch}
    found = world.find("vaults", **wanted)
    return {"vaults": _views(found, "vault_no", "keyholder")}


def get_vault(world: Any, vault_no: str) -> dict[str, Any]:
    row = _row(world, "vaults", vault_no)
    return _view("vault_no", vault_no, row, "branch keyholder withstands alarm_tested")


def list_boxes(world: Any, vault: str, status: str = "any") -> dict[str, Any]:
    _row(world, "vaults", vault)
    wanted = {"vault": vault}
    if status != "any":
        wanted["status"] = status
    found = world.find("deposit_boxes", **wanted)
    return {"deposit_boxes": _views(found, "box_no", "status volume rent")}


def get_box(world: Any, box_no: str) -> dict[str, Any]:
    row = _row(world, "deposit_boxes", box_no)
    return _view("box_no", box_no, row, "vault status customer volume rent insured_sum")


def get_valuer(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "valuers", name)
    return _view("name", name, row, "surveyor licensed waiting")


def list_properties(world: Any, valuer: str) -> dict[str, Any]:
    _row(world, "valuers", valuer)
    wanted = {"valuer": valuer}
    found = world.find("properties", **wanted)
    return {"properties": _views(found, "property_no", "street area market_value")}


def get_property(world: Any, property_no: str) -> dict[str, Any]:
    row = _row(world, "properties", property_no)
    return _view("property_no", property_no, row, "valuer street kind area heating market_value valued")


def find_mortgage(world: Any, property: str) -> dict[str, Any]:
    _row(world, "properties", property)
    wanted = {"property": property}
    found = world.find("mortgages", **wanted)
    return {"mortgages": _views(found, "mortgage_no", "outstanding interest")}


def get_mortgage(world: Any, mortgage_no: str) -> dict[str, Any]:
    row = _row(world, "mortgages", mortgage_no)
    return _view("mortgage_no", mortgage_no, row, "property account adviser outstanding interest fixed_until")


def get_merchant(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "merchants", name)
    return _view("name", name, row, "trade complaints refund_days email")


def list_purchases(world: Any, card: str) -> dict[str, Any]:
    _row(world, "cards", card)
    wanted = {"card": card}
    found = world.find("purchases", **wanted)
    return {"purchases": _views(found, "purchase_no", "merchant amount date")}


def list_sales(world: Any, merchant: str) -> dict[str, Any]:
    _row(world, "merchants", merchant)
    wanted = {"merchant": merchant}
    found = world.find("purchases", **wanted)
    return {"purchases": _views(found, "purchase_no", "card amount date")}


def get_purchase(world: Any, purchase_no: str) -> dict[str, Any]:
    row = _row(world, "purchases", purchase_no)
    return _view("purchase_no", purchase_no, row, "card merchant amount date channel")


def list_disputes(world: Any, handler: str, status: str = "any") -> dict[str, Any]:
    _row(world, "advisers", handler)
    wanted = {"handler": handler}
    if status != "any":
        wanted["status"] = status
    found = world.find("disputes", **wanted)
    return {"disputes": _views(found, "dispute_no", "status amount_claimed opened")}


def get_dispute(world: Any, dispute_no: str) -> dict[str, Any]:
    row = _row(world, "disputes", dispute_no)
    return _view("dispute_no", dispute_no, row, "purchase handler reason opened amount_claimed status")


def compare_loans(world: Any, first: str, second: str) -> dict[str, Any]:
    first_row = _row(world, "loans", first)
    second_row = _row(world, "loans", second)
    return {"first": first, "second": second, "gap": abs(first_row["remaining"] - second_row["remaining"])}


def quote_valuation(world: Any, property_no: str, valuer: str) -> dict[str, Any]:
    property = _row(world, "properties", property_no)
    valuer_row = _row(world, "valuers", valuer)
    return {
        "property_no": property_no,
        "valuer": valuer,
        "price": round(valuer_row["base_fee"] + valuer_row["metre_fee"] * property["area"], 2),
    }


def make_transfer(world: Any, source: str, target: str, amount: int) -> dict[str, Any]:
    source_row = _row(world, "accounts", source)
    target_row = _row(world, "accounts", target)
    if source_row["status"] != "active":
        raise ValueError(f"account {source} is {source_row['status']}; only an active one can pay")
    if source == target:
        raise ValueError(f"{source} cannot pay into itself; name two different accounts")
    if not amount <= _rule(world, "transfer limit"):
        raise ValueError(f"at most {_rule(world, 'transfer limit')} euros are transferred at a time")
    if not amount <= source_row["balance"] + source_row["overdraft"]:
        raise ValueError(f"account {source} holds {source_row['balance']} euros only")
    row = {"account": source, "to_account": target, "amount": amount, "date": world.constants["today"]}
    new_transfer = world.insert("transfers", row, prefix="TR-")
    world.update("accounts", source, balance=source_row["balance"] - amount)
    world.update("accounts", target, balance=target_row["balance"] + amount)
    return _view("transfer_no", new_transfer, row, "account to_account amount date")


def block_card(world: Any, card_id: str, reason: str) -> dict[str, Any]:
    card = _row(world, "cards", card_id)
    if card["status"] != "active":
        raise ValueError(f"card {card_id} is {card['status']} already; nothing needs to be done")
    fee = 0 if reason == "stolen" else _rule(world, "card fee")
    row = world.update("cards", card_id, status="blocked")
    world.update("accounts", card["account"], balance=_row(world, "accounts", card["account"])["balance"] - fee)
    return _view("card_id", card_id, row, "status") | {"fee": fee}


def freeze_account(world: Any, account_no: str) -> dict[str, Any]:
    account = _row(world, "accounts", account_no)
    if account["status"] != "active":
        raise ValueError(f"account {account_no} is frozen already; nothing needs to be done")
    row = world.update("accounts", account_no, status="frozen")
    return _view("account_no", account_no, row, "status")


def pause_order(world: Any, order_no: str) -> dict[str, Any]:
    order = _row(world, "standing_orders", order_no)
    if order["status"] != "running":
        raise ValueError(f"standing order {order_no} is paused already; nothing needs to be done")
    if not _days_until(world, order["next_date"]) >= _rule(world, "pause notice"):
        raise ValueError(f"it is too late: pausing takes {_rule(world, 'pause notice')} days' notice")
    row = world.update("standing_orders", order_no, status="paused")
    return _view("order_no", order_no, row, "status")


def change_adviser(world: Any, customer_id: str, adviser_id: str) -> dict[str, Any]:
    customer = _row(world, "customers", customer_id)
    _row(world, "advisers", adviser_id)
    if customer["adviser"] == adviser_id:
        raise ValueError(f"{adviser_id} is the adviser of {customer_id} already; name another one")
    row = world.update("customers", customer_id, adviser=adviser_id)
    return _view("customer_id", customer_id, row, "adviser")


def extend_overdraft(world: Any, account_no: str) -> dict[str, Any]:
    account = _row(world, "accounts", account_no)
    if not account["overdraft"] + 100 <= account["balance"] * _rule(world, "overdraft share") / 100:
        raise ValueError(
            f"the overdraft of {account_no} may be {_rule(world, 'overdraft share')} percent of its balance at most"
        )
    row = world.update("accounts", account_no, overdraft=account["overdraft"] + 100)
    return _view("account_no", account_no, row, "overdraft")


def dispute_purchase(world: Any, purchase_no: str, reason: str) -> dict[str, Any]:
    purchase = _row(world, "purchases", purchase_no)
    if _count(world, "disputes", purchase=purchase_no) != 0:
        raise ValueError(f"there is a dispute over {purchase_no} already; one is enough")
    if not _days_until(world, purchase["date"]) >= -_rule(world, "dispute period"):
        raise ValueError(
            f"purchase {purchase_no} was on {purchase['date']}; after {_rule(world, 'dispute period')} days it is too late"
        )
    if not purchase["amount"] >= _rule(world, "dispute threshold"):
        raise ValueError(
            f"{purchase_no} was {purchase['amount']} euros only; it takes {_rule(world, 'dispute threshold')} to open a dispute"
        )
    row = {
        "purchase": purchase_no,
        "handler": _row(
            world, "customers", _row(world, "accounts", _row(world, "cards", purchase["card"])["account"])["customer"]
        )["adviser"],
        "reason": reason,
        "opened": world.constants["today"],
        "amount_claimed": purchase["amount"],
        "status": "open",
    }
    new_dispute = world.insert("disputes", row, prefix="DP")
    return _view("dispute_no", new_dispute, row, "purchase handler reason opened amount_claimed status")


def rent_box(world: Any, box_no: str, account_no: str) -> dict[str, Any]:
    box = _row(world, "deposit_boxes", box_no)
    account = _row(world, "accounts", account_no)
    charge = box["rent"] + _rule(world, "key deposit")
    if box["status"] != "free":
        raise ValueError(f"box {box_no} is rented already; list_boxes tells which are free")
    if account["status"] != "active":
        raise ValueError(f"account {account_no} is frozen; only an active one can pay")
    if not _count(world, "deposit_boxes", customer=account["customer"]) < _rule(world, "boxes per customer"):
        raise ValueError(f"the holder of {account_no} has {_rule(world, 'boxes per customer')} boxes, the most allowed")
    if not account["balance"] >= charge:
        raise ValueError(f"account {account_no} holds {account['balance']} euros only")
    paid = charge
    row = world.update("deposit_boxes", box_no, status="rented", customer=account["customer"])
    world.update("accounts", account_no, balance=round(account["balance"] - charge, 2))
    return _view("box_no", box_no, row, "status customer") | {"paid": paid}


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'regional_offices': ('regional office is called', 'get_branch gives the right ones'),
    'branches': ('branch is called', 'list_branches and find_adviser give the right ones'),
    'advisers': ('adviser has the id', 'list_advisers and find_adviser give the right ones'),
    'customers': ('customer has the id', 'find_customer and get_account give the right ones'),
    'accounts': ('account has the number', 'list_accounts and get_card give the right ones'),
    'cards': ('card has the id', 'list_cards and get_purchase give the right ones'),
    'loans': ('loan has the number', 'list_loans gives the right ones'),
    'payees': ('payee is called', 'get_order gives the right ones'),
    'standing_orders': ('standing order has the order no', 'list_orders gives the right ones'),
    'transfers': ('transfer has the number', 'list_transfers gives the right ones'),
    'vaults': ('vault has the number', 'find_vault and get_box give the right ones'),
    'deposit_boxes': ('deposit box has the box no', 'list_boxes gives the right ones'),
    'valuers': ('valuer is called', 'get_property gives the right ones'),
    'properties': ('property has the number', 'list_properties and get_mortgage give the right ones'),
    'mortgages': ('mortgage has the number', 'find_mortgage gives the right ones'),
    'merchants': ('merchant is called', 'get_purchase gives the right ones'),
    'purchases': ('purchase has the number', 'list_purchases and list_sales give the right ones'),
    'disputes': ('dispute has the number', 'list_disputes gives the right ones'),
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
