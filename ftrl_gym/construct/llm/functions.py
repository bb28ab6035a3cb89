"""A user's own Python functions as tools: documents from types and docstrings, calls in a process of their own.

The functions are the user's and do what they like: read files, ask databases, use the network. So nothing of them runs
before the user says that it may, and never in the process of the build.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ftrl_gym.construct.llm.replies import ToolReply
from ftrl_gym.construct.llm.tool_process import ProcessEnded, ToolProcess
from ftrl_gym.errors import UsageError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World

SECONDS = 10.0
"""How long a call may take."""
START_SECONDS = 60.0
"""How long importing the module may take."""
_WORKER = Path(__file__).with_name("function_worker.py")


class FunctionTools:
    """The public functions of a Python file, as a :class:`ftrl_gym.execution.Toolbox`; safe between threads.

    Args:
        file: A module with typed functions that have docstrings, in Google's style for their arguments.
        trust: Whether the user said that its code may run.
        seconds: How long each call may take.

    Raises:
        UsageError: There is no such file, it may not run, it cannot be imported, or a function of it cannot be a tool.
    """

    def __init__(self, file: Path, *, trust: bool, seconds: float = SECONDS) -> None:
        if not file.is_file():
            raise UsageError(f"there is no file {file}")
        if not trust:
            raise UsageError(_would_run(file))
        command = [sys.executable, "-P", str(_WORKER), str(file.absolute())]
        self._process = ToolProcess(command, seconds, starting=START_SECONDS)
        try:
            told = self._process.greeting()
        except ProcessEnded as ended:
            raise UsageError(f"{file} cannot be imported: {ended}") from None
        if "failure" in told:
            raise UsageError(f"{file}: {told['failure']}")
        if not told["documents"]:
            raise UsageError(f"{file} defines no public function")
        self.documents = tuple(_document(file, each) for each in told["documents"])

    def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
        """See :meth:`ftrl_gym.execution.Toolbox.run`. The functions have no world."""
        if all(document.name != name for document in self.documents):
            raise ToolFailure(f"there is no function {name}")
        try:
            answer = self._process.ask({"tool": name, "arguments": arguments})
        except ProcessEnded as ended:
            raise ToolFailure(f"{name} gave no result: {ended}") from None
        if "failure" in answer:
            raise ToolFailure(answer["failure"])
        return answer["result"]

    def close(self) -> None:
        """Ends the process."""
        self._process.close()


def _document(file: Path, told: dict[str, Any]) -> ToolDocument:
    try:
        return ToolReply.model_validate(told).document()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UsageError(f"{file}, {told['name']}: {'.'.join(map(str, first['loc']))} {first['msg']}") from None


def _would_run(file: Path) -> str:
    """What a user has to know before saying that it may run."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{file} is no Python: {error}") from None
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    modules: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.update((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            modules[node.module or "."] = None
    return (
        f"{file} would run as you, outside the sandbox, with your files and your network: everything at its top level, "
        f"its imports ({', '.join(modules) or 'none'}) and its functions ({', '.join(functions) or 'none'}), called "
        "with arguments that a language model wrote. If that is what you want, say so with --trust"
    )
