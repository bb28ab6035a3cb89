"""Our side of ``speed.py learner``: one step is :func:`~ftrl_agents.rollout.collect` and one update by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import gymnasium as gym
import numpy as np
import numpy.typing as npt
import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from learner_scripts import GROUP, Scripts
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ftrl_agents.config import UpdateConfig
from ftrl_agents.learner import Learner
from ftrl_agents.rollout import EnvPool, collect
from ftrl_agents.sampler import Sampled, Sampler

LEARNING_RATE = 1e-6
"""On both sides; what is learned from scripts does not matter."""


class Cost(NamedTuple):
    """Seconds of one step."""

    rollout: float
    """Prompts to paid episodes: templates, sampling, tools."""
    update: float
    generate: float
    """Of the rollout: what only the sampler took; of TRL its calls of ``generate``."""

    @property
    def whole(self) -> float:
        """Both."""
        return self.rollout + self.update


class OurSide:
    """A model that plays and learns.

    Args:
        model: Its weights change.
        tokenizer: Of the scripts.
        make: Makes environments.
        scripts: What is played.
        docs: As of the environments.
        clock: In seconds.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        make: Callable[[], gym.Env[str, str]],
        scripts: Scripts,
        docs: str,
        clock: Callable[[], float],
    ) -> None:
        self.model, self.tokenizer, self.make, self.scripts = model, tokenizer, make, scripts
        self.docs, self.clock, self.pool = docs, clock, EnvPool()
        # One optimizer step a batch, as TRL does unless told otherwise.
        settings = UpdateConfig(mini_batches=1, learning_rate=LEARNING_RATE)
        here = Accelerator(cpu=model.device.type == "cpu")  # not on a card that happens to be there
        self.learner = Learner(model, settings, temperature=1.0, accelerator=here)

    def step(self) -> Cost:
        """Plays all scripts and learns from them once."""
        begun = self.clock()
        samplers: list[ScriptedSampler] = []

        def sampler(model: PreTrainedModel, temperature: float) -> Sampler:
            samplers.append(ScriptedSampler(model, temperature, self.scripts, self.clock))
            return samplers[-1]

        episodes = collect(
            self.model,
            self.tokenizer,
            [(self.make, prompt.task) for prompt in self.scripts.prompts],
            temperature=1.0,
            seed=0,
            group_size=GROUP,
            docs=self.docs,
            in_flight=len(self.scripts.episodes),
            max_turn_tokens=2048,
            max_episode_tokens=8192,
            pool=self.pool,
            sampler=sampler,
        )
        assert sum(episode.own_count for episode in episodes) == self.scripts.own_tokens
        for episode in episodes:
            for turn in episode.turns:
                turn.reward = float(episode.member)  # every group teaches something
        played = self.clock()
        self.learner.update(episodes, seed=0)
        return Cost(played - begun, self.clock() - played, sum(one.seconds for one in samplers))


class ScriptedSampler(Sampler):
    """Draws like any other, and then takes the script's token."""

    def __init__(
        self, model: PreTrainedModel, temperature: float, scripts: Scripts, clock: Callable[[], float]
    ) -> None:
        super().__init__(model, temperature)
        self.scripts, self.clock, self.seconds = scripts, clock, 0.0
        self._taken: Counter[tuple[int, ...]] = Counter()
        self._so_far: list[list[int]] = []
        self._turn: list[list[int]] = []
        """What is left of each row's turn, backwards."""

    def open(self, prompts: list[list[int]], members: list[int]) -> None:
        """See :class:`Sampler`."""
        begun = self.clock()
        super().open(prompts, members)
        self.seconds += self.clock() - begun
        for prompt, count in zip(prompts, members, strict=True):
            for _ in range(count):
                self._so_far.append(list(prompt))
                self._turn.append(self.scripts.turn(prompt, self._taken)[::-1])

    def feed(self, rows: list[int], tokens: list[list[int]]) -> None:
        """See :class:`Sampler`."""
        begun = self.clock()
        super().feed(rows, tokens)
        self.seconds += self.clock() - begun
        for row, ids in zip(rows, tokens, strict=True):
            self._so_far[row] += ids[1:]  # the first is the last of the turn before
            self._turn[row] = self.scripts.turn(self._so_far[row], self._taken)[::-1]

    def step(self, uniforms: npt.NDArray[np.float64], held: set[int]) -> Sampled:
        """See :class:`Sampler`."""
        begun = self.clock()
        sampled = super().step(uniforms, held)
        self.seconds += self.clock() - begun
        for row, token in enumerate(sampled.tokens):
            if row not in held:
                self._so_far[row].append(token)
                self._turn[row].pop()
        return sampled

    def choose(self, logprobs: Tensor, uniforms: npt.NDArray[np.float64]) -> Tensor:
        """See :class:`Sampler`."""
        drawn = super().choose(logprobs, uniforms)
        wanted = [turn[-1] if turn else 0 for turn in self._turn]
        return torch.tensor(wanted, device=drawn.device)

    def close(self, row: int) -> None:
        """See :class:`Sampler`."""
        super().close(row)
        for rows in (self._so_far, self._turn):
            rows[row] = rows[-1]
            rows.pop()
