"""The key/value cache of many episodes: prompts once per group, one left-aligned tail per episode, kept across turns.

A *row* is an episode in flight. Its keys are its group's prefix (the prompt) and its own tail (everything since), each
token at its own position, so rows of different lengths need no padding on the left. Live rows are ``0 .. n - 1`` and
live groups ``0 .. g - 1`` at all times: what is freed is filled by the last one. Entries behind a length are leftovers:
never visible, overwritten when the row gets there.

Axes: R rows of a forward pass, N tokens fed per row, K key heads, P prefix width, S tail width, D head width.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer


class Pass(StrEnum):
    """What a forward pass feeds."""

    PREFILL = "prefill"
    """The prompts of new groups."""
    APPEND = "append"
    """Several tokens for some rows."""
    DECODE = "decode"
    """One token for every live row."""


class Store:
    """Keys ``(entries, K, D, capacity)`` and values ``(entries, K, capacity, D)`` of every layer; grows by doubling.

    Keys lie transposed: a product with one query per row then runs over memory in order, twice as fast.
    """

    def __init__(self) -> None:
        self.layers: list[tuple[Tensor, Tensor]] = []
        self.entries, self.capacity = 1, 64

    def reserve(self, entries: int, width: int) -> None:
        """Room for so many entries of so many tokens."""
        old = self.entries, self.capacity
        while self.entries < entries:
            self.entries *= 2
        while self.capacity < width:
            self.capacity *= 2
        if (self.entries, self.capacity) != old:
            self.layers = [
                (self._grown(keys, keys.shape[2], self.capacity), self._grown(values, self.capacity, values.shape[3]))
                for keys, values in self.layers
            ]

    def write(self, layer: int, entries: Tensor, positions: Tensor, keys: Tensor, values: Tensor) -> None:
        """Put ``(R, K, N, D)`` states at ``(R, N)`` positions of ``(R,)`` entries."""
        if layer == len(self.layers):
            heads, width = keys.shape[1], keys.shape[3]
            new_keys = keys.new_zeros(self.entries, heads, width, self.capacity)
            self.layers.append((new_keys, values.new_zeros(self.entries, heads, self.capacity, values.shape[3])))
        old_keys, old_values = self.layers[layer]
        old_keys[entries[:, None], :, :, positions] = keys.transpose(1, 2)
        old_values[entries[:, None], :, positions] = values.transpose(1, 2)

    def move(self, source: int, target: int, length: int) -> None:
        """Overwrite an entry by another one."""
        for keys, values in self.layers:
            keys[target, :, :, :length] = keys[source, :, :, :length]
            values[target, :, :length] = values[source, :, :length]

    def _grown(self, old: Tensor, *shape: int) -> Tensor:
        grown = old.new_zeros(self.entries, old.shape[1], *shape)
        grown[: old.shape[0], :, : old.shape[2], : old.shape[3]] = old
        return grown


class Grid(NamedTuple):
    """Live rows laid out by group, so that a group's queries meet their common prefix in one product."""

    rows: Tensor
    """``(g, M)`` row of each member; repeated where a group has fewer than M."""
    place: Tensor
    """``(n,)`` place of each row in the flattened grid."""


