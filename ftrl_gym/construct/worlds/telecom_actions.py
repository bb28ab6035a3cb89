"""What the service desk of a mobile operator does, the figures its tools enforce, and its handbook."""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Also, Clause, Create, Detail, Do, Extra, Fix, Need, Rule, Set, SetEach, Wanted,
)  # fmt: skip

# fmt: off
FORMS = {"nano": "with a nano card", "micro": "with a micro card", "eSIM": "with an eSIM"}
WAYS = {"refund": "as a refund to the bank account", "voucher": "as a voucher for our shops",
        "next bill": "against the next bill"}
DAY = Detail("day", ("",), "Which day is it?", ("day", "date", "when"), ("{x}.", "On {x}."))

RULES = (
    Rule("payment term", tuple(range(12, 31)), "days", "A bill is due {} days after its date."),
    Rule("change fee", tuple(range(5, 31)), "EUR", "A cheaper plan costs a change fee of {} euros."),
    Rule("card fee", tuple(range(4, 19)), "EUR", "A new SIM card costs {} euros; an eSIM is free."),
    Rule("unlocking period", tuple(range(40, 125, 5)), "days", "A device is unlocked {} days after its purchase."),
    Rule("data reserve", (1, 2, 3, 4), "gigabytes", "A new plan includes at least {} gigabytes more than were used."),
    Rule("visits a day", (1, 2, 3), "visits", "A technician makes at most {} visits a day."),
    Rule("visit horizon", tuple(range(28, 60)), "days", "Visits are planned at most {} days ahead."),
    Rule("late fee", tuple(range(15, 65, 5)), "EUR", "Calling a visit off at short notice costs {} euros."),
    Rule("short notice", (3, 4, 5, 6, 7), "days", "Less than {} days before a visit is short notice."),
    Rule("goodwill", (5, 8, 10, 12, 15), "EUR", "When a ticket is escalated, its customer gets {} euros of goodwill."),
    Rule("credit limit", tuple(range(60, 96, 5)), "EUR", "Items of up to {} euros are credited."),
    Rule("exit fee", tuple(range(9, 31)), "EUR", "Each full month of commitment left costs {} euros on leaving."),
)

ACTIVE = Need("line.status == 'active'", "line {line} is {line.status}; only an active one can be used for that")
HOW = Detail("way", ("",), "How should it be credited?", ("how", "way", "credit"), ("{x}, please.", "{x}."))
FORM = Detail("form", ("",), "What kind of SIM card should it be replaced with?", ("form", "kind", "type", "card"),
              ("{x}, please.", "{x}."))
START = Detail("first day", ("",), "From which day should it run?", ("day", "date", "when"), ("{x}.", "{x}, please."))
WHEN = Detail("date", ("a day soon",), "On which day should the technician come?", ("day", "date", "when"),
              ("On {x}.", "{x}, please."))

