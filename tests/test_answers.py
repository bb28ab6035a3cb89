"""The answer protocol: where an answer is found, and when it is right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrl_gym.answers import right, said
from ftrl_gym.task import Answer, AnswerType

T = AnswerType


def of(kind: AnswerType, value: object, unit: str | None = None) -> Answer:
    return Answer(type=kind, value=value, unit=unit)


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ("<answer>a</answer>", "a"),
        ("<answer>a</answer> or <answer> b </answer>", "b"),
        ("a", None),
        ("<think><answer>a</answer></think>", None),
        ("<answer>a", None),
        ("</answer><answer>", None),
        ("<think>x</think><answer>a</answer>", "a"),
        ("<think>x<answer>a</answer>", None),
        ("<answer>" + "x" * 3000 + "</answer>", None),
    ],
)
def test_where_the_answer_stands(turn: str, answer: str | None) -> None:
    assert said(turn) == answer


IN_ORDER = Answer(
    type=T.LIST,
    value=[1310, "2026-05-08", "19:05"],
    entries=(of(T.MONEY, 1310, "EUR"), of(T.DATE, "2026-05-08"), of(T.TIME, "19:05")),
)
FEES = Answer(type=T.LIST, value=[1310, 2930], entries=(of(T.MONEY, 1310, "EUR"), of(T.MONEY, 2930, "EUR")))
RIGHT = [
    (of(T.NUMBER, 8.3), ["8.3", "+8.30"]),
    (of(T.NUMBER, 1204, "km"), ["1204", "1,204", "1204 km", "1204.0 KM"]),
    (of(T.NUMBER, 5, "%"), ["5%", "5 %", "**5**"]),
    (of(T.MONEY, 90, "EUR"), ["90", "€90", "90 EUR", "EUR 90.00", "90 €", "90.00 euros"]),
    (of(T.DATE, "2026-05-12"), ["2026-05-12", "12 May 2026", "May 12, 2026", "12th May 2026", "12.05.2026"]),
    (of(T.TIME, "14:35"), ["14:35", "2:35 pm", "14.35"]),
    (of(T.NAME, "Hôtel du Lac"), ["hôtel du lac", "Hôtel du Lac."]),
    (of(T.CODE, "KX482"), ["kx482", " KX482 "]),
    (of(T.YES_NO, True), ["yes", "Yes.", "true"]),
    (of(T.YES_NO, False), ["No"]),
    (of(T.LIST, ["Oslo", "Rome"]), ["Rome, Oslo", "Oslo and Rome", '["Oslo", "Rome"]', "Oslo\nRome"]),
    (of(T.LIST, ["Bosnia and Herzegovina", "Peru"]), ["Peru, Bosnia and Herzegovina"]),
    (IN_ORDER, ["1310 EUR, 8 May 2026, 7:05 pm", "1,310; May 8, 2026; 19:05", '[1310.0, "2026-05-08", "19:05"]']),
    (
        IN_ORDER,
        [
            "1. 1310\n2. 2026-05-08\n3. 19:05",
            "- 1310\n- 2026-05-08\n- 19:05",
            "(1310, 2026-05-08, 19:05).",
            "1310 / 2026-05-08 / 19:05",
        ],
    ),
    (of(T.CODE, "KX482"), ["KX482.", "**KX482**", '"KX482"']),
    (IN_ORDER, ["1310, 2026-05-08 and 19:05", "1,310 EUR, May 8, 2026, and 19:05", "1310.00,2026-05-08,19:05"]),
    (of(T.NONE, None), ["none"]),
]
WRONG = [
    (of(T.NUMBER, 1), ["10", "1 or 2", "-1", "one", "", "1e0x", "1 km", "!= 1", "<1", "~1", "- 1", "1?", "1%", "1s"]),
    (of(T.NUMBER, 1204, "km"), ["1204 miles", "~1204 km", ">1204 km"]),
    (of(T.NUMBER, 5, "%"), ["5 km", "<5%"]),
    (of(T.MONEY, 90, "EUR"), ["90 USD", "$90", "900", "90, 91"]),
    (of(T.DATE, "2026-05-12"), ["2026-05-13", "12 May", "May"]),
    (of(T.TIME, "14:35"), ["2:35", "14:35 or 15:00", "24:35"]),
    (of(T.NAME, "Lind"), ["Bo Lind", "not Lind", ""]),
    (of(T.CODE, "KX482"), ["KX482 KX483", "KX4820", "KX 482"]),
    (of(T.YES_NO, True), ["no", "yes or no", "yes no", "y n"]),
    (of(T.LIST, ["Oslo", "Rome"]), ["Oslo", "Oslo, Rome, Bern", "Oslo, Oslo", "Oslo, Rome, Rome"]),
    (
        IN_ORDER,
        [
            "2026-05-08, 1310, 19:05",
            "1310, 2026-05-08",
            "1310, 2026-05-08, 19:05, 20:05",
            "1310 USD, 2026-05-08, 19:05",
        ],
    ),
    (FEES, ["2930, 1310", "1310, 1310", "1310", "1310 2930"]),
    (of(T.NONE, None), ["Oslo", ""]),
]


@pytest.mark.parametrize(("answer", "text"), [(a, t) for a, texts in RIGHT for t in texts])
def test_right(answer: Answer, text: str) -> None:
    assert right(answer, text)


@pytest.mark.parametrize(("answer", "text"), [(a, t) for a, texts in WRONG for t in texts])
def test_wrong(answer: Answer, text: str) -> None:
    assert not right(answer, text)


@given(st.text(max_size=60), st.sampled_from([a for a, _ in RIGHT]))
def test_no_text_raises(text: str, answer: Answer) -> None:
    assert right(answer, text) in (True, False)
    said(f"<answer>{text}</answer>")


@given(st.sampled_from([(a, texts[0]) for a, texts in RIGHT if a.type is not T.LIST]), st.text(min_size=1, max_size=10))
def test_the_answer_beside_something_else_is_not_the_answer(case: tuple[Answer, str], more: str) -> None:
    answer, text = case
    if any(c.isalnum() for c in more):
        assert not right(answer, f"{text} xq{more}qx {more}")
