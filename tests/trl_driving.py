"""TRL's real ``GRPOTrainer`` over a tiny random model, and a way to put words into the model's mouth."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from adapter_episodes import ID, Script

BASE = Path(__file__).parent.parent / "agents" / "ftrl_agents" / "base"


def save_tiny_model(folder: Path) -> str:
    """A random model with the embedded tokenizer and Qwen3's chat template, which TRL knows; its path."""
    import torch
    import trl
    from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(BASE)
    tokenizer.chat_template = (Path(trl.__file__).parent / "chat_templates" / "qwen3.jinja").read_text()
    tokenizer.model_max_length = 400_000
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, head_dim=8, max_position_embeddings=400_000, tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, bos_token_id=None,
    )  # fmt: skip
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def spec_of(scripts: Sequence[Script]) -> Any:
    """What TRL is given for the tasks of scripts."""
    from ftrl_gym.interop.trl import trl_spec

    return trl_spec(ID, sorted({script.task for script in scripts}), split="test")


def trainer_of(model: str, spec: Any, folder: Path, **settings: Any) -> Any:
    """A trainer on the CPU that writes nothing but to ``folder``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what TRL and transformers deprecate in each other
        from trl import GRPOConfig, GRPOTrainer

        chosen: dict[str, Any] = {
            "per_device_train_batch_size": 4,
            "num_generations": 2,
            "max_completion_length": 300_000,
            "use_cpu": True,
            "report_to": "none",
            "save_strategy": "no",
            "disable_tqdm": True,
            "bf16": False,
        }
        return GRPOTrainer(model, args=GRPOConfig(output_dir=str(folder), **{**chosen, **settings}), **vars(spec))


class Told(NamedTuple):
    """A conversation as TRL led it, and the reward that it computed."""

    messages: list[dict[str, Any]]
    reward: float


def told(trainer: Any, row: dict[str, Any], turns: Sequence[str]) -> Told:
    """What comes of it when the model says these turns.

    Generation is replaced; prompts, parsing, tools, environments and rewards are TRL's own doing.
    """
    tokenizer, left = trainer._tokenizer, iter(turns)
    seen: list[Told] = []
    calculate = trainer._calculate_rewards

    def speak(prompt_ids: list[list[int]], *_: Any, **__: Any) -> tuple[list[list[int]], None]:
        text = next(left, "")  # once more than there are turns, where an episode ran out of them
        return [[*tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id] for _ in prompt_ids], None

    def keep(inputs: Any, prompts: Any, completions: Any, ids: Any) -> Any:
        rewards = calculate(inputs, prompts, completions, ids)
        seen.extend(Told(*pair) for pair in zip(completions, rewards[:, 0].tolist(), strict=True))
        return rewards

    trainer._generate_single_turn, trainer._calculate_rewards = speak, keep
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trainer._generate_and_score_completions([dict(row) for _ in range(trainer.num_generations)])
    finally:
        del trainer._generate_single_turn, trainer._calculate_rewards
    assert all(one == seen[0] for one in seen), "every environment of a group says the same"
    return seen[0]
