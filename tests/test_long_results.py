"""Long results: searches with near misses, pages, and records about rows, in tools, plans, proofs and scores."""

from __future__ import annotations

import datetime
import functools
import json
import statistics
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.endless import endless_brief, endless_writer, world_of
from ftrl_gym.construct.near_misses import exactly
from ftrl_gym.construct.pages import list_of
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.trial import Trials
from ftrl_gym.construct.variants import lengthening
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.faces import Face
from ftrl_gym.construct.variants.functions import Role, function_of
from ftrl_gym.construct.variants.searching import searches
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.construct.writer import write_first
from ftrl_gym.execution import ToolFailure
from ftrl_gym.export.standalone import StandaloneTools
from ftrl_gym.goal import Goal
from ftrl_gym.grounding import Grounding
from ftrl_gym.matching import Ledger
from ftrl_gym.results import joined
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.solver import confirm
from ftrl_gym.task import Kind, OutcomeKind, PlannedCall, PlanTurn, Task
from ftrl_gym.tooldoc import Pages, ToolDocument
from ftrl_gym.toolsource import ToolSource
from ftrl_gym.world import World, WorldBase

SCENARIOS = ("Bank", "Clinic", "Court", "Laboratory", "Logistics")
DESIGNS = (Design(0, long=3), Design(3, 2, 2, 1, long=3), Design(8, 1, 3, 3, long=2))


@functools.cache
def made(
    name: str,
    seeds: int,
    features: tuple[str, ...] = ("long",),
    difficulty: float = 1.0,
    kinds: tuple[Kind, ...] | None = None,
) -> list[Task]:
    """Certified tasks with the dials on."""
    tasks = []
    for seed in range(seeds):
        brief = endless_brief(seed, scenario=name, always=features, difficulty=difficulty, kinds=kinds)
        tasks.append(write_first(endless_writer(name, Depth.FULL), [brief], f"endless-{seed}"))
    return tasks


def toolset_for(name: str, task: Task) -> Toolset:
    return scenario(name).toolset(Design.named(task.toolset))


class Golden(NamedTuple):
    """A call of a first plan, made."""

    task: Task
    call: PlannedCall
    document: ToolDocument
    result: Any


def golden(name: str, tasks: list[Task]) -> Iterator[Golden]:
    """The calls of the first plans of reading tasks."""
    for task in tasks:
        toolset, world = toolset_for(name, task), World(world_of(task.world))
        for call in task.plans[0].calls():
            result = toolset.pool.toolbox.run(call.tool, dict(call.arguments), world)
            yield Golden(task, call, toolset.documents[call.tool], result)


def rows_of(document: ToolDocument, result: Any) -> list[tuple[str, str]]:
    return [
        (source.entity, "|".join(str(row[name]) for name in source.key))
        for source in document.returns.facts
        for row in source.rows(result)
    ]


def whole(toolset: Toolset, tool: str, arguments: dict[str, Any], base: WorldBase) -> tuple[Any, int]:
    """A list, all pages of it, and how many there were."""
    pages = toolset.documents[tool].pages
    assert pages is not None
    result, count = toolset.pool.toolbox.run(tool, arguments, World(base)), 1
    while result[pages.following] is not None:
        further = {**arguments, pages.parameter: result[pages.following]}
        result, count = joined(result, toolset.pool.toolbox.run(tool, further, World(base))), count + 1
    return result, count


