"""RLlib in this process: what it samples, with a network that trains and with one that only does as it is told."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from adapter_episodes import Played, Script
from gymnasium import spaces

from ftrl_gym.interop.numeric.view import NumericView

NEEDS = ("ray>=2.60", "dm-tree", "tensorboardX")
"""RLlib, and of what it needs beside Ray something that nothing else here brings."""


def settings(env: Callable[[dict[str, Any]], gym.Env[Any, Any]], name: str) -> Any:
    """PPO with an environment, small and in this process.

    Args:
        env: Makes it out of ``env_config``.
        name: Under which RLlib is to know it.
    """
    from ray.rllib.algorithms.ppo import PPOConfig
    from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
    from ray.tune import register_env

    register_env(name, env)
    config = PPOConfig().environment(name).env_runners(num_env_runners=0)
    config = config.rl_module(model_config=DefaultModelConfig(fcnet_hiddens=[16]))
    return config.training(train_batch_size_per_learner=100, minibatch_size=50, num_epochs=1).debugging(seed=3)


def played(episode: Any) -> Played:
    """What RLlib's record of an episode says that it was paid."""
    rewards = tuple(float(reward) for reward in episode.get_rewards())
    goes_on = (False,) * (len(rewards) - 1)
    score = {name: float(value) for name, value in episode.get_infos(-1)["score"].items()}
    return Played(rewards, (*goes_on, episode.is_terminated), (*goes_on, episode.is_truncated), score)


def said(episode: Any) -> Script:
    """The task of an episode that RLlib has sampled in a numeric view, and its turns as texts."""
    begun, *turns = episode.get_infos()
    return Script(begun["task_id"], tuple(info["action_text"] for info in turns))


def obeyed(view: NumericView, chosen: Sequence[Script]) -> list[Played]:
    """Plays scripts through RLlib's sampling.

    Args:
        view: Where; each turn of a script is listed in it.
        chosen: The scripts.
    """
    from ray.rllib.core.columns import Columns
    from ray.rllib.core.rl_module.rl_module import RLModuleSpec
    from ray.rllib.core.rl_module.torch import TorchRLModule
    from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner

    class Obedient(TorchRLModule):  # type: ignore[misc, unused-ignore]
        """Takes the action that is observed."""

        def setup(self) -> None:
            """It has nothing to learn."""

        def _forward(self, batch: dict[str, Any], **others: Any) -> dict[str, Any]:
            return {Columns.ACTIONS: batch[Columns.OBS][:, 0].long()}

    config = settings(functools.partial(_told, view, iter([*chosen, chosen[0]])), "told")
    config = config.environment(disable_env_checking=True)  # a check would play some of the scripts
    config = config.rl_module(rl_module_spec=RLModuleSpec(module_class=Obedient))
    runner = SingleAgentEnvRunner(config=config)
    episodes = runner.sample(num_episodes=len(chosen))
    assert list(map(said, episodes)) == list(chosen)
    return list(map(played, episodes))


def _told(view: NumericView, scripts: Iterator[Script], config: dict[str, Any]) -> gym.Env[Any, Any]:
    return Told(view, scripts)


class Told(gym.Wrapper[Any, Any, Any, Any]):
    """A numeric view that shows which action a script takes next, and nothing else.

    Args:
        view: The view.
        scripts: An episode each.
    """

    def __init__(self, view: NumericView, scripts: Iterator[Script]) -> None:
        super().__init__(view)
        assert isinstance(view.action_space, spaces.Discrete)
        self._view, self._scripts, self._actions = view, scripts, int(view.action_space.n)
        self.observation_space = spaces.Box(0, self._actions, (1,), np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begins the next script."""
        script = next(self._scripts)
        self._left = list(script.turns)
        _, info = self.env.reset(options={"task": script.task})
        return self._next(), info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Plays an action."""
        _, *paid = self.env.step(action)
        return self._next(), *paid  # type: ignore[return-value]

    def _next(self) -> Any:
        text = self._left.pop(0) if self._left else None
        found = (action for action in range(self._actions) if self._view.text(action) == text)
        return np.array([next(found, 0)], np.float32)
