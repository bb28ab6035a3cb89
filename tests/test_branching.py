"""Episodes that begin in the middle of others."""

from __future__ import annotations

import random

import gymnasium as gym
import pytest

import ftrl_gym  # noqa: F401 - registers the environments
from ftrl_agents.branching import Place, branched, chosen_places, places
from ftrl_agents.episode import End, Episode, Turn
from ftrl_gym.policies import ending_text, plan_text


def make() -> gym.Env[str, str]:
    return gym.make(
        "ftrl/TravelBooking-v0", docs="signature", features=[], kinds=["multi_hop"], disable_env_checker=True
    )


def _script() -> tuple[str, list[str]]:
    env = make()
    task_id = env.unwrapped.taskset.ids()[3]  # type: ignore[attr-defined]
    env.reset(options={"task": task_id})
    task = env.unwrapped.task  # type: ignore[attr-defined]
    return task_id, [*map(plan_text, task.plans[0].turns), ending_text(task.outcome)]


def test_going_on_from_a_place_is_like_having_played_on() -> None:
    task_id, script = _script()
    whole, paid, shown = make(), [], []
    _, info = whole.reset(options={"task": task_id})
    conversation = list(info["messages"])
    for said in script:
        observation, reward, *_, info = whole.step(said)
        conversation += [{"role": "assistant", "content": said}, *info["messages"]]
        paid.append(float(reward))
        shown.append(observation)
    for number in range(1, len(script)):
        env = branched(make, Place(task_id, tuple(script[:number])))()
        observation, info = env.reset(seed=4)
        assert observation == shown[number - 1]
        assert (
            info["messages"] == conversation[: len(info["messages"])] and info["kind"] == "multi_hop" and info["tools"]
        )
        rest = [env.step(said) for said in script[number:]]
        assert [float(one[1]) for one in rest] == pytest.approx(paid[number:]) and rest[-1][2]
        assert rest[-1][4]["score"] == {**rest[-1][4]["score"], "outcome": 1.0}


def test_a_single_turn_is_cut_off_there_and_paid() -> None:
    task_id, script = _script()
    env = branched(make, Place(task_id, tuple(script[:1])), turns=1)()
    env.reset()
    _, reward, terminated, truncated, info = env.step(script[1])
    assert not terminated and truncated and info["end"] == End.TURN_LIMIT.value and float(reward) > 0


def test_behind_an_end_there_is_no_place() -> None:
    task_id, script = _script()
    with pytest.raises(ValueError, match="ends before"):
        branched(make, Place(task_id, (script[-1],)))().reset()


def test_places_are_of_each_group_and_no_two_alike() -> None:
    def episode(group: int, said: list[str], end: End = End.ANSWERED) -> Episode:
        return Episode(f"t{group}", "", group, 0, [], turns=[Turn(0, 0, text) for text in said], end=end)

    played = [
        episode(0, ["a", "b", "c"]),
        episode(0, ["a", "d"]),
        episode(1, ["x"]),
        episode(2, ["y", "z"], End.FAILED),
    ]
    assert places(played[0]) == [Place("t0", ("a",)), Place("t0", ("a", "b"))]
    found = chosen_places(played, 5, random.Random(0))
    assert sorted(found, key=lambda place: place.said) == [Place("t0", ("a",)), Place("t0", ("a", "b"))]
    assert len(chosen_places(played, 1, random.Random(0))) == 1
