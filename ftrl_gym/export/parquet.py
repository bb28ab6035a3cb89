"""Tasks as parquet, for Hugging Face ``datasets`` and for verl.

A row holds what an episode begins with, as the environment itself shows it, and names the episode: ``env_id`` and
``task_id`` make it again (``gym.make(env_id, split=split)``, ``reset(options={"task": task_id})``), tools, world, user
and scoring included. Schemas and whole tasks ride as JSON text, since every tool has other fields and a column has one
type. Every column has a fixed type, so files of different tasks can be joined.

``datasets``: ``datasets.load_dataset("parquet", data_files=PATH)``.

``verl``: the columns that its ``RLHFDataset`` reads (as of January 2026): data_source, prompt, ability, reward_model,
extra_info, agent_name. verl shows a model only the tools of its own configuration, so here the prompt itself documents
them; and it has an agent loop play each row, chosen by ``agent_name``: :mod:`ftrl_gym.interop.verl`, which steps the
environment that ``extra_info`` names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ftrl_gym.errors import MissingExtraError
from ftrl_gym.export.ftrl import FIELD, Skipped, packed, plain_answer
from ftrl_gym.interop.verl import AGENT
from ftrl_gym.prompt import Docs
from ftrl_gym.suites.suite import CANARY
from ftrl_gym.task import ModelUser, Split, Task

if TYPE_CHECKING:
    from ftrl_gym.env import ToolUseEnv

EXTRA = "export"

_GROUP = 1_000
"""Rows that are in memory at a time."""


def pyarrow() -> Any:
    """The library.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("pyarrow", EXTRA) from None
    return pyarrow


def datasets_rows(env: ToolUseEnv, env_id: str, split: str, ids: Iterable[str]) -> Iterator[dict[str, Any] | Skipped]:
    """One row per task, in order.

    With ``docs="json"`` the tools are for a chat template's ``tools`` argument (column ``tools``, JSON text); with
    ``docs="signature"`` they stand in the system message, and the column is an empty list.
    """
    for begun in _begun(env, ids):
        if isinstance(begun, Skipped):
            yield begun
            continue
        task_id, task, info = begun.task_id, begun.task, begun.info
        yield {
            "prompt": [{"role": message["role"], "content": message["content"]} for message in info["messages"]],
            "tools": _json(info["tools"] if env.docs is Docs.JSON else []),
            "env_id": env_id,
            "task_id": task_id,
            "split": split,
            "kind": task.kind.value,
            "features": list(task.features),
            "difficulty": task.difficulty,
            "hops": task.hops,
            "width": task.width,
            "family": task.family,
            "question": task.question,
            "outcome": task.outcome.kind.value,
            "answer": plain_answer(task),
            "answer_type": "none" if task.outcome.answer is None else task.outcome.answer.type.value,
            "canary": _canary(split),
            FIELD: packed(env_id, task),
        }


def verl_rows(env: ToolUseEnv, env_id: str, split: str, ids: Iterable[str]) -> Iterator[dict[str, Any] | Skipped]:
    """One row per task, in order. ``index`` counts the rows of the file."""
    index = 0
    for begun in _begun(env, ids):
        if isinstance(begun, Skipped):
            yield begun
            continue
        task = begun.task
        question = begun.info["messages"][-1]["content"]
        # The observation is the system message, the tools and the question, in this order.
        system = begun.observation.removesuffix(question).rstrip()
        yield {
            "data_source": env_id,
            "agent_name": AGENT,
            "prompt": [{"role": "system", "content": system}, {"role": "user", "content": question}],
            "ability": "tool_use",
            "reward_model": {"style": "rule", "ground_truth": plain_answer(task)},
            "extra_info": {
                "split": split,
                "index": index,
                "env_id": env_id,
                "task_id": begun.task_id,
                "kind": task.kind.value,
                "difficulty": task.difficulty,
                "docs": env.docs.value,
                "dialect": env.dialect.value,
                "question": question,
                "answer": plain_answer(task),
                "outcome": task.outcome.model_dump_json(),
                "canary": _canary(split),
                "need_tools_kwargs": False,
            },
        }
        index += 1


class _Begun(NamedTuple):
    """An episode at its beginning: its task, what it was asked for by, and what ``reset`` returned."""

    task_id: str
    task: Task
    observation: str
    info: dict[str, Any]


def _begun(env: ToolUseEnv, ids: Iterable[str]) -> Iterator[_Begun | Skipped]:
    """Begins an episode of each task, in order, and leaves out those that want a model of their own."""
    for task_id in ids:
        if isinstance(env.taskset.get(task_id).counterpart, ModelUser):
            yield Skipped(task_id, "a language model is to play their user")
        else:
            observation, info = env.reset(options={"task": task_id})
            yield _Begun(task_id, env.task, observation, info)


def _canary(split: str) -> str:
    """What marks evaluation data, so that a model that was trained on it can be told."""
    return CANARY if split == Split.TEST.value else ""


def write_parquet(file: Path, rows: Iterable[dict[str, Any]], schema: Any) -> int:
    """Writes rows, a group at a time, and returns how many.

    Raises:
        MissingExtraError: pyarrow is not installed.
        OSError: The file cannot be written.
    """
    arrow = pyarrow()
    count, group = 0, []
    with arrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for row in rows:
            group.append(row)
            count += 1
            if len(group) == _GROUP:
                writer.write_table(arrow.Table.from_pylist(group, schema))
                group = []
        writer.write_table(arrow.Table.from_pylist(group, schema))
    return count


def datasets_schema() -> Any:
    """Columns of :func:`datasets_rows`."""
    arrow = pyarrow()
    text, number, real = arrow.string(), arrow.int64(), arrow.float64()
    return arrow.schema(
        [
            ("prompt", _messages()),
            *((name, text) for name in ("tools", "env_id", "task_id", "split", "kind")),
            ("features", arrow.list_(text)),
            ("difficulty", real),
            ("hops", number),
            ("width", number),
            *((name, text) for name in ("family", "question", "outcome", "answer", "answer_type", "canary", FIELD)),
        ]
    )


def verl_schema() -> Any:
    """Columns of :func:`verl_rows`."""
    arrow = pyarrow()
    text = arrow.string()
    extra = [
        ("split", text),
        ("index", arrow.int64()),
        *((name, text) for name in ("env_id", "task_id", "kind")),
        ("difficulty", arrow.float64()),
        *((name, text) for name in ("docs", "dialect", "question", "answer", "outcome", "canary")),
        ("need_tools_kwargs", arrow.bool_()),
    ]
    return arrow.schema(
        [
            ("data_source", text),
            ("agent_name", text),
            ("prompt", _messages()),
            ("ability", text),
            ("reward_model", arrow.struct([("style", text), ("ground_truth", text)])),
            ("extra_info", arrow.struct(extra)),
        ]
    )


def _messages() -> Any:
    arrow = pyarrow()
    return arrow.list_(arrow.struct([("role", arrow.string()), ("content", arrow.string())]))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
