"""An OpenAI-compatible server on loopback that plays hand-written replies, and misbehaves on demand.

What it answers follows from the conversation and not from the order of requests, so a build may ask with several
threads, be killed and go on; only faults with ``times`` are counted.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from ftrl_gym.construct.llm.replies import WriterStage

REPLIES = Path(__file__).parent / "replies"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What is answered, and when. The first rule that fits is taken."""

    stage: str | None = None
    """Name of the requested schema; None fits all."""
    holds: tuple[str, ...] = ()
    """Texts that all stand in the first message of the user."""
    tries: int | None = None
    """How many replies the conversation holds already; None fits any number."""
    times: int | None = None
    """How often the rule can be taken."""
    text: str | None = ""
    """The message; None is sent as null."""
    status: int = 200
    headers: Mapping[str, str] | None = None
    body: str | None = None
    """The whole response, instead of one with ``text`` in it."""
    drop: bool = False
    """Whether the connection is cut off instead."""
    delay: float = 0.0
    """Seconds before anything is sent."""
    finish: str = "stop"


@dataclass(frozen=True)
class Seen:
    """One request."""

    stage: str | None
    body: Mapping[str, Any]
    key: str
    path: str


class FakeServer:
    """Serves while it is entered.

    Args:
        rules: What it plays.
        refuses_formats: Whether it answers 400 to any ``response_format``, as old servers do.
        counts: Whether it tells numbers of tokens.
        models: What it lists as its models.
    """

    def __init__(
        self, rules: Sequence[Rule], *, refuses_formats: bool = False, counts: bool = True, models: Sequence[str] = ()
    ) -> None:
        self.models = models
        self.rules, self.requests = list(rules), list[Seen]()
        self._refuses_formats, self._counts = refuses_formats, counts
        self._taken: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, stage: str) -> int:
        """How many requests there were for a stage."""
        return sum(seen.stage == stage for seen in self.requests)

    def _rule(self, stage: str | None, messages: Sequence[Mapping[str, str]]) -> Rule | None:
        first = next((each["content"] for each in messages if each["role"] == "user"), "")
        tries = sum(each["role"] == "assistant" for each in messages)
        for number, rule in enumerate(self.rules):
            fits = rule.stage in (None, stage) and rule.tries in (None, tries) and all(t in first for t in rule.holds)
            if fits and (rule.times is None or self._taken[number] < rule.times):
                self._taken[number] += 1
                return rule
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._send(200, {"object": "list", "data": [{"id": name} for name in server.models]})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                wanted = body.get("response_format", {}).get("json_schema", {})
                stage = wanted.get("name") or _stage_in_words(body["messages"])
                key = self.headers.get("Authorization", "").removeprefix("Bearer ")
                with server._lock:
                    server.requests.append(Seen(stage, body, key, self.path))
                    rule = server._rule(stage, body["messages"])
                if server._refuses_formats and "response_format" in body:
                    self._send(400, {"error": {"message": "response_format is not supported"}})
                elif rule is None:
                    self._send(400, {"error": {"message": f"no rule for {stage}"}})
                else:
                    self._play(rule)

            def _play(self, rule: Rule) -> None:
                time.sleep(rule.delay)
                if rule.drop:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    self.close_connection = True
                elif rule.body is not None:
                    self._send(rule.status, rule.body, rule.headers)
                elif rule.status != 200:
                    self._send(rule.status, {"error": {"message": f"status {rule.status}"}}, rule.headers)
                else:
                    message = {"role": "assistant", "content": rule.text}
                    choice = {"index": 0, "message": message, "finish_reason": rule.finish}
                    answer: dict[str, Any] = {"id": "1", "object": "chat.completion", "choices": [choice]}
                    if server._counts:
                        answer["usage"] = {"prompt_tokens": 100, "completion_tokens": 40, "total_tokens": 140}
                    self._send(200, answer)

            def _send(self, status: int, answer: Any, headers: Mapping[str, str] | None = None) -> None:
                content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Tests print nothing."""

        return Handler


def _stage_in_words(messages: Sequence[Mapping[str, str]]) -> str | None:
    """The stage of a request that holds its schema in words only."""
    last = messages[-1]["content"]
    if '"sub_questions":' in last:
        return WriterStage.DECOMPOSITION
    if '"documents":' in last:
        return WriterStage.DOCUMENTS
    if '"code":' in last:
        return WriterStage.DEPLOYMENT
    first = next(each["content"] for each in messages if each["role"] == "user")
    return WriterStage.SCALING if "harder" in first else WriterStage.INTEGRATION


def played(name: str) -> list[Rule]:
    """The rules of a file of replies.

    A section begins with a line ``## STAGE | holds: TEXT | tries: N | …`` and has one block between lines ``~~~~``: the
    reply as it is sent. A block of Python is the code of the tool that ``tool: NAME`` names.
    """
    rules = []
    pattern = r"^## (\w+)([^\n]*)\n+~~~~(\w+)\n(.*?)^~~~~$"
    for stage, line, language, text in re.findall(pattern, (REPLIES / f"{name}.md").read_text(), re.DOTALL | re.M):
        given = [part.strip().partition(":") for part in line.split("|") if part.strip()]
        options = {key.strip(): value.strip() for key, _, value in given if key.strip() != "holds"}
        holds = tuple(value.strip() for key, _, value in given if key.strip() == "holds")
        tool = options.get("tool")
        if tool is not None:
            holds = (*holds, f'"name": "{tool}"')
        if language == "python":
            text = json.dumps({"name": tool, "code": text})
        tries = int(options["tries"]) if "tries" in options else None
        rules.append(Rule(stage=stage, holds=holds, tries=tries, text=text))
    return rules
