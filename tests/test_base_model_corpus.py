"""The base model's corpus: what it is made of, that it is played well, and that it repeats itself exactly."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch")

from ftrl_agents.base_model import CONTEXT
from ftrl_agents.corpus import encode
from ftrl_agents.corpus_blocks import (
    EASY,
    FULL,
    NEVER_TRAINED,
    PLAIN,
    SEED_STEP,
    TRAINED,
    Mixture,
    Recipe,
    block_of,
    wanted,
)
from ftrl_agents.corpus_tasks import CorpusTasks, corpus_env, corpus_task, task_id
from ftrl_agents.demonstrations import Demonstrator
from ftrl_agents.scenario_corpus import (
    HELD_OUT,
    LONGEST,
    WORLDS,
    ScenarioMaker,
    ScenarioStream,
    habit_maker,
    tokenizer_texts,
)
from ftrl_agents.tokenizer import train_tokenizer
from ftrl_gym.construct.endless import PER_WORLD
from ftrl_gym.construct.scenarios import FIRST, names
from ftrl_gym.construct.variants.design import split_of
from ftrl_gym.errors import UnknownNameError
from ftrl_gym.task import OutcomeKind, Split
from ftrl_gym.trajectory import run_episode

FEW = Recipe(scenarios=("League", "Shop"), travel=1 / 3, easy_blocks=0)
"""Three scenarios, so that a test makes few worlds."""


@pytest.fixture(scope="module")
def stream() -> Iterator[ScenarioStream]:
    yield ScenarioStream(5, FEW, exercises=0.0)


def test_every_scenario_is_trained_on_or_held_out() -> None:
    assert sorted([*TRAINED, *NEVER_TRAINED, FIRST]) == sorted(names())
    assert len(TRAINED) == 2 * (len(NEVER_TRAINED) + 1)


@pytest.mark.parametrize("seed", [0, 3])
def test_the_shares_of_the_scenarios_are_exact(seed: int) -> None:
    blocks = [block_of(seed * SEED_STEP + place * PER_WORLD, Recipe()) for place in range(640)]
    counts = Counter(block.scenario for block in blocks)
    assert counts == {FIRST: 160, **dict.fromkeys(TRAINED, 30)}
    named = Counter(block.names for block in blocks)
    assert 0.4 < named["syllables"] / 640 < 0.5 and 0.4 < named["blended"] / 640 < 0.5 and named["real"] > 20
    assert abs(sum(block.variant == 0 for block in blocks) / 640 - PLAIN) < 0.05
    variants = {block.variant for block in blocks if block.variant}
    drawn = sum(block.variant != 0 for block in blocks)
    assert len(variants) > 0.95 * drawn and {split_of(number) for number in variants} == {Split.TRAIN}
    assert [block.mixture for block in blocks].count(EASY) == Recipe().easy_blocks
    assert len({b.scenario for b in blocks[: 2 * WORLDS]}) > 10  # what is learned from at once is of many


def test_test_blocks_have_test_variants_and_no_train_world() -> None:
    for held in HELD_OUT.values():
        env = held.env()
        tasks = held.tasks(32)
        assert len(set(tasks)) == 32
        taskset = env.unwrapped.taskset  # type: ignore[attr-defined]
        blocks = [taskset.block(task) for task in tasks]
        assert {block.scenario for block in blocks} == set(held.recipe.scenarios)
        assert {split_of(block.variant) for block in blocks} <= {None, Split.TEST}
        assert {block.names for block in blocks} == {"real"}
        assert {block.mixture for block in blocks} == {FULL}


def test_held_out_tasks_can_be_solved() -> None:
    held = HELD_OUT["never"]
    env = held.env()
    for task in held.tasks(40)[:4]:
        episode = run_episode(env, Demonstrator(0), options={"task": task})
        assert episode.episode_return == pytest.approx(1.0)
        assert env.unwrapped.task.split is Split.TEST  # type: ignore[attr-defined]


def test_a_stream_is_reproducible_and_its_seeds_differ(stream: ScenarioStream) -> None:
    same, other = ScenarioStream(5, FEW, exercises=0.0), ScenarioStream(6, FEW, exercises=0.0)
    assert stream.episode(70).to_json() == same.episode(70).to_json()
    assert stream.episode(70).messages()[1] != other.episode(70).messages()[1]


def test_every_conversation_is_played_well(stream: ScenarioStream) -> None:
    played = [stream.episode(number) for number in range(48)]
    assert [one.episode_return for one in played] == pytest.approx([1.0] * 48)
    assert {stream.block(number).scenario for number in range(48)} == {FIRST, "League", "Shop"}
    assert len({one.opening[0]["content"].split(".")[0] for one in played}) == 3  # each scenario's own instruction


@pytest.mark.parametrize(
    "features", [("state",), ("state", "user"), ("user",), ("impossible",), ("direct",), ("errors",)], ids="+".join
)
def test_tasks_with_dials_are_played_well_too(features: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    only = Mixture(((0.25, 1.0),), ((features, 1.0),))
    monkeypatch.setattr("ftrl_agents.corpus_blocks.FULL", only)
    recipe = dataclasses.replace(FEW, plain=1.0, chatter=0.0)
    env = corpus_env(recipe)
    seen = []
    for number in range(6):
        episode = run_episode(env, Demonstrator(0), options={"task": task_id(number)})
        assert episode.episode_return == pytest.approx(1.0)
        seen.append(env.unwrapped.task.features)  # type: ignore[attr-defined]
    assert seen.count(tuple(sorted(features))) >= 3  # a world has not every sort of them


def test_minimal_pairs_stand_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftrl_agents.corpus_blocks.FULL", Mixture(FULL.difficulties, ((("impossible",), 1.0),)))
    recipe = dataclasses.replace(FEW, chatter=0.0)
    one, twin = corpus_task(2, recipe), corpus_task(3, recipe)
    assert one.question == twin.question
    assert {one.outcome.kind, twin.outcome.kind} >= {OutcomeKind.IMPOSSIBLE}
    like = [wanted(number, block_of(number, recipe), recipe) for number in range(20)]
    assert like[::2] == like[1::2]


def test_the_second_phase_has_flaws_in_four_of_five_and_other_worlds() -> None:
    maker = habit_maker(Path("unused"), 5, FEW.travel, 0.8)
    stream = ScenarioStream(maker.seed, dataclasses.replace(FEW, plain=0.5), maker.exercises, maker.flawed)
    played = [stream.episode(number) for number in range(48)]
    flawed = [one for one in played if one.episode_return < 0.999]
    assert 0.6 < len(flawed) / 48 < 0.95
    assert maker.recipe == Recipe(travel=FEW.travel, easy_blocks=0) and maker.exercises == 0.0
    worlds = {ScenarioStream(5, FEW)._task(number) // PER_WORLD for number in range(48)}
    assert worlds.isdisjoint(stream._task(number) // PER_WORLD for number in range(48))


def test_no_conversation_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = train_tokenizer(tokenizer_texts(0, worlds=WORLDS, per_world=2, recipe=FEW), vocabulary=1_000)
    tokenizer.save_pretrained(tmp_path)
    usual = ScenarioMaker(tmp_path, 5, FEW, exercises=0.0)()
    lengths = {number: len(usual(number).ids) for number in range(24)}
    assert max(lengths.values()) <= LONGEST < CONTEXT
    limit = sorted(lengths.values())[12]
    monkeypatch.setattr("ftrl_agents.scenario_corpus.LONGEST", limit)
    kept = {number: len(usual(number).ids) for number in range(24)}
    assert all(kept[number] == lengths[number] for number in lengths if lengths[number] <= limit)
    assert sum(kept.values()) < sum(lengths.values())
    assert usual(0).source == ScenarioStream(5, FEW).block(0).scenario


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="corpus-<number>"):
        CorpusTasks(FEW).get("endless-1")


def test_chatter_stands_around_a_question_that_stays_whole() -> None:
    plain, chatty = (dataclasses.replace(FEW, chatter=share) for share in (0.0, 1.0))
    for number in range(12):
        one, other = corpus_task(number, plain), corpus_task(number, chatty)
        assert one.question[:-1] in other.question and len(other.question) > len(one.question) + 5
        assert one.plans == other.plans


def test_ids_are_cut_alike_in_a_question_and_in_a_call(stream: ScenarioStream) -> None:
    episodes = [stream.episode(number) for number in range(24)]
    tokenizer = train_tokenizer((str(one.messages()) for one in episodes), vocabulary=1_000)
    copied = 0
    for one in episodes:
        question = str(one.opening[1]["content"])
        ids = tokenizer(question)["input_ids"]
        for turn in one.turns:
            for value in json.dumps(turn.text, ensure_ascii=False).split('\\"'):
                if value in question and any(letter.isdigit() for letter in value):
                    inside = encode(tokenizer, [{"role": "assistant", "content": f'{{"no": "{value}"}}'}]).ids.tolist()
                    alone = tokenizer(value)["input_ids"]
                    for text in (ids, inside):
                        assert any(text[i : i + len(alone)] == alone for i in range(len(text))), value
                    copied += 1
    assert copied > 5


def test_exercises_ask_for_what_was_told() -> None:
    stream = ScenarioStream(0, FEW, exercises=1.0)
    copied = read = reckoned = 0
    for number in range(60):
        messages = stream.conversation(number)
        said = [str(m["content"]) for m in messages if m["role"] == "assistant"]
        if any(m["role"] == "tool" for m in messages):
            told = next(json.loads(m["content"]) for m in messages if m["role"] == "tool")
            rows = next(iter(told.values())) if isinstance(next(iter(told.values())), list) else [told]
            for text in said[1:]:
                note, answer = re.fullmatch(r"<think>(.*)</think>\n<answer>(.*)</answer>", text).groups()  # type: ignore[union-attr]
                shown = [(row, field) for row in rows for field, value in row.items() if answer.startswith(str(value))]
                # The note names the thing as what stands first in its record, unless that is what was asked for.
                names = {f"{next(iter(row.values()))} {field} {row[field]}" for row, field in shown}
                assert note in names or note in {f"{field} {row[field]}" for row, field in shown}, messages
                read += 1
        elif "<tool_call>" in said[0]:
            call = json.loads(said[0].removeprefix("<tool_call>\n").removesuffix("\n</tool_call>"))
            told = str(messages[-2]["content"])
            days = {"day", "until", "from"} & call["arguments"].keys()
            assert all(str(value) in told for name, value in call["arguments"].items() if name not in days)
            for name in days:
                day = datetime.date.fromisoformat(call["arguments"][name])
                assert f"{day.day} {day:%B}" in told or f"{day:%B} {day.day}" in told
            copied += 1
        elif str(messages[-2]["content"]).startswith(("Work out: ", "Reckon: ", "What do these come to: ")):
            reckoned += 1  # whether it is right is looked at in test_workings.py
        else:
            assert said[0] in str(messages[-2]["content"])
            copied += 1
    assert read > 30 and copied > 12 and reckoned > 8
