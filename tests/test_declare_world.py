"""Worlds, documents and code of declared scenarios agree with each other and with the declaration."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import fastjsonschema
import pytest
from tiny_declaration import BOOK, LIBRARY

from ftrl_gym.construct.declare.checking import check
from ftrl_gym.construct.declare.columns import Choice, Date, Id, Number, Person, Ref, Time
from ftrl_gym.construct.declare.documents import schema_of
from ftrl_gym.construct.declare.populate import populate
from ftrl_gym.construct.declare.tools import Do, Find, Get, WorkOut
from ftrl_gym.construct.declare.vocabulary import domain_of
from ftrl_gym.construct.domain import Link, Pick, Search
from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.clinic import CLINIC
from ftrl_gym.execution import ToolFailure
from ftrl_gym.tooldoc import Effect
from ftrl_gym.world import World, WorldBase

WORLDS = [(seed, names) for names in ("real", "syllables", "mixed") for seed in (0, 7)]


@pytest.fixture(scope="module")
def clinic() -> Source:
    return scenario("Clinic")


@pytest.fixture(scope="module", params=WORLDS, ids=lambda p: f"{p[1]}-{p[0]}")
def base(request: pytest.FixtureRequest, clinic: Source) -> WorldBase:
    return clinic.make_world(*request.param)


@pytest.fixture
def world(clinic: Source) -> World:
    return World(clinic.make_world(3, "real"))


def _run(clinic: Source, world: World, tool: str, **arguments: Any) -> dict[str, Any]:
    result: dict[str, Any] = clinic.pool.toolbox.run(tool, arguments, world)
    return result


def _fails(clinic: Source, world: World, text: str, tool: str, **arguments: Any) -> None:
    with pytest.raises(ToolFailure, match=text):
        _run(clinic, world, tool, **arguments)
    assert world.difference() == {}


# --- data ------------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_world_in_another_process(clinic: Source) -> None:
    code = (
        "import hashlib, json; from ftrl_gym.construct.scenarios import scenario;"
        "tables = scenario('Clinic').make_world(5, 'mixed').tables;"
        "print(hashlib.sha256(json.dumps(tables).encode()).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "77"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True)
    tables = clinic.make_world(5, "mixed").tables
    assert done.stdout.strip() == hashlib.sha256(json.dumps(tables).encode()).hexdigest()
    assert tables != clinic.make_world(6, "mixed").tables


def test_rows_have_the_declared_columns_of_the_declared_types(base: WorldBase) -> None:
    for entity in CLINIC.entities:
        schemas = {name: schema_of(column, CLINIC) for name, column in entity.columns.items()}
        validate = fastjsonschema.compile({"type": "object", "properties": schemas})
        assert base.tables[entity.table]
        for key, row in base.tables[entity.table].items():
            assert list(row) == list(entity.columns) and row[entity.key] == key
            validate(row)


def test_every_reference_leads_to_a_row(base: WorldBase) -> None:
    for entity in CLINIC.entities:
        for name, column in entity.columns.items():
            if isinstance(column, Ref):
                keys = set(base.tables[CLINIC.entity(column.entity).table])
                assert {row[name] for row in base.tables[entity.table].values()} <= keys, (entity.name, name)
    for department in base.tables["departments"].values():
        assert base.tables["doctors"][department["head_doctor"]]["department"] == department["name"]
    for invoice in base.tables["invoices"].values():
        appointment = base.tables["appointments"][invoice["appointment"]]
        doctor = base.tables["doctors"][appointment["doctor"]]
        assert base.tables["examinations"][invoice["examination"]]["department"] == doctor["department"]
        assert invoice["patient"] == appointment["patient"] and appointment["status"] in ("attended", "missed")


def test_drawn_values_lie_in_their_ranges(base: WorldBase) -> None:
    for entity in CLINIC.entities:
        for name, column in entity.columns.items():
            values = [row[name] for row in base.tables[entity.table].values()]
            if column.value:
                continue
            if isinstance(column, Number):
                assert all(column.low_end <= value <= column.high_end for value in values)
            elif isinstance(column, Time):
                assert all(column.first <= value <= column.last for value in values)
            elif isinstance(column, Choice):
                assert set(values) <= set(column.members)
            elif isinstance(column, Id | Person):
                assert len(set(values)) == len(values)


def test_dates_may_lie_where_another_column_says() -> None:
    moved = Date(by="status", ranges={"in": (-9, -1), "out": (3, 5)})
    book = replace(BOOK, columns={**BOOK.columns, "moved": moved})
    library = replace(LIBRARY, entities=tuple(book if each is BOOK else each for each in LIBRARY.entities))
    rows = populate(library, 1, "real").tables["books"].values()
    assert {row["status"] for row in rows} == {"in", "out"}
    assert all((row["moved"] < LIBRARY.today) == (row["status"] == "in") for row in rows)
    assert all("2026-05-07" <= row["moved"] <= "2026-05-09" for row in rows if row["status"] == "out")


def test_a_reference_to_its_own_entity_leads_to_rows_made_before() -> None:
    """Most volumes go on from another of their shelf, each from one of its own; the shelf's first goes on from none."""
    before = Ref(
        "book",
        none="nth == 1",
        where="before.shelf == shelf",
        most=1,
        link="the volume before {x}",
        that="volume before",
    )
    book = replace(BOOK, columns={**BOOK.columns, "before": before})
    library = replace(LIBRARY, entities=tuple(book if each is BOOK else each for each in LIBRARY.entities))
    check(library)
    rows = populate(library, 1, "real").tables["books"]
    places = {key: number for number, key in enumerate(rows)}
    led = [(key, row["before"]) for key, row in rows.items() if row["before"]]
    assert all(places[other] < places[key] and rows[other]["shelf"] == rows[key]["shelf"] for key, other in led)
    assert len({other for _, other in led}) == len(led) == len(rows) - 4
    link = domain_of(library).steps["book.before"]
    assert isinstance(link, Link) and link.shared == ("shelf",)  # to the shelf of the volume before would be a detour
    document = domain_of(library).documents["get_book"]
    assert document.returns.schema_["properties"]["before"] == {"type": "string"}


