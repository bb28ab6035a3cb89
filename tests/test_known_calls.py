"""What is remembered of calls changes nothing that an episode shows or pays, and does not grow without end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import pytest
from adapter_episodes import ID, scripts

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.execution import TrustedToolbox
from ftrl_gym.goal import Goal
from ftrl_gym.known_calls import LONGEST_CALL, KnownCall, KnownCalls
from ftrl_gym.policies import call_text
from ftrl_gym.prompt import Fed
from ftrl_gym.toolcall import CallStatus

TASK, REFERENCE = "test-00088", "2DBYC6"
LOOK, CANCEL = (call_text([(tool, {"reference": REFERENCE})]) for tool in ("get_booking", "cancel_booking"))


def _whole(env: gym.Env[str, str]) -> Iterator[Any]:
    """All that the 200 episodes show and pay."""
    for script in scripts():
        yield env.reset(options={"task": script.task})
        for text in script.turns:
            yield env.step(text)


@pytest.mark.parametrize("settings", [{}, {"matching": "ftrl", "reward": "solve_f1"}], ids=str)
def test_episodes_are_the_same_whether_calls_are_remembered_or_not(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    env = gym.make(ID, split="test", **settings)
    first, again = list(_whole(env)), list(_whole(env))
    monkeypatch.setattr(KnownCalls, "get", lambda *_: None)
    assert first == again == list(_whole(gym.make(ID, split="test", **settings)))


def test_a_world_that_was_written_into_is_read_anew() -> None:
    env = gym.make(ID, split="test")
    shown = []
    for _ in range(2):
        env.reset(options={"task": TASK})
        before, cancelled, after = (env.step(text)[0] for text in (LOOK, CANCEL, LOOK))
        assert '"status": "cancelled"' in cancelled and '"status": "cancelled"' in after and before != after
        shown.append((before, cancelled, after))
    assert shown[0] == shown[1], "what one episode wrote is not seen in the next"


def test_a_tool_is_run_once_in_the_same_world(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    run = TrustedToolbox.run
    monkeypatch.setattr(TrustedToolbox, "run", lambda box, name, *given: ran.append(name) or run(box, name, *given))
    env = gym.make(ID, split="test")
    for _ in range(3):
        env.reset(options={"task": TASK})
        for text in (LOOK, LOOK, CANCEL, LOOK):
            env.step(text)
    assert ran == ["get_booking", "cancel_booking", "get_booking"]


def test_worlds_are_told_apart_by_what_was_done_to_them() -> None:
    env = gym.make(ID, split="test")
    base = env.unwrapped
    assert isinstance(base, ToolUseEnv)
    shown, differences = [], []
    for _ in range(2):
        env.reset(options={"task": TASK})
        env.step(CANCEL)
        saved = base.snapshot()
        again = env.step(CANCEL)[0]
        assert "error" in again, "it is cancelled already"
        base.restore(saved)
        assert base.world is not None and env.step(CANCEL)[0] == again
        differences.append(base.world.difference())
        base.world.update("bookings", REFERENCE, status="confirmed")
        shown.append((again, env.step(LOOK)[0]))
        assert '"status": "confirmed"' in shown[-1][1], "nobody knows what did that"
    assert shown[0] == shown[1] and differences[0] == differences[1] and differences[0]


def test_a_repeated_call_earns_nothing_however_it_is_known() -> None:
    env = gym.make(ID, split="test")
    turn = '<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "LT3635"}}\n</tool_call>'
    for _ in range(2):
        env.reset(options={"task": "test-00164"})
        paid = [env.step(turn)[1] for _ in range(3)]
        assert paid[0] == 0.5 and paid[1] < 0 and paid[2] < 0


def test_a_guess_is_no_better_for_being_known() -> None:
    """What one episode was told grounds nothing in another."""
    env = gym.make(ID, split="test")
    base = env.unwrapped
    assert isinstance(base, ToolUseEnv)
    plan = base.taskset.get("test-00130").plans[0]
    texts = [call_text([(call.tool, dict(call.arguments))]) for call in plan.calls()]
    env.reset(options={"task": "test-00130"})
    honest = [env.step(text)[1] for text in texts]
    env.reset(options={"task": "test-00130"})
    assert honest[-1] > 0 >= env.step(texts[-1])[1], "its reference was in no result yet"


@pytest.mark.parametrize("others", [(1, True, "1", 1.5), (0, False, None)])
def test_values_that_python_holds_equal_are_other_calls(others: tuple[Any, ...]) -> None:
    def said(env: gym.Env[str, str], value: Any) -> tuple[str, Any]:
        env.reset(options={"task": TASK})
        observation, *_, info = env.step(call_text([("get_flight", {"flight_no": value})]))
        return observation, info["calls"]

    shared = gym.make(ID, split="test")
    for value in others:
        assert said(shared, value) == said(gym.make(ID, split="test"), value)


def test_what_is_held_is_bounded() -> None:
    goal, calls = Goal(), KnownCalls(most_calls=100, most_chars=10_000)
    for number in range(1_000):
        calls.note(goal, f"many {number}", KnownCall(goal, None, {}))
    assert len(calls) <= 100
    for number in range(1_000):
        calls.note(goal, f"large {number}", KnownCall(goal, None, {}, fed=Fed(CallStatus.OK, "tool", "x" * 1_000)))
        assert calls.chars <= 10_000 + 2 * 1_100
    calls.note(goal, "y" * (LONGEST_CALL + 1), KnownCall(goal, None, {}))
    assert calls.get(goal, "y" * (LONGEST_CALL + 1)) is None
    assert calls.get(Goal(), "large 999") is None and calls.get(goal, "large 999") is not None
