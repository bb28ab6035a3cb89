"""Confirmation: an asker who wants to be asked once more before anything is changed.

Some agree, others want one detail to be different after all. What is done before they were asked is worth nothing.
Part of stage 1, for requests of one action.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from ftrl_gym.consent import CUES
from ftrl_gym.construct.domain import Extra
from ftrl_gym.construct.wishes import Wish
from ftrl_gym.counterpart import CONFIRMATION
from ftrl_gym.grounding import tokens
from ftrl_gym.task import Json, Slot, Split

ASKS = "I have everything I need for it. Shall I go ahead?"
"""What the reference solution says before it writes."""
_WANTED: tuple[tuple[str, Split | None], ...] = (
    ("Check with me before you change anything.", None),
    ("Ask me once more before you do it.", None),
    ("Before anything is changed, I want to confirm it.", Split.TRAIN),
    ("Don't do it without asking me once more.", Split.TEST),
)
_BUT = (
    "Yes, but with one change: {x}.",
    "Go ahead, only one thing is different: {x}.",
    "I have to correct myself: {x}. Otherwise go ahead.",
)
_ALIKE = (Extra.COUNT, Extra.CHOICE, Extra.DATE)
"""Details of which another one can be said in the same words."""
_TRIES = 8


class Confirmation(NamedTuple):
    """How an asker wants to be asked."""

    wanted: str
    """What they add to their request."""
    slots: tuple[Slot, ...]
    """What they answer; none where they simply agree."""


def confirmation(
    wish: Wish,
    split: Split,
    rng: random.Random,
    another: Callable[[str, Extra], tuple[Json, str]],
    final: Callable[[str, Extra], str],
    fits: Callable[[str, Json], bool],
) -> Confirmation:
    """A confirmation of a wish; of one that is changed by it, the first words are put into the wish.

    Args:
        wish: What is asked for, with the details as they are in the end.
        split: Decides the words.
        rng: Chooses.
        another: Another value of a detail, and how it is said.
        final: The value of a detail in the end, as the user says it.
        fits: Whether a value may be said first.
    """
    wanted = rng.choice([text for text, only in _WANTED if only in (None, split)])
    names = [name for name, (kind, _) in wish.action.extras.items() if kind in _ALIKE]
    if not names or rng.random() < 0.25:
        return Confirmation(wanted, ())
    name = rng.choice(names)
    kind = wish.action.extras[name][0]
    for _ in range(_TRIES):
        value, words = another(name, kind)
        if value != wish.extras[name] and fits(name, value):
            # "seven" alone says neither what it counts nor what it replaces
            reply = rng.choice(_BUT).format(x=f"{final(name, kind)} instead of {words}")
            wish.words[name] = words
            return Confirmation(wanted, (Slot(name=CONFIRMATION, cues=CUES, reply=reply),))
    return Confirmation(wanted, ())


def sounds_like_consent(ask: str) -> bool:
    """Whether a question for a detail holds a cue of those that stand in tasks: "How many nights should I book?". Who
    goes by them alone would take it for the one request for consent, so the two are not put into one task."""
    return any(tokens(cue) in tokens(ask) for cue in CUES)
