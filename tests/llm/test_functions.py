"""A user's functions as tools: documents, calls in a process of their own, and a recording of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ftrl_gym.construct.llm.functions import FunctionTools
from ftrl_gym.construct.llm.recording import Recorder
from ftrl_gym.errors import UsageError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.sandbox import SandboxToolbox, refusal
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World

LENDING = '''
"""A lending desk."""

import datetime
import enum
import os
import sys
import time
from dataclasses import dataclass
from typing import Literal

LOANS = {"LN-0412": ("Kestrel Gallery", datetime.date(2026, 9, 30))}


class Side(enum.Enum):
    LENDER = "lender"
    BORROWER = "borrower"


@dataclass
class Loan:
    loan_no: str
    borrower: str
    ends: datetime.date


def get_loan(loan_no: str, *, side: Side = Side.BORROWER, by: datetime.date | None = None) -> Loan:
    """Looks up one loan.

    Args:
        loan_no: Number of the loan,
            such as LN-0000.
        side: Who asks.
        by: A day.
    """
    print("a word to the console")
    if loan_no not in LOANS:
        raise ValueError(f"there is no loan {loan_no!r}")
    borrower, ends = LOANS[loan_no]
    return Loan(loan_no, f"{side.value} {borrower}" if by is None else by.strftime("%d.%m."), ends)


def misbehave(how: Literal["loop", "exit", "crash", "divide", "huge"]) -> dict[str, int]:
    """Does what no tool should.

    Args:
        how: In which way.
    """
    if how == "loop":
        while True:
            pass
    if how == "exit":
        sys.exit(3)
    if how == "crash":
        os.abort()
    if how == "huge":
        return {"x" * 5_000_000: 1}
    return {"x": 1 // 0}


def who() -> int:
    """The number of the process."""
    return os.getpid()


def _private() -> None:
    raise RuntimeError
'''


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunctionTools]:
    file = tmp_path_factory.mktemp("own") / "lending.py"
    file.write_text(LENDING)
    tools = FunctionTools(file, trust=True, seconds=5.0)
    yield tools
    tools.close()


def test_documents_come_from_types_and_docstrings(tools: FunctionTools) -> None:
    get_loan, misbehave, who = tools.documents
    assert get_loan.description == "Looks up one loan." and who.parameters["properties"] == {}
    properties = get_loan.parameters["properties"]
    assert properties["loan_no"] == {"type": "string", "description": "Number of the loan, such as LN-0000."}
    assert properties["side"]["enum"] == ["lender", "borrower"] and properties["side"]["default"] == "borrower"
    assert get_loan.parameters["required"] == ["loan_no"]
    assert get_loan.returns.schema_["properties"]["ends"] == {"type": "string", "format": "date", "title": "Ends"}
    assert misbehave.parameters["properties"]["how"]["enum"][0] == "loop"


def test_calls_take_and_give_json(tools: FunctionTools) -> None:
    result = {"loan_no": "LN-0412", "borrower": "lender Kestrel Gallery", "ends": "2026-09-30"}
    assert tools.run("get_loan", {"loan_no": "LN-0412", "side": "lender"}, None) == result
    assert tools.run("get_loan", {"loan_no": "LN-0412", "by": "2026-05-04"}, None)["borrower"] == "04.05."


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("get_loan", {"loan_no": "LN-1"}, "there is no loan 'LN-1'"),
        ("get_loan", {"loan_no": "LN-0412", "side": "nobody"}, "side: Input should be 'lender' or 'borrower'"),
        ("get_loan", {"loan": 1}, "loan_no: Missing"),
        ("misbehave", {"how": "divide"}, "ZeroDivisionError"),
        ("misbehave", {"how": "exit"}, "SystemExit: 3"),
        ("misbehave", {"how": "crash"}, "SIGABRT"),
        ("misbehave", {"how": "huge"}, "more than 4,194,304 bytes"),
        ("_private", {}, "no function _private"),
    ],
)
def test_a_failure_is_one_of_that_call(tools: FunctionTools, name: str, arguments: dict[str, object], why: str) -> None:
    with pytest.raises(ToolFailure, match=why):
        tools.run(name, arguments, None)
    assert isinstance(tools.run("who", {}, None), int)


def test_an_endless_call_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "lending.py"
    file.write_text(LENDING)
    tools = FunctionTools(file, trust=True, seconds=0.5)
    first = tools.run("who", {}, None)
    with pytest.raises(ToolFailure, match=r"within 0\.5 s"):
        tools.run("misbehave", {"how": "loop"}, None)
    assert tools.run("who", {}, None) != first
    tools.close()


def test_the_process_ends_with_the_build(tmp_path: Path) -> None:
    file = tmp_path / "lending.py"
    file.write_text(LENDING)
    code = f"""
import os, pathlib
from ftrl_gym.construct.llm.functions import FunctionTools
tools = FunctionTools(pathlib.Path({str(file)!r}), trust=True)
print(tools.run("who", {{}}, None), flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    worker = int(done.stdout)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _runs(worker):
        time.sleep(0.05)
    assert not _runs(worker)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_nothing_runs_without_trust(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(f"import sqlite3\nopen({str(tmp_path / 'ran')!r}, 'w')\ndef look(): 'x'\ndef _hidden(): 'y'\n")
    with pytest.raises(UsageError, match=r"sqlite3.*\(look\).*--trust"):
        FunctionTools(file, trust=False)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def f(x): 'Looks.'", "parameter 'x' of f has no type"),
        ("def f(x: int): ...", "f has no docstring"),
        ("def f(*x: int): 'Looks.'", r"f takes \*x: int"),
        ("async def f(x: int): 'Looks.'", "asynchronous"),
        ("x = 1", "no public function"),
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("raise SystemExit(4)", "SystemExit: 4"),
        ("def lambda(): ...", "SyntaxError"),
    ],
)
def test_what_cannot_be_a_tool(tmp_path: Path, code: str, why: str) -> None:
    file = tmp_path / "own.py"
    file.write_text(code)
    with pytest.raises(UsageError, match=why):
        FunctionTools(file, trust=True)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        FunctionTools(tmp_path / "own.py", trust=True)


def test_a_recording_runs_in_the_sandbox(tools: FunctionTools) -> None:
    recorder = Recorder(tools.documents, tools)
    calls = [{"loan_no": "LN-0412"}, {"loan_no": "LN-0412", "side": "lender"}, {"loan_no": "LN-9"}]
    live = [_came_to(recorder, call) for call in calls]
    source = recorder.source("get_loan")
    assert refusal("get_loan", source) is None
    replay = SandboxToolbox({"get_loan": source})
    assert [_came_to(replay, call) for call in calls] == live
    assert "no result of get_loan is on record" in str(_came_to(replay, {"loan_no": "LN-7"}))
    for call in reversed(calls):
        _came_to(recorder, call)
    assert recorder.source("get_loan") == source


def _came_to(toolbox: Recorder | SandboxToolbox, arguments: dict[str, str]) -> object:
    try:
        return toolbox.run("get_loan", arguments, None)
    except ToolFailure as failure:
        return str(failure)


def test_a_parameter_may_be_called_like_what_a_recording_uses() -> None:
    schema = {"type": "object", "properties": {"json": {"type": "string"}, "told": {"type": "string"}}}
    document = ToolDocument(name="get", description="d", parameters=schema)

    class Echo:
        def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
            return dict(arguments)

    recorder, arguments = Recorder([document], Echo()), {"json": "{}", "told": "x"}
    assert recorder.run("get", arguments, None) == arguments
    assert SandboxToolbox({"get": recorder.source("get")}).run("get", arguments, None) == arguments
