"""The final answer of a question, made of what a model wrote and of the answers of its sub-questions.

Models answer in sentences where values are asked for. A sentence that says some of the sub-answers and no other figure
stands for these; its own words stay right as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ftrl_gym.answers import right
from ftrl_gym.construct.llm.answer_types import typed
from ftrl_gym.grounding import tokens
from ftrl_gym.solver_blind import follows_from
from ftrl_gym.task import Answer, AnswerType, Json


def final_answer(value: Json, subs: Sequence[Answer]) -> Answer:
    """The typed answer.

    Args:
        value: What the model wrote.
        subs: The answers of the sub-questions.

    >>> subs = [typed("Q-17"), typed(7.4)]
    >>> final_answer("Berth Q-17, where the water is 7.4 metres deep.", subs).value
    ['Q-17', 7.4]
    >>> final_answer("It is berth Q-17.", subs).value, final_answer([7.4, "Q-17"], subs).entries[0].value
    ('Q-17', 7.4)
    """
    answer = typed(value)
    if answer.type is AnswerType.LIST:
        return _in_order([_one_of(typed(each), subs) for each in answer.value], ())
    if answer.type is not AnswerType.NAME or follows_from(answer, {str(n): sub for n, sub in enumerate(subs)}):
        return answer
    text = tokens(re.sub(r"(?<=\d),(?=\d{3}\b)", "", str(value)))
    said = [sub for sub in subs if not isinstance(sub.value, list | bool) and tokens(str(sub.value)) in text]
    said.sort(key=lambda sub: text.index(tokens(str(sub.value))))
    left = text
    for sub in said:
        left = left.replace(tokens(str(sub.value)), " ")
    if not said or re.search(r"\d", left):
        return answer
    if len(said) == 1:
        return said[0].model_copy(update={"aliases": (str(value),)})
    return _in_order(said, (str(value),))


def _one_of(answer: Answer, subs: Sequence[Answer]) -> Answer:
    """The sub-answer that an answer is, which may know its unit; itself if it is none."""
    return next((sub for sub in subs if sub.type is not AnswerType.LIST and right(sub, str(answer.value))), answer)


def _in_order(parts: Sequence[Answer], aliases: tuple[str, ...]) -> Answer:
    """A list whose order counts, since a question asks for one thing after the other; not where commas stand within."""
    values = [part.value for part in parts]
    divided = len(parts) > 1 and not any(re.search(r"[,;\n]| and ", str(one)) for one in values)
    return Answer(type=AnswerType.LIST, value=values, aliases=aliases, entries=tuple(parts) if divided else ())
