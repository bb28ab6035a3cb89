"""The house rules of a restaurant that stand in its handbook and that no tool enforces."""

from __future__ import annotations

from ftrl_gym.construct.declare import Also, Clause, Fix

# fmt: off
CLAUSES = (
    Clause("Tone", "We greet people by name, say what we have done in one sentence, and never argue about a bill. If"
                   " something is not allowed, we say so plainly and give the reason once."),
    Clause("Office hours", "The office answers from ten in the morning until the last order of the evening. A message"
                           " that comes in later is dealt with on the next morning, before the deliveries."),
    Clause("Guests who come late",
           "A table that waits for its guests is lost for the evening. A guest with {} late arrivals or more gets no"
           " table through the office, however friendly the call: refuse the booking.",
           "book_table", "guest.late_arrivals >= figure", values=(4,)),
    Clause("Large tables",
           "Tables with {} seats or more are given out by the events desk, however many people are to sit at them. Do"
           " not book such a table yourself, even if it is free.",
           "book_table", "table.seats >= figure", values=(8, 9)),
    Clause("Anniversaries and weddings",
           "A reservation whose occasion is an anniversary or a wedding has flowers and a cake attached to it. Only the"
           " events desk cancels such a reservation; the office does not.",
           "cancel_reservation", "reservation.occasion in ('anniversary', 'wedding')"),
    Clause("Slow dishes",
           "A dish that takes more than {} minutes to cook has to be announced to the kitchen the day before. It is"
           " therefore never added to an order.",
           "add_dish", "dish.minutes > figure", values=(40, 42)),
    Clause("No hoarding",
           "One extra portion for the table is fine, two are waste. Do not add a dish to an order if the portions asked"
           " for outnumber the people on that order by two or more.",
           "add_dish", "portions > order.covers + 1"),
    Clause("Expensive lines",
           "Lines with an amount of more than {} euros are voided by the floor manager in person. Do not void them"
           " from the office.",
           "void_line", "line.amount > figure", values=(130, 140, 150, 160)),
    Clause("The end of a dish",
           "If a line is voided while its dish is on sale with {} portions left or fewer, counted before the voided"
           " portions come back, the kitchen has lost sight of that dish. Void the line, and take the dish off sale as"
           " well.",
           "void_line", "line.dish.status == 'on sale' and line.dish.portions_left <= figure",
           Also("take_off_dish", {"dish": "line.dish"}), (6, 7)),
    Clause("Menus about to end",
           "On a menu whose last day is less than {} days away nothing is taken off sale any more: what is printed is"
           " served until then.",
           "take_off_dish", "days_until(dish.menu.ends) < figure", values=(40, 45)),
    Clause("Large bills",
           "An order whose total is more than {} euros before any service charge is settled by card, whatever the"
           " guests would like. Settle it by card without asking again.",
           "settle_order", "order.total > figure", Fix("method", "card"), (340, 360, 380)),
    Clause("The freezer",
           "Whatever is kept in the freezer is bought by the head chef, who compares prices first. The office does not"
           " order such an ingredient.",
           "order_ingredient", "ingredient.store == 'freezer'"),
    Clause("Valuable deliveries",
           "A delivery with a cost of more than {} euros is counted and signed for by two people in the yard. It must"
           " not be accepted through the office.",
           "accept_delivery", "delivery.cost > figure", values=(1600, 1800)),
    Clause("Long shifts",
           "Shifts of more than {} hours are planned around the person who works them. They are not handed over to"
           " anybody else.",
           "hand_over_shift", "shift.hours > figure", values=(8, 9)),
    Clause("Privacy", "Phone numbers, wages and loyalty points are told to colleagues who need them for their work and"
                      " to nobody else. We never say who is sitting in which room."),
)
