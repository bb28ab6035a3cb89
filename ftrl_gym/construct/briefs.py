"""Briefs: what difficulty asks for. 0 to 1 maps monotonically to hops, width and distractors."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from ftrl_gym.construct.domain import Domain
from ftrl_gym.construct.objects import OF_TOOLS, SCALINGS, Brief, Scalings
from ftrl_gym.construct.scenarios import names
from ftrl_gym.construct.scenarios import scenario as scenario_of
from ftrl_gym.construct.variants.design import MOST, TEST_EVERY, scaling_level, split_of
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.task import Kind, Provenance, Split
from ftrl_gym.taskset import one_of
from ftrl_gym.version import __version__

FEATURES = tuple(sorted(("direct", "errors", "impossible", "rules", "state", "user", *OF_TOOLS)))
"""Dials that a brief may turn on."""

PAIRED = ("direct", "impossible")
"""Those whose tasks come in minimal pairs; each of them alone, or with ``state`` where something cannot be done."""

_SIMPLE = 0.3
"""Below it questions are short and ask for a value, a list, a comparison, a sum or a count."""


def hops_of(kind: Kind, difficulty: float) -> int:
    """Lookups that follow one another: 1; 2 to 10 in a chain; 2 to 5 in each of several chains."""
    if kind is Kind.MULTI_HOP:
        return 2 + int(difficulty * 5) if difficulty < _SIMPLE else 3 + int((difficulty - _SIMPLE) * 10 + 1e-9)
    if kind is Kind.PARALLEL_MULTI_HOP:
        return 2 + int(difficulty * 3)
    return 1


def width_of(kind: Kind, difficulty: float) -> int:
    """Chains side by side: 1, or 2 to 4."""
    if kind in (Kind.PARALLEL_SINGLE_HOP, Kind.PARALLEL_MULTI_HOP):
        return 2 if difficulty < 0.6 else 3 if difficulty < 0.85 else 4
    return 1


def operation_level(difficulty: float) -> int:
    """How complex a question may be: 0 to 3 for its operation (:class:`~ftrl_gym.construct.operations.Operation`), and
    4 where its chains also take roads of their own."""
    return sum(difficulty >= bound for bound in (_SIMPLE, 0.5, 0.7, 0.85))


def indirection(brief: Brief) -> float:
    """How often values are said in other words than tools take, from 0 to 1; 0 where documents do not say the rest."""
    return brief.difficulty if "indirect" in brief.features and scaling_level(brief.difficulty) else 0.0


def check_features(features: Sequence[str]) -> None:
    """Raises UnknownNameError for a dial that does not exist."""
    for feature in features:
        if feature not in FEATURES:
            raise UnknownNameError("feature", feature, FEATURES)


def check_served(features: Sequence[str], name: str) -> None:
    """Raises UsageError for a dial that a scenario has nothing for; it says which scenarios do."""
    for feature, (what, _) in _SERVED.items():
        if feature in features and not serves(scenario_of(name).domain, feature):
            able = [other for other in names() if serves(scenario_of(other).domain, feature)]
            raise UsageError(
                f"scenario {name} declares no {what}, which the feature {feature!r} takes; {', '.join(able)} do"
            )


def serves(domain: Domain, feature: str) -> bool:
    """Whether a scenario has what a dial takes."""
    return feature not in _SERVED or _SERVED[feature][1](domain)


_SERVED: dict[str, tuple[str, Callable[[Domain], bool]]] = {
    "state": ("actions that change anything", lambda domain: bool(domain.actions)),
    "rules": ("house rules", lambda domain: bool(domain.house_rules)),
    "user": (
        "detail that a user could keep back",
        lambda domain: domain.day is not None or any(thing.detail is not None for thing in domain.things.values()),
    ),
}
"""Dial -> what it takes, and whether a domain has that."""


def together(features: Sequence[str], kind: Kind) -> tuple[str, ...]:
    """Of some dials those that go together, in order. What house rules look at takes a look-up of its own.

    >>> together(["user", "state", "impossible"], Kind.MULTI_HOP), together(["user", "rules"], Kind.SINGLE_HOP)
    (('impossible', 'state'), ('state', 'user'))
    """
    chosen = set(features)
    paired = next((name for name in PAIRED if name in chosen), "")
    if paired:
        chosen &= {paired, *OF_TOOLS, *(("state",) if paired == "impossible" else ())}
    elif "rules" in chosen:
        looked = kind in (Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP)
        chosen = {*chosen, "state"} - ({"rules"} if not looked else set())
    return tuple(sorted(chosen))


def beside(always: Sequence[str], features: Sequence[str], kind: Kind) -> list[str]:
    """Of some dials those that push none of ``always`` out, which are among them.

    >>> beside(["rules"], ["impossible", "rules", "user"], Kind.MULTI_HOP)
    ['rules', 'user']
    """
    sure = {*together(always, kind)}
    return [name for name in features if name in always or sure.issubset(together([*always, name], kind))]


def kinds_with(always: Sequence[str], kinds: Sequence[str] | None = None) -> list[str]:
    """Of some kinds, or of all, those whose tasks can have all of these dials together.

    Raises:
        UnknownNameError: A kind that does not exist.
        UsageError: None of them can.

    >>> kinds_with(["rules"], ["single_hop", "multi_hop"])
    ['multi_hop']
    """
    chosen = None if kinds is None else [one_of("kind", kind, Kind) for kind in kinds]
    able = [kind.value for kind in Kind if {*always}.issubset(together(always, kind))]
    if not able:
        raise UsageError(f"always={list(always)}: no task has these together; name fewer of them")
    found = [kind for kind in able if chosen is None or kind in chosen]
    if not found:
        raise UsageError(f"always={list(always)}: tasks of kinds={chosen} cannot have it; use {', '.join(able)}")
    return found


def check_scalings(scalings: Sequence[str]) -> None:
    """Raises UnknownNameError for a scaling that does not exist."""
    for scaling in scalings:
        if scaling not in SCALINGS:
            raise UnknownNameError("scaling", scaling, SCALINGS)


def check_variant(variant: int, split: Split) -> None:
    """Raises UnknownNameError for a variant that does not exist, or belongs to the other split."""
    if not 0 <= variant <= MOST or split_of(variant) not in (None, split):
        rule = f"They go on to {MOST}: from 1 on every {TEST_EVERY}th is for test, the others are for train"
        near = [str(each) for each in range(9) if split_of(each) in (None, split)]
        raise UnknownNameError(f"variant of split {split.value}", variant, near, rule)


def brief_for(
    rng: random.Random,
    seed: int,
    split: Split,
    world: str,
    kind: Kind,
    difficulty: float | None = None,
    features: Sequence[str] = (),
    *,
    scenario: str,
    variant: int = 0,
    scalings: Sequence[str] = SCALINGS,
    twin: bool = False,
) -> Brief:
    """A brief for one task.

    Args:
        rng: Draws the difficulty where none is given.
        seed: Of the task.
        split: Of the task.
        world: Id of its world.
        kind: Of the task.
        difficulty: 0 to 1.
        features: Dials that are on.
        scenario: Name of the scenario.
        variant: Design of the tools.
        scalings: Scalings that follow the difficulty; the others stay at 0.
        twin: Whether it is to be the other one of a minimal pair, where a dial makes pairs.

    Raises:
        UsageError: The difficulty is out of range, or the scenario has nothing for a feature.
        UnknownNameError: A feature or scaling does not exist, or the variant belongs to the other split.
    """
    check_features(features)
    check_served(features, scenario)
    check_scalings(scalings)
    check_variant(variant, split)
    if difficulty is None:
        difficulty = round(rng.random(), 2)
    if not 0 <= difficulty <= 1:
        raise UsageError(f"difficulty is {difficulty}; it goes from 0 to 1")
    hops = hops_of(kind, difficulty)
    if hops > 1:
        hops = max(2, min(hops, scenario_of(scenario).shapes.roads.deepest))
    return Brief(
        scenario=scenario,
        world=world,
        seed=seed,
        split=split,
        kind=kind,
        hops=hops,
        width=width_of(kind, difficulty),
        difficulty=difficulty,
        features=together(features, kind),
        twin=twin and bool({*PAIRED} & {*features}),
        variant=variant,
        scalings=Scalings.of(difficulty, scalings),
        provenance=Provenance(writer="procedural", seed=seed, version=__version__),
    )


EASIER = 6
"""Briefs after the first, each easier than the one before."""


def easing(brief: Brief) -> Iterator[Brief]:
    """The brief and then easier ones of its kind; the last is the easiest there is and asks for no features."""
    yield brief
    for number in range(1, EASIER + 1):
        difficulty = round(brief.difficulty * (1 - number / EASIER), 2)
        yield brief.model_copy(
            update={
                "difficulty": difficulty,
                "hops": min(brief.hops, hops_of(brief.kind, difficulty)),
                "width": width_of(brief.kind, difficulty),
                "features": brief.features if number < EASIER else (),
                "twin": brief.twin and number < EASIER,
                "scalings": brief.scalings.at_most(difficulty),
            }
        )
