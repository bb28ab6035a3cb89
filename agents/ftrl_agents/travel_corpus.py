"""The base model's corpus: endless TravelBooking tasks of the train split, played well.

Every conversation is played in the environment itself, so a model reads in training what it will read as a policy.
Three quarters of the worlds name everything with random syllables: a small model copies only what it has learned
to copy, and names that never end leave it no other way than to copy.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import gymnasium as gym

from ftrl_agents.corpus import BLOCK, Maker, encode
from ftrl_agents.demonstrations import Demonstrator
from ftrl_agents.exercises import exercise
from ftrl_gym import registry
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.endless import endless_task, world_of
from ftrl_gym.construct.scenarios import scenario as source
from ftrl_gym.construct.worlds.names import Names
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import Split, Task
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.trajectory import Trajectory, run_episode

T = TypeVar("T")

SCENARIO = "TravelBooking"
SYLLABLES = 0.75
"""Share of blocks whose world has names of random syllables; the others have real ones."""
EASY_BLOCKS = 60
"""Blocks at the beginning of a stream that are easy: copying is learned sooner on short texts."""

EXERCISES = 0.2
"""Share of exercises; they are short, so of the tokens it is far less."""
CHATTER = 0.15
"""Share of questions with made-up words at an end: a name ends where it ends, whatever stands beside it."""


@dataclass(frozen=True)
class Mixture:
    """What tasks are like."""

    difficulties: tuple[tuple[float, float], ...]
    """(difficulty, share of tasks)."""
    features: tuple[tuple[tuple[str, ...], float], ...]
    """(features, share of tasks)."""


EASY = Mixture(((0.0, 0.8), (0.1, 0.2)), (((), 1.0),))
FULL = Mixture(((0.0, 0.4), (0.1, 0.25), (0.25, 0.15), (0.4, 0.1), (0.6, 0.06), (0.9, 0.04)), (((), 1.0),))
INSTRUCTIONS = ("",)
"""First sentences of the system message, so that a policy does not hang on one; the empty one is the scenario's."""
_FIRST = 10**9
"""Distance between the task numbers of two seeds."""


def corpus_env(
    split: Split = Split.TRAIN,
    syllables: float = SYLLABLES,
    instruction: str = "",
    easy_blocks: int = EASY_BLOCKS,
    chatter: float = CHATTER,
) -> gym.Env[str, str]:
    """Endless tasks ``endless-<number>`` as the corpus has them.

    Args:
        split: Train for the corpus.
        syllables: Share of worlds whose names are random syllables.
        instruction: First sentence of the system message; the scenario's own if empty.
        easy_blocks: Blocks at the beginning of each seed's numbers that are easy.
        chatter: Share of questions with made-up words before or after what is asked.
    """
    scenario = registry.load(SCENARIO)
    manifest = scenario.manifest.model_copy(update={"instruction": instruction or scenario.manifest.instruction})
    style = partial(_task, syllables=syllables, easy_blocks=easy_blocks, chatter=chatter)
    scenario = dataclasses.replace(scenario, manifest=manifest, endless=style, load_world=world_of)
    return VerifiableReward(ToolUseEnv(ScenarioTaskSet(scenario, split=split, tasks="endless"), docs="signature"))


def corpus_envs() -> list[gym.Env[str, str]]:
    """One environment for each instruction."""
    return [corpus_env(instruction=instruction) for instruction in INSTRUCTIONS]


def held_out_env() -> gym.Env[str, str]:
    """The full mixture of the test split: other worlds, other phrasings, real names only."""
    return corpus_env(Split.TEST, syllables=0.0, easy_blocks=0, chatter=0.0)


def held_out_tasks(count: int) -> list[str]:
    """Ids of tasks of :func:`held_out_env`, of a few worlds."""
    return [f"endless-{(number % 4) * BLOCK + number // 4}" for number in range(count)]


