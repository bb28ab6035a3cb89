"""A language model as a policy of one episode at a time, for whatever plays policies, such as ``ftrl-gym calibrate``:

    ftrl-gym calibrate TravelBooking --policy ftrl_agents.playing:base_model --set docs=signature

A model of one's own is a module with a factory::

    from ftrl_agents.playing import ModelPolicy
    from ftrl_agents.policy import load_policy

    def qwen():
        return ModelPolicy(*load_policy("Qwen/Qwen3-0.6B"))

Many episodes at once are faster: :func:`ftrl_agents.rollout.collect`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ftrl_agents.chat import Chat
from ftrl_agents.policy import load_policy
from ftrl_agents.sampler import Sampler
from ftrl_agents.slot_attention import slot_attention


class ModelPolicy:
    """Writes each turn with a model. Tools go to the chat template where the environment's ``docs`` are "json".

    Args:
        model: A causal language model.
        tokenizer: Its tokenizer, with a chat template.
        temperature: 0 is greedy.
        max_turn_tokens: Own tokens of a turn; a longer one is cut there.
        max_episode_tokens: Tokens of an episode in all; then it says nothing more, which ends it.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        temperature: float = 1.0,
        max_turn_tokens: int = 256,
        max_episode_tokens: int = 4096,
    ) -> None:
        self.seed = 0
        """With the task's id it decides what is sampled."""
        self._model, self._tokenizer, self._temperature = model.eval(), tokenizer, temperature
        self._turn_tokens, self._episode_tokens = max_turn_tokens, max_episode_tokens

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the prompt.

        Raises:
            UsageError: The model or its chat template cannot do this.
        """
        tools = info["tools"] if env.docs == "json" else None
        self._chat = Chat(self._tokenizer, tools=tools is not None)
        self._sampler = Sampler(self._model, self._temperature)
        self._random = np.random.default_rng([self.seed, *info["task_id"].encode()])
        prompt = self._chat.initial(info["messages"], tools)
        self._length, self._own = len(prompt), list[int]()
        if self._length < self._episode_tokens:
            with slot_attention(self._model):
                self._sampler.open([prompt], [1])

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next turn; empty where there is no room for one."""
        fed = self._feed(info["messages"]) if self._own else []
        self._length += len(fed)
        room = min(self._turn_tokens, self._episode_tokens - self._length)
        if room <= 0:
            return ""
        own: list[int] = []
        self._own = own
        with slot_attention(self._model):
            if fed:
                self._sampler.feed([0], [fed])
            while len(own) < room and not (own and own[-1] in self._chat.stops):
                own.append(self._sampler.step(self._random.random(1), set()).tokens[0])
        self._length += len(own)
        return self._chat.text(own)

    def _feed(self, messages: list[dict[str, Any]]) -> list[int]:
        """What stands between the last sampled token, which no pass has read yet, and the next turn."""
        appended = self._chat.continuation(messages)
        closing = [] if self._own[-1] == self._chat.end_of_turn else [self._chat.end_of_turn]
        return [self._own[-1], *closing, *appended]


def base_model() -> ModelPolicy:
    """The embedded base model, at temperature 1."""
    return ModelPolicy(*load_policy(None))
