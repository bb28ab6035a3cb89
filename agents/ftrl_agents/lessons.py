"""From episodes to tensors: what each of them is to teach, and parts of a batch that fit into one forward pass.

Axes: B episodes of a part, T tokens behind their prompt, N their own tokens in a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ftrl_agents.credit import Paid
from ftrl_agents.episode import Episode


@dataclass
class Lesson:
    """An episode, and for each of its own tokens what the loss needs, ``(N,)`` each."""

    episode: Episode
    sampled_N: Tensor
    """Log-probability when it was sampled."""
    advantage_N: Tensor
    importance_N: Tensor
    """Weight for what sampler and learner see differently; 1 where they are one engine."""
    reference_N: Tensor
    """Log-probability by the reference policy; 0 without one."""
    value_N: Tensor
    """Expected before the update, and ..."""
    target_N: Tensor
    """... what it should have been; 0 without a value head."""

    @staticmethod
    def of(episode: Episode) -> Lesson:
        """One that teaches nothing yet."""
        sampled = own_logprobs(episode)
        nothing = torch.zeros_like(sampled)
        return Lesson(episode, sampled, nothing, torch.ones_like(sampled), nothing, nothing, nothing)


class Part(NamedTuple):
    """Some members of a group, padded: one forward pass."""

    prompt_P: Tensor
    tail_BT: Tensor
    own_BT: Tensor
    sampled_N: Tensor
    advantage_N: Tensor
    importance_N: Tensor
    reference_N: Tensor
    value_N: Tensor
    target_N: Tensor
    episode_N: Tensor
    """Which of the part's episodes a token belongs to."""
    sizes_B: Tensor
    """Own tokens of each episode."""
    tasks: tuple[str, ...]

    def to(self, device: torch.device) -> Part:
        """The same on a device."""
        moved = {name: value.to(device) for name, value in self._asdict().items() if isinstance(value, Tensor)}
        return self._replace(**moved)  # type: ignore[arg-type]


def own_logprobs(episode: Episode) -> Tensor:
    """The sampler's log-probabilities of the own tokens, ``(N,)``."""
    return torch.tensor([value for value, own in zip(episode.logprobs, episode.own, strict=True) if own])


def paid(episodes: Sequence[Episode], token_costs: Sequence[Tensor] | None = None) -> Paid:
    """What the turns of some episodes were paid, on their own tokens.

    Args:
        episodes: Each has at least one turn. Groups are numbered anew, in the order in which they appear.
        token_costs: ``(N,)`` of each episode, taken off the rewards of its tokens.
    """
    numbers: dict[int, int] = {}
    width = max(episode.own_count for episode in episodes)
    rewards = torch.zeros(len(episodes), width, dtype=torch.float64)
    turns = torch.full((len(episodes), width), -1, dtype=torch.long)
    for row, episode in enumerate(episodes):
        end = 0
        for number, turn in enumerate(episode.turns):
            start, end = end, end + turn.end - turn.start
            turns[row, start:end] = number
            rewards[row, end - 1] = turn.reward
        rewards[row, end - 1] -= episode.penalty
        if token_costs is not None:
            rewards[row, :end] -= token_costs[row]
    group = [numbers.setdefault(episode.group, len(numbers)) for episode in episodes]
    return Paid(rewards, turns, torch.tensor(group))


def idle_part() -> Part:
    """One token behind a prompt of nothing: for a process that has no episode while others pass over theirs."""
    token, nothing = torch.zeros(1, dtype=torch.long), torch.zeros(1)
    return Part(
        prompt_P=torch.zeros(2, dtype=torch.long), tail_BT=token[None], own_BT=torch.ones(1, 1, dtype=torch.bool),
        sampled_N=nothing, advantage_N=nothing, importance_N=torch.ones(1), reference_N=nothing, value_N=nothing,
        target_N=nothing, episode_N=token, sizes_B=torch.ones(1, dtype=torch.long), tasks=(),
    )  # fmt: skip


def parts(lessons: Sequence[Lesson], micro_tokens: int) -> Iterator[tuple[Part, Sequence[Lesson]]]:
    """A group's lessons, sorted by length and padded in parts of at most so many tokens, each with what is in it; the
    longest first."""
    order = sorted(lessons, key=lambda lesson: len(lesson.episode.ids))
    while order:
        prompt = order[-1].episode.prompt_length
        longest = len(order[-1].episode.ids) - prompt
        count = max(1, (micro_tokens - prompt) // longest)
        chosen, order = order[-count:], order[:-count]
        yield _padded(chosen), chosen


def _padded(lessons: Sequence[Lesson]) -> Part:
    episodes = [lesson.episode for lesson in lessons]
    prompt = episodes[0].prompt_length
    width = max(len(episode.ids) for episode in episodes) - prompt
    tail_BT = torch.zeros(len(episodes), width, dtype=torch.long)
    own_BT = torch.zeros(len(episodes), width, dtype=torch.bool)
    for row, episode in enumerate(episodes):
        length = len(episode.ids) - prompt
        tail_BT[row, :length] = torch.tensor(episode.ids[prompt:])
        own_BT[row, :length] = torch.tensor(episode.own[prompt:])
    sizes = own_BT.sum(1)
    return Part(
        torch.tensor(episodes[0].ids[:prompt]),
        tail_BT,
        own_BT,
        torch.cat([lesson.sampled_N for lesson in lessons]),
        torch.cat([lesson.advantage_N for lesson in lessons]),
        torch.cat([lesson.importance_N for lesson in lessons]),
        torch.cat([lesson.reference_N for lesson in lessons]),
        torch.cat([lesson.value_N for lesson in lessons]),
        torch.cat([lesson.target_N for lesson in lessons]),
        torch.arange(len(episodes)).repeat_interleave(sizes),
        sizes,
        tuple(episode.task for episode in episodes),
    )
