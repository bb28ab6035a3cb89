"""The proof of a task that a model wrote: everything about it that can be computed, before it may be registered.

Checks run in this order, since each takes for granted what the ones before it have shown; those of one step are all
made, so that the model hears of everything at once:

1. every gold call fits, runs, and returns the answer as a value of its own;
2. the code does what its documents say, always, and refuses what is wrong without giving anything away;
3. the plan: every argument is known when it is given, dependencies are real, no two tools are one, no call tells what
   another is paid for;
4. no other reading of the question gives another answer;
5. played in the environment: the plan earns exactly 1, a blind solver finds every answer, probes stay at the floor.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from ftrl_gym.construct.certify import Certifier
from ftrl_gym.construct.llm.bench import Bench
from ftrl_gym.construct.llm.code_checks import code_flaws
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.gold_calls import plan_flaws, run_gold
from ftrl_gym.construct.llm.readings import other_readings
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.result_schemas import described
from ftrl_gym.construct.llm.told_elsewhere import told_elsewhere
from ftrl_gym.construct.llm.tool_module import tool_module
from ftrl_gym.construct.llm.working_calls import working_calls
from ftrl_gym.construct.trial import Pool
from ftrl_gym.errors import CertificationError, SandboxError
from ftrl_gym.execution import Toolbox
from ftrl_gym.prompt import to_json
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.task import Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import WorldBase


@dataclass(frozen=True)
class Proof:
    """What came of proving a draft: a certified task, or what is wrong."""

    task: Task | None
    flaws: tuple[Flaw, ...] = ()
    documents: tuple[ToolDocument, ...] = ()
    """Of the task's tools, with schemas of their results that are true."""


def prove(draft: Draft, task_id: str, toolbox: Toolbox | None = None) -> Proof:
    """Proves a draft.

    Args:
        draft: The task with its tools and their code.
        task_id: The id that it gets.
        toolbox: Runs the tools, where that is not the sandbox over the draft's own code.
    """
    try:
        bench = Bench(draft.documents, draft.sources, toolbox)
    except SandboxError as error:
        return Proof(None, (Flaw("cannot be defined", WriterStage.DEPLOYMENT, str(error), _named(error, draft)),))
    gold = run_gold(draft, bench)
    if gold.flaws:
        return Proof(None, gold.flaws)
    flaws = tuple(code_flaws(draft, bench, gold.places)) if toolbox is None else ()
    told = told_elsewhere(draft, bench) if toolbox is None else ()
    flaws = flaws or (*plan_flaws(draft, bench, gold.results), *_duplicates(draft, bench), *told)
    flaws = flaws or tuple(flaw for _, flaw in other_readings(draft, bench, gold.places, gold.results))
    if flaws:
        return Proof(None, flaws)
    task = draft.task(task_id, gold.places)
    try:
        as_kept = toolbox or SandboxToolbox(dict.fromkeys(draft.sources, tool_module(draft.sources)))
        pool = Pool(bench.documents, bench.checkers, as_kept)
        certified = Certifier(pool).certify(task, WorldBase({}, {}), readings=1)
    except CertificationError as error:
        return Proof(None, (_refused(error),))
    except SandboxError as error:
        return Proof(None, (Flaw("cannot be defined", WriterStage.DEPLOYMENT, str(error), _named(error, draft)),))
    seen = {document.name: bench.results(document.name) for document in draft.documents}
    documents = (
        described(document, seen[document.name]) if seen[document.name] else document for document in draft.documents
    )
    return Proof(certified, documents=tuple(documents))


def _named(error: SandboxError, draft: Draft) -> str:
    return next((document.name for document in draft.documents if repr(document.name) in str(error)), "")


def _refused(error: CertificationError) -> Flaw:
    """A failed certificate as a flaw, of the stage that decides most of what the check looks at."""
    said = f"the finished task fails the check {error.check!r}: {error.evidence}"
    if error.check == "solver" and "does not follow" in error.evidence:
        advice = ": it is one of them, a list, a sum, a difference or a comparison of them, or there is one missing"
        return Flaw("answer does not follow", WriterStage.DECOMPOSITION, said + advice)
    if error.check == "solver":
        advice = (
            ". Every answer must be within reach of somebody who knows only the question, the documents and results: "
            "name in the documents what a parameter takes, and let earlier results hold what later calls need"
        )
        return Flaw("blind solver", WriterStage.SCALING, said + advice)
    if error.check.startswith("probe"):
        return Flaw(error.check, WriterStage.DECOMPOSITION, said + ". Something is paid without an honest call")
    return Flaw(error.check, WriterStage.SCALING, said + ". Each call of the plan must find out something new")


def _duplicates(draft: Draft, bench: Bench) -> Iterator[Flaw]:
    """Tools that do the same under two names: they take the same and say the same."""
    bases = {document.name: working_calls(draft, bench, document) for document in draft.documents}
    for one, other in itertools.combinations(draft.documents, 2):
        mine, theirs = (list(tool.parameters.get("properties", {})) for tool in (one, other))
        if len(mine) != len(theirs):
            continue
        names = dict(zip(mine, mine if set(mine) == set(theirs) else theirs, strict=True))
        calls = [(arguments, {names[n]: v for n, v in arguments.items()}) for arguments in bases[one.name]]
        fitting = [(mine_, theirs_) for mine_, theirs_ in calls if bench.fits(other.name, theirs_)]
        if fitting and all(bench.call(one.name, a).value == bench.call(other.name, b).value for a, b in fitting):
            evidence = (
                f"{one.name} and {other.name} are one tool under two names: {one.name}({to_json(fitting[0][0])}) and "
                f"{other.name}({to_json(fitting[0][1])}) return the same. Keep one, or let the other do something else"
            )
            yield Flaw("duplicate tools", WriterStage.SCALING, evidence, other.name)
