"""The key/value cache of many episodes: one row each, left-aligned, kept across turns.

Row ``r`` holds the keys of its episode's tokens at their own positions, so rows of different lengths need no padding
on the left and a query at position ``p`` may see exactly the entries ``<= p``. Entries beyond a row's length are
leftovers; they are never visible, and are overwritten when the row reaches them.

Axes: R rows of a forward pass, N tokens fed per row, K key heads, D head width.
"""

from __future__ import annotations

import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer


class SlotCache(Cache):
    """A cache that a transformers model writes through :meth:`update`, at places set by :meth:`aim`.

    Args:
        rows: How many episodes at once.
        capacity: Tokens per row at first; doubled when an episode needs more.
    """

    def __init__(self, rows: int, capacity: int = 512) -> None:
        super().__init__(layer_class_to_replicate=DynamicLayer)
        self.rows, self.capacity = rows, capacity
        self.keys: list[Tensor] = []
        self.values: list[Tensor] = []
        self._rows: Tensor | slice = slice(0, 0)
        self._positions = torch.zeros(0, 0, dtype=torch.long)
        self._index = torch.zeros(0, 1, dtype=torch.long)
        self._width = 0

    def aim(self, rows: list[int] | range, positions: Tensor) -> Tensor:
        """Say where the next forward pass writes.

        Args:
            rows: Rows it feeds. A ``range`` from 0 is read in place, a list is copied for the pass.
            positions: ``(R, N)`` position of each token.

        Returns:
            The attention mask ``(R, 1, N, width)``, true where a query may look.
        """
        self._width = int(positions.max()) + 1
        while self._width > self.capacity:
            self._grow()
        self._index = torch.as_tensor(list(rows), device=positions.device)[:, None]
        self._rows = slice(0, len(rows)) if isinstance(rows, range) else self._index[:, 0]
        self._positions = positions
        return torch.arange(self._width, device=positions.device)[None, None, None, :] <= positions[:, None, :, None]

    def update(
        self, key_states: Tensor, value_states: Tensor, layer_idx: int, *args: object, **kwargs: object
    ) -> tuple[Tensor, Tensor]:
        """Write ``(R, K, N, D)`` states at the aimed places; give back all that the rows hold, ``(R, K, width, D)``."""
        if layer_idx == len(self.keys):
            shape = (self.rows, key_states.shape[1], self.capacity)
            self.keys.append(key_states.new_zeros(*shape, key_states.shape[3]))
            self.values.append(value_states.new_zeros(*shape, value_states.shape[3]))
        keys, values = self.keys[layer_idx], self.values[layer_idx]
        keys[self._index, :, self._positions] = key_states.transpose(1, 2)
        values[self._index, :, self._positions] = value_states.transpose(1, 2)
        return keys[self._rows, :, : self._width], values[self._rows, :, : self._width]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Unused by the models (positions and mask are given), but part of the interface."""
        return 0

    def copy(self, source: int, targets: list[int], length: int) -> None:
        """Give ``targets`` the first ``length`` entries of row ``source``."""
        for buffer in (*self.keys, *self.values):
            buffer[targets, :, :length] = buffer[source, :, :length]

    def _grow(self) -> None:
        for buffers in (self.keys, self.values):
            buffers[:] = [torch.cat((buffer, torch.zeros_like(buffer)), dim=2) for buffer in buffers]
        self.capacity *= 2
