"""Small things about English that phrasings need: lists, shortened repetitions, superlatives, gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LINK = re.compile(r"(?<!ahead )\bof\b|(?<!\b[Ll]et)'s\b")
_END = re.compile(r"\b(?:(?:used|spoken) )?(?:of|in|at|on|from|with|for|to) \{x\}$")
_LAST = re.compile(r"\b(?:of|in|at|on|from|with|for|by|to) \{x\}$")
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
_VOWEL = re.compile(r"(?!us(?!h)|uni(?=[cfoqtv])|uti|eu|one\b|ub)[aeiou]|hour|honou?r|heir", re.IGNORECASE)
"""Beginnings of words that sound like a vowel."""
_REGULAR = re.compile(r"\b(is|was) (\w+)er\b")


def links(text: str) -> int:
    """How many possessive relations a phrase or a template holds.

    >>> links("the price of Ana's flight")
    2
    """
    return len(_LINK.findall(text))


def fill(template: str, names: dict[str, str]) -> str:
    """A template with its names; a word that a name brings along is not said twice ("the hotel Hotel Aurora").

    >>> fill("the film that {x} is for", {"x": "that award"})
    'the film which that award is for'
    >>> fill("the card number of {x}", {"x": "the card behind that purchase"})
    'the number of the card behind that purchase'
    >>> fill("the order number of {x}", {"x": "the only open order of Ana Ruiz"})
    'the number of the only open order of Ana Ruiz'
    """
    text = template.format_map(names).replace(" that that ", " which that ")
    text = _NUMBER_OF.sub(r"\1 \3 of the ", text)
    return re.sub(r"\b(\w+) (?=\1\b)", "", text, flags=re.IGNORECASE) if "{name}" in template else text


_NUMBER_OF = re.compile(
    r"\b([Tt]he) (\w+(?: \w+)?) (number|code) of the (?=(?:(?!(?:of|in|on|at|for|by|from|with|that)\b)\w+ ){0,2}\2\b)"
)
"""The number of a thing that is called after the thing."""
_VAGUE_AGAIN = re.compile(r"\b(\w+) (another|an?|some|the) \1\b")
"""A noun before the words that stand for its value, which hold it too."""
_DOUBLED = re.compile(r"\b(?!(?:that|had)\b)([A-Za-z]{2,}) \1\b")


def said_once(text: str) -> str:
    """Without a noun that the words for its value bring along.

    >>> said_once("set that lamp to level another level"), said_once("set that lamp to level 5")
    ('set that lamp to another level', 'set that lamp to level 5')
    """
    return _VAGUE_AGAIN.sub(r"\2 \1", text)


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
    >>> shortened(["the charges on {x}"] * 2, ["box A", "box B"])
    ['the charges on box A', 'those on box B']
    """
    full = [fill(form, {"x": name}) for form, name in zip(forms, names, strict=True)]
    end = _END.search(forms[0])
    # "the number of stars of A and that of B" would leave open what is counted, and "left" is no part of an ending
    if end is None or len(set(forms)) > 1 or " left " in forms[0] or forms[0].startswith("the number"):
        return full
    that = "those" if _MANY.search(unitless(forms[0])) else "that"
    return [full[0], *(f"{that} {fill(end.group(), {'x': name})}" for name in names[1:])]


_MANY = re.compile(r"^the \w*[^\Wsui]s (?:of|in|at|on|from|for|with) \{x\}$")
"""Phrases about several: charges, and neither a status nor an address."""


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
    adverb = word in ("earlier", "later") and verb not in ("is", "was") and not article
    return f"{verb} {'' if adverb else 'the '}{_SUPERLATIVES[word]}"


_PROPERTY = re.compile(r"^the (.+?) (?:of|in|at|on|from|for|by|with) \{x\}$")
_COUNTED = re.compile(r"^the number of (.+?) (?:of|in|at|on|from|for|by|with) \{x\}$")
_IN_UNIT = re.compile(
    r" in (?:seconds|minutes|hours|days|weeks|months|years|grams|milligrams|kilograms|tonnes|metres|km|kilometres|"
    r"euros|percent|megabytes|watts|kelvin)\b"
)


def unitless(text: str) -> str:
    """Without the unit that a phrase names.

    >>> unitless("the duration in minutes of {x}")
    'the duration of {x}'
    """
    return _IN_UNIT.sub("", text)


def property_of(noun: str) -> str:
    """What a thing has, from a phrase for it; empty where it cannot be told.

    >>> property_of("the nightly price of {x}")
    'nightly price'
    """
    found = _PROPERTY.match(unitless(noun))
    return found[1] if found and "'s" not in found[1] and "{" not in found[1] else ""


