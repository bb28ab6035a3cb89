"""Training samples of FTRL: a row for every turn of an episode, the conversation so far with what is still to be found.

The paper (arXiv 2508.08791, section 4) samples trajectories, cuts them before each assistant turn, and trains single
turns on the pieces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ftrl_gym.ftrl_matching import solved_answers

Row = dict[str, Any]


class PlayedTurn(NamedTuple):
    """An assistant's turn and what came of it."""

    text: str
    feedback: Sequence[Mapping[str, Any]]
    """Messages of role ``tool``, with ``name`` and ``content``."""


def prefix_rows(row: Row, turns: Sequence[PlayedTurn]) -> Iterator[Row]:
    """The row itself, and one more for the place behind each turn but the last.

    Args:
        row: Of the task, as :meth:`ftrl_gym.export.ftrl.FtrlRows.row` makes it.
        turns: Of one episode.
    """
    messages = list(row["messages"])
    unsolved: dict[str, list[str]] = json.loads(row["unsolved_set"])
    total = sum(map(len, unsolved.values()))
    yield row
    for turn in turns[:-1]:
        messages += [{"role": "assistant", "content": turn.text}]
        messages += [{"role": "tool", "content": one["content"]} for one in turn.feedback]
        seen = [(str(one["name"]), one["content"]) for one in turn.feedback]
        found = solved_answers(unsolved, seen)
        gone = {(tool, place) for (tool, _), place in zip(seen, found, strict=True) if place is not None}
        unsolved = {
            tool: [answer for place, answer in enumerate(answers) if (tool, place) not in gone]
            for tool, answers in unsolved.items()
        }
        left = sum(map(len, unsolved.values()))
        yield {
            **row,
            "messages": list(messages),
            "unsolved_set": json.dumps(unsolved, ensure_ascii=False),
            "solve_rate": 1 - left / total,
        }
