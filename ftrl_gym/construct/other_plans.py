"""Other plans: the same facts by other tools, each as good as the reference solution.

One call is replaced by that of another tool which delivers the same facts. In designs with several routes also some at
a time, and a tool that tells at once what takes two calls makes the second one needless. Whatever comes out is played
like the reference solution; only what solves the same without waste is a plan.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftrl_gym.construct.objects import GoldCall, Scaled
from ftrl_gym.construct.offering import delivered
from ftrl_gym.construct.pages import Pager, list_of
from ftrl_gym.construct.scale import batched
from ftrl_gym.construct.trial import Pool, Trial, Trials
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.task import PlannedCall, PlanTurn, ScriptedUser, SubQuestion, Task
from ftrl_gym.tooldoc import Effect
from ftrl_gym.world import WorldBase

MOST = 6
"""Most plans of a task in a design with several routes."""
_TRIES = 12
"""Mixtures of routes that are tried, at most."""

Turns = tuple[PlanTurn, ...]
_Way = tuple[PlannedCall, ...]


@dataclass(frozen=True)
class OtherPlans:
    """Finds other plans of one task.

    Args:
        task: Without plans.
        scaled: What it was made of.
        short: The reference solution without further pages; each call says what it is made for.
        trial: Of the reference solution.
        trials: Runs plans.
        pager: Adds the pages.
        base: The task's world.
        toolset: Its tools.
        plain: Documents and code of the scenario's plain tools.
    """

    task: Task
    scaled: Scaled
    short: Turns
    trial: Trial
    trials: Trials
    pager: Pager
    base: WorldBase
    toolset: Toolset
    plain: Pool

    def found(self) -> list[Turns]:
        """All of them, or the first few where there are several routes."""
        calls = [call for turn in self.short for call in turn.calls]
        ways = [list(self._ways(call)) for call in calls]
        single = [{number: way} for number, some in enumerate(ways) for way in some]
        if not self.toolset.design.routes:
            return [turns for each in single if (turns := self._played(calls, each, lean=False))]
        brief = self.scaled.integrated.documented.decomposition.brief
        rng = random.Random(f"plans/{brief.seed}/{brief.attempt}")
        choices = [[(call,), *some] for call, some in zip(calls, ways, strict=True)]
        mixed = [{n: rng.choice(some) for n, some in enumerate(choices) if len(some) > 1} for _ in range(_TRIES)]
        wanted = [
            each for pair in itertools.zip_longest(rng.sample(single, len(single)), mixed) for each in pair if each
        ]
        plans: dict[str, Turns] = {repr(self.trial.turns): self.trial.turns}
        for each in wanted[: 2 * _TRIES]:
            turns = self._played(calls, each, lean=True)
            if turns:
                plans.setdefault(repr(turns), turns)
            if len(plans) == MOST:
                break
        return list(plans.values())[1:]

    def _played(self, calls: Sequence[PlannedCall], ways: dict[int, _Way], *, lean: bool) -> Turns | None:
        """The plan with some calls made in other ways; None where that is none.

        Args:
            calls: Of the reference solution.
            ways: Number of a call -> what is done instead.
            lean: Whether calls that have become needless are left out.
        """
        numbers = itertools.count()
        turns = [
            turn.model_copy(
                update={"calls": tuple(one for call in turn.calls for one in ways.get(next(numbers), (call,)))}
            )
            for turn in self.short
        ]
        again = self.trials.run(self.pager.lengthened(turns), to_the_end=lean)
        if lean and any(not call.solves and not call.fails for turn in again.turns for call in turn.calls):
            again = self.trials.run(self.pager.lengthened(self._lean(turns, again)), to_the_end=False)
        wasteful = lean and again.in_vain
        return again.turns if not again.failure and not wasteful and again.solved == self.trial.solved else None

    def _ways(self, call: PlannedCall) -> Iterator[_Way]:
        """Calls of other offered tools that may find all that a call finds."""
        facts = {sub.id: sub for sub in self.task.sub_questions if sub.fact is not None}
        subs = [facts[sub] for sub in call.solves if sub in facts]
        yield from ((other,) for other in self._same_facts(call, subs))
        if self.toolset.design.routes and len(subs) == len(call.solves) > 0:
            yield from self._views(call, subs)

    def _same_facts(self, call: PlannedCall, subs: Sequence[SubQuestion]) -> Iterator[PlannedCall]:
        """Calls of one other offered tool that may find all these facts, each once."""
        possible = set(self.task.tools) - {call.tool}
        for name in self.plain.documents:
            if possible.isdisjoint(self.toolset.offering.get(name, ())):
                continue
            arguments = self._arguments_for(name, subs)
            if arguments:
                attributes = {sub.fact.attribute for sub in subs if sub.fact is not None}
                made = self.toolset.calls(name, arguments, attributes)
                if len(made) == 1 and made[0].tool in possible:
                    yield PlannedCall(tool=made[0].tool, arguments=made[0].arguments, solves=call.solves)

    def _arguments_for(self, tool: str, subs: Sequence[SubQuestion]) -> dict[str, object] | None:
        """Arguments by which a reading tool may find all these facts, taken from the row itself."""
        document = self.plain.documents[tool]
        entities = {(sub.fact.entity, sub.fact.key) for sub in subs if sub.fact is not None}
        if len(entities) != 1 or document.effect is not Effect.READ:
            return None
        entity, key = next(iter(entities))
        row = self.base.tables.get(entity, {}).get(key)
        if row is None or not any(source.entity == entity for source in document.returns.facts):
            return None
        bound = {p: document.binds.get(p, "").partition(".") for p in document.parameters.get("required", ())}
        if any(table != entity or (column not in row) for table, _, column in bound.values()):
            return None
        return {parameter: row[column] for parameter, (_, _, column) in bound.items()}

    def _views(self, call: PlannedCall, subs: Sequence[SubQuestion]) -> Iterator[_Way]:
        """The same look-ups by tools that show in another way what they find."""
        told = self.scaled.integrated.documented.decomposition
        solved = {sub.id for sub in subs}
        plain = [one for one in told.calls if solved.intersection(one.answers)]
        if len({one.tool for one in plain}) != 1 or any(_refers(one) for one in plain):
            return
        sees = {attribute for one in plain for attribute in one.sees}
        facts = [sub.fact for sub in subs if sub.fact is not None]
        needed = {f"{fact.entity}.{attribute}" for fact in facts for attribute in (fact.attribute, *sees)}
        wanted = {sub.fact.attribute for sub in self.task.sub_questions if sub.fact is not None} | sees
        late = isinstance(self.task.counterpart, ScriptedUser) and self.task.counterpart.changes
        for one in self.toolset.added:
            if one.parents[:1] != (plain[0].tool,) or not one.sure or (late and len(one.parents) > 1):
                continue  # what the user has yet to ask for is not to be found out along with something else
            tool = self.toolset.offering[one.function.name][0]
            if tool not in self.task.tools or not needed <= delivered(self.toolset.documents[tool]):
                continue
            made: dict[str, GoldCall] = {}
            for each in plain:
                called = self.toolset.calls(one.function.name, each.arguments, wanted)[0]
                new = GoldCall(tool=tool, arguments=called.arguments, turn=each.turn, answers=each.answers)
                place, joined = batched(new, made, self.toolset)
                made[place] = joined
            yield tuple(
                PlannedCall(
                    tool=tool, arguments=each.arguments, solves=tuple(s for s in call.solves if s in each.answers)
                )
                for each in made.values()
            )

    def _lean(self, turns: Sequence[PlanTurn], trial: Trial) -> list[PlanTurn]:
        """A plan without the calls of which no page solves anything."""
        documents = self.toolset.documents
        solving = {list_of(call, documents) for turn in trial.turns for call in turn.calls if call.solves}
        kept = [
            turn.model_copy(
                update={
                    "calls": tuple(call for call in turn.calls if call.fails or list_of(call, documents) in solving)
                }
            )
            for turn in turns
        ]
        return [turn for turn in kept if turn.calls or turn.say is not None]


def _refers(call: GoldCall) -> bool:
    """Whether an argument stands for a field of an earlier result."""
    return any(isinstance(value, dict) for value in call.arguments.values())
