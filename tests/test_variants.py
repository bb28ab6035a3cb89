"""API variants and scalings: other tools, the same functions; every parameter does something, none pays."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gymnasium as gym
import pytest

import ftrl_gym
from ftrl_gym.construct.endless import endless_brief, endless_task, world_of
from ftrl_gym.construct.scenarios import names, scenario
from ftrl_gym.construct.short_cuts import short_cut
from ftrl_gym.construct.variants.design import Design, split_of
from ftrl_gym.construct.variants.faces import Face, Form
from ftrl_gym.construct.variants.functions import Role, Sort, sort_of
from ftrl_gym.construct.variants.options import can_filter, can_rank
from ftrl_gym.construct.variants.retelling import retell
from ftrl_gym.construct.variants.toolset import Toolset, toolset_of
from ftrl_gym.errors import ConstructionError, UnknownNameError, UsageError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.goal import Goal
from ftrl_gym.grounding import Grounding
from ftrl_gym.matching import Ledger
from ftrl_gym.policies import Oracle
from ftrl_gym.task import Answer, AnswerType, Fact, Outcome, OutcomeKind, Split, SubQuestion, Task
from ftrl_gym.tooldoc import Effect
from ftrl_gym.trajectory import run_episode
from ftrl_gym.world import World, WorldBase

SCENARIOS = [name for name in names() if not name.startswith("Tiny")]
DESIGNS = (Design(0, 2, 2, 2), Design(4), Design(7, 1, 1, 1), Design(17, 3, 3, 3), Design(22, 2, 3, 1))


@pytest.fixture(scope="module", params=SCENARIOS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def world(name: str) -> WorldBase:
    return scenario(name).make_world(5, "real")


def _calls(toolset: Toolset, plain: Toolset, world: WorldBase, name: str) -> Iterator[tuple[Face, dict[str, Any]]]:
    """Calls of every reading tool, with what the world holds: some rows by their keys, every parameter bound to one."""
    for function in plain.documents.values():
        if function.effect is Effect.WRITE:
            continue
        wanted = {parameter: bound.partition(".") for parameter, bound in function.binds.items()}
        required = function.parameters["required"]
        tables = {wanted[p][0] for p in required if p in wanted}
        if len(tables) != 1 or not tables <= set(world.tables):
            continue
        batches: dict[str, tuple[Face, dict[str, Any]]] = {}
        for key, row in list(world.tables[next(iter(tables))].items())[:6]:
            arguments = {p: row.get(wanted[p][2], key) for p in required if p in wanted}
            if len(arguments) == len(required) and "" not in arguments.values():  # a reference may lead nowhere
                attributes = {a for source in function.returns.facts for a in source.fields.values()}
                for call in toolset.calls(function.name, arguments, attributes):
                    face = next(face for face in toolset.faces if face.name == call.tool)
                    several = face.batch_parameter
                    if several:
                        before = batches.get(face.name, (face, {several: []}))[1][several]
                        values = dict.fromkeys([*before, *call.arguments[several]])
                        batches[face.name] = (face, {**call.arguments, several: list(values)})
                    else:
                        yield face, call.arguments
        yield from batches.values()


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_documents_and_code_are_of_one_mind(name: str, design: Design, world: WorldBase) -> None:
    source = scenario(name)
    toolset, plain = source.toolset(design), source.toolset(Design())
    assert set(toolset.documents) == {face.name for face in toolset.faces}
    assert {part.function.name for face in toolset.faces for part in face.parts} >= set(plain.documents)
    seen = set()
    for face, arguments in _calls(toolset, plain, world, name):
        checker = toolset.pool.checkers[face.name]
        assert checker.problem(arguments) is None, (face.name, arguments)
        result = toolset.pool.toolbox.run(face.name, arguments, World(world))
        json.dumps(result)
        rows = [row for source in toolset.documents[face.name].returns.facts for row in source.rows(result)]
        assert rows or face.listed, (face.name, arguments, result)
        seen.add(face.name)
    own = [face for face in toolset.faces if face.parts[0].function.name in plain.documents]
    reading = {face.name for face in own if face.parts[0].function.role in (Role.LOOKUP, Role.LISTING)}
    assert len(seen & reading) >= 0.8 * len(reading), reading - seen


@pytest.mark.parametrize("design", [Design(0, 0, 3, 0), Design(17, 3, 3, 3), Design(22, 1, 3, 1)], ids=lambda d: d.name)
def test_every_added_parameter_has_a_real_effect(name: str, design: Design, world: WorldBase) -> None:
    source = scenario(name)
    toolset, plain = source.toolset(design), source.toolset(Design())
    effects: dict[tuple[str, str], bool] = {}
    for face, arguments in _calls(toolset, plain, world, name):
        arguments = {**arguments, **{option.name: True for option in face.options if option.hides}}
        before = toolset.pool.toolbox.run(face.name, arguments, World(world))
        for option in face.options:
            for value in (False,) if option.hides else option.tries:
                with_it = {**arguments, option.name: value}
                assert toolset.pool.checkers[face.name].problem(with_it) is None, (face.name, with_it)
                after = toolset.pool.toolbox.run(face.name, with_it, World(world))
                place = (face.name, option.name)
                effects[place] = effects.get(place, False) or json.dumps(after) != json.dumps(before)
    idle = [place for place, seen in effects.items() if not seen]
    # what sorts or cuts a list shows only where these few rows give it more than one to work on
    assert len(effects) > 60 and len(idle) <= 0.06 * len(effects), idle


@pytest.mark.parametrize("design", [Design(17, 3, 3, 3), Design(42, 3, 3, 3)], ids=lambda d: d.name)
def test_no_two_options_stand_in_each_others_way(name: str, design: Design, world: WorldBase) -> None:
    source = scenario(name)
    toolset, plain = source.toolset(design), source.toolset(Design())
    calls = {face.name: (face, arguments) for face, arguments in _calls(toolset, plain, world, name)}
    pairs = 0
    for face, arguments in calls.values():
        settings = [{option.name: value} for option in face.options for value in (*option.tries, option.default)]
        for one in settings:
            for other in settings:
                given = {**arguments, **{n: v for n, v in {**one, **other}.items() if v is not None}}
                toolset.pool.toolbox.run(face.name, given, World(world))  # raises where a field is gone too early
                pairs += 1
    assert pairs > 1000


@pytest.mark.parametrize("far", [10**30, -(10**20), 0, 13])
def test_a_day_in_parts_that_is_no_day_is_refused(far: int) -> None:
    toolset = scenario("TravelBooking").toolset(Design(271, 3, 3, 3))
    face = next(f for f in toolset.faces if any(leaf.form is Form.DATE and len(leaf.path) == 2 for leaf in f.leaves))
    days = {leaf.path[1]: {"year": 2026, "month": far, "day": 1} for leaf in face.leaves if leaf.form is Form.DATE}
    others = {leaf.path[1]: "KX1" for leaf in face.leaves if len(leaf.path) == 2 and leaf.form is Form.PLAIN}
    choice = {face.selector: face.parts[0].choice} if face.selector else {}
    given = {**choice, face.leaves[0].path[0]: {**others, **days}}
    with pytest.raises(ToolFailure, match="is not in the calendar"):
        toolset.pool.toolbox.run(face.name, given, World(WorldBase({})))


def test_no_tool_makes_the_comparison_of_its_question() -> None:
    toolset = scenario("Bank").toolset(Design(17, 3, 3, 3))
    sorting, source, attribute = next(
        (face, source, attribute)
        for face in toolset.faces
        for source in toolset.documents[face.name].returns.facts
        for field, attribute in source.fields.items()
        if can_rank(face.options, field)
    )
    answer = Answer(type=AnswerType.NUMBER, value=1)
    subs = tuple(
        SubQuestion(
            id=f"s{n}",
            question="",
            answer=answer,
            fact=Fact(entity=source.entity, key=str(n), attribute=attribute, value=n),
        )
        for n in (1, 2)
    )
    outcome = Outcome(kind=OutcomeKind.ANSWER, answer=answer, earned_by=("s1", "s2"))
    asked = SimpleNamespace(family="highest/which", sub_questions=subs, outcome=outcome)
    assert "itself" in short_cut(asked, [(sorting.name, ("s1", "s2"))], toolset)
    assert not short_cut(asked, [(sorting.name, ("s1",)), (sorting.name, ("s2",))], toolset)
    asked.family = "sum/total"
    assert not short_cut(asked, [(sorting.name, ("s1", "s2"))], toolset)


def test_most_lists_leave_comparing_to_the_caller(name: str) -> None:
    left = []
    for variant in range(1, 5):
        for face in filter(lambda face: face.listed, scenario(name).toolset(Design(variant, 3, 3, 3)).faces):
            for part in face.parts:
                sorts = {field: sort_of(schema) for field, schema in part.function.fields.items()}
                fields = [n for f, n in face.named(part).items() if sorts[f] in (Sort.NUMBER, Sort.DATE, Sort.TIME)]
                left += [not can_rank(face.options, field) and not can_filter(face.options, field) for field in fields]
    assert 0.5 <= sum(left) / len(left) < 1


def test_a_scenario_has_many_partitions_and_names(name: str) -> None:
    toolsets = [scenario(name).toolset(Design(variant)) for variant in range(1, 16)]
    assert len({toolset.partition for toolset in toolsets}) >= 10
    assert len({frozenset(toolset.documents) for toolset in toolsets}) >= 13


def test_words_of_a_toolset_say_what_they_mean(name: str) -> None:
    """Deeds are called by what is done, plurals are English, and no text names a parameter that is called otherwise."""
    for variant in (0, 8, 17):
        for face in scenario(name).toolset(Design(variant, 3, 3, 3)).faces:
            document = face.document()
            actions = document.parameters["properties"].get("action", {}).get("enum", ())
            assert all(any(part.function.name.startswith(action) for part in face.parts) for action in actions), (
                f"{document.name}: {actions}"
            )
            plain = {p for part in face.parts for p in part.function.parameters if "_" in p}
            given = json.dumps(document.parameters)
            for parameter in plain:
                if parameter in document.description:
                    assert parameter in given, f"{document.name}: {parameter} in {document.description}"
            lists = [
                name for name, schema in document.parameters["properties"].items() if schema.get("type") == "array"
            ]
            assert not any(re.search("(s|x|[^aeiou]y)s$", each) for each in lists), lists


def test_scalings_are_monotone_and_reach_the_size_of_ftrl(name: str) -> None:
    source = scenario(name)
    parameters, merged, richer = [], [], []
    for level in range(4):
        toolset = source.toolset(Design(0, 0, level, 0))
        parameters.append(statistics.fmean(len(d.parameters["properties"]) for d in toolset.documents.values()))
        own = source.toolset(Design(0, level, 0, 0))
        merged.append(sum(len(face.parts) > 1 for face in own.faces))
        forms = [leaf for face in source.toolset(Design(0, 0, 0, level)).faces for leaf in face.leaves]
        richer.append(sum(leaf.form is not Form.PLAIN or len(leaf.path) > 1 for leaf in forms))
    for figures in (parameters, merged, richer):
        assert figures == sorted(figures) and figures[-1] > figures[0]
    assert parameters[-1] >= 7.0


def test_a_toolset_is_the_same_in_any_process() -> None:
    code = (
        "import hashlib\n"
        "from ftrl_gym.construct.scenarios import scenario\n"
        "from ftrl_gym.construct.variants.design import Design\n"
        "made = [scenario('Clinic').toolset(Design(n, n % 4, 3, 2)) for n in (0, 5, 8)]\n"
        "text = ''.join(t.source + ''.join(d.model_dump_json() for d in t.documents.values()) for t in made)\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".", "PATH": ""},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1 and runs != {b""}


def test_a_refusal_names_the_tools_that_there_are() -> None:
    toolset = scenario("Clinic").toolset(Design(5, 1, 1, 0))
    tool = toolset.calls("get_patient", {"patient_id": "P-00000"}, ["phone"])[0]
    with pytest.raises(ToolFailure) as refused:
        toolset.pool.toolbox.run(tool.tool, tool.arguments, World(scenario("Clinic").make_world(5, "real")))
    assert "find_patient" not in str(refused.value)
    assert any(shown in str(refused.value) for shown in toolset.offering["find_patient"])


@pytest.mark.parametrize("variant", [4, 17])
def test_a_certified_task_can_be_told_anew_and_is_worth_as_much(variant: int) -> None:
    split = split_of(variant)
    env = gym.make("ftrl/TravelBooking-v0", variant=variant, split=split)
    told = 0
    for task_id in env.unwrapped.taskset.ids()[:24]:  # type: ignore[attr-defined]
        try:
            episode = run_episode(env, Oracle(), options={"task": task_id})
        except ftrl_gym.errors.ConstructionError:
            continue
        assert episode.episode_return == pytest.approx(1.0)
        told += 1
    assert told >= 20


def test_endless_tasks_of_a_variant_are_certified_in_it() -> None:
    for seed in range(3):
        task = endless_task(seed, scenario="Clinic", variant=17, difficulty=0.3 * seed, features=("state",))
        assert task.toolset.startswith("v0017-")
        assert task.certificate is not None and task.certificate.solver_plan == "confirmed"


def test_variants_of_the_other_split_and_nonsense_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="variant of split train"):
        endless_task(0, variant=4)
    with pytest.raises(UnknownNameError, match="variant of split test"):
        endless_task(0, Split.TEST, variant=17)
    with pytest.raises(UnknownNameError, match="scaling"):
        endless_task(0, scalings=("generalisation",))
    with pytest.raises(UnknownNameError, match="variant of split train"):
        gym.make("ftrl/TravelBooking-v0", variant=4)
    with pytest.raises(UnknownNameError, match="variant of split test"):
        gym.make("ftrl/TravelBooking-v0", variant=17, split="test", tasks="endless")
    with pytest.raises(UsageError, match="variant is True"):
        gym.make("ftrl/TravelBooking-v0", variant=True)
    with pytest.raises(UsageError, match="endless"):
        gym.make("ftrl/TravelBooking-v0", variant="any")


def _batch() -> tuple[Task, Toolset, Face]:
    """A task whose plan makes a call that could look several things up at once."""
    source = scenario("Clinic")
    for seed in range(60):
        plain = endless_task(seed, scenario="Clinic", kinds=["multi_hop"], certify="quick", scalings=())
        for variant in (1, 2, 3, 5, 6, 7):
            toolset = source.toolset(Design(variant, 0, 0, 3))
            task = retell(plain, toolset, world_of(plain.world))
            for call in task.plans[0].calls():
                face = next(face for face in toolset.faces if face.name == call.tool)
                if face.batch and all(part.function.required[0] in part.function.key for part in face.parts):
                    return task, toolset, face
    raise AssertionError("no task has a batch")


def test_looking_up_everything_at_once_costs_what_it_costs_one_by_one() -> None:
    task, toolset, face = _batch()
    documents = [toolset.documents[name] for name in task.tools]
    base = world_of(task.world)
    scores = {}
    for greedy in (False, True):
        added = False
        ledger, told = Ledger(Goal.of(task, documents)), Grounding(task.question)
        for call in task.plans[0].calls():
            arguments = dict(call.arguments)
            if greedy and not added and call.tool == face.name:
                added = True
                part = next(part for part in face.parts if part.choice == arguments.get(face.selector, ""))
                table = part.function.entity
                others = [key for key in base.tables[table] if key not in arguments[face.batch_parameter]][:3]
                told.add(" ".join(others))
                arguments[face.batch_parameter] = [*arguments[face.batch_parameter], *others]
            result = toolset.pool.toolbox.run(call.tool, arguments, World(base))
            ledger.ran(call.tool, arguments, ledger.grounded(call.tool, arguments, told), result, None)
            told.add(json.dumps(result, ensure_ascii=False))
        scores[greedy] = ledger.score()
    assert scores[False].f1 == 1.0
    assert scores[True].waste == 3 and scores[True].f1 < 1.0


def test_a_plan_shows_what_it_picks_a_row_by() -> None:
    asked_for = 0
    for variant in range(12):
        toolset = scenario("Clinic").toolset(Design(variant, 3, 3, 3))
        blind, seeing = (
            toolset.calls("list_invoices", {"patient": "P-1"}, {"invoice_no"}, sees) for sees in ((), ("due",))
        )
        if len(blind) == 1 and blind[0].arguments != seeing[0].arguments:
            asked_for += 1
            more = set(seeing[0].arguments.items()) - set(blind[0].arguments.items())
            assert [value for _, value in more] == [True]
    assert asked_for


def test_code_that_needs_the_same_names_is_refused() -> None:
    source = scenario("Clinic")
    documents = source.domain.documents.values()
    with pytest.raises(ConstructionError, match="defines _sorted, which"):
        toolset_of("Clinic", documents, f"{source.code}\n\ndef _sorted(rows):\n    return rows\n", Design(3))
    with pytest.raises(ConstructionError, match=r"cannot be compiled, line \d+"):
        toolset_of("Clinic", documents, f"{source.code}\ndef (\n", Design(3))


def test_an_easy_environment_draws_only_what_is_easy() -> None:
    wishes = [endless_brief(seed, scenario="Clinic", hardest=0.2) for seed in range(40)]
    assert max(wish.difficulty for wish in wishes) <= 0.2 and len({wish.difficulty for wish in wishes}) > 10
