"""``gym.make("ftrl/ToolHop-v0", path=...)``: ToolHop's records as episodes, their tools in the sandbox.

Strict matching compares typed values in a tool's result with the answers of the sub-questions, as for FTRL's rows. The
data is the user's: nothing of it is packaged.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ftrl_gym.suites.ftrl import FtrlTaskSet, make_rows_env
from ftrl_gym.suites.toolhop_rows import WHERE, read_records

if TYPE_CHECKING:
    from ftrl_gym.env import ToolUseEnv


class ToolHopTaskSet(FtrlTaskSet):
    """The records of one file; see :class:`ftrl_gym.suites.ftrl.FtrlTaskSet`. The record with the id 7 is
    ``record-7``; all are of the test split."""

    name = "ToolHop"
    _read = staticmethod(read_records)


def make_env(path: str | os.PathLike[str] | None = None, **keywords: Any) -> ToolUseEnv:
    """Makes ``ftrl/ToolHop-v0``.

    Args:
        path: A file of ToolHop's records, one JSON array or a record a line; required.
        **keywords: ``kinds`` (None keeps all), and ``docs``, ``dialect``, ``max_turns``, ``matching``, ``reward`` as
            for every environment here.

    Raises:
        UsageError: No path, no such file, a broken record, or a keyword or value that cannot be.
    """
    return make_rows_env(ToolHopTaskSet, f"ftrl/ToolHop-v0 needs path=, a file of records. {WHERE}", path, keywords)
