"""Answers that are told by another call than the one that is paid for them.

Whoever makes that call knows the answer and has no reason to make the other, and is not paid for being right.
"""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.llm.answer_types import is_answer, values
from ftrl_gym.construct.llm.bench import Bench
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.giving_away import is_trivial
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.working_calls import working_calls
from ftrl_gym.grounding import tokens
from ftrl_gym.prompt import to_json
from ftrl_gym.task import AnswerType


def told_elsewhere(draft: Draft, bench: Bench) -> Iterator[Flaw]:
    """Answers that a call before their own tells, or a call of a tool that no plan needs.

    Figures are left out: a result holds an equal one by chance.
    """
    calls = [(call.turn, call.tool, dict(call.arguments)) for call in draft.scaled.calls]
    needed = {tool for _, tool, _ in calls}
    spare = [document for document in draft.documents if document.name not in needed]
    calls += [(-1, one.name, arguments) for one in spare for arguments in working_calls(draft, bench, one)]
    for sub in draft.subs:
        own = draft.call_of[sub.id]
        if is_trivial(sub.answer) or sub.answer.type in (AnswerType.NUMBER, AnswerType.MONEY):
            continue
        given = tokens(str(sub.answer.value))
        for turn, tool, arguments in calls:
            if tool == own.tool or turn > own.turn or given in tokens(to_json(arguments)):
                continue
            ran = bench.call(tool, arguments)
            if not ran.refused and any(is_answer(sub.answer, value) for _, value in values(ran.value)):
                evidence = (
                    f"{tool}({to_json(arguments)}) tells {to_json(sub.answer.value)} already, the answer to "
                    f"{sub.question!r}, for which {own.tool} is to be called: leave it out of the result of {tool}"
                )
                yield Flaw("told elsewhere", WriterStage.DEPLOYMENT, evidence, tool)
                break
