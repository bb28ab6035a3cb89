"""When an answer to a question of ToolHop is right, by three rules.

* ``official``: the authors' (Ye et al. 2025, arXiv 2501.02506). The golden answer, without the zeros and dots it ends
  with, is a substring of the last assistant text or else of the tool message before it, in lower case.
* ``ftrl``: the one behind FTRL's figures. Every ", "-part of the golden answer is a substring, without commas and in
  lower case, of the last message or, where that says something, of the tool message before it. It counts only where the
  episode ended with an assistant's words.
* ``strict``: what stands between the last answer tags is the answer, compared by its type.

The first two credit any text that holds all letters and digits with every answer of one character.
"""

from __future__ import annotations

from dataclasses import dataclass

from ftrl_gym import answers
from ftrl_gym.ftrl_matching import matches
from ftrl_gym.task import Answer


@dataclass(frozen=True)
class Ending:
    """How an episode ended."""

    words: str
    """The last assistant message: its words beside calls."""
    before: str | None
    """The tool message before it; None where there is none."""
    called: bool
    """Whether that message made calls, so that the episode ended with what tools returned."""
    text: str
    """All that was written in that message."""


def official(golden: str, answer: Answer, ending: Ending) -> bool:
    """The authors' rule.

    Args:
        golden: The golden answer as it is written.
        answer: The same with its type.
        ending: How the episode ended.

    >>> official("1990", Answer(type="number", value="1990"), Ending("It was 199.", None, False, ""))
    True
    """
    wanted = golden.rstrip(".0").lower()
    return wanted in ending.words.lower() or (ending.before is not None and wanted in ending.before.lower())


def ftrl(golden: str, answer: Answer, ending: Ending) -> bool:
    """FTRL's rule; takes what :func:`official` does."""
    if ending.called or not ending.words:
        return False
    return matches(golden, ending.words) or (ending.before is not None and matches(golden, ending.before))


def strict(golden: str, answer: Answer, ending: Ending) -> bool:
    """This package's own rule; takes what :func:`official` does."""
    said = None if ending.called else answers.said(ending.text)
    return said is not None and answers.right(answer, said)


SCORERS = {"official": official, "ftrl": ftrl, "strict": strict}
"""The authors' own first."""
