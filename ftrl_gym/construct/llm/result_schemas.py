"""The schema of a tool's results: the documented one where every result that was seen fits it, else what was seen."""

from __future__ import annotations

from collections.abc import Sequence

from ftrl_gym.task import Json
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import Returns, ToolDocument


def described(document: ToolDocument, results: Sequence[Json]) -> ToolDocument:
    """A document whose ``returns`` is true of every result.

    Args:
        document: As it was written.
        results: What calls of the tool returned; at least one.
    """
    schema = document.returns.schema_
    if schema and _fit(schema, results):
        return document
    return document.model_copy(update={"returns": Returns(schema=seen(results))})


def _fit(schema: dict[str, Json], results: Sequence[Json]) -> bool:
    parameters = {"type": "object", "properties": {"result": schema}, "required": ["result"]}
    checker = Checker(ToolDocument(name="result", description="", parameters=parameters))
    return all(checker.fits({"result": result}) for result in results)


def seen(values: Sequence[Json]) -> dict[str, Json]:
    """The narrowest schema, of types and properties, that some values fit.

    >>> seen([{"berth": "B4", "depth": 7}, {"berth": "B5", "depth": 7.5}])["properties"]["depth"]
    {'type': 'number'}
    >>> seen([{"rows": [{"id": 1}, {"id": 2, "note": None}]}])["properties"]["rows"]["items"]["required"]
    ['id']
    """
    kinds = sorted({_kind(value) for value in values})
    if {"integer", "number"} <= {*kinds}:
        kinds.remove("integer")
    schema: dict[str, Json] = {"type": kinds[0] if len(kinds) == 1 else kinds} if kinds else {}
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        names = dict.fromkeys(name for one in objects for name in one)
        schema["properties"] = {name: seen([one[name] for one in objects if name in one]) for name in names}
        schema["required"] = [name for name in names if all(name in one for one in objects)]
    elements = [each for value in values if isinstance(value, list) for each in value]
    if elements:
        schema["items"] = seen(elements)
    return schema


def _kind(value: Json) -> str:
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "object"
