"""What one can ask a staff office to do, the figures that its tools enforce, and the rules of the staff handbook."""

from __future__ import annotations

from ftrl_gym.construct.declare import (
    Also,
    Clause,
    Create,
    Date,
    Detail,
    Do,
    Extra,
    Fix,
    Forbid,
    Need,
    Rule,
    Set,
    SetEach,
    Wanted,
)
from ftrl_gym.construct.worlds import human_resources_words as words

# fmt: off
RULES = (
    Rule("leave notice", (2, 3, 4, 5), "days", "Leave is approved at the latest {} days before it begins."),
    Rule("cancellation notice", (3, 5, 7, 9), "days", "Leave is cancelled at the latest {} days before it begins."),
    Rule("planning horizon", tuple(range(44, 64, 2)), "days", "Leave is booked at most {} days ahead."),
    Rule("open requests", (2, 3, 4), "requests", "An employee has at most {} submitted leave requests at a time."),
    Rule("enrolment deadline", (3, 5, 7, 10), "days", "Enrolment in a session ends {} days before it."),
    Rule("trainings at a time", (3, 4, 5), "enrolments", "An employee has at most {} enrolments at a time."),
    Rule("kit limit", tuple(range(2200, 4800, 200)), "EUR", "An employee holds devices worth at most {} euros."),
    Rule("expense deadline", tuple(range(60, 95, 5)), "days", "Expenses are settled within {} days of the trip."),
    Rule("petty cash", tuple(range(220, 520, 20)), "EUR", "Expenses of up to {} euros can be paid out in cash."),
    Rule("span of control", (4, 5, 6), "reports", "A manager has at most {} direct reports."),
)

DAYS = Detail("days", ("some",), "How many days should it be?", ("how many", "how long", "days"),
              ("{x} days.", "{x}, please.", "{x}."))
START = Detail("start", ("",), "From which day on?", ("day", "date", "when", "from"), ("{x}.", "{x}, please."))
PAID = Detail("method", ("",), "How should it be paid out?", ("pay", "paid", "method"), ("{x}, please.", "{x}."))
NOTICE = "leave request {request} begins on {request.starts}; that takes {rule('%s')} days' notice"

