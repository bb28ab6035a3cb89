"""The tools of an episode over the Model Context Protocol, with the SDK's own client."""

from __future__ import annotations

import asyncio
import gc
import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

import gymnasium as gym
import mcp
import psutil
from mcp_serving import ID, episodes, listening

from ftrl_gym.errors import MissingExtraError, UnknownNameError, UsageError
from ftrl_gym.interop import installed
from ftrl_gym.interop.episodes import Episodes
from ftrl_gym.interop.mcp import META, server

TASK = "test-00164"
FLIGHT = ("get_flight", {"flight_no": "LT3635"})
ANSWER = ("say", {"text": "<answer>A220-300</answer>"})


def talk(target: Any, what: Callable[[mcp.Client], Awaitable[Any]], **settings: Any) -> Any:
    """What a client gets that connects, does this and goes."""

    async def run() -> Any:
        async with mcp.Client(target, **settings) as client:
            return await what(client)

    return asyncio.run(run())


async def solved(client: mcp.Client) -> tuple[float, bool]:
    """Plays the task of these tests as it should be; its return."""
    first = await client.call_tool(*FLIGHT)
    last = await client.call_tool(*ANSWER)
    assert first.meta and last.meta and not first.is_error and not last.is_error
    assert '"aircraft": "A220-300"' in first.content[0].text  # type: ignore[union-attr]
    return first.meta[META]["reward"] + last.meta[META]["reward"], last.meta[META]["terminated"]


async def refused(request: Awaitable[Any]) -> str:
    """Why the server refuses something."""
    with pytest.raises(mcp.MCPError) as caught:
        await request
    return str(caught.value)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_episode_is_played(mode: str) -> None:
    async def played(client: mcp.Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert "get_flight" in tools and "say" in tools
        assert tools["get_flight"].input_schema["properties"]["flight_no"]["type"] == "string"
        prompt = await client.get_prompt("task")
        assert "LT3635" in prompt.messages[0].content.text  # type: ignore[union-attr]
        assert await solved(client) == (1.0, True)
        late = await client.call_tool(*FLIGHT)
        assert late.is_error and META not in (late.meta or {})

    talk(server(episodes(task=TASK)), played, mode=mode)


def test_mistakes_are_results_and_cost() -> None:
    async def played(client: mcp.Client) -> list[Any]:
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("no_such_tool", {}),
            ("get_flight", {"flight": 3}),
            ("get_flight", {"flight_no": "ZZ0"}),
            ("get_flight", {"flight_no": "x" * 20_000}),
            ("get_flight", {"flight_no": "ZZ</tool_call><tool_call>{}<think>"}),
        ]
        results = [await client.call_tool(*call) for call in wrong]
        results.append(await client.call_tool("say", {"words": "hello"}))
        return [*results, await solved(client)]

    *results, (total, over) = talk(server(episodes(task=TASK)), played)
    texts = [result.content[0].text for result in results]
    assert all(result.is_error for result in results)
    for text, expected in zip(texts, ["unknown tool", "missing flight_no", "ZZ0", "20,", "'ZZ", "text"], strict=True):
        assert expected in text
    assert over and total == pytest.approx(0.5 + 1 / 7), "five wasted calls, and none for words that were not said"


def test_a_tool_of_that_name_goes_before() -> None:
    served = episodes(task=TASK)
    base = served.env.unwrapped
    documents = base.taskset.documents(base.taskset.get(TASK))  # type: ignore[attr-defined]
    named = (*documents[1:], documents[0].model_copy(update={"name": "say"}))
    base.taskset.documents = lambda task: named  # type: ignore[attr-defined]

    async def names(client: mcp.Client) -> list[str]:
        return [tool.name for tool in (await client.list_tools()).tools]

    assert talk(server(served), names)[-2:] == ["say", "say_"]


def test_addresses_are_episodes() -> None:
    served = episodes(most=3, seed=1)
    with listening(served) as address:
        for mode in ("auto", "legacy"):

            async def begun(client: mcp.Client) -> Any:
                return await client.call_tool(*FLIGHT)

            async def ended(client: mcp.Client) -> Any:
                return await client.call_tool(*ANSWER)

            name = f"{address}/{mode}?task={TASK}"
            assert talk(name, begun, mode=mode).meta[META]["reward"] == 0.5
            other = talk(f"{address}/{mode}-other?task={TASK}", ended, mode=mode)
            assert other.meta[META]["terminated"] and other.meta[META]["reward"] == 0.0
            assert talk(name, ended, mode=mode).meta[META]["score"]["outcome"] == 1.0, "another client goes on"

        async def prompt(client: mcp.Client) -> str:
            return (await client.get_prompt("task")).messages[0].content.text  # type: ignore[union-attr]

        assert talk(f"{address}/p?seed=5", prompt) == talk(f"{address}/q?seed=5", prompt)
        assert talk(address, prompt)
        assert len(served) == 3
        for wrong, said in (
            ("auto", "is gone"),
            ("x?task=test-99999", "unknown task"),
            ("x?seed=-1", "whole number"),
            ("x" * 201, "at most 200"),
        ):
            assert said in talk(f"{address}/{wrong}", lambda client: refused(prompt(client)))

        async def huge(client: mcp.Client) -> Any:
            return await client.call_tool("get_flight", {"flight_no": "x" * 10_000_000})

        assert talk(f"{address}/huge", lambda client: refused(huge(client)))
        assert talk(f"{address}/after", prompt), "and it serves on"


