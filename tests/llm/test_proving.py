"""What is computed about a task before it is certified: each flaw is found, told, and sent to who can mend it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from llm.drafting import PIER, PIER_CODE, WARDEN, WARDEN_CODE, chain, document, drafted, one_call

from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.construct.llm.proving import prove
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.task import Kind
from ftrl_gym.tooldoc import Returns

D, S, C = WriterStage.DECOMPOSITION, WriterStage.SCALING, WriterStage.DEPLOYMENT


def flaws(draft: Draft) -> dict[tuple[WriterStage, str], str]:
    proof = prove(draft, "t-1")
    assert proof.task is None
    return {(flaw.stage, flaw.check): flaw.evidence for flaw in proof.flaws}


def test_a_sound_draft_is_certified() -> None:
    task = prove(chain(), "t-1").task
    assert task is not None and task.certificate is not None
    assert (task.kind, task.hops) == (Kind.MULTI_HOP, 2)
    assert [sub.place for sub in task.sub_questions] == ["pier", "warden"]
    assert [turn.calls[0].solves for turn in task.plans[0].turns] == [("1",), ("2",)]
    assert task.certificate.oracle_return == 1.0 and task.certificate.solver_plan == "confirmed"


CODE = {
    "wrong answer": ('def get_pier(ship):\n    return {"pier": "P-12"}\n', C, "'P-41'|\"P-41\""),
    "gold call fails": ('def get_pier(ship):\n    return open("/etc/piers").read()\n', C, "Only plain"),
    "cannot be defined": ("import socket\n\n\ndef get_pier(ship):\n    return {'pier': 'P-41'}\n", C, "socket"),
    "never ends": ("def get_pier(ship):\n    while True:\n        pass\n", C, "ends at once"),
    "wrong argument answered": ('def get_pier(ship="x"):\n    return {"pier": "P-41", "ship": ship}\n', C, "look the"),
    "untelling error": (PIER_CODE.replace("if ship.lower() not in PIERS:", "if False:"), C, "KeyError"),
    "answer in an error": (PIER_CODE.replace("; give its name", "; known: {PIERS}"), C, "tells 'P-41'"),
}


@pytest.mark.parametrize("check", CODE)
def test_flaws_of_code(check: str) -> None:
    code, stage, evidence = CODE[check]
    found = flaws(one_call(code))
    assert any(part in found[stage, check] for part in evidence.split("|")), found


def test_every_member_of_a_vocabulary_works_or_is_refused() -> None:
    tool = document("get_pier", required=["ship"], ship="Name of the ship", unit=OPTIONS["unit"])
    code = PIER_CODE.replace("def get_pier(ship)", 'def get_pier(ship, unit="m")').replace(
        "return dict(PIERS[ship.lower()])", "return {**PIERS[ship.lower()], 'scale': {'m': 1}[unit]}"
    )
    assert '"ft" is a documented member of unit' in flaws(one_call(code, tool))[C, "untelling error"]


def test_an_answer_within_a_sentence_is_no_value_of_its_own() -> None:
    code = 'def get_pier(ship):\n    return {"told": "The Tern lies at pier P-41."}\n'
    assert "only within a longer text" in flaws(one_call(code))[C, "wrong answer"]


def test_a_call_without_information_tells_nothing() -> None:
    tool = document("get_pier", required=[], ship="Name of the ship")
    code = PIER_CODE.replace("def get_pier(ship)", 'def get_pier(ship="tern")')
    assert "without being told anything" in flaws(one_call(code, tool))[S, "answer without arguments"]


OPTIONS: dict[str, dict[str, Any]] = {
    "unit": {"type": "string", "enum": ["m", "ft"], "default": "m"},
    "exact": {"type": "boolean", "default": False},
    "limit": {"type": "integer", "default": 5},
    "note": {"type": "string"},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_parameter_that_the_code_ignores(name: str) -> None:
    tool = document("get_pier", required=["ship"], ship="Name of the ship", **{name: OPTIONS[name]})
    code = PIER_CODE.replace("def get_pier(ship)", f"def get_pier(ship, {name}=None)")
    assert f"ignores its parameter {name}" in flaws(one_call(code, tool))[C, "ignored parameter"]


def test_a_parameter_may_matter_elsewhere_than_in_the_gold_call() -> None:
    tool = document("get_pier", required=["ship"], ship="Name of the ship", exact=OPTIONS["exact"])
    code = PIER_CODE.replace("def get_pier(ship)", "def get_pier(ship, exact=False)").replace(
        "    if ship",
        '    if exact and ship != "Tern":\n        raise ValueError("write the name as it is")\n    if ship',
    )
    assert prove(one_call(code, tool), "t-1").task is not None


def test_a_documented_default_is_the_codes_own() -> None:
    tool = document("get_pier", required=["ship"], ship="Name of the ship", unit=OPTIONS["unit"])
    code = PIER_CODE.replace("def get_pier(ship)", 'def get_pier(ship, unit="ft")').replace(
        "return dict(PIERS[ship.lower()])", "return {**PIERS[ship.lower()], 'unit': unit}"
    )
    assert "as the default of unit" in flaws(one_call(code, tool))[C, "wrong default"]


def test_a_tool_that_no_plan_needs_has_to_work() -> None:
    tool = document("get_crew", ship="Name of the ship")
    code = "def get_crew(ship):\n    raise ValueError(f'nothing is known about {ship!r}')\n"
    draft = chain(tools=[(PIER, PIER_CODE), (WARDEN, WARDEN_CODE), (tool, code)])
    assert "get_crew" in flaws(draft)[C, "does not work"]


def test_two_tools_are_not_one() -> None:
    twin = document("find_berth", "Where a ship is moored.", vessel="Name of the vessel")
    code = PIER_CODE.replace("get_pier(ship)", "find_berth(vessel)").replace("ship.lower", "vessel.lower")
    code = code.replace("{ship!r}", "{vessel!r}")
    draft = chain(tools=[(PIER, PIER_CODE), (WARDEN, WARDEN_CODE), (twin, code)])
    assert "one tool under two names" in flaws(draft)[S, "duplicate tools"]


def test_an_argument_stands_in_the_question_or_in_an_earlier_result() -> None:
    draft = chain("Who is the warden of the pier at which my ship lies?")
    assert "nobody could know it" in flaws(draft)[S, "not grounded"]


def test_a_dependency_is_declared() -> None:
    subs = [("1", "At which pier?", "P-41", ()), ("2", "Who is the warden?", "Ute Brandt", ())]
    assert "must name 1" in flaws(chain(subs=subs))[D, "undeclared dependency"]


def test_a_declared_dependency_is_real() -> None:
    draft = chain(
        "How long does the Tern stay, and who is the warden of pier P-41?",
        subs=[("1", "How long does the Tern stay?", 7, ()), ("2", "Who is the warden?", "Ute Brandt", ("1",))],
    )
    assert "take the dependency out" in flaws(draft)[D, "no real dependency"]


def test_the_question_has_one_reading() -> None:
    code = """
