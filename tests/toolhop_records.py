"""Records in ToolHop's format, written for the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_MAYOR = '''
import re
from typing import Any

CITIES = {"harlen": "Ada Brandt", "ostby": "Per Lind"}


def _key(city):
    return re.sub(r"\\W+", "", city).lower()


def find_mayor(city, year=2020):
    """The mayor of a city in a year."""
    if _key(city) not in CITIES:
        return {"error": "unknown city"}
    return {"city": city, "mayor": CITIES[_key(city)], "year": year}
'''
_LETTERS = """
def count_letters(text, ignore_spaces=True):
    def count(rest):
        if not rest:
            return 0
        return (0 if ignore_spaces and rest[0] == " " else 1) + count(rest[1:])
    return count(text)
"""


def _schema(name: str, parameter: str, **others: str) -> dict[str, Any]:
    properties = {key: {"type": kind} for key, kind in {parameter: "string", **others}.items()}
    parameters = {"type": "object", "properties": properties, "required": [parameter]}
    return {"name": name, "description": f"{name} of a {parameter}", "parameters": parameters}


def record(**changes: Any) -> dict[str, Any]:
    """A record with two hops."""
    return {
        "id": 7,
        "question": "How many letters has the name of the mayor of Harlen?",
        "answer": "9",
        "sub_task": {"Who is the mayor of Harlen?": "Ada Brandt", "How many letters has Ada Brandt?": "9"},
        "tools": {
            "Who is the mayor of Harlen?": _schema("find_mayor", "city", year="integer"),
            "How many letters has Ada Brandt?": _schema("count_letters", "text", ignore_spaces="boolean"),
        },
        "functions": [_MAYOR, _LETTERS],
    } | changes


def written(folder: Path, *records: Any, lines: bool = False) -> Path:
    """A file of records: one array, or a record a line."""
    path = folder / ("toolhop.jsonl" if lines else "toolhop.json")
    path.write_text("".join(json.dumps(item) + "\n" for item in records) if lines else json.dumps(records, indent=1))
    return path
