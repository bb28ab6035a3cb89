"""Domains of hand-written replies, played through the five stages: what is repaired on the way, and what comes out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from llm.fake_server import REPLIES, FakeServer, Rule, played

from ftrl_gym.construct.llm.asking import Asker, ReplyT
from ftrl_gym.construct.llm.endpoint import Endpoint
from ftrl_gym.construct.llm.prompting import Prompts
from ftrl_gym.construct.llm.replies import (
    REPLIES as MODELS,
)
from ftrl_gym.construct.llm.replies import (
    CallReply,
    CodeReply,
    DecompositionReply,
    DocumentsReply,
    ToolReply,
    ToolsReply,
    WriterStage,
)
from ftrl_gym.errors import SandboxError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.sandbox import SandboxLimits, SandboxToolbox
from ftrl_gym.task import Kind

TASKS = {
    "museum_loans": (Kind.SINGLE_HOP, Kind.MULTI_HOP, Kind.PARALLEL_SINGLE_HOP, Kind.PARALLEL_MULTI_HOP),
    "allotment_gardens": (Kind.SINGLE_HOP, Kind.MULTI_HOP),
    "bicycle_repair": (Kind.SINGLE_HOP, Kind.MULTI_HOP),
}
FAULTS = (
    Rule(stage=WriterStage.DOCUMENTS, times=2, status=429, headers={"Retry-After": "0.01"}),
    Rule(stage=WriterStage.INTEGRATION, times=1, status=500, headers={"Retry-After": "0.01"}),
)


class Play:
    """One domain, with as little writer around it as will do."""

    def __init__(self, server: FakeServer) -> None:
        self.asker = Asker(Endpoint("played", server.url))

    def ask(
        self,
        stage: WriterStage,
        model: type[ReplyT],
        check: Callable[[ReplyT], str | None] | None = None,
        **values: Any,
    ) -> ReplyT:
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
        return self.asker.ask(stage, Prompts().messages(stage, **texts), model, check).value

    def task(self, kind: Kind) -> tuple[DecompositionReply, ToolsReply, dict[str, str]]:
        told = self.ask(
            WriterStage.DECOMPOSITION,
            DecompositionReply,
            lambda reply: "the answer stands in the question" if str(reply.answer) in reply.question else None,
            source="",
            number="1",
            kind=kind.value,
            shape="",
            avoid="",
        )
        about = {"question": told.question, "sub_questions": told.model_dump(mode="json")["sub_questions"]}
        documents = self.ask(WriterStage.DOCUMENTS, DocumentsReply, **about)
        merged = self.ask(WriterStage.INTEGRATION, ToolsReply, documents=documents.model_dump(), **about)
        scaled = self.ask(WriterStage.SCALING, ToolsReply, tools=[], calls=[], scalings="", **about)
        assert len(documents.documents) >= len(merged.tools) <= len(scaled.tools)
        return told, scaled, {tool.name: self.code(tool, scaled, told) for tool in scaled.tools}

    def code(self, tool: ToolReply, scaled: ToolsReply, told: DecompositionReply) -> str:
        calls = [call for call in scaled.calls if call.tool == tool.name]
        answers = {sub.id: sub.answer for sub in told.sub_questions}

        def check(reply: CodeReply) -> str | None:
            return next(filter(None, (problem(reply, call, answers[call.sub_question_id]) for call in calls)), None)

        return self.ask(
            WriterStage.DEPLOYMENT,
            CodeReply,
            check,
            tool=json.dumps(tool.model_dump(), indent=1),
            calls=[],
            name=tool.name,
        ).code


def problem(reply: CodeReply, call: CallReply, answer: object) -> str | None:
    try:
        toolbox = SandboxToolbox({reply.name: reply.code}, SandboxLimits(seconds=0.3))
        result = toolbox.run(call.tool, call.arguments, None)
    except (SandboxError, ToolFailure) as error:
        return str(error)
    return None if answer in result.values() else f"{result} does not hold {answer!r}"


@pytest.mark.parametrize("domain", sorted(TASKS))
def test_a_domain_comes_out_whole(domain: str) -> None:
    with FakeServer([*FAULTS, *played(domain)]) as server:
        play = Play(server)
        for kind in TASKS[domain]:
            told, scaled, sources = play.task(kind)
            assert told.kind is kind
            assert {sub.id for sub in told.sub_questions} == {call.sub_question_id for call in scaled.calls}
            toolbox = SandboxToolbox(sources)
            answers = {sub.id: sub.answer for sub in told.sub_questions}
            for call in scaled.calls:
                assert answers[call.sub_question_id] in toolbox.run(call.tool, call.arguments, None).values()
    assert (
        play.asker.spending.total().asked_again
        == {"museum_loans": 2, "allotment_gardens": 1, "bicycle_repair": 5}[domain]
    )


def test_every_file_is_played() -> None:
    assert {file.stem for file in REPLIES.glob("*.md")} >= set(TASKS)
    for domain in TASKS:
        text = (REPLIES / f"{domain}.md").read_text()
        rules = played(domain)
        assert len(rules) == text.count("\n## ")
        assert {rule.stage for rule in rules} == set(MODELS)
