"""Checks of a declaration's tools: what they take and show. Of actions there is more in
:mod:`ftrl_gym.construct.declare.checking_actions`."""

from __future__ import annotations

import ast
import re

from ftrl_gym.construct.declare.checking_phrases import (
    Problems,
    expression_problems,
    kind_of,
    need_problems,
    phrase_problems,
)
from ftrl_gym.construct.declare.code_rows import scope_of
from ftrl_gym.construct.declare.columns import Choice, Date, Number, Ref, phrases
from ftrl_gym.construct.declare.declaration import Declaration, Entity, shown
from ftrl_gym.construct.declare.tools import Applied, Find, Get, Meaning, Tool, WorkOut
from ftrl_gym.construct.declare.vocabulary import kind_meant, taken_by
from ftrl_gym.construct.domain import Pick


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


def _reading(declaration: Declaration, tool: Get | Find, place: str) -> Problems:
    entity = declaration.entity(tool.entity)
    for name in (*tool.by.split(), *tool.shows.split()):
        if name not in entity.kept:
            yield place, f"{entity.name!r} has no column {name!r}; it has {', '.join(entity.kept)}"
            return
    if isinstance(tool, Get):
        return
    columns = {name: entity.columns[name] for name in tool.by.split()}
    ends = sum(isinstance(column, Ref) for column in columns.values())
    if not ends:
        yield place, "it finds rows by no reference, so nothing leads to it; add a Ref column to by"
    if ends > 2:
        yield place, "it finds rows by more than two references, and phrases know only {x} and {y}; leave some out"
    for name, column in columns.items():
        if not isinstance(column, Ref | Choice | Date):
            yield place, f"{name!r} is neither a Ref nor a Choice nor a Date; a search filters by these"
    if sum(isinstance(column, Date) for column in columns.values()) > 1:
        yield place, "it finds rows by two dates, and phrases know only one {day}; leave one out"
    if tool.among and tool.among not in shown(tool, entity):
        yield place, f"among is {tool.among!r}, which the tool does not show; add it to shows"
    for name, bound in tool.bounds.items():
        at = f"{place}, {name!r}"
        if name in columns:
            yield at, "the tool finds rows by a column of that name; call the bound otherwise: 'min_stars'"
        if not isinstance(entity.kept.get(bound.column), Number):
            yield at, f"it bounds {bound.column!r}, which is no number that {entity.name!r} keeps"
        if bound.highest <= bound.lowest or not bound.about.endswith("."):
            yield at, "it runs from lowest to highest, and its description is a sentence; mend one of them"
    for meaning in tool.means:
        yield from _meaning(tool, entity, meaning, ends, f"{place}, {meaning.noun!r}")


