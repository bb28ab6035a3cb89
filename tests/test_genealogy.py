"""Genealogy: four generations in which everybody's parents are a couple, and chains along ancestors."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from named_chains import asked, chain, lookups
from tool_calls import run

from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.tooldoc import Effect
from ftrl_gym.world import World, WorldBase


@pytest.fixture(scope="module")
def society() -> Source:
    return scenario("Genealogy")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "mixed"), (2, "syllables")])
def base(request: pytest.FixtureRequest, society: Source) -> WorldBase:
    return society.make_world(*request.param)


def _years(earlier: str, later: str) -> int:
    return int(later[:4]) - int(earlier[:4])


def test_descent_goes_over_four_generations_without_a_circle(base: WorldBase) -> None:
    persons = base.tables["persons"]
    generation: dict[str, int] = {}
    for key, row in persons.items():  # parents stand before their children
        father, mother = row["father"], row["mother"]
        assert bool(father) == bool(mother)
        generation[key] = 1 + max((generation[each] for each in (father, mother) if each), default=0)
        if father:
            assert (persons[father]["sex"], persons[mother]["sex"]) == ("male", "female")
            assert row["name"].split()[1:] == persons[father]["name"].split()[1:]
            for parent in (father, mother):
                assert 20 <= _years(persons[parent]["birth_date"], row["birth_date"]) <= 45
                assert persons[parent]["death_date"] > row["birth_date"]
            assert persons[father]["father"] != persons[mother]["father"] or not persons[father]["father"]
    assert set(generation.values()) == {1, 2, 3, 4}
    assert len({row["name"] for row in persons.values()}) == len(persons)


def test_every_couple_is_married_once_before_the_first_child(base: WorldBase) -> None:
    persons, marriages = base.tables["persons"], base.tables["marriages"]
    couples = {(row["husband"], row["wife"]): row for row in marriages.values()}
    assert {(row["father"], row["mother"]) for row in persons.values() if row["father"]} == set(couples)
    assert max(Counter(each for pair in couples for each in pair).values()) == 1
    for (husband, wife), marriage in couples.items():
        children = [row["birth_date"] for row in persons.values() if row["father"] == husband]
        assert marriage["wedding_date"] < min(children)
        assert marriage["parish"] == base.tables["villages"][persons[wife]["birthplace"]]["parish"]
    emigrants = {row["person"] for row in base.tables["emigrations"].values()}
    assert emigrants and emigrants.isdisjoint(each for pair in couples for each in pair)


def test_entries_stand_in_a_book_of_the_parish_of_birth(base: WorldBase) -> None:
    tables = base.tables
    for entry in tables["register_entries"].values():
        person, book = tables["persons"][entry["person"]], tables["register_books"][entry["book"]]
        assert book["parish"] == tables["villages"][person["birthplace"]]["parish"]
        assert book["kind"] == f"{entry['kind']}s"
        assert entry["entry_date"] > person["birth_date" if entry["kind"] == "baptism" else "death_date"]
    for mention, other in product(tables["mentions"].values(), repeat=2):
        assert mention is other or (mention["source"], mention["person"]) != (other["source"], other["person"])


def test_all_tools_only_read_and_find_who_belongs_together(society: Source, base: WorldBase) -> None:
    assert {document.effect for document in society.domain.documents.values()} == {Effect.READ}
    world = World(base)
    for key, marriage in base.tables["marriages"].items():
        found = run("Genealogy", world, "find_wedding_of_man", husband=marriage["husband"])["marriages"]
        assert [row["marriage_no"] for row in found] == [key]
        theirs = run("Genealogy", world, "list_children_of_mother", mother=marriage["wife"])["persons"]
        his = run("Genealogy", world, "list_children_of_father", father=marriage["husband"])["persons"]
        assert theirs == his and len(his) >= 3
    first, second, *_ = base.tables["villages"]
    there = run("Genealogy", world, "measure_walk", first=first, second=second)["hours"]
    assert there == run("Genealogy", world, "measure_walk", first=second, second=first)["hours"] >= 1


def test_a_chain_climbs_to_a_great_grandmother_and_on_to_an_editor() -> None:
    steps = (
        *("emigration.person", "person.father", "person.mother", "person.father", "marriage (husband)"),
        *("marriage.parish", "the book of burials of {x}", "register book.archive"),
        *("the source with the most sheets in {x}",),
    )
    walk = chain("Genealogy", "emigration", *steps)
    assert lookups("Genealogy", walk, "editor") == 10
    assert scenario("Genealogy").shapes.roads.climbing == {"person.father", "person.mother"}


def test_a_grandmother_is_found_by_hand(base: WorldBase) -> None:
    persons, villages = base.tables["persons"], base.tables["villages"]
    key, row = next((k, row) for k, row in persons.items() if row["father"] and persons[row["father"]]["mother"])
    steps = ("person.father", "person.mother", "person.birthplace")
    text, answer = asked("Genealogy", base, chain("Genealogy", "person", *steps, key=key), "farms")
    grandmother = persons[persons[row["father"]]["mother"]]
    assert answer == villages[grandmother["birthplace"]]["farms"]
    assert row["name"] in text and "that person" not in text


def test_tasks_are_certified() -> None:
    for seed, names in enumerate(("real", "mixed", "syllables")):
        task = endless_task(seed, scenario="Genealogy", features=("user",), names=names)
        assert task.certificate is not None and task.certificate.solver_plan == "confirmed"
