"""Programs with one right answer: ties and homonyms are refused, facts earn it, a solver agrees for its own reasons."""

from __future__ import annotations

import copy
import random
from collections import Counter

import pytest
from program_grounds import SCENARIOS, ground_of, settled

from ftrl_gym.construct.answering import Ground, NoQuestion, answer_of
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.compiling import compile_program
from ftrl_gym.construct.domain import Link
from ftrl_gym.construct.endless import endless_task, world_of
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Op, Program, Relation
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.subquestions import SubQuestions
from ftrl_gym.solver import CONFIRMED, confirm
from ftrl_gym.task import Answer, AnswerType, Split
from ftrl_gym.world import World, WorldBase

# --- one right answer ------------------------------------------------------------------------------------------------


@pytest.fixture
def world() -> WorldBase:
    """A world of one's own, to plant things in."""
    made = scenario("Clinic").make_world(3, "real")
    return WorldBase(copy.deepcopy(made.tables), made.constants)


def _clinic(world: WorldBase) -> Ground:
    return scenario("Clinic").ground(WorldBase(world.tables, world.constants))


def _fees(world: WorldBase) -> Follow:
    """The doctors of a department with at least three."""
    counts = Counter(row["department"] for row in world.tables["doctors"].values())
    name = next(step.name for step in scenario("Clinic").domain.steps.values()
                if getattr(step, "tool", "") == "list_doctors")  # fmt: skip
    department = max(counts, key=lambda key: counts[key])
    return Follow(name, "doctor", (Anchor("department", department),))


@pytest.mark.parametrize(
    ("op", "ends"), [(Op.LOWEST, (0, 1)), (Op.SECOND_LOWEST, (1, 2)), (Op.SECOND_HIGHEST, (-1, -2))]
)
def test_a_planted_tie_is_refused_over_rows(op: Op, ends: tuple[int, int], world: WorldBase) -> None:
    over = _fees(world)
    question = Program(op, (), over, gathers="years")
    assert answer_of(settled(question, _clinic(world)), _clinic(world)).value
    rows = sorted((r for r in world.tables["doctors"].values() if r["department"] == over.sources[0].key),  # type: ignore[union-attr]
                  key=lambda row: row["years"])  # fmt: skip
    rows[ends[0]]["years"] = rows[ends[1]]["years"]
    with pytest.raises(NoQuestion):
        answer_of(settled(question, _clinic(world)), _clinic(world))


def _about_patient(op: Op, key: str) -> Program:
    patient = Anchor("patient", key)
    birth = Attr(patient, "birth_date")
    if op is Op.CHOOSE:
        branches = (Attr(Anchor("rule", "payment term"), "value"), Attr(Anchor("rule", "cash limit"), "value"))
        return Program(op, (birth,), relation=Relation.BELOW, figure="1980-01-01", branches=branches, then=branches[:1])
    said = {Op.TEST: "1980-01-01", Op.SHIFT: 7}.get(op)
    return Program(op, (birth,), relation=Relation.BELOW if said else None, figure=said)


@pytest.mark.parametrize("op", [Op.VALUE, Op.TEST, Op.SHIFT, Op.CHOOSE])
def test_a_planted_homonym_is_refused(op: Op, world: WorldBase) -> None:
    key, row = next(iter(world.tables["patients"].items()))
    question = _about_patient(op, key)
    assert answer_of(question, _clinic(world)).value is not None
    world.tables["patients"]["P-00000"] = {**row, "patient_id": "P-00000", "name": row["name"].upper()}
    with pytest.raises(NoQuestion):
        answer_of(question, _clinic(world))


@pytest.mark.parametrize("op", [Op.COUNT, Op.SUM, Op.MOST])
def test_a_planted_homonym_is_refused_where_rows_are_asked_about(op: Op, world: WorldBase) -> None:
    domain = scenario("Clinic").domain
    step = next(s for s in domain.steps.values() if getattr(s, "tool", "") == "list_invoices" and s.plural)  # type: ignore[union-attr]
    counts = Counter(row["patient"] for row in world.tables["invoices"].values())
    key = counts.most_common(1)[0][0]
    over = Follow(step.name, "invoice", (Anchor("patient", key),))
    question = Program(op, (), over, gathers="" if op is Op.COUNT else "amount")
    assert answer_of(settled(question, _clinic(world)), _clinic(world)).value
    twin = {**world.tables["patients"][key], "patient_id": "P-00000"}
    world.tables["patients"]["P-00000"] = twin
    with pytest.raises(NoQuestion):
        answer_of(settled(question, _clinic(world)), _clinic(world))


