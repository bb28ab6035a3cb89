"""What one can ask the control room of a railway to do, and the operating rules that its tools enforce."""

from __future__ import annotations

from ftrl_gym.construct.declare import Create, Detail, Do, Extra, Need, Rule, Set, SetEach, Wanted
from ftrl_gym.construct.worlds import railway_words as words

# fmt: off
DAY = ("day", "date", "when")
PRICE = ("round(run.fare * (100 + rule('first class surcharge')) / 100, 2) if {0} == 'first class' else run.fare")
"""What a seat costs, by its class."""

RULES = (
    Rule("first class surcharge", tuple(range(30, 85, 5)), "percent", "First class costs {} percent more."),
    Rule("booking period", tuple(range(20, 31)), "days", "Seats can be reserved up to {} days ahead."),
    Rule("valid tickets", (3, 4, 5), "tickets", "A passenger has at most {} valid tickets."),
    Rule("free cancellation", tuple(range(2, 16)), "days", "A ticket is paid back if cancelled {} days before."),
    Rule("cancelling a run", (1, 2, 3), "days", "A run can be cancelled up to {} days before."),
    Rule("planned duties", (7, 8, 9), "duties", "A crew member has at most {} planned duties."),
    Rule("duty notice", (1, 2, 3), "days", "A duty can change hands up to {} days before."),
    Rule("open disruptions", (2, 3), "disruptions", "A line has at most {} open disruptions; others are added to"
                                                    " them."),
    Rule("usual delay", tuple(range(8, 40)), "minutes", "A new disruption counts as {} minutes of delay."),
    Rule("workshop period", tuple(range(10, 35)), "days", "A new job is due in {} days."),
    Rule("job window", (40, 42, 44, 46, 48), "days", "A job is due within {} days from today."),
    Rule("price of a job", tuple(range(200, 900, 20)), "EUR", "A new job is put down at {} euros."),
)

SCHEDULED = Need("run.status == 'scheduled'", "run {run} is {run.status}; only a scheduled one can be changed")
KIND = Detail("class", ("",), "In which class?", ("class",), ("{x}.",))
CAUSE = Detail("cause", ("",), "What is the cause?", ("cause", "why", "reason"), ("{x}.",))
DAYS = Detail("days", ("a few",), "How many days will it last?", ("how many", "how long", "days"),
              ("{x} days.", "{x}."))
WORK = Detail("work", ("a part",), "What is to be mended?", ("mended", "work", "what"), ("{x}.",))
DUE = Detail("day", ("",), "Which day should it be due?", DAY, ("{x}, please.", "{x}.", "On {x}."))

