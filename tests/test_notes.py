"""Notes: what demonstrations write down is what results show, and it is enough to answer by."""

from __future__ import annotations

import json
import re

import pytest

pytest.importorskip("torch")

from ftrl_agents.corpus_blocks import Recipe
from ftrl_agents.demonstrations import Demonstrator
from ftrl_agents.notes import Place, lists, note_of, notes_of, results
from ftrl_agents.scenario_corpus import ScenarioStream
from ftrl_gym.policies import call_text
from ftrl_gym.trajectory import Trajectory, run_episode

MIXED = Recipe(scenarios=("League", "Shop"), travel=1 / 3, easy_blocks=0, chatter=0.0)
FLIGHTS = {
    "flights": [
        {"no": "AB1", "times": {"departs": "09:10"}, "price": 80},
        {"no": "CD2", "times": {"departs": "07:45"}, "price": 120},
        {"no": "EF3", "times": {"departs": "21:00"}, "price": 95},
    ]
}


def noted(number: int, *, notes: bool = True, flawed: float = 0.0) -> Trajectory:
    """A demonstration of a task of the corpus."""
    stream = ScenarioStream(5, MIXED)
    task = f"corpus-{stream._task(number)}"
    env = stream._env(stream._task(number) // 1024)
    return run_episode(env, Demonstrator(5, flawed, notes=notes), options={"task": task})


def split(text: str) -> tuple[str, str]:
    """Note and the rest of a turn."""
    found = re.fullmatch(r"(?:<think>(.*)</think>\n)?(.*)", text, re.DOTALL)
    assert found is not None
    return found[1] or "", found[2]


@pytest.mark.parametrize("flawed", [0.0, 1.0])
def test_notes_change_nothing_but_what_is_thought(flawed: float) -> None:
    some = 0
    for number in range(40):
        with_notes, without = (noted(number, notes=notes, flawed=flawed) for notes in (True, False))
        assert [split(turn.text)[1] for turn in with_notes.turns] == [turn.text for turn in without.turns]
        assert with_notes.score == without.score
        assert flawed or with_notes.episode_return == pytest.approx(1.0)
        some += any(split(turn.text)[0] for turn in with_notes.turns)
    assert some > 25


def test_every_value_was_shown_before_and_answers_follow_from_the_note() -> None:
    answered = behind = 0
    for number in range(60):
        episode = noted(number)
        shown = ""
        for turn in episode.turns:
            note, rest = split(turn.text)
            for part in re.split(r", |: ", note):
                value = part.rpartition(" ")[2]
                assert value in shown or value.isdigit(), (part, shown)
            shown += " ".join(message["content"] for message in turn.feedback)
        if note and (found := re.search(r"<answer>(.*)</answer>", rest)):
            answered += 1
            behind += all(said.split(" ")[0] in note for said in found[1].split(", "))
    assert answered > 30 and behind > 0.6 * answered  # the others are yes, no, sums and the like


def test_rows_are_flattened_and_lists_kept_together() -> None:
    (rows,) = lists(FLIGHTS)
    assert rows[1] == {"no": "CD2", "departs": "07:45", "price": "120"}
    outer, inner = lists({"page": 1, "data": {"stops": [{"name": "Elm"}, {"name": "Oak"}]}})
    assert outer == ({"page": "1"},) and inner == ({"name": "Elm"}, {"name": "Oak"})
    turn = call_text([("search", {"from": "X", "days": [1, 2]}), ("broken", {})])
    told = [{"role": "tool", "content": json.dumps(FLIGHTS)}, {"role": "tool", "content": "no JSON"}]
    assert list(results(turn, told)) == [("search", {"from": "X", "days": [1, 2]}, (rows,))]


def test_what_is_chosen_comes_behind_what_it_was_chosen_among() -> None:
    (rows,) = lists(FLIGHTS)
    place = Place(rows, 1, "price", {"no": "CD2", "departs": "07:45", "fare": 120})
    assert note_of(place) == "CD2 price 120"
    first = "departs 09:10 AB1, 07:45 CD2, 21:00 EF3: least 07:45 CD2 price 120"
    assert note_of(place, [("least", "departs")]) == first
    assert note_of(place, [("most", "fare")]) == "price 80 AB1, 120 CD2, 95 EF3: most 120 CD2"
    assert note_of(place, [("least", "fare")]) == note_of(place)  # it is not: something else led to it
    other = Place(rows, 2, "price", {})
    assert notes_of([place, other], numbered=True) == "price 1 120, 2 95"
    assert notes_of([place, other], compared="least") == "price 120 CD2, 95 EF3, least 95 EF3"
    names = [Place(rows, number, "no", {}) for number in range(3)]
    assert notes_of(names) == "no 1 AB1, 2 CD2, 3 EF3"
