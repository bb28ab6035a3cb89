"""``gym.make("ftrl/RoTBench-v0", path=..., level=...)``: the first turns of RoTBench as episodes of one turn.

The task's own system message holds the tools and asks for ``Action:`` and ``Action Input:``; so what plays gets no
tools besides, and calls in a dialect are only text. The data is the user's: nothing of it is packaged.
"""

from __future__ import annotations

import os
from typing import Any

from ftrl_gym.env_settings import check_keywords
from ftrl_gym.episode import End
from ftrl_gym.errors import UnknownNameError
from ftrl_gym.suites.conversation import KEYWORDS, ConversationEnv, ForeignTasks, Opening, Played
from ftrl_gym.suites.data_files import checked_path, find
from ftrl_gym.suites.rotbench_rows import DATA, LEVELS, NoisyTask, read_level
from ftrl_gym.suites.rotbench_scores import SCORERS
from ftrl_gym.toolcall import Turn


class RoTBenchEnv(ConversationEnv[NoisyTask]):
    """RoTBench: which tool, which parameters, which values, under names that are noisy.

    ## Action space
    Text with ``Action:`` and ``Action Input:``.

    ## Observation space
    Text: the authors' system message with the tools in it, and the question; nothing after the only turn.

    ## Rewards
    1 for right values by the authors' rule.

    ## Episode end
    After the first turn.

    ## Tools
    None can be called; the turn is compared with every right one.

    ## Verification
    ``info["score"]`` holds ``ts``, ``pi`` and ``cf`` by each rule of :mod:`ftrl_gym.suites.rotbench_scores`.
    """

    def begin(self, task: NoisyTask) -> Opening:
        """See :class:`ConversationEnv`."""
        self._verdicts: dict[str, float] = {}
        return Opening(task.system, ({"role": "user", "content": task.question},))

    def play(self, turn: Turn, text: str) -> Played:
        """See :class:`ConversationEnv`."""
        for name, scorer in SCORERS.items():
            verdict = scorer(self.task, text)
            self._verdicts |= {f"{figure}_{name}": value for figure, value in verdict._asdict().items()}
        return Played(end=End.ANSWERED)

    def score(self) -> dict[str, float]:
        """See :class:`ConversationEnv`."""
        return {"outcome": self.reward(), **self._verdicts}

    def reward(self) -> float:
        """See :class:`ConversationEnv`."""
        return self._verdicts["cf_official"]


def make_env(path: str | os.PathLike[str] | None = None, level: str = "clean", **keywords: Any) -> RoTBenchEnv:
    """Entry point of ``ftrl/RoTBench-v0``.

    Args:
        path: A folder with the levels' files; None looks where data are kept.
        level: ``clean``, ``slight``, ``medium``, ``heavy`` or ``union``.
        **keywords: ``docs``, ``dialect``, ``max_turns`` as for every environment here; none of them changes much.

    Raises:
        UnknownNameError: No such level or keyword.
        UsageError: There are no data, or they are broken, or a value that cannot be.
    """
    check_keywords(keywords, ("path", "level", *KEYWORDS))
    if level not in LEVELS:
        raise UnknownNameError("level", level, LEVELS)
    found = find(DATA, checked_path(path), [LEVELS.index(level)])
    tasks = ForeignTasks(f"RoTBench ({level})", read_level(found.paths[0]))
    return RoTBenchEnv(tasks, **keywords)
