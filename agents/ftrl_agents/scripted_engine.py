"""A policy that needs no model, such as the oracle or a baseline, as what plays an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ftrl_agents.engine import OnEpisode
from ftrl_agents.envs import EnvFactory
from ftrl_agents.episode import End, Episode, Turn
from ftrl_gym.errors import UsageError
from ftrl_gym.trajectory import Policy, Trajectory, run_episode


class ScriptedEngine:
    """One episode after the other. A policy with an attribute ``seed`` gets another one for each of a task's samples.

    Args:
        name: Of the policy.
        make: Makes it, at a temperature.
    """

    decodes = False

    def __init__(self, name: str, make: Callable[[float], Policy]) -> None:
        self.name, self._make = name, make

    def pinned(self) -> dict[str, Any]:
        """The name."""
        return {"policy": self.name}

    def play(
        self,
        make: EnvFactory,
        tasks: Sequence[str],
        members: Sequence[Sequence[int]],
        *,
        temperature: float,
        seed: int,
        on_episode: OnEpisode,
    ) -> None:
        """See :class:`~ftrl_agents.engine.Engine`."""
        policy, env = self._make(temperature), make()
        try:
            for group, (task, numbers) in enumerate(zip(tasks, members, strict=True)):
                for member in numbers:
                    if hasattr(policy, "seed"):
                        policy.seed = 1_000_003 * seed + member
                    try:
                        played = run_episode(env, policy, seed=seed, options={"task": task})
                        episode = _episode(played, group, member)
                    except UsageError:
                        raise
                    except Exception as error:  # a user's own policy must not cost the other episodes
                        problem = f"{type(error).__name__}: {str(error)[:500]}"
                        episode = Episode(task, "", group, member, [], end=End.FAILED, error=problem)
                    on_episode(episode)
        finally:
            env.close()


def _episode(played: Trajectory, group: int, member: int) -> Episode:
    turns = [
        Turn(0, 0, turn.text, reward=turn.reward, calls=list(turn.calls), feedback=list(turn.feedback))
        for turn in played.turns
    ]
    return Episode(
        played.task_id,
        played.kind,
        group,
        member,
        list(played.opening),
        turns=turns,
        score=dict(played.score),
        end=End(played.end) if played.end else None,
    )
