"""Shallow baselines: they see only what a policy sees, do what they are called after, and do it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from tiny_scenario import tiny_scenario

import ftrl_gym  # noqa: F401 - registers the envs
from ftrl_gym.baselines.brute_force import BruteForce
from ftrl_gym.baselines.catalogue import NAMES, policy_named
from ftrl_gym.baselines.constant import WORDS, Constant
from ftrl_gym.baselines.explaining import explain, explain_answer
from ftrl_gym.baselines.formulas import Cell, Changed, Column, Compared, Folded, Known, Pick, Slot, Slots, Unknown
from ftrl_gym.baselines.lessons import learn
from ftrl_gym.baselines.masking import masked, mentions
from ftrl_gym.baselines.retrieval import Retrieval
from ftrl_gym.baselines.shallow import BASELINES, OneForEach, measure, template_parser
from ftrl_gym.baselines.sight import Result, Sight
from ftrl_gym.baselines.template_parser import TemplateParser
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import FtrlGymError
from ftrl_gym.policies import Oracle, Policy
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.trajectory import Trajectory, run_episode

Env = gym.Env[str, str]


class Blindfolded:
    """A policy that is not shown the environment."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        self.policy.begin(None, observation, info)

    def act(self, observation: str, info: dict[str, Any]) -> str:
        return self.policy.act(observation, info)


@pytest.fixture(scope="module")
def travel() -> Env:
    return gym.make("ftrl/TravelBooking-v0", split="test", docs="signature")


@pytest.fixture(scope="module")
def train() -> Env:
    return gym.make("ftrl/TravelBooking-v0", split="train", docs="signature")


@pytest.fixture(scope="module")
def parser(train: Env) -> TemplateParser:
    return TemplateParser.fitted(train, [f"train-{number:05d}" for number in range(0, 1200, 8)])


def play(env: Env, policy: Policy, task: str) -> Trajectory:
    return run_episode(env, policy, options={"task": task})


