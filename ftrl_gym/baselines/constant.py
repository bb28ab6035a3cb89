"""Constant policies: the same words in every turn of every task, without a call."""

from __future__ import annotations

from typing import Any

from ftrl_gym.policies import DONE

WORDS = {
    "yes": "<answer>yes</answer>",
    "no": "<answer>no</answer>",
    "impossible": "<answer>impossible</answer>",
    "refused": "<answer>refused</answer>",
    "0": "<answer>0</answer>",
    "1": "<answer>1</answer>",
    "2": "<answer>2</answer>",
    "done": DONE,
}
"""What may be said in ignorance: name -> turn. The best of them is what a constant policy earns."""


class Constant:
    """Says the same words.

    Args:
        text: The words.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Nothing."""

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The words."""
        return self.text