def names_property(phrase: str, noun: str) -> bool:
    """Whether a phrase for a thing holds a word of what is asked of it.

    >>> names_property("the loan with the highest fee for {x}", "the fee of {x}")
    True
    >>> names_property("the next hearing in {x}", "the date of {x}")
    False
    """
    return not {word for word in property_of(noun).split() if len(word) > 2}.isdisjoint(phrase.split())


def stutters(text: str) -> bool:
    """Whether a word is said twice in a row, or three words or more with a name among them.

    >>> stutters("a stop on the Juniper Line on the Juniper Line"), stutters("the end of the year of the fair")
    (True, False)
    >>> stutters("the head of Heritage Heritage Management"), stutters("set it to level another level")
    (True, True)
    """
    if _DOUBLED.search(text) or _VAGUE_AGAIN.search(text):
        return True
    twice = re.finditer(r"\b(\w+(?: \w+){2,}) \1\b", text)
    return any(re.search("[A-Z0-9]", found[1]) for found in twice)


def echoes(template: str, names: Sequence[str]) -> bool:
    """Whether three words of a template stand in a name too, so that one of the two is taken for the other.

    >>> echoes("hand {contract} over to the landlord of its house", ["the contract of the landlord of Ivy House"])
    True
    """
    words = [part.lower().split() for part in re.split(r"\{\w+\}", template)]
    said = {" ".join(part[n : n + 3]) for part in words for n in range(len(part) - 2)}
    return any(re.search(rf"\b{re.escape(phrase)}\b", name.lower()) for phrase in said for name in names)


def bearer_of(what: str) -> str:
    """What somebody is to a thing, rather than what they are called.

    >>> bearer_of("name of the manager"), bearer_of("name of our contact"), bearer_of("status")
    ('manager', 'contact', 'status')
    """
    return re.sub(r"^name of (?:the|our) ", "", what)


def acts_on(noun: str) -> bool:
    """Whether a phrase is about somebody who does something to the thing: of several things it would say that one does
    it to all of them.

    >>> acts_on("the shop that sells {x}"), acts_on("the percentage that {x} covers"), acts_on("the price of {x}")
    (True, False, False)
    """
    return bool(re.search(r" (?:that|who|which) \w+ \{x\}", noun))


def counted_in(noun: str) -> str:
    """What a thing has several of; empty where it is no such phrase.

    >>> counted_in("the number of seats left on {x}")
    'seats left'
    """
    found = _COUNTED.match(noun)
    return found[1] if found else ""


_AGAIN = re.compile(
    r"\b(?:fees?|rent|wages?|salary|premium|instal?ments?|allowance|subscription|pension|toll|fare|"
    r"(?:hourly|daily|nightly|weekly|monthly|yearly|annual) \w+)\b"
)


def recurs(noun: str) -> bool:
    """Whether a phrase is about a sum that is paid again and again.

    >>> recurs("the monthly rate of {x}"), recurs("the rent of {x}"), recurs("the current value of {x}")
    (True, True, False)
    """
    return bool(_AGAIN.search(noun))


_CLASHES = ((" question ", " question:"), ("please", "please"), ("have a look", "what do i put"))


def clash(before: str, text: str) -> bool:
    """Whether a question says again, or in another vein, what the sentences before it have said.

    >>> clash("Please have a look at flight KX1.", "Please tell me {noun}."), clash("Take flight KX1.", "Is it late?")
    (True, False)
    """
    return any(first in before.lower() and then in text.lower() for first, then in _CLASHES)


def article(noun: str) -> str:
    """``a`` or ``an`` before a noun.

    >>> article("opening time"), article("usage"), article("hour")
    ('an opening time', 'a usage', 'an hour')
    """
    return f"{'an' if _VOWEL.match(noun) else 'a'} {noun}"


def plural(noun: str) -> str:
    """More than one.

    >>> plural("flight number"), plural("address")
    ('flight numbers', 'addresses')
    """
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


def second(text: str) -> str:
    """What is true of the second one, from what is true of the first; empty where nobody says so.

    >>> second("is the cheapest"), second("has the lowest fee"), second("leaves earliest in the day")
    ('is the second cheapest', 'has the second lowest fee', '')
    """
    found, times = re.subn(r"\bthe (?=\w+est\b|most \w|best\b)", "the second ", text, count=1)
    return found if times else ""


def upper(text: str) -> str:
    """With a capital."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """Without a capital, after a colon."""
    return text[0].lower() + text[1:]