def test_superlatives_never_tie_where_values_are_drawn(base: WorldBase) -> None:
    for tool in CLINIC.tools:
        if isinstance(tool, Find):
            entity = CLINIC.entity(tool.entity)
            for meaning in tool.means:
                if meaning.pick in (Pick.LOWEST, Pick.HIGHEST) and not entity.columns[meaning.by].value:
                    group = [by for by in tool.by.split() if isinstance(entity.columns[by], Ref | Date)]
                    rows = base.tables[entity.table].values()
                    places = [(*(row[by] for by in group), row[meaning.by]) for row in rows]
                    assert len(set(places)) == len(places), meaning.noun


def test_values_follow_their_expressions(base: WorldBase) -> None:
    fee = base.tables["rules"]["no-show fee"]["value"]
    for invoice in base.tables["invoices"].values():
        missed = base.tables["appointments"][invoice["appointment"]]["status"] == "missed"
        assert invoice["amount"] == (fee if missed else base.tables["examinations"][invoice["examination"]]["price"])
    for appointment in base.tables["appointments"].values():
        slot = base.tables["slots"][appointment["slot"]]
        assert [appointment[name] for name in ("doctor", "date", "time")] == [
            slot[n] for n in ("doctor", "date", "time")
        ]
        assert slot["status"] == "taken" and (appointment["status"] == "booked") == (slot["date"] >= CLINIC.today)


# --- documents and code ----------------------------------------------------------------------------------------------


def test_one_readable_function_per_document(clinic: Source) -> None:
    namespace: dict[str, Any] = {}
    exec(compile(clinic.code, "tools.py", "exec"), namespace)
    assert all(len(line) <= 130 for line in clinic.code.splitlines())
    for name, document in clinic.domain.documents.items():
        world, *parameters = inspect.signature(namespace[name]).parameters.values()
        properties = document.parameters["properties"]
        assert world.name == "world" and [p.name for p in parameters] == list(properties)
        for parameter in parameters:
            schema = properties[parameter.name]
            assert schema["description"].endswith(".")
            assert (parameter.default is inspect.Parameter.empty) == (parameter.name in document.parameters["required"])
            assert schema.get("default", parameter.empty) == parameter.default
        assert document.returns.facts and document.parameters["required"]
    writing = {tool.name for tool in CLINIC.tools if isinstance(tool, Do)}
    assert {name for name, document in clinic.domain.documents.items() if document.effect is Effect.WRITE} == writing


