"""``ftrl-gym serve``: an environment for programs that are not Python, or not in this process."""

from __future__ import annotations

import argparse
import math

from ftrl_gym.cli.target import make, playable
from ftrl_gym.errors import UnknownNameError, UsageError

PROTOCOLS = ("mcp", "openenv")
_OPENENV_ADDRESS = "8000"
"""Where OpenEnv's clients look first."""


def run(arguments: argparse.Namespace) -> int:
    """Serves until the client goes or somebody interrupts."""
    if arguments.protocol not in PROTOCOLS:
        raise UnknownNameError("protocol", arguments.protocol, PROTOCOLS)

    from ftrl_gym.interop import mcp, openenv
    from ftrl_gym.interop.episodes import Episodes

    keywords = {} if arguments.split is None else {"split": arguments.split}
    env = make(playable(arguments.id), arguments.settings, **keywords)
    if arguments.protocol == "mcp" and arguments.http is None:  # one client, which may take its time
        mcp.serve_stdio(Episodes(env, arguments.task, arguments.seed, most=1, idle_s=math.inf))
        return 0
    serve = mcp.serve_http if arguments.protocol == "mcp" else openenv.serve
    host, port = _address(arguments.http or _OPENENV_ADDRESS)
    serve(Episodes(env, arguments.task, arguments.seed, arguments.most, arguments.idle), host, port)
    return 0


def _address(text: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT`` or ``PORT``."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:
        raise UsageError(f"--http {text!r:.80} is not PORT or HOST:PORT, such as 8000 or 0.0.0.0:8000")
    return host.strip("[]") or "127.0.0.1", int(port)
