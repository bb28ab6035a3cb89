"""Gold calls on the written code: does each run, and does its result hold the answer as a value of its own?

Then the whole plan, as an episode would see it: whether each argument is known when it is given, and whether what is
said to depend on something does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ftrl_gym import parameters
from ftrl_gym.construct.llm.answer_types import places
from ftrl_gym.construct.llm.bench import Bench, Ran
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.objects import GoldCall
from ftrl_gym.goal import Goal
from ftrl_gym.grounding import Grounding, each_grounded, tokens
from ftrl_gym.matching import Ledger
from ftrl_gym.prompt import to_json
from ftrl_gym.task import Json, SubQuestion
from ftrl_gym.tooldoc import ToolDocument

_SHOWN = 400
"""Characters of a result that evidence quotes."""


@dataclass(frozen=True)
class GoldRun:
    """What the gold calls did."""

    flaws: tuple[Flaw, ...]
    places: dict[str, str]
    """Sub-question -> where its answer stands in the result of its call."""
    results: dict[str, Ran]
    """Sub-question -> what its call came to."""


def run_gold(draft: Draft, bench: Bench) -> GoldRun:
    """Makes every gold call and looks for the answers in what comes back."""
    subs = {sub.id: sub for sub in draft.subs}
    flaws: list[Flaw] = []
    seen: dict[str, str] = {}
    results: dict[str, Ran] = {}
    for call in draft.scaled.calls:
        problem = bench.checkers[call.tool].problem(dict(call.arguments))
        if problem is not None:
            evidence = f"the call {shown(call)} does not fit the parameters of {call.tool}: {problem}"
            flaws.append(Flaw("call does not fit", WriterStage.SCALING, evidence, call.tool))
            continue
        ran = bench.call(call.tool, call.arguments)
        if ran.refused:
            flaws.append(_failed(call, ran))
            continue
        for name in call.answers:
            results[name] = ran
            found = places(subs[name].answer, ran.value)
            if found:
                seen[name] = found[0]
            else:
                flaws.append(_wrong(call, subs[name], ran))
    return GoldRun(tuple(flaws), seen, results)


def _failed(call: GoldCall, ran: Ran) -> Flaw:
    message = ran.message
    if "ran longer than" in message or "did not stop" in message:
        check, advice = "never ends", "Write it so that it ends at once for every argument."
    elif "memory" in message or "crashed" in message:
        check, advice = "crashes", "Write it with small data and without deep recursion."
    else:
        check = "gold call fails"
        advice = "Only plain Python runs: no files, network, processes or environment. This call has to succeed."
    return Flaw(check, WriterStage.DEPLOYMENT, f"{shown(call)} failed: {message[:_SHOWN]}. {advice}", call.tool)


def _wrong(call: GoldCall, sub: SubQuestion, ran: Ran) -> Flaw:
    wanted = _written(sub.answer.value, sub.answer.unit)
    result = to_json(ran.value)[:_SHOWN]
    inside = tokens(str(sub.answer.value)) in tokens(to_json(ran.value))
    how = (
        "It stands only within a longer text: give it a field of its own."
        if inside
        else "Return a JSON object with a field that holds exactly that value."
    )
    evidence = f"{shown(call)} returned {result}, but the answer to {sub.question!r} is {wanted}. {how}"
    return Flaw("wrong answer", WriterStage.DEPLOYMENT, evidence, call.tool)


def _written(value: Json, unit: str | None) -> str:
    return f"{to_json(value)} ({unit})" if unit else to_json(value)


def shown(call: GoldCall) -> str:
    """A call as evidence quotes it."""
    return f"{call.tool}({to_json(dict(call.arguments))})"


# --- the plan as a whole ---------------------------------------------------------------------------------------------


def plan_flaws(draft: Draft, bench: Bench, results: dict[str, Ran]) -> Iterator[Flaw]:
    """What is wrong with the plan although every call of it works."""
    yield from _not_grounded(draft, bench)
    yield from _not_dependent(draft, bench, results)


def _not_grounded(draft: Draft, bench: Bench) -> Iterator[Flaw]:
    """Calls that a policy could not make when the plan makes them, or is not paid for."""
    task = draft.task("t")
    ledger = Ledger(Goal.of(task, draft.documents))
    told = Grounding(task.question)
    subs = {sub.id: sub for sub in draft.subs}
    for turn in task.plans[0].turns:
        learned = []
        for call in turn.calls:
            document = bench.documents[call.tool]
            unknown = _unknown(document, call.arguments, told)
            for value in unknown:
                elsewhere = _who_tells(value, draft, bench, call.solves)
                if elsewhere:
                    evidence = (
                        f"the call for {', '.join(call.solves)} gives {to_json(value)}, which only the result for "
                        f"{elsewhere} tells: depends_on of {call.solves[0]} must name {elsewhere}"
                    )
                    yield Flaw("undeclared dependency", WriterStage.DECOMPOSITION, evidence, call.tool)
                else:
                    evidence = (
                        f"the call {call.tool}({to_json(call.arguments)}) gives {to_json(value)}, which stands neither "
                        "in the question nor in the result of an earlier call: nobody could know it. Use a value as it "
                        f"is written in the question ({task.question!r}) or in the answer of a sub-question that this "
                        "one depends on, or make the parameter a closed vocabulary (enum)"
                    )
                    yield Flaw("not grounded", WriterStage.SCALING, evidence, call.tool)
            ran = bench.call(call.tool, call.arguments)
            before = set(ledger.solved)
            ledger.ran(call.tool, call.arguments, not unknown, ran.value, None)
            new = {sub.id for group in ledger.solved - before for sub in ledger.goal.groups[group]}
            for name in [name for name in call.solves if name not in new and not unknown]:
                answer = to_json(subs[name].answer.value)
                evidence = (
                    f"the result {to_json(ran.value)[:_SHOWN]} does not tell the answer to {subs[name].question!r} in "
                    f"a way that can be credited: the arguments of the call must not hold {answer}, and the result "
                    f"must hold it just as it is written there"
                )
                yield Flaw("answer not credited", WriterStage.DECOMPOSITION, evidence, call.tool)
            learned.append(to_json(ran.value))
        for text in learned:
            told.add(text)


def _unknown(document: ToolDocument, arguments: dict[str, Json], told: Grounding) -> list[Json]:
    """Values of a call that nobody has told."""
    if each_grounded(document, arguments, told, lambda value: False):
        return []
    found = []
    for one in parameters.given(document.parameters, arguments):
        if not each_grounded(document, {one.path: one.value}, told, lambda value: False) and not (
            "enum" in one.schema or told.holds(one.value)
        ):
            found.append(one.value)
    return found or [arguments]


def _who_tells(value: Json, draft: Draft, bench: Bench, but: tuple[str, ...]) -> str:
    """The sub-question whose result holds a value; empty if none does."""
    for call in draft.scaled.calls:
        text = tokens(to_json(bench.call(call.tool, call.arguments).value))
        if not set(call.answers) & set(but) and tokens(str(value)) in text:
            return call.answers[0]
    return ""


def _not_dependent(draft: Draft, bench: Bench, results: dict[str, Ran]) -> Iterator[Flaw]:
    """Sub-questions that are said to depend on another and can be answered without it."""
    question = Grounding(draft.decomposition.question)
    for sub in draft.subs:
        call = draft.call_of[sub.id]
        schema = bench.documents[call.tool].parameters
        needed = [
            one.value
            for one in parameters.given(schema, call.arguments)
            if "enum" not in one.schema and not isinstance(one.value, bool) and not question.holds(one.value)
        ]
        for before in sub.depends_on:
            text = tokens(to_json(results[before].value))
            same = draft.call_of[before] == call
            if same or not any(tokens(str(value)) in text for value in needed):
                evidence = (
                    f"sub-question {sub.id} says that it depends on {before}, but its call {shown(call)} "
                    + ("is the same one" if same else f"gives nothing that only the result for {before} tells")
                    + ": take the dependency out, or ask it so that the answer found first is needed to go on"
                )
                yield Flaw("no real dependency", WriterStage.DECOMPOSITION, evidence, call.tool)
