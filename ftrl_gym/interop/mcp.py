"""The tools of an episode over the Model Context Protocol: ``ftrl-gym serve mcp ftrl/TravelBooking-v0``.

Over stdio a process is an episode. Over streamable HTTP an address is one: whatever comes after ``/mcp/`` names it, and
``?task=ID`` or ``?seed=N`` says what it begins with. Protocol versions from 2026-07-28 on have no sessions, and an
address holds in the older ones too.

A call is a turn of its own, for the protocol does not say which calls a model wrote together. Words are said with the
tool ``say``: a question back, or the answer, which ends the episode. The prompt ``task`` holds the question. What a
turn was paid stands in the result's ``_meta`` under ``META``, which clients do not show to models.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ftrl_gym.errors import UsageError
from ftrl_gym.interop.episodes import Episodes, OpenEpisode
from ftrl_gym.interop.installed import require
from ftrl_gym.interop.listening import listen
from ftrl_gym.policies import call_text
from ftrl_gym.toolcall import CallStatus, Dialect, short
from ftrl_gym.version import __version__

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server
    from mcp.types import (
        CallToolRequestParams,
        CallToolResult,
        GetPromptRequestParams,
        GetPromptResult,
        ListPromptsResult,
        ListToolsResult,
        PaginatedRequestParams,
        Tool,
    )
    from starlette.applications import Starlette

SUPPORTED = ("2.3", "3")
"""First version of the SDK that works, and first that may not."""
META = "ftrl-gym/step"
"""Under this key of a result's ``_meta`` stand reward, terminated, truncated, score and end."""
PROMPT = "task"
MAX_BODY = 4 * 1024 * 1024
"""A longer request is refused with status 413, before it is read; no call is longer than 16 KiB."""
MAX_NAME = 200
"""Characters in an episode's name."""
_ALONE = "the"
"""The episode of a client that names none."""

_INSTRUCTIONS = (
    f"A task, and tools to do it with. The prompt '{PROMPT}' holds the task. Call the tools, and in the end say the "
    "answer with the tool 'say'."
)


def server(episodes: Episodes) -> Server[Any]:
    """An MCP server for these episodes, to run over any transport of the SDK.

    Raises:
        MissingExtraError: The SDK is not installed.
        UsageError: It is, in a version that is not supported, or the episodes are of another dialect than the default.
    """
    require("mcp", "mcp", *SUPPORTED)
    dialect = episodes.base.dialect
    if dialect is not Dialect.HERMES:
        raise UsageError(f"dialect={dialect.value} is not for MCP, where calls are not written as text: leave it out")
    from mcp.server.lowlevel import Server

    handlers = _Handlers(episodes)
    return Server(
        "ftrl-gym",
        version=__version__,
        instructions=_INSTRUCTIONS,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
    )


def http_app(episodes: Episodes, host: str = "127.0.0.1") -> Starlette:
    """The server as an ASGI application with the paths ``/mcp`` and ``/mcp/<episode>``.

    Args:
        episodes: What it serves.
        host: Where it will listen; on this machine only, requests from pages of other places are refused.

    Raises:
        MissingExtraError, UsageError: As :func:`server`.
    """
    served = server(episodes)
    from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
    from starlette.routing import Route

    app = served.streamable_http_app(
        streamable_http_path="/mcp/{episode}",
        json_response=True,
        stateless_http=True,
        max_request_body_size=MAX_BODY,
        host=host,
    )
    app.router.routes.append(Route("/mcp", endpoint=StreamableHTTPASGIApp(served.session_manager)))
    return app


def serve_http(episodes: Episodes, host: str, port: int) -> None:
    """Serves streamable HTTP until interrupted. The address is told on stderr.

    Args:
        episodes: What it serves.
        host: Where it listens, as for :func:`http_app`.
        port: Likewise; 0 takes a free one.

    Raises:
        MissingExtraError: As :func:`server`.
        UsageError: Likewise, or nothing can listen there.
    """
    listen(http_app(episodes, host), host, port, "/mcp/EPISODE")


