"""Twins: the other one of a minimal pair. Same question, same world, another right ending.

*Impossible*: what is asked is told, or done, by no tool that is offered. *Direct*: the asker tells the facts that the
answer is worked out from, so that no tool is needed. Nothing else differs from the task that a twin comes from, so
neither the look of a question nor that of a toolset gives away which of the two it is.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable

from ftrl_gym.construct.domain import Domain
from ftrl_gym.construct.objects import Scaled
from ftrl_gym.construct.offering import FEWEST
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.errors import CertificationError
from ftrl_gym.task import Answer, AnswerType, Outcome, OutcomeKind, Plan, Task
from ftrl_gym.tooldoc import Effect, ToolDocument

IMPOSSIBLE = Answer(type=AnswerType.NAME, value="impossible")
"""What is answered where no offered tool can do it."""
PROTOCOL = (
    "If no tool of yours can find out or do some part of what is asked, change nothing and end with "
    "<answer>impossible</answer>. What a tool checks by itself need not be checked before."
)


def twin_of(task: Task, scaled: Scaled, toolset: Toolset, domain: Domain) -> Task:
    """The twin of a task that can be solved with tools.

    Args:
        task: The solvable one, with its plans.
        scaled: What it was made of.
        toolset: The tools of its design.
        domain: Of its scenario.

    Raises:
        CertificationError: It has none.
    """
    decomposition = scaled.integrated.documented.decomposition
    nothing = {"sub_questions": (), "plans": (Plan(turns=()),), "derivations": (), "certificate": None}
    if "direct" in task.features:
        question = f"{task.question} {decomposition.known}"
        facts = {sub.id: sub.fact for sub in task.sub_questions}
        untold = [sub for sub in task.outcome.earned_by if (fact := facts[sub]) and str(fact.value) not in question]
        if untold or not task.outcome.earned_by:
            raise CertificationError(task.id, "twin", f"the facts of {untold} are not told")
        outcome = Outcome(kind=OutcomeKind.ANSWER, answer=task.outcome.answer)
        return task.model_copy(update={**nothing, "question": question, "outcome": outcome})
    missing = _missing(task, domain)
    useless = [name for name, document in toolset.documents.items() if not _helps(document, missing, domain, toolset)]
    rng = random.Random(f"twin/{task.provenance.seed}/{task.question}")
    kept = [name for name in task.tools if name in useless]
    others = [name for name in useless if name not in kept]
    tools = kept + rng.sample(others, min(len(task.tools) - len(kept), len(others)))
    if len(tools) < FEWEST:
        raise CertificationError(task.id, "twin", f"only {len(tools)} tools have nothing to do with {missing}")
    rng.shuffle(tools)
    outcome = Outcome(kind=OutcomeKind.IMPOSSIBLE, answer=IMPOSSIBLE)
    return task.model_copy(
        update={**nothing, "tools": tuple(tools), "outcome": outcome, "missing": tuple(sorted(missing))}
    )


def _missing(task: Task, domain: Domain) -> set[str]:
    """``table.column`` of what no tool may tell, or change: the fact asked for last, or what the last action does."""
    for sub in reversed(task.sub_questions):
        if sub.changes:
            return {f"{change.table}.{column}" for change in sub.changes for column in change.values}
        if sub.fact is not None and sub.id in task.outcome.earned_by:
            return {f"{sub.fact.entity}.{sub.fact.attribute}"}
    raise CertificationError(task.id, "twin", "nothing is asked that a tool could lack")


def _helps(document: ToolDocument, missing: set[str], domain: Domain, toolset: Toolset) -> bool:
    """Whether a tool tells or changes any of it, or finds rows by it."""
    if document.effect is Effect.WRITE:
        offered = {plain for plain, names in toolset.offering.items() if document.name in names}
        changed = (domain.actions[name].effects for name in offered if name in domain.actions)
        return any(
            f"{table}.{column}" in missing for effects in changed for table, cs in effects.items() for column in cs
        )
    return bool(tells(document) & missing or _named_in(document, missing))


def tells(document: ToolDocument) -> set[str]:
    """``table.column`` of every fact that a tool may deliver, or takes."""
    told = {f"{source.entity}.{attribute}" for source in document.returns.facts for attribute in source.fields.values()}
    return told | set(document.brings)


def _named_in(document: ToolDocument, missing: Iterable[str]) -> bool:
    """Whether parameters speak of a column, to sort or to filter by, of a row that the tool finds."""
    parameters = json.dumps(document.parameters)
    entities = {source.entity for source in document.returns.facts}
    return any(
        table in entities and column in parameters for table, _, column in (one.partition(".") for one in missing)
    )
