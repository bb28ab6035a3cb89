"""Whether two scenarios are one skeleton with other nouns, and what each scenario has.

    python benchmarks/skeletons.py               writes results/skeletons.md; takes six minutes of CPU time
    python benchmarks/skeletons.py --out FILE    writes it elsewhere

All pairs are compared by schema graphs, tool signatures and program shapes (``skeleton_features.py``). A pair counts as
one skeleton if any of the three similarities is above its bound. Each bound lies between what pairs of scenarios reach
and what a disguised copy of a scenario reaches (``renamed_copy.py``), or, for programs, other questions of the same
scenario.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import skeleton_features as features
from renamed_copy import SUFFIX, can_be_played, disguised, renamed
from skeleton_features import Levels, similarity

from ftrl_gym.construct import scenarios
from ftrl_gym.construct.certify import Depth
from ftrl_gym.construct.declare import Declaration
from ftrl_gym.construct.endless import endless_task
from ftrl_gym.construct.house_rules import HouseRules
from ftrl_gym.construct.scenarios import Source, scenario

BOUNDS = {"schema": 0.4, "tools": 0.67, "programs": 0.4}
"""View -> similarity above which two scenarios count as one skeleton."""
QUESTIONS = 150
"""Endless questions whose programs are compared."""
OTHER = 10_000
"""First seed of other questions of a scenario."""
TABLE = Path(__file__).parent / "results" / "skeletons.md"
ROLES = ("look-up", "search", "computation", "action")
"""Of tools."""
MEASURE = "TravelBooking"
"""What every scenario is to be at least as deep as."""


def compared() -> list[str]:
    """The scenarios; copies of them are none."""
    return [name for name in scenarios.names() if not name.endswith(SUFFIX)]


def schemas(names: Iterable[str]) -> dict[str, Levels]:
    """Scenario -> its schema."""
    return {name: features.schema(_declaration(name)) for name in names}


def toolsets(names: Iterable[str]) -> dict[str, Levels]:
    """Scenario -> its tools."""
    return {name: features.tools(_declaration(name)) for name in names}


def programs(name: str, first: int = 0, questions: int = QUESTIONS) -> Levels:
    """What a scenario's endless questions ask.

    Args:
        name: Of the scenario.
        first: Seed of the first question.
        questions: How many are looked at.
    """
    source = scenario(name)
    namer = features.Namer(_declaration(name), source.domain)
    dials = ("state",) if source.domain.actions else ()
    tasks = (
        endless_task(first + number, scenario=name, certify=Depth.QUICK, features=dials) for number in range(questions)
    )
    return features.programs([namer.shape(task.program) for task in tasks])


def pairs(views: Mapping[str, Levels]) -> list[tuple[float, str, str]]:
    """(similarity, scenario, scenario) of each pair, the most similar first."""
    found = [(similarity(views[one], views[other]), one, other) for one, other in itertools.combinations(views, 2)]
    return sorted(found, key=lambda pair: (-pair[0], *pair[1:]))


def nearest(name: str, ranked: Sequence[tuple[float, str, str]]) -> str:
    """The scenario most like one, with the similarity."""
    value, one, other = next(pair for pair in ranked if name in pair[1:])
    return f"{other if one == name else one} {value:.3f}"


def _declaration(name: str) -> Declaration:
    declaration = scenario(name).declaration
    assert declaration is not None, "every scenario is declared"
    return declaration


# --- what each scenario has ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Has:
    """What a scenario has."""

    entities: int
    columns: int
    references: int
    tools: Mapping[str, int]
    """Role -> number."""
    rules: int
    """Words of all its house rules; 0 where it has none."""
    deepest: int
    """Look-ups of the longest chain, of at most ten."""
    straight: int
    """Look-ups of the longest chain that meets no kind of thing twice."""
    far: int
    """Values that can be asked for at the end of a chain of five look-ups."""

    def amounts(self) -> dict[str, int]:
        """What can be less than elsewhere."""
        roles = {f"tools of kind {role}": self.tools.get(role, 0) for role in ROLES}
        return {
            "entities": self.entities,
            "columns": self.columns,
            "references": self.references,
            "tools": sum(self.tools.values()),
            **roles,
            "longest chain": self.deepest,
            "longest straight chain": self.straight,
            "values five look-ups away": self.far,
        }


def has(source: Source) -> Has:
    """Counts them."""
    declaration = source.declaration
    assert declaration is not None, "every scenario is declared"
    roads, clauses = source.shapes.roads, source.domain.house_rules
    tables = {hops: roads.table(hops) for hops in range(1, roads.deepest + 1)}
    return Has(
        entities=len(declaration.entities),
        columns=sum(len(entity.kept) for entity in declaration.entities),
        references=sum(len(features.references(entity)) for entity in declaration.entities),
        tools=Counter(map(features.role_of, declaration.tools)),
        rules=len(HouseRules(source.domain, random.Random(0), 1.0).text(()).split()) if clauses else 0,
        deepest=roads.deepest,
        straight=max(hops for hops, (again, _) in tables.items() if not again),
        far=sum(map(len, tables[5][1].values())),
    )


# --- the report ------------------------------------------------------------------------------------------------------


def report(progress: Callable[[str], None]) -> str:
    """The whole table, in Markdown; ``progress`` is told what is done next."""
    names = compared()
    copies = {name: renamed(_declaration(name)) for name in names}
    drawn, again = {}, {}
    for number, name in enumerate(names, start=1):
        progress(f"questions of {name}, {number} of {len(names)}")
        drawn[name] = programs(name)
        again[name] = similarity(drawn[name], programs(name, OTHER))
    views = {"schema": schemas(names), "tools": toolsets(names), "programs": drawn}
    ranked = {view: pairs(each) for view, each in views.items()}
    lines = [
        "# Scenarios as skeletons",
        "",
        "Made by `python benchmarks/skeletons.py`. Compared are schema graphs, tool signatures, and the programs of",
        f"{QUESTIONS} endless questions, all without names. 1 is the same, 0 has nothing in common.",
        "",
        *_bounds(ranked, views, copies, again),
        "",
        "## Nearest neighbours",
        "",
        *_table(
            ["scenario", "schema", "tools", "programs"],
            ([name, *(nearest(name, ranked[view]) for view in BOUNDS)] for name in names),
        ),
        "",
        "## Copies",
        "",
        "*Renamed*: with other nouns throughout. Its questions come from the same seeds but are not quite the same,",
        "since some choices go by the order of names; where code makes rows, they cannot be drawn. *Disguised*: a",
        "column more in every third entity and every sixth tool left out besides. *Other questions*: of the same",
        "scenario, from other seeds.",
        "",
        *_copies(views, copies, again, progress),
        "",
        "## What each has",
        "",
        *_contents({name: has(scenario(name)) for name in names}),
    ]
    return "\n".join(lines) + "\n"


def _bounds(
    ranked: Mapping[str, Sequence[tuple[float, str, str]]],
    views: Mapping[str, Mapping[str, Levels]],
    copies: Mapping[str, Declaration],
    again: Mapping[str, float],
) -> Iterator[str]:
    least = {
        "schema": min(similarity(views["schema"][n], features.schema(disguised(_declaration(n)))) for n in copies),
        "tools": min(similarity(views["tools"][n], features.tools(disguised(_declaration(n)))) for n in copies),
        "programs": min(again.values()),
    }
    rows = []
    for view, bound in BOUNDS.items():
        value, one, other = ranked[view][0]
        middle = statistics.median(pair[0] for pair in ranked[view])
        verdict = "none above" if value <= bound else "**ABOVE**"
        rows.append(
            [view, f"{middle:.3f}", f"{value:.3f} ({one}, {other})", f"{bound}: {verdict}", f"{least[view]:.3f}"]
        )
    yield from _table(["view", "median pair", "most similar pair", "bound", "least similar copy"], rows)
    yield ""
    yield "The copies are disguised ones; for programs, other questions of the same scenario."


def _copies(
    views: Mapping[str, Mapping[str, Levels]],
    copies: Mapping[str, Declaration],
    again: Mapping[str, float],
    progress: Callable[[str], None],
) -> Iterator[str]:
    rows = []
    for name, copy in copies.items():
        schema, tools, drawn = (views[view][name] for view in BOUNDS)
        played = "cannot be drawn"
        if can_be_played(_declaration(name)):
            progress(f"questions of the copy of {name}")
            scenarios.register(copy)
            played = f"{similarity(drawn, programs(copy.name)):.3f}"
        other = disguised(_declaration(name))
        rows.append(
            [
                name,
                f"{similarity(schema, features.schema(copy)):.3f}",
                f"{similarity(tools, features.tools(copy)):.3f}",
                played,
                f"{similarity(schema, features.schema(other)):.3f}",
                f"{similarity(tools, features.tools(other)):.3f}",
                f"{again[name]:.3f}",
            ]
        )
    titles = "schema", "tools", "programs", "schema, disguised", "tools, disguised", "programs, other questions"
    yield from _table(["scenario", *titles], rows)


def _contents(contents: Mapping[str, Has]) -> Iterator[str]:
    columns: dict[str, Callable[[Has], object]] = {
        "entities": lambda has: has.entities,
        "columns": lambda has: has.columns,
        "references": lambda has: has.references,
        "tools: look up / search / compute / act": lambda has: " / ".join(
            str(has.tools.get(role, 0)) for role in ROLES
        ),
        "house rules, words": lambda has: has.rules or "none",
        "longest chain": lambda has: has.deepest,
        "straight": lambda has: has.straight,
        "values at 5": lambda has: has.far,
    }
    yield from _table(
        ["scenario", *columns],
        ([name, *(str(show(each)) for show in columns.values())] for name, each in contents.items()),
    )
    yield ""
    yield "A chain is of at most 10 look-ups; a straight one meets no kind of thing twice. *Values at 5*: what can be"
    yield "asked for at the end of a chain of five."
    yield ""
    yield f"## At least as much as {MEASURE}"
    yield ""
    full = contents[MEASURE].amounts()
    short = {
        name: [f"{what} {amount} of {full[what]}" for what, amount in each.amounts().items() if amount < full[what]]
        for name, each in contents.items()
    }
    shallow = [name for name, each in contents.items() if each.deepest < contents[MEASURE].deepest]
    yield f"Less deep, by the longest chain: {', '.join(shallow) or 'none'}. What anybody has less of:"
    yield ""
    yield from _table(["scenario", "less"], ([name, ", ".join(less)] for name, less in short.items() if less))


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for cells in (titles, ["---"] * len(titles), *rows):
        yield f"| {' | '.join(cells)} |"


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the table; 1 if two scenarios are one skeleton."""
    parser = argparse.ArgumentParser(description="Compares all pairs of scenarios; six minutes of CPU time.")
    parser.add_argument("--out", type=Path, default=TABLE, metavar="FILE", help=f"the table (default: {TABLE})")
    out = parser.parse_args(argv).out
    if not out.parent.is_dir():
        parser.error(f"there is no folder {out.parent}")
    text = report(lambda what: print(what, file=sys.stderr, flush=True))
    out.write_text(text, encoding="utf-8")
    print(text)
    return int("**ABOVE**" in text)


if __name__ == "__main__":
    sys.exit(main())
