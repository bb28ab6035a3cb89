"""Trajectories: one episode, from reset to its end, as data that a person or a program can read.

A trajectory holds what the policy was shown, what it wrote, what came back and what it was paid, and nothing that
it could not have seen, except the score. It is complete: the conversation can be rebuilt from it message by message.
"""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import gymnasium as gym

Message = dict[str, Any]
"""One chat message in OpenAI's format."""


class Policy(Protocol):
    """Text in, text out. One object plays one episode at a time and may be used for many, one after the other."""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Called once after ``reset``. ``env`` is the unwrapped environment: for policies that are told the answer,
        such as the oracle; a policy that is graded does not look at it."""

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next assistant turn, given what the last ``reset`` or ``step`` returned."""


@dataclass(frozen=True)
class TurnRecord:
    """One assistant turn and what it caused."""

    text: str
    """What the policy wrote, unchanged."""
    calls: tuple[dict[str, str], ...]
    """``{"tool": ..., "status": ...}`` of each call found in it."""
    feedback: tuple[Message, ...]
    """The messages that the environment appended."""
    observation: str
    reward: float
    score: dict[str, float]
    """The running score after this turn (``info["score"]``)."""


@dataclass(frozen=True)
class Trajectory:
    """One episode.

    >>> turn = TurnRecord("Hello.", (), (), "", 0.25, {"f1": 0.5})
    >>> one = Trajectory("t-1", "single_hop", ({"role": "user", "content": "Hi?"},), (), "Hi?", (turn,), "answered")
    >>> one.episode_return, one.score["f1"]
    (0.25, 0.5)
    >>> print(one.render())
    task t-1 (single_hop)
    <BLANKLINE>
    [user]
      Hi?
    [assistant] turn 1, reward +0.250
      Hello.
    <BLANKLINE>
    end: answered; return 0.250; f1 0.500
    """

    task_id: str
    kind: str
    opening: tuple[Message, ...]
    """``info["messages"]`` of reset: the system and the user message."""
    tools: tuple[dict[str, Any], ...]
    """Documents offered, in OpenAI's format."""
    observation: str
    """The text that reset returned."""
    turns: tuple[TurnRecord, ...]
    end: str | None
    """``info["end"]`` of the last turn: why it ended."""

    @property
    def episode_return(self) -> float:
        """Sum of the rewards."""
        return sum(turn.reward for turn in self.turns)

    @property
    def score(self) -> dict[str, float]:
        """The score at the end; empty when no turn was taken."""
        return self.turns[-1].score if self.turns else {}

    def messages(self) -> list[Message]:
        """The whole conversation: opening, then each assistant text followed by its feedback."""
        result = list(self.opening)
        for turn in self.turns:
            result.append({"role": "assistant", "content": turn.text})
            result.extend(turn.feedback)
        return result

    def to_json(self) -> str:
        """One line of JSON; reads back with :meth:`from_json`."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Trajectory:
        """The trajectory that :meth:`to_json` wrote. Raises KeyError or TypeError on another object."""
        data = json.loads(line)
        turns = tuple(
            TurnRecord(**{**turn, "calls": tuple(turn["calls"]), "feedback": tuple(turn["feedback"])})
            for turn in data["turns"]
        )
        whole = {**data, "opening": tuple(data["opening"]), "tools": tuple(data["tools"]), "turns": turns}
        return cls(**whole)

    def render(self, width: int = 120) -> str:
        """The episode for a person's eye: who said what, wrapped at ``width`` characters."""
        lines = [f"task {self.task_id} ({self.kind})", ""]
        for message in self.opening:
            lines += [f"[{message['role']}]", _indent(message["content"], width)]
        for number, turn in enumerate(self.turns, start=1):
            bad = [f"{call['tool']}: {call['status']}" for call in turn.calls if call["status"] != "ok"]
            note = f" ({'; '.join(bad)})" if bad else ""
            lines += [f"[assistant] turn {number}, reward {turn.reward:+.3f}{note}", _indent(turn.text, width)]
            for message in turn.feedback:
                speaker = f"{message['role']} {message['name']}" if "name" in message else message["role"]
                lines += [f"[{speaker}]", _indent(message["content"], width)]
        score = "".join(f"; {name} {value:.3f}" for name, value in self.score.items())
        lines += ["", f"end: {self.end}; return {self.episode_return:.3f}{score}"]
        return "\n".join(lines)


def _indent(text: str, width: int) -> str:
    wrapped = []
    for line in str(text).splitlines() or [""]:
        wrapped += textwrap.wrap(line, width - 2, break_long_words=False, break_on_hyphens=False) or [""]
    return textwrap.indent("\n".join(wrapped), "  ")


def run_episode(
    env: gym.Env[str, str],
    policy: Policy,
    *,
    seed: int | None = None,
    options: dict[str, Any] | None = None,
) -> Trajectory:
    """Plays one episode to its end and returns it.

    Args:
        env: Any environment of this package, wrapped or not; without the reward wrapper every reward is 0.
        policy: Who acts.
        seed: Passed to ``reset``.
        options: Passed to ``reset``; ``{"task": ID}`` picks a task.
    """
    observation, info = env.reset(seed=seed, options=options)
    return play_on(env, policy, observation, info)


def play_on(env: gym.Env[str, str], policy: Policy, observation: str, info: dict[str, Any]) -> Trajectory:
    """Plays an episode that was just begun, given what ``reset`` returned, to its end."""
    start, opening = observation, info
    policy.begin(env.unwrapped, observation, info)
    turns: list[TurnRecord] = []
    over = False
    while not over:
        text = policy.act(observation, info)
        observation, reward, terminated, truncated, info = env.step(text)
        over = terminated or truncated
        calls = tuple(info.get("calls", ()))
        turns.append(
            TurnRecord(text, calls, tuple(info["messages"]), observation, float(reward), info.get("score", {}))
        )
    return Trajectory(
        task_id=opening["task_id"],
        kind=opening["kind"],
        opening=tuple(opening["messages"]),
        tools=tuple(opening["tools"]),
        observation=start,
        turns=tuple(turns),
        end=info.get("end"),
    )
