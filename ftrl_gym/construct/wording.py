"""Small things about English that phrasings need: lists, shortened repetitions, superlatives, gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LINK = re.compile(r"(?<!ahead )\bof\b|(?<!\b[Ll]et)'s\b")
_END = re.compile(r"\b(?:(?:used|spoken) )?(?:of|in|at|on|from|with) \{x\}$")
_LAST = re.compile(r"\b(?:of|in|at|on|from|with|for|by) \{x\}$")
_SUPERLATIVES = {
    "more expensive": "most expensive",
    "cheaper": "cheapest",
    "shorter": "shortest",
    "longer": "longest",
    "lower": "lowest",
    "higher": "highest",
    "better": "best",
    "smaller": "smallest",
    "larger": "largest",
    "earlier": "earliest",
    "later": "latest",
    "fewer": "fewest",
    "less": "least",
    "more": "most",
}
_COMPARATIVE = re.compile(rf"\b(\w+) (the )?({'|'.join(_SUPERLATIVES)})\b")
_REGULAR = re.compile(r"\b(is|was) (\w+)er\b")


def links(text: str) -> int:
    """How many possessive relations a phrase or a template holds.

    >>> links("the price of Ana's flight")
    2
    """
    return len(_LINK.findall(text))


def fill(template: str, names: dict[str, str]) -> str:
    """A template with its names; a word that a name brings along is not said twice ("the hotel Hotel Aurora")."""
    text = template.format_map(names)
    return re.sub(r"\b(\w+) (?=\1\b)", "", text, flags=re.IGNORECASE) if "{name}" in template else text


def tidy(text: str) -> str:
    """Without the gaps that details leave which are not said."""
    return re.sub(r" +(?=[?.!,:]|$)", "", re.sub(r" {2,}", " ", text))


def joined(parts: Sequence[str], word: str = "and") -> str:
    """``a, b and c``."""
    return f" {word} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def listed(forms: Sequence[str], names: Sequence[str]) -> list[str]:
    """Noun phrases of several things that are asked for one by one.

    >>> listed(["the gate of {x}"] * 2, ["flight AB1", "flight CD2"])
    ['the gate of flight AB1', 'of flight CD2']
    """
    full = [fill(form, {"x": name}) for form, name in zip(forms, names, strict=True)]
    end = _LAST.search(forms[0])
    if end is None or len(set(forms)) > 1:
        return full
    return [full[0], *(fill(end.group(), {"x": name}) for name in names[1:])]


def shortened(forms: Sequence[str], names: Sequence[str]) -> list[str]:
    """Noun phrases of several things, without saying again what they are about.

    >>> shortened(["the gate of {x}"] * 2, ["flight AB1", "flight CD2"])
    ['the gate of flight AB1', 'that of flight CD2']
    """
    full = [fill(form, {"x": name}) for form, name in zip(forms, names, strict=True)]
    end = _END.search(forms[0])
    # "the number of stars of A and that of B" would leave open what is counted, and "left" is no part of an ending
    if end is None or len(set(forms)) > 1 or " left " in forms[0] or forms[0].startswith("the number"):
        return full
    return [full[0], *(f"that {fill(end.group(), {'x': name})}" for name in names[1:])]


def superlative(text: str) -> str:
    """What is true of one of three, from what is true of one of two.

    >>> superlative("leaves earlier in the day"), superlative("is cheaper")
    ('leaves earliest in the day', 'is the cheapest')
    >>> superlative("is younger")
    'is the youngest'
    """
    found = _COMPARATIVE.sub(_most, text)
    return found if found != text else _REGULAR.sub(r"\1 the \2est", text)


def _most(found: re.Match[str]) -> str:
    verb, article, word = found.groups()
    adverb = word in ("earlier", "later") and verb != "is" and not article
    return f"{verb} {'' if adverb else 'the '}{_SUPERLATIVES[word]}"


def upper(text: str) -> str:
    """With a capital."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """Without a capital, after a colon."""
    return text[0].lower() + text[1:]
