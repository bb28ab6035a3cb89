"""Tasks over tools that are there: tried out, asked about, proved, recorded, played."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import gymnasium as gym
import pytest
from llm.fake_server import FakeServer, Rule

from ftrl_gym import registration
from ftrl_gym.cli import main
from ftrl_gym.construct.llm.asking import Asker
from ftrl_gym.construct.llm.building import build
from ftrl_gym.construct.llm.endpoint import Endpoint
from ftrl_gym.construct.llm.exploring import explored
from ftrl_gym.construct.llm.functions import FunctionTools
from ftrl_gym.construct.llm.given_tools import GivenTools, GivenToolsWriter
from ftrl_gym.construct.llm.sources import SourcePlan
from ftrl_gym.construct.llm.tallies import TalliedSpending
from ftrl_gym.errors import UsageError
from ftrl_gym.task import Kind

CLINIC = '''
"""A vet's appointments."""

PETS = {
    "P-204": {"pet": "Biscuit", "owner_no": "O-31", "weight_kg": 6.4},
    "P-219": {"pet": "Marlow", "owner_no": "O-47", "weight_kg": 31.5},
    "P-233": {"pet": "Tansy", "owner_no": "O-31", "weight_kg": 3.9},
}
OWNERS = {
    "O-31": {"owner": "Dorit Aldana", "phone": "555-0107"},
    "O-47": {"owner": "Henk Sorensen", "phone": "555-0181"},
}


def list_pets(species: str = "dog") -> dict[str, list[str]]:
    """Lists the numbers of the pets that are known.

    Args:
        species: Which animals, "dog" or "all".
    """
    return {"pet_no": list(PETS)}


def get_pet(pet_no: str) -> dict[str, str | float]:
    """Looks up one pet.

    Args:
        pet_no: Number of the pet, such as P-204.
    """
    if pet_no not in PETS:
        raise ValueError(f"there is no pet {pet_no!r}; the number of a pet looks like P-000")
    return {"pet_no": pet_no, **PETS[pet_no]}


def get_owner(owner_no: str) -> dict[str, str]:
    """Looks up one owner.

    Args:
        owner_no: Number of the owner.
    """
    if owner_no not in OWNERS:
        raise ValueError(f"there is no owner {owner_no!r}; the number of an owner looks like O-00")
    return {"owner_no": owner_no, **OWNERS[owner_no]}
