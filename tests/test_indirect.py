"""The dial ``indirect``: what tools take is not what people say, and documents tell the way from one to the other."""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Iterator

import gymnasium as gym
import pytest

from ftrl_gym import parameters
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.dates import Calendar
from ftrl_gym.construct.domain import Search
from ftrl_gym.construct.endless import endless_brief, endless_task, endless_writer, world_of
from ftrl_gym.construct.scenarios import names, scenario
from ftrl_gym.construct.short_numbers import letters_of
from ftrl_gym.construct.variants.coding import codes_of
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.writer import write_task
from ftrl_gym.question_values import read
from ftrl_gym.stats.dials import dials
from ftrl_gym.stats.sample import of_build, of_endless
from ftrl_gym.task import Kind, Split, Task
from ftrl_gym.tooldoc import ToolDocument

FULL = Design(0, 3, 3, 3, indirect=3)
SCENARIOS = ("Clinic", "Bank", "Shop", "SmartHome")


def made(name: str, seed: int, kind: Kind, depth: Depth, split: Split = Split.TRAIN) -> Task:
    brief = endless_brief(seed, split, scenario=name, kinds=[kind], difficulty=1.0, always=["indirect"])
    return write_task(endless_writer(name, depth), brief, f"endless-{seed}")


@pytest.fixture(scope="module")
def tasks() -> list[tuple[str, Task]]:
    """Certified in full: the oracle earns 1, and a solver that reads documents alone finds the plan."""
    return [(name, made(name, 40 + n, kind, Depth.FULL)) for name in SCENARIOS[:2] for n, kind in enumerate(Kind)]


def documents(name: str, task: Task) -> dict[str, ToolDocument]:
    return dict(scenario(name).toolset(Design.named(task.toolset)).documents)


def values(name: str, task: Task) -> Iterator[tuple[ToolDocument, str, str]]:
    """Tool, path and text of what the plan's calls give."""
    known = documents(name, task)
    for call in task.plans[0].calls():
        for path, _, value in parameters.given(known[call.tool].parameters, call.arguments):
            if isinstance(value, str):
                yield known[call.tool], path, value


def test_short_numbers_are_certified_and_the_document_says_the_rest(tasks: list[tuple[str, Task]]) -> None:
    short = 0
    for name, task in tasks:
        assert task.certificate is not None and task.certificate.oracle_return == 1.0
        letters = set(scenario(name).domain.letters.values()) - {""}
        derived = {str(one.value) for one in task.derivations}
        assert not any(value in task.question for value in derived)
        for document, path, value in values(name, task):
            before = re.match(r"[A-Z]+-?", value)
            if value in derived and before is not None and before[0] in letters:
                short += 1
                assert re.search(rf"(?<![\w-]){value.removeprefix(before[0])}\b", task.question)
                about = next(leaf.about for leaf in document.leaves if leaf.path == path)
                assert f'"{before[0]}" and the number' in about, about
    assert short >= 4


def test_the_question_names_one_thing_by_its_short_number(tasks: list[tuple[str, Task]]) -> None:
    found = 0
    for name, task in tasks:
        domain, tables = scenario(name).domain, world_of(task.world).tables
        for thing in domain.things.values():
            letters = domain.letters.get(f"{thing.entity}.{thing.handle}", "")
            called = [str(row[thing.handle]) for row in tables[thing.entity].values()] if letters else []
            for value in {str(one.value) for one in task.derivations}.intersection(called):
                digits = value.removeprefix(letters)
                found += 1
                assert [one for one in called if one.removeprefix(letters) == digits] == [value]
    assert found >= 4


@pytest.mark.parametrize("name", names())
def test_every_tool_that_takes_a_number_told_short_says_how_it_is_written(name: str) -> None:
    source = scenario(name)
    domain, toolset = source.domain, source.toolset(Design(indirect=3))
    for thing in domain.things.values():
        letters = domain.letters.get(f"{thing.entity}.{thing.handle}", "")
        if not letters or not thing.anchors:
            continue
        takes = [(thing.tool, domain.parameter(thing.tool, thing.entity, thing.handle))] if thing.tool else []
        for step in domain.steps.values():
            if isinstance(step, Search):
                taken = [(p, step.sources[n], a) for p, (n, a) in step.arguments.items()]
                takes += [(step.tool, p) for p, of, a in taken if (of, a) == (thing.name, thing.handle)]
        for action in domain.actions.values():
            takes += [(action.tool, p) for p, *of in action.roles.values() if of == [thing.entity, thing.handle]]
        assert takes
        for tool, parameter in takes:
            schemas = [
                leaf.schema
                for face in toolset.faces
                for number, part in enumerate(face.parts)
                for leaf in face.leaves
                if part.function.name == tool and leaf.takes[number] == parameter
            ]
            assert schemas and all(f'"{letters}" and the number' in one["description"] for one in schemas), tool


@pytest.mark.parametrize("name", names())
def test_all_values_begin_with_the_letters_that_documents_tell(name: str) -> None:
    source = scenario(name)
    tables = source.make_world(3, "real").tables
    for full, letters in source.domain.letters.items():
        entity, _, attribute = full.partition(".")
        values = [row.get(attribute, key) for key, row in tables.get(entity, {}).items()]
        wrong = [value for value in values if value and not re.fullmatch(rf"{letters}\d+", str(value))]
        assert not wrong, f"{full}: {wrong[:3]} and {letters}"


