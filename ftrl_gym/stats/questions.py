"""How varied questions are: repeated ones, repeated ones once names are masked, and how many n-grams are new.

Works on text alone, so that anybody's questions are measured alike.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence

MASK = "_"
_WORD = re.compile(r"\w+(?:[-'’.:/]\w+)*|[^\w\s]")
_STOP = frozenset(".?!:")


def words(text: str) -> list[str]:
    """The words of a text as they are written, punctuation marks among them.

    >>> words("Is Priya's gate B12?")
    ['Is', "Priya's", 'gate', 'B12', '?']
    """
    return _WORD.findall(text)


def masked(questions: Sequence[str]) -> list[str]:
    """Each question with its names, codes, dates and numbers replaced by one sign, and everything else in lower case.

    A word with a digit is masked, and so is a capitalised one, unless it begins a sentence and is no name elsewhere in
    these questions: a name is a word that is capitalised within some sentence and never written in lower case.
    Neighbouring masked words become one sign.

    >>> masked(["Does KX482 leave Porto on 2026-05-12?", "Does LT3635 leave New York on 2026-06-01?", "Porto or York?"])
    ['does _ leave _ on _ ?', 'does _ leave _ on _ ?', '_ or _ ?']
    """
    split = [words(question) for question in questions]
    lower = {word for question in split for word in question if word.islower()}
    inside = {
        word for question in split for word, begins in zip(question, _begins(question), strict=True) if not begins
    }
    names = {word for word in inside if word[0].isupper() and word.lower() not in lower}
    result = []
    for question in split:
        signs: list[str] = []
        for word, begins in zip(question, _begins(question), strict=True):
            stem = re.sub(r"['’]s$", "", word)
            name = word in names or stem in names or (not begins and word[0].isupper())
            hidden = name or any(character.isdigit() for character in word)
            if not (hidden and signs and signs[-1] == MASK):
                signs.append(MASK if hidden else word.lower())
        result.append(" ".join(signs))
    return result


def _begins(question: Sequence[str]) -> list[bool]:
    """For each word, whether it begins a sentence."""
    return [index == 0 or question[index - 1] in _STOP for index in range(len(question))]


def repeated(texts: Sequence[str]) -> int:
    """How many texts are there already when one reads them in order.

    >>> repeated(["a", "b", "a", "a"])
    2
    """
    return len(texts) - len(set(texts))


def distinct(questions: Sequence[str], n: int) -> float:
    """Different n-grams of words over all n-grams of words; 0 when there are none. Case and punctuation do not count.

    >>> distinct(["which gate is it", "which gate is open"], 2)
    0.6666666666666666
    """
    grams: Counter[tuple[str, ...]] = Counter()
    for question in questions:
        tokens = [word.lower() for word in words(question) if word[0].isalnum()]
        grams.update(tuple(tokens[start : start + n]) for start in range(len(tokens) - n + 1))
    return len(grams) / grams.total() if grams else 0.0


def drawn(questions: Sequence[str], size: int, seed: int = 0) -> list[str]:
    """``size`` of the questions, always the same ones; all, if there are fewer."""
    if size >= len(questions):
        return list(questions)
    return random.Random(f"stats/{seed}").sample(list(questions), size)
