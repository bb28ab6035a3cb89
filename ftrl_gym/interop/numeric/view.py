"""An environment for classic reinforcement learning: actions to choose from, and numbers to choose by.

A turn is one grounded call or one ending. What stands open is listed anew each turn from what the episode has shown:
the question, the tools' documents and the results, nothing else. So masks and features are the same whatever the task
takes for right. Rewards, endings and the turn limit are those of the environment within.
"""

from __future__ import annotations

from typing import Any, SupportsFloat

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.interop.bare_env import bare_env
from ftrl_gym.interop.numeric import features
from ftrl_gym.interop.numeric.numbered import Move, NumberedActions
from ftrl_gym.interop.numeric.parted import PartedActions
from ftrl_gym.interop.numeric.seen import Seen
from ftrl_gym.policies import call_text

Observation = dict[str, npt.NDArray[Any]]

ACTIONS = ("discrete", "multi_discrete")
_NO_TOOL = "no_such_action"
"""The tool that is called where nothing is listed under an action: the environment refuses it, and it is waste."""


class NumericView(gym.Wrapper[Observation, Any, str, str], gym.utils.RecordConstructorArgs):
    """Finite actions and numeric observations around a tool-use environment.

    ## Action space
    ``discrete``: ``Discrete(calls + endings)``. Action k is the k-th listed call, the likeliest first, and from
    ``calls`` on an ending: a value seen so far, yes, no, a count, a list, a sum, a difference.
    ``multi_discrete``: ``MultiDiscrete([tools + ways to end, entities + 1, entities + 1, entities + 1])``: the tool and
    what fills its first places, 0 for nothing.

    ## Observation space
    A flat ``Dict``. ``progress``, shape (PROGRESS,), from 0 to 1: how the episode stands. ``question``, shape
    (WORDS_IN_ALL,), 0 or 1: hashed words of the question. ``slots`` (``discrete``), shape ((calls + endings) * SLOT,):
    the features of every action. ``tools``, shape (tools * TOOL,), and ``entities``, shape (entities * ENTITY,)
    (``multi_discrete``): those of the parts, from -1 to 1 like ``slots``. :mod:`ftrl_gym.interop.numeric.features` has
    the sizes.

    ## Masks
    :meth:`action_masks`, and ``info["action_mask"]``: what is listed, without the calls that were made already. An
    action that is not listed is played as a call of a tool that does not exist.

    Args:
        env: As ``gym.make`` returns it.
        actions: ``discrete`` or ``multi_discrete``.
        calls: Calls that are listed at most.
        endings: Endings that are listed at most.
        tools: Tools that an action in parts can name.
        entities: Entities that an action in parts can name.

    Raises:
        UnknownNameError: ``actions`` is neither.
        UsageError: A size is not positive, or the env is not one of this package.
    """

    def __init__(
        self,
        env: gym.Env[str, str],
        actions: str = "discrete",
        *,
        calls: int = 64,
        endings: int = 32,
        tools: int = 40,
        entities: int = 64,
    ) -> None:
        sizes: dict[str, Any] = {"calls": calls, "endings": endings, "tools": tools, "entities": entities}
        gym.utils.RecordConstructorArgs.__init__(self, actions=actions, **sizes)
        super().__init__(env)  # type: ignore[arg-type]  # takes the outer types for the inner ones
        self._base = bare_env(env)
        if actions not in ACTIONS:
            raise UnknownNameError("actions", actions, ACTIONS)
        for name, size in sizes.items():
            if size < 1:
                raise UsageError(f"{name}={size}: at least 1 is listed")
        self._actions = NumberedActions(calls, endings) if actions == "discrete" else PartedActions(tools, entities)
        self._seen: Seen | None = None
        self._turn = 0
        parts: dict[str, gym.Space[Any]] = {
            "progress": spaces.Box(0, 1, (features.PROGRESS,), np.float32),
            "question": spaces.MultiBinary(features.WORDS_IN_ALL),
            **self._actions.parts,
        }
        self.action_space = self._actions.space
        self.observation_space: gym.Space[Observation] = spaces.Dict(parts)  # type: ignore[assignment]

    @property
    def seen(self) -> Seen:
        """What the running episode has shown.

        Raises:
            UsageError: ``reset`` was not called yet.
        """
        if self._seen is None:
            raise UsageError("call reset() first")
        return self._seen

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Starts an episode; takes and raises what :meth:`ftrl_gym.env.ToolUseEnv.reset` does."""
        _, info = self.env.reset(seed=seed, options=options)
        self._seen, self._turn = Seen(info), 0
        return self._observed(info)

    def step(self, action: Any) -> tuple[Observation, SupportsFloat, bool, bool, dict[str, Any]]:
        """Plays what an action comes to. ``info["action_text"]`` says it.

        Args:
            action: A number, or of actions in parts an array of shape (4,).

        Raises:
            UsageError: There is no running episode.
        """
        move = self.move(action)
        text = self._text(move)
        _, reward, terminated, truncated, info = self.env.step(text)
        self.seen.note(move.call, info)
        self._turn += 1
        info["action_text"] = text
        observation, info = self._observed(info)
        return observation, float(reward), terminated, truncated, info

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Which actions stand open now; of actions in parts those of each part, one after the other.

        Returns:
            Shape (calls + endings,), or (sum of the parts' sizes,).
        """
        return self._actions.mask()

    def text(self, action: Any) -> str:
        """What an action says to the environment if it is taken now; raises as :meth:`move`."""
        return self._text(self.move(action))

    def move(self, action: Any) -> Move:
        """What an action comes to if it is taken now.

        Raises:
            UsageError: There is no running episode.
        """
        if self._seen is None:
            raise UsageError("call reset() first")
        return self._actions.move(action)

    def _text(self, move: Move) -> str:
        if move.say is not None:
            return move.say
        return call_text([move.call or (_NO_TOOL, {})], self._base.dialect)

    def _observed(self, info: dict[str, Any]) -> tuple[Observation, dict[str, Any]]:
        parts = self._actions.refresh(self.seen)
        # The limit that was asked for: an episode's own may be raised for a long plan, which nobody is to learn here.
        turn = min(1.0, self._turn / self._base.max_turns)
        observation: Observation = {
            "progress": features.of_progress(self.seen, turn),
            "question": features.of_question(self.seen),
            **parts,
        }
        info["action_mask"] = self.action_masks().astype(np.int8)
        return observation, info
