"""A small harbour: everything that a declaration can say beyond shelves and books, once."""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.declare import (
    AnyRef,
    Applied,
    AtLeast,
    Choice,
    Code,
    Create,
    Date,
    Declaration,
    Detail,
    Do,
    Each,
    Entity,
    Extra,
    Figure,
    Find,
    Flag,
    Get,
    Id,
    Kind,
    Money,
    Name,
    Need,
    Number,
    Person,
    Ref,
    Rule,
    Set,
    SetEach,
    Time,
    Together,
    Wanted,
    Word,
    WorkOut,
    least,
    most,
    named,
    only,
)
from ftrl_gym.construct.declare.timetable import Leg, timetable
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.world import Row


def _ports(draft: Draft) -> Iterator[Row]:
    for place, east in zip(draft.rng.sample(("Arholm", "Bredvik", "Corsund", "Dalmo"), 3), (0, 40, 90), strict=True):
        yield {"name": draft.names.word() if draft.names.invents() else place, "east": east}


def _ferries(draft: Draft) -> Iterator[Row]:
    east = {name: row["east"] for name, row in draft.tables["ports"].items()}
    legs = [
        Leg(one, other, abs(east[one] - east[other]), 30 + 2 * abs(east[one] - east[other]), 0)
        for one in east
        for other in east
        if one != other
    ]
    return timetable(draft, legs, 16)


def _fines(draft: Draft) -> Iterator[Row]:
    for reference, ticket in draft.tables["tickets"].items():
        if not ticket["paid"]:
            yield {"ticket": reference, "amount": 5, "status": "open"}


PORT = Entity(
    "port",
    Together(_ports),
    {
        "name": Name(),
        "east": Number(kept=False),
        "pier": Code(("P1", "P2", "P3"), noun="the ticket pier of {x}"),
        "tax": Number(
            between=("2 + east / 10", "9 + east / 10"), unit="percent", apart="", noun="the harbour tax of {x}"
        ),
        "view": Word(("hills", "rocks"), noun="the view from {x}"),
    },
    called="{x}",
)
FERRY = Entity(
    "ferry",
    Together(_ferries, after="port"),
    {
        "ferry_no": Id(letters=2, digits=(3, 4), per="line", noun="the ferry number of {x}"),
        "line": Name(("Gull", "Tern"), ("{} Lines",), pool=2, noun="the line of {x}"),
        "flag": Name(("Heron", "Stork"), per="line", noun="the flag on {x}"),
        "origin": Ref("port", noun="the departure port of {x}", link="the port where {x} starts"),
        "destination": Ref("port", noun="the destination of {x}", link="the destination of {x}"),
        "date": Date(noun="the date of {x}"),
        "departs": Time(noun="the departure time of {x}", compare="leaves earlier | leaves later"),
        "arrives": Time(noun="the arrival time of {x}"),
        "kilometres": Number(kept=False),
        "class": Choice(by="'far' if kilometres > 80 else 'near'", drawn={"far": ("night",), "near": ("day", "night")},
                        alias="ferry_class", about="Class of ferry."),
        "price": Money(between=("10 + kilometres", "60 + kilometres"), noun="the fare of {x}",
                       compare="is cheaper | is more expensive"),
        "seats_left": Number(0, 69, unit="seats", noun="the number of seats left on {x}"),
    },
    called="ferry {x}",
    plural="ferries",
    label_noun="ferry number",
    detail=Detail("ferry", ("my ferry",), "What is your ferry number?", ("ferry", "number", "which one")),
)  # fmt: skip
BIKE = Entity(
    "bike",
    Each("port", 2, 4, total=10),
    {
        "bike_id": Id(prefix="B-", digits=4),
        "name": Name(("Dart", "Swift", "Comet", "Arrow"), noun="the name of {x}"),
        "port": Ref("port"),
        "frame": Number(44, 62, 2, apart="port", noun="the frame size of {x}", compare="is smaller | is larger"),
        "daily_price": Money(9, 40, noun="the daily price of {x}", compare="is cheaper | is more expensive"),
        "free": Flag(by="nth == 1", shares={"True": 1.0, "False": 0.5}),
    },
    label="name",
)
GUEST = Entity("guest", 6, {"guest_id": Id(prefix="G-", digits=4), "name": Person(), "points": Number(0, 9)},
               called="{x}", label="name")  # fmt: skip