'''
D, I = "scenario_decomposition", "function_integration"  # noqa: E741
QUESTION = "What is the phone number of the owner of the pet with the number P-219?"


def told(phone: str) -> str:
    subs = [
        {"id": "1", "question": "What is the owner number of pet P-219?", "answer": "O-47", "depends_on": []},
        {"id": "2", "question": "What is that owner's phone number?", "answer": phone, "depends_on": ["1"]},
    ]
    return json.dumps({"question": QUESTION, "kind": "multi_hop", "answer": phone, "sub_questions": subs})


def calls(tool: str, written: bool = True) -> str:
    """A reply that writes the tools once more, or leaves their list empty."""
    schema = {"type": "object", "properties": {}}
    tools = [{"name": name, "description": name, "parameters": schema} for name in ("get_pet", tool) if written]
    made = [
        {"sub_question_id": "1", "tool": "get_pet", "arguments": {"pet_no": "P-219"}},
        {"sub_question_id": "2", "tool": tool, "arguments": {"owner_no": "O-47"}},
    ]
    return json.dumps({"tools": tools, "calls": made})


RULES = [
    Rule(stage=D, holds=("P-219", "Henk Sorensen"), tries=0, text=told("555-0199")),  # not what the tool returns
    Rule(stage=D, tries=1, text=told("555-0181")),
    Rule(stage=I, tries=0, text=calls("find_owner")),  # there is no such tool
    Rule(stage=I, tries=1, text=calls("get_owner")),
]
EMPTY = [
    Rule(stage=D, text=told("555-0181")),
    Rule(stage=I, holds=("leave the list `tools` of your reply empty",), text=calls("get_owner", written=False)),
]


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[FunctionTools]:
    file = tmp_path / "vet.py"
    file.write_text(CLINIC)
    tools = FunctionTools(file, trust=True)
    yield tools
    tools.close()


def test_exploring_follows_what_results_name(tools: FunctionTools) -> None:
    found = explored(tools.documents, tools)
    made = {(one.tool, *one.arguments.values()) for one in found}
    assert {("list_pets",), ("get_pet", "P-219"), ("get_owner", "O-47"), ("get_owner", "O-31")} <= made
    assert found == explored(tools.documents, tools)


@pytest.mark.parametrize("wines", ['["W-1", "W-2"]', '{"result": ["W-1", "W-2"]}'], ids=["list", "wrapped"])
def test_a_list_without_names_is_of_what_its_tool_lists(tmp_path: Path, wines: str) -> None:
    file = tmp_path / "cellar.py"
    file.write_text(
        f'def list_wines() -> list[str] | dict[str, list[str]]:\n    "Lists the wines."\n    return {wines}\n\n\n'
        'def taste(wine_no: str) -> str:\n    "Tastes one."\n    return {"W-1": "dry", "W-2": "sweet"}[wine_no]\n'
    )
    tools = FunctionTools(file, trust=True)
    assert [one.result for one in explored(tools.documents, tools) if one.tool == "taste"] == ["dry", "sweet"]
    tools.close()


def test_a_task_over_functions_is_proved_recorded_and_played(tools: FunctionTools, own_registry: Path) -> None:
    given = GivenTools(tools.documents, tools)
    plan = SourcePlan(name="Vet", domain="", tasks=1, seed=1, model="played", kinds=(Kind.MULTI_HOP,))
    with FakeServer(RULES) as server:
        asker = Asker(Endpoint("played", server.url), spending=TalliedSpending(None, None))
        report = build(plan, own_registry, asker, GivenToolsWriter(asker, given))
        assert (len(report.kept), server.asked(D), server.asked(I)) == (1, 2, 4)
    tools.close()
    registration.register_all()
    env = gym.make("ftrl/Vet-v0")
    env.reset(seed=1)
    task = env.unwrapped.task
    total = 0.0
    for turn in task.plans[0].turns:
        made = [f"<tool_call>{json.dumps({'name': c.tool, 'arguments': c.arguments})}</tool_call>" for c in turn.calls]
        _, reward, *_ = env.step("\n".join(made))
        total += float(reward)
    _, reward, terminated, *_ = env.step(f"<answer>{task.outcome.answer.value}</answer>")
    assert terminated and total + float(reward) == pytest.approx(1.0)


def test_given_tools_need_not_be_written_once_more(tools: FunctionTools, tmp_path: Path) -> None:
    given = GivenTools(tools.documents, tools)
    plan = SourcePlan(name="Vet", domain="", tasks=1, seed=1, model="played", kinds=(Kind.MULTI_HOP,))
    with FakeServer(EMPTY) as server:
        asker = Asker(Endpoint("played", server.url), spending=TalliedSpending(None, None))
        report = build(plan, tmp_path, asker, GivenToolsWriter(asker, given))
        assert (len(report.kept), server.asked(D), server.asked(I)) == (1, 1, 1)


def test_a_tool_that_never_worked_is_told_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "vet.py"
    more = 'def weigh(weight: float) -> float:\n    "Weighs."\n    raise OSError("no scales")\n'
    file.write_text(f'{CLINIC}\n\n{more}\n\ndef find(secret: str) -> str:\n    "Finds."\n    return ""\n')
    tools = FunctionTools(file, trust=True)
    assert GivenTools(tools.documents, tools).silent == {
        "weigh": "OSError: no scales",
        "find": "no values to call it with, or empty results",
    }
    tools.close()


def test_tools_that_return_nothing_cannot_be_asked_about(tmp_path: Path) -> None:
    file = tmp_path / "void.py"
    file.write_text('def find(secret: str) -> dict[str, str]:\n    "Finds."\n    return {}\n')
    tools = FunctionTools(file, trust=True)
    with pytest.raises(UsageError, match="returned anything"):
        GivenTools(tools.documents, tools)
    tools.close()


def test_the_command_builds_over_functions(
    tmp_path: Path, own_registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "vet.py"
    file.write_text(CLINIC)
    with FakeServer(RULES) as server:
        command = ["build", "--functions", str(file), "--llm", server.url, "--model", "played"]
        command += ["--tasks", "1", "--kind", "multi_hop", "--out", str(own_registry)]
        assert main(command) == 2 and "say so with --trust" in capsys.readouterr().err
        assert main([*command, "--trust"]) == 0
    assert (own_registry / "Vet" / "scenario.json").is_file()
    assert "3 tools" in capsys.readouterr().err
    registration.register_all()
    assert main(["stats", "Vet"]) == 0
    told = capsys.readouterr().out
    assert "left out" not in told and "Sub-answers that leak" in told
    for wrong in (["--mcp", "x"], ["--until", "scale"]):
        assert main([*command, "--trust", *wrong]) == 2
