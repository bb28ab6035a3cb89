"""How much training changed each weight matrix, and in how many directions.

Of a matrix W: the relative change ``||after - before||_F / ||before||_F``, and the stable rank of the difference,
``||D||_F^2 / ||D||_2^2``, which lies between 1 and its rank and, unlike the rank, does not jump with rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftrl_agents.weight_files import WeightFiles, check_comparable
from ftrl_agents.weight_place import MODULES, Block, Place, place_of
from ftrl_gym.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 16_777_216
"""Numbers of each checkpoint that are read at once: 64 MiB in float32. What stays in memory is one difference."""
_DIRECTIONS = 8
_PASSES = 60
_TOLERANCE = 1e-5


@dataclass(frozen=True)
class WeightChange:
    """What became of one weight, or of several taken together."""

    name: str
    place: Place
    shape: tuple[int, ...]
    before_norm: float
    """Frobenius norm before training."""
    change_norm: float
    """Frobenius norm of the difference."""
    spectral_norm: float
    """Largest singular value of the difference; equal to ``change_norm`` for a vector."""

    @property
    def relative(self) -> float:
        """Relative change; infinite where a weight of zeros has changed."""
        return relative_change([self])

    @property
    def stable_rank(self) -> float:
        """Of the difference, at least 1; 0 where nothing changed."""
        return (self.change_norm / self.spectral_norm) ** 2 if self.spectral_norm else 0.0


def relative_change(changes: Iterable[WeightChange]) -> float:
    """Of several weights as if they were one long vector; 0 of none."""
    some = list(changes)
    change = math.sqrt(math.fsum(one.change_norm**2 for one in some))
    before = math.sqrt(math.fsum(one.before_norm**2 for one in some))
    return change / before if before else (math.inf if change else 0.0)


def weight_changes(
    before: WeightFiles, after: WeightFiles, seed: int = 0, on_weight: Callable[[str], object] = lambda name: None
) -> list[WeightChange]:
    """Every weight's change, layer by layer; one matrix at a time is in memory.

    Args:
        before: The checkpoint that training began with.
        after: The one that it ended with.
        seed: Of the directions with which the search for the largest singular value begins.
        on_weight: Told of each weight as it is done.

    Raises:
        UsageError: The two cannot be compared, or nothing changed.
    """
    check_comparable(before, after)
    changes = []
    for name in sorted(before.shapes, key=_order):
        changes.append(_change(before, after, name, seed))
        on_weight(name)
    if not any(one.change_norm for one in changes):
        raise UsageError(f"{before.folder} and {after.folder} have the same weights: there is nothing to analyze")
    broken = [one.name for one in changes if not math.isfinite(one.change_norm)]
    if broken:
        raise UsageError(f"{len(broken)} weights hold numbers that are none (nan or infinity), such as {broken[0]}")
    return changes


def modules(changes: Sequence[WeightChange]) -> list[tuple[Block, str]]:
    """The kinds of modules in the layers, in the order of a table: attention, MLP, then norms."""
    kinds = dict.fromkeys((one.place.block, one.place.module) for one in changes if one.place.layer is not None)
    blocks = list(Block)
    return sorted(kinds, key=lambda kind: (blocks.index(kind[0]), _rank(kind[1])))


def layers(changes: Sequence[WeightChange]) -> list[int]:
    """The numbers of the layers, in order."""
    return sorted({one.place.layer for one in changes if one.place.layer is not None})


def spectral_norm(matrix: Tensor, seed: int = 0) -> float:
    """Largest singular value, by iterating a few directions (subspace iteration); to about 1e-3 relative."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    width = min(_DIRECTIONS, *matrix.shape)
    directions = torch.randn(matrix.shape[1], width, generator=generator)
    largest = 0.0
    for _ in range(_PASSES):
        directions, _ = torch.linalg.qr(directions)
        images = matrix @ directions
        found = float(torch.linalg.matrix_norm(images, 2))
        if found <= largest * (1 + _TOLERANCE):
            return max(found, largest)
        largest, directions = found, matrix.T @ images
    return largest


def _change(before: WeightFiles, after: WeightFiles, name: str, seed: int) -> WeightChange:
    import torch

    shape = before.shapes[name] or (1,)
    step = max(1, CHUNK // max(1, math.prod(shape[1:])))
    difference = torch.empty(shape, dtype=torch.float32)
    before_square = change_square = 0.0
    for start, stop in _spans(shape[0], step):
        old, new = before.rows(name, start, stop), after.rows(name, start, stop)
        part = new - old
        before_square += float(old.square().sum(dtype=torch.float64))
        change_square += float(part.square().sum(dtype=torch.float64))
        difference[start:stop] = part
    changed = math.sqrt(change_square)
    flat = difference.reshape(-1, shape[-1]) if len(shape) > 1 else None
    if flat is None or not changed or not math.isfinite(changed):
        largest = changed
    else:
        largest = spectral_norm(flat.div_(changed), seed) * changed  # scaled: tiny steps squared would underflow
    return WeightChange(name, place_of(name), shape, math.sqrt(before_square), changed, largest)


def _spans(count: int, step: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + step, count)) for start in range(0, count, step))


def _order(name: str) -> tuple[int, int, int, str]:
    """Embeddings, layers in order, what comes behind them."""
    place = place_of(name)
    outside = -1 if place.block is Block.EMBEDDING else 1_000_000
    layer = outside if place.layer is None else place.layer
    return layer, list(Block).index(place.block), _rank(place.module), name


def _rank(module: str) -> int:
    return MODULES.index(module) if module in MODULES else len(MODULES)
