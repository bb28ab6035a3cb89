"""Checks of a declaration's tools: what they take, show, need and change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ftrl_gym.construct.declare.code import created, scope_of
from ftrl_gym.construct.declare.columns import Choice, Column, Date, Ref, phrases
from ftrl_gym.construct.declare.declaration import (
    Create,
    Declaration,
    Do,
    Entity,
    Find,
    Get,
    Need,
    Set,
    Tool,
    WorkOut,
    shown,
)
from ftrl_gym.construct.declare.expressions import BadExpression, Scope, Term, translate
from ftrl_gym.construct.domain import Detail, Extra, Pick

Problems = Iterator[tuple[str, str]]
"""(entry, what is wrong and how to mend it)."""


def phrase_problems(place: str, what: str, forms: tuple[str, ...], names: tuple[str, ...] = ("x",)) -> Problems:
    """Phrases that do not say what they are about, or hold what nothing fills in."""
    for form in forms:
        for name in names:
            if f"{{{name}}}" not in form:
                yield f"{place}, {what}", f"{form!r} does not say what it is about; put {{{name}}} where that is named"
        unknown = [name for name in re.findall(r"\{(\w*)\}", form) if name not in (*names, "day", "name")]
        if unknown:
            yield (
                f"{place}, {what}",
                f"{form!r} holds {{{unknown[0]}}}; there are only {', '.join(names)}, day and name",
            )


def detail_problems(place: str, detail: Detail) -> Problems:
    """Vague words that are none, or a question that the user would not understand."""
    if isinstance(detail.nouns, str) or not detail.nouns:
        yield place, f"its nouns are {detail.nouns!r}; give them as a tuple: ('my invoice',)"
    if not any(cue in detail.ask.lower() for cue in detail.cues):
        yield place, f"no cue stands in {detail.ask!r}, so its own question would not be understood; add a word of it"


def expression_problems(declaration: Declaration, place: str, text: str, scope: Scope, kind: str) -> Problems:
    """An expression that means nothing here, or is of another kind than wanted."""
    try:
        found = translate(text, scope, declaration).kind
    except BadExpression as error:
        yield place, f"{error}. It may use columns that stand before it, roles and parameters"
        return
    if kind and found != kind:
        yield place, f"{text!r} is a {found}, and a {kind} is wanted"


def kind_of(column: Column) -> str:
    """What expressions take a column for."""
    return column.entity if isinstance(column, Ref) else column.kind


def tool_problems(declaration: Declaration, tool: Tool) -> Problems:
    """Everything that is wrong with one tool."""
    place = f"tool {tool.name!r}"
    entities = {entity.name for entity in declaration.entities}
    taken = [tool.entity] if isinstance(tool, Get | Find) else list(tool.roles.values())
    unknown = [name for name in taken if name not in entities]
    if unknown:
        yield place, f"there is no entity {unknown[0]!r}; there are {', '.join(sorted(entities))}"
        return
    if not tool.about.endswith("."):
        yield place, "its description must be a sentence that ends in a full stop"
    if isinstance(tool, Get | Find):
        yield from _reading(declaration, tool, place)
    elif isinstance(tool, WorkOut):
        yield from _working_out(declaration, tool, place)
    else:
        yield from _doing(declaration, tool, place)


def _reading(declaration: Declaration, tool: Get | Find, place: str) -> Problems:
    entity = declaration.entity(tool.entity)
    for name in (*tool.by.split(), *tool.shows.split()):
        if name not in entity.columns:
            yield place, f"{entity.name!r} has no column {name!r}; it has {', '.join(entity.columns)}"
            return
    if isinstance(tool, Get):
        return
    if not any(isinstance(entity.columns[name], Ref) for name in tool.by.split()):
        yield place, "it finds rows by no reference, so nothing leads to it; add a Ref column to by"
    for name in tool.by.split():
        if not isinstance(entity.columns[name], Ref | Choice | Date):
            yield place, f"{name!r} is neither a Ref nor a Choice nor a Date; a search filters by these"
    ends = sum(isinstance(entity.columns[name], Ref) for name in tool.by.split())
    for meaning in tool.means:
        at = f"{place}, {meaning.noun!r}"
        yield from phrase_problems(at, "noun", phrases(meaning.noun), ("x", "y")[:ends])
        yield from phrase_problems(at, "plural", phrases(meaning.plural), ("x", "y")[:ends])
        if meaning.by and meaning.by not in shown(tool, entity):
            yield at, f"it picks by {meaning.by!r}, which the tool does not show; add it to shows"
        if meaning.pick is Pick.NAMED and not entity.label:
            yield at, f"{entity.name!r} has no label to be named by; give it one"
        for name, member in meaning.where.items():
            column = entity.columns.get(name)
            if name not in tool.by.split() or not isinstance(column, Choice):
                yield at, f"{name!r} is no choice that the tool filters by; it filters by {tool.by}"
            elif member not in column.members:
                yield at, f"{member!r} is no value of {name!r}; it is one of {', '.join(column.members)}"


def _working_out(declaration: Declaration, tool: WorkOut, place: str) -> Problems:
    if len(tool.roles) != 2:
        yield place, "it works something out from two rows; name two roles in takes"
        return
    tools = {each.name for each in declaration.tools}
    for name in tool.instead_of.split():
        if name not in tools:
            yield place, f"instead_of names {name!r}, which is no tool"
    for name, column in tool.gives.items():
        yield from phrase_problems(f"{place}, {name!r}", "noun", column.nouns, ("x", "y"))
        yield from phrase_problems(f"{place}, {name!r}", "ask", column.asks, ("x", "y"))
        if column.noun and not column.ask:
            yield f"{place}, {name!r}", "it has a noun but no ask; say the whole question as well"
        yield from expression_problems(declaration, f"{place}, {name!r}", column.value, scope_of(declaration, tool), "")
        free = [
            role
            for role, entity in tool.roles.items()
            if not _shown_elsewhere(declaration, tool, role, declaration.entity(entity), column.value)
        ]
        if not free:
            yield (
                f"{place}, {name!r}",
                (
                    "every figure in it can be looked up, so it could be worked out by hand; "
                    "name the tools for one of them in instead_of"
                ),
            )


def _shown_elsewhere(declaration: Declaration, tool: WorkOut, role: str, entity: Entity, text: str) -> bool:
    """Whether what an expression takes from a role can be read through another tool that may stand beside it."""
    used = re.findall(rf"\b{role}\.(\w+)", text)
    readers = [
        each
        for each in declaration.tools
        if isinstance(each, Get | Find) and each.entity == entity.name and each.name not in tool.instead_of.split()
    ]
    return all(any(name in shown(each, entity) for each in readers) for name in used if name != entity.key)


def _doing(declaration: Declaration, tool: Do, place: str) -> Problems:
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
    for need in tool.needs:
        yield from _need(declaration, need, scope, place)
    for name, text in tool.gives.items():
        yield from expression_problems(declaration, f"{place}, gives {name!r}", text, scope, "")
        scope[name] = Term(name, _kind_of(declaration, text, scope))
    if not tool.effects:
        yield place, "it has no effects; say what it changes, or make it a Get or a Find"
        return
    if tool.effects[0].when:
        yield f"{place}, effects", "the first effect is what the action is about, so it cannot depend on a condition"
    for effect in tool.effects:
        yield from _effect(declaration, tool, effect, scope, f"{place}, effects")
        if isinstance(effect, Create):
            scope[created(effect.entity)] = Term(created(effect.entity), effect.entity)
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


def _kind_of(declaration: Declaration, text: str, scope: Mapping[str, Term]) -> str:
    try:
        return translate(text, scope, declaration).kind
    except BadExpression:
        return "text"


def _need(declaration: Declaration, need: Need, scope: Scope, place: str) -> Problems:
    yield from expression_problems(declaration, f"{place}, need", need.that, scope, "flag")
    for text in re.findall(r"\{([^{}]*)\}", need.otherwise):
        yield from expression_problems(declaration, f"{place}, need {need.that!r}, otherwise", text, scope, "")
    if len(need.otherwise.split()) < 4:
        yield f"{place}, need {need.that!r}", f"{need.otherwise!r} is too short to say what is wrong and what is right"


def _effect(declaration: Declaration, tool: Do, effect: Set | Create, scope: Scope, place: str) -> Problems:
    if effect.when:
        yield from expression_problems(declaration, place, effect.when, scope, "flag")
    if isinstance(effect, Create):
        if effect.entity not in {entity.name for entity in declaration.entities}:
            yield place, f"it creates a {effect.entity!r}, which is no entity"
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
    for name, text in effect.values.items():
        if name not in entity.columns or name == entity.key:
            known = ", ".join(column for column in entity.columns if column != entity.key)
            yield place, f"{entity.name!r} has no column {name!r} that can be written; it has {known}"
            return
        column, at = entity.columns[name], f"{place}, {entity.name}.{name}"
        yield from expression_problems(declaration, at, text, scope, kind_of(column))
        if isinstance(column, Choice) and text.strip()[:1] in "'\"" and text.strip("'\" ") not in column.members:
            yield at, f"{text} is none of its values {', '.join(column.members)}"
    if isinstance(effect, Create):
        missing = [name for name in entity.columns if name != entity.key and name not in effect.values]
        if missing:
            yield place, f"a new {entity.name} lacks {', '.join(missing)}; give each column a value"
    elif effect is tool.effects[0] and not any(
        f"{effect.what}.{column}" in need.that for need in tool.needs for column in effect.values
    ):
        yield (
            place,
            (
                f"nothing is needed before {effect.what} gets a new {' and '.join(effect.values)}, so it could be done "
                f"again and again; add a Need about {effect.what}.{next(iter(effect.values))}"
            ),
        )
