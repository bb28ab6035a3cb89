"""Replies on the disk: what was asked once is never paid for again.

A reply is found by what it answers: model, sampling options, conversation, schema. Each is a file of its own that
appears whole or not at all, so threads and processes may share a folder and be killed at any moment. A file that cannot
be read counts as not there. The file holds the request too, for people who want to see what was asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ftrl_gym.construct.llm.model import LanguageModel, Message, Reply, Usage
from ftrl_gym.construct.llm.replies import WriterStage


class RepliesCache:
    """A folder of replies.

    Args:
        folder: Made when the first reply is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(
        self, model: LanguageModel, stage: WriterStage, messages: Sequence[Message], schema: Mapping[str, Any]
    ) -> Reply | None:
        """The remembered reply to a conversation; None if there is none."""
        try:
            kept = json.loads(self._place(model, stage, messages, schema).read_bytes())["reply"]
            usage = Usage(int(kept["prompt"]), int(kept["completion"]), bool(kept["estimated"]))
            return Reply(str(kept["text"]), usage, bool(kept["cut"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(
        self,
        model: LanguageModel,
        stage: WriterStage,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        reply: Reply,
    ) -> None:
        """Remembers a reply."""
        place = self._place(model, stage, messages, schema)
        place.parent.mkdir(parents=True, exist_ok=True)
        usage = reply.usage
        kept = {
            "text": reply.text,
            "prompt": usage.prompt,
            "completion": usage.completion,
            "estimated": usage.estimated,
            "cut": reply.cut,
        }
        content = {"reply": kept, "request": _request(model, stage, messages)}
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass") as file:
                json.dump(content, file, indent=1)
            os.replace(temporary, place)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def _place(
        self, model: LanguageModel, stage: WriterStage, messages: Sequence[Message], schema: Mapping[str, Any]
    ) -> Path:
        key = json.dumps([_request(model, stage, messages), schema], sort_keys=True)
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / name[:2] / f"{name[2:]}.json"


def _request(model: LanguageModel, stage: WriterStage, messages: Sequence[Message]) -> dict[str, Any]:
    return {
        "model": model.name,
        "options": dict(model.options),
        "stage": stage.value,
        "messages": [dict(message) for message in messages],
    }
