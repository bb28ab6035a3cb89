"""What one can ask a claims desk to do, the figures that its tools enforce, and the rules of its handbook."""

from __future__ import annotations

from ftrl_gym.construct.declare import (
    Also,
    Clause,
    Create,
    Detail,
    Do,
    Extra,
    Fix,
    Forbid,
    Money,
    Need,
    Rule,
    Set,
    SetEach,
    Wanted,
)
from ftrl_gym.construct.worlds import insurance_words as words

# fmt: off
RULES = (
    Rule("open claims", (3, 4, 5), "claims", "A policyholder has at most {} reported claims at a time."),
    Rule("caseload", (7, 8, 9, 10), "claims", "An adjuster has at most {} open claims at a time."),
    Rule("approval period", tuple(range(120, 190, 10)), "days", "A claim is approved within {} days of the loss."),
    Rule("cheque limit", tuple(range(2000, 7000, 500)), "EUR", "Cheques are written for up to {} euros."),
    Rule("withdrawal period", tuple(range(100, 170, 10)), "days", "Claims are withdrawn within {} days of the loss."),
    Rule("repair delay", tuple(range(16, 30, 2)), "days", "A workshop is chosen that can begin within {} days."),
    Rule("cancellation notice", tuple(range(20, 65, 5)), "days", "Contracts are cancelled {} days before their end."),
    Rule("cancellation fee", tuple(range(10, 65, 5)), "EUR", "Cancelling a contract costs {} euros."),
    Rule("referral limit", tuple(range(600, 1500, 100)), "EUR", "Claims of {} euros or more can be referred."),
)

OPEN = "claim.status in ('reported', 'assessed')"
CAUSE = Detail("cause", ("",), "What was the cause?", ("cause", "how", "why", "happen"), ("{x}.",))
SUM = Detail("sum", ("some",), "How many hundred euros is it?", ("how many", "how much", "hundred"),
             ("{x} hundred euros.", "{x}, please.", "{x}."))
WHY = Detail("reason", ("",), "Why is it declined?", ("why", "reason"), ("{x}.",))
PAYS = Detail("method", ("",), "How should it be paid?", ("pay", "paid", "method"), ("{x}, please.", "{x}."))

