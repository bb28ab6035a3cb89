"""Consent: users understand many ways to ask for it, and no question for a detail is one."""

from __future__ import annotations

import re

import pytest

from ftrl_gym.consent import CUES, asks_consent
from ftrl_gym.construct.confirmation import ASKS, sounds_like_consent
from ftrl_gym.construct.scenarios import names, scenario
from ftrl_gym.counterpart import CONFIRMATION, CONFIRMS, DOES_NOT_KNOW, Heard, reply
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import Scripted, ending_text, plan_text
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.suites.suite import SuiteTaskSet
from ftrl_gym.task import ScriptedUser, Slot
from ftrl_gym.trajectory import run_episode

BUT = "Yes, but with one change: 14 May instead of 12 May."
CARD = Slot(name="card", cues=("card", "pay", "which one"), reply="The blue one.")
DAY = Slot(name="day", cues=("day", "date", "when"), reply="On 12 May.")
USERS = [
    ScriptedUser(slots=(DAY,), confirms=True),
    ScriptedUser(slots=(DAY, Slot(name=CONFIRMATION, cues=CUES, reply=BUT)), confirms=True),
]

ASKING = (
    ASKS,
    "May I proceed?",
    "Is that correct?",
    "Would you like to proceed?",
    "Is this all right?",
    "Can I book it?",
    "Are you sure?",
    "Please confirm.",
    "I will move the booking to the 12th. Please confirm this.",
    "Shall I book the flight, which costs 80 EUR?",
    "Should I go ahead?",
    "Do you want me to cancel it?",
    "Would you like me to send it now?",
    "Is that right?",
    "Is that OK?",
    "Is everything okay with you like this?",
    "Does that sound good to you?",
    "Does this look right?",
    "Do you confirm the transfer?",
    "Do you agree?",
    "Could I go on and cancel it then?",
    "Is this what you want?",
    "Do I have your permission to change it?",
    "May I have your approval?",
    "Please tell me whether I may go ahead.",
    "I only need your go-ahead.",
    "Am I allowed to continue?",
    "<think>Which card?</think>Ready to order, shall I?",
)

ASKING_FOR_DETAILS = (
    "Which card should I use?",
    "What colour would you like me to order?",
    "How many nights should I book?",
    "May I ask for your name?",
    "Could I have the booking reference?",
    "Can I help you with anything else?",
    "To proceed, could you give me the booking reference?",
    "Before I go ahead, which one is it?",
    "To confirm, what is the name?",
    "Could you confirm your address?",
    "Which of these is correct?",
    "Please provide the number, then I will proceed.",
    "Where would you like to travel?",
    "What is it?",
)

FINAL = (
    "I have booked it.",
    "It is booked, and I can confirm that all is correct.",
    "I went ahead and cancelled it. All right, that is done.",
    "<answer>confirmed</answer> Is that all right?",
    "<think>Shall I go ahead?</think>It is done.",
)


@pytest.mark.parametrize("user", USERS, ids=["agrees", "changes a detail"])
@pytest.mark.parametrize("turn", ASKING)
def test_consent_is_given_to_whoever_asks_for_it(user: ScriptedUser, turn: str) -> None:
    first = reply(user, Heard(), turn)
    assert first.text == (BUT if len(user.slots) > 1 else CONFIRMS)
    assert first.heard.confirmed
    assert not first.needless
    assert reply(user, first.heard, turn).needless


@pytest.mark.parametrize("user", USERS, ids=["agrees", "changes a detail"])
@pytest.mark.parametrize("turn", ASKING_FOR_DETAILS)
def test_a_question_for_a_detail_is_no_request_for_consent(user: ScriptedUser, turn: str) -> None:
    assert not any(map(asks_consent, re.findall(r"[^.?]+[.?]", turn)))
    told = Heard(told=frozenset({"day"}))
    assert reply(user, told, turn).text == DOES_NOT_KNOW
    asked = reply(user.model_copy(update={"slots": (*user.slots, CARD)}), told, turn)
    assert not asked.heard.confirmed


@pytest.mark.parametrize("user", USERS, ids=["agrees", "changes a detail"])
@pytest.mark.parametrize("turn", FINAL)
def test_a_report_stays_the_end(user: ScriptedUser, turn: str) -> None:
    assert reply(user, Heard(), turn) == (None, Heard(), False)


@pytest.mark.parametrize("user", USERS, ids=["agrees", "changes a detail"])
def test_consent_is_no_by_product(user: ScriptedUser) -> None:
    first = reply(user, Heard(), "Which day is it? Is that all right?")
    assert (first.text, first.heard.confirmed) == (DAY.reply, False)
    assert reply(user, Heard(), "Shall I book it for that day?").text == DAY.reply  # which nobody has told yet
    then = reply(user, first.heard, "Shall I book it for that day?")
    assert then.heard.confirmed
    assert not then.needless


def test_asking_for_consent_with_everything_gains_nothing() -> None:
    tasks = SuiteTaskSet(["Clinic", "Festival"])
    env = VerifiableReward(ToolUseEnv(tasks, docs="signature"))
    played = 0
    for task in map(tasks.get, tasks.ids()):
        if not (isinstance(task.counterpart, ScriptedUser) and task.counterpart.confirms):
            continue
        turns = [plan_text(turn) for turn in task.plans[0].turns if turn.say != ASKS]
        nagging = [f"{turn} Is that all right?" for turn in [*turns, ending_text(task.outcome)]]
        assert run_episode(env, Scripted([*nagging, "Done."]), options={"task": task.id}).episode_return < 0.9
        played += 1
    assert played >= 4


def test_details_are_asked_for_in_words_that_ask_for_no_consent() -> None:
    """Else the plan of a task would have been given what it asks for later."""
    seen = 0
    for name in names():
        domain = scenario(name).domain
        details = [thing.detail for thing in domain.things.values() if thing.detail]
        details += [detail for action in domain.actions.values() for _, detail in action.extras.values()]
        for detail in details:
            slot = Slot(name=detail.name, cues=detail.cues, reply="told")
            for other in USERS:
                said = reply(other.model_copy(update={"slots": (slot, *other.slots[1:])}), Heard(), detail.ask)
                assert (said.text, said.heard.confirmed) == ("told", False), (name, detail.ask)
            seen += 1
    assert seen > 100


def test_what_sounds_like_consent_goes_into_no_task_with_it() -> None:
    assert sounds_like_consent("How many nights should I book?")
    assert not sounds_like_consent("Which day should it be moved to?")
