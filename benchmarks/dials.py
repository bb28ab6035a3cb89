"""What the dials reach over all scenarios, beside what each is to reach.

    python benchmarks/dials.py              writes results/dials.md; takes half an hour of CPU time
    python benchmarks/dials.py --fresh 8    measures anew only what is said indirectly, and prints it

Shares of tasks (how many users, errors, impossible ones there are) are those of the packaged tasks from the difficulty
on at which dials are in full. TravelBooking's are left out: they were packaged before there were dials. What a single
dial does to a task is measured on endless tasks of difficulty 1 that all have it, the same number from every scenario
that can have it. Where a world has no task so hard, an easier one is drawn in its place; these are left out.

What is said indirectly is measured of packaged tasks, which were made before there was a dial for it, and of new ones,
made as a build makes them now (``--fresh``: how many of every scenario).
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftrl_gym import registry
from ftrl_gym.construct.briefs import serves
from ftrl_gym.construct.scenarios import FIRST, names, scenario
from ftrl_gym.stats.dials import Dials, dials
from ftrl_gym.stats.sample import Measured, Sample, of_build, of_endless, of_scenario
from ftrl_gym.task import Kind

TABLE = Path(__file__).parent / "results" / "dials.md"
IN_FULL = 0.5
"""Difficulty from which on a build mixes every dial in its full share."""
EACH = 16
"""Endless tasks of every scenario."""
FRESH = 8
"""Tasks of every scenario that are made as a build makes them."""
HARDEST = 0.9
"""Difficulty from which on they, and packaged ones, count as hardest."""
_SEED = 2
"""Of the build that they are of; nothing packaged has it."""
TITLE = (
    "# What the dials reach\n\nMade by `python benchmarks/dials.py`. Where a world has no task of difficulty 1, an "
    "easier one is drawn in its\nplace; the figures of single dials leave these out.\n"
)
INDIRECTION = "Said indirectly"

CHAINS = (Kind.MULTI_HOP.value, Kind.PARALLEL_MULTI_HOP.value)

Figure = Callable[[Dials], float | None]


@dataclass(frozen=True)
class Aim:
    """A figure, and the range in which it is to be; shares are from 0 to 1."""

    what: str
    figure: Figure
    least: float = float("-inf")
    most: float = float("inf")
    share: bool = True

    def row(self, found: Dials) -> str:
        """One line of a table."""
        value = self.figure(found)
        kept = value is not None and self.least <= value <= self.most
        return f"| {self.what} | {self._shown(value)} | {self._range()} | {'yes' if kept else '**no**'} |"

    def _range(self) -> str:
        if self.most == float("inf"):
            return f"at least {self._shown(self.least)}"
        if self.least == float("-inf"):
            return f"at most {self._shown(self.most)}"
        return f"{self._shown(self.least)} to {self._shown(self.most)}"

    def _shown(self, value: float | None) -> str:
        if value is None:
            return "-"
        return f"{value:.1%}".replace(".0%", "%") if self.share else f"{value:,.0f}"


MIXED = (
    Aim("no offered tool can do it", lambda d: d.pairs.impossible, 0.07, 0.13),
    Aim("no tool is needed", lambda d: d.pairs.direct, 0.07, 0.13),
    Aim("exactly one detail has to be asked for", lambda d: d.users.one_question, 0.1),
    Aim("a user who speaks two to six times", lambda d: d.users.several, 0.2, 0.35),
    Aim("an error on the way of the first plan", lambda d: d.errors.any, 0.15, 0.25),
    Aim("test tasks in a family of phrasings that train does not have", lambda d: d.phrasing.held_out, 0.2),
)
"""Of the packaged tasks."""

_INDIRECT = Aim("golden arguments that nobody says word for word", lambda d: d.arguments.indirect, 0.6)
ALONE: dict[tuple[str, ...], tuple[Aim, ...]] = {
    ("indirect",): (_INDIRECT,),
    ("routes",): (Aim("tasks of several hops with at least three plans", lambda d: d.plans.three, 1 / 3),),
    ("long",): (
        Aim("tokens of a golden result, median", lambda d: d.results.median, 400, share=False),
        Aim("tokens of a golden result, 95th percentile", lambda d: d.results.p95, 3000, share=False),
        Aim("tasks that need a second page", lambda d: d.results.further_page, 0.2),
        Aim("lists of which the first row is right", lambda d: d.results.first_row, most=0.1),
    ),
    ("rules", "state"): (
        Aim("words of house rules, median", lambda d: d.rules.words.median, 300, 1500, share=False),
        Aim("words of house rules, fewest", lambda d: d.rules.words.min, 300, share=False),
        Aim("words of house rules, most", lambda d: d.rules.words.max, most=1500, share=False),
        Aim("state tasks in which a rule changes what is right", lambda d: d.rules.decided, 0.3),
    ),
    ("confusable",): (
        Aim("tools offered, median", lambda d: d.offered.tools.median, 20, 40, share=False),
        Aim("confusable tools for each golden one, median", lambda d: d.offered.confusable.median, 3, share=False),
        Aim("documents of at most four words", lambda d: d.offered.terse, 0.01),
        Aim("documents with nested parameters", lambda d: d.offered.nested, 0.01),
        Aim("documents with conditional parameters", lambda d: d.offered.conditional, 0.01),
    ),
}
"""Dials -> figures of endless tasks that all have them."""


def packaged(scenarios: Iterable[str]) -> Sample:
    """The packaged tasks in which dials are in full."""
    tasks: list[Measured] = []
    for name in scenarios:
        found = of_scenario(name, registry.load(name), None, run=True)
        tasks += [each for each in found.tasks if each.task is not None and each.task.difficulty >= IN_FULL]
    return Sample("packaged", tuple(tasks), certified=True)


def endless(features: Sequence[str], number: int) -> tuple[Sample, int]:
    """New tasks of difficulty 1 of the scenarios that can have some dials, and of how many scenarios they are."""
    able = [name for name in names() if all(serves(scenario(name).domain, dial) for dial in features)]
    tasks: list[Measured] = []
    for name in able:
        found = of_endless(name, name, None, number, difficulty=1.0, features=features, always=True, run=True)
        tasks += [each for each in found.tasks if each.task is not None and each.task.difficulty == 1]
    return Sample("+".join(features), tuple(tasks), certified=True), len(able)


def fresh(number: int) -> Sample:
    """New hardest tasks, the same number of every scenario, as a build mixes their dials."""
    found = [of_build(name, name, number, seed=_SEED, least=HARDEST, run=False) for name in names()]
    tasks = tuple(task for sample in found for task in sample.tasks if _hard(task, HARDEST))
    return Sample("fresh", tasks, certified=True)


def indirection(packaged_ones: Sample, new: Sample) -> str:
    """How much of what golden calls give is not said word for word, of packaged tasks and of new ones, by kind."""
    head = "| tasks | kind | tasks | values | not said |\n| --- | --- | ---: | ---: | ---: |"
    rows = []
    for what, sample in (("packaged", packaged_ones), ("as a build makes them now", new)):
        for kind in ("all", *Kind):
            tasks = tuple(task for task in sample.tasks if kind in ("all", task.kind))
            found = dials(Sample(what, tasks, certified=True)).arguments
            share = "-" if found.indirect is None else f"{found.indirect:.1%}"
            rows.append(f"| {what} | {kind} | {len(tasks):,} | {found.values:,} | {share} |")
    said = (
        f"Golden arguments that nobody says word for word, of tasks of difficulty {HARDEST} and more. The packaged "
        "ones, and the frozen set,\nwere made before there was the dial `indirect`; builds have it now from difficulty "
        f"{IN_FULL} on."
    )
    return "\n".join([f"## {INDIRECTION}", "", said, "", head, *rows, ""])


def _hard(task: Measured, least: float) -> bool:
    return task.task is not None and task.task.difficulty >= least


def replaced(text: str, section: str) -> str:
    """A file with one of its sections made anew; at its end, where it had none.

    >>> replaced("# T\\n\\n## A\\n\\nold\\n\\n## B\\n\\nb\\n", "## A\\n\\nnew\\n")
    '# T\\n\\n## A\\n\\nnew\\n\\n## B\\n\\nb\\n'
    """
    first, *others = text.rstrip("\n").split("\n\n## ")
    title = section.partition("\n")[0].removeprefix("## ")
    kept = [other for other in others if other.partition("\n")[0] != title]
    place = next((n for n, other in enumerate(others) if other.partition("\n")[0] == title), len(kept))
    kept.insert(place, section.removeprefix("## ").rstrip("\n"))
    return "\n\n## ".join([first, *kept]) + "\n"


def table(title: str, said: str, aims: Iterable[Aim], found: Dials) -> str:
    """A section of the results."""
    head = "| figure | reached | to reach | kept |\n| --- | --- | --- | --- |"
    return "\n".join([f"## {title}", "", said, "", head, *(aim.row(found) for aim in aims), ""])


def alone(features: tuple[str, ...], number: int) -> list[str]:
    """The sections about dials by themselves, which all of so many endless tasks of every scenario have."""
    aims = ALONE[features]
    sample, scenarios = endless(features, number)
    said = f"{len(sample.tasks):,} endless tasks of difficulty 1 in {scenarios} scenarios."
    sections = [table(" and ".join(f"`{name}`" for name in features), said, aims, dials(sample))]
    if "indirect" in features:
        chains = Sample("chains", tuple(task for task in sample.tasks if task.kind in CHAINS), certified=True)
        said = f"The {len(chains.tasks):,} of these in which one look-up leads to the next."
        sections.append(table("Chains", said, aims, dials(chains)))
    return sections


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures all of it and writes the table."""
    parser = argparse.ArgumentParser(description="What the dials reach over all scenarios.")
    parser.add_argument("--each", type=int, default=EACH, help=f"endless tasks of every scenario (default: {EACH})")
    parser.add_argument("--fresh", type=int, help="only measure what is said indirectly, of so many new tasks of each")
    parser.add_argument("--out", type=Path, default=TABLE, help="file to write (default: the committed table)")
    chosen = parser.parse_args(arguments)
    if chosen.fresh is not None:
        found = [*alone(("indirect",), chosen.each), indirection(_hardest_packaged(), fresh(chosen.fresh))]
        print("\n".join(found))
        text = chosen.out.read_text(encoding="utf-8") if chosen.out.exists() else TITLE
        chosen.out.write_text(functools.reduce(replaced, found, text), encoding="utf-8")
        return 0
    mixed = packaged([name for name in registry.names() if name in names() and name != FIRST])
    sections = [
        TITLE,
        table("All of them, as a build mixes them", _of(mixed, "packaged", IN_FULL), MIXED, dials(mixed)),
    ]
    for features in ALONE:
        sections += alone(features, chosen.each)
        print(sections[-1], flush=True)
    sections.append(indirection(_hardest_packaged(), fresh(FRESH)))
    print(sections[-1], flush=True)
    chosen.out.write_text("\n".join(sections), encoding="utf-8")
    return 0


def _hardest_packaged() -> Sample:
    """The packaged tasks of difficulty so high that new ones of it are measured beside them."""
    found = [of_scenario(name, registry.load(name), None, run=False) for name in registry.names() if name in names()]
    tasks = tuple(task for sample in found for task in sample.tasks if _hard(task, HARDEST))
    return Sample("hardest", tasks, certified=True)


def _of(sample: Sample, what: str, difficulty: float) -> str:
    return f"{len(sample.tasks):,} {what} tasks of difficulty {difficulty} and more."


if __name__ == "__main__":
    sys.exit(main())
