"""Trying the sandbox: a tool of each hostile kind, small, and whether it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ftrl_gym.errors import SandboxError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.sandbox.toolbox import SandboxToolbox
from ftrl_gym.task import Json

_LIMITS = SandboxLimits(seconds=0.3, memory_bytes=32 * 2**20, output_chars=10_000)


@dataclass(frozen=True)
class Probe:
    """A way to do harm."""

    kind: str
    body: str
    """Of ``def tool(x=None)``."""
    stopped: Callable[[Json | ToolFailure], bool]
    """Whether what became of the second of two calls shows that it was stopped."""


@dataclass(frozen=True)
class Finding:
    """What became of a probe."""

    kind: str
    stopped: bool
    said: str
    """What the policy would have been told."""


def _failed(result: Json | ToolFailure) -> bool:
    return isinstance(result, ToolFailure)


PROBES = (
    Probe("endless loop", "while True: pass", _failed),
    Probe("stall in one operation", "return pow(7 ** 20000, 7 ** 20000, 7 ** 20001 + 2)", _failed),
    Probe("memory bomb", "y = 'a'\nwhile True: y += y", _failed),
    Probe("deep recursion", "def f(n): return f(n + 1)\nreturn f(0)", _failed),
    Probe("reading a file", "return open('/etc/hosts').read()", _failed),
    Probe("writing a file", "open('ftrl_gym_probe', 'w').write('x')", _failed),
    Probe("environment", "import os\nreturn os.environ['PATH']", _failed),
    Probe("network", "import socket\nreturn socket.socket()", _failed),
    Probe("starting a process", "import subprocess\nreturn subprocess.run(['id'])", _failed),
    Probe("walking frames", "import sys\nreturn sys._getframe(1)", _failed),
    Probe("patching what we use", "import json\njson.dumps = len\nreturn 1", _failed),
    Probe("long output", "return 'x' * 10 ** 6", _failed),
    Probe("poisonous output", "return float('nan')", _failed),
    Probe("output that unfolds", "y = 1\nfor _ in range(60): y = [y, y]\nreturn y", _failed),
    Probe("state between calls", "seen.append(1)\nreturn len(seen)", lambda result: result == 1),
    Probe("randomness and clock", "import random, time\nreturn random.random() + time.time()", lambda result: True),
)


def examined() -> Iterator[Finding]:
    """Plays every probe twice and says what became of it.

    Raises:
        SandboxError: The sandbox does not start.
    """
    for probe in PROBES:
        lines = "".join(f"    {line}\n" for line in probe.body.splitlines())
        box = SandboxToolbox({"tool": f"seen = []\ndef tool(x=None):\n{lines}"}, _LIMITS)
        first, second = box.run_batch([("tool", {}), ("tool", {"x": 1})])
        steady = str(first) == str(second)
        yield Finding(probe.kind, steady and probe.stopped(second), str(second)[:100])


def survives_crash() -> Finding:
    """Ends a worker in the middle of its life, as a crash would, and sees whether the next call works."""
    import os
    import signal

    from ftrl_gym.sandbox import workers

    box = SandboxToolbox({"tool": "def tool(x):\n    return x + 1\n"}, _LIMITS)
    try:
        box.run("tool", {"x": 1}, None)
        for worker in workers.running():
            os.kill(worker, signal.SIGKILL)
        result = box.run("tool", {"x": 2}, None)
    except (SandboxError, ToolFailure, OSError) as error:
        return Finding("crash of an interpreter", False, str(error)[:100])
    return Finding("crash of an interpreter", result == 3, "the next call ran in a fresh one")
