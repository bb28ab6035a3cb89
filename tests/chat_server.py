"""A small chat-completions server on loopback for tests: answers as it is told, and misbehaves as servers do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """What the server does with a request."""

    status: int = 200
    body: dict[str, Any] | str = field(default_factory=dict)
    hang: bool = False
    """Wait until the test is over."""
    drop: bool = False
    """Close the connection without a word."""


Behave = Callable[[dict[str, Any]], Answer]
"""From the request's body."""


def said(content: str | None, *calls: tuple[str, str], finish: str = "stop") -> Answer:
    """A completion with these words and calls (name and arguments as JSON text)."""
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = [
            {"id": f"id-{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for place, (name, arguments) in enumerate(calls)
        ]
    return Answer(body=completion([{"index": 0, "message": message, "finish_reason": finish}]))


def completion(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": choices}


def refused(status: int, message: str, code: str | None = None) -> Answer:
    return Answer(status, {"error": {"message": message, "type": "error", "code": code}})


@contextmanager
def chat_server(behave: Behave) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Its address, and the bodies of the requests so far."""
    requests: list[dict[str, Any]] = []
    over, lock = threading.Event(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                requests.append(body)
                answer = behave(body)
            if answer.hang:
                over.wait(20)
            if answer.hang or answer.drop:
                self.close_connection = True
                return
            text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.send_header("retry-after-ms", "1")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", requests
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
