"""Bank: a retail bank's counter, with its customers, accounts, cards, loans, mortgages, boxes and advisers."""

from __future__ import annotations

from ftrl_gym.construct.declare import Declaration, Find, Get, Money, Short, WorkOut, least, most, only
from ftrl_gym.construct.worlds.bank_actions import RULES, WRITING
from ftrl_gym.construct.worlds.bank_clauses import CLAUSES
from ftrl_gym.construct.worlds.bank_things import ENTITIES

# fmt: off
READING = (
    Get("get_office", "regional office", "A regional office: director, lending limit, last audit, staff."),
    Find("list_branches", "branch", "Branches under a regional office.", "office", "opens counters", (
        most("counters", "the branch with the most counters under {x}", plural="branches under {x}"),
        least("opens", "the branch with the earliest opening time under {x}"),
        only("the only branch under {x}"),
    )),
    Get("get_branch", "branch", "A branch: regional office, opening time, manager, counters, phone."),
    Find("list_advisers", "adviser", "Advisers of a branch.", "branch", "name field years", (
        most("years", "the adviser with the most years of service at {x}", plural="advisers at {x}"),
        least("years", "the adviser with the fewest years of service at {x}"),
    )),
    Get("find_adviser", "adviser", "An adviser by full name, with id and branch.", "name", "name branch"),
    Get("get_adviser", "adviser", "Details of an adviser: branch, field, email, years."),
    Get("find_customer", "customer", "A customer by full name, with id and phone.", "name", "name phone"),
    Get("get_customer", "customer", "A customer's file: adviser, joining date, employer, phone."),
    Find("list_accounts", "account", "Accounts of a customer, of one type or any.", "customer type", "type balance", (
        only("{x}'s current account", {"type": "current"}), only("{x}'s savings account", {"type": "savings"}),
        only("{x}'s business account", {"type": "business"}),
        most("balance", "{x}'s account with the highest balance"
             " | the account with the highest balance among those held by {x}",
             plural="accounts of {x}"),
        least("balance", "{x}'s account with the lowest balance"
              " | the account with the lowest balance among those held by {x}"),
    )),
    Get("get_account", "account", "An account: customer, type, balance, overdraft, opening date, status."),
    Find("list_cards", "card", "Cards of an account, of one kind or any.", "account kind", "kind limit", (
        only("the debit card of {x}", {"kind": "debit"}), only("the credit card of {x}", {"kind": "credit"}),
    )),
    Get("get_card", "card", "A card: account, kind, limit, expiry, status."),
    Find("list_loans", "loan", "Loans paid from an account.", "account", "remaining", (only("the loan of {x}"),)),
    Get("get_loan", "loan", "A loan: account, adviser, purpose, amount left, rate, instalment."),
    Find("list_orders", "standing order", "Standing orders of an account.", "account", "amount next_date", (
        most("amount", "the largest standing order of {x}", plural="standing orders on {x}"),
        least("next_date", "the next standing order due on {x}"),
    )),
    Get("get_order", "standing order", "A standing order: account, payee, amount, next date, status."),
    Get("get_payee", "payee", "A payee: sector, contact, creditor code."),
    Find("list_transfers", "transfer", "Transfers from an account.", "account", "amount date", (
        most("date", "the latest transfer from {x}", plural="transfers from {x}"),
        most("amount", "the largest transfer from {x}"),
    )),
    Get("get_transfer", "transfer", "A transfer: both accounts, amount, date."),
    Find("find_vault", "vault", "The vault of a branch.", "branch", "keyholder", (only("the vault of {x}"),)),
    Get("get_vault", "vault", "A vault: branch, keyholder, fire resistance, last alarm test."),
    Find("list_boxes", "deposit box", "Safe-deposit boxes in a vault, by status or all.", "vault status",
         "status volume rent", (
        least("rent", "the free safe-deposit box with the lowest rent in {x}", {"status": "free"}),
        most("rent", "the safe-deposit box with the highest rent in {x}", plural="safe-deposit boxes in {x}"),
        most("volume", "the safe-deposit box with the largest volume in {x}"),
    )),
    Get("get_box", "deposit box", "A safe-deposit box: vault, status, customer, volume, rent, insured sum."),
    Get("get_valuer", "valuer", "A valuer of properties: surveyor, licence, waiting time.",
        shows="surveyor licensed waiting"),
    Find("list_properties", "property", "Properties that a valuer has valued.", "valuer", "street area market_value", (
        most("market_value", "the property valued by {x} with the highest market value"
             " | the property with the highest market value among those valued by {x}",
             plural="properties valued by {x}"),
        least("area", "the smallest property valued by {x}"),
    )),
    Get("get_property", "property", "A property: valuer, street, kind, floor area, heating, market value, valuation."),
    Find("find_mortgage", "mortgage", "The mortgage on a property.", "property", "outstanding interest",
         (only("the mortgage on {x}"),)),
    Get("get_mortgage", "mortgage", "A mortgage: property, account, adviser, sum, interest, end of fixed interest."),
    Get("get_merchant", "merchant", "A merchant: trade, complaints officer, refund time, email."),
    Find("list_purchases", "purchase", "Purchases made with a card.", "card", "merchant amount date", (
        only("the only purchase made with {x}"),
        most("date", "the latest purchase made with {x}", plural="purchases made with {x}"),
        most("amount", "the largest purchase made with {x}"),
    )),
    Find("list_sales", "purchase", "Purchases at a merchant.", "merchant", "card amount date", (
        most("amount", "the largest purchase at {x}", plural="purchases at {x}"),
        most("date", "the latest purchase at {x}"),
    )),
    Get("get_purchase", "purchase", "A purchase: card, merchant, amount, date, channel."),
    Find("list_disputes", "dispute", "Disputes that an adviser handles, by status or all.", "handler status",
         "status amount_claimed opened", (
        only("the open dispute handled by {x}", {"status": "open"}),
        most("amount_claimed", "the dispute handled by {x} with the highest amount claimed"
             " | the dispute with the highest amount claimed among those handled by {x}",
             plural="disputes handled by {x}"),
        least("opened", "the earliest dispute handled by {x}"),
    )),
    Get("get_dispute", "dispute", "A dispute: purchase, handler, reason, opening date, amount claimed, status."),
    WorkOut("compare_loans", "The gap between two loans in what is left, and in the monthly instalment.",
            "first:loan second:loan", {
        "gap": Money(value="abs(first.remaining - second.remaining)",
                     noun="the gap between what is left on {x} and what is left on {y}",
                     ask="How far apart are {x} and {y} in what is left to pay?"),
    }, instead_of="get_loan list_loans"),
    WorkOut("quote_valuation", "What a valuer charges for valuing a property anew.", "property valuer", {
        "price": Money(value="round(valuer.base_fee + valuer.metre_fee * property.area, 2)",
                       noun="the price of a new valuation of {x} by {y}",
                       ask="What does {y} charge for a new valuation of {x}?"),
    }),
)

BANK = Declaration(
    name="Bank",
    title="Retail bank",
    description="A retail bank's counter: branches, customers, accounts, cards, loans, mortgages, safe-deposit boxes.",
    instruction="You work at the counter of a retail bank and help with questions and orders. Amounts are in EUR.",
    own=("account", "card", "loan", "standing order", "transfer"),
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    clauses=CLAUSES,
    shorts=(
        Short(("customer.adviser", "adviser.branch"), "the branch of {x}'s adviser"),
        Short(("card.account", "account.customer"), "the customer who carries {x}"),
        Short(("mortgage.account", "account.customer"), "the customer who pays for {x}"),
        Short(("dispute.purchase", "purchase.merchant"), "the merchant that {x} is about"),
    ),
    file=__file__,
)
