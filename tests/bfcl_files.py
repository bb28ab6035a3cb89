"""Entries in the layout of bfcl-eval's data, written for the tests; the tools they call are the package's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def _document(name: str, required: list[str], **types: str) -> dict[str, Any]:
    properties = {key: {"type": kind, "description": key} for key, kind in types.items()}
    parameters = {"type": "dict", "properties": properties, "required": required}
    return {"name": name, "description": f"{name}.", "parameters": parameters}


MATH = [
    _document("add", ["a", "b"], a="float", b="float"),
    _document("power", ["base", "exponent"], base="float", exponent="float"),
    _document("logarithm", ["value", "base", "precision"], value="float", base="float", precision="integer"),
]
FILES = [
    _document("pwd", []),
    _document("mkdir", ["dir_name"], dir_name="string"),
    _document("touch", ["file_name"], file_name="string"),
    _document("echo", ["content"], content="string", file_name="string"),
    _document("cat", ["file_name"], file_name="string"),
]
_DISK = {"root": {"home": {"type": "directory", "contents": {}}}}


def conversation(name: str, **more: Any) -> dict[str, Any]:
    """Two turns of a user: a sum, then a folder."""
    return {
        "id": name,
        "question": [[{"role": "user", "content": "Add 2 and 3."}], [{"role": "user", "content": "Make a folder."}]],
        "initial_config": {"GorillaFileSystem": _DISK},
        "path": ["MathAPI.add", "GorillaFileSystem.mkdir"],
        "involved_classes": ["MathAPI", "GorillaFileSystem"],
    } | more


def single(name: str, *functions: dict[str, Any], system: str = "") -> dict[str, Any]:
    """A question of one turn."""
    first = [{"role": "system", "content": system}] if system else []
    return {"id": name, "question": [[*first, {"role": "user", "content": "Do it."}]], "function": list(functions)}


AREA = _document("shape.area", ["base"], base="integer", height="float", unit="string")
JAVA = _document("Maps.put", ["key", "many"], key="any", many="HashMap", big="long", sure="boolean")

ENTRIES: dict[str, list[dict[str, Any]]] = {
    "multi_turn_base": [conversation("multi_turn_base_0")],
    "multi_turn_miss_func": [
        conversation(
            "multi_turn_miss_func_0",
            question=[[{"role": "user", "content": "Make a folder."}], []],
            missed_function={"1": ["mkdir"]},
        )
    ],
    "simple_python": [single("simple_python_0", AREA, system="Be brief.")],
    "simple_java": [single("simple_java_0", JAVA)],
    "parallel": [single("parallel_0", AREA)],
    "irrelevance": [single("irrelevance_0", AREA)],
    "live_relevance": [single("live_relevance_0-0-0", AREA)],
}
ANSWERS: dict[str, list[Any]] = {
    "multi_turn_base": [[["add(2, b=3)"], ["mkdir(dir_name='new')"]]],
    "multi_turn_miss_func": [[[], ["mkdir('new')"]]],
    "simple_python": [[{"shape.area": {"base": [10], "height": ["", 5.0], "unit": ["cm", ""]}}]],
    "simple_java": [[{"Maps.put": {"key": ["k"], "many": [{"a": [1]}], "big": [7], "sure": [True]}}]],
    "parallel": [[{"shape.area": {"base": [1]}}, {"shape.area": {"base": [2]}}]],
}


def bfcl_folder(folder: Path) -> Path:
    """Writes them, and returns the folder."""
    for name, documents in (("math_api", MATH), ("gorilla_file_system", FILES)):
        _write(folder / "multi_turn_func_doc" / f"{name}.json", documents)
    for category, entries in ENTRIES.items():
        _write(folder / f"BFCL_v4_{category}.json", entries)
        if category in ANSWERS:
            golds = zip(entries, ANSWERS[category], strict=True)
            answers = [{"id": entry["id"], "ground_truth": answer} for entry, answer in golds]
            _write(folder / "possible_answer" / f"BFCL_v4_{category}.json", answers)
    return folder


def _write(file: Path, lines: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