WRITING = (
    Do("file_claim", "Files a claim under a coverage; it goes to the adjuster of the line with the fewest open ones.",
       "coverage",
       "file a claim of {hundreds} hundred euros under {coverage} {cause}"
       " | report a loss of {hundreds} hundred euros under {coverage} {cause}",
       (Need("coverage.status == 'in force'", "coverage {coverage} has ended; name one that is in force"),
        Need("count('claim', coverage=coverage, status='reported') == 0",
             "a claim under {coverage} is reported already; it must be dealt with first"),
        Need("count('claim', holder=coverage.contract.holder, status='reported') < rule('open claims')",
             "this policyholder has {rule('open claims')} reported claims already, the most allowed")),
       (Create("claim", {"coverage": "coverage", "line": "coverage.line", "holder": "coverage.contract.holder",
                         "adjuster": "adjuster", "loss_date": "today", "reported": "today", "cause": "cause",
                         "amount_claimed": "100 * hundreds", "payable": "0", "inquiry": "'not referred'",
                          "status": "'reported'"}),
        Set("adjuster", {"caseload": "adjuster.caseload + 1"})),
       asks={"hundreds": Wanted(Extra.COUNT, SUM, "The loss in hundreds of euros."),
             "cause": Wanted(Extra.CHOICE, CAUSE, "What caused it.", words.CAUSES)},
       lets={"adjuster": "first('adjuster', 'caseload', line=coverage.line)"}, follow_ups=("withdraw_claim",)),
    Do("assign_adjuster", "Gives an open claim to another adjuster.", "claim adjuster",
       "give {claim} to {adjuster} | assign {adjuster} to {claim} | have {adjuster} take over {claim}",
       (Need(OPEN, "claim {claim} is {claim.status}; only reported and assessed ones change hands"),
        Need("claim.adjuster != adjuster", "adjuster {adjuster} has {claim} already; name somebody else"),
        Need("adjuster.status == 'on duty'", "adjuster {adjuster} is {adjuster.status}; choose one who is on duty"),
        Need("adjuster.caseload < rule('caseload')",
             "adjuster {adjuster} has {adjuster.caseload} open claims, the most allowed; choose somebody else")),
       (Set("claim", {"adjuster": "adjuster"}),
        Set("claim.adjuster", {"caseload": "claim.adjuster.caseload - 1"}),
        Set("adjuster", {"caseload": "adjuster.caseload + 1"}))),
    Do("approve_claim", "Approves an assessed claim: the damage up to the limit, less the deductible, can be paid.",
       "claim",
       "approve {claim} | accept {claim} | see to it that {claim} is approved",
       (Need("claim.status == 'assessed'", "claim {claim} is {claim.status}; only an assessed one can be approved"),
        Need("-days_until(claim.loss_date) <= rule('approval period')",
             "the loss was on {claim.loss_date}, more than {rule('approval period')} days ago; it is too late")),
       (Set("claim", {"status": "'approved'", "payable": "payable"}),
        Set("claim.coverage", {"used": "round(claim.coverage.used + payable, 2)"})),
       lets={"damage": "total('assessment', 'damage', claim=claim)"},
       gives={"payable": Money(value="round(max(0, min(damage, claim.coverage.limit) - claim.coverage.deductible),"
                                     " 2)")},
       shows="status", follow_ups=("pay_claim",)),
    Do("decline_claim", "Declines an open claim, with a reason.", "claim",
       "decline {claim} {reason} | turn down {claim} {reason}",
       (Need(OPEN, "claim {claim} is {claim.status}; only reported and assessed ones can be declined"),),
       (Set("claim", {"status": "'declined'"}), Set("claim.adjuster", {"caseload": "claim.adjuster.caseload - 1"}),
        SetEach("assessment", {"claim": "claim"}, {"outcome": "reason"})),
       asks={"reason": Wanted(Extra.CHOICE, WHY, "Why it is declined.", words.REASONS)}),
    Do("pay_claim", "Pays what is payable on an approved claim to the policyholder.", "claim",
       "pay {claim} {method} | settle {claim} {method} | pay out {claim} {method}",
       (Need("claim.status == 'approved'", "claim {claim} is {claim.status}; only an approved one can be paid"),
        Need("method != 'cheque' or claim.payable <= rule('cheque limit')",
             "cheques are written for up to {rule('cheque limit')} euros; pay by transfer or set-off")),
       (Set("claim", {"status": "'paid'"}),
        Create("payment", {"claim": "claim", "amount": "claim.payable", "paid_date": "today", "method": "method"},
               shows="claim amount method"),
        Set("claim.adjuster", {"caseload": "claim.adjuster.caseload - 1"}),
        Set("claim.holder", {"bonus_years": "0"})),
       asks={"method": Wanted(Extra.CHOICE, PAYS, "How it is paid.", words.METHODS)},
       later="pay it {method} at once"),
    Do("withdraw_claim", "Withdraws a reported claim.", "claim",
       "withdraw {claim} | cancel {claim} altogether",
       (Need("claim.status == 'reported'", "claim {claim} is {claim.status}; only a reported one can be withdrawn"),
        Need("-days_until(claim.loss_date) <= rule('withdrawal period')",
             "the loss was on {claim.loss_date}; withdrawing is possible for {rule('withdrawal period')} days")),
       (Set("claim", {"status": "'withdrawn'"}),
        Set("claim.adjuster", {"caseload": "claim.adjuster.caseload - 1"})),
       regret="Sorry, they will pay for it themselves: please withdraw that claim again."
              " | On second thoughts, please cancel that claim altogether."),
    Do("order_repair", "Orders the repair of what an approved claim is about from a workshop.", "claim workshop",
       "have the damage of {claim} repaired by {workshop} | order the repair for {claim} from {workshop}",
       (Need("claim.status == 'approved'", "claim {claim} is {claim.status}; repairs are ordered for approved ones"),
        Need("claim.line != 'travel'", "claim {claim} is about a journey, and there is nothing to repair"),
        Need("count('repair', claim=claim) == 0", "the repair for {claim} has been ordered; find_repair shows where"),
        Need("workshop.waiting_days <= rule('repair delay')",
             "{workshop} begins in {workshop.waiting_days} days; choose one that begins within"
             " {rule('repair delay')} days")),
       (Create("repair", {"claim": "claim", "workshop": "workshop", "hours": "hours", "price": "claim.payable",
                          "ready_date": "add_days(today, workshop.waiting_days)", "status": "'ordered'"}),
        Set("workshop", {"waiting_days": "workshop.waiting_days + 1"})),
       lets={"hours": "round(claim.payable / workshop.hourly_rate, 1)"}),
    Do("cancel_contract", "Cancels an active contract, for a fee; its coverages end.", "contract",
       "cancel {contract} | terminate {contract} | give notice on {contract}",
       (Need("contract.status == 'active'",
             "contract {contract} is {contract.status} already; nothing needs to be done"),
        Need("days_until(contract.ends) >= rule('cancellation notice')",
             "contract {contract} ends on {contract.ends}; that takes {rule('cancellation notice')} days' notice")),
       (Set("contract", {"status": "'cancelled'"}),
        SetEach("coverage", {"contract": "contract"}, {"status": "'ended'"}),
        Set("contract.holder", {"balance": "contract.holder.balance + rule('cancellation fee')"}))),
    Do("refer_claim", "Refers a claim to the special inquiries unit, whatever its status.", "claim",
       "refer {claim} to special inquiries | hand {claim} over to special inquiries",
       (Need("claim.inquiry == 'not referred'", "claim {claim} has been referred already; nothing needs to be done"),
        Need("claim.amount_claimed >= rule('referral limit')",
             "claim {claim} is about {claim.amount_claimed} euros; only those of {rule('referral limit')} or more are"
             " referred")),
       (Set("claim", {"inquiry": "'referred'"}),)),
)