def outcomes(env: Env, policy: Policy, count: int = 40) -> float:
    ids = [f"test-{number:05d}" for number in range(0, 240, 240 // count)]
    return sum(play(env, policy, task).score["outcome"] for task in ids) / len(ids)


@pytest.mark.parametrize("task", ["test-00000", "test-00120", "test-00164", "test-00250", "test-00390"])
def test_baselines_do_not_look_at_the_environment_and_repeat_themselves(
    task: str, travel: Env, parser: TemplateParser
) -> None:
    for policy in (Retrieval(), Retrieval(first_row=True), BruteForce(turns=3), parser, Constant(WORDS["yes"])):
        blind = Blindfolded(policy)
        assert play(travel, blind, task) == play(travel, blind, task)


def test_a_whim_comes_from_the_seed(travel: Env) -> None:
    one, same, other = (Retrieval(seed=seed, temperature=1.0) for seed in (1, 1, 2))
    tasks = ["test-00000", "test-00040", "test-00080"]
    assert [play(travel, one, task) for task in tasks] == [play(travel, same, task) for task in tasks]
    assert [play(travel, one, task) for task in tasks] != [play(travel, other, task) for task in tasks]


def test_retrieval_answers_a_plain_question_and_a_constant_does_not(travel: Env) -> None:
    assert play(travel, Retrieval(), "test-00164").episode_return == pytest.approx(1.0)
    assert all(play(travel, Constant(text), "test-00164").episode_return == 0.0 for text in WORDS.values())


def test_the_template_parser_learns(travel: Env, parser: TemplateParser) -> None:
    untaught = TemplateParser([])
    assert outcomes(travel, parser) > outcomes(travel, untaught) == outcomes(travel, Retrieval())


def test_the_template_parser_knows_what_it_was_taught(train: Env, parser: TemplateParser) -> None:
    ids = [f"train-{number:05d}" for number in range(0, 240, 8)]
    played = [play(train, parser, task) for task in ids]
    assert sum(one.score["outcome"] for one in played) > 0.85 * len(ids)


def test_brute_force_makes_grounded_calls_and_pays_for_them(travel: Env) -> None:
    played = play(travel, BruteForce(), "test-00164")
    statuses = {call["status"] for turn in played.turns for call in turn.calls}
    assert statuses <= {"ok", "tool_error"}
    assert played.score["recall"] == 1.0 and played.score["waste"] > 100
    assert played.score["precision"] < 0.02


def test_brute_force_changes_nothing(travel: Env) -> None:
    base = travel.unwrapped
    assert isinstance(base, ToolUseEnv)
    for task in ("test-00000", "test-00200", "test-00390"):
        play(travel, BruteForce(turns=6), task)
        assert base.world is not None and not base.world.touched


@pytest.mark.parametrize("features", [["state", "user"], ["impossible"], ["errors", "long", "confusable"]])
def test_baselines_play_endless_tasks_of_any_sort(features: list[str], parser: TemplateParser) -> None:
    env = gym.make("ftrl/TravelBooking-v0", split="test", tasks="endless", features=features, docs="signature")
    for seed in range(2):
        for policy in (Retrieval(), Retrieval(first_row=True), BruteForce(turns=2), parser):
            played = run_episode(env, Blindfolded(policy), seed=seed)
            assert played.end is not None and 0 <= played.episode_return <= 1


def test_what_is_impossible_is_seen_by_the_missing_tool(train: Env) -> None:
    env = gym.make("ftrl/TravelBooking-v0", split="train", tasks="endless", features=["impossible"], docs="signature")
    tasks = env.unwrapped.taskset  # type: ignore[attr-defined]
    seed = next(s for s in range(40) if tasks.get(f"endless-{s}").outcome.kind == "impossible")
    taught = TemplateParser.fitted(env, [f"endless-{seed - 1}"])
    assert play(env, taught, f"endless-{seed - 1}").score["outcome"] == 1.0
    assert play(env, taught, f"endless-{seed}").episode_return == pytest.approx(1.0)


# --- its parts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("Does KX482 leave Porto on 12 May?", "Does <code> leave <name> on <date>?"),
        ("Option A is the gate of LT3635. Is option A near?", "Option A is the gate of <code>. Is option A near?"),
        ('The figure in the rule "change fee", please.', 'The figure in the rule "<name>", please.'),
        ("Is it above 11,000 euros at 14:30?", "Is it above <number> euros at <time>?"),
        ("Anna Berg's doctor, in 3 days", "<name>'s doctor, <date>"),
    ],
)
def test_templates(text: str, template: str) -> None:
    assert masked(text, mentions(text, "2026-05-04")) == template


ROWS = [{"name": "Aster", "stars": 3, "price": 80}, {"name": "Birch", "stars": 5, "price": 120}]


def known(text: str) -> Known:
    return Known(mentions(text, "2026-05-04"), {0: [Result(("search", {}), {"hotels": ROWS}, None)]})


def test_a_value_is_explained_by_the_row_it_stands_in() -> None:
    now = known("The price of the Birch in Porto")
    found = explain(120, now)
    assert Cell(0, "hotels", "price", Pick((("name", Slot("name", 0)),))) in found
    assert Cell(0, "hotels", "price", Pick(extreme="stars", most=True)) in found
    assert all(formula.value(now) == 120 for formula in found)


@pytest.mark.parametrize(
    ("value", "facts", "formula"),
    [
        (200, [80, 120], Folded("sum", Column(0, "hotels", "price"))),
        (2, [], Folded("count", Column(0, "hotels", "name"))),
        (["Aster", "Birch"], [], Column(0, "hotels", "name")),
        (True, [120], Compared(Cell(0, "hotels", "price", Pick(extreme="price", most=True)), ">", Slot("number", 0))),
        (190, [120], Changed(Cell(0, "hotels", "price", Pick(extreme="price", most=True)), "+", Slot("number", 0))),
    ],
)
def test_answers_are_explained(value: Any, facts: list[Any], formula: Any) -> None:
    found = explain_answer(value, facts, known("Is it above 70?"))
    assert formula in found
    assert all(each.value(known("Is it above 70?")) == value for each in found)


