"""Checks of a declaration's actions: what they need and change, and how people ask for them."""

from __future__ import annotations

import ast
import re

from ftrl_gym.construct.declare.checking_phrases import (
    Problems,
    detail_problems,
    expression_problems,
    kind_said,
    need_problems,
)
from ftrl_gym.construct.declare.code_actions import created
from ftrl_gym.construct.declare.code_rows import scope_of
from ftrl_gym.construct.declare.columns import Choice, Column, Date, phrases
from ftrl_gym.construct.declare.declaration import Declaration
from ftrl_gym.construct.declare.documents import results_of
from ftrl_gym.construct.declare.expressions import BadExpression, Scope, Term, translate
from ftrl_gym.construct.declare.tools import Create, Do, Effect, Set, SetEach
from ftrl_gym.construct.domain import Extra


def action_problems(declaration: Declaration, tool: Do) -> Problems:
    """Everything that is wrong with one action."""
    place = f"tool {tool.name!r}"
    scope = scope_of(declaration, tool)
    fillers = (*tool.roles, *tool.asks)
    for request in phrases(tool.requests):
        missing = [name for name in fillers if f"{{{name}}}" not in request]
        unknown = [name for name in re.findall(r"\{(\w*)\}", request) if name not in fillers]
        if missing or unknown:
            lack = f"does not say {{{missing[0]}}}" if missing else f"holds {{{unknown[0]}}}, which it does not take"
            yield f"{place}, requests", f"{request!r} {lack}; there are {', '.join(fillers)}"
    for name, wanted in tool.asks.items():
        yield from detail_problems(f"{place}, {name!r}", wanted.detail)
    yield from _dates(declaration, tool, place)
    if not phrases(tool.requests):
        yield f"{place}, requests", "nobody asks for it; add an imperative: 'cancel {appointment}'"
    for name, text in tool.lets.items():
        yield from _worked_out(declaration, f"{place}, lets {name!r}", name, text, scope, "")
    for need in tool.needs:
        yield from need_problems(declaration, need, scope, place)
    if tool.only_if:
        yield from expression_problems(declaration, f"{place}, only_if", tool.only_if, scope, "flag")
    for name, given in tool.gives.items():
        text, column = (given, "") if isinstance(given, str) else (given.value, given)
        yield from _worked_out(declaration, f"{place}, gives {name!r}", name, text, scope, column)
    if not tool.effects:
        yield place, "it has no effects; say what it changes, or make it a Get or a Find"
        return
    first = tool.effects[0]
    if isinstance(first, SetEach) or first.when:
        yield (
            f"{place}, effects",
            "the first effect is what the action is about, so it changes or makes one row without a condition",
        )
        return
    for effect in tool.effects:
        yield from _effect(declaration, tool, effect, scope, f"{place}, effects")
        if isinstance(effect, Create):
            scope[created(effect.entity)] = Term(created(effect.entity), effect.entity)
    yield from _shown(declaration, tool, place)
    actions = {each.name: each for each in declaration.tools if isinstance(each, Do)}
    for name in tool.follow_ups:
        if name not in actions or len(actions[name].roles) != 1 or not (actions[name].later or actions[name].regret):
            yield f"{place}, follow_ups", f"{name!r} must be an action about one thing, with later or regret"


def _dates(declaration: Declaration, tool: Do, place: str) -> Problems:
    """Requests about a new date: what is compared with it, and what is said while it is kept back."""
    dates = [name for name, wanted in tool.asks.items() if wanted.kind is Extra.DATE]
    first = declaration.entity(next(iter(tool.roles.values())))
    if (tool.sooner or tool.put_off or tool.open) and (
        len(dates) != 1 or not isinstance(first.columns.get(dates[0]), Date) or not tool.open
    ):
        yield (
            place,
            f"sooner, put_off and open are for a new date: ask for one that is called like the column of "
            f"{first.name!r} that it replaces, and say in open what is asked for while it is kept back",
        )
    for request in phrases(tool.open):
        if any(f"{{{name}}}" in request for name in dates):
            yield f"{place}, open", f"{request!r} says the date, which is kept back; leave it out"


