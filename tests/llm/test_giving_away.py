"""What gives an answer away is refused before anything runs."""

from __future__ import annotations

from typing import Any

import pytest
from llm.drafting import PIER_CODE, document, one_call

from ftrl_gym.construct.llm.replies import DecompositionReply, ToolsReply
from ftrl_gym.construct.llm.reply_checks import decomposition_problem, tools_problem


def _told(answer: Any, name: str = "get_pier", **schema: Any) -> str | None:
    properties = {"ship": {"type": "string", "description": "Name of the ship", **schema}}
    tool = {"name": name, "description": "Where a ship lies", "parameters": {"properties": properties}}
    call = {"sub_question_id": "1", "tool": name, "arguments": {"ship": "Tern"}}
    reply = ToolsReply.model_validate({"tools": [tool], "calls": [call]})
    return tools_problem(reply, one_call(PIER_CODE, document(name), answer).decomposition)


@pytest.mark.parametrize(
    "schema",
    [
        {"name": "get_pier_p_41"},
        {"examples": ["P-41"]},
        {"example": "P-41"},
        {"title": "say P-41"},
        {"pattern": "^(Tern|P-41)$"},
        {"anyOf": [{"type": "string", "description": "P-41 is one"}]},
        {"description": "as for P-41"},
    ],
    ids=str,
)
def test_a_document_tells_no_answer(schema: dict[str, Any]) -> None:
    assert "which is an answer" in str(_told("P-41", **schema))
    assert _told("P-99", **schema) is None


def test_figures_are_answers_too() -> None:
    assert "tells 4711" in str(_told(4711, description="of 4711 ships"))
    assert _told(3, description="of 3 ships") is None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which ship carries 4,500 tons?", 4500),
        ("Is it pier P\u201141 where she lies?", "P-41"),
        ("Is Ute Br\u200bandt the warden?", "Ute Brandt"),
        ("Who came on 1 March 2026?", "2026-03-01"),
        ("Which of the twelve piers?", 12),
    ],
)
def test_a_question_tells_no_answer_in_other_letters(question: str, answer: Any) -> None:
    def problem(said: Any) -> str | None:
        sub = {"id": "1", "question": "Which?", "answer": said}
        reply = {"question": question, "kind": "single_hop", "answer": said, "sub_questions": [sub]}
        return decomposition_problem(DecompositionReply.model_validate(reply))

    assert "stands in the question" in str(problem(answer))
    assert problem("Osprey") is None
