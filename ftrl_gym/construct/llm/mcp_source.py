"""The tools of a Model Context Protocol server, over its standard input and output, by the official SDK.

The server is started, asked for its tools and called while a scenario is built; what is played later is a recording
(:mod:`ftrl_gym.construct.llm.recording`), so an environment needs no server. What a tool says is wrong is a failure of
that call and is recorded, and so is a call that it does not answer in time; a server that ends, or is silent twice
running, stops the build.
"""

from __future__ import annotations

import json
import logging
import os
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from pydantic import ValidationError

from ftrl_gym.construct.llm.replies import ToolReply
from ftrl_gym.endpoint_client import KEYS
from ftrl_gym.errors import ConstructionError, MissingExtraError, UsageError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World

if TYPE_CHECKING:
    import mcp
    from anyio.from_thread import BlockingPortal
    from mcp.types import CallToolResult, Tool

SECONDS = 30.0
"""How long a call may take, and how long the server may take to start."""
_MOST_PAGES = 100
_MOST_SILENT = 2
"""Calls in a row without an answer in time before the server counts as gone."""
_MESSAGE_CHARS = 2_000
_LAST_LINES = 3
"""Of what a server wrote before it failed to start."""


class McpTools:
    """The tools of one server, as a :class:`ftrl_gym.execution.Toolbox`; safe between threads. It has to be entered.

    Args:
        command: Starts the server, as in a shell. The server gets this process's environment without the keys that are
            for the language model.
        seconds: How long each answer may take.

    Raises:
        UsageError: The command is empty, on entering: the server does not start or offers nothing that can be a tool.
        MissingExtraError: The SDK is not installed.
    """

    def __init__(self, command: str, seconds: float = SECONDS) -> None:
        self.command, self._seconds = command, seconds
        self.documents: tuple[ToolDocument, ...] = ()
        self.left_out: dict[str, str] = {}
        """Tool of the server -> why it is not among the documents."""
        self._names: dict[str, str] = {}
        self._silent = 0
        self._stack = ExitStack()
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise UsageError(f"--mcp {command!r:.100}: {error}") from None
        if not self._words:
            raise UsageError("--mcp takes the command that starts the server, such as --mcp 'python my_server.py'")

    def __enter__(self) -> Self:
        try:
            import mcp
            from anyio.from_thread import start_blocking_portal
        except ImportError as error:
            raise MissingExtraError("mcp", "mcp") from error
        from mcp.client.stdio import stdio_client

        logging.getLogger("mcp").addHandler(logging.NullHandler())  # or each line that is no message is a traceback
        with ExitStack() as stack, self._failing_to_start(stack.enter_context(_log())) as log:
            self._portal: BlockingPortal = stack.enter_context(start_blocking_portal())
            environment = {name: value for name, value in os.environ.items() if name not in KEYS}
            server = mcp.StdioServerParameters(command=self._words[0], args=self._words[1:], env=environment)
            client = mcp.Client(stdio_client(server, errlog=log), read_timeout_seconds=self._seconds)
            self._client: mcp.Client = stack.enter_context(self._portal.wrap_async_context_manager(client))
            self._describe(self._portal.call(self._listed))
            self._stack = stack.pop_all()
        if not self.documents:
            why = "; ".join(f"{name}: {reason}" for name, reason in self.left_out.items()) or "it lists none"
            self._stack.close()
            raise UsageError(f"{self.command} offers nothing that can be a tool: {why[:500]}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
        """See :meth:`ftrl_gym.execution.Toolbox.run`. The tools have no world.

        Raises:
            ToolFailure: The tool, or the server, refused the call, or did not answer in time.
            ConstructionError: The server ended, or has become silent.
        """
        import anyio
        from mcp import MCPError
        from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT

        if name not in self._names:
            raise ToolFailure(f"there is no tool {name}")
        try:
            result = self._portal.call(self._client.call_tool, self._names[name], arguments)
        except MCPError as error:
            self._silent = self._silent + 1 if error.code == REQUEST_TIMEOUT else 0
            if error.code == REQUEST_TIMEOUT and self._silent < _MOST_SILENT:
                raise ToolFailure(f"{name} did not answer within {self._seconds:g} s") from None
            if error.code not in (CONNECTION_CLOSED, REQUEST_TIMEOUT):
                raise ToolFailure(error.message[:_MESSAGE_CHARS]) from None
            problem = error.message
        except (RuntimeError, OSError, anyio.ClosedResourceError, anyio.BrokenResourceError) as error:
            problem = f"{type(error).__name__}: {error}"
        else:
            self._silent = 0
            return result_of(result)
        raise ConstructionError(
            f"the server {self.command!r:.100} gave no answer to {name}: {problem[:200]}. What was finished is kept; "
            "the same command goes on from here"
        )

    async def _listed(self) -> list[Tool]:
        found = await self._client.list_tools()
        tools = list(found.tools)
        for _ in range(_MOST_PAGES):
            if not found.next_cursor:
                break
            found = await self._client.list_tools(cursor=found.next_cursor)
            tools += found.tools
        return tools

    def _describe(self, tools: Sequence[Tool]) -> None:
        documents: dict[str, ToolDocument] = {}
        for tool in tools:
            if _changes_things(tool):
                self.left_out[tool.name] = "it says of itself that it changes things, and calls are really made"
                continue
            told = {
                "name": tool.name,
                "description": tool.description or tool.title or tool.name,
                "parameters": tool.input_schema,
                "returns": tool.output_schema or {},
            }
            try:
                document = ToolReply.model_validate(told).document()
            except ValidationError as error:
                self.left_out[tool.name] = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
                continue
            if document.name in documents:
                self.left_out[tool.name] = f"there is another tool of the name {document.name}"
                continue
            documents[document.name] = document
            self._names[document.name] = tool.name
        self.documents = tuple(documents.values())

    @contextmanager
    def _failing_to_start(self, log: TextIO) -> Iterator[TextIO]:
        """Tells the user what the server wrote to its standard error, which goes to ``log``."""
        try:
            yield log
        except Exception as error:  # the SDK's task groups wrap whatever a server does while it starts
            cause: BaseException = error
            while isinstance(cause, BaseExceptionGroup):
                cause = cause.exceptions[0]
            said = f"{type(cause).__name__}: {cause}"[:300]
            log.seek(max(0, os.fstat(log.fileno()).st_size - _MESSAGE_CHARS))
            written = " / ".join([line.strip() for line in log.read().splitlines() if line.strip()][-_LAST_LINES:])
            if written:
                said += f". It wrote: {written[-300:]}"
            if "://" in self._words[0]:
                said += ". --mcp takes a command that starts a server, and no address of one"
            raise UsageError(f"the server {self.command!r:.100} does not start: {said}") from error


def _log() -> TextIO:
    """A file for what a server writes to its standard error; it vanishes when it is closed."""
    return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")


def _changes_things(tool: Tool) -> bool:
    """Whether a server marks a tool as one that does more than look."""
    hints = tool.annotations
    return hints is not None and (hints.read_only_hint is False or hints.destructive_hint is True)


def result_of(result: CallToolResult) -> Json:
    """What a call came to: the structured result, else the text, as JSON where it is some.

    Raises:
        ToolFailure: The tool says that it failed, or returned nothing that is text.
    """
    texts = [part.text for part in result.content if part.type == "text"]
    text = "\n".join(texts)
    if result.is_error:
        raise ToolFailure((text or "the tool failed without a word")[:_MESSAGE_CHARS])
    if result.structured_content is not None:
        return result.structured_content
    if not texts:
        raise ToolFailure("the tool returned nothing that is text")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict | list) else text