def look_ups(name: str, base: WorldBase) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Calls of plain searches for one text: tool, arguments, and the column that they are by."""
    for function in searches(map(function_of, scenario(name).domain.documents.values()), name, Design(0, long=3)):
        if function.like is not None and len(function.required) == 1:
            like = function.like
            values = sorted({str(row.get(like.column, key)) for key, row in base.tables[like.table].items()} - {""})
            for value in values[:3]:
                yield function.name, {like.parameter: value}, like.column


# --- figures ---------------------------------------------------------------------------------------------------------


def test_results_are_as_long_as_promised_and_the_first_row_is_rarely_the_right_one() -> None:
    lengths: list[float] = []
    paged: Counter[str] = Counter()
    first: dict[tuple[str, str], list[Any]] = {}
    tasks = 0
    for name in SCENARIOS:
        some = made(name, 4)
        tasks += len(some)
        for task, call, document, result in golden(name, some):
            lengths.append(len(json.dumps(result, ensure_ascii=False)) / 4)
            if document.pages is None:
                continue
            paged[f"{name}{task.id}"] += document.pages.parameter in call.arguments
            facts = {(s.fact.entity, s.fact.key) for s in task.sub_questions if s.id in call.solves and s.fact}
            listed = first.setdefault((f"{name}{task.id}", list_of(call, {call.tool: document})), [])
            listed += [rows_of(document, result)[:1], facts]
    hits = [set(found[0]) == set().union(*found[1::2]) for found in first.values() if any(found[1::2])]
    assert statistics.median(lengths) > 400
    assert sorted(lengths)[int(len(lengths) * 0.95)] > 2500  # a small sample; 3,000 over all scenarios
    assert sum(count > 0 for count in paged.values()) >= 0.2 * tasks
    assert sum(hits) <= 0.15 * len(hits)  # a small sample; a tenth over all scenarios


def test_each_level_has_more_of_it() -> None:
    for name in SCENARIOS:
        searching, long = [], []
        for level in range(1, 4):
            toolset = scenario(name).toolset(Design(0, long=level))
            parts = [part.function for face in toolset.faces for part in face.parts]
            searching.append({part.name for part in parts if part.like is not None})
            long.append(sum(face.entries for face in toolset.faces))
        assert searching[0] <= searching[1] <= searching[2] and len(searching[0]) < len(searching[2])
        assert long == sorted(long) and long[0] < long[2]


def test_without_the_dial_nothing_changes() -> None:
    for name in SCENARIOS[:2]:
        for design in (Design(), Design(0, 2, 2, 2), Design(17, 3, 3, 3)):
            toolset = scenario(name).toolset(design)
            text = toolset.source + "".join(each.model_dump_json() for each in toolset.documents.values())
            assert "_alike" not in text and "_recorded" not in text and '"pages"' not in text
            assert all(face.paged is None and not face.record for face in toolset.faces)


# --- searches --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_a_search_shows_the_exact_row_among_near_misses_in_the_order_of_their_keys(design: Design) -> None:
    for name in SCENARIOS:
        source = scenario(name)
        base, toolset, plain = source.make_world(5, "real"), source.toolset(design), source.toolset(Design())
        seen = 0
        for tool, arguments, _ in look_ups(name, base):
            (made, *_) = toolset.calls(tool, arguments)
            face = next(face for face in toolset.faces if face.name == made.tool)
            part = next(part for part in face.parts if part.function.name == tool)
            if part.function.like is None or made.tool not in toolset.documents or part.only or face.batch:
                continue
            like = part.function.like
            result, _ = whole(toolset, made.tool, dict(made.arguments), base)
            exact = plain.pool.toolbox.run(tool, arguments, World(base))
            keys = [key for _, key in rows_of(toolset.documents[made.tool], result)]
            wanted = [exact[like.key]] if like.one else [row[like.key] for row in exact[part.function.rows]]
            assert set(wanted) <= set(keys) and keys == sorted(keys) and len(keys) == len(set(keys))
            possible = [row for key, row in base.tables[like.table].items() if row.get(like.column, key)]
            assert len(keys) >= min(like.most, len(possible)) or face.options, (made.tool, len(keys))
            asked = exactly(toolset.documents[made.tool], made.arguments, result)
            assert {key for _, key in rows_of(toolset.documents[made.tool], asked)} == set(wanted)
            seen += 1
        assert seen > 5


def test_a_search_refuses_what_does_not_exist_as_the_plain_tool_does() -> None:
    for name in SCENARIOS[:2]:
        source = scenario(name)
        base, toolset = source.make_world(5, "real"), source.toolset(Design(0, long=3))
        refused = 0
        for tool in {tool for tool, _, _ in look_ups(name, base)}:
            part = next(part for face in toolset.faces for part in face.parts if part.function.name == tool)
            if part.function.like is None:
                continue
            arguments = {part.function.like.parameter: "Zzyzx Nowhere"}
            with pytest.raises(ToolFailure) as plain:
                source.pool.toolbox.run(tool, arguments, World(base))
            with pytest.raises(ToolFailure) as long:
                (made, *_) = toolset.calls(tool, arguments)
                toolset.pool.toolbox.run(made.tool, dict(made.arguments), World(base))
            assert str(plain.value).partition(";")[0] == str(long.value).partition(";")[0]
            refused += 1
        assert refused > 5


def test_near_ones_come_before_far_ones() -> None:
    table = {f"P{n}": {"name": name} for n, name in enumerate(("Anna Berg", "Anna Bergman", "Hanna Berg", "Xu Li"))}
    world = World(WorldBase({"people": table}))

    def look(name: str) -> dict[str, Any]:
        return {"id": next(key for key, row in table.items() if row["name"] == name), "name": name}

    found = lengthening._alike(world, "people", "name", "id", "Anna Berg", look, 3)
    assert [row["name"] for row in found] == ["Anna Berg", "Anna Bergman", "Hanna Berg"]


# --- pages -----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 60), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_pages_reach_every_row_exactly_once(rows: int, size: int) -> None:
    found = [{"id": f"R{n}", "n": n % 3} for n in range(rows)]
    for cut, page in ((lengthening._page, 1), (lengthening._page_from, None)):
        read: list[Any] = []
        following: Any = page
        while True:
            some, following = cut(found, following, size)  # type: ignore[operator]
            assert len(some) <= size
            read += some
            if following is None:
                break
        assert read == found
    with pytest.raises(ValueError, match="there is no page"):
        lengthening._page(found, 99, size)
    with pytest.raises(ValueError, match="is not of this list"):
        lengthening._page_from(found, "c1x1", size)


def _paged(name: str) -> Iterator[tuple[Task, Toolset]]:
    for task in made(name, 4):
        toolset = toolset_for(name, task)
        asked = [(call, toolset.documents[call.tool].pages) for call in task.plans[0].calls()]
        if any(pages is not None and pages.parameter in call.arguments for call, pages in asked):
            yield task, toolset


def _told_elsewhere(task: Task, call: PlannedCall, following: PlannedCall, toolset: Toolset) -> bool:
    """Whether another list's page before tells of a page with the number that a call leads to."""
    wanted, documents = _page(following, toolset), toolset.documents
    others = [c for c in task.plans[0].calls() if list_of(c, documents) != list_of(call, documents)]
    return any(documents[c.tool].pages is not None and c is not call for c in others) and isinstance(wanted, int)


