"""The tools of an MCP server: documents, calls, and the recording that is played instead."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftrl_gym.construct.llm.given_tools import GivenTools
from ftrl_gym.construct.llm.mcp_source import McpTools
from ftrl_gym.construct.llm.recording import Recorder
from ftrl_gym.errors import ConstructionError, UsageError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.sandbox import SandboxToolbox

pytest.importorskip("mcp")
SERVER = f"{shlex.quote(sys.executable)} {shlex.quote(str(Path(__file__).with_name('loans_server.py')))}"


@pytest.fixture(scope="module")
def tools() -> Iterator[McpTools]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FTRL_LLM_KEY", "for the model only")
        patch.setenv("LOANS_DESK", "4")
        with McpTools(SERVER) as tools:
            yield tools


def test_the_tools_are_listed_as_documents(tools: McpTools) -> None:
    by_name = {document.name: document for document in tools.documents}
    assert list(by_name) == ["get_loan", "list_loans", "tell", "misbehave", "environment"]
    assert tools.left_out["get.loan"] == "there is another tool of the name get_loan"
    assert "changes things" in tools.left_out["end_loan"] and len(tools.left_out) == 2
    loan = by_name["get_loan"]
    assert loan.description == "Looks up one loan." and loan.parameters["required"] == ["loan_no"]
    assert loan.parameters["properties"]["heavy"]["default"] is False
    assert loan.returns.schema_["properties"]["borrower"]["type"] == "string"


def test_calls_bring_structured_results_text_or_json(tools: McpTools) -> None:
    assert tools.run("get_loan", {"loan_no": "LN-0412", "heavy": True}, None)["weight"] == 15.0
    assert tools.run("tell", {"what": "vases"}, None) == "about vases"
    assert tools.run("tell", {"what": "json"}, None) == {"borrower": "Orlop House"}


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("get_loan", {"loan_no": "LN-9"}, "no loan 'LN-9'"),
        ("get_loan", {}, "loan_no"),
        ("nothing", {}, "no tool nothing"),
    ],
)
def test_what_a_tool_refuses_is_a_failure(tools: McpTools, name: str, arguments: dict[str, str], why: str) -> None:
    with pytest.raises(ToolFailure, match=why):
        tools.run(name, arguments, None)


def test_the_server_does_not_get_the_models_key(tools: McpTools) -> None:
    assert tools.run("environment", {"name": "LOANS_DESK"}, None) == {"set": True}
    assert tools.run("environment", {"name": "FTRL_LLM_KEY"}, None) == {"set": False}


def test_the_recording_repeats_what_the_server_does_not(tools: McpTools) -> None:
    recorder = Recorder(tools.documents, tools)
    first = recorder.run("get_loan", {"loan_no": "LN-0427"}, None)
    with pytest.raises(ToolFailure):
        recorder.run("get_loan", {"loan_no": "LN-9"}, None)
    assert tools.run("get_loan", {"loan_no": "LN-0427"}, None) != first
    replay = SandboxToolbox({"get_loan": recorder.source("get_loan")})
    assert replay.run("get_loan", {"loan_no": "LN-0427"}, None) == first
    with pytest.raises(ToolFailure, match="no loan 'LN-9'"):
        replay.run("get_loan", {"loan_no": "LN-9"}, None)
    with pytest.raises(ToolFailure, match="on record"):
        replay.run("get_loan", {"loan_no": "LN-0412"}, None)


def test_what_the_server_lists_leads_to_its_loans(tools: McpTools) -> None:
    given = GivenTools(tools.documents, tools)
    made = [(one.tool, one.arguments) for one in given.found]
    assert ("get_loan", {"loan_no": "LN-0412"}) in made and ("list_loans", {}) in made
    assert "Institute Vasarna" in given.text(seed=1)


@pytest.mark.slow
def test_a_server_that_ends_stops_the_build_and_is_not_recorded() -> None:
    with McpTools(SERVER) as tools:
        recorder = Recorder(tools.documents, tools)
        with pytest.raises(ConstructionError, match="gave no answer to misbehave"):
            recorder.run("misbehave", {"how": "end"}, None)
        assert "0 calls" in recorder.source("misbehave")


@pytest.mark.slow
def test_a_silent_call_is_a_failure_and_a_silent_server_stops_the_build() -> None:
    with McpTools(SERVER, seconds=6.0) as tools:
        with pytest.raises(ToolFailure, match="within 6 s"):
            tools.run("misbehave", {"how": "hang"}, None)
        assert tools.run("tell", {"what": "vases"}, None) == "about vases"
        with pytest.raises(ToolFailure, match="within 6 s"):
            tools.run("misbehave", {"how": "hang"}, None)
        with pytest.raises(ConstructionError, match="gave no answer"):
            tools.run("misbehave", {"how": "hang"}, None)


@pytest.mark.parametrize(
    "command", ["no-such-command-at-all", f"{shlex.quote(sys.executable)} -c 'raise SystemExit(2)'"]
)
def test_a_server_that_does_not_start(command: str) -> None:
    with pytest.raises(UsageError, match="does not start"), McpTools(command, seconds=10.0):
        raise AssertionError("started")


def test_what_a_server_said_before_it_ended_is_told() -> None:
    code = "import sys; sys.exit('no database at hand')"
    with pytest.raises(UsageError, match="It wrote: no database at hand"), McpTools(f'{sys.executable} -c "{code}"'):
        raise AssertionError("started")
    with pytest.raises(UsageError, match="takes a command"), McpTools("http://localhost:3000/mcp"):
        raise AssertionError("started")


@pytest.mark.parametrize("command", ["", "  ", "python 'my server"])
def test_a_command_that_is_none(command: str) -> None:
    with pytest.raises(UsageError, match="--mcp"):
        McpTools(command)