def test_letters_are_read_off_patterns_and_words() -> None:
    documents = scenario("CodeHosting").domain.documents
    letters = letters_of(documents.values())
    assert letters["issues.issue_no"] == letters["issues.blocked_by"] == "ISS"
    assert "repositories.name" not in letters
    bare = [document.model_copy(update={"returns": documents["get_member"].returns}) for document in documents.values()]
    assert "issues.issue_no" not in letters_of(bare)


def test_documents_tell_what_each_code_stands_for() -> None:
    for name in SCENARIOS:
        toolset = scenario(name).toolset(FULL)
        merged = [face for face in toolset.faces if face.selector]
        assert merged and all(part.code for face in merged for part in face.parts)
        for face in merged:
            schema = toolset.documents[face.name].parameters["properties"][face.selector]
            assert schema["enum"] == [part.code for part in face.parts] and len({*schema["enum"]}) == len(face.parts)
            for part in face.parts:
                assert f'"{part.code}" is {part.choice.replace("_", " ")}' in schema["description"]
        plain = scenario(name).toolset(Design(0, 3, 3, 3))
        assert not [part.code for face in plain.faces for part in face.parts if part.code]


@pytest.mark.parametrize("confusable", [0, 3])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_tool_in_one_line_tells_codes_and_letters_too_even_where_its_document_is_terse(
    name: str, confusable: int
) -> None:
    source = scenario(name)
    toolset = source.toolset(Design(0, 3, 3, 3, confusable=confusable, indirect=3))
    told = 0
    for face in toolset.faces:
        line = toolset.documents[face.name].signature()
        for part in face.parts:
            assert not part.code or f'"{part.code}" is {part.choice.replace("_", " ")}' in line
        for number, part in enumerate(face.parts):
            for leaf in face.leaves:
                bound = part.function.document.binds.get(leaf.takes[number] or "", "")
                if before := source.domain.letters.get(bound):
                    told += 1
                    assert re.search(rf'"{before}" (and the number|& no\.)', line), (line, bound)
    assert told
    plain = source.toolset(Design(0, 3, 3, 3, confusable=confusable))
    assert not [line for line in map(ToolDocument.signature, plain.documents.values()) if '" and the number' in line]


def test_an_env_that_shows_tools_in_one_line_each_tells_letters_too() -> None:
    env = gym.make("ftrl/Clinic-v0", tasks="endless", always=["indirect"], difficulty=1.0, docs="signature")
    seen = "\n".join(env.reset(seed=seed)[0] for seed in range(3))
    assert re.search(r'"[A-Z]+-?" and the number', seen)


def test_codes_are_no_words_and_no_two_are_alike() -> None:
    every = ["visit", "visitor", "visa", "bus", "a", "oil"]
    found = codes_of(every)
    assert len({*found}) == len(every) and not {*map(str.lower, found)} & {*every}


def test_more_tools_have_codes_from_level_to_level() -> None:
    levels: list[set[tuple[str, str]]] = [set() for _ in range(4)]
    for level, found in enumerate(levels):
        for name in SCENARIOS:
            faces = scenario(name).toolset(Design(0, 3, 3, 3, indirect=level)).faces
            found |= {(name, face.name) for face in faces if any(part.code for part in face.parts)}
    assert not levels[0] and levels[0] < levels[1] <= levels[2] <= levels[3] and levels[1] < levels[3]


def test_without_the_dial_or_at_difficulty_0_everything_is_said_as_it_is_written() -> None:
    wish = {"kinds": ["single_hop"], "scenario": "Bank", "certify": "quick"}
    for seed in range(8):
        easy = endless_task(seed, difficulty=0.0, always=["indirect"], **wish)  # type: ignore[arg-type]
        plain = endless_task(seed, difficulty=0.0, **wish)  # type: ignore[arg-type]
        assert easy.question == plain.question and not easy.toolset and easy.plans == plain.plans


def test_days_are_so_and_so_far_off_and_the_solver_can_read_them() -> None:
    today = datetime.date(2026, 5, 4)
    said = set()
    for ahead in range(1, 80):
        iso = (today + datetime.timedelta(ahead)).isoformat()
        calendar = Calendar(today.isoformat(), random.Random(ahead), far_off=True)
        words = calendar.on(iso)
        assert iso not in words and calendar.derived == [iso]
        assert iso in read(f"the flight {words}", today.isoformat()).dates, words
        said.add(re.sub(r"\d+", "", words).split()[-1])
    assert {"now", "tomorrow", "May"} <= said
    plain = Calendar(today.isoformat(), random.Random(0), plain=True, far_off=True)
    assert plain.on("2026-05-05") == "on 2026-05-05"  # what a user keeps back is told in full


def test_most_arguments_are_not_said_at_difficulty_1_and_more_than_without_the_dial() -> None:
    def share(*features: str) -> float:
        found = of_endless("Bank", "Bank", None, 6, difficulty=1.0, features=features, always=True, run=False)
        return dials(found).arguments.indirect or 0.0

    assert share("indirect") >= 0.6 and share("indirect") > share()


def test_a_build_has_the_dial_in_its_harder_half() -> None:
    found = of_build("Clinic", "Clinic", 4, seed=2, least=0.75, run=False)
    made = [each.task for each in found.tasks if each.task is not None]
    assert {task.kind for task in made} == set(Kind)
    assert all("indirect" in task.features and task.toolset.endswith("i3") for task in made if task.difficulty >= 0.75)
