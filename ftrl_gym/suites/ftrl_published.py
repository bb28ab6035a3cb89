"""``gym.make("ftrl/PublishedFTRL-v0", path=...)``: FTRL's test rows, scored exactly as its figures were.

With p calls, n sub-answers and q of them found, P = q/p (1 without calls), R = q/n, F1 = 2q/(p+n), over at most 20
turns, with the substring matching of the released code (arXiv 2508.08791); and the same three by strict matching. To
train, or to look at the rows under this package's own rules, there is ``ftrl/FTRL-v0``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ftrl_gym.env_settings import check_keywords
from ftrl_gym.suites.conversation import KEYWORDS, Opening
from ftrl_gym.suites.data_files import DataFile, DataSet, checked_path, find
from ftrl_gym.suites.ftrl import FtrlTaskSet
from ftrl_gym.suites.ftrl_parse import ParsedCall
from ftrl_gym.suites.ftrl_rules import Unsolved, solve
from ftrl_gym.suites.released_env import PublishedTask, Ran, ReleasedEnv

MAX_TURNS = 20
DATA = DataSet(
    title="FTRL's test set (200 rows)",
    files=(DataFile(names=("test.jsonl", "test_sample.jsonl")),),
    folders=("", "Data/jsonl/raw", "FTRL/Data/jsonl/raw", "ftrl"),
    source="the folder Data/jsonl/raw of the repository bytedance/FTRL on GitHub",
)


class PublishedFtrlEnv(ReleasedEnv):
    """FTRL's test rows by the published rules.

    ## Action space
    Text, calls in the chosen dialect.

    ## Observation space
    Text: the question; then what the tools returned, or how they failed.

    ## Rewards
    The published F1 when the episode ends.

    ## Episode end
    Terminated by a turn without a valid call, truncated at the turn limit.

    ## Tools
    Those of the row, in the sandbox.

    ## Verification
    ``info["score"]`` holds ``precision``, ``recall`` and ``f1``, each ``_published`` and ``_strict``.
    """

    def begin(self, task: PublishedTask) -> Opening:
        """See :class:`ReleasedEnv`."""
        self._open: Unsolved = {}
        for sub in task.row.sub_questions:
            self._open.setdefault(sub.tool or "", []).append(str(sub.answer.value))
        self._total, self._calls, self._solved = len(task.row.sub_questions), 0, 0
        return super().begin(task)

    def ran(self, calls: Sequence[Ran]) -> None:
        """See :class:`ReleasedEnv`."""
        self._calls += len(calls)
        names = [ParsedCall(one.tool, "{}") for one in calls]
        self._solved += solve(names, [one.feedback for one in calls], self._open)

    def score(self) -> dict[str, float]:
        """See :class:`ConversationEnv`."""
        q, p, n = self._solved, self._calls, self._total
        return {
            "precision_published": q / p if p else 1.0,
            "recall_published": q / n if n else 1.0,
            "f1_published": 2 * q / (p + n) if p + n else 1.0,
            "precision_strict": self.strictly("precision"),
            "recall_strict": self.strictly("recall"),
            "f1_strict": self.strictly("f1"),
            "outcome": self.strictly("outcome"),
        }

    def reward(self) -> float:
        """See :class:`ConversationEnv`."""
        return self.score()["f1_published"]


def make_env(path: str | os.PathLike[str] | None = None, **keywords: Any) -> PublishedFtrlEnv:
    """Entry point of ``ftrl/PublishedFTRL-v0``.

    Args:
        path: The file of rows, or a folder with it; None looks where data are kept.
        **keywords: ``kinds`` (None keeps all), and ``docs``, ``dialect``, ``max_turns`` as for every environment here.

    Raises:
        UsageError: There are no data, or they are broken, or a keyword or value that cannot be.
    """
    check_keywords(keywords, ("path", "kinds", *KEYWORDS))
    found = find(DATA, checked_path(path))
    rows = FtrlTaskSet(found.paths[0], kinds=keywords.pop("kinds", None))
    tasks = []
    for name in rows.ids():
        row = rows.get(name)
        said = ({"role": "user", "content": row.question},)
        tools = [document.openai() for document in rows.documents(row)]
        tasks.append(PublishedTask(name, row.kind.value, row, Opening(row.policy_text, said, tools)))
    return PublishedFtrlEnv(rows, tasks, **{"max_turns": MAX_TURNS, **keywords})
