"""The declaration language as a table: every class with its fields, from their docstrings.

python -m ftrl_gym.construct.declare.reference > docs/declaration-language.md
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any

from ftrl_gym.construct import declare
from ftrl_gym.construct.declare import expressions

HEAD = """\
# The declaration language

Made from the docstrings by `python -m ftrl_gym.construct.declare.reference`; a test sees to it that it is up to date.
How they work together shows [your own scenario](your-own-scenario.md). Everything is imported from
`ftrl_gym.construct.declare`.
"""
GROUPS = {
    "The whole": ("Declaration", "Rule", "Short"),
    "House rules of the policy text": ("Clause", "Forbid", "Fix", "Also"),
    "Things": ("Entity", "Each", "Together", "Kind"),
    "Columns": (
        *("Id", "Code", "Name", "Person", "Email", "Word", "Choice", "Number", "Figure", "Money", "Date", "Time"),
        *("Flag", "Ref", "AnyRef"),
    ),
    "Tools that read": ("Get", "Find", "only", "least", "most", "named", "AtLeast", "WorkOut", "Applied"),
    "Tools that write": ("Do", "Need", "Set", "SetEach", "Create", "Wanted", "Extra", "Detail"),
}
"""Headline -> names below it. What belongs to no group comes last."""
_SHORT = {
    "name": "As a tool it is called by: ``get_room``.",
    "about": "Its description, as policies read it.",
    "entity": "Name of the entity whose rows it is about.",
    "values": "What is chosen from.",
    "Declaration.title": "A few words, for lists of scenarios.",
    "Declaration.description": "A sentence on what it holds.",
    "Declaration.entities": "The kinds of things.",
    "Declaration.tools": "Reading and writing tools, ``get_rule`` excepted.",
    "Declaration.rules": "House rules; with any, there is a tool ``get_rule``.",
    "Declaration.rule_called": "How an asker names a rule.",
    "Declaration.shorts": "Short ways to say several steps.",
    "Declaration.today": "The day the world is at.",
    "Declaration.currency": "Of all amounts.",
    "Rule.topic": "What it is about; expressions say ``rule('topic')``.",
    "Rule.values": "Figures, one of which is drawn for each world.",
    "Rule.unit": "Unit of the figure.",
    "Short.steps": "The steps in order.",
    "Short.noun": "What is said instead of them all, with ``{x}`` for where they begin.",
    "Entity.rows": "How many rows there are.",
    "Entity.columns": "Name -> kind of column; the first is the key.",
    "Entity.kinds": "The kinds of rows, where ``by_kind`` is set.",
    "Each.entity": "The other entity.",
    "Each.least": "Fewest rows for each of its rows.",
    "Each.most": "Most rows for each of its rows.",
    "Id.prefix": "What it begins with.",
    "Id.digits": "How many digits follow.",
    "Name.words": "Words that names are made of.",
    "low_end": "Least value.",
    "high_end": "Greatest value.",
    "step": "From one value to the next.",
    "first": "Earliest value.",
    "last": "Latest value.",
    "Ref.entity": "Name of the other entity.",
    "Find.by": "Columns it is asked by, such as ``doctor date``.",
    "Find.shows": "Columns of each row that it lists, beside the key.",
    "Find.means": "Ways to speak of one of the rows.",
    "needs": "What must hold; the first that does not is told.",
    "Applied.noun": "The value as a noun phrase, with ``{x}`` and ``{y}``.",
    "Applied.ask": "Whole questions for it.",
    "AtLeast.column": "The column that it bounds.",
    "AtLeast.lowest": "Least value it takes, its default.",
    "AtLeast.highest": "Greatest value it takes.",
    "Do.effects": "What it changes, in order.",
    "Do.asks": "Parameters that the asker chooses freely.",
    "Need.that": "An expression that must hold.",
    "Need.otherwise": "What the tool says if it does not, and what would be right.",
    "Set.values": "Column -> its new value, an expression.",
    "Create.entity": "Of which entity.",
    "Create.values": "Column -> its value, an expression.",
    "when": "Only if this expression holds; empty for always.",
    "Wanted.kind": "What sort of value.",
    "Wanted.detail": "How a scripted user keeps it back.",
    "Detail.name": "A name of its own, for this kind of detail.",
    "Detail.replies": "How it is told when asked for, with ``{x}`` for the value.",
}
"""Meaning of the fields that say nothing themselves: by class and name, or by name wherever it stands."""


def reference() -> str:
    """The whole page, in Markdown."""
    known = {name for names in GROUPS.values() for name in names}
    groups = {**GROUPS, "More": tuple(name for name in declare.__all__ if name not in known)}
    parts = [HEAD]
    for headline, names in groups.items():
        if names:
            parts.append(f"## {headline}\n")
        if headline == "Columns":
            parts += [f"All kinds of columns have these, by keyword:\n\n{_table(_fields(declare.Id.__mro__[1]))}"]
        parts += [_entry(name, getattr(declare, name)) for name in names]
    parts.append(f"## Expressions\n\n{_text(inspect.getdoc(expressions) or '')}\n")
    return "\n".join(parts)


def _entry(name: str, made: Any) -> str:
    text = f"### {name}\n\n{_text(inspect.getdoc(made) or '')}\n"
    if inspect.isfunction(made):
        return f"{text}\n`{name}{_signature(made)}`\n"
    if issubclass(made, Enum):
        notes = _notes(made)
        return f"{text}\n{_table([(f'{name}.{m.name}', '', notes.get(m.name, '')) for m in made])}"
    return f"{text}\n{_table(_fields(made))}"


def _fields(made: type) -> list[tuple[str, str, str]]:
    """(name, type and default, meaning) of the fields that a class adds to what all columns have."""
    common = {field.name for field in dataclasses.fields(declare.Id.__mro__[1])}
    inherited = common if made.__mro__[1] is not object else set()
    notes = {name: note for each in reversed(made.__mro__) for name, note in _notes(each).items()}
    rows = []
    for field in dataclasses.fields(made):
        if field.name not in inherited:
            rows.append(
                (field.name, f"`{field.type}`{_default(field)}", notes.get(field.name) or _short(made, field.name))
            )
    return rows


def _short(made: type, name: str) -> str:
    return _text(_SHORT.get(f"{made.__name__}.{name}", _SHORT.get(name, "")))


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f" = `{field.default!r}`"
    if field.default_factory is not dataclasses.MISSING:
        return f" = `{field.default_factory()!r}`"
    return ", required"


def _notes(made: type) -> dict[str, str]:
    """Name -> the docstring below it."""
    if made is object or not made.__module__.startswith("ftrl_gym"):
        return {}
    (tree,) = ast.parse(inspect.getsource(made)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for before, after in zip(tree.body, tree.body[1:], strict=False):
        target: ast.expr | None = before.target if isinstance(before, ast.AnnAssign) else None
        target = before.targets[0] if isinstance(before, ast.Assign) else target
        if isinstance(target, ast.Name) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[target.id] = _text(str(after.value.value))
    return found


def _signature(made: Any) -> str:
    return str(inspect.signature(made)).replace("'", "").partition(" ->")[0]


def _table(rows: list[tuple[str, str, str]]) -> str:
    lines = [
        f"| `{name}` | {type_.replace('|', chr(92) + '|')} | {note.replace('|', chr(92) + '|')} |"
        for name, type_, note in rows
    ]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *lines, ""])


def _text(docstring: str) -> str:
    """A docstring as Markdown: without cross-references and with each paragraph on one line."""
    paragraphs: Iterator[str] = (" ".join(part.split()) for part in docstring.split("\n\n") if ">>>" not in part)
    text = "\n\n".join(paragraphs).replace("``", "`")
    for role in (":class:", ":func:", ":mod:"):
        text = text.replace(f"{role}`~", "`").replace(f"{role}`", "`")
    return text


if __name__ == "__main__":
    sys.stdout.write(reference())
