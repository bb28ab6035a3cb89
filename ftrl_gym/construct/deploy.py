"""Stage 5, localized deployment: the toolset runs, and what comes out is a task with its proof.

Every check is computed on the real tool code. Cheap ones come first: leaks, the reference solution by the ledger that
pays policies, whether each look-up is needed, other plans. Then the certificate: returns of every plan in the
environment, of silence and of the probes, and the verdict of the independent solver.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from ftrl_gym.construct.briefs import PAIRED
from ftrl_gym.construct.certify import Certifier
from ftrl_gym.construct.domain import Domain
from ftrl_gym.construct.faults import afflicted, fault
from ftrl_gym.construct.leaks import empty_call_works, stands_in, stands_in_schema
from ftrl_gym.construct.objects import OF_TOOLS, Brief, Decomposition, GoldCall, Scaled
from ftrl_gym.construct.other_plans import OtherPlans
from ftrl_gym.construct.pages import Pager, list_of
from ftrl_gym.construct.trial import Pool, Trial, Trials, rehearse
from ftrl_gym.construct.twins import PROTOCOL, twin_of
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.errors import CertificationError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.state import changes_of
from ftrl_gym.task import Outcome, Plan, PlannedCall, PlanTurn, RowChange, ScriptedUser, Task
from ftrl_gym.world import WorldBase


def deploy(
    scaled: Scaled,
    toolset: Toolset,
    plain: Pool,
    domain: Domain,
    base: WorldBase,
    task_id: str,
    certifier: Certifier,
) -> Task:
    """The certified task.

    Args:
        scaled: The question with its toolset.
        toolset: The design that it names.
        plain: Documents and code of the scenario's plain tools.
        domain: Its vocabulary.
        base: The world that the brief names.
        task_id: Id of the new task.
        certifier: Computes the certificate.

    Raises:
        CertificationError: A check failed; it says which, and what was seen.
    """
    told = scaled.integrated.documented.decomposition
    pool = toolset.pool
    task, turns = _draft(scaled, task_id), _turns(told, scaled.calls)
    _refuse_leaks(task, scaled, pool)
    if told.effects:
        task, turns = _with_effects(task, turns, scaled, base, pool)
    trials = Trials(task, base, pool, near=toolset.design.long > 0)
    pager = Pager(scaled.calls, task.sub_questions, pool, base)
    trial = trials.run(pager.lengthened(turns))
    _refuse_bad_trial(task, trial, told.tested)
    _refuse_needless(task, trial, trials, pool)
    short = tuple(turns) if pager.pages else trial.turns
    plans = (trial.turns, *OtherPlans(task, scaled, short, trial, trials, pager, base, toolset, plain).found())
    task = task.model_copy(update={"plans": tuple(Plan(turns=turns) for turns in plans)})
    if "errors" in task.features and not any(call.fails for call in task.plans[0].calls()):
        rng = random.Random(f"fault/{told.brief.seed}/{told.brief.attempt}")
        task = _with_fault(task, rng, base, pool, trials.near)
    task = certifier.certify(task, base, told.readings)
    if not set(PAIRED) & set(told.brief.features):
        return task
    twin = certifier.certify(twin_of(task, scaled, toolset, domain), base, told.readings)  # both or none, to be a pair
    return twin if told.brief.twin else task


def _draft(scaled: Scaled, task_id: str) -> Task:
    told = scaled.integrated.documented.decomposition
    brief = told.brief
    tool_of = {sub: call.tool for call in scaled.calls for sub in call.answers}
    subs = tuple(sub.model_copy(update={"tool": tool_of[sub.id]}) for sub in told.sub_questions)
    return Task(
        id=task_id,
        split=brief.split,
        kind=brief.kind,
        world=brief.world,
        question=told.question,
        sub_questions=subs,
        outcome=told.outcome,
        tools=scaled.tools,
        toolset=scaled.toolset,
        derivations=scaled.derivations,
        counterpart=told.counterpart,
        policy_text="\n\n".join(filter(None, (told.policy_text, PROTOCOL * _says_impossible(brief)))),
        judgements=told.judgements,
        difficulty=brief.difficulty,
        hops=told.hops,
        width=told.width,
        family=told.family,
        program=told.program,
        features=brief.features,
        provenance=brief.provenance,
    )


def _says_impossible(brief: Brief) -> bool:
    """Whether the policy is told what to do with what cannot be done: half of the tasks of other dials say so too, so
    that the sentence gives nothing away."""
    if "impossible" in brief.features or not set(brief.features) - set(OF_TOOLS):
        return "impossible" in brief.features
    return random.Random(f"protocol/{brief.seed}").random() < 0.5


def _turns(told: Decomposition, made: Sequence[GoldCall]) -> list[PlanTurn]:
    words = {said.turn: said.say for said in told.words}
    calls: dict[int, list[GoldCall]] = {}
    for call in made:
        calls.setdefault(call.turn, []).append(call)
    turns = []
    for number in sorted({*words, *calls}):
        if number in words:
            turns.append(PlanTurn(say=words[number]))
        if number in calls:
            turns.append(
                PlanTurn(
                    calls=tuple(
                        PlannedCall(tool=c.tool, arguments=c.arguments, solves=c.answers, fails=c.fails)
                        for c in calls[number]
                    )
                )
            )
    return turns


def _with_effects(
    task: Task, turns: list[PlanTurn], scaled: Scaled, base: WorldBase, pool: Pool
) -> tuple[Task, list[PlanTurn]]:
    """What the reference solution changes, as the outcome and as the sub-questions of its actions."""
    told = scaled.integrated.documented.decomposition
    try:
        seen = rehearse(turns, base, pool)
    except ToolFailure as failure:
        raise CertificationError(task.id, "plan", str(failure)) from None
    changes = changes_of(seen.difference)
    by_place = dict(zip(seen.difference, changes, strict=True))
    subs = {sub.id: sub for sub in task.sub_questions}
    for call, places in zip(scaled.calls, seen.touched, strict=True):
        for sub in call.answers:
            if sub in told.effects:
                own = (_part(by_place[place], told.effects[sub]) for place in places if place in by_place)
                subs[sub] = subs[sub].model_copy(
                    update={"changes": tuple(change for change in own if change is not None)}
                )
                if not subs[sub].changes:
                    raise CertificationError(task.id, "effect", f"{call.tool} changes nothing of what it is about")
    outcome = task.outcome.model_copy(update={"changes": changes})
    return task.model_copy(update={"sub_questions": tuple(subs.values()), "outcome": outcome}), list(seen.turns)


def _part(change: RowChange, columns: dict[str, tuple[str, ...]]) -> RowChange | None:
    """The part of a change that an action is about; None when there is none."""
    values = {name: change.values[name] for name in columns.get(change.table, ()) if name in change.values}
    return change.model_copy(update={"values": values}) if values else None


def _refuse_leaks(task: Task, scaled: Scaled, pool: Pool) -> None:
    told = scaled.integrated.documented.decomposition
    answer = task.outcome.answer
    if answer is not None and stands_in(task.question, answer) and not told.candidates:
        raise CertificationError(task.id, "leak:question", f"{answer.value!r} stands in the question")
    for name in task.tools:
        if empty_call_works(pool.documents[name]):
            raise CertificationError(task.id, "leak:empty-call", f"{name} takes no argument")
        for sub in task.sub_questions:
            if sub.fact is not None and stands_in_schema(sub.answer, pool.documents[name]):
                raise CertificationError(
                    task.id, "leak:schema", f"{sub.answer.value!r} stands in the document of {name}"
                )


def _refuse_bad_trial(task: Task, trial: Trial, tested: tuple[str, ...]) -> None:
    if trial.failure:
        raise CertificationError(task.id, "plan", trial.failure)
    missed = [sub.id for sub in task.sub_questions if sub.id not in trial.solved]
    if missed:
        raise CertificationError(task.id, "plan", f"{missed} stay unsolved")
    allowed = (*tested, _answer(task.outcome))  # which rows a word is true of is not known from the word
    named = [sub.id for sub in task.sub_questions if sub.id in trial.known and sub.answer.value not in allowed]
    if named:
        raise CertificationError(task.id, "known", f"{named} stand in what was told before their calls")


def _answer(outcome: Outcome) -> object:
    return outcome.answer.value if outcome.answer is not None else None


def _refuse_needless(task: Task, trial: Trial, trials: Trials, pool: Pool) -> None:
    """Each look-up must serve the answer or ground a later call: a plan that skips it, all its pages, must fail."""
    leading = {sub for each in task.sub_questions for sub in each.depends_on}
    wanted = {sub.id for sub in task.sub_questions if sub.id not in leading or sub.changes}
    wanted |= set(task.outcome.earned_by)  # what a branch depends on serves the answer
    lists: dict[str, list[PlannedCall]] = {}
    for number, call in enumerate(call for turn in trial.turns for call in turn.calls):
        paged = pool.documents[call.tool].pages is not None
        lists.setdefault(list_of(call, pool.documents) if paged else str(number), []).append(call)
    for pages in lists.values():
        skipped, solved = pages[0], {sub for call in pages for sub in call.solves}
        told_before = not solved and trials.near  # by near misses; whoever saw them need not make the call
        if wanted.isdisjoint(solved) and not skipped.fails and not told_before:  # nobody has to try what is refused
            turns = [
                turn.model_copy(update={"calls": tuple(c for c in turn.calls if not any(c is one for one in pages))})
                for turn in trial.turns
            ]
            if not trials.run(turns, to_the_end=False).failure:
                raise CertificationError(task.id, "needless", f"{skipped.tool} is not needed for anything")
    if isinstance(task.counterpart, ScriptedUser) and (task.counterpart.slots or task.counterpart.confirms):
        silent = [turn for turn in trial.turns if turn.say is None]
        if not trials.run(silent, to_the_end=False).failure:
            raise CertificationError(task.id, "needless", "the user need not be asked")


def _with_fault(task: Task, rng: random.Random, base: WorldBase, pool: Pool, near: bool) -> Task:
    """The task with a tool that is out of order for a moment, and its plans with what that makes of them."""
    event = fault(task.plans[0].turns, rng)
    plans = tuple(Plan(turns=tuple(afflicted(plan.turns, event))) for plan in task.plans)
    task = task.model_copy(update={"timeline": (event,), "plans": plans})
    trials = Trials(task, base, pool, near)
    for plan in plans:
        trial = trials.run(plan.turns)
        if trial.failure or trial.turns != plan.turns:
            raise CertificationError(task.id, "plan", trial.failure or "with a fault its calls solve other things")
    return task
