"""Asking until a reply is usable: the one way in which construction talks to a language model.

A question is looked up in the cache, asked if the budget allows, read generously and checked strictly; what is wrong
goes back to the model as evidence, a few times. Nothing that a model wrote passes here without having been checked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ftrl_gym.construct.llm.model import LanguageModel, Message, Reply, estimated
from ftrl_gym.construct.llm.prompting import Prompts
from ftrl_gym.construct.llm.reading import Unusable, read, without_thoughts
from ftrl_gym.construct.llm.replies import ReplyPart, WriterStage
from ftrl_gym.construct.llm.replies_cache import RepliesCache
from ftrl_gym.construct.llm.reply_schemas import reply_schema
from ftrl_gym.construct.llm.spending import Spending
from ftrl_gym.errors import GaveUp, ModelUnreachable, RequestFailed, Unanswered

TRIES = 4
"""Replies to one question before it is given up."""
_SHOWN_CHARS = 20_000
"""At most so much of an unusable reply goes back to the model that wrote it."""
_FAILURES_IN_A_ROW = 5
"""Requests that come to nothing one after the other before the model counts as gone."""

ReplyT = TypeVar("ReplyT", bound=ReplyPart)


@dataclass(frozen=True)
class Asked(Generic[ReplyT]):
    """A usable reply."""

    value: ReplyT
    messages: tuple[Message, ...]
    """The conversation with the reply at its end: with a further message of the user it can be asked on from here."""
    problems: tuple[str, ...] = ()
    """What was wrong with earlier replies, one for each."""


class Asker:
    """Asks one model; safe between threads.

    Args:
        model: Writes the replies.
        cache: Remembers them; None for no memory.
        spending: Counts tokens and holds the limit; None counts for nobody.
        tries: Replies to one question before it is given up.
        prompts: Say what is told about an unusable reply; None for the packaged ones.
    """

    def __init__(
        self,
        model: LanguageModel,
        cache: RepliesCache | None = None,
        spending: Spending | None = None,
        tries: int = TRIES,
        prompts: Prompts | None = None,
    ) -> None:
        self.model, self.spending = model, spending or Spending()
        self._cache, self._tries, self._prompts = cache, tries, prompts or Prompts()
        self._failed_in_a_row = 0
        self._lock = threading.Lock()

    def ask(
        self,
        stage: WriterStage,
        messages: Sequence[Message],
        reply_model: type[ReplyT],
        check: Callable[[ReplyT], str | None] | None = None,
    ) -> Asked[ReplyT]:
        """A usable reply to a conversation.

        Args:
            stage: What is asked for.
            messages: The conversation so far; it ends with a message of the user.
            reply_model: What the reply has to be.
            check: What else is wrong with a reply, in words for the model; None where nothing is.

        Raises:
            GaveUp: None of the tries was usable.
            Unanswered: The request came to nothing.
            BudgetSpent: The next request would go over the limit.
            ModelUnreachable: There is no sense in asking this model anything.
        """
        conversation = list(messages)
        problem = ""
        problems: list[str] = []
        for number in range(self._tries):
            try:
                reply = self._reply(stage, conversation, again=number > 0)
            except Unanswered as failure:
                said_before = f"; the reply before: {problem}" if problem else ""
                raise Unanswered(stage, f"{failure.reason}{said_before}") from failure
            said: Message = {"role": "assistant", "content": _shown(reply.text)}
            try:
                if reply.cut:
                    raise Unusable("the reply was cut off by the limit of its length; write a shorter one")
                value = read(reply.text, reply_model)
                problem = (check(value) if check is not None else None) or ""
            except Unusable as error:
                problem = str(error)
            else:
                if not problem:
                    return Asked(value, (*conversation, said), tuple(problems))
            problems.append(problem)
            conversation += [said, self._prompts.again(problem)]
        raise GaveUp(stage, f"no usable reply in {self._tries} tries; the last: {problem}")

    def _reply(self, stage: WriterStage, messages: Sequence[Message], *, again: bool) -> Reply:
        schema = reply_schema(stage)
        with self.spending.admitted(stage, estimated(messages, "").prompt):
            remembered = self._cache.find(self.model, stage, messages, schema) if self._cache is not None else None
            reply = remembered or self._made(stage, messages)
            self.spending.count(stage, reply.usage, remembered=remembered is not None, again=again)
            return reply

    def _made(self, stage: WriterStage, messages: Sequence[Message]) -> Reply:
        schema = reply_schema(stage)
        try:
            reply = self.model.reply(stage, messages, schema)
        except RequestFailed as failure:
            with self._lock:
                self._failed_in_a_row += 1
                gone = self._failed_in_a_row >= _FAILURES_IN_A_ROW or not failure.answered
            if gone:
                raise ModelUnreachable(
                    f"{self.model.name} cannot be asked: {failure.reason}. What was finished is kept; the same command "
                    "goes on from here"
                ) from failure
            raise Unanswered(stage, failure.reason) from failure
        self.spending.note_retries(reply.retried)
        with self._lock:
            self._failed_in_a_row = 0
        if self._cache is not None:
            self._cache.keep(self.model, stage, messages, schema, reply)
        return reply


def _shown(text: str) -> str:
    """What goes back to the model of its own reply; some endpoints refuse an empty message."""
    said = without_thoughts(text) or "(nothing)"
    return said if len(said) <= _SHOWN_CHARS else f"{said[:_SHOWN_CHARS]}\n(the rest is left out)"
