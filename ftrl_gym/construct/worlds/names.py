"""Names and ids of generated worlds.

Names are real ones (people through faker, everything else from word lists), invented ones without end (of random
syllables, or of parts of real ones), or a mixture. Within one world no name is given twice and no invented word, first
name, surname or id occurs in two names, so none is a token of another. All chance comes from the given generator.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from ftrl_gym.errors import ConstructionError

if TYPE_CHECKING:
    from faker import Faker


class NameStyle(StrEnum):
    """Where a world's names come from."""

    REAL = "real"
    """People's names of twenty languages, real cities and airports, words that firms are called by."""
    SYLLABLES = "syllables"
    """Pronounceable words of two to four random syllables: they teach copying, since none is seen twice."""
    MIXED = "mixed"
    """Three quarters syllables, one quarter real."""
    BLENDED = "blended"
    """Words without end, too, each the beginning of one real name and the end of another: spelt like real ones."""


_LOCALES = (
    *("cs_CZ", "da_DK", "de_DE", "en_GB", "en_IN", "en_US", "es_ES", "es_MX", "fi_FI", "fr_FR"),
    *("hr_HR", "hu_HU", "id_ID", "it_IT", "nl_NL", "no_NO", "pl_PL", "pt_BR", "ro_RO", "sv_SE"),
)
_NAME = re.compile(r"[^\W\d_]{2,}(?:[-' ][^\W\d_]{2,}){0,2}")
_FOLDED = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "đ": "d", "æ": "ae", "ı": "i", "þ": "th", "ð": "d", "œ": "oe"})

_ONSETS = (*"bcdfghjklmnprstvwz", "br", "ch", "dr", "fl", "gl", "kr", "pr", "qu", "sh", "sk", "st", "th", "tr", "vl")
_VOWELS = (*"aaaaeeeeiiiioooouuu", "ai", "au", "ei", "ia", "io", "ou")
_CODAS = (*"lmnrstx", "nd", "rk")
_WORDS = ("radio", "studio", "hotel", "total", "metal", "panel", "label", "person", "season", "reason", "senior")
"""Ordinary words that syllables can make and questions or documents may hold."""
_CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"
_CURRENCIES = ("GBP", "CZK", "PLN", "DKK", "SEK", "HKD")
_ALPHANUMERIC = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_NAMES_OF_A_LOCALE = 200
"""Draws of a surname and a first name, to be taken apart."""
_TRIES = 20_000
"""Draws after which a kind of name or id counts as used up."""


class Names:
    """Gives out names, each once.

    >>> names = Names("syllables", Random(1))
    >>> names.word() != names.word()
    True
    >>> Names("real", Random(1)).pick(["Aurora"], "Hotel {}")
    'Hotel Aurora'
    """

    def __init__(self, style: str, rng: Random) -> None:
        self._style = NameStyle(style)
        self._rng = rng
        self._taken: set[str] = set(_WORDS)
        self._people: tuple[Faker, ...] = ()
        if self._style in (NameStyle.REAL, NameStyle.MIXED):
            self._people = _fakers()
            for number, faker in enumerate(self._people):
                faker.seed_instance(rng.getrandbits(60) + number)

    def reserve(self, *names: str) -> None:
        """Keeps every word of ``names`` out of all names given from now on."""
        self._taken.update(word for name in names for word in _telling(name))

    def invents(self) -> bool:
        """Whether the next name is to be an invented one."""
        if self._style is NameStyle.MIXED:
            return self._rng.random() < 0.75
        return self._style in (NameStyle.SYLLABLES, NameStyle.BLENDED)

    def word(self) -> str:
        """An invented word, capitalised, at least five letters long."""
        rng = self._rng
        if self._style is NameStyle.BLENDED:
            return self._blend()
        while True:
            syllables = rng.choice((2, 2, 2, 3, 3, 3, 4))
            text = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables))
            # Without a final consonant never on e: "rate", "like" and their kin are words of every question.
            text += rng.choice(_CODAS) if text[-1] == "e" or rng.random() < 0.3 else ""
            if 5 <= len(text) <= 12 and self._take(text):
                return text.capitalize()

    def _blend(self) -> str:
        while True:
            first, last = self._rng.choice(_real_names()), self._rng.choice(_real_names())
            text = first[: self._rng.randint(2, 5)] + last[-self._rng.randint(2, 6) :]
            if 5 <= len(text) <= 12 and self._take(text):
                return text.capitalize()

    def pick(self, words: Sequence[str], *patterns: str) -> str:
        """One of ``words`` not used before, or an invented one, put into one of the patterns."""
        word = self.word() if self.invents() else ""
        if not word:
            free = [w for w in words if w.casefold() not in self._taken]
            word = self._rng.choice(free) if free else self.word()
            self._take(word)
        return (self._rng.choice(patterns) if patterns else "{}").format(word)

    def person(self) -> str:
        """A person's full name; nothing else in this world is called by its first name or surname."""
        if self.invents():
            return f"{self.word()} {self.word()}"
        for _ in range(_TRIES):
            faker = self._rng.choice(self._people)
            if self._rng.random() < 0.5:
                first, last = faker.first_name_female(), faker.last_name_female()
            else:
                first, last = faker.first_name_male(), faker.last_name_male()
            first, last = (unicodedata.normalize("NFC", part) for part in (first, last))
            if _latin(first) and _latin(last) and self._take(f"{first} {last}", *_telling(first), *_telling(last)):
                return f"{first} {last}"
        raise ConstructionError("there are no more names for people, since no two share one; make fewer of them")

    def _take(self, *words: str) -> bool:
        """Marks words as used; False, and nothing marked, if one of them is already."""
        folded = {word.casefold() for word in words}
        if folded & self._taken:
            return False
        self._taken |= folded
        return True