def _page(call: PlannedCall, toolset: Toolset) -> object:
    pages = toolset.documents[call.tool].pages
    assert pages is not None
    return call.arguments.get(pages.parameter)


def test_a_plan_needs_the_pages_on_its_way_and_is_free_to_read_the_others() -> None:
    dropped = 0
    for name in SCENARIOS:
        for task, toolset in _paged(name):
            trials = Trials(task, world_of(task.world), toolset.pool, near=True)
            turns = task.plans[0].turns
            assert not trials.run(turns).failure
            for call in task.plans[0].calls():
                pages = toolset.documents[call.tool].pages
                same = [
                    c
                    for c in task.plans[0].calls()
                    if list_of(c, toolset.documents) == list_of(call, toolset.documents)
                ]
                if pages is None or call is same[-1] or not any(c.solves for c in same[same.index(call) + 1 :]):
                    continue
                if _told_elsewhere(task, call, same[same.index(call) + 1], toolset):
                    continue  # a page of that number was told by another list
                left = [PlanTurn(calls=tuple(c for c in turn.calls if c is not call), say=turn.say) for turn in turns]
                assert trials.run(left).failure
                dropped += 1
    assert dropped


def _rooms(page: dict[str, object]) -> ToolDocument:
    return ToolDocument(
        name="list_rooms",
        description="Rooms.",
        parameters={
            "type": "object",
            "properties": {
                "page": {"description": "Page.", **page},
                "house": {"type": "string", "description": "House."},
            },
            "required": ["house"],
        },
        pages=Pages(parameter="page", following="next_page"),
    )