def _task(number: int, split: Split, *, syllables: float, easy_blocks: int, chatter: float) -> Task:
    names = "syllables" if random.Random(f"corpus/{number // BLOCK}").random() < syllables else "real"
    rng = random.Random(f"corpus/task/{number}")
    mixture = EASY if number % _FIRST // BLOCK < easy_blocks else FULL
    level = _choose(rng, mixture.difficulties)
    task = endless_task(
        number,
        split,
        names=names,
        difficulty=level,
        features=_choose(rng, mixture.features),
        certify=Depth.QUICK,
        scalings=("extension",),
    )
    return task.model_copy(update={"question": _chatty(task.question, rng)}) if rng.random() < chatter else task


def _chatty(question: str, rng: random.Random) -> str:
    """With a few made-up words before it, after it, or just before its last mark."""
    names = Names("syllables", rng)
    words = " ".join(names.word().lower() for _ in range(rng.randint(1, 4)))
    draw = rng.random()
    if draw < 0.25:
        return f"{words.capitalize()}: {question}"
    if draw < 0.5:
        return f"{question} {words.capitalize()}{rng.choice('.?!')}"
    return f"{question[:-1]} {words}{question[-1]}"


def _choose(rng: random.Random, shares: Sequence[tuple[T, float]]) -> T:
    return rng.choices([value for value, _ in shares], [share for _, share in shares])[0]


class TravelStream:
    """Conversations by number; the same seed gives the same ones. A block of numbers shares a world.

    Args:
        seed: Another seed gives other worlds.
        envs: Where they are played, a block in each by turns.
        exercises: Share of exercises.
    """

    def __init__(self, seed: int, envs: Sequence[gym.Env[str, str]], exercises: float = EXERCISES) -> None:
        self.seed, self._envs, self.exercises = seed, envs, exercises
        self._demonstrator = Demonstrator(seed)

    def conversation(self, number: int) -> list[dict[str, Any]]:
        """The messages of an episode, or of an exercise in the world it would play in."""
        rng = random.Random(f"corpus/{self.seed}/{number}")
        if rng.random() >= self.exercises:
            return self.episode(number).messages()
        env = self._envs[0]
        env.reset(options=self._task(number))
        return exercise(env.unwrapped.world.base, source(SCENARIO).domain, rng)  # type: ignore[attr-defined]

    def episode(self, number: int) -> Trajectory:
        """Plays an episode."""
        env = self._envs[number // BLOCK % len(self._envs)]
        return run_episode(env, self._demonstrator, options=self._task(number))

    def _task(self, number: int) -> dict[str, Any]:
        assert 0 <= number < _FIRST
        return {"task": f"endless-{self.seed * _FIRST + number}"}


@dataclass(frozen=True)
class TravelMaker:
    """Makes the conversations of a stream as token ids. Picklable, so that another process can do it."""

    tokenizer: Path
    """Folder of the tokenizer."""
    seed: int
    """Of the stream."""
    make_envs: Callable[[], Sequence[gym.Env[str, str]]] = corpus_envs
    """Makes the environments that the conversations are played in."""
    exercises: float = EXERCISES
    """Share of exercises."""

    def __call__(self) -> Maker:
        """Loads what is needed in the process that calls it."""
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(self.tokenizer, local_files_only=True)
        stream = TravelStream(self.seed, self.make_envs(), self.exercises)
        return lambda number: encode(tokenizer, stream.conversation(number))


def tokenizer_texts(seed: int, worlds: int, per_world: int) -> Iterator[str]:
    """Text to learn a tokenizer from: a few conversations of each of many worlds, so that no name becomes a token."""
    stream = TravelStream(seed, corpus_envs())
    for world in range(worlds):
        for number in range(world * BLOCK, world * BLOCK + per_world):
            episode = stream.episode(number)
            yield "\n".join(f"{message['role']}\n{message['content']}" for message in episode.messages())