WRITING = (
    Do("file_leave", "Books days of a leave account; the request then waits for approval.", "account:leave_account",
       "book {days} days on {account} {start} | enter leave of {days} days {start} on {account}"
       " | put in a request for {days} days {start} on {account}",
       (Need("days <= account.days_left", "leave account {account} has {account.days_left} days left; take fewer"),
        Need("days_until(start) <= rule('planning horizon')",
             "leave is booked at most {rule('planning horizon')} days ahead; begin earlier"),
        Need("count('leave request', employee=account.employee, status='submitted') < rule('open requests')",
             "{rule('open requests')} requests of this employee are waiting already; one must be decided first")),
       (Create("leave request", {"account": "account", "employee": "account.employee", "starts": "start",
                                 "days": "days", "status": "'submitted'"}),
        Set("account", {"days_left": "account.days_left - days"})),
       asks={"days": Wanted(Extra.COUNT, DAYS, "Number of days."),
             "start": Wanted(Extra.START, START, "First day as YYYY-MM-DD.")},
       gives={"ends": Date(value="add_days(start, days - 1)")}, follow_ups=("approve_leave", "cancel_leave")),
    Do("approve_leave", "Approves a submitted leave request.", "request:leave_request",
       "approve {request} | give the go-ahead for {request} | see to it that {request} is approved",
       (Need("request.status == 'submitted'",
             "leave request {request} is {request.status}; only a submitted one can be approved"),
        Need("days_until(request.starts) >= rule('leave notice')", NOTICE % "leave notice")),
       (Set("request", {"status": "'approved'"}),), later="approve it straight away"),
    Do("cancel_leave", "Cancels a leave request; its days go back to the account.", "request:leave_request",
       "cancel {request} | withdraw {request} | call off {request}",
       (Need("request.status in ('submitted', 'approved')",
             "leave request {request} is {request.status}; only what is submitted or approved can be cancelled"),
        Need("days_until(request.starts) >= rule('cancellation notice')", NOTICE % "cancellation notice")),
       (Set("request", {"status": "'cancelled'"}),
        Set("request.account", {"days_left": "request.account.days_left + request.days"})),
       regret="Sorry, the plans have changed: please cancel that leave again."
              " | On second thoughts, please withdraw that leave request."),
    Do("enrol", "Enrols an employee in a session that has free places.", "employee session",
       "enrol {employee} in {session} | book a place in {session} for {employee} | sign {employee} up for {session}",
       (Need("session.places > 0", "session {session} has no free places; list_sessions shows others"),
        Need("count('enrolment', session=session, employee=employee) == 0",
             "employee {employee} is enrolled in {session} already; nothing needs to be done"),
        Need("days_until(session.date) >= rule('enrolment deadline')",
             "session {session} is on {session.date}; enrolment ended {rule('enrolment deadline')} days before"),
        Need("count('enrolment', employee=employee) < rule('trainings at a time')",
             "employee {employee} has {rule('trainings at a time')} enrolments already, the most allowed")),
       (Create("enrolment", {"session": "session", "employee": "employee", "booking_date": "today", "share": "0"}),
        Set("session", {"places": "session.places - 1"}))),
    Do("hand_out", "Hands a device from the store to an employee.", "device employee",
       "hand {device} out to {employee} | give {device} to {employee} | equip {employee} with {device}",
       (Need("device.status == 'in store'", "device {device} is handed out; only one that is in store can be given"),
        Need("employee.kit_value + device.book_value <= rule('kit limit')",
             "employee {employee} would hold devices worth more than {rule('kit limit')} euros; take some back first")),
       (Set("device", {"holder": "employee", "status": "'handed out'"}),
        Set("employee", {"kit_value": "employee.kit_value + device.book_value"})),
       follow_ups=("take_back",)),
    Do("take_back", "Takes a device back into the store.", "device",
       "take {device} back | put {device} back into the store | book the return of {device}",
       (Need("device.status == 'handed out'", "device {device} is in store already; nothing needs to be done"),),
       (Set("device", {"status": "'in store'"}),
        Set("device.holder", {"kit_value": "device.holder.kit_value - device.book_value"})),
       regret="Sorry, they have one already: please take that device back again."
              " | On second thoughts, please put that device back into the store."),
    Do("settle_report", "Pays an expense report out to its author and closes its items.", "report:expense_report",
       "pay out {report} {method} | settle {report} {method} | have {report} settled {method}",
       (Need("report.status == 'submitted'", "expense report {report} is paid already; nothing is due"),
        Need("-days_until(report.trip_date) <= rule('expense deadline')",
             "the trip was on {report.trip_date}, more than {rule('expense deadline')} days ago; it cannot be settled"),
        Need("method != 'cash' or report.total <= rule('petty cash')",
             "cash is paid up to {rule('petty cash')} euros only; use the payroll or a transfer")),
       (Set("report", {"status": "'paid'", "method": "method"}),
        SetEach("expense item", {"report": "report"}, {"state": "'settled'"}),
        Set("report.employee.department", {"budget": "round(report.employee.department.budget - report.total, 2)"})),
       asks={"method": Wanted(Extra.CHOICE, PAID, "How it is paid out.", words.METHODS)}),
    Do("change_manager", "Makes an employee without reports report to another manager, in that one's department.",
       "employee manager:employee",
       "have {employee} report to {manager} from now on | make {manager} the manager of {employee}"
       " | put {employee} under {manager}",
       (Need("manager != employee", "{employee} cannot report to themselves; name another manager"),
        Need("employee.manager != manager", "employee {employee} reports to {manager} already; name another manager"),
        Need("count('employee', manager=employee) == 0",
             "employee {employee} has direct reports, who would move along; give them another manager first"),
        Need("count('employee', manager=manager) < rule('span of control')",
             "{manager} has {rule('span of control')} direct reports already, the most allowed")),
       (Set("employee", {"manager": "manager", "department": "manager.department"}),
        Set("employee.department", {"headcount": "employee.department.headcount - 1"}),
        Set("manager.department", {"headcount": "manager.department.headcount + 1"}))),
    Do("note_talk", "Notes that a talk with an employee is due.", "employee",
       "note down that a talk with {employee} is due | put {employee} on the list for a talk",
       (Need("employee.talk != 'due'", "a talk with {employee} is due already; nothing needs to be noted"),),
       (Set("employee", {"talk": "'due'"}),)),
)

