"""Parts of a trained model put back to their old weights, to see what each is worth.

A *unit* is some of the model's weights, such as the MLP of layer 1. It is played in two ways: the trained model with
only this unit old (what is lost without it), and the old model with only this unit new (what it brings alone). The two
need not add up: blocks are trained to work together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ftrl_agents.weight_place import Block, place_of
from ftrl_gym.errors import UsageError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CLAIMED = "MLP 0-2"
"""The unit to which the paper FTRL (arXiv 2508.08791) attributes its gains."""
WHOLE = "whole model"


class Way(StrEnum):
    """How a unit is played."""

    RESTORED = "put back"
    """The trained model with this unit old. For the whole model: the old model."""
    ALONE = "alone new"
    """The old model with this unit new. For the whole model: the trained model."""


@dataclass(frozen=True)
class Unit:
    """Some weights of a model."""

    name: str
    weights: tuple[str, ...]
    """Their names, as in ``named_parameters``."""
    single: bool = False
    """Whether it is one block of one layer."""


def units(names: Sequence[str], blocks: str = "both") -> list[Unit]:
    """The units of a model, without :data:`WHOLE`.

    Args:
        names: Of all its parameters.
        blocks: ``layers`` for the attention and the MLP of each layer, ``groups`` for those of groups of layers, the
            embeddings and the norms, ``both`` for both.

    Raises:
        UsageError: The names tell no layers.
    """
    places = {name: place_of(name) for name in names}
    numbers = sorted({place.layer for place in places.values() if place.layer is not None})
    if not numbers:
        raise UsageError("the names of this model's weights tell no layers, so there are no blocks to put back")

    def chosen(kinds: tuple[Block, ...], layers: Sequence[int] | None) -> tuple[str, ...]:
        return tuple(
            name for name, place in places.items() if place.block in kinds and (layers is None or place.layer in layers)
        )

    parts = {"attention": (Block.ATTENTION,), "MLP": (Block.MLP,)}
    found = []
    if blocks != "groups":
        found += [
            Unit(f"{part} {layer}", chosen(kinds, [layer]), single=True)
            for layer in numbers
            for part, kinds in parts.items()
        ]
    if blocks != "layers":
        found.append(Unit(CLAIMED, chosen(parts["MLP"], range(3))))
        found += [
            Unit(f"{part} {_span(layers)}", chosen(kinds, layers))
            for layers in (*thirds(numbers), numbers)
            for part, kinds in (parts | {"layers": tuple(Block)}).items()
        ]
        found += [
            Unit("embeddings and head", chosen((Block.EMBEDDING, Block.HEAD), None)),
            Unit("norms outside blocks", chosen((Block.NORM,), None)),
        ]
    distinct: dict[frozenset[str], Unit] = {}
    for unit in found:
        if unit.weights:
            distinct.setdefault(frozenset(unit.weights), unit)
    return list(distinct.values())


@contextmanager
def borrowed(model: PreTrainedModel, source: PreTrainedModel, weights: Sequence[str]) -> Iterator[PreTrainedModel]:
    """The model with some weights of another one of the same architecture, until the block ends."""
    import torch

    own, other = dict(model.named_parameters()), dict(source.named_parameters())
    kept = {name: own[name].detach().clone() for name in weights}
    try:
        with torch.no_grad():
            for name in weights:
                own[name].copy_(other[name])
        yield model
    finally:
        with torch.no_grad():
            for name, value in kept.items():
                own[name].copy_(value)


def thirds(numbers: Sequence[int]) -> list[Sequence[int]]:
    """The layers in three runs, the middle one the longest; fewer runs where there are fewer than three layers.

    >>> thirds(range(4))
    [range(0, 1), range(1, 3), range(3, 4)]
    """
    third = max(1, len(numbers) // 3)
    top = max(third, len(numbers) - third)
    return [layers for layers in (numbers[:third], numbers[third:top], numbers[top:]) if layers]


def _span(layers: Sequence[int]) -> str:
    return f"{layers[0]}-{layers[-1]}" if len(layers) > 1 else str(layers[0])
