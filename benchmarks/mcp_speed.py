"""Calls a second over MCP's stdio transport: an episode's tool beside a tool of the same SDK that does nothing.

Both servers are processes of their own, and the same client asks them in turns, so that a busy machine slows both. The
time of one call after the other is on the wall, since two processes share the work; what is promised is a ratio.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from typing import Any

from episode_for_calls import long_task

from ftrl_gym.interop.installed import require
from ftrl_gym.interop.mcp import SUPPORTED
from ftrl_gym.task import Task

TARGET = 0.8
"""Of the calls a second of a tool that does nothing."""

_NOTHING = """
import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import CallToolResult, ListToolsResult, TextContent, Tool

async def list_tools(context, params):
    return ListToolsResult(tools=[Tool(name="nothing", input_schema={"type": "object"})])

async def call_tool(context, params):
    return CallToolResult(content=[TextContent(type="text", text="{}")])

async def main():
    server = Server("nothing", on_list_tools=list_tools, on_call_tool=call_tool)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())

anyio.run(main)
"""
_SERVE = "from ftrl_gym.cli import main; raise SystemExit(main())"


def measure(env_id: str, calls: int, rounds: int) -> None:
    """Makes ``calls`` calls of each server in each round and prints both rates and their ratio."""
    require("mcp", "mcp", *SUPPORTED)
    task = long_task(env_id)
    ours, theirs = asyncio.run(_rates(env_id, task, calls, rounds))
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    ratio = statistics.median(ratios)
    print(f"{env_id} over stdio: {rounds} rounds of {calls} calls, one after the other")
    print(f"  episode  {statistics.median(ours):10,.0f} calls a second")
    print(f"  nothing  {statistics.median(theirs):10,.0f} calls a second")
    print(f"  ratio    {ratio:10.2f} (min {min(ratios):.2f}, max {max(ratios):.2f})")
    print(f"  promised is {TARGET}: {'kept' if ratio >= TARGET else 'NOT kept on this machine now'}")


async def _rates(env_id: str, task: Task, calls: int, rounds: int) -> tuple[list[float], list[float]]:
    import mcp

    turns = calls * (rounds + 1) + 1
    first = task.plans[0].calls()[0]
    serve = ["serve", "mcp", env_id, "--split", "test", "--task", task.id, "--set", f"max_turns={turns}"]
    own = mcp.StdioServerParameters(command=sys.executable, args=["-c", _SERVE, *serve], env=dict(os.environ))
    nothing = mcp.StdioServerParameters(command=sys.executable, args=["-c", _NOTHING], env=dict(os.environ))
    ours, theirs = [], []
    async with mcp.Client(own) as one, mcp.Client(nothing) as other:
        for number in range(rounds + 1):
            rate = await _rate(one, first.tool, dict(first.arguments), calls)
            plain = await _rate(other, "nothing", dict(first.arguments), calls)
            if number:  # the first one warms up
                ours.append(rate)
                theirs.append(plain)
    return ours, theirs


async def _rate(client: Any, tool: str, arguments: dict[str, Any], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result
    return calls / (time.perf_counter() - start)
