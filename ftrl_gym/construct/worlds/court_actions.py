"""What a court registry does, the figures its tools enforce, and its handbook."""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Also, Clause, Create, Detail, Do, Extra, Fix, Need, Rule, Set, SetEach, Wanted,
)  # fmt: skip

# fmt: off
CUTS = {"half": "by half", "whole": "in full"}
DAY = Detail("day", ("",), "Which day is it?", ("day", "date", "when"), ("{x}.", "On {x}."))
WHEN = Detail("date", ("a day that suits",), "On which day should it be held?", ("day", "date", "when"),
              ("On {x}.", "{x}, please."))
MOVED = Detail("new date", ("",), "To which day should it be moved?", ("day", "date", "when"), ("To {x}.", "{x}."))
WEEKS = Detail("weeks", ("a few",), "By how many weeks should it be extended?", ("how many", "weeks", "how long"),
               ("{x} weeks.", "By {x}.", "{x}, please."))
CUT = Detail("cut", ("",), "By half or in full?", ("half", "full", "how much"), ("{x}.", "{x}, please."))

RULES = (
    Rule("hearing horizon", tuple(range(40, 71)), "days", "Hearings are planned at most {} days ahead."),
    Rule("hearings of a judge", (2, 3, 4, 5), "hearings", "A judge has at most {} planned hearings."),
    Rule("moving notice", (1, 2, 3), "days", "A hearing is moved up to {} days before its date."),
    Rule("longest extension", (3, 4, 5), "weeks", "A deadline is extended by {} weeks at most."),
    Rule("extensions", (1, 2), "extensions", "A deadline is extended {} times at most."),
    Rule("appeal period", tuple(range(500, 1300, 50)), "days", "Rulings are appealed up to {} days after their date."),
    Rule("appeal surcharge", tuple(range(40, 260, 10)), "EUR", "An appeal adds {} euros to the amount in dispute."),
    Rule("counsel fee", tuple(range(15, 91, 5)), "EUR", "Noting another lawyer takes {} euros off the security."),
    Rule("reduction limit", tuple(range(500, 860, 20)), "EUR", "Fee notes of up to {} euros are reduced."),
)

PLANNED = Need("hearing.status == 'planned'",
               "hearing {hearing} is {hearing.status}; only a planned one can be changed")
HORIZON = Need("days_until(date) <= rule('hearing horizon')",
               "hearings are planned at most {rule('hearing horizon')} days ahead; choose an earlier day")

