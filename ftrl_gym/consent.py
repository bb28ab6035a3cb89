"""Consent: whether a turn asks to be allowed to go ahead.

The one place that knows how people ask for it. What asks for a detail ("Which card should I use?") is no request for
consent, though it may hold the same words.
"""

from __future__ import annotations

import re

from ftrl_gym.grounding import tokens

CUES = (
    "go ahead", "shall i", "should i", "confirm", "proceed", "do you want me", "would you like me", "is that right",
    "all right", "correct",
)  # fmt: skip
"""The cues that stand in tasks; :func:`asks_consent` understands these and more, and more exactly."""

_ASKED = r"(?:which|what|who|whom|whose|when|where|why|how)"
_YES = r"(?:agreement|approval|confirmation|consent|go ahead|ok|okay|permission)"
_FOR_A_DETAIL = re.compile(
    rf" (?:provide|specify|give me|tell me) (?!(?:if|whether|that|{_YES})\b|(?:your|the) {_YES}\b)"
)
"""Asks for something to be told, whatever else it says: "To proceed, could you give me the booking number?"."""
_OFFER = re.compile(
    r" (?:(?:shall|should) (?:i|we)|want me to|like me to|happy for me|mind if i"
    r"|are you sure|is (?:that|this|it|everything) (?:right|ok|okay|fine|good|acceptable)"
    r"|(?:ok|okay|fine) (?:with|for|by) you|sounds? (?:good|right|ok|okay)|looks? (?:good|right|ok|okay)"
    rf"|(?:need|await|awaiting|wait for|waiting for|i have) your {_YES}|do you (?:agree|approve|consent)"
    r"|(?:may|can|could) i(?! (?:(?:please|also|just) )?"
    r"(?:have|ask|get|know|see|learn|help|assist|be|do (?:any|some)thing|take your)\b)) "
)
"""What the asker would do, or how it seems to the other. A word that asks for a detail may follow ("Shall I book the
flight, which costs 80 EUR?"), not stand before."""
_WORD = re.compile(
    r"(?<! before i)(?<! order to)(?<! i can)(?<! i could)(?<!^ to) "
    r"(?:go ahead|proceed|continue|all right|alright|correct"
    rf"|confirm(?! your (?!{_YES}|booking $|order $|request $|choice $))) "
)
"""A word for it, in a sentence that asks for no detail: "Before I proceed, which card is it?"."""
_DETAIL = re.compile(rf" {_ASKED} ")
_IS_IT = re.compile(rf" (?:is|was) (?:this|that|it) {_ASKED} you ")
"""Asks for no detail: "Is this what you want?"."""


def asks_consent(sentence: str) -> bool:
    """Whether a sentence that asks for something asks for consent.

    >>> [asks_consent(each) for each in ("May I proceed?", "Is that all right?", "Which card should I use?")]
    [True, True, False]
    """
    words = tokens(sentence)
    if _IS_IT.search(words):
        return True
    if _FOR_A_DETAIL.search(words):
        return False
    detail = _DETAIL.search(words)
    offer = _OFFER.search(words)
    if offer is not None:
        return detail is None or offer.start() < detail.start()
    return detail is None and _WORD.search(words) is not None
