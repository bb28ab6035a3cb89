"""Lists in pages: every row once, pages in plans, their marks and numbers, and the solver that reads them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from long_tasks import SCENARIOS, made, paged

from ftrl_gym.construct.endless import world_of
from ftrl_gym.construct.pages import list_of
from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.construct.trial import Trials
from ftrl_gym.construct.variants import lengthening
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.toolset import Toolset
from ftrl_gym.goal import Goal
from ftrl_gym.grounding import Grounding
from ftrl_gym.matching import Ledger
from ftrl_gym.solver import confirm
from ftrl_gym.task import PlannedCall, PlanTurn, Task
from ftrl_gym.tooldoc import Pages, ToolDocument
from ftrl_gym.world import World


@given(st.integers(0, 60), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_pages_reach_every_row_exactly_once(rows: int, size: int) -> None:
    found = [{"id": f"R{n}", "n": n % 3} for n in range(rows)]
    for cut, page in ((lengthening._page, 1), (lengthening._page_from, None)):
        read: list[Any] = []
        following: Any = page
        while True:
            some, following = cut(found, following, size)  # type: ignore[operator]
            assert len(some) <= size
            read += some
            if following is None:
                break
        assert read == found
    with pytest.raises(ValueError, match="there is no page"):
        lengthening._page(found, 99, size)
    with pytest.raises(ValueError, match="is not of this list"):
        lengthening._page_from(found, "c1x1", size)


def _told_elsewhere(task: Task, call: PlannedCall, following: PlannedCall, toolset: Toolset) -> bool:
    """Whether another list's page before tells of a page with the number that a call leads to."""
    wanted, documents = _page(following, toolset), toolset.documents
    others = [c for c in task.plans[0].calls() if list_of(c, documents) != list_of(call, documents)]
    return any(documents[c.tool].pages is not None and c is not call for c in others) and isinstance(wanted, int)


def _page(call: PlannedCall, toolset: Toolset) -> object:
    pages = toolset.documents[call.tool].pages
    assert pages is not None
    return call.arguments.get(pages.parameter)


def test_a_plan_needs_the_pages_on_its_way_and_is_free_to_read_the_others() -> None:
    dropped = 0
    for name in SCENARIOS:
        for task, toolset in paged(name):
            trials = Trials(task, world_of(task.world), toolset.pool, near=True)
            turns = task.plans[0].turns
            assert not trials.run(turns).failure
            for call in task.plans[0].calls():
                pages = toolset.documents[call.tool].pages
                same = [
                    c
                    for c in task.plans[0].calls()
                    if list_of(c, toolset.documents) == list_of(call, toolset.documents)
                ]
                if pages is None or call is same[-1] or not any(c.solves for c in same[same.index(call) + 1 :]):
                    continue
                if _told_elsewhere(task, call, same[same.index(call) + 1], toolset):
                    continue  # a page of that number was told by another list
                left = [PlanTurn(calls=tuple(c for c in turn.calls if c is not call), say=turn.say) for turn in turns]
                assert trials.run(left).failure
                dropped += 1
    assert dropped


def _rooms(page: dict[str, object]) -> ToolDocument:
    return ToolDocument(
        name="list_rooms",
        description="Rooms.",
        parameters={
            "type": "object",
            "properties": {
                "page": {"description": "Page.", **page},
                "house": {"type": "string", "description": "House."},
            },
            "required": ["house"],
        },
        pages=Pages(parameter="page", following="next_page"),
    )


def test_the_mark_of_a_page_is_grounded_by_what_the_page_before_said_and_by_nothing_else() -> None:
    document = _rooms({"type": "string"})
    goal = Goal.of(made("Bank", 1)[0], [document])
    ledger, told = Ledger(goal), Grounding("Which room of house Sol has floor k2?")
    assert ledger.grounded("list_rooms", {"house": "Sol"}, told)
    assert not ledger.grounded("list_rooms", {"house": "Sol", "page": "k2"}, told)
    told.add('{"rooms": [{"floor": "k2"}], "next_page": "k3"}')
    assert not ledger.grounded("list_rooms", {"house": "Sol", "page": "k2"}, told)
    assert ledger.grounded("list_rooms", {"house": "Sol", "page": "k3"}, told)
    assert ToolDocument.model_validate_json(document.model_dump_json()) == document


def test_the_number_of_a_page_is_no_secret() -> None:
    ledger = Ledger(Goal.of(made("Bank", 1)[0], [_rooms({"type": "integer", "default": 1})]))
    assert ledger.grounded("list_rooms", {"house": "Sol", "page": 2}, Grounding("Which room of house Sol is first?"))


def test_a_paged_tool_has_no_other_way_to_cut_its_list() -> None:
    cut = 0
    for variant in (0, 5, 8):
        for face in scenario("Bank").toolset(Design(variant, 1, 3, 1, long=3)).faces:
            options = {option.name for option in face.options}
            if face.paged is not None:
                assert not options & {"limit", "offset", "with_count"}
                assert face.document().description.endswith("rows a page.")
                cut += 1
    assert cut > 20


def test_the_solver_confirms_from_documents_and_feedback_and_asks_for_no_page_that_it_was_not_told_of() -> None:
    checked = 0
    for name in SCENARIOS:
        for task, toolset in paged(name):
            documents = [toolset.documents[tool] for tool in task.tools]
            base = world_of(task.world)
            assert task.certificate is not None and task.certificate.solver_plan == "confirmed"
            assert task.certificate.oracle_return == 1.0
            turns = list(task.plans[0].turns)
            first = next(
                number
                for number, turn in enumerate(turns)
                for call in turn.calls
                if (pages := toolset.documents[call.tool].pages) is not None and pages.parameter in call.arguments
            )
            guessed = [PlanTurn(calls=turns[first].calls), *turns[:first], *turns[first + 1 :]]
            cheat = task.model_copy(update={"plans": (task.plans[0].model_copy(update={"turns": tuple(guessed)}),)})
            assert confirm(task, documents, toolset.pool.toolbox, World(base)) == "confirmed"
            refusal = confirm(cheat, documents, toolset.pool.toolbox, World(base))
            assert refusal != "confirmed"
            checked += "no result has said" in refusal
    assert checked
