"""Tools of Restaurant: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def find_employee(world: Any, name: str) -> dict[str, Any]:
    badge, row = _called(world, "employees", "name", name)
    return _view("badge", badge, row, "name job")


def get_employee(world: Any, badge: str) -> dict[str, Any]:
    row = _row(world, "employees", badge)
    return _view("badge", badge, row, "name job wage started language phone")


def list_shifts(world: Any, employee: str, status: str = "any") -> dict[str, Any]:
    _row(world, "employees", employee)
    wanted = {"employee": employee}
    if status != "any":
        wanted["status"] = status
    found = world.find("shifts", **wanted)
    return {"shifts": _views(found, "shift_no", "date starts hours")}


def list_room_shifts(world: Any, room: str, date: str) -> dict[str, Any]:
    _row(world, "rooms", room)
    _day(date)
    wanted = {"room": room, "date": date}
    found = world.find("shifts", **wanted)
    return {"shifts": _views(found, "shift_no", "employee starts hours")}


def get_shift(world: Any, shift_no: str) -> dict[str, Any]:
    row = _row(world, "shifts", shift_no)
    return _view("shift_no", shift_no, row, "employee room date starts hours status")


def get_room(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "rooms", name)
    return _view("name", name, row, "host view closes minimum")


def list_tables(world: Any, room: str) -> dict[str, Any]:
    _row(world, "rooms", room)
    wanted = {"room": room}
    found = world.find("tables", **wanted)
    return {"tables": _views(found, "table_no", "seats spot")}


def get_table(world: Any, table_no: str) -> dict[str, Any]:
    row = _row(world, "tables", table_no)
    return _view("table_no", table_no, row, "room seats spot")


def get_supplier(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "suppliers", name)
    return _view("name", name, row, "contact cut_off lead_days phone")


def list_ingredients(world: Any, supplier: str) -> dict[str, Any]:
    _row(world, "suppliers", supplier)
    wanted = {"supplier": supplier}
    found = world.find("ingredients", **wanted)
    return {"ingredients": _views(found, "name", "unit_price store")}


def get_ingredient(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "ingredients", name)
    return _view("name", name, row, "supplier buyer unit unit_price stock store shelf_life")


def list_allergen_notes(world: Any, ingredient: str) -> dict[str, Any]:
    _row(world, "ingredients", ingredient)
    wanted = {"ingredient": ingredient}
    found = world.find("allergen_notes", **wanted)
    return {"allergen_notes": _views(found, "note_no", "ingredient allergen tested amount")}


def list_carriers(world: Any, allergen: str) -> dict[str, Any]:
    _row(world, "allergens", allergen)
    wanted = {"allergen": allergen}
    found = world.find("allergen_notes", **wanted)
    return {"allergen_notes": _views(found, "note_no", "ingredient allergen tested amount")}


def get_allergen(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "allergens", name)
    return _view("name", name, row, "mark precaution drilled")


def list_deliveries(world: Any, ingredient: str, status: str = "any") -> dict[str, Any]:
    _row(world, "ingredients", ingredient)
    wanted = {"ingredient": ingredient}
    if status != "any":
        wanted["status"] = status
    found = world.find("deliveries", **wanted)
    return {"deliveries": _views(found, "delivery_no", "arrives quantity unit cost")}


def get_delivery(world: Any, delivery_no: str) -> dict[str, Any]:
    row = _row(world, "deliveries", delivery_no)
    return _view("delivery_no", delivery_no, row, "ingredient unit quantity cost status arrives best_before")


def get_menu(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "menus", name)
    return _view("name", name, row, "chef price ends")


def list_dishes(world: Any, menu: str, status: str = "any") -> dict[str, Any]:
    _row(world, "menus", menu)
    wanted = {"menu": menu}
    if status != "any":
        wanted["status"] = status
    found = world.find("dishes", **wanted)
    return {"dishes": _views(found, "name", "price minutes calories")}


def get_dish(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "dishes", name)
    return _view("name", name, row, "menu price minutes calories station portions_left status")


def list_recipe(world: Any, dish: str) -> dict[str, Any]:
    _row(world, "dishes", dish)
    wanted = {"dish": dish}
    found = world.find("recipe_items", **wanted)
    return {"recipe_items": _views(found, "item_no", "dish ingredient grams preparation")}


def list_uses(world: Any, ingredient: str) -> dict[str, Any]:
    _row(world, "ingredients", ingredient)
    wanted = {"ingredient": ingredient}
    found = world.find("recipe_items", **wanted)
    return {"recipe_items": _views(found, "item_no", "dish ingredient grams preparation")}


def find_guest(world: Any, name: str) -> dict[str, Any]:
    guest_no, row = _called(world, "guests", "name", name)
    return _view("guest_no", guest_no, row, "name phone")


def get_guest(world: Any, guest_no: str) -> dict[str, Any]:
    row = _row(world, "guests", guest_no)
    return _view("guest_no", guest_no, row, "name favourite phone first_visit points late_arrivals")


def list_reservations(world: Any, guest: str, status: str = "any") -> dict[str, Any]:
    _row(world, "guests", guest)
    wanted = {"guest": guest}
    if status != "any":
        wanted["status"] = status
    found = world.find("reservations", **wanted)
    return {"reservations": _views(found, "reservation_no", "date sitting people deposit")}


def find_reservation(world: Any, at_table: str, date: str) -> dict[str, Any]:
    _row(world, "tables", at_table)
    _day(date)
    wanted = {"at_table": at_table, "date": date}
    found = world.find("reservations", **wanted)
    return {"reservations": _views(found, "reservation_no", "guest sitting people")}


def get_reservation(world: Any, reservation_no: str) -> dict[str, Any]:
    row = _row(world, "reservations", reservation_no)
    return _view("reservation_no", reservation_no, row, "guest at_table status sitting date people occasion deposit")


def list_orders(world: Any, waiter: str, status: str = "any") -> dict[str, Any]:
    _row(world, "employees", waiter)
    wanted = {"waiter": waiter}
    if status != "any":
        wanted["status"] = status
    found = world.find("orders", **wanted)
    return {"orders": _views(found, "order_no", "opened total")}


def list_table_orders(world: Any, at_table: str) -> dict[str, Any]:
    _row(world, "tables", at_table)
    wanted = {"at_table": at_table}
    found = world.find("orders", **wanted)
    return {"orders": _views(found, "order_no", "opened status total")}


def get_order(world: Any, order_no: str) -> dict[str, Any]:
    row = _row(world, "orders", order_no)
    return _view("order_no", order_no, row, "at_table waiter guest covers opened status total")


def list_lines(world: Any, order: str) -> dict[str, Any]:
    _row(world, "orders", order)
    wanted = {"order": order}
    found = world.find("order_lines", **wanted)
    return {"order_lines": _views(found, "line_no", "dish portions amount state")}


def get_line(world: Any, line_no: str) -> dict[str, Any]:
    row = _row(world, "order_lines", line_no)
    return _view("line_no", line_no, row, "order dish portions amount remark state")


def shift_pay(world: Any, badge: str, shift_no: str) -> dict[str, Any]:
    employee = _row(world, "employees", badge)
    shift = _row(world, "shifts", shift_no)
    return {"badge": badge, "shift_no": shift_no, "pay": round(employee["wage"] * shift["hours"], 2)}


def menu_deposit(world: Any, menu: str, table_no: str) -> dict[str, Any]:
    menu_row = _row(world, "menus", menu)
    table = _row(world, "tables", table_no)
    return {
        "menu": menu,
        "table_no": table_no,
        "deposit": round(menu_row["price"] * menu_row["share"] * table["seats"] / 100, 2),
    }


def book_table(world: Any, table_no: str, guest_no: str, date: str, sitting: str, people: int) -> dict[str, Any]:
    table = _row(world, "tables", table_no)
    _row(world, "guests", guest_no)
    _day_to_come(world, date)
    if not people <= table["seats"]:
        raise ValueError(f"table {table_no} has {table['seats']} seats; choose a larger one")
    if not table["seats"] - people <= _rule(world, "empty seats"):
        raise ValueError(
            f"table {table_no} has {table['seats']} seats, and {_rule(world, 'empty seats')} may stay empty; choose a smaller one"
        )
    if not _days_until(world, date) <= _rule(world, "booking window"):
        raise ValueError(f"tables are booked up to {_rule(world, 'booking window')} days ahead; name an earlier day")
    if _count(world, "reservations", at_table=table_no, date=date, status="booked") != 0:
        raise ValueError(f"table {table_no} is booked on {date} already; choose another table or another day")
    if not _count(world, "reservations", guest=guest_no, status="booked") < _rule(world, "reservations per guest"):
        raise ValueError(
            f"the guest has {_rule(world, 'reservations per guest')} booked reservations; one must be cancelled first"
        )
    row = {
        "guest": guest_no,
        "at_table": table_no,
        "status": "booked",
        "sitting": sitting,
        "date": date,
        "people": people,
        "occasion": "none",
        "deposit": people * _rule(world, "deposit per person"),
    }
    new_reservation = world.insert("reservations", row, prefix="R")
    return _view("reservation_no", new_reservation, row, "at_table sitting date people deposit")


def cancel_reservation(world: Any, reservation_no: str) -> dict[str, Any]:
    reservation = _row(world, "reservations", reservation_no)
    if reservation["status"] != "booked":
        raise ValueError(f"reservation {reservation_no} is {reservation['status']}; only a booked one can be cancelled")
    refund = (
        reservation["deposit"]
        if _days_until(world, reservation["date"]) >= _rule(world, "free cancellation")
        else 0
    )
    row = world.update("reservations", reservation_no, status="cancelled")
    if refund > 0:
        world.update(
            "guests", reservation["guest"], credit=_row(world, "guests", reservation["guest"])["credit"] + refund
        )
    return _view("reservation_no", reservation_no, row, "status") | {"refund": refund}


def add_dish(world: Any, order_no: str, dish: str, portions: int) -> dict[str, Any]:
    order = _row(world, "orders", order_no)
    dish_row = _row(world, "dishes", dish)
    if order["status"] != "open":
        raise ValueError(f"order {order_no} is {order['status']}; only an open one can be changed")
    if dish_row["status"] != "on sale":
        raise ValueError(f"{dish} is off sale; list_dishes shows what is on sale")
    if not portions <= _rule(world, "largest line"):
        raise ValueError(f"an order line has at most {_rule(world, 'largest line')} portions")
    if not portions <= dish_row["portions_left"]:
        raise ValueError(f"only {dish_row['portions_left']} portions of {dish} are left; order fewer")
    if _count(world, "order_lines", order=order_no, dish=dish, state="ordered") != 0:
        raise ValueError(f"{dish} has just been ordered on {order_no}; void that line first to change it")
    row = {
        "order": order_no,
        "dish": dish,
        "portions": portions,
        "amount": round(portions * dish_row["price"], 2),
        "remark": "none",
        "state": "ordered",
    }
    new_order_line = world.insert("order_lines", row, prefix="OL")
    world.update("orders", order_no, total=round(order["total"] + portions * dish_row["price"], 2))
    world.update("dishes", dish, portions_left=dish_row["portions_left"] - portions)
    return _view("line_no", new_order_line, row, "order dish portions amount")


def void_line(world: Any, line_no: str) -> dict[str, Any]:
    line = _row(world, "order_lines", line_no)
    if line["state"] != "ordered":
        raise ValueError(f"line {line_no} is {line['state']}; only one that is ordered can be voided")
    if _row(world, "orders", line["order"])["status"] != "open":
        raise ValueError(f"order {line['order']} is paid; only lines of open orders can be voided")
    row = world.update("order_lines", line_no, state="voided")
    world.update(
        "orders", line["order"], total=round(_row(world, "orders", line["order"])["total"] - line["amount"], 2)
    )
    world.update(
        "dishes", line["dish"], portions_left=_row(world, "dishes", line["dish"])["portions_left"] + line["portions"]
    )
    return _view("line_no", line_no, row, "state")


def take_off_dish(world: Any, dish: str) -> dict[str, Any]:
    dish_row = _row(world, "dishes", dish)
    if dish_row["status"] != "on sale":
        raise ValueError(f"{dish} is off sale already; nothing needs to be done")
    if not _count(world, "dishes", menu=dish_row["menu"], status="on sale") > _rule(world, "dishes on a menu"):
        raise ValueError(
            f"{_rule(world, 'dishes on a menu')} dishes of {dish_row['menu']} have to stay on sale, and there are no more"
        )
    row = world.update("dishes", dish, status="off sale")
    return _view("name", dish, row, "status")


def settle_order(world: Any, order_no: str, method: str) -> dict[str, Any]:
    order = _row(world, "orders", order_no)
    if order["status"] != "open":
        raise ValueError(f"order {order_no} is {order['status']}; only an open one can be changed")
    if _count(world, "order_lines", order=order_no, state="ordered") != 0:
        raise ValueError(f"not everything on {order_no} is served; serve it or void the lines first")
    service = (
        round(order["total"] * _rule(world, "service charge") / 100, 2)
        if order["covers"] >= _rule(world, "large party")
        else 0
    )
    earned = (order["total"] + service) // _rule(world, "loyalty points")
    row = world.update("orders", order_no, status="paid", method=method, total=round(order["total"] + service, 2))
    world.update("guests", order["guest"], points=_row(world, "guests", order["guest"])["points"] + earned)
    return _view("order_no", order_no, row, "status method total") | {"service": service, "earned": earned}


def order_ingredient(world: Any, ingredient: str, crates: int) -> dict[str, Any]:
    ingredient_row = _row(world, "ingredients", ingredient)
    if _count(world, "deliveries", ingredient=ingredient, status="expected") != 0:
        raise ValueError(f"a delivery of {ingredient} is expected already; list_deliveries shows when")
    if not ingredient_row["stock"] <= _rule(world, "reorder level"):
        raise ValueError(
            f"there are {ingredient_row['stock']} units of {ingredient}; it is ordered at {_rule(world, 'reorder level')} or fewer"
        )
    quantity = crates * ingredient_row["per_crate"]
    row = {
        "ingredient": ingredient,
        "unit": ingredient_row["unit"],
        "quantity": quantity,
        "cost": round(quantity * ingredient_row["unit_price"], 2),
        "status": "expected",
        "arrives": _add_days(
            world.constants["today"], _row(world, "suppliers", ingredient_row["supplier"])["lead_days"]
        ),
        "best_before": _add_days(
            world.constants["today"],
            _row(world, "suppliers", ingredient_row["supplier"])["lead_days"] + ingredient_row["shelf_life"],
        ),
    }
    new_delivery = world.insert("deliveries", row, prefix="GR-")
    return _view("delivery_no", new_delivery, row, "ingredient quantity unit cost arrives") | {"quantity": quantity}


def accept_delivery(world: Any, delivery_no: str) -> dict[str, Any]:
    delivery = _row(world, "deliveries", delivery_no)
    if delivery["status"] != "expected":
        raise ValueError(f"delivery {delivery_no} is received already; nothing needs to be done")
    row = world.update("deliveries", delivery_no, status="received", arrives=world.constants["today"])
    world.update(
        "ingredients",
        delivery["ingredient"],
        stock=_row(world, "ingredients", delivery["ingredient"])["stock"] + delivery["quantity"],
    )
    world.update(
        "suppliers",
        _row(world, "ingredients", delivery["ingredient"])["supplier"],
        balance=round(
            _row(world, "suppliers", _row(world, "ingredients", delivery["ingredient"])["supplier"])["balance"] + delivery["cost"],
            2,
        ),
    )
    return _view("delivery_no", delivery_no, row, "status arrives")


def hand_over_shift(world: Any, shift_no: str, badge: str) -> dict[str, Any]:
    shift = _row(world, "shifts", shift_no)
    employee = _row(world, "employees", badge)
    if shift["status"] != "planned":
        raise ValueError(f"shift {shift_no} is worked already; only a planned one can be handed over")
    if shift["employee"] == badge:
        raise ValueError(f"{badge} is on shift {shift_no} already; name somebody else")
    if _row(world, "employees", shift["employee"])["job"] != employee["job"]:
        raise ValueError(
            f"shift {shift_no} is for a {_row(world, 'employees', shift['employee'])['job']}, and {badge} is a {employee['job']}; name another one"
        )
    if not _days_until(world, shift["date"]) >= _rule(world, "shift notice"):
        raise ValueError(
            f"it is too late: a shift is handed over {_rule(world, 'shift notice')} days before or earlier"
        )
    if _count(world, "shifts", employee=badge, date=shift["date"]) != 0:
        raise ValueError(f"{badge} has another shift on {shift['date']}; name somebody else")
    row = world.update("shifts", shift_no, employee=badge)
    return _view("shift_no", shift_no, row, "employee")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'employees': ('employee has the badge', 'find_employee and get_shift give the right ones'),
    'rooms': ('room is called', 'get_shift and get_table give the right ones'),
    'tables': ('table has the number', 'list_tables and get_reservation give the right ones'),
    'suppliers': ('supplier is called', 'get_ingredient gives the right ones'),
    'allergens': ('allergen is called', 'check the spelling'),
    'ingredients': ('ingredient is called', 'list_ingredients and get_delivery give the right ones'),
    'allergen_notes': ('allergen note has the note no', 'list_allergen_notes and list_carriers give the right ones'),
    'deliveries': ('delivery has the number', 'list_deliveries gives the right ones'),
    'menus': ('menu is called', 'get_dish gives the right ones'),
    'dishes': ('dish is called', 'list_dishes and get_guest give the right ones'),
    'recipe_items': ('recipe item has the item no', 'list_recipe and list_uses give the right ones'),
    'guests': ('guest has the number', 'find_guest and get_reservation give the right ones'),
    'reservations': ('reservation has the number', 'list_reservations and find_reservation give the right ones'),
    'orders': ('order has the number', 'list_orders and list_table_orders give the right ones'),
    'order_lines': ('order line has the line no', 'list_lines gives the right ones'),
    'shifts': ('shift has the number', 'list_shifts and list_room_shifts give the right ones'),
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