WRITING = (
    Do("reserve_seat", "Reserves a seat on a run for a passenger who boards at a station of its line.",
       "run passenger station",
       "reserve a seat on {run} {kind} for {passenger}, from {station}"
       " | book a seat {kind} on {run} for {passenger}, who boards at {station}",
       (SCHEDULED,
        Need("days_until(run.date) <= rule('booking period')",
             "run {run} is on {run.date}; seats can be reserved up to {rule('booking period')} days ahead"),
        Need("run.seats_left > 0", "no seats are left on run {run}; list_runs shows others"),
        Need("count('stop', line=run.line, station=station) > 0",
             "{run.line} does not stop at {station}; list_stops shows where it does"),
        Need("count('ticket', passenger=passenger, run=run, status='valid') == 0",
             "the passenger has a ticket for run {run} already; one is enough"),
        Need("count('ticket', passenger=passenger, status='valid') < rule('valid tickets')",
             "the passenger has {rule('valid tickets')} valid tickets, the most allowed; cancel one first")),
       (Create("ticket", {"passenger": "passenger", "run": "run", "boarding_stop": "stop", "car": "car",
                                    "seat": "run.seats_left", "price": "price", "date": "run.date",
                                    "status": "'valid'"}),
        Set("run", {"seats_left": "run.seats_left - 1"})),
       asks={"kind": Wanted(Extra.CHOICE, KIND, "Class of the seat.", words.CLASSES)},
       gives={"car": "first('car', 'place', train=run.train, kind=kind)",
              "stop": "first('stop', 'start_offset', line=run.line, station=station)", "price": PRICE.format("kind")},
       shows="passenger run seat date", follow_ups=("cancel_ticket",)),
    Do("cancel_ticket", "Cancels a valid ticket; in good time its price becomes the passenger's credit.",
       "ticket",
       "cancel {ticket} | call off {ticket} | see to it that {ticket} is cancelled",
       (Need("ticket.status == 'valid'", "ticket {ticket} is {ticket.status}; only a valid one can be cancelled"),),
       (Set("ticket", {"status": "'cancelled'"}), Set("ticket.run", {"seats_left": "ticket.run.seats_left + 1"}),
        Set("ticket.passenger", {"credit": "round(ticket.passenger.credit + refund, 2)"}, when="refund > 0")),
       gives={"refund": "ticket.price if days_until(ticket.date) >= rule('free cancellation') else 0"},
       regret="Sorry, they have just changed their mind: cancel that ticket again, please."
              " | On second thoughts, please cancel that ticket again."),
    Do("cancel_run", "Cancels a scheduled run: its crew is released, and its tickets are to be refunded.", "run",
       "cancel {run} | call off {run} | see to it that {run} is cancelled",
       (SCHEDULED,
        Need("days_until(run.date) >= rule('cancelling a run')",
             "it is too late: a run can be cancelled up to {rule('cancelling a run')} days before")),
       (Set("run", {"status": "'cancelled'"}),
        SetEach("duty", {"run": "run"}, {"status": "'released'"}),
        SetEach("ticket", {"run": "run", "status": "'valid'"}, {"status": "'to be refunded'"}))),
    Do("change_train", "Puts another train on a scheduled run; valid tickets move to its second class.", "run train",
       "have {train} make {run} instead | change the train of {run} to {train} | let {train} make {run}",
       (SCHEDULED,
        Need("run.train != train", "train {train} makes run {run} already; name another train"),
        Need("train.status == 'in service'", "train {train} is {train.status}; list_trains shows which are in service"),
        Need("count('run', train=train, date=run.date) == 0",
             "train {train} makes another run on {run.date}; choose another train")),
       (Set("run", {"train": "train"}),
        SetEach("ticket", {"run": "run", "status": "'valid'"},
                {"car": "first('car', 'place', train=train, kind='second class')"}))),
    Do("reassign_duty", "Gives a planned duty to another crew member of the same role.", "duty member:crew_member",
       "give {duty} to {member} | put {member} on {duty} instead | let {member} take over {duty}",
       (Need("duty.status == 'planned'", "duty {duty} is {duty.status}; only a planned one can change hands"),
        Need("duty.member != member", "{member} has duty {duty} already; name somebody else"),
        Need("duty.role == member.role", "duty {duty} is for a {duty.role}, and {member} is a {member.role}"),
        Need("days_until(duty.date) >= rule('duty notice')",
             "it is too late: a duty changes hands up to {rule('duty notice')} days before"),
        Need("count('duty', member=member, date=duty.date) == 0",
             "{member} has another duty on {duty.date}; name somebody else"),
        Need("count('duty', member=member, status='planned') < rule('planned duties')",
             "{member} has {rule('planned duties')} planned duties, the most allowed; name somebody else")),
       (Set("duty", {"member": "member"}),)),
    Do("report_disruption", "Reports a disruption from today on at the stop of a line at a station.", "line station",
       "report that {line} is disrupted for {days} days at {station} {cause}"
       " | put out a notice that {line} is disrupted at {station} for {days} days {cause}",
       (Need("count('stop', line=line, station=station) > 0",
             "{line} does not stop at {station}; list_stops shows where it does"),
        Need("count('disruption', line=line, status='open') < rule('open disruptions')",
             "{line} has {rule('open disruptions')} open disruptions; close one of them first")),
       (Create("disruption", {"line": "line", "stop": "first('stop', 'start_offset', line=line, station=station)",
                              "cause": "cause", "status": "'open'", "starts": "today",
                              "ends": "add_days(today, days)", "delay": "rule('usual delay')"}),),
       asks={"days": Wanted(Extra.COUNT, DAYS, "How many days it will last."),
             "cause": Wanted(Extra.CHOICE, CAUSE, "The cause.", words.CAUSES)},
       shows="line stop cause ends delay", follow_ups=("close_disruption",)),
    Do("close_disruption", "Closes an open disruption today.", "disruption",
       "close {disruption} | declare {disruption} over | see to it that {disruption} is closed",
       (Need("disruption.status == 'open'", "disruption {disruption} is closed already; nothing needs to be done"),),
       (Set("disruption", {"status": "'closed'", "ends": "today"}),),
       regret="Sorry, it was a false alarm: close that disruption again, please."
              " | They have just cleared the track, so please declare that disruption over."),
    Do("plan_job", "Plans a maintenance job on a car at the depot of its train.", "car",
       "plan a job on {work} of {car} | have {work} of {car} mended",
       (Need("count('job', car=car, status='planned') == 0",
             "a job is planned on car {car} already; list_jobs shows which"),),
       (Create("job", {"car": "car", "depot": "car.train.depot", "work": "work", "status": "'planned'",
                       "due": "add_days(today, rule('workshop period'))", "mechanic": "car.train.depot.foreman",
                       "cost": "rule('price of a job')"}),),
       asks={"work": Wanted(Extra.CHOICE, WORK, "What is mended.", words.WORKS)},
       shows="car work due cost"),
    Do("move_job", "Gives a planned maintenance job another due date.", "job",
       "make {job} due on {due} | change the due date of {job} to {due}",
       (Need("job.status == 'planned'", "job {job} is done already; nothing needs to be moved"),
        Need("due != job.due", "job {job} is due on {due} already; name another day"),
        Need("days_until(due) <= rule('job window')",
             "a job is due within {rule('job window')} days from today; name an earlier day")),
       (Set("job", {"due": "due"}),),
       asks={"due": Wanted(Extra.DATE, DUE, "The new due date.")},
       sooner="bring {job} forward to {due}",
       put_off="put {job} off until {due} | postpone {job} to {due}",
       open="change the due date of {job} | give {job} another due date"),
)
