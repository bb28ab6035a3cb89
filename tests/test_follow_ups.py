"""Questions after an episode: what they ask for was shown, and the answer is what the world says."""

from __future__ import annotations

import dataclasses
import itertools
import json
import random
import re

import pytest

pytest.importorskip("torch")

from ftrl_agents.corpus_blocks import Recipe
from ftrl_agents.corpus_tasks import corpus_world
from ftrl_agents.follow_ups import follow_ups
from ftrl_agents.scenario_corpus import ScenarioStream
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.trajectory import Trajectory
from ftrl_gym.world import WorldBase

FEW = Recipe(scenarios=("League", "Shop"), travel=1 / 3, easy_blocks=0, chatter=0.0)
EPISODES = 40


@pytest.fixture(scope="module")
def stream() -> ScenarioStream:
    return ScenarioStream(5, FEW, exercises=0.0)


def asked_after(stream: ScenarioStream, number: int, episode: Trajectory | None = None) -> list[dict[str, str]]:
    return follow_ups(
        episode or stream.episode(number),
        corpus_world(stream._task(number), FEW),
        scenario(stream.block(number).scenario).domain,
        random.Random(number),
        8,
    )


def test_answers_were_shown_and_most_episodes_have_some(stream: ScenarioStream) -> None:
    with_some = 0
    for number in range(EPISODES):
        episode = stream.episode(number)
        turns = asked_after(stream, number, episode)
        shown = " ".join(message["content"] for turn in episode.turns for message in turn.feedback)
        assert [turn["role"] for turn in turns] == ["user", "assistant"] * (len(turns) // 2) and len(turns) <= 16
        questions = [turn["content"] for turn in turns[::2]]
        assert len(set(questions)) == len(questions)
        for turn in turns[1::2]:
            note, _, said = turn["content"].rpartition("</think>\n")
            told = said.removeprefix("<answer>").removesuffix("</answer>")
            firsts = [part.split(" ")[0] for part in told.split(", ")]  # a unit behind may not be in the result
            seen = all(first in shown for first in firsts)
            worked_out = len(firsts) == 1 and _number(firsts[0]) in _figures(note)
            assert seen or worked_out or told in ("yes", "no"), (turns, shown)
        with_some += bool(turns)
    assert with_some > EPISODES / 2


def _number(text: str) -> float | None:
    """Whole numbers may be written with their decimals or without: ``1.0`` stars, ``1`` room."""
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _figures(note: str) -> set[float]:
    """Sums and differences of the numbers in a note."""
    pairs = itertools.combinations([float(word) for word in re.findall(r"(?<!\S)\d+(?:\.\d+)?(?=[,:\s]|$)", note)], 2)
    return {figure for one, other in pairs for figure in (round(one + other, 2), round(abs(one - other), 2))}


def test_one_among_several_is_asked_for_by_what_makes_it_stand_out(stream: ScenarioStream) -> None:
    """The words are the domain's; that the one they mean is the one answered for is counted by hand here."""
    domain = scenario("TravelBooking").domain
    number = next(n for n in range(64) if stream.block(n).scenario == "TravelBooking" and not stream.block(n).variant)
    episode = stream.episode(number)
    world = corpus_world(stream._task(number), FEW)
    city = next(c for c in world.tables["cities"].values() if _hotels(world, c["name"]) >= 2)
    rows = [h for h in world.tables["hotels"].values() if h["city"] == city["name"]]
    columns = ("hotel_id", "name", "district", "stars", "rating")
    turn = dataclasses.replace(
        episode.turns[0],
        text=f'<tool_call>\n{{"name": "search_hotels", "arguments": {{"city": "{city["name"]}"}}}}\n</tool_call>',
        feedback=({"role": "tool", "content": json.dumps({"hotels": [{c: row[c] for c in columns} for row in rows]})},),
    )
    listed = dataclasses.replace(episode, turns=(turn,))
    best = max(rows, key=lambda row: row["rating"])
    found = {}
    for seed in range(60):
        turns = follow_ups(listed, world, domain, random.Random(seed), 8)
        found |= {q["content"]: a["content"] for q, a in zip(turns[::2], turns[1::2], strict=True)}
    outstanding = {q: a for q, a in found.items() if "best" in q or "highest-rated" in q}
    assert outstanding and any(city["name"] in question for question in outstanding)
    for question, answer in outstanding.items():
        assert any(str(best[column]) in answer for column in columns), (question, answer, best)


def test_the_same_draws_give_the_same_questions_and_nothing_shown_gives_none(stream: ScenarioStream) -> None:
    assert asked_after(stream, 3) == asked_after(stream, 3)
    episode = stream.episode(3)
    silent = dataclasses.replace(episode, turns=tuple(dataclasses.replace(turn, feedback=()) for turn in episode.turns))
    assert asked_after(stream, 3, silent) == []
    odd = ({"role": "tool", "content": "not JSON"}, {"role": "tool", "content": '[1, {"a": 2, "b": [3]}]'})
    strange = dataclasses.replace(
        episode, turns=tuple(dataclasses.replace(turn, feedback=odd) for turn in episode.turns)
    )
    assert asked_after(stream, 3, strange) == []


def _hotels(world: WorldBase, city: str) -> int:
    return sum(row["city"] == city for row in world.tables["hotels"].values())
