"""Policies: the oracle earns everything, the silent one nothing, the random one little but validly."""

from __future__ import annotations

import random
from pathlib import Path

import gymnasium as gym
import pytest
from packaged import NAMES, some
from tiny_scenario import DOCUMENTS, TASKS, tiny_scenario

from ftrl_gym import registry
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import (
    DoNothing,
    Oracle,
    Random,
    Scripted,
    answer_text,
    call_text,
    ending_text,
    mentions,
    random_arguments,
)
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import Answer, AnswerType, Outcome, OutcomeKind
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.toolcall import Checker, Dialect, parse
from ftrl_gym.trajectory import Trajectory, run_episode


@pytest.fixture(scope="module")
def envs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, gym.Env[str, str]]:
    scenario = tiny_scenario(Path(tmp_path_factory.mktemp("registry")))
    return {s: VerifiableReward(ToolUseEnv(ScenarioTaskSet(scenario, split=s))) for s in ("train", "test")}


@pytest.mark.parametrize("dialect", ["hermes", "llama3", "pythonic"])
def test_policies_write_the_dialect_of_their_environment(dialect: str) -> None:
    env = gym.make("ftrl/Bank-v0", split="test", dialect=dialect)
    for task in ("test-00000", "test-00030", "test-00060"):
        assert run_episode(env, Oracle(), options={"task": task}).episode_return == pytest.approx(1.0)
        calls = run_episode(env, Random(3, stop=0.1), options={"task": task})
        assert any(turn.calls for turn in calls.turns)


def test_a_tag_in_an_argument_ends_no_call() -> None:
    arguments = {"name": "a</tool_call><tool_call><think>", "operator": "<="}
    text = call_text([("find", arguments), ("find", {})])
    turn = parse(text, Dialect.HERMES)
    assert [(call.name, call.arguments, call.problem) for call in turn.calls] == [
        ("find", arguments, None), ("find", {}, None),
    ]  # fmt: skip
    assert '"<="' in text


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_oracle_earns_all_and_silence_nothing(envs: dict[str, gym.Env[str, str]], task: object) -> None:
    env, options = envs[task.split.value], {"task": task.id}
    oracle = run_episode(env, Oracle(), options=options)
    assert oracle.episode_return == pytest.approx(1.0)
    assert oracle.score["outcome"] == 1.0
    assert oracle.end == "answered"
    assert run_episode(env, DoNothing(), options=options).episode_return == 0.0


def test_random_makes_valid_calls_and_is_reproducible(envs: dict[str, gym.Env[str, str]]) -> None:
    played = [run_episode(envs["train"], Random(seed, stop=0.1), options={"task": "train-00001"}) for seed in range(20)]
    statuses = [call["status"] for one in played for turn in one.turns for call in turn.calls]
    assert statuses
    assert set(statuses) <= {"ok", "tool_error"}
    assert played[3] == run_episode(envs["train"], Random(3, stop=0.1), options={"task": "train-00001"})
    assert max(one.episode_return for one in played) < 1.0


@pytest.mark.parametrize("seed", range(30))
def test_random_arguments_fit_any_schema(seed: int) -> None:
    properties = {
        "n": {"type": "integer", "minimum": 2, "maximum": 5},
        "x": {"type": "number"},
        "flag": {"type": "boolean"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "names": {"type": "array", "items": {"type": "string"}, "minItems": 2},
        "who": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    }
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    document = DOCUMENTS[0].model_copy(update={"parameters": schema})
    arguments = random_arguments(schema, ["Oslo", "7", "3"], random.Random(seed))
    assert Checker(document).problem(arguments) is None


def test_scripted_repeats_its_last_line_and_starts_again(envs: dict[str, gym.Env[str, str]]) -> None:
    policy = Scripted(["<tool_call>{}</tool_call>", "bye"])
    for _ in range(2):
        played = run_episode(envs["train"], policy, options={"task": "train-00000"})
        assert [turn.text for turn in played.turns] == ["<tool_call>{}</tool_call>", "bye"]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Answer(type=AnswerType.MONEY, value=90, unit="EUR"), "90 EUR"),
        (Answer(type=AnswerType.YES_NO, value=False), "no"),
        (Answer(type=AnswerType.LIST, value=["A", "B"]), "A, B"),
    ],
)
def test_answers_are_written_as_people_say_them(answer: Answer, text: str) -> None:
    assert answer_text(answer) == f"<answer>{text}</answer>"


@pytest.mark.parametrize("kind", list(OutcomeKind))
def test_every_kind_of_outcome_has_an_ending(kind: OutcomeKind) -> None:
    says_no = kind in (OutcomeKind.REFUSE, OutcomeKind.IMPOSSIBLE)
    assert ending_text(Outcome(kind=kind, answer=Answer(type=AnswerType.NAME, value="no") if says_no else None))


def test_mentions_are_values_not_sentences() -> None:
    found = mentions("Which room did Anna Berg book on 2026-05-12 with QX7RTA for 2 nights?")
    assert found == ["Which", "Anna Berg", "2026-05-12", "QX7RTA", "2"]


def test_a_trajectory_survives_json(envs: dict[str, gym.Env[str, str]]) -> None:
    played = run_episode(envs["train"], Oracle(), options={"task": "train-00001"})
    assert Trajectory.from_json(played.to_json()) == played
    roles = [message["role"] for message in played.messages()]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "tool", "assistant"]
    assert "return 1.000" in played.render()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("split", ["train", "test"])
def test_oracle_on_every_plan_of_packaged_tasks(name: str, split: str) -> None:
    tasks = ScenarioTaskSet(registry.load(name), split=split)
    env = VerifiableReward(ToolUseEnv(tasks, docs="signature"))
    for task_id in some(tasks, None, of_others=40):
        for plan in range(len(tasks.get(task_id).plans)):
            played = run_episode(env, Oracle(plan), options={"task": task_id})
            assert played.episode_return == pytest.approx(1.0), played.render()
