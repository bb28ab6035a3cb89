"""What FTRL's rows are worth to a perfect and to a thoughtless policy.

The rows have no golden calls, so the perfect policy looks for them: it reads the tools' sources, which no graded policy
sees, and tries their constants as arguments until a result holds the golden sub-answer. What it reaches is a lower
bound of what can be reached: some calls it does not find, some do not exist, and many take values that stand neither in
the question nor in earlier results, which strict matching does not credit.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ftrl_gym.execution import ToolFailure
from ftrl_gym.ftrl_matching import matches
from ftrl_gym.policies import call_text
from ftrl_gym.task import Json, SubQuestion
from ftrl_gym.tooldoc import ToolDocument

TRIES = 4_000
"""Calls tried for one sub-answer."""
BATCH = 100
"""Calls that run together."""

Call = tuple[str, dict[str, Any]]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class FoundCalls:
    """One call after the other, each with a golden sub-answer in its result, as far as such calls are found."""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Looks for the calls."""
        row = env.task.row
        documents = {document.name: document for document in env.rows.documents(row)}
        toolbox = env.rows.toolbox(row)
        known: list[Json] = []
        self._texts = []
        for sub in row.sub_questions:
            if sub.tool not in documents:
                continue
            document, source = documents[sub.tool], env.rows.source(row, sub.tool)
            call = _found(sub, document, _arguments(document, source, known, row.question), toolbox)
            known.append(sub.answer.value)
            if call is not None:
                self._texts.append(call_text([call], env.dialect))
        self._texts = ["That is all.", *self._texts[::-1]]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next call; words once there is none."""
        return self._texts.pop() if len(self._texts) > 1 else self._texts[0]


class ErrorEcho:
    """Calls each tool with arguments that are *named* like the golden sub-answers, none of them valid: the released
    rule finds the names in the error."""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the golden sub-answers, which no graded policy sees."""
        calls: list[Call] = [
            (sub.tool, {str(sub.answer.value): 1}) for sub in env.task.row.sub_questions if sub.tool is not None
        ]
        self._texts = ["That is all.", call_text(calls, env.dialect)]

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """All calls at once; then words."""
        return self._texts.pop() if len(self._texts) > 1 else self._texts[0]


def _found(sub: SubQuestion, document: ToolDocument, tries: Iterator[dict[str, Any]], toolbox: Any) -> Call | None:
    golden = str(sub.answer.value)
    tries = itertools.islice(tries, TRIES)
    while batch := list(itertools.islice(tries, BATCH)):
        for given, result in zip(batch, toolbox.run_batch([(document.name, one) for one in batch]), strict=True):
            if not isinstance(result, ToolFailure) and matches(golden, result):
                return document.name, given
    return None


def _arguments(document: ToolDocument, source: str, known: Sequence[Json], question: str) -> Iterator[dict[str, Any]]:
    """Arguments to try: first what has to be given, then also one or two of the others, likeliest values first."""
    properties: Mapping[str, Any] = document.parameters.get("properties") or {}
    tree = ast.parse(source)
    needed = {*(document.parameters.get("required") or ()), *_without_default(tree, document.name)}
    required = [name for name in properties if name in needed]
    optional = [name for name in properties if name not in needed]
    constants = _constants(tree)
    likely = [one for one in constants if isinstance(one, str) and one.casefold() in question.casefold()]
    found = [*likely, *known, question, *constants]
    values = {name: _values(name, schema, found) for name, schema in properties.items()}
    yield {}
    for size in range(3):
        for more in itertools.combinations(optional, size):
            names = [*required, *more]
            for chosen in itertools.islice(_diagonal([values[name] for name in names]), TRIES // (1 + size)):
                yield dict(zip(names, chosen, strict=True))


def _diagonal(lists: Sequence[Sequence[Json]]) -> Iterator[tuple[Json, ...]]:
    """All choices of one from each list, those of early entries first."""
    furthest = sum(len(one) - 1 for one in lists)
    for total in range(furthest + 1):
        yield from _summing(lists, total)


def _summing(lists: Sequence[Sequence[Json]], total: int) -> Iterator[tuple[Json, ...]]:
    if not lists:
        if total == 0:
            yield ()
        return
    for place in range(min(total, len(lists[0]) - 1) + 1):
        for rest in _summing(lists[1:], total - place):
            yield lists[0][place], *rest


def _values(name: str, schema: Any, found: Sequence[Json]) -> list[Json]:
    """Values to try for a parameter, likeliest first."""
    schema = schema if isinstance(schema, dict) else {}
    kind = schema.get("type")
    if schema.get("enum"):
        return list(schema["enum"])
    if kind == "boolean":
        return [schema.get("default") is not False, schema.get("default") is False]
    if kind == "object":
        inner = {key: _values(key, one, found) for key, one in (schema.get("properties") or {}).items()}
        return [dict(zip(inner, chosen, strict=True)) for chosen in itertools.islice(_diagonal([*inner.values()]), 20)]
    if kind == "array":
        items = _values(name, schema.get("items"), found)
        return [[one] for one in items[:40]] + [list(pair) for pair in itertools.permutations(items[:8], 2)]
    if kind in ("integer", "number"):
        return list(dict.fromkeys(filter(None, map(_as_number, found)))) or [1]
    if "date" in name.casefold() or schema.get("format") == "date":
        dates = [one for one in found if isinstance(one, str) and _DATE.fullmatch(one)]
        return list(dict.fromkeys(["1900-01-01", "2100-01-01", *dates]))
    return list(dict.fromkeys(one for one in found if isinstance(one, str))) or ["x"]


def _as_number(value: Json) -> int | float | None:
    """A number, or the number that a text is."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    try:
        return int(str(value).replace(",", ""))
    except ValueError:
        return None


def _without_default(tree: ast.AST, function: str) -> list[str]:
    """Parameters that a function cannot do without, whatever its schema says."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            names = [one.arg for one in node.args.args]
            return names[: len(names) - len(node.args.defaults)]
    return []


def _constants(tree: ast.AST) -> list[Json]:
    """Its constants in their order, but for documentation."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and id(node) not in documentation
        and isinstance(node.value, str | int | float)
    ]
