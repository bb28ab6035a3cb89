"""What documents of views, searches and terse tools say: whole phrases, the scenario's nouns, fields that are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ftrl_gym.construct.declare import Entity, Id, Number
from ftrl_gym.construct.declare.measures import with_units
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.functions import Function, function_of
from ftrl_gym.construct.variants.partition import Piece, nouns_of
from ftrl_gym.construct.variants.searching import Likeness
from ftrl_gym.construct.variants.terse import cut
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.construct.variants.view_words import fields_said, head, in_state, is_noun, says, thing
from ftrl_gym.tooldoc import FactSource, Returns, ToolDocument

DESIGN = Design(3, long=2, routes=3, confusable=3)


@pytest.fixture(scope="module", params=["RealEstate", "SmartHome", "Observatory", "Court"])
def toolset(request: pytest.FixtureRequest) -> Toolset:
    return scenario(request.param).toolset(DESIGN)


def _look_up(name: str, description: str, *fields: str) -> Function:
    """A look-up of a row by its id."""
    shown = ("id", *fields)
    schema = {"type": "object", "properties": {field: {"type": "string"} for field in shown}}
    facts = FactSource(entity="rows", key=("id",), fields={field: field for field in shown})
    parameters = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    returns = Returns(schema=schema, facts=(facts,))
    binds = {"id": "rows.id"}
    return function_of(
        ToolDocument(name=name, description=description, parameters=parameters, returns=returns, binds=binds)
    )


def test_what_stands_in_brackets_belongs_to_the_field_before_it() -> None:
    text = "A property: owner, site (a plot for houses, else a building), size and energy (class, use)."
    function = _look_up("get_property", text, "owner", "site", "size", "energy")
    assert fields_said(function, ["site", "size"]) == "site (a plot for houses, else a building), size"
    assert fields_said(function, ["energy"]) == "energy (class, use)"


@pytest.mark.parametrize(
    ("name", "text", "noun"),
    [
        ("get_weather", "A weather record: night, humidity.", "weather record"),
        ("get_data", "A data set: size, format.", "data set"),
        ("get_author", "An author by full name, with id.", "author"),
        ("get_outgoing_loan", "A loan to a partner museum: object, fee.", "outgoing loan"),
        ("get_treatment", "A course of treatment: doctor, sessions.", "treatment"),
        ("get_stock", "What is left of it.", "stock"),
    ],
)
def test_a_thing_is_called_as_its_document_calls_it(name: str, text: str, noun: str) -> None:
    assert thing(_look_up(name, text, "value")) == noun


def test_names_in_quotation_marks_are_not_cut_short() -> None:
    assert cut('Rooms of a department. Shows those whose "department" is like it.').endswith(
        'whose "department" is like it'
    )
    assert cut("Repositories of an organisation. Shows all.") == "Repositories of org. Shows all"


def _quoted(toolset: Toolset) -> Iterator[tuple[str, str]]:
    for name, document in toolset.documents.items():
        for found in re.findall('"([^"]*)"', document.description):
            yield name, found


def test_a_quoted_field_is_one_of_the_results(toolset: Toolset) -> None:
    found = list(_quoted(toolset))
    assert found
    for name, field in found:
        assert f'"{field}"' in str(toolset.documents[name].returns.schema_).replace("'", '"'), (name, field)


def test_brackets_are_whole_and_stops_are_single(toolset: Toolset) -> None:
    for document in toolset.documents.values():
        assert document.description.count("(") == document.description.count(")"), document.description
        assert ".." not in document.description, document.description


def test_a_terse_document_of_a_look_up_says_more_than_its_noun(toolset: Toolset) -> None:
    seen = 0
    for face in toolset.faces:
        function = face.parts[0].function
        if len(face.parts) == 1 and is_noun(head(function)) and ":" in function.document.description:
            assert ":" in face.description, (face.name, face.description)
            seen += 1
    assert seen > 5


def test_a_search_says_up_to_how_many_it_shows(toolset: Toolset) -> None:
    said = [
        d.description
        for d in toolset.documents.values()
        if re.search(r"\b[Ss]hows (?:about )?(?:the )?\d", d.description)
    ]
    assert not said


def test_of_two_look_ups_of_one_thing_one_is_called_by_what_it_finds_it_by() -> None:
    documents = scenario("Court").domain.documents
    pieces = [Piece(function_of(documents[name])) for name in ("get_case", "get_judge", "find_judge")]
    assert nouns_of(pieces) == ["case", "judge", "judge_by_name"]


@pytest.mark.parametrize(
    ("name", "tool", "said"),
    [
        ("Observatory", "get_target", "distance in light years"),
        ("Bank", "get_vault", "fire resistance in minutes"),
        ("MusicLabel", "get_track", "duration in seconds, tempo, plays"),
        ("SmartHome", "get_hub", "capacity, load"),
    ],
)
def test_a_look_up_says_in_which_unit_it_gives_what_is_measured(name: str, tool: str, said: str) -> None:
    assert said in scenario(name).domain.documents[tool].description


def test_a_unit_is_said_once_and_only_where_fields_are_listed() -> None:
    room = Entity("room", 4, {
        "room_no": Id(prefix="R", noun="the number of {x}"),
        "size": Number(10, 90, unit="square metres", noun="the size of {x}"),
        "span": Number(1, 9, unit="hours", noun="the weekly hours of {x}"),
    })  # fmt: skip
    names = ("room_no", "size", "span")
    assert with_units("A room: size, hours.", room, names) == "A room: size in square metres, hours."
    assert with_units("A room, with its size.", room, names) == "A room, with its size."
    assert with_units("A room: weekly hours; size is net.", room, names) == "A room: weekly hours; size is net."


def test_a_state_of_several_words_stands_behind_what_is_in_it() -> None:
    assert in_state("train", "in the workshop") == "a train that is in the workshop"
    assert in_state("invoice", "overdue") == "an overdue invoice"


def test_another_thing_is_called_by_what_it_is() -> None:
    document = scenario("Restaurant").toolset(Design(0, routes=3)).documents["get_reservation_with_at_table"]
    assert document.description.startswith("A reservation together with its table: ")
    assert "; of the table: " in document.description


def test_a_promised_field_that_a_default_hides_is_said_to_be_hidden() -> None:
    toolset = scenario("SmartHome").toolset(Design(2, parameters=2, routes=3, confusable=3))
    parts = [(face, option) for face in toolset.faces for option in face.options if option.hides]
    assert parts
    for face, option in parts:
        assert not any(part.function.name.endswith("_in_full") for part in face.parts)
        if any(says(face.description.partition(" Shows ")[0], name) for name in option.hides):
            assert option.name in face.description


def test_a_search_by_two_things_says_which_one_it_takes_loosely() -> None:
    likeness = Likeness("port", "voyages", "voyage_no", "port", one=False, most=24)
    assert "Whatever else" not in likeness.sentence("port")
    assert replace(likeness, others=True).sentence("port").endswith("Whatever else is given must fit exactly.")
