"""Checks of entities with several kinds of row, and of what rows mean for others while worlds are drawn."""

from __future__ import annotations

from ftrl_gym.construct.declare.checking_phrases import Problems, drawing_problems, link_problems, phrase_problems
from ftrl_gym.construct.declare.columns import AnyRef, Choice, Column, Flag, Ref, phrases
from ftrl_gym.construct.declare.declaration import Declaration, Entity, Kind
from ftrl_gym.construct.declare.expressions import BadExpression, Scope, translate
from ftrl_gym.construct.declare.tools import Set


def kind_problems(declaration: Declaration, entity: Entity) -> Problems:
    """Kinds that no row is of, that share a name, or that lack what the entity leaves to them."""
    place = f"entity {entity.name!r}"
    column = entity.columns.get(entity.by_kind)
    either = [name for name, own in entity.columns.items() if isinstance(own, AnyRef)]
    if not entity.kinds:
        if either or entity.by_kind:
            yield place, f"{(either or [entity.by_kind])[0]!r} depends on the kind of the row; declare its kinds"
        return
    if not isinstance(column, Choice):
        yield place, f"by_kind is {entity.by_kind!r}; name the Choice that says of which kind a row is"
        return
    values = [kind.value for kind in entity.kinds]
    if sorted(values) != sorted(column.members):
        yield place, f"its kinds are {', '.join(values)}, its {entity.by_kind} is one of {', '.join(column.members)}"
    names = [kind.name for each in declaration.entities for kind in each.kinds]
    names += [each.name for each in declaration.entities if not each.kinds]
    order = list(entity.columns)
    for kind in entity.kinds:
        at = f"{place}, {kind.name}"
        if names.count(kind.name) > 1:
            yield at, "another kind of thing has that name; give it one of its own"
        yield from phrase_problems(at, "called", phrases(kind.called))
        for name in either:
            if not isinstance(kind.columns.get(name), Ref):
                yield at, f"{name!r} is the key of one row or another; say of which by a Ref of that name"
        for name, own in kind.columns.items():
            if name not in entity.columns or order.index(name) <= order.index(entity.by_kind):
                yield at, f"{name!r} is no column after {entity.by_kind!r}; add it to the entity, behind it"
                continue
            yield from _own_column(declaration, f"{at}, column {name!r}", kind, own)


def _own_column(declaration: Declaration, place: str, kind: Kind, column: Column) -> Problems:
    if isinstance(column, Ref) and column.entity not in {each.name for each in declaration.entities}:
        yield place, f"it refers to {column.entity!r}, which is no entity"
        return
    if isinstance(column, Flag) and column.noun:
        yield place, "true or false is never asked for, a coin would be right half of the time; leave its noun out"
    if isinstance(column, Ref):
        yield from link_problems(declaration, place, column)
    yield from phrase_problems(place, "noun", column.nouns)
    yield from phrase_problems(place, "ask", column.asks)


def also_problems(declaration: Declaration, place: str, effect: Set, scope: Scope) -> Problems:
    """What a row means for others, where that is no row or no column of it."""
    if effect.when:
        yield from drawing_problems(declaration, place, effect.when, scope, "flag")
    try:
        name = translate(effect.what, scope, declaration, drawing=True).kind
    except BadExpression as error:
        yield place, str(error)
        return
    entity = next((each for each in declaration.entities if each.name == name), None)
    if entity is None:
        yield place, f"{effect.what!r} is no row that could be changed; name a reference, or room(key)"
        return
    for name, text in effect.values.items():
        if name not in entity.columns or name == entity.key:
            yield (
                place,
                f"{entity.name!r} has no column {name!r} that can be written; it has {', '.join(entity.columns)}",
            )
            return
        yield from drawing_problems(declaration, place, text, scope, entity.columns[name])
