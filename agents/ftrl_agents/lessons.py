"""From episodes to tensors: what each of them is to teach, and parts of a batch that fit into one forward pass.

Axes: B episodes of a part, L its tokens, N the episodes' own tokens in a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ftrl_agents.credit import Paid
from ftrl_agents.episode import Episode
from ftrl_agents.packed_attention import Packing


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
    """Some episodes, packed without padding: one forward pass."""

    ids_L: Tensor
    """Of each group its prompt but for the last token, and for each member that token and what came behind it: what
    the episode's tokens behind the prompt are predicted from. Of several sequences each from where it leaves the one
    before."""
    places_L: Tensor
    """Position in the episode."""
    wanted_L: Tensor
    """Whether the policy sampled the token that follows ..."""
    chosen_N: Tensor
    """... and which."""
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
    packing: Packing
    tasks: tuple[str, ...]

    @property
    def inputs(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Packing]:
        """What :class:`~ftrl_agents.scorer.Scorer` takes."""
        return self.ids_L, self.places_L, self.wanted_L, self.chosen_N, self.packing

    def to(self, device: torch.device) -> Part:
        """The same on a device."""
        moved = {name: value.to(device) for name, value in self._asdict().items() if isinstance(value, Tensor)}
        return self._replace(**moved)  # type: ignore[arg-type]


def own_logprobs(episode: Episode) -> Tensor:
    """The sampler's log-probabilities of the own tokens, ``(N,)``."""
    return torch.tensor(
        [value for one in episode.sequences for value, own in zip(one.logprobs, one.own, strict=True) if own]
    )


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
        ids_L=token, places_L=token, wanted_L=torch.ones(1, dtype=torch.bool), chosen_N=token, sampled_N=nothing,
        advantage_N=nothing, importance_N=torch.ones(1), reference_N=nothing, value_N=nothing, target_N=nothing,
        episode_N=token, sizes_B=torch.ones(1, dtype=torch.long), packing=Packing([(0, [1])]), tasks=(),
    )  # fmt: skip


def parts(groups: Iterable[Sequence[Lesson]], micro_tokens: int) -> Iterator[tuple[Part, list[Lesson]]]:
    """Groups packed into parts of at most so many tokens, or of one episode, each with what is in it.

    A group that does not fit goes on in the next part, where its prompt is computed again.
    """
    chosen: list[list[Lesson]] = []
    size = 0
    for group in groups:
        begun = False
        for lesson in group:
            length = _tokens(lesson.episode)
            more = length - lesson.episode.prompt_length if begun else length
            if chosen and size + more > micro_tokens:
                yield packed(chosen), [one for some in chosen for one in some]
                chosen, size, begun, more = [], 0, False, length
            if not begun:
                chosen.append([])
            chosen[-1].append(lesson)
            size, begun = size + more, True
    if chosen:
        yield packed(chosen), [one for some in chosen for one in some]


def _tokens(episode: Episode) -> int:
    """Of all sequences, what they have in common once."""
    sequences = episode.sequences
    return sum(len(one.ids) for one in sequences) - sum(one.shared for one in sequences[:-1])


def packed(groups: Sequence[Sequence[Lesson]]) -> Part:
    """A part of these; members of a group have their prompt in common."""
    ids: list[int] = []
    wanted: list[bool] = []
    chosen: list[int] = []
    packing = Packing()
    for group in groups:
        start = group[0].episode.prompt_length - 1
        ids += group[0].episode.ids[:start]
        wanted += [False] * start
        prompt = packing.add(start)
        for lesson in group:
            begin, seen = start, prompt
            for one in lesson.episode.sequences:
                ids += one.ids[begin:-1]
                own = one.own[begin + 1 :]
                wanted += own
                chosen += [token for token, mine in zip(one.ids[begin + 1 :], own, strict=True) if mine]
                end = len(one.ids) - 1
                common = min(one.shared, end)
                seen = packing.add(common - begin, seen)
                packing.add(end - common, seen)
                begin = common
    lessons = [lesson for group in groups for lesson in group]
    sizes = torch.tensor([len(lesson.sampled_N) for lesson in lessons])
    return Part(
        torch.tensor(ids),
        packing.places(),
        torch.tensor(wanted),
        torch.tensor(chosen),
        torch.cat([lesson.sampled_N for lesson in lessons]),
        torch.cat([lesson.advantage_N for lesson in lessons]),
        torch.cat([lesson.importance_N for lesson in lessons]),
        torch.cat([lesson.reference_N for lesson in lessons]),
        torch.cat([lesson.value_N for lesson in lessons]),
        torch.cat([lesson.target_N for lesson in lessons]),
        torch.arange(len(lessons)).repeat_interleave(sizes),
        sizes,
        packing,
        tuple(lesson.episode.task for lesson in lessons),
    )