CLAUSES = (
    Clause("Office hours", "The staff office answers from eight to four. Questions about somebody's pay are answered in"
           " writing or behind a closed door, never in the corridor or the canteen."),
    Clause("Courtesy", "We say what we did and where it can be checked. Nobody is told why a colleague is away or what"
           " a colleague's doctor wrote, whoever asks."),
    Clause("Probation", "The first {} days after the hire date are a probation. As long as they run, do not book leave"
           " of any kind for the employee, however many days the account shows.",
           "file_leave", "days_until(account.employee.hire_date) > -figure", Forbid(), (240, 270, 300, 330)),
    Clause("Expired days", "Days cannot be saved beyond their expiry. Do not book leave whose first day comes after the"
           " expiry date of the account that it would draw on.",
           "file_leave", "days_until(start) > days_until(account.expires)"),
    Clause("Long leave", "A request for more than {} days affects the shift plan of the whole site. The board decides"
           " on it, so do not approve it, whether or not the manager has agreed.",
           "approve_leave", "request.days > figure", Forbid(), (10, 11, 12)),
    Clause("Heads of departments", "The leave of somebody who is the head of the department in which they work is"
           " approved by the managing director in person. Do not approve it yourself.",
           "approve_leave", "request.employee == request.employee.department.head"),
    Clause("Parental leave begins with a talk", "When you approve a request that draws on a parental leave account, put"
           " the employee on the list for a talk as well, unless a talk with them is due already.",
           "approve_leave", "request.account.kind == 'parental' and request.employee.talk != 'due'",
           Also("note_talk", {"employee": "request.employee"})),
    Clause("Cancelling parental leave", "For parental leave we have signed papers with the health fund. A request that"
           " draws on a parental leave account is not cancelled by us; requests on other accounts may be.",
           "cancel_leave", "request.account.kind == 'parental'"),
    Clause("Costly trainings", "Enrolments in trainings with a fee of more than {} euros go through the training"
           " committee. We do not enrol anybody in one of their sessions.",
           "enrol", "session.training.fee > figure", Forbid(), (950, 1000, 1050, 1100)),
    Clause("Fixed-term colleagues and long trainings", "Colleagues with a fixed-term contract attend trainings of up"
           " to {} hours. Do not enrol them in a session of a longer one.",
           "enrol", "employee.contract == 'fixed-term' and session.training.hours > figure", Forbid(), (14, 16, 18)),
    Clause("Old devices", "A device that was bought more than {} days ago gets no security updates any more. It is not"
           " handed out again, not even for a day.",
           "hand_out", "days_until(device.bought) < -figure", Forbid(), (1700, 1800, 1900)),
    Clause("Valuable devices", "Devices with a book value of more than {} euros go to permanent staff only. Do not hand"
           " one out to somebody whose contract is fixed-term.",
           "hand_out", "device.book_value > figure and employee.contract == 'fixed-term'", Forbid(), (500, 600, 700)),
    Clause("Trips for trainings", "What colleagues spend on a trip for a training is taxed together with their salary."
           " Such a report is always paid out with the next payroll, whatever they would prefer.",
           "settle_report", "report.purpose == 'training'", Fix("method", "payroll")),
    Clause("High expenses", "Expense reports that come to more than {} euros are checked by the audit department first."
           " Leave them as they are and do not settle them.",
           "settle_report", "report.total > figure", Forbid(), (440, 480, 520)),
    Clause("Who leads", "People are led by colleagues who stay. Do not make somebody with a fixed-term contract the"
           " manager of anybody.",
           "change_manager", "manager.contract == 'fixed-term'"),
    Clause("A quiet first year", "New colleagues keep the manager who hired them. An employee whose hire date lies less"
           " than {} days back is not moved to another manager.",
           "change_manager", "days_until(employee.hire_date) > -figure", Forbid(), (300, 330, 365)),
)
