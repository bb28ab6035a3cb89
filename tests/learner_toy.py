"""A tiny environment, model and tokenizer for tests of the learner: seconds, no scenario, no download."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gymnasium as gym
import torch
from transformers import PreTrainedTokenizerBase, Qwen3Config, Qwen3ForCausalLM

from ftrl_agents.tokenizer import train_tokenizer
from ftrl_gym.spaces import UnicodeText


class LetterEnv(gym.Env[str, str]):
    """Pays the share of lower-case letters in what is written; task ``"<n>"`` lasts n turns, feedback grows."""

    def __init__(self, raises_at: int | None = None, **keywords: Any) -> None:
        self.observation_space = UnicodeText(1000)
        self.action_space = UnicodeText(1000)
        self.raises_at = raises_at
        self.taskset = SimpleNamespace(ids=lambda: ["1", "2", "3"])
        self.task = SimpleNamespace(plans=())

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        self.turns, self.turn = (options or {})["task"], 0
        messages = [{"role": "system", "content": "Write."}, {"role": "user", "content": f"Task {self.turns}" * 3}]
        return "Write.", {"task_id": self.turns, "kind": "single_hop", "messages": messages, "tools": []}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        self.turn += 1
        if self.turn == self.raises_at:
            raise RuntimeError("the toy broke")
        over = self.turn >= int(self.turns)
        feedback = f'{{"turn": {self.turn}, "seen": "{action[:3]}"}}' * self.turn
        info = {
            "messages": [] if over else [{"role": "tool", "name": "toy", "content": feedback}],
            "calls": [{"tool": "toy", "status": "ok"}],
            "score": {"precision": 1.0, "recall": 1.0, "f1": 1.0, "outcome": 0.0, "solved": 1, "calls": 1,
                      "invalid": 0, "waste": 0},
            "end": "answered" if over else None,
        }  # fmt: skip
        return feedback, sum("a" <= c <= "z" for c in action) / max(len(action), 1), over, False, info


def make_tokenizer() -> PreTrainedTokenizerBase:
    """Bytes and special tokens only."""
    return train_tokenizer([], vocabulary=0)


def make_model(tokenizer: PreTrainedTokenizerBase, seed: int = 0) -> Qwen3ForCausalLM:
    """A random Qwen3 of 2 layers x 32 dimensions; its first outputs are far from uniform, so that errors show."""
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        head_dim=8, intermediate_size=64, max_position_embeddings=2048, tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, bos_token_id=None,
        initializer_range=0.3,
    )  # fmt: skip
    torch.manual_seed(seed)
    return Qwen3ForCausalLM(config)
