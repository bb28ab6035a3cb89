"""What the documents of views say of a thing, its key, and its fields: these in the words of the scenario's own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ftrl_gym.construct.variants.functions import Function
from ftrl_gym.construct.variants.naming import split_name
from ftrl_gym.construct.wording import article, plural

_STEM = 4
"""Letters by which two words are taken for forms of one: ``close`` and ``closing``."""
_LIST = re.compile(r":|, with ")
"""Where a description begins to list what is told."""


def head(function: Function) -> str:
    """What a description says is found, without the fields that it lists."""
    return _LIST.split(function.document.description.partition(";")[0])[0].rstrip(".")


def thing(function: Function) -> str:
    """``rental car``: what a look-up finds."""
    return split_name(function.name)[1].replace("_", " ")


def one(function: Function) -> str:
    """``a rental car``."""
    return article(thing(function))


def ids(function: Function) -> str:
    """What rows are named by, as a plural."""
    ending = function.key[0].rpartition("_")[2]
    return {"id": "ids", "no": "numbers", "number": "numbers"}.get(ending, plural(ending))


def said(names: Iterable[str]) -> str:
    """Names as plain words."""
    return ", ".join(name.replace("_", " ") for name in names)


def fields_said(function: Function, names: Iterable[str]) -> str:
    """Fields in the words of the document, and what it remarks on them."""
    words, note = _phrases(function), function.document.description.partition(";")[2].strip(" .")
    shown = list(names)
    remarks = [f"; {note}" for name in shown[:1] if note and any(_alike(name, note) for name in shown)]
    return ", ".join(words.get(name, name.replace("_", " ")) for name in shown) + "".join(remarks)


def _phrases(function: Function) -> dict[str, str]:
    """Field -> how the document lists it, where that is beyond doubt."""
    listed = _LIST.split(function.document.description.partition(";")[0], maxsplit=1)[1:]
    phrases = [phrase.strip(" .") for phrase in re.split(r", | and (?=[^(]*$)", listed[0])] if listed else []
    fields = [name for name in function.fields if name not in function.key]
    found: dict[str, str] = {}
    for phrase in phrases:
        meant = [name for name in fields if _alike(name, phrase)]
        if len(meant) == 1 and meant[0] not in found:
            found[meant[0]] = phrase
    left = [name for name in fields if name not in found and name != "name"]
    over = [phrase for phrase in phrases if phrase not in found.values()]
    if len(left) == len(over) == 1:
        found[left[0]] = over[0]
    return found


def _alike(name: str, phrase: str) -> bool:
    """Whether a word of a field's name stands in a phrase, in whatever form."""
    words = {word[:_STEM] for word in re.findall(r"[a-z]+", phrase.lower())}
    return any(word[:_STEM] in words for word in name.split("_"))
