"""One episode as the learner needs it: exact token ids, whose they are, what was paid for them.

Invariants: ``ids`` are the ids that the model saw and sampled, never re-tokenized; ``own`` is true exactly for the
policy's own sampled tokens, the end-of-turn token included; a failed episode is a record with an ``error``, not an
exception. Where later turns do not see what an earlier one thought (:mod:`.thinking`), an episode is several sequences,
and every own token is so in one of them: the one that it was sampled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    """Index of its first own token in the sequence that it was sampled in."""
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


@dataclass(frozen=True)
class TokenSequence:
    """Tokens as the policy saw them while it sampled some of them."""

    ids: list[int]
    own: list[bool]
    """Which of them were sampled here."""
    logprobs: list[float]
    shared: int
    """With so many of its first tokens the episode's next sequence begins; the last one has all of its own."""


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
    """All token ids, as the policy saw them last: prompt, own turns, what the environment appended."""
    own: list[bool] = field(default_factory=list)
    """The loss mask, as long as ``ids``."""
    logprobs: list[float] = field(default_factory=list)
    """The sampler's log-probability of each own token, at the sampling temperature; 0 elsewhere."""
    prompt_length: int = 0
    """Number of tokens of the prompt, equal for all members of a group; every sequence begins with them."""
    earlier: list[TokenSequence] = field(default_factory=list)
    """Sequences that ended because later turns do not see all of them."""
    hidden: int = 0
    """Number of tokens that the policy saw and does not see any more."""
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
        return sum(self.own) + sum(sum(one.own) for one in self.earlier)

    @property
    def length(self) -> int:
        """Number of tokens in all: prompt, own turns, what the environment appended, also what was hidden since."""
        return len(self.ids) + self.hidden

    @property
    def sequences(self) -> list[TokenSequence]:
        """All there are, in order; one where nothing was hidden."""
        return [*self.earlier, TokenSequence(self.ids, self.own, self.logprobs, len(self.ids))]

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

    def go_on_behind(self, ids: Sequence[int]) -> int:
        """Begin another sequence: later turns see these tokens in place of all so far.

        Returns:
            How many of the first tokens stay as they were; one less than there are, at most.
        """
        pairs = zip(self.ids[:-1], ids, strict=False)
        shared = next((place for place, (old, new) in enumerate(pairs) if old != new), min(len(self.ids) - 1, len(ids)))
        self.earlier.append(TokenSequence(self.ids, self.own, self.logprobs, shared))
        self.hidden += len(self.ids) - len(ids)
        self.ids, self.own, self.logprobs = list(ids), [False] * len(ids), [0.0] * len(ids)
        return shared

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