WRITING = (
    Do("change_plan", "Moves a line to another plan; a cheaper one costs a change fee.", "line plan",
       "move {line} to {plan} | put {line} on {plan} | switch {line} over to {plan}",
       (ACTIVE, Need("line.plan != plan", "line {line} is on {plan} already; name another plan"),
        Need("plan.status == 'on sale'", "{plan} is withdrawn; find_successor tells which plan replaced it"),
        Need("plan.data >= line.data_used + rule('data reserve')",
             "{plan} includes {plan.data} gigabytes and {line.data_used} are used already; choose a larger plan")),
       (Set("line", {"plan": "plan"}),
        Set("line.contract", {"charges": "line.contract.charges + fee"}, when="fee > 0")),
       gives={"fee": "rule('change fee') if plan.fee < line.plan.fee else 0"}),
    Do("replace_sim", "Replaces the active SIM card of a line by a new one.", "sim:SIM_card",
       "replace {sim} {form} | have {sim} replaced {form} | see to it that {sim} is replaced {form}",
       (Need("sim.status == 'active'", "SIM card {sim} was replaced before; name the active card of its line"),),
       (Create("SIM card", {"line": "sim.line", "form": "form", "status": "'active'", "issued": "today",
                            "puk": "sim.puk"}),
        Set("sim", {"status": "'replaced'"}),
        Set("sim.line.contract", {"charges": "sim.line.contract.charges + fee"}, when="fee > 0")),
       asks={"form": Wanted(Extra.CHOICE, FORM, "Form of the new card.", FORMS)},
       gives={"fee": "0 if form == 'eSIM' else rule('card fee')"}),
    Do("unlock_device", "Unlocks a device for cards of all operators; what is left of its price falls due.", "device",
       "unlock {device} | have {device} unlocked | remove the network lock from {device}",
       (Need("device.lock == 'locked'", "device {device} is unlocked already; nothing needs to be done"),
        Need("days_until(device.bought) <= -rule('unlocking period')",
             "it is too early: a device is unlocked {rule('unlocking period')} days after its purchase")),
       (Set("device", {"lock": "'unlocked'", "left": "0"}),
        Set("device.line.contract", {"charges": "round(device.line.contract.charges + rest, 2)"})),
       gives={"rest": "round(device.left * device.instalment, 2)"}),
    Do("book_pass", "Books a roaming package for a line from a certain day.", "line package",
       "book {package} for {line} {starts} | add {package} to {line} {starts}"
       " | set {package} up on {line} {starts}",
       (ACTIVE,
        Need("count('pass', line=line, package=package) == 0",
             "line {line} has a pass for {package} already; choose another package"),
        Need("count('pass', line=line) < 3", "line {line} has three passes, the most there can be")),
       (Create("pass", {"line": "line", "package": "package", "starts": "starts",
                        "ends": "add_days(starts, package.days)"}),
        Set("line.contract", {"charges": "line.contract.charges + package.price"})),
       asks={"starts": Wanted(Extra.START, START, "First day as YYYY-MM-DD.")}),
    Do("book_visit", "Sends a technician of the customer's area because of an open ticket.", "ticket technician",
       "send {technician} to look into {ticket} on {date} | book a visit of {technician} for {ticket} on {date}",
       (Need("ticket.status == 'open'", "ticket {ticket} is {ticket.status}; only an open one gets a visit"),
        Need("technician.area == ticket.line.customer.area",
             "{technician} works in {technician.area}; the customer lives in {ticket.line.customer.area}"),
        Need("days_until(date) <= rule('visit horizon')",
             "visits are planned at most {rule('visit horizon')} days ahead; choose an earlier day"),
        Need("count('visit', technician=technician, date=date, status='planned') < rule('visits a day')",
             "{technician} is fully booked on {date}; choose another day or another technician")),
       (Create("visit", {"ticket": "ticket", "technician": "technician", "date": "date", "time": "'09:00'",
                         "minutes": "60", "status": "'planned'"}),
        Set("ticket", {"status": "'scheduled'"})),
       asks={"date": Wanted(Extra.DATE, WHEN, "Day of the visit as YYYY-MM-DD.")}, follow_ups=("cancel_visit",)),
    Do("cancel_visit", "Calls a planned visit off, so that its ticket is open again; at short notice that costs a fee.",
       "visit",
       "call off {visit} | cancel {visit} | see to it that {visit} is called off",
       (Need("visit.status == 'planned'", "visit {visit} is cancelled already; nothing needs to be done"),),
       (Set("visit", {"status": "'cancelled'"}), Set("visit.ticket", {"status": "'open'"}),
        Set("visit.ticket.line.contract", {"charges": "visit.ticket.line.contract.charges + fee"}, when="fee > 0")),
       gives={"fee": "rule('late fee') if days_until(visit.date) < rule('short notice') else 0"},
       regret="Sorry, the customer has just phoned: call that visit off again, please."
              " | On second thoughts, please cancel that visit again."),
    Do("escalate_ticket", "Escalates a ticket to the second level; its customer gets some goodwill.", "ticket",
       "escalate {ticket} | pass {ticket} on to the second level | have {ticket} escalated",
       (Need("ticket.level == 'normal'", "ticket {ticket} is escalated already; nothing needs to be done"),
        Need("ticket.status != 'closed'", "ticket {ticket} is closed; a new one must be opened")),
       (Set("ticket", {"level": "'escalated'"}),
        Set("ticket.line.customer", {"goodwill": "ticket.line.customer.goodwill + rule('goodwill')"}))),
    Do("credit_item", "Credits an item of a bill; the bill becomes smaller if it goes against it.", "item:bill_item",
       "credit {item} {way} | give the customer {item} back {way}",
       (Need("item.status == 'charged'", "bill item {item} is credited already; once is enough"),
        Need("item.amount <= rule('credit limit')",
             "items of up to {rule('credit limit')} euros are credited, and this one is {item.amount}")),
       (Set("item", {"status": "'credited'"}),
        Set("item.bill", {"amount": "round(item.bill.amount - item.amount, 2)"}, when="item.bill.status == 'open'"),
        Set("item.line.customer", {"goodwill": "round(item.line.customer.goodwill + item.amount, 2)"},
            when="way == 'voucher'")),
       asks={"way": Wanted(Extra.CHOICE, HOW, "How it is credited.", WAYS)}),
    Do("end_contract", "Ends a contract with all its lines; what is left of the commitment costs an exit fee.",
       "contract",
       "end {contract} | terminate {contract} | see to it that {contract} is ended",
       (Need("contract.status == 'running'", "contract {contract} is ending already; nothing needs to be done"),),
       (Set("contract", {"status": "'ending'", "charges": "contract.charges + fee"}),
        SetEach("line", {"contract": "contract"}, {"status": "'ending'"})),
       gives={"fee": "max(0, days_until(contract.committed)) // 30 * rule('exit fee')"}),
)

