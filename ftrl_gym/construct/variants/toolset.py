"""Toolsets: a scenario's functions in one design, as documents, code, and a translation of calls."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ftrl_gym.construct.remembering import Remembering
from ftrl_gym.construct.short_numbers import in_full, letters_of
from ftrl_gym.construct.trial import Pool
from ftrl_gym.construct.variants.code import source_of
from ftrl_gym.construct.variants.coding import coded
from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.extension import Added, extension, richest
from ftrl_gym.construct.variants.faces import Face, Part
from ftrl_gym.construct.variants.functions import Function, Role, function_of
from ftrl_gym.construct.variants.leaves import leaves_of
from ftrl_gym.construct.variants.naming import Names, settle, split_name
from ftrl_gym.construct.variants.options import Option, Phase, Row, options_for
from ftrl_gym.construct.variants.paging import Lengths
from ftrl_gym.construct.variants.partition import Merge, canonical, nouns_of, partition
from ftrl_gym.construct.variants.searching import searches
from ftrl_gym.construct.variants.terse import terse
from ftrl_gym.construct.variants.view_words import says
from ftrl_gym.construct.variants.views import IN_FULL, views
from ftrl_gym.construct.wording import joined
from ftrl_gym.execution import TrustedToolbox
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import Effect, ToolDocument

_LONGEST = 60
"""Letters of a tool's name, at most."""
_OPTIONS = ((0, 0), (4, 4), (6, 6), (8, 10))
"""Fewest and most parameters that a tool of the scenario's own design is brought to, by level."""
_OPTIONS_VARIANT = ((0, 4), (4, 6), (6, 8), (8, 10))
"""The same for other variants."""
_ADDED = (0.0, 0.4, 0.8, 1.0)
"""Share of possible additional tools, by level of generalization: what merging takes away comes back as others."""
_ADDED_VARIANT = (0.2, 0.5, 0.8, 1.0)
"""The same for other variants."""
_FEWEST_FIELDS = 4
"""Fields from which on a view is worth options."""
_WRAPS: tuple[tuple[str, ...], ...] = ((), (), ("data",), ("result",), ("response",))
_LISTS = ("", "", "items", "results", "rows")
_REFUSALS = ("{}", "{}", "Error: {}", "[E-422] {}", "request refused: {}", "{}.")


@dataclass(frozen=True)
class Called:
    """A call of a plain tool, as it is made in a toolset."""

    tool: str
    arguments: dict[str, Json]
    attributes: frozenset[str]
    """Attributes of the row that it is made for."""


@dataclass(frozen=True, eq=False)
class Toolset:
    """A scenario's tools in one design."""

    design: Design
    faces: tuple[Face, ...]
    documents: Mapping[str, ToolDocument]
    source: str
    merges: tuple[Merge, ...]
    added: tuple[Added, ...] = ()
    """Functions that the scenario itself does not have."""

    @cached_property
    def pool(self) -> Pool:
        """Documents and running code."""
        toolbox = TrustedToolbox(self.source, f"{self.design.name}.py")
        if not self.design.long:
            return Pool.of(self.documents, toolbox)
        reading = [name for name, document in self.documents.items() if document.effect is Effect.READ]
        return Pool.of(self.documents, Remembering(toolbox, reading))

    @cached_property
    def offering(self) -> Mapping[str, tuple[str, ...]]:
        """Plain tool -> the tools that offer it."""
        found: dict[str, tuple[str, ...]] = {}
        for face in self.faces:
            for part in face.parts:
                found[part.function.name] = (*found.get(part.function.name, ()), face.name)
        return found

    @cached_property
    def unsure(self) -> frozenset[str]:
        """Functions that serve some rows only, or only show what another one would do."""
        return frozenset(one.function.name for one in self.added if not one.sure)

    def showing(self, plain: str) -> tuple[str, ...]:
        """Tools that offer a plain tool, or show in another way what it finds."""
        views = (one.function.name for one in self.added if plain in one.parents)
        return tuple(name for function in (plain, *views) for name in self.offering.get(function, ()))

    @cached_property
    def _offering(self) -> Mapping[str, list[Face]]:
        return {tool: [face for face in self.faces if face.name in names] for tool, names in self.offering.items()}

    @property
    def partition(self) -> frozenset[frozenset[tuple[str, tuple[str, ...]]]]:
        """Which plain functions stand behind one tool, without names."""
        return canonical(self.merges)

    def calls(
        self, tool: str, arguments: Mapping[str, Json], attributes: Iterable[str] = (), sees: Iterable[str] = ()
    ) -> list[Called]:
        """The calls by which a call of a plain tool is made: one, or several where its fields are split.

        Args:
            tool: The plain tool.
            arguments: Its arguments.
            attributes: Attributes of the row that the caller wants to see; none for writing calls.
            sees: Attributes to be shown along with them, where the tool has them.
        """
        wanted, along = set(attributes), set(sees)
        faces = self._offering[tool]
        chosen = []
        for face in faces:
            seen = face.covers(tool, wanted)
            if seen or len(faces) == 1:
                chosen.append(Called(face.name, face.call(tool, arguments, wanted | along), seen))
                wanted -= seen
        return chosen or [Called(faces[0].name, faces[0].call(tool, arguments, wanted | along), frozenset())]

    def field(self, tool: str, name: str) -> tuple[str, str]:
        """Where a field of a plain tool's result is found: the tool, and the dotted path in its result."""
        for face in self.faces:
            for part in face.parts:
                if part.function.name == tool and name in part.fields:
                    return face.name, ".".join((*face.place(part), face.named(part)[name]))
        return self.offering[tool][0], name