def test_the_mark_of_a_page_is_grounded_by_what_the_page_before_said_and_by_nothing_else() -> None:
    document = _rooms({"type": "string"})
    goal = Goal.of(made("Bank", 1)[0], [document])
    ledger, told = Ledger(goal), Grounding("Which room of house Sol has floor k2?")
    assert ledger.grounded("list_rooms", {"house": "Sol"}, told)
    assert not ledger.grounded("list_rooms", {"house": "Sol", "page": "k2"}, told)
    told.add('{"rooms": [{"floor": "k2"}], "next_page": "k3"}')
    assert not ledger.grounded("list_rooms", {"house": "Sol", "page": "k2"}, told)
    assert ledger.grounded("list_rooms", {"house": "Sol", "page": "k3"}, told)
    assert ToolDocument.model_validate_json(document.model_dump_json()) == document


def test_the_number_of_a_page_is_no_secret() -> None:
    ledger = Ledger(Goal.of(made("Bank", 1)[0], [_rooms({"type": "integer", "default": 1})]))
    assert ledger.grounded("list_rooms", {"house": "Sol", "page": 2}, Grounding("Which room of house Sol is first?"))


def test_a_paged_tool_has_no_other_way_to_cut_its_list() -> None:
    cut = 0
    for variant in (0, 5, 8):
        for face in scenario("Bank").toolset(Design(variant, 1, 3, 1, long=3)).faces:
            options = {option.name for option in face.options}
            if face.paged is not None:
                assert not options & {"limit", "offset", "with_count"}
                assert face.document().description.endswith("rows a page.")
                cut += 1
    assert cut > 20


# --- records ---------------------------------------------------------------------------------------------------------


def _results(name: str, toolset: Toolset, base: WorldBase) -> Iterator[tuple[Face, dict[str, Any]]]:
    """Rows of results of tools that look one thing up by its key."""
    for face in toolset.faces:
        function = face.parts[0].function
        if function.role is not Role.LOOKUP or not face.entries or face.selector or face.batch or face.alternatives:
            continue
        bound = function.document.binds[function.required[0]].partition(".")[2]
        for key, row in list(base.tables[function.entity].items())[:4]:
            for call in toolset.calls(function.name, {function.required[0]: row.get(bound, key)}):
                if call.tool == face.name:
                    result = toolset.pool.toolbox.run(call.tool, dict(call.arguments), World(base))
                    yield face, next(row for s in face.document().returns.facts for row in s.rows(result))


@pytest.mark.parametrize("variant", [0, 2, 6])
def test_a_record_holds_near_misses_and_never_the_value_itself(variant: int) -> None:
    entries = 0
    for name in SCENARIOS:
        source = scenario(name)
        base, toolset = source.make_world(5, "real"), source.toolset(Design(variant, long=3))
        for face, row in _results(name, toolset, base):
            known = {field: value for field, value in row.items() if field not in face.record}
            facts = {field for source in face.document().returns.facts for field in source.fields}
            assert facts.isdisjoint(face.record) and set(face.record) <= set(row)
            holder = next((value for value in (row[name] for name in face.record) if isinstance(value, dict)), {})
            inside = {**row, **holder}
            lists = [value for value in inside.values() if isinstance(value, list) and value]
            history = next((value for value in lists if isinstance(value[0], dict)), [])
            for entry in history:
                field = next(value for value in entry.values() if value in known)
                assert known[field] not in [value for name, value in entry.items() if value != field]
                entries += 1
    assert entries > 50


def test_no_two_results_tell_different_histories() -> None:
    lengthening._RECORD.update(field="field", was="was", until="until")
    kept = datetime.date(2025, 5, 4), datetime.date(2026, 5, 4), 12345
    few = lengthening._history({"fee": 90}, {"fee": 17}, kept, 4)
    many = lengthening._history(
        {"fee": 90, "years": 12, "day": "2026-08-01"}, {"fee": 17, "years": 5, "day": 9}, kept, 14
    )
    assert few and [entry for entry in many if entry["field"] == "fee"][: len(few)] == few
    assert [entry["until"] for entry in many] == sorted((entry["until"] for entry in many), reverse=True)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_record_is_no_older_than_its_row_and_no_change_is_to_come(name: str) -> None:
    base = scenario(name).make_world(5, "real")
    today = datetime.date.fromisoformat(base.constants["today"])
    lengthening._RECORD.update(field="field", was="was", until="until")
    seen = 0
    for table, rows in base.tables.items():
        for key, row in list(rows.items())[:20]:
            created, updated, digest = lengthening._kept(World(base), table, key, today)
            days = [value for value in row.values() if lengthening._is_day(value) and value <= today.isoformat()]
            assert created <= updated <= today
            assert not days or (min(days) <= created.isoformat() and max(days) <= updated.isoformat())
            marks = {field: lengthening._digest(field) for field in row}
            for entry in lengthening._history(row, marks, (created, updated, digest), 12):
                assert created.isoformat() < entry["until"] <= updated.isoformat()
                was, now = entry["was"], row[entry["field"]]
                if lengthening._is_day(now):
                    assert now > today.isoformat() or now > entry["until"]
                    assert was > entry["until"]
                elif isinstance(now, int | float):
                    assert was < now
                seen += 1
    assert seen > 20