def test_every_fact_of_a_look_up_is_the_worlds(clinic: Source, base: WorldBase) -> None:
    world = World(base)
    for tool in CLINIC.tools:
        if not isinstance(tool, Get):
            continue
        entity, document = CLINIC.entity(tool.entity), clinic.domain.documents[tool.name]
        (parameter,) = document.parameters["properties"]
        validate = fastjsonschema.compile(document.returns.schema_)
        for key, row in base.tables[entity.table].items():
            result = _run(clinic, world, tool.name, **{parameter: row[parameter]})
            validate(result)
            assert result[entity.key] == key
            assert all(result[field] == row[attribute] for field, attribute in document.returns.facts[0].fields.items())


def test_every_fact_of_a_search_is_the_worlds_and_none_is_missing(clinic: Source, base: WorldBase) -> None:
    world = World(base)
    for tool in CLINIC.tools:
        if not isinstance(tool, Find):
            continue
        entity, document = CLINIC.entity(tool.entity), clinic.domain.documents[tool.name]
        validate = fastjsonschema.compile(document.returns.schema_)
        source, *choices = tool.by.split()
        column = entity.columns[source]
        assert isinstance(column, Ref)
        for key in base.tables[CLINIC.entity(column.entity).table]:
            members = document.parameters["properties"][choices[0]]["enum"] if choices else ["any"]
            for member in members:
                given = {source: key, **({choices[0]: member} if choices else {})}
                result = _run(clinic, world, tool.name, **given)
                validate(result)
                found = {row[entity.key]: row for row in result[entity.table]}
                rows = base.tables[entity.table]
                assert found.keys() == {
                    k for k, row in rows.items()
                    if row[source] == key and (member == "any" or row[choices[0]] == member)
                }  # fmt: skip
                assert all(row[name] == rows[k][name] for k, row in found.items() for name in row)


def test_what_is_worked_out_is_what_the_vocabulary_derives(clinic: Source, base: WorldBase) -> None:
    world = World(base)
    made, quote = clinic.domain.combinations
    for device in base.tables["devices"].values():
        for firm in base.tables["service_firms"].values():
            result = _run(clinic, world, quote.tool, device_no=device["device_no"], firm=firm["name"])
            assert result == quote.derive(base, device, firm)
            assert result["price"] == round(firm["call_out"] + firm["hourly"] * device["service_hours"], 2)
    for examination in base.tables["examinations"].values():
        for insurer in base.tables["insurers"].values():
            result = _run(clinic, world, made.tool, examination=examination["name"], insurer=insurer["name"])
            assert result == made.derive(base, examination, insurer)
            assert result["to_pay"] == round(examination["price"] * (100 - insurer["share"]) / 100, 2)


def test_unknown_keys_are_told_briefly_with_a_mend(clinic: Source, world: World) -> None:
    for name, document in clinic.domain.documents.items():
        properties = document.parameters["properties"]
        bad = {p: "zz\ud800" + "q" * 500 for p in document.parameters["required"] if "enum" not in properties[p]}
        rest = {p: properties[p]["enum"][0] for p in document.parameters["required"] if p not in bad}
        if bad:
            with pytest.raises(ToolFailure) as caught:
                _run(clinic, world, name, **bad, **rest)
            text = str(caught.value)
            assert ";" in text and len(text) < 250 and "\ud800" not in text and "q" * 50 not in text


def _first(world: World, table: str, **equal: Any) -> tuple[str, dict[str, Any]]:
    return world.find(table, **equal)[0]


def test_an_appointment_is_booked_moved_and_cancelled_with_all_that_hangs_on_it(clinic: Source, world: World) -> None:
    slot, row = _first(world, "slots", status="free")
    patient, _ = next(iter(world.rows("patients")))
    made = _run(clinic, world, "book_appointment", slot_id=slot, patient_id=patient, reason="check-up")
    number = made["appointment_no"]
    assert (made["date"], made["doctor"], made["status"]) == (row["date"], row["doctor"], "booked")
    assert _run(clinic, world, "get_appointment", appointment_no=number) == {**made, "slot": slot, "patient": patient}
    assert number in {each["appointment_no"] for each in
                      _run(clinic, world, "list_appointments", patient=patient)["appointments"]}  # fmt: skip
    other, _ = _first(world, "slots", status="free")
    moved = _run(clinic, world, "move_appointment", appointment_no=number, slot_id=other)
    assert moved["slot"] == other
    assert (world.get("slots", slot) or {})["status"] == "free" and (world.get("slots", other) or {})[
        "status"
    ] == "taken"
    done = _run(clinic, world, "cancel_appointment", appointment_no=number)
    assert done["status"] == "cancelled" and (world.get("slots", other) or {})["status"] == "free"
    assert (world.get("patients", patient) or {})["balance"] == done["fee"]
    with pytest.raises(ToolFailure, match="is cancelled; only a booked one"):
        _run(clinic, world, "cancel_appointment", appointment_no=number)


