"""What one can ask a restaurant's office to do, and the figures that its tools enforce."""

from __future__ import annotations

from ftrl_gym.construct.declare import Create, Detail, Do, Extra, Need, Rule, Set, Wanted
from ftrl_gym.construct.worlds import restaurant_words as words

# fmt: off
DAY = ("day", "date", "when")

RULES = (
    Rule("booking window", tuple(range(40, 60, 2)), "days", "A table can be booked up to {} days ahead."),
    Rule("empty seats", (4, 5, 6), "seats", "A party may leave at most {} seats of its table empty."),
    Rule("reservations per guest", (3, 4, 5), "reservations", "A guest has at most {} booked reservations."),
    Rule("deposit per person", tuple(range(5, 30)), "EUR", "A reservation takes a deposit of {} euros per person."),
    Rule("free cancellation", tuple(range(2, 15)), "days", "A deposit is given back up to {} days before."),
    Rule("largest line", (6, 7, 8, 9), "portions", "An order line has at most {} portions."),
    Rule("dishes on a menu", (2, 3), "dishes", "At least {} dishes of a menu stay on sale."),
    Rule("large party", (5, 6, 7), "people", "Orders for {} people or more include a service charge."),
    Rule("service charge", tuple(range(5, 16)), "percent", "The service charge is {} percent of the total."),
    Rule("loyalty points", tuple(range(3, 12)), "EUR", "A guest gets one loyalty point for every {} euros paid."),
    Rule("reorder level", tuple(range(24, 44, 2)), "units", "An ingredient is ordered at {} units in stock or fewer."),
    Rule("shift notice", (1, 2, 3), "days", "A shift can be handed over up to {} days before."),
)

OPEN = Need("order.status == 'open'", "order {order} is {order.status}; only an open one can be changed")
PARTY = Detail("party", ("a few",), "How many people will come?", ("how many", "people"), ("{x} people.", "{x}."))
PORTIONS = Detail("portions", ("some",), "How many portions should I add?", ("how many", "portions"),
                  ("{x} portions.", "{x}, please.", "{x}."))
CRATES = Detail("crates", ("a few",), "How many crates should I order?", ("how many", "crates"),
                ("{x} crates.", "{x}, please.", "{x}."))
SITTING = Detail("sitting", ("",), "Which sitting is it for?", ("sitting", "lunch", "dinner"), ("{x}.",))
PAYS = Detail("method", ("",), "How do the guests pay?", ("pay", "method"), ("{x}.", "{x}, please."))
CHARGE = "round(order.total * rule('service charge') / 100, 2) if order.covers >= rule('large party') else 0"

