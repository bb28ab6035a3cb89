"""The embedded base model: a tiny Qwen3 made from scratch, its packaged weights, and how to load them.

The weights lie in ``ftrl_agents/base/`` as fp16 safetensors with their tokenizer and a model card; they are made by
``agents/pretrain.py``. What is loaded computes in float32: half precision is storage only.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ftrl_gym.errors import UsageError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

BASE_FOLDER = Path(__file__).parent / "base"
REBUILD = "python agents/pretrain.py --run runs/pretrain --export agents/ftrl_agents/base"
MAX_PARAMETERS = 2_500_000
CONTEXT = 4096
LAYERS = 4
"""Blocks of a new model."""


class Base(NamedTuple):
    """A model with the tokenizer it was trained with."""

    model: Qwen3ForCausalLM
    tokenizer: PreTrainedTokenizerFast


def new_model(
    seed: int, tokenizer: PreTrainedTokenizerFast, hidden: int = 128, layers: int = LAYERS, mlp: int = 384
) -> Qwen3ForCausalLM:
    """A freshly initialised model in float32; the same seed gives the same weights.

    Args:
        seed: Seed of the initial weights.
        tokenizer: Decides the size of the vocabulary and the special token ids.
        hidden: Width of the residual stream, a multiple of 32 (the size of a head).
        layers: Number of blocks.
        mlp: Width of the feed-forward layers.
    """
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    from ftrl_agents.copying_heads import write_copying_heads

    heads = hidden // 32
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        head_dim=32,
        intermediate_size=mlp,
        max_position_embeddings=CONTEXT,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        attention_dropout=0.0,
        initializer_range=0.02,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen3ForCausalLM(config)
    write_copying_heads(model, seed)
    assert model.num_parameters() <= MAX_PARAMETERS
    return model


def deeper(model: Qwen3ForCausalLM, layers: int) -> Qwen3ForCausalLM:
    """A model with more blocks that computes the same: new ones stand evenly between the old ones.

    A new block is a copy of the one before it whose two last matrices are zero, so that it passes on what it is given
    and learns the rest (LLaMA Pro, Wu et al. 2024, arXiv 2401.02415, section 3.2).

    Args:
        model: To make deeper.
        layers: Blocks of the new one. With no more than the model has, the model itself is given back.
    """
    import torch
    from transformers import Qwen3ForCausalLM

    had = model.config.num_hidden_layers
    if layers <= had:
        return model
    config = copy.deepcopy(model.config)
    config.num_hidden_layers, config.layer_types = layers, ["full_attention"] * layers
    with torch.random.fork_rng(devices=[]):
        made = Qwen3ForCausalLM(config)
    inside = "model.layers."
    state = {name: value for name, value in model.state_dict().items() if not name.startswith(inside)}
    places = [number * had // layers for number in range(layers)]
    for number, place in enumerate(places):
        new = number > 0 and places[number - 1] == place
        for name, value in model.model.layers[place].state_dict().items():
            last = name in ("self_attn.o_proj.weight", "mlp.down_proj.weight")
            state[f"{inside}{number}.{name}"] = torch.zeros_like(value) if new and last else value.clone()
    made.load_state_dict(state)
    assert made.num_parameters() <= MAX_PARAMETERS
    return made


def load_base(folder: Path = BASE_FOLDER) -> Base:
    """The packaged model in float32 and its tokenizer.

    Raises:
        UsageError: A file is missing or broken, or the tokenizer is not the model's; says how to rebuild.
    """
    from transformers import AutoTokenizer, Qwen3ForCausalLM

    missing = [name for name in ("config.json", "tokenizer.json", "model.safetensors") if not (folder / name).is_file()]
    if missing:
        raise _broken(folder, f"{', '.join(missing)} missing")
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = Qwen3ForCausalLM.from_pretrained(folder, local_files_only=True, dtype="float32")
    except Exception as error:  # the file formats' readers raise a dozen unrelated types for a broken file
        raise _broken(folder, str(error).split("\n")[0][:200]) from error
    if len(tokenizer) != model.config.vocab_size or tokenizer.eos_token_id != model.config.eos_token_id:
        raise _broken(folder, f"tokenizer has {len(tokenizer)} tokens, the model {model.config.vocab_size}")
    return Base(model, tokenizer)


def save_base(model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Writes weights in fp16, configuration and tokenizer; the given model keeps its precision."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = {name: value.detach().to(torch.float16).contiguous() for name, value in model.state_dict().items()}
    state.pop("lm_head.weight", None)  # tied to the embedding
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    config = model.config.to_diff_dict() | {"architectures": ["Qwen3ForCausalLM"], "dtype": "float16"}
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    tokenizer.save_pretrained(folder)


def _broken(folder: Path, why: str) -> UsageError:
    return UsageError(f"the base model in {folder} cannot be loaded: {why}\nMake it again with: {REBUILD}")
