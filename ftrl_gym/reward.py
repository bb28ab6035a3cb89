"""From what an episode has earned to numbers.

Default scheme: phi = F1/2 after each turn and 0 before the first; a turn is paid the change of phi, and the ending turn
adds 1/2 if the outcome is right and earned. So the return lies in [0, 1], is 1 exactly for a right and economical
episode, waste costs, nothing is paid twice, and truncation forfeits the outcome. The change of a potential is paid, so
the order in which a policy does the same things does not matter (Ng, Harada & Russell 1999, "Policy invariance under
reward transformations").

The schemes of the paper (FTRL, section 3.3) and its ablation stay selectable; they can be gamed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, SupportsFloat

import gymnasium as gym

from ftrl_gym import ftrl_matching
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.episode import TurnFacts
from ftrl_gym.ftrl_ledger import answer_text
from ftrl_gym.task import Task
from ftrl_gym.taskset import one_of


class Scheme(StrEnum):
    """How a turn's facts become a number."""

    DEFAULT = "default"
    """Change of F1/2, and 1/2 for a right and earned outcome."""
    SOLVE_F1 = "solve_f1"
    """2q/(p+1) of the turn: the paper's."""
    SOLVE_PRECISION = "solve_precision"
    """q/p of the turn."""
    SOLVE_RATE = "solve_rate"
    """q of the turn."""
    SOLVE_PR = "solve_pr"
    """q*q/p of the turn."""


_DEFAULT = Scheme.DEFAULT  # looking a member up takes longer than a turn's whole reward


def turn_reward(scheme: Scheme, facts: TurnFacts, task: Task) -> float:
    """What one turn is paid.

    Args:
        scheme: The reward scheme.
        facts: What the turn did.
        task: The task, for schemes that look for its answer in the text.
    """
    if scheme is _DEFAULT:
        paid = facts.before.f1 / 2 if facts.before is not None else 0.0
        return facts.after.f1 / 2 - paid + (0.5 if facts.right else 0.0)
    answer = task.outcome.answer
    calls_before, solved_before = (facts.before.calls, facts.before.solved) if facts.before else (0, 0)
    total = facts.after.total
    return ftrl_matching.turn_reward(
        scheme.value,
        calls=facts.after.calls - calls_before,
        solved=facts.after.solved - solved_before,
        content=facts.content,
        unsolved=total - solved_before,
        solve_rate=solved_before / total if total else 1.0,
        answer=None if answer is None else answer_text(answer),
    )


class VerifiableReward(gym.Wrapper[str, str, str, str], gym.utils.RecordConstructorArgs):
    """Pays each turn by the environment's reward scheme. It has no state of its own, so restoring a snapshot of the
    environment never pays twice.

    Args:
        env: An environment whose unwrapped form is a :class:`ToolUseEnv`.

    Raises:
        UnknownNameError: The environment asks for a scheme that does not exist.
    """

    def __init__(self, env: gym.Env[str, str]) -> None:
        gym.utils.RecordConstructorArgs.__init__(self)
        super().__init__(env)
        assert isinstance(env.unwrapped, ToolUseEnv)
        self._base = env.unwrapped
        self.scheme = Scheme(one_of("reward", env.unwrapped.reward, Scheme))

    def step(self, action: str) -> tuple[str, SupportsFloat, bool, bool, dict[str, Any]]:
        """Plays one turn and pays it."""
        observation, _, terminated, truncated, info = self.env.step(action)
        episode = self._base.episode
        assert episode.facts is not None
        return observation, turn_reward(self.scheme, episode.facts, episode.task), terminated, truncated, info