def toolset_of(scenario: str, documents: Iterable[ToolDocument], source: str, design: Design) -> Toolset:
    """A scenario's tools in a design.

    Args:
        scenario: Its name, on which the draws depend.
        documents: Of its plain tools.
        source: Python of its plain tools.
        design: Which variant, and how far each scaling goes.

    Raises:
        ConstructionError: The scenario's code defines names that this code needs, or cannot be compiled with it.
    """
    own = tuple(documents)
    letters = letters_of(own) if design.indirect else {}
    own = tuple(in_full(document, letters) for document in own)
    functions = [function_of(document) for document in own]
    names = Names(scenario, design)
    if design.long:
        functions = searches(functions, scenario, design)
    if design.plain:
        plain = {function.name: function.document for function in functions}
        merges = tuple(partition(functions, [], scenario, design))
        return Toolset(design, tuple(_plain(function, names) for function in functions), plain, source, merges)
    extended = _extended([function_of(document) for document in own], letters, scenario, design)
    added = [one.function for one in extended]
    if design.long:
        added = searches(added, scenario, design, "added searches")
    settle(names, (function.parameters for function in (*functions, *added)))
    settle(names, (function.fields for function in (*functions, *added)))
    merges = tuple(partition(functions, added, scenario, design))
    rng = design.draws(scenario, "shapes")
    wrap, listed_as, refused = rng.choice(_WRAPS), rng.choice(_LISTS), rng.choice(_REFUSALS)
    if design.variant == 0:
        wrap, listed_as, refused = (), "", "{}"
    titles = _titles(merges, names)
    fields = {said for function in (*functions, *added) for said in map(names.word, function.fields)}
    lengths = Lengths(scenario, design, names, fields) if design.long else None
    small = {one.function.name for one in extended if one.parents and len(one.function.fields) < _FEWEST_FIELDS}
    faces = []
    for merge, title in zip(merges, titles, strict=True):
        face = _face(merge, title, names, design, wrap, listed_as)
        if lengths is not None:
            face = replace(face, paged=lengths.paged(face), entries=lengths.entries(face))
            face = replace(face, record=lengths.schema() if face.entries else {})
        worth = face.parts[0].function.name not in small
        faces.append(_with_options(face, _options(face, scenario, design)) if worth else face)
    if design.confusable:
        whole = {function.name for function in richest(functions)}
        faces = [terse(face, scenario, design, whole) for face in faces]
    if design.indirect:
        faces = [coded(face, scenario, design) for face in faces]
    code_of_functions = "\n\n".join([source.rstrip() + "\n", *(one.source for one in extended)])
    record = lengths.record if lengths is not None else {}
    code = source_of(f"{scenario}, {design.name}", faces, code_of_functions, names, refused, record)
    made = {face.name: face.document() for face in faces}
    return Toolset(design, tuple(faces), made, code, merges, tuple(extended))