# --- proofs ----------------------------------------------------------------------------------------------------------


def test_the_solver_confirms_from_documents_and_feedback_and_asks_for_no_page_that_it_was_not_told_of() -> None:
    checked = 0
    for name in SCENARIOS:
        for task, toolset in _paged(name):
            documents = [toolset.documents[tool] for tool in task.tools]
            base = world_of(task.world)
            assert task.certificate is not None and task.certificate.solver_plan == "confirmed"
            assert task.certificate.oracle_return == 1.0
            turns = list(task.plans[0].turns)
            first = next(
                number
                for number, turn in enumerate(turns)
                for call in turn.calls
                if (pages := toolset.documents[call.tool].pages) is not None and pages.parameter in call.arguments
            )
            guessed = [PlanTurn(calls=turns[first].calls), *turns[:first], *turns[first + 1 :]]
            cheat = task.model_copy(update={"plans": (task.plans[0].model_copy(update={"turns": tuple(guessed)}),)})
            assert confirm(task, documents, toolset.pool.toolbox, World(base)) == "confirmed"
            refusal = confirm(cheat, documents, toolset.pool.toolbox, World(base))
            assert refusal != "confirmed"
            checked += "no result has said" in refusal
    assert checked


def test_a_near_miss_is_no_other_way_to_know_a_thing() -> None:
    source = scenario("Clinic")
    base, toolset = source.make_world(5, "real"), source.toolset(Design(0, long=3))
    (call,) = toolset.calls("find_doctor", {"name": next(iter(base.tables["doctors"].values()))["name"]})
    document = toolset.documents[call.tool]
    result, _ = whole(toolset, call.tool, dict(call.arguments), base)
    exact = exactly(document, call.arguments, result)
    assert len(rows_of(document, result)) > 1 == len(rows_of(document, exact))
    fields = {field for facts in document.returns.facts for field in facts.fields}
    assert {field for facts in document.returns.facts for row in facts.rows(exact) for field in row} <= fields


@pytest.mark.parametrize(
    ("name", "features"),
    [
        ("Bank", ("long", "state")),
        ("Clinic", ("errors", "long")),
        ("Shop", ("long", "user")),
        ("Clinic", ("impossible", "long")),
        ("Clinic", ("direct", "long")),
        ("Bank", ("long", "rules")),
    ],
)
def test_other_dials_go_with_it(name: str, features: tuple[str, ...]) -> None:
    kinds = (Kind.PARALLEL_MULTI_HOP,) if "direct" in features else None
    tasks = made(name, 2, features, 0.8, kinds)
    assert all(task.certificate is not None and "-l" in task.toolset for task in tasks)
    assert all(task.certificate.oracle_return == 1.0 for task in tasks if task.certificate is not None)
    if "impossible" in features:
        assert {task.outcome.kind for task in tasks} == {OutcomeKind.ANSWER, OutcomeKind.IMPOSSIBLE}


def test_a_tool_with_long_results_can_stand_alone() -> None:
    source = scenario("Clinic")
    base, toolset = source.make_world(5, "real"), source.toolset(Design(0, long=3))
    standalone = StandaloneTools(ToolSource(toolset.source))
    doctor = next(iter(base.tables["doctors"].values()))["name"]
    (call,) = toolset.calls("find_doctor", {"name": doctor})
    code = standalone.code(toolset.documents[call.tool], base)
    alone = SandboxToolbox({call.tool: code}).run(call.tool, dict(call.arguments), None)
    assert alone == toolset.pool.toolbox.run(call.tool, dict(call.arguments), World(base))
