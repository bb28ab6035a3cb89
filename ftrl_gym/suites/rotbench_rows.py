"""RoTBench's first turns (Ye et al. 2024, arXiv 2401.08326) as tasks, and refusing what is none with file and place.

A file is one JSON array per level of noise; a record has ``id``, ``scenario`` and ``conversations``: the system
message with the tools in it, the user's question, and every right first turn. Names of tools and parameters are noisy
from level to level, the question and the work stay the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from ftrl_gym.errors import UsageError
from ftrl_gym.suites.data_files import DataFile, DataSet, content_of

LEVELS = ("clean", "slight", "medium", "heavy", "union")
DATA = DataSet(
    title="RoTBench (First_Turn)",
    files=(
        DataFile(
            names=("clean.json",),
            size=723_197,
            sha256="a367dc165c0bb09f4002c89ab9a6884ef2383547d8e6d21511c7c0153e7ff1cd",
        ),
        DataFile(
            names=("slight.json",),
            size=1_446_347,
            sha256="a47aee08eec1d6b9519c227829a076ce05e2737455e0d7589921460f8cbe9825",
        ),
        DataFile(
            names=("medium.json",),
            size=1_438_862,
            sha256="ad73ad3cad2ecd76bd2f0a2c7fb6e8dd3f599d20b6177b07ab5ad5fe6330e4be",
        ),
        DataFile(
            names=("heavy.json",),
            size=1_478_027,
            sha256="061ffc421a9fa8b51abacfeab6880d42b86661d529e048f0cb09f2bee527533b",
        ),
        DataFile(
            names=("union.json",),
            size=730_173,
            sha256="61ffacb834ebaac9aa317eb45e1e8b8c3f2c659696139b9dd3b7272491cff911",
        ),
    ),
    folders=("", "First_Turn", "Data/First_Turn", "RoTBench/Data/First_Turn", "rotbench/First_Turn"),
    source="the folder Data/First_Turn of the repository Junjie-Ye/RoTBench on GitHub",
)
"""In the order of :data:`LEVELS`."""


@dataclass(frozen=True)
class Action:
    """A tool and its arguments."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class NoisyTask:
    """One record."""

    id: str
    kind: str
    """The authors' code of the field it is from, such as ``TG`` for text generation."""
    system: str
    question: str
    tools: tuple[dict[str, Any], ...]
    """Documents as they stand in the system message: ``name``, ``description``, ``parameters``. The last two are how
    to ask the user and how to finish, whatever they are called."""
    answers: tuple[Action, ...]
    """Every right first turn, in the authors' order."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)

    value: str | tuple[str, ...]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)

    scenario: str
    conversations: tuple[_Message, _Message, _Message]

    @field_validator("conversations")
    @classmethod
    def _has_answers(cls, found: tuple[_Message, _Message, _Message]) -> tuple[_Message, _Message, _Message]:
        if [type(message.value) for message in found] != [str, str, tuple] or not found[2].value:
            raise ValueError("it is a system text, a user text, and a list of right turns")
        return found


def read_level(path: Path) -> tuple[NoisyTask, ...]:
    """All records of a file, in order; the first has the id ``clean-001`` if the file is ``clean.json``. Read once per
    version of the file.

    Raises:
        OSError: There is no such file.
        UsageError: It is broken; names the record and what is wrong, or the line where a file ends too early.
    """
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=len(LEVELS))
def _read(path: Path, mtime_ns: int, size: int) -> tuple[NoisyTask, ...]:
    try:
        data = json.loads(content_of(path).decode())
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}, line {error.lineno}: no JSON ({error.msg}); is the file truncated?") from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON: {error}") from None
    if not isinstance(data, list) or not data:
        raise UsageError(f"{path} is no list of records. It is one of the files of {DATA.source}")
    return tuple(_task(path, number, record) for number, record in enumerate(data, 1))


def _task(path: Path, number: int, data: Any) -> NoisyTask:
    try:
        record = _Record.model_validate(data)
        system, question, answers = (message.value for message in record.conversations)
        tools = json.JSONDecoder().raw_decode(str(system), str(system).index("["))[0]
        if len(tools) < 2 or not all(map(_is_document, tools)):
            raise ValueError(
                "its tools are no list of documents, each with a name, and with parameters that say by name which are "
                "required"
            )
        right = tuple(read_action(text) for text in answers)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{path}, record {number}: {where}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}, record {number}: {error}") from None
    return NoisyTask(f"{path.stem}-{number:03d}", record.scenario, str(system), str(question), tuple(tools), right)


def _is_document(tool: Any) -> bool:
    if not isinstance(tool, dict) or not isinstance(tool.get("name"), str):
        return False
    parameters = tool.get("parameters") or {}
    required = (parameters.get("required") or []) if isinstance(parameters, dict) else None
    return isinstance(required, list) and all(isinstance(name, str) for name in required)


def read_action(text: str) -> Action:
    """The action of a right turn.

    Raises:
        ValueError: There is none, or its arguments are no JSON object.
    """
    _, action, rest = text.partition("Action:")
    tool, given, arguments = rest.partition("Action Input:")
    if not action or not given:
        raise ValueError(f"{text[:60]!r} holds no action")
    value = json.loads(arguments)
    if not isinstance(value, dict):
        raise ValueError(f"the arguments {arguments[:60]!r} are no object")
    return Action(tool.strip(), value)


def action_text(action: Action) -> str:
    """The turn that takes an action.

    >>> action_text(Action("finish", {"answer": "3"}))
    'Thought:\\nAction: finish\\nAction Input: {"answer": "3"}'
    """
    return f"Thought:\nAction: {action.tool}\nAction Input: {json.dumps(action.arguments, ensure_ascii=False)}"
