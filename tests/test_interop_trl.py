"""TRL's trainer over tasks: tools as it sees them, parallel calls, mistakes, rewards, and a few steps of training."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl", reason="the extra trl is not installed")
pytest.importorskip("datasets", reason="the extra trl is not installed")

import gymnasium as gym
from adapter_episodes import ID, Script, has_user, played_bare, scripts
from trl_driving import save_tiny_model, spec_of, told, trainer_of

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError
from ftrl_gym.interop import installed
from ftrl_gym.interop.trl import method_of, trl_spec
from ftrl_gym.policies import call_text, ending_text, plan_text

pytestmark = pytest.mark.filterwarnings("ignore")  # of what TRL and transformers deprecate in each other
TASK = "test-00164"
FLIGHT = call_text([("get_flight", {"flight_no": "LT3635"})])
ANSWER = "<answer>A220-300</answer>"


@pytest.fixture(scope="module")
def base() -> ToolUseEnv:
    found = gym.make(ID, split="test").unwrapped
    assert isinstance(found, ToolUseEnv)
    return found


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.mark.parametrize("env_id", [ID, "ftrl/Bank-v0"])
def test_tools_are_those_of_the_documents(env_id: str) -> None:
    from transformers.utils import get_json_schema

    env = gym.make(env_id).unwrapped
    assert isinstance(env, ToolUseEnv)
    documents = {
        id(one): one for task in map(env.taskset.get, env.taskset.ids()) for one in env.taskset.documents(task)
    }
    assert len(documents) > 20
    for document in documents.values():
        made, wanted = get_json_schema(method_of(document))["function"], document.openai()["function"]
        properties = wanted["parameters"].get("properties", {})
        assert made["name"] == wanted["name"] and made["description"] == " ".join(wanted["description"].split())
        assert list(made["parameters"]["properties"]) == list(properties)
        assert made["parameters"].get("required", []) == [
            name for name in properties if name in wanted["parameters"].get("required", ())
        ]
        for name, schema in properties.items():
            said = made["parameters"]["properties"][name]
            assert said["type"] == schema["type"] and said.get("enum") == schema.get("enum")
            assert said["description"].startswith(" ".join(schema.get("description", "").split()))
            assert "default" not in schema or '"default": ' in said["description"]


def test_calls_of_one_message_are_one_turn(base: ToolUseEnv) -> None:
    spec = trl_spec(ID, [TASK], split="test")
    (factory,) = spec.environment_factory.values()
    made = factory()

    async def together() -> list[str]:
        assert inspect.iscoroutinefunction(made.get_flight)
        asked = [made.get_flight(flight_no=number) for number in ("LT3635", "ZZ0", "LT3635")]
        return await asyncio.gather(*asked)

    made.reset(**spec.train_dataset[0])
    results = asyncio.run(together())
    base.reset(options={"task": TASK})
    calls = [("get_flight", {"flight_no": number}) for number in ("LT3635", "ZZ0", "LT3635")]
    *_, info = base.step(call_text(calls))
    assert results == [message["content"] for message in info["messages"]] and made._env.turn == 1
    assert asyncio.run(made.get_flight(flight_no="LT3635")) == results[0] and made._env.turn == 2
    too_many = asyncio.run(_gathered([made.get_flight(flight_no="LT3635") for _ in range(20)]))
    assert too_many[15] == results[0] and "4 more calls were not run" in too_many[19]
    while not made._over:
        asyncio.run(made.get_flight(flight_no="LT3635"))
    assert "no turns left" in asyncio.run(made.get_flight(flight_no="LT3635"))
    made.reset(**spec.train_dataset[0])
    assert asyncio.run(made.get_flight(flight_no="LT3635")) == results[0]


async def _gathered(asked: list[Any]) -> list[str]:
    return await asyncio.gather(*asked)


def test_trl_leads_the_conversation_that_the_environment_would(model: str, base: ToolUseEnv, tmp_path: Path) -> None:
    chosen = []
    for task in map(base.taskset.get, base.taskset.ids()):
        if len(chosen) < 6 and not has_user(Script(task.id, ())) and task.plans and task.plans[0].calls():
            chosen.append(Script(task.id, (*map(plan_text, task.plans[0].turns), ending_text(task.outcome))))
    spec = spec_of(chosen)
    trainer = trainer_of(model, spec, tmp_path)
    rows = {row["task"]: row for row in spec.train_dataset}
    assert len({row["environment"] for row in rows.values()}) > 1, "tasks with other tools"
    for script in chosen:
        messages, reward = told(trainer, rows[script.task], script.turns)
        assert reward == pytest.approx(1.0)
        base.reset(options={"task": script.task})
        fed = [message for turn in script.turns for message in base.step(turn)[4]["messages"]]
        assert [one["content"] for one in messages if one["role"] == "tool"] == [one["content"] for one in fed]


def test_what_trl_answers_itself_counts(model: str, tmp_path: Path) -> None:
    spec = trl_spec(ID, [TASK], split="test")
    trainer = trainer_of(model, spec, tmp_path)
    unknown = call_text([("no_such_tool", {}), ("get_flight", {"flight_no": "LT3635"})])
    unreadable = '<tool_call>\n{"name": "get_flight", "arguments":\n</tool_call>'
    for turns, total in (
        ((FLIGHT, ANSWER), 1.0),
        ((unknown, ANSWER), 0.5 + 1 / 3),
        ((FLIGHT, unreadable, ANSWER), 1 / 3),
        ((ANSWER,), 0.0),
    ):
        assert told(trainer, spec.train_dataset[0], turns).reward == pytest.approx(total), turns


def test_a_model_learns_a_few_steps(model: str, tmp_path: Path) -> None:
    other = next(script.task for script in scripts() if not has_user(script))
    spec = trl_spec(ID, [TASK, other], split="test")
    (reward,) = spec.reward_funcs
    paid: list[float] = []

    def kept(**given: Any) -> list[float]:
        returns = reward(**given)
        for messages, task_id, value in zip(given["completions"], given["task"], returns, strict=True):
            turns = tuple(one["content"] for one in messages if one["role"] == "assistant")
            if not any(one.get("tool_calls") for one in messages):
                assert value == sum(played_bare([Script(task_id, turns)])[0].rewards)
        paid.extend(returns)
        return [value + number % 2 for number, value in enumerate(returns)]  # so that there is something to learn

    spec.reward_funcs[:] = [kept]
    trainer = trainer_of(model, spec, tmp_path, max_steps=3, max_completion_length=16, learning_rate=0.01)
    before = {name: weight.clone() for name, weight in trainer.model.state_dict().items()}
    trainer.train()
    assert len(paid) == 3 * 4 and all(0 <= value <= 1 for value in paid)
    after = trainer.model.state_dict()
    assert any(bool((after[name] != weight).any()) for name, weight in before.items())


def test_it_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, base: ToolUseEnv) -> None:
    asked = next(script.task for script in scripts() if has_user(script))
    with pytest.raises(UsageError, match="has a user who answers"):
        trl_spec(ID, [asked], split="test")
    with pytest.raises(UsageError, match="no task is left"):
        trl_spec(ID, tasks="endless")
    with pytest.raises(UsageError, match="chat template"):
        trl_spec(ID, docs="signature")
    with pytest.raises(UsageError, match="CartPole-v1 is no environment of ftrl_gym"):
        trl_spec("CartPole-v1")
    document = base.taskset.documents(base.taskset.get(TASK))[0]
    for name in ("reset", "_hidden", "get-flight", "class"):
        with pytest.raises(UsageError, match="leave its tasks out"):
            method_of(document.model_copy(update={"name": name}))
    monkeypatch.setattr(installed.importlib.metadata, "version", lambda library: "0.29.1")
    with pytest.raises(UsageError, match=r"trl 0.29.1 is installed, and trl>=1.16,<2 is supported"):
        trl_spec(ID)
