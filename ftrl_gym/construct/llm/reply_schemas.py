"""JSON schemas of the five replies, as requests carry them.

They are derived from the models that read the replies, in the part of JSON schema that every server with constrained
decoding knows: no references, no lengths, each field required and no other allowed. Only what is free by nature, a
tool's parameters and a call's arguments, is an open object; a schema that has one cannot be enforced strictly.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ftrl_gym.construct.llm.model import Message
from ftrl_gym.construct.llm.replies import REPLIES, WriterStage

_KEPT = {"type", "enum"}


@functools.cache
def reply_schema(stage: WriterStage) -> Mapping[str, Any]:
    """The schema of a stage's reply."""
    whole = REPLIES[stage].model_json_schema(by_alias=False)
    return _plain(whole, whole.get("$defs", {}))


def response_format(stage: WriterStage, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a request that asks for a structured reply."""
    described = {"name": stage.value, "schema": schema, "strict": _closed(schema)}
    return {"type": "json_schema", "json_schema": described}


def in_words(messages: Sequence[Message], schema: Mapping[str, Any]) -> list[Message]:
    """A conversation with the schema in its last message, for models that take it nowhere else."""
    *before, last = messages
    asks = f"Reply with one JSON object that fits this JSON schema, and with nothing else:\n{json.dumps(schema)}"
    return [*before, {**last, "content": f"{last['content']}\n\n{asks}"}]


def _plain(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _plain(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    plain: dict[str, Any] = {key: value for key, value in schema.items() if key in _KEPT}
    if "anyOf" in schema:
        return {"anyOf": [_plain(each, definitions) for each in schema["anyOf"]]}
    if "items" in schema:
        plain["items"] = _plain(schema["items"], definitions)
    if "properties" in schema:
        plain["properties"] = {name: _plain(each, definitions) for name, each in schema["properties"].items()}
        plain["required"] = list(plain["properties"])
        plain["additionalProperties"] = False
    return plain


def _closed(schema: Any) -> bool:
    """Whether no part of a schema is an object of which nothing is said."""
    if isinstance(schema, list):
        return all(map(_closed, schema))
    if not isinstance(schema, Mapping):
        return True
    return not (schema.get("type") == "object" and "properties" not in schema) and all(map(_closed, schema.values()))