class SlotCache(Cache):
    """Written by a transformers model through :meth:`update`, read by :func:`~ftrl_agents.slot_attention.attend`."""

    def __init__(self, device: torch.device) -> None:
        super().__init__(layer_class_to_replicate=DynamicLayer)
        self.device = device
        self.prefixes, self.tails = Store(), Store()
        self.group_of: list[int] = []
        """Group of each live row."""
        self.prefix_lengths: list[int] = []
        """Of each live group."""
        self.tail_lengths: list[int] = []
        """Of each live row."""
        self.fed: list[tuple[int, int, int]] = []
        """Of an APPEND pass: each row, tokens of its tail with those fed, and how many are fed."""
        self.kind = Pass.DECODE
        self.entries = torch.zeros(0, dtype=torch.long)
        self.places = torch.zeros(0, 0, dtype=torch.long)
        self.prefix_bias = self.tail_bias = torch.zeros(0)
        """Added to the scores of a DECODE pass: 0 where a query may look, -inf elsewhere; ``(g, 1, 1, P)`` and
        ``(n, 1, 1, S)``."""
        self._grid: Grid | None = None

    def open(self, prompts: list[int], members: list[int]) -> Tensor:
        """New groups with prompts of so many tokens and so many members; the next pass feeds their prompts.

        Returns:
            Position ids ``(groups, longest prompt)`` of that pass.
        """
        first = len(self.prefix_lengths)
        for prompt, count in zip(prompts, members, strict=True):
            self.group_of += [len(self.prefix_lengths)] * count
            self.tail_lengths += [0] * count
            self.prefix_lengths.append(prompt)
        self._grid = None
        self.prefixes.reserve(len(self.prefix_lengths), max(prompts))
        positions = torch.arange(max(prompts), device=self.device).expand(len(prompts), -1)
        self._aim(Pass.PREFILL, torch.arange(first, first + len(prompts)), positions)
        return positions

    def append(self, rows: list[int], counts: list[int]) -> Tensor:
        """The next pass feeds so many tokens to these rows. Returns its position ids ``(R, max(counts))``."""
        places = self._lengths(rows)[:, None] + torch.arange(max(counts), device=self.device)
        self.tails.reserve(len(self.group_of), int(places.max()) + 1)
        for row, count in zip(rows, counts, strict=True):
            self.tail_lengths[row] += count
        self.fed = [(row, self.tail_lengths[row], count) for row, count in zip(rows, counts, strict=True)]
        prefixes = torch.tensor([self.prefix_lengths[self.group_of[row]] for row in rows], device=self.device)
        self._aim(Pass.APPEND, torch.tensor(rows), places)
        return places + prefixes[:, None]

    def decode(self, held: set[int]) -> Tensor:
        """The next pass feeds one token to every live row; ``held`` rows forget theirs. Returns ``(n, 1)``."""
        rows = list(range(len(self.group_of)))
        places = self._lengths(rows)[:, None]
        self.tails.reserve(len(rows), int(places.max()) + 1)
        self.tail_lengths = [length + (row not in held) for row, length in enumerate(self.tail_lengths)]
        prefixes = torch.tensor(self.prefix_lengths, device=self.device)
        self._aim(Pass.DECODE, torch.arange(len(rows)), places)
        self.tail_bias = _bias(places)
        self.prefix_bias = _bias(prefixes[:, None] - 1)
        return places + prefixes[self.group_of][:, None]

    def rewind(self, row: int, count: int) -> None:
        """Forget all tokens of a row but for the first so many, among which its group's prompt is."""
        kept = count - self.prefix_lengths[self.group_of[row]]
        assert 0 <= kept <= self.tail_lengths[row]
        self.tail_lengths[row] = kept

    def close(self, row: int) -> None:
        """Free a row; the last one takes its number. A group without rows goes the same way."""
        group, last = self.group_of[row], len(self.group_of) - 1
        if row != last:
            self.tails.move(last, row, self.tail_lengths[last])
            self.group_of[row], self.tail_lengths[row] = self.group_of[last], self.tail_lengths[last]
        self.group_of.pop()
        self.tail_lengths.pop()
        self._grid = None
        if group not in self.group_of:
            last = len(self.prefix_lengths) - 1
            if group != last:
                self.prefixes.move(last, group, self.prefix_lengths[last])
                self.prefix_lengths[group] = self.prefix_lengths[last]
                self.group_of = [group if other == last else other for other in self.group_of]
            self.prefix_lengths.pop()

    def update(
        self, key_states: Tensor, value_states: Tensor, layer_idx: int, *args: object, **kwargs: object
    ) -> tuple[Tensor, Tensor]:
        """Keep ``(R, K, N, D)`` states at the places of this pass."""
        store = self.prefixes if self.kind is Pass.PREFILL else self.tails
        store.write(layer_idx, self.entries, self.places, key_states, value_states)
        return key_states, value_states

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Part of the interface; models do not need it, as they are given positions."""
        return 0

    @property
    def grid(self) -> Grid:
        """The live rows by group."""
        if self._grid is None:
            members: list[list[int]] = [[] for _ in self.prefix_lengths]
            for row, group in enumerate(self.group_of):
                members[group].append(row)
            width = max(map(len, members))
            place = [0] * len(self.group_of)
            for group, rows in enumerate(members):
                for column, row in enumerate(rows):
                    place[row] = group * width + column
            padded = [rows + rows[:1] * (width - len(rows)) for rows in members]
            self._grid = Grid(torch.tensor(padded, device=self.device), torch.tensor(place, device=self.device))
        return self._grid

    def _lengths(self, rows: list[int]) -> Tensor:
        return torch.tensor([self.tail_lengths[row] for row in rows], device=self.device)

    def _aim(self, kind: Pass, entries: Tensor, places: Tensor) -> None:
        self.kind, self.entries, self.places = kind, entries.to(self.device), places


def _bias(last: Tensor) -> Tensor:
    """``(R, 1)`` last visible place of each query to ``(R, 1, 1, width)`` scores to add."""
    width = int(last.max()) + 1
    hidden = torch.arange(width, device=last.device) > last[:, :, None]
    return torch.zeros(hidden.shape, device=last.device).masked_fill_(hidden, -torch.inf)[:, None]
