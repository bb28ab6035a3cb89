"""Applications that listen in a thread of this process, for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def listening(app: Any, **settings: Any) -> Iterator[str]:
    """A server of an application; its address, such as ``http://127.0.0.1:40000``.

    Args:
        app: An ASGI application.
        **settings: Of ``uvicorn.Config``.
    """
    import uvicorn

    place = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(app, log_level="error", **settings))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [place]})
    thread.start()
    try:
        while not running.started:
            assert thread.is_alive(), "the server has ended"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{place.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join()
