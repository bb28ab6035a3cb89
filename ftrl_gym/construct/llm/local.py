"""A model on this machine, by `transformers`: for small builds, and where nothing may leave the house.

Slow beside a server: requests are answered one at a time. The sampler is seeded from the conversation, so the same
question gets the same reply.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from ftrl_gym.construct.llm.model import Message, Reply, Usage
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.construct.llm.reply_schemas import in_words
from ftrl_gym.errors import MissingExtraError, RequestFailed, UsageError

MAX_NEW_TOKENS = 4096


class LocalModel:
    """A causal language model with a chat template.

    Args:
        model: Folder, or name on the hub.
        options: Arguments of ``generate``, such as ``{"temperature": 0.7, "do_sample": True}``; greedy without.
        device: ``cpu``, ``cuda``, …; None takes an accelerator if there is one.

    Raises:
        MissingExtraError: `torch` or `transformers` is not installed.
        UsageError: There is no such model, or one without a chat template.
    """

    def __init__(self, model: str, options: Mapping[str, Any] | None = None, *, device: str | None = None) -> None:
        try:
            import torch
            import transformers
        except ImportError as error:
            raise MissingExtraError(error.name or "transformers", "llm") from error
        self._name = model
        self._options = {"max_new_tokens": MAX_NEW_TOKENS, "do_sample": False, **(options or {})}
        place = device or ("cuda" if torch.cuda.is_available() else "cpu")
        try:
            self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(model)
            weights: Any = transformers.AutoModelForCausalLM.from_pretrained(model, dtype="auto")
        except (OSError, ValueError) as error:
            raise UsageError(f"model {model!r:.100} cannot be loaded: {str(error)[:500]}") from error
        if not self._tokenizer.chat_template:
            raise UsageError(f"model {model!r:.100} has no chat template; take one that was trained for conversations")
        self._model = weights.to(place).eval()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """See :class:`ftrl_gym.construct.llm.model.LanguageModel`."""
        return self._name

    @property
    def options(self) -> Mapping[str, Any]:
        """See :class:`ftrl_gym.construct.llm.model.LanguageModel`."""
        return self._options

    def reply(self, stage: WriterStage, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """See :class:`ftrl_gym.construct.llm.model.LanguageModel`. The schema is asked for in words."""
        import torch
        from jinja2 import TemplateError

        told = in_words(messages, schema)
        seed = int.from_bytes(hashlib.sha256(json.dumps(told).encode()).digest()[:7], "big")
        with self._lock, torch.random.fork_rng(), torch.inference_mode():
            torch.manual_seed(seed)
            try:
                prompt = self._tokenizer.apply_chat_template(
                    told, add_generation_prompt=True, return_tensors="pt", return_dict=True
                ).to(self._model.device)
                written = self._model.generate(**prompt, **self._options)[0]
            # too long for it, or for the memory; or its template refuses the roles
            except (RuntimeError, ValueError, IndexError, TemplateError) as error:
                raise RequestFailed(f"{self._name}: {str(error)[:300]}") from error
        length = prompt["input_ids"].shape[1]
        reply = written[length:]
        text: str = self._tokenizer.decode(reply, skip_special_tokens=True)
        return Reply(text, Usage(length, len(reply)), cut=len(reply) >= self._options["max_new_tokens"])
