"""The base model's corpus: endless tasks of many scenarios, played well, among them exercises.

Every conversation is played in the environment itself, so a model reads in training what it will read as a policy.
Nine in ten of the worlds name everything with invented words: a small model copies only what it has learned to copy,
and names that never end leave it no other way than to copy.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import gymnasium as gym

from ftrl_agents.corpus import BLOCK, Conversation, Maker, encode
from ftrl_agents.corpus_blocks import NEVER_TRAINED, SEED_STEP, TRAINED, Block, Recipe, block_of
from ftrl_agents.corpus_tasks import corpus_env, corpus_world, task_id, tasks_of_worlds
from ftrl_agents.demonstrations import Demonstrator
from ftrl_agents.exercises import exercise
from ftrl_agents.follow_ups import follow_ups
from ftrl_gym.construct.endless import PER_WORLD
from ftrl_gym.construct.scenarios import FIRST, scenario
from ftrl_gym.task import Split
from ftrl_gym.trajectory import Trajectory, run_episode

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

EXERCISES = 0.25
"""Share of exercises; they are short, so of the tokens it is far less."""
FOLLOW_UPS = 8
"""Most questions that are asked after an episode about what it has shown."""
LONGEST = 2_000
"""Tokens of the longest conversation that is kept; in place of a longer one an easier task is played."""
WORLDS = 8
"""Blocks that a stream goes through side by side, so that what is learned from at once is of several scenarios."""
_HABIT_SEEDS = 100_000
"""Distance between the seed of a corpus and that of the demonstrations after it."""


class ScenarioStream:
    """Conversations by number; the same seed gives the same ones.

    Args:
        seed: Another seed gives other worlds.
        recipe: What the tasks are made of.
        exercises: Share of exercises.
        flawed: Share of episodes with bad habits, of every sort.
        most: Questions after an episode at most.
    """

    def __init__(
        self,
        seed: int,
        recipe: Recipe | None = None,
        exercises: float = EXERCISES,
        flawed: float = 0.0,
        most: int = FOLLOW_UPS,
    ) -> None:
        self.seed, self.recipe, self.exercises, self.most = seed, recipe or Recipe(), exercises, most
        self._demonstrator = Demonstrator(seed, flawed)
        # An environment keeps what it has made of every document, so each world gets its own, and goes with it.
        self._env = functools.lru_cache(maxsize=WORLDS)(self._made)

    def _made(self, world: int) -> gym.Env[str, str]:
        return corpus_env(self.recipe)

    def block(self, number: int) -> Block:
        """The block of a conversation."""
        return block_of(self._task(number), self.recipe)

    def conversation(self, number: int, *, short: bool = False) -> list[dict[str, Any]]:
        """The messages of an episode, or of an exercise in the world it would play in.

        Args:
            number: From 0.
            short: An easier task is played in its place.
        """
        rng = random.Random(f"corpus/{self.seed}/{number}")
        block, world = self.block(number), corpus_world(self._task(number), self.recipe)
        domain = scenario(block.scenario).domain
        if rng.random() < self.exercises:
            return exercise(world, domain, rng, invented=block.names != "real")
        episode = self.episode(number, short=short)
        return episode.messages() + follow_ups(episode, world, domain, rng, rng.randint(0, self.most))

    def episode(self, number: int, *, short: bool = False) -> Trajectory:
        """Plays an episode."""
        task = self._task(number)
        env = self._env(task // PER_WORLD)
        return run_episode(env, self._demonstrator, options={"task": task_id(task, short=short)})

    def _task(self, number: int) -> int:
        """The task of a number: consecutive ones are of the worlds side by side, by turns."""
        group, place = divmod(number, WORLDS * PER_WORLD)
        index, world = divmod(place, WORLDS)
        task = (group * WORLDS + world) * PER_WORLD + index
        assert 0 <= task < SEED_STEP
        return self.seed * SEED_STEP + task


@dataclass(frozen=True)
class ScenarioMaker:
    """Makes the conversations of a stream as token ids. Picklable, so that another process can do it."""

    tokenizer: Path
    """Folder of the tokenizer."""
    seed: int
    """Of the stream."""
    recipe: Recipe = field(default_factory=Recipe)
    """What the tasks are made of."""
    exercises: float = EXERCISES
    """Share of exercises."""
    flawed: float = 0.0
    """Share of episodes with bad habits."""
    most: int = FOLLOW_UPS
    """Questions after an episode at most."""

    def __call__(self) -> Maker:
        """Loads what is needed in the process that calls it."""
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(self.tokenizer, local_files_only=True)
        stream = ScenarioStream(self.seed, self.recipe, self.exercises, self.flawed, self.most)

        def make(number: int) -> Conversation:
            made = encode(tokenizer, stream.conversation(number))
            if len(made.ids) > LONGEST:
                made = encode(tokenizer, stream.conversation(number, short=True))
            return made._replace(source=stream.block(number).scenario)

        return make


def habit_maker(tokenizer: Path, seed: int, travel: float, flawed: float) -> ScenarioMaker:
    """Makes demonstrations most of which are flawed, in other worlds than the corpus of that seed has; no exercises."""
    recipe = Recipe(travel=travel, easy_blocks=0)
    return ScenarioMaker(tokenizer, seed + _HABIT_SEEDS, recipe, exercises=0.0, flawed=flawed, most=0)


class HeldOut(NamedTuple):
    """Tasks that no corpus has."""

    title: str
    """What they are."""
    recipe: Recipe
    worlds: int
    """Worlds that the first tasks are spread over."""

    def env(self) -> gym.Env[str, str]:
        """Plays them."""
        return corpus_env(self.recipe)

    def tasks(self, count: int) -> list[str]:
        """Ids of so many of them."""
        return tasks_of_worlds(count, self.worlds)

    def conversations(self, tokenizer: PreTrainedTokenizerFast, count: int) -> list[Conversation]:
        """So many of them, played well, for a likelihood; what is too long for the corpus is left out."""
        env, demonstrator = self.env(), Demonstrator(0)
        played = (run_episode(env, demonstrator, options={"task": task}) for task in self.tasks(count))
        made = [encode(tokenizer, episode.messages()) for episode in played]
        return [one for one in made if len(one.ids) <= LONGEST]


def _held_out(title: str, scenarios: Sequence[str]) -> HeldOut:
    recipe = Recipe(Split.TEST, tuple(scenarios), travel=0.0, syllables=0.0, blended=0.0, easy_blocks=0, chatter=0.0)
    return HeldOut(title, recipe, -(-WORLDS // len(scenarios)) * len(scenarios))


HELD_OUT = {
    "travel": _held_out(f"{FIRST}, test worlds", (FIRST,)),
    "trained": _held_out("scenarios of the corpus, test worlds", TRAINED),
    "never": _held_out("scenarios never trained on", NEVER_TRAINED),
}
"""Three sets, mixed like the later corpus, with real names, and half of the worlds with a test variant's tools."""


INVENTED = Recipe(syllables=0.5, blended=0.5)
"""Of what a tokenizer is learned from: a real name that recurs, such as that of a city, would become a token."""


def tokenizer_texts(seed: int, worlds: int, per_world: int, recipe: Recipe = INVENTED) -> Iterator[str]:
    """Text to learn a tokenizer from: a few conversations of each of many worlds, so that no name becomes a token."""
    stream = ScenarioStream(seed, recipe)
    for number in range(worlds * per_world):
        group, place = divmod(number, WORLDS * per_world)
        episode = stream.episode(group * WORLDS * BLOCK + place)
        yield "\n".join(f"{message['role']}\n{message['content']}" for message in episode.messages())
