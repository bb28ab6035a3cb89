"""Answers that are had for nothing: by a call without information, or from an error."""

from __future__ import annotations

from collections.abc import Iterator

from ftrl_gym.construct.llm.answer_types import is_answer, values
from ftrl_gym.construct.llm.bench import Arguments, Bench, Ran
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.flaws import Flaw
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.grounding import tokens
from ftrl_gym.prompt import to_json
from ftrl_gym.task import Answer, AnswerType
from ftrl_gym.tooldoc import ToolDocument


def secrets(draft: Draft) -> list[Answer]:
    """Every answer that has to be found out; figures below ten and yes or no are in every text."""
    final = draft.decomposition.outcome.answer
    own = [sub.answer for sub in draft.subs]
    return [answer for answer in [*own, *([final] if final else [])] if not is_trivial(answer)]


def is_trivial(answer: Answer) -> bool:
    """Whether an answer stands in any text by chance.

    >>> is_trivial(Answer(type=AnswerType.NUMBER, value=3)), is_trivial(Answer(type=AnswerType.CODE, value="B4"))
    (True, False)
    """
    small = answer.type is AnswerType.NUMBER and float(answer.value) in range(-9, 10)
    return small or answer.type in (AnswerType.YES_NO, AnswerType.NONE)


def given_away(draft: Draft, bench: Bench) -> Iterator[Flaw]:
    """Answers that are had for nothing: by a call without information, or from an error."""
    for tool in dict.fromkeys(draft.call_of[sub.id].tool for sub in draft.subs):
        own = [sub for sub in draft.subs if draft.call_of[sub.id].tool == tool]
        for arguments in _empty_calls(bench.documents[tool]):
            ran = bench.call(tool, arguments) if bench.fits(tool, arguments) else Ran(error="does not fit")
            told = [] if ran.refused else [value for _, value in values(ran.value)]
            sub = next((sub for sub in own if any(is_answer(sub.answer, value) for value in told)), None)
            if sub is not None:
                evidence = (
                    f"{tool}({to_json(arguments)}) tells the answer to {sub.question!r} without being told anything: "
                    "require what names the thing that is asked about"
                )
                yield Flaw("answer without arguments", WriterStage.SCALING, evidence, tool)
                break
    hidden = [(answer, tokens(str(answer.value))) for answer in secrets(draft) if not isinstance(answer.value, list)]
    for tool, arguments, message in bench.refusals():
        words = tokens(message)
        given = tokens(to_json(arguments))
        leaked = next((str(one.value) for one, spoken in hidden if spoken in words and spoken not in given), None)
        if leaked is not None:
            evidence = (
                f"{tool}({to_json(arguments)}) is refused with {message[:200]!r}, which tells {leaked!r}, an answer "
                "that has to be found out: say what is wrong without it"
            )
            yield Flaw("answer in an error", WriterStage.DEPLOYMENT, evidence, tool)
            return


def _empty_calls(document: ToolDocument) -> Iterator[Arguments]:
    from ftrl_gym.probe_arguments import uninformed

    yield {}
    for text in ("", " ", "*"):
        yield from uninformed(document, text)
