"""FTRL's released scoring loop: feedback, turn rewards, episode metrics, training prefixes (arXiv 2508.08791).

For published figures only. Crashes and in-place changes are part of the contract here: a golden that is no string,
an unhashable tool name or an empty unsolved set raise what the released code raises, and the unsolved set that is
handed in is changed. The environment uses the safe functions of :mod:`ftrl_gym.ftrl_matching` instead.

This module never runs tool code: the caller brings an :data:`Executor`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from ftrl_gym.ftrl_matching import TurnScheme, matches, turn_reward
from ftrl_gym.suites.ftrl_parse import ParsedCall, ParsedTurn, cut_end_tokens, parse_qwen

Executor = Callable[[str, Any, str], str | None]
"""(tool name, arguments, source) -> feedback text, or None where the tool ended its thread. Its exceptions become
feedback."""
Unsolved = dict[str, list[str]]
Message = dict[str, Any]


class Metrics(NamedTuple):
    """Scores of one episode with p calls and n sub-answers, q of them found."""

    solve_precision: float
    """q / p, and 1 without calls."""
    solve_rate: float
    """q / n."""
    solve_f1: float
    """2q / (p + n)."""


class Episode(NamedTuple):
    """A finished evaluation episode."""

    metrics: Metrics
    turns: int
    messages: list[Message]


class Prefix(NamedTuple):
    """One training sample: the conversation so far and what is still to be found."""

    messages: list[Message]
    unsolved: Unsolved
    solve_rate: float


def feedback(calls: Sequence[ParsedCall], codes: Mapping[str, str], execute: Executor) -> list[str | None]:
    """The tool messages' texts, in order; a failing call gives ``an error occured when call NAME: MESSAGE``.

    Args:
        calls: Of one turn.
        codes: Tool -> source.
        execute: Runs a tool; whatever it raises is told in the text.
    """
    texts: list[str | None] = []
    for call in calls:
        try:
            texts.append(execute(call.name, json.loads(call.arguments), codes[call.name]))
        except Exception as error:  # the tool's code is anybody's, so is what it raises
            texts.append(f"an error occured when call {call.name}: {error}")
    return texts


def solve(calls: Sequence[ParsedCall], texts: Sequence[str | None], unsolved: Unsolved) -> int:
    """Removes from ``unsolved``, in place, the first answer that each call matches; returns how many it removed.

    Args:
        calls: Of one turn.
        texts: What each gave, as :func:`feedback` returns it.
        unsolved: Tool -> golden sub-answers that are still to be found.

    Raises:
        TypeError: A tool name is unhashable.
        AttributeError: A golden answer is no string. What earlier calls solved stays removed.
    """
    solved = 0
    for call, text in zip(calls, texts, strict=True):
        answers = unsolved.get(call.name, [])
        for answer in answers:
            if matches(answer, text):
                answers.remove(answer)
                solved += 1
                break
    return solved


def reward(
    scheme: TurnScheme,
    response: str,
    codes: Mapping[str, str],
    unsolved: Unsolved,
    solve_rate: float,
    split: str,
    answer: str | None,
    execute: Executor,
) -> float:
    """What one turn's raw text is paid. Changes ``unsolved`` in place.

    Args:
        scheme: Of the paper.
        response: What was sampled, the tokens that end it included.
        codes: Tool -> source.
        unsolved: Tool -> golden sub-answers that are still to be found.
        solve_rate: Share of the sub-answers found before this turn, 0 to 1.
        split: Of the row.
        answer: The golden final answer; None where there is none.
        execute: Runs a tool.

    Raises:
        NotImplementedError: ``split`` is ``"test"``; the released functions score training turns only.
        ValueError: Any other split.
        TypeError, AttributeError: See :func:`solve`.
    """
    still_open = _count(unsolved)
    if split == "test":
        raise NotImplementedError("Turn rewards are defined for the train split.")
    if split != "train":
        raise ValueError(f"Unknown split: {split}")
    turn = parse_qwen(cut_end_tokens(response))
    solved = solve(turn.calls, feedback(turn.calls, codes, execute), unsolved) if turn.calls else 0
    return turn_reward(
        scheme,
        calls=len(turn.calls),
        solved=solved,
        content=turn.content,
        unsolved=still_open,
        solve_rate=solve_rate,
        answer=answer,
    )


def run_episode(
    messages: Sequence[Message],
    codes: Mapping[str, str],
    unsolved: Unsolved,
    policy: Callable[[Sequence[Message]], str],
    execute: Executor,
    max_turns: int = 20,
) -> Episode:
    """Plays one episode and scores it. It ends at the first turn without calls; the final text is not scored.

    Args:
        messages: The conversation that it starts from; left as it is.
        codes: Tool -> source.
        unsolved: Tool -> golden sub-answers; left as it is.
        policy: Conversation so far -> the next assistant text.
        execute: Runs a tool.
        max_turns: Assistant turns at most.

    Raises:
        AssertionError: There is nothing to solve.
        TypeError, AttributeError: See :func:`solve`.
    """
    total = _count(unsolved)
    assert total > 0, "an episode without sub-answers has no solve rate"
    history, unsolved = deepcopy(list(messages)), deepcopy(unsolved)
    calls = sum(_play(history, codes, unsolved, policy, execute, max_turns))
    solved = total - _count(unsolved)
    metrics = Metrics(solved / calls if calls else 1.0, solved / total, 2 * solved / (calls + total))
    return Episode(metrics, sum(message["role"] == "assistant" for message in history), history)


def prefix_samples(
    messages: Sequence[Message],
    codes: Mapping[str, str],
    unsolved: Unsolved,
    policy: Callable[[Sequence[Message]], str],
    execute: Executor,
    max_turns: int = 20,
    solve_rate: float = 0.0,
) -> list[Prefix]:
    """The training samples of one sampled episode: the untouched start, then one after each turn with calls.

    Args:
        solve_rate: Of the first sample, 0 to 1; all others are as for :func:`run_episode`.

    Raises:
        ZeroDivisionError: There is nothing to solve and a turn has calls.
        TypeError, AttributeError: See :func:`solve`.
    """
    total = _count(unsolved)
    history, unsolved = deepcopy(list(messages)), deepcopy(unsolved)
    samples = [Prefix(deepcopy(history), deepcopy(unsolved), solve_rate)]
    for _ in _play(history, codes, unsolved, policy, execute, max_turns):
        samples.append(Prefix(deepcopy(history), deepcopy(unsolved), 1 - _count(unsolved) / total))
    return samples


def _play(
    messages: list[Message],
    codes: Mapping[str, str],
    unsolved: Unsolved,
    policy: Callable[[Sequence[Message]], str],
    execute: Executor,
    max_turns: int,
) -> Iterator[int]:
    """Yields the number of calls after each turn that has some; grows ``messages`` and shrinks ``unsolved``."""
    for _ in range(max_turns):
        turn = parse_qwen(policy(messages))
        messages.append(_assistant(turn))
        if not turn.calls:
            return
        texts = feedback(turn.calls, codes, execute)
        messages.extend({"role": "tool", "content": text} for text in texts)
        solve(turn.calls, texts, unsolved)
        yield len(turn.calls)


def _assistant(turn: ParsedTurn) -> Message:
    message: Message = {"role": "assistant", "content": turn.content}
    if turn.calls:
        message["tool_calls"] = [call._asdict() for call in turn.calls]
    return message


def _count(unsolved: Unsolved) -> int:
    return sum(len(answers) for answers in unsolved.values())