WRITING = (
    Do("schedule_hearing", "Schedules an oral hearing of an hour in a pending case, in the smallest room of its court.",
       "case",
       "schedule a hearing in {case} on {date} | put {case} down for a hearing on {date}"
       " | set a hearing in {case} for {date}",
       (Need("case.status == 'pending'", "case {case} is {case.status}; only a pending one is heard"),
        HORIZON,
        Need("count('hearing', courtroom=place, date=date, status='planned') == 0",
             "courtroom {place} is taken on {date}; choose another day"),
        Need("count('hearing', judge=case.judge, status='planned') < rule('hearings of a judge')",
             "judge {case.judge} has {rule('hearings of a judge')} planned hearings, the most there can be")),
       (Create("hearing", {"case": "case", "judge": "case.judge", "courtroom": "place", "kind": "'oral hearing'",
                           "date": "date", "time": "'10:00'", "minutes": "60", "status": "'planned'"}),),
       asks={"date": Wanted(Extra.DATE, WHEN, "Day of the hearing as YYYY-MM-DD.")},
       lets={"place": "first('courtroom', 'seats', court=case.court)"}),
    Do("move_hearing", "Moves a planned hearing to another day.", "hearing",
       "move {hearing} to {date} | reschedule {hearing} for {date} | change the date of {hearing} to {date}",
       (PLANNED, Need("hearing.date != date", "hearing {hearing} is on {date} already; name another day"),
        Need("days_until(hearing.date) >= rule('moving notice')",
             "it is too late to move {hearing}: that takes {rule('moving notice')} days' notice"),
        HORIZON,
        Need("count('hearing', courtroom=hearing.courtroom, date=date, status='planned') == 0",
             "courtroom {hearing.courtroom} is taken on {date}; choose another day")),
       (Set("hearing", {"date": "date"}),),
       asks={"date": Wanted(Extra.DATE, MOVED, "The new day as YYYY-MM-DD.")},
       sooner="bring {hearing} forward to {date}",
       put_off="put {hearing} off until {date} | postpone {hearing} to {date} | push {hearing} back to {date}",
       open="move {hearing} to another day | reschedule {hearing} | change the date of {hearing}"),
    Do("extend_deadline", "Extends an open deadline by some weeks.", "deadline",
       "extend {deadline} by {weeks} weeks | allow {weeks} more weeks for {deadline}",
       (Need("deadline.status == 'open'", "deadline {deadline} was met; only an open one can be extended"),
        Need("weeks <= rule('longest extension')",
             "a deadline is extended by {rule('longest extension')} weeks at most; choose fewer"),
        Need("deadline.extended < rule('extensions')",
             "deadline {deadline} was extended {deadline.extended} times, the most there can be")),
       (Set("deadline", {"due": "add_days(deadline.due, 7 * weeks)", "extended": "deadline.extended + 1"}),),
       asks={"weeks": Wanted(Extra.COUNT, WEEKS, "Number of weeks.")}),
    Do("lodge_appeal", "Lodges an appeal against a ruling: a new case at the court above, before its youngest judge.",
       "ruling",
       "lodge an appeal against {ruling} | appeal {ruling} | see to it that {ruling} is appealed",
       (Need("ruling.case.court.level != 'supreme'", "{ruling} comes from the supreme court, so it cannot be appealed"),
        Need("count('case', earlier=ruling.case) == 0", "{ruling} has been appealed before; find_appeal tells where"),
        Need("days_until(ruling.date) >= -rule('appeal period')",
             "it is too late: rulings are appealed up to {rule('appeal period')} days after their date")),
       (Create("case", {"court": "ruling.case.court.appeals_to", "earlier": "ruling.case", "judge": "youngest",
                        "effort": "20", "subject": "ruling.case.subject", "status": "'pending'", "filed": "today",
                        "amount": "ruling.case.amount + rule('appeal surcharge')",
                        "key_exhibit": "ruling.case.key_exhibit"}),),
       lets={"youngest": "first('judge', 'years', court=ruling.case.court.appeals_to)"},
       follow_ups=("record_settlement",)),
    Do("transfer_case", "Transfers a pending case to another court of the same level; planned hearings fall away.",
       "case court",
       "transfer {case} to {court} | send {case} on to {court} | hand {case} over to {court}",
       (Need("case.status == 'pending'", "case {case} is {case.status}; only a pending one can be transferred"),
        Need("case.court != court", "case {case} is at {court} already; name another court"),
        Need("court.level == case.court.level",
             "{court} is a {court.level} court; name another {case.court.level} court")),
       (Set("case", {"court": "court", "judge": "youngest"}),
        SetEach("hearing", {"case": "case", "status": "'planned'"}, {"status": "'cancelled'"})),
       lets={"youngest": "first('judge', 'years', court=court)"}),
    Do("change_counsel", "Notes another lawyer for a party.", "party lawyer",
       "note {lawyer} as the new lawyer for {party} | let {lawyer} take over for {party}",
       (Need("party.lawyer != lawyer", "{lawyer} acts for {party} already; name another lawyer"),
        Need("count('party', case=party.case, lawyer=lawyer) == 0",
             "{lawyer} acts for another party to {party.case}; name another lawyer")),
       (Set("party", {"lawyer": "lawyer", "security": "max(0, party.security - rule('counsel fee'))"}),)),
    Do("reduce_fee", "Reduces an open fee note because somebody has little money.", "fee:fee_note",
       "reduce {fee} {cut} | have {fee} reduced {cut}",
       (Need("fee.status == 'open'", "fee note {fee} is {fee.status}; only an open one can be reduced"),
        Need("fee.amount <= rule('reduction limit')",
             "fee notes of up to {rule('reduction limit')} euros are reduced, and this one is {fee.amount}")),
       (Set("fee", {"amount": "0 if cut == 'whole' else fee.amount // 2", "status": "'reduced'"}),),
       asks={"cut": Wanted(Extra.CHOICE, CUT, "How much is let off.", CUTS)}),
    Do("record_settlement", "Records that the parties have settled: hearings and deadlines fall away.", "case",
       "record a settlement in {case} | note that {case} has been settled",
       (Need("case.status == 'pending'", "case {case} is {case.status} already; only a pending one can be settled"),),
       (Set("case", {"status": "'settled'"}),
        SetEach("hearing", {"case": "case", "status": "'planned'"}, {"status": "'cancelled'"}),
        SetEach("deadline", {"case": "case", "status": "'open'"}, {"status": "'void'"})),
       regret="Sorry, they have just come to terms: record the settlement in that appeal, please."
              " | On second thoughts, please note that the appeal has been settled."),
    Do("release_exhibit", "Gives an exhibit in store back to the party that brought it in.", "exhibit",
       "release {exhibit} | give {exhibit} back | see to it that {exhibit} is released",
       (Need("exhibit.status == 'in store'", "exhibit {exhibit} is {exhibit.status}; it must be in store"),),
       (Set("exhibit", {"status": "'released'"}),)),
)

