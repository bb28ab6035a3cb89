"""The final answer of a question, made of what a model wrote and of the answers of its sub-questions.

Models answer in sentences where values are asked for. A sentence that says some of the sub-answers and no other figure
stands for these; its own words stay right as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
        return _in_order(answer)
    if answer.type is not AnswerType.NAME or follows_from(answer, {str(n): sub for n, sub in enumerate(subs)}):
        return answer
    text = tokens(str(value))
    said = [sub for sub in subs if not isinstance(sub.value, list | bool) and tokens(str(sub.value)) in text]
    said.sort(key=lambda sub: text.index(tokens(str(sub.value))))
    left = text
    for sub in said:
        left = left.replace(tokens(str(sub.value)), " ")
    if not said or re.search(r"\d", left):
        return answer
    if len(said) == 1:
        return said[0].model_copy(update={"aliases": (str(value),)})
    return _in_order(Answer(type=AnswerType.LIST, value=[sub.value for sub in said], aliases=(str(value),)))


def _in_order(answer: Answer) -> Answer:
    """A list whose order counts, since a question asks for one thing after the other; not where commas stand within."""
    if len(answer.value) < 2 or any(re.search(r"[,;\n]| and ", str(one)) for one in answer.value):
        return answer
    return answer.model_copy(update={"entries": tuple(map(typed, answer.value))})