TICKET = Entity(
    "ticket",
    Each("guest", 1, 2),
    {
        "reference": Id(mixed=6, new="NT", noun="the reference of {x}"),
        "guest_id": Ref("guest"),
        "type": Choice(("ferry", "bike"), about="Type of ticket."),
        "item": AnyRef(),
        "date": Date(3, 40, noun="the date of {x}", compare="is earlier | is later"),
        "days": Number(1, 5),
        "status": Choice(("valid", "void"), noun="the status of {x}"),
        "price": Money(noun="the price of {x}"),
        "paid": Flag(0.5),
    },
    called="ticket {x}",
    label_noun="reference",
    by_kind="type",
    kinds=(
        Kind("ferry ticket", "ferry", {
            "item": Ref("ferry", where="count('ticket', guest_id=guest_id, date=item.date) == 0",
                        noun="the ferry number of {x}", link="the ferry on {x}"),
            "date": Date(value="item.date", apart="guest_id"),
            "days": Number(value="0", whole=True),
            "price": Money(value="item.price", whole=True),
        }),
        Kind("bike hire", "bike", {
            "item": Ref("bike", most=1, link="the bike booked under {x}"),
            "date": Date(3, 40, apart="guest_id"),
            "days": Number(1, 5, unit="days", noun="the number of days on {x}"),
            "price": Money(value="days * item.daily_price"),
        }, "bike hire {x}"),
    ),
    also=(Set("bike(item)", {"free": "status == 'void'"}, when="type == 'bike'"),),
    detail=Detail("reference", ("my ticket",), "What is the reference?", ("reference", "which ticket", "which one")),
)  # fmt: skip
FINE = Entity("fine", Together(_fines, after="ticket"), {
    "fine_id": Id(prefix="F-", digits=4, new="NF"),
    "ticket": Ref("ticket"),
    "amount": Money(1, 50, noun="the amount of {x}"),
    "status": Choice(("open", "dropped")),
})  # fmt: skip

