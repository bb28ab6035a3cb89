"""The published matching and turn rewards."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrl_gym.ftrl_matching import TurnScheme, answer_in_text, feedback_text, matches, solve_turn, turn_reward


@pytest.mark.parametrize(
    ("golden", "feedback", "expected"),
    [
        ("1,204", "about 1204 km", True),
        ("1204", {"length": 1204}, True),
        ("Vesk, Zürn", "ZÜRN then vesk", True),
        ("Vesk, Zürn", "Vesk", False),
        ("", "anything", True),
        ("1", "10", True),
        ("none", None, True),
        ("true", True, True),
        ("b,a", "ba", True),
        ("é", {"k": "é"}, True),
        ("0.3", 0.1 + 0.2, True),
        ("('x'", ("x", 5), True),
    ],
)
def test_matches_by_substring_of_parts(golden: str, feedback: object, expected: bool) -> None:
    assert matches(golden, feedback) is expected


def test_a_golden_that_is_no_text_raises_as_released() -> None:
    with pytest.raises(AttributeError):
        matches(1204, "1204")  # type: ignore[arg-type]


def test_feedback_text_dumps_only_plain_containers() -> None:
    assert feedback_text({"a": ["ü", None]}) == '{"a": ["ü", null]}'
    assert feedback_text(("x", 5)) == "('x', 5)"
    with pytest.raises(TypeError):
        feedback_text({"s": {1}})


def test_one_call_solves_one_answer_and_each_answer_once() -> None:
    unsolved = {"staff": ["Ada", "Bo"], "length": ["88"]}
    calls = [("staff", "Ada, Bo"), ("length", "99"), ("staff", "Bo"), ("staff", "Ada"), ("other", "88")]
    assert solve_turn(unsolved, calls) == [True, False, True, False, False]


@given(
    st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from(["1", "2", "x, y", ""]), max_size=3)),
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["1", "12", "y x", "nothing"])), max_size=8),
)
def test_solving_a_turn_changes_nothing_and_never_overpays(
    unsolved: dict[str, list[str]], calls: list[tuple[str, object]]
) -> None:
    before = copy.deepcopy(unsolved)
    solved = solve_turn(unsolved, calls)
    assert unsolved == before and len(solved) == len(calls)
    for tool, goldens in unsolved.items():
        assert sum(s for s, (name, _) in zip(solved, calls, strict=True) if name == tool) <= len(goldens)


@pytest.mark.parametrize(
    ("scheme", "expected"), [("solve_f1", 4 / 4), ("solve_precision", 2 / 3), ("solve_rate", 2.0), ("solve_pr", 4 / 3)]
)
def test_a_turn_with_calls(scheme: str, expected: float) -> None:
    paid = turn_reward(scheme, calls=3, solved=2, content="", unsolved=5, solve_rate=0.0, answer="x")
    assert paid == expected


@pytest.mark.parametrize(
    ("content", "unsolved", "solve_rate", "answer", "expected"),
    [
        ("", 0, 1.0, "x", -0.5),
        (None, 0, 1.0, "x", -0.5),
        ("x </tool_call>", 0, 1.0, "x", -0.3),
        ("x <tool_parsed_response>", 0, 1.0, "x", -0.3),
        ("It is 1,204.", 3, 0.0, "1204", 0.25),
        ("Ada, Bo", 0, 1.0, "Ada, Bo", 1.0),
        ("Bo, Ada", 0, 1.0, "Ada, Bo", 0.5),
        ("wrong", 1, 0.5, "x", 0.0),
        ("whatever", 0, 1.0, None, 0.5),
    ],
)
def test_a_turn_without_calls_goes_by_the_first_rule_that_fits(
    content: str | None, unsolved: int, solve_rate: float, answer: str | None, expected: float
) -> None:
    for scheme in TurnScheme:
        paid = turn_reward(
            scheme, calls=0, solved=0, content=content, unsolved=unsolved, solve_rate=solve_rate, answer=answer
        )
        assert paid == expected


def test_the_final_answer_is_not_split_into_parts() -> None:
    assert answer_in_text("Ada, Bo", "so ADA BO it is")
    assert not answer_in_text("Ada, Bo", "Bo and Ada")


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="solve_f2"):
        turn_reward("solve_f2", calls=1, solved=1, content="", unsolved=1, solve_rate=0.0, answer=None)
