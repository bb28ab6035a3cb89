"""What the dials of tasks reach: a figure for each of them, over the tasks of one sample.

A dial is whatever makes a task more than a look-up: an action, a user who keeps something back, a house rule, an error
on the way, a tool that is missing or not needed, a long result, a tool that looks like another one. What is measured is
what stands in the tasks, whichever features they were made with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ftrl_gym.counterpart import CONFIRMATION
from ftrl_gym.stats.golden_calls import (
    OfArguments,
    OfErrors,
    OfResults,
    of_arguments,
    of_errors,
    of_results,
    replies,
)
from ftrl_gym.stats.offered_tools import OfOffered, of_offered
from ftrl_gym.stats.sample import Sample
from ftrl_gym.stats.spread import Spread, share
from ftrl_gym.task import Kind, OutcomeKind, ScriptedUser, Split, Task

ROUTES = 3
"""Plans from which on a task counts as one with several."""
TURNS = (2, 6)
"""Turns that a user is to speak, the first with the question among them."""
_RULES = "rules"
"""Feature of tasks that come with house rules, be they about what is asked or not."""


@dataclass(frozen=True)
class OfPlans:
    """Certified plans of tasks of several hops."""

    tasks: int
    plans: Spread
    three: float | None
    """Share of these tasks that have at least three."""


@dataclass(frozen=True)
class OfPairs:
    """Tasks that no tool can solve or that need none, and their twins."""

    impossible: float | None
    """Share of tasks that no offered tool can do."""
    direct: float | None
    """Share of tasks whose question tells all that is needed."""
    pairs: int
    """Twins that stand beside the task that they come from."""


@dataclass(frozen=True)
class OfUsers:
    """Scripted users. Shares are of all tasks."""

    scripted: float | None
    turns: Spread
    """How often they speak in the course of the first plan, the question included."""
    several: float | None
    """Tasks in which they speak two to six times."""
    one_question: float | None
    """Under-specified tasks: exactly one detail has to be asked for."""
    change: float | None
    """Tasks in which they change their mind."""


@dataclass(frozen=True)
class OfRules:
    """House rules that no tool enforces."""

    words: Spread
    """Of the policy texts that hold any."""
    tasks: int
    """Tasks in which something is to be done or refused."""
    decided: float | None
    """Share of these in which a rule changes what is right."""
    refused: float | None
    """Share of these that are to be refused."""


@dataclass(frozen=True)
class OfPhrasing:
    """Families of phrasings."""

    families: int
    for_test: int
    """Families of test tasks that no train task of the sample has; in a small sample some are there by chance."""
    held_out: float | None
    """Share of the test tasks that have such a one; None where the sample lacks either split."""


@dataclass(frozen=True)
class Dials:
    """The figures of all dials. A share is None where there is nothing that it could be of."""

    features: dict[str, float]
    """Feature -> share of the tasks that bear it, by name."""
    combinations: dict[str, float]
    """Features of a task joined by ``+`` -> share of the tasks, the most common first."""
    plans: OfPlans
    pairs: OfPairs
    users: OfUsers
    errors: OfErrors
    results: OfResults
    rules: OfRules
    arguments: OfArguments
    offered: OfOffered
    phrasing: OfPhrasing


def dials(sample: Sample) -> Dials:
    """Measures them on tasks that record how they were made."""
    tasks = [each.task for each in sample.tasks if each.task is not None]
    return Dials(
        features=_shares(sorted(name for task in tasks for name in task.features), len(tasks)),
        combinations=_ranked(_shares(("+".join(sorted(task.features)) or "none" for task in tasks), len(tasks))),
        plans=_plans(tasks),
        pairs=_pairs(tasks),
        users=_users(tasks),
        errors=of_errors(sample.tasks),
        results=of_results(sample.tasks),
        rules=_rules(tasks),
        arguments=of_arguments(sample.tasks),
        offered=of_offered(sample.tasks),
        phrasing=_phrasing(tasks),
    )


def _shares(names: Iterable[str], whole: int) -> dict[str, float]:
    return {name: round(count / whole, 4) for name, count in Counter(names).items()}


def _ranked(shares: dict[str, float]) -> dict[str, float]:
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _plans(tasks: Sequence[Task]) -> OfPlans:
    numbers = [
        len(task.plans)
        for task in tasks
        if task.kind in (Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP) and task.sub_questions
    ]
    return OfPlans(len(numbers), Spread.of(numbers), share(number >= ROUTES for number in numbers))


def _pairs(tasks: Sequence[Task]) -> OfPairs:
    impossible = [task for task in tasks if task.outcome.kind is OutcomeKind.IMPOSSIBLE]
    direct = [task for task in tasks if task.outcome.kind is OutcomeKind.ANSWER and not task.sub_questions]
    solvable = {(task.world, task.question) for task in tasks if task.sub_questions}
    told = [(world, f"{question} ") for world, question in solvable]
    pairs = sum((task.world, task.question) in solvable for task in impossible)
    pairs += sum(any(task.world == w and task.question.startswith(q) for w, q in told) for task in direct)
    return OfPairs(_share(len(impossible), tasks), _share(len(direct), tasks), pairs)


def _share(count: int, tasks: Sequence[Task]) -> float | None:
    return round(count / len(tasks), 4) if tasks else None


def _users(tasks: Sequence[Task]) -> OfUsers:
    scripted = [task.counterpart for task in tasks if isinstance(task.counterpart, ScriptedUser)]
    said = [list(replies(task)) for task in tasks if isinstance(task.counterpart, ScriptedUser)]
    turns = [1 + len(words) for words in said]
    asked = [_details(told for told, _ in words) for words in said]
    return OfUsers(
        scripted=_share(len(scripted), tasks),
        turns=Spread.of(turns),
        several=_share(sum(TURNS[0] <= number <= TURNS[1] for number in turns), tasks),
        one_question=_share(asked.count(1), tasks),
        change=_share(sum(bool(user.changes) for user in scripted), tasks),
    )


def _details(told: Iterable[frozenset[str]]) -> int:
    """How many details were asked for, by what was told after each reply; those of a changed mind count again."""
    before, count = frozenset[str](), 0
    for after in told:
        count += len(after - before - {CONFIRMATION})  # which is no detail that the question lacks
        before = after
    return count


def _rules(tasks: Sequence[Task]) -> OfRules:
    doing = (OutcomeKind.STATE, OutcomeKind.ANSWER_AND_STATE, OutcomeKind.REFUSE)
    state = [task for task in tasks if task.outcome.kind in doing]
    return OfRules(
        words=Spread.of(len(task.policy_text.split()) for task in tasks if task.judgements or _RULES in task.features),
        tasks=len(state),
        decided=share(any(each.holds for each in task.judgements) for task in state),
        refused=share(task.outcome.kind is OutcomeKind.REFUSE for task in state),
    )


def _phrasing(tasks: Sequence[Task]) -> OfPhrasing:
    used = {split: [task.family for task in tasks if task.split is split and task.family] for split in Split}
    train, test = used[Split.TRAIN], used[Split.TEST]
    only = {*test} - {*train} if train else set()
    return OfPhrasing(
        families=len({*train, *test}),
        for_test=len(only),
        held_out=share(family in only for family in test) if train else None,
    )