CALLS = {"tern": [{"port": "Odde", "pier": "P-12"}, {"port": "Lom", "pier": "P-41"}, {"port": "Vik", "pier": "P-77"}]}


def get_pier(ship):
    if ship.lower() not in CALLS:
        raise ValueError(f"no ship is called {ship!r}; give its name")
    return {"calls": CALLS[ship.lower()]}
"""
    tools = [(PIER, code), (WARDEN, WARDEN_CODE)]
    assert "has another reading" in flaws(chain(tools=tools))[D, "another reading"]
    told = "Who is the warden of the pier at which the Tern lies in Lom?"
    assert prove(chain(told, tools=tools), "t-1").task is not None


def test_the_shape_is_what_the_dependencies_say() -> None:
    gull = ("3", "At which pier does the Gull lie?", "P-12", ())
    draft = chain(
        "Who is the warden of the pier at which the Tern lies, and where does the Gull lie?",
        answer=["Ute Brandt", "P-12"],
        subs=[("1", "At which pier?", "P-41", ()), ("2", "Who is the warden?", "Ute Brandt", ("1",)), gull],
        calls=[
            ("1", "get_pier", {"ship": "Tern"}),
            ("2", "get_warden", {"pier": "P-41"}),
            ("3", "get_pier", {"ship": "Gull"}),
        ],
    )
    task = prove(draft, "t-1").task
    assert task is not None and task.kind is Kind.PARALLEL_MULTI_HOP
    assert [len(turn.calls) for turn in task.plans[0].turns] == [2, 1]


def test_what_a_document_says_of_results_is_true() -> None:
    wrong = PIER.model_copy(update={"returns": Returns(schema_={"type": "object", "required": ["berth"]})})
    right = WARDEN.model_copy(update={"returns": Returns(schema_={"type": "object", "required": ["warden"]})})
    proof = prove(chain(tools=[(wrong, PIER_CODE), (right, WARDEN_CODE)]), "t-1")
    assert proof.task is not None
    pier, warden = proof.documents
    assert pier.returns.schema_["properties"] == {"pier": {"type": "string"}, "hours": {"type": "integer"}}
    assert warden == right


def test_the_final_answer_follows() -> None:
    draft = drafted(
        "How long does the Tern stay?", 9, [("1", "How long?", 7, ())], [(PIER, PIER_CODE)],
        [("1", "get_pier", {"ship": "Tern"})],
    )  # fmt: skip
    assert "does not follow" in flaws(draft)[D, "answer does not follow"]


def test_no_call_tells_what_another_is_paid_for() -> None:
    both = PIER_CODE.replace('"pier": "P-41",', '"pier": "P-41", "warden": "Ute Brandt",')
    found = flaws(chain(tools=[(PIER, both), (WARDEN, WARDEN_CODE)]))
    assert "leave it out of the result of get_pier" in found[C, "told elsewhere"]
    tool = document("get_port", "The port of a ship.", ship="Name of the ship")
    code = PIER_CODE.replace("get_pier", "get_port").replace('"hours": 7', '"warden": "Ute Brandt"')
    spare = chain(tools=[(PIER, PIER_CODE), (WARDEN, WARDEN_CODE), (tool, code.replace('"pier"', '"quay"'))])
    assert "leave it out of the result of get_port" in flaws(spare)[C, "told elsewhere"]


def test_a_plain_word_of_the_question_is_a_wrong_argument() -> None:
    code = (
        "def get_pier(ship):\n    if not 2 < len(ship) < 9:\n        raise ValueError('no such ship; give its name')\n"
        '    return {"pier": "P-41", "letters": len(ship)}\n'
    )
    assert "has a wrong ship" in flaws(one_call(code))[C, "wrong argument answered"]


def test_equal_answers_of_two_things_are_no_wrong_ones() -> None:
    code = PIER_CODE.replace('"hours": 3', '"hours": 7')
    subs = [("1", "How long does the Tern stay?", 7, ()), ("2", "How long does the Gull stay?", 7, ())]
    calls = [("1", "get_pier", {"ship": "Tern"}), ("2", "get_pier", {"ship": "Gull"})]
    draft = drafted("How long do the Tern and the Gull stay?", [7, 7], subs, [(PIER, code)], calls)
    assert prove(draft, "t-1").task is not None


def test_a_slow_tool_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftrl_gym.construct.llm.code_checks._SLOW", 0.0)
    assert "takes more than" in flaws(one_call(PIER_CODE))[C, "too slow"]


def test_a_tool_that_never_ends_is_soon_left_alone() -> None:
    tool = document("get_crew", "The crew.", ship="Name of the ship", rank="Rank")
    draft = chain(
        tools=[(PIER, PIER_CODE), (WARDEN, WARDEN_CODE), (tool, "def get_crew(ship, rank):\n    while 1: 1\n")]
    )
    began = time.monotonic()
    assert (C, "does not work") in flaws(draft)
    assert time.monotonic() - began < 10
