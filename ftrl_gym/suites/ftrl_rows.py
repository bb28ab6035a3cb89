"""FTRL's JSONL rows as tasks: reading them, and refusing what cannot be played with the file and the line.

A row has a question, OpenAI tool schemas, one Python source per tool, and golden sub-answers per tool; it has no
plans, no facts and no golden calls. Odd but harmless data (integer answers, no sub-answers, answers of a tool that is
not offered, types spelt as in Python) are taken as they are meant.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ftrl_gym.errors import UsageError
from ftrl_gym.foreign_schema import clean_schema
from ftrl_gym.task import Answer, AnswerType, Kind, Outcome, OutcomeKind, Provenance, Split, SubQuestion, Task
from ftrl_gym.tooldoc import ToolDocument

WHERE = (
    "FTRL's rows are Data/jsonl/raw/train.jsonl (2,215) and test.jsonl (200) of the repository bytedance/FTRL on "
    "GitHub; download them and pass path='.../test.jsonl'"
)
_FIELDS = ("messages", "tools", "codes", "unsolved_set", "data_source", "split", "answer")
_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


@dataclass(frozen=True)
class Row:
    """One row, ready to play."""

    task: Task
    documents: tuple[ToolDocument, ...]
    sources: Mapping[str, str]
    """Tool -> Python source, for the offered tools that have one."""
    golden: str = ""
    """The golden final answer as it is written; empty where there is none."""


class Odd(Exception):
    """What is wrong with a row; the reader adds file and line."""


def read_rows(path: str | os.PathLike[str]) -> tuple[Row, ...]:
    """All rows of a file, in order; the row of line 7 has the id ``row-0007``. Read once per version of the file.

    Raises:
        UsageError: The file does not exist or a row cannot be played; names file, line and what is wrong.
    """
    return _read(*located(path, "pass one of its .jsonl files", WHERE))


def located(path: str | os.PathLike[str], wanted: str, where: str) -> tuple[Path, int, int]:
    """A file of published data, with what tells its versions apart: time of change in nanoseconds, and bytes.

    Args:
        path: As a user gives it.
        wanted: What to pass in place of a folder.
        where: Where the data are to be had.

    Raises:
        UsageError: There is no such file.
    """
    file = Path(path).expanduser()
    try:
        stat = file.stat()
    except OSError:
        raise UsageError(f"there is no file {str(file)!r}. {where}") from None
    if not file.is_file():
        raise UsageError(f"{str(file)!r} is a folder; {wanted}. {where}")
    return file.resolve(), stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=4)
def _read(file: Path, mtime_ns: int, size: int) -> tuple[Row, ...]:
    rows = []
    try:
        with file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    rows.append(_row(line, number))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except (Odd, UnicodeDecodeError) as error:
        raise UsageError(f"{file}, line {number}: {error}") from None
    if not rows:
        raise UsageError(f"{file} holds no rows. {WHERE}")
    return tuple(rows)


def _row(line: bytes, number: int) -> Row:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Odd(f"no JSON ({error}); is the file truncated?") from None
    if not isinstance(data, dict):
        raise Odd("a row is a JSON object")
    missing = [name for name in _FIELDS if name not in data]
    if missing:
        raise Odd(f"the row lacks {', '.join(missing)}; FTRL's rows have {', '.join(_FIELDS)}")
    house_rules, question = _conversation(data["messages"])
    documents = documents_of(_inner(data, "tools", list))
    codes = _inner(data, "codes", dict)
    sources = {d.name: codes[d.name] for d in documents if isinstance(codes.get(d.name), str)}
    sub_questions = _sub_questions(_inner(data, "unsolved_set", dict))
    answer = None if data["answer"] is None else final_answer(text_of(data["answer"]))
    task = built(
        Task,
        id=f"row-{number:04d}",
        split=_member("split", data["split"], Split),
        kind=_member("data_source", str(data["data_source"]).rpartition("/")[2], Kind),
        world="",
        question=question,
        policy_text=house_rules,
        sub_questions=sub_questions,
        outcome=Outcome(kind=OutcomeKind.ANSWER, answer=answer, earned_by=tuple(sub.id for sub in sub_questions)),
        tools=tuple(document.name for document in documents),
        provenance=Provenance(writer="llm", seed=0, version="FTRL", model="not published"),
    )
    return Row(task, documents, sources, "" if data["answer"] is None else text_of(data["answer"]))


def _inner(data: dict[str, Any], name: str, kind: type) -> Any:
    """A field that holds JSON as text; the value itself is taken, too."""
    value = data[name]
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise Odd(f"field {name!r} is no JSON text: {error}") from None
    if not isinstance(value, kind):
        raise Odd(f"field {name!r} holds a {type(value).__name__}; it is a {kind.__name__} in JSON text")
    return value


def _conversation(messages: Any) -> tuple[str, str]:
    """(system message or "", question)."""
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        raise Odd("field 'messages' is a list of objects with role and content")
    roles = [message.get("role") for message in messages]
    if roles not in (["user"], ["system", "user"]):
        raise Odd(
            f"the conversation has roles {str(roles)[:80]}; only untouched rows (one user message) can be played, "
            "training prefixes cannot"
        )
    texts = [message.get("content") for message in messages]
    if not all(isinstance(text, str) for text in texts):
        raise Odd("a message's content is text")
    return (texts[0] if len(texts) == 2 else ""), texts[-1]


def documents_of(tools: list[Any]) -> tuple[ToolDocument, ...]:
    """Tool documents from OpenAI's schemas, in order; of several with a name the first.

    Args:
        tools: Schemas, with ``{"type": "function", ...}`` around each or without.

    Raises:
        Odd: One is no such schema.
    """
    documents: dict[str, ToolDocument] = {}
    for place, tool in enumerate(tools):
        function = tool.get("function", tool) if isinstance(tool, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise Odd(f"tool {place} is no OpenAI function schema with a name")
        document = built(
            ToolDocument,
            name=function["name"],
            description=str(function.get("description", "")),
            parameters=clean_schema({**_mapping(function.get("parameters")), "type": "object"}),
        )
        documents.setdefault(document.name, document)
    return tuple(documents.values())


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sub_questions(unsolved: dict[str, Any]) -> tuple[SubQuestion, ...]:
    result: list[SubQuestion] = []
    for tool, goldens in unsolved.items():
        if not isinstance(goldens, list):
            raise Odd(f"the sub-answers of {tool!r} are no list")
        for golden in map(text_of, goldens):
            name = f"s{len(result)}"
            answer = sub_answer(golden)
            result.append(SubQuestion(id=name, question=f"a sub-answer of {tool}", answer=answer, tool=tool))
    return tuple(result)


def sub_answer(golden: str) -> Answer:
    """A golden sub-answer with its type. The text stays as it is: both matchings compare it with results, and know
    numbers by their look."""
    return Answer(type=AnswerType.NUMBER if _NUMBER.fullmatch(golden) else AnswerType.NAME, value=golden)


def final_answer(text: str) -> Answer:
    """A golden final answer with its type. Its value keeps the text but for a number's commas, since the published
    matching compares text.

    >>> final_answer("1,204").value, final_answer("2007-11-7").aliases
    ('1204', ('2007-11-07',))
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return Answer(type=AnswerType.NUMBER, value=text.replace(",", ""))
    aliases: list[str] = []
    if date := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        aliases.append(f"{date[1]}-{int(date[2]):02d}-{int(date[3]):02d}")
    if text.casefold() in ("yes", "no"):
        aliases.append("true" if text.casefold() == "yes" else "false")
    return Answer(type=AnswerType.NAME, value=text, aliases=tuple(aliases))


def text_of(value: Any) -> str:
    """Text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _member(field: str, value: Any, known: type[StrEnum]) -> StrEnum:
    try:
        return known(value)
    except ValueError:
        names = ", ".join(member.value for member in known)
        raise Odd(f"field {field!r} is {str(value)[:60]!r}; known: {names}") from None


def built(model: Callable[..., Any], **fields: Any) -> Any:
    """A model of these fields.

    Args:
        model: A pydantic class, or what raises its ``ValidationError``.
        **fields: What it is given.

    Raises:
        Odd: They do not fit.
    """
    try:
        return model(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Odd(f"{place} is {str(first['input'])[:80]!r}: {first['msg']}") from None