class Ids:
    """Gives out ids, each once; neither two ids nor the digits of two prefixed ids are equal."""

    def __init__(self, rng: Random, taken: Iterable[str] = ()) -> None:
        self._rng = rng
        self._taken: set[str] = {*taken, *_CURRENCIES}

    def reserve(self, *codes: str) -> None:
        """Keeps codes out of all ids given from now on."""
        self._taken.update(codes)

    def numbered(self, prefix: str, digits: int) -> str:
        """``prefix`` and a number of that many digits."""
        for _ in range(_TRIES):
            number = str(self._rng.randrange(10 ** (digits - 1), 10**digits))
            if self._take(number) and (not prefix or self._take(prefix + number)):
                return prefix + number
        raise ConstructionError(
            f"there are no more ids of {digits} digits ({prefix or 'no'} prefix), since no two share a number; "
            f"give them more: digits={digits + 2}"
        )

    def letters(self, length: int) -> str:
        """That many consonants, so that no code is an English word."""
        while True:
            code = "".join(self._rng.choices(_CONSONANTS, k=length))
            if self._take(code):
                return code

    def mixed(self, length: int) -> str:
        """That many capitals and digits, at least two of each."""
        for _ in range(_TRIES):
            code = "".join(self._rng.choices(_ALPHANUMERIC, k=length))
            if 2 <= sum(c.isdigit() for c in code) <= length - 2 and self._take(code):
                return code
        raise ConstructionError(
            f"there are no more ids of {length} capitals and digits, at least two of each; give them more: "
            f"mixed={max(length + 2, 6)}"
        )

    def _take(self, code: str) -> bool:
        if code in self._taken:
            return False
        self._taken.add(code)
        return True


def mailbox(name: str) -> str:
    """The local part of a person's address: ``"José da Silva"`` -> ``"jose.da.silva"``.

    >>> mailbox("Łucja O'Neill-Søby")
    'lucja.oneill.soby'
    """
    plain = unicodedata.normalize("NFKD", name.lower().translate(_FOLDED)).encode("ascii", "ignore").decode()
    return re.sub("[ -]+", ".", plain.replace("'", ""))


def _telling(name: str) -> list[str]:
    """The words of a name, without particles such as "van" that many names share."""
    return [word for word in re.split(r"[\s-]+", name.casefold()) if len(word) > 3]


def _latin(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and all(unicodedata.name(c).startswith("LATIN") for c in name if c.isalpha())


@cache
def _fakers() -> tuple[Faker, ...]:
    from faker import Faker

    # One generator per locale: faker's own choice among several locales draws from global chance.
    return tuple(Faker(locale, providers=["faker.providers.person"]) for locale in _LOCALES)


@cache
def _real_names() -> tuple[str, ...]:
    """Names of people in all locales, in lower case, to be taken apart."""
    from faker import Faker

    found: dict[str, None] = {}
    for number, locale in enumerate(_LOCALES):
        faker = Faker(locale, providers=["faker.providers.person"])
        faker.seed_instance(number)
        for _ in range(_NAMES_OF_A_LOCALE):
            for name in (faker.last_name(), faker.first_name()):
                plain = unicodedata.normalize("NFC", name)
                if plain.isalpha() and len(plain) > 3 and _latin(plain):
                    found[plain.lower()] = None
    return tuple(found)
