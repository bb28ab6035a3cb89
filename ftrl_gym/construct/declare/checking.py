"""Checks of a declaration: whatever cannot work is told before anything is made of it.

Every finding names the file, the entry and how to mend it.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping

from ftrl_gym.construct.declare.checking_actions import action_problems
from ftrl_gym.construct.declare.checking_clauses import clause_problems
from ftrl_gym.construct.declare.checking_kinds import also_problems, kind_problems
from ftrl_gym.construct.declare.checking_phrases import (
    Problems,
    detail_problems,
    drawing_problems,
    link_problems,
    phrase_problems,
)
from ftrl_gym.construct.declare.checking_tools import tool_problems
from ftrl_gym.construct.declare.checking_types import type_problems
from ftrl_gym.construct.declare.columns import AnyRef, Choice, Column, Email, Flag, Id, Name, Number, Ref, phrases
from ftrl_gym.construct.declare.declaration import RULE_TOOL, RULES, Declaration, Each, Entity, Together, shown
from ftrl_gym.construct.declare.expressions import Scope, Term, rules_in, scope_of_row
from ftrl_gym.construct.declare.filling import filling_order, late_columns, leading
from ftrl_gym.construct.declare.tools import Do, Find, SetEach, WorkOut
from ftrl_gym.construct.declare.vocabulary import details_of, links_to
from ftrl_gym.construct.wording import superlative
from ftrl_gym.errors import ConstructionError

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = frozenset(("world", "table", "key", "column", "among"))
"""What the functions that rows are found and changed by call their own parameters."""


def check(declaration: Declaration) -> None:
    """Holds a declaration to everything that the engine takes for granted.

    Raises:
        ConstructionError: The first thing that cannot work; it names the file, the entry, and how to mend it.
    """
    for entry, problem in _problems(declaration):
        raise ConstructionError(f"{declaration.file or declaration.name}: {entry}: {problem}")


def _problems(declaration: Declaration) -> Problems:
    """(entry, what is wrong and how to mend it), the most basic first: later checks rely on earlier ones."""
    yield from type_problems(declaration)
    yield from _names(declaration)
    for entity in declaration.entities:
        yield from _entity(declaration, entity)
    yield from _circles(declaration)
    for entity in declaration.entities:
        yield from _values(declaration, entity)
    for tool in declaration.tools:
        yield from tool_problems(declaration, tool)
        if isinstance(tool, Do):
            yield from action_problems(declaration, tool)
    yield from _lookups(declaration)
    yield from _steps(declaration)
    yield from _kept_back(declaration)
    yield from _rules(declaration)
    yield from clause_problems(declaration)


def _names(declaration: Declaration) -> Problems:
    if not re.fullmatch("[A-Z][A-Za-z0-9]{0,49}", declaration.name):
        yield "name", f"{declaration.name!r} is no CamelCase name; write something like 'CityClinic'"
    entities = [entity.name for entity in declaration.entities]
    tools = [tool.name for tool in declaration.tools] + [RULE_TOOL] * bool(declaration.rules)
    for what, names in (("entity", entities), ("tool", tools), ("rule", [rule.topic for rule in declaration.rules])):
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            yield f"{what} {twice[0]!r}", "it is declared twice; keep one of the two"
    unknown = [name for name in declaration.own if name not in entities]
    if unknown:
        yield "own", f"there is no entity {unknown[0]!r}; there are {', '.join(sorted(entities))}"
    for tool in tools:
        if not _IDENTIFIER.fullmatch(tool) or keyword.iskeyword(tool):
            yield f"tool {tool!r}", "it becomes a Python function: use lower-case letters, digits and _"


def _entity(declaration: Declaration, entity: Entity) -> Problems:
    place = f"entity {entity.name!r}"
    if not entity.columns:
        yield place, "it has no columns; the first one is its key"
        return
    if entity.columns[entity.key].kind != "text" or isinstance(entity.columns[entity.key], Ref | AnyRef):
        yield place, f"its key {entity.key!r} is no text; begin with an Id or a Name"
    if entity.label and entity.label not in entity.columns:
        yield place, f"its label {entity.label!r} is none of its columns {', '.join(entity.columns)}"
    if entity.alike and entity.alike not in entity.kept:
        yield place, f"its alike {entity.alike!r} is none of its columns {', '.join(entity.kept)}"
    if entity.table == RULES:
        yield place, f"the table {RULES!r} is kept for house rules; give it another plural"
    yield from phrase_problems(place, "called", phrases(entity.called))
    yield from phrase_problems(place, "brief", phrases(entity.brief))
    if entity.detail is not None:
        yield from detail_problems(f"{place}, detail", entity.detail)
    known = {each.name for each in declaration.entities}
    rows = entity.rows
    if isinstance(rows, int) and rows < 1:
        yield f"{place}, rows", f"there would be {rows}; give 1 or more"
    if isinstance(rows, Each):
        if not 0 <= rows.least <= rows.most or rows.most < 1:
            yield f"{place}, rows", f"{rows.least} to {rows.most} rows cannot be; give the fewest, then the most"
        if rows.entity not in known:
            yield f"{place}, rows", f"there is no entity {rows.entity!r}; there are {', '.join(sorted(known))}"
        if rows.total and rows.where:
            yield f"{place}, rows", "a total is shared among all rows of the other entity; leave total or where out"
    if isinstance(rows, Together):
        for name in rows.after.split():
            if name.replace("_", " ") not in known:
                yield (
                    f"{place}, rows",
                    f"after names {name!r}, which is no entity; there are {', '.join(sorted(known))}",
                )
    for name, column in entity.columns.items():
        yield from _column(declaration, entity, name, column, known)
    yield from kind_problems(declaration, entity)


def _column(declaration: Declaration, entity: Entity, name: str, column: Column, known: set[str]) -> Problems:
    place = f"entity {entity.name!r}, column {name!r}"
    if not isinstance(column, Column):
        yield (
            place,
            f"{column!r:.60} is no kind of column; use Id, Name, Person, Choice, Number, Money, Date or Ref",
        )
        return
    if keyword.iskeyword(name) and not column.alias:
        yield place, "it becomes a Python name: use no keyword, or say by alias what expressions and tools call it"
    if name in _TAKEN:
        yield place, f"tools have a parameter {name!r} of their own beside columns; call it otherwise: 'own_{name}'"
    for own in filter(None, (name, column.alias)):
        if not _IDENTIFIER.fullmatch(own) or (keyword.iskeyword(own) and own != name):
            yield place, f"{own!r} becomes a Python name: use lower-case letters, digits and _, and no keyword"
    if not column.kept and (column.noun or name in (entity.key, entity.handle)):
        yield place, "no row keeps it, so nobody can ask for it or name a row by it; keep it, or leave its noun out"
    for other in (column.apart or "").split():
        if other not in entity.columns:
            yield place, f"it is kept apart by {other!r}, which is no column; there are {', '.join(entity.columns)}"
    if isinstance(column, Ref):
        if column.entity not in known:
            yield place, f"it refers to {column.entity!r}, which is no entity; there are {', '.join(sorted(known))}"
            return
        back = declaration.entity(column.entity).columns.get(column.back) if column.back else None
        if column.back and not (isinstance(back, Ref) and back.entity == entity.name):
            yield place, f"{column.entity}.{column.back} does not lead back to {entity.name!r}; name a Ref that does"
        if column.entity == entity.name and not (column.none or column.back):
            yield place, "the first row has no other to refer to; say in none when a row has none: none='nth == 1'"
        if column.entity == entity.name and column.link and not column.that:
            yield (
                place,
                f"'that {entity.name}' could be either row; say in that what the other is called",
            )
        yield from link_problems(declaration, place, column)
    if isinstance(column, Name | Id) and column.per and not isinstance(entity.columns.get(column.per), Column):
        yield place, f"it is shared per {column.per!r}, which is no column; there are {', '.join(entity.columns)}"
    if isinstance(column, Id) and column.per and not column.letters:
        yield place, "rows that share something begin with the same capitals; say in letters how many"
    if isinstance(column, Id) and not (column.mixed or column.letters):
        digits = column.digits if isinstance(column.digits, tuple) else (column.digits,)
        if not digits or min(digits) < 1:
            yield place, f"digits is {column.digits!r}, so there is nothing to tell its ids apart; give 1 or more"
    given = isinstance(entity.rows, Together)  # what is made together may bring values of its own
    if isinstance(column, Choice) and not column.members and not given:
        yield place, "it has no values to choose from; list them"
    if isinstance(column, Name) and not (column.words or column.drawn or given):
        yield place, "it has no words to make names of; list some"
    if isinstance(column, Name) and entity.called and name == entity.handle:
        words = (*column.words, *(word for some in column.drawn.values() for word in some))
        small = [word for word in (*words, *column.patterns) if any(part[0].islower() for part in word.split())]
        if small:
            yield place, f"{small[0]!r} does not look like a name in a question; write it with capitals"
    if isinstance(column, Id) and entity.called and name == entity.handle and not column.named:
        yield place, "bare digits could be any number in a question; give it a prefix with a letter, or make it mixed"
    if isinstance(column, Email) and column.of not in entity.columns:
        yield place, f"it is made of {column.of!r}, which is no column; name the one that holds a person"
    if isinstance(column, Number) and column.high_end < column.low_end:
        yield place, f"its range runs from {column.low_end} to {column.high_end}; swap the ends"
    if isinstance(column, Number) and any(column.between) and not all(column.between):
        yield place, f"between is {column.between!r}; give both ends"
    yield from _talk(place, column)


def _talk(place: str, column: Column) -> Problems:
    """What people say of a column."""
    if isinstance(column, Flag) and column.noun:
        yield place, "true or false is never asked for, a coin would be right half of the time; leave its noun out"
    if column.ask and not column.noun:
        yield place, "it has an ask but no noun; add one: 'the ... of {x}'"
    if column.compare and not all(column.ends):
        yield place, f"compare is {column.compare!r}; say what is true of the lower one | and of the higher one"
    for end in filter(None, column.ends):
        if superlative(end) == end:
            yield place, f"compare says {end!r}; say it such that it can be raised to a most: 'is cheaper'"
    yield from phrase_problems(place, "noun", column.nouns)
    yield from phrase_problems(place, "ask", column.asks)
    yield from phrase_problems(place, "having", phrases(column.having), ("n",))


def _circles(declaration: Declaration) -> Problems:
    ordered = {entity.name for entity in filling_order(declaration)}
    stuck = [entity.name for entity in declaration.entities if entity.name not in ordered]
    if stuck:
        yield (
            f"entity {stuck[0]!r}",
            (
                f"{', '.join(stuck)} refer to each other in a circle, so none can be filled first; "
                "turn one reference into a Ref(..., back=...)"
            ),
        )


def _values(declaration: Declaration, entity: Entity) -> Problems:
    """Expressions of columns, which may use the columns before them."""
    rows = entity.rows
    if isinstance(rows, Each) and rows.where:
        scope: Scope = {rows.entity.replace(" ", "_"): Term("parent", rows.entity)}
        yield from drawing_problems(declaration, f"entity {entity.name!r}, rows", rows.where, scope, "flag")
    if isinstance(rows, Each) and not leading(entity):
        yield f"entity {entity.name!r}, rows", f"no column refers to {rows.entity!r}; add a Ref to it"
    if not entity.kinds:
        yield from _drawn(declaration, entity, entity.columns, f"entity {entity.name!r}")
    for kind in entity.kinds:
        yield from _drawn(declaration, entity, entity.of_kind(kind), f"entity {entity.name!r}, {kind.name}")


def _drawn(declaration: Declaration, entity: Entity, columns: Mapping[str, Column], at: str) -> Problems:
    own = leading(entity)
    so_far = scope_of_row(columns, [own] if own else [])
    if isinstance(entity.rows, Each):
        so_far["nth"] = Term("row['nth']", "number")
    for name, column in columns.items():
        place = f"{at}, column {name!r}"
        if column.value:
            yield from drawing_problems(declaration, f"{place}, value", column.value, so_far, column)
        if by := getattr(column, "by", ""):
            yield from drawing_problems(declaration, f"{place}, by", by, so_far, "")
        if isinstance(column, Number):
            for end in filter(None, column.between):
                yield from drawing_problems(declaration, f"{place}, between", end, so_far, "number")
        if isinstance(column, Ref) and column.none:
            yield from drawing_problems(declaration, f"{place}, none", column.none, so_far, "")
        if isinstance(column, Ref) and column.where:
            among = {**so_far, name: Term("candidate", column.entity)}
            yield from drawing_problems(declaration, f"{place}, where", column.where, among, "flag")
        so_far |= scope_of_row(columns, [name] if name not in late_columns(entity) else [])
    for effect in entity.also:
        yield from also_problems(declaration, f"{at}, also", effect, so_far)


# --- the whole -------------------------------------------------------------------------------------------------------


def _linked(declaration: Declaration) -> Iterator[tuple[str, str, str]]:
    """(kind of thing, column, entity it leads to) of every relation that people speak of."""
    for entity in declaration.entities:
        kinds = [(kind.name, entity.of_kind(kind)) for kind in entity.kinds]
        for source, columns in kinds or [(entity.name, dict(entity.columns))]:
            for name, column in columns.items():
                if isinstance(column, Ref) and column.link:
                    yield source, name, column.entity


def _lookups(declaration: Declaration) -> Problems:
    """Whether everything people ask for can be looked up."""
    for entity in declaration.entities:
        by_key, by_label = declaration.get(entity, entity.key), declaration.get(entity, entity.handle)
        finds = [t for t in declaration.tools if isinstance(t, Find) and t.entity == entity.name and t.means]
        if entity.called and by_label is None:
            yield (
                f"entity {entity.name!r}",
                (f"people call it by {entity.handle!r}, but no tool looks it up by that; add a Get that does"),
            )
        linked = [f"{source}.{name}" for source, name, target in _linked(declaration) if target == entity.name]
        if linked and by_key is None:
            yield (
                f"entity {entity.name!r}",
                f"{linked[0]} leads to it, but no tool takes its key; add a Get by {entity.key!r}",
            )
        gets = list(dict.fromkeys(get for get in (by_key, by_label) if get is not None))
        if not gets and not finds:
            if any(column.noun for column in entity.columns.values()):
                yield f"entity {entity.name!r}", "no tool tells anything about it; add a Get or a Find"
            continue
        for name, column in entity.columns.items():
            wanted = bool(column.noun) or (isinstance(column, Ref) and bool(column.link))
            told = any(name in shown(get, entity) for get in ([by_key] if by_key else gets))
            if wanted and not told and not (finds and not gets and all(name in shown(find, entity) for find in finds)):
                tools = ", ".join(get.name for get in gets) or ", ".join(find.name for find in finds)
                yield (
                    f"entity {entity.name!r}, column {name!r}",
                    (f"people ask for it, but nobody can look it up; let {tools} show it, or take its noun away"),
                )


def _steps(declaration: Declaration) -> Problems:
    steps = {
        step
        for source, name, target in _linked(declaration)
        for step, _ in links_to(declaration, f"{source}.{name}", target)
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
        yield from phrase_problems(f"short {short.noun!r}", "noun", phrases(short.noun))


def _kept_back(declaration: Declaration) -> Problems:
    known = [detail.name for _, detail in details_of(declaration)]
    known += [declaration.day.name] if declaration.day else []
    for name in declaration.kept_back or ():
        if name not in known:
            yield "kept_back", f"{name!r} is no detail that a user could keep back; there are {', '.join(known)}"


def _rules(declaration: Declaration) -> Problems:
    texts = [need.that for tool in declaration.tools if isinstance(tool, Do | WorkOut) for need in tool.needs]
    for tool in declaration.tools:
        if isinstance(tool, Do):
            texts += [given if isinstance(given, str) else given.value for given in tool.gives.values()]
            texts += [*tool.lets.values(), *(text for effect in tool.effects for text in effect.values.values())]
            texts += [effect.when for effect in tool.effects if not isinstance(effect, SetEach)]
    texts += [column.value for entity in declaration.entities for column in entity.columns.values() if column.value]
    used = {topic for text in texts for topic in rules_in(text)}
    for rule in declaration.rules:
        if rule.topic not in used:
            yield f"rule {rule.topic!r}", f"no tool enforces it; use rule({rule.topic!r}) in a need or an effect"
        if "{}" not in rule.text:
            yield f"rule {rule.topic!r}", f"{rule.text!r} does not give its figure; put {{}} where it stands"
