"""No two scenarios are one skeleton with other nouns, and the check would notice if they were."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import renamed_copy
import skeleton_features as features
import skeletons
from skeleton_features import similarity

from ftrl_gym.construct import scenarios
from ftrl_gym.construct.declare import Declaration
from ftrl_gym.construct.scenarios import scenario

NAMES = tuple(skeletons.compared())
QUICK = ("Logistics", "Shop")
"""Scenarios of which questions are drawn in no time."""
VIEWS = {"schema": features.schema, "tools": features.tools}


def declaration(name: str) -> Declaration:
    found = scenario(name).declaration
    assert found is not None
    return found


def rows(title: str) -> Iterator[list[str]]:
    """The rows of a table of the committed results, below their heading."""
    _, _, rest = skeletons.TABLE.read_text(encoding="utf-8").partition(f"## {title}\n")
    for line in rest.partition("\n## ")[0].splitlines():
        if line.startswith("|") and not line.startswith(("| scenario", "| ---")):
            yield [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("view", VIEWS)
def test_no_two_scenarios_have_one_schema_or_one_set_of_tools(view: str) -> None:
    value, one, other = skeletons.pairs({name: VIEWS[view](declaration(name)) for name in NAMES})[0]
    assert value <= skeletons.BOUNDS[view], (one, other)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("view", VIEWS)
def test_other_nouns_and_a_few_changes_hide_nothing(view: str, name: str) -> None:
    """The copy is one with the original, while it shares no name with it."""
    own, copy = declaration(name), renamed_copy.renamed(declaration(name))
    shared = {entity.name for entity in own.entities} & {entity.name for entity in copy.entities}
    assert not shared and len(copy.tools) == len(own.tools)
    assert similarity(VIEWS[view](own), VIEWS[view](copy)) == 1
    assert similarity(VIEWS[view](own), VIEWS[view](renamed_copy.disguised(own))) > skeletons.BOUNDS[view]


def test_programs_tell_scenarios_apart_and_copies_not() -> None:
    one, other = (skeletons.programs(name) for name in QUICK)
    bound = skeletons.BOUNDS["programs"]
    assert similarity(one, other) <= bound
    copy = renamed_copy.renamed(declaration(QUICK[0]))
    scenarios.register(copy)
    assert similarity(one, skeletons.programs(copy.name, skeletons.OTHER)) > bound


def test_a_program_keeps_its_form_and_loses_its_names() -> None:
    shop = scenario("Shop")
    namer = features.Namer(declaration("Shop"), shop.domain)
    told = 'sum(order "OD11".total, order "OD12".total)'
    assert namer.shape(told) == namer.shape(told.replace("OD11", "OD77"))
    assert "order" not in namer.shape(told) and namer.shape(told).startswith("sum(thing1<")


def test_the_committed_table_is_of_these_scenarios() -> None:
    contents = {row[0]: row[1:] for row in rows("What each has")}
    assert tuple(contents) == NAMES
    for name, row in contents.items():
        own = declaration(name)
        assert row[:2] == [str(len(own.entities)), str(sum(len(entity.kept) for entity in own.entities))]
    ranked = [skeletons.pairs({name: view(declaration(name)) for name in NAMES}) for view in VIEWS.values()]
    for name, schema, tools, programs in rows("Nearest neighbours"):
        assert [schema, tools] == [skeletons.nearest(name, each) for each in ranked]
        found = re.fullmatch(r"(\w+) (0\.\d+)", programs)
        assert found and found[1] in NAMES and float(found[2]) <= skeletons.BOUNDS["programs"]
    for name, *_, again in rows("Copies"):
        assert name in NAMES and float(again) > skeletons.BOUNDS["programs"]


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_no_two_scenarios_ask_the_same_programs() -> None:
    drawn = {name: skeletons.programs(name, questions=30) for name in NAMES}
    value, one, other = skeletons.pairs(drawn)[0]
    assert value <= skeletons.BOUNDS["programs"], (one, other)
