"""Checks of the texts in a declaration: phrases, expressions, what a user keeps back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ftrl_gym.construct.declare.columns import AnyRef, Column, Ref
from ftrl_gym.construct.declare.declaration import Declaration
from ftrl_gym.construct.declare.expressions import BadExpression, Scope, Term, fits, translate
from ftrl_gym.construct.declare.tools import Need
from ftrl_gym.construct.domain import Detail

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


def link_problems(declaration: Declaration, place: str, column: Ref) -> Problems:
    """Phrases for the row at the other end that do not say which kind of thing it is, where there are several."""
    several = declaration.entity(column.entity).kinds
    yield from phrase_problems(place, "link", column.links, ("x", "kind") if several else ("x",))


def detail_problems(place: str, detail: Detail) -> Problems:
    """Vague words that are none, or a question that the user would not understand."""
    if isinstance(detail.nouns, str) or not detail.nouns:
        yield place, f"its nouns are {detail.nouns!r}; give them as a tuple: ('my invoice',)"
    if not any(cue in detail.ask.lower() for cue in detail.cues):
        yield place, f"no cue stands in {detail.ask!r}, so its own question would not be understood; add a word of it"


def expression_problems(
    declaration: Declaration, place: str, text: str, scope: Scope, wanted: str | Column, drawing: bool = False
) -> Problems:
    """An expression that means nothing here, or is not of the kind, or for the column, that is wanted."""
    try:
        found = translate(text, scope, declaration, drawing).kind
    except BadExpression as error:
        yield place, f"{error}. It may use columns that stand before it, roles and parameters"
        return
    if isinstance(wanted, str):
        kind, fitting = wanted, not wanted or found == wanted
    else:
        kind, fitting = kind_of(wanted), fits(found, wanted, declaration)
    if not fitting:
        yield place, f"{text!r} is a {found}, and a {kind} is wanted"


def drawing_problems(declaration: Declaration, place: str, text: str, scope: Scope, wanted: str | Column) -> Problems:
    """The same while worlds are drawn, when columns that are not kept are still there."""
    return expression_problems(declaration, place, text, scope, wanted, drawing=True)


def kind_of(column: Column) -> str:
    """What expressions take a column for."""
    return column.entity if isinstance(column, Ref) else "row" if isinstance(column, AnyRef) else column.kind


def kind_said(declaration: Declaration, text: str, scope: Mapping[str, Term]) -> str:
    """What an expression is; a text where it means nothing."""
    try:
        return translate(text, scope, declaration).kind
    except BadExpression:
        return "text"


def need_problems(declaration: Declaration, need: Need, scope: Scope, place: str) -> Problems:
    """A need that means nothing, or a refusal that says nothing."""
    yield from expression_problems(declaration, f"{place}, need", need.that, scope, "flag")
    for text in re.findall(r"\{([^{}]*)\}", need.otherwise):
        yield from expression_problems(declaration, f"{place}, need {need.that!r}, otherwise", text, scope, "")
    if len(need.otherwise.split()) < 4:
        yield f"{place}, need {need.that!r}", f"{need.otherwise!r} is too short to say what is wrong and what is right"
