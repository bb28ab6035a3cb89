"""Where in a model a weight stands: its layer, its block and its module, read from its name.

Names of the usual decoder-only families are known (Llama, Qwen, Mistral, Gemma, Phi, GPT-2, GPT-NeoX, OPT, Falcon,
mixtures of experts); a module with another name is shown under its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Block(StrEnum):
    """The part of a model that a weight belongs to."""

    ATTENTION = "attention"
    """Everything in a layer's attention, the norms of queries and keys too."""
    MLP = "MLP"
    """Everything in a layer's feed-forward network, experts and their router too."""
    NORM = "norms"
    """A layer's other norms, and the last one of the model."""
    EMBEDDING = "embeddings"
    """Token and position embeddings."""
    HEAD = "head"
    """The output matrix, where it is not the embedding."""
    OTHER = "other"
    """Whatever has a name that says nothing of these."""


@dataclass(frozen=True)
class Place:
    """Where a weight stands.

    >>> place_of("model.layers.3.self_attn.q_proj.weight")
    Place(layer=3, block=<Block.ATTENTION: 'attention'>, module='q')
    >>> place_of("transformer.h.0.mlp.c_proj.bias").module
    'down'
    """

    layer: int | None
    """From 0; None outside the layers."""
    block: Block
    module: str
    """Short name: q, k, v, o, gate, up, down, ..., shared by a matrix and its bias, and by all experts of a layer."""


MODULES = (
    "q", "k", "v", "qkv", "o", "q_norm", "k_norm", "gate", "gate+up", "up", "down", "router",
)  # fmt: skip
"""Known modules, in the order of a table."""

_LAYER = re.compile(r"(?:^|\.)(?:layers|h|blocks|block|layer)\.(\d+)\.")
_ATTENTION = re.compile(r"attn|attention")
_MLP = re.compile(r"mlp|ffn|feed_forward|moe|expert|^fc[12]$")
_NORM = re.compile(r"norm|^ln(_|$)|^ln\d")
_EMBEDDING = re.compile(r"embed(?!_out)|^wte$|^wpe$")
_HEAD = re.compile(r"lm_head|embed_out|^output$")
_SHORT = {
    "q_proj": "q", "k_proj": "k", "v_proj": "v", "o_proj": "o", "out_proj": "o", "query": "q", "key": "k",
    "value": "v", "c_attn": "qkv", "qkv_proj": "qkv", "query_key_value": "qkv", "Wqkv": "qkv", "gate_proj": "gate",
    "up_proj": "up", "down_proj": "down", "gate_up_proj": "gate+up", "c_fc": "up", "fc1": "up", "fc2": "down",
    "dense_h_to_4h": "up", "dense_4h_to_h": "down", "w1": "gate", "w3": "up", "w2": "down",
}  # fmt: skip
_BY_BLOCK = {
    (Block.ATTENTION, "c_proj"): "o", (Block.ATTENTION, "dense"): "o", (Block.MLP, "c_proj"): "down",
    (Block.MLP, "gate"): "router", (Block.MLP, "router"): "router",
}  # fmt: skip


def place_of(name: str) -> Place:
    """The place of the weight of a name, as ``named_parameters`` and safetensors files have them."""
    found = _LAYER.search(name)
    inner = name[found.end() :] if found else name
    parts = [part for part in inner.split(".") if part not in ("weight", "bias") and not part.isdigit()]
    leaf = parts[-1] if parts else inner
    block = _block(parts, inside=found is not None)
    module = _BY_BLOCK.get((block, leaf)) or _SHORT.get(leaf, leaf)
    return Place(int(found.group(1)) if found else None, block, module)


def _block(parts: list[str], *, inside: bool) -> Block:
    leaf, within = parts[-1:], parts[:-1]
    tests = (
        (Block.ATTENTION, _ATTENTION, within if inside else []),
        (Block.MLP, _MLP, within if inside else []),
        (Block.NORM, _NORM, leaf),
        (Block.ATTENTION, _ATTENTION, leaf if inside else []),
        (Block.MLP, _MLP, leaf if inside else []),
        (Block.EMBEDDING, _EMBEDDING, parts),
        (Block.HEAD, _HEAD, parts),
    )
    return next((block for block, pattern, where in tests if any(map(pattern.search, where))), Block.OTHER)
