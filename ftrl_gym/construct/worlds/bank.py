"""Bank: a retail bank's counter, with its customers, accounts, cards, loans, standing orders and advisers."""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Choice, Create, Date, Declaration, Detail, Do, Each, Email, Entity, Extra, Find, Get, Id, Money, Name, Need, Number,
    Person, Ref, Rule, Set, Short, Time, Wanted, WorkOut, least, most, only,
)  # fmt: skip
from ftrl_gym.construct.worlds.bank_clauses import CLAUSES

# fmt: off
TOWNS = ("Ashford", "Brookfield", "Carrow", "Dunmere", "Eastgate", "Fairhaven", "Glenrock", "Highmoor", "Ironbridge")
PAYEES = ("Northwind", "Bluebell", "Castellan", "Delphin", "Emberly", "Foxglove", "Granary", "Hollybush", "Ivory")
USES = ("car", "kitchen", "roof", "boat", "workshop", "tuition")
REASONS = {"lost": "because it was lost", "stolen": "because it was stolen", "damaged": "because it is damaged"}

ENTITIES = (
    Entity("branch", 5, {
        "name": Name(TOWNS, ("{} Branch",)),
        "opens": Time("08:00", "09:45", noun="the opening time of {x}", ask="When does {x} open?",
                      compare="opens earlier | opens later"),
        "manager": Person(noun="the name of the manager at {x}", ask="Who manages {x}?"),
        "counters": Number(2, 14, unit="counters", noun="the number of counters at {x}", adds=True,
                           ask="How many counters does {x} have?", compare="has fewer counters | has more counters"),
        "phone": Id(digits=7, noun="the phone number of {x}"),
    }, called="{x}", plural="branches"),
    Entity("adviser", Each("branch", 2, 3), {
        "adviser_id": Id(prefix="AD-", digits=4),
        "name": Person(noun="the name of {x}", ask="What is {x} called?"),
        "branch": Ref("branch", noun="the branch of {x}", link="{x}'s branch", ask="Which branch does {x} work at?"),
        "field": Choice(("mortgages", "pensions", "shares", "insurance"), having="advise on {n}",
                        noun="the field of {x}",
                        ask="What does {x} advise on?"),
        "email": Email(noun="the email address of {x}"),
        "years": Number(1, 35, unit="years", having="have been with us for {n}",
                        noun="the seniority in years of {x}",
                        ask="How many years has {x} been with us?", compare="is newer here | has been here longer"),
    }, called="our adviser {x}", label="name"),
    Entity("customer", 18, {
        "customer_id": Id(prefix="C-", digits=5),
        "name": Person(noun="the name of {x}"),
        "adviser": Ref("adviser", link="{x}'s adviser"),
        "joined": Date(-9000, -100, noun="the joining date of {x}", ask="When did {x} become a customer?",
                       compare="has been a customer for longer | became a customer later"),
        "employer": Name(PAYEES, ("{} Works", "{} Foods", "{} Logistics"), noun="the employer of {x}",
                         ask="Who does {x} work for?"),
        "phone": Id(digits=9, noun="the phone number of {x}"),
    }, called="{x}", label="name", detail=Detail("name", ("my client",), "What is the client's name?",
                                                 ("name", "who", "which client", "which one"))),
    Entity("account", Each("customer", 1, 3), {
        "account_no": Id(prefix="AC", digits=7, noun="the account number of {x}"),
        "customer": Ref("customer", link="the holder of {x}"),
        "type": Choice(("current", "savings", "business")),
        "balance": Money(20, 9000, having="hold {n}",
                         noun="the balance of {x}", ask="How much is in {x}? | What is the balance of {x}?",
                         compare="holds less | holds more"),
        "overdraft": Money(0, 1500, 50, noun="the overdraft of {x}", compare="has less overdraft | has more overdraft"),
        "opened": Date(-4000, -30, having="were opened {n}",
                       noun="the opening date of {x}", ask="When was {x} opened?",
                       compare="was opened earlier | was opened later"),
        "status": Choice(("active", "active", "active", "frozen"), having="are {n}",
                         noun="the status of {x}"),
    }, called="account {x}", label_noun="account number"),
    Entity("card", Each("account", 1, 2), {
        "card_id": Id(prefix="K-", digits=6, noun="the card number of {x}"),
        "account": Ref("account", link="the account of {x}"),
        "kind": Choice(("debit", "credit")),
        "limit": Money(200, 5000, 50, noun="the spending limit of {x}", ask="How much can be spent with {x} a month?",
                       compare="has the lower limit | has the higher limit"),
        "expires": Date(20, 1400, noun="the expiry date of {x}", compare="expires earlier | expires later",
                        ask="When does {x} expire?"),
        "status": Choice(("active", "active", "active", "blocked"), noun="the status of {x}"),
    }, called="card {x}", label_noun="card number"),
    Entity("loan", Each("account", 0, 1), {
        "loan_no": Id(prefix="LN", digits=6, noun="the loan number of {x}"),
        "account": Ref("account", link="the account that pays for {x}"),
        "adviser": Ref("adviser", link="the adviser who arranged {x}"),
        "purpose": Choice(USES, noun="the purpose of {x}", ask="What is {x} for?"),
        "remaining": Money(300, 30000, 50, noun="the amount left on {x}", ask="How much is left to pay on {x}?",
                           compare="has less left to pay | has more left to pay"),
        "rate": Number(1.5, 9.5, 0.1, unit="percent", noun="the interest rate of {x}",
                       ask="What interest does {x} carry?", compare="is cheaper in interest | is dearer in interest"),
        "instalment": Money(40, 900, noun="the monthly instalment of {x}", ask="What is paid back a month on {x}?",
                            compare="has the lower instalment | has the higher instalment"),
    }, called="loan {x}", label_noun="loan number"),
    Entity("payee", 8, {
        "name": Name(PAYEES, ("{} Energy", "{} Telecom", "{} Insurance", "{} Water")),
        "sector": Choice(("utilities", "telephone", "insurance", "housing"), noun="the sector of {x}"),
        "contact": Person(noun="the name of the contact at {x}", ask="Who is the contact at {x}?"),
        "reference_code": Id(mixed=7, noun="the creditor code of {x}", ask="What is the creditor code of {x}?"),
    }, called="{x}"),
    Entity("standing order", Each("account", 0, 2), {
        "order_no": Id(prefix="SO-", digits=5, noun="the order number of {x}"),
        "account": Ref("account", link="the account behind {x}"),
        "payee": Ref("payee", having="go to {n}",
                     noun="the payee of {x}", link="the payee of {x}", ask="Who is paid with {x}?"),
        "amount": Money(10, 600, having="are for {n}",
                        noun="the amount of {x}", ask="What does {x} pay?", compare="is smaller | is larger"),
        "next_date": Date(1, 31, having="are due {n}",
                          noun="the next payment date of {x}", ask="When is {x} carried out next?",
                          compare="is due earlier | is due later"),
        "status": Choice(("running", "running", "paused"), having="are {n}",
                         noun="the status of {x}"),
    }, called="standing order {x}", label_noun="order number"),
    Entity("transfer", Each("account", 1, 2), {
        "transfer_no": Id(prefix="TR-", digits=6, noun="the transfer number of {x}"),
        "account": Ref("account", link="the account from which {x} came"),
        "to_account": Ref("account", where="to_account != account", link="the account to which {x} went"),
        "amount": Money(5, 900, having="were for {n}",
                        noun="the amount of {x}", ask="How much was {x}?", compare="was smaller | was larger"),
        "date": Date(-60, 0, having="were made {n}",
                     noun="the date of {x}", ask="When was {x} made?", compare="was earlier | was later"),
    }, called="transfer {x}", label_noun="transfer number"),
)

