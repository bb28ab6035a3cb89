"""Tool documents of a declared scenario: what a policy reads, and where in each result facts of the world lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ftrl_gym.construct.declare.columns import Choice, Code, Column, Date, Flag, Id, Number, Ref, Time, Word
from ftrl_gym.construct.declare.declaration import RULE_TOOL, RULES, Declaration, Entity, parameter, shown
from ftrl_gym.construct.declare.measures import with_units
from ftrl_gym.construct.declare.tools import Create, Do, Effect, Find, Get, SetEach, WorkOut
from ftrl_gym.construct.domain import Extra
from ftrl_gym.tooldoc import Effect as Does
from ftrl_gym.tooldoc import FactSource, Returns, ToolDocument

Schema = dict[str, Any]
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CLOCK = "^[0-2][0-9]:[0-5][0-9]$"


def documents_of(declaration: Declaration) -> dict[str, ToolDocument]:
    """All documents by name, in the order of the tools."""
    return {document.name: document for document in _all(declaration)}


def _all(declaration: Declaration) -> Iterator[ToolDocument]:
    for tool in declaration.tools:
        if isinstance(tool, Get):
            yield _get(declaration, tool)
        elif isinstance(tool, Find):
            yield _find(declaration, tool)
        elif isinstance(tool, WorkOut):
            yield _work_out(declaration, tool)
        else:
            yield _do(declaration, tool)
    if declaration.rules:
        yield _rule(declaration)


def schema_of(column: Column, declaration: Declaration) -> Schema:
    """What values of a column look like in results."""
    if isinstance(column, Ref):
        target = declaration.entity(column.entity)
        return _TEXT if column.none else schema_of(target.columns[target.key], declaration)
    if isinstance(column, Id):
        if column.letters and not column.digits:
            return {"type": "string", "pattern": f"^[A-Z]{{{column.letters}}}$"}
        plain = column.prefix and not column.new
        return {"type": "string", "pattern": f"^{re.escape(column.prefix)}[0-9]+$"} if plain else _TEXT
    if isinstance(column, Code | Word):
        return _TEXT
    if isinstance(column, Choice):
        return {"type": "string", "enum": list(column.members)}
    if isinstance(column, Number):
        whole = all(float(bound).is_integer() for bound in (column.low_end, column.high_end, column.step))
        return {"type": "integer" if column.whole or (whole and not column.value) else "number"}
    if isinstance(column, Flag):
        return {"type": "boolean"}
    if isinstance(column, Date | Time):
        return {"type": "string", "pattern": _DAY if isinstance(column, Date) else _CLOCK}
    return _TEXT


_TEXT: Schema = {"type": "string"}


def _said(column: str, entity: Entity) -> str:
    """Description of a parameter that takes a value of a column: ``Id of the doctor.``"""
    if entity.columns[column].about:
        return entity.columns[column].about
    words = column.removeprefix(f"{entity.name}_").replace("_", " ")
    return f"{words[0].upper()}{words[1:]} of the {entity.name}."


def _key_parameter(declaration: Declaration, entity: Entity) -> Schema:
    if entity.columns[entity.key].about:
        return {"type": "string", "description": entity.columns[entity.key].about}
    label = f"{entity.name} ".lower()
    noun = entity.label_noun if entity.called and entity.handle == entity.key else ""
    if noun and noun != "name":
        text = noun if noun.startswith(label) else f"{noun} of the {entity.name}"
        return {"type": "string", "description": f"{text[0].upper()}{text[1:]}."}
    return {"type": "string", "description": _said(entity.key, entity)}


def _tool(
    name: str, about: str, parameters: dict[str, Schema], returns: Returns, binds: dict[str, str], effect: Does
) -> ToolDocument:
    required = [p for p, schema in parameters.items() if "default" not in schema]
    schema = {"type": "object", "properties": parameters, "required": required, "additionalProperties": False}
    return ToolDocument(name=name, description=about, parameters=schema, returns=returns, binds=binds, effect=effect)


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _columns(declaration: Declaration, entity: Entity, names: tuple[str, ...]) -> dict[str, Schema]:
    return {name: schema_of(entity.columns[name], declaration) for name in names}


def _facts(entity: Entity, names: tuple[str, ...], path: str = "") -> FactSource:
    return FactSource(path=path, entity=entity.table, key=(entity.key,), fields={name: name for name in names})


def _get(declaration: Declaration, tool: Get) -> ToolDocument:
    entity = declaration.entity(tool.entity)
    names, by = shown(tool, entity), tool.by or entity.key
    described = (
        _key_parameter(declaration, entity)
        if by == entity.key
        else {"type": "string", "description": "Full name." if by == "name" else _said(by, entity)}
    )
    returns = Returns(schema=_object(_columns(declaration, entity, names)), facts=(_facts(entity, names),))
    about = with_units(tool.about, entity, names)
    return _tool(tool.name, about, {by: described}, returns, {by: f"{entity.table}.{by}"}, Does.READ)


def _find(declaration: Declaration, tool: Find) -> ToolDocument:
    entity = declaration.entity(tool.entity)
    parameters: dict[str, Schema] = {}
    binds: dict[str, str] = {}
    for name in tool.by.split():
        column = entity.columns[name]
        own = column.alias or name
        binds[own] = f"{entity.table}.{name}"
        if isinstance(column, Ref):
            parameters[own] = _key_parameter(declaration, declaration.entity(column.entity))
        elif isinstance(column, Choice):
            about = column.about or f"{_said(name, entity).removesuffix('.')}, or any."
            parameters[own] = {
                "type": "string",
                "description": about,
                "enum": ["any", *column.members],
                "default": "any",
            }
        else:
            parameters[own] = {"type": "string", "description": "Day as YYYY-MM-DD.", "format": "date"}
    for name, bound in tool.bounds.items():  # not in binds: a bound brings no row's value in
        ends = {"minimum": bound.lowest, "maximum": bound.highest, "default": bound.lowest}
        parameters[name] = {"type": "integer", "description": bound.about, **ends}
    names = shown(tool, entity)
    rows = {"type": "array", "items": _object(_columns(declaration, entity, names))}
    returns = Returns(schema=_object({entity.table: rows}), facts=(_facts(entity, names, entity.table),))
    return _tool(tool.name, tool.about, parameters, returns, binds, Does.READ)


def _takes(declaration: Declaration, takes: dict[str, str]) -> dict[str, tuple[str, Entity]]:
    """Role -> its parameter and entity."""
    return {role: (parameter(role, takes, declaration), declaration.entity(name)) for role, name in takes.items()}


def derived(tool: WorkOut) -> str:
    """Entity of what a tool works out."""
    return tool.result or f"{tool.name}_results"


def _work_out(declaration: Declaration, tool: WorkOut) -> ToolDocument:
    taken = _takes(declaration, tool.roles)
    parameters: dict[str, Schema] = {
        name: {"type": "number", "description": figure.about, "exclusiveMinimum": 0}
        for name, figure in tool.figures.items()
    }
    results: dict[str, Schema] = {name: {"type": "number"} for name in tool.figures}
    for role, (name, entity) in taken.items():
        parameters[name] = _key_parameter(declaration, entity)
        if role in tool.describes:
            parameters[name] = {"type": "string", "description": tool.describes[role]}
        results[name] = schema_of(entity.columns[entity.key], declaration)
    results |= {name: schema_of(column, declaration) for name, column in tool.gives.items()}
    facts = FactSource(
        entity=derived(tool), key=tuple(parameters), fields={name: name for name in results}, unordered=tool.unordered
    )
    binds = {name: f"{derived(tool)}.{name}" for name in parameters}
    returns = Returns(schema=_object(results), facts=(facts,))
    return _tool(tool.name, tool.about, parameters, returns, binds, Does.READ)


def changed(declaration: Declaration, tool: Do) -> tuple[Entity, tuple[str, ...]]:
    """The entity that an action is about, and the columns that its first effect gives values."""
    effect = tool.effects[0]
    return entity_of(declaration, tool, effect), tuple(effect.values)


def entity_of(declaration: Declaration, tool: Do, effect: Effect) -> Entity:
    """The entity whose rows an effect makes or changes."""
    if isinstance(effect, Create | SetEach):
        return declaration.entity(effect.entity)
    role, *path = effect.what.split(".")
    if role not in tool.roles:  # room(booking.item): the checks hold it to that
        return declaration.entity(effect.what.partition("(")[0].replace("_", " "))
    entity = declaration.entity(tool.roles[role])
    for step in path:
        column = entity.columns[step]
        assert isinstance(column, Ref)
        entity = declaration.entity(column.entity)
    return entity


def results_of(declaration: Declaration, tool: Do) -> list[tuple[Entity, tuple[str, ...]]]:
    """Entities whose rows the result of an action shows, with the columns of each, keys left out."""
    entity, columns = changed(declaration, tool)
    first = (entity, tuple(tool.shows.split()) or columns)
    more = (effect for effect in tool.effects[1:] if isinstance(effect, Create) and effect.shows)
    return [first, *((declaration.entity(effect.entity), tuple(effect.shows.split())) for effect in more)]


def _do(declaration: Declaration, tool: Do) -> ToolDocument:
    taken = _takes(declaration, tool.roles)
    parameters = {name: _key_parameter(declaration, entity) for name, entity in taken.values()}
    for name, wanted in tool.asks.items():
        schema: Schema = {"type": "string", "description": wanted.about}
        if wanted.kind is Extra.CHOICE:
            schema["enum"] = list(wanted.spoken)
        elif wanted.kind is Extra.COUNT:
            schema |= {"type": "integer", "minimum": 1}
        else:
            schema["format"] = "date"
        parameters[name] = schema
    shows = results_of(declaration, tool)
    results: dict[str, Schema] = {}
    for entity, columns in shows:
        results |= _columns(declaration, entity, (entity.key, *columns))
    for name, given in tool.gives.items():
        several = {"type": ["number", "string", "boolean"]}
        results[name] = several if isinstance(given, str) else schema_of(given, declaration)
    facts = tuple(_facts(entity, (entity.key, *columns)) for entity, columns in shows)
    binds = dict(_binds(declaration, tool, taken))
    returns = Returns(schema=_object(results), facts=facts)
    return _tool(tool.name, tool.about, parameters, returns, binds, Does.WRITE)


def _binds(declaration: Declaration, tool: Do, taken: dict[str, tuple[str, Entity]]) -> Iterator[tuple[str, str]]:
    """What the parameters of an action stand for: columns that they fill under their own name, or else their rows."""
    first = tool.effects[0]
    made = first.values if isinstance(first, Create) else {}
    for role, (name, entity) in taken.items():
        own = made.get(name, "").strip() == role
        yield name, f"{entity_of(declaration, tool, first).table}.{name}" if own else f"{entity.table}.{entity.key}"
    for name in tool.asks:
        for effect in (first, *(each for each in tool.effects[1:] if isinstance(each, Create) and each.shows)):
            filled = next((column for column, value in effect.values.items() if value.strip() == name), None)
            if filled is not None:
                yield name, f"{entity_of(declaration, tool, effect).table}.{filled}"
                break


def _rule(declaration: Declaration) -> ToolDocument:
    topics = [rule.topic for rule in declaration.rules]
    columns: dict[str, Schema] = {
        "topic": {"type": "string", "enum": topics},
        "value": {"type": "integer"},
        "unit": _TEXT,
        "text": _TEXT,
    }
    facts = FactSource(entity=RULES, key=("topic",), fields={name: name for name in columns})
    topic = {"type": "string", "description": "What the rule is about.", "enum": topics}
    returns = Returns(schema=_object(columns), facts=(facts,))
    return _tool(RULE_TOOL, declaration.rule_about, {"topic": topic}, returns, {"topic": f"{RULES}.topic"}, Does.READ)