def _worked_out(
    declaration: Declaration, place: str, name: str, text: str, scope: dict[str, Term], wanted: str | Column
) -> Problems:
    """A value that gets a name; it must be a new one."""
    if name in scope:
        yield place, f"{name!r} is a role or a parameter already; give the value another name"
    yield from expression_problems(declaration, place, text, scope, wanted)
    scope[name] = Term(name, kind_said(declaration, text, scope))


def _shown(declaration: Declaration, tool: Do, place: str) -> Problems:
    """What the result shows beside what is changed."""
    for number, effect in enumerate(tool.effects):
        if isinstance(effect, Create) and effect.shows and (effect.when or number == 0):
            yield (
                f"{place}, effects",
                f"a new {effect.entity} is shown by its own shows only after the first effect and without a condition; "
                "for the first one use the tool's",
            )
    for entity, columns in results_of(declaration, tool):
        for name in columns:
            if name not in entity.kept:
                yield f"{place}, shows", f"{entity.name!r} has no column {name!r}; it has {', '.join(entity.kept)}"


def _effect(declaration: Declaration, tool: Do, effect: Effect, scope: Scope, place: str) -> Problems:
    if not isinstance(effect, SetEach) and effect.when:
        yield from expression_problems(declaration, place, effect.when, scope, "flag")
    if isinstance(effect, Create | SetEach):
        if effect.entity not in {entity.name for entity in declaration.entities}:
            yield place, f"it writes a {effect.entity!r}, which is no entity"
            return
        name = effect.entity
    else:
        try:
            name = translate(effect.what, scope, declaration).kind
        except BadExpression as error:
            yield place, str(error)
            return
    entity = next((entity for entity in declaration.entities if entity.name == name), None)
    if entity is None:
        yield place, f"{name!r} is no row that could be changed; name a role, or a reference from one"
        return
    where = effect.where if isinstance(effect, SetEach) else {}
    if isinstance(effect, SetEach) and not where:
        yield place, f"it changes every {entity.name} there is; say in where of which values"
    for name, text in (*where.items(), *effect.values.items()):
        if name not in entity.kept or name == entity.key:
            known = ", ".join(column for column in entity.kept if column != entity.key)
            yield place, f"{entity.name!r} has no column {name!r} that can be written; it has {known}"
            return
        column, at = entity.columns[name], f"{place}, {entity.name}.{name}"
        yield from expression_problems(declaration, at, text, scope, column)
        members = column.members if isinstance(column, Choice) else ()
        strange = [value for value in _constants(text) if members and value not in members]
        if strange:
            yield at, f"{strange[0]!r} is none of its values {', '.join(members)}"
    if isinstance(effect, Create):
        missing = [name for name in entity.kept if name != entity.key and name not in effect.values]
        if missing:
            yield place, f"a new {entity.name} lacks {', '.join(missing)}; give each column a value"
    elif (
        isinstance(effect, Set)
        and effect is tool.effects[0]
        and not any(f"{effect.what}.{column}" in need.that for need in tool.needs for column in effect.values)
    ):
        yield (
            place,
            (
                f"nothing is needed before {effect.what} gets a new {' and '.join(effect.values)}, so it could be done "
                f"again and again; add a Need about {effect.what}.{next(iter(effect.values))}"
            ),
        )


def _constants(text: str) -> list[object]:
    """The constants that an expression may come to."""
    try:
        nodes = [ast.parse(text.strip(), mode="eval").body]
    except SyntaxError:
        return []
    found: list[object] = []
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.IfExp):
            nodes += [node.body, node.orelse]
        elif isinstance(node, ast.Constant):
            found.append(node.value)
    return found
