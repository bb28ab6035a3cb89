"""The independent second check: can a task be solved, as its plans say, from documents and feedback alone?

Written apart from whatever writes tasks. It knows the question (with what a scripted user may add), the tools'
documents and the results of calls, and of the sub-questions only *which attribute* each asks; gold is looked at last,
to compare. It refuses a task

1. whose plan holds a call that cannot be made yet: an argument that neither the question nor an earlier result gives,
   in a place where documents say that such a value belongs;
2. whose plan does not do what the sub-questions say (a fact not delivered, a change that does not hold);
3. whose facts it cannot find by itself (:mod:`ftrl_gym.solver_search`);
4. whose question can be read another way: an equally short derivation gives another value of what is asked;
5. whose answer does not follow from the facts, or need not be found out to be paid.

Tasks whose results carry no facts are searched blindly instead (:mod:`ftrl_gym.solver_blind`).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

from ftrl_gym.conditions import decided
from ftrl_gym.execution import Toolbox
from ftrl_gym.question_values import Named
from ftrl_gym.solver_answers import follows
from ftrl_gym.solver_blind import confirm_blind
from ftrl_gym.solver_document import Same
from ftrl_gym.solver_reading import another_reading, meant_rows
from ftrl_gym.solver_replay import NO_DAY, Replay, understood
from ftrl_gym.solver_search import Search
from ftrl_gym.solver_types import is_number
from ftrl_gym.solver_vocabulary import Vocabulary
from ftrl_gym.task import OutcomeKind, ScriptedUser, Task
from ftrl_gym.tooldoc import Effect, ToolDocument
from ftrl_gym.world import World

CONFIRMED = "confirmed"


def confirm(task: Task, documents: Sequence[ToolDocument], toolbox: Toolbox, world: World | None) -> str:
    """``confirmed``, or why the task is refused.

    Args:
        task: The task, with plans and outcome.
        documents: Those offered to its policy.
        toolbox: Runs the tools.
        world: A fresh view of the task's world; it is left as it is.
    """
    if task.sub_questions and not any(sub.fact is not None or sub.changes for sub in task.sub_questions):
        return confirm_blind(task, documents, toolbox) or CONFIRMED
    vocabulary = _vocabulary(tuple(map(Same, documents)))
    constants = world.constants if world is not None else {}
    named = understood(heard(task), constants)
    if task.outcome.kind is OutcomeKind.IMPOSSIBLE:
        return _impossible(task, documents)
    for number, plan in enumerate(task.plans):
        refusal = Replay(task, vocabulary, toolbox, world).refusal(plan)
        if refusal:
            return f"plan {number}: {refusal}"
    asked = {(f"{s.fact.entity}.{s.fact.attribute}", s.fact.key): s for s in task.sub_questions if s.fact is not None}
    wanted = frozenset(attribute for attribute, _ in asked)
    fresh = World(world.base) if world is not None else None
    search = Search(vocabulary, named, toolbox, fresh, wanted)
    if asked:
        search.run(asked)
    found = {(f"{row.entity}.{a}", row.key): (row, v) for row in reversed(search.rows) for a, v in row.fields.items()}
    for place, sub in asked.items():
        if place not in found:
            return f"{sub.id}: no chain of calls from the question reaches {place[0]} of {place[1]}"
        if sub.fact is not None and found[place][1] != sub.fact.value:
            return f"{sub.id}: {place[0]} of {place[1]} is {found[place][1]!r}, not {sub.fact.value!r}"
    if not task.sub_questions and task.outcome.kind is OutcomeKind.ANSWER:
        return _told(task, named)
    meant = meant_rows(task, search.rows)
    if isinstance(meant, str):
        return meant
    another = another_reading(task, meant, search.rows, named)
    if another:
        return another
    answer, today = task.outcome.answer, str(constants.get("today", NO_DAY))
    facts = {sub.id: found[place][1] for place, sub in asked.items()}
    for judgement in task.judgements:
        if decided(judgement.condition, facts, today) is not judgement.holds:
            return f"house rule {judgement.topic!r}: {judgement.condition} is not {judgement.holds} by the facts found"
    if task.outcome.kind is OutcomeKind.REFUSE:
        refused = any(judgement.holds and judgement.then == "refuse" for judgement in task.judgements)
        return CONFIRMED if refused and task.outcome.earned_by else "no house rule forbids it by facts that were found"
    if answer is not None and meant and not task.outcome.earned_by:
        return "the answer is earned by no sub-question, so that a guess would be paid"
    if answer is not None and meant and not follows(task, answer, meant, named, today):
        return f"the answer {answer.value!r} does not follow from the facts found"
    return CONFIRMED


def _impossible(task: Task, documents: Sequence[ToolDocument]) -> str:
    """Whether no document speaks of what is missing: none tells it, takes it, or sorts and filters by it."""
    for document in documents:
        told = {f"{s.entity}.{a}" for s in document.returns.facts for a in s.fields.values()} | {*document.brings}
        if document.effect is Effect.READ and told & set(task.missing):
            return f"{document.name} tells {', '.join(sorted(told & set(task.missing)))}, so it is not impossible"
    return CONFIRMED if task.missing and not task.sub_questions else "it does not say what is missing"


def _told(task: Task, named: Named) -> str:
    """Whether an answer without sub-questions may come from what the asker tells: said, or worked out from numbers."""
    answer = task.outcome.answer
    value: Any = answer.value if answer is not None else None
    if not is_number(value) or named.says(str(value)):
        said = isinstance(value, bool) or named.says(str(value)) or len({*named.dates, *named.numbers}) > 0
        return CONFIRMED if said else f"the answer {value!r} is not told"
    made = {round(one * other, 6) for one in named.numbers for other in named.numbers}
    made |= {round(abs(one - other), 6) for one in named.numbers for other in named.numbers}
    made |= {round(sum(some), 6) for n in range(1, 5) for some in itertools.combinations(named.numbers, n)}
    if round(float(value), 6) in made or len(named.dates) > 1:
        return CONFIRMED
    return f"the answer {value!r} is neither told nor the sum, difference or product of what is"


def heard(task: Task) -> str:
    """Everything that the asker says in the episode, at most."""
    user = task.counterpart
    if not isinstance(user, ScriptedUser):
        return task.question
    slots = [slot.reply for slot in user.slots]
    changes = [text for change in user.changes for text in (change.text, *(slot.reply for slot in change.slots))]
    return " \n".join([task.question, *slots, *changes])


@functools.lru_cache(maxsize=512)
def _vocabulary(documents: tuple[Same, ...]) -> Vocabulary:
    return Vocabulary([each.document for each in documents])
