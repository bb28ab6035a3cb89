"""Counterparts: who hears an assistant turn without calls, and what they say.

The default is nobody: the episode ends. A scripted user answers exactly the slot that was asked for, confirms when
asked to, changes its mind by its script, and ends the episode when there is nothing left to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from ftrl_gym.consent import asks_consent
from ftrl_gym.errors import UsageError
from ftrl_gym.grounding import tokens
from ftrl_gym.task import Counterpart, Nobody, ScriptedUser, Slot, Task
from ftrl_gym.toolcall import without_reasoning

CONFIRMS = "Yes, please go ahead."
DOES_NOT_KNOW = "I'm afraid I don't know that. Please go by what I told you."

_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]|[^.!?\n]+")
_REQUEST = re.compile(
    r"\b(?:please (?:tell|give|provide|specify|confirm)|let me know|tell me"
    r"|(?:need|await(?:ing)?|wait(?:ing)? for) your (?:approval|confirmation|consent|go[- ]ahead|okay|ok))\b",
    re.I,
)
_BARE = re.compile(r"(?: and| but| sorry| so)*(?: which| what)(?: ones?| is it| is that| do you mean| exactly)* ")
"""A question without a noun of its own."""

CONFIRMATION = "confirmation"
"""Slot of what a user wants to be different when they are asked once more."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How far a script has come; immutable, so a snapshot shares it."""

    told: frozenset[str] = frozenset()
    changes: int = 0
    confirmed: bool = False
    """Whether they were asked to confirm."""


class Reply(NamedTuple):
    """What a counterpart does with a turn."""

    text: str | None
    """None: the episode ends."""
    heard: Heard
    needless: bool
    """Whether the turn asked for nothing new; that costs like a wasted call."""


def reply(counterpart: Counterpart, heard: Heard, turn: str) -> Reply:
    """The counterpart's answer to an assistant turn without calls.

    >>> user = ScriptedUser(slots=(Slot(name="day", cues=("date", "day", "when"), reply="On 12 May."),))
    >>> reply(user, Heard(), "Which day would you like to fly?").text
    'On 12 May.'
    >>> reply(user, Heard(), "<answer>done</answer>").text is None
    True
    """
    if isinstance(counterpart, Nobody):
        return Reply(None, heard, False)
    if not isinstance(counterpart, ScriptedUser):
        raise UsageError(
            "this task wants a language model as its user, and the environment has none; pick another task"
        )
    question = asked(turn)
    if question is None:
        return _end_or_change(counterpart, heard)
    every = _slots(counterpart, heard)
    slots = _asked_for(question, [slot for slot in every if slot.name != CONFIRMATION], heard)
    new = [slot for slot in slots if slot.name not in heard.told]
    if question.consent and not new:  # nobody agrees to what is open: in the same breath a detail is told first
        other = [slot for slot in every if slot.name == CONFIRMATION]
        after = replace(heard, told=heard.told | {slot.name for slot in other}, confirmed=True)
        return Reply(other[0].reply if other else CONFIRMS, after, heard.confirmed)
    if slots:
        after = replace(heard, told=heard.told | {slot.name for slot in slots})
        return Reply(" ".join(slot.reply for slot in new or slots), after, not new)
    return Reply(DOES_NOT_KNOW, heard, True)


def agreed(counterpart: Counterpart, heard: Heard) -> bool:
    """Whether the world may be changed: nobody wants to be asked before, or they were."""
    return heard.confirmed or not (isinstance(counterpart, ScriptedUser) and counterpart.confirms)


def asked_after(task: Task) -> dict[str, int]:
    """Sub-question -> changes of mind that the user must have uttered before it is asked for; 0 is left out.

    A sub-question that some certified plan solves before a change was part of the question already.
    """
    if not isinstance(task.counterpart, ScriptedUser) or not task.counterpart.changes:
        return {}
    found: dict[str, int] = {}
    for plan in task.plans:
        heard = Heard()
        for turn in plan.turns:
            if not turn.calls:
                heard = reply(task.counterpart, heard, turn.say or "").heard
            for sub in (sub for call in turn.calls for sub in call.solves):
                found[sub] = min(found.get(sub, heard.changes), heard.changes)
    return {sub: changes for sub, changes in found.items() if changes}


class Asked(NamedTuple):
    """What a turn asks or asks for, which is all that a scripted user listens to, as tokens."""

    words: str
    details: str
    """Those of the sentences that ask for no consent."""
    consenting: str
    """Those of the sentences that do."""

    @property
    def consent(self) -> bool:
        """Whether there are such."""
        return self.consenting != tokens("")


def asked(turn: str) -> Asked | None:
    """What a turn asks; None when it asks nothing."""
    return _asked_in_short(turn) if len(turn) <= _SHORT else _asked_in_long(turn)


_SHORT = 1_024


def _asked(turn: str) -> Asked | None:
    text = without_reasoning(turn)
    asking = [] if "<answer>" in text else list(filter(_asks, _SENTENCE.findall(text)))
    if not asking:
        return None
    parts: dict[bool, list[str]] = {False: [], True: []}
    for sentence in asking:
        parts[asks_consent(sentence)].append(sentence)
    return Asked(tokens(" ".join(asking)), tokens(" ".join(parts[False])), tokens(" ".join(parts[True])))


_asked_in_short = lru_cache(maxsize=1024)(_asked)
"""Episodes of one task ask the same, or nothing."""
_asked_in_long = lru_cache(maxsize=4)(_asked)
"""Who is not understood says the same again."""


def _asks(sentence: str) -> bool:
    return sentence.endswith("?") or _REQUEST.search(sentence) is not None


_VAGUE = ("which", "which one", "who", "what")
"""Cues that fit any question."""


def _asked_for(question: Asked, slots: list[Slot], heard: Heard) -> list[Slot]:
    """The slots that a turn asks for, in the order asked, so that one knows which is which."""
    found = [slot for slot in slots if _place(slot, question.details) >= 0]
    clear = [slot for slot in found if _place(slot, question.details, vague=False) >= 0]
    found = clear or found  # "Which student is it?" asks for no instructor
    untold = [slot for slot in slots if slot.name not in heard.told]
    if question.consent:  # "Shall I book it for that day?"
        found += [s for s in untold if s not in found and _place(s, question.consenting, vague=False) >= 0]
    elif not found and len(untold) == 1 and _BARE.fullmatch(question.words):
        return untold
    return sorted(found, key=lambda slot: _place(slot, question.words))


def _place(slot: Slot, words: str, *, vague: bool = True) -> int:
    """Where a turn first asks for a slot; -1 where it does not."""
    places = [words.find(_cue(cue)) for cue in slot.cues if vague or cue not in _VAGUE]
    return min((place for place in places if place >= 0), default=-1)


_cue = lru_cache(maxsize=4096)(tokens)
"""Users of one scenario have the same."""


def _slots(user: ScriptedUser, heard: Heard) -> list[Slot]:
    current = {slot.name: slot for slot in user.slots}
    for change in user.changes[: heard.changes]:
        current.update({slot.name: slot for slot in change.slots})
    return list(current.values())


def _end_or_change(user: ScriptedUser, heard: Heard) -> Reply:
    if heard.changes < len(user.changes):
        change = user.changes[heard.changes]
        told = heard.told - {slot.name for slot in change.slots}
        return Reply(change.text, replace(heard, told=told, changes=heard.changes + 1), False)
    return Reply(None, heard, False)
