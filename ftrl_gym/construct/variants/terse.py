"""Terse documents, as real APIs have them: a few words or an abbreviation, and parameters without a description.

A terse document is short, never wrong, and a reader can still choose by it: only a tool that tells everything of its
rows drops the list of its fields, and only where what is left says more than what the rows are; one that tells a part
keeps it, with words cut short. What stands in quotation marks is a name and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.faces import Face
from ftrl_gym.construct.variants.functions import Schema
from ftrl_gym.construct.variants.view_words import head, is_noun, thing
from ftrl_gym.construct.wording import upper

_SHARE = (0.0, 0.1, 0.2, 0.33)
"""Share of tools with such a document, by level of ``confusable``."""
_SHORT = {
    "account": "acct.",
    "address": "addr.",
    "amount": "amt.",
    "and": "&",
    "appointment": "appt.",
    "appointments": "appts.",
    "average": "avg.",
    "booking": "bkg.",
    "category": "cat.",
    "customer": "cust.",
    "customers": "custs.",
    "department": "dept.",
    "departments": "depts.",
    "description": "descr.",
    "destination": "dest.",
    "employee": "empl.",
    "extension": "ext.",
    "information": "info",
    "insurance": "ins.",
    "invoice": "inv.",
    "invoices": "invs.",
    "language": "lang.",
    "manager": "mgr.",
    "maximum": "max.",
    "minutes": "min.",
    "number": "no.",
    "numbers": "nos.",
    "organisation": "org.",
    "percentage": "%",
    "quantity": "qty",
    "reference": "ref.",
    "repository": "repo",
    "repositories": "repos",
    "reservation": "resv.",
    "schedule": "sched.",
    "temperature": "temp.",
    "transfer": "xfer",
    "vehicle": "veh.",
    "with": "w/",
}
"""Words as they are cut short in documents."""


_STEM = 4
"""Letters by which two words are taken for forms of one."""
_OF_COURSE = frozenset(
    {"a", "an", "any", "at", "code", "filt", "full", "id", "name", "no", "numb", "of", "once", "or", "seve", "the"}
)
"""Words that say nothing about which thing is meant."""


def terse(face: Face, scenario: str, design: Design, whole: Collection[str]) -> Face:
    """The tool with a terse document, where the design draws it.

    Args:
        face: The tool.
        scenario: Whose it is; the draws depend on it.
        design: Says how many are terse.
        whole: Functions that tell all there is to know of their rows.
    """
    if design.draws(scenario, f"terse/{face.name}").random() >= _SHARE[design.confusable] or len(face.parts) > 1:
        return face  # which of several functions is meant has to be said
    function = face.parts[0].function
    text = face.description
    if function.name in whole and not face.parts[0].only and not is_noun(head(function)):
        refers = re.compile(
            rf"\(|\bwhat\b|\b{thing(function).rpartition(' ')[2]}\b"
        )  # what its name alone does not say
        remarks = [item.strip() for item in re.split(r"[:;,.](?![^(]*\))", text)[1:] if refers.search(item)]
        text = "; ".join((head(function), *remarks, *text.split("; ")[1:]))
    leaves = tuple(replace(leaf, schema=_without_words(leaf.schema, function.name, leaf.path)) for leaf in face.leaves)
    options = tuple(option if option.hides else replace(option, schema=_bare(option.schema)) for option in face.options)
    return replace(face, description=cut(text), leaves=leaves, options=options)


def cut(text: str) -> str:
    """A description in few words.

    >>> cut("Details of a booking; item is the flight, room, train or car."), cut("Doctors of a department.")
    ('Bkg.; item is flight, room, train or car', 'Doctors of dept.')
    >>> cut('Members of an organisation. Shows those whose "account" is most like the given one.')
    'Members of org. Shows those whose "account" is most like given one'
    """
    parts = text.rstrip(".").split('"')
    parts[::2] = map(_cut, parts[::2])
    return upper('"'.join(parts))


def _cut(text: str) -> str:
    words = re.sub(r"\b(details of|facts about|an?|the) ", "", text, flags=re.IGNORECASE)
    words = words.replace(" together with its ", " & its ")
    return re.sub(r"\b[a-z]+\b", lambda word: _SHORT.get(word[0], word[0]), words).replace("..", ".")


def _without_words(schema: Schema, tool: str, path: Iterable[str]) -> Schema:
    """A parameter without its description, or with few words where its name does not say what it takes."""
    about = str(schema.get("description", ""))
    told = {word[:_STEM] for word in re.findall(r"[a-z]+", " ".join((tool, *path)).lower())}
    news = {word[:_STEM] for word in re.findall(r"[a-z]+", about.lower())} - told - _OF_COURSE
    return {**schema, "description": cut(about)} if news else _bare(schema)


def _bare(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "description"}
