"""The bank's handbook for the counter: what its tools let pass and the house does not."""

from ftrl_gym.construct.declare import Also, Clause, Fix, Forbid

CLAUSES = (
    Clause("at the counter",
           "Look into a customer's file as far as a request needs it and no further, and tell nobody more than was "
           "asked for. The desk works around the clock; the opening times of branches are no reason to put anything "
           "off."),
    Clause("orders given",
           "Whoever asks speaks for the customer; that has been checked before the request reaches you. Never do more "
           "than what is asked for and what these rules demand on top of it."),
    Clause("small change",
           "Transfers of less than {} euros from a business account are not made at the counter. They cost the house "
           "more than they bring in, and business customers have a terminal for them.",
           "make_transfer", "source.type == 'business' and amount < figure", Forbid(), (4, 5, 6)),
    Clause("young accounts",
           "No money leaves an account that was opened less than {} days ago, whoever asks for it and wherever it is "
           "to go. Money may well be sent to such an account.",
           "make_transfer", "days_until(source.opened) > -figure", Forbid(), (500, 800, 1100)),
    Clause("other people's savings",
           "A savings account is paid into by its own holder only. If the account that the money comes from belongs to "
           "another customer than the savings account that it goes to, the transfer is not made.",
           "make_transfer", "target.type == 'savings' and source.customer != target.customer", Forbid()),
    Clause("high limits",
           "A card with a spending limit of more than {} euros is always entered as stolen when it is blocked, so that "
           "it gets onto the lists at once. Do not ask for the reason then.",
           "block_card", "card.limit > figure", Fix("reason", "stolen"), (3200, 3600, 4000)),
    Clause("cards that run out",
           "A debit card that expires in less than {} days is neither blocked nor replaced at the counter; its "
           "successor is in the post as it is.",
           "block_card", "card.kind == 'debit' and days_until(card.expires) < figure", Forbid(), (250, 350, 450)),
    Clause("company cards",
           "When a credit card that belongs to a business account is blocked, the account behind it is frozen in the "
           "same go. For debit cards, and for private customers, the account stays as it is.",
           "block_card", "card.kind == 'credit' and card.account.type == 'business'",
           Also("freeze_account", {"account": "card.account"})),
    Clause("accounts in use for credit",
           "An account with an overdraft of more than {} euros is not frozen at the counter: that is for the credit "
           "department to decide.",
           "freeze_account", "account.overdraft > figure", Forbid(), (900, 1000, 1100)),
    Clause("old customers",
           "Accounts of people who became customers before 2007-01-01 are frozen by the manager of their branch in "
           "person, and not by you.",
           "freeze_account", "account.customer.joined < '2007-01-01'", Forbid()),
    Clause("insurance must go on",
           "A standing order whose payee is in the insurance sector is not paused. A missed premium may cost the "
           "customer the cover, and us the customer.",
           "pause_order", "order.payee.sector == 'insurance'", Forbid()),
    Clause("large standing orders",
           "Standing orders of more than {} euros are paused in writing only, which is not for the counter.",
           "pause_order", "order.amount > figure", Forbid(), (400, 450, 500)),
    Clause("experience",
           "People who became customers before 2012-01-01 are not handed over to an adviser with fewer than {} years "
           "of service, however much they may want to.",
           "change_adviser", "adviser.years < figure and customer.joined < '2012-01-01'", Forbid(), (9, 12, 15)),
    Clause("shares desk",
           "Advisers who advise on shares take nobody new: no customer is given one of them as a new adviser.",
           "change_adviser", "adviser.field == 'shares'", Forbid()),
    Clause("savings carry no credit",
           "The overdraft of a savings account is never raised.",
           "extend_overdraft", "account.type == 'savings'", Forbid()),
    Clause("getting to know each other",
           "Nobody's overdraft is raised who became a customer less than {} days ago.",
           "extend_overdraft", "days_until(account.customer.joined) > -figure", Forbid(), (900, 1800, 2700)),
    Clause("ordered by telephone",
           "A purchase that was made by telephone carries no signature. It is always disputed as an unknown purchase, "
           "because no other ground stands up; do not ask for the reason then.",
           "dispute_purchase", "purchase.channel == 'by telephone'", Fix("reason", "unknown purchase")),
    Clause("patience with merchants",
           "Some merchants refund without being asked. As long as fewer days have passed since a purchase than its "
           "merchant takes to refund, no dispute is opened.",
           "dispute_purchase", "days_until(purchase.date) > -purchase.merchant.refund_days", Forbid()),
    Clause("boxes of firms",
           "No safe-deposit box is paid for from a business account. Firms keep what is theirs with a carrier.",
           "rent_box", "account.type == 'business'", Forbid()),
    Clause("valuable boxes",
           "Whoever rents a box that is insured for more than {} euros signs in the presence of the keyholder of the "
           "vault. Such a box is not rented out at the counter.",
           "rent_box", "box.insured_sum > figure", Forbid(), (40000, 45000, 50000)),
)  # fmt: skip
