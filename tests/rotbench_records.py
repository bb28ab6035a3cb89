"""Records in RoTBench's format, written for the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LEVELS = ("clean", "slight", "medium", "heavy", "union")


def tool(name: str, *required: str, **optional: str) -> dict[str, Any]:
    properties = {key: {"type": "string"} for key in (*required, *optional)}
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    return {"name": name, "description": f"what {name} does", "parameters": parameters}


TOOLS = (
    tool("find_ferry", "harbour", "day"),
    tool("list_harbours"),
    tool("ask_to_user", "question"),
    tool("finish", "answer"),
)


def action(name: str, **arguments: Any) -> str:
    return f"Thought:\nAction: {name}\nAction Input: {json.dumps(arguments)}"


def record(*answers: str, tools: tuple[dict[str, Any], ...] = TOOLS) -> dict[str, Any]:
    system = f"Use the tools. You have access of the following tools:\n{json.dumps(list(tools))}\n\nLet's Begin!"
    right = list(answers) or [action("find_ferry", harbour="Ostby", day="None"), action("list_harbours")]
    return {
        "id": "Turn 1: Is there a ferry?",
        "scenario": "RS",
        "conversations": [
            {"from": "system", "value": system},
            {"from": "user", "value": "Is there a ferry from Ostby?\nBegin!\n"},
            {"from": "assistant", "value": right},
        ],
    }


def written(folder: Path, *records: dict[str, Any]) -> Path:
    """A folder with all five levels."""
    for level in LEVELS:
        (folder / f"{level}.json").write_text(json.dumps(list(records) or [record()]), encoding="utf-8")
    return folder
