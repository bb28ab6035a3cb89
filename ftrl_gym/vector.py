"""Many episodes at once: ``gym.make_vec("ftrl/<Scenario>-v0", num_envs=256)``.

One object steps all of its episodes in this process. They share what is known of tasks and tools, and texts and infos
are put together once a step instead of once an episode and wrapper, so it is quicker than ``SyncVectorEnv`` over the
same environments, whose results it equals to the last key. What one process cannot keep up with goes to
``AsyncVectorEnv(shared_memory=False)`` (``vectorization_mode="async"``).

Observations are tuples of texts. Infos are as Gymnasium's vector environments have them: key -> array over the
episodes, and ``_key`` -> which of them have it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.episode import Info
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.reward import Scheme, turn_reward
from ftrl_gym.taskset import one_of

AUTORESETS: dict[str, AutoresetMode] = {
    "next_step": AutoresetMode.NEXT_STEP,
    "same_step": AutoresetMode.SAME_STEP,
    "disabled": AutoresetMode.DISABLED,
}
"""What ``autoreset=`` may be, and what the metadata then say."""

Array = npt.NDArray[Any]
Texts = tuple[str, ...]


class ToolUseVectorEnv(gym.vector.VectorEnv[Texts, Sequence[str], Array]):
    """``num_envs`` episodes of one task set, a turn of each a step.

    ## Action space
    ``Tuple`` of ``UnicodeText``: a turn for each episode, as any sequence of str.

    ## Observation space
    ``Tuple`` of ``UnicodeText``.

    ## Rewards
    Those of :class:`ftrl_gym.reward.VerifiableReward`, float64.

    ## Episode end
    ``next_step``: the step after an ending begins the next episode, whatever its action. ``same_step``: the ending step
    does, and its own observation and info are ``final_obs`` and ``final_info``. ``disabled``: the caller resets, with
    ``options={"reset_mask": ...}`` some of them.

    Args:
        env: What the episodes are played in; it becomes the first of them.
        num_envs: How many.
        autoreset: One of ``AUTORESETS``; ``metadata["autoreset_mode"]`` says which.

    Raises:
        UsageError: ``num_envs`` is not a whole number of at least 1.
        UnknownNameError: No such autoreset, or the env's reward scheme does not exist.
    """

    def __init__(self, env: ToolUseEnv, num_envs: int = 1, autoreset: str = "next_step") -> None:
        if isinstance(num_envs, bool) or not isinstance(num_envs, int) or num_envs < 1:
            raise UsageError(f"num_envs is {num_envs!r:.80}; it is a whole number of at least 1")
        if autoreset not in AUTORESETS:
            raise UnknownNameError("autoreset", autoreset, AUTORESETS)
        self.envs = (env, *(env.sibling() for _ in range(num_envs - 1)))
        self.scheme = Scheme(one_of("reward", env.reward, Scheme))
        self.num_envs = num_envs
        self.autoreset = AUTORESETS[autoreset]
        self.metadata = {**env.metadata, "autoreset_mode": self.autoreset}
        self.render_mode = env.render_mode
        self.single_action_space, self.single_observation_space = env.action_space, env.observation_space
        self.action_space = batch_space(env.action_space, num_envs)
        self.observation_space = batch_space(env.observation_space, num_envs)
        self._observations = [""] * num_envs
        self._over = np.zeros(num_envs, np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Texts, dict[str, Any]]:
        """Begins episodes.

        Args:
            seed: Of the first; the next has the next one. Or one for each.
            options: ``{"task": ID}`` picks a task for all, ``{"task": [ID, ...]}`` one for each (None: drawn);
                ``{"reset_mask": array}`` begins only those for which it is true, and the others go on.

        Raises:
            UsageError: Seeds, tasks or a mask of another length, or not of their type.
            UnknownNameError: An unknown option or task.
        """
        if options is not None and not isinstance(options, dict):
            raise UsageError(f"options is {options!r:.80}; it is a dict such as {{'task': ID}}, or None")
        own = dict(options or {})
        begun = self._mask(own.pop("reset_mask", None))
        seeds = (
            [seed + number for number in range(self.num_envs)] if isinstance(seed, int) else self._each("seed", seed)
        )
        tasks = self._each("task", own.pop("task", None))
        infos: list[Info] = [{} for _ in self.envs]
        for number, env in enumerate(self.envs):
            if begun[number]:
                wanted = own if tasks[number] is None else {**own, "task": tasks[number]}
                self._observations[number], infos[number] = env.reset(seed=seeds[number], options=wanted)
        self._over = self._over & ~begun
        return tuple(self._observations), batched(infos)

    def step(self, actions: Sequence[str]) -> tuple[Texts, Array, Array, Array, dict[str, Any]]:
        """Plays a turn of each episode; any text is a legal action.

        Raises:
            UsageError: Not one str for each episode, no ``reset`` before, or with ``autoreset="disabled"`` an episode
                that has ended.
        """
        if isinstance(actions, str) or len(actions) != self.num_envs:
            raise UsageError(f"actions are {self.num_envs} texts, one for each episode, not {_what(actions)}")
        over, mode = self._over.tolist(), self.autoreset
        rewards, terminations, truncations = [0.0] * len(over), [False] * len(over), [False] * len(over)
        infos: list[Info] = []
        for number, (env, action) in enumerate(zip(self.envs, actions, strict=True)):
            if over[number] and mode is AutoresetMode.NEXT_STEP:
                self._observations[number], info = env.reset()
                infos.append(info)
                continue
            text, _, terminated, truncated, info = env.step(action)
            episode = env.episode
            assert episode.facts is not None
            rewards[number] = turn_reward(self.scheme, episode.facts, episode.task)
            terminations[number], truncations[number] = terminated, truncated
            if (terminated or truncated) and mode is AutoresetMode.SAME_STEP:
                ending = {"final_obs": text, "final_info": info}
                text, info = env.reset()
                info = {**ending, **info}
            self._observations[number] = text
            infos.append(info)
        ended = np.array(terminations), np.array(truncations)
        self._over = np.zeros(self.num_envs, np.bool_) if mode is AutoresetMode.SAME_STEP else ended[0] | ended[1]
        return tuple(self._observations), np.array(rewards), *ended, batched(infos)

    def render(self) -> tuple[Any, ...] | None:
        """The conversations so far, with ``render_mode="ansi"``."""
        return None if self.render_mode is None else tuple(env.render() for env in self.envs)

    def call(self, name: str, *args: Any, **keywords: Any) -> tuple[Any, ...]:
        """What each environment's method returns, or its attribute."""
        found = [env.get_wrapper_attr(name) for env in self.envs]
        return tuple(one(*args, **keywords) if callable(one) else one for one in found)

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """An attribute of each environment."""
        return self.call(name)

    def _each(self, what: str, given: Any) -> Sequence[Any]:
        """One value for each episode, of one for all or a sequence of them."""
        if given is None or isinstance(given, str):
            return [given] * self.num_envs
        if not isinstance(given, Sequence) or len(given) != self.num_envs:
            raise UsageError(f"{what} is {_what(given)}; give one, or {self.num_envs} of them, one for each episode")
        return given

    def _mask(self, given: Any) -> npt.NDArray[np.bool_]:
        """Which episodes are begun."""
        if given is None:
            return np.ones(self.num_envs, np.bool_)
        mask = np.asarray(given)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise UsageError(f"reset_mask is {_what(given)}; it is {self.num_envs} booleans, of which one is true")
        return mask


