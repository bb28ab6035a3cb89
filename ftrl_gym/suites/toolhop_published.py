"""``gym.make("ftrl/PublishedToolHop-v0", path=..., scenario=...)``: ToolHop's questions in its three scenarios.

``direct`` offers no tools and has one turn; ``mandatory`` asks to use tools at every step, ``free`` leaves it open,
both for nine turns at most. To train, or to look at the records under this package's own rules, there is
``ftrl/ToolHop-v0``.
"""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Any

from ftrl_gym.env_settings import check_keywords
from ftrl_gym.suites.conversation import KEYWORDS, Opening
from ftrl_gym.suites.data_files import DataFile, DataSet, checked_path, find
from ftrl_gym.suites.released_env import PublishedTask, ReleasedEnv
from ftrl_gym.suites.toolhop import ToolHopTaskSet
from ftrl_gym.suites.toolhop_scores import SCORERS, Ending
from ftrl_gym.taskset import one_of

MAX_TURNS = 9
DATA = DataSet(
    title="ToolHop (995 questions, 3,912 tools)",
    files=(
        DataFile(
            names=("ToolHop.json", "toolhop.json", "toolhop.jsonl"),
            sha256="0a51f71a44b7025645e452123af3caf2e348301922af91778e268db0188a7fab",
        ),
    ),
    folders=("", "data", "ToolHop", "ToolHop/data", "toolhop"),
    source="the data set bytedance-research/ToolHop on the Hugging Face hub (data/ToolHop.json)",
    hub="bytedance-research/ToolHop",
    hub_folder="data",
)


class Scenario(StrEnum):
    """How a question is put."""

    DIRECT = "direct"
    """Without tools."""
    MANDATORY = "mandatory"
    """With tools, of which the answer has to come."""
    FREE = "free"
    """With tools."""


_FORM = (
    "Keep the answer short and put it between tags: <answer>...</answer>. Write a date as YYYY-MM-DD, a person as "
    "first name and last name, and anything with a number as that number alone, in digits and without leading zeros."
)
_TASK = {
    Scenario.DIRECT: f"Answer the question. {_FORM}",
    Scenario.MANDATORY: (
        "Answer the question with the tools. Call a tool at every step; take nothing from what you know yourself, and "
        f"let the final answer be one that a tool returned. {_FORM}"
    ),
    Scenario.FREE: f"Answer the question; there are tools that you may call. {_FORM}",
}
"""The authors' three instructions in other words."""


class PublishedToolHopEnv(ReleasedEnv):
    """ToolHop's questions by the published rules.

    ## Action space
    Text, calls in the chosen dialect.

    ## Observation space
    Text: the question; then what the tools returned, or how they failed.

    ## Rewards
    1 for a right answer by the authors' rule, when the episode ends.

    ## Episode end
    Terminated by a turn without a valid call, truncated at the turn limit.

    ## Tools
    Those of the record, in the sandbox; none in the scenario ``direct``.

    ## Verification
    ``info["score"]`` holds ``ac`` by each rule of :mod:`ftrl_gym.suites.toolhop_scores`.
    """

    def score(self) -> dict[str, float]:
        """See :class:`ConversationEnv`."""
        outcome = self.task.row.outcome
        assert outcome.answer is not None, "every record has an answer"
        golden, ending = self.rows.golden(self.task.row), self._ending()
        found = {f"ac_{name}": float(rule(golden, outcome.answer, ending)) for name, rule in SCORERS.items()}
        return {**found, "outcome": found["ac_official"]}

    def reward(self) -> float:
        """See :class:`ConversationEnv`."""
        return self.score()["outcome"]

    def _ending(self) -> Ending:
        words, calls = self.turns[-1]
        before = self.turns[-2][1] if len(self.turns) > 1 else ()
        text = next(str(m["content"]) for m in reversed(self.transcript) if m["role"] == "assistant")
        return Ending(words, before[-1].feedback if before else None, bool(calls), text)


def make_env(
    path: str | os.PathLike[str] | None = None, scenario: str = "free", **keywords: Any
) -> PublishedToolHopEnv:
    """Entry point of ``ftrl/PublishedToolHop-v0``.

    Args:
        path: The file of records, or a folder with it; None looks where data are kept.
        scenario: ``direct``, ``mandatory`` or ``free``.
        **keywords: ``docs``, ``dialect``, ``max_turns`` as for every environment here.

    Raises:
        UsageError: There are no data, or they are broken, or a keyword or value that cannot be.
    """
    check_keywords(keywords, ("path", "scenario", *KEYWORDS))
    chosen = Scenario(one_of("scenario", scenario, Scenario))
    found = find(DATA, checked_path(path))
    rows = ToolHopTaskSet(found.paths[0])
    tasks = []
    for name in rows.ids():
        row = rows.get(name)
        said = ({"role": "user", "content": f"{_TASK[chosen]}\nQuestion: {row.question}"},)
        tools = [] if chosen is Scenario.DIRECT else [document.openai() for document in rows.documents(row)]
        tasks.append(PublishedTask(name, row.kind.value, row, Opening("", said, tools)))
    turns = 1 if chosen is Scenario.DIRECT else MAX_TURNS
    return PublishedToolHopEnv(rows, tasks, **{"max_turns": turns, **keywords})