END = "from {x} to {y} {day}"
TOOLS = (
    Get("get_port", "port", "A port: pier, tax and view."),
    Find("search_ferries", "ferry", "Ferries between two ports on a day.", "origin destination date",
         "ferry_no departs price seats_left", (
        least("price", f"the cheapest ferry {END}", plural=f"direct ferries {END}", name="cheapest ferry"),
        only(f"the ferry {END}", name="ferry between"),
    ), among="seats_left"),
    Find("list_ferries", "ferry", "Ferries of a port, of one class or any.", "origin class", "ferry_no class price", (
        most("price", "the most expensive night ferry from {x}", {"class": "night"}, name="dearest night ferry"),
    )),
    Get("get_ferry", "ferry", "A ferry in detail."),
    Find("list_bikes", "bike", "Bikes at a port of at least a frame size.", "port", "bike_id name frame daily_price", (
        least("daily_price", "the cheapest bike in {x}", name="cheapest bike", plural="bikes in {x}"),
        named("the bike {name} in {x}", name="bike called"),
    ), bounds={"min_frame": AtLeast("frame", "Smallest frame.", 40, 62)}),
    Get("get_bike", "bike", "A bike in detail."),
    Get("find_guest", "guest", "A guest by full name.", "name"),
    Find("list_tickets", "ticket", "Tickets of a guest, of one type or any.", "guest_id type", "type date", (
        only("{x}'s ferry ticket", {"type": "ferry"}, name="ferry ticket of"),
        only("{x}'s bike hire", {"type": "bike"}, name="bike hire of"),
    )),
    Get("get_ticket", "ticket", "A ticket; item is the ferry or the bike."),
    Find("list_fines", "fine", "Fines for a ticket.", "ticket", "amount status", (only("the fine for {x}"),)),
    WorkOut("add_tax", "An amount with half of the taxes of two ports.", "one:port other:port", {
        "total": Number(value="round(amount * (200 + one.tax + other.tax) / 200, 2)", unit="EUR"),
    }, figures={"amount": Figure("Amount, above 0.")}, instead_of="get_port", result="taxed_amounts", unordered=True,
        describes={"other": "Name of the other port."},
        needs=(Need("one != other", "both ports are the same; name two different ones"),),
        applied=(Applied("ferry port", {"amount": "x.price", "one": "x.origin", "other": "y.name"}, "total",
                         "the fare of {x} with the taxes there and in {y}",
                         "What is the fare of {x} with the taxes there and in {y}?"),)),
    Do("move_ticket", "Moves a ticket to another day.", "ticket", "move {ticket} to {date}",
       (Need("ticket.status == 'valid'", "{ticket} is void; only a valid one can be moved"),
        Need("date != ticket.date", "{ticket} is for {date} already; give another day"),
        Need("ticket.type == 'bike' or new_ferry", "no ferry has a seat on {date}; there are seats on {days}")),
       (Set("ticket", {"date": "date"}),
        Set("ticket", {"item": "new_ferry if ticket.type == 'ferry' else ticket.item", "paid": "paid and fee == 0"})),
       asks={"date": Wanted(Extra.DATE, Detail("day", ("",), "On which date?", ("date", "day", "when")), "New day.")},
       lets={"new_ferry": "first('ferry', 'departs', among='seats_left', origin=ferry(ticket.item).origin,"
                          " destination=ferry(ticket.item).destination, date=date)"
                          " if ticket.type == 'ferry' else ''",
             "days": "listed('ferry', 'date', among='seats_left', origin=ferry(ticket.item).origin)"
                     " if ticket.type == 'ferry' else ''",
             "paid": "ticket.paid"},
       gives={"fee": Number(value="rule('moving fee')", whole=True)},
       shows="item date", only_if="ticket.type == 'bike'",
       sooner="bring {ticket} forward to {date}", put_off="put {ticket} off until {date}",
       open="move {ticket} to another day"),
    Do("void_ticket", "Declares a ticket void; open fines are dropped and a handling fine is set.", "ticket",
       "declare {ticket} void",
       (Need("ticket.status == 'valid'", "{ticket} is void already; nothing needs to be done"),
        Need("hours_until(ticket.date, '12:00') >= rule('void notice')", "{ticket} can no longer be declared void")),
       (Set("ticket", {"status": "'void'"}),
        SetEach("fine", {"ticket": "ticket", "status": "'open'"}, {"status": "'dropped'"}),
        Create("fine", {"ticket": "ticket", "amount": "1 + dropped", "status": "'open'"}, shows="amount"),
        Set("bike(ticket.item)", {"free": "True"}, "ticket.type == 'bike'")),
       lets={"dropped": "total('fine', 'amount', ticket=ticket, status='open')"}),
)  # fmt: skip
HARBOUR = Declaration(
    name="TinyHarbour",
    title="Harbour",
    description="Ports, ferries, bikes and tickets.",
    instruction="You work in a harbour.",
    policy="",
    entities=(PORT, FERRY, BIKE, GUEST, TICKET, FINE),
    tools=TOOLS,
    rules=(
        Rule("moving fee", (2, 3, 4), "EUR", "Moving a ticket costs {} euros."),
        Rule("void notice", (12, 24), "hours", "A ticket is declared void up to {} hours before noon of its day."),
    ),
    rule_about="A rule of the harbour.",
    day=Detail("day", ("",), "On which date?", ("date", "day", "when")),
    kept_back=("reference", "day"),
    file="harbour_declaration.py",
)
