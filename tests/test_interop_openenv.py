"""Sessions of an OpenEnv server, with OpenEnv's own client."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("openenv", reason="the extra openenv is not installed")

import gymnasium as gym
import psutil
from serving import listening
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ftrl_gym.interop import openenv
from ftrl_gym.interop.episodes import Episodes

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what OpenEnv and FastAPI find old

ID = "ftrl/TravelBooking-v0"
TASK = "test-00164"
CALL = '<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "LT3635"}}\n</tool_call>'
ANSWER = "<answer>A220-300</answer>"


def served(**settings: Any) -> Any:
    """A server of test tasks in a thread."""
    episodes = Episodes(gym.make(ID, split="test"), **settings)
    return listening(openenv.create_app(episodes), **openenv.UVICORN)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(seed=1) as found:
        yield found


def talk(address: str, what: Callable[[Any], Awaitable[Any]]) -> Any:
    """What a client gets that connects, does this and goes."""

    async def run() -> Any:
        async with openenv.client(address) as client:
            return await what(client)

    return asyncio.run(run())


async def refused(request: Awaitable[Any]) -> str:
    """Why the server refuses something."""
    with pytest.raises(RuntimeError) as caught:
        await request
    return str(caught.value)


def websocket(address: str, session: str = "") -> Any:
    """A connection without OpenEnv's client."""
    return connect(f"{address.replace('http', 'ws')}/ws{session and '?session_id='}{session}", proxy=None)


async def error(connection: ClientConnection) -> str:
    """What the server says first of all, which is no."""
    reply = json.loads(await connection.recv())
    assert reply["type"] == "error"
    return str(reply["data"]["message"])


