"""A reply serves every sub-question, each once, and no other."""

from __future__ import annotations

import pytest
from llm.drafting import chain

from ftrl_gym.construct.llm.replies import DocumentsReply, ToolsReply
from ftrl_gym.construct.llm.reply_checks import documents_problem, tools_problem

TOLD = chain().decomposition
TOOLS = {
    "get_pier": {"description": "Where a ship lies", "parameters": {"properties": {"ship": {"type": "string"}}}},
    "get_warden": {"description": "Who sees to a pier", "parameters": {"properties": {"pier": {"type": "string"}}}},
}
ARGUMENTS = {"get_pier": {"ship": "Tern"}, "get_warden": {"pier": "P-41"}}


@pytest.mark.parametrize(
    ("served", "documents", "calls"),
    [
        (["1", "2"], None, None),
        (["1", "9"], "there is no sub-question '9'; there are ['1', '2']", "there is no sub-question '9'; there are"),
        (["1"], "no document serves the sub-questions ['2']: each needs", "no call answers the sub-questions ['2']: e"),
        (["1", "2", "2"], "['2'] are served by more than one document; each is", "['2'] have more than one call; each"),
    ],
    ids=["each once", "unknown", "missing", "twice"],
)
def test_every_sub_question_is_served_once(served: list[str], documents: str | None, calls: str | None) -> None:
    tools = ["get_pier", *["get_warden"] * (len(served) - 1)]
    shown = [{"name": name, **TOOLS[name]} for name in dict.fromkeys(tools)]
    said = documents_problem(
        DocumentsReply.model_validate(
            {
                "documents": [
                    {"sub_question_ids": [sub], "tool": {"name": tool, **TOOLS[tool]}}
                    for sub, tool in zip(served, tools, strict=True)
                ]
            }
        ),
        TOLD,
    )
    assert said is None if documents is None else documents in str(said)
    made = [
        {"sub_question_id": sub, "tool": tool, "arguments": ARGUMENTS[tool]}
        for sub, tool in zip(served, tools, strict=True)
    ]
    said = tools_problem(ToolsReply.model_validate({"tools": shown, "calls": made}), TOLD)
    assert said is None if calls is None else calls in str(said)