RULES = (
    Rule("transfer limit", tuple(range(500, 3000, 100)), "EUR", "At most {} euros are transferred at a time."),
    Rule("card fee", tuple(range(5, 35, 5)), "EUR", "A replacement card costs {} euros."),
    Rule("pause notice", (1, 2, 3), "days", "A standing order is paused up to {} days before its next date."),
    Rule("overdraft share", tuple(range(10, 60, 5)), "percent", "An overdraft is at most {} percent of the balance."),
)

READING = (
    Get("get_branch", "branch", "A branch: opening time, manager, counters, phone."),
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
        most("balance", "{x}'s account with the highest balance | the account with the highest balance held by {x}",
             plural="accounts of {x}"),
        least("balance", "{x}'s account with the lowest balance | the account with the lowest balance held by {x}"),
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
    WorkOut("compare_loans", "The gap between two loans in what is left, and in the monthly instalment.",
            "first:loan second:loan", {
        "gap": Money(value="abs(first.remaining - second.remaining)",
                     noun="the gap between what is left on {x} and what is left on {y}",
                     ask="How far apart are {x} and {y} in what is left to pay?"),
    }, instead_of="get_loan list_loans"),
)

WRITING = (
    Do("make_transfer", "Transfers money between two accounts.", "source:account target:account",
       "transfer {amount} euros from {source} to {target} | send {amount} euros from {source} to {target}",
       (Need("source.status == 'active'", "account {source} is {source.status}; only an active one can pay"),
        Need("source != target", "{source} cannot pay into itself; name two different accounts"),
        Need("amount <= rule('transfer limit')", "at most {rule('transfer limit')} euros are transferred at a time"),
        Need("amount <= source.balance + source.overdraft", "account {source} holds {source.balance} euros only")),
       (Create("transfer", {"account": "source", "to_account": "target", "amount": "amount", "date": "today"}),
        Set("source", {"balance": "source.balance - amount"}), Set("target", {"balance": "target.balance + amount"})),
       asks={"amount": Wanted(Extra.COUNT, Detail("amount", ("a few",), "How many euros should I transfer?",
                                                  ("how many", "how much"), ("{x} euros.", "{x}, please.")),
                              "Whole euros.")}),
    Do("block_card", "Blocks a card and orders a replacement, which costs a fee.", "card",
       "block {card} {reason} | have {card} blocked {reason}",
       (Need("card.status == 'active'", "card {card} is {card.status} already; nothing needs to be done"),),
       (Set("card", {"status": "'blocked'"}), Set("card.account", {"balance": "card.account.balance - fee"})),
       asks={"reason": Wanted(Extra.CHOICE, Detail("reason", ("",), "Why is it blocked?", ("why", "reason")),
                              "Why it is blocked.", REASONS)},
       gives={"fee": "0 if reason == 'stolen' else rule('card fee')"}),
    Do("freeze_account", "Freezes an account, so that nothing is paid from it.", "account",
       "freeze {account} | put a freeze on {account}",
       (Need("account.status == 'active'", "account {account} is frozen already; nothing needs to be done"),),
       (Set("account", {"status": "'frozen'"}),)),
    Do("pause_order", "Pauses a standing order.", "order:standing_order",
       "pause {order} | put {order} on hold",
       (Need("order.status == 'running'", "standing order {order} is paused already; nothing needs to be done"),
        Need("days_until(order.next_date) >= rule('pause notice')",
             "it is too late: pausing takes {rule('pause notice')} days' notice")),
       (Set("order", {"status": "'paused'"}),)),
    Do("change_adviser", "Gives a customer another adviser.", "customer adviser",
       "make {adviser} the adviser for {customer} | assign {adviser} to {customer}",
       (Need("customer.adviser != adviser", "{adviser} is the adviser of {customer} already; name another one"),),
       (Set("customer", {"adviser": "adviser"}),)),
    Do("extend_overdraft", "Raises the overdraft of an account by 100 euros.", "account",
       "raise the overdraft of {account} by 100 euros | extend the overdraft of {account} by 100 euros",
       (Need("account.overdraft + 100 <= account.balance * rule('overdraft share') / 100",
             "the overdraft of {account} may be {rule('overdraft share')} percent of its balance at most"),),
       (Set("account", {"overdraft": "account.overdraft + 100"}),)),
)

BANK = Declaration(
    name="Bank",
    title="Retail bank",
    description="A retail bank's counter: branches, advisers, customers, accounts, cards, loans, standing orders.",
    instruction="You work at the counter of a retail bank and help with questions and orders. Amounts are in EUR.",
    policy="Do only what is asked for. What the house rules forbid, the tools refuse; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    clauses=CLAUSES,
    shorts=(Short(("customer.adviser", "adviser.branch"), "the branch of {x}'s adviser"),),
    own=("account", "card", "loan", "standing order", "transfer"),
    file=__file__,
)
