"""The numeric view: spaces, masks and features that rest on nothing but what the episode has shown."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.interop.numeric import features
from ftrl_gym.interop.numeric.view import ACTIONS, NumericView, Observation
from ftrl_gym.policies import call_text
from ftrl_gym.task import Outcome, OutcomeKind, Task
from ftrl_gym.toolcall import Dialect, parse

ID = "ftrl/TravelBooking-v0"
KINDS = ("single_hop", "parallel_single_hop", "multi_hop", "parallel_multi_hop")


def call(tool: str, **arguments: Any) -> str:
    return call_text([(tool, arguments)])


def view(actions: str = "discrete", **keywords: Any) -> NumericView:
    return NumericView(gym.make(ID, **{"split": "test", "features": [], **keywords}), actions)


def base_of(env: NumericView) -> ToolUseEnv:
    assert isinstance(env.unwrapped, ToolUseEnv)
    return env.unwrapped


def an_open_action(env: NumericView, rng: np.random.Generator) -> Any:
    """An action that its mask lets through, calls three times in four."""
    mask = env.action_masks()
    if isinstance(env.action_space, gym.spaces.MultiDiscrete):
        parts = np.split(mask, np.cumsum(env.action_space.nvec)[:-1])
        return np.array([rng.choice(np.flatnonzero(part)) for part in parts])
    found = np.flatnonzero(mask)
    calls = [action for action in found if env.move(action).call is not None]
    return int(rng.choice(calls if calls and rng.random() < 0.75 else found))


def same(first: Observation, second: Observation) -> bool:
    return all(np.array_equal(first[name], second[name]) for name in first) and first.keys() == second.keys()


@pytest.mark.parametrize("actions", ACTIONS)
@pytest.mark.filterwarnings("ignore:.*is different from the unwrapped version")
def test_gymnasium_checks_it(actions: str) -> None:
    check_env(view(actions), skip_render_check=True)


@pytest.mark.parametrize("actions", ACTIONS)
def test_stable_baselines3_checks_it(actions: str) -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    checker.check_env(view(actions), warn=True)


def without_gold(task: Task) -> Task:
    wrong = Outcome(kind=OutcomeKind.ANSWER, answer=task.outcome.answer.model_copy(update={"value": "gold"}))  # type: ignore[union-attr]
    return task.model_copy(update={"plans": (), "sub_questions": (), "derivations": (), "outcome": wrong})


def with_another_gold(task: Task) -> Task:
    """Its first call twenty times over as the plan, and another answer."""
    turns = task.plans[0].turns[:1] * 25
    plan = task.plans[0].model_copy(update={"turns": turns})
    return without_gold(task).model_copy(update={"plans": (plan,), "sub_questions": task.sub_questions[:1]})


@pytest.mark.parametrize("change", [without_gold, with_another_gold])
@pytest.mark.parametrize("actions", ACTIONS)
def test_it_shows_the_same_whatever_is_right(actions: str, change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    env, other = view(actions), view(actions)
    taskset = base_of(other).taskset
    ids = [next(one for one in taskset.ids()[k:] if taskset.get(one).kind == kind) for kind in KINDS for k in (0, 40)]
    get = taskset.get
    monkeypatch.setattr(taskset, "get", lambda task_id: change(get(task_id)))
    for number, task in enumerate(ids):
        rng = np.random.default_rng(number)
        (seen, info), (twin, its) = env.reset(options={"task": task}), other.reset(options={"task": task})
        assert base_of(env).task.outcome != base_of(other).task.outcome
        assert base_of(env).task.plans != base_of(other).task.plans
        for _ in range(12):
            assert same(seen, twin)
            assert np.array_equal(info["action_mask"], its["action_mask"])
            action = an_open_action(env, rng)
            assert env.text(action) == other.text(action)
            seen, _, terminated, truncated, info = env.step(action)
            twin, *_, its = other.step(action)
            if terminated or truncated:
                break


def action_of(env: NumericView, wanted: tuple[str, dict[str, Any]]) -> int | None:
    """The listed action that makes a call, up to defaults."""
    checker = base_of(env).checker(wanted[0])
    assert checker is not None
    for action in np.flatnonzero(env.action_masks()):
        made = env.move(action).call
        valid = made is not None and made[0] == wanted[0] and checker.problem(made[1]) is None
        if made and valid and checker.canonical(made[1]) == checker.canonical(wanted[1]):
            return int(action)
    return None


@pytest.mark.parametrize(("kind", "least"), [("single_hop", 0.95), ("multi_hop", 0.9)])
def test_most_plans_can_be_played(kind: str, least: float) -> None:
    """Its calls, one a turn, and then an answer that is right: the return is 1."""
    env = view(kinds=[kind])
    returns = []
    ids = base_of(env).taskset.ids()[::2]
    for task in ids:
        env.reset(options={"task": task})
        total = 0.0
        for planned in base_of(env).task.plans[0].calls():
            action = action_of(env, (planned.tool, planned.arguments))
            if action is None:
                break
            total += float(env.step(action)[1])
        saved = base_of(env).snapshot()
        for action in range(env.action_space.n):  # type: ignore[attr-defined]
            move = env.move(action)
            if move.say is not None:
                base_of(env).restore(saved)
                _, reward, *_ = env.env.step(move.say)
                if float(reward) > 0:
                    total += float(reward)
                    break
        returns.append(total)
    assert np.mean(np.array(returns) > 0.999) >= least


def test_what_is_not_listed_is_refused_and_wasted() -> None:
    env = view()
    _, info = env.reset(seed=3)
    closed = int(np.flatnonzero(info["action_mask"] == 0)[-1])
    _, _, terminated, _, info = env.step(closed)
    assert info["calls"] == [{"tool": "unknown", "status": "unknown_tool"}]
    assert info["score"]["waste"] == 1 and not terminated


def test_a_call_that_was_made_stands_open_no_more() -> None:
    env = view()
    env.reset(options={"task": "test-00164"})
    action = action_of(env, ("get_flight", {"flight_no": "LT3635"}))
    assert action is not None
    _, reward, *_, info = env.step(action)
    assert reward == 0.5 and info["action_text"] == call("get_flight", flight_no="LT3635")
    assert action_of(env, ("get_flight", {"flight_no": "LT3635"})) is None
    texts = [env.text(k) for k in np.flatnonzero(env.action_masks())]
    assert "<answer>A220-300</answer>" in texts


def test_calls_that_were_made_are_masked_where_they_are_listed() -> None:
    env, rng = view(), np.random.default_rng(2)
    found = 0
    for seed in range(12):
        env.reset(seed=seed)
        over, made = False, set()
        while not over:
            mask = env.action_masks()
            again = [k for k in range(64) if env.move(k).call is not None and env.text(k) in made]
            assert not mask[again].any()
            found += len(again)
            action = an_open_action(env, rng)
            made.add(env.text(action))
            over = any(env.step(action)[2:4])
    assert found > 5


def test_an_action_in_parts_names_tool_and_entities() -> None:
    env = view("multi_discrete")
    env.reset(options={"task": "test-00164"})
    tool = [tool.name for tool in env.seen.tools].index("get_flight")
    found = {env.text([tool, number, 0, 0]) for number in range(5)}
    assert call("get_flight", flight_no="LT3635") in found
    number = next(n for n in range(5) if env.text([tool, n, 0, 0]) == call("get_flight", flight_no="LT3635"))
    env.step(np.array([tool, number, 0, 0]))
    assert env.text([tool, number, 0, 0]) == call("get_flight", flight_no="LT3635"), "entities keep their numbers"
    answers = {env.text([40, number, 0, 0]) for number in range(1, 20)}
    assert "<answer>A220-300</answer>" in answers
    assert "<answer>yes</answer>" in {env.text([head, 0, 0, 0]) for head in range(40, env.action_space.nvec[0])}  # type: ignore[attr-defined]


@pytest.mark.parametrize("actions", ACTIONS)
def test_it_can_be_copied_pickled_and_made_again(actions: str) -> None:
    env = view(actions)
    env.reset(seed=5)
    for twin in (copy.deepcopy(env), pickle.loads(pickle.dumps(env))):
        assert same(twin.reset(seed=6)[0], env.reset(seed=6)[0])
    assert env.spec is not None
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    assert same(again.reset(seed=6)[0], env.reset(seed=6)[0])


@pytest.mark.parametrize("env_id", [ID, "ftrl/Clinic-v0", "ftrl/Shop-v0"])
@pytest.mark.parametrize("actions", ACTIONS)
def test_any_task_can_be_played(env_id: str, actions: str) -> None:
    """State tasks, users, long lists and refusals, too."""
    env = NumericView(gym.make(env_id, split="test", dialect="pythonic"), actions)
    rng = np.random.default_rng(0)
    statuses: set[str] = set()
    for seed in range(12):
        seen, _ = env.reset(seed=seed)
        for _ in range(40):
            assert env.observation_space.contains(seen)
            seen, _, terminated, truncated, info = env.step(an_open_action(env, rng))
            statuses.update(one["status"] for one in info["calls"])
            if terminated or truncated:
                break
        else:
            raise AssertionError("no end")
    assert "ok" in statuses and "malformed" not in statuses


def test_every_listed_call_is_grounded_and_valid() -> None:
    """What a call gives stands in the question or in a result, and its form is that of the document."""
    env = view()
    rng = np.random.default_rng(1)
    bad = total = 0
    for seed in range(8):
        env.reset(seed=seed)
        for _ in range(5):
            episode = base_of(env).episode
            for action in np.flatnonzero(env.action_masks()):
                made = env.move(action).call
                if made is None:
                    continue
                checker = base_of(env).checker(made[0])
                assert checker is not None
                total += 1
                bad += checker.problem(made[1]) is not None
                assert episode.ledger.grounded(made[0], checker.canonical(made[1]), episode.told), made
            if any(env.step(an_open_action(env, rng))[2:4]):
                break
    assert total > 300 and bad / total < 0.02


def test_a_row_of_features_is_as_wide_as_its_names_say() -> None:
    hashed = features.COLUMN + features.NAMES
    assert (
        len(features.OF_BOTH) + len(features.OF_CALL) + len(features.OF_ENDING) + hashed + features.PLACES
        == features.SLOT
    )
    env = view()
    seen, _ = env.reset(options={"task": "test-00164"})
    slots = seen["slots"].reshape(-1, features.SLOT)
    assert slots.shape[0] == env.action_space.n  # type: ignore[attr-defined]
    assert set(np.flatnonzero(slots[:, 0])) >= set(np.flatnonzero(env.action_masks()[:64]))
    best = slots[0]
    assert (
        best[features.OF_BOTH.index("call")] == 1 and best[len(features.OF_BOTH) + features.OF_CALL.index("looks")] == 1
    )


def test_texts_are_in_the_dialect_of_the_environment() -> None:
    env = view(dialect="llama3")
    env.reset(options={"task": "test-00164"})
    text = env.text(0)
    made = env.move(0).call
    assert made is not None and text == call_text([made], Dialect.LLAMA3)
    assert parse(text, Dialect.LLAMA3).calls[0].name == json.loads(text)["name"]


def test_wrong_settings_are_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'discrete'"):
        view("discret")
    with pytest.raises(UsageError, match="calls=0"):
        NumericView(gym.make(ID), calls=0)
    with pytest.raises(UsageError, match="no environment of ftrl_gym"):
        NumericView(gym.make("CartPole-v1"))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="reset"):
        view().step(0)


@pytest.mark.parametrize(("actions", "action"), [("discrete", -1), ("multi_discrete", np.array([-1, 0, 0, 0]))])
def test_an_action_below_zero_is_none(actions: str, action: Any) -> None:
    env = view(actions)
    env.reset(options={"task": "test-00164"})
    assert "no_such_action" in env.text(action)


def test_a_small_view_still_ends() -> None:
    env = NumericView(gym.make(ID, split="test"), calls=1, endings=1)
    for seed in itertools.chain(range(3)):
        env.reset(seed=seed)
        over = [env.step(number % 2)[2:4] for number in range(2)]
        assert any(map(any, over))
