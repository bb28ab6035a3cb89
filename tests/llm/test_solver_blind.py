"""The blind solver finds what documents, question and results suggest, whatever types parameters have, and no more."""

from __future__ import annotations

from typing import Any

import pytest
from llm.drafting import bench_of, chain, document, drafted

from ftrl_gym.construct.llm.answer_types import typed
from ftrl_gym.construct.llm.drafts import Draft
from ftrl_gym.solver_blind import BlindSearch, confirm_blind, follows_from

TEXT = {"type": "string"}


def confirmed(draft: Draft) -> str:
    return confirm_blind(draft.task("t"), draft.documents, bench_of(draft).toolbox)


def look_up(answer: Any, arguments: dict[str, Any], code: str, question: str, **properties: Any) -> Draft:
    tool = document("look_up", required=[n for n, one in properties.items() if "default" not in one], **properties)
    return drafted(question, answer, [("1", question, answer, ())], [(tool, code)], [("1", "look_up", arguments)])


def test_a_chain_is_found() -> None:
    assert confirmed(chain()) == ""


SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "object": (
        {"where": {"type": "object", "properties": {"port": TEXT, "year": {"type": "integer"}}, "required": ["port"]}},
        {"where": {"port": "Lom", "year": 2021}},
        "def look_up(where):\n    if where != {'port': 'Lom', 'year': 2021}:\n        raise ValueError('unknown')\n"
        "    return {'ships': 318}\n",
    ),
    "array": (
        {"ports": {"type": "array", "items": TEXT}, "year": {"type": "integer"}},
        {"ports": ["Lom", "Vik"], "year": 2021},
        "def look_up(ports, year):\n    if sorted(ports) != ['Lom', 'Vik'] or year != 2021:\n"
        "        raise ValueError('unknown')\n    return {'ships': 318}\n",
    ),
    "options": (
        {
            "port": TEXT,
            "kind": {"type": "string", "enum": ["all", "tugs", "yachts"], "default": "all"},
            "least": {"type": "integer", "default": 0},
        },
        {"port": "Lom", "kind": "tugs", "least": 2021},
        "def look_up(port, kind='all', least=0):\n    if port != 'Lom':\n        raise ValueError('unknown')\n"
        "    return {'ships': 318 if (kind, least) == ('tugs', 2021) else 5}\n",
    ),
    "day in parts": (
        {
            "port": TEXT,
            "day": {
                "type": "object",
                "properties": {"year": {"type": "integer"}, "month": {"type": "integer"}, "day": {"type": "integer"}},
                "required": ["year", "month", "day"],
            },
        },
        {"port": "Lom", "day": {"year": 2021, "month": 3, "day": 9}},
        "def look_up(port, day):\n    if (port, day['month'], day['day']) != ('Lom', 3, 9):\n"
        "        raise ValueError('unknown')\n    return {'ships': 318}\n",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_parameters_of_every_type_are_filled(shape: str) -> None:
    properties, arguments, code = SHAPES[shape]
    question = "How many tugs of the ports Lom and Vik were counted after 2021, on 2021-03-09?"
    assert confirmed(look_up(318, arguments, code, question, **properties)) == ""


def test_what_nobody_tells_is_not_found() -> None:
    code = (
        "def look_up(key):\n    if key != 'zebra-9':\n        raise ValueError('unknown')\n    return {'ships': 318}\n"
    )
    draft = look_up(318, {"key": "zebra-9"}, code, "How many ships are there in Lom?", key=TEXT)
    assert confirmed(draft).startswith("1: no call that the question")


def test_the_answer_has_to_follow() -> None:
    assert "does not follow" in confirmed(chain(answer="Sil Moran"))


def test_the_search_is_bounded() -> None:
    properties = dict.fromkeys("abcdefgh", TEXT)
    code = f"def look_up({', '.join(properties)}):\n    raise ValueError('unknown')\n"
    draft = look_up(
        318, dict.fromkeys(properties, "Lom"), code, "How many ships lie in Lom, Vik and Odde?", **properties
    )
    task = draft.task("t")
    search = BlindSearch(task, draft.documents, bench_of(draft).toolbox)
    assert search.run() == frozenset()
    assert 0 < search.calls <= 3000


@pytest.mark.parametrize(
    ("answer", "follows"),
    [
        (12, True), (7, True), (19, True), (-5, True), (84, True), (9.5, True), (13, False),
        ([7, 12], True), ([7, 13], False), (True, True), ("Gull", False),
    ],
)  # fmt: skip
def test_what_follows_from_two_figures(answer: Any, follows: bool) -> None:
    assert follows_from(typed(answer), {"1": typed(7), "2": typed(12)}) is follows


def test_whose_figure_is_the_most() -> None:
    figures, given = {"1": typed(7), "2": typed(12)}, {"1": ["Tern"], "2": ["Gull"]}
    assert follows_from(typed("Gull"), figures, given) and follows_from(typed("Tern"), figures, given)
    assert not follows_from(typed("Auk"), figures, given)
