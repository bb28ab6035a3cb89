"""Steps a second of an OpenEnv server on loopback, eight sessions at once, beside one of OpenEnv's that only echoes.

Both servers are processes of their own, and one client of OpenEnv's asks them in turns, so that a busy machine slows
both. Times are on the wall, since two processes share the work.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from episode_for_calls import long_task

from ftrl_gym.interop.installed import require
from ftrl_gym.interop.openenv import SUPPORTED
from ftrl_gym.policies import call_text

TARGET = 1_000
"""Steps a second that the server promises over :data:`SESSIONS` sessions."""
SESSIONS = 8

_ECHO = """
import socket, sys
import uvicorn
from openenv.core.env_server import Action, Environment, Observation, State, create_app

class Said(Action):
    text: str

class Heard(Observation):
    text: str = ""

class Echo(Environment):
    SUPPORTS_CONCURRENT_SESSIONS = True

    def reset(self, seed=None, episode_id=None, **others):
        return Heard()

    def step(self, action, timeout_s=None, **others):
        return Heard(text=action.text, reward=0.0)

    @property
    def state(self):
        return State()

app = create_app(Echo, Said, Heard, max_concurrent_envs=64)
place = socket.create_server(("127.0.0.1", 0))
print(f"listening at http://127.0.0.1:{place.getsockname()[1]}", file=sys.stderr, flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[place])
"""
_SERVE = "from ftrl_gym.cli import main; raise SystemExit(main())"


def measure(env_id: str, steps: int, rounds: int) -> None:
    """Makes ``steps`` steps in each session of each server in each round, and prints both rates."""
    require("openenv", "openenv", *SUPPORTED)
    task = long_task(env_id)
    turns = steps * (rounds + 1) + 1
    serve = ["serve", "openenv", env_id, "--split", "test", "--task", task.id, "--http", "0"]
    first = task.plans[0].calls()[0]
    turn = call_text([(first.tool, dict(first.arguments))])
    with _listening(_SERVE, *serve, "--set", f"max_turns={turns}") as own, _listening(_ECHO) as echo:
        ours, theirs = asyncio.run(_rates(own, echo, turn, steps, rounds))
    rate = statistics.median(ours)
    print(f"{env_id} over loopback: {rounds} rounds of {SESSIONS} sessions at once with {steps} steps each")
    print(f"  episode  {rate:10,.0f} steps a second (min {min(ours):,.0f}, max {max(ours):,.0f})")
    print(f"  echo     {statistics.median(theirs):10,.0f} steps a second, OpenEnv's own settings")
    print(f"  promised are {TARGET:,}: {'kept' if rate >= TARGET else 'NOT kept on this machine now'}")


@contextlib.contextmanager
def _listening(code: str, *arguments: str) -> Iterator[str]:
    """A server in a process; its address, which it tells on stderr."""
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("listening at "):
                break
        else:
            raise RuntimeError("the server has ended:\n" + "".join(said))
        yield said[-1].split()[-1]
    finally:
        process.terminate()
        process.communicate()


async def _rates(own: str, echo: str, turn: str, steps: int, rounds: int) -> tuple[list[float], list[float]]:
    from openenv import GenericEnvClient

    ours, theirs = [], []
    async with contextlib.AsyncExitStack() as stack:
        sessions = {}
        for address in (own, echo):
            clients = [GenericEnvClient(base_url=address) for _ in range(SESSIONS)]
            sessions[address] = [await stack.enter_async_context(client) for client in clients]
            await asyncio.gather(*(client.reset() for client in sessions[address]))
        for number in range(rounds + 1):
            rate, plain = [await _rate(sessions[address], turn, steps) for address in (own, echo)]
            if number:  # the first one warms up
                ours.append(rate)
                theirs.append(plain)
    return ours, theirs


async def _rate(clients: list[Any], turn: str, steps: int) -> float:
    async def play(client: Any) -> None:
        for _ in range(steps):
            await client.step({"text": turn})

    start = time.perf_counter()
    await asyncio.gather(*map(play, clients))
    return len(clients) * steps / (time.perf_counter() - start)
