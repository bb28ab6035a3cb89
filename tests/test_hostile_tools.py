"""No hostile tool gets through, hangs the trainer or pays: by itself, and in a turn beside an honest one."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from hostile_tools import HOSTILE, TIME, Hostile

import ftrl_gym  # noqa: F401  registers the env
from ftrl_gym.execution import ToolFailure
from ftrl_gym.sandbox import SandboxLimits, SandboxToolbox
from ftrl_gym.suites import ftrl

QUICK = SandboxLimits(seconds=0.2, memory_bytes=32 * 2**20)
HONEST = "def honest(x=None):\n    return {'length': 40 + int(x)}\n"
MARK = Path("/tmp/ftrl_gym_hostile")


def test_there_are_enough_of_them() -> None:
    assert len({tool.name for tool in HOSTILE}) == len(HOSTILE) >= 60


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda tool: tool.name)
def test_a_hostile_tool_harms_nobody(hostile: Hostile) -> None:
    box = SandboxToolbox({"tool": hostile.source, "honest": HONEST}, QUICK)
    honest, result, again = box.run_batch([("honest", {"x": 2}), ("tool", {}), ("tool", {"x": 1})])
    failed = isinstance(result, ToolFailure)
    told = str(result) if failed else json.dumps(result)
    assert failed is hostile.fails and re.search(hostile.says, told), told
    assert len(told) <= 100_000
    both_stopped = all(re.search(TIME, str(each)) for each in (again, result))
    assert both_stopped or str(again) == str(result), "the second call is as the first"
    assert honest == {"length": 42} == box.run("honest", {"x": 2}, None)
    assert not MARK.exists() and os.getcwd() != "/"


def rows(path: Path) -> Path:
    """A row for every hostile tool; each asks for what only the honest tool beside it knows."""
    lines = []
    for hostile in HOSTILE:
        functions = [
            {
                "name": name,
                "description": "",
                "parameters": {"type": "object", "properties": {"x": {"type": "integer"}}},
            }
            for name in ("tool", "honest")
        ]
        fields = {
            "tools": json.dumps([{"type": "function", "function": function} for function in functions]),
            "codes": json.dumps({"tool": hostile.source, "honest": HONEST}),
            "unsolved_set": json.dumps({"honest": ["4711"]}),
            "messages": [{"role": "user", "content": "How long is it, at 4671?"}],
            "data_source": "self/single_hop",
            "solve_rate": 0.0,
            "split": "test",
            "answer": "4711",
        }
        lines.append(json.dumps(fields) + "\n")
    path.write_text("".join(lines))
    return path


def call(tool: str, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': tool, 'arguments': arguments})}</tool_call>"


def test_no_hostile_tool_pays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftrl, "_toolbox", lambda sources, realm: SandboxToolbox(dict(sources), QUICK, realm))
    env = gym.make("ftrl/FTRL-v0", path=str(rows(tmp_path / "rows.jsonl")))
    for number, hostile in enumerate(HOSTILE, 1):
        env.reset(options={"task": f"row-{number:04d}"})
        observation, reward, terminated, truncated, info = env.step(call("tool"))
        assert reward <= 0 and not terminated and not truncated, hostile.name
        assert info["calls"] == [{"tool": "tool", "status": "tool_error" if hostile.fails else "ok"}], hostile.name
        assert len(observation) < 110_000 and env.observation_space.contains(observation), hostile.name
    env.reset(options={"task": "row-0001"})
    *_, info = env.step(call("tool") + call("honest", x=4671) + call("tool", x=3))
    assert [ran["status"] for ran in info["calls"]] == ["tool_error", "ok", "tool_error"]
    assert info["score"]["recall"] == 1.0