def test_house_rules_and_needs_refuse_with_a_reason(clinic: Source, world: World) -> None:
    taken, _ = _first(world, "slots", status="taken")
    patient, row = next(iter(world.rows("patients")))
    _fails(clinic, world, "list_slots shows", "book_appointment", slot_id=taken, patient_id=patient, reason="check-up")
    paid, _ = _first(world, "invoices", status="paid")
    _fails(clinic, world, "paid already", "pay_invoice", invoice_no=paid, method="card")
    limit = world.base.tables["rules"]["cash limit"]["value"]
    dear = next(key for key, row in world.rows("invoices") if row["status"] == "open" and row["amount"] > limit)
    _fails(clinic, world, f"up to {limit} euros", "pay_invoice", invoice_no=dear, method="cash")
    _fails(clinic, world, "already", "change_doctor", patient_id=patient, doctor_id=row["doctor"]) if (
        world.base.tables["doctors"][row["doctor"]]["accepts_patients"]
    ) else None
    empty = next((key for key, row in world.rows("prescriptions") if not row["refills"]), None)
    if empty:
        _fails(clinic, world, "no refills left", "renew_prescription", prescription_no=empty)
    paid_now = _run(clinic, world, "pay_invoice", invoice_no=dear, method="card")
    assert paid_now == {"invoice_no": dear, "status": "paid", "method": "card"}


def test_a_patient_has_at_most_so_many_booked_appointments(clinic: Source, world: World) -> None:
    patient, _ = next(iter(world.rows("patients")))
    limit = world.base.tables["rules"]["open appointments"]["value"]
    for _ in range(limit - len(world.find("appointments", patient=patient, status="booked"))):
        slot, _ = _first(world, "slots", status="free")
        _run(clinic, world, "book_appointment", slot_id=slot, patient_id=patient, reason="check-up")
    slot, _ = _first(world, "slots", status="free")
    with pytest.raises(ToolFailure, match=f"has {limit} booked appointments"):
        _run(clinic, world, "book_appointment", slot_id=slot, patient_id=patient, reason="check-up")


# --- vocabulary ------------------------------------------------------------------------------------------------------


def test_the_domain_is_complete(clinic: Source) -> None:
    domain = clinic.domain
    assert set(domain.things) == {entity.name for entity in CLINIC.entities} | {"rule"}
    assert len(CLINIC.entities) >= 9 and len(domain.documents) >= 16
    assert {tool.name for tool in CLINIC.tools} | {"get_rule"} == set(domain.documents)
    for step in domain.steps.values():
        assert {*step.sources, step.target} <= set(domain.things)
        if isinstance(step, Search):
            assert step.tool in domain.documents
            assert all(name in domain.documents[step.tool].binds for name in (*step.arguments, *step.fixed))
    for name, action in domain.actions.items():
        document = domain.documents[name]
        parameters = {parameter for parameter, _, _ in action.roles.values()} | set(action.extras)
        assert parameters == set(document.parameters["properties"])
        assert action.requests and action.effects
    assert domain.actions["cancel_appointment"].needs == {"appointment": {"status": ("booked",)}}
    asked = {
        name for entity in CLINIC.entities for name, column in entity.columns.items() if column.noun and column.asks
    }
    assert asked
    combination = next(tool for tool in CLINIC.tools if isinstance(tool, WorkOut))
    assert domain.combinations[0].rivals == tuple(combination.instead_of.split())


def test_possessives_have_a_form_for_long_names(clinic: Source) -> None:
    for step in clinic.domain.steps.values():
        if len(step.sources) == 1:
            assert any(noun.endswith("{x}") for noun in step.nouns), step.nouns
        assert not any(re.search(r"\bthe the\b", noun) for noun in step.nouns)


def test_the_only_rule_is_not_asked_about() -> None:
    one = domain_of(LIBRARY)
    other = replace(LIBRARY.rules[0], topic="fine")
    two = domain_of(replace(LIBRARY, rules=(*LIBRARY.rules, other)))
    assert (*one.thing("rule").attributes,) == () and (*two.thing("rule").attributes,) == ("value",)
