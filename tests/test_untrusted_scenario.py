"""Somebody's scenario: its code runs in the sandbox, on the world, and earns what it earns outside."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest

from ftrl_gym import registry
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.execution import ToolFailure, TrustedToolbox
from ftrl_gym.policies import plan_text
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.sandbox import SandboxWorldToolbox
from ftrl_gym.scenario import Scenario
from ftrl_gym.task import Provenance, Split
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.world import World, WorldBase

SOURCE = """
def book(world, room):
    row = world.get("rooms", room)
    if row is None or not row["free"]:
        raise ValueError("no free room is called " + room)
    world.update("rooms", room, free=False)
    return {"booking": world.insert("bookings", {"room": room, "guests": []}, prefix="B")}

def free(world):
    return {"rooms": [key for key, row in world.find("rooms", free=True)]}

def cancel(world, booking):
    row = world.get("bookings", booking)
    world.delete("bookings", booking)
    world.update("rooms", row["room"], free=True)
    return {"left": [key for key, _ in world.rows("bookings")]}
"""
"""A scenario's tools; hostile ones are added to them."""
ROOMS = {"rooms": {"R1": {"free": True, "tags": ["sea"]}, "R2": {"free": True, "tags": []}}, "bookings": {}}


def changed_copy(name: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    """The packaged scenario from a folder of somebody's, a byte longer."""
    shutil.copytree(registry.packaged_root() / name, root / name)
    manifest = root / name / "scenario.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    monkeypatch.setenv("FTRL_REGISTRY", str(root))
    return registry.load(name)


def played(taskset: ScenarioTaskSet, task: str) -> list[Any]:
    """All that a policy sees and earns that follows the first plan."""
    env = VerifiableReward(ToolUseEnv(taskset))
    seen: list[Any] = [env.reset(options={"task": task})[0]]
    for turn in env.unwrapped.task.plans[0].turns:  # type: ignore[attr-defined]
        seen.append(env.step(plan_text(turn))[:4])
    seen.append(env.step("<answer>nothing</answer>")[1:])
    return seen


def test_a_changed_scenario_earns_the_same_in_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = ScenarioTaskSet(registry.load("Bank"), split="test")
    scenario = changed_copy("Bank", tmp_path, monkeypatch)
    assert not scenario.trusted
    sandboxed = ScenarioTaskSet(scenario, split="test")
    tasks = packaged.ids()[::2]
    tasks = [*tasks, "test-00035"]  # figures that the interpreter's own rounding would get wrong
    for task in tasks:
        assert played(sandboxed, task) == played(packaged, task), task
        assert isinstance(sandboxed.toolbox(sandboxed.get(task)), SandboxWorldToolbox)
    assert isinstance(ScenarioTaskSet(scenario, unsafe=True).toolbox(packaged.get(tasks[0])), TrustedToolbox)


def test_what_a_model_wrote_is_never_trusted() -> None:
    scenario = registry.load("Bank")
    written = Provenance(writer="llm", seed=0, version="1", model="m")
    manifest = scenario.manifest.model_copy(update={"provenance": written})
    source = "".join(f"def {name}(**given):\n    return {{'given': sorted(given)}}\n" for name in scenario.documents)
    mine = dataclasses.replace(scenario, manifest=manifest, source=source)
    assert mine.trusted
    for unsafe in (False, True):
        taskset = ScenarioTaskSet(mine, unsafe=unsafe)
        task = next(task for task in scenario.load_tasks(Split.TRAIN) if not task.toolset)
        box = taskset.toolbox(task)
        assert isinstance(box, TrustedToolbox) is unsafe
        assert box.run(task.tools[0], {"b": 1, "a": 2}, None) == {"given": ["a", "b"]}


def world() -> World:
    return World(WorldBase(ROOMS, {"today": "2026-03-02"}))


def hostile(body: str) -> SandboxWorldToolbox:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return SandboxWorldToolbox(f"{SOURCE}\ndef bad(world):\n{lines}", ["book", "free", "cancel", "bad"])


def test_changes_are_carried_both_ways() -> None:
    box, mine, other = hostile("return 1"), world(), world()
    trusted = TrustedToolbox(SOURCE)
    for episode, run in ((mine, box.run), (other, trusted.run)):
        assert run("book", {"room": "R2"}, episode) == {"booking": "B0001"}
        assert run("free", {}, episode) == {"rooms": ["R1"]}
        assert run("book", {"room": "R1"}, episode) == {"booking": "B0002"}
        assert run("cancel", {"booking": "B0001"}, episode) == {"left": ["B0002"]}
        with pytest.raises(ToolFailure, match="no free room is called R1"):
            run("book", {"room": "R1"}, episode)
    assert mine.difference() == other.difference() and mine.snapshot() == other.snapshot()
    assert box.run("free", {}, world()) == {"rooms": ["R1", "R2"]}, "another episode"


@pytest.mark.parametrize(
    "body",
    [
        "for key, row in world.rows('rooms'): row['free'] = False\nreturn 1",
        "world.get('rooms', 'R1')['tags'].append('x')\nreturn 1",
        "world.find('rooms', free=True)[0][1].clear()\nreturn 1",
        "world.constants['today'] = 'never'\nreturn 1",
        "world.get = lambda table, key: None\nreturn 1",
        "world.book = 1\nreturn world.base",
        "return world._changed",
        "world.update('rooms', 'R9', free=False)",
    ],
)
def test_a_base_cannot_be_changed_nor_reached(body: str) -> None:
    box, episode = hostile(body), world()
    try:
        assert box.run("bad", {}, episode) == 1
    except ToolFailure as failure:
        assert "Error" in str(failure)
    assert episode.difference() == {}
    assert box.run("free", {}, world()) == {"rooms": ["R1", "R2"]}
    assert ROOMS["rooms"]["R1"] == {"free": True, "tags": ["sea"]}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("while True: pass", "longer than"),
        ("world.update('rooms', 'R1', free=float('nan'))\nreturn 1", "not JSON"),
        ("world.insert('ghosts', {}, 'G')\nreturn 1", "KeyError|does not exist"),
        ("world.update('rooms', 'R1', text='x' * 200_000_000)", "memory"),
        ("world.delete('rooms', ('R1', 1))\nreturn 1", "a row's id are text, not tuple"),
        ("world.delete(('rooms',), 'R1')\nreturn 1", "a row's id are text, not tuple"),
        ("world.delete('rooms', 1)\nreturn 1", "a row's id are text, not int"),
        ("world.delete('ghosts', 'G')\nreturn 1", "does not exist"),
    ],
)
def test_a_stopped_call_changes_nothing(body: str, message: str) -> None:
    box, episode = hostile(body), world()
    with pytest.raises(ToolFailure, match=message):
        box.run("bad", {}, episode)
    assert episode.difference() == {}
    assert box.run("free", {}, episode) == {"rooms": ["R1", "R2"]}


def test_tools_that_keep_state_get_an_interpreter_of_their_own() -> None:
    box = SandboxWorldToolbox(
        f"seen = 0\n{SOURCE}\ndef bad(world):\n    global seen\n    seen += 1\n    return seen", ["bad"]
    )
    assert [box.run("bad", {}, world()) for _ in range(3)] == [1, 1, 1]
