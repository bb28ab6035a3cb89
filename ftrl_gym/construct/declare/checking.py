"""Checks of a declaration: whatever cannot work is told before anything is made of it.

Every finding names the file, the entry and how to mend it.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping

from ftrl_gym.construct.declare.code import created, scope_of
from ftrl_gym.construct.declare.columns import Choice, Column, Date, Email, Flag, Name, Number, Ref, phrases
from ftrl_gym.construct.declare.declaration import (
    RULE_TOOL,
    RULES,
    Create,
    Declaration,
    Do,
    Each,
    Entity,
    Find,
    Get,
    Need,
    Set,
    Tool,
    WorkOut,
    shown,
)
from ftrl_gym.construct.declare.expressions import BadExpression, Scope, Term, names_in, rules_in, term_of, translate
from ftrl_gym.construct.declare.populate import filling_order, leading
from ftrl_gym.construct.domain import Pick
from ftrl_gym.errors import ConstructionError

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


def check(declaration: Declaration) -> None:
    """Holds a declaration to everything that the engine takes for granted.

    Raises:
        ConstructionError: The first thing that cannot work; it names the file, the entry, and how to mend it.
    """
    for entry, problem in _problems(declaration):
        raise ConstructionError(f"{declaration.file or declaration.name}: {entry}: {problem}")


Problems = Iterator[tuple[str, str]]


def _problems(declaration: Declaration) -> Problems:
    """(entry, what is wrong and how to mend it), the most basic first: later checks rely on earlier ones."""
    yield from _names(declaration)
    for entity in declaration.entities:
        yield from _entity(declaration, entity)
    yield from _circles(declaration)
    for entity in declaration.entities:
        yield from _values(declaration, entity)
    for tool in declaration.tools:
        yield from _tool(declaration, tool)
    yield from _lookups(declaration)
    yield from _steps(declaration)
    yield from _rules(declaration)


def _names(declaration: Declaration) -> Problems:
    if not re.fullmatch("[A-Z][A-Za-z0-9]{0,49}", declaration.name):
        yield "name", f"{declaration.name!r} is no CamelCase name; write something like 'CityClinic'"
    entities = [entity.name for entity in declaration.entities]
    tools = [tool.name for tool in declaration.tools] + [RULE_TOOL] * bool(declaration.rules)
    for what, names in (("entity", entities), ("tool", tools), ("rule", [rule.topic for rule in declaration.rules])):
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            yield f"{what} {twice[0]!r}", "it is declared twice; keep one of the two"
    for tool in tools:
        if not _IDENTIFIER.fullmatch(tool) or keyword.iskeyword(tool):
            yield f"tool {tool!r}", "it becomes a Python function: use lower-case letters, digits and _"


def _entity(declaration: Declaration, entity: Entity) -> Problems:
    place = f"entity {entity.name!r}"
    if not entity.columns:
        yield place, "it has no columns; the first one is its key"
        return
    if entity.columns[entity.key].kind != "text" or isinstance(entity.columns[entity.key], Ref):
        yield place, f"its key {entity.key!r} is no text; begin with an Id or a Name"
    if entity.label and entity.label not in entity.columns:
        yield place, f"its label {entity.label!r} is none of its columns {', '.join(entity.columns)}"
    if entity.table == RULES:
        yield place, f"the table {RULES!r} is kept for house rules; give it another plural"
    yield from _phrases(place, "called", phrases(entity.called))
    known = {each.name for each in declaration.entities}
    if isinstance(entity.rows, Each) and entity.rows.entity not in known:
        yield f"{place}, rows", f"there is no entity {entity.rows.entity!r}; there are {', '.join(sorted(known))}"
    for name, column in entity.columns.items():
        yield from _column(declaration, entity, name, column, known)


def _column(declaration: Declaration, entity: Entity, name: str, column: Column, known: set[str]) -> Problems:
    place = f"entity {entity.name!r}, column {name!r}"
    if not isinstance(column, Column):
        yield place, f"{column!r:.60} is no kind of column; use Id, Name, Person, Choice, Number, Money, Date, ... or Ref"
        return
    if not _IDENTIFIER.fullmatch(name) or keyword.iskeyword(name):
        yield place, "it becomes a Python name: use lower-case letters, digits and _, and no keyword"
    if isinstance(column, Ref):
        if column.entity not in known:
            yield place, f"it refers to {column.entity!r}, which is no entity; there are {', '.join(sorted(known))}"
            return
        back = declaration.entity(column.entity).columns.get(column.back) if column.back else None
        if column.back and not (isinstance(back, Ref) and back.entity == entity.name):
            yield place, f"{column.entity}.{column.back} does not lead back to {entity.name!r}; name a Ref that does"
        yield from _phrases(place, "link", column.links)
    if isinstance(column, Choice) and not column.members:
        yield place, "it has no values to choose from; list them"
    if isinstance(column, Name) and not (column.words or column.drawn):
        yield place, "it has no words to make names of; list some"
    if isinstance(column, Email) and column.of not in entity.columns:
        yield place, f"it is made of {column.of!r}, which is no column; name the one that holds a person"
    if isinstance(column, Number) and column.high_end < column.low_end:
        yield place, f"its range runs from {column.low_end} to {column.high_end}; swap the ends"
    if isinstance(column, Flag) and column.noun:
        yield place, "true or false is never asked for, a coin would be right half of the time; leave its noun out"
    if column.ask and not column.noun:
        yield place, "it has an ask but no noun; add one: 'the ... of {x}'"
    if bool(column.low) != bool(column.high):
        yield place, "low and high go together: say what is true of the lower one and of the higher one"
    yield from _phrases(place, "noun", column.nouns)
    yield from _phrases(place, "ask", column.asks)


def _phrases(place: str, what: str, forms: tuple[str, ...], names: tuple[str, ...] = ("x",)) -> Problems:
    for form in forms:
        for name in names:
            if f"{{{name}}}" not in form:
                yield f"{place}, {what}", f"{form!r} does not say what it is about; put {{{name}}} where that is named"
        unknown = [name for name in re.findall(r"\{(\w*)\}", form) if name not in (*names, "day", "name")]
        if unknown:
            yield f"{place}, {what}", f"{form!r} holds {{{unknown[0]}}}; there are only {', '.join(names)}, day and name"


def _circles(declaration: Declaration) -> Problems:
    ordered = {entity.name for entity in filling_order(declaration)}
    stuck = [entity.name for entity in declaration.entities if entity.name not in ordered]
    if stuck:
        yield f"entity {stuck[0]!r}", (
            f"{', '.join(stuck)} refer to each other in a circle, so none can be filled first; "
            "turn one reference into a Ref(..., back=...)"
        )


def _values(declaration: Declaration, entity: Entity) -> Problems:
    """Expressions of columns, which may use the columns before them."""
    if isinstance(entity.rows, Each) and entity.rows.where:
        scope: Scope = {entity.rows.entity: Term("parent", entity.rows.entity)}
        yield from _expression(declaration, f"entity {entity.name!r}, rows", entity.rows.where, scope, "flag")
    own = leading(entity)
    so_far = {own: term_of(entity.columns[own], f"row[{own!r}]")} if own else {}
    if isinstance(entity.rows, Each) and not own:
        yield f"entity {entity.name!r}, rows", f"no column refers to {entity.rows.entity!r}; add a Ref to it"
    for name, column in entity.columns.items():
        place = f"entity {entity.name!r}, column {name!r}"
        if column.value:
            yield from _expression(declaration, f"{place}, value", column.value, so_far, _kind(column))
        by = getattr(column, "by", "")
        if by:
            yield from _expression(declaration, f"{place}, by", by, so_far, "")
        if isinstance(column, Ref) and column.where:
            own = {**so_far, name: Term("candidate", column.entity)}
            yield from _expression(declaration, f"{place}, where", column.where, own, "flag")
        so_far[name] = term_of(column, f"row[{name!r}]")


def _kind(column: Column) -> str:
    return column.entity if isinstance(column, Ref) else column.kind


def _expression(declaration: Declaration, place: str, text: str, scope: Scope, kind: str) -> Problems:
    try:
        found = translate(text, scope, declaration).kind
    except BadExpression as error:
        yield place, f"{error}. It may use columns that stand before it, roles and parameters"
        return
    if kind and found != kind:
        yield place, f"{text!r} is a {found}, and a {kind} is wanted"


# --- tools -----------------------------------------------------------------------------------------------------------


def _tool(declaration: Declaration, tool: Tool) -> Problems:
    place = f"tool {tool.name!r}"
    entities = {entity.name for entity in declaration.entities}
    taken = [tool.entity] if isinstance(tool, Get | Find) else list(tool.takes.values())
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
        yield from _phrases(at, "noun", phrases(meaning.noun), ("x", "y")[:ends])
        yield from _phrases(at, "plural", phrases(meaning.plural), ("x", "y")[:ends])
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
    if len(tool.takes) != 2:
        yield place, "it works something out from two rows; name two roles in takes"
        return
    tools = {each.name for each in declaration.tools}
    for name in tool.instead_of.split():
        if name not in tools:
            yield place, f"instead_of names {name!r}, which is no tool"
    for name, column in tool.gives.items():
        yield from _phrases(f"{place}, {name!r}", "noun", column.nouns, ("x", "y"))
        yield from _phrases(f"{place}, {name!r}", "ask", column.asks, ("x", "y"))
        if column.noun and not column.ask:
            yield f"{place}, {name!r}", "it has a noun but no ask; say the whole question as well"
        yield from _expression(declaration, f"{place}, {name!r}", column.value, scope_of(declaration, tool), "")
        free = [
            role
            for role, entity in tool.takes.items()
            if not _shown_elsewhere(declaration, tool, role, declaration.entity(entity), column.value)
        ]
        if not free:
            yield f"{place}, {name!r}", (
                "every figure in it can be looked up, so it could be worked out by hand; "
                "name the tools for one of them in instead_of"
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
    fillers = (*tool.takes, *tool.asks)
    for request in phrases(tool.requests):
        missing = [name for name in fillers if f"{{{name}}}" not in request]
        unknown = [name for name in re.findall(r"\{(\w*)\}", request) if name not in fillers]
        if missing or unknown:
            lack = f"does not say {{{missing[0]}}}" if missing else f"holds {{{unknown[0]}}}, which it does not take"
            yield f"{place}, requests", f"{request!r} {lack}; there are {', '.join(fillers)}"
    if not phrases(tool.requests):
        yield f"{place}, requests", "nobody asks for it; add an imperative: 'cancel {appointment}'"
    for need in tool.needs:
        yield from _need(declaration, need, scope, place)
    for name, text in tool.gives.items():
        yield from _expression(declaration, f"{place}, gives {name!r}", text, scope, "")
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
        if name not in actions or len(actions[name].takes) != 1 or not (actions[name].later or actions[name].regret):
            yield f"{place}, follow_ups", f"{name!r} must be an action about one thing, with later or regret"


def _kind_of(declaration: Declaration, text: str, scope: Mapping[str, Term]) -> str:
    try:
        return translate(text, scope, declaration).kind
    except BadExpression:
        return "text"


def _need(declaration: Declaration, need: Need, scope: Scope, place: str) -> Problems:
    yield from _expression(declaration, f"{place}, need", need.that, scope, "flag")
    for text in re.findall(r"\{([^{}]*)\}", need.otherwise):
        yield from _expression(declaration, f"{place}, need {need.that!r}, otherwise", text, scope, "")
    if len(need.otherwise.split()) < 4:
        yield f"{place}, need {need.that!r}", f"{need.otherwise!r} is too short to say what is wrong and what is right"


def _effect(declaration: Declaration, tool: Do, effect: Set | Create, scope: Scope, place: str) -> Problems:
    if effect.when:
        yield from _expression(declaration, place, effect.when, scope, "flag")
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
    if entity is None or names_in(effect.what if isinstance(effect, Set) else "")[:1] not in ([], *([r] for r in scope)):
        yield place, f"{name!r} is no row that could be changed; name a role, or a reference from one"
        return
    for column, text in effect.values.items():
        if column not in entity.columns or column == entity.key:
            yield place, f"{entity.name!r} has no column {column!r} that can be written; it has {', '.join(entity.columns)}"
            return
        yield from _expression(declaration, f"{place}, {entity.name}.{column}", text, scope, _kind(entity.columns[column]))
        members = entity.columns[column].members if isinstance(entity.columns[column], Choice) else ()  # type: ignore[attr-defined]
        if members and (text.strip()[:1] in "'\"") and text.strip("'\" ") not in members:
            yield f"{place}, {entity.name}.{column}", f"{text} is none of its values {', '.join(members)}"
    if isinstance(effect, Create):
        missing = [name for name in entity.columns if name != entity.key and name not in effect.values]
        if missing:
            yield place, f"a new {entity.name} lacks {', '.join(missing)}; give each column a value"
    elif effect is tool.effects[0] and not any(
        f"{effect.what}.{column}" in need.that for need in tool.needs for column in effect.values
    ):
        yield place, (
            f"nothing is needed before {effect.what} gets a new {' and '.join(effect.values)}, so it could be done "
            f"again and again; add a Need about {effect.what}.{next(iter(effect.values))}"
        )


# --- the whole -------------------------------------------------------------------------------------------------------


def _lookups(declaration: Declaration) -> Problems:
    """Whether everything people ask for can be looked up."""
    for entity in declaration.entities:
        by_key, by_label = declaration.get(entity, entity.key), declaration.get(entity, entity.handle)
        finds = [t for t in declaration.tools if isinstance(t, Find) and t.entity == entity.name and t.means]
        if entity.called and by_label is None:
            yield f"entity {entity.name!r}", (
                f"people call it by {entity.handle!r}, but no tool looks it up by that; add a Get(by={entity.handle!r})"
            )
        linked = [
            f"{each.name}.{name}"
            for each in declaration.entities
            for name, column in each.columns.items()
            if isinstance(column, Ref) and column.links and column.entity == entity.name
        ]
        if linked and by_key is None:
            yield f"entity {entity.name!r}", f"{linked[0]} leads to it, but no tool takes its key; add a Get by {entity.key!r}"
        gets = [get for get in (by_key, by_label) if get is not None]
        if not gets and not finds:
            if any(column.noun for column in entity.columns.values()):
                yield f"entity {entity.name!r}", "no tool tells anything about it; add a Get or a Find"
            continue
        for name, column in entity.columns.items():
            wanted = bool(column.noun) or (isinstance(column, Ref) and bool(column.link))
            told = any(name in shown(get, entity) for get in ([by_key] if by_key else gets))
            if wanted and not told and not (finds and not gets and all(name in shown(find, entity) for find in finds)):
                tools = ", ".join(get.name for get in gets) or ", ".join(find.name for find in finds)
                yield f"entity {entity.name!r}, column {name!r}", (
                    f"people ask for it, but nobody can look it up; let {tools} show it, or take its noun away"
                )


def _steps(declaration: Declaration) -> Problems:
    steps = {
        f"{entity.name}.{name}"
        for entity in declaration.entities
        for name, column in entity.columns.items()
        if isinstance(column, Ref) and column.link
    }
    named = [m.name or m.noun for tool in declaration.tools if isinstance(tool, Find) for m in tool.means]
    twice = [name for name in named if named.count(name) > 1 or name in steps]
    if twice:
        yield f"meaning {twice[0]!r}", "two steps have that name; give one of them another"
    for short in declaration.shorts:
        for step in short.steps:
            if step not in steps and step not in named:
                known = ", ".join(sorted([*steps, *named])[:12])
                yield f"short {short.noun!r}", f"there is no step {step!r}; there are {known}, ..."
        yield from _phrases(f"short {short.noun!r}", "noun", phrases(short.noun))


def _rules(declaration: Declaration) -> Problems:
    texts = [need.that for tool in declaration.tools if isinstance(tool, Do) for need in tool.needs]
    for tool in declaration.tools:
        if isinstance(tool, Do):
            texts += [*tool.gives.values(), *(text for effect in tool.effects for text in effect.values.values())]
            texts += [effect.when for effect in tool.effects if effect.when]
    texts += [column.value for entity in declaration.entities for column in entity.columns.values() if column.value]
    used = {topic for text in texts for topic in rules_in(text)}
    for rule in declaration.rules:
        if rule.topic not in used:
            yield f"rule {rule.topic!r}", f"no tool enforces it; use rule({rule.topic!r}) in a need or an effect"
        if "{}" not in rule.text:
            yield f"rule {rule.topic!r}", f"{rule.text!r} does not give its figure; put {{}} where it stands"
