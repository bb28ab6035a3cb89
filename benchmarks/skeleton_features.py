"""What a scenario is once its nouns are taken away: its schema, its tools and its programs as multisets of features.

Three views, each of several levels from coarse to fine; a feature holds kinds of columns, roles and numbers, and never
a name. So a copy with other nouns has the same features, and one that is a little changed still shares most of them.

*Schema*: the graph whose nodes are entities and whose edges are references. One level counts the kinds of all columns;
then come Weisfeiler-Lehman labels (Shervashidze et al., 2011) of one to three rounds over nodes that start alike, and
of none to two over nodes that start as the kinds of their columns. *Tools*: their role with the number of what they
take, then also what that is, then also what is done, then also what comes back. *Programs*: what endless questions ask:
single steps from thing to thing; the same with how many references go out from a thing and come in; whole programs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from ftrl_gym.construct.declare.columns import AnyRef, Column, Ref
from ftrl_gym.construct.declare.declaration import Declaration, Each, Entity, shown
from ftrl_gym.construct.declare.tools import Create, Do, Find, Get, Set, SetEach, Tool, WorkOut
from ftrl_gym.construct.domain import Domain, Search
from ftrl_gym.stats.figures import program_shape

Levels = tuple[Counter[Hashable], ...]
"""Multisets of features, from coarse to fine."""

ROUNDS = 3
"""Most rounds of Weisfeiler-Lehman labels: how many references away a node looks."""


def similarity(one: Levels, other: Levels) -> float:
    """What two skeletons share, as a share of what either has, on average over the levels: 0 to 1.

    >>> similarity((Counter("aab"),), (Counter("abb"),))
    0.5
    """
    return sum(_shared(a, b) for a, b in zip(one, other, strict=True)) / len(one)


def _shared(one: Counter[Hashable], other: Counter[Hashable]) -> float:
    either = (one | other).total()
    return (one & other).total() / either if either else 1.0


# --- schema ----------------------------------------------------------------------------------------------------------


def schema(declaration: Declaration) -> Levels:
    """The schema graph."""
    columns = {entity.name: _kinds(entity.kept.values()) for entity in declaration.entities}
    alike: dict[str, Hashable] = dict.fromkeys(columns, "entity")
    typed: dict[str, Hashable] = {name: tuple(sorted(kinds)) for name, kinds in columns.items()}
    around = _references(declaration)
    levels = [Counter[Hashable](kind for kinds in columns.values() for kind in kinds)]
    for start, first in ((alike, 1), (typed, 0)):
        labels = start
        for number in range(first + ROUNDS if first else ROUNDS):
            if number >= first:
                levels.append(Counter(labels.values()))
            labels = {name: (labels[name], _multiset((how, labels[to]) for how, to in around[name])) for name in labels}
    return tuple(levels)


def _kinds(columns: Iterable[Column]) -> list[str]:
    return [type(column).__name__ for column in columns]


def _multiset(features: Iterable[Hashable]) -> Hashable:
    return tuple(sorted(Counter(features).items(), key=repr))


def _references(declaration: Declaration) -> Mapping[str, list[tuple[str, str]]]:
    """Entity -> (how, entity) of each reference from it, and to it."""
    around: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for entity in declaration.entities:
        for target, how in references(entity):
            around[entity.name].append((f"to {how}", target))
            around[target].append((f"from {how}", entity.name))
    return around


def references(entity: Entity) -> list[tuple[str, str]]:
    """(entity, how) of each reference of an entity."""
    found = []
    made_for = entity.rows.entity if isinstance(entity.rows, Each) else ""
    for name, column in entity.kept.items():
        if isinstance(column, Ref):
            marks = {
                "self": column.entity == entity.name,
                "or none": bool(column.none),
                "once": column.most == 1,
                "owner": column.entity == made_for,
            }
            found.append((column.entity, " ".join(mark for mark, is_so in marks.items() if is_so)))
            made_for = "" if column.entity == made_for else made_for
        elif isinstance(column, AnyRef):
            ends = [kind.columns[name] for kind in entity.kinds if name in kind.columns]
            found += [(end.entity, "of a kind") for end in ends if isinstance(end, Ref)]
    return found


# --- tools -----------------------------------------------------------------------------------------------------------


def tools(declaration: Declaration) -> Levels:
    """The tools: role and number of parameters; what these are; what is done; what comes back."""
    signatures = [_signature(tool, declaration) for tool in declaration.tools]
    return (
        Counter((role, len(takes)) for role, takes, _, _ in signatures),
        Counter((role, takes) for role, takes, _, _ in signatures),
        Counter((role, takes, does) for role, takes, _, does in signatures),
        Counter(signatures),
    )


def _signature(tool: Tool, declaration: Declaration) -> tuple[str, tuple[str, ...], Hashable, Hashable]:
    """Role, what it takes, what it gives, and what else it does."""
    if isinstance(tool, Get):
        entity = declaration.entity(tool.entity)
        column = entity.columns[tool.by or entity.key]
        return "look-up", (type(column).__name__,), _shown(tool, entity), ()
    if isinstance(tool, Find):
        entity = declaration.entity(tool.entity)
        takes = [*_kinds(entity.columns[name] for name in tool.by.split()), *["bound" for _ in tool.bounds]]
        does = _multiset((meaning.pick.value, len(meaning.where)) for meaning in tool.means)
        return "search", tuple(sorted(takes)), _shown(tool, entity), (does, bool(tool.among))
    if isinstance(tool, WorkOut):
        takes = [*("row" for _ in tool.roles), *("figure" for _ in tool.figures)]
        return "computation", tuple(takes), _multiset(_kinds(tool.gives.values())), (len(tool.needs), tool.unordered)
    takes = [*("row" for _ in tool.roles), *sorted(wanted.kind.value for wanted in tool.asks.values())]
    gives = [type(each).__name__ if isinstance(each, Column) else "value" for each in tool.gives.values()]
    effects = _multiset(_effect(effect) for effect in tool.effects)
    return "action", tuple(takes), _multiset(gives), (len(tool.needs), effects, bool(tool.lets))


def _shown(tool: Get | Find, entity: Entity) -> Hashable:
    return _multiset(_kinds(entity.columns[name] for name in shown(tool, entity)))


def _effect(effect: Set | SetEach | Create) -> Hashable:
    where = len(effect.where) if isinstance(effect, SetEach) else bool(effect.when)
    return type(effect).__name__, len(effect.values), where


def role_of(tool: Tool) -> str:
    """What a tool is for."""
    return {Get: "look-up", Find: "search", WorkOut: "computation", Do: "action"}[type(tool)]


# --- programs --------------------------------------------------------------------------------------------------------

_GRAMMAR = frozenset("of by least most do then if filter".split())  # noqa: SIM905
_TOPIC = re.compile(r" \[[^\]]*[^\]\d][^\]]*\]")
"""A house rule that holds; a number in brackets is the rank of a row."""
_ROLE = re.compile(r"(?<=[(,])( ?)\w+ = (?=[^()]* of \(|[\w -]+ _)")
_MARK = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r"(?<=[a-z])\d+(?=<)")


class Namer:
    """Takes the names out of the programs of a scenario.

    Args:
        declaration: The scenario.
        domain: Its vocabulary.
    """

    def __init__(self, declaration: Declaration, domain: Domain) -> None:
        kinds: dict[str, set[str]] = defaultdict(set)
        for entity in declaration.entities:
            for name, column in entity.columns.items():
                kinds[name].add(type(column).__name__)
        for tool in declaration.tools:
            gives = tool.gives.items() if isinstance(tool, WorkOut | Do) else ()
            for name, given in gives:
                kinds[name].add(type(given).__name__ if isinstance(given, Column) else "value")
        self._attributes = {name: "|".join(sorted(some)) for name, some in kinds.items()}
        around = _references(declaration)
        of_table = {entity.table: entity.name for entity in declaration.entities}

        def marked(sort: str, thing: str) -> tuple[str, str]:
            hows = [how for how, _ in around[of_table.get(domain.thing(thing).entity, "")]]
            return sort, f"{sum(how.startswith('to') for how in hows)}-{sum(how.startswith('from') for how in hows)}"

        self._named = {tool.name: ("tool", role_of(tool)) for tool in declaration.tools}
        self._named |= {name: marked("thing", name) for name in domain.things}
        for step in domain.steps.values():
            if isinstance(step, Search) and step.plural:
                self._named[step.plural.replace(" of {x}", "").replace("{x}", "").strip()] = marked("rows", step.target)
        names = sorted({*self._named, *self._attributes} - {""}, key=lambda name: (-len(name), name))
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)|[^\W\d]\w*")

    def shape(self, program: str) -> str:
        """A program without names: attributes by their kinds; things, rows and tools in order of appearance, each with
        a mark: how many references go out from it and come in, or what the tool is for.

        Whatever else is named, a choice or a topic, is a literal.
        """
        given: dict[str, str] = {}

        def replaced(found: re.Match[str]) -> str:
            name, before, after = found.group(), found.string[: found.start()], found.string[found.end() :][:3]
            of_a_row = before.endswith((".", " by ", "least ", "most ")) or after.startswith((" <", " >", " ="))
            if of_a_row and name in self._attributes:
                return f"'{self._attributes[name]}'"
            if name in self._named:
                sort, mark = self._named[name]
                return given.setdefault(
                    name, f"{sort}{sum(one.startswith(sort) for one in given.values()) + 1}<{mark}>"
                )
            return name if name in _GRAMMAR or after.startswith("(") else "_"

        text = program_shape(_TOPIC.sub("", program))
        if text.startswith("do "):
            text = _ROLE.sub(r"\1", text)
        return self._names.sub(replaced, text)


def programs(shapes: Sequence[str]) -> Levels:
    """Distributions of programs: their steps, the same between things of these marks, and programs as wholes."""
    marked = [step for shape in shapes for step in _steps(_NUMBER.sub("", shape))]
    plain = [_MARK.sub("", step) for step in marked]
    return tuple(_distribution(some) for some in (plain, marked, [_MARK.sub("", shape) for shape in shapes]))


def _distribution(features: Sequence[str]) -> Counter[Hashable]:
    """Of a million, so that samples of different sizes can be compared."""
    return Counter({each: round(1e6 * count / len(features)) for each, count in Counter(features).items()})


def _steps(shape: str) -> Iterator[str]:
    """What leads from each thing to the next: ``thing by 'Ref' of (thing``."""
    parts = re.split(r"(?<=[(]) *|, *|; *", shape)
    for part, then in zip(parts, [*parts[1:], ""], strict=True):
        yield part + re.split(r" (?=of \(|by|_)|[.)]", then)[0] if part.endswith("(") else part.rstrip(")")
