"""Episodes behind an OpenEnv server: ``ftrl-gym serve openenv ftrl/TravelBooking-v0``.

A connection to ``/ws`` is a session and plays one episode after the other. An action is the text of a turn, and every
turn is played in the server's one thread: handing it to another would take longer. Requests to ``/reset`` and ``/step``
have no session in OpenEnv, so no episode can be played over them.

A session that is left alone is closed, as is one whose connection breaks. Whoever writes to a closed one is told.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

from ftrl_gym.errors import FtrlGymError
from ftrl_gym.interop.episodes import Episodes
from ftrl_gym.interop.installed import require
from ftrl_gym.interop.listening import listen

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse
    from openenv.core import EnvClient

SUPPORTED = ("0.10", "0.11")
"""First version of OpenEnv that works, and first that may not."""
MAX_MESSAGE = 4 * 1024 * 1024
"""Bytes of a message; the connection of a longer one is closed with status 1009, and its episode is lost."""
UVICORN: dict[str, Any] = {"ws_max_size": MAX_MESSAGE, "ws_per_message_deflate": False}
"""Settings of ``uvicorn`` for the server: packing a turn takes longer than playing it."""


def create_app(episodes: Episodes) -> FastAPI:
    """The server as an ASGI application, by OpenEnv's own ``create_app``.

    Args:
        episodes: What its sessions play. ``most`` is the number of sessions at once, and ``idle_s`` how long one is
            held that nobody uses.

    Raises:
        MissingExtraError: OpenEnv is not installed.
        UsageError: It is, in a version that is not supported.
    """
    require("openenv", "openenv", *SUPPORTED)
    from openenv.core.env_server import ConcurrencyConfig
    from openenv.core.env_server import create_app as their_app

    from ftrl_gym.interop.openenv_session import session_types

    made = session_types()
    app: FastAPI = their_app(
        functools.partial(made.session, episodes),
        made.action,
        made.observation,
        env_name=episodes.name,
        concurrency_config=ConcurrencyConfig(
            max_concurrent_envs=episodes.most,
            session_timeout=None if math.isinf(episodes.idle_s) else episodes.idle_s,
        ),
        state_cls=made.state,
    )
    app.add_exception_handler(FtrlGymError, _refused)
    return app


def serve(episodes: Episodes, host: str, port: int) -> None:
    """Serves until interrupted. The address is told on stderr.

    Args:
        episodes: As for :func:`create_app`.
        host: Where it listens.
        port: Likewise; 0 takes a free one.

    Raises:
        MissingExtraError: As :func:`create_app`.
        UsageError: Likewise, or nothing can listen there.
    """
    listen(create_app(episodes), host, port, "", **UVICORN)


def client(address: str, **settings: Any) -> EnvClient[str, Any, Any]:
    """A client of such a server, whose actions are texts of turns and whose observations have fields.

    Args:
        address: Such as ``http://127.0.0.1:8000``.
        **settings: Of OpenEnv's ``EnvClient``.

    Raises:
        MissingExtraError, UsageError: As :func:`create_app`.
    """
    require("openenv", "openenv", *SUPPORTED)
    from ftrl_gym.interop.openenv_session import session_types

    made: EnvClient[str, Any, Any] = session_types().client(base_url=address, **settings)
    return made


async def _refused(request: Request, error: Exception) -> JSONResponse:
    """What a plain request asked for and cannot have is told to it."""
    from fastapi.responses import JSONResponse

    return JSONResponse({"detail": str(error)}, status_code=400)
