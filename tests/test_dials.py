"""Dials: house rules, minimal pairs of what cannot be done and what needs no tool, and tools that fail on the way."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ftrl_gym.conditions import decided
from ftrl_gym.construct.briefs import easing
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.declare import Also, Clause, Declaration, Fix, Forbid
from ftrl_gym.construct.declare.checking import check
from ftrl_gym.construct.endless import endless_brief, endless_writer
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.worlds.bank import BANK
from ftrl_gym.construct.worlds.real_estate import REAL_ESTATE
from ftrl_gym.construct.writer import write_first
from ftrl_gym.counterpart import CONFIRMATION
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import ConstructionError, UsageError
from ftrl_gym.policies import Scripted, ending_text, plan_text
from ftrl_gym.registration import make_scenario_env
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import Kind, OutcomeKind, ScriptedUser, Task, ToolEventKind
from ftrl_gym.tooldoc import Effect
from ftrl_gym.trajectory import run_episode


@functools.cache
def made(name: str, features: tuple[str, ...], seeds: int, difficulty: float, kinds: tuple[Kind, ...]) -> list[Task]:
    """Certified tasks with the dials on."""
    tasks = []
    for seed in range(seeds):
        brief = endless_brief(seed, scenario=name, always=features, difficulty=difficulty, kinds=kinds or None)
        tasks.append(write_first(endless_writer(name, Depth.FULL), easing(brief), f"endless-{seed}"))
    return tasks


HOPS = (Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP)


def ruled() -> list[Task]:
    return [task for task in made("Bank", ("rules",), 40, 0.9, HOPS) if "rules" in task.features]


class _One:
    """A task set that holds one task."""

    def __init__(self, task: Task) -> None:
        from ftrl_gym.construct.endless import world_of
        from ftrl_gym.construct.variants.design import Design
        from ftrl_gym.world import World

        source = scenario("Bank" if "Bank" in task.world else "Shop")
        self.name, self._instruction, self._task = source.name, source.instruction, task
        toolset = source.toolset(Design.named(task.toolset) if task.toolset else Design())
        self._documents, self._toolbox = toolset.documents, toolset.pool.toolbox
        self._world = lambda: World(world_of(task.world))

    def instruction(self, task: Task) -> str:
        return self._instruction

    def ids(self) -> Sequence[str]:
        return [self._task.id]

    def get(self, task_id: str) -> Task:
        return self._task

    def draw(self, rng: object) -> Task:
        return self._task

    def documents(self, task: Task) -> tuple[object, ...]:
        return tuple(self._documents[name] for name in task.tools)

    def toolbox(self, task: Task) -> object:
        return self._toolbox

    def world(self, task: Task) -> object:
        return self._world()


def earned(task: Task, texts: Sequence[str]) -> tuple[float, float]:
    """Return and outcome of an episode that says these texts."""
    env = VerifiableReward(ToolUseEnv(_One(task)))  # type: ignore[arg-type]
    episode = run_episode(env, Scripted(texts))
    return episode.episode_return, episode.score["outcome"]


# --- house rules -----------------------------------------------------------------------------------------------------


def test_house_rules_change_what_is_right_in_a_good_part_of_the_tasks() -> None:
    tasks = ruled()
    changed = [task for task in tasks if any(judgement.holds for judgement in task.judgements)]
    refused = [task for task in tasks if task.outcome.kind is OutcomeKind.REFUSE]
    assert len(changed) >= 0.3 * len(tasks) and refused and len(refused) < len(tasks)


def test_the_policy_text_says_the_rules_that_matter_with_their_figures() -> None:
    for task in ruled():
        assert "<answer>refused</answer>" in task.policy_text
        for judgement in task.judgements:
            assert judgement.topic in task.policy_text.lower() or judgement.topic in task.policy_text


def test_rules_are_judged_by_the_facts_that_the_sub_questions_find() -> None:
    for task in ruled():
        facts = {sub.id: sub.fact.value for sub in task.sub_questions if sub.fact is not None}
        for judgement in task.judgements:
            assert decided(judgement.condition, facts, "2026-05-04") is judgement.holds
        forbidden = [each for each in task.judgements if each.holds and each.then == "refuse"]
        assert bool(forbidden) is (task.outcome.kind is OutcomeKind.REFUSE)


def test_who_refuses_without_looking_earns_nothing_and_who_acts_all_the_same_neither() -> None:
    task = next(task for task in ruled() if task.outcome.kind is OutcomeKind.REFUSE)
    assert earned(task, ["<answer>refused</answer>"]) == (0.0, 0.0)
    assert earned(task, [*map(plan_text, task.plans[0].turns), ending_text(task.outcome)]) == (1.0, 1.0)
    assert earned(task, [*map(plan_text, task.plans[0].turns), "Done."])[1] == 0.0


def test_who_acts_without_looking_has_not_earned_the_outcome() -> None:
    task = next(t for t in ruled() if t.outcome.kind is OutcomeKind.STATE and t.outcome.earned_by and len(t.plans) == 1)
    looked = set(task.outcome.earned_by)
    turns = [
        turn.model_copy(update={"calls": tuple(call for call in turn.calls if not looked & set(call.solves))})
        for turn in task.plans[0].turns
    ]
    assert earned(task, [*(plan_text(turn) for turn in turns if turn.calls), "Done."])[1] == 0.0


def test_what_was_done_is_not_called_refused() -> None:
    task = made("Shop", ("state",), 1, 0.3, ())[0]
    turns = [plan_text(turn) for turn in task.plans[0].turns]
    assert earned(task, [*turns, "Done."])[1] == earned(task, [*turns, "<answer>done</answer>"])[1] == 1.0
    for false in ("refused", "Impossible."):
        assert earned(task, [*turns, f"<answer>{false}</answer>"])[1] == 0.0


def _bank(*clauses: Clause) -> Declaration:
    return replace(BANK, clauses=clauses)


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        (Clause("a", "x", "block_cart", "card.limit > 3"), "no action; there are make_transfer"),
        (Clause("a", "x {}", "block_card", "card.limit > figure"), "values to draw the figure from"),
        (Clause("a", "x {}", "block_card", "card.limit > 3", Forbid(), (1,)), "use figure in when"),
        (Clause("a", "x", "block_card", "card.limits > 3"), "no column 'limits'"),
        (Clause("a", "x", "block_card", "count('card', account=card.account) > 2"), "use columns of the rows"),
        (Clause("a", "x", "block_card", ""), "nothing has to be found out"),
        (Clause("a", "x", "block_card", "card.limit > 3", Fix("reason", "lust")), "reason: lost, stolen, damaged"),
        (Clause("a", "x", "block_card", "card.limit > 3", Also("freeze_account", {"account": "card"})), "is wanted"),
        (Clause("a", "x", "", "card.limit > 3"), "about no action"),
    ],
)
def test_a_clause_that_cannot_be_kept_is_told_with_its_mend(clause: Clause, told: str) -> None:
    with pytest.raises(ConstructionError, match="clause 'a'") as caught:
        check(_bank(clause))
    assert told in str(caught.value)


def test_a_condition_does_not_go_on_from_what_is_of_several_kinds() -> None:
    through = Clause("a", "x", "cancel_viewing", "viewing.property.owner.lives == 'abroad'")
    with pytest.raises(ConstructionError, match="property is of several kinds"):
        check(replace(REAL_ESTATE, clauses=(through,)))


# --- minimal pairs ---------------------------------------------------------------------------------------------------


def pairs(feature: str) -> list[tuple[Task, Task]]:
    """(what tools solve, its twin)."""
    tasks = made("Shop", (feature,) if feature == "direct" else (feature, "state"), 24, 0.6, ())
    return [(one, other) for one, other in zip(tasks[::2], tasks[1::2], strict=True) if feature in one.features]


def test_twins_differ_in_nothing_but_what_makes_the_difference() -> None:
    for one, other in pairs("impossible"):
        assert (one.question, one.world, one.kind, one.policy_text) == (
            other.question, other.world, other.kind, other.policy_text,
        )  # fmt: skip
        assert other.outcome.kind is OutcomeKind.IMPOSSIBLE and one.outcome.kind is not OutcomeKind.IMPOSSIBLE
        assert abs(len(one.tools) - len(other.tools)) <= 2
    for one, other in pairs("direct"):
        assert other.question.startswith(one.question) and one.tools == other.tools
        assert one.outcome.answer == other.outcome.answer and not other.sub_questions


def test_no_offered_tool_speaks_of_what_is_missing() -> None:
    for _, task in pairs("impossible"):
        assert task.missing
        documents = _One(task).documents(task)
        for document in documents:
            if document.effect is Effect.READ:  # type: ignore[attr-defined]
                told = {f"{s.entity}.{a}" for s in document.returns.facts for a in s.fields.values()}  # type: ignore[attr-defined]
                assert not told & set(task.missing)


@pytest.mark.parametrize("feature", ["impossible", "direct"])
def test_no_constant_answer_is_right_in_more_than_half_of_the_pairs(feature: str) -> None:
    both = pairs(feature)
    assert len(both) >= 4
    for constant in ("<answer>impossible</answer>", "<answer>refused</answer>", "Done."):
        right = [earned(task, [constant])[1] for pair in both for task in pair]
        assert sum(right) / len(right) <= 0.5
        assert all(earned(one, [constant])[1] == 0.0 for one, _ in both)


def test_calls_that_nothing_needs_cost() -> None:
    _, task = pairs("direct")[0]
    needless = '<tool_call>\n{"name": "nothing", "arguments": {}}\n</tool_call>'
    assert earned(task, [ending_text(task.outcome)]) == (1.0, 1.0)
    assert earned(task, [needless, ending_text(task.outcome)])[0] < 1.0


# --- errors ----------------------------------------------------------------------------------------------------------


def faulty() -> list[Task]:
    tasks = made("Shop", ("errors", "state"), 30, 0.5, ())
    return [task for task in tasks if "errors" in task.features]


def test_a_tool_that_is_out_of_order_is_called_again_for_free() -> None:
    task = next(task for task in faulty() if task.timeline)
    event = task.timeline[0]
    assert event.kind is ToolEventKind.FAILS and any(call.fails for call in task.plans[0].calls())
    turns = [*map(plan_text, task.plans[0].turns), ending_text(task.outcome)]
    assert earned(task, turns)[0] == pytest.approx(1.0)
    assert earned(task, [turns[0], *turns])[0] < 1.0  # but a call that did work is not free twice


def test_a_refusal_on_the_way_calls_for_the_detour_that_the_asker_names() -> None:
    task = next(task for task in faulty() if not task.timeline)
    calls = task.plans[0].calls()
    tried = next(call for call in calls if call.fails)
    done = next(call for call in calls if call.tool == tried.tool and not call.fails)
    assert tried.arguments != done.arguments and not tried.solves and done.solves
    turns = [*map(plan_text, task.plans[0].turns), ending_text(task.outcome)]
    assert earned(task, turns) == (pytest.approx(1.0), 1.0)
    spared = [
        turn.model_copy(update={"calls": tuple(c for c in turn.calls if not c.fails)}) for turn in task.plans[0].turns
    ]
    assert earned(task, [*(plan_text(turn) for turn in spared if turn.calls), ending_text(task.outcome)])[1] == 1.0


@pytest.mark.parametrize(("name", "feature"), [("Genealogy", "state"), ("Clinic", "rules")])
def test_a_dial_that_a_scenario_has_nothing_for_is_refused_with_those_that_have(name: str, feature: str) -> None:
    for seed in range(6):  # whether chance would have it or not
        with pytest.raises(UsageError, match=f"scenario {name} declares no") as caught:
            endless_brief(seed, scenario=name, features=[feature])
        assert "Bank" in str(caught.value)
    with pytest.raises(UsageError, match=f"scenario {name} declares no"):
        make_scenario_env(name, tasks="endless", features=["user", feature])


def confirmed() -> list[Task]:
    tasks = [task for name in ("Bank", "Shop") for task in made(name, ("state", "user"), 24, 0.5, ())]
    return [task for task in tasks if isinstance(task.counterpart, ScriptedUser) and task.counterpart.confirms]


def test_what_the_user_wanted_to_be_asked_about_first_is_worth_nothing_without_asking() -> None:
    tasks = confirmed()
    assert len(tasks) >= 4 and any(
        task.counterpart.slots for task in tasks if isinstance(task.counterpart, ScriptedUser)
    )
    for task in tasks:
        turns = list(task.plans[0].turns)
        texts = [*map(plan_text, turns), ending_text(task.outcome)]
        assert earned(task, texts) == (1.0, 1.0)
        asking = next(n for n, turn in enumerate(turns) if turn.say is not None)
        unasked = [plan_text(turn.model_copy(update={"say": None})) for turn in turns]
        silent = [text for n, text in enumerate(unasked) if text or n != asking]
        assert earned(task, [*silent, ending_text(task.outcome)])[1] == 0
        late = [*silent, "That is done. Shall I go ahead?", ending_text(task.outcome)]
        assert earned(task, late)[1] == 0


def test_who_changes_a_detail_before_it_is_done_says_what_it_replaces() -> None:
    changed = 0
    for task in confirmed():
        assert isinstance(task.counterpart, ScriptedUser)
        for slot in task.counterpart.slots:
            if slot.name != CONFIRMATION:
                continue
            before = re.search(r" instead of (.+?)[.]", slot.reply)
            assert before and before[1] in task.question, (task.question, slot.reply)
            changed += 1
    assert changed
