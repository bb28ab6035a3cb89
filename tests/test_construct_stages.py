"""The five stages: pure, serialisable, and each does what its place in the line says."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from ftrl_gym.construct.answering import Ground, NoQuestion
from ftrl_gym.construct.briefs import brief_for, hops_of, operation_level, width_of
from ftrl_gym.construct.decompose import decompose
from ftrl_gym.construct.document import document
from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.integrate import integrate
from ftrl_gym.construct.objects import Brief, Decomposition, Documented, Integrated, Scaled, Scalings
from ftrl_gym.construct.offering import FEWEST
from ftrl_gym.construct.requests import decompose_request
from ftrl_gym.construct.scale import design_of, scale
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.task import Kind, Split


@pytest.fixture(scope="module")
def travel() -> Ground:
    return scenario("TravelBooking").ground(scenario("TravelBooking").make_world(11, "real"))


def _brief(kind: Kind, seed: int = 0, difficulty: float = 0.5, features: tuple[str, ...] = ()) -> Brief:
    return brief_for(random.Random(seed), seed, Split.TRAIN, "w", kind, difficulty, features, scenario="TravelBooking")


def _decomposed(brief: Brief, travel: Ground) -> Decomposition:
    stage = decompose_request if "state" in brief.features else decompose
    for attempt in range(200):
        try:
            return stage(brief.model_copy(update={"attempt": attempt}), travel)
        except NoQuestion:
            continue
    raise AssertionError("no question in 200 draws")


@pytest.mark.parametrize("features", [(), ("user",), ("state",), ("state", "user")])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_stage_object_survives_json_and_is_made_again(
    kind: Kind, features: tuple[str, ...], travel: Ground
) -> None:
    source = scenario("TravelBooking")
    first = _decomposed(_brief(kind, 3, features=features), travel)
    assert _decomposed(_brief(kind, 3, features=features), travel) == first
    documented = document(first, source.pool.documents)
    integrated = integrate(documented, source.toolset(design_of(first.brief, scaled=False)))
    scaled = scale(integrated, source.toolset(design_of(first.brief)))
    stages = (Decomposition, first), (Documented, documented), (Integrated, integrated), (Scaled, scaled)
    for model, made in stages:
        assert model.model_validate_json(made.model_dump_json(by_alias=True)) == made
    assert first.brief.provenance.writer == "procedural"
    assert len(documented.documents) == len(first.sub_questions) >= len(integrated.tools)
    assert set(integrated.serves) == {sub.id for sub in first.sub_questions}
    gold = {call.tool for call in scaled.calls}
    assert gold <= set(scaled.tools)
    assert scaled.distractors == len(scaled.tools) - len(gold)
    assert {sub for call in scaled.calls for sub in call.answers} == {sub.id for sub in first.sub_questions}


def test_a_narrow_document_asks_for_what_its_call_passes_and_returns_one_fact(travel: Ground) -> None:
    first = _decomposed(_brief(Kind.MULTI_HOP, 5), travel)
    calls = {sub: call for call in first.calls for sub in call.answers}
    for narrow in document(first, scenario("TravelBooking").pool.documents).documents:
        sub = next(s for s in first.sub_questions if s.id in narrow.sub_questions)
        assert sub.fact is not None
        assert set(narrow.tool.parameters["properties"]) == set(calls[sub.id].arguments)
        attributes = {a for source in narrow.tool.returns.facts for a in source.fields.values()}
        keys = {source.fields.get(k) for source in narrow.tool.returns.facts for k in source.key}
        assert attributes <= keys | {sub.fact.attribute}


def test_hops_width_and_distractors_grow_with_difficulty(travel: Ground) -> None:
    levels = [n / 20 for n in range(21)]
    for kind in Kind:
        assert [hops_of(kind, d) for d in levels] == sorted(hops_of(kind, d) for d in levels)
        assert [width_of(kind, d) for d in levels] == sorted(width_of(kind, d) for d in levels)
    assert [operation_level(d) for d in levels] == sorted(operation_level(d) for d in levels)
    assert (hops_of(Kind.MULTI_HOP, 0), hops_of(Kind.MULTI_HOP, 1)) == (2, 10)
    assert (width_of(Kind.PARALLEL_MULTI_HOP, 0), width_of(Kind.PARALLEL_MULTI_HOP, 1)) == (2, 4)
    plain = scenario("TravelBooking").toolset(Design())
    first = _decomposed(_brief(Kind.SINGLE_HOP, 8), travel)
    counts = []
    for difficulty in levels:
        dials = Scalings.of(difficulty, ["extension"])
        moved = first.model_copy(update={"brief": first.brief.model_copy(update={"scalings": dials})})
        counts.append(scale(integrate(document(moved, plain.documents), plain), plain).distractors)
    assert counts == sorted(counts)
    assert counts[0] == FEWEST
    assert counts[-1] >= len(plain.documents) - 8


@pytest.mark.parametrize("kind", [Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP])
def test_the_depth_asked_for_is_the_depth_made(kind: Kind) -> None:
    for difficulty in (0.0, 0.5, 1.0):
        task = endless_task(7, kinds=[kind], difficulty=difficulty, certify="quick")
        assert task.hops == hops_of(kind, difficulty)
        assert task.kind is kind


def test_a_question_depends_on_nothing_but_its_seed() -> None:
    code = (
        "import hashlib, json\n"
        "from ftrl_gym.construct.endless import endless_task\n"
        "wish = dict(names='mixed', features=('state', 'user'), certify='quick')\n"
        "tasks = [endless_task(n, 'test', **wish) for n in range(12)]\n"
        "print(hashlib.sha256(json.dumps([t.model_dump(mode='json') for t in tasks]).encode()).hexdigest())\n"
    )
    runs = []
    for hash_seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ".", "PATH": ""}
        runs.append(
            subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
        )
    assert runs[0] == runs[1] != b""


def test_wishes_that_cannot_be_are_told() -> None:
    with pytest.raises(UnknownNameError, match="users"):
        endless_task(0, features=("users",))
    with pytest.raises(UnknownNameError, match="syllable"):
        endless_task(0, names="syllable")
    with pytest.raises(UsageError, match="0 to 1"):
        endless_task(0, difficulty=2)


def test_stage_objects_are_plain_json(travel: Ground) -> None:
    first = _decomposed(_brief(Kind.PARALLEL_MULTI_HOP, 2, features=("state",)), travel)
    assert json.loads(first.model_dump_json())["brief"]["features"] == ["state"]


def test_a_request_that_a_rule_decides_without_a_look_is_no_task() -> None:
    """One that asks for a Sunday, say, where the office is closed: nothing would be left to be found out."""
    realty = scenario("RealEstate")
    ground = realty.ground(realty.make_world(11, "real"))
    brief = brief_for(
        random.Random(0), 0, Split.TRAIN, "w", Kind.MULTI_HOP, 0.95, ("rules", "state"), scenario="RealEstate"
    )
    with pytest.raises(NoQuestion, match="decides it before anything is looked up"):
        decompose_request(brief.model_copy(update={"attempt": 8}), ground)
