"""Sub-answers that are known without knowing what to ask for: FTRL's three leaks, counted.

Its authors' data hold sub-answers that come from default arguments (47 of 820), that come from no arguments (23), and
that stand in the tool's own schema (10). Here a sub-answer is found if each of its parts stands in the result as whole
words. A failed call gives nothing away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ftrl_gym.errors import SandboxError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.grounding import tokens
from ftrl_gym.stats.sample import Measured, Sample
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import ToolDocument


@dataclass(frozen=True)
class Leaks:
    """How many sub-answers leak; the first three are None when no tool was run, and each holds the one before."""

    sub_answers: int
    empty_call: int | None
    """The tool gives it when it is called without arguments."""
    defaults: int | None
    """The tool gives it for its default arguments, whatever stands in the required ones."""
    first_values: int | None
    """The tool gives it for its default arguments and the first value that the schema allows in each required one."""
    in_schema: int
    """It stands in the tool's own document: in a description, or as a default, an example or a value of an enum."""
    not_run: int
    """Sub-answers whose tool cannot be run here; they count in none of the first three."""


def leaks(sample: Sample) -> Leaks:
    """Counts the leaks of all sub-answers."""
    found = [0, 0, 0]
    total = in_schema = not_run = 0
    run = all(task.run is not None for task in sample.tasks)
    results: dict[tuple[str, str, int, str], list[str] | None] = {}
    for task in sample.tasks:
        documents = {document.name: document for document in task.documents}
        for answer in task.sub_answers:
            total += 1
            document = documents.get(answer.tool)
            if document is None:
                continue
            in_schema += _holds(f" {' '.join(_told(document))} ", answer.text)
            if task.run is None:
                continue
            key = (task.world, task.toolset, 0 if task.world else id(task), answer.tool)
            if key not in results:
                results[key] = _blind_results(task, document)
            texts = results[key]
            if texts is None:
                not_run += 1
                continue
            empty, first, last = (_holds(text, answer.text) for text in texts)
            for place, leaked in enumerate((empty, empty or (first and last), empty or first)):
                found[place] += leaked
    empty_call, defaults, first_values = found if run else (None, None, None)
    return Leaks(total, empty_call, defaults, first_values, in_schema, not_run)


def _blind_results(task: Measured, document: ToolDocument) -> list[str] | None:
    """What an empty call gives, and what calls with defaults and with the first and the last values give, as words;
    None if the tool cannot be run."""
    assert task.run is not None
    texts = []
    for arguments in blind_calls(document):
        try:
            texts.append(_words(task.run(document.name, arguments)))
        except ToolFailure:
            texts.append("")
        except SandboxError:
            return None
    return texts


def blind_calls(document: ToolDocument) -> Iterator[dict[str, Any]]:
    """Three calls that anybody can write who knows nothing but the schema: without arguments; then with every default,
    and in each required parameter without one the first value that its schema allows, and the last one.

    >>> schema = {"type": "object", "properties": {"by": {"enum": ["area", "depth"]}, "n": {"default": 3}, "of": {}}}
    >>> list(blind_calls(ToolDocument(name="lake", description="", parameters=schema | {"required": ["by"]})))
    [{}, {'by': 'area', 'n': 3}, {'by': 'depth', 'n': 3}]
    """
    yield {}
    properties: dict[str, Any] = document.parameters.get("properties", {})
    required = document.parameters.get("required", ())
    for place in (0, -1):
        yield {
            name: schema["default"] if "default" in schema else _value(schema, place)
            for name, schema in properties.items()
            if "default" in schema or name in required
        }


def _value(schema: dict[str, Any], place: int) -> Json:
    """A value of a schema, without any thought: the first or the last of its enum, or some value of its type."""
    if schema.get("enum"):
        return schema["enum"][place]
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    values: dict[str, tuple[Json, Json]] = {
        "string": ("x", "y"),
        "boolean": (False, True),
        "integer": (1, 2),
        "number": (1.5, 2.5),
        "array": ([], []),
        "object": ({}, {}),
        "null": (None, None),
    }
    return values[kind][place]


def _told(document: ToolDocument) -> Iterator[str]:
    """The words that a document tells a reader; types and bounds are none."""
    yield tokens(document.description)
    waiting: list[Any] = [document.parameters]
    while waiting:
        schema = waiting.pop()
        if isinstance(schema, list):
            waiting += schema
        elif isinstance(schema, dict):
            for keyword, value in schema.items():
                if keyword in _TELLING:
                    yield _words(value)
                elif keyword == "properties" and isinstance(value, dict):
                    waiting += value.values()
                elif keyword in _NESTED:
                    waiting.append(value)


_TELLING = ("description", "title", "default", "enum", "const", "example", "examples")
_NESTED = ("items", "additionalProperties", "anyOf", "oneOf", "allOf")


def _words(value: Json) -> str:
    return tokens(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _holds(text: str, answer: str) -> bool:
    parts = [tokens(part) for part in answer.split(", ")]
    return bool(text.strip()) and any(part.strip() for part in parts) and all(part in text for part in parts)
