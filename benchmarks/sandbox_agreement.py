"""Whether foreign tools give the same in the sandbox as in CPython.

    python benchmarks/sandbox_agreement.py $FTRL_REFERENCE_DIR/ftrl/test_sample.jsonl

For each tool of the rows, calls are generated from its schema and its source: enums, defaults, the literals that the
source compares with or looks up, boundary values, one optional argument at a time. Those that return without an error
in CPython, in a process of their own that is ended when it takes too long, are played in the sandbox. The table of
exceptions goes to ``benchmarks/results/sandbox_agreement.md``.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ftrl_gym.errors import FtrlGymError, SandboxError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.suites.ftrl_rows import Row, read_rows

RESULTS = Path(__file__).parent / "results" / "sandbox_agreement.md"
_SECONDS = 20
_PLAIN = r"""
import io, json, sys
output, sys.stdout = sys.stdout, io.StringIO()
for line in sys.stdin:
    name, source, calls = json.loads(line)
    for arguments in calls:
        try:
            names = {"__name__": "tool"}
            exec(source, names)
            result = names[name](**arguments)
            if not (result is None or isinstance(result, (str, bool, int, float, list, dict))):
                result = str(result)
            told = [True, json.dumps(result, ensure_ascii=True, allow_nan=False)]
        except BaseException as error:
            told = [False, type(error).__name__]
        print(json.dumps(told), file=output, flush=True)
"""
_BOUNDARY: dict[str, list[Any]] = {
    "string": ["", "x", "2020-02-29", "Zürich"],
    "integer": [0, 1, -1, 10**6],
    "number": [0, 0.5, -2.25, 1e6],
    "boolean": [True, False],
    "array": [[], ["x"]],
    "object": [{}],
}


def generated(row: Row, tool: str, most: int) -> list[dict[str, Any]]:
    """Arguments for a tool, from its schema and its source; the same ones every time."""
    document = next(document for document in row.documents if document.name == tool)
    properties: dict[str, Any] = document.parameters.get("properties", {})
    required = [name for name in document.parameters.get("required", []) if name in properties]
    literals = list(_literals(row.sources[tool]))
    rng = random.Random(tool)
    values = {name: _values(schema, literals) for name, schema in properties.items()}
    calls: dict[str, dict[str, Any]] = {}
    for number in range(most * 8):
        chosen = {name: rng.choice(values[name]) for name in required if values[name]}
        others = [name for name in properties if name not in required and values[name]]
        for name in rng.sample(others, min(len(others), number % 4)):
            chosen[name] = rng.choice(values[name])
        calls.setdefault(json.dumps(chosen, sort_keys=True), chosen)
        if len(calls) >= most:
            break
    return list(calls.values())


def _values(schema: dict[str, Any], literals: Sequence[Any]) -> list[Any]:
    found: list[Any] = [*schema.get("enum", [])] * 2
    if "default" in schema:
        found.append(schema["default"])
    kind = schema.get("type", "string")
    python: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
    }
    fitting = [value for value in literals if isinstance(value, python.get(kind, str))]
    if kind in ("integer", "number"):
        fitting = [value for value in fitting if not isinstance(value, bool)]
        found += [value + step for value in fitting for step in (-1, 0, 1)]
    elif kind == "array":
        found += [[value] for value in literals if isinstance(value, str)]
    else:
        found += fitting
    if kind == "object":
        inner = schema.get("properties", {})
        found.append({name: _values(part, literals)[0] for name, part in inner.items() if isinstance(part, dict)})
    return found + _BOUNDARY.get(kind, ["x"])


def _literals(source: str) -> Iterator[Any]:
    """What the source compares with, looks up or lists."""
    seen: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Dict):
            parts = [key for key in node.keys if key is not None] + node.values
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            parts = node.elts
        for part in parts:
            for inner in [part, *getattr(part, "elts", [])]:
                value = inner.value if isinstance(inner, ast.Constant) else None
                if isinstance(value, str | int | float) and repr(value) not in seen and len(str(value)) < 80:
                    seen.add(repr(value))
                    yield value


def in_cpython(tool: str, source: str, calls: Sequence[dict[str, Any]]) -> list[str | None]:
    """The results as JSON; None for a call that raised, or did not come back."""
    line = json.dumps([tool, source, list(calls)]) + "\n"
    with subprocess.Popen(
        [sys.executable, "-I", "-c", _PLAIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            out, _ = process.communicate(line, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
    told = [json.loads(answer) for answer in out.splitlines()]
    results = [text if done else None for done, text in told]
    return results + [None] * (len(calls) - len(results))


def compare(rows: Sequence[Row], most: int) -> tuple[int, int, int, list[str]]:
    """(tools, calls, calls with the same result, the exceptions)."""
    tools, asked, same, exceptions = 0, 0, 0, list[str]()
    for row in rows:
        for tool, source in row.sources.items():
            tools += 1
            calls = generated(row, tool, most)
            wanted = in_cpython(tool, source, calls)
            good = [(call, text) for call, text in zip(calls, wanted, strict=True) if text is not None]
            try:
                box = SandboxToolbox({tool: source}, realm="agreement")
                results = box.run_batch([(tool, call) for call, _ in good])
            except SandboxError as error:
                results = [ToolFailure(str(error))] * len(good)
            for (call, text), result in zip(good, results, strict=True):
                asked += 1
                equal = not isinstance(result, ToolFailure) and json.loads(text) == result
                same += equal
                if not equal:
                    got = str(result) if isinstance(result, ToolFailure) else json.dumps(result)
                    exceptions.append(
                        f"| {row.task.id} | {tool} | {_cell(json.dumps(call))} | {_cell(text)} | {_cell(got)} |"
                    )
    return tools, asked, same, exceptions


def _cell(text: str) -> str:
    return f"`{text[:90].replace('|', '/').replace(chr(96), ' ')}`"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code: 1 if fewer than 99% agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, help="a file in FTRL's format")
    parser.add_argument("--calls", type=int, default=12, help="at most so many of each tool (default: 12)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the table goes")
    chosen = parser.parse_args(arguments)
    try:
        tools, asked, same, exceptions = compare(read_rows(chosen.rows), chosen.calls)
    except FtrlGymError as error:
        print(f"sandbox_agreement: {error}", file=sys.stderr)
        return 2
    share = same / asked if asked else 0.0
    summary = f"{tools} tools, {asked:,} calls that return in CPython, {same:,} the same in the sandbox: {share:.2%}"
    command = f"python benchmarks/sandbox_agreement.py {chosen.rows.name} --calls {chosen.calls}"
    lines = ["# Sandbox and CPython", "", f"`{command}`", "", summary, ""]
    if exceptions:
        head = "| row | tool | arguments | CPython | sandbox |"
        lines += ["Every exception:", "", head, "|---|---|---|---|---|", *exceptions, ""]
    chosen.out.write_text("\n".join(lines), encoding="utf-8")
    print(summary)
    return 0 if share >= 0.99 else 1


if __name__ == "__main__":
    raise SystemExit(main())