def _meaning(tool: Find, entity: Entity, meaning: Meaning, ends: int, at: str) -> Problems:
    dated = any(isinstance(entity.columns[name], Date) for name in tool.by.split())
    names = (*("x", "y")[:ends], *(["day"] if dated else []))
    given = ("name",) if meaning.pick is Pick.NAMED else ()
    yield from phrase_problems(at, "noun", phrases(meaning.noun), (*names, *given))
    yield from phrase_problems(at, "plural", phrases(meaning.plural), names)
    if meaning.by and meaning.by not in shown(tool, entity):
        yield at, f"it picks by {meaning.by!r}, which the tool does not show; add it to shows"
    if meaning.pick is Pick.NAMED and not entity.label:
        yield at, f"{entity.name!r} has no label to be named by; give it one"
    if meaning.brief and ends > 1:
        yield at, "only what one thing leads to can be an end of a journey; leave brief out"
    if entity.kinds and kind_meant(entity, meaning) is None:
        yield at, f"{entity.name!r} has several kinds, and it means none of them; add {entity.by_kind!r} to where"
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
    if tool.figures and not tool.applied:
        yield place, "nobody says which figure they mean; say in applied where it comes from"
    tools = {each.name for each in declaration.tools}
    for name in tool.instead_of.split():
        if name not in tools:
            yield place, f"instead_of names {name!r}, which is no tool"
    for name in tool.describes:
        if name not in tool.roles:
            yield place, f"it describes {name!r}, which it does not take; it takes {', '.join(tool.roles)}"
    if tool.unordered and len(set(tool.roles.values())) > 1:
        yield place, "a pair without order is one of two alike; leave unordered out"
    scope = scope_of(declaration, tool)
    for need in tool.needs:
        yield from need_problems(declaration, need, scope, place)
    for name, column in tool.gives.items():
        at = f"{place}, {name!r}"
        yield from phrase_problems(at, "noun", column.nouns, ("x", "y"))
        yield from phrase_problems(at, "ask", column.asks, ("x", "y"))
        if column.noun and not column.ask:
            yield at, "it has a noun but no ask; say the whole question as well"
        yield from expression_problems(declaration, at, column.value, scope, column)
        free = [
            role
            for role, entity in tool.roles.items()
            if not _shown_elsewhere(declaration, tool, role, declaration.entity(entity), column.value)
        ]
        if not free:
            yield (
                at,
                "every figure in it can be looked up, so it could be worked out by hand; "
                "name the tools for one of them in instead_of",
            )
    for applied in tool.applied:
        yield from _applied(declaration, tool, applied, f"{place}, {applied.noun!r}")


def _applied(declaration: Declaration, tool: WorkOut, applied: Applied, place: str) -> Problems:
    """A computation on what belongs to two things."""
    things = {kind.name: (entity, entity.of_kind(kind)) for entity in declaration.entities for kind in entity.kinds}
    things |= {entity.name: (entity, dict(entity.columns)) for entity in declaration.entities if not entity.kinds}
    names = [name.replace("_", " ") for name in applied.things.split()]
    if len(names) != 2 or not set(names) <= set(things):
        yield place, f"it is about {applied.things!r}; name two kinds of thing out of {', '.join(sorted(things))}"
        return
    if applied.gives not in tool.gives:
        yield place, f"it gives {applied.gives!r}; the tool gives {', '.join(tool.gives)}"
    yield from phrase_problems(place, "noun", phrases(applied.noun), ("x", "y"))
    yield from phrase_problems(place, "ask", phrases(applied.ask), ("x", "y"))
    if not phrases(applied.ask):
        yield place, "it has no ask; say the whole question"
    wanted = {**dict.fromkeys(tool.figures, "number"), **tool.roles}
    taken = taken_by(declaration, tool)
    if set(applied.takes) != set(taken):
        yield place, f"it takes {', '.join(applied.takes)}; say for each of {', '.join(taken)} where it comes from"
        return
    for role, value in applied.takes.items():
        end, _, attribute = value.partition(".")
        if end in ("x", "y"):
            entity, columns = things[names["xy".index(end)]]
            column = columns.get(attribute)
            kind = entity.name if attribute == entity.key else kind_of(column) if column is not None else ""
            if kind != wanted[role]:
                yield place, f"{role!r} is a {wanted[role]}, and {value!r} is none; name a column that is"
        elif not _constant(value):
            yield place, f"{value!r} is neither x.column nor y.column nor a constant such as 'EUR' in quotes"


def _constant(text: str) -> bool:
    try:
        return isinstance(ast.literal_eval(text), str | int | float)
    except (ValueError, SyntaxError):
        return False


def _shown_elsewhere(declaration: Declaration, tool: WorkOut, role: str, entity: Entity, text: str) -> bool:
    """Whether what an expression takes from a role can be read through another tool that may stand beside it."""
    used = re.findall(rf"\b{role}\.(\w+)", text)
    readers = [
        each
        for each in declaration.tools
        if isinstance(each, Get | Find) and each.entity == entity.name and each.name not in tool.instead_of.split()
    ]
    return all(any(name in shown(each, entity) for each in readers) for name in used if name != entity.key)
