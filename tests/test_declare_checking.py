"""Each declaration that cannot work is told by file, entry and mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tiny_declaration import BOOK, LIBRARY, SHELF, TOOLS

from ftrl_gym.construct.declare import (
    Choice,
    Create,
    Declaration,
    Detail,
    Do,
    Email,
    Entity,
    Find,
    Flag,
    Get,
    Id,
    Money,
    Name,
    Need,
    Number,
    Person,
    Ref,
    Rule,
    Set,
    Short,
    WorkOut,
    least,
    only,
)
from ftrl_gym.construct.declare.checking import check
from ftrl_gym.construct.scenarios import declared, register, scenario
from ftrl_gym.errors import ConstructionError, UnknownNameError


def _with(entity: Entity, **columns: Any) -> Declaration:
    """The library with other columns in one of its entities."""
    new = replace(entity, columns={**entity.columns, **columns})
    return replace(LIBRARY, entities=tuple(new if each.name == entity.name else each for each in LIBRARY.entities))


def _changed(entity: Entity, **fields: Any) -> Declaration:
    new = replace(entity, **fields)
    return replace(LIBRARY, entities=tuple(new if each.name == entity.name else each for each in LIBRARY.entities))


def _tools(**tools: Any) -> Declaration:
    """The library with other or more tools, by name; None takes one away."""
    kept = {tool.name: tool for tool in TOOLS} | tools
    return replace(LIBRARY, tools=tuple(tool for tool in kept.values() if tool is not None))


def _lend(**fields: Any) -> Declaration:
    lend = TOOLS[-1]
    assert isinstance(lend, Do)
    return _tools(lend_book=replace(lend, **fields))


_RENAMED = Set("book", {"status": "'out'"})
BAD: dict[str, tuple[Callable[[], Declaration], str, str]] = {
    "dangling relation": (lambda: _with(BOOK, owner=Ref("reader")), "'book', column 'owner'", "there are book, loan"),
    "own, unknown": (lambda: replace(LIBRARY, own=("hat",)), "own", "no entity 'hat'; there are"),
    "alike, unknown": (lambda: _changed(BOOK, alike="colour"), "entity 'book'", "alike 'colour' is none"),
    "unknown type": (lambda: _with(BOOK, size="large"), "'book', column 'size'", "no kind of column; use Id"),
    "missing precondition": (lambda: _lend(needs=(), effects=(_RENAMED,)), "'lend_book'", "add a Need about book.status"),  # noqa: E501
    "an entity without rows": (lambda: _changed(BOOK, rows=0), "entity 'book', rows", "give 1 or more"),
    "ids without digits": (lambda: _with(BOOK, book_no=Id(prefix="B-", digits=0)), "'book_no'", "give 1 or more"),
    "an attribute nobody can look up": (
        lambda: _tools(get_book=Get("get_book", "book", "A book.", shows="shelf author")),
        "'book', column 'price'",
        "let get_book show it",
    ),
    "a phrase without {x}": (lambda: _with(BOOK, pages=Number(1, 9, noun="the pages")), "'pages', noun", "put {x}"),
    "a phrase with a stranger": (
        lambda: _with(BOOK, pages=Number(1, 9, noun="the {what} of {x}")),
        "'pages', noun",
        "there are only x",
    ),
    "a comparison without a most": (
        lambda: _with(BOOK, pages=Number(1, 9, noun="the pages of {x}", compare="tires less | bores everybody")),
        "'pages'",
        "'bores everybody'; say it such that",
    ),
    "vague words that are no tuple": (
        lambda: _changed(BOOK, detail=Detail("book", "my book", "Which book?", ("book",))),  # type: ignore[arg-type]
        "entity 'book', detail",
        "it must be a tuple",
    ),
    "a question that its user would not understand": (
        lambda: _changed(BOOK, detail=Detail("book", ("my book",), "Which one?", ("book",))),
        "entity 'book', detail",
        "add a word of it",
    ),
    "a new date of what has none": (
        lambda: _lend(put_off="lend {book} later"),
        "'lend_book'",
        "for a new date",
    ),
    "one half of a comparison": (
        lambda: _with(BOOK, pages=Number(1, 9, noun="the pages of {x}", compare="is thinner")),
        "'pages'",
        "and of the higher one",
    ),
    "an ask without a noun": (lambda: _with(BOOK, pages=Number(1, 9, ask="How long is {x}?")), "'pages'", "no noun"),
    "a question for a flag": (lambda: _with(BOOK, rare=Flag(noun="the rarity of {x}")), "'rare'", "coin"),
    "a choice of nothing": (lambda: _with(BOOK, cover=Choice()), "'cover'", "list them"),
    "a name of nothing": (lambda: _with(BOOK, series=Name()), "'series'", "no words"),
    "a name that looks like none": (lambda: _with(SHELF, name=Name(("atlas",))), "'shelf', column 'name'", "capitals"),
    "a name of digits": (lambda: _with(BOOK, book_no=Id(digits=6)), "'book', column 'book_no'", "give it a prefix"),
    "an address of nobody": (lambda: _with(BOOK, mail=Email(of="writer")), "'mail'", "name the one that holds a person"),  # noqa: E501
    "a range backwards": (lambda: _with(BOOK, pages=Number(9, 1)), "'pages'", "swap the ends"),
    "a column called like a parameter of World": (
        lambda: _with(BOOK, table=Number(1, 9)),
        "'table'",
        "call it otherwise: 'own_table'",
    ),
    "a column called like a keyword": (lambda: _with(BOOK, **{"class": Number(1, 9)}), "'class'", "no keyword"),
    "no key": (lambda: _changed(SHELF, columns={}), "entity 'shelf'", "the first one is its key"),
    "a number as key": (lambda: _changed(SHELF, columns={"floor": Number(0, 9)}), "entity 'shelf'", "Id or a Name"),
    "a label that is no column": (lambda: _changed(BOOK, label="title"), "entity 'book'", "none of its columns"),
    "a circle": (
        lambda: _with(SHELF, favourite=Ref("book")),
        "shelf",
        "turn one reference into a Ref(..., back=...)",
    ),
    "a row like its own without a word for it": (
        lambda: _with(BOOK, sequel=Ref("book", none="True", link="the book after {x}")),
        "'sequel'", "say in that what the other is called",
    ),
    "a row before the first": (lambda: _with(BOOK, sequel=Ref("book")), "'sequel'", "say in none when a row has none"),
    "a way back that is none": (
        lambda: _with(SHELF, favourite=Ref("book", back="author")),
        "'favourite'",
        "name a Ref that does",
    ),
    "an expression about later columns": (
        lambda: _changed(BOOK, columns={"book_no": BOOK.columns["book_no"], "fine": Money(value="price"), **BOOK.columns}),  # noqa: E501
        "'fine', value",
        "'price' is unknown here",
    ),
    "a value of another kind": (lambda: _with(BOOK, back=Money(value="author")), "'back', value", "is a text"),
    "a status that never is": (
        lambda: _lend(needs=(Need("book.status == 'lent'", "the book {book} is out"),)),
        "'lend_book', need",
        "it is one of in, out",
    ),
    "a column that is not there": (
        lambda: _lend(needs=(Need("book.colour == 'red'", "the book {book} is not red"),)),
        "'lend_book', need",
        "'book' has no column 'colour'",
    ),
    "a rule that is not there": (
        lambda: _lend(needs=(Need("rule('limit') > book.price", "the book {book} is too dear"),)),
        "'lend_book', need",
        "there is no house rule 'limit'; there are loan period",
    ),
    "code in an expression": (
        lambda: _lend(needs=(Need("__import__('os')", "the book {book} is not there"),)),
        "'lend_book', need",
        "there is no function '__import__'",
    ),
    "a refusal that says nothing": (
        lambda: _lend(needs=(Need("book.status == 'in'", "No."),)),
        "'lend_book', need",
        "too short",
    ),
    "a request without its role": (lambda: _lend(requests="lend a book"), "'lend_book', requests", "does not say {book}"),  # noqa: E501
    "a new row with a gap": (lambda: _lend(effects=(Create("loan", {"book": "book"}),)), "'lend_book'", "lacks due"),
    "a written value that never is": (
        lambda: _lend(effects=(Set("book", {"status": "'lent'"}),)),
        "book.status",
        "none of its values in, out",
    ),
    "no effects": (lambda: _lend(effects=()), "'lend_book'", "make it a Get or a Find"),
    "a follow-up that is none": (lambda: _lend(follow_ups=("lend_book",)), "'lend_book', follow_ups", "later or regret"),  # noqa: E501
    "a search that nothing leads to": (
        lambda: _tools(list_books=Find("list_books", "book", "Books.", "status", "price")),
        "'list_books'",
        "add a Ref column",
    ),
    "a superlative over what is not shown": (
        lambda: _tools(list_books=Find("list_books", "book", "Books.", "shelf", "author", (least("price", "the cheapest {x}"),))),  # noqa: E501
        "'list_books'",
        "add it to shows",
    ),
    "a choice that the tool does not take": (
        lambda: _tools(list_books=Find("list_books", "book", "Books.", "shelf", "", (only("{x}'s", {"author": "Poe"}),))),  # noqa: E501
        "'list_books'",
        "no choice that the tool filters by",
    ),
    "a tool for nothing": (lambda: _tools(get_cat=Get("get_cat", "cat", "A cat.")), "tool 'get_cat'", "there is no entity"),  # noqa: E501
    "a column that no row has": (
        lambda: _tools(get_book=Get("get_book", "book", "A book.", shows="pages")),
        "tool 'get_book'",
        "has no column 'pages'",
    ),
    "a thing nobody looks up by its name": (lambda: _tools(get_shelf=None), "entity 'shelf'", "add a Get that does"),
    "what can be worked out by hand": (
        lambda: _tools(
            compare=WorkOut(
                "compare", "Both.", "one:book other:book",
                {"gap": Money(value="one.price - other.price", noun="from {x} to {y}", ask="How far is {x} from {y}?")},
            )
        ),
        "tool 'compare', 'gap'",
        "name the tools for one of them in instead_of",
    ),
    "a rule that nothing enforces": (
        lambda: replace(LIBRARY, rules=(*LIBRARY.rules, Rule("noise", (1, 2), "dB", "At most {} dB."))),
        "rule 'noise'",
        "use rule('noise')",
    ),
    "a step that is not there": (
        lambda: replace(LIBRARY, shorts=(Short(("book.shelf", "shelf.room"), "the room of {x}"),)),
        "short 'the room of {x}'",
        "there is no step 'shelf.room'",
    ),
    "a name that is none": (lambda: replace(LIBRARY, name="tiny library"), "name", "CamelCase"),
    "an entity twice": (lambda: replace(LIBRARY, entities=(*LIBRARY.entities, SHELF)), "entity 'shelf'", "keep one"),
}  # fmt: skip


def test_the_library_itself_is_sound() -> None:
    check(LIBRARY)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_declaration_is_told_by_file_entry_and_mend(name: str) -> None:
    make, entry, mend = BAD[name]
    with pytest.raises(ConstructionError) as caught:
        check(make())
    text = str(caught.value)
    assert text.startswith("tiny_declaration.py: ")
    assert entry in text and mend in text, text


def test_too_few_values_to_tell_rows_apart_are_told() -> None:
    books = Find("list_books", "book", "Books.", "shelf", "price author", (least("price", "the cheapest book on {x}"),))
    narrow = _with(BOOK, price=Money(5, 6, noun="the price of {x}"))
    source = declared(replace(narrow, tools=tuple(books if tool.name == "list_books" else tool for tool in TOOLS)))
    with pytest.raises(ConstructionError, match=r"tiny_declaration.py: book.price has 2 values.*widen its range"):
        for seed in range(20):
            source.make_world(seed, "real")


def test_a_name_that_is_taken_cannot_be_registered() -> None:
    with pytest.raises(ConstructionError, match="choose another name"):
        register(replace(LIBRARY, name="Clinic"))
    with pytest.raises(UnknownNameError, match="Clinic"):
        scenario("Clinics")


def test_persons_are_names_that_need_no_words() -> None:
    check(_with(BOOK, reader=Person(noun="the reader of {x}")))
