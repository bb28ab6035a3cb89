"""Leaves of a tool's parameters: which plain parameters it takes, under which names and in which forms.

Parameter-type generalization (FTRL, section 3.1): days in parts, ids several at once, several members of a vocabulary,
parameters inside an object. A variant draws for each parameter whether it would have a richer type; the scaling's level
says how many do.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.faces import DAY, Form, Leaf, Part
from ftrl_gym.construct.variants.functions import Role, Schema
from ftrl_gym.construct.variants.naming import Names
from ftrl_gym.construct.wording import plural

_RICHER = (0.0, 0.3, 0.6, 0.9)
"""Share of parameters with a richer type, by level, for the scenario's own design."""
_RICHER_VARIANT = (0.12, 0.35, 0.65, 0.9)
"""The same for other variants."""
_HOLDERS = {Role.WRITE: ("details", "request"), Role.LISTING: ("filter", "query"), Role.OTHER: ("input", "of")}
"""Names of objects that hold parameters."""


def leaves_of(
    parts: Sequence[Part], names: Names, chance: tuple[random.Random, Design] | None, alternatives: bool = False
) -> tuple[Leaf, ...]:
    """The inputs of a tool.

    Args:
        parts: Its functions.
        names: Of the variant.
        chance: Draws of the variant and its scalings; None for plain types.
        alternatives: Whether exactly one of them is to be given.
    """
    leaves = _merged(parts, names) if len(parts) > 1 and not alternatives else _own(parts, names)
    if chance is None:
        return leaves
    rng, design = chance
    share = (_RICHER if design.variant == 0 else _RICHER_VARIANT)[design.types]
    draws = [rng.random() for _ in leaves]
    grouped = rng.random()
    formed = tuple(
        _formed(leaf, parts, alternatives, len(leaves)) if draw < share else leaf
        for leaf, draw in zip(leaves, draws, strict=True)
    )
    return _grouped(formed, parts, rng) if grouped < share and not alternatives else formed


def _own(parts: Sequence[Part], names: Names) -> tuple[Leaf, ...]:
    """Each part's parameters, as its own; those of the same name are one."""
    leaves: dict[str, Leaf] = {}
    for number, part in enumerate(parts):
        for name, schema in part.function.parameters.items():
            said = names.word(name)
            takes = tuple(name if n == number else "" for n in range(len(parts)))
            required = name in part.function.required
            leaves[said] = Leaf((said,), schema, takes, required, default=schema.get("default"))
    return tuple(leaves.values())


def _merged(parts: Sequence[Part], names: Names) -> tuple[Leaf, ...]:
    """One parameter for what every part needs first, the others for those parts that have them."""
    first = parts[0].function
    count = 1 if first.role is not Role.LISTING else len(first.required)
    leaves: dict[str, Leaf] = {}
    for place in range(count):
        takes = tuple(part.function.required[place] for part in parts)
        same = len(set(takes)) == 1
        said = names.word(takes[0]) if same else names.word("id")
        described = list(
            dict.fromkeys(part.function.parameters[t]["description"] for part, t in zip(parts, takes, strict=True))
        )
        schema = {**first.parameters[takes[0]], "description": " Or: ".join(described)}
        leaves[said] = Leaf((said,), schema if same else _bare(schema), takes)
    for number, part in enumerate(parts):
        for name, schema in part.function.parameters.items():
            if name in part.function.required[:count]:
                continue
            _add(leaves, name, schema, number, part, parts, names)
    return tuple(leaves.values())


def _add(
    leaves: dict[str, Leaf], name: str, schema: Schema, number: int, part: Part, parts: Sequence[Part], names: Names
) -> None:
    """A parameter that some parts have: shared where they mean the same by it."""
    bare = {key: value for key, value in schema.items() if key != "default"}
    said = names.word(name)
    before = leaves.get(said)
    needed = name in part.function.required
    if (
        before is not None
        and _without_text(before.schema) == _without_text(bare)
        and not before.takes[number]
        and not before.required
    ):
        takes = tuple(name if n == number else taken for n, taken in enumerate(before.takes))
        about = before.schema["description"].replace(". For ", f". For {part.choice}, ")
        leaves[said] = replace(before, takes=takes, schema={**before.schema, "description": about})
        return
    if before is not None:
        said = names.word(f"{part.choice}_{name}")
    takes = tuple(name if n == number else "" for n in range(len(parts)))
    about = f"{bare.get('description', name).rstrip('.')}. For {part.choice}{' (needed)' if needed else ''}."
    leaves[said] = Leaf((said,), {**bare, "description": about}, takes, required=False, default=schema.get("default"))


def _without_text(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "description"}


def _bare(schema: Schema) -> Schema:
    """A text whose pattern depends on the choice."""
    return {key: value for key, value in schema.items() if key in ("type", "description")}


def _formed(leaf: Leaf, parts: Sequence[Part], alternatives: bool, leaves: int) -> Leaf:
    """The leaf with a richer type, where there is one."""
    schema, role = leaf.schema, parts[0].function.role
    about = schema.get("description", "")
    if schema.get("format") == "date" and leaf.required:
        return replace(leaf, form=Form.DATE, schema={**DAY, "description": about.replace(" as YYYY-MM-DD", "")})
    inner = {key: value for key, value in schema.items() if key not in ("description", "default")}
    several = {"type": "array", "items": inner, "minItems": 1, "maxItems": 10, "uniqueItems": True}
    if role is Role.LOOKUP and leaves == 1 and leaf.required and not alternatives and "enum" not in schema:
        path = (plural(leaf.path[0]),)
        return replace(
            leaf,
            path=path,
            form=Form.BATCH,
            schema={**several, "description": f"{about.rstrip('.')}; several at once."},
        )
    if role is Role.LISTING and "enum" in schema and not leaf.required and len(parts) == 1:
        members = [value for value in schema["enum"] if value != leaf.default]
        items = {**several, "items": {"type": "string", "enum": members}}
        path = (plural(leaf.path[0]),)
        return replace(leaf, path=path, form=Form.SEVERAL, schema={**items, "description": about})
    return leaf


def _grouped(leaves: tuple[Leaf, ...], parts: Sequence[Part], rng: random.Random) -> tuple[Leaf, ...]:
    """Parameters inside an object, where there are several."""
    holders = _HOLDERS.get(parts[0].function.role)
    inside = [leaf for leaf in leaves if leaf.required and leaf.form is not Form.BATCH]
    if holders is None or len(inside) < 2:
        return leaves
    holder = rng.choice([name for name in holders if all(leaf.path[0] != name for leaf in leaves)] or ["arguments"])
    return tuple(replace(leaf, path=(holder, leaf.path[0])) if leaf in inside else leaf for leaf in leaves)