CLAUSES = (
    Clause("business lines",
           "Plans of lines on a business contract are negotiated by the business desk. We do not move such a line to"
           " another plan, however urgent it is; whoever asks is told to call the business desk.",
           "change_plan", "line.contract.type == 'business'"),
    Clause("new lines",
           "A line stays on the plan that it was activated with for its first {} days. Until then we do not change the"
           " plan, not even to a dearer one.",
           "change_plan", "days_until(line.activated) > -figure", values=(300, 360, 420)),
    Clause("gold customers and cards",
           "Customers in the gold tier have chosen to do without plastic. When one of their SIM cards is replaced, the"
           " new one is always an eSIM, whatever form was asked for.",
           "replace_sim", "sim.line.customer.tier == 'gold'", Fix("form", "eSIM")),
    Clause("fresh cards",
           "A SIM card that was issued less than {} days ago is not replaced at the desk. It may only be badly"
           " seated; the customer takes it to a shop, where somebody looks at it first.",
           "replace_sim", "days_until(sim.issued) > -figure", values=(90, 110, 130)),
    Clause("insured devices",
           "Devices with theft cover or full cover are not unlocked by us, because the insurer wants to see them"
           " first. We send the customer to the insurance team.",
           "unlock_device", "device.cover in ('theft cover', 'full cover')"),
    Clause("passes for new lines",
           "Somebody who books roaming on a very new line is too often a fraudster. On a line that was activated less"
           " than {} days ago we book no roaming pass.",
           "book_pass", "days_until(line.activated) > -figure", values=(240, 280, 330)),
    Clause("large packages",
           "Packages of more than {} euros are sold in our shops only, where the terms are signed. At the desk we do"
           " not book them.",
           "book_pass", "package.price > figure", values=(60, 65, 70)),
    Clause("what no technician can mend",
           "Slow data and voicemail are matters of the network, not of anybody's home. No technician is sent because of"
           " a ticket about one of these two.",
           "book_visit", "ticket.topic in ('slow data', 'voicemail')"),
    Clause("fresh tickets",
           "Most faults go away by themselves. Because of a ticket that was opened less than {} days ago we send no"
           " technician yet.",
           "book_visit", "days_until(ticket.opened) > -figure", values=(10, 12, 14)),
    Clause("visits that are called off",
           "A customer whose ticket is still on the normal level and was opened more than {} days ago has waited long"
           " enough. When the visit for such a ticket is called off, the ticket is escalated as well.",
           "cancel_visit", "visit.ticket.level == 'normal' and days_until(visit.ticket.opened) < -figure",
           Also("escalate_ticket", {"ticket": "visit.ticket"}), values=(20, 25, 28)),
    Clause("charges that we do not credit",
           "Premium numbers and directory enquiries are billed for other firms, and the money is theirs. Bill items of"
           " these two kinds are never credited by us.",
           "credit_item", "item.kind in ('premium numbers', 'directory enquiries')"),
    Clause("open bills",
           "As long as the bill for a private contract is open, there is nothing to pay back. An item of such a bill is"
           " only ever credited against the next bill, whatever way was asked for.",
           "credit_item", "item.bill.status == 'open' and item.bill.contract.type == 'private'",
           Fix("way", "next bill")),
    Clause("long commitments",
           "Whoever is committed for more than {} days from today has signed for a reason. We do not end such a"
           " contract ourselves; the retention team does, after talking to the customer.",
           "end_contract", "days_until(contract.committed) > figure", values=(300, 330, 360)),
    Clause("opening hours",
           "The desk is staffed from 7 in the morning until 10 at night, also at weekends. At other times callers are"
           " put through to the fault hotline of their area."),
    Clause("privacy",
           "We discuss a contract with the person who signed it and with nobody else, not even within a family. A PUK"
           " is read out only to somebody who has named the phone number it belongs to."),
    Clause("manners",
           "We greet by name, answer in whole sentences, promise no dates that are not in the system, and never speak"
           " ill of another operator."),
)
