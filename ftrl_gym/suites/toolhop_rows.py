"""ToolHop's records as tasks: reading them, and refusing what cannot be played with the file and the line.

A record has ``id``, ``question``, ``answer``, ``sub_task`` (sub-question -> answer), ``tools`` (OpenAI schemas, a list
or by sub-question) and ``functions`` (Python sources, a list or by tool name). A file is one JSON array or a record a
line. A tool listed under a sub-question is the one that answers it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ftrl_gym.errors import UsageError
from ftrl_gym.suites.data_files import content_of
from ftrl_gym.suites.ftrl_rows import Odd, Row, built, documents_of, final_answer, located, sub_answer, text_of
from ftrl_gym.task import Kind, Outcome, OutcomeKind, Provenance, Split, SubQuestion, Task
from ftrl_gym.tooldoc import ToolDocument

WHERE = "ToolHop's records are one JSON file of the authors' release; download it and pass path='.../ToolHop.json'"
_FIELDS = ("id", "question", "answer", "sub_task", "tools", "functions")
_DEFINITION = re.compile(r"^(?:async\s+)?def\s+(\w+)", re.MULTILINE)
_SPACE = re.compile(r"[\s,]*")


def read_records(path: str | os.PathLike[str]) -> tuple[Row, ...]:
    """All records of a file, in order; the record with the id 7 is ``record-7``. Read once per version of the file.

    Raises:
        UsageError: The file does not exist or a record cannot be played; names file, line and what is wrong.
    """
    return _read(*located(path, "pass its .json or .jsonl file", WHERE))


@lru_cache(maxsize=4)
def _read(file: Path, mtime_ns: int, size: int) -> tuple[Row, ...]:
    line, rows = 1, dict[str, Row]()
    try:
        for place, data in _records(content_of(file).decode()):
            line = place
            if isinstance(data, Odd):
                raise data
            row = _row(data)
            if row.task.id in rows:
                raise Odd(f"a second record has the id {data['id']!r:.60}")
            rows[row.task.id] = row
    except (Odd, UnicodeDecodeError) as error:
        raise UsageError(f"{file}, line {line}: {error}") from None
    if not rows:
        raise UsageError(f"{file} holds no records. {WHERE}")
    return tuple(rows.values())


def _records(text: str) -> Iterator[tuple[int, Any]]:
    """(line, record) of each; where one is no JSON, what is wrong with it, and no more."""
    decoder, place = json.JSONDecoder(), 0
    in_array = text.lstrip().startswith("[")
    if in_array:
        place = text.index("[") + 1
    while True:
        found = _SPACE.match(text, place)
        place = found.end() if found else place
        if place >= len(text) or (in_array and text[place] == "]"):
            break
        line = 1 + text.count("\n", 0, place)
        try:
            data, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            yield line, Odd(f"no JSON ({error}); is the file truncated?")
            return
        yield line, data
    if in_array and place >= len(text):
        yield 1 + text.count("\n"), Odd("the array has no end; is the file truncated?")


def _row(data: Any) -> Row:
    if not isinstance(data, dict):
        raise Odd("a record is a JSON object")
    missing = [name for name in _FIELDS if name not in data]
    if missing:
        raise Odd(f"the record lacks {', '.join(missing)}; ToolHop's records have {', '.join(_FIELDS)}")
    for name in ("question", "answer"):
        if data[name] is None or isinstance(data[name], list | dict) or not text_of(data[name]).strip():
            raise Odd(f"field {name!r} is {data[name]!r:.60}; it is text")
    if not isinstance(data["question"], str):
        raise Odd(f"field 'question' is {data['question']!r:.60}; it is text")
    if isinstance(data["id"], list | dict | None):
        raise Odd(f"field 'id' is {data['id']!r:.60}; it is text or a number")
    documents, answering = _tools(data["tools"])
    sub_questions = _sub_questions(data["sub_task"], answering)
    task = built(
        Task,
        id=f"record-{data['id']}",
        split=Split.TEST,
        kind=Kind.MULTI_HOP if len(sub_questions) > 1 else Kind.SINGLE_HOP,
        world="",
        question=data["question"],
        sub_questions=sub_questions,
        outcome=Outcome(
            kind=OutcomeKind.ANSWER,
            answer=final_answer(text_of(data["answer"])),
            earned_by=tuple(sub.id for sub in sub_questions),
        ),
        tools=tuple(document.name for document in documents),
        provenance=Provenance(writer="llm", seed=0, version="ToolHop", model="not published"),
    )
    return Row(task, documents, _sources(data["functions"], documents), text_of(data["answer"]))


def _tools(tools: Any) -> tuple[tuple[ToolDocument, ...], dict[str, str]]:
    """The documents, and which tool is listed under which sub-question."""
    if isinstance(tools, list):
        return documents_of(tools), {}
    if not isinstance(tools, dict):
        raise Odd(f"field 'tools' holds a {type(tools).__name__}; it is a list of schemas, or schemas by sub-question")
    schemas = list(tools.values())
    documents = documents_of(schemas)
    names = [schema.get("function", schema)["name"] for schema in schemas]
    return documents, dict(zip(tools, names, strict=True))


def _sub_questions(sub_task: Any, answering: dict[str, str]) -> tuple[SubQuestion, ...]:
    if not isinstance(sub_task, dict) or not sub_task:
        raise Odd("field 'sub_task' is an object: sub-question -> answer, with at least one")
    found: list[SubQuestion] = []
    for question, answer in sub_task.items():
        if answer is None or isinstance(answer, list | dict):
            raise Odd(f"the answer of sub-question {question[:60]!r} is {answer!r:.60}; it is text or a number")
        sub = built(
            SubQuestion,
            id=f"s{len(found)}",
            question=question,
            answer=built(sub_answer, golden=text_of(answer)),
            depends_on=(),
            tool=answering.get(question),
        )
        found.append(sub)
    return tuple(found)


def _sources(functions: Any, documents: Sequence[ToolDocument]) -> dict[str, str]:
    names = [document.name for document in documents]
    if isinstance(functions, dict):
        texts = {name: functions[name] for name in names if name in functions}
    elif isinstance(functions, list):
        texts = {}
        for place, source in enumerate(functions):
            defined = _DEFINITION.findall(source) if isinstance(source, str) else []
            wanted = [name for name in defined if name in names]
            if not wanted:
                raise Odd(f"function {place} defines none of the tools {', '.join(names)[:200]}")
            texts.update(dict.fromkeys((name for name in wanted if name not in texts), source))
    else:
        raise Odd(f"field 'functions' holds a {type(functions).__name__}; it is a list of sources, or sources by tool")
    for name in names:
        if not isinstance(texts.get(name), str):
            raise Odd(f"the tool {name!r:.60} has no source among the functions")
    return texts
