"""What one can ask a library to do, the figures that its tools enforce, and the house rules that nobody enforces."""

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
    Need,
    Number,
    Rule,
    Set,
    Wanted,
)
from ftrl_gym.construct.worlds import library_words as words

# fmt: off
RULES = (
    Rule("loan period", (14, 21, 28), "days", "A copy is lent for {} days."),
    Rule("renewal period", (7, 10, 14), "days", "A renewal makes a loan {} days longer."),
    Rule("renewals", (2, 3, 4), "times", "A loan can be renewed {} times."),
    Rule("loans at a time", (4, 5, 6, 7), "loans", "A member has at most {} current loans at a time."),
    Rule("debt limit", tuple(range(12, 40, 2)), "EUR", "Who owes more than {} euros borrows nothing."),
    Rule("late fee", tuple(range(15, 65, 5)), "cents", "Each day that a loan is late costs {} cents."),
    Rule("waiting list", (3, 4, 5, 6), "holds", "At most {} holds wait for one book."),
    Rule("cash limit", tuple(range(10, 30, 2)), "EUR", "Fines of up to {} euros can be paid in cash."),
    Rule("places per registration", (4, 5, 6), "places", "At most {} places are taken with one registration."),
    Rule("requests at a time", (1, 2), "requests", "A member has at most {} ordered interlibrary requests at a time."),
)

CURRENT = Need("loan.status == 'current'", "loan {loan} is returned already; only a current one can be changed")
LATE = "round(max(0, -days_until(loan.due_date)) * rule('late fee') / 100, 2)"
PAYS = Detail("method", ("",), "How should the fine be paid?", ("pay", "paid", "method"), ("{x}, please.", "{x}."))
PLACES = Detail("places", ("some",), "How many places are needed?", ("how many", "places", "number"),
                ("{x} places.", "{x}, please.", "{x}."))

