"""Views: further tools that show the same rows under other natural names (dials ``routes`` and ``confusable``).

*Rich* ones tell what one would otherwise ask another tool: a summary, a thing by its name, a thing with what it refers
to, a list whose rows are complete. They are other routes to a fact. *Narrow* ones are easily taken for what one needs
and mostly lack it: the dates of a booking, how to reach a hotel, open invoices only, what a cancellation would change.

All of them run on the scenario's own functions, so they cannot disagree with those.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.extension import Added
from ftrl_gym.construct.variants.functions import Function, Role, Schema, Sort, function_of, sort_of
from ftrl_gym.construct.variants.naming import split_name
from ftrl_gym.construct.variants.view_words import fields_said, head, ids, in_state, link_said, one, said, thing
from ftrl_gym.construct.wording import plural, upper
from ftrl_gym.tooldoc import Effect, FactSource, Returns, ToolDocument

_RICH = (0.0, 0.25, 0.5, 0.75)
"""Share of possible rich views, by level of ``routes``."""
_NARROW = (0.0, 0.4, 0.7, 1.0)
"""Share of possible narrow views, by level of ``confusable``."""
_JOINED = 4
"""Most fields of the thing that a row refers to."""
_ASPECTS = {Role.LOOKUP: 3, Role.LISTING: 1}
"""Most aspects of a row that have a tool of their own."""
_CONTACT = ("phone", "email", "hotline", "contact", "extension")
_PRICES = ("price", "fee", "cost", "amount", "fare", "rate", "balance", "rent", "salary", "premium")
IN_FULL = "_in_full"
"""How the names of lists end whose rows are complete."""
_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


def views(functions: Sequence[Function], names: Collection[str], scenario: str, design: Design) -> list[Added]:
    """The views that a design has.

    Args:
        functions: The scenario's own.
        names: Names that are taken.
        scenario: Its name, on which the draws depend.
        design: Says by its levels how many there are.
    """
    found: list[Added] = []
    taken = set(names)
    possible = (
        (_RICH[design.routes], "rich", rich(functions)),
        (_NARROW[design.confusable], "narrow", narrow(functions)),
    )
    for share, purpose, some in possible:
        draws = design.draws(scenario, purpose)
        for view in some:
            draw = draws.random()
            if draw < share and view.function.name not in taken:
                taken.add(view.function.name)
                found.append(view)
    return found


def rich(functions: Sequence[Function]) -> Iterator[Added]:
    """Views that tell about as much as other tools do, or what otherwise takes two of them."""
    details = {f.entity: f for f in functions if _of_one(f) and f.required[0] in f.key}
    for function in functions:
        if not function.flat or not function.required or len(function.key) != 1:
            continue
        own = _own(function)
        if _of_one(function):
            yield from _summaries(function, own)
            more = details.get(function.entity)
            if more is not None and function.required[0] not in function.key and len(own) < len(_own(more)):
                yield _by_name(function, more)
            if function is more:
                yield from _with_another(function, own, functions)
        elif function.role is Role.LISTING and function.entity in details:
            more = details[function.entity]
            if set(_own(more)) - set(own) and more.key == function.key:
                yield _complete(function, more)


def narrow(functions: Sequence[Function]) -> Iterator[Added]:
    """Views that show a little, or work under a condition, or only look at what another tool would do."""
    details = {f.entity: f for f in functions if _of_one(f) and f.required[0] in f.key}
    for function in functions:
        if function.role is Role.WRITE:
            yield from _previews(function, details)
        if not function.flat or not function.required or len(function.key) != 1:
            continue
        if function.role is Role.LISTING:
            yield _part_of(function, ids(function), (), f"{head(function)}: {ids(function)} only.")
        if function.role is Role.LISTING or function is details.get(function.entity):
            what = head(function) if function.rows else upper(one(function))
            for about, fields in _aspects(function, functions):
                yield _part_of(function, about, fields, f"{what}: {fields_said(function, fields)} only.")
        if function is details.get(function.entity):
            yield from list(_conditional(function)) or [_check(function)]


# --- what they show --------------------------------------------------------------------------------------------------


def _summaries(function: Function, own: Sequence[str]) -> Iterator[Added]:
    """Two views that share some fields; each field is in one of them."""
    if len(own) < 4:
        return
    size = (2 * len(own) + 2) // 3
    order = random.Random(f"summary/{function.name}").sample(own, len(own))
    for about, chosen in (("summary", order[:size]), ("overview", order[-size:])):
        fields = tuple(name for name in own if name in chosen)
        yield _part_of(function, about, fields, f"{upper(about)} of {one(function)}: {fields_said(function, fields)}.")


def _aspects(function: Function, functions: Sequence[Function]) -> list[tuple[str, tuple[str, ...]]]:
    """Fields that belong together, and what they are about; a single one is called by its name."""
    groups: dict[str, list[str]] = {}
    own = _own(function)
    for name in own:
        groups.setdefault(_about(function, name, functions), []).append(name)
    if len(groups) == 1:
        groups = {name: [name] for name in own}
    if len(groups) < 2:
        return []
    found = [(about if len(fields) > 1 else fields[0], tuple(fields)) for about, fields in groups.items()]
    return random.Random(f"aspects/{function.name}").sample(found, min(_ASPECTS[function.role], len(found)))


def _about(function: Function, name: str, functions: Sequence[Function]) -> str:
    sort = sort_of(function.fields[name])
    if sort in (Sort.DATE, Sort.TIME):
        return "schedule"
    if sort is Sort.NUMBER:
        return "prices" if any(mark in name for mark in _PRICES) else "figures"
    if sort in (Sort.CHOICE, Sort.FLAG):
        return "classification"
    if any(mark in name for mark in _CONTACT):
        return "contact"
    return "links" if _target(function, name, functions) else "basics"


def _target(function: Function, field: str, functions: Sequence[Function]) -> Function | None:
    """The look-up of what a field refers to, as far as the documents tell."""
    schema = function.fields[field]
    if sort_of(schema) is not Sort.TEXT:
        return None
    for other in functions:
        if not _of_one(other) or other.required[0] not in other.key or len(other.key) != 1:
            continue
        key, pattern = other.required[0], other.fields[other.key[0]].get("pattern")
        called = key in (f"{field}_id", f"{field}_no", f"{field}_code", f"{field}_number", f"{field}_key")
        own = schema.get("pattern")
        telling = own is not None and re.match(r"\^[A-Za-z]", own)  # three capitals may be a currency or an airport
        if own == pattern and (telling or called or plural(field) == other.entity):
            return other
    return None


# --- how they are made -----------------------------------------------------------------------------------------------


def _part_of(function: Function, about: str, fields: Sequence[str], description: str) -> Added:
    """The same function with some of its fields, and with its key."""
    shown = (*function.key, *fields)
    noun = function.name.rpartition("_")[2]
    name = f"{function.name}_{about.removeprefix(f'{noun}_')}"
    returns = _returns(function, {field: function.fields[field] for field in shown})
    found = f"{_call(function)}[{function.rows!r}]".replace("'", '"') if function.rows else _call(function)
    part = f'_part({found}, "{" ".join(shown)}")'
    lines = [f'return {{"{function.rows}": {part}}}' if function.rows else f"return {part}"]
    return _added(function, name, description, returns, lines)


def _by_name(function: Function, more: Function) -> Added:
    """What is known of a thing, by what otherwise gives its id only."""
    text = f"The whole record of {one(more)} by {said(function.required)}: {fields_said(more, _own(more))}."
    name = f"{more.name}_by_{function.required[0]}"
    lines = [f'return {more.name}(world, {_call(function)}["{more.key[0]}"])']
    return _added(function, name, text, more.document.returns, lines, more.name)


def _complete(function: Function, more: Function) -> Added:
    """A list whose rows tell all."""
    fields = {**more.fields, **function.fields}
    key = more.key[0]
    lines = [
        f'found = {_call(function)}["{function.rows}"]',
        f'return {{"{function.rows}": [{{**{more.name}(world, row["{key}"]), **row}} for row in found]}}',
    ]
    attributes = {**more.document.returns.facts[0].fields, **function.document.returns.facts[0].fields}
    returns = _returns(function, fields, attributes)
    text = f"{upper(head(function))}, each in full: {fields_said(more, (name for name in fields if name != key))}."
    return _added(function, f"{function.name}{IN_FULL}", text, returns, lines, more.name)


def _with_another(function: Function, own: Sequence[str], functions: Sequence[Function]) -> Iterator[Added]:
    """The thing with one of those that it refers to."""
    links = [(field, target) for field in own if (target := _target(function, field, functions)) is not None]
    if links:
        yield _with(function, *random.Random(f"link/{function.name}").choice(links))


def _with(function: Function, field: str, target: Function) -> Added:
    """A thing, and some of what is known of another that it refers to."""
    others = {f"{field}_{name}": name for name in _own(target)[:_JOINED]}
    others = {shown: name for shown, name in others.items() if shown not in function.fields}
    source = target.document.returns.facts[0]
    own = function.document.returns.facts[0]
    key = source.fields[target.key[0]]
    schema = _object({**function.fields, **{shown: target.fields[name] for shown, name in others.items()}})
    facts = (own, FactSource(entity=source.entity, key=(field,), fields={field: key} | _attributes(others, source)))
    lines = [
        f"row = {_call(function)}",
        f'if not row["{field}"]:',
        f'    raise ValueError("this {thing(function)} has no {link_said(field)}")',
        f'other = {target.name}(world, row["{field}"])',
        f'return {{**row, **{{f"{field}_{{name}}": other[name] for name in "{" ".join(others.values())}".split()}}}}',
    ]
    text = (
        f"{upper(one(function))} together with its {link_said(field)}: {fields_said(function, _own(function))}; "
        f"of the {link_said(field)}: {fields_said(target, others.values())}."
    )
    name = f"{function.name}_with_{field}"
    return _added(function, name, text, Returns(schema=schema, facts=facts), lines, target.name)


def _attributes(others: dict[str, str], source: FactSource) -> dict[str, str]:
    return {shown: source.fields[name] for shown, name in others.items() if name in source.fields}


def _conditional(function: Function) -> Iterator[Added]:
    """The same look-up for rows in one state only."""
    verb, noun = split_name(function.name)
    for field in _own(function):
        members = function.fields[field].get("enum", ())
        words = [str(each).replace("-", "_").replace(" ", "_") for each in members]
        if field not in ("status", "state") or len(words) < 2 or not all(word.isidentifier() for word in words):
            continue
        number = random.Random(f"condition/{function.name}").randrange(len(words))
        member, noun_said = str(members[number]), thing(function)
        lines = [
            f"row = {_call(function)}",
            f'if row["{field}"] != "{member}":',
            f'    raise ValueError("this {noun_said} is not {member}, so it is not shown here")',
            "return row",
        ]
        text = f"{upper(in_state(noun_said, member))}, and no other: {fields_said(function, _own(function))}."
        name = f"{verb}_{words[number]}_{noun}".strip("_")
        yield _added(function, name, text, function.document.returns, lines, sure=False)
        return


def _check(function: Function) -> Added:
    """Whether there is such a row at all."""
    lines = ["try:", f"    {_call(function)}", "except ValueError:", '    return {"exists": False}']
    lines.append('return {"exists": True}')
    returns = Returns(schema=_object({"exists": {"type": "boolean"}}))
    text = f"Whether there is such {one(function)}; tells nothing else."
    return _added(function, f"check_{split_name(function.name)[1]}", text, returns, lines)


def _previews(function: Function, details: dict[str, Function]) -> Iterator[Added]:
    """What a writing tool would touch, as it is now."""
    more = details.get(function.entity)
    if more is None or more.key != function.key[:1] or not function.required:
        return
    if more.document.binds.get(more.required[0]) != function.document.binds.get(function.required[0]):
        return
    fields = tuple(name for name in function.document.returns.facts[0].fields if name in _own(more))
    if not fields:
        return
    parameter = function.required[0]
    shown = (*more.key, *fields)
    document = function.document
    view = ToolDocument(
        name=f"preview_{function.name}",
        description=f"Dry run, changes nothing. For: {head(function)}. Shows as of now: {fields_said(more, fields)}.",
        parameters={
            "type": "object",
            "properties": {parameter: function.parameters[parameter]},
            "required": [parameter],
            "additionalProperties": False,
        },
        returns=_returns(more, {name: more.fields[name] for name in shown}),
        binds={parameter: document.binds[parameter]},
    )
    made = function_of(view)
    lines = [f'return _part({more.name}(world, {parameter}), "{" ".join(shown)}")']
    yield Added(made, _source(made, lines), (more.name,), sure=False)


def _added(
    function: Function,
    name: str,
    description: str,
    returns: Returns,
    lines: Sequence[str],
    *others: str,
    sure: bool = True,
) -> Added:
    """A view with the parameters of a function."""
    update: dict[str, Any] = {"name": name, "description": description, "returns": returns, "effect": Effect.READ}
    made = function_of(function.document.model_copy(update=update))
    return Added(made, _source(made, lines), (function.name, *others), sure)


def _source(function: Function, lines: Iterable[str]) -> str:
    first = f"def {function.name}(world: Any, {', '.join(_parameters(function))}) -> dict[str, Any]:"
    return "\n".join((first, *(f"    {line}" for line in lines), ""))


def _parameters(function: Function) -> Iterator[str]:
    for name, schema in function.parameters.items():
        kind = _TYPES.get(str(schema.get("type")), "Any")
        yield f"{name}: {kind}" + (f" = {_literal(schema['default'])}" if "default" in schema else "")


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _call(function: Function) -> str:
    return f"{function.name}({', '.join(('world', *function.parameters))})"


def _returns(function: Function, fields: dict[str, Schema], attributes: dict[str, str] | None = None) -> Returns:
    """The result of a function with other fields in its rows."""
    source = function.document.returns.facts[0]
    row = _object(fields)
    if function.rows:
        row = _object({function.rows: {"type": "array", "items": row}})
    told = {name: a for name, a in (attributes or source.fields).items() if name in fields}
    return Returns(schema=row, facts=(source.model_copy(update={"fields": told}),))


def _object(fields: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


# --- words -----------------------------------------------------------------------------------------------------------


def _of_one(function: Function) -> bool:
    """Whether it looks one row up by a value that is not of a closed vocabulary."""
    return function.role is Role.LOOKUP and function.flat and "enum" not in function.parameters[function.required[0]]


def _own(function: Function) -> list[str]:
    """Fields of its rows but the key, of those that carry facts."""
    told = function.document.returns.facts[0].fields
    return [name for name in function.fields if name not in function.key and name in told]