CLAUSES = (
    Clause("Tone", "Somebody who reports a loss has had a bad day. Say first what we do next and only then what we need"
           " from them. Never call a policyholder a liar, and never promise a sum before a claim is approved."),
    Clause("Office hours", "The desk is staffed on weekdays from eight to six. The emergency line runs day and night,"
           " but it only finds tow trucks, plumbers and hotels; it decides nothing."),
    Clause("Papers", "Original documents are scanned on the day they arrive and sent back within a week. Copies suffice"
           " for everything but travel tickets."),
    Clause("Travel losses", "Losses under travel coverages are taken down by our assistance partner. Do not file a"
           " claim under a coverage of the travel line; the partner does so.",
           "file_claim", "coverage.line == 'travel'"),
    Clause("Below the deductible", "What a policyholder bears alone is no claim. Do not file a claim whose sum does not"
           " exceed the deductible of the coverage, so that nobody's bonus years are counted anew for nothing.",
           "file_claim", "100 * hundreds <= coverage.deductible"),
    Clause("New adjusters", "Adjusters with fewer than {} years of service are still in training and keep the claims"
           " that the desk gave them. Do not hand them a claim that somebody else has begun.",
           "assign_adjuster", "adjuster.years < figure", Forbid(), (9, 10, 11)),
    Clause("Neighbours", "Nobody decides about a neighbour. Do not give a claim to an adjuster whose region is the"
           " region in which the policyholder of that claim lives.",
           "assign_adjuster", "adjuster.region == claim.holder.region"),
    Clause("Large claims", "Claims of more than {} euros need the signatures of two directors. Leave them as they are:"
           " do not approve them, even when everything is in order.",
           "approve_claim", "claim.amount_claimed > figure", Forbid(), (6000, 6500, 7000)),
    Clause("Late reports", "A loss that was reported more than {} days after it happened has to be explained in"
           " writing, and the legal department reads the explanation. Do not approve such a claim yourself.",
           "approve_claim", "days_until(claim.reported) - days_until(claim.loss_date) > figure", Forbid(),
           (20, 22, 24)),
    Clause("Loyal policyholders", "Policyholders with more than {} bonus years get a personal call before they get"
           " bad news. Do not decline a claim of one of them.",
           "decline_claim", "claim.holder.bonus_years > figure", Forbid(), (15, 16, 17)),
    Clause("Payments for the travel line", "Travellers are often abroad when we pay. A claim of the travel line is"
           " always paid by bank transfer, whatever was agreed on the telephone.",
           "pay_claim", "claim.line == 'travel'", Fix("method", "transfer")),
    Clause("Theft", "The police asks us for a list of what we pay after thefts. When you pay a claim of {} euros or"
           " more whose cause is theft, refer it to special inquiries as well, unless it has been referred before.",
           "pay_claim", "claim.cause == 'theft' and claim.amount_claimed >= figure and claim.inquiry == 'not referred'",
           Also("refer_claim", {"claim": "claim"}), (1500, 1600, 1700)),
    Clause("Costly workshops", "Workshops that charge more than {} euros an hour work for us only after the purchasing"
           " department has spoken to them. Do not order a repair from one of them.",
           "order_repair", "workshop.hourly_rate > figure", Forbid(), (100, 105, 110)),
    Clause("Young contracts", "A contract that began less than {} days ago has not even paid for its own paper. The"
           " policyholder may insist in writing, but you do not cancel it.",
           "cancel_contract", "days_until(contract.starts) > -figure", Forbid(), (270, 330, 365)),
    Clause("Valuable contracts", "Contracts with a yearly premium of more than {} euros are offered a discount by the"
           " broker before they are given up. Do not cancel one of them at this desk.",
           "cancel_contract", "contract.premium > figure", Forbid(), (850, 900, 950)),
)
