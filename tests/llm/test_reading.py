"""From text to a checked reply: what is forgiven, what is refused, and in which words."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftrl_gym.construct.llm.reading import MAX_REPLY_CHARS, Unusable, read, without_thoughts
from ftrl_gym.construct.llm.replies import CodeReply, DecompositionReply, DocumentsReply, ToolsReply, WriterStage
from ftrl_gym.construct.llm.reply_schemas import reply_schema, response_format
from ftrl_gym.task import Kind

CODE = {"name": "get_loan", "code": "def get_loan(loan_id):\n    return {}\n"}
SUB = {"id": "1", "question": "Who borrows LN-0412?", "answer": "Harbour Gallery", "depends_on": []}
TASK = {"question": "Who borrows LN-0412?", "kind": "single_hop", "answer": "Harbour Gallery", "sub_questions": [SUB]}
SCHEMA = {"type": "object", "properties": {"loan_id": {"type": "string"}}, "required": ["loan_id"]}
TOOL = {"name": "get_loan", "description": "A loan.", "parameters": SCHEMA, "returns": {"type": "object"}}
CALL = {"sub_question_id": "1", "tool": "get_loan", "arguments": {"loan_id": "LN-0412"}}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(CODE),
        f"<think>maybe {{}} or not</think>\n{json.dumps(CODE)}",
        f"no opening tag here </think>{json.dumps(CODE)}",
        f"```json\n{json.dumps(CODE, indent=2)}\n```",
        f"Here is the tool {{as asked}}:\n\n{json.dumps(CODE)}\n\nIt uses {{loan_id}}. Anything else?",
        f'An example first: {{"x": 1}}. The reply: {json.dumps(CODE)}',
        json.dumps({"localized_deployment": CODE}),
        json.dumps([CODE]),
        json.dumps({**CODE, "confidence": 0.9}),
        json.dumps(CODE)[:-1] + ",}",
        json.dumps(CODE).replace('"', "'"),
        '{"name": "get_loan", "code": "def get_loan(loan_id):\n    return {}\n"}',
        '{name: "get_loan", // the tool\n code: "def get_loan(loan_id):\\n    return {}\\n"}',
        json.dumps({**CODE, "code": f"```python\n{CODE['code']}```"}),
    ],
)
def test_the_same_code_however_it_is_put(text: str) -> None:
    got = read(text, CodeReply)
    assert got.name == "get_loan" and got.code.replace("\n", "").replace(" ", "") == "defget_loan(loan_id):return{}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("<think>so long a thought that nothing", "empty"),
        ("I cannot do that.", "no JSON object"),
        ('{"name": "get_loan"}', "code: Field required"),
        ('{"name": "get loan of the vase, please", "code": 1}', "code: Input should be a valid string, not 1"),
        ('{"name": "x", "code": "' + "y" * 70_000 + '"}', "at most 60000"),
        ("{" * 5_000, "no JSON object"),
        ('{"name": "x", "code": ' + "[" * 200 + "]" * 200 + "}", "no JSON object"),
        ("x" * (MAX_REPLY_CHARS + 1), "longer than 400,000"),
        ("[]", "Field required"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(Unusable, match=why) as refused:
        read(text, CodeReply)
    assert len(str(refused.value)) < 2_000


def task(**changes: Any) -> str:
    return json.dumps({**TASK, **changes})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (task(answer=None), "answer"),
        (task(kind="five_hop"), "kind: Input should be 'single_hop'"),
        (task(sub_questions=[]), "sub_questions: List should have at least 1"),
        (task(sub_questions=[SUB, SUB]), "'1'.* more than one sub-question"),
        (task(sub_questions=[{**SUB, "depends_on": ["7"]}]), "depends on .'7'., which is not there"),
        (task(sub_questions=[{**SUB, "depends_on": ["1"]}]), "in a circle"),
        (
            task(sub_questions=[{**SUB, "depends_on": ["2"]}, {**SUB, "id": "2", "depends_on": ["1"]}]),
            "'1', '2'.* in a circle",
        ),
        (task(sub_questions=[{**SUB, "id": str(n)} for n in range(30)]), "at most 24"),
        (task(answer=0.5).replace("0.5", "1e400"), "no JSON object"),
        (task(answer=10**400), "no JSON object"),
    ],
)
def test_a_decomposition_that_cannot_be(text: str, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        read(text, DecompositionReply)


def test_a_decomposition_in_other_forms() -> None:
    subs = [{**SUB, "id": 1, "depends_on": None}, {**SUB, "id": 2, "answer": {"value": 7.5}, "depends_on": 1}]
    got = read(task(kind="Multi-Hop", sub_questions=subs, answer=True), DecompositionReply)
    assert got.kind is Kind.MULTI_HOP and got.answer is True
    assert [(sub.id, sub.answer, sub.depends_on) for sub in got.sub_questions] == [
        ("1", "Harbour Gallery", []),
        ("2", 7.5, ["1"]),
    ]


def test_documents_with_what_stands_elsewhere() -> None:
    schema = {"loan_id": {"type": "str", "description": {"en": "id"}, "pattern": "(", "$ref": "#/x"}}
    function = {"name": "loans.get-loan", "description": "A loan.", "parameters": json.dumps(schema)}
    tool = {"type": "function", "function": function}
    replies = [{"sub_question_id": 1, "tool": tool, "returns": {"schema": {"type": "dict"}, "facts": []}}]
    (got,) = read(json.dumps(replies), DocumentsReply).documents
    assert got.sub_question_ids == ["1"] and got.tool.name == "loans_get_loan"
    assert got.tool.parameters == {"type": "object", "properties": {"loan_id": {"type": "string"}}}
    assert got.tool.document().returns.schema_ == {"type": "object"}


def tools(tool: Any = TOOL, call: Any = CALL, **more: Any) -> str:
    return json.dumps({"tools": [tool], "calls": [call], **more})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (tools(tools=[TOOL, TOOL]), "'get_loan'.* more than one tool"),
        (
            tools(call={**CALL, "tool": "get_vase"}),
            r"names \['get_vase'\], which is not there; there are \['get_loan'\]",
        ),
        (tools(tool={**TOOL, "name": "lambda"}), "word of Python"),
        (tools(tool={**TOOL, "name": "__import__('os')"}), "pattern"),
        (tools(tool={**TOOL, "parameters": {"type": "object", "properties": {"loan-id": {}}}}), "loan-id"),
        (tools(tool={**TOOL, "parameters": {"type": "object", "properties": {"from": {}}}}), "from"),
        (tools(tool={**TOOL, "parameters": "many"}), "parameters: Input should be a valid dictionary"),
        (tools(tool={**TOOL, "description": ""}), "description"),
        (
            tools(tool={**TOOL, "parameters": {"properties": {f"p{n}": {"title": "x" * 99} for n in range(300)}}}),
            "longer",
        ),
        (tools(call={**CALL, "arguments": [1]}), "arguments: Input should be a valid dictionary"),
    ],
)
def test_tools_that_cannot_be(text: str, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        read(text, ToolsReply)


def test_arguments_as_requests_to_models_have_them() -> None:
    got = read(tools(call={**CALL, "sub_question_id": 1, "arguments": '{"loan_id": "LN-0412"}'}), ToolsReply)
    assert got.calls[0].arguments == {"loan_id": "LN-0412"} and got.calls[0].sub_question_id == "1"


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300) | st.recursive(st.none() | st.text(), st.lists, max_leaves=5).map(json.dumps))
def test_no_text_does_anything_but_be_refused_or_read(text: str) -> None:
    for model in (CodeReply, DecompositionReply, ToolsReply):
        try:
            read(text, model)
        except Unusable as error:
            assert str(error)


@pytest.mark.parametrize("piece", ["{", "[", '{"a":', '{"a":[', '"', "\\", "```json\n", "<think>", "{}", "{'a':1}"])
def test_hostile_text_takes_no_time(piece: str) -> None:
    before = time.process_time()
    with pytest.raises(Unusable):
        read(piece * (60_000 // len(piece)), ToolsReply)
    assert time.process_time() - before < 5.0


def test_a_lone_surrogate_is_replaced() -> None:
    assert without_thoughts("a\ud800b") == "a\ufffdb"


def test_an_escaped_one_is_replaced_too() -> None:
    properties = {"x": {"type": "string", "description": "\ud83d"}, "y": {"type": "string", "title": "\U0001f600"}}
    tool = {"name": "t", "description": "d", "parameters": json.dumps({"type": "object", "properties": properties})}
    call = {"sub_question_id": "1", "tool": "t", "arguments": {"x": "\ud83d"}}
    value = read(json.dumps({"tools": [tool], "calls": [call]}), ToolsReply)
    described = value.tools[0].parameters["properties"]
    assert (described["x"]["description"], described["y"]["title"]) == ("\ufffd", "\U0001f600")
    assert value.calls[0].arguments == {"x": "\ufffd"}


@pytest.mark.parametrize("stage", list(WriterStage))
def test_schemas_are_for_every_server(stage: WriterStage) -> None:
    schema = reply_schema(stage)
    text = json.dumps(schema)
    for word in ("$ref", "$defs", "maxLength", "pattern", "title", "default"):
        assert f'"{word}"' not in text
    strict = response_format(stage, schema)["json_schema"]["strict"]
    assert strict == (stage in (WriterStage.DECOMPOSITION, WriterStage.DEPLOYMENT))


def test_halves_of_surrogate_pairs_become_what_utf8_can_hold() -> None:
    tool = {**TOOL, "description": "A loan \ud83d", "parameters": {**SCHEMA, "description": "by its number \ud83d"}}
    reply = {"tools": [tool], "calls": [{**CALL, "arguments": {"loan_id": "LN\ud83d"}}]}
    read_ = read(json.dumps(reply), ToolsReply)
    assert read_.calls[0].arguments == {"loan_id": "LN\ufffd"}
    assert "by its number \ufffd" in read_.tools[0].document().model_dump_json()
