"""A client for the OpenAI-compatible endpoint that a user named: its address, its key, and how long is waited.

One rule for everything that asks a model, be it to build or to be scored: the address may be without its path, the key
comes from the environment, and requests that fail for a passing reason (408, 409, 429, 5xx, time-outs, dropped
connections) are made again by the `openai` client, after growing pauses or as long as ``Retry-After`` asks, at most
:data:`MOST_WAIT`. Where no connection ever came about, the address is wrong, and nothing is waited for.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import MutableMapping
from email.utils import mktime_tz, parsedate_tz
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ftrl_gym.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    import openai

KEYS = ("FTRL_LLM_KEY", "OPENAI_API_KEY")
"""Where the key is looked for in the environment, in this order. It is never written anywhere."""
MOST_WAIT = 120.0
"""Seconds; the client makes no further try where ``Retry-After`` asks for more."""
CONNECT_SECONDS = 5.0
"""For a connection to come about."""
NO_KEY = "none"
"""Sent where there is no key: the client wants one, servers of one's own rarely do."""
_NOT_CONNECTED = ("ConnectError", "ConnectTimeout")


class Connection:
    """An endpoint and the client for it; safe between threads. Close the client.

    Args:
        url: Such as ``http://localhost:8000/v1``, whose path may be left out; None takes ``OPENAI_BASE_URL``, else
            OpenAI's own.
        seconds: How long one try may take.
        retries: Further tries after the first.
        key_variable: Where in the environment the key is; None looks for :data:`KEYS`.

    Raises:
        MissingExtraError: The `openai` client is not installed.
        UsageError: ``OPENAI_BASE_URL`` is no address, there is no key for OpenAI's own endpoint, or one that no header
            can carry.
    """

    def __init__(self, url: str | None, *, seconds: float, retries: int, key_variable: str | None = None) -> None:
        try:
            import openai
        except ImportError as error:
            raise MissingExtraError("openai", "endpoint") from error
        self.key_names = KEYS if key_variable is None else (key_variable,)
        if url is None and (own := os.environ.get("OPENAI_BASE_URL")) and not is_address(own):
            raise UsageError(
                f"OPENAI_BASE_URL is {own!r:.100}, which is no address; it is such as http://localhost:8000/v1"
            )
        self.reached = False
        """Whether it has answered anything, if only with an error."""
        self._tries = _Tries()
        self.client: openai.OpenAI = openai.OpenAI(
            api_key=_key(url, self.key_names),
            base_url=None if url is None else address_of(url),
            timeout=self.patience(seconds),
            max_retries=retries,
            http_client=self._watched(seconds),
        )
        self.address = re.sub("//[^/]*@", "//", str(self.client.base_url).rstrip("/"))
        """Without the password that it may hold: it comes to stand in messages and reports."""

    def patience(self, seconds: float) -> openai.Timeout:
        """For a request that may take so long."""
        import openai

        return openai.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))

    def begin(self) -> None:
        """Forgets the faults of this thread's request before."""
        self._tries.faults = []

    @property
    def faults(self) -> tuple[str, ...]:
        """What tries of this thread's request came to nothing by, such as ``HTTP 429``."""
        return tuple(self._tries.faults)

    def _watched(self, seconds: float) -> Any:
        import openai

        connection = self

        class Watched(openai.DefaultHttpxClient):
            """The usual client of HTTP; it notes faults, and holds waits to what they may be."""

            def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
                try:
                    response = super().send(request, *arguments, **options)
                except Exception as error:
                    connection._tries.faults.append(f"connection lost ({type(error).__name__})")
                    if not connection.reached and is_not_connected(error):
                        # as the client's own error it is not tried again
                        raise openai.APIConnectionError(request=request) from error
                    raise
                connection.reached = True
                if response.status_code in (408, 409, 429) or response.status_code >= 500:
                    connection._tries.faults.append(f"HTTP {response.status_code}")
                    hold_wait(response.headers)
                return response

        return Watched(timeout=self.patience(seconds))


class _Tries(threading.local):
    """The tries of the request at hand; each thread has its own."""

    def __init__(self) -> None:
        self.faults: list[str] = []


def is_not_connected(error: BaseException | None) -> bool:
    """Whether a fault of HTTP means that there was no connection."""
    return type(error).__name__ in _NOT_CONNECTED


def is_address(text: str) -> bool:
    """Whether a text is the address of an endpoint; a query is none, since requests go to addresses below it.

    >>> is_address("http://localhost:8000/v1"), is_address("localhost:8000"), is_address("http://gateway/v1?key=1")
    (True, False, False)
    """
    if not text.isprintable() or set(text) & set(" ?#"):
        return False
    try:
        parts = urlsplit(text)
        (parts.hostname or "").encode("idna")
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half of an IPv6 address, a host with an empty or too long label
        return False


def address_of(url: str) -> str:
    """An address with the path that nearly every server has, where it has none.

    >>> address_of("http://localhost:8000/"), address_of("https://gateway.example/models/v2")
    ('http://localhost:8000/v1', 'https://gateway.example/models/v2')
    """
    return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/v1"


def hold_wait(headers: MutableMapping[str, str]) -> None:
    """Shortens the wait that a response asks for to the longest one, in place.

    >>> asked = {"retry-after": "86400"}
    >>> hold_wait(asked)
    >>> asked
    {'retry-after': '120.0'}
    """
    for name, per_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        if name in headers and _seconds(headers[name], per_second) > MOST_WAIT:
            headers[name] = str(MOST_WAIT * per_second)


def _seconds(said: str, per_second: int) -> float:
    """A wait as a header says it, as a number or a date; 0 for anything else."""
    try:
        return float(said) / per_second
    except ValueError:
        date = parsedate_tz(said)
        return mktime_tz(date) - time.time() if date is not None else 0.0


def _key(url: str | None, names: tuple[str, ...]) -> str:
    key = next(filter(None, map(os.environ.get, names)), None)
    if key is None:
        if url is None and not os.environ.get("OPENAI_BASE_URL"):
            raise UsageError(f"OpenAI's own endpoint needs a key: put it into {' or '.join(names)}, or give --llm URL")
        return NO_KEY
    if not (key.isascii() and key.isprintable()):
        raise UsageError(f"the key in {' or '.join(names)} holds characters that cannot be sent")
    return key