def test_a_formula_that_does_not_apply_says_so() -> None:
    nothing = Known([], {})
    for formula in (Slot("name", 0), Slots("name"), Cell(0, "", "name"), Column(0, "", "name")):
        with pytest.raises(Unknown):
            formula.value(nothing)


def test_alternatives_are_read_off_a_document() -> None:
    properties = {name: {"type": "string"} for name in ("id", "first", "last", "day")}
    parameters = {"type": "object", "properties": properties, "required": ["day"]}
    about = {
        "name": "f",
        "description": "A person. Give exactly one of id and (first and last).",
        "parameters": parameters,
    }
    messages = [{"role": "system", "content": ""}, {"role": "user", "content": "Who?"}]
    sight = Sight({"messages": messages, "tools": [{"type": "function", "function": about}]})
    assert [{leaf.path for leaf in way} for way in sight.tools["f"].ways] == [{"id", "day"}, {"first", "last", "day"}]


def test_a_lesson_of_a_chain_follows_another_chain(train: Env) -> None:
    base = train.unwrapped
    assert isinstance(base, ToolUseEnv)
    played = play(train, Oracle(), "train-00000")
    lesson = learn(played, base.task)
    assert lesson is not None and lesson.steps and any(step.arguments for step in lesson.steps)
    assert [step.tool for step in lesson.steps] == [call.tool for call in base.task.plans[0].calls()][
        : len(lesson.steps)
    ]
    assert all(argument.ways for step in lesson.steps for argument in step.arguments)


# --- together ------------------------------------------------------------------------------------------------------


def test_every_baseline_is_measured(tmp_path: Path) -> None:
    scenario = tiny_scenario(tmp_path)
    tasks = {split: ScenarioTaskSet(scenario, split=split) for split in ("train", "test")}
    ticks: list[None] = []
    parser = OneForEach({"test": template_parser(tasks["train"])}, lambda task_id: task_id.partition("-")[0])
    earned = list(measure(tasks["test"], tasks["test"].ids(), parser, on_episode=lambda: ticks.append(None)))
    assert [one.baseline for one in earned] == list(BASELINES)
    assert len(ticks) == 2 * (len(WORDS) + len(BASELINES) - 1)
    assert all(one.split == "test" and one.tasks == 2 and 0 <= one.outcome <= 1 for one in earned)
    taught = next(one for one in earned if one.baseline == "template-parser")
    assert taught.outcome >= 0.5, "the test question is a training question with another name"


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_policy(name: str, tmp_path: Path) -> None:
    env = VerifiableReward(ToolUseEnv(ScenarioTaskSet(tiny_scenario(tmp_path), split="train")))
    policy = policy_named(name, lambda: TemplateParser([]))
    assert run_episode(env, policy, options={"task": "train-00000"}).end is not None


def test_a_policy_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_shallow.py").write_text(
        "from ftrl_gym.policies import DoNothing\n\ndef make():\n    return DoNothing()\n\ndef wrong():\n    return 5\n"
    )
    (tmp_path / "my_broken.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    def told(name: str) -> str:
        with pytest.raises(FtrlGymError) as caught:
            policy_named(name, lambda: TemplateParser([]))
        return str(caught.value)

    assert policy_named("my_shallow:make", lambda: TemplateParser([])).act("", {}) == "I do not know."
    assert "did you mean 'retrieval'" in told("retrival")
    assert "Known: DoNothing, make, wrong" in told("my_shallow:mke")
    assert "made a int, which has no begin() and act()" in told("my_shallow:wrong")
    assert "ZeroDivisionError" in told("my_broken:make")
    assert "cannot import no_such_module" in told("no_such_module:make")
