"""What a question does with what it finds, apart from what that is: a comparison, a sum, a list, the value itself.

The words that ask for it ("is it above", "add up") are the same whatever is asked about, so it is learned over all
questions, and put together with the field and the row that questions about the same thing ask for.
"""

from __future__ import annotations

from dataclasses import replace

from ftrl_gym.baselines.formulas import (
    Cell,
    Changed,
    Column,
    Compared,
    Constant,
    Folded,
    Formula,
    Given,
    Origin,
    Pick,
    Several,
    Slot,
    Slots,
)

_ANY = Cell(0, "", "")
_ALL = Column(0, "", "")


def skeleton(formula: Formula) -> Formula:
    """A formula without what it is about; two that do the same have equal ones.

    >>> total = [Folded("sum", Column(step, "rows", field)) for step, field in ((1, "price"), (2, "fee"))]
    >>> skeleton(total[0]) == skeleton(total[1])
    True
    """
    if isinstance(formula, Compared):
        return Compared(_operand(formula.one), formula.sign, _operand(formula.other))
    if isinstance(formula, Changed):
        return Changed(_operand(formula.one), formula.sign, _operand(formula.by))
    if isinstance(formula, Folded):
        return Folded(formula.how, _ALL)
    if isinstance(formula, Column | Several | Slots):
        return _ALL
    if isinstance(formula, Cell | Origin | Given):
        pick = formula.pick
        return replace(_ANY, pick=Pick(extreme="any" if pick.extreme else "", most=pick.most, place=pick.place))
    return Slot(formula.kind, 0) if isinstance(formula, Slot) else formula


def _operand(formula: Formula) -> Formula:
    return formula if isinstance(formula, Slot | Constant) else _ANY


def about(formula: Formula) -> Cell | Column | None:
    """The first field that a formula looks at."""
    if isinstance(formula, Cell | Column):
        return formula
    parts: tuple[Formula, ...] = ()
    if isinstance(formula, Several):
        parts = formula.parts
    elif isinstance(formula, Folded):
        parts = (formula.of,)
    elif isinstance(formula, Compared | Changed):
        parts = (formula.one,)
    return next((found for part in parts if (found := about(part)) is not None), None)


def put_together(bones: Formula, field: Cell | Column) -> Formula | None:
    """The formula that does with a field what a skeleton says; None where that takes more than one field."""
    cell = field if isinstance(field, Cell) else Cell(field.step, field.path, field.name)
    column = field if isinstance(field, Column) else Column(field.step, field.path, field.name)
    if isinstance(bones, Compared) and bones.other != _ANY:
        return replace(bones, one=cell)
    if isinstance(bones, Compared):
        first, second = (replace(cell, pick=replace(cell.pick, place=place)) for place in (0, 1))
        return Compared(first, bones.sign, second)
    if isinstance(bones, Changed) and bones.by != _ANY:
        return replace(bones, one=cell)
    if isinstance(bones, Folded):
        return replace(bones, of=column)
    if bones == _ALL:
        return column
    return cell if bones == _ANY else None
