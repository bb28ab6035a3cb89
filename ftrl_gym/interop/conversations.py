"""Conversations of chat messages, as trainers keep them, paid as episodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import gymnasium as gym

from ftrl_gym.policies import call_text


def replayed(
    env: gym.Env[str, str], task: str, messages: Sequence[Mapping[str, Any]]
) -> tuple[float, dict[str, float]]:
    """Plays the assistant's messages of a conversation as turns.

    Args:
        env: An environment with its reward; its dialect is ``hermes``.
        task: Id of the task.
        messages: Chat messages; of other roles, and after the end of the episode, nothing is played.

    Returns:
        The return, and the score after the last turn; the score is empty when there was none.

    Raises:
        UnknownNameError: No such task.
    """
    return paid(env, task, (turn_text(message) for message in messages if message["role"] == "assistant"))


def paid(env: gym.Env[str, str], task: str, turns: Iterable[str]) -> tuple[float, dict[str, float]]:
    """Plays texts as turns, as :func:`replayed`; those after the end of the episode are left.

    Args:
        env: An environment with its reward.
        task: Id of the task.
        turns: In the environment's dialect.

    Returns:
        As :func:`replayed`.

    Raises:
        UnknownNameError: No such task.
    """
    env.reset(options={"task": task})
    total, score = 0.0, {}
    for text in turns:
        _, reward, terminated, truncated, info = env.step(text)
        total, score = total + float(reward), info["score"]
        if terminated or truncated:
            break
    return total, score


def turn_text(message: Mapping[str, Any]) -> str:
    """An assistant's message as the text that it was read from, but for white space and reasoning.

    Args:
        message: In OpenAI's format, but that the arguments of its calls are objects.

    >>> call = {"type": "function", "function": {"name": "get_city", "arguments": {"name": "Oslo"}}}
    >>> print(turn_text({"role": "assistant", "content": "Let me see.", "tool_calls": [call]}))
    Let me see.
    <tool_call>
    {"name": "get_city", "arguments": {"name": "Oslo"}}
    </tool_call>
    """
    calls = [call["function"] for call in message.get("tool_calls") or () if "function" in call]
    made = [(call["name"], call.get("arguments") or {}) for call in calls]
    return "\n".join(part for part in (message.get("content") or "", call_text(made)) if part)
