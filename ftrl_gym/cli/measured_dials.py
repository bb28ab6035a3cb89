"""The lines of ``ftrl-gym stats`` about dials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ftrl_gym.stats.dials import Dials
from ftrl_gym.stats.figures import Figures
from ftrl_gym.stats.spread import Spread

NONE = "-"
"""Where the data do not say, or there is nothing to measure."""

Line = tuple[str, Callable[[Figures], str] | None]
"""A label with what each column shows; None for a heading."""


def lines(figures: Sequence[Figures]) -> Iterator[Line]:
    """One heading and a line for each dial; none where no source says anything of them."""
    if all(each.dials is None for each in figures):
        return
    yield "Dials", None
    for name in sorted({name for each in figures if each.dials for name in each.dials.features}):
        yield f"  tasks made with: {name}", _of_feature(name)
    yield "  combinations of these", _of(lambda d: f"{len(d.combinations):,}")
    yield "  plans of a task of several hops", _of(lambda d: _median(d.plans.plans))
    yield "  ... with at least three", _of(lambda d: _percent(d.plans.three))
    yield "  impossible", _of(lambda d: _percent(d.pairs.impossible))
    yield "  no tool needed", _of(lambda d: _percent(d.pairs.direct))
    yield "  minimal pairs", _of(lambda d: f"{d.pairs.pairs:,}")
    yield "  one detail has to be asked for", _of(lambda d: _percent(d.users.one_question))
    yield "  scripted user", _of(lambda d: _percent(d.users.scripted))
    yield "  ... who speaks two to six times", _of(lambda d: _percent(d.users.several))
    yield "  ... times, median (range)", _of(lambda d: _median(d.users.turns))
    yield "  ... who changes their mind", _of(lambda d: _percent(d.users.change))
    yield "  error on the way", _of(lambda d: _percent(d.errors.any))
    yield (
        "  ... for a moment / a refusal",
        _of(lambda d: f"{_percent(d.errors.transient)} / {_percent(d.errors.refused)}"),
    )
    yield "  tokens of a golden result, median", _of(lambda d: _tokens(d.results.median))
    yield "  ... 95% / all are within", _of(lambda d: f"{_tokens(d.results.p95)} / {_tokens(d.results.max)}")
    yield "  a further page is needed", _of(lambda d: _percent(d.results.further_page))
    yield "  lists of which the first row is right", _of(lambda d: _percent(d.results.first_row))
    yield "  words of house rules", _of(lambda d: _median(d.rules.words))
    yield "  state tasks that a rule decides", _of(lambda d: _percent(d.rules.decided))
    yield "  ... that are to be refused", _of(lambda d: _percent(d.rules.refused))
    yield "  golden arguments that nobody says", _of(lambda d: _percent(d.arguments.indirect))
    yield "  tools offered, median (range)", _of(lambda d: _median(d.offered.tools))
    yield "  confusable ones per golden tool", _of(lambda d: _median(d.offered.confusable))
    yield "  ... at least three", _of(lambda d: _percent(d.offered.three_confusable))
    yield "  terse documents", _of(lambda d: _percent(d.offered.terse))
    yield (
        "  ... nested / conditional parameters",
        _of(lambda d: f"{_percent(d.offered.nested)} / {_percent(d.offered.conditional)}"),
    )
    yield "  families of phrasing, for test only", _of(lambda d: f"{d.phrasing.families:,}, {d.phrasing.for_test:,}")
    yield "  test tasks with such a one", _of(lambda d: _percent(d.phrasing.held_out))


def _of(show: Callable[[Dials], str]) -> Callable[[Figures], str]:
    return lambda figures: NONE if figures.dials is None else show(figures.dials)


def _of_feature(name: str) -> Callable[[Figures], str]:
    return _of(lambda dials: _percent(dials.features.get(name, 0.0)))


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{share:.1%}"


def _tokens(number: float | None) -> str:
    return NONE if number is None else f"{number:,.0f}"


def _median(spread: Spread) -> str:
    return f"{spread.median:g} ({spread.min:g}-{spread.max:g})" if spread.count else NONE