WRITING = (
    Do("book_table", "Books a table for a guest; each person takes a deposit.", "table guest",
       "book {table} for {guest} {sitting} on {date}, for {people} people"
       " | reserve {table} {sitting} on {date} for {guest} and a party of {people} people in all"
       " | put {guest} down for {table} {sitting} on {date}, {people} people in all",
       (Need("people <= table.seats", "table {table} has {table.seats} seats; choose a larger one"),
        Need("table.seats - people <= rule('empty seats')",
             "table {table} has {table.seats} seats, and {rule('empty seats')} may stay empty; choose a smaller one"),
        Need("days_until(date) <= rule('booking window')",
             "tables are booked up to {rule('booking window')} days ahead; name an earlier day"),
        Need("count('reservation', at_table=table, date=date, status='booked') == 0",
             "table {table} is booked on {date} already; choose another table or another day"),
        Need("count('reservation', guest=guest, status='booked') < rule('reservations per guest')",
             "the guest has {rule('reservations per guest')} booked reservations; one must be cancelled first")),
       (Create("reservation", {"guest": "guest", "at_table": "table", "status": "'booked'", "sitting": "sitting",
                               "date": "date", "people": "people", "occasion": "'none'",
                               "deposit": "people * rule('deposit per person')"}),),
       asks={"date": Wanted(Extra.DATE, Detail("day", ("a later day",), "Which day should I book it for?", DAY,
                                               ("{x}, please.", "{x}.", "On {x}.")), "Day of the visit."),
             "sitting": Wanted(Extra.CHOICE, SITTING, "Sitting.", words.SITTINGS),
             "people": Wanted(Extra.COUNT, PARTY, "Number of people.")},
       shows="at_table sitting date people deposit", follow_ups=("cancel_reservation",)),
    Do("cancel_reservation", "Cancels a booked reservation; a deposit given back becomes the guest's credit.",
       "reservation",
       "cancel {reservation} | call off {reservation} | see to it that {reservation} is cancelled",
       (Need("reservation.status == 'booked'",
             "reservation {reservation} is {reservation.status}; only a booked one can be cancelled"),),
       (Set("reservation", {"status": "'cancelled'"}),
        Set("reservation.guest", {"credit": "reservation.guest.credit + refund"}, when="refund > 0")),
       gives={"refund": "reservation.deposit if days_until(reservation.date) >= rule('free cancellation') else 0"},
       regret="Sorry, they have just rung again: cancel that reservation, please."
              " | On second thoughts, please cancel that reservation again."),
    Do("add_dish", "Adds portions of a dish to an open order.", "order dish",
       "add {portions} portions of {dish} to {order} | put {portions} portions of {dish} on {order}"
       " | write {portions} portions of {dish} down on {order}",
       (OPEN,
        Need("dish.status == 'on sale'", "{dish} is off sale; list_dishes shows what is on sale"),
        Need("portions <= rule('largest line')", "an order line has at most {rule('largest line')} portions"),
        Need("portions <= dish.portions_left", "only {dish.portions_left} portions of {dish} are left; order fewer"),
        Need("count('order line', order=order, dish=dish, state='ordered') == 0",
             "{dish} has just been ordered on {order}; void that line first to change it")),
       (Create("order line", {"order": "order", "dish": "dish", "portions": "portions",
                              "amount": "round(portions * dish.price, 2)", "remark": "'none'",
                              "state": "'ordered'"}),
        Set("order", {"total": "round(order.total + portions * dish.price, 2)"}),
        Set("dish", {"portions_left": "dish.portions_left - portions"})),
       asks={"portions": Wanted(Extra.COUNT, PORTIONS, "Number of portions.")},
       shows="order dish portions amount", follow_ups=("void_line",)),
    Do("void_line", "Voids a line of an open order that is not served yet; its portions are there again.",
       "line:order_line",
       "void {line} | strike out {line} | see to it that {line} is voided",
       (Need("line.state == 'ordered'", "line {line} is {line.state}; only one that is ordered can be voided"),
        Need("line.order.status == 'open'", "order {line.order} is paid; only lines of open orders can be voided")),
       (Set("line", {"state": "'voided'"}),
        Set("line.order", {"total": "round(line.order.total - line.amount, 2)"}),
        Set("line.dish", {"portions_left": "line.dish.portions_left + line.portions"})),
       regret="Sorry, the table has changed its mind: void that line again, please."
              " | On second thoughts, please strike that line out again."),
    Do("take_off_dish", "Takes a dish off sale, so that nobody can order it.", "dish",
       "take {dish} off sale | stop selling {dish} | see to it that {dish} goes off sale",
       (Need("dish.status == 'on sale'", "{dish} is off sale already; nothing needs to be done"),
        Need("count('dish', menu=dish.menu, status='on sale') > rule('dishes on a menu')",
             "{rule('dishes on a menu')} dishes of {dish.menu} have to stay on sale, and there are no more")),
       (Set("dish", {"status": "'off sale'"}),)),
    Do("settle_order", "Closes an open order as paid; the guest gets loyalty points.", "order",
       "close {order} as paid {method} | settle {order} {method} | see to it that {order} is settled {method}",
       (OPEN,
        Need("count('order line', order=order, state='ordered') == 0",
             "not everything on {order} is served; serve it or void the lines first")),
       (Set("order", {"status": "'paid'", "method": "method", "total": "round(order.total + service, 2)"}),
        Set("order.guest", {"points": "order.guest.points + earned"})),
       asks={"method": Wanted(Extra.CHOICE, PAYS, "How it is paid.", words.METHODS)},
       gives={"service": CHARGE, "earned": "(order.total + service) // rule('loyalty points')"}),
    Do("order_ingredient", "Orders crates of an ingredient that runs low; tells when they arrive.", "ingredient",
       "order {crates} crates of {ingredient} | reorder {crates} crates of {ingredient}"
       " | have {crates} crates of {ingredient} delivered",
       (Need("count('delivery', ingredient=ingredient, status='expected') == 0",
             "a delivery of {ingredient} is expected already; list_deliveries shows when"),
        Need("ingredient.stock <= rule('reorder level')",
             "there are {ingredient.stock} units of {ingredient}; it is ordered at {rule('reorder level')} or fewer")),
       (Create("delivery", {"ingredient": "ingredient", "unit": "ingredient.unit", "quantity": "quantity",
                            "cost": "round(quantity * ingredient.unit_price, 2)", "status": "'expected'",
                            "arrives": "add_days(today, ingredient.supplier.lead_days)",
                            "best_before": "add_days(today, ingredient.supplier.lead_days + ingredient.shelf_life)"}),),
       asks={"crates": Wanted(Extra.COUNT, CRATES, "Number of crates.")},
       gives={"quantity": "crates * ingredient.per_crate"}, shows="ingredient quantity unit cost arrives"),
    Do("accept_delivery", "Takes an expected delivery into stock; its cost is owed to the supplier.", "delivery",
       "accept {delivery} | take {delivery} into stock | book {delivery} in",
       (Need("delivery.status == 'expected'", "delivery {delivery} is received already; nothing needs to be done"),),
       (Set("delivery", {"status": "'received'", "arrives": "today"}),
        Set("delivery.ingredient", {"stock": "delivery.ingredient.stock + delivery.quantity"}),
        Set("delivery.ingredient.supplier", {
            "balance": "round(delivery.ingredient.supplier.balance + delivery.cost, 2)"}))),
    Do("hand_over_shift", "Gives a planned shift to another employee with the same job.", "shift employee",
       "give {shift} to {employee} | put {employee} on {shift} instead | let {employee} take over {shift}",
       (Need("shift.status == 'planned'", "shift {shift} is worked already; only a planned one can be handed over"),
        Need("shift.employee != employee", "{employee} is on shift {shift} already; name somebody else"),
        Need("shift.employee.job == employee.job",
             "shift {shift} is for a {shift.employee.job}, and {employee} is a {employee.job}; name another one"),
        Need("days_until(shift.date) >= rule('shift notice')",
             "it is too late: a shift is handed over {rule('shift notice')} days before or earlier"),
        Need("count('shift', employee=employee, date=shift.date) == 0",
             "{employee} has another shift on {shift.date}; name somebody else")),
       (Set("shift", {"employee": "employee"}),)),
)
