"""A declaration small enough to break in one place at a time."""

from __future__ import annotations

from ftrl_gym.construct.declare import (
    Choice,
    Create,
    Date,
    Declaration,
    Do,
    Each,
    Entity,
    Find,
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
)

SHELF = Entity(
    "shelf",
    4,
    {"name": Name(("Atlas", "Borneo", "Congo", "Delta", "Elba")), "floor": Number(0, 9, noun="the floor of {x}")},
    called="the {x} shelf",
    plural="shelves",
)
BOOK = Entity(
    "book",
    Each("shelf", 2, 3),
    {
        "book_no": Id(prefix="B-", digits=4, noun="the number of {x}"),
        "shelf": Ref("shelf", noun="the shelf of {x}", link="the shelf of {x}"),
        "author": Person(noun="the author of {x}"),
        "price": Money(5, 60, noun="the price of {x}", compare="is cheaper | is more expensive"),
        "status": Choice(("in", "in", "out")),
    },
    called="book {x}",
    label_noun="book number",
)
LOAN = Entity(
    "loan",
    Each("book", where="book.status == 'out'"),
    {
        "loan_no": Id(prefix="L-", digits=4),
        "book": Ref("book", link="the book of {x}"),
        "due": Date(value="add_days(today, rule('loan period'))", noun="the due date of {x}"),
    },
    called="loan {x}",
    label_noun="loan number",
)
TOOLS = (
    Get("get_shelf", "shelf", "A shelf: its floor."),
    Find("list_books", "book", "Books of a shelf.", "shelf status", "price author"),
    Get("get_book", "book", "A book: shelf, author, price."),
    Get("get_loan", "loan", "A loan: book and due date."),
    Do(
        "lend_book",
        "Lends a book.",
        "book",
        "lend {book}",
        (Need("book.status == 'in'", "book {book} is out; list_books shows which are in"),),
        (
            Create("loan", {"book": "book", "due": "add_days(today, rule('loan period'))"}),
            Set("book", {"status": "'out'"}),
        ),
    ),
)
LIBRARY = Declaration(
    name="TinyLibrary",
    title="Library",
    description="Shelves, books and loans.",
    instruction="You work in a library.",
    policy="",
    entities=(SHELF, BOOK, LOAN),
    tools=TOOLS,
    rules=(Rule("loan period", tuple(range(10, 40)), "days", "A loan runs for {} days."),),
    file="tiny_declaration.py",
)
