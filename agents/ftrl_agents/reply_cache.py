"""An endpoint's replies on the disk: what was asked once is not asked, nor paid for, again.

A reply is found by all that decides it: address, model, messages, tools, sampling. Each is a file of its own that
appears whole or not at all, so threads and processes may share a folder and be killed at any moment; one that cannot be
read counts as not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ftrl_agents.endpoint_chat import ApiCall, Reply


class ReplyCache:
    """A folder of replies.

    Args:
        folder: Made when the first reply is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, request: Mapping[str, Any]) -> Reply | None:
        """The reply to a request, which holds JSON values; None if none is kept."""
        try:
            kept = json.loads(self._place(request).read_bytes())["reply"]
            calls = tuple(ApiCall(**call) for call in kept["calls"])
            return Reply(str(kept["content"]), calls, bool(kept["cut"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, request: Mapping[str, Any], reply: Reply) -> None:
        """Keeps a reply; a disk that refuses costs only the next request."""
        place = self._place(request)
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            number, draft = tempfile.mkstemp(dir=place.parent, suffix=".tmp")
            try:
                with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
                    json.dump({"request": request, "reply": asdict(reply)}, file, ensure_ascii=False)
                os.replace(draft, place)
            except BaseException:
                os.unlink(draft)
                raise

    def _place(self, request: Mapping[str, Any]) -> Path:
        text = json.dumps(request, sort_keys=True)
        digest = hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
        return self._folder / digest[:2] / f"{digest[2:]}.json"
