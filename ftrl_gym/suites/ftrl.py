"""``gym.make("ftrl/FTRL-v0", path=...)``: rows of the FTRL data set as episodes, their tools in the sandbox.

The rows carry no facts, so strict matching compares typed values in a tool's structured result with the golden
sub-answers; ``matching="ftrl"`` and the paper's reward schemes give the published rules. The data is the user's:
nothing of it is packaged.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ftrl_gym.env_settings import check_keywords
from ftrl_gym.errors import SandboxError, UnknownNameError, UsageError
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.suites.ftrl_rows import WHERE, read_rows
from ftrl_gym.task import Kind, Split, Task
from ftrl_gym.taskset import one_of
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World

if TYPE_CHECKING:
    import numpy as np

    from ftrl_gym.env import ToolUseEnv

_TASKSET_KEYWORDS = ("path", "split", "kinds")
_ENV_KEYWORDS = ("docs", "dialect", "max_turns", "matching", "reward", "render_mode")


class FtrlTaskSet:
    """The rows of one file, as a :class:`ftrl_gym.taskset.TaskSet`.

    Args:
        path: A JSONL file in FTRL's format; of a subclass, in the format that it reads.
        split: Keep only rows of this split; None keeps all, since a file usually holds one.
        kinds: Keep only these kinds; None keeps all.

    Raises:
        UsageError: The file does not exist or holds a row that cannot be played, or the filters leave nothing.
        UnknownNameError: No such split or kind.
    """

    name = "FTRL"
    _read = staticmethod(read_rows)
    _INSTRUCTION = (
        "You answer a question with the tools at hand. Get every piece of information from a tool, mend a call that "
        "fails, and go on until you know the answer."
    )

    def __init__(
        self, path: str | os.PathLike[str], *, split: str | None = None, kinds: Sequence[str] | None = None
    ) -> None:
        wanted_split = None if split is None else one_of("split", split, Split)
        wanted_kinds = None if kinds is None else frozenset(one_of("kind", kind, Kind) for kind in kinds)
        rows = self._read(path)
        self._rows = {
            row.task.id: row
            for row in rows
            if wanted_split in (None, row.task.split) and (wanted_kinds is None or row.task.kind in wanted_kinds)
        }
        if not self._rows:
            held = ", ".join(sorted({f"{row.task.split.value}/{row.task.kind.value}" for row in rows}))
            raise UsageError(f"no row of {os.fspath(path)} has split={split}, kinds={kinds}; it holds {held}")
        self._ids = tuple(self._rows)
        self._path = os.fspath(path)

    def instruction(self, task: Task) -> str:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._INSTRUCTION

    def ids(self) -> Sequence[str]:
        """See :class:`ftrl_gym.taskset.TaskSet`. The row of line 7 is ``row-0007``."""
        return self._ids

    def get(self, task_id: str) -> Task:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        row = self._rows.get(task_id)
        if row is None:
            raise UnknownNameError(f"task of {self._path}", task_id, self._ids)
        return row.task

    def draw(self, rng: np.random.Generator) -> Task:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._rows[self._ids[int(rng.integers(len(self._ids)))]].task

    def documents(self, task: Task) -> tuple[ToolDocument, ...]:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._rows[task.id].documents

    def toolbox(self, task: Task) -> SandboxToolbox:
        """The row's tools in the sandbox; nothing else of the row enters it.

        Raises:
            SandboxError: A tool's source cannot be defined there; names the row, the tool and the reason.
        """
        try:
            return _toolbox(tuple(self._rows[task.id].sources.items()), f"{self.name} {self._path}")
        except SandboxError as error:
            raise SandboxError(f"{self._path}, {task.id}: {error}") from None

    def source(self, task: Task, tool: str) -> str:
        """The Python source of a tool; empty where the row has none. No policy is shown it."""
        return self._rows[task.id].sources.get(tool, "")

    def golden(self, task: Task) -> str:
        """The golden final answer as it is written, which published rules compare; empty where the row has none."""
        return self._rows[task.id].golden

    def world(self, task: Task) -> World | None:
        """FTRL's tools have no world."""
        return None


@lru_cache(maxsize=256)
def _toolbox(sources: tuple[tuple[str, str], ...], realm: str) -> SandboxToolbox:
    return SandboxToolbox(dict(sources), realm=realm)


def make_env(path: str | os.PathLike[str] | None = None, **keywords: Any) -> ToolUseEnv:
    """Makes ``ftrl/FTRL-v0``.

    Args:
        path: A JSONL file in FTRL's format; required.
        **keywords: ``split``, ``kinds`` (None keeps all), and ``docs``, ``dialect``, ``max_turns``, ``matching``,
            ``reward`` as for every environment here.

    Raises:
        UsageError: No path, no such file, a broken row, or a keyword or value that cannot be.
    """
    return make_rows_env(FtrlTaskSet, f"ftrl/FTRL-v0 needs path=, a .jsonl file. {WHERE}", path, keywords)


def make_rows_env(
    taskset: type[FtrlTaskSet], needed: str, path: str | os.PathLike[str] | None, keywords: dict[str, Any]
) -> ToolUseEnv:
    """An env over a file of rows.

    Args:
        taskset: What reads them.
        needed: What to say where there is no path.
        path: The file.
        keywords: As given to ``gym.make``.

    Raises:
        UsageError: As :func:`make_env`.
    """
    check_keywords(keywords, (*_TASKSET_KEYWORDS, *_ENV_KEYWORDS))
    if path is None:
        raise UsageError(needed)
    if not isinstance(path, str | os.PathLike):
        raise UsageError(f"path is {path!r:.80}; it is the path of a file. {needed}")

    from ftrl_gym.env import ToolUseEnv

    rows = taskset(path, **{key: keywords.pop(key) for key in _TASKSET_KEYWORDS if key in keywords})
    return ToolUseEnv(rows, **keywords)