WRITING = (
    Do("lend_copy", "Lends a copy from the shelf to a member.", "copy member",
       "lend {copy} to {member} | check {copy} out to {member} | let {member} borrow {copy}",
       (Need("copy.status == 'on shelf'", "copy {copy} is {copy.status}; only one that is on the shelf can be lent"),
        Need("count('loan', member=member, status='current') < rule('loans at a time')",
             "member {member} has {rule('loans at a time')} current loans already; one must come back first"),
        Need("member.balance <= rule('debt limit')",
             "member {member} owes {member.balance} euros, more than {rule('debt limit')}; fines must be paid first")),
       (Create("loan", {"copy": "copy", "status": "'current'", "member": "member", "lent_date": "today",
                        "renewals": "0", "due_date": "add_days(today, rule('loan period'))"}),
        Set("copy", {"status": "'on loan'"})),
       follow_ups=("return_copy",)),
    Do("renew_loan", "Makes a current loan longer, unless others are waiting for the book.", "loan",
       "renew {loan} | extend {loan} | see to it that {loan} is renewed",
       (CURRENT,
        Need("loan.renewals < rule('renewals')",
             "loan {loan} has been renewed {loan.renewals} times, the most allowed; the copy must come back"),
        Need("loan.copy.book.queue == 0",
             "{loan.copy.book.queue} members are waiting for {loan.copy.book}; the copy must come back")),
       (Set("loan", {"due_date": "add_days(loan.due_date, rule('renewal period'))",
                     "renewals": "loan.renewals + 1"}),)),
    Do("return_copy", "Takes a lent copy back; a late one is fined, and whoever waits longest gets it next.", "loan",
       "register {loan} as brought back | book {loan} as returned | close {loan} as returned",
       (CURRENT,),
       (Set("loan", {"status": "'returned'"}),
        Set("loan.copy", {"status": "'set aside' if loan.copy.book.queue > 0 else 'on shelf'"}),
        Set("next_hold", {"status": "'ready'"}, when="loan.copy.book.queue > 0"),
        Set("loan.copy.book", {"queue": "loan.copy.book.queue - 1"}, when="loan.copy.book.queue > 0"),
        Set("loan.member", {"balance": "round(loan.member.balance + fee, 2)"}, when="fee > 0"),
        Create("fine", {"loan": "loan", "member": "loan.member", "reason": "'late return'", "amount": "fee",
                        "issue_date": "today", "status": "'open'", "method": "'none'"}, when="fee > 0")),
       lets={"next_hold": "first('hold', 'placed_date', book=loan.copy.book, status='waiting')"},
       gives={"fee": Number(value=LATE)},
       regret="Sorry, they no longer want it: please book that loan as returned again."
              " | On second thoughts they leave it here, so please close that loan as returned."),
    Do("place_hold", "Puts a member on the waiting list for a book of which no copy is on the shelf.",
       "book member branch",
       "put {member} on the waiting list for {book}, to be picked up at {branch}"
       " | place a hold on {book} for {member}, to be picked up at {branch}",
       (Need("count('copy', book=book, status='on shelf') == 0",
             "a copy of {book} is on the shelf; list_copies shows where, so lend that one"),
        Need("count('hold', book=book, member=member, status='waiting') == 0",
             "member {member} is waiting for {book} already; one hold is enough"),
        Need("book.queue < rule('waiting list')",
             "{rule('waiting list')} holds wait for {book} already, the most allowed; choose another book")),
       (Create("hold", {"book": "book", "member": "member", "branch": "branch", "placed_date": "today",
                        "status": "'waiting'"}),
        Set("book", {"queue": "book.queue + 1"})),
       follow_ups=("cancel_hold",)),
    Do("cancel_hold", "Takes a waiting hold off the waiting list.", "hold",
       "cancel {hold} | call off {hold} | take {hold} off the waiting list",
       (Need("hold.status == 'waiting'", "hold {hold} is {hold.status}; only a waiting one can be cancelled"),),
       (Set("hold", {"status": "'cancelled'"}), Set("hold.book", {"queue": "hold.book.queue - 1"})),
       regret="Sorry, they have found it elsewhere: please cancel that hold again."
              " | On second thoughts, please cancel that hold."),
    Do("settle_fine", "Settles an open fine in full.", "fine",
       "settle {fine} {method} | have {fine} paid {method} | take payment for {fine} {method}",
       (Need("fine.status == 'open'", "fine {fine} is paid already; nothing is due"),
        Need("method != 'cash' or fine.amount <= rule('cash limit')",
             "cash is taken up to {rule('cash limit')} euros only; use a card or the household account")),
       (Set("fine", {"status": "'paid'", "method": "method"}),
        Set("fine.member", {"balance": "round(fine.member.balance - fine.amount, 2)"})),
       asks={"method": Wanted(Extra.CHOICE, PAYS, "How it is paid.", words.METHODS)}),
    Do("mark_for_repair", "Notes on a copy that it has to be repaired.", "copy",
       "mark {copy} for repair | note down that {copy} has to be repaired",
       (Need("copy.condition != 'awaiting repair'", "copy {copy} awaits repair already; nothing needs to be done"),),
       (Set("copy", {"condition": "'awaiting repair'"}),)),
    Do("sign_up", "Signs a member up for places at an event.", "member event",
       "sign {member} up for {places} places at {event} | reserve {places} places at {event} for {member}",
       (Need("count('registration', event=event, member=member) == 0",
             "member {member} is registered for {event} already; list_registrations shows for how many places"),
        Need("places <= rule('places per registration')",
             "at most {rule('places per registration')} places are taken with one registration; take fewer"),
        Need("places <= event.places", "only {event.places} places are free at {event}; take fewer")),
       (Create("registration", {"event": "event", "member": "member", "date": "event.date", "places": "places",
                           "payable": "places * event.fee"}),
        Set("event", {"places": "event.places - places"})),
       asks={"places": Wanted(Extra.COUNT, PLACES, "Number of places.")}),
    Do("order_request", "Orders the book of a new interlibrary request from the partner library, at its charge.",
       "request",
       "order the book in {request} | send {request} off to the partner library | have {request} ordered",
       (Need("request.status == 'new'", "request {request} is {request.status} already; only a new one is ordered"),
        Need("count('request', member=request.member, status='ordered') < rule('requests at a time')",
             "member {request.member} has {rule('requests at a time')} ordered requests already, the most allowed"),
        Need("days_until(request.needed_date) >= request.partner.days",
             "{request.partner} needs {request.partner.days} days, and the book is needed on {request.needed_date}")),
       (Set("request", {"status": "'ordered'"}),
        Set("request.member", {"balance": "round(request.member.balance + request.partner.charge, 2)"})),
       gives={"arrives": "add_days(today, request.partner.days)"}),
)

