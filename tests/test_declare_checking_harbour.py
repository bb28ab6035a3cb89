"""What can be wrong with kinds, journeys, figures and the like is told by file, entry and mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from harbour_declaration import BIKE, FERRY, FINE, HARBOUR, PORT, TICKET, TOOLS

from ftrl_gym.construct.declare import (
    AnyRef,
    AtLeast,
    Create,
    Declaration,
    Do,
    Entity,
    Find,
    Flag,
    Id,
    Name,
    Need,
    Number,
    Ref,
    Set,
    SetEach,
    Together,
    WorkOut,
    least,
    named,
    only,
)
from ftrl_gym.construct.declare.checking import check
from ftrl_gym.errors import ConstructionError


def _entity(entity: Entity, **fields: Any) -> Declaration:
    new = replace(entity, **fields)
    return replace(HARBOUR, entities=tuple(new if each.name == entity.name else each for each in HARBOUR.entities))


def _with(entity: Entity, **columns: Any) -> Declaration:
    return _entity(entity, columns={**entity.columns, **columns})


def _kind(**fields: Any) -> Declaration:
    """The harbour with another first kind of ticket."""
    return _entity(TICKET, kinds=(replace(TICKET.kinds[0], **fields), *TICKET.kinds[1:]))


def _tool(name: str, **fields: Any) -> Declaration:
    return replace(HARBOUR, tools=tuple(replace(each, **fields) if each.name == name else each for each in TOOLS))


def _find(name: str) -> Find:
    return next(tool for tool in TOOLS if isinstance(tool, Find) and tool.name == name)


def _tax(**fields: Any) -> Declaration:
    tool = next(tool for tool in TOOLS if isinstance(tool, WorkOut))
    return _tool("add_tax", applied=(replace(tool.applied[0], **fields),))


def _do(name: str) -> Do:
    return next(tool for tool in TOOLS if isinstance(tool, Do) and tool.name == name)


VOID = _do("void_ticket")
BAD: dict[str, tuple[Callable[[], Declaration], str, str]] = {
    # kinds
    "kinds by nothing": (lambda: _entity(TICKET, by_kind="item"), "entity 'ticket'", "name the Choice"),
    "a kind that no row is of": (lambda: _kind(value="boat"), "entity 'ticket'", "its type is one of ferry, bike"),
    "a kind called like another": (lambda: _kind(name="bike"), "entity 'ticket', bike", "give it one of its own"),
    "a kind that does not say what it refers to": (lambda: _kind(columns={}), "ferry ticket", "say of which by a Ref"),
    "a kind that refers to nothing": (
        lambda: _kind(columns={"item": Ref("boat")}), "ferry ticket, column 'item'", "which is no entity",
    ),
    "a kind with a column that its entity lacks": (
        lambda: _kind(columns={**TICKET.kinds[0].columns, "deck": Number(1, 9)}), "ferry ticket", "add it to the entity",  # noqa: E501
    ),
    "a kind with a column before the kind is known": (
        lambda: _kind(columns={**TICKET.kinds[0].columns, "guest_id": Ref("guest")}), "ferry ticket", "behind it",
    ),
    "a phrase of a kind without {x}": (lambda: _kind(called="my ticket"), "ferry ticket, called", "put {x}"),
    "a flag of a kind that is asked for": (
        lambda: _kind(columns={**TICKET.kinds[0].columns, "paid": Flag(noun="the payment of {x}")}), "'paid'", "coin",
    ),
    "one row or another without kinds": (lambda: _with(BIKE, what=AnyRef()), "entity 'bike'", "declare its kinds"),
    "a value of a kind that means nothing": (
        lambda: _kind(columns={**TICKET.kinds[0].columns, "price": Number(value="item.daily_price")}),
        "ferry ticket, column 'price', value", "'ferry' has no column 'daily_price'",
    ),
    "a search that does not say which kind": (
        lambda: _tool("list_tickets", means=(only("{x}'s ticket"),)), "'list_tickets'", "add 'type' to where",
    ),
    "a link to one of several kinds": (
        lambda: _with(FINE, ticket=Ref("ticket", link="the ticket of {x}")),
        "'fine', column 'ticket', link", "put {kind}",
    ),
    # rows and columns
    "rows after nothing": (
        lambda: _entity(FERRY, rows=Together(FERRY.rows.make, "boat")),  # type: ignore[union-attr]
        "entity 'ferry', rows", "after names 'boat'",
    ),
    "rows in a circle": (
        lambda: _entity(PORT, rows=Together(PORT.rows.make, "ferry")),  # type: ignore[union-attr]
        "entity 'port'", "refer to each other in a circle",
    ),
    "a total of some": (
        lambda: _entity(BIKE, rows=replace(BIKE.rows, where="port.tax > 3")),  # type: ignore[type-var]
        "entity 'bike', rows", "leave total or where out",
    ),
    "apart by nothing": (lambda: _with(BIKE, frame=Number(1, 9, apart="dock")), "'frame'", "apart by 'dock'"),
    "asked for but not kept": (lambda: _with(BIKE, frame=Number(1, 9, kept=False, noun="the size of {x}")), "'frame'", "keep it"),  # noqa: E501
    "used by a tool but not kept": (
        lambda: _tool("void_ticket", needs=(*VOID.needs, Need("ferry(ticket.item).kilometres > 3", "it is too near to do that"))),  # noqa: E501
        "'void_ticket', need", "ferry.kilometres is not kept",
    ),
    "shared per nothing": (lambda: _with(FERRY, flag=Name(("Heron",), per="owner")), "'flag'", "shared per 'owner'"),
    "capitals per line, but none": (lambda: _with(FERRY, ferry_no=Id(prefix="F", per="line")), "'ferry_no'", "say in letters"),  # noqa: E501
    "one end of a range": (lambda: _with(BIKE, frame=Number(between=("1", ""))), "'frame'", "give both ends"),
    "an end that is no number": (lambda: _with(BIKE, frame=Number(between=("1", "port"))), "'frame', between", "is a port"),  # noqa: E501
    "an alias that is a keyword": (
        lambda: _with(FERRY, **{"class": replace(FERRY.columns["class"], alias="is")}), "'class'", "'is' becomes a Python name",  # noqa: E501
    ),
    "what a row means for nothing": (
        lambda: _entity(TICKET, also=(Set("date", {"free": "True"}),)), "'ticket', ferry ticket, also", "is no row",
    ),
    "what a row means for a column that is not there": (
        lambda: _entity(TICKET, also=(Set("bike(item)", {"lent": "True"}),)), "also", "'bike' has no column 'lent'",
    ),
    # searches
    "among what is not shown": (lambda: _tool("search_ferries", among="arrives"), "'search_ferries'", "add it to shows"),  # noqa: E501
    "a bound of no number": (
        lambda: _tool("list_bikes", bounds={"min_name": AtLeast("name", "Least name.", 1, 5)}), "'min_name'", "no number",  # noqa: E501
    ),
    "a bound called like a column": (
        lambda: _tool("list_bikes", bounds={"port": AtLeast("frame", "Least frame.", 1, 5)}), "'port'", "call the bound otherwise",  # noqa: E501
    ),
    "a bound backwards": (
        lambda: _tool("list_bikes", bounds={"min_frame": AtLeast("frame", "Least frame.", 9, 5)}), "'min_frame'", "mend one",  # noqa: E501
    ),
    "a journey with one end": (
        lambda: _tool("search_ferries", means=(least("price", "the cheapest ferry from {x} {day}"),)), "noun", "put {y}",  # noqa: E501
    ),
    "a journey without a day": (
        lambda: _tool("search_ferries", means=(least("price", "the cheapest ferry from {x} to {y}"),)), "noun", "put {day}",  # noqa: E501
    ),
    "a journey as the end of another": (
        lambda: _tool("search_ferries", means=(only("the ferry from {x} to {y} {day}", brief="{x}"),)), "'search_ferries'", "leave brief out",  # noqa: E501
    ),
    "a name that is not said": (lambda: _tool("list_bikes", means=(named("the bike in {x}"),)), "noun", "put {name}"),
    "three ends": (
        lambda: replace(_tool("search_ferries", by="origin destination via", means=()),
                        entities=_with(FERRY, via=Ref("port")).entities),
        "'search_ferries'", "more than two references",
    ),
    # computations
    "a figure from nowhere": (lambda: _tool("add_tax", applied=()), "'add_tax'", "say in applied"),
    "an unknown pair": (lambda: _tax(things="ferry boat"), "'add_tax'", "name two kinds of thing"),
    "a figure that is none": (
        lambda: _tax(takes={"amount": "x.line", "one": "x.origin", "other": "y.name"}), "'add_tax'", "'amount' is a number",  # noqa: E501
    ),
    "a constant that is none": (
        lambda: _tax(takes={"amount": "x.price", "one": "EUR", "other": "y.name"}), "'add_tax'", "nor a constant",
    ),
    "a parameter too few": (lambda: _tax(takes={"amount": "x.price"}), "'add_tax'", "say for each of amount, one, other"),  # noqa: E501
    "an unknown result": (lambda: _tax(gives="sum"), "'add_tax'", "the tool gives total"),
    "a computation nobody asks for": (lambda: _tax(ask=""), "'add_tax'", "say the whole question"),
    "a pair of two sorts": (
        lambda: _tool("add_tax", takes="one:port other:bike", figures={}, applied=()), "'add_tax'", "leave unordered out",  # noqa: E501
    ),
    "a description of nothing": (lambda: _tool("add_tax", describes={"third": "A port."}), "'add_tax'", "describes 'third'"),  # noqa: E501
    "a need of a computation that means nothing": (
        lambda: _tool("add_tax", needs=(Need("one.size > 3", "the port is too small"),)), "'add_tax', need", "no column 'size'",  # noqa: E501
    ),
    # actions
    "a value called like a role": (lambda: _tool("void_ticket", lets={"ticket": "1"}), "lets 'ticket'", "another name"),
    "a value that means nothing": (lambda: _tool("void_ticket", lets={"dropped": "fines"}), "lets 'dropped'", "'fines' is unknown"),  # noqa: E501
    "a sum of texts": (
        lambda: _tool("void_ticket", lets={"dropped": "total('fine', 'status', ticket=ticket)"}), "lets 'dropped'", "adds up numbers",  # noqa: E501
    ),
    "rows found by nothing": (lambda: _tool("void_ticket", lets={"dropped": "count('fine')"}), "lets 'dropped'", "column=value"),  # noqa: E501
    "rows found by another kind of thing": (
        lambda: _tool("void_ticket", lets={"dropped": "count('fine', ticket='NT1') + count('fine', amount='NT1')"}),
        "lets 'dropped'", "is never a text",
    ),
    "a row of nothing": (lambda: _tool("void_ticket", lets={"dropped": "boat(ticket.item).price"}), "lets 'dropped'", "no function 'boat'"),  # noqa: E501
    "a result of another kind": (
        lambda: _tool("move_ticket", gives={"fee": Number(value="'much'")}), "gives 'fee'", "a number is wanted",
    ),
    "a result that is not there": (lambda: _tool("move_ticket", shows="item deck"), "'move_ticket', shows", "no column 'deck'"),  # noqa: E501
    "all rows at once": (
        lambda: _tool("void_ticket", effects=(VOID.effects[0], SetEach("fine", {}, {"status": "'dropped'"}))),
        "'void_ticket', effects", "say in where",
    ),
    "many rows first": (lambda: _tool("void_ticket", effects=VOID.effects[1:]), "effects", "one row without a condition"),  # noqa: E501
    "a new row shown that may not be there": (
        lambda: _tool("void_ticket", effects=(VOID.effects[0], replace(VOID.effects[2], when="dropped > 0"))),  # type: ignore[call-arg]
        "'void_ticket', effects", "without a condition",
    ),
    "asked for only if nonsense": (lambda: _tool("move_ticket", only_if="ticket.type"), "only_if", "a flag is wanted"),
    "details kept back that are none": (lambda: replace(HARBOUR, kept_back=("name",)), "kept_back", "there are port"),
}  # fmt: skip


def test_the_harbour_itself_is_sound() -> None:
    check(HARBOUR)
    assert isinstance(VOID.effects[2], Create) and _find("list_bikes").bounds


@pytest.mark.parametrize("name", BAD)
def test_a_bad_declaration_is_told_by_file_entry_and_mend(name: str) -> None:
    make, entry, mend = BAD[name]
    with pytest.raises(ConstructionError) as caught:
        check(make())
    text = str(caught.value)
    assert text.startswith("harbour_declaration.py: ")
    assert entry in text and mend in text, text
