"""The corpus's tasks as an environment plays them: endless ones of many scenarios, each in its block's world."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import gymnasium as gym
import numpy as np

from ftrl_agents.corpus_blocks import Block, Recipe, block_of, wanted
from ftrl_gym.construct.briefs import easing
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.endless import PER_WORLD, endless_brief, endless_writer, world_of
from ftrl_gym.construct.objects import Brief
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.construct.worlds.names import Names
from ftrl_gym.construct.writer import write_first
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UnknownNameError
from ftrl_gym.execution import Toolbox
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World, WorldBase

_ID = re.compile(r"corpus-(\d+)(-short)?")
_SHORT_ATTEMPT = 1_000
"""Where the draws of a task begin that takes the place of one too long."""


def task_id(number: int, *, short: bool = False) -> str:
    """Id of the task of a number; ``short`` is the easiest one in its place, with few tools."""
    return f"corpus-{number}{'-short' if short else ''}"


class CorpusTasks:
    """A task set (:class:`ftrl_gym.taskset.TaskSet`) of tasks by number.

    Args:
        recipe: What they are made of.
    """

    name = "Corpus"

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def instruction(self, task: Task) -> str:
        """The scenario's own."""
        return scenario(self.block(task.id).scenario).instruction

    def ids(self) -> Sequence[str]:
        """None: they are made on the fly."""
        return ()

    def get(self, task_id: str) -> Task:
        """The task of an id that :func:`task_id` gives.

        Raises:
            UnknownNameError: It is another id.
        """
        number, short = self._parsed(task_id)
        return corpus_task(number, self.recipe, short=short)

    def draw(self, rng: np.random.Generator) -> Task:
        """Any task."""
        return self.get(task_id(int(rng.integers(2**40))))

    def documents(self, task: Task) -> tuple[ToolDocument, ...]:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        documents = self._toolset(task).documents
        return tuple(documents[name] for name in task.tools)

    def toolbox(self, task: Task) -> Toolbox:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._toolset(task).pool.toolbox

    def world(self, task: Task) -> World:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return World(world_of(task.world))

    def block(self, task_id: str) -> Block:
        """The block of a task."""
        return block_of(self._parsed(task_id)[0], self.recipe)

    def _toolset(self, task: Task) -> Toolset:
        return scenario(self.block(task.id).scenario).toolset(Design.named(task.toolset))

    def _parsed(self, task_id: str) -> tuple[int, bool]:
        found = _ID.fullmatch(task_id)
        if found is None:
            raise UnknownNameError("task of the corpus", task_id, ["corpus-<number>", "corpus-<number>-short"])
        return int(found[1]), bool(found[2])


def corpus_env(recipe: Recipe | None = None) -> gym.Env[str, str]:
    """An environment over the tasks of a recipe, the corpus's own unless told otherwise."""
    return VerifiableReward(ToolUseEnv(CorpusTasks(recipe or Recipe()), docs="signature"))


def corpus_task(number: int, recipe: Recipe, *, short: bool = False) -> Task:
    """The task of a number, certified quickly.

    Args:
        number: From 0.
        recipe: What it is made of.
        short: The easiest one in its place, with few tools and nothing beside a look-up.
    """
    brief = _brief(number, recipe, short)
    task = write_first(endless_writer(brief.scenario, Depth.QUICK), easing(brief), task_id(number, short=short))
    if short or not wanted(number, block_of(number, recipe), recipe).chatter:
        return task
    return task.model_copy(update={"question": chatty(task.question, random.Random(f"corpus/chatter/{number}"))})


def corpus_world(number: int, recipe: Recipe) -> WorldBase:
    """The world of the task of a number."""
    return world_of(_brief(number, recipe, short=True).world)


def _brief(number: int, recipe: Recipe, short: bool) -> Brief:
    block = block_of(number, recipe)
    like = wanted(number, block, recipe)
    level = 0.0 if short else like.difficulty
    brief = endless_brief(
        number,
        recipe.split,
        names=block.names,
        difficulty=level,
        always=() if short else like.features,
        scenario=block.scenario,
        variant=block.variant,
        scalings=(),
    )
    scalings = brief.scalings.model_copy(update={"extension": min(level, block.mixture.extension)})
    return brief.model_copy(update={"scalings": scalings, "attempt": _SHORT_ATTEMPT if short else 0})


def chatty(question: str, rng: random.Random) -> str:
    """The question with a few made-up words before it, after it, or just before its last mark."""
    names = Names("syllables", rng)
    words = " ".join(names.word().lower() for _ in range(rng.randint(1, 4)))
    draw = rng.random()
    if draw < 0.25:
        return f"{words.capitalize()}: {question}"
    if draw < 0.5:
        return f"{question} {words.capitalize()}{rng.choice('.?!')}"
    return f"{question[:-1]} {words}{question[-1]}"


def tasks_of_worlds(count: int, worlds: int) -> list[str]:
    """Ids of so many tasks, spread evenly over the first worlds, world by world."""
    places = sorted((number % worlds, number // worlds) for number in range(count))
    return [task_id(world * PER_WORLD + index) for world, index in places]
