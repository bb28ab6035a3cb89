"""The words in which the solver thinks of tools: the values that they take, of what sort, by which words.

Part of the independent solver. Nothing is known here about any scenario.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from ftrl_gym import parameters
from ftrl_gym.task import Json

_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an and any as at by code day details for from full how id in is iso it its key least letters name no
        number of on or reference second first text that the this three to value wanted what with yyyy mm dd one""",
    )
)
"""Words that say nothing about what a value is."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Sort(StrEnum):
    """What kind of value a parameter takes."""

    NAME = "name"
    """A proper name or a code."""
    DATE = "date"
    """An ISO day."""
    NUMBER = "number"
    CHOICE = "choice"
    """A member of a closed vocabulary."""
    FREE = "free"
    """Anything else: booleans, lists, objects; the solver leaves them at their default."""


@dataclass(frozen=True)
class Parameter:
    """One value that a tool takes."""

    name: str
    """Its path; see :mod:`ftrl_gym.parameters`."""
    required: bool
    sort: Sort
    bound: tuple[str, ...]
    """Every ``entity.attribute`` that it filters on; more than one where another parameter says which."""
    words: frozenset[str]
    """Content words of its path, attributes and description."""
    pattern: str | None
    choices: tuple[Json, ...]
    whole: bool
    """Whether a number must be an integer."""
    digits: bool = False
    """Whether it takes a number as text."""
    in_parts: bool = False
    """Whether it takes a day as an object of year, month and day."""
    least: int = 1
    """How many values it takes at least."""
    letters: tuple[str, ...] = ()
    """What a number is written with, by its description: ``INV-`` before the digits that people say."""

    def written(self, value: Json) -> Json:
        """A value as a call gives it."""
        if self.in_parts and is_date(value):
            return parameters.in_parts(value)
        return str(value) if self.digits and is_number(value) else value


Way = tuple[Parameter, ...]
"""One way to call a tool: the values that it then takes, those that must be given being ``required``."""


@lru_cache(maxsize=8192)
def words(text: str) -> frozenset[str]:
    """Content words of a name or a sentence, in the singular.

    >>> sorted(words("loyalty_accounts")), sorted(words("dishes of branches"))
    (['account', 'loyalty'], ['branch', 'dish'])
    """
    return frozenset(_singular(w) for w in re.findall(r"[a-z]+", text.lower().replace("_", " "))) - _EMPTY_WORDS


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def is_date(value: Json) -> bool:
    """Whether a value is an ISO day."""
    return isinstance(value, str) and _DATE.fullmatch(value) is not None


def is_number(value: Json) -> bool:
    """Whether a value is a number; booleans are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
