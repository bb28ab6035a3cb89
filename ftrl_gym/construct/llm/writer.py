"""The writer that asks a language model: the same five stages as the procedural one, filled by replies.

What a reply says is taken as a proposal. Types of answers, the shape of a task, the order of its calls and where its
answers stand are worked out here or later, whatever the model calls them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ftrl_gym.construct.llm import reply_checks
from ftrl_gym.construct.llm.answer_types import typed
from ftrl_gym.construct.llm.asking import Asker
from ftrl_gym.construct.llm.briefing import avoid_text, scalings_text, shape_text, source_text
from ftrl_gym.construct.llm.drafts import Draft, levels, merged
from ftrl_gym.construct.llm.final_answers import final_answer
from ftrl_gym.construct.llm.model import Message
from ftrl_gym.construct.llm.prompting import Prompts
from ftrl_gym.construct.llm.proving import Proof, prove
from ftrl_gym.construct.llm.replies import (
    REPLIES,
    CodeReply,
    DecompositionReply,
    DocumentsReply,
    ReplyPart,
    ToolsReply,
    WriterStage,
)
from ftrl_gym.construct.objects import Brief, Decomposition, Documented, GoldCall, Integrated, NarrowDocument, Scaled
from ftrl_gym.errors import CertificationError
from ftrl_gym.task import Outcome, OutcomeKind, SubQuestion, Task
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import ToolDocument

ReplyT = TypeVar("ReplyT", bound=ReplyPart)
Conversation = tuple[Message, ...]


@dataclass(frozen=True)
class Again:
    """A stage that is asked once more."""

    said: Conversation
    """The conversation so far, with the reply at its end; empty where it is not known any more."""
    evidence: str
    """What is wrong with what came of it."""


@dataclass(frozen=True)
class Written:
    """What a stage wrote."""

    said: Conversation
    """The conversation, to ask on from."""
    problems: tuple[str, ...]
    """What was wrong with earlier replies to the same question."""


class LLMWriter:
    """Fills the five stages by asking a model; see :class:`ftrl_gym.construct.writer.Writer`.

    Args:
        asker: Asks it.
        prompts: Say what is asked for; None for the packaged ones.
    """

    def __init__(self, asker: Asker, prompts: Prompts | None = None) -> None:
        self.asker, self._prompts = asker, prompts or Prompts()

    # ------------------------------------------------------------------ the protocol

    def decompose(self, brief: Brief) -> Decomposition:
        """See :class:`~ftrl_gym.construct.writer.Writer`. Raises ModelError."""
        return self.decomposed(brief)[0]

    def document(self, decomposition: Decomposition) -> Documented:
        """See :class:`~ftrl_gym.construct.writer.Writer`. Raises ModelError."""
        return self.documented(decomposition)[0]

    def integrate(self, documented: Documented) -> Integrated:
        """See :class:`~ftrl_gym.construct.writer.Writer`. Raises ModelError."""
        return self.integrated(documented)[0]

    def scale(self, integrated: Integrated) -> Scaled:
        """See :class:`~ftrl_gym.construct.writer.Writer`. Raises ModelError."""
        return self.scaled(integrated)[0]

    def deploy(self, scaled: Scaled, task_id: str) -> Task:
        """See :class:`~ftrl_gym.construct.writer.Writer`. Raises ModelError.

        Nothing is mended here: :mod:`ftrl_gym.construct.llm.making` does that.
        """
        sources = {document.name: self.coded(scaled, document)[0] for document in scaled.documents}
        proof, _ = self.proved(Draft(scaled, sources), task_id)
        if proof.task is None:
            raise CertificationError(task_id, proof.flaws[0].check, proof.flaws[0].evidence)
        return proof.task

    # ------------------------------------------------------------------ each stage, asked or asked again

    def decomposed(self, brief: Brief, again: Again | None = None) -> tuple[Decomposition, Written]:
        """The first stage."""
        values = {
            "source": self.source(brief),
            "number": str(brief.number),
            "kind": brief.kind.value,
            "shape": shape_text(brief),
            "avoid": avoid_text(brief.others),
        }
        reply, written = self._ask(
            WriterStage.DECOMPOSITION,
            DecompositionReply,
            values,
            lambda reply: reply_checks.decomposition_problem(reply, brief.others, brief.asked),
            again,
        )
        return _decomposition(brief, reply), written

    def documented(self, told: Decomposition, again: Again | None = None) -> tuple[Documented, Written]:
        """The second stage."""
        reply, written = self._ask(
            WriterStage.DOCUMENTS,
            DocumentsReply,
            about(told),
            lambda reply: reply_checks.documents_problem(reply, told),
            again,
        )
        documents = tuple(
            NarrowDocument(sub_questions=tuple(each.sub_question_ids), tool=each.tool.document(), origin="")
            for each in reply.documents
        )
        return Documented(decomposition=told, documents=documents), written

    def integrated(self, documented: Documented, again: Again | None = None) -> tuple[Integrated, Written]:
        """The third stage."""
        told = documented.decomposition
        values = {
            **about(told),
            "documents": in_json(
                [{"sub_question_ids": list(d.sub_questions), "tool": as_written(d.tool)} for d in documented.documents]
            ),
        }
        reply, written = self._ask(
            WriterStage.INTEGRATION,
            ToolsReply,
            values,
            lambda reply: reply_checks.tools_problem(reply, told),
            again,
        )
        tools = tuple(tool.document() for tool in reply.tools)
        calls = calls_of(reply, tools, told)
        serves = {name: call.tool for call in calls for name in call.answers}
        return Integrated(documented=documented, tools=tools, serves=serves, calls=calls), written

    def scaled(self, integrated: Integrated, again: Again | None = None) -> tuple[Scaled, Written]:
        """The fourth stage."""
        told = integrated.documented.decomposition
        values = {
            **about(told),
            "tools": in_json([as_written(tool) for tool in integrated.tools]),
            "calls": in_json(_written_calls(integrated)),
            "scalings": scalings_text(told.brief.scalings),
        }
        reply, written = self._ask(
            WriterStage.SCALING,
            ToolsReply,
            values,
            lambda reply: reply_checks.tools_problem(reply, told, integrated),
            again,
        )
        tools = tuple(tool.document() for tool in reply.tools)
        calls = calls_of(reply, tools, told)
        shown = [tool.name for tool in tools]
        random.Random(f"tools/{told.brief.seed}").shuffle(shown)  # their order says nothing of their use
        scaled = Scaled(
            integrated=integrated,
            toolset="",
            tools=tuple(shown),
            documents=tools,
            distractors=len({tool.name for tool in tools} - {call.tool for call in calls}),
            calls=calls,
            derivations=(),
        )
        return scaled, written

    def coded(self, scaled: Scaled, document: ToolDocument, again: Again | None = None) -> tuple[str, Written]:
        """The fifth stage, for one tool."""
        told = scaled.integrated.documented.decomposition
        subs = {sub.id: sub for sub in told.sub_questions}
        raw = {sub.id: sub.answer for sub in told.sub_questions}
        calls = [
            {
                "arguments": dict(call.arguments),
                "answers": [
                    {"question": subs[name].question, "answer": raw[name].value, "unit": raw[name].unit}
                    for name in call.answers
                ],
            }
            for call in scaled.calls
            if call.tool == document.name
        ]
        values = {
            **about(told),
            "name": document.name,
            "tool": in_json(as_written(document)),
            "calls": in_json(calls),
        }
        reply, written = self._ask(
            WriterStage.DEPLOYMENT,
            CodeReply,
            values,
            lambda reply: reply_checks.code_problem(reply, document),
            again,
        )
        return reply.code, written

    # ------------------------------------------------------------------ what another writer may do in its own way

    def source(self, brief: Brief) -> str:
        """What the first stage is told of where the task comes from."""
        return source_text(brief)

    def proved(self, draft: Draft, task_id: str) -> tuple[Proof, dict[str, str]]:
        """The proof of a draft, and the code that it is kept with."""
        return prove(draft, task_id), dict(draft.sources)

    def _ask(
        self,
        stage: WriterStage,
        model: type[ReplyT],
        values: Mapping[str, str],
        check: Callable[[ReplyT], str | None],
        again: Again | None,
    ) -> tuple[ReplyT, Written]:
        assert issubclass(model, REPLIES[stage])
        messages = self._prompts.messages(stage, **values) if again is None or not again.said else again.said
        if again is not None and again.said:
            messages = (*messages, self._prompts.again(again.evidence))
        elif again is not None:  # what was said is forgotten; two messages of one user in a row many models refuse
            more = f"{messages[-1]['content']}\n\nMind what was wrong with an earlier reply:\n\n{again.evidence}"
            messages = (*messages[:-1], {"role": "user", "content": more})
        asked = self.asker.ask(stage, messages, model, check)
        return asked.value, Written(asked.messages, asked.problems)


def as_written(document: ToolDocument) -> dict[str, Any]:
    """A document in the fields of a reply."""
    written = {"name": document.name, "description": document.description, "parameters": document.parameters}
    return {**written, "returns": document.returns.schema_} if document.returns.schema_ else written


def about(told: Decomposition) -> dict[str, str]:
    """What every later stage is told of the first."""
    return {
        "question": told.question,
        "sub_questions": in_json(
            [
                {
                    "id": sub.id,
                    "question": sub.question,
                    "answer": sub.answer.value if sub.answer.unit is None else f"{sub.answer.value} {sub.answer.unit}",
                    "depends_on": list(sub.depends_on),
                }
                for sub in told.sub_questions
            ]
        ),
    }


def _written_calls(integrated: Integrated) -> list[dict[str, Any]]:
    return [
        {"sub_question_id": name, "tool": call.tool, "arguments": dict(call.arguments)}
        for call in integrated.calls
        for name in call.answers
    ]


def _decomposition(brief: Brief, reply: DecompositionReply) -> Decomposition:
    subs = tuple(
        SubQuestion(
            id=sub.id, question=sub.question, answer=typed(sub.answer), depends_on=tuple(dict.fromkeys(sub.depends_on))
        )
        for sub in reply.sub_questions
    )
    at = list(levels(subs).values())
    outcome = Outcome(
        kind=OutcomeKind.ANSWER,
        answer=final_answer(reply.answer, [sub.answer for sub in subs]),
        earned_by=tuple(sub.id for sub in subs),
    )
    return Decomposition(
        brief=brief,
        question=reply.question.strip(),
        family="",
        hops=max(at) + 1,
        width=max(at.count(level) for level in at),
        sub_questions=subs,
        outcome=outcome,
        calls=(),
        readings=0,
    )


def calls_of(reply: ToolsReply, tools: Sequence[ToolDocument], told: Decomposition) -> tuple[GoldCall, ...]:
    """The gold calls; values that a tool takes anyway are left out of them."""
    checkers = {tool.name: Checker(tool) for tool in tools}
    calls = [
        (call.sub_question_id, call.tool, checkers[call.tool].canonical(dict(call.arguments))) for call in reply.calls
    ]
    return merged(calls, told.sub_questions)


def in_json(value: Any) -> str:
    """A value as prompts show it."""
    return json.dumps(value, ensure_ascii=False, indent=1)
