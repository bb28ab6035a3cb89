"""Generated Python of writing tools: what they need, what they work out, what they change, what they show."""

from __future__ import annotations

from ftrl_gym.construct.declare.code_layout import columns_text, laid_out, merged, plain, signature, wrapped
from ftrl_gym.construct.declare.code_rows import needs_code, parameters_of, rows_code, scope_of
from ftrl_gym.construct.declare.declaration import Declaration, Entity
from ftrl_gym.construct.declare.documents import changed, results_of
from ftrl_gym.construct.declare.expressions import Term, translate
from ftrl_gym.construct.declare.tools import Create, Do, Effect, Set, SetEach
from ftrl_gym.construct.domain import Extra


class ActionCode:
    """The function of one writing tool."""

    def __init__(self, declaration: Declaration, tool: Do) -> None:
        self.declaration, self.tool = declaration, tool
        self.scope: dict[str, Term] = scope_of(declaration, tool)

    def lines(self) -> list[str]:
        """The function, line by line."""
        tool = self.tool
        free = [f"{name}: {'int' if wanted.kind is Extra.COUNT else 'str'}" for name, wanted in tool.asks.items()]
        keys = [f"{name}: str" for name in parameters_of(self.declaration, tool).values()]
        days = [
            f"    _day_to_come(world, {name})"
            for name, wanted in tool.asks.items()
            if wanted.kind in (Extra.DATE, Extra.START)
        ]
        lets = [line for name, text in tool.lets.items() for line in self._worked_out(name, text)]
        needs = needs_code(tool.needs, self.scope, self.declaration)
        gives = [
            line
            for name, given in tool.gives.items()
            for line in self._worked_out(name, given if isinstance(given, str) else given.value)
        ]
        effects = [line for effect in tool.effects for line in self._effect(effect)]
        body = [*days, *lets, *needs, *gives, *effects, *self._result()]
        head = signature(tool.name, *keys, *free)
        return [*head, *rows_code(self.declaration, tool, "\n".join(body)), *body]

    def _worked_out(self, name: str, text: str) -> list[str]:
        term = translate(text, self.scope, self.declaration)
        self.scope[name] = Term(name, term.kind, members=term.members)
        return wrapped(f"{name} = ", term.code)

    def _code(self, text: str) -> str:
        return plain(translate(text, self.scope, self.declaration).code)

    # --- effects ---------------------------------------------------------------------------------------------------

    def _effect(self, effect: Effect) -> list[str]:
        if isinstance(effect, SetEach):
            return self._set_each(effect)
        codes = {name: self._code(text) for name, text in effect.values.items()}
        if not effect.when:
            return self._written(effect, codes, "    ")
        when = translate(effect.when, self.scope, self.declaration).code
        return [*wrapped("if ", when, ":"), *self._written(effect, codes, "        ")]

    def _set_each(self, effect: SetEach) -> list[str]:
        table = f'"{self.declaration.entity(effect.entity).table}"'
        wanted = [f"{name}={self._code(text)}" for name, text in effect.where.items()]
        values = [f"{name}={self._code(text)}" for name, text in effect.values.items()]
        return [
            *laid_out("for each, _ in world.find(", [table, *wanted], "):"),
            *laid_out("world.update(", [table, "each", *values], ")", "        "),
        ]

    def _written(self, effect: Set | Create, codes: dict[str, str], indent: str) -> list[str]:
        """The lines of one effect; the rows that the result shows are kept."""
        if isinstance(effect, Set):
            target = translate(effect.what, self.scope, self.declaration)
            table = f'"{self.declaration.entity(target.kind).table}"'
            values = [f"{name}={code}" for name, code in codes.items()]
            first = self.tool.effects[0]
            held = "row = " if isinstance(first, Set) and effect.what == first.what else ""
            return laid_out(f"{held}world.update(", [table, plain(target.code), *values], ")", indent)
        entity, new = self.declaration.entity(effect.entity), created(effect.entity)
        self.scope[new] = Term(new, entity.name)
        held = "row" if effect is self.tool.effects[0] else f"{new}_row"
        row = laid_out(f"{held} = {{", [f'"{name}": {code}' for name, code in codes.items()], "}", indent)
        return [*row, f'{indent}{new} = world.insert("{entity.table}", {held}, prefix="{prefix_of(entity)}")']

    def _result(self) -> list[str]:
        entity, _ = changed(self.declaration, self.tool)
        effect = self.tool.effects[0]
        assert not isinstance(effect, SetEach)
        key = created(entity.name) if isinstance(effect, Create) else self._code(effect.what)
        (_, columns), *others = results_of(self.declaration, self.tool)
        own = [f'"{entity.key}"', key, "row", columns_text(columns)]
        views = [f"_view({', '.join(own)})"]
        for other, names in others:
            new = created(other.name)
            views.append(f'_view("{other.key}", {new}, {new}_row, {columns_text(names)})')
        if self.tool.gives:
            shown = ", ".join(f'"{name}": {name}' for name in self.tool.gives)
            views.append(f"{{{shown}}}")
        return laid_out("return _view(", own, ")") if len(views) == 1 else merged("return ", views)


def created(entity: str) -> str:
    """What expressions call the key of a row that an effect creates."""
    return f"new_{entity.replace(' ', '_')}"


def prefix_of(entity: Entity) -> str:
    """Prefix of generated keys."""
    column = entity.columns[entity.key]
    return getattr(column, "new", "") or getattr(column, "prefix", "") or entity.name[0].upper()
