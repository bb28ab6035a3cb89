"""From what a model wrote to a checked reply, or to words that tell the model what is wrong with it.

Models think aloud, talk around their JSON, fence it, wrap it once more, and write JSON that is none. All of that is
read; what is read is then held against the reply's model. Nothing here raises anything but :class:`Unusable`, whatever
the text is, and a text costs time in proportion to its length.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ftrl_gym.construct.llm.replies import WriterStage, whole
from ftrl_gym.errors import MissingExtraError

MAX_REPLY_CHARS = 400_000
"""A longer reply is not read; the largest that is of use is a tenth of it."""
MAX_REPAIR_CHARS = 100_000
MAX_DEPTH = 24
"""JSON nested more deeply is not read: no document needs it, and whatever looks at it may recurse."""
_MAX_CANDIDATES = 40
_MAX_PROBLEMS = 8
_WRAPPERS = {"result", "response", "reply", "output", "data", "json", "answer", *WriterStage}

ModelT = TypeVar("ModelT", bound=BaseModel)


class Unusable(Exception):
    """Why a reply cannot be used, in words for the model that wrote it."""


def read(text: str, model: type[ModelT]) -> ModelT:
    """The reply in a model's message.

    Raises:
        Unusable: There is none that fits.
    """
    if len(text) > MAX_REPLY_CHARS:
        raise Unusable(f"the reply is longer than {MAX_REPLY_CHARS:,} characters")
    said = without_thoughts(text)
    if not said:
        raise Unusable("the reply is empty")
    problem: Unusable | None = None
    for value in _objects(said):
        try:
            return model.model_validate(_unwrapped(whole(value), model))
        except ValidationError as error:
            problem = problem or Unusable(_explained(error))
        except RecursionError:
            problem = problem or Unusable("its JSON is nested too deeply")
    raise problem or Unusable("there is no JSON object in the reply")


def without_thoughts(text: str) -> str:
    """A message without its reasoning, also where only the end of the reasoning is marked.

    >>> without_thoughts("first I … </think> {}")
    '{}'
    """
    _, _, after = text.rpartition("</think>")
    said = after if "</think>" in text else re.sub(r"<think>.*", "", text, flags=re.DOTALL)
    return str(whole(said)).strip()


def _objects(text: str) -> Iterator[Any]:
    """Everything in a text that could be the reply, the likeliest first."""
    whole = _parsed(text)
    if whole is not None:
        yield whole
        return
    fences = re.findall(r"```[\w+-]*[ \t]*\n(.*?)```", text, re.DOTALL)
    for fence in sorted(fences[:_MAX_CANDIDATES], key=len, reverse=True):
        value = _parsed(fence.strip())
        if value is not None:
            yield value
    yield from sorted(_embedded(text), key=lambda value: len(json.dumps(value)), reverse=True)
    yield from _repaired(text)


def _parsed(text: str) -> Any:
    """The object or list that a text is; None for anything else."""
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) and _sound(value) else None


def _embedded(text: str) -> list[Any]:
    """Objects that stand within prose."""
    found: list[Any] = []
    at = text.find("{")
    for _ in range(_MAX_CANDIDATES):
        if at < 0:
            break
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if value and _sound(value):
                found.append(value)
        at = text.find("{", end)
    return found


def _repaired(text: str) -> Iterator[Any]:
    """What a library for broken JSON makes of it: of the text from its first brace on, whatever it lacks."""
    at = text.find("{")
    if at < 0 or len(text) - at > MAX_REPAIR_CHARS or text.count("{") + text.count("[") > MAX_REPAIR_CHARS // 50:
        return
    try:
        import json_repair
    except ImportError as error:
        raise MissingExtraError("json-repair", "endpoint") from error
    try:
        value: Any = json_repair.repair_json(text[at:], return_objects=True, skip_json_loads=True)
    except (ValueError, RecursionError, IndexError):  # of a text that it cannot make out
        return
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict) and each and _sound(each):
            yield each


def _sound(value: Any, depth: int = 0) -> bool:
    """Whether a value is finite and not nested too deeply."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(_sound(inner, depth + 1) for inner in value.values())
    if isinstance(value, list):
        return all(_sound(inner, depth + 1) for inner in value)
    if isinstance(value, int):
        return abs(value) < 2**63
    return not isinstance(value, float) or math.isfinite(value)


def _unwrapped(value: Any, model: type[BaseModel]) -> Any:
    """The reply out of an object around it, or its one list put where it belongs."""
    lists = [name for name, field in model.model_fields.items() if field.is_required()]
    if isinstance(value, list):
        return value[0] if len(value) == 1 and isinstance(value[0], dict) and len(lists) > 1 else {lists[0]: value}
    if isinstance(value, dict) and len(value) == 1:
        (name, inner), *_ = value.items()
        if name in _WRAPPERS and name not in model.model_fields and isinstance(inner, dict):
            return inner
    return value


def _explained(error: ValidationError) -> str:
    """What is wrong, a line for each fault, as the model can understand it."""
    lines = []
    for fault in error.errors(include_url=False, include_context=False)[:_MAX_PROBLEMS]:
        place = ".".join(map(str, fault["loc"]))
        wrote = "" if fault["type"] in ("missing", "value_error") else f", not {_short(fault['input'])}"
        said = fault["msg"].removeprefix("Value error, ")
        lines.append(f"{place}: {said}{wrote}" if place else f"{said}{wrote}")
    left = error.error_count() - len(lines)
    return "\n".join([*lines, f"and {left} more faults"] if left else lines)


def _short(value: Any) -> str:
    text = repr(value)[:200]
    return text if len(text) <= 80 else text[:79] + "…"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