def _what(value: Any) -> str:
    """A value that was not expected, in a few words."""
    many = f" of {len(value)}" if hasattr(value, "__len__") and not isinstance(value, str) else f" {value!r:.40}"
    return f"a {type(value).__name__}{many}"


def batched(infos: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The infos of several episodes as Gymnasium's vector environments have them.

    Numbers and booleans become arrays of their type (0 where an episode has none), dicts are batched in turn, and all
    else becomes an array of objects. ``_key`` says which episodes have ``key``.

    >>> batched([{"end": None, "score": {"f1": 0.5}}, {}])
    {'end': array([None, None], dtype=object), '_end': array([ True, False]), 'score': {'f1': array([0.5, 0. ]), \
'_f1': array([ True, False])}, '_score': array([ True, False])}
    """
    result: dict[str, Any] = {}
    kinds = {tuple(info): None for info in infos}
    for key in {key: None for keys in kinds for key in keys}:
        if len(kinds) == 1:
            column, has, first = [info[key] for info in infos], [True] * len(infos), infos[0][key]
        else:
            column = [info.get(key, _ABSENT) for info in infos]
            has = [value is not _ABSENT for value in column]
            first = column[has.index(True)]
        if isinstance(first, dict):
            result[key] = batched([{} if value is _ABSENT else value for value in column])
        elif type(first) in (int, float, bool):
            result[key] = np.array([0 if value is _ABSENT else value for value in column], dtype=type(first))
        else:
            result[key] = np.empty(len(column), dtype=object)
            for number, value in enumerate(column):  # at once, equally long lists would become a table
                result[key][number] = None if value is _ABSENT else value
        result[f"_{key}"] = np.array(has)
    return result


_ABSENT: Any = object()