def _extended(functions: Sequence[Function], letters: Mapping[str, str], scenario: str, design: Design) -> list[Added]:
    """The functions that a design has beside the scenario's own."""
    possible = extension(functions)
    share = (_ADDED if design.variant == 0 else _ADDED_VARIANT)[design.generalization]
    draws = design.draws(scenario, "extension")
    found = [
        one._replace(function=function_of(in_full(one.function.document, letters)))
        for one, draw in zip(possible, [draws.random() for _ in possible], strict=True)
        if draw < share
    ]
    return [*found, *views(functions, {one.name for one in functions}, scenario, design)]


def _plain(function: Function, names: Names) -> Face:
    part = Part(function)
    leaves = leaves_of((part,), names, None)
    return Face(function.name, function.document.description, (part,), leaves, names, wrap=(), listed_as=function.rows)


def _titles(merges: Sequence[Merge], names: Names) -> list[str]:
    """A name for each tool, no two alike."""
    found: list[str] = []
    for merge in merges:
        candidates = [names.tool(*pair) for pair in _called(merge)]
        last = min(candidates, key=len)[:_LONGEST]
        numbered = (f"{last}{number}" for number in itertools.count(2))
        found.append(
            next(name for name in (*candidates, *itertools.islice(numbered, len(merges))) if _fits(name, found))
        )
    return found


def _fits(name: str, others: Sequence[str]) -> bool:
    return name not in others and len(name) <= _LONGEST


def _called(merge: Merge) -> list[tuple[str, str]]:
    """Verb and noun for a tool, the best first; the last ones tell it from every other."""
    first = merge.pieces[0]
    verb, noun = split_name(first.function.name)
    whole = first.function.name
    if len(merge.pieces) == 1:
        return [(verb, f"{noun}_{first.about}" if first.about else noun), ("", f"{whole}_{first.about}".strip("_"))]
    if merge.alternatives:
        keyed = next((p for p in merge.pieces if p.function.required[0] in p.function.key), first)
        return [split_name(keyed.function.name), ("", f"{whole}_by")]
    nouns = nouns_of(merge.pieces)
    pair = "_or_".join(nouns[:2])
    if first.function.role is Role.WRITE:
        thing = _thing(first.function.required[0])
        return [("manage", thing), ("manage", pair), ("", f"{whole}_etc")]
    if first.function.role is Role.LISTING:
        by = _thing(first.function.required[0])
        return [(verb, pair if len(nouns) == 2 else f"by_{by}"), (verb, f"{pair}_etc"), ("", f"{whole}_etc")]
    return [(verb, pair if len(nouns) == 2 else "record"), (verb, "entry"), (verb, f"{pair}_etc")]


def _thing(parameter: str) -> str:
    """What a parameter names: ``order`` for ``order_no``."""
    return re.sub(r"_(id|no|number)$", "", parameter)


def _face(merge: Merge, title: str, names: Names, design: Design, wrap: tuple[str, ...], listed_as: str) -> Face:
    """The tool of one merge, without options."""
    several = len(merge.pieces) > 1 and not merge.alternatives
    choices = nouns_of(merge.pieces) if several else [""] * len(merge.pieces)
    parts = tuple(Part(piece.function, choice, piece.only) for piece, choice in zip(merge.pieces, choices, strict=True))
    rng = design.draws(names.scenario, f"types/{title}")
    leaves = leaves_of(parts, names, (rng, design), alternatives=merge.alternatives)
    groups = {
        leaf.path[0]: "What to look for." if parts[0].function.role is not Role.WRITE else "What to do it with."
        for leaf in leaves
        if len(leaf.path) > 1
    }
    selector = ""
    if several:
        taken = {leaf.path[0] for leaf in leaves}
        options = ("action",) if parts[0].function.role is Role.WRITE else ("kind", "what", "entity")
        selector = next(name for name in (*options, "which_one") if name not in taken)
    return Face(
        name=title,
        description=_described(merge, parts, names),
        parts=parts,
        leaves=leaves,
        names=names,
        selector=selector,
        alternatives=merge.alternatives,
        groups=groups,
        wrap=wrap,
        listed_as=listed_as or names.word(parts[0].function.rows or parts[0].function.entity or "rows"),
    )


