"""The scripted user: exactly the slot that was asked for, one change of mind, a clear end."""

from __future__ import annotations

import time

from ftrl_gym.counterpart import CONFIRMS, DOES_NOT_KNOW, Heard, reply
from ftrl_gym.task import ChangeOfMind, Nobody, ScriptedUser, Slot

DAY = Slot(name="day", cues=("date", "day", "when"), reply="On 12 May.")
CLASS = Slot(name="class", cues=("class",), reply="Economy.")
USER = ScriptedUser(
    slots=(DAY, CLASS),
    changes=(ChangeOfMind(text="Make it the 14th.", slots=(DAY.model_copy(update={"reply": "On 14 May."}),)),),
)


def test_nobody_ends_the_episode() -> None:
    assert reply(Nobody(), Heard(), "Which day?").text is None


def test_only_the_asked_slot_is_told_and_asking_again_is_needless() -> None:
    first = reply(USER, Heard(), "Sure. Which day suits you?")
    assert (first.text, first.needless) == ("On 12 May.", False)
    again = reply(USER, first.heard, "What date was that?")
    assert (again.text, again.needless) == ("On 12 May.", True)
    assert reply(USER, first.heard, "Please tell me the class").text == "Economy."


def test_a_word_inside_another_is_no_cue() -> None:
    assert reply(USER, Heard(), "Do you like holidays or classics?").text == DOES_NOT_KNOW


def test_a_cue_outside_the_question_does_not_count() -> None:
    assert reply(USER, Heard(), "I saw the date. What is your name?").text == DOES_NOT_KNOW


def test_what_is_unforeseen_goes_on_at_a_cost() -> None:
    answer = reply(USER, Heard(), "What is your shoe size?")
    assert (answer.text, answer.needless) == (DOES_NOT_KNOW, True)


def test_confirmation_is_given_once_for_free() -> None:
    first = reply(USER, Heard(), "Shall I book it?")
    assert (first.text, first.needless) == (CONFIRMS, False)
    assert reply(USER, first.heard, "Shall I book it?").needless


def test_a_change_of_mind_comes_once_before_the_end_and_renews_its_slots() -> None:
    told = reply(USER, Heard(), "Which day?").heard
    change = reply(USER, told, "Done, it is booked.")
    assert (change.text, change.needless) == ("Make it the 14th.", False)
    assert reply(USER, change.heard, "Which day exactly?")[::2] == ("On 14 May.", False)
    assert reply(USER, change.heard, "Done again.").text is None


def test_an_answer_is_never_a_question() -> None:
    plain = ScriptedUser(slots=(DAY,))
    assert reply(plain, Heard(), "<answer>Which day?</answer>").text is None
    assert reply(plain, Heard(), "<think>Which day?</think>Done.").text is None


def test_a_long_turn_is_read_in_one_pass() -> None:
    begun = time.process_time()
    assert reply(USER, Heard(), "a " * 500_000).text == "Make it the 14th."
    assert reply(USER, Heard(), "a " * 500_000 + "which date?").text == "On 12 May."
    assert time.process_time() - begun < 10


def test_a_lone_question_mark_asks() -> None:
    assert reply(USER, Heard(), "Hmm...?").text == DOES_NOT_KNOW


def test_several_details_are_told_in_the_order_they_were_asked_for() -> None:
    assert reply(USER, Heard(), "Which class, and which day?").text == "Economy. On 12 May."
    assert reply(USER, Heard(), "Which day, and which class?").text == "On 12 May. Economy."


def test_a_question_without_a_noun_asks_for_the_only_detail_that_is_open() -> None:
    one = ScriptedUser(slots=(DAY,))
    for bare in ("Which one?", "Which ones?", "Sorry, what is it?", "What do you mean exactly?", "Which?"):
        assert reply(one, Heard(), bare)[::2] == (DAY.reply, False)
        assert reply(USER, Heard(), bare).text == DOES_NOT_KNOW  # the day or the class?
        assert reply(USER, reply(USER, Heard(), "Which class?").heard, bare).text == DAY.reply
        assert reply(one, Heard(told=frozenset({"day"})), bare)[::2] == (DOES_NOT_KNOW, True)
    assert reply(one, Heard(), "Which one is the cheapest?").text == DOES_NOT_KNOW
    assert reply(one, Heard(), "What is your shoe size?").text == DOES_NOT_KNOW
