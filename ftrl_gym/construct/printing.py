"""Programs in one line, for people: ``count(filter(rooms at hotel "Aurora", nightly_price < 150))``."""

from __future__ import annotations

from ftrl_gym.construct.domain import Pick, Search
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Member, Op, Program, Value, Walk
from ftrl_gym.construct.reading import Reader
from ftrl_gym.task import Json


def printed(program: Program, reader: Reader) -> str:
    """A program that is bound to a world, in one line."""
    return _Printer(reader).program(program)


def printed_walk(walk: Walk, reader: Reader) -> str:
    """The way to one thing, in one line."""
    return _Printer(reader).walk(walk)


class _Printer:
    def __init__(self, reader: Reader) -> None:
        self.reader, self.domain = reader, reader.domain

    def program(self, program: Program) -> str:
        """One line."""
        if program.over is not None:
            rows = [self._rows(program.over, program)]
            if program.other is not None:
                rows.append(self._rows(program.other, program))
            return f"{program.op.value}({', '.join(rows)})"
        values = [self.value(value) for value in program.values]
        if program.op is Op.VALUE:
            return values[0]
        if program.op in (Op.TEST, Op.CHOOSE):
            assert program.relation is not None
            other = values[1] if len(values) == 2 else _literal(program.figure)
            test = f"{values[0]} {program.relation.value} {other}"
            if program.op is Op.TEST:
                return test
            return f"if({test}, {', '.join(map(self.value, program.branches))})"
        figure = [] if program.figure is None else [_literal(program.figure)]
        if program.op is Op.SHIFT and program.relation is not None:
            figure = [f"{'-' if program.relation.value == '<' else '+'}{figure[0]}"]
        return f"{program.op.value}({', '.join([*values, *figure])})"

    def _rows(self, over: Follow, program: Program) -> str:
        rows = self._found(over)
        if program.keep is not None:
            keep = program.keep
            return f"filter({rows}, {keep.attribute} {keep.relation.value} {_literal(keep.figure)})"
        return f"{rows}.{program.gathers}" if program.gathers else rows

    def _found(self, over: Follow) -> str:
        step = self.domain.steps[over.step]
        assert isinstance(step, Search)
        rows = step.plural.replace(" of {x}", "").replace("{x}", "").strip()
        fixed = [f"{name} = {_literal(value)}" for name, value in step.fixed.items()]
        given = [over.given] if over.given else []
        return f"{rows}({', '.join([*map(self.walk, over.sources), *fixed, *given])})"

    def value(self, value: Value) -> str:
        """One value."""
        if isinstance(value, Attr):
            return f"{self.walk(value.walk)}.{value.attribute}"
        return f"{value.combination.tool}({', '.join(map(self.walk, value.walks))}).{value.attribute}"

    def walk(self, walk: Walk) -> str:
        """The way to one thing."""
        if isinstance(walk, Anchor):
            thing = self.domain.thing(walk.thing)
            return f"{thing.name} {_literal(self.reader.row(walk)[thing.handle])}"
        if isinstance(walk, Member):
            return f"{self._found(walk.search)}[{walk.rank}]"
        step = self.domain.steps[walk.step]
        sources = ", ".join(map(self.walk, walk.sources))
        if not isinstance(step, Search):
            return f"{step.target} by {step.attribute} of ({sources})"
        ends = {Pick.LOWEST: f"least {step.by}", Pick.HIGHEST: f"most {step.by}", Pick.NAMED: _literal(walk.given)}
        asked = [f"{name} = {_literal(value)}" for name, value in step.fixed.items()]
        asked += [*([walk.given] if step.dated and walk.given else []), *filter(None, [ends.get(step.pick, "")])]
        return f"{step.target} of ({', '.join([sources, *asked])})"


def _literal(value: Json) -> str:
    return f'"{value}"' if isinstance(value, str) and not value[:4].isdigit() else str(value)
