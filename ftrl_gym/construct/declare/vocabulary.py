"""The domain of a declared scenario: what can be asked, and through which tool each of it is found out."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ftrl_gym.construct.declare import prelude
from ftrl_gym.construct.declare.code_rows import parameters_of, scope_of
from ftrl_gym.construct.declare.columns import Choice, Column, Date, Flag, Person, Ref, around_long_names, phrases
from ftrl_gym.construct.declare.declaration import RULE_TOOL, RULES, Declaration, Entity, Kind, parameter
from ftrl_gym.construct.declare.documents import changed, derived, documents_of
from ftrl_gym.construct.declare.expressions import translate
from ftrl_gym.construct.declare.house_rules import house_rules_of
from ftrl_gym.construct.declare.tools import Applied, Create, Do, Find, Meaning, Set, WorkOut
from ftrl_gym.construct.domain import (
    Action,
    Attribute,
    Combination,
    Composite,
    Detail,
    Domain,
    Link,
    Search,
    Step,
    Thing,
)
from ftrl_gym.task import AnswerType
from ftrl_gym.world import Row, World, WorldBase


def domain_of(declaration: Declaration) -> Domain:
    """The vocabulary."""
    declared: list[Step] = [*_links(declaration), *_searches(declaration)]
    return Domain(
        things={thing.name: thing for thing in _things(declaration)},
        steps={step.name: step for step in declared},
        documents=documents_of(declaration),
        combinations=tuple(_combinations(declaration)),
        composites=tuple(
            Composite(short.steps, around_long_names(phrases(short.noun))) for short in declaration.shorts
        ),
        actions={action.name: action for action in _actions(declaration)},
        day=declaration.day,
        kept_back=_kept_back(declaration),
        house_rules=house_rules_of(declaration),
        people=tuple(each.table for each in declaration.entities if isinstance(each.columns[each.handle], Person)),
    )


def _kept_back(declaration: Declaration) -> tuple[str, ...]:
    """Details that go with a wish: which invoice of one's own, or what its author wrote. "Book the room I have in mind"
    is nothing that anybody says."""
    if declaration.kept_back is not None:
        return declaration.kept_back
    details = details_of(declaration)
    names = [detail.name for entity, detail in details if entity.detail is not None or entity.label_noun != "name"]
    return (*names, *([declaration.day.name] if declaration.day else []))


def details_of(declaration: Declaration) -> list[tuple[Entity, Detail]]:
    """The entities of which users may keep back which row they mean, and how."""
    details = ((entity, _detail(declaration, entity)) for entity in declaration.entities)
    return [(entity, detail) for entity, detail in details if detail is not None]


def _answer(column: Column, declaration: Declaration) -> AnswerType:
    if isinstance(column, Ref):
        target = declaration.entity(column.entity)
        return target.columns[target.key].answer
    return column.answer


def _attribute(column: Column, declaration: Declaration) -> Attribute:
    unit = declaration.currency if column.answer is AnswerType.MONEY else column.unit
    answer = _answer(column, declaration)
    return Attribute(answer, column.nouns, column.asks, unit, *column.ends, column.adds, column.having)


def _things(declaration: Declaration) -> Iterator[Thing]:
    for entity in declaration.entities:
        thing = _thing(declaration, entity)
        if not entity.kinds and (thing.tool or thing.attributes):
            yield thing
        for kind in entity.kinds:
            yield replace(
                thing,
                name=kind.name,
                attributes={**thing.attributes, **_asked(kind.columns, declaration)},
                anchors=(*thing.anchors, *phrases(kind.called)),
                where={entity.by_kind: kind.value},
            )
    if declaration.rules:
        figure = Attribute(
            AnswerType.NUMBER,
            ("the figure in {x}",),
            ("What figure does {x} give?", "What is the figure in {x}?"),
            unit="@unit",
        )
        told = {"value": figure} if len(declaration.rules) > 1 else {}  # the figure of the only one takes no knowledge
        yield Thing("rule", RULES, "topic", told, RULE_TOOL, anchors=phrases(declaration.rule_called))


def _asked(columns: Mapping[str, Column], declaration: Declaration) -> dict[str, Attribute]:
    """What people ask for."""
    return {
        name: _attribute(column, declaration)
        for name, column in columns.items()
        if column.nouns and not isinstance(column, Flag)
    }


def _thing(declaration: Declaration, entity: Entity) -> Thing:
    """A kind of thing as an entity has it, whatever its kinds add."""
    by_key = declaration.get(entity, entity.key)
    by_label = declaration.get(entity, entity.handle) if entity.called else None
    first = by_label or by_key
    asked, detail = _asked(entity.columns, declaration), _detail(declaration, entity)
    thing = Thing(
        entity.name,
        entity.table,
        entity.key,
        asked,
        first.name if first else "",
        detail=detail,
        alike=entity.alike,
        chosen=entity.chosen,
    )
    if entity.called or entity.label:
        label = entity.columns[entity.handle]
        thing = replace(thing, label=entity.handle, label_noun=entity.label_noun, label_type=label.answer)
    if entity.called:
        other = by_key.name if by_key and by_key is not by_label else ""
        known = entity.handle if entity.handle != entity.key else ""
        thing = replace(thing, known_by=known, anchors=phrases(entity.called), key_tool=other, brief=entity.brief)
    return thing


def _detail(declaration: Declaration, entity: Entity) -> Detail | None:
    """How a user keeps back which one they mean: by its number, or by its name."""
    if entity.always_said or entity.detail is not None or not entity.called:
        return None if entity.always_said else entity.detail
    name, noun = entity.name, entity.label_noun
    if noun == "name":
        return Detail(name, (f"the {name} I have in mind",), f"Which {name} is it?", (name, "which"))
    cues = (noun, f"which {name}", f"what {name}", f"your {name}", "which one", noun.split()[-1])
    nouns = (f"my {name}",) if name in declaration.own else (f"the {name} in question",)
    return Detail(noun, nouns, f"What is the {noun}?", tuple(dict.fromkeys(cues)))


def _links(declaration: Declaration) -> Iterator[Link]:
    for entity in declaration.entities:
        sources = [(entity.name, entity.columns), *((kind.name, kind.columns) for kind in entity.kinds)]
        for source, columns in sources[1:] or sources:
            for name, column in {**entity.columns, **columns}.items():
                if isinstance(column, Ref) and column.links:
                    for step, target in links_to(declaration, f"{source}.{name}", column.entity):
                        nouns = tuple(noun.replace("{kind}", target) for noun in column.links)
                        yield Link(step, source, target, name, nouns, (), _shared(name, column.where), column.that)


def _shared(name: str, where: str) -> tuple[str, ...]:
    """Columns that a row and the one it refers to have in common.

    >>> _shared("follows", "follows.model == model and follows.size < size")
    ('model',)
    """
    return tuple(re.findall(rf"\b{name}\.(\w+) == \1\b", where))


def links_to(declaration: Declaration, name: str, target: str) -> list[tuple[str, str]]:
    """A link and the thing it leads to; where that has several kinds, one for each of them."""
    kinds = declaration.entity(target).kinds
    return [(f"{name} ({kind.name})", kind.name) for kind in kinds] or [(name, target)]


def _searches(declaration: Declaration) -> Iterator[Search]:
    for tool in declaration.tools:
        if isinstance(tool, Find):
            for meaning in tool.means:
                yield from _search(declaration, tool, meaning)


def _search(declaration: Declaration, tool: Find, meaning: Meaning) -> Iterator[Search]:
    """One search, or one for each kind of thing that it may begin at."""
    entity = declaration.entity(tool.entity)
    columns = {name: entity.columns[name] for name in tool.by.split()}
    sources = {name: declaration.entity(c.entity) for name, c in columns.items() if isinstance(c, Ref)}
    plural, place = _counted(meaning.plural)
    kind = kind_meant(entity, meaning)
    search = Search(
        name=meaning.name or meaning.noun,
        sources=tuple(source.name for source in sources.values()),
        target=kind.name if kind else entity.name,
        tool=tool.name,
        arguments={name: (number, source.key) for number, (name, source) in enumerate(sources.items())},
        nouns=around_long_names(phrases(meaning.noun)),
        pick=meaning.pick,
        by=meaning.by,
        fixed={columns[name].alias or name: value for name, value in meaning.where.items()},
        dated=next((name for name, column in columns.items() if isinstance(column, Date)), ""),
        among=tool.among,
        plural=plural,
        place=place,
        brief=meaning.brief,
    )
    several = next((source for source in sources.values() if source.kinds), None)
    if several is None:
        yield search
        return
    for each in several.kinds:
        own = tuple(each.name if name == several.name else name for name in search.sources)
        yield replace(search, name=f"{search.name} ({each.name})", sources=own)


def kind_meant(entity: Entity, meaning: Meaning) -> Kind | None:
    """The kind of thing that the words stand for, where an entity has several."""
    return next((kind for kind in entity.kinds if meaning.where.get(entity.by_kind) == kind.value), None)


def _counted(plural: str) -> tuple[str, str]:
    """What is counted, and where, if it is in a place.

    >>> _counted("doctors in {x}"), _counted("invoices of {x}"), _counted("trains from {x} to {y} {day}")
    (('doctors', 'in {x}'), ('invoices of {x}', ''), ('trains', 'from {x} to {y} {day}'))
    """
    found = re.fullmatch(r"(.+?) ((?:in|at|on|with) .*\{x\}.*|from \{x\} to \{y\}.*)", plural)
    return (found[1], found[2]) if found else (plural, "")


def _combinations(declaration: Declaration) -> Iterator[Combination]:
    for tool in declaration.tools:
        if isinstance(tool, WorkOut):
            for applied in tool.applied or (_simply(declaration, tool),):
                yield _combination(declaration, tool, applied)


def _simply(declaration: Declaration, tool: WorkOut) -> Applied:
    """A computation on the two rows themselves."""
    taken = zip("xy", tool.roles.items(), strict=True)
    keys = {role: f"{end}.{declaration.entity(name).key}" for end, (role, name) in taken}
    return Applied(" ".join(name.replace(" ", "_") for name in tool.roles.values()), keys, "", "", "")


def _combination(declaration: Declaration, tool: WorkOut, applied: Applied) -> Combination:
    taken = taken_by(declaration, tool)
    arguments: dict[str, tuple[int, str]] = {}
    fixed: dict[str, Any] = {}
    for role, value in applied.takes.items():
        end, _, attribute = value.partition(".")
        if end in ("x", "y"):
            arguments[taken[role]] = ("xy".index(end), attribute)
        else:
            fixed[taken[role]] = ast.literal_eval(value)
    if applied.gives:
        said = replace(tool.gives[applied.gives], noun=applied.noun, ask=applied.ask)
        fields = {applied.gives: _attribute(said, declaration)}
    else:
        fields = {name: _attribute(column, declaration) for name, column in tool.gives.items() if column.nouns}
    first, second = (name.replace("_", " ") for name in applied.things.split())
    return Combination(
        name=f"{tool.name} ({applied.things})" if applied.gives else tool.name,
        sources=(first, second),
        tool=tool.name,
        arguments=arguments,
        entity=derived(tool),
        fields=fields,
        derive=_derivation(declaration, tool, arguments, fixed),
        fixed=fixed,
        rivals=tuple(tool.instead_of.split()),
    )


def taken_by(declaration: Declaration, tool: WorkOut) -> dict[str, str]:
    """Role or figure -> parameter."""
    return {**{name: name for name in tool.figures}, **parameters_of(declaration, tool)}


def _derivation(
    declaration: Declaration, tool: WorkOut, arguments: Mapping[str, tuple[int, str]], fixed: Mapping[str, Any]
) -> Callable[[WorldBase, Row, Row], Row]:
    """What the tool works out, from rows instead of keys."""
    scope = scope_of(declaration, tool)
    codes = {
        name: compile(translate(column.value, scope, declaration).code, f"{tool.name}.{name}", "eval")
        for name, column in tool.gives.items()
    }
    tables = {role: declaration.entity(name).table for role, name in tool.roles.items()}
    order = taken_by(declaration, tool).values()

    def derive(world: WorldBase, first: Row, second: Row) -> Row:
        ends = (first, second)
        given = {name: ends[number][attribute] for name, (number, attribute) in arguments.items()}
        given.update(fixed)
        rows = {scope[role].row: world.tables[table][given[scope[role].code]] for role, table in tables.items()}
        names: dict[str, Any] = {"world": World(world), **given, **rows}
        given = {name: given[name] for name in order}
        return {**given, **{name: eval(code, vars(prelude), names) for name, code in codes.items()}}

    return derive


# --- actions ---------------------------------------------------------------------------------------------------------


def _actions(declaration: Declaration) -> Iterator[Action]:
    for tool in declaration.tools:
        if isinstance(tool, Do):
            entities = {role: declaration.entity(name) for role, name in tool.roles.items()}
            spoken = {member: said for wanted in tool.asks.values() for member, said in wanted.spoken.items()}
            yield Action(
                name=tool.name,
                tool=tool.name,
                roles={
                    role: (parameter(role, tool.roles, declaration), each.table, each.key)
                    for role, each in entities.items()
                },
                requests=phrases(tool.requests),
                effects=_effects(declaration, tool),
                extras={name: (wanted.kind, wanted.detail) for name, wanted in tool.asks.items()},
                follow_ups=tool.follow_ups,
                needs=_needs(declaration, tool),
                spoken=spoken,
                sooner=phrases(tool.sooner),
                put_off=phrases(tool.put_off),
                open=phrases(tool.open),
                later=tool.later,
                regret=phrases(tool.regret),
            )


def _effects(declaration: Declaration, tool: Do) -> dict[str, tuple[str, ...]]:
    """What the change is about: the first effect, and the rows that the result shows."""
    entity, columns = changed(declaration, tool)
    about = {entity.table: tuple(name for name in columns if name not in _undone(declaration, tool))}
    for effect in tool.effects[1:]:
        if isinstance(effect, Create) and effect.shows:
            about[declaration.entity(effect.entity).table] = tuple(effect.shows.split())
    return about


def _undone(declaration: Declaration, tool: Do) -> set[str]:
    """Columns that a follow-up writes again: a booking that is cancelled afterwards was a booking all the same."""
    later = [each for each in declaration.tools if isinstance(each, Do) and each.name in tool.follow_ups]
    return {name for each in later for effect in each.effects if isinstance(effect, Set) for name in effect.values}


def _needs(declaration: Declaration, tool: Do) -> dict[str, Mapping[str, tuple[Any, ...]]]:
    """What the needs say about single columns: values for which an action has a chance. What searches look among is
    left out: the cheapest room that is asked for is a free one as it is."""
    among = {(tool.entity, tool.among) for tool in declaration.tools if isinstance(tool, Find)}
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    for text in [need.that for need in tool.needs] + [tool.only_if] * bool(tool.only_if):
        for part in _conjuncts(ast.parse(text.strip(), mode="eval").body):
            said = _about_column(part)
            if said is None or said[0] not in tool.roles:
                continue
            role, name, values, keep = said
            column = declaration.entity(tool.roles[role]).columns.get(name)
            if isinstance(column, Choice | Flag) and (tool.roles[role], name) not in among:
                all_values: tuple[Any, ...] = column.members if isinstance(column, Choice) else (True, False)
                fitting = tuple(value for value in all_values if (value in values) is keep)
                known = found.setdefault(role, {})
                known[name] = tuple(value for value in known.get(name, all_values) if value in fitting)
    return dict(found)


def _conjuncts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for value in node.values:
            yield from _conjuncts(value)
    else:
        yield node


def _about_column(node: ast.expr) -> tuple[str, str, tuple[Any, ...], bool] | None:
    """``role.column == 'value'`` and its kin: role, column, values, and whether it is to have one of them."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id, node.attr, (True,), True
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _about_column(node.operand)
        return None if inner is None else (*inner[:3], not inner[3])
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn):
        left, right = node.left, node.comparators[0]
        parts = right.elts if isinstance(right, ast.Tuple) else [right]
        values = [part.value for part in parts if isinstance(part, ast.Constant)]
        if isinstance(left, ast.Attribute) and isinstance(left.value, ast.Name) and values:
            return left.value.id, left.attr, tuple(values), isinstance(node.ops[0], ast.Eq | ast.In)
    return None
