"""What one can ask an online shop to do, and the house rules that its tools enforce."""

from __future__ import annotations

from ftrl_gym.construct.declare import Create, Detail, Do, Extra, Need, Rule, Set, Wanted

# fmt: off
REASONS = {"damaged": "because it arrived damaged", "faulty": "because it is faulty",
           "late": "because it came too late", "wrong colour": "because it has the wrong colour"}
FEE = "0 if reason in ('damaged', 'faulty') else rule('restocking fee')"
REFUND = "round(line.amount * (100 - line.order.discount) * (100 - fee) / 10000, 2)"
DAY = ("date", "day", "days", "when")

RULES = (
    Rule("return period", tuple(range(30, 65, 5)), "days", "Goods can be returned up to {} days after the order date."),
    Rule("restocking fee", tuple(range(5, 35, 5)), "percent",
         "A refund is {} percent less unless the goods are damaged or faulty."),
    Rule("cancellation period", (3, 4, 5, 6), "days", "An order can be cancelled up to {} days after it was placed."),
    Rule("pieces per line", (6, 7, 8, 9), "pieces", "An order line holds at most {} pieces."),
    Rule("open orders", (3, 4, 5), "orders", "A customer has at most {} open orders at a time."),
    Rule("delivery window", tuple(range(30, 52, 3)), "days", "A delivery is moved to a day within the next {} days."),
    Rule("redirection fee", (2, 3, 4, 5), "EUR", "Redirecting to the area of another warehouse adds {} euros postage."),
    Rule("redirection notice", (2, 3, 4), "days", "A parcel can be redirected up to {} days before its delivery date."),
    Rule("discount limit", tuple(range(25, 45, 5)), "percent", "A voucher takes at most {} percent off an order."),
    Rule("restocking level", tuple(range(90, 150, 10)), "pieces", "An item is restocked at {} pieces or fewer."),
)

ON_ITS_WAY = Need("parcel.status == 'on its way'",
                  "parcel {parcel} is {parcel.status}; only one that is on its way can be changed")
OPEN = Need("order.status == 'open'", "order {order} is {order.status}; only an open one can be changed")
NO_MORE = Need("pieces <= rule('pieces per line')", "an order line holds at most {rule('pieces per line')} pieces")
PIECES = ("how many", "quantity", "number of pieces", "pieces")
WHY = Detail("reason", ("",), "Why is it being sent back?", ("why", "reason"), ("{x}.",))
BOXES = Detail("boxes", ("a few",), "How many boxes should I order?", ("how many", "boxes", "number"),
               ("{x} boxes.", "{x}, please.", "{x}."))
ANY_NUMBER = Detail("pieces", ("a different number",), "How many pieces should it be?", PIECES,
                    ("{x}, please.", "To {x}.", "{x}."))

