"""What the user asks for only after a change of mind counts only from then on; and users that nobody can play."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tiny_scenario import tiny_scenario

from ftrl_gym.counterpart import asked_after
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError
from ftrl_gym.policies import Oracle
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.scenario import Scenario
from ftrl_gym.task import (
    Answer,
    AnswerType,
    ChangeOfMind,
    Fact,
    Kind,
    ModelUser,
    Outcome,
    OutcomeKind,
    Plan,
    PlannedCall,
    PlanTurn,
    Provenance,
    RowChange,
    ScriptedUser,
    Slot,
    Split,
    SubQuestion,
    Task,
)
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.trajectory import run_episode


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return tiny_scenario(tmp_path_factory.mktemp("registry"))


def text(tool: str, **arguments: str) -> str:
    return f"<tool_call>\n{json.dumps({'name': tool, 'arguments': arguments})}\n</tool_call>"


def shelf(id_: str, title: str, value: str) -> SubQuestion:
    fact = Fact(entity="books", key=title, attribute="shelf", value=value)
    return SubQuestion(id=id_, question="?", answer=Answer(type=AnswerType.NAME, value=value), fact=fact)


def reservation(reader: str) -> RowChange:
    return RowChange(table="reservations", key=None, values={"title": "Grey Harbour", "reader": reader})


def planned(tool: str, solves: str, **arguments: str) -> PlanTurn:
    return PlanTurn(calls=(PlannedCall(tool=tool, arguments=arguments, solves=(solves,)),))


def of(**fields: Any) -> Task:
    return Task(
        split=Split.TRAIN,
        kind=Kind.PARALLEL_SINGLE_HOP,
        world="w00",
        tools=("get_book", "get_author", "reserve_book"),
        provenance=Provenance(writer="procedural", seed=0, version="0"),
        **fields,
    )


LOOK_UP = of(
    id="look-up",
    question="I have Grey Harbour and Salt on my list. On which shelf is Grey Harbour?",
    sub_questions=(shelf("q1", "Grey Harbour", "B12"), shelf("q2", "Salt", "A07")),
    plans=(
        Plan(
            turns=(
                planned("get_book", "q1", title="Grey Harbour"),
                PlanTurn(say="<answer>B12</answer>"),
                planned("get_book", "q2", title="Salt"),
            )
        ),
    ),
    outcome=Outcome(
        kind=OutcomeKind.ANSWER, answer=Answer(type=AnswerType.NAME, value="A07"), earned_by=("q2",)
    ),
    counterpart=ScriptedUser(changes=(ChangeOfMind(text="Oh, I meant the other one, Salt."),)),
)  # fmt: skip
RESERVE = of(
    id="reserve",
    question="Ada Noor and Ines Roca both read. Please reserve Grey Harbour for Ines Roca.",
    sub_questions=tuple(
        SubQuestion(id=i, question="?", answer=Answer(type=AnswerType.NONE, value=None), changes=(reservation(reader),))
        for i, reader in (("q1", "Ines Roca"), ("q2", "Ada Noor"))
    ),
    plans=(
        Plan(
            turns=(
                planned("reserve_book", "q1", title="Grey Harbour", reader="Ines Roca"),
                PlanTurn(say="That is done."),
                planned("reserve_book", "q2", title="Grey Harbour", reader="Ada Noor"),
            )
        ),
    ),
    outcome=Outcome(
        kind=OutcomeKind.STATE,
        earned_by=("q1", "q2"),
        changes=(
            reservation("Ines Roca"),
            reservation("Ada Noor"),
            RowChange(table="books", key="Grey Harbour", values={"copies": 0}),
        ),
    ),
    counterpart=ScriptedUser(
        slots=(Slot(name="shelf", cues=("shelf",), reply="Any."),),
        changes=(ChangeOfMind(text="Wait, Ada Noor wants one as well."),),
    ),
)
FIRST, SECOND = text("get_book", title="Grey Harbour"), text("get_book", title="Salt")
INES, ADA = (text("reserve_book", title="Grey Harbour", reader=reader) for reader in ("Ines Roca", "Ada Noor"))
OLD, NEW, DONE = "<answer>B12</answer>", "<answer>A07</answer>", "That is done."


def make(scenario: Scenario, *tasks: Task) -> VerifiableReward:
    taskset = ScenarioTaskSet(scenario, split="train")
    taskset._by_id = {task.id: task for task in tasks}
    taskset._ids = tuple(taskset._by_id)
    return VerifiableReward(ToolUseEnv(taskset))


def play(env: VerifiableReward, task: Task, *turns: str) -> tuple[float, float]:
    """The return and the outcome."""
    env.reset(options={"task": task.id})
    total = 0.0
    for number, turn in enumerate(turns, start=1):
        _, reward, terminated, _, info = env.step(turn)
        total += float(reward)
        assert terminated is (number == len(turns))
    return total, info["score"]["outcome"]


def test_a_sub_question_is_asked_after_the_changes_that_come_before_its_call() -> None:
    assert asked_after(LOOK_UP) == {"q2": 1} and asked_after(RESERVE) == {"q2": 1}
    both = LOOK_UP.plans[0].turns[0].calls + LOOK_UP.plans[0].turns[2].calls
    at_once = LOOK_UP.model_copy(update={"plans": (*LOOK_UP.plans, Plan(turns=(PlanTurn(calls=both),)))})
    assert asked_after(at_once) == {}, "one plan finds it before the change, so it need not be asked for"
    assert asked_after(LOOK_UP.model_copy(update={"counterpart": ScriptedUser()})) == {}


@pytest.mark.parametrize("task", [LOOK_UP, RESERVE], ids=lambda task: task.id)
def test_the_certified_plan_returns_one(scenario: Scenario, task: Task) -> None:
    env = make(scenario, task)
    assert run_episode(env, Oracle(), options={"task": task.id}).episode_return == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("turns", "total", "outcome"),
    [
        ((FIRST, DONE, SECOND, NEW), 1.0, 1.0),
        ((DONE, FIRST, SECOND, NEW), 1.0, 1.0),
        ((DONE, FIRST + SECOND, NEW), 1.0, 1.0),
        ((FIRST, SECOND, NEW, NEW), 0.25, 0.0),
        ((SECOND, NEW, NEW), 0.0, 0.0),
        ((FIRST, SECOND, OLD, SECOND, NEW), 0.9, 1.0),
    ],
    ids=["plan", "heard first", "heard both", "eager", "only the guess", "made again"],
)
def test_a_fact_counts_once_it_is_asked_for(
    scenario: Scenario, turns: tuple[str, ...], total: float, outcome: float
) -> None:
    assert play(make(scenario, LOOK_UP), LOOK_UP, *turns) == (pytest.approx(total), outcome)


@pytest.mark.parametrize(
    ("turns", "total", "outcome"),
    [
        ((INES, DONE, ADA, DONE), 1.0, 1.0),
        ((DONE, INES + ADA, DONE), 1.0, 1.0),
        (("Shall I go ahead?", INES, DONE, ADA, DONE), 1.0, 1.0),
        ((INES + ADA, DONE, DONE), 0.25, 0.0),
        ((ADA, INES, DONE, DONE), 0.25, 0.0),
        ((ADA, DONE, INES, DONE), 0.25, 0.0),
    ],
    ids=["plan", "heard first", "asked first", "eager", "eager in turns", "half of it early"],
)
def test_an_effect_counts_only_when_it_was_asked_for(
    scenario: Scenario, turns: tuple[str, ...], total: float, outcome: float
) -> None:
    assert play(make(scenario, RESERVE), RESERVE, *turns) == (pytest.approx(total), outcome)


def test_what_was_early_stays_early_in_a_snapshot(scenario: Scenario) -> None:
    env = make(scenario, RESERVE)
    env.reset(options={"task": RESERVE.id})
    env.step(INES + ADA)
    base = env.unwrapped
    assert isinstance(base, ToolUseEnv)
    base.restore(base.snapshot())
    env.step(DONE)
    assert env.step(DONE)[4]["score"]["outcome"] == 0.0


def test_a_task_whose_user_is_a_model_is_refused_at_reset(scenario: Scenario) -> None:
    task = LOOK_UP.model_copy(update={"id": "model-user", "counterpart": ModelUser(persona="curt")})
    env = make(scenario, task, LOOK_UP)
    with pytest.raises(UsageError, match="task model-user wants a language model as its user"):
        env.reset(options={"task": task.id})
    with pytest.raises(UsageError, match="call reset"):
        env.step(FIRST)
    env.reset(options={"task": LOOK_UP.id})