def serve_stdio(episodes: Episodes) -> None:
    """Serves one client over stdin and stdout until it goes.

    Raises:
        MissingExtraError, UsageError: As :func:`server`.
    """
    served = server(episodes)
    import anyio
    from mcp.server.stdio import stdio_server

    logging.getLogger("mcp").addHandler(logging.NullHandler())  # a line that is no message would be a traceback

    async def serve() -> None:
        async with stdio_server() as (reading, writing):
            await served.run(reading, writing, served.create_initialization_options())

    try:
        anyio.run(serve)
    except* BrokenPipeError:
        # The client went without waiting for its answers. What is still to be flushed at the end goes nowhere, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Handlers:
    """What the server answers. No handler waits for anything, so each plays its turn in one piece."""

    def __init__(self, episodes: Episodes) -> None:
        self._episodes = episodes

    async def list_tools(
        self, context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        """The tools of the episode, and the one to speak with."""
        from mcp.types import ListToolsResult

        episode = self._episode(context)
        return ListToolsResult(tools=[*map(_tool, episode.info["tools"]), _say_tool(_say_name(episode))])

    async def call_tool(self, context: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        """Plays a turn of one call, or of words."""
        episode = self._episode(context)
        if episode.over:
            return _result("the episode is over, and nothing more counts; begin another one", failed=True)
        arguments = params.arguments or {}
        if params.name != _say_name(episode):
            step = episode.step(call_text([(params.name, arguments)]))
            failed = step.info["calls"][0]["status"] != CallStatus.OK
            return _result(step.info["messages"][0]["content"], failed=failed, facts=step.facts())
        text = arguments.get("text")
        if not isinstance(text, str) or set(arguments) != {"text"}:
            return _result(f"{params.name} takes text, a string: {params.name}(text='...')", failed=True)
        step = episode.step(text)
        told = step.observation or "The episode is over."
        return _result(told, failed=False, facts=step.facts())

    async def list_prompts(
        self, context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListPromptsResult:
        """The one prompt."""
        from mcp.types import ListPromptsResult, Prompt

        return ListPromptsResult(prompts=[Prompt(name=PROMPT, description="The task of this episode")])

    async def get_prompt(self, context: ServerRequestContext[Any], params: GetPromptRequestParams) -> GetPromptResult:
        """The question, after what a model has to know to answer it."""
        from mcp import MCPError
        from mcp.types import INVALID_PARAMS, GetPromptResult, PromptMessage, TextContent

        if params.name != PROMPT:
            raise MCPError(INVALID_PARAMS, f"unknown prompt {short(params.name)}; there is one: {PROMPT}")
        episode = self._episode(context)
        system, question = (message["content"] for message in episode.info["messages"])
        how = f"Say it, and whatever else you have to say, with the tool {_say_name(episode)}."
        text = f"{system} {how}\n\n{question}"
        return GetPromptResult(messages=[PromptMessage(role="user", content=TextContent(type="text", text=text))])

    def _episode(self, context: ServerRequestContext[Any]) -> OpenEpisode:
        """The episode that a request is about: over HTTP its address says which."""
        request = context.request
        if request is None:
            return self._episodes.of(_ALONE)
        with _refused():
            name = str(request.path_params.get("episode", _ALONE))
            if len(name) > MAX_NAME:
                raise UsageError(f"an episode's name has at most {MAX_NAME} characters")
            seed = request.query_params.get("seed")
            if seed is not None and not seed.isdecimal():
                raise UsageError(f"seed is {short(seed)}; it is a whole number from 0")
            task = request.query_params.get("task")
            return self._episodes.of(name, task, None if seed is None else int(seed))


@contextlib.contextmanager
def _refused() -> Iterator[None]:
    """What a client asked for and cannot have is told to it."""
    from mcp import MCPError
    from mcp.types import INVALID_PARAMS

    try:
        yield
    except UsageError as error:
        raise MCPError(INVALID_PARAMS, str(error)) from None


def _say_name(episode: OpenEpisode) -> str:
    """What the tool to speak with is called, in an episode whose own tools may have taken the name."""
    taken = {document.name for document in episode.base.documents}
    name = "say"
    while name in taken:
        name += "_"
    return name


def _tool(document: dict[str, Any]) -> Tool:
    from mcp.types import Tool

    function = document["function"]
    schema = {"type": "object", **function["parameters"]}
    return Tool(name=function["name"], description=function["description"], input_schema=schema)


def _say_tool(name: str) -> Tool:
    from mcp.types import Tool

    return Tool(
        name=name,
        description="Says something to whoever set the task: a question back, or the answer as <answer>...</answer>, "
        "which ends the task.",
        input_schema={
            "type": "object",
            "properties": {"text": {"type": "string", "description": "What to say."}},
            "required": ["text"],
        },
    )


def _result(text: str, *, failed: bool, facts: dict[str, Any] | None = None) -> CallToolResult:
    from mcp.types import CallToolResult, TextContent

    meta = None if facts is None else {META: facts}
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=failed, _meta=meta)