WRITING = (
    Do("place_order", "Places an order of one item for a customer.", "item customer",
       "order {pieces} pieces of {item} for {customer} | place an order for {pieces} pieces of {item} on behalf of"
       " {customer} | place a new order for {customer}: {pieces} pieces of {item}",
       (NO_MORE,
        Need("pieces <= item.pieces", "only {item.pieces} pieces of {item} are in stock; order fewer"),
        Need("count('order', customer=customer, status='open') < rule('open orders')",
             "a customer has at most {rule('open orders')} open orders; one must be cancelled first")),
       (Create("order", {"customer": "customer", "status": "'open'", "order_date": "today", "points_used": "0",
                         "discount": "0"}),
        Create("order line", {"order": "new_order", "item": "item", "pieces": "pieces",
                              "amount": "round(pieces * item.price, 2)", "state": "'open'"})),
       asks={"pieces": Wanted(Extra.COUNT, Detail("pieces", ("some",), "How many pieces should I order?", PIECES,
                                                    ("{x} pieces.", "{x}, please.", "{x}.")), "Number of pieces.")},
       follow_ups=("cancel_order",)),
    Do("cancel_order", "Cancels an open order; loyalty points spent on it go back to the customer.", "order",
       "cancel {order} | call off {order} | see to it that {order} is cancelled",
       (OPEN,
        Need("days_until(order.order_date) >= -rule('cancellation period')",
             "it is too late: an order can be cancelled up to {rule('cancellation period')} days after its date")),
       (Set("order", {"status": "'cancelled'"}),
        Set("order.customer", {"points": "order.customer.points + order.points_used"}, when="order.points_used > 0")),
       regret="Sorry, they have just changed their mind: please cancel that order."
              " | On second thoughts, please cancel that order after all."),
    Do("change_quantity", "Changes the number of pieces on a line of an open order.", "line:order_line",
       "change the number of pieces on {line} to {pieces} | change the quantity on {line} to {pieces}",
       (Need("line.state == 'open' and line.order.status == 'open'",
             "only lines of open orders can be changed, and {line.order} is not open"),
        Need("line.pieces != pieces", "order line {line} has {pieces} pieces already; give another number"), NO_MORE,
        Need("pieces <= line.item.pieces", "only {line.item.pieces} pieces of {line.item} are in stock")),
       (Set("line", {"pieces": "pieces", "amount": "round(pieces * line.item.price, 2)"}),),
       asks={"pieces": Wanted(Extra.COUNT, ANY_NUMBER, "New number of pieces.")}),
    Do("apply_voucher", "Takes the discount of a voucher off an open order.", "order voucher",
       "apply {voucher} to {order} | use {voucher} on {order} | take the discount of {voucher} off {order}",
       (OPEN, Need("order.discount == 0", "order {order} has a discount already; it takes one voucher only"),
        Need("voucher.uses > 0", "voucher {voucher} has no uses left; choose another one"),
        Need("days_until(voucher.expires) >= 0", "voucher {voucher} expired on {voucher.expires}; choose another one"),
        Need("voucher.percent <= rule('discount limit')",
             "a voucher takes off at most {rule('discount limit')} percent; choose a smaller one")),
       (Set("order", {"discount": "voucher.percent"}), Set("voucher", {"uses": "voucher.uses - 1"}))),
    Do("redirect_parcel", "Redirects a parcel to another collection point, which may add to the postage.",
       "parcel point:collection_point",
       "redirect {parcel} to {point} | send {parcel} to {point} instead | have {parcel} delivered to {point} instead",
       (ON_ITS_WAY, Need("parcel.point != point", "parcel {parcel} goes to {point} already; name another one"),
        Need("parcel.weight <= point.limit",
             "{point} takes parcels of up to {point.limit} kilograms, and this one has {parcel.weight}"),
        Need("days_until(parcel.delivery_date) >= rule('redirection notice')",
             "it is too late: redirecting takes {rule('redirection notice')} days' notice")),
       (Set("parcel", {"point": "point", "warehouse": "point.warehouse", "postage": "parcel.postage + fee"}),),
       gives={"fee": "0 if point.warehouse == parcel.warehouse else rule('redirection fee')"}),
    Do("move_delivery", "Moves the delivery of a parcel to another day.", "parcel",
       "move the delivery of {parcel} to {delivery_date} | have {parcel} delivered on {delivery_date} instead"
       " | change the delivery date of {parcel} to {delivery_date}",
       (ON_ITS_WAY,
        Need("parcel.delivery_date != delivery_date", "{parcel} comes on {delivery_date} already; name another day"),
        Need("days_until(delivery_date) <= rule('delivery window')",
             "a delivery is moved to a day within the next {rule('delivery window')} days; name an earlier one")),
       (Set("parcel", {"delivery_date": "delivery_date"}),),
       asks={"delivery_date": Wanted(Extra.DATE, Detail("day", ("",), "Which day should it be delivered on?", DAY,
                                                        ("{x}, please.", "{x}.", "On {x}, please.")), "The new day.")},
       sooner="bring the delivery of {parcel} forward to {delivery_date}",
       put_off="put the delivery of {parcel} off until {delivery_date} | postpone the delivery of {parcel} to"
               " {delivery_date} | push the delivery of {parcel} back to {delivery_date}",
       open="move the delivery of {parcel} to another day | change the delivery date of {parcel}"
            " | have {parcel} delivered on another day"),
    Do("open_return", "Opens a return for a delivered order line and works out its refund.", "line:order_line",
       "open a return for {line} {reason} | register a return of {line} {reason}",
       (Need("line.state == 'delivered'", "order line {line} is {line.state}; only what was delivered can come back"),
        Need("count('return', line=line) == 0", "there is a return for {line} already; one is enough"),
        Need("days_until(line.order.order_date) >= -rule('return period')",
             "it is too late: goods can be returned up to {rule('return period')} days after the order date")),
       (Create("return", {"line": "line", "item": "line.item", "customer": "line.order.customer", "reason": "reason",
                          "opened": "today", "fee": "fee", "refund": REFUND, "status": "'open'"}),),
       asks={"reason": Wanted(Extra.CHOICE, WHY, "Why it comes back.", REASONS)},
       gives={"fee": FEE}, follow_ups=("accept_return",)),
    Do("accept_return", "Accepts an open return: the refund becomes credit, sound goods go back on the shelf.",
       "return_:return",
       "accept {return_} | approve {return_} | see to it that {return_} is accepted",
       (Need("return_.status == 'open'", "return {return_} is {return_.status} already; nothing needs to be done"),),
       (Set("return_", {"status": "'accepted'"}),
        Set("return_.customer", {"credit": "round(return_.customer.credit + return_.refund, 2)"}),
        Set("return_.item", {"pieces": "return_.item.pieces + return_.line.pieces"}, when="return_.fee > 0")),
       later="accept it straight away"),
    Do("restock", "Orders boxes of an item that runs low from its supplier; tells when they arrive.", "item",
       "reorder {boxes} boxes of {item} | restock {item} with {boxes} boxes"
       " | have the supplier send {boxes} more boxes of {item}",
       (Need("item.incoming == 0", "{item.incoming} pieces of {item} are on their way already; wait for them"),
        Need("item.pieces <= rule('restocking level')",
             "{item} has {item.pieces} pieces; it is restocked at {rule('restocking level')} or fewer"),
        Need("boxes >= item.supplier.least_boxes",
             "the supplier sends {item.supplier.least_boxes} boxes or more; order more")),
       (Set("item", {"incoming": "boxes * item.per_box"}),),
       asks={"boxes": Wanted(Extra.COUNT, BOXES, "Number of boxes.")},
       gives={"arrives": "add_days(today, item.supplier.lead_days)"}),
)
