"""The environment on a scenario small enough to read: semantics, hostile text, snapshots, rewards, checker."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_scenario import tiny_scenario

from ftrl_gym.env import MAX_CALLS, ToolUseEnv
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.scenario import Scenario
from ftrl_gym.task import Outcome, OutcomeKind, ScriptedUser, Slot, Split, Task, ToolEvent, ToolEventKind
from ftrl_gym.taskset import ScenarioTaskSet

CHAIN = "train-00001"
WRONG_OPTIONS: tuple[Any, ...] = (["task"], 5, "task", {"task": 5}, {"task": []})


def call(name: str, /, **arguments: object) -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


BOOK, AUTHOR, ANSWER = (
    call("get_book", title="Grey Harbour"),
    call("get_author", name="Ada Noor"),
    "<answer>Tromso</answer>",
)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return tiny_scenario(tmp_path_factory.mktemp("registry"))


def make(scenario: Scenario, *, task: Task | None = None, split: str = "train", **keywords: Any) -> VerifiableReward:
    tasks = ScenarioTaskSet(scenario, split=split)
    if task is not None:
        tasks._by_id[task.id] = task
    return VerifiableReward(ToolUseEnv(tasks, **keywords))


def play(env: gym.Env[str, str], *turns: str, task: str = CHAIN) -> tuple[list[float], dict[str, Any]]:
    _, info = env.reset(seed=0, options={"task": task})
    rewards = []
    for turn in turns:
        _, reward, _, _, info = env.step(turn)
        rewards.append(float(reward))
    return rewards, info


def test_a_right_and_economical_episode_returns_one(scenario: Scenario) -> None:
    rewards, info = play(make(scenario), BOOK, AUTHOR, ANSWER)
    assert rewards == pytest.approx([1 / 3, 1 / 6, 1 / 2])
    assert info["end"] == "answered" and info["score"]["outcome"] == 1.0


@pytest.mark.parametrize(
    ("turns", "total"),
    [
        ((ANSWER,), 0.0),
        ((AUTHOR, ANSWER), 0.0),
        ((BOOK, ANSWER), 1 / 3),
        ((BOOK, AUTHOR, "It is Tromso."), 1 / 2),
        ((BOOK, AUTHOR, "<answer>Tromso or Umea</answer>"), 1 / 2),
        ((BOOK, BOOK, AUTHOR, ANSWER), 0.9),
        ((BOOK, "<tool_call>{</tool_call>" + AUTHOR, ANSWER), 0.9),
        ((BOOK, AUTHOR, call("reserve_book", title="Grey Harbour", reader="Ada Noor"), ANSWER), 0.4),
        ((BOOK + AUTHOR, ANSWER), 1 / 4),
    ],
    ids=["unearned", "guessed", "unfinished", "untagged", "both", "repeated", "malformed", "meddled", "not yet seen"],
)
def test_what_other_episodes_return(scenario: Scenario, turns: tuple[str, ...], total: float) -> None:
    rewards, _ = play(make(scenario), *turns)
    assert sum(rewards) == pytest.approx(total)


def test_observation_and_messages_are_enough_to_act(scenario: Scenario) -> None:
    for docs in ("json", "signature"):
        env = make(scenario, docs=docs)
        observation, info = env.reset(seed=1, options={"task": CHAIN})
        assert "get_book" in observation and "<tool_call>" in observation and "Today is 2026-05-04" in observation
        assert observation.endswith(info["messages"][1]["content"])
        assert ("get_book(title: string)" in info["messages"][0]["content"]) is (docs == "signature")
        assert [tool["function"]["name"] for tool in info["tools"]] == ["get_book", "get_author", "reserve_book"]
        assert "B12" not in json.dumps(info) and "Tromso" not in json.dumps(info) + repr(env) + str(env.spec)


def test_a_state_task_wants_the_change_and_nothing_else(scenario: Scenario) -> None:
    task = next(task for task in scenario.load_tasks(Split.TEST) if task.features == ("state",))
    (gold,) = task.plans[0].calls()
    right = call(gold.tool, **gold.arguments)
    for turns, total in [((right, "Done."), 1.0), (("Done.",), 0.0), ((right, right, "Done."), 1 / 3)]:
        rewards, _ = play(make(scenario, split="test"), *turns, task=task.id)
        assert sum(rewards) == pytest.approx(total), turns


def test_the_turn_limit_truncates_and_forfeits_the_outcome(scenario: Scenario) -> None:
    env = make(scenario, max_turns=3)
    env.reset(options={"task": CHAIN})
    assert [env.step(turn)[2:4] for turn in (BOOK, AUTHOR, BOOK)] == [(False, False), (False, False), (False, True)]
    with pytest.raises(UsageError, match="reset"):
        env.step(ANSWER)
    assert make(scenario, max_turns=1).unwrapped.max_turns == 1
    rewards, info = play(make(scenario, max_turns=1), BOOK, AUTHOR, ANSWER)
    assert sum(rewards) == 1.0 and info["end"] == "answered", "a certified plan always fits"


def test_more_calls_than_run_are_waste(scenario: Scenario) -> None:
    _, info = play(make(scenario), BOOK * (MAX_CALLS + 5))
    assert len(info["calls"]) == MAX_CALLS + 1 and info["calls"][-1]["status"] == "not_run"
    assert info["score"]["calls"] == MAX_CALLS + 5 and info["score"]["waste"] == MAX_CALLS + 4


def test_a_scripted_user_is_asked_and_grounds(scenario: Scenario) -> None:
    base = scenario.load_tasks(Split.TRAIN)[0]
    user = ScriptedUser(slots=(Slot(name="title", cues=("book",), reply="Grey Harbour."),))
    task = base.model_copy(update={"id": "train-user", "question": "On which shelf is my book?", "counterpart": user})
    env = make(scenario, task=task)
    rewards, _ = play(env, BOOK, "<answer>B12</answer>", task=task.id)
    assert sum(rewards) == 0.0, "guessed, not asked"
    rewards, info = play(env, "Which book is it?", BOOK, "<answer>B12</answer>", task=task.id)
    assert sum(rewards) == 1.0 and info["end"] == "user_done"
    rewards, _ = play(env, "Which book is it?", "Which book?", BOOK, "<answer>B12</answer>", task=task.id)
    assert sum(rewards) == pytest.approx(0.5 + 1 / 3), "a needless question costs"


def test_a_tool_timeline(scenario: Scenario) -> None:
    base = next(task for task in scenario.load_tasks(Split.TRAIN) if task.id == CHAIN)
    fails = base.model_copy(update={"id": "f", "timeline": (ToolEvent(tool="get_author", kind=ToolEventKind.FAILS),)})
    rewards, info = play(make(scenario, task=fails), BOOK, AUTHOR, AUTHOR, ANSWER, task="f")
    assert sum(rewards) == 1.0 and info["score"]["calls"] == 3
    late = ToolEvent(tool="get_book", kind=ToolEventKind.APPEARS, at=1)
    gone = ToolEvent(tool="get_book", kind=ToolEventKind.MISSING, at=1)
    for event, statuses in ((late, ["unknown_tool", "ok"]), (gone, ["ok", "unknown_tool"])):
        env = make(scenario, task=base.model_copy(update={"id": "g", "timeline": (event,)}))
        env.reset(options={"task": "g"})
        assert [env.step(BOOK)[4]["calls"][0]["status"] for _ in range(2)] == statuses


def test_a_clarifying_question_is_asked_aloud(scenario: Scenario) -> None:
    base = next(task for task in scenario.load_tasks(Split.TRAIN) if task.id == CHAIN)
    asks = base.model_copy(update={"id": "c", "sub_questions": (), "outcome": Outcome(kind=OutcomeKind.CLARIFY)})
    for turn, right in (("Which book?", 1.0), ("<think>Which book?</think>Fine.", 0.0), ("<answer>?</answer>", 0.0)):
        assert play(make(scenario, task=asks), turn, task="c")[1]["score"]["outcome"] == right


def test_restoring_never_pays_twice_and_forks_are_independent(scenario: Scenario) -> None:
    env = make(scenario)
    env.reset(options={"task": CHAIN})
    base = env.unwrapped
    assert isinstance(base, ToolUseEnv)
    first = float(env.step(BOOK)[1])
    saved = base.snapshot()
    second = float(env.step(AUTHOR)[1])
    base.restore(saved)
    assert float(env.step(AUTHOR)[1]) == second and float(env.step(AUTHOR)[1]) < 0
    twin = VerifiableReward(base.fork())
    base.restore(saved)
    assert first + float(env.step(AUTHOR)[1]) + float(env.step(ANSWER)[1]) == pytest.approx(1.0)
    assert twin.unwrapped.turn == 3 and not twin.step(AUTHOR)[2]  # type: ignore[attr-defined]


def test_deep_copies_share_the_tasks_and_play_on_by_themselves(scenario: Scenario) -> None:
    env = make(scenario)
    env.reset(seed=4, options={"task": CHAIN})
    first = float(env.step(BOOK)[1])
    twins = [copy.deepcopy(env) for _ in range(2)]
    base, twin = env.unwrapped, twins[0].unwrapped
    assert isinstance(base, ToolUseEnv) and isinstance(twin, ToolUseEnv)
    assert twin.taskset is base.taskset and twin.task is base.task
    assert twin.world is not None and base.world is not None and twin.world.base is base.world.base
    reserve = call("reserve_book", title="Grey Harbour", reader="Ada Noor")
    twins[0].step(reserve)
    assert twin.world.difference() and not base.world.difference(), "nobody else's world is written into"
    for one in (env, twins[1]):
        assert first + float(one.step(AUTHOR)[1]) + float(one.step(ANSWER)[1]) == pytest.approx(1.0)
    drawn = [[one.reset()[1]["task_id"] for _ in range(20)] for one in (env, *twins)]
    assert drawn[0] == drawn[1] == drawn[2] and len(set(drawn[0])) > 1


HOSTILE = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["\ud800", "\x00", "x" * 100_000, "<think>" * 50, "<tool_call>" * 100, BOOK[:30], "{" * 3000, ""]),
    st.builds(lambda n, v: call(n, title=v), st.sampled_from(["get_book", "nope", ""]), st.text(max_size=50)),
    st.builds(lambda v: call("get_book", title=v), st.sampled_from(["y" * 10_000, ["a"], {"a": 1}, None, 1, True])),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(HOSTILE, max_size=5))
def test_no_text_raises_and_nothing_is_earned_by_noise(scenario: Scenario, turns: list[str]) -> None:
    env = make(scenario)
    env.reset(seed=3, options={"task": CHAIN})
    total, ended = 0.0, False
    for turn in turns:
        if ended:
            break
        observation, reward, terminated, truncated, info = env.step(turn)
        total, ended = total + float(reward), terminated or truncated
        assert env.observation_space.contains(observation) and len(observation) < 20_000
        assert "Traceback" not in observation
        json.dumps(info)
    assert total == 0.0


def test_wrong_use_is_told(scenario: Scenario) -> None:
    keywords: dict[str, Any]
    for keywords, says in (
        ({"docs": "yaml"}, "json"),
        ({"dialect": "x"}, "hermes"),
        ({"matching": "x"}, "strict"),
        ({"reward": "solve_f2"}, "solve_f1"),
        ({"max_turns": 0}, "at least 1"),
        ({"max_turns": True}, "at least 1"),
        ({"render_mode": "human"}, "ansi"),
    ):
        with pytest.raises(UsageError, match=says):
            make(scenario, **keywords)
    for keywords, says in (
        ({"split": "trian"}, "train"),
        ({"kinds": ["multihop"]}, "multi_hop"),
        ({"tasks": "all"}, "endless"),
        ({"difficulty": 2}, "0 to 1"),
        ({"variant": 3}, "no other designs"),
        ({"tasks": "endless"}, "generator"),
        ({"kinds": ["parallel_multi_hop"]}, "drop one"),
        ({"features": ["stat"]}, "did you mean 'state'"),
    ):
        with pytest.raises(UsageError, match=says):
            ScenarioTaskSet(scenario, **keywords)
    env = make(scenario)
    with pytest.raises(UsageError, match="reset"):
        env.step("x")
    with pytest.raises(UnknownNameError, match="train-00001"):
        env.reset(options={"task": "train-0001"})
    with pytest.raises(UnknownNameError, match="task"):
        env.reset(options={"tsak": CHAIN})
    for options in WRONG_OPTIONS:
        with pytest.raises(UsageError, match="task"):
            env.reset(options=options)
    env.reset()
    with pytest.raises(UsageError, match="str"):
        env.step(3)  # type: ignore[arg-type]


def test_check_env_is_silent(scenario: Scenario) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = make(scenario, render_mode="ansi").unwrapped
        again = gym.envs.registration.EnvSpec("ftrl/Tiny-v0", entry_point=lambda: make(scenario).unwrapped)
        env.spec = again
        check_env(env, skip_render_check=True)
        env.reset()
        assert "library" in str(env.render())
        env.close()
        env.close()


def test_same_seed_same_text(scenario: Scenario) -> None:
    a, b = make(scenario), make(scenario)
    texts = [[env.reset(seed=5 if i == 0 else None)[0] for i in range(8)] for env in (a, b)]
    assert texts[0] == texts[1] and len(set(texts[0])) > 1


def test_paper_schemes_and_matching(scenario: Scenario) -> None:
    env = make(scenario, matching="ftrl", reward="solve_f1")
    rewards, info = play(env, BOOK, call("get_author", name="Tromso"), "It is Tromso.")
    assert rewards == [1.0, 1.0, 1.0] and info["score"]["outcome"] == 1.0, "the error echo pays, as published"
    strict, _ = play(make(scenario, reward="solve_f1"), BOOK, call("get_author", name="Tromso"), "It is Tromso.")
    assert strict[1] == 0.0


def test_reward_is_a_wrapper_without_state(scenario: Scenario) -> None:
    env = make(scenario)
    play(env, BOOK)
    assert {k for k in vars(env) if not k.startswith("_")} <= {"env", "scheme"}
    twin = copy.copy(env)
    assert twin.unwrapped is env.unwrapped


def test_text_is_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; sys.path.insert(0, 'tests')\n"
        "from test_env import *\n"
        f"env = make(tiny_scenario(pathlib.Path({str(tmp_path)!r}) / sys.argv[1]))\n"
        "print(env.reset(seed=4)[0]); print(env.step(BOOK)); print(env.step('<tool_call>{}'))"
    )
    outputs = []
    for hash_seed in ("0", "4242"):
        run = subprocess.run(
            [sys.executable, "-c", code, hash_seed], capture_output=True, text=True, check=True,
            cwd=Path(__file__).parent.parent, env={"PYTHONHASHSEED": hash_seed, "PATH": "", "PYTHONPATH": "."},
        )  # fmt: skip
        outputs.append(run.stdout)
    assert outputs[0] == outputs[1] and "Grey Harbour" in outputs[0]


def test_episodes_pickle(scenario: Scenario) -> None:
    env = make(scenario)
    play(env, BOOK)
    base = env.unwrapped
    assert isinstance(base, ToolUseEnv)
    saved = pickle.loads(pickle.dumps(base.snapshot()))
    assert saved.turn == 1 and saved.ledger.score() == base.ledger.score()
    twin = pickle.loads(pickle.dumps(env))
    assert twin.step(AUTHOR)[:3] == env.step(AUTHOR)[:3]
    assert twin.reset(seed=8)[0] == env.reset(seed=8)[0]
