"""A model that writes as models do: sentences for answers, errors as results, everything in its own dress."""

from __future__ import annotations

import json
from pathlib import Path

from llm.domains import built, plan_of
from llm.fake_server import FakeServer, Rule

from ftrl_gym import registry
from ftrl_gym.answers import right
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.task import AnswerType, Kind, Split

QUESTION = 'Who borrows the painting "Winter Harbor", and for how much is that loan insured?'
DECOMPOSITION = f"""<think>A loan register … I need {{three}} look-ups.</think>
Here is the decomposition you asked for:

```json
{{"scenario_decomposition": {{"question": {json.dumps(QUESTION)}, "kind": "Multi-Hop",
 "answer": "The borrower is Harper City Museum and the insured value is $450,000.",
 "sub_questions": [
  {{"id": 1, "question": "Which loan covers \\"Winter Harbor\\"?", "answer": "LN-2043", "depends_on": null}},
  {{"id": 2, "question": "Who is the borrower of loan LN-2043?", "answer": "Harper City Museum", "depends_on": [1]}},
  {{"id": 3, "question": "What is the insured value of loan LN-2043?", "answer": "$450,000", "depends_on": "1"}}]}}}}
```
Let me know if you need anything else!"""
FIND = {
    "type": "function",
    "function": {
        "name": "find.loan",
        "description": "Finds the loan of a painting.",
        "parameters": {"type": "dict", "properties": {"title": {"type": "str"}}, "required": ["title"]},
    },
}
DETAILS = {
    "name": "loan_details",
    "description": "One detail of a loan.",
    "parameters": {"loan": {"type": "string"}, "detail": {"type": "string", "enum": ["borrower", "insurance"]}},
}
SCALED = {
    **DETAILS,
    "parameters": {"type": "object", "properties": DETAILS["parameters"], "required": ["loan", "detail"]},
}
CALLS = [
    {"sub_question_id": 1, "tool": "find.loan", "arguments": '{"title": "Winter Harbor"}'},
    {"sub_question_id": 2, "tool": "loan_details", "arguments": {"loan": "LN-2043", "detail": "borrower"}},
    {"sub_question_id": 3, "tool": "loan_details", "arguments": {"loan": "LN-2043", "detail": "insurance"}},
]
FIND_CODE = '''```python
def find_loan(title: str) -> dict:
    """Find a loan."""
    loans = {"winter harbor": {"loan_id": "LN-2043", "status": "active"}}
    if title.lower() not in loans:
        return {"error": f"No loan found for '{title}'."}
    return loans[title.lower()]
```'''
DETAILS_CODE = """DATA = {"LN-2043": {"borrower": "Harper City Museum", "insurance": "450000 USD"}}

def loan_details(loan, detail):
    record = DATA.get(loan)
    if not record:
        return f"Error: loan '{loan}' not found"
    return {"detail": detail, "value": record[detail]}
"""


def test_it_is_read_as_it_is_meant(tmp_path: Path) -> None:
    documents = [{"sub_question_id": 1, "tool": FIND}, {"sub_question_ids": [2, 3], "tool": SCALED}]
    rules = [
        Rule(stage=WriterStage.DECOMPOSITION, text=DECOMPOSITION),
        Rule(stage=WriterStage.DOCUMENTS, text=json.dumps({"documents": documents})),
        Rule(stage=WriterStage.INTEGRATION, text=json.dumps({"tools": [FIND, SCALED], "calls": CALLS})),
        Rule(stage=WriterStage.SCALING, text="```\n" + json.dumps({"tools": [FIND, SCALED], "calls": CALLS}) + "\n```"),
        Rule(
            stage=WriterStage.DEPLOYMENT,
            holds=("find_loan",),
            text=json.dumps({"name": "find_loan", "code": FIND_CODE}),
        ),
        Rule(stage=WriterStage.DEPLOYMENT, text=json.dumps({"name": "loan_details", "code": DETAILS_CODE})),
    ]
    with FakeServer(rules) as server:
        report = built(server, plan_of("choir", tasks=1), tmp_path)
    assert report.kept == ("train-00001",) and report.repairs == ()
    (task,) = registry.load_folder(tmp_path / "Choir").load_tasks(Split.TRAIN)
    assert task.kind is Kind.PARALLEL_MULTI_HOP  # the model called it a chain
    assert [sub.answer.type for sub in task.sub_questions] == [AnswerType.CODE, AnswerType.NAME, AnswerType.MONEY]
    assert [len(turn.calls) for turn in task.plans[0].turns] == [1, 2]
    answer = task.outcome.answer
    assert answer is not None and answer.value == ["Harper City Museum", 450000]
    for text in ("Harper City Museum, 450000 USD", "Harper City Museum and $450,000"):
        assert right(answer, text)
    assert not right(answer, "Harper City Museum")
