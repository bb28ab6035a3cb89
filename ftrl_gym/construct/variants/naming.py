"""Names: how a variant calls tools, parameters and fields of results.

A word is called the same wherever it stands, so that what one tool gives is recognised as what another takes. Some
words are kept for variants of the test split.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from ftrl_gym.construct.variants.design import Design, split_of
from ftrl_gym.task import Split

_VERBS = {
    "get": (("get", "fetch", "read", "show", "lookup"), ("retrieve", "describe")),
    "find": (("find", "identify", "lookup"), ("resolve", "locate")),
    "list": (("list", "browse", "all"), ("enumerate", "collect")),
    "search": (("search", "query", "find"), ("discover", "scan")),
    "book": (("book", "reserve", "order"), ("arrange",)),
    "make": (("make", "create", "new"), ("issue",)),
    "cancel": (("cancel", "revoke"), ("withdraw",)),
    "change": (("change", "update", "modify"), ("amend",)),
    "move": (("move", "shift", "reschedule"), ("relocate",)),
    "pay": (("pay", "settle"), ("clear",)),
    "send": (("send", "forward"), ("transmit",)),
    "compare": (("compare", "contrast"), ("weigh",)),
    "manage": (("manage", "update", "handle"), ("administer",)),
}
"""First word of a plain name -> what it may be called in both splits or train, and in test only."""
_WORDS = {
    "id": (("id", "ref", "key"), ("uid",)),
    "no": (("no", "number", "nr"), ("num",)),
    "number": (("number", "no"), ("num",)),
    "date": (("date", "day"), ("on_day",)),
    "city": (("city", "town"), ("place",)),
    "price": (("price", "cost"), ("rate",)),
    "phone": (("phone", "telephone"), ("tel",)),
    "email": (("email", "mail"), ("e_mail",)),
    "status": (("status", "state"), ("phase",)),
    "type": (("type", "category"), ("variety",)),
    "reference": (("reference", "ref"), ("locator",)),
    "method": (("method", "means"), ("mode",)),
    "name": (("name", "name", "display_name"), ("label",)),
    "customer": (("customer", "client"), ("account_holder",)),
}
"""The same for words of parameters and fields."""
_KNOWN_VERBS = frozenset(_VERBS) | frozenset(
    "add apply assign block clear close confirm convert deliver estimate extend freeze hold open order pause place put "  # noqa: SIM905
    "register reinstate release renew report request reroute restock return set start stop suspend transfer".split()
)


class Case(StrEnum):
    """How words make one name."""

    SNAKE = "snake"
    CAMEL = "camel"
    PASCAL = "pascal"
    """Tools only; their parameters and fields are in camel case."""


def split_name(name: str) -> tuple[str, str]:
    """Verb and rest of a plain tool name.

    >>> split_name("get_loyalty_account"), split_name("time_difference")
    (('get', 'loyalty_account'), ('', 'time_difference'))
    """
    verb, _, rest = name.partition("_")
    return (verb, rest) if rest and verb in _KNOWN_VERBS else ("", name)


@dataclass
class Names:
    """The names of one variant.

    Args:
        scenario: Whose tools.
        design: Which variant; names do not depend on its scalings.
    """

    scenario: str
    design: Design
    _words: dict[str, str] = field(default_factory=dict)
    _verbs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rng = self.design.draws(self.scenario, "names")
        plain = self.design.variant == 0
        held_out = split_of(self.design.variant) is Split.TEST
        self.case = Case.SNAKE if plain else rng.choice(list(Case))
        self.verb_last = not plain and rng.random() < 0.35
        self.prefix = "" if plain else rng.choice(("", "", "", "", "api", self.scenario.lower()))
        for table, chosen in ((_VERBS, self._verbs), (_WORDS, self._words)):
            for word, (known, unseen) in table.items():
                chosen[word] = word if plain else rng.choice(unseen if held_out and rng.random() < 0.6 else known)

    def keep(self, words: Iterable[str]) -> None:
        """Calls these words what they are called in the plain tools."""
        for word in words:
            self._words.pop(word, None)

    def tool(self, verb: str, noun: str) -> str:
        """Name of a tool; plain words in snake case."""
        said = self._verbs.get(verb, verb)
        parts = [noun, said] if self.verb_last and said else [said, noun]
        return cased("_".join(part for part in (self.prefix, *parts) if part), self.case)

    def word(self, name: str) -> str:
        """Name of a parameter or a field.

        >>> Names("Clinic", Design()).word("doctor_id")
        'doctor_id'
        """
        said = "_".join(self._words.get(word, word) for word in name.split("_"))
        word = cased(said, Case.CAMEL if self.case is Case.PASCAL else self.case)
        return f"{word}_" if keyword.iskeyword(word) else word

    def option(self, name: str) -> str:
        """Name of an option: its words are nobody's, so only their case is the variant's."""
        return cased(name, Case.CAMEL if self.case is Case.PASCAL else self.case)


def cased(name: str, case: Case) -> str:
    """A name in snake case, in another case.

    >>> cased("max_nightly_price", Case.CAMEL), cased("get_room", Case.PASCAL)
    ('maxNightlyPrice', 'GetRoom')
    """
    if case is Case.SNAKE:
        return name
    first, *others = name.split("_")
    rest = "".join(word[:1].upper() + word[1:] for word in others)
    return (first[:1].upper() + first[1:] if case is Case.PASCAL else first) + rest


def settle(names: Names, groups: Iterable[Iterable[str]]) -> None:
    """Gives up words by which two names that stand side by side would become one.

    Args:
        names: Is told.
        groups: Plain names that stand side by side: parameters of a tool, fields of a row.
    """
    for group in groups:
        plain = list(dict.fromkeys(group))
        while len({names.word(name) for name in plain}) < len(plain):
            called: dict[str, list[str]] = {}
            for name in plain:
                called.setdefault(names.word(name), []).append(name)
            clash = next(some for some in called.values() if len(some) > 1)
            names.keep(word for name in clash for word in name.split("_"))
