"""RoTBench: its three rules on turns whose verdicts are known, its data, and the known values on the real ones."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from rotbench_records import TOOLS, action, record, tool, written

from ftrl_agents.benchmark_run import Settings, play_bounds
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.suites.rotbench import BENCHMARK
from ftrl_gym.suites.rotbench_rows import NoisyTask, read_level
from ftrl_gym.suites.rotbench_scores import SCORERS

FERRY = action("find_ferry", harbour="Ostby", day="None")


def task(tmp_path: Path, *answers: str, tools: Any = TOOLS) -> NoisyTask:
    return read_level(written(tmp_path, record(*answers, tools=tools)) / "clean.json")[0]


def steps(task: NoisyTask, text: str) -> dict[str, int]:
    """How many of the three are right, by each rule."""
    return {name: int(sum(rule(task, text))) for name, rule in SCORERS.items()}


@pytest.mark.parametrize(
    ("text", "official", "ftrl", "strict"),
    [
        (FERRY, 3, 3, 3),
        (action("find_ferry", harbour="Ostby", day="today"), 3, 2, 3),
        (action("find_ferry", harbour="None", day="Ostby"), 2, 3, 2),
        (action("find_ferry", harbour="Ostby"), 1, 1, 1),
        (action("list_harbours"), 0, 3, 3),
        (action("list_harbours", all="yes"), 1, 1, 1),
        (action("finish", answer="no"), 0, 0, 0),
        (FERRY + "\n" + action("list_harbours"), 0, 0, 0),
        ("<think>Action: finish\nAction Input: {}</think>" + FERRY, 0, 0, 3),
        (FERRY.replace("{", "[{").replace("}", "}]"), 0, 0, 0),
        (action("find_ferry", harbour=["Ostby"], day="None"), 2, 2, 2),
        ("Action: find_ferry", 0, 0, 0),
        ("", 0, 0, 0),
    ],
)
def test_verdicts(tmp_path: Path, text: str, official: int, ftrl: int, strict: int) -> None:
    assert steps(task(tmp_path), text) == {"official": official, "ftrl": ftrl, "strict": strict}


def test_words_to_the_user_are_free_but_not_for_ftrl(tmp_path: Path) -> None:
    asking = task(tmp_path, action("ask_to_user", question="From where?"))
    assert steps(asking, action("ask_to_user", question="Which harbour?")) == {"official": 3, "ftrl": 2, "strict": 3}
    assert steps(asking, action("ask_to_user", question=" "))["strict"] == 2


def test_the_official_rule_knows_finish_by_its_clean_name(tmp_path: Path) -> None:
    noisy = task(tmp_path, action("hsinif", answer="None"), tools=(*TOOLS[:3], tool("hsinif", "answer")))
    assert steps(noisy, action("finish", answer="No ferry.")) == {"official": 3, "ftrl": 0, "strict": 0}


def test_in_the_heavy_level_any_tool_named_finish_takes_any_words(tmp_path: Path) -> None:
    swapped = (tool("finish", "harbour"), tool("a"), tool("b", "question"), tool("c", "answer"))
    heavy = task(tmp_path, action("finish", harbour="Ostby"), tools=swapped)
    assert steps(heavy, action("finish", harbour="Harlen")) == {"official": 3, "ftrl": 2, "strict": 2}


def test_an_episode_is_one_turn(tmp_path: Path) -> None:
    env = gym.make("ftrl/RoTBench-v0", path=str(written(tmp_path)), level="slight")
    observation, info = env.reset(options={"task": "slight-001"})
    assert "find_ferry" in observation and observation.endswith("Begin!\n") and info["tools"] == []
    assert [message["role"] for message in info["messages"]] == ["system", "user"]
    _, reward, terminated, _, info = env.step(FERRY)
    assert (reward, terminated, info["end"]) == (1.0, True, "answered")
    assert info["score"] == {
        "outcome": 1.0, **{f"{figure}_{rule}": 1.0 for figure in ("ts", "pi", "cf") for rule in SCORERS}
    }  # fmt: skip
    with pytest.raises(UsageError, match=r"call reset\(\)"):
        env.step(FERRY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[\n{},\n", r"clean.json, line 3: no JSON .*truncated"),
        ("{}", "no list of records"),
        ("[{}]", "record 1: scenario: Field required"),
        (json.dumps([record("no action")]), "record 1: 'no action' holds no action"),
        (json.dumps([record("Action: x\nAction Input: 7")]), "record 1: the arguments ' 7' are no object"),
        (json.dumps([record(), record(tools=())]), "record 2: its tools are no list"),
        (
            json.dumps([record(tools=({"name": "a", "parameters": "harbour"}, *TOOLS))]),
            "record 1: its tools are no list",
        ),
        (
            json.dumps([record(tools=({"name": "a", "parameters": {"required": 1}}, *TOOLS))]),
            "record 1: .* say by name which are required",
        ),
        (json.dumps([record()]).replace("[{\\", "[" * 50_000 + "{\\"), "record 1: maximum recursion depth"),
    ],
)
def test_broken_data_are_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "clean.json").write_text(text)
    with pytest.raises(UsageError, match=words):
        gym.make("ftrl/RoTBench-v0", path=str(tmp_path))


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'heavy'"):
        gym.make("ftrl/RoTBench-v0", path=str(written(tmp_path)), level="heavyy")
    with pytest.raises(UnknownNameError, match="keyword"):
        gym.make("ftrl/RoTBench-v0", path=str(tmp_path), split="test")
    (tmp_path / "heavy.json").unlink()
    with pytest.raises(UsageError, match=r"no heavy\.json of RoTBench .*723,197 bytes.*a367dc165c0b"):
        BENCHMARK.locate(tmp_path)


def test_known_values_on_the_real_data() -> None:
    """Golden turns 92.38 by the authors' rule and 95.24 in the heavy level, 100 by the others; the first tool with
    None for all that it requires 29.5 / 19.0 / 1.7 by FTRL's rule."""
    folder = Path(os.environ.get("FTRL_DATA_DIR", "")) / "rotbench" / "First_Turn"
    if not folder.is_dir():
        pytest.skip("$FTRL_DATA_DIR has no rotbench")
    located = BENCHMARK.locate(folder)
    assert located.note == ""
    oracle, silent, first = play_bounds(BENCHMARK, located, Settings())
    assert {part: len(look.scores) for part, look in oracle.parts.items()} == {
        "clean": 105, "slight": 210, "medium": 210, "heavy": 210, "union": 105,
    }  # fmt: skip
    for column in BENCHMARK.columns:
        means = {part: round(100 * oracle.of_part(part, column, "official").mean, 2) for part in oracle.parts}
        assert means == {"clean": 92.38, "slight": 92.38, "medium": 92.38, "heavy": 95.24, "union": 92.38}
        assert oracle.column(column, "ftrl").mean == oracle.column(column, "strict").mean == 1.0
        assert [silent.column(column, rule).mean for rule in SCORERS] == [0.0] * 3
    assert [round(100 * first.column(column, "ftrl").mean, 1) for column in BENCHMARK.columns] == [29.5, 19.0, 1.7]