def _described(merge: Merge, parts: Sequence[Part], names: Names) -> str:
    first = merge.pieces[0]
    texts = [_about(piece.function, names) for piece in merge.pieces]
    text = texts[0]
    if first.only:
        shown = ", ".join(name.replace("_", " ") for name in first.only if name not in first.function.key)
        # What follows ":" or ", with" lists fields of the whole, some of which are the other half's.
        return f"{re.split(':|, with ', text)[0].rstrip('.')}: {shown}."
    if len(parts) == 1:
        return text
    if merge.alternatives:
        return " Or: ".join(texts)
    return " ".join(f"{part.choice}: {about}" for part, about in zip(parts, texts, strict=True))


def _about(function: Function, names: Names) -> str:
    """The description of a function, with its parameters as this design calls them."""
    text = function.document.description
    for name in function.parameters:
        if "_" in name:  # a single word may be meant as a word
            text = re.sub(rf"\b{name}\b", names.word(name), text)
    if function.like is not None:
        text = f"{text} {function.like.sentence(names.word(function.like.column))}"
    return text


def _with_options(face: Face, options: tuple[Option, ...]) -> Face:
    """A tool with its options. What its description promises, and a default leaves out, the description says."""
    told = [o for o in options if o.hides and any(says(face.description, name) for name in o.hides)]
    notes = [f"{', '.join(o.hides)} only with {o.name}" for o in told]
    more = f" Shows {joined(notes)}." if notes else ""
    return replace(face, options=options, description=f"{face.description}{more}")


def _options(face: Face, scenario: str, design: Design) -> tuple[Option, ...]:
    """Options that bring the tool to the number of parameters of its level."""
    fewest, most = (_OPTIONS if design.variant == 0 else _OPTIONS_VARIANT)[design.parameters]
    rng = design.draws(scenario, f"options/{face.name}")
    wanted = rng.randint(fewest, most) - len({leaf.path[0] for leaf in face.leaves}) - bool(face.selector)
    if wanted <= 0 or not all(part.function.flat for part in face.parts):
        return ()
    named = [{said: part.function.fields[name] for name, said in face.named(part).items()} for part in face.parts]
    shared = {name: schema for name, schema in named[0].items() if all(name in other for other in named)}
    some = tuple(dict.fromkeys(name for each in named for name in each if name not in shared))
    # what tells a search's rows from those that are merely like them stays in sight
    told = [(part, key) for part in face.parts for key in (*part.function.key, *_searched(part.function))]
    keys = tuple(dict.fromkeys(face.named(part)[key] for part, key in told))
    row = Row(keys, shared, tuple(name for name in some if name not in keys), face.listed, face.paged is not None)
    taken = {leaf.path[0] for leaf in face.leaves} | {face.selector, face.paged.parameter if face.paged else ""}
    whole = any(part.function.name.endswith(IN_FULL) for part in face.parts)
    made = options_for(row, random.Random(rng.random()), wanted, hidden=design.parameters > 1 and not whole)
    restyled = _fields_shown([_called_anew(option, face.names.option(option.name)) for option in made])
    return tuple(option for option in restyled if option.name not in taken)


def _searched(function: Function) -> tuple[str, ...]:
    return (function.like.column,) if function.like is not None else ()


def _fields_shown(options: Sequence[Option]) -> list[Option]:
    """Fields that a caller names are shown, also where their group is left out."""
    wanted = next(
        (option.name for option in options if option.phase is Phase.FIELDS and "_only(" in option.lines[1]), ""
    )
    if not wanted:
        return list(options)
    return [
        replace(
            option,
            lines=tuple(
                re.sub(r"found, (.*)\)$", rf"found, [name for name in \1 if name not in ({wanted} or ())])", line)
                for line in option.lines
            ),
        )
        if option.phase is Phase.HIDE
        else option
        for option in options
    ]


def _called_anew(option: Option, name: str) -> Option:
    """The option under another name, in its code too."""
    lines = tuple(re.sub(rf"\b{option.name}\b", name, line) for line in option.lines)
    return replace(option, name=name, lines=lines)
