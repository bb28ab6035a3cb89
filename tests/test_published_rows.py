"""FTRL's rows and ToolHop's records by the rules of their published figures."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
import rotbench_records
from ftrl_conformance import ReleasedExecutor
from toolhop_records import record, written

from ftrl_agents.benchmark_run import Settings, play_bounds
from ftrl_gym.errors import UsageError
from ftrl_gym.suites import ftrl_test, toolhop_test
from ftrl_gym.suites.ftrl_rules import run_episode as released_episode
from ftrl_gym.suites.toolhop_published import Scenario
from ftrl_gym.suites.toolhop_scores import SCORERS, Ending
from ftrl_gym.task import Answer

REFERENCE = os.environ.get("FTRL_REFERENCE_DIR", "")
RIVER = """
def length(river, unit="km"):
    if river != "Amber":
        raise ValueError("no river " + river)
    return {"length": 1204, "unit": unit}
"""


def row(**changes: Any) -> dict[str, Any]:
    properties = {"river": {"type": "string"}, "unit": {"type": "string", "enum": ["km", "miles"]}}
    parameters = {"type": "object", "properties": properties, "required": ["river"]}
    schema = {"type": "function", "function": {"name": "length", "description": "of a river", "parameters": parameters}}
    return {
        "messages": [{"role": "user", "content": "How long is the Amber, and in which unit?"}],
        "tools": json.dumps([schema]),
        "codes": json.dumps({"length": RIVER}),
        "unsolved_set": json.dumps({"length": ["1,204", "km"]}),
        "data_source": "self/parallel_single_hop",
        "split": "test",
        "answer": None,
    } | changes


def rows(folder: Path, *some: dict[str, Any]) -> Path:
    path = folder / "test.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in some or (row(),)), encoding="utf-8")
    return path


def call(name: Any, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


def played(env: gym.Env[str, str], *texts: str) -> tuple[dict[str, Any], list[str]]:
    """The score at the end, and what was fed back."""
    env.reset(seed=0)
    fed: list[str] = []
    for text in texts:
        *_, info = env.step(text)
        fed += [message["content"] for message in info["messages"]]
    return info["score"] | {"end": info["end"]}, fed


def published(folder: Path, **keywords: Any) -> gym.Env[str, str]:
    return gym.make("ftrl/PublishedFTRL-v0", path=str(rows(folder)), **keywords)


def test_one_call_solves_one_sub_answer_and_repeating_it_solves_the_next(tmp_path: Path) -> None:
    score, fed = played(published(tmp_path), call("length", river="Amber") * 2, "1204 km")
    assert fed == ['{"length": 1204, "unit": "km"}'] * 2
    assert [score[f"{key}_published"] for key in ("precision", "recall", "f1")] == [1.0, 1.0, 1.0]
    assert (score["recall_strict"], score["precision_strict"]) == (1.0, 0.5), "the first call found both"


def test_silence_has_full_precision_as_published_and_none_by_ours(tmp_path: Path) -> None:
    score, _ = played(published(tmp_path), "I do not know.")
    assert (score["precision_published"], score["recall_published"], score["f1_published"]) == (1.0, 0.0, 0.0)
    assert score["precision_strict"] == 0.0 and score["end"] == "answered"


def test_a_malformed_call_ends_the_episode_and_a_failing_one_is_told(tmp_path: Path) -> None:
    score, fed = played(published(tmp_path), call("length", river="Rhine"), call("lenght"), "<tool_call>{</tool_call>")
    assert fed[0].startswith("an error occured when call length: ") and "no river Rhine" in fed[0]
    assert fed[1] == "an error occured when call lenght: 'lenght'"
    assert score["end"] == "answered" and score["precision_published"] == 0.0


@pytest.mark.parametrize("name", [7, ["length"], {"a": 1}])
def test_names_that_are_no_text_do_not_stop_a_step(tmp_path: Path, name: Any) -> None:
    score, fed = played(published(tmp_path, max_turns=1), call(name))
    assert len(fed) == 1 and score["end"] == "turn_limit" and score["f1_published"] == 0.0


def test_the_schema_does_not_stop_a_call_as_published(tmp_path: Path) -> None:
    score, fed = played(published(tmp_path), call("length", river="Amber", unit="leagues"), "so")
    assert "leagues" in fed[0] and score["recall_published"] == 0.5 and score["recall_strict"] == 0.0


def test_an_argument_named_like_the_answer_is_credited_as_published_only(tmp_path: Path) -> None:
    score, _ = played(published(tmp_path), call("length", **{"1204": 1}) + call("length", km=1), "so")
    assert score["f1_published"] == 1.0 and score["f1_strict"] == 0.0


def test_episodes_score_as_the_released_loop_scores_them() -> None:
    """The same turns through the released loop, its tools run as it runs them."""
    if not REFERENCE:
        pytest.skip("FTRL_REFERENCE_DIR is not set")
    path = Path(REFERENCE) / "ftrl" / "test_sample.jsonl"
    env = gym.make("ftrl/PublishedFTRL-v0", path=str(path))
    compared = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        data = json.loads(line)
        codes, unsolved = json.loads(data["codes"]), json.loads(data["unsolved_set"])
        for script in scripts(unsolved):
            texts = iter(script)
            wanted = released_episode(
                data["messages"], codes, unsolved, lambda messages, texts=texts: next(texts), ReleasedExecutor()
            )
            env.reset(options={"task": f"row-{number:04d}"})
            for text in script:
                _, _, terminated, truncated, info = env.step(text)
                if terminated or truncated:
                    break
            score = info["score"]
            got = [score[f"{key}_published"] for key in ("precision", "recall", "f1")]
            assert got == pytest.approx(list(wanted.metrics)), f"row {number}"
            compared += 1
    assert compared == 120


def scripts(unsolved: dict[str, list[str]]) -> list[list[str]]:
    tools = list(unsolved)
    return [
        ["Nothing."],
        [*(call(tool) for tool in tools), *(call(tool, **{unsolved[tool][0]: 1}) for tool in tools), "so"][-19:],
        [call(tools[0], **{unsolved[tools[0]][0]: 1}) * 3 + call("other"), "<tool_call>broken</tool_call>"],
    ]


def test_the_known_bounds_of_the_real_rows() -> None:
    """Silence P = 1; naming arguments like the answers 100 without a valid call, and nothing by strict matching."""
    if not REFERENCE:
        pytest.skip("FTRL_REFERENCE_DIR is not set")
    located = ftrl_test.BENCHMARK.locate(Path(REFERENCE) / "ftrl")
    assert located.note == "test_sample.jsonl is a part of test.jsonl"
    silent, echo = play_bounds(ftrl_test.BENCHMARK, located, Settings(), but="oracle")
    means = {
        (one.policy, rule): [one.column(column, rule).mean for column in one.benchmark.columns]
        for one in (silent, echo)
        for rule in one.benchmark.scorers
    }
    assert means["silent", "published"] == [1.0, 0.0, 0.0] and means["error-echo", "published"] == [1.0, 1.0, 1.0]
    assert means["silent", "strict"] == means["error-echo", "strict"] == [0.0, 0.0, 0.0]


def test_the_perfect_policy_finds_calls(tmp_path: Path) -> None:
    located = ftrl_test.BENCHMARK.locate(rows(tmp_path))
    settings = Settings(parts=("parallel_single_hop",))
    oracle = play_bounds(ftrl_test.BENCHMARK, located, settings)[0]
    assert [oracle.column(column, "published").mean for column in oracle.benchmark.columns] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("golden", "ending", "official", "ftrl"),
    [
        ("9", Ending("It is 9.", None, False, ""), True, True),
        ("1990", Ending("199", None, False, ""), True, False),
        ("2.0", Ending("2", None, False, ""), True, False),
        ("0", Ending("", None, False, ""), True, False),
        ("10.", Ending("It is 1.", None, False, ""), True, False),
        ("Per LIND", Ending("per lind", None, False, ""), True, True),
        ("9", Ending("ten", "9", True, ""), True, False),
        ("1,204", Ending("1204", None, False, ""), False, True),
        ("Ada, Bo", Ending("bo and ada", None, False, ""), False, True),
        ("9", Ending("", "9", False, ""), True, False),
        ("9", Ending("so it is", "9", False, ""), True, True),
        ("9", Ending("let me see 9", "9", True, ""), True, False),
        ("9", Ending("ten", "eight", False, ""), False, False),
    ],
)
def test_answers_by_both_published_rules(golden: str, ending: Ending, official: bool, ftrl: bool) -> None:
    answer = Answer(type="name", value=golden)
    assert (SCORERS["official"](golden, answer, ending), SCORERS["ftrl"](golden, answer, ending)) == (official, ftrl)


def test_strict_answers_stand_in_tags_and_are_compared_by_type() -> None:
    answer = Answer(type="number", value="9")

    def strict(text: str, called: bool = False) -> bool:
        return SCORERS["strict"]("9", answer, Ending(text, "9", called, text))

    assert strict("<answer>9</answer>") and strict("<answer>9.0</answer>")
    assert not strict("9") and not strict("<answer>8 or 9</answer>") and not strict("<answer>9</answer>", called=True)


def hop(folder: Path, scenario: str) -> gym.Env[str, str]:
    return gym.make("ftrl/PublishedToolHop-v0", path=str(written(folder, record())), scenario=scenario)


def test_scenarios_differ_in_tools_and_turns(tmp_path: Path) -> None:
    for scenario in Scenario:
        env = hop(tmp_path, scenario.value)
        observation, info = env.reset(seed=0)
        assert ("find_mayor" in observation) is bool(info["tools"]) is (scenario is not Scenario.DIRECT)
        *_, truncated, info = env.step(call("find_mayor", city="Harlen"))
        assert truncated is (scenario is Scenario.DIRECT)
        assert ("Ada Brandt" in info["messages"][0]["content"]) is (scenario is not Scenario.DIRECT)


def test_a_tool_may_say_the_answer(tmp_path: Path) -> None:
    score, fed = played(hop(tmp_path, "free"), call("count_letters", text="Ada Brandt"), "As the tool says.")
    assert fed == ["9"] and (score["ac_official"], score["ac_ftrl"], score["ac_strict"]) == (1.0, 1.0, 0.0)
    score, _ = played(hop(tmp_path, "mandatory"), *[call("find_mayor", city="Harlen")] * 9)
    assert score["end"] == "turn_limit" and score["ac_ftrl"] == 0.0


@pytest.mark.parametrize("mapped", [False, True])
def test_sources_come_as_a_list_or_by_tool(tmp_path: Path, mapped: bool) -> None:
    sources = record()["functions"]
    one = record(functions=dict(zip(("find_mayor", "count_letters"), sources, strict=True)) if mapped else sources)
    for scenario in ("mandatory", "free"):
        env = gym.make("ftrl/PublishedToolHop-v0", path=str(written(tmp_path, one)), scenario=scenario)
        turns = [call("find_mayor", city="Harlen"), call("count_letters", text="Ada Brandt"), "<answer>9</answer>"]
        score, fed = played(env, *turns)
        assert "Ada Brandt" in fed[0] and fed[1] == "9"
        assert score["ac_official"] == score["ac_ftrl"] == score["ac_strict"] == 1.0


def test_the_authors_rule_compares_the_answer_as_it_is_written(tmp_path: Path) -> None:
    """Its commas too, which the other rules drop."""
    path = written(tmp_path, record(answer="1,204"))
    env = gym.make("ftrl/PublishedToolHop-v0", path=str(path), scenario="direct")
    by_text = {text: played(env, f"<answer>{text}</answer>")[0] for text in ("1,204", "1204")}
    assert [by_text["1,204"][f"ac_{rule}"] for rule in SCORERS] == [1.0, 1.0, 1.0]
    assert [by_text["1204"][f"ac_{rule}"] for rule in SCORERS] == [0.0, 1.0, 1.0]
    oracle, *_ = play_bounds(toolhop_test.BENCHMARK, toolhop_test.BENCHMARK.locate(path), Settings())
    assert all(oracle.column(oracle.benchmark.columns[0], rule).mean == 1.0 for rule in SCORERS)


def test_the_letters_are_a_floor_of_both_loose_rules(tmp_path: Path) -> None:
    path = written(tmp_path, record(), record(id=8, answer="q"), record(id=9, answer="Ada Brandt"))
    oracle, silent, letters = play_bounds(toolhop_test.BENCHMARK, toolhop_test.BENCHMARK.locate(path), Settings())
    (column,) = toolhop_test.BENCHMARK.columns
    got = {rule: [one.column(column, rule).mean for one in (oracle, silent, letters)] for rule in SCORERS}
    assert got["official"] == got["ftrl"] == pytest.approx([1.0, 0.0, 2 / 3])
    assert got["strict"] == [1.0, 0.0, 0.0]


DEEP = "[" * 3000 + "]" * 3000
HOSTILE = [
    "",
    "\ud83d",
    "<tool_call>",
    call("length", river="\ud83d"),
    '<tool_call>{"name": "\\ud83d", "arguments": {}}</tool_call>',
    '<tool_call>{"name": "length", "arguments": {"river": NaN}}</tool_call>',
    f'<tool_call>{{"name": "length", "arguments": {DEEP}}}</tool_call>',
    '<tool_call>{"name": "length", "arguments": 7}</tool_call>',
    call("length", **{"": 1, "self": 2, "a b": 3}),
    call("length", river="x" * 1_000_000),
    call("length", river="Amber") * 50,
    f"Action: find_ferry\nAction Input: {DEEP}",
    'Action: find_ferry\nAction Input: {"harbour": "\\ud83d", "day": NaN}',
]


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_no_text_stops_a_step(tmp_path: Path, place: int) -> None:
    for env in (published(tmp_path), hop(tmp_path, "free"), published(tmp_path, dialect="llama3"), noisy(tmp_path)):
        env.reset(seed=0)
        observation, _, _, _, info = env.step(HOSTILE[place])
        assert env.observation_space.contains(observation)
        json.dumps(info, ensure_ascii=False).encode()
        assert all(0.0 <= value <= 1.0 for value in info["score"].values())


def noisy(folder: Path) -> gym.Env[str, str]:
    return gym.make("ftrl/RoTBench-v0", path=str(rotbench_records.written(folder)))


def test_missing_data_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("FTRL_DATA_DIR", str(tmp_path))
    with pytest.raises(UsageError, match=r"no ToolHop\.json of ToolHop \(995 .*0a51f71a44b7.*toolhop"):
        toolhop_test.BENCHMARK.locate(tmp_path)
    with pytest.raises(UsageError, match=r"there is no .*gone with ToolHop \(995 questions"):
        toolhop_test.BENCHMARK.locate(tmp_path / "gone")
    with pytest.raises(UsageError, match=r"no test\.jsonl of FTRL's test set"):
        gym.make("ftrl/PublishedFTRL-v0")
    (tmp_path / "ftrl").mkdir()
    rows(tmp_path / "ftrl")
    assert gym.make("ftrl/PublishedFTRL-v0").reset(seed=0)[1]["task_id"] == "row-0001"