@pytest.mark.parametrize("op", [Op.VALUE, Op.TEST, Op.SHIFT])
def test_a_relation_that_can_be_taken_two_ways_is_refused(op: Op, world: WorldBase) -> None:
    import dataclasses

    clinic = _clinic(world)
    invoice = next(key for key, row in world.tables["invoices"].items())
    plain = clinic.domain.steps["invoice.appointment"]
    assert isinstance(plain, Link)
    other = next(k for k in world.tables["appointments"] if k != world.tables["invoices"][invoice]["appointment"])
    world.tables["invoices"][invoice]["visit"] = other
    vague = dataclasses.replace(plain, also=("visit",))
    doubtful = dataclasses.replace(
        clinic, domain=dataclasses.replace(clinic.domain, steps={**clinic.domain.steps, plain.name: vague})
    )
    walk = Follow(plain.name, "appointment", (Anchor("invoice", invoice),))
    said = {Op.TEST: "1999-01-01", Op.SHIFT: 7}.get(op)
    question = Program(op, (Attr(walk, "date"),), relation=Relation.ABOVE if said else None, figure=said)
    assert answer_of(question, clinic).value is not None
    with pytest.raises(NoQuestion):
        answer_of(question, doubtful)


def test_the_key_of_a_linked_thing_earns_the_answer() -> None:
    ground = ground_of("Clinic")
    invoice = next(iter(ground.world.tables["invoices"]))
    walk = Follow("invoice.appointment", "appointment", (Anchor("invoice", invoice),))
    compiled = compile_program(ground.domain, Program(Op.VALUE, (Attr(walk, "appointment_no"),)))
    assert len(compiled.lookups) == 1
    from ftrl_gym.construct.phrasing import Speaker

    writer = SubQuestions(ground, compiled.lookups, Speaker(ground.reader, random.Random(1), Split.TRAIN))
    assert writer.earned_by(compiled.sources) == ["s1"]


def test_a_choice_is_earned_by_what_it_depends_on_and_asks_only_for_the_branch_taken() -> None:
    found = 0
    for number in range(60):
        task = endless_task(number, kinds=["multi_hop"], difficulty=0.8, certify="quick", scenario="Clinic")
        if not task.family.startswith("choose/"):
            continue
        found += 1
        subs = {sub.id: sub for sub in task.sub_questions}
        condition, branch = (subs[each] for each in task.outcome.earned_by)
        assert task.outcome.answer is not None
        assert branch.answer.value == task.outcome.answer.value
        assert len(subs) == task.hops, "the other branch is not looked up"
        after, reached = set(), [branch.id]
        while reached:
            reached = [each for sub in reached for each in subs[sub].depends_on]
            after.update(reached)
        assert condition.id in after
    assert found


# --- the solver, for its own reasons ---------------------------------------------------------------------------------


def _wrong(answer: Answer) -> Answer:
    """Another answer of the same type."""
    if answer.type is AnswerType.YES_NO:
        return answer.model_copy(update={"value": not answer.value})
    if answer.type is AnswerType.LIST:
        return answer.model_copy(update={"value": [*answer.value[1:], "Somebody Else"]})
    if answer.type in (AnswerType.NUMBER, AnswerType.MONEY):
        return answer.model_copy(update={"value": answer.value + 1.37})
    return answer.model_copy(update={"value": "1999-01-01" if answer.type is AnswerType.DATE else "00:01"})


def test_the_solver_confirms_answers_and_no_others() -> None:
    seen: Counter[str] = Counter()
    for name in SCENARIOS:
        pool = scenario(name).pool
        for number in range(18):
            task = endless_task(
                number, ("train", "test")[number % 2], scenario=name, difficulty=0.8, certify=Depth.FULL, scalings=()
            )
            op = task.family.split("/")[0]
            assert task.outcome.answer is not None
            documents = [pool.documents[tool] for tool in task.tools]
            base = world_of(task.world)
            assert confirm(task, documents, pool.toolbox, World(base)) == CONFIRMED
            lettered = task.outcome.answer.type is AnswerType.YES_NO and " A is " in task.question
            if op in ("list", "choose") or lettered:
                continue
            outcome = task.outcome.model_copy(update={"answer": _wrong(task.outcome.answer)})
            wrong = task.model_copy(update={"outcome": outcome})
            assert confirm(wrong, documents, pool.toolbox, World(base)) != CONFIRMED, (task.question, outcome.answer)
            seen[op] += 1
    assert len(seen) >= 6, seen
