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
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from ftrl_gym.execution import Toolbox
from ftrl_gym.solver_answers import follows
from ftrl_gym.solver_document import Same
from ftrl_gym.solver_reading import another_reading, meant_rows
from ftrl_gym.solver_replay import NO_DAY, Replay, understood
from ftrl_gym.solver_search import Search
from ftrl_gym.solver_vocabulary import Vocabulary
from ftrl_gym.task import ScriptedUser, Task
from ftrl_gym.tooldoc import ToolDocument
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
    vocabulary = _vocabulary(tuple(map(Same, documents)))
    constants = world.constants if world is not None else {}
    named = understood(heard(task), constants)
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
    meant = meant_rows(task, search.rows)
    if isinstance(meant, str):
        return meant
    another = another_reading(task, meant, search.rows, named)
    if another:
        return another
    answer, today = task.outcome.answer, str(constants.get("today", NO_DAY))
    if answer is not None and meant and not task.outcome.earned_by:
        return "the answer is earned by no sub-question, so that a guess would be paid"
    if answer is not None and meant and not follows(task, answer, meant, named, today):
        return f"the answer {answer.value!r} does not follow from the facts found"
    return CONFIRMED


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
