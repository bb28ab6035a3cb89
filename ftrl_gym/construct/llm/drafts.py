"""A draft: a task as its stages have left it, with its tools and their code, before anything is proved about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ftrl_gym.construct.objects import Brief, Decomposition, GoldCall, Scaled
from ftrl_gym.goal import deep_key
from ftrl_gym.task import Json, Kind, Plan, PlannedCall, PlanTurn, SubQuestion, Task
from ftrl_gym.tooldoc import ToolDocument


@dataclass(frozen=True)
class Draft:
    """What is to be proved."""

    scaled: Scaled
    sources: Mapping[str, str]
    """Tool -> Python source."""

    @property
    def decomposition(self) -> Decomposition:
        """Its first stage."""
        return self.scaled.integrated.documented.decomposition

    @property
    def brief(self) -> Brief:
        """What was asked for."""
        return self.decomposition.brief

    @property
    def documents(self) -> Sequence[ToolDocument]:
        """Of the offered tools, in order."""
        return self.scaled.documents

    @property
    def subs(self) -> Sequence[SubQuestion]:
        """The sub-questions."""
        return self.decomposition.sub_questions

    @cached_property
    def call_of(self) -> Mapping[str, GoldCall]:
        """Sub-question -> the call that answers it."""
        return {sub: call for call in self.scaled.calls for sub in call.answers}

    def plan(self) -> Plan:
        """The gold calls as a plan: what does not depend on each other is called in one turn."""
        turns: dict[int, list[PlannedCall]] = {}
        for call in self.scaled.calls:
            planned = PlannedCall(tool=call.tool, arguments=call.arguments, solves=call.answers)
            turns.setdefault(call.turn, []).append(planned)
        return Plan(turns=tuple(PlanTurn(calls=tuple(turns[number])) for number in sorted(turns)))

    def task(self, task_id: str, places: Mapping[str, str] | None = None) -> Task:
        """The task, without a certificate.

        Args:
            task_id: Its id, and that of its tools.
            places: Sub-question -> where its answer was seen.
        """
        told, seen = self.decomposition, places or {}
        subs = tuple(
            sub.model_copy(update={"tool": self.call_of[sub.id].tool, "place": seen.get(sub.id, "")})
            for sub in self.subs
        )
        return Task(
            id=task_id,
            split=self.brief.split,
            kind=kind_of(told.sub_questions),
            world="",
            question=told.question,
            sub_questions=subs,
            plans=(self.plan(),),
            outcome=told.outcome,
            tools=self.scaled.tools,
            toolset=task_id,
            difficulty=self.brief.difficulty,
            hops=told.hops,
            width=told.width,
            family=told.family,
            provenance=self.brief.provenance,
        )


def levels(subs: Sequence[SubQuestion]) -> dict[str, int]:
    """Sub-question -> how many others have to be answered one after the other before it.

    Raises:
        RecursionError: They depend on each other in a circle.
    """
    by_id = {sub.id: sub for sub in subs}
    found: dict[str, int] = {}

    def level(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((level(before) for before in by_id[name].depends_on), default=-1)
        return found[name]

    return {sub.id: level(sub.id) for sub in subs}


def kind_of(subs: Sequence[SubQuestion]) -> Kind:
    """The shape of sub-questions, by what they depend on and not by what anybody calls it.

    Two questions that share nothing are parallel; one chain is multi-hop; chains side by side, or branches, are both.
    """
    if len(subs) == 1:
        return Kind.SINGLE_HOP
    if not any(sub.depends_on for sub in subs):
        return Kind.PARALLEL_SINGLE_HOP
    at = list(levels(subs).values())
    return Kind.MULTI_HOP if len(set(at)) == len(at) else Kind.PARALLEL_MULTI_HOP


def merged(calls: Sequence[tuple[str, str, Mapping[str, Json]]], subs: Sequence[SubQuestion]) -> tuple[GoldCall, ...]:
    """Calls in the order in which they can be made; equal ones are one call for several sub-questions.

    Args:
        calls: Sub-question, tool and arguments of each.
        subs: The sub-questions.
    """
    at = levels(subs)
    found: dict[str, GoldCall] = {}
    for sub, tool, arguments in sorted(calls, key=lambda call: at[call[0]]):
        key = deep_key(tool, arguments)
        before = found.get(key)
        answers = (*before.answers, sub) if before is not None else (sub,)
        turn = before.turn if before is not None else at[sub]
        found[key] = GoldCall(tool=tool, arguments=dict(arguments), turn=turn, answers=answers)
    return tuple(sorted(found.values(), key=lambda call: call.turn))
