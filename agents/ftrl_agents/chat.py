"""Messages to token ids, each exactly once.

The prompt is rendered by the tokenizer's own chat template. What the environment appends after an assistant turn is
the difference between two renderings of a dummy conversation, with and without the appended messages, behind the dummy
turn's end-of-turn token; the tokens of earlier turns are never rendered again. So templates that rewrite history
(dropping earlier reasoning) change nothing here: whether later turns see what a turn thought, only ``thinking`` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2.exceptions import TemplateError
from transformers import PreTrainedTokenizerBase

from ftrl_agents.config import Thinking
from ftrl_agents.thinking import Tags, said, said_tokens, tags_of
from ftrl_gym.errors import UsageError

Message = dict[str, Any]

_MARK = "zqxMARKxqz"
_THOUGHT = "zqxTHOUGHTxqz"
_ASK = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": _MARK}]
_PROBE_TOOL = {
    "type": "function",
    "function": {"name": _MARK, "description": "d", "parameters": {"type": "object", "properties": {}}},
}


class Chat:
    """A tokenizer's chat format.

    Args:
        tokenizer: Needs a chat template that renders system, user, assistant and tool messages.
        tools: Whether tools will be passed to the template (``docs="json"``); checked here, not mid-run.
        thinking: Whether later turns see what a turn thought.

    Raises:
        UsageError: The template is missing, drops tools or tool results, or opens turns in several ways where reasoning
            is to be stripped; the text says what to do.
    """

    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, *, tools: bool = False, thinking: Thinking = Thinking.KEEP
    ) -> None:
        self.tokenizer = tokenizer
        self.name = str(tokenizer.name_or_path or type(tokenizer).__name__)
        if not tokenizer.chat_template:
            raise UsageError(
                f"{self.name} has no chat template, so it is probably a base model. Pass an instruction-tuned model "
                "(often the same name with -Instruct), or save a template with the tokenizer as chat_template.jinja"
            )
        self._closing, self.end_of_turn = self._close_of_turn()
        self.stops = frozenset(id_ for id_ in (self.end_of_turn, tokenizer.eos_token_id) if id_ is not None)
        """Tokens at which a turn ends."""
        self._check_roles(tools)
        self._strips, self._tags, self._fresh = thinking is Thinking.STRIP, Tags(), ""
        self.opening: list[int] = []
        """Tokens in front of a turn that later turns do not see: where reasoning is stripped, and the template opens a
        block of it for each turn."""
        self._past: list[int] = []
        """Tokens that the template writes there in front of a turn that is past."""
        if self._strips:
            self._find_reasoning()

    def initial(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]] | None = None) -> list[int]:
        """The prompt up to and including the header of the first assistant turn."""
        shown = [self._as_past(message) for message in messages] if self._strips else list(messages)
        return self._begun(self._render(shown, tools=list(tools) if tools else None, generation_prompt=True))

    def continuation(self, messages: Sequence[Message]) -> list[int]:
        """What follows an assistant turn's end-of-turn token: ``messages`` and the next turn's header."""
        behind = self._behind_mark(_ASK + list(messages), generation_prompt=True)
        if not behind.startswith(self._closing):
            raise UsageError(
                f"the chat template of {self.name} renders an earlier assistant turn unlike the last one (its end-of-"
                f"turn token is missing: {behind[:60]!r}), so a conversation cannot be appended to. Use another model"
            )
        return self._begun(behind[len(self._closing) :])

    def past(self, ids: list[int], start: int) -> list[int]:
        """What later turns see of tokens that end with a turn; the list itself where that is all of them.

        Args:
            ids: Up to and including a turn.
            start: Where the turn begins.
        """
        if not self._strips:
            return ids
        own = ids[start:]
        body, stop = (own[:-1], own[-1:]) if own[-1] in self.stops else (own, [])
        kept = said_tokens(body, self._tags, self._decode, self._ids)
        if kept == body and not self.opening and not self._past:
            return ids
        return ids[: start - len(self.opening)] + self._past + kept + stop

    def text(self, ids: Sequence[int]) -> str:
        """What the environment reads for sampled tokens; a trailing stop token is left out."""
        return self._decode(ids[:-1] if ids and ids[-1] in self.stops else ids)

    def _decode(self, ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False))

    def _begun(self, text: str) -> list[int]:
        """Tokens of a text that ends with the header of a turn; what is hidden of it later are tokens of their own."""
        if not text.endswith(self._fresh):
            raise UsageError(
                f"the chat template of {self.name} opens a turn behind tool results unlike one behind a question "
                f"({text[-60:]!r}), so what a turn thought cannot be taken out. Use --rollout.thinking keep"
            )
        return self._ids(text.removesuffix(self._fresh)) + self.opening

    def _as_past(self, message: Message) -> Message:
        if message["role"] != "assistant" or not isinstance(message.get("content"), str):
            return message
        return {**message, "content": said(message["content"], self._tags)}

    def _find_reasoning(self) -> None:
        """What encloses reasoning, and what stands in front of a turn that is written and of one that is past."""
        thought = {"role": "assistant", "reasoning_content": _THOUGHT, "content": _MARK}
        before = self._before_mark([_ASK[0], thought])
        self._tags = tags_of(before.split(_THOUGHT)[1] if before.count(_THOUGHT) == 1 else "")
        fresh, past = self._render(_ASK[:1], tools=None, generation_prompt=True), self._before_mark([*_ASK, _ASK[0]])
        common = next(
            (n for n, (a, b) in enumerate(zip(fresh, past, strict=False)) if a != b), min(len(fresh), len(past))
        )
        self._fresh = fresh[common:]
        self.opening, self._past = self._ids(self._fresh), self._ids(past[common:])
        self.continuation([{"role": "tool", "name": "probe", "content": ""}])  # refuses what cannot be appended

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _render(self, messages: list[Message], *, tools: list[dict[str, Any]] | None, generation_prompt: bool) -> str:
        try:
            text = self.tokenizer.apply_chat_template(
                messages, tools=tools, add_generation_prompt=generation_prompt, tokenize=False
            )
        except TemplateError as error:
            roles = ", ".join(dict.fromkeys(str(m["role"]) for m in messages))
            raise UsageError(
                f"the chat template of {self.name} refuses a conversation of {roles} messages: {error}. "
                "Pass a model whose template supports tools (Qwen, Llama 3, Hermes, Mistral Nemo, ...)"
            ) from None
        return str(text)

    def _behind_mark(self, messages: list[Message], *, generation_prompt: bool) -> str:
        return self._around_mark(messages, generation_prompt=generation_prompt)[1]

    def _before_mark(self, messages: list[Message]) -> str:
        return self._around_mark(messages, generation_prompt=False)[0]

    def _around_mark(self, messages: list[Message], *, generation_prompt: bool) -> tuple[str, str]:
        text = self._render(messages, tools=None, generation_prompt=generation_prompt)
        if text.count(_MARK) != 1:
            raise UsageError(f"the chat template of {self.name} drops or repeats what the assistant said; use another")
        before, _, behind = text.partition(_MARK)
        return before, behind

    def _close_of_turn(self) -> tuple[str, int]:
        """What the template writes behind an assistant turn up to its end-of-turn token, and that token."""
        behind = self._behind_mark(_ASK, generation_prompt=False)
        for place, token in enumerate(self._ids(behind)):
            if token in self.tokenizer.all_special_ids:
                closing = self.tokenizer.decode(self._ids(behind)[: place + 1])
                if behind.startswith(closing):
                    return closing, token
        if self.tokenizer.eos_token_id is None or behind.strip():
            raise UsageError(
                f"the chat template of {self.name} does not close an assistant turn with a special token, so nothing "
                "says where a turn ends. Set tokenizer.eos_token to a token that the template writes there"
            )
        return "", self.tokenizer.eos_token_id

    def _check_roles(self, tools: bool) -> None:
        result = {"role": "tool", "name": "probe", "content": "zqxRESULTxqz"}
        if "zqxRESULTxqz" not in self._behind_mark([*_ASK, result], generation_prompt=True):
            raise UsageError(
                f"the chat template of {self.name} silently drops tool results, so the model would never see feedback. "
                "Pass a model whose template supports the role 'tool'"
            )
        if tools and _MARK not in self._render(_ASK[:1], tools=[_PROBE_TOOL], generation_prompt=True):
            raise UsageError(
                f"the chat template of {self.name} ignores tools. Use docs='signature' (tools stand in the system "
                "message; --env.docs signature), or a model whose template supports tools"
            )