CLAUSES = (
    Clause("Opening hours", "The desk is staffed from nine to six on weekdays and from ten to two on Saturdays."
           " Whatever comes in by letter or e-mail outside these hours is dealt with on the next working day, in the"
           " order in which it came in."),
    Clause("At the desk", "Members are addressed by their surname unless they ask for something else. What somebody"
           " reads is nobody else's business: never mention other members' loans in front of a member."),
    Clause("Valuable copies", "Copies that cost more than {} euros are for use in the reading room. Do not lend them to"
           " anybody, whatever the occasion.",
           "lend_copy", "copy.price > figure", Forbid(), (66, 70, 74, 78)),
    Clause("Juniors and books for adults", "Junior members may read anything they like in the house, but we do not lend"
           " a junior member a book whose readers are given as adults.",
           "lend_copy", "member.category == 'junior' and copy.book.readers == 'adults'"),
    Clause("Early renewals", "A loan is renewed when it is about to fall due, not before. While more than {} days are"
           " left until its due date, do not renew it.",
           "renew_loan", "days_until(loan.due_date) > figure", Forbid(), (22, 24, 26, 28)),
    Clause("Worn copies", "A worn copy has to pass over this desk regularly so that we can look at it. Loans of copies"
           " whose condition is worn are therefore not renewed; the member may borrow another copy.",
           "renew_loan", "loan.copy.condition == 'worn'"),
    Clause("Small branches", "Branches with fewer than {} reading desks have no room for a hold shelf. Do not place a"
           " hold that is to be picked up at such a branch.",
           "place_hold", "branch.desks < figure", Forbid(), (20, 22, 24, 26)),
    Clause("Old editions", "Books that came out more than {} years ago are not put on hold, since we replace them by a"
           " newer edition as soon as there is one.",
           "place_hold", "years_between(book.release_date, today) > figure", Forbid(), (26, 28, 30)),
    Clause("Holds that have waited long", "Who has waited for more than {} days has nearly reached the front. Such a"
           " hold is cancelled by the head of the desk only, after a call to the member; you do not cancel it.",
           "cancel_hold", "days_until(hold.placed_date) < -figure", Forbid(), (42, 45, 50)),
    Clause("Fines of juniors", "Children are not to carry money for fines. A fine of a junior member always goes on the"
           " household account, even if the family asks to pay it in another way.",
           "settle_fine", "fine.member.category == 'junior'", Fix("method", "account")),
    Clause("Damage", "Whoever takes the money for damage also sees to the book. When you settle a fine whose reason is"
           " a damaged copy, mark the copy of that loan for repair as well, unless it awaits repair already.",
           "settle_fine", "fine.reason == 'damaged copy' and fine.loan.copy.condition != 'awaiting repair'",
           Also("mark_for_repair", {"copy": "fine.loan.copy"})),
    Clause("Late evenings", "The insurance covers juniors until the evening only. Do not sign a junior member up for an"
           " event that starts at 16:00 or later.",
           "sign_up", "member.category == 'junior' and event.starts >= '16:00'"),
    Clause("Costly events", "Places at events with an entrance fee of more than {} euros are sold by the box office. We"
           " do not take sign-ups for them, for members of any category.",
           "sign_up", "event.fee > figure", Forbid(), (16, 17, 18)),
    Clause("Slow partners", "Partner libraries that need more than {} days to deliver are asked by the interlibrary"
           " office alone. Do not order requests that go to one of them; leave them as they are.",
           "order_request", "request.partner.days > figure", Forbid(), (16, 17, 18)),
    Clause("New members", "In the first {} months, counted as thirty days each, a membership is on trial. We do not"
           " order interlibrary books for members who joined less than that time ago.",
           "order_request", "days_until(request.member.joined) > -30 * figure", Forbid(), (24, 30, 36)),
)