def posted(address: str, path: str, body: object) -> tuple[int, Any]:
    """Status and reply of a plain request."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}{path}", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_an_episode_is_played_and_another_one(address: str) -> None:
    async def played(client: Any) -> None:
        for number in range(2):
            begun = await client.reset(task=TASK, episode_id=f"mine-{number}")
            assert begun.reward is None and not begun.done and "LT3635" in begun.observation.text
            assert [message["role"] for message in begun.observation.messages] == ["system", "user"]
            assert "get_flight" in {tool["function"]["name"] for tool in begun.observation.tools}
            called = await client.step(CALL)
            assert called.reward == 0.5 and not called.done and '"aircraft": "A220-300"' in called.observation.text
            state = await client.state()
            assert (state.episode_id, state.step_count, state.task) == (f"mine-{number}", 1, TASK)
            ended = await client.step(ANSWER)
            assert ended.reward == 0.5 and ended.done and ended.observation.terminated
            assert ended.observation.score["outcome"] == 1.0 and ended.observation.end == "answered"
            assert "has ended" in await refused(client.step(ANSWER))

    talk(address, played)


def test_their_generic_client_plays_too(address: str) -> None:
    from openenv import GenericEnvClient

    with GenericEnvClient(base_url=address).sync() as client:
        client.reset(task=TASK)
        assert client.step({"text": CALL}).reward == 0.5
        assert client.step({"text": ANSWER}).observation["score"]["outcome"] == 1.0


def test_a_seed_says_which_task(address: str) -> None:
    async def drawn(client: Any) -> list[str]:
        return [(await client.reset(seed=seed)).observation.task for seed in (5, 6, 7, 5)]

    first = talk(address, drawn)
    assert first == talk(address, drawn) and first[0] == first[3] and len(set(first)) > 1


def test_any_text_is_a_turn(address: str) -> None:
    async def played(client: Any) -> None:
        await client.reset(task=TASK)
        for text in ("<tool_call>\ud800", "<tool_call>{}</tool_call>" * 40, "<tool_call>" + "x" * 1_000_000):
            told = await client.step(text)
            assert not told.done and told.reward <= 0 and "error" in told.observation.text

    talk(address, played)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"taks": "x"}, "does not take 'taks'; it takes seed"),
        ({"task": "test-99999"}, "unknown task"),
        ({"task": 3}, "the id of a task"),
        ({"seed": -1}, "whole number from 0"),
        ({"seed": "1"}, "whole number from 0"),
        ({"split": "train", "index": 0}, "there is one: test"),
        ({"split": "test", "index": 400}, "no task 400 among 400"),
        ({"split": "test", "index": "0"}, "whole number from 0"),
        ({"index": 0}, "split and index together"),
        ({"task": TASK, "split": "test", "index": 0}, "split and index together"),
    ],
)
def test_a_wrong_choice_is_told(address: str, choice: dict[str, Any], said: str) -> None:
    async def asked(client: Any) -> str:
        assert "call reset first" in await refused(client.step(CALL))
        why = await refused(client.reset(**choice))
        assert (await client.reset(task=TASK)).observation.task == TASK, "and the session goes on"
        return why

    assert said in talk(address, asked)


def test_an_action_that_is_none_is_told(address: str) -> None:
    from openenv import GenericEnvClient

    with GenericEnvClient(base_url=address).sync() as client:
        client.reset(task=TASK)
        for action, said in (({"text": 3}, "it is a string"), ({"words": "x"}, "Invalid message"), ({}, "Invalid")):
            with pytest.raises(RuntimeError, match=said):
                client.step(action)
        assert client.step({"text": CALL}).reward == 0.5


def test_tasks_are_listed_and_chosen_by_number(address: str) -> None:
    with urllib.request.urlopen(f"{address}/TravelBooking-v0/splits") as reply:
        assert json.load(reply) == [{"name": "test", "type": "test"}]
    assert posted(address, "/TravelBooking-v0/num_tasks", {"split": "test"}) == (200, {"num_tasks": 400})
    _, listed = posted(address, "/TravelBooking-v0/task_range", {"split": "test", "start": 398})
    assert [task["index"] for task in listed["tasks"]] == [398, 399]
    assert set(listed["tasks"][0]) == {"index", "id", "kind", "difficulty", "features"}
    assert posted(address, "/TravelBooking-v0/task", {"split": "test", "index": 400})[0] == 400
    status, reply = posted(address, "/TravelBooking-v0/tasks", {"split": "train"})
    assert status == 400 and "there is one: test" in reply["detail"]

    async def chosen(client: Any) -> str:
        task: str = (await client.reset(split="test", index=399)).observation.task
        return task

    assert talk(address, chosen) == listed["tasks"][1]["id"]


def test_a_request_without_a_session_is_told_so(address: str) -> None:
    status, reply = posted(address, "/step", {"action": {"text": CALL}})
    assert status == 400 and "plain HTTP has no session" in reply["detail"]
    status, reply = posted(address, "/reset", {"task": TASK})
    assert status == 200 and reply["observation"]["task"] == TASK
    status, reply = posted(address, "/reset", {"task": "test-99999"})
    assert status == 400 and "unknown task" in reply["detail"]


def test_a_huge_message_costs_its_sender_the_connection_only(address: str) -> None:
    async def huge(client: Any) -> None:
        await client.reset(task=TASK)
        with pytest.raises(ConnectionClosed) as caught:
            await client.step("x" * 10_000_000)
        assert caught.value.rcvd is not None and caught.value.rcvd.code == 1009

    talk(address, huge)
    assert posted(address, "/step", {"action": {"text": "x" * 10_000_000}})[0] == 400

    async def short(client: Any) -> Any:
        await client.reset(task=TASK)
        return (await client.step(CALL)).reward

    assert talk(address, short) == 0.5


def test_sessions_are_apart_and_as_many_as_allowed() -> None:
    async def crowd(address: str) -> None:
        clients = [openenv.client(address) for _ in range(3)]
        for client in clients[:2]:
            await client.reset(task=TASK)
        async with websocket(address) as third:
            assert "capacity" in await error(third)
        assert (await clients[0].step(CALL)).reward == 0.5
        assert (await clients[1].step(ANSWER)).reward == 0.0, "its own session found nothing out"
        await clients[1].close()
        await clients[2].reset(task=TASK)
        assert (await clients[0].step(ANSWER)).reward == 0.5
        for client in clients:
            await client.close()

    with served(most=2) as address:
        asyncio.run(crowd(address))


def test_two_clients_on_one_session_and_an_unknown_one() -> None:
    async def attached(address: str) -> None:
        create = {"jsonrpc": "2.0", "id": 1, "method": "openenv/session/create", "params": {}}
        _, reply = await asyncio.to_thread(posted, address, "/mcp", create)
        session = reply["result"]["session_id"]
        async with websocket(address, session) as first, websocket(address, session) as second:
            assert "already has an attached WebSocket" in await error(second)
            await first.send(json.dumps({"type": "reset", "data": {"task": TASK}}))
            assert json.loads(await first.recv())["data"]["observation"]["task"] == TASK
        async with websocket(address, "no-such-session") as third:
            assert "Unknown session_id" in await error(third)

    with served() as address:
        asyncio.run(attached(address))


def test_a_session_left_alone_is_closed_and_its_client_told(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = asyncio.sleep
    # OpenEnv looks for such sessions every five seconds at most.
    monkeypatch.setattr("openenv.core.env_server.http_server.asyncio.sleep", lambda seconds: slept(min(seconds, 0.1)))

    async def waited(client: Any) -> str:
        await client.reset(task=TASK)
        await slept(1.0)
        return await refused(client.step(CALL))

    with served(idle_s=0.2, most=1) as address:
        assert "left alone for 0.2 s" in talk(address, waited)
        assert talk(address, lambda client: client.reset(task=TASK)).observation.task == TASK, "its place is free"


def test_the_command_listens_until_it_is_interrupted() -> None:
    command = [sys.executable, "-c", "from ftrl_gym.cli import main; raise SystemExit(main())", "serve", "openenv"]
    arguments = ["TravelBooking", "--split", "test", "--task", TASK, "--http", "0"]
    serving = subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        assert serving.stderr is not None
        line = serving.stderr.readline()
        while "listening at" not in line:  # warnings of the library come first
            assert line, "the server has ended"
            line = serving.stderr.readline()
        assert talk(line.split()[-1], lambda client: client.reset()).observation.task == TASK
        serving.send_signal(signal.SIGINT)
        assert serving.wait(timeout=60) == 130
    finally:
        serving.kill()
        serving.communicate()


def leaves_nothing(sessions: int, warm: int) -> None:
    """Opens sessions and drops them in mid-episode, in four ways: nothing of them stays."""
    process = psutil.Process()

    async def dropped(address: str, numbers: range) -> None:
        reset = json.dumps({"type": "reset", "data": {"task": TASK}})
        step = json.dumps({"type": "step", "data": {"text": CALL}})
        for number in numbers:
            connection = await websocket(address)
            for message in (reset, step)[: 1 + number % 2]:
                await connection.send(message)
                await connection.recv()
            if number % 4 < 2:
                connection.transport.abort()
            await connection.close()
        await asyncio.sleep(0.1)  # for the last transport to be gone

    def figures() -> tuple[int, int, int, int]:
        gc.collect()
        return process.num_fds(), threading.active_count(), len(gc.get_objects()), process.memory_info().rss

    with served(most=8) as address:  # which would be full soon
        asyncio.run(dropped(address, range(warm)))
        before = figures()
        asyncio.run(dropped(address, range(sessions)))
        after = figures()
    assert after[0] <= before[0] + 5 and after[1] <= before[1], (before, after)
    assert after[2] - before[2] < 5_000 + sessions // 2, "not an object for each session"
    assert after[3] - before[3] < 20_000_000 + 1_000 * sessions, "not a kilobyte for each"


def test_sessions_that_are_dropped_leave_nothing() -> None:
    leaves_nothing(300, 100)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_sessions_leave_nothing() -> None:
    leaves_nothing(10_000, 200)