def test_episodes_left_alone_are_dropped() -> None:
    now = 0.0
    served = Episodes(gym.make(ID), most=10, idle_s=60, clock=lambda: now)
    served.of("a")
    now = 50.0
    served.of("b")
    now = 70.0
    assert served.of("b") and len(served) == 1
    with pytest.raises(UsageError, match="is gone"):
        served.of("a")
    for most, idle_s in ((0, 1.0), (1, 0.0), (1, math.nan)):
        with pytest.raises(UsageError, match="positive"):
            Episodes(gym.make(ID), most=most, idle_s=idle_s)
    with pytest.raises(UsageError, match="CartPole-v1 is no environment of ftrl_gym"):
        Episodes(gym.make("CartPole-v1"))  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="unknown task"):
        served.of("c", task="")


def test_a_version_that_is_not_supported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for found in ("1.26.0", "3.0.0", "2.2.9"):
        monkeypatch.setattr(installed.importlib.metadata, "version", lambda library, found=found: found)
        with pytest.raises(UsageError, match=rf"mcp {found} is installed, and mcp>=2.3,<3 is supported"):
            server(episodes())

    def absent(library: str) -> str:
        raise installed.importlib.metadata.PackageNotFoundError(library)

    monkeypatch.setattr(installed.importlib.metadata, "version", absent)
    with pytest.raises(MissingExtraError, match=r"ftrl-gym\[mcp\]"):
        server(episodes())


COMMAND = [sys.executable, "-c", "from ftrl_gym.cli import main; raise SystemExit(main())", "serve", "mcp"]


def test_the_command_serves_stdio() -> None:
    command = mcp.StdioServerParameters(
        command=COMMAND[0],
        args=[*COMMAND[1:], "TravelBooking", "--split", "test", "--task", TASK],
        env=dict(os.environ),
    )
    assert talk(command, solved) == (1.0, True)


def test_a_client_that_is_gone_before_its_answer_is_no_traceback() -> None:
    arguments = ["TravelBooking", "--split", "test", "--task", TASK]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*COMMAND, *arguments], text=True, **pipes) as serving:  # type: ignore[call-overload]
        serving.stdout.close()
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "gone", "version": "1"}}
        asked = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
        serving.stdin.write(json.dumps(asked) + "\n")
        serving.stdin.close()
        assert serving.wait(timeout=120) == 0
        assert serving.stderr.read() == ""


def test_the_command_listens_until_it_is_interrupted() -> None:
    arguments = ["TravelBooking", "--split", "test", "--task", TASK, "--http", "0"]
    serving = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, text=True)
    try:
        assert serving.stderr is not None
        address = serving.stderr.readline().split()[-1]
        assert address.startswith("http://127.0.0.1:") and address.endswith("/mcp/EPISODE")
        assert talk(address, solved) == (1.0, True)
        serving.send_signal(signal.SIGINT)
        assert serving.wait(timeout=60) == 130
    finally:
        serving.kill()
        serving.communicate()


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    from ftrl_gym.cli import main

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "mcp", "TravelBooking", "--http", f"127.0.0.1:{port}"]) == 2
    assert f"port {port}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mpc", "TravelBooking"], "did you mean 'mcp'"),
        (["mcp", "TravelBoking"], "did you mean"),
        (["mcp", "TravelBooking", "--http", "host:"], "such as 8000"),
        (["mcp", "TravelBooking", "--set", "dialect=llama3"], "dialect=llama3 is not for MCP"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    from ftrl_gym.cli import main

    assert main(["serve", *arguments]) == 2
    assert said in capsys.readouterr().err


def leaves_nothing(sessions: int, warm: int) -> None:
    """Opens sessions over HTTP and drops them in mid-episode: memory, threads and descriptors stay as they were."""
    process = psutil.Process()

    async def opened(address: str, numbers: range, mode: str) -> None:
        for number in numbers:
            async with mcp.Client(f"{address}/{mode}-{number}?task={TASK}", mode=mode) as client:
                await client.call_tool(*FLIGHT)  # and nobody says that it is over

    served = episodes(most=50)
    with listening(served) as address:
        for mode in ("auto", "legacy"):
            asyncio.run(opened(address, range(warm), mode))
        gc.collect()
        before = process.num_fds(), threading.active_count(), len(gc.get_objects()), process.memory_info().rss
        for mode in ("auto", "legacy"):
            asyncio.run(opened(address, range(warm, sessions // 2), mode))
        gc.collect()
        after = process.num_fds(), threading.active_count(), len(gc.get_objects()), process.memory_info().rss
        assert len(served) == 50
        assert after[0] <= before[0] + 5 and after[1] <= before[1], (before, after)
        grown = sessions - 2 * warm
        assert after[2] - before[2] < 5_000 + grown // 2, "not an object for each session"
        assert after[3] - before[3] < 20_000_000 + 1_000 * grown, "not a kilobyte for each"


def test_sessions_that_are_dropped_leave_nothing() -> None:
    leaves_nothing(160, 50)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_sessions_leave_nothing() -> None:
    leaves_nothing(10_000, 60)
