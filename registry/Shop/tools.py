"""Tools of Shop: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_supplier(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "suppliers", name)
    return _view("name", name, row, "country contact lead_days bestseller")


def list_products(world: Any, supplier: str) -> dict[str, Any]:
    _row(world, "suppliers", supplier)
    wanted = {"supplier": supplier}
    found = world.find("products", **wanted)
    return {"products": _views(found, "name", "weight warranty launch_date")}


def get_product(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "products", name)
    return _view("name", name, row, "supplier material weight warranty launch_date")


def list_items(world: Any, product: str) -> dict[str, Any]:
    _row(world, "products", product)
    wanted = {"product": product}
    found = world.find("items", **wanted)
    return {"items": _views(found, "item_number", "colour price pieces")}


def get_item(world: Any, item_number: str) -> dict[str, Any]:
    row = _row(world, "items", item_number)
    return _view("item_number", item_number, row, "product colour price warehouse shelf pieces per_box")


def list_stock(world: Any, warehouse: str) -> dict[str, Any]:
    _row(world, "warehouses", warehouse)
    wanted = {"warehouse": warehouse}
    found = world.find("items", **wanted)
    return {"items": _views(found, "item_number", "product pieces price")}


def get_warehouse(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "warehouses", name)
    return _view("name", name, row, "manager deadline packers phone")


def list_reviews(world: Any, product: str) -> dict[str, Any]:
    _row(world, "products", product)
    wanted = {"product": product}
    found = world.find("reviews", **wanted)
    return {"reviews": _views(found, "review_id", "stars helpful_votes date")}


def find_review(world: Any, product: str, customer: str) -> dict[str, Any]:
    _row(world, "products", product)
    _row(world, "customers", customer)
    wanted = {"product": product, "customer": customer}
    found = world.find("reviews", **wanted)
    return {"reviews": _views(found, "review_id", "stars helpful_votes date")}


def get_review(world: Any, review_id: str) -> dict[str, Any]:
    row = _row(world, "reviews", review_id)
    return _view("review_id", review_id, row, "product customer stars helpful_votes date")


def find_customer(world: Any, name: str) -> dict[str, Any]:
    customer_id, row = _called(world, "customers", "name", name)
    return _view("customer_id", customer_id, row, "name email")


def get_customer(world: Any, customer_id: str) -> dict[str, Any]:
    row = _row(world, "customers", customer_id)
    return _view("customer_id", customer_id, row, "name point email phone joined points credit")


def list_orders(world: Any, customer: str, status: str = "any") -> dict[str, Any]:
    _row(world, "customers", customer)
    wanted = {"customer": customer}
    if status != "any":
        wanted["status"] = status
    found = world.find("orders", **wanted)
    return {"orders": _views(found, "order_number", "status order_date")}


def get_order(world: Any, order_number: str) -> dict[str, Any]:
    row = _row(world, "orders", order_number)
    return _view("order_number", order_number, row, "customer status order_date points_used discount")


def list_lines(world: Any, order: str) -> dict[str, Any]:
    _row(world, "orders", order)
    wanted = {"order": order}
    found = world.find("order_lines", **wanted)
    return {"order_lines": _views(found, "line_number", "item pieces amount")}


def get_line(world: Any, line_number: str) -> dict[str, Any]:
    row = _row(world, "order_lines", line_number)
    return _view("line_number", line_number, row, "order item pieces amount")


def list_parcels(world: Any, order: str) -> dict[str, Any]:
    _row(world, "orders", order)
    wanted = {"order": order}
    found = world.find("parcels", **wanted)
    return {"parcels": _views(found, "tracking_number", "weight status delivery_date")}


def list_arrivals(world: Any, point: str, delivery_date: str) -> dict[str, Any]:
    _row(world, "collection_points", point)
    _day(delivery_date)
    wanted = {"point": point, "delivery_date": delivery_date}
    found = world.find("parcels", **wanted)
    return {"parcels": _views(found, "tracking_number", "order carrier weight")}


def get_parcel(world: Any, tracking_number: str) -> dict[str, Any]:
    row = _row(world, "parcels", tracking_number)
    return _view("tracking_number", tracking_number, row, "order carrier point weight postage status delivery_date")


def get_carrier(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "carriers", name)
    return _view("name", name, row, "hotline claims_officer insured pick_up")


def quote_shipping(world: Any, item_number: str, carrier: str) -> dict[str, Any]:
    item = _row(world, "items", item_number)
    carrier_row = _row(world, "carriers", carrier)
    return {
        "item_number": item_number,
        "carrier": carrier,
        "price": round(carrier_row["base"] + carrier_row["per_kilo"] * item["kilos"], 2),
    }


def get_point(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "collection_points", name)
    return _view("name", name, row, "warehouse keeper closes storage limit")


def plan_route(world: Any, warehouse: str, point: str) -> dict[str, Any]:
    warehouse_row = _row(world, "warehouses", warehouse)
    point_row = _row(world, "collection_points", point)
    return {"warehouse": warehouse, "point": point, "days": 1 + abs(warehouse_row["zone"] - point_row["zone"]) // 4}


def list_returns(world: Any, customer: str, status: str = "any") -> dict[str, Any]:
    _row(world, "customers", customer)
    wanted = {"customer": customer}
    if status != "any":
        wanted["status"] = status
    found = world.find("returns", **wanted)
    return {"returns": _views(found, "return_number", "opened refund")}


def get_return(world: Any, return_number: str) -> dict[str, Any]:
    row = _row(world, "returns", return_number)
    return _view("return_number", return_number, row, "line customer reason opened fee refund status")


def get_voucher(world: Any, code: str) -> dict[str, Any]:
    row = _row(world, "vouchers", code)
    return _view("code", code, row, "supplier percent expires uses")


def place_order(world: Any, item_number: str, customer_id: str, pieces: int) -> dict[str, Any]:
    item = _row(world, "items", item_number)
    _row(world, "customers", customer_id)
    if not pieces <= _rule(world, "pieces per line"):
        raise ValueError(f"an order line holds at most {_rule(world, 'pieces per line')} pieces")
    if not pieces <= item["pieces"]:
        raise ValueError(f"only {item['pieces']} pieces of {item_number} are in stock; order fewer")
    if not _count(world, "orders", customer=customer_id, status="open") < _rule(world, "open orders"):
        raise ValueError(
            f"a customer has at most {_rule(world, 'open orders')} open orders; one must be cancelled first"
        )
    row = {
        "customer": customer_id,
        "status": "open",
        "order_date": world.constants["today"],
        "points_used": 0,
        "discount": 0,
    }
    new_order = world.insert("orders", row, prefix="W")
    new_order_line_row = {
        "order": new_order,
        "item": item_number,
        "pieces": pieces,
        "amount": round(pieces * item["price"], 2),
        "state": "open",
    }
    new_order_line = world.insert("order_lines", new_order_line_row, prefix="L")
    return _view("order_number", new_order, row, "customer status order_date points_used discount")


def cancel_order(world: Any, order_number: str) -> dict[str, Any]:
    order = _row(world, "orders", order_number)
    if order["status"] != "open":
        raise ValueError(f"order {order_number} is {order['status']}; only an open one can be changed")
    if not _days_until(world, order["order_date"]) >= -_rule(world, "cancellation period"):
        raise ValueError(
            f"it is too late: an order can be cancelled up to {_rule(world, 'cancellation period')} days after its date"
        )
    row = world.update("orders", order_number, status="cancelled")
    if order["points_used"] > 0:
        world.update(
            "customers",
            order["customer"],
            points=_row(world, "customers", order["customer"])["points"] + order["points_used"],
        )
    return _view("order_number", order_number, row, "status")


def change_quantity(world: Any, line_number: str, pieces: int) -> dict[str, Any]:
    line = _row(world, "order_lines", line_number)
    if not (line["state"] == "open" and _row(world, "orders", line["order"])["status"] == "open"):
        raise ValueError(f"only lines of open orders can be changed, and {line['order']} is not open")
    if line["pieces"] == pieces:
        raise ValueError(f"order line {line_number} has {pieces} pieces already; give another number")
    if not pieces <= _rule(world, "pieces per line"):
        raise ValueError(f"an order line holds at most {_rule(world, 'pieces per line')} pieces")
    if not pieces <= _row(world, "items", line["item"])["pieces"]:
        raise ValueError(f"only {_row(world, 'items', line['item'])['pieces']} pieces of {line['item']} are in stock")
    row = world.update(
        "order_lines", line_number, pieces=pieces, amount=round(pieces * _row(world, "items", line["item"])["price"], 2)
    )
    return _view("line_number", line_number, row, "pieces amount")


def apply_voucher(world: Any, order_number: str, code: str) -> dict[str, Any]:
    order = _row(world, "orders", order_number)
    voucher = _row(world, "vouchers", code)
    if order["status"] != "open":
        raise ValueError(f"order {order_number} is {order['status']}; only an open one can be changed")
    if order["discount"] != 0:
        raise ValueError(f"order {order_number} has a discount already; it takes one voucher only")
    if not voucher["uses"] > 0:
        raise ValueError(f"voucher {code} has no uses left; choose another one")
    if not _days_until(world, voucher["expires"]) >= 0:
        raise ValueError(f"voucher {code} expired on {voucher['expires']}; choose another one")
    if not voucher["percent"] <= _rule(world, "discount limit"):
        raise ValueError(f"a voucher takes off at most {_rule(world, 'discount limit')} percent; choose a smaller one")
    row = world.update("orders", order_number, discount=voucher["percent"])
    world.update("vouchers", code, uses=voucher["uses"] - 1)
    return _view("order_number", order_number, row, "discount")


def redirect_parcel(world: Any, tracking_number: str, point: str) -> dict[str, Any]:
    parcel = _row(world, "parcels", tracking_number)
    point_row = _row(world, "collection_points", point)
    if parcel["status"] != "on its way":
        raise ValueError(f"parcel {tracking_number} is {parcel['status']}; only one that is on its way can be changed")
    if parcel["point"] == point:
        raise ValueError(f"parcel {tracking_number} goes to {point} already; name another one")
    if not parcel["weight"] <= point_row["limit"]:
        raise ValueError(
            f"{point} takes parcels of up to {point_row['limit']} kilograms, and this one has {parcel['weight']}"
        )
    if not _days_until(world, parcel["delivery_date"]) >= _rule(world, "redirection notice"):
        raise ValueError(f"it is too late: redirecting takes {_rule(world, 'redirection notice')} days' notice")
    fee = 0 if point_row["warehouse"] == parcel["warehouse"] else _rule(world, "redirection fee")
    row = world.update(
        "parcels", tracking_number, point=point, warehouse=point_row["warehouse"], postage=parcel["postage"] + fee
    )
    return _view("tracking_number", tracking_number, row, "point warehouse postage") | {"fee": fee}


def move_delivery(world: Any, tracking_number: str, delivery_date: str) -> dict[str, Any]:
    parcel = _row(world, "parcels", tracking_number)
    _day_to_come(world, delivery_date)
    if parcel["status"] != "on its way":
        raise ValueError(f"parcel {tracking_number} is {parcel['status']}; only one that is on its way can be changed")
    if parcel["delivery_date"] == delivery_date:
        raise ValueError(f"{tracking_number} comes on {delivery_date} already; name another day")
    if not _days_until(world, delivery_date) <= _rule(world, "delivery window"):
        raise ValueError(
            f"a delivery is moved to a day within the next {_rule(world, 'delivery window')} days; name an earlier one"
        )
    row = world.update("parcels", tracking_number, delivery_date=delivery_date)
    return _view("tracking_number", tracking_number, row, "delivery_date")


def open_return(world: Any, line_number: str, reason: str) -> dict[str, Any]:
    line = _row(world, "order_lines", line_number)
    if line["state"] != "delivered":
        raise ValueError(f"order line {line_number} is {line['state']}; only what was delivered can come back")
    if _count(world, "returns", line=line_number) != 0:
        raise ValueError(f"there is a return for {line_number} already; one is enough")
    if not _days_until(world, _row(world, "orders", line["order"])["order_date"]) >= -_rule(world, "return period"):
        raise ValueError(
            f"it is too late: goods can be returned up to {_rule(world, 'return period')} days after the order date"
        )
    fee = 0 if reason in ("damaged", "faulty") else _rule(world, "restocking fee")
    row = {
        "line": line_number,
        "item": line["item"],
        "customer": _row(world, "orders", line["order"])["customer"],
        "reason": reason,
        "opened": world.constants["today"],
        "fee": fee,
        "refund": round(
            line["amount"] * (100 - _row(world, "orders", line["order"])["discount"]) * (100 - fee) / 10000, 2
        ),
        "status": "open",
    }
    new_return = world.insert("returns", row, prefix="RT")
    return _view("return_number", new_return, row, "line item customer reason opened fee refund status") | {"fee": fee}


def accept_return(world: Any, return_number: str) -> dict[str, Any]:
    return_ = _row(world, "returns", return_number)
    if return_["status"] != "open":
        raise ValueError(f"return {return_number} is {return_['status']} already; nothing needs to be done")
    row = world.update("returns", return_number, status="accepted")
    world.update(
        "customers",
        return_["customer"],
        credit=round(_row(world, "customers", return_["customer"])["credit"] + return_["refund"], 2),
    )
    if return_["fee"] > 0:
        world.update(
            "items",
            return_["item"],
            pieces=(
                _row(world, "items", return_["item"])["pieces"]
                + _row(world, "order_lines", return_["line"])["pieces"]
            ),
        )
    return _view("return_number", return_number, row, "status")


def restock(world: Any, item_number: str, boxes: int) -> dict[str, Any]:
    item = _row(world, "items", item_number)
    if item["incoming"] != 0:
        raise ValueError(f"{item['incoming']} pieces of {item_number} are on their way already; wait for them")
    if not item["pieces"] <= _rule(world, "restocking level"):
        raise ValueError(
            f"{item_number} has {item['pieces']} pieces; it is restocked at {_rule(world, 'restocking level')} or fewer"
        )
    if not boxes >= _row(world, "suppliers", item["supplier"])["least_boxes"]:
        raise ValueError(
            f"the supplier sends {_row(world, 'suppliers', item['supplier'])['least_boxes']} boxes or more; order more"
        )
    arrives = _add_days(world.constants["today"], _row(world, "suppliers", item["supplier"])["lead_days"])
    row = world.update("items", item_number, incoming=boxes * item["per_box"])
    return _view("item_number", item_number, row, "incoming") | {"arrives": arrives}


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'warehouses': ('warehouse is called', 'get_item and get_point give the right ones'),
    'suppliers': ('supplier is called', 'get_product and get_voucher give the right ones'),
    'products': ('product is called', 'get_supplier and list_products give the right ones'),
    'items': ('item has the number', 'list_items and list_stock give the right ones'),
    'collection_points': ('collection point is called', 'get_customer and get_parcel give the right ones'),
    'carriers': ('carrier is called', 'get_parcel gives the right ones'),
    'customers': ('customer has the id', 'get_review and find_customer give the right ones'),
    'orders': ('order has the number', 'list_orders and get_line give the right ones'),
    'order_lines': ('order line has the line number', 'list_lines and get_return give the right ones'),
    'parcels': ('parcel has the tracking number', 'list_parcels and list_arrivals give the right ones'),
    'returns': ('return has the number', 'list_returns gives the right ones'),
    'reviews': ('review has the id', 'list_reviews and find_review give the right ones'),
    'vouchers': ('voucher has the code', 'check the spelling'),
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
