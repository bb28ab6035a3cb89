"""From a value in an episode to the formulas that may be behind it, the likeliest first."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from ftrl_gym.baselines.formulas import (
    Cell,
    Changed,
    Column,
    Compared,
    Constant,
    Folded,
    Formula,
    Given,
    Known,
    Origin,
    Pick,
    Placed,
    Several,
    Slot,
    Slots,
    Unknown,
    magnitude,
    picked,
    same,
)
from ftrl_gym.baselines.slots import variants
from ftrl_gym.task import Json

MOST = 16
"""Formulas that are kept for a value."""


def explain(value: Json, known: Known) -> list[Formula]:
    """Formulas that give a plain value: what the question names, then what the results hold, the latest first."""
    return list(itertools.islice(itertools.chain(_slots(value, known), _cells(value, known)), MOST))


def explain_list(values: Sequence[Json], known: Known) -> list[Formula]:
    """Formulas that give several values."""
    found: list[Formula] = list(itertools.islice(_columns(values, known), MOST))
    parts = [explain(value, known) for value in values]
    if all(parts):
        found.append(Several(tuple(some[0] for some in parts)))
    return found


def explain_answer(value: Json, facts: Sequence[Json], known: Known) -> list[Formula]:
    """Formulas that give an answer.

    Args:
        value: The answer's.
        facts: The values that it was worked out from, where they are known.
        known: At the end.
    """
    if isinstance(value, list):
        return explain_list(value, known) or [Constant.of(value)]
    if isinstance(value, bool):
        return list(itertools.islice(_comparisons(value, facts, known), MOST))
    plain: Iterable[Formula] = itertools.chain(_cells(value, known), _slots(value, known))
    if len(facts) > 1 and not any(same(value, fact) for fact in facts):
        plain = itertools.chain(_folded(value, facts, known), plain)
    found = list(itertools.islice(itertools.chain(plain, _changed(value, facts, known)), MOST))
    return found + list(itertools.islice(_folded(value, facts, known), MOST // 2)) + list(_best(value, known))


def trusted(ways: Sequence[Formula], facts: Sequence[Json], known: Known) -> list[Formula]:
    """The formulas in order of trust: first those that choose the row with the most or least of what the task's facts
    are about, last those that choose it by something else or by its place."""

    def rank(formula: Formula) -> int:
        ranks = [1]
        for step, path, pick in picked(formula):
            rows = known.rows(step, path)
            if pick.extreme:
                told = [any(same(placed.row.get(pick.extreme), fact) for fact in facts) for placed in rows]
                ranks.append(0 if all(told) else 2)
            elif len(rows) > 1 and not pick.where:
                ranks.append(3)
        return max(ranks) if max(ranks) > 1 else min(ranks)

    return sorted(ways, key=rank)


def _slots(value: Json, known: Known) -> Iterator[Formula]:
    counts: dict[str, int] = {}
    for each in known.named:
        number = counts[each.kind] = counts.get(each.kind, -1) + 1
        for n, meant in enumerate(variants(each)):
            if same(meant, value):
                yield Slot(each.kind, number, n > 0)


def _cells(value: Json, known: Known) -> Iterator[Formula]:
    for step in sorted(known.steps, reverse=True):
        for path in _paths(known, step):
            rows = known.rows(step, path)
            for n, placed in enumerate(rows):
                for name, cell in placed.row.items():
                    if same(cell, value):
                        for pick in _picks(rows, n, known, name):
                            yield Cell(step, path, name, pick)


def _paths(known: Known, step: int) -> list[str]:
    return sorted({path for result in known.steps[step] if result.error is None for path in result.tables})


def _picks(rows: Sequence[Placed], number: int, known: Known, name: str = "") -> Iterator[Pick]:
    """Ways to choose a row out of several."""
    if len(rows) == 1:
        yield Pick()
        return
    row = rows[number].row
    named = [(key, formula) for key, cell in row.items() if key != name for formula in _slots(cell, known)]
    for key, formula in named:
        pick = Pick(((key, formula),))
        if [placed.row is row for placed in pick.kept(rows, known)] == [True]:
            yield pick
    yield from _extremes(rows, number)
    for key, formula in named:
        kept = Pick(((key, formula),)).kept(rows, known)
        if 1 < len(kept) < len(rows):
            place = next(n for n, placed in enumerate(kept) if placed.row is row)
            for pick in _extremes(kept, place):
                yield Pick(((key, formula),), pick.extreme, pick.most)
    for key, cell in row.items():  # a status, a type: the only row with it
        told = isinstance(cell, str) and key != name and len(cell) < 12 and cell.islower()
        if told and sum(same(placed.row.get(key), cell) for placed in rows) == 1:
            yield Pick(((key, Constant(cell)),))
    yield Pick(place=number if number < len(rows) - 1 or number == 0 else -1)


def _extremes(rows: Sequence[Placed], number: int) -> Iterator[Pick]:
    for key in rows[number].row:
        try:
            sizes = [magnitude(placed.row.get(key)) for placed in rows]
        except Unknown:
            continue
        order = sorted(sizes)
        if order[-1] > order[-2] and sizes[number] == order[-1]:
            yield Pick(extreme=key, most=True)
        elif order[0] < order[1] and sizes[number] == order[0]:
            yield Pick(extreme=key)
        elif len(order) > 2 and order.count(sizes[number]) == 1:
            if sizes[number] == order[-2]:
                yield Pick(extreme=key, most=True, place=1)
            elif sizes[number] == order[1]:
                yield Pick(extreme=key, place=1)


def _columns(values: Sequence[Json], known: Known) -> Iterator[Formula]:
    for kind in dict.fromkeys(each.kind for each in known.named):
        for cut in (False, True):
            slots = Slots(kind, cut)
            if _alike(slots.value(known), values):
                yield slots
    for step in sorted(known.steps, reverse=True):
        for path in _paths(known, step):
            rows = known.rows(step, path)
            for name in dict.fromkeys(name for placed in rows for name in placed.row):
                whole = Column(step, path, name)
                if _alike(whole.value(known), values):
                    yield whole
                    continue
                chosen = [placed.row for placed in rows if any(same(placed.row.get(name), value) for value in values)]
                if len(chosen) != len(values) or not chosen:
                    continue
                for key, cell in chosen[0].items():
                    if key == name or not all(same(row.get(key), cell) for row in chosen):
                        continue
                    for formula in (*_slots(cell, known), Constant(cell)):
                        part = Column(step, path, name, Pick(((key, formula),)))
                        if _alike(part.value(known), values):
                            yield part


def _alike(some: Sequence[Json], others: Sequence[Json]) -> bool:
    return len(some) == len(others) and all(any(same(one, other) for other in others) for one in some)


def _operands(facts: Sequence[Json], known: Known) -> list[list[Formula]]:
    """Formulas of the facts behind an answer; of what the question names where none is known."""
    if facts:
        return [found[:3] for fact in facts if (found := [*_cells(fact, known), *_slots(fact, known)])]
    return [[slot] for slot in _sizes(known)]


def _sizes(known: Known) -> list[Formula]:
    counts: dict[str, int] = {}
    found: list[Formula] = []
    for each in known.named:
        number = counts[each.kind] = counts.get(each.kind, -1) + 1
        if each.kind in ("number", "date", "time"):
            found.append(Slot(each.kind, number))
    return found


def _comparisons(value: bool, facts: Sequence[Json], known: Known) -> Iterator[Formula]:
    operands = _operands(facts, known)
    pairs = list(itertools.pairwise(operands)) if len(operands) > 1 else []
    if not pairs and operands:
        pairs = [(operands[0], [slot]) for slot in (*_sizes(known), *_name_slots(known))]
    for ones, others in pairs:
        for one, other in itertools.product(ones, others):
            try:
                first, second = magnitude(one.value(known)), magnitude(other.value(known))
            except Unknown:
                continue
            if first != second:
                yield Compared(one, ">" if (first > second) == value else "<", other)
            else:
                yield Compared(one, "=" if value else ">", other)
    for ones, others in pairs:
        for one, other in itertools.product(ones, others):
            try:
                if same(one.value(known), other.value(known)) == value:
                    yield Compared(one, "=", other)
            except Unknown:
                continue


def _name_slots(known: Known) -> Iterator[Formula]:
    for each in known.named:
        if each.kind in ("name", "choice", "code"):
            yield from itertools.islice(_slots(each.value, known), 1)


def _folded(value: Json, facts: Sequence[Json], known: Known) -> Iterator[Formula]:
    if not isinstance(value, int | float):
        return
    sources: list[Formula] = explain_list(facts, known) if len(facts) > 1 else []
    if not facts:
        sizes = _sizes(known)
        sources = [
            Several(tuple(some)) for width in range(2, len(sizes) + 1) for some in itertools.combinations(sizes, width)
        ]
        sources = sources[:24]
    for source in sources:
        for how in ("sum", "mean", "range", "most", "least"):
            formula: Formula = Folded(how, source)
            if _gives(formula, value, known):
                yield formula
    for step in sorted(known.steps, reverse=True):
        for path in _paths(known, step):
            rows = known.rows(step, path)
            if len(rows) == value:
                yield Folded("count", Column(step, path, next(iter(rows[0].row))))
                continue
            for key in rows[0].row:
                for cell in list(dict.fromkeys(str(placed.row.get(key)) for placed in rows)):
                    matching = [placed for placed in rows if str(placed.row.get(key)) == cell]
                    if len(matching) == value:
                        actual = matching[0].row.get(key)
                        for slot in itertools.islice(_slots(actual, known), 2):
                            yield Folded("count", Column(step, path, key, Pick(((key, slot),))))


def _changed(value: Json, facts: Sequence[Json], known: Known) -> Iterator[Formula]:
    for ones in _operands(facts, known):
        for one, by, sign in itertools.product(ones[:2], _sizes(known), "+-*"):
            formula = Changed(one, sign, by)
            if one != by and _gives(formula, value, known):
                yield formula
    if facts and isinstance(value, int | float):
        for ones in _operands(facts, known)[:1]:
            for factor in range(2, 13):
                formula = Changed(ones[0], "*", Constant(factor))
                if _gives(formula, value, known):
                    yield formula


def _best(value: Json, known: Known) -> Iterator[Formula]:
    """The one with the most or least of something, called by what an earlier row or the call said."""
    for step in sorted(known.steps, reverse=True):
        if len(known.steps[step]) < 2:
            continue
        for path in _paths(known, step):
            rows = known.rows(step, path)
            for number in range(len(rows)):
                for pick in _extremes(rows, number) if len(rows) > 1 else ():
                    formula: Formula = Given(step, path, pick)
                    if _gives(formula, value, known):
                        yield formula
                    for source in [each for each in known.steps if each < step]:
                        for below in _paths(known, source):
                            names = dict.fromkeys(n for p in known.rows(source, below) for n in p.row)
                            for name in names:
                                formula = Origin(step, path, pick, source, below, name)
                                if _gives(formula, value, known):
                                    yield formula


def _gives(formula: Formula, value: Json, known: Known) -> bool:
    try:
        return same(formula.value(known), value)
    except Unknown:
        return False