CLAUSES = (
    Clause("large disputes",
           "Hearings about a lot of money draw the press. In a case with more than {} euros in dispute it is the"
           " president who schedules hearings; the registry schedules none.",
           "schedule_hearing", "case.amount > figure", values=(60000, 64000, 68000)),
    Clause("cases in writing",
           "Patents and inheritances are matters of paper. Cases about one of these two subjects are decided in"
           " writing, and we schedule no hearing in them.",
           "schedule_hearing", "case.subject in ('a patent', 'an inheritance')"),
    Clause("evidence hearings",
           "Witnesses have been summoned to an evidence hearing and have taken leave for it. We do not move a hearing"
           " of that kind.",
           "move_hearing", "hearing.kind == 'evidence hearing'"),
    Clause("long hearings",
           "A hearing that is planned for more than {} minutes took weeks to fit in. We do not move it; only the judge"
           " does, in chambers.",
           "move_hearing", "hearing.minutes > figure", values=(210, 225, 240)),
    Clause("fee advances",
           "Nothing is done before the advance is paid. A deadline whose task is the fee advance is not extended, not"
           " even by a week.",
           "extend_deadline", "deadline.task == 'fee advance'"),
    Clause("no hurry",
           "Whoever asks for more time too early has not begun. As long as a deadline ends more than {} days from"
           " today, we do not extend it.",
           "extend_deadline", "days_until(deadline.due) > figure", values=(34, 36, 38)),
    Clause("small awards",
           "A ruling that awards less than {} euros is not worth another instance. We lodge no appeal against it at"
           " the counter; whoever insists writes to the president.",
           "lodge_appeal", "ruling.award < figure", values=(12000, 14000, 16000)),
    Clause("long rulings",
           "A ruling of more than {} paragraphs is read by the senior clerk before anybody appeals it. We lodge no"
           " appeal against such a ruling ourselves.",
           "lodge_appeal", "ruling.paragraphs > figure", values=(170, 180, 190)),
    Clause("the lawful judge",
           "Nobody may choose a judge. A case that was filed more than {} days ago stays where it is, and we do not"
           " transfer it, whatever the reason.",
           "transfer_case", "days_until(case.filed) < -figure", values=(74, 78, 82)),
    Clause("young lawyers",
           "For the first years a lawyer acts under supervision. We do not note a lawyer who was admitted less than {}"
           " days ago as the new lawyer of anybody.",
           "change_counsel", "days_until(lawyer.admitted) > -figure", values=(2200, 2600, 3000)),
    Clause("interveners",
           "An intervener tells the court in writing who acts for them. At the counter we change no lawyer of a party"
           " that has the role of intervener.",
           "change_counsel", "party.role == 'intervener'"),
    Clause("money of others",
           "Expert fees and interpreter fees have been paid out already. A fee note of one of these two kinds is only"
           " ever reduced by half, even where all of it should be let off.",
           "reduce_fee", "fee.kind in ('expert fee', 'interpreter fee')", Fix("cut", "half")),
    Clause("means",
           "Fees are reduced for those who have little. A party that has lodged a security of more than {} euros is"
           " not one of them, and we reduce none of its fee notes.",
           "reduce_fee", "fee.party.security > figure", values=(3600, 3800, 4000)),
    Clause("papers after a settlement",
           "Papers go home with the parties. When we record a settlement in a case whose key exhibit is a contract, a"
           " sealed letter or photographs and is still in store, we release that exhibit as well.",
           "record_settlement",
           "case.key_exhibit.kind in ('contract', 'sealed letter', 'photographs') and"
           " case.key_exhibit.status == 'in store'",
           Also("release_exhibit", {"exhibit": "case.key_exhibit"})),
    Clause("cash and weapons",
           "Cash goes to the cashier and weapons go to the police. We release no exhibit of either kind ourselves.",
           "release_exhibit", "exhibit.kind in ('cash', 'weapon')"),
    Clause("legal advice",
           "The registry explains how a form is filled in, and never whether a claim has a chance. Whoever wants advice"
           " is told to see a lawyer, and we recommend none."),
    Clause("hours and papers",
           "The counter is open from 8 until noon. Papers that come in later are stamped with the next working day,"
           " however long somebody has been queueing."),
    Clause("names",
           "Judges are called by their title. About people who are not parties to a case we say nothing at all, not"
           " even that they are not."),
)
