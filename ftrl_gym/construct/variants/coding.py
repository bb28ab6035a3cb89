"""Codes: members of a closed vocabulary that are no words, as those of many real APIs (dial ``indirect``).

The document says what each stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.faces import Face

_SHARE = (0.0, 0.4, 0.7, 1.0)
"""Share of tools over several functions that are told by a code which one is meant, by level of ``indirect``."""
_LENGTH = 3
"""Letters of a code."""


def coded(face: Face, scenario: str, design: Design) -> Face:
    """The tool with codes for its functions, where the design draws it.

    Args:
        face: The tool.
        scenario: Whose it is; the draws depend on it.
        design: Says how many have codes.
    """
    if not face.selector or design.draws(scenario, f"codes/{face.name}").random() >= _SHARE[design.indirect]:
        return face
    codes = codes_of([part.choice for part in face.parts])
    return replace(face, parts=tuple(replace(part, code=code) for part, code in zip(face.parts, codes, strict=True)))


def codes_of(words: Sequence[str]) -> list[str]:
    """A code for each word, no two alike and none a word of its own: its first letter and consonants after it.

    >>> codes_of(["card", "customer", "custody", "cuts_of_connection", "bus"])
    ['CRD', 'CST', 'CST2', 'CTS', 'BS1']
    """
    found: list[str] = []
    for word in words:
        letters = word.replace("_", "").upper()
        code = (letters[:1] + "".join(letter for letter in letters[1:] if letter not in "AEIOU"))[:_LENGTH]
        code = code if len(code) == _LENGTH and code != letters else f"{code}1"
        number = 2
        while code in found:
            code = f"{code.rstrip('0123456789')}{number}"
            number += 1
        found.append(code)
    return found
