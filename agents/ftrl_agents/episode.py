"""One episode as the learner needs it: exact token ids, whose they are, what was paid for them.

Invariants: ``ids`` are the ids that the model saw and sampled, never re-tokenized; ``own`` is true exactly for the
policy's own sampled tokens, the end-of-turn token included; a failed episode is a record with an ``error``, not an
exception.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ftrl_agents.config import Credit


class End(StrEnum):
    """Why an episode ended."""

    ANSWERED = "answered"
    """A turn without calls ended it."""
    USER_DONE = "user_done"
    """The scripted user's script is done."""
    TURN_LIMIT = "turn_limit"
    """The environment's turn limit."""
    TOKEN_BUDGET = "token_budget"
    """The next turn would not fit into ``max_episode_tokens``."""
    NO_ROOM = "no_room"
    """The prompt leaves no room for a turn, and an evaluation goes on without the task. Counted, and scored 0."""
    FAILED = "failed"
    """The environment raised: our bug. Or an endpoint gave no reply. Recorded, counted, and no part of the loss."""


@dataclass
class Turn:
    """One assistant turn."""

    start: int
    """Index in ``Episode.ids`` of its first own token."""
    end: int
    """Index behind its last own token."""
    text: str
    """What the environment was given: the decoded tokens without the end-of-turn token."""
    cut: bool = False
    """Whether ``max_turn_tokens`` ended it; the end-of-turn token was then added, and is not the policy's own."""
    reward: float = 0.0
    calls: list[dict[str, Any]] = field(default_factory=list)
    """``info["calls"]`` of the step."""
    feedback: list[dict[str, Any]] = field(default_factory=list)
    """Messages that the environment appended after it."""


@dataclass
class Episode:
    """What happened between a reset and an end."""

    task: str
    """Task id."""
    kind: str
    """Kind of the task."""
    group: int
    """Index of the task in the batch; the members of a group share it."""
    member: int
    messages: list[dict[str, Any]]
    """The messages of the reset: system and user."""
    ids: list[int] = field(default_factory=list)
    """All token ids: prompt, own turns, what the environment appended."""
    own: list[bool] = field(default_factory=list)
    """The loss mask, as long as ``ids``."""
    logprobs: list[float] = field(default_factory=list)
    """The sampler's log-probability of each own token, at the sampling temperature; 0 elsewhere."""
    prompt_length: int = 0
    """Number of tokens of the prompt, equal for all members of a group."""
    turns: list[Turn] = field(default_factory=list)
    penalty: float = 0.0
    """What the learner takes off the return, such as for being long; no part of what the environment paid."""
    score: dict[str, Any] = field(default_factory=dict)
    """``info["score"]`` of the last step; empty for a failed episode."""
    end: End | None = None
    error: str | None = None
    """What was raised, for a failed episode."""

    @property
    def episode_return(self) -> float:
        """Sum of the turns' rewards."""
        return sum(turn.reward for turn in self.turns)

    @property
    def own_count(self) -> int:
        """Number of the policy's own tokens."""
        return sum(self.own)

    def extend(self, ids: list[int]) -> None:
        """Append tokens that are not the policy's own."""
        self.ids += ids
        self.own += [False] * len(ids)
        self.logprobs += [0.0] * len(ids)

    def sampled(self, token: int, logprob: float) -> None:
        """Append one token of the policy's own."""
        self.ids.append(token)
        self.own.append(True)
        self.logprobs.append(logprob)

    def transcript(self) -> str:
        """The episode as a person reads it."""
        parts = [f"[{message['role']}]\n{message['content']}" for message in self.messages]
        for turn in self.turns:
            parts.append(f"[assistant]{' (cut)' if turn.cut else ''}\n{turn.text}")
            parts += [f"[{m['role']}{' ' + m['name'] if m.get('name') else ''}]\n{m['content']}" for m in turn.feedback]
        tail = f"[end] {self.end}" + (f": {self.error}" if self.error else "")
        return "\n\n".join([*parts, f"{tail}\nreturn {self.episode_return:.3f}  score {self.score}"])


def grouped(episodes: Iterable[Episode]) -> list[list[Episode]]:
    """Episodes by their group, in the order in which groups appear."""
    groups: dict[int, list[Episode]] = {}
    for episode in episodes:
        groups.setdefault(episode.group, []).append(episode)
    return list(groups.values())


def has_signal(group: Iterable[Episode], credit: Credit = Credit.TRAJECTORY) -> bool:
    """Whether members of a group that did not fail were paid differently: in all, or with finer credit at any turn."""
    paid = [
        (episode.episode_return,) if credit is Credit.TRAJECTORY else tuple(turn.reward for turn in episode.turns)
        for episode in group
        if episode.end is not End.FAILED
    ]
    first = paid[0] if paid else ()
    return any(
        len(one) != len(first) or max(abs(a - b) for a, b in zip(one, first, strict=True)) > 1e-9 for one in paid[1:]
    )
