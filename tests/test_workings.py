"""Workings: every step of them is right, and they end at the answer or are not written down."""

from __future__ import annotations

import datetime
import random
import re

import pytest

pytest.importorskip("torch")

from hypothesis import given
from hypothesis import strategies as st

from ftrl_agents.corpus_blocks import Recipe
from ftrl_agents.reckoning import reckoning
from ftrl_agents.scenario_corpus import ScenarioStream
from ftrl_agents.workings import compared, working

STEP = re.compile(r"(\S+) ([-+x]) (\S+) = (\S+)")
COMPARISON = re.compile(r"(\S+) ([<>]) (\S+)")


def plain(text: str) -> float:
    """A number, a time as minutes, a date as days: another way than the module's to reckon with them."""
    if "-" in text:
        return float(datetime.date.fromisoformat(text).toordinal())
    hours, _, minutes = text.partition(":")
    return float(hours) * 60 + float(minutes) if minutes else float(text)


def holds(part: str) -> bool:
    """Whether one step is right."""
    if found := STEP.fullmatch(part):
        left, right, result = plain(found[1]), plain(found[3]), plain(found[4])
        wanted = {"+": left + right, "-": left - right, "x": left * right}[found[2]]
        return abs(wanted - result) < 1e-6
    found = COMPARISON.fullmatch(part)
    assert found is not None, part
    return plain(found[1]) < plain(found[3]) if found[2] == "<" else plain(found[1]) > plain(found[3])


def test_what_is_reckoned_is_right_and_of_every_sort() -> None:
    signs: set[str] = set()
    for seed in range(300):
        asked, told = (message["content"] for message in reckoning(random.Random(seed)))
        wanted, done = asked.partition(": ")[2].split(", "), told.split(", ")
        assert len(wanted) == len(done)
        for question, part in zip(wanted, done, strict=True):
            left, sign, right = question.split(" ")
            assert part.startswith(f"{left} ") and right in part.split(" ")
            assert part == f"{left} = {right}" if sign == "?" and plain(left) == plain(right) else holds(part), part
            signs.add(sign + (":" in left) * "t" + ("-" in left) * "d")
    assert signs == {"+", "-", "x", "?", "+t", "-t", "?t", "+d", "-d", "?d"}


@pytest.mark.parametrize(
    ("program", "values", "answer", "told"),
    [
        ("sum(a.x, b.x, c.x)", ["4.5", "2", "10"], 16.5, "4.5 + 2 = 6.5, 6.5 + 10 = 16.5"),
        ("difference(a.x, b.x)", ["19", "151"], 132, "151 - 19 = 132"),
        ("times(a.x, 3)", ["135"], 405, "135 x 3 = 405"),
        ("shift(a.x, -30)", ["18:35"], "18:05", "18:35 - 30 = 18:05"),
        ("shift(a.x, +7)", ["2026-05-30"], "2026-06-06", "2026-05-30 + 7 = 2026-06-06"),
        ("minutes(a.x, b.x)", ["09:10", "12:55"], 225, "12:55 - 09:10 = 03:45 = 225"),
        ("is_lower(a.x, b.x)", ["360", "300"], False, "360 > 300"),
        ('car of (city "Brno", least price).price < 50', ["28"], True, "28 < 50"),
        ('hotel "A".checkout_until > "11:30"', ["12:00"], True, "12:00 > 11:30"),
        ("sum(a.x, b.x)", ["4", "5"], 10, ""),
        ("sum(a.x, b.x)", ["4"], 4, ""),
        ("sum(a.x, b.x)", ["four", "5"], 9, ""),
        ("shift(a.x, +90)", ["23:00"], "00:30", ""),
        ("count(filter(trains, price > 20))", ["18"], 1, ""),
        ('train "A".price', ["18"], 18, ""),
    ],
)
def test_a_working_ends_at_the_answer_or_is_none(program: str, values: list[str], answer: object, told: str) -> None:
    assert working(program, values, answer) == told  # type: ignore[arg-type]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_of_two_numbers_the_less_stands_at_the_point(one: int, other: int) -> None:
    assert compared(str(one), str(other)) == ("" if one == other else f"{one} {'<' if one < other else '>'} {other}")


def test_demonstrations_work_out_what_they_compute() -> None:
    stream = ScenarioStream(5, Recipe(scenarios=("League", "Shop"), travel=0.5, easy_blocks=0), exercises=0.0)
    computed = compares = 0
    for number in range(250):
        last = stream.episode(number).turns[-1].text
        note, _, answer = last.partition("</think>\n")
        told = re.sub(r"</?answer>", "", answer)
        for part in note.removeprefix("<think>").split(", "):
            if STEP.fullmatch(part):
                assert holds(part)
                computed += part.rpartition(" ")[2] == told.split(" ")[0]
            elif COMPARISON.fullmatch(part):
                assert holds(part) and told in ("yes", "no")
                compares += 1
    assert computed > 4 and compares > 4
