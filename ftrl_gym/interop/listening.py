"""An application that listens at an address until it is interrupted."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Any

from ftrl_gym.errors import UsageError

if TYPE_CHECKING:
    from starlette.applications import Starlette


def listen(app: Starlette, host: str, port: int, path: str, **settings: Any) -> None:
    """Serves an application until interrupted. Its address is told on stderr.

    Args:
        app: What is served.
        host: Where it listens.
        port: Likewise; 0 takes a free one.
        path: What ends the address that is told.
        **settings: Of ``uvicorn.Config``.

    Raises:
        UsageError: Nothing can listen there.
    """
    import uvicorn

    try:
        place = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(f"nothing can listen at {host}, port {port}: {error.strerror}; name another one") from None
    shown = f"[{host}]" if ":" in host else host
    print(f"listening at http://{shown}:{place.getsockname()[1]}{path}", file=sys.stderr, flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", **settings)).run(sockets=[place])
