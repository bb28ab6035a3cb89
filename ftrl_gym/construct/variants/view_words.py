"""What the documents of views say of a thing, its key, and its fields: these in the words of the scenario's own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ftrl_gym.construct.variants.functions import Function, Role
from ftrl_gym.construct.variants.naming import split_name
from ftrl_gym.construct.wording import article, plural

_STEM = 4
"""Letters by which two words are taken for forms of one: ``close`` and ``closing``."""
_LIST = re.compile(r":|, with ")
"""Where a description begins to list what is told."""
_NEXT = re.compile(r"(?:, | and )(?![^(]*\))")
"""Between two things that a description lists; what stands in brackets belongs to the one before them."""
_NOUN = re.compile(r"(?:details of |facts about )?(?:an?|the) ([a-z][\w -]*)(?:'s \w+)?", re.IGNORECASE)
_FURTHER = re.compile(r" (?:about|against|as|at|between|by|for|from|if|in|of|on|that|to|under|which|who|with)\b")
"""Where a description says more of a thing than what it is."""


def head(function: Function) -> str:
    """What a description says is found, without the fields that it lists."""
    return _LIST.split(function.document.description.partition(";")[0])[0].rstrip(".")


def thing(function: Function) -> str:
    """``weather record`` for ``get_weather``: what a look-up finds, as its document puts it; as the name does where the
    document leaves out a word of that."""
    name = split_name(function.name)[1].replace("_", " ")
    found = _NOUN.match(head(function)) if function.role is Role.LOOKUP else None
    noun = _FURTHER.split(found[1])[0].strip() if found else ""
    return noun if set(name.lower().split()) <= set(noun.lower().split()) else name


def is_noun(text: str) -> bool:
    """Whether a text names a thing and says no more of it.

    >>> is_noun("A house rule"), is_noun("A nurse's file"), is_noun("Items that a warehouse keeps")
    (True, True, False)
    """
    found = _NOUN.fullmatch(text)
    return found is not None and not _FURTHER.search(found[1])


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


def link_said(field: str) -> str:
    """What a field refers to, in plain words.

    >>> link_said("at_table"), link_said("release_manager")
    ('table', 'release manager')
    """
    return re.sub("^(?:at|in|on|of|for|by) ", "", said([field]))


def in_state(noun: str, state: str) -> str:
    """A thing that is in a state, as people say it.

    >>> in_state("train", "in the workshop"), in_state("order", "open"), in_state("contract", "paid in part")
    ('a train that is in the workshop', 'an open order', 'a contract that is paid in part')
    """
    behind = not _PLACES.isdisjoint(state.split())
    return f"{article(noun)} that is {state}" if behind else article(f"{state} {noun}")


_PLACES = frozenset({"at", "by", "for", "in", "of", "off", "on", "out", "to", "under", "up", "with"})
"""Words of states that stand behind what is in them."""


def fields_said(function: Function, names: Iterable[str]) -> str:
    """Fields in the words of the document, and what it remarks on them."""
    words, note = _phrases(function), function.document.description.partition(";")[2].strip(" .")
    shown = list(names)
    remarks = [f"; {note}" for name in shown[:1] if note and any(_alike(name, note) for name in shown)]
    return ", ".join(words.get(name, name.replace("_", " ")) for name in shown) + "".join(remarks)


def _phrases(function: Function) -> dict[str, str]:
    """Field -> how the document lists it, where that is beyond doubt."""
    listed = _LIST.split(function.document.description.partition(";")[0], maxsplit=1)[1:]
    phrases = [phrase.strip(" .") for phrase in _NEXT.split(listed[0])] if listed else []
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


def says(description: str, field: str) -> bool:
    """Whether a description promises a field.

    >>> says("A scene: floor, author, music.", "author"), says("A scene: floor.", "author")
    (True, False)
    """
    return _alike(re.sub("(?<=[a-z])(?=[A-Z])", "_", field).lower(), description)


def _alike(name: str, phrase: str) -> bool:
    """Whether a word of a field's name stands in a phrase, in whatever form."""
    words = {word[:_STEM] for word in re.findall(r"[a-z]+", phrase.lower())}
    return any(word[:_STEM] in words for word in name.split("_"))
